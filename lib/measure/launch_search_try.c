/*
 * launch_search_try.c - the candidates of one firmware (see
 * launch_search_priv.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "lib/measure/launch_search_priv.h"

static enum coco_vmm vmm_of(unsigned class)
{
	static const enum coco_vmm vmms[] = { COCO_VMM_QEMU, COCO_VMM_EC2, COCO_VMM_GCE };

	return vmms[class];
}

static void add_tried(struct coco_search *s, uint64_t n)
{
	atomic_fetch_add_explicit(&s->tried, n, memory_order_relaxed);
	coco_run_advance(s->run, n);
}

static bool is_actual(const struct coco_search *s, const uint8_t *value, size_t n)
{
	return memcmp(s->req->actual, value, n) == 0;
}

/* A value on the way, before any vCPU. */
static void check_part(struct coco_search *s, const uint8_t chain[COCO_SNP_DIGEST],
		       const char *where, size_t section)
{
	struct coco_launch_candidate c = { .firmware = s->firmware };
	char text[160];

	if (!is_actual(s, chain, COCO_SNP_DIGEST))
		return;
	if (where == NULL)
		snprintf(text, sizeof(text), "the firmware and its sections up to number %zu (%s)",
			 section, coco_sev_section_name(s->sections.section[section].type));
	coco_search_match(s, UINT64_MAX, &c, where != NULL ? where : text);
}

static int add_section(struct coco_search *s, struct coco_digest *sha384, unsigned class,
		       size_t number, uint8_t chain[COCO_SNP_DIGEST], struct coco_diag *diag)
{
	const struct coco_sev_section *section = &s->sections.section[number];

	return coco_launch_chain_range(s->run, sha384, chain, NULL, section->size,
				       coco_launch_section_type(vmm_of(class), section),
				       section->gpa, diag);
}

/* The sections up to that for kernel hashes, in the order of one kind of VMM. */
static int prepare_class(struct coco_search *s, struct coco_digest *sha384, unsigned class,
			 const uint8_t start[COCO_SNP_DIGEST], struct coco_diag *diag)
{
	uint8_t *chain = s->chain[class];
	size_t i = 0;
	int r = 0;

	memcpy(chain, start, COCO_SNP_DIGEST);
	s->n_order[class] = coco_launch_section_order(vmm_of(class), &s->sections,
						      s->order[class]);
	for (; r == 0 && i < s->n_order[class]; i++) {
		if (&s->sections.section[s->order[class][i]] == s->hashes)
			break;
		r = add_section(s, sha384, class, s->order[class][i], chain, diag);
		if (r == 0)
			check_part(s, chain, NULL, s->order[class][i]);
	}
	s->split[class] = i;
	return r;
}

static int prepare_cpus(struct coco_search *s, struct coco_search_worker *w,
			struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_cpus; i++)
		for (unsigned k = 0; r == 0 && k < 2; k++) {
			struct coco_vmsa vmsa = s->cpus[i].vmsa;

			vmsa.eip = k == 0 ? COCO_VMSA_BSP_EIP : s->table.reset_eip;
			coco_vmsa_encode(w->page, &vmsa);
			if (w->sha384 != NULL)
				r = coco_digest_once(w->sha384, w->page, sizeof(w->page),
						     s->cpus[i].digest[k], diag);
			else
				memcpy(s->cpus[i].pages + k * COCO_VMSA_SIZE, w->page,
				       COCO_VMSA_SIZE);
		}
	return r;
}

int coco_search_prepare_snp(struct coco_search *s, const struct coco_launch_image *image,
			    struct coco_search_worker *w, struct coco_diag *diag)
{
	uint8_t chain[COCO_SNP_DIGEST] = { 0 };
	int r;

