/*
 * test_oms_sign.c - models signed and verified: round trips of every key, what
 * is left out, the vectors of model_signing and of the specification, and
 * minted bundles with one defect each.
 */
#include "lib/model/oms_sign.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/b64.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "formats/model/bundle.h"
#include "lib/core/io.h"
#include "lib/model/oms_verify.h"
#include "tests/support/support.h"

static struct coco_run run;
static struct coco_diag d;
static struct coco_oms_report *report;
static char *dir;
static char *model;  /* dir/model: a, b/c, b-c, empty */

static void put(const char *base, const char *name, const char *text)
{
	char *path = coco_path_join(base, name);

	assert_int_equal(coco_write_file(path, text, strlen(text), COCO_OUT_FORCE, NULL), 0);
	coco_free(path);
}

static void make_dir(const char *base, const char *name)
{
	char *path = coco_path_join(base, name);

	assert_int_equal(mkdir(path, 0755), 0);
	coco_free(path);
}

static int setup(void **state COCO_UNUSED)
{
	run = (struct coco_run){ .jobs = 2, .now = 1790000000, .show_names = true };
	coco_diag_init(&d);
	report = NULL;
	dir = coco_test_dir();
	model = coco_path_join(dir, "model");
	make_dir(dir, "model");
	make_dir(model, "b");
	put(model, "a", "alpha");
	put(model, "b/c", "beta");
	put(model, "b-c", "gamma");
	put(model, "empty", "");
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_oms_report_free(report);
	coco_free(model);
	coco_test_rmdir(dir);
	return 0;
}

static struct coco_key *new_key(const char *type)
{
	struct coco_key *key = NULL;

	assert_ok(coco_key_generate(type, &key, &d), &d);
	return key;
}

static int verify(const char *path, struct coco_view bundle, const struct coco_oms_verify_opts *o)
{
	coco_oms_report_free(report);
	assert_int_equal(coco_oms_report_new(&report, NULL), 0);
	coco_diag_init(&d);
	return coco_oms_verify(&run, path, bundle, o, report, &d);
}

static enum coco_oms_status status(enum coco_oms_check_id id)
{
	return report->checks[id].status;
}

static struct coco_view view_of(const struct coco_oms_signed *s)
{
	return coco_view_of(s->bundle, s->n_bundle);
}

static void test_round_trip_of_every_curve(void **state COCO_UNUSED)
{
	static const char *const types[] = { "p256", "p384", "p521" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++) {
		struct coco_key *key = new_key(types[i]);
		struct coco_key *other = new_key(types[i]);
		const struct coco_oms_sign_opts so = { .signer = { .key = key } };
		struct coco_oms_verify_opts vo = { .trust = { .key = key } };
		struct coco_oms_signed s = { 0 };

		assert_ok(coco_oms_sign(&run, model, &so, &s, &d), &d);
		assert_int_equal(s.files, 4);
		assert_int_equal(s.bytes, 14);
		assert_ok(verify(model, view_of(&s), &vo), &d);
		assert_int_equal(report->matching, 4);
		assert_memory_equal(report->root, s.root, 32);
		assert_string_equal(report->method, s.method);
		assert_int_equal(status(COCO_OMS_CHECK_SIGNATURE), COCO_OMS_PASS);
		assert_int_equal(status(COCO_OMS_CHECK_CERTIFICATE), COCO_OMS_SKIP);
		assert_int_equal(status(COCO_OMS_CHECK_DIGESTS), COCO_OMS_PASS);
		vo.trust.key = other;
		int r = verify(model, view_of(&s), &vo);
		assert_err(r, COCO_E_VERIFY_HINT, &d);
		assert_int_equal(status(COCO_OMS_CHECK_SIGNATURE), COCO_OMS_FAIL);
		assert_int_equal(status(COCO_OMS_CHECK_DIGESTS), COCO_OMS_SKIP);
		coco_oms_signed_clear(&s);
		coco_key_free(key);
		coco_key_free(other);
	}
}

