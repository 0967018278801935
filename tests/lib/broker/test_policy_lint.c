/*
 * test_policy_lint.c - each finding with a policy that has the fault and one
 * that looks like it and has not; what is not understood is never a pass.
 */
#include "lib/broker/policy_lint.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "lib/broker/refval.h"
#include "tests/support/alloc_fail.h"

static const struct coco_run run = { .jobs = 1, .now = 1790000000 };

#define HEAD "package policy\nimport rego.v1\ndefault allow := false\n"
#define CPU "input.submods.cpu0[\"ear.status\"] == \"affirming\"\n"
#define EVERY "every _, s in input.submods { s[\"ear.status\"] == \"affirming\" }\n"
#define REST                                                                              \
	"data[\"resource-path\"] == [\"r\", \"t\", \"g\"]\n"                              \
	"input.submods.cpu0[\"ear.veraison.annotated-evidence\"].snp\n"                   \
	"input.submods.cpu0[\"ear.veraison.annotated-evidence\"].init_data == \"00\"\n"

static struct coco_lint lint(const char *text, const struct coco_lint_with *with)
{
	static const struct coco_lint_with plain = { .release = 21 };
	struct coco_lint l;
	struct coco_diag d = { 0 };
	uint8_t *g = coco_test_guard(text, strlen(text));

	assert_ok(coco_policy_lint(&run, &l, coco_view_of(g, strlen(text)),
				   with != NULL ? with : &plain, &d), &d);
	coco_test_unguard(g, strlen(text));
	return l;
}

static const struct coco_outcome *find(const struct coco_lint *l, const char *id)
{
	static const struct coco_outcome none = { .id = "none" };

	for (size_t i = 0; i < l->found.n; i++)
		if (strcmp(l->found.v[i].id, id) == 0)
			return &l->found.v[i];
	return &none;
}

/* The one finding of a policy ("": none), with its level. */
static void only(const char *text, const char *id, enum coco_outcome_level level)
{
	struct coco_lint l = lint(text, NULL);

	if (id[0] == '\0') {
		if (l.found.n != 0)
			fail_msg("%s for:\n%s", l.found.v[0].id, text);
	} else {
		const struct coco_outcome *f = find(&l, id);

		if (strcmp(f->id, id) != 0 || l.found.n != 1)
			fail_msg("not only %s (%zu, %s) for:\n%s", id, l.found.n,
				 l.found.n > 0 ? l.found.v[0].id : "-", text);
		assert_int_equal(f->level, level);
		assert_string_not_equal(f->next, "");
	}
	assert_int_equal(l.undecided, strcmp(id, "policy.undecided") == 0);
	coco_lint_free(&l);
}

static void test_good(void **state COCO_UNUSED)
{
	only(HEAD "allow if {\n" EVERY REST "}\n", "", COCO_OUTCOME_PASS);
	only(HEAD "allow if {\nok\n" REST "}\nok if {\n" EVERY "}\n", "", COCO_OUTCOME_PASS);
	only(HEAD "allow if {\nok == true\n" REST "}\nok if {\n" EVERY "}\n", "",
	     COCO_OUTCOME_PASS);
	only(HEAD "allow if {\nok(1)\n" REST "}\nok(x) if {\nx == 1\n" EVERY "}\n", "",
	     COCO_OUTCOME_PASS);
	only(HEAD "allow if {\ncount(good) == count(input.submods)\n" REST "}\n"
	     "good contains k if {\nsome k, s in input.submods\n"
	     "s[\"ear.status\"] == \"affirming\"\n}\n", "", COCO_OUTCOME_PASS);
	/* words in comments and raw strings are no rules */
	only(HEAD "# allow := true\nx := `\nallow := true\n`\nallow if {\n" EVERY REST "}\n", "",
	     COCO_OUTCOME_PASS);
	only(HEAD "allow := false\nallow if {\n" EVERY REST "}\n", "", COCO_OUTCOME_PASS);
}

