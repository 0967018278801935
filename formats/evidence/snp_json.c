/*
 * snp_json.c - SEV-SNP evidence in JSON (see snp_json.h).
 */
#include "formats/evidence/snp_json.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"

enum { FAMILY_TURIN = 0x1a, CHIP_ID_SHORT = 8, CERT_MAX = 1 << 18 };

/* The report that grows, its object, and the first failure. */
struct build {
	uint8_t *p;
	const struct coco_jv *obj;
	struct coco_diag *diag;
	int code;
};

static void put_le(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		p[i] = (uint8_t)(v & 0xff);
}

/* An unsigned member of n bytes at offset at; null or absent is zero when optional. */
static uint64_t number(struct build *b, const char *key, size_t at, size_t n, bool optional)
{
	uint64_t max = n == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * n) - 1;
	struct coco_jv v;
	uint64_t value = 0;

	if (b->code == 0)
		b->code = coco_jv_opt(b->obj, key, &v, b->diag);
	if (b->code != 0 || (optional && (v.v == NULL || coco_jv_is_null(&v))))
		return 0;
	b->code = coco_jv_u64(b->obj, key, max, &value, b->diag);
	put_le(b->p + at, value, n);
	return value;
}

/* The items of an array of numbers below 256, to p. */
static int octets(const struct coco_jv *array, uint8_t *p, struct coco_diag *diag)
{
	size_t n = coco_jv_len(array);

	for (size_t i = 0; i < n; i++) {
		struct coco_jv item = coco_jv_item(array, i);
		uint64_t v = 0;

		int r = coco_jv_as_u64(&item, 255, &v, diag);
		if (r != 0)
			return r;
		p[i] = (uint8_t)v;
	}
	return 0;
}

static void bytes(struct build *b, const char *key, size_t at, size_t n)
{
	struct coco_jv v;

	if (b->code == 0)
		b->code = coco_jv_array(b->obj, key, &v, b->diag);
	if (b->code != 0)
		return;
	if (coco_jv_len(&v) != n)
		b->code = coco_jv_fail(&v, NULL, COCO_E_SNP_JSON, b->diag,
				       "%s has %zu bytes, not %zu", key, coco_jv_len(&v), n);
	else
		b->code = octets(&v, b->p + at, b->diag);
}

/* A member that is an object, as a builder of its own. */
static struct build inner(struct build *b, const char *key, struct coco_jv *obj)
{
	if (b->code == 0)
		b->code = coco_jv_object(b->obj, key, obj, b->diag);
	return (struct build){ .p = b->p, .obj = obj, .diag = b->diag, .code = b->code };
}

static void tcb(struct build *b, const char *key, size_t at, bool turin)
{
	struct coco_jv obj;
	struct build in = inner(b, key, &obj);

	/* older attesters have no fmc at all */
	if (turin)
		number(&in, "fmc", at, 1, false);
	number(&in, "bootloader", at + (turin ? 1 : 0), 1, false);
	number(&in, "tee", at + (turin ? 2 : 1), 1, false);
	number(&in, "snp", at + (turin ? 3 : 6), 1, false);
	number(&in, "microcode", at + 7, 1, false);
	b->code = in.code;
}

static void firmware(struct build *b, const char *key, size_t at)
{
	struct coco_jv obj;
	struct build in = inner(b, key, &obj);

	number(&in, "build", at, 1, false);
	number(&in, "minor", at + 1, 1, false);
	number(&in, "major", at + 2, 1, false);
	b->code = in.code;
}

/* As evidence.md 1.7: by family since version 3, by the form of CHIP_ID before. */
static bool turin_layout(const uint8_t *p, uint64_t version)
{
	if (version >= 3)
		return p[0x188] >= FAMILY_TURIN;
	return !coco_all_zero(p + 0x1a0, CHIP_ID_SHORT) &&
	       coco_all_zero(p + 0x1a0 + CHIP_ID_SHORT, 64 - CHIP_ID_SHORT);
}

static void guest_part(struct build *b)
{
	number(b, "guest_svn", 0x004, 4, false);
	number(b, "policy", 0x008, 8, false);
	bytes(b, "family_id", 0x010, 16);
	bytes(b, "image_id", 0x020, 16);
	number(b, "vmpl", 0x030, 4, false);
	number(b, "sig_algo", 0x034, 4, false);
	number(b, "plat_info", 0x040, 8, false);
	number(b, "key_info", 0x048, 4, false);
	bytes(b, "report_data", 0x050, 64);
	bytes(b, "measurement", 0x090, 48);
	bytes(b, "host_data", 0x0c0, 32);
	bytes(b, "id_key_digest", 0x0e0, 48);
	bytes(b, "author_key_digest", 0x110, 48);
	bytes(b, "report_id", 0x140, 32);
	bytes(b, "report_id_ma", 0x160, 32);
}

static void platform_part(struct build *b, uint64_t version)
{
	struct coco_jv obj;

	number(b, "cpuid_fam_id", 0x188, 1, version < 3);
	number(b, "cpuid_mod_id", 0x189, 1, version < 3);
	number(b, "cpuid_step", 0x18a, 1, version < 3);
	bytes(b, "chip_id", 0x1a0, 64);
	bool turin = turin_layout(b->p, version);
	tcb(b, "current_tcb", 0x038, turin);
	tcb(b, "reported_tcb", 0x180, turin);
	tcb(b, "committed_tcb", 0x1e0, turin);
	tcb(b, "launch_tcb", 0x1f0, turin);
	firmware(b, "current", 0x1e8);
	firmware(b, "committed", 0x1ec);
	number(b, "launch_mit_vector", 0x1f8, 8, version < 5);
	number(b, "current_mit_vector", 0x200, 8, version < 5);
	struct build in = inner(b, "signature", &obj);
	bytes(&in, "r", 0x2a0, COCO_SNP_NUMBER);
	bytes(&in, "s", 0x2e8, COCO_SNP_NUMBER);
	b->code = in.code;
}

