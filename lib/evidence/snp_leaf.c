/*
 * snp_leaf.c - what a VCEK or VLEK certificate says of chip, TCB and product
 * against what the report says (see snp_priv.h; evidence.md 1.3): compared,
 * every one of them, and never taken for granted when it is absent.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "lib/evidence/snp_priv.h"

enum { PART = 16 };   /* bytes of an identifier that a text shows */

/* A VCEK names a chip and no provider, a VLEK a provider and no chip. */
static void kind(struct coco_snp_work *w)
{
	const struct coco_amd_cert *e = &w->ext;
	bool ok = w->vlek ? e->n_hwid == 0 : !e->has_csp_id;

	coco_snp_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "snp.leaf.kind",
		       "the certificate is of the kind that the report asks for");
	coco_check_expected(w->a->result, "%s", w->vlek ? "a VLEK, without HWID"
						       : "a VCEK, without CSP_ID");
	coco_check_actual(w->a->result, "%s%s%s", w->leaf_name,
			  e->n_hwid != 0 ? ", with HWID" : "",
			  e->has_csp_id ? ", with CSP_ID" : "");
	coco_snp_at(w, 0x48);
	if (!ok)
		coco_snp_refuse(w, COCO_ROLE_CALLER, "COLL_WRONG_KIND:leaf",
				"give the certificate of the key that signed the report");
}

static void component(struct coco_snp_work *w, enum coco_snp_component c)
{
	const char *name = coco_snp_component_name(c);
	int at = coco_snp_component_at(w->layout, c);
	bool ok;
	char text[COCO_RESULT_TEXT];
	char title[80];

	if (at < 0)   /* not a component of this product: the certificate must not have it */
		ok = !w->ext.has_spl[c];
	else
		ok = w->ext.has_spl[c] && w->ext.spl[c] == w->report.reported_tcb.raw[at];
	if (at < 0 && ok)
		return;
	snprintf(text, sizeof(text), "snp.leaf.tcb.%s", name);
	snprintf(title, sizeof(title), "the %s is for the report's level of %s", w->leaf_name,
		 name);
	coco_snp_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, text, title);
	if (at >= 0) {
		coco_check_expected(w->a->result, "%s %u, by REPORTED_TCB", name,
				    w->report.reported_tcb.raw[at]);
		coco_snp_at(w, 0x180 + (uint64_t)at);
	} else {
		coco_check_expected(w->a->result, "no %s", name);
	}
	if (w->ext.has_spl[c])
		coco_check_actual(w->a->result, "%s %u", name, w->ext.spl[c]);
	else
		coco_check_actual(w->a->result, "the certificate has no %s", name);
	if (ok)
		return;
	snprintf(text, sizeof(text), "COLL_OTHER_TCB:%s", name);
	coco_snp_refuse(w, COCO_ROLE_CALLER, text,
			"the firmware was updated since: get the certificate for the TCB of now");
}

static void tcb(struct coco_snp_work *w)
{
	if (w->layout == COCO_SNP_LAYOUT_UNKNOWN) {
		coco_snp_check(w, COCO_CHECKED_MISSING, "snp.leaf.tcb",
			       "the certificate is for the TCB that the report names");
		coco_check_actual(w->a->result, "CPU family 0x%02x, model 0x%02x: its order of TCB "
				  "components is not known", w->report.cpuid_fam,
				  w->report.cpuid_mod);
		coco_snp_at(w, 0x188);
		coco_snp_refuse(w, COCO_ROLE_CALLER, "EVIDENCE_UNSUPPORTED:product",
				"use a release of cococtl that knows this CPU");
		return;
	}
	for (int i = 0; i < COCO_SNP_COMPONENTS; i++)
		component(w, (enum coco_snp_component)i);
}

static void identifier(char *ret, size_t cap, const uint8_t *p, size_t n)
{
	char hex[2 * PART + 1];

	coco_hex_encode(hex, p, coco_min_size(n, PART));
	snprintf(ret, cap, "%s%s (%zu bytes)", hex, n > PART ? "..." : "", n);
}

