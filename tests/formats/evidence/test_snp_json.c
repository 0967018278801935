/*
 * test_snp_json.c - SEV-SNP evidence in JSON. The broker's writer of the same
 * form and minted reports are the other side of the round trip.
 */
#include "formats/evidence/snp_json.h"

#include <stdio.h>
#include <string.h>

#include "formats/broker/tee_evidence.h"
#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_snp.h"
#include "tests/support/support.h"

static struct coco_diag d;

/* The evidence of a report, as text; coco_free. */
static char *text_of(const uint8_t *report, bool certs)
{
	uint8_t table[3 * 24 + 5] = { 0 };
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *p = NULL;
	size_t n;

	memcpy(table, "\x63\xda\x75\x8d\xe6\x64\x45\x64\xad\xc5\xf4\xb9\x3b\xe8\xac\xcd", 16);
	table[16] = 72;
	table[20] = 3;
	memcpy(table + 24, "\x4a\xb7\xb3\x79\xbb\xac\x4f\xe4\xa0\x2f\x05\xae\xf3\x27\xc7\x82",
	       16);
	table[40] = 75;
	table[44] = 2;
	memcpy(table + 72, "\1\2\377ab", 5);
	coco_wr_init(&wr, 1 << 20);
	coco_jw_init(&jw, &wr, false);
	coco_diag_init(&d);
	assert_ok(coco_tee_evidence_snp(&jw, coco_view_of(report, COCO_MINT_SNP),
					coco_view_of(table, certs ? sizeof(table) : 0),
					report + 0x50, &d), &d);
	assert_ok(coco_wr_finish(&wr, &p, &n, &d), &d);
	return (char *)p;
}

static int read_text(struct coco_snp_json *e, const char *text)
{
	struct coco_json doc;

	coco_diag_init(&d);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, strlen(text)), 1 << 20, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	bool looks = coco_snp_json_looks(&root);
	int r = coco_snp_json_read(e, &root, &d);
	assert_int_equal(r, d.code);
	assert_true(looks || r != 0);
	coco_json_free(&doc);
	return r;
}

static void test_round_trip(void **state COCO_UNUSED)
{
	static const struct {
		uint8_t family;
		uint8_t model;
		size_t chip;
	} cpus[] = { { 0x19, 0x01, 64 }, { 0x19, 0x11, 64 }, { 0x1a, 0x02, 8 } };
	uint8_t report[COCO_MINT_SNP];
	struct coco_snp_json e;

	for (uint8_t version = 2; version <= 5; version++) {
		for (size_t i = 0; i < COCO_ARRAY_LEN(cpus); i++) {
			bool turin = version >= 3 && cpus[i].family == 0x1a;
			static const uint16_t tcb[] = { 0x38, 0x180, 0x1e0, 0x1f0 };

			/* below version 3 the writer cannot tell Turin and is not asked to */
			coco_mint_snp(report, version, cpus[i].family, cpus[i].model,
				      version < 3 ? 64 : cpus[i].chip);
			/* bytes that the layout does not use are zero in JSON */
			for (size_t k = 0; k < 4; k++)
				memset(report + tcb[k] + (turin ? 4 : 2), 0, turin ? 3 : 4);
			char *text = text_of(report, i == 0);
			assert_ok(read_text(&e, text), &d);
			assert_memory_equal(e.report, report, sizeof(report));
			assert_int_equal(e.n_certs, i == 0 ? 2 : 0);
			if (i == 0) {
				assert_int_equal(e.certs[0].kind, COCO_SNP_CERT_VCEK);
				assert_int_equal(e.certs[0].n, 3);
				assert_memory_equal(e.certs[0].p, "\1\2\377", 3);
				assert_int_equal(e.certs[1].kind, COCO_SNP_CERT_ASK);
			}
			coco_snp_json_free(&e);
			coco_free(text);
		}
	}
}

