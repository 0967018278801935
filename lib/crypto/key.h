/*
 * key.h - asymmetric keys: Ed25519, ECDSA/ECDH P-256, P-384, P-521, RSA of
 * 2048 to 8192 bits. Everything else is refused by name.
 */
#ifndef COCO_KEY_H
#define COCO_KEY_H

#include "lib/core/keyref.h"

struct coco_key;   /* opaque; immutable, may be used by several threads */

enum coco_key_type {
	COCO_KEY_ED25519,
	COCO_KEY_P256,
	COCO_KEY_P384,
	COCO_KEY_P521,
	COCO_KEY_RSA,
};

enum {
	COCO_KEY_FILE_MAX = 64 * 1024,   /* bytes of a key file */
	COCO_KEY_RSA_MIN = 2048,
	COCO_KEY_RSA_MAX = 8192,
	COCO_FINGERPRINT_BYTES = 32,
	COCO_FINGERPRINT_TEXT = 72,      /* "sha256:", 64 digits, NUL */
	COCO_KEY_HINT_TEXT = 65,         /* 64 digits, NUL */
};

/*
 * coco_key_generate - name: ed25519, p256, p384, p521, rsa2048, rsa3072,
 * rsa4096. Gives *ret (coco_key_free). Another name: USAGE_VALUE.
 */
int coco_key_generate(const char *name, struct coco_key **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_key_load_private - a private key by reference (keyref.h): PEM with
 * PKCS#8, SEC1 or PKCS#1, or DER PKCS#8. Public and private half are checked
 * against each other. Errors: KEY_FORMAT, KEY_TYPE, KEY_WEAK, KEY_ENCRYPTED,
 * KEY_NOT_PRIVATE, FORMAT_PEM and those of coco_keyref_load.
 */
int coco_key_load_private(const char *ref, unsigned flags, struct coco_key **ret,
			  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_key_load_public - a public key from a file or reference: PEM or DER
 * SubjectPublicKeyInfo, or a certificate (its key; nothing about the
 * certificate is checked). A private key file: KEY_NOT_PUBLIC.
 */
int coco_key_load_public(const char *ref, struct coco_key **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* The same from bytes in memory (borrowed). */
int coco_key_parse_private(struct coco_view bytes, struct coco_key **ret, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_key_parse_public(struct coco_view bytes, struct coco_key **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

void coco_key_free(struct coco_key *key);   /* NULL is fine */

enum coco_key_type coco_key_type(const struct coco_key *key);
bool coco_key_is_private(const struct coco_key *key);
unsigned coco_key_bits(const struct coco_key *key);        /* 256, 384, 521, 3072, ... */
const char *coco_key_name(const struct coco_key *key);     /* "p384", "rsa3072"; borrowed */

/* coco_key_fingerprint - SHA-256 of the DER SubjectPublicKeyInfo; borrowed, 32 bytes. */
const uint8_t *coco_key_fingerprint(const struct coco_key *key);

/* coco_key_fingerprint_text - "sha256:" and 64 digits; borrowed. */
const char *coco_key_fingerprint_text(const struct coco_key *key);

/*
 * coco_key_hint - hexadecimal SHA-256 of the PEM text of the
 * SubjectPublicKeyInfo (packaging.md 1.3, HINT); borrowed.
 */
const char *coco_key_hint(const struct coco_key *key);

/* coco_key_same - true when both have the same public half. */
bool coco_key_same(const struct coco_key *a, const struct coco_key *b);

/* coco_key_private_pem - PKCS#8 PEM, unencrypted. Gives *ret. KEY_NOT_PRIVATE. */
int coco_key_private_pem(const struct coco_key *key, struct coco_secret *ret,
			 struct coco_diag *diag) COCO_MUSTUSE;

/* SubjectPublicKeyInfo as PEM text or DER; gives *ret (coco_free), PEM NUL-terminated. */
int coco_key_public_pem(const struct coco_key *key, char **ret, size_t *ret_n,
			struct coco_diag *diag) COCO_MUSTUSE;
int coco_key_public_der(const struct coco_key *key, uint8_t **ret, size_t *ret_n,
			struct coco_diag *diag) COCO_MUSTUSE;

#endif
