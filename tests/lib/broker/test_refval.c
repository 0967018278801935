/*
 * test_refval.c - reference values from records, hands and the files of
 * others, and what they become for releases of Trustee; the shared vectors.
 */
#include "lib/broker/refval.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define D48(b) b b b b b b b b b b b b b b b b b b b b b b b b
#define HEX48 D48("0101")
#define B64_48 "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"

static char logged[4096];

static void keep_log(void *ctx COCO_UNUSED, int level COCO_UNUSED, const char *text)
{
	size_t n = strlen(logged);

	snprintf(logged + n, sizeof(logged) - n, "%s\n", text);
}

static const struct coco_run run = { .jobs = 1, .now = 1790000000, .log = keep_log };
static const struct coco_refval_source plain = { .tee = COCO_REF_PLAIN };

static void hand(struct coco_refset *s, const char *text)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_refval_hand(s, text, &plain, &d), &d);
}

static char *export(const struct coco_refset *s, enum coco_refval_form form, enum coco_ref_tee tee,
		    unsigned release)
{
	const struct coco_refval_target target = { form, tee, release };
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	logged[0] = '\0';
	assert_ok(coco_refval_export(&run, s, &target, &text, &n, &d), &d);
	assert_int_equal(strlen((char *)text), n);
	return (char *)text;
}

static void assert_export(const struct coco_refset *s, enum coco_refval_form form,
			  enum coco_ref_tee tee, unsigned release, const char *want)
{
	char *text = export(s, form, tee, release);

	assert_string_equal(text, want);
	coco_free(text);
}

static void test_hand(void **state COCO_UNUSED)
{
	static const char *const refused[] = {
		"snp.launch_digest=12",    "snp.launch_digest=xyz", "snp.launch_digest=[]",
		"snp.tcb.snp=true",        "snp.tcb.snp=-1",        "snp.smt_enabled=1",
		"snp.smt_enabled=yes",     "tdx.xfam=1",            "own=null",
		"tpm.pcr11=" HEX48 "01",   "snp.tcb.snp=\"07\"",
	};
	struct coco_refset s = { .n = 0 };
	struct coco_diag d = { 0 };

	hand(&s, "snp.launch_digest=" HEX48);
	hand(&s, "snp_launch_measurement=\"" B64_48 "\"");
	assert_int_equal(s.n, 1);
	hand(&s, "snp.tcb.snp=[1,\"2\"]");
	hand(&s, "snp.smt_enabled=\"true\"");
	hand(&s, "own={\"a\":[1]}");
	assert_int_equal(s.n, 5);
	assert_string_equal(s.v[2].value, "2");
	assert_string_equal(s.v[3].value, "true");
	for (size_t i = 0; i < COCO_ARRAY_LEN(refused); i++) {
		assert_err(coco_refval_hand(&s, refused[i], &plain, &d), COCO_E_REFSET_VALUE, &d);
		d = (struct coco_diag){ 0 };
	}
	assert_err(coco_refval_hand(&s, "none", &plain, &d), COCO_E_USAGE_VALUE, &d);
	d = (struct coco_diag){ 0 };
	assert_err(coco_refval_hand(&s, "=1", &plain, &d), COCO_E_USAGE_VALUE, &d);
	d = (struct coco_diag){ 0 };
	assert_err(coco_refval_hand(&s, "a={x", &plain, &d), COCO_E_USAGE_VALUE, &d);
	assert_int_equal(s.n, 5);
	coco_refset_free(&s);
}

