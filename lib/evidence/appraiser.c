/*
 * appraiser.c - the list of appraisers, and what they share (see appraiser.h).
 */
#include "lib/evidence/appraiser.h"

#include <stdio.h>

#include "lib/evidence/azure_appraise.h"
#include "lib/evidence/log_appraise.h"
#include "lib/evidence/sample_appraise.h"
#include "lib/evidence/snp_appraise.h"
#include "lib/evidence/tdx_appraise.h"
#include "lib/evidence/token_appraise.h"
#include "lib/evidence/tpm_appraise.h"

static const struct coco_appraiser *const appraisers[] = {
	&coco_appraiser_tdx,
	&coco_appraiser_sgx,
	&coco_appraiser_snp,
	&coco_appraiser_sample,
	&coco_appraiser_sample_device,
	&coco_appraiser_gpu_missing,
	&coco_appraiser_tpm,
	&coco_appraiser_gce,
	&coco_appraiser_az_snp,
	&coco_appraiser_az_tdx,
	&coco_appraiser_hcl,
	&coco_appraiser_log,
	&coco_appraiser_token,
	&coco_appraiser_detached,
};

const struct coco_appraiser *coco_appraiser_for(enum coco_piece_kind kind)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(appraisers); i++)
		if (appraisers[i]->piece == kind)
			return appraisers[i];
	return NULL;
}

static int note_used(struct coco_result *r, const struct coco_collateral *c, int *used, int item,
		     const char *place, const char *role)
{
	const struct coco_collateral_item *it = &c->v[item];
	char text[COCO_RESULT_ID];

	if (used[item] >= 0)
		return used[item];
	snprintf(text, sizeof(text), "%s: %s", place, role);
	used[item] = coco_result_input(r, text, coco_collateral_kind_name(it->kind), it->n,
				       it->sha256);
	return used[item];
}

int coco_appraisal_used(struct coco_appraisal *a, int item, const char *role)
{
	return note_used(a->result, a->collateral, a->used, item, "collateral", role);
}

int coco_appraisal_used_root(struct coco_appraisal *a, int root, const char *role)
{
	return note_used(a->result, a->extra_roots, a->used_roots, root, "trust root", role);
}

struct coco_claims *coco_appraisal_claims(struct coco_appraisal *a, int subject)
{
	return &a->result->subjects[subject].claims;
}
