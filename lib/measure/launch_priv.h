/*
 * launch_priv.h - what the parts of launch.c share while they compute.
 */
#ifndef COCO_LAUNCH_PRIV_H
#define COCO_LAUNCH_PRIV_H

#include "formats/measure/kernel_hashes.h"
#include "formats/measure/ovmf.h"
#include "formats/measure/sev_metadata.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/launch.h"

/* An image in memory and where the guest sees it. */
struct coco_launch_image {
	uint8_t *p;   /* owned */
	size_t n;
	uint64_t gpa;
	struct coco_ovmf table;
};

struct coco_launch_work {
	const struct coco_run *run;
	const struct coco_launch_request *req;
	struct coco_diag *diag;
	struct coco_launch *out;
	struct coco_launch_image firmware;
	struct coco_launch_image svsm;
	struct coco_kernel_hashes hashes;   /* with req->kernel */
	uint32_t bsp_eip;
	uint32_t ap_eip;
	struct coco_digest *sha384;
	uint8_t chain[COCO_SNP_DIGEST];     /* SNP: the running digest */
	struct coco_sha256 stream;          /* SEV, SEV-ES: all bytes so far */
	uint8_t page[COCO_VMSA_SIZE];       /* that is being added */
};

/* launch_files.c: reads firmware, SVSM, kernel, initrd; names them in the record. */
int coco_launch_load(struct coco_launch_work *w) COCO_MUSTUSE;

/* The steps that all values share, and then one value per model and count. */
int coco_launch_snp_common(struct coco_launch_work *w) COCO_MUSTUSE;
int coco_launch_snp_values(struct coco_launch_work *w, const struct coco_launch_vcpu *vcpu)
	COCO_MUSTUSE;
int coco_launch_sev_common(struct coco_launch_work *w) COCO_MUSTUSE;
int coco_launch_sev_values(struct coco_launch_work *w, const struct coco_launch_vcpu *vcpu)
	COCO_MUSTUSE;

/* launch.c: the page of the first or a further vCPU into w->page; also kept for the caller. */
int coco_launch_vmsa(struct coco_launch_work *w, const struct coco_launch_vcpu *vcpu, bool bsp)
	COCO_MUSTUSE;

/* A value and the pages of its vCPUs: the first, and all further ones as one step. */
struct coco_launch_value {
	struct coco_mrecord_value value;
	size_t n_inputs;
	struct coco_mrecord_input input[2];
};

/* launch.c: starts a value: labels, names and counts of the inputs; no digests. */
void coco_launch_value(struct coco_launch_value *ret, const struct coco_launch_vcpu *vcpu,
		       uint32_t count);

/* launch.c: puts it into the record. */
int coco_launch_add_value(struct coco_launch_work *w, const struct coco_launch_value *v)
	COCO_MUSTUSE;

#endif
