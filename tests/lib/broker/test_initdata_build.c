/*
 * test_initdata_build.c - entries of an initdata document from files and facts.
 */
#include "lib/broker/initdata_build.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

static char *pem_of(const struct coco_pki_spec *spec)
{
	struct coco_pki_cert *cert = coco_pki_issue(spec, NULL);
	char *pem = coco_alloc(coco_pem_len("CERTIFICATE", cert->n_der) + 1, 1);

	coco_pem_encode(pem, "CERTIFICATE", cert->der, cert->n_der);
	coco_pki_free(cert);
	return pem;
}

static void test_parts(void **state COCO_UNUSED)
{
	static struct coco_initdata_parts parts;
	struct coco_diag d = { 0 };
	char name[16];

	assert_ok(coco_initdata_part(&parts, "b", "text", 2, &d), &d);
	assert_string_equal(parts.entry[0].text, "te");
	assert_int_equal(parts.entry[0].n, 2);
	assert_err(coco_initdata_part(&parts, "b", "", 0, &d), COCO_E_INITDATA_ENTRY, &d);
	coco_diag_init(&d);
	assert_ok(coco_initdata_part(&parts, "empty", NULL, 0, &d), &d);
	for (int i = 2; i < COCO_INITDATA_ENTRIES; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_ok(coco_initdata_part(&parts, name, "", 0, &d), &d);
	}
	assert_err(coco_initdata_part(&parts, "more", "", 0, &d), COCO_E_LIMIT_COUNT, &d);
	assert_int_equal(parts.n, COCO_INITDATA_ENTRIES);
	coco_initdata_parts_free(&parts);
	assert_int_equal(parts.n, 0);
}

static void test_kbs(void **state COCO_UNUSED)
{
	static struct coco_initdata_parts parts;
	struct coco_diag d = { 0 };
	char *pem = pem_of(&coco_pki_root);
	struct coco_view cert = coco_view_of(pem, strlen(pem));
	struct coco_toml toml;
	const struct coco_toml_value *v;
	const char *text = NULL;

	assert_ok(coco_initdata_part_kbs(&parts, "http://kbs.example:8080", coco_view_of(NULL, 0),
					 &d), &d);
	assert_int_equal(parts.n, 2);
	assert_string_equal(parts.entry[0].name, "aa.toml");
	assert_string_equal(parts.entry[0].text,
			    "[token_configs.kbs]\nurl = \"http://kbs.example:8080\"\n");
	assert_string_equal(parts.entry[1].name, "cdh.toml");
	assert_string_equal(parts.entry[1].text,
			    "[kbc]\nname = \"cc_kbc\"\nurl = \"http://kbs.example:8080\"\n");
	assert_err(coco_initdata_part_kbs(&parts, "http://k", cert, &d), COCO_E_INITDATA_ENTRY, &d);
	coco_initdata_parts_free(&parts);
	coco_diag_init(&d);
	assert_ok(coco_initdata_part_kbs(&parts, "https://k", cert, &d), &d);
	assert_ok(coco_toml_parse(&toml, coco_view_of(parts.entry[1].text, parts.entry[1].n), &d),
		  &d);
	v = coco_toml_find(&toml.root, "kbc");
	assert_non_null(v);
	assert_ok(coco_toml_string(v, "kbs_cert", &text, &d), &d);
	assert_string_equal(text, pem);
	coco_toml_free(&toml);
	assert_ok(coco_toml_parse(&toml, coco_view_of(parts.entry[0].text, parts.entry[0].n), &d),
		  &d);
	v = coco_toml_find(coco_toml_find(&toml.root, "token_configs"), "kbs");
	assert_ok(coco_toml_string(v, "cert", &text, &d), &d);
	assert_string_equal(text, pem);
	coco_toml_free(&toml);
	coco_initdata_parts_free(&parts);
	coco_free(pem);
}

static void refuse_kbs(const char *url, const void *cert, size_t n, int code)
{
	static struct coco_initdata_parts parts;
	struct coco_diag d = { 0 };

	assert_err(coco_initdata_part_kbs(&parts, url, coco_view_of(cert, n), &d), code, &d);
	assert_int_equal(parts.n, 0);
}

static void test_kbs_refused(void **state COCO_UNUSED)
{
	static const char *const urls[] = { "", "kbs.example", "ftp://k", "https://a b",
					    "http://k\n", "https://\"", "HTTPS://k" };
	char *pem = pem_of(&coco_pki_root);
	char text[8192];

	for (size_t i = 0; i < COCO_ARRAY_LEN(urls); i++)
		refuse_kbs(urls[i], NULL, 0, COCO_E_USAGE_URL);
	refuse_kbs("https://k", "no pem", 6, COCO_E_FORMAT_CERT);
	refuse_kbs("https://k", "\x30\x82\x01", 3, COCO_E_FORMAT_CERT);
	/* the server's private key in the same file must not reach the document */
	struct coco_key *key = NULL;
	struct coco_secret private = { 0 };
	assert_ok(coco_key_generate("p256", &key, NULL), NULL);
	assert_ok(coco_key_private_pem(key, &private, NULL), NULL);
	int n = snprintf(text, sizeof(text), "%s%.*s", pem, (int)private.n,
			 (const char *)coco_secret_expose(&private));
	refuse_kbs("https://k", text, (size_t)n, COCO_E_FORMAT_CERT);
	n = snprintf(text, sizeof(text), "%.100s", pem);
	refuse_kbs("https://k", text, (size_t)n, COCO_E_FORMAT_PEM);
	coco_secret_free(&private);
	coco_key_free(key);
	coco_free(pem);
}

static void test_release(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "", "a b", "\"", "a\nb", "\xc3\xa4", "a/b" };
	static struct coco_initdata_parts parts;
	struct coco_diag d = { 0 };

	assert_ok(coco_initdata_part_release(&parts, "R-7.1_a", &d), &d);
	assert_string_equal(parts.entry[0].name, "release.toml");
	assert_string_equal(parts.entry[0].text, "id = \"R-7.1_a\"\n");
	coco_initdata_parts_free(&parts);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_err(coco_initdata_part_release(&parts, bad[i], &d), COCO_E_USAGE_VALUE, &d);
		assert_int_equal(parts.n, 0);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	static struct coco_initdata_parts parts;
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = coco_initdata_part_kbs(&parts, "http://k", coco_view_of(NULL, 0), &d);

		if (r == 0)
			r = coco_initdata_part_release(&parts, "r", &d);
		bool done = coco_test_alloc_check(r, &d);
		coco_initdata_parts_free(&parts);
		if (done) {
			assert_true(i > 4);
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts), cmocka_unit_test(test_kbs),
		cmocka_unit_test(test_kbs_refused), cmocka_unit_test(test_release),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
