/*
 * mint_tdx.c - TDX quotes under a test root (see mint_tdx.h).
 */
#include "tests/support/mint_tdx.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "lib/crypto/ec_numbers.h"
#include "lib/crypto/sha256.h"
#include "tests/support/mint_tdx_parts.h"
#include "tests/support/support.h"

#define D(name) (defect == COCO_MINT_TDX_##name)

const char *coco_mint_tdx_name(enum coco_mint_tdx_defect defect)
{
	static const char *const names[] = {
#define X(name) #name,
		COCO_MINT_TDX_DEFECTS(X)
#undef X
	};

	return names[defect];
}

/* ---- signing ----------------------------------------------------------------------------- */

static void sign(const struct coco_key *key, const void *p, size_t n, uint8_t ret[64])
{
	uint8_t raw[COCO_EC_RAW_MAX];
	size_t n_raw = 0;

	assert_ok(coco_ec_sign_raw(key, coco_view_of(p, n), raw, &n_raw, NULL), NULL);
	assert_int_equal(n_raw, 64);
	memcpy(ret, raw, 64);
}

static void point(const struct coco_key *key, uint8_t ret[64])
{
	uint8_t *der = NULL;
	size_t n = 0;

	assert_ok(coco_key_public_der(key, &der, &n, NULL), NULL);
	memcpy(ret, der + n - 64, 64);
	coco_free(der);
}

/* ---- certificates ------------------------------------------------------------------------ */

static const struct coco_pki_spec ca_spec = {
	.subject = "C=US/O=Test/CN=Intel SGX PCK Platform CA",
	.basic = "critical,CA:TRUE,pathlen:0",
	.usage = "critical,keyCertSign,cRLSign",
};

static void make_root(struct coco_mint_tdx *t, enum coco_mint_tdx_defect defect)
{
	struct coco_pki_spec spec = ca_spec;

	spec.subject = "C=US/O=Test/CN=Intel SGX Root CA";
	spec.basic = "critical,CA:TRUE,pathlen:1";
	spec.key = coco_pki_cached_key("p256", 0);
	if (D(ROOT_EXPIRED))
		spec.not_after = COCO_MINT_TDX_AT;
	t->root = coco_pki_issue(&spec, NULL);
}

static void make_ca(struct coco_mint_tdx *t, enum coco_mint_tdx_defect defect)
{
	struct coco_pki_spec spec = ca_spec;

	spec.key = coco_pki_cached_key("p256", 1);
	spec.serial = (const uint8_t *)"\x5a\x02";
	spec.n_serial = 2;
	if (D(CA_NAME))
		spec.subject = "C=US/O=Test/CN=Intel SGX PCK Other CA";
	if (D(CA_PROCESSOR))
		spec.subject = "C=US/O=Test/CN=Intel SGX PCK Processor CA";
	if (D(CA_NO_CA))
		spec.basic = "critical,CA:FALSE";
	if (D(CA_EXPIRED))
		spec.not_after = COCO_MINT_TDX_AT - 1;
	t->ca = coco_pki_issue(&spec, t->root);
}

static void make_leaf(struct coco_mint_tdx *t, const struct coco_mint_pck *pck,
		      enum coco_mint_tdx_defect defect)
{
	static uint8_t ext[COCO_MINT_PCK_EXT_MAX];
	struct coco_pki_raw raw[2] = { { "1.2.840.113741.1.13.1", ext, 0, false } };
	struct coco_pki_spec spec = {
		.subject = "C=US/O=Test/CN=Intel SGX PCK Certificate",
		.basic = "critical,CA:FALSE",
		.usage = "critical,digitalSignature,nonRepudiation",
		.raw = raw,
		.key = coco_pki_cached_key("p256", 2),
		.serial = (const uint8_t *)"\x5a\x01",
		.n_serial = 2,
	};

	raw[0].n = coco_mint_pck_write(ext, pck);
	if (D(PCK_NO_EXTENSION))
		raw[0].oid = NULL;
	if (D(PCK_BAD_EXTENSION))
		raw[0].n--;
	if (D(PCK_NAME))
		spec.subject = "C=US/O=Test/CN=Intel SGX PCK Platform CA";
	if (D(PCK_IS_CA))
		spec.basic = "critical,CA:TRUE";
	spec.unknown_critical = D(PCK_CRITICAL);
	if (D(PCK_EXPIRED))
		spec.not_after = COCO_MINT_TDX_AT - 3600;
	if (D(PCK_EARLY))
		spec.not_before = COCO_MINT_TDX_AT + 3600;
	t->leaf = coco_pki_issue(&spec, t->ca);
}

static void make_signing(struct coco_mint_tdx *t, enum coco_mint_tdx_defect defect)
{
	struct coco_pki_spec spec = {
		.subject = "C=US/O=Test/CN=Intel SGX TCB Signing",
		.basic = "critical,CA:FALSE",
		.usage = "critical,digitalSignature,nonRepudiation",
		.key = coco_pki_cached_key("p256", 3),
		.serial = (const uint8_t *)"\x5a\x03",
		.n_serial = 2,
	};

	if (D(SIGNING_NAME))
		spec.subject = "C=US/O=Test/CN=Intel SGX TCB Other";
	if (D(SIGNING_EXPIRED))
		spec.not_after = COCO_MINT_TDX_AT - 3600;
	t->signing = coco_pki_issue(&spec, t->root);
}

