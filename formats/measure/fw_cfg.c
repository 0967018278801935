/*
 * fw_cfg.c - QEMU's directory of files (see fw_cfg.h).
 */
#include "formats/measure/fw_cfg.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

enum { HEAD = 4 };

int coco_fw_cfg_count(struct coco_view head, size_t *ret, struct coco_diag *diag)
{
	struct coco_rd rd;

	coco_rd_init(&rd, head, 0, diag);
	uint32_t n = coco_rd_be32(&rd, "count");
	if (!coco_rd_ok(&rd))
		return rd.code;
	if (n > COCO_FW_CFG_FILES)
		return coco_fail_at(diag, COCO_E_FW_CFG, 0, "count",
				    "a directory of %u files is larger than %d", n,
				    COCO_FW_CFG_FILES);
	*ret = n;
	return 0;
}

static int read_entry(struct coco_rd *rd, struct coco_fw_cfg_file *f)
{
	f->size = coco_rd_be32(rd, "size");
	f->key = coco_rd_be16(rd, "key");
	coco_rd_be16(rd, "reserved");
	coco_rd_copy(rd, f->name, sizeof(f->name), "name");
	if (!coco_rd_ok(rd))
		return rd->code;
	if (f->name[0] == '\0' || memchr(f->name, '\0', sizeof(f->name)) == NULL)
		return coco_rd_fail(rd, COCO_E_FW_CFG, "name",
				    "a file of the directory has no name, or one without end");
	return 0;
}

int coco_fw_cfg_find(struct coco_view directory, const char *name, struct coco_fw_cfg_file *ret,
		     bool *ret_found, struct coco_diag *diag)
{
	struct coco_fw_cfg_file found = { .size = 0 };
	struct coco_fw_cfg_file f;
	struct coco_rd rd;
	bool hit = false;
	size_t n = 0;

	int r = coco_fw_cfg_count(directory, &n, diag);
	if (r != 0)
		return r;
	if (directory.n != HEAD + n * COCO_FW_CFG_ENTRY)
		return coco_fail_at(diag, COCO_E_FW_CFG, 0, "count",
				    "a directory of %zu bytes does not hold %zu files",
				    directory.n, n);
	coco_rd_init(&rd, directory, 0, diag);
	coco_rd_be32(&rd, "count");
	for (size_t i = 0; i < n; i++) {
		r = read_entry(&rd, &f);
		if (r != 0)
			return r;
		if (strcmp(f.name, name) != 0)
			continue;
		if (hit)
			return coco_rd_fail(&rd, COCO_E_FW_CFG, "name",
					    "the directory has two files \"%s\"", name);
		hit = true;
		found = f;
	}
	*ret_found = hit;
	if (hit)
		*ret = found;
	return 0;
}

void coco_fw_cfg_request(uint8_t ret[COCO_FW_CFG_REQUEST], uint32_t control, uint32_t length,
			 uint64_t address)
{
	coco_put_be32(ret, control);
	coco_put_be32(ret + 4, length);
	coco_put_be64(ret + 8, address);
}
