/*
 * test_tdx_quote.c - quotes: minted ones of every version and body, each
 * length, each lie about sizes, and the shared vectors field by field.
 */
#include "formats/evidence/tdx_quote.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_quote.h"
#include "tests/support/support.h"

static uint8_t buffer[COCO_MINT_QUOTE_MAX];

static const struct {
	uint16_t version;
	uint16_t body;
} kinds[] = { { 3, 1 }, { 4, 1 }, { 4, 2 }, { 5, 1 }, { 5, 2 }, { 5, 3 }, { 5, 4 } };

static void good(struct coco_tdx_quote *ret, const uint8_t *p, size_t n)
{
	struct coco_diag d;

	coco_diag_init(&d);
	assert_ok(coco_tdx_quote_parse(ret, coco_view_of(p, n), &d), &d);
}

static void bad(const struct coco_mint_quote *q, int code, const char *field)
{
	struct coco_tdx_quote t = { .cert_type = 99 };
	struct coco_diag d;
	size_t n = coco_mint_quote_write(buffer, q);

	coco_diag_init(&d);
	assert_err(coco_tdx_quote_parse(&t, coco_view_of(buffer, n), &d), code, &d);
	assert_string_equal(d.field, field);
	assert_true(d.has_offset);
	assert_int_equal(t.cert_type, 99);
}

static void test_kinds(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(kinds); i++) {
		struct coco_mint_quote q;
		struct coco_tdx_quote t;

		coco_mint_quote_init(&q, kinds[i].version, kinds[i].body);
		memset(q.signature, 1, 64);
		memset(q.key, 2, 64);
		memset(q.qe_report, 3, sizeof(q.qe_report));
		memset(q.qe_signature, 4, 64);
		q.trailing = i;
		size_t n = coco_mint_quote_write(buffer, &q);
		good(&t, buffer, n);
		assert_int_equal(t.head.version, kinds[i].version);
		assert_int_equal(t.head.body, kinds[i].body);
		assert_int_equal(t.head.body_at, coco_mint_body_at(&q));
		assert_int_equal(t.signed_part.n, coco_mint_body_at(&q) + q.n_body);
		assert_memory_equal(t.signature.p, q.signature, 64);
		assert_memory_equal(t.key.p, q.key, 64);
		assert_memory_equal(t.qe_report.p, q.qe_report, COCO_MINT_QE);
		assert_int_equal(t.qe.isv_svn, 0x0303);
		assert_memory_equal(t.qe_signature.p, q.qe_signature, 64);
		assert_int_equal(t.qe_auth.n, 32);
		assert_memory_equal(t.qe_auth.p, q.auth, 32);
		assert_int_equal(t.cert_type, 5);
		assert_memory_equal(t.cert_data.p, "no certificate", 14);
		assert_int_equal(t.trailing, i);
		assert_true(t.trailing_zero);
		assert_string_equal(coco_tdx_prefix(&t), kinds[i].body == 1 ? "sgx" : "tdx");
	}
}

/* All that is read of the extended body lies where the specification says. */
static void test_body(void **state COCO_UNUSED)
{
	struct coco_mint_quote q;
	struct coco_tdx_quote t;

	coco_mint_quote_init(&q, 5, 4);
	q.body_bytes[0x288] = 0x5a;
	memset(q.body_bytes + 0x309, 0x77, 8);
	memset(q.body_bytes + 0x36d, 0x78, 8);
	good(&t, buffer, coco_mint_quote_write(buffer, &q));
	const struct coco_td_report *b = &t.head.td;
	assert_memory_equal(b->tee_tcb_svn, "\5\1\2\0", 4);
	assert_int_equal(b->td_attributes, 0x10000000);
	assert_int_equal(b->xfam, 0x602e7);
	assert_memory_equal(b->mr_td, "\x88\0", 2);
	assert_memory_equal(b->mr_config_id, "\xb8\0", 2);
	assert_memory_equal(b->rtmr[3], "\xd8\1", 2);
	assert_memory_equal(b->report_data, "\x08\2", 2);
	assert_memory_equal(b->tee_tcb_svn_2, "\6\1\2", 3);
	assert_memory_equal(b->mr_service_td, "\x58\2", 2);
	assert_int_equal(b->vm_id, 0x5a);
	assert_memory_equal(b->td_id, "\x89\2", 2);
	assert_memory_equal(b->dev_info, "\xa9\2", 2);
	assert_memory_equal(b->init_servtd_hash, "\xd9\2", 2);
	assert_int_equal(b->init_servtd_attr, 0x7777777777777777);
	assert_memory_equal(b->init_cpu_svn, "\x11\3", 2);
	assert_memory_equal(b->init_tee_tcb_svn, "\x21\3", 2);
	assert_memory_equal(b->init_tee_fmspc, "\x31\3", 2);
	assert_memory_equal(b->cur_servtd_hash, "\x3d\3", 2);
	assert_int_equal(b->cur_servtd_attr, 0x7878787878787878);
}

