/*
 * test_oci.c - OCI digests, descriptors, manifests and indexes.
 */
#include "formats/model/oci.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/support.h"

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DESC(media, hex, size) \
	"{\"mediaType\":\"" media "\",\"digest\":\"sha256:" hex "\",\"size\":" size "}"
#define CONFIG "\"config\":" DESC("application/vnd.oci.empty.v1+json", HEX_A, "2")
#define LAYER DESC("text/plain", HEX_B, "5")
#define MANIFEST(head, rest) "{\"schemaVersion\":2," head CONFIG ",\"layers\":[" LAYER "]" rest "}"
#define INDEX(entries, rest) "{\"schemaVersion\":2,\"manifests\":[" entries "]" rest "}"

static struct coco_view text_view(const char *text)
{
	return coco_view_of(text, strlen(text));
}

static void test_digest(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_digest g;
	struct coco_digest h = { { 0 } };
	char text[COCO_OCI_DIGEST_TEXT];

	assert_ok(coco_digest_parse(&g, "sha256:" HEX_A, &d), &d);
	assert_int_equal(g.sha256[31], 0xaa);
	coco_digest_text(text, &g);
	assert_string_equal(text, "sha256:" HEX_A);
	assert_true(coco_digest_equal(&g, &g));
	assert_false(coco_digest_equal(&g, &h));
}

static void test_digest_bad(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"",
		"sha256",
		"sha256:",
		HEX_A,
		"sha256:" HEX_A "a",
		"sha256:" HEX_A "\n",
		"sha256:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"sha256:../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"sha256:/etc/passwdaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"SHA256:" HEX_A,
		" sha256:" HEX_A,
		"sha512:" HEX_A HEX_A,
		"blake3:" HEX_A,
		"md5:0123",
	};

	struct coco_diag d;
	struct coco_digest g = { { 7 } };

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_err(coco_digest_parse(&g, bad[i], &d), COCO_E_FORMAT_VALUE, &d);
		assert_int_equal(g.sha256[0], 7);
	}
	coco_diag_init(&d);
	assert_err(coco_digest_parse(&g, "sha512:" HEX_A HEX_A, &d), COCO_E_FORMAT_VALUE, &d);
	assert_non_null(strstr(d.message, "not supported"));
}

static void test_tag(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "", ".a", "-a", "a b", "a/b", "a:b", "\xc3\xbc", "a\n" };
	char tag[COCO_OCI_TAG_MAX + 2];

	memset(tag, 'x', sizeof(tag));
	tag[COCO_OCI_TAG_MAX + 1] = '\0';
	assert_false(coco_tag_valid(tag));
	tag[COCO_OCI_TAG_MAX] = '\0';
	assert_true(coco_tag_valid(tag));
	assert_true(coco_tag_valid("v1.0-rc_1"));
	assert_true(coco_tag_valid("_"));
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++)
		assert_false(coco_tag_valid(bad[i]));
}

static void test_manifest(void **state COCO_UNUSED)
{
	static const char text[] =
		MANIFEST("\"mediaType\":\"" COCO_MT_MANIFEST "\",\"artifactType\":\"a/b\",",
			 ",\"subject\":" DESC(COCO_MT_MANIFEST, HEX_B, "641")
			 ",\"annotations\":{\"k\":\"v\",\"org.x\":\"\\u00e9\\n\"},\"future\":[1]");
	struct coco_diag d = { 0 };
	struct coco_manifest m;

	assert_ok(coco_manifest_decode(&m, text_view(text), &d), &d);
	assert_string_equal(m.artifact_type, "a/b");
	assert_string_equal(m.config.media_type, COCO_MT_EMPTY);
	assert_int_equal(m.config.size, 2);
	assert_int_equal(m.n_layers, 1);
	assert_int_equal(m.layers[0].size, 5);
	assert_true(m.has_subject);
	assert_int_equal(m.subject.size, 641);
	assert_int_equal(m.subject.digest.sha256[0], 0xbb);
	assert_string_equal(coco_annotation_get(m.annotations, m.n_annotations, "k"), "v");
	assert_string_equal(coco_annotation_get(m.annotations, m.n_annotations, "org.x"),
			    "\xc3\xa9\n");
	assert_null(coco_annotation_get(m.annotations, m.n_annotations, "none"));
	coco_manifest_free(&m);

	assert_ok(coco_manifest_decode(&m, text_view(MANIFEST("", "")), &d), &d);
	assert_null(m.artifact_type);
	assert_false(m.has_subject);
	coco_manifest_free(&m);
	coco_manifest_free(&m);
}

