/*
 * test_tdx.c - registers of TDX guests with minted files: what is given, what is missing
 * and what is asked for wrongly. Real guests are in test_tdx_real.c.
 */
#include "lib/measure/tdx.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_pe.h"
#include "tests/support/mint_variables.h"
#include "tests/support/mint_volume.h"
#include "tests/support/support.h"

static char *dir;
static const struct coco_run run = { .jobs = 1 };
static const enum coco_mrtd_order single[] = { COCO_MRTD_SINGLE };
static const uint64_t two_gib[] = { (uint64_t)2 << 30 };

static struct coco_tdx_request request(const char *firmware)
{
	return (struct coco_tdx_request){
		.firmware = firmware, .orders = single, .n_orders = 1, .qemu = 10,
	};
}

static void measure(const struct coco_tdx_request *req, struct coco_mrecord *rec)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_tdx_measure(&run, req, rec, &d), &d);
}

static const struct coco_mrecord_register *reg(const struct coco_mrecord *rec, const char *name)
{
	const struct coco_mrecord_register *r = coco_mrecord_find(rec, name, NULL);

	assert_non_null(r);
	return r;
}

static bool is_unknown(const struct coco_mrecord *rec, const char *name, const char *what)
{
	for (size_t i = 0; i < rec->n_unknowns; i++)
		if (strcmp(rec->unknowns[i].reg, name) == 0 &&
		    strcmp(rec->unknowns[i].name, what) == 0)
			return true;
	return false;
}

static void give(struct coco_tdx_given *g, const char *name, const char *hex)
{
	snprintf(g->name, sizeof(g->name), "%s", name);
	assert_int_equal(coco_hex_decode(g->digest, 48, hex, 96, NULL), 0);
}

static void refuse(const struct coco_tdx_request *req, int code)
{
	struct coco_mrecord rec = { .n_files = 99 };
	struct coco_diag d = { 0 };

	assert_err(coco_tdx_measure(&run, req, &rec, &d), code, &d);
	assert_int_equal(rec.n_files, 99);
}

/* ---- minted images --------------------------------------------------------------- */

/* 96 digits, all the same. */
static const char *digits(char c)
{
	static char text[4][97];
	static unsigned turn;
	char *t = text[turn++ % 4];

	memset(t, c, 96);
	t[96] = '\0';
	return t;
}

/* Only the firmware: MRTD, and names of what is missing. */
static void test_firmware_alone(void **state COCO_UNUSED)
{
	const char *path = coco_mint_ovmf_file(dir, "new.fd", &coco_mint_ovmf_new);
	struct coco_tdx_request req = request(path);
	struct coco_mrecord rec;

	measure(&req, &rec);
	assert_int_equal(reg(&rec, "tdx.mrtd")->n_values, 1);
	assert_int_equal(reg(&rec, "tdx.rtmr0")->n_values, 0);
	assert_int_equal(reg(&rec, "tdx.rtmr3")->n_values, 1);
	assert_true(is_unknown(&rec, "tdx.rtmr0", "TD HOB"));
	assert_true(is_unknown(&rec, "tdx.rtmr0", "boot"));
	assert_true(is_unknown(&rec, "tdx.rtmr1", "boot"));
	assert_true(is_unknown(&rec, "tdx.rtmr2", "boot"));
	assert_int_equal(rec.n_params, 2);   /* vmm, qemu_version: nobody looked further */
	coco_mrecord_free(&rec);
	req.memory = two_gib;
	req.n_memory = 1;
	measure(&req, &rec);
	assert_false(is_unknown(&rec, "tdx.rtmr0", "TD HOB"));
	assert_true(is_unknown(&rec, "tdx.rtmr0", "ACPI tables"));
	assert_true(is_unknown(&rec, "tdx.rtmr0", "smbios"));
	assert_true(is_unknown(&rec, "tdx.rtmr0", "boot entries"));
	coco_mrecord_free(&rec);
}

