/*
 * load_options.c - command lines as EFI load options (see load_options.h).
 */
#include "formats/measure/load_options.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/utf8.h"

static int too_long(struct coco_view text, struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_CMDLINE, "a command line of %zu bytes is too long", text.n);
}

int coco_load_options_direct(const struct coco_load_options *o, uint8_t **ret, size_t *ret_n,
			     struct coco_diag *diag)
{
	struct coco_wr wr;

	if (o->append.n > COCO_LOAD_OPTIONS_MAX)
		return too_long(o->append, diag);
	if (o->append.n != 0 && memchr(o->append.p, 0, o->append.n) != NULL)
		return coco_fail(diag, COCO_E_CMDLINE, "the command line holds a NUL byte");
	coco_wr_init(&wr, 2 * (size_t)COCO_LOAD_OPTIONS_MAX);
	if (o->shim)
		coco_wr_str(&wr, "kernel ");
	if (o->initrd && o->initrd_first)
		coco_wr_str(&wr, "initrd=initrd ");
	coco_wr_bytes(&wr, o->append.p, o->append.n);
	if (o->initrd && !o->initrd_first)
		coco_wr_str(&wr, " initrd=initrd");
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

/* All control characters of ASCII, and the space. */
static bool is_space(uint8_t c)
{
	return c <= 0x20 || c == 0x7f;
}

int coco_load_options_stub(struct coco_view text, uint8_t **ret, size_t *ret_n,
			   struct coco_diag *diag)
{
	size_t n = 0;
	size_t at = 0;
	struct coco_wr wr;

	while (n < text.n && text.p[n] != 0)
		n++;
	if (n > COCO_LOAD_OPTIONS_MAX)
		return too_long(text, diag);
	while (at < n && is_space(text.p[at]))
		at++;
	while (n > at && is_space(text.p[n - 1]))
		n--;
	coco_wr_init(&wr, COCO_LOAD_OPTIONS_MAX);
	for (; at < n; at++)
		coco_wr_u8(&wr, is_space(text.p[at]) ? ' ' : text.p[at]);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

int coco_utf16_widen(struct coco_view text, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag)
{
	struct coco_wr wr;

	if (text.n > 2 * (size_t)COCO_LOAD_OPTIONS_MAX)
		return too_long(text, diag);
	coco_wr_init(&wr, 4 * (size_t)COCO_LOAD_OPTIONS_MAX + 2);
	for (size_t i = 0; i < text.n; i++)
		coco_wr_le16(&wr, text.p[i]);
	coco_wr_le16(&wr, 0);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

/* The code point of a well-formed character of k bytes. */
static uint32_t code_point(const uint8_t *p, size_t k)
{
	static const uint8_t masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = p[0] & masks[k];

	for (size_t i = 1; i < k; i++)
		c = c << 6 | (p[i] & 0x3f);
	return c;
}

int coco_utf16_encode(struct coco_view text, uint8_t **ret, size_t *ret_n,
		      struct coco_diag *diag)
{
	struct coco_wr wr;
	size_t bad;

	if (text.n > 2 * (size_t)COCO_LOAD_OPTIONS_MAX)
		return too_long(text, diag);
	if (!coco_utf8_valid(text.p, text.n, &bad))
		return coco_fail_at(diag, COCO_E_CMDLINE, bad, NULL,
				    "the command line is not UTF-8");
	coco_wr_init(&wr, 4 * (size_t)COCO_LOAD_OPTIONS_MAX + 2);
	for (size_t at = 0, k = 0; at < text.n; at += k) {
		uint32_t c;

		k = coco_utf8_char(text.p + at, text.n - at);
		c = code_point(text.p + at, k);
		if (c < 0x10000) {
			coco_wr_le16(&wr, (uint16_t)c);
			continue;
		}
		c -= 0x10000;
		coco_wr_le16(&wr, (uint16_t)(0xd800 | c >> 10));
		coco_wr_le16(&wr, (uint16_t)(0xdc00 | (c & 0x3ff)));
	}
	coco_wr_le16(&wr, 0);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
