/*
 * launch_search.c - the space of launches and who goes through it (see
 * launch_search.h; launch_search_try.c computes the digests).
 */
#include "lib/measure/launch_search.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/core/pool.h"
#include "lib/measure/launch_search_priv.h"

/* ---- the space ------------------------------------------------------------------ */

static int empty(struct coco_diag *diag, const char *what)
{
	return coco_fail(diag, COCO_E_SEARCH_VARY, "there is no %s to try", what);
}

static int check(const struct coco_launch_search *req, struct coco_diag *diag)
{
	bool vcpus = req->platform != COCO_LAUNCH_SEV;

	if (req->n_firmware == 0)
		return empty(diag, "firmware");
	if (req->n_kernels == 0 && !req->without_hashes)
		return empty(diag, "kernel, and a launch without one is excluded");
	if (req->n_kernels > 0 && (req->n_initrds == 0 || req->n_lines == 0 || req->forms == 0))
		return empty(diag, "initrd or command line");
	if (vcpus && (req->n_counts == 0 || req->vmms == 0))
		return empty(diag, "number of vCPUs or VMM");
	if (vcpus && (req->vmms & 1U << COCO_VMM_QEMU) != 0 && req->n_vcpus == 0)
		return empty(diag, "vCPU model, which QEMU shows to the guest");
	if (req->platform == COCO_LAUNCH_SNP && req->n_features == 0)
		return empty(diag, "value of the guest features");
	for (size_t i = 0; vcpus && i < req->n_counts; i++)
		if (req->counts[i] == 0 || req->counts[i] > COCO_LAUNCH_VCPUS ||
		    (i > 0 && req->counts[i] <= req->counts[i - 1]))
			return coco_fail(diag, COCO_E_VCPU_COUNT,
					 "%" PRIu32 " vCPUs are not possible here",
					 req->counts[i]);
	return 0;
}

static int check_space(const struct coco_search *s, uint64_t *ret, struct coco_diag *diag)
{
	const struct coco_launch_search *req = s->req;
	bool vcpus = req->platform != COCO_LAUNCH_SEV;
	uint64_t n = s->n_variants;

	if (coco_mul64_overflows(n, req->n_firmware, &n) ||
	    (vcpus && coco_mul64_overflows(n, s->n_cpus, &n)) ||
	    (vcpus && coco_mul64_overflows(n, req->n_counts, &n)) || n > COCO_SEARCH_SPACE)
		return coco_fail(diag, COCO_E_SEARCH_SPACE,
				 "the lists make more than %" PRIu64 " candidates",
				 COCO_SEARCH_SPACE);
	*ret = n;
	return 0;
}

static void add_cpu(struct coco_search *s, enum coco_vmm vmm, enum coco_ec2_reset reset,
		    uint64_t features, const struct coco_launch_vcpu *vcpu)
{
	struct coco_search_cpu *cpu = &s->cpus[s->n_cpus];
	struct coco_vmsa vmsa = { .vmm = vmm, .ec2_reset = reset, .features = features,
				  .signature = vcpu != NULL ? vcpu->signature : 0 };

	for (size_t i = 0; i < s->n_cpus; i++)
		if (s->cpus[i].vmsa.vmm == vmm && s->cpus[i].vmsa.ec2_reset == reset &&
		    s->cpus[i].vmsa.features == features &&
		    s->cpus[i].vmsa.signature == vmsa.signature)
			return;
	cpu->vmsa = vmsa;
	cpu->vcpu = vcpu;
	cpu->class = vmm == COCO_VMM_EC2 ? COCO_SEARCH_EC2 :
		     vmm == COCO_VMM_GCE ? COCO_SEARCH_GCE : COCO_SEARCH_PLAIN;
	s->n_cpus++;
}

static void add_vmm(struct coco_search *s, enum coco_vmm vmm, uint64_t features)
{
	const struct coco_launch_search *req = s->req;
	bool ec2 = vmm == COCO_VMM_EC2;

	for (unsigned reset = 0; reset < 2; reset++) {
		if (ec2 ? (req->ec2_resets & 1U << reset) == 0 : reset > 0)
			continue;
		if (!coco_vmsa_needs_model(vmm))
			add_cpu(s, vmm, (enum coco_ec2_reset)reset, features, NULL);
		for (size_t i = 0; coco_vmsa_needs_model(vmm) && i < req->n_vcpus; i++)
			add_cpu(s, vmm, COCO_EC2_RDX_600, features, &req->vcpus[i]);
	}
}

