/*
 * test_journal.c - records, plan and part documents: every accepted record is
 * the one encoding of its content, everything else is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/journal.h"
#include "tests/support/alloc_fail.h"

#define DIGEST "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define OTHER "sha256:00b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct bytes {
	uint8_t *p;
	size_t n;
};

static struct bytes encode(const struct coco_record *r)
{
	struct bytes b = { .p = NULL };
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 20);
	coco_record_encode(&wr, r);
	assert_ok(coco_wr_finish(&wr, &b.p, &b.n, NULL), NULL);
	return b;
}

/* One record of each type with everything in it. */
static struct coco_record sample(enum coco_record_type type)
{
	struct coco_record r = { .type = type };

	switch (type) {
	case COCO_RECORD_IDENTITY:
		memset(r.identity.tree, 0xab, sizeof(r.identity.tree));
		r.identity.segment_size = 65536;
		r.identity.segment_count = 7;
		r.identity.compress = 2;
		r.identity.digests = 1;
		r.identity.shard = 2;
		r.identity.shards = 3;
		break;
	case COCO_RECORD_SEGMENT:
		r.segment.segment = 5;
		memset(r.segment.digest, 0xcd, sizeof(r.segment.digest));
		r.segment.size = 99999;
		r.segment.midstate.present = true;
		r.segment.midstate.file = 1;
		r.segment.midstate.n = 640;
		for (uint32_t i = 0; i < 8; i++)
			r.segment.midstate.h[i] = i * 0x11111111U;
		r.segment.n_files = 2;
		r.segment.files = coco_zalloc(2, sizeof(*r.segment.files));
		assert_non_null(r.segment.files);
		r.segment.files[1].file = 9;
		memset(r.segment.files[1].sha256, 0xef, 32);
		r.segment.n_runs = 2;
		r.segment.runs = coco_zalloc(2, sizeof(*r.segment.runs));
		assert_non_null(r.segment.runs);
		r.segment.runs[0].run = (struct coco_run_at){ .stored = 100, .length = 100 };
		r.segment.runs[1] = (struct coco_record_run){
			.file = 9, .file_offset = 77,
			.run = { .offset = 100, .stored = 50, .length = COCO_PIECE + 1,
				 .transform = COCO_RUN_BF16, .n_pieces = 2 },
		};
		r.segment.runs[1].run.pieces = coco_zalloc(2, sizeof(uint32_t));
		assert_non_null(r.segment.runs[1].run.pieces);
		r.segment.runs[1].run.pieces[1] = COCO_PIECE_RAW | 1;
		break;
	case COCO_RECORD_FILE:
		r.file.file = 3;
		memset(r.file.sha256, 0x12, 32);
		break;
	case COCO_RECORD_TREE:
		memset(r.tree.header, 0x34, 32);
		r.tree.n = 2;
		r.tree.files = coco_zalloc(2, sizeof(*r.tree.files));
		assert_non_null(r.tree.files);
		r.tree.files[0].path = coco_strdup("a/b");
		r.tree.files[0].mode = 0644;
		r.tree.files[0].size = 1234;
		strcpy(r.tree.files[0].kind, "gguf");
		r.tree.files[0].n_dtypes = 1;
		r.tree.files[0].dtypes = coco_zalloc(1, sizeof(*r.tree.files[0].dtypes));
		assert_non_null(r.tree.files[0].dtypes);
		strcpy(r.tree.files[0].dtypes[0].name, "Q4_0");
		r.tree.files[1].path = coco_strdup("c");
		break;
	}
	return r;
}

static void test_round_trip(void **state COCO_UNUSED)
{
	for (int t = COCO_RECORD_IDENTITY; t <= COCO_RECORD_TREE; t++) {
		struct coco_record r = sample((enum coco_record_type)t);
		struct coco_record back;
		struct coco_diag d = { 0 };
		struct bytes a = encode(&r);
		uint8_t *guarded = coco_test_guard(a.p, a.n);

		assert_ok(coco_record_decode(&back, coco_view_of(guarded, a.n), &d), &d);
		assert_int_equal(back.type, t);
		struct bytes b = encode(&back);
		assert_int_equal(a.n, b.n);
		assert_memory_equal(a.p, b.p, a.n);
		coco_test_unguard(guarded, a.n);
		coco_record_free(&r);
		coco_record_free(&back);
		coco_free(a.p);
		coco_free(b.p);
	}
}

