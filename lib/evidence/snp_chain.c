/*
 * snp_chain.c - from the leaf certificate of a SEV-SNP report to a root: names,
 * signatures, dates, revocation (see snp_priv.h; evidence.md 1.3).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/rfc3339.h"
#include "lib/evidence/snp_priv.h"

enum { TRIES_MAX = 16 };   /* certificates of one name, revocation lists of one issuer */

static const char ark_prefix[] = "ARK-";
static const char ask_prefix[] = "SEV-";
static const char asvk_prefix[] = "SEV-VLEK-";

/* ---- issuers --------------------------------------------------------------------- */

/* The issuer's name and key issued a certificate; verified once for all reports. */
static bool issued(const struct coco_snp_work *w, const struct coco_cert *cert,
		   const struct coco_cert *issuer)
{
	const uint8_t *what = coco_cert_sha256(cert);
	const uint8_t *by = coco_cert_sha256(issuer);
	bool good = false;

	if (coco_verified_find(w->a->verified, what, by, &good))
		return good;
	int r = coco_cert_issued_by(cert, issuer, NULL);
	if (r != COCO_E_LIMIT_MEMORY)
		coco_verified_note(w->a->verified, what, by, r == 0);
	return r == 0;
}

/* The same for a list of the collateral. */
static bool issued_list(const struct coco_snp_work *w, int item, const struct coco_cert *issuer)
{
	const struct coco_collateral_item *list = &w->a->collateral->v[item];
	const uint8_t *by = coco_cert_sha256(issuer);
	bool good = false;

	if (coco_verified_find(w->a->verified, list->sha256, by, &good))
		return good;
	int r = coco_crl_issued_by(list->crl, issuer, NULL);
	if (r != COCO_E_LIMIT_MEMORY)
		coco_verified_note(w->a->verified, list->sha256, by, r == 0);
	return r == 0;
}

/* One more certificate that has the issuer's name; true when it made the signature. */
static bool try_issuer(const struct coco_snp_work *w, struct coco_snp_link *ret,
		       const struct coco_cert *cert, struct coco_snp_link link)
{
	link.issued = coco_cert_scheme(cert) == COCO_CERT_PSS_SHA384_48 &&
		      issued(w, cert, link.cert);
	if (ret->cert == NULL || link.issued)
		*ret = link;
	return link.issued;
}

/* The certificate that issued cert, or else one that has its name. */
static struct coco_snp_link issuer_of(const struct coco_snp_work *w, const struct coco_cert *cert)
{
	const struct coco_collateral *sets[] = { w->a->extra_roots, w->a->collateral };
	struct coco_snp_link found = { NULL, -1, -1, false };

	for (size_t k = 0; k < COCO_ARRAY_LEN(sets); k++) {
		unsigned tries = 0;

		for (int i = -1; sets[k] != NULL && tries < TRIES_MAX; tries++) {
			i = coco_collateral_subject(sets[k], coco_cert_issuer(cert), i);
			if (i < 0)
				break;
			if (try_issuer(w, &found, cert,
				       (struct coco_snp_link){ sets[k]->v[i].cert, k == 1 ? i : -1,
							       k == 0 ? i : -1, false }))
				return found;
		}
	}
	return found;
}

static void used(struct coco_snp_work *w, const struct coco_snp_link *link, const char *role)
{
	if (link->item >= 0)
		coco_appraisal_used(w->a, link->item, role);
	if (link->root >= 0)
		coco_appraisal_used_root(w->a, link->root, role);
}

static void chain_url(const struct coco_snp_work *w, const char *file, char ret[COCO_SNP_URL])
{
	snprintf(ret, COCO_SNP_URL, "https://kdsintf.amd.com/%s/v1/%s/%s",
		 w->vlek ? "vlek" : "vcek", coco_snp_product_text(w), file);
}

