/*
 * test_boot_stage.c - hand-over, unified kernel images, systemd-boot:
 * which events, in which registers, and where there are two values.
 */
#include "lib/measure/boot_stage.h"
#include "lib/measure/uki.h"

#include <string.h>

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

static const struct coco_mrecord_register *reg(const struct coco_mrecord *rec, const char *name)
{
	const struct coco_mrecord_register *r = coco_mrecord_find(rec, name, "sha256");

	assert_non_null(r);
	return r;
}

static const uint8_t type1[32] = { 1, 27, [0x18] = 6 };

static const struct coco_boot_smbios tables = {
	.known = true, .type1 = { type1, sizeof(type1) }, .type11 = { type1, 5 },
};

static const struct coco_boot_section sections[] = { { ".linux", { { { .n = 0 } } } },
						     { ".osrel", { { { .n = 0 } } } } };
static const struct coco_boot_addon addons[] = { { "a", { { { .n = 0 } } } } };

/* An image with everything; a record of all registers. */
static int build(struct coco_mrecord *rec, unsigned version, bool secure_boot,
		 const struct coco_boot_smbios *smbios, struct coco_diag *d)
{
	static const char *const paths[] = { "", "enter-initrd", "enter-initrd:leave-initrd" };
	struct coco_boot_section s[2];
	struct coco_boot_addon a[1];
	struct coco_boot_extra x[1] = { { 13, "System extension initrd", some(7) } };
	struct coco_boot_uki u = {
		.name = "uki", .image = some(1), .sections = s, .n_sections = 2,
		.stub_version = version, .secure_boot = secure_boot, .has_inner = true,
		.inner = some(2), .profile = 3, .addons = a, .n_addons = 1,
		.options = coco_view_of("x\0\0", 4), .options_text = "x",
		.addon_options = coco_view_of("y\0\0", 4), .addon_text = "y",
		.extras = x, .n_extras = 1,
		.kernel = { .options = coco_view_of("z\0\0", 4), .text = "z", .has_initrd = true },
	};
	struct coco_boot_loader l = { .name = "loader", .image = some(5), .version = version,
				      .has_config = true, .config = coco_view_of("c", 1) };
	struct coco_boot_list *list = NULL;
	bool done = false;

	memcpy(s, sections, sizeof(s));
	memcpy(a, addons, sizeof(a));
	s[0].contents = s[1].contents = some(3);
	a[0].image = some(4);
	u.kernel.initrd = some(6);
	coco_mrecord_init(rec, "tpm");
	int r = coco_boot_new(&list, BANK, d);
	if (r == 0)
		r = coco_boot_ready(list, COCO_BOOT_TPM, false, d);
	if (r == 0)
		r = coco_boot_loader(list, &l, smbios, &done, d);
	if (r == 0)
		r = coco_boot_uki(list, &u, smbios, &done, d);
	if (r == 0)
		r = coco_uki_phases(list, paths, 3, d);
	if (r == 0)
		r = coco_boot_record_tpm(list, 0xffff, rec, d);
	coco_boot_free(list);
	return r;
}

static void test_new(void **state COCO_UNUSED)
{
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	assert_ok(build(&rec, 262, false, &tables, &d), &d);
	assert_int_equal(reg(&rec, "tpm.pcr4")->n_inputs, 2 + 3);   /* loader, image, addon */
	assert_int_equal(reg(&rec, "tpm.pcr4")->n_values, 1);
	assert_int_equal(reg(&rec, "tpm.pcr1")->n_inputs, 1 + 2);   /* once, not twice */
	assert_int_equal(reg(&rec, "tpm.pcr5")->n_inputs, 2);
	assert_int_equal(reg(&rec, "tpm.pcr9")->n_inputs, 2);
	assert_int_equal(reg(&rec, "tpm.pcr13")->n_inputs, 1);
	const struct coco_mrecord_register *r = reg(&rec, "tpm.pcr12");
	assert_int_equal(r->n_inputs, 3);
	assert_string_equal(r->inputs[0].text, "3");
	assert_string_equal(r->inputs[1].text, "x");
	assert_string_equal(r->inputs[2].text, "y");
	r = reg(&rec, "tpm.pcr11");
	assert_int_equal(r->n_inputs, 4);
	assert_int_equal(r->n_values, 3);
	assert_string_equal(r->values[0].label[0].value, ":");
	assert_string_equal(r->values[2].label[0].value, "enter-initrd:leave-initrd");
	assert_int_equal(r->values[2].n_inputs, 2);
	coco_mrecord_free(&rec);
}

