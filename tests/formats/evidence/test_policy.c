/*
 * test_policy.c - evidence policies: every key, every operator with yes, no
 * and not known, waivers, minimums that do not cover a machine, lint, the
 * closed schema, running out of memory.
 */
#include "formats/evidence/policy.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/evidence/policy_keys.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define HEAD "policy = 1\n"

static void decode(struct coco_policy *p, const char *text)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_policy_decode(p, coco_view_of(text, strlen(text)), &d), &d);
}

static void refused(const char *text, int code, const char *where)
{
	struct coco_policy p;
	struct coco_diag d = { 0 };

	assert_err(coco_policy_decode(&p, coco_view_of(text, strlen(text)), &d), code, &d);
	if (strcmp(d.pointer, where) != 0)
		fail_msg("%s: pointer %s, not %s", text, d.pointer, where);
	coco_policy_free(&p);
}

/* A result with one authentic subject. */
static int subject(struct coco_result *r, const char *class, const char *kind)
{
	int s = coco_result_subject(r, class, kind);

	coco_result_check(r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_PASS, "x", "x");
	return s;
}

static struct coco_claims *start(struct coco_result *r, const char *kind)
{
	coco_result_init(r, 1000);
	int s = subject(r, "cpu", kind);   /* before the list is looked at: it moves */
	return &r->subjects[s].claims;
}

static const struct coco_result_check *last(const struct coco_result *r)
{
	assert_true(r->n_checks > 0);
	return &r->checks[r->n_checks - 1];
}

/* The outcome of a policy with one rule over one claim. */
enum type { NONE, BYTES, NUMBER, BOOL, TEXT, TIME };

static enum coco_checked judged(const char *text, const char *kind, const char *name,
				enum type type, const char *value, uint64_t number)
{
	struct coco_policy p;
	struct coco_result r;
	struct coco_claims *c = start(&r, kind);

	if (type == BYTES)
		coco_claims_bytes(c, name, value, strlen(value), 0);
	if (type == NUMBER)
		coco_claims_number(c, name, number, 0, 4);
	if (type == BOOL)
		coco_claims_bool(c, name, number != 0, 0, 1);
	if (type == TEXT)
		coco_claims_text(c, name, value, strlen(value), 0, 0);
	if (type == TIME)
		coco_claims_time(c, name, (int64_t)number, 0, 0);
	decode(&p, text);
	coco_policy_judge(&p, &r);
	const struct coco_result_check *k = last(&r);
	enum coco_checked outcome = k->outcome;
	assert_int_equal(k->aspect, COCO_ASPECT_ACCEPTABLE);
	if (outcome == COCO_CHECKED_FAIL || outcome == COCO_CHECKED_MISSING) {
		assert_string_not_equal(k->reason, "");
		assert_string_not_equal(k->next, "");
	}
	coco_policy_free(&p);
	coco_result_free(&r);
	return outcome;
}

#define SEPT "tdx.attributes.sept_ve_disable"
#define ABC "414243414243414243414243414243ff"

