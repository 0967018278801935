/*
 * test_catalogue.c - the catalogue: encode and decode are inverse, every
 * broken invariant is refused by name and place, names never leave it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/catalogue.h"
#include "tests/support/alloc_fail.h"

#define HEX64 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* 65536-byte segments; b has 100000 bytes in two runs, the second compressed. */
static const char good[] =
	"{\"format\":\"cococtl/model-catalogue\",\"format_version\":1,\"critical\":[],"
	"\"header\":{\"format\":\"cococtl/model-package\",\"format_version\":1,"
	"\"suite\":\"cobblestone-256\",\"package_id\":\"000102030405060708090a0b0c0d0e0f\","
	"\"version\":1,\"key_id\":\"k\",\"segment_size\":65536,\"segment_count\":3,"
	"\"plaintext_at_rest\":\"allow\",\"critical\":[]},"
	"\"files\":["
	"{\"path\":\"a\",\"mode\":420,\"size\":10,\"sha256\":\"" HEX64 "\",\"runs\":[[0,0,10]]},"
	"{\"path\":\"b\",\"mode\":493,\"size\":100000,\"kind\":\"gguf\",\"tensors\":2,"
	"\"dtypes\":[[\"F16\",1,99],[\"Q4_0\",1,7]],"
	"\"runs\":[[1,0,65536],[2,0,5,34464,\"zstd\",\"AAAABQ==\"]]},"
	"{\"path\":\"c/d\",\"mode\":0,\"size\":0,\"runs\":[]}],"
	"\"oms\":\"{\\\"a\\\":1}\"}";

static struct coco_view view(const char *text)
{
	return coco_view_of(text, strlen(text));
}

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

static void encode(const struct coco_catalogue *c, uint8_t **ret, size_t *ret_n)
{
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 24);
	coco_catalogue_encode(&wr, c);
	assert_ok(coco_wr_finish(&wr, ret, ret_n, NULL), NULL);
}

static void test_round_trip(void **state COCO_UNUSED)
{
	struct coco_catalogue c;
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_catalogue_decode(&c, view(good), &d), &d);
	assert_int_equal(c.n_files, 3);
	assert_string_equal(c.files[1].path, "b");
	assert_int_equal(c.files[1].mode, 0755);
	assert_string_equal(c.files[1].kind, "gguf");
	assert_int_equal(c.files[1].n_dtypes, 2);
	assert_string_equal(c.files[1].dtypes[1].name, "Q4_0");
	assert_int_equal(c.files[1].n_runs, 2);
	assert_int_equal(c.files[1].runs[1].transform, COCO_RUN_ZSTD);
	assert_int_equal(c.files[1].runs[1].length, 34464);
	assert_int_equal(c.files[1].runs[1].pieces[0], 5);
	assert_true(c.files[0].has_sha256);
	assert_false(c.files[1].has_sha256);
	assert_string_equal(c.oms, "{\"a\":1}");
	encode(&c, &text, &n);
	assert_string_equal((char *)text, good);
	coco_free(text);
	coco_catalogue_free(&c);
}

