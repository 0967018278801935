/*
 * gce_tpm.h - TPM evidence of Google Compute Engine: the protocol buffers
 * message Attestation of go-tpm-tools (evidence.md 4.3). Everything borrows
 * from the input but the values of PCRs.
 */
#ifndef COCO_GCE_TPM_H
#define COCO_GCE_TPM_H

#include "formats/evidence/tpm_pcrs.h"

enum {
	COCO_GCE_MAX = 16 << 20,       /* bytes of a message */
	COCO_GCE_QUOTES = 8,
	COCO_GCE_CERTS = 8,            /* intermediate certificates */
};

struct coco_gce_part {
	struct coco_view v;            /* empty: absent */
	uint64_t offset;
};

struct coco_gce_quote {
	struct coco_gce_part message;
	struct coco_tpm_quote quote;
	struct coco_tpm_signature signature;
	struct coco_tpm_pcrs pcrs;     /* owned */
};

struct coco_gce {
	struct coco_gce_part ak;       /* TPMT_PUBLIC */
	struct coco_tpm_public ak_public;
	size_t n_quotes;               /* at least one */
	struct coco_gce_quote quote[COCO_GCE_QUOTES];
	struct coco_gce_part event_log;
	struct coco_gce_part canonical_log;
	struct coco_gce_part instance; /* message GCEInstanceInfo: not signed */
	struct coco_gce_part ak_cert;  /* DER */
	size_t n_certs;
	struct coco_gce_part cert[COCO_GCE_CERTS];
	struct coco_gce_part snp;      /* parsed forms of go-sev-guest, go-tdx-guest */
	struct coco_gce_part tdx;
};

/*
 * coco_gce_looks - cheap: the first field is a public area of a TPM of the
 * length that it says.
 */
bool coco_gce_looks(struct coco_view bytes);

/*
 * coco_gce_decode - gives *ret (coco_gce_free). PROTOBUF, TPM_STRUCTURE,
 * TPM_EVIDENCE (a part twice, no key, no quote, PCRs of a wrong length),
 * FORMAT_SHORT, LIMIT_SIZE; offsets are those of the message. Fields that are
 * not known are left alone.
 */
int coco_gce_decode(struct coco_gce **ret, struct coco_view bytes, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_gce_free(struct coco_gce *g);   /* NULL is fine */

/*
 * coco_gce_claims - of the key, of the first quote, and the PCRs of all of
 * them. base is where the message starts in the piece. What no signature
 * covers is called "gce.unsigned.*".
 */
void coco_gce_claims(struct coco_claims *c, const struct coco_gce *g, uint64_t base);

#endif