/* One step: issuer made cert's signature. */
static void step(struct coco_snp_work *w, const char *id, const char *title,
		 const struct coco_cert *cert, const struct coco_snp_link *issuer,
		 const char *what)
{
	char reason[COCO_RESULT_REASON];
	char url[COCO_SNP_URL];
	bool pss = coco_cert_scheme(cert) == COCO_CERT_PSS_SHA384_48;
	enum coco_checked outcome = issuer->cert == NULL && pss ? COCO_CHECKED_MISSING
				    : issuer->issued		? COCO_CHECKED_PASS
								: COCO_CHECKED_FAIL;

	coco_snp_check(w, outcome, id, title);
	coco_check_expected(w->a->result, "%.150s, by RSA-PSS SHA-384",
			    coco_cert_issuer_text(cert));
	chain_url(w, "cert_chain", url);
	snprintf(reason, sizeof(reason), "%s:%s",
		 outcome == COCO_CHECKED_MISSING ? "COLL_MISSING" : "CHAIN", what);
	if (outcome == COCO_CHECKED_MISSING) {
		coco_check_actual(w->a->result, "no %s of that name is there", what);
		coco_snp_refuse(w, COCO_ROLE_CALLER, reason, "add %s", url);
	} else if (outcome == COCO_CHECKED_FAIL) {
		coco_check_actual(w->a->result, "%s",
				  pss ? "a signature that this key did not make"
				      : coco_cert_scheme_name(coco_cert_scheme(cert)));
		coco_snp_refuse(w, COCO_ROLE_CALLER, reason,
				"a certificate was altered or is of another product: take %s", url);
	}
}

/* ---- the root -------------------------------------------------------------------- */

/* Whether the caller named this very certificate as a root. */
static bool named(struct coco_snp_work *w, const struct coco_cert *cert)
{
	int i = w->a->extra_roots != NULL
			? coco_collateral_find(w->a->extra_roots, coco_cert_sha256(cert))
			: -1;

	if (i >= 0)
		coco_appraisal_used_root(w->a, i, "root");
	return i >= 0;
}

static void root_passed(struct coco_snp_work *w, const char *actual, const char *source)
{
	coco_snp_check(w, COCO_CHECKED_PASS, "snp.chain.root", "the chain ends at a trusted root");
	coco_check_actual(w->a->result, "%.200s", actual);
	coco_check_source(w->a->result, "%s", source);
}

/* True when top is a root: pinned here, or named by the caller. */
static bool anchored(struct coco_snp_work *w, const struct coco_cert *top)
{
	bool root = false;
	const char *pin = coco_snp_pinned(coco_cert_sha256(top), &root);

	if (pin != NULL) {
		root_passed(w, pin, root ? "AMD's root, built in by its SHA-256"
					 : "AMD's intermediate, built in by its SHA-256");
		return true;
	}
	if (!named(w, top))
		return false;
	root_passed(w, coco_cert_subject_text(top), "--trust-root");
	return true;
}

static void not_anchored(struct coco_snp_work *w)
{
	char url[COCO_SNP_URL];
	bool missing = w->ark.cert == NULL;

	coco_snp_check(w, missing ? COCO_CHECKED_MISSING : COCO_CHECKED_FAIL, "snp.chain.root",
		       "the chain ends at a trusted root");
	coco_check_expected(w->a->result, "a root of AMD that is built in, or one of --trust-root");
	if (missing) {
		chain_url(w, "cert_chain", url);
		coco_check_actual(w->a->result, "the ARK is not there");
		coco_snp_refuse(w, COCO_ROLE_CALLER, "COLL_MISSING:ARK", "add %s", url);
		return;
	}
	coco_check_actual(w->a->result, "%.200s, which is none of them",
			  coco_cert_subject_text(w->ark.cert));
	coco_snp_refuse(w, COCO_ROLE_CALLER, "CHAIN_ROOT:ARK",
			"not AMD's hardware; for roots of your own name them with --trust-root");
}

/* ---- names ----------------------------------------------------------------------- */

/* What follows prefix in a common name: the product. */
static const char *after(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(name, prefix, n) == 0 && name[n] != '\0' ? name + n : NULL;
}

static enum coco_snp_product product_of(const char *name)
{
	for (int p = COCO_SNP_MILAN; p <= COCO_SNP_VENICE; p++)
		if (strcmp(name, coco_snp_product_name((enum coco_snp_product)p)) == 0)
			return (enum coco_snp_product)p;
	return COCO_SNP_PRODUCT_UNKNOWN;
}

