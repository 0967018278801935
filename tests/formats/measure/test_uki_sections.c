/*
 * test_uki_sections.c - measured sections of minted images: order, profiles,
 * alternatives, every refusal.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/uki_sections.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/mint_pe.h"
#include "tests/support/support.h"

static struct coco_pe pe;

static int select_of(const struct coco_mint_pe_section *list, size_t n, size_t profile,
		     struct coco_uki_sections *ret, struct coco_diag *d)
{
	const struct coco_mint_pe spec = { .sections = list, .n_sections = n };
	size_t size;
	uint8_t *p = coco_mint_pe(&spec, &size);

	coco_diag_init(d);
	coco_pe_free(&pe);
	assert_ok(coco_pe_parse(&pe, coco_view_of(p, size), size, d), d);
	coco_free(p);
	return coco_uki_select(ret, &pe, profile, d);
}

static void test_names(void **state COCO_UNUSED)
{
	static const char *const order[] = {
		".linux", ".osrel", ".cmdline", ".initrd", ".ucode", ".splash", ".dtb", ".uname",
		".sbat", ".pcrsig", ".pcrpkey", ".profile", ".dtbauto", ".hwids", ".efifw",
	};

	assert_int_equal(COCO_ARRAY_LEN(order), COCO_UKI_KINDS);
	for (unsigned i = 0; i < COCO_UKI_KINDS; i++) {
		enum coco_uki_kind kind = (enum coco_uki_kind)i;

		assert_string_equal(coco_uki_name(kind), order[i]);
		assert_int_equal(coco_uki_measured(kind), i != COCO_UKI_PCRSIG);
		assert_int_equal(coco_uki_many(kind), i == COCO_UKI_DTBAUTO || i == COCO_UKI_EFIFW);
	}
}

static void test_base(void **state COCO_UNUSED)
{
	static const struct coco_mint_pe_section list[] = {
		{ ".text", "x", 1, 0 },     { ".cmdline", "quiet", 5, 0 },
		{ ".initrd", "", 0, 0 },    { ".linux", "kernel", 6, 0 },
		{ ".pcrsig", "{}", 2, 0 },  { ".linuxx", "no", 2, 0 },
		{ ".dtbauto", "a", 1, 0 },  { ".dtbauto", "b", 1, 0 },
		{ ".efifw", "f", 1, 0 },    { ".osrel", "", 0, 4 },
	};
	struct coco_uki_sections s;
	struct coco_diag d;

	assert_ok(select_of(list, COCO_ARRAY_LEN(list), 0, &s, &d), &d);
	assert_int_equal(s.n_profiles, 0);
	assert_ptr_equal(s.one[COCO_UKI_LINUX], &pe.sections[3]);
	assert_ptr_equal(s.one[COCO_UKI_CMDLINE], &pe.sections[1]);
	assert_ptr_equal(s.one[COCO_UKI_PCRSIG], &pe.sections[4]);
	assert_null(s.one[COCO_UKI_INITRD]);   /* empty */
	assert_ptr_equal(s.one[COCO_UKI_OSREL], &pe.sections[9]);   /* four zeros */
	assert_null(s.one[COCO_UKI_DTBAUTO]);
	assert_int_equal(s.dtbauto.n, 2);
	assert_ptr_equal(s.dtbauto.section[1], &pe.sections[7]);
	assert_int_equal(s.efifw.n, 1);
	s.n_profiles = 77;
	assert_err(select_of(list, COCO_ARRAY_LEN(list), 1, &s, &d), COCO_E_UKI_PROFILE, &d);
	assert_int_equal(s.n_profiles, 77);   /* untouched */
}

