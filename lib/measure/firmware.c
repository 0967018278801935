/*
 * firmware.c - an OVMF image taken apart (see firmware.h).
 */
#include "lib/measure/firmware.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/firmware_priv.h"

/* Names of the volumes of OVMF. */
static const uint8_t dxe_name[COCO_GUID_SIZE] =
	COCO_GUID(0x7cb8bdc9, 0xf8eb, 0x4f34, 0xaaea, 0x3ee4af6516a1);
static const uint8_t pei_name[COCO_GUID_SIZE] =
	COCO_GUID(0x6938079b, 0xb503, 0x4e3d, 0x9d24, 0xb28337a25806);

/* Keeps a volume that matters, the first of its kind. */
static void keep_volume(struct coco_firmware *fw, const struct coco_fv *fv)
{
	struct coco_view *place = NULL;

	if (memcmp(fv->file_system, coco_fv_nvram_guid, COCO_GUID_SIZE) == 0)
		place = &fw->vars;
	else if (fv->has_name && memcmp(fv->name, dxe_name, COCO_GUID_SIZE) == 0)
		place = &fw->dxe;
	else if (fv->has_name && memcmp(fv->name, pei_name, COCO_GUID_SIZE) == 0)
		place = &fw->pei;
	if (place != NULL && place->n == 0)
		*place = fv->bytes;
}

/* The sections that the packed part holds: volumes. */
static int walk_unpacked(struct coco_firmware *fw, struct coco_diag *diag)
{
	struct coco_view all = coco_view_of(fw->unpacked, fw->n_unpacked);
	struct coco_fw_section s;
	size_t at = 0;
	bool found = true;
	int r = 0;

	while (r == 0 && found) {
		struct coco_fv fv;

		r = coco_fw_section_next(all, 0, &at, &s, &found, diag);
		if (r != 0 || !found || s.type != COCO_FW_SECTION_VOLUME)
			continue;
		r = coco_fv_parse(&fv, s.body, s.offset, diag);
		if (r == 0)
			keep_volume(fw, &fv);
	}
	return r;
}

/* A file of the image itself: a volume, or the packed part (the first one counts). */
static int walk_file(struct coco_firmware *fw, const struct coco_fw_file *file,
		     struct coco_diag *diag)
{
	struct coco_fw_section s;
	size_t at = 0;
	bool found = true;
	int r = 0;

	while (r == 0 && found) {
		struct coco_fv fv;

		r = coco_fw_section_next(file->body, file->offset, &at, &s, &found, diag);
		if (r != 0 || !found)
			break;
		if (s.type == COCO_FW_SECTION_VOLUME) {
			r = coco_fv_parse(&fv, s.body, s.offset, diag);
			if (r == 0)
				keep_volume(fw, &fv);
		} else if (s.type == COCO_FW_SECTION_GUIDED && fw->unpacked == NULL &&
			   memcmp(s.guid, coco_fw_lzma_guid, COCO_GUID_SIZE) == 0) {
			r = coco_firmware_unpack(s.body, s.offset, &fw->unpacked, &fw->n_unpacked,
						 diag);
			if (r == 0)
				r = walk_unpacked(fw, diag);
		}
	}
	return r;
}

static int walk_image(struct coco_firmware *fw, struct coco_diag *diag)
{
	struct coco_view image = coco_view_of(fw->image, fw->n);
	struct coco_fv fv;
	size_t at = 0;
	bool more = true;
	int r = 0;

	while (r == 0 && more) {
		size_t in = 0;
		bool found = true;

		r = coco_fv_next(image, &at, &fv, &more, diag);
		if (r != 0 || !more)
			break;
		keep_volume(fw, &fv);
		in = fv.first;
		while (r == 0 && fv.has_files && found) {
			struct coco_fw_file file;

			r = coco_fw_file_next(&fv, &in, &file, &found, diag);
			if (r == 0 && found && file.has_sections)
				r = walk_file(fw, &file, diag);
		}
	}
	return r;
}

/* Takes the bytes also when it fails. */
static int open_bytes(uint8_t *image, size_t n, struct coco_firmware *ret, struct coco_diag *diag)
{
	struct coco_firmware fw = { .image = image, .n = n };

	int r = coco_ovmf_parse(&fw.table, coco_view_of(image, n), diag);
	if (r != 0) {
		coco_firmware_free(&fw);
		return r;
	}
	snprintf(fw.file.name, sizeof(fw.file.name), "firmware");
	fw.file.size = n;
	coco_sha256_once(image, n, fw.file.sha256);
	*ret = fw;
	return 0;
}

int coco_firmware_look(struct coco_firmware *fw, struct coco_diag *diag)
{
	struct coco_firmware work = *fw;

	if (fw->looked)
		return 0;
	int r = walk_image(&work, diag);
	if (r == 0)
		r = coco_firmware_texts(&work, diag);
	if (r != 0) {
		coco_free(work.unpacked);
		return r;
	}
	coco_firmware_detect(&work);
	work.looked = true;
	*fw = work;
	return 0;
}

int coco_firmware_parse(uint8_t *image, size_t n, struct coco_firmware *ret,
			struct coco_diag *diag)
{
	struct coco_firmware fw;

	int r = open_bytes(image, n, &fw, diag);
	if (r != 0)
		return r;
	r = coco_firmware_look(&fw, diag);
	if (r != 0)
		coco_firmware_free(&fw);
	else
		*ret = fw;
	return r;
}

int coco_firmware_open(const char *path, struct coco_firmware *ret, struct coco_diag *diag)
{
	uint8_t *p = NULL;
	size_t n = 0;

	int r = coco_read_file(path, COCO_OVMF_MAX, &p, &n, diag);
	if (r == 0)
		r = open_bytes(p, n, ret, diag);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	return r;
}

int coco_firmware_load(const char *path, struct coco_firmware *ret, struct coco_diag *diag)
{
	struct coco_firmware fw;

	int r = coco_firmware_open(path, &fw, diag);
	if (r != 0)
		return r;
	r = coco_firmware_look(&fw, diag);
	if (r != 0) {
		coco_diag_source(diag, "%s", path);
		coco_firmware_free(&fw);
		return r;
	}
	*ret = fw;
	return 0;
}

void coco_firmware_free(struct coco_firmware *fw)
{
	coco_free(fw->image);
	coco_free(fw->unpacked);
	memset(fw, 0, sizeof(*fw));
}

int coco_firmware_describe(struct coco_mrecord *rec, const struct coco_firmware *fw,
			   const struct coco_fw_generation *gen, struct coco_diag *diag)
{
	int r = coco_mrecord_file(rec, &fw->file, diag);

	if (r == 0 && (fw->looked || gen->given))
		r = coco_mrecord_param(rec, diag, "firmware_generation", "%s",
				       gen->known ? gen->name : "unknown");
	if (r == 0 && (fw->looked || gen->given))
		r = coco_mrecord_param(rec, diag, "firmware_generation_basis", "%s",
				       gen->given ? "given" : gen->evidence);
	if (r == 0 && fw->has_version && fw->version[0] != '\0')
		r = coco_mrecord_param(rec, diag, "firmware_version", "%s", fw->version);
	return r;
}
