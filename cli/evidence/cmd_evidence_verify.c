/*
 * cmd_evidence_verify.c - cococtl evidence verify: whether evidence is
 * authentic and acceptable.
 */
#include <stdio.h>

#include "cli/core/out.h"
#include "cli/evidence/evidence_args.h"
#include "cli/evidence/opts_evidence.h"
#include "cli/evidence/result_report.h"
#include "cli/evidence/run_evidence.h"
#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/broker/refval.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"
#include "lib/evidence/appraise.h"
#include "lib/evidence/collateral_bundle.h"
#include "lib/evidence/inputs.h"

enum {
	NONCE_MIN = 8,
	NONCE_MAX = 256,           /* bytes */
	INITDATA_MAX = 1 << 20,
	RESULT_MAX = 256 << 20,
	FILES = 64,                /* policies and reference values */
};

/* A file that was read whole. */
struct read_file {
	const char *role;
	size_t n;
	uint8_t sha256[COCO_SHA256_SIZE];
};

/* Everything that a run reads. */
struct inputs {
	struct coco_pieces pieces;
	struct coco_collateral collateral;
	struct coco_collateral roots;
	struct coco_policy policy;
	struct coco_refset references;
	uint8_t *nonce;
	size_t n_nonce;
	uint8_t *report_data;
	size_t n_report_data;
	uint8_t *initdata;
	size_t n_initdata;
	unsigned require;
	struct read_file files[FILES];   /* policy and reference values, for the result */
	size_t n_files;
};

static void inputs_free(struct inputs *in)
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

static int read_values(struct inputs *in, const struct coco_opts_evidence_verify *o,
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
		r = coco_read_file(o->initdata, INITDATA_MAX, &in->initdata, &in->n_initdata,
				   diag);
	return r;
}

static int note_file(struct inputs *in, const char *role, struct coco_view bytes,
		     struct coco_diag *diag)
{
	struct coco_sha256 sha;

	if (in->n_files == FILES)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d policies and reference "
				 "values", FILES);
	coco_sha256_init(&sha);
	coco_sha256_update(&sha, bytes.p, bytes.n);
	coco_sha256_final(&sha, in->files[in->n_files].sha256);
	in->files[in->n_files].role = role;
	in->files[in->n_files++].n = bytes.n;
	return 0;
}

static int read_policy(struct inputs *in, const char *path, struct coco_diag *diag)
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

static int read_reference(const struct coco_run *run, struct inputs *in, const char *path,
			  struct coco_diag *diag)
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

static int read_inputs(const struct coco_run *run, struct inputs *in,
		       const struct coco_opts_evidence_verify *o, struct coco_diag *diag)
{
	int r = read_values(in, o, diag);

	for (size_t i = 0; r == 0 && i < o->inputs.n; i++)
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

/* The result alone, the same bytes for the same inputs. */
static int write_result(const struct coco_cli *cli, const struct coco_result *result,
			bool authentic_only, struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *p = NULL;
	size_t n = 0;

	if (cli->common.output == NULL)
		return 0;
	coco_wr_init(&wr, RESULT_MAX);
	coco_jw_init(&jw, &wr, true);
	coco_result_write(&jw, result, authentic_only);
	coco_wr_str(&wr, "\n");
	int r = coco_wr_finish(&wr, &p, &n, diag);
	if (r == 0)
		r = coco_write_file(cli->common.output, p, n, coco_cli_out_flags(cli, 0), diag);
	coco_free(p);
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

static int settle(const struct coco_result *r, bool authentic_only, struct coco_diag *diag)
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

static int verify(struct coco_cli *cli, const struct coco_opts_evidence_verify *o,
		  struct inputs *in, struct coco_result *result, struct coco_diag *diag)
{
	const struct coco_appraise_opts want = {
		.at = cli->run.now,
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
	int r = coco_appraise(&cli->run, &in->pieces, &in->collateral, &want, result, diag);

	for (size_t i = 0; r == 0 && i < in->n_files; i++)
		(void)coco_result_input(result, in->files[i].role, "file", in->files[i].n,
					in->files[i].sha256);
	return r == 0 ? coco_result_finish(result, diag) : r;
}

int coco_cmd_evidence_verify(struct coco_cli *cli, const void *opts, struct coco_report *report,
			     struct coco_diag *diag)
{
	const struct coco_opts_evidence_verify *o = opts;
	struct coco_result result = { .n_inputs = 0 };
	struct inputs *in = coco_zalloc(1, sizeof(*in));

	if (in == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the inputs");
	int r = read_inputs(&cli->run, in, o, diag);
	if (r == 0)
		r = verify(cli, o, in, &result, diag);
	if (r == 0)
		r = write_result(cli, &result, o->authentic_only, diag);
	if (r == 0) {
		if (o->claims)
			coco_result_report_claims(report, &result);
		coco_result_report(report, &result, o->authentic_only);
		r = settle(&result, o->authentic_only, diag);
	}
	coco_result_free(&result);
	inputs_free(in);
	coco_free(in);
	return r;
}
