/*
 * pe.c - headers and sections of PE images (see pe.h).
 */
#include "formats/measure/pe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/rd.h"

enum {
	DOS_HEADER = 64,
	LFANEW_AT = 60,
	FILE_HEADER = 24,        /* with the signature */
	SECTION_HEADER = 40,
	DIRECTORY = 8,
	CERTS_DIRECTORY = 4,     /* index of the certificate table */
	MAGIC_PE32 = 0x10b,
	MAGIC_PE32_PLUS = 0x20b,
	FIXED_PE32 = 96,         /* bytes of the optional header before the directories */
	FIXED_PE32_PLUS = 112,
};

static const struct {
	uint16_t machine;
	const char *name;
} machines[] = {
	{ 0x014c, "i386" },    { 0x8664, "x86-64" },  { 0xaa64, "AArch64" },
	{ 0x01c2, "ARM" },     { 0x5064, "RISC-V 64" }, { 0x6264, "LoongArch 64" },
	{ 0x0ebc, "EBC" },
};

const char *coco_pe_machine_name(uint16_t machine)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(machines); i++)
		if (machines[i].machine == machine)
			return machines[i].name;
	return "unknown";
}

/* What is known between the parts of the headers. */
struct heads {
	struct coco_rd rd;
	uint64_t optional_at;
	uint16_t optional_size;
	uint16_t n_sections;
};

static void seek(struct heads *h, uint64_t at, const char *field)
{
	struct coco_rd *rd = &h->rd;

	if (!coco_rd_ok(rd))
		return;
	rd->at = 0;
	coco_rd_view(rd, at, field);
}

static void read_file_header(struct coco_pe *pe, struct heads *h)
{
	struct coco_rd *rd = &h->rd;

	if (coco_rd_le16(rd, "e_magic") != 0x5a4d) {
		coco_rd_fail(rd, COCO_E_PE_SIGNATURE, "e_magic",
			     "the file does not begin with \"MZ\"");
		return;
	}
	seek(h, LFANEW_AT, "DOS header");
	uint32_t at = coco_rd_le32(rd, "e_lfanew");
	if (coco_rd_ok(rd) && (at < DOS_HEADER || at > COCO_PE_HEAD / 2)) {
		coco_rd_fail(rd, COCO_E_PE_SIGNATURE, "e_lfanew",
			     "a PE header at offset 0x%" PRIx32 " is not possible", at);
		return;
	}
	seek(h, at, "PE header");
	if (coco_rd_le32(rd, "PE signature") != 0x4550) {
		coco_rd_fail(rd, COCO_E_PE_SIGNATURE, "PE signature",
			     "there is no PE header at offset 0x%" PRIx32, at);
		return;
	}
	pe->machine = coco_rd_le16(rd, "Machine");
	h->n_sections = coco_rd_le16(rd, "NumberOfSections");
	coco_rd_view(rd, 12, "COFF header");
	h->optional_size = coco_rd_le16(rd, "SizeOfOptionalHeader");
	coco_rd_le16(rd, "Characteristics");
	h->optional_at = at + FILE_HEADER;
}

static void read_directories(struct coco_pe *pe, struct heads *h, uint16_t fixed)
{
	struct coco_rd *rd = &h->rd;

	seek(h, h->optional_at + fixed - 4, "optional header");
	uint32_t n = coco_rd_le32(rd, "NumberOfRvaAndSizes");
	if (!coco_rd_ok(rd))
		return;
	if (n > COCO_PE_DIRECTORIES || fixed + n * DIRECTORY > h->optional_size) {
		coco_rd_fail(rd, COCO_E_PE_HEADER, "NumberOfRvaAndSizes",
			     "%" PRIu32 " data directories do not fit into an optional header of "
			     "%u bytes", n, (unsigned)h->optional_size);
		return;
	}
	if (n <= CERTS_DIRECTORY)
		return;
	pe->has_certs_entry = true;
	pe->certs_entry_at = h->optional_at + fixed + CERTS_DIRECTORY * DIRECTORY;
	seek(h, pe->certs_entry_at, "data directories");
	pe->certs_at = coco_rd_le32(rd, "certificate table offset");
	pe->certs_size = coco_rd_le32(rd, "certificate table size");
}