/* Another certificate of the same name, whose key signed nothing here. */
static void replace(struct coco_pki_cert **cert, const struct coco_pki_spec *like,
		    const char *subject, const struct coco_pki_cert *issuer)
{
	struct coco_pki_spec spec = *like;

	spec.subject = subject;
	spec.key = coco_pki_cached_key("p256", 6);
	coco_pki_free(*cert);
	*cert = coco_pki_issue(&spec, issuer);
}

static void certificates(struct coco_mint_tdx *t, const struct coco_mint_pck *pck,
			 enum coco_mint_tdx_defect defect)
{
	make_root(t, defect);
	make_ca(t, defect);
	make_leaf(t, pck, defect);
	make_signing(t, defect);
}

/* What is taken away or exchanged once everything is signed. */
static void exchange(struct coco_mint_tdx *t, enum coco_mint_tdx_defect defect)
{
	if (D(CA_OTHER_KEY))
		replace(&t->ca, &ca_spec, ca_spec.subject, t->root);
	if (D(ROOT_OTHER_KEY))
		replace(&t->root, &ca_spec, "C=US/O=Test/CN=Intel SGX Root CA", NULL);
	if (D(CA_MISSING)) {
		coco_pki_free(t->ca);
		t->ca = NULL;
	}
	if (D(ROOT_MISSING)) {
		coco_pki_free(t->root);
		t->root = NULL;
	}
	if (D(NO_SIGNING)) {
		coco_pki_free(t->signing);
		t->signing = NULL;
	}
	t->trusted = !D(ROOT_UNTRUSTED) && t->root != NULL;
}

/* ---- revocation lists -------------------------------------------------------------------- */

static struct coco_view serial_of(const struct coco_pki_cert *cert, uint8_t buffer[64])
{
	return coco_view_of(buffer, coco_mint_serial(cert, buffer));
}

static void lists(struct coco_mint_tdx *t, enum coco_mint_tdx_defect defect)
{
	enum { DAY = 86400 };
	uint8_t serial[64];
	struct coco_pki_cert *issuer = t->ca;
	struct coco_view revoked;
	struct coco_pki_crl root = { .this_update = COCO_MINT_TDX_AT - 5 * DAY,
				     .next_update = COCO_MINT_TDX_AT + 300 * DAY, .number = 1 };
	struct coco_pki_crl pck = { .this_update = COCO_MINT_TDX_AT - 5 * DAY,
				    .next_update = COCO_MINT_TDX_AT + 25 * DAY, .number = 2 };

	if (D(PCK_REVOKED) || D(STALE_AND_REVOKED)) {
		revoked = serial_of(t->leaf, serial);
		pck.serials = &revoked;
		pck.n_serials = 1;
	}
	if (D(CA_REVOKED) || D(SIGNING_REVOKED)) {
		revoked = serial_of(D(CA_REVOKED) ? t->ca : t->signing, serial);
		root.serials = &revoked;
		root.n_serials = 1;
	}
	if (D(PCK_CRL_STALE) || D(STALE_AND_REVOKED))
		pck.next_update = COCO_MINT_TDX_AT;
	if (D(PCK_CRL_EARLY))
		pck.this_update = COCO_MINT_TDX_AT + DAY;
	if (D(ROOT_CRL_STALE))
		root.next_update = COCO_MINT_TDX_AT - DAY;
	if (D(ROOT_CRL_NO_NEXT))
		root.next_update = -1;
	if (D(PCK_CRL_OTHER_KEY)) {
		issuer = NULL;
		replace(&issuer, &ca_spec, ca_spec.subject, t->root);
	}
	if (!D(NO_ROOT_CRL))
		t->n_root_crl = coco_pki_issue_crl(&root, t->root, &t->root_crl);
	if (!D(NO_PCK_CRL))
		t->n_pck_crl = coco_pki_issue_crl(&pck, issuer, &t->pck_crl);
	if (issuer != t->ca)
		coco_pki_free(issuer);
}

/* ---- documents --------------------------------------------------------------------------- */

static void documents(struct coco_mint_tdx *t, const struct coco_mint_parts *parts,
		      enum coco_mint_tdx_defect defect)
{
	static char body[COCO_MINT_TCB_TEXT];
	const struct coco_key *key = coco_pki_cached_key("p256", 3);
	uint8_t signature[64];

