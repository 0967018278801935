/*
 * test_acpi_args.c - options into ACPI files. Covers acpi_args.c.
 */
#include "cli/measure/acpi_args.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/fake_qemu.h"
#include "tests/support/support.h"

static char *dir;

static const char *below(const char *name)
{
	static char path[2][4200];
	static unsigned i;
	char *p = path[i++ % 2];

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

static int run(const struct coco_opts_acpi *o, bool dry, struct coco_acpi_args *a,
	       struct coco_diag *d)
{
	struct coco_cli cli = { .run = { .jobs = 1 } };

	cli.common.dry_run = dry;
	*d = (struct coco_diag){ 0 };
	return coco_acpi_args(&cli, o, a, d);
}

static void test_none(void **state COCO_UNUSED)
{
	struct coco_opts_acpi o = { .acpi = NULL };
	struct coco_acpi_args a;
	struct coco_diag d;

	assert_ok(run(&o, false, &a, &d), &d);
	assert_false(a.has_acpi);
	assert_false(a.has_bios);
	assert_int_equal(a.acpi.n, 0);
	coco_acpi_args_free(&a);
}

static void test_ask_save_load(void **state COCO_UNUSED)
{
	struct coco_opts_acpi o = {
		.qemu = coco_fake_qemu_self(), .qemu_args = "-fake good", .save = below("saved"),
		.pci_window = "0x380000000000", .bios_vendor = "v", .bios_version = "1",
		.bios_date = "d",
	};
	struct coco_acpi_args a;
	struct coco_acpi_args b;
	struct coco_diag d;

	assert_ok(run(&o, true, &a, &d), &d);   /* writes nothing */
	coco_acpi_args_free(&a);
	assert_ok(run(&o, false, &a, &d), &d);
	assert_true(a.has_acpi && a.has_bios);
	assert_string_equal(a.bios.date, "d");
	assert_true(a.acpi.window == 0x380000000000);
	struct coco_opts_acpi load = { .acpi = below("saved") };
	assert_ok(run(&load, false, &b, &d), &d);
	assert_int_equal(a.acpi.n, b.acpi.n);
	for (size_t i = 0; i < a.acpi.n; i++)
		assert_memory_equal(a.acpi.blob[i].p, b.acpi.blob[i].p, a.acpi.blob[i].n);
	assert_int_equal(b.acpi.smbios.n, a.acpi.smbios.n);
	coco_acpi_args_free(&b);
	coco_acpi_args_free(&a);
	assert_err(run(&o, false, &a, &d), COCO_E_EXISTS, &d);
	coco_acpi_args_free(&a);
}

static void test_files(void **state COCO_UNUSED)
{
	struct coco_opts_acpi o = { .qemu = coco_fake_qemu_self(), .phys_bits = 40 };
	struct coco_acpi_args a;
	struct coco_diag d = { 0 };
	char at[4300];

	const char *args = below("args");
	assert_ok(coco_write_file(args, "# machine\n-fake \\\n 'nosmbios'\n", 30, 0, &d), &d);
	snprintf(at, sizeof(at), "@%s", args);
	o.qemu_args = at;
	const char *smbios = below("smb");
	assert_ok(coco_write_file(smbios, "tables", 6, 0, &d), &d);
	assert_ok(run(&o, false, &a, &d), &d);
	assert_null(a.acpi.smbios.p);
	coco_acpi_args_free(&a);
	o.smbios = smbios;
	assert_ok(run(&o, false, &a, &d), &d);
	assert_int_equal(a.acpi.smbios.n, 6);
	assert_string_equal(a.acpi.smbios.name, "etc/smbios/smbios-tables");
	coco_acpi_args_free(&a);
	/* SMBIOS tables alone */
	struct coco_opts_acpi only = { .smbios = smbios };
	assert_ok(run(&only, false, &a, &d), &d);
	assert_false(a.has_acpi);
	assert_int_equal(a.acpi.smbios.n, 6);
	coco_acpi_args_free(&a);
}

static void test_bad(void **state COCO_UNUSED)
{
	struct coco_opts_acpi o = { .qemu = coco_fake_qemu_self(), .phys_bits = 40 };
	struct coco_acpi_args a;
	struct coco_diag d;

	o.qemu_args = "'open";
	assert_err(run(&o, false, &a, &d), COCO_E_USAGE_VALUE, &d);
	coco_acpi_args_free(&a);
	o.qemu_args = "@/nowhere/args";
	assert_err(run(&o, false, &a, &d), COCO_E_IO_OPEN, &d);
	coco_acpi_args_free(&a);
	o.qemu_args = "-fake good";
	o.pci_window = "0xg";
	assert_err(run(&o, false, &a, &d), COCO_E_USAGE_VALUE, &d);
	coco_acpi_args_free(&a);
	struct coco_opts_acpi load = { .acpi = "/nowhere" };
	assert_err(run(&load, false, &a, &d), COCO_E_ACPI_FILE, &d);
	coco_acpi_args_free(&a);
}

static int setup(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_ask_save_load),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_bad),
	};

	coco_fake_qemu(argc, argv);
	return cmocka_run_group_tests(tests, setup, teardown);
}
