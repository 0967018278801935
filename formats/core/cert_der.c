/*
 * cert_der.c - DER of certificates (see cert_der.h).
 */
#include "formats/core/cert_der.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/rfc3339.h"

static int bad(struct coco_rd *rd, const char *field, const char *what)
{
	return coco_rd_fail(rd, COCO_E_FORMAT_CERT, field, "%s: %s",
			    field != NULL ? field : "DER", what);
}

uint8_t coco_cder_peek(const struct coco_rd *rd)
{
	return coco_rd_left(rd) != 0 ? rd->in.p[rd->at] : 0;
}

bool coco_cder_next(struct coco_rd *rd, const char *field, uint8_t *ret_tag,
		    struct coco_view *ret_content, struct coco_view *ret_whole)
{
	const uint8_t *p = rd->in.p + rd->at;
	struct coco_der der = { .rd = *rd };

	if (!coco_rd_ok(rd))
		return false;
	struct coco_der_item item = coco_der_any(&der, field);
	*rd = der.rd;
	if (!coco_rd_ok(rd)) {
		rd->code = COCO_E_FORMAT_CERT;
		if (rd->diag != NULL)
			rd->diag->code = COCO_E_FORMAT_CERT;
		return false;
	}
	if (ret_tag != NULL)
		*ret_tag = item.tag;
	if (ret_content != NULL)
		*ret_content = item.value;
	if (ret_whole != NULL)
		*ret_whole = coco_view_of(p, (size_t)(rd->in.p + rd->at - p));
	return true;
}

static bool expect(struct coco_rd *rd, uint8_t tag, const char *field)
{
	char text[64];
	uint8_t found = coco_cder_peek(rd);

	if (!coco_rd_ok(rd))
		return false;
	if (coco_rd_left(rd) == 0 || found == tag)
		return true;
	snprintf(text, sizeof(text), "tag 0x%02x where 0x%02x is expected", found, tag);
	bad(rd, field, text);
	return false;
}

struct coco_view coco_cder_take(struct coco_rd *rd, uint8_t tag, const char *field)
{
	struct coco_view v = { NULL, 0 };

	if (expect(rd, tag, field))
		coco_cder_next(rd, field, NULL, &v, NULL);
	return v;
}

struct coco_view coco_cder_whole(struct coco_rd *rd, uint8_t tag, const char *field)
{
	struct coco_view v = { NULL, 0 };

	if (expect(rd, tag, field))
		coco_cder_next(rd, field, NULL, NULL, &v);
	return v;
}

void coco_cder_enter(struct coco_rd *rd, uint8_t tag, const char *field, struct coco_rd *ret)
{
	struct coco_view v = coco_cder_take(rd, tag, field);

	coco_rd_init(ret, v, rd->base + rd->at - v.n, rd->diag);
	ret->code = rd->code;
}

void coco_cder_leave(struct coco_rd *rd, struct coco_rd *inner, const char *field)
{
	if (coco_rd_left(inner) != 0)
		bad(inner, field, "further elements follow in it");
	if (rd->code == 0)
		rd->code = inner->code;
}

struct coco_view coco_cder_unsigned(struct coco_rd *rd, const char *field)
{
	static const struct coco_view none = { NULL, 0 };
	struct coco_view v = coco_cder_take(rd, COCO_DER_INTEGER, field);

	if (!coco_rd_ok(rd))
		return none;
	if (v.n == 0 || (v.n > 1 && v.p[0] == 0 && v.p[1] < 0x80)) {
		bad(rd, field, "an integer that is not written in the shortest form");
		return none;
	}
	if (v.p[0] >= 0x80) {
		bad(rd, field, "a negative integer");
		return none;
	}
	return v.n > 1 && v.p[0] == 0 ? coco_view_of(v.p + 1, v.n - 1) : v;
}

uint64_t coco_cder_number(struct coco_rd *rd, uint64_t max, const char *field)
{
	struct coco_view v = coco_cder_unsigned(rd, field);
	uint64_t n = 0;

	for (size_t i = 0; i < v.n && v.n <= 8; i++)
		n = n << 8 | v.p[i];
	if (v.n > 8 || n > max) {
		bad(rd, field, "the integer is too large");
		return 0;
	}
	return n;
}

bool coco_cder_boolean(struct coco_rd *rd, const char *field)
{
	struct coco_view v = coco_cder_take(rd, COCO_DER_BOOLEAN, field);

	if (!coco_rd_ok(rd))
		return false;
	if (v.n != 1 || (v.p[0] != 0 && v.p[0] != 0xff)) {
		bad(rd, field, "a truth value that is neither 00 nor ff");
		return false;
	}
	return v.p[0] != 0;
}

