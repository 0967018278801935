/*
 * guest_search.c - candidates for the registers of a guest (see guest_search.h).
 */
#include "lib/measure/guest_search.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/pool.h"
#include "lib/core/tcg_replay.h"

#define BIT(axis) (1U << (axis))

enum {
	FIRMWARE = BIT(COCO_GUEST_FIRMWARE) | BIT(COCO_GUEST_GENERATION),
	LINE = BIT(COCO_GUEST_LINE) | BIT(COCO_GUEST_INITRD),
	IMAGE = BIT(COCO_GUEST_KERNEL) | BIT(COCO_GUEST_UKI),
	PATCH = BIT(COCO_GUEST_QEMU) | BIT(COCO_GUEST_MEMORY),
	MACHINE = BIT(COCO_GUEST_MEMORY) | BIT(COCO_GUEST_ACPI),
	TABLES = BIT(COCO_GUEST_ACPI),
};

/*
 * What each register depends on; bit: in a request; with_image: only where a
 * unified kernel image may run.
 */
static const struct {
	const char *name;
	unsigned bit;
	unsigned axes;
	unsigned with_image;
} depends[] = {
	{ "tdx.mrtd", COCO_TDX_MRTD, BIT(COCO_GUEST_FIRMWARE), 0 },
	{ "tdx.rtmr0", COCO_TDX_RTMR0, FIRMWARE | MACHINE | IMAGE, IMAGE },
	{ "tdx.rtmr1", COCO_TDX_RTMR1, FIRMWARE | LINE | IMAGE | PATCH, 0 },
	{ "tdx.rtmr2", COCO_TDX_RTMR2, FIRMWARE | LINE | IMAGE | TABLES, TABLES },
	{ "tdx.rtmr3", COCO_TDX_RTMR3, 0, 0 },
	{ "tpm.pcr0", 1U << 0, FIRMWARE, 0 },
	{ "tpm.pcr1", 1U << 1, FIRMWARE | MACHINE | IMAGE, IMAGE },
	{ "tpm.pcr2", 1U << 2, FIRMWARE, 0 },
	{ "tpm.pcr3", 1U << 3, FIRMWARE, 0 },
	{ "tpm.pcr4", 1U << 4, FIRMWARE | LINE | IMAGE | PATCH, 0 },
	{ "tpm.pcr5", 1U << 5, FIRMWARE | IMAGE, 0 },
	{ "tpm.pcr6", 1U << 6, FIRMWARE, 0 },
	{ "tpm.pcr7", 1U << 7, FIRMWARE, 0 },
	{ "tpm.pcr8", 1U << 8, FIRMWARE | LINE | IMAGE, 0 },
	{ "tpm.pcr9", 1U << 9, FIRMWARE | LINE | IMAGE, 0 },
	{ "tpm.pcr11", 1U << 11, FIRMWARE | IMAGE, 0 },
	{ "tpm.pcr12", 1U << 12, FIRMWARE | LINE | IMAGE | TABLES, TABLES },
	{ "tpm.pcr13", 1U << 13, FIRMWARE | IMAGE, 0 },
	{ "tpm.pcr14", 1U << 14, FIRMWARE, 0 },
	{ "tpm.pcr15", 1U << 15, 0, 0 },
};

/* One run over the candidates, for the registers with the same axes. */
struct pass {
	const struct coco_run *run;
	const struct coco_guest_search *req;
	struct coco_guest_found *out;
	unsigned axes;
	unsigned registers;  /* those of depends with these axes */
	struct coco_shelf *shelf;
	size_t total;
	pthread_mutex_t lock;
	size_t stop;         /* the first candidate that explains all; total: none yet */
	const size_t *first; /* of each axis the place that is tried first */
	bool *skipped;       /* owned: of each candidate */
	size_t why_at;       /* the first of them */
	char why[COCO_MDIFF_TEXT];
	size_t best[COCO_GUEST_REGISTERS];   /* number of the candidate in answer */
	size_t score[COCO_GUEST_REGISTERS];  /* how many registers it explains */
};

/* ---- a candidate ---------------------------------------------------------------- */

/* Candidate number i; the last axis turns fastest, others stay where they are. */
static void place(const struct pass *p, size_t i, size_t at[COCO_GUEST_AXES])
{
	for (unsigned axis = COCO_GUEST_AXES; axis-- > 0;) {
		at[axis] = p->first[axis];
		if ((p->axes & BIT(axis)) == 0 || p->req->n[axis] < 2)
			continue;
		at[axis] = (i + p->first[axis]) % p->req->n[axis];
		i /= p->req->n[axis];
	}
}

