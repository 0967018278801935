/*
 * test_profile_bind.c - host data, MRCONFIGID and owners that a launch
 * profile settles: each digest of initdata, its width, and what is refused.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/measure/profile_load.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static char *dir;

static char *put(const char *name, const char *text)
{
	struct coco_diag d = { 0 };
	char *path = coco_path_join(dir, name);

	assert_non_null(path);
	assert_ok(coco_write_file(path, text, strlen(text), COCO_OUT_FORCE, &d), &d);
	return path;
}

static void add(struct coco_launch_profile *p, enum coco_profile_id id, const char *text)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_profile_add(&p->profile, id, 0, text, NULL, &d), &d);
}

static void require_value(const struct coco_mrecord *rec, const char *reg, const char *hex)
{
	const struct coco_mrecord_register *r = coco_mrecord_find(rec, reg, NULL);
	char text[2 * COCO_MRECORD_DIGEST + 1];

	assert_non_null(r);
	assert_int_equal(r->n_values, 1);
	coco_hex_encode(text, r->values[0].value.p, r->values[0].value.n);
	assert_string_equal(text, hex);
}

/* The digests were computed with sha256sum, sha384sum and sha512sum. */
#define DOC(alg) "version = \"0.1.0\"\nalgorithm = \"" alg "\"\n[data]\n"
static const struct {
	const char *doc;
	const char *snp;
	const char *tdx;
} documents[] = {
	{ DOC("sha256"),
	  "af398df379eb475aff9f02cd056d0d1f5d496b7a073927cb3ea92407d8ad61a3",
	  "af398df379eb475aff9f02cd056d0d1f5d496b7a073927cb3ea92407d8ad61a3"
	  "00000000000000000000000000000000" },
	{ DOC("sha384"),
	  "c2d9f12884812d609fffc5ae527195adce05b66d8c8d7d333366d5fbf01637aa",
	  "c2d9f12884812d609fffc5ae527195adce05b66d8c8d7d333366d5fbf01637aa"
	  "f16237578dd7b7f7b7f0e0971d23bc6a" },
	{ DOC("sha512"),
	  "2fdf9419e43c548a07ee7234ab0b5e72f1d05a0a7d8c267d6f98dbdd490561be",
	  "2fdf9419e43c548a07ee7234ab0b5e72f1d05a0a7d8c267d6f98dbdd490561be"
	  "b130c07e2f28e8d7a7e7c627bca9ac68" },
};

static void test_initdata(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(documents); i++) {
		struct coco_launch_profile p = { .size = 0 };
		struct coco_mrecord rec;
		struct coco_diag d = { 0 };
		char *path = put("init.toml", documents[i].doc);

		add(&p, COCO_PROFILE_GUEST_INITDATA, path);
		coco_mrecord_init(&rec, "snp");
		assert_ok(coco_profile_bind(&p, &rec, &d), &d);
		require_value(&rec, "snp.host_data", documents[i].snp);
		assert_int_equal(rec.n_files, 1);
		coco_mrecord_free(&rec);
		coco_mrecord_init(&rec, "tdx");
		assert_ok(coco_profile_bind(&p, &rec, &d), &d);
		require_value(&rec, "tdx.mrconfigid", documents[i].tdx);
		coco_mrecord_free(&rec);
		coco_mrecord_init(&rec, "sev");
		assert_ok(coco_profile_bind(&p, &rec, &d), &d);
		assert_int_equal(rec.n_registers, 0);
		coco_mrecord_free(&rec);
		coco_launch_profile_free(&p);
		coco_free(path);
	}
}

static void test_given(void **state COCO_UNUSED)
{
	static const char hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
				  "202122232425262728292a2b2c2d2e2f";
	struct coco_launch_profile p = { .size = 0 };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	char host[65];

	snprintf(host, sizeof(host), "%.64s", hex);
	add(&p, COCO_PROFILE_GUEST_HOST_DATA, host);
	add(&p, COCO_PROFILE_TDX_MRCONFIGID, hex);
	add(&p, COCO_PROFILE_TDX_MROWNER, hex);
	add(&p, COCO_PROFILE_TDX_MROWNERCONFIG, hex);
	coco_mrecord_init(&rec, "tdx");
	assert_ok(coco_profile_bind(&p, &rec, &d), &d);
	require_value(&rec, "tdx.mrconfigid", hex);
	require_value(&rec, "tdx.mrowner", hex);
	require_value(&rec, "tdx.mrownerconfig", hex);
	coco_mrecord_free(&rec);
	coco_mrecord_init(&rec, "snp");
	assert_ok(coco_profile_bind(&p, &rec, &d), &d);
	require_value(&rec, "snp.host_data", host);
	assert_int_equal(rec.n_registers, 1);
	coco_mrecord_free(&rec);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_mrecord_init(&rec, "tdx");
		int r = coco_profile_bind(&p, &rec, &d);

		coco_mrecord_free(&rec);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	/* two answers to one question */
	add(&p, COCO_PROFILE_GUEST_INITDATA, "anything");
	coco_mrecord_init(&rec, "snp");
	assert_err(coco_profile_bind(&p, &rec, &d), COCO_E_PROFILE_VALUE, &d);
	coco_mrecord_free(&rec);
	coco_launch_profile_free(&p);
}

