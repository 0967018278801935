/*
 * test_curl_lib.c - libcurl is found, once, and has what is used of it.
 */
#include "lib/net/curl_lib.h"

#include "tests/support/support.h"

static void test_load(void **state COCO_UNUSED)
{
	const struct coco_curl *one = NULL;
	const struct coco_curl *two = NULL;
	struct coco_diag d = { 0 };

	assert_ok(coco_curl_load(&one, &d), &d);
	assert_ok(coco_curl_load(&two, &d), &d);
	assert_ptr_equal(one, two);
	CURL *curl = one->easy_init();
	assert_non_null(curl);
	assert_int_equal(one->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L), CURLE_OK);
	assert_string_equal(one->easy_strerror(CURLE_OK), "No error");
	one->easy_cleanup(curl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
