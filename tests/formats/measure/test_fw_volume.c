/*
 * test_fw_volume.c - firmware volumes, files and sections: whole ones, and every
 * length and checksum that lies.
 */
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/fw_volume.h"
#include "tests/support/mint_volume.h"
#include "tests/support/support.h"

static const uint8_t name[] = COCO_GUID(0x01020304, 0x0506, 0x0708, 0x090a, 0x0b0c0d0e0f10);

struct box {
	struct coco_wr files;
	struct coco_wr volume;
};

/* A volume with two files: one with three sections, a pad file between, one raw. */
static void fill(struct box *b, bool named)
{
	struct coco_wr sections;

	coco_wr_init(&sections, 1 << 20);
	coco_wr_init(&b->files, 1 << 20);
	coco_wr_init(&b->volume, 1 << 20);
	coco_mint_fw_section(&sections, COCO_FW_SECTION_PE32, NULL, "program", 7);
	coco_mint_fw_section(&sections, COCO_FW_SECTION_GUIDED, name, "packed", 6);
	coco_mint_fw_section(&sections, COCO_FW_SECTION_UI, NULL, "N\0\0", 4);
	coco_mint_fw_file(&b->files, name, 7, sections.p, sections.n);
	coco_mint_fw_file(&b->files, name, 0xf0, "pad", 3);
	coco_mint_fw_file(&b->files, name, 1, "raw", 3);
	coco_mint_fv(&b->volume, named ? name : NULL, false, b->files.p, b->files.n, 4096);
	coco_wr_free(&sections);
}

static void drop(struct box *b)
{
	coco_wr_free(&b->files);
	coco_wr_free(&b->volume);
}

static void check_sections(const struct coco_fw_file *f)
{
	struct coco_fw_section s;
	struct coco_diag d = { 0 };
	size_t at = 0;
	bool found;

	assert_ok(coco_fw_section_next(f->body, f->offset, &at, &s, &found, &d), &d);
	assert_true(found);
	assert_int_equal(s.type, COCO_FW_SECTION_PE32);
	assert_int_equal(s.body.n, 7);
	assert_memory_equal(s.body.p, "program", 7);
	assert_ok(coco_fw_section_next(f->body, f->offset, &at, &s, &found, &d), &d);
	assert_true(found);
	assert_memory_equal(s.guid, name, sizeof(name));
	assert_int_equal(s.body.n, 6);
	assert_memory_equal(s.body.p, "packed", 6);
	assert_int_equal(s.offset - f->offset, (uint64_t)(s.body.p - f->body.p));
	assert_ok(coco_fw_section_next(f->body, f->offset, &at, &s, &found, &d), &d);
	assert_true(found && s.type == COCO_FW_SECTION_UI);
	assert_ok(coco_fw_section_next(f->body, f->offset, &at, &s, &found, &d), &d);
	assert_false(found);
}

static void check_volume(bool named)
{
	struct coco_diag d = { 0 };
	struct coco_fw_file f;
	struct coco_fv fv;
	struct box b;
	bool found;

	fill(&b, named);
	uint8_t *p = coco_test_guard(b.volume.p, b.volume.n);
	assert_ok(coco_fv_parse(&fv, coco_view_of(p, b.volume.n), 0x20000, &d), &d);
	assert_true(fv.has_files);
	assert_int_equal(fv.bytes.n, 4096);
	assert_true(fv.has_name == named);
	if (named)
		assert_memory_equal(fv.name, name, sizeof(name));
	size_t at = fv.first;
	assert_ok(coco_fw_file_next(&fv, &at, &f, &found, &d), &d);
	assert_true(found && f.has_sections && f.type == 7);
	assert_memory_equal(f.name, name, sizeof(name));
	assert_int_equal(f.offset - fv.offset, (uint64_t)(f.body.p - fv.bytes.p));
	check_sections(&f);
	assert_ok(coco_fw_file_next(&fv, &at, &f, &found, &d), &d);
	assert_true(found && !f.has_sections);
	assert_memory_equal(f.body.p, "raw", 3);
	assert_ok(coco_fw_file_next(&fv, &at, &f, &found, &d), &d);
	assert_false(found);
	coco_test_unguard(p, b.volume.n);
	drop(&b);
}

