/*
 * test_fat.c - FAT volumes: boot sectors with each lie by name, table entries
 * of the three widths, long and short names.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/fat.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/mint_disk.h"
#include "tests/support/support.h"

static uint8_t *mint(unsigned bits, size_t *ret_n)
{
	const struct coco_mint_fat spec = { .bits = bits };

	return coco_mint_fat(&spec, ret_n);
}

static int parse(const uint8_t *p, size_t n, struct coco_fat *ret, struct coco_diag *d)
{
	uint8_t *boot = coco_test_guard(p, COCO_FAT_BOOT);

	coco_diag_init(d);
	int r = coco_fat_parse(ret, coco_view_of(boot, COCO_FAT_BOOT), n, d);
	coco_test_unguard(boot, COCO_FAT_BOOT);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	static const unsigned bits[] = { 12, 16, 32 };
	struct coco_fat f;
	struct coco_diag d;
	size_t n;

	for (size_t i = 0; i < 3; i++) {
		uint8_t *p = mint(bits[i], &n);

		assert_ok(parse(p, n, &f, &d), &d);
		assert_int_equal(f.bits, bits[i]);
		assert_int_equal(f.cluster, 512);
		assert_int_equal(f.root_cluster, bits[i] == 32 ? 2 : 0);
		assert_string_equal(f.label, "MINTED");
		assert_true(coco_fat_is_cluster(&f, 2));
		assert_true(coco_fat_is_cluster(&f, f.clusters + 1));
		assert_false(coco_fat_is_cluster(&f, f.clusters + 2));
		assert_false(coco_fat_is_cluster(&f, 1));
		assert_false(coco_fat_is_cluster(&f, 0));
		assert_int_equal(coco_fat_cluster_at(&f, f.clusters + 1) + f.cluster, n);
		coco_free(p);
	}
}

static const struct {
	unsigned bits;
	size_t at;
	size_t n;
	uint64_t v;
	const char *field;
} lies[] = {
	{ 12, 510, 2, 0, "Signature_word" },
	{ 12, 11, 2, 0, "BytsPerSec" },
	{ 12, 11, 2, 256, "BytsPerSec" },
	{ 12, 11, 2, 513, "BytsPerSec" },
	{ 12, 11, 2, 8192, "BytsPerSec" },
	{ 12, 13, 1, 0, "SecPerClus" },
	{ 12, 13, 1, 3, "SecPerClus" },
	{ 12, 14, 2, 0, "RsvdSecCnt" },
	{ 12, 16, 1, 0, "NumFATs" },
	{ 12, 16, 1, 200, "NumFATs" },
	{ 12, 17, 2, 0, "RootEntCnt" },
	{ 12, 19, 2, 0, "TotSec" },          /* and TotSec32 is 0 */
	{ 12, 19, 2, 65000, "TotSec" },      /* more than the partition has */
	{ 12, 19, 2, 3, "TotSec" },          /* fewer than the tables need */
	{ 12, 22, 2, 0xffff, "TotSec" },
	{ 16, 22, 2, 1, "FATSz" },           /* lying: cannot number the clusters */
	{ 32, 32, 4, 0xffffffff, "TotSec" },
	{ 32, 36, 4, 0, "FATSz" },
	{ 32, 36, 4, 0xffffffff, "TotSec" },
	{ 32, 44, 4, 0, "RootClus" },
	{ 32, 44, 4, 0x0ffffff0, "RootClus" },
	{ 32, 17, 2, 64, "RootClus" },
	{ 32, 40, 2, 0x82, "ExtFlags" },
};

static void test_boot_sector(void **state COCO_UNUSED)
{
	struct coco_fat f = { .cluster = 99 };
	struct coco_diag d;
	size_t n;

	for (size_t i = 0; i < COCO_ARRAY_LEN(lies); i++) {
		uint8_t *p = mint(lies[i].bits, &n);

		coco_mint_le(p + lies[i].at, lies[i].v, lies[i].n);
		assert_err(parse(p, n, &f, &d), COCO_E_FAT_VOLUME, &d);
		assert_string_equal(d.field, lies[i].field);
		assert_int_equal(f.cluster, 99);
		coco_free(p);
	}
}

