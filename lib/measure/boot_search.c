/*
 * boot_search.c - command lines, initrds and kernels that explain a boot (see
 * boot_search.h).
 */
#include "lib/measure/boot_search.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/tcg_event.h"
#include "lib/core/io.h"
#include "lib/core/pool.h"
#include "lib/core/tcg_replay.h"
#include "lib/measure/authenticode.h"

enum { CHUNK = 1 << 20, LINES = 1024 };   /* lines that a thread takes at a time */

struct work {
	const struct coco_run *run;
	const struct coco_boot_search *req;
	struct coco_boot_explained *out;
	struct coco_diag *diag;
	enum coco_digest_alg alg;
	size_t bank;                       /* of the log */
	struct coco_digest *digest;        /* owned */
	size_t size;
	uint8_t (*initrds)[COCO_DIGEST_MAX];   /* owned */
	/* shared by threads */
	pthread_mutex_t lock;              /* of out */
	atomic_size_t best;                /* a value: number of the first match */
};

/* What one thread needs to hash lines. */
struct hand {
	struct work *w;
	struct coco_digest *digest;        /* owned */
	uint8_t *wide;                     /* owned: UTF-16 of a line */
	size_t cap;
	struct coco_diag *diag;
};

const char *coco_boot_form_text(enum coco_boot_form form)
{
	static const char *const texts[COCO_FORMS] = { "", "with initrd=initrd behind it",
						       "with initrd=initrd before it" };

	return texts[form];
}

static int find_alg(uint16_t alg, enum coco_digest_alg *ret)
{
	int found = coco_tcg_can_hash(alg) ? coco_bank_find(coco_tcg_alg_name(alg)) : -1;

	if (found < 0)
		return COCO_E_SEARCH_UNDECIDED;
	*ret = (enum coco_digest_alg)found;
	return 0;
}

/* The bank to compare in: the last one that can be hashed, which is the strongest. */
static int choose_bank(struct work *w)
{
	const struct coco_tcg_log *log = w->req->log;
	int r = COCO_E_SEARCH_UNDECIDED;

	if (log == NULL) {
		w->out->alg = w->req->alg;
		r = find_alg(w->req->alg, &w->alg);
	}
	for (size_t i = log != NULL ? log->n_banks : 0; r != 0 && i-- > 0;) {
		r = find_alg(log->bank[i].alg, &w->alg);
		w->bank = i;
		w->out->alg = log->bank[i].alg;
	}
	if (r != 0)
		return coco_fail(w->diag, r, "no digest of the log can be computed here");
	r = coco_digest_new(&w->digest, w->alg, w->diag);
	if (r == 0)
		w->size = coco_digest_size(w->digest);
	return r;
}

/* ---- digests of candidates -------------------------------------------------------- */

