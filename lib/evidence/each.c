/*
 * each.c - many files, each judged on its own (see each.h).
 */
#include "lib/evidence/each.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/core/pool.h"
#include "lib/crypto/sha256.h"
#include "lib/evidence/inputs.h"

/* What the threads share; nothing of it but next, stop and the lines changes. */
struct work {
	const struct coco_run *run;
	struct coco_each *list;
	const struct coco_collateral *collateral;
	struct coco_appraise_opts opts;
	bool authentic_only;
	_Atomic size_t next;
	_Atomic bool stop;
};

static void file_free(struct coco_each_file *f)
{
	coco_free(f->path);
	coco_free(f->reasons);
	coco_free(f->detail);
}

void coco_each_free(struct coco_each *list)
{
	for (size_t i = 0; i < list->n; i++)
		file_free(&list->files[i]);
	coco_free(list->files);
	memset(list, 0, sizeof(*list));
}

static int add_file(void *ctx, const char *path, struct coco_diag *diag)
{
	struct coco_each *list = ctx;
	void *v = list->files;

	if (!coco_grow(&v, &list->cap, list->n, sizeof(*list->files), COCO_EACH_FILES))
		return coco_fail(diag, list->n >= COCO_EACH_FILES ? COCO_E_LIMIT_COUNT
								  : COCO_E_LIMIT_MEMORY,
				 "no room for more than %zu files", list->n);
	list->files = v;
	list->files[list->n] = (struct coco_each_file){ .path = coco_strdup(path) };
	if (list->files[list->n].path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	list->n++;
	return 0;
}

int coco_each_add(struct coco_each *list, const char *path, struct coco_diag *diag)
{
	return coco_inputs_walk(path, add_file, list, diag);
}

/* ---- the line of one file -------------------------------------------------------------- */

static int no_memory(struct coco_diag *diag)
{
	coco_diag_init(diag);   /* what was wrong with the file is not the error any more */
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a verdict");
}

/* A line with at most one reason. */
static int plain(struct coco_each_file *f, enum coco_verdict verdict, const char *reason,
		 const char *detail, struct coco_diag *diag)
{
	f->verdict = verdict;
	f->detail = coco_strdup(detail);
	f->reasons = coco_zalloc(1, sizeof(*f->reasons));
	if (f->detail == NULL || f->reasons == NULL)
		return no_memory(diag);
	memcpy(f->reasons[0], reason, strlen(reason) + 1);
	f->n_reasons = 1;
	return 0;
}

static bool has_reason(const struct coco_each_file *f, const char *reason)
{
	for (size_t i = 0; i < f->n_reasons; i++)
		if (strcmp(f->reasons[i], reason) == 0)
			return true;
	return false;
}

/* The reasons of checks with that outcome; *ret_first is the first such check, if there is none. */
static void collect(struct coco_each_file *f, const struct coco_result *r,
		    enum coco_checked outcome, bool authentic_only,
		    const struct coco_result_check **ret_first)
{
	for (size_t i = 0; i < r->n_checks; i++) {
		const struct coco_result_check *c = &r->checks[i];

		if (c->outcome != outcome ||
		    (authentic_only && c->aspect != COCO_ASPECT_AUTHENTIC))
			continue;
		if (*ret_first == NULL)
			*ret_first = c;
		if (c->reason[0] == '\0' || f->n_reasons == COCO_EACH_REASONS ||
		    has_reason(f, c->reason))
			continue;
		memcpy(f->reasons[f->n_reasons++], c->reason, sizeof(c->reason));
	}
}

static int line(struct coco_each_file *f, const struct coco_result *r, bool authentic_only,
		struct coco_diag *diag)
{
	const struct coco_result_check *first = NULL;

	f->verdict = coco_result_verdict(r, authentic_only);
	if (f->verdict == COCO_VERDICT_AFFIRMED)
		return 0;
	f->reasons = coco_zalloc(COCO_EACH_REASONS, sizeof(*f->reasons));
	if (f->reasons == NULL)
		return no_memory(diag);
	collect(f, r, COCO_CHECKED_FAIL, authentic_only, &first);
	collect(f, r, COCO_CHECKED_MISSING, authentic_only, &first);
	f->detail = coco_strdup(first != NULL ? first->title : "no policy and no reference values "
							       "were given");
	return f->detail != NULL ? 0 : no_memory(diag);
}

/* ---- one file -------------------------------------------------------------------------- */

/* What stops all of it, not only this file. */
static bool fatal(int code)
{
	return code == COCO_E_LIMIT_MEMORY || code == COCO_E_CANCELLED;
}

/* A refusal of one file: diag says why, and is clean again after it. */
static int refuse(struct coco_each_file *f, int code, struct coco_diag *diag)
{
	int r = 0;

	if (fatal(code))
		return code;
	if (code == COCO_E_EVIDENCE_NONE)
		f->state = COCO_EACH_COMPANION;
	else if (code == COCO_E_EVIDENCE_UNKNOWN)
		r = plain(f, COCO_VERDICT_INDETERMINATE, "EVIDENCE_UNSUPPORTED:input",
			  diag->message, diag);
	else
		r = plain(f, COCO_VERDICT_REJECTED, "EVIDENCE_MALFORMED", diag->message, diag);
	if (r == 0)
		coco_diag_init(diag);
	return r;
}

static int judge_bytes(const struct work *w, struct coco_each_file *f,
		       struct coco_collateral *collateral, struct coco_view bytes,
		       struct coco_diag *diag)
{
	struct coco_pieces pieces = { .n = 0 };
	struct coco_result result = { .n_inputs = 0 };

	f->n = bytes.n;
	coco_sha256_once(bytes.p, bytes.n, f->sha256);
	int r = coco_pieces_add(&pieces, collateral, bytes, f->path, diag);
	if (r == 0)
		r = coco_appraise(w->run, &pieces, collateral, &w->opts, &result, diag);
	r = r != 0 ? refuse(f, r, diag) : line(f, &result, w->authentic_only, diag);
	coco_result_free(&result);
	coco_pieces_free(&pieces);
	coco_collateral_cut(collateral, w->collateral->n);
	return r;
}

static int judge_file(const struct work *w, struct coco_each_file *f,
		      struct coco_collateral *collateral, struct coco_diag *diag)
{
	uint8_t *p = NULL;
	size_t n = 0;
	int r = coco_read_file(f->path, COCO_PIECE_MAX, &p, &n, diag);

	if (r == COCO_E_LIMIT_SIZE)
		return refuse(f, r, diag);
	if (r == 0)
		r = judge_bytes(w, f, collateral, coco_view_of(p, n), diag);
	coco_free(p);
	return r;
}

static int worker(void *ctx, unsigned id COCO_UNUSED, struct coco_diag *diag)
{
	struct work *w = ctx;
	struct coco_collateral own;
	int r = coco_collateral_fork(&own, w->collateral, diag);

	if (r != 0) {
		atomic_store(&w->stop, true);
		return r;
	}
	while (r == 0 && !atomic_load(&w->stop)) {
		size_t i = atomic_fetch_add(&w->next, 1);

		if (i >= w->list->n)
			break;
		r = coco_run_check(w->run, diag);
		if (r == 0)
			r = judge_file(w, &w->list->files[i], &own, diag);
		coco_run_advance(w->run, 1);
	}
	if (r != 0)
		atomic_store(&w->stop, true);
	coco_collateral_free(&own);
	return r;
}

int coco_each_judge(const struct coco_run *run, struct coco_each *list,
		    const struct coco_collateral *collateral,
		    const struct coco_appraise_opts *opts, bool authentic_only,
		    struct coco_diag *diag)
{
	struct work w = { .run = run, .list = list, .collateral = collateral, .opts = *opts,
			  .authentic_only = authentic_only };
	unsigned jobs = run->jobs;

	if (list->n < jobs)
		jobs = list->n > 0 ? (unsigned)list->n : 1;
	w.opts.verified = NULL;
	int r = coco_verified_new(&w.opts.verified, diag);
	if (r != 0)
		return r;
	coco_run_phase_items(run, "verifying", list->n);
	r = coco_pool_run(jobs, worker, &w, diag);
	coco_verified_free(w.opts.verified);
	if (r == 0 && coco_each_companions(list) == list->n)
		return coco_fail(diag, COCO_E_EVIDENCE_NONE, "no file is evidence of a known kind");
	return r;
}

size_t coco_each_count(const struct coco_each *list, enum coco_verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->files[i].state == COCO_EACH_JUDGED && list->files[i].verdict == verdict;
	return n;
}

size_t coco_each_companions(const struct coco_each *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->files[i].state == COCO_EACH_COMPANION;
	return n;
}
