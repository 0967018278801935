/*
 * test_package.c - header, statement and manifest shape of a model package:
 * round trips, and every defect by name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/package.h"
#include "tests/support/alloc_fail.h"

#define ID "000102030405060708090a0b0c0d0e0f"
#define DIGEST "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HEX64 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const char good_header[] =
	"{\"format\":\"cococtl/model-package\",\"format_version\":1,\"suite\":\"cobblestone-256\","
	"\"package_id\":\"" ID "\",\"version\":3,\"previous\":\"" DIGEST "\","
	"\"key_id\":\"kbs:///default/model-key/x\",\"segment_size\":65536,\"segment_count\":2,"
	"\"plaintext_at_rest\":\"deny\",\"critical\":[\"plaintext_at_rest\"]}";

static const char good_statement[] =
	"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"model-package\","
	"\"digest\":{\"sha256\":\"" HEX64 "\"}}],"
	"\"predicateType\":\"https://cococtl/model-package/v1\","
	"\"predicate\":{\"catalogue\":\"" DIGEST "\",\"package_id\":\"" ID "\",\"version\":1,"
	"\"key_id\":\"kbs:///a/b/c\",\"segment_size\":65536,\"segment_count\":1,"
	"\"plaintext_at_rest\":\"allow\",\"critical\":[]}}";

/* text with its first occurrence of from replaced; freed by the caller. */
static char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	size_t room = strlen(text) + strlen(to) + 1;
	char *out = malloc(room);

	assert_non_null(at);
	assert_non_null(out);
	snprintf(out, room, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return out;
}

static struct coco_view view(const char *text)
{
	return coco_view_of(text, strlen(text));
}

static void test_header_round_trip(void **state COCO_UNUSED)
{
	struct coco_pkg_header h;
	struct coco_pkg_header again;
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_pkg_header_decode(&h, view(good_header), &d), &d);
	assert_int_equal(h.version, 3);
	assert_true(h.has_previous);
	assert_int_equal(h.package_id[15], 0x0f);
	assert_string_equal(h.key_id, "kbs:///default/model-key/x");
	assert_int_equal(h.at_rest, COCO_AT_REST_DENY);
	coco_wr_init(&wr, 4096);
	coco_pkg_header_encode(&wr, &h);
	assert_ok(coco_wr_finish(&wr, &text, &n, &d), &d);
	assert_string_equal((char *)text, good_header);
	assert_ok(coco_pkg_header_decode(&again, coco_view_of(text, n), &d), &d);
	assert_true(coco_pkg_header_equal(&h, &again));
	coco_free(text);
	coco_pkg_header_free(&h);
	coco_pkg_header_free(&again);
}

static void test_header_equal(void **state COCO_UNUSED)
{
	static const char *const changes[][2] = {
		{ ID, "ff0102030405060708090a0b0c0d0e0f" },
		{ "\"version\":3", "\"version\":4" },
		{ "\"previous\":\"" DIGEST "\",", "" },
		{ "e3b0", "e3b1" },
		{ "model-key/x", "model-key/y" },
		{ "65536", "131072" },
		{ "\"segment_count\":2", "\"segment_count\":3" },
		{ "\"deny\"", "\"allow\"" },
	};
	struct coco_pkg_header a;

	assert_ok(coco_pkg_header_decode(&a, view(good_header), NULL), NULL);
	for (size_t i = 0; i < COCO_ARRAY_LEN(changes); i++) {
		char *text = replaced(good_header, changes[i][0], changes[i][1]);
		struct coco_pkg_header b;
		struct coco_diag d = { 0 };

		assert_ok(coco_pkg_header_decode(&b, view(text), &d), &d);
		assert_false(coco_pkg_header_equal(&a, &b));
		assert_false(coco_pkg_header_equal(&b, &a));
		coco_pkg_header_free(&b);
		free(text);
	}
	coco_pkg_header_free(&a);
}

struct defect {
	const char *from;
	const char *to;
	int code;
};

static void check_header(const struct defect *x)
{
	char *text = replaced(good_header, x->from, x->to);
	struct coco_pkg_header h;
	struct coco_diag d = { 0 };

	assert_err(coco_pkg_header_decode(&h, view(text), &d), x->code, &d);
	free(text);
}