static void test_truncated(void **state COCO_UNUSED)
{
	struct coco_fat f;
	struct coco_diag d;
	size_t n;
	uint8_t *p = mint(12, &n);

	assert_err(parse(p, n - 1, &f, &d), COCO_E_FAT_VOLUME, &d);
	for (size_t k = 0; k < COCO_FAT_BOOT; k += 31) {
		uint8_t *g = coco_test_guard(p, k);

		coco_diag_init(&d);
		assert_err(coco_fat_parse(&f, coco_view_of(g, k), n, &d), COCO_E_FORMAT_SHORT, &d);
		coco_test_unguard(g, k);
	}
	coco_free(p);
}

static void test_active_table(void **state COCO_UNUSED)
{
	struct coco_fat f;
	struct coco_fat g;
	struct coco_diag d;
	size_t n;
	uint8_t *p = mint(32, &n);

	assert_ok(parse(p, n, &f, &d), &d);
	coco_mint_le(p + 40, 0x81, 2);   /* no mirroring, the second one counts */
	assert_ok(parse(p, n, &g, &d), &d);
	assert_int_equal(g.fat_at - f.fat_at, (f.data_at - f.fat_at) / 2);
	coco_free(p);
}

static void next_is(const struct coco_fat *f, uint32_t cluster, const char *entry, uint32_t want)
{
	struct coco_diag d = { 0 };
	uint32_t next = 99;

	assert_ok(coco_fat_next(f, cluster, (const uint8_t *)entry, &next, &d), &d);
	assert_int_equal(next, want);
}

static void next_fails(const struct coco_fat *f, uint32_t cluster, const char *entry)
{
	struct coco_diag d = { 0 };
	uint32_t next = 99;

	assert_err(coco_fat_next(f, cluster, (const uint8_t *)entry, &next, &d),
		   COCO_E_FAT_CHAIN, &d);
	assert_int_equal(next, 99);
}

static void test_next(void **state COCO_UNUSED)
{
	struct coco_fat f = { .bits = COCO_FAT12, .clusters = 0x200, .fat_at = 512 };

	assert_int_equal(coco_fat_entry_at(&f, 3), 516);
	assert_int_equal(coco_fat_entry_size(&f), 2);
	next_is(&f, 2, "\x34\x51", 0x134);
	next_is(&f, 3, "\x01\x20", 0x200);
	next_is(&f, 2, "\xf8\x5f", 0);
	next_is(&f, 3, "\xf1\xff", 0);
	next_fails(&f, 2, "\xf7\x5f");      /* bad */
	next_fails(&f, 2, "\x00\x50");      /* free */
	next_fails(&f, 2, "\x02\x52");      /* 0x202: one too far */
	f.bits = COCO_FAT16;
	assert_int_equal(coco_fat_entry_at(&f, 3), 518);
	next_is(&f, 2, "\x01\x02", 0x201);
	next_is(&f, 2, "\xf8\xff", 0);
	next_fails(&f, 2, "\xf7\xff");
	next_fails(&f, 2, "\x01\x00");
	f.bits = COCO_FAT32;
	assert_int_equal(coco_fat_entry_at(&f, 3), 524);
	assert_int_equal(coco_fat_entry_size(&f), 4);
	next_is(&f, 2, "\x03\x00\x00\xf0", 3);
	next_is(&f, 2, "\xf8\xff\xff\x0f", 0);
	next_fails(&f, 2, "\xf7\xff\xff\x0f");
	next_fails(&f, 2, "\x00\x00\x01\x00");
}

/* The slot of a short name. */
static void short_slot(uint8_t p[COCO_FAT_DIRENT], const char *name, uint8_t attr)
{
	memset(p, 0, COCO_FAT_DIRENT);
	memcpy(p, name, 11);
	p[11] = attr;
	coco_mint_le(p + 20, 1, 2);
	coco_mint_le(p + 26, 5, 2);
	coco_mint_le(p + 28, 1234, 4);
}

