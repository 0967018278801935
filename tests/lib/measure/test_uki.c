/*
 * test_uki.c - unified kernel images: sections in measured order, files
 * instead of an image, and PCR 11 in all banks and phases. Covers uki.c and
 * uki_record.c.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/uki.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_pe.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };

static const struct coco_mint_pe_section sections[] = {
	{ ".text", NULL, 100, 0 },
	{ ".cmdline", "console=ttyS0 quiet", 19, 0 },
	{ ".linux", "a kernel", 8, 0 },
	{ ".initrd", "an initrd", 9, 20 },
	{ ".pcrsig", "{}", 2, 0 },
	{ ".profile", "ID=main", 7, 0 },
	{ ".profile", "ID=other", 8, 0 },
	{ ".cmdline", "debug\0x", 7, 0 },
};

static const struct coco_mint_pe spec = { .sections = sections,
					  .n_sections = COCO_ARRAY_LEN(sections) };

/* PCR 11 by hand, in one bank. */
struct by_hand {
	struct coco_banks b;
	struct coco_bank_values pcr;
	enum coco_digest_alg alg;
};

static void start(struct by_hand *h, enum coco_digest_alg alg)
{
	struct coco_diag d = { 0 };

	*h = (struct by_hand){ .alg = alg };
	assert_ok(coco_banks_init(&h->b, COCO_BANK(alg), &d), &d);
}

static void extend(struct by_hand *h, const void *p, size_t n)
{
	struct coco_bank_values digest;
	struct coco_diag d = { 0 };

	assert_ok(coco_banks_once(&h->b, p, n, &digest, &d), &d);
	assert_ok(coco_banks_extend(&h->b, &h->pcr, &digest, &d), &d);
}

static void section(struct by_hand *h, const char *name, const void *p, size_t n)
{
	extend(h, name, strlen(name) + 1);
	extend(h, p, n);
}

/* Value i of the bank's register is what was computed by hand. */
static void is_value(const struct coco_mrecord *rec, const struct by_hand *h, size_t i)
{
	const struct coco_mrecord_register *reg =
		coco_mrecord_find(rec, "tpm.pcr11", coco_digest_name(h->alg));

	assert_non_null(reg);
	assert_in_range(i, 0, reg->n_values - 1);
	assert_int_equal(reg->values[i].value.n, coco_digest_length(h->alg));
	assert_memory_equal(reg->values[i].value.p, h->pcr.p[h->alg], reg->values[i].value.n);
}

static void is_label(const struct coco_mrecord *rec, size_t i, const char *want)
{
	char text[128];

	coco_mrecord_label_text(&rec->registers[0].values[i], text, sizeof(text));
	assert_string_equal(text, want);
}

static void test_image(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *path = coco_mint_pe_file(dir, "a.efi", &spec);
	static const char initrd[20] = "an initrd";
	static const char *const phases[] = { "", "a", "a:b" };
	struct coco_uki uki;
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	assert_ok(coco_uki_open(&run, path, 0, COCO_BANKS_ALL, &uki, &d), &d);
	assert_int_equal(uki.n_profiles, 2);
	assert_int_equal(uki.n_parts, 4);
	assert_int_equal(uki.parts[0].kind, COCO_UKI_LINUX);
	assert_int_equal(uki.parts[1].kind, COCO_UKI_CMDLINE);
	assert_string_equal(uki.parts[1].text, "console=ttyS0 quiet");
	assert_int_equal(uki.parts[2].kind, COCO_UKI_INITRD);
	assert_int_equal(uki.parts[2].size, 20);
	assert_int_equal(uki.parts[3].kind, COCO_UKI_PROFILE);
	assert_ok(coco_uki_record(&uki, phases, 3, &rec, &d), &d);
	assert_int_equal(rec.n_registers, COCO_DIGEST_ALGS);
	for (unsigned i = 0; i < COCO_DIGEST_ALGS; i++) {
		struct by_hand h;

		start(&h, (enum coco_digest_alg)i);
		section(&h, ".linux", "a kernel", 8);
		section(&h, ".cmdline", "console=ttyS0 quiet", 19);
		section(&h, ".initrd", initrd, 20);
		section(&h, ".profile", "ID=main", 7);
		is_value(&rec, &h, 0);
		extend(&h, "a", 1);
		is_value(&rec, &h, 1);
		extend(&h, "b", 1);
		is_value(&rec, &h, 2);
		coco_banks_free(&h.b);
	}
	is_label(&rec, 0, "phase :");
	is_label(&rec, 2, "phase a:b");
	assert_int_equal(rec.n_files, 1);
	assert_string_equal(rec.files[0].name, "image");
	assert_int_equal(rec.n_gaps, 3);
	coco_mrecord_free(&rec);
	coco_uki_close(&uki);
	coco_uki_close(&uki);
	coco_test_rmdir(dir);
}

