/*
 * test_result_junit.c - the attestation result as JUnit XML: the exact
 * document, hostile texts, numbers that add up, running out of memory.
 */
#include "formats/evidence/result_junit.h"

#include <string.h>

#include "formats/core/xml.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static struct coco_diag d;

/* One check of every outcome, a gap, one check of the whole. */
static void build(struct coco_result *r)
{
	const uint8_t sha256[32] = { 7 };

	coco_result_init(r, 1795262400);
	int in = coco_result_input(r, "evidence", "snp-report", 1184, sha256);
	int s = coco_result_subject(r, "cpu", "snp");
	coco_result_check(r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_PASS, "a.pass", "it is so");
	coco_result_check(r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_FAIL, "a.fail", "it is signed");
	coco_check_expected(r, "one");
	coco_check_source(r, "policy line %d", 7);
	coco_check_actual(r, "two");
	coco_check_at(r, in, 0x90);
	coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "SIG:x", "do %s", "this");
	coco_result_check(r, s, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_MISSING, "a.miss",
			  "the root is there");
	coco_check_refusal(r, COCO_ROLE_CALLER, "COLL_MISSING:ARK", "add it");
	coco_result_check(r, s, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_SKIPPED, "a.skip",
			  "not asked");
	coco_check_detail(r, "nobody asked");
	coco_result_check(r, s, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_WAIVED, "a.waived", "old");
	coco_check_detail(r, "until spring");
	coco_result_check(r, COCO_RESULT_NO_SUBJECT, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_PASS,
			  "bind", "they belong together");
	coco_result_gap(r, s, "fresh", "that it is fresh", "no nonce", "give --nonce");
}

static const char golden[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<testsuites name=\"cococtl evidence verify\" tests=\"8\" failures=\"2\" errors=\"1\""
	" time=\"0\">\n"
	"  <testsuite name=\"cpu0 (snp)\" tests=\"6\" failures=\"1\" errors=\"1\" skipped=\"2\""
	" time=\"0\" timestamp=\"2026-11-21T12:00:00\">\n"
	"    <testcase classname=\"cpu0.authentic\" name=\"a.pass: it is so\" time=\"0\"/>\n"
	"    <testcase classname=\"cpu0.authentic\" name=\"a.fail: it is signed\" time=\"0\">\n"
	"      <failure type=\"SIG:x\" message=\"it is signed\">expected: one&#10;"
	"from: policy line 7&#10;actual: two&#10;at: byte 0x90 of input 0&#10;reason: SIG:x&#10;"
	"who acts: platform operator&#10;next: do this</failure>\n"
	"    </testcase>\n"
	"    <testcase classname=\"cpu0.acceptable\" name=\"a.miss: the root is there\""
	" time=\"0\">\n"
	"      <error type=\"COLL_MISSING:ARK\" message=\"the root is there\">"
	"reason: COLL_MISSING:ARK&#10;who acts: caller&#10;next: add it</error>\n"
	"    </testcase>\n"
	"    <testcase classname=\"cpu0.acceptable\" name=\"a.skip: not asked\" time=\"0\">\n"
	"      <skipped message=\"nobody asked\"/>\n"
	"    </testcase>\n"
	"    <testcase classname=\"cpu0.acceptable\" name=\"a.waived: old\" time=\"0\">\n"
	"      <system-out>waived\nuntil spring</system-out>\n"
	"    </testcase>\n"
	"    <testcase classname=\"cpu0.not_checked\" name=\"fresh: that it is fresh\""
	" time=\"0\">\n"
	"      <skipped message=\"no nonce; give --nonce\"/>\n"
	"    </testcase>\n"
	"  </testsuite>\n"
	"  <testsuite name=\"all\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"0\""
	" timestamp=\"2026-11-21T12:00:00\">\n"
	"    <testcase classname=\"all.authentic\" name=\"bind: they belong together\""
	" time=\"0\"/>\n"
	"    <testcase classname=\"all.verdict\" name=\"verdict: the evidence is affirmed\""
	" time=\"0\">\n"
	"      <failure type=\"rejected\" message=\"the evidence is rejected: authentic rejected,"
	" acceptable indeterminate\"/>\n"
	"    </testcase>\n"
	"  </testsuite>\n"
	"</testsuites>\n";

static void test_golden(void **state COCO_UNUSED)
{
	struct coco_result r;
	struct coco_wr wr;

	build(&r);
	coco_wr_init(&wr, 1 << 20);
	coco_result_junit(&wr, &r, false);
	assert_int_equal(wr.code, 0);
	assert_int_equal(wr.n, sizeof(golden) - 1);
	assert_memory_equal(wr.p, golden, wr.n);
	coco_wr_free(&wr);
	coco_result_free(&r);
}

/* An attribute of the first element of that name below e, in order of the document. */
static const char *find(struct coco_xml_element e, const char *name, const char *attribute)
{
	for (struct coco_xml_element c = coco_xml_child(e, NULL); c.v != NULL;
	     c = coco_xml_next(c, NULL)) {
		const char *deeper;

		if (strcmp(coco_xml_name(c), name) == 0)
			return coco_xml_attribute(c, attribute);
		deeper = find(c, name, attribute);
		if (deeper != NULL)
			return deeper;
	}
	return NULL;
}

/* Whatever evidence says, the document stays one, and says the same. */
static void test_hostile(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		const char *read;   /* NULL: the same */
	} cases[] = {
		{ "</failure></testcase></testsuite></testsuites>", NULL },
		{ "\"/><testcase name=\"x\"/>", NULL },
		{ "&amp; &lt; &#65; ]]> <![CDATA[ <!-- -->", NULL },
		{ "tab\tline\nreturn\rend", NULL },
		{ "bell\x07 escape\x1b[31m", "bell\xef\xbf\xbd escape\xef\xbf\xbd[31m" },
		{ "bad \xff\xc0\x80 cut \xe2\x82",
		  "bad \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd cut \xef\xbf\xbd\xef\xbf\xbd" },
		{ "no character \xef\xbf\xbf", "no character \xef\xbf\xbd" },
		{ "\xe2\x82\xac \xf0\x9f\x94\x91", NULL },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		const char *t = cases[i].text;
		struct coco_result r;
		struct coco_xml xml;
		struct coco_wr wr;

		coco_diag_init(&d);
		coco_result_init(&r, 0);
		int s = coco_result_subject(&r, "cpu", "snp");
		coco_result_check(&r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_FAIL, "x", t);
		coco_check_detail(&r, "%s", t);
		coco_check_actual(&r, "%s", t);
		coco_check_refusal(&r, COCO_ROLE_CALLER, "R", "%s", t);
		coco_result_gap(&r, s, "fresh", t, t, t);
		coco_wr_init(&wr, 1 << 20);
		coco_result_junit(&wr, &r, true);
		assert_int_equal(wr.code, 0);
		assert_ok(coco_xml_parse(&xml, coco_wr_view(&wr), &d), &d);
		assert_string_equal(find(coco_xml_root(&xml), "failure", "message"),
				    cases[i].read != NULL ? cases[i].read : t);
		assert_string_equal(coco_xml_attribute(coco_xml_root(&xml), "tests"), "3");
		coco_xml_free(&xml);
		coco_wr_free(&wr);
		coco_result_free(&r);
	}
}

