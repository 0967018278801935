/*
 * tcg_text.h - pieces of firmware data as text on one line: for messages and
 * tables, never to be read back. Whatever the bytes are, the text is UTF-8
 * without control characters.
 */
#ifndef COCO_TCG_TEXT_H
#define COCO_TCG_TEXT_H

#include "formats/core/wr.h"

/* coco_tcg_text_utf8 - bytes that should be UTF-8; others as \xNN. */
void coco_tcg_text_utf8(struct coco_wr *wr, struct coco_view v);

/* coco_tcg_text_utf16 - little-endian UTF-16 up to a NUL unit; unpaired ones as \uNNNN. */
void coco_tcg_text_utf16(struct coco_wr *wr, struct coco_view v);

/* coco_tcg_text_guid - 16 bytes as lie in memory, "8be4df61-93ca-...". */
void coco_tcg_text_guid(struct coco_wr *wr, const uint8_t guid[16]);

/* coco_tcg_text_hex - at most max bytes in hexadecimal, "..." when there are more. */
void coco_tcg_text_hex(struct coco_wr *wr, struct coco_view v, size_t max);

/* coco_tcg_text_any - printable text (ending NULs left out), UTF-16 text, or hexadecimal. */
void coco_tcg_text_any(struct coco_wr *wr, struct coco_view v);

/* coco_tcg_text_path - an EFI device path: "PciRoot(0)/Pci(1f,2)/\EFI\BOOT\BOOTX64.EFI". */
void coco_tcg_text_path(struct coco_wr *wr, struct coco_view v);

#endif
