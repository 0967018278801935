/*
 * snp_certs.c - the certificate table of SEV-SNP (see snp_certs.h).
 */
#include "formats/evidence/snp_certs.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/rd.h"

enum { ENTRY = 24 };

static const struct {
	const char *name;
	uint8_t guid[COCO_SNP_CERTS_GUID];
} kinds[COCO_SNP_CERT_KINDS] = {
	[COCO_SNP_CERT_OTHER] = { "OTHER", { 0 } },
	[COCO_SNP_CERT_ARK] = { "ARK", { 0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52, 0x97, 0x43,
					 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae } },
	[COCO_SNP_CERT_ASK] = { "ASK", { 0x4a, 0xb7, 0xb3, 0x79, 0xbb, 0xac, 0x4f, 0xe4, 0xa0, 0x2f,
					 0x05, 0xae, 0xf3, 0x27, 0xc7, 0x82 } },
	[COCO_SNP_CERT_VCEK] = { "VCEK", { 0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad,
					   0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd } },
	[COCO_SNP_CERT_VLEK] = { "VLEK", { 0xa8, 0x07, 0x4b, 0xc2, 0xa2, 0x5a, 0x48, 0x3e, 0xaa,
					   0xe6, 0x39, 0xc0, 0x45, 0xa0, 0xb8, 0xa1 } },
	[COCO_SNP_CERT_CRL] = { "CRL", { 0x92, 0xf8, 0x1b, 0xc3, 0x58, 0x11, 0x4d, 0x3d, 0x97, 0xff,
					 0xd1, 0x9f, 0x88, 0xdc, 0x67, 0xea } },
	[COCO_SNP_CERT_GOOGLE] = { "GOOGLE", { 0xec, 0xae, 0x0c, 0x0f, 0x95, 0x02, 0x43, 0xb1, 0xaf,
					       0xa2, 0x0a, 0xe2, 0xe0, 0xd5, 0x65, 0xb6 } },
};

const char *coco_snp_cert_name(enum coco_snp_cert_kind kind)
{
	return (size_t)kind < COCO_SNP_CERT_KINDS ? kinds[kind].name : kinds[0].name;
}

enum coco_snp_cert_kind coco_snp_cert_kind_of(const char *name)
{
	for (unsigned i = 1; i < COCO_SNP_CERT_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (enum coco_snp_cert_kind)i;
	return COCO_SNP_CERT_OTHER;
}

static enum coco_snp_cert_kind kind_of(const uint8_t *guid)
{
	for (unsigned i = 1; i < COCO_SNP_CERT_KINDS; i++)
		if (memcmp(kinds[i].guid, guid, COCO_SNP_CERTS_GUID) == 0)
			return (enum coco_snp_cert_kind)i;
	return COCO_SNP_CERT_OTHER;
}

bool coco_snp_certs_looks(struct coco_view blob)
{
	return blob.n >= ENTRY && kind_of(blob.p) != COCO_SNP_CERT_OTHER;
}

static int fail(struct coco_diag *diag, uint64_t at, const char *field, const char *what)
{
	return coco_fail_at(diag, COCO_E_SNP_CERTS, at, field, "%s", what);
}

/* Where the table's head ends: behind the GUID of zeros, which may be all that is there. */
static int head_end(struct coco_view blob, uint64_t base, size_t *ret, struct coco_diag *diag)
{
	static const uint8_t end[COCO_SNP_CERTS_GUID];

	for (size_t i = 0; i <= COCO_SNP_CERTS_MAX; i++) {
		if (blob.n < COCO_SNP_CERTS_GUID || i * ENTRY > blob.n - COCO_SNP_CERTS_GUID)
			return fail(diag, base + blob.n, "GUID", "the table has no end");
		if (memcmp(blob.p + i * ENTRY, end, sizeof(end)) != 0)
			continue;
		*ret = coco_min_size((i + 1) * ENTRY, blob.n);
		return 0;
	}
	return fail(diag, base, "GUID", "the table has too many entries");
}

/* The entry at *rd, appended; nothing is added for one without bytes. */
static int read_entry(struct coco_snp_certs *t, struct coco_rd *rd, struct coco_view blob,
		      size_t head, struct coco_diag *diag)
{
	struct coco_snp_certs_entry e = { .kind = COCO_SNP_CERT_OTHER };
	uint64_t at = rd->base + rd->at;

	coco_rd_copy(rd, e.guid, sizeof(e.guid), "GUID");
	uint64_t offset = coco_rd_le32(rd, "offset");
	uint64_t n = coco_rd_le32(rd, "length");
	if (!coco_rd_ok(rd))
		return rd->code;
	for (size_t i = 0; i < t->n; i++)
		if (memcmp(t->v[i].guid, e.guid, sizeof(e.guid)) == 0)
			return fail(diag, at, "GUID", "a kind of certificate is there twice");
	if (offset > blob.n || n > blob.n - offset)
		return fail(diag, at + 16, "offset", "an entry lies outside the table");
	if (n != 0 && offset < head)
		return fail(diag, at + 16, "offset", "an entry lies in the table's own head");
	e.kind = kind_of(e.guid);
	e.bytes = coco_view_of(blob.p + offset, (size_t)n);
	e.offset = rd->base + offset;
	t->v[t->n++] = e;
	return 0;
}

/* Entries of no bytes took part in the check for duplicates only. */
static void drop_empty(struct coco_snp_certs *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].bytes.n != 0)
			t->v[kept++] = t->v[i];
	t->n = kept;
}

int coco_snp_certs_read(struct coco_snp_certs *ret, struct coco_view blob, uint64_t base,
			struct coco_diag *diag)
{
	struct coco_snp_certs t = { .n = 0 };
	struct coco_rd rd;
	size_t head = 0;

	if (blob.n > COCO_SNP_CERTS_BYTES)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a certificate table of more than %d "
				 "bytes", COCO_SNP_CERTS_BYTES);
	int r = head_end(blob, base, &head, diag);
	coco_rd_init(&rd, blob, base, diag);
	for (size_t i = 0; r == 0 && (i + 1) * ENTRY + COCO_SNP_CERTS_GUID <= head; i++)
		r = read_entry(&t, &rd, blob, head, diag);
	if (r != 0)
		return r;
	drop_empty(&t);
	*ret = t;
	return 0;
}
