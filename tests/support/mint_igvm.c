/*
 * mint_igvm.c - small IGVM files (see mint_igvm.h).
 */
#include "tests/support/mint_igvm.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/crc32.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

static void put(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * i) & 0xff);
}

void coco_mint_igvm_start(struct coco_mint_igvm *m, unsigned version)
{
	m->p = coco_zalloc(COCO_MINT_IGVM_MAX, 1);
	assert_non_null(m->p);
	m->fixed = version == 2 ? 32 : 24;
	m->headers = m->fixed;
	m->n = COCO_MINT_IGVM_DATA;
	memcpy(m->p, "IGVM", 4);
	put(m->p + 4, version, 4);
	put(m->p + 8, m->fixed, 4);
	if (version == 2)
		put(m->p + 28, 4096, 4);
}

size_t coco_mint_igvm_header(struct coco_mint_igvm *m, uint32_t type, const void *content,
			     size_t n)
{
	size_t at = m->headers;

	assert_true(at + 16 + n <= COCO_MINT_IGVM_DATA);
	put(m->p + at, type, 4);
	put(m->p + at + 4, n, 4);
	if (n != 0)
		memcpy(m->p + at + 8, content, n);
	m->headers = at + 8 + (n + 7) / 8 * 8;
	return at;
}

uint32_t coco_mint_igvm_data(struct coco_mint_igvm *m, size_t n, uint64_t seed)
{
	size_t at = m->n;

	assert_true(at + n <= COCO_MINT_IGVM_MAX);
	coco_test_random(m->p + at, n, seed);
	m->n += n;
	return (uint32_t)at;
}

void coco_mint_igvm_platform(struct coco_mint_igvm *m, uint32_t mask, uint8_t platform)
{
	uint8_t c[16] = { 0 };

	put(c, mask, 4);
	c[5] = platform;
	c[6] = 1;
	coco_mint_igvm_header(m, 0x001, c, sizeof(c));
}

void coco_mint_igvm_policy(struct coco_mint_igvm *m, uint32_t mask, uint64_t policy)
{
	uint8_t c[16] = { 0 };

	put(c, policy, 8);
	put(c + 8, mask, 4);
	coco_mint_igvm_header(m, 0x101, c, sizeof(c));
}

void coco_mint_igvm_area(struct coco_mint_igvm *m, uint64_t bytes, uint32_t index)
{
	uint8_t c[16] = { 0 };

	put(c, bytes, 8);
	put(c + 8, index, 4);
	coco_mint_igvm_header(m, 0x301, c, sizeof(c));
}

void coco_mint_igvm_page(struct coco_mint_igvm *m, uint64_t gpa, uint32_t mask, uint32_t data_at,
			 uint32_t flags, uint16_t type)
{
	uint8_t c[24] = { 0 };

	put(c, gpa, 8);
	put(c + 8, mask, 4);
	put(c + 12, data_at, 4);
	put(c + 16, flags, 4);
	put(c + 20, type, 2);
	coco_mint_igvm_header(m, 0x302, c, sizeof(c));
}

void coco_mint_igvm_insert(struct coco_mint_igvm *m, uint64_t gpa, uint32_t mask, uint32_t index)
{
	uint8_t c[16] = { 0 };

	put(c, gpa, 8);
	put(c + 8, mask, 4);
	put(c + 12, index, 4);
	coco_mint_igvm_header(m, 0x303, c, sizeof(c));
}

void coco_mint_igvm_context(struct coco_mint_igvm *m, uint64_t gpa, uint32_t mask,
			    uint32_t data_at, uint16_t vp)
{
	uint8_t c[20] = { 0 };

	put(c, gpa, 8);
	put(c + 8, mask, 4);
	put(c + 12, data_at, 4);
	put(c + 16, vp, 2);
	coco_mint_igvm_header(m, 0x304, c, sizeof(c));
}

uint32_t coco_mint_igvm_vmsa(struct coco_mint_igvm *m)
{
	uint32_t at = coco_mint_igvm_data(m, 4096, 5);
	uint8_t *p = m->p + at;

	put(p + 0x0d0, 0x1000, 8);
	put(p + 0x148, 0x40, 8);
	put(p + 0x158, 0x10, 8);
	put(p + 0x170, 2, 8);
	return at;
}

void coco_mint_igvm_finish(struct coco_mint_igvm *m)
{
	put(m->p + 12, m->headers - m->fixed, 4);
	put(m->p + 16, m->n, 4);
	put(m->p + 20, 0, 4);
	put(m->p + 20, coco_crc32(0, m->p, m->headers), 4);
}

const char *coco_mint_igvm_file(struct coco_mint_igvm *m, const char *dir, const char *name)
{
	static char path[4200];
	struct coco_diag d = { 0 };

	coco_mint_igvm_finish(m);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(coco_write_file(path, m->p, m->n, COCO_OUT_FORCE, &d), &d);
	return path;
}

void coco_mint_igvm_free(struct coco_mint_igvm *m)
{
	coco_free(m->p);
	m->p = NULL;
}

void coco_mint_igvm_usual(struct coco_mint_igvm *m)
{
	coco_mint_igvm_start(m, 1);
	uint32_t a = coco_mint_igvm_data(m, 4096, 1);
	uint32_t b = coco_mint_igvm_data(m, 4096, 2);
	uint32_t vmsa = coco_mint_igvm_vmsa(m);
	coco_mint_igvm_platform(m, 1, 2);
	coco_mint_igvm_platform(m, 2, 3);
	coco_mint_igvm_policy(m, 1, 0x30000);
	coco_mint_igvm_area(m, 8192, 7);
	coco_mint_igvm_page(m, 0x800000, 3, a, 0, 0);
	coco_mint_igvm_page(m, 0x801000, 3, b, 0, 0);
	coco_mint_igvm_page(m, 0x802000, 3, 0, 0, 0);       /* zeros */
	coco_mint_igvm_page(m, 0x803000, 3, 0, 2, 0);       /* unmeasured */
	coco_mint_igvm_page(m, 0x804000, 1, 0, 0, 1);       /* secrets */
	coco_mint_igvm_page(m, 0x805000, 1, b, 0, 2);       /* CPUID */
	coco_mint_igvm_page(m, 0x806000, 3, a, 4, 0);       /* shared */
	coco_mint_igvm_insert(m, 0x810000, 3, 7);
	coco_mint_igvm_context(m, 0xfffffffff000, 1, vmsa, 0);
	coco_mint_igvm_finish(m);
}
