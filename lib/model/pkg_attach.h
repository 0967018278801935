/*
 * pkg_attach.h - what refers to a finished package: its signature (a Sigstore
 * bundle, found by cosign) and the wraps of its content key.
 */
#ifndef COCO_PKG_ATTACH_H
#define COCO_PKG_ATTACH_H

#include "formats/model/package.h"
#include "lib/crypto/bundle_sign.h"
#include "lib/crypto/key_wrap.h"
#include "lib/model/layout.h"

/* coco_pkg_sign - the signed statement of a package; gives *ret (coco_free). */
int coco_pkg_sign(const struct coco_run *run, const struct coco_digest *manifest,
		  const struct coco_pkg_header *header, const struct coco_digest *catalogue,
		  const struct coco_bundle_signer *signer, uint8_t **ret, size_t *ret_n,
		  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_pkg_attach_signature - signs and adds the referrer to the layout
 * dirfd; package describes the package's manifest.
 */
int coco_pkg_attach_signature(const struct coco_run *run, int dirfd,
			      const struct coco_descriptor *package,
			      const struct coco_pkg_header *header,
			      const struct coco_digest *catalogue,
			      const struct coco_bundle_signer *signer, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_pkg_attach_wraps - wraps key for the recipients and adds (or replaces)
 * the package's wraps document in the layout dirfd.
 */
int coco_pkg_attach_wraps(int dirfd, const struct coco_descriptor *package,
			  const struct coco_pkg_header *header, const struct coco_secret *key,
			  const struct coco_key *const *recipients, size_t n_recipients,
			  struct coco_diag *diag) COCO_MUSTUSE;

#endif
