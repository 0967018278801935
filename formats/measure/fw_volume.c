/*
 * fw_volume.c - firmware volumes, files and sections (see fw_volume.h).
 */
#include "formats/measure/fw_volume.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

enum {
	EXT_NAME = 20,           /* extended header: name and size */
	FILE_HEADER = 24,
	FILE_HEADER_LARGE = 32,
	FILE_LARGE = 1,          /* attribute */
	FILE_INTEGRITY = 17,     /* offset of the checksum of contents */
	FILE_STATE = 23,
	SECTION_HEADER = 4,
	SECTION_HEADER_LARGE = 8,
	SIZE_LARGE = 0xffffff,
	GUIDED_HEADER = 20,      /* GUID, u16 offset of data, u16 attributes */
	TYPE_RAW = 0x01,
	TYPE_PAD = 0xf0,
};

const uint8_t coco_fw_lzma_guid[COCO_GUID_SIZE] =
	COCO_GUID(0xee4e5898, 0x3914, 0x4259, 0x9d6e, 0xdc7bd79403cf);
const uint8_t coco_fv_nvram_guid[COCO_GUID_SIZE] =
	COCO_GUID(0xfff12b8d, 0x7696, 0x4c8b, 0xa985, 0x2747075b4f50);
static const uint8_t ffs2_guid[COCO_GUID_SIZE] =
	COCO_GUID(0x8c8ce578, 0x8a3d, 0x4f1c, 0x9935, 0x896185c32dd3);
static const uint8_t ffs3_guid[COCO_GUID_SIZE] =
	COCO_GUID(0x5473c07a, 0x3dcb, 0x4dca, 0xbd6f, 0x1e9689e7349a);

static size_t align(size_t n, size_t unit)
{
	return (n + unit - 1) / unit * unit;
}

static int damaged(struct coco_diag *diag, uint64_t at, const char *field, const char *what)
{
	return coco_fail_at(diag, COCO_E_FIRMWARE_VOLUME, at, field, "%s", what);
}

/* The sum of the header as 16-bit numbers; it is 0 when nothing has changed. */
static uint16_t sum16(struct coco_view header)
{
	struct coco_rd rd;
	uint32_t sum = 0;

	coco_rd_init(&rd, header, 0, NULL);
	while (coco_rd_left(&rd) >= 2)
		sum += coco_rd_le16(&rd, "header");
	return (uint16_t)(sum & 0xffff);
}

/* The fixed part of a header. */
struct header {
	uint64_t length;
	uint16_t size;
	uint16_t ext;
};

static int read_ext(struct coco_fv *fv, const struct header *h, uint64_t offset,
		    struct coco_diag *diag)
{
	struct coco_rd rd;

	if (h->ext == 0)
		return 0;
	if (h->ext < h->size || h->ext > fv->bytes.n)
		return damaged(diag, offset + 52, "extended header offset",
			       "the volume's extended header lies outside of it");
	coco_rd_init(&rd, coco_view_of(fv->bytes.p + h->ext, fv->bytes.n - h->ext),
		     offset + h->ext, NULL);
	coco_rd_copy(&rd, fv->name, sizeof(fv->name), "volume name");
	uint32_t size = coco_rd_le32(&rd, "extended header size");
	if (!coco_rd_ok(&rd) || size < EXT_NAME || size > fv->bytes.n - h->ext)
		return damaged(diag, offset + h->ext + COCO_GUID_SIZE, "extended header size",
			       "the volume's extended header leaves it");
	fv->has_name = true;
	fv->first = align((size_t)h->ext + size, 8);
	return 0;
}

int coco_fv_parse(struct coco_fv *ret, struct coco_view bytes, uint64_t offset,
		  struct coco_diag *diag)
{
	struct coco_fv fv = { .offset = offset };
	struct header h;
	struct coco_rd rd;

	if (bytes.n < COCO_FV_HEADER)
		return damaged(diag, offset, "volume header", "the volume's header is cut off");
	coco_rd_init(&rd, bytes, offset, diag);
	coco_rd_view(&rd, COCO_GUID_SIZE, "zero vector");
	coco_rd_copy(&rd, fv.file_system, sizeof(fv.file_system), "file system");
	h.length = coco_rd_le64(&rd, "volume length");
	struct coco_view magic = coco_rd_view(&rd, 4, "signature");
	coco_rd_le32(&rd, "attributes");
	h.size = coco_rd_le16(&rd, "header length");
	coco_rd_le16(&rd, "checksum");
	h.ext = coco_rd_le16(&rd, "extended header offset");
	if (!coco_rd_ok(&rd))
		return rd.code;
	if (memcmp(magic.p, "_FVH", 4) != 0)
		return damaged(diag, offset + 40, "signature", "there is no firmware volume here");
	if (h.length > bytes.n || h.size < COCO_FV_HEADER || h.size % 2 != 0 ||
	    h.size > h.length)
		return damaged(diag, offset + 32, "volume length",
			       "the volume's length cannot be: it is truncated or damaged");
	if (sum16(coco_view_of(bytes.p, h.size)) != 0)
		return damaged(diag, offset + 50, "checksum",
			       "the checksum of the volume's header is wrong");
	fv.bytes = coco_view_of(bytes.p, (size_t)h.length);
	fv.first = align(h.size, 8);
	fv.has_files = memcmp(fv.file_system, ffs2_guid, COCO_GUID_SIZE) == 0 ||
		       memcmp(fv.file_system, ffs3_guid, COCO_GUID_SIZE) == 0;
	int r = read_ext(&fv, &h, offset, diag);
	if (r == 0)
		*ret = fv;
	return r;
}

