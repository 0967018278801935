/*
 * initdata_file.h - an initdata document in the forms in which it travels
 * (TOML text, gzip, the base64 of a pod annotation, the guest's block image),
 * and what its digest becomes in each kind of evidence (broker.md 4).
 */
#ifndef COCO_INITDATA_FILE_H
#define COCO_INITDATA_FILE_H

#include "formats/broker/initdata.h"

enum coco_initdata_form {
	COCO_INITDATA_TOML,
	COCO_INITDATA_ANNOTATED,   /* base64 of gzip */
	COCO_INITDATA_IMAGE,       /* magic, length, gzip, zeros */
	COCO_INITDATA_POD,         /* YAML: the annotation with its name */
	COCO_INITDATA_POD_OLD,     /* the same with the name of older releases */
	COCO_INITDATA_GZIP,
	COCO_INITDATA_FORMS,
};

/* coco_initdata_form_name - "toml", "annotation", "image", "pod", "pod-old", "gzip"; static. */
const char *coco_initdata_form_name(enum coco_initdata_form form);

/*
 * coco_initdata_unpack - the TOML bytes of a document in any form, which is
 * recognised: an annotation may have its name in front of it and quotes around
 * it, as it is copied out of a pod's YAML or JSON (one line). Gives *ret
 * (coco_free). Errors: FORMAT_BASE64, INITDATA_PACKED (damaged gzip, an image
 * that lies), FORMAT_TRUNCATED, FORMAT_PADDING, LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_initdata_unpack(struct coco_view bytes, uint8_t **ret, size_t *ret_n,
			 enum coco_initdata_form *ret_form, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_initdata_pack - the document (TOML bytes) in another form, the same
 * for the same bytes and library. Gives *ret (coco_free).
 */
int coco_initdata_pack(struct coco_view toml, enum coco_initdata_form form, uint8_t **ret,
		       size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/* The digest and the fields that it is written into: cut or filled with zeros. */
struct coco_initdata_binding {
	enum coco_initdata_alg alg;
	size_t n;                  /* bytes of digest */
	uint8_t digest[64];
	uint8_t host_data[32];     /* SEV-SNP */
	uint8_t mrconfigid[48];    /* TDX */
	uint8_t configid[64];      /* SGX; the same bytes as CCA's RPV */
	bool has_pcr8;             /* only with a digest of 32 bytes */
	uint8_t pcr8[32];          /* SHA-256 bank of a vTPM */
};

/* coco_initdata_bind - of the TOML bytes as they are. LIMIT_MEMORY. */
int coco_initdata_bind(struct coco_view toml, enum coco_initdata_alg alg,
		       struct coco_initdata_binding *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_initdata_bind_digest - the same from "sha256:" (sha384:, sha512:) and the
 * digest in hexadecimal. Errors: FORMAT_VALUE, those of coco_hex_decode, LIMIT_MEMORY.
 */
int coco_initdata_bind_digest(const char *text, struct coco_initdata_binding *ret,
			      struct coco_diag *diag) COCO_MUSTUSE;

#endif