struct coco_view coco_cder_bits(struct coco_rd *rd, const char *field)
{
	struct coco_view v = coco_cder_take(rd, COCO_DER_BIT_STRING, field);

	if (!coco_rd_ok(rd))
		return v;
	if (v.n == 0 || v.p[0] != 0) {
		bad(rd, field, "bits that are no whole bytes");
		return coco_view_of(NULL, 0);
	}
	return coco_view_of(v.p + 1, v.n - 1);
}

static bool digits(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

static unsigned two(const uint8_t *p)
{
	return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

/* The century's two digits, then YYMMDDHHMMSSZ. */
static bool read_time(unsigned century, const uint8_t *p, int64_t *ret)
{
	if (!digits(p, 12) || p[12] != 'Z')
		return false;
	unsigned year = century * 100 + two(p);
	unsigned month = two(p + 2);
	unsigned day = two(p + 4);
	if (year == 0 || month < 1 || month > 12 || day < 1 || day > coco_civil_days(year, month) ||
	    two(p + 6) > 23 || two(p + 8) > 59 || two(p + 10) > 59)
		return false;
	*ret = coco_civil_seconds(year, month, day, two(p + 6), two(p + 8), two(p + 10));
	return true;
}

int64_t coco_cder_time(struct coco_rd *rd, const char *field)
{
	struct coco_view v = { NULL, 0 };
	uint8_t tag = 0;
	int64_t when = 0;
	bool ok = false;

	if (!coco_cder_next(rd, field, &tag, &v, NULL))
		return 0;
	if (tag == COCO_DER_UTC_TIME && v.n == 13 && digits(v.p, 2))
		ok = read_time(two(v.p) >= 50 ? 19 : 20, v.p, &when);
	else if (tag == COCO_DER_GENERALIZED_TIME && v.n == 15 && digits(v.p, 2))
		ok = read_time(two(v.p), v.p + 2, &when);
	if (!ok)
		bad(rd, field, "no time of the form that RFC 5280 asks for");
	return ok ? when : 0;
}

/* ---- object identifiers ---------------------------------------------------------- */

/* The next number of the content at *at; false: not well-formed, or above 64 bits. */
static bool arc(struct coco_view oid, size_t *at, uint64_t *ret)
{
	uint64_t v = 0;

	if (*at >= oid.n || oid.p[*at] == 0x80)
		return false;
	while (*at < oid.n) {
		uint8_t b = oid.p[(*at)++];

		if (v >> 57 != 0)
			return false;
		v = v << 7 | (b & 0x7f);
		if (b < 0x80) {
			*ret = v;
			return true;
		}
	}
	return false;
}

char *coco_cder_oid_text(struct coco_view oid, char ret[COCO_CDER_OID_TEXT])
{
	size_t at = 0;
	size_t n = 0;
	uint64_t v = 0;

	ret[0] = '\0';
	while (at < oid.n) {
		bool first = at == 0;

		if (!arc(oid, &at, &v)) {
			snprintf(ret, COCO_CDER_OID_TEXT, "?");
			return ret;
		}
		uint64_t top = v < 80 ? v / 40 : 2;
		int k = first ? snprintf(ret, COCO_CDER_OID_TEXT, "%" PRIu64 ".%" PRIu64, top,
					 v - 40 * top)
			      : snprintf(ret + n, COCO_CDER_OID_TEXT - n, ".%" PRIu64, v);
		if (k < 0 || (size_t)k >= COCO_CDER_OID_TEXT - n)
			break;
		n += (size_t)k;
	}
	return ret;
}

bool coco_cder_oid_is(struct coco_view oid, const char *dotted)
{
	size_t at = 0;
	uint64_t v = 0;
	uint64_t want[2] = { 0 };
	unsigned i = 0;

	for (const char *s = dotted; *s != '\0'; i++) {
		uint64_t n = 0;

		for (; *s >= '0' && *s <= '9'; s++)
			n = n * 10 + (uint64_t)(*s - '0');
		if (*s == '.')
			s++;
		if (i == 0) {
			want[0] = n;
			continue;
		}
		if (i == 1)
			n += 40 * want[0];
		if (!arc(oid, &at, &v) || v != n)
			return false;
	}
	return at == oid.n && i >= 2;
}