static void test_operators(void **state COCO_UNUSED)
{
	const enum coco_checked pass = COCO_CHECKED_PASS;
	const enum coco_checked fail = COCO_CHECKED_FAIL;
	const enum coco_checked missing = COCO_CHECKED_MISSING;
	static const char ids[] = HEAD "[snp]\nfamily_id = ['" ABC "', "
				  "'41424341424341424341424341424341']\n";
	static const char svn[] = HEAD "[snp]\nmin_guest_svn = 3\n";
	static const char fw[] = HEAD "[snp]\nmin_firmware = '1.55.40'\n";
	static const char deny[] = HEAD "[snp]\nguest_policy_deny = ['debug']\n";
	static const char must[] = HEAD "[tdx]\nattributes_require = ['sept_ve_disable']\n";
	static const char mit[] = HEAD "[snp]\nmin_launch_mitigations = 0x5\n";
	static const char status[] = HEAD "[tdx]\ntcb_status = ['UpToDate']\n";
	static const char none[] = HEAD "[tdx]\ndeny_advisories = ['SA-1']\n";
	static const char only[] = HEAD "[tdx]\nallow_advisories = ['SA-1', 'SA-2']\n";
	static const char date[] = HEAD "[tdx]\nmin_tcb_date = 1970-01-01T00:00:10Z\n";
	static const char tee[] = HEAD "[tdx]\nmin_tee_tcb_svn = "
				  "'41414141414141414141414141414142'\n";
	static const char empty[] = HEAD "[snp]\nmeasurement = []\n";

	assert_int_equal(judged(ids, "snp", "snp.family_id", BYTES, "ABCABCABCABCABCA", 0), pass);
	assert_int_equal(judged(ids, "snp", "snp.family_id", BYTES, "ABCABCABCABCABCB", 0), fail);
	assert_int_equal(judged(ids, "snp", "snp.family_id", NUMBER, NULL, 1), missing);
	assert_int_equal(judged(ids, "snp", "other", NUMBER, NULL, 1), missing);
	assert_int_equal(judged(svn, "snp", "snp.guest_svn", NUMBER, NULL, 3), pass);
	assert_int_equal(judged(svn, "snp", "snp.guest_svn", NUMBER, NULL, 2), fail);
	assert_int_equal(judged(svn, "snp", "snp.guest_svn", TEXT, "3", 0), missing);
	assert_int_equal(judged(fw, "snp", "snp.current", TEXT, "1.55.40", 0), pass);
	assert_int_equal(judged(fw, "snp", "snp.current", TEXT, "1.56.0", 0), pass);
	assert_int_equal(judged(fw, "snp", "snp.current", TEXT, "1.55.9", 0), fail);
	assert_int_equal(judged(fw, "snp", "snp.current", TEXT, "new", 0), missing);
	assert_int_equal(judged(deny, "snp", "snp.policy.debug", BOOL, NULL, 0), pass);
	assert_int_equal(judged(deny, "az-snp-vtpm", "snp.policy.debug", BOOL, NULL, 1), fail);
	assert_int_equal(judged(must, "tdx", SEPT, BOOL, NULL, 1), pass);
	assert_int_equal(judged(must, "tdx", SEPT, BOOL, NULL, 0), fail);
	assert_int_equal(judged(mit, "snp", "snp.launch_mit_vector", NUMBER, NULL, 7), pass);
	assert_int_equal(judged(mit, "snp", "snp.launch_mit_vector", NUMBER, NULL, 4), fail);
	assert_int_equal(judged(status, "tdx", "tdx.tcb_status", TEXT, "UpToDate", 0), pass);
	assert_int_equal(judged(status, "tdx", "tdx.tcb_status", TEXT, "OutOfDate", 0), fail);
	assert_int_equal(judged(none, "tdx", "tdx.advisory_ids", TEXT, "SA-2, SA-3", 0), pass);
	assert_int_equal(judged(none, "tdx", "tdx.advisory_ids", TEXT, "SA-3 SA-1", 0), fail);
	assert_int_equal(judged(none, "tdx", "tdx.advisory_ids", TEXT, "", 0), pass);
	assert_int_equal(judged(only, "tdx", "tdx.advisory_ids", TEXT, "SA-2", 0), pass);
	assert_int_equal(judged(only, "tdx", "tdx.advisory_ids", TEXT, "SA-2, SA-3", 0), fail);
	assert_int_equal(judged(date, "tdx", "tdx.tcb_date", TIME, NULL, 10), pass);
	assert_int_equal(judged(date, "tdx", "tdx.tcb_date", TIME, NULL, 9), fail);
	assert_int_equal(judged(tee, "tdx", "tdx.tee_tcb_svn", BYTES, "AAAAAAAAAAAAAAAB", 0), pass);
	/* a byte below is not made up for by one above */
	assert_int_equal(judged(tee, "tdx", "tdx.tee_tcb_svn", BYTES, "ZZZZZZZZZZZZZZZA", 0), fail);
	assert_int_equal(judged(empty, "snp", "snp.measurement", BYTES, "x", 0), fail);
}

