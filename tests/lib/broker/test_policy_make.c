/*
 * test_policy_make.c - policies from grants files: pins in the form of each
 * platform and release, what is refused, what is told.
 */
#include "lib/broker/policy_make.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"

#define D32 "abababababababababababababababababababababababababababababababab"
#define D48 D32 "abababababababababababababababab"

static char logged[4096];

static void keep_log(void *ctx COCO_UNUSED, int level COCO_UNUSED, const char *text)
{
	size_t n = strlen(logged);

	snprintf(logged + n, sizeof(logged) - n, "%s\n", text);
}

static const struct coco_run run = { .jobs = 1, .now = 1790000000, .log = keep_log };

static void write_at(const char *dir, const char *name, const char *text)
{
	struct coco_diag d = { 0 };
	char *path = coco_path_join(dir, name);

	assert_non_null(path);
	assert_ok(coco_write_file(path, text, strlen(text), COCO_OUT_FORCE, &d), &d);
	coco_free(path);
}

static int grants(struct coco_policy_input *in, const char *dir, const char *text,
		  struct coco_diag *d)
{
	char *path = coco_path_join(dir, "grants.toml");

	write_at(dir, "grants.toml", text);
	coco_diag_init(d);
	logged[0] = '\0';
	int r = coco_policy_grants(&run, in, path, d);
	coco_free(path);
	return r;
}

static char *make(struct coco_policy_input *in, enum coco_policy_kind kind)
{
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_policy_make(&run, in, kind, &text, &n, &d), &d);
	assert_int_equal(strlen((char *)text), n);
	return (char *)text;
}

static void assert_has(struct coco_policy_input *in, enum coco_policy_kind kind, const char *want)
{
	char *text = make(in, kind);

	if (strstr(text, want) == NULL)
		fail_msg("no \"%s\" in:\n%s", want, text);
	coco_free(text);
}

static void assert_hasnt(struct coco_policy_input *in, enum coco_policy_kind kind,
			 const char *bad)
{
	char *text = make(in, kind);

	if (strstr(text, bad) != NULL)
		fail_msg("\"%s\" in:\n%s", bad, text);
	coco_free(text);
}

static void one_model(struct coco_policy_input *in, const char *digest)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_policy_model(in, "m", 0, &d), &d);
	assert_ok(coco_policy_resource(in, "r/t/g", &d), &d);
	if (digest != NULL)
		assert_ok(coco_policy_initdata(in, digest, NULL, &d), &d);
}

static void test_pins(void **state COCO_UNUSED)
{
	/* sha256(32 zeros, 32 x 0xab), computed with sha256sum */
	static const char pcr8[] =
		"\t\t\"debb3e7acfff6dd18d501042273629f0b79cb206bb8c24f59f62ddb80849403b\",\n";
	struct coco_policy_input in = { .release = 21 };

	one_model(&in, "sha256:" D32);
	assert_has(&in, COCO_POLICY_RESOURCE, "\t\t\"" D32 "\",\n");
	assert_has(&in, COCO_POLICY_RESOURCE,
		   "\t\t\"" D32 "00000000000000000000000000000000\",\n");
	in.release = 17;
	assert_has(&in, COCO_POLICY_RESOURCE,
		   "\t\t\"q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\",\n");
	assert_hasnt(&in, COCO_POLICY_RESOURCE, "\t\t\"" D32 "\",\n");
	in.platforms = 1u << COCO_GRANT_TPM;
	assert_hasnt(&in, COCO_POLICY_RESOURCE, "abab");
	assert_has(&in, COCO_POLICY_RESOURCE, pcr8);
	coco_policy_input_free(&in);
	/* a digest of 48 bytes is cut in HOST_DATA, fits MRCONFIGID, and has no PCR 8 */
	in = (struct coco_policy_input){ .release = 21 };
	one_model(&in, "sha384:" D48);
	logged[0] = '\0';
	assert_has(&in, COCO_POLICY_RESOURCE, "\t\t\"" D32 "\",\n\t\t\"" D48 "\",\n\t]\n");
	assert_string_equal(logged, "");
	in.platforms = 1u << COCO_GRANT_SNP | 1u << COCO_GRANT_AZ_SNP;
	coco_free(make(&in, COCO_POLICY_RESOURCE));
	assert_non_null(strstr(logged, "digest by sha384 cannot be pinned on az-snp-vtpm"));
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n;
	in.platforms = 1u << COCO_GRANT_AZ_SNP;
	assert_err(coco_policy_make(&run, &in, COCO_POLICY_RESOURCE, &text, &n, &d),
		   COCO_E_GRANTS_UNPINNED, &d);
	assert_null(text);
	coco_policy_input_free(&in);
}

