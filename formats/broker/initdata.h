/*
 * initdata.h - the initdata document that binds a confidential guest's
 * configuration to its hardware evidence (broker.md 4): TOML with a version,
 * the algorithm of its digest, and a table of named texts. The digest is over
 * the bytes as they are, so the document is written in one form only and
 * never rewritten.
 */
#ifndef COCO_INITDATA_H
#define COCO_INITDATA_H

#include "formats/core/toml.h"

enum {
	COCO_INITDATA_MAX = COCO_TOML_MAX_SIZE,   /* bytes of a document */
	COCO_INITDATA_ENTRIES = 64,
	COCO_INITDATA_BLOCK = 512,                /* the image is made of these */
	COCO_INITDATA_HEAD = 16,                  /* magic and length at its start */
};

#define COCO_INITDATA_VERSION "0.1.0"
#define COCO_INITDATA_MAGIC "initdata"

/* Pod annotations that carry it; the second is that of older releases. */
#define COCO_INITDATA_ANNOTATION "io.katacontainers.config.hypervisor.cc_init_data"
#define COCO_INITDATA_ANNOTATION_OLD "io.katacontainers.config.runtime.cc_init_data"

enum coco_initdata_alg {
	COCO_INITDATA_SHA256,
	COCO_INITDATA_SHA384,
	COCO_INITDATA_SHA512,
	COCO_INITDATA_ALGS,
};

/* coco_initdata_alg_name - "sha256", "sha384", "sha512"; static. */
const char *coco_initdata_alg_name(enum coco_initdata_alg alg);

/* A named text; borrowed. */
struct coco_initdata_entry {
	const char *name;
	const char *text;   /* NUL-terminated past n, no NUL inside */
	size_t n;
	unsigned line;      /* in the document; 0 when it is being built */
};

struct coco_initdata {
	struct coco_toml doc;   /* what the entries borrow from */
	enum coco_initdata_alg alg;
	struct coco_initdata_entry entry[COCO_INITDATA_ENTRIES];
	size_t n;
};

/*
 * coco_initdata_decode - gives *ret (coco_initdata_free; it must stay where it
 * is). Errors: those of coco_toml_parse and its accessors, INITDATA_VERSION,
 * INITDATA_ALGORITHM (names the line), LIMIT_COUNT.
 */
int coco_initdata_decode(struct coco_initdata *ret, struct coco_view text,
			 struct coco_diag *diag) COCO_MUSTUSE;
void coco_initdata_free(struct coco_initdata *d);   /* fine on a zeroed struct */

/* coco_initdata_find - the entry of that name, or NULL. */
const struct coco_initdata_entry *coco_initdata_find(const struct coco_initdata *d,
						     const char *name);

/*
 * coco_initdata_encode - the one form that is written: version, algorithm,
 * then the entries in byte order of their names, as multi-line literal
 * strings where these can hold the text, otherwise as basic strings. Gives
 * *ret (coco_free). decode gives the same entries. Errors: INITDATA_ENTRY (a
 * name twice, a name that is empty, a name or text that is not UTF-8), LIMIT_COUNT, LIMIT_SIZE.
 */
int coco_initdata_encode(enum coco_initdata_alg alg, const struct coco_initdata_entry *entries,
			 size_t n, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