static void test_releases(void **state COCO_UNUSED)
{
	struct coco_refset s = { .n = 0 };

	hand(&s, "snp.launch_digest=" HEX48);
	hand(&s, "snp.tcb.snp=[1,2]");
	hand(&s, "snp.smt_enabled=true");
	assert_export(&s, COCO_REFVAL_PAYLOAD, COCO_REF_PLAIN, 18,
		      "{\"snp_launch_measurement\":[\"" HEX48 "\"],\"snp_snp_svn\":[1,2],"
		      "\"snp_smt_enabled\":true}\n");
	assert_export(&s, COCO_REFVAL_PAYLOAD, COCO_REF_PLAIN, 17,
		      "{\"snp_launch_measurement\":[\"" B64_48 "\"],\"snp_snp_svn\":[1,2],"
		      "\"snp_smt_enabled\":true}\n");
	assert_export(&s, COCO_REFVAL_PAYLOAD, COCO_REF_AZ_SNP, 21,
		      "{\"measurement\":[\"" B64_48 "\"],\"tcb_snp\":[\"1\",\"2\"],"
		      "\"smt_enabled\":[\"true\"]}\n");
	assert_export(&s, COCO_REFVAL_STORED, COCO_REF_PLAIN, 12,
		      "[\n  {\n    \"version\": \"0.1.0\",\n"
		      "    \"name\": \"snp_launch_measurement\",\n"
		      "    \"expiration\": \"2027-09-21T14:13:20Z\",\n"
		      "    \"hash-value\": [\n      {\n"
		      "        \"alg\": \"sha384\",\n"
		      "        \"value\": \"" B64_48 "\"\n      }\n    ]\n"
		      "  },\n  {\n    \"version\": \"0.1.0\",\n    \"name\": \"snp_snp_svn\",\n"
		      "    \"expiration\": \"2027-09-21T14:13:20Z\",\n"
		      "    \"hash-value\": [\n      {\n"
		      "        \"alg\": \"sha384\",\n        \"value\": \"1\"\n      },\n      {\n"
		      "        \"alg\": \"sha384\",\n"
		      "        \"value\": \"2\"\n      }\n    ]\n  },\n  {\n"
		      "    \"version\": \"0.1.0\",\n    \"name\": \"snp_smt_enabled\",\n"
		      "    \"expiration\": \"2027-09-21T14:13:20Z\",\n"
		      "    \"hash-value\": [\n      {\n"
		      "        \"alg\": \"sha384\",\n"
		      "        \"value\": \"true\"\n      }\n    ]\n  }\n]\n");
	coco_refset_free(&s);
}

static void test_left_out(void **state COCO_UNUSED)
{
	const struct coco_refval_source old = { .has_after = true, .not_after = run.now };
	const struct coco_refval_source later = { .has_before = true, .not_before = run.now + 1 };
	const struct coco_refval_target target = { COCO_REFVAL_PAYLOAD, COCO_REF_PLAIN, 21 };
	struct coco_refset s = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_refval_hand(&s, "a=1", &old, &d), &d);
	assert_ok(coco_refval_hand(&s, "b=1", &later, &d), &d);
	hand(&s, "verity.root_hash=" HEX48);
	assert_err(coco_refval_export(&run, &s, &target, &text, &n, &d), COCO_E_REFVAL_NONE, &d);
	hand(&s, "tdx.rtmr0=" HEX48);
	assert_export(&s, COCO_REFVAL_PAYLOAD, COCO_REF_PLAIN, 21,
		      "{\"rtmr_0\":[\"" HEX48 "\"]}\n");
	assert_non_null(strstr(logged, "a  is left out: it expired"));
	assert_non_null(strstr(logged, "b  is left out: it holds from"));
	assert_non_null(strstr(logged, "verity.root_hash sha384 is left out"));
	assert_non_null(strstr(logged, "rtmr_0 is not read by the default policy"));
	logged[0] = '\0';
	assert_int_equal(coco_refval_expire(&run, &s), 2);
	assert_int_equal(s.n, 2);
	assert_non_null(strstr(logged, "a is left out"));
	d = (struct coco_diag){ 0 };
	hand(&s, "snp.smt_enabled=[true,false]");
	assert_err(coco_refval_export(&run, &s, &target, &text, &n, &d), COCO_E_REFVAL_SINGLE, &d);
	coco_refset_free(&s);
}

static void test_drop(void **state COCO_UNUSED)
{
	struct coco_refset s = { .n = 0 };
	struct coco_diag d = { 0 };
	size_t n = 0;

	hand(&s, "snp.tcb.snp=[1,2]");
	hand(&s, "own=3");
	assert_ok(coco_refval_drop(&s, "snp_snp_svn=2", &plain, &n, &d), &d);
	assert_int_equal(n, 1);
	assert_int_equal(s.n, 2);
	assert_ok(coco_refval_drop(&s, "snp_snp_svn", &plain, &n, &d), &d);
	assert_int_equal(s.n, 1);
	assert_err(coco_refval_drop(&s, "own=4", &plain, &n, &d), COCO_E_REFVAL_NONE, &d);
	assert_int_equal(s.n, 1);
	coco_refset_free(&s);
}

static void read_text(struct coco_refset *s, const char *text, int want)
{
	struct coco_diag d = { 0 };

	int r = coco_refval_read(&run, s, coco_view_of(text, strlen(text)), &plain, &d);
	if (want == 0)
		assert_ok(r, &d);
	else
		assert_err(r, want, &d);
}