static void test_other_keys_only_on_request(void **state COCO_UNUSED)
{
	struct coco_key *key = new_key("ed25519");
	struct coco_oms_sign_opts so = { .signer = { .key = key } };
	const struct coco_oms_verify_opts vo = { .trust = { .key = key } };
	struct coco_oms_signed s = { 0 };

	assert_err(coco_oms_sign(&run, model, &so, &s, &d), COCO_E_KEY_TYPE, &d);
	coco_diag_init(&d);
	so.any_key = true;
	assert_ok(coco_oms_sign(&run, model, &so, &s, &d), &d);
	assert_ok(verify(model, view_of(&s), &vo), &d);
	coco_oms_signed_clear(&s);
	coco_key_free(key);
}

static void test_every_change_of_the_model_is_seen(void **state COCO_UNUSED)
{
	struct coco_key *key = new_key("p256");
	const struct coco_oms_sign_opts so = { .signer = { .key = key } };
	struct coco_oms_verify_opts vo = { .trust = { .key = key } };
	struct coco_oms_signed s = { 0 };
	char *path = coco_path_join(model, "a");

	assert_ok(coco_oms_sign(&run, model, &so, &s, &d), &d);
	put(model, "b/c", "betA");
	assert_err(verify(model, view_of(&s), &vo), COCO_E_OMS_FILES, &d);
	assert_int_equal(report->different.count, 1);
	assert_string_equal(report->different.names[0], "b/c");
	assert_int_equal(coco_err_exit(d.code), COCO_EXIT_REJECTED);
	put(model, "b/c", "beta");
	put(model, "added", "");
	assert_err(verify(model, view_of(&s), &vo), COCO_E_OMS_FILES, &d);
	vo.ignore_unsigned_files = true;
	assert_ok(verify(model, view_of(&s), &vo), &d);
	assert_int_equal(unlink(path), 0);
	assert_err(verify(model, view_of(&s), &vo), COCO_E_OMS_FILES, &d);
	assert_int_equal(report->missing.count, 1);
	assert_int_equal(symlink("added", path), 0);
	assert_err(verify(model, view_of(&s), &vo), COCO_E_TREE_LINK, &d);
	assert_int_equal(status(COCO_OMS_CHECK_MISSING), COCO_OMS_ERROR);
	assert_err(verify("/nonexistent/m", view_of(&s), &vo), COCO_E_IO_OPEN, &d);
	coco_free(path);
	coco_oms_signed_clear(&s);
	coco_key_free(key);
}

/* The statement inside a bundle. */
static void open_statement(struct coco_view text, struct coco_oms *ret)
{
	struct coco_bundle b = { 0 };

	coco_diag_init(&d);
	assert_ok(coco_bundle_decode(&b, text, 0, &d), &d);
	assert_ok(coco_oms_decode(ret, coco_view_of(b.dsse.payload, b.dsse.n_payload), &d), &d);
	coco_bundle_clear(&b);
}

static void test_what_is_left_out(void **state COCO_UNUSED)
{
	static const char *const ignore[] = { "./b/" };
	static const char *const want[] = { ".git", ".gitattributes", ".github", ".gitignore",
					    "b", "model.sig" };
	char *sig = coco_path_join(model, "model.sig");
	struct coco_key *key = new_key("p256");
	const struct coco_oms_sign_opts so = { .signer = { .key = key }, .signature = sig,
					       .ignore = ignore, .n_ignore = 1,
					       .ignore_git = true };
	struct coco_oms_verify_opts vo = { .trust = { .key = key } };
	struct coco_oms_signed s = { 0 };
	struct coco_oms oms;

	make_dir(model, ".git");
	put(model, ".git/config", "x");
	put(model, ".gitignore", "x");
	put(model, "model.sig", "an older signature");
	assert_ok(coco_oms_sign(&run, model, &so, &s, &d), &d);
	open_statement(view_of(&s), &oms);
	assert_int_equal(oms.n_ignore, COCO_ARRAY_LEN(want));
	for (size_t i = 0; i < oms.n_ignore; i++)
		assert_string_equal(oms.ignore[i], want[i]);
	assert_int_equal(oms.n_resources, 3);
	assert_string_equal(oms.resources[1].name, "b-c");
	assert_string_equal(oms.subject, "model");
	assert_false(oms.allow_symlinks);
	coco_oms_clear(&oms);
	put(model, "b/new", "ignored with its directory");
	assert_ok(verify(model, view_of(&s), &vo), &d);
	/* a signature kept elsewhere in the model is no added file either */
	put(model, "other.sig", "x");
	assert_err(verify(model, view_of(&s), &vo), COCO_E_OMS_FILES, &d);
	char *other = coco_path_join(model, "b/../other.sig");
	vo.signature = other;
	assert_ok(verify(model, view_of(&s), &vo), &d);
	coco_free(other);
	coco_oms_signed_clear(&s);
	coco_key_free(key);
	coco_free(sig);
}

