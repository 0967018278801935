/*
 * modular.h - a mark for functions that compute modulo 2^32 or 2^64 on purpose.
 *
 * clang's integer sanitizer reports every unsigned overflow and every bit shifted out.
 * Where a standard or a hash wants exactly that, COCO_MODULAR turns the report off.
 */
#ifndef COCO_MODULAR_H
#define COCO_MODULAR_H

#if defined(__clang__)
#define COCO_MODULAR __attribute__((no_sanitize("integer")))
#else
#define COCO_MODULAR
#endif

#endif
