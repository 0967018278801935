/*
 * tdx_case.c - minted quotes verified (see tdx_case.h).
 */
#include "tests/support/tdx_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/evidence/tdx_appraise.h"
#include "tests/support/support.h"

static void add(struct coco_collateral *c, enum coco_collateral_kind kind, const void *p, size_t n)
{
	if (n > 0)
		assert_ok(coco_collateral_add(c, kind, coco_view_of(p, n), "minted", NULL, NULL),
			  NULL);
}

static void add_cert(struct coco_collateral *c, const struct coco_pki_cert *cert)
{
	if (cert != NULL)
		add(c, COCO_COLL_CERT, cert->der, cert->n_der);
}

void coco_tdx_case_mint(struct coco_tdx_case *c, uint16_t version, uint16_t body,
			enum coco_mint_tdx_defect defect)
{
	struct coco_mint_tdx *t = coco_mint_tdx(version, body, defect);

	memset(c, 0, sizeof(*c));
	c->minted = t;
	coco_collateral_init(&c->collateral);
	coco_collateral_init(&c->roots);
	if (t->trusted)
		add_cert(&c->roots, t->root);
	add_cert(&c->collateral, t->signing);
	if (t->outside) {
		add_cert(&c->collateral, t->leaf);
		add_cert(&c->collateral, t->ca);
		add_cert(&c->collateral, t->root);
	}
	add(&c->collateral, COCO_COLL_CRL, t->root_crl, t->n_root_crl);
	add(&c->collateral, COCO_COLL_CRL, t->pck_crl, t->n_pck_crl);
	add(&c->collateral, COCO_COLL_TCB_INFO, t->tcb_info, strlen(t->tcb_info));
	add(&c->collateral, COCO_COLL_QE_IDENTITY, t->qe_identity, strlen(t->qe_identity));
}

static void collect(struct coco_tdx_case *c)
{
	size_t n = 0, g = 0;
	const struct coco_claim *status =
		coco_claims_find(&c->result.subjects[0].claims, "tdx.tcb_status");

	c->failed[0] = c->gaps[0] = c->status[0] = '\0';
	for (size_t i = 0; i < c->result.n_checks; i++) {
		const struct coco_result_check *k = &c->result.checks[i];

		if (k->outcome != COCO_CHECKED_FAIL && k->outcome != COCO_CHECKED_MISSING)
			continue;
		assert_true(k->reason[0] != '\0' && k->next[0] != '\0' && k->title[0] != '\0');
		n += (size_t)snprintf(c->failed + n, sizeof(c->failed) - n, "%s%s%c%s",
				      n > 0 ? " " : "", k->id + 4,
				      k->outcome == COCO_CHECKED_FAIL ? '=' : '?', k->reason);
	}
	for (size_t i = 0; i < c->result.n_gaps; i++)
		g += (size_t)snprintf(c->gaps + g, sizeof(c->gaps) - g, "%s ",
				      c->result.gaps[i].category);
	if (status != NULL)
		coco_claim_text(status, c->status, sizeof(c->status));
}

int coco_tdx_case_judge(struct coco_tdx_case *c, int64_t at, struct coco_diag *diag)
{
	static const struct coco_run run = { .jobs = 1 };
	int used[16], used_roots[16];
	struct coco_appraisal a = { .run = &run, .collateral = &c->collateral, .at = at,
				    .extra_roots = c->roots.n > 0 ? &c->roots : NULL,
				    .result = &c->result, .used = used,
				    .used_roots = used_roots };

	for (size_t i = 0; i < COCO_ARRAY_LEN(used); i++)
		used[i] = used_roots[i] = -1;
	assert_true(c->collateral.n <= COCO_ARRAY_LEN(used));
	coco_result_free(&c->result);
	coco_result_init(&c->result, at);
	c->subject = coco_result_subject(&c->result, "cpu", "tdx");
	if (c->subject < 0)
		return coco_result_finish(&c->result, diag);
	int r = coco_tdx_authenticate(&a, coco_view_of(c->minted->quote, c->minted->n_quote), 0,
				      1000, c->subject, diag);
	if (r == 0)
		collect(c);
	return r;
}

void coco_tdx_case_free(struct coco_tdx_case *c)
{
	coco_result_free(&c->result);
	coco_collateral_free(&c->collateral);
	coco_collateral_free(&c->roots);
	coco_mint_tdx_free(c->minted);
}

void coco_tdx_expect(const struct coco_tdx_expect *list, size_t n, uint16_t version,
		     uint16_t body)
{
	for (size_t i = 0; i < n; i++) {
		struct coco_tdx_case c;
		struct coco_diag d;

		coco_tdx_case_mint(&c, version, body, list[i].defect);
		coco_diag_init(&d);
		assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
		if (strcmp(c.failed, list[i].failed) != 0 ||
		    strcmp(c.gaps, list[i].gaps != NULL ? list[i].gaps : "") != 0 ||
		    strcmp(c.status, list[i].status) != 0)
			print_message("%s, version %u, body %u: \"%s\" gaps \"%s\" status %s\n",
				      coco_mint_tdx_name(list[i].defect), version, body, c.failed,
				      c.gaps, c.status);
		assert_string_equal(c.failed, list[i].failed);
		assert_string_equal(c.gaps, list[i].gaps != NULL ? list[i].gaps : "");
		assert_string_equal(c.status, list[i].status);
		coco_tdx_case_free(&c);
	}
}