/* Several pieces, raw ones among them, and more than one base64 group of them. */
static void test_pieces_round_trip(void **state COCO_UNUSED)
{
	static const size_t counts[] = { 1, 2, 3, 191, 192, 193, 384, 400 };
	struct coco_catalogue c;
	struct coco_catalogue again;
	struct coco_diag d = { 0 };
	uint32_t pieces[400];
	uint8_t *text = NULL;
	size_t n = 0;

	for (size_t i = 0; i < COCO_ARRAY_LEN(counts); i++) {
		assert_ok(coco_catalogue_decode(&c, view(good), &d), &d);
		c.header.segment_size = (uint64_t)1 << 32;
		struct coco_run_at *run = &c.files[1].runs[1];
		uint64_t tail = 12345;
		run->length = (counts[i] - 1) * (uint64_t)COCO_PIECE + tail;
		run->stored = 0;
		for (size_t k = 0; k < counts[i]; k++) {
			uint64_t plain = k + 1 < counts[i] ? COCO_PIECE : tail;

			pieces[k] = k % 3 == 1 ? (uint32_t)(COCO_PIECE_RAW | plain)
					       : (uint32_t)(plain / 2 + k);
			run->stored += COCO_PIECE_LEN(pieces[k]);
		}
		coco_free(run->pieces);
		run->pieces = coco_memdup(pieces, counts[i] * sizeof(pieces[0]));
		run->n_pieces = counts[i];
		c.files[1].size = 65536 + run->length;
		encode(&c, &text, &n);
		assert_ok(coco_catalogue_decode(&again, coco_view_of(text, n), &d), &d);
		assert_int_equal(again.files[1].runs[1].n_pieces, counts[i]);
		assert_memory_equal(again.files[1].runs[1].pieces, pieces,
				    counts[i] * sizeof(pieces[0]));
		coco_free(text);
		coco_catalogue_free(&c);
		coco_catalogue_free(&again);
	}
}

struct defect {
	const char *from;
	const char *to;
	int code;
	const char *pointer; /* NULL: not looked at */
};

static void check(const struct defect *x)
{
	char *text = replaced(good, x->from, x->to);
	struct coco_catalogue c;
	struct coco_diag d = { 0 };
	int r = coco_catalogue_decode(&c, view(text), &d);

	if (r == 0)
		print_error("accepted: %s -> %s\n", x->from, x->to);
	assert_err(r, x->code, &d);
	if (x->pointer != NULL)
		assert_string_equal(d.pointer, x->pointer);
	free(text);
}

static void check_all(const struct defect *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&list[i]);
}

#define PATH_A "\"path\":\"a\""

static void test_paths(void **state COCO_UNUSED)
{
	static const struct defect list[] = {
		{ PATH_A, "\"path\":\"/a\"", COCO_E_CATALOGUE_PATH, "/files/0/path" },
		{ PATH_A, "\"path\":\"\"", COCO_E_CATALOGUE_PATH, "/files/0/path" },
		{ PATH_A, "\"path\":\".\"", COCO_E_CATALOGUE_PATH, "/files/0/path" },
		{ PATH_A, "\"path\":\"..\"", COCO_E_CATALOGUE_PATH, "/files/0/path" },
		{ PATH_A, "\"path\":\"../a\"", COCO_E_CATALOGUE_PATH, NULL },
		{ PATH_A, "\"path\":\"./a\"", COCO_E_CATALOGUE_PATH, NULL },
		{ PATH_A, "\"path\":\"Z/../../a\"", COCO_E_CATALOGUE_PATH, NULL },
		{ PATH_A, "\"path\":\"Z/..\"", COCO_E_CATALOGUE_PATH, NULL },
		{ PATH_A, "\"path\":\"Z/.\"", COCO_E_CATALOGUE_PATH, NULL },
		{ PATH_A, "\"path\":\"Z//a\"", COCO_E_CATALOGUE_PATH, NULL },
		{ PATH_A, "\"path\":\"Z/\"", COCO_E_CATALOGUE_PATH, NULL },
		{ PATH_A, "\"path\":\"/\"", COCO_E_CATALOGUE_PATH, NULL },
		{ PATH_A, "\"path\":\"a\\u0000b\"", COCO_E_FORMAT_JSON, NULL },
		{ PATH_A, "\"path\":\"\xff\"", COCO_E_FORMAT_JSON, NULL },
		{ PATH_A, "\"path\":\"\xed\xa0\x80\"", COCO_E_FORMAT_JSON, NULL },
		{ PATH_A, "\"path\":\"\\ud800\"", COCO_E_FORMAT_JSON, NULL },
		{ PATH_A, "\"path\":7", COCO_E_FORMAT_JSON_TYPE, "/files/0/path" },
		{ PATH_A, "\"paths\":\"a\"", COCO_E_FORMAT_JSON_TYPE, NULL },
		/* twice, and in the wrong order */
		{ "\"path\":\"b\"", PATH_A, COCO_E_CATALOGUE_PATH, "/files/1/path" },
		{ PATH_A, "\"path\":\"bb\"", COCO_E_CATALOGUE_PATH, "/files/1/path" },
		{ "\"path\":\"c/d\"", "\"path\":\"aa\"", COCO_E_CATALOGUE_PATH, "/files/2/path" },
		/* a file below a file */
		{ "\"path\":\"c/d\"", "\"path\":\"b/d\"", COCO_E_CATALOGUE_PATH, "/files/2/path" },
		{ "\"path\":\"c/d\"", "\"path\":\"b/d/e\"", COCO_E_CATALOGUE_PATH,
		  "/files/2/path" },
	};

	check_all(list, COCO_ARRAY_LEN(list));
}