static void test_sign_refuses(void **state COCO_UNUSED)
{
	static const char *const up[] = { "../x" };
	static const char *const all[] = { "a", "b", "b-c", "empty" };
	struct coco_key *key = new_key("p256");
	struct coco_oms_sign_opts so = { .signer = { .key = key }, .ignore = up, .n_ignore = 1 };
	struct coco_oms_signed s = { 0 };
	char *link = coco_path_join(model, "link");

	assert_err(coco_oms_sign(&run, model, &so, &s, &d), COCO_E_USAGE_VALUE, &d);
	coco_diag_init(&d);
	so.ignore = all;
	so.n_ignore = 4;
	assert_err(coco_oms_sign(&run, model, &so, &s, &d), COCO_E_MODEL_EMPTY, &d);
	coco_diag_init(&d);
	so.n_ignore = 0;
	assert_int_equal(symlink("a", link), 0);
	assert_err(coco_oms_sign(&run, model, &so, &s, &d), COCO_E_TREE_LINK, &d);
	coco_diag_init(&d);
	so.links = COCO_TREE_LINKS_BENEATH;
	assert_ok(coco_oms_sign(&run, model, &so, &s, &d), &d);
	assert_int_equal(s.files, 5);
	coco_oms_signed_clear(&s);
	assert_null(s.bundle);
	coco_free(link);
	coco_key_free(key);
}

static void test_single_file(void **state COCO_UNUSED)
{
	struct coco_key *key = new_key("p384");
	const struct coco_oms_sign_opts so = { .signer = { .key = key }, .ignore_git = true };
	const struct coco_oms_verify_opts vo = { .trust = { .key = key } };
	struct coco_oms_signed s = { 0 };
	struct coco_oms oms;
	char *a = coco_path_join(model, "a");
	char *bc = coco_path_join(model, "b-c");

	assert_ok(coco_oms_sign(&run, a, &so, &s, &d), &d);
	open_statement(view_of(&s), &oms);
	assert_string_equal(oms.resources[0].name, ".");
	assert_string_equal(oms.subject, "a");
	assert_int_equal(oms.n_ignore, 0);
	coco_oms_clear(&oms);
	assert_ok(verify(a, view_of(&s), &vo), &d);
	assert_err(verify(bc, view_of(&s), &vo), COCO_E_OMS_FILES, &d);
	assert_int_equal(report->different.count, 1);
	assert_err(verify(model, view_of(&s), &vo), COCO_E_OMS_FILES, &d);
	coco_oms_signed_clear(&s);
	coco_free(a);
	coco_free(bc);
	coco_key_free(key);
}

/* ---- minted statements with one defect each ---- */

static struct coco_oms_signed mint(const struct coco_key *key, const char *type, const char *text)
{
	const struct coco_bundle_signer signer = { .key = key };
	struct coco_oms_signed s = { 0 };

	coco_diag_init(&d);
	assert_ok(coco_bundle_sign(&run, &signer, type, coco_view_of(text, strlen(text)),
				   &s.bundle, &s.n_bundle, &d), &d);
	return s;
}

#define ALPHA "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8"
#define ROOT "\"digest\":{\"sha256\":\"%s\"}"
#define SHAPE(ptype, res)                                                                       \
	"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"m\"," ROOT       \
	"}],\"predicateType\":\"" ptype "\",\"predicate\":{\"serialization\":{\"method\":"        \
	"\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":false},\"resources\":[" res "]}}"
#define ONE(name) "{\"name\":\"" name "\",\"algorithm\":\"sha256\",\"digest\":\"" ALPHA "\"}"
#define V1 "https://model_signing/signature/v1.0"

