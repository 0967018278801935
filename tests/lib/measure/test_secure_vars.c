/*
 * test_secure_vars.c - the Secure Boot variables of a store: when SecureBoot is 1.
 */
#include "lib/measure/secure_vars.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "tests/support/mint_variables.h"
#include "tests/support/mint_volume.h"
#include "tests/support/support.h"

static const uint8_t global[] = COCO_GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa0d, 0x00e098032b8c);
static const uint8_t security[] = COCO_GUID(0xd719b2cb, 0x3d3a, 0x4596, 0xa3bc, 0xdad00e67656f);
static const uint8_t enable[] = COCO_GUID(0xf0a30bc7, 0xaf08, 0x4556, 0x99c4, 0x001009c93a44);

/* enabled: -1 no such variable. */
static void check(bool pk, int enabled, uint8_t want)
{
	struct coco_wr store, volume;
	struct coco_secure_vars v;
	struct coco_diag d = { 0 };

	coco_wr_init(&store, 1 << 16);
	coco_wr_init(&volume, 1 << 16);
	coco_mint_store(&store, true, 4096 - 72);
	if (pk)
		coco_mint_variable(&store, true, 0x3f, global, "PK", "platform", 8);
	if (enabled >= 0)
		coco_mint_variable(&store, true, 0x3f, enable, "SecureBootEnable",
				   enabled == 1 ? "\1" : "\0", 1);
	coco_mint_variable(&store, true, 0x3f, security, "db", "list", 4);
	coco_mint_variable(&store, true, 0x3f, global, "db", "another", 7);
	coco_mint_fv(&volume, NULL, true, store.p, store.n, 4096);
	assert_ok(coco_secure_vars_read(&v, coco_wr_view(&volume), &d), &d);
	assert_int_equal(v.value, want);
	assert_true(v.secure_boot.p == &v.value && v.secure_boot.n == 1);
	assert_int_equal(v.pk.n, pk ? 8 : 0);
	assert_int_equal(v.kek.n + v.dbx.n + v.dbt.n, 0);
	assert_int_equal(v.db.n, 4);
	assert_memory_equal(v.db.p, "list", 4);
	coco_wr_free(&volume);
	coco_wr_init(&volume, 1 << 16);
	store.p[0] ^= 1;
	coco_mint_fv(&volume, NULL, true, store.p, store.n, 4096);
	assert_err(coco_secure_vars_read(&v, coco_wr_view(&volume), &d), COCO_E_VARIABLE_STORE,
		   &d);
	coco_wr_free(&store);
	coco_wr_free(&volume);
}

static void test_value(void **state COCO_UNUSED)
{
	check(false, -1, 0);
	check(false, 1, 0);
	check(true, -1, 1);
	check(true, 1, 1);
	check(true, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
