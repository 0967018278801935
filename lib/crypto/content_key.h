/*
 * content_key.h - the 32-byte content key of a package (packaging.md 4.4).
 */
#ifndef COCO_CONTENT_KEY_H
#define COCO_CONTENT_KEY_H

#include "lib/core/keyref.h"

enum { COCO_CONTENT_KEY_BYTES = 32 };

/*
 * coco_content_key_load - the key that ref names: exactly 32 raw bytes, or 64
 * hexadecimal digits, or base64 of 32 bytes, the two texts with at most one
 * LF at the end. flags: COCO_KEYREF_INSECURE_PERMISSIONS. Gives *ret. Anything
 * else, and a key of zeros: KEY_CONTENT.
 */
int coco_content_key_load(const char *ref, unsigned flags, struct coco_secret *ret,
			  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_content_key_parse - the same from bytes in memory (n bytes at p, borrowed). */
int coco_content_key_parse(const uint8_t *p, size_t n, struct coco_secret *ret,
			   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_content_key_check - 0 when s holds a usable content key. */
int coco_content_key_check(const struct coco_secret *s, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_content_key_generate - a random one. */
int coco_content_key_generate(struct coco_secret *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
