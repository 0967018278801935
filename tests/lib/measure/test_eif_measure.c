/*
 * test_eif_measure.c - registers of EIF files. Covers eif_measure.c.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/eif_measure.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/digest.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_eif.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };
static const struct coco_pki_spec spec = { .subject = "CN=signer", .key_type = "p384" };
static struct coco_pki_cert *cert;
static char *dir;

static int measure(const char *file, bool ignore, struct coco_eif_measured *m,
		   struct coco_diag *d)
{
	struct coco_eif_request req = { .file = file, .ignore_signature = ignore };

	*d = (struct coco_diag){ 0 };
	return coco_eif_measure(&run, &req, m, d);
}

/* A register by the rule's words: SHA-384 of 48 zeros and the SHA-384 of the contents. */
static void pcr(const void *p, size_t n, uint8_t ret[48])
{
	struct coco_digest *sha = NULL;
	struct coco_diag d = { 0 };
	uint8_t both[96] = { 0 };

	assert_ok(coco_digest_new(&sha, COCO_DIGEST_SHA384, &d), &d);
	assert_ok(coco_digest_once(sha, p, n, both + 48, &d), &d);
	assert_ok(coco_digest_once(sha, both, sizeof(both), ret, &d), &d);
	coco_digest_free(sha);
}

static void check(const struct coco_eif_measured *m, size_t i, const char *name, const void *p,
		  size_t n)
{
	uint8_t want[48];

	assert_true(i < m->record.n_registers);
	const struct coco_mrecord_register *r = &m->record.registers[i];
	assert_string_equal(r->name, name);
	assert_int_equal(r->values[0].value.n, 48);
	pcr(p, n, want);
	assert_memory_equal(r->values[0].value.p, want, 48);
}

static void test_usual(void **state COCO_UNUSED)
{
	struct coco_eif_measured m;
	struct coco_mint_eif e;
	struct coco_diag d;

	coco_mint_eif_usual(&e);
	assert_ok(measure(coco_mint_eif_file(&e, dir, "usual"), false, &m, &d), &d);
	assert_int_equal(m.record.n_registers, 3);
	check(&m, 0, "nitro.pcr0", "kernela=bdiskmore", 17);
	check(&m, 1, "nitro.pcr1", "kernela=bdisk", 13);
	check(&m, 2, "nitro.pcr2", "more", 4);
	assert_string_equal(m.record.registers[0].inputs[0].text, "a=b");
	assert_null(m.record.registers[2].inputs[0].text);
	assert_int_equal(m.record.n_files, 6);
	assert_string_equal(m.record.files[0].name, "kernel");
	assert_string_equal(m.record.files[4].name, "ramdisk 2");
	assert_string_equal(m.record.files[5].name, "eif");
	assert_int_equal(m.record.files[5].size, e.n);
	assert_false(m.is_signed);
	coco_eif_measured_free(&m);
	coco_mint_eif_free(&e);
}

/* Parts of several reads, an empty command line, one RAM disk, odd text. */
static void test_parts(void **state COCO_UNUSED)
{
	static uint8_t big[(1 << 20) - 4096];
	struct coco_eif_measured m;
	struct coco_mint_eif e;
	struct coco_diag d;

	coco_test_random(big, sizeof(big), 1);
	coco_mint_eif_start(&e);
	coco_mint_eif_section(&e, COCO_EIF_KERNEL, NULL, 0);
	coco_mint_eif_section(&e, COCO_EIF_CMDLINE, NULL, 0);
	coco_mint_eif_section(&e, COCO_EIF_RAMDISK, big, sizeof(big));
	coco_mint_eif_finish(&e);
	assert_ok(measure(coco_mint_eif_file(&e, dir, "big"), false, &m, &d), &d);
	check(&m, 0, "nitro.pcr0", big, sizeof(big));
	check(&m, 1, "nitro.pcr1", big, sizeof(big));
	check(&m, 2, "nitro.pcr2", "", 0);
	assert_null(m.record.registers[0].inputs[0].text);
	coco_eif_measured_free(&m);
	coco_mint_eif_free(&e);
	coco_mint_eif_start(&e);
	coco_mint_eif_section(&e, COCO_EIF_RAMDISK, "1", 1);
	coco_mint_eif_section(&e, COCO_EIF_CMDLINE, "a\0\xff", 3);
	coco_mint_eif_section(&e, COCO_EIF_KERNEL, "k", 1);
	coco_mint_eif_finish(&e);
	assert_ok(measure(coco_mint_eif_file(&e, dir, "odd"), false, &m, &d), &d);
	check(&m, 0, "nitro.pcr0", "1a\0\xffk", 5);
	assert_null(m.record.registers[0].inputs[0].text);
	coco_eif_measured_free(&m);
	coco_mint_eif_free(&e);
}

static const char *signed_file(struct coco_mint_signature s)
{
	struct coco_mint_eif e;
	uint8_t value[48];
	size_t n;

	pcr("kernela=bdiskmore", 17, value);
	if (s.cert == NULL)
		s.cert = cert;
	for (size_t i = 0; i < 48; i++)
		s.pcr0[i] ^= value[i];
	uint8_t *p = coco_mint_eif_signature(&s, &n);
	coco_mint_eif_usual(&e);
	coco_mint_eif_section(&e, COCO_EIF_SIGNATURE, p, n);
	coco_mint_eif_finish(&e);
	const char *path = coco_mint_eif_file(&e, dir, "signed");
	coco_free(p);
	coco_mint_eif_free(&e);
	return path;
}

