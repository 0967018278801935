/*
 * test_cert_name.c - distinguished names as text.
 */
#include <string.h>

#include "formats/core/cert_fields.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

static char text[COCO_CERT_TEXT];

static void minted(const char *subject, const char *want, const char *common)
{
	struct coco_pki_spec spec = { .subject = subject };
	struct coco_pki_cert *c = coco_pki_issue(&spec, NULL);
	struct coco_cert_fields f;

	assert_ok(coco_cert_fields_read(&f, coco_view_of(c->der, c->n_der), NULL), NULL);
	coco_cert_name_text(f.subject, text);
	assert_string_equal(text, want);
	coco_cert_name_common(f.subject, text);
	assert_string_equal(text, common);
	coco_pki_free(c);
}

static void test_text(void **state COCO_UNUSED)
{
	minted("OU=Engineering/C=US/L=Santa Clara/ST=CA/O=Advanced Micro Devices/CN=SEV-VCEK",
	       "CN=SEV-VCEK,O=Advanced Micro Devices,ST=CA,L=Santa Clara,C=US,OU=Engineering",
	       "SEV-VCEK");
	minted("CN=a, b+c;d", "CN=a\\, b\\+c\\;d", "a, b+c;d");
	minted("CN= #x ", "CN=\\ #x\\ ", " #x ");
	minted("CN=#x", "CN=\\#x", "#x");
	minted("CN=\xc3\xa4", "CN=\xc3\xa4", "\xc3\xa4");
	minted("CN=one/CN=two", "CN=two,CN=one", "");
	minted("O=only", "O=only", "");
	minted("CN=a\x01z", "CN=a\\x01z", "a\\x01z");
	minted("DC=example/serialNumber=7/emailAddress=a@b",
	       "emailAddress=a@b,serialNumber=7,DC=example", "");
	minted("dnQualifier=x/CN=c", "CN=c,2.5.4.46=x", "c");
}

static void test_raw(void **state COCO_UNUSED)
{
	/* two values in one set, then a value that is no text, then a NUL in a common name */
	static const uint8_t set[] = { 0x30, 0x16, 0x31, 0x14, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04,
				       0x03, 0x0c, 0x01, 'a', 0x30, 0x08, 0x06, 0x03, 0x55, 0x04,
				       0x0a, 0x0c, 0x01, 'b' };
	static const uint8_t bmp[] = { 0x30, 0x0d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04,
				       0x03, 0x1e, 0x02, 0x00, 'a' };
	static const uint8_t nul[] = { 0x30, 0x0e, 0x31, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x04,
				       0x03, 0x0c, 0x03, 'a', 0, 'b' };

	coco_cert_name_text(coco_view_of(set, sizeof(set)), text);
	assert_string_equal(text, "CN=a+O=b");
	coco_cert_name_text(coco_view_of(bmp, sizeof(bmp)), text);
	assert_string_equal(text, "CN=#0061");
	coco_cert_name_common(coco_view_of(bmp, sizeof(bmp)), text);
	assert_string_equal(text, "");
	coco_cert_name_text(coco_view_of(nul, sizeof(nul)), text);
	assert_string_equal(text, "CN=a\\x00b");
	coco_cert_name_common(coco_view_of(nul, sizeof(nul)), text);
	assert_string_equal(text, "");
	coco_cert_name_text(coco_view_of("\x30\x00", 2), text);
	assert_string_equal(text, "");
	coco_cert_name_text(coco_view_of(set, sizeof(set) - 1), text);
	assert_string_equal(text, "");
	for (size_t n = 0; n < sizeof(set); n++) {
		struct coco_view v;
		struct coco_rd rd;

		coco_rd_init(&rd, coco_view_of(set, n), 0, NULL);
		coco_cert_name_check(&rd, "name", &v);
		assert_int_equal(rd.code, COCO_E_FORMAT_CERT);
	}
}

/* More parts than are read, and more text than fits. */
static void test_large(void **state COCO_UNUSED)
{
	uint8_t name[4 + 80 * 12] = { 0x30, 0x82 };
	struct coco_view v;
	struct coco_rd rd;

	for (size_t parts = 64; parts <= 65; parts++) {
		name[2] = (uint8_t)(parts * 12 >> 8);
		name[3] = (uint8_t)(parts * 12);
		for (size_t i = 0; i < parts; i++)
			memcpy(name + 4 + 12 * i, "\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x0c\x01z",
			       12);
		coco_rd_init(&rd, coco_view_of(name, 4 + 12 * parts), 0, NULL);
		coco_cert_name_check(&rd, "name", &v);
		assert_int_equal(rd.code, parts == 64 ? 0 : COCO_E_FORMAT_CERT);
	}
	uint8_t big[4 + 600] = { 0x30, 0x82, 600 >> 8, 600 & 0xff };
	memcpy(big + 4, "\x31\x82\x02\x54\x30\x82\x02\x50\x06\x03\x55\x04\x03\x0c\x82\x02\x47", 17);
	memset(big + 21, 'x', sizeof(big) - 21);
	coco_cert_name_text(coco_view_of(big, sizeof(big)), text);
	assert_int_equal(strlen(text), COCO_CERT_TEXT - 1);
	coco_cert_name_common(coco_view_of(big, sizeof(big)), text);
	assert_string_equal(text, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
