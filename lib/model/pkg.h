/*
 * pkg.h - a model package that was found in a layout: manifest, header,
 * signature, catalogue. Nothing in it is trusted before it is checked; the
 * order of the checks is signature, manifest, header, catalogue, chunks.
 */
#ifndef COCO_PKG_H
#define COCO_PKG_H

#include "formats/model/catalogue.h"
#include "lib/core/secret.h"
#include "lib/crypto/bundle_sign.h"
#include "lib/model/layout.h"

struct coco_pkg {
	struct coco_layout *layout;
	struct coco_found found;         /* the manifest */
	struct coco_pkg_header header;
	uint64_t bytes;                  /* of catalogue and segments, sealed */
};

/*
 * coco_pkg_open - finds the package at path ("DIR", "FILE.tar"; tag NULL: the
 * only one), checks the digests of manifest and header and that they fit
 * together. Free with coco_pkg_close.
 */
int coco_pkg_open(const char *path, const char *tag, struct coco_pkg *ret,
		  struct coco_diag *diag) COCO_MUSTUSE;
void coco_pkg_close(struct coco_pkg *pkg);

/* coco_pkg_segment - descriptor of segment s (< header.segment_count). */
static inline const struct coco_descriptor *coco_pkg_segment(const struct coco_pkg *pkg,
							      uint64_t s)
{
	return &pkg->found.manifest.layers[s + 1];
}

/* What a caller asks of a package beside its own consistency. */
struct coco_pkg_policy {
	const struct coco_bundle_trust *trust; /* NULL: the signature is not looked at */
	struct coco_view signature;            /* a bundle given apart; p NULL: none */
	uint64_t min_version;                  /* 0: any */
	bool has_previous;
	struct coco_digest previous;           /* must be the predecessor */
	uint64_t previous_version;             /* 0: unknown */
};

/*
 * coco_pkg_check_version - min_version and predecessor: PACKAGE_ROLLBACK,
 * PACKAGE_PREVIOUS.
 */
int coco_pkg_check_version(const struct coco_pkg *pkg, const struct coco_pkg_policy *policy,
			   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_pkg_check_signature - one signature made by whom policy->trust names,
 * over a statement about exactly this package. Gives *ret who signed
 * (coco_bundle_signed_clear). Errors: PACKAGE_UNSIGNED when there is none,
 * PACKAGE_SUBJECT or PACKAGE_MIXED when it is about another, those of
 * coco_bundle_verify; with several, the error of the most relevant one.
 */
int coco_pkg_check_signature(const struct coco_run *run, const struct coco_pkg *pkg,
			     const struct coco_pkg_policy *policy,
			     struct coco_bundle_signed *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_pkg_signatures - how many signature bundles refer to the package. */
int coco_pkg_signatures(const struct coco_pkg *pkg, size_t *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_pkg_catalogue - decrypts and checks the catalogue: its header is that
 * of the package, every run lies inside its segment.
 */
int coco_pkg_catalogue(const struct coco_pkg *pkg, const struct coco_secret *key,
		       struct coco_catalogue *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_pkg_wraps - the wraps document attached to the package; gives *ret (coco_free). */
int coco_pkg_wraps(const struct coco_pkg *pkg, uint8_t **ret, size_t *ret_n,
		   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_pkg_check_blobs - digests of catalogue and all segments, or (segments
 * not NULL) only of those segments whose entry is true; codes per blob are
 * logged, the first failure is returned.
 */
struct coco_pkg_blobs {
	uint64_t checked;
	uint64_t bad;
};
int coco_pkg_check_blobs(const struct coco_run *run, const struct coco_pkg *pkg,
			 const bool *segments, struct coco_pkg_blobs *ret,
			 struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_pkg_check_files - the digests of the segments that hold the selected
 * files (NULL: all). A signature covers these digests; without this a holder
 * of the content key could exchange a segment below a signed manifest.
 */
int coco_pkg_check_files(const struct coco_run *run, const struct coco_pkg *pkg,
			 const struct coco_catalogue *cat, const bool *selected,
			 struct coco_diag *diag) COCO_MUSTUSE;

#endif