static int measure_tdx(const struct coco_run *run, const struct pass *p, const size_t *at,
		       struct coco_mrecord *rec, struct coco_diag *diag)
{
	const struct coco_guest_search *s = p->req;
	struct coco_tdx_request q = *s->tdx;

	struct coco_vtpm_request chain;

	q.shelf = p->shelf;
	q.registers = p->registers;
	q.may_be_unused = true;
	if (q.chain != NULL) {
		chain = *q.chain;
		chain.shelf = p->shelf;
		if (s->n[COCO_GUEST_UKI] > 0)
			chain.uki = s->ukis[at[COCO_GUEST_UKI]];
		q.chain = &chain;
	}
	if (s->n[COCO_GUEST_FIRMWARE] > 0)
		q.firmware = s->firmware[at[COCO_GUEST_FIRMWARE]];
	if (s->n[COCO_GUEST_GENERATION] > 0)
		q.generation = s->generations[at[COCO_GUEST_GENERATION]];
	if (s->n[COCO_GUEST_QEMU] > 0)
		q.qemu = s->qemu[at[COCO_GUEST_QEMU]];
	if (s->n[COCO_GUEST_KERNEL] > 0)
		q.kernel = s->kernels[at[COCO_GUEST_KERNEL]];
	if (s->n[COCO_GUEST_INITRD] > 0)
		q.initrd = s->initrds[at[COCO_GUEST_INITRD]];
	if (s->n[COCO_GUEST_LINE] > 0)
		q.append = s->lines[at[COCO_GUEST_LINE]];
	if (s->n[COCO_GUEST_MEMORY] > 0) {
		q.memory = &s->memory[at[COCO_GUEST_MEMORY]];
		q.n_memory = 1;
	}
	if (s->n[COCO_GUEST_ACPI] > 0) {
		q.acpi = &s->acpi[at[COCO_GUEST_ACPI]];
		q.n_acpi = 1;
	}
	if (q.kernel == NULL) {
		q.initrd = NULL;
		q.append.n = 0;
	}
	return coco_tdx_measure(run, &q, rec, diag);
}

static int measure_vtpm(const struct coco_run *run, const struct pass *p, const size_t *at,
			struct coco_mrecord *rec, struct coco_diag *diag)
{
	const struct coco_guest_search *s = p->req;
	struct coco_vtpm_request q = *s->vtpm;

	q.shelf = p->shelf;
	q.pcrs = p->registers;
	if (s->n[COCO_GUEST_FIRMWARE] > 0)
		q.firmware = s->firmware[at[COCO_GUEST_FIRMWARE]];
	if (s->n[COCO_GUEST_GENERATION] > 0)
		q.generation = s->generations[at[COCO_GUEST_GENERATION]];
	if (s->n[COCO_GUEST_QEMU] > 0)
		q.qemu_major = s->qemu[at[COCO_GUEST_QEMU]];
	if (s->n[COCO_GUEST_KERNEL] > 0)
		q.kernel = s->kernels[at[COCO_GUEST_KERNEL]];
	if (s->n[COCO_GUEST_INITRD] > 0)
		q.initrd = s->initrds[at[COCO_GUEST_INITRD]];
	if (s->n[COCO_GUEST_LINE] > 0) {
		q.append = s->lines[at[COCO_GUEST_LINE]];
		q.has_append = true;
	}
	if (s->n[COCO_GUEST_MEMORY] > 0)
		q.memory = s->memory[at[COCO_GUEST_MEMORY]];
	if (s->n[COCO_GUEST_ACPI] > 0)
		q.acpi = &s->acpi[at[COCO_GUEST_ACPI]];
	if (s->n[COCO_GUEST_UKI] > 0)
		q.uki = s->ukis[at[COCO_GUEST_UKI]];
	if (q.kernel == NULL) {
		q.initrd = NULL;
		q.has_append = false;
	}
	return coco_vtpm_measure(run, &q, rec, diag);
}

/* ---- comparing ------------------------------------------------------------------ */

