/*
 * log_appraise.c - event logs against the quotes that come with them (see
 * log_appraise.h).
 */
#include "lib/evidence/log_appraise.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"

enum { SEARCH_EVENTS = 512 };   /* up to so many one event is looked for that was left out */

static int decode(const struct coco_piece *piece, struct coco_tcg_log *ret,
		  struct coco_diag *diag)
{
	int r = coco_tcg_log_decode(ret, coco_piece_bytes(piece), diag);

	if (r != 0)
		return r;
	r = coco_tcg_complete(ret, diag);
	if (r != 0)
		coco_tcg_log_free(ret);
	return r;
}

static int log_inspect(const struct coco_piece *piece, struct coco_claims *claims,
		       struct coco_diag *diag)
{
	struct coco_tcg_log log;
	int r = decode(piece, &log, diag);

	if (r != 0) {
		if (diag != NULL)
			diag->offset += piece->base;
		return r;
	}
	r = coco_log_claims(claims, &log, piece->base, diag);
	coco_tcg_log_free(&log);
	return r;
}

/* ---- the events themselves --------------------------------------------------------------- */

struct judge {
	struct coco_appraisal *a;
	const struct coco_piece *piece;
	const struct coco_tcg_log *log;
	int subject;
	int quote;               /* the subject that holds the registers */
	unsigned compared;
};

static void at_event(const struct judge *j, size_t i)
{
	if (j->piece->has_base && j->log->kind != COCO_TCG_LOG_JSON)
		coco_check_at(j->a->result, j->piece->input,
			      j->piece->base + j->log->events[i].offset);
}

/* "event 12 (EV_IPL in tpm.pcr8)" */
static const char *event_name(const struct judge *j, size_t i, char ret[96])
{
	char type[40];
	char reg[24];

	coco_tcg_event_name_text(j->log->events[i].type, type);
	coco_tcg_register_name(j->log->cc, j->log->events[i].index, reg);
	snprintf(ret, 96, "event %zu (%s in %s)", i, type, reg[0] != '\0' ? reg : "no register");
	return ret;
}

/* The first event whose digest is not of its own data; n: none. */
static int first_changed(const struct judge *j, size_t *ret, struct coco_diag *diag)
{
	int r = 0;

	for (*ret = 0; *ret < j->log->n; ++*ret)
		for (size_t bank = 0; bank < j->log->n_banks; bank++) {
			enum coco_tcg_tie tie;

			if (!coco_tcg_can_hash(j->log->bank[bank].alg) ||
			    !coco_tcg_extends(j->log, *ret, bank))
				continue;
			r = coco_tcg_event_tied(j->log, *ret, bank, &tie, diag);
			if (r != 0 || tie == COCO_TCG_CHANGED)
				return r;
		}
	return r;
}

static int check_events(struct judge *j, struct coco_diag *diag)
{
	struct coco_result *r = j->a->result;
	char name[96];
	size_t i = 0;
	int code = first_changed(j, &i, diag);
	bool ok = i == j->log->n;

	if (code != 0)
		return code;
	coco_result_check(r, j->subject, COCO_ASPECT_AUTHENTIC,
			  ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "eventlog.events",
			  "no event contradicts its digest");
	if (ok)
		return 0;
	coco_check_actual(r, "%s has a digest of something else", event_name(j, i, name));
	coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "EVENTLOG_CHANGED",
			   "collect the log again; the first wrong event is named");
	at_event(j, i);
	return 0;
}

/*
 * Firmware ends its part of a register with one separator. A register of a CC
 * log stands for several PCRs, each of which has one.
 */
static unsigned separators_of(const struct coco_tcg_log *log, uint32_t index)
{
	static const unsigned cc[] = { 1, 2, 5, 8, 16 };

	if (!log->cc)
		return 1;
	return index < COCO_ARRAY_LEN(cc) ? cc[index] : 1;
}

