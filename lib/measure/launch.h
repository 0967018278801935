/*
 * launch.h - launch digests of AMD SEV, SEV-ES and SEV-SNP guests, computed
 * from the files that a VMM loads (measure.md 1).
 */
#ifndef COCO_LAUNCH_H
#define COCO_LAUNCH_H

#include "formats/measure/mrecord.h"
#include "formats/measure/snp_page.h"
#include "formats/measure/vmsa.h"
#include "lib/core/run.h"

enum coco_launch_platform {
	COCO_LAUNCH_SNP,
	COCO_LAUNCH_SEV,
	COCO_LAUNCH_SEV_ES,
};

enum {
	COCO_LAUNCH_VCPUS = 4096,       /* of one guest */
	COCO_LAUNCH_VALUES = 1 << 14,   /* of one record */
};

/* A vCPU model to compute for. */
struct coco_launch_vcpu {
	const char *type;      /* static name; NULL: only the signature is known */
	uint32_t signature;
};

/* Everything is borrowed. */
struct coco_launch_request {
	enum coco_launch_platform platform;
	enum coco_vmm vmm;                  /* not COCO_VMM_SVSM: svsm says so */
	enum coco_ec2_reset ec2_reset;
	const char *firmware;               /* file */
	const char *kernel;                 /* file; NULL: no kernel hashes */
	const char *initrd;                 /* file or NULL; with kernel only */
	struct coco_view append;            /* exact bytes without NUL; with kernel only */
	bool trim;                          /* measure append as the sev crate does */
	const struct coco_launch_vcpu *vcpus;   /* models; none when the VMM does not show it */
	size_t n_vcpus;
	const uint32_t *counts;             /* numbers of vCPUs, ascending, each once */
	size_t n_counts;
	uint64_t features;                  /* SEV_FEATURES; SNP without SVSM */
	const char *svsm;                   /* SVSM image; SNP, QEMU, no kernel */
	uint64_t vars_size;                 /* with svsm: bytes of the variable store */
	const uint8_t *firmware_digest;     /* 48 bytes instead of the firmware's pages; SNP */
};

/* The page of a vCPU that was measured. */
struct coco_launch_page {
	char name[48];                      /* "vmsa-EPYC-v4-bsp", "vmsa-ap" */
	uint8_t page[COCO_VMSA_SIZE];
};

struct coco_launch {
	struct coco_mrecord record;
	bool has_firmware_digest;           /* SNP: chain after the firmware's pages */
	uint8_t firmware_digest[COCO_SNP_DIGEST];
	struct coco_launch_page *pages;     /* owned; not for SEV */
	size_t n_pages;
};

/*
 * coco_launch_measure - computes every value of counts times vcpus. The first
 * steps are computed once. Gives *ret (coco_launch_free). Errors: those of
 * ovmf.h and sev_metadata.h, FIRMWARE_NO_RESET, SEV_NO_METADATA,
 * SEV_NO_HASHES, SVSM_NO_INFO, MATRIX_SIZE, USAGE_CONFLICT (parts that do not
 * go together), USAGE_OPTION_MISSING of what is needed, IO_..., LIMIT_MEMORY.
 */
int coco_launch_measure(const struct coco_run *run, const struct coco_launch_request *req,
			struct coco_launch *ret, struct coco_diag *diag) COCO_MUSTUSE;

void coco_launch_free(struct coco_launch *l);   /* fine on a zeroed struct */

#endif
