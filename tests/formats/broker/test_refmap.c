/*
 * test_refmap.c - names, types and encodings of reference values by release,
 * and the way back.
 */
#include "formats/broker/refmap.h"

#include <string.h>

#include "tests/support/support.h"

struct expectation {
	const char *name;
	const char *algorithm;
	const char *step;
	enum coco_ref_tee tee;
	unsigned release;
	const char *want;      /* NULL: no name */
	bool single;
	bool base64;
	bool text;
};

static void test_out(void **state COCO_UNUSED)
{
	static const struct expectation all[] = {
		{ "snp.launch_digest", "sha384", "", COCO_REF_PLAIN, 17, "snp_launch_measurement",
		  false, true, false },
		{ "snp.launch_digest", "sha384", "", COCO_REF_PLAIN, 18, "snp_launch_measurement",
		  false, false, false },
		{ "snp.launch_digest", "sha384", "", COCO_REF_AZ_SNP, 21, "measurement", false,
		  true, true },
		{ "snp.launch_digest", "sha384", "", COCO_REF_AZ_TDX, 21, NULL, 0, 0, 0 },
		{ "snp.tcb.snp", "", "", COCO_REF_PLAIN, 21, "snp_snp_svn", false, false, false },
		{ "snp.tcb.snp", "", "", COCO_REF_PLAIN, 13, "snp_snp_svn", false, false, true },
		{ "snp.tcb.snp", "", "", COCO_REF_AZ_SNP, 21, "tcb_snp", false, false, true },
		{ "snp.smt_enabled", "", "", COCO_REF_PLAIN, 14, "snp_smt_enabled", true, false,
		  false },
		{ "snp.smt_enabled", "", "", COCO_REF_PLAIN, 12, "snp_smt_enabled", false, false,
		  true },
		{ "tdx.rtmr1", "sha384", "kernel", COCO_REF_PLAIN, 21, "tdvfkernel", true, false,
		  false },
		{ "tdx.xfam", "", "", COCO_REF_AZ_TDX, 21, "xfam", false, false, true },
		{ "gpu.vbios_version", "", "", COCO_REF_PLAIN, 21, "allowed_vbios_versions", false,
		  false, false },
		{ "snp.unheard_of", "", "", COCO_REF_PLAIN, 21, NULL, 0, 0, 0 },
		{ "NVIDIA_Corporation.GPU.measurement_12", "", "", COCO_REF_PLAIN, 21,
		  "NVIDIA_Corporation.GPU.measurement_12", false, false, false },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(all); i++) {
		struct coco_refvalue v = { .name = "" };
		struct coco_refmap map = { .name = "untouched" };

		strcpy(v.name, all[i].name);
		strcpy(v.algorithm, all[i].algorithm);
		strcpy(v.step, all[i].step);
		bool found = coco_refmap_out(&v, all[i].tee, all[i].release, &map);
		assert_int_equal(found, all[i].want != NULL);
		if (!found) {
			assert_string_equal(map.name, "untouched");
			continue;
		}
		assert_string_equal(map.name, all[i].want);
		assert_int_equal(map.single, all[i].single);
		assert_int_equal(map.base64, all[i].base64);
		if (all[i].algorithm[0] == '\0')
			assert_int_equal(map.text, all[i].text);
	}
}

static void test_in(void **state COCO_UNUSED)
{
	struct coco_refvalue v = { .name = "kept" };

	assert_false(coco_refmap_in("own", COCO_REF_PLAIN, &v));
	assert_string_equal(v.name, "kept");
	assert_true(coco_refmap_in("tdvfkernelparams", COCO_REF_PLAIN, &v));
	assert_string_equal(v.name, "tdx.rtmr2");
	assert_string_equal(v.step, "load options");
	assert_true(coco_refmap_in("snp_pcr11", COCO_REF_AZ_SNP, &v));
	assert_string_equal(v.name, "tpm.pcr11");
	assert_string_equal(v.algorithm, "sha256");
	assert_string_equal(v.step, "");
	assert_false(coco_refmap_in("measurement", COCO_REF_PLAIN, &v));
	assert_true(coco_refmap_in("measurement", COCO_REF_AZ_SNP, &v));
	assert_true(coco_refmap_in("tcb_tee", COCO_REF_AZ_SNP, &v));
	assert_string_equal(v.name, "snp.tcb.tee");
	assert_string_equal(v.algorithm, "");
	assert_int_equal(coco_refmap_type("snp.tcb.tee"), COCO_REFMAP_NUMBER);
	assert_int_equal(coco_refmap_type("own"), COCO_REFMAP_ANY);
	assert_true(coco_refmap_is_neutral("tdx.rtmr1"));
	assert_false(coco_refmap_is_neutral("rtmr_1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_out),
		cmocka_unit_test(test_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