static void test_content(void **state COCO_UNUSED)
{
	struct coco_record r = sample(COCO_RECORD_SEGMENT);
	struct coco_record back;
	struct bytes a = encode(&r);

	assert_ok(coco_record_decode(&back, coco_view_of(a.p, a.n), NULL), NULL);
	assert_int_equal(back.segment.runs[1].run.segment, 5);
	assert_int_equal(back.segment.runs[1].file_offset, 77);
	assert_int_equal(back.segment.runs[1].run.pieces[1], COCO_PIECE_RAW | 1);
	assert_int_equal(back.segment.midstate.h[7], 0x77777777U);
	coco_record_free(&r);
	coco_record_free(&back);
	coco_free(a.p);
}

/* Cut anywhere or longer by a byte, a record is none. */
static void test_lengths(void **state COCO_UNUSED)
{
	for (int t = COCO_RECORD_IDENTITY; t <= COCO_RECORD_TREE; t++) {
		struct coco_record r = sample((enum coco_record_type)t);
		struct coco_record back;
		struct coco_diag d = { 0 };
		struct bytes a = encode(&r);

		for (size_t n = 0; n < a.n; n++) {
			uint8_t *cut = coco_test_guard(a.p, n);

			coco_diag_init(&d);
			assert_int_not_equal(coco_record_decode(&back, coco_view_of(cut, n), &d),
					     0);
			assert_int_not_equal(d.code, COCO_E_INTERNAL);
			coco_test_unguard(cut, n);
		}
		uint8_t *more = coco_alloc(a.n + 1, 1);
		assert_non_null(more);
		memcpy(more, a.p, a.n);
		more[a.n] = 0;
		coco_diag_init(&d);
		assert_err(coco_record_decode(&back, coco_view_of(more, a.n + 1), &d),
			   COCO_E_FORMAT_TRAILING, &d);
		coco_free(more);
		coco_free(a.p);
		coco_record_free(&r);
	}
}