/* A list of passed checks is not yet an affirmed verdict. */
static void test_verdict_is_a_case(void **state COCO_UNUSED)
{
	for (int authentic_only = 0; authentic_only < 2; authentic_only++) {
		struct coco_result r;
		struct coco_xml xml;
		struct coco_wr wr;

		coco_diag_init(&d);
		coco_result_init(&r, 0);
		int s = coco_result_subject(&r, "cpu", "snp");
		coco_result_check(&r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_PASS, "x", "x");
		coco_wr_init(&wr, 1 << 20);
		coco_result_junit(&wr, &r, authentic_only != 0);
		assert_ok(coco_xml_parse(&xml, coco_wr_view(&wr), &d), &d);
		assert_string_equal(coco_xml_attribute(coco_xml_root(&xml), "errors"),
				    authentic_only != 0 ? "0" : "1");
		assert_string_equal(coco_xml_attribute(coco_xml_root(&xml), "failures"), "0");
		assert_int_equal(find(coco_xml_root(&xml), "error", "message") == NULL,
				 authentic_only != 0);
		coco_xml_free(&xml);
		coco_wr_free(&wr);
		coco_result_free(&r);
	}
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_result r;
	struct coco_wr wr;
	uint8_t *p = NULL;
	size_t n = 0;

	build(&r);
	coco_diag_init(&d);
	coco_wr_init(&wr, 1000);
	coco_result_junit(&wr, &r, false);
	assert_err(coco_wr_finish(&wr, &p, &n, &d), COCO_E_LIMIT_SIZE, &d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		coco_diag_init(&d);
		coco_wr_init(&wr, 1 << 20);
		coco_result_junit(&wr, &r, false);
		if (coco_test_alloc_check(coco_wr_finish(&wr, &p, &n, &d), &d))
			break;
	}
	assert_string_equal((char *)p, golden);
	coco_free(p);
	coco_result_free(&r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_verdict_is_a_case),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