static void test_allow(void **state COCO_UNUSED)
{
	only("package policy\nx := 1\n", "policy.allow.missing", COCO_OUTCOME_FAIL);
	only("package policy\nallowed := true\n", "policy.allow.missing", COCO_OUTCOME_FAIL);
	only("package policy\ndefault allow := true\n", "policy.allow.default",
	     COCO_OUTCOME_FAIL);
	only("package policy\ndefault allow = 1\n", "policy.undecided", COCO_OUTCOME_WARN);
	only(HEAD "allow := true\n", "policy.allow.unconditional", COCO_OUTCOME_FAIL);
	only(HEAD "allow if true\n", "policy.allow.unconditional", COCO_OUTCOME_FAIL);
	only(HEAD "allow = true { true }\n", "policy.allow.unconditional", COCO_OUTCOME_FAIL);
	only(HEAD "allow contains x if x == 1\n", "policy.undecided", COCO_OUTCOME_WARN);
	only("package other\ndefault allow := false\nallow if {\n" EVERY REST "}\n",
	     "policy.package", COCO_OUTCOME_FAIL);
}

static void test_status(void **state COCO_UNUSED)
{
	static const char *const fail[] = {
		"x == 1\n",
		"input.submods.cpu0[\"ear.status\"] != \"contraindicated\"\n",
		"some k\ninput.submods[k][\"ear.status\"] == \"affirming\"\n",
		"ok == false\n",        /* the opposite of what ok asks for */
		"not ok\n",
		"count(list) > 0\n",
		"list\n",
		"either\n",             /* one way does not ask */
		"loop\n",
	};
	static const char *const undecided[] = {
		"x := input.submods.cpu0[\"ear.status\"]\nx == \"affirming\"\n",
		"x := input.submods.cpu0[\"ear.status\"] == \"affirming\"\n",
		"not input.submods.cpu0[\"ear.status\"] == \"affirming\"\n",
		"input.submods.cpu0[\"ear.status\"] in [\"affirming\", \"warning\"]\n",
		"f(input.submods.cpu0[\"ear.status\"] == \"affirming\")\n",
		"ok with input as {\"submods\": {}}\n",
		"every s in [] { s[\"ear.status\"] == \"affirming\" }\n",
		"every s in input.submods { not s[\"ear.status\"] == \"affirming\" }\n",
		"{1 | input.submods.cpu0[\"ear.status\"] == \"affirming\"}\n",
	};
	static const char helpers[] =
		"ok if {\n" EVERY "}\n"
		"list contains k if {\nsome k\n"
		"input.submods[k][\"ear.status\"] == \"affirming\"\n}\n"
		"either if {\n" EVERY "}\neither if input.x\n"
		"loop if loop\n";
	char text[2048];

	for (size_t i = 0; i < COCO_ARRAY_LEN(fail); i++) {
		snprintf(text, sizeof(text), HEAD "allow if {\n%s" REST "}\n%s", fail[i], helpers);
		only(text, "policy.allow.affirming", COCO_OUTCOME_FAIL);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(undecided); i++) {
		snprintf(text, sizeof(text), HEAD "allow if {\n%s" REST "}\n%s", undecided[i],
			 helpers);
		only(text, "policy.undecided", COCO_OUTCOME_WARN);
	}
	only(HEAD "allow if {\n" CPU REST "}\n", "policy.allow.devices", COCO_OUTCOME_WARN);
	only(HEAD "allow if {\nnot bad\n" REST "}\nbad if {\nsome _, s in input.submods\n"
	     "s[\"ear.status\"] != \"affirming\"\n}\n", "policy.allow.missing_status",
	     COCO_OUTCOME_WARN);
	/* every way in is looked at */
	only(HEAD "allow if {\n" EVERY REST "}\nallow if {\n" REST "} else := true if {\n" EVERY
	     REST "}\n", "policy.allow.affirming", COCO_OUTCOME_FAIL);
}

