/*
 * test_authenticode.c - digests of PE images: minted ones against the rule
 * written out, signed and padded forms, the shared vectors.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/authenticode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_pe.h"
#include "tests/support/support.h"

#define SHA256 COCO_BANK(COCO_DIGEST_SHA256)

static void digest(const struct coco_mint_pe *spec, struct coco_authenticode *ret)
{
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = coco_mint_pe(spec, &n);
	uint8_t *guarded = coco_test_guard(p, n);

	assert_ok(coco_authenticode_bytes(coco_view_of(guarded, n), COCO_BANKS_ALL, ret, &d), &d);
	coco_test_unguard(guarded, n);
	coco_free(p);
}

static void is(const struct coco_bank_values *v, enum coco_digest_alg alg, const void *p, size_t n)
{
	struct coco_bank_values want;
	struct coco_banks b;
	struct coco_diag d = { 0 };

	assert_ok(coco_banks_init(&b, COCO_BANKS_ALL, &d), &d);
	assert_ok(coco_banks_once(&b, p, n, &want, &d), &d);
	assert_memory_equal(v->p[alg], want.p[alg], coco_digest_length(alg));
	coco_banks_free(&b);
}

/* The file without CheckSum and the directory's entry: the image has no gaps. */
static void test_rule(void **state COCO_UNUSED)
{
	struct coco_authenticode a;
	size_t n;
	uint8_t *p = coco_mint_pe(&coco_mint_pe_plain, &n);
	const size_t sum = COCO_MINT_PE_OPTIONAL + 64;
	const size_t entry = COCO_MINT_PE_OPTIONAL + 144;

	digest(&coco_mint_pe_plain, &a);
	assert_int_equal(a.banks, COCO_BANKS_ALL);
	assert_int_equal(a.padding, 0);
	memmove(p + entry, p + entry + 8, n - entry - 8);
	memmove(p + sum, p + sum + 4, n - sum - 4);
	for (unsigned i = 0; i < COCO_DIGEST_ALGS; i++)
		is(&a.digest, (enum coco_digest_alg)i, p, n - 12);
	coco_free(p);
}

static void same(const struct coco_bank_values *a, const struct coco_bank_values *b, bool want)
{
	for (unsigned i = 0; i < COCO_DIGEST_ALGS; i++)
		assert_int_equal(memcmp(a->p[i], b->p[i],
					coco_digest_length((enum coco_digest_alg)i)) == 0, want);
}

/* Signing does not change the digest, unless the length is not a multiple of 8. */
static void test_signed(void **state COCO_UNUSED)
{
	struct coco_mint_pe s = coco_mint_pe_plain;
	struct coco_authenticode plain;
	struct coco_authenticode with;

	digest(&s, &plain);
	s.certs = 1000;
	digest(&s, &with);
	same(&plain.digest, &with.digest, true);
	s.certs = 0;
	s.tight = true;
	digest(&s, &with);
	assert_int_equal(with.padding, 7);
	same(&with.digest, &with.padded, false);
	s.tight = false;
	s.pe32 = true;
	digest(&s, &with);
	same(&plain.digest, &with.digest, false);
}

/* Order in the table does not matter, order in the file does. */
static void test_order(void **state COCO_UNUSED)
{
	static const struct coco_mint_pe_section ab[] = { { ".a", "aaaa", 4, 0 },
							  { ".b", "bbbb", 4, 0 } };
	struct coco_mint_pe s = { .sections = ab, .n_sections = 2, .backwards = true };
	struct coco_authenticode a;
	size_t n;
	uint8_t *p = coco_mint_pe(&s, &n);
	const size_t sum = COCO_MINT_PE_OPTIONAL + 64;
	const size_t entry = COCO_MINT_PE_OPTIONAL + 144;

	digest(&s, &a);
	assert_memory_equal(p + 512, "bbbb", 4);
	memmove(p + entry, p + entry + 8, n - entry - 8);
	memmove(p + sum, p + sum + 4, n - sum - 4);
	is(&a.digest, COCO_DIGEST_SHA256, p, n - 12);
	coco_free(p);
}

