/*
 * fw_cfg.h - QEMU's firmware configuration device as the firmware sees it: its
 * directory of files, and the request of a DMA transfer (measure.md 2.6; QEMU
 * docs/specs/fw_cfg). All integers are big-endian.
 */
#ifndef COCO_FW_CFG_H
#define COCO_FW_CFG_H

#include "formats/core/diag.h"

enum {
	COCO_FW_CFG_NAME = 56,          /* bytes of a file's name with its NUL */
	COCO_FW_CFG_ENTRY = 64,         /* bytes of an entry of the directory */
	COCO_FW_CFG_FILES = 1024,       /* entries at most */
	COCO_FW_CFG_DIRECTORY = 0x19,   /* key of the directory */
	COCO_FW_CFG_FILE_MAX = 16 << 20, /* bytes of a file that is read */
	COCO_FW_CFG_REQUEST = 16,       /* bytes of a DMA request */
};

/* What a DMA request asks for; or'ed. */
enum coco_fw_cfg_control {
	COCO_FW_CFG_ERROR = 1,    /* set by the device */
	COCO_FW_CFG_READ = 2,
	COCO_FW_CFG_SELECT = 8,   /* key << 16 first */
};

/* An entry of the directory. */
struct coco_fw_cfg_file {
	uint32_t size;
	uint16_t key;
	char name[COCO_FW_CFG_NAME];
};

/*
 * coco_fw_cfg_count - the number of entries from the first 4 bytes of the
 * directory. Errors: FW_CFG (more than COCO_FW_CFG_FILES), FORMAT_SHORT.
 */
int coco_fw_cfg_count(struct coco_view head, size_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_fw_cfg_find - the entry with this name from a whole directory (its
 * count and all entries); *ret_found says whether there is one. All entries
 * are judged. Errors: FW_CFG (a name without end or twice, a count that is
 * not that of the bytes), FORMAT_SHORT.
 */
int coco_fw_cfg_find(struct coco_view directory, const char *name, struct coco_fw_cfg_file *ret,
		     bool *ret_found, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_fw_cfg_request - control, length and guest address of a transfer. */
void coco_fw_cfg_request(uint8_t ret[COCO_FW_CFG_REQUEST], uint32_t control, uint32_t length,
			 uint64_t address);

#endif
