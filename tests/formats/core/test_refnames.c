/*
 * test_refnames.c - Trustee's names of measurements, by release and verifier.
 */
#include "formats/core/refnames.h"

#include <string.h>

#include "tests/support/support.h"

static void test_release(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "", "v", "v0.", "v0.10", "v0.22", "v1.17", "0.17.0",
					   "v0.17x", "v0.0000000000000000017x", "v0.99999999999" };

	assert_int_equal(coco_ref_release("v0.11"), 11);
	assert_int_equal(coco_ref_release("0.17"), 17);
	assert_int_equal(coco_ref_release("v0.21"), 21);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++)
		assert_int_equal(coco_ref_release(bad[i]), 0);
}

static const struct {
	const char *reg;
	const char *algorithm;
	const char *step;
	enum coco_ref_tee tee;
	unsigned release;
	const char *name;        /* NULL: there is none */
	bool single;
	bool base64;
	bool stock;
} cases[] = {
	{ "snp.launch_digest", "sha384", NULL, COCO_REF_PLAIN, 21, "snp_launch_measurement", false,
	  false, true },
	{ "snp.launch_digest", "sha384", NULL, COCO_REF_PLAIN, 18, "snp_launch_measurement", false,
	  false, true },
	{ "snp.launch_digest", "sha384", NULL, COCO_REF_PLAIN, 17, "snp_launch_measurement", false,
	  true, true },
	{ "snp.launch_digest", "sha384", NULL, COCO_REF_PLAIN, 12, "snp_launch_measurement", false,
	  true, false },
	{ "snp.launch_digest", "sha256", NULL, COCO_REF_PLAIN, 21, NULL, false, false, false },
	{ "sev.launch_digest", "sha256", NULL, COCO_REF_PLAIN, 21, NULL, false, false, false },
	{ "snp.launch_digest", "sha384", NULL, COCO_REF_AZ_SNP, 21, "measurement", false, true,
	  true },
	{ "snp.launch_digest", "sha384", NULL, COCO_REF_AZ_TDX, 21, NULL, false, false, false },
	{ "tdx.mrtd", "sha384", NULL, COCO_REF_PLAIN, 17, "mr_td", false, false, true },
	{ "tdx.mrtd", "sha384", NULL, COCO_REF_AZ_TDX, 17, "mr_td", false, false, true },
	{ "tdx.rtmr0", "sha384", NULL, COCO_REF_PLAIN, 21, "rtmr_0", false, false, false },
	{ "tdx.rtmr1", "sha384", NULL, COCO_REF_PLAIN, 21, "rtmr_1", false, false, true },
	{ "tdx.rtmr1", "sha384", "kernel", COCO_REF_PLAIN, 21, "tdvfkernel", true, false, true },
	{ "tdx.rtmr2", "sha384", "load options", COCO_REF_PLAIN, 21, "tdvfkernelparams", true,
	  false, true },
	{ "tdx.rtmr2", "sha384", "kernel", COCO_REF_PLAIN, 21, NULL, false, false, false },
	{ "tpm.pcr11", "sha256", NULL, COCO_REF_PLAIN, 21, "tpm_pcr11", false, false, true },
	{ "tpm.pcr11", "sha256", NULL, COCO_REF_AZ_SNP, 21, "snp_pcr11", false, false, true },
	{ "tpm.pcr11", "sha256", NULL, COCO_REF_AZ_TDX, 21, "tdx_pcr11", false, false, true },
	{ "tpm.pcr4", "sha256", NULL, COCO_REF_PLAIN, 21, "tpm_pcr4", false, false, false },
	{ "tpm.pcr4", "sha384", NULL, COCO_REF_PLAIN, 21, NULL, false, false, false },
	{ "tpm.pcr4", "sha256", "x", COCO_REF_PLAIN, 21, NULL, false, false, false },
	{ "tpm.pcr24", "sha256", NULL, COCO_REF_PLAIN, 21, NULL, false, false, false },
	{ "tpm.pcr04", "sha256", NULL, COCO_REF_PLAIN, 21, NULL, false, false, false },
	{ "tpm.pcr", "sha256", NULL, COCO_REF_PLAIN, 21, NULL, false, false, false },
	{ "tpm.pcr111", "sha256", NULL, COCO_REF_PLAIN, 21, NULL, false, false, false },
	{ "verity.root_hash", "sha256", NULL, COCO_REF_PLAIN, 21, NULL, false, false, false },
};

static void test_names(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_refname n = { .name = "untouched" };
		bool found = coco_refname_find(cases[i].reg, cases[i].algorithm, cases[i].step,
					       cases[i].tee, cases[i].release, &n);

		assert_int_equal(found, cases[i].name != NULL);
		assert_string_equal(n.name, found ? cases[i].name : "untouched");
		assert_int_equal(n.single, cases[i].single);
		assert_int_equal(n.base64, cases[i].base64);
		assert_int_equal(n.stock, cases[i].stock);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