static void test_files(void **state COCO_UNUSED)
{
	static const char *const same[] = {
		"{\"snp_snp_svn\":[7]}",
		"{\"version\":\"0.1.0\",\"type\":\"sample\",\"payload\":"
		"\"eyJzbnBfc25wX3N2biI6WzddfQ==\"}",
		"[{\"name\":\"snp_snp_svn\",\"value\":[7]}]",
		"[{\"name\":\"snp_snp_svn\",\"expired\":\"2030-01-01T00:00:00Z\","
		"\"hash-value\":[{\"alg\":\"\",\"value\":\"7\"}]}]",
		"{\"snp_snp_svn\":\"eyJuYW1lIjoic25wX3NucF9zdm4iLCJ2YWx1ZSI6WzddfQ==\"}",
	};
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "1", COCO_E_REFVAL_UNKNOWN },
		{ "{\"schema\":\"other\"}", COCO_E_REFVAL_UNKNOWN },
		{ "{\"type\":\"swid\",\"payload\":\"e30=\"}", COCO_E_REFVAL_UNKNOWN },
		{ "{\"type\":\"sample\",\"payload\":\"e30\"}x", COCO_E_FORMAT_JSON },
		{ "{\"type\":\"sample\",\"payload\":\"!\"}", COCO_E_REFVAL_UNKNOWN },
		{ "{\"type\":\"sample\",\"payload\":\"W10=\"}", COCO_E_FORMAT_JSON_TYPE },
		{ "[{\"name\":\"a\"}]", COCO_E_REFVAL_UNKNOWN },
		{ "[{\"name\":\"a\",\"value\":1},{\"value\":1}]", COCO_E_FORMAT_JSON_TYPE },
		{ "[{\"name\":\"a\",\"value\":1,\"expiration\":\"soon\"}]", COCO_E_REFSET_VALUE },
		{ "{\"a\":1,\"snp_snp_svn\":[\"x\"]}", COCO_E_REFSET_VALUE },
		{ "{\"\":1}", COCO_E_REFSET_VALUE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(same); i++) {
		struct coco_refset s = { .n = 0 };

		read_text(&s, same[i], 0);
		assert_int_equal(s.n, 1);
		assert_string_equal(s.v[0].name, "snp.tcb.snp");
		assert_string_equal(s.v[0].value, "7");
		assert_int_equal(s.v[0].origin, COCO_ORIGIN_FILE);
		coco_refset_free(&s);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_refset s = { .n = 0 };

		read_text(&s, bad[i].text, bad[i].code);
		assert_int_equal(s.n, 0);
		coco_refset_free(&s);
	}
}

static void test_record(void **state COCO_UNUSED)
{
	static const uint8_t bytes[48] = { 1 };
	struct coco_mrecord_input step = { .name = "kernel" };
	struct coco_mrecord_value v = { .n_labels = 0 };
	struct coco_refset s = { .n = 0 };
	struct coco_diag d = { 0 };
	struct coco_mrecord rec;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_mrecord_init(&rec, "tdx");
	assert_ok(coco_mrecord_begin(&rec, "tdx.rtmr1", "sha384", &d), &d);
	coco_mrecord_digest_set(&step.digest, bytes, sizeof(bytes));
	coco_mrecord_digest_set(&step.running, bytes, sizeof(bytes));
	assert_ok(coco_mrecord_input(&rec, &step, &d), &d);
	coco_mrecord_digest_set(&v.value, bytes, sizeof(bytes));
	coco_mrecord_label_number(&v, "vcpus", 4);
	assert_ok(coco_mrecord_value(&rec, &v, &d), &d);
	assert_ok(coco_mrecord_begin(&rec, "tdx.rtmr2", "sha384", &d), &d);
	assert_ok(coco_mrecord_unknown(&rec, "tdx.rtmr0", "ACPI tables", "not given", "--acpi DIR",
		  &d),
		  &d);
	assert_ok(coco_mrecord_encode(&rec, &text, &n, &d), &d);
	logged[0] = '\0';
	read_text(&s, (char *)text, 0);
	assert_int_equal(s.n, 2);
	assert_string_equal(s.v[0].label, "4 vCPUs");
	assert_string_equal(s.v[0].platform, "tdx");
	assert_int_equal(s.v[0].origin, COCO_ORIGIN_RECORD);
	assert_string_equal(s.v[1].step, "kernel");
	assert_non_null(strstr(logged, "the record has no value for tdx.rtmr0"));
	coco_free(text);
	coco_mrecord_free(&rec);
	coco_refset_free(&s);
}

