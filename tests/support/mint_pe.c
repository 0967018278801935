/*
 * mint_pe.c - small PE images (see mint_pe.h).
 */
#include "tests/support/mint_pe.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

enum { ALIGN = 512, PAGE = 4096 };

static const struct coco_mint_pe_section plain[] = {
	{ ".text", NULL, 700, 0 },
	{ ".data", "some data", 9, 0 },
};

const struct coco_mint_pe coco_mint_pe_plain = { .sections = plain, .n_sections = 2 };

static size_t up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static void put(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * i) & 0xff);
}

static void put_or(uint8_t *p, uint64_t lie, uint64_t v, unsigned bytes)
{
	put(p, lie != 0 ? lie : v, bytes);
}

struct form {
	uint32_t fixed;          /* of the optional header */
	uint32_t directories;
	uint32_t optional;
	uint32_t headers;
};

static struct form form_of(const struct coco_mint_pe *s)
{
	struct form f = { .fixed = s->pe32 ? 96 : 112 };

	f.directories = s->few_directories ? 4 : 16;
	f.optional = f.fixed + 8 * f.directories;
	f.headers = (uint32_t)up(COCO_MINT_PE_OPTIONAL + f.optional + 40 * s->n_sections, ALIGN);
	return f;
}

static size_t raw_size(const struct coco_mint_pe *s, size_t i)
{
	size_t last = s->backwards ? 0 : s->n_sections - 1;

	return s->tight && i == last ? s->sections[i].n : up(s->sections[i].n, ALIGN);
}

static void headers(uint8_t *p, const struct coco_mint_pe *s, const struct form *f,
		    size_t image_size, size_t certs_at)
{
	uint8_t *o = p + COCO_MINT_PE_OPTIONAL;
	uint8_t *entry = o + f->fixed + 32;

	put_or(p, s->mz, 0x5a4d, 2);
	put_or(p + 0x3c, s->lfanew, COCO_MINT_PE_AT, 4);
	put_or(p + COCO_MINT_PE_AT, s->signature, 0x4550, 4);
	put(p + COCO_MINT_PE_AT + 4, s->pe32 ? 0x14c : 0x8664, 2);
	put_or(p + COCO_MINT_PE_AT + 6, s->count, s->n_sections, 2);
	put_or(p + COCO_MINT_PE_AT + 20, s->optional_size, f->optional, 2);
	put(p + COCO_MINT_PE_AT + 22, 0x22e, 2);
	put_or(o, s->magic, s->pe32 ? 0x10b : 0x20b, 2);
	put(o + 32, PAGE, 4);
	put(o + 36, ALIGN, 4);
	put(o + 56, image_size, 4);
	put_or(o + 60, s->headers_size, f->headers, 4);
	put(o + 64, 0x12345678, 4);
	put(o + 68, 10, 2);
	put_or(o + f->fixed - 4, s->directories, f->directories, 4);
	if (s->few_directories || (s->certs == 0 && s->certs_size == 0))
		return;
	put_or(entry, s->certs_at, certs_at, 4);
	put_or(entry + 4, s->certs_size, s->certs, 4);
}

/* Contents of one section, and its place in the table. */
static void section(uint8_t *p, const struct coco_mint_pe *s, const struct form *f, size_t i,
		    size_t raw_at, size_t address)
{
	const struct coco_mint_pe_section *c = &s->sections[i];
	uint8_t *h = p + COCO_MINT_PE_OPTIONAL + f->optional + 40 * i;

	memcpy(h, c->name, strnlen(c->name, 8));
	put_or(h + 8, c->virtual_size, c->n, 4);
	put(h + 12, address, 4);
	put_or(h + 16, i == 0 ? s->first_raw_size : 0, raw_size(s, i), 4);
	put_or(h + 20, i == 0 ? s->first_raw_at : 0, raw_at, 4);
	put(h + 36, 0x40000040, 4);
	if (c->data != NULL)
		memcpy(p + raw_at, c->data, c->n);
	else if (c->n != 0)
		coco_test_random(p + raw_at, c->n, i + 1);
}

uint8_t *coco_mint_pe(const struct coco_mint_pe *s, size_t *ret_n)
{
	struct form f = form_of(s);
	size_t end = f.headers;
	size_t address = PAGE;

	for (size_t i = 0; i < s->n_sections; i++)
		end += raw_size(s, i);
	size_t certs_at = end + s->overlay;
	size_t n = certs_at + s->certs;
	uint8_t *p = coco_zalloc(n + 1, 1);
	assert_non_null(p);
	size_t at = s->backwards ? end : f.headers;
	for (size_t i = 0; i < s->n_sections; i++) {
		const struct coco_mint_pe_section *c = &s->sections[i];

		if (s->backwards)
			at -= raw_size(s, i);
		section(p, s, &f, i, at, address);
		if (!s->backwards)
			at += raw_size(s, i);
		address += up((c->virtual_size != 0 ? c->virtual_size : c->n) + 1, PAGE);
	}
	headers(p, s, &f, address, certs_at);
	coco_test_random(p + end, s->overlay + s->certs, 99);
	*ret_n = n - s->cut;
	return p;
}

const char *coco_mint_pe_file(const char *dir, const char *name, const struct coco_mint_pe *s)
{
	static char paths[4][512];
	static unsigned turn;
	char *path = paths[turn++ % 4];
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = coco_mint_pe(s, &n);

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	assert_ok(coco_write_file(path, p, n, COCO_OUT_FORCE, &d), &d);
	coco_free(p);
	return path;
}
