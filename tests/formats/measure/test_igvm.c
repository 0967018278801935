/*
 * test_igvm.c - reading IGVM files, with every defect. Covers igvm.c.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/igvm.h"

#include <string.h>

#include "tests/support/mint_igvm.h"
#include "tests/support/support.h"

static void put(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * i) & 0xff);
}

static int read_head(const struct coco_mint_igvm *m, struct coco_igvm_head *head,
		     struct coco_diag *d)
{
	*d = (struct coco_diag){ 0 };
	return coco_igvm_head(head, coco_view_of(m->p, COCO_IGVM_FIXED), m->n, d);
}

/* Reads everything; the number of headers in *ret, the last one in *h. */
static int read_all(const struct coco_mint_igvm *m, size_t *ret, struct coco_igvm_header *h,
		    struct coco_diag *d)
{
	struct coco_igvm_head head = { .version = 0 };
	struct coco_igvm_walk w;
	bool more = true;

	*ret = 0;
	int r = read_head(m, &head, d);
	if (r != 0)
		return r;
	uint8_t *list = coco_test_guard(m->p + head.headers_at, head.headers_size);
	struct coco_view view = coco_view_of(list, head.headers_size);
	r = coco_igvm_check_crc(&head, coco_view_of(m->p, head.fixed_size), view, d);
	coco_igvm_start(&w, &head, view, d);
	while (r == 0 && more) {
		r = coco_igvm_next(&w, h, &more);
		if (r == 0 && more)
			++*ret;
	}
	coco_test_unguard(list, head.headers_size);
	return r;
}

static void test_usual(void **state COCO_UNUSED)
{
	struct coco_igvm_header h;
	struct coco_igvm_head head;
	struct coco_mint_igvm m;
	struct coco_diag d;
	size_t n;

	coco_mint_igvm_usual(&m);
	assert_ok(read_head(&m, &head, &d), &d);
	assert_int_equal(head.version, 1);
	assert_int_equal(head.fixed_size, 24);
	assert_int_equal(head.headers_at, 24);
	assert_int_equal(head.total_size, m.n);
	assert_ok(read_all(&m, &n, &h, &d), &d);
	assert_int_equal(n, 13);
	assert_int_equal(h.kind, COCO_IGVM_VP_CONTEXT);
	assert_true(h.context.gpa == 0xfffffffff000);
	assert_int_equal(h.context.vp, 0);
	coco_mint_igvm_free(&m);
}

/* The one header of a file, after platform and policy. */
static struct coco_igvm_header only(struct coco_mint_igvm *m)
{
	struct coco_igvm_header h = { .kind = COCO_IGVM_OTHER };
	struct coco_diag d;
	size_t n;

	coco_mint_igvm_finish(m);
	assert_ok(read_all(m, &n, &h, &d), &d);
	coco_mint_igvm_free(m);
	return h;
}

static void start(struct coco_mint_igvm *m, unsigned version)
{
	coco_mint_igvm_start(m, version);
	coco_mint_igvm_platform(m, 4, 2);
}

static void test_kinds(void **state COCO_UNUSED)
{
	struct coco_igvm_header h;
	struct coco_mint_igvm m;

	start(&m, 2);
	h = only(&m);
	assert_int_equal(h.kind, COCO_IGVM_PLATFORM);
	assert_int_equal(h.mask, 4);
	assert_int_equal(h.platform, COCO_IGVM_SNP);
	assert_int_equal(h.at, 32);
	start(&m, 1);
	coco_mint_igvm_policy(&m, 4, 0x1234567890);
	h = only(&m);
	assert_int_equal(h.kind, COCO_IGVM_POLICY);
	assert_true(h.policy == 0x1234567890 && h.mask == 4);
	start(&m, 1);
	coco_mint_igvm_area(&m, 4097, 3);
	h = only(&m);
	assert_int_equal(h.kind, COCO_IGVM_AREA);
	assert_true(h.area.bytes == 4097 && h.area.index == 3);
	start(&m, 1);
	uint32_t at = coco_mint_igvm_data(&m, COCO_IGVM_LARGE, 1);
	coco_mint_igvm_page(&m, 0x40000000, 4, at, 1 | 2, 3);
	h = only(&m);
	assert_int_equal(h.kind, COCO_IGVM_PAGE_DATA);
	assert_true(h.page.gpa == 0x40000000 && h.page.data_at == at && h.page.flags == 3 &&
		    h.page.data_type == COCO_IGVM_CPUID_XF);
	assert_int_equal(coco_igvm_page_size(&h), COCO_IGVM_LARGE);
	start(&m, 1);
	coco_mint_igvm_insert(&m, 0x1000, 4, 9);
	h = only(&m);
	assert_int_equal(h.kind, COCO_IGVM_INSERT);
	assert_true(h.insert.gpa == 0x1000 && h.insert.index == 9);
	/* known, and of no concern; a length that is not a multiple of 8 */
	start(&m, 1);
	coco_mint_igvm_header(&m, 0x30c, "abc", 3);
	h = only(&m);
	assert_int_equal(h.kind, COCO_IGVM_OTHER);
	assert_int_equal(h.type, 0x30c);
	assert_string_equal(coco_igvm_platform_name(COCO_IGVM_SEV_ES), "sev-es");
	assert_string_equal(coco_igvm_platform_name((enum coco_igvm_platform)99), "unknown");
}

