/*
 * test_verity_cmdline.c - root hashes on command lines: every word, broken
 * ones, and what is written is read again.
 */
#include "formats/measure/verity_cmdline.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"

#define ROOT "c8d4dce1deaf3c3fb9c65ba0f9045fee4ff390b219e3f90ad5d7c75cb9f603f6"
#define SHA1 "380ebb3b1f0ef2c730f9361598eed24b02024ceb"

static struct coco_verity_words words;

static int parse(const char *text, struct coco_diag *d)
{
	size_t n = strlen(text);
	uint8_t *g = coco_test_guard(text, n);

	coco_diag_init(d);
	int r = coco_verity_cmdline_parse(&words, coco_view_of(g, n), d);
	coco_test_unguard(g, n);
	return r;
}

static void test_systemd(void **state COCO_UNUSED)
{
	struct coco_diag d;

	assert_ok(parse("quiet roothash=" ROOT " usrhash=" SHA1 "\n", &d), &d);
	assert_int_equal(words.n, 2);
	assert_int_equal(words.word[0].kind, COCO_VERITY_ROOTHASH);
	assert_int_equal(words.word[0].n_root, 32);
	assert_int_equal(words.word[0].root[0], 0xc8);
	assert_false(words.word[0].has_params);
	assert_int_equal(words.word[1].kind, COCO_VERITY_USRHASH);
	assert_int_equal(words.word[1].n_root, 20);
	assert_ok(parse("", &d), &d);
	assert_int_equal(words.n, 0);
	assert_ok(parse("quiet systemd.verity_root_data=/dev/x noroothash=zz x\"=\"", &d), &d);
	assert_int_equal(words.n, 0);
	assert_ok(parse("\"roothash=" ROOT "\" a", &d), &d);
	assert_int_equal(words.n, 1);
}

static void test_dm(void **state COCO_UNUSED)
{
	struct coco_diag d;

	assert_ok(parse("a dm-mod.create=\"one,uuid,1,ro,0 40000 verity 1 /dev/vda1 "
			"/dev/vda2 4096 1024 5000 1 sha256 " ROOT " abcd 1 "
			"ignore_zero_blocks;two,,,ro,0 8 linear /dev/x 0,8 8 verity 0 a b "
			"512 512 1 0 sha1 " SHA1 " -\" root=/dev/dm-0", &d), &d);
	assert_int_equal(words.n, 2);
	const struct coco_verity_word *w = &words.word[0];
	assert_int_equal(w->kind, COCO_VERITY_DM_CREATE);
	assert_string_equal(w->name, "one");
	assert_true(w->has_params && w->has_start);
	assert_int_equal(w->params.type, 1);
	assert_int_equal(w->params.data_block, 4096);
	assert_int_equal(w->params.hash_block, 1024);
	assert_int_equal(w->params.data_blocks, 5000);
	assert_int_equal(w->hash_start, 1);
	assert_int_equal(w->params.n_salt, 2);
	assert_int_equal(w->params.salt[1], 0xcd);
	w = &words.word[1];
	assert_string_equal(w->name, "two");
	assert_int_equal(w->params.alg, COCO_VERITY_SHA1);
	assert_int_equal(w->params.type, 0);
	assert_int_equal(w->params.n_salt, 0);
}

static void test_kata(void **state COCO_UNUSED)
{
	struct coco_diag d;

	assert_ok(parse("root_hash=" ROOT ",salt=00ff,data_blocks=7,data_block_size=4096,"
			"hash_block_size=512", &d), &d);
	assert_int_equal(words.n, 1);
	assert_int_equal(words.word[0].kind, COCO_VERITY_KATA);
	assert_int_equal(words.word[0].params.data_blocks, 7);
	assert_int_equal(words.word[0].params.hash_block, 512);
	assert_int_equal(words.word[0].params.n_salt, 2);
}

