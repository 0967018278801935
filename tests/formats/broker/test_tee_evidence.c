/*
 * test_tee_evidence.c - evidence in Trustee's JSON forms.
 */
#include "formats/broker/tee_evidence.h"

#include <string.h>

#include "tests/support/support.h"

static uint8_t report[COCO_TEE_SNP_REPORT];
static uint8_t data[COCO_TEE_SNP_REPORT_DATA];

static const uint8_t vcek[16] = { 0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64,
				  0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd };

static int snp(struct coco_view r, struct coco_view certs, struct coco_json *ret,
	       struct coco_diag *d)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, 1 << 20);
	coco_jw_init(&jw, &wr, false);
	int code = coco_tee_evidence_snp(&jw, r, certs, data, d);
	if (code == 0)
		assert_ok(coco_json_parse(ret, coco_wr_view(&wr), 1 << 20, d), d);
	coco_wr_free(&wr);
	return code;
}

static void entry(uint8_t *p, const uint8_t guid[16], uint32_t at, uint32_t n)
{
	memcpy(p, guid, 16);
	for (int i = 0; i < 4; i++) {
		p[16 + i] = (uint8_t)(at >> (8 * i));
		p[20 + i] = (uint8_t)(n >> (8 * i));
	}
}

/* TCB components by product: version, family, expected boot loader and SNP. */
static void check_tcb(uint8_t version, uint8_t family, uint64_t bootloader, uint64_t svn)
{
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_jv part;
	uint64_t v = 0;

	report[0] = version;
	report[0x188] = family;
	for (uint8_t i = 0; i < 8; i++)
		report[0x180 + i] = (uint8_t)(10 + i);
	assert_ok(snp(coco_view_of(report, sizeof(report)), coco_view_of(NULL, 0), &doc, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_object(&root, "attestation_report", &part, &d), &d);
	struct coco_jv tcb;
	assert_ok(coco_jv_object(&part, "reported_tcb", &tcb, &d), &d);
	assert_ok(coco_jv_u64(&tcb, "bootloader", 255, &v, &d), &d);
	assert_int_equal(v, bootloader);
	assert_ok(coco_jv_u64(&tcb, "snp", 255, &v, &d), &d);
	assert_int_equal(v, svn);
	coco_json_free(&doc);
}

static void test_snp(void **state COCO_UNUSED)
{
	check_tcb(2, 0, 10, 16);
	check_tcb(3, 0x19, 10, 16);
	check_tcb(5, 0x1a, 11, 13);
}

static void test_refused(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_json doc;
	uint8_t other[COCO_TEE_SNP_REPORT] = { 3 };

	report[0] = 3;
	assert_err(snp(coco_view_of(report, 100), coco_view_of(NULL, 0), &doc, &d),
		   COCO_E_FORMAT_VALUE, &d);
	coco_diag_init(&d);
	other[0x50 + 63] = 1;
	assert_err(snp(coco_view_of(other, sizeof(other)), coco_view_of(NULL, 0), &doc, &d),
		   COCO_E_FORMAT_VALUE, &d);
	assert_string_equal(d.field, "REPORT_DATA");
	coco_diag_init(&d);
	other[0] = 1;
	assert_err(snp(coco_view_of(other, sizeof(other)), coco_view_of(NULL, 0), &doc, &d),
		   COCO_E_FORMAT_VALUE, &d);
}

static void test_certs(void **state COCO_UNUSED)
{
	uint8_t table[24 * 3 + 4] = { 0 };
	struct coco_view r = coco_view_of(report, sizeof(report));
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_jv list;

	report[0] = 3;
	entry(table, vcek, 72, 4);
	assert_ok(snp(r, coco_view_of(table, sizeof(table)), &doc, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "cert_chain", &list, &d), &d);
	assert_int_equal(coco_jv_len(&list), 1);
	coco_json_free(&doc);
	entry(table, vcek, 72, 5);                    /* past the end */
	assert_err(snp(r, coco_view_of(table, sizeof(table)), &doc, &d), COCO_E_FORMAT_VALUE, &d);
	coco_diag_init(&d);
	entry(table, vcek, 0xffffffff, 0xffffffff);   /* the sum wraps */
	assert_err(snp(r, coco_view_of(table, sizeof(table)), &doc, &d), COCO_E_FORMAT_VALUE, &d);
	coco_diag_init(&d);
	entry(table, vcek, 72, 4);
	entry(table + 24, vcek, 72, 4);               /* twice */
	assert_err(snp(r, coco_view_of(table, sizeof(table)), &doc, &d), COCO_E_FORMAT_VALUE, &d);
	coco_diag_init(&d);
	/* no end */
	assert_err(snp(r, coco_view_of(table, 24), &doc, &d), COCO_E_FORMAT_VALUE, &d);
}

static void test_tdx(void **state COCO_UNUSED)
{
	static const char want[] = "{\"quote\":\"QUI=\",\"cc_eventlog\":null}"
				   "{\"quote\":\"QUI=\",\"cc_eventlog\":\"Qw==\"}";
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	struct coco_jw one;
	struct coco_jw two;
	struct coco_view ab = coco_view_of("AB", 2);

	coco_wr_init(&wr, 1000);
	coco_jw_init(&one, &wr, false);
	coco_jw_init(&two, &wr, false);
	assert_ok(coco_tee_evidence_tdx(&one, ab, coco_view_of(NULL, 0), &d), &d);
	assert_ok(coco_tee_evidence_tdx(&two, ab, coco_view_of("C", 1), &d), &d);
	assert_int_equal(wr.n, sizeof(want) - 1);
	assert_memory_equal(wr.p, want, wr.n);
	assert_err(coco_tee_evidence_tdx(&one, coco_view_of(NULL, 0), coco_view_of(NULL, 0), &d),
		   COCO_E_FORMAT_VALUE, &d);
	coco_wr_free(&wr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snp),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_certs),
		cmocka_unit_test(test_tdx),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
