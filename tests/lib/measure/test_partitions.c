/*
 * test_partitions.c - the partitions of minted disks, and choosing one.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/partitions.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_disk.h"

static const uint8_t first[512] = "first";
static const uint8_t second[4096] = "second";

static const struct coco_mint_part parts[] = {
	{ .type = "esp", .label = "boot", .p = first, .n = sizeof(first) },
	{ .type = "root-x86-64", .uuid = "12345678-1234-1234-1234-123456789abc", .label = "root",
	  .p = second, .n = sizeof(second) },
	{ .type = "swap", .label = "root", .n = 512 },
};

static int load(const uint8_t *p, size_t n, struct coco_partitions *ret, struct coco_diag *d)
{
	struct coco_disk *disk = NULL;

	coco_diag_init(d);
	assert_ok(coco_disk_bytes(&disk, coco_view_of(p, n), d), d);
	int r = coco_partitions_read(ret, disk, d);
	coco_disk_close(disk);
	return r;
}

static uint8_t *mint(uint32_t sector, size_t *ret_n)
{
	const struct coco_mint_disk spec = { .sector = sector, .parts = parts, .n_parts = 3 };

	return coco_mint_gpt(&spec, ret_n);
}

static void test_gpt(void **state COCO_UNUSED)
{
	static const uint32_t sectors[] = { 512, 4096 };
	struct coco_partitions t;
	struct coco_diag d;
	size_t n;

	for (size_t i = 0; i < 2; i++) {
		uint8_t *p = mint(sectors[i], &n);

		assert_ok(load(p, n, &t, &d), &d);
		assert_int_equal(t.kind, COCO_TABLE_GPT);
		assert_int_equal(t.sector, sectors[i]);
		assert_int_equal(t.backup, COCO_BACKUP_SAME);
		assert_int_equal(t.n, 3);
		assert_int_equal(t.n_event, 92 + 8 + 3 * 128);
		assert_int_equal(t.list[0].at, 2048 * sectors[i]);
		assert_memory_equal(p + t.list[1].at, "second", 6);
		assert_int_equal(t.list[1].size, 4096);
		assert_string_equal(t.list[1].label, "root");
		coco_partitions_free(&t);
		coco_free(p);
	}
}

static void test_backup(void **state COCO_UNUSED)
{
	struct coco_partitions t;
	struct coco_diag d;
	size_t n;
	uint8_t *p = mint(512, &n);

	p[n - 512 + 60] ^= 1;                          /* its header */
	assert_ok(load(p, n, &t, &d), &d);
	assert_int_equal(t.backup, COCO_BACKUP_BAD);
	coco_partitions_free(&t);
	p[n - 512 + 60] ^= 1;
	p[n - 512 * 33 + 60] ^= 1;                     /* its list */
	assert_ok(load(p, n, &t, &d), &d);
	assert_int_equal(t.backup, COCO_BACKUP_BAD);
	coco_partitions_free(&t);
	p[n - 512 * 33 + 60] ^= 1;
	assert_err(load(p, n - 512, &t, &d), COCO_E_DISK_TABLE, &d);   /* truncated */
	p[1024 + 60] ^= 1;                             /* the list that counts */
	assert_err(load(p, n, &t, &d), COCO_E_DISK_TABLE, &d);
	coco_free(p);
}

static void test_outside(void **state COCO_UNUSED)
{
	struct coco_partitions t;
	struct coco_diag d;
	size_t n;
	uint8_t *p = mint(512, &n);

	coco_mint_le(p + 512 + 72, UINT64_C(1) << 60, 8);
	coco_mint_gpt_seal(p, n, 512);
	assert_err(load(p, n, &t, &d), COCO_E_DISK_TABLE, &d);
	coco_mint_le(p + 512 + 72, n / 512 - 1, 8);    /* the list would end behind the disk */
	coco_mint_gpt_seal(p, n, 512);
	assert_err(load(p, n, &t, &d), COCO_E_IO_READ, &d);
	coco_free(p);
}