/* Without CPUID bytes the chain says which order the TCB's bytes have. */
static void take_product(struct coco_snp_work *w, const char *product)
{
	enum coco_snp_product p = product_of(product);

	snprintf(w->product, sizeof(w->product), "%s", product);
	if (coco_claims_find(coco_appraisal_claims(w->a, w->subject), "snp.product") == NULL) {
		struct coco_claims *c = coco_appraisal_claims(w->a, w->subject);

		coco_claims_text(c, "snp.product", product, strlen(product), 0, 0);
		coco_claims_note(c, "by the certificate chain: the report does not say");
	}
	if (w->report.product != COCO_SNP_PRODUCT_UNKNOWN || p == COCO_SNP_PRODUCT_UNKNOWN)
		return;
	w->layout = p == COCO_SNP_MILAN || p == COCO_SNP_GENOA ? COCO_SNP_LAYOUT_MILAN
							      : COCO_SNP_LAYOUT_TURIN;
}

/* SEV-Milan for a VCEK, SEV-VLEK-Milan for a VLEK, ARK-Milan above: one product. */
static void names(struct coco_snp_work *w)
{
	const char *ask = coco_cert_common_name(w->ask.cert);
	const char *product = after(ask, w->vlek ? asvk_prefix : ask_prefix);
	bool ok = product != NULL && strlen(product) < COCO_SNP_CHAIN_NAME &&
		  (w->vlek || after(ask, asvk_prefix) == NULL);

	if (ok && w->ark.cert != NULL) {
		const char *top = after(coco_cert_common_name(w->ark.cert), ark_prefix);

		ok = top != NULL && strcmp(top, product) == 0;
	}
	coco_snp_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "snp.chain.names",
		       "the chain is the one for this kind of key and product");
	coco_check_expected(w->a->result, "%s{product} below ARK-{product}",
			    w->vlek ? asvk_prefix : ask_prefix);
	coco_check_actual(w->a->result, "%.80s below %.80s", ask,
			  w->ark.cert != NULL ? coco_cert_common_name(w->ark.cert) : "(not there)");
	if (ok)
		take_product(w, product);
	else
		coco_snp_refuse(w, COCO_ROLE_CALLER, "CHAIN_NAMES", "give the chain of the %s",
				w->leaf_name);
}

/* Who may issue: CA:TRUE, keyCertSign; nothing critical that is not understood. */
static void rights(struct coco_snp_work *w)
{
	const struct coco_cert *issuers[] = { w->ask.cert, w->ark.cert };
	const char *wrong = NULL;

	for (size_t i = 0; i < COCO_ARRAY_LEN(issuers); i++) {
		const struct coco_cert *c = issuers[i];

		if (c == NULL)
			continue;
		if (!coco_cert_is_ca(c) || !coco_cert_may_sign(c, false))
			wrong = "an issuer that may not issue certificates";
		else if (coco_cert_unknown_critical(c, NULL))
			wrong = "an issuer with a critical extension that is not known";
	}
	if (coco_cert_is_ca(w->leaf.cert))
		wrong = "a leaf that is an authority itself";
	else if (coco_cert_unknown_critical(w->leaf.cert, NULL))
		wrong = "a leaf with a critical extension that is not known";
	coco_snp_check(w, wrong == NULL ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL,
		       "snp.chain.rights", "every issuer may issue certificates, the leaf may not");
	if (wrong == NULL)
		return;
	coco_check_actual(w->a->result, "%s", wrong);
	coco_snp_refuse(w, COCO_ROLE_CALLER, "CHAIN_RIGHTS", "give AMD's own certificates");
}

/* ---- dates ----------------------------------------------------------------------- */

