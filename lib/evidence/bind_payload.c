/*
 * bind_payload.c - the attestation payload of a key broker: the CPU's evidence
 * holds the hash of the broker's nonce, the guest's key and the text of the
 * devices' evidence; a device holds that of nonce and key (evidence.md 6).
 */
#include <stdio.h>
#include <string.h>

#include "formats/broker/rcar.h"
#include "formats/core/mem.h"
#include "lib/evidence/bind_priv.h"

enum { TEXT_MAX = 64 << 20, BOUND = 48 /* bytes of SHA-384 */ };

/* The parts of one payload; views borrow from the pieces. */
struct payload {
	int top;
	char *nonce;                     /* as sent */
	struct coco_rcar_key key;
	struct coco_view devices;        /* text of the additional evidence; n == 0: none */
	struct coco_view initdata;
	uint8_t primary[BOUND];
	uint8_t device[BOUND];
	uint8_t legacy[COCO_RCAR_LEGACY_TEXTS][BOUND];
};

static void payload_clear(struct payload *p)
{
	coco_free(p->nonce);
	coco_rcar_key_clear(&p->key);
}

bool coco_bind_in_payload(const struct coco_appraisal *a, int subject)
{
	int top = -1;

	for (size_t i = 0; i < a->pieces->n; i++)
		if (a->pieces->v[i].subject == subject)
			top = a->pieces->v[i].top;
	for (size_t i = 0; top >= 0 && i < a->pieces->n; i++)
		if (a->pieces->v[i].kind == COCO_PIECE_RUNTIME_DATA && a->pieces->v[i].top == top)
			return true;
	return false;
}

static int read_runtime(struct payload *ret, const struct coco_piece *piece,
			struct coco_diag *diag)
{
	struct coco_json doc = { .root = NULL };
	const char *nonce = NULL;
	struct coco_jv root = { .v = NULL };   /* the way to jwk leads over it */
	struct coco_jv jwk = { .v = NULL };
	int r = coco_json_parse(&doc, coco_piece_bytes(piece), COCO_PIECE_MAX, diag);

	if (r == 0) {
		root = coco_json_root(&doc);
		r = coco_jv_string(&root, "nonce", &nonce, diag);
	}
	if (r == 0)
		r = coco_jv_object(&root, "tee-pubkey", &jwk, diag);
	if (r == 0)
		r = coco_rcar_key_decode(&ret->key, &jwk, diag);
	if (r == 0) {
		ret->nonce = coco_strdup(nonce);
		if (ret->nonce == NULL)
			r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a nonce");
	}
	coco_json_free(&doc);
	if (r != 0)
		coco_diag_source(diag, "%s", piece->source);
	return r;
}

static int hash(struct coco_wr *wr, uint8_t ret[BOUND], struct coco_diag *diag)
{
	struct coco_digest *d = NULL;
	uint8_t *p = NULL;
	size_t n = 0;
	int r = coco_wr_finish(wr, &p, &n, diag);

	if (r == 0)
		r = coco_digest_new(&d, COCO_DIGEST_SHA384, diag);
	if (r == 0)
		r = coco_digest_once(d, p, n, ret, diag);
	coco_digest_free(d);
	coco_free(p);
	return r;
}

static int hash_all(struct payload *p, struct coco_diag *diag)
{
	struct coco_wr wr;
	int r;

	coco_wr_init(&wr, TEXT_MAX);
	coco_rcar_bound_text(&wr, p->nonce, &p->key,
			     p->devices.n > 0 ? (const char *)p->devices.p : "");
	r = hash(&wr, p->primary, diag);
	if (r == 0) {
		coco_wr_init(&wr, TEXT_MAX);
		coco_rcar_bound_text(&wr, p->nonce, &p->key, NULL);
		r = hash(&wr, p->device, diag);
	}
	for (unsigned i = 0; r == 0 && i < COCO_RCAR_LEGACY_TEXTS; i++) {
		coco_wr_init(&wr, TEXT_MAX);
		coco_rcar_bound_legacy(&wr, i, p->nonce, &p->key);
		r = hash(&wr, p->legacy[i], diag);
	}
	return r;
}

static int payload_read(struct payload *ret, const struct coco_appraisal *a,
			const struct coco_piece *runtime, struct coco_diag *diag)
{
	memset(ret, 0, sizeof(*ret));
	ret->top = runtime->top;
	for (size_t i = 0; i < a->pieces->n; i++) {
		const struct coco_piece *piece = &a->pieces->v[i];

		if (piece->top != ret->top || piece->parent != runtime->parent)
			continue;
		if (piece->kind == COCO_PIECE_ADDITIONAL)
			ret->devices = coco_piece_bytes(piece);
		if (piece->kind == COCO_PIECE_INITDATA)
			ret->initdata = coco_piece_bytes(piece);
	}
	int r = read_runtime(ret, runtime, diag);
	return r == 0 ? hash_all(ret, diag) : r;
}