static void read_optional_header(struct coco_pe *pe, struct heads *h)
{
	struct coco_rd *rd = &h->rd;

	seek(h, h->optional_at, "optional header");
	uint16_t magic = coco_rd_le16(rd, "optional header magic");
	if (!coco_rd_ok(rd))
		return;
	if (magic != MAGIC_PE32 && magic != MAGIC_PE32_PLUS) {
		coco_rd_fail(rd, COCO_E_PE_SIGNATURE, "optional header magic",
			     "an optional header of kind 0x%x is neither PE32 nor PE32+",
			     (unsigned)magic);
		return;
	}
	pe->plus = magic == MAGIC_PE32_PLUS;
	uint16_t fixed = pe->plus ? FIXED_PE32_PLUS : FIXED_PE32;
	if (h->optional_size < fixed) {
		coco_rd_fail(rd, COCO_E_PE_HEADER, "SizeOfOptionalHeader",
			     "an optional header of %u bytes is too short",
			     (unsigned)h->optional_size);
		return;
	}
	seek(h, h->optional_at + 56, "optional header");
	pe->image_size = coco_rd_le32(rd, "SizeOfImage");
	pe->headers_size = coco_rd_le32(rd, "SizeOfHeaders");
	pe->checksum_at = h->optional_at + 64;
	pe->checksum = coco_rd_le32(rd, "CheckSum");
	pe->subsystem = coco_rd_le16(rd, "Subsystem");
	read_directories(pe, h, fixed);
}

/* The headers end where they say, behind the section table, inside the file. */
static int judge_headers(struct coco_pe *pe, struct heads *h)
{
	struct coco_rd *rd = &h->rd;
	uint64_t table = h->optional_at + h->optional_size;
	uint64_t end = table + (uint64_t)h->n_sections * SECTION_HEADER;

	if (pe->headers_size > pe->file_size)
		return coco_rd_fail(rd, COCO_E_PE_HEADER, "SizeOfHeaders",
				    "headers of %" PRIu32 " bytes do not fit into the file",
				    pe->headers_size);
	if (end > pe->headers_size)
		return coco_rd_fail(rd, COCO_E_PE_HEADER, "SizeOfHeaders",
				    "the section table ends at %" PRIu64 ", the headers at %"
				    PRIu32, end, pe->headers_size);
	if (h->n_sections > COCO_PE_SECTIONS)
		return coco_rd_fail(rd, COCO_E_PE_SECTION, "NumberOfSections",
				    "%u sections are too many", (unsigned)h->n_sections);
	seek(h, table, "section table");
	coco_rd_count(rd, h->n_sections, SECTION_HEADER, COCO_PE_SECTIONS, "NumberOfSections");
	return rd->code;
}

static int judge_section(const struct coco_pe *pe, const struct coco_pe_section *s,
			 struct coco_rd *rd)
{
	if (s->raw_size == 0)
		return 0;
	if (s->raw_at < pe->headers_size)
		return coco_rd_fail(rd, COCO_E_PE_SECTION, "PointerToRawData",
				    "the section %s begins at 0x%" PRIx32 ", inside the headers",
				    s->name, s->raw_at);
	if ((uint64_t)s->raw_at + s->raw_size > pe->file_size)
		return coco_rd_fail(rd, COCO_E_PE_SECTION, "SizeOfRawData",
				    "the section %s ends at 0x%" PRIx64 ", beyond the file",
				    s->name, (uint64_t)s->raw_at + s->raw_size);
	return 0;
}

