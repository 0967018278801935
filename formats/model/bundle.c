/*
 * bundle.c - Sigstore bundles (see bundle.h).
 */
#include "formats/model/bundle.h"

#include <string.h>

static const char *const bundle_members[] = { "mediaType", "verificationMaterial", "dsseEnvelope",
					      "messageSignature" };
static const char *const material_members[] = { "publicKey", "x509CertificateChain", "certificate",
						"tlogEntries", "timestampVerificationData" };
static const char *const old_media_types[] = {
	"application/vnd.dev.sigstore.bundle+json;version=0.1",
	"application/vnd.dev.sigstore.bundle+json;version=0.2",
	"application/vnd.dev.sigstore.bundle+json;version=0.3",
};

void coco_bundle_clear(struct coco_bundle *bundle)
{
	coco_free(bundle->hint);
	for (size_t i = 0; i < bundle->n_certs; i++)
		coco_free(bundle->certs[i].der);
	coco_free(bundle->certs);
	coco_dsse_clear(&bundle->dsse);
	*bundle = (struct coco_bundle){ .hint = NULL };
}

static int decode_media_type(const struct coco_jv *root, unsigned flags, bool *ret_old,
			     struct coco_diag *diag)
{
	const char *type = NULL;
	int r = coco_jv_string(root, "mediaType", &type, diag);

	if (r != 0)
		return r;
	*ret_old = false;
	if (strcmp(type, COCO_BUNDLE_MEDIA_TYPE) == 0)
		return 0;
	*ret_old = true;
	for (size_t i = 0; i < COCO_ARRAY_LEN(old_media_types); i++)
		if ((flags & COCO_BUNDLE_LENIENT) != 0 && strcmp(type, old_media_types[i]) == 0)
			return 0;
	coco_diag_expected(diag, "%s", COCO_BUNDLE_MEDIA_TYPE);
	coco_diag_actual(diag, "%s", type);
	return coco_jv_fail(root, "mediaType", COCO_E_FORMAT_BUNDLE_VERSION, diag,
			    "the media type of the bundle is not supported");
}

/* publicKey: a hint, or the rawBytes of 0.3.1 to 1.0.1, which count as none. */
static int decode_public_key(const struct coco_jv *material, struct coco_bundle *b,
			     struct coco_diag *diag)
{
	struct coco_jv key;
	struct coco_jv hint;
	const char *text = "";
	int r = coco_jv_object(material, "publicKey", &key, diag);

	if (r == 0)
		r = coco_jv_opt(&key, "hint", &hint, diag);
	if (r != 0)
		return r;
	if (hint.v == NULL || coco_jv_is_null(&hint))
		return 0;
	r = coco_jv_as_string(&hint, &text, diag);
	if (r != 0)
		return r;
	if (strlen(text) > COCO_BUNDLE_HINT_MAX)
		return coco_jv_fail(&hint, NULL, COCO_E_LIMIT_SIZE, diag, "longer than %d bytes",
				    COCO_BUNDLE_HINT_MAX);
	if (text[0] == '\0')
		return 0;
	b->hint = coco_strdup(text);
	if (b->hint == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a bundle");
	return 0;
}

static int decode_cert(const struct coco_jv *obj, struct coco_bundle *b, struct coco_diag *diag)
{
	struct coco_bundle_cert cert = { .der = NULL };
	int r = coco_jv_as_object(obj, diag);

	if (r == 0)
		r = coco_jv_b64(obj, "rawBytes", &cert.der, &cert.n_der, diag);
	if (r != 0)
		return r;
	if (cert.n_der == 0 || cert.n_der > COCO_BUNDLE_CERT_MAX) {
		coco_free(cert.der);
		return coco_jv_fail(obj, "rawBytes", COCO_E_LIMIT_SIZE, diag,
				    "a certificate of %zu bytes, 1 to %d are expected", cert.n_der,
				    COCO_BUNDLE_CERT_MAX);
	}
	b->certs[b->n_certs++] = cert;
	return 0;
}

static int decode_certs(const struct coco_jv *material, struct coco_bundle *b,
			struct coco_diag *diag)
{
	struct coco_jv chain;
	struct coco_jv list;
	size_t n = 1;
	int r = 0;

	if (b->material == COCO_BUNDLE_CHAIN) {
		r = coco_jv_object(material, "x509CertificateChain", &chain, diag);
		if (r == 0)
			r = coco_jv_array(&chain, "certificates", &list, diag);
		n = r == 0 ? coco_jv_len(&list) : 0;
	} else {
		r = coco_jv_object(material, "certificate", &chain, diag);
	}
	if (r != 0)
		return r;
	if (n == 0)
		return coco_jv_fail(&list, NULL, COCO_E_FORMAT_BUNDLE, diag,
				    "the chain holds no certificate");
	if (n > COCO_BUNDLE_CERTS_MAX)
		return coco_jv_fail(&list, NULL, COCO_E_LIMIT_COUNT, diag,
				    "%zu certificates, at most %d are accepted", n,
				    COCO_BUNDLE_CERTS_MAX);
	b->certs = coco_zalloc(n, sizeof(*b->certs));
	if (b->certs == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a bundle");
	if (b->material == COCO_BUNDLE_CERT)
		return decode_cert(&chain, b, diag);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		r = decode_cert(&item, b, diag);
	}
	return r;
}

/* What stands beside the key or certificate is counted and left alone. */
static int decode_rest(const struct coco_jv *material, struct coco_bundle *b,
		       struct coco_diag *diag)
{
	struct coco_jv list;
	int r = coco_jv_opt(material, "tlogEntries", &list, diag);

