/*
 * test_acpi.c - a directory of QEMU's ACPI files. Covers acpi.c.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/acpi.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static char *dir;

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

static void put(const char *name, const void *p, size_t n)
{
	char path[4200];
	struct coco_diag d = { 0 };

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(coco_write_file(path, p, n, COCO_OUT_FORCE, &d), &d);
}

static void drop(const char *name)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(unlink(path), 0);
}

/* A loader script that allocates these files. */
static void put_script(const char *const *names, size_t n)
{
	uint8_t p[128 * 8] = { 0 };

	for (size_t i = 0; i < n; i++) {
		uint8_t *c = p + 128 * i;

		c[0] = 1;
		memcpy(c + 4, names[i], strlen(names[i]));
		c[60] = 16;
		c[64] = 2;
	}
	put("table-loader", p, sizeof(p));
}

static const char *const names[] = { "etc/acpi/rsdp", "etc/tpm/log", "etc/acpi/tables" };

static void put_all(void)
{
	put_script(names, COCO_ARRAY_LEN(names));
	put("rsdp", "RSDP", 4);
	put("tpm-log", "log", 3);
	put("tables", "tables", 6);
}

static void test_load(void **state COCO_UNUSED)
{
	struct coco_acpi a = { .n = 0 };
	struct coco_diag d = { 0 };

	put_all();
	assert_ok(coco_acpi_load(dir, &a, &d), &d);
	assert_int_equal(a.n, 4);
	assert_string_equal(a.blob[0].name, "etc/table-loader");
	assert_int_equal(a.blob[0].n, 1024);
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		assert_string_equal(a.blob[i + 1].name, names[i]);
	assert_memory_equal(a.blob[2].p, "log", 3);
	assert_null(a.smbios.p);
	assert_false(a.asked);
	coco_acpi_free(&a);
	put("smbios-tables", "smb", 3);
	assert_ok(coco_acpi_load(dir, &a, &d), &d);
	assert_int_equal(a.smbios.n, 3);
	coco_acpi_free(&a);
	drop("smbios-tables");
}

static void test_save(void **state COCO_UNUSED)
{
	struct coco_acpi a = { .n = 0 };
	struct coco_acpi b = { .n = 0 };
	struct coco_diag d = { 0 };
	char to[4200];

	put_all();
	put("smbios-tables", "smb", 3);
	assert_ok(coco_acpi_load(dir, &a, &d), &d);
	snprintf(to, sizeof(to), "%s/copy", dir);
	assert_ok(coco_acpi_save(&a, to, 0, &d), &d);
	assert_ok(coco_acpi_load(to, &b, &d), &d);
	assert_int_equal(a.n, b.n);
	for (size_t i = 0; i < a.n; i++) {
		assert_int_equal(a.blob[i].n, b.blob[i].n);
		assert_memory_equal(a.blob[i].p, b.blob[i].p, a.blob[i].n);
	}
	assert_memory_equal(b.smbios.p, "smb", 3);
	coco_acpi_free(&b);
	assert_err(coco_acpi_save(&a, to, 0, &d), COCO_E_EXISTS, &d);
	/* two files that would have one name */
	memcpy(a.blob[3].name, "etc/tpm-log", 12);
	d = (struct coco_diag){ 0 };
	assert_err(coco_acpi_save(&a, to, COCO_OUT_FORCE, &d), COCO_E_ACPI_FILE, &d);
	coco_acpi_free(&a);
	drop("smbios-tables");
}

static void refuse(int code)
{
	struct coco_acpi a = { .n = 77 };
	struct coco_diag d = { 0 };

	assert_err(coco_acpi_load(dir, &a, &d), code, &d);
	assert_true(d.source[0] != '\0' || code == COCO_E_ACPI_FILE);
	assert_int_equal(a.n, 77);
}

static void test_bad(void **state COCO_UNUSED)
{
	static const char *const clash[] = { "etc/acpi/x", "etc/x" };
	static const char *const loader[] = { "etc/acpi/table-loader" };

	put_all();
	drop("tables");
	refuse(COCO_E_ACPI_FILE);
	put("tables", "", 0);
	refuse(COCO_E_ACPI_FILE);
	drop("table-loader");
	refuse(COCO_E_ACPI_FILE);
	put("table-loader", "short", 5);
	refuse(COCO_E_ACPI_LOADER);
	put("x", "x", 1);
	put_script(clash, 2);
	refuse(COCO_E_ACPI_FILE);
	put_script(loader, 1);
	refuse(COCO_E_ACPI_FILE);
	put_all();
	put("smbios-tables", "", 0);
	refuse(COCO_E_ACPI_FILE);
	drop("smbios-tables");
	char path[4200];
	snprintf(path, sizeof(path), "%s/rsdp", dir);
	drop("rsdp");
	assert_int_equal(mkdir(path, 0700), 0);
	refuse(COCO_E_IO_KIND);
	assert_int_equal(rmdir(path), 0);
	put_all();
}

static void test_record(void **state COCO_UNUSED)
{
	struct coco_acpi a = { .n = 0 };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	put_all();
	put("smbios-tables", "smb", 3);
	assert_ok(coco_acpi_load(dir, &a, &d), &d);
	a.has_window = true;
	a.window = 0x380000000000;
	coco_mrecord_init(&rec, "tdx");
	assert_ok(coco_acpi_record(&a, &rec, &d), &d);
	assert_int_equal(rec.n_files, 5);
	assert_string_equal(rec.files[0].name, "acpi table-loader");
	assert_string_equal(rec.files[2].name, "acpi tpm-log");
	assert_int_equal(rec.files[2].size, 3);
	assert_string_equal(rec.files[4].name, "smbios-tables");
	assert_int_equal(rec.n_params, 1);
	assert_string_equal(rec.params[0].value, "0x380000000000");
	coco_mrecord_free(&rec);
	coco_acpi_free(&a);
	drop("smbios-tables");
}

static void test_memory(void **state COCO_UNUSED)
{
	put_all();
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_acpi a = { .n = 0 };
		struct coco_diag d = { 0 };

		int r = coco_acpi_load(dir, &a, &d);
		if (coco_test_alloc_check(r, &d)) {
			coco_acpi_free(&a);
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
