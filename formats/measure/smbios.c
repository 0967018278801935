/*
 * smbios.c - the SMBIOS tables as the firmware measures them (see smbios.h).
 */
#include "formats/measure/smbios.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"
#include "formats/core/wr.h"

enum {
	HEAD = 4,
	BIOS = 0,
	LAST = 127,          /* end of table */
	OEM = 0x80,          /* and all types from here on */
	LAST_HANDLE = 0xfeff,
	BIOS_SIZE = 26,
};

/* A field that is blanked; a text is first overwritten with spaces. */
struct blank {
	uint8_t type;
	uint8_t offset;
	uint8_t size;
	bool is_text;
};

static const struct blank blanks[] = {
	{ 1, 0x07, 1, true },   /* serial number */
	{ 1, 0x08, 16, false }, /* UUID */
	{ 1, 0x18, 1, false },  /* wake-up type */
	{ 2, 0x07, 1, true },   /* serial number */
	{ 2, 0x0a, 1, true },   /* location in chassis */
	{ 3, 0x07, 1, true },   /* serial number */
	{ 3, 0x08, 1, true },   /* asset tag */
	{ 4, 0x20, 1, true },   /* serial number */
	{ 4, 0x21, 1, true },   /* asset tag */
	{ 4, 0x22, 1, true },   /* part number */
	{ 4, 0x23, 1, false },  /* cores */
	{ 4, 0x24, 1, false },  /* cores that are enabled */
	{ 4, 0x25, 1, false },  /* threads */
	{ 4, 0x2a, 2, false },  /* the three again, as words */
	{ 4, 0x2c, 2, false },
	{ 4, 0x2e, 2, false },
	{ 4, 0x11, 1, false },  /* voltage */
	{ 4, 0x16, 2, false },  /* current speed */
	{ 17, 0x18, 1, true },  /* serial number */
	{ 17, 0x19, 1, true },  /* asset tag */
	{ 17, 0x1a, 1, true },  /* part number */
	{ 22, 0x07, 1, true },  /* serial number */
	{ 22, 0x10, 2, false }, /* SBDS serial number */
	{ 22, 0x12, 2, false }, /* SBDS manufacture date */
	{ 23, 0x05, 2, false }, /* reset count */
	{ 27, 0x0c, 2, false }, /* speed of a fan */
	{ 39, 0x08, 1, true },  /* serial number */
	{ 39, 0x09, 1, true },  /* asset tag */
	{ 39, 0x0a, 1, true },  /* part number */
};

/* Types of which nothing but the header is measured. */
static const uint8_t hidden[] = { 11, 15, 18, 31, 33 };

/* A structure: length bytes of fields, then its texts and their end. */
struct structure {
	const uint8_t *p;
	size_t n;
	uint8_t type;
	uint8_t length;
};

/* The next structure; its texts end with two NULs. */
static int next_structure(struct coco_rd *rd, struct structure *ret)
{
	size_t start = rd->at;

	ret->type = coco_rd_u8(rd, "type");
	ret->length = coco_rd_u8(rd, "length");
	coco_rd_le16(rd, "handle");
	if (coco_rd_ok(rd) && ret->length < HEAD)
		return coco_rd_fail(rd, COCO_E_SMBIOS, "length",
				    "a structure of type %u has %u bytes", ret->type,
				    ret->length);
	coco_rd_view(rd, coco_rd_ok(rd) ? (uint64_t)ret->length - HEAD : 0, "fields");
	if (!coco_rd_ok(rd))
		return rd->code;
	for (size_t at = rd->at; at + 1 < rd->in.n; at++) {
		if (rd->in.p[at] != 0 || rd->in.p[at + 1] != 0)
			continue;
		coco_rd_view(rd, at + 2 - rd->at, "texts");
		ret->p = rd->in.p + start;
		ret->n = rd->at - start;
		return rd->code;
	}
	return coco_rd_fail(rd, COCO_E_SMBIOS, "texts",
			    "the texts of a structure of type %u have no end", ret->type);
}

static bool is_hidden(uint8_t type)
{
	return type >= OEM || memchr(hidden, type, sizeof(hidden)) != NULL;
}

/* Overwrites text number id (from 1 on) of a structure; false: there is none. */
static bool blank_text(uint8_t *p, const struct structure *s, uint8_t id)
{
	size_t at = s->length;

	for (unsigned i = 1; at < s->n && p[at] != 0; i++) {
		size_t n = strnlen((const char *)p + at, s->n - at);

		if (i == id) {
			memset(p + at, ' ', n);
			return true;
		}
		at += n + 1;
	}
	return false;
}

