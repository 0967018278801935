/*
 * snp_certs.h - the certificate table of SEV-SNP (evidence.md 1.3): what
 * follows a report in an extended report, and the auxblob of configfs-tsm.
 * Entries of {GUID, offset, length}, offsets from the start of the table,
 * ended by a GUID of zeros; GUIDs are in the order of their text.
 */
#ifndef COCO_SNP_CERTS_H
#define COCO_SNP_CERTS_H

#include "formats/core/diag.h"

enum {
	COCO_SNP_CERTS_MAX = 32,         /* entries of a table */
	COCO_SNP_CERTS_BYTES = 1 << 20,  /* bytes of a table with its certificates */
	COCO_SNP_CERTS_GUID = 16,
};

enum coco_snp_cert_kind {
	COCO_SNP_CERT_OTHER,
	COCO_SNP_CERT_ARK,
	COCO_SNP_CERT_ASK,               /* and the ASVK */
	COCO_SNP_CERT_VCEK,
	COCO_SNP_CERT_VLEK,
	COCO_SNP_CERT_CRL,
	COCO_SNP_CERT_GOOGLE,            /* Google's extra platform info: no certificate */
	COCO_SNP_CERT_KINDS,
};

struct coco_snp_certs_entry {
	enum coco_snp_cert_kind kind;
	uint8_t guid[COCO_SNP_CERTS_GUID];
	struct coco_view bytes;          /* borrowed; DER, or PEM as some hosts store it */
	uint64_t offset;                 /* of bytes, in the source */
};

struct coco_snp_certs {
	struct coco_snp_certs_entry v[COCO_SNP_CERTS_MAX];
	size_t n;
};

/*
 * coco_snp_certs_read - the entries of the table that blob (borrowed) starts
 * with; base is its offset in the source. Entries of no bytes are left out;
 * what lies behind the last certificate is padding. SNP_CERTS: no end, an
 * entry outside the blob or inside the table's head, a GUID twice; LIMIT_SIZE.
 */
int coco_snp_certs_read(struct coco_snp_certs *ret, struct coco_view blob, uint64_t base,
			struct coco_diag *diag) COCO_MUSTUSE;

/* coco_snp_certs_looks - whether blob starts with a known GUID: for recognition only. */
bool coco_snp_certs_looks(struct coco_view blob);

/* coco_snp_cert_name - "ARK", "ASK", "VCEK", "VLEK", "CRL", "GOOGLE", "OTHER"; static. */
const char *coco_snp_cert_name(enum coco_snp_cert_kind kind);

/* coco_snp_cert_kind_of - the kind of such a name; OTHER for any other text. */
enum coco_snp_cert_kind coco_snp_cert_kind_of(const char *name);

#endif
