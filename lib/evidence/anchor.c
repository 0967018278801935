/*
 * anchor.c - whether a key is one that the caller trusts (see anchor.h).
 */
#include "lib/evidence/anchor.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/rfc3339.h"
#include "lib/crypto/jwk_key.h"

/* A search on its way from a leaf upwards. */
struct search {
	struct coco_appraisal *a;
	struct coco_cert *const *extra;
	size_t n_extra;
	const char *role;
	const struct coco_cert *path[COCO_ANCHOR_DEPTH + 1];
	int item[COCO_ANCHOR_DEPTH + 1];   /* in the collateral; -1: came with the evidence */
	size_t n;
	int root;                          /* in extra_roots; -1: not reached */
};

static bool same_cert(const struct coco_cert *x, const struct coco_cert *y)
{
	return memcmp(coco_cert_sha256(x), coco_cert_sha256(y), 32) == 0;
}

static bool issued(const struct coco_cert *cert, const struct coco_cert *by)
{
	return coco_cert_is_ca(by) && coco_cert_may_sign(by, false) &&
	       coco_cert_issued_by(cert, by, NULL) == 0;
}

static bool self_signed(const struct coco_cert *cert)
{
	return coco_cert_issued_by(cert, cert, NULL) == 0;
}

/* The caller's certificate that this one is, or that issued it; -1: none. */
static int root_of(const struct search *s, const struct coco_cert *cert)
{
	const struct coco_collateral *roots = s->a->extra_roots;

	if (roots == NULL)
		return -1;
	int i = coco_collateral_find(roots, coco_cert_sha256(cert));
	if (i >= 0 && roots->v[i].kind == COCO_COLL_CERT)
		return i;
	i = -1;
	while ((i = coco_collateral_subject(roots, coco_cert_issuer(cert), i)) >= 0)
		if (issued(cert, roots->v[i].cert))
			return i;
	return -1;
}

static bool on_path(const struct search *s, const struct coco_cert *cert)
{
	for (size_t i = 0; i < s->n; i++)
		if (same_cert(s->path[i], cert))
			return true;
	return false;
}

/* An issuer of the last certificate of the path; false: there is none. */
static bool step(struct search *s)
{
	const struct coco_cert *last = s->path[s->n - 1];
	const struct coco_collateral *c = s->a->collateral;
	int i = -1;

	for (size_t k = 0; k < s->n_extra; k++)
		if (!on_path(s, s->extra[k]) && issued(last, s->extra[k])) {
			s->item[s->n] = -1;
			s->path[s->n++] = s->extra[k];
			return true;
		}
	while ((i = coco_collateral_subject(c, coco_cert_issuer(last), i)) >= 0)
		if (!on_path(s, c->v[i].cert) && issued(last, c->v[i].cert)) {
			s->item[s->n] = i;
			s->path[s->n++] = c->v[i].cert;
			return true;
		}
	return false;
}

static bool any_root(const struct coco_appraisal *a)
{
	return a->extra_roots != NULL &&
	       coco_collateral_next(a->extra_roots, COCO_COLL_CERT, -1) >= 0;
}

static void no_path(const struct search *s, struct coco_anchor *ret)
{
	const struct coco_cert *last = s->path[s->n - 1];

	ret->outcome = COCO_CHECKED_MISSING;
	if (!any_root(s->a)) {
		snprintf(ret->reason, sizeof(ret->reason), "COLL_MISSING:trust-root");
		snprintf(ret->actual, sizeof(ret->actual), "no root certificate was named; the "
			 "chain starts with %.120s", coco_cert_subject_text(s->path[0]));
		snprintf(ret->next, sizeof(ret->next),
			 "name the root that you trust: --trust-root FILE");
	} else if (self_signed(last)) {
		ret->outcome = COCO_CHECKED_FAIL;
		snprintf(ret->reason, sizeof(ret->reason), "COLL_UNTRUSTED:%.60s",
			 coco_cert_common_name(last));
		snprintf(ret->actual, sizeof(ret->actual), "the chain ends at %.160s, which is "
			 "not among the roots", coco_cert_subject_text(last));
		snprintf(ret->next, sizeof(ret->next), "name that root with --trust-root if you "
			 "trust it; otherwise somebody else made this");
	} else {
		snprintf(ret->reason, sizeof(ret->reason), "COLL_MISSING:issuer");
		snprintf(ret->actual, sizeof(ret->actual), "no certificate of the issuer %.160s",
			 coco_cert_issuer_text(last));
		snprintf(ret->next, sizeof(ret->next), "add the issuer's certificate with "
			 "--collateral, or name it with --trust-root");
	}
}

/* Narrows the validity by one certificate; a dead one goes to ret. */
static bool valid(struct search *s, const struct coco_cert *cert, struct coco_anchor *ret)
{
	int64_t from = coco_cert_not_before(cert);
	int64_t until = coco_cert_not_after(cert);
	bool late = s->a->at >= until;
	char what[COCO_RESULT_TEXT];
	char when[COCO_RFC3339_TEXT];

	snprintf(what, sizeof(what), "certificate of %.200s", coco_cert_subject_text(cert));
	if (s->a->at >= from && !late) {
		coco_result_valid(s->a->result, from, until, what);
		return true;
	}
	coco_rfc3339_print(when, late ? until : from);
	ret->outcome = COCO_CHECKED_FAIL;
	snprintf(ret->reason, sizeof(ret->reason), "%s:%.40s@%s",
		 late ? "COLL_EXPIRED" : "COLL_NOT_YET_VALID", coco_cert_common_name(cert), when);
	snprintf(ret->actual, sizeof(ret->actual), "the certificate of %.160s is valid %s %s",
		 coco_cert_subject_text(cert), late ? "until" : "from", when);
	snprintf(ret->next, sizeof(ret->next), "judge the evidence at the time of its making "
		 "(--at), or get it signed under a certificate that is valid");
	return false;
}

