/*
 * piece.h - inputs of the evidence commands, recognised and taken apart: a
 * raw report or quote, hexadecimal or base64 of one, certificates, JSON as
 * Trustee, Azure, dcap-qvl, the go tools and configfs-tsm write it, a token,
 * an event log, a tar archive that holds several.
 *
 * A container (JSON, hexadecimal, tar) is a piece too; what is taken out of it
 * are pieces with it as parent. Collateral that comes with evidence goes to
 * the collateral of the run, not into the list. Nothing is judged here.
 */
#ifndef COCO_PIECE_H
#define COCO_PIECE_H

#include "formats/core/json.h"
#include "lib/evidence/collateral.h"

enum {
	COCO_PIECE_MAX = 64 << 20,     /* bytes of one input */
	COCO_PIECE_TOTAL = 256 << 20,  /* bytes of all pieces that came out of one input */
	COCO_PIECES_MAX = 1 << 16,
	COCO_PIECE_DEPTH = 6,          /* containers in each other */
	COCO_PIECE_SOURCE = 256,
	COCO_PIECE_NONE = -1,
};

enum coco_piece_kind {
	COCO_PIECE_UNKNOWN,
	COCO_PIECE_CONTAINER,          /* only holds others */
	COCO_PIECE_COLLATERAL,         /* went to the collateral of the run */
	COCO_PIECE_SNP_REPORT,         /* 1184 bytes */
	COCO_PIECE_TDX_QUOTE,          /* version 4 or 5, tee type 0x81 */
	COCO_PIECE_SGX_QUOTE,
	COCO_PIECE_TPM_EVIDENCE,       /* JSON of Trustee: ak_public, tpm_quote */
	COCO_PIECE_GCE_TPM,            /* protobuf Attestation of go-tpm-tools */
	COCO_PIECE_AZ_SNP_VTPM,        /* JSON of Trustee, whole: its appraiser decodes it */
	COCO_PIECE_AZ_TDX_VTPM,
	COCO_PIECE_HCL_REPORT,         /* "HCLA", alone */
	COCO_PIECE_EVENT_LOG,          /* TCG crypto-agile or SHA-1 log, CCEL, AAEL, JSON */
	COCO_PIECE_TOKEN,              /* a compact JWS */
	COCO_PIECE_DETACHED_EAT,       /* JSON array of NRAS and nvattest, whole */
	COCO_PIECE_GPU_EVIDENCE,       /* recognised; nothing here appraises it yet */
	COCO_PIECE_SAMPLE,             /* Trustee's sample TEE: proves nothing */
	COCO_PIECE_SAMPLE_DEVICE,
	COCO_PIECE_RUNTIME_DATA,       /* JSON: nonce and tee-pubkey of a Trustee payload */
	COCO_PIECE_ADDITIONAL,         /* the text additional_evidence of a Trustee payload */
	COCO_PIECE_INITDATA,           /* TOML text */
	COCO_PIECE_KINDS,
};

struct coco_piece {
	enum coco_piece_kind kind;
	const char *form;       /* name of the form that recognised it; NULL: named by its parent */
	char source[COCO_PIECE_SOURCE];   /* for messages: the operand, the member inside */
	int parent;             /* piece that it was taken out of, or COCO_PIECE_NONE */
	int top;                /* the piece of the input itself */
	int input;              /* number in struct coco_result, or -1 */
	int subject;            /* number in struct coco_result, or -1 */
	uint64_t base;          /* offset of its bytes in the input, if has_base */
	bool has_base;          /* its bytes stand in the input as they are */
	uint8_t *p;             /* owned by the list; NUL-terminated past n */
	size_t n;
	uint8_t sha256[32];     /* of its bytes */
};

struct coco_pieces {
	struct coco_piece *v;   /* owned; a parent stands before its children */
	size_t n;
	size_t cap;
	size_t total;           /* bytes of the input that is taken apart, children counted */
};

void coco_pieces_free(struct coco_pieces *list);   /* fine on a zeroed struct */

/*
 * coco_pieces_add - takes one input (copied) apart. What is not recognised
 * becomes a piece of kind UNKNOWN. Errors: those of the formats (source is
 * set), LIMIT_SIZE, LIMIT_COUNT, LIMIT_DEPTH, LIMIT_MEMORY.
 */
int coco_pieces_add(struct coco_pieces *list, struct coco_collateral *collateral,
		    struct coco_view bytes, const char *source, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_piece_kind_name - "snp-report", "tdx-quote", ...; static. */
const char *coco_piece_kind_name(enum coco_piece_kind kind);

static inline struct coco_view coco_piece_bytes(const struct coco_piece *piece)
{
	return coco_view_of(piece->p, piece->n);
}

#endif
