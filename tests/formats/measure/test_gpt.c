/*
 * test_gpt.c - partition tables: minted disks with every defect by name, and
 * the bytes that the firmware measures.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/gpt.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_disk.h"

enum { SECTOR = 512, TABLE = 128 * COCO_GPT_ENTRY };

static const struct coco_mint_part parts[] = {
	{ .type = "esp", .label = "esp", .n = 10 * SECTOR },
	{ .type = "root-x86-64", .uuid = "12345678-1234-1234-1234-123456789abc", .label = "root",
	  .n = 4 * SECTOR },
	{ .type = "0fc63daf-8483-4772-8e79-3d69d8477de4", .n = SECTOR },
};

struct disk {
	uint8_t *p;
	size_t n;
};

static struct disk mint(void)
{
	const struct coco_mint_disk spec = { .parts = parts, .n_parts = COCO_ARRAY_LEN(parts) };
	struct disk d;

	d.p = coco_mint_gpt(&spec, &d.n);
	return d;
}

static int parse(const struct disk *disk, struct coco_gpt *ret, struct coco_diag *d)
{
	uint8_t *head = coco_test_guard(disk->p + SECTOR, COCO_GPT_HEADER);
	uint8_t *table = coco_test_guard(disk->p + 2 * (size_t)SECTOR, TABLE);
	struct coco_gpt_header h;

	coco_diag_init(d);
	int r = coco_gpt_header_parse(&h, coco_view_of(head, COCO_GPT_HEADER), 1,
				      disk->n / SECTOR, d);
	if (r == 0)
		r = coco_gpt_parse(ret, &h, coco_view_of(table, (size_t)h.n_entries *
							 COCO_GPT_ENTRY), d);
	coco_test_unguard(head, COCO_GPT_HEADER);
	coco_test_unguard(table, TABLE);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	struct disk disk = mint();
	struct coco_diag d;
	struct coco_gpt g;
	struct coco_gpt_header backup;
	char text[COCO_GUID_TEXT];

	assert_ok(parse(&disk, &g, &d), &d);
	assert_int_equal(g.n, 3);
	assert_int_equal(g.entries[0].number, 1);
	assert_int_equal(g.entries[0].first, 2048);
	assert_int_equal(g.entries[0].last, 2057);
	assert_string_equal(g.entries[0].label, "esp");
	assert_string_equal(coco_gpt_type_name(g.entries[0].type), "esp");
	assert_string_equal(coco_gpt_type_name(g.entries[1].type), "root-x86-64");
	coco_guid_text(text, g.entries[1].uuid);
	assert_string_equal(text, "12345678-1234-1234-1234-123456789abc");
	assert_string_equal(g.entries[2].label, "");
	uint64_t last = disk.n / SECTOR - 1;
	assert_ok(coco_gpt_header_parse(&backup, coco_view_of(disk.p + last * SECTOR, SECTOR), last,
					last + 1, &d), &d);
	assert_true(coco_gpt_same(&g.header, &backup));
	backup.last_usable--;
	assert_false(coco_gpt_same(&g.header, &backup));
	coco_gpt_free(&g);
	coco_free(disk.p);
}

static void test_event(void **state COCO_UNUSED)
{
	struct disk disk = mint();
	struct coco_diag d = { 0 };
	uint8_t *event;
	size_t n;

	struct coco_view head = coco_view_of(disk.p + SECTOR, SECTOR);
	struct coco_view table = coco_view_of(disk.p + 2 * (size_t)SECTOR, TABLE);
	assert_ok(coco_gpt_event(head, table, &event, &n, &d), &d);
	assert_int_equal(n, COCO_GPT_HEADER + 8 + 3 * COCO_GPT_ENTRY);
	assert_memory_equal(event, disk.p + SECTOR, COCO_GPT_HEADER);
	assert_memory_equal(event + COCO_GPT_HEADER, "\3\0\0\0\0\0\0\0", 8);
	assert_memory_equal(event + COCO_GPT_HEADER + 8, table.p, 3 * COCO_GPT_ENTRY);
	coco_free(event);
	/* an unused entry between used ones is left out */
	memset(disk.p + 2 * (size_t)SECTOR + COCO_GPT_ENTRY, 0, 16);
	assert_ok(coco_gpt_event(head, table, &event, &n, &d), &d);
	assert_int_equal(n, COCO_GPT_HEADER + 8 + 2 * COCO_GPT_ENTRY);
	assert_memory_equal(event + COCO_GPT_HEADER + 8 + COCO_GPT_ENTRY,
			    table.p + 2 * (size_t)COCO_GPT_ENTRY, COCO_GPT_ENTRY);
	coco_free(event);
	head.n = COCO_GPT_HEADER - 1;
	assert_err(coco_gpt_event(head, table, &event, &n, &d), COCO_E_FORMAT_SHORT, &d);
	coco_free(disk.p);
}

