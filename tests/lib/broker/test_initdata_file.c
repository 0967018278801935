/*
 * test_initdata_file.c - initdata in all its forms: each is recognised, every
 * cut and every changed bit is refused, and what it is bound to.
 */
#include "lib/broker/initdata_file.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static const char doc[] = "version = \"0.1.0\"\nalgorithm = \"sha256\"\n\n[data]\n"
			  "\"aa.toml\" = '''\n[token_configs.kbs]\nurl = \"http://k\"\n'''\n";

enum { N_DOC = sizeof(doc) - 1 };

static int unpack(const void *p, size_t n, uint8_t **ret, size_t *ret_n,
		  enum coco_initdata_form *form, struct coco_diag *d)
{
	coco_diag_init(d);
	uint8_t *g = coco_test_guard(p, n);
	int r = coco_initdata_unpack(coco_view_of(g, n), ret, ret_n, form, d);
	coco_test_unguard(g, n);
	return r;
}

static void gives(const void *p, size_t n, enum coco_initdata_form want)
{
	enum coco_initdata_form form = COCO_INITDATA_FORMS;
	uint8_t *toml = NULL;
	size_t n_toml = 0;
	struct coco_diag d;

	assert_ok(unpack(p, n, &toml, &n_toml, &form, &d), &d);
	assert_int_equal(form, want);
	assert_int_equal(n_toml, N_DOC);
	assert_memory_equal(toml, doc, N_DOC);
	coco_free(toml);
}

static void refuses(const void *p, size_t n, int code)
{
	enum coco_initdata_form form = COCO_INITDATA_FORMS;
	uint8_t *toml = NULL;
	size_t n_toml = 77;
	struct coco_diag d;

	assert_err(unpack(p, n, &toml, &n_toml, &form, &d), code, &d);
	assert_null(toml);
	assert_int_equal(n_toml, 77);
	assert_int_equal(form, COCO_INITDATA_FORMS);
}

static uint8_t *pack(enum coco_initdata_form form, size_t *n)
{
	uint8_t *p = NULL;
	struct coco_diag d = { 0 };

	assert_ok(coco_initdata_pack(coco_view_of(doc, N_DOC), form, &p, n, &d), &d);
	return p;
}

static void test_forms(void **state COCO_UNUSED)
{
	static const char *const names[] = { "toml", "annotation", "image", "pod", "pod-old",
					     "gzip" };

	for (int f = 0; f < COCO_INITDATA_FORMS; f++) {
		enum coco_initdata_form form = (enum coco_initdata_form)f;
		size_t n = 0;
		size_t again = 0;
		uint8_t *p = pack(form, &n);
		uint8_t *q = pack(form, &again);

		assert_string_equal(coco_initdata_form_name(form), names[f]);
		gives(p, n, form);
		assert_int_equal(n, again);
		assert_memory_equal(p, q, n);
		if (form == COCO_INITDATA_ANNOTATED)
			assert_null(memchr(p, '\n', n));
		if (form == COCO_INITDATA_IMAGE) {
			assert_int_equal(n, COCO_INITDATA_BLOCK);
			assert_memory_equal(p, "initdata", 8);
		}
		coco_free(p);
		coco_free(q);
	}
}

