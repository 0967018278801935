/*
 * test_tpm_json.c - TPM evidence as Trustee writes it: minted, every member
 * missing or of another kind, and the shared vector.
 */
#include "formats/evidence/tpm_json.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_tpm.h"
#include "tests/support/vector_log.h"

static int decode(struct coco_tpm_json *ret, const char *text, struct coco_diag *diag)
{
	struct coco_json doc;
	int r = coco_json_parse(&doc, coco_view_of(text, strlen(text)), 1 << 20, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = coco_tpm_json_decode(ret, &root, diag);
	coco_json_free(&doc);
	return r;
}

static char *mint(enum coco_mint_tpm_defect defect)
{
	struct coco_key *ak;
	struct coco_minted_quote m;

	assert_int_equal(coco_key_generate("p256", &ak, NULL), 0);
	struct coco_mint_tpm_spec spec = { .ak = ak, .other = ak, .defect = defect };
	coco_mint_tpm_quote(&m, &spec);
	char *text = coco_mint_tpm_json(&m, ak);
	coco_key_free(ak);
	return text;
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_tpm_json t;
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };
	char *text = mint(COCO_MINT_TPM_GOOD);

	assert_ok(decode(&t, text, &d), &d);
	assert_int_equal(t.quoted.pcrs.n, 24);
	coco_tpm_json_claims(&c, &t);
	assert_int_equal(coco_claims_finish(&c, &d), 0);
	assert_non_null(coco_claims_find(&c, "tpm.sha256.pcr23"));
	assert_memory_equal(coco_claims_find(&c, "tpm.sha256.pcr7")->p, "\x08\x08\x08", 3);
	for (size_t i = 0; i < c.n; i++)
		assert_int_equal(c.v[i].length, 0);
	coco_claims_free(&c);
	coco_tpm_json_free(&t);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		int r = decode(&t, text, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_tpm_json_free(&t);
	coco_free(text);
}

static void test_defects(void **state COCO_UNUSED)
{
	static const struct {
		enum coco_mint_tpm_defect defect;
		int code;
	} list[] = {
		{ COCO_MINT_TPM_MAGIC, COCO_E_TPM_STRUCTURE },
		{ COCO_MINT_TPM_TYPE, COCO_E_TPM_STRUCTURE },
		{ COCO_MINT_TPM_TRAILING, COCO_E_FORMAT_TRAILING },
		{ COCO_MINT_TPM_PCR_MISSING, COCO_E_TPM_EVIDENCE },
		{ COCO_MINT_TPM_BITMAP, 0 },
	};
	struct coco_tpm_json t;
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		char *text = mint(list[i].defect);

		coco_diag_init(&d);
		int r = decode(&t, text, &d);
		assert_int_equal(r, list[i].code);
		if (r != 0)
			assert_true(strstr(d.pointer, "/tpm_quote") != NULL);
		else
			coco_tpm_json_free(&t);
		coco_free(text);
	}
}

static void test_members(void **state COCO_UNUSED)
{
	static const char *const from[] = {
		"\"ak_public\"", "\"tpm_quote\"", "\"message\"", "\"signature\"", "\"pcrs\"",
		"\"pcrs\":[", "\"0101",
	};
	static const struct {
		const char *to;
		int code;
	} list[] = {
		{ "\"ak_publik\"", COCO_E_FORMAT_JSON_TYPE },
		{ "\"tpm_Quote\"", COCO_E_FORMAT_JSON_TYPE },
		{ "\"massage\"", COCO_E_FORMAT_JSON_TYPE },
		{ "\"Signature\"", COCO_E_FORMAT_JSON_TYPE },
		{ "\"PCRs\"", COCO_E_FORMAT_JSON_TYPE },
		{ "\"pcrs\":[7,", COCO_E_FORMAT_JSON_TYPE },
		{ "\"010x", COCO_E_FORMAT_HEX },
	};
	char *text = mint(COCO_MINT_TPM_GOOD);
	size_t n = strlen(text);
	struct coco_tpm_json t;
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(from); i++) {
		char *other = coco_zalloc(n + 16, 1);
		char *at = strstr(text, from[i]);

		assert_non_null(at);
		memcpy(other, text, (size_t)(at - text));
		strcat(other, list[i].to);
		strcat(other, at + strlen(from[i]));
		coco_diag_init(&d);
		assert_err(decode(&t, other, &d), list[i].code, &d);
		assert_true(d.pointer[0] != '\0');
		coco_free(other);
	}
	coco_free(text);
	coco_diag_init(&d);
	assert_err(decode(&t, "[]", &d), COCO_E_FORMAT_JSON_TYPE, &d);
}

static void test_bytes(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} list[] = {
		{ "[0,255,7]", 0 },       { "[]", 0 },
		{ "[256]", COCO_E_FORMAT_VALUE },
		{ "[-1]", COCO_E_FORMAT_VALUE },
		{ "[1,\"2\"]", COCO_E_FORMAT_JSON_TYPE },
		{ "[1,2,3,4,5]", COCO_E_LIMIT_SIZE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_json doc;
		struct coco_diag d = { 0 };
		uint8_t *p = NULL;
		size_t n = 0;

		assert_int_equal(coco_json_parse(&doc, coco_view_of(list[i].text,
								    strlen(list[i].text)),
						 100, NULL), 0);
		struct coco_jv root = coco_json_root(&doc);
		assert_int_equal(coco_tpm_json_bytes(&root, 4, &p, &n, &d), list[i].code);
		assert_int_equal(d.code, list[i].code);
		if (i == 0) {
			assert_int_equal(n, 3);
			assert_memory_equal(p, "\0\377\7", 3);
		}
		coco_free(p);
		coco_json_free(&doc);
	}
}

static void test_vector(void **state COCO_UNUSED)
{
	size_t n;
	uint8_t *p = coco_vector_log("evidence", "tpm/trustee-tpm-evidence.json", &n);
	struct coco_tpm_json t;
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };
	char text[200];

	if (p == NULL)
		return;
	assert_ok(decode(&t, (const char *)p, &d), &d);
	coco_tpm_json_claims(&c, &t);
	coco_claim_text(coco_claims_find(&c, "tpm.extra_data"), text, sizeof(text));
	assert_string_equal(text, "a04182b506878d4f29b91ee606a71a0d3361ccf1b22db20c98adcaa537bea393"
			    "ef0e41a18b3569ab678f1497fbc5c12000000000000000000000000000000000");
	coco_claim_text(coco_claims_find(&c, "tpm.pcr_digest"), text, sizeof(text));
	assert_string_equal(text,
			    "019de64c9318655e422c3d03831169896e31f02a1d74e4d8fef575bf4e0d75fa");
	assert_int_equal(coco_claims_find(&c, "tpm.reset_count")->number, 2);
	assert_int_equal(coco_claims_find(&c, "tpm.selection.sha256")->number, 0xffffff);
	coco_claims_free(&c);
	coco_tpm_json_free(&t);
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_defects),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_vector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
