/*
 * hcl_report.c - HCL reports of Azure (see hcl_report.h).
 */
#include "formats/evidence/hcl_report.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"
#include "formats/core/rd.h"

enum {
	HEADER = 32,
	DATA_HEADER = 20,
	DATA_VALUES = 4096,
};

static int header(struct coco_rd *rd, struct coco_hcl_report *t)
{
	struct coco_view magic = coco_rd_view(rd, 4, "signature");

	if (magic.n == 4 && memcmp(magic.p, "HCLA", 4) != 0) {
		rd->at = 0;
		return coco_rd_fail(rd, COCO_E_HCL_REPORT, "signature",
				    "the report does not start with \"HCLA\"");
	}
	t->version = coco_rd_le32(rd, "version");
	if (coco_rd_ok(rd) && (t->version == 0 || t->version > 2)) {
		rd->at -= 4;
		return coco_rd_fail(rd, COCO_E_HCL_REPORT, "version",
				    "version %u of the report is not known", t->version);
	}
	t->size = coco_rd_le32(rd, "report size");
	t->request_type = coco_rd_le32(rd, "request type");
	t->status = coco_rd_le32(rd, "status");
	(void)coco_rd_view(rd, 12, "reserved");
	t->hardware = coco_rd_view(rd, COCO_HCL_HARDWARE, "hardware report");
	return rd->code;
}

static int data_header(struct coco_rd *rd, struct coco_hcl_report *t)
{
	uint32_t size = coco_rd_le32(rd, "data size");

	t->data_version = coco_rd_le32(rd, "data version");
	t->report_type = coco_rd_le32(rd, "report type");
	if (coco_rd_ok(rd) && t->report_type != COCO_HCL_SNP && t->report_type != COCO_HCL_TDX)
		return coco_rd_fail(rd, COCO_E_HCL_REPORT, "report type",
				    "hardware reports of type %u are not known; 2 (SEV-SNP) and 4 "
				    "(TDX) are", t->report_type);
	t->hash_type = coco_rd_le32(rd, "hash type");
	if (coco_rd_ok(rd) && (t->hash_type == 0 || t->hash_type > 3))
		return coco_rd_fail(rd, COCO_E_HCL_REPORT, "hash type",
				    "hash type %u is not known; 1, 2 and 3 are", t->hash_type);
	uint32_t n = coco_rd_le32(rd, "variable data size");
	if (coco_rd_ok(rd) && (size < DATA_HEADER || n != size - DATA_HEADER))
		return coco_rd_fail(rd, COCO_E_HCL_REPORT, "variable data size",
				    "the data have %u bytes with their header of 20, and %u "
				    "without", size, n);
	if (coco_rd_ok(rd) && (uint64_t)t->size != (uint64_t)HEADER + COCO_HCL_HARDWARE + size)
		return coco_rd_fail(rd, COCO_E_HCL_REPORT, "report size",
				    "the report says it has %u bytes, its parts have %u", t->size,
				    HEADER + COCO_HCL_HARDWARE + size);
	t->data = coco_rd_view(rd, n, "variable data");
	return rd->code;
}

int coco_hcl_report_parse(struct coco_hcl_report *ret, struct coco_view bytes,
			  struct coco_diag *diag)
{
	struct coco_hcl_report t = { .version = 0 };
	struct coco_rd rd;

	if (bytes.n > COCO_HCL_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "an HCL report of %zu bytes", bytes.n);
	coco_rd_init(&rd, bytes, 0, diag);
	if (header(&rd, &t) == 0 && data_header(&rd, &t) == 0) {
		struct coco_view rest = coco_rd_view(&rd, coco_rd_left(&rd), "padding");

		for (size_t i = 0; i < rest.n; i++)
			if (rest.p[i] != 0)
				return coco_fail_at(diag, COCO_E_HCL_REPORT,
						    bytes.n - rest.n + i, "padding",
						    "something follows the data that is not zero");
	}
	int r = coco_rd_finish(&rd);
	if (r == 0)
		*ret = t;
	return r;
}

void coco_hcl_data_free(struct coco_hcl_data *d)
{
	coco_free(d->n);
	coco_free(d->e);
	coco_json_free(&d->doc);
	memset(d, 0, sizeof(*d));
}

static int key(struct coco_hcl_data *d, const struct coco_jv *jwk, struct coco_diag *diag)
{
	const char *kid;
	const char *kty;

	if (coco_jv_as_object(jwk, diag) != 0)
		return COCO_E_FORMAT_JSON_TYPE;
	int r = coco_jv_string(jwk, "kid", &kid, diag);
	if (r != 0 || strcmp(kid, "HCLAkPub") != 0)
		return r;
	if (d->n != NULL)
		return coco_jv_fail(jwk, "kid", COCO_E_HCL_REPORT, diag,
				    "there are two keys HCLAkPub");
	r = coco_jv_string(jwk, "kty", &kty, diag);
	if (r == 0 && strcmp(kty, "RSA") != 0)
		r = coco_jv_fail(jwk, "kty", COCO_E_HCL_REPORT, diag,
				 "HCLAkPub is no RSA key");
	if (r == 0)
		r = coco_jv_b64(jwk, "n", &d->n, &d->n_n, diag);
	return r == 0 ? coco_jv_b64(jwk, "e", &d->e, &d->n_e, diag) : r;
}

