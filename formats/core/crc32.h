/*
 * crc32.h - the CRC-32 of IEEE 802.3 (reflected, as in gzip), which EFI
 * partition tables and several boot formats use.
 */
#ifndef COCO_CRC32_H
#define COCO_CRC32_H

#include "formats/core/base.h"

/*
 * coco_crc32 - the CRC of n more bytes (p may be NULL when n is 0) after those
 * whose CRC is crc; 0 starts. coco_crc32(coco_crc32(0, a), b) is that of a | b.
 */
uint32_t coco_crc32(uint32_t crc, const void *p, size_t n);

#endif
