/*
 * result.c - the attestation result: building it, and the verdict (see
 * result.h).
 */
#include "formats/evidence/result.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

unsigned coco_require_bit(const char *word, size_t n)
{
	static const struct {
		const char *word;
		enum coco_require bit;
	} list[] = {
		{ "cpu", COCO_REQUIRE_CPU },
		{ "gpu", COCO_REQUIRE_GPU },
		{ "tpm", COCO_REQUIRE_TPM },
		{ "token", COCO_REQUIRE_TOKEN },
		{ "eventlog", COCO_REQUIRE_EVENTLOG },
		{ "fresh", COCO_REQUIRE_FRESH },
		{ "revocation", COCO_REQUIRE_REVOCATION },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++)
		if (strlen(list[i].word) == n && memcmp(list[i].word, word, n) == 0)
			return list[i].bit;
	return 0;
}

void coco_result_init(struct coco_result *r, int64_t at)
{
	memset(r, 0, sizeof(*r));
	r->at = at;
}

void coco_result_free(struct coco_result *r)
{
	for (size_t i = 0; i < r->n_subjects; i++)
		coco_claims_free(&r->subjects[i].claims);
	coco_free(r->subjects);
	coco_free(r->inputs);
	coco_free(r->checks);
	coco_free(r->gaps);
	memset(r, 0, sizeof(*r));
}

/* A zeroed item at the end of a list, already counted; NULL after a failure. */
static void *more(struct coco_result *r, void **list, size_t *cap, size_t *n, size_t size)
{
	if (r->code != 0)
		return NULL;
	if (!coco_grow(list, cap, *n, size, COCO_RESULT_ITEMS)) {
		r->code = *n >= COCO_RESULT_ITEMS ? COCO_E_LIMIT_COUNT : COCO_E_LIMIT_MEMORY;
		return NULL;
	}
	void *item = (uint8_t *)*list + *n * size;
	memset(item, 0, size);
	*n += 1;
	return item;
}

int coco_result_input(struct coco_result *r, const char *role, const char *kind, uint64_t size,
		      const uint8_t sha256[32])
{
	struct coco_result_input *in = more(r, (void **)&r->inputs, &r->cap_inputs, &r->n_inputs,
					    sizeof(*in));

	if (in == NULL)
		return COCO_RESULT_NO_INPUT;
	snprintf(in->role, sizeof(in->role), "%s", role);
	snprintf(in->kind, sizeof(in->kind), "%s", kind);
	in->size = size;
	memcpy(in->sha256, sha256, sizeof(in->sha256));
	return (int)(r->n_inputs - 1);
}

/* The number that a further subject of the class gets. */
static unsigned next_of_class(const struct coco_result *r, const char *class)
{
	unsigned n = 0;

	for (size_t i = 0; i < r->n_subjects; i++)
		n += strcmp(r->subjects[i].class, class) == 0;
	return n;
}

int coco_result_subject(struct coco_result *r, const char *class, const char *kind)
{
	unsigned number = next_of_class(r, class);
	struct coco_result_subject *s = more(r, (void **)&r->subjects, &r->cap_subjects,
					     &r->n_subjects, sizeof(*s));

	if (s == NULL)
		return COCO_RESULT_NO_SUBJECT;
	snprintf(s->class, sizeof(s->class), "%s", class);
	snprintf(s->name, sizeof(s->name), "%s%u", class, number);
	snprintf(s->kind, sizeof(s->kind), "%s", kind);
	s->first_check = -1;
	s->last_check = -1;
	return (int)(r->n_subjects - 1);
}

/* The newest check behind the others of its subject: a fleet has thousands of subjects. */
static void chain_check(struct coco_result *r, struct coco_result_check *c, int subject)
{
	int number = (int)(r->n_checks - 1);

	c->next_check = -1;
	if (subject < 0 || (size_t)subject >= r->n_subjects)
		return;
	struct coco_result_subject *s = &r->subjects[subject];
	if (s->last_check >= 0)
		r->checks[s->last_check].next_check = number;
	else
		s->first_check = number;
	s->last_check = number;
}

int coco_result_check(struct coco_result *r, int subject, enum coco_aspect aspect,
		      enum coco_checked outcome, const char *id, const char *title)
{
	struct coco_result_check *c = more(r, (void **)&r->checks, &r->cap_checks, &r->n_checks,
					   sizeof(*c));

