/*
 * result_junit.c - an attestation result as JUnit XML (see result_junit.h).
 */
#include "formats/evidence/result_junit.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/rfc3339.h"
#include "formats/core/utf8.h"
#include "formats/evidence/result_lines.h"

#define REPLACEMENT "\xef\xbf\xbd"   /* U+FFFD */

/* Test cases of a suite by what becomes of them. */
struct counts {
	size_t tests;
	size_t failures;
	size_t errors;
	size_t skipped;
};

/* ---- text ------------------------------------------------------------------------ */

/* XML 1.0 has no place for U+FFFE and U+FFFF, nor for most control characters. */
static bool is_char(const uint8_t *p, size_t n)
{
	if (n == 1)
		return p[0] >= 0x20 || p[0] == '\t' || p[0] == '\n' || p[0] == '\r';
	return n != 3 || p[0] != 0xef || p[1] != 0xbf || p[2] < 0xbe;
}

static const char *entity(uint8_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	}
	return NULL;
}

/* The same for attributes and content: a line break stays one in both. */
static void text(struct coco_wr *wr, const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t left = strlen(s);

	while (left > 0) {
		size_t n = coco_utf8_char(p, left);
		const char *e = n == 1 ? entity(p[0]) : NULL;

		if (n == 0 || !is_char(p, n))
			coco_wr_str(wr, REPLACEMENT);
		else if (e != NULL)
			coco_wr_str(wr, e);
		else
			coco_wr_bytes(wr, p, n);
		n = n == 0 ? 1 : n;
		p += n;
		left -= n;
	}
}

static void attribute(struct coco_wr *wr, const char *name, const char *value)
{
	coco_wr_printf(wr, " %s=\"", name);
	text(wr, value);
	coco_wr_str(wr, "\"");
}

/* ---- counting -------------------------------------------------------------------- */

static void count(struct counts *n, enum coco_checked outcome)
{
	n->tests++;
	n->failures += outcome == COCO_CHECKED_FAIL;
	n->errors += outcome == COCO_CHECKED_MISSING;
	n->skipped += outcome == COCO_CHECKED_SKIPPED;
}

static enum coco_checked of_verdict(enum coco_verdict v)
{
	return v == COCO_VERDICT_AFFIRMED   ? COCO_CHECKED_PASS
	       : v == COCO_VERDICT_REJECTED ? COCO_CHECKED_FAIL
					    : COCO_CHECKED_MISSING;
}

/* The suite that something of this subject belongs to; the last one is of the whole. */
static size_t suite_of(const struct coco_result *r, int subject)
{
	return subject >= 0 && (size_t)subject < r->n_subjects ? (size_t)subject : r->n_subjects;
}

/* The checks of a suite in their order: a subject's are a list; -1 ends it. */
static long whole_from(const struct coco_result *r, size_t i)
{
	while (i < r->n_checks && suite_of(r, r->checks[i].subject) != r->n_subjects)
		i++;
	return i < r->n_checks ? (long)i : -1;
}

static long first(const struct coco_result *r, size_t suite)
{
	return suite < r->n_subjects ? r->subjects[suite].first_check : whole_from(r, 0);
}

static long next(const struct coco_result *r, size_t suite, long i)
{
	return suite < r->n_subjects ? r->checks[i].next_check : whole_from(r, (size_t)i + 1);
}

static struct counts count_suite(const struct coco_result *r, size_t suite, bool authentic_only)
{
	struct counts n = { 0 };

	for (long i = first(r, suite); i >= 0; i = next(r, suite, i))
		count(&n, r->checks[i].outcome);
	for (size_t i = 0; i < r->n_gaps; i++)
		if (suite_of(r, r->gaps[i].subject) == suite)
			count(&n, COCO_CHECKED_SKIPPED);
	if (suite == r->n_subjects)
		count(&n, of_verdict(coco_result_verdict(r, authentic_only)));
	return n;
}

static void put_counts(struct coco_wr *wr, const struct counts *n)
{
	coco_wr_printf(wr, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", n->tests,
		       n->failures, n->errors);
}

/* ---- cases ----------------------------------------------------------------------- */

static void begin_case(struct coco_wr *wr, const char *subject, const char *class,
		       const char *id, const char *title)
{
	coco_wr_str(wr, "    <testcase classname=\"");
	text(wr, subject);
	coco_wr_printf(wr, ".%s\" name=\"", class);
	text(wr, id);
	coco_wr_str(wr, ": ");
	text(wr, title);
	coco_wr_str(wr, "\" time=\"0\"");
}

/* How a case came out: an element with a type, a message and lines. */
static void end_case(struct coco_wr *wr, const char *element, const char *type,
		     const char *message, const char *lines)
{
	coco_wr_printf(wr, ">\n      <%s", element);
	if (type[0] != '\0')
		attribute(wr, "type", type);
	if (message[0] != '\0')
		attribute(wr, "message", message);
	if (lines[0] == '\0') {
		coco_wr_str(wr, "/>");
	} else {
		coco_wr_str(wr, ">");
		text(wr, lines);
		coco_wr_printf(wr, "</%s>", element);
	}
	coco_wr_str(wr, "\n    </testcase>\n");
}

