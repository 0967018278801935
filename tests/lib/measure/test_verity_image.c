/*
 * test_verity_image.c - dm-verity of images: partitions chosen by name and by
 * root hash, superblocks, command lines, hash areas written; and the shared
 * vectors, root hash and every byte of the hash area.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/verity_image.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/partitions.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_disk.h"
#include "tests/support/verity_plain.h"

enum { BLOCKS = 300 };

static const struct coco_run two = { .jobs = 2 };

/* A disk with root and root-verity partition, whose UUIDs are those of the root hash. */
struct ddi {
	char *dir;
	const char *disk;          /* paths */
	const char *data;
	const char *hash;
	struct coco_verity_params p;
	uint8_t root[COCO_VERITY_DIGEST];
	char root_text[2 * COCO_VERITY_DIGEST + 1];
};

static void make(struct ddi *m, bool superblock)
{
	char uuid[2][COCO_VERITY_UUID_TEXT];
	uint8_t *tree;
	size_t n_tree;

	m->dir = coco_test_dir();
	m->p = (struct coco_verity_params){ .alg = COCO_VERITY_SHA256, .type = 1,
					    .data_block = 4096, .hash_block = 4096,
					    .data_blocks = BLOCKS, .n_salt = 2,
					    .salt = { 0xab, 0xcd } };
	uint8_t *data = coco_alloc(BLOCKS, 4096);
	coco_test_random(data, (size_t)BLOCKS * 4096, 3);
	coco_test_verity(&m->p, data, m->root, &tree, &n_tree);
	coco_hex_encode(m->root_text, m->root, 32);
	size_t head = superblock ? 4096 : 0;
	uint8_t *hash = coco_zalloc(head + n_tree, 1);
	if (superblock)
		coco_verity_superblock_write(hash, &m->p);
	memcpy(hash + head, tree, n_tree);
	assert_true(coco_verity_uuids(m->root, 32, uuid[0], uuid[1]));
	const struct coco_mint_part parts[] = {
		{ .type = "esp", .n = 4096 },
		{ .type = "root-x86-64", .uuid = uuid[0], .label = "root", .p = data,
		  .n = (size_t)BLOCKS * 4096 },
		{ .type = "root-x86-64-verity", .uuid = uuid[1], .p = hash, .n = head + n_tree },
	};
	const struct coco_mint_disk spec = { .parts = parts, .n_parts = 3 };
	size_t n;
	uint8_t *disk = coco_mint_gpt(&spec, &n);
	m->disk = coco_strdup(coco_mint_write(m->dir, "disk", disk, n));
	m->data = coco_strdup(coco_mint_write(m->dir, "data", data, (size_t)BLOCKS * 4096));
	m->hash = coco_strdup(coco_mint_write(m->dir, "hash", hash, head + n_tree));
	coco_free(disk);
	coco_free(data);
	coco_free(hash);
	coco_free(tree);
}

static void unmake(struct ddi *m)
{
	void *path[3];

	memcpy(&path[0], &m->disk, sizeof(path[0]));
	memcpy(&path[1], &m->data, sizeof(path[1]));
	memcpy(&path[2], &m->hash, sizeof(path[2]));
	for (size_t i = 0; i < 3; i++)
		coco_free(path[i]);
	coco_test_rmdir(m->dir);
}

static struct coco_verity_answer *answer(const struct coco_verity_ask *ask)
{
	struct coco_verity_answer *a = NULL;
	struct coco_diag d = { 0 };

	assert_ok(coco_verity_image(&two, ask, &a, &d), &d);
	return a;
}

static void refused(const struct coco_verity_ask *ask, int code)
{
	struct coco_verity_answer *a = NULL;
	struct coco_diag d = { 0 };

	assert_err(coco_verity_image(&two, ask, &a, &d), code, &d);
	assert_null(a);
}

static void verdict_is(const struct coco_verity_answer *a, int code)
{
	struct coco_diag d = { 0 };
	int r = coco_verity_verdict(a, &d);

	assert_int_equal(r, code);
	if (code != 0) {
		assert_true(d.expected[0] != '\0' && d.actual[0] != '\0');
		assert_int_equal(coco_err_exit(code), COCO_EXIT_REJECTED);
	}
}

