/*
 * fuzz_policy.c - evidence policies. Covers coco_policy_decode,
 * coco_policy_judge and coco_policy_gaps over a result with claims of each
 * type. Asserts that every refusal has a reason and a next step, and that a
 * document without rules accepts nothing.
 */
#include <stdlib.h>

#include "formats/evidence/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void found(void *ctx, const struct coco_policy_finding *f)
{
	(void)ctx;
	require(f->what[0] != '\0');
}

static void fill(struct coco_result *r, const char *kind)
{
	static const uint8_t bytes[48];
	int s = coco_result_subject(r, "cpu", kind);
	struct coco_claims *c = &r->subjects[s].claims;

	coco_result_check(r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_PASS, "x", "x");
	coco_claims_bytes(c, "snp.measurement", bytes, sizeof(bytes), 0);
	coco_claims_number(c, "snp.vmpl", 0, 0, 4);
	coco_claims_bool(c, "snp.policy.debug", true, 0, 8);
	coco_claims_text(c, "snp.current", "1.55.40", 7, 0, 4);
	coco_claims_text(c, "tdx.advisory_ids", "A, B", 4, 0, 0);
	coco_claims_time(c, "tdx.tcb_date", 1000, 0, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_policy p;
	struct coco_diag d = { 0 };
	struct coco_result r;

	if (coco_policy_decode(&p, coco_view_of(data, size), &d) != 0) {
		require(d.code != 0);
		return 0;
	}
	coco_result_init(&r, 1000);
	fill(&r, "snp");
	fill(&r, "tdx");
	coco_policy_judge(&p, &r);
	if (p.n_rules == 0)
		require(coco_result_verdict(&r, false) != COCO_VERDICT_AFFIRMED);
	for (size_t i = 0; i < r.n_checks; i++)
		if (r.checks[i].outcome == COCO_CHECKED_FAIL ||
		    r.checks[i].outcome == COCO_CHECKED_MISSING)
			require(r.checks[i].reason[0] != '\0' && r.checks[i].next[0] != '\0');
	coco_policy_gaps(&p, &r, 1000, found, NULL);
	coco_result_free(&r);
	coco_policy_free(&p);
	return 0;
}
