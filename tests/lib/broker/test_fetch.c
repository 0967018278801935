/*
 * test_fetch.c - a resource fetched in one call from the test broker.
 */
#include "lib/broker/fetch.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/fake_tsm.h"
#include "tests/support/kbs_attest.h"

static struct coco_kbs_server server;
static struct coco_kbs_attest attest;
static unsigned warnings;

static void note(void *ctx COCO_UNUSED, int level, const char *text COCO_UNUSED)
{
	warnings += level == 0;
}

static const struct coco_run run = { .jobs = 1, .log = note };
static const char policy[] = "package policy\ndefault allow = true\n";

static int fetch_with(const struct coco_attester_config *attester, enum coco_trustee release,
		      enum coco_kbs_lapse lapse, const char *key, struct coco_fetch_info *info,
		      struct coco_diag *d)
{
	struct coco_fetch_config config = {
		.http = { .proxy = "", .tries = 1 }, .attester = *attester, .key = key,
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

/* One fetch from a broker of this release. */
static int fetch(enum coco_trustee release, enum coco_kbs_lapse lapse, const char *key,
		 struct coco_fetch_info *info, struct coco_diag *d)
{
	const struct coco_attester_config sample = { .kind = COCO_ATTESTER_SAMPLE };

	return fetch_with(&sample, release, lapse, key, info, d);
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

/* Evidence of hardware holds what the broker wants to find in it. */
static void test_hardware(void **state COCO_UNUSED)
{
	static const struct {
		const char *provider;
		const char *tee;
		bool foreign;
		int code;
	} cases[] = {
		{ "sev_guest\n", "snp", false, 0 },
		{ "tdx_guest\n", "tdx", false, 0 },
		{ "tdx_guest\n", "tdx", true, COCO_E_RCAR_REFUSED },
		{ "sev_guest\n", "snp", true, COCO_E_FORMAT_VALUE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_fake_tsm f = { .provider = cases[i].provider, .serve = 1, .step = 1,
					   .foreign = cases[i].foreign };
		struct coco_fetch_info info = { .tee = "" };
		struct coco_diag d = { 0 };

		coco_fake_tsm_start(&f);
		const struct coco_attester_config config = { .kind = COCO_ATTESTER_TSM,
							     .tsm = f.dir, .event_log = f.dir };
		warnings = 0;
		int r = fetch_with(&config, COCO_TRUSTEE_V0_21, COCO_LAPSE_NEVER, NULL, &info, &d);
		coco_fake_tsm_stop(&f);
		assert_int_equal(warnings, 0);
		if (cases[i].code == 0) {
			assert_ok(r, &d);
			assert_string_equal(info.tee, cases[i].tee);
			assert_string_equal(info.attester, "tsm");
		} else {
			assert_err(r, cases[i].code, &d);
		}
	}
}

/* The token alone, and every allocation that fails on the way. */
static void test_token(void **state COCO_UNUSED)
{
	struct coco_fetch_config config = {
		.http = { .proxy = "", .tries = 1 },
		.attester = { .kind = COCO_ATTESTER_SAMPLE },
	};
	struct coco_diag d = { 0 };
	struct coco_secret got = { 0 };

	server.release = COCO_TRUSTEE_V0_21;
	coco_kbs_attest_on(&server, &attest);
	coco_kbs_server_start(&server, NULL);
	config.url = coco_test_server_url(server.http, "");
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = coco_fetch(&config, &run, NULL, &got, NULL, &d);

		if (coco_test_alloc_check(r, &d))
			break;
		assert_null(got.p);
	}
	const char *token = attest.sessions[(attest.n - 1) % COCO_KBS_SESSIONS].token;
	assert_int_equal(got.n, strlen(token));
	assert_memory_equal(coco_secret_expose(&got), token, got.n);
	coco_secret_free(&got);
	coco_kbs_server_stop(&server);
	coco_kbs_attest_clear(&attest);
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

/* From a plugin, with and without bytes that go along. */
static int ask(const char *path, const char *body, const char *want_text, struct coco_diag *d)
{
	struct coco_fetch_config config = {
		.http = { .proxy = "", .tries = 1 },
		.attester = { .kind = COCO_ATTESTER_SAMPLE },
	};
	struct coco_rcar_want want = { .path = path };
	struct coco_secret got = { 0 };

	coco_diag_init(d);
	server.release = COCO_TRUSTEE_V0_21;
	attest.lapse = COCO_LAPSE_NEVER;
	coco_kbs_attest_on(&server, &attest);
	coco_kbs_server_start(&server, NULL);
	coco_kbs_server_store(&server, COCO_ITEM_RESOURCE_POLICY, "", policy, sizeof(policy) - 1);
	config.url = coco_test_server_url(server.http, "");
	if (body != NULL)
		want.body = coco_view_of(body, strlen(body));
	int r = coco_fetch_plugin(&config, &run, &want, &got, NULL, d);
	if (r == 0) {
		assert_int_equal(got.n, strlen(want_text));
		assert_memory_equal(coco_secret_expose(&got), want_text, got.n);
	}
	coco_secret_free(&got);
	coco_kbs_server_stop(&server);
	coco_kbs_attest_clear(&attest);
	return r;
}

static void test_plugin(void **state COCO_UNUSED)
{
	static struct coco_diag d;

	assert_ok(ask("echo/a/b", NULL, "echo/a/b? ", &d), &d);
	assert_ok(ask("echo/a?n=1&ip=10.0.0.2/24", NULL, "echo/a?n=1&ip=10.0.0.2/24 ", &d), &d);
	assert_ok(ask("echo/unwrap", "sealed", "echo/unwrap? sealed", &d), &d);
	assert_err(ask("echo/fail", NULL, "", &d), COCO_E_PLUGIN_REFUSED, &d);
	assert_err(ask("none/a", NULL, "", &d), COCO_E_BROKER_ROUTE, &d);
	assert_err(ask("resource/no/such/one", NULL, "", &d), COCO_E_RCAR_RESOURCE, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_lapse),
		cmocka_unit_test(test_hardware),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_attester),
		cmocka_unit_test(test_plugin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
