/*
 * test_oms.c - statements of model signatures: what is tolerated, what is
 * refused and with which code, and that what is written is read back.
 */
#include "formats/model/oms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/support.h"

#define H32 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define TYPE "\"_type\":\"https://in-toto.io/Statement/v1\""
#define SUBJECT "\"subject\":[{\"name\":\"m\",\"digest\":{\"sha256\":\"" H32 "\"}}]"
#define PTYPE "\"predicateType\":\"https://model_signing/signature/v1.0\""
#define HEAD "{" TYPE "," SUBJECT "," PTYPE ",\"predicate\":{"
#define SER(more) "\"serialization\":{\"hash_type\":\"sha256\",\"allow_symlinks\":false," more "}"
#define FILES SER("\"method\":\"files\"")
#define SHARDS(n) SER("\"method\":\"shards\",\"shard_size\":" n)
#define RES(name) "{\"name\":\"" name "\",\"algorithm\":\"sha256\",\"digest\":\"" H32 "\"}"
#define DOC(ser, res) HEAD ser ",\"resources\":[" res "]}}"

static int decode(const char *text, struct coco_oms *ret, struct coco_diag *d)
{
	size_t n = strlen(text);
	uint8_t *copy = coco_test_guard(text, n);

	coco_diag_init(d);
	int r = coco_oms_decode(ret, coco_view_of(copy, n), d);
	coco_test_unguard(copy, n);
	return r;
}

static const struct {
	const char *label;
	const char *text;
	size_t n;
} good[] = {
	{ "files", DOC(FILES, RES("a/b") "," RES("a b") "," RES("\xc3\xa9")), 3 },
	{ "any order", DOC(FILES, RES("z") "," RES("a")), 2 },
	{ "single file", DOC(FILES, RES(".")), 1 },
	{ "control characters", DOC(FILES, RES("a\\n\\u0007")), 1 },
	{ "colons", DOC(FILES, RES("a:0:1")), 1 },
	{ "dots that are names", DOC(FILES, RES("...") "," RES(".a/..b")), 2 },
	{ "unknown members", "{\"x\":1," TYPE "," SUBJECT "," PTYPE ",\"predicate\":{\"y\":{},"
	  FILES ",\"resources\":[{\"size\":3,\"name\":\"a\",\"algorithm\":\"sha256\",\"digest\":\""
	  H32 "\"}]}}", 1 },
	{ "shards, spec", DOC(SHARDS("8"), RES("a:0:8") "," RES("a:8:9")), 2 },
	{ "shards, integral real", DOC(SHARDS("8.0"), RES("a:0:8") "," RES("b:0:8")), 2 },
	{ "shards, exponent", DOC(SHARDS("1e9"), RES("a:0:8")), 1 },
	{ "shards out of order", DOC(SHARDS("8"), RES("a:8:9") "," RES("a:0:8")), 2 },
	{ "shards, colon in the path", DOC(SHARDS("8"), RES("a:b:c:0:8")), 1 },
	{ "shards of a single file", DOC(SHARDS("8"), RES(".:0:8") "," RES(".:8:9")), 2 },
	{ "shards, algorithm of model_signing",
	  DOC(SHARDS("8"), "{\"name\":\"a:0:8\",\"algorithm\":\"sha256-sharded-8\",\"digest\":\""
	      H32 "\"}"), 1 },
	{ "ignored paths", DOC(SER("\"method\":\"files\",\"ignore_paths\":[\".git\",\"a/b\"]"),
			       RES("a")), 1 },
	{ "no ignored paths", DOC(SER("\"method\":\"files\",\"ignore_paths\":[]"), RES("a")), 1 },
	{ "blake3", HEAD "\"serialization\":{\"method\":\"files\",\"hash_type\":\"blake3\","
	  "\"allow_symlinks\":true},\"resources\":[{\"name\":\"a\",\"algorithm\":\"blake3\","
	  "\"digest\":\"" H32 "\"}]}}", 1 },
	{ "blake2b", HEAD "\"serialization\":{\"method\":\"files\",\"hash_type\":\"blake2b\","
	  "\"allow_symlinks\":true},\"resources\":[{\"name\":\"a\",\"algorithm\":\"blake2b\","
	  "\"digest\":\"" H32 H32 "\"}]}}", 1 },
	{ "old predicate", "{" TYPE ",\"subject\":[{\"name\":\"a\",\"digest\":{\"sha256\":\"" H32
	  "\"}},{\"name\":\"b\",\"digest\":{\"sha256\":\"" H32 "\"}}],\"predicateType\":"
	  "\"https://model_signing/Digests/v0.1\",\"predicate\":{}}", 2 },
};