static void test_refused(void **state COCO_UNUSED)
{
	struct coco_policy_input in = { .release = 21 };
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n = 7;

	assert_err(coco_policy_make(&run, &in, COCO_POLICY_RESOURCE, &text, &n, &d),
		   COCO_E_USAGE_OPERAND, &d);
	coco_diag_init(&d);
	assert_err(coco_policy_model(&in, "a b", 0, &d), COCO_E_USAGE_VALUE, &d);
	coco_diag_init(&d);
	assert_ok(coco_policy_model(&in, "a", 0, &d), &d);
	assert_err(coco_policy_make(&run, &in, COCO_POLICY_RESOURCE, &text, &n, &d),
		   COCO_E_USAGE_OPERAND, &d);
	coco_diag_init(&d);
	assert_err(coco_policy_resource(&in, "r/t", &d), COCO_E_FORMAT_VALUE, &d);
	coco_diag_init(&d);
	assert_ok(coco_policy_resource(&in, "r/t/g", &d), &d);
	assert_err(coco_policy_make(&run, &in, COCO_POLICY_RESOURCE, &text, &n, &d),
		   COCO_E_GRANTS_UNPINNED, &d);
	coco_diag_init(&d);
	assert_err(coco_policy_release(&in, "a\"b", &d), COCO_E_USAGE_VALUE, &d);
	coco_diag_init(&d);
	assert_err(coco_policy_initdata(&in, "sha256:12", NULL, &d), COCO_E_FORMAT_HEX, &d);
	coco_diag_init(&d);
	assert_err(coco_policy_initdata(&in, "absent.toml", "/nowhere", &d), COCO_E_IO_OPEN, &d);
	coco_diag_init(&d);
	in.release = 13;
	assert_err(coco_policy_make(&run, &in, COCO_POLICY_CPU, &text, &n, &d),
		   COCO_E_POLICY_RELEASE, &d);
	coco_diag_init(&d);
	in.release = 15;
	assert_err(coco_policy_make(&run, &in, COCO_POLICY_GPU, &text, &n, &d),
		   COCO_E_POLICY_RELEASE, &d);
	assert_null(text);
	assert_int_equal(n, 7);
	coco_policy_input_free(&in);
}

static const char initdata[] = "version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\n";
static const char all_of_it[] =
	"version = 1\nplatforms = [\"snp\", \"tdx\"]\nreference = [\"values.json\"]\n"
	"[[model]]\nid = \"one\"\nresources = [\"r/t/g\"]\ninitdata = [\"i.toml\"]\ngpus = 1\n"
	"[[model]]\nid = \"two\"\nresources = [\"r/t/*\"]\nrelease = \"r7\"\n";

static void test_grants(void **state COCO_UNUSED)
{
	struct coco_policy_input in = { .release = 21 };
	struct coco_initdata_binding b;
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();

	write_at(dir, "i.toml", initdata);
	write_at(dir, "values.json", "{\"snp_smt_enabled\":true,\"rtmr_0\":[\"" D48 "\"]}");
	assert_ok(grants(&in, dir, all_of_it, &d), &d);
	assert_int_equal(in.n, 2);
	assert_true(in.has_set);
	assert_ok(coco_initdata_bind(coco_view_of(initdata, sizeof(initdata) - 1),
				     COCO_INITDATA_SHA256, &b, &d), &d);
	assert_memory_equal(in.model[0].pin[0].digest, b.digest, 32);
	assert_has(&in, COCO_POLICY_RESOURCE, "id = \\\"r7\\\"\\n\"");
	assert_has(&in, COCO_POLICY_RESOURCE, "count(gpus) == 1");
	assert_hasnt(&in, COCO_POLICY_RESOURCE, "i.toml");
	logged[0] = '\0';
	assert_has(&in, COCO_POLICY_CPU, "rtmr_0 in query_reference_value(\"rtmr_0\")");
	assert_non_null(strstr(logged, "snp: there is no value for snp.launch_digest"));
	assert_non_null(strstr(logged, "snp: snp.tsme_enabled is not compared"));
	assert_null(strstr(logged, "az-"));
	assert_hasnt(&in, COCO_POLICY_CPU, "az-snp-vtpm");
	assert_has(&in, COCO_POLICY_GPU, "configuration := 3");
	coco_policy_input_free(&in);
	in = (struct coco_policy_input){ .release = 21 };
	assert_err(grants(&in, dir, "version = 2\n", &d), COCO_E_GRANTS_SCHEMA, &d);
	assert_non_null(strstr(d.source, "grants.toml"));
	write_at(dir, "i.toml", "version = 1");
	assert_err(grants(&in, dir, all_of_it, &d), COCO_E_FORMAT_TOML_TYPE, &d);
	assert_non_null(strstr(d.source, "i.toml"));
	coco_policy_input_free(&in);
	coco_test_rmdir(dir);
}

static void test_same_bytes(void **state COCO_UNUSED)
{
	struct coco_policy_input in = { .release = 19 };

	one_model(&in, "sha256:" D32);
	char *first = make(&in, COCO_POLICY_RESOURCE);
	char *second = make(&in, COCO_POLICY_RESOURCE);
	assert_string_equal(first, second);
	coco_free(first);
	coco_free(second);
	coco_policy_input_free(&in);
	assert_string_equal(coco_policy_kind_id(COCO_POLICY_GPU), "default_gpu");
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_policy_input in = { .release = 21 };
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();
	uint8_t *text = NULL;
	size_t n = 0;
	char *path = coco_path_join(dir, "grants.toml");

	write_at(dir, "i.toml", initdata);
	write_at(dir, "values.json", "{\"snp_smt_enabled\":true}");
	write_at(dir, "grants.toml", all_of_it);
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++) {
		int r = coco_policy_grants(&run, &in, path, &d);

		if (r == 0)
			r = coco_policy_make(&run, &in, COCO_POLICY_RESOURCE, &text, &n, &d);
		if (coco_test_alloc_check(r, &d))
			break;
		coco_policy_input_free(&in);
		in.release = 21;
	}
	assert_non_null(text);
	coco_free(text);
	coco_free(path);
	coco_policy_input_free(&in);
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pins),       cmocka_unit_test(test_refused),
		cmocka_unit_test(test_grants),     cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
