/*
 * vmsa.h - the page with the first state of a vCPU, as each VMM makes it
 * (measure.md 1.3).
 */
#ifndef COCO_VMSA_H
#define COCO_VMSA_H

#include "formats/core/base.h"

enum { COCO_VMSA_SIZE = 4096 };

/* Where the first vCPU starts; the others start where the firmware says. */
#define COCO_VMSA_BSP_EIP UINT32_C(0xfffffff0)

enum coco_vmm {
	COCO_VMM_QEMU,
	COCO_VMM_EC2,
	COCO_VMM_GCE,
	COCO_VMM_KRUN,
	COCO_VMM_SVSM,   /* the vCPU starts in COCONUT SVSM under QEMU */
};

/* RDX after reset on EC2: AMD's documented value, or zero. The tools disagree. */
enum coco_ec2_reset {
	COCO_EC2_RDX_600,   /* sev-snp-measure */
	COCO_EC2_RDX_0,     /* the sev crate, snpguest */
};

struct coco_vmsa {
	enum coco_vmm vmm;
	enum coco_ec2_reset ec2_reset;
	uint32_t eip;        /* SVSM: not split into CS and RIP */
	uint32_t signature;  /* CPUID signature; QEMU and SVSM only */
	uint64_t features;   /* SEV_FEATURES; SVSM: always 1 */
};

/* coco_vmsa_encode - the page of one vCPU. */
void coco_vmsa_encode(uint8_t ret[COCO_VMSA_SIZE], const struct coco_vmsa *vmsa);

/* coco_vmsa_needs_model - whether this VMM puts the CPUID signature into the page. */
bool coco_vmsa_needs_model(enum coco_vmm vmm);

/* coco_vmm_name - "qemu", "ec2", "gce", "krun", "svsm"; static. */
const char *coco_vmm_name(enum coco_vmm vmm);

#endif