static void dates(struct coco_snp_work *w, const struct coco_cert *cert, const char *what)
{
	int64_t from = coco_cert_not_before(cert);
	int64_t until = coco_cert_not_after(cert);
	bool early = w->a->at < from;
	bool ok = !early && w->a->at < until;
	char a[COCO_RFC3339_TEXT];
	char b[COCO_RFC3339_TEXT];
	char text[COCO_RESULT_TEXT];
	char title[48];

	snprintf(text, sizeof(text), "snp.dates.%s", what);
	for (char *p = text; *p != '\0'; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
	snprintf(title, sizeof(title), "the %s is valid at that time", what);
	coco_snp_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, text, title);
	coco_rfc3339_print(a, from);
	coco_rfc3339_print(b, until);
	coco_check_expected(w->a->result, "from %s until %s", a, b);
	coco_rfc3339_print(a, w->a->at);
	coco_check_actual(w->a->result, "%s", a);
	if (!ok) {
		snprintf(text, sizeof(text), "%s:%s@%s", early ? "COLL_NOT_YET_VALID"
			 : "COLL_EXPIRED", what, early ? "" : b);
		if (early) {
			coco_rfc3339_print(b, from);
			snprintf(text, sizeof(text), "COLL_NOT_YET_VALID:%s@%s", what, b);
		}
		coco_snp_refuse(w, COCO_ROLE_PLATFORM_OPERATOR, text,
				"%s", early ? "check the clock, or --at"
					    : "collect new evidence with a current certificate, or "
					      "judge it at the time it was made with --at");
	}
	snprintf(text, sizeof(text), "%s certificate", what);
	coco_result_valid(w->a->result, from, until, text);
}

/* ---- revocation ------------------------------------------------------------------ */

/* What the lists of the ARK come to. */
struct lists {
	int current;          /* the newest that is in its window, or -1 */
	int stale;            /* one outside its window, or -1 */
	int forged;           /* one that the ARK did not sign, or -1 */
	int revoking;         /* one that lists the intermediate, or -1 */
};

static void look(struct coco_snp_work *w, struct lists *l, int item)
{
	const struct coco_crl *crl = w->a->collateral->v[item].crl;
	bool in_time = coco_crl_this_update(crl) <= w->a->at && coco_crl_has_next_update(crl) &&
		       w->a->at < coco_crl_next_update(crl);

	if (coco_crl_scheme(crl) != COCO_CERT_PSS_SHA384_48 ||
	    !coco_cert_may_sign(w->ark.cert, true) ||
	    !issued_list(w, item, w->ark.cert)) {
		l->forged = item;
		return;
	}
	/* a revocation is not undone by a list's end */
	if (coco_crl_lists(crl, coco_cert_serial(w->ask.cert)))
		l->revoking = item;
	if (!in_time)
		l->stale = item;
	else if (l->current < 0 ||
		 coco_crl_this_update(crl) >
			 coco_crl_this_update(w->a->collateral->v[l->current].crl))
		l->current = item;
}

static void revoked(struct coco_snp_work *w, const struct lists *l)
{
	char reason[COCO_RESULT_REASON];
	char serial[2 * 16 + 1] = "";
	struct coco_view v = coco_cert_serial(w->ask.cert);

	for (size_t i = 0; i < v.n && i < 16; i++)
		snprintf(serial + 2 * i, 3, "%02x", v.p[i]);
	snprintf(reason, sizeof(reason), "COLL_REVOKED:%s", serial);
	coco_appraisal_used(w->a, l->revoking, "CRL");
	coco_check_actual(w->a->result, "serial number 0x%s is on the list of %.120s", serial,
			  coco_cert_common_name(w->ark.cert));
	coco_snp_refuse(w, COCO_ROLE_PLATFORM_OPERATOR, reason,
			"AMD revoked the intermediate: nothing below it can be trusted");
}

/* There is a list, but none that decides. */
static void undecided(struct coco_snp_work *w, const struct lists *l, const char *url)
{
	const struct coco_crl *crl = l->stale >= 0 ? w->a->collateral->v[l->stale].crl : NULL;
	char reason[COCO_RESULT_REASON];
	char when[COCO_RFC3339_TEXT] = "never";

	if (crl == NULL) {
		coco_check_actual(w->a->result, "a list that the ARK did not sign");
		coco_snp_refuse(w, COCO_ROLE_CALLER, "CHAIN:CRL", "add %s", url);
		return;
	}
	bool early = w->a->at < coco_crl_this_update(crl);
	if (early)
		coco_rfc3339_print(when, coco_crl_this_update(crl));
	else if (coco_crl_has_next_update(crl))
		coco_rfc3339_print(when, coco_crl_next_update(crl));
	snprintf(reason, sizeof(reason), "%s:CRL@%s", early ? "COLL_NOT_YET_VALID" : "COLL_EXPIRED",
		 when);
	coco_appraisal_used(w->a, l->stale, "CRL");
	coco_check_actual(w->a->result, "a list that %s %s", early ? "is valid from" : "ended at",
			  when);
	coco_snp_refuse(w, COCO_ROLE_CALLER, reason, "add a current one: %s", url);
}