static void test_null_counts_as_absent(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_manifest m;
	struct coco_index x;

	assert_ok(coco_manifest_decode(&m,
				       text_view("{\"schemaVersion\":2," CONFIG ",\"layers\":null,"
						 "\"subject\":null,\"annotations\":null,"
						 "\"artifactType\":null,\"mediaType\":null}"),
				       &d),
		  &d);
	assert_int_equal(m.n_layers, 0);
	assert_false(m.has_subject);
	coco_manifest_free(&m);
	assert_ok(coco_index_decode(&x, text_view("{\"schemaVersion\":2,\"manifests\":null}"), &d),
		  &d);
	assert_int_equal(x.n_manifests, 0);
	coco_index_free(&x);
}

struct defect {
	const char *name;
	const char *text;
	int code;
	const char *pointer; /* NULL: not checked */
};

static void check_manifest_defects(const struct defect *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct coco_diag d = { 0 };
		struct coco_manifest m = { .n_layers = 77 };
		size_t len = strlen(t[i].text);
		uint8_t *guarded = coco_test_guard(t[i].text, len);

		print_message("manifest: %s\n", t[i].name);
		assert_err(coco_manifest_decode(&m, coco_view_of(guarded, len), &d), t[i].code,
			   &d);
		if (t[i].pointer != NULL)
			assert_string_equal(d.pointer, t[i].pointer);
		assert_int_equal(m.n_layers, 77);
		coco_test_unguard(guarded, len);
	}
}

static void test_manifest_defects(void **state COCO_UNUSED)
{
	static const struct defect bad[] = {
		{ "empty", "", COCO_E_FORMAT_JSON, NULL },
		{ "not an object", "[]", COCO_E_FORMAT_JSON_TYPE, "/" },
		{ "trailing bytes", MANIFEST("", "") "{}", COCO_E_FORMAT_JSON, NULL },
		{ "truncated", "{\"schemaVersion\":2,\"config\":", COCO_E_FORMAT_JSON, NULL },
		{ "schema version absent", "{" CONFIG ",\"layers\":[]}", COCO_E_FORMAT_JSON_TYPE,
		  "/schemaVersion" },
		{ "schema version 1", "{\"schemaVersion\":1," CONFIG ",\"layers\":[]}",
		  COCO_E_FORMAT_VALUE, "/schemaVersion" },
		{ "schema version as text", "{\"schemaVersion\":\"2\"," CONFIG ",\"layers\":[]}",
		  COCO_E_FORMAT_JSON_TYPE, "/schemaVersion" },
		{ "media type of an index", MANIFEST("\"mediaType\":\"" COCO_MT_INDEX "\",", ""),
		  COCO_E_FORMAT_VALUE, "/mediaType" },
		{ "ambiguous with an index", MANIFEST("", ",\"manifests\":[]"),
		  COCO_E_FORMAT_VALUE, "/manifests" },
		{ "ambiguous with docker schema 1", MANIFEST("", ",\"fsLayers\":[]"),
		  COCO_E_FORMAT_VALUE, "/fsLayers" },
		{ "duplicate member", MANIFEST("", ",\"layers\":[]"),
		  COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ "duplicate annotation",
		  MANIFEST("", ",\"annotations\":{\"a\":\"1\",\"a\":\"2\"}"),
		  COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ "config absent", "{\"schemaVersion\":2,\"layers\":[]}", COCO_E_FORMAT_JSON_TYPE,
		  "/config" },
		{ "layers absent", "{\"schemaVersion\":2," CONFIG "}", COCO_E_FORMAT_JSON_TYPE,
		  "/layers" },
		{ "layer not an object",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[" LAYER ",7]}",
		  COCO_E_FORMAT_JSON_TYPE, "/layers/1" },
		{ "digest with a path",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"mediaType\":\"a/b\","
		  "\"digest\":\"sha256:../../../../../etc/passwd\",\"size\":1}]}",
		  COCO_E_FORMAT_VALUE, "/layers/0/digest" },
		{ "digest with NUL",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"mediaType\":\"a/b\","
		  "\"digest\":\"sha256:" HEX_A "\\u0000\",\"size\":1}]}",
		  COCO_E_FORMAT_JSON, NULL },
		{ "digest absent",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"mediaType\":\"a/b\","
		  "\"size\":1}]}",
		  COCO_E_FORMAT_JSON_TYPE, "/layers/0/digest" },
		{ "digest of another algorithm",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"mediaType\":\"a/b\","
		  "\"digest\":\"sha512:" HEX_A HEX_A "\",\"size\":1}]}",
		  COCO_E_FORMAT_VALUE, "/layers/0/digest" },
		{ "size negative",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[" DESC("a/b", HEX_A, "-1") "]}",
		  COCO_E_FORMAT_VALUE, "/layers/0/size" },
		{ "size 2^63",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":["
		  DESC("a/b", HEX_A, "9223372036854775808") "]}",
		  COCO_E_FORMAT_JSON, NULL },
		{ "size real",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[" DESC("a/b", HEX_A, "1.0") "]}",
		  COCO_E_FORMAT_JSON_TYPE, "/layers/0/size" },
		{ "size text",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[" DESC("a/b", HEX_A, "\"1\"") "]}",
		  COCO_E_FORMAT_JSON_TYPE, "/layers/0/size" },
		{ "media type empty",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[" DESC("", HEX_A, "1") "]}",
		  COCO_E_FORMAT_VALUE, "/layers/0/mediaType" },
		{ "media type with a blank",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[" DESC("a /b", HEX_A, "1") "]}",
		  COCO_E_FORMAT_VALUE, "/layers/0/mediaType" },
		{ "media type with an escape",
		  "{\"schemaVersion\":2," CONFIG ",\"layers\":[" DESC("a/\\u001b[2J", HEX_A, "1")
		  "]}",
		  COCO_E_FORMAT_VALUE, "/layers/0/mediaType" },
		{ "artifact type a number", MANIFEST("\"artifactType\":1,", ""),
		  COCO_E_FORMAT_JSON_TYPE, "/artifactType" },
		{ "annotation a number", MANIFEST("", ",\"annotations\":{\"a\":1}"),
		  COCO_E_FORMAT_JSON_TYPE, "/annotations/a" },
		{ "annotations an array", MANIFEST("", ",\"annotations\":[]"),
		  COCO_E_FORMAT_JSON_TYPE, "/annotations" },
		{ "subject a string", MANIFEST("", ",\"subject\":\"sha256:" HEX_A "\""),
		  COCO_E_FORMAT_JSON_TYPE, "/subject" },
		{ "subject without size",
		  MANIFEST("", ",\"subject\":{\"mediaType\":\"a/b\",\"digest\":\"sha256:" HEX_A
			       "\"}"),
		  COCO_E_FORMAT_JSON_TYPE, "/subject/size" },
		{ "invalid UTF-8", MANIFEST("", ",\"annotations\":{\"a\":\"\xff\"}"),
		  COCO_E_FORMAT_JSON, NULL },
	};

	check_manifest_defects(bad, COCO_ARRAY_LEN(bad));
}