static void test_bad(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"roothash=",
		"roothash=abc",
		"roothash=abcd",
		"usrhash=" ROOT "00",
		"x roothash=" ROOT "x",
		"dm-mod.create=\"a,,,ro,0 1 verity 1 a b 4096 4096 1 0 sha256 " ROOT "\"",
		"dm-mod.create=\"a,,,ro,0 1 verity 2 a b 4096 4096 1 0 sha256 " ROOT " -\"",
		"dm-mod.create=\"a,,,ro,0 1 verity 1 a b x 4096 1 0 sha256 " ROOT " -\"",
		"dm-mod.create=\"a,,,ro,0 1 verity 1 a b 4096 99999999 1 0 sha256 " ROOT " -\"",
		"dm-mod.create=\"a,,,ro,0 1 verity 1 a b 4096 4096 -1 0 sha256 " ROOT " -\"",
		"dm-mod.create=\"a,,,ro,0 1 verity 1 a b 4096 4096 1 12345678901234567890 sha256 "
		ROOT " -\"",
		"dm-mod.create=\"a,,,ro,0 1 verity 1 a b 4096 4096 1 0 md5 " ROOT " -\"",
		"dm-mod.create=\"a,,,ro,0 1 verity 1 a b 4096 4096 1 0 sha256 beef -\"",
		"dm-mod.create=\"a,,,ro,0 1 verity 1 a b 4096 4096 1 0 sha256 " ROOT " xy\"",
		"root_hash=" ROOT ",salt=00,data_blocks=7,data_block_size=4096",
		"root_hash=" ROOT ",salt=0,data_blocks=7,data_block_size=4096,hash_block_size=512",
		"root_hash=" ROOT ",salt=00,data_blocks=7,data_block_size=4096,"
		"hash_block_size=512,x=1",
	};
	struct coco_diag d;

	words.n = 9;
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		assert_err(parse(bad[i], &d), COCO_E_FORMAT_VALUE, &d);
		assert_true(d.has_offset);
		assert_int_equal(words.n, 9);
	}
	char many[COCO_VERITY_WORDS * 60 + 100] = "";
	for (size_t i = 0; i <= COCO_VERITY_WORDS; i++)
		strcat(many, "roothash=" SHA1 " ");
	assert_err(parse(many, &d), COCO_E_LIMIT_SIZE, &d);
}

static void test_write(void **state COCO_UNUSED)
{
	const struct coco_verity_params p = { .type = 1, .alg = COCO_VERITY_SHA256,
					      .data_block = 4096, .hash_block = 1024,
					      .data_blocks = 77, .n_salt = 2, .salt = { 9, 8 } };
	struct coco_verity_params bare = p;
	uint8_t root[32] = { 1, 2, 3 };
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *text;
	size_t n;

	bare.n_salt = 0;
	coco_wr_init(&wr, 4096);
	coco_verity_kata_write(&wr, &p, root);
	coco_wr_str(&wr, " ");
	coco_verity_dm_write(&wr, &p, root, "/dev/vda1", "/dev/vda2", 0);
	coco_wr_str(&wr, " ");
	coco_verity_dm_write(&wr, &bare, root, "/dev/vda1", "/dev/vda2", 1);
	assert_ok(coco_wr_finish(&wr, &text, &n, &d), &d);
	assert_ok(parse((const char *)text, &d), &d);
	assert_int_equal(words.n, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct coco_verity_params *q = &words.word[i].params;

		assert_memory_equal(words.word[i].root, root, sizeof(root));
		assert_int_equal(q->data_blocks, 77);
		assert_int_equal(q->hash_block, 1024);
		assert_int_equal(q->n_salt, i == 2 ? 0 : 2);
	}
	assert_int_equal(words.word[2].hash_start, 1);
	assert_non_null(strstr((const char *)text, "ro,0 616 verity 1 /dev/vda1 /dev/vda2 4096 "));
	coco_free(text);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(parse("roothash=" SHA1, &d), &d))
			break;
	assert_string_equal(coco_verity_kind_name(COCO_VERITY_KATA), "kernel_verity_params");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_systemd),
		cmocka_unit_test(test_dm),
		cmocka_unit_test(test_kata),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
