/*
 * test_pe.c - headers, sections and covered ranges of PE images: minted ones
 * with every defect by name, and every bit of the headers flipped.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/pe.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_pe.h"
#include "tests/support/support.h"

/* Parses an image of this spec that ends at a guard page. */
static int parse(const struct coco_mint_pe *spec, struct coco_pe *ret, struct coco_diag *d)
{
	size_t n;
	uint8_t *p = coco_mint_pe(spec, &n);
	uint8_t *guarded = coco_test_guard(p, n);

	coco_diag_init(d);
	int r = coco_pe_parse(ret, coco_view_of(guarded, n), n, d);
	coco_test_unguard(guarded, n);
	coco_free(p);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_mint_pe spec = coco_mint_pe_plain;
	struct coco_pe pe;
	struct coco_diag d;

	assert_ok(parse(&spec, &pe, &d), &d);
	assert_true(pe.plus && pe.has_certs_entry);
	assert_string_equal(coco_pe_machine_name(pe.machine), "x86-64");
	assert_int_equal(pe.subsystem, 10);
	assert_int_equal(pe.checksum, 0x12345678);
	assert_int_equal(pe.checksum_at, COCO_MINT_PE_OPTIONAL + 64);
	assert_int_equal(pe.certs_entry_at, COCO_MINT_PE_OPTIONAL + 112 + 32);
	assert_int_equal(pe.headers_size, 512);
	assert_int_equal(pe.n_sections, 2);
	assert_string_equal(pe.sections[0].name, ".text");
	assert_int_equal(pe.sections[0].raw_at, 512);
	assert_int_equal(pe.sections[0].raw_size, 1024);
	assert_int_equal(pe.sections[0].virtual_size, 700);
	assert_ptr_equal(coco_pe_find(&pe, ".data"), &pe.sections[1]);
	assert_null(coco_pe_find(&pe, ".linux"));
	coco_pe_free(&pe);
	coco_pe_free(&pe);
	spec.pe32 = true;
	assert_ok(parse(&spec, &pe, &d), &d);
	assert_false(pe.plus);
	assert_int_equal(pe.certs_entry_at, COCO_MINT_PE_OPTIONAL + 96 + 32);
	assert_string_equal(coco_pe_machine_name(pe.machine), "i386");
	coco_pe_free(&pe);
	assert_string_equal(coco_pe_machine_name(0xfffe), "unknown");
}

static void refuse(const struct coco_mint_pe *spec, int code, const char *field)
{
	struct coco_pe pe = { .machine = 77 };
	struct coco_diag d;

	assert_err(parse(spec, &pe, &d), code, &d);
	assert_string_equal(d.field, field);
	assert_true(d.has_offset);
	assert_int_equal(pe.machine, 77);   /* untouched */
}

