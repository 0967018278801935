/*
 * oms.h - the statement of an OpenSSF model signature: in-toto Statement v1
 * with the predicate https://model_signing/signature/v1.0, that is a list of
 * file names and digests and how they were made.
 *
 *	{ "_type": "https://in-toto.io/Statement/v1",
 *	  "subject": [ { "name": NAME, "digest": { "sha256": ROOT } } ],
 *	  "predicateType": "https://model_signing/signature/v1.0",
 *	  "predicate": {
 *	    "serialization": { "method": "files" | "shards", "hash_type": H,
 *	        "allow_symlinks": bool, "shard_size": N, "ignore_paths": [ ... ] },
 *	    "resources": [ { "name": PATH, "digest": HEX, "algorithm": H } ] } }
 *
 * ROOT is SHA-256 over the raw digests in the order of "resources"; checking
 * it needs a hash and is done in lib/model/oms_statement.h.
 *
 * Reading follows both the specification and what model_signing 1.1.1 writes
 * where they differ (algorithm "sha256-sharded-N", shard_size 1e9 as a real
 * number, "." for a single file, any order). Unknown members of the
 * statement, the predicate and a resource are ignored; those of
 * "serialization" are refused, since they could change what was hashed. The
 * predicate https://model_signing/Digests/v0.1 of 0.2.0 is read, never
 * written.
 *
 * Source: ossf/model-signing-spec 1.0; model_signing 1.1.1 manifest.py,
 * _signing/signing.py; packaging.md 1.1.
 */
#ifndef COCO_OMS_H
#define COCO_OMS_H

#include "formats/core/diag.h"

#define COCO_OMS_STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define COCO_OMS_PREDICATE      "https://model_signing/signature/v1.0"
#define COCO_OMS_PREDICATE_OLD  "https://model_signing/Digests/v0.1"

enum {
	COCO_OMS_MAX = 48 << 20,         /* bytes of a statement; as base64 it fits COCO_DSSE_MAX */
	COCO_OMS_MAX_RESOURCES = 1 << 20,
	COCO_OMS_MAX_IGNORE = 65536,
	COCO_OMS_MAX_NAME = 4096,        /* bytes of a path */
	COCO_OMS_MAX_SUBJECT = 4096,
	COCO_OMS_MAX_DIGEST = 64,        /* bytes of the longest digest (BLAKE2b-512) */
	COCO_OMS_ROOT = 32,
};

enum coco_oms_method {
	COCO_OMS_FILES,   /* one digest per file */
	COCO_OMS_SHARDS,  /* one digest per shard_size bytes of a file */
};

enum coco_oms_hash {
	COCO_OMS_SHA256,   /* 32 bytes */
	COCO_OMS_BLAKE2B,  /* BLAKE2b-512, 64 bytes */
	COCO_OMS_BLAKE3,   /* 32 bytes; described here, computed nowhere in this project */
};

struct coco_oms_resource {
	const char *name;  /* relative path, or "." for a model that is one file */
	uint64_t start;    /* shards: first byte */
	uint64_t end;      /* shards: byte after the last; files: 0 */
};

/* Decoded: everything belongs to the struct. For encoding: everything borrowed. */
struct coco_oms {
	const char *subject;           /* the model's name, information only */
	uint8_t root[COCO_OMS_ROOT];
	bool old_predicate;            /* Digests/v0.1: no root, no serialization */
	enum coco_oms_method method;
	enum coco_oms_hash hash;
	bool allow_symlinks;
	uint64_t shard_size;           /* shards only */
	const char *const *ignore;     /* paths that were left out of the signature */
	size_t n_ignore;
	const struct coco_oms_resource *resources;
	const uint8_t *digests;        /* n_resources times coco_oms_digest_size(hash) */
	size_t n_resources;
	const uint32_t *order;         /* resources by name, then start; NULL when encoding */
	void *owned;                   /* what coco_oms_clear frees */
};

/* coco_oms_digest_size - bytes of one digest. */
size_t coco_oms_digest_size(enum coco_oms_hash hash);

/* coco_oms_hash_name - "sha256", "blake2b", "blake3"; static. */
const char *coco_oms_hash_name(enum coco_oms_hash hash);

/* coco_oms_digest - digest of resource i, borrowed. */
const uint8_t *coco_oms_digest(const struct coco_oms *oms, size_t i);

/*
 * coco_oms_decode - reads a statement (borrowed); gives *ret
 * (coco_oms_clear). Names are unique and coco_path_safe(), shards cover their
 * file from byte 0 without gap. No name appears in a message. Errors:
 * OMS_STATEMENT, OMS_PREDICATE (another kind of statement), OMS_NAME,
 * OMS_DUPLICATE, OMS_SHARDS, OMS_HASH (an algorithm without a name here),
 * MODEL_EMPTY (no resources), FORMAT_JSON…, LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_oms_decode(struct coco_oms *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_oms_encode - the statement as compact JSON; gives *ret (coco_free).
 * resources are written in the order given, so they must be sorted and root
 * must fit that order. Errors: MODEL_EMPTY, OMS_NAME, OMS_STATEMENT (an
 * old_predicate, or shards of size 0), LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_oms_encode(const struct coco_oms *oms, uint8_t **ret, size_t *ret_n,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* coco_oms_clear - frees a decoded statement; fine on a zeroed one. */
void coco_oms_clear(struct coco_oms *oms);

/*
 * coco_oms_component_cmp - order of model_signing: path components compared
 * one after the other, so "a/b" comes before "a-b" (packaging.md 1.1, Order).
 */
int coco_oms_component_cmp(const char *a, const char *b);

#endif