static const struct {
	const char *label;
	const char *type;    /* payload type; NULL: in-toto */
	const char *shape;
	int code;
	enum coco_oms_check_id check;
	enum coco_oms_status status;
} defects[] = {
	{ "wrong root", NULL, SHAPE(V1, ONE("a")), COCO_E_OMS_ROOT, COCO_OMS_CHECK_ROOT,
	  COCO_OMS_FAIL },
	{ "other predicate", NULL, SHAPE("https://slsa.dev/provenance/v1", ONE("a")),
	  COCO_E_OMS_PREDICATE, COCO_OMS_CHECK_STATEMENT, COCO_OMS_FAIL },
	{ "other payload type", "text/plain", SHAPE(V1, ONE("a")), COCO_E_OMS_PREDICATE,
	  COCO_OMS_CHECK_STATEMENT, COCO_OMS_FAIL },
	{ "not JSON", NULL, "hello %s", COCO_E_FORMAT_JSON, COCO_OMS_CHECK_STATEMENT,
	  COCO_OMS_ERROR },
	{ "upward name", NULL, SHAPE(V1, ONE("../model/a")), COCO_E_OMS_NAME,
	  COCO_OMS_CHECK_STATEMENT, COCO_OMS_ERROR },
	{ "absolute name", NULL, SHAPE(V1, ONE("/etc/passwd")), COCO_E_OMS_NAME,
	  COCO_OMS_CHECK_STATEMENT, COCO_OMS_ERROR },
	{ "name twice", NULL, SHAPE(V1, ONE("a") "," ONE("a")), COCO_E_OMS_DUPLICATE,
	  COCO_OMS_CHECK_STATEMENT, COCO_OMS_ERROR },
	{ "no file", NULL, SHAPE(V1, ""), COCO_E_MODEL_EMPTY, COCO_OMS_CHECK_STATEMENT,
	  COCO_OMS_ERROR },
};

static void test_minted_defects(void **state COCO_UNUSED)
{
	struct coco_key *key = new_key("p256");
	const struct coco_oms_verify_opts vo = { .trust = { .key = key },
						 .ignore_unsigned_files = true };
	char text[1024];

	for (size_t i = 0; i < COCO_ARRAY_LEN(defects); i++) {
		/* a constant format cannot come from a table, so %s is replaced by hand */
		const char *at = strstr(defects[i].shape, "%s");
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - defects[i].shape),
			 defects[i].shape, ALPHA, at + 2);
		struct coco_oms_signed s =
			mint(key, defects[i].type != NULL ? defects[i].type : COCO_DSSE_TYPE_INTOTO,
			     text);
		int r = verify(model, view_of(&s), &vo);
		if (r != defects[i].code)
			print_error("case: %s\n", defects[i].label);
		assert_err(r, defects[i].code, &d);
		assert_int_equal(status(COCO_OMS_CHECK_SIGNATURE), COCO_OMS_PASS);
		assert_int_equal(status(defects[i].check), defects[i].status);
		assert_int_equal(status(COCO_OMS_CHECK_DIGESTS), COCO_OMS_SKIP);
		coco_oms_signed_clear(&s);
	}
	coco_key_free(key);
}

/* The old predicate has no root: the files still have to be the signed ones. */
static void test_old_predicate(void **state COCO_UNUSED)
{
	static const char shape[] =
		"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"a\","
		"\"digest\":{\"sha256\":\"" ALPHA "\"}}],\"predicateType\":"
		"\"https://model_signing/Digests/v0.1\",\"predicate\":{}}";
	struct coco_key *key = new_key("p256");
	struct coco_oms_verify_opts vo = { .trust = { .key = key } };
	struct coco_oms_signed s = mint(key, COCO_DSSE_TYPE_INTOTO, shape);

	assert_err(verify(model, view_of(&s), &vo), COCO_E_OMS_FILES, &d);
	assert_int_equal(report->extra.count, 3);
	vo.ignore_unsigned_files = true;
	assert_ok(verify(model, view_of(&s), &vo), &d);
	assert_int_equal(status(COCO_OMS_CHECK_ROOT), COCO_OMS_SKIP);
	put(model, "a", "alphA");
	assert_err(verify(model, view_of(&s), &vo), COCO_E_OMS_FILES, &d);
	coco_oms_signed_clear(&s);
	coco_key_free(key);
}

