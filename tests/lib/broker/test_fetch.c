/*
 * test_fetch.c - a resource fetched in one call from the test broker.
 */
#include "lib/broker/fetch.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "tests/support/kbs_attest.h"
#include "tests/support/support.h"

static struct coco_kbs_server server;
static struct coco_kbs_attest attest;
static unsigned warnings;

static void note(void *ctx COCO_UNUSED, int level, const char *text COCO_UNUSED)
{
	warnings += level == 0;
}

static const struct coco_run run = { .jobs = 1, .log = note };
static const char policy[] = "package policy\ndefault allow = true\n";

/* One fetch from a broker of this release. */
static int fetch(enum coco_trustee release, enum coco_kbs_lapse lapse, const char *key,
		 struct coco_fetch_info *info, struct coco_diag *d)
{
	struct coco_fetch_config config = {
		.http = { .proxy = "", .tries = 1 },
		.attester = { .kind = COCO_ATTESTER_SAMPLE },
		.key = key,
	};
	struct coco_secret got = { 0 };
	struct coco_resource_id id;

	server.release = release;
	attest.lapse = lapse;
	coco_kbs_attest_on(&server, &attest);
	coco_kbs_server_start(&server, NULL);
	coco_kbs_server_store(&server, COCO_ITEM_RESOURCE, "a/b/c", "value", 5);
	coco_kbs_server_store(&server, COCO_ITEM_RESOURCE_POLICY, "", policy, sizeof(policy) - 1);
	assert_ok(coco_resource_id_parse(&id, "a/b/c", 5, d), d);
	config.url = coco_test_server_url(server.http, "");
	int r = coco_fetch(&config, &run, &id, &got, info, d);
	if (r == 0) {
		assert_int_equal(got.n, 5);
		assert_memory_equal(coco_secret_expose(&got), "value", 5);
	}
	coco_secret_free(&got);
	coco_kbs_server_stop(&server);
	coco_kbs_attest_clear(&attest);
	return r;
}

static void test_releases(void **state COCO_UNUSED)
{
	struct coco_fetch_info info;
	struct coco_diag d = { 0 };

	warnings = 0;
	assert_ok(fetch(COCO_TRUSTEE_V0_21, COCO_LAPSE_NEVER, NULL, &info, &d), &d);
	assert_string_equal(info.protocol, "0.4.0");
	assert_string_equal(info.attester, "sample");
	assert_string_equal(info.tee, "sample");
	assert_int_equal(warnings, 1);
	assert_ok(fetch(COCO_TRUSTEE_V0_12, COCO_LAPSE_NEVER, "rsa", &info, &d), &d);
	assert_string_equal(info.protocol, "0.2.0");
	assert_ok(fetch(COCO_TRUSTEE_V0_14, COCO_LAPSE_NEVER, "p384", NULL, &d), &d);
	assert_err(fetch(COCO_TRUSTEE_V0_10, COCO_LAPSE_NEVER, NULL, NULL, &d),
		   COCO_E_RCAR_PROTOCOL, &d);
}

static void test_lapse(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	assert_err(fetch(COCO_TRUSTEE_V0_21, COCO_LAPSE_SESSION, NULL, NULL, &d),
		   COCO_E_RCAR_REFUSED, &d);
	coco_diag_init(&d);
	assert_err(fetch(COCO_TRUSTEE_V0_21, COCO_LAPSE_TOKEN, NULL, NULL, &d), COCO_E_BROKER_TOKEN,
		   &d);
	coco_diag_init(&d);
	assert_err(fetch(COCO_TRUSTEE_V0_21, COCO_LAPSE_NEVER, "p192", NULL, &d),
		   COCO_E_USAGE_VALUE, &d);
}

/* Nothing is sent when there is no evidence to send. */
static void test_attester(void **state COCO_UNUSED)
{
	struct coco_fetch_config config = {
		.url = "https://127.0.0.1:1", .attester = { .kind = COCO_ATTESTER_TSM,
							    .tsm = "/nowhere/tsm" },
	};
	struct coco_resource_id id = { .repo = "a", .type = "b", .tag = "c" };
	struct coco_secret got = { 0 };
	struct coco_diag d = { 0 };

	assert_err(coco_fetch(&config, &run, &id, &got, NULL, &d), COCO_E_ATTESTER_NONE, &d);
	assert_null(got.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_lapse),
		cmocka_unit_test(test_attester),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
