/*
 * test_rego_rules.c - rules and statements of both versions of Rego, and what
 * is counted as unknown.
 */
#include "formats/broker/rego_rules.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "tests/support/alloc_fail.h"

static void print(char *ret, size_t cap, const struct coco_rego_module *m,
		  const struct coco_rego_range *r)
{
	size_t n = 0;

	ret[0] = '\0';
	for (size_t i = r->from; i < r->to; i++)
		n += (size_t)snprintf(ret + n, cap - n, "%s%.*s", i > r->from ? " " : "",
				      (int)m->tokens.v[i].n, m->tokens.v[i].p);
}

static void module(struct coco_rego_module *m, const char *text)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_rego_module(m, coco_view_of(text, strlen(text)), &d), &d);
}

static void test_rules(void **state COCO_UNUSED)
{
	static const char text[] =
		"package a.b\n"
		"import rego.v1\n"
		"import data.x as y\n"
		"default allow := false\n"
		"n := 1\n"
		"o := {\n\"k\": [1,\n2]}\n"
		"p = x +\n 1 if input.q\n"
		"allow if {\n\ta == 1; b\n\tc\n}\n"
		"allow { v0 }\n"
		"w = true { v0 }\n"
		"s contains e if some e in [1]\n"
		"m[k] = v { k := 1 }\n"
		"f(x, y) := 3 if x > y\n"
		"else := 4 if { x }\n"
		"else := 5\n"
		"a.b := 2\n"
		"t if count({z | z := 1}) == 1\n"
		"u := {z | z := 1}\n"
		"last if a";
	static const struct {
		const char *name;
		const char *value;
		const char *body;
		bool is_default, partial, function, path, has_body;
	} want[] = {
		{ "allow", "false", "", 1, 0, 0, 0, 0 },
		{ "n", "1", "", 0, 0, 0, 0, 0 },
		{ "o", "{ k : [ 1 , 2 ] }", "", 0, 0, 0, 0, 0 },
		{ "p", "x + 1", "input . q", 0, 0, 0, 0, 1 },
		{ "allow", "", "a == 1 ; b c", 0, 0, 0, 0, 1 },
		{ "allow", "", "v0", 0, 0, 0, 0, 1 },
		{ "w", "true", "v0", 0, 0, 0, 0, 1 },
		{ "s", "", "some e in [ 1 ]", 0, 1, 0, 0, 1 },
		{ "m", "v", "k := 1", 0, 1, 0, 0, 1 },
		{ "f", "3", "x > y", 0, 0, 1, 0, 1 },
		{ "f", "4", "x", 0, 0, 1, 0, 1 },
		{ "f", "5", "", 0, 0, 1, 0, 0 },
		{ "a", "2", "", 0, 0, 0, 1, 0 },
		{ "t", "", "count ( { z | z := 1 } ) == 1", 0, 0, 0, 0, 1 },
		{ "u", "{ z | z := 1 }", "", 0, 0, 0, 0, 0 },
		{ "last", "", "a", 0, 0, 0, 0, 1 },
	};
	struct coco_rego_module m;
	char out[256];

	module(&m, text);
	print(out, sizeof(out), &m, &m.package);
	assert_string_equal(out, "a . b");
	assert_int_equal(m.unknown, 0);
	assert_int_equal(m.n, COCO_ARRAY_LEN(want));
	for (size_t i = 0; i < m.n; i++) {
		const struct coco_rego_rule *r = &m.rule[i];

		assert_true(coco_rego_is(&r->name, want[i].name));
		print(out, sizeof(out), &m, &r->value);
		assert_string_equal(out, want[i].value);
		print(out, sizeof(out), &m, &r->body);
		assert_string_equal(out, want[i].body);
		assert_int_equal(r->is_default, want[i].is_default);
		assert_int_equal(r->partial, want[i].partial);
		assert_int_equal(r->function, want[i].function);
		assert_int_equal(r->path, want[i].path);
		assert_int_equal(r->has_body, want[i].has_body);
	}
	coco_rego_module_free(&m);
}

static void test_statements(void **state COCO_UNUSED)
{
	static const char text[] = "package p\nr if {\n\ta ==\n\t1; b\n\tevery x in y {\n\t\tz\n"
				   "\t}\n"
				   "\t[1, 2] == c\n\td\n\t| e\n;;\n}\n";
	static const char *const want[] = { "a == 1", "b", "every x in y { z }", "[ 1 , 2 ] == c",
					    "d | e" };
	struct coco_rego_module m;
	struct coco_rego_range s;
	size_t at;
	size_t n = 0;
	char out[256];

	module(&m, text);
	at = m.rule[0].body.from;
	while (coco_rego_statement(&m, &m.rule[0].body, &at, &s)) {
		print(out, sizeof(out), &m, &s);
		assert_true(n < COCO_ARRAY_LEN(want));
		assert_string_equal(out, want[n++]);
	}
	assert_int_equal(n, COCO_ARRAY_LEN(want));
	coco_rego_module_free(&m);
}

static void test_unknown(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		unsigned line;
	} all[] = {
		{ "package p\n\"text\"\n", 2 },
		{ "package p\nallow := true garbage\n", 0 },
		{ "package p\nallow { a } { b }\n", 2 },
		{ "package p\nallow if {}\n", 2 },
		{ "package p\nallow :=\n", 2 },
		{ "package p\ndefault\n", 2 },
		{ "package p\n\n[x]\n", 3 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(all); i++) {
		struct coco_rego_module m;

		module(&m, all[i].text);
		if (all[i].line != 0)
			assert_int_equal(m.unknown, all[i].line);
		coco_rego_module_free(&m);
	}
}

static void test_refused(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"", "allow := true\n", "package p\na := (1]\n", "package p\na := [1\n",
		"package p\n}\n", "package p\na := \"\n",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_rego_module m;
		struct coco_diag d = { 0 };

		assert_err(coco_rego_module(&m, coco_view_of(bad[i], strlen(bad[i])), &d),
			   COCO_E_REGO_SYNTAX, &d);
	}
	char deep[600] = "package p\na := ";
	size_t n = strlen(deep);
	memset(deep + n, '[', 257);
	memset(deep + n + 257, ']', 257);
	struct coco_rego_module m;
	struct coco_diag d = { 0 };
	assert_err(coco_rego_module(&m, coco_view_of(deep, n + 514), &d), COCO_E_REGO_SYNTAX, &d);
}

static void test_every_cut(void **state COCO_UNUSED)
{
	static const char text[] = "package p\nimport x\ndefault a := {1}\nf(x) := y if { not z } "
				   "else = \"s\" { `r` }\nb contains c if d[e].f != 1.0\n";

	for (size_t n = 0; n < sizeof(text); n++) {
		struct coco_rego_module m;
		uint8_t *g = coco_test_guard(text, n);

		if (coco_rego_module(&m, coco_view_of(g, n), NULL) == 0)
			coco_rego_module_free(&m);
		coco_test_unguard(g, n);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char text[] = "package p\na := 1\nb := 2\n";
	struct coco_rego_module m;
	struct coco_diag d = { 0 };
	int r = -1;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		r = coco_rego_module(&m, coco_view_of(text, sizeof(text) - 1), &d);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	assert_int_equal(r, 0);
	coco_rego_module_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),   cmocka_unit_test(test_statements),
		cmocka_unit_test(test_unknown), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_every_cut), cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
