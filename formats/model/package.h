/*
 * package.h - the public documents of a model package: header (the OCI config
 * blob), signed statement, plan and part files, and the names and limits of
 * the format (docs/formats/model-package.md).
 */
#ifndef COCO_PACKAGE_H
#define COCO_PACKAGE_H

#include "formats/model/oci.h"

#define COCO_MT_PACKAGE "application/vnd.cococtl.model-package.v1+json"
#define COCO_MT_HEADER "application/vnd.cococtl.model-package.header.v1+json"
#define COCO_MT_CATALOGUE "application/vnd.cococtl.model-package.catalogue.v1"
#define COCO_MT_SEGMENT "application/vnd.cococtl.model-package.segment.v1"
#define COCO_MT_WRAPS "application/vnd.cococtl.key-wraps.v1+json"
#define COCO_MT_BUNDLE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define COCO_PREDICATE_PACKAGE "https://cococtl/model-package/v1"
#define COCO_PACKAGE_SUBJECT "model-package"
#define COCO_PACKAGE_SUITE "cobblestone-256"
#define COCO_KEY_ID_PREFIX "kbs:///default/model-key/"

/* Segment numbers of the two messages that are not segments. */
#define COCO_SEGMENT_CATALOGUE UINT64_MAX

enum {
	COCO_PACKAGE_ID = 16,
	COCO_PACKAGE_FORMAT_VERSION = 1,
	COCO_PACKAGE_SEGMENTS_MAX = 10000,
	COCO_PACKAGE_HEADER_MAX = 64 << 10,
	COCO_KEY_ID_MAX = 1024,
	COCO_PIECE = 1 << 20,              /* plaintext bytes of a transformed piece */
};

#define COCO_PACKAGE_SEGMENT_MIN ((uint64_t)1 << 16)
#define COCO_PACKAGE_SEGMENT_MAX ((uint64_t)1 << 32)
#define COCO_PACKAGE_VERSION_MAX ((uint64_t)INT64_MAX)

/* Where plaintext may be written when the package is opened. */
enum coco_at_rest {
	COCO_AT_REST_ALLOW = 0,
	COCO_AT_REST_GUEST_ENCRYPTED, /* memory, or a disk that dm-crypt encrypts */
	COCO_AT_REST_DENY,            /* memory only */
};

/* "allow", "guest-encrypted", "deny". */
const char *coco_at_rest_name(enum coco_at_rest v);
bool coco_at_rest_parse(const char *name, enum coco_at_rest *ret);

/* coco_key_id_valid - 1 to COCO_KEY_ID_MAX visible ASCII characters. */
bool coco_key_id_valid(const char *key_id);

struct coco_pkg_header {
	uint8_t package_id[COCO_PACKAGE_ID];
	uint64_t version;             /* monotonic, at least 1 */
	bool has_previous;
	struct coco_digest previous;  /* manifest digest of the predecessor */
	char *key_id;                 /* owned; where the content key is registered */
	uint64_t segment_size;        /* plaintext bytes before transforms, a power of two */
	uint64_t segment_count;
	enum coco_at_rest at_rest;
};

/*
 * Encode and decode the header document. The decoder refuses unknown suites,
 * format versions and critical members; the result is freed with
 * coco_pkg_header_free.
 */
void coco_pkg_header_encode(struct coco_wr *wr, const struct coco_pkg_header *h);
int coco_pkg_header_decode(struct coco_pkg_header *ret, struct coco_view text,
			   struct coco_diag *diag) COCO_MUSTUSE;
/* coco_pkg_header_decode_jv - the same from a value of a larger document. */
int coco_pkg_header_decode_jv(struct coco_pkg_header *ret, const struct coco_jv *v,
			      struct coco_diag *diag) COCO_MUSTUSE;
void coco_pkg_header_free(struct coco_pkg_header *h);

/* coco_pkg_header_equal - same in every member. */
bool coco_pkg_header_equal(const struct coco_pkg_header *a, const struct coco_pkg_header *b);

/*
 * coco_pkg_context - the key-derivation context of a message (design 3):
 * "cococtl/model-package/v1" | 0x00 | package id | BE64(segment).
 */
enum { COCO_PKG_CONTEXT = 24 + 1 + COCO_PACKAGE_ID + 8 };
void coco_pkg_context(uint8_t ret[COCO_PKG_CONTEXT], const uint8_t id[COCO_PACKAGE_ID],
		      uint64_t segment);

/* What a signature says about a package: in-toto Statement v1, our predicate. */
struct coco_pkg_statement {
	struct coco_digest manifest;   /* the subject */
	struct coco_digest catalogue;  /* digest of the catalogue blob */
	struct coco_pkg_header header; /* repeated: id, version, previous, key id, at rest */
};

void coco_pkg_statement_encode(struct coco_wr *wr, const struct coco_pkg_statement *s);
int coco_pkg_statement_decode(struct coco_pkg_statement *ret, struct coco_view text,
			      struct coco_diag *diag) COCO_MUSTUSE;
void coco_pkg_statement_free(struct coco_pkg_statement *s);

/*
 * coco_pkg_manifest_check - that a manifest has the shape of a package:
 * config, catalogue first, then at least one segment, each of the right
 * media type.
 */
int coco_pkg_manifest_check(const struct coco_manifest *m, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_critical_check - the member "critical" of obj: an array of names, each
 * of which must be known; absent is fine. COCO_E_CRITICAL otherwise.
 */
int coco_critical_check(const struct coco_jv *obj, const char *const *known, size_t n_known,
			struct coco_diag *diag) COCO_MUSTUSE;

#endif