/* Why the record has no value of a register. */
static void missing(const struct coco_mrecord *rec, const char *name, char ret[COCO_MDIFF_TEXT])
{
	for (size_t i = 0; i < rec->n_unknowns; i++) {
		const struct coco_mrecord_unknown *u = &rec->unknowns[i];

		if (strcmp(u->reg, name) != 0)
			continue;
		snprintf(ret, COCO_MDIFF_TEXT, "%.63s: %.120s%s%.60s", u->name, u->reason,
			 u->supply[0] != '\0' ? "; give " : "", u->supply);
		return;
	}
	snprintf(ret, COCO_MDIFF_TEXT, "it is not computed for this guest");
}

/* What this candidate says of a register that was seen as a value. */
static void judge_value(const struct coco_mrecord *rec, const struct coco_guest_search *s,
			struct coco_guest_answer *a)
{
	const struct coco_mrecord_register *reg =
		coco_mrecord_find(rec, a->name, a->algorithm);

	if (reg == NULL || reg->n_values == 0) {
		missing(rec, a->name, a->note);
		return;
	}
	a->result = COCO_MDIFF_DIFFERS;
	for (size_t v = 0; v < s->n_values; v++) {
		const struct coco_guest_value *seen = &s->values[v];

		if (strcmp(seen->name, a->name) != 0)
			continue;
		for (size_t i = 0; i < reg->n_values && a->result != COCO_MDIFF_EQUAL; i++) {
			const struct coco_mrecord_value *got = &reg->values[i];

			if (got->value.n != seen->digest.n ||
			    memcmp(got->value.p, seen->digest.p, got->value.n) != 0)
				continue;
			a->result = COCO_MDIFF_EQUAL;
			coco_mrecord_label_text(got, a->label, sizeof(a->label));
		}
	}
}

static void judge_log(const struct coco_mdiff *d, const struct coco_mrecord *rec,
		      struct coco_guest_answer *a)
{
	missing(rec, a->name, a->note);
	for (size_t i = 0; i < d->n; i++) {
		const struct coco_mdiff_register *reg = &d->registers[i];

		if (strcmp(reg->name, a->name) != 0 || strcmp(reg->algorithm, a->algorithm) != 0)
			continue;
		a->result = reg->result;
		a->same = reg->same;
		a->contradicted = reg->same < reg->known;
		a->n_expected = reg->n_expected;
		a->n_actual = reg->n_actual;
		memcpy(a->label, reg->label, sizeof(a->label));
		if (reg->result != COCO_MDIFF_SKIPPED ||
		    coco_mrecord_find(rec, a->name, a->algorithm) == NULL)
			memcpy(a->note, reg->note, sizeof(a->note));
		a->has_step = reg->n_steps > 0;
		if (a->has_step)
			a->step = reg->steps[0];
		return;
	}
}

static unsigned rank(enum coco_mdiff_result r)
{
	return r == COCO_MDIFF_EQUAL ? 2 : r == COCO_MDIFF_DIFFERS ? 1 : 0;
}

/*
 * Whether an answer is better than the one that is there: equal, or agreeing in
 * more steps; then that of the candidate that explains more registers, then that
 * of the first one.
 */
static bool is_better(const struct pass *p, size_t k, size_t candidate, size_t score,
		      const struct coco_guest_answer *a)
{
	const struct coco_guest_answer *have = &p->out->answer[k];
	bool equal = a->result == COCO_MDIFF_EQUAL;

	if (p->best[k] == SIZE_MAX)
		return true;
	if (equal != (have->result == COCO_MDIFF_EQUAL))
		return equal;
	if (!equal && a->same != have->same)
		return a->same > have->same;
	if (rank(a->result) != rank(have->result))
		return rank(a->result) > rank(have->result);
	if (score != p->score[k])
		return score > p->score[k];
	return candidate < p->best[k];
}

static void keep(struct pass *p, size_t k, size_t candidate, size_t score,
		 const struct coco_guest_answer *a)
{
	struct coco_guest_answer *have = &p->out->answer[k];
	size_t unknown = have->unknown + (a->result == COCO_MDIFF_SKIPPED);
	size_t others = have->others + (a->result == COCO_MDIFF_DIFFERS);

	if (is_better(p, k, candidate, score, a)) {
		*have = *a;
		p->best[k] = candidate;
		p->score[k] = score;
	}
	have->unknown = unknown;
	have->others = others;
}