static void test_tolerated(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(good); i++) {
		struct coco_oms oms;
		struct coco_diag d;
		int r = decode(good[i].text, &oms, &d);

		if (r != 0)
			print_error("case: %s\n", good[i].label);
		assert_ok(r, &d);
		assert_int_equal(oms.n_resources, good[i].n);
		coco_oms_clear(&oms);
		coco_oms_clear(&oms);
	}
}

static const struct {
	const char *label;
	const char *text;
	int code;
} bad[] = {
	{ "empty text", "", COCO_E_FORMAT_JSON },
	{ "not an object", "[]", COCO_E_FORMAT_JSON_TYPE },
	{ "truncated", HEAD, COCO_E_FORMAT_JSON },
	{ "trailing", DOC(FILES, RES("a")) "x", COCO_E_FORMAT_JSON },
	{ "duplicate member", "{" TYPE "," TYPE "}", COCO_E_FORMAT_JSON_DUPLICATE },
	{ "no type", "{" SUBJECT "," PTYPE ",\"predicate\":{}}", COCO_E_FORMAT_JSON_TYPE },
	{ "statement v0.1", "{\"_type\":\"https://in-toto.io/Statement/v0.1\"," SUBJECT "," PTYPE
	  ",\"predicate\":{}}", COCO_E_OMS_STATEMENT },
	{ "other predicate",
	  "{" TYPE "," SUBJECT ",\"predicateType\":\"https://slsa.dev/provenance/v1\""
	  ",\"predicate\":{}}", COCO_E_OMS_PREDICATE },
	{ "no predicate", "{" TYPE "," SUBJECT "," PTYPE "}", COCO_E_FORMAT_JSON_TYPE },
	{ "no subject", "{" TYPE "," PTYPE ",\"predicate\":{}}", COCO_E_FORMAT_JSON_TYPE },
	{ "two subjects", "{" TYPE ",\"subject\":[{},{}]," PTYPE ",\"predicate\":{}}",
	  COCO_E_OMS_STATEMENT },
	{ "no subject in the list", "{" TYPE ",\"subject\":[]," PTYPE ",\"predicate\":{}}",
	  COCO_E_OMS_STATEMENT },
	{ "subject without a name", "{" TYPE ",\"subject\":[{\"digest\":{\"sha256\":\"" H32
	  "\"}}]," PTYPE ",\"predicate\":{}}", COCO_E_FORMAT_JSON_TYPE },
	{ "root of another algorithm",
	  "{" TYPE ",\"subject\":[{\"name\":\"m\",\"digest\":{\"sha512\":\""
	  H32 "\"}}]," PTYPE ",\"predicate\":{}}", COCO_E_FORMAT_JSON_TYPE },
	{ "upper-case root", "{" TYPE ",\"subject\":[{\"name\":\"m\",\"digest\":{\"sha256\":\""
	  "AA112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}}]," PTYPE
	  ",\"predicate\":{}}", COCO_E_FORMAT_HEX },
	{ "no serialization", HEAD "\"resources\":[" RES("a") "]}}", COCO_E_FORMAT_JSON_TYPE },
	{ "unknown serialization member", DOC(SER("\"method\":\"files\",\"skip\":1"), RES("a")),
	  COCO_E_FORMAT_JSON_TYPE },
	{ "unknown method", DOC(SER("\"method\":\"trees\""), RES("a")), COCO_E_OMS_STATEMENT },
	{ "unknown hash", HEAD "\"serialization\":{\"method\":\"files\",\"hash_type\":\"md5\","
	  "\"allow_symlinks\":false},\"resources\":[" RES("a") "]}}", COCO_E_OMS_HASH },
	{ "no allow_symlinks",
	  HEAD "\"serialization\":{\"method\":\"files\",\"hash_type\":\"sha256\"},"
	  "\"resources\":[" RES("a") "]}}", COCO_E_FORMAT_JSON_TYPE },
	{ "shard size for files", DOC(SER("\"method\":\"files\",\"shard_size\":8"), RES("a")),
	  COCO_E_OMS_STATEMENT },
	{ "shards without size", DOC(SER("\"method\":\"shards\""), RES("a:0:1")),
	  COCO_E_FORMAT_JSON_TYPE },
	{ "shard size 0", DOC(SHARDS("0"), RES("a:0:1")), COCO_E_FORMAT_VALUE },
	{ "negative shard size", DOC(SHARDS("-8"), RES("a:0:1")), COCO_E_FORMAT_VALUE },
	{ "fractional shard size", DOC(SHARDS("8.5"), RES("a:0:1")), COCO_E_FORMAT_VALUE },
	{ "negative real shard size", DOC(SHARDS("-8.0"), RES("a:0:1")), COCO_E_FORMAT_VALUE },
	{ "huge shard size", DOC(SHARDS("1e300"), RES("a:0:1")), COCO_E_FORMAT_VALUE },
	{ "shard size as text", DOC(SHARDS("\"8\""), RES("a:0:1")), COCO_E_FORMAT_JSON_TYPE },
	{ "ignore_paths absolute", DOC(SER("\"method\":\"files\",\"ignore_paths\":[\"/a\"]"),
				       RES("a")), COCO_E_OMS_NAME },
	{ "ignore_paths upward", DOC(SER("\"method\":\"files\",\"ignore_paths\":[\"../a\"]"),
				     RES("a")), COCO_E_OMS_NAME },
	{ "ignore everything", DOC(SER("\"method\":\"files\",\"ignore_paths\":[\".\"]"), RES("a")),
	  COCO_E_OMS_NAME },
	{ "ignore_paths not a list", DOC(SER("\"method\":\"files\",\"ignore_paths\":\"a\""),
					 RES("a")), COCO_E_FORMAT_JSON_TYPE },
	{ "ignore_paths of numbers", DOC(SER("\"method\":\"files\",\"ignore_paths\":[1]"),
					 RES("a")), COCO_E_FORMAT_JSON_TYPE },
	{ "no resources", DOC(FILES, ""), COCO_E_MODEL_EMPTY },
	{ "resources not a list", HEAD FILES ",\"resources\":{}}}", COCO_E_FORMAT_JSON_TYPE },
	{ "resource not an object", DOC(FILES, "1"), COCO_E_FORMAT_JSON_TYPE },
	{ "no digest", DOC(FILES, "{\"name\":\"a\",\"algorithm\":\"sha256\"}"),
	  COCO_E_FORMAT_JSON_TYPE },
	{ "short digest", DOC(FILES, "{\"name\":\"a\",\"algorithm\":\"sha256\",\"digest\":\"00\"}"),
	  COCO_E_FORMAT_HEX },
	{ "long digest", DOC(FILES, "{\"name\":\"a\",\"algorithm\":\"sha256\",\"digest\":\"" H32
			     "00\"}"), COCO_E_FORMAT_HEX },
	{ "other algorithm", DOC(FILES, "{\"name\":\"a\",\"algorithm\":\"md5\",\"digest\":\"" H32
				 "\"}"), COCO_E_OMS_STATEMENT },
	{ "algorithm of another shard size",
	  DOC(SHARDS("8"), "{\"name\":\"a:0:8\",\"algorithm\":\"sha256-sharded-9\","
	      "\"digest\":\"" H32
	      "\"}"), COCO_E_OMS_STATEMENT },
	{ "sharded algorithm for a file",
	  DOC(FILES, "{\"name\":\"a\",\"algorithm\":\"sha256-sharded-8\",\"digest\":\"" H32 "\"}"),
	  COCO_E_OMS_STATEMENT },
	{ "empty name", DOC(FILES, RES("")), COCO_E_OMS_NAME },
	{ "absolute name", DOC(FILES, RES("/etc/passwd")), COCO_E_OMS_NAME },
	{ "upward name", DOC(FILES, RES("a/../../b")), COCO_E_OMS_NAME },
	{ "dot component", DOC(FILES, RES("./a")), COCO_E_OMS_NAME },
	{ "empty component", DOC(FILES, RES("a//b")), COCO_E_OMS_NAME },
	{ "trailing slash", DOC(FILES, RES("a/")), COCO_E_OMS_NAME },
	{ "parent alone", DOC(FILES, RES("..")), COCO_E_OMS_NAME },
	{ "NUL in a name", DOC(FILES, RES("a\\u0000b")), COCO_E_FORMAT_JSON },
	{ "lone surrogate in a name", DOC(FILES, RES("a\\ud800")), COCO_E_FORMAT_JSON },
	{ "duplicate name", DOC(FILES, RES("a") "," RES("b") "," RES("a")), COCO_E_OMS_DUPLICATE },
	{ "dot beside a file", DOC(FILES, RES(".") "," RES("a")), COCO_E_OMS_NAME },
	{ "dot beside an earlier file", DOC(FILES, RES("!") "," RES(".")), COCO_E_OMS_NAME },
	{ "shard without range", DOC(SHARDS("8"), RES("a")), COCO_E_OMS_NAME },
	{ "shard with one number", DOC(SHARDS("8"), RES("a:8")), COCO_E_OMS_NAME },
	{ "shard with a sign", DOC(SHARDS("8"), RES("a:+0:8")), COCO_E_OMS_NAME },
	{ "shard with a leading zero", DOC(SHARDS("8"), RES("a:00:8")), COCO_E_OMS_NAME },
	{ "shard of nothing", DOC(SHARDS("8"), RES(":0:8")), COCO_E_OMS_NAME },
	{ "shard number overflow", DOC(SHARDS("8"), RES("a:0:18446744073709551616")),
	  COCO_E_OMS_NAME },
	{ "empty shard", DOC(SHARDS("8"), RES("a:0:0")), COCO_E_OMS_SHARDS },
	{ "backward shard", DOC(SHARDS("8"), RES("a:8:0")), COCO_E_OMS_SHARDS },
	{ "shard too long", DOC(SHARDS("8"), RES("a:0:9")), COCO_E_OMS_SHARDS },
	{ "first shard missing", DOC(SHARDS("8"), RES("a:8:16")), COCO_E_OMS_SHARDS },
	{ "gap", DOC(SHARDS("8"), RES("a:0:8") "," RES("a:16:24")), COCO_E_OMS_SHARDS },
	{ "short shard in the middle", DOC(SHARDS("8"), RES("a:0:7") "," RES("a:7:15")),
	  COCO_E_OMS_SHARDS },
	{ "overlap", DOC(SHARDS("8"), RES("a:0:8") "," RES("a:7:15")), COCO_E_OMS_SHARDS },
	{ "same shard twice", DOC(SHARDS("8"), RES("a:0:8") "," RES("a:0:8")),
	  COCO_E_OMS_DUPLICATE },
	{ "old predicate, other digest",
	  "{" TYPE ",\"subject\":[{\"name\":\"a\",\"digest\":{\"sha1\":\""
	  H32 "\"}}],\"predicateType\":\"https://model_signing/Digests/v0.1\"}",
	  COCO_E_FORMAT_JSON_TYPE },
	{ "old predicate, upward name",
	  "{" TYPE ",\"subject\":[{\"name\":\"../a\",\"digest\":{\"sha256\":\""
	  H32 "\"}}],\"predicateType\":\"https://model_signing/Digests/v0.1\"}", COCO_E_OMS_NAME },
	{ "old predicate, empty", "{" TYPE ",\"subject\":[],\"predicateType\":"
	  "\"https://model_signing/Digests/v0.1\"}", COCO_E_MODEL_EMPTY },
};

