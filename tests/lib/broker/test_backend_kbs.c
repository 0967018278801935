/*
 * test_backend_kbs.c - the client of a key broker against every release, with
 * every kind of refusal and of failing answer.
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

static int put(struct coco_backend *b, enum coco_item_type type, const char *name,
	       const char *value, struct coco_diag *d)
{
	const struct coco_item_id id = { type, name };
	struct coco_secret s;

	coco_diag_init(d);
	assert_ok(coco_secret_from(&s, value, strlen(value), d), d);
	int r = coco_backend_put(b, &run, &id, &s, d);
	coco_secret_free(&s);
	return r;
}

/* The value as text, in a static buffer. */
static int get(struct coco_backend *b, enum coco_item_type type, const char *name,
	       const char **ret, struct coco_diag *d)
{
	static char text[1024];
	const struct coco_item_id id = { type, name };
	struct coco_secret s;

	coco_diag_init(d);
	int r = coco_backend_get(b, &run, &id, &s, d);
	if (r != 0)
		return r;
	assert_true(s.n < sizeof(text));
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	*ret = text;
	coco_secret_free(&s);
	return 0;
}

static int delete(struct coco_backend *b, enum coco_item_type type, const char *name,
		  struct coco_diag *d)
{
	const struct coco_item_id id = { type, name };

	coco_diag_init(d);
	return coco_backend_remove(b, &run, &id, d);
}

static void use_all(enum coco_trustee release, struct coco_backend *b)
{
	bool values = release >= COCO_TRUSTEE_V0_14;
	const char *text;
	struct coco_diag d = { 0 };

	assert_ok(put(b, COCO_ITEM_RESOURCE, "repo/type/tag", "bytes", &d), &d);
	struct coco_kbs_entry *e = coco_kbs_server_find(&server, COCO_ITEM_RESOURCE,
							"repo/type/tag");
	assert_non_null(e);
	assert_memory_equal(e->value, "bytes", 5);
	assert_err(get(b, COCO_ITEM_RESOURCE, "repo/type/tag", &text, &d),
		   COCO_E_BROKER_UNREADABLE, &d);
	assert_ok(put(b, COCO_ITEM_RESOURCE_POLICY, "", "package policy\n", &d), &d);
	if (release >= COCO_TRUSTEE_V0_11 && release <= COCO_TRUSTEE_V0_18) {
		assert_ok(get(b, COCO_ITEM_RESOURCE_POLICY, "", &text, &d), &d);
		assert_string_equal(text, "package policy\n");
	} else if (release >= COCO_TRUSTEE_V0_19) {
		assert_err(get(b, COCO_ITEM_RESOURCE_POLICY, "", &text, &d),
			   COCO_E_BROKER_UNREADABLE, &d);
	}
	assert_err(put(b, COCO_ITEM_RESOURCE_POLICY, "", "not rego", &d),
		   COCO_E_BROKER_POLICY_TEXT, &d);
	assert_ok(put(b, COCO_ITEM_ATTESTATION_POLICY, "default_cpu", "package policy\n", &d), &d);
	assert_non_null(coco_kbs_server_find(&server, COCO_ITEM_ATTESTATION_POLICY,
					     values ? "default_cpu" : "default"));
	if (values)
		assert_err(put(b, COCO_ITEM_ATTESTATION_POLICY, "default", "package policy", &d),
			   COCO_E_BROKER_RELEASE, &d);
	assert_err(put(b, COCO_ITEM_ATTESTATION_POLICY, "own", "x", &d),
		   COCO_E_BROKER_POLICY_TEXT, &d);
	if (values) {
		assert_ok(put(b, COCO_ITEM_REFERENCE_VALUE, "ns/a", " [ 1, \"b\" ]", &d), &d);
		assert_ok(get(b, COCO_ITEM_REFERENCE_VALUE, "ns/a", &text, &d), &d);
		assert_string_equal(text, "[1,\"b\"]");
		assert_err(get(b, COCO_ITEM_REFERENCE_VALUE, "none", &text, &d),
			   COCO_E_BROKER_ABSENT, &d);
		assert_err(put(b, COCO_ITEM_REFERENCE_VALUE, "a", "[", &d), COCO_E_FORMAT_JSON, &d);
	} else {
		assert_err(put(b, COCO_ITEM_REFERENCE_VALUE, "a", "1", &d), COCO_E_BROKER_RELEASE,
			   &d);
	}
}

static void test_every_release(void **state COCO_UNUSED)
{
	for (int i = COCO_TRUSTEE_V0_10; i < COCO_TRUSTEE_RELEASES; i++) {
		enum coco_trustee release = (enum coco_trustee)i;
		struct coco_diag d = { 0 };

		start(release);
		struct coco_backend *b = client(i % 2 == 0 ? release : COCO_TRUSTEE_UNKNOWN, key);
		use_all(release, b);
		coco_backend_free(b);
		b = client(release, key);
		if (release >= COCO_TRUSTEE_V0_20) {
			assert_ok(delete(b, COCO_ITEM_RESOURCE, "repo/type/tag", &d), &d);
			assert_err(delete(b, COCO_ITEM_RESOURCE, "repo/type/tag", &d),
				   COCO_E_BROKER_ABSENT, &d);
		} else {
			assert_err(delete(b, COCO_ITEM_RESOURCE, "repo/type/tag", &d),
				   COCO_E_BROKER_RELEASE, &d);
		}
		assert_err(delete(b, COCO_ITEM_REFERENCE_VALUE, "a", &d), COCO_E_BROKER_RELEASE,
			   &d);
		coco_backend_free(b);
		coco_kbs_server_stop(&server);
	}
}

