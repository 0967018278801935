/*
 * tdx_chain.c - PCK certificate, its CA and the root; dates and revocation
 * (see tdx_work.h; evidence.md 2.3 step 2, 2.4).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/pem.h"
#include "formats/core/rfc3339.h"
#include "lib/evidence/tdx_work.h"

/* "Intel SGX Root CA", SHA-256 of the certificate; valid to 2049-12-31. */
static const uint8_t intel_root[32] = {
	0x44, 0xa0, 0x19, 0x6b, 0x2b, 0x99, 0xf8, 0x89, 0xb8, 0xe1, 0x49,
	0xe9, 0x5b, 0x80, 0x7a, 0x35, 0x0e, 0x74, 0x24, 0x96, 0x43, 0x99,
	0xe8, 0x85, 0xa7, 0xcb, 0xb8, 0xcc, 0xfa, 0xb6, 0x74, 0xd3,
};

static const char leaf_name[] = "Intel SGX PCK Certificate";
static const char platform_name[] = "Intel SGX PCK Platform CA";
static const char processor_name[] = "Intel SGX PCK Processor CA";

static const struct coco_tdx_cert no_cert = { NULL, -1, -1 };

bool coco_tdx_is_root(const struct coco_tdx_work *w, const struct coco_cert *cert)
{
	const uint8_t *digest = coco_cert_sha256(cert);

	if (memcmp(digest, intel_root, sizeof(intel_root)) == 0)
		return true;
	return w->a->extra_roots != NULL &&
	       coco_collateral_find(w->a->extra_roots, digest) >= 0;
}

/* ---- signatures, once each ------------------------------------------------------------- */

bool coco_tdx_issued(struct coco_tdx_work *w, const struct coco_cert *cert,
		     const struct coco_cert *issuer)
{
	const uint8_t *what = coco_cert_sha256(cert), *by = coco_cert_sha256(issuer);
	bool good = false;

	if (coco_verified_find(w->a->verified, what, by, &good))
		return good;
	good = coco_tdx_tried(w, coco_cert_issued_by(cert, issuer, NULL));
	if (w->code == 0)
		coco_verified_note(w->a->verified, what, by, good);
	return good;
}

/* The same for a list of the collateral. */
static bool issued_list(struct coco_tdx_work *w, int item, const struct coco_cert *issuer)
{
	const struct coco_collateral_item *list = &w->a->collateral->v[item];
	const uint8_t *by = coco_cert_sha256(issuer);
	bool good = false;

	if (coco_verified_find(w->a->verified, list->sha256, by, &good))
		return good;
	good = coco_tdx_tried(w, coco_crl_issued_by(list->crl, issuer, NULL));
	if (w->code == 0)
		coco_verified_note(w->a->verified, list->sha256, by, good);
	return good;
}

/* ---- certificates of the quote ----------------------------------------------------------- */

static void keep(struct coco_tdx_work *w, struct coco_view der)
{
	if (w->n_certs >= COCO_TDX_QUOTE_CERTS)
		return;
	coco_diag_init(&w->why);
	int r = coco_cert_parse(&w->certs[w->n_certs], der, &w->why);
	if (coco_tdx_tried(w, r))
		w->n_certs++;
}

/* What cannot be read is not there: the checks below say so. */
static void read_quote(struct coco_tdx_work *w)
{
	struct coco_view rest = w->quote.cert_data;
	struct coco_pem pem;
	bool found = false;

	if (w->quote.cert_type != COCO_TDX_CERT_CHAIN && w->quote.cert_type != COCO_TDX_CERT_LEAF)
		return;
	if (!coco_pem_looks(rest)) {
		keep(w, rest);
		return;
	}
	while (w->code == 0 &&
	       coco_tdx_tried(w, coco_pem_next(&rest, &pem, &found, NULL)) && found) {
		if (strcmp(pem.label, "CERTIFICATE") == 0)
			keep(w, coco_view_of(pem.der, pem.n_der));
		coco_pem_clear(&pem);
	}
}