static int read_sections(struct coco_pe *pe, struct heads *h)
{
	struct coco_rd *rd = &h->rd;

	if (h->n_sections == 0)
		return 0;
	pe->sections = coco_zalloc(h->n_sections, sizeof(*pe->sections));
	if (pe->sections == NULL)
		return coco_fail(rd->diag, COCO_E_LIMIT_MEMORY, "no memory for a section table");
	for (size_t i = 0; i < h->n_sections; i++) {
		struct coco_pe_section *s = &pe->sections[i];

		coco_rd_copy(rd, s->name, COCO_PE_NAME - 1, "section name");
		s->virtual_size = coco_rd_le32(rd, "VirtualSize");
		s->address = coco_rd_le32(rd, "VirtualAddress");
		s->raw_size = coco_rd_le32(rd, "SizeOfRawData");
		s->raw_at = coco_rd_le32(rd, "PointerToRawData");
		coco_rd_view(rd, 12, "section header");
		s->flags = coco_rd_le32(rd, "section Characteristics");
		if (!coco_rd_ok(rd) || judge_section(pe, s, rd) != 0)
			return rd->code;
	}
	pe->n_sections = h->n_sections;
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct coco_pe_range *x = a;
	const struct coco_pe_range *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->n > y->n) - (x->n < y->n);
}

/* Sections with contents, by offset; *list has room for all; their number. */
static size_t sort_sections(const struct coco_pe *pe, struct coco_pe_range *list)
{
	size_t n = 0;

	for (size_t i = 0; i < pe->n_sections; i++) {
		const struct coco_pe_section *s = &pe->sections[i];

		if (s->raw_size != 0)
			list[n++] = (struct coco_pe_range){ .at = s->raw_at, .n = s->raw_size,
							    .part = COCO_PE_PART_SECTION,
							    .hashed = true, .section = s };
	}
	if (n > 1)
		qsort(list, n, sizeof(*list), by_offset);
	return n;
}

/* Headers and raw data of all sections, as the firmware sums them up. */
static uint64_t sum_of(const struct coco_pe *pe)
{
	uint64_t sum = pe->headers_size;

	for (size_t i = 0; i < pe->n_sections; i++)
		sum += pe->sections[i].raw_size;
	return sum;
}

