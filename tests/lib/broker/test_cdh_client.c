/*
 * test_cdh_client.c - resources through a guest's data hub.
 */
#include "lib/broker/cdh_client.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/http_server.h"

static const struct coco_run run = { .jobs = 1 };
static const struct coco_resource_id id = { .repo = "r", .type = "t", .tag = "g" };

static void handler(void *ctx, const struct coco_test_request *q, struct coco_test_answer *a)
{
	const unsigned *status = ctx;

	assert_string_equal(q->method, "GET");
	assert_string_equal(q->path, "/cdh/resource/r/t/g");
	assert_string_equal(q->authorization, "");
	a->status = *status;
	a->body = *status == 200 ? "key\0bytes" : "URL NOT FOUND \x1b[31m";
	a->n_body = *status == 200 ? 9 : strlen(a->body);
}

static void test_answers(void **state COCO_UNUSED)
{
	static const struct {
		unsigned status;
		int code;
	} cases[] = {
		{ 200, 0 },
		{ 404, COCO_E_CDH_ABSENT },
		{ 403, COCO_E_CDH_ABSENT },
		{ 500, COCO_E_CDH_REFUSED },
		{ 302, COCO_E_CDH_REFUSED },
	};
	unsigned status = 0;
	struct coco_test_server *server = coco_test_server_start(handler, &status, NULL);

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		const char *url = coco_test_server_url(server, i % 2 == 0 ? "/" : "");
		struct coco_secret got = { 0 };
		struct coco_diag d = { 0 };

		status = cases[i].status;
		if (cases[i].code == 0) {
			assert_ok(coco_cdh_get(url, 0, &run, &id, &got, &d), &d);
			assert_int_equal(got.n, 9);
			assert_memory_equal(coco_secret_expose(&got), "key\0bytes", 9);
		} else {
			assert_err(coco_cdh_get(url, 0, &run, &id, &got, &d), cases[i].code, &d);
			assert_null(strchr(d.message, '\x1b'));
			assert_null(got.p);
		}
		coco_secret_free(&got);
	}
	coco_test_server_stop(server);
}

static void test_memory(void **state COCO_UNUSED)
{
	unsigned status = 200;
	struct coco_test_server *server = coco_test_server_start(handler, &status, NULL);
	const char *url = coco_test_server_url(server, "");
	struct coco_secret got = { 0 };
	struct coco_diag d = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = coco_cdh_get(url, 0, &run, &id, &got, &d);

		if (coco_test_alloc_check(r, &d))
			break;
		assert_null(got.p);
	}
	coco_secret_free(&got);
	coco_test_server_stop(server);
}

static void test_addresses(void **state COCO_UNUSED)
{
	static const char *const urls[] = {
		"http://example.com:8006", "https://127.0.0.1:8006", "127.0.0.1:8006",
		"http://127.0.0.1@example.com", "",
	};
	struct coco_secret got = { 0 };
	struct coco_diag d = { 0 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(urls); i++) {
		coco_diag_init(&d);
		assert_err(coco_cdh_get(urls[i], 0, &run, &id, &got, &d), COCO_E_CDH_ADDRESS, &d);
	}
	coco_diag_init(&d);
	assert_err(coco_cdh_get("http://127.0.0.1:1", 1, &run, &id, &got, &d), COCO_E_NET_CONNECT,
		   &d);
	assert_non_null(strstr(d.hint, "guest_components_rest_api"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