static void chip(struct coco_snp_work *w)
{
	static const char title[] = "the certificate is for the chip that the report names";
	const uint8_t *id = w->report.chip_id;
	size_t n = w->ext.n_hwid;
	char text[COCO_RESULT_TEXT];

	if (w->vlek || coco_snp_chip_zero(&w->report)) {
		coco_snp_check(w, COCO_CHECKED_SKIPPED, "snp.leaf.chip", title);
		coco_check_detail(w->a->result, "%s: the chip is not identified",
				  w->vlek ? "a VLEK is no chip's own" : "CHIP_ID is masked");
		coco_snp_at(w, 0x1a0);
		return;
	}
	bool ok = n != 0 && memcmp(id, w->ext.hwid, n) == 0 &&
		  coco_all_zero(id + n, COCO_AMD_HWID - n);
	coco_snp_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "snp.leaf.chip", title);
	identifier(text, sizeof(text), id, COCO_AMD_HWID);
	coco_check_expected(w->a->result, "%s, by CHIP_ID", text);
	if (n != 0)
		identifier(text, sizeof(text), w->ext.hwid, n);
	coco_check_actual(w->a->result, "%s", n != 0 ? text : "the certificate has no HWID");
	coco_snp_at(w, 0x1a0);
	if (ok)
		return;
	char url[COCO_SNP_URL];
	coco_snp_leaf_url(w, url);
	coco_snp_refuse(w, COCO_ROLE_CALLER, "COLL_OTHER_CHIP:VCEK", "add %s", url);
}

/* Some late chips carry the name of another stepping: only what stands before it counts. */
static void product(struct coco_snp_work *w)
{
	enum coco_snp_product p = w->report.product;
	const char *want = p != COCO_SNP_PRODUCT_UNKNOWN ? coco_snp_product_name(p) : w->product;
	const char *own = w->ext.product;
	size_t n = strcspn(own, "-");
	bool chain = w->product[0] == '\0' || strcmp(w->product, want) == 0;
	bool ok = want[0] != '\0' && strlen(want) == n && strncmp(own, want, n) == 0 && chain;

	/* version 2 names no CPU: then only the chain can say, if it is there */
	bool open = want[0] == '\0';

	coco_snp_check(w, ok ? COCO_CHECKED_PASS : open ? COCO_CHECKED_MISSING : COCO_CHECKED_FAIL,
		       "snp.leaf.product",
		       "the certificate is for the product that made the report");
	if (p != COCO_SNP_PRODUCT_UNKNOWN) {
		coco_check_expected(w->a->result, "%s, by CPUID family 0x%02x, model 0x%02x", want,
				    w->report.cpuid_fam, w->report.cpuid_mod);
		coco_snp_at(w, 0x188);
	} else {
		coco_check_expected(w->a->result, "%s", open ? "what the chain says" : want);
	}
	coco_check_actual(w->a->result, "%s, below a chain of %s", own[0] != '\0' ? own : "no name",
			  w->product[0] != '\0' ? w->product : "no product");
	if (!ok)
		coco_snp_refuse(w, COCO_ROLE_CALLER,
				open ? "COLL_MISSING:chain" : "COLL_OTHER_PRODUCT:leaf",
				"give the certificate and chain of the machine that made the "
				"report");
}

/* The layout of the certificate itself, and levels that nobody has a meaning for. */
static void form(struct coco_snp_work *w)
{
	bool turin = w->layout == COCO_SNP_LAYOUT_TURIN;
	unsigned spare = 0;

	if (w->ext.has_struct_version && w->layout != COCO_SNP_LAYOUT_UNKNOWN &&
	    w->ext.struct_version != (turin ? 1 : 0))
		coco_snp_note(w, "snp.leaf.version", "the form of the certificate is the expected",
			      "structVersion is %u", w->ext.struct_version);
	for (unsigned i = 0; i < COCO_ARRAY_LEN(w->ext.spare); i++)
		spare += w->ext.spare[i];
	if (spare != 0)
		coco_snp_note(w, "snp.leaf.tcb.reserved", "reserved levels of the TCB are zero",
			      "spl4 to spl7 are %u, %u, %u, %u", w->ext.spare[0], w->ext.spare[1],
			      w->ext.spare[2], w->ext.spare[3]);
}

void coco_snp_leaf(struct coco_snp_work *w)
{
	struct coco_diag why = { .code = 0 };

	w->has_ext = coco_amd_cert_read(&w->ext, coco_cert_der(w->leaf.cert), &why) == 0;
	if (!w->has_ext) {
		coco_snp_check(w, COCO_CHECKED_FAIL, "snp.leaf.extensions",
			       "AMD's extensions of the certificate can be read");
		coco_check_actual(w->a->result, "%.200s", why.message);
		coco_snp_refuse(w, COCO_ROLE_CALLER, "COLL_MALFORMED:leaf",
				"get the certificate again from AMD");
		return;
	}
	kind(w);
	product(w);
	tcb(w);
	chip(w);
	form(w);
	if (w->ext.has_csp_id) {
		struct coco_claims *c = coco_appraisal_claims(w->a, w->subject);

		coco_claims_text(c, "snp.csp_id", w->ext.csp_id, strlen(w->ext.csp_id), 0, 0);
		coco_claims_derived(c);
	}
}
