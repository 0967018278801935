/*
 * test_grants.c - grants files: what is read, and what is refused with code
 * and line.
 */
#include "formats/broker/grants.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "tests/support/alloc_fail.h"

#define MODEL "[[model]]\nid = \"a\"\nresources = [\"r/t/g\"]\nrelease = \"r7\"\n"

static const char whole[] =
	"version = 1\n"
	"platforms = [\"tdx\", \"tpm\"]\n"
	"reference = [\"values.json\"]\n"
	"[[model]]\n"
	"id = \"4f2a9c\"\n"
	"resources = [\"r/t/g\", \"r/t/*\"]\n"
	"initdata = [\"initdata.toml\", \"sha256:00\"]\n"
	"gpus = 8\n"
	"[[model]]\n"
	"id = \"b.c-d_e\"\n"
	"resources = [\"r/t/g\"]\n"
	"release = \"r7\"\n";

static int decode(struct coco_grants *ret, const char *text, struct coco_diag *d)
{
	size_t n = strlen(text);

	coco_diag_init(d);
	uint8_t *g = coco_test_guard(text, n);
	int r = coco_grants_decode(ret, coco_view_of(g, n), d);
	coco_test_unguard(g, n);
	return r;
}

static void test_whole(void **state COCO_UNUSED)
{
	struct coco_grants g;
	struct coco_diag d;

	assert_ok(decode(&g, whole, &d), &d);
	assert_int_equal(g.platforms, 1u << COCO_GRANT_TDX | 1u << COCO_GRANT_TPM);
	assert_string_equal(g.reference->first->u.text, "values.json");
	assert_int_equal(g.n, 2);
	assert_string_equal(g.model[0].id, "4f2a9c");
	assert_int_equal(g.model[0].line, 4);
	assert_int_equal(g.model[0].gpus, 8);
	assert_int_equal(g.model[0].resources->n, 2);
	assert_int_equal(g.model[0].initdata->n, 2);
	assert_null(g.model[0].release);
	assert_null(g.model[1].initdata);
	assert_string_equal(g.model[1].release, "r7");
	assert_int_equal(g.model[1].gpus, 0);
	coco_grants_free(&g);
	assert_ok(decode(&g, "version = 1\n" MODEL, &d), &d);
	assert_int_equal(g.platforms, 0);
	assert_null(g.reference);
	coco_grants_free(&g);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
		const char *pointer;
	} bad[] = {
		{ "version = \n", COCO_E_FORMAT_TOML, "line 1" },
		{ MODEL, COCO_E_FORMAT_TOML_TYPE, NULL },
		{ "version = 2\n" MODEL, COCO_E_GRANTS_SCHEMA, "line 1" },
		{ "version = \"1\"\n" MODEL, COCO_E_FORMAT_TOML_TYPE, "line 1" },
		{ "version = 1\nother = 1\n" MODEL, COCO_E_FORMAT_TOML_KEY, "line 2" },
		{ "version = 1\n", COCO_E_FORMAT_TOML_TYPE, NULL },
		{ "version = 1\nmodel = []\n", COCO_E_GRANTS_SCHEMA, "line 2" },
		{ "version = 1\nmodel = [1]\n", COCO_E_FORMAT_TOML_TYPE, "line 2" },
		{ "version = 1\nplatforms = [\"sample\"]\n" MODEL, COCO_E_GRANTS_SCHEMA, "line 2" },
		{ "version = 1\nplatforms = []\n" MODEL, COCO_E_GRANTS_SCHEMA, "line 2" },
		{ "version = 1\nreference = [\"\"]\n" MODEL, COCO_E_GRANTS_SCHEMA, "line 2" },
		{ "version = 1\nreference = [\"a\\u0000\"]\n" MODEL, COCO_E_GRANTS_SCHEMA,
		  "line 2" },
		{ "version = 1\nreference = [1]\n" MODEL, COCO_E_FORMAT_TOML_TYPE, "line 2" },
		{ "version = 1\n" MODEL MODEL, COCO_E_GRANTS_SCHEMA, "line 6" },
		{ "version = 1\n" MODEL "name = \"x\"\n", COCO_E_FORMAT_TOML_KEY, "line 6" },
		{ "version = 1\n" MODEL "gpus = 65\n", COCO_E_FORMAT_VALUE, "line 6" },
		{ "version = 1\n" MODEL "gpus = -1\n", COCO_E_FORMAT_VALUE, "line 6" },
		{ "version = 1\n[[model]]\nid = \"a\"\nrelease = \"r\"\n", COCO_E_GRANTS_SCHEMA,
		  "line 2" },
		{ "version = 1\n[[model]]\nid = \"a\"\nresources = [\"r/t/g\"]\n",
		  COCO_E_GRANTS_UNPINNED, "line 2" },
		{ "version = 1\n[[model]]\nid = \"\"\nresources = [\"r/t/g\"]\nrelease = \"r\"\n",
		  COCO_E_GRANTS_SCHEMA, "line 3" },
		{ "version = 1\n[[model]]\nid = \"a b\"\nresources = [\"r/t/g\"]\nrelease=\"r\"\n",
		  COCO_E_GRANTS_SCHEMA, "line 3" },
		{ "version = 1\n[[model]]\nid = \"a\"\nresources = [\"r/t/g\"]\n"
		  "release = \"r\\n}\"\n", COCO_E_GRANTS_SCHEMA, "line 5" },
		{ "version = 1\n[[model]]\nid = \"a\"\nresources = [\n\"r/t\"]\nrelease = \"r\"\n",
		  COCO_E_FORMAT_VALUE, "line 5" },
		{ "version = 1\n[[model]]\nid = \"a\"\nresources = [\"r/*\"]\nrelease = \"r\"\n",
		  COCO_E_FORMAT_VALUE, "line 4" },
		{ "version = 1\n[[model]]\nid = \"a\"\nresources = [\"*\"]\nrelease = \"r\"\n",
		  COCO_E_FORMAT_VALUE, "line 4" },
		{ "version = 1\n[[model]]\nid = \"a\"\nresources = [\"r/t/*x\"]\nrelease = \"r\"\n",
		  COCO_E_FORMAT_VALUE, "line 4" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_grants g;
		struct coco_diag d;

		assert_err(decode(&g, bad[i].text, &d), bad[i].code, &d);
		if (bad[i].pointer != NULL)
			assert_string_equal(d.pointer, bad[i].pointer);
	}
}