/* Names of members that may be absent: a damaged one is an unknown member. */
static bool is_optional(const uint8_t *bundle, size_t i)
{
	static const char *const words[] = { "hint", "keyid", "tlogEntries" };

	for (size_t w = 0; w < COCO_ARRAY_LEN(words); w++) {
		const char *at = strstr((const char *)bundle, words[w]);

		if (at != NULL && (const char *)bundle + i >= at &&
		    (const char *)bundle + i < at + strlen(words[w]))
			return true;
	}
	return false;
}

static void test_every_byte_of_the_bundle_counts(void **state COCO_UNUSED)
{
	struct coco_key *key = new_key("p256");
	const struct coco_oms_sign_opts so = { .signer = { .key = key } };
	const struct coco_oms_verify_opts vo = { .trust = { .key = key } };
	struct coco_oms_signed s = { 0 };

	assert_ok(coco_oms_sign(&run, model, &so, &s, &d), &d);
	for (size_t i = 0; i < s.n_bundle; i++) {
		uint8_t old = s.bundle[i];

		/* '!' is in no base64 alphabet and in no word of the format */
		s.bundle[i] = '!';
		int r = verify(model, view_of(&s), &vo);
		s.bundle[i] = old;
		if (r == 0 && !is_optional(s.bundle, i))
			print_error("byte %zu of %s\n", i, (const char *)s.bundle);
		assert_true(r != 0 || is_optional(s.bundle, i));
		assert_int_not_equal(coco_err_exit(r), COCO_EXIT_BUG);
	}
	for (size_t n = 0; n < s.n_bundle; n += 7)
		assert_int_not_equal(verify(model, coco_view_of(s.bundle, n), &vo), 0);
	coco_oms_signed_clear(&s);
	coco_key_free(key);
}

static void test_known_files(void **state COCO_UNUSED)
{
	static const uint8_t one[32] = { 1 };
	static const uint8_t two[32] = { 2 };
	static const char *const left_out[] = { "cache" };
	const struct coco_oms_file files[] = { { "a", one }, { "b/c", two } };
	const struct coco_oms_file more[] = { { "a", one }, { "b/c", two }, { "cache/x", two } };
	const struct coco_oms_file swapped[] = { { "a", two }, { "b/c", one } };
	const struct coco_oms_about about = { .name = "m", .ignore = left_out, .n_ignore = 1 };
	struct coco_key *key = new_key("p256");
	const struct coco_bundle_signer signer = { .key = key };
	const struct coco_oms_verify_opts vo = { .trust = { .key = key } };
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_oms_bundle_for(&run, &signer, &about, files, 2, &text, &n, &d), &d);
	assert_int_equal(coco_oms_report_new(&report, NULL), 0);
	assert_ok(coco_oms_verify_known(&run, coco_view_of(text, n), &vo, files, 2, report, &d),
		  &d);
	assert_int_equal(report->matching, 2);
	coco_oms_report_free(report);
	assert_int_equal(coco_oms_report_new(&report, NULL), 0);
	assert_ok(coco_oms_verify_known(&run, coco_view_of(text, n), &vo, more, 3, report, &d),
		  &d);
	coco_oms_report_free(report);
	assert_int_equal(coco_oms_report_new(&report, NULL), 0);
	assert_err(coco_oms_verify_known(&run, coco_view_of(text, n), &vo, swapped, 2, report, &d),
		   COCO_E_OMS_FILES, &d);
	assert_int_equal(report->different.count, 2);
	coco_free(text);
	coco_key_free(key);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_round_trip_of_every_curve),
		T(test_other_keys_only_on_request),
		T(test_every_change_of_the_model_is_seen),
		T(test_what_is_left_out),
		T(test_sign_refuses),
		T(test_single_file),
		T(test_minted_defects),
		T(test_old_predicate),
		T(test_every_byte_of_the_bundle_counts),
		T(test_known_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