static void test_id_block(void **state COCO_UNUSED)
{
	struct coco_igvm_header h;
	struct coco_mint_igvm m;
	struct coco_diag d;
	uint8_t c[696] = { 0 };
	size_t n;

	c[0] = 4;
	c[4] = 1;
	c[8] = 0xdd;
	c[56] = 0xfa;
	c[72] = 0x1a;
	put(c + 88, 1, 4);
	put(c + 92, 77, 4);
	put(c + 96, 1, 4);
	put(c + 100, 1, 4);
	c[104] = 0x11;              /* least of r */
	c[104 + 72 + 47] = 0x22;    /* most of s */
	put(c + 248, 2, 4);
	c[256] = 0x33;
	c[400] = 0x44;
	put(c + 544, 2, 4);
	c[552 + 72] = 0x55;
	start(&m, 1);
	size_t at = coco_mint_igvm_header(&m, 0x30b, c, sizeof(c));
	coco_mint_igvm_finish(&m);
	assert_ok(read_all(&m, &n, &h, &d), &d);
	assert_int_equal(h.kind, COCO_IGVM_ID_BLOCK);
	assert_true(h.id.has_author && h.id.block.digest[0] == 0xdd &&
		    h.id.block.family[0] == 0xfa && h.id.block.image[0] == 0x1a);
	assert_true(h.id.version == 1 && h.id.block.svn == 77 && h.id.id_algorithm == 1 &&
		    h.id.author_algorithm == 1 && h.id.id_curve == 2 && h.id.author_curve == 2);
	assert_true(h.id.signature.a[47] == 0x11 && h.id.signature.b[0] == 0x22);
	assert_true(h.id.id_key.a[47] == 0x33 && h.id.author_signature.a[47] == 0x44 &&
		    h.id.author_key.b[47] == 0x55);
	/* what P-384 has no room for, reserved words, the flag */
	static const size_t places[] = { 104 + 48, 104 + 143, 252, 256 + 71, 400 + 60, 548,
					 552 + 143, 4 };
	for (size_t i = 0; i < COCO_ARRAY_LEN(places); i++) {
		m.p[at + 8 + places[i]] ^= 0x80;
		coco_mint_igvm_finish(&m);
		assert_err(read_all(&m, &n, &h, &d), COCO_E_IGVM_HEADER, &d);
		m.p[at + 8 + places[i]] ^= 0x80;
	}
	m.p[at + 8 + 5] = 1;
	coco_mint_igvm_finish(&m);
	assert_err(read_all(&m, &n, &h, &d), COCO_E_FORMAT_VALUE, &d);
	coco_mint_igvm_free(&m);
}

static void refuse_head(size_t at, uint32_t v, unsigned version, int code, const char *field)
{
	struct coco_igvm_head head = { .version = 77 };
	struct coco_mint_igvm m;
	struct coco_diag d;

	start(&m, version);
	coco_mint_igvm_finish(&m);
	put(m.p + at, v, 4);
	assert_err(read_head(&m, &head, &d), code, &d);
	assert_string_equal(d.field, field);
	assert_int_equal(head.version, 77);
	coco_mint_igvm_free(&m);
}