/* Some registers have the values that they have among all; MRTD needs nothing unpacked. */
static void test_registers(void **state COCO_UNUSED)
{
	struct coco_mint_ovmf damaged = coco_mint_ovmf_new;
	const char *kernel = coco_mint_pe_file(dir, "uki.efi", &coco_mint_pe_plain);
	struct coco_tdx_request req =
		request(coco_mint_ovmf_file(dir, "new.fd", &coco_mint_ovmf_new));
	struct coco_tdx_given given[1];
	struct coco_mrecord all;
	struct coco_mrecord one;

	req.kernel = kernel;
	measure(&req, &all);
	for (unsigned bit = COCO_TDX_MRTD; bit <= COCO_TDX_RTMR3; bit <<= 1) {
		req.registers = bit;
		measure(&req, &one);
		assert_int_equal(one.n_registers, 1);
		const struct coco_mrecord_register *r = reg(&all, one.registers[0].name);
		assert_int_equal(one.registers[0].n_values, r->n_values);
		if (r->n_values != 0)
			assert_memory_equal(one.registers[0].values[0].value.p,
					    r->values[0].value.p, 48);
		coco_mrecord_free(&one);
	}
	coco_mrecord_free(&all);
	/* what is given is checked, whatever is asked for */
	give(&given[0], "nothing", digits('a'));
	req.given = given;
	req.n_given = 1;
	req.registers = COCO_TDX_MRTD;
	refuse(&req, COCO_E_USAGE_CONFLICT);
	damaged.packed_damaged = true;
	req = request(coco_mint_ovmf_file(dir, "damaged.fd", &damaged));
	req.kernel = kernel;
	refuse(&req, COCO_E_FIRMWARE_PACKED);
	req.registers = COCO_TDX_MRTD;
	measure(&req, &one);
	assert_int_equal(reg(&one, "tdx.mrtd")->n_values, 1);
	coco_mrecord_free(&one);
}

/* An image whose generation is not known: said once for each register. */
static void test_unknown_generation(void **state COCO_UNUSED)
{
	struct coco_mint_ovmf s = coco_mint_ovmf_new;
	struct coco_tdx_given given[1];
	struct coco_mrecord rec;

	s.no_packed = true;
	const char *path = coco_mint_ovmf_file(dir, "bare.fd", &s);
	struct coco_tdx_request req = request(path);
	give(&given[0], "kernel", digits('a'));
	req.given = given;
	req.n_given = 1;
	req.memory = two_gib;
	req.n_memory = 1;
	measure(&req, &rec);
	assert_true(is_unknown(&rec, "tdx.rtmr0", "what the firmware measures"));
	assert_int_equal(reg(&rec, "tdx.rtmr1")->n_values, 1);
	assert_true(is_unknown(&rec, "tdx.rtmr2", "load options"));
	coco_mrecord_free(&rec);
	req.generation = COCO_FW_202211;
	measure(&req, &rec);
	assert_true(is_unknown(&rec, "tdx.rtmr0", "boot entries"));
	assert_int_equal(reg(&rec, "tdx.rtmr2")->n_values, 1);
	coco_mrecord_free(&rec);
}

