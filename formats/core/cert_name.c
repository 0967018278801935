/*
 * cert_name.c - distinguished names (see cert_fields.h; RFC 5280 4.1.2.4,
 * RFC 2253 for the text).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/cert_fields.h"
#include "formats/core/hex.h"
#include "formats/core/utf8.h"

enum { PARTS_MAX = 64, T61 = 0x14, VISIBLE = 0x1a };

/* One type and value of a name. */
struct part {
	struct coco_view oid;
	uint8_t tag;
	struct coco_view value;
	bool joined;            /* of the same set as the one before */
};

static const struct {
	const char *oid;
	const char *name;
} types[] = {
	{ "2.5.4.3", "CN" },          { "2.5.4.10", "O" },
	{ "2.5.4.11", "OU" },         { "2.5.4.6", "C" },
	{ "2.5.4.8", "ST" },          { "2.5.4.7", "L" },
	{ "2.5.4.9", "street" },      { "2.5.4.5", "serialNumber" },
	{ "2.5.4.12", "title" },      { "1.2.840.113549.1.9.1", "emailAddress" },
	{ "0.9.2342.19200300.100.1.25", "DC" }, { "0.9.2342.19200300.100.1.1", "UID" },
};

/* The parts of a name in order; how many. A failure is left in rd. */
static size_t read_parts(struct coco_rd *rd, const char *field, struct part *ret)
{
	struct coco_rd names;
	struct coco_rd set;
	struct coco_rd pair;
	size_t n = 0;

	coco_cder_enter(rd, COCO_DER_SEQUENCE, field, &names);
	while (coco_rd_ok(&names) && coco_rd_left(&names) != 0) {
		bool joined = false;

		coco_cder_enter(&names, COCO_DER_SET, field, &set);
		do {
			struct part p = { .joined = joined };

			coco_cder_enter(&set, COCO_DER_SEQUENCE, field, &pair);
			p.oid = coco_cder_take(&pair, COCO_DER_OID, field);
			coco_cder_next(&pair, field, &p.tag, &p.value, NULL);
			coco_cder_leave(&set, &pair, field);
			if (n == PARTS_MAX)
				coco_rd_fail(&set, COCO_E_FORMAT_CERT, field,
					     "%s: a name of too many parts", field);
			else
				ret[n++] = p;
			joined = true;
		} while (coco_rd_ok(&set) && coco_rd_left(&set) != 0);
		coco_cder_leave(&names, &set, field);
	}
	coco_cder_leave(rd, &names, field);
	return coco_rd_ok(rd) ? n : 0;
}

void coco_cert_name_check(struct coco_rd *rd, const char *field, struct coco_view *ret)
{
	struct part parts[PARTS_MAX];
	struct coco_rd again = *rd;

	read_parts(rd, field, parts);
	*ret = coco_cder_whole(&again, COCO_DER_SEQUENCE, field);
}

static bool is_text(const struct part *p)
{
	switch (p->tag) {
	case COCO_DER_UTF8:
	case COCO_DER_PRINTABLE:
	case COCO_DER_IA5:
	case T61:
	case VISIBLE:
		return coco_utf8_valid(p->value.p, p->value.n, NULL);
	default:
		return false;
	}
}

/* Text that only grows, and is cut at its end. */
struct out {
	char *p;
	size_t n;
	size_t cap;
};

static void put(struct out *o, const char *text, size_t n)
{
	if (n > o->cap - 1 - o->n)
		n = o->cap - 1 - o->n;
	memcpy(o->p + o->n, text, n);
	o->n += n;
	o->p[o->n] = '\0';
}

static void put_value(struct out *o, const struct part *p)
{
	static const char digits[] = "0123456789abcdef";

	if (!is_text(p)) {
		put(o, "#", 1);
		for (size_t i = 0; i < p->value.n && i < 64; i++) {
			char two[2] = { digits[p->value.p[i] >> 4], digits[p->value.p[i] & 15] };

			put(o, two, 2);
		}
		return;
	}
	for (size_t i = 0; i < p->value.n; i++) {
		char c = (char)p->value.p[i];
		bool edge = (c == ' ' && (i == 0 || i + 1 == p->value.n)) || (c == '#' && i == 0);

		if (c != '\0' && (edge || strchr(",+\"\\<>;", c) != NULL))
			put(o, "\\", 1);
		put(o, &c, 1);
	}
}

static void put_type(struct out *o, struct coco_view oid)
{
	char text[COCO_CDER_OID_TEXT];

	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++) {
		if (!coco_cder_oid_is(oid, types[i].oid))
			continue;
		put(o, types[i].name, strlen(types[i].name));
		return;
	}
	coco_cder_oid_text(oid, text);
	put(o, text, strlen(text));
}

/* The last set of the name comes first; its own parts stay in order. */
void coco_cert_name_text(struct coco_view name, char ret[COCO_CERT_TEXT])
{
	struct part parts[PARTS_MAX];
	char raw[COCO_CERT_TEXT];
	struct out o = { .p = raw, .cap = sizeof(raw) };
	struct coco_rd rd;

	raw[0] = '\0';
	coco_rd_init(&rd, name, 0, NULL);
	size_t end = read_parts(&rd, "name", parts);
	while (end != 0) {
		size_t first = end - 1;

		while (parts[first].joined)
			first--;
		if (o.n != 0)
			put(&o, ",", 1);
		for (size_t i = first; i < end; i++) {
			if (i != first)
				put(&o, "+", 1);
			put_type(&o, parts[i].oid);
			put(&o, "=", 1);
			put_value(&o, &parts[i]);
		}
		end = first;
	}
	coco_escape(ret, COCO_CERT_TEXT, raw, o.n);
}

void coco_cert_name_common(struct coco_view name, char ret[COCO_CERT_TEXT])
{
	struct part parts[PARTS_MAX];
	const struct part *found = NULL;
	struct coco_rd rd;
	unsigned count = 0;

	ret[0] = '\0';
	coco_rd_init(&rd, name, 0, NULL);
	size_t n = read_parts(&rd, "name", parts);
	for (size_t i = 0; i < n; i++) {
		if (!coco_cder_oid_is(parts[i].oid, types[0].oid))
			continue;
		found = &parts[i];
		count++;
	}
	if (count == 1 && is_text(found) && found->value.n < COCO_CERT_TEXT &&
	    memchr(found->value.p, '\0', found->value.n) == NULL)
		coco_escape(ret, COCO_CERT_TEXT, (const char *)found->value.p, found->value.n);
}
