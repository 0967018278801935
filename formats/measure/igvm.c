/*
 * igvm.c - reader of IGVM files (see igvm.h).
 */
#include "formats/measure/igvm.h"

#include <string.h>

#include "formats/core/crc32.h"
#include "formats/core/err_measure.h"

enum {
	FIXED_1 = 24,
	AT_CRC = 20,
	HEADER = 8,             /* type and length */
	FIELD = 72,             /* bytes that a number of a key has room for */
	STAGE_PLATFORM = 0,
	STAGE_INITIALIZATION = 1,
	STAGE_DIRECTIVE = 2,
};

/* Every type that is known; length UINT32_MAX: any. */
static const struct type {
	uint32_t type;
	uint32_t length;
	enum coco_igvm_kind kind;
} types[] = {
	{ 0x001, 16, COCO_IGVM_PLATFORM },
	{ 0x101, 16, COCO_IGVM_POLICY },
	{ 0x102, UINT32_MAX, COCO_IGVM_OTHER },   /* relocatable region */
	{ 0x103, UINT32_MAX, COCO_IGVM_OTHER },   /* page table relocation */
	{ 0x104, 16, COCO_IGVM_OTHER },           /* CoRIM document, signature */
	{ 0x105, 16, COCO_IGVM_OTHER },
	{ 0x301, 16, COCO_IGVM_AREA },
	{ 0x302, 24, COCO_IGVM_PAGE_DATA },
	{ 0x303, 16, COCO_IGVM_INSERT },
	{ 0x304, 20, COCO_IGVM_VP_CONTEXT },
	{ 0x305, UINT32_MAX, COCO_IGVM_OTHER },   /* required memory */
	{ 0x307, UINT32_MAX, COCO_IGVM_OTHER },   /* from here on: filled in by the loader */
	{ 0x308, UINT32_MAX, COCO_IGVM_OTHER },
	{ 0x309, UINT32_MAX, COCO_IGVM_OTHER },
	{ 0x30a, UINT32_MAX, COCO_IGVM_OTHER },
	{ 0x30b, 696, COCO_IGVM_ID_BLOCK },
	{ 0x30c, UINT32_MAX, COCO_IGVM_OTHER },
	{ 0x30d, UINT32_MAX, COCO_IGVM_OTHER },   /* error range */
	{ 0x30e, UINT32_MAX, COCO_IGVM_OTHER },
	{ 0x30f, UINT32_MAX, COCO_IGVM_OTHER },
	{ 0x310, UINT32_MAX, COCO_IGVM_OTHER },
	{ 0x311, UINT32_MAX, COCO_IGVM_OTHER },   /* VBS measurement */
	{ 0x312, UINT32_MAX, COCO_IGVM_OTHER },
	{ 0x313, UINT32_MAX, COCO_IGVM_OTHER },
};

static int judge_head(const struct coco_igvm_head *h, uint64_t file_size, struct coco_diag *diag)
{
	if (h->architecture > 1)
		return coco_fail_at(diag, COCO_E_IGVM_HEAD, FIXED_1, "architecture",
				    "the architecture %u is not known", h->architecture);
	if (h->headers_size > COCO_IGVM_HEADERS_MAX)
		return coco_fail_at(diag, COCO_E_LIMIT_SIZE, 12, "variable header size",
				    "%u bytes of headers", h->headers_size);
	if (h->headers_at < h->fixed_size || h->headers_at % 8 != 0 || h->headers_size % 8 != 0 ||
	    h->headers_at > h->total_size || h->headers_size > h->total_size - h->headers_at)
		return coco_fail_at(diag, COCO_E_IGVM_HEAD, 8, "variable header offset",
				    "%u bytes of headers at offset %u do not fit a file of %u",
				    h->headers_size, h->headers_at, h->total_size);
	if (h->total_size != file_size)
		return coco_fail_at(diag, COCO_E_IGVM_HEAD, 16, "total file size",
				    "the file has %llu bytes and says %u",
				    (unsigned long long)file_size, h->total_size);
	return 0;
}

int coco_igvm_head(struct coco_igvm_head *ret, struct coco_view start, uint64_t file_size,
		   struct coco_diag *diag)
{
	struct coco_igvm_head h = { .fixed_size = FIXED_1 };
	struct coco_rd rd;

