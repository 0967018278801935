/*
 * test_form_snp.c - the forms of SEV-SNP evidence: report, extended report,
 * certificate table, Trustee's JSON, the answer of configfs-tsm.
 */
#include <stdio.h>
#include <string.h>

#include "formats/broker/tee_evidence.h"
#include "formats/core/b64.h"
#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "lib/evidence/piece_form.h"
#include "tests/support/mint_snp_pki.h"
#include "tests/support/support.h"

struct seen {
	struct coco_pieces list;
	struct coco_collateral coll;
	struct coco_diag d;
	int r;
};

static struct coco_mint_snp_set set;
static uint8_t *table;
static size_t n_table;

static int setup(void **state COCO_UNUSED)
{
	const struct coco_mint_snp_spec spec = { .version = 5, .product = COCO_MINT_TURIN };

	coco_mint_snp_make(&spec, &set);
	n_table = coco_mint_snp_table(&set, &table);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_mint_snp_free(&set);
	coco_free(table);
	return 0;
}

static void look(struct seen *s, const void *p, size_t n)
{
	memset(s, 0, sizeof(*s));
	coco_collateral_init(&s->coll);
	s->r = coco_pieces_add(&s->list, &s->coll, coco_view_of(p, n), "in", &s->d);
}

static void done(struct seen *s)
{
	coco_pieces_free(&s->list);
	coco_collateral_free(&s->coll);
}

/* The report came out as it is, and so many items of collateral. */
static void found(const struct seen *s, const char *form, bool inside, uint64_t base, size_t items)
{
	const struct coco_piece *p = &s->list.v[inside ? 1 : 0];

	assert_ok(s->r, &s->d);
	assert_string_equal(s->list.v[0].form, form);
	assert_int_equal(s->list.n, inside ? 2 : 1);
	assert_int_equal(p->kind, COCO_PIECE_SNP_REPORT);
	assert_int_equal(p->n, COCO_MINT_SNP);
	assert_memory_equal(p->p, set.report, COCO_MINT_SNP);
	assert_int_equal(p->has_base, base != COCO_NO_OFFSET);
	assert_true(base == COCO_NO_OFFSET || p->base == base);
	assert_int_equal(s->coll.n, items);
}

static void test_report(void **state COCO_UNUSED)
{
	uint8_t other[COCO_MINT_SNP];
	struct seen s;

	look(&s, set.report, COCO_MINT_SNP);
	found(&s, "snp-report", false, 0, 0);
	done(&s);
	/* version 1, or one that is far away, is no report */
	memcpy(other, set.report, sizeof(other));
	other[0] = 1;
	look(&s, other, sizeof(other));
	assert_int_equal(s.list.v[0].kind, COCO_PIECE_UNKNOWN);
	done(&s);
	other[0] = 3;
	other[2] = 1;
	look(&s, other, sizeof(other));
	assert_int_equal(s.list.v[0].kind, COCO_PIECE_UNKNOWN);
	done(&s);
}

static void test_extended(void **state COCO_UNUSED)
{
	uint8_t *p = coco_alloc(COCO_MINT_SNP + n_table, 1);
	struct seen s;

	assert_non_null(p);
	memcpy(p, set.report, COCO_MINT_SNP);
	memcpy(p + COCO_MINT_SNP, table, n_table);
	look(&s, p, COCO_MINT_SNP + n_table);
	found(&s, "snp-extended-report", true, 0, 4);
	done(&s);
	/* a table that is cut, at every part of its head and inside the last certificate */
	for (size_t n = 24; n < n_table; n += n < 130 ? 1 : 97) {
		look(&s, p, COCO_MINT_SNP + n);
		assert_int_equal(s.r, COCO_E_SNP_CERTS);
		done(&s);
	}
	/* a certificate that is none */
	p[COCO_MINT_SNP + 5 * 24] ^= 0xff;
	look(&s, p, COCO_MINT_SNP + n_table);
	assert_int_equal(s.r, COCO_E_FORMAT_CERT);
	done(&s);
	coco_free(p);
}

