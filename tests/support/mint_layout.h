/*
 * mint_layout.h - small OCI layouts for tests, written without the code under
 * test, so that every defect can be put in by hand.
 */
#ifndef COCO_MINT_LAYOUT_H
#define COCO_MINT_LAYOUT_H

#include <stddef.h>

#include "formats/core/base.h"

#define COCO_MINT_PACKAGE "application/vnd.example.package.v1+json"
#define COCO_MINT_SIGNATURE "application/vnd.example.signature.v1+json"
#define COCO_MINT_EMPTY \
	"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

/* A blob that was written: its digest as text and its length. */
struct coco_minted {
	char digest[72];
	size_t size;
};

/* coco_mint_file - writes name below dir, whose directories must exist. */
void coco_mint_file(const char *dir, const char *name, const void *p, size_t n);
void coco_mint_text(const char *dir, const char *name, const char *text);

/* coco_mint_start - a temporary directory with oci-layout, blobs/sha256 and blob {}. */
char *coco_mint_start(void);

/* coco_mint_blob - writes a blob under its digest. */
struct coco_minted coco_mint_blob(const char *dir, const char *text);

/*
 * coco_mint_manifest - a manifest with one layer (payload); artifact_type and
 * subject may be NULL; config_type NULL means the empty config.
 */
struct coco_minted coco_mint_manifest(const char *dir, const char *artifact_type,
				      const char *config_type, const char *payload,
				      const struct coco_minted *subject);

/*
 * coco_mint_entry - a descriptor as JSON text in ret: media type "manifest",
 * "index" or a full one; artifact_type and tag may be NULL.
 */
void coco_mint_entry(char *ret, size_t cap, const char *media, const struct coco_minted *blob,
		     const char *artifact_type, const char *tag);

/* coco_mint_index - an index of these entries (joined by commas), as text in ret. */
void coco_mint_index(char *ret, size_t cap, const char *entries);

/* coco_mint_path - "dir/name" in a static buffer; of two alternating ones. */
const char *coco_mint_path(const char *dir, const char *name);

/* coco_mint_blob_path - where a blob is, in a static buffer. */
const char *coco_mint_blob_path(const char *dir, const struct coco_minted *blob);

#endif
