/*
 * snp_find.c - which certificate belongs to the key that signed a SEV-SNP
 * report (see snp_priv.h). A wrong one is told from one that is not there.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "lib/evidence/snp_priv.h"

enum {
	NUMBER = 48,          /* significant bytes of R and S */
	BEHIND = 0x330,       /* what follows R and S, to the end of the report */
	BEST_MAX = 8,         /* certificates that fit equally well and are tried */
	POINTS_TCB = 1,
	POINTS_CHIP = 2,
};

/* The certificates that fit best. */
struct search {
	int best[BEST_MAX];
	size_t n;
	int points;
	size_t seen;          /* certificates of the kind that is looked for */
	size_t other;         /* of the other kind */
};

const char *coco_snp_product_text(const struct coco_snp_work *w)
{
	if (w->product[0] != '\0')
		return w->product;
	if (w->report.product != COCO_SNP_PRODUCT_UNKNOWN)
		return coco_snp_product_name(w->report.product);
	/* version 2 has no CPUID; Milan is far more common there than Genoa */
	return w->layout == COCO_SNP_LAYOUT_TURIN ? "Turin" : "Milan";
}

void coco_snp_leaf_url(const struct coco_snp_work *w, char ret[COCO_SNP_URL])
{
	const uint8_t *tcb = w->report.reported_tcb.raw;
	bool turin = w->layout == COCO_SNP_LAYOUT_TURIN;
	char hex[2 * COCO_AMD_HWID + 1];
	char fmc[16] = "";

	coco_hex_encode(hex, w->report.chip_id, turin ? COCO_AMD_HWID_SHORT : COCO_AMD_HWID);
	if (turin)
		snprintf(fmc, sizeof(fmc), "fmcSPL=%02u&", tcb[0]);
	snprintf(ret, COCO_SNP_URL,
		 "https://kdsintf.amd.com/vcek/v1/%s/%s?%sblSPL=%02u&teeSPL=%02u&snpSPL=%02u"
		 "&ucodeSPL=%02u", coco_snp_product_text(w), hex, fmc, tcb[turin ? 1 : 0],
		 tcb[turin ? 2 : 1], tcb[turin ? 3 : 6], tcb[7]);
}

/* Whether the SPLs are those of REPORTED_TCB; layouts that are not known are as Milan's. */
static bool same_tcb(const struct coco_snp_work *w, const struct coco_amd_cert *ext)
{
	enum coco_snp_layout layout = w->layout != COCO_SNP_LAYOUT_UNKNOWN ? w->layout
									  : COCO_SNP_LAYOUT_MILAN;

	for (int i = 0; i < COCO_SNP_COMPONENTS; i++) {
		int at = coco_snp_component_at(layout, (enum coco_snp_component)i);

		if (at >= 0 && (!ext->has_spl[i] || ext->spl[i] != w->report.reported_tcb.raw[at]))
			return false;
	}
	return true;
}

/* How well a certificate of the right kind fits. */
static int points_of(const struct coco_snp_work *w, const struct coco_cert *cert)
{
	bool chip = !w->vlek && !coco_snp_chip_zero(&w->report);
	struct coco_view der = coco_cert_der(cert);
	struct coco_amd_cert ext;
	int points = 0;

	/* a fleet has thousands: most are of other chips, and told without reading them */
	if (chip && memmem(der.p, der.n, w->report.chip_id, COCO_AMD_HWID_SHORT) == NULL)
		return 0;
	if (coco_amd_cert_read(&ext, der, NULL) != 0)
		return 0;
	if (chip && ext.n_hwid != 0 && memcmp(ext.hwid, w->report.chip_id, ext.n_hwid) == 0)
		points += POINTS_CHIP;
	return same_tcb(w, &ext) ? points + POINTS_TCB : points;
}

static void search(struct coco_snp_work *w, struct search *s)
{
	const struct coco_collateral *c = w->a->collateral;
	const char *name = w->vlek ? "SEV-VLEK" : "SEV-VCEK";
	const char *other = w->vlek ? "SEV-VCEK" : "SEV-VLEK";

	for (int i = -1; (i = coco_collateral_next(c, COCO_COLL_CERT, i)) >= 0;) {
		const char *cn = coco_cert_common_name(c->v[i].cert);

		s->other += strcmp(cn, other) == 0;
		if (strcmp(cn, name) != 0)
			continue;
		int points = points_of(w, c->v[i].cert);
		s->seen++;
		if (points > s->points)
			s->n = 0;
		if (points < s->points || s->n == BEST_MAX)
			continue;
		s->points = points;
		s->best[s->n++] = i;
	}
}

/* R and S as r | s, big-endian; false: longer than the curve's numbers. */
static bool plain(const struct coco_snp_report *report, uint8_t ret[2 * NUMBER])
{
	bool fits = true;

	for (size_t i = NUMBER; i < COCO_SNP_NUMBER; i++)
		fits = fits && report->r[i] == 0 && report->s[i] == 0;
	for (size_t i = 0; i < NUMBER; i++) {
		ret[i] = report->r[NUMBER - 1 - i];
		ret[NUMBER + i] = report->s[NUMBER - 1 - i];
	}
	return fits;
}

