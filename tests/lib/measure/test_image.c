/*
 * test_image.c - surveys of minted guest disks: what is measured by which
 * register, what is not, and every disk whose parts do not belong together.
 */
#include "lib/measure/image.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_disk.h"
#include "tests/support/mint_image.h"

static const struct coco_run two = { .jobs = 2 };

static int survey(const struct coco_mint_image *spec, struct coco_image **ret,
		  struct coco_diag *d)
{
	char *dir = coco_test_dir();
	size_t n;
	uint8_t *p = coco_mint_image(spec, NULL, &n);

	coco_diag_init(d);
	int r = coco_image_survey(&two, coco_mint_write(dir, "disk", p, n), COCO_DISK_AS_FOUND,
				  ret, d);
	coco_free(p);
	coco_test_rmdir(dir);
	return r;
}

static const struct coco_image_item *find(const struct coco_image *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->items[i].name, name) == 0)
			return &m->items[i];
	fail_msg("no %s", name);
	return &m->items[0];
}

static void by(const struct coco_image *m, const char *name, const char *what,
	       const char *registers)
{
	const struct coco_image_item *item = find(m, name);

	assert_string_equal(item->what, what);
	assert_string_equal(item->by, registers);
	assert_true(item->reason[0] != '\0');
}

static void test_whole(void **state COCO_UNUSED)
{
	const struct coco_mint_image spec = { .two_esps = false };
	struct coco_image *m = NULL;
	struct coco_diag d;

	assert_ok(survey(&spec, &m, &d), &d);
	assert_ok(coco_image_verdict(m, &d), &d);
	assert_int_equal(m->n_checks, 3);
	assert_int_equal(m->n_roots, 1);
	by(m, "partition table", "GPT", "PCR 5, RTMR1");
	by(m, "backup partition table, MBR boot code", "GPT", "");
	by(m, "partition 1 (esp)", "esp", "");
	by(m, "EFI/BOOT/BOOTX64.EFI", "systemd-boot", "PCR 4, RTMR1");
	by(m, "EFI/Linux/a.efi", "UKI", "PCR 4, PCR 11, RTMR1, RTMR2");
	by(m, "EFI/Linux/a.efi.extra.d/x.addon.efi", "addon", "PCR 4, PCR 12, RTMR1, RTMR2");
	by(m, "EFI/Linux/a.efi.extra.d/secret.cred", "credential", "PCR 12, RTMR2");
	by(m, "EFI/Linux/a.efi.extra.d/e.raw", "system extension", "PCR 13, RTMR2");
	by(m, "EFI/Linux/a.efi.extra.d/c.confext.raw", "configuration extension",
	   "PCR 12, RTMR2");
	by(m, "EFI/old/tool.efi", "EFI program", "");
	by(m, "loader/loader.conf", "loader.conf", "PCR 5, RTMR1");
	by(m, "loader/entries/one.conf", "boot entry", "");
	by(m, "loader/credentials/g.cred", "credential", "PCR 12, RTMR2");
	by(m, "notes.txt", "file", "");
	by(m, "partition 2 (root)", "root-x86-64", "root hash");
	by(m, "partition 3 (root-verity)", "root-x86-64-verity", "root hash");
	by(m, "partition 4", "root-x86-64-verity-sig", "");
	by(m, "partition 5 (state)", "linux", "");
	const struct coco_mrecord_register *reg =
		coco_mrecord_find(&m->record, "verity.root_hash", "sha256");
	assert_non_null(reg);
	assert_int_equal(reg->n_values, 1);
	assert_true(m->record.n_gaps >= 7);
	assert_true(find(m, "notes.txt")->has_sha256);
	coco_image_free(m);
	coco_image_free(NULL);
}

static void test_loaders(void **state COCO_UNUSED)
{
	struct coco_mint_image spec = { .uki_first = true };
	struct coco_image *m = NULL;
	struct coco_diag d;

	assert_ok(survey(&spec, &m, &d), &d);
	by(m, "EFI/BOOT/BOOTX64.EFI", "UKI", "PCR 4, PCR 11, RTMR1, RTMR2");
	by(m, "EFI/Linux/a.efi", "UKI", "");
	by(m, "loader/loader.conf", "file", "");
	by(m, "loader/credentials/g.cred", "credential", "PCR 12, RTMR2");
	coco_image_free(m);
	spec = (struct coco_mint_image){ .other_loader = true };
	assert_ok(survey(&spec, &m, &d), &d);
	by(m, "EFI/BOOT/BOOTX64.EFI", "boot loader", "PCR 4, RTMR1");
	by(m, "EFI/Linux/a.efi", "UKI", "");
	by(m, "loader/credentials/g.cred", "file", "");
	assert_non_null(strstr(find(m, "notes.txt")->reason, "GRUB"));
	/* the command line with the root hash is of an image that nothing is known to start */
	by(m, "partition 2 (root)", "root-x86-64", "");
	by(m, "partition 3 (root-verity)", "root-x86-64-verity", "");
	coco_image_free(m);
	spec = (struct coco_mint_image){ .no_loader = true };
	assert_ok(survey(&spec, &m, &d), &d);
	by(m, "EFI/Linux/a.efi", "UKI", "");
	by(m, "EFI/Linux/a.efi.extra.d/secret.cred", "file", "");
	coco_image_free(m);
}

