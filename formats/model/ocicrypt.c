/*
 * ocicrypt.c - options and packets of encrypted layers (see ocicrypt.h).
 */
#include "formats/model/ocicrypt.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"

#define LAYER "application/vnd.oci.image.layer."

const char *coco_ocicrypt_media(const char *media_type)
{
	static const char *const media[][2] = {
		{ LAYER "v1.tar", LAYER "v1.tar+encrypted" },
		{ LAYER "v1.tar+gzip", LAYER "v1.tar+gzip+encrypted" },
		{ LAYER "nondistributable.v1.tar", LAYER "nondistributable.v1.tar+encrypted" },
		{ LAYER "nondistributable.v1.tar+gzip",
		  LAYER "nondistributable.v1.tar+gzip+encrypted" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(media); i++)
		if (strcmp(media[i][0], media_type) == 0)
			return media[i][1];
	return NULL;
}

static bool ends(const char *text, const char *end)
{
	size_t n = strlen(text);

	return n >= strlen(end) && strcmp(text + n - strlen(end), end) == 0;
}

void coco_ocicrypt_why(const char *media_type, const char **ret_why, const char **ret_next)
{
	if (strncmp(media_type, "application/vnd.docker.", 23) == 0) {
		*ret_why = "guests refuse encrypted layers of Docker's media types";
		*ret_next = "convert the image first: skopeo copy --format oci SOURCE oci:DIR:TAG";
	} else if (ends(media_type, "+encrypted")) {
		*ret_why = "the layer is encrypted already";
		*ret_next = "name the image as it was before encryption";
	} else if (ends(media_type, "+zstd")) {
		*ret_why = "guests do not decrypt layers that zstd compressed";
		*ret_next = "compress with gzip: skopeo copy --dest-compress-format gzip";
	} else {
		*ret_why = "this is no layer of a container image";
		*ret_next = "name an image with layers of type " LAYER "v1.tar+gzip";
	}
}

size_t coco_ocicrypt_private(char ret[COCO_OCICRYPT_PRIVATE], const uint8_t key[32],
			     const uint8_t sha256[32], const uint8_t nonce[16])
{
	char key64[48];
	char hex[72];
	char nonce64[32];

	coco_b64_encode(COCO_B64_STD, key64, key, 32);
	coco_hex_encode(hex, sha256, 32);
	coco_b64_encode(COCO_B64_STD, nonce64, nonce, 16);
	int n = snprintf(ret, COCO_OCICRYPT_PRIVATE,
			 "{\"symkey\":\"%s\",\"digest\":\"sha256:%s\",\"cipheroptions\":"
			 "{\"nonce\":\"%s\"}}", key64, hex, nonce64);
	explicit_bzero(key64, sizeof(key64));
	return n > 0 ? (size_t)n : 0;
}

void coco_ocicrypt_public(struct coco_wr *wr, const uint8_t hmac[32])
{
	struct coco_jw jw;

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "cipher", "AES_256_CTR_HMAC_SHA256");
	coco_jw_kv_b64(&jw, "hmac", hmac, 32);
	coco_jw_key(&jw, "cipheroptions");
	coco_jw_raw(&jw, "{}", 2);
	coco_jw_end(&jw, '}');
}

void coco_ocicrypt_packet(struct coco_wr *wr, unsigned version, const char *kid,
			  struct coco_view wrapped, const uint8_t iv[12])
{
	struct coco_jw jw;

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	if (version >= 2)
		coco_jw_kv_string(&jw, "version", "0.1.0");
	coco_jw_kv_string(&jw, "kid", kid);
	coco_jw_kv_b64(&jw, "wrapped_data", wrapped.p, wrapped.n);
	if (version >= 2) {
		coco_jw_kv_string(&jw, "provider", "kbs");
		coco_jw_key(&jw, "provider_settings");
		coco_jw_raw(&jw, "{}", 2);
		coco_jw_key(&jw, "annotations");
		coco_jw_raw(&jw, "{}", 2);
	}
	coco_jw_kv_b64(&jw, "iv", iv, 12);
	coco_jw_kv_string(&jw, "wrap_type", "A256GCM");
	coco_jw_end(&jw, '}');
}
