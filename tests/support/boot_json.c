/*
 * boot_json.c - reading the boots of the shared vectors (see boot_json.h).
 */
#include "tests/support/boot_json.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
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