static void test_same(void **state COCO_UNUSED)
{
	struct coco_policy p;
	struct coco_result r;
	struct coco_claims *c = start(&r, "snp");

	coco_claims_bytes(c, "snp.committed_tcb", "12345678", 8, 0);
	coco_claims_bytes(c, "snp.current_tcb", "12345679", 8, 8);
	decode(&p, HEAD "[snp]\ncommitted_is_current = true\n");
	coco_policy_judge(&p, &r);
	assert_int_equal(last(&r)->outcome, COCO_CHECKED_FAIL);
	c->v[1].p[7] = '8';
	coco_policy_judge(&p, &r);
	assert_int_equal(last(&r)->outcome, COCO_CHECKED_PASS);
	coco_policy_free(&p);
	coco_result_free(&r);
}

static void test_reasons(void **state COCO_UNUSED)
{
	struct coco_policy p;

	decode(&p, HEAD "[snp]\nguest_policy_deny = ['debug', 'migrate_ma', 'smt']\n"
		   "[tdx]\nattributes_deny = ['migratable']\n");
	assert_int_equal(p.n_rules, 4);
	assert_string_equal(p.rules[0].reason, "CONFIG_DEBUG");
	assert_string_equal(p.rules[1].reason, "CONFIG_MIGRATION");
	assert_string_equal(p.rules[2].reason, "CONFIG_DENIED");
	assert_string_equal(p.rules[3].reason, "CONFIG_MIGRATION");
	assert_string_equal(p.rules[3].claim, "tdx.attributes.migratable");
	coco_policy_free(&p);
}

static const char tcb[] = HEAD "[[snp.min_tcb]]\nproduct = 'Genoa'\nmodel = 17\n"
			  "reported = { snp = 23, microcode = 84 }\n"
			  "[[snp.min_tcb]]\nproduct = 'Milan'\nreported = { snp = 24 }\n";

static unsigned count(const struct coco_result *r, enum coco_checked outcome)
{
	unsigned n = 0;

	for (size_t i = 0; i < r->n_checks; i++)
		n += r->checks[i].aspect == COCO_ASPECT_ACCEPTABLE &&
		     r->checks[i].outcome == outcome;
	return n;
}

static void machine(const char *product, uint64_t model, uint64_t snp, uint64_t microcode,
		    unsigned pass, unsigned fail, unsigned missing)
{
	struct coco_policy p;
	struct coco_result r;
	struct coco_claims *c = start(&r, "snp");

	coco_claims_text(c, "snp.product", product, strlen(product), 0, 0);
	coco_claims_number(c, "snp.cpuid.model", model, 0, 1);
	coco_claims_number(c, "snp.reported_tcb.snp", snp, 0, 1);
	coco_claims_number(c, "snp.reported_tcb.microcode", microcode, 0, 1);
	decode(&p, tcb);
	coco_policy_judge(&p, &r);
	assert_int_equal(count(&r, COCO_CHECKED_PASS), pass);
	assert_int_equal(count(&r, COCO_CHECKED_FAIL), fail);
	assert_int_equal(count(&r, COCO_CHECKED_MISSING), missing);
	coco_policy_free(&p);
	coco_result_free(&r);
}

static void test_min_tcb(void **state COCO_UNUSED)
{
	machine("Genoa", 17, 23, 84, 2, 0, 0);
	machine("Genoa", 17, 22, 200, 1, 1, 0);   /* microcode does not outweigh the rest */
	machine("Milan", 1, 24, 0, 1, 0, 0);
	machine("Genoa", 160, 99, 99, 0, 0, 1);   /* no minimum for this model */
	machine("Turin", 17, 99, 99, 0, 0, 1);
}

