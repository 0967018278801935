/*
 * test_rego_write.c - the resource policy: what it holds and in which order,
 * and texts that could end a string.
 */
#include "formats/broker/rego_write.h"

#include <string.h>

#include "tests/support/alloc_fail.h"

static const char *const resources[] = { "r/t/g", "r/u/*", "r/t/h" };
static const char *const pins[] = { "aa", "b\"b" };

static const struct coco_rego_grant grants[] = {
	{ .id = "one", .resources = resources, .n_resources = 3, .init_data = pins,
	  .n_init_data = 2, .release = "id = \"r7\"\n", .gpus = 2 },
	{ .id = "two", .resources = resources + 1, .n_resources = 1, .init_data = pins,
	  .n_init_data = 1 },
	{ .id = "three", .resources = resources, .n_resources = 1, .release = "x" },
};

static char *policy(unsigned release, unsigned platforms, size_t n)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *text;
	size_t size;

	coco_wr_init(&wr, COCO_REGO_MAX);
	coco_rego_resource(&wr, release, platforms, grants, n);
	assert_ok(coco_wr_finish(&wr, &text, &size, &d), &d);
	assert_int_equal(strlen((char *)text), size);
	return (char *)text;
}

static void test_rules(void **state COCO_UNUSED)
{
	static const char want[] =
		"# Model one.\n"
		"allow if {\n"
		"\tguest\n"
		"\tmodel_1_resource\n"
		"\tcount(gpus) == 2\n"
		"\tevidence.init_data in [\n"
		"\t\t\"aa\",\n"
		"\t\t\"b\\\"b\",\n"
		"\t]\n"
		"\tevidence.init_data_claims[\"release.toml\"] == \"id = \\\"r7\\\"\\n\"\n"
		"}\n"
		"\n"
		"model_1_resource if {\n"
		"\tpath in [\n"
		"\t\t\"r/t/g\",\n"
		"\t\t\"r/t/h\",\n"
		"\t]\n"
		"}\n"
		"\n"
		"model_1_resource if startswith(path, \"r/u/\")\n"
		"\n"
		"# Model two.\n"
		"allow if {\n"
		"\tguest\n"
		"\tmodel_2_resource\n"
		"\tcount(gpus) == 0\n"
		"\tevidence.init_data in [\n"
		"\t\t\"aa\",\n"
		"\t]\n"
		"}\n"
		"\n"
		"model_2_resource if startswith(path, \"r/u/\")\n"
		"\n"
		"# Model three.\n"
		"allow if {\n"
		"\tguest\n"
		"\tmodel_3_resource\n"
		"\tcount(gpus) == 0\n"
		"\tevidence.init_data_claims[\"release.toml\"] == \"x\"\n"
		"}\n"
		"\n"
		"model_3_resource if {\n"
		"\tpath in [\n"
		"\t\t\"r/t/g\",\n"
		"\t]\n"
		"}\n";
	char *text = policy(21, 1u << COCO_GRANT_SNP, 3);
	const char *found = strstr(text, "# Model one.");

	assert_non_null(found);
	assert_string_equal(found, want);
	assert_non_null(strstr(text, "default allow := false\n"));
	assert_non_null(strstr(text, "\tcount(affirmed) == count(input.submods)\n"));
	assert_non_null(strstr(text, "\tnot evidence.sample\n"));
	coco_free(text);
}

static void test_releases(void **state COCO_UNUSED)
{
	static const struct {
		unsigned release;
		const char *want;
	} all[] = {
		{ 14, "[\"snp\", \"tdx\", \"azsnpvtpm\", \"aztdxvtpm\", \"tpm\"]" },
		{ 15, "[\"snp\", \"tdx\", \"azsnpvtpm\", \"aztdxvtpm\", \"tpm\"]" },
		{ 16, "[\"snp\", \"tdx\", \"az_snp_vtpm\", \"az_tdx_vtpm\", \"tpm\"]" },
		{ 19, "[\"snp\", \"tdx\", \"az_snp_vtpm\", \"az_tdx_vtpm\", \"tpm\"]" },
		{ 20, "[\"snp\", \"tdx\", \"az-snp-vtpm\", \"az-tdx-vtpm\", \"tpm\"]" },
		{ 21, "[\"snp\", \"tdx\", \"az-snp-vtpm\", \"az-tdx-vtpm\", \"tpm\"]" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(all); i++) {
		char *text = policy(all[i].release, 31, 1);

		assert_non_null(strstr(text, all[i].want));
		coco_free(text);
	}
	char *text = policy(21, 1u << COCO_GRANT_AZ_TDX, 1);
	assert_non_null(strstr(text, "some kind in [\"az-tdx-vtpm\"]\n"));
	coco_free(text);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n;

	for (unsigned long k = 1; coco_test_alloc_arm(k); k++) {
		coco_wr_init(&wr, COCO_REGO_MAX);
		coco_rego_resource(&wr, 21, 1, grants, 3);
		coco_rego_cpu(&wr, 21, 31, NULL);
		coco_rego_gpu(&wr, 21, NULL);
		if (coco_test_alloc_check(coco_wr_finish(&wr, &text, &n, &d), &d))
			break;
	}
	assert_non_null(text);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
