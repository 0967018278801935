/*
 * boot_json.c - reading the boots of the shared vectors (see boot_json.h).
 */
#include "tests/support/boot_json.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "lib/crypto/digest.h"
#include "tests/support/support.h"

struct coco_jv bj_object(const struct coco_jv *v, const char *key)
{
	struct coco_diag d = { 0 };
	struct coco_jv ret;

	assert_ok(coco_jv_object(v, key, &ret, &d), &d);
	return ret;
}

struct coco_jv bj_array(const struct coco_jv *v, const char *key)
{
	struct coco_diag d = { 0 };
	struct coco_jv ret;

	assert_ok(coco_jv_array(v, key, &ret, &d), &d);
	return ret;
}

const char *bj_string(const struct coco_jv *v, const char *key)
{
	struct coco_diag d = { 0 };
	const char *ret;

	assert_ok(coco_jv_string(v, key, &ret, &d), &d);
	return ret;
}

struct coco_boot_digests bj_digests(const struct coco_jv *v, const char *prefix)
{
	struct coco_boot_digests ret = { .bank = { { .n = 0 } } };
	struct coco_diag d = { 0 };

	for (int bank = COCO_BANK_SHA256; bank <= COCO_BANK_SHA384; bank++) {
		char key[40];

		snprintf(key, sizeof(key), "%s%s", prefix, coco_bank_name((enum coco_bank)bank));
		ret.bank[bank].n = coco_bank_size((enum coco_bank)bank);
		assert_ok(coco_jv_hex(v, key, ret.bank[bank].p, ret.bank[bank].n, &d), &d);
	}
	return ret;
}

uint8_t *bj_bytes(const char *hex, size_t *ret_n)
{
	uint8_t *p = coco_alloc(strlen(hex) / 2 + 1, 1);

	assert_non_null(p);
	*ret_n = strlen(hex) / 2;
	assert_int_equal(coco_hex_decode(p, *ret_n, hex, strlen(hex), NULL), 0);
	return p;
}

static int rtmr_of(unsigned pcr)
{
	if (pcr == 1 || pcr == 7)
		return 0;
	if (pcr >= 2 && pcr <= 6)
		return 1;
	return pcr >= 8 && pcr < COCO_BOOT_PCRS ? 2 : -1;
}

void bj_replay(const struct coco_jv *events, uint8_t rtmr[3][48])
{
	struct coco_digest *ctx = NULL;
	struct coco_diag d = { 0 };

	assert_ok(coco_digest_new(&ctx, COCO_DIGEST_SHA384, &d), &d);
	memset(rtmr, 0, sizeof(uint8_t[3][48]));
	for (size_t k = 0; k < coco_jv_len(events); k++) {
		struct coco_jv e = coco_jv_item(events, k);
		struct coco_boot_digests digests = bj_digests(&e, "");
		bool separator = strcmp(bj_string(&e, "name"), "SEPARATOR") == 0;
		uint64_t pcr;

		assert_ok(coco_jv_u64(&e, "pcr", 23, &pcr, &d), &d);
		int i = rtmr_of((unsigned)pcr);
		if (i < 0 || (separator && pcr != 4 && pcr != 7))
			continue;
		assert_ok(coco_digest_update(ctx, rtmr[i], 48, &d), &d);
		assert_ok(coco_digest_once(ctx, digests.bank[COCO_BANK_SHA384].p, 48, rtmr[i], &d),
			  &d);
	}
	coco_digest_free(ctx);
}