static void test_profile(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *path = coco_mint_pe_file(dir, "a.efi", &spec);
	struct coco_uki uki;
	struct coco_diag d = { 0 };

	assert_ok(coco_uki_open(&run, path, 1, COCO_BANK(COCO_DIGEST_SHA1), &uki, &d), &d);
	assert_int_equal(uki.profile, 1);
	assert_int_equal(uki.parts[1].kind, COCO_UKI_CMDLINE);
	assert_int_equal(uki.parts[1].size, 7);
	assert_null(uki.parts[1].text);   /* has a NUL */
	coco_uki_close(&uki);
	assert_err(coco_uki_open(&run, path, 2, COCO_BANK(COCO_DIGEST_SHA1), &uki, &d),
		   COCO_E_UKI_PROFILE, &d);
	coco_test_rmdir(dir);
}

static const char *put(const char *dir, const char *name, const char *text)
{
	static char paths[4][600];
	static unsigned turn;
	char *path = paths[turn++ % 4];
	struct coco_diag d = { 0 };

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	assert_ok(coco_write_file(path, text, strlen(text), COCO_OUT_FORCE, &d), &d);
	return path;
}

static void test_files(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *initrd[2] = { put(dir, "i1", "first"), put(dir, "i2", "second!!") };
	const struct coco_uki_files files = {
		.path = { [COCO_UKI_LINUX] = put(dir, "linux", "a kernel"),
			  [COCO_UKI_UNAME] = put(dir, "uname", "6.12.1") },
		.initrd = initrd,
		.n_initrd = 2,
	};
	struct coco_uki_files none = { .initrd = initrd, .n_initrd = 1 };
	struct coco_uki uki;
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	struct by_hand h;

	assert_ok(coco_uki_from_files(&run, &files, COCO_BANK(COCO_DIGEST_SHA384), &uki, &d), &d);
	assert_false(uki.has_image);
	assert_int_equal(uki.n_inputs, 4);
	assert_string_equal(uki.inputs[2].name, "initrd 2");
	assert_string_equal(uki.parts[2].text, "6.12.1");
	assert_ok(coco_uki_record(&uki, NULL, 0, &rec, &d), &d);
	start(&h, COCO_DIGEST_SHA384);
	section(&h, ".linux", "a kernel", 8);
	section(&h, ".initrd", "first\0\0\0second!!", 16);
	section(&h, ".uname", "6.12.1", 6);
	is_value(&rec, &h, 0);
	coco_banks_free(&h.b);
	coco_mrecord_free(&rec);
	coco_uki_close(&uki);
	assert_err(coco_uki_from_files(&run, &none, COCO_BANKS_ALL, &uki, &d),
		   COCO_E_USAGE_MISSING, &d);
	d = (struct coco_diag){ 0 };
	none.path[COCO_UKI_LINUX] = "/nowhere/at/all";
	assert_err(coco_uki_from_files(&run, &none, COCO_BANKS_ALL, &uki, &d), COCO_E_IO_OPEN, &d);
	d = (struct coco_diag){ 0 };
	none.n_initrd = COCO_UKI_INITRDS + 1;
	assert_err(coco_uki_from_files(&run, &none, COCO_BANKS_ALL, &uki, &d), COCO_E_USAGE_VALUE,
		   &d);
	coco_test_rmdir(dir);
}

