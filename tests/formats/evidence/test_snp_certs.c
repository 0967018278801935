/*
 * test_snp_certs.c - the certificate table of SEV-SNP.
 */
#include "formats/evidence/snp_certs.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "tests/support/support.h"

enum { HEAD = 4 * 24, BLOB = HEAD + 32 };

static struct coco_diag d;

static const uint8_t ark[16] = { 0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52,
				 0x97, 0x43, 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae };
static const uint8_t vcek[16] = { 0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64,
				  0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd };

static void put(uint8_t *p, size_t i, const uint8_t *guid, uint32_t offset, uint32_t n)
{
	memcpy(p + 24 * i, guid, 16);
	for (int k = 0; k < 4; k++) {
		p[24 * i + 16 + (size_t)k] = (uint8_t)(offset >> 8 * k);
		p[24 * i + 20 + (size_t)k] = (uint8_t)(n >> 8 * k);
	}
}

/* An ARK of 10 bytes, a VCEK of 22, something unknown without bytes. */
static void sample(uint8_t blob[BLOB])
{
	static const uint8_t other[16] = { 1, 2, 3 };

	memset(blob, 0, BLOB);
	put(blob, 0, ark, HEAD, 10);
	put(blob, 1, vcek, HEAD + 10, 22);
	put(blob, 2, other, 0, 0);
	for (size_t i = HEAD; i < BLOB; i++)
		blob[i] = (uint8_t)i;
}

static int read_table(struct coco_snp_certs *t, const uint8_t *blob, size_t n)
{
	uint8_t *p = coco_test_guard(blob, n);

	coco_diag_init(&d);
	int r = coco_snp_certs_read(t, coco_view_of(p, n), 1184, &d);
	assert_int_equal(r, d.code);
	coco_test_unguard(p, n);
	return r;
}

static void test_read(void **state COCO_UNUSED)
{
	struct coco_snp_certs t;
	uint8_t blob[BLOB];

	sample(blob);
	assert_true(coco_snp_certs_looks(coco_view_of(blob, BLOB)));
	assert_ok(coco_snp_certs_read(&t, coco_view_of(blob, BLOB), 1184, &d), &d);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.v[0].kind, COCO_SNP_CERT_ARK);
	assert_int_equal(t.v[0].bytes.n, 10);
	assert_ptr_equal(t.v[0].bytes.p, blob + HEAD);
	assert_true(t.v[0].offset == 1184 + HEAD);
	assert_int_equal(t.v[1].kind, COCO_SNP_CERT_VCEK);
	assert_int_equal(t.v[1].bytes.n, 22);
	/* only the end: of a whole entry, and of the GUID alone */
	memset(blob, 0, BLOB);
	assert_ok(read_table(&t, blob, 24), &d);
	assert_int_equal(t.n, 0);
	assert_ok(read_table(&t, blob, 16), &d);
	assert_int_equal(t.n, 0);
	assert_false(coco_snp_certs_looks(coco_view_of(blob, BLOB)));
	assert_false(coco_snp_certs_looks(coco_view_of(ark, sizeof(ark))));
}

static void test_cut(void **state COCO_UNUSED)
{
	struct coco_snp_certs t = { .n = 99 };
	uint8_t blob[BLOB];

	sample(blob);
	for (size_t n = 0; n < BLOB; n++)
		assert_int_equal(read_table(&t, blob, n), COCO_E_SNP_CERTS);
	assert_int_equal(t.n, 99);
}

static void test_lies(void **state COCO_UNUSED)
{
	static const struct {
		uint32_t offset;
		uint32_t n;
	} bad[] = {
		{ HEAD, 33 }, { HEAD + 33, 0 }, { HEAD + 32, 1 }, { UINT32_MAX, 2 },
		{ 2, UINT32_MAX }, { UINT32_MAX, UINT32_MAX }, { 0, 10 }, { HEAD - 1, 10 },
		{ 0, BLOB },
	};
	struct coco_snp_certs t;
	uint8_t blob[BLOB];

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		sample(blob);
		put(blob, 1, vcek, bad[i].offset, bad[i].n);
		assert_int_equal(read_table(&t, blob, BLOB), COCO_E_SNP_CERTS);
		assert_true(d.has_offset && d.offset == 1184 + 24 + 16);
	}
	sample(blob);
	put(blob, 1, ark, HEAD + 10, 22);
	assert_int_equal(read_table(&t, blob, BLOB), COCO_E_SNP_CERTS);
	assert_true(d.offset == 1184 + 24);
	/* the same without bytes is there twice as well */
	put(blob, 1, ark, HEAD + 10, 0);
	assert_int_equal(read_table(&t, blob, BLOB), COCO_E_SNP_CERTS);
}

static void test_limits(void **state COCO_UNUSED)
{
	static uint8_t many[24 * (COCO_SNP_CERTS_MAX + 2)];
	struct coco_snp_certs t;
	uint8_t guid[16] = { 9 };

	for (size_t i = 0; i < COCO_SNP_CERTS_MAX; i++) {
		guid[1] = (uint8_t)(i + 1);
		put(many, i, guid, sizeof(many) - 1, 1);
	}
	assert_ok(read_table(&t, many, sizeof(many)), &d);
	assert_int_equal(t.n, COCO_SNP_CERTS_MAX);
	assert_int_equal(t.v[31].kind, COCO_SNP_CERT_OTHER);
	put(many, COCO_SNP_CERTS_MAX, ark, 1, 1);
	assert_int_equal(read_table(&t, many, sizeof(many)), COCO_E_SNP_CERTS);
	coco_diag_init(&d);
	assert_err(coco_snp_certs_read(&t, coco_view_of(many, COCO_SNP_CERTS_BYTES + 1), 0, &d),
		   COCO_E_LIMIT_SIZE, &d);
}

static void test_names(void **state COCO_UNUSED)
{
	for (int i = 0; i < COCO_SNP_CERT_KINDS; i++)
		assert_int_equal(
			coco_snp_cert_kind_of(coco_snp_cert_name((enum coco_snp_cert_kind)i)), i);
	assert_int_equal(coco_snp_cert_kind_of("vcek"), COCO_SNP_CERT_OTHER);
	assert_string_equal(coco_snp_cert_name(COCO_SNP_CERT_KINDS), "OTHER");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),   cmocka_unit_test(test_cut),
		cmocka_unit_test(test_lies),   cmocka_unit_test(test_limits),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
