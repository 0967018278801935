/*
 * mint_firmware.c - small firmware images (see mint_firmware.h).
 */
#include "tests/support/mint_firmware.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/guid.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

const struct coco_mint_section coco_mint_sections[] = {
	{ 0x800000, 0x9000, 1 },  { 0x80a000, 0x3000, 1 }, { 0x80d000, 0x1000, 2 },
	{ 0x80e000, 0x1000, 3 },  { 0x80f000, 0x1000, 4 }, { 0x811000, 0x2000, 1 },
	{ 0x810000, 0x1000, 0x10 }, { 0, 0, 1 },
};
const size_t coco_mint_n_sections = COCO_ARRAY_LEN(coco_mint_sections);

const struct coco_mint_firmware coco_mint_amdsev = {
	.pages = 3,
	.reset_eip = 0x80b004,
	.hashes_base = 0x810c00,
	.sections = coco_mint_sections,
	.n_sections = COCO_ARRAY_LEN(coco_mint_sections),
};

const struct coco_mint_tdx coco_mint_tdx_sections[] = {
	{ 0x1000, 0x3000, 0xffffd000, 0x3000, 0, 1 },
	{ 0, 0x1000, 0xffffc000, 0x1000, 1, 0 },
	{ 0, 0, 0x810000, 0x10000, 3, 0 },
	{ 0, 0, 0x80b000, 0x2000, 3, 0 },
	{ 0, 0, 0x809000, 0x2000, 2, 0 },
	{ 0, 0, 0x800000, 0x6000, 3, 0 },
};
const size_t coco_mint_n_tdx = COCO_ARRAY_LEN(coco_mint_tdx_sections);

const struct coco_mint_firmware coco_mint_tdvf = {
	.pages = 4,
	.reset_eip = 0x80b004,
	.tdx = coco_mint_tdx_sections,
	.n_tdx = COCO_ARRAY_LEN(coco_mint_tdx_sections),
};

static const uint8_t footer[] = COCO_GUID(0x96b582de, 0x1fb2, 0x45f7, 0xbaea, 0xa366c55a082d);
static const uint8_t reset[] = COCO_GUID(0x00f771de, 0x1a7e, 0x4fcb, 0x890e, 0x68c77e2fb44e);
static const uint8_t hashes[] = COCO_GUID(0x7255371f, 0x3a3b, 0x4b04, 0x927b, 0x1da6efa8d454);
static const uint8_t sev[] = COCO_GUID(0xdc886566, 0x984a, 0x4798, 0xa75e, 0x5585a7bf67cc);
static const uint8_t svsm[] = COCO_GUID(0xa789a612, 0x0597, 0x4c4b, 0xa49f, 0xcbb1fe9d1ddd);
static const uint8_t tdx[] = COCO_GUID(0xe47a6535, 0x984a, 0x4798, 0x865e, 0x4685a7bf8ec2);
static const uint8_t tdvf[] = COCO_GUID(0xe9eaf9f3, 0x168e, 0x44d5, 0xa8eb, 0x7f4d8738f6ae);
static const uint8_t other[] = COCO_GUID(0x12345678, 0x1234, 0x1234, 0x1234, 0x123456789abc);

struct image {
	uint8_t *p;
	size_t at;   /* the next entry ends here */
};

static void put(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * i) & 0xff);
}

static void entry(struct image *m, const uint8_t *guid, uint32_t a, uint32_t b, size_t data,
		  uint16_t length)
{
	m->at -= 18 + data;
	put(m->p + m->at, a, 4);
	if (data == 8)
		put(m->p + m->at + 4, b, 4);
	put(m->p + m->at + data, length != 0 ? length : 18 + data, 2);
	memcpy(m->p + m->at + data + 2, guid, 16);
}