static void test_refused(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_oms oms;
		struct coco_diag d;
		int r = decode(bad[i].text, &oms, &d);

		if (r != bad[i].code)
			print_error("case: %s\n", bad[i].label);
		assert_err(r, bad[i].code, &d);
	}
}

static void test_every_truncation_is_refused(void **state COCO_UNUSED)
{
	static const char text[] = DOC(SHARDS("8"), RES("a:0:8") "," RES("a:8:9"));
	struct coco_oms oms;
	struct coco_diag d;

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		uint8_t *copy = coco_test_guard(text, n);

		coco_diag_init(&d);
		assert_int_not_equal(coco_oms_decode(&oms, coco_view_of(copy, n), &d), 0);
		coco_test_unguard(copy, n);
	}
}

static void test_message_has_no_name(void **state COCO_UNUSED)
{
	static const char *const texts[] = {
		DOC(FILES, RES("canary/../x")), DOC(FILES, RES("canary") "," RES("canary")),
		DOC(SHARDS("8"), RES("canary")), DOC(FILES, RES("canary") "canary"),
		DOC(FILES, "{\"name\":\"canary\",\"canary\":1,\"canary\":2}"),
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		struct coco_oms oms;
		struct coco_diag d;

		assert_int_not_equal(decode(texts[i], &oms, &d), 0);
		assert_null(strstr(d.message, "canary"));
		assert_null(strstr(d.pointer, "canary"));
		assert_null(strstr(d.actual, "canary"));
		assert_int_equal(d.n_causes, 0);
	}
}

