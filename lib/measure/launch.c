/*
 * launch.c - launch digests of AMD guests: what is asked for, the order of
 * work, what is said about it (see launch.h).
 */
#include "lib/measure/launch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/measure/launch_priv.h"

static int conflict(struct coco_diag *diag, const char *what)
{
	return coco_fail(diag, COCO_E_USAGE_CONFLICT, "%s", what);
}

/* The VMM that makes the vCPU pages. */
static enum coco_vmm page_vmm(const struct coco_launch_request *req)
{
	return req->svsm != NULL ? COCO_VMM_SVSM : req->vmm;
}

static int check_svsm(const struct coco_launch_request *req, struct coco_diag *diag)
{
	if (req->platform != COCO_LAUNCH_SNP || req->vmm != COCO_VMM_QEMU)
		return conflict(diag, "an SVSM needs SEV-SNP and QEMU");
	if (req->kernel != NULL)
		return conflict(diag, "with an SVSM the kernel is not measured at launch");
	if (req->firmware_digest != NULL)
		return conflict(diag, "with an SVSM the firmware's digest cannot be given");
	if (req->features != 1)
		return conflict(diag, "with an SVSM the guest features are 0x1");
	return 0;
}

static int check_counts(const struct coco_launch_request *req, struct coco_diag *diag)
{
	if (req->n_counts == 0)
		return coco_fail(diag, COCO_E_VCPU_COUNT, "no number of vCPUs was given");
	for (size_t i = 0; i < req->n_counts; i++)
		if (req->counts[i] == 0 || req->counts[i] > COCO_LAUNCH_VCPUS ||
		    (i > 0 && req->counts[i] <= req->counts[i - 1]))
			return coco_fail(diag, COCO_E_VCPU_COUNT,
					 "%" PRIu32 " vCPUs are not possible here",
					 req->counts[i]);
	if (coco_vmsa_needs_model(page_vmm(req)) && req->n_vcpus == 0)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "the vCPU model is measured: --vcpu-type or --vcpu-sig is needed");
	if (req->n_vcpus > COCO_LAUNCH_VALUES / req->n_counts)
		return coco_fail(diag, COCO_E_MATRIX_SIZE, "%zu counts for %zu models are too many",
				 req->n_counts, req->n_vcpus);
	return 0;
}

static int check(const struct coco_launch_request *req, struct coco_diag *diag)
{
	bool snp = req->platform == COCO_LAUNCH_SNP;

	if (req->kernel == NULL && (req->initrd != NULL || req->append.n != 0))
		return conflict(diag, "initrd and command line are measured with a kernel only");
	if (!snp && req->firmware_digest != NULL)
		return conflict(diag, "only SEV-SNP can start from the firmware's digest");
	if (req->svsm != NULL) {
		int r = check_svsm(req, diag);
		if (r != 0)
			return r;
	}
	return req->platform == COCO_LAUNCH_SEV ? 0 : check_counts(req, diag);
}

/* Without a reset block only one vCPU can start. */
static int check_reset(const struct coco_launch_work *w)
{
	const struct coco_launch_request *req = w->req;

	if (req->platform == COCO_LAUNCH_SEV || w->ap_eip != 0 ||
	    req->counts[req->n_counts - 1] == 1)
		return 0;
	coco_diag_source(w->diag, "%s", req->firmware);
	return coco_fail(w->diag, COCO_E_FIRMWARE_NO_RESET,
			 "the firmware does not say where vCPU 1 starts");
}

