/*
 * test_tdvf.c - the firmware's list of memory for TDX: both ways to it, and
 * every number in it that lies.
 */
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/tdvf.h"
#include "tests/support/mint_firmware.h"
#include "tests/support/support.h"

static int parse(const struct coco_mint_firmware *spec, struct coco_tdvf *ret, struct coco_diag *d)
{
	struct coco_ovmf table;
	size_t n;
	uint8_t *p = coco_mint_firmware(spec, &n);
	uint8_t *guarded = coco_test_guard(p, n);

	coco_diag_init(d);
	int r = coco_ovmf_parse(&table, coco_view_of(guarded, n), d);
	assert_ok(r, d);
	r = coco_tdvf_parse(ret, coco_view_of(guarded, n), &table, d);
	coco_test_unguard(guarded, n);
	coco_free(p);
	return r;
}

static void check_good(const struct coco_mint_firmware *spec)
{
	struct coco_tdvf t;
	struct coco_diag d;

	assert_ok(parse(spec, &t, &d), &d);
	assert_int_equal(t.n, coco_mint_n_tdx);
	assert_int_equal(t.at, 4 * 4096 - 3072);
	for (size_t i = 0; i < t.n; i++)
		assert_memory_equal(&t.section[i], &coco_mint_tdx_sections[i],
				    sizeof(t.section[i]));
	assert_ptr_equal(coco_tdvf_find(&t, COCO_TDVF_TD_HOB), &t.section[4]);
	assert_ptr_equal(coco_tdvf_find(&t, COCO_TDVF_TEMP_MEM), &t.section[2]);
	assert_null(coco_tdvf_find(&t, COCO_TDVF_PERM_MEM));
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_mint_firmware s = coco_mint_tdvf;

	check_good(&s);
	s.tdx_legacy = true;
	check_good(&s);
	s.no_table = true;
	check_good(&s);
	assert_string_equal(coco_tdvf_type_name(COCO_TDVF_TD_PARAMS), "td_params");
	assert_string_equal(coco_tdvf_type_name(9), "unknown");
}

static void refuse(const struct coco_mint_firmware *spec, int code, const char *field)
{
	struct coco_tdvf t = { .n = 99 };
	struct coco_diag d;

	assert_err(parse(spec, &t, &d), code, &d);
	assert_string_equal(d.field, field);
	assert_int_equal(t.n, 99);
}

static void test_none(void **state COCO_UNUSED)
{
	struct coco_mint_firmware s = { .pages = 2 };

	refuse(&s, COCO_E_TDVF_NONE, "");
	s = coco_mint_tdvf;
	s.tdx_legacy = true;
	s.tdx_magic = 1;   /* an offset that leads nowhere is no offset */
	refuse(&s, COCO_E_TDVF_NONE, "");
	s.tdx_magic = 0;
	s.tdx_distance = 8;
	refuse(&s, COCO_E_TDVF_NONE, "");
	s.tdx_distance = 4 * 4096;   /* offset 0 */
	refuse(&s, COCO_E_TDVF_NONE, "");
}

static void test_head(void **state COCO_UNUSED)
{
	struct coco_mint_firmware s = coco_mint_tdvf;

	s.tdx_magic = 0x11223344;
	refuse(&s, COCO_E_TDVF_METADATA, "signature");
	s = coco_mint_tdvf;
	s.tdx_bad_guid = true;
	refuse(&s, COCO_E_TDVF_METADATA, "GUID");
	s.tdx_legacy = true;
	refuse(&s, COCO_E_TDVF_METADATA, "GUID");
	s = coco_mint_tdvf;
	s.tdx_version = 2;
	refuse(&s, COCO_E_TDVF_METADATA, "version");
	s = coco_mint_tdvf;
	s.tdx_count = 0xffffffff;
	refuse(&s, COCO_E_TDVF_METADATA, "length");
	s.tdx_count = COCO_TDVF_SECTIONS + 1;
	s.tdx_length = 16 + 32 * (COCO_TDVF_SECTIONS + 1);
	refuse(&s, COCO_E_TDVF_METADATA, "length");
	s = coco_mint_tdvf;
	s.tdx_count = 5;
	refuse(&s, COCO_E_TDVF_METADATA, "length");
	s = coco_mint_tdvf;
	s.tdx_length = 209;
	refuse(&s, COCO_E_TDVF_METADATA, "length");
	s = coco_mint_tdvf;
	s.tdx_distance = 15;
	refuse(&s, COCO_E_TDVF_METADATA, "");
	s.tdx_distance = 4 * 4096 + 1;
	refuse(&s, COCO_E_TDVF_METADATA, "");
	s.tdx_distance = 16;
	refuse(&s, COCO_E_TDVF_METADATA, "signature");
}

/* The usual list with another section at index i. */
static void change(size_t i, struct coco_mint_tdx to, int code, const char *field)
{
	struct coco_mint_firmware s = coco_mint_tdvf;
	struct coco_mint_tdx list[6];

	memcpy(list, coco_mint_tdx_sections, sizeof(list));
	list[i] = to;
	s.tdx = list;
	refuse(&s, code, field);
}

static void test_sections(void **state COCO_UNUSED)
{
	const struct coco_mint_tdx bfv = coco_mint_tdx_sections[0];
	struct coco_mint_tdx s = bfv;

	s.type = 9;
	change(0, s, COCO_E_TDVF_SECTION, "section type");
	s = bfv;
	s.attributes = 4;
	change(0, s, COCO_E_TDVF_SECTION, "section attributes");
	s = bfv;
	s.gpa += 1;
	change(0, s, COCO_E_TDVF_SECTION, "section address");
	s = bfv;
	s.size += 1;
	change(0, s, COCO_E_TDVF_SECTION, "section address");
	s = bfv;
	s.size = (uint64_t)1 << 33;
	change(0, s, COCO_E_TDVF_SECTION, "section size");
	s = bfv;
	s.gpa = UINT64_MAX - 4095;
	change(0, s, COCO_E_TDVF_SECTION, "section size");
	s = bfv;
	s.raw = 0x3001;
	change(0, s, COCO_E_TDVF_SECTION, "section data size");
	s = bfv;
	s.offset = 0x1001;
	change(0, s, COCO_E_TDVF_SECTION, "section data");
	s = bfv;
	s.offset = 0xffffffff;
	change(0, s, COCO_E_TDVF_SECTION, "section data");
	s = bfv;
	s.gpa = 0x80a000;
	change(5, s, COCO_E_TDVF_SECTION, "section address");   /* overlaps */
	s = bfv;
	s.size = (uint64_t)COCO_TDVF_PAGES * 4096;
	s.gpa = (uint64_t)1 << 33;
	change(5, s, COCO_E_TDVF_SECTION, "section size");      /* too many pages together */
	s = bfv;
	s.type = COCO_TDVF_TEMP_MEM;
	change(0, s, COCO_E_TDVF_METADATA, "sections");         /* no BFV */
	s = coco_mint_tdx_sections[4];
	s.type = COCO_TDVF_TEMP_MEM;
	change(4, s, COCO_E_TDVF_METADATA, "sections");         /* no TD_HOB */
	s.type = COCO_TDVF_TD_HOB;
	s.gpa = 0x700000;
	change(5, s, COCO_E_TDVF_METADATA, "sections");         /* two */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
