/*
 * launch_chain.c - the running digest of an SEV-SNP launch: pages, and how a
 * VMM adds the firmware's sections (measure.md 1.2; see launch_priv.h).
 */
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/pool.h"
#include "lib/measure/launch_priv.h"

enum {
	CHECK_EVERY = 1024,   /* pages between two looks at the cancel flag */
	BLOCK = 128,          /* pages that a thread hashes at a time */
};

int coco_launch_chain_page(struct coco_digest *sha384, uint8_t chain[COCO_SNP_DIGEST],
			   const uint8_t *contents, enum coco_snp_page_type type, uint64_t gpa,
			   struct coco_diag *diag)
{
	uint8_t info[COCO_SNP_PAGE_INFO];

	coco_snp_page_info(info, chain, contents, type, gpa);
	return coco_digest_once(sha384, info, sizeof(info), chain, diag);
}

/* The digests of many pages, which do not depend on each other. */
struct pages {
	const uint8_t *p;
	size_t n;
	uint8_t (*digest)[COCO_SNP_DIGEST];
};

/* Whether a page has one byte all over: more than half of those of an OVMF of 4 MiB. */
static bool is_even(const uint8_t *p)
{
	return p[0] == p[1] && memcmp(p, p + 1, COCO_OVMF_PAGE - 1) == 0;
}

static int hash_block(void *ctx, size_t item, struct coco_diag *diag)
{
	const struct pages *pages = ctx;
	struct coco_digest *sha384;
	size_t first = item * BLOCK;
	size_t end = coco_min_size(first + BLOCK, pages->n);
	const uint8_t *even = NULL;                  /* the last such page */
	uint8_t even_digest[COCO_SNP_DIGEST];

	int r = coco_digest_new(&sha384, COCO_DIGEST_SHA384, diag);
	if (r != 0)
		return r;
	for (size_t i = first; r == 0 && i < end; i++) {
		const uint8_t *page = pages->p + i * COCO_OVMF_PAGE;
		bool is = is_even(page);

		if (is && even != NULL && *even == *page) {
			memcpy(pages->digest[i], even_digest, COCO_SNP_DIGEST);
			continue;
		}
		r = coco_digest_once(sha384, page, COCO_OVMF_PAGE, pages->digest[i], diag);
		if (r == 0 && is) {
			even = page;
			memcpy(even_digest, pages->digest[i], COCO_SNP_DIGEST);
		}
	}
	coco_digest_free(sha384);
	return r;
}

/* Pages with contents: their digests on all cores, and then the chain over them. */
static int chain_contents(const struct coco_run *run, struct coco_digest *sha384,
			  uint8_t chain[COCO_SNP_DIGEST], const uint8_t *p, size_t n,
			  enum coco_snp_page_type type, uint64_t gpa, struct coco_diag *diag)
{
	struct pages pages = { p, n, coco_alloc(n, COCO_SNP_DIGEST) };
	int r;

	if (pages.digest == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash pages");
	r = coco_pool_each(run, (n + BLOCK - 1) / BLOCK, hash_block, &pages, diag);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = coco_launch_chain_page(sha384, chain, pages.digest[i], type,
					   gpa + i * COCO_OVMF_PAGE, diag);
	coco_free(pages.digest);
	return r;
}

int coco_launch_chain_range(const struct coco_run *run, struct coco_digest *sha384,
			    uint8_t chain[COCO_SNP_DIGEST], const uint8_t *p, uint64_t n,
			    enum coco_snp_page_type type, uint64_t gpa, struct coco_diag *diag)
{
	int r = 0;

