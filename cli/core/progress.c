/*
 * progress.c - the display thread (see progress.h).
 */
#include "cli/core/progress.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	TICK_MS = 100,          /* ten redraws a second */
	FIRST_MS = 500,         /* short work shows no bar */
	RATE_MS = 3000,         /* the rate is that of the last seconds */
	PLAIN_MS = 30000,       /* plain: at least one line in this time */
	PLAIN_PERCENT = 10,     /* plain: a line at every step */
	JSON_MS = 500,
};

static unsigned percent(const struct coco_progress_state *s)
{
	if (s->total == 0)
		return 0;
	if (s->done >= s->total)
		return 100;
	return (unsigned)((double)s->done / (double)s->total * 100.0);
}

static bool eta_ms(const struct coco_progress_state *s, uint64_t *ret)
{
	if (s->rate == 0 || s->total == 0 || s->done > s->total)
		return false;
	*ret = (uint64_t)((double)(s->total - s->done) / (double)s->rate * 1000.0);
	return true;
}

static void amount(char *ret, size_t cap, uint64_t n, bool items)
{
	if (items)
		snprintf(ret, cap, "%" PRIu64, n);
	else
		coco_human_bytes(ret, cap, n);
}

void coco_progress_line(char *ret, size_t cap, const struct coco_progress_state *s,
			unsigned width)
{
	char done[32];
	char total[32];
	char rate[48] = "";
	char eta[48] = "";
	char text[256];
	uint64_t left;

	amount(done, sizeof(done), s->done, s->items);
	amount(total, sizeof(total), s->total, s->items);
	if (s->rate != 0) {
		char human[32];

		amount(human, sizeof(human), s->rate, s->items);
		snprintf(rate, sizeof(rate), "  %s/s", human);
	}
	if (eta_ms(s, &left) && s->done < s->total) {
		char span[32];

		coco_human_span(span, sizeof(span), (left + 999) / 1000);
		snprintf(eta, sizeof(eta), "  ETA %s", span);
	}
	/* one column stays free: a full line would wrap on some terminals */
	for (int parts = 2; parts >= 0; parts--) {
		if (s->total != 0)
			snprintf(text, sizeof(text), "%s %3u%%  %s / %s%s%s", s->phase, percent(s),
				 done, total, parts > 0 ? rate : "", parts > 1 ? eta : "");
		else
			snprintf(text, sizeof(text), "%s  %s%s", s->phase, done,
				 parts > 0 ? rate : "");
		if (width <= 1 || strlen(text) < width)
			break;
	}
	if (width > 1 && strlen(text) >= width)
		text[width - 1 < sizeof(text) ? width - 1 : sizeof(text) - 1] = '\0';
	snprintf(ret, cap, "%s", text);
}

size_t coco_progress_json(char *ret, size_t cap, const struct coco_progress_state *s)
{
	struct coco_wr wr;
	struct coco_jw jw;
	char text[32];
	uint64_t left;
	size_t n = 0;

	coco_wr_init(&wr, cap);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "event", "progress");
	coco_jw_kv_string(&jw, "phase", s->phase);
	if (s->items)
		coco_jw_kv_string(&jw, "unit", "candidates");
	snprintf(text, sizeof(text), "%" PRIu64, s->done);
	coco_jw_kv_string(&jw, "done", text);
	if (s->total != 0) {
		snprintf(text, sizeof(text), "%" PRIu64, s->total);
		coco_jw_kv_string(&jw, "total", text);
	}
	if (s->rate != 0) {
		snprintf(text, sizeof(text), "%" PRIu64, s->rate);
		coco_jw_kv_string(&jw, "rate", text);
	}
	if (eta_ms(s, &left)) {
		snprintf(text, sizeof(text), "%" PRIu64, left);
		coco_jw_kv_string(&jw, "eta_ms", text);
	}
	coco_jw_end(&jw, '}');
	if (wr.code == 0 && wr.n < cap) {
		memcpy(ret, wr.p, wr.n);
		n = wr.n;
	}
	ret[n] = '\0';
	coco_wr_free(&wr);
	return n;
}

int coco_display_mode(const struct coco_console *con, int mode)
{
	const char *term = getenv("TERM");
	bool dumb = term != NULL && strcmp(term, "dumb") == 0;

	if (con->level < 0 && mode != COCO_PROGRESS_JSON)
		return COCO_PROGRESS_NONE;
	if (mode != COCO_PROGRESS_AUTO)
		return mode;
	return con->err_tty && !dumb ? COCO_PROGRESS_BAR : COCO_PROGRESS_NONE;
}