static void test_waiver(void **state COCO_UNUSED)
{
	static const char text[] = HEAD "[snp]\nguest_policy_deny = ['debug']\n[[waiver]]\n"
				   "rule = 'snp.guest_policy_deny.debug'\nreason = 'lab'\n"
				   "approved_by = 'someone'\nuntil = 1970-01-01T00:20:00Z\n";
	struct coco_policy p;
	struct coco_result r;
	struct coco_claims *c = start(&r, "snp");

	coco_claims_bool(c, "snp.policy.debug", true, 0, 8);
	decode(&p, text);
	assert_true(p.waivers[0].matches);
	coco_policy_judge(&p, &r);   /* at 1000 s; the waiver ends at 1200 s */
	assert_int_equal(last(&r)->outcome, COCO_CHECKED_WAIVED);
	assert_non_null(strstr(last(&r)->detail, "someone"));
	assert_true(r.has_not_after && r.not_after == 1200);
	r.at = 1200;
	coco_policy_judge(&p, &r);
	assert_int_equal(last(&r)->outcome, COCO_CHECKED_FAIL);
	coco_policy_free(&p);
	coco_result_free(&r);
}

/* Rules for evidence that is not there are shown; what is not authentic is not judged. */
static void test_subjects(void **state COCO_UNUSED)
{
	struct coco_policy p;
	struct coco_result r;

	decode(&p, HEAD "[snp]\nvmpl = [0]\n[tdx]\nmrtd = ['" ABC ABC ABC "']\n"
		   "[[rule]]\nclaim = 'nobody.says'\nset = true\n");
	coco_result_init(&r, 0);
	int s = coco_result_subject(&r, "cpu", "snp");
	coco_result_check(&r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_FAIL, "x", "x");
	coco_claims_number(&r.subjects[s].claims, "snp.vmpl", 0, 0, 4);
	coco_policy_judge(&p, &r);
	assert_int_equal(count(&r, COCO_CHECKED_PASS), 0);
	assert_int_equal(count(&r, COCO_CHECKED_SKIPPED), 2);
	assert_int_equal(count(&r, COCO_CHECKED_MISSING), 1);
	coco_policy_try(&p, &r);   /* to try it on samples all are judged */
	assert_int_equal(count(&r, COCO_CHECKED_PASS), 1);
	coco_policy_free(&p);
	coco_result_free(&r);
}

static void test_rule(void **state COCO_UNUSED)
{
	const enum coco_checked pass = COCO_CHECKED_PASS;

	assert_int_equal(judged(HEAD "[[rule]]\nclaim = 'a.b'\none_of = ['6162']\n", "snp", "a.b",
				BYTES, "ab", 0), pass);
	assert_int_equal(judged(HEAD "[[rule]]\nclaim = 'a.b'\none_of = ['ab']\n", "snp", "a.b",
				TEXT, "ab", 0), pass);
	assert_int_equal(judged(HEAD "[[rule]]\nclaim = 'a.b'\none_of = [7]\n", "snp", "a.b",
				NUMBER, NULL, 7), pass);
	assert_int_equal(judged(HEAD "[[rule]]\nclaim = 'a.b'\nat_least = 7\n", "snp", "a.b",
				NUMBER, NULL, 8), pass);
	assert_int_equal(judged(HEAD "[[rule]]\nclaim = 'a.b'\nclear = true\n", "snp", "a.b",
				BOOL, NULL, 0), pass);
	assert_int_equal(judged(HEAD "[[rule]]\nclaim = 'a.b'\none_of = []\n", "snp", "a.b",
				BOOL, NULL, 0), COCO_CHECKED_FAIL);
	assert_int_equal(judged(HEAD "[tpm.sha256]\npcr4 = ['" ABC ABC "']\n", "tpm",
				"tpm.sha256.pcr4", BYTES, "x", 0), COCO_CHECKED_FAIL);
}