/* A file below a file that is not its neighbour: "a" < "a-b" < "a/b". */
static void test_path_below_far_file(void **state COCO_UNUSED)
{
	char *one = replaced(good, "\"path\":\"b\"", "\"path\":\"a-b\"");
	char *two = replaced(one, "\"path\":\"c/d\"", "\"path\":\"a/b\"");
	struct coco_catalogue c;
	struct coco_diag d = { 0 };

	assert_err(coco_catalogue_decode(&c, view(two), &d), COCO_E_CATALOGUE_PATH, &d);
	free(two);
	two = replaced(one, "\"path\":\"c/d\"", "\"path\":\"a.b/b\"");
	coco_diag_init(&d);
	assert_ok(coco_catalogue_decode(&c, view(two), &d), &d);
	coco_catalogue_free(&c);
	free(two);
	free(one);
}

static void test_long_paths(void **state COCO_UNUSED)
{
	char path[4200];

	memset(path, 'p', sizeof(path));
	assert_false(coco_path_safe(path, 256));
	assert_true(coco_path_safe(path, 255));
	for (size_t i = 200; i < sizeof(path); i += 201)
		path[i] = '/';
	assert_true(coco_path_safe(path, 4096));
	assert_false(coco_path_safe(path, 4097));
	assert_false(coco_path_safe("a\0b", 3));
	assert_false(coco_path_safe("\xc0\xaf", 2));
	assert_true(coco_path_safe("a:b\\c\n...", 9));
	assert_true(coco_path_safe("..a/.b/...", 10));
	assert_false(coco_path_safe(NULL, 0));
}