static void test_refused(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_key *other;

	assert_ok(coco_key_generate("ed25519", &other, &d), &d);
	for (int i = COCO_TRUSTEE_V0_10; i < COCO_TRUSTEE_RELEASES; i++) {
		start((enum coco_trustee)i);
		struct coco_backend *b = client((enum coco_trustee)i, other);
		assert_err(put(b, COCO_ITEM_RESOURCE, "a/b/c", "x", &d),
			   COCO_E_BROKER_REFUSED_ADMIN, &d);
		assert_err(put(b, COCO_ITEM_RESOURCE_POLICY, "", "x", &d),
			   COCO_E_BROKER_REFUSED_ADMIN, &d);
		coco_backend_free(b);
		b = client((enum coco_trustee)i, NULL);
		assert_err(put(b, COCO_ITEM_RESOURCE, "a/b/c", "x", &d),
			   COCO_E_BROKER_REFUSED_ADMIN, &d);
		coco_backend_free(b);
		coco_kbs_server_stop(&server);
	}
	coco_key_free(other);
}

static void test_names(void **state COCO_UNUSED)
{
	static const char *const resources[] = { "default/key", "default/key/1/2", ".hidden/key/1",
		"default/key/", "default/../1", "default/key/a b", "/default/key/1",
		"default/key/a:b" };
	static const char *const values[] = { "", "/a", "a/", "a//b", "..", "a/../b", "./a" };
	struct coco_diag d = { 0 };
	unsigned before;

	start(COCO_TRUSTEE_V0_21);
	struct coco_backend *b = client(COCO_TRUSTEE_V0_21, key);
	before = coco_test_server_requests(server.http);
	for (size_t i = 0; i < COCO_ARRAY_LEN(resources); i++)
		assert_err(put(b, COCO_ITEM_RESOURCE, resources[i], "x", &d), COCO_E_FORMAT_VALUE,
			   &d);
	for (size_t i = 0; i < COCO_ARRAY_LEN(values); i++)
		assert_err(put(b, COCO_ITEM_REFERENCE_VALUE, values[i], "1", &d),
			   COCO_E_FORMAT_VALUE, &d);
	assert_err(put(b, COCO_ITEM_ATTESTATION_POLICY, "a\"b", "x", &d), COCO_E_FORMAT_VALUE, &d);
	assert_int_equal(coco_test_server_requests(server.http), before);
	coco_backend_free(b);
	coco_kbs_server_stop(&server);
}

/* What is no broker, and what fails on the way. */
static void test_faults(void **state COCO_UNUSED)
{
	static const struct {
		enum coco_test_fault fault;
		unsigned status;
		unsigned faulty;
		int code;
	} cases[] = {
		{ COCO_FAULT_NONE, 200, 9, COCO_E_NOT_A_BROKER },
		{ COCO_FAULT_NONE, 403, 9, COCO_E_NOT_A_BROKER },
		{ COCO_FAULT_NONE, 404, 9, COCO_E_NOT_A_BROKER },
		{ COCO_FAULT_NONE, 502, 9, COCO_E_BROKER_BUSY },
		{ COCO_FAULT_NONE, 429, 9, COCO_E_BROKER_BUSY },
		{ COCO_FAULT_CLOSE, 0, 9, COCO_E_NET_BROKEN },
		{ COCO_FAULT_SHORT, 0, 9, COCO_E_NET_BROKEN },
		{ COCO_FAULT_CLOSE, 0, 1, 0 },
	};
	struct coco_diag d = { 0 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		start(COCO_TRUSTEE_V0_21);
		server.fault = cases[i].fault;
		server.fault_status = cases[i].status;
		server.faulty = cases[i].faulty;
		struct coco_backend *b = client(COCO_TRUSTEE_V0_21, key);
		int r = put(b, COCO_ITEM_RESOURCE, "a/b/c", "x", &d);
		if (cases[i].code == 0)
			assert_ok(r, &d);
		else
			assert_err(r, cases[i].code, &d);
		coco_backend_free(b);
		coco_kbs_server_stop(&server);
	}
	start(COCO_TRUSTEE_V0_21);
	server.limit = 3;
	struct coco_backend *b = client(COCO_TRUSTEE_V0_21, key);
	assert_err(put(b, COCO_ITEM_RESOURCE, "a/b/c", "four", &d), COCO_E_BROKER_TOO_LARGE, &d);
	assert_int_equal(coco_test_server_connections(server.http), 1);
	coco_backend_free(b);
	coco_kbs_server_stop(&server);
}

static void test_config(void **state COCO_UNUSED)
{
	static const char *const urls[] = { "ftp://a", "kbs", "", "http://a/?b", "https://a#c" };
	struct coco_kbs_config config = { .admin_key = key };
	struct coco_diag d = { 0 };
	struct coco_backend *b;

	for (size_t i = 0; i < COCO_ARRAY_LEN(urls); i++) {
		coco_diag_init(&d);
		config.url = urls[i];
		assert_err(coco_backend_kbs_new(&b, &config, &d), COCO_E_USAGE_URL, &d);
	}
	coco_diag_init(&d);
	struct coco_secret token;
	assert_ok(coco_secret_from(&token, "a.b.c\n", 6, &d), &d);
	config.url = "http://127.0.0.1:1";
	config.admin_token = &token;
	assert_err(coco_backend_kbs_new(&b, &config, &d), COCO_E_USAGE_CONFLICT, &d);
	coco_secret_free(&token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_release),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_config),
	};

	return cmocka_run_group_tests(tests, group_start, group_end);
}
