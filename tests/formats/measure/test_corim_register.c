/*
 * test_corim_register.c - registers to places in a CoRIM and back; claims that
 * are no register.
 */
#include "formats/measure/corim_register.h"

#include <string.h>

#include "tests/support/support.h"

static struct coco_view view(const char *s)
{
	return coco_view_of(s, strlen(s));
}

static void assert_view(struct coco_view v, const char *want)
{
	assert_int_equal(v.n, strlen(want));
	assert_memory_equal(v.p, want, v.n);
}

static void test_there_and_back(void **state COCO_UNUSED)
{
	static const struct {
		const char *reg;
		const char *platform;
		const char *vendor;
		const char *model;
		const char *key;
		bool back;
	} all[] = {
		{ "snp.launch_digest", "snp", "AMD", "SEV-SNP", "MEASUREMENT", true },
		{ "sev.launch_digest", "sev", "AMD", "SEV", "MEASUREMENT", true },
		{ "sev.launch_digest", "sev-es", "AMD", "SEV-ES", "MEASUREMENT", true },
		{ "tdx.mrtd", "tdx", "Intel", "TDX", "MRTD", true },
		{ "tdx.rtmr3", "tdx", "Intel", "TDX", "RTMR3", true },
		{ "tpm.pcr11", "vtpm", "TCG", "TPM", "PCR11", true },
		{ "tdx.with_more", "tdx", "Intel", "TDX", "WITH_MORE", true },
		{ "nitro.pcr0", "eif", "cococtl", "eif", "PCR0", false },
		{ "plain", "x", "cococtl", "x", "PLAIN", false },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(all); i++) {
		struct coco_corim_claim c = { .kind = COCO_CORIM_DIGEST };
		char key[COCO_CORIM_KEY_TEXT];
		char back[COCO_CORIM_REGISTER_NAME] = "kept";

		coco_corim_register(all[i].reg, all[i].platform, &c.env, key);
		assert_view(c.env.vendor, all[i].vendor);
		assert_view(c.env.model, all[i].model);
		assert_string_equal(key, all[i].key);
		c.key = (struct coco_corim_name){ COCO_CORIM_TEXT, 0, view(key) };
		assert_int_equal(coco_corim_register_back(&c, back), all[i].back);
		assert_string_equal(back, all[i].back ? all[i].reg : "kept");
		c.kind = COCO_CORIM_RAW;
		assert_false(coco_corim_register_back(&c, back));
	}
}

static void test_numbers(void **state COCO_UNUSED)
{
	static const char amd_class[] = "\x2b\x06\x01\x04\x01\x9c\x78\x03\x01";
	struct coco_corim_claim c = { .kind = COCO_CORIM_REGISTER,
				      .reg = { .kind = COCO_CORIM_UINT, .number = 2 } };
	char back[COCO_CORIM_REGISTER_NAME];

	c.env.vendor = view("Intel");
	c.env.model = view("TDX");
	assert_true(coco_corim_register_back(&c, back));
	assert_string_equal(back, "tdx.rtmr2");
	c.reg.number = 4;
	assert_false(coco_corim_register_back(&c, back));
	c.env.vendor = view("TCG");
	c.env.model = view("TPM");
	c.reg.number = 23;
	assert_true(coco_corim_register_back(&c, back));
	assert_string_equal(back, "tpm.pcr23");
	c.reg.number = 24;
	assert_false(coco_corim_register_back(&c, back));
	c.env.vendor = view("AMD");
	c.env.model = view("SEV-SNP");
	c.reg.number = 1;
	assert_false(coco_corim_register_back(&c, back));
	/* AMD's own profile */
	c = (struct coco_corim_claim){ .kind = COCO_CORIM_DIGEST,
				       .key = { .kind = COCO_CORIM_UINT, .number = 641 } };
	c.env.class_id = (struct coco_corim_name){
		COCO_CORIM_OID, 0, coco_view_of(amd_class, sizeof(amd_class) - 1) };
	assert_true(coco_corim_register_back(&c, back));
	assert_string_equal(back, "snp.launch_digest");
	c.key.number = 642;
	assert_false(coco_corim_register_back(&c, back));
}

static void test_foreign(void **state COCO_UNUSED)
{
	static const char *const keys[] = { "", "mrtd", "MR TD", "MR.TD", "MR-TD", "M\xc3\xa4" };
	char longest[COCO_CORIM_KEY_TEXT + 1];
	struct coco_corim_claim c = { .kind = COCO_CORIM_DIGEST };
	char back[COCO_CORIM_REGISTER_NAME];

	c.env.vendor = view("Intel");
	c.env.model = view("TDX");
	for (size_t i = 0; i < COCO_ARRAY_LEN(keys); i++) {
		c.key = (struct coco_corim_name){ COCO_CORIM_TEXT, 0, view(keys[i]) };
		assert_false(coco_corim_register_back(&c, back));
	}
	memset(longest, 'A', sizeof(longest));
	longest[COCO_CORIM_KEY_TEXT] = '\0';
	c.key = (struct coco_corim_name){ COCO_CORIM_TEXT, 0, view(longest) };
	assert_false(coco_corim_register_back(&c, back));
	c.key = (struct coco_corim_name){ COCO_CORIM_TEXT, 0, view("MRTD") };
	c.env.model = view("SGX");
	assert_false(coco_corim_register_back(&c, back));
}

static void test_algorithms(void **state COCO_UNUSED)
{
	assert_int_equal(coco_corim_algorithm("sha384"), COCO_CORIM_SHA384);
	assert_int_equal(coco_corim_algorithm("sha1"), 0);
	assert_string_equal(coco_corim_algorithm_name(COCO_CORIM_SHA512), "sha512");
	assert_null(coco_corim_algorithm_name(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_algorithms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