static void test_volume(void **state COCO_UNUSED)
{
	check_volume(true);
	check_volume(false);
}

/* Volumes are found at page boundaries, with other bytes between them. */
static void test_image(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_wr image;
	struct coco_fv fv;
	size_t at = 0;
	bool found;

	coco_wr_init(&image, 1 << 20);
	memset(coco_wr_room(&image, 4096), 0xff, 4096);
	coco_mint_fv(&image, NULL, true, "store", 5, 8192);
	memset(coco_wr_room(&image, 8192), 0, 8192);
	coco_mint_fv(&image, name, false, NULL, 0, 4096);
	assert_ok(coco_fv_next(coco_wr_view(&image), &at, &fv, &found, &d), &d);
	assert_true(found && fv.offset == 4096 && !fv.has_files && fv.bytes.n == 8192);
	assert_memory_equal(fv.file_system, coco_fv_nvram_guid, COCO_GUID_SIZE);
	assert_ok(coco_fv_next(coco_wr_view(&image), &at, &fv, &found, &d), &d);
	assert_true(found && fv.has_files && fv.offset == 20480);
	assert_ok(coco_fv_next(coco_wr_view(&image), &at, &fv, &found, &d), &d);
	assert_false(found);
	image.p[4096 + 72]++;   /* contents do not matter */
	at = 0;
	assert_ok(coco_fv_next(coco_wr_view(&image), &at, &fv, &found, &d), &d);
	image.p[4096]++;
	at = 0;
	assert_err(coco_fv_next(coco_wr_view(&image), &at, &fv, &found, &d),
		   COCO_E_FIRMWARE_VOLUME, &d);
	coco_wr_free(&image);
}

/* One number of the volume's header is something else; its checksum fits. */
static void refuse_header(size_t offset, unsigned bytes, uint64_t v, const char *field)
{
	struct coco_fv fv = { .first = 99 };
	struct coco_diag d = { 0 };
	uint16_t sum = 0;
	struct box b;

	fill(&b, true);
	for (unsigned i = 0; i < bytes; i++)
		b.volume.p[offset + i] = (uint8_t)(v >> (8 * i) & 0xff);
	b.volume.p[50] = 0;
	b.volume.p[51] = 0;
	for (size_t i = 0; i < 72; i += 2)
		sum = (uint16_t)(sum + b.volume.p[i] + (b.volume.p[i + 1] << 8));
	sum = (uint16_t)(0x10000 - sum);
	b.volume.p[50] = (uint8_t)(sum & 0xff);
	b.volume.p[51] = (uint8_t)(sum >> 8);
	assert_err(coco_fv_parse(&fv, coco_wr_view(&b.volume), 0, &d), COCO_E_FIRMWARE_VOLUME, &d);
	assert_string_equal(d.field, field);
	assert_int_equal(fv.first, 99);
	drop(&b);
}

static void test_bad_header(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_fv fv;
	struct box b;

	refuse_header(40, 4, 0x11223344, "signature");
	refuse_header(32, 8, 4097, "volume length");
	refuse_header(32, 8, UINT64_MAX, "volume length");
	refuse_header(32, 8, 70, "volume length");
	refuse_header(48, 2, 54, "volume length");
	refuse_header(48, 2, 73, "volume length");
	refuse_header(48, 2, 8192, "volume length");
	refuse_header(52, 2, 71, "extended header offset");
	refuse_header(52, 2, 4097, "extended header offset");
	refuse_header(52, 2, 4090, "extended header size");
	refuse_header(72 + 16, 4, 19, "extended header size");
	refuse_header(72 + 16, 4, 0xffffffff, "extended header size");
	fill(&b, true);
	b.volume.p[50] ^= 1;
	assert_err(coco_fv_parse(&fv, coco_wr_view(&b.volume), 0, &d), COCO_E_FIRMWARE_VOLUME, &d);
	assert_string_equal(d.field, "checksum");
	coco_diag_init(&d);
	assert_err(coco_fv_parse(&fv, coco_view_of(b.volume.p, 55), 0, &d),
		   COCO_E_FIRMWARE_VOLUME, &d);
	drop(&b);
}