/* Every single-bit change is refused, or is the encoding of another record. */
static void test_bits(void **state COCO_UNUSED)
{
	for (int t = COCO_RECORD_IDENTITY; t <= COCO_RECORD_TREE; t++) {
		struct coco_record r = sample((enum coco_record_type)t);
		struct bytes a = encode(&r);

		for (size_t bit = 0; bit < 8 * a.n; bit++) {
			struct coco_record back;

			a.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (coco_record_decode(&back, coco_view_of(a.p, a.n), NULL) == 0) {
				struct bytes b = encode(&back);

				assert_int_equal(a.n, b.n);
				assert_memory_equal(a.p, b.p, a.n);
				coco_free(b.p);
				coco_record_free(&back);
			}
			a.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		coco_free(a.p);
		coco_record_free(&r);
	}
}

static void refuse(const struct coco_record *r)
{
	struct coco_record back;
	struct coco_diag d = { 0 };
	struct bytes a = encode(r);

	assert_err(coco_record_decode(&back, coco_view_of(a.p, a.n), &d), COCO_E_RECORD, &d);
	coco_free(a.p);
}

static void test_impossible_runs(void **state COCO_UNUSED)
{
	struct coco_record r = sample(COCO_RECORD_SEGMENT);
	struct coco_run_at *x = &r.segment.runs[0].run;
	struct coco_run_at *y = &r.segment.runs[1].run;

	x->stored = 99; /* raw bytes are stored as they are */
	refuse(&r);
	x->stored = 101;
	refuse(&r);
	x->stored = 100;
	y->stored = y->length + 1;
	refuse(&r);
	y->stored = 50;
	y->length += COCO_PIECE; /* one piece more than there are */
	refuse(&r);
	y->length = COCO_PIECE;
	refuse(&r);
	y->length = COCO_PIECE + 1;
	x->length = COCO_PACKAGE_SEGMENT_MAX + 1;
	x->stored = x->length;
	refuse(&r);
	x->length = 100;
	x->stored = 100;
	y->transform = COCO_RUN_TRANSFORMS;
	refuse(&r);
	y->transform = COCO_RUN_BF16;
	r.segment.midstate.n = 641;
	refuse(&r);
	coco_record_free(&r);
}

static void test_bad_bytes(void **state COCO_UNUSED)
{
	static const uint8_t unknown[] = { 0, 5, 255 };
	struct coco_record back;

	for (size_t i = 0; i < sizeof(unknown); i++) {
		struct coco_diag d = { 0 };

		assert_err(coco_record_decode(&back, coco_view_of(&unknown[i], 1), &d),
			   COCO_E_RECORD, &d);
	}
	struct coco_record r = sample(COCO_RECORD_SEGMENT);
	struct bytes a = encode(&r);
	struct coco_diag d = { 0 };
	a.p[1 + 8 + 32 + 8] = 2; /* the midstate is neither there nor absent */
	assert_err(coco_record_decode(&back, coco_view_of(a.p, a.n), &d), COCO_E_RECORD, &d);
	coco_free(a.p);
	coco_record_free(&r);
}

static void test_bad_trees(void **state COCO_UNUSED)
{
	static const char *const paths[] = { "../x", "/x", "a//b", "", "\xff" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(paths); i++) {
		struct coco_record r = sample(COCO_RECORD_TREE);

		coco_free(r.tree.files[0].path);
		r.tree.files[0].path = coco_strdup(paths[i]);
		refuse(&r);
		coco_record_free(&r);
	}
	struct coco_record r = sample(COCO_RECORD_TREE);
	r.tree.files[0].mode = 01000;
	refuse(&r);
	r.tree.files[0].mode = 0;
	memset(r.tree.files[0].kind, 'k', sizeof(r.tree.files[0].kind));
	refuse(&r);
	coco_record_free(&r);
}

/* Counts far beyond the bytes that follow: no memory is taken for them. */
static void test_huge_counts(void **state COCO_UNUSED)
{
	static const size_t at[] = { 1 + 8 + 32 + 8 + 1 + 4 + 8 + 32, /* files of a segment */
				     1 + 32 };                        /* files of a tree */
	static const enum coco_record_type types[] = { COCO_RECORD_SEGMENT, COCO_RECORD_TREE };

	for (size_t i = 0; i < 2; i++) {
		struct coco_record r = sample(types[i]);
		struct coco_record back;
		struct coco_diag d = { 0 };
		struct bytes a = encode(&r);

		memset(a.p + at[i], 0xff, 4);
		int code = coco_record_decode(&back, coco_view_of(a.p, a.n), &d);
		assert_true(code == COCO_E_FORMAT_SHORT || code == COCO_E_LIMIT_SIZE);
		coco_free(a.p);
		coco_record_free(&r);
	}
}

static void test_context(void **state COCO_UNUSED)
{
	uint8_t context[COCO_RECORD_CONTEXT];
	uint8_t id[COCO_PACKAGE_ID];

	memset(id, 0x77, sizeof(id));
	coco_record_context(context, id);
	assert_string_equal((char *)context, "cococtl/model-package/v1/record");
	assert_memory_equal(context + COCO_RECORD_CONTEXT - COCO_PACKAGE_ID, id, sizeof(id));
}

/* ---- documents -------------------------------------------------------------- */

static const char plan[] =
	"{\"format\":\"cococtl/model-plan\",\"format_version\":1,"
	"\"package_id\":\"000102030405060708090a0b0c0d0e0f\",\"segment_size\":65536,"
	"\"segment_count\":5,\"share_below\":65536,\"ignore_git\":true,"
	"\"salt\":\"000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\","
	"\"tree\":\"f00102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\"}";

static const char part[] =
	"{\"format\":\"cococtl/model-part\",\"format_version\":1,\"plan\":\"" DIGEST "\","
	"\"journal\":\"" OTHER "\",\"shard\":2,\"shards\":3,\"plaintext_digests\":true,"
	"\"header\":{\"format\":\"cococtl/model-package\",\"format_version\":1,"
	"\"suite\":\"cobblestone-256\",\"package_id\":\"000102030405060708090a0b0c0d0e0f\","
	"\"version\":1,\"key_id\":\"k\",\"segment_size\":65536,\"segment_count\":5,"
	"\"plaintext_at_rest\":\"allow\",\"critical\":[]}}\n";

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

static void test_plan_round_trip(void **state COCO_UNUSED)
{
	struct coco_plan_doc p;
	struct coco_plan_doc again;
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	memset(&p, 0, sizeof(p));
	memset(&again, 0, sizeof(again));
	assert_ok(coco_plan_doc_decode(&p, coco_view_of(plan, strlen(plan)), &d), &d);
	assert_int_equal(p.segment_count, 5);
	assert_true(p.ignore_git);
	assert_int_equal(p.tree[0], 0xf0);
	coco_wr_init(&wr, COCO_PLAN_DOC_MAX);
	coco_plan_doc_encode(&wr, &p);
	assert_ok(coco_wr_finish(&wr, &text, &n, &d), &d);
	assert_ok(coco_plan_doc_decode(&again, coco_view_of(text, n), &d), &d);
	assert_memory_equal(p.tree, again.tree, 32);
	assert_memory_equal(p.salt, again.salt, 32);
	assert_memory_equal(p.package_id, again.package_id, 16);
	assert_int_equal(p.segment_size, again.segment_size);
	assert_int_equal(p.share_below, again.share_below);
	coco_free(text);
}

static void test_part_round_trip(void **state COCO_UNUSED)
{
	struct coco_part_doc p;
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_part_doc_decode(&p, coco_view_of(part, strlen(part)), &d), &d);
	assert_int_equal(p.shard, 2);
	assert_int_equal(p.shards, 3);
	assert_true(p.digests);
	coco_wr_init(&wr, COCO_PLAN_DOC_MAX);
	coco_part_doc_encode(&wr, &p);
	assert_ok(coco_wr_finish(&wr, &text, &n, &d), &d);
	assert_string_equal((char *)text, part);
	coco_free(text);
	coco_part_doc_free(&p);
}

