/*
 * test_boot_platform.c - the firmware's own events: what is measured in which
 * generation, and what is named when it is not known.
 */
#include "lib/measure/boot_platform.h"

#include <string.h>

#include "formats/core/hex.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define BANK COCO_BANK_BIT(COCO_BANK_SHA256)

static struct coco_boot_digests some(uint8_t fill)
{
	struct coco_boot_digests d = { .bank = { { .n = 0 } } };

	d.bank[COCO_BANK_SHA256].n = 32;
	memset(d.bank[COCO_BANK_SHA256].p, fill, 32);
	return d;
}

static int build(struct coco_mrecord *rec, const struct coco_boot_platform *p,
		 struct coco_diag *d)
{
	struct coco_boot_list *list = NULL;

	coco_mrecord_init(rec, "tpm");
	int r = coco_boot_new(&list, BANK, d);
	if (r == 0)
		r = coco_boot_platform(list, p, d);
	if (r == 0)
		r = coco_boot_ready(list, COCO_BOOT_TPM, false, d);
	if (r == 0)
		r = coco_boot_platform_late(list, p, d);
	if (r == 0)
		r = coco_boot_authority(list, coco_view_of("owner and certificate", 21), d);
	if (r == 0)
		r = coco_boot_record_tpm(list, 0xff, rec, d);
	coco_boot_free(list);
	return r;
}

static const struct coco_mrecord_register *reg(const struct coco_mrecord *rec, const char *name)
{
	return coco_mrecord_find(rec, name, "sha256");
}

static void digest_is(const struct coco_mrecord_input *in, const char *want)
{
	char hex[2 * COCO_MRECORD_DIGEST + 1];

	coco_hex_encode(hex, in->digest.p, in->digest.n);
	hex[strlen(want)] = '\0';
	assert_string_equal(hex, want);
}

/* Digests of boot entries as real boots logged them, by generation. */
static void test_entries(void **state COCO_UNUSED)
{
	static const struct {
		const char *device;
		bool new_entries, no_shell;
		const char *want[6];
	} cases[] = {
		{ NULL, false, false, { "96a296d224", "3197be1e30" } },
		{ NULL, true, false, { "6b1e73a009", "7cecd39025", "e52e99d0e0" } },
		{ "virtio-blk:1", true, false,
		  { "35c22b9d54", "e6f87048b3", "7cecd39025", "e52e99d0e0", "958f4f31d4" } },
		{ "sata:5", true, false,
		  { "35c22b9d54", "b5a87a2c85", "7cecd39025", "e52e99d0e0", "958f4f31d4" } },
		{ "virtio-blk:1", false, false,
		  { "263d99957c", "e6f87048b3", "3197be1e30", "4d387b02d6" } },
		{ "virtio-blk:1", false, true, { "67abdd7210", "e6f87048b3", "3197be1e30" } },
		{ "virtio-blk:1", true, true,
		  { "771042ab19", "e6f87048b3", "7cecd39025", "e52e99d0e0" } },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		uint8_t bytes[COCO_BOOT_ENTRY_MAX];
		struct coco_boot_entry entry = { .data = { bytes, 0 } };
		struct coco_boot_platform p = {
			.generation_known = true, .has_variables = true,
			.new_entries = cases[i].new_entries, .no_shell = cases[i].no_shell,
		};
		struct coco_mrecord rec;
		struct coco_diag d = { 0 };
		size_t n = 0;

		if (cases[i].device != NULL) {
			p.disk_boot = true;
			p.disk = &entry;
			assert_ok(coco_boot_disk_entry(cases[i].device, bytes, &entry.data.n,
						       &entry.text, &d), &d);
		}
		assert_ok(build(&rec, &p, &d), &d);
		const struct coco_mrecord_register *r = reg(&rec, "tpm.pcr1");
		for (; n < 6 && cases[i].want[n] != NULL; n++)
			digest_is(&r->inputs[n], cases[i].want[n]);
		assert_int_equal(r->n_inputs, n + 1);
		coco_mrecord_free(&rec);
	}
}