static void test_short_names(void **state COCO_UNUSED)
{
	static const struct {
		const char *raw;
		uint8_t flags;
		const char *name;
	} cases[] = {
		{ "BOOTX64 EFI", 0, "BOOTX64.EFI" },
		{ "BOOTX64 EFI", 0x08, "bootx64.EFI" },
		{ "BOOTX64 EFI", 0x18, "bootx64.efi" },
		{ "EFI        ", 0, "EFI" },
		{ ".          ", 0, "." },
		{ "..         ", 0, ".." },
		{ "\x05" "BC     TXT", 0, "?BC.TXT" },
	};
	const struct coco_fat f = { .bits = COCO_FAT32 };
	struct coco_fat_names names = { .parts = 0 };
	struct coco_fat_entry e;
	uint8_t p[COCO_FAT_DIRENT];

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		short_slot(p, cases[i].raw, COCO_FAT_ARCHIVE);
		p[12] = cases[i].flags;
		assert_int_equal(coco_fat_dirent(&f, &names, p, &e), COCO_FAT_SLOT_ENTRY);
		assert_string_equal(e.name, cases[i].name);
		assert_int_equal(e.cluster, 0x10005);
		assert_int_equal(e.size, 1234);
	}
	short_slot(p, "LABEL      ", COCO_FAT_VOLUME);
	assert_int_equal(coco_fat_dirent(&f, &names, p, &e), COCO_FAT_SLOT_NONE);
	short_slot(p, "\xe5" "OOTX64 EFI", COCO_FAT_ARCHIVE);
	assert_int_equal(coco_fat_dirent(&f, &names, p, &e), COCO_FAT_SLOT_NONE);
	short_slot(p, "EFI        ", COCO_FAT_DIRECTORY);
	assert_int_equal(coco_fat_dirent(&f, &names, p, &e), COCO_FAT_SLOT_ENTRY);
	assert_int_equal(e.size, 0);
	memset(p, 0, sizeof(p));
	assert_int_equal(coco_fat_dirent(&f, &names, p, &e), COCO_FAT_SLOT_END);
}

/* Feeds the minted root directory of one long name, damaged at slot and byte. */
static void long_name(const char *want, size_t slot, size_t byte, uint8_t v)
{
	const struct coco_mint_file file = { "a name of thirty characters.efi", "x", 1 };
	const struct coco_mint_fat spec = { .files = &file, .n_files = 1 };
	struct coco_fat_names names = { .parts = 0 };
	struct coco_fat_entry e;
	struct coco_fat f;
	struct coco_diag d;
	size_t n;
	uint8_t *p = coco_mint_fat(&spec, &n);

	assert_ok(parse(p, n, &f, &d), &d);
	uint8_t *root = p + f.root_at;
	if (byte < COCO_FAT_DIRENT)
		root[slot * COCO_FAT_DIRENT + byte] = v;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(coco_fat_dirent(&f, &names, root + i * COCO_FAT_DIRENT, &e),
				 COCO_FAT_SLOT_NONE);
	assert_int_equal(coco_fat_dirent(&f, &names, root + 3 * (size_t)COCO_FAT_DIRENT, &e),
			 COCO_FAT_SLOT_ENTRY);
	assert_string_equal(e.name, want);
	coco_free(p);
}

static void test_long_names(void **state COCO_UNUSED)
{
	long_name("a name of thirty characters.efi", 0, 99, 0);
	/* whatever does not fit together leaves the short name */
	long_name("N0000000", 0, 0, 0x44);    /* a part too many */
	long_name("N0000000", 0, 0, 0x03);    /* not marked as the last */
	long_name("N0000000", 0, 0, 0x5f);    /* more parts than there can be */
	long_name("N0000000", 1, 0, 0x01);    /* parts out of order */
	long_name("N0000000", 1, 13, 0x99);   /* another checksum */
	long_name("N0000000", 2, 0, 0xe5);    /* deleted */
	long_name("N0000000", 2, 1, 0);       /* an empty name, low byte of 'a' */
}

static void test_equal(void **state COCO_UNUSED)
{
	assert_true(coco_fat_name_equal("BOOTX64.EFI", "bootx64.efi/x", 11));
	assert_false(coco_fat_name_equal("BOOTX64.EFI", "bootx64.efi/x", 12));
	assert_false(coco_fat_name_equal("BOOTX64.EFI", "bootx65.efi", 11));
	assert_true(coco_fat_name_equal("", "", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_boot_sector),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_active_table),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_short_names),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