	if (c == NULL)
		return -1;
	c->subject = subject;
	c->aspect = aspect;
	c->outcome = outcome;
	c->input = COCO_RESULT_NO_INPUT;
	chain_check(r, c, subject);
	snprintf(c->id, sizeof(c->id), "%s", id);
	snprintf(c->title, sizeof(c->title), "%s", title);
	return (int)(r->n_checks - 1);
}

/* The check that was appended last; NULL after a failure. */
static struct coco_result_check *last(struct coco_result *r)
{
	return r->code == 0 && r->n_checks > 0 ? &r->checks[r->n_checks - 1] : NULL;
}

static COCO_PRINTF(3, 0) void vset(char *ret, size_t cap, const char *fmt, va_list ap)
{
	if (vsnprintf(ret, cap, fmt, ap) < 0)
		ret[0] = '\0';
}

#define SETTER(name, member)                                                              \
	void coco_check_##name(struct coco_result *r, const char *fmt, ...)                \
	{                                                                                 \
		struct coco_result_check *c = last(r);                                    \
		va_list ap;                                                               \
											  \
		if (c == NULL)                                                            \
			return;                                                           \
		va_start(ap, fmt);                                                        \
		vset(c->member, sizeof(c->member), fmt, ap);                              \
		va_end(ap);                                                               \
	}

SETTER(expected, expected)
SETTER(actual, actual)
SETTER(source, source)
SETTER(detail, detail)

void coco_check_refusal(struct coco_result *r, enum coco_role role, const char *reason,
			const char *next_fmt, ...)
{
	struct coco_result_check *c = last(r);
	va_list ap;

	if (c == NULL)
		return;
	c->role = role;
	snprintf(c->reason, sizeof(c->reason), "%s", reason);
	va_start(ap, next_fmt);
	vset(c->next, sizeof(c->next), next_fmt, ap);
	va_end(ap);
}

void coco_check_at(struct coco_result *r, int input, uint64_t offset)
{
	struct coco_result_check *c = last(r);

	if (c == NULL)
		return;
	c->input = input;
	c->has_offset = true;
	c->offset = offset;
}

/* The input that holds a subject's claims is that of its other checks. */
void coco_check_at_claim(struct coco_result *r, int subject, const struct coco_claim *claim)
{
	for (size_t i = 0; !claim->derived && i < r->n_checks; i++)
		if (r->checks[i].subject == subject && r->checks[i].has_offset) {
			if (r->checks[i].input != COCO_RESULT_NO_INPUT)
				coco_check_at(r, r->checks[i].input, claim->offset);
			return;
		}
}

void coco_result_gap(struct coco_result *r, int subject, const char *category, const char *what,
		     const char *why, const char *next)
{
	struct coco_result_gap *g = more(r, (void **)&r->gaps, &r->cap_gaps, &r->n_gaps,
					 sizeof(*g));

	if (g == NULL)
		return;
	g->subject = subject;
	snprintf(g->category, sizeof(g->category), "%s", category);
	snprintf(g->what, sizeof(g->what), "%s", what);
	snprintf(g->why, sizeof(g->why), "%s", why);
	snprintf(g->next, sizeof(g->next), "%s", next);
}

void coco_result_valid(struct coco_result *r, int64_t not_before, int64_t not_after,
		       const char *what)
{
	if (not_before != INT64_MIN && (!r->has_not_before || not_before > r->not_before)) {
		r->has_not_before = true;
		r->not_before = not_before;
		snprintf(r->not_before_why, sizeof(r->not_before_why), "%s", what);
	}
	if (not_after != INT64_MAX && (!r->has_not_after || not_after < r->not_after)) {
		r->has_not_after = true;
		r->not_after = not_after;
		snprintf(r->not_after_why, sizeof(r->not_after_why), "%s", what);
	}
}

/* 0 none, 1 affirming, 2 warning, 3 contraindicated (evidence.md 5.2). */
static unsigned tier(int8_t value)
{
	if (value >= -1 && value <= 1)
		return 0;
	if ((value >= 2 && value <= 31) || (value >= -32 && value <= -2))
		return 1;
	if ((value >= 32 && value <= 95) || (value >= -96 && value <= -33))
		return 2;
	return 3;
}

void coco_result_trust(struct coco_result *r, int subject, enum coco_trust_claim claim,
		       int8_t value)
{
	if (r->code != 0 || subject < 0 || (size_t)subject >= r->n_subjects)
		return;
	struct coco_result_subject *s = &r->subjects[subject];
	if (s->has_trust[claim]) {
		unsigned old = tier(s->trust[claim]);
		unsigned new = tier(value);

		if (new < old || (new == old && value <= s->trust[claim]))
			return;
	}
	s->has_trust[claim] = true;
	s->trust[claim] = value;
}