/* Turin in a version 2 report is told by its short chip id. */
static void test_turin_v2(void **state COCO_UNUSED)
{
	uint8_t report[COCO_MINT_SNP];
	struct coco_snp_json e;

	coco_mint_snp(report, 2, 0, 0, 8);
	char *text = text_of(report, false);
	/* the writer wrote Milan's order without fmc: the reader asks for it */
	assert_int_equal(read_text(&e, text), COCO_E_FORMAT_JSON_TYPE);
	assert_non_null(strstr(d.pointer, "/fmc"));
	coco_free(text);
}

/* The text with the first old replaced by fresh; what reading says then. */
static int with(const char *text, const char *old, const char *fresh)
{
	struct coco_snp_json e;
	char *copy = coco_alloc(strlen(text) + strlen(fresh) + 1, 1);
	const char *at = strstr(text, old);

	assert_non_null(copy);
	assert_non_null(at);
	sprintf(copy, "%.*s%s%s", (int)(at - text), text, fresh, at + strlen(old));
	int r = read_text(&e, copy);
	if (r == 0)
		coco_snp_json_free(&e);
	coco_free(copy);
	return r;
}

static void test_faults(void **state COCO_UNUSED)
{
	static const struct {
		const char *old;
		const char *fresh;
		int want;
	} cases[] = {
		{ "\"version\":3", "\"version\":4294967296", COCO_E_FORMAT_VALUE },
		{ "\"version\":3", "\"version\":null", COCO_E_FORMAT_JSON_TYPE },
		{ "\"version\":3", "\"version\":\"3\"", COCO_E_FORMAT_JSON_TYPE },
		{ "\"guest_svn\":7", "\"guest_svn\":-1", COCO_E_FORMAT_VALUE },
		{ "\"policy\":", "\"policies\":", COCO_E_FORMAT_JSON_TYPE },
		{ "\"family_id\":[", "\"family_id\":[0,", COCO_E_SNP_JSON },
		{ "\"family_id\":[16,", "\"family_id\":[", COCO_E_SNP_JSON },
		{ "\"family_id\":[16,", "\"family_id\":[256,", COCO_E_FORMAT_VALUE },
		{ "\"family_id\":[16,", "\"family_id\":[1.5,", COCO_E_FORMAT_JSON_TYPE },
		{ "\"bootloader\":16", "\"bootloader\":256", COCO_E_FORMAT_VALUE },
		{ "\"current_tcb\":{", "\"current_tcb\":[],\"x\":{", COCO_E_FORMAT_JSON_TYPE },
		{ "\"cpuid_fam_id\":25", "\"cpuid_fam_id\":null", COCO_E_FORMAT_JSON_TYPE },
		{ "\"signature\":{\"r\"", "\"signature\":{\"q\"", COCO_E_FORMAT_JSON_TYPE },
		{ "\"data\":[1,", "\"data\":[[1],", COCO_E_FORMAT_JSON_TYPE },
		{ "\"data\":[1,2,255]", "\"data\":[]", COCO_E_SNP_JSON },
		{ "\"cert_type\":\"VCEK\"", "\"cert_type\":7", COCO_E_FORMAT_JSON_TYPE },
		{ "\"cert_type\":\"VCEK\",", "", COCO_E_FORMAT_JSON_TYPE },
		{ "\"cert_type\":\"VCEK\"", "\"cert_type\":{\"OTHER\":\"x\"}", 0 },
		{ "\"vmpl\":1", "\"vmpl\":1,\"unknown\":[1]", 0 },
		{ "\"launch_mit_vector\":null,", "", 0 },
		{ "\"fmc\":null,", "", 0 },
	};
	uint8_t report[COCO_MINT_SNP];

	coco_mint_snp(report, 3, 0x19, 0x11, 64);
	char *text = text_of(report, true);
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++)
		assert_int_equal(with(text, cases[i].old, cases[i].fresh), cases[i].want);
	coco_free(text);
	struct coco_snp_json e;
	assert_int_equal(read_text(&e, "[]"), COCO_E_FORMAT_JSON_TYPE);
	assert_int_equal(read_text(&e, "{}"), COCO_E_FORMAT_JSON_TYPE);
	assert_int_equal(read_text(&e, "{\"attestation_report\":[]}"), COCO_E_FORMAT_JSON_TYPE);
}