static void test_profiles(void **state COCO_UNUSED)
{
	static const struct coco_mint_pe_section list[] = {
		{ ".linux", "kernel", 6, 0 },      { ".cmdline", "base", 4, 0 },
		{ ".dtbauto", "a", 1, 0 },
		{ ".profile", "ID=main", 7, 0 },
		{ ".profile", "ID=debug", 8, 0 },  { ".cmdline", "debug", 5, 0 },
		{ ".dtbauto", "b", 1, 0 },         { ".dtbauto", "c", 1, 0 },
		{ ".profile", "ID=old", 6, 0 },    { ".linux", "old", 3, 0 },
	};
	struct coco_uki_sections s;
	struct coco_diag d;

	assert_ok(select_of(list, COCO_ARRAY_LEN(list), 0, &s, &d), &d);
	assert_int_equal(s.n_profiles, 3);
	assert_ptr_equal(s.one[COCO_UKI_PROFILE], &pe.sections[3]);
	assert_ptr_equal(s.one[COCO_UKI_CMDLINE], &pe.sections[1]);
	assert_int_equal(s.dtbauto.n, 1);
	assert_ok(select_of(list, COCO_ARRAY_LEN(list), 1, &s, &d), &d);
	assert_ptr_equal(s.one[COCO_UKI_PROFILE], &pe.sections[4]);
	assert_ptr_equal(s.one[COCO_UKI_CMDLINE], &pe.sections[5]);
	assert_ptr_equal(s.one[COCO_UKI_LINUX], &pe.sections[0]);
	assert_int_equal(s.dtbauto.n, 2);
	assert_ok(select_of(list, COCO_ARRAY_LEN(list), 2, &s, &d), &d);
	assert_ptr_equal(s.one[COCO_UKI_LINUX], &pe.sections[9]);
	assert_ptr_equal(s.one[COCO_UKI_CMDLINE], &pe.sections[1]);
	assert_err(select_of(list, COCO_ARRAY_LEN(list), 3, &s, &d), COCO_E_UKI_PROFILE, &d);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct coco_mint_pe_section none[] = { { ".text", "x", 1, 0 } };
	static const struct coco_mint_pe_section twice[] = {
		{ ".linux", "a", 1, 0 }, { ".linux", "b", 1, 0 },
	};
	static const struct coco_mint_pe_section later[] = {
		{ ".linux", "a", 1, 0 }, { ".profile", "x", 1, 0 }, { ".sbat", "a", 1, 0 },
		{ ".sbat", "b", 1, 0 },
	};
	struct coco_mint_pe_section many[COCO_UKI_PROFILES + 2] = { { ".linux", "a", 1, 0 } };
	struct coco_uki_sections s;
	struct coco_diag d;

	assert_err(select_of(none, 1, 0, &s, &d), COCO_E_UKI_LINUX, &d);
	assert_err(select_of(NULL, 0, 0, &s, &d), COCO_E_UKI_LINUX, &d);
	assert_err(select_of(twice, 2, 0, &s, &d), COCO_E_UKI_SECTION, &d);
	assert_err(select_of(later, 4, 0, &s, &d), COCO_E_UKI_SECTION, &d);
	for (size_t i = 1; i < COCO_ARRAY_LEN(many); i++)
		many[i] = (struct coco_mint_pe_section){ ".profile", "p", 1, 0 };
	assert_err(select_of(many, COCO_ARRAY_LEN(many), 0, &s, &d), COCO_E_UKI_PROFILE, &d);
	assert_ok(select_of(many, COCO_ARRAY_LEN(many) - 1, 255, &s, &d), &d);
	for (size_t i = 1; i < COCO_ARRAY_LEN(many); i++)
		many[i].name = i % 2 != 0 ? ".efifw" : ".dtbauto";
	assert_err(select_of(many, 2 * COCO_UKI_ALTERNATIVES + 2, 0, &s, &d), COCO_E_UKI_SECTION,
		   &d);
	assert_ok(select_of(many, 2 * COCO_UKI_ALTERNATIVES + 1, 0, &s, &d), &d);
	coco_pe_free(&pe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_base),
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