static const char *no_list(const struct coco_snp_work *w)
{
	if (w->ark.issued)
		return "no current revocation list of the ARK is there";
	return "the chain up to the ARK, which signs the list, is not there";
}

static void revocation(struct coco_snp_work *w)
{
	static const char title[] = "the intermediate is not revoked";
	struct lists l = { -1, -1, -1, -1 };
	char url[COCO_SNP_URL];
	unsigned tries = 0;

	for (int i = -1; w->ark.issued && tries < TRIES_MAX; tries++) {
		i = coco_collateral_issuer(w->a->collateral, coco_cert_subject(w->ark.cert), i);
		if (i < 0)
			break;
		look(w, &l, i);
	}
	chain_url(w, "crl", url);
	if (l.revoking >= 0) {
		coco_snp_check(w, COCO_CHECKED_FAIL, "snp.revocation", title);
		revoked(w, &l);
	} else if (l.current >= 0) {
		const struct coco_crl *crl = w->a->collateral->v[l.current].crl;

		w->unrevoked = true;
		coco_snp_check(w, COCO_CHECKED_PASS, "snp.revocation", title);
		coco_appraisal_used(w->a, l.current, "CRL");
		coco_check_actual(w->a->result, "not on a list of %zu", coco_crl_count(crl));
		coco_result_valid(w->a->result, coco_crl_this_update(crl),
				  coco_crl_next_update(crl), "AMD revocation list");
	} else if (l.stale >= 0 || l.forged >= 0) {
		coco_snp_check(w, l.stale >= 0 ? COCO_CHECKED_MISSING : COCO_CHECKED_FAIL,
			       "snp.revocation", title);
		undecided(w, &l, url);
	} else {
		coco_snp_check(w, COCO_CHECKED_SKIPPED, "snp.revocation", title);
		coco_check_detail(w->a->result, "%s", no_list(w));
	}
}

void coco_snp_revocation_gap(struct coco_snp_work *w)
{
	char url[COCO_SNP_URL];
	char next[COCO_RESULT_TEXT];

	chain_url(w, "crl", url);
	snprintf(next, sizeof(next), "add %s", url);
	coco_result_gap(w->a->result, w->subject, "revocation",
			"whether AMD revoked the intermediate certificate", no_list(w), next);
}

/* ---- all of it ------------------------------------------------------------------- */

void coco_snp_chain(struct coco_snp_work *w)
{
	bool rooted = false;

	dates(w, w->leaf.cert, w->leaf_name);
	w->ask = issuer_of(w, w->leaf.cert);
	if (w->ask.cert != NULL)
		w->ark = issuer_of(w, w->ask.cert);
	if (w->ask.cert != NULL)
		names(w);
	step(w, "snp.chain.leaf", w->vlek ? "the VLEK is signed by the ASVK"
					  : "the VCEK is signed by the ASK",
	     w->leaf.cert, &w->ask, w->ask_name);
	if (w->ask.cert == NULL)
		return;
	used(w, &w->ask, w->ask_name);
	dates(w, w->ask.cert, w->ask_name);
	/* an intermediate that is trusted by itself needs nothing above it */
	if (!w->ark.issued)
		rooted = anchored(w, w->ask.cert);
	if (rooted)
		w->ark = (struct coco_snp_link){ NULL, -1, -1, false };
	if (!rooted) {
		step(w, "snp.chain.ask", w->vlek ? "the ASVK is signed by the ARK"
						 : "the ASK is signed by the ARK",
		     w->ask.cert, &w->ark, "ARK");
		rooted = w->ark.cert != NULL && anchored(w, w->ark.cert);
		if (!rooted)
			not_anchored(w);
	}
	if (w->ark.cert != NULL) {
		used(w, &w->ark, "ARK");
		dates(w, w->ark.cert, "ARK");
	}
	rights(w);
	revocation(w);
}
