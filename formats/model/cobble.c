/*
 * cobble.c - Cobblestone-256 lengths and key-derivation info (see cobble.h).
 */
#include "formats/model/cobble.h"

#include <inttypes.h>
#include <string.h>

int coco_cobble_opened(uint64_t n, uint64_t *ret, struct coco_diag *diag)
{
	if (n < COCO_COBBLE_HEAD + COCO_COBBLE_TAG)
		return coco_fail_at(diag, COCO_E_COBBLE_LENGTH, n, NULL,
				    "the encrypted message ends after %" PRIu64
				    " bytes, inside its header or first chunk", n);
	uint64_t body = n - COCO_COBBLE_HEAD;
	uint64_t rest = body % COCO_COBBLE_CHUNK;
	if (rest < COCO_COBBLE_TAG)
		return coco_fail_at(diag, COCO_E_COBBLE_LENGTH, n, NULL,
				    "the encrypted message is truncated: it ends %s",
				    rest == 0 ? "on a full chunk" : "inside a tag");
	uint64_t plain = body / COCO_COBBLE_CHUNK * COCO_COBBLE_PLAIN + rest - COCO_COBBLE_TAG;
	if (plain > COCO_COBBLE_MAX_PLAIN)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "an encrypted message of %" PRIu64
				 " bytes", n);
	*ret = plain;
	return 0;
}

size_t coco_cobble_info(uint8_t ret[COCO_COBBLE_INFO_MAX], const uint8_t salt[COCO_COBBLE_SALT],
			struct coco_view context)
{
	static const char label[] = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM";
	size_t n = sizeof(label); /* with its NUL, the separator */
	size_t n_context = coco_min_size(context.n, COCO_COBBLE_CONTEXT_MAX);

	memcpy(ret, label, sizeof(label));
	memcpy(ret + n, salt, COCO_COBBLE_SALT);
	n += COCO_COBBLE_SALT;
	if (n_context != 0)
		memcpy(ret + n, context.p, n_context);
	return n + n_context;
}
