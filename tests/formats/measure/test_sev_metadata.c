/*
 * test_sev_metadata.c - the firmware's list of memory: minted images with
 * every defect by name.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/sev_metadata.h"

#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/ovmf.h"
#include "tests/support/mint_firmware.h"
#include "tests/support/support.h"

static int parse(const struct coco_mint_firmware *spec, struct coco_sev_metadata *ret,
		 struct coco_diag *d)
{
	struct coco_ovmf t;
	size_t n;
	uint8_t *p = coco_mint_firmware(spec, &n);
	uint8_t *guarded = coco_test_guard(p, n);

	coco_diag_init(d);
	int r = coco_ovmf_parse(&t, coco_view_of(guarded, n), d);
	assert_ok(r, d);
	r = coco_sev_metadata_parse(ret, coco_view_of(guarded, n), t.sev_distance, d);
	coco_test_unguard(guarded, n);
	coco_free(p);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_sev_metadata m;
	struct coco_diag d;

	assert_ok(parse(&coco_mint_amdsev, &m, &d), &d);
	assert_int_equal(m.n, coco_mint_n_sections);
	for (size_t i = 0; i < m.n; i++)
		assert_memory_equal(&m.section[i], &coco_mint_sections[i], 12);
	assert_ptr_equal(coco_sev_metadata_find(&m, COCO_SEV_CPUID), &m.section[3]);
	assert_ptr_equal(coco_sev_metadata_find(&m, COCO_SEV_KERNEL_HASHES), &m.section[6]);
	struct coco_mint_firmware s = { .with_metadata = true };
	assert_ok(parse(&s, &m, &d), &d);
	assert_int_equal(m.n, 0);
	assert_null(coco_sev_metadata_find(&m, COCO_SEV_CPUID));
	assert_string_equal(coco_sev_section_name(COCO_SEV_SVSM_CAA), "svsm_caa");
	assert_string_equal(coco_sev_section_name(99), "unknown");
}

static void refuse(const struct coco_mint_firmware *spec, int code, const char *field)
{
	struct coco_sev_metadata m = { .n = 99 };
	struct coco_diag d;

	assert_err(parse(spec, &m, &d), code, &d);
	assert_string_equal(d.field, field);
	assert_int_equal(m.n, 99);
}

static void test_head(void **state COCO_UNUSED)
{
	struct coco_mint_firmware s = coco_mint_amdsev;

	s.magic = 0x11223344;
	refuse(&s, COCO_E_SEV_METADATA, "signature");
	s = coco_mint_amdsev;
	s.version = 2;
	refuse(&s, COCO_E_SEV_METADATA, "version");
	s = coco_mint_amdsev;
	s.count = 0xffffffff;
	refuse(&s, COCO_E_SEV_METADATA, "size");
	s.count = COCO_SEV_SECTIONS + 1;
	s.size = 2000;
	refuse(&s, COCO_E_SEV_METADATA, "size");
	s = coco_mint_amdsev;
	s.count = (uint32_t)coco_mint_n_sections + 1;   /* more than size holds */
	refuse(&s, COCO_E_SEV_METADATA, "size");
	s = coco_mint_amdsev;
	s.size = 15;
	refuse(&s, COCO_E_SEV_METADATA, "size");
	s.size = 2049;   /* past the end of the image */
	refuse(&s, COCO_E_SEV_METADATA, "size");
	s = coco_mint_amdsev;
	s.distance = 15;
	refuse(&s, COCO_E_SEV_METADATA, "");
	s.distance = 3 * 4096 + 1;
	refuse(&s, COCO_E_SEV_METADATA, "");
	s.distance = 0xffffffff;
	refuse(&s, COCO_E_SEV_METADATA, "");
}

static void one_section(struct coco_mint_section a, struct coco_mint_section b, const char *field)
{
	const struct coco_mint_section list[] = { a, b };
	struct coco_mint_firmware s = coco_mint_amdsev;

	s.sections = list;
	s.n_sections = 2;
	if (field != NULL) {
		refuse(&s, COCO_E_SEV_SECTION, field);
		return;
	}
	struct coco_sev_metadata m;
	struct coco_diag d;
	assert_ok(parse(&s, &m, &d), &d);
}

static void test_sections(void **state COCO_UNUSED)
{
	const struct coco_mint_section ok = { 0x800000, 0x2000, 1 };

	one_section(ok, (struct coco_mint_section){ 0x900000, 0x1000, 5 }, "section type");
	one_section(ok, (struct coco_mint_section){ 0, 0, 0 }, "section type");
	one_section(ok, (struct coco_mint_section){ 0x900001, 0x1000, 1 }, "section address");
	one_section(ok, (struct coco_mint_section){ 0x900000, 0x1001, 1 }, "section address");
	one_section(ok, (struct coco_mint_section){ 0xfffff000, 0x2000, 1 }, "section size");
	one_section(ok, (struct coco_mint_section){ 0xfffff000, 0x1000, 1 }, NULL);
	one_section(ok, (struct coco_mint_section){ 0x900000, 0x2000, 2 }, "section size");
	one_section(ok, (struct coco_mint_section){ 0x900000, 0x2000, 3 }, "section size");
	one_section(ok, (struct coco_mint_section){ 0x801000, 0x1000, 3 }, "section address");
	one_section(ok, (struct coco_mint_section){ 0x7ff000, 0x4000, 1 }, "section address");
	one_section(ok, (struct coco_mint_section){ 0x802000, 0x1000, 1 }, NULL);
	one_section(ok, (struct coco_mint_section){ 0x801000, 0, 1 }, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