/* No signature covers what follows R and S: nothing may be hidden there. */
static bool tail_zero(const struct coco_snp_work *w)
{
	for (size_t i = BEHIND; i < w->bytes.n; i++)
		if (w->bytes.p[i] != 0)
			return false;
	return true;
}

static bool signed_by(const struct coco_snp_work *w, const struct coco_cert *cert)
{
	uint8_t rs[2 * NUMBER];

	return plain(&w->report, rs) && coco_cert_curve(cert) == 384 &&
	       coco_cert_verify_ec(cert, coco_view_of(w->bytes.p, COCO_SNP_SIGNED), 384,
				   coco_view_of(rs, sizeof(rs)), NULL) == 0;
}

static void next_step(struct coco_snp_work *w, char ret[COCO_RESULT_TEXT])
{
	char url[COCO_SNP_URL];

	if (w->vlek) {
		snprintf(ret, COCO_RESULT_TEXT, "get the VLEK from the host's certificate table "
			 "or the provider, and add it with --collateral");
		return;
	}
	if (coco_snp_chip_zero(&w->report)) {
		snprintf(ret, COCO_RESULT_TEXT, "CHIP_ID is masked: get the VCEK from the host, "
			 "and add it with --collateral");
		return;
	}
	coco_snp_leaf_url(w, url);
	snprintf(ret, COCO_RESULT_TEXT, "add %s", url);
}

/* Nothing fits: say what there is instead. */
static void not_found(struct coco_snp_work *w, const struct search *s)
{
	char next[COCO_RESULT_TEXT];
	char reason[COCO_RESULT_REASON];
	bool kind = s->seen == 0 && s->other == 1;

	snprintf(reason, sizeof(reason), "%s:%s", kind ? "COLL_WRONG_KIND" : "COLL_MISSING",
		 w->leaf_name);
	coco_snp_check(w, kind ? COCO_CHECKED_FAIL : COCO_CHECKED_MISSING, "snp.leaf",
		       "the certificate of the key that signed the report is there");
	coco_check_expected(w->a->result, "a %s", w->leaf_name);
	if (kind)
		coco_check_actual(w->a->result, "a %s, for reports that are signed with it",
				  w->vlek ? "VCEK" : "VLEK");
	else if (s->seen != 0)
		coco_check_actual(w->a->result, "%zu certificates, none of this chip and TCB",
				  s->seen);
	else
		coco_check_actual(w->a->result, "none");
	next_step(w, next);
	coco_snp_refuse(w, COCO_ROLE_CALLER, reason, "%s", next);
}

void coco_snp_signature(struct coco_snp_work *w)
{
	uint8_t rs[2 * NUMBER];
	char next[COCO_RESULT_TEXT];
	bool ok = w->leaf.issued && tail_zero(w);

	coco_snp_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "snp.signature",
		       w->vlek ? "the report is signed by the VLEK"
			       : "the report is signed by the VCEK");
	coco_check_expected(w->a->result, "ECDSA P-384 with SHA-384 over bytes 0x000 to 0x29f");
	coco_snp_at(w, 0x2a0);
	if (ok)
		return;
	if (!plain(&w->report, rs))
		coco_check_actual(w->a->result, "R or S is longer than 48 bytes");
	else if (w->leaf.issued)
		coco_check_actual(w->a->result, "bytes behind the signature are not zero");
	else if (coco_cert_curve(w->leaf.cert) != 384)
		coco_check_actual(w->a->result, "the certificate's key is not on P-384");
	else
		coco_check_actual(w->a->result, "a signature that this key did not make");
	next_step(w, next);
	coco_snp_refuse(w, COCO_ROLE_CALLER, "SIGNATURE:snp", "%s", next);
}

void coco_snp_find_leaf(struct coco_snp_work *w)
{
	const struct coco_collateral *c = w->a->collateral;
	struct search s = { .n = 0 };
	int full = w->vlek || coco_snp_chip_zero(&w->report) ? POINTS_TCB
							    : POINTS_TCB + POINTS_CHIP;
	size_t pick = 0;
	bool ok = false;

	search(w, &s);
	/* one certificate alone was meant for this report: what is wrong with it is told */
	if (s.n == 0 || (s.points < full && s.seen > 1)) {
		not_found(w, &s);
		return;
	}
	for (size_t i = 0; i < s.n && !ok; i++) {
		ok = signed_by(w, c->v[s.best[i]].cert);
		pick = ok ? i : 0;
	}
	w->leaf = (struct coco_snp_link){ c->v[s.best[pick]].cert, s.best[pick], -1, ok };
	coco_appraisal_used(w->a, w->leaf.item, w->leaf_name);
	coco_snp_check(w, COCO_CHECKED_PASS, "snp.leaf",
		       "the certificate of the key that signed the report is there");
	coco_check_actual(w->a->result, "%s", c->v[w->leaf.item].source);
}