static void check_separators(struct judge *j)
{
	unsigned seen[COCO_TCG_REGISTERS] = { 0 };
	struct coco_result *r = j->a->result;
	char name[96];
	size_t bad = j->log->n;

	for (size_t i = 0; i < j->log->n && bad == j->log->n; i++) {
		const struct coco_tcg_event *e = &j->log->events[i];

		if (e->type == COCO_EV_SEPARATOR && e->index < COCO_TCG_REGISTERS &&
		    ++seen[e->index] > separators_of(j->log, e->index))
			bad = i;
	}
	coco_result_check(r, j->subject, COCO_ASPECT_AUTHENTIC,
			  bad == j->log->n ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL,
			  "eventlog.separators", "no register has a second boot boundary");
	if (bad == j->log->n)
		return;
	coco_check_actual(r, "%s is one separator too many", event_name(j, bad, name));
	coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "EVENTLOG_SEPARATOR",
			   "something after the firmware extends its registers: find out what "
			   "booted");
	at_event(j, bad);
}

/* ---- registers ------------------------------------------------------------------------------ */

static bool has_registers(const struct coco_result_subject *s, const struct coco_tcg_log *log)
{
	char name[COCO_CLAIM_NAME];

	if (log->cc)
		return coco_claims_find(&s->claims, "tdx.rtmr0") != NULL;
	for (size_t bank = 0; bank < log->n_banks; bank++) {
		const char *alg = coco_tcg_alg_name(log->bank[bank].alg);

		for (unsigned i = 0; alg != NULL && i < COCO_TCG_REGISTERS; i++) {
			snprintf(name, sizeof(name), "tpm.%s.pcr%u", alg, i);
			if (coco_claims_find(&s->claims, name) != NULL)
				return true;
		}
	}
	return false;
}

static const struct coco_piece *piece_of(const struct coco_appraisal *a, int subject)
{
	for (size_t i = 0; i < a->pieces->n; i++)
		if (a->pieces->v[i].subject == subject)
			return &a->pieces->v[i];
	return NULL;
}

/*
 * The quote that the log belongs to: that of the same input, or the only one.
 * -1: none; -2: several.
 */
static int find_quote(const struct judge *j)
{
	const struct coco_result *r = j->a->result;
	int near = -1;
	int any = -1;
	unsigned n_near = 0;
	unsigned n_any = 0;

	for (size_t i = 0; i < r->n_subjects; i++) {
		const struct coco_piece *p;

		if ((int)i == j->subject || !has_registers(&r->subjects[i], j->log))
			continue;
		any = (int)i;
		n_any++;
		p = piece_of(j->a, (int)i);
		if (p != NULL && p->top == j->piece->top) {
			near = (int)i;
			n_near++;
		}
	}
	if (n_near == 1 || n_any == 1)
		return n_near == 1 ? near : any;
	return n_any == 0 ? -1 : -2;
}

/* How strictly a register must agree. */
enum rule {
	STRICT,        /* only firmware and boot loader extend it */
	LOGGED,        /* with entries it must agree, without them it may be anything */
	RUNTIME,       /* a running guest extends it, without writing to this log */
};

static enum rule rule_of(const struct coco_tcg_log *log, uint32_t index)
{
	if (log->cc)
		return index == 4 ? RUNTIME : STRICT;
	if (index <= 7)
		return STRICT;
	return index == 8 || index == 9 || index == 12 || index == 14 ? LOGGED : RUNTIME;
}