	if (!image->table.has_sev)
		return coco_fail(diag, COCO_E_SEV_NO_METADATA,
				 "the table of the firmware image names no SEV metadata");
	r = coco_sev_metadata_parse(&s->sections, coco_view_of(image->p, image->n),
				    image->table.sev_distance, diag);
	s->hashes = coco_sev_metadata_find(&s->sections, COCO_SEV_KERNEL_HASHES);
	if (r == 0 && s->req->n_kernels > 0) {
		if (s->hashes == NULL)
			r = coco_fail(diag, COCO_E_SEV_NO_HASHES, "the firmware's SEV "
				      "metadata has no section for kernel hashes");
		else
			r = coco_launch_hashes_fit(&s->table, s->hashes, diag);
	}
	if (r == 0)
		r = coco_launch_chain_range(s->run, w->sha384, chain, image->p, image->n,
					    COCO_SNP_NORMAL, image->gpa, diag);
	if (r == 0)
		check_part(s, chain, "the firmware's pages alone", 0);
	for (unsigned class = 0; r == 0 && class < COCO_SEARCH_CLASSES; class++)
		r = prepare_class(s, w->sha384, class, chain, diag);
	return r == 0 ? prepare_cpus(s, w, diag) : r;
}

int coco_search_prepare_sev(struct coco_search *s, const struct coco_launch_image *image,
			    struct coco_search_worker *w, struct coco_diag *diag)
{
	struct coco_launch_candidate c = { .firmware = s->firmware };
	uint8_t digest[COCO_SHA256_SIZE];
	struct coco_sha256 copy;

	if (s->req->n_kernels > 0) {
		int r = coco_launch_hashes_fit(&s->table, NULL, diag);
		if (r != 0)
			return r;
	}
	coco_sha256_init(&s->stream);
	coco_sha256_update(&s->stream, image->p, image->n);
	copy = s->stream;
	coco_sha256_final(&copy, digest);
	if (s->req->platform == COCO_LAUNCH_SEV)
		return 0;
	if (is_actual(s, digest, sizeof(digest)))
		coco_search_match(s, UINT64_MAX, &c, "the firmware alone");
	return prepare_cpus(s, w, diag);
}

static void take_cpu(struct coco_launch_candidate *c, const struct coco_search_cpu *cpu)
{
	c->vmm = cpu->vmsa.vmm;
	c->ec2_reset = cpu->vmsa.ec2_reset;
	c->features = cpu->vmsa.features;
	c->vcpu = cpu->vcpu;
}

/* The largest number of vCPUs: without a start address for further ones it is 1. */
static uint32_t last_count(const struct coco_search *s)
{
	return s->table.reset_eip == 0 ? 1 : s->req->counts[s->req->n_counts - 1];
}

static int try_cpu_snp(struct coco_search *s, struct coco_digest *sha384, uint64_t v,
		       struct coco_launch_candidate *c, const struct coco_search_cpu *cpu,
		       const uint8_t start[COCO_SNP_DIGEST], struct coco_diag *diag)
{
	uint8_t chain[COCO_SNP_DIGEST];
	uint32_t last = last_count(s);
	size_t at = 0;
	int r = 0;

	memcpy(chain, start, sizeof(chain));
	for (uint32_t n = 1; r == 0 && n <= last; n++) {
		r = coco_launch_chain_page(sha384, chain, cpu->digest[n == 1 ? 0 : 1],
					   COCO_SNP_VMSA, COCO_SNP_VMSA_GPA, diag);
		if (r != 0 || n != s->req->counts[at])
			continue;
		at++;
		if (!is_actual(s, chain, sizeof(chain)))
			continue;
		take_cpu(c, cpu);
		c->count = n;
		coco_search_match(s, v, c, NULL);
	}
	add_tried(s, at);
	return r;
}

/* The sections that follow the prepared ones. */
static int finish_sections(struct coco_search *s, struct coco_search_worker *w, unsigned class,
			   const struct coco_launch_candidate *c,
			   const struct coco_kernel_hashes *hashes, uint8_t chain[COCO_SNP_DIGEST],
			   struct coco_diag *diag)
{
	uint8_t digest[COCO_SNP_DIGEST];
	size_t i = s->split[class];
	int r = 0;