/* An ID block of 96 bytes that start with the digest, and keys that are a pattern. */
static void add_id_block(struct coco_launch_profile *p, uint8_t digest, bool author)
{
	uint8_t block[96] = { 0 };
	uint8_t auth[4096] = { 1 };

	memset(block, digest, 48);
	for (size_t i = 0; i < 1028; i++)
		auth[0x240 + i] = auth[0x880 + i] = (uint8_t)(i * 7);
	auth[4] = author;
	char *text = coco_b64_dup(COCO_B64_STD, block, sizeof(block));
	add(p, COCO_PROFILE_ID_BLOCK_BLOCK, text);
	coco_free(text);
	text = coco_b64_dup(COCO_B64_STD, auth, sizeof(auth));
	add(p, COCO_PROFILE_ID_BLOCK_AUTH, text);
	coco_free(text);
}

/* A record with one launch digest. */
static void start_snp(struct coco_mrecord *rec, uint8_t digest)
{
	struct coco_mrecord_value v = { .value.n = 48 };
	struct coco_diag d = { 0 };

	memset(v.value.p, digest, 48);
	coco_mrecord_init(rec, "snp");
	assert_ok(coco_mrecord_begin(rec, "snp.launch_digest", "sha384", &d), &d);
	assert_ok(coco_mrecord_value(rec, &v, &d), &d);
}

/* Digest of the 1028 bytes by a script of its own. */
static void test_id_block(void **state COCO_UNUSED)
{
	static const char want[] =
		"96975216835e743bf5f3110f31d4cf0fef3371d6c34b1d94e0f7a09e623b860b"
		"8f7a557777b4291f3fde67f2af11585a";
	struct coco_launch_profile p = { .size = 0 };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	add_id_block(&p, 5, false);
	start_snp(&rec, 5);
	assert_ok(coco_profile_bind(&p, &rec, &d), &d);
	require_value(&rec, "snp.id_key_digest", want);
	assert_null(coco_mrecord_find(&rec, "snp.author_key_digest", NULL));
	coco_mrecord_free(&rec);
	add_id_block(&p, 5, true);
	start_snp(&rec, 5);
	assert_ok(coco_profile_bind(&p, &rec, &d), &d);
	require_value(&rec, "snp.author_key_digest", want);
	coco_mrecord_free(&rec);
	for (unsigned long n = 1;; n++) {
		start_snp(&rec, 5);
		coco_test_alloc_arm(n);
		int r = coco_profile_bind(&p, &rec, &d);
		bool done = coco_test_alloc_check(r, &d);

		coco_mrecord_free(&rec);
		if (done)
			break;
	}
	/* signed for another launch */
	start_snp(&rec, 6);
	assert_err(coco_profile_bind(&p, &rec, &d), COCO_E_PROFILE_CONTRADICTS, &d);
	coco_mrecord_free(&rec);
	coco_launch_profile_free(&p);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *doc;
		int code;
	} bad[] = {
		{ "algorithm = \"sha-256\"\n", COCO_E_PROFILE_VALUE },
		{ "version = \"0.1.0\"\n", COCO_E_FORMAT_TOML_TYPE },
		{ "algorithm = \n", COCO_E_FORMAT_TOML },
	};
	uint8_t digest[COCO_MRECORD_DIGEST];
	size_t n = 0;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_diag d = { 0 };
		char *path = put("init.toml", bad[i].doc);

		assert_err(coco_profile_initdata(path, digest, &n, NULL, &d), bad[i].code, &d);
		assert_string_equal(d.source, path);
		coco_free(path);
	}
	struct coco_diag d = { 0 };
	assert_err(coco_profile_initdata("/nowhere", digest, &n, NULL, &d), COCO_E_IO_OPEN, &d);
}

static int begin(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
	return 0;
}

static int end(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_initdata),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_id_block),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
