/*
 * verified.h - signatures that were verified already, so that many reports
 * under the same authorities and revocation lists cost only what is their own.
 * An entry is a pair of digests (what was signed, the certificate that is said
 * to have signed it) and the answer; it does not depend on time. May be used by
 * several threads.
 */
#ifndef COCO_VERIFIED_H
#define COCO_VERIFIED_H

#include "formats/core/diag.h"

struct coco_verified;   /* opaque */

/* coco_verified_new - empty. Gives *ret (coco_verified_free). LIMIT_MEMORY. */
int coco_verified_new(struct coco_verified **ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_verified_free(struct coco_verified *v);   /* NULL is fine */

/*
 * coco_verified_find - true when the pair is known; *ret_good is the answer.
 * what is the SHA-256 of the signed thing with its signature. v may be NULL.
 */
bool coco_verified_find(struct coco_verified *v, const uint8_t what[32], const uint8_t by[32],
			bool *ret_good);

/* coco_verified_note - remembers an answer; when there is no room for it, not. v may be NULL. */
void coco_verified_note(struct coco_verified *v, const uint8_t what[32], const uint8_t by[32],
			bool good);

#endif