static void test_everything(void **state COCO_UNUSED)
{
	struct coco_boot_acpi acpi[] = { { "etc/table-loader", some(1) },
					 { "etc/acpi/tables", some(2) } };
	struct coco_boot_addon rom = { "option ROM", some(3) };
	struct coco_boot_platform p = {
		.version = "2026.08+ds-2", .has_volumes = true, .pei = some(4), .dxe = some(5),
		.has_variables = true, .generation_known = true, .acpi_measured = true,
		.smbios_measured = true, .acpi = acpi, .n_acpi = 2, .has_smbios = true,
		.smbios = some(6), .roms = &rom, .n_roms = 1,
	};
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	assert_ok(build(&rec, &p, &d), &d);
	const struct coco_mrecord_register *r = reg(&rec, "tpm.pcr0");
	assert_int_equal(r->n_inputs, 4);
	digest_is(&r->inputs[0], "3dcd83b78f");
	assert_int_equal(reg(&rec, "tpm.pcr2")->n_inputs, 2);
	r = reg(&rec, "tpm.pcr1");
	assert_int_equal(r->n_inputs, 2 + 1 + 2 + 1);
	assert_string_equal(r->inputs[2].name, "SMBIOS tables");
	r = reg(&rec, "tpm.pcr7");
	assert_int_equal(r->n_inputs, 5 + 1 + 1);   /* no dbt */
	digest_is(&r->inputs[0], "ce9ce386b5");
	coco_mrecord_free(&rec);

	p.smbios_late = true;
	p.variables[COCO_VAR_DBT] = coco_view_of("x", 1);
	assert_ok(build(&rec, &p, &d), &d);
	r = reg(&rec, "tpm.pcr1");
	assert_string_equal(r->inputs[r->n_inputs - 1].name, "SMBIOS tables");
	assert_int_equal(reg(&rec, "tpm.pcr7")->n_inputs, 6 + 1 + 1);
	assert_string_equal(coco_boot_variable_name(COCO_VAR_DBX), "dbx");
	coco_mrecord_free(&rec);
}

/* Nothing is known: three registers have no value, and the record says what would help. */
static void test_nothing(void **state COCO_UNUSED)
{
	struct coco_boot_platform p = { .acpi_measured = true, .disk_boot = true };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	assert_ok(build(&rec, &p, &d), &d);
	assert_int_equal(reg(&rec, "tpm.pcr0")->n_values, 0);
	assert_int_equal(reg(&rec, "tpm.pcr1")->n_values, 0);
	assert_int_equal(reg(&rec, "tpm.pcr7")->n_values, 0);
	assert_int_equal(reg(&rec, "tpm.pcr2")->n_values, 1);
	assert_int_equal(rec.n_unknowns, 5);
	for (size_t i = 0; i < rec.n_unknowns; i++)
		assert_true(rec.unknowns[i].supply[0] == '-');
	coco_mrecord_free(&rec);
	p.generation_known = true;
	p.smbios_measured = true;
	assert_ok(build(&rec, &p, &d), &d);
	assert_int_equal(rec.n_unknowns, 2 + 1 + 3);
	coco_mrecord_free(&rec);
}

static void test_devices(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "", "virtio-blk:", "virtio-blk:32", "sata:6", "sata:x",
					   "nvme:1", "virtio-blk:1:" };
	uint8_t p[COCO_BOOT_ENTRY_MAX];
	const char *text;
	size_t n;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_diag d = { 0 };

		assert_err(coco_boot_disk_entry(bad[i], p, &n, &text, &d), COCO_E_USAGE_VALUE, &d);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_boot_platform p = { .version = "1", .has_variables = true,
					.generation_known = true };
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_mrecord rec;
		int r = build(&rec, &p, &d);

		coco_mrecord_free(&rec);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