static void test_compute(void **state COCO_UNUSED)
{
	struct coco_verity_answer *a;
	struct ddi m;

	make(&m, true);
	struct coco_verity_ask ask = { .image = m.data, .given = COCO_VERITY_GIVEN_SALT,
				       .params = m.p };
	a = answer(&ask);
	assert_memory_equal(a->found.root, m.root, 32);
	assert_int_equal(a->n_checks, 0);
	verdict_is(a, 0);
	const struct coco_mrecord_register *reg =
		coco_mrecord_find(&a->record, "verity.root_hash", "sha256");
	assert_non_null(reg);
	assert_int_equal(reg->n_values, 1);
	assert_memory_equal(reg->values[0].value.p, m.root, 32);
	coco_verity_answer_free(a);
	/* the same in a partition, by every name */
	static const char *const names[] = { "2", "root", "root-x86-64" };
	ask.image = m.disk;
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		ask.partition = names[i];
		a = answer(&ask);
		assert_memory_equal(a->found.root, m.root, 32);
		assert_int_equal(a->partition, 2);
		coco_verity_answer_free(a);
	}
	ask.partition = "7";
	refused(&ask, COCO_E_DISK_PARTITION);
	ask.image = m.data;
	refused(&ask, COCO_E_DISK_PARTITION);
	ask.image = "/nonexistent";
	refused(&ask, COCO_E_IO_OPEN);
	coco_verity_answer_free(NULL);
	unmake(&m);
}

static void test_stored(void **state COCO_UNUSED)
{
	struct coco_verity_answer *a;
	struct ddi m;

	make(&m, true);
	struct coco_verity_ask ask = { .image = m.data, .hash_image = m.hash };
	a = answer(&ask);
	assert_int_equal(a->n_checks, 1);
	verdict_is(a, 0);
	assert_int_equal(a->found.params.n_salt, 2);
	assert_int_equal(a->record.n_files, 1);
	coco_verity_answer_free(a);
	struct coco_verity_ask inside = { .image = m.disk, .partition = "root",
					  .hash_partition = "root-x86-64-verity" };
	a = answer(&inside);
	verdict_is(a, 0);
	assert_int_equal(a->hash_partition, 3);
	coco_verity_answer_free(a);
	struct coco_verity_ask other = { .image = m.data, .hash_image = m.disk,
					 .hash_partition = "3" };
	a = answer(&other);
	verdict_is(a, 0);
	coco_verity_answer_free(a);
	/* what is given must be what the superblock says */
	static const unsigned bits[] = {
		COCO_VERITY_GIVEN_ALG, COCO_VERITY_GIVEN_TYPE, COCO_VERITY_GIVEN_DATA_BLOCK,
		COCO_VERITY_GIVEN_HASH_BLOCK, COCO_VERITY_GIVEN_DATA_BLOCKS,
		COCO_VERITY_GIVEN_SALT, COCO_VERITY_GIVEN_UUID,
	};
	for (size_t i = 0; i < COCO_ARRAY_LEN(bits); i++) {
		ask.given = bits[i];
		ask.params = m.p;
		a = answer(&ask);
		coco_verity_answer_free(a);
		ask.params = (struct coco_verity_params){ .alg = COCO_VERITY_SHA1,
							  .uuid = { 1 } };
		refused(&ask, COCO_E_VERITY_PARAMETER);
	}
	ask.given = 0;
	ask.hash_offset = 512;
	refused(&ask, COCO_E_VERITY_SUPERBLOCK);
	ask.hash_offset = 1 << 30;
	refused(&ask, COCO_E_IO_READ);
	ask.hash_offset = 0;
	ask.hash_image = m.data;
	refused(&ask, COCO_E_VERITY_SUPERBLOCK);
	unmake(&m);
}

static void test_without_superblock(void **state COCO_UNUSED)
{
	struct coco_verity_answer *a;
	struct ddi m;

	make(&m, false);
	struct coco_verity_ask ask = { .image = m.data, .hash_image = m.hash,
				       .no_superblock = true, .params = m.p,
				       .given = COCO_VERITY_GIVEN_SALT };
	a = answer(&ask);
	verdict_is(a, 0);
	coco_verity_answer_free(a);
	ask.no_superblock = false;
	refused(&ask, COCO_E_VERITY_SUPERBLOCK);
	ask.no_superblock = true;
	ask.given = 0;              /* another salt: nothing fits */
	a = answer(&ask);
	verdict_is(a, COCO_E_VERITY_MISMATCH);
	coco_verity_answer_free(a);
	unmake(&m);
}