static int judge_layout(const struct coco_pe *pe, struct coco_diag *diag)
{
	struct coco_pe_range *list = coco_alloc(pe->n_sections + 1, sizeof(*list));
	int r = 0;

	if (list == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a section table");
	size_t n = sort_sections(pe, list);
	for (size_t i = 1; r == 0 && i < n; i++)
		if (list[i - 1].at + list[i - 1].n > list[i].at)
			r = coco_fail_at(diag, COCO_E_PE_SECTION, list[i].at, "PointerToRawData",
					 "the sections %s and %s overlap",
					 list[i - 1].section->name, list[i].section->name);
	coco_free(list);
	if (r == 0 && pe->certs_size != 0 && pe->certs_size > pe->file_size - sum_of(pe))
		r = coco_fail_at(diag, COCO_E_PE_CERTIFICATES, pe->certs_entry_at,
				 "certificate table size",
				 "a certificate table of %" PRIu32 " bytes does not fit behind the "
				 "sections", pe->certs_size);
	return r;
}

int coco_pe_parse(struct coco_pe *ret, struct coco_view head, uint64_t file_size,
		  struct coco_diag *diag)
{
	struct coco_pe pe = { .file_size = file_size };
	struct heads h = { .n_sections = 0 };

	if (file_size > COCO_PE_FILE_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a file of %" PRIu64 " bytes is too "
				 "large for a PE image", file_size);
	coco_rd_init(&h.rd, head, 0, diag);
	read_file_header(&pe, &h);
	read_optional_header(&pe, &h);
	int r = h.rd.code;
	if (r == 0)
		r = judge_headers(&pe, &h);
	if (r == 0)
		r = read_sections(&pe, &h);
	if (r == 0)
		r = judge_layout(&pe, diag);
	if (r != 0) {
		coco_pe_free(&pe);
		return r;
	}
	*ret = pe;
	return 0;
}

void coco_pe_free(struct coco_pe *pe)
{
	coco_free(pe->sections);
	*pe = (struct coco_pe){ .file_size = 0 };
}

const struct coco_pe_section *coco_pe_find(const struct coco_pe *pe, const char *name)
{
	for (size_t i = 0; i < pe->n_sections; i++)
		if (strcmp(pe->sections[i].name, name) == 0)
			return &pe->sections[i];
	return NULL;
}

/* ---- what is hashed ---------------------------------------------------------------- */

struct ranges {
	struct coco_pe_range *list;   /* room for everything */
	size_t n;
};

static void add(struct ranges *r, uint64_t at, uint64_t end, enum coco_pe_part part, bool hashed)
{
	if (at < end)
		r->list[r->n++] = (struct coco_pe_range){ .at = at, .n = end - at, .part = part,
							  .hashed = hashed };
}

static void add_headers(const struct coco_pe *pe, struct ranges *r)
{
	uint64_t at = pe->checksum_at + 4;

	add(r, 0, pe->checksum_at, COCO_PE_PART_HEADERS, true);
	if (pe->has_certs_entry) {
		add(r, at, pe->certs_entry_at, COCO_PE_PART_HEADERS, true);
		at = pe->certs_entry_at + DIRECTORY;
	}
	add(r, at, pe->headers_size, COCO_PE_PART_HEADERS, true);
}

/* What no hashed range covers: the hashed ones in *sorted, by offset. */
static void add_skipped(const struct coco_pe *pe, struct ranges *r,
			const struct coco_pe_range *sorted, size_t n)
{
	uint64_t certs = pe->file_size - pe->certs_size;
	uint64_t at = 0;

	for (size_t i = 0; i <= n; i++) {
		uint64_t end = i < n ? sorted[i].at : pe->file_size;

		if (at < end && at == pe->checksum_at)
			add(r, at, end, COCO_PE_PART_CHECKSUM, false);
		else if (at < end && pe->has_certs_entry && at == pe->certs_entry_at)
			add(r, at, end, COCO_PE_PART_CERTS_ENTRY, false);
		else if (at < end && end == pe->file_size && pe->certs_size != 0) {
			add(r, at, certs, COCO_PE_PART_GAP, false);
			add(r, at > certs ? at : certs, end, COCO_PE_PART_CERTS, false);
		} else
			add(r, at, end, COCO_PE_PART_GAP, false);
		if (i < n && sorted[i].at + sorted[i].n > at)
			at = sorted[i].at + sorted[i].n;
	}
}

int coco_pe_ranges(const struct coco_pe *pe, struct coco_pe_range **ret, size_t *ret_n,
		   struct coco_diag *diag)
{
	/* at most: three of headers, the rest, and one that is skipped behind each, and two */
	size_t most = pe->n_sections + 4;
	struct coco_pe_range *sorted = coco_alloc(most, sizeof(*sorted));
	struct ranges r = { coco_alloc(2 * most + 2, sizeof(*r.list)), 0 };

	if (sorted == NULL || r.list == NULL) {
		coco_free(sorted);
		coco_free(r.list);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the parts of an image");
	}
	add_headers(pe, &r);
	r.n += sort_sections(pe, r.list + r.n);
	add(&r, sum_of(pe), pe->file_size - pe->certs_size, COCO_PE_PART_REST, true);
	size_t n = r.n;
	memcpy(sorted, r.list, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_offset);
	add_skipped(pe, &r, sorted, n);
	coco_free(sorted);
	*ret = r.list;
	*ret_n = r.n;
	return 0;
}

unsigned coco_pe_padding(const struct coco_pe *pe)
{
	return pe->certs_size != 0 ? 0 : (unsigned)(-pe->file_size & 7);
}

/* ---- CheckSum ---------------------------------------------------------------------- */

uint32_t coco_pe_checksum(uint32_t sum, struct coco_view piece)
{
	for (size_t i = 0; i < piece.n; i += 2) {
		sum += piece.p[i] | (i + 1 < piece.n ? (uint32_t)piece.p[i + 1] << 8 : 0);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

uint32_t coco_pe_checksum_final(uint32_t sum, uint64_t file_size)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (uint32_t)(file_size & UINT32_MAX);
}
