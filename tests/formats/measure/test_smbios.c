/*
 * test_smbios.c - SMBIOS tables as the firmware measures them. Covers smbios.c.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/smbios.h"

#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/crypto/digest.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static const struct coco_smbios_firmware fw = { "Maker", "1.0", "01/02/2026" };

/* Tables being made. */
struct tables {
	uint8_t p[4096];
	size_t n;
};

/* A structure whose fields are all 0x55 but for those of at, value pairs; texts with "|". */
static uint8_t *add(struct tables *t, uint8_t type, uint8_t length, const char *texts)
{
	uint8_t *p = t->p + t->n;

	memset(p, 0x55, length);
	p[0] = type;
	p[1] = length;
	p[2] = 7;
	p[3] = 1;
	size_t n = strlen(texts) + 1;
	memcpy(p + length, texts, n);
	for (size_t i = 0; i < n; i++)
		if (p[length + i] == '|')
			p[length + i] = 0;
	p[length + n] = 0;
	t->n += length + n + 1;
	return p;
}

static int measure(const struct tables *t, size_t n, const struct coco_smbios_firmware *f,
		   uint8_t **ret, size_t *ret_n, struct coco_diag *d)
{
	uint8_t *guarded = coco_test_guard(t->p, n);

	*d = (struct coco_diag){ 0 };
	int r = coco_smbios_measured(coco_view_of(guarded, n), f, ret, ret_n, d);
	coco_test_unguard(guarded, n);
	return r;
}

/* Tables of one structure: what is measured of it. */
static void check(const struct tables *t, const struct tables *want)
{
	static const uint8_t last[] = { 127, 4, 0xff, 0xfe, 0, 0 };
	struct coco_diag d;
	uint8_t *p = NULL;
	size_t n = 0;

	assert_ok(measure(t, t->n, &fw, &p, &n, &d), &d);
	assert_true(n > want->n + sizeof(last));
	assert_memory_equal(p, want->p, want->n);
	assert_int_equal(p[want->n], 0);   /* the firmware's own */
	assert_memory_equal(p + n - sizeof(last), last, sizeof(last));
	coco_free(p);
}

static void test_fields(void **state COCO_UNUSED)
{
	static const struct {
		uint8_t type;
		uint8_t length;
		uint8_t text[3];     /* offsets of text fields, 0: none */
		uint8_t zero[9][2];  /* offset, bytes */
	} rows[] = {
		{ 1, 27, { 7 }, { { 8, 16 }, { 0x18, 1 } } },
		{ 2, 15, { 7, 0x0a }, { { 0 } } },
		{ 3, 22, { 7, 8 }, { { 0 } } },
		{ 4, 0x30, { 0x20, 0x21, 0x22 },
		  { { 0x11, 1 }, { 0x16, 2 }, { 0x23, 3 }, { 0x2a, 6 } } },
		{ 17, 0x28, { 0x18, 0x19, 0x1a }, { { 0 } } },
		{ 22, 0x1a, { 7 }, { { 0x10, 2 }, { 0x12, 2 } } },
		{ 23, 0x0d, { 0 }, { { 5, 2 } } },
		{ 27, 0x0f, { 0 }, { { 0x0c, 2 } } },
		{ 39, 0x16, { 8, 9, 0x0a }, { { 0 } } },
		{ 16, 0x17, { 0 }, { { 0 } } },
		{ 32, 0x0b, { 0 }, { { 0 } } },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(rows); i++) {
		struct tables t = { .n = 0 };
		struct tables want = { .n = 0 };
		uint8_t *p = add(&t, rows[i].type, rows[i].length, "one|two|three");
		uint8_t *q = add(&want, rows[i].type, rows[i].length,
				 rows[i].text[2] != 0 ? "   |   |     " :
				 rows[i].text[1] != 0 ? "   |two|     " :
				 rows[i].text[0] != 0 ? "one|two|     " : "one|two|three");

		for (unsigned k = 0; k < 3 && rows[i].text[k] != 0; k++) {
			p[rows[i].text[k]] = (uint8_t)(3 - 2 * k + (k == 2 ? 3 : 0));
			q[rows[i].text[k]] = 0;
		}
		for (unsigned k = 0; rows[i].zero[k][1] != 0; k++)
			memset(q + rows[i].zero[k][0], 0, rows[i].zero[k][1]);
		check(&t, &want);
	}
}

static void test_hidden(void **state COCO_UNUSED)
{
	static const uint8_t types[] = { 11, 15, 18, 31, 33, 128, 200, 255 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++) {
		struct tables t = { .n = 0 };
		struct tables want = { .n = 0 };

		add(&t, types[i], 9, "secret|more");
		uint8_t *q = add(&want, types[i], 9, "secret|more");
		memset(q + 4, 0, want.n - 4);
		check(&t, &want);
	}
}

static void test_short_structures(void **state COCO_UNUSED)
{
	struct tables t = { .n = 0 };
	struct tables want = { .n = 0 };

	/* fields that an older structure does not have stay out */
	add(&t, 4, 0x22, "a|b")[0x20] = 2;
	t.p[0x21] = 0;
	add(&t, 22, 4, "");
	uint8_t *q = add(&want, 4, 0x22, "a| ");
	q[0x20] = q[0x21] = q[0x11] = q[0x16] = q[0x17] = 0;
	add(&want, 22, 4, "");
	check(&t, &want);
}

