/*
 * test_hcl_report.c - HCL reports of Azure: minted ones, every length, sizes
 * that lie, keys that are not there.
 */
#include "formats/evidence/hcl_report.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_tpm.h"

static char *data;
static uint8_t *report;
static size_t n_report;

static int setup(void **state COCO_UNUSED)
{
	static const char user[] =
		"00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"
		"00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF";
	struct coco_key *ak;
	uint8_t hardware[1184];

	memset(hardware, 0x5a, sizeof(hardware));
	assert_int_equal(coco_key_generate("rsa2048", &ak, NULL), 0);
	data = coco_mint_hcl_data(ak, user);
	report = coco_mint_hcl(false, coco_view_of(hardware, sizeof(hardware)), data, &n_report);
	coco_key_free(ak);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_free(data);
	coco_free(report);
	return 0;
}

static int parse(struct coco_hcl_report *ret, const uint8_t *p, size_t n, const char **ret_field)
{
	static struct coco_diag d;
	uint8_t *guarded = coco_test_guard(p, n);

	coco_diag_init(&d);
	int r = coco_hcl_report_parse(ret, coco_view_of(guarded, n), &d);
	coco_test_unguard(guarded, n);
	assert_int_equal(r, d.code);
	*ret_field = d.field;
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_hcl_report t;
	struct coco_hcl_data k;
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };

	assert_ok(coco_hcl_report_parse(&t, coco_view_of(report, n_report), &d), &d);
	assert_true(t.version == 1 && t.report_type == COCO_HCL_SNP && t.hash_type == 1);
	assert_true(t.hardware.n == 1184 && t.hardware.p == report + 32);
	assert_int_equal(t.data.n, strlen(data));
	assert_memory_equal(t.data.p, data, t.data.n);
	assert_ok(coco_hcl_data_parse(&k, t.data, &d), &d);
	assert_int_equal(k.n_n, 256);
	assert_int_equal(k.n_e, 3);
	assert_true(k.has_user_data);
	assert_memory_equal(k.user_data, "\x00\x11\x22\x33", 4);
	coco_hcl_claims(&c, &t, &k, true, 0x10);
	assert_int_equal(coco_claims_find(&c, "hcl.report_type")->offset, 0x10 + 0x4c8);
	assert_int_equal(coco_claims_find(&c, "hcl.vm.secure-boot")->number, 1);
	assert_non_null(coco_claims_find(&c, "hcl.vm.vmUniqueId"));
	assert_int_equal(coco_claims_find(&c, "hcl.user_data")->n, 64);
	coco_claims_free(&c);
	coco_hcl_claims(&c, &t, NULL, false, 0);
	for (size_t i = 0; i < c.n; i++)
		assert_int_equal(c.v[i].length, 0);
	coco_claims_free(&c);
	coco_hcl_data_free(&k);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		int r = coco_hcl_data_parse(&k, t.data, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_hcl_data_free(&k);
}