static void test_table(void **state COCO_UNUSED)
{
	struct seen s;

	look(&s, table, n_table);
	assert_ok(s.r, &s.d);
	assert_int_equal(s.list.v[0].kind, COCO_PIECE_COLLATERAL);
	assert_string_equal(s.list.v[0].form, "snp-certificate-table");
	assert_int_equal(s.coll.n, 4);
	assert_int_equal(s.coll.v[3].kind, COCO_COLL_CRL);
	done(&s);
}

/* Some hosts store PEM in the table. */
static void test_pem(void **state COCO_UNUSED)
{
	size_t n = coco_pem_len("CERTIFICATE", set.leaf->n_der);
	uint8_t *p = coco_zalloc(48 + n + 1, 1);
	struct seen s;

	assert_non_null(p);
	memcpy(p, "\x63\xda\x75\x8d\xe6\x64\x45\x64\xad\xc5\xf4\xb9\x3b\xe8\xac\xcd", 16);
	p[16] = 48;
	p[20] = (uint8_t)n;
	p[21] = (uint8_t)(n >> 8);
	coco_pem_encode((char *)p + 48, "CERTIFICATE", set.leaf->der, set.leaf->n_der);
	look(&s, p, 48 + n);
	assert_ok(s.r, &s.d);
	assert_int_equal(s.coll.n, 1);
	assert_int_equal(s.coll.v[0].n, set.leaf->n_der);
	done(&s);
	coco_free(p);
}

static void test_trustee(void **state COCO_UNUSED)
{
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *p = NULL;
	size_t n;
	struct seen s;

	coco_wr_init(&wr, 1 << 20);
	coco_jw_init(&jw, &wr, false);
	assert_ok(coco_tee_evidence_snp(&jw, coco_view_of(set.report, COCO_MINT_SNP),
					coco_view_of(table, n_table), set.report + 0x50, NULL),
		  NULL);
	assert_ok(coco_wr_finish(&wr, &p, &n, NULL), NULL);
	look(&s, p, n);
	found(&s, "snp-json", true, COCO_NO_OFFSET, 4);
	done(&s);
	/* a field less */
	uint8_t *at = memmem(p, n, "\"chip_id\"", 9);
	assert_non_null(at);
	at[1] = 'x';
	look(&s, p, n);
	assert_int_equal(s.r, COCO_E_FORMAT_JSON_TYPE);
	assert_string_equal(s.d.pointer, "/attestation_report/chip_id");
	done(&s);
	coco_free(p);
}

static void test_tsm(void **state COCO_UNUSED)
{
	char *out = coco_b64_dup(COCO_B64_URL, set.report, COCO_MINT_SNP);
	char *aux = coco_b64_dup(COCO_B64_STD, table, n_table);
	char *text = coco_alloc(strlen(out) + strlen(aux) + 100, 1);
	struct seen s;

	assert_non_null(text);
	sprintf(text, "{\"auxblob\":\"%s\",\"outblob\":\"%s\",\"provider\":\"sev_guest\\n\"}",
		aux, out);
	look(&s, text, strlen(text));
	found(&s, "snp-tsm-json", true, COCO_NO_OFFSET, 4);
	done(&s);
	sprintf(text, "{\"auxblob\":\"\",\"outblob\":\"%s\",\"provider\":\"sev_guest\"}", out);
	look(&s, text, strlen(text));
	found(&s, "snp-tsm-json", true, COCO_NO_OFFSET, 0);
	done(&s);
	/* a report that is cut is known to be one: its appraiser refuses it */
	out[strlen(out) - 4] = '\0';
	sprintf(text, "{\"outblob\":\"%s\",\"provider\":\"sev_guest\"}", out);
	look(&s, text, strlen(text));
	assert_ok(s.r, &s.d);
	assert_int_equal(s.list.v[1].kind, COCO_PIECE_SNP_REPORT);
	assert_true(s.list.v[1].n < COCO_MINT_SNP);
	done(&s);
	coco_free(out);
	coco_free(aux);
	coco_free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report), cmocka_unit_test(test_extended),
		cmocka_unit_test(test_table),  cmocka_unit_test(test_pem),
		cmocka_unit_test(test_trustee), cmocka_unit_test(test_tsm),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
