/*
 * mint_eif.c - small EIF files (see mint_eif.h).
 */
#include "tests/support/mint_eif.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/cbor.h"
#include "formats/core/crc32.h"
#include "formats/core/mem.h"
#include "formats/measure/eif.h"
#include "lib/core/io.h"
#include "lib/crypto/ec_numbers.h"
#include "tests/support/support.h"

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8 & 0xff);
	p[1] = (uint8_t)(v & 0xff);
}

void coco_mint_eif_start(struct coco_mint_eif *m)
{
	m->p = coco_zalloc(COCO_MINT_EIF_MAX, 1);
	assert_non_null(m->p);
	m->n = COCO_EIF_HEAD;
	m->sections = 0;
	memcpy(m->p, ".eif", 4);
	put16(m->p + 4, 4);
	coco_put_be64(m->p + 8, 1 << 30);
	coco_put_be64(m->p + 16, 2);
}

size_t coco_mint_eif_section(struct coco_mint_eif *m, uint16_t type, const void *p, size_t n)
{
	size_t at = m->n;

	assert_true(at + COCO_EIF_SECTION + n <= COCO_MINT_EIF_MAX);
	put16(m->p + at, type);
	coco_put_be64(m->p + at + 4, n);
	if (n != 0)
		memcpy(m->p + at + COCO_EIF_SECTION, p, n);
	if (m->sections < COCO_EIF_SECTIONS) {
		coco_put_be64(m->p + 28 + 8 * m->sections, at);
		coco_put_be64(m->p + 284 + 8 * m->sections, n);
	}
	m->sections++;
	m->n += COCO_EIF_SECTION + n;
	return at;
}

void coco_mint_eif_usual(struct coco_mint_eif *m)
{
	coco_mint_eif_start(m);
	coco_mint_eif_section(m, COCO_EIF_KERNEL, "kernel", 6);
	coco_mint_eif_section(m, COCO_EIF_CMDLINE, "a=b", 3);
	coco_mint_eif_section(m, COCO_EIF_METADATA, "{}", 2);
	coco_mint_eif_section(m, COCO_EIF_RAMDISK, "disk", 4);
	coco_mint_eif_section(m, COCO_EIF_RAMDISK, "more", 4);
	coco_mint_eif_finish(m);
}

void coco_mint_eif_crc(struct coco_mint_eif *m)
{
	uint32_t crc = coco_crc32(0, m->p, COCO_EIF_CRC_AT);

	crc = coco_crc32(crc, m->p + COCO_EIF_HEAD, m->n - COCO_EIF_HEAD);
	coco_put_be32(m->p + COCO_EIF_CRC_AT, crc);
}

void coco_mint_eif_finish(struct coco_mint_eif *m)
{
	put16(m->p + 26, (unsigned)m->sections);
	coco_mint_eif_crc(m);
}

const char *coco_mint_eif_file(const struct coco_mint_eif *m, const char *dir, const char *name)
{
	static char path[4200];
	struct coco_diag d = { 0 };

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(coco_write_file(path, m->p, m->n, COCO_OUT_FORCE, &d), &d);
	return path;
}

void coco_mint_eif_free(struct coco_mint_eif *m)
{
	coco_free(m->p);
	m->p = NULL;
}

/* ---- signatures -------------------------------------------------------------------- */

static void numbers(struct coco_cw *cw, const uint8_t *p, size_t n, bool wide)
{
	coco_cw_begin(cw, '[');
	for (size_t i = 0; i < n; i++)
		coco_cw_u64(cw, p[i]);
	if (wide)
		coco_cw_u64(cw, 256);
	coco_cw_end(cw);
}

struct piece {
	uint8_t *p;
	size_t n;
};

static struct piece take(struct coco_wr *wr)
{
	struct coco_diag d = { 0 };
	struct piece r;

	assert_ok(coco_wr_finish(wr, &r.p, &r.n, &d), &d);
	return r;
}

static struct piece make_payload(const struct coco_mint_signature *s)
{
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, COCO_MINT_EIF_MAX);
	coco_cw_init(&cw, &wr);
	coco_cw_begin(&cw, '{');
	coco_cw_text(&cw, "register_index");
	coco_cw_u64(&cw, s->index);
	coco_cw_text(&cw, "register_value");
	numbers(&cw, s->pcr0, sizeof(s->pcr0) - s->short_value, false);
	coco_cw_end(&cw);
	return take(&wr);
}