static void test_every_cut(void **state COCO_UNUSED)
{
	char text[sizeof(whole)];
	struct coco_grants g;
	struct coco_diag d;

	for (size_t n = 0; n < sizeof(whole); n++) {
		snprintf(text, sizeof(text), "%.*s", (int)n, whole);
		if (decode(&g, text, &d) == 0)
			coco_grants_free(&g);
		else
			assert_int_not_equal(d.code, 0);
	}
}

static void test_too_many(void **state COCO_UNUSED)
{
	static char text[COCO_GRANTS_LIST * 8 + 4096];
	struct coco_grants g;
	struct coco_diag d;
	size_t n = (size_t)snprintf(text, sizeof(text), "version = 1\n" MODEL "initdata = [");

	for (int i = 0; i <= COCO_GRANTS_LIST; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\"f\",");
	snprintf(text + n, sizeof(text) - n, "]\n");
	assert_err(decode(&g, text, &d), COCO_E_LIMIT_COUNT, &d);
	static char many[(COCO_GRANTS_MODELS + 1) * 64 + 64];
	n = (size_t)snprintf(many, sizeof(many), "version = 1\nmodel = [");
	for (int i = 0; i <= COCO_GRANTS_MODELS; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n,
				      "{id=\"%d\",release=\"r\",resources=[\"r/t/g\"]},", i);
	snprintf(many + n, sizeof(many) - n, "]\n");
	assert_err(decode(&g, many, &d), COCO_E_LIMIT_COUNT, &d);
}

static void test_resource(void **state COCO_UNUSED)
{
	char text[600];
	struct coco_diag d = { 0 };
	bool all = true;

	assert_ok(coco_grant_resource("a/b/c", &all, &d), &d);
	assert_false(all);
	assert_ok(coco_grant_resource("a/b/*", &all, &d), &d);
	assert_true(all);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_err(coco_grant_resource(text, &all, &d), COCO_E_FORMAT_VALUE, &d);
	for (int i = 0; i < COCO_GRANT_PLATFORMS; i++) {
		enum coco_grant_platform p = (enum coco_grant_platform)i;

		assert_int_equal(coco_grant_platform_find(coco_grant_platform_name(p)), i);
	}
	assert_int_equal(coco_grant_platform_find("sample"), COCO_GRANT_PLATFORMS);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_grants g;
	struct coco_diag d = { 0 };
	int r = -1;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		r = coco_grants_decode(&g, coco_view_of(whole, sizeof(whole) - 1), &d);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	assert_int_equal(r, 0);
	coco_grants_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),     cmocka_unit_test(test_refused),
		cmocka_unit_test(test_every_cut), cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_resource),  cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
