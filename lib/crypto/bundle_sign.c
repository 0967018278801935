/*
 * bundle_sign.c - payloads signed into Sigstore bundles, and back (see
 * bundle_sign.h).
 */
#include "lib/crypto/bundle_sign.h"

#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/mem.h"
#include "formats/model/bundle.h"

enum { SIGN_FLAGS = COCO_SIGN_PKCS1 };

static int no_memory(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a bundle");
}

static int add_cert(struct coco_bundle *b, struct coco_view der, struct coco_diag *diag)
{
	if (b->n_certs == COCO_BUNDLE_CERTS_MAX)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d certificates",
				 COCO_BUNDLE_CERTS_MAX);
	if (der.n > COCO_BUNDLE_CERT_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a certificate of more than %d bytes",
				 COCO_BUNDLE_CERT_MAX);
	b->certs[b->n_certs].der = coco_memdup(der.p, der.n);
	if (b->certs[b->n_certs].der == NULL)
		return no_memory(diag);
	b->certs[b->n_certs++].n_der = der.n;
	return 0;
}

/* Leaf first; self-signed ones after it are roots, which a verifier brings itself. */
static int add_chain(const struct coco_certs *chain, struct coco_bundle *b,
		     struct coco_diag *diag)
{
	int r = 0;

	b->material = COCO_BUNDLE_CHAIN;
	b->certs = coco_zalloc(COCO_BUNDLE_CERTS_MAX, sizeof(*b->certs));
	if (b->certs == NULL)
		return no_memory(diag);
	for (size_t i = 0; r == 0 && i < coco_certs_count(chain); i++)
		if (i == 0 || !coco_certs_self_signed(chain, i))
			r = add_cert(b, coco_certs_der(chain, i), diag);
	return r;
}

static int fill(const struct coco_run *run, const struct coco_bundle_signer *signer,
		const char *payload_type, struct coco_view payload, struct coco_bundle *b,
		struct coco_diag *diag)
{
	uint8_t *pae = NULL;
	size_t n_pae = 0;
	int r = 0;

	if (signer->chain != NULL) {
		r = coco_certs_check_signer(signer->chain, signer->key, run->now, diag);
		if (r == 0)
			r = add_chain(signer->chain, b, diag);
	} else {
		b->material = COCO_BUNDLE_KEY;
		b->hint = coco_strdup(coco_key_hint(signer->key));
		r = b->hint != NULL ? 0 : no_memory(diag);
	}
	if (r != 0)
		return r;
	b->dsse.payload_type = coco_strdup(payload_type);
	b->dsse.payload = coco_memdup(payload.n != 0 ? payload.p : (const uint8_t *)"",
				      payload.n != 0 ? payload.n : 1);
	b->dsse.n_payload = payload.n;
	if (b->dsse.payload_type == NULL || b->dsse.payload == NULL)
		return no_memory(diag);
	r = coco_dsse_pae(payload_type, payload, &pae, &n_pae, diag);
	if (r == 0)
		r = coco_sign(signer->key, coco_view_of(pae, n_pae), signer->flags & SIGN_FLAGS,
			      &b->dsse.sig, &b->dsse.n_sig, diag);
	coco_free(pae);
	return r;
}

int coco_bundle_sign(const struct coco_run *run, const struct coco_bundle_signer *signer,
		     const char *payload_type, struct coco_view payload, uint8_t **ret,
		     size_t *ret_n, struct coco_diag *diag)
{
	struct coco_bundle b = { .hint = NULL };
	int r = 0;

	if (payload_type[0] == '\0' || strlen(payload_type) > COCO_DSSE_TYPE_MAX)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "the payload type has %zu bytes, 1 to %d are expected",
				 strlen(payload_type), COCO_DSSE_TYPE_MAX);
	r = fill(run, signer, payload_type, payload, &b, diag);
	if (r == 0)
		r = coco_bundle_encode(&b, ret, ret_n, diag);
	coco_bundle_clear(&b);
	return r;
}

void coco_bundle_signed_clear(struct coco_bundle_signed *s)
{
	coco_free(s->payload);
	coco_free(s->payload_type);
	*s = (struct coco_bundle_signed){ .payload = NULL };
}

/* The hint of model_signing (hex of the PEM text) or of cosign (base64 of the DER). */
static int check_hint(const struct coco_run *run, const struct coco_bundle *b,
		      const struct coco_key *key, struct coco_diag *diag)
{
	char cosign[64];

	if (b->hint == NULL) {
		coco_log(run, 0, "the bundle does not say which key signed it; only the signature "
			 "was compared with the key given");
		return 0;
	}
	coco_b64_encode(COCO_B64_STD, cosign, coco_key_fingerprint(key), COCO_FINGERPRINT_BYTES);
	if (strcmp(b->hint, coco_key_hint(key)) == 0 || strcmp(b->hint, cosign) == 0)
		return 0;
	coco_diag_expected(diag, "%s", coco_key_hint(key));
	coco_diag_actual(diag, "%.128s", b->hint);
	return coco_fail(diag, COCO_E_VERIFY_HINT, "the bundle was signed with another key than %s",
			 coco_key_fingerprint_text(key));
}