static void test_mbr(void **state COCO_UNUSED)
{
	struct coco_partitions t;
	struct coco_diag d;
	const struct coco_partition *found = NULL;
	size_t n;
	uint8_t *p = coco_mint_mbr(parts, 2, &n);

	assert_ok(load(p, n, &t, &d), &d);
	assert_int_equal(t.kind, COCO_TABLE_MBR);
	assert_int_equal(t.n, 2);
	assert_null(t.event);
	assert_memory_equal(p + t.list[1].at, "second", 6);
	assert_ok(coco_partitions_find(&t, "2", &found, &d), &d);
	assert_ptr_equal(found, &t.list[1]);
	assert_err(coco_partitions_find(&t, "0x83", &found, &d), COCO_E_DISK_PARTITION, &d);
	coco_partitions_free(&t);
	assert_err(load(p, n - 4096, &t, &d), COCO_E_DISK_TABLE, &d);
	p[446 + 4] = 0xee;
	assert_err(load(p, n, &t, &d), COCO_E_DISK_TABLE, &d);
	coco_free(p);
}

static void test_none(void **state COCO_UNUSED)
{
	const struct coco_mint_fat fat = { .bits = 12 };
	const struct coco_partition *found = NULL;
	struct coco_partitions t;
	struct coco_diag d;
	uint8_t zero[4096] = { 0 };
	size_t n;

	assert_ok(load(zero, sizeof(zero), &t, &d), &d);
	assert_int_equal(t.kind, COCO_TABLE_NONE);
	assert_err(coco_partitions_find(&t, "1", &found, &d), COCO_E_DISK_PARTITION, &d);
	assert_ok(load(zero, 100, &t, &d), &d);
	assert_int_equal(t.kind, COCO_TABLE_NONE);
	uint8_t *p = coco_mint_fat(&fat, &n);          /* its boot sector is no table */
	assert_ok(load(p, n, &t, &d), &d);
	assert_int_equal(t.kind, COCO_TABLE_NONE);
	coco_free(p);
}

static void test_find(void **state COCO_UNUSED)
{
	const struct coco_partition *found = NULL;
	struct coco_partitions t;
	struct coco_diag d;
	size_t n;
	uint8_t *p = mint(512, &n);

	assert_ok(load(p, n, &t, &d), &d);
	static const struct {
		const char *what;
		size_t index;
	} good[] = {
		{ "2", 1 },
		{ "12345678-1234-1234-1234-123456789ABC", 1 },
		{ "00000000-1111-2222-3333-000000000003", 2 },
		{ "boot", 0 },
		{ "esp", 0 },
		{ "root-x86-64", 1 },
		{ "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", 0 },
	};
	for (size_t i = 0; i < COCO_ARRAY_LEN(good); i++) {
		assert_ok(coco_partitions_find(&t, good[i].what, &found, &d), &d);
		assert_ptr_equal(found, &t.list[good[i].index]);
	}
	static const char *const bad[] = { "root", "4", "", "usr-x86-64", "0x83", "Boot" };
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_err(coco_partitions_find(&t, bad[i], &found, &d), COCO_E_DISK_PARTITION, &d);
	}
	assert_ptr_equal(coco_partition_by_type(&t, t.list[2].type), &t.list[2]);
	assert_ptr_equal(coco_partition_by_uuid(&t, t.list[1].uuid), &t.list[1]);
	uint8_t other[COCO_GUID_SIZE] = { 1 };
	assert_null(coco_partition_by_type(&t, other));
	assert_null(coco_partition_by_uuid(&t, other));
	coco_partitions_free(&t);
	coco_free(p);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_disk *disk = NULL;
	struct coco_partitions t;
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = mint(512, &n);

	assert_ok(coco_disk_bytes(&disk, coco_view_of(p, n), &d), &d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = coco_partitions_read(&t, disk, &d);

		/* the backup is only judged: no memory for it is a bad one */
		if (r == 0 && t.backup == COCO_BACKUP_BAD) {
			assert_true(coco_test_alloc_disarm());
			coco_partitions_free(&t);
			continue;
		}
		if (coco_test_alloc_check(r, &d))
			break;
	}
	assert_int_equal(t.backup, COCO_BACKUP_SAME);
	coco_partitions_free(&t);
	coco_disk_close(disk);
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gpt),
		cmocka_unit_test(test_backup),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_mbr),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
