/*
 * fuzz_key_file.c - key and certificate files. Covers coco_key_parse_private,
 * coco_key_parse_public, coco_certs_parse. Asserts that no file is at the same
 * time a public and a private key, that an accepted key is written and read
 * back as the same key, and that only supported kinds come through.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_key(const struct coco_key *key)
{
	struct coco_key *again = NULL;
	char *pem = NULL;
	size_t n = 0;

	require(coco_key_type(key) != COCO_KEY_RSA || (coco_key_bits(key) >= COCO_KEY_RSA_MIN &&
						       coco_key_bits(key) <= COCO_KEY_RSA_MAX));
	require(coco_key_public_pem(key, &pem, &n, NULL) == 0);
	require(coco_key_parse_public(coco_view_of(pem, n), &again, NULL) == 0);
	require(coco_key_same(key, again) && !coco_key_is_private(again));
	require(strcmp(coco_key_hint(key), coco_key_hint(again)) == 0);
	coco_key_free(again);
	coco_free(pem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_view bytes = { data, size };
	struct coco_key *private = NULL;
	struct coco_key *public = NULL;
	struct coco_certs *certs = NULL;
	struct coco_diag d = { 0 };

	int r = coco_key_parse_private(bytes, &private, &d);
	require(r == d.code && (r == 0) == (private != NULL));
	memset(&d, 0, sizeof(d));
	r = coco_key_parse_public(bytes, &public, &d);
	require(r == d.code && (r == 0) == (public != NULL));
	require(private == NULL || public == NULL);
	if (private != NULL)
		check_key(private);
	if (public != NULL)
		check_key(public);
	coco_key_free(private);
	coco_key_free(public);
	require(coco_certs_new(&certs, NULL) == 0);
	memset(&d, 0, sizeof(d));
	r = coco_certs_parse(certs, bytes, &d);
	require(r == d.code && (r == 0 || coco_certs_count(certs) == 0));
	for (size_t i = 0; i < coco_certs_count(certs); i++) {
		struct coco_cert_info info;

		coco_certs_info(certs, i, &info);
		(void)coco_certs_self_signed(certs, i);
		require(strlen(info.fingerprint) == COCO_FINGERPRINT_TEXT - 1);
	}
	coco_certs_free(certs);
	return 0;
}
