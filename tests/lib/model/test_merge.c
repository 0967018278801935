/*
 * test_merge.c - plan, shards and merge give what one run gives; parts that are
 * missing, repeated, foreign or changed are refused by name.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/pack_priv.h"
#include "lib/model/pkg_verify.h"
#include "tests/support/model.h"

enum { SHARDS_MAX = 8 };

struct parts {
	struct coco_model_place p;
	uint8_t *plan;
	size_t n_plan;
	char *paths[SHARDS_MAX];
	size_t n;
	struct coco_pack_request req;
};

static void make_plan(struct parts *x)
{
	const struct coco_run run = coco_model_run(1);
	const struct coco_tree_opts opts = { .ignore_git = false };
	struct coco_plan_info info;
	struct coco_diag d = { 0 };

	coco_free(x->plan);
	assert_ok(coco_pack_plan(&run, x->p.dir, &opts, 65536, &x->plan, &x->n_plan, &info, &d),
		  &d);
	x->req.plan = coco_view_of(x->plan, x->n_plan);
}

static void make_part(struct parts *x, uint32_t shard, uint32_t shards, const char *path)
{
	struct coco_pack_request req = x->req;
	struct coco_pack_result r = { .files = 0 };

	req.key = &x->p.key;
	req.shard = shard;
	req.shards = shards;
	req.out = path;
	req.out_flags = COCO_OUT_FORCE;
	coco_model_pack(&req, 1 + shard % 3, &r);
	coco_pack_result_free(&r);
}

static struct parts parts_of(enum coco_model_kind kind, uint32_t n, bool digests)
{
	struct parts x = { .p = coco_model_place(kind), .n = n };

	x.req = coco_model_request(x.p.dir, NULL, &x.p.key, 0);
	x.req.digests = digests;
	make_plan(&x);
	for (uint32_t i = 0; i < n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "part%u", i + 1);
		x.paths[i] = coco_path_join(x.p.work, name);
		make_part(&x, i + 1, n, x.paths[i]);
	}
	return x;
}

static void drop(struct parts *x)
{
	for (size_t i = 0; i < SHARDS_MAX; i++)
		coco_free(x->paths[i]);
	coco_free(x->plan);
	coco_model_leave(&x->p);
}

static struct coco_merge_request merge_request(const struct parts *x)
{
	return (struct coco_merge_request){ .parts = (const char *const *)x->paths,
					    .n_parts = x->n, .out = x->p.out, .key = &x->p.key };
}

static int merge(const struct coco_merge_request *req, struct coco_pack_result *ret,
		 struct coco_diag *d)
{
	const struct coco_run run = coco_model_run(2);

	coco_diag_init(d);
	return coco_merge(&run, req, ret, d);
}

/* Must fail with this code, leave nothing, and name the part (unless NULL). */
static void refuse(const struct parts *x, const struct coco_merge_request *req, int code,
		   const char *named)
{
	size_t before = coco_model_entries(x->p.work, "");
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d;

	assert_err(merge(req, &r, &d), code, &d);
	if (named != NULL)
		assert_true(strstr(d.source, named) != NULL || strstr(d.message, named) != NULL);
	assert_int_equal(coco_model_entries(x->p.work, ""), before);
}

static void read_catalogue(const char *path, const struct coco_secret *key,
			   struct coco_catalogue *ret)
{
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;

	assert_ok(coco_pkg_open(path, NULL, &pkg, &d), &d);
	assert_ok(coco_pkg_catalogue(&pkg, key, ret, &d), &d);
	coco_pkg_close(&pkg);
}

/* The encoded catalogue with the header of the other: all else must be equal. */
static void same_catalogue(struct coco_catalogue *a, struct coco_catalogue *b)
{
	uint8_t *text[2];
	size_t n[2];

	memcpy(a->header.package_id, b->header.package_id, COCO_PACKAGE_ID);
	coco_free(a->header.key_id);
	a->header.key_id = coco_strdup(b->header.key_id);
	for (int i = 0; i < 2; i++) {
		struct coco_wr wr;

		coco_wr_init(&wr, 16 << 20);
		coco_catalogue_encode(&wr, i == 0 ? a : b);
		assert_ok(coco_wr_finish(&wr, &text[i], &n[i], NULL), NULL);
	}
	assert_int_equal(n[0], n[1]);
	assert_memory_equal(text[0], text[1], n[0]);
	coco_free(text[0]);
	coco_free(text[1]);
}