static int list_cpus(struct coco_search *s, struct coco_diag *diag)
{
	const struct coco_launch_search *req = s->req;
	bool snp = req->platform == COCO_LAUNCH_SNP;
	size_t n_features = snp ? req->n_features : 1;

	if (n_features > COCO_SEARCH_FEATURES || req->n_vcpus > COCO_SEARCH_VCPUS)
		return coco_fail(diag, COCO_E_SEARCH_SPACE,
				 "more than %d features or %d vCPU models", COCO_SEARCH_FEATURES,
				 COCO_SEARCH_VCPUS);
	s->cpus = coco_zalloc(n_features * (req->n_vcpus + 4), sizeof(*s->cpus));
	if (s->cpus == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	for (unsigned vmm = COCO_VMM_QEMU; vmm <= COCO_VMM_KRUN; vmm++)
		for (size_t i = 0; (req->vmms & 1U << vmm) != 0 && i < n_features; i++)
			add_vmm(s, (enum coco_vmm)vmm, snp ? req->features[i] : 0);
	for (size_t i = 0; !snp && i < s->n_cpus; i++) {
		s->cpus[i].pages = coco_alloc(2, COCO_VMSA_SIZE);
		if (s->cpus[i].pages == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	}
	return 0;
}

static int hash_files(const struct coco_run *run, const char *const *files, size_t n,
		      uint8_t (**ret)[COCO_SHA256_SIZE], struct coco_diag *diag)
{
	int r = 0;

	if (n == 0)
		return 0;
	*ret = coco_alloc(n, sizeof(**ret));
	if (*ret == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_sha256 ctx;
		uint64_t size;

		coco_sha256_init(&ctx);
		coco_sha256_final(&ctx, (*ret)[i]);   /* of nothing */
		if (files[i] != NULL)
			r = coco_launch_hash_file(run, files[i], (*ret)[i], &size, diag);
	}
	return r;
}

static int list_variants(struct coco_search *s, struct coco_diag *diag)
{
	const struct coco_launch_search *req = s->req;
	uint64_t n = req->n_kernels;

	s->n_forms = (req->forms & 1) + (req->forms >> 1 & 1);
	if (coco_mul64_overflows(n, req->n_initrds, &n) ||
	    coco_mul64_overflows(n, req->n_lines, &n) ||
	    coco_mul64_overflows(n, s->n_forms, &n) || n >= COCO_SEARCH_SPACE)
		return coco_fail(diag, COCO_E_SEARCH_SPACE,
				 "the lists of files and command lines make too many candidates");
	s->n_variants = n + (req->without_hashes ? 1 : 0);
	int r = hash_files(s->run, req->kernels, req->n_kernels, &s->kernels, diag);
	if (r == 0 && req->n_kernels > 0)
		r = hash_files(s->run, req->initrds, req->n_initrds, &s->initrds, diag);
	return r;
}

bool coco_search_variant(const struct coco_search *s, uint64_t v,
			 struct coco_launch_candidate *ret)
{
	const struct coco_launch_search *req = s->req;
	struct coco_launch_candidate c = { .firmware = s->firmware };

	if (req->without_hashes && v-- == 0) {
		*ret = c;
		return true;
	}
	c.hashes = true;
	c.trim = req->forms == 2 || v % s->n_forms == 1;
	v /= s->n_forms;
	c.line = (size_t)(v % req->n_lines);
	v /= req->n_lines;
	c.initrd = (size_t)(v % req->n_initrds);
	c.kernel = (size_t)(v / req->n_initrds);
	*ret = c;
	return !c.trim || req->forms == 2 ||
	       coco_cmdline_trim(req->lines[c.line]).n != req->lines[c.line].n;
}

int coco_search_hashes(const struct coco_search *s, const struct coco_launch_candidate *c,
		       struct coco_kernel_hashes *ret, struct coco_diag *diag)
{
	uint64_t size;

	memcpy(ret->kernel, s->kernels[c->kernel], sizeof(ret->kernel));
	memcpy(ret->initrd, s->initrds[c->initrd], sizeof(ret->initrd));
	return coco_launch_hash_cmdline(s->req->lines[c->line], c->trim, ret->cmdline, &size,
					diag);
}

/* ---- the work -------------------------------------------------------------------- */

void coco_search_match(struct coco_search *s, uint64_t v, const struct coco_launch_candidate *c,
		       const char *where)
{
	pthread_mutex_lock(&s->lock);
	if (where != NULL) {
		if (!s->found.partial) {
			s->found.partial = true;
			s->found.part = *c;
			snprintf(s->found.where, sizeof(s->found.where), "%s", where);
		}
	} else if (v < atomic_load(&s->best)) {
		atomic_store(&s->best, v);
		s->found.found = true;
		s->found.match = *c;
	}
	pthread_mutex_unlock(&s->lock);
}

static int new_worker(const struct coco_search *s, struct coco_search_worker **ret,
		      struct coco_diag *diag)
{
	struct coco_search_worker *w = coco_zalloc(1, sizeof(*w));

	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	*ret = w;
	return s->req->platform == COCO_LAUNCH_SNP ?
	       coco_digest_new(&w->sha384, COCO_DIGEST_SHA384, diag) : 0;
}

static void free_worker(struct coco_search_worker *w)
{
	if (w != NULL)
		coco_digest_free(w->sha384);
	coco_free(w);
}

/* Variants in order, until one before the next was a match. */
static int work(void *ctx, unsigned id COCO_UNUSED, struct coco_diag *diag)
{
	struct coco_search *s = ctx;
	struct coco_search_worker *w = NULL;
	bool snp = s->req->platform == COCO_LAUNCH_SNP;
	int r = new_worker(s, &w, diag);

	while (r == 0) {
		uint64_t v = atomic_fetch_add(&s->next, 1);
		struct coco_launch_candidate c;

		if (v >= s->n_variants || v > atomic_load(&s->best))
			break;
		if (v % 64 == 0)
			r = coco_run_check(s->run, diag);
		if (r != 0 || !coco_search_variant(s, v, &c))
			continue;
		r = snp ? coco_search_try_snp(s, w, v, &c, diag)
			: coco_search_try_sev(s, v, &c, diag);
	}
	if (r != 0)
		atomic_store(&s->next, s->n_variants);   /* the others end, too */
	free_worker(w);
	return r;
}

static int judge_image(const struct coco_search *s, struct coco_launch_image *image,
		       struct coco_diag *diag)
{
	int r = coco_ovmf_parse(&image->table, coco_view_of(image->p, image->n), diag);

	image->gpa = ((uint64_t)1 << 32) - image->n;
	if (r == 0 && image->table.reset_eip == 0 && s->req->platform != COCO_LAUNCH_SEV &&
	    s->req->counts[0] != 1)
		r = coco_fail(diag, COCO_E_FIRMWARE_NO_RESET,
			      "the firmware does not say where vCPU 1 starts");
	return r;
}

static int prepare(struct coco_search *s, const char *path, struct coco_diag *diag)
{
	struct coco_launch_image image = { .n = 0 };
	struct coco_search_worker *w = NULL;

	int r = coco_read_file(path, COCO_OVMF_MAX, &image.p, &image.n, diag);
	if (r == 0)
		r = judge_image(s, &image, diag);
	if (r == 0)
		r = new_worker(s, &w, diag);
	s->table = image.table;
	if (r == 0)
		r = s->req->platform == COCO_LAUNCH_SNP ?
		    coco_search_prepare_snp(s, &image, w, diag) :
		    coco_search_prepare_sev(s, &image, w, diag);
	free_worker(w);
	coco_free(image.p);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	return r;
}

static int search_firmware(struct coco_search *s, size_t i, struct coco_diag *diag)
{
	struct coco_diag d = { 0 };

	s->firmware = i;
	int r = prepare(s, s->req->firmware[i], s->req->n_firmware > 1 ? &d : diag);
	if (r != 0 && s->req->n_firmware > 1 && r != COCO_E_CANCELLED &&
	    r != COCO_E_LIMIT_MEMORY) {
		if (s->found.skipped++ == 0)
			snprintf(s->found.why, sizeof(s->found.why), "%.100s: %.140s",
				 s->req->firmware[i], d.message);
		return 0;
	}
	if (r != 0)
		return d.code != 0 ? coco_fail(diag, r, "%s", d.message) : r;
	atomic_store(&s->next, 0);
	return coco_pool_run(s->run->jobs, work, s, diag);
}

static int search_all(struct coco_search *s, struct coco_diag *diag)
{
	uint64_t space = 0;
	int r = check_space(s, &space, diag);

	if (r == 0)
		coco_run_phase_items(s->run, "searching", space);
	for (size_t i = 0; r == 0 && i < s->req->n_firmware && !s->found.found; i++)
		r = search_firmware(s, i, diag);
	s->found.tried = atomic_load(&s->tried);
	return r;
}

static void clear(struct coco_search *s)
{
	for (size_t i = 0; i < s->n_cpus; i++)
		coco_free(s->cpus[i].pages);
	coco_free(s->cpus);
	coco_free(s->kernels);
	coco_free(s->initrds);
	pthread_mutex_destroy(&s->lock);
	coco_free(s);
}

int coco_launch_search(const struct coco_run *run, const struct coco_launch_search *req,
		       struct coco_launch_found *ret, struct coco_diag *diag)
{
	int r = check(req, diag);

	if (r != 0)
		return r;
	struct coco_search *s = coco_zalloc(1, sizeof(*s));
	if (s == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	s->run = run;
	s->req = req;
	atomic_store(&s->best, UINT64_MAX);
	pthread_mutex_init(&s->lock, NULL);
	if (req->platform != COCO_LAUNCH_SEV)
		r = list_cpus(s, diag);
	if (r == 0)
		r = list_variants(s, diag);
	if (r == 0)
		r = search_all(s, diag);
	if (r == 0)
		*ret = s->found;
	clear(s);
	return r;
}