	coco_rd_init(&rd, start, 0, diag);
	struct coco_view magic = coco_rd_view(&rd, 4, "magic");
	if (coco_rd_ok(&rd) && memcmp(magic.p, "IGVM", 4) != 0)
		return coco_fail_at(diag, COCO_E_IGVM_HEAD, 0, "magic", "this is no IGVM file");
	h.version = coco_rd_le32(&rd, "format version");
	if (coco_rd_ok(&rd) && h.version != 1 && h.version != 2)
		return coco_fail_at(diag, COCO_E_IGVM_HEAD, 4, "format version",
				    "IGVM format version %u is not known", h.version);
	h.headers_at = coco_rd_le32(&rd, "variable header offset");
	h.headers_size = coco_rd_le32(&rd, "variable header size");
	h.total_size = coco_rd_le32(&rd, "total file size");
	h.crc = coco_rd_le32(&rd, "checksum");
	if (h.version == 2) {
		h.fixed_size = COCO_IGVM_FIXED;
		h.architecture = coco_rd_le32(&rd, "architecture");
		uint32_t page = coco_rd_le32(&rd, "page size");
		if (coco_rd_ok(&rd) && page != COCO_IGVM_PAGE)
			return coco_fail_at(diag, COCO_E_IGVM_HEAD, FIXED_1 + 4, "page size",
					    "pages of %u bytes are not supported", page);
	}
	if (!coco_rd_ok(&rd))
		return rd.code;
	int r = judge_head(&h, file_size, diag);
	if (r == 0)
		*ret = h;
	return r;
}

int coco_igvm_check_crc(const struct coco_igvm_head *head, struct coco_view fixed,
			struct coco_view list, struct coco_diag *diag)
{
	static const uint8_t zeros[4];

	if (fixed.n < head->fixed_size)
		return coco_fail(diag, COCO_E_INTERNAL, "a fixed header of %zu bytes", fixed.n);
	uint32_t crc = coco_crc32(0, fixed.p, AT_CRC);
	crc = coco_crc32(crc, zeros, sizeof(zeros));
	crc = coco_crc32(crc, fixed.p + AT_CRC + 4, head->fixed_size - AT_CRC - 4);
	crc = coco_crc32(crc, list.p, list.n);
	if (crc == head->crc)
		return 0;
	coco_diag_expected(diag, "0x%08x", head->crc);
	coco_diag_actual(diag, "0x%08x", crc);
	return coco_fail_at(diag, COCO_E_IMAGE_CRC, AT_CRC, "checksum",
			    "the headers are not those that the checksum was made of");
}

void coco_igvm_start(struct coco_igvm_walk *w, const struct coco_igvm_head *head,
		     struct coco_view list, struct coco_diag *diag)
{
	*w = (struct coco_igvm_walk){ .head = head, .diag = diag };
	coco_rd_init(&w->rd, list, head->headers_at, diag);
}

static int bad(const struct coco_igvm_header *h, const char *field, const char *what,
	       struct coco_diag *diag)
{
	return coco_fail_at(diag, COCO_E_IGVM_HEADER, h->at, field, "header 0x%03x: %s", h->type,
			    what);
}

/* ---- contents ---------------------------------------------------------------------- */

static int judge_gpa(const struct coco_igvm_header *h, uint64_t gpa, uint64_t unit,
		     struct coco_diag *diag)
{
	if (gpa % unit != 0)
		return bad(h, "gpa", "an address that is not that of a page", diag);
	return 0;
}

/* n bytes at an offset of the file, behind the headers; 0: none. */
static int judge_data(const struct coco_igvm_walk *w, const struct coco_igvm_header *h,
		      uint32_t at, uint64_t n)
{
	const struct coco_igvm_head *head = w->head;

	if (at == 0)
		return 0;
	if (at < head->headers_at + head->headers_size || at > head->total_size ||
	    n > head->total_size - at)
		return bad(h, "file offset", "bytes that are not in the data of the file", w->diag);
	return 0;
}

static int read_platform(struct coco_rd *rd, struct coco_igvm_header *h, struct coco_diag *diag)
{
	h->mask = coco_rd_le32(rd, "compatibility mask");
	coco_rd_u8(rd, "highest vtl");
	uint8_t platform = coco_rd_u8(rd, "platform type");
	coco_rd_le16(rd, "platform version");
	coco_rd_le64(rd, "shared gpa boundary");
	if (platform > COCO_IGVM_CCA)
		return bad(h, "platform type", "an unknown platform", diag);
	if (h->mask == 0 || (h->mask & (h->mask - 1)) != 0)
		return bad(h, "compatibility mask", "a platform has exactly one bit", diag);
	h->platform = (enum coco_igvm_platform)platform;
	return 0;
}