/* One initrd is taken as it is, and an empty file makes no section. */
static void test_one_initrd(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *initrd[1] = { put(dir, "i1", "first") };
	const struct coco_uki_files files = {
		.path = { [COCO_UKI_LINUX] = put(dir, "linux", "a kernel"),
			  [COCO_UKI_SBAT] = put(dir, "sbat", "") },
		.initrd = initrd,
		.n_initrd = 1,
	};
	struct coco_uki uki;
	struct coco_diag d = { 0 };

	assert_ok(coco_uki_from_files(&run, &files, COCO_BANK(COCO_DIGEST_SHA256), &uki, &d), &d);
	assert_int_equal(uki.n_parts, 2);
	assert_int_equal(uki.parts[1].size, 5);
	assert_memory_equal(uki.parts[1].sha256, uki.parts[1].digest.p[COCO_DIGEST_SHA256], 32);
	coco_uki_close(&uki);
	coco_test_rmdir(dir);
}

/* Device trees: none, or any one of them; so many values times the phases. */
static void test_alternatives(void **state COCO_UNUSED)
{
	static const struct coco_mint_pe_section list[] = {
		{ ".linux", "k", 1, 0 },   { ".dtbauto", "a", 1, 0 }, { ".dtbauto", "b", 1, 0 },
		{ ".hwids", "h", 1, 0 },   { ".efifw", "f", 1, 0 },
	};
	const struct coco_mint_pe s = { .sections = list, .n_sections = COCO_ARRAY_LEN(list) };
	static const char *const phases[] = { "x", "x:y" };
	char *dir = coco_test_dir();
	struct coco_uki uki;
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	struct by_hand h;

	assert_ok(coco_uki_open(&run, coco_mint_pe_file(dir, "a.efi", &s), 0,
				COCO_BANK(COCO_DIGEST_SHA256), &uki, &d), &d);
	assert_ok(coco_uki_record(&uki, phases, 2, &rec, &d), &d);
	assert_int_equal(rec.registers[0].n_values, 3 * 2 * 2);
	is_label(&rec, 0, "dtbauto none, efifw none, phase x");
	is_label(&rec, 11, "dtbauto 2, efifw 1, phase x:y");
	start(&h, COCO_DIGEST_SHA256);
	section(&h, ".linux", "k", 1);
	section(&h, ".dtbauto", "b", 1);
	section(&h, ".hwids", "h", 1);
	section(&h, ".efifw", "f", 1);
	extend(&h, "x", 1);
	is_value(&rec, &h, 10);
	coco_banks_free(&h.b);
	coco_mrecord_free(&rec);
	coco_uki_close(&uki);
	coco_test_rmdir(dir);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const char *const bad[] = { ":a", "a:", "a::b",
		"0123456789012345678901234567890123456789012345678901234567890123" };
	struct coco_mint_pe_section list[] = { { ".linux", "k", 1, 0x7fffffff } };
	const struct coco_mint_pe s = { .sections = list, .n_sections = 1 };
	const char *many[COCO_UKI_PHASES + 1];
	struct coco_boot_list *boot;
	struct coco_uki uki;
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();
	size_t n;

	assert_ok(coco_boot_new(&boot, COCO_BANK_BIT(COCO_BANK_SHA256), &d), &d);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		d = (struct coco_diag){ 0 };
		assert_err(coco_uki_phases(boot, &bad[i], 1, &d), COCO_E_USAGE_VALUE, &d);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(many); i++)
		many[i] = "a";
	d = (struct coco_diag){ 0 };
	assert_err(coco_uki_phases(boot, many, COCO_ARRAY_LEN(many), &d), COCO_E_USAGE_VALUE, &d);
	coco_boot_free(boot);
	/* SizeOfImage says less than the section */
	uint8_t *p = coco_mint_pe(&s, &n);
	memset(p + COCO_MINT_PE_OPTIONAL + 56, 0, 4);
	p[COCO_MINT_PE_OPTIONAL + 57] = 0x20;
	char path[600];
	snprintf(path, sizeof(path), "%s/lie.efi", dir);
	d = (struct coco_diag){ 0 };
	assert_ok(coco_write_file(path, p, n, 0, &d), &d);
	assert_err(coco_uki_open(&run, path, 0, COCO_BANKS_ALL, &uki, &d), COCO_E_UKI_SECTION, &d);
	assert_string_equal(d.source, path);
	coco_free(p);
	d = (struct coco_diag){ 0 };
	assert_err(coco_uki_open(&run, coco_mint_pe_file(dir, "b.efi", &coco_mint_pe_plain), 0,
				 COCO_BANKS_ALL, &uki, &d), COCO_E_UKI_LINUX, &d);
	coco_test_rmdir(dir);
}

