/*
 * test_kbs_plugin.c - an administrator's requests to the plugins of a broker.
 */
#include "lib/broker/kbs_plugin.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "lib/broker/backend_kbs.h"
#include "lib/broker/backend_store.h"
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

static struct coco_backend *start(enum coco_trustee release, const struct coco_key *with)
{
	struct coco_kbs_config config = {
		.admin_key = with, .release = release,
		.http = { .tries = 3, .backoff_ms = 1, .proxy = "" },
	};
	struct coco_diag d = { 0 };
	struct coco_backend *b;

	memset(&server, 0, sizeof(server));
	server.release = release;
	server.admin = key;
	server.now = NOW + 5;
	coco_kbs_server_start(&server, NULL);
	config.url = coco_test_server_url(server.http, "/");
	assert_ok(coco_backend_kbs_new(&b, &config, &d), &d);
	return b;
}

static void stop(struct coco_backend *b)
{
	coco_backend_free(b);
	coco_kbs_server_stop(&server);
}

/* Posts body (NULL: none) or, with delete, deletes; want is the answer. */
static int ask(struct coco_backend *b, const char *path, const char *body, bool delete,
	       const char *want, struct coco_diag *d)
{
	struct coco_plugin_uri uri;
	struct coco_secret sent = { 0 };
	struct coco_secret got = { 0 };

	coco_diag_init(d);
	assert_ok(coco_plugin_path_parse(&uri, path, strlen(path), d), d);
	if (body != NULL)
		assert_ok(coco_secret_from(&sent, body, strlen(body), d), d);
	int r = delete ? coco_kbs_plugin_delete(b, &run, &uri, &got, d)
		       : coco_kbs_plugin_post(b, &run, &uri, body != NULL ? &sent : NULL, &got, d);
	if (r == 0) {
		assert_int_equal(got.n, strlen(want));
		assert_memory_equal(coco_secret_expose(&got), want, got.n);
	}
	coco_secret_free(&sent);
	coco_secret_free(&got);
	return r;
}

static void test_answers(void **state COCO_UNUSED)
{
	struct coco_backend *b = start(COCO_TRUSTEE_V0_21, key);
	static struct coco_diag d;

	assert_ok(ask(b, "echo/a/b", "hello", false, "POST echo/a/b? hello", &d), &d);
	assert_ok(ask(b, "echo/a?x=1", NULL, false, "POST echo/a?x=1 ", &d), &d);
	assert_ok(ask(b, "echo/a/b-1", NULL, true, "DELETE echo/a/b-1? ", &d), &d);
	stop(b);
}

static void test_refused(void **state COCO_UNUSED)
{
	struct coco_backend *b = start(COCO_TRUSTEE_V0_21, NULL);
	static struct coco_diag d;

	assert_err(ask(b, "echo/a", "x", false, "", &d), COCO_E_BROKER_REFUSED_ADMIN, &d);
	stop(b);
	b = start(COCO_TRUSTEE_V0_21, key);
	assert_err(ask(b, "none/a", "x", false, "", &d), COCO_E_BROKER_ROUTE, &d);
	assert_err(ask(b, "echo/fail", "x", false, "", &d), COCO_E_BROKER_PLUGIN, &d);
	assert_err(ask(b, "echo/fail", NULL, true, "", &d), COCO_E_BROKER_PLUGIN, &d);
	assert_err(ask(b, "resource/a/b/c", "x", false, "", &d), COCO_E_USAGE_CONFLICT, &d);
	assert_err(ask(b, "resource/a/b/c", NULL, true, "", &d), COCO_E_USAGE_CONFLICT, &d);
	assert_int_equal(server.n_entries, 0);
	stop(b);
	/* nothing is sent to a release that deletes nothing */
	b = start(COCO_TRUSTEE_V0_19, key);
	assert_err(ask(b, "echo/a", NULL, true, "", &d), COCO_E_BROKER_RELEASE, &d);
	assert_int_equal(coco_test_server_connections(server.http), 0);
	stop(b);
}

/* What may not be repeatable is not repeated, what is a page is no answer. */
static void test_faults(void **state COCO_UNUSED)
{
	struct coco_backend *b = start(COCO_TRUSTEE_V0_21, key);
	static struct coco_diag d;

	server.faulty = 1;
	server.fault = COCO_FAULT_CLOSE;
	assert_int_not_equal(ask(b, "echo/a", "x", false, "", &d), 0);
	assert_ok(ask(b, "echo/a", "x", false, "POST echo/a? x", &d), &d);
	stop(b);
	b = start(COCO_TRUSTEE_V0_21, key);
	server.faulty = 1;
	server.fault_status = 200;
	assert_err(ask(b, "echo/a", "x", false, "", &d), COCO_E_NOT_A_BROKER, &d);
	stop(b);
}

static void test_directory(void **state COCO_UNUSED)
{
	const struct coco_store_options options = { .release = COCO_TRUSTEE_V0_21 };
	static struct coco_diag d;
	struct coco_backend *b;

	assert_ok(coco_backend_store_new(&b, "nowhere", &options, &d), &d);
	assert_err(ask(b, "echo/a", "x", false, "", &d), COCO_E_USAGE_CONFLICT, &d);
	assert_err(ask(b, "echo/a", NULL, true, "", &d), COCO_E_USAGE_CONFLICT, &d);
	coco_backend_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_directory),
	};

	return cmocka_run_group_tests(tests, group_start, group_end);
}