static void test_runs(void **state COCO_UNUSED)
{
	static const struct defect list[] = {
		{ "[[0,0,10]]", "[[0,0,9]]", COCO_E_CATALOGUE, "/files/0" },
		{ "[[0,0,10]]", "[[0,0,11]]", COCO_E_CATALOGUE, "/files/0/runs/0" },
		{ "[[0,0,10]]", "[]", COCO_E_CATALOGUE, "/files/0" },
		{ "[[0,0,10]]", "[[0,0,10],[0,0,0]]", COCO_E_CATALOGUE, "/files/0/runs/1" },
		{ "[[0,0,10]]", "[[0,0,5],[0,5,6]]", COCO_E_CATALOGUE, "/files/0/runs/1" },
		{ "[[0,0,10]]", "[[3,0,10]]", COCO_E_CATALOGUE, "/files/0/runs/0" },
		{ "[[0,0,10]]", "[[4503599627370496,0,10]]", COCO_E_CATALOGUE, NULL },
		{ "[[0,0,10]]", "[[4503599627370497,0,10]]", COCO_E_FORMAT_VALUE, NULL },
		{ "[[0,0,10]]", "[[0,65537,10]]", COCO_E_CATALOGUE, NULL },
		{ "[[0,0,10]]", "[[0,9223372036854775807,10]]", COCO_E_FORMAT_VALUE, NULL },
		{ "[[0,0,10]]", "[[0,18446744073709551615,10]]", COCO_E_FORMAT_JSON, NULL },
		{ "[[0,0,10]]", "[[0,-1,10]]", COCO_E_FORMAT_VALUE, NULL },
		{ "[[0,0,10]]", "[[0,0.0,10]]", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "[[0,0,10]]", "[[0,1e3,10]]", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "[[0,0,10]]", "[[0,0]]", COCO_E_CATALOGUE, NULL },
		{ "[[0,0,10]]", "[[0,0,10,10]]", COCO_E_CATALOGUE, NULL },
		{ "[[0,0,10]]", "[{}]", COCO_E_CATALOGUE, NULL },
		{ "[[0,0,10]]", "{}", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "[[1,0,65536]", "[[1,0,65537]", COCO_E_CATALOGUE, "/files/1/runs/0" },
		{ "5,34464,\"zstd\"", "34465,34464,\"zstd\"", COCO_E_CATALOGUE, NULL },
		{ "5,34464,\"zstd\"", "4,34464,\"zstd\"", COCO_E_CATALOGUE, NULL },
		{ "5,34464,\"zstd\"", "5,0,\"zstd\"", COCO_E_CATALOGUE, NULL },
		{ "34464,\"zstd\"", "65537,\"zstd\"", COCO_E_CATALOGUE, NULL },
		{ "\"zstd\"", "\"none\"", COCO_E_CATALOGUE, NULL },
		{ "\"zstd\"", "\"zstd2\"", COCO_E_CATALOGUE, NULL },
		{ "\"zstd\"", "1", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "\"AAAABQ==\"", "\"AAAABQ\"", COCO_E_CATALOGUE, NULL },
		{ "\"AAAABQ==\"", "\"AAAABg==\"", COCO_E_CATALOGUE, NULL },
		{ "\"AAAABQ==\"", "\"\"", COCO_E_CATALOGUE, NULL },
		{ "\"AAAABQ==\"", "\"AAAABQAAAAA=\"", COCO_E_CATALOGUE, NULL },
		{ "\"AAAABQ==\"", "\"AAAABR==\"", COCO_E_CATALOGUE, NULL },
		{ "\"AAAABQ==\"", "\"!!!!\"", COCO_E_CATALOGUE, NULL },
		{ "\"AAAABQ==\"", "\"gAAABQ==\"", COCO_E_CATALOGUE, NULL }, /* raw but short */
		{ "\"AAAABQ==\"", "[5]", COCO_E_FORMAT_JSON_TYPE, NULL },
	};

	check_all(list, COCO_ARRAY_LEN(list));
}

static void test_members(void **state COCO_UNUSED)
{
	static const struct defect list[] = {
		{ "model-catalogue", "model-package", COCO_E_PACKAGE_VERSION, NULL },
		{ "\"format_version\":1,\"critical\"", "\"format_version\":2,\"critical\"",
		  COCO_E_PACKAGE_VERSION, NULL },
		{ "\"critical\":[],\"header\"", "\"critical\":[\"oms\"],\"header\"",
		  COCO_E_CRITICAL, "/critical/0" },
		{ "\"header\":{", "\"headers\":{", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "\"segment_size\":65536", "\"segment_size\":65535", COCO_E_FORMAT_VALUE,
		  "/header/segment_size" },
		{ "\"allow\",\"critical\":[]", "\"allow\",\"critical\":[\"x\"]", COCO_E_CRITICAL,
		  "/header/critical/0" },
		{ "\"files\":[", "\"files\":[7,", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "\"files\":", "\"files\":[],\"more\":", COCO_E_CATALOGUE, "/files" },
		{ "\"files\":", "\"files\":1,\"more\":", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "\"mode\":420", "\"mode\":512", COCO_E_FORMAT_VALUE, "/files/0/mode" },
		{ "\"mode\":420", "\"mode\":2541", COCO_E_FORMAT_VALUE, "/files/0/mode" },
		{ "\"size\":10,", "\"size\":4503599627370497,", COCO_E_FORMAT_VALUE, NULL },
		{ "\"size\":10,", "\"size\":99999999999999999999999,", COCO_E_FORMAT_JSON, NULL },
		{ "\"size\":10,", "\"size\":10,\"size\":10,", COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ PATH_A, PATH_A "," PATH_A, COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ "\"" HEX64 "\"", "\"00\"", COCO_E_FORMAT_HEX, NULL },
		{ "\"" HEX64 "\"", "null", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "\"gguf\"", "\"\"", COCO_E_CATALOGUE, "/files/1/kind" },
		{ "\"gguf\"", "\"0123456789abcdef\"", COCO_E_CATALOGUE, NULL },
		{ "\"tensors\":2", "\"tensors\":-2", COCO_E_FORMAT_VALUE, NULL },
		{ "\"dtypes\":[[", "\"dtypes\":[7,[", COCO_E_CATALOGUE, NULL },
		{ "[\"F16\",1,99]", "[\"F16\",1]", COCO_E_CATALOGUE, NULL },
		{ "[\"F16\",1,99]", "[\"0123456789abcdef\",1,99]", COCO_E_CATALOGUE, NULL },
		{ "[\"F16\",1,99]", "[1,1,99]", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "\"oms\":\"{\\\"a\\\":1}\"", "\"oms\":{}", COCO_E_FORMAT_JSON_TYPE, NULL },
		{ "{\"format\":\"cococtl/model-catalogue\"", "[{\"format\":\"x\"",
		  COCO_E_FORMAT_JSON_TYPE, NULL },
	};

	check_all(list, COCO_ARRAY_LEN(list));
}