static void test_header_defects(void **state COCO_UNUSED)
{
	static const struct defect list[] = {
		{ "cococtl/model-package", "other/format", COCO_E_PACKAGE_VERSION },
		{ "\"format\":", "\"formats\":", COCO_E_FORMAT_JSON_TYPE },
		{ "\"format_version\":1", "\"format_version\":2", COCO_E_PACKAGE_VERSION },
		{ "\"format_version\":1", "\"format_version\":\"1\"", COCO_E_FORMAT_JSON_TYPE },
		{ "cobblestone-256", "cobblestone-128", COCO_E_PACKAGE_VERSION },
		{ ID, "0001", COCO_E_FORMAT_HEX },
		{ ID, "zz0102030405060708090a0b0c0d0e0f", COCO_E_FORMAT_HEX },
		{ "\"version\":3", "\"version\":0", COCO_E_FORMAT_VALUE },
		{ "\"version\":3", "\"version\":-1", COCO_E_FORMAT_VALUE },
		{ "\"version\":3", "\"version\":9223372036854775808", COCO_E_FORMAT_JSON },
		{ "\"version\":3", "\"version\":1e400", COCO_E_FORMAT_JSON },
		{ "\"version\":3", "\"version\":3.0", COCO_E_FORMAT_JSON_TYPE },
		{ "\"version\":3", "\"version\":3,\"version\":4", COCO_E_FORMAT_JSON_DUPLICATE },
		{ "\"" DIGEST "\"", "\"sha256:E3\"", COCO_E_FORMAT_VALUE },
		{ "\"" DIGEST "\"", "\"md5:00\"", COCO_E_FORMAT_VALUE },
		{ "\"" DIGEST "\"", "null", COCO_E_FORMAT_JSON_TYPE },
		{ "kbs:///default/model-key/x", "", COCO_E_FORMAT_VALUE },
		{ "kbs:///default/model-key/x", "with blank", COCO_E_FORMAT_VALUE },
		{ "kbs:///default/model-key/x", "line\\nfeed", COCO_E_FORMAT_VALUE },
		{ "kbs:///default/model-key/x", "caf\xc3\xa9", COCO_E_FORMAT_VALUE },
		{ "65536", "32768", COCO_E_FORMAT_VALUE },
		{ "65536", "65537", COCO_E_FORMAT_VALUE },
		{ "65536", "0", COCO_E_FORMAT_VALUE },
		{ "65536", "8589934592", COCO_E_FORMAT_VALUE },
		{ "\"segment_count\":2", "\"segment_count\":10001", COCO_E_FORMAT_VALUE },
		{ "\"segment_count\":2", "\"segment_count\":true", COCO_E_FORMAT_JSON_TYPE },
		{ "\"deny\"", "\"never\"", COCO_E_FORMAT_VALUE },
		{ "\"deny\"", "7", COCO_E_FORMAT_JSON_TYPE },
		{ "[\"plaintext_at_rest\"]", "[\"plaintext_at_rest\",\"new\"]", COCO_E_CRITICAL },
		{ "[\"plaintext_at_rest\"]", "[\"\"]", COCO_E_CRITICAL },
		{ "[\"plaintext_at_rest\"]", "[1]", COCO_E_FORMAT_JSON_TYPE },
		{ "[\"plaintext_at_rest\"]", "{}", COCO_E_FORMAT_JSON_TYPE },
		{ "]}", "]}x", COCO_E_FORMAT_JSON },
		{ "]}", "]", COCO_E_FORMAT_JSON },
		{ "{\"format\"", "[{\"format\"", COCO_E_FORMAT_JSON },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++)
		check_header(&list[i]);
}

static void test_header_limits(void **state COCO_UNUSED)
{
	char key_id[COCO_KEY_ID_MAX + 2];
	struct coco_pkg_header h;
	struct coco_diag d = { 0 };

	memset(key_id, 'k', sizeof(key_id));
	key_id[COCO_KEY_ID_MAX + 1] = '\0';
	char *text = replaced(good_header, "kbs:///default/model-key/x", key_id);
	assert_err(coco_pkg_header_decode(&h, view(text), &d), COCO_E_FORMAT_VALUE, &d);
	free(text);
	key_id[COCO_KEY_ID_MAX] = '\0';
	coco_diag_init(&d);
	text = replaced(good_header, "kbs:///default/model-key/x", key_id);
	assert_ok(coco_pkg_header_decode(&h, view(text), &d), &d);
	coco_pkg_header_free(&h);
	free(text);
	char *big = malloc(COCO_PACKAGE_HEADER_MAX + 1);
	assert_non_null(big);
	memset(big, ' ', COCO_PACKAGE_HEADER_MAX + 1);
	assert_err(coco_pkg_header_decode(&h, coco_view_of(big, COCO_PACKAGE_HEADER_MAX + 1), &d),
		   COCO_E_LIMIT_SIZE, &d);
	free(big);
}

