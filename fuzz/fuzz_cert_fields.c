/*
 * fuzz_cert_fields.c - certificates and revocation lists. Covers
 * coco_cert_fields_read, coco_crl_fields_read, coco_cert_ext_next,
 * coco_crl_entry, coco_cert_name_text, coco_cert_name_common. Asserts that
 * what was read lies inside the input, that walks over what was read do not
 * fail, and that texts end.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/cert_fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void inside(struct coco_view v, const uint8_t *data, size_t size)
{
	if (v.n != 0)
		require(v.p >= data && v.n <= size && (size_t)(v.p - data) <= size - v.n);
}

static void names(struct coco_view name)
{
	char text[COCO_CERT_TEXT];

	coco_cert_name_text(name, text);
	require(memchr(text, '\0', sizeof(text)) != NULL);
	coco_cert_name_common(name, text);
	require(memchr(text, '\0', sizeof(text)) != NULL);
}

static void check_cert(const uint8_t *data, size_t size)
{
	struct coco_cert_fields f;
	struct coco_cert_ext ext;
	struct coco_diag d = { 0 };
	struct coco_rd rd;

	int r = coco_cert_fields_read(&f, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0)
		return;
	inside(f.tbs, data, size);
	inside(f.serial, data, size);
	inside(f.spki, data, size);
	inside(f.point, data, size);
	inside(f.rsa_n, data, size);
	inside(f.rsa_e, data, size);
	inside(f.signature, data, size);
	require(f.serial.n >= 1 && f.serial.n <= COCO_SERIAL_MAX);
	names(f.issuer);
	names(f.subject);
	coco_rd_init(&rd, f.extensions, 0, NULL);
	while (coco_cert_ext_next(&rd, &ext))
		inside(ext.value, data, size);
	require(coco_rd_finish(&rd) == 0);
}

static void check_crl(const uint8_t *data, size_t size)
{
	struct coco_crl_fields f;
	struct coco_diag d = { 0 };
	struct coco_view serial;
	struct coco_rd rd;
	size_t n = 0;

	int r = coco_crl_fields_read(&f, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0)
		return;
	inside(f.tbs, data, size);
	inside(f.number, data, size);
	inside(f.signature, data, size);
	names(f.issuer);
	coco_rd_init(&rd, f.revoked, 0, NULL);
	for (; coco_crl_entry(&rd, &serial); n++)
		inside(serial, data, size);
	require(coco_rd_finish(&rd) == 0 && n == f.n_revoked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_cert(data, size);
	check_crl(data, size);
	return 0;
}