int coco_launch_vmsa(struct coco_launch_work *w, const struct coco_launch_vcpu *vcpu, bool bsp)
{
	const struct coco_launch_request *req = w->req;
	struct coco_launch *out = w->out;
	const struct coco_vmsa v = {
		.vmm = page_vmm(req),
		.ec2_reset = req->ec2_reset,
		.eip = bsp ? w->bsp_eip : w->ap_eip,
		.signature = vcpu != NULL ? vcpu->signature : 0,
		.features = req->platform == COCO_LAUNCH_SNP ? req->features : 0,
	};

	coco_vmsa_encode(w->page, &v);
	struct coco_launch_page *pages = coco_realloc(out->pages, out->n_pages + 1,
						      sizeof(*pages));
	if (pages == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for vCPU pages");
	out->pages = pages;
	struct coco_launch_page *p = &pages[out->n_pages++];
	const char *end = bsp ? "bsp" : "ap";
	if (vcpu == NULL)
		snprintf(p->name, sizeof(p->name), "vmsa-%s", end);
	else if (vcpu->type != NULL)
		snprintf(p->name, sizeof(p->name), "vmsa-%s-%s", vcpu->type, end);
	else
		snprintf(p->name, sizeof(p->name), "vmsa-%08" PRIx32 "-%s", vcpu->signature, end);
	memcpy(p->page, w->page, COCO_VMSA_SIZE);
	return 0;
}

void coco_launch_value(struct coco_launch_value *ret, const struct coco_launch_vcpu *vcpu,
		       uint32_t count)
{
	struct coco_launch_value v = { .n_inputs = count > 1 ? 2 : 1 };

	coco_mrecord_label_number(&v.value, "vcpus", count);
	if (vcpu != NULL && vcpu->type != NULL)
		coco_mrecord_label(&v.value, "vcpu_type", "%s", vcpu->type);
	if (vcpu != NULL)
		coco_mrecord_label(&v.value, "vcpu_sig", "0x%08" PRIx32, vcpu->signature);
	snprintf(v.input[0].name, sizeof(v.input[0].name), "vcpu 0");
	v.input[0].pages = 1;
	if (count == 2)
		snprintf(v.input[1].name, sizeof(v.input[1].name), "vcpu 1");
	else if (count > 2)
		snprintf(v.input[1].name, sizeof(v.input[1].name), "vcpus 1 to %" PRIu32,
			 count - 1);
	v.input[1].pages = count - 1;
	*ret = v;
}

int coco_launch_add_value(struct coco_launch_work *w, const struct coco_launch_value *v)
{
	struct coco_mrecord *rec = &w->out->record;
	int r = coco_mrecord_value(rec, &v->value, w->diag);

	for (size_t i = 0; r == 0 && i < v->n_inputs; i++)
		r = coco_mrecord_value_input(rec, &v->input[i], w->diag);
	return r;
}

static int describe_vcpus(struct coco_launch_work *w)
{
	const struct coco_launch_request *req = w->req;
	struct coco_mrecord *rec = &w->out->record;
	int r = coco_mrecord_param(rec, w->diag, "vmm", "%s", coco_vmm_name(req->vmm));

	if (r == 0 && req->vmm == COCO_VMM_EC2)
		r = coco_mrecord_param(rec, w->diag, "ec2_reset", "%s",
				      req->ec2_reset == COCO_EC2_RDX_600 ? "rdx-600" : "rdx-0");
	if (r == 0 && req->platform == COCO_LAUNCH_SNP)
		r = coco_mrecord_param(rec, w->diag, "guest_features", "0x%" PRIx64,
				      req->features);
	return r;
}

static int describe(struct coco_launch_work *w)
{
	static const char *const platforms[] = { "snp", "sev", "sev-es" };
	const struct coco_launch_request *req = w->req;
	struct coco_mrecord *rec = &w->out->record;
	bool snp = req->platform == COCO_LAUNCH_SNP;

	coco_mrecord_init(rec, platforms[req->platform]);
	int r = coco_mrecord_begin(rec, snp ? "snp.launch_digest" : "sev.launch_digest",
				   snp ? "sha384" : "sha256", w->diag);
	if (r == 0 && req->platform != COCO_LAUNCH_SEV)
		r = describe_vcpus(w);
	if (r == 0)
		r = coco_mrecord_param(rec, w->diag, "kernel_hashes", "%s",
				      req->kernel != NULL ? "on" : "off");
	if (r == 0 && req->kernel != NULL)
		r = coco_mrecord_param(rec, w->diag, "append_form", "%s",
				      req->trim ? "trimmed" : "exact");
	if (r == 0 && req->svsm != NULL)
		r = coco_mrecord_param(rec, w->diag, "vars_size", "%" PRIu64, req->vars_size);
	return r;
}

/* What the digest says nothing about; platforms is a set of 1 << platform. */
static const struct {
	unsigned platforms;
	bool without_kernel;   /* only when no kernel is measured */
	const char *name;
	const char *reason;
} gaps[] = {
	{ 7, true, "kernel, initrd, command line",
	  "no kernel hashes: whatever the firmware boots is not in the launch digest" },
	{ 7, false, "firmware variables", "the variable store is memory of the host" },
	{ 7, false, "memory size, devices, ACPI tables",
	  "the VMM gives them to the firmware after launch" },
	{ 1 << COCO_LAUNCH_SEV, false, "vCPU state", "SEV protects no registers" },
	{ 1 << COCO_LAUNCH_SNP, false, "contents of the secrets and CPUID pages",
	  "their addresses are measured; the security processor fills or checks them" },
	{ 1 << COCO_LAUNCH_SNP, false, "guest policy, host data, ID block",
	  "the attestation report shows them beside the launch digest" },
	{ 1 << COCO_LAUNCH_SEV | 1 << COCO_LAUNCH_SEV_ES, false, "guest policy",
	  "it enters the launch measurement (an HMAC), not this digest" },
};

static int list_gaps(struct coco_launch_work *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(gaps); i++)
		if ((gaps[i].platforms & 1U << w->req->platform) != 0 &&
		    !(gaps[i].without_kernel && w->req->kernel != NULL))
			r = coco_mrecord_gap(&w->out->record, gaps[i].name, gaps[i].reason,
					    w->diag);
	return r;
}

