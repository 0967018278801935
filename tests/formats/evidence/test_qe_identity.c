/*
 * test_qe_identity.c - enclave identities: what is read, what is refused, and
 * how reports of quoting enclaves compare; the shared vectors.
 */
#include "formats/evidence/qe_identity.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_tcb.h"

static char body[COCO_MINT_TCB_TEXT];
static char text[COCO_MINT_TCB_TEXT];
static const uint8_t signature[64] = { 0xab };
static struct coco_diag diag;

static int parse(struct coco_qe_identity *ret, const struct coco_mint_qe_id *m)
{
	coco_mint_qe_id_body(body, m);
	size_t n = coco_mint_signed(text, "enclaveIdentity", body, signature);

	coco_diag_init(&diag);
	return coco_qe_identity_parse(ret, coco_view_of(text, n), &diag);
}

static void test_values(void **state COCO_UNUSED)
{
	struct coco_mint_qe_id m;
	struct coco_qe_identity t;

	coco_mint_qe_id_init(&m);
	assert_ok(parse(&t, &m), &diag);
	assert_string_equal(t.head.id, "TD_QE");
	assert_memory_equal(t.misc_select, "\4\3\2\1", 4);
	assert_int_equal(t.attributes[0], 0x11);
	assert_int_equal(t.attributes_mask[0], 0xfb);
	assert_int_equal(t.mr_signer[31], 0xdc);
	assert_int_equal(t.isv_prod_id, 2);
	assert_int_equal(t.levels.n, 2);
	assert_int_equal(t.levels.v[1].says.status, COCO_TCB_OUT_OF_DATE);
	assert_string_equal(t.advisories.v[0], "INTEL-SA-00004");
	assert_int_equal(t.span.n, strlen(body));
	coco_qe_identity_free(&t);
}

static void test_defects(void **state COCO_UNUSED)
{
	struct coco_mint_qe_id m;
	struct coco_qe_identity t = { .isv_prod_id = 99 };

#define DEFECT(change, code) \
	do { \
		coco_mint_qe_id_init(&m); \
		change; \
		assert_err(parse(&t, &m), code, &diag); \
	} while (0)
	DEFECT(m.version = 1, COCO_E_TCB_DOCUMENT);
	DEFECT(m.id = "", COCO_E_TCB_DOCUMENT);
	DEFECT(m.issued = "x", COCO_E_TCB_DOCUMENT);
	DEFECT(m.prod = 65536, COCO_E_FORMAT_VALUE);
	DEFECT(m.isv[0].svn = 4, COCO_E_TCB_DOCUMENT);
	DEFECT(m.isv[0].says.status = "Fine", COCO_E_TCB_DOCUMENT);
	DEFECT(m.extra = "\"isvprodid\":2,", COCO_E_FORMAT_JSON_DUPLICATE);
#undef DEFECT
	assert_int_equal(t.isv_prod_id, 99);
	coco_mint_qe_id_init(&m);
	coco_mint_qe_id_body(body, &m);
	size_t n = coco_mint_signed(text, "tcbInfo", body, signature);
	coco_diag_init(&diag);
	assert_int_not_equal(coco_qe_identity_parse(&t, coco_view_of(text, n), &diag), 0);
}

static void test_match(void **state COCO_UNUSED)
{
	struct coco_mint_qe_id m;
	struct coco_qe_identity t;
	struct coco_sgx_report qe, bad;

	memset(&qe, 0, sizeof(qe));
	qe.misc_select = 0x01020304;
	qe.attributes[0] = 0x15;              /* bit 2 is not in the mask */
	qe.attributes[8] = 0xe7;              /* nor is XFRM */
	memset(qe.mr_signer, 0xdc, sizeof(qe.mr_signer));
	qe.isv_prod_id = 2;
	coco_mint_qe_id_init(&m);
	assert_ok(parse(&t, &m), &diag);
	assert_int_equal(coco_qe_identity_match(&t, &qe), COCO_QE_FIELDS_MATCH);
	bad = qe;
	bad.misc_select = 0x04030201;
	assert_int_equal(coco_qe_identity_match(&t, &bad), COCO_QE_MISC_SELECT);
	bad = qe;
	bad.attributes[0] |= 2;               /* debugging */
	assert_int_equal(coco_qe_identity_match(&t, &bad), COCO_QE_ATTRIBUTES);
	bad = qe;
	bad.attributes[0] = 0x04;
	assert_int_equal(coco_qe_identity_match(&t, &bad), COCO_QE_ATTRIBUTES);
	bad = qe;
	bad.mr_signer[31] ^= 1;
	assert_int_equal(coco_qe_identity_match(&t, &bad), COCO_QE_MR_SIGNER);
	bad = qe;
	bad.isv_prod_id = 1;
	assert_int_equal(coco_qe_identity_match(&t, &bad), COCO_QE_ISV_PROD_ID);
	assert_string_equal(coco_qe_field_name(COCO_QE_MR_SIGNER), "MRSIGNER");
	coco_qe_identity_free(&t);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_mint_qe_id m;
	struct coco_qe_identity t;

	coco_mint_qe_id_init(&m);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = parse(&t, &m);

		if (coco_test_alloc_check(r, &diag))
			break;
	}
	coco_qe_identity_free(&t);
}

static void test_vectors(void **state COCO_UNUSED)
{
	static const char *const names[] = { "trustee/enclaveIdentity.json",
					     "go-tdx-guest/sample_qeIdentity_response",
					     "intel-qvl-synthetic/qeIdentity.json" };

	if (coco_test_vectors("evidence/tdx/trustee/enclaveIdentity.json") == NULL)
		return;
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		struct coco_qe_identity t;
		char path[200];
		size_t n;

		snprintf(path, sizeof(path), "evidence/tdx/%s", names[i]);
		uint8_t *p = coco_vector_blob(path, &n);
		coco_diag_init(&diag);
		assert_ok(coco_qe_identity_parse(&t, coco_view_of(p, n), &diag), &diag);
		assert_string_equal(t.head.id, "TD_QE");
		coco_qe_identity_free(&t);
		coco_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values), cmocka_unit_test(test_defects),
		cmocka_unit_test(test_match),  cmocka_unit_test(test_memory),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
