/*
 * mint_payload.c - attestation payloads for tests (see mint_payload.h).
 */
#include "tests/support/mint_payload.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONCE "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define NONCE_OTHER "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh4="
#define X "ANbJDpVEC_bNPvuKERn1FkQMSuPWEzIQ7Y-kl3K0yEo"
#define X_OTHER "AdbJDpVEC_bNPvuKERn1FkQMSuPWEzIQ7Y-kl3K0yEo"
#define Y "eba_t8dP5Et0TPv0jdtCWba8l78-lTtyJSwWq0q0IQA"

enum { HASH = 48, TEXT = 4096 };

const uint8_t coco_payload_nonce[COCO_PAYLOAD_NONCE] = {
	0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
};

const char *coco_payload_defect_name(enum coco_payload_defect defect)
{
	static const char *const names[COCO_PAYLOAD_DEFECTS] = {
		"good", "device swapped", "device dropped", "nonce changed", "key changed",
		"primary zero", "device unbound",
	};

	return names[defect];
}

/* Base64 of the SHA-384 of a text. */
static void hash64(char ret[HASH / 3 * 4 + 1], const char *text)
{
	uint8_t digest[HASH];
	unsigned n = sizeof(digest);

	if (EVP_Digest(text, strlen(text), digest, &n, EVP_sha384(), NULL) != 1)
		abort();
	EVP_EncodeBlock((unsigned char *)ret, digest, HASH);
}

/* Quotes of a JSON text escaped, as a string value needs them. */
static void escape(char ret[TEXT], const char *text)
{
	size_t n = 0;

	for (; *text != '\0' && n < TEXT - 3; text++) {
		if (*text == '"')
			ret[n++] = '\\';
		ret[n++] = *text;
	}
	ret[n] = '\0';
}

static void device_text(char ret[TEXT], int svn, const char *bound)
{
	snprintf(ret, TEXT, "{\"sampledevice\":{\"svn\":\"%d\",\"report_data\":\"%s\"}}", svn,
		 bound);
}

char *coco_mint_payload(enum coco_payload_defect defect, bool devices)
{
	static const char jwk[] = "{\"alg\":\"ECDH-ES+A256KW\",\"crv\":\"P-256\",\"kty\":\"EC\","
				  "\"x\":\"" X "\",\"y\":\"" Y "\"}";
	char primary[HASH / 3 * 4 + 1];
	char bound[HASH / 3 * 4 + 1];
	char device[TEXT] = "";
	char escaped[TEXT];
	char canonical[3 * TEXT];
	char *text = malloc(4 * TEXT);

	if (text == NULL)
		abort();
	snprintf(canonical, sizeof(canonical), "{\"nonce\":\"%s\",\"tee-pubkey\":%s}",
		 defect == COCO_PAYLOAD_DEVICE_UNBOUND ? NONCE_OTHER : NONCE, jwk);
	hash64(bound, canonical);
	if (devices)
		device_text(device, 1, bound);
	escape(escaped, device);
	snprintf(canonical, sizeof(canonical),
		 "{\"additional-evidence\":\"%s\",\"nonce\":\"" NONCE "\",\"tee-pubkey\":%s}",
		 escaped, jwk);
	hash64(primary, canonical);
	if (defect == COCO_PAYLOAD_DEVICE_SWAPPED)
		device_text(device, 2, bound);
	if (defect == COCO_PAYLOAD_DEVICE_DROPPED)
		device[0] = '\0';
	if (defect == COCO_PAYLOAD_PRIMARY_ZERO)
		memset(primary, 'A', sizeof(primary) - 1);
	escape(escaped, device);
	snprintf(text, 4 * TEXT,
		 "{\"runtime-data\":{\"nonce\":\"%s\",\"tee-pubkey\":{\"kty\":\"EC\","
		 "\"crv\":\"P-256\",\"alg\":\"ECDH-ES+A256KW\",\"x\":\"%s\",\"y\":\"" Y "\"}},"
		 "\"tee-evidence\":{\"primary_evidence\":{\"svn\":\"1\",\"report_data\":\"%s\"},"
		 "\"additional_evidence\":\"%s\"}}",
		 defect == COCO_PAYLOAD_NONCE_CHANGED ? NONCE_OTHER : NONCE,
		 defect == COCO_PAYLOAD_KEY_CHANGED ? X_OTHER : X, primary, escaped);
	return text;
}
