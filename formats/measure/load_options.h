/*
 * load_options.h - command lines as EFI load options: how OVMF puts together
 * the one of a kernel that QEMU hands over, how systemd-stub reads the one of
 * an image, and UTF-16 as it is measured (measure.md 2.9, 3.4).
 */
#ifndef COCO_LOAD_OPTIONS_H
#define COCO_LOAD_OPTIONS_H

#include "formats/core/wr.h"

enum { COCO_LOAD_OPTIONS_MAX = 1 << 18 };   /* bytes of a command line */

/* How a kernel is started. */
struct coco_load_options {
	struct coco_view append;   /* of -append; may be empty */
	bool initrd;               /* there is one */
	bool initrd_first;         /* from edk2-stable202508 on it is named first */
	bool shim;                 /* started through shim */
};

/*
 * coco_load_options_direct - the text, bytes as they are. Gives *ret
 * (coco_free), NUL-terminated. Errors: CMDLINE (too long, or with a NUL),
 * LIMIT_MEMORY.
 */
int coco_load_options_direct(const struct coco_load_options *o, uint8_t **ret, size_t *ret_n,
			     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_load_options_stub - a command line as systemd-stub takes it from a
 * section or from its own load options: up to a NUL, without spaces and control
 * characters at both ends, other control characters as spaces. Gives *ret
 * (coco_free), NUL-terminated. Errors: CMDLINE (too long), LIMIT_MEMORY.
 */
int coco_load_options_stub(struct coco_view text, uint8_t **ret, size_t *ret_n,
			   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_utf16_widen - each byte becomes one unit (OVMF with the bytes of -append);
 * coco_utf16_encode - the units of a UTF-8 text (systemd-stub). Both with a
 * NUL unit at the end, little-endian. Give *ret (coco_free). Errors: CMDLINE
 * (not UTF-8), LIMIT_MEMORY.
 */
int coco_utf16_widen(struct coco_view text, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_utf16_encode(struct coco_view text, uint8_t **ret, size_t *ret_n,
		      struct coco_diag *diag) COCO_MUSTUSE;

#endif
