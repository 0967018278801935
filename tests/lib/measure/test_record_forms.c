/*
 * test_record_forms.c - a record in the forms of others: exact bytes, what is
 * left out and what is refused, signatures, equality with the shared samples.
 * Covers record_forms*.c.
 */
#include "lib/measure/record_forms.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/measure/corim.h"
#include "lib/crypto/cose_sign.h"
#include "lib/crypto/dsse_sign.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/record.h"

static char logged[2048];

static void keep(void *ctx COCO_UNUSED, int level, const char *text)
{
	assert_int_equal(level, 0);
	strncat(logged, text, sizeof(logged) - strlen(logged) - 2);
	strcat(logged, "\n");
}

static const struct coco_run run = { .jobs = 1, .log = keep };

static int form_of(const struct coco_mrecord *rec, const char *form, const struct coco_key *key,
		   uint8_t **ret, size_t *ret_n, struct coco_diag *d)
{
	struct coco_record_spec spec;

	logged[0] = '\0';
	coco_diag_init(d);
	assert_ok(coco_record_spec(form, &spec, d), d);
	return coco_record_form(&run, rec, &spec, key, ret, ret_n, d);
}

static char *text_of(const struct coco_mrecord *rec, const char *form)
{
	struct coco_diag d = { 0 };
	uint8_t *p;
	size_t n;

	assert_ok(form_of(rec, form, NULL, &p, &n, &d), &d);
	return (char *)p;
}

static void test_spec(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "", "x", "recor", "records", "record:", "hex:1", "rvps:",
					   "rvps:v0.22", "rvps:v0.17:", "rvps:v0.17:snp",
					   "rvps:v0.170000000000000000000000000", "corim:",
					   "corim:x", "in-toto:v1", ":" };
	struct coco_record_spec s = { .release = 77 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_diag d = { 0 };

		assert_err(coco_record_spec(bad[i], &s, &d), COCO_E_USAGE_VALUE, &d);
		assert_int_equal(s.release, 77);   /* untouched */
	}
	struct coco_diag d = { 0 };
	assert_ok(coco_record_spec("rvps:v0.17:az-tdx-vtpm", &s, &d), &d);
	assert_int_equal(s.form, COCO_FORM_RVPS);
	assert_int_equal(s.release, 17);
	assert_int_equal(s.tee, COCO_REF_AZ_TDX);
	assert_ok(coco_record_spec("rvps", &s, &d), &d);
	assert_int_equal(s.release, COCO_REF_LAST);
	assert_ok(coco_record_spec("corim:amd", &s, &d), &d);
	assert_int_equal(s.profile, COCO_PROFILE_AMD);
	assert_ok(coco_record_spec("corim", &s, &d), &d);
	assert_int_equal(s.profile, COCO_PROFILE_AUTO);
}

/* A record with these registers of one value each; *d is 48 times (index + 1). */
static void simple(struct coco_mrecord *rec, const char *platform, const char *const *names,
		   size_t n)
{
	struct coco_diag d = { 0 };

	coco_mrecord_init(rec, platform);
	for (size_t i = 0; i < n; i++) {
		struct coco_mrecord_value v = { .value = { .n = 48 } };

		memset(v.value.p, (int)i + 1, 48);
		assert_ok(coco_mrecord_begin(rec, names[i], "sha384", &d), &d);
		assert_ok(coco_mrecord_value(rec, &v, &d), &d);
	}
}

#define B8(b) b b b b b b b b
#define B48(b) B8(b) B8(b) B8(b) B8(b) B8(b) B8(b)

static void test_plain(void **state COCO_UNUSED)
{
	static const char *const one[] = { "tdx.mrtd" };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	uint8_t *p;
	size_t n;

	simple(&rec, "tdx", one, 1);
	char *text = text_of(&rec, "hex");
	assert_string_equal(text, B48("01") "\n");
	coco_free(text);
	text = text_of(&rec, "base64");
	assert_string_equal(text, B8("AQEB") B8("AQEB") "\n");
	coco_free(text);
	coco_mrecord_free(&rec);

	assert_ok(coco_test_record(&rec, &d), &d);
	text = text_of(&rec, "hex");
	assert_non_null(strstr(text, "  snp.launch_digest sha384 4 vCPUs, EPYC-v4\n"));
	assert_non_null(strstr(text, "  tpm.pcr12 sha256\n"));
	assert_non_null(strstr(text, "  tpm.pcr12 sha1\n"));
	coco_free(text);
	coco_mrecord_free(&rec);

	coco_mrecord_init(&rec, "tdx");
	assert_err(form_of(&rec, "hex", NULL, &p, &n, &d), COCO_E_MRECORD_FORM, &d);
	assert_err(form_of(&rec, "rvps", NULL, &p, &n, &d), COCO_E_MRECORD_FORM, &d);
	assert_err(form_of(&rec, "corim", NULL, &p, &n, &d), COCO_E_MRECORD_FORM, &d);
	assert_err(form_of(&rec, "in-toto", NULL, &p, &n, &d), COCO_E_MRECORD_FORM, &d);
	coco_mrecord_free(&rec);
}