/* What a candidate says of register k. */
static void judge(const struct pass *p, size_t k, const size_t *at, const struct coco_mdiff *d,
		  const struct coco_mrecord *rec, struct coco_guest_answer *a)
{
	*a = (struct coco_guest_answer){ .result = COCO_MDIFF_SKIPPED, .axes = p->axes };
	memcpy(a->name, p->out->answer[k].name, sizeof(a->name));
	memcpy(a->algorithm, p->out->answer[k].algorithm, sizeof(a->algorithm));
	memcpy(a->at, at, sizeof(a->at));
	if (p->req->log != NULL)
		judge_log(d, rec, a);
	else
		judge_value(rec, p->req, a);
}

__attribute__((noinline))
static int compare(struct pass *p, size_t candidate, const size_t *at,
		   const struct coco_mrecord *rec, struct coco_diag *diag)
{
	struct coco_guest_answer *a = coco_alloc(COCO_GUEST_REGISTERS, sizeof(*a));
	struct coco_mdiff d = { .n = 0 };
	size_t n = 0;
	size_t score = 0;

	int r = a == NULL ? coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search") : 0;
	if (r == 0 && p->req->log != NULL)
		r = coco_mdiff_log(rec, p->req->log, &d, diag);
	for (size_t k = 0; r == 0 && k < p->out->n; k++) {
		if (p->out->answer[k].axes != p->axes)
			continue;
		judge(p, k, at, &d, rec, &a[k]);
		score += a[k].result == COCO_MDIFF_EQUAL;
		n++;
	}
	pthread_mutex_lock(&p->lock);
	for (size_t k = 0; r == 0 && k < p->out->n; k++)
		if (p->out->answer[k].axes == p->axes)
			keep(p, k, candidate, score, &a[k]);
	if (r == 0 && score == n && candidate < p->stop)
		p->stop = candidate;
	pthread_mutex_unlock(&p->lock);
	coco_mdiff_free(&d);
	coco_free(a);
	return r;
}

static bool is_alone(const struct coco_guest_search *req)
{
	for (unsigned axis = 0; axis < COCO_GUEST_AXES; axis++)
		if (req->n[axis] > 1)
			return false;
	return true;
}

/* A candidate of several whose files are no firmware, no kernel, or that needs more. */
static int pass_over(struct pass *p, size_t i, int code, const struct coco_diag *why,
		     struct coco_diag *diag)
{
	bool other = coco_err_info(code)->class == COCO_CLASS_FORMAT ||
		     code == COCO_E_USAGE_MISSING;

	if (is_alone(p->req) || !other) {
		if (diag != NULL && diag->code == 0)
			*diag = *why;
		return code;
	}
	pthread_mutex_lock(&p->lock);
	p->skipped[i] = true;
	if (i < p->why_at) {
		p->why_at = i;
		snprintf(p->why, sizeof(p->why), "%.100s%s%.140s", why->source,
			 why->source[0] != '\0' ? ": " : "", why->message);
	}
	pthread_mutex_unlock(&p->lock);
	return 0;
}

static int try_one(void *ctx, size_t i, struct coco_diag *diag)
{
	struct pass *p = ctx;
	struct coco_run alone = *p->run;
	struct coco_diag why = { .code = 0 };
	size_t at[COCO_GUEST_AXES];
	struct coco_mrecord rec;
	int r;

	pthread_mutex_lock(&p->lock);
	bool past = i > p->stop;
	pthread_mutex_unlock(&p->lock);
	coco_run_advance(p->run, 1);
	if (past)
		return 0;
	alone.jobs = 1;
	alone.progress = NULL;
	place(p, i, at);
	r = p->req->tdx != NULL ? measure_tdx(&alone, p, at, &rec, &why)
				: measure_vtpm(&alone, p, at, &rec, &why);
	if (r != 0)
		return pass_over(p, i, r, &why, diag);
	r = compare(p, i, at, &rec, diag);
	coco_mrecord_free(&rec);
	return r;
}

/* Candidates of the registers with these axes. Errors: SEARCH_SPACE. */
static int count(const struct coco_guest_search *req, unsigned axes, size_t *ret,
		 struct coco_diag *diag)
{
	size_t n = 1;

	for (unsigned axis = 0; axis < COCO_GUEST_AXES; axis++)
		if ((axes & BIT(axis)) != 0 && req->n[axis] > 1 &&
		    (coco_mul_overflows(n, req->n[axis], &n) || n > COCO_GUEST_CANDIDATES))
			return coco_fail(diag, COCO_E_SEARCH_SPACE,
					 "the lists make more than %d candidates for one register",
					 COCO_GUEST_CANDIDATES);
	*ret = n;
	return 0;
}