static struct coco_verity_words *parse(const char *text)
{
	struct coco_verity_words *w = coco_zalloc(1, sizeof(*w));
	struct coco_diag d = { 0 };

	assert_ok(coco_verity_cmdline_parse(w, coco_view_of(text, strlen(text)), &d), &d);
	return w;
}

static void test_cmdline(void **state COCO_UNUSED)
{
	struct coco_verity_answer *a;
	char text[512];
	struct ddi m;

	make(&m, true);
	/* both partitions are found by the root hash */
	snprintf(text, sizeof(text), "quiet roothash=%s", m.root_text);
	struct coco_verity_words *w = parse(text);
	struct coco_verity_ask ask = { .image = m.disk, .has_cmdline = true, .words = w };
	a = answer(&ask);
	assert_int_equal(a->partition, 2);
	assert_int_equal(a->hash_partition, 3);
	assert_int_equal(a->n_checks, 2);
	verdict_is(a, 0);
	coco_verity_answer_free(a);
	w->word[0].root[15] ^= 1;      /* neither is found now, and the whole disk is another */
	a = answer(&ask);
	assert_int_equal(a->partition, 0);
	verdict_is(a, COCO_E_VERITY_MISMATCH);
	coco_verity_answer_free(a);
	ask.partition = "2";
	a = answer(&ask);
	assert_int_equal(a->hash_partition, 3);   /* its UUID is the other half */
	verdict_is(a, COCO_E_VERITY_MISMATCH);
	coco_verity_answer_free(a);
	w->n = 0;                      /* a command line without any */
	refused(&ask, COCO_E_VERITY_PARAMETER);
	coco_free(w);
	/* parameters from the words */
	snprintf(text, sizeof(text), "root_hash=%s,salt=abcd,data_blocks=%d,data_block_size=4096,"
		 "hash_block_size=4096", m.root_text, BLOCKS);
	w = parse(text);
	ask = (struct coco_verity_ask){ .image = m.data, .has_cmdline = true, .words = w };
	a = answer(&ask);
	assert_int_equal(a->n_checks, 2);
	verdict_is(a, 0);
	coco_verity_answer_free(a);
	ask.hash_image = m.hash;
	w->word[0].params.data_blocks = BLOCKS - 1;
	a = answer(&ask);
	assert_int_equal(a->n_checks, 3);
	assert_true(a->check[0].pass && a->check[1].pass);
	assert_false(a->check[2].pass);
	verdict_is(a, COCO_E_VERITY_MISMATCH);
	coco_verity_answer_free(a);
	coco_free(w);
	ask = (struct coco_verity_ask){ .image = m.data, .n_root = 32, .params = m.p,
					.given = COCO_VERITY_GIVEN_SALT };
	memcpy(ask.root, m.root, 32);
	a = answer(&ask);
	verdict_is(a, 0);
	coco_verity_answer_free(a);
	ask.n_root = 20;
	a = answer(&ask);
	verdict_is(a, COCO_E_VERITY_MISMATCH);
	coco_verity_answer_free(a);
	unmake(&m);
}

static void test_output(void **state COCO_UNUSED)
{
	char path[512];
	struct ddi m;
	size_t n;
	size_t want_n;

	for (int superblock = 0; superblock < 2; superblock++) {
		make(&m, superblock != 0);
		snprintf(path, sizeof(path), "%s/out", m.dir);
		struct coco_verity_ask ask = { .image = m.data, .params = m.p, .output = path,
					       .given = COCO_VERITY_GIVEN_SALT, .dry_run = true,
					       .no_superblock = superblock == 0 };
		coco_verity_answer_free(answer(&ask));
		assert_int_equal(access(path, F_OK), -1);
		ask.dry_run = false;
		coco_verity_answer_free(answer(&ask));
		uint8_t *got = coco_test_slurp(path, &n);
		uint8_t *want = coco_test_slurp(m.hash, &want_n);
		assert_int_equal(n, want_n);
		assert_memory_equal(got, want, n);
		refused(&ask, COCO_E_EXISTS);
		ask.output_flags = COCO_OUT_FORCE;
		coco_verity_answer_free(answer(&ask));
		coco_free(got);
		coco_free(want);
		unmake(&m);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_verity_answer *a = NULL;
	const struct coco_run one = { .jobs = 1 };
	struct coco_diag d = { 0 };
	struct ddi m;

	make(&m, true);
	struct coco_verity_ask ask = { .image = m.data, .hash_image = m.hash };
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(coco_verity_image(&one, &ask, &a, &d), &d))
			break;
	verdict_is(a, 0);
	coco_verity_answer_free(a);
	unmake(&m);
}

