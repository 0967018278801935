/*
 * sig_list.h - lists of signatures as the Secure Boot variables hold them
 * (UEFI, 32.4.1): certificates and hashes, each with its owner.
 */
#ifndef COCO_SIG_LIST_H
#define COCO_SIG_LIST_H

#include "formats/core/diag.h"
#include "formats/measure/guid.h"

enum { COCO_SIG_LISTS_MAX = 1 << 20 };   /* bytes of a variable */

/* One signature. */
struct coco_sig {
	const uint8_t *type;        /* COCO_GUID_SIZE bytes: of its list */
	struct coco_view entry;     /* owner (COCO_GUID_SIZE bytes) and data, as it is measured */
	struct coco_view data;      /* a certificate (DER) or a hash */
};

/* coco_sig_is_certificate - whether its type is X.509. */
bool coco_sig_is_certificate(const struct coco_sig *sig);

/*
 * coco_sig_next - the signature at *at (start with 0 and 0), which moves on;
 * *ret_found false: there is none any more. All borrowed from lists. Errors: SIG_LIST,
 * LIMIT_SIZE.
 */
struct coco_sig_place {
	size_t list;                /* offset of the list */
	size_t sig;                 /* offset in it; 0: at its first one */
};
int coco_sig_next(struct coco_view lists, struct coco_sig_place *at, struct coco_sig *ret,
		  bool *ret_found, struct coco_diag *diag) COCO_MUSTUSE;

#endif
