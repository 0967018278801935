/*
 * mint_tpm_wrap.c - what carries quotes: JSON of Trustee and Azure, HCL
 * reports, protocol buffers (see mint_tpm.h).
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/crypto/key_evp.h"
#include "tests/support/mint_tpm.h"
#include "tests/support/support.h"

enum { TEXT_MAX = 1 << 20 };

static char *text_of(struct coco_wr *wr)
{
	uint8_t *p = NULL;
	size_t n = 0;

	assert_int_equal(coco_wr_finish(wr, &p, &n, NULL), 0);
	return (char *)p;
}

/* base64 without the library's writer, so that the reader is not judged by it. */
static void b64(struct coco_jw *jw, const char *key, const void *p, size_t n, bool url)
{
	char *text = coco_zalloc(n / 3 * 4 + 8, 1);

	assert_non_null(text);
	int k = EVP_EncodeBlock((unsigned char *)text, p, (int)n);
	for (int i = 0; url && i < k; i++) {
		if (text[i] == '+')
			text[i] = '-';
		else if (text[i] == '/')
			text[i] = '_';
		else if (text[i] == '=')
			text[i] = '\0';
	}
	coco_jw_kv_string(jw, key, text);
	coco_free(text);
}

static void pcrs_hex(struct coco_jw *jw, const struct coco_minted_quote *q)
{
	coco_jw_key(jw, "pcrs");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < q->count; i++) {
		char text[129] = "";

		for (size_t k = 0; k < q->n_pcr; k++)
			snprintf(text + 2 * k, 3, "%02x", q->pcr[i][k]);
		coco_jw_string(jw, text);
	}
	coco_jw_end(jw, ']');
}

char *coco_mint_tpm_json(const struct coco_minted_quote *q, const struct coco_key *ak)
{
	uint8_t *der = NULL;
	size_t n = 0;
	struct coco_wr wr;
	struct coco_jw jw;

	assert_int_equal(coco_key_public_der(ak, &der, &n, NULL), 0);
	coco_wr_init(&wr, TEXT_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	b64(&jw, "ak_public", der, n, false);
	coco_jw_key(&jw, "tpm_quote");
	coco_jw_begin(&jw, '{');
	b64(&jw, "message", q->message, q->n_message, false);
	b64(&jw, "signature", q->signature, q->n_signature, false);
	pcrs_hex(&jw, q);
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, '}');
	coco_free(der);
	return text_of(&wr);
}

static void number_b64(struct coco_jw *jw, const char *key, const struct coco_key *ak,
		       const char *what)
{
	uint8_t n[1024];
	BIGNUM *bn = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(coco_key_evp(ak), what, &bn), 1);
	int k = BN_bn2bin(bn, n);
	BN_free(bn);
	b64(jw, key, n, (size_t)k, true);
}

char *coco_mint_hcl_data(const struct coco_key *ak, const char *user_data)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, TEXT_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_key(&jw, "keys");
	coco_jw_begin(&jw, '[');
	for (int i = 0; i < 2; i++) {
		coco_jw_begin(&jw, '{');
		coco_jw_kv_string(&jw, "kid", i == 0 ? "HCLAkPub" : "HCLEkPub");
		coco_jw_kv_string(&jw, "kty", "RSA");
		number_b64(&jw, "e", ak, OSSL_PKEY_PARAM_RSA_E);
		number_b64(&jw, "n", ak, OSSL_PKEY_PARAM_RSA_N);
		coco_jw_end(&jw, '}');
	}
	coco_jw_end(&jw, ']');
	coco_jw_key(&jw, "vm-configuration");
	coco_jw_begin(&jw, '{');
	coco_jw_kv_bool(&jw, "secure-boot", true);
	coco_jw_kv_string(&jw, "vmUniqueId", "27E8F7CF-0D34-4B0B-9B8E-3D5A3A3E9C11");
	coco_jw_end(&jw, '}');
	if (user_data != NULL)
		coco_jw_kv_string(&jw, "user-data", user_data);
	coco_jw_end(&jw, '}');
	return text_of(&wr);
}