/* Everything that is not in the files is given; two memory sizes. */
static void test_given(void **state COCO_UNUSED)
{
	static const uint64_t sizes[] = { (uint64_t)2 << 30, (uint64_t)2560 << 20 };
	const char *path = coco_mint_ovmf_file(dir, "new.fd", &coco_mint_ovmf_new);
	struct coco_tdx_request req = request(path);
	struct coco_tdx_given given[7];
	struct coco_mrecord rec;

	give(&given[0], "kernel", digits('1'));
	give(&given[1], "etc/table-loader", digits('2'));
	give(&given[2], "etc/acpi/rsdp", digits('3'));
	give(&given[3], "smbios", digits('4'));
	give(&given[4], "BootOrder", digits('5'));
	give(&given[5], "Boot0007", digits('6'));
	give(&given[6], "PK", digits('7'));
	req.given = given;
	req.n_given = 7;
	req.memory = sizes;
	req.n_memory = 2;
	req.append = coco_view_of("quiet", 5);
	measure(&req, &rec);
	const struct coco_mrecord_register *r = reg(&rec, "tdx.rtmr0");
	assert_int_equal(r->n_values, 2);
	assert_string_equal(r->values[0].label[0].name, "memory");
	assert_string_equal(r->values[0].label[0].value, "2G");
	assert_string_equal(r->values[1].label[0].value, "2560M");
	assert_memory_not_equal(r->values[0].value.p, r->values[1].value.p, 48);
	assert_int_equal(reg(&rec, "tdx.rtmr1")->n_values, 1);
	assert_int_equal(reg(&rec, "tdx.rtmr2")->n_values, 1);
	assert_int_equal(rec.n_unknowns, 0);
	const struct coco_mrecord_value *v = &r->values[0];
	size_t n = v->n_inputs;
	assert_string_equal(v->inputs[n - 1].name, "Boot0007");
	assert_int_equal(v->inputs[n - 1].basis, COCO_BASIS_GIVEN);
	assert_int_equal(v->inputs[n - 1].digest.p[0], 0x66);
	coco_mrecord_free(&rec);
	req.may_repeat = true;
	req.generation = COCO_FW_202408;   /* no SMBIOS: given for nothing */
	struct coco_diag d = { 0 };
	assert_err(coco_tdx_measure(&run, &req, &rec, &d), COCO_E_USAGE_CONFLICT, &d);
	assert_non_null(strstr(d.message, "smbios"));
	snprintf(given[3].name, sizeof(given[3].name), "etc/acpi/tables");
	measure(&req, &rec);
	assert_int_equal(reg(&rec, "tdx.rtmr1")->n_values, 2);
	r = reg(&rec, "tdx.rtmr0");
	v = &r->values[0];
	assert_string_equal(v->inputs[v->n_inputs - 1].name, "separator");
	coco_mrecord_free(&rec);
}

/* Items of fw_cfg: the defaults, one more, and one that is absent. */
static void test_items(void **state COCO_UNUSED)
{
	const char *path = coco_mint_ovmf_file(dir, "new.fd", &coco_mint_ovmf_new);
	const struct coco_tdx_item items[] = {
		{ "etc/boot-menu-wait", { (const uint8_t *)"\x64\0", 2 } },
		{ "bootorder", { NULL, 0 } },
	};
	struct coco_tdx_request req = request(path);
	struct coco_mrecord rec;

	req.memory = two_gib;
	req.n_memory = 1;
	measure(&req, &rec);
	const struct coco_mrecord_register *r = reg(&rec, "tdx.rtmr0");
	assert_string_equal(r->inputs[2].name, "boot-menu");
	assert_string_equal(r->inputs[3].name, "bootorder");
	assert_int_equal(r->inputs[3].basis, COCO_BASIS_CONSTANT);
	coco_mrecord_free(&rec);
	req.items = items;
	req.n_items = 2;
	measure(&req, &rec);
	r = reg(&rec, "tdx.rtmr0");
	assert_string_equal(r->inputs[2].name, "boot-menu");
	assert_string_equal(r->inputs[3].name, "etc/boot-menu-wait");
	assert_int_equal(r->inputs[3].basis, COCO_BASIS_GIVEN);
	assert_string_equal(r->inputs[4].name, "variable SecureBoot");
	coco_mrecord_free(&rec);
}

