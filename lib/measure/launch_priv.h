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
	uint8_t (*digest)[COCO_SNP_DIGEST]; /* owned: of each page; NULL: not wanted */
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

/* launch_chain.c: one page; contents: its digest, or NULL for types that have none. */
int coco_launch_chain_page(struct coco_digest *sha384, uint8_t chain[COCO_SNP_DIGEST],
			   const uint8_t *contents, enum coco_snp_page_type type, uint64_t gpa,
			   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * launch_chain.c: the SHA-256 of an image, beside which other threads compute
 * the SHA-384 of its pages (image->digest) if they are wanted.
 */
int coco_launch_hash_image(const struct coco_run *run, struct coco_launch_image *image, bool pages,
			   uint8_t ret[COCO_SHA256_SIZE], struct coco_diag *diag) COCO_MUSTUSE;

/* launch_chain.c: the pages of an image with their digests, at its address. */
int coco_launch_chain_image(const struct coco_run *run, struct coco_digest *sha384,
			    uint8_t chain[COCO_SNP_DIGEST], const struct coco_launch_image *image,
			    struct coco_diag *diag) COCO_MUSTUSE;

/* launch_chain.c: n bytes (whole pages) from gpa on; p NULL for types without contents. */
int coco_launch_chain_range(const struct coco_run *run, struct coco_digest *sha384,
			    uint8_t chain[COCO_SNP_DIGEST], const uint8_t *p, uint64_t n,
			    enum coco_snp_page_type type, uint64_t gpa, struct coco_diag *diag)
	COCO_MUSTUSE;

/* launch_chain.c: the type of a section's pages; for kernel hashes that without a kernel. */
enum coco_snp_page_type coco_launch_section_type(enum coco_vmm vmm,
						 const struct coco_sev_section *s);

/* launch_chain.c: the order in which a VMM adds the sections that have a size; their number. */
size_t coco_launch_section_order(enum coco_vmm vmm, const struct coco_sev_metadata *m,
				 size_t order[COCO_SEV_SECTIONS]);

/*
 * launch_chain.c: whether kernel hashes can be given to the guest (SNP: s is
 * the section for them; SEV, SEV-ES: NULL). SEV_NO_HASHES, SEV_SECTION.
 */
int coco_launch_hashes_fit(const struct coco_ovmf *table, const struct coco_sev_section *s,
			   struct coco_diag *diag) COCO_MUSTUSE;

/* launch_files.c: SHA-256 of a file of any size; its size. */
int coco_launch_hash_file(const struct coco_run *run, const char *path,
			  uint8_t ret[COCO_SHA256_SIZE], uint64_t *ret_size,
			  struct coco_diag *diag) COCO_MUSTUSE;

/* launch_files.c: SHA-256 of a command line with its NUL. Errors: CMDLINE. */
int coco_launch_hash_cmdline(struct coco_view line, bool trim, uint8_t ret[COCO_SHA256_SIZE],
			     uint64_t *ret_size, struct coco_diag *diag) COCO_MUSTUSE;

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