/* One number of the header; sealed again, so that only the number is wrong. */
static const struct {
	size_t at;
	size_t n;
	uint64_t v;
	bool seal;
	const char *field;
} header_lies[] = {
	{ 8, 4, 0x20000, true, "Revision" },
	{ 12, 4, 96, true, "Revision" },
	{ 16, 4, 0x12345678, false, "HeaderCRC32" },
	{ 24, 8, 2, true, "MyLBA" },
	{ 32, 8, UINT64_C(1) << 40, true, "LastUsableLBA" },
	{ 40, 8, UINT64_C(1) << 40, true, "FirstUsableLBA" },
	{ 48, 8, UINT64_C(1) << 40, true, "LastUsableLBA" },
	{ 80, 4, 0, true, "NumberOfPartitionEntries" },
	{ 80, 4, 0xffffffff, true, "NumberOfPartitionEntries" },
	{ 84, 4, 256, true, "SizeOfPartitionEntry" },
	{ 88, 4, 0x12345678, false, "HeaderCRC32" },
};

static void test_header(void **state COCO_UNUSED)
{
	struct coco_gpt g = { .n = 99 };
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(header_lies); i++) {
		struct disk disk = mint();

		coco_mint_le(disk.p + SECTOR + header_lies[i].at, header_lies[i].v,
			     header_lies[i].n);
		if (header_lies[i].seal)
			coco_mint_gpt_seal(disk.p, disk.n, SECTOR);
		assert_err(parse(&disk, &g, &d), COCO_E_DISK_TABLE, &d);
		assert_string_equal(d.field, header_lies[i].field);
		assert_int_equal(g.n, 99);
		coco_free(disk.p);
	}
}

static void test_no_header(void **state COCO_UNUSED)
{
	struct disk disk = mint();
	struct coco_gpt_header h;
	struct coco_diag d = { 0 };

	assert_err(coco_gpt_header_parse(&h, coco_view_of(disk.p, SECTOR), 1, 0, &d),
		   COCO_E_DISK_TABLE, &d);
	for (size_t n = 0; n < COCO_GPT_HEADER; n += 13) {
		uint8_t *p = coco_test_guard(disk.p + SECTOR, n);

		coco_diag_init(&d);
		assert_err(coco_gpt_header_parse(&h, coco_view_of(p, n), 1, 0, &d),
			   n < 8 ? COCO_E_DISK_TABLE : COCO_E_FORMAT_SHORT, &d);
		coco_test_unguard(p, n);
	}
	coco_free(disk.p);
}

/* One number of entry 1 (the second). */
static const struct {
	size_t at;
	uint64_t v;
	bool seal;
	const char *field;
} entry_lies[] = {
	{ 32, 2050, true, "StartingLBA" },      /* overlaps the first */
	{ 40, 2062, true, "StartingLBA" },      /* overlaps the third */
	{ 40, 2057, true, "StartingLBA" },      /* ends before it begins */
	{ 32, 3, true, "StartingLBA" },         /* in the table */
	{ 40, UINT64_C(1) << 60, true, "StartingLBA" },
	{ 40, 2060, false, "PartitionEntryArrayCRC32" },
};

static void test_entries(void **state COCO_UNUSED)
{
	struct coco_gpt g = { .n = 99 };
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(entry_lies); i++) {
		struct disk disk = mint();

		coco_mint_le(disk.p + 2 * (size_t)SECTOR + COCO_GPT_ENTRY + entry_lies[i].at,
			     entry_lies[i].v, 8);
		if (entry_lies[i].seal)
			coco_mint_gpt_seal(disk.p, disk.n, SECTOR);
		assert_err(parse(&disk, &g, &d), COCO_E_DISK_TABLE, &d);
		assert_string_equal(d.field, entry_lies[i].field);
		assert_int_equal(g.n, 99);
		coco_free(disk.p);
	}
}

