/*
 * test_pci_window.c - where OVMF puts 64-bit PCI memory. Covers pci_window.c.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/pci_window.h"

#include <string.h>

#include "tests/support/support.h"

#define GIB ((uint64_t)1 << 30)

struct map {
	uint8_t p[400];
	size_t n;
};

static void add(struct map *m, uint64_t start, uint64_t length, uint32_t type)
{
	for (unsigned i = 0; i < 8; i++) {
		m->p[m->n + i] = (uint8_t)(start >> (8 * i) & 0xff);
		m->p[m->n + 8 + i] = (uint8_t)(length >> (8 * i) & 0xff);
		m->p[m->n + 16 + i % 4] = (uint8_t)(type >> (8 * (i % 4)) & 0xff);
	}
	m->n += 20;
}

static int window(const struct map *m, uint64_t end, unsigned bits, uint64_t *ret,
		  struct coco_diag *d)
{
	uint8_t *guarded = coco_test_guard(m->p, m->n);

	*d = (struct coco_diag){ 0 };
	int r = coco_pci_window(coco_view_of(guarded, m->n), end, bits, ret, d);
	coco_test_unguard(guarded, m->n);
	return r;
}

static void check(const struct map *m, uint64_t end, unsigned bits, uint64_t want)
{
	struct coco_diag d;
	uint64_t got = 1;

	assert_ok(window(m, end, bits, &got, &d), &d);
	if (got != want)
		fail_msg("%u bits: 0x%llx, not 0x%llx", bits, (unsigned long long)got,
			 (unsigned long long)want);
}

static void test_good(void **state COCO_UNUSED)
{
	struct map m = { .n = 0 };

	check(&m, 0, 46, 0x380000000000);
	add(&m, 0, 2 * GIB, 1);
	add(&m, 4 * GIB, 2 * GIB, 1);
	check(&m, 0, 46, 0x380000000000);
	check(&m, 0, 40, 0xe000000000);
	/* QEMU reserves this for AMD vCPUs: seen in real boots */
	add(&m, 0xfd00000000, 0x300000000, 2);
	check(&m, 0, 40, 0xc000000000);
	check(&m, 0, 46, 0x380000000000);
	/* two in the way */
	add(&m, 0xc000000000, 1, 2);
	check(&m, 0, 40, 0xa000000000);
	/* spaces too small: after the memory, aligned to 32 GiB */
	check(&m, 0, 38, 32 * GIB);
	check(&m, 0, 36, 32 * GIB);
	check(&m, 33 * GIB, 36, 64 * GIB);
	check(&m, 0, 39, 0x7000000000);
	/* memory so large that an eighth does not fit behind it */
	check(&m, 900 * GIB, 40, 928 * GIB);
}

static void refuse(const struct map *m, uint64_t end, unsigned bits, int code)
{
	struct coco_diag d;
	uint64_t got = 77;

	assert_err(window(m, end, bits, &got, &d), code, &d);
	assert_int_equal(got, 77);
}

static void test_bad(void **state COCO_UNUSED)
{
	static uint8_t big[COCO_E820_MAX + 4];
	struct map m = { .n = 0 };
	struct coco_diag d = { 0 };
	uint64_t got;

	refuse(&m, 0, 35, COCO_E_USAGE_VALUE);
	refuse(&m, 0, 53, COCO_E_USAGE_VALUE);
	refuse(&m, 65 * GIB, 36, COCO_E_FW_CFG);
	add(&m, 0, GIB, 1);
	for (m.n = 1; m.n < 20; m.n++)
		refuse(&m, 0, 40, COCO_E_FW_CFG);
	m.n = 0;
	add(&m, UINT64_MAX, 2, 1);
	refuse(&m, 0, 40, COCO_E_FW_CFG);
	m.n = 0;
	add(&m, GIB, 0xfe00000000, 2);   /* no room below */
	refuse(&m, 0, 40, COCO_E_FW_CFG);
	assert_err(coco_pci_window(coco_view_of(big, sizeof(big)), 0, 40, &got, &d),
		   COCO_E_FW_CFG, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