/* As people copy them out of a pod. */
static void test_copied(void **state COCO_UNUSED)
{
	static const struct {
		const char *before;
		const char *after;
		enum coco_initdata_form form;
	} cases[] = {
		{ "", "\n", COCO_INITDATA_ANNOTATED },
		{ " \t", " \r\n\n", COCO_INITDATA_ANNOTATED },
		{ COCO_INITDATA_ANNOTATION ": ", "", COCO_INITDATA_POD },
		{ "    " COCO_INITDATA_ANNOTATION ": \"", "\"\n", COCO_INITDATA_POD },
		{ "\"" COCO_INITDATA_ANNOTATION "\": \"", "\",\n", COCO_INITDATA_POD },
		{ COCO_INITDATA_ANNOTATION "=", "\n", COCO_INITDATA_POD },
		{ "annotations:\n  " COCO_INITDATA_ANNOTATION_OLD ": '", "'\n",
		  COCO_INITDATA_POD_OLD },
		{ COCO_INITDATA_ANNOTATION_OLD ":", "", COCO_INITDATA_POD_OLD },
	};
	size_t n = 0;
	uint8_t *p = pack(COCO_INITDATA_ANNOTATED, &n);

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		char text[2048];
		int len = snprintf(text, sizeof(text), "%s%.*s%s", cases[i].before, (int)n,
				   (char *)p, cases[i].after);

		gives(text, (size_t)len, cases[i].form);
	}
	/* a terminal's line ends in the middle */
	char text[2048];
	int len = snprintf(text, sizeof(text), "%.76s\n%.*s\n", (char *)p, (int)n - 76,
			   (char *)p + 76);
	gives(text, (size_t)len, COCO_INITDATA_ANNOTATED);
	coco_free(p);
	refuses(COCO_INITDATA_ANNOTATION ": ", strlen(COCO_INITDATA_ANNOTATION) + 2,
		COCO_E_INITDATA_PACKED);
	refuses(COCO_INITDATA_ANNOTATION ": a_b=", strlen(COCO_INITDATA_ANNOTATION) + 6,
		COCO_E_FORMAT_BASE64);
}

static void test_toml(void **state COCO_UNUSED)
{
	static char large[COCO_INITDATA_MAX + 1];
	enum coco_initdata_form form = COCO_INITDATA_GZIP;
	uint8_t *p = NULL;
	size_t n = 7;
	struct coco_diag d = { 0 };

	/* whatever is nothing else */
	assert_ok(coco_initdata_unpack(coco_view_of(NULL, 0), &p, &n, &form, &d), &d);
	assert_int_equal(n, 0);
	assert_int_equal(form, COCO_INITDATA_TOML);
	coco_free(p);
	gives(doc, N_DOC, COCO_INITDATA_TOML);
	memset(large, '#', sizeof(large));
	assert_ok(coco_initdata_unpack(coco_view_of(large, COCO_INITDATA_MAX), &p, &n, &form, &d),
		  &d);
	assert_int_equal(n, COCO_INITDATA_MAX);
	coco_free(p);
	refuses(large, sizeof(large), COCO_E_LIMIT_SIZE);
}

/* Every form but TOML with a piece missing at the end. */
static void test_cut(void **state COCO_UNUSED)
{
	for (int f = COCO_INITDATA_TOML + 1; f < COCO_INITDATA_FORMS; f++) {
		size_t n = 0;
		uint8_t *p = pack((enum coco_initdata_form)f, &n);
		uint8_t *toml = NULL;
		size_t n_toml = 0;
		enum coco_initdata_form form;
		struct coco_diag d;

		/* a pod's last byte is a line end */
		size_t end = f == COCO_INITDATA_POD || f == COCO_INITDATA_POD_OLD ? n - 1 : n;
		for (size_t cut = 2; cut < end; cut++) {
			int r = unpack(p, cut, &toml, &n_toml, &form, &d);

			if (r == 0) {
				/* not recognised: the bytes themselves, which are no document */
				assert_int_equal(form, COCO_INITDATA_TOML);
				assert_int_equal(n_toml, cut);
				assert_memory_equal(toml, p, cut);
				coco_free(toml);
				toml = NULL;
			}
		}
		coco_free(p);
	}
}

static void flip(enum coco_initdata_form form)
{
	size_t n = 0;
	uint8_t *p = pack(form, &n);
	struct coco_diag d;

	for (size_t bit = 0; bit < n * 8; bit++) {
		enum coco_initdata_form seen;
		uint8_t *toml = NULL;
		size_t n_toml = 0;

		p[bit / 8] = (uint8_t)(p[bit / 8] ^ 1u << bit % 8);
		if (unpack(p, n, &toml, &n_toml, &seen, &d) == 0) {
			/* unknown as a form, or a byte that nobody reads: time, system, flags */
			bool same = n_toml == N_DOC && memcmp(toml, doc, N_DOC) == 0;

			assert_true(same || (seen == COCO_INITDATA_TOML && n_toml == n));
			coco_free(toml);
		}
		p[bit / 8] = (uint8_t)(p[bit / 8] ^ 1u << bit % 8);
	}
	coco_free(p);
}

static void test_bits(void **state COCO_UNUSED)
{
	flip(COCO_INITDATA_GZIP);
	flip(COCO_INITDATA_ANNOTATED);
	flip(COCO_INITDATA_IMAGE);
	flip(COCO_INITDATA_POD);
}

