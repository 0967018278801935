/*
 * test_ossl.c - OpenSSL's error queue in a diag.
 */
#include "lib/crypto/ossl.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "tests/support/support.h"

static void test_causes(void **state COCO_UNUSED)
{
	static struct coco_diag d;

	for (int i = 0; i < 9; i++)
		ERR_raise(ERR_LIB_EVP, EVP_R_DECODE_ERROR);
	assert_err(coco_fail_ossl(&d, COCO_E_KEY_FORMAT, "number %d", 7), COCO_E_KEY_FORMAT, &d);
	assert_string_equal(d.message, "number 7");
	assert_int_equal(d.n_causes, 3);
	assert_non_null(strstr(d.causes[0], "openssl: "));
	assert_int_equal(ERR_peek_error(), 0);
}

static void test_memory(void **state COCO_UNUSED)
{
	static struct coco_diag d;

	ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
	assert_err(coco_fail_ossl(&d, COCO_E_KEY_FORMAT, "x"), COCO_E_LIMIT_MEMORY, &d);
	ERR_raise(ERR_LIB_EVP, EVP_R_DECODE_ERROR);
	assert_int_equal(coco_fail_ossl(NULL, COCO_E_KEY_FORMAT, "x"), COCO_E_KEY_FORMAT);
	assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
