/*
 * test_acpi_loader.c - QEMU's script of ACPI tables, with every defect. Covers
 * acpi_loader.c.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/acpi_loader.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/support.h"

enum { COMMANDS = 32 };

struct script {
	uint8_t p[COMMANDS * COCO_ACPI_COMMAND];
	size_t n;   /* commands written */
};

static uint8_t *command(struct script *s, uint32_t id, const char *a, const char *b)
{
	uint8_t *p = s->p + COCO_ACPI_COMMAND * s->n++;

	p[0] = (uint8_t)(id & 0xff);
	memcpy(p + 4, a, strlen(a));
	if (b != NULL)
		memcpy(p + 4 + COCO_ACPI_NAME, b, strlen(b));
	return p;
}

static void allocate(struct script *s, const char *name)
{
	uint8_t *p = command(s, 1, name, NULL);

	p[60] = 64;
	p[64] = 1;
}

/* As QEMU writes it, with a TPM and a generation id. */
static void make(struct script *s)
{
	*s = (struct script){ .n = 0 };
	allocate(s, "etc/acpi/rsdp");
	allocate(s, "etc/tpm/log");
	allocate(s, "etc/vmgenid_guid");
	allocate(s, "etc/acpi/tables");
	command(s, 3, "etc/acpi/tables", NULL);
	command(s, 2, "etc/acpi/rsdp", "etc/acpi/tables")[120] = 4;
	command(s, 4, "etc/vmgenid_addr", "etc/vmgenid_guid")[124] = 8;
}

static int parse(const struct script *s, size_t n, struct coco_acpi_files *f, struct coco_diag *d)
{
	uint8_t *guarded = coco_test_guard(s->p, n);

	*d = (struct coco_diag){ 0 };
	int r = coco_acpi_loader_parse(f, coco_view_of(guarded, n), d);
	coco_test_unguard(guarded, n);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_acpi_files f = { .n = 0 };
	struct coco_diag d;
	struct script s;

	make(&s);
	assert_ok(parse(&s, sizeof(s.p), &f, &d), &d);
	assert_int_equal(f.n, 4);
	assert_string_equal(f.name[0], "etc/acpi/rsdp");
	assert_string_equal(f.name[1], "etc/tpm/log");
	assert_string_equal(f.name[2], "etc/vmgenid_guid");
	assert_string_equal(f.name[3], "etc/acpi/tables");
	/* without zeros at the end */
	assert_ok(parse(&s, COCO_ACPI_COMMAND * s.n, &f, &d), &d);
	assert_int_equal(f.n, 4);
}

static void refuse(const struct script *s, size_t n, int code, const char *field)
{
	struct coco_acpi_files f = { .n = 77 };
	struct coco_diag d;

	assert_err(parse(s, n, &f, &d), code, &d);
	assert_string_equal(d.field, field);
	assert_int_equal(f.n, 77);
}

static void test_script(void **state COCO_UNUSED)
{
	struct script s;

	make(&s);
	refuse(&s, 0, COCO_E_ACPI_LOADER, "");
	for (size_t n = 1; n < COCO_ACPI_COMMAND; n++)
		refuse(&s, n, COCO_E_ACPI_LOADER, "command");
	s.p[0] = 5;
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "command");
	make(&s);
	s.p[1] = 1;   /* 0x101 */
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "command");
	make(&s);
	s.p[COCO_ACPI_COMMAND * s.n + 127] = 1;
	refuse(&s, sizeof(s.p), COCO_E_FORMAT_VALUE, "padding");
	make(&s);
	s.n++;
	allocate(&s, "etc/late");
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "command");
	memset(s.p, 0, sizeof(s.p));
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "");
	static uint8_t big[COCO_ACPI_SCRIPT_MAX + COCO_ACPI_COMMAND];
	struct coco_acpi_files f;
	struct coco_diag d = { 0 };
	assert_err(coco_acpi_loader_parse(&f, coco_view_of(big, sizeof(big)), &d),
		   COCO_E_LIMIT_SIZE, &d);
}

static void test_names(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "acpi/rsdp", "etc/", "etc/.rsdp", "etc/a b", "etc/\x80",
					   "../rsdp", "etc/../a" };
	struct script s;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		s = (struct script){ .n = 0 };
		allocate(&s, bad[i]);
		refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "file");
	}
	make(&s);
	memset(s.p + 4 + 13, 'x', COCO_ACPI_NAME - 13);   /* no NUL */
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "file");
	make(&s);
	allocate(&s, "etc/acpi/rsdp");
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "file");
	make(&s);
	command(&s, 3, "etc/other", NULL);
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "file");
	make(&s);
	command(&s, 2, "etc/acpi/rsdp", "etc/other")[120] = 4;
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "file");
	make(&s);
	command(&s, 4, "etc/addr", "etc/other")[124] = 8;
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "file");
	s = (struct script){ .n = 0 };
	for (unsigned i = 0; i <= COCO_ACPI_FILES; i++) {
		char name[16];

		snprintf(name, sizeof(name), "etc/%u", i);
		allocate(&s, name);
	}
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "file");
}

static void test_numbers(void **state COCO_UNUSED)
{
	struct script s;

	make(&s);
	s.p[60] = 0;
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "alignment");
	s.p[60] = 48;
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "alignment");
	s.p[60] = 0;
	s.p[62] = 2;
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "alignment");
	make(&s);
	s.p[64] = 3;
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "alignment");
	make(&s);
	command(&s, 2, "etc/acpi/rsdp", "etc/acpi/tables")[120] = 3;
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "pointer size");
	make(&s);
	command(&s, 4, "etc/addr", "etc/acpi/tables")[124] = 16;
	refuse(&s, sizeof(s.p), COCO_E_ACPI_LOADER, "pointer size");
}

static void test_file_name(void **state COCO_UNUSED)
{
	static const char *const pairs[][2] = {
		{ "etc/table-loader", "table-loader" }, { "etc/acpi/rsdp", "rsdp" },
		{ "etc/acpi/tables", "tables" }, { "etc/tpm/log", "tpm-log" },
		{ "etc/smbios/smbios-tables", "smbios-tables" },
		{ "etc/vmgenid_guid", "vmgenid_guid" },
	};
	char name[COCO_ACPI_NAME];

	for (size_t i = 0; i < COCO_ARRAY_LEN(pairs); i++) {
		assert_true(coco_acpi_file_name(pairs[i][0], name));
		assert_string_equal(name, pairs[i][1]);
	}
	assert_false(coco_acpi_file_name("", name));
	assert_false(coco_acpi_file_name("etc/acpi/", name));
	assert_false(coco_acpi_file_name("etc/acpi/..", name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_script),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_file_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