static void test_forms(void **state COCO_UNUSED)
{
	struct coco_refset s = { .id = "r7" };
	char *text;

	hand(&s, "own=[1,2]");
	assert_export(&s, COCO_REFVAL_MESSAGE, COCO_REF_PLAIN, 21,
		      "{\"version\":\"0.1.0\",\"type\":\"sample\",\"payload\":"
		      "\"eyJvd24iOlsxLDJdfQ==\"}\n");
	assert_export(&s, COCO_REFVAL_JSON, COCO_REF_PLAIN, 21, "{\n  \"own\": [1,2]\n}\n");
	assert_export(&s, COCO_REFVAL_CONFIGMAP, COCO_REF_PLAIN, 21,
		      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: rvps-reference-values\n"
		      "  namespace: trustee-operator-system\ndata:\n  reference-values.json: |\n"
		      "    [\n"
		      "      {\n        \"version\": \"0.1.0\",\n        \"name\": \"own\",\n"
		      "        \"expiration\": \"2027-09-21T14:13:20Z\",\n"
		      "        \"value\": [1,2]\n"
		      "      }\n    ]\n");
	text = export(&s, COCO_REFVAL_STORED, COCO_REF_PLAIN, 21);
	assert_non_null(strstr(text, "{\n  \"own\": \"eyJ2ZXJzaW9uIjoi"));
	coco_free(text);
	text = export(&s, COCO_REFVAL_INTOTO, COCO_REF_PLAIN, 21);
	assert_non_null(strstr(text, "\"subject\":[{\"name\":\"r7\",\"digest\":{\"sha256\":\""));
	assert_non_null(strstr(text, "\"predicateType\":\"" COCO_PREDICATE_REFERENCE_VALUES "\""));
	coco_free(text);
	coco_refset_free(&s);
}

static void test_memory(void **state COCO_UNUSED)
{
	const struct coco_refval_target target = { COCO_REFVAL_STORED, COCO_REF_PLAIN, 21 };
	static const char text[] = "{\"snp_snp_svn\":[7],"
				   "\"snp_launch_measurement\":[\"" HEX48 "\"]}";
	struct coco_refset s = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *out = NULL;
	size_t n = 0;

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = coco_refval_read(&run, &s, coco_view_of(text, sizeof(text) - 1), &plain,
					 &d);

		if (coco_test_alloc_check(r, &d))
			break;
		assert_int_equal(s.n, 0);
	}
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = coco_refval_export(&run, &s, &target, &out, &n, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_free(out);
	coco_refset_free(&s);
}

static void test_vectors(void **state COCO_UNUSED)
{
	static const struct {
		const char *set;
		enum coco_ref_tee tee;
		unsigned release;
	} all[] = {
		{ "gpu", COCO_REF_PLAIN, 21 },           { "snp-v0.14-v0.17", COCO_REF_PLAIN, 17 },
		{ "snp-v0.18plus", COCO_REF_PLAIN, 18 }, { "tdx-v0.19plus", COCO_REF_PLAIN, 19 },
		{ "vtpm-snp", COCO_REF_AZ_SNP, 21 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(all); i++) {
		const struct coco_refval_source src = { .tee = all[i].tee };
		struct coco_refset s = { .n = 0 };
		struct coco_diag d = { 0 };
		char name[96];
		size_t n = 0;

		snprintf(name, sizeof(name), "broker/rvps/%s.payload.json", all[i].set);
		const char *path = coco_test_vectors(name);
		if (path == NULL)
			return;
		uint8_t *text = coco_test_slurp(path, &n);
		assert_ok(coco_refval_read(&run, &s, coco_view_of(text, n), &src, &d), &d);
		coco_free(text);
		snprintf(name, sizeof(name), "broker/rvps/%s.message.json", all[i].set);
		text = coco_test_slurp(coco_test_vectors(name), &n);
		char *got = export(&s, COCO_REFVAL_MESSAGE, all[i].tee, all[i].release);
		assert_true(strlen(got) >= n);
		assert_memory_equal(got, text, n - (text[n - 1] == '\n'));
		coco_free(got);
		coco_free(text);
		coco_refset_free(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hand),     cmocka_unit_test(test_releases),
		cmocka_unit_test(test_left_out), cmocka_unit_test(test_drop),
		cmocka_unit_test(test_files),    cmocka_unit_test(test_record),
		cmocka_unit_test(test_forms),    cmocka_unit_test(test_memory),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