	if (r != 0 || list.v == NULL || coco_jv_is_null(&list))
		return r;
	r = coco_jv_array(material, "tlogEntries", &list, diag);
	if (r != 0)
		return r;
	b->n_tlog = coco_jv_len(&list);
	if (b->n_tlog > COCO_BUNDLE_TLOG_MAX)
		return coco_jv_fail(&list, NULL, COCO_E_LIMIT_COUNT, diag,
				    "%zu log entries, at most %d are accepted", b->n_tlog,
				    COCO_BUNDLE_TLOG_MAX);
	return 0;
}

static int decode_material(const struct coco_jv *root, struct coco_bundle *b,
			   struct coco_diag *diag)
{
	struct coco_jv material;
	int r = coco_jv_object(root, "verificationMaterial", &material, diag);

	if (r == 0)
		r = coco_jv_closed(&material, material_members, COCO_ARRAY_LEN(material_members),
				   diag);
	if (r != 0)
		return r;
	bool key = coco_jv_has(&material, "publicKey");
	bool chain = coco_jv_has(&material, "x509CertificateChain");
	bool cert = coco_jv_has(&material, "certificate");
	if ((int)key + (int)chain + (int)cert != 1)
		return coco_jv_fail(&material, NULL, COCO_E_FORMAT_BUNDLE, diag,
				    "exactly one of publicKey, x509CertificateChain and "
				    "certificate is needed");
	if (key) {
		b->material = COCO_BUNDLE_KEY;
		r = decode_public_key(&material, b, diag);
	} else {
		b->material = chain ? COCO_BUNDLE_CHAIN : COCO_BUNDLE_CERT;
		r = decode_certs(&material, b, diag);
	}
	return r == 0 ? decode_rest(&material, b, diag) : r;
}

static int decode_root(const struct coco_jv *root, unsigned flags, struct coco_bundle *b,
		       struct coco_diag *diag)
{
	struct coco_jv envelope;
	int r = coco_jv_as_object(root, diag);

	if (r == 0)
		r = decode_media_type(root, flags, &b->old_media_type, diag);
	if (r == 0)
		r = coco_jv_closed(root, bundle_members, COCO_ARRAY_LEN(bundle_members), diag);
	if (r == 0 && coco_jv_has(root, "messageSignature"))
		r = coco_jv_fail(root, "messageSignature", COCO_E_FORMAT_BUNDLE, diag,
				 "the bundle signs a message directly, not an envelope");
	if (r == 0)
		r = decode_material(root, b, diag);
	if (r == 0)
		r = coco_jv_object(root, "dsseEnvelope", &envelope, diag);
	if (r == 0)
		r = coco_dsse_decode_jv(&b->dsse, &envelope, diag);
	return r;
}

int coco_bundle_decode(struct coco_bundle *ret, struct coco_view text, unsigned flags,
		       struct coco_diag *diag)
{
	struct coco_bundle b = { .hint = NULL };
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_BUNDLE_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = decode_root(&root, flags, &b, diag);
	coco_json_free(&doc);
	if (r != 0) {
		coco_bundle_clear(&b);
		return r;
	}
	*ret = b;
	return 0;
}

static void encode_cert(struct coco_jw *jw, const struct coco_bundle_cert *cert)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_b64(jw, "rawBytes", cert->der, cert->n_der);
	coco_jw_end(jw, '}');
}

static void encode_material(struct coco_jw *jw, const struct coco_bundle *b)
{
	coco_jw_begin(jw, '{');
	switch (b->material) {
	case COCO_BUNDLE_KEY:
		coco_jw_key(jw, "publicKey");
		coco_jw_begin(jw, '{');
		if (b->hint != NULL)
			coco_jw_kv_string(jw, "hint", b->hint);
		coco_jw_end(jw, '}');
		break;
	case COCO_BUNDLE_CHAIN:
		coco_jw_key(jw, "x509CertificateChain");
		coco_jw_begin(jw, '{');
		coco_jw_key(jw, "certificates");
		coco_jw_begin(jw, '[');
		for (size_t i = 0; i < b->n_certs; i++)
			encode_cert(jw, &b->certs[i]);
		coco_jw_end(jw, ']');
		coco_jw_end(jw, '}');
		break;
	case COCO_BUNDLE_CERT:
		coco_jw_key(jw, "certificate");
		encode_cert(jw, &b->certs[0]);
		break;
	}
	coco_jw_key(jw, "tlogEntries");
	coco_jw_begin(jw, '[');
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
}

int coco_bundle_encode(const struct coco_bundle *bundle, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, COCO_BUNDLE_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "mediaType", COCO_BUNDLE_MEDIA_TYPE);
	coco_jw_key(&jw, "verificationMaterial");
	encode_material(&jw, bundle);
	coco_jw_key(&jw, "dsseEnvelope");
	coco_dsse_encode(&jw, &bundle->dsse);
	coco_jw_end(&jw, '}');
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