uint8_t *coco_mint_hcl(bool tdx, struct coco_view hardware, const char *data, size_t *ret_n)
{
	size_t n = strlen(data);
	size_t whole = 0x4d4 + n > 2600 ? 0x4d4 + n : 2600;
	uint8_t *zero = coco_zalloc(whole, 1);
	uint8_t *p = NULL;
	struct coco_wr wr;

	assert_non_null(zero);
	assert_true(hardware.n <= 1184);
	coco_wr_init(&wr, TEXT_MAX);
	coco_wr_str(&wr, "HCLA");
	coco_wr_le32(&wr, tdx ? 2 : 1);
	coco_wr_le32(&wr, (uint32_t)(32 + 1184 + 20 + n));
	coco_wr_le32(&wr, 2);
	coco_wr_le32(&wr, 0);
	coco_wr_bytes(&wr, zero, 12);
	coco_wr_bytes(&wr, hardware.p, hardware.n);
	coco_wr_bytes(&wr, zero, 1184 - hardware.n);
	coco_wr_le32(&wr, (uint32_t)(20 + n));
	coco_wr_le32(&wr, 1);
	coco_wr_le32(&wr, tdx ? 4 : 2);
	coco_wr_le32(&wr, 1);
	coco_wr_le32(&wr, (uint32_t)n);
	coco_wr_str(&wr, data);
	coco_wr_bytes(&wr, zero, whole - wr.n);
	coco_free(zero);
	assert_int_equal(coco_wr_finish(&wr, &p, ret_n, NULL), 0);
	return p;
}

static void numbers(struct coco_jw *jw, const char *key, const uint8_t *p, size_t n)
{
	if (key != NULL)
		coco_jw_key(jw, key);
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < n; i++)
		coco_jw_u64(jw, p[i]);
	coco_jw_end(jw, ']');
}

static void old_form(struct coco_jw *jw, bool tdx, struct coco_view hcl,
		     const struct coco_minted_quote *q, struct coco_view certificate)
{
	coco_jw_key(jw, tdx ? "tpm_quote" : "quote");
	coco_jw_begin(jw, '{');
	numbers(jw, "message", q->message, q->n_message);
	numbers(jw, "signature", q->signature + q->raw, q->n_signature - q->raw);
	coco_jw_key(jw, "pcrs");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < q->count; i++)
		numbers(jw, NULL, q->pcr[i], q->n_pcr);
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
	numbers(jw, tdx ? "hcl_report" : "report", hcl.p, hcl.n);
	if (tdx) {
		numbers(jw, "td_quote", certificate.p, certificate.n);
		return;
	}
	char *pem = coco_zalloc(certificate.n * 2 + 128, 1);
	assert_non_null(pem);
	strcpy(pem, "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < certificate.n; i += 48) {
		size_t n = certificate.n - i < 48 ? certificate.n - i : 48;
		char line[72] = "";

		EVP_EncodeBlock((unsigned char *)line, certificate.p + i, (int)n);
		strcat(pem, line);
		strcat(pem, "\n");
	}
	strcat(pem, "-----END CERTIFICATE-----\n");
	coco_jw_kv_string(jw, "vcek", pem);
	coco_free(pem);
}

char *coco_mint_azure(bool tdx, unsigned version, struct coco_view hcl,
		      const struct coco_minted_quote *q, struct coco_view certificate)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, TEXT_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	if (version == 0) {
		old_form(&jw, tdx, hcl, q, certificate);
		coco_jw_end(&jw, '}');
		return text_of(&wr);
	}
	coco_jw_kv_u64(&jw, "version", version);
	b64(&jw, "hcl_report", hcl.p, hcl.n, true);
	coco_jw_key(&jw, "tpm_quote");
	coco_jw_begin(&jw, '{');
	coco_jw_kv_hex(&jw, "message", q->message, q->n_message);
	coco_jw_kv_hex(&jw, "signature", q->signature + q->raw, q->n_signature - q->raw);
	pcrs_hex(&jw, q);
	coco_jw_end(&jw, '}');
	b64(&jw, tdx ? "td_quote" : "vcek", certificate.p, certificate.n, true);
	coco_jw_end(&jw, '}');
	return text_of(&wr);
}

