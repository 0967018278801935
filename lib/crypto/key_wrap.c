/*
 * key_wrap.c - the content key wrapped for its holders (see key_wrap.h).
 */
#include "lib/crypto/key_wrap.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/jwe_seal.h"

static int no_memory(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for key wraps");
}

static int put_key_id(const char *key_id, struct coco_wraps *w, struct coco_diag *diag)
{
	struct coco_resource_id id;

	if (coco_resource_id_parse_uri(&id, key_id, strlen(key_id), NULL) != 0) {
		coco_diag_expected(diag, "kbs:///repo/type/tag");
		return coco_fail(diag, COCO_E_USAGE_VALUE, "\"%.200s\" is not a resource of a key "
				 "broker", key_id);
	}
	coco_resource_id_uri(&id, w->key_id);
	struct coco_wrap *to = &w->wraps[w->n_wraps++];
	to->type = COCO_WRAP_BROKER;
	memcpy(to->key_id, w->key_id, sizeof(to->key_id));
	return 0;
}

static int put_recipient(const struct coco_secret *content_key, const struct coco_key *key,
			 struct coco_wraps *w, struct coco_diag *diag)
{
	struct coco_wrap *to = &w->wraps[w->n_wraps];
	int r = coco_jwe_seal(content_key, &key, 1, &to->jwe, diag);

	if (r != 0)
		return r;
	to->type = COCO_WRAP_JWE;
	memcpy(to->recipient, coco_key_fingerprint_text(key), sizeof(to->recipient));
	w->n_wraps++;
	return 0;
}

static int fill(const struct coco_secret *content_key, const struct coco_wrap_request *req,
		struct coco_wraps *w, struct coco_diag *diag)
{
	size_t n = req->n_recipients + (req->key_id != NULL ? 1 : 0);
	int r = 0;

	if (n == 0 || n > COCO_WRAPS_COUNT_MAX)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "%zu wraps, 1 to %d are possible", n,
				 COCO_WRAPS_COUNT_MAX);
	w->wraps = coco_zalloc(n, sizeof(*w->wraps));
	if (w->wraps == NULL)
		return no_memory(diag);
	if (req->package != NULL) {
		if (!coco_wraps_digest_valid(req->package))
			return coco_fail(diag, COCO_E_USAGE_VALUE, "\"%.100s\" is not the digest "
					 "of a package, sha256: and 64 digits", req->package);
		memcpy(w->package, req->package, strlen(req->package) + 1);
	}
	for (size_t i = 0; r == 0 && i < req->n_recipients; i++) {
		for (size_t k = 0; k < i; k++)
			if (coco_key_same(req->recipients[i], req->recipients[k]))
				return coco_fail(diag, COCO_E_USAGE_CONFLICT,
						 "the recipient %s is given twice",
						 coco_key_fingerprint_text(req->recipients[i]));
		r = put_recipient(content_key, req->recipients[i], w, diag);
	}
	if (r == 0 && req->key_id != NULL)
		r = put_key_id(req->key_id, w, diag);
	return r;
}

int coco_key_wrap(const struct coco_secret *content_key, const struct coco_wrap_request *req,
		  uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_wraps w = { .wraps = NULL };
	int r = coco_content_key_check(content_key, diag);

	if (r == 0)
		r = fill(content_key, req, &w, diag);
	if (r == 0)
		r = coco_wraps_encode(&w, ret, ret_n, diag);
	coco_wraps_clear(&w);
	return r;
}

int coco_key_unwrap(const struct coco_wraps *wraps, const struct coco_key *identity,
		    struct coco_secret *ret, struct coco_diag *diag)
{
	if (!coco_key_is_private(identity))
		return coco_fail(diag, COCO_E_KEY_NOT_PRIVATE, "a public key opens nothing");
	for (size_t i = 0; i < wraps->n_wraps; i++) {
		const struct coco_wrap *from = &wraps->wraps[i];
		struct coco_secret key = { 0 };

		if (from->type != COCO_WRAP_JWE ||
		    strcmp(from->recipient, coco_key_fingerprint_text(identity)) != 0)
			continue;
		int r = coco_jwe_open(&from->jwe, identity, 0, &key, diag);
		if (r == 0)
			r = coco_content_key_check(&key, diag);
		if (r != 0)
			coco_secret_free(&key);
		else
			*ret = key;
		return r;
	}
	return coco_fail(diag, COCO_E_KEY_NO_RECIPIENT,
			 "none of the %zu wraps is for the %s key %s", wraps->n_wraps,
			 coco_key_name(identity), coco_key_fingerprint_text(identity));
}
