/*
 * piece_form.h - one form of input: how it is recognised and taken apart. A
 * new form is a struct coco_piece_form in a file form_*.c and one line in the
 * list of piece.c; the first form of the list that says yes is it.
 */
#ifndef COCO_PIECE_FORM_H
#define COCO_PIECE_FORM_H

#include "lib/evidence/piece.h"

#define COCO_NO_OFFSET UINT64_MAX

/* A piece that is being taken apart. */
struct coco_unpack {
	struct coco_pieces *list;
	struct coco_collateral *collateral;
	int piece;                 /* its number */
	unsigned depth;
};

struct coco_piece_form {
	const char *name;          /* "snp-report", "tdx-json": for inspect and messages */

	/* Cheap: looks at bytes, or at the document (NULL: they are no JSON object or array). */
	bool (*looks)(struct coco_view bytes, const struct coco_jv *doc);

	/*
	 * Says what the piece is (coco_unpack_is) and gives what is inside
	 * (coco_unpack_child, coco_unpack_collateral). bytes and doc stay valid
	 * during the call. An error: the input is malformed.
	 */
	int (*take)(struct coco_unpack *u, struct coco_view bytes, const struct coco_jv *doc,
		    struct coco_diag *diag);
};

/* coco_unpack_is - the kind of the piece that is taken apart. */
void coco_unpack_is(struct coco_unpack *u, enum coco_piece_kind kind);

/*
 * coco_unpack_child - something inside (bytes are copied). kind UNKNOWN: it is
 * recognised in turn; another one: it is known to be that and is not looked
 * at. where: member or pointer, for messages; offset: of its bytes in those of
 * the parent, or COCO_NO_OFFSET when they do not stand there as they are.
 */
int coco_unpack_child(struct coco_unpack *u, enum coco_piece_kind kind, struct coco_view bytes,
		      const char *where, uint64_t offset, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_unpack_collateral - one item of collateral that comes with it. */
int coco_unpack_collateral(struct coco_unpack *u, enum coco_collateral_kind kind,
			   struct coco_view bytes, const char *where, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_unpack_pem - every certificate and revocation list of a PEM text. */
int coco_unpack_pem(struct coco_unpack *u, struct coco_view text, const char *where,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* form_text.c, form_archive.c: wrappings and collateral of all kinds. */
extern const struct coco_piece_form coco_form_pem;
extern const struct coco_piece_form coco_form_certificate;
extern const struct coco_piece_form coco_form_crl;
extern const struct coco_piece_form coco_form_hex;
extern const struct coco_piece_form coco_form_base64;
extern const struct coco_piece_form coco_form_tar;
extern const struct coco_piece_form coco_form_index;
extern const struct coco_piece_form coco_form_jwks;
extern const struct coco_piece_form coco_form_initdata;

/* form_payload.c: what a guest sends to a key broker. */
extern const struct coco_piece_form coco_form_payload;
extern const struct coco_piece_form coco_form_additional;
extern const struct coco_piece_form coco_form_sample;
extern const struct coco_piece_form coco_form_gpu;

/* form_tpm.c: TPMs and the clouds that have virtual ones. */
extern const struct coco_piece_form coco_form_tpm_json;
extern const struct coco_piece_form coco_form_azure_json;
extern const struct coco_piece_form coco_form_hcl;
extern const struct coco_piece_form coco_form_gce;

/* form_snp.c: SEV-SNP reports, with and without their certificates. */
extern const struct coco_piece_form coco_form_snp_report;
extern const struct coco_piece_form coco_form_snp_extended;
extern const struct coco_piece_form coco_form_snp_certs;
extern const struct coco_piece_form coco_form_snp_json;
extern const struct coco_piece_form coco_form_snp_tsm;

/* form_log.c: event logs. */
extern const struct coco_piece_form coco_form_log;

/* form_token.c: attestation tokens. */
extern const struct coco_piece_form coco_form_token;
extern const struct coco_piece_form coco_form_token_json;
extern const struct coco_piece_form coco_form_detached;

#endif