static void test_image_lies(void **state COCO_UNUSED)
{
	static uint8_t more[4 * COCO_INITDATA_BLOCK];
	size_t n = 0;
	uint8_t *p = pack(COCO_INITDATA_IMAGE, &n);

	memcpy(more, p, n);
	/* another block at the end, a block that is not whole */
	refuses(more, n + COCO_INITDATA_BLOCK, COCO_E_INITDATA_PACKED);
	refuses(more, n - 1, COCO_E_INITDATA_PACKED);
	refuses(more, n + 1, COCO_E_INITDATA_PACKED);
	/* bytes in the padding */
	more[n - 1] = 1;
	refuses(more, n, COCO_E_FORMAT_VALUE);
	more[n - 1] = 0;
	/* lengths: nothing, one more, one less, all that fits, far too much */
	more[8] = 0;
	refuses(more, n, COCO_E_FORMAT_VALUE);
	more[8] = (uint8_t)(p[8] + 1);
	refuses(more, n, COCO_E_INITDATA_PACKED);
	more[8] = (uint8_t)(p[8] - 1);   /* its last byte is zero, as the padding is */
	refuses(more, n, COCO_E_INITDATA_PACKED);
	memset(more + 8, 0xff, 8);
	refuses(more, n, COCO_E_FORMAT_SHORT);
	memset(more + 8, 0, 8);
	more[9] = 2;
	refuses(more, n, COCO_E_FORMAT_SHORT);
	refuses(more, 15, COCO_E_FORMAT_SHORT);
	refuses(more, 8, COCO_E_FORMAT_SHORT);
	coco_free(p);
}

/* gzip of n equal bytes in the way zlib does it. */
static uint8_t *squeeze(size_t n, size_t *ret_n)
{
	z_stream z = { .avail_in = (uInt)n };
	uint8_t *in = coco_alloc(n, 1);
	uint8_t *out = coco_alloc(n + 100, 1);

	memset(in, '#', n);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, 0), Z_OK);
	z.next_in = in;
	z.next_out = out;
	z.avail_out = (uInt)n + 100;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*ret_n = n + 100 - z.avail_out;
	(void)deflateEnd(&z);
	coco_free(in);
	return out;
}

static void test_oversized(void **state COCO_UNUSED)
{
	enum coco_initdata_form form;
	uint8_t *toml = NULL;
	size_t n_toml = 0;
	size_t n = 0;
	struct coco_diag d;

	uint8_t *p = squeeze(COCO_INITDATA_MAX, &n);
	assert_ok(unpack(p, n, &toml, &n_toml, &form, &d), &d);
	assert_int_equal(n_toml, COCO_INITDATA_MAX);
	coco_free(toml);
	coco_free(p);
	p = squeeze(COCO_INITDATA_MAX + 1, &n);
	refuses(p, n, COCO_E_LIMIT_SIZE);
	coco_free(p);
	p = squeeze(32 << 20, &n);   /* a bomb: some 32 kB */
	refuses(p, n, COCO_E_LIMIT_SIZE);
	char *text = coco_b64_dup(COCO_B64_STD, p, n);
	refuses(text, strlen(text), COCO_E_LIMIT_SIZE);
	coco_free(text);
	coco_free(p);
	/* too much even before unpacking */
	p = coco_zalloc(COCO_INITDATA_MAX + 1, 1);
	p[0] = 0x1f;
	p[1] = 0x8b;
	refuses(p, COCO_INITDATA_MAX + 1, COCO_E_LIMIT_SIZE);
	coco_free(p);
}

static void test_gzip_members(void **state COCO_UNUSED)
{
	uint8_t both[2048];
	size_t n = 0;
	uint8_t *p = pack(COCO_INITDATA_GZIP, &n);

	/* a second member, a byte behind: other readers would read something else */
	memcpy(both, p, n);
	memcpy(both + n, p, n);
	refuses(both, 2 * n, COCO_E_INITDATA_PACKED);
	both[n] = 0;
	refuses(both, n + 1, COCO_E_INITDATA_PACKED);
	/* no name, no time: the same bytes each time */
	assert_int_equal(both[3], 0);
	assert_memory_equal(both + 4, "\0\0\0\0", 4);
	coco_free(p);
}