static void test_index_defects(void **state COCO_UNUSED)
{
	static const struct defect bad[] = {
		{ "media type of a manifest",
		  INDEX("", ",\"mediaType\":\"" COCO_MT_MANIFEST "\""), COCO_E_FORMAT_VALUE,
		  "/mediaType" },
		{ "manifests absent", "{\"schemaVersion\":2}", COCO_E_FORMAT_JSON_TYPE,
		  "/manifests" },
		{ "manifests an object", "{\"schemaVersion\":2,\"manifests\":{}}",
		  COCO_E_FORMAT_JSON_TYPE, "/manifests" },
		{ "ambiguous layers", INDEX("", ",\"layers\":[]"), COCO_E_FORMAT_VALUE,
		  "/layers" },
		{ "ambiguous config", INDEX("", ",\"config\":{}"), COCO_E_FORMAT_VALUE,
		  "/config" },
		{ "duplicate member", INDEX("", ",\"manifests\":[]"),
		  COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ "duplicate member in an entry",
		  INDEX("{\"mediaType\":\"a/b\",\"digest\":\"sha256:" HEX_A
			"\",\"digest\":\"sha256:" HEX_B "\",\"size\":1}",
			""),
		  COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ "entry with a path as digest",
		  INDEX("{\"mediaType\":\"a/b\",\"digest\":\"../x:" HEX_A "\",\"size\":1}", ""),
		  COCO_E_FORMAT_VALUE, "/manifests/0/digest" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_diag d = { 0 };
		struct coco_index x;

		print_message("index: %s\n", bad[i].name);
		assert_err(coco_index_decode(&x, text_view(bad[i].text), &d), bad[i].code, &d);
		if (bad[i].pointer != NULL)
			assert_string_equal(d.pointer, bad[i].pointer);
	}
}

/* An index with n equal entries, given by coco_wr_finish. */
static uint8_t *big_index(size_t n, size_t *ret_n)
{
	struct coco_wr wr;
	uint8_t *text = NULL;
	struct coco_diag d = { 0 };

	coco_wr_init(&wr, COCO_OCI_INDEX_TEXT_MAX + 4096);
	coco_wr_str(&wr, "{\"schemaVersion\":2,\"manifests\":[");
	for (size_t i = 0; i < n; i++)
		coco_wr_printf(&wr, "%s%s", i != 0 ? "," : "", DESC("a/b", HEX_A, "1"));
	coco_wr_str(&wr, "]}");
	assert_ok(coco_wr_finish(&wr, &text, ret_n, &d), &d);
	return text;
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_index x;
	struct coco_manifest m;
	size_t n = 0;
	uint8_t *text = big_index(COCO_OCI_INDEX_MAX, &n);

	assert_ok(coco_index_decode(&x, coco_view_of(text, n), &d), &d);
	assert_int_equal(x.n_manifests, COCO_OCI_INDEX_MAX);
	coco_index_free(&x);
	coco_free(text);
	text = big_index(COCO_OCI_INDEX_MAX + 1, &n);
	assert_err(coco_index_decode(&x, coco_view_of(text, n), &d), COCO_E_LIMIT_SIZE, &d);
	coco_free(text);

	/* one byte more than allowed, before any parsing */
	text = coco_zalloc(COCO_OCI_INDEX_TEXT_MAX + 1, 1);
	assert_non_null(text);
	memset(text, ' ', COCO_OCI_INDEX_TEXT_MAX + 1);
	coco_diag_init(&d);
	assert_err(coco_index_decode(&x, coco_view_of(text, COCO_OCI_INDEX_TEXT_MAX + 1), &d),
		   COCO_E_LIMIT_SIZE, &d);
	coco_diag_init(&d);
	assert_err(coco_manifest_decode(&m, coco_view_of(text, COCO_OCI_MANIFEST_MAX + 1), &d),
		   COCO_E_LIMIT_SIZE, &d);
	/* nesting is refused before the recursive parser sees it */
	memset(text, '[', COCO_OCI_MANIFEST_MAX);
	coco_diag_init(&d);
	assert_err(coco_manifest_decode(&m, coco_view_of(text, COCO_OCI_MANIFEST_MAX), &d),
		   COCO_E_LIMIT_DEPTH, &d);
	coco_free(text);
}

static void test_annotation_limit(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	struct coco_manifest m;
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&wr, 1 << 16);
	coco_wr_str(&wr, "{\"schemaVersion\":2," CONFIG ",\"layers\":[],\"annotations\":{");
	for (int i = 0; i <= COCO_OCI_ANNOTATIONS_MAX; i++)
		coco_wr_printf(&wr, "%s\"k%d\":\"\"", i != 0 ? "," : "", i);
	coco_wr_str(&wr, "}}");
	assert_ok(coco_wr_finish(&wr, &text, &n, &d), &d);
	assert_err(coco_manifest_decode(&m, coco_view_of(text, n), &d), COCO_E_LIMIT_SIZE, &d);
	assert_string_equal(d.pointer, "/annotations");
	coco_free(text);

	struct coco_annotation *list = NULL;
	size_t count = 0;
	coco_diag_init(&d);
	for (int i = 0; i < COCO_OCI_ANNOTATIONS_MAX; i++)
		assert_ok(coco_annotation_add(&list, &count, "a", "b", &d), &d);
	assert_err(coco_annotation_add(&list, &count, "a", "b", &d), COCO_E_LIMIT_SIZE, &d);
	assert_int_equal(count, COCO_OCI_ANNOTATIONS_MAX);
	struct coco_index x = { .annotations = list, .n_annotations = count };
	coco_index_free(&x);
}