static void test_many(void **state COCO_UNUSED)
{
	uint8_t report[COCO_MINT_SNP];
	char list[40 * 40] = "\"cert_chain\":[";

	coco_mint_snp(report, 3, 0x19, 0x11, 64);
	char *text = text_of(report, false);
	for (int i = 0; i <= COCO_SNP_CERTS_MAX; i++)
		strcat(list, i == 0 ? "{\"cert_type\":\"CRL\",\"data\":[1]}"
				    : ",{\"cert_type\":\"CRL\",\"data\":[1]}");
	strcat(list, "]");
	assert_int_equal(with(text, "\"cert_chain\":null", list), COCO_E_LIMIT_COUNT);
	coco_free(text);
}

static void test_memory(void **state COCO_UNUSED)
{
	uint8_t report[COCO_MINT_SNP];
	struct coco_snp_json e = { .n_certs = 0 };
	struct coco_json doc;

	coco_mint_snp(report, 3, 0x19, 0x11, 64);
	char *text = text_of(report, true);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, strlen(text)), 1 << 20, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = coco_snp_json_read(&e, &root, &d);
		bool done = coco_test_alloc_check(r, &d);

		coco_snp_json_free(&e);
		if (done)
			break;
	}
	coco_json_free(&doc);
	coco_free(text);
}

static int tsm(struct coco_snp_tsm *e, const char *text, bool looks)
{
	struct coco_json doc;

	coco_diag_init(&d);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, strlen(text)), 1 << 20, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_int_equal(coco_snp_tsm_looks(&root), looks);
	int r = coco_snp_tsm_read(e, &root, &d);
	assert_int_equal(r, d.code);
	coco_json_free(&doc);
	return r;
}

static void test_tsm(void **state COCO_UNUSED)
{
	struct coco_snp_tsm e = { .report = NULL };

	assert_ok(tsm(&e, "{\"auxblob\":\"_-8\",\"outblob\":\"AQID\","
			  "\"provider\":\"sev_guest\\n\"}", true), &d);
	assert_int_equal(e.n_report, 3);
	assert_memory_equal(e.report, "\1\2\3", 3);
	assert_int_equal(e.n_certs, 2);
	assert_memory_equal(e.certs, "\xff\xef", 2);
	coco_snp_tsm_free(&e);
	assert_ok(tsm(&e, "{\"outblob\":\"AQID\",\"provider\":\"sev_guest\"}", true), &d);
	assert_null(e.certs);
	coco_snp_tsm_free(&e);
	assert_ok(tsm(&e, "{\"outblob\":\"AQID\",\"auxblob\":null,\"provider\":\"sev_guest\"}",
		      true), &d);
	assert_null(e.certs);
	coco_snp_tsm_free(&e);
	assert_ok(tsm(&e, "{\"outblob\":\"AQID\",\"auxblob\":\"\",\"provider\":\"sev_guest\"}",
		      true), &d);
	assert_null(e.certs);
	coco_snp_tsm_free(&e);
	assert_int_equal(tsm(&e, "{\"outblob\":\"A\",\"provider\":\"sev_guest\"}", true),
			 COCO_E_FORMAT_BASE64);
	assert_int_equal(tsm(&e, "{\"outblob\":\"AQID\",\"auxblob\":7,\"provider\":\"sev_guest\"}",
			     true), COCO_E_FORMAT_JSON_TYPE);
	assert_int_equal(tsm(&e, "[]", false), COCO_E_FORMAT_JSON_TYPE);
	assert_int_equal(tsm(&e, "{\"provider\":\"sev_guest\"}", false), COCO_E_FORMAT_JSON_TYPE);
	assert_ok(tsm(&e, "{\"outblob\":\"AQID\",\"provider\":\"tdx_guest\"}", false), &d);
	coco_snp_tsm_free(&e);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_turin_v2),
		cmocka_unit_test(test_faults),     cmocka_unit_test(test_many),
		cmocka_unit_test(test_memory),     cmocka_unit_test(test_tsm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