static void test_not_an_object(void **state COCO_UNUSED)
{
	static const char *const texts[] = { "[]", "[7]", " [{}]", "{}", " { } " };

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		struct coco_catalogue c;
		struct coco_diag d = { 0 };

		assert_err(coco_catalogue_decode(&c, view(texts[i]), &d), COCO_E_FORMAT_JSON_TYPE,
			   &d);
	}
}

/* The document is read member by member; that must not make it less strict. */
static void test_strict_between_members(void **state COCO_UNUSED)
{
	static const struct defect list[] = {
		{ "\"critical\":[],", "\"critical\":[],,", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\":[] ", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\" [],", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "critical:[],", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\":[},", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\":,", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\":[],\"x\":1 \"y\",", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\":[],\"x\":1{},", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\":[],\"x\":nul,", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\":[],\"x\":'y',", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\":[],\"\\x\":1,", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\":[],\"\xff\":1,", COCO_E_FORMAT_JSON, NULL },
		{ "\"critical\":[],", "\"critical\":[],\"critical\":[],",
		  COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ "\"critical\":[],", "\"oms\":\"\",", COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ "\"critical\":[],", "\"\\u006fms\":\"\",", COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ "\"critical\":[],", "\"files\":[],", COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ "\"runs\":[]}],", "\"runs\":[]},],", COCO_E_FORMAT_JSON, NULL },
		{ "\"runs\":[]}],", "\"runs\":[]}},", COCO_E_FORMAT_JSON, NULL },
		{ "\"runs\":[]}],", "\"runs\":[]} {}],", COCO_E_FORMAT_JSON, NULL },
		{ "\"runs\":[]}],", "\"runs\":[]]],", COCO_E_FORMAT_JSON, NULL },
		{ "1}\"}", "1}\"}}", COCO_E_FORMAT_JSON, NULL },
		{ "1}\"}", "1}\",}", COCO_E_FORMAT_JSON, NULL },
		{ "1}\"}", "1}\"]", COCO_E_FORMAT_JSON, NULL },
		{ "1}\"}", "1}\"} x", COCO_E_FORMAT_JSON, NULL },
	};

	check_all(list, COCO_ARRAY_LEN(list));
}

