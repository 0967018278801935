/*
 * verify_args.c - the inputs of a verification (see verify_args.h).
 */
#include "cli/evidence/verify_args.h"

#include "cli/evidence/evidence_args.h"
#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/broker/initdata_file.h"
#include "lib/broker/refval.h"
#include "lib/core/io.h"
#include "lib/evidence/collateral_bundle.h"
#include "lib/evidence/inputs.h"

enum {
	NONCE_MIN = 8,
	NONCE_MAX = 256,           /* bytes */
	INITDATA_MAX = 1 << 20,
};

void coco_verify_free(struct coco_verify_inputs *in)
{
	coco_pieces_free(&in->pieces);
	coco_collateral_free(&in->collateral);
	coco_collateral_free(&in->roots);
	coco_policy_free(&in->policy);
	coco_refset_free(&in->references);
	coco_free(in->nonce);
	coco_free(in->report_data);
	coco_free(in->initdata);
}

/* The document in any form in which it travels: TOML, annotation, image. */
static int read_initdata(struct coco_verify_inputs *in, const char *path, struct coco_diag *diag)
{
	enum coco_initdata_form form;
	uint8_t *p = NULL;
	size_t n = 0;
	int r = coco_read_file(path, INITDATA_MAX, &p, &n, diag);

	if (r == 0)
		r = coco_initdata_unpack(coco_view_of(p, n), &in->initdata, &in->n_initdata,
					 &form, diag);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	coco_free(p);
	return r;
}

static int read_values(struct coco_verify_inputs *in, const struct coco_opts_evidence_verify *o,
		       struct coco_diag *diag)
{
	int r = coco_evidence_require(&o->require, &in->require, diag);

	if (r == 0 && o->nonce != NULL)
		r = coco_evidence_bytes("nonce", o->nonce, NONCE_MIN, NONCE_MAX, &in->nonce,
					&in->n_nonce, diag);
	if (r == 0 && o->report_data != NULL)
		r = coco_evidence_bytes("report-data", o->report_data, NONCE_MIN,
					COCO_BIND_REPORT_DATA, &in->report_data,
					&in->n_report_data, diag);
	if (r == 0 && o->initdata != NULL)
		r = read_initdata(in, o->initdata, diag);
	return r;
}

static int note_file(struct coco_verify_inputs *in, const char *role, struct coco_view bytes,
		     struct coco_diag *diag)
{
	if (in->n_files == COCO_VERIFY_FILES)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d policies and reference "
				 "values", COCO_VERIFY_FILES);
	coco_sha256_once(bytes.p, bytes.n, in->files[in->n_files].sha256);
	in->files[in->n_files].role = role;
	in->files[in->n_files++].n = bytes.n;
	return 0;
}

static int read_policy(struct coco_verify_inputs *in, const char *path, struct coco_diag *diag)
{
	uint8_t *p = NULL;
	size_t n = 0;
	int r = coco_read_file(path, COCO_TOML_MAX_SIZE, &p, &n, diag);

	if (r == 0)
		r = coco_policy_decode(&in->policy, coco_view_of(p, n), diag);
	if (r == 0)
		r = note_file(in, "policy", coco_view_of(p, n), diag);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	coco_free(p);
	return r;
}

static int read_reference(const struct coco_run *run, struct coco_verify_inputs *in,
			  const char *path, struct coco_diag *diag)
{
	const struct coco_refval_source src = { .tee = COCO_REF_PLAIN };
	uint8_t *p = NULL;
	size_t n = 0;
	int r = coco_read_file(path, COCO_MRECORD_MAX, &p, &n, diag);

	if (r == 0)
		r = coco_refval_read(run, &in->references, coco_view_of(p, n), &src, diag);
	if (r == 0)
		r = note_file(in, "reference values", coco_view_of(p, n), diag);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	coco_free(p);
	return r;
}

int coco_verify_read(const struct coco_run *run, struct coco_verify_inputs *in,
		     const struct coco_opts_evidence_verify *o, struct coco_diag *diag)
{
	int r = read_values(in, o, diag);

	for (size_t i = 0; r == 0 && !o->each && i < o->inputs.n; i++)
		r = coco_inputs_load(&in->pieces, &in->collateral, o->inputs.v[i], diag);
	for (size_t i = 0; r == 0 && i < o->collateral.n; i++)
		r = coco_bundle_load(&in->collateral, o->collateral.v[i], diag);
	for (size_t i = 0; r == 0 && i < o->trust_roots.n; i++)
		r = coco_bundle_load(&in->roots, o->trust_roots.v[i], diag);
	for (size_t i = 0; r == 0 && i < o->references.n; i++)
		r = read_reference(run, in, o->references.v[i], diag);
	if (r == 0 && o->policy != NULL)
		r = read_policy(in, o->policy, diag);
	return r;
}

