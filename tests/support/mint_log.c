/*
 * mint_log.c - small event logs (see mint_log.h).
 */
#include "tests/support/mint_log.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/wr.h"
#include "lib/crypto/digest.h"
#include "tests/support/support.h"

#define EV(i, t, d) { (i), (t), (d), sizeof(d) - 1, 0 }

static const char hob[] = "\011TdxTable\0\1\0\0\0\0\0\0\0"
			  "\257\226\273\223\362\271\270\116\224\142\340\272\164\126\102\066"
			  "\0\220\200\0\0\0\0\0";
static const char blob[] = "\051Fv(00000000-0000-0000-0000-000000000001)\0"
			   "\0\0\300\377\0\0\0\0\0\100\010\0\0\0\0\0";
static const char secure_boot[] = "\141\337\344\213\312\223\322\021\252\015\0\340\230\003\053\214"
				  "\012\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
				  "S\0e\0c\0u\0r\0e\0B\0o\0o\0t\0\1";
static const char zero[] = "\0\0\0\0";
static const char order[] = "\141\337\344\213\312\223\322\021\252\015\0\340\230\003\053\214"
			    "\011\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0"
			    "B\0o\0o\0t\0O\0r\0d\0e\0r\0\0\0\1\0";
static const char image[] = "\0\0\20\0\0\0\0\0\0\20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\24\0\0\0\0\0\0\0"
			    "\4\4\20\0k\0.\0e\0f\0i\0\0\0\177\377\4\0";
static const char calling[] = "Calling EFI Application from Boot Option";
static const char line[] = "\355\042\073\217\032\0\0\0LOADED_IMAGE::LoadOptions\0";
static const char initrd[] = "\354\042\073\217\015\0\0\0Linux initrd\0";
static const char leave[] = "Exit Boot Services Invocation";
static const char left[] = "Exit Boot Services Returned with Success";

const struct coco_mint_event coco_mint_boot[] = {
	EV(1, COCO_EV_EFI_HANDOFF_TABLES2, hob),
	EV(1, COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB2, blob),
	EV(1, COCO_EV_EFI_VARIABLE_DRIVER_CONFIG, secure_boot),
	EV(1, COCO_EV_SEPARATOR, zero),
	EV(1, COCO_EV_EFI_VARIABLE_BOOT, order),
	EV(2, COCO_EV_EFI_BOOT_SERVICES_APPLICATION, image),
	EV(2, COCO_EV_EFI_ACTION, calling),
	EV(2, COCO_EV_SEPARATOR, zero),
	EV(3, COCO_EV_EVENT_TAG, line),
	EV(3, COCO_EV_EVENT_TAG, initrd),
	EV(2, COCO_EV_EFI_ACTION, leave),
	EV(2, COCO_EV_EFI_ACTION, left),
};
const size_t coco_mint_n_boot = COCO_ARRAY_LEN(coco_mint_boot);

static const struct coco_tcg_bank usual[] = { { COCO_TCG_SHA384, 48 } };

/* A digest of the event, or all bytes fill. */
static void digest_of(const struct coco_mint_event *e, struct coco_tcg_bank b, uint8_t *ret)
{
	enum coco_digest_alg alg = b.alg == COCO_TCG_SHA1 ? COCO_DIGEST_SHA1 :
				   b.alg == COCO_TCG_SHA256 ? COCO_DIGEST_SHA256 :
				   b.alg == COCO_TCG_SHA512 ? COCO_DIGEST_SHA512 :
				   COCO_DIGEST_SHA384;
	struct coco_digest *d;

	memset(ret, e->fill, b.size);
	if (e->fill != 0 || coco_tcg_alg_size(b.alg) != b.size || b.alg == COCO_TCG_SM3)
		return;
	assert_int_equal(coco_digest_new(&d, alg, NULL), 0);
	assert_int_equal(coco_digest_once(d, e->data, e->n, ret, NULL), 0);
	coco_digest_free(d);
}

