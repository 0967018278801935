/*
 * test_pack_part.c - one shard of a plan: what it leaves, and that it can be
 * interrupted and repeated like a whole run.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/pack_priv.h"
#include "tests/support/model.h"

struct planned {
	struct coco_model_place p;
	uint8_t *plan;
	size_t n_plan;
	struct coco_plan_info info;
};

static struct planned planned(enum coco_model_kind kind)
{
	struct planned x = { .p = coco_model_place(kind) };
	const struct coco_run run = coco_model_run(1);
	const struct coco_tree_opts opts = { .ignore_git = false };
	struct coco_diag d = { 0 };

	assert_ok(coco_pack_plan(&run, x.p.dir, &opts, 65536, &x.plan, &x.n_plan, &x.info, &d),
		  &d);
	return x;
}

static void drop(struct planned *x)
{
	coco_free(x->plan);
	coco_model_leave(&x->p);
}

static struct coco_pack_request request(const struct planned *x, uint32_t shard, uint32_t shards)
{
	struct coco_pack_request req = coco_model_request(x->p.dir, x->p.out, &x->p.key, 0);

	req.plan = coco_view_of(x->plan, x->n_plan);
	req.shard = shard;
	req.shards = shards;
	return req;
}

static void test_part(void **state COCO_UNUSED)
{
	struct planned x = planned(COCO_MODEL_SINGLE);
	struct coco_pack_request req = request(&x, 2, 3);
	struct coco_pack_result r = { .files = 0 };
	struct coco_part_doc doc;
	struct coco_digest journal;
	struct coco_diag d = { 0 };
	struct stat st;
	size_t n = 0;

	coco_model_pack(&req, 2, &r);
	assert_true(r.is_part);
	assert_false(r.is_signed);
	assert_int_equal(r.segments, x.info.segments / 3 + (x.info.segments % 3 > 1));
	assert_int_equal(coco_model_entries(coco_model_path(x.p.out, "blobs/sha256"), ""),
			 r.segments);
	/* no index: a part is no package */
	assert_int_equal(access(coco_model_path(x.p.out, "index.json"), F_OK), -1);
	assert_int_equal(stat(coco_model_path(x.p.out, "journal"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	uint8_t *text = coco_test_slurp(coco_model_path(x.p.out, COCO_PART_NAME), &n);
	assert_ok(coco_part_doc_decode(&doc, coco_view_of(text, n), &d), &d);
	assert_int_equal(doc.shard, 2);
	assert_int_equal(doc.shards, 3);
	assert_true(doc.digests);
	assert_true(coco_pkg_header_equal(&doc.header, &r.header));
	int fd = open(x.p.out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_ok(coco_pack_file_digest(fd, "journal", &journal, &d), &d);
	assert_true(coco_digest_equal(&journal, &doc.journal));
	assert_err(coco_pack_file_digest(fd, "missing", &journal, &d), COCO_E_IO_READ, &d);
	close(fd);
	coco_part_doc_free(&doc);
	coco_free(text);
	coco_pack_result_free(&r);
	drop(&x);
}

/* Names, sizes and digests of the files are in none of a part's clear bytes. */
static void test_nothing_in_clear(void **state COCO_UNUSED)
{
	struct planned x = planned(COCO_MODEL_SHARDED);
	struct coco_pack_request req = request(&x, 1, 1);
	struct coco_pack_result r = { .files = 0 };
	static const char *const files[] = { "journal", COCO_PART_NAME };

	coco_model_pack(&req, 2, &r);
	for (size_t i = 0; i < 2; i++) {
		size_t n = 0;
		uint8_t *bytes = coco_test_slurp(coco_model_path(x.p.out, files[i]), &n);

		assert_null(memmem(bytes, n, "safetensors", 11));
		assert_null(memmem(bytes, n, "config.json", 11));
		assert_null(memmem(bytes, n, "model-00001", 11));
		coco_free(bytes);
	}
	assert_null(memmem(x.plan, x.n_plan, "safetensors", 11));
	coco_pack_result_free(&r);
	drop(&x);
}

static void test_header_digest(void **state COCO_UNUSED)
{
	char id[] = "kbs:///a/b/c";
	char other[] = "kbs:///a/b/d";
	struct coco_pkg_header h = { .version = 1, .key_id = id, .segment_size = 65536 };
	uint8_t a[32];
	uint8_t b[32];

	assert_ok(coco_pack_header_digest(&h, a, NULL), NULL);
	assert_ok(coco_pack_header_digest(&h, b, NULL), NULL);
	assert_memory_equal(a, b, 32);
	h.at_rest = COCO_AT_REST_DENY;
	assert_ok(coco_pack_header_digest(&h, b, NULL), NULL);
	assert_memory_not_equal(a, b, 32);
	h.at_rest = COCO_AT_REST_ALLOW;
	h.key_id = other;
	assert_ok(coco_pack_header_digest(&h, b, NULL), NULL);
	assert_memory_not_equal(a, b, 32);
}

static void test_changed_tree(void **state COCO_UNUSED)
{
	struct planned x = planned(COCO_MODEL_SHARDED);
	struct coco_pack_request req = request(&x, 1, 2);

	coco_model_file(x.p.dir, "new", "x", 1);
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_PLAN_CHANGED);
	assert_int_equal(unlink(coco_model_path(x.p.dir, "new")), 0);
	assert_int_equal(truncate(coco_model_path(x.p.dir, "config.json"), 3), 0);
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_PLAN_CHANGED);
	assert_int_equal(unlink(coco_model_path(x.p.dir, "config.json")), 0);
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_PLAN_CHANGED);
	assert_int_equal(coco_model_entries(x.p.work, ""), 1);
	drop(&x);
}

static void test_bad_plan(void **state COCO_UNUSED)
{
	struct planned x = planned(COCO_MODEL_GGUF);
	struct coco_pack_request req = request(&x, 1, 2);
	char *count = strstr((char *)x.plan, "\"segment_count\"");

	req.plan = coco_view_of("{}", 2);
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_FORMAT_JSON_TYPE);
	req.plan = coco_view_of("plan", 4);
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_FORMAT_JSON);
	/* another number of segments than these sizes give */
	assert_non_null(count);
	count = strpbrk(count, "123456789");
	*count = (char)(*count == '9' ? '8' : *count + 1);
	req.plan = coco_view_of(x.plan, x.n_plan);
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_PLAN_CHANGED);
	drop(&x);
}

/* More shards than segments: the last ones are empty, and still parts. */
static void test_empty_shard(void **state COCO_UNUSED)
{
	struct planned x = planned(COCO_MODEL_GGUF);
	struct coco_pack_request req = request(&x, 100, 100);
	struct coco_pack_result r = { .files = 0 };

	coco_model_pack(&req, 2, &r);
	assert_int_equal(r.segments, 0);
	assert_true(r.is_part);
	coco_pack_result_free(&r);
	drop(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_nothing_in_clear),
		cmocka_unit_test(test_header_digest),
		cmocka_unit_test(test_changed_tree),
		cmocka_unit_test(test_bad_plan),
		cmocka_unit_test(test_empty_shard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