/* The first check of that outcome, for the error message. */
static const struct coco_result_check *first(const struct coco_result *r, enum coco_checked what,
					     bool authentic_only)
{
	for (size_t i = 0; i < r->n_checks; i++)
		if (r->checks[i].outcome == what &&
		    (!authentic_only || r->checks[i].aspect == COCO_ASPECT_AUTHENTIC))
			return &r->checks[i];
	return NULL;
}

int coco_verify_settle(const struct coco_result *r, bool authentic_only, struct coco_diag *diag)
{
	const struct coco_result_check *c;

	switch (coco_result_verdict(r, authentic_only)) {
	case COCO_VERDICT_AFFIRMED:
		return 0;
	case COCO_VERDICT_REJECTED:
		c = first(r, COCO_CHECKED_FAIL, authentic_only);
		return coco_fail(diag, COCO_E_EVIDENCE_REJECTED, "not so: %s (%s)",
				 c != NULL ? c->title : "?", c != NULL ? c->reason : "");
	case COCO_VERDICT_INDETERMINATE:
		break;
	}
	c = first(r, COCO_CHECKED_MISSING, authentic_only);
	if (c == NULL)
		return coco_fail(diag, COCO_E_EVIDENCE_INDETERMINATE,
				 "no policy and no reference values were given");
	return coco_fail(diag, COCO_E_EVIDENCE_INDETERMINATE, "not known whether %s (%s)",
			 c->title, c->reason);
}

static struct coco_appraise_opts wanted(const struct coco_run *run,
					const struct coco_opts_evidence_verify *o,
					const struct coco_verify_inputs *in)
{
	return (struct coco_appraise_opts){
		.at = run->now,
		.extra_roots = in->roots.n > 0 ? &in->roots : NULL,
		.bindings = {
			.has_nonce = o->nonce != NULL,
			.nonce = coco_view_of(in->nonce, in->n_nonce),
			.has_report_data = o->report_data != NULL,
			.report_data = coco_view_of(in->report_data, in->n_report_data),
			.initdata = coco_view_of(in->initdata, in->n_initdata),
		},
		.require = in->require,
		.policy = o->policy != NULL ? &in->policy : NULL,
		.references = o->references.n > 0 ? &in->references : NULL,
	};
}

int coco_verify_run(const struct coco_run *run, const struct coco_opts_evidence_verify *o,
		    struct coco_verify_inputs *in, struct coco_result *result,
		    struct coco_diag *diag)
{
	const struct coco_appraise_opts want = wanted(run, o, in);
	int r = coco_appraise(run, &in->pieces, &in->collateral, &want, result, diag);

	for (size_t i = 0; r == 0 && i < in->n_files; i++)
		(void)coco_result_input(result, in->files[i].role, "file", in->files[i].n,
					in->files[i].sha256);
	return r == 0 ? coco_result_finish(result, diag) : r;
}

int coco_verify_each(const struct coco_run *run, const struct coco_opts_evidence_verify *o,
		     struct coco_verify_inputs *in, struct coco_each *list,
		     struct coco_diag *diag)
{
	const struct coco_appraise_opts want = wanted(run, o, in);
	int r = 0;

	for (size_t i = 0; r == 0 && i < o->inputs.n; i++)
		r = coco_each_add(list, o->inputs.v[i], diag);
	if (r == 0)
		r = coco_each_judge(run, list, &in->collateral, &want, o->authentic_only, diag);
	return r;
}

int coco_verify_settle_each(const struct coco_each *list, struct coco_diag *diag)
{
	size_t judged = list->n - coco_each_companions(list);
	size_t n = coco_each_count(list, COCO_VERDICT_REJECTED);

	if (n > 0)
		return coco_fail(diag, COCO_E_EVIDENCE_REJECTED, "%zu of %zu files are rejected",
				 n, judged);
	n = coco_each_count(list, COCO_VERDICT_INDETERMINATE);
	if (n > 0)
		return coco_fail(diag, COCO_E_EVIDENCE_INDETERMINATE, "%zu of %zu files cannot be "
				 "judged", n, judged);
	return 0;
}