static void test_unprotected(void **state COCO_UNUSED)
{
	struct coco_mint_image spec = { .no_root_hash = true };
	struct coco_image *m = NULL;
	struct coco_diag d;

	assert_ok(survey(&spec, &m, &d), &d);
	assert_ok(coco_image_verdict(m, &d), &d);
	by(m, "partition 2 (root)", "root-x86-64", "");
	by(m, "partition 3 (root-verity)", "root-x86-64-verity", "");
	coco_image_free(m);
	spec.no_verity = true;
	assert_ok(survey(&spec, &m, &d), &d);
	assert_int_equal(m->n_checks, 0);
	assert_int_equal(m->record.n_registers, 0);
	by(m, "partition 2 (root)", "root-x86-64", "");
	coco_image_free(m);
	/* found by their types where UUIDs do not say it */
	spec = (struct coco_mint_image){ .odd_uuids = true };
	assert_ok(survey(&spec, &m, &d), &d);
	assert_ok(coco_image_verdict(m, &d), &d);
	by(m, "partition 2 (root)", "root-x86-64", "root hash");
	coco_image_free(m);
}

static void rejected(const struct coco_mint_image *spec, const char *title)
{
	struct coco_image *m = NULL;
	struct coco_diag d;

	assert_ok(survey(spec, &m, &d), &d);
	assert_err(coco_image_verdict(m, &d), COCO_E_VERITY_MISMATCH, &d);
	if (strstr(d.message, title) == NULL)
		fail_msg("%s: %s", title, d.message);
	assert_true(d.expected[0] != '\0' && d.actual[0] != '\0');
	coco_image_free(m);
}

static void test_rejected(void **state COCO_UNUSED)
{
	rejected(&(struct coco_mint_image){ .wrong_root_hash = true },
		 "roothash= of EFI/Linux/a.efi");
	rejected(&(struct coco_mint_image){ .change_data = true }, "partition 2 is what");
	rejected(&(struct coco_mint_image){ .change_tree = true }, "partition 2 is what");
	rejected(&(struct coco_mint_image){ .wrong_signature = true }, "signature in partition 4");
	rejected(&(struct coco_mint_image){ .broken_signature = true }, "signature in partition 4");
	rejected(&(struct coco_mint_image){ .no_verity = true }, "roothash= of");
}

static void test_malformed(void **state COCO_UNUSED)
{
	struct coco_mint_image spec = { .two_esps = true };
	struct coco_image *m = NULL;
	struct coco_diag d;

	assert_err(survey(&spec, &m, &d), COCO_E_DISK_TABLE, &d);
	spec.two_esps = false;
	size_t n;
	uint8_t *p = coco_mint_image(&spec, NULL, &n);
	char *dir = coco_test_dir();
	static const struct {
		size_t at;
		int code;
	} damage[] = {
		{ 512 + 60, COCO_E_DISK_TABLE },            /* the header's checksum */
		{ 2048 * 512 + 13, COCO_E_FAT_VOLUME },     /* clusters of the file system */
	};
	for (size_t i = 0; i < COCO_ARRAY_LEN(damage); i++) {
		p[damage[i].at] ^= 0x7f;
		coco_diag_init(&d);
		assert_err(coco_image_survey(&two, coco_mint_write(dir, "disk", p, n),
					     COCO_DISK_AS_FOUND,
				  &m, &d),
			   damage[i].code, &d);
		p[damage[i].at] ^= 0x7f;
	}
	coco_diag_init(&d);
	assert_err(coco_image_survey(&two, coco_mint_write(dir, "disk", p, n - 4096),
				     COCO_DISK_AS_FOUND,
				  &m, &d),
		   COCO_E_DISK_TABLE, &d);
	coco_diag_init(&d);
	assert_err(coco_image_survey(&two, coco_mint_write(dir, "disk", p + 4096, 4096),
				     COCO_DISK_AS_FOUND,
				  &m, &d),
		   COCO_E_DISK_TABLE, &d);
	assert_null(m);
	coco_test_rmdir(dir);
	coco_free(p);
}

static void test_memory(void **state COCO_UNUSED)
{
	const struct coco_mint_image spec = { .two_esps = false };
	const struct coco_run one = { .jobs = 1 };
	struct coco_image *m = NULL;
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();
	size_t n;
	uint8_t *p = coco_mint_image(&spec, NULL, &n);
	const char *path = coco_mint_write(dir, "disk", p, n);

	/* no failure may change the answer without an error */
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = coco_image_survey(&one, path, COCO_DISK_AS_FOUND, &m, &d);

		if (r == 0 && coco_test_alloc_disarm()) {
			/* only the judgement on the second table */
			assert_int_equal(m->backup, COCO_BACKUP_BAD);
			assert_int_equal(m->n, 18);
			coco_image_free(m);
			continue;
		}
		if (r == 0)
			break;
		assert_true(coco_test_alloc_disarm());
		assert_int_equal(r, COCO_E_LIMIT_MEMORY);
		coco_diag_init(&d);
	}
	assert_int_equal(m->n, 18);
	coco_image_free(m);
	coco_free(p);
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_loaders),
		cmocka_unit_test(test_unprotected),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
