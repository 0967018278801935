/*
 * tcg_event.h - what an event of a log says, in words, and which of its bytes
 * its digest covers (measure.md 2.4, 2.8, 2.9, 3.2 to 3.4, evidence.md 4.4).
 *
 * Only digests are evidence. The text of an event whose digest covers other
 * bytes is a label that anybody could have written; coco_tcg_event_covered
 * tells the two apart, and lib/core/tcg_replay.h compares.
 */
#ifndef COCO_TCG_EVENT_H
#define COCO_TCG_EVENT_H

#include "formats/core/tcg_log.h"
#include "formats/core/wr.h"

enum {
	COCO_TCG_COVERS = 3,                  /* candidates for what a digest covers */
	COCO_TCG_EVENT_TEXT = 1 << 16,        /* bytes of the text of an event */
};

/* Tags of EV_EVENT_TAG. */
#define COCO_TAG_INITRD 0x8f3b22ecU           /* Linux: the initrd */
#define COCO_TAG_LOAD_OPTIONS 0x8f3b22edU     /* Linux: the command line */
#define COCO_TAG_LOADER_CONF 0xf5bc582aU      /* systemd-boot: loader.conf */
#define COCO_TAG_DT_ADDON 0x6c46f751U
#define COCO_TAG_INITRD_ADDON 0x49dffe0fU
#define COCO_TAG_UCODE_ADDON 0xdac08e1aU
#define COCO_TAG_PROFILE 0x13aed6dbU
#define COCO_TAG_SMBIOS_TYPE1 0xd5cb7cbcU
#define COCO_TAG_SMBIOS_TYPE2 0xe0d47bc8U
#define COCO_TAG_SMBIOS_TYPE11 0xc0b3bd23U
#define COCO_TAG_AAEL 0x4141454cU             /* CoCo attestation agent */

/* coco_tcg_event_name - "EV_SEPARATOR", "EV_EFI_ACTION"; NULL for an unknown type. */
const char *coco_tcg_event_name(uint32_t type);

/* coco_tcg_event_name_text - the same, or "type 0x1234", in ret. */
void coco_tcg_event_name_text(uint32_t type, char ret[40]);

/*
 * coco_tcg_event_text - one line that says what the event is, without control
 * characters; also for damaged data. Failure (memory) stays in wr.
 */
void coco_tcg_event_text(struct coco_wr *wr, const struct coco_tcg_event *e);

/* coco_tcg_event_line - the same in a buffer, cut at the end with "...". LIMIT_MEMORY. */
int coco_tcg_event_line(const struct coco_tcg_event *e, char *ret, size_t cap,
			struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_tcg_event_covered - the byte ranges that the digest may be of; it is
 * enough when one fits. Returns how many; 0: the digest covers bytes that are
 * not in the log, or nobody knows. *ret_certain: when none fits, the event was
 * changed; otherwise the text may be a name for other bytes.
 */
size_t coco_tcg_event_covered(const struct coco_tcg_event *e,
			      struct coco_view ret[COCO_TCG_COVERS], bool *ret_certain);

/* The parts of UEFI_VARIABLE_DATA. */
struct coco_tcg_variable {
	const uint8_t *guid;       /* 16 bytes */
	struct coco_view name;     /* UTF-16 */
	struct coco_view data;
};

/* coco_tcg_variable_parse - false when the bytes are not one variable. */
bool coco_tcg_variable_parse(struct coco_tcg_variable *ret, struct coco_view data);

#endif