/* A truncated document is never a header, whatever it is cut to. */
static void test_header_truncated(void **state COCO_UNUSED)
{
	for (size_t n = 0; n < sizeof(good_header) - 1; n++) {
		uint8_t *cut = coco_test_guard(good_header, n);
		struct coco_pkg_header h;
		struct coco_diag d = { 0 };

		assert_err(coco_pkg_header_decode(&h, coco_view_of(cut, n), &d), COCO_E_FORMAT_JSON,
			   &d);
		coco_test_unguard(cut, n);
	}
}

/* Members that nobody knows are ignored unless they are named as critical. */
static void test_header_unknown_member(void **state COCO_UNUSED)
{
	char *text = replaced(good_header, "{\"format\"", "{\"future\":[1],\"format\"");
	struct coco_pkg_header h;
	struct coco_diag d = { 0 };

	assert_ok(coco_pkg_header_decode(&h, view(text), &d), &d);
	coco_pkg_header_free(&h);
	free(text);
	text = replaced(good_header, ",\"critical\":[\"plaintext_at_rest\"]", "");
	assert_ok(coco_pkg_header_decode(&h, view(text), &d), &d);
	coco_pkg_header_free(&h);
	free(text);
}

static void test_statement_round_trip(void **state COCO_UNUSED)
{
	struct coco_pkg_statement s;
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_pkg_statement_decode(&s, view(good_statement), &d), &d);
	assert_int_equal(s.manifest.sha256[0], 0xe3);
	assert_int_equal(s.header.version, 1);
	assert_false(s.header.has_previous);
	coco_wr_init(&wr, 4096);
	coco_pkg_statement_encode(&wr, &s);
	assert_ok(coco_wr_finish(&wr, &text, &n, &d), &d);
	assert_string_equal((char *)text, good_statement);
	coco_free(text);
	coco_pkg_statement_free(&s);
}

