/*
 * tamper.h - a small signed package, the ways to judge it, and the means of
 * somebody who can write to its storage: any blob changed, and with it every
 * digest that has to follow.
 */
#ifndef COCO_TEST_TAMPER_H
#define COCO_TEST_TAMPER_H

#include "tests/support/model.h"

/* The signer whom everybody trusts, and another one; made by setup. */
extern struct coco_model_signer coco_tamper_signer;
extern struct coco_model_signer coco_tamper_stranger;
int coco_tamper_setup(void **state);
int coco_tamper_teardown(void **state);

/*
 * coco_tamper_pack - (again) a package of two short segments at p->out; fill
 * makes its content. coco_tamper_victim - a new place with one.
 */
void coco_tamper_pack(struct coco_model_place *p, char fill, uint64_t version);
struct coco_model_place coco_tamper_victim(void);

/*
 * What users do, without writing anything: 0 or the code, which must be a
 * documented one and no internal error. trust NULL: opening does not ask for
 * the signature.
 */
int coco_tamper_verify(const char *path, const struct coco_secret *key,
		       const struct coco_bundle_trust *trust);
int coco_tamper_open(const char *path, const struct coco_secret *key,
		     const struct coco_bundle_trust *trust);

/* All ways say yes; all ways that ask for the signature say no. */
void coco_tamper_intact(const struct coco_model_place *p);
void coco_tamper_refused(const struct coco_model_place *p);

/* The blobs of the package, by what they are. */
enum {
	COCO_TAMPER_MANIFEST,
	COCO_TAMPER_HEADER,
	COCO_TAMPER_CATALOGUE,
	COCO_TAMPER_SEGMENT0,
	COCO_TAMPER_SEGMENT1,
	COCO_TAMPER_SIGNATURE, /* the manifest of the signature */
	COCO_TAMPER_BUNDLE,
	COCO_TAMPER_DOCUMENTS,
};

struct coco_tamper_blob {
	char name[72]; /* its digest */
	char *path;
	uint8_t *p;
	size_t n;
};

void coco_tamper_load(const struct coco_model_place *p,
		      struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS]);
void coco_tamper_unload(struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS]);

/* coco_tamper_put - writes a file in place. */
void coco_tamper_put(const char *path, const uint8_t *p, size_t n);

/* coco_tamper_replace - from becomes to in *p (coco_free); the new length. */
size_t coco_tamper_replace(uint8_t **p, size_t n, const char *from, const char *to);

/*
 * coco_tamper_exchange - bytes in place of a blob: under their own name, and
 * every document that names the old one follows, up to index.json.
 */
void coco_tamper_exchange(const struct coco_model_place *p, const struct coco_tamper_blob *old,
			  const uint8_t *bytes, size_t n);

/* coco_tamper_rewrite - the same for a piece of text, wherever it stands. */
void coco_tamper_rewrite(const struct coco_model_place *p, const char *from, const char *to);

#endif
