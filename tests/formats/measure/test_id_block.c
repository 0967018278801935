/*
 * test_id_block.c - ID block and ID authentication: every field where the
 * specification has it, and the shared vectors.
 */
#include "formats/measure/id_block.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/json.h"
#include "lib/crypto/digest.h"
#include "tests/support/support.h"

static void fill(struct coco_id_pair *p, uint8_t first)
{
	for (unsigned i = 0; i < COCO_ID_NUMBER; i++) {
		p->a[i] = (uint8_t)(first + i);
		p->b[i] = (uint8_t)(first + 100 + i);
	}
}

static bool zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static void test_block(void **state COCO_UNUSED)
{
	struct coco_id_block b = { .svn = 0x01020304, .policy = UINT64_C(0x1122334455667788) };
	uint8_t got[COCO_ID_BLOCK_SIZE];

	memset(b.digest, 1, sizeof(b.digest));
	memset(b.family, 2, sizeof(b.family));
	memset(b.image, 3, sizeof(b.image));
	coco_id_block_encode(got, &b);
	assert_memory_equal(got, b.digest, 48);
	assert_memory_equal(got + 0x30, b.family, 16);
	assert_memory_equal(got + 0x40, b.image, 16);
	assert_memory_equal(got + 0x50, "\1\0\0\0\4\3\2\1\x88\x77\x66\x55\x44\x33\x22\x11", 16);
}

static void test_auth(void **state COCO_UNUSED)
{
	struct coco_id_pair p[4];
	struct coco_id_auth a = { &p[0], &p[1], &p[2], &p[3] };
	uint8_t got[COCO_ID_AUTH_SIZE];
	uint8_t key[COCO_ID_KEY_SIZE];

	for (unsigned i = 0; i < 4; i++)
		fill(&p[i], (uint8_t)(10 * i + 1));
	coco_id_auth_encode(got, &a);
	assert_memory_equal(got, "\1\0\0\0\1\0\0\0", 8);
	assert_true(zero(got + 8, 0x38));
	assert_int_equal(got[0x40], p[0].a[47]);        /* little-endian */
	assert_int_equal(got[0x40 + 47], p[0].a[0]);
	assert_true(zero(got + 0x40 + 48, 24));
	assert_int_equal(got[0x40 + 72], p[0].b[47]);
	assert_true(zero(got + 0x40 + 120, 512 - 120));
	coco_id_key_encode(key, &p[1]);
	assert_memory_equal(key, "\2\0\0\0", 4);
	assert_memory_equal(got + 0x240, key, sizeof(key));
	assert_int_equal(got[0x680], p[2].a[47]);
	coco_id_key_encode(key, &p[3]);
	assert_memory_equal(got + 0x880, key, sizeof(key));
	assert_true(zero(got + 0x880 + sizeof(key), 4096 - 0x880 - sizeof(key)));
	a.key_signature = NULL;
	a.author_key = NULL;
	coco_id_auth_encode(got, &a);
	assert_memory_equal(got, "\1\0\0\0\0\0\0\0", 8);
	assert_true(zero(got + 0x680, 4096 - 0x680));
}

/* X and Y as the vectors have them: little-endian, 72 bytes each. */
static void one_key(const struct coco_jv *c, const char *xy_name, const char *digest_name,
		    const uint8_t *in_auth, struct coco_digest *sha)
{
	uint8_t xy[144];
	uint8_t want[48];
	uint8_t got[48];
	uint8_t key[COCO_ID_KEY_SIZE];
	struct coco_id_pair p;
	struct coco_diag d = { 0 };

	assert_ok(coco_jv_hex(c, xy_name, xy, sizeof(xy), &d), &d);
	assert_ok(coco_jv_hex(c, digest_name, want, sizeof(want), &d), &d);
	for (unsigned i = 0; i < COCO_ID_NUMBER; i++) {
		p.a[i] = xy[47 - i];
		p.b[i] = xy[72 + 47 - i];
	}
	coco_id_key_encode(key, &p);
	assert_memory_equal(key, in_auth, sizeof(key));
	assert_ok(coco_digest_once(sha, key, sizeof(key), got, &d), &d);
	assert_memory_equal(got, want, sizeof(want));
}

static void one_case(const struct coco_jv *c, struct coco_digest *sha)
{
	struct coco_id_block b;
	uint8_t want[COCO_ID_BLOCK_SIZE];
	uint8_t got[COCO_ID_BLOCK_SIZE];
	uint8_t *auth;
	size_t n;
	uint64_t svn;
	const char *policy;
	struct coco_diag d = { 0 };

	assert_ok(coco_jv_hex(c, "launch_digest_hex", b.digest, 48, &d), &d);
	assert_ok(coco_jv_hex(c, "family_id", b.family, 16, &d), &d);
	assert_ok(coco_jv_hex(c, "image_id", b.image, 16, &d), &d);
	assert_ok(coco_jv_u64(c, "guest_svn", UINT32_MAX, &svn, &d), &d);
	assert_ok(coco_jv_string(c, "policy", &policy, &d), &d);
	b.svn = (uint32_t)svn;
	b.policy = strtoull(policy, NULL, 0);
	assert_ok(coco_jv_hex(c, "id_block_hex", want, sizeof(want), &d), &d);
	coco_id_block_encode(got, &b);
	assert_memory_equal(got, want, sizeof(want));
	assert_ok(coco_jv_b64(c, "sample_id_auth_base64", &auth, &n, &d), &d);
	assert_int_equal(n, COCO_ID_AUTH_SIZE);
	one_key(c, "id_pubkey_xy", "id_key_digest", auth + 0x240, sha);
	one_key(c, "author_pubkey_xy", "author_key_digest", auth + 0x880, sha);
	coco_free(auth);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("measure/idblock/idblock.json");
	struct coco_digest *sha;
	struct coco_json doc;
	struct coco_jv cases;
	struct coco_diag d = { 0 };
	size_t n;

	if (path == NULL)
		skip();
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	assert_ok(coco_digest_new(&sha, COCO_DIGEST_SHA384, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "cases", &cases, &d), &d);
	assert_true(coco_jv_len(&cases) != 0);
	for (size_t i = 0; i < coco_jv_len(&cases); i++) {
		struct coco_jv c = coco_jv_item(&cases, i);

		one_case(&c, sha);
	}
	coco_digest_free(sha);
	coco_json_free(&doc);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_auth),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
