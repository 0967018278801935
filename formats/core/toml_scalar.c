/*
 * toml_scalar.c - TOML strings, numbers, booleans and times (see toml.h;
 * TOML 1.0 sections String to Local Time).
 */
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/rfc3339.h"
#include "formats/core/toml_tree.h"

enum { MAX_NUMBER = 128 }; /* characters of a number */

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* ---- strings ---------------------------------------------------------------- */

static void put_code_point(struct coco_wr *wr, uint32_t c)
{
	if (c < 0x80) {
		coco_wr_u8(wr, (uint8_t)c);
	} else if (c < 0x800) {
		coco_wr_u8(wr, (uint8_t)(0xc0 | c >> 6));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		coco_wr_u8(wr, (uint8_t)(0xe0 | c >> 12));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		coco_wr_u8(wr, (uint8_t)(0xf0 | c >> 18));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

static int hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* \uXXXX or \UXXXXXXXX; the cursor is on the u. */
static int unicode_escape(struct coco_toml_in *p)
{
	unsigned digits = coco_toml_peek(p, 0) == 'u' ? 4 : 8;
	uint32_t c = 0;

	for (unsigned k = 1; k <= digits; k++) {
		int v = hex_value(coco_toml_peek(p, k));

		if (v < 0)
			return coco_toml_bad(p, "\\%c needs %u hexadecimal digits",
					     digits == 4 ? 'u' : 'U', digits);
		c = c << 4 | (uint32_t)v;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return coco_toml_bad(p, "U+%04" PRIX32 " is not a character", c);
	put_code_point(&p->text, c);
	p->at += digits + 1;
	return 0;
}

static bool is_line_end(const struct coco_toml_in *p, size_t k)
{
	return coco_toml_peek(p, k) == '\n' ||
	       (coco_toml_peek(p, k) == '\r' && coco_toml_peek(p, k + 1) == '\n');
}

static void skip_line_end(struct coco_toml_in *p)
{
	p->at += coco_toml_peek(p, 0) == '\r' ? 2 : 1;
	p->line++;
}

/* A backslash at the end of a line: everything up to the next text goes. */
static bool folded_line(struct coco_toml_in *p)
{
	size_t k = 0;

	while (coco_toml_peek(p, k) == ' ' || coco_toml_peek(p, k) == '\t')
		k++;
	if (!is_line_end(p, k))
		return false;
	for (;;) {
		if (is_line_end(p, 0))
			skip_line_end(p);
		else if (coco_toml_peek(p, 0) == ' ' || coco_toml_peek(p, 0) == '\t')
			p->at++;
		else
			return true;
	}
}

/* The cursor is behind the backslash. */
static int escape(struct coco_toml_in *p, bool multi)
{
	static const char from[] = "btnfr\"\\";
	static const char to[] = "\b\t\n\f\r\"\\";
	int c = coco_toml_peek(p, 0);
	const char *at = c > 0 ? strchr(from, c) : NULL;

	if (at != NULL) {
		coco_wr_u8(&p->text, (uint8_t)to[at - from]);
		p->at++;
		return 0;
	}
	if (c == 'u' || c == 'U')
		return unicode_escape(p);
	if (multi && folded_line(p))
		return 0;
	return coco_toml_bad(p, "unknown escape sequence");
}

/* Quotes inside a string of three: up to two are text; true when it ended. */
static bool closing_quotes(struct coco_toml_in *p, int quote)
{
	size_t n = 1;

	while (n < 5 && coco_toml_peek(p, n) == quote)
		n++;
	p->at += n;
	for (size_t k = n >= 3 ? 3 : 0; k < n; k++)
		coco_wr_u8(&p->text, (uint8_t)quote);
	return n >= 3;
}

/* Text up to the closing quote or quotes; the cursor is behind the opening. */
static int string_body(struct coco_toml_in *p, int quote, bool multi)
{
	for (;;) {
		int c = coco_toml_peek(p, 0);

		if (c < 0 || (!multi && is_line_end(p, 0)))
			return coco_toml_bad(p, "the string is not closed");
		if (c == quote) {
			if (multi ? closing_quotes(p, quote) : (p->at++, true))
				return 0;
		} else if (c == '\\' && quote == '"') {
			p->at++;
			int r = escape(p, multi);
			if (r != 0)
				return r;
		} else if (multi && is_line_end(p, 0)) {
			coco_wr_u8(&p->text, '\n');
			skip_line_end(p);
		} else if ((c < 0x20 && c != '\t') || c == 0x7f) {
			return coco_toml_bad(p, "control character 0x%02x in a string",
					     (unsigned)c);
		} else {
			coco_wr_u8(&p->text, (uint8_t)c);
			p->at++;
		}
	}
}

static char *keep(struct coco_toml_in *p, const void *text, size_t n)
{
	char *copy = coco_toml_alloc(p->doc, n + 1);

	if (copy != NULL && n != 0)
		memcpy(copy, text, n);
	return copy;
}

int coco_toml_string_at(struct coco_toml_in *p, bool single, const char **ret, size_t *ret_n)
{
	int quote = coco_toml_peek(p, 0);
	bool multi = coco_toml_peek(p, 1) == quote && coco_toml_peek(p, 2) == quote;

	if (multi && single)
		return coco_toml_bad(p, "a key cannot be a string of several lines");
	p->at += multi ? 3 : 1;
	if (multi && is_line_end(p, 0))
		skip_line_end(p);
	p->text.n = 0;
	int r = string_body(p, quote, multi);
	if (r != 0)
		return r;
	char *text = p->text.code == 0 ? keep(p, p->text.p, p->text.n) : NULL;
	if (text == NULL)
		return coco_toml_report(p, COCO_E_LIMIT_MEMORY, "no memory for a string");
	*ret = text;
	*ret_n = p->text.n;
	return 0;
}

/* ---- numbers ---------------------------------------------------------------- */

double coco_toml_strtod(const char *text)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);

	if (c == (locale_t)0)
		return (double)NAN;
	double v = strtod_l(text, NULL, c);
	freelocale(c);
	return v;
}

/* A token without its underscores; at counts in raw. */
struct number {
	char raw[MAX_NUMBER + 1];
	size_t at;
	char text[MAX_NUMBER + 1];
	size_t n;
};

static bool is_in_base(int c, int base)
{
	int v = hex_value(c);

	return v >= 0 && v < base;
}

/* One or more digits, single underscores only between two of them. */
static bool copy_digits(struct number *num, int base)
{
	const char *raw = num->raw;
	size_t start = num->n;

	while (is_in_base(raw[num->at], base)) {
		num->text[num->n++] = raw[num->at++];
		if (raw[num->at] == '_' && is_in_base(raw[num->at + 1], base))
			num->at++;
	}
	return num->n > start;
}

static void copy_sign(struct number *num)
{
	if (num->raw[num->at] == '-')
		num->text[num->n++] = '-';
	if (num->raw[num->at] == '-' || num->raw[num->at] == '+')
		num->at++;
}

/* text: an optional '-' and digits of base. */
static bool to_integer(const char *text, int base, int64_t *ret)
{
	bool minus = text[0] == '-';
	int64_t v = 0;

	/* downwards, because there is one more negative number */
	for (text += minus ? 1 : 0; *text != '\0'; text++)
		if (__builtin_mul_overflow(v, base, &v) ||
		    __builtin_sub_overflow(v, hex_value(*text), &v))
			return false;
	if (!minus && __builtin_sub_overflow((int64_t)0, v, &v))
		return false;
	*ret = v;
	return true;
}

static int prefixed(struct coco_toml_in *p, struct number *num, int base,
		    struct coco_toml_value *v)
{
	num->at = 2;
	if (!copy_digits(num, base) || num->raw[num->at] != '\0')
		return coco_toml_bad(p, "not a valid number of base %d", base);
	v->type = COCO_TOML_INTEGER;
	if (!to_integer(num->text, base, &v->u.integer))
		return coco_toml_bad(p, "the number does not fit into 64 bits");
	return 0;
}

/* The fraction and the exponent of a real number, as far as they are there. */
static bool copy_real_parts(struct number *num)
{
	if (num->raw[num->at] == '.') {
		num->text[num->n++] = num->raw[num->at++];
		if (!copy_digits(num, 10))
			return false;
	}
	if (num->raw[num->at] == 'e' || num->raw[num->at] == 'E') {
		num->text[num->n++] = num->raw[num->at++];
		copy_sign(num);
		if (!copy_digits(num, 10))
			return false;
	}
	return num->raw[num->at] == '\0';
}

static int decimal(struct coco_toml_in *p, struct number *num, struct coco_toml_value *v)
{
	copy_sign(num);
	const char *digits = num->text + num->n;
	if (strcmp(num->raw + num->at, "inf") == 0 || strcmp(num->raw + num->at, "nan") == 0) {
		double special = num->raw[num->at] == 'i' ? (double)INFINITY : (double)NAN;

		v->type = COCO_TOML_REAL;
		v->u.real = num->text[0] == '-' ? -special : special;
		return 0;
	}
	if (!copy_digits(num, 10))
		return coco_toml_bad(p, "not a value; text needs quotes");
	if (digits[0] == '0' && digits + 1 < num->text + num->n)
		return coco_toml_bad(p, "a number must not begin with 0");
	if (num->raw[num->at] == '\0') {
		v->type = COCO_TOML_INTEGER;
		return to_integer(num->text, 10, &v->u.integer)
			       ? 0
			       : coco_toml_bad(p, "the number does not fit into 64 bits");
	}
	if (!copy_real_parts(num))
		return coco_toml_bad(p, "not a valid number");
	v->type = COCO_TOML_REAL;
	v->u.real = coco_toml_strtod(num->text);
	return isfinite(v->u.real) ? 0 : coco_toml_bad(p, "the number is too large");
}

static bool is_token(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '+' || c == '-' || c == '.';
}

static int word_or_number(struct coco_toml_in *p, struct coco_toml_value *v)
{
	struct number num = { .at = 0 };
	size_t n = 0;
	int r;

	while (n < MAX_NUMBER && is_token(coco_toml_peek(p, n))) {
		num.raw[n] = (char)coco_toml_peek(p, n);
		n++;
	}
	if (is_token(coco_toml_peek(p, n)))
		return coco_toml_bad(p, "a value of more than %d characters", MAX_NUMBER);
	if (strcmp(num.raw, "true") == 0 || strcmp(num.raw, "false") == 0) {
		v->type = COCO_TOML_BOOL;
		v->u.boolean = num.raw[0] == 't';
		r = 0;
	} else if (num.raw[0] == '0' && num.raw[1] == 'x') {
		r = prefixed(p, &num, 16, v);
	} else if (num.raw[0] == '0' && num.raw[1] == 'o') {
		r = prefixed(p, &num, 8, v);
	} else if (num.raw[0] == '0' && num.raw[1] == 'b') {
		r = prefixed(p, &num, 2, v);
	} else {
		r = decimal(p, &num, v);
	}
	if (r == 0)
		p->at += n;
	return r;
}

/* ---- times ------------------------------------------------------------------ */

/* n digits k places ahead. */
static bool digits_at(const struct coco_toml_in *p, size_t k, size_t n, unsigned *ret)
{
	unsigned v = 0;

	for (size_t i = 0; i < n; i++) {
		int c = coco_toml_peek(p, k + i);

		if (!is_digit(c))
			return false;
		v = v * 10 + (unsigned)(c - '0');
	}
	*ret = v;
	return true;
}

static int date_at(struct coco_toml_in *p, struct coco_toml_time *t)
{
	if (!digits_at(p, 0, 4, &t->year) || coco_toml_peek(p, 4) != '-' ||
	    !digits_at(p, 5, 2, &t->month) || coco_toml_peek(p, 7) != '-' ||
	    !digits_at(p, 8, 2, &t->day))
		return coco_toml_bad(p, "a date is written YYYY-MM-DD");
	if (t->month < 1 || t->month > 12 || t->day < 1 ||
	    t->day > coco_civil_days(t->year, t->month))
		return coco_toml_bad(p, "there is no such day");
	p->at += 10;
	return 0;
}

static int clock_at(struct coco_toml_in *p, struct coco_toml_time *t)
{
	unsigned scale = 100000000;

	if (!digits_at(p, 0, 2, &t->hour) || coco_toml_peek(p, 2) != ':' ||
	    !digits_at(p, 3, 2, &t->minute) || coco_toml_peek(p, 5) != ':' ||
	    !digits_at(p, 6, 2, &t->second))
		return coco_toml_bad(p, "a time is written HH:MM:SS");
	if (t->hour > 23 || t->minute > 59 || t->second > 60)
		return coco_toml_bad(p, "there is no such time");
	p->at += 8;
	if (coco_toml_peek(p, 0) != '.')
		return 0;
	p->at++;
	if (!is_digit(coco_toml_peek(p, 0)))
		return coco_toml_bad(p, "digits are missing after the point");
	for (; is_digit(coco_toml_peek(p, 0)); p->at++, scale /= 10)
		t->nanosecond += (unsigned)(coco_toml_peek(p, 0) - '0') * scale;
	return 0;
}

/* Z or +HH:MM; *ret_there is false when there is none. */
static int offset_at(struct coco_toml_in *p, struct coco_toml_time *t, bool *ret_there)
{
	int c = coco_toml_peek(p, 0);
	unsigned hour = 0;
	unsigned minute = 0;

	*ret_there = c == 'Z' || c == 'z' || c == '+' || c == '-';
	if (c == 'Z' || c == 'z') {
		p->at++;
	} else if (*ret_there) {
		if (!digits_at(p, 1, 2, &hour) || coco_toml_peek(p, 3) != ':' ||
		    !digits_at(p, 4, 2, &minute) || hour > 23 || minute > 59)
			return coco_toml_bad(p, "an offset is written +HH:MM or Z");
		t->offset = (int)(hour * 60 + minute) * (c == '-' ? -1 : 1);
		p->at += 6;
	}
	return 0;
}

static int date_and_time(struct coco_toml_in *p, struct coco_toml_value *v)
{
	struct coco_toml_time *t = &v->u.time.t;
	bool with_offset = false;
	int r = date_at(p, t);
	int c = coco_toml_peek(p, 0);

	v->type = COCO_TOML_LOCAL_DATE;
	if (r != 0 || !(c == 'T' || c == 't' || (c == ' ' && is_digit(coco_toml_peek(p, 1)))))
		return r;
	p->at++;
	r = clock_at(p, t);
	if (r == 0)
		r = offset_at(p, t, &with_offset);
	v->type = with_offset ? COCO_TOML_DATETIME : COCO_TOML_LOCAL_DATETIME;
	return r;
}

static int time_value(struct coco_toml_in *p, struct coco_toml_value *v, bool with_date)
{
	size_t start = p->at;
	int r;

	if (with_date) {
		r = date_and_time(p, v);
	} else {
		v->type = COCO_TOML_LOCAL_TIME;
		r = clock_at(p, &v->u.time.t);
	}
	if (r != 0)
		return r;
	v->n = p->at - start;
	v->u.time.text = keep(p, p->in.p + start, v->n);
	if (v->u.time.text == NULL)
		return coco_toml_report(p, COCO_E_LIMIT_MEMORY, "no memory for a time");
	return 0;
}

int coco_toml_scalar_at(struct coco_toml_in *p, struct coco_toml_value *v)
{
	unsigned n;

	if (digits_at(p, 0, 4, &n) && coco_toml_peek(p, 4) == '-')
		return time_value(p, v, true);
	if (digits_at(p, 0, 2, &n) && coco_toml_peek(p, 2) == ':')
		return time_value(p, v, false);
	return word_or_number(p, v);
}