static void test_table_size(void **state COCO_UNUSED)
{
	struct disk disk = mint();
	struct coco_gpt_header h = { .n_entries = 128 };
	struct coco_gpt g;
	struct coco_diag d = { 0 };

	assert_err(coco_gpt_parse(&g, &h, coco_view_of(disk.p + 1024, TABLE - 1), &d),
		   COCO_E_DISK_TABLE, &d);
	coco_free(disk.p);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct disk disk = mint();
	struct coco_view head = coco_view_of(disk.p + SECTOR, SECTOR);
	struct coco_view table = coco_view_of(disk.p + 2 * (size_t)SECTOR, TABLE);
	struct coco_gpt_header h;
	struct coco_gpt g;
	struct coco_diag d = { 0 };
	uint8_t *event;
	size_t n;

	assert_ok(coco_gpt_header_parse(&h, head, 1, 0, &d), &d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(coco_gpt_parse(&g, &h, table, &d), &d))
			break;
	coco_gpt_free(&g);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(coco_gpt_event(head, table, &event, &n, &d), &d))
			break;
	coco_free(event);
	coco_free(disk.p);
}

static void test_mbr(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_mbr m = { .n = 99 };
	size_t n;
	uint8_t *p = coco_mint_mbr(parts, 2, &n);

	assert_ok(coco_mbr_parse(&m, coco_view_of(p, COCO_MBR_SIZE), &d), &d);
	assert_int_equal(m.n, 2);
	assert_int_equal(m.disk, 0x12345678);
	assert_int_equal(m.entry[1].number, 2);
	assert_int_equal(m.entry[1].first, 2058);
	assert_int_equal(m.entry[1].count, 4);
	assert_int_equal(m.entry[1].type, 0x83);
	m.n = 99;
	coco_mint_le(p + 446 + 16 + 8, 2050, 4);
	assert_err(coco_mbr_parse(&m, coco_view_of(p, COCO_MBR_SIZE), &d), COCO_E_DISK_TABLE, &d);
	coco_mint_le(p + 446 + 16 + 12, 0, 4);
	coco_diag_init(&d);
	assert_err(coco_mbr_parse(&m, coco_view_of(p, COCO_MBR_SIZE), &d), COCO_E_DISK_TABLE, &d);
	p[446] = 0x33;
	coco_diag_init(&d);
	assert_err(coco_mbr_parse(&m, coco_view_of(p, COCO_MBR_SIZE), &d), COCO_E_DISK_TABLE, &d);
	p[510] = 0;
	coco_diag_init(&d);
	assert_err(coco_mbr_parse(&m, coco_view_of(p, COCO_MBR_SIZE), &d), COCO_E_DISK_TABLE, &d);
	assert_string_equal(d.field, "boot signature");
	for (size_t k = 0; k < COCO_MBR_SIZE; k += 37) {
		uint8_t *guarded = coco_test_guard(p, k);

		coco_diag_init(&d);
		assert_err(coco_mbr_parse(&m, coco_view_of(guarded, k), &d), COCO_E_FORMAT_SHORT,
			   &d);
		coco_test_unguard(guarded, k);
	}
	assert_int_equal(m.n, 99);
	coco_free(p);
}

static void test_types(void **state COCO_UNUSED)
{
	uint8_t type[COCO_GUID_SIZE];
	char text[COCO_GUID_TEXT];

	assert_true(coco_gpt_type_find(type, "usr-x86-64-verity-sig"));
	coco_guid_text(text, type);
	assert_string_equal(text, "e7bb33fb-06cf-4e81-8273-e543b413e2e2");
	assert_string_equal(coco_gpt_type_name(type), "usr-x86-64-verity-sig");
	assert_false(coco_gpt_type_find(type, "nothing"));
	memset(type, 1, sizeof(type));
	assert_null(coco_gpt_type_name(type));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_no_header),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_table_size),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_mbr),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