static void test_guest(void **state COCO_UNUSED)
{
	static const char evidence[] =
		"e := input.submods.cpu0[\"ear.veraison.annotated-evidence\"]\n";
	char text[2048];

	snprintf(text, sizeof(text), HEAD "%sallow if {\n" EVERY
		 "e.sample\ne.init_data == \"0\"\ndata[\"resource-path\"]\n}\n", evidence);
	only(text, "policy.allow.sample", COCO_OUTCOME_FAIL);
	snprintf(text, sizeof(text), HEAD "%sallow if {\n" EVERY
		 "e.init_data == \"0\"\ndata[\"resource-path\"]\n}\n", evidence);
	only(text, "policy.allow.kind", COCO_OUTCOME_WARN);
	snprintf(text, sizeof(text), HEAD "%sallow if {\n" EVERY
		 "not e.sample\ne.init_data == \"0\"\ndata[\"resource-path\"]\n}\n", evidence);
	only(text, "", COCO_OUTCOME_PASS);
	snprintf(text, sizeof(text), HEAD "%sallow if {\n" EVERY
		 "not is_sample\ne.init_data == \"0\"\ndata[\"resource-path\"]\n}\n"
		 "is_sample if e.sample\n", evidence);
	only(text, "", COCO_OUTCOME_PASS);
	snprintf(text, sizeof(text), HEAD "%sallow if {\n" EVERY
		 "e.snp\ndata[\"resource-path\"]\n}\n", evidence);
	only(text, "policy.allow.initdata", COCO_OUTCOME_WARN);
	snprintf(text, sizeof(text), HEAD "%sallow if {\n" EVERY
		 "e.snp\ne.init_data == \"0\"\n}\n", evidence);
	only(text, "policy.allow.every_resource", COCO_OUTCOME_WARN);
	only(HEAD "allow if {\n" EVERY REST "x in [\"r/u/g\", \"r/t/h\"]\n}\n", "policy.tags",
	     COCO_OUTCOME_WARN);
}

static void test_unknown(void **state COCO_UNUSED)
{
	static const char *const texts[] = { "", "version = 1\n", "# package policy\n", "packages",
					     "\xff\xfe" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		struct coco_lint l = lint(texts[i], NULL);

		assert_true(l.undecided);
		assert_int_equal(l.kind, COCO_LINT_UNKNOWN);
		coco_lint_free(&l);
	}
	only(HEAD "allow if {\n" EVERY REST "}\n\"what\"\n", "policy.undecided",
	     COCO_OUTCOME_WARN);
	struct coco_lint l;
	struct coco_diag d = { 0 };
	assert_err(coco_policy_lint(&run, &l, coco_view_of("package p\n\"", 11),
				    &(struct coco_lint_with){ .release = 21 }, &d),
		   COCO_E_REGO_SYNTAX, &d);
	assert_string_equal(coco_lint_kind_name(COCO_LINT_ATTESTATION), "attestation policy");
}

#define CLAIMS "package policy\ntrust_claims := {}\ndefault hardware := 97\n"

static void test_claims(void **state COCO_UNUSED)
{
	only(CLAIMS "hardware := 2 if input.snp.x in query_reference_value(\"a\")\n", "",
	     COCO_OUTCOME_PASS);
	only(CLAIMS "hardware := 2\n", "policy.claim.unconditional", COCO_OUTCOME_FAIL);
	only("package policy\ntrust_claims := {}\ndefault hardware := 2\n", "policy.claim.default",
	     COCO_OUTCOME_FAIL);
	only(CLAIMS "hardware := 2 if input.sample.debug == false\n", "policy.claim.sample",
	     COCO_OUTCOME_WARN);
	only(CLAIMS "hardware := 2 if input.sample\nexecutables := 3 if input.sample\n",
	     "policy.claim.sample", COCO_OUTCOME_FAIL);
	only(CLAIMS "hardware := 2 if input.sample.svn in query_reference_value(\"svn\")\n", "",
	     COCO_OUTCOME_PASS);
	only(CLAIMS "hardware := x if input.snp\n", "policy.undecided", COCO_OUTCOME_WARN);
	only("package policy\ndefault hardware := 97\n", "policy.claim.together",
	     COCO_OUTCOME_FAIL);
	only(CLAIMS "hardware := 2 if input.snp.x in query_reference_value(input.y)\n",
	     "policy.undecided", COCO_OUTCOME_WARN);
	only(CLAIMS "hardware := 2 if input.snp.x in data.reference[input.y]\n",
	     "policy.undecided", COCO_OUTCOME_WARN);
	/* both kinds in one file: both are judged */
	only(CLAIMS "allow := true\n", "policy.allow.unconditional", COCO_OUTCOME_FAIL);
}