static void test_bios(void **state COCO_UNUSED)
{
	struct tables t = { .n = 0 };
	struct coco_diag d;
	uint8_t *p = NULL;
	size_t n = 0;
	bool has = true;

	add(&t, 127, 4, "");
	assert_ok(measure(&t, t.n, &fw, &p, &n, &d), &d);
	assert_int_equal(n, 26 + 6 + 4 + 11 + 1 + 6);
	assert_memory_equal(p + 26, "Maker\0" "1.0\0" "01/02/2026\0", 22);
	coco_free(p);
	assert_ok(coco_smbios_has_bios(coco_view_of(t.p, t.n), &has, &d), &d);
	assert_false(has);
	assert_err(measure(&t, t.n, NULL, &p, &n, &d), COCO_E_USAGE_MISSING, &d);
	/* QEMU's own one: none is added */
	t.n = 0;
	add(&t, 0, 24, "x");
	add(&t, 127, 4, "");
	assert_ok(measure(&t, t.n, NULL, &p, &n, &d), &d);
	assert_int_equal(n, 24 + 3 + 6);
	coco_free(p);
	d = (struct coco_diag){ 0 };
	assert_ok(coco_smbios_has_bios(coco_view_of(t.p, t.n), &has, &d), &d);
	assert_true(has);
}

static void test_firmware_texts(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"", "a\nb", "\xc3\xa4",
		"0123456789012345678901234567890123456789012345678901234567890123456789",
	};
	struct tables t = { .n = 0 };
	struct coco_diag d;
	uint8_t *p = NULL;
	size_t n = 0;

	add(&t, 127, 4, "");
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_smbios_firmware f = { "a", bad[i], "c" };

		assert_err(measure(&t, t.n, &f, &p, &n, &d), COCO_E_USAGE_VALUE, &d);
	}
}

static void refuse(const struct tables *t, size_t n, int code, const char *field)
{
	struct coco_diag d;
	uint8_t *p = NULL;
	size_t out = 0;
	bool has = false;

	assert_err(measure(t, n, &fw, &p, &out, &d), code, &d);
	assert_string_equal(d.field, field);
	assert_null(p);
	d = (struct coco_diag){ 0 };
	int r = coco_smbios_has_bios(coco_view_of(t->p, n), &has, &d);
	assert_true(r == code || (r == 0 && strcmp(field, "text number") == 0));
}

static void test_bad(void **state COCO_UNUSED)
{
	struct tables t = { .n = 0 };

	add(&t, 16, 12, "ab|c");
	for (size_t n = 1; n < t.n; n++)
		refuse(&t, n, n < 12 ? COCO_E_FORMAT_SHORT : COCO_E_SMBIOS,
		       n < 1 ? "type" : n < 2 ? "length" : n < 4 ? "handle" :
		       n < 12 ? "fields" : "texts");
	t.p[1] = 3;
	refuse(&t, t.n, COCO_E_SMBIOS, "length");
	t.n = 0;
	add(&t, 127, 4, "");
	add(&t, 16, 12, "");
	refuse(&t, t.n, COCO_E_SMBIOS, "type");
	t.n = 0;
	add(&t, 1, 27, "a|b")[7] = 3;
	refuse(&t, t.n, COCO_E_SMBIOS, "text number");
	t.n = 0;
	add(&t, 1, 27, "")[7] = 1;
	refuse(&t, t.n, COCO_E_SMBIOS, "text number");
	static uint8_t big[COCO_SMBIOS_MAX + 1];
	struct coco_diag d = { 0 };
	bool has;
	assert_err(coco_smbios_has_bios(coco_view_of(big, sizeof(big)), &has, &d),
		   COCO_E_LIMIT_SIZE, &d);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct tables t = { .n = 0 };

	for (unsigned i = 0; i < 20; i++)
		add(&t, 16, 60, "some text");
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_diag d = { 0 };
		uint8_t *p = NULL;
		size_t n = 0;

		int r = coco_smbios_measured(coco_view_of(t.p, t.n), &fw, &p, &n, &d);
		if (coco_test_alloc_check(r, &d)) {
			coco_free(p);
			break;
		}
	}
}

/* ---- vectors ----------------------------------------------------------------------- */

static const char *member(const struct coco_jv *v, const char *name)
{
	struct coco_diag d = { 0 };
	const char *s = NULL;

	assert_ok(coco_jv_string(v, name, &s, &d), &d);
	return s;
}

static void judge(const struct coco_jv *v)
{
	const char *hex = member(v, "fw_cfg_smbios_tables_hex");
	struct coco_smbios_firmware f = { member(v, "firmware_vendor"),
					  member(v, "firmware_version"),
					  member(v, "firmware_date") };
	struct coco_digest *h = NULL;
	uint8_t digest[COCO_DIGEST_MAX];
	char text[97];
	struct tables t = { .n = strlen(hex) / 2 };
	struct coco_diag d = { 0 };
	uint8_t *p = NULL;
	size_t n = 0;

	assert_ok(coco_hex_decode(t.p, t.n, hex, 2 * t.n, &d), &d);
	assert_ok(measure(&t, t.n, &f, &p, &n, &d), &d);
	assert_ok(coco_digest_new(&h, COCO_DIGEST_SHA384, &d), &d);
	assert_ok(coco_digest_once(h, p, n, digest, &d), &d);
	coco_hex_encode(text, digest, 48);
	assert_string_equal(text, member(v, "measured_sha384"));
	coco_digest_free(h);
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("measure/boot/smbios.json");
	struct coco_diag d = { 0 };
	struct coco_json doc;
	size_t n;

	if (path == NULL)
		skip();
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	size_t count = coco_jv_len(&root);
	assert_true(count >= 7);
	for (size_t i = 0; i < count; i++) {
		struct coco_jv item = coco_jv_item(&root, i);

		judge(&item);
	}
	coco_json_free(&doc);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_short_structures),
		cmocka_unit_test(test_bios),
		cmocka_unit_test(test_firmware_texts),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