static unsigned bits_of(const struct coco_guest_found *out, unsigned axes)
{
	unsigned bits = 0;

	for (size_t k = 0; k < out->n; k++)
		for (size_t i = 0; i < COCO_ARRAY_LEN(depends); i++)
			if (out->answer[k].axes == axes &&
			    strcmp(out->answer[k].name, depends[i].name) == 0)
				bits |= depends[i].bit;
	return bits;
}

/* Counts up to the one that explained all: others may have been tried or not. */
static void sum_up(const struct pass *p)
{
	size_t n = coco_min_size(p->stop + 1, p->total);
	uint64_t skipped = 0;

	for (size_t i = 0; i < n; i++)
		skipped += p->skipped[i];
	if (skipped > 0 && p->out->skipped == 0)
		memcpy(p->out->why, p->why, sizeof(p->why));
	p->out->skipped += skipped;
	p->out->tried += n - skipped;
}

static int run_pass(const struct coco_run *run, const struct coco_guest_search *req,
		    struct coco_guest_found *out, struct coco_shelf *shelf, unsigned axes,
		    const size_t *first, struct coco_diag *diag)
{
	struct pass p = { .run = run, .req = req, .out = out, .axes = axes, .shelf = shelf,
			  .registers = bits_of(out, axes), .first = first,
			  .why_at = SIZE_MAX };

	int r = count(req, axes, &p.total, diag);
	if (r != 0)
		return r;
	p.stop = p.total;
	for (size_t k = 0; k < COCO_GUEST_REGISTERS; k++)
		p.best[k] = SIZE_MAX;
	p.skipped = coco_zalloc(p.total, sizeof(*p.skipped));
	if (p.skipped == NULL || pthread_mutex_init(&p.lock, NULL) != 0) {
		coco_free(p.skipped);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	}
	r = coco_pool_each(run, p.total, try_one, &p, diag);
	if (r == 0)
		sum_up(&p);
	pthread_mutex_destroy(&p.lock);
	coco_free(p.skipped);
	return r;
}

/*
 * What one register settles the following ones try first, so that registers that
 * many candidates explain name the same one.
 */
static void settle(const struct coco_guest_found *out, unsigned axes,
		   size_t first[COCO_GUEST_AXES], unsigned *settled)
{
	const struct coco_guest_answer *a = NULL;

	for (size_t k = 0; k < out->n && a == NULL; k++)
		if (out->answer[k].axes == axes && out->answer[k].result == COCO_MDIFF_EQUAL)
			a = &out->answer[k];
	for (unsigned axis = 0; a != NULL && axis < COCO_GUEST_AXES; axis++)
		if ((axes & ~*settled & BIT(axis)) != 0)
			first[axis] = a->at[axis];
	if (a != NULL)
		*settled |= axes;
}

/* ---- which registers ------------------------------------------------------------ */

/* The firmware has no part in what a loader and an image of a disk measure. */
static bool is_past_firmware(const struct coco_guest_search *req, size_t k)
{
	return req->vtpm != NULL && req->n[COCO_GUEST_KERNEL] == 0 && req->vtpm->kernel == NULL &&
	       depends[k].bit >= 1U << 8;
}

/*
 * Whether a unified kernel image may run: systemd measures SMBIOS structures then.
 * Kernels that cannot be read are no candidates. Errors: LIMIT_MEMORY.
 */
static int find_image(const struct coco_guest_search *req, bool *ret, struct coco_diag *diag)
{
	int r = 0;

	*ret = req->n[COCO_GUEST_UKI] > 0 ||
	       (req->vtpm != NULL && (req->vtpm->disk != NULL || req->vtpm->uki != NULL)) ||
	       (req->tdx != NULL && req->tdx->chain != NULL);
	for (size_t i = 0; r != COCO_E_LIMIT_MEMORY && !*ret && i < req->n[COCO_GUEST_KERNEL]; i++)
		if (req->kernels[i] != NULL)
			r = coco_vtpm_is_uki(req->kernels[i], ret, NULL);
	return r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory for a search") : 0;
}

