/*
 * ossl.c - OpenSSL's error queue (see ossl.h).
 */
#include "lib/crypto/ossl.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>

enum { MAX_CAUSES = 3 };

int coco_fail_ossl(struct coco_diag *diag, int code, const char *fmt, ...)
{
	char text[384];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	unsigned long e;
	unsigned n = 0;
	while ((e = ERR_get_error()) != 0) {
		char why[160];

		if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE)
			code = COCO_E_LIMIT_MEMORY;
		if (n++ < MAX_CAUSES) {
			ERR_error_string_n(e, why, sizeof(why));
			coco_diag_cause(diag, "openssl: %s", why);
		}
	}
	return coco_fail(diag, code, "%s", text);
}