static void test_truncated(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(kinds); i++) {
		struct coco_mint_quote q;
		struct coco_tdx_quote t = { .cert_type = 99 };
		struct coco_diag d;

		coco_mint_quote_init(&q, kinds[i].version, kinds[i].body);
		size_t full = coco_mint_quote_write(buffer, &q);
		for (size_t n = 0; n < full; n++) {
			uint8_t *p = coco_test_guard(buffer, n);

			coco_diag_init(&d);
			assert_err(coco_tdx_quote_parse(&t, coco_view_of(p, n), &d),
				   COCO_E_FORMAT_SHORT, &d);
			coco_test_unguard(p, n);
		}
		assert_int_equal(t.cert_type, 99);
	}
}

static void test_header_lies(void **state COCO_UNUSED)
{
	struct coco_mint_quote q;

	for (unsigned version = 0; version < 8; version++) {
		coco_mint_quote_init(&q, 4, 2);
		q.version = (uint16_t)version;
		if (version < 3 || version > 5)
			bad(&q, COCO_E_DCAP_QUOTE, "version");
	}
	coco_mint_quote_init(&q, 4, 2);
	q.tee = 0x82;
	bad(&q, COCO_E_DCAP_QUOTE, "TEE type");
	coco_mint_quote_init(&q, 3, 1);
	q.tee = 0x81;                         /* there is no TDX quote of version 3 */
	bad(&q, COCO_E_DCAP_QUOTE, "TEE type");
	coco_mint_quote_init(&q, 4, 2);
	q.key_type = 3;
	bad(&q, COCO_E_DCAP_QUOTE, "attestation key type");
	for (uint16_t type = 0; type < 8; type++) {
		coco_mint_quote_init(&q, 5, 3);
		q.body = type;
		if (type < 2 || type > 4)
			bad(&q, COCO_E_DCAP_QUOTE, "body type");
		else if (type != 3)
			bad(&q, COCO_E_DCAP_QUOTE, "body size");
	}
	coco_mint_quote_init(&q, 5, 1);
	q.tee = 0x81;
	bad(&q, COCO_E_DCAP_QUOTE, "body type");
	coco_mint_quote_init(&q, 5, 2);
	q.tee = 0;
	bad(&q, COCO_E_DCAP_QUOTE, "body type");
	for (uint32_t size = 583; size < 586; size += 2) {
		coco_mint_quote_init(&q, 5, 2);
		q.body_says = size;
		bad(&q, COCO_E_DCAP_QUOTE, "body size");
	}
}

static void test_size_lies(void **state COCO_UNUSED)
{
	struct coco_mint_quote q;

	coco_mint_quote_init(&q, 4, 2);
	q.outer = 5;
	bad(&q, COCO_E_DCAP_QUOTE, "certification data type");
	coco_mint_quote_init(&q, 4, 2);
	q.outer_more = 1;
	bad(&q, COCO_E_FORMAT_SHORT, "QE certification data");
	q.outer_more = -1;
	bad(&q, COCO_E_FORMAT_SHORT, "certification data");
	q.outer_more = 1;
	q.sig_more = 1;
	q.trailing = 1;
	bad(&q, COCO_E_DCAP_QUOTE, "certification data");
	q.outer_more = 0;
	bad(&q, COCO_E_DCAP_QUOTE, "signature data");
	q.trailing = 0;
	bad(&q, COCO_E_FORMAT_SHORT, "signature data");
	q.sig_more = -1;
	bad(&q, COCO_E_FORMAT_SHORT, "QE certification data");
	coco_mint_quote_init(&q, 3, 1);
	q.sig_more = 1;
	q.trailing = 3;
	bad(&q, COCO_E_DCAP_QUOTE, "certification data");
}

