/*
 * sev_metadata.c - the firmware's list of memory for SEV-SNP (see
 * sev_metadata.h).
 */
#include "formats/measure/sev_metadata.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

enum {
	HEAD = 16,
	ITEM = 12,
	VERSION = 1,
	PAGE = 4096,
};

static const struct {
	uint32_t type;
	const char *name;
} names[] = {
	{ COCO_SEV_SEC_MEM, "sec_mem" },
	{ COCO_SEV_SECRETS, "secrets" },
	{ COCO_SEV_CPUID, "cpuid" },
	{ COCO_SEV_SVSM_CAA, "svsm_caa" },
	{ COCO_SEV_KERNEL_HASHES, "kernel_hashes" },
};

const char *coco_sev_section_name(uint32_t type)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return "unknown";
}

const struct coco_sev_section *coco_sev_metadata_find(const struct coco_sev_metadata *m,
						      enum coco_sev_section_type type)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->section[i].type == (uint32_t)type)
			return &m->section[i];
	return NULL;
}

static bool known_type(uint32_t type)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		if (names[i].type == type)
			return true;
	return false;
}

static bool overlap(const struct coco_sev_section *a, const struct coco_sev_section *b)
{
	return a->size != 0 && b->size != 0 && (uint64_t)a->gpa < (uint64_t)b->gpa + b->size &&
	       (uint64_t)b->gpa < (uint64_t)a->gpa + a->size;
}

/* Judges section i against the rules and the ones before it; at: its offset. */
static int judge(const struct coco_sev_metadata *m, size_t i, uint64_t at, struct coco_diag *diag)
{
	const struct coco_sev_section *s = &m->section[i];

	if (!known_type(s->type))
		return coco_fail_at(diag, COCO_E_SEV_SECTION, at + 8, "section type",
				    "section %zu has the unknown type 0x%x", i, s->type);
	if (s->size == 0)
		return 0;
	if (s->gpa % PAGE != 0 || s->size % PAGE != 0)
		return coco_fail_at(diag, COCO_E_SEV_SECTION, at, "section address",
				    "section %zu (%s) is not made of whole pages: 0x%x, 0x%x bytes",
				    i, coco_sev_section_name(s->type), s->gpa, s->size);
	if ((uint64_t)s->gpa + s->size > (uint64_t)1 << 32)
		return coco_fail_at(diag, COCO_E_SEV_SECTION, at, "section size",
				    "section %zu (%s) ends beyond 4 GiB", i,
				    coco_sev_section_name(s->type));
	if ((s->type == COCO_SEV_SECRETS || s->type == COCO_SEV_CPUID) && s->size != PAGE)
		return coco_fail_at(diag, COCO_E_SEV_SECTION, at + 4, "section size",
				    "section %zu (%s) is not one page", i,
				    coco_sev_section_name(s->type));
	for (size_t k = 0; k < i; k++)
		if (overlap(s, &m->section[k]))
			return coco_fail_at(diag, COCO_E_SEV_SECTION, at, "section address",
					    "sections %zu and %zu overlap", k, i);
	return 0;
}

int coco_sev_metadata_parse(struct coco_sev_metadata *ret, struct coco_view image,
			    uint32_t distance, struct coco_diag *diag)
{
	struct coco_sev_metadata m = { .n = 0 };
	struct coco_rd rd;

	if (distance < HEAD || distance > image.n)
		return coco_fail(diag, COCO_E_SEV_METADATA,
				 "SEV metadata %u bytes before the end lies outside the image",
				 distance);
	uint64_t base = image.n - distance;
	coco_rd_init(&rd, coco_view_of(image.p + base, distance), base, diag);
	struct coco_view magic = coco_rd_view(&rd, 4, "signature");
	if (memcmp(magic.p, "ASEV", 4) != 0)
		return coco_fail_at(diag, COCO_E_SEV_METADATA, base, "signature",
				    "there is no SEV metadata where the firmware's table says");
	uint32_t size = coco_rd_le32(&rd, "size");
	uint32_t version = coco_rd_le32(&rd, "version");
	uint32_t count = coco_rd_le32(&rd, "count");
	if (version != VERSION)
		return coco_fail_at(diag, COCO_E_SEV_METADATA, base + 8, "version",
				    "SEV metadata of version %u is not known", version);
	if (size > distance || size < HEAD || count > COCO_SEV_SECTIONS ||
	    count > (size - HEAD) / ITEM)
		return coco_fail_at(diag, COCO_E_SEV_METADATA, base + 4, "size",
				    "SEV metadata of %u bytes cannot hold %u sections here", size,
				    count);
	for (m.n = 0; m.n < count; m.n++) {
		struct coco_sev_section *s = &m.section[m.n];
		uint64_t at = base + rd.at;

		s->gpa = coco_rd_le32(&rd, "section address");
		s->size = coco_rd_le32(&rd, "section size");
		s->type = coco_rd_le32(&rd, "section type");
		int r = coco_rd_ok(&rd) ? judge(&m, m.n, at, diag) : rd.code;
		if (r != 0)
			return r;
	}
	*ret = m;
	return 0;
}
