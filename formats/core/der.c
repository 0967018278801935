/*
 * der.c - the bounded reader of DER (see der.h).
 */
#include "formats/core/der.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	LONG_FORM = 0x80,
	LENGTH_BYTES = 4,          /* of a long length: 4 GiB is more than any input */
	TAG_NUMBER = 0x1f,         /* all ones: the number follows, not used here */
};

void coco_der_init(struct coco_der *der, struct coco_view in, uint64_t base,
		   struct coco_diag *diag)
{
	coco_rd_init(&der->rd, in, base, diag);
}

void coco_der_enter(struct coco_der *ret, const struct coco_der *parent,
		    const struct coco_der_item *item)
{
	coco_rd_init(&ret->rd, item->value, item->at, parent->rd.diag);
	ret->rd.code = parent->rd.code;
}

int coco_der_fail(struct coco_der *der, const char *field, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	return coco_rd_fail(&der->rd, COCO_E_FORMAT_DER, field, "%s", text);
}

/* One byte of the identifier or the length. */
static uint8_t head_byte(struct coco_der *der, const char *field)
{
	if (coco_rd_left(&der->rd) == 0) {
		coco_der_fail(der, field, "the value ends before %s", field);
		return 0;
	}
	return coco_rd_u8(&der->rd, field);
}

static uint64_t length(struct coco_der *der, const char *field)
{
	uint8_t first = head_byte(der, field);
	unsigned n = first & 0x7f;
	uint64_t v = 0;

	if (first < LONG_FORM)
		return first;
	if (n == 0 || n > LENGTH_BYTES) {
		coco_der_fail(der, field, "%s has a length of the form 0x%02x", field, first);
		return 0;
	}
	for (unsigned i = 0; i < n; i++) {
		uint8_t c = head_byte(der, field);

		if (i == 0 && c == 0)
			coco_der_fail(der, field, "the length of %s starts with a zero", field);
		v = v << 8 | c;
	}
	if (coco_der_ok(der) && v < LONG_FORM)
		coco_der_fail(der, field, "the length of %s is not in its shortest form", field);
	return v;
}

struct coco_der_item coco_der_any(struct coco_der *der, const char *field)
{
	struct coco_der_item none = { 0 };
	struct coco_der_item item = { .tag = head_byte(der, field) };

	if ((item.tag & TAG_NUMBER) == TAG_NUMBER)
		coco_der_fail(der, field, "the tag number of %s is 31 or more", field);
	uint64_t n = length(der, field);
	if (coco_der_ok(der) && n > coco_rd_left(&der->rd))
		coco_der_fail(der, field, "%s has a length of %" PRIu64 " bytes, %zu follow",
			      field, n, coco_rd_left(&der->rd));
	item.at = der->rd.base + der->rd.at;
	item.value = coco_rd_view(&der->rd, n, field);
	return coco_der_ok(der) ? item : none;
}

struct coco_der_item coco_der_take(struct coco_der *der, uint8_t tag, const char *field)
{
	struct coco_der_item none = { 0 };

	if (coco_rd_left(&der->rd) > 0 && der->rd.in.p[der->rd.at] != tag)
		coco_der_fail(der, field, "%s has the tag 0x%02x, 0x%02x is expected", field,
			      der->rd.in.p[der->rd.at], tag);
	if (!coco_der_ok(der))
		return none;
	return coco_der_any(der, field);
}

/* Moves back to an item's content, so that a failure names its place. */
static void blame(struct coco_der *der, const struct coco_der_item *item)
{
	if (coco_der_ok(der))
		der->rd.at = (size_t)(item->at - der->rd.base);
}

uint64_t coco_der_take_u64(struct coco_der *der, uint8_t tag, uint64_t max, const char *field)
{
	struct coco_der_item item = coco_der_take(der, tag, field);
	const uint8_t *p = item.value.p;
	size_t n = item.value.n;
	uint64_t v = 0;

	if (!coco_der_ok(der))
		return 0;
	if (n == 0 || (n > 1 && ((p[0] == 0 && p[1] < 0x80) || (p[0] == 0xff && p[1] >= 0x80)))) {
		blame(der, &item);
		coco_der_fail(der, field, "the number %s is not in its shortest form", field);
		return 0;
	}
	bool fits = p[0] < 0x80 && (n <= 8 || (n == 9 && p[0] == 0));
	for (size_t i = 0; fits && i < n; i++)
		v = v << 8 | p[i];
	if (fits && v <= max)
		return v;
	blame(der, &item);
	coco_der_fail(der, field, "the number %s is negative or above %" PRIu64, field, max);
	return 0;
}

bool coco_der_take_bool(struct coco_der *der, const char *field)
{
	struct coco_der_item item = coco_der_take(der, COCO_DER_BOOLEAN, field);

	if (!coco_der_ok(der))
		return false;
	if (item.value.n == 1 && (item.value.p[0] == 0 || item.value.p[0] == 0xff))
		return item.value.p[0] != 0;
	blame(der, &item);
	coco_der_fail(der, field, "%s is not a boolean of one byte, 00 or ff", field);
	return false;
}

void coco_der_take_octets(struct coco_der *der, uint8_t *ret, size_t n, const char *field)
{
	struct coco_der_item item = coco_der_take(der, COCO_DER_OCTET_STRING, field);

	memset(ret, 0, n);
	if (!coco_der_ok(der))
		return;
	if (item.value.n != n) {
		blame(der, &item);
		coco_der_fail(der, field, "%s has %zu bytes, not %zu", field, item.value.n, n);
		return;
	}
	if (n > 0)
		memcpy(ret, item.value.p, n);
}

int coco_der_finish(struct coco_der *der)
{
	if (coco_der_more(der))
		coco_der_fail(der, NULL, "%zu bytes follow the last item",
			      coco_rd_left(&der->rd));
	return der->rd.code;
}