/* ---- finding ----------------------------------------------------------------------------- */

enum link {
	LINK_NONE,       /* no certificate has the issuer's name */
	LINK_BAD,        /* one has, its key did not make the signature */
	LINK_GOOD,
};

struct search {
	struct coco_tdx_work *w;
	const struct coco_cert *cert;
	struct coco_tdx_cert best;
	enum link link;
};

/* One certificate with the right name; a trusted root beats another one. */
static bool consider(struct search *s, struct coco_tdx_cert c)
{
	bool good;

	if (s->link == LINK_GOOD && !coco_tdx_is_root(s->w, c.cert))
		return false;
	good = coco_tdx_issued(s->w, s->cert, c.cert);
	if (!good && s->link != LINK_NONE)
		return false;
	s->best = c;
	s->link = good ? LINK_GOOD : LINK_BAD;
	return good && coco_tdx_is_root(s->w, c.cert);
}

static bool same(struct coco_view a, struct coco_view b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* The issuer of cert, in the quote, the collateral or the caller's roots. */
static enum link find_issuer(struct coco_tdx_work *w, const struct coco_cert *cert,
			     struct coco_tdx_cert *ret)
{
	struct coco_view name = coco_cert_issuer(cert);
	const struct coco_collateral *c = w->a->collateral;
	const struct coco_collateral *roots = w->a->extra_roots;
	struct search s = { .w = w, .cert = cert, .best = no_cert };
	int i;

	for (size_t k = 0; k < w->n_certs; k++)
		if (same(coco_cert_subject(w->certs[k]), name) &&
		    consider(&s, (struct coco_tdx_cert){ w->certs[k], -1, -1 }))
			break;
	for (i = -1; s.link != LINK_GOOD && (i = coco_collateral_subject(c, name, i)) >= 0;)
		consider(&s, (struct coco_tdx_cert){ c->v[i].cert, i, -1 });
	for (i = -1; roots != NULL && s.link != LINK_GOOD &&
		     (i = coco_collateral_subject(roots, name, i)) >= 0;)
		consider(&s, (struct coco_tdx_cert){ roots->v[i].cert, -1, i });
	*ret = s.best;
	return s.link;
}

/* Without certificates in the quote: the PCK of the collateral whose key signed its QE report. */
static void find_leaf(struct coco_tdx_work *w)
{
	const struct coco_collateral *c = w->a->collateral;

	for (size_t k = 0; k < w->n_certs; k++)
		if (!coco_cert_is_ca(w->certs[k])) {
			w->leaf = (struct coco_tdx_cert){ w->certs[k], -1, -1 };
			return;
		}
	if (w->n_certs > 0) {             /* its name and purpose are checked below */
		w->leaf = (struct coco_tdx_cert){ w->certs[0], -1, -1 };
		return;
	}
	for (int i = -1; (i = coco_collateral_next(c, COCO_COLL_CERT, i)) >= 0;) {
		const struct coco_cert *cert = c->v[i].cert;

		if (strcmp(coco_cert_common_name(cert), leaf_name) != 0 ||
		    !coco_tdx_tried(w, coco_cert_verify_ec(cert, w->quote.qe_report, 256,
							   w->quote.qe_signature, NULL)))
			continue;
		w->leaf = (struct coco_tdx_cert){ cert, i, -1 };
		return;
	}
}

/* ---- dates ------------------------------------------------------------------------------- */

void coco_tdx_dates(struct coco_tdx_work *w, const char *id, const char *what, const char *word,
		    int64_t from, int64_t until, const char *next)
{
	struct coco_result *r = w->a->result;
	int64_t at = w->a->at;
	bool early = at < from;
	bool ok = !early && at < until;
	char title[COCO_RESULT_TEXT], reason[COCO_RESULT_REASON];
	char a[COCO_RFC3339_TEXT], b[COCO_RFC3339_TEXT];

	snprintf(title, sizeof(title), "the %s is valid at the time of the verdict", what);
	coco_tdx_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, id, title);
	coco_check_expected(r, "from %s until %s", coco_rfc3339_print(a, from),
			    coco_rfc3339_print(b, until));
	coco_check_actual(r, "%s", coco_rfc3339_print(a, at));
	coco_result_valid(r, from, until, what);
	if (ok)
		return;
	snprintf(reason, sizeof(reason), "%s:%s@%.10s",
		 early ? "COLL_NOT_YET_VALID" : "COLL_EXPIRED", word,
		 coco_rfc3339_print(b, early ? from : until));
	coco_check_refusal(r, COCO_ROLE_CALLER, reason, "%s", next);
}