/* Whether a piece was found in the evidence of devices. */
static bool of_device(const struct coco_pieces *list, const struct coco_piece *piece)
{
	while (piece->parent != COCO_PIECE_NONE) {
		piece = &list->v[piece->parent];
		if (piece->form != NULL && strcmp(piece->form, "additional-evidence") == 0)
			return true;
	}
	return false;
}

/* The hash that the claim holds, whole or as much of it as a TPM keeps; NULL: none. */
static bool holds(const uint8_t bound[BOUND], const struct coco_claim *c,
		  const struct coco_bound_field *f)
{
	size_t least = f->cuts ? 32 : BOUND;

	return c != NULL && c->type == COCO_CLAIM_TYPE_BYTES && c->n >= least &&
	       coco_bound_equal(coco_view_of(bound, BOUND), c);
}

static bool holds_legacy(const struct payload *p, const struct coco_claim *c,
			 const struct coco_bound_field *f)
{
	for (unsigned i = 0; p->devices.n == 0 && i < COCO_RCAR_LEGACY_TEXTS; i++)
		if (holds(p->legacy[i], c, f))
			return true;
	return false;
}

static void check_subject(struct coco_appraisal *a, const struct payload *p,
			  const struct coco_piece *piece)
{
	struct coco_result *r = a->result;
	const struct coco_result_subject *s = &r->subjects[piece->subject];
	const struct coco_bound_field *f = coco_bound_field(s);
	bool device = of_device(a->pieces, piece);
	const uint8_t *bound = device ? p->device : p->primary;
	const struct coco_claim *c = f != NULL ? coco_claims_find(&s->claims, f->report_data)
					       : NULL;
	char id[COCO_RESULT_ID];

	snprintf(id, sizeof(id), "%.40s.payload", s->kind);
	if (f == NULL) {
		coco_result_check(r, piece->subject, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_MISSING,
				  id, "the evidence belongs to this payload");
		coco_check_actual(r, "what evidence of this kind holds is not known");
		coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_UNSUPPORTED:payload",
				   "judge it with the tool of its vendor");
		return;
	}
	bool ok = holds(bound, c, f) || (!device && holds_legacy(p, c, f));
	coco_result_check(r, piece->subject, COCO_ASPECT_AUTHENTIC,
			  ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, id,
			  device ? "the device's evidence is for the payload's nonce and key"
				 : "the evidence is for the payload's nonce, key and devices");
	coco_bound_texts(r, coco_view_of(bound, BOUND), c);
	coco_check_source(r, "SHA-384 of the payload's runtime data (RFC 8785)");
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR,
				   device ? "BIND_DEVICE" : "BIND_CPU_GPU",
				   "nonce, key or a device's evidence were exchanged after the "
				   "evidence was made: collect the payload again");
}

/* The payload's nonce is the caller's, as bytes or as the base64 text that was sent. */
static void check_nonce(struct coco_appraisal *a, const struct payload *p, struct coco_view nonce)
{
	struct coco_result *r = a->result;
	uint8_t *bytes = NULL;
	size_t n = 0;
	bool ok = strlen(p->nonce) == nonce.n && memcmp(p->nonce, nonce.p, nonce.n) == 0;

	if (!ok && coco_b64_decode(COCO_B64_ANY, p->nonce, strlen(p->nonce), &bytes, &n,
				   NULL) == 0)
		ok = n == nonce.n && memcmp(bytes, nonce.p, n) == 0;
	coco_free(bytes);
	coco_result_check(r, COCO_RESULT_NO_SUBJECT, COCO_ASPECT_AUTHENTIC,
			  ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "payload.fresh",
			  "the payload is for the nonce that was asked");
	coco_bound_texts(r, nonce, NULL);
	coco_check_actual(r, "%.120s", p->nonce);
	coco_check_source(r, "--nonce");
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "FRESH_NONCE_MISMATCH",
				   "the payload answers another challenge: attest again");
}

static int check_payload(struct coco_appraisal *a, const struct payload *p,
			 const struct coco_bindings *e, struct coco_diag *diag)
{
	int r = 0;

	if (e->has_nonce)
		check_nonce(a, p, e->nonce);
	for (size_t i = 0; r == 0 && i < a->pieces->n; i++) {
		const struct coco_piece *piece = &a->pieces->v[i];

		if (piece->top != p->top || piece->subject < 0)
			continue;
		if (strcmp(a->result->subjects[piece->subject].class, "eventlog") == 0)
			continue;
		check_subject(a, p, piece);
		if (p->initdata.n > 0 && !of_device(a->pieces, piece))
			r = coco_bind_initdata(a, piece->subject, p->initdata,
					       "initdata of the payload", diag);
	}
	return r;
}

int coco_bind_payloads(struct coco_appraisal *a, const struct coco_bindings *expected,
		       struct coco_diag *diag)
{
	struct payload p;
	int r = 0;

	for (size_t i = 0; r == 0 && i < a->pieces->n; i++) {
		if (a->pieces->v[i].kind != COCO_PIECE_RUNTIME_DATA)
			continue;
		r = payload_read(&p, a, &a->pieces->v[i], diag);
		if (r == 0)
			r = check_payload(a, &p, expected, diag);
		payload_clear(&p);
	}
	return r;
}
