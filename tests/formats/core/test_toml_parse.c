/*
 * test_toml_parse.c - structure of TOML documents. Results are compared in
 * the writer's form, which test_toml_write.c pins.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/toml.h"
#include "tests/support/alloc_fail.h"

static int parse(const char *text, struct coco_toml *doc, struct coco_diag *d)
{
	size_t n = strlen(text);
	uint8_t *p = coco_test_guard(text, n);
	int r = coco_toml_parse(doc, coco_view_of(p, n), d);

	coco_test_unguard(p, n);
	return r;
}

static const char *const valid[][2] = {
	{ "", "" },
	{ " \t\r\n# comment", "" },
	{ "# t\xc3\xa9xt\ta\n\n", "" },
	{ "a=1", "a = 1\n" },
	{ "a = 1 # one\r\nb\t=\t2\t#", "a = 1\nb = 2\n" },
	/* keys */
	{ "1234 = 1\n-_- = 2\n\"\" = 3\n'q.r' = 4\n\"\\u00e9\" = 5",
	  "1234 = 1\n-_- = 2\n\"\" = 3\n\"q.r\" = 4\n\"\xc3\xa9\" = 5\n" },
	{ "\"a\\u0000\" = 1", "\"a\\u0000\" = 1\n" },
	{ "3.14 = 1", "[3]\n14 = 1\n" },
	{ "a . b\t.'c' = 1\na.b.d=2", "[a.b]\nc = 1\nd = 2\n" },
	{ "apple.type=1\norange.type=2\napple.skin=3\n",
	  "[apple]\ntype = 1\nskin = 3\n\n[orange]\ntype = 2\n" },
	{ "true = 1\ninf = 2\n", "true = 1\ninf = 2\n" },
	/* arrays */
	{ "a=[]", "a = []\n" },
	{ "a=[ 1,2 ,3, ]", "a = [1, 2, 3]\n" },
	{ "a = [ # c\n\n 1 , # d\r\n \"x\"\n,\n# e\n]", "a = [1, \"x\"]\n" },
	{ "a=[[],[[1],['b']],{}]", "a = [[], [[1], [\"b\"]], {}]\n" },
	{ "a = [{b=1}, 2]", "a = [{ b = 1 }, 2]\n" },
	{ "a = [{b=1}, {}]", "[[a]]\nb = 1\n\n[[a]]\n" },
	/* inline tables */
	{ "a={}", "[a]\n" },
	{ "a={ b=1 , c.d = 2,c.e=[\n3,\n], 'f'={g=4} }",
	  "[a]\nb = 1\n\n[a.c]\nd = 2\ne = [3]\n\n[a.f]\ng = 4\n" },
	/* headers */
	{ "[a]", "[a]\n" },
	{ "[ a . \"b\" . 'c' ] # d\n", "[a.b.c]\n" },
	{ "[a]\nx=1\n[b]\ny=2\n[a.c]\nz=3", "[a]\nx = 1\n\n[a.c]\nz = 3\n\n[b]\ny = 2\n" },
	{ "[x.y.z.w]\n[x]\na=1", "[x]\na = 1\n\n[x.y.z.w]\n" },
	{ "[fruit]\napple.color=1\napple.taste.sweet=true\n[fruit.apple.texture]\nsmooth=true",
	  "[fruit.apple]\ncolor = 1\n\n[fruit.apple.taste]\nsweet = true\n\n"
	  "[fruit.apple.texture]\nsmooth = true\n" },
	{ "a.b=1\n[a.c]\nd=2", "[a]\nb = 1\n\n[a.c]\nd = 2\n" },
	{ "[a.b]\nc=1\n[a]\nb2.d=2", "[a.b]\nc = 1\n\n[a.b2]\nd = 2\n" },
	{ "[a.b.c]\nz=9\n[a]\nb.x=1", "[a.b]\nx = 1\n\n[a.b.c]\nz = 9\n" },
	/* arrays of tables */
	{ "[[a]]\n[[a]]\nx=1\n[[a]]", "[[a]]\n\n[[a]]\nx = 1\n\n[[a]]\n" },
	{ "[[a]]\n[a.b]\nx=1\n[[a.c]]\ny=1\n[[a.c]]\ny=2\n[[a]]\n[a.b]\nx=2",
	  "[[a]]\n\n[a.b]\nx = 1\n\n[[a.c]]\ny = 1\n\n[[a.c]]\ny = 2\n\n[[a]]\n\n[a.b]\nx = 2\n" },
	{ "[[a.b.c]]\nx=1\n[a]\ny=2", "[a]\ny = 2\n\n[[a.b.c]]\nx = 1\n" },
	{ "[[a]]\nb.c=1\n[[a]]\nb.c=2\n[a.b.d]", "[[a]]\n\n[a.b]\nc = 1\n\n[[a]]\n\n[a.b]\n"
						   "c = 2\n\n[a.b.d]\n" },
};

