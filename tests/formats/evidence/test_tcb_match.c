/*
 * test_tcb_match.c - TCB levels: the first that is reached, what a module
 * version above 0 changes, every combination of statuses, what is behind.
 */
#include "formats/evidence/tcb_match.h"

#include <string.h>

#include "formats/core/mem.h"
#include "formats/evidence/qe_identity.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_tcb.h"

static struct coco_diag diag;

/* Documents of mint_tcb.h, parsed. */
static void info_of(struct coco_tcb_info *ret, const struct coco_mint_tcb *m)
{
	static char body[COCO_MINT_TCB_TEXT], text[COCO_MINT_TCB_TEXT];
	static const uint8_t signature[64];

	coco_mint_tcb_body(body, m);
	size_t n = coco_mint_signed(text, "tcbInfo", body, signature);
	coco_diag_init(&diag);
	assert_ok(coco_tcb_info_parse(ret, coco_view_of(text, n), &diag), &diag);
}

static void info(struct coco_tcb_info *ret)
{
	struct coco_mint_tcb m;

	coco_mint_tcb_init(&m);
	info_of(ret, &m);
}

static const uint8_t best_sgx[16] = { 5, 5, 2, 2, 200, 1, 0, 5 };

static void test_levels(void **state COCO_UNUSED)
{
	struct coco_tcb_info t;
	uint8_t sgx[16], tdx[16] = { 5, 0, 2 };
	struct coco_tcb_platform p = { .sgx = sgx, .pce_svn = 13, .tdx = tdx };

	info(&t);
	memcpy(sgx, best_sgx, sizeof(sgx));
	assert_int_equal(coco_tcb_level_of(&t, &p), 0);
	sgx[0] = 4;
	assert_int_equal(coco_tcb_level_of(&t, &p), 1);
	p.pce_svn = 12;
	assert_int_equal(coco_tcb_level_of(&t, &p), 2);
	p.pce_svn = 10;
	assert_int_equal(coco_tcb_level_of(&t, &p), COCO_TCB_NO_LEVEL);
	p.pce_svn = 60000;
	sgx[7] = 2;                           /* below every level, all else above */
	memset(sgx, 255, 7);
	assert_int_equal(coco_tcb_level_of(&t, &p), COCO_TCB_NO_LEVEL);
	memset(sgx, 255, 16);
	assert_int_equal(coco_tcb_level_of(&t, &p), 0);
	p.tdx = NULL;                         /* SGX: the TDX components do not count */
	assert_int_equal(coco_tcb_level_of(&t, &p), 0);
	coco_tcb_info_free(&t);
}

/* Every single component counts, and those of the module only for version 0. */
static void test_start(void **state COCO_UNUSED)
{
	struct coco_mint_tcb m;
	struct coco_tcb_info t;
	uint8_t sgx[16], tdx[16];
	struct coco_tcb_platform p = { .sgx = sgx, .pce_svn = 13, .tdx = tdx };

	coco_mint_tcb_init(&m);
	m.n_levels = 1;
	for (unsigned i = 0; i < 16; i++)
		m.levels[0].sgx[i] = m.levels[0].tdx[i] = (uint16_t)(i + 3);
	info_of(&t, &m);
	for (unsigned i = 0; i < 32; i++) {
		for (unsigned k = 0; k < 16; k++)
			sgx[k] = tdx[k] = (uint8_t)(k + 3);
		(i < 16 ? sgx : tdx)[i % 16]--;
		/* the module's two are not judged by the level */
		assert_int_equal(coco_tcb_level_of(&t, &p) >= 0, i == 16 || i == 17);
	}
	/* a version of 0 is below the 4 that the level asks for in component 1 */
	for (unsigned k = 0; k < 16; k++)
		sgx[k] = tdx[k] = (uint8_t)(k + 3);
	tdx[1] = 0;
	assert_int_equal(coco_tcb_level_of(&t, &p), COCO_TCB_NO_LEVEL);
	tdx[0] = 0;
	tdx[1] = 1;
	assert_int_equal(coco_tcb_level_of(&t, &p), 0);
	coco_tcb_info_free(&t);
}