static void test_refused(void **state COCO_UNUSED)
{
	refused("", COCO_E_POLICY_SCHEMA, "");
	refused("policy = 2\n", COCO_E_POLICY_SCHEMA, "line 1");
	refused("policy = 'x'\n", COCO_E_FORMAT_TOML_TYPE, "line 1");
	refused(HEAD "sn = 1\n", COCO_E_FORMAT_TOML_KEY, "line 2");
	refused(HEAD "[snp]\nmesurement = []\n", COCO_E_FORMAT_TOML_KEY, "line 3");
	refused(HEAD "[snp]\nmeasurement = ['00']\n", COCO_E_POLICY_VALUE, "line 3");
	refused(HEAD "[snp]\nfamily_id = ['zz']\n", COCO_E_POLICY_VALUE, "line 3");
	refused(HEAD "[snp]\nfamily_id = 'zz'\n", COCO_E_FORMAT_TOML_TYPE, "line 3");
	refused(HEAD "[snp]\nvmpl = [-1]\n", COCO_E_POLICY_VALUE, "line 3");
	refused(HEAD "[snp]\nmin_firmware = '1..2'\n", COCO_E_POLICY_VALUE, "line 3");
	refused(HEAD "[snp]\nguest_policy_deny = ['De bug']\n", COCO_E_POLICY_VALUE, "line 3");
	refused(HEAD "[snp]\ncommitted_is_current = false\n", COCO_E_POLICY_VALUE, "line 3");
	refused(HEAD "[[snp.min_tcb]]\nproduct = 'x'\nreported = { ucode = 1 }\n",
		COCO_E_FORMAT_TOML_KEY, "line 4");
	refused(HEAD "[[snp.min_tcb]]\nmodel = 300\n", COCO_E_FORMAT_VALUE, "line 3");
	refused(HEAD "[tpm.sha256]\npcr24 = []\n", COCO_E_POLICY_VALUE, "line 3");
	refused(HEAD "[tpm.sha256]\npcr04 = []\n", COCO_E_POLICY_VALUE, "line 3");
	refused(HEAD "[tpm.sha3]\n", COCO_E_FORMAT_TOML_KEY, "line 2");
	refused(HEAD "require = ['all']\n", COCO_E_POLICY_VALUE, "line 2");
	refused(HEAD "[[rule]]\nclaim = 'x'\n", COCO_E_POLICY_VALUE, "line 2");
	refused(HEAD "[[rule]]\nclaim = 'x'\nset = true\nclear = true\n", COCO_E_POLICY_VALUE,
		"line 2");
	refused(HEAD "[[rule]]\nclaim = 'x'\nset = false\n", COCO_E_POLICY_VALUE, "line 4");
	refused(HEAD "[[waiver]]\nrule = 'x'\nreason = 'y'\napproved_by = 'z'\n",
		COCO_E_FORMAT_TOML_TYPE, "line 2");
	refused(HEAD "[[waiver]]\nrule = 'x'\nreason = ''\napproved_by = 'z'\n"
		"until = 2026-01-01T00:00:00Z\n", COCO_E_POLICY_VALUE, "line 2");
	refused(HEAD "[[waiver]]\nrule = 'x'\nreason = 'y'\napproved_by = 'z'\n"
		"until = 2026-01-01\n", COCO_E_FORMAT_TOML_TYPE, "line 6");
}

