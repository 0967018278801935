/*
 * model.h - small models for tests of packing and opening, made from a seed:
 * every container, every kind of data, every awkward size; and the few lines
 * that each of those tests would repeat.
 */
#ifndef COCO_TEST_MODEL_H
#define COCO_TEST_MODEL_H

#include "lib/model/extract.h"
#include "lib/model/pack.h"
#include "tests/support/support.h"

enum coco_model_kind {
	COCO_MODEL_SINGLE = 0, /* one safetensors file of bf16, f16, f32 and int8, two texts */
	COCO_MODEL_SHARDED,    /* three safetensors files and their index */
	COCO_MODEL_GGUF,       /* a GGUF v3 file */
	COCO_MODEL_SMALL,      /* 240 small files in directories, every tenth empty */
	COCO_MODEL_ODD,        /* sizes around chunks, pieces and segments; odd names and headers */
	COCO_MODEL_SPARSE,     /* a sparse file, zeros, text that compresses, noise that does not */
	COCO_MODEL_KINDS,
};

/* coco_model_mint - writes the files of a kind below dir (made when missing). */
void coco_model_mint(const char *dir, enum coco_model_kind kind);
const char *coco_model_kind_name(enum coco_model_kind kind);

/* coco_model_file - writes dir/name, making directories on the way. */
void coco_model_file(const char *dir, const char *name, const void *p, size_t n);

/* coco_model_noise_file - n bytes that nothing compresses. */
void coco_model_noise_file(const char *dir, const char *name, size_t n, uint64_t seed);

/* coco_model_bf16 - n bytes of bf16 numbers, normally distributed. */
void coco_model_bf16(uint8_t *p, size_t n, uint64_t seed);

/* coco_model_safetensors - one tensor of n bytes; dtype "BF16", "F16", "F32", "I8". */
void coco_model_safetensors(const char *dir, const char *name, const char *dtype, size_t n,
			    uint64_t seed);

/* coco_model_path - "dir/name" in one of four buffers that take turns. */
const char *coco_model_path(const char *dir, const char *name);

/* coco_model_same - both trees hold the same files with the same bytes and modes. */
void coco_model_same(const char *a, const char *b);

/* coco_model_entries - names in a directory that begin with prefix ("" for all). */
size_t coco_model_entries(const char *dir, const char *prefix);

/* coco_model_key - a content key made of the seed. */
struct coco_secret coco_model_key(uint64_t seed);

/* A scratch directory with a model and a key, and where its package will be. */
struct coco_model_place {
	char *work;
	char *dir;               /* work/model */
	char *out;               /* work/package */
	struct coco_secret key;
};

/* coco_model_place - makes one of this kind (COCO_MODEL_KINDS: dir is not made). */
struct coco_model_place coco_model_place(enum coco_model_kind kind);
void coco_model_leave(struct coco_model_place *p);

/* coco_model_run - so many jobs, a fixed time, no log. */
struct coco_run coco_model_run(unsigned jobs);

/* coco_model_request - dir into out with digests, probing, segments of segment_size. */
struct coco_pack_request coco_model_request(const char *dir, const char *out,
					    const struct coco_secret *key,
					    uint64_t segment_size);

/* coco_model_pack - packs or fails the test; coco_model_pack_code returns the code. */
void coco_model_pack(const struct coco_pack_request *req, unsigned jobs,
		     struct coco_pack_result *ret);
int coco_model_pack_code(const struct coco_pack_request *req, unsigned jobs);

/* A signing key, and whom to trust for it. */
struct coco_model_signer {
	struct coco_key *key;
	struct coco_key *public_key;
	struct coco_bundle_signer signer;
	struct coco_bundle_trust trust;
};
void coco_model_signer(struct coco_model_signer *ret, const char *type);
void coco_model_signer_free(struct coco_model_signer *s);

/* coco_model_open - opens the package at path into out; 0 or the code. */
int coco_model_open(const char *path, const struct coco_secret *key, const char *out,
		    unsigned jobs);

/* coco_model_check - packs, verifies, opens and compares; scratch lies below work. */
void coco_model_check(const char *work, const struct coco_pack_request *req, unsigned jobs);

#endif