static void add_target(const struct coco_guest_search *req, struct coco_guest_found *out,
		       size_t k, bool image, const char *algorithm)
{
	struct coco_guest_answer *a = &out->answer[out->n++];
	unsigned axes = depends[k].axes & ~(image ? 0 : depends[k].with_image);

	if (is_past_firmware(req, k))
		axes &= ~(unsigned)FIRMWARE;
	snprintf(a->name, sizeof(a->name), "%s", depends[k].name);
	snprintf(a->algorithm, sizeof(a->algorithm), "%s", algorithm);
	a->result = COCO_MDIFF_SKIPPED;
	for (unsigned axis = 0; axis < COCO_GUEST_AXES; axis++)
		if (req->n[axis] > 1)
			a->axes |= axes & BIT(axis);
}

/* Whether the log has events of register k. */
static bool in_log(const struct coco_guest_search *req, size_t k, size_t bank)
{
	const struct coco_tcg_log *log = req->log;
	char name[24];

	for (size_t i = 0; i < log->n; i++) {
		if (!coco_tcg_extends(log, i, bank))
			continue;
		coco_tcg_register_name(log->cc, log->events[i].index, name);
		if (strcmp(name, depends[k].name) == 0)
			return true;
	}
	return false;
}

static void list_targets(const struct coco_guest_search *req, struct coco_guest_found *out,
			 bool image)
{
	const struct coco_tcg_log *log = req->log;
	size_t bank = log != NULL ? log->n_banks : 0;

	while (bank > 0 && !coco_tcg_can_hash(log->bank[bank - 1].alg))
		bank--;
	for (size_t k = 0; k < COCO_ARRAY_LEN(depends) && out->n < COCO_GUEST_REGISTERS; k++) {
		if (bank > 0 && in_log(req, k, bank - 1))
			add_target(req, out, k, image,
				   coco_tcg_alg_name(log->bank[bank - 1].alg));
		for (size_t i = 0; log == NULL && i < req->n_values; i++)
			if (strcmp(req->values[i].name, depends[k].name) == 0)
				add_target(req, out, k, image, req->values[i].algorithm);
	}
}

/* Whether an earlier answer has the same axes. */
static bool is_done(const struct coco_guest_found *out, size_t k)
{
	for (size_t i = 0; i < k; i++)
		if (out->answer[i].axes == out->answer[k].axes)
			return true;
	return false;
}

/* All passes over what they share; the space is judged before the work begins. */
static int search(const struct coco_run *run, const struct coco_guest_search *req,
		  struct coco_guest_found *out, struct coco_shelf *shelf, struct coco_diag *diag)
{
	size_t first[COCO_GUEST_AXES] = { 0 };
	unsigned settled = 0;
	uint64_t total = 0;
	int r = 0;

	for (size_t k = 0; r == 0 && k < out->n; k++) {
		size_t n = 0;

		if (is_done(out, k))
			continue;
		r = count(req, out->answer[k].axes, &n, diag);
		total += n;
	}
	if (r == 0)
		coco_run_phase_items(run, "searching", total);
	for (size_t k = 0; r == 0 && k < out->n; k++) {
		unsigned axes = out->answer[k].axes;

		if (is_done(out, k))
			continue;
		r = run_pass(run, req, out, shelf, axes, first, diag);
		if (r == 0)
			settle(out, axes, first, &settled);
	}
	/* what a register does not depend on is as the others say */
	for (size_t k = 0; r == 0 && k < out->n; k++)
		for (unsigned axis = 0; axis < COCO_GUEST_AXES; axis++)
			if ((out->answer[k].axes & BIT(axis)) == 0)
				out->answer[k].at[axis] = first[axis];
	return r;
}

int coco_guest_search(const struct coco_run *run, const struct coco_guest_search *req,
		      struct coco_guest_found *ret, struct coco_diag *diag)
{
	struct coco_guest_found *out = coco_zalloc(1, sizeof(*out));
	struct coco_shelf *shelf = NULL;

	if (out == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	bool image = false;
	int r = coco_shelf_new(&shelf, diag);
	if (r == 0)
		r = find_image(req, &image, diag);
	if (r == 0) {
		list_targets(req, out, image);
		r = search(run, req, out, shelf, diag);
	}
	coco_shelf_free(shelf);
	for (size_t k = 0; r == 0 && k < out->n; k++) {
		out->n_equal += out->answer[k].result == COCO_MDIFF_EQUAL;
		out->n_differ += out->answer[k].result == COCO_MDIFF_DIFFERS &&
				 out->answer[k].unknown == 0;
	}
	if (r == 0)
		*ret = *out;
	coco_free(out);
	return r;
}
