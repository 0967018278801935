/*
 * test_amd_cert.c - the extensions of VCEK and VLEK certificates.
 */
#include "formats/evidence/amd_cert.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

#define ARC "1.3.6.1.4.1.3704.1."

static struct coco_diag d;

/* A certificate with these extensions, read. */
static int minted(struct coco_amd_cert *ret, const struct coco_pki_raw *raw)
{
	struct coco_pki_spec spec = { .subject = "CN=SEV-VCEK", .raw = raw, .bare = true };
	struct coco_pki_cert *c = coco_pki_issue(&spec, NULL);

	coco_diag_init(&d);
	int r = coco_amd_cert_read(ret, coco_view_of(c->der, c->n_der), &d);
	assert_int_equal(r, d.code);
	coco_pki_free(c);
	return r;
}

static int one(struct coco_amd_cert *ret, const char *oid, const void *p, size_t n)
{
	const struct coco_pki_raw raw[] = { { oid, p, n, false }, { NULL, NULL, 0, false } };

	return minted(ret, raw);
}

static void test_all(void **state COCO_UNUSED)
{
	uint8_t hwid[64];
	const struct coco_pki_raw raw[] = {
		{ ARC "1", "\x02\x01\x01", 3, false },
		{ ARC "2", "\x16\x08Milan-B0", 10, false },
		{ ARC "3.1", "\x02\x01\x03", 3, false },
		{ ARC "3.2", "\x02\x01\x00", 3, false },
		{ ARC "3.3", "\x02\x01\x18", 3, false },
		{ ARC "3.4", "\x02\x01\x00", 3, false },
		{ ARC "3.7", "\x02\x01\x05", 3, false },
		{ ARC "3.8", "\x02\x02\x00\xd9", 4, false },
		{ ARC "3.9", "\x02\x01\x01", 3, false },
		{ ARC "4", hwid, 64, false },
		{ ARC "5", "\x16\x04" "CN=x", 6, false },
		{ NULL, NULL, 0, false },
	};
	struct coco_amd_cert c;

	memset(hwid, 0x04, sizeof(hwid));   /* raw, though it looks like a wrapped one */
	assert_ok(minted(&c, raw), &d);
	assert_true(c.has_struct_version && c.struct_version == 1);
	assert_string_equal(c.product, "Milan-B0");
	assert_int_equal(coco_amd_cert_product(&c), COCO_SNP_MILAN);
	assert_int_equal(c.spl[COCO_SNP_BOOTLOADER], 3);
	assert_true(c.has_spl[COCO_SNP_TEE] && c.spl[COCO_SNP_TEE] == 0);
	assert_int_equal(c.spl[COCO_SNP_SNP], 0x18);
	assert_int_equal(c.spl[COCO_SNP_MICROCODE], 0xd9);
	assert_int_equal(c.spl[COCO_SNP_FMC], 1);
	assert_true(c.has_spare[0] && !c.has_spare[1] && c.has_spare[3] && c.spare[3] == 5);
	assert_int_equal(c.n_hwid, 64);
	assert_false(c.hwid_wrapped);
	assert_memory_equal(c.hwid, hwid, 64);
	assert_string_equal(c.csp_id, "CN=x");
	assert_ok(one(&c, "1.2.3", "x", 1), &d);
	assert_true(!c.has_struct_version && c.product[0] == '\0' && c.n_hwid == 0 &&
		    !c.has_csp_id && !c.has_spl[COCO_SNP_SNP]);
}

static void test_hwid(void **state COCO_UNUSED)
{
	uint8_t p[80];
	struct coco_amd_cert c;

	memset(p, 0x77, sizeof(p));
	p[0] = 0x04;
	p[1] = 64;
	assert_ok(one(&c, ARC "4", p, 66), &d);
	assert_true(c.hwid_wrapped && c.n_hwid == 64 && c.hwid[0] == 0x77);
	assert_ok(one(&c, ARC "4", p, 64), &d);
	assert_true(!c.hwid_wrapped && c.hwid[0] == 0x04);
	assert_ok(one(&c, ARC "4", p, 8), &d);
	assert_true(!c.hwid_wrapped && c.n_hwid == 8);
	for (size_t n = 1; n < sizeof(p); n++)
		if (n != 8 && n != 64 && n != 66)
			assert_int_equal(one(&c, ARC "4", p, n), COCO_E_AMD_CERT);
	p[1] = 63;
	assert_int_equal(one(&c, ARC "4", p, 66), COCO_E_AMD_CERT);
	assert_string_equal(d.field, "HWID");
}

