/*
 * test_initdata.c - the bytes that are written, documents that are refused
 * with code and line, and round trips of texts that TOML makes difficult.
 */
#include "formats/broker/initdata.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define HEAD "version = \"0.1.0\"\nalgorithm = \"sha256\"\n\n[data]\n"

static int decode(struct coco_initdata *ret, const char *text, size_t n, struct coco_diag *d)
{
	coco_diag_init(d);
	uint8_t *g = coco_test_guard(text, n);
	int r = coco_initdata_decode(ret, coco_view_of(g, n), d);
	coco_test_unguard(g, n);
	return r;
}

static struct coco_initdata_entry entry(const char *name, const char *text)
{
	return (struct coco_initdata_entry){ .name = name, .text = text, .n = strlen(text) };
}

static void test_golden(void **state COCO_UNUSED)
{
	static const char want[] =
		"version = \"0.1.0\"\n"
		"algorithm = \"sha384\"\n"
		"\n"
		"[data]\n"
		"\"a\" = '''\n"
		"'''\n"
		"\"aa.toml\" = '''\n"
		"[token_configs.kbs]\n"
		"url = \"https://k\"\n"
		"'''\n"
		"\"cdh.toml\" = \"it ends in '\"\n"
		"\"policy.rego\" = '''\n"
		"\n"
		"first line empty, ''two'' quotes'''\n";
	const struct coco_initdata_entry entries[] = {
		entry("policy.rego", "\nfirst line empty, ''two'' quotes"),
		entry("cdh.toml", "it ends in '"),
		entry("a", ""),
		entry("aa.toml", "[token_configs.kbs]\nurl = \"https://k\"\n"),
	};
	const struct coco_initdata_entry other[] = { entries[3], entries[2], entries[0],
						     entries[1] };
	uint8_t *text = NULL;
	size_t n = 0;
	struct coco_diag d = { 0 };

	assert_ok(coco_initdata_encode(COCO_INITDATA_SHA384, entries, 4, &text, &n, &d), &d);
	assert_string_equal((char *)text, want);
	assert_int_equal(n, strlen(want));
	coco_free(text);
	/* the order in which they are given does not matter */
	assert_ok(coco_initdata_encode(COCO_INITDATA_SHA384, other, 4, &text, &n, &d), &d);
	assert_string_equal((char *)text, want);
	coco_free(text);
	assert_ok(coco_initdata_encode(COCO_INITDATA_SHA256, NULL, 0, &text, &n, &d), &d);
	assert_string_equal((char *)text, HEAD);
	coco_free(text);
}

static void round_trip(const struct coco_initdata_entry *e, size_t n_entries)
{
	uint8_t *text = NULL;
	uint8_t *again = NULL;
	size_t n = 0;
	size_t n_again = 0;
	static struct coco_initdata doc;
	struct coco_diag d = { 0 };

	assert_ok(coco_initdata_encode(COCO_INITDATA_SHA512, e, n_entries, &text, &n, &d), &d);
	assert_ok(decode(&doc, (char *)text, n, &d), &d);
	assert_int_equal(doc.alg, COCO_INITDATA_SHA512);
	assert_int_equal(doc.n, n_entries);
	for (size_t i = 0; i < n_entries; i++) {
		const struct coco_initdata_entry *f = coco_initdata_find(&doc, e[i].name);

		assert_non_null(f);
		assert_int_equal(f->n, e[i].n);
		assert_memory_equal(f->text, e[i].text, e[i].n);
		assert_true(f->line >= 5);
	}
	assert_ok(coco_initdata_encode(doc.alg, doc.entry, doc.n, &again, &n_again, &d), &d);
	assert_int_equal(n, n_again);
	assert_memory_equal(text, again, n);
	coco_initdata_free(&doc);
	coco_free(text);
	coco_free(again);
}