static int filter(uint8_t *p, const struct structure *s, uint64_t at, struct coco_diag *diag)
{
	if (is_hidden(s->type)) {
		memset(p + HEAD, 0, s->n - HEAD);
		return 0;
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(blanks); i++) {
		const struct blank *b = &blanks[i];

		if (b->type != s->type || (size_t)b->offset + b->size > s->length)
			continue;
		if (b->is_text && p[b->offset] != 0 && !blank_text(p, s, p[b->offset]))
			return coco_fail_at(diag, COCO_E_SMBIOS, at + b->offset, "text number",
					    "a structure of type %u has no text %u", s->type,
					    p[b->offset]);
		memset(p + b->offset, 0, b->size);
	}
	return 0;
}

/* Adds what is measured of the structures, without the last. */
static int add_structures(struct coco_wr *wr, struct coco_rd *rd, bool *has_bios)
{
	struct structure s = { .type = BIOS };

	while (coco_rd_left(rd) > 0) {
		uint64_t at = rd->at;
		int r = next_structure(rd, &s);

		if (r != 0)
			return r;
		if (s.type == LAST && coco_rd_left(rd) > 0)
			return coco_rd_fail(rd, COCO_E_SMBIOS, "type",
					    "bytes follow the last structure");
		if (s.type == LAST)
			break;
		*has_bios |= s.type == BIOS;
		if (wr == NULL)
			continue;
		uint8_t *p = coco_wr_room(wr, s.n);
		if (p == NULL)
			return 0;   /* coco_wr_finish says so */
		memcpy(p, s.p, s.n);
		r = filter(p, &s, at, rd->diag);
		if (r != 0)
			return r;
	}
	return rd->code;
}

static bool good_text(const char *s)
{
	size_t n = strnlen(s, COCO_SMBIOS_TEXT + 1);

	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] > '~')
			return false;
	return n > 0 && n <= COCO_SMBIOS_TEXT;
}

/* The structure that OVMF makes when QEMU has none. */
static int add_bios(struct coco_wr *wr, const struct coco_smbios_firmware *fw,
		    struct coco_diag *diag)
{
	static const uint8_t fields[BIOS_SIZE] = {
		BIOS, BIOS_SIZE, 0, 0, 1, 2, 0x00, 0xe8, 3, 0, 0x08, 0, 0, 0, 0, 0, 0, 0,
		0, 0x1c, 0, 0, 0xff, 0xff, 0, 0,
	};

	if (fw == NULL)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "QEMU has no BIOS structure: what the firmware puts into its own "
				 "is needed");
	const char *const texts[] = { fw->vendor, fw->version, fw->date };
	coco_wr_bytes(wr, fields, sizeof(fields));
	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		if (!good_text(texts[i]))
			return coco_fail(diag, COCO_E_USAGE_VALUE,
					 "vendor, version and date of the firmware have 1 to %d "
					 "printable ASCII characters", COCO_SMBIOS_TEXT);
		coco_wr_bytes(wr, texts[i], strlen(texts[i]) + 1);
	}
	coco_wr_u8(wr, 0);
	return 0;
}

int coco_smbios_measured(struct coco_view tables, const struct coco_smbios_firmware *fw,
			 uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	static const uint8_t last[] = { LAST, HEAD, LAST_HANDLE & 0xff, LAST_HANDLE >> 8, 0, 0 };
	bool has_bios = false;
	struct coco_rd rd;
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_SMBIOS_MAX);
	coco_rd_init(&rd, tables, 0, diag);
	int r = add_structures(&wr, &rd, &has_bios);
	if (r == 0 && !has_bios)
		r = add_bios(&wr, fw, diag);
	coco_wr_bytes(&wr, last, sizeof(last));
	if (r != 0) {
		coco_wr_free(&wr);
		return r;
	}
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

int coco_smbios_has_bios(struct coco_view tables, bool *ret, struct coco_diag *diag)
{
	bool has_bios = false;
	struct coco_rd rd;

	if (tables.n > COCO_SMBIOS_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "SMBIOS tables of %zu bytes", tables.n);
	coco_rd_init(&rd, tables, 0, diag);
	int r = add_structures(NULL, &rd, &has_bios);
	if (r == 0)
		*ret = has_bios;
	return r;
}
