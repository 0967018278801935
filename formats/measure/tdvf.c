/*
 * tdvf.c - the firmware's list of memory for TDX (see tdvf.h).
 */
#include "formats/measure/tdvf.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"
#include "formats/measure/guid.h"

enum {
	HEAD = 16,
	ITEM = 32,
	VERSION = 1,
	PAGE = COCO_OVMF_PAGE,
	LEGACY = 32,   /* bytes before the end of the image: the list's offset */
};

static const uint8_t tdvf_guid[] = COCO_GUID(0xe9eaf9f3, 0x168e, 0x44d5, 0xa8eb, 0x7f4d8738f6ae);

static const char *const names[] = {
	[COCO_TDVF_BFV] = "bfv",
	[COCO_TDVF_CFV] = "cfv",
	[COCO_TDVF_TD_HOB] = "td_hob",
	[COCO_TDVF_TEMP_MEM] = "temp_mem",
	[COCO_TDVF_PERM_MEM] = "perm_mem",
	[COCO_TDVF_PAYLOAD] = "payload",
	[COCO_TDVF_PAYLOAD_PARAM] = "payload_param",
	[COCO_TDVF_TD_INFO] = "td_info",
	[COCO_TDVF_TD_PARAMS] = "td_params",
};

const char *coco_tdvf_type_name(uint32_t type)
{
	return type < COCO_ARRAY_LEN(names) ? names[type] : "unknown";
}

const struct coco_tdvf_section *coco_tdvf_find(const struct coco_tdvf *t,
					       enum coco_tdvf_type type)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->section[i].type == (uint32_t)type)
			return &t->section[i];
	return NULL;
}

static size_t count_type(const struct coco_tdvf *t, enum coco_tdvf_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->section[i].type == (uint32_t)type;
	return n;
}

/* What a section says of itself; at: its offset. */
static int judge_alone(const struct coco_tdvf_section *s, size_t i, struct coco_view image,
		       uint64_t at, struct coco_diag *diag)
{
	if (s->type >= COCO_ARRAY_LEN(names))
		return coco_fail_at(diag, COCO_E_TDVF_SECTION, at + 24, "section type",
				    "section %zu has the unknown type 0x%" PRIx32, i, s->type);
	if ((s->attributes & ~(uint32_t)(COCO_TDVF_EXTEND | COCO_TDVF_AUG)) != 0)
		return coco_fail_at(diag, COCO_E_TDVF_SECTION, at + 28, "section attributes",
				    "section %zu (%s) has unknown attributes 0x%" PRIx32, i,
				    names[s->type], s->attributes);
	if (s->gpa % PAGE != 0 || s->size % PAGE != 0)
		return coco_fail_at(diag, COCO_E_TDVF_SECTION, at + 8, "section address",
				    "section %zu (%s) is not made of whole pages: 0x%" PRIx64
				    ", 0x%" PRIx64 " bytes", i, names[s->type], s->gpa, s->size);
	if (s->size > (uint64_t)COCO_TDVF_PAGES * PAGE ||
	    s->gpa > ((uint64_t)1 << 52) - s->size)
		return coco_fail_at(diag, COCO_E_TDVF_SECTION, at + 16, "section size",
				    "section %zu (%s) is too large", i, names[s->type]);
	if (s->raw > s->size)
		return coco_fail_at(diag, COCO_E_TDVF_SECTION, at + 4, "section data size",
				    "section %zu (%s) has more contents than memory", i,
				    names[s->type]);
	if (s->offset > image.n || s->raw > image.n - s->offset)
		return coco_fail_at(diag, COCO_E_TDVF_SECTION, at, "section data",
				    "the contents of section %zu (%s) lie outside the image: "
				    "it is only a part of one", i, names[s->type]);
	return 0;
}

/* Section i against the ones before it. */
static int judge_among(const struct coco_tdvf *t, size_t i, uint64_t at, struct coco_diag *diag)
{
	const struct coco_tdvf_section *s = &t->section[i];
	uint64_t pages = 0;

	for (size_t k = 0; k <= i; k++)
		pages += t->section[k].size / PAGE;
	if (pages > COCO_TDVF_PAGES)
		return coco_fail_at(diag, COCO_E_TDVF_SECTION, at + 16, "section size",
				    "the sections have too many pages");
	for (size_t k = 0; k < i; k++) {
		const struct coco_tdvf_section *o = &t->section[k];

		if (s->gpa < o->gpa + o->size && o->gpa < s->gpa + s->size)
			return coco_fail_at(diag, COCO_E_TDVF_SECTION, at + 8, "section address",
					    "sections %zu and %zu overlap", k, i);
	}
	return 0;
}