/* ---- revocation -------------------------------------------------------------------------- */

/* The lists of one issuer. */
struct lists {
	int best;                /* of those that it signed: valid now, else the newest; or -1 */
	bool best_valid;
	int revoked;             /* a list that names the certificate, or -1 */
	bool bad;                /* there is one that it did not sign */
};

static bool list_valid(const struct coco_crl *crl, int64_t at)
{
	return coco_crl_this_update(crl) <= at && coco_crl_has_next_update(crl) &&
	       at < coco_crl_next_update(crl);
}

static struct lists find_lists(struct coco_tdx_work *w, const struct coco_cert *cert,
			       const struct coco_cert *issuer)
{
	const struct coco_collateral *c = w->a->collateral;
	struct lists l = { .best = -1, .revoked = -1 };

	for (int i = -1; (i = coco_collateral_issuer(c, coco_cert_subject(issuer), i)) >= 0;) {
		const struct coco_crl *crl = c->v[i].crl;
		bool valid = list_valid(crl, w->a->at);

		if (!issued_list(w, i, issuer)) {
			l.bad = true;
			continue;
		}
		if (coco_crl_lists(crl, coco_cert_serial(cert)) &&
		    coco_crl_this_update(crl) <= w->a->at)
			l.revoked = i;
		if (l.best >= 0 && (valid ? l.best_valid : true) &&
		    (l.best_valid != valid ||
		     coco_crl_this_update(crl) <= coco_crl_this_update(c->v[l.best].crl)))
			continue;
		l.best = i;
		l.best_valid = valid;
	}
	return l;
}

static void no_list(struct coco_tdx_work *w, const struct lists *l, const char *id,
		    const char *title, const char *what, const char *word, const char *url)
{
	struct coco_result *r = w->a->result;
	char text[COCO_RESULT_TEXT], next[COCO_RESULT_TEXT];

	snprintf(next, sizeof(next), "add the revocation list with --collateral: %s", url);
	if (l->bad) {
		coco_tdx_check(w, COCO_CHECKED_FAIL, id, title);
		coco_check_actual(r, "the issuer's key did not sign the list that was given");
		snprintf(text, sizeof(text), "COLL_INVALID:%s", word);
		coco_check_refusal(r, COCO_ROLE_CALLER, text, "%s", next);
		return;
	}
	coco_tdx_skip(w, id, title, "there is no revocation list of the issuer");
	snprintf(text, sizeof(text), "whether the %s is revoked", what);
	coco_result_gap(r, w->subject, "revocation", text, "no revocation list of its issuer",
			next);
}

/* Claim "pck_crl_number" or "root_crl_number": which list it was. */
static void list_number(struct coco_tdx_work *w, const struct coco_crl *crl, const char *word)
{
	struct coco_claims *claims = coco_appraisal_claims(w->a, w->subject);
	struct coco_view number = coco_crl_number(crl);
	const char *claim = strcmp(word, "pck-crl") == 0 ? "pck_crl_number" : "root_crl_number";
	char name[COCO_CLAIM_NAME];

	if (number.n == 0 ||
	    coco_claims_find(claims, coco_tdx_name(w, claim, name)) != NULL)
		return;
	coco_claims_bytes(claims, name, number.p, number.n, 0);
	coco_claims_derived(claims);
}