static int read_area(const struct coco_igvm_walk *w, struct coco_rd *rd,
		     struct coco_igvm_header *h)
{
	h->area.bytes = coco_rd_le64(rd, "number of bytes");
	h->area.index = coco_rd_le32(rd, "parameter area index");
	uint32_t at = coco_rd_le32(rd, "file offset");
	if (h->area.bytes == 0 || h->area.bytes > COCO_IGVM_AREA_MAX)
		return bad(h, "number of bytes", "a parameter area of an impossible size",
			   w->diag);
	return judge_data(w, h, at, 1);
}

static int read_page(const struct coco_igvm_walk *w, struct coco_rd *rd,
		     struct coco_igvm_header *h)
{
	h->page.gpa = coco_rd_le64(rd, "gpa");
	h->mask = coco_rd_le32(rd, "compatibility mask");
	h->page.data_at = coco_rd_le32(rd, "file offset");
	h->page.flags = coco_rd_le32(rd, "flags");
	h->page.data_type = coco_rd_le16(rd, "data type");
	uint16_t reserved = coco_rd_le16(rd, "reserved");
	if ((h->page.flags & ~7U) != 0 || reserved != 0)
		return bad(h, "flags", "unknown flags", w->diag);
	if (h->page.data_type > COCO_IGVM_CPUID_XF)
		return bad(h, "data type", "an unknown type of page", w->diag);
	int r = judge_gpa(h, h->page.gpa, coco_igvm_page_size(h), w->diag);
	return r == 0 ? judge_data(w, h, h->page.data_at, coco_igvm_page_size(h)) : r;
}

static int read_insert(const struct coco_igvm_walk *w, struct coco_rd *rd,
		       struct coco_igvm_header *h)
{
	h->insert.gpa = coco_rd_le64(rd, "gpa");
	h->mask = coco_rd_le32(rd, "compatibility mask");
	h->insert.index = coco_rd_le32(rd, "parameter area index");
	return judge_gpa(h, h->insert.gpa, COCO_IGVM_PAGE, w->diag);
}

static int read_context(const struct coco_igvm_walk *w, struct coco_rd *rd,
			struct coco_igvm_header *h)
{
	h->context.gpa = coco_rd_le64(rd, "gpa");
	h->mask = coco_rd_le32(rd, "compatibility mask");
	h->context.data_at = coco_rd_le32(rd, "file offset");
	h->context.vp = coco_rd_le16(rd, "vp index");
	coco_rd_le16(rd, "reserved");
	int r = judge_gpa(h, h->context.gpa, COCO_IGVM_PAGE, w->diag);
	return r == 0 ? judge_data(w, h, h->context.data_at, COCO_IGVM_PAGE) : r;
}

/* A number of FIELD bytes, little-endian; the part that P-384 has no use for is zero. */
static bool read_number(struct coco_rd *rd, uint8_t ret[COCO_ID_NUMBER], const char *field)
{
	uint8_t raw[FIELD];
	bool good = true;

	coco_rd_copy(rd, raw, sizeof(raw), field);
	for (size_t i = 0; i < FIELD; i++)
		if (i < COCO_ID_NUMBER)
			ret[COCO_ID_NUMBER - 1 - i] = raw[i];
		else
			good &= raw[i] == 0;
	return good;
}

static bool read_pair(struct coco_rd *rd, struct coco_id_pair *ret, const char *field)
{
	bool a = read_number(rd, ret->a, field);
	bool b = read_number(rd, ret->b, field);

	return a && b;
}

static bool read_key(struct coco_rd *rd, uint32_t *curve, struct coco_id_pair *ret,
		     const char *field)
{
	*curve = coco_rd_le32(rd, field);
	uint32_t reserved = coco_rd_le32(rd, field);
	return read_pair(rd, ret, field) && reserved == 0;
}