/* ---- protocol buffers ------------------------------------------------------------ */

static void varint(struct coco_wr *wr, uint64_t v)
{
	while (v >= 0x80) {
		coco_wr_u8(wr, (uint8_t)(v | 0x80));
		v >>= 7;
	}
	coco_wr_u8(wr, (uint8_t)v);
}

void coco_mint_pbuf_bytes(struct coco_wr *wr, unsigned number, const void *p, size_t n)
{
	varint(wr, (uint64_t)number << 3 | 2);
	varint(wr, n);
	coco_wr_bytes(wr, p, n);
}

void coco_mint_pbuf_number(struct coco_wr *wr, unsigned number, uint64_t v)
{
	varint(wr, (uint64_t)number << 3);
	varint(wr, v);
}

static void gce_quote(struct coco_wr *wr, const struct coco_minted_quote *q)
{
	struct coco_wr inner;
	struct coco_wr values;
	struct coco_wr entry;

	coco_wr_init(&inner, TEXT_MAX);
	coco_wr_init(&values, TEXT_MAX);
	coco_mint_pbuf_bytes(&inner, 1, q->message, q->n_message);
	coco_mint_pbuf_bytes(&inner, 2, q->signature, q->n_signature);
	coco_mint_pbuf_number(&values, 1, q->bank);
	for (size_t i = 0; i < q->count; i++) {
		coco_wr_init(&entry, 256);
		if (i != 0)   /* zero is left out, as proto3 may do */
			coco_mint_pbuf_number(&entry, 1, i);
		coco_mint_pbuf_bytes(&entry, 2, q->pcr[i], q->n_pcr);
		coco_mint_pbuf_bytes(&values, 2, entry.p, entry.n);
		coco_wr_free(&entry);
	}
	coco_mint_pbuf_bytes(&inner, 3, values.p, values.n);
	coco_mint_pbuf_bytes(wr, 2, inner.p, inner.n);
	coco_wr_free(&values);
	coco_wr_free(&inner);
}

uint8_t *coco_mint_gce(const struct coco_minted_quote *q, size_t n_quotes,
		       struct coco_view public_area, struct coco_view log,
		       struct coco_view certificate, struct coco_view intermediate,
		       size_t *ret_n)
{
	struct coco_wr instance;
	uint8_t *p = NULL;
	struct coco_wr wr;

	coco_wr_init(&wr, TEXT_MAX);
	coco_wr_init(&instance, 256);
	coco_mint_pbuf_bytes(&wr, 1, public_area.p, public_area.n);
	for (size_t i = 0; i < n_quotes; i++)
		gce_quote(&wr, &q[i]);
	if (log.n > 0)
		coco_mint_pbuf_bytes(&wr, 3, log.p, log.n);
	coco_mint_pbuf_bytes(&instance, 1, "europe-west3-b", 14);
	coco_mint_pbuf_number(&instance, 3, 12345);
	coco_mint_pbuf_bytes(&wr, 4, instance.p, instance.n);
	coco_wr_free(&instance);
	if (certificate.n > 0)
		coco_mint_pbuf_bytes(&wr, 6, certificate.p, certificate.n);
	if (intermediate.n > 0)
		coco_mint_pbuf_bytes(&wr, 7, intermediate.p, intermediate.n);
	assert_int_equal(coco_wr_finish(&wr, &p, ret_n, NULL), 0);
	return p;
}