static void test_signed(void **state COCO_UNUSED)
{
	struct coco_eif_measured m;
	struct coco_diag d;

	const char *file = signed_file((struct coco_mint_signature){ .tagged = false });
	assert_ok(measure(file, false, &m, &d), &d);
	assert_true(m.is_signed && m.signature_holds);
	assert_string_equal(m.subject, "CN=signer");
	assert_int_equal(m.record.n_registers, 4);
	check(&m, 0, "nitro.pcr0", "kernela=bdiskmore", 17);
	check(&m, 3, "nitro.pcr8", cert->der, cert->n_der);
	coco_eif_measured_free(&m);
}

static void refuse_signature(struct coco_mint_signature s)
{
	struct coco_eif_measured m;
	struct coco_diag d;

	const char *file = signed_file(s);
	assert_err(measure(file, false, &m, &d), COCO_E_EIF_SIGNATURE, &d);
	assert_ok(measure(file, true, &m, &d), &d);
	assert_true(m.is_signed && !m.signature_holds);
	check(&m, 3, "nitro.pcr8", s.cert != NULL ? s.cert->der : cert->der,
	      s.cert != NULL ? s.cert->n_der : cert->n_der);
	coco_eif_measured_free(&m);
}

static void test_bad_signature(void **state COCO_UNUSED)
{
	static const struct coco_pki_spec other = { .subject = "CN=other", .key_type = "p256" };
	struct coco_pki_cert *p256 = coco_pki_issue(&other, NULL);
	struct coco_eif_measured m;
	struct coco_diag d;

	refuse_signature((struct coco_mint_signature){ .wrong = true });
	refuse_signature((struct coco_mint_signature){ .pcr0 = { 1 } });
	refuse_signature((struct coco_mint_signature){ .cert = p256 });
	coco_pki_free(p256);
	/* what cannot be read is refused in any case */
	const char *file = signed_file((struct coco_mint_signature){ .alg = -7 });
	assert_err(measure(file, true, &m, &d), COCO_E_EIF, &d);
}

static void refuse(struct coco_mint_eif *e, int code)
{
	struct coco_eif_measured m = { .is_signed = true };
	struct coco_diag d;

	assert_err(measure(coco_mint_eif_file(e, dir, "bad"), false, &m, &d), code, &d);
	assert_true(m.is_signed && d.source[0] != '\0');
	coco_mint_eif_free(e);
}

static void test_bad(void **state COCO_UNUSED)
{
	static const size_t places[] = { 12, 20, COCO_EIF_CRC_AT - 1, COCO_EIF_CRC_AT,
					 COCO_EIF_HEAD + 2, COCO_EIF_HEAD + 12 };
	struct coco_eif_measured m;
	struct coco_mint_eif e;
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(places); i++) {
		coco_mint_eif_usual(&e);
		e.p[places[i]] ^= 1;
		refuse(&e, COCO_E_IMAGE_CRC);
	}
	coco_mint_eif_usual(&e);
	e.n--;
	refuse(&e, COCO_E_EIF);
	coco_mint_eif_usual(&e);
	e.n = 100;
	refuse(&e, COCO_E_FORMAT_SHORT);
	coco_mint_eif_start(&e);
	coco_mint_eif_section(&e, COCO_EIF_KERNEL, "k", 1);
	coco_mint_eif_finish(&e);
	refuse(&e, COCO_E_EIF);
	coco_mint_eif_usual(&e);
	coco_mint_eif_section(&e, COCO_EIF_SIGNATURE, "\xff", 1);
	coco_mint_eif_finish(&e);
	refuse(&e, COCO_E_CBOR_SYNTAX);
	assert_err(measure("/nowhere/file", false, &m, &d), COCO_E_IO_OPEN, &d);
	assert_err(measure(dir, false, &m, &d), COCO_E_IO_KIND, &d);
}

static void test_limits(void **state COCO_UNUSED)
{
	volatile sig_atomic_t stop = 1;
	struct coco_run stopped = { .jobs = 1, .cancel = &stop };
	struct coco_eif_measured m;
	struct coco_diag d = { 0 };
	struct coco_eif_request req = {
		.file = signed_file((struct coco_mint_signature){ .tagged = true }),
	};

	assert_err(coco_eif_measure(&stopped, &req, &m, &d), COCO_E_CANCELLED, &d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = measure(req.file, false, &m, &d);
		if (coco_test_alloc_check(r, &d)) {
			coco_eif_measured_free(&m);
			break;
		}
	}
}

static const char *text_of(const struct coco_jv *v, const char *name)
{
	struct coco_diag d = { 0 };
	const char *s = NULL;

	assert_ok(coco_jv_string(v, name, &s, &d), &d);
	return s;
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("measure/eif/eif.json");
	struct coco_diag d = { 0 };
	struct coco_json doc;
	size_t n;

	if (path == NULL)
		skip();
	char *base = coco_strndup(path, (size_t)(strrchr(path, '/') - path));
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_int_equal(coco_jv_len(&root), 2);
	for (size_t i = 0; i < coco_jv_len(&root); i++) {
		struct coco_jv item = coco_jv_item(&root, i);
		struct coco_eif_measured m;
		char file[4200];
		char hex[97];

		snprintf(file, sizeof(file), "%s/%s", base, text_of(&item, "file"));
		assert_ok(measure(file, false, &m, &d), &d);
		for (size_t k = 0; k < 3; k++) {
			char name[8];

			snprintf(name, sizeof(name), "PCR%zu", k);
			coco_hex_encode(hex, m.record.registers[k].values[0].value.p, 48);
			assert_string_equal(hex, text_of(&item, name));
		}
		coco_eif_measured_free(&m);
	}
	coco_json_free(&doc);
	coco_free(text);
	coco_free(base);
}

static int setup(void **state COCO_UNUSED)
{
	cert = coco_pki_issue(&spec, NULL);
	dir = coco_test_dir();
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_pki_free(cert);
	coco_test_rmdir(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_bad_signature),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