/* ---- rvps -------------------------------------------------------------------------- */

/* The decoded payload of a message. */
static char *payload_of(const char *message)
{
	struct coco_diag d = { 0 };
	struct coco_json doc;
	const char *s;
	uint8_t *p;
	size_t n;

	assert_ok(coco_json_parse(&doc, coco_view_of(message, strlen(message)), 1 << 20, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_string(&root, "version", &s, &d), &d);
	assert_string_equal(s, "0.1.0");
	assert_ok(coco_jv_string(&root, "type", &s, &d), &d);
	assert_string_equal(s, "sample");
	assert_ok(coco_jv_b64(&root, "payload", &p, &n, &d), &d);
	coco_json_free(&doc);
	return (char *)p;
}

static void rvps_is(const struct coco_mrecord *rec, const char *form, const char *want)
{
	char *message = text_of(rec, form);
	char *payload = payload_of(message);

	assert_string_equal(payload, want);
	coco_free(payload);
	coco_free(message);
}

static void test_rvps(void **state COCO_UNUSED)
{
	static const char *const tdx[] = { "tdx.mrtd", "tdx.rtmr0", "tdx.rtmr1", "tdx.rtmr2" };
	static const char *const snp[] = { "snp.launch_digest" };
	const struct coco_mrecord_input line = { .name = "load options",
						 .digest = { .n = 48, .p = { 9 } } };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	simple(&rec, "tdx", tdx, 4);
	assert_ok(coco_mrecord_input(&rec, &line, &d), &d);
	rvps_is(&rec, "rvps:v0.21",
		"{\"mr_td\":[\"" B48("01") "\"],\"rtmr_0\":[\"" B48("02") "\"],\"rtmr_1\":[\""
		B48("03") "\"],\"rtmr_2\":[\"" B48("04") "\"],\"tdvfkernelparams\":\"09"
		B8("00") B8("00") B8("00") B8("00") B8("00") "00000000000000\"}");
	assert_non_null(strstr(logged, "rtmr_0 is not read by the default policy"));
	assert_non_null(strstr(logged, "tdvfkernel is left out: the record has no step"));
	/* two different ones: neither is the one value */
	const struct coco_mrecord_input other = { .name = "load options",
						  .digest = { .n = 48, .p = { 8 } } };
	assert_ok(coco_mrecord_input(&rec, &other, &d), &d);
	char *text = text_of(&rec, "rvps");
	assert_non_null(strstr(logged, "tdvfkernelparams is left out: the record has more than"));
	coco_free(text);
	coco_mrecord_free(&rec);

	/* the encoding changed with v0.18; a value is in a list once */
	simple(&rec, "snp", snp, 1);
	assert_ok(coco_mrecord_value(&rec, &rec.registers[0].values[0], &d), &d);
	rvps_is(&rec, "rvps:v0.18", "{\"snp_launch_measurement\":[\"" B48("01") "\"]}");
	assert_string_equal(logged, "");
	rvps_is(&rec, "rvps:v0.17",
		"{\"snp_launch_measurement\":[\"" B8("AQEB") B8("AQEB") "\"]}");
	rvps_is(&rec, "rvps:v0.21:az-snp-vtpm",
		"{\"measurement\":[\"" B8("AQEB") B8("AQEB") "\"]}");
	coco_mrecord_free(&rec);

	/* what has no name is left out, and said */
	assert_ok(coco_test_record(&rec, &d), &d);
	text = text_of(&rec, "rvps");
	assert_non_null(strstr(logged, "tpm.pcr12 (sha1) is left out"));
	char *payload = payload_of(text);
	assert_non_null(strstr(payload, "\"tpm_pcr12\":[\""));
	coco_free(payload);
	coco_free(text);
	coco_mrecord_free(&rec);
}

/* ---- CoRIM ------------------------------------------------------------------------- */

static void decode_form(const struct coco_mrecord *rec, const char *form, uint8_t **p,
			struct coco_corim *c)
{
	struct coco_diag d = { 0 };
	size_t n;

	assert_ok(form_of(rec, form, NULL, p, &n, &d), &d);
	assert_ok(coco_corim_decode(c, coco_view_of(*p, n), 0, &d), &d);
	assert_int_equal(c->n_ignored, 0);
}

static void test_corim_snp(void **state COCO_UNUSED)
{
	struct coco_mrecord rec;
	struct coco_corim c;
	struct coco_diag d = { 0 };
	uint8_t *p;

	assert_ok(coco_test_record(&rec, &d), &d);
	decode_form(&rec, "corim", &p, &c);
	assert_int_equal(c.n_claims, 2);   /* each allowed value is a triple of its own */
	assert_memory_equal(c.id.v.p, "AMD/SEV-SNP/launch-measurement", c.id.v.n);
	assert_memory_equal(c.claims[0].env.model.p, "SEV-SNP", 7);
	assert_memory_equal(c.claims[0].key.v.p, "MEASUREMENT", 11);
	assert_int_equal(c.claims[1].triple, 1);
	assert_int_equal(c.claims[0].bytes.p[0], 4);
	assert_int_equal(c.claims[1].bytes.p[0], 5);
	assert_non_null(strstr(logged, "tpm.pcr12 (sha256) is left out"));
	coco_corim_free(&c);
	coco_free(p);
	decode_form(&rec, "corim:amd", &p, &c);
	assert_int_equal(c.n_claims, 2);
	assert_int_equal(c.claims[0].key.number, 641);
	assert_int_equal(c.claims[0].env.class_id.kind, COCO_CORIM_OID);
	assert_memory_equal(c.id.v.p, "cococtl:sha256:", 15);
	coco_corim_free(&c);
	coco_free(p);
	/* registers of two platforms: their environments are apart; SHA-1 has no number */
	decode_form(&rec, "corim:registers", &p, &c);
	assert_int_equal(c.n_claims, 3);
	assert_memory_equal(c.claims[1].key.v.p, "PCR12", 5);
	assert_memory_equal(c.claims[1].env.vendor.p, "TCG", 3);
	assert_int_equal(c.claims[1].triple, 1);
	assert_int_equal(c.claims[1].alg, COCO_CORIM_SHA256);
	assert_int_equal(c.claims[2].triple, 2);
	coco_corim_free(&c);
	coco_free(p);
	coco_mrecord_free(&rec);
}

static void test_corim_tdx(void **state COCO_UNUSED)
{
	static const char *const tdx[] = { "tdx.mrtd", "tdx.rtmr0", "tdx.rtmr1", "tdx.rtmr2" };
	struct coco_mrecord rec;
	struct coco_corim c;
	struct coco_diag d = { 0 };
	uint8_t *p;
	size_t n;

	simple(&rec, "tdx", tdx, 4);
	decode_form(&rec, "corim", &p, &c);
	assert_int_equal(c.n_claims, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(c.claims[i].triple, 0);
		assert_int_equal(c.claims[i].measurement, i);
	}
	assert_memory_equal(c.claims[3].key.v.p, "RTMR2", 5);
	coco_corim_free(&c);
	coco_free(p);
	decode_form(&rec, "corim:integrity", &p, &c);
	assert_int_equal(c.n_claims, 4);
	assert_memory_equal(c.claims[0].key.v.p, "MRTD", 4);
	assert_int_equal(c.claims[3].kind, COCO_CORIM_REGISTER);
	assert_int_equal(c.claims[3].reg.number, 2);
	assert_int_equal(c.claims[3].measurement, 1);
	coco_corim_free(&c);
	coco_free(p);
	decode_form(&rec, "corim:launch", &p, &c);
	assert_int_equal(c.n_claims, 1);
	assert_memory_equal(c.id.v.p, "Intel/TDX/launch-measurement", c.id.v.n);
	coco_corim_free(&c);
	coco_free(p);
	assert_err(form_of(&rec, "corim:amd", NULL, &p, &n, &d), COCO_E_MRECORD_FORM, &d);
	coco_mrecord_free(&rec);
}

/* The shared sample of the launch profile, but for its endorsement of a version. */
static void test_corim_sample(void **state COCO_UNUSED)
{
	static const char *const snp[] = { "snp.launch_digest" };
	const char *path = coco_test_vectors("measure/corim/snp-launch.corim.cbor");
	struct coco_mrecord rec;
	struct coco_corim theirs;
	struct coco_diag d = { 0 };
	uint8_t *ours;
	uint8_t *again;
	size_t n_ours;
	size_t n_again;
	size_t n;

	if (path == NULL)
		skip();
	uint8_t *p = coco_test_slurp(path, &n);
	assert_ok(coco_corim_decode(&theirs, coco_view_of(p, n), 0, &d), &d);
	assert_ok(coco_corim_encode(&theirs, &again, &n_again, &d), &d);
	simple(&rec, "snp", snp, 1);
	memcpy(rec.registers[0].values[0].value.p, theirs.claims[0].bytes.p, 48);
	assert_ok(form_of(&rec, "corim:launch", NULL, &ours, &n_ours, &d), &d);
	assert_int_equal(n_ours, n_again);
	assert_memory_equal(ours, again, n_again);
	coco_corim_free(&theirs);
	coco_mrecord_free(&rec);
	coco_free(ours);
	coco_free(again);
	coco_free(p);
}

/* ---- in-toto and signatures -------------------------------------------------------- */

static void test_statement(void **state COCO_UNUSED)
{
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_jv list;
	const char *s;

	assert_ok(coco_test_record(&rec, &d), &d);
	char *text = text_of(&rec, "in-toto");
	assert_ok(coco_json_parse(&doc, coco_view_of(text, strlen(text)), 1 << 20, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "subject", &list, &d), &d);
	assert_int_equal(coco_jv_len(&list), 6);
	struct coco_jv item = coco_jv_item(&list, 2);
	assert_ok(coco_jv_string(&item, "name", &s, &d), &d);
	assert_string_equal(s, "snp.launch_digest (4 vCPUs, EPYC-v4)");
	assert_ok(coco_jv_string(&root, "predicateType", &s, &d), &d);
	assert_string_equal(s, COCO_PREDICATE_MEASUREMENT);
	/* the predicate is the record */
	struct coco_jv predicate;
	struct coco_mrecord again;
	struct coco_wr wr;
	struct coco_jw jw;
	assert_ok(coco_jv_object(&root, "predicate", &predicate, &d), &d);
	coco_wr_init(&wr, 1 << 20);
	coco_jw_init(&jw, &wr, false);
	coco_jw_value(&jw, &predicate);
	assert_ok(coco_mrecord_decode(&again, coco_wr_view(&wr), &d), &d);
	coco_mrecord_free(&again);
	coco_wr_free(&wr);
	coco_json_free(&doc);
	coco_free(text);
	coco_mrecord_free(&rec);
}

static void test_signed(void **state COCO_UNUSED)
{
	struct coco_mrecord rec;
	struct coco_cose_sign1 cose;
	struct coco_corim_meta meta;
	struct coco_corim c;
	struct coco_dsse dsse;
	struct coco_key *key;
	struct coco_diag d = { 0 };
	uint8_t *p;
	size_t n;

	assert_ok(coco_test_record(&rec, &d), &d);
	assert_ok(coco_key_generate("p384", &key, &d), &d);
	assert_ok(form_of(&rec, "corim", key, &p, &n, &d), &d);
	assert_ok(coco_cose_decode(&cose, coco_view_of(p, n), 0, &d), &d);
	assert_ok(coco_cose_verify(key, &cose, coco_view_of(NULL, 0), &d), &d);
	assert_memory_equal(cose.content_type.p, "application/rim+cbor", 20);
	assert_ok(coco_corim_meta_decode(&meta, cose.rim_meta, 0, &d), &d);
	assert_memory_equal(meta.name.p, coco_key_fingerprint_text(key), meta.name.n);
	assert_ok(coco_corim_decode(&c, cose.payload, 0, &d), &d);
	coco_corim_free(&c);
	coco_free(p);
	assert_ok(form_of(&rec, "in-toto", key, &p, &n, &d), &d);
	assert_ok(coco_dsse_decode(&dsse, coco_view_of(p, n), &d), &d);
	assert_ok(coco_dsse_verify(key, &dsse, &d), &d);
	assert_string_equal(dsse.payload_type, COCO_DSSE_TYPE_INTOTO);
	coco_dsse_clear(&dsse);
	coco_free(p);
	assert_err(form_of(&rec, "hex", key, &p, &n, &d), COCO_E_USAGE_CONFLICT, &d);
	assert_err(form_of(&rec, "record", key, &p, &n, &d), COCO_E_USAGE_CONFLICT, &d);
	coco_key_free(key);
	coco_mrecord_free(&rec);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char *const forms[] = { "record", "hex", "rvps", "corim", "corim:integrity",
					     "in-toto" };
	struct coco_mrecord rec;
	struct coco_key *key;
	struct coco_diag d = { 0 };

	assert_ok(coco_test_record(&rec, &d), &d);
	assert_ok(coco_key_generate("p256", &key, &d), &d);
	for (size_t f = 0; f < COCO_ARRAY_LEN(forms); f++)
		for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
			uint8_t *p = NULL;
			size_t n;
			int r = form_of(&rec, forms[f], f >= 3 ? key : NULL, &p, &n, &d);

			coco_free(p);
			if (coco_test_alloc_check(r, &d))
				break;
		}
	coco_key_free(key);
	coco_mrecord_free(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spec),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_rvps),
		cmocka_unit_test(test_corim_snp),
		cmocka_unit_test(test_corim_tdx),
		cmocka_unit_test(test_corim_sample),
		cmocka_unit_test(test_statement),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