/* Every key of the table can be written, and makes rules for its section's kinds. */
static void test_keys(void **state COCO_UNUSED)
{
	for (size_t i = 0; coco_policy_key(i) != NULL; i++) {
		const struct coco_policy_key *k = coco_policy_key(i);
		char hex[2 * 64 + 1];
		char text[512];
		struct coco_policy p;
		static const char *const forms[] = {
			[COCO_POLICY_FORM_TEXT] = "['x']",   [COCO_POLICY_FORM_NUMBERS] = "[1]",
			[COCO_POLICY_FORM_NUMBER] = "1",     [COCO_POLICY_FORM_VERSION] = "'1.2'",
			[COCO_POLICY_FORM_BITS] = "['x']",   [COCO_POLICY_FORM_TRUE] = "true",
			[COCO_POLICY_FORM_TIME] = "2026-01-01T00:00:00Z",
		};

		memset(hex, 'a', sizeof(hex));
		hex[2 * k->size] = '\0';
		if (k->form == COCO_POLICY_FORM_HEX)
			snprintf(text, sizeof(text), HEAD "[%s]\n%s = ['%s']\n", k->section,
				 k->key, hex);
		else if (k->form == COCO_POLICY_FORM_HEX_ONE)
			snprintf(text, sizeof(text), HEAD "[%s]\n%s = '%s'\n", k->section, k->key,
				 hex);
		else
			snprintf(text, sizeof(text), HEAD "[%s]\n%s = %s\n", k->section, k->key,
				 forms[k->form]);
		decode(&p, text);
		assert_int_equal(p.n_rules, 1);
		assert_non_null(p.rules[0].kinds);
		assert_non_null(p.rules[0].reason);
		coco_policy_free(&p);
	}
}

struct seen {
	unsigned n[COCO_POLICY_UNSEEN + 1];
	bool fails;
};

static void found(void *ctx, const struct coco_policy_finding *f)
{
	struct seen *s = ctx;

	s->n[f->kind]++;
	s->fails = s->fails || f->fails;
}

static void test_lint(void **state COCO_UNUSED)
{
	struct seen s = { .fails = false };
	struct coco_policy p;
	struct coco_result r;
	struct coco_claims *c = start(&r, "snp");

	coco_claims_number(c, "snp.vmpl", 0, 0, 4);
	coco_claims_number(c, "snp.guest_svn", 0, 0, 4);
	coco_claims_bytes(c, "snp.report_data", "x", 1, 0);
	decode(&p, HEAD "[snp]\nvmpl = []\n[[waiver]]\nrule = 'snp.none'\nreason = 'y'\n"
		   "approved_by = 'z'\nuntil = 2026-01-01T00:00:00Z\n"
		   "[[waiver]]\nrule = 'snp.vmpl'\n"
		   "reason = 'y'\napproved_by = 'z'\nuntil = 1970-01-01T00:00:00Z\n");
	coco_policy_gaps(&p, &r, 1000, found, &s);
	assert_true(s.fails);
	for (int i = 0; i <= COCO_POLICY_UNSEEN; i++)
		assert_int_equal(s.n[i], 1);
	coco_policy_free(&p);
	memset(&s, 0, sizeof(s));
	decode(&p, HEAD "require = ['fresh']\n[snp]\nmeasurement = ['" ABC ABC ABC "']\n"
		   "guest_policy_deny = ['debug']\nmin_firmware = '1.55'\nvmpl = [0]\n"
		   "min_guest_svn = 0\n");
	coco_policy_gaps(&p, &r, 1000, found, &s);
	for (int i = 0; i <= COCO_POLICY_UNSEEN; i++)
		assert_int_equal(s.n[i], 0);
	coco_policy_free(&p);
	coco_result_free(&r);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_policy p;
		int r = coco_policy_decode(&p, coco_view_of(tcb, strlen(tcb)), &d);
		bool done = coco_test_alloc_check(r, &d);

		coco_policy_free(&p);
		if (done)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operators), cmocka_unit_test(test_same),
		cmocka_unit_test(test_reasons),   cmocka_unit_test(test_min_tcb),
		cmocka_unit_test(test_waiver),    cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_rule),      cmocka_unit_test(test_refused),
		cmocka_unit_test(test_keys),      cmocka_unit_test(test_lint),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
