/*
 * launch_search_priv.h - what the files behind launch_search.h share.
 */
#ifndef COCO_LAUNCH_SEARCH_PRIV_H
#define COCO_LAUNCH_SEARCH_PRIV_H

#include <stdatomic.h>
#include <pthread.h>

#include "lib/measure/launch_priv.h"
#include "lib/measure/launch_search.h"

/* VMMs that add the sections alike. */
enum {
	COCO_SEARCH_PLAIN,
	COCO_SEARCH_EC2,
	COCO_SEARCH_GCE,
	COCO_SEARCH_CLASSES,
};

/* A kind of vCPU; contents are for the firmware at hand. */
struct coco_search_cpu {
	struct coco_vmsa vmsa;             /* without eip */
	const struct coco_launch_vcpu *vcpu;
	unsigned class;
	uint8_t digest[2][COCO_SNP_DIGEST];    /* SNP: of the first and further pages */
	uint8_t *pages;                        /* SEV-ES: both pages; owned */
};

struct coco_search {
	const struct coco_run *run;
	const struct coco_launch_search *req;
	struct coco_search_cpu *cpus;      /* owned */
	size_t n_cpus;
	uint8_t (*kernels)[COCO_SHA256_SIZE];  /* owned: digests of the files */
	uint8_t (*initrds)[COCO_SHA256_SIZE];
	unsigned n_forms;
	uint64_t n_variants;               /* with and without hashes, of one firmware */
	/* the firmware at hand */
	size_t firmware;
	struct coco_ovmf table;
	struct coco_sev_metadata sections;
	const struct coco_sev_section *hashes;     /* NULL: none */
	uint8_t chain[COCO_SEARCH_CLASSES][COCO_SNP_DIGEST];   /* SNP: before the hashes section */
	size_t order[COCO_SEARCH_CLASSES][COCO_SEV_SECTIONS];
	size_t n_order[COCO_SEARCH_CLASSES];
	size_t split[COCO_SEARCH_CLASSES];     /* place of the hashes section in the order */
	struct coco_sha256 stream;             /* SEV, SEV-ES: after the firmware */
	/* shared by the workers */
	atomic_uint_fast64_t next;
	atomic_uint_fast64_t best;             /* variant of the match; UINT64_MAX: none */
	atomic_uint_fast64_t tried;
	pthread_mutex_t lock;                  /* of found */
	struct coco_launch_found found;
};

/* What one thread needs. */
struct coco_search_worker {
	struct coco_digest *sha384;        /* owned; NULL for SEV and SEV-ES */
	uint8_t page[COCO_VMSA_SIZE];
};

/* What a variant is: which kernel hashes; false: a repetition of another one. */
bool coco_search_variant(const struct coco_search *s, uint64_t v,
			 struct coco_launch_candidate *ret);

/* The digests of a variant with hashes. Errors: CMDLINE. */
int coco_search_hashes(const struct coco_search *s, const struct coco_launch_candidate *c,
		       struct coco_kernel_hashes *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* A match, or a value on the way when where is given. */
void coco_search_match(struct coco_search *s, uint64_t v, const struct coco_launch_candidate *c,
		       const char *where);

/* launch_search_try.c: what all variants of the firmware share. */
int coco_search_prepare_snp(struct coco_search *s, const struct coco_launch_image *image,
			    struct coco_search_worker *w, struct coco_diag *diag) COCO_MUSTUSE;
int coco_search_prepare_sev(struct coco_search *s, const struct coco_launch_image *image,
			    struct coco_search_worker *w, struct coco_diag *diag) COCO_MUSTUSE;

/* launch_search_try.c: all vCPUs and counts of one variant. */
int coco_search_try_snp(struct coco_search *s, struct coco_search_worker *w, uint64_t v,
			struct coco_launch_candidate *c, struct coco_diag *diag) COCO_MUSTUSE;
int coco_search_try_sev(struct coco_search *s, uint64_t v, struct coco_launch_candidate *c,
			struct coco_diag *diag) COCO_MUSTUSE;

#endif
