/*
 * test_guest_search.c - registers found again among candidates that are minted.
 */
#include "lib/measure/guest_search.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_firmware.h"
#include "tests/support/mint_log.h"
#include "tests/support/mint_pe.h"
#include "tests/support/mint_volume.h"
#include "tests/support/support.h"

static char *dir;
static const enum coco_mrtd_order orders[] = { COCO_MRTD_SINGLE, COCO_MRTD_TWO };
static char firmware[4][256];
static const char *paths[] = { firmware[0], firmware[1], firmware[2] };

static struct coco_tdx_request base(void)
{
	return (struct coco_tdx_request){ .firmware = firmware[1], .orders = orders,
					  .n_orders = 2 };
}

/* The two-pass MRTD of an image. */
static struct coco_guest_value seen_of(const char *image)
{
	struct coco_guest_value v = { .name = "tdx.mrtd", .algorithm = "sha384" };
	struct coco_run run = { .jobs = 1 };
	struct coco_tdx_request q = base();
	struct coco_diag d = { 0 };
	struct coco_mrecord rec;

	q.firmware = image;
	assert_ok(coco_tdx_measure(&run, &q, &rec, &d), &d);
	v.digest = coco_mrecord_find(&rec, "tdx.mrtd", "sha384")->values[1].value;
	coco_mrecord_free(&rec);
	return v;
}

static void finds_on_any_threads(void **state COCO_UNUSED)
{
	struct coco_guest_value v = seen_of(firmware[2]);
	struct coco_tdx_request q = base();
	struct coco_guest_search s = { .tdx = &q, .values = &v, .n_values = 1,
				       .firmware = paths, .n[COCO_GUEST_FIRMWARE] = 3 };

	for (unsigned jobs = 1; jobs <= 3; jobs++) {
		struct coco_run run = { .jobs = jobs };
		struct coco_guest_found *f = coco_zalloc(1, sizeof(*f));
		struct coco_diag d = { 0 };

		assert_ok(coco_guest_search(&run, &s, f, &d), &d);
		assert_int_equal(f->n, 1);
		assert_int_equal(f->n_equal, 1);
		assert_int_equal(f->answer[0].at[COCO_GUEST_FIRMWARE], 2);
		assert_int_equal(f->skipped, 1);
		coco_free(f);
	}
}

static void refuses(void **state COCO_UNUSED)
{
	struct coco_guest_value v = seen_of(firmware[1]);
	struct coco_tdx_request q = base();
	struct coco_guest_search s = { .tdx = &q, .values = &v, .n_values = 1,
				       .firmware = paths, .n[COCO_GUEST_FIRMWARE] = 1 };
	struct coco_run run = { .jobs = 1 };
	struct coco_guest_found *f = coco_zalloc(1, sizeof(*f));
	struct coco_diag d = { 0 };

	assert_err(coco_guest_search(&run, &s, f, &d), COCO_E_FIRMWARE_SIZE, &d);
	s.n[COCO_GUEST_FIRMWARE] = COCO_GUEST_CANDIDATES + 1;
	coco_diag_init(&d);
	assert_err(coco_guest_search(&run, &s, f, &d), COCO_E_SEARCH_SPACE, &d);
	s.n[COCO_GUEST_FIRMWARE] = 0;
	v.digest.p[0] ^= 1;
	coco_diag_init(&d);
	assert_ok(coco_guest_search(&run, &s, f, &d), &d);
	assert_int_equal(f->n_differ, 1);
	snprintf(v.name, sizeof(v.name), "tdx.rtmr0");
	assert_ok(coco_guest_search(&run, &s, f, &d), &d);
	assert_int_equal(f->n_equal + f->n_differ, 0);
	assert_non_null(strstr(f->answer[0].note, "TD HOB"));
	coco_free(f);
}

/* ---- a guest with a vTPM ------------------------------------------------------------ */

static char kernels[2][256];

static struct coco_vtpm_request vtpm_base(void)
{
	return (struct coco_vtpm_request){ .banks = COCO_BANK_BIT(COCO_BANK_SHA256),
					   .pcrs = 0xffff, .qemu_major = 10 };
}

/* PCR 4 and PCR 9 of kernel 1 and "line b" by firmware of release 2025.02. */
static void see(struct coco_guest_value *v)
{
	struct coco_vtpm_request q = vtpm_base();
	struct coco_run run = { .jobs = 1 };
	struct coco_diag d = { 0 };
	struct coco_mrecord rec;

	q.generation = COCO_FW_202502;
	q.kernel = kernels[1];
	q.has_append = true;
	q.append = coco_view_of("line b", 6);
	assert_ok(coco_vtpm_measure(&run, &q, &rec, &d), &d);
	for (int i = 0; i < 2; i++) {
		v[i] = (struct coco_guest_value){ .algorithm = "sha256" };
		snprintf(v[i].name, sizeof(v[i].name), "tpm.pcr%d", i == 0 ? 4 : 9);
		v[i].digest = coco_mrecord_find(&rec, v[i].name, "sha256")->values[0].value;
	}
	coco_mrecord_free(&rec);
}