static int read_id_block(struct coco_rd *rd, struct coco_igvm_header *h, struct coco_diag *diag)
{
	struct coco_igvm_id_block *b = &h->id;

	h->mask = coco_rd_le32(rd, "compatibility mask");
	uint8_t author = coco_rd_u8(rd, "author key enabled");
	coco_rd_skip_zero(rd, 3, "reserved");
	coco_rd_copy(rd, b->block.digest, sizeof(b->block.digest), "launch digest");
	coco_rd_copy(rd, b->block.family, sizeof(b->block.family), "family id");
	coco_rd_copy(rd, b->block.image, sizeof(b->block.image), "image id");
	b->version = coco_rd_le32(rd, "version");
	b->block.svn = coco_rd_le32(rd, "guest svn");
	b->block.policy = 0;
	b->id_algorithm = coco_rd_le32(rd, "id key algorithm");
	b->author_algorithm = coco_rd_le32(rd, "author key algorithm");
	bool good = read_pair(rd, &b->signature, "id key signature");
	good &= read_key(rd, &b->id_curve, &b->id_key, "id public key");
	good &= read_pair(rd, &b->author_signature, "author key signature");
	good &= read_key(rd, &b->author_curve, &b->author_key, "author public key");
	if (!coco_rd_ok(rd))
		return rd->code;
	if (!good || author > 1)
		return bad(h, "id block", "a key or signature is not of the form of P-384", diag);
	b->has_author = author != 0;
	return 0;
}

static int read_content(const struct coco_igvm_walk *w, struct coco_rd *rd,
			struct coco_igvm_header *h)
{
	switch (h->kind) {
	case COCO_IGVM_PLATFORM:
		return read_platform(rd, h, w->diag);
	case COCO_IGVM_POLICY:
		h->policy = coco_rd_le64(rd, "policy");
		h->mask = coco_rd_le32(rd, "compatibility mask");
		coco_rd_le32(rd, "reserved");
		return 0;
	case COCO_IGVM_AREA:
		return read_area(w, rd, h);
	case COCO_IGVM_PAGE_DATA:
		return read_page(w, rd, h);
	case COCO_IGVM_INSERT:
		return read_insert(w, rd, h);
	case COCO_IGVM_VP_CONTEXT:
		return read_context(w, rd, h);
	case COCO_IGVM_ID_BLOCK:
		return read_id_block(rd, h, w->diag);
	case COCO_IGVM_OTHER:
		break;
	}
	return 0;
}

/* ---- the list ---------------------------------------------------------------------- */

static const struct type *find_type(uint32_t type)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++)
		if (types[i].type == type)
			return &types[i];
	return NULL;
}

static unsigned stage_of(uint32_t type)
{
	if (type <= 0x100)
		return STAGE_PLATFORM;
	return type <= 0x300 ? STAGE_INITIALIZATION : STAGE_DIRECTIVE;
}

int coco_igvm_next(struct coco_igvm_walk *w, struct coco_igvm_header *ret, bool *ret_more)
{
	struct coco_igvm_header h = { .kind = COCO_IGVM_OTHER };
	struct coco_rd *rd = &w->rd;
	struct coco_rd content;

	if (coco_rd_ok(rd) && coco_rd_left(rd) == 0) {
		*ret_more = false;
		return 0;
	}
	h.at = rd->base + rd->at;
	h.type = coco_rd_le32(rd, "header type");
	uint32_t length = coco_rd_le32(rd, "header length");
	if (!coco_rd_ok(rd))
		return rd->code;
	const struct type *t = find_type(h.type);
	if (t == NULL)
		return bad(&h, "header type", "a type that is not known", w->diag);
	if (t->length != UINT32_MAX && t->length != length)
		return bad(&h, "header length", "a length that the type does not have", w->diag);
	if (stage_of(h.type) < w->stage)
		return bad(&h, "header type", "it comes too late in the list", w->diag);
	w->stage = stage_of(h.type);
	h.kind = t->kind;
	coco_rd_init(&content, coco_rd_view(rd, length, "header content"), h.at + HEADER, w->diag);
	coco_rd_skip_zero(rd, -length & 7, "padding");
	if (!coco_rd_ok(rd))
		return rd->code;
	int r = read_content(w, &content, &h);
	if (r != 0)
		return r;
	*ret = h;
	*ret_more = true;
	return 0;
}

size_t coco_igvm_page_size(const struct coco_igvm_header *h)
{
	return (h->page.flags & COCO_IGVM_IS_LARGE) != 0 ? COCO_IGVM_LARGE : COCO_IGVM_PAGE;
}

const char *coco_igvm_platform_name(enum coco_igvm_platform platform)
{
	static const char *const names[] = { "native", "vsm", "sev-snp", "tdx", "sev", "sev-es",
					     "cca" };

	return (size_t)platform < COCO_ARRAY_LEN(names) ? names[platform] : "unknown";
}
