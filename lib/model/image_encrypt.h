/*
 * image_encrypt.h - container images with encrypted layers as ocicrypt has
 * them, written from an OCI layout to a new one, without a daemon: for guests
 * with image-rs (key broker) and for skopeo, podman, containerd (private key).
 */
#ifndef COCO_IMAGE_ENCRYPT_H
#define COCO_IMAGE_ENCRYPT_H

#include "lib/core/run.h"
#include "lib/core/secret.h"
#include "lib/crypto/key.h"

/* What is wanted; borrowed. At least one of kek and recipients. */
struct coco_image_encrypt {
	const char *source;                        /* a layout, directory or tar; or a tar, which
						      becomes the only layer */
	const char *tag;                           /* of the image; NULL: the only one */
	const char *out;                           /* the new layout's directory */
	unsigned out_flags;
	const char *out_tag;                       /* NULL: that of the source */
	const struct coco_secret *kek;             /* 32 bytes; NULL: no packet for guests */
	const char *kid;                           /* "kbs:///repo/type/tag", with kek */
	unsigned packet;                           /* version of the packet, 1 or 2 */
	const struct coco_key *const *recipients;  /* public keys for a JWE */
	size_t n_recipients;
	bool dry_run;                              /* read and check; write nothing */
};

struct coco_image_encrypted {
	uint8_t manifest[32];      /* SHA-256; zeros after a dry run */
	size_t n_layers;
	uint64_t bytes;            /* of all layers */
};

/*
 * coco_image_encrypt - every layer with its own key, several at once
 * (run->jobs). Streams; the layout appears when it is complete. Errors:
 * OCICRYPT_MEDIA (layers that guests do not decrypt), OCICRYPT_SOURCE (no one
 * image), OCICRYPT_RECIPIENT, BLOB_DIGEST, those of layout.h and io.h,
 * KEY_TYPE, CANCELLED.
 */
int coco_image_encrypt(const struct coco_run *run, const struct coco_image_encrypt *req,
		       struct coco_image_encrypted *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
