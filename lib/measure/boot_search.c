/*
 * boot_search.c - command lines, initrds and kernels that explain a boot (see
 * boot_search.h).
 */
#include "lib/measure/boot_search.h"

#include <string.h>
#include <unistd.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/tcg_event.h"
#include "lib/core/io.h"
#include "lib/core/tcg_replay.h"
#include "lib/measure/authenticode.h"

enum { CHUNK = 1 << 20, LOOK_EVERY = 1024 };

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
	uint8_t *wide;                     /* owned: UTF-16 of a line */
	size_t cap;
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
static int hash_line(struct work *w, struct coco_view line, enum coco_boot_form form,
		     uint8_t *ret)
{
	static const char suffix[] = " initrd=initrd";
	static const char prefix[] = "initrd=initrd ";
	size_t need = 2 * (line.n + sizeof(suffix));
	size_t n = 0;

	if (need > w->cap) {
		uint8_t *wide = coco_realloc(w->wide, need, 1);

		if (wide == NULL)
			return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for a line");
		w->wide = wide;
		w->cap = need;
	}
	if (form == COCO_FORM_PREFIX)
		n = widen(w->wide, n, prefix, sizeof(prefix) - 1);
	n = widen(w->wide, n, line.p, line.n);
	if (form == COCO_FORM_SUFFIX)
		n = widen(w->wide, n, suffix, sizeof(suffix) - 1);
	n = widen(w->wide, n, "", 1);
	return coco_digest_once(w->digest, w->wide, n, ret, w->diag);
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
	if (what == COCO_BOOT_KERNEL)
		return req->n_kernels;
	for (size_t i = 0; i < req->n_initrds; i++)
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

/* A candidate's digest: every event of its kind that has it is explained. */
static void offer(struct work *w, enum coco_boot_what what, const uint8_t *digest,
		  size_t candidate, enum coco_boot_form form)
{
	w->out->tried++;
	for (size_t i = 0; i < w->out->n; i++) {
		struct coco_boot_answer *a = &w->out->answer[i];
		const struct coco_tcg_event *e = &w->req->log->events[a->event];

		if (a->what != what || a->explained ||
		    memcmp(e->digest[w->bank], digest, w->size) != 0)
			continue;
		a->explained = true;
		a->candidate = candidate;
		a->form = form;
		w->out->n_explained++;
	}
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
	uint8_t digest[COCO_DIGEST_MAX];
	int r = 0;

	list_events(w);
	for (size_t i = 0; r == 0 && i < req->n_lines; i++) {
		if (i % LOOK_EVERY == 0)
			r = coco_run_check(w->run, w->diag);
		for (unsigned form = 0; r == 0 && form < COCO_FORMS; form++) {
			r = hash_line(w, req->lines[i], (enum coco_boot_form)form, digest);
			if (r == 0)
				offer(w, COCO_BOOT_CMDLINE, digest, i, (enum coco_boot_form)form);
		}
	}
	for (size_t i = 0; r == 0 && i < req->n_initrds; i++)
		if (req->initrds[i] != NULL)
			offer(w, COCO_BOOT_INITRD, w->initrds[i], i, COCO_FORM_AS_GIVEN);
	for (size_t i = 0; r == 0 && i < req->n_kernels; i++)
		r = offer_kernel(w, i);
	return r;
}

/* ---- the value of a register ----------------------------------------------------------- */

static int extend(struct work *w, uint8_t *reg, const uint8_t *digest)
{
	int r = coco_digest_update(w->digest, reg, w->size, w->diag);

	return r == 0 ? coco_digest_once(w->digest, digest, w->size, reg, w->diag) : r;
}

/* Command line i in a form, then each initrd. */
static int try_value(struct work *w, size_t i, enum coco_boot_form form)
{
	const struct coco_boot_search *req = w->req;
	struct coco_boot_explained *out = w->out;
	uint8_t line[COCO_DIGEST_MAX];
	uint8_t start[COCO_DIGEST_MAX] = { 0 };
	int r = hash_line(w, req->lines[i], form, line);

	if (r == 0)
		r = extend(w, start, line);
	for (size_t k = 0; r == 0 && out->n == 0 && k < req->n_initrds; k++) {
		uint8_t value[COCO_DIGEST_MAX];

		memcpy(value, start, sizeof(value));
		if (req->initrds[k] != NULL)
			r = extend(w, value, w->initrds[k]);
		out->tried++;
		if (r != 0 || memcmp(value, req->value, w->size) != 0)
			continue;
		out->answer[out->n++] = (struct coco_boot_answer){
			.what = COCO_BOOT_CMDLINE, .explained = true, .candidate = i,
			.form = form };
		if (req->initrds[k] != NULL)
			out->answer[out->n++] = (struct coco_boot_answer){
				.what = COCO_BOOT_INITRD, .explained = true, .candidate = k };
		out->n_explained = out->n;
		out->n_tried = out->n;
	}
	return r;
}

static int search_value(struct work *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && w->out->n == 0 && i < w->req->n_lines; i++) {
		if (i % LOOK_EVERY == 0)
			r = coco_run_check(w->run, w->diag);
		for (unsigned form = 0; r == 0 && w->out->n == 0 && form < COCO_FORMS; form++)
			r = try_value(w, i, (enum coco_boot_form)form);
	}
	return r;
}

int coco_boot_search(const struct coco_run *run, const struct coco_boot_search *req,
		     struct coco_boot_explained *ret, struct coco_diag *diag)
{
	struct coco_boot_explained *out = coco_zalloc(1, sizeof(*out));
	struct work w = { .run = run, .req = req, .out = out, .diag = diag };

	if (out == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	int r = choose_bank(&w);
	if (r == 0)
		r = hash_initrds(&w);
	if (r == 0)
		r = req->log != NULL ? search_log(&w) : search_value(&w);
	if (r == 0)
		*ret = *out;
	coco_digest_free(w.digest);
	coco_free(w.initrds);
	coco_free(w.wide);
	coco_free(out);
	return r;
}