/* The same log with only n_keep events of a register, or without event skip of them. */
static int partly(const struct coco_tcg_log *log, uint32_t index, size_t bank, size_t n_keep,
		  size_t skip, struct coco_tcg_value *ret, struct coco_diag *diag)
{
	struct coco_tcg_log part = *log;
	size_t seen = 0;
	size_t n = 0;

	part.events = coco_alloc(log->n + 1, sizeof(*part.events));
	if (part.events == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a replay");
	for (size_t i = 0; i < log->n; i++) {
		const struct coco_tcg_event *e = &log->events[i];

		if (e->index == index && e->type != COCO_EV_NO_ACTION) {
			if (seen++ == skip || seen > n_keep)
				continue;
		}
		part.events[n++] = *e;
	}
	part.n = n;
	int r = coco_tcg_replay(&part, index, bank, ret, diag);
	coco_free(part.events);
	return r;
}

/* Number in the log of a register's event k. */
static size_t nth(const struct coco_tcg_log *log, uint32_t index, size_t k)
{
	for (size_t i = 0; i < log->n; i++)
		if (log->events[i].index == index && log->events[i].type != COCO_EV_NO_ACTION &&
		    k-- == 0)
			return i;
	return log->n;
}

/*
 * Which event makes the difference: the value is what the log leads to before
 * an event, or without one. n: neither.
 */
static int first_wrong(const struct judge *j, uint32_t index, size_t bank, size_t events,
		       const struct coco_claim *want, size_t *ret, bool *ret_tail,
		       struct coco_diag *diag)
{
	struct coco_tcg_value v;
	int r = 0;

	*ret = j->log->n;
	*ret_tail = false;
	if (events > SEARCH_EVENTS)
		return 0;
	for (size_t k = 0; r == 0 && k < 2 * events; k++) {
		bool tail = k < events;

		r = tail ? partly(j->log, index, bank, k, SIZE_MAX, &v, diag)
			 : partly(j->log, index, bank, SIZE_MAX, k - events, &v, diag);
		if (r != 0 || v.n != want->n || memcmp(v.p, want->p, v.n) != 0)
			continue;
		*ret = nth(j->log, index, tail ? k : k - events);
		*ret_tail = tail;
		return 0;
	}
	return r;
}

static bool zero(const struct coco_claim *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->p[i] != 0 && c->p[i] != 0xff)
			return false;
	return true;
}

static void texts(const struct judge *j, const struct coco_tcg_value *v,
		  const struct coco_claim *want)
{
	char text[2 * COCO_TCG_DIGEST + 1];

	coco_hex_encode(text, want->p, coco_min_size(want->n, COCO_TCG_DIGEST));
	coco_check_expected(j->a->result, "%s", text);
	coco_check_source(j->a->result, "%s of %s", want->name,
			  j->a->result->subjects[j->quote].name);
	coco_hex_encode(text, v->p, v->n);
	coco_check_actual(j->a->result, "%s", text);
}

/* A register that is not what the log leads to. */
static int differs(const struct judge *j, const char *reg, uint32_t index, size_t bank,
		   const struct coco_tcg_value *v, const struct coco_claim *want,
		   struct coco_diag *diag)
{
	struct coco_result *r = j->a->result;
	bool tail = false;
	char name[96];
	size_t i = j->log->n;
	char reason[COCO_RESULT_REASON];
	int code = first_wrong(j, index, bank, v->events, want, &i, &tail, diag);

	if (code != 0)
		return code;
	if (i < j->log->n)
		coco_check_detail(r, "the log has %s, which was not measured%s",
				  event_name(j, i, name), tail ? ", nor what follows it" : "");
	else if (v->events == 0)
		coco_check_detail(r, "the log has no entries for it");
	else
		coco_check_detail(r, "no single event makes the difference: entries are missing, "
				  "changed, or it was extended later");
	snprintf(reason, sizeof(reason), "EVENTLOG_REPLAY:%s", reg);
	coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, reason,
			   "collect quote and log from the same boot; cococtl measure diff "
			   "compares the log with what was expected");
	if (i < j->log->n)
		at_event(j, i);
	return 0;
}

static void runtime_gap(const struct judge *j, const char *reg, bool empty)
{
	char what[COCO_RESULT_TEXT];

	snprintf(what, sizeof(what), "register %s, which differs from the log", reg);
	coco_result_gap(j->a->result, j->subject, "eventlog", what,
			empty ? "it is not zero and the log has no entries for it"
			      : "a running guest extends it without writing to this log",
			"give the log that the guest's agent keeps, or a reference value for it");
}