static void assert_same(const struct coco_oms *a, const struct coco_oms *b)
{
	assert_string_equal(a->subject, b->subject);
	assert_memory_equal(a->root, b->root, COCO_OMS_ROOT);
	assert_int_equal(a->method, b->method);
	assert_int_equal(a->hash, b->hash);
	assert_int_equal(a->allow_symlinks, b->allow_symlinks);
	assert_int_equal(a->shard_size, b->shard_size);
	assert_int_equal(a->n_ignore, b->n_ignore);
	for (size_t i = 0; i < a->n_ignore; i++)
		assert_string_equal(a->ignore[i], b->ignore[i]);
	assert_int_equal(a->n_resources, b->n_resources);
	for (size_t i = 0; i < a->n_resources; i++) {
		assert_string_equal(a->resources[i].name, b->resources[i].name);
		assert_int_equal(a->resources[i].start, b->resources[i].start);
		assert_int_equal(a->resources[i].end, b->resources[i].end);
		assert_memory_equal(coco_oms_digest(a, i), coco_oms_digest(b, i),
				    coco_oms_digest_size(a->hash));
	}
}

static void test_round_trip(void **state COCO_UNUSED)
{
	static struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(good); i++) {
		struct coco_oms a;
		struct coco_oms b;
		uint8_t *text = NULL;
		size_t n = 0;

		assert_ok(decode(good[i].text, &a, &d), &d);
		if (a.old_predicate) {
			assert_err(coco_oms_encode(&a, &text, &n, &d), COCO_E_OMS_STATEMENT, &d);
			coco_oms_clear(&a);
			continue;
		}
		assert_ok(coco_oms_encode(&a, &text, &n, &d), &d);
		assert_ok(coco_oms_decode(&b, coco_view_of(text, n), &d), &d);
		assert_same(&a, &b);
		coco_free(text);
		coco_oms_clear(&a);
		coco_oms_clear(&b);
	}
}