static void judge_path(struct search *s, struct coco_anchor *ret)
{
	const struct coco_cert *root = s->a->extra_roots->v[s->root].cert;
	bool is_leaf = same_cert(root, s->path[s->n - 1]);

	ret->outcome = COCO_CHECKED_PASS;
	for (size_t i = 0; i < s->n; i++) {
		if (coco_cert_unknown_critical(s->path[i], NULL)) {
			ret->outcome = COCO_CHECKED_FAIL;
			snprintf(ret->reason, sizeof(ret->reason), "COLL_CRITICAL_EXTENSION");
			snprintf(ret->actual, sizeof(ret->actual), "the certificate of %.160s has "
				 "a critical extension that is not known",
				 coco_cert_subject_text(s->path[i]));
			snprintf(ret->next, sizeof(ret->next), "ask its issuer for another one");
			return;
		}
		if (!valid(s, s->path[i], ret))
			return;
		if (s->item[i] >= 0)
			coco_appraisal_used(s->a, s->item[i], s->role);
	}
	if (!is_leaf && !valid(s, root, ret))
		return;
	coco_appraisal_used_root(s->a, s->root, s->role);
	snprintf(ret->actual, sizeof(ret->actual), "%.110s under %.110s",
		 coco_cert_subject_text(s->path[0]), coco_cert_subject_text(root));
}

int coco_anchor_chain(struct coco_appraisal *a, const struct coco_cert *cert,
		      struct coco_cert *const *extra, size_t n, const char *role,
		      struct coco_anchor *ret, struct coco_diag *diag)
{
	struct search s = { .a = a, .extra = extra, .n_extra = n, .role = role, .root = -1 };

	memset(ret, 0, sizeof(*ret));
	s.path[0] = cert;
	s.item[0] = a->collateral != NULL
			    ? coco_collateral_find(a->collateral, coco_cert_sha256(cert)) : -1;
	s.n = 1;
	do
		s.root = root_of(&s, s.path[s.n - 1]);
	while (s.root < 0 && s.n <= COCO_ANCHOR_DEPTH && step(&s));
	if (s.root < 0)
		no_path(&s, ret);
	else
		judge_path(&s, ret);
	return coco_result_finish(a->result, diag);
}

/* ---- keys ------------------------------------------------------------------------- */

static int in_set(const struct coco_collateral_item *item, const struct coco_key *key,
		  bool *ret_found, struct coco_diag *diag)
{
	struct coco_jwks set;
	struct coco_diag unused;
	int r;

	coco_diag_init(&unused);
	r = coco_jwks_decode(&set, coco_view_of(item->p, item->n), &unused);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for a key set");
	if (r != 0)
		return 0;   /* a set that cannot be read anchors nothing */
	for (size_t i = 0; r == 0 && i < set.n && !*ret_found; i++) {
		struct coco_key *other = NULL;

		r = coco_jwk_key(&set.v[i], &other, NULL);
		*ret_found = r == 0 && coco_key_same(key, other);
		r = r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory for a key") : 0;
		coco_key_free(other);
	}
	coco_jwks_free(&set);
	return r;
}

int coco_anchor_holds(const struct coco_cert *cert, const struct coco_key *key, bool *ret,
		      struct coco_diag *diag)
{
	struct coco_key *other = NULL;
	int r = coco_cert_key(cert, &other, NULL);

	*ret = r == 0 && coco_key_same(key, other);
	coco_key_free(other);
	return r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory for a key") : 0;
}

int coco_anchor_key(struct coco_appraisal *a, const struct coco_key *key, const char *role,
		    struct coco_anchor *ret, struct coco_diag *diag)
{
	const struct coco_collateral *roots = a->extra_roots;
	bool found = false;
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	ret->outcome = COCO_CHECKED_MISSING;
	for (size_t i = 0; r == 0 && roots != NULL && !found && i < roots->n; i++) {
		const struct coco_collateral_item *item = &roots->v[i];

		if (item->kind == COCO_COLL_JWKS)
			r = in_set(item, key, &found, diag);
		else if (item->kind == COCO_COLL_CERT)
			r = coco_anchor_holds(item->cert, key, &found, diag);
		if (r != 0 || !found)
			continue;
		if (item->kind == COCO_COLL_CERT)   /* with its dates */
			return coco_anchor_chain(a, item->cert, NULL, 0, role, ret, diag);
		ret->outcome = COCO_CHECKED_PASS;
		coco_appraisal_used_root(a, (int)i, role);
		snprintf(ret->actual, sizeof(ret->actual), "%s, in a key set that was named",
			 coco_key_fingerprint_text(key));
	}
	return r;
}

void coco_anchor_check(struct coco_appraisal *a, int subject, const char *id, const char *title,
		       const struct coco_anchor *anchor, enum coco_role role)
{
	struct coco_result *r = a->result;

	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC, anchor->outcome, id, title);
	coco_check_source(r, "--trust-root");
	coco_check_actual(r, "%s", anchor->actual);
	if (anchor->outcome != COCO_CHECKED_PASS)
		coco_check_refusal(r, role, anchor->reason, "%s", anchor->next);
}