static struct piece make_protected(const struct coco_mint_signature *s)
{
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, COCO_MINT_EIF_MAX);
	coco_cw_init(&cw, &wr);
	coco_cw_begin(&cw, '{');
	coco_cw_i64(&cw, 1);
	coco_cw_i64(&cw, s->alg != 0 ? s->alg : -35);
	coco_cw_end(&cw);
	return take(&wr);
}

static void sign(const struct coco_mint_signature *s, struct piece protected,
		 struct piece payload, uint8_t ret[96])
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, COCO_MINT_EIF_MAX);
	coco_cw_init(&cw, &wr);
	coco_cw_begin(&cw, '[');
	coco_cw_text(&cw, s->wrong ? "Signature2" : "Signature1");
	coco_cw_bytes(&cw, protected.p, protected.n);
	coco_cw_bytes(&cw, NULL, 0);
	coco_cw_bytes(&cw, payload.p, payload.n);
	coco_cw_end(&cw);
	struct piece m = take(&wr);
	memset(ret, 7, 96);
	if (coco_key_type(s->cert->key) == COCO_KEY_P384)
		assert_ok(coco_ec_sign(s->cert->key, coco_view_of(m.p, m.n), ret, ret + 48, &d),
			  &d);
	coco_free(m.p);
}

static struct piece make_cose(const struct coco_mint_signature *s)
{
	struct piece payload = make_payload(s);
	struct piece protected = make_protected(s);
	unsigned parts = s->parts != 0 ? s->parts : 4;
	uint8_t signature[96];
	struct coco_wr wr;
	struct coco_cw cw;

	sign(s, protected, payload, signature);
	coco_wr_init(&wr, COCO_MINT_EIF_MAX);
	coco_cw_init(&cw, &wr);
	if (s->tagged)
		coco_cw_tag(&cw, 18);
	coco_cw_begin(&cw, '[');
	coco_cw_bytes(&cw, protected.p, protected.n);
	coco_cw_begin(&cw, '{');
	coco_cw_end(&cw);
	coco_cw_bytes(&cw, payload.p, payload.n);
	for (unsigned i = 3; i < parts; i++)
		coco_cw_bytes(&cw, signature, sizeof(signature) - s->short_signature);
	coco_cw_end(&cw);
	coco_free(payload.p);
	coco_free(protected.p);
	return take(&wr);
}

/* The certificate as PEM text. */
static struct piece make_pem(const struct coco_pki_cert *cert)
{
	static const char abc[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_MINT_EIF_MAX);
	coco_wr_str(&wr, "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < cert->n_der; i += 3) {
		size_t n = coco_min_size(3, cert->n_der - i);
		uint32_t v = (uint32_t)cert->der[i] << 16;

		if (n > 1)
			v |= (uint32_t)cert->der[i + 1] << 8;
		if (n > 2)
			v |= cert->der[i + 2];
		coco_wr_u8(&wr, (uint8_t)abc[v >> 18]);
		coco_wr_u8(&wr, (uint8_t)abc[v >> 12 & 63]);
		coco_wr_u8(&wr, n > 1 ? (uint8_t)abc[v >> 6 & 63] : '=');
		coco_wr_u8(&wr, n > 2 ? (uint8_t)abc[v & 63] : '=');
		if (i % 48 == 45)
			coco_wr_str(&wr, "\n");
	}
	coco_wr_str(&wr, "\n-----END CERTIFICATE-----\n");
	return take(&wr);
}

uint8_t *coco_mint_eif_signature(const struct coco_mint_signature *s, size_t *ret_n)
{
	struct piece pem = make_pem(s->cert);
	struct piece cose = make_cose(s);
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, COCO_MINT_EIF_MAX);
	coco_cw_init(&cw, &wr);
	coco_cw_begin(&cw, '[');
	if (!s->none) {
		coco_cw_begin(&cw, '{');
		coco_cw_text(&cw, "signing_certificate");
		if (s->bytes)
			coco_cw_bytes(&cw, pem.p, pem.n);
		else
			numbers(&cw, pem.p, pem.n, s->wide_number);
		coco_cw_text(&cw, "signature");
		numbers(&cw, cose.p, cose.n, false);
		coco_cw_end(&cw);
	}
	coco_cw_end(&cw);
	coco_free(pem.p);
	coco_free(cose.p);
	struct piece r = take(&wr);
	*ret_n = r.n;
	return r.p;
}