static void merged_is_single(enum coco_model_kind kind, uint32_t shards, bool digests)
{
	struct parts x = parts_of(kind, shards, digests);
	struct coco_merge_request req = merge_request(&x);
	struct coco_pack_result merged = { .files = 0 };
	struct coco_pack_result single = { .files = 0 };
	char *alone = coco_path_join(x.p.work, "single");
	char *opened = coco_path_join(x.p.work, "opened");
	struct coco_pack_request one = coco_model_request(x.p.dir, alone, &x.p.key, 65536);
	struct coco_catalogue a;
	struct coco_catalogue b;
	struct coco_diag d;

	one.digests = digests;
	coco_model_pack(&one, 2, &single);
	assert_ok(merge(&req, &merged, &d), &d);
	assert_int_equal(merged.files, single.files);
	assert_int_equal(merged.bytes_in, single.bytes_in);
	assert_int_equal(merged.tensors, single.tensors);
	assert_int_equal(merged.segments, single.segments);
	assert_int_equal(merged.bytes_out, single.bytes_out);
	read_catalogue(alone, &x.p.key, &a);
	read_catalogue(x.p.out, &x.p.key, &b);
	same_catalogue(&a, &b);
	coco_catalogue_free(&a);
	coco_catalogue_free(&b);
	assert_int_equal(coco_model_open(x.p.out, &x.p.key, opened, 2), 0);
	coco_model_same(x.p.dir, opened);
	/* layout, documents and segments, nothing else */
	assert_int_equal(coco_model_entries(x.p.out, ""), 3);
	assert_int_equal(coco_model_entries(coco_model_path(x.p.out, "blobs/sha256"), ""),
			 merged.segments + 3);
	coco_pack_result_free(&merged);
	coco_pack_result_free(&single);
	coco_free(alone);
	coco_free(opened);
	drop(&x);
}

static void test_equal_to_single(void **state COCO_UNUSED)
{
	static const uint32_t shards[] = { 1, 2, 3, 8 };

	for (int k = 0; k < COCO_MODEL_KINDS; k++)
		merged_is_single((enum coco_model_kind)k, shards[k % 4], k % 2 == 0);
	merged_is_single(COCO_MODEL_SINGLE, 5, false);
}

static void test_missing(void **state COCO_UNUSED)
{
	struct parts x = parts_of(COCO_MODEL_SHARDED, 3, true);
	struct coco_merge_request req = merge_request(&x);
	const char *two[2] = { x.paths[0], x.paths[2] };

	req.parts = two;
	req.n_parts = 2;
	refuse(&x, &req, COCO_E_SHARDS, "shard 2 of 3 is missing");
	req.n_parts = 0;
	refuse(&x, &req, COCO_E_USAGE_OPERAND, NULL);
	drop(&x);
}

static void test_repeated(void **state COCO_UNUSED)
{
	struct parts x = parts_of(COCO_MODEL_SHARDED, 2, true);
	struct coco_merge_request req = merge_request(&x);
	const char *list[3] = { x.paths[0], x.paths[1], x.paths[0] };

	req.parts = list;
	req.n_parts = 3;
	refuse(&x, &req, COCO_E_SHARDS, "shard 1 of 2 was given twice");
	/* the same shard packed twice is no better */
	char *again = coco_path_join(x.p.work, "again");
	make_part(&x, 1, 2, again);
	list[2] = again;
	refuse(&x, &req, COCO_E_SHARDS, again);
	/* but any one of the two will do */
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d;
	list[0] = x.paths[1];
	list[1] = again;
	req.n_parts = 2;
	assert_ok(merge(&req, &r, &d), &d);
	coco_pack_result_free(&r);
	coco_free(again);
	drop(&x);
}

static void test_foreign(void **state COCO_UNUSED)
{
	struct parts x = parts_of(COCO_MODEL_SHARDED, 2, true);
	struct coco_merge_request req = merge_request(&x);
	char *other = coco_path_join(x.p.work, "other");
	const char *list[2] = { x.paths[0], other };
	struct coco_pack_request before = x.req;

	req.parts = list;
	/* of another number of shards, and of none */
	make_part(&x, 2, 3, other);
	refuse(&x, &req, COCO_E_SHARDS, other);
	/* packed with other options */
	x.req.digests = false;
	make_part(&x, 2, 2, other);
	refuse(&x, &req, COCO_E_SHARDS, other);
	x.req = before;
	x.req.at_rest = COCO_AT_REST_DENY;
	make_part(&x, 2, 2, other);
	refuse(&x, &req, COCO_E_SHARDS, other);
	x.req = before;
	x.req.version = 2;
	make_part(&x, 2, 2, other);
	refuse(&x, &req, COCO_E_SHARDS, other);
	/* another plan of the same directory */
	x.req = before;
	make_plan(&x);
	make_part(&x, 2, 2, other);
	refuse(&x, &req, COCO_E_SHARDS, other);
	/* not a part at all */
	list[1] = x.p.dir;
	refuse(&x, &req, COCO_E_PLAN, x.p.dir);
	list[1] = "/nonexistent";
	refuse(&x, &req, COCO_E_IO_OPEN, "/nonexistent");
	coco_free(other);
	drop(&x);
}