static int read_data(struct coco_hcl_data *d, struct coco_diag *diag)
{
	struct coco_jv root = coco_json_root(&d->doc);
	struct coco_jv keys;
	int r = coco_jv_as_object(&root, diag);

	if (r == 0)
		r = coco_jv_array(&root, "keys", &keys, diag);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&keys); i++) {
		struct coco_jv item = coco_jv_item(&keys, i);

		r = key(d, &item, diag);
	}
	if (r == 0 && d->n == NULL)
		r = coco_jv_fail(&root, "keys", COCO_E_HCL_REPORT, diag,
				 "there is no key HCLAkPub");
	if (r == 0 && coco_jv_has(&root, "user-data")) {
		r = coco_jv_hex(&root, "user-data", d->user_data, sizeof(d->user_data), diag);
		d->has_user_data = true;
	}
	return r;
}

int coco_hcl_data_parse(struct coco_hcl_data *ret, struct coco_view data, struct coco_diag *diag)
{
	struct coco_hcl_data d = { .n_n = 0 };
	int r = coco_json_parse_bounded(&d.doc, data, COCO_HCL_MAX, DATA_VALUES, diag);

	if (r == 0)
		r = read_data(&d, diag);
	if (r != 0) {
		coco_hcl_data_free(&d);
		return r;
	}
	*ret = d;
	return 0;
}

/* ---- claims --------------------------------------------------------------------- */

/* Letters, digits, '-', '_' and '.' stay. */
static void plain(char *name)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789-_.";

	for (char *p = name; *p != '\0'; p++)
		if (strchr(ok, *p) == NULL)
			*p = '_';
}

/* The members of vm-configuration that are flags, texts or numbers. */
static void vm_claims(struct coco_claims *c, const struct coco_hcl_data *data)
{
	struct coco_jv root = coco_json_root(&data->doc);
	struct coco_jv vm;
	struct coco_jv v;
	void *iter = NULL;
	char name[COCO_CLAIM_NAME];

	if (!coco_jv_has(&root, "vm-configuration") ||
	    coco_jv_object(&root, "vm-configuration", &vm, NULL) != 0)
		return;
	while (coco_jv_next(&vm, &iter, &v)) {
		const char *text;
		uint64_t number;
		bool flag;

		snprintf(name, sizeof(name), "hcl.vm.%s", v.key);
		plain(name);
		if (coco_jv_as_bool(&v, &flag, NULL) == 0)
			coco_claims_bool(c, name, flag, 0, 0);
		else if (coco_jv_as_string(&v, &text, NULL) == 0)
			coco_claims_text(c, name, text, strlen(text), 0, 0);
		else if (coco_jv_as_u64(&v, UINT64_MAX, &number, NULL) == 0)
			coco_claims_number(c, name, number, 0, 0);
	}
}

void coco_hcl_claims(struct coco_claims *c, const struct coco_hcl_report *t,
		     const struct coco_hcl_data *data, bool placed, uint64_t base)
{
	size_t from = c->n;

	coco_claims_number(c, "hcl.version", t->version, base + 4, 4);
	coco_claims_number(c, "hcl.report_size", t->size, base + 8, 4);
	coco_claims_number(c, "hcl.request_type", t->request_type, base + 0xc, 4);
	coco_claims_number(c, "hcl.status", t->status, base + 0x10, 4);
	coco_claims_number(c, "hcl.data_version", t->data_version, base + 0x4c4, 4);
	coco_claims_number(c, "hcl.report_type", t->report_type, base + 0x4c8, 4);
	coco_claims_note(c, t->report_type == COCO_HCL_SNP ? "SEV-SNP report" : "TDREPORT");
	coco_claims_number(c, "hcl.hash_type", t->hash_type, base + 0x4cc, 4);
	for (size_t i = from; !placed && i < c->n; i++) {
		c->v[i].offset = 0;
		c->v[i].length = 0;
	}
	if (data == NULL)
		return;
	from = c->n;
	coco_claims_bytes(c, "hcl.ak.modulus", data->n, data->n_n, 0);
	if (data->has_user_data)
		coco_claims_bytes(c, "hcl.user_data", data->user_data, sizeof(data->user_data), 0);
	for (size_t i = from; i < c->n; i++)
		c->v[i].length = 0;
	vm_claims(c, data);
}