/* The metadata, in the middle of the last page. */
static uint32_t metadata(uint8_t *p, size_t n, const struct coco_mint_firmware *s)
{
	uint32_t distance = 2048;
	uint8_t *at = p + n - distance;

	memcpy(at, "ASEV", 4);
	if (s->magic != 0)
		put(at, s->magic, 4);
	put(at + 4, s->size != 0 ? s->size : 16 + 12 * s->n_sections, 4);
	put(at + 8, s->version != 0 ? s->version : 1, 4);
	put(at + 12, s->count != 0 ? s->count : s->n_sections, 4);
	for (size_t i = 0; i < s->n_sections; i++) {
		put(at + 16 + 12 * i, s->sections[i].gpa, 4);
		put(at + 20 + 12 * i, s->sections[i].size, 4);
		put(at + 24 + 12 * i, s->sections[i].type, 4);
	}
	return s->distance != 0 ? s->distance : distance;
}

/* The TDX metadata, before that of SEV. */
static uint32_t tdx_metadata(uint8_t *p, size_t n, const struct coco_mint_firmware *s)
{
	uint32_t distance = 3072;
	uint8_t *at = p + n - distance;

	memcpy(at - 16, tdvf, 16);
	if (s->tdx_bad_guid)
		at[-1] ^= 1;
	memcpy(at, "TDVF", 4);
	if (s->tdx_magic != 0)
		put(at, s->tdx_magic, 4);
	put(at + 4, s->tdx_length != 0 ? s->tdx_length : 16 + 32 * s->n_tdx, 4);
	put(at + 8, s->tdx_version != 0 ? s->tdx_version : 1, 4);
	put(at + 12, s->tdx_count != 0 ? s->tdx_count : s->n_tdx, 4);
	for (size_t i = 0; i < s->n_tdx; i++) {
		uint8_t *to = at + 16 + 32 * i;

		put(to, s->tdx[i].offset, 4);
		put(to + 4, s->tdx[i].raw, 4);
		put(to + 8, s->tdx[i].gpa, 8);
		put(to + 16, s->tdx[i].size, 8);
		put(to + 24, s->tdx[i].type, 4);
		put(to + 28, s->tdx[i].attributes, 4);
	}
	return s->tdx_distance != 0 ? s->tdx_distance : distance;
}

uint8_t *coco_mint_firmware(const struct coco_mint_firmware *s, size_t *ret_n)
{
	size_t n = 4096 * (s->pages != 0 ? s->pages : 2);
	uint8_t *p = coco_alloc(n, 1);
	struct image m = { .p = p, .at = n - 32 - 18 };

	assert_non_null(p);
	coco_test_random(p, n, 7);
	*ret_n = n;
	uint32_t distance = s->tdx != NULL ? tdx_metadata(p, n, s) : 0;
	put(p + n - 32, s->tdx_legacy ? n - distance : 0, 4);
	if (s->no_table)
		return p;
	entry(&m, other, 0, 0, 8, 0);
	if (s->reset_eip != 0 || s->reset_zero)
		entry(&m, reset, s->reset_eip, 0, 4, s->reset_length);
	if (s->reset_twice)
		entry(&m, reset, s->reset_eip, 0, 4, 0);
	if (s->hashes_base != 0 || s->hashes_zero)
		entry(&m, hashes, s->hashes_base, 0x400, 8, 0);
	if (s->n_sections != 0 || s->with_metadata)
		entry(&m, sev, metadata(p, n, s), 0, 4, 0);
	if (s->tdx != NULL && !s->tdx_legacy)
		entry(&m, tdx, distance, 0, 4, 0);
	if (s->svsm_start != 0)
		entry(&m, svsm, s->svsm_start, 0, 4, 0);
	size_t length = n - 32 - m.at;
	put(p + n - 32 - 18, s->table_length != 0 ? s->table_length : length, 2);
	memcpy(p + n - 32 - 16, footer, 16);
	return p;
}

const char *coco_mint_firmware_file(const char *dir, const char *name,
				    const struct coco_mint_firmware *spec)
{
	static char path[4096];
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = coco_mint_firmware(spec, &n);

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(coco_write_file(path, p, n, COCO_OUT_FORCE, &d), &d);
	coco_free(p);
	return path;
}