static void test_sizes(void **state COCO_UNUSED)
{
	static const struct {
		size_t at;
		uint8_t flip;
		int code;
		const char *field;
	} list[] = {
		{ 0, 1, COCO_E_HCL_REPORT, "signature" },
		{ 4, 2, COCO_E_HCL_REPORT, "version" },      /* 1 and 2 are read, 0 and 3 not */
		{ 4, 1, COCO_E_HCL_REPORT, "version" },
		{ 8, 1, COCO_E_HCL_REPORT, "report size" },
		{ 0xb, 0xff, COCO_E_HCL_REPORT, "report size" },
		{ 0x4c0, 1, COCO_E_HCL_REPORT, "variable data size" },
		{ 0x4c3, 0xff, COCO_E_HCL_REPORT, "variable data size" },
		{ 0x4c8, 1, COCO_E_HCL_REPORT, "report type" },
		{ 0x4cc, 1, COCO_E_HCL_REPORT, "hash type" },
		{ 0x4cc, 5, COCO_E_HCL_REPORT, "hash type" },
		{ 0x4d0, 1, COCO_E_HCL_REPORT, "variable data size" },
		{ 0x4d3, 0xff, COCO_E_HCL_REPORT, "variable data size" },
	};
	struct coco_hcl_report t = { .version = 77 };
	const char *field;
	size_t need = 0x4d4 + strlen(data);

	for (size_t n = 0; n < need; n += n < 0x60 || n > 0x4a0 ? 1 : 16)
		assert_int_equal(parse(&t, report, n, &field), COCO_E_FORMAT_SHORT);
	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		report[list[i].at] ^= list[i].flip;
		assert_int_equal(parse(&t, report, n_report, &field), list[i].code);
		assert_string_equal(field, list[i].field);
		report[list[i].at] ^= list[i].flip;
	}
	assert_int_equal(t.version, 77);
	assert_int_equal(parse(&t, report, need, &field), 0);
	report[n_report - 1] = 1;
	assert_int_equal(parse(&t, report, n_report, &field), COCO_E_HCL_REPORT);
	assert_string_equal(field, "padding");
	report[n_report - 1] = 0;
}

static void test_data(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} list[] = {
		{ "", COCO_E_FORMAT_JSON },
		{ "[]", COCO_E_FORMAT_JSON_TYPE },
		{ "{}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"keys\":[]}", COCO_E_HCL_REPORT },
		{ "{\"keys\":[{\"kid\":\"HCLEkPub\"}]}", COCO_E_HCL_REPORT },
		{ "{\"keys\":[7]}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"keys\":[{\"kid\":\"HCLAkPub\",\"kty\":\"EC\"}]}", COCO_E_HCL_REPORT },
		{ "{\"keys\":[{\"kid\":\"HCLAkPub\",\"kty\":\"RSA\",\"n\":\"AA\"}]}",
		  COCO_E_FORMAT_JSON_TYPE },
		{ "{\"keys\":[{\"kid\":\"HCLAkPub\",\"kty\":\"RSA\",\"n\":\"?\",\"e\":\"AQAB\"}]}",
		  COCO_E_FORMAT_BASE64 },
		{ "{\"keys\":[{\"kid\":\"HCLAkPub\",\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"},"
		  "{\"kid\":\"HCLAkPub\",\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
		  COCO_E_HCL_REPORT },
		{ "{\"keys\":[{\"kid\":\"HCLAkPub\",\"kty\":\"RSA\",\"n\":\"AQAB\","
		  "\"e\":\"AQAB\"}],\"user-data\":\"00\"}", COCO_E_FORMAT_HEX },
		{ "{\"keys\":[],\"keys\":[]}", COCO_E_FORMAT_JSON_DUPLICATE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_hcl_data k = { .n_n = 77 };
		struct coco_diag d = { 0 };

		struct coco_view text = coco_view_of(list[i].text, strlen(list[i].text));

		assert_err(coco_hcl_data_parse(&k, text, &d), list[i].code, &d);
		assert_int_equal(k.n_n, 77);
	}
}

/* Names of claims stay plain whatever the keys are. */
static void test_names(void **state COCO_UNUSED)
{
	static const char text[] =
		"{\"keys\":[{\"kid\":\"HCLAkPub\",\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}],"
		"\"vm-configuration\":{\"a b\\n\\u0001\":true,\"n\":5,\"o\":{}}}";
	struct coco_hcl_report t = { .report_type = COCO_HCL_TDX };
	struct coco_hcl_data k;
	struct coco_claims c = { 0 };

	assert_int_equal(coco_hcl_data_parse(&k, coco_view_of(text, strlen(text)), NULL), 0);
	coco_hcl_claims(&c, &t, &k, false, 0);
	assert_non_null(coco_claims_find(&c, "hcl.vm.a_b__"));
	assert_int_equal(coco_claims_find(&c, "hcl.vm.n")->number, 5);
	assert_null(coco_claims_find(&c, "hcl.user_data"));
	coco_claims_free(&c);
	coco_hcl_data_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