static void test_too_large(void **state COCO_UNUSED)
{
	struct coco_tdx_quote t;
	struct coco_diag d;
	struct coco_mint_quote q;
	uint8_t *p = coco_zalloc(COCO_TDX_QUOTE_MAX + 1, 1);

	assert_non_null(p);
	coco_mint_quote_init(&q, 4, 2);
	coco_mint_quote_write(p, &q);
	good(&t, p, COCO_TDX_QUOTE_MAX);
	assert_true(t.trailing_zero);
	p[COCO_TDX_QUOTE_MAX - 1] = 1;
	good(&t, p, COCO_TDX_QUOTE_MAX);
	assert_false(t.trailing_zero);
	coco_diag_init(&d);
	assert_err(coco_tdx_quote_parse(&t, coco_view_of(p, COCO_TDX_QUOTE_MAX + 1), &d),
		   COCO_E_LIMIT_SIZE, &d);
	coco_free(p);
}

static void says(const struct coco_claims *c, const char *name, const char *want, uint64_t at)
{
	char text[200];
	const struct coco_claim *claim = coco_claims_find(c, name);

	if (claim == NULL)
		print_message("no claim %s\n", name);
	assert_non_null(claim);
	coco_claim_text(claim, text, sizeof(text));
	assert_string_equal(text, want);
	assert_int_equal(claim->offset, at);
}

static void test_claims(void **state COCO_UNUSED)
{
	struct coco_mint_quote q;
	struct coco_tdx_quote t;
	struct coco_claims c = { 0 };

	coco_mint_quote_init(&q, 5, 4);
	q.body_bytes[0x78] = 0x81;            /* debugging, and a bit without meaning */
	q.body_bytes[0x82] |= 0x08;
	q.trailing = 2;
	q.trailing_byte = 7;
	good(&t, buffer, coco_mint_quote_write(buffer, &q));
	coco_tdx_quote_claims(&c, &t, 1000);
	assert_int_equal(coco_claims_finish(&c, NULL), 0);
	says(&c, "tdx.version", "5", 1000);
	says(&c, "tdx.tee_type", "0x81", 1004);
	says(&c, "tdx.body_type", "4", 1048);
	says(&c, "tdx.body_size", "885", 1050);
	says(&c, "tdx.tee_tcb_svn", "05010200000000000000000000000000", 1054);
	says(&c, "tdx.attributes", "0x10000081", 1054 + 0x78);
	assert_non_null(coco_claims_find(&c, "tdx.attributes")->note);
	says(&c, "tdx.attributes.debug", "yes", 1054 + 0x78);
	says(&c, "tdx.attributes.sept_ve_disable", "yes", 1054 + 0x78);
	says(&c, "tdx.attributes.perfmon", "no", 1054 + 0x78);
	says(&c, "tdx.xfam", "0xe02e7", 1054 + 0x80);
	assert_non_null(coco_claims_find(&c, "tdx.xfam")->note);
	says(&c, "tdx.xfam.amx_tiledata", "yes", 1054 + 0x80);
	assert_int_equal(coco_claims_find(&c, "tdx.mrtd")->offset, 1054 + 0x88);
	assert_int_equal(coco_claims_find(&c, "tdx.rtmr3")->offset, 1054 + 0x1d8);
	assert_int_equal(coco_claims_find(&c, "tdx.report_data")->n, 64);
	assert_int_equal(coco_claims_find(&c, "tdx.cur_servtd_attr")->offset, 1054 + 0x36d);
	says(&c, "tdx.signature_size", "636", 1054 + 885);
	says(&c, "tdx.qe.isvsvn", "0", 1054 + 885 + 4 + 134 + 0x102);
	says(&c, "tdx.certification.type", "5", 1054 + 885 + 4 + 134 + 384 + 64 + 2 + 32);
	says(&c, "tdx.certification.size", "14", 1054 + 885 + 4 + 134 + 384 + 64 + 2 + 32 + 2);
	assert_int_equal(coco_claims_find(&c, "tdx.trailing_bytes")->number, 2);
	assert_non_null(coco_claims_find(&c, "tdx.trailing_bytes")->note);
	coco_claims_free(&c);

	coco_mint_quote_init(&q, 3, 1);
	good(&t, buffer, coco_mint_quote_write(buffer, &q));
	coco_tdx_quote_claims(&c, &t, 0);
	says(&c, "sgx.qe_svn", "9", 8);
	says(&c, "sgx.pce_svn", "13", 10);
	assert_int_equal(coco_claims_find(&c, "sgx.mrenclave")->offset, 48 + 0x40);
	assert_int_equal(coco_claims_find(&c, "sgx.report_data")->offset, 48 + 0x140);
	coco_claims_free(&c);
	assert_string_equal(coco_tdx_certification_name(3), "PPID encrypted with RSA-3072");
	assert_string_equal(coco_tdx_certification_name(7), "unknown");
}

