/*
 * ossl.h - OpenSSL's error queue, translated at one place.
 */
#ifndef COCO_OSSL_H
#define COCO_OSSL_H

#include "formats/core/diag.h"

/*
 * coco_fail_ossl - reports code with the message and up to three entries of
 * OpenSSL's error queue as cause lines; empties the queue. An allocation
 * failure there turns code into LIMIT_MEMORY.
 */
int coco_fail_ossl(struct coco_diag *diag, int code, const char *fmt, ...) COCO_PRINTF(3, 4);

#endif