static void test_encoded_bytes(void **state COCO_UNUSED)
{
	static const char want[] =
		"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"m\","
		"\"digest\":{\"sha256\":\"" H32 "\"}}],\"predicateType\":"
		"\"https://model_signing/signature/v1.0\",\"predicate\":{\"serialization\":{"
		"\"method\":\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,"
		"\"ignore_paths\":[\".git\"]},\"resources\":[{\"name\":\"a\",\"digest\":\"" H32
		"\",\"algorithm\":\"sha256\"}]}}";
	struct coco_oms oms;
	struct coco_diag d;
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(decode(want, &oms, &d), &d);
	assert_ok(coco_oms_encode(&oms, &text, &n, &d), &d);
	assert_string_equal((const char *)text, want);
	coco_free(text);
	coco_oms_clear(&oms);
}

static void encode_fails(const struct coco_oms *oms, int code)
{
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	assert_err(coco_oms_encode(oms, &text, &n, &d), code, &d);
	assert_null(text);
}

static void test_encoder_refuses(void **state COCO_UNUSED)
{
	static const uint8_t digests[64];
	static const char *const up[] = { "../x" };
	struct coco_oms_resource res[2] = { { .name = "a" }, { .name = "." } };
	struct coco_oms oms = { .subject = "m", .resources = res, .digests = digests };

	encode_fails(&oms, COCO_E_MODEL_EMPTY);
	oms.n_resources = 2;
	encode_fails(&oms, COCO_E_OMS_NAME);
	res[1].name = "/b";
	encode_fails(&oms, COCO_E_OMS_NAME);
	res[1].name = "b";
	oms.ignore = up;
	oms.n_ignore = 1;
	encode_fails(&oms, COCO_E_OMS_NAME);
	oms.n_ignore = 0;
	oms.method = COCO_OMS_SHARDS;
	encode_fails(&oms, COCO_E_OMS_STATEMENT);
	oms.method = COCO_OMS_FILES;
	oms.subject = "\xff";
	encode_fails(&oms, COCO_E_OMS_NAME);
	oms.subject = "m";
	oms.n_resources = COCO_OMS_MAX_RESOURCES + 1;
	encode_fails(&oms, COCO_E_LIMIT_SIZE);
}