static void put_check(struct coco_wr *wr, const struct coco_result *r,
		      const struct coco_result_check *c)
{
	char lines[COCO_RESULT_LINES];

	coco_result_lines(lines, NULL, c);
	begin_case(wr, coco_result_subject_name(r, c->subject),
		   c->aspect == COCO_ASPECT_AUTHENTIC ? "authentic" : "acceptable", c->id,
		   c->title);
	switch (c->outcome) {
	case COCO_CHECKED_PASS:
		coco_wr_str(wr, "/>\n");
		break;
	case COCO_CHECKED_FAIL:
		end_case(wr, "failure", c->reason, c->title, lines);
		break;
	case COCO_CHECKED_MISSING:
		end_case(wr, "error", c->reason, c->title, lines);
		break;
	case COCO_CHECKED_SKIPPED:
		end_case(wr, "skipped", "", c->detail, "");
		break;
	case COCO_CHECKED_WAIVED:
		coco_wr_str(wr, ">\n      <system-out>waived\n");
		text(wr, lines);
		coco_wr_str(wr, "</system-out>\n    </testcase>\n");
		break;
	}
}

static void put_gap(struct coco_wr *wr, const struct coco_result *r,
		    const struct coco_result_gap *g)
{
	char message[2 * COCO_RESULT_TEXT + 4];

	snprintf(message, sizeof(message), "%s%s%s", g->why, g->next[0] != '\0' ? "; " : "",
		 g->next);
	begin_case(wr, coco_result_subject_name(r, g->subject), "not_checked", g->category,
		   g->what);
	end_case(wr, "skipped", "", message, "");
}

static void put_verdict(struct coco_wr *wr, const struct coco_result *r, bool authentic_only)
{
	enum coco_verdict v = coco_result_verdict(r, authentic_only);
	char line[COCO_RESULT_TEXT];

	begin_case(wr, "all", "verdict", "verdict", "the evidence is affirmed");
	if (v == COCO_VERDICT_AFFIRMED)
		coco_wr_str(wr, "/>\n");
	else
		end_case(wr, v == COCO_VERDICT_REJECTED ? "failure" : "error",
			 coco_verdict_name(v), coco_result_verdict_line(line, r, authentic_only),
			 "");
}

/* ---- suites ---------------------------------------------------------------------- */

static void put_suite(struct coco_wr *wr, const struct coco_result *r, size_t suite,
		      bool authentic_only)
{
	const struct counts n = count_suite(r, suite, authentic_only);
	const bool whole = suite == r->n_subjects;
	char when[COCO_RFC3339_TEXT];
	char name[COCO_RESULT_ID + 48] = "all";

	if (!whole)
		snprintf(name, sizeof(name), "%s (%s)", r->subjects[suite].name,
			 r->subjects[suite].kind);
	coco_wr_str(wr, "  <testsuite");
	attribute(wr, "name", name);
	put_counts(wr, &n);
	coco_wr_printf(wr, " skipped=\"%zu\" time=\"0\"", n.skipped);
	/* the attribute's type in the common schemas has no zone */
	coco_rfc3339_print(when, r->at);
	if (when[0] != '\0' && when[strlen(when) - 1] == 'Z')
		when[strlen(when) - 1] = '\0';
	attribute(wr, "timestamp", when);
	coco_wr_str(wr, ">\n");
	for (long i = first(r, suite); i >= 0; i = next(r, suite, i))
		put_check(wr, r, &r->checks[i]);
	for (size_t i = 0; i < r->n_gaps; i++)
		if (suite_of(r, r->gaps[i].subject) == suite)
			put_gap(wr, r, &r->gaps[i]);
	if (whole)
		put_verdict(wr, r, authentic_only);
	coco_wr_str(wr, "  </testsuite>\n");
}

void coco_result_junit(struct coco_wr *wr, const struct coco_result *r, bool authentic_only)
{
	struct counts all = { 0 };

	for (size_t i = 0; i < r->n_checks; i++)
		count(&all, r->checks[i].outcome);
	for (size_t i = 0; i < r->n_gaps; i++)
		count(&all, COCO_CHECKED_SKIPPED);
	count(&all, of_verdict(coco_result_verdict(r, authentic_only)));
	coco_wr_str(wr, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<testsuites name=\"cococtl evidence verify\"");
	put_counts(wr, &all);
	coco_wr_str(wr, " time=\"0\">\n");
	for (size_t suite = 0; suite <= r->n_subjects; suite++)
		put_suite(wr, r, suite, authentic_only);
	coco_wr_str(wr, "</testsuites>\n");
}