static int hash_initrd(struct work *w, const char *path, uint8_t *ret)
{
	uint8_t *buf = coco_alloc(CHUNK, 1);
	uint64_t size = 0;
	int fd = -1;

	if (buf == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory to hash a file");
	int r = coco_open_read(path, &fd, &size, w->diag);
	for (uint64_t at = 0; r == 0 && at < size; at += CHUNK) {
		size_t n = (size_t)coco_min_u64(CHUNK, size - at);

		r = coco_run_check(w->run, w->diag);
		if (r == 0)
			r = coco_pread_full(fd, buf, n, at, path, w->diag);
		if (r == 0)
			r = coco_digest_update(w->digest, buf, n, w->diag);
	}
	if (r == 0)
		r = coco_digest_final(w->digest, ret, w->diag);
	if (fd >= 0)
		close(fd);
	coco_free(buf);
	return r;
}

static int hash_initrds(struct work *w)
{
	const struct coco_boot_search *req = w->req;
	int r = 0;

	if (req->n_initrds == 0)
		return 0;
	w->initrds = coco_zalloc(req->n_initrds, sizeof(*w->initrds));
	if (w->initrds == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	for (size_t i = 0; r == 0 && i < req->n_initrds; i++)
		if (req->initrds[i] != NULL)
			r = hash_initrd(w, req->initrds[i], w->initrds[i]);
	return r;
}

static size_t widen(uint8_t *wide, size_t at, const void *text, size_t n)
{
	const uint8_t *p = text;

	for (size_t i = 0; i < n; i++) {
		wide[at++] = p[i];
		wide[at++] = 0;
	}
	return at;
}

/* Each byte becomes one UTF-16 unit, as the firmware does it; with its NUL. */
static int hash_line(struct hand *h, struct coco_view line, enum coco_boot_form form,
		     uint8_t *ret)
{
	static const char suffix[] = " initrd=initrd";
	static const char prefix[] = "initrd=initrd ";
	size_t need = 2 * (line.n + sizeof(suffix));
	size_t n = 0;

	if (need > h->cap) {
		uint8_t *wide = coco_realloc(h->wide, need, 1);

		if (wide == NULL)
			return coco_fail(h->diag, COCO_E_LIMIT_MEMORY, "no memory for a line");
		h->wide = wide;
		h->cap = need;
	}
	if (form == COCO_FORM_PREFIX)
		n = widen(h->wide, n, prefix, sizeof(prefix) - 1);
	n = widen(h->wide, n, line.p, line.n);
	if (form == COCO_FORM_SUFFIX)
		n = widen(h->wide, n, suffix, sizeof(suffix) - 1);
	n = widen(h->wide, n, "", 1);
	return coco_digest_once(h->digest, h->wide, n, ret, h->diag);
}

/* Lines of a chunk, in every form; try is told each digest. */
typedef int try_fn(struct hand *h, size_t line, enum coco_boot_form form, uint8_t *digest);

struct chunks {
	struct work *w;
	try_fn *try;
};

static int try_chunk(void *ctx, size_t chunk, struct coco_diag *diag)
{
	const struct chunks *c = ctx;
	const struct coco_boot_search *req = c->w->req;
	struct hand h = { .w = c->w, .diag = diag };
	size_t end = coco_min_size((chunk + 1) * LINES, req->n_lines);
	uint8_t digest[COCO_DIGEST_MAX];

	int r = coco_digest_new(&h.digest, c->w->alg, diag);
	for (size_t i = chunk * LINES; r == 0 && i < end; i++)
		for (unsigned form = 0; r == 0 && form < COCO_FORMS; form++) {
			r = hash_line(&h, req->lines[i], (enum coco_boot_form)form, digest);
			if (r == 0)
				r = c->try(&h, i, (enum coco_boot_form)form, digest);
		}
	coco_run_advance(c->w->run, end - chunk * LINES);
	coco_digest_free(h.digest);
	coco_free(h.wide);
	return r;
}

static int try_lines(struct work *w, try_fn *try)
{
	struct chunks c = { w, try };

	return coco_pool_each(w->run, (w->req->n_lines + LINES - 1) / LINES, try_chunk, &c,
			      w->diag);
}

/* ---- a log ---------------------------------------------------------------------------- */

/* What an event may be of; false: nothing that is searched. */
static bool what_is(const struct coco_tcg_event *e, enum coco_boot_what *ret)
{
	const uint8_t *p = e->data.p;
	uint32_t tag;

	if (e->type == COCO_EV_EFI_BOOT_SERVICES_APPLICATION) {
		*ret = COCO_BOOT_KERNEL;
		return true;
	}
	if (e->type != COCO_EV_EVENT_TAG || e->data.n < 4)
		return false;
	tag = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	*ret = tag == COCO_TAG_INITRD ? COCO_BOOT_INITRD : COCO_BOOT_CMDLINE;
	return tag == COCO_TAG_INITRD || tag == COCO_TAG_LOAD_OPTIONS;
}

static size_t candidates_for(const struct coco_boot_search *req, enum coco_boot_what what)
{
	size_t n = 0;

	if (what == COCO_BOOT_CMDLINE)
		return req->n_lines;
	for (size_t i = 0; what == COCO_BOOT_KERNEL && i < req->n_kernels; i++)
		n += req->kernels[i] != NULL;
	for (size_t i = 0; what == COCO_BOOT_INITRD && i < req->n_initrds; i++)
		n += req->initrds[i] != NULL;
	return n;
}

static void list_events(struct work *w)
{
	struct coco_boot_explained *out = w->out;
	const struct coco_tcg_log *log = w->req->log;

	for (size_t i = 0; i < log->n && out->n < COCO_BOOT_ANSWERS; i++) {
		enum coco_boot_what what;

		if (!coco_tcg_extends(log, i, w->bank) || !what_is(&log->events[i], &what))
			continue;
		out->answer[out->n++] = (struct coco_boot_answer){ .what = what, .event = i };
		out->n_tried += candidates_for(w->req, what) > 0;
	}
}

/* A candidate's digest: every event of its kind that has it is explained, by the first. */
static void offer(struct work *w, enum coco_boot_what what, const uint8_t *digest,
		  size_t candidate, enum coco_boot_form form)
{
	for (size_t i = 0; i < w->out->n; i++) {
		struct coco_boot_answer *a = &w->out->answer[i];
		const struct coco_tcg_event *e = &w->req->log->events[a->event];

		if (a->what != what || memcmp(e->digest[w->bank], digest, w->size) != 0)
			continue;
		pthread_mutex_lock(&w->lock);
		if (!a->explained || candidate < a->candidate) {
			w->out->n_explained += !a->explained;
			a->explained = true;
			a->candidate = candidate;
			a->form = form;
		}
		pthread_mutex_unlock(&w->lock);
	}
}

static int offer_line(struct hand *h, size_t line, enum coco_boot_form form, uint8_t *digest)
{
	offer(h->w, COCO_BOOT_CMDLINE, digest, line, form);
	return 0;
}

/* Of several files those that are no images are passed over. */
static int offer_kernel(struct work *w, size_t i)
{
	struct coco_authenticode *a = coco_zalloc(1, sizeof(*a));
	bool alone = w->req->n_kernels == 1;
	int r;

	if (a == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	r = coco_authenticode_path(w->req->kernels[i], COCO_BANK(w->alg), w->run, a,
				   alone ? w->diag : NULL);
	if (r != 0 && !alone && coco_err_info(r)->class == COCO_CLASS_FORMAT) {
		coco_free(a);
		return 0;
	}
	if (r != 0 && !alone)
		coco_fail(w->diag, r, "cannot read %s", w->req->kernels[i]);
	w->out->tried += r != 0 ? 0U : a->padding != 0 ? 2U : 1U;
	if (r == 0)
		offer(w, COCO_BOOT_KERNEL, a->digest.p[w->alg], i, COCO_FORM_AS_GIVEN);
	if (r == 0 && a->padding != 0)
		offer(w, COCO_BOOT_KERNEL, a->padded.p[w->alg], i, COCO_FORM_AS_GIVEN);
	coco_free(a);
	return r;
}

static int search_log(struct work *w)
{
	const struct coco_boot_search *req = w->req;

	list_events(w);
	int r = try_lines(w, offer_line);
	w->out->tried += req->n_lines * COCO_FORMS;
	for (size_t i = 0; r == 0 && i < req->n_initrds; i++) {
		if (req->initrds[i] == NULL)
			continue;
		w->out->tried++;
		offer(w, COCO_BOOT_INITRD, w->initrds[i], i, COCO_FORM_AS_GIVEN);
	}
	for (size_t i = 0; r == 0 && i < req->n_kernels; i++)
		if (req->kernels[i] != NULL)
			r = offer_kernel(w, i);
	return r;
}

/* ---- the value of a register ----------------------------------------------------------- */

static int extend(struct hand *h, uint8_t *reg, const uint8_t *digest)
{
	size_t size = h->w->size;
	int r = coco_digest_update(h->digest, reg, size, h->diag);

	return r == 0 ? coco_digest_once(h->digest, digest, size, reg, h->diag) : r;
}

/* A command line, then each initrd; the first match has the lowest number. */
static int try_value(struct hand *h, size_t line, enum coco_boot_form form, uint8_t *digest)
{
	struct work *w = h->w;
	const struct coco_boot_search *req = w->req;
	uint8_t start[COCO_DIGEST_MAX] = { 0 };
	size_t number = (line * COCO_FORMS + form) * req->n_initrds;

	if (number > atomic_load(&w->best))
		return 0;
	int r = extend(h, start, digest);
	for (size_t k = 0; r == 0 && k < req->n_initrds; k++) {
		uint8_t value[COCO_DIGEST_MAX];
		size_t best = atomic_load(&w->best);

		memcpy(value, start, sizeof(value));
		if (req->initrds[k] != NULL)
			r = extend(h, value, w->initrds[k]);
		if (r != 0 || memcmp(value, req->value, w->size) != 0)
			continue;
		while (number + k < best &&
		       !atomic_compare_exchange_weak(&w->best, &best, number + k))
			;
		break;
	}
	return r;
}

static int search_value(struct work *w)
{
	const struct coco_boot_search *req = w->req;
	struct coco_boot_explained *out = w->out;

	int r = try_lines(w, try_value);
	size_t best = atomic_load(&w->best);
	if (r != 0 || best == SIZE_MAX) {
		out->tried = req->n_lines * COCO_FORMS * req->n_initrds;
		return r;
	}
	size_t initrd = best % req->n_initrds;
	out->tried = best + 1;
	out->answer[out->n++] = (struct coco_boot_answer){
		.what = COCO_BOOT_CMDLINE, .explained = true,
		.candidate = best / req->n_initrds / COCO_FORMS,
		.form = (enum coco_boot_form)(best / req->n_initrds % COCO_FORMS) };
	if (req->initrds[initrd] != NULL)
		out->answer[out->n++] = (struct coco_boot_answer){
			.what = COCO_BOOT_INITRD, .explained = true, .candidate = initrd };
	out->n_explained = out->n;
	out->n_tried = out->n;
	return 0;
}

int coco_boot_search(const struct coco_run *run, const struct coco_boot_search *req,
		     struct coco_boot_explained *ret, struct coco_diag *diag)
{
	struct coco_boot_explained *out = coco_zalloc(1, sizeof(*out));
	struct work w = { .run = run, .req = req, .out = out, .diag = diag };

	if (out == NULL || pthread_mutex_init(&w.lock, NULL) != 0) {
		coco_free(out);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	}
	atomic_init(&w.best, SIZE_MAX);
	int r = choose_bank(&w);
	if (r == 0)
		r = hash_initrds(&w);
	if (r == 0)
		coco_run_phase_items(run, "command lines", req->n_lines);
	if (r == 0)
		r = req->log != NULL ? search_log(&w) : search_value(&w);
	if (r == 0)
		*ret = *out;
	coco_digest_free(w.digest);
	coco_free(w.initrds);
	pthread_mutex_destroy(&w.lock);
	coco_free(out);
	return r;
}