static void test_component_order(void **state COCO_UNUSED)
{
	static const char *const sorted[] = { "a",   "a/b", "a/b/c", "a/b-", "a\x01", "a b",
					      "a-b", "a.b", "a0",    "b",    "\xc3\xa9" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(sorted); i++)
		for (size_t j = 0; j < COCO_ARRAY_LEN(sorted); j++) {
			int r = coco_oms_component_cmp(sorted[i], sorted[j]);

			assert_int_equal((r > 0) - (r < 0), (i > j) - (i < j));
		}
}

/* Golden statements of the reference implementation. */
static void test_upstream_goldens(void **state COCO_UNUSED)
{
	static const struct {
		const char *file;
		size_t n;
		const char *first;
		uint64_t shard_size;
	} cases[] = {
		{ "sample_model_folder", 10, "d0/f00", 0 },
		{ "sample_model_folder_small_shards", 30, "d0/f00", 8 },
		{ "deep_model_folder", 4, "d0/d1/d2/d3/d4/f0", 0 },
		{ "sample_model_file", 1, ".", 0 },
		{ "sample_model_file_small_shards", 3, ".", 8 },
		{ "model_folder_with_empty_file", 1, "empty_file", 0 },
		{ "symlink_model_folder", 1, "symlink_file", 0 },
		{ "empty_model_folder", 0, "", 0 },
		{ "model_folder_with_empty_file_small_shards", 0, "", 8 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		char name[128];
		struct coco_oms oms;
		struct coco_diag d = { 0 };
		size_t n = 0;

		snprintf(name, sizeof(name), "packaging/oms/payload/%s.json", cases[i].file);
		const char *path = coco_test_vectors(name);
		if (path == NULL)
			skip();
		uint8_t *text = coco_test_slurp(path, &n);
		int r = coco_oms_decode(&oms, coco_view_of(text, n), &d);
		coco_free(text);
		if (cases[i].n == 0) { /* the specification forbids what 1.1.1 signs here */
			assert_err(r, COCO_E_MODEL_EMPTY, &d);
			continue;
		}
		assert_ok(r, &d);
		assert_int_equal(oms.n_resources, cases[i].n);
		assert_string_equal(oms.resources[0].name, cases[i].first);
		assert_int_equal(oms.shard_size, cases[i].shard_size);
		assert_true(oms.allow_symlinks);
		coco_oms_clear(&oms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tolerated),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_message_has_no_name),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_encoded_bytes),
		cmocka_unit_test(test_encoder_refuses),
		cmocka_unit_test(test_component_order),
		cmocka_unit_test(test_upstream_goldens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