/* Blanks may stand where JSON allows them, and members in any order. */
static void test_other_spellings(void **state COCO_UNUSED)
{
	static const struct {
		const char *from;
		const char *to;
	} list[] = {
		{ "{\"format\":\"cococtl/model-catalogue\"",
		  " \t\r\n{ \"format\" : \"cococtl/model-catalogue\" " },
		{ "\"runs\":[]}],", "\"runs\":[]} ] , " },
		{ "1}\"}", "1}\" } \n" },
		{ "\"oms\":", "\"\\u006fms\":" },
		{ "\"critical\":[],", "\"critical\":[],\"new\":{\"a\":[1,\"]}\\\"\"]}," },
		{ "\"oms\":\"{\\\"a\\\":1}\"", "\"last\":null" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		char *text = replaced(good, list[i].from, list[i].to);
		struct coco_catalogue c;
		struct coco_diag d = { 0 };

		assert_ok(coco_catalogue_decode(&c, view(text), &d), &d);
		assert_int_equal(c.n_files, 3);
		coco_catalogue_free(&c);
		free(text);
	}
}

static void test_many_dtypes(void **state COCO_UNUSED)
{
	char list[2048] = "";
	struct coco_catalogue c;
	struct coco_diag d = { 0 };

	for (int i = 0; i < COCO_CATALOGUE_DTYPES - 1; i++)
		strcat(list, "[\"F\",1,1],");
	strcat(list, "[\"F16\",1,99]");
	char *text = replaced(good, "[\"F16\",1,99],", "");
	char *full = replaced(text, "[\"Q4_0\",1,7]", list);
	assert_ok(coco_catalogue_decode(&c, view(full), &d), &d);
	coco_catalogue_free(&c);
	free(text);
	text = replaced(full, "[\"F16\",1,99]", "[\"F16\",1,99],[\"F\",1,1]");
	assert_err(coco_catalogue_decode(&c, view(text), &d), COCO_E_CATALOGUE, &d);
	free(text);
	free(full);
}

static void test_truncated(void **state COCO_UNUSED)
{
	for (size_t n = 0; n < sizeof(good) - 1; n++) {
		uint8_t *cut = coco_test_guard(good, n);
		struct coco_catalogue c;
		struct coco_diag d = { 0 };

		assert_err(coco_catalogue_decode(&c, coco_view_of(cut, n), &d), COCO_E_FORMAT_JSON,
			   &d);
		coco_test_unguard(cut, n);
	}
}

/* Messages name places by number: the path itself is confidential. */
static void test_no_names_in_messages(void **state COCO_UNUSED)
{
	static const char *const edits[][2] = {
		{ "\"path\":\"a\"", "\"path\":\"../CANARY\"" },
		{ "\"path\":\"a\"", "\"path\":\"zCANARY\"" },
		{ "\"path\":\"a\",\"mode\":420", "\"path\":\"CANARY\",\"mode\":4200" },
		{ "\"path\":\"a\",\"mode\":420,\"size\":10",
		  "\"path\":\"CANARY\",\"mode\":420,\"size\":11" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(edits); i++) {
		char *text = replaced(good, edits[i][0], edits[i][1]);
		struct coco_catalogue c;
		struct coco_diag d = { 0 };

		assert_int_not_equal(coco_catalogue_decode(&c, view(text), &d), 0);
		assert_null(strstr(d.message, "CANARY"));
		assert_null(strstr(d.pointer, "CANARY"));
		assert_null(strstr(d.expected, "CANARY"));
		assert_null(strstr(d.actual, "CANARY"));
		free(text);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_catalogue c;
		int r = coco_catalogue_decode(&c, view(good), &d);

		if (coco_test_alloc_check(r, &d)) {
			coco_catalogue_free(&c);
			break;
		}
	}
}

static void test_transform_names(void **state COCO_UNUSED)
{
	assert_string_equal(coco_run_transform_name(COCO_RUN_NONE), "none");
	assert_string_equal(coco_run_transform_name(COCO_RUN_FP32), "planes32+zstd");
	assert_string_equal(coco_run_transform_name(COCO_RUN_TRANSFORMS), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_pieces_round_trip),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_path_below_far_file),
		cmocka_unit_test(test_long_paths),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_not_an_object),
		cmocka_unit_test(test_strict_between_members),
		cmocka_unit_test(test_other_spellings),
		cmocka_unit_test(test_many_dtypes),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_no_names_in_messages),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_transform_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
