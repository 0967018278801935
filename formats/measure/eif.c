/*
 * eif.c - reader of EIF files (see eif.h).
 */
#include "formats/measure/eif.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

enum {
	VERSION = 4,
	AT_COUNT = 26,
	AT_OFFSETS = 28,
	AT_SIZES = 284,
};

/* Sections one after the other, from the header to the end of the file. */
static int judge_sections(const struct coco_eif_head *h, uint64_t file_size,
			  struct coco_diag *diag)
{
	uint64_t at = COCO_EIF_HEAD;

	if (h->n == 0 || h->n > COCO_EIF_SECTIONS)
		return coco_fail_at(diag, COCO_E_EIF, AT_COUNT, "sections",
				    "an image of %zu sections is not possible", h->n);
	for (size_t i = 0; i < h->n; i++) {
		if (h->at[i] != at)
			return coco_fail_at(diag, COCO_E_EIF, AT_OFFSETS + 8 * i, "section offset",
					    "section %zu is not where the one before ends", i);
		if (coco_add64_overflows(at, COCO_EIF_SECTION, &at) ||
		    coco_add64_overflows(at, h->size[i], &at) || at > file_size)
			return coco_fail_at(diag, COCO_E_EIF, AT_SIZES + 8 * i, "section size",
					    "section %zu ends beyond the file of %llu bytes", i,
					    (unsigned long long)file_size);
	}
	if (at != file_size)
		return coco_fail_at(diag, COCO_E_EIF, at, "sections",
				    "bytes follow the last section");
	return 0;
}

int coco_eif_head(struct coco_eif_head *ret, struct coco_view start, uint64_t file_size,
		  struct coco_diag *diag)
{
	struct coco_eif_head h = { .version = 0 };
	struct coco_rd rd;

	coco_rd_init(&rd, start, 0, diag);
	struct coco_view magic = coco_rd_view(&rd, 4, "magic");
	if (coco_rd_ok(&rd) && memcmp(magic.p, ".eif", 4) != 0)
		return coco_fail_at(diag, COCO_E_EIF, 0, "magic", "this is no EIF file");
	h.version = coco_rd_be16(&rd, "version");
	if (coco_rd_ok(&rd) && h.version != VERSION)
		return coco_fail_at(diag, COCO_E_EIF, 4, "version", "EIF version %u is not known",
				    h.version);
	uint16_t flags = coco_rd_be16(&rd, "flags");
	h.arm64 = (flags & 1) != 0;
	h.memory = coco_rd_be64(&rd, "default memory");
	h.cpus = coco_rd_be64(&rd, "default cpus");
	coco_rd_be16(&rd, "reserved");
	h.n = coco_rd_be16(&rd, "sections");
	for (size_t i = 0; i < COCO_EIF_SECTIONS; i++)
		h.at[i] = coco_rd_be64(&rd, "section offset");
	for (size_t i = 0; i < COCO_EIF_SECTIONS; i++)
		h.size[i] = coco_rd_be64(&rd, "section size");
	coco_rd_be32(&rd, "unused");
	h.crc = coco_rd_be32(&rd, "checksum");
	if (!coco_rd_ok(&rd))
		return rd.code;
	int r = judge_sections(&h, file_size, diag);
	if (r == 0)
		*ret = h;
	return r;
}

/* How many of a type were met, and how long one may be; NULL: an unknown type. */
static unsigned *count_of(struct coco_eif_seen *seen, uint16_t type, uint64_t *ret_max)
{
	*ret_max = UINT64_MAX;
	switch (type) {
	case COCO_EIF_KERNEL:
		return &seen->kernels;
	case COCO_EIF_CMDLINE:
		*ret_max = COCO_EIF_CMDLINE_MAX;
		return &seen->cmdlines;
	case COCO_EIF_RAMDISK:
		return &seen->ramdisks;
	case COCO_EIF_SIGNATURE:
		*ret_max = COCO_EIF_SIGNATURE_MAX;
		return &seen->signatures;
	case COCO_EIF_METADATA:
		return &seen->metadata;
	default:
		return NULL;
	}
}

int coco_eif_section(const struct coco_eif_head *head, size_t i, struct coco_view start,
		     struct coco_eif_seen *seen, enum coco_eif_type *ret, struct coco_diag *diag)
{
	uint64_t at = head->at[i];
	struct coco_rd rd;
	uint64_t max;

	coco_rd_init(&rd, start, at, diag);
	uint16_t type = coco_rd_be16(&rd, "section type");
	coco_rd_be16(&rd, "section flags");
	uint64_t size = coco_rd_be64(&rd, "section size");
	if (!coco_rd_ok(&rd))
		return rd.code;
	unsigned *count = count_of(seen, type, &max);
	if (count == NULL)
		return coco_fail_at(diag, COCO_E_EIF, at, "section type",
				    "section %zu has the unknown type %u", i, type);
	if (size != head->size[i])
		return coco_fail_at(diag, COCO_E_EIF, at + 4, "section size",
				    "section %zu has another size in its own header", i);
	if (*count != 0 && type != COCO_EIF_RAMDISK)
		return coco_fail_at(diag, COCO_E_EIF, at, "section type",
				    "there is a second section \"%s\"",
				    coco_eif_type_name((enum coco_eif_type)type));
	if (size > max)
		return coco_fail_at(diag, COCO_E_EIF, at + 4, "section size",
				    "a section \"%s\" of %llu bytes",
				    coco_eif_type_name((enum coco_eif_type)type),
				    (unsigned long long)size);
	++*count;
	*ret = (enum coco_eif_type)type;
	return 0;
}

int coco_eif_complete(const struct coco_eif_seen *seen, struct coco_diag *diag)
{
	const char *missing = seen->kernels == 0 ? "kernel" :
			      seen->cmdlines == 0 ? "command line" :
			      seen->ramdisks == 0 ? "RAM disk" : NULL;

	if (missing == NULL)
		return 0;
	return coco_fail(diag, COCO_E_EIF, "the image has no %s", missing);
}

const char *coco_eif_type_name(enum coco_eif_type type)
{
	switch (type) {
	case COCO_EIF_KERNEL:
		return "kernel";
	case COCO_EIF_CMDLINE:
		return "cmdline";
	case COCO_EIF_RAMDISK:
		return "ramdisk";
	case COCO_EIF_SIGNATURE:
		return "signature";
	case COCO_EIF_METADATA:
		return "metadata";
	}
	return "unknown";
}
