/*
 * kbs_error.h - what a Trustee key broker means when it refuses (broker.md
 * 1.2): nearly everything is status 401, so the body decides.
 */
#ifndef COCO_KBS_ERROR_H
#define COCO_KBS_ERROR_H

#include "lib/net/http.h"

enum {
	COCO_KBS_TYPE = 64,       /* bytes of an error's name, with the NUL */
	COCO_KBS_DETAIL = 320,    /* of its detail that are kept */
};

/* An error body taken apart. */
struct coco_kbs_error {
	char type[COCO_KBS_TYPE];       /* "PolicyDeny"; "" when the body is no broker's error */
	char detail[COCO_KBS_DETAIL];   /* controls escaped */
};

/* coco_kbs_error_read - false when the body is not a broker's error. */
bool coco_kbs_error_read(const struct coco_http_response *answer, struct coco_kbs_error *ret);

/*
 * coco_kbs_error_fail - reports an answer that is no success: what (such as
 * "put resource a/b/c") begins the sentence. Returns the code:
 * BROKER_REFUSED_ADMIN and the others of broker.def, NOT_A_BROKER for what no
 * broker says (HTML, nothing, another service), BROKER_BUSY for 429 and 5xx.
 */
int coco_kbs_error_fail(const struct coco_http_response *answer, const char *what,
			struct coco_diag *diag);

/*
 * coco_kbs_error_versions - from the detail of a protocol mismatch: the
 * version that the server wants ("0.2.0") into ret; false when the detail
 * does not say. coco_kbs_error_mismatch: whether it is such a mismatch.
 */
bool coco_kbs_error_mismatch(const struct coco_kbs_error *e);
bool coco_kbs_error_version(const struct coco_kbs_error *e, char *ret, size_t cap);

#endif