static void test_round_trip(void **state COCO_UNUSED)
{
	static const char *const texts[] = {
		"", "'", "''", "'''", "a'''b", "'a", "a'", "\n", "\n\n", "\r\n", "a\r\nb\r\n", "\r",
		"\ttab", "\x01\x02\x1f\x7f", "\\u0000 \\n", "\"\"\"", "\xc3\xa4\xf0\x9f\x98\x80",
		"[data]\n\"x\" = '''\n", "# no comment", "'''\n", "''\n'", "\x1b[31m",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		const struct coco_initdata_entry e = entry("policy.rego", texts[i]);

		round_trip(&e, 1);
	}
	static const char *const names[] = { "a b", "\"", "\n", "'", "\xc3\xa4", ".", "a\\b", "#" };
	struct coco_initdata_entry all[COCO_ARRAY_LEN(names)];
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		all[i] = entry(names[i], texts[i]);
	round_trip(all, COCO_ARRAY_LEN(names));
}

static void test_read(void **state COCO_UNUSED)
{
	/* another writer's order, quoting and line ends */
	static const char text[] = "# first\r\nalgorithm = 'sha512'\r\nversion = '0.1.0'\r\n"
				   "[data]\r\nz = \"\"\"one\r\ntwo\"\"\"\r\n"
				   "\"aa.toml\" = ''\r\n[other]\r\nx = 1\r\n";
	static struct coco_initdata doc;
	struct coco_diag d;

	assert_ok(decode(&doc, text, sizeof(text) - 1, &d), &d);
	assert_int_equal(doc.alg, COCO_INITDATA_SHA512);
	assert_int_equal(doc.n, 2);
	assert_string_equal(doc.entry[0].name, "z");
	assert_int_equal(doc.entry[0].line, 5);
	assert_string_equal(doc.entry[1].name, "aa.toml");
	assert_int_equal(doc.entry[1].n, 0);
	assert_non_null(coco_initdata_find(&doc, "z"));
	assert_null(coco_initdata_find(&doc, "y"));
	coco_initdata_free(&doc);
	assert_string_equal(coco_initdata_alg_name(COCO_INITDATA_SHA256), "sha256");
	assert_string_equal(coco_initdata_alg_name(COCO_INITDATA_SHA384), "sha384");
	assert_string_equal(coco_initdata_alg_name(COCO_INITDATA_SHA512), "sha512");
}

static const struct {
	const char *text;
	int code;
	const char *place;
} refused[] = {
	{ "", COCO_E_FORMAT_TOML_TYPE, NULL },
	{ "version = \"0.1.0\"\n[data]\n", COCO_E_FORMAT_TOML_TYPE, NULL },
	{ "algorithm = \"sha256\"\n[data]\n", COCO_E_FORMAT_TOML_TYPE, NULL },
	{ "version = \"0.1.0\"\nalgorithm = \"sha256\"\n", COCO_E_FORMAT_TOML_TYPE, NULL },
	{ "version = 1\nalgorithm = \"sha256\"\n[data]\n", COCO_E_FORMAT_TOML_TYPE, "line 1" },
	{ "version = \"0.1.0\"\nalgorithm = 256\n[data]\n", COCO_E_FORMAT_TOML_TYPE, "line 2" },
	{ "version = \"0.2.0\"\nalgorithm = \"sha256\"\n[data]\n", COCO_E_INITDATA_VERSION,
	  "line 1" },
	{ "version = \"0.1.0 \"\nalgorithm = \"sha256\"\n[data]\n", COCO_E_INITDATA_VERSION,
	  "line 1" },
	{ "\nalgorithm = \"sha256\"\nversion = \"\"\n[data]\n", COCO_E_INITDATA_VERSION, "line 3" },
	{ "version = \"0.1.0\"\nalgorithm = \"sha1\"\n[data]\n", COCO_E_INITDATA_ALGORITHM,
	  "line 2" },
	{ "version = \"0.1.0\"\nalgorithm = \"SHA256\"\n[data]\n", COCO_E_INITDATA_ALGORITHM,
	  "line 2" },
	{ "version = \"0.1.0\"\n\n\nalgorithm = \"sha-256\"\n[data]\n", COCO_E_INITDATA_ALGORITHM,
	  "line 4" },
	{ "version = \"0.1.0\"\nalgorithm = \"sha256\"\ndata = 1\n", COCO_E_FORMAT_TOML_TYPE,
	  "line 3" },
	{ "version = \"0.1.0\"\nalgorithm = \"sha256\"\n[[data]]\n", COCO_E_FORMAT_TOML_TYPE,
	  "line 3" },
	{ HEAD "x = 5\n", COCO_E_FORMAT_TOML_TYPE, "line 5" },
	{ HEAD "x = \"1\"\ny = [\"2\"]\n", COCO_E_FORMAT_TOML_TYPE, "line 6" },
	{ HEAD "[data.x]\ny = \"1\"\n", COCO_E_FORMAT_TOML_TYPE, "line 5" },
	{ HEAD "aa.toml = \"dotted\"\n", COCO_E_FORMAT_TOML_TYPE, "line 5" },
	{ HEAD "x = \"a\\u0000b\"\n", COCO_E_FORMAT_VALUE, "line 5" },
	{ HEAD "\"a\\u0000b\" = \"x\"\n", COCO_E_INITDATA_ENTRY, "line 5" },
	{ HEAD "x = \"1\"\nx = \"2\"\n", COCO_E_FORMAT_TOML_DUPLICATE, "line 6" },
	{ HEAD "x = '''\nno end\n", COCO_E_FORMAT_TOML, NULL },
	{ HEAD "x = '''a'''b'''\n", COCO_E_FORMAT_TOML, "line 5" },
	{ HEAD "x = \"\xff\"\n", COCO_E_FORMAT_UTF8, NULL },
	{ "{\"version\":\"0.1.0\"}\n", COCO_E_FORMAT_TOML, "line 1" },
	{ "initdata", COCO_E_FORMAT_TOML, "line 1" },
};