static void test_head(void **state COCO_UNUSED)
{
	struct coco_igvm_head head;
	struct coco_mint_igvm m;
	struct coco_diag d;

	refuse_head(0, 0x4d564748, 1, COCO_E_IGVM_HEAD, "magic");
	refuse_head(4, 0, 1, COCO_E_IGVM_HEAD, "format version");
	refuse_head(4, 3, 1, COCO_E_IGVM_HEAD, "format version");
	refuse_head(8, 16, 1, COCO_E_IGVM_HEAD, "variable header offset");
	refuse_head(8, 24, 2, COCO_E_IGVM_HEAD, "variable header offset");
	refuse_head(8, 28, 1, COCO_E_IGVM_HEAD, "variable header offset");
	refuse_head(8, 0xfffffff8, 1, COCO_E_IGVM_HEAD, "variable header offset");
	refuse_head(12, 9, 1, COCO_E_IGVM_HEAD, "variable header offset");
	refuse_head(12, 8192, 1, COCO_E_IGVM_HEAD, "variable header offset");
	refuse_head(12, 0xfffffff8, 1, COCO_E_LIMIT_SIZE, "variable header size");
	refuse_head(16, 8193, 1, COCO_E_IGVM_HEAD, "total file size");
	refuse_head(24, 2, 2, COCO_E_IGVM_HEAD, "architecture");
	refuse_head(28, 65536, 2, COCO_E_IGVM_HEAD, "page size");
	start(&m, 2);
	coco_mint_igvm_finish(&m);
	for (size_t n = 0; n < 32; n++) {
		uint8_t *p = coco_test_guard(m.p, n);

		d = (struct coco_diag){ 0 };
		assert_err(coco_igvm_head(&head, coco_view_of(p, n), n, &d), COCO_E_FORMAT_SHORT,
			   &d);
		coco_test_unguard(p, n);
	}
	m.p[24] = 1;   /* AArch64 can be read */
	assert_ok(read_head(&m, &head, &d), &d);
	assert_int_equal(head.architecture, 1);
	coco_mint_igvm_free(&m);
}

static void test_crc(void **state COCO_UNUSED)
{
	struct coco_igvm_header h;
	struct coco_mint_igvm m;
	struct coco_diag d;
	size_t n;

	for (unsigned version = 1; version <= 2; version++) {
		start(&m, version);
		coco_mint_igvm_policy(&m, 4, 1);
		coco_mint_igvm_finish(&m);
		m.p[20] ^= 1;
		assert_err(read_all(&m, &n, &h, &d), COCO_E_IMAGE_CRC, &d);
		coco_mint_igvm_finish(&m);
		m.p[m.headers - 16] ^= 1;
		assert_err(read_all(&m, &n, &h, &d), COCO_E_IMAGE_CRC, &d);
		coco_mint_igvm_free(&m);
	}
}

/* One change of the usual file's header number i, at an offset of its content. */
static void refuse(unsigned i, size_t at, uint64_t v, unsigned bytes, int code, const char *field)
{
	struct coco_igvm_header h;
	struct coco_mint_igvm m;
	struct coco_diag d;
	size_t n;

	coco_mint_igvm_usual(&m);
	uint8_t *p = m.p + m.fixed;
	for (unsigned k = 0; k < i; k++)
		p += 8 + (p[4] + 7) / 8 * 8;
	put(p + 8 + at - (at >= 1000 ? 1008 : 0), v, bytes);
	coco_mint_igvm_finish(&m);
	assert_err(read_all(&m, &n, &h, &d), code, &d);
	if (strcmp(d.field, field) != 0)
		fail_msg("header %u at %zu: field %s, not %s", i, at, d.field, field);
	assert_int_equal(n, i);
	coco_mint_igvm_free(&m);
}

enum { TYPE = 1000, LENGTH = 1004 };   /* before the content */