static void test_old(void **state COCO_UNUSED)
{
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	assert_ok(build(&rec, 257, false, &tables, &d), &d);
	assert_int_equal(reg(&rec, "tpm.pcr4")->n_inputs, 2 + 4);
	assert_string_equal(reg(&rec, "tpm.pcr4")->inputs[5].name, "kernel inside");
	assert_int_equal(reg(&rec, "tpm.pcr1")->n_inputs, 1);
	coco_mrecord_free(&rec);
	assert_ok(build(&rec, 257, true, &tables, &d), &d);
	assert_int_equal(reg(&rec, "tpm.pcr4")->n_inputs, 2 + 3);
	coco_mrecord_free(&rec);
}

/* Between the versions that are known, and without one: both values. */
static void test_between(void **state COCO_UNUSED)
{
	static const unsigned versions[] = { 0, 258, 261 };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(versions); i++) {
		assert_ok(build(&rec, versions[i], false, &tables, &d), &d);
		assert_int_equal(reg(&rec, "tpm.pcr4")->n_values, 2);
		assert_int_equal(reg(&rec, "tpm.pcr4")->values[0].n_inputs, 1);
		assert_int_equal(reg(&rec, "tpm.pcr4")->values[1].n_inputs, 0);
		assert_int_equal(reg(&rec, "tpm.pcr1")->n_values, 2);
		assert_int_equal(reg(&rec, "tpm.pcr1")->values[1].n_inputs, 2);
		coco_mrecord_free(&rec);
	}
}

/* The wake-up type of SMBIOS type 1 does not count; unknown tables are named. */
static void test_smbios(void **state COCO_UNUSED)
{
	static const struct coco_boot_smbios none = { .known = false };
	uint8_t other[sizeof(type1)];
	struct coco_boot_smbios changed = tables;
	struct coco_mrecord a;
	struct coco_mrecord b;
	struct coco_diag d = { 0 };

	memcpy(other, type1, sizeof(other));
	other[0x18] = 9;
	changed.type1.p = other;
	assert_ok(build(&a, 262, false, &tables, &d), &d);
	assert_ok(build(&b, 262, false, &changed, &d), &d);
	assert_memory_equal(&reg(&a, "tpm.pcr1")->values[0].value,
			    &reg(&b, "tpm.pcr1")->values[0].value,
			    sizeof(struct coco_mrecord_digest));
	coco_mrecord_free(&b);
	other[8] = 1;
	assert_ok(build(&b, 262, false, &changed, &d), &d);
	assert_memory_not_equal(&reg(&a, "tpm.pcr1")->values[0].value,
				&reg(&b, "tpm.pcr1")->values[0].value,
				sizeof(struct coco_mrecord_digest));
	coco_mrecord_free(&b);
	coco_mrecord_free(&a);
	assert_ok(build(&a, 262, false, &none, &d), &d);
	assert_int_equal(reg(&a, "tpm.pcr1")->n_values, 0);
	assert_int_equal(a.n_unknowns, 1);
	coco_mrecord_free(&a);
}

static void test_edges(void **state COCO_UNUSED)
{
	struct coco_boot_uki u = { .name = "uki", .image = some(1), .stub_version = 257 };
	struct coco_boot_list *list;
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	bool done = false;

	coco_mrecord_init(&rec, "tdx");
	assert_ok(coco_boot_new(&list, BANK, &d), &d);
	/* a stub that needs a kernel and has none */
	assert_ok(coco_boot_uki(list, &u, &tables, &done, &d), &d);
	assert_false(done);
	assert_ok(coco_boot_record_tpm(list, 1 << 4, &rec, &d), &d);
	assert_int_equal(rec.registers[0].n_values, 0);
	coco_boot_free(list);
	coco_mrecord_free(&rec);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_mrecord rec;
		int r = build(&rec, 0, false, &tables, &d);

		coco_mrecord_free(&rec);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_old),
		cmocka_unit_test(test_between),
		cmocka_unit_test(test_smbios),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
