/*
 * kbs_server_main.c - the test server of tests/support/kbs_server.h as a
 * program: kbs_server RELEASE PUBLIC-KEY [TLS-KEY TLS-CERT]. Prints its
 * address, runs until it is killed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/kbs_server.h"
#include "tests/support/support.h"

static struct coco_kbs_server server;

static int usage(void)
{
	fprintf(stderr, "usage: kbs_server RELEASE PUBLIC-KEY [TLS-KEY TLS-CERT]\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct coco_test_tls tls = { .key = NULL };
	struct coco_diag d = { 0 };
	struct coco_key *key;
	size_t n;

	if (argc != 3 && argc != 5)
		return usage();
	server.release = coco_trustee_find(argv[1]);
	if (server.release == COCO_TRUSTEE_UNKNOWN)
		return usage();
	if (coco_key_load_public(argv[2], &key, &d) != 0) {
		fprintf(stderr, "kbs_server: %s\n", d.message);
		return 1;
	}
	if (argc == 5) {
		tls.key = (const char *)coco_test_slurp(argv[3], &n);
		tls.cert = (const char *)coco_test_slurp(argv[4], &n);
	}
	server.admin = key;
	coco_kbs_server_start(&server, argc == 5 ? &tls : NULL);
	printf("%s\n", coco_test_server_url(server.http, ""));
	fflush(stdout);
	for (;;)
		pause();
}