static void test_refused(void **state COCO_UNUSED)
{
	static struct coco_initdata doc;
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(refused); i++) {
		int r = decode(&doc, refused[i].text, strlen(refused[i].text), &d);

		if (r != refused[i].code)
			print_error("case %zu: %s\n", i, refused[i].text);
		assert_err(r, refused[i].code, &d);
		if (refused[i].place != NULL)
			assert_string_equal(d.pointer, refused[i].place);
	}
}

/* Every document that ends too early is refused, or has fewer entries. */
static void test_cut(void **state COCO_UNUSED)
{
	static const char text[] = HEAD "a = '''\nx\n'''\nb = \"y\"\n";
	static struct coco_initdata doc;
	struct coco_diag d;

	for (size_t n = 0; n < sizeof(text) - 2; n++) {
		if (decode(&doc, text, n, &d) == 0) {
			assert_true(n >= sizeof(HEAD) - 2);
			assert_true(doc.n < 2);
			coco_initdata_free(&doc);
		}
	}
}

static void test_many_entries(void **state COCO_UNUSED)
{
	static struct coco_initdata doc;
	static char names[COCO_INITDATA_ENTRIES + 1][8];
	static struct coco_initdata_entry e[COCO_INITDATA_ENTRIES + 1];
	char text[4096];
	struct coco_diag d = { 0 };
	uint8_t *bytes = NULL;
	size_t n_bytes = 0;
	size_t n = (size_t)snprintf(text, sizeof(text), "%s", HEAD);

	for (int i = 0; i <= COCO_INITDATA_ENTRIES; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "n%d = \"\"\n", i);
		snprintf(names[i], sizeof(names[i]), "n%d", i);
		e[i] = entry(names[i], "");
		if (i == COCO_INITDATA_ENTRIES - 1) {
			assert_ok(decode(&doc, text, n, &d), &d);
			assert_int_equal(doc.n, COCO_INITDATA_ENTRIES);
			coco_initdata_free(&doc);
		}
	}
	assert_err(decode(&doc, text, n, &d), COCO_E_LIMIT_COUNT, &d);
	assert_string_equal(d.pointer, "line 69");
	round_trip(e, COCO_INITDATA_ENTRIES);
	coco_diag_init(&d);
	assert_err(coco_initdata_encode(COCO_INITDATA_SHA256, e, COCO_INITDATA_ENTRIES + 1, &bytes,
					&n_bytes, &d), COCO_E_LIMIT_COUNT, &d);
	assert_null(bytes);
}

static void refuse_write(struct coco_initdata_entry e, int code)
{
	struct coco_diag d = { 0 };
	uint8_t *bytes = NULL;
	size_t n = 0;

	assert_err(coco_initdata_encode(COCO_INITDATA_SHA256, &e, 1, &bytes, &n, &d), code, &d);
	assert_null(bytes);
}