static int no_metadata(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_TDVF_NONE,
			 "neither the firmware's table nor the end of the image names TDX "
			 "metadata");
}

/* Where the list lies; a legacy offset that leads nowhere means that there is none. */
static int locate(struct coco_view image, const struct coco_ovmf *table, uint64_t *ret,
		  struct coco_diag *diag)
{
	struct coco_rd rd;

	if (table->has_tdx) {
		if (table->tdx_distance < HEAD || table->tdx_distance > image.n)
			return coco_fail(diag, COCO_E_TDVF_METADATA,
					 "TDX metadata %" PRIu32 " bytes before the end lies "
					 "outside the image", table->tdx_distance);
		*ret = image.n - table->tdx_distance;
		return 0;
	}
	if (image.n < LEGACY)
		return no_metadata(diag);
	coco_rd_init(&rd, coco_view_of(image.p + image.n - LEGACY, LEGACY), image.n - LEGACY,
		     NULL);
	uint32_t at = coco_rd_le32(&rd, "offset of the metadata");
	if (at < COCO_GUID_SIZE || at > image.n - HEAD || memcmp(image.p + at, "TDVF", 4) != 0)
		return no_metadata(diag);
	*ret = at;
	return 0;
}

/* The list's head; leaves the number of sections in *ret. */
static int read_head(struct coco_rd *rd, struct coco_view image, uint64_t base, uint32_t *ret,
		     struct coco_diag *diag)
{
	struct coco_view magic = coco_rd_view(rd, 4, "signature");

	if (memcmp(magic.p, "TDVF", 4) != 0)
		return coco_fail_at(diag, COCO_E_TDVF_METADATA, base, "signature",
				    "there is no TDX metadata where the firmware's table says");
	if (base < COCO_GUID_SIZE ||
	    memcmp(image.p + base - COCO_GUID_SIZE, tdvf_guid, COCO_GUID_SIZE) != 0)
		return coco_fail_at(diag, COCO_E_TDVF_METADATA, base, "GUID",
				    "the GUID before the TDX metadata is another one");
	uint32_t length = coco_rd_le32(rd, "length");
	uint32_t version = coco_rd_le32(rd, "version");
	uint32_t count = coco_rd_le32(rd, "count");
	if (version != VERSION)
		return coco_fail_at(diag, COCO_E_TDVF_METADATA, base + 8, "version",
				    "TDX metadata of version %" PRIu32 " is not known", version);
	if (count > COCO_TDVF_SECTIONS || length != HEAD + ITEM * count ||
	    length > image.n - base)
		return coco_fail_at(diag, COCO_E_TDVF_METADATA, base + 4, "length",
				    "TDX metadata of %" PRIu32 " bytes cannot hold %" PRIu32
				    " sections here", length, count);
	*ret = count;
	return 0;
}

static void read_section(struct coco_rd *rd, struct coco_tdvf_section *s)
{
	s->offset = coco_rd_le32(rd, "section data offset");
	s->raw = coco_rd_le32(rd, "section data size");
	s->gpa = coco_rd_le64(rd, "section address");
	s->size = coco_rd_le64(rd, "section size");
	s->type = coco_rd_le32(rd, "section type");
	s->attributes = coco_rd_le32(rd, "section attributes");
}

int coco_tdvf_parse(struct coco_tdvf *ret, struct coco_view image, const struct coco_ovmf *table,
		    struct coco_diag *diag)
{
	struct coco_tdvf t = { .n = 0 };
	uint32_t count = 0;
	struct coco_rd rd;

	int r = locate(image, table, &t.at, diag);
	if (r != 0)
		return r;
	coco_rd_init(&rd, coco_view_of(image.p + t.at, image.n - t.at), t.at, diag);
	r = read_head(&rd, image, t.at, &count, diag);
	for (; r == 0 && t.n < count; t.n++) {
		uint64_t at = t.at + rd.at;

		read_section(&rd, &t.section[t.n]);
		r = coco_rd_ok(&rd) ? judge_alone(&t.section[t.n], t.n, image, at, diag) : rd.code;
		if (r == 0)
			r = judge_among(&t, t.n, at, diag);
	}
	if (r == 0 && (count_type(&t, COCO_TDVF_TD_HOB) != 1 ||
		       count_type(&t, COCO_TDVF_BFV) == 0))
		r = coco_fail_at(diag, COCO_E_TDVF_METADATA, t.at, "sections",
				 "TDX metadata needs one TD_HOB section and a BFV");
	if (r == 0)
		*ret = t;
	return r;
}
