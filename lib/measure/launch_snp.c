/*
 * launch_snp.c - the launch digest of SEV-SNP, page by page (measure.md 1.2,
 * 1.6; see launch_priv.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "lib/measure/launch_priv.h"

static void keep(struct coco_mrecord_digest *ret, const uint8_t digest[COCO_SNP_DIGEST])
{
	ret->n = COCO_SNP_DIGEST;
	memcpy(ret->p, digest, COCO_SNP_DIGEST);
}

/* Says in the record what was added. */
static int tell(struct coco_launch_work *w, const char *name, struct coco_mrecord_input *in,
		enum coco_snp_page_type type)
{
	snprintf(in->name, sizeof(in->name), "%s", name);
	snprintf(in->type, sizeof(in->type), "%s", coco_snp_page_type_name(type));
	keep(&in->running, w->chain);
	return coco_mrecord_input(&w->out->record, in, w->diag);
}

/* Adds a range; p is one page, or NULL for types without contents. */
static int step(struct coco_launch_work *w, const char *name, const uint8_t *p, uint64_t n,
		enum coco_snp_page_type type, uint64_t gpa)
{
	struct coco_mrecord_input in = {
		.has_gpa = true,
		.gpa = gpa,
		.pages = n / COCO_OVMF_PAGE,
	};
	int r = coco_launch_chain_range(w->run, w->sha384, w->chain, p, n, type, gpa, w->diag);

	if (r == 0 && p != NULL) {
		in.digest.n = COCO_SNP_DIGEST;
		r = coco_digest_once(w->sha384, p, COCO_OVMF_PAGE, in.digest.p, w->diag);
	}
	return r == 0 ? tell(w, name, &in, type) : r;
}

static int add_image(struct coco_launch_work *w, const char *name,
		     const struct coco_launch_image *image)
{
	struct coco_mrecord_input in = {
		.has_gpa = true,
		.gpa = image->gpa,
		.pages = image->n / COCO_OVMF_PAGE,
	};
	int r = coco_launch_chain_image(w->run, w->sha384, w->chain, image, w->diag);

	if (r == 0 && image->n == COCO_OVMF_PAGE) {
		in.digest.n = COCO_SNP_DIGEST;
		r = coco_digest_once(w->sha384, image->p, image->n, in.digest.p, w->diag);
	}
	return r == 0 ? tell(w, name, &in, COCO_SNP_NORMAL) : r;
}

static int add_hashes(struct coco_launch_work *w, const struct coco_sev_section *s,
		      const char *name)
{
	const struct coco_ovmf *table = &w->firmware.table;

	int r = coco_launch_hashes_fit(table, s, w->diag);
	if (r == 0)
		r = coco_kernel_hashes_page(w->page, &w->hashes, table->hashes_base, w->diag);
	return r == 0 ? step(w, name, w->page, sizeof(w->page), COCO_SNP_NORMAL, s->gpa) : r;
}

static int add_sections(struct coco_launch_work *w, const struct coco_sev_metadata *m)
{
	size_t order[COCO_SEV_SECTIONS];
	size_t n = coco_launch_section_order(w->req->vmm, m, order);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct coco_sev_section *s = &m->section[order[i]];
		char name[COCO_MRECORD_NAME];

		snprintf(name, sizeof(name), "section %zu %s", order[i],
			 coco_sev_section_name(s->type));
		if (s->type == COCO_SEV_KERNEL_HASHES && w->req->kernel != NULL)
			r = add_hashes(w, s, name);
		else
			r = step(w, name, NULL, s->size,
				 coco_launch_section_type(w->req->vmm, s), s->gpa);
	}
	return r;
}

static int load_sections(struct coco_launch_work *w, struct coco_sev_metadata *ret)
{
	bool svsm = w->req->svsm != NULL;
	const struct coco_launch_image *image = svsm ? &w->svsm : &w->firmware;
	int r;

	if (!image->table.has_sev)
		r = coco_fail(w->diag, COCO_E_SEV_NO_METADATA, "the table of the %s image names "
			      "no SEV metadata", svsm ? "SVSM" : "firmware");
	else
		r = coco_sev_metadata_parse(ret, coco_view_of(image->p, image->n),
					    image->table.sev_distance, w->diag);
	if (r == 0 && w->req->kernel != NULL &&
	    coco_sev_metadata_find(ret, COCO_SEV_KERNEL_HASHES) == NULL)
		r = coco_fail(w->diag, COCO_E_SEV_NO_HASHES,
			      "the firmware's SEV metadata has no section for kernel hashes");
	if (r != 0)
		coco_diag_source(w->diag, "%s", svsm ? w->req->svsm : w->req->firmware);
	return r;
}