/* ---- the shared vectors */

static void field_hex(const struct coco_jv *fields, const char *name, const uint8_t *p, size_t n)
{
	uint8_t want[64];
	struct coco_diag d;

	if (!coco_jv_has(fields, name))
		return;
	coco_diag_init(&d);
	assert_ok(coco_jv_hex(fields, name, want, n, &d), &d);
	assert_memory_equal(want, p, n);
}

static void field_number(const struct coco_jv *fields, const char *name, uint64_t value)
{
	struct coco_jv v;
	uint64_t want;

	if (coco_jv_opt(fields, name, &v, NULL) != 0 || v.v == NULL || coco_jv_is_null(&v))
		return;
	assert_ok(coco_jv_as_u64(&v, UINT32_MAX, &want, NULL), NULL);
	assert_int_equal(want, value);
}

static void vector(const struct coco_jv *v)
{
	struct coco_jv files, fields;
	struct coco_tdx_quote t;
	const char *name;
	char path[256];
	size_t n;

	assert_ok(coco_jv_object(v, "files", &files, NULL), NULL);
	assert_ok(coco_jv_string(&files, "quote", &name, NULL), NULL);
	snprintf(path, sizeof(path), "evidence/%s", name);
	uint8_t *p = coco_vector_blob(path, &n);
	good(&t, p, n);
	if (coco_jv_object(v, "fields", &fields, NULL) == 0) {
		const struct coco_td_report *b = &t.head.td;
		uint64_t attributes = __builtin_bswap64(b->td_attributes);
		uint64_t xfam = __builtin_bswap64(b->xfam);
		uint8_t be[8];

		field_number(&fields, "version", t.head.version);
		field_number(&fields, "body_type", t.head.body);
		field_number(&fields, "trailing_bytes", t.trailing);
		coco_put_be64(be, attributes);
		field_hex(&fields, "td_attributes", be, 8);
		coco_put_be64(be, xfam);
		field_hex(&fields, "xfam", be, 8);
		field_hex(&fields, "tee_tcb_svn", b->tee_tcb_svn, 16);
		field_hex(&fields, "tee_tcb_svn2", b->tee_tcb_svn_2, 16);
		field_hex(&fields, "mrtd", b->mr_td, 48);
		field_hex(&fields, "mrseam", b->mr_seam, 48);
		field_hex(&fields, "rtmr0", b->rtmr[0], 48);
		field_hex(&fields, "rtmr1", b->rtmr[1], 48);
		field_hex(&fields, "rtmr2", b->rtmr[2], 48);
		field_hex(&fields, "rtmr3", b->rtmr[3], 48);
		field_hex(&fields, "report_data", b->report_data, 64);
	}
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("evidence/expected.json");
	struct coco_json doc;
	struct coco_jv root, list;
	struct coco_diag d;
	size_t n, found = 0;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	coco_diag_init(&d);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "vectors", &list, &d), &d);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv v = coco_jv_item(&list, i);
		const char *kind;

		assert_ok(coco_jv_string(&v, "kind", &kind, &d), &d);
		if (strncmp(kind, "tdx", 3) != 0 && strcmp(kind, "sgx") != 0)
			continue;
		vector(&v);
		found++;
	}
	assert_true(found >= 7);
	coco_json_free(&doc);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),     cmocka_unit_test(test_body),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_header_lies),
		cmocka_unit_test(test_size_lies), cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_claims),    cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