/* A change of the first file's header; sum: repair its checksum. */
static void refuse_file(size_t offset, uint8_t v, bool repair, const char *field)
{
	struct coco_fw_file f = { .type = 99 };
	struct coco_diag d = { 0 };
	struct coco_fv fv;
	struct box b;
	bool found;

	fill(&b, false);
	assert_ok(coco_fv_parse(&fv, coco_wr_view(&b.volume), 0, &d), &d);
	size_t at = fv.first;
	uint8_t *p = b.volume.p + at;
	uint8_t before = p[offset];
	p[offset] = v;
	if (repair)
		p[16] = (uint8_t)(p[16] + before - v);
	assert_err(coco_fw_file_next(&fv, &at, &f, &found, &d), COCO_E_FIRMWARE_VOLUME, &d);
	assert_string_equal(d.field, field);
	assert_int_equal(f.type, 99);
	assert_false(found);
	drop(&b);
}

static void test_bad_file(void **state COCO_UNUSED)
{
	refuse_file(3, 0x77, false, "file checksum");
	refuse_file(18, 9, false, "file checksum");
	refuse_file(20, 23, true, "file size");
	refuse_file(21, 0xff, true, "file size");
	refuse_file(22, 0xff, true, "file size");
	refuse_file(19, 1, true, "file size");   /* large: the next 8 bytes are its size */
}

static void refuse_section(const char *bytes, size_t n, const char *field)
{
	struct coco_fw_section s = { .type = 99 };
	struct coco_diag d = { 0 };
	size_t at = 0;
	bool found;
	uint8_t *p = coco_test_guard(bytes, n);

	assert_err(coco_fw_section_next(coco_view_of(p, n), 7, &at, &s, &found, &d),
		   COCO_E_FIRMWARE_VOLUME, &d);
	assert_string_equal(d.field, field);
	assert_int_equal(s.type, 99);
	assert_int_equal(at, 0);
	coco_test_unguard(p, n);
}

static void test_bad_section(void **state COCO_UNUSED)
{
	static const char guided[] = "\x1c\0\0\x02" "0123456789abcdef" "\x18\0\1\0body";
	char bad[sizeof(guided)];

	refuse_section("\3\0\0\x10", 4, "section size");
	refuse_section("\5\0\0\x10", 4, "section size");
	refuse_section("\xff\xff\xff\x10\7\0\0\0", 8, "section size");
	refuse_section("\xff\xff\xff\x10\xff\xff\xff\xff", 8, "section size");
	refuse_section("\xff\xff\xff\x10", 4, "section size");
	refuse_section("\x8\0\0\2abcd", 8, "guided section");
	memcpy(bad, guided, sizeof(bad));
	bad[20] = 0x17;
	refuse_section(bad, 28, "data offset");
	bad[20] = 0x1d;
	refuse_section(bad, 28, "data offset");
}

static void test_large(void **state COCO_UNUSED)
{
	size_t n = 0xffffff + 100;
	uint8_t *body = coco_zalloc(n, 1);
	struct coco_fw_section s;
	struct coco_diag d = { 0 };
	struct coco_fw_file f;
	struct coco_wr wr, files;
	struct coco_fv fv;
	size_t at = 0;
	bool found;

	assert_non_null(body);
	coco_wr_init(&wr, (size_t)1 << 26);
	coco_wr_init(&files, (size_t)1 << 26);
	coco_mint_fw_section(&files, COCO_FW_SECTION_GUIDED, coco_fw_lzma_guid, body, n);
	assert_ok(coco_fw_section_next(coco_wr_view(&files), 0, &at, &s, &found, &d), &d);
	assert_true(found && s.body.n == n);
	coco_wr_free(&files);
	coco_wr_init(&files, (size_t)1 << 26);
	coco_mint_fw_file(&files, name, 2, body, n);
	coco_mint_fv(&wr, NULL, false, files.p, files.n, n + 8192);
	assert_ok(coco_fv_parse(&fv, coco_wr_view(&wr), 0, &d), &d);
	at = fv.first;
	assert_ok(coco_fw_file_next(&fv, &at, &f, &found, &d), &d);
	assert_true(found && f.body.n == n);
	coco_wr_free(&wr);
	coco_wr_free(&files);
	coco_free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_volume), cmocka_unit_test(test_image),
		cmocka_unit_test(test_bad_header), cmocka_unit_test(test_bad_file),
		cmocka_unit_test(test_bad_section), cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