static void test_malformed(void **state COCO_UNUSED)
{
	static const struct {
		const char *oid;
		const char *p;
		size_t n;
	} bad[] = {
		{ ARC "3.3", "\x02\x01\xd9", 3 },          /* negative */
		{ ARC "3.3", "\x02\x02\x00\x7f", 4 },      /* longer than needed */
		{ ARC "3.3", "\x02\x02\x01\x00", 4 },      /* 256 */
		{ ARC "3.3", "\x02\x00", 2 },
		{ ARC "3.3", "\x02\x01\x07\x00", 4 },      /* bytes follow */
		{ ARC "3.3", "\x04\x01\x07", 3 },
		{ ARC "3.3", "\x07", 1 },
		{ ARC "1", "\x02\x02\x01\x00", 4 },
		{ ARC "3.5", "\x0a\x01\x00", 3 },
		{ ARC "2", "\x0c\x05Milan", 7 },           /* no IA5String */
		{ ARC "2", "\x16\x00", 2 },
		{ ARC "2", "\x16\x03" "a\x01z", 5 },
		{ ARC "5", "\x16\x09short", 7 },
	};
	const struct coco_pki_raw twice[] = {
		{ ARC "3.3", "\x02\x01\x07", 3, false },
		{ ARC "3.3", "\x02\x01\x07", 3, false },
		{ NULL, NULL, 0, false },
	};
	struct coco_amd_cert c = { .n_hwid = 5 };
	char text[2 + 70];

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++)
		assert_int_equal(one(&c, bad[i].oid, bad[i].p, bad[i].n), COCO_E_AMD_CERT);
	assert_int_equal(minted(&c, twice), COCO_E_AMD_CERT);
	assert_string_equal(d.field, "snpSPL");
	memset(text, 'x', sizeof(text));
	text[0] = 0x16;
	text[1] = 64;
	assert_int_equal(one(&c, ARC "5", text, 66), COCO_E_AMD_CERT);
	assert_int_equal(c.n_hwid, 5);
	coco_diag_init(&d);
	assert_err(coco_amd_cert_read(&c, coco_view_of("no", 2), &d), COCO_E_FORMAT_CERT, &d);
}

static void test_products(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		enum coco_snp_product product;
	} names[] = {
		{ "Milan", COCO_SNP_MILAN }, { "Milan-B1", COCO_SNP_MILAN },
		{ "Genoa", COCO_SNP_GENOA }, { "Turin", COCO_SNP_TURIN },
		{ "Venice-A0", COCO_SNP_VENICE }, { "Milano", COCO_SNP_PRODUCT_UNKNOWN },
		{ "Mila", COCO_SNP_PRODUCT_UNKNOWN }, { "-Milan", COCO_SNP_PRODUCT_UNKNOWN },
		{ "", COCO_SNP_PRODUCT_UNKNOWN }, { "milan", COCO_SNP_PRODUCT_UNKNOWN },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		struct coco_amd_cert c = { .n_hwid = 0 };

		strcpy(c.product, names[i].name);
		assert_int_equal(coco_amd_cert_product(&c), names[i].product);
	}
}

/* The real ones: each of the three products, VCEK and VLEK. */
static void test_vectors(void **state COCO_UNUSED)
{
	static const struct {
		const char *file;
		const char *product;
		uint8_t microcode;
		size_t n_hwid;
		const char *csp;
	} list[] = {
		{ "evidence/snp/milan-v2/vcek.der", "Milan-B0", 0x73, 64, NULL },
		{ "evidence/snp/milan-v2/vcek-other-hwid-der.der", NULL, 0, 64, NULL },
		{ "evidence/snp/milan-v2/vcek-other-hwid-raw.der", NULL, 0, 64, NULL },
		{ "evidence/snp/milan-v3-vlek/vlek.der", "Milan", 0xd9, 0,
		  "CN=cc-us-east-2.amazonaws.com" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		const char *path = coco_test_vectors(list[i].file);
		struct coco_amd_cert c;
		size_t n;

		if (path == NULL)
			skip();
		uint8_t *der = coco_test_slurp(path, &n);
		coco_diag_init(&d);
		assert_ok(coco_amd_cert_read(&c, coco_view_of(der, n), &d), &d);
		assert_int_equal(c.n_hwid, list[i].n_hwid);
		if (list[i].product != NULL) {
			assert_string_equal(c.product, list[i].product);
			assert_int_equal(c.spl[COCO_SNP_MICROCODE], list[i].microcode);
			assert_string_equal(c.csp_id, list[i].csp != NULL ? list[i].csp : "");
		}
		coco_free(der);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),       cmocka_unit_test(test_hwid),
		cmocka_unit_test(test_malformed), cmocka_unit_test(test_products),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