	if (D(TCB_BY_PCK))
		key = coco_pki_cached_key("p256", 2);
	if (D(TCB_BY_CA))
		key = coco_pki_cached_key("p256", 1);
	size_t n = coco_mint_tcb_body(body, &parts->tcb);
	sign(key, body, n, signature);
	if (D(TCB_SIGNATURE))
		signature[40] ^= 1;
	if (!D(NO_TCB_INFO))
		coco_mint_signed(t->tcb_info, "tcbInfo", body, signature);
	if (D(TCB_CHANGED))               /* an older PCE will do, says nobody */
		strstr(t->tcb_info, "\"pcesvn\":11")[10] = '0';
	n = coco_mint_qe_id_body(body, &parts->qe_id);
	sign(coco_pki_cached_key("p256", 3), body, n, signature);
	if (D(QE_IDENTITY_SIGNATURE))
		signature[0] ^= 0x80;
	if (!D(NO_QE_IDENTITY))
		coco_mint_signed(t->qe_identity, "enclaveIdentity", body, signature);
}

/* ---- the quote --------------------------------------------------------------------------- */

static size_t chain_pem(const struct coco_mint_tdx *t, char *ret)
{
	const struct coco_pki_cert *list[] = { t->leaf, t->ca, t->root };
	size_t n = 0;

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		if (list[i] == NULL)
			continue;
		coco_pem_encode(ret + n, "CERTIFICATE", list[i]->der, list[i]->n_der);
		n += strlen(ret + n);
	}
	return n + 1;                     /* Intel's chains end in NUL */
}

/* Report data of the QE, and its signature by the PCK key. */
static void certify(struct coco_mint_quote *q, enum coco_mint_tdx_defect defect)
{
	struct coco_sha256 sha;
	uint8_t *data = q->qe_report + COCO_MINT_QE - 64;

	point(coco_pki_cached_key("p256", 4), q->key);
	coco_sha256_init(&sha);
	coco_sha256_update(&sha, q->key, sizeof(q->key));
	coco_sha256_update(&sha, q->auth, q->n_auth);
	coco_sha256_final(&sha, data);
	if (D(QE_BINDING))
		data[3] ^= 1;
	if (D(QE_BINDING_TAIL))
		data[63] = 1;
	sign(coco_pki_cached_key("p256", D(QE_OTHER_SIGNER) ? 6 : 2), q->qe_report, COCO_MINT_QE,
	     q->qe_signature);
}

/* Changes after signing. */
static void damage(struct coco_mint_quote *q, enum coco_mint_tdx_defect defect)
{
	if (D(SIGNATURE))
		q->signature[5] ^= 4;
	if (D(BODY_CHANGED))
		q->body_bytes[0x88] ^= 1;
	if (D(QE_SIGNATURE))
		q->qe_signature[63] ^= 1;
	if (D(QE_REPORT_CHANGED))
		q->qe_report[0] ^= 1;
	if (D(QE_AUTH_CHANGED))
		q->auth[31] ^= 1;
	if (D(OTHER_KEY))
		point(coco_pki_cached_key("p256", 6), q->key);
	if (D(KEY_OFF_CURVE))
		q->key[0] ^= 1;
}

static void quote(struct coco_mint_tdx *t, struct coco_mint_quote *q,
		  enum coco_mint_tdx_defect defect)
{
	static char pem[COCO_MINT_QUOTE_MAX / 2];
	uint8_t message[64 + COCO_MINT_BODY_MAX];

	certify(q, defect);
	size_t n = coco_mint_quote_signed(message, q);
	if (D(DESCRIPTOR_CHANGED))        /* signed without it, as version 4 does */
		memmove(message + 48, message + n - q->n_body, q->n_body);
	sign(coco_pki_cached_key("p256", 4), message, D(DESCRIPTOR_CHANGED) ? 48 + q->n_body : n,
	     q->signature);
	damage(q, defect);
	t->outside = D(PCK_OUTSIDE) || D(NO_CERTS);
	if (t->outside) {
		q->cert_type = 3;
		q->n_cert = 14;
	} else {
		q->n_cert = chain_pem(t, pem);
		q->cert = (const uint8_t *)pem;
	}
	t->n_quote = coco_mint_quote_write(t->quote, q);
	if (D(HEADER_CHANGED))
		t->quote[0x1c] ^= 1;      /* user data */
}

struct coco_mint_tdx *coco_mint_tdx(uint16_t version, uint16_t body,
				    enum coco_mint_tdx_defect defect)
{
	static struct coco_mint_parts parts;
	struct coco_mint_tdx *t = coco_zalloc(1, sizeof(*t));

	assert_non_null(t);
	coco_mint_parts(&parts, version, body, defect);
	certificates(t, &parts.pck, defect);
	lists(t, defect);
	documents(t, &parts, defect);
	exchange(t, defect);
	quote(t, &parts.quote, defect);
	if (D(NO_CERTS)) {
		coco_pki_free(t->leaf);
		t->leaf = NULL;
	}
	return t;
}

void coco_mint_tdx_free(struct coco_mint_tdx *t)
{
	if (t == NULL)
		return;
	coco_pki_free(t->root);
	coco_pki_free(t->ca);
	coco_pki_free(t->leaf);
	coco_pki_free(t->signing);
	coco_free(t->root_crl);
	coco_free(t->pck_crl);
	coco_free(t);
}
