/*
 * kek.h - how a key comes to its holder: key agreement, key derivation and key
 * wrapping (RFC 7518 sections 4.3 and 4.6, RFC 3394, RFC 8017).
 */
#ifndef COCO_KEK_H
#define COCO_KEK_H

#include "lib/crypto/key.h"

enum { COCO_KEK_BYTES = 32, COCO_KEK_WRAP_MORE = 8 };

/*
 * coco_kek_peer - a public EC key from its coordinates, each of exactly the
 * length of the field; gives *ret. Not on the curve, or of another length:
 * KEY_FORMAT.
 */
int coco_kek_peer(enum coco_key_type type, struct coco_view x, struct coco_view y,
		  struct coco_key **ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_kek_coordinates - x and y (at least 66 bytes each), *ret_n bytes of each. */
int coco_kek_coordinates(const struct coco_key *key, uint8_t *ret_x, uint8_t *ret_y,
			 size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_kek_rsa_numbers - modulus (at most COCO_KEY_RSA_MAX / 8 bytes) and exponent (at most 8)
 * of an RSA key, big-endian without leading zeros. KEY_TYPE.
 */
int coco_kek_rsa_numbers(const struct coco_key *key, uint8_t *ret_n, size_t *ret_n_len,
			 uint8_t ret_e[8], size_t *ret_e_len, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_kek_ecdh - the shared x coordinate; both keys on one curve. Gives *ret. */
int coco_kek_ecdh(const struct coco_key *mine, const struct coco_key *peer,
		  struct coco_secret *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_kek_derive - Concat KDF with SHA-256 (RFC 7518 section 4.6.2): 32 bytes
 * for the algorithm alg. Gives *ret.
 */
int coco_kek_derive(const struct coco_secret *z, const char *alg, struct coco_view apu,
		    struct coco_view apv, struct coco_secret *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_kek_wrap - AES-256 key wrap (RFC 3394) of a secret of n >= 16 bytes, a
 * multiple of 8; gives *ret (coco_free), 8 bytes longer.
 * coco_kek_unwrap - back; KEY_UNWRAP when it does not open.
 */
int coco_kek_wrap(const struct coco_secret *kek, const struct coco_secret *secret, uint8_t **ret,
		  size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;
int coco_kek_unwrap(const struct coco_secret *kek, struct coco_view wrapped,
		    struct coco_secret *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_kek_oaep_seal - RSAES-OAEP with SHA-256 and MGF1 with SHA-256; gives
 * *ret (coco_free).
 * coco_kek_oaep_open - back; sha1 chooses the hashes of RSA-OAEP as RFC 7518
 * has it, for reading only. KEY_UNWRAP when it does not open.
 */
int coco_kek_oaep_seal(const struct coco_key *key, const struct coco_secret *secret,
		       uint8_t **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;
int coco_kek_oaep_open(const struct coco_key *key, struct coco_view sealed, bool sha1,
		       struct coco_secret *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