static void test_wrong_key(void **state COCO_UNUSED)
{
	struct parts x = parts_of(COCO_MODEL_GGUF, 2, true);
	struct coco_merge_request req = merge_request(&x);
	struct coco_secret key = coco_model_key(5);

	req.key = &key;
	refuse(&x, &req, COCO_E_KEY_WRONG, x.paths[0]);
	coco_secret_free(&key);
	drop(&x);
}

/* ---- changed parts ---------------------------------------------------------- */

static char *edit(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	size_t room = strlen(text) + strlen(to) + 1;
	char *out = malloc(room);

	assert_true(at != NULL && out != NULL);
	snprintf(out, room, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return out;
}

static void edit_parts(struct parts *x, const char *from, const char *to)
{
	for (size_t i = 0; i < x->n; i++) {
		size_t n = 0;
		char *text = (char *)coco_test_slurp(coco_model_path(x->paths[i], COCO_PART_NAME),
						     &n);
		char *changed = edit(text, from, to);

		coco_model_file(x->paths[i], COCO_PART_NAME, changed, strlen(changed));
		coco_free(text);
		free(changed);
	}
}

/*
 * part.json is not sealed. Whoever can write to the meeting point must not be
 * able to change what merge will sign, not even in all parts at once.
 */
static void test_changed_documents(void **state COCO_UNUSED)
{
	static const struct {
		const char *from;
		const char *to;
		int code;
	} edits[] = {
		{ "\"deny\",\"critical\":[\"plaintext_at_rest\"]", "\"allow\",\"critical\":[]",
		  COCO_E_PACKAGE_MIXED },
		{ "\"version\":4", "\"version\":3", COCO_E_PACKAGE_MIXED },
		{ "kbs:///", "abc:///", COCO_E_PACKAGE_MIXED },
		{ "\"previous\":\"sha256:00", "\"previous\":\"sha256:01", COCO_E_PACKAGE_MIXED },
		{ "\"segment_size\":65536", "\"segment_size\":131072", COCO_E_PACKAGE_MIXED },
		{ "\"plaintext_digests\":true", "\"plaintext_digests\":false",
		  COCO_E_PACKAGE_MIXED },
		{ "\"package_id\":\"", "\"package_id\":\"00", COCO_E_FORMAT_HEX },
		{ "\"journal\":\"sha256:", "\"journal\":\"sha256:z", COCO_E_PLAN },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(edits); i++) {
		struct parts x = { .p = coco_model_place(COCO_MODEL_GGUF), .n = 2 };
		struct coco_merge_request req;

		x.req = coco_model_request(x.p.dir, NULL, &x.p.key, 0);
		x.req.at_rest = COCO_AT_REST_DENY;
		x.req.version = 4;
		x.req.has_previous = true;
		x.req.previous_version = 3;
		make_plan(&x);
		for (uint32_t k = 0; k < 2; k++) {
			x.paths[k] = coco_path_join(x.p.work, k == 0 ? "part1" : "part2");
			make_part(&x, k + 1, 2, x.paths[k]);
		}
		edit_parts(&x, edits[i].from, edits[i].to);
		req = merge_request(&x);
		refuse(&x, &req, edits[i].code, NULL);
		drop(&x);
	}
}

/* Two parts exchange their numbers, in the clear documents only. */
static void test_exchanged_numbers(void **state COCO_UNUSED)
{
	struct parts x = parts_of(COCO_MODEL_GGUF, 2, true);
	struct coco_merge_request req = merge_request(&x);
	const char *part1 = coco_model_path(x.paths[0], COCO_PART_NAME);
	const char *part2 = coco_model_path(x.paths[1], COCO_PART_NAME);
	size_t n = 0;

	char *text = (char *)coco_test_slurp(part1, &n);
	char *changed = edit(text, "\"shard\":1", "\"shard\":2");
	coco_model_file(x.paths[0], COCO_PART_NAME, changed, strlen(changed));
	coco_free(text);
	free(changed);
	text = (char *)coco_test_slurp(part2, &n);
	changed = edit(text, "\"shard\":2", "\"shard\":1");
	coco_model_file(x.paths[1], COCO_PART_NAME, changed, strlen(changed));
	coco_free(text);
	free(changed);
	refuse(&x, &req, COCO_E_PACKAGE_MIXED, x.paths[0]);
	drop(&x);
}

static void test_changed_journal(void **state COCO_UNUSED)
{
	struct parts x = parts_of(COCO_MODEL_GGUF, 2, true);
	struct coco_merge_request req = merge_request(&x);
	const char *journal = coco_model_path(x.paths[1], "journal");
	struct stat st;

	assert_int_equal(stat(journal, &st), 0);
	assert_int_equal(truncate(journal, st.st_size - 1), 0);
	refuse(&x, &req, COCO_E_PACKAGE_MIXED, x.paths[1]);
	assert_int_equal(unlink(journal), 0);
	refuse(&x, &req, COCO_E_IO_READ, x.paths[1]);
	assert_int_equal(unlink(coco_model_path(x.paths[1], COCO_PART_NAME)), 0);
	refuse(&x, &req, COCO_E_PLAN, x.paths[1]);
	drop(&x);
}

/* The n-th blob of a part, in a static buffer. */
static const char *blob(const char *part, unsigned n)
{
	static char line[5000];

	snprintf(line, sizeof(line), "ls %s/blobs/sha256 | sed -n %up", part, n);
	FILE *f = popen(line, "re");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	pclose(f);
	line[strcspn(line, "\n")] = '\0';
	return coco_model_path(coco_model_path(part, "blobs/sha256"), line);
}

static void test_changed_blobs(void **state COCO_UNUSED)
{
	struct parts x = parts_of(COCO_MODEL_GGUF, 2, true);
	struct coco_merge_request req = merge_request(&x);
	char *name = coco_strdup(blob(x.paths[1], 1));
	size_t n = 0;
	uint8_t *bytes = coco_test_slurp(name, &n);
	int fd = open(name, O_WRONLY | O_CLOEXEC);

	bytes[n - 1] ^= 0x80;
	assert_ok(coco_pwrite_full(fd, bytes, n, 0, "blob", NULL), NULL);
	refuse(&x, &req, COCO_E_BLOB_DIGEST, x.paths[1]);
	assert_int_equal(ftruncate(fd, (off_t)n - 1), 0);
	refuse(&x, &req, COCO_E_BLOB_SIZE, x.paths[1]);
	close(fd);
	assert_int_equal(unlink(name), 0);
	refuse(&x, &req, COCO_E_BLOB_MISSING, x.paths[1]);
	assert_int_equal(symlink("/etc/passwd", name), 0);
	refuse(&x, &req, COCO_E_BLOB_MISSING, x.paths[1]);
	coco_free(bytes);
	coco_free(name);
	drop(&x);
}

static void test_output(void **state COCO_UNUSED)
{
	struct parts x = parts_of(COCO_MODEL_GGUF, 2, true);
	struct coco_merge_request req = merge_request(&x);
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d;

	req.out = x.p.dir;
	refuse(&x, &req, COCO_E_EXISTS, NULL);
	req.out = x.p.out;
	req.key_id = "bad id";
	refuse(&x, &req, COCO_E_USAGE_VALUE, NULL);
	req.key_id = "kbs:///x/y/z";
	assert_ok(merge(&req, &r, &d), &d);
	assert_string_equal(r.header.key_id, "kbs:///x/y/z");
	coco_pack_result_free(&r);
	drop(&x);
}

/* Parts on one file system, the package on another: copied, not linked. */
static void test_other_file_system(void **state COCO_UNUSED)
{
	struct parts x = parts_of(COCO_MODEL_SHARDED, 2, true);
	struct coco_merge_request req = merge_request(&x);
	struct coco_pack_result r = { .files = 0 };
	char *disk = coco_test_dir();
	char *out = coco_path_join(disk, "package");
	struct coco_diag d;
	struct stat a;
	struct stat b;

	assert_int_equal(stat(disk, &a), 0);
	assert_int_equal(stat(x.p.work, &b), 0);
	if (a.st_dev == b.st_dev)
		print_message("skip: one file system only\n");
	req.out = out;
	assert_ok(merge(&req, &r, &d), &d);
	assert_int_equal(coco_model_open(out, &x.p.key, NULL, 2), 0);
	assert_int_equal(stat(blob(out, 1), &b), 0);
	if (a.st_dev != b.st_dev)
		assert_int_equal(b.st_nlink, 1);
	coco_pack_result_free(&r);
	coco_free(out);
	coco_test_rmdir(disk);
	drop(&x);
}

static void test_cancelled(void **state COCO_UNUSED)
{
	static const volatile sig_atomic_t cancel = 1;
	struct parts x = parts_of(COCO_MODEL_GGUF, 1, true);
	const struct coco_merge_request req = merge_request(&x);
	struct coco_run run = coco_model_run(1);
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };

	run.cancel = &cancel;
	assert_err(coco_merge(&run, &req, &r, &d), COCO_E_CANCELLED, &d);
	assert_int_equal(coco_model_entries(x.p.work, ""), 2);
	drop(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_to_single),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_changed_documents),
		cmocka_unit_test(test_exchanged_numbers),
		cmocka_unit_test(test_changed_journal),
		cmocka_unit_test(test_changed_blobs),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_other_file_system),
		cmocka_unit_test(test_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