/* ---- shared vectors ------------------------------------------------------------- */

/* stream(seed, n) of the vectors, at least n bytes. */
static uint8_t *stream(const char *seed, size_t n)
{
	uint8_t *p = coco_alloc(n + 32, 1);

	for (uint32_t i = 0; (size_t)i * 32 < n; i++) {
		struct coco_sha256 ctx;
		uint8_t le[4];

		coco_mint_le(le, i, 4);
		coco_sha256_init(&ctx);
		coco_sha256_update(&ctx, seed, strlen(seed));
		coco_sha256_update(&ctx, le, 4);
		coco_sha256_final(&ctx, p + (size_t)i * 32);
	}
	return p;
}

static uint64_t number(const struct coco_jv *v, const char *key)
{
	struct coco_diag d = { 0 };
	uint64_t n = 0;

	assert_ok(coco_jv_u64(v, key, UINT32_MAX, &n, &d), &d);
	return n;
}

static const char *text(const struct coco_jv *v, const char *key)
{
	struct coco_diag d = { 0 };
	const char *s = NULL;

	assert_ok(coco_jv_string(v, key, &s, &d), &d);
	return s;
}

static void vector(const struct coco_jv *v, const char *dir)
{
	struct coco_verity_ask ask = { .given = 0x7f };
	struct coco_verity_params *p = &ask.params;
	uint8_t want[COCO_VERITY_DIGEST];
	uint8_t digest[32];
	struct coco_sha256 ctx;
	char path[512];
	size_t n;

	assert_true(coco_verity_alg_find(text(v, "hash"), strlen(text(v, "hash")), &p->alg));
	p->type = (unsigned)number(v, "hash_type");
	p->data_block = (uint32_t)number(v, "data_block_size");
	p->hash_block = (uint32_t)number(v, "hash_block_size");
	p->data_blocks = number(v, "data_blocks");
	p->n_salt = strlen(text(v, "salt")) / 2;
	assert_ok(coco_jv_hex(v, "salt", p->salt, p->n_salt, NULL), NULL);
	assert_ok(coco_verity_uuid_parse(p->uuid, text(v, "uuid"), NULL), NULL);
	assert_ok(coco_jv_bool(v, "no_superblock", &ask.no_superblock, NULL), NULL);
	n = (size_t)(p->data_blocks * p->data_block);
	uint8_t *data = stream(text(v, "seed"), n);
	ask.image = coco_mint_write(dir, "data", data, n);
	coco_free(data);
	snprintf(path, sizeof(path), "%s/hash", dir);
	ask.output = path;
	ask.output_flags = COCO_OUT_FORCE;
	struct coco_verity_answer *a = answer(&ask);
	assert_ok(coco_jv_hex(v, "root_hash", want, coco_verity_alg_size(p->alg), NULL), NULL);
	assert_memory_equal(a->found.root, want, coco_verity_alg_size(p->alg));
	coco_verity_answer_free(a);
	uint8_t *file = coco_test_slurp(path, &n);
	assert_int_equal(n, number(v, "hash_device_size"));
	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, file, n);
	coco_sha256_final(&ctx, digest);
	assert_ok(coco_jv_hex(v, "hash_device_sha256", want, 32, NULL), NULL);
	assert_memory_equal(digest, want, 32);
	coco_free(file);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("measure/verity/verity.json");
	struct coco_json doc;
	struct coco_diag d = { 0 };
	size_t n;

	if (path == NULL)
		return;
	uint8_t *json = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(json, n), 1 << 20, &d), &d);
	struct coco_jv list = coco_json_root(&doc);
	char *dir = coco_test_dir();
	assert_int_equal(coco_jv_len(&list), 16);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv v = coco_jv_item(&list, i);

		vector(&v, dir);
	}
	coco_test_rmdir(dir);
	coco_json_free(&doc);
	coco_free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compute),
		cmocka_unit_test(test_stored),
		cmocka_unit_test(test_without_superblock),
		cmocka_unit_test(test_cmdline),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