	if (p != NULL)
		return chain_contents(run, sha384, chain, p, (size_t)(n / COCO_OVMF_PAGE), type,
				      gpa, diag);
	for (uint64_t at = 0; r == 0 && at < n; at += COCO_OVMF_PAGE) {
		if (at / COCO_OVMF_PAGE % CHECK_EVERY == 0)
			r = coco_run_check(run, diag);
		if (r == 0)
			r = coco_launch_chain_page(sha384, chain, NULL, type, gpa + at, diag);
	}
	return r;
}

/* Item 0 is the digest of all; it is the longest and so the first. */
struct image {
	struct pages pages;
	struct coco_view all;
	uint8_t sha256[COCO_SHA256_SIZE];
};

static int hash_item(void *ctx, size_t item, struct coco_diag *diag)
{
	struct image *image = ctx;

	if (item != 0)
		return hash_block(&image->pages, item - 1, diag);
	coco_sha256_once(image->all.p, image->all.n, image->sha256);
	return 0;
}

int coco_launch_hash_image(const struct coco_run *run, struct coco_launch_image *image, bool pages,
			   uint8_t ret[COCO_SHA256_SIZE], struct coco_diag *diag)
{
	struct image job = { .all = coco_view_of(image->p, image->n) };

	if (pages) {
		job.pages = (struct pages){ .p = image->p, .n = image->n / COCO_OVMF_PAGE };
		job.pages.digest = coco_alloc(job.pages.n, COCO_SNP_DIGEST);
		if (job.pages.digest == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash pages");
		image->digest = job.pages.digest;
	}
	int r = coco_pool_each(run, 1 + (job.pages.n + BLOCK - 1) / BLOCK, hash_item, &job, diag);
	if (r == 0)
		memcpy(ret, job.sha256, sizeof(job.sha256));
	return r;
}

int coco_launch_chain_image(const struct coco_run *run, struct coco_digest *sha384,
			    uint8_t chain[COCO_SNP_DIGEST], const struct coco_launch_image *image,
			    struct coco_diag *diag)
{
	int r = 0;

	if (image->digest == NULL)
		return coco_launch_chain_range(run, sha384, chain, image->p, image->n,
					       COCO_SNP_NORMAL, image->gpa, diag);
	for (size_t i = 0; r == 0 && i < image->n / COCO_OVMF_PAGE; i++)
		r = coco_launch_chain_page(sha384, chain, image->digest[i], COCO_SNP_NORMAL,
					   image->gpa + i * COCO_OVMF_PAGE, diag);
	return r;
}

enum coco_snp_page_type coco_launch_section_type(enum coco_vmm vmm,
						 const struct coco_sev_section *s)
{
	switch ((enum coco_sev_section_type)s->type) {
	case COCO_SEV_SEC_MEM:
		return vmm == COCO_VMM_GCE ? COCO_SNP_UNMEASURED : COCO_SNP_ZERO;
	case COCO_SEV_SECRETS:
		return COCO_SNP_SECRETS;
	case COCO_SEV_CPUID:
		return COCO_SNP_CPUID;
	case COCO_SEV_SVSM_CAA:
	case COCO_SEV_KERNEL_HASHES:
		break;
	}
	return COCO_SNP_ZERO;
}

/* EC2 adds the sections for CPUID at the end. */
size_t coco_launch_section_order(enum coco_vmm vmm, const struct coco_sev_metadata *m,
				 size_t order[COCO_SEV_SECTIONS])
{
	bool ec2 = vmm == COCO_VMM_EC2;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->section[i].size != 0 && !(ec2 && m->section[i].type == COCO_SEV_CPUID))
			order[n++] = i;
	for (size_t i = 0; ec2 && i < m->n; i++)
		if (m->section[i].size != 0 && m->section[i].type == COCO_SEV_CPUID)
			order[n++] = i;
	return n;
}

int coco_launch_hashes_fit(const struct coco_ovmf *table, const struct coco_sev_section *s,
			   struct coco_diag *diag)
{
	if (!table->has_hashes || table->hashes_base == 0)
		return coco_fail(diag, COCO_E_SEV_NO_HASHES,
				 "the firmware's table names no area for kernel hashes");
	if (s != NULL && s->size != COCO_OVMF_PAGE)
		return coco_fail(diag, COCO_E_SEV_SECTION,
				 "the section for kernel hashes is not one page");
	return 0;
}