#define REFUSE(member, v, code, field)                      \
	do {                                                \
		struct coco_mint_pe s_ = coco_mint_pe_plain; \
		s_.member = (v);                            \
		refuse(&s_, COCO_E_##code, field);          \
	} while (0)

static void test_lies(void **state COCO_UNUSED)
{
	struct coco_mint_pe s = coco_mint_pe_plain;

	REFUSE(mz, 0x457f, PE_SIGNATURE, "e_magic");
	REFUSE(lfanew, 63, PE_SIGNATURE, "e_lfanew");
	REFUSE(lfanew, 0xffffffff, PE_SIGNATURE, "e_lfanew");
	REFUSE(lfanew, 0x7fff, FORMAT_SHORT, "PE header");
	REFUSE(lfanew, 0x100, PE_SIGNATURE, "PE signature");
	REFUSE(signature, 0x454e, PE_SIGNATURE, "PE signature");
	REFUSE(magic, 0x107, PE_SIGNATURE, "optional header magic");
	REFUSE(optional_size, 111, PE_HEADER, "SizeOfOptionalHeader");
	REFUSE(optional_size, 239, PE_HEADER, "NumberOfRvaAndSizes");
	REFUSE(directories, 17, PE_HEADER, "NumberOfRvaAndSizes");
	REFUSE(directories, 0xffffffff, PE_HEADER, "NumberOfRvaAndSizes");
	REFUSE(headers_size, 400, PE_HEADER, "SizeOfHeaders");
	REFUSE(headers_size, 0xffffffff, PE_HEADER, "SizeOfHeaders");
	REFUSE(count, 0xffff, PE_HEADER, "SizeOfHeaders");
	REFUSE(first_raw_at, 511, PE_SECTION, "PointerToRawData");
	REFUSE(first_raw_at, 0xfffffe00, PE_SECTION, "SizeOfRawData");
	REFUSE(first_raw_at, 1024, PE_SECTION, "PointerToRawData");
	REFUSE(first_raw_size, 1025, PE_SECTION, "PointerToRawData");
	REFUSE(first_raw_size, 0xffffffff, PE_SECTION, "SizeOfRawData");
	REFUSE(cut, 1, PE_SECTION, "SizeOfRawData");
	REFUSE(certs_size, 8, PE_CERTIFICATES, "certificate table size");
	s.certs = 64;
	s.certs_size = 65;
	refuse(&s, COCO_E_PE_CERTIFICATES, "certificate table size");
}

/* As many sections as the headers' room would hold, and one too many. */
static void test_many(void **state COCO_UNUSED)
{
	size_t n = 128 * 1024;
	uint8_t *p = coco_zalloc(1, n);
	struct coco_mint_pe s = { .headers_size = (uint32_t)n };
	struct coco_pe pe;
	struct coco_diag d = { 0 };
	size_t small;

	assert_non_null(p);
	for (unsigned i = 0; i < 2; i++) {
		s.count = (uint16_t)(COCO_PE_SECTIONS + i);
		uint8_t *head = coco_mint_pe(&s, &small);
		memcpy(p, head, small);
		coco_free(head);
		int r = coco_pe_parse(&pe, coco_view_of(p, n), n, &d);
		if (i == 0) {
			assert_ok(r, &d);
			assert_int_equal(pe.n_sections, COCO_PE_SECTIONS);
			coco_pe_free(&pe);
		} else {
			assert_err(r, COCO_E_PE_SECTION, &d);
		}
	}
	d = (struct coco_diag){ 0 };
	assert_err(coco_pe_parse(&pe, coco_view_of(p, n), COCO_PE_FILE_MAX + 1, &d),
		   COCO_E_LIMIT_SIZE, &d);
	coco_free(p);
}

/* Cut anywhere: an error and never a fault. */
static void test_cut(void **state COCO_UNUSED)
{
	size_t n;
	uint8_t *p = coco_mint_pe(&coco_mint_pe_plain, &n);

	for (size_t cut = 0; cut < n; cut++) {
		struct coco_pe pe;
		struct coco_diag d = { 0 };
		uint8_t *guarded = coco_test_guard(p, cut);
		int r = coco_pe_parse(&pe, coco_view_of(guarded, cut), cut, &d);

		assert_int_not_equal(r, 0);
		assert_int_equal(r, d.code);
		coco_test_unguard(guarded, cut);
	}
	coco_free(p);
}

/* Every byte is covered or named as left out; covered ones lie in the file. */
static void judge_ranges(const struct coco_pe *pe)
{
	struct coco_pe_range *list;
	struct coco_diag d = { 0 };
	size_t n;
	uint64_t at = 0;
	bool skipping = false;

	assert_ok(coco_pe_ranges(pe, &list, &n, &d), &d);
	for (size_t i = 0; i < n; i++) {
		assert_true(list[i].n != 0 && list[i].n <= pe->file_size);
		assert_true(list[i].at <= pe->file_size - list[i].n);
		if (skipping)
			assert_true(!list[i].hashed && list[i].at >= at);
		else if (!list[i].hashed)
			at = 0;
		skipping = skipping || !list[i].hashed;
		at = list[i].at + list[i].n;
	}
	coco_free(list);
}

static void test_every_bit(void **state COCO_UNUSED)
{
	struct coco_mint_pe s = coco_mint_pe_plain;
	size_t n;

	s.certs = 64;
	uint8_t *p = coco_mint_pe(&s, &n);
	uint8_t *guarded = coco_test_guard(p, n);
	for (size_t at = 0; at < 512; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			struct coco_pe pe;
			struct coco_diag d = { 0 };

			guarded[at] ^= (uint8_t)(1 << bit);
			int r = coco_pe_parse(&pe, coco_view_of(guarded, n), n, &d);
			assert_int_equal(r, d.code);
			if (r == 0) {
				judge_ranges(&pe);
				coco_pe_free(&pe);
			}
			guarded[at] ^= (uint8_t)(1 << bit);
		}
	coco_test_unguard(guarded, n);
	coco_free(p);
}

static void same_range(const struct coco_pe_range *r, enum coco_pe_part part, uint64_t at,
		       uint64_t n, bool hashed)
{
	assert_int_equal(r->part, part);
	assert_int_equal(r->at, at);
	assert_int_equal(r->n, n);
	assert_int_equal(r->hashed, hashed);
}

static void test_ranges(void **state COCO_UNUSED)
{
	struct coco_mint_pe s = coco_mint_pe_plain;
	struct coco_pe_range *list;
	struct coco_pe pe;
	struct coco_diag d;
	size_t n;
	const uint64_t sum = COCO_MINT_PE_OPTIONAL + 64;
	const uint64_t entry = COCO_MINT_PE_OPTIONAL + 144;

	s.backwards = true;
	s.overlay = 10;
	s.certs = 16;
	assert_ok(parse(&s, &pe, &d), &d);
	assert_ok(coco_pe_ranges(&pe, &list, &n, &d), &d);
	assert_int_equal(n, 9);
	same_range(&list[0], COCO_PE_PART_HEADERS, 0, sum, true);
	same_range(&list[1], COCO_PE_PART_HEADERS, sum + 4, entry - sum - 4, true);
	same_range(&list[2], COCO_PE_PART_HEADERS, entry + 8, 512 - entry - 8, true);
	same_range(&list[3], COCO_PE_PART_SECTION, 512, 512, true);
	assert_string_equal(list[3].section->name, ".data");
	same_range(&list[4], COCO_PE_PART_SECTION, 1024, 1024, true);
	same_range(&list[5], COCO_PE_PART_REST, 2048, 10, true);
	same_range(&list[6], COCO_PE_PART_CHECKSUM, sum, 4, false);
	same_range(&list[7], COCO_PE_PART_CERTS_ENTRY, entry, 8, false);
	same_range(&list[8], COCO_PE_PART_CERTS, 2058, 16, false);
	coco_free(list);
	assert_int_equal(coco_pe_padding(&pe), 0);
	coco_pe_free(&pe);
	s = coco_mint_pe_plain;
	s.few_directories = true;
	s.tight = true;
	assert_ok(parse(&s, &pe, &d), &d);
	assert_false(pe.has_certs_entry);
	assert_int_equal(coco_pe_padding(&pe), 7);
	assert_ok(coco_pe_ranges(&pe, &list, &n, &d), &d);
	assert_int_equal(n, 5);
	same_range(&list[1], COCO_PE_PART_HEADERS, sum + 4, 512 - sum - 4, true);
	same_range(&list[4], COCO_PE_PART_CHECKSUM, sum, 4, false);
	coco_free(list);
	coco_pe_free(&pe);
}

/* A gap between sections: what follows is found by the sum, so the last bytes count twice. */
static void test_gap(void **state COCO_UNUSED)
{
	struct coco_mint_pe s = coco_mint_pe_plain;
	struct coco_pe_range *list;
	struct coco_pe pe;
	struct coco_diag d;
	size_t n;

	s.first_raw_size = 512;
	assert_ok(parse(&s, &pe, &d), &d);
	assert_ok(coco_pe_ranges(&pe, &list, &n, &d), &d);
	assert_int_equal(n, 9);
	same_range(&list[3], COCO_PE_PART_SECTION, 512, 512, true);
	same_range(&list[4], COCO_PE_PART_SECTION, 1536, 512, true);
	same_range(&list[5], COCO_PE_PART_REST, 1536, 512, true);
	same_range(&list[7], COCO_PE_PART_CERTS_ENTRY, COCO_MINT_PE_OPTIONAL + 144, 8, false);
	same_range(&list[8], COCO_PE_PART_GAP, 1024, 512, false);
	coco_free(list);
	coco_pe_free(&pe);
	s.overlay = 16;
	s.certs = 1024;
	assert_ok(parse(&s, &pe, &d), &d);
	assert_ok(coco_pe_ranges(&pe, &list, &n, &d), &d);
	same_range(&list[n - 2], COCO_PE_PART_GAP, 1024, 512, false);
	same_range(&list[n - 1], COCO_PE_PART_CERTS, 2064, 1024, false);
	coco_free(list);
	coco_pe_free(&pe);
}

static void test_checksum(void **state COCO_UNUSED)
{
	const uint8_t odd[] = { 0xff, 0xff, 0x02, 0x00, 0x07 };
	uint32_t sum = coco_pe_checksum(0, coco_view_of(odd, 4));

	sum = coco_pe_checksum(sum, coco_view_of(odd + 4, 1));
	assert_int_equal(coco_pe_checksum_final(sum, 5), 2 + 7 + 5);
	assert_int_equal(coco_pe_checksum(0, coco_view_of(NULL, 0)), 0);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = coco_mint_pe(&coco_mint_pe_plain, &n);

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_pe pe = { .file_size = 0 };
		struct coco_pe_range *list = NULL;
		size_t n_list;
		int r = coco_pe_parse(&pe, coco_view_of(p, n), n, &d);

		if (r == 0)
			r = coco_pe_ranges(&pe, &list, &n_list, &d);
		coco_free(list);
		coco_pe_free(&pe);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