static int compute(struct coco_launch_work *w)
{
	const struct coco_launch_request *req = w->req;
	bool snp = req->platform == COCO_LAUNCH_SNP;
	bool models = req->platform != COCO_LAUNCH_SEV && coco_vmsa_needs_model(page_vmm(req));
	size_t n = models ? req->n_vcpus : 1;

	int r = snp ? coco_launch_snp_common(w) : coco_launch_sev_common(w);
	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct coco_launch_vcpu *vcpu = models ? &req->vcpus[i] : NULL;

		r = coco_run_check(w->run, w->diag);
		if (r == 0)
			r = snp ? coco_launch_snp_values(w, vcpu) : coco_launch_sev_values(w, vcpu);
	}
	return r;
}

int coco_launch_measure(const struct coco_run *run, const struct coco_launch_request *req,
			struct coco_launch *ret, struct coco_diag *diag)
{
	struct coco_launch out = { .n_pages = 0 };
	struct coco_launch_work *w;

	int r = check(req, diag);
	if (r != 0)
		return r;
	w = coco_zalloc(1, sizeof(*w));
	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a measurement");
	w->run = run;
	w->req = req;
	w->diag = diag;
	w->out = &out;
	r = describe(w);
	if (r == 0)
		r = coco_launch_load(w);
	if (r == 0)
		r = check_reset(w);
	if (r == 0)
		r = compute(w);
	if (r == 0)
		r = list_gaps(w);
	coco_free(w->firmware.p);
	coco_free(w->firmware.digest);
	coco_free(w->svsm.p);
	coco_free(w->svsm.digest);
	coco_digest_free(w->sha384);
	coco_free(w);
	if (r != 0)
		coco_launch_free(&out);
	else
		*ret = out;
	return r;
}

void coco_launch_free(struct coco_launch *l)
{
	coco_mrecord_free(&l->record);
	coco_free(l->pages);
	memset(l, 0, sizeof(*l));
}