/* A build with Secure Boot whose setup program TDX guests do not have. */
static void test_secure_boot(void **state COCO_UNUSED)
{
	static const uint8_t global[] =
		COCO_GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa0d, 0x00e098032b8c);
	struct coco_mint_ovmf s = coco_mint_ovmf_new;
	struct coco_tdx_given given[2];
	struct coco_mrecord rec;
	struct coco_wr store;

	coco_wr_init(&store, 1 << 16);
	coco_mint_store(&store, true, COCO_MINT_VARS - 72);
	coco_mint_variable(&store, true, 0x3f, global, "PK", "platform key", 12);
	s.secure_boot = true;
	s.no_setup = true;
	s.vars = coco_wr_view(&store);
	struct coco_tdx_request req = request(coco_mint_ovmf_file(dir, "sb.fd", &s));
	give(&given[0], "kernel", digits('1'));
	give(&given[1], "authority", digits('2'));
	req.given = given;
	req.n_given = 1;
	measure(&req, &rec);
	assert_true(is_unknown(&rec, "tdx.rtmr0", "authority"));
	assert_true(is_unknown(&rec, "tdx.rtmr0", "boot entries"));
	coco_mrecord_free(&rec);
	req.n_given = 2;
	measure(&req, &rec);
	assert_false(is_unknown(&rec, "tdx.rtmr0", "authority"));
	coco_mrecord_free(&rec);
	store.p[0] ^= 1;
	s.vars = coco_wr_view(&store);
	req = request(coco_mint_ovmf_file(dir, "sb.fd", &s));
	req.memory = two_gib;
	req.n_memory = 1;
	refuse(&req, COCO_E_VARIABLE_STORE);
	coco_wr_free(&store);
}

/* A unified kernel image has no setup header: QEMU's version does not matter. */
static void test_kernel(void **state COCO_UNUSED)
{
	const char *path = coco_mint_ovmf_file(dir, "new.fd", &coco_mint_ovmf_new);
	const char *kernel = coco_mint_pe_file(dir, "uki.efi", &coco_mint_pe_plain);
	const uint8_t config[48] = { 1 };
	const struct coco_tdx_field fields[] = { { "mrconfigid", config, 48 } };
	struct coco_tdx_request req = request(path);
	struct coco_mrecord rec;

	req.kernel = kernel;
	req.initrd = kernel;
	req.fields = fields;
	req.n_fields = 1;
	req.qemu = 0;
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_diag d = { 0 };
		int r = coco_tdx_measure(&run, &req, &rec, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	assert_int_equal(reg(&rec, "tdx.rtmr1")->n_values, 1);
	assert_int_equal(reg(&rec, "tdx.rtmr2")->n_values, 1);
	assert_string_equal(reg(&rec, "tdx.rtmr2")->inputs[0].text, "initrd=initrd ");
	assert_memory_equal(reg(&rec, "tdx.mrconfigid")->values[0].value.p, config, 48);
	assert_int_equal(rec.n_files, 4);   /* firmware, initrd, kernel, cmdline */
	coco_mrecord_free(&rec);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const uint64_t small[] = { 0x400000 };
	const char *path = coco_mint_ovmf_file(dir, "new.fd", &coco_mint_ovmf_new);
	struct coco_tdx_request req = request(path);
	struct coco_acpi acpi[2] = { { .n = 0 } };
	struct coco_tdx_given given[2];

	req.initrd = path;
	refuse(&req, COCO_E_USAGE_CONFLICT);
	req = request(path);
	req.append = coco_view_of("x", 1);
	refuse(&req, COCO_E_USAGE_CONFLICT);
	req = request(path);
	req.acpi = acpi;
	req.n_acpi = 2;
	refuse(&req, COCO_E_USAGE_CONFLICT);
	req = request(path);
	req.n_memory = COCO_TDX_MACHINES + 1;
	refuse(&req, COCO_E_MATRIX_SIZE);
	req = request(path);
	req.memory = small;
	req.n_memory = 1;
	refuse(&req, COCO_E_GUEST_MEMORY);
	req = request(path);
	give(&given[0], "nothing", digits('1'));
	give(&given[1], "nothing", digits('1'));
	req.given = given;
	req.n_given = 1;
	refuse(&req, COCO_E_USAGE_CONFLICT);
	req.n_given = 2;
	refuse(&req, COCO_E_USAGE_CONFLICT);
	req = request(coco_mint_firmware_file(dir, "sev.fd", &coco_mint_amdsev));
	refuse(&req, COCO_E_TDVF_NONE);
	req = request("/nowhere");
	refuse(&req, COCO_E_IO_OPEN);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_firmware_alone), cmocka_unit_test(test_registers),
		cmocka_unit_test(test_unknown_generation),
		cmocka_unit_test(test_given), cmocka_unit_test(test_items),
		cmocka_unit_test(test_secure_boot), cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
