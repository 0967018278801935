/*
 * oci.h - the parts of the OCI image specification that a model package uses:
 * digests, descriptors, manifests, indexes (image-spec: descriptor.md,
 * manifest.md, image-index.md, image-layout.md).
 */
#ifndef COCO_OCI_H
#define COCO_OCI_H

#include "formats/core/json.h"

#define COCO_MT_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define COCO_MT_INDEX "application/vnd.oci.image.index.v1+json"
#define COCO_MT_EMPTY "application/vnd.oci.empty.v1+json"
#define COCO_ANN_REF_NAME "org.opencontainers.image.ref.name"
#define COCO_ANN_TITLE "org.opencontainers.image.title"

enum {
	COCO_OCI_MANIFEST_MAX = 4 << 20,   /* bytes; registries refuse more */
	COCO_OCI_INDEX_TEXT_MAX = 16 << 20, /* bytes of an index */
	COCO_OCI_MEDIA_TYPE_MAX = 255,     /* RFC 6838: two names of 127 and a slash */
	COCO_OCI_DIGEST_TEXT = 72,         /* "sha256:" + 64 digits + NUL */
	COCO_OCI_LAYERS_MAX = 20000,
	COCO_OCI_INDEX_MAX = 10000,        /* descriptors in an index */
	COCO_OCI_ANNOTATIONS_MAX = 64,
	COCO_OCI_TAG_MAX = 128,            /* distribution-spec: pulling manifests */
};

/* A SHA-256 digest as "sha256:<64 lower-case hex>". */
struct coco_digest {
	uint8_t sha256[32];
};

/*
 * coco_digest_parse - strict: only "sha256:" and 64 lower-case digits
 * (FORMAT_VALUE otherwise; other registered algorithms are named as not
 * supported). coco_digest_text writes COCO_OCI_DIGEST_TEXT bytes at most.
 */
int coco_digest_parse(struct coco_digest *ret, const char *text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_digest_text(char ret[COCO_OCI_DIGEST_TEXT], const struct coco_digest *d);
bool coco_digest_equal(const struct coco_digest *a, const struct coco_digest *b);

/* coco_tag_valid - a tag that registries accept: [A-Za-z0-9_][A-Za-z0-9._-]{0,127}. */
bool coco_tag_valid(const char *tag);

struct coco_annotation {
	char *key;
	char *value;
};

/*
 * Strings are owned, NULL when absent. rest keeps the members that this
 * struct does not name (urls, data, platform, ...) as the text of a JSON
 * object, so that writing an index again loses nothing.
 */
struct coco_descriptor {
	char *media_type;
	char *artifact_type;
	struct coco_digest digest;
	uint64_t size;
	struct coco_annotation *annotations;
	size_t n_annotations;
	char *rest;
};

struct coco_manifest {
	char *artifact_type;                /* may be NULL */
	struct coco_descriptor config;
	struct coco_descriptor *layers;
	size_t n_layers;
	bool has_subject;
	struct coco_descriptor subject;
	struct coco_annotation *annotations;
	size_t n_annotations;
};

struct coco_index {
	struct coco_descriptor *manifests;
	size_t n_manifests;
	struct coco_annotation *annotations;
	size_t n_annotations;
	char *rest;                         /* as in a descriptor */
};

/* coco_annotation_get - the value of key, or NULL. */
const char *coco_annotation_get(const struct coco_annotation *a, size_t n, const char *key);

/* coco_annotation_add - appends a copy of key and value (at most ANNOTATIONS_MAX). */
int coco_annotation_add(struct coco_annotation **list, size_t *n, const char *key,
			const char *value, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * Decoders: bounded, strict about what is used (schemaVersion 2, types,
 * digest grammar, sizes below 2^63), tolerant of unknown members and
 * annotations as the specification asks; null counts as absent, as Go
 * programs write it. A document that could be read both as a manifest and as
 * an index is refused (CVE-2021-41190). The result owns everything. Errors:
 * those of coco_json_parse and the accessors, FORMAT_VALUE, LIMIT_SIZE.
 */
int coco_manifest_decode(struct coco_manifest *ret, struct coco_view text,
			 struct coco_diag *diag) COCO_MUSTUSE;
int coco_index_decode(struct coco_index *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
/*
 * coco_oci_layout_check - the "oci-layout" file: imageLayoutVersion 1.x;
 * another version is COCO_E_LAYOUT_FORMAT.
 */
int coco_oci_layout_check(struct coco_view text, struct coco_diag *diag) COCO_MUSTUSE;

void coco_descriptor_free(struct coco_descriptor *d);
void coco_manifest_free(struct coco_manifest *m);
void coco_index_free(struct coco_index *x);

/* coco_descriptor_copy - a deep copy. */
int coco_descriptor_copy(struct coco_descriptor *ret, const struct coco_descriptor *d,
			 struct coco_diag *diag) COCO_MUSTUSE;

/*
 * Encoders: compact JSON, fixed member order, same struct same bytes. What a
 * decoder accepted is encoded so that it decodes to the same again.
 */
void coco_manifest_encode(struct coco_wr *wr, const struct coco_manifest *m);
void coco_index_encode(struct coco_wr *wr, const struct coco_index *x);

#endif
