/*
 * key_wrap.h - the content key wrapped for its holders, and back (the document:
 * formats/model/wraps.h).
 */
#ifndef COCO_KEY_WRAP_H
#define COCO_KEY_WRAP_H

#include "formats/model/wraps.h"
#include "lib/crypto/content_key.h"
#include "lib/crypto/key.h"

struct coco_wrap_request {
	const struct coco_key *const *recipients;   /* borrowed; each gets its own JWE */
	size_t n_recipients;
	const char *key_id;      /* kbs:///repo/type/tag, also adds a broker wrap; NULL: none */
	const char *package;     /* sha256:<manifest digest>; NULL: none */
};

/* coco_key_wrap - the document for a 32-byte content key; gives *ret (coco_free). */
int coco_key_wrap(const struct coco_secret *content_key, const struct coco_wrap_request *req,
		    uint8_t **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_key_unwrap - the content key, with the private key of one recipient;
 * gives *ret. KEY_NO_RECIPIENT when no wrap is for this key, KEY_UNWRAP when
 * it does not open, KEY_CONTENT when what comes out is no content key.
 */
int coco_key_unwrap(const struct coco_wraps *wraps, const struct coco_key *identity,
		    struct coco_secret *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