/* What does not fit is passed over, and all registers name the same candidate. */
static void finds_a_boot(void **state COCO_UNUSED)
{
	static const char *const initrds[] = { NULL, firmware[0] };
	static const enum coco_fw_choice generations[] = { COCO_FW_202211, COCO_FW_202502 };
	const struct coco_view lines[] = { { (const uint8_t *)"a", 1 },
					   { (const uint8_t *)"line b", 6 } };
	const char *const list[] = { firmware[0], kernels[0], kernels[1] };
	struct coco_vtpm_request q = vtpm_base();
	struct coco_guest_value v[2];
	struct coco_guest_search s = {
		.vtpm = &q, .values = v, .n_values = 2, .kernels = list, .lines = lines,
		.generations = generations, .initrds = initrds,
		.n[COCO_GUEST_KERNEL] = 3, .n[COCO_GUEST_LINE] = 2,
		.n[COCO_GUEST_GENERATION] = 2, .n[COCO_GUEST_INITRD] = 2,
	};
	uint64_t tried = 0;

	see(v);
	for (unsigned jobs = 1; jobs <= 4; jobs++) {
		struct coco_run run = { .jobs = jobs };
		struct coco_guest_found *f = coco_zalloc(1, sizeof(*f));
		struct coco_diag d = { 0 };

		assert_ok(coco_guest_search(&run, &s, f, &d), &d);
		assert_int_equal(f->n, 2);
		assert_int_equal(f->n_equal, 2);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(f->answer[i].at[COCO_GUEST_KERNEL], 2);
			assert_int_equal(f->answer[i].at[COCO_GUEST_INITRD], 0);
		}
		assert_int_equal(f->answer[1].at[COCO_GUEST_LINE], 1);
		/* no kernel, and one that QEMU changes with an initrd but without a memory size */
		assert_true(f->skipped > 0);
		assert_true(f->why[0] != '\0');
		tried = jobs == 1 ? f->tried : tried;
		assert_int_equal(f->tried, tried);
		coco_free(f);
	}
	struct coco_guest_found *f = coco_zalloc(1, sizeof(*f));
	for (unsigned long i = 1; i < 400 && coco_test_alloc_arm(i); i++) {
		struct coco_run run = { .jobs = 1 };
		struct coco_diag d = { 0 };

		if (coco_test_alloc_check(coco_guest_search(&run, &s, f, &d), &d))
			break;
	}
	coco_free(f);
}

/* Separators alone: what the firmware alone explains, and what it only begins. */
static void finds_steps(void **state COCO_UNUSED)
{
	static const uint8_t zero[4];
	struct coco_mint_event events[8];
	const struct coco_tcg_bank bank = { COCO_TCG_SHA256, 32 };
	struct coco_mint_log spec = { .events = events, .n = 8, .banks = &bank, .n_banks = 1,
				      .first_zero = true };
	const char *const images[] = { firmware[0], firmware[3] };
	struct coco_vtpm_request q = vtpm_base();
	struct coco_run run = { .jobs = 2 };
	struct coco_guest_found *f = coco_zalloc(1, sizeof(*f));
	struct coco_diag d = { 0 };
	struct coco_tcg_log log;
	size_t n;

	for (uint32_t i = 0; i < 8; i++)
		events[i] = (struct coco_mint_event){ i, COCO_EV_SEPARATOR, zero, 4, 0 };
	uint8_t *bytes = coco_mint_log(&spec, &n);
	assert_ok(coco_tcg_log_decode(&log, coco_view_of(bytes, n), &d), &d);
	struct coco_guest_search s = { .vtpm = &q, .log = &log, .firmware = images,
				       .n[COCO_GUEST_FIRMWARE] = 2 };
	assert_ok(coco_guest_search(&run, &s, f, &d), &d);
	assert_int_equal(f->n, 8);
	assert_int_equal(f->answer[2].result, COCO_MDIFF_EQUAL);
	assert_int_equal(f->answer[2].at[COCO_GUEST_FIRMWARE], 1);
	assert_int_equal(f->answer[4].result, COCO_MDIFF_SKIPPED);
	assert_true(f->answer[4].same > 0);
	assert_int_equal(f->answer[7].result, COCO_MDIFF_DIFFERS);
	assert_true(f->answer[7].has_step);
	assert_int_equal(f->skipped, 1);
	coco_tcg_log_free(&log);
	coco_free(bytes);
	coco_free(f);
}

static int setup(void **state COCO_UNUSED)
{
	static const char junk[] = "no firmware";

	dir = coco_test_dir();
	snprintf(firmware[0], sizeof(firmware[0]), "%s/a", dir);
	FILE *f = fopen(firmware[0], "w");
	assert_non_null(f);
	assert_int_equal(fwrite(junk, sizeof(junk), 1, f), 1);
	fclose(f);
	snprintf(firmware[1], sizeof(firmware[1]), "%s",
		 coco_mint_firmware_file(dir, "b", &coco_mint_tdvf));
	struct coco_mint_firmware other = coco_mint_tdvf;
	other.reset_eip = coco_mint_tdvf.reset_eip + 0x1000;
	snprintf(firmware[2], sizeof(firmware[2]), "%s",
		 coco_mint_firmware_file(dir, "c", &other));
	snprintf(firmware[3], sizeof(firmware[3]), "%s",
		 coco_mint_ovmf_file(dir, "d", &coco_mint_ovmf_new));
	snprintf(kernels[0], sizeof(kernels[0]), "%s",
		 coco_mint_pe_file(dir, "k0", &coco_mint_pe_plain));
	struct coco_mint_pe longer = coco_mint_pe_plain;
	longer.overlay = 8;
	snprintf(kernels[1], sizeof(kernels[1]), "%s", coco_mint_pe_file(dir, "k1", &longer));
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
		cmocka_unit_test(finds_on_any_threads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(finds_a_boot),
		cmocka_unit_test(finds_steps),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
