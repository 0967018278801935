/*
 * oms_encode.c - writing the statement of a model signature (see oms.h): the
 * members and their meaning as model_signing 1.1.1 writes them, compact.
 */
#include "formats/model/oms.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "formats/core/utf8.h"
#include "formats/model/catalogue.h"

static int check(const struct coco_oms *oms, struct coco_diag *diag)
{
	if (oms->old_predicate)
		return coco_fail(diag, COCO_E_OMS_STATEMENT, "the old predicate is only read");
	if (oms->n_resources == 0)
		return coco_fail(diag, COCO_E_MODEL_EMPTY, "there is no file to sign");
	if (oms->n_resources > COCO_OMS_MAX_RESOURCES || oms->n_ignore > COCO_OMS_MAX_IGNORE)
		return coco_fail(diag, COCO_E_LIMIT_SIZE,
				 "%zu files and %zu ignored paths; the limits are %d and %d",
				 oms->n_resources, oms->n_ignore, COCO_OMS_MAX_RESOURCES,
				 COCO_OMS_MAX_IGNORE);
	if (oms->method == COCO_OMS_SHARDS && oms->shard_size == 0)
		return coco_fail(diag, COCO_E_OMS_STATEMENT, "shards need a size");
	if (!coco_utf8_valid((const uint8_t *)oms->subject, strlen(oms->subject), NULL))
		return coco_fail(diag, COCO_E_OMS_NAME, "the model's name is not UTF-8");
	for (size_t i = 0; i < oms->n_resources; i++) {
		const char *name = oms->resources[i].name;

		bool whole = strcmp(name, ".") == 0 &&
			     (oms->n_resources == 1 || oms->method == COCO_OMS_SHARDS);
		if (!whole && !coco_path_safe(name, strlen(name)))
			return coco_fail(diag, COCO_E_OMS_NAME,
					 "entry %zu is not a plain relative path", i);
	}
	for (size_t i = 0; i < oms->n_ignore; i++)
		if (!coco_path_safe(oms->ignore[i], strlen(oms->ignore[i])))
			return coco_fail(diag, COCO_E_OMS_NAME,
					 "an ignored path is not a plain relative path");
	return 0;
}

static void put_serialization(struct coco_jw *jw, const struct coco_oms *oms)
{
	coco_jw_key(jw, "serialization");
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "method", oms->method == COCO_OMS_SHARDS ? "shards" : "files");
	coco_jw_kv_string(jw, "hash_type", coco_oms_hash_name(oms->hash));
	coco_jw_kv_bool(jw, "allow_symlinks", oms->allow_symlinks);
	if (oms->method == COCO_OMS_SHARDS)
		coco_jw_kv_u64(jw, "shard_size", oms->shard_size);
	if (oms->n_ignore != 0) {
		coco_jw_key(jw, "ignore_paths");
		coco_jw_begin(jw, '[');
		for (size_t i = 0; i < oms->n_ignore; i++)
			coco_jw_string(jw, oms->ignore[i]);
		coco_jw_end(jw, ']');
	}
	coco_jw_end(jw, '}');
}

/* One string of two parts; the second needs no escapes. */
static void put_joined(struct coco_jw *jw, const char *a, const char *b)
{
	coco_jw_string(jw, a);
	if (*b != '\0' && jw->wr->code == 0) {
		jw->wr->n--; /* the closing quote */
		coco_wr_str(jw->wr, b);
		coco_wr_str(jw->wr, "\"");
	}
}

static void put_resource(struct coco_jw *jw, const struct coco_oms *oms, size_t i,
			 const char *algorithm)
{
	const struct coco_oms_resource *r = &oms->resources[i];
	char range[48] = "";

	coco_jw_begin(jw, '{');
	if (oms->method == COCO_OMS_SHARDS)
		snprintf(range, sizeof(range), ":%" PRIu64 ":%" PRIu64, r->start, r->end);
	coco_jw_key(jw, "name");
	put_joined(jw, r->name, range);
	coco_jw_kv_hex(jw, "digest", coco_oms_digest(oms, i), coco_oms_digest_size(oms->hash));
	coco_jw_kv_string(jw, "algorithm", algorithm);
	coco_jw_end(jw, '}');
}

static void put_resources(struct coco_jw *jw, const struct coco_oms *oms)
{
	char algorithm[64];

	if (oms->method == COCO_OMS_SHARDS)
		snprintf(algorithm, sizeof(algorithm), "%s-sharded-%" PRIu64,
			 coco_oms_hash_name(oms->hash), oms->shard_size);
	else
		snprintf(algorithm, sizeof(algorithm), "%s", coco_oms_hash_name(oms->hash));
	coco_jw_key(jw, "resources");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < oms->n_resources && jw->wr->code == 0; i++)
		put_resource(jw, oms, i, algorithm);
	coco_jw_end(jw, ']');
}

int coco_oms_encode(const struct coco_oms *oms, uint8_t **ret, size_t *ret_n,
		    struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;
	int r = check(oms, diag);

	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_OMS_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "_type", COCO_OMS_STATEMENT_TYPE);
	coco_jw_key(&jw, "subject");
	coco_jw_begin(&jw, '[');
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "name", oms->subject);
	coco_jw_key(&jw, "digest");
	coco_jw_begin(&jw, '{');
	coco_jw_kv_hex(&jw, "sha256", oms->root, COCO_OMS_ROOT);
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, ']');
	coco_jw_kv_string(&jw, "predicateType", COCO_OMS_PREDICATE);
	coco_jw_key(&jw, "predicate");
	coco_jw_begin(&jw, '{');
	put_serialization(&jw, oms);
	put_resources(&jw, oms);
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, '}');
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