/* Once for each list. */
static void list_dates(struct coco_tdx_work *w, const struct coco_crl *crl, const char *id,
		       const char *issuer, const char *word, const char *url)
{
	char list[64], next[COCO_RESULT_TEXT], what[COCO_RESULT_TEXT];
	int64_t from = coco_crl_this_update(crl);

	if (w->dated == crl)
		return;
	w->dated = crl;
	list_number(w, crl, word);
	snprintf(list, sizeof(list), "%s_list", id);
	snprintf(what, sizeof(what), "revocation list of %.100s", issuer);
	snprintf(next, sizeof(next), "get a new list: %s; or judge with --at for an older time",
		 url);
	coco_tdx_dates(w, list, what, word, from,
		       coco_crl_has_next_update(crl) ? coco_crl_next_update(crl) : from, next);
}

void coco_tdx_revocation(struct coco_tdx_work *w, const char *id, const char *what,
			 const struct coco_cert *cert, const struct coco_cert *issuer,
			 const char *word, const char *url)
{
	struct coco_result *r = w->a->result;
	const struct coco_collateral *c = w->a->collateral;
	struct lists l = find_lists(w, cert, issuer);
	char title[COCO_RESULT_TEXT], text[COCO_RESULT_TEXT], hex[2 * 32 + 1];
	struct coco_view serial = coco_cert_serial(cert);

	snprintf(title, sizeof(title), "the %s is not revoked", what);
	if (l.revoked >= 0) {
		coco_hex_encode(hex, serial.p, coco_min_size(serial.n, 32));
		coco_tdx_check(w, COCO_CHECKED_FAIL, id, title);
		coco_check_actual(r, "serial number %s is on the list of %s", hex,
				  coco_cert_common_name(issuer));
		coco_appraisal_used(w->a, l.revoked, word);
		snprintf(text, sizeof(text), "COLL_REVOKED:%s", hex);
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, text,
				   "use another machine, or have the platform registered again");
		return;
	}
	if (l.best < 0) {
		no_list(w, &l, id, title, what, word, url);
		return;
	}
	coco_appraisal_used(w->a, l.best, word);
	coco_tdx_check(w, COCO_CHECKED_PASS, id, title);
	coco_check_detail(r, "%zu certificates on the list of %s", coco_crl_count(c->v[l.best].crl),
			  coco_cert_common_name(issuer));
	list_dates(w, c->v[l.best].crl, id, coco_cert_common_name(issuer), word, url);
}

/* ---- the PCK chain ----------------------------------------------------------------------- */

static void missing(struct coco_tdx_work *w, const char *word, const char *actual,
		    const char *next)
{
	char reason[COCO_RESULT_REASON];

	snprintf(reason, sizeof(reason), "COLL_MISSING:%s", word);
	coco_check_actual(w->a->result, "%s", actual);
	coco_check_refusal(w->a->result, COCO_ROLE_CALLER, reason, "%s", next);
}

static int read_extension(struct coco_tdx_work *w)
{
	struct coco_diag *why = &w->why;
	struct coco_view ext;

	if (!coco_cert_extension(w->leaf.cert, COCO_PCK_EXT_OID, &ext, NULL))
		return coco_fail(why, COCO_E_FORMAT_CERT, "it has no SGX extension, or two");
	return coco_pck_ext_parse(&w->ext, ext, 0, why);
}

/* Inspection has them already when the certificate stands in the quote. */
static void pck_claims(struct coco_tdx_work *w)
{
	struct coco_claims *claims = coco_appraisal_claims(w->a, w->subject);
	char name[COCO_CLAIM_NAME];

	if (coco_claims_find(claims, coco_tdx_name(w, "pck.fmspc", name)) == NULL)
		coco_pck_ext_claims(claims, &w->ext, w->prefix);
}

