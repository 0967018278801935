int a; /* x // y */ char *s = "//"; int b; // z