static void test_pack_too_large(void **state COCO_UNUSED)
{
	static char large[COCO_INITDATA_MAX + 1];
	uint8_t *p = NULL;
	size_t n = 5;

	for (int f = 0; f < COCO_INITDATA_FORMS; f++) {
		struct coco_diag d = { 0 };

		assert_err(coco_initdata_pack(coco_view_of(large, sizeof(large)),
					      (enum coco_initdata_form)f, &p, &n, &d),
			   COCO_E_LIMIT_SIZE, &d);
		assert_null(p);
		assert_int_equal(n, 5);
	}
	/* a multiple of the block needs no padding; incompressible bytes take more than they are */
	for (size_t size = 300; size < 1400; size++) {
		uint8_t bytes[1400];
		struct coco_diag d = { 0 };
		enum coco_initdata_form form;
		uint8_t *toml = NULL;
		size_t n_toml = 0;

		coco_test_random(bytes, size, size);
		assert_ok(coco_initdata_pack(coco_view_of(bytes, size), COCO_INITDATA_IMAGE, &p, &n,
					     &d), &d);
		assert_int_equal(n % COCO_INITDATA_BLOCK, 0);
		assert_ok(coco_initdata_unpack(coco_view_of(p, n), &toml, &n_toml, &form, &d), &d);
		assert_int_equal(n_toml, size);
		assert_memory_equal(toml, bytes, size);
		coco_free(toml);
		coco_free(p);
	}
}

static void test_bind(void **state COCO_UNUSED)
{
	struct coco_initdata_binding b;
	struct coco_diag d = { 0 };
	uint8_t want[64];

	/* SHA-2 of "abc", FIPS 180 */
	assert_ok(coco_initdata_bind(coco_view_of("abc", 3), COCO_INITDATA_SHA256, &b, &d), &d);
	assert_ok(coco_hex_decode(want, 32, "ba7816bf8f01cfea414140de5dae2223"
				  "b00361a396177a9cb410ff61f20015ad", 64, &d), &d);
	assert_int_equal(b.n, 32);
	assert_memory_equal(b.digest, want, 32);
	assert_memory_equal(b.host_data, want, 32);
	memset(want + 32, 0, 32);
	assert_memory_equal(b.mrconfigid, want, 48);
	assert_memory_equal(b.configid, want, 64);
	assert_true(b.has_pcr8);
	assert_ok(coco_initdata_bind(coco_view_of("abc", 3), COCO_INITDATA_SHA384, &b, &d), &d);
	assert_ok(coco_hex_decode(want, 48, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
				  "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7", 96, &d), &d);
	assert_int_equal(b.n, 48);
	assert_memory_equal(b.host_data, want, 32);
	assert_memory_equal(b.mrconfigid, want, 48);
	memset(want + 48, 0, 16);
	assert_memory_equal(b.configid, want, 64);
	assert_false(b.has_pcr8);
	assert_ok(coco_initdata_bind(coco_view_of("abc", 3), COCO_INITDATA_SHA512, &b, &d), &d);
	assert_int_equal(b.n, 64);
	assert_memory_equal(b.configid, b.digest, 64);
	assert_memory_equal(b.mrconfigid, b.digest, 48);
	assert_false(b.has_pcr8);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (int f = 0; f < COCO_INITDATA_FORMS; f++) {
		size_t n = 0;
		uint8_t *p = pack((enum coco_initdata_form)f, &n);

		for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
			enum coco_initdata_form form;
			uint8_t *toml = NULL;
			size_t n_toml = 0;
			int r = coco_initdata_unpack(coco_view_of(p, n), &toml, &n_toml, &form,
						     &d);

			if (coco_test_alloc_check(r, &d)) {
				assert_true(i > 1);
				coco_free(toml);
				break;
			}
			assert_null(toml);
		}
		for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
			uint8_t *again = NULL;
			size_t n_again = 0;
			int r = coco_initdata_pack(coco_view_of(doc, N_DOC),
						   (enum coco_initdata_form)f, &again, &n_again,
						   &d);

			if (coco_test_alloc_check(r, &d)) {
				coco_free(again);
				break;
			}
			assert_null(again);
		}
		coco_free(p);
	}
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_initdata_binding b;

		if (coco_test_alloc_check(coco_initdata_bind(coco_view_of(doc, N_DOC),
							     COCO_INITDATA_SHA256, &b, &d), &d))
			break;
	}
}