/* A file of several pieces gives what memory gives; the caller can stop it. */
static void test_file(void **state COCO_UNUSED)
{
	static const struct coco_mint_pe_section big[] = { { ".linux", NULL, 3 << 20 | 77, 0 } };
	struct coco_mint_pe s = { .sections = big, .n_sections = 1, .tight = true };
	volatile sig_atomic_t stop = 1;
	struct coco_run run = { .jobs = 1, .cancel = &stop };
	struct coco_authenticode a;
	struct coco_authenticode b;
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();
	const char *path = coco_mint_pe_file(dir, "big.efi", &s);

	digest(&s, &a);
	assert_ok(coco_authenticode_path(path, COCO_BANKS_ALL, NULL, &b, &d), &d);
	same(&a.digest, &b.digest, true);
	same(&a.padded, &b.padded, true);
	assert_err(coco_authenticode_path(path, SHA256, &run, &b, &d), COCO_E_CANCELLED, &d);
	d = (struct coco_diag){ 0 };
	assert_err(coco_authenticode_path(dir, SHA256, NULL, &b, &d), COCO_E_IO_KIND, &d);
	d = (struct coco_diag){ 0 };
	s.cut = 1;
	path = coco_mint_pe_file(dir, "cut.efi", &s);
	assert_err(coco_authenticode_path(path, SHA256, NULL, &b, &d), COCO_E_PE_SECTION, &d);
	assert_string_equal(d.source, path);
	coco_test_rmdir(dir);
}

static void is_hex(const struct coco_authenticode *a, enum coco_digest_alg alg, const char *want)
{
	char text[2 * COCO_DIGEST_MAX + 1];

	coco_hex_encode(text, a->digest.p[alg], coco_digest_length(alg));
	assert_string_equal(text, want);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *dir = coco_test_vectors("measure/uki/uki.json");
	struct coco_authenticode a;
	struct coco_diag d = { 0 };
	struct coco_json doc;
	char path[512];
	size_t n;

	if (dir == NULL)
		return;
	uint8_t *text = coco_test_slurp(dir, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	for (size_t i = 0; i < coco_jv_len(&root); i++) {
		struct coco_jv item = coco_jv_item(&root, i);
		const char *file, *sha256, *sha384;

		assert_ok(coco_jv_string(&item, "file", &file, &d), &d);
		assert_ok(coco_jv_string(&item, "authenticode_sha256", &sha256, &d), &d);
		assert_ok(coco_jv_string(&item, "authenticode_sha384", &sha384, &d), &d);
		snprintf(path, sizeof(path), "measure/uki/%s", file);
		assert_ok(coco_authenticode_path(coco_test_vectors(path), COCO_BANKS_ALL, NULL, &a,
						 &d), &d);
		is_hex(&a, COCO_DIGEST_SHA256, sha256);
		is_hex(&a, COCO_DIGEST_SHA384, sha384);
	}
	printf("%zu images of uki.json\n", coco_jv_len(&root));
	coco_json_free(&doc);
	coco_free(text);
	/* the two readings of a length that is not a multiple of 8 */
	const char *odd = coco_test_vectors("measure/inputs/bz-d.efi");
	if (odd == NULL)
		return;
	assert_ok(coco_authenticode_path(odd, SHA256, NULL, &a, &d), &d);
	assert_int_equal(a.padding, 3);
	assert_memory_equal(a.digest.p[COCO_DIGEST_SHA256], "\xea\x07\x16\xad", 4);
	assert_memory_equal(a.padded.p[COCO_DIGEST_SHA256], "\x3c\xf5\x2a\x29", 4);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_authenticode a;
	char *dir = coco_test_dir();
	const char *path = coco_mint_pe_file(dir, "a.efi", &coco_mint_pe_plain);

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = coco_authenticode_path(path, COCO_BANKS_ALL, NULL, &a, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