static void test_reference(void **state COCO_UNUSED)
{
	static const char text[] =
		CLAIMS "hardware := 2 if {\ninput.snp.a in query_reference_value(\"snp_snp_svn\")\n"
		"input.snp.b == data.reference.snp_smt_enabled\n"
		"input.snp.c in data.reference[\"nowhere\"]\n}\n";
	const struct coco_refval_source src = { .tee = COCO_REF_PLAIN };
	struct coco_refset s = { .n = 0 };
	const struct coco_lint_with with = { .set = &s, .release = 21 };
	struct coco_diag d = { 0 };

	assert_ok(coco_refval_hand(&s, "snp.tcb.snp=[7,8]", &src, &d), &d);
	assert_ok(coco_refval_hand(&s, "snp.tcb.tee=0", &src, &d), &d);
	struct coco_lint l = lint(text, &with);
	assert_int_equal(l.found.n, 3);
	assert_string_equal(l.found.v[0].id, "policy.reference.unused");
	assert_non_null(strstr(l.found.v[0].text, "snp.tcb.tee"));
	assert_int_equal(l.found.v[1].level, COCO_OUTCOME_WARN);
	assert_non_null(strstr(l.found.v[1].text, "snp_smt_enabled"));
	assert_string_equal(l.found.v[1].place, "line 6");
	assert_non_null(strstr(l.found.v[2].text, "nowhere"));
	coco_lint_free(&l);
	/* nothing fits: no guest could ever be affirmed */
	l = lint(CLAIMS "hardware := 2 if input.a in query_reference_value(\"x\")\n", &with);
	assert_int_equal(find(&l, "policy.reference.missing")->level, COCO_OUTCOME_FAIL);
	coco_lint_free(&l);
	coco_refset_free(&s);
}

static void test_words(void **state COCO_UNUSED)
{
	struct coco_words words;
	const struct coco_lint_with with = { .words = &words, .release = 21 };
	struct coco_diag d = { 0 };

	assert_ok(coco_words_read(&words, coco_view_of("falcon\n", 7), &d), &d);
	struct coco_lint l = lint(HEAD "# for Falcon\nallow if {\n" EVERY REST "}\n", &with);
	const struct coco_outcome *f = find(&l, "policy.word");
	assert_string_equal(f->id, "policy.word");
	assert_int_equal(f->level, COCO_OUTCOME_FAIL);
	assert_string_equal(f->place, "line 4");
	assert_null(strstr(f->text, "alcon"));
	coco_lint_free(&l);
	coco_words_free(&words);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char text[] = HEAD "allow if {\n" CPU "x == \"r/t/g\"\n}\n";
	const struct coco_lint_with with = { .release = 21 };
	struct coco_lint l;
	struct coco_diag d = { 0 };
	int r = -1;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		r = coco_policy_lint(&run, &l, coco_view_of(text, sizeof(text) - 1), &with, &d);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	assert_int_equal(r, 0);
	coco_lint_free(&l);
}

/* Rules that refer to each other many times over: the time stays bounded. */
static void test_web(void **state COCO_UNUSED)
{
	char text[8192] = HEAD "allow if r0\n";
	size_t n = strlen(text);

	for (int i = 0; i < 60; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "r%d if {\nr%d\nr%d\n}\nr%d if {\nr%d\nr%d\n}\n", i, i + 1,
				      i + 1, i, i + 1, i + 1);
	struct coco_lint l = lint(text, NULL);
	assert_true(l.found.n > 0);
	coco_lint_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),    cmocka_unit_test(test_allow),
		cmocka_unit_test(test_status),  cmocka_unit_test(test_guest),
		cmocka_unit_test(test_unknown), cmocka_unit_test(test_claims),
		cmocka_unit_test(test_reference), cmocka_unit_test(test_words),
		cmocka_unit_test(test_memory),  cmocka_unit_test(test_web),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