struct defect {
	const char *from;
	const char *to;
	int code;
};

static void test_plan_defects(void **state COCO_UNUSED)
{
	static const struct defect list[] = {
		{ "model-plan", "model-part", COCO_E_PLAN },
		{ "\"format_version\":1", "\"format_version\":2", COCO_E_PLAN },
		{ "\"segment_size\":65536", "\"segment_size\":65537", COCO_E_PLAN },
		{ "\"segment_size\":65536", "\"segment_size\":0", COCO_E_PLAN },
		{ "\"segment_size\":65536", "\"segment_size\":8589934592", COCO_E_FORMAT_VALUE },
		{ "\"segment_count\":5", "\"segment_count\":10001", COCO_E_FORMAT_VALUE },
		{ "\"share_below\":65536", "\"share_below\":-1", COCO_E_FORMAT_VALUE },
		{ "\"ignore_git\":true", "\"ignore_git\":1", COCO_E_FORMAT_JSON_TYPE },
		{ "\"salt\":\"00", "\"salt\":\"", COCO_E_FORMAT_HEX },
		{ "\"tree\":\"f0", "\"tree\":\"g0", COCO_E_FORMAT_HEX },
		{ "\"tree\":", "\"salt\":", COCO_E_FORMAT_JSON_DUPLICATE },
		{ "\"package_id\":", "\"package\":", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"format\"", "[{\"format\"", COCO_E_FORMAT_JSON },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		char *text = replaced(plan, list[i].from, list[i].to);
		struct coco_plan_doc p;
		struct coco_diag d = { 0 };

		assert_err(coco_plan_doc_decode(&p, coco_view_of(text, strlen(text)), &d),
			   list[i].code, &d);
		free(text);
	}
}

static void test_part_defects(void **state COCO_UNUSED)
{
	static const struct defect list[] = {
		{ "model-part", "model-plan", COCO_E_PLAN },
		{ "\"plan\":\"sha256:", "\"plan\":\"sha512:", COCO_E_PLAN },
		{ "\"journal\":\"sha256:00", "\"journal\":\"sha256:", COCO_E_PLAN },
		{ "\"shard\":2", "\"shard\":0", COCO_E_PLAN },
		{ "\"shard\":2", "\"shard\":4", COCO_E_FORMAT_VALUE },
		{ "\"shards\":3", "\"shards\":10001", COCO_E_FORMAT_VALUE },
		{ "\"plaintext_digests\":true", "\"plaintext_digests\":null",
		  COCO_E_FORMAT_JSON_TYPE },
		{ "\"header\":{", "\"headers\":{", COCO_E_FORMAT_JSON_TYPE },
		{ "\"critical\":[]", "\"critical\":[\"new\"]", COCO_E_CRITICAL },
		{ "\"version\":1", "\"version\":0", COCO_E_FORMAT_VALUE },
		{ "\"shard\":2", "\"shard\":2,\"shard\":1", COCO_E_FORMAT_JSON_DUPLICATE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		char *text = replaced(part, list[i].from, list[i].to);
		struct coco_part_doc p;
		struct coco_diag d = { 0 };

		assert_err(coco_part_doc_decode(&p, coco_view_of(text, strlen(text)), &d),
			   list[i].code, &d);
		free(text);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	for (int t = COCO_RECORD_SEGMENT; t <= COCO_RECORD_TREE; t++) {
		struct coco_record r = sample((enum coco_record_type)t);
		struct bytes a = encode(&r);
		struct coco_diag d = { 0 };

		for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
			struct coco_record back;

			if (coco_test_alloc_check(
				    coco_record_decode(&back, coco_view_of(a.p, a.n), &d), &d)) {
				coco_record_free(&back);
				break;
			}
		}
		coco_free(a.p);
		coco_record_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_impossible_runs),
		cmocka_unit_test(test_bad_bytes),
		cmocka_unit_test(test_bad_trees),
		cmocka_unit_test(test_huge_counts),
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_plan_round_trip),
		cmocka_unit_test(test_part_round_trip),
		cmocka_unit_test(test_plan_defects),
		cmocka_unit_test(test_part_defects),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
