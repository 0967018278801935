/*
 * sample_appraise.c - evidence without hardware, and devices that are not
 * appraised (see sample_appraise.h).
 */
#include "lib/evidence/sample_appraise.h"

#include <string.h>

#include "formats/core/mem.h"

static int sample_claims(const struct coco_jv *doc, struct coco_claims *claims,
			 struct coco_diag *diag)
{
	const char *svn = NULL;
	uint8_t *data = NULL;
	size_t n = 0;
	int r = coco_jv_string(doc, "svn", &svn, diag);

	if (r == 0)
		r = coco_jv_b64(doc, "report_data", &data, &n, diag);
	if (r != 0)
		return r;
	coco_claims_text(claims, "sample.svn", svn, strlen(svn), 0, 0);
	coco_claims_bytes(claims, "sample.report_data", data, n, 0);
	coco_claims_derived(claims);
	coco_free(data);
	return 0;
}

static int sample_inspect(const struct coco_piece *piece, struct coco_claims *claims,
			  struct coco_diag *diag)
{
	struct coco_json doc = { .root = NULL };
	int r = coco_json_parse(&doc, coco_piece_bytes(piece), COCO_PIECE_MAX, diag);

	if (r == 0) {
		struct coco_jv root = coco_json_root(&doc);

		r = sample_claims(&root, claims, diag);
	}
	coco_json_free(&doc);
	return r;
}

static int sample_authenticate(struct coco_appraisal *a, const struct coco_piece *piece,
			       int subject, struct coco_diag *diag COCO_UNUSED)
{
	struct coco_result *r = a->result;

	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_FAIL, "sample.hardware",
			  "hardware made the evidence");
	coco_check_actual(r, "sample evidence, which any program can write");
	coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "EVIDENCE_UNSUPPORTED:sample",
			   "run the guest on SEV-SNP or TDX with a real attester");
	coco_check_at(r, piece->input, piece->base);
	coco_result_trust(r, subject, COCO_TRUST_HARDWARE, 97);
	return 0;
}

const struct coco_appraiser coco_appraiser_sample = {
	COCO_PIECE_SAMPLE, "sample", "cpu", sample_inspect, sample_authenticate,
};

const struct coco_appraiser coco_appraiser_sample_device = {
	COCO_PIECE_SAMPLE_DEVICE, "sampledevice", "gpu", sample_inspect, sample_authenticate,
};

static int gpu_inspect(const struct coco_piece *piece COCO_UNUSED,
		       struct coco_claims *claims COCO_UNUSED, struct coco_diag *diag COCO_UNUSED)
{
	return 0;
}

static int gpu_authenticate(struct coco_appraisal *a, const struct coco_piece *piece, int subject,
			    struct coco_diag *diag COCO_UNUSED)
{
	struct coco_result *r = a->result;

	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_MISSING, "gpu.appraiser",
			  "the GPU's evidence is appraised");
	coco_check_actual(r, "this release of cococtl does not appraise GPU evidence");
	coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_UNSUPPORTED:gpu",
			   "verify it with NVIDIA's nvattest, or leave it out to judge the rest");
	coco_check_at(r, piece->input, piece->base);
	return 0;
}

const struct coco_appraiser coco_appraiser_gpu_missing = {
	COCO_PIECE_GPU_EVIDENCE, "nvidia", "gpu", gpu_inspect, gpu_authenticate,
};