static void put_first(struct coco_wr *wr, const struct coco_mint_log *s,
		      const struct coco_tcg_bank *banks, size_t n_banks)
{
	size_t vendor = s->vendor != NULL ? strlen(s->vendor) : 0;
	const uint8_t digest[20] = { 0 };

	coco_wr_le32(wr, s->first_zero ? 0 : s->first_index != 0 ? s->first_index : 1);
	coco_wr_le32(wr, COCO_EV_NO_ACTION);
	coco_wr_bytes(wr, digest, sizeof(digest));
	coco_wr_le32(wr, s->first_size != 0 ? s->first_size :
		     (uint32_t)(16 + 8 + 4 + 4 * n_banks + 1 + vendor));
	coco_wr_bytes(wr, s->signature != NULL ? s->signature : "Spec ID Event03", 16);
	coco_wr_bytes(wr, "\0\0\0\0\0\2\0\2", 8);
	coco_wr_le32(wr, s->n_algorithms != 0 ? s->n_algorithms : (uint32_t)n_banks);
	for (size_t i = 0; i < n_banks; i++) {
		coco_wr_le16(wr, banks[i].alg);
		coco_wr_le16(wr, banks[i].size);
	}
	coco_wr_u8(wr, s->vendor_size != 0 ? s->vendor_size : (uint8_t)vendor);
	coco_wr_bytes(wr, s->vendor, vendor);
}

static void put_digests(struct coco_wr *wr, const struct coco_mint_log *s, size_t i,
			const struct coco_tcg_bank *banks, size_t n_banks)
{
	uint8_t digest[COCO_TCG_DIGEST_ANY + 1];   /* one more than decoders allow */

	coco_wr_le32(wr, i == 0 && s->count != 0 ? s->count : (uint32_t)n_banks);
	for (size_t k = 0; k < n_banks; k++) {
		coco_wr_le16(wr, i == 0 && k == 0 && s->alg != 0 ? s->alg : banks[k].alg);
		digest_of(&s->events[i], banks[k], digest);
		coco_wr_bytes(wr, digest, banks[k].size);
	}
}

uint8_t *coco_mint_log(const struct coco_mint_log *s, size_t *ret_n)
{
	static const struct coco_tcg_bank old = { COCO_TCG_SHA1, 20 };
	const struct coco_tcg_bank *banks = s->banks != NULL ? s->banks : usual;
	size_t n_banks = s->banks != NULL ? s->n_banks : 1;
	uint8_t *p = NULL;
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_TCG_LOG_MAX + 4096);
	if (!s->sha1)
		put_first(&wr, s, banks, n_banks);
	for (size_t i = 0; i < s->n; i++) {
		const struct coco_mint_event *e = &s->events[i];
		uint8_t digest[COCO_TCG_DIGEST];

		coco_wr_le32(&wr, e->index);
		coco_wr_le32(&wr, e->type);
		if (s->sha1) {
			digest_of(e, old, digest);
			coco_wr_bytes(&wr, digest, 20);
		} else {
			put_digests(&wr, s, i, banks, n_banks);
		}
		coco_wr_le32(&wr, i == 0 && s->size != 0 ? s->size : (uint32_t)e->n);
		coco_wr_bytes(&wr, e->data, e->n);
	}
	for (size_t i = 0; i < s->padding; i++)
		coco_wr_u8(&wr, s->pad);
	assert_int_equal(coco_wr_finish(&wr, &p, ret_n, NULL), 0);
	return p;
}

static void put_hex(struct coco_wr *wr, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		coco_wr_printf(wr, "%02x", ((const uint8_t *)p)[i]);
}

const char *coco_mint_log_json(const struct coco_mint_event *events, size_t n)
{
	static char text[1 << 16];
	struct coco_wr wr;

	coco_wr_init(&wr, sizeof(text) - 1);
	coco_wr_str(&wr, "[");
	for (size_t i = 0; i < n; i++) {
		uint8_t digest[COCO_TCG_DIGEST];

		digest_of(&events[i], usual[0], digest);
		coco_wr_printf(&wr, "%s{\"imr\":%u,\"event_type\":%u,\"digest\":\"",
			       i > 0 ? "," : "", events[i].index - 1, events[i].type);
		put_hex(&wr, digest, 48);
		coco_wr_str(&wr, "\",\"event\":\"\",\"event_payload\":\"");
		put_hex(&wr, events[i].data, events[i].n);
		coco_wr_str(&wr, "\"}");
	}
	coco_wr_str(&wr, "]");
	assert_int_equal(wr.code, 0);
	memcpy(text, wr.p, wr.n);
	text[wr.n] = '\0';
	coco_wr_free(&wr);
	return text;
}
