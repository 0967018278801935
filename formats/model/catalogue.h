/*
 * catalogue.h - the encrypted catalogue of a model package: every path, mode,
 * size, digest and where its bytes are (docs/formats/model-package.md,
 * design 3). Canonical JSON inside one Cobblestone message.
 */
#ifndef COCO_CATALOGUE_H
#define COCO_CATALOGUE_H

#include "formats/model/package.h"

enum coco_transform_id {
	COCO_RUN_NONE = 0,       /* stored as it is */
	COCO_RUN_ZSTD = 1,
	COCO_RUN_BF16 = 2,       /* planes16, bf16 rotation, + zstd */
	COCO_RUN_FP16 = 3,
	COCO_RUN_FP32 = 4,
	COCO_RUN_TRANSFORMS = 5,
};

/* Stored length of a piece; the flag says that the piece is stored raw. */
#define COCO_PIECE_RAW 0x80000000U
#define COCO_PIECE_LEN(v) ((v) & 0x7fffffffU)

/*
 * A run: length plaintext bytes of a file, stored in one segment as stored
 * bytes from offset. transform != NONE: pieces of 1 MiB of plaintext (the
 * last shorter), n_pieces = ceil(length / 1 MiB), with their stored lengths.
 */
struct coco_run_at {
	uint64_t segment;
	uint64_t offset;
	uint64_t stored;
	uint64_t length;
	enum coco_transform_id transform;
	uint32_t *pieces;        /* owned; NULL for NONE */
	size_t n_pieces;
};

struct coco_dtype_sum {
	char name[16];
	uint64_t tensors;
	uint64_t bytes;
};

enum { COCO_CATALOGUE_DTYPES = 32 };

struct coco_cat_file {
	char *path;              /* owned; UTF-8, relative, '/'-separated, no '.' or '..' */
	uint32_t mode;           /* permission bits */
	uint64_t size;
	bool has_sha256;
	uint8_t sha256[32];
	char kind[16];           /* "safetensors", "gguf" or empty */
	uint64_t tensors;
	struct coco_dtype_sum *dtypes; /* owned */
	size_t n_dtypes;
	struct coco_run_at *runs;      /* in file order, covering 0..size exactly */
	size_t n_runs;
};

struct coco_catalogue {
	struct coco_pkg_header header; /* repeated, so that header and catalogue cannot be mixed */
	/* in strictly ascending byte order of path, none below another */
	struct coco_cat_file *files;
	size_t n_files;
	char *oms;                     /* Sigstore bundle of the plaintext tree, or NULL */
	size_t n_oms;
};

enum { COCO_CATALOGUE_FILES_MAX = 10000000 };
#define COCO_CATALOGUE_MAX ((size_t)2 << 30)

const char *coco_run_transform_name(enum coco_transform_id t);

void coco_catalogue_encode(struct coco_wr *wr, const struct coco_catalogue *c);

/*
 * coco_catalogue_decode - total and strict: every invariant above holds for
 * the result. CATALOGUE or CATALOGUE_PATH with the JSON pointer otherwise;
 * messages carry indexes, never names.
 */
int coco_catalogue_decode(struct coco_catalogue *ret, struct coco_view text,
			  struct coco_diag *diag) COCO_MUSTUSE;
void coco_catalogue_free(struct coco_catalogue *c);
void coco_cat_file_free(struct coco_cat_file *f);

/* coco_path_safe - relative, no empty, '.' or '..' component, no NUL, UTF-8, <= 4096 bytes. */
bool coco_path_safe(const char *path, size_t n);

#endif