int coco_fv_next(struct coco_view image, size_t *at, struct coco_fv *ret, bool *ret_found,
		 struct coco_diag *diag)
{
	size_t p = align(*at, COCO_FV_ALIGN);

	for (; p < image.n && image.n - p >= COCO_FV_HEADER; p += COCO_FV_ALIGN) {
		if (memcmp(image.p + p + 40, "_FVH", 4) != 0)
			continue;
		struct coco_fv fv;
		int r = coco_fv_parse(&fv, coco_view_of(image.p + p, image.n - p), p, diag);
		if (r != 0)
			return r;
		*ret = fv;
		*ret_found = true;
		*at = p + fv.bytes.n;
		return 0;
	}
	*ret_found = false;
	*at = image.n;
	return 0;
}

/* The sum of a file's header, without what says how its contents and its state are. */
static uint8_t sum8(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (i != FILE_INTEGRITY && i != FILE_STATE)
			sum = (uint8_t)(sum + p[i]);
	return sum;
}

static bool erased(struct coco_view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] != 0xff)
			return false;
	return true;
}

static int read_file(const struct coco_fv *fv, size_t p, struct coco_fw_file *ret, size_t *ret_n,
		     struct coco_diag *diag)
{
	struct coco_fw_file f = { .has_sections = true };
	uint64_t at = fv->offset + p;
	size_t left = fv->bytes.n - p;
	size_t header = FILE_HEADER;
	struct coco_rd rd;

	coco_rd_init(&rd, coco_view_of(fv->bytes.p + p, left), at, NULL);
	coco_rd_copy(&rd, f.name, sizeof(f.name), "file name");
	coco_rd_le16(&rd, "file checksums");
	f.type = coco_rd_u8(&rd, "file type");
	uint8_t attributes = coco_rd_u8(&rd, "file attributes");
	uint64_t size = coco_rd_le32(&rd, "file size") & SIZE_LARGE;
	if ((attributes & FILE_LARGE) != 0) {
		header = FILE_HEADER_LARGE;
		size = coco_rd_le64(&rd, "large file size");
	}
	if (size < header || size > left || !coco_rd_ok(&rd))
		return damaged(diag, at + 20, "file size", "a file leaves its firmware volume");
	if (sum8(fv->bytes.p + p, header) != 0)
		return damaged(diag, at + 16, "file checksum",
			       "the checksum of a file's header is wrong");
	f.body = coco_view_of(fv->bytes.p + p + header, (size_t)size - header);
	f.offset = at + header;
	f.has_sections = f.type != TYPE_RAW && f.type < TYPE_PAD;
	*ret = f;
	*ret_n = (size_t)size;
	return 0;
}

int coco_fw_file_next(const struct coco_fv *fv, size_t *at, struct coco_fw_file *ret,
		      bool *ret_found, struct coco_diag *diag)
{
	*ret_found = false;
	for (size_t p = align(*at, 8); p < fv->bytes.n; p = align(*at, 8)) {
		struct coco_fw_file f;
		size_t n;

		if (fv->bytes.n - p < FILE_HEADER ||
		    erased(coco_view_of(fv->bytes.p + p, FILE_HEADER)))
			break;
		int r = read_file(fv, p, &f, &n, diag);
		if (r != 0)
			return r;
		*at = p + n;
		if (f.type == TYPE_PAD)
			continue;
		*ret = f;
		*ret_found = true;
		return 0;
	}
	return 0;
}

/* Contents of a guided section start where its header says. */
static int read_guided(struct coco_fw_section *s, uint64_t at, size_t header,
		       struct coco_diag *diag)
{
	struct coco_rd rd;

	if (s->body.n < GUIDED_HEADER)
		return damaged(diag, at, "guided section", "a guided section is too short");
	coco_rd_init(&rd, s->body, at + header, NULL);
	coco_rd_copy(&rd, s->guid, sizeof(s->guid), "section GUID");
	size_t data = coco_rd_le16(&rd, "data offset");
	if (data < header + GUIDED_HEADER || data - header > s->body.n)
		return damaged(diag, at + header + COCO_GUID_SIZE, "data offset",
			       "the contents of a guided section lie outside of it");
	s->body = coco_view_of(s->body.p + (data - header), s->body.n - (data - header));
	s->offset += data - header;
	return 0;
}

int coco_fw_section_next(struct coco_view bytes, uint64_t offset, size_t *at,
			 struct coco_fw_section *ret, bool *ret_found, struct coco_diag *diag)
{
	size_t p = align(*at, 4);
	size_t header = SECTION_HEADER;
	struct coco_fw_section s = { .type = 0 };
	struct coco_rd rd;

	*ret_found = false;
	if (p >= bytes.n || bytes.n - p < SECTION_HEADER)
		return 0;
	size_t left = bytes.n - p;
	coco_rd_init(&rd, coco_view_of(bytes.p + p, left), offset + p, NULL);
	uint32_t word = coco_rd_le32(&rd, "section size");
	size_t size = word & SIZE_LARGE;
	s.type = (uint8_t)(word >> 24);
	if (size == SIZE_LARGE) {
		header = SECTION_HEADER_LARGE;
		size = coco_rd_le32(&rd, "large section size");
	}
	if (size < header || size > left)
		return damaged(diag, offset + p, "section size", "a section leaves its file");
	s.body = coco_view_of(bytes.p + p + header, size - header);
	s.offset = offset + p + header;
	int r = s.type == COCO_FW_SECTION_GUIDED ? read_guided(&s, offset + p, header, diag) : 0;
	if (r != 0)
		return r;
	*ret = s;
	*ret_found = true;
	*at = p + size;
	return 0;
}