/* The digest that a build server computed stands for the firmware's pages. */
static int take_firmware_digest(struct coco_launch_work *w)
{
	struct coco_mrecord_input in = { .name = "firmware", .basis = COCO_BASIS_GIVEN };

	snprintf(in.type, sizeof(in.type), "%s", coco_snp_page_type_name(COCO_SNP_NORMAL));
	memcpy(w->chain, w->req->firmware_digest, COCO_SNP_DIGEST);
	keep(&in.running, w->chain);
	return coco_mrecord_input(&w->out->record, &in, w->diag);
}

int coco_launch_snp_common(struct coco_launch_work *w)
{
	struct coco_sev_metadata sections = { .n = 0 };

	int r = coco_digest_new(&w->sha384, COCO_DIGEST_SHA384, w->diag);
	if (r == 0)
		r = load_sections(w, &sections);
	if (r != 0)
		return r;
	if (w->req->firmware_digest != NULL)
		r = take_firmware_digest(w);
	else
		r = add_image(w, "firmware", &w->firmware);
	if (r != 0)
		return r;
	memcpy(w->out->firmware_digest, w->chain, COCO_SNP_DIGEST);
	w->out->has_firmware_digest = true;
	if (w->req->svsm != NULL)
		r = add_image(w, "svsm", &w->svsm);
	return r == 0 ? add_sections(w, &sections) : r;
}

/* The value for n vCPUs: chain holds the digest so far, one the digest after vCPU 0. */
static int add_value(struct coco_launch_work *w, const struct coco_launch_vcpu *vcpu, uint32_t n,
		     uint8_t contents[2][COCO_SNP_DIGEST], const uint8_t one[COCO_SNP_DIGEST],
		     const uint8_t chain[COCO_SNP_DIGEST])
{
	struct coco_launch_value v;

	coco_launch_value(&v, vcpu, n);
	for (size_t i = 0; i < v.n_inputs; i++) {
		snprintf(v.input[i].type, sizeof(v.input[i].type), "%s",
			 coco_snp_page_type_name(COCO_SNP_VMSA));
		v.input[i].has_gpa = true;
		v.input[i].gpa = COCO_SNP_VMSA_GPA;
		keep(&v.input[i].digest, contents[i]);
		keep(&v.input[i].running, i == 0 ? one : chain);
	}
	keep(&v.value.value, chain);
	return coco_launch_add_value(w, &v);
}

int coco_launch_snp_values(struct coco_launch_work *w, const struct coco_launch_vcpu *vcpu)
{
	const struct coco_launch_request *req = w->req;
	uint8_t contents[2][COCO_SNP_DIGEST] = { { 0 } };   /* first, further */
	uint8_t one[COCO_SNP_DIGEST];
	uint8_t chain[COCO_SNP_DIGEST];
	uint32_t last = req->counts[req->n_counts - 1];
	size_t at = 0;
	int r = 0;

	for (unsigned i = 0; r == 0 && i < 2 && i < last; i++) {
		r = coco_launch_vmsa(w, vcpu, i == 0);
		if (r == 0)
			r = coco_digest_once(w->sha384, w->page, sizeof(w->page), contents[i],
					     w->diag);
	}
	memcpy(chain, w->chain, sizeof(chain));
	for (uint32_t n = 1; r == 0 && n <= last; n++) {
		r = coco_launch_chain_page(w->sha384, chain, contents[n == 1 ? 0 : 1],
					   COCO_SNP_VMSA, COCO_SNP_VMSA_GPA, w->diag);
		if (n == 1)
			memcpy(one, chain, sizeof(one));
		if (r == 0 && n == req->counts[at]) {
			r = add_value(w, vcpu, n, contents, one, chain);
			at++;
		}
	}
	return r;
}
