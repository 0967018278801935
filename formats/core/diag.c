/*
 * diag.c - fixed-size error reports (see diag.h).
 */
#include "formats/core/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/utf8.h"

void coco_diag_init(struct coco_diag *d)
{
	if (d != NULL)
		memset(d, 0, sizeof(*d));
}

void coco_escape(char *ret, size_t cap, const char *text, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	size_t at = 0;
	size_t cut = 0; /* where "..." can still be put */

	for (size_t i = 0; i < n;) {
		size_t len = coco_utf8_char((const uint8_t *)text + i, n - i);
		unsigned char c = (unsigned char)text[i];
		bool plain = len > 0 && !(len == 1 && (c < 0x20 || c == 0x7f)) &&
			     !(len == 2 && c == 0xc2 && (unsigned char)text[i + 1] < 0xa0);
		size_t need = plain ? len : 4;

		if (at + 4 <= cap)
			cut = at;
		if (at + need + 1 > cap) {
			if (cap >= 4) {
				memcpy(ret + cut, "...", 3);
				at = cut + 3;
			}
			break;
		}
		if (plain) {
			memcpy(ret + at, text + i, len);
			at += len;
			i += len;
		} else {
			ret[at++] = '\\';
			ret[at++] = 'x';
			ret[at++] = digits[c >> 4];
			ret[at++] = digits[c & 15];
			i++;
		}
	}
	ret[at] = '\0';
}

COCO_PRINTF(3, 0) static void format_into(char *dst, size_t cap, const char *fmt, va_list ap)
{
	char raw[768];

	if (dst[0] != '\0')
		return;
	int n = vsnprintf(raw, sizeof(raw), fmt, ap);
	if (n < 0)
		return;
	coco_escape(dst, cap, raw, strlen(raw));
}

#define COCO_DIAG_SETTER(name, member)                                   \
	void coco_diag_##name(struct coco_diag *d, const char *fmt, ...) \
	{                                                                \
		va_list ap;                                              \
		if (d == NULL)                                           \
			return;                                          \
		va_start(ap, fmt);                                       \
		format_into(d->member, sizeof(d->member), fmt, ap);      \
		va_end(ap);                                              \
	}

COCO_DIAG_SETTER(source, source)
COCO_DIAG_SETTER(pointer, pointer)
COCO_DIAG_SETTER(field, field)
COCO_DIAG_SETTER(expected, expected)
COCO_DIAG_SETTER(actual, actual)
COCO_DIAG_SETTER(hint, hint)

COCO_PRINTF(2, 0) static void vcause(struct coco_diag *d, const char *fmt, va_list ap)
{
	if (d->n_causes >= COCO_DIAG_CAUSES)
		return;
	d->causes[d->n_causes][0] = '\0';
	format_into(d->causes[d->n_causes], sizeof(d->causes[0]), fmt, ap);
	d->n_causes++;
}

void coco_diag_cause(struct coco_diag *d, const char *fmt, ...)
{
	va_list ap;

	if (d == NULL)
		return;
	va_start(ap, fmt);
	vcause(d, fmt, ap);
	va_end(ap);
}

COCO_PRINTF(3, 0) static int vfail(struct coco_diag *d, int code, const char *fmt, va_list ap)
{
	if (d == NULL)
		return code;
	if (d->code != 0) {
		vcause(d, fmt, ap);
		return d->code;
	}
	d->code = code;
	format_into(d->message, sizeof(d->message), fmt, ap);
	return code;
}

int coco_fail(struct coco_diag *d, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int r = vfail(d, code, fmt, ap);
	va_end(ap);
	return r;
}

int coco_fail_at(struct coco_diag *d, int code, uint64_t offset, const char *field,
		 const char *fmt, ...)
{
	va_list ap;

	if (d != NULL && d->code == 0) {
		d->has_offset = true;
		d->offset = offset;
		if (field != NULL)
			coco_diag_field(d, "%s", field);
	}
	va_start(ap, fmt);
	int r = vfail(d, code, fmt, ap);
	va_end(ap);
	return r;
}
