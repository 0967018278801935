/*
 * test_kbs_probe.c - which release a probe takes each server for.
 */
#include "lib/broker/backend_kbs.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "tests/support/kbs_server.h"
#include "tests/support/support.h"

enum { NOW = 1788220800 };

static const struct coco_run run = { .jobs = 1, .now = NOW };
static struct coco_kbs_server server;
static struct coco_key *key;

static int group_start(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	return coco_key_generate("ed25519", &key, &d);
}

static int group_end(void **state COCO_UNUSED)
{
	coco_key_free(key);
	return 0;
}

static void start(enum coco_trustee release)
{
	memset(&server, 0, sizeof(server));
	server.release = release;
	server.admin = key;
	server.now = NOW + 5;
	coco_kbs_server_start(&server, NULL);
}

/* A client of the running server. */
static struct coco_backend *client(enum coco_trustee named, const struct coco_key *with)
{
	const struct coco_kbs_config config = {
		.url = coco_test_server_url(server.http, "/"), .admin_key = with,
		.release = named, .http = { .tries = 2, .backoff_ms = 1, .proxy = "" },
	};
	struct coco_diag d = { 0 };
	struct coco_backend *b;

	assert_ok(coco_backend_kbs_new(&b, &config, &d), &d);
	return b;
}

/* The releases that a probe with a token cannot tell apart. */
static void expected_range(enum coco_trustee r, enum coco_trustee *from, enum coco_trustee *to)
{
	static const enum coco_trustee ends[] = { COCO_TRUSTEE_V0_10, COCO_TRUSTEE_V0_11,
		COCO_TRUSTEE_V0_12, COCO_TRUSTEE_V0_14, COCO_TRUSTEE_V0_19, COCO_TRUSTEE_V0_21,
		COCO_TRUSTEE_RELEASES };

	for (size_t i = 0; i + 1 < COCO_ARRAY_LEN(ends); i++)
		if (r >= ends[i] && r < ends[i + 1]) {
			*from = ends[i];
			*to = ends[i + 1] - 1;
		}
}

static void test_probe(void **state COCO_UNUSED)
{
	for (int i = COCO_TRUSTEE_V0_10; i < COCO_TRUSTEE_RELEASES; i++) {
		enum coco_trustee release = (enum coco_trustee)i;
		enum coco_trustee from = release;
		enum coco_trustee to = release;
		struct coco_backend_info info;
		struct coco_kbs_seen seen;
		struct coco_diag d = { 0 };

		start(release);
		struct coco_backend *b = client(COCO_TRUSTEE_UNKNOWN, key);
		assert_ok(coco_backend_kbs_probe(b, &run, &info, &seen, &d), &d);
		expected_range(release, &from, &to);
		assert_int_equal(info.oldest, from);
		assert_int_equal(info.newest, to);
		assert_string_equal(info.protocol, release >= COCO_TRUSTEE_V0_14 ? "0.4.0" :
				    release >= COCO_TRUSTEE_V0_12 ? "0.2.0" : "0.1.1");
		assert_int_equal(seen.healthz, release >= COCO_TRUSTEE_V0_21);
		assert_int_equal(seen.admin_accepted, release >= COCO_TRUSTEE_V0_11);
		assert_false(info.directory);
		coco_backend_free(b);
		coco_kbs_server_stop(&server);
	}
}

/* Without a token the administrator's step tells only that one is needed. */
static void test_without_token(void **state COCO_UNUSED)
{
	struct coco_backend_info info;
	struct coco_kbs_seen seen;
	struct coco_diag d = { 0 };

	start(COCO_TRUSTEE_V0_18);
	struct coco_backend *b = client(COCO_TRUSTEE_UNKNOWN, NULL);
	assert_ok(coco_backend_kbs_probe(b, &run, &info, &seen, &d), &d);
	assert_int_equal(info.oldest, COCO_TRUSTEE_V0_14);
	assert_int_equal(info.newest, COCO_TRUSTEE_V0_20);
	assert_true(seen.admin_asked && !seen.admin_accepted);
	assert_non_null(strstr(seen.admin_answer, "no Authorization header"));
	coco_backend_free(b);
	coco_kbs_server_stop(&server);
}

static void test_no_broker(void **state COCO_UNUSED)
{
	struct coco_backend_info info;
	struct coco_diag d = { 0 };

	start(COCO_TRUSTEE_V0_21);
	server.faulty = 100;
	struct coco_backend *b = client(COCO_TRUSTEE_UNKNOWN, key);
	assert_err(coco_backend_probe(b, &run, &info, &d), COCO_E_NOT_A_BROKER, &d);
	coco_backend_free(b);
	coco_kbs_server_stop(&server);
}

/* A named release is what operations go by; asking tells what answers. */
static void test_named(void **state COCO_UNUSED)
{
	struct coco_backend_info info;
	struct coco_kbs_seen seen;
	struct coco_diag d = { 0 };

	start(COCO_TRUSTEE_V0_21);
	struct coco_backend *b = client(COCO_TRUSTEE_V0_17, key);
	unsigned before = coco_test_server_connections(server.http);
	assert_ok(coco_backend_probe(b, &run, &info, &d), &d);
	assert_int_equal(coco_test_server_connections(server.http), before);
	assert_int_equal(info.oldest, COCO_TRUSTEE_V0_17);
	assert_ok(coco_backend_kbs_probe(b, &run, &info, &seen, &d), &d);
	assert_int_equal(info.oldest, COCO_TRUSTEE_V0_21);
	assert_true(seen.admin_accepted);
	assert_ok(coco_backend_probe(b, &run, &info, &d), &d);
	assert_int_equal(info.newest, COCO_TRUSTEE_V0_17);
	assert_true(info.reads_policies);
	coco_backend_free(b);
	coco_kbs_server_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_without_token),
		cmocka_unit_test(test_no_broker),
	};

	return cmocka_run_group_tests(tests, group_start, group_end);
}