	memcpy(chain, s->chain[class], COCO_SNP_DIGEST);
	if (c->hashes) {
		r = coco_kernel_hashes_page(w->page, hashes, s->table.hashes_base, diag);
		if (r == 0)
			r = coco_digest_once(w->sha384, w->page, sizeof(w->page), digest, diag);
		if (r == 0)
			r = coco_launch_chain_page(w->sha384, chain, digest, COCO_SNP_NORMAL,
						   s->hashes->gpa, diag);
		i++;
	}
	for (; r == 0 && i < s->n_order[class]; i++)
		r = add_section(s, w->sha384, class, s->order[class][i], chain, diag);
	return r;
}

int coco_search_try_snp(struct coco_search *s, struct coco_search_worker *w, uint64_t v,
			struct coco_launch_candidate *c, struct coco_diag *diag)
{
	struct coco_kernel_hashes hashes;
	int r = c->hashes ? coco_search_hashes(s, c, &hashes, diag) : 0;

	for (unsigned class = 0; r == 0 && class < COCO_SEARCH_CLASSES; class++) {
		uint8_t chain[COCO_SNP_DIGEST];
		bool ready = false;

		for (size_t i = 0; r == 0 && i < s->n_cpus; i++) {
			if (s->cpus[i].class != class)
				continue;
			if (!ready)
				r = finish_sections(s, w, class, c, &hashes, chain, diag);
			if (!ready && r == 0 && is_actual(s, chain, sizeof(chain)))
				coco_search_match(s, v, c, "everything but the vCPUs");
			ready = true;
			if (r == 0)
				r = try_cpu_snp(s, w->sha384, v, c, &s->cpus[i], chain, diag);
		}
	}
	return r;
}

static void try_cpu_es(struct coco_search *s, uint64_t v, struct coco_launch_candidate *c,
		       const struct coco_search_cpu *cpu, struct coco_sha256 stream)
{
	uint8_t digest[COCO_SHA256_SIZE];
	uint32_t last = last_count(s);
	size_t at = 0;

	for (uint32_t n = 1; n <= last; n++) {
		struct coco_sha256 copy;

		coco_sha256_update(&stream, cpu->pages + (n == 1 ? 0 : COCO_VMSA_SIZE),
				   COCO_VMSA_SIZE);
		if (n != s->req->counts[at])
			continue;
		at++;
		copy = stream;
		coco_sha256_final(&copy, digest);
		if (!is_actual(s, digest, sizeof(digest)))
			continue;
		take_cpu(c, cpu);
		c->count = n;
		coco_search_match(s, v, c, NULL);
	}
	add_tried(s, at);
}

int coco_search_try_sev(struct coco_search *s, uint64_t v, struct coco_launch_candidate *c,
			struct coco_diag *diag)
{
	struct coco_sha256 stream = s->stream;
	uint8_t table[COCO_KERNEL_HASHES_TABLE];
	uint8_t digest[COCO_SHA256_SIZE];
	struct coco_kernel_hashes hashes;
	struct coco_sha256 copy;

	if (c->hashes) {
		int r = coco_search_hashes(s, c, &hashes, diag);
		if (r != 0)
			return r;
		coco_kernel_hashes_encode(table, &hashes);
		coco_sha256_update(&stream, table, sizeof(table));
	}
	copy = stream;
	coco_sha256_final(&copy, digest);
	if (is_actual(s, digest, sizeof(digest)))
		coco_search_match(s, v, c, s->req->platform == COCO_LAUNCH_SEV ? NULL :
				  "everything but the vCPUs");
	if (s->req->platform == COCO_LAUNCH_SEV) {
		add_tried(s, 1);
		return 0;
	}
	for (size_t i = 0; i < s->n_cpus; i++)
		try_cpu_es(s, v, c, &s->cpus[i], stream);
	return 0;
}