static void test_valid(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(valid); i++) {
		struct coco_toml doc;
		struct coco_diag d = { 0 };
		struct coco_wr wr;

		assert_ok(parse(valid[i][0], &doc, &d), &d);
		coco_wr_init(&wr, 10000);
		coco_toml_write(&wr, &doc.root);
		coco_wr_u8(&wr, 0);
		if (strcmp((char *)wr.p, valid[i][1]) != 0)
			fail_msg("case %zu:\n%s\n-- gives --\n%s", i, valid[i][0], (char *)wr.p);
		coco_wr_free(&wr);
		coco_toml_free(&doc);
	}
}

static const struct {
	const char *text;
	int code;
	unsigned line;
} invalid[] = {
	/* lines and keys */
	{ "a", COCO_E_FORMAT_TOML, 1 },
	{ "\na =", COCO_E_FORMAT_TOML, 2 },
	{ "a\n= 1", COCO_E_FORMAT_TOML, 1 },
	{ "= 1", COCO_E_FORMAT_TOML, 1 },
	{ "a = 1 b = 2", COCO_E_FORMAT_TOML, 1 },
	{ "a b = 1", COCO_E_FORMAT_TOML, 1 },
	{ "a.. = 1", COCO_E_FORMAT_TOML, 1 },
	{ ".a = 1", COCO_E_FORMAT_TOML, 1 },
	{ "a. = 1", COCO_E_FORMAT_TOML, 1 },
	{ "\xc3\xa9 = 1", COCO_E_FORMAT_TOML, 1 },
	{ "a! = 1", COCO_E_FORMAT_TOML, 1 },
	{ "\"\"\"a\"\"\" = 1", COCO_E_FORMAT_TOML, 1 },
	{ "'''a''' = 1", COCO_E_FORMAT_TOML, 1 },
	{ "\"a = 1", COCO_E_FORMAT_TOML, 1 },
	{ "a = 1\rb = 2", COCO_E_FORMAT_TOML, 1 },
	{ "a = 1\n\r", COCO_E_FORMAT_TOML, 2 },
	{ "# \x01", COCO_E_FORMAT_TOML, 1 },
	{ "\n# a\rb", COCO_E_FORMAT_TOML, 2 },
	{ "# \x7f", COCO_E_FORMAT_TOML, 1 },
	{ "\xef\xbb\xbf" "a = 1", COCO_E_FORMAT_TOML, 1 },
	{ "a = 1\n\nb = \"\xff\"", COCO_E_FORMAT_UTF8, 3 },
	{ "\xc0\xaf", COCO_E_FORMAT_UTF8, 1 },
	{ "a=1\na=2", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a=1\n'a'=1", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a=1\na.b=1", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a.b=1\na=1", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a.b=1\na.b.c=1", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a=[1]\na.b=1", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	/* arrays */
	{ "a=[", COCO_E_FORMAT_TOML, 1 },
	{ "a=[1", COCO_E_FORMAT_TOML, 1 },
	{ "a=[,]", COCO_E_FORMAT_TOML, 1 },
	{ "a=[1,,2]", COCO_E_FORMAT_TOML, 1 },
	{ "a=[1 2]", COCO_E_FORMAT_TOML, 1 },
	{ "a=[\n1\n2]", COCO_E_FORMAT_TOML, 3 },
	{ "a=[1]]", COCO_E_FORMAT_TOML, 1 },
	{ "a=[1}", COCO_E_FORMAT_TOML, 1 },
	{ "a=[b=1]", COCO_E_FORMAT_TOML, 1 },
	{ "a=]", COCO_E_FORMAT_TOML, 1 },
	/* inline tables */
	{ "a={", COCO_E_FORMAT_TOML, 1 },
	{ "a={b", COCO_E_FORMAT_TOML, 1 },
	{ "a={b=1", COCO_E_FORMAT_TOML, 1 },
	{ "a={b=1,}", COCO_E_FORMAT_TOML, 1 },
	{ "a={,}", COCO_E_FORMAT_TOML, 1 },
	{ "a={b=1,,c=2}", COCO_E_FORMAT_TOML, 1 },
	{ "a={b=1 c=2}", COCO_E_FORMAT_TOML, 1 },
	{ "a={\n}", COCO_E_FORMAT_TOML, 1 },
	{ "a={b=1\n}", COCO_E_FORMAT_TOML, 1 },
	{ "a={ # c\n}", COCO_E_FORMAT_TOML, 1 },
	{ "a={1}", COCO_E_FORMAT_TOML, 1 },
	{ "a={b=1,b=2}", COCO_E_FORMAT_TOML_DUPLICATE, 1 },
	{ "a={b=1,b.c=2}", COCO_E_FORMAT_TOML_DUPLICATE, 1 },
	{ "a={b.c=1,b=2}", COCO_E_FORMAT_TOML_DUPLICATE, 1 },
	{ "a={b={c=1},b.d=2}", COCO_E_FORMAT_TOML_DUPLICATE, 1 },
	{ "a={}\na.b=1", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a={b.c=1}\na.b.d=1", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a={}\n[a]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a={}\n[a.b]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a={b.c=1}\n[a.b.d]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "[t]\na={}\n[[t.a]]", COCO_E_FORMAT_TOML_DUPLICATE, 3 },
	/* headers */
	{ "[", COCO_E_FORMAT_TOML, 1 },
	{ "[]", COCO_E_FORMAT_TOML, 1 },
	{ "[a", COCO_E_FORMAT_TOML, 1 },
	{ "[a]]", COCO_E_FORMAT_TOML, 1 },
	{ "[a.]", COCO_E_FORMAT_TOML, 1 },
	{ "[.a]", COCO_E_FORMAT_TOML, 1 },
	{ "[a..b]", COCO_E_FORMAT_TOML, 1 },
	{ "[a b]", COCO_E_FORMAT_TOML, 1 },
	{ "[a\n]", COCO_E_FORMAT_TOML, 1 },
	{ "[a] b=1", COCO_E_FORMAT_TOML, 1 },
	{ "[ [a]]", COCO_E_FORMAT_TOML, 1 },
	{ "[[a] ]", COCO_E_FORMAT_TOML, 1 },
	{ "[[a]", COCO_E_FORMAT_TOML, 1 },
	{ "[[]]", COCO_E_FORMAT_TOML, 1 },
	{ "[a]\n[a]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "[a.b]\n[a]\n[a]", COCO_E_FORMAT_TOML_DUPLICATE, 3 },
	{ "[a]\nb=1\n[a.b]", COCO_E_FORMAT_TOML_DUPLICATE, 3 },
	{ "[a]\nb=1\n[a.b.c]", COCO_E_FORMAT_TOML_DUPLICATE, 3 },
	{ "a=1\n[a.b]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "[a]\nb.c=1\n[a.b]", COCO_E_FORMAT_TOML_DUPLICATE, 3 },
	{ "a.b=1\n[a]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "[a.b.c]\nz=9\n[a]\nb.c.t=1", COCO_E_FORMAT_TOML_DUPLICATE, 4 },
	{ "[a.b.c.d]\nz=9\n[a]\nb.c.d.k.t=1", COCO_E_FORMAT_TOML_DUPLICATE, 4 },
	{ "[a]\nb.c=1\n[x]\n[a.d]\n[y]\na=1\n[a.b]", COCO_E_FORMAT_TOML_DUPLICATE, 7 },
	{ "[[t]]\na.b=1\n[t.a]", COCO_E_FORMAT_TOML_DUPLICATE, 3 },
	/* arrays of tables */
	{ "a=[]\n[[a]]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a=[{}]\n[[a]]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "a=[{}]\n[a.b]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "[a]\n[[a]]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "[[a]]\n[a]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "[a.b]\n[[a]]", COCO_E_FORMAT_TOML_DUPLICATE, 2 },
	{ "[[a]]\n[a.b]\n[[a.b]]", COCO_E_FORMAT_TOML_DUPLICATE, 3 },
	{ "[[a]]\n[[a.b]]\n[a.b]", COCO_E_FORMAT_TOML_DUPLICATE, 3 },
	{ "[[a.b]]\n[a]\nb.c=1", COCO_E_FORMAT_TOML_DUPLICATE, 3 },
	{ "[[a.b]]\n[a]\nb=1", COCO_E_FORMAT_TOML_DUPLICATE, 3 },
};

static void test_invalid(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(invalid); i++) {
		struct coco_toml doc = { .root = { .line = 77 } };
		struct coco_diag d = { 0 };
		char line[32];
		int r = parse(invalid[i].text, &doc, &d);

		snprintf(line, sizeof(line), "line %u", invalid[i].line);
		if (r != invalid[i].code || strcmp(d.pointer, line) != 0)
			fail_msg("%s: %d %s (%s)", invalid[i].text, r, d.message, d.pointer);
		assert_int_equal(d.code, r);
		assert_true(d.has_offset && d.offset <= strlen(invalid[i].text));
		assert_int_equal(doc.root.line, 77);
	}
}

/* No prefix of a document makes the reader leave its input. */
static void test_truncated(void **state COCO_UNUSED)
{
	static const char text[] = "a.'b' = [1, {c = \"\\u00e9\", d = '''x\n''' }]\n[[e]]\n"
				   "f = 1979-05-27T07:32:00.5+01:00 # g\n[e.h]\ni = 0x1f";

	for (size_t n = 0; n < sizeof(text); n++) {
		uint8_t *p = coco_test_guard(text, n);
		struct coco_toml doc;

		if (coco_toml_parse(&doc, coco_view_of(p, n), NULL) == 0)
			coco_toml_free(&doc);
		coco_test_unguard(p, n);
	}
}

static void nested(char *text, size_t n, char open, char close)
{
	memcpy(text, "a=", 2);
	memset(text + 2, open, n);
	memset(text + 2 + n, close, n);
	text[2 + 2 * n] = '\0';
}

static void test_depth(void **state COCO_UNUSED)
{
	static char text[4 * COCO_TOML_MAX_DEPTH + 10];
	struct coco_toml doc;
	struct coco_diag d = { 0 };

	nested(text, COCO_TOML_MAX_DEPTH, '[', ']');
	assert_ok(parse(text, &doc, &d), &d);
	coco_toml_free(&doc);
	nested(text, COCO_TOML_MAX_DEPTH + 1, '[', ']');
	assert_err(parse(text, &doc, &d), COCO_E_LIMIT_DEPTH, &d);
	for (size_t i = 0; i <= COCO_TOML_MAX_DEPTH; i++)
		memcpy(text + 2 * i, "k.", 3);
	memcpy(text + 2 * COCO_TOML_MAX_DEPTH - 1, "=1", 3);
	coco_diag_init(&d);
	assert_ok(parse(text, &doc, &d), &d);
	coco_toml_free(&doc);
	memcpy(text + 2 * COCO_TOML_MAX_DEPTH - 1, ".k=1", 5);
	assert_err(parse(text, &doc, &d), COCO_E_LIMIT_DEPTH, &d);
}

static void test_sizes(void **state COCO_UNUSED)
{
	struct coco_toml doc;
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	coco_wr_init(&wr, 2 << 20);
	coco_wr_str(&wr, "a=[");
	for (int i = 1; i < COCO_TOML_MAX_VALUES; i++)
		coco_wr_str(&wr, "1,");
	coco_wr_str(&wr, "]\n");
	assert_ok(coco_toml_parse(&doc, coco_wr_view(&wr), &d), &d);
	coco_toml_free(&doc);
	coco_wr_str(&wr, "b=1\n");
	assert_err(coco_toml_parse(&doc, coco_wr_view(&wr), &d), COCO_E_LIMIT_SIZE, &d);
	assert_string_equal(d.pointer, "line 2");
	wr.n = 0;
	for (int i = 0; i < COCO_TOML_MAX_KEY + 1; i++)
		coco_wr_u8(&wr, 'k');
	coco_wr_str(&wr, "=1");
	coco_diag_init(&d);
	assert_err(coco_toml_parse(&doc, coco_wr_view(&wr), &d), COCO_E_LIMIT_SIZE, &d);
	coco_diag_init(&d);
	struct coco_view rest = coco_view_of(wr.p + 1, wr.n - 1);
	assert_ok(coco_toml_parse(&doc, rest, &d), &d);
	coco_toml_free(&doc);
	wr.n = 0;
	for (int i = 0; i < COCO_TOML_MAX_SIZE; i++)
		coco_wr_u8(&wr, ' ');
	assert_ok(coco_toml_parse(&doc, coco_wr_view(&wr), &d), &d);
	coco_toml_free(&doc);
	coco_wr_u8(&wr, ' ');
	assert_err(coco_toml_parse(&doc, coco_wr_view(&wr), &d), COCO_E_LIMIT_SIZE, &d);
	coco_wr_free(&wr);
}

static void test_no_memory(void **state COCO_UNUSED)
{
	static char text[3000] = "a.b = [1, 'x', {c=1979-05-27}]\n[[d]]\n\"e\" = \"";
	struct coco_toml doc;
	struct coco_diag d = { 0 };
	size_t n = strlen(text);

	memset(text + n, 'x', 2000);
	text[n + 2000] = '"';
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(
			    coco_toml_parse(&doc, coco_view_of(text, strlen(text)), &d), &d))
			break;
	coco_toml_free(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),     cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_sizes),     cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