/* It is there, is a leaf with the right name, and its extension can be read. */
static void leaf(struct coco_tdx_work *w)
{
	static const char title[] = "there is a PCK certificate that names the platform";
	static const char *const known[] = { COCO_PCK_EXT_OID, NULL };
	struct coco_result *r = w->a->result;
	struct coco_diag *why = &w->why;

	if (w->leaf.cert == NULL) {
		coco_tdx_check(w, COCO_CHECKED_MISSING, "pck.certificate", title);
		missing(w, "pck-certificate", coco_tdx_certification_name(w->quote.cert_type),
			"add the platform's PCK certificate with --collateral: " COCO_TDX_PCS
			"/sgx/certification/v4/pckcert");
		coco_tdx_place(w, w->quote.cert_data);
		return;
	}
	coco_tdx_used(w, &w->leaf, "PCK certificate");
	coco_diag_init(why);
	w->has_ext = coco_tdx_tried(w, read_extension(w));
	if (w->has_ext && (strcmp(coco_cert_common_name(w->leaf.cert), leaf_name) != 0 ||
			   coco_cert_is_ca(w->leaf.cert) ||
			   coco_cert_unknown_critical(w->leaf.cert, known)))
		coco_fail(why, COCO_E_FORMAT_CERT, "it is called \"%.60s\", or is none of a leaf",
			  coco_cert_common_name(w->leaf.cert));
	coco_tdx_check(w, why->code == 0 ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL,
		       "pck.certificate", title);
	coco_check_expected(r, "%s", leaf_name);
	if (w->leaf.item < 0)
		coco_tdx_place(w, w->quote.cert_data);
	if (why->code == 0) {
		coco_check_actual(r, "%s", coco_cert_subject_text(w->leaf.cert));
		pck_claims(w);
		return;
	}
	coco_check_actual(r, "%s", why->message);
	coco_check_refusal(r, COCO_ROLE_CALLER, "CERT_INVALID:pck",
			   "give the quote as it was made, or the platform's PCK certificate");
}

/* One link of the chain as a check. */
static void link_check(struct coco_tdx_work *w, enum link link, const char *id, const char *title,
		       const struct coco_cert *cert, bool named, const char *word,
		       const char *next)
{
	struct coco_result *r = w->a->result;
	char reason[COCO_RESULT_REASON];

	if (link == LINK_NONE) {
		coco_tdx_check(w, COCO_CHECKED_MISSING, id, title);
		coco_check_expected(r, "%.200s", coco_cert_issuer_text(cert));
		missing(w, word, "no certificate has this name", next);
		return;
	}
	bool ok = link == LINK_GOOD && named;
	coco_tdx_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, id, title);
	coco_check_actual(r, "%.200s", coco_cert_issuer_text(cert));
	if (ok)
		return;
	coco_check_detail(r, link == LINK_GOOD ? "it is none of the issuers of PCK certificates"
					       : "its key did not make the signature");
	snprintf(reason, sizeof(reason), "CERT_CHAIN:%s", word);
	coco_check_refusal(r, COCO_ROLE_CALLER, reason, "%s", next);
}

