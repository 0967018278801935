/*
 * wraps.h - the key-wraps document: where the content key of a package lives
 * (docs/formats/key-wraps.md). A separate object, so that replacing it never
 * touches the package.
 *
 *   { "format": "cococtl/key-wraps", "format_version": 1,
 *     "key_id": "kbs:///repo/type/tag",        optional
 *     "package": "sha256:<manifest>",          optional
 *     "wraps": [ { "type": "jwe", "recipient": "sha256:<SPKI>", "jwe": {...} },
 *                { "type": "broker", "key_id": "kbs:///repo/type/tag" } ],
 *     "critical": [] }
 *
 * critical lists the names of top-level members that a reader must
 * understand; unknown members that are not listed are ignored, wraps of
 * unknown type are left out and counted, two JWEs for one recipient refused.
 */
#ifndef COCO_WRAPS_H
#define COCO_WRAPS_H

#include "formats/core/resource_id.h"
#include "formats/core/jwe.h"

enum {
	COCO_WRAPS_MAX = 4 << 20,     /* bytes of the document */
	COCO_WRAPS_COUNT_MAX = 64,
	COCO_WRAPS_DIGEST = 72,       /* "sha256:", 64 digits, NUL */
};

#define COCO_WRAPS_FORMAT "cococtl/key-wraps"
#define COCO_WRAPS_MEDIA_TYPE "application/vnd.cococtl.key-wraps.v1+json"

enum coco_wrap_type {
	COCO_WRAP_JWE,
	COCO_WRAP_BROKER,
};

struct coco_wrap {
	enum coco_wrap_type type;
	char recipient[COCO_WRAPS_DIGEST];      /* JWE */
	struct coco_jwe jwe;                    /* JWE; owned */
	char key_id[COCO_RESOURCE_URI_MAX];     /* BROKER */
};

struct coco_wraps {
	char key_id[COCO_RESOURCE_URI_MAX];     /* "" when absent */
	char package[COCO_WRAPS_DIGEST];        /* "" when absent */
	struct coco_wrap *wraps;                /* owned */
	size_t n_wraps;
	size_t n_unknown;                       /* wraps of a type this version does not know */
};

/*
 * coco_wraps_decode - gives *ret (coco_wraps_clear). Errors: FORMAT_WRAPS,
 * FORMAT_WRAPS_VERSION, FORMAT_CRITICAL, LIMIT_COUNT and those of jwe.h.
 */
int coco_wraps_decode(struct coco_wraps *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_wraps_encode - gives *ret (coco_free), compact JSON. */
int coco_wraps_encode(const struct coco_wraps *wraps, uint8_t **ret, size_t *ret_n,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* coco_wraps_digest_valid - true for "sha256:" and 64 lower-case digits. */
bool coco_wraps_digest_valid(const char *text);

void coco_wraps_clear(struct coco_wraps *wraps);   /* fine on a zeroed struct */

#endif
