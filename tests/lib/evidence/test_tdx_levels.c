/*
 * test_tdx_levels.c - TCB statuses: from minted platforms to claims, trust
 * vector and what is said to be behind.
 */
#include <string.h>

#include "tests/support/support.h"
#include "tests/support/tdx_case.h"

#define D(name) COCO_MINT_TDX_##name

static void test_statuses(void **state COCO_UNUSED)
{
	static const struct coco_tdx_expect list[] = {
		{ D(NONE), "", NULL, "UpToDate" },
		{ D(PLATFORM_OUT_OF_DATE), "", NULL, "OutOfDate" },
		{ D(PLATFORM_HARDENING), "", NULL, "SWHardeningNeeded" },
		{ D(PLATFORM_NO_LEVEL), "", NULL, "NotSupported" },
		{ D(PLATFORM_REVOKED), "tcb=TCB_REVOKED", NULL, "Revoked" },
		{ D(MODULE_REVOKED), "tcb=TCB_BELOW_TDX_MODULE", NULL, "Revoked" },
		{ D(MODULE_NO_LEVEL), "", NULL, "NotSupported" },
		{ D(QE_OUT_OF_DATE), "", NULL, "OutOfDate" },
		{ D(QE_NO_LEVEL), "", NULL, "NotSupported" },
		{ D(QE_REVOKED), "tcb=TCB_BELOW_QE", NULL, "Revoked" },
	};
	static const struct coco_tdx_expect td10[] = {
		{ D(MODULE_OUT_OF_DATE), "", NULL, "OutOfDate" },
	};
	/* the module was updated since: TEE_TCB_SVN_2 */
	static const struct coco_tdx_expect td15[] = {
		{ D(MODULE_OUT_OF_DATE), "", NULL, "TDRelaunchAdvised" },
	};

	coco_tdx_expect(list, COCO_ARRAY_LEN(list), 4, 2);
	coco_tdx_expect(list, COCO_ARRAY_LEN(list), 5, 3);
	coco_tdx_expect(list, 1, 5, 2);
	coco_tdx_expect(list, 1, 5, 4);
	coco_tdx_expect(td10, 1, 4, 2);
	coco_tdx_expect(td15, 1, 5, 3);
}

static void claim(const struct coco_tdx_case *c, const char *name, const char *want)
{
	const struct coco_claim *k = coco_claims_find(&c->result.subjects[0].claims, name);
	char text[200] = "(none)";

	if (k != NULL)
		coco_claim_text(k, text, sizeof(text));
	assert_string_equal(text, want);
}

static const char *detail(const struct coco_tdx_case *c)
{
	for (size_t i = 0; i < c->result.n_checks; i++)
		if (strcmp(c->result.checks[i].id, "tdx.tcb") == 0)
			return c->result.checks[i].detail;
	return "";
}

static void judge(struct coco_tdx_case *c, uint16_t version, uint16_t body,
		  enum coco_mint_tdx_defect defect)
{
	struct coco_diag d;

	coco_tdx_case_mint(c, version, body, defect);
	coco_diag_init(&d);
	assert_ok(coco_tdx_case_judge(c, COCO_MINT_TDX_AT, &d), &d);
}

static void test_claims(void **state COCO_UNUSED)
{
	struct coco_tdx_case c;

	judge(&c, 5, 3, D(MODULE_OUT_OF_DATE));
	claim(&c, "tdx.tcb_status", "TDRelaunchAdvised");
	claim(&c, "tdx.tcb_status_launch", "OutOfDate");
	claim(&c, "tdx.tcb_status_platform", "UpToDate");
	claim(&c, "tdx.tcb_status_module", "OutOfDate");
	claim(&c, "tdx.tcb_status_qe", "UpToDate");
	claim(&c, "tdx.tcb_status_current", "UpToDate");
	claim(&c, "tdx.tcb_date", "2023-08-09T00:00:00Z");
	claim(&c, "tdx.tcb_date_current", "2025-01-01T00:00:00Z");
	claim(&c, "tdx.advisory_ids", "INTEL-SA-00001");
	claim(&c, "tdx.advisory_ids_current", "");
	claim(&c, "tdx.tcb_evaluation_data_number", "18");
	claim(&c, "tdx.pck.fmspc", "50806f000000");
	claim(&c, "tdx.pck.ca", "platform");
	claim(&c, "tdx.root_crl_number", "400001");
	claim(&c, "tdx.pck_crl_number", "400002");
	assert_string_equal(detail(&c), "TDRelaunchAdvised, TCB of 2023-08-09: TDX module "
					"OutOfDate: SVN 4, newest 5");
	coco_tdx_case_free(&c);

	judge(&c, 4, 2, D(PLATFORM_OUT_OF_DATE));
	claim(&c, "tdx.advisory_ids", "INTEL-SA-00001 INTEL-SA-00003");
	claim(&c, "tdx.tcb_status_current", "(none)");
	assert_string_equal(detail(&c), "OutOfDate, TCB of 2023-01-01: SGX component 5 3, "
					"needs 200");
	coco_tdx_case_free(&c);

	judge(&c, 4, 2, D(PLATFORM_NO_LEVEL));
	assert_string_equal(detail(&c), "NotSupported, no TCB level fits: SGX component 8 2, "
					"needs 3");
	coco_tdx_case_free(&c);
}

static void test_trust(void **state COCO_UNUSED)
{
	static const struct {
		enum coco_mint_tdx_defect defect;
		int8_t hardware;
		int8_t configuration;
	} list[] = {
		{ D(NONE), 2, 2 },
		{ D(DEBUG), 2, 96 },
		{ D(PLATFORM_HARDENING), 32, 2 },
		{ D(PLATFORM_OUT_OF_DATE), 32, 2 },
		{ D(PLATFORM_NO_LEVEL), 96, 2 },
		{ D(PLATFORM_REVOKED), 99, 99 },
		{ D(SIGNATURE), 99, 99 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_tdx_case c;

		judge(&c, 4, 2, list[i].defect);
		const struct coco_result_subject *s = &c.result.subjects[0];
		assert_true(s->has_trust[COCO_TRUST_HARDWARE]);
		assert_int_equal(s->trust[COCO_TRUST_HARDWARE], list[i].hardware);
		assert_int_equal(s->trust[COCO_TRUST_CONFIGURATION], list[i].configuration);
		coco_tdx_case_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_trust),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