static void test_statement_defects(void **state COCO_UNUSED)
{
	static const struct defect list[] = {
		{ "Statement/v1", "Statement/v0.1", COCO_E_PACKAGE_STATEMENT },
		{ "model-package/v1\"", "model-package/v2\"", COCO_E_PACKAGE_STATEMENT },
		{ "https://cococtl/model-package/v1", "https://model_signing/signature/v1.0",
		  COCO_E_PACKAGE_STATEMENT },
		{ "[{\"name\"", "[{},{\"name\"", COCO_E_PACKAGE_STATEMENT },
		{ "[{\"name\":\"model-package\",\"digest\":{\"sha256\":\"" HEX64 "\"}}]", "[]",
		  COCO_E_PACKAGE_STATEMENT },
		{ "\"sha256\":", "\"sha512\":", COCO_E_FORMAT_JSON_TYPE },
		{ "\"" HEX64 "\"", "\"e3\"", COCO_E_FORMAT_HEX },
		{ "\"catalogue\":\"sha256:", "\"catalogue\":\"sha384:", COCO_E_FORMAT_VALUE },
		{ "\"predicate\":{", "\"predicates\":{", COCO_E_FORMAT_JSON_TYPE },
		{ "\"version\":1", "\"version\":0", COCO_E_FORMAT_VALUE },
		{ "\"critical\":[]", "\"critical\":[\"x\"]", COCO_E_CRITICAL },
		{ "\"catalogue\":", "\"version\":2,\"catalogue\":", COCO_E_FORMAT_JSON_DUPLICATE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		char *text = replaced(good_statement, list[i].from, list[i].to);
		struct coco_pkg_statement s;
		struct coco_diag d = { 0 };

		assert_err(coco_pkg_statement_decode(&s, view(text), &d), list[i].code, &d);
		free(text);
	}
}

static struct coco_descriptor layer(const char *media_type)
{
	struct coco_descriptor d = { .media_type = coco_strdup(media_type), .size = 100 };

	return d;
}

static void test_manifest_shape(void **state COCO_UNUSED)
{
	struct coco_descriptor layers[3] = { layer(COCO_MT_CATALOGUE), layer(COCO_MT_SEGMENT),
					     layer(COCO_MT_SEGMENT) };
	char type[] = COCO_MT_PACKAGE;
	struct coco_manifest m = { .artifact_type = type, .config = layer(COCO_MT_HEADER),
				   .layers = layers, .n_layers = 3 };
	struct coco_diag d = { 0 };

	assert_ok(coco_pkg_manifest_check(&m, &d), &d);
	m.n_layers = 1; /* a model of empty files */
	assert_ok(coco_pkg_manifest_check(&m, &d), &d);
	m.n_layers = 0;
	assert_err(coco_pkg_manifest_check(&m, &d), COCO_E_PACKAGE_MANIFEST, &d);
	m.n_layers = COCO_PACKAGE_SEGMENTS_MAX + 2;
	coco_diag_init(&d);
	assert_err(coco_pkg_manifest_check(&m, &d), COCO_E_PACKAGE_MANIFEST, &d);
	m.n_layers = 3;
	struct coco_descriptor swap = layers[0];
	layers[0] = layers[1];
	layers[1] = swap;
	coco_diag_init(&d);
	assert_err(coco_pkg_manifest_check(&m, &d), COCO_E_PACKAGE_MANIFEST, &d);
	assert_string_equal(d.pointer, "/layers/0/mediaType");
	layers[1] = layers[0];
	layers[0] = swap;
	m.artifact_type = NULL;
	coco_diag_init(&d);
	assert_err(coco_pkg_manifest_check(&m, &d), COCO_E_PACKAGE_MANIFEST, &d);
	m.artifact_type = type;
	coco_descriptor_free(&m.config);
	m.config = layer(COCO_MT_EMPTY);
	coco_diag_init(&d);
	assert_err(coco_pkg_manifest_check(&m, &d), COCO_E_PACKAGE_MANIFEST, &d);
	coco_descriptor_free(&m.config);
	for (int i = 0; i < 3; i++)
		coco_descriptor_free(&layers[i]);
}

static void test_context(void **state COCO_UNUSED)
{
	static const uint8_t id[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	static const uint8_t want[] = "cococtl/model-package/v1\0"
				      "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20"
				      "\0\0\0\0\0\1\2\3";
	uint8_t context[COCO_PKG_CONTEXT];

	coco_pkg_context(context, id, 0x010203);
	assert_int_equal(sizeof(want) - 1, sizeof(context));
	assert_memory_equal(context, want, sizeof(context));
	coco_pkg_context(context, id, COCO_SEGMENT_CATALOGUE);
	for (size_t i = sizeof(context) - 8; i < sizeof(context); i++)
		assert_int_equal(context[i], 0xff);
}

static void test_at_rest_names(void **state COCO_UNUSED)
{
	static const char *const names[] = { "allow", "guest-encrypted", "deny" };
	enum coco_at_rest v = COCO_AT_REST_ALLOW;

	for (int i = 0; i < 3; i++) {
		assert_true(coco_at_rest_parse(names[i], &v));
		assert_int_equal(v, i);
		assert_string_equal(coco_at_rest_name(v), names[i]);
	}
	assert_false(coco_at_rest_parse("DENY", &v));
	assert_false(coco_at_rest_parse("", &v));
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_pkg_statement s;
		int r = coco_pkg_statement_decode(&s, view(good_statement), &d);

		if (coco_test_alloc_check(r, &d)) {
			coco_pkg_statement_free(&s);
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header_round_trip),
		cmocka_unit_test(test_header_equal),
		cmocka_unit_test(test_header_defects),
		cmocka_unit_test(test_header_limits),
		cmocka_unit_test(test_header_truncated),
		cmocka_unit_test(test_header_unknown_member),
		cmocka_unit_test(test_statement_round_trip),
		cmocka_unit_test(test_statement_defects),
		cmocka_unit_test(test_manifest_shape),
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_at_rest_names),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