static void issuer(struct coco_tdx_work *w)
{
	enum link link = find_issuer(w, w->leaf.cert, &w->ca);
	const char *name = w->ca.cert != NULL ? coco_cert_common_name(w->ca.cert) : "";
	bool platform = strcmp(name, platform_name) == 0;
	bool named = (platform || strcmp(name, processor_name) == 0) &&
		     coco_cert_is_ca(w->ca.cert) && coco_cert_may_sign(w->ca.cert, false);
	char text[COCO_CLAIM_NAME];

	link_check(w, link, "pck.issuer", "Intel's CA issued the PCK certificate", w->leaf.cert,
		   named, "pck-ca",
		   "add the CA's certificate with --collateral: header SGX-PCK-CRL-Issuer-Chain of "
		   COCO_TDX_PCS "/sgx/certification/v4/pckcrl?ca=platform");
	if (link != LINK_GOOD || !named) {
		w->ca = no_cert;
		return;
	}
	coco_tdx_used(w, &w->ca, "PCK CA");
	coco_claims_text(coco_appraisal_claims(w->a, w->subject),
			 coco_tdx_name(w, "pck.ca", text), platform ? "platform" : "processor",
			 platform ? 8 : 9, 0, 0);
}

static void root(struct coco_tdx_work *w)
{
	static const char title[] = "the root is trusted";
	struct coco_result *r = w->a->result;
	enum link link = find_issuer(w, w->ca.cert, &w->root);
	char text[2 * 32 + 1];

	link_check(w, link, "pck.ca", "the root issued the CA's certificate", w->ca.cert, true,
		   "root", "add Intel's root certificate with --collateral: "
		   "https://certificates.trustedservices.intel.com/Intel_SGX_Provisioning_"
		   "Certification_RootCA.cer");
	if (link != LINK_GOOD) {
		w->root = no_cert;
		return;
	}
	w->trusted = coco_tdx_is_root(w, w->root.cert);
	coco_tdx_used(w, &w->root, "root");
	coco_tdx_check(w, w->trusted ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "pck.root", title);
	coco_hex_encode(text, intel_root, sizeof(intel_root));
	coco_check_expected(r, "%s (Intel SGX Root CA)%s", text,
			    w->a->extra_roots != NULL ? ", or a --trust-root" : "");
	coco_hex_encode(text, coco_cert_sha256(w->root.cert), 32);
	coco_check_actual(r, "%s", text);
	coco_check_source(r, "built in");
	if (!w->trusted)
		coco_check_refusal(r, COCO_ROLE_CALLER, "CERT_ROOT_UNTRUSTED",
				   "the evidence is not of Intel's hardware; for a test "
				   "hierarchy name its root with --trust-root");
}

static void cert_dates(struct coco_tdx_work *w, const struct coco_tdx_cert *c, const char *id,
		       const char *what, const char *word)
{
	coco_tdx_dates(w, id, what, word, coco_cert_not_before(c->cert),
		       coco_cert_not_after(c->cert),
		       "judge with --at for the time of the evidence, or take a new quote");
}

void coco_tdx_chain(struct coco_tdx_work *w)
{
	const char *url = COCO_TDX_PCS "/sgx/certification/v4/pckcrl?ca=processor&encoding=der";

	w->leaf = w->ca = w->root = no_cert;
	read_quote(w);
	if (w->code == 0)
		find_leaf(w);
	if (w->code != 0)
		return;
	leaf(w);
	if (w->leaf.cert == NULL)
		return;
	issuer(w);
	cert_dates(w, &w->leaf, "pck.validity", "PCK certificate", "pck-certificate");
	if (w->ca.cert == NULL)
		return;
	if (strcmp(coco_cert_common_name(w->ca.cert), platform_name) == 0)
		url = COCO_TDX_PCS "/sgx/certification/v4/pckcrl?ca=platform&encoding=der";
	root(w);
	cert_dates(w, &w->ca, "pck.ca_validity", "PCK CA certificate", "pck-ca");
	coco_tdx_revocation(w, "pck.revocation", "PCK certificate", w->leaf.cert, w->ca.cert,
			    "pck-crl", url);
	if (w->root.cert == NULL)
		return;
	cert_dates(w, &w->root, "pck.root_validity", "root certificate", "root");
	coco_tdx_revocation(w, "pck.ca_revocation", "PCK CA certificate", w->ca.cert, w->root.cert,
			    "root-crl", COCO_TDX_ROOT_CRL);
}