static void test_unwritable(void **state COCO_UNUSED)
{
	static char large[COCO_INITDATA_MAX + 1];
	static char name[COCO_TOML_MAX_KEY + 2];
	const struct coco_initdata_entry twice[] = { entry("a", "1"), entry("b", "2"),
						     entry("a", "1") };
	struct coco_diag d = { 0 };
	uint8_t *bytes = NULL;
	size_t n = 0;

	refuse_write((struct coco_initdata_entry){ .name = "a", .text = "x\0y", .n = 3 },
		     COCO_E_INITDATA_ENTRY);
	refuse_write(entry("a", "\xff"), COCO_E_INITDATA_ENTRY);
	refuse_write(entry("a", "\xed\xa0\x80"), COCO_E_INITDATA_ENTRY);
	refuse_write(entry("", "x"), COCO_E_INITDATA_ENTRY);
	refuse_write(entry("\xc3", "x"), COCO_E_INITDATA_ENTRY);
	memset(name, 'n', sizeof(name) - 1);
	refuse_write(entry(name, "x"), COCO_E_INITDATA_ENTRY);
	assert_err(coco_initdata_encode(COCO_INITDATA_SHA256, twice, 3, &bytes, &n, &d),
		   COCO_E_INITDATA_ENTRY, &d);
	assert_non_null(strstr(d.message, "twice"));
	memset(large, 'x', COCO_INITDATA_MAX);
	refuse_write(entry("a", large), COCO_E_LIMIT_SIZE);
}

static void test_too_large(void **state COCO_UNUSED)
{
	static struct coco_initdata doc;
	static char text[COCO_INITDATA_MAX + 1];
	struct coco_diag d;

	memset(text, '\n', sizeof(text));
	memcpy(text, HEAD, sizeof(HEAD) - 1);
	assert_ok(decode(&doc, text, COCO_INITDATA_MAX, &d), &d);
	coco_initdata_free(&doc);
	assert_err(decode(&doc, text, COCO_INITDATA_MAX + 1, &d), COCO_E_LIMIT_SIZE, &d);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char text[] = HEAD "a = '''\nx\n'''\nb = \"y\"\n";
	const struct coco_initdata_entry e[] = { entry("a", "x"), entry("b", "'''") };
	static struct coco_initdata doc;
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = coco_initdata_decode(&doc, coco_view_of(text, sizeof(text) - 1), &d);

		if (coco_test_alloc_check(r, &d)) {
			assert_true(i > 1);
			break;
		}
	}
	coco_initdata_free(&doc);
	coco_initdata_free(&doc);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		uint8_t *bytes = NULL;
		size_t n = 0;
		int r = coco_initdata_encode(COCO_INITDATA_SHA256, e, 2, &bytes, &n, &d);

		if (coco_test_alloc_check(r, &d)) {
			assert_true(i > 1);
			coco_free(bytes);
			break;
		}
		assert_null(bytes);
	}
}

/* The shared documents that must be refused. */
static void test_vectors(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		int code;
	} bad[] = {
		{ "initdata/invalid/unknown-algorithm.toml", COCO_E_INITDATA_ALGORITHM },
		{ "initdata/invalid/bad-version.toml", COCO_E_INITDATA_VERSION },
		{ "initdata/invalid/missing-data.toml", COCO_E_FORMAT_TOML_TYPE },
		{ "initdata/invalid/data-not-string.toml", COCO_E_FORMAT_TOML_TYPE },
		{ "initdata/invalid/not-toml.toml", COCO_E_FORMAT_TOML },
		{ "upstream/kubectl-coco/initdata/invalid-algorithm.toml",
		  COCO_E_INITDATA_ALGORITHM },
		{ "upstream/kubectl-coco/initdata/invalid-version.toml", COCO_E_INITDATA_VERSION },
	};
	static struct coco_initdata doc;
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		char name[128];
		size_t n = 0;

		snprintf(name, sizeof(name), "broker/%s", bad[i].name);
		const char *path = coco_test_vectors(name);
		if (path == NULL)
			skip();
		uint8_t *text = coco_test_slurp(path, &n);
		assert_err(decode(&doc, (char *)text, n, &d), bad[i].code, &d);
		coco_free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden), cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_read), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cut), cmocka_unit_test(test_many_entries),
		cmocka_unit_test(test_unwritable), cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_memory), cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
