/*
 * amd_cert.c - the extensions of VCEK and VLEK certificates (see amd_cert.h).
 */
#include "formats/evidence/amd_cert.h"

#include <string.h>

#include "formats/core/cert_fields.h"
#include "formats/core/err_evidence.h"

/* Extensions by the end of their identifier. */
static const struct {
	const char *oid;
	const char *name;
	enum { STRUCT_VERSION, PRODUCT, SPL, SPARE, HWID, CSP_ID } what;
	unsigned index;
} extensions[] = {
	{ "1.3.6.1.4.1.3704.1.1", "structVersion", STRUCT_VERSION, 0 },
	{ "1.3.6.1.4.1.3704.1.2", "productName", PRODUCT, 0 },
	{ "1.3.6.1.4.1.3704.1.3.1", "blSPL", SPL, COCO_SNP_BOOTLOADER },
	{ "1.3.6.1.4.1.3704.1.3.2", "teeSPL", SPL, COCO_SNP_TEE },
	{ "1.3.6.1.4.1.3704.1.3.3", "snpSPL", SPL, COCO_SNP_SNP },
	{ "1.3.6.1.4.1.3704.1.3.4", "spl4", SPARE, 0 },
	{ "1.3.6.1.4.1.3704.1.3.5", "spl5", SPARE, 1 },
	{ "1.3.6.1.4.1.3704.1.3.6", "spl6", SPARE, 2 },
	{ "1.3.6.1.4.1.3704.1.3.7", "spl7", SPARE, 3 },
	{ "1.3.6.1.4.1.3704.1.3.8", "ucodeSPL", SPL, COCO_SNP_MICROCODE },
	{ "1.3.6.1.4.1.3704.1.3.9", "fmcSPL", SPL, COCO_SNP_FMC },
	{ "1.3.6.1.4.1.3704.1.4", "HWID", HWID, 0 },
	{ "1.3.6.1.4.1.3704.1.5", "CSP_ID", CSP_ID, 0 },
};

static int bad(const char *name, const char *what, struct coco_diag *diag)
{
	coco_diag_field(diag, "%s", name);
	return coco_fail(diag, COCO_E_AMD_CERT, "the extension %s %s", name, what);
}

static bool byte_of(struct coco_view v, uint8_t *ret)
{
	struct coco_rd rd;

	coco_rd_init(&rd, v, 0, NULL);
	uint64_t n = coco_cder_number(&rd, 255, "SPL");
	if (coco_rd_finish(&rd) != 0)
		return false;
	*ret = (uint8_t)n;
	return true;
}

static bool text_of(struct coco_view v, char ret[COCO_AMD_TEXT])
{
	struct coco_rd rd;

	coco_rd_init(&rd, v, 0, NULL);
	struct coco_view s = coco_cder_take(&rd, COCO_DER_IA5, "text");
	if (coco_rd_finish(&rd) != 0 || s.n == 0 || s.n >= COCO_AMD_TEXT)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	memcpy(ret, s.p, s.n);
	ret[s.n] = '\0';
	return true;
}

/* Raw by length; a raw one may well start with the tag of an OCTET STRING. */
static bool hwid_of(struct coco_amd_cert *c, struct coco_view v)
{
	if (v.n == COCO_AMD_HWID + 2 && v.p[0] == COCO_DER_OCTET_STRING &&
	    v.p[1] == COCO_AMD_HWID) {
		c->hwid_wrapped = true;
		v = coco_view_of(v.p + 2, COCO_AMD_HWID);
	}
	if (v.n != COCO_AMD_HWID && v.n != COCO_AMD_HWID_SHORT)
		return false;
	memcpy(c->hwid, v.p, v.n);
	c->n_hwid = v.n;
	return true;
}

/* One known extension; false: not of its form. */
static bool take(struct coco_amd_cert *c, size_t i, struct coco_view v)
{
	unsigned k = extensions[i].index;

	switch (extensions[i].what) {
	case STRUCT_VERSION:
		c->has_struct_version = byte_of(v, &c->struct_version);
		return c->has_struct_version;
	case PRODUCT:
		return text_of(v, c->product);
	case SPL:
		c->has_spl[k] = byte_of(v, &c->spl[k]);
		return c->has_spl[k];
	case SPARE:
		c->has_spare[k] = byte_of(v, &c->spare[k]);
		return c->has_spare[k];
	case HWID:
		return hwid_of(c, v);
	case CSP_ID:
		c->has_csp_id = text_of(v, c->csp_id);
		return c->has_csp_id;
	}
	return false;
}

int coco_amd_cert_read(struct coco_amd_cert *ret, struct coco_view der, struct coco_diag *diag)
{
	struct coco_amd_cert c = { .n_hwid = 0 };
	struct coco_cert_fields f;
	struct coco_cert_ext ext;
	struct coco_rd rd;
	unsigned seen = 0;

	int r = coco_cert_fields_read(&f, der, diag);
	if (r != 0)
		return r;
	coco_rd_init(&rd, f.extensions, 0, NULL);
	while (coco_cert_ext_next(&rd, &ext)) {
		for (size_t i = 0; i < COCO_ARRAY_LEN(extensions); i++) {
			if (!coco_cder_oid_is(ext.oid, extensions[i].oid))
				continue;
			if ((seen & 1U << i) != 0)
				return bad(extensions[i].name, "is there twice", diag);
			seen |= 1U << i;
			if (!take(&c, i, ext.value))
				return bad(extensions[i].name, "is malformed", diag);
		}
	}
	*ret = c;
	return 0;
}

enum coco_snp_product coco_amd_cert_product(const struct coco_amd_cert *cert)
{
	size_t n = strcspn(cert->product, "-");

	for (int p = COCO_SNP_MILAN; p <= COCO_SNP_VENICE; p++) {
		const char *name = coco_snp_product_name((enum coco_snp_product)p);

		if (strlen(name) == n && memcmp(name, cert->product, n) == 0)
			return (enum coco_snp_product)p;
	}
	return COCO_SNP_PRODUCT_UNKNOWN;
}