static void vector_field(const struct coco_jv *obj, const char *key, const uint8_t *p, size_t n)
{
	uint8_t want[64];

	assert_ok(coco_jv_hex(obj, key, want, n, NULL), NULL);
	assert_memory_equal(want, p, n);
}

static void vector(const struct coco_jv *v)
{
	static struct coco_initdata decoded;
	struct coco_initdata_binding b;
	struct coco_diag d = { 0 };
	struct coco_jv bindings;
	char name[200];
	size_t n = 0;

	snprintf(name, sizeof(name), "broker/initdata/%s", v->key);
	uint8_t *text = coco_test_slurp(coco_test_vectors(name), &n);
	assert_ok(coco_initdata_decode(&decoded, coco_view_of(text, n), &d), &d);
	assert_ok(coco_initdata_bind(coco_view_of(text, n), decoded.alg, &b, &d), &d);
	vector_field(v, "digest_hex", b.digest, b.n);
	assert_ok(coco_jv_object(v, "bindings", &bindings, &d), &d);
	vector_field(&bindings, "snp_hostdata_32", b.host_data, 32);
	vector_field(&bindings, "tdx_mrconfigid_48", b.mrconfigid, 48);
	vector_field(&bindings, "sgx_configid_64", b.configid, 64);
	vector_field(&bindings, "cca_rpv_64", b.configid, 64);
	assert_int_equal(b.has_pcr8, coco_jv_has(&bindings, "vtpm_pcr8_sha256"));
	if (b.has_pcr8)
		vector_field(&bindings, "vtpm_pcr8_sha256", b.pcr8, 32);
	coco_initdata_free(&decoded);
	coco_free(text);
}

/* The packed twin of a vector holds the same bytes. */
static void twin(const char *name, const char *packed, enum coco_initdata_form want)
{
	enum coco_initdata_form form;
	struct coco_diag d;
	uint8_t *toml = NULL;
	size_t n_text = 0;
	size_t n_toml = 0;
	size_t n = 0;
	uint8_t *text = coco_test_slurp(coco_test_vectors(name), &n_text);
	uint8_t *bytes = coco_test_slurp(coco_test_vectors(packed), &n);

	assert_ok(unpack(bytes, n, &toml, &n_toml, &form, &d), &d);
	assert_int_equal(form, want);
	assert_int_equal(n_toml, n_text);
	assert_memory_equal(toml, text, n_text);
	coco_free(toml);
	coco_free(bytes);
	coco_free(text);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("broker/initdata/expected.json");
	struct coco_json expected;
	struct coco_jv v;
	void *iter = NULL;
	size_t n = 0;
	size_t seen = 0;

	if (path == NULL)
		skip();
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&expected, coco_view_of(text, n), n, NULL), NULL);
	struct coco_jv root = coco_json_root(&expected);
	while (coco_jv_next(&root, &iter, &v)) {
		if (strstr(v.key, ".toml") == NULL)
			continue;
		vector(&v);
		seen++;
	}
	assert_true(seen >= 5);
	coco_json_free(&expected);
	coco_free(text);
	twin("broker/initdata/release-sha256.toml", "broker/initdata/release-sha256.annotation.txt",
	     COCO_INITDATA_ANNOTATED);
	twin("broker/initdata/release-sha384.toml", "broker/initdata/release-sha384.annotation.txt",
	     COCO_INITDATA_ANNOTATED);
	twin("broker/initdata/release-sha512.toml", "broker/initdata/release-sha512.annotation.txt",
	     COCO_INITDATA_ANNOTATED);
	twin("broker/initdata/release-sha256.toml", "broker/initdata/release-sha256.img",
	     COCO_INITDATA_IMAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms), cmocka_unit_test(test_copied),
		cmocka_unit_test(test_toml), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bits), cmocka_unit_test(test_image_lies),
		cmocka_unit_test(test_oversized), cmocka_unit_test(test_gzip_members),
		cmocka_unit_test(test_pack_too_large), cmocka_unit_test(test_bind),
		cmocka_unit_test(test_memory), cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