static void test_wide_components(void **state COCO_UNUSED)
{
	struct coco_mint_tcb m;
	struct coco_tcb_info t;
	uint8_t sgx[16], tdx[16];
	struct coco_tcb_platform p = { .sgx = sgx, .pce_svn = 13, .tdx = tdx };

	memset(sgx, 255, 16);
	memset(tdx, 255, 16);
	coco_mint_tcb_init(&m);
	m.n_levels = 1;
	m.levels[0].sgx[3] = 256;             /* must not become 0 */
	info_of(&t, &m);
	assert_int_equal(coco_tcb_level_of(&t, &p), COCO_TCB_NO_LEVEL);
	coco_tcb_info_free(&t);
}

static void test_isv(void **state COCO_UNUSED)
{
	struct coco_tcb_info t;
	const struct coco_tdx_module *module;
	char id[8];

	info(&t);
	module = coco_tcb_module_of(&t, 1);
	assert_non_null(module);
	assert_int_equal(coco_isv_level_of(&module->levels, 255), 0);
	assert_int_equal(coco_isv_level_of(&module->levels, 5), 0);
	assert_int_equal(coco_isv_level_of(&module->levels, 4), 1);
	assert_int_equal(coco_isv_level_of(&module->levels, 1), COCO_TCB_NO_LEVEL);
	assert_ptr_equal(coco_tcb_module_of(&t, 0), &t.module);
	assert_ptr_equal(coco_tcb_module_of(&t, 3), &t.modules[0]);
	assert_null(coco_tcb_module_of(&t, 2));
	assert_string_equal(coco_tcb_module_id(id, 0xc1), "TDX_C1");
	coco_tcb_info_free(&t);
}

/* The table of evidence.md 2.9, word by word. */
static enum coco_tcb_status expected(enum coco_tcb_status p, enum coco_tcb_status m,
				     enum coco_tcb_status q)
{
	bool old = m == COCO_TCB_OUT_OF_DATE || q == COCO_TCB_OUT_OF_DATE ||
		   m == COCO_TCB_OUT_OF_DATE_CONFIGURATION ||
		   q == COCO_TCB_OUT_OF_DATE_CONFIGURATION;

	if (p == COCO_TCB_NONE || m == COCO_TCB_NONE || q == COCO_TCB_NONE)
		return COCO_TCB_NONE;
	if (p == COCO_TCB_REVOKED || m == COCO_TCB_REVOKED || q == COCO_TCB_REVOKED)
		return COCO_TCB_REVOKED;
	if (old && (p == COCO_TCB_UP_TO_DATE || p == COCO_TCB_SW_HARDENING))
		return COCO_TCB_OUT_OF_DATE;
	if (old && (p == COCO_TCB_CONFIGURATION || p == COCO_TCB_CONFIGURATION_SW_HARDENING))
		return COCO_TCB_OUT_OF_DATE_CONFIGURATION;
	return p;
}