int coco_result_finish(const struct coco_result *r, struct coco_diag *diag)
{
	for (size_t i = 0; r->code == 0 && i < r->n_subjects; i++) {
		int code = coco_claims_finish(&r->subjects[i].claims, diag);

		if (code != 0)
			return code;
	}
	if (r->code == 0)
		return 0;
	return coco_fail(diag, r->code, r->code == COCO_E_LIMIT_MEMORY
						? "no memory for the attestation result"
						: "too many checks for one attestation result");
}

/* ---- the verdict ---------------------------------------------------------------- */

/* What checks come to. */
struct tally {
	bool failed;
	bool missing;
	bool passed;
};

static void count(struct tally *t, const struct coco_result_check *c, enum coco_aspect aspect)
{
	if (c->aspect != aspect)
		return;
	switch (c->outcome) {
	case COCO_CHECKED_FAIL:
		t->failed = true;
		break;
	case COCO_CHECKED_MISSING:
		t->missing = true;
		break;
	case COCO_CHECKED_PASS:
	case COCO_CHECKED_WAIVED:
		t->passed = true;
		break;
	case COCO_CHECKED_SKIPPED:
		break;
	}
}

/* What the checks of one aspect say; those of other subjects do not count. */
static enum coco_verdict judge(const struct coco_result *r, enum coco_aspect aspect, int subject)
{
	struct tally t = { .failed = false };

	if (subject == COCO_RESULT_NO_SUBJECT)
		for (size_t i = 0; i < r->n_checks; i++)
			count(&t, &r->checks[i], aspect);
	else if (subject >= 0 && (size_t)subject < r->n_subjects)
		for (int i = r->subjects[subject].first_check; i >= 0; i = r->checks[i].next_check)
			count(&t, &r->checks[i], aspect);
	if (t.failed)
		return COCO_VERDICT_REJECTED;
	return t.missing || !t.passed ? COCO_VERDICT_INDETERMINATE : COCO_VERDICT_AFFIRMED;
}

static enum coco_verdict worse(enum coco_verdict a, enum coco_verdict b)
{
	return a > b ? a : b;
}

enum coco_verdict coco_result_verdict_of(const struct coco_result *r, enum coco_aspect aspect,
					 int subject)
{
	enum coco_verdict v = judge(r, aspect, subject);

	if (coco_result_finish(r, NULL) != 0)   /* a list without its end proves nothing */
		return COCO_VERDICT_INDETERMINATE;
	if (subject != COCO_RESULT_NO_SUBJECT || aspect != COCO_ASPECT_AUTHENTIC)
		return v;
	/* a subject that nobody authenticated is not vouched for by its neighbours */
	if (r->n_subjects == 0)
		return worse(v, COCO_VERDICT_INDETERMINATE);
	for (size_t i = 0; i < r->n_subjects; i++)
		v = worse(v, judge(r, aspect, (int)i));
	return v;
}

bool coco_result_rejected(const struct coco_result *r, int subject)
{
	return coco_result_verdict_of(r, COCO_ASPECT_AUTHENTIC, subject) == COCO_VERDICT_REJECTED;
}

enum coco_verdict coco_result_verdict(const struct coco_result *r, bool authentic_only)
{
	enum coco_verdict v = coco_result_verdict_of(r, COCO_ASPECT_AUTHENTIC,
						     COCO_RESULT_NO_SUBJECT);

	if (authentic_only)
		return v;
	return worse(v, coco_result_verdict_of(r, COCO_ASPECT_ACCEPTABLE, COCO_RESULT_NO_SUBJECT));
}

const char *coco_trust_tier(int8_t value)
{
	static const char *const names[] = { "none", "affirming", "warning", "contraindicated" };

	return names[tier(value)];
}

const char *coco_verdict_name(enum coco_verdict v)
{
	static const char *const names[] = { "affirmed", "indeterminate", "rejected" };

	return names[v];
}

const char *coco_checked_name(enum coco_checked o)
{
	static const char *const names[] = { "pass", "fail", "missing", "skipped", "waived" };

	return names[o];
}

const char *coco_role_name(enum coco_role role)
{
	static const char *const names[] = {
		"caller", "platform operator", "key release authority", "model provider",
	};

	return names[role];
}

const char *coco_trust_name(enum coco_trust_claim c)
{
	static const char *const names[COCO_TRUST_CLAIMS] = {
		"instance-identity", "configuration", "executables", "file-system",
		"hardware", "runtime-opaque", "storage-opaque", "sourced-data",
	};

	return names[c];
}