/* cert_type is a name, or an object for a kind that the attester does not know. */
static int read_cert(struct coco_snp_json_cert *ret, const struct coco_jv *item,
		     struct coco_diag *diag)
{
	struct coco_snp_json_cert c = { .kind = COCO_SNP_CERT_OTHER };
	const char *name = NULL;
	struct coco_jv type;
	struct coco_jv data;

	int r = coco_jv_opt(item, "cert_type", &type, diag);
	if (r == 0 && (type.v == NULL || coco_jv_kind(&type) != COCO_JSON_OBJECT))
		r = coco_jv_string(item, "cert_type", &name, diag);
	if (r == 0)
		r = coco_jv_array(item, "data", &data, diag);
	if (r != 0)
		return r;
	c.n = coco_jv_len(&data);
	if (c.n == 0 || c.n > CERT_MAX)
		return coco_jv_fail(&data, NULL, COCO_E_SNP_JSON, diag,
				    "a certificate of %zu bytes", c.n);
	c.p = coco_alloc(c.n, 1);
	if (c.p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a certificate");
	r = octets(&data, c.p, diag);
	if (r != 0) {
		coco_free(c.p);
		return r;
	}
	if (name != NULL)
		c.kind = coco_snp_cert_kind_of(name);
	*ret = c;
	return 0;
}

static int read_chain(struct coco_snp_json *e, const struct coco_jv *doc, struct coco_diag *diag)
{
	struct coco_jv list;

	int r = coco_jv_opt(doc, "cert_chain", &list, diag);
	if (r != 0 || list.v == NULL || coco_jv_is_null(&list))
		return r;
	r = coco_jv_as_array(&list, diag);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		if (e->n_certs == COCO_SNP_CERTS_MAX)
			return coco_jv_fail(&list, NULL, COCO_E_LIMIT_COUNT, diag,
					    "more than %d certificates", COCO_SNP_CERTS_MAX);
		r = coco_jv_as_object(&item, diag);
		if (r == 0)
			r = read_cert(&e->certs[e->n_certs], &item, diag);
		e->n_certs += r == 0;
	}
	return r;
}

bool coco_snp_json_looks(const struct coco_jv *doc)
{
	struct coco_jv v;

	return coco_jv_kind(doc) == COCO_JSON_OBJECT &&
	       coco_jv_opt(doc, "attestation_report", &v, NULL) == 0 && v.v != NULL &&
	       coco_jv_kind(&v) == COCO_JSON_OBJECT;
}

int coco_snp_json_read(struct coco_snp_json *ret, const struct coco_jv *doc,
		       struct coco_diag *diag)
{
	struct coco_snp_json e = { .n_certs = 0 };
	struct coco_jv report;

	int r = coco_jv_as_object(doc, diag);
	if (r == 0)
		r = coco_jv_object(doc, "attestation_report", &report, diag);
	if (r != 0)
		return r;
	struct build b = { .p = e.report, .obj = &report, .diag = diag };
	uint64_t version = number(&b, "version", 0x000, 4, false);
	guest_part(&b);
	platform_part(&b, version);
	r = b.code;
	if (r == 0)
		r = read_chain(&e, doc, diag);
	if (r != 0) {
		coco_snp_json_free(&e);
		return r;
	}
	*ret = e;
	return 0;
}

void coco_snp_json_free(struct coco_snp_json *e)
{
	for (size_t i = 0; i < e->n_certs; i++)
		coco_free(e->certs[i].p);
	*e = (struct coco_snp_json){ .n_certs = 0 };
}

/* ---- configfs-tsm ---------------------------------------------------------------- */

bool coco_snp_tsm_looks(const struct coco_jv *doc)
{
	const char *provider = NULL;

	return coco_jv_kind(doc) == COCO_JSON_OBJECT && coco_jv_has(doc, "outblob") &&
	       coco_jv_string(doc, "provider", &provider, NULL) == 0 &&
	       (strcmp(provider, "sev_guest") == 0 || strcmp(provider, "sev_guest\n") == 0);
}

int coco_snp_tsm_read(struct coco_snp_tsm *ret, const struct coco_jv *doc,
		      struct coco_diag *diag)
{
	struct coco_snp_tsm e = { .report = NULL };
	struct coco_jv aux;

	int r = coco_jv_as_object(doc, diag);
	if (r == 0)
		r = coco_jv_b64(doc, "outblob", &e.report, &e.n_report, diag);
	if (r == 0)
		r = coco_jv_opt(doc, "auxblob", &aux, diag);
	if (r == 0 && aux.v != NULL && !coco_jv_is_null(&aux))
		r = coco_jv_b64(doc, "auxblob", &e.certs, &e.n_certs, diag);
	if (r != 0) {
		coco_snp_tsm_free(&e);
		return r;
	}
	if (e.n_certs == 0) {
		coco_free(e.certs);
		e.certs = NULL;
	}
	*ret = e;
	return 0;
}

void coco_snp_tsm_free(struct coco_snp_tsm *e)
{
	coco_free(e->report);
	coco_free(e->certs);
	*e = (struct coco_snp_tsm){ .report = NULL };
}