static void test_converge(void **state COCO_UNUSED)
{
	static const char *const rows[][4] = {
		{ "UpToDate", "UpToDate", "UpToDate", "UpToDate" },
		{ "UpToDate", "OutOfDate", "UpToDate", "OutOfDate" },
		{ "UpToDate", "UpToDate", "OutOfDate", "OutOfDate" },
		{ "SWHardeningNeeded", "UpToDate", "UpToDate", "SWHardeningNeeded" },
		{ "SWHardeningNeeded", "OutOfDate", "UpToDate", "OutOfDate" },
		{ "ConfigurationNeeded", "UpToDate", "UpToDate", "ConfigurationNeeded" },
		{ "ConfigurationNeeded", "OutOfDate", "UpToDate", "OutOfDateConfigurationNeeded" },
		{ "ConfigurationAndSWHardeningNeeded", "UpToDate", "OutOfDate",
		  "OutOfDateConfigurationNeeded" },
		/* the module does not hide the platform */
		{ "OutOfDate", "UpToDate", "UpToDate", "OutOfDate" },
		{ "OutOfDateConfigurationNeeded", "OutOfDate", "OutOfDate",
		  "OutOfDateConfigurationNeeded" },
		{ "UpToDate", "Revoked", "UpToDate", "Revoked" },
		{ "OutOfDate", "UpToDate", "Revoked", "Revoked" },
		{ "Revoked", "UpToDate", "UpToDate", "Revoked" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(rows); i++) {
		enum coco_tcb_status s[3];

		for (size_t k = 0; k < 3; k++)
			assert_true(coco_tcb_status_parse(rows[i][k], &s[k]));
		assert_string_equal(coco_tcb_status_name(coco_tcb_converge(s[0], s[1], s[2])),
				    rows[i][3]);
	}
	for (unsigned p = COCO_TCB_NONE; p <= COCO_TCB_REVOKED; p++)
		for (unsigned m = COCO_TCB_NONE; m <= COCO_TCB_REVOKED; m++)
			for (unsigned q = COCO_TCB_NONE; q <= COCO_TCB_REVOKED; q++)
				assert_int_equal(coco_tcb_converge((enum coco_tcb_status)p,
								   (enum coco_tcb_status)m,
								   (enum coco_tcb_status)q),
						 expected((enum coco_tcb_status)p,
							  (enum coco_tcb_status)m,
							  (enum coco_tcb_status)q));
}

static void test_relaunch(void **state COCO_UNUSED)
{
	enum coco_tcb_status ood = COCO_TCB_OUT_OF_DATE;
	enum coco_tcb_status oodc = COCO_TCB_OUT_OF_DATE_CONFIGURATION;

	for (unsigned l = COCO_TCB_NONE; l <= COCO_TCB_REVOKED; l++) {
		for (unsigned c = COCO_TCB_NONE; c <= COCO_TCB_REVOKED; c++) {
			enum coco_tcb_status launch = (enum coco_tcb_status)l;
			enum coco_tcb_status current = (enum coco_tcb_status)c;
			enum coco_tcb_status want = launch;
			bool fine = current == COCO_TCB_UP_TO_DATE ||
				    current == COCO_TCB_SW_HARDENING;
			bool conf = current == COCO_TCB_CONFIGURATION ||
				    current == COCO_TCB_CONFIGURATION_SW_HARDENING;

			if (launch == ood && fine)
				want = COCO_TCB_RELAUNCH;
			else if ((launch == oodc && (fine || conf)) || (launch == ood && conf))
				want = COCO_TCB_RELAUNCH_CONFIGURATION;
			assert_int_equal(coco_tcb_relaunch(launch, current), want);
		}
	}
	assert_string_equal(coco_tcb_status_name(COCO_TCB_RELAUNCH), "TDRelaunchAdvised");
	assert_string_equal(coco_tcb_status_name((enum coco_tcb_status)77), "unknown");
}

static void qe_levels_of(struct coco_qe_identity *ret)
{
	static char body[COCO_MINT_TCB_TEXT], text[COCO_MINT_TCB_TEXT];
	static const uint8_t signature[64];
	struct coco_mint_qe_id m;

	coco_mint_qe_id_init(&m);
	coco_mint_qe_id_body(body, &m);
	size_t n = coco_mint_signed(text, "enclaveIdentity", body, signature);
	assert_ok(coco_qe_identity_parse(ret, coco_view_of(text, n), &diag), &diag);
}

static void test_evaluate(void **state COCO_UNUSED)
{
	struct coco_tcb_info t;
	struct coco_qe_identity qe;
	struct coco_tcb_answer a;
	const char **names;
	size_t n;
	uint8_t sgx[16], tdx[16] = { 4, 1, 2 };
	struct coco_tcb_platform p = { .sgx = sgx, .pce_svn = 13, .tdx = tdx };

	info(&t);
	qe_levels_of(&qe);
	memcpy(sgx, best_sgx, sizeof(sgx));
	sgx[0] = sgx[1] = 4;
	coco_tcb_evaluate(&t, &p, &qe.levels, 5, &a);
	assert_int_equal(a.level, 1);
	assert_int_equal(a.platform, COCO_TCB_SW_HARDENING);
	assert_int_equal(a.module, COCO_TCB_OUT_OF_DATE);
	assert_int_equal(a.qe, COCO_TCB_OUT_OF_DATE);
	assert_int_equal(a.status, COCO_TCB_OUT_OF_DATE);
	assert_true(a.has_date && a.has_module && a.has_qe);
	assert_int_equal(a.date, 1676419200);       /* 2023-02-15, of the QE */
	assert_ok(coco_tcb_advisories_of(&t, &p, &qe.levels, &qe.advisories, 5, &names, &n, &diag),
		  &diag);
	assert_int_equal(n, 3);
	assert_string_equal(names[0], "INTEL-SA-00001");
	assert_string_equal(names[1], "INTEL-SA-00002");
	assert_string_equal(names[2], "INTEL-SA-00004");
	coco_free(names);
	coco_tcb_evaluate(&t, &p, NULL, 0, &a);
	assert_false(a.has_qe);
	assert_int_equal(a.date, 1691539200);       /* 2023-08-09, of the module */
	coco_tcb_evaluate(&t, &p, &qe.levels, 3, &a);
	assert_int_equal(a.status, COCO_TCB_NONE);  /* the QE has no level */
	tdx[1] = 2;                                 /* the module has no identity */
	coco_tcb_evaluate(&t, &p, &qe.levels, 6, &a);
	assert_int_equal(a.status, COCO_TCB_NONE);
	assert_int_equal(a.platform, COCO_TCB_SW_HARDENING);
	tdx[1] = 0;
	tdx[0] = 5;
	coco_tcb_evaluate(&t, &p, &qe.levels, 6, &a);
	assert_int_equal(a.status, COCO_TCB_SW_HARDENING);
	assert_false(a.has_module);
	sgx[7] = 0;
	coco_tcb_evaluate(&t, &p, &qe.levels, 6, &a);
	assert_int_equal(a.status, COCO_TCB_NONE);
	assert_int_equal(a.level, COCO_TCB_NO_LEVEL);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		coco_diag_init(&diag);
		int r = coco_tcb_advisories_of(&t, &p, &qe.levels, &qe.advisories, 5, &names, &n,
					       &diag);

		if (coco_test_alloc_check(r, &diag))
			break;
	}
	coco_free(names);
	coco_qe_identity_free(&qe);
	coco_tcb_info_free(&t);
}