/* The leaf's key, once its chain holds. */
static int check_chain(const struct coco_run *run, const struct coco_bundle *b,
		       const struct coco_bundle_trust *trust, struct coco_key **ret_key,
		       struct coco_cert_info *ret_info, struct coco_diag *diag)
{
	struct coco_certs_trust t = { .roots = trust->roots, .subject = trust->subject,
				      .at = run->now };
	struct coco_certs *chain = NULL;
	int r = coco_certs_new(&chain, diag);

	for (size_t i = 0; r == 0 && i < b->n_certs; i++)
		r = coco_certs_add_der(chain, coco_view_of(b->certs[i].der, b->certs[i].n_der),
				       diag);
	if (r == 0)
		r = coco_certs_verify(chain, &t, ret_key, ret_info, diag);
	coco_certs_free(chain);
	if (r == 0 && trust->subject == NULL)
		coco_log(run, 0, "no subject was expected: whoever has a signing certificate under "
			 "the roots given is accepted; this one is %s", ret_info->subject);
	return r;
}

static int check_signature(const struct coco_bundle *b, const struct coco_key *key,
			   unsigned flags, struct coco_bundle_signed *s, struct coco_diag *diag)
{
	struct coco_view sig = { b->dsse.sig, b->dsse.n_sig };
	uint8_t *pae = NULL;
	size_t n_pae = 0;
	int r = coco_dsse_pae(b->dsse.payload_type,
			      coco_view_of(b->dsse.payload, b->dsse.n_payload), &pae, &n_pae, diag);

	if (r != 0)
		return r;
	/* a second scheme only where asked for, and then it is said which one it was */
	flags &= SIGN_FLAGS;
	if (flags != 0 && coco_verify(key, coco_view_of(pae, n_pae), sig, 0, NULL) == 0)
		flags = 0;
	r = coco_verify(key, coco_view_of(pae, n_pae), sig, flags, diag);
	coco_free(pae);
	s->method = coco_sign_method(key, flags);
	memcpy(s->fingerprint, coco_key_fingerprint_text(key), sizeof(s->fingerprint));
	return r;
}

static int check_with_key(const struct coco_run *run, const struct coco_bundle *b,
			  const struct coco_bundle_trust *trust, struct coco_bundle_signed *s,
			  struct coco_diag *diag)
{
	if (b->material != COCO_BUNDLE_KEY)
		return coco_fail(diag, COCO_E_VERIFY_METHOD, "the bundle was signed with a "
				 "certificate; a public key alone does not verify it");
	int r = check_hint(run, b, trust->key, diag);
	return r == 0 ? check_signature(b, trust->key, trust->flags, s, diag) : r;
}

static int check_with_roots(const struct coco_run *run, const struct coco_bundle *b,
			    const struct coco_bundle_trust *trust, struct coco_bundle_signed *s,
			    struct coco_diag *diag)
{
	struct coco_key *key = NULL;

	if (b->material == COCO_BUNDLE_KEY)
		return coco_fail(diag, COCO_E_VERIFY_METHOD, "the bundle was signed with a key "
				 "without certificate; roots do not verify it");
	int r = check_chain(run, b, trust, &key, &s->cert, diag);
	if (r != 0)
		return r;
	r = check_signature(b, key, trust->flags, s, diag);
	s->has_certificate = true;
	coco_key_free(key);
	return r;
}

int coco_bundle_verify(const struct coco_run *run, struct coco_view text,
		       const struct coco_bundle_trust *trust, struct coco_bundle_signed *ret,
		       struct coco_diag *diag)
{
	struct coco_bundle b = { .hint = NULL };
	struct coco_bundle_signed s = { .payload = NULL };
	bool lenient = (trust->flags & COCO_BUNDLE_TRUST_LENIENT) != 0;

	if ((trust->key != NULL) == (trust->roots != NULL))
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "either a public key or root certificates are needed");
	int r = coco_bundle_decode(&b, text, lenient ? COCO_BUNDLE_LENIENT : 0, diag);
	if (r != 0)
		return r;
	r = trust->key != NULL ? check_with_key(run, &b, trust, &s, diag)
			       : check_with_roots(run, &b, trust, &s, diag);
	if (r == 0) {
		if (b.n_tlog != 0)
			coco_log(run, 1, "%zu transparency log entries came with the bundle and "
				 "were not looked at", b.n_tlog);
		s.payload = b.dsse.payload;
		s.n_payload = b.dsse.n_payload;
		s.payload_type = b.dsse.payload_type;
		b.dsse.payload = NULL;
		b.dsse.payload_type = NULL;
		*ret = s;
	}
	coco_bundle_clear(&b);
	return r;
}