static int compare(struct judge *j, const char *reg, uint32_t index, size_t bank,
		   const struct coco_claim *want, struct coco_diag *diag)
{
	struct coco_result *r = j->a->result;
	struct coco_tcg_value v = { .n = 0 };
	enum rule rule = rule_of(j->log, index);
	char id[COCO_RESULT_ID];
	char title[COCO_RESULT_TEXT];
	int code = coco_tcg_replay(j->log, index, bank, &v, diag);

	if (code != 0)
		return code;
	bool same = v.n == want->n && memcmp(v.p, want->p, v.n) == 0;
	if (v.events == 0 && (same || zero(want)))
		return 0;   /* nobody touched it */
	bool lax = !same && (rule == RUNTIME || (rule == LOGGED && v.events == 0));
	snprintf(id, sizeof(id), "eventlog.replay.%s", reg);
	snprintf(title, sizeof(title), "the log explains register %s", reg);
	coco_result_check(r, j->subject, COCO_ASPECT_AUTHENTIC,
			  same ? COCO_CHECKED_PASS : lax ? COCO_CHECKED_SKIPPED
							 : COCO_CHECKED_FAIL, id, title);
	texts(j, &v, want);
	j->compared++;
	if (same)
		return 0;
	if (!lax)
		return differs(j, reg, index, bank, &v, want, diag);
	coco_check_detail(r, "%s", v.events == 0
			  ? "it is not zero and the log has no entries for it"
			  : "a running guest extends it without writing to this log");
	runtime_gap(j, reg, v.events == 0);
	return 0;
}

/* Every register of the quote that the log could explain. */
static int compare_all(struct judge *j, struct coco_diag *diag)
{
	char name[COCO_CLAIM_NAME];
	char reg[32];
	int r = 0;

	for (size_t bank = 0; r == 0 && bank < j->log->n_banks; bank++) {
		if (!coco_tcg_can_hash(j->log->bank[bank].alg))
			continue;
		for (uint32_t i = 0; r == 0 && i < COCO_TCG_REGISTERS; i++) {
			if (!coco_log_register(j->log, bank, i, reg))
				continue;
			snprintf(name, sizeof(name), "%s.%s", j->log->cc ? "tdx" : "tpm", reg);
			const struct coco_claim *want = coco_claims_find(
				&j->a->result->subjects[j->quote].claims, name);
			if (want != NULL && want->type == COCO_CLAIM_TYPE_BYTES)
				r = compare(j, reg, i, bank, want, diag);
		}
	}
	return r;
}

static void no_quote(const struct judge *j)
{
	struct coco_result *r = j->a->result;

	coco_result_check(r, j->subject, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_MISSING,
			  "eventlog.quote", "a quote holds the registers that the log leads to");
	coco_check_actual(r, "%s", j->quote == -1 ? "there is no quote with these registers"
						  : "several quotes could be meant");
	coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_MISSING:quote", j->quote == -1 ?
			   "give the %s of the same boot together with the log" :
			   "give the %s together with one log at a time",
			   j->log->cc ? "TDX quote" : "TPM quote");
}

static int judge(struct judge *j, struct coco_diag *diag)
{
	struct coco_result *r = j->a->result;
	int code = check_events(j, diag);

	if (code != 0)
		return code;
	check_separators(j);
	j->quote = find_quote(j);
	if (j->quote < 0) {
		no_quote(j);
		return 0;
	}
	code = compare_all(j, diag);
	if (code == COCO_E_TCG_ALGORITHM || (code == 0 && j->compared == 0)) {
		if (code != 0 && diag != NULL)
			coco_diag_init(diag);
		coco_result_check(r, j->subject, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_MISSING,
				  "eventlog.replay", "the log explains the quote's registers");
		coco_check_actual(r, "log and quote have no register in common that can be "
				  "replayed");
		coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_MISSING:bank",
				   "quote a bank that the log has digests of");
		code = 0;
	}
	return code;
}

static int log_authenticate(struct coco_appraisal *a, const struct coco_piece *piece, int subject,
			    struct coco_diag *diag)
{
	struct coco_tcg_log log;
	int r = decode(piece, &log, diag);

	if (r != 0)
		return r;
	struct judge j = { .a = a, .piece = piece, .log = &log, .subject = subject, .quote = -1 };
	r = judge(&j, diag);
	coco_tcg_log_free(&log);
	return r;
}

const struct coco_appraiser coco_appraiser_log = {
	COCO_PIECE_EVENT_LOG, "eventlog", "eventlog", log_inspect, log_authenticate,
};
