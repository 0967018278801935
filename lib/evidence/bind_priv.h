/*
 * bind_priv.h - what the files of bind.h share.
 */
#ifndef COCO_BIND_PRIV_H
#define COCO_BIND_PRIV_H

#include "formats/core/b64.h"
#include "lib/crypto/digest.h"
#include "lib/evidence/bind.h"

/* Where a kind of evidence carries what ties it to others. */
struct coco_bound_field {
	const char *kind;          /* of the subject */
	const char *report_data;   /* claim with the verifier's data */
	const char *initdata;      /* claim with the digest of the initdata; NULL: none */
	size_t initdata_size;      /* bytes there */
	bool cuts;                 /* a TPM: data may be cut, initdata is extended into a PCR */
};

/* coco_bound_field - that of a subject's kind, or NULL. */
const struct coco_bound_field *coco_bound_field(const struct coco_result_subject *s);

/* coco_bound_equal - the shorter of both agrees, and zeros follow in the claim. */
bool coco_bound_equal(struct coco_view expected, const struct coco_claim *actual);

/* coco_bound_texts - expected and actual of the last check; actual may be NULL. */
void coco_bound_texts(struct coco_result *r, struct coco_view expected,
		      const struct coco_claim *actual);

/* coco_bind_initdata - the check that a subject names this document. */
int coco_bind_initdata(struct coco_appraisal *a, int subject, struct coco_view text,
		       const char *source, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_bind_in_payload - whether a subject came with the runtime data of a payload. */
bool coco_bind_in_payload(const struct coco_appraisal *a, int subject);

/* coco_bind_payloads - the bindings inside each payload, and of its nonce to the caller's. */
int coco_bind_payloads(struct coco_appraisal *a, const struct coco_bindings *expected,
		       struct coco_diag *diag) COCO_MUSTUSE;

#endif
