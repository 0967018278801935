/*
 * kbs_server_main.c - the test server of tests/support/kbs_server.h and
 * kbs_attest.h as a program. Prints its address, runs until it is killed.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/broker/backend_store.h"
#include "tests/support/kbs_attest.h"
#include "tests/support/support.h"

static struct coco_kbs_server server;
static struct coco_kbs_attest attest;

static const char help[] =
	"usage: kbs_server RELEASE PUBLIC-KEY [TLS-KEY TLS-CERT] [options]\n"
	"  --client-ca FILE   clients must show a certificate below it\n"
	"  --store DIR        resources, policies and values of attested guests come from here\n"
	"  --fault KIND       close, short, slow, silent, page (an HTML page), huge (32 MiB)\n"
	"  --faulty N         so many requests go wrong (1)\n"
	"  --status N         status of what goes wrong (200)\n"
	"  --delay MS         before each answer\n"
	"  --lapse WHEN       session, token, once (kbs_attest.h)\n"
	"  --plain            resources are not encrypted\n"
	"  --limit BYTES      of a request\n"
	"  --cdh              it is a guest's data hub too, with the same resources\n";

static int usage(void)
{
	fputs(help, stderr);
	return 2;
}

static bool fault(const char *name)
{
	static const struct {
		const char *name;
		enum coco_test_fault fault;
		bool huge;
	} kinds[] = {
		{ "close", COCO_FAULT_CLOSE, false },   { "short", COCO_FAULT_SHORT, false },
		{ "slow", COCO_FAULT_SLOW, false },	    { "silent", COCO_FAULT_SILENT, false },
		{ "page", COCO_FAULT_NONE, false },	    { "huge", COCO_FAULT_NONE, true },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0) {
			server.fault = kinds[i].fault;
			server.fault_huge = kinds[i].huge;
			server.faulty = server.faulty != 0 ? server.faulty : 1;
			return true;
		}
	return false;
}

static bool lapse(const char *name)
{
	static const char *const names[] = { "never", "session", "token", "once" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0) {
			attest.lapse = (enum coco_kbs_lapse)i;
			return true;
		}
	return false;
}

static bool option(int c, struct coco_test_tls *tls)
{
	struct coco_diag d = { 0 };
	size_t n;

	switch (c) {
	case 'c':
		tls->client_ca = (const char *)coco_test_slurp(optarg, &n);
		return true;
	case 's':
		if (coco_backend_store_new(&attest.store, optarg, NULL, &d) == 0)
			return true;
		fprintf(stderr, "kbs_server: %s\n", d.message);
		return false;
	case 'f':
		return fault(optarg);
	case 'y':
		server.faulty = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case 't':
		server.fault_status = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case 'd':
		server.delay_ms = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case 'l':
		return lapse(optarg);
	case 'p':
		attest.plain = true;
		return true;
	case 'h':
		server.cdh = true;
		return true;
	case 'm':
		server.limit = strtoul(optarg, NULL, 10);
		return true;
	default:
		return false;
	}
}

static bool options(int argc, char **argv, struct coco_test_tls *tls)
{
	static const struct option known[] = {
		{ "client-ca", required_argument, NULL, 'c' },
		{ "store", required_argument, NULL, 's' },
		{ "fault", required_argument, NULL, 'f' },
		{ "faulty", required_argument, NULL, 'y' },
		{ "status", required_argument, NULL, 't' },
		{ "delay", required_argument, NULL, 'd' },
		{ "lapse", required_argument, NULL, 'l' },
		{ "plain", no_argument, NULL, 'p' },
		{ "limit", required_argument, NULL, 'm' },
		{ "cdh", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
		if (!option(c, tls))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct coco_test_tls tls = { .key = NULL };
	struct coco_diag d = { 0 };
	struct coco_key *key;
	size_t n;

	if (!options(argc, argv, &tls))
		return usage();
	argc -= optind;
	argv += optind;
	if (argc != 2 && argc != 4)
		return usage();
	server.release = coco_trustee_find(argv[0]);
	if (server.release == COCO_TRUSTEE_UNKNOWN)
		return usage();
	if (coco_key_load_public(argv[1], &key, &d) != 0) {
		fprintf(stderr, "kbs_server: %s\n", d.message);
		return 1;
	}
	if (argc == 4) {
		tls.key = (const char *)coco_test_slurp(argv[2], &n);
		tls.cert = (const char *)coco_test_slurp(argv[3], &n);
	}
	server.admin = key;
	coco_kbs_attest_on(&server, &attest);
	coco_kbs_server_start(&server, argc == 4 ? &tls : NULL);
	printf("%s\n", coco_test_server_url(server.http, ""));
	fflush(stdout);
	for (;;)
		pause();
}