/* Remembers a sample and gives the rate since the oldest within RATE_MS. */
static uint64_t sample(struct coco_display *d, uint64_t now, uint64_t done)
{
	uint64_t best_ms = now;
	uint64_t best_done = done;

	for (unsigned i = 0; i < d->n_samples; i++) {
		if (now - d->sample[i].ms <= RATE_MS && d->sample[i].ms < best_ms) {
			best_ms = d->sample[i].ms;
			best_done = d->sample[i].done;
		}
	}
	d->sample[d->next_sample].ms = now;
	d->sample[d->next_sample].done = done;
	d->next_sample = (d->next_sample + 1) % COCO_PROGRESS_SAMPLES;
	if (d->n_samples < COCO_PROGRESS_SAMPLES)
		d->n_samples++;
	if (now - best_ms < 2 * TICK_MS || done <= best_done)
		return 0;
	return (uint64_t)((double)(done - best_done) * 1000.0 / (double)(now - best_ms));
}

static void tell_plain(struct coco_display *d, const struct coco_progress_state *s, uint64_t now)
{
	char line[300];
	unsigned step = percent(s) / PLAIN_PERCENT;

	if (step <= d->told_percent / PLAIN_PERCENT && now - d->told_at < PLAIN_MS)
		return;
	coco_progress_line(line, sizeof(line), s, 0);
	coco_console_note(d->con, line);
	d->told_at = now;
	d->told_percent = percent(s);
}

static void tell_json(struct coco_display *d, const struct coco_progress_state *s, uint64_t now)
{
	char line[512];

	if (now - d->told_at < JSON_MS)
		return;
	coco_console_event(d->con, line, coco_progress_json(line, sizeof(line), s));
	d->told_at = now;
}

static void tell_bar(struct coco_display *d, const struct coco_progress_state *s)
{
	char line[300];

	coco_progress_line(line, sizeof(line), s, d->con->width);
	coco_console_bar(d->con, line);
}

void coco_display_tick(struct coco_display *d, uint64_t now)
{
	struct coco_progress_state s = {
		.phase = atomic_load(&d->progress->phase),
		.done = atomic_load(&d->progress->done),
		.total = atomic_load(&d->progress->total),
		.items = atomic_load(&d->progress->items),
	};

	if (s.phase == NULL)
		return;
	if (s.phase != d->phase) {
		d->phase = s.phase;
		d->start = d->started ? d->start : now;
		d->started = true;
		d->told_at = now;
		d->told_percent = 0;
		d->n_samples = 0;
		d->next_sample = 0;
	}
	s.rate = sample(d, now, s.done);
	if (now - d->start < FIRST_MS)
		return;
	if (d->mode == COCO_PROGRESS_BAR)
		tell_bar(d, &s);
	else if (d->mode == COCO_PROGRESS_JSON)
		tell_json(d, &s, now);
	else if (d->mode == COCO_PROGRESS_PLAIN)
		tell_plain(d, &s, now);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void *loop(void *arg)
{
	struct coco_display *d = arg;
	struct timespec at;

	pthread_mutex_lock(&d->lock);
	while (!d->stop) {
		pthread_mutex_unlock(&d->lock);
		coco_display_tick(d, now_ms());
		pthread_mutex_lock(&d->lock);
		clock_gettime(CLOCK_MONOTONIC, &at);
		at.tv_nsec += TICK_MS * 1000000L;
		if (at.tv_nsec >= 1000000000L) {
			at.tv_nsec -= 1000000000L;
			at.tv_sec++;
		}
		if (!d->stop)
			pthread_cond_timedwait(&d->wake, &d->lock, &at);
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

void coco_display_start(struct coco_display *d, struct coco_console *con,
			const struct coco_progress *progress, int mode)
{
	pthread_condattr_t attr;
	sigset_t all;
	sigset_t old;

	*d = (struct coco_display){ .con = con, .progress = progress };
	d->mode = coco_display_mode(con, mode);
	if (d->mode == COCO_PROGRESS_NONE)
		return;
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&d->wake, &attr);
	pthread_condattr_destroy(&attr);
	/* signals belong to the thread that works */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	d->running = pthread_create(&d->thread, NULL, loop, d) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void coco_display_stop(struct coco_display *d)
{
	if (!d->running)
		return;
	pthread_mutex_lock(&d->lock);
	d->stop = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
	pthread_join(d->thread, NULL);
	d->running = false;
	coco_console_bar(d->con, NULL);
	pthread_cond_destroy(&d->wake);
	pthread_mutex_destroy(&d->lock);
}