static void test_layout_file(void **state COCO_UNUSED)
{
	static const struct defect cases[] = {
		{ "1.0.0", "{\"imageLayoutVersion\":\"1.0.0\"}", 0, NULL },
		{ "1.1.0 and more members", "{\"imageLayoutVersion\":\"1.1.0\",\"x\":1}\n", 0,
		  NULL },
		{ "2.0.0", "{\"imageLayoutVersion\":\"2.0.0\"}", COCO_E_LAYOUT_FORMAT,
		  "/imageLayoutVersion" },
		{ "10.0", "{\"imageLayoutVersion\":\"10.0\"}", COCO_E_LAYOUT_FORMAT, NULL },
		{ "1.", "{\"imageLayoutVersion\":\"1.\"}", COCO_E_LAYOUT_FORMAT, NULL },
		{ "1.0.0-x", "{\"imageLayoutVersion\":\"1.0.0-x\"}", COCO_E_LAYOUT_FORMAT, NULL },
		{ "number", "{\"imageLayoutVersion\":1}", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "absent", "{}", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "empty", "", COCO_E_FORMAT_JSON, NULL },
		{ "array", "[]", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "twice", "{\"imageLayoutVersion\":\"1.0.0\",\"imageLayoutVersion\":\"1.0.0\"}",
		  COCO_E_FORMAT_JSON_DUPLICATE, NULL },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_diag d = { 0 };
		int r = coco_oci_layout_check(text_view(cases[i].text), &d);

		print_message("oci-layout: %s\n", cases[i].name);
		if (cases[i].code == 0)
			assert_ok(r, &d);
		else
			assert_err(r, cases[i].code, &d);
		if (cases[i].pointer != NULL)
			assert_string_equal(d.pointer, cases[i].pointer);
	}
}