static void test_behind(void **state COCO_UNUSED)
{
	struct coco_tcb_behind b[COCO_TCB_BEHIND_MAX];
	struct coco_tcb_info t;
	uint8_t sgx[16], tdx[16] = { 3, 0, 2 };
	struct coco_tcb_platform p = { .sgx = sgx, .pce_svn = 11, .tdx = tdx };

	info(&t);
	memcpy(sgx, best_sgx, sizeof(sgx));
	sgx[0] = sgx[1] = 4;
	sgx[4] = 3;
	assert_int_equal(coco_tcb_level_of(&t, &p), 2);
	assert_int_equal(coco_tcb_behind(&t, &p, 0, b), 5);
	assert_int_equal(b[0].part, COCO_TCB_PART_SGX);
	assert_int_equal(b[0].index, 0);
	assert_int_equal(b[0].have, 4);
	assert_int_equal(b[0].want, 5);
	assert_string_equal(b[0].name, "Early Microcode Update");
	assert_int_equal(b[2].index, 4);
	assert_int_equal(b[3].part, COCO_TCB_PART_PCE);
	assert_int_equal(b[3].want, 13);
	assert_int_equal(b[4].part, COCO_TCB_PART_TDX);
	assert_string_equal(b[4].name, "TDX Module");
	assert_int_equal(coco_tcb_behind(&t, &p, 2, b), 0);
	assert_int_equal(coco_tcb_nearest(&t, &p), 1);     /* three components, not five */
	tdx[1] = 1;                                        /* the module is judged elsewhere */
	assert_int_equal(coco_tcb_behind(&t, &p, 0, b), 4);
	memset(sgx, 255, sizeof(sgx));
	p.pce_svn = 13;
	assert_int_equal(coco_tcb_nearest(&t, &p), COCO_TCB_NO_LEVEL);
	sgx[7] = 2;                                        /* no level: the worst one is nearest */
	assert_int_equal(coco_tcb_level_of(&t, &p), COCO_TCB_NO_LEVEL);
	assert_int_equal(coco_tcb_nearest(&t, &p), 2);
	coco_tcb_info_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),   cmocka_unit_test(test_start),
		cmocka_unit_test(test_wide_components), cmocka_unit_test(test_isv),
		cmocka_unit_test(test_converge), cmocka_unit_test(test_relaunch),
		cmocka_unit_test(test_evaluate), cmocka_unit_test(test_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