static void test_headers(void **state COCO_UNUSED)
{
	refuse(0, TYPE, 0, 4, COCO_E_IGVM_HEADER, "header type");
	refuse(4, TYPE, 0x306, 4, COCO_E_IGVM_HEADER, "header type");
	refuse(4, TYPE, 0x80000302, 4, COCO_E_IGVM_HEADER, "header type");
	refuse(4, LENGTH, 23, 4, COCO_E_IGVM_HEADER, "header length");
	refuse(12, LENGTH, 0xffffffff, 4, COCO_E_IGVM_HEADER, "header length");
	refuse(12, 20, 1, 4, COCO_E_FORMAT_VALUE, "padding");
	refuse(0, 0, 0, 4, COCO_E_IGVM_HEADER, "compatibility mask");
	refuse(0, 0, 3, 4, COCO_E_IGVM_HEADER, "compatibility mask");
	refuse(0, 5, 7, 1, COCO_E_IGVM_HEADER, "platform type");
	refuse(3, 0, 0, 8, COCO_E_IGVM_HEADER, "number of bytes");
	refuse(3, 0, COCO_IGVM_AREA_MAX + 1, 8, COCO_E_IGVM_HEADER, "number of bytes");
	refuse(3, 12, 100, 4, COCO_E_IGVM_HEADER, "file offset");
	refuse(4, 0, 0x800001, 8, COCO_E_IGVM_HEADER, "gpa");
	refuse(4, 16, 8, 4, COCO_E_IGVM_HEADER, "flags");
	refuse(4, 22, 1, 2, COCO_E_IGVM_HEADER, "flags");
	refuse(4, 20, 4, 2, COCO_E_IGVM_HEADER, "data type");
	refuse(4, 12, 24, 4, COCO_E_IGVM_HEADER, "file offset");
	refuse(4, 12, 0xfffff000, 4, COCO_E_IGVM_HEADER, "file offset");
	refuse(4, 12, 8192 + 3 * 4096 - 4095, 4, COCO_E_IGVM_HEADER, "file offset");
	refuse(4, 16, 1, 4, COCO_E_IGVM_HEADER, "file offset");   /* large, too few bytes */
	refuse(5, 16, 1, 4, COCO_E_IGVM_HEADER, "gpa");           /* large, not aligned */
	refuse(11, 0, 0x810800, 8, COCO_E_IGVM_HEADER, "gpa");
	refuse(12, 0, 0xfff, 8, COCO_E_IGVM_HEADER, "gpa");
	refuse(12, 12, 0xffffffff, 4, COCO_E_IGVM_HEADER, "file offset");
}

static void test_order(void **state COCO_UNUSED)
{
	struct coco_igvm_header h;
	struct coco_mint_igvm m;
	struct coco_diag d;
	size_t n;

	start(&m, 1);
	coco_mint_igvm_area(&m, 4096, 1);
	coco_mint_igvm_policy(&m, 4, 1);
	coco_mint_igvm_finish(&m);
	assert_err(read_all(&m, &n, &h, &d), COCO_E_IGVM_HEADER, &d);
	assert_int_equal(n, 2);
	coco_mint_igvm_free(&m);
	start(&m, 1);
	coco_mint_igvm_policy(&m, 4, 1);
	coco_mint_igvm_platform(&m, 8, 3);
	coco_mint_igvm_finish(&m);
	assert_err(read_all(&m, &n, &h, &d), COCO_E_IGVM_HEADER, &d);
	assert_int_equal(n, 2);
	coco_mint_igvm_free(&m);
	/* a header that is longer than the list */
	start(&m, 1);
	size_t at = coco_mint_igvm_header(&m, 0x30c, "abc", 3);
	put(m.p + at + 4, 0xffffffff, 4);
	coco_mint_igvm_finish(&m);
	assert_err(read_all(&m, &n, &h, &d), COCO_E_FORMAT_SHORT, &d);
	coco_mint_igvm_free(&m);
}

static void test_short(void **state COCO_UNUSED)
{
	struct coco_igvm_header h;
	struct coco_mint_igvm m;
	struct coco_diag d;
	size_t n;

	coco_mint_igvm_usual(&m);
	size_t end = m.headers;
	for (m.headers = m.fixed; m.headers < end; m.headers += 8) {
		coco_mint_igvm_finish(&m);
		int r = read_all(&m, &n, &h, &d);
		assert_true(r == 0 || r == COCO_E_FORMAT_SHORT);
		assert_true(n <= 12);
	}
	coco_mint_igvm_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_id_block),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_crc),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