static void judge_bank(const struct coco_mrecord *rec, const struct coco_jv *banks,
		       const char *bank)
{
	const struct coco_mrecord_register *reg = coco_mrecord_find(rec, "tpm.pcr11", bank);
	struct coco_diag d = { 0 };
	struct coco_jv values;

	assert_ok(coco_jv_object(banks, bank, &values, &d), &d);
	assert_int_equal(coco_jv_len(&values), reg->n_values);
	for (size_t i = 0; i < reg->n_values; i++) {
		const char *label = reg->values[i].label[0].value;
		uint8_t want[64];

		assert_ok(coco_jv_hex(&values, strcmp(label, ":") == 0 ? "" : label, want,
				      reg->values[i].value.n, &d), &d);
		assert_memory_equal(reg->values[i].value.p, want, reg->values[i].value.n);
	}
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("measure/uki/uki.json");
	const char *phases[5] = { "" };
	struct coco_diag d = { 0 };
	struct coco_json doc;
	size_t n;

	if (path == NULL)
		return;
	for (size_t i = 0; i < coco_uki_n_default_phases; i++)
		phases[i + 1] = coco_uki_default_phases[i];
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	for (size_t i = 0; i < coco_jv_len(&root); i++) {
		struct coco_jv item = coco_jv_item(&root, i);
		struct coco_jv banks;
		const char *file;
		char name[256];
		struct coco_uki uki;
		struct coco_mrecord rec;

		assert_ok(coco_jv_string(&item, "file", &file, &d), &d);
		assert_ok(coco_jv_object(&item, "pcr11", &banks, &d), &d);
		snprintf(name, sizeof(name), "measure/uki/%s", file);
		assert_ok(coco_uki_open(&run, coco_test_vectors(name), 0, COCO_BANKS_ALL, &uki,
					&d), &d);
		assert_ok(coco_uki_record(&uki, phases, 5, &rec, &d), &d);
		judge_bank(&rec, &banks, "sha256");
		judge_bank(&rec, &banks, "sha384");
		coco_mrecord_free(&rec);
		coco_uki_close(&uki);
	}
	printf("%zu images of uki.json\n", coco_jv_len(&root));
	coco_json_free(&doc);
	coco_free(text);
}

static void test_memory(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *path = coco_mint_pe_file(dir, "a.efi", &spec);
	const char *initrd[1] = { put(dir, "i", "first") };
	const struct coco_uki_files files = {
		.path = { [COCO_UKI_LINUX] = put(dir, "linux", "k"),
			  [COCO_UKI_CMDLINE] = put(dir, "cmdline", "quiet") },
		.initrd = initrd,
		.n_initrd = 1,
	};
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_uki uki = { .has_image = false };
		struct coco_uki more = { .has_image = false };
		struct coco_mrecord rec = { .n_files = 0 };
		int r = coco_uki_open(&run, path, 0, COCO_BANK(COCO_DIGEST_SHA1), &uki, &d);

		if (r == 0)
			r = coco_uki_from_files(&run, &files, COCO_BANK(COCO_DIGEST_SHA1), &more,
						&d);
		if (r == 0)
			r = coco_uki_record(&uki, coco_uki_default_phases, 2, &rec, &d);
		coco_mrecord_free(&rec);
		coco_uki_close(&uki);
		coco_uki_close(&more);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image),       cmocka_unit_test(test_profile),
		cmocka_unit_test(test_files),       cmocka_unit_test(test_one_initrd),
		cmocka_unit_test(test_alternatives), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_vectors),     cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
