/*
 * ocicrypt.h - what encrypted layers of container images carry beside them
 * (containers/ocicrypt; the guest's reader is image-rs; broker.md 5.2).
 */
#ifndef COCO_OCICRYPT_H
#define COCO_OCICRYPT_H

#include "formats/core/json.h"

#define COCO_OCICRYPT_PUBLIC "org.opencontainers.image.enc.pubopts"
#define COCO_OCICRYPT_PROVIDER "org.opencontainers.image.enc.keys.provider.attestation-agent"
#define COCO_OCICRYPT_JWE "org.opencontainers.image.enc.keys.jwe"

enum { COCO_OCICRYPT_PRIVATE = 256 };   /* room for private options, with the NUL */

/*
 * coco_ocicrypt_media - the media type of a layer once it is encrypted; NULL
 * for what guests do not decrypt. coco_ocicrypt_why - why not, and what to do:
 * a sentence each; static.
 */
const char *coco_ocicrypt_media(const char *media_type);
void coco_ocicrypt_why(const char *media_type, const char **ret_why, const char **ret_next);

/*
 * coco_ocicrypt_private - the private options: key, digest of the layer as
 * it was, first counter block. Secret: ret is wiped by the caller. Its length.
 */
size_t coco_ocicrypt_private(char ret[COCO_OCICRYPT_PRIVATE], const uint8_t key[32],
			     const uint8_t sha256[32], const uint8_t nonce[16]);

/* coco_ocicrypt_public - the text of the public options. */
void coco_ocicrypt_public(struct coco_wr *wr, const uint8_t hmac[32]);

/*
 * coco_ocicrypt_packet - the packet of the attestation agent's key provider:
 * private options wrapped with AES-256-GCM by the key that kid names. version
 * 1 is what every guest reads, 2 what guests of today write.
 */
void coco_ocicrypt_packet(struct coco_wr *wr, unsigned version, const char *kid,
			  struct coco_view wrapped, const uint8_t iv[12]);

#endif