static void encode_index(const struct coco_index *x, uint8_t **ret, size_t *ret_n)
{
	static struct coco_diag d;
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_OCI_INDEX_TEXT_MAX);
	coco_index_encode(&wr, x);
	assert_ok(coco_wr_finish(&wr, ret, ret_n, &d), &d);
}

static void test_index_keeps_everything(void **state COCO_UNUSED)
{
	/* members that the structs do not name survive; null annotations go */
	static const char in[] = INDEX(
		"{\"mediaType\":\"a/b\",\"platform\":{\"os\":\"linux\",\"n\":[1,2.5,null,true]},"
		"\"digest\":\"sha256:" HEX_A "\",\"size\":9007199254740993,\"data\":\"e30=\","
		"\"artifactType\":\"x/y\",\"annotations\":{\"z\":\"1\",\"a\":\"\\\"\\\\\"}}",
		",\"annotations\":{\"q\":\"r\"},\"artifactType\":\"t/t\",\"subject\":{\"k\":1}");
	static const char out[] =
		"{\"schemaVersion\":2,\"mediaType\":\"" COCO_MT_INDEX "\",\"manifests\":[{"
		"\"mediaType\":\"a/b\",\"digest\":\"sha256:" HEX_A "\",\"size\":9007199254740993,"
		"\"artifactType\":\"x/y\",\"annotations\":{\"z\":\"1\",\"a\":\"\\\"\\\\\"},"
		"\"platform\":{\"os\":\"linux\",\"n\":[1,2.5,null,true]},\"data\":\"e30=\"}],"
		"\"annotations\":{\"q\":\"r\"},\"artifactType\":\"t/t\",\"subject\":{\"k\":1}}";
	struct coco_diag d = { 0 };
	struct coco_index x;
	struct coco_descriptor copy;
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_index_decode(&x, text_view(in), &d), &d);
	encode_index(&x, &text, &n);
	assert_string_equal((char *)text, out);
	coco_free(text);
	assert_ok(coco_descriptor_copy(&copy, &x.manifests[0], &d), &d);
	coco_descriptor_free(&x.manifests[0]);
	x.manifests[0] = copy;
	encode_index(&x, &text, &n);
	assert_string_equal((char *)text, out);
	coco_free(text);
	coco_index_free(&x);
}

static void test_manifest_encode(void **state COCO_UNUSED)
{
	static const char want[] =
		"{\"schemaVersion\":2,\"mediaType\":\"" COCO_MT_MANIFEST "\","
		"\"artifactType\":\"a/b\","
		CONFIG ",\"layers\":[" LAYER "],\"subject\":" DESC("s/s", HEX_B, "0")
		",\"annotations\":{\"k\":\"v\"}}";
	struct coco_diag d = { 0 };
	struct coco_manifest m;
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_manifest_decode(&m, text_view(want), &d), &d);
	coco_wr_init(&wr, COCO_OCI_MANIFEST_MAX);
	coco_manifest_encode(&wr, &m);
	assert_ok(coco_wr_finish(&wr, &text, &n, &d), &d);
	assert_string_equal((char *)text, want);
	coco_free(text);
	/* too small an output is an error, not a truncation */
	coco_wr_init(&wr, 100);
	coco_manifest_encode(&wr, &m);
	assert_err(coco_wr_finish(&wr, &text, &n, &d), COCO_E_LIMIT_SIZE, &d);
	coco_manifest_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_digest_bad),
		cmocka_unit_test(test_tag),
		cmocka_unit_test(test_manifest),
		cmocka_unit_test(test_null_counts_as_absent),
		cmocka_unit_test(test_manifest_defects),
		cmocka_unit_test(test_index_defects),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_annotation_limit),
		cmocka_unit_test(test_layout_file),
		cmocka_unit_test(test_index_keeps_everything),
		cmocka_unit_test(test_manifest_encode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
