/*
 * piece.h - inputs of the evidence commands, recognised and taken apart: a
 * raw report or quote, hexadecimal or base64 of one, certificates, JSON as
 * Trustee, Azure, dcap-qvl, the go tools and configfs-tsm write it, a token,
 * an event log, a directory or tar archive that holds several.
 */
#ifndef COCO_PIECE_H
#define COCO_PIECE_H

#include "formats/core/diag.h"

enum {
	COCO_PIECE_MAX = 64 << 20,     /* bytes of one input */
	COCO_PIECES_MAX = 4096,
	COCO_PIECE_DEPTH = 4,          /* containers in each other */
};

enum coco_piece_kind {
	COCO_PIECE_UNKNOWN,
	COCO_PIECE_SNP_REPORT,         /* 1184 bytes */
	COCO_PIECE_SNP_CERT_TABLE,     /* after an extended report, TSM auxblob */
	COCO_PIECE_TDX_QUOTE,          /* version 4 or 5, tee type 0x81 */
	COCO_PIECE_SGX_QUOTE,
	COCO_PIECE_TPM_QUOTE,          /* JSON of Trustee: ak_public, tpm_quote */
	COCO_PIECE_GCE_TPM,            /* protobuf Attestation of go-tpm-tools */
	COCO_PIECE_AZ_SNP_VTPM,        /* JSON of Trustee */
	COCO_PIECE_AZ_TDX_VTPM,
	COCO_PIECE_HCL_REPORT,         /* "HCLA" */
	COCO_PIECE_EVENT_LOG,          /* TCG crypto-agile or SHA-1 log, CCEL, AAEL */
	COCO_PIECE_TOKEN,              /* a compact JWS */
	COCO_PIECE_DETACHED_EAT,       /* JSON array of NRAS and nvattest */
	COCO_PIECE_GPU_EVIDENCE,       /* recognised; its appraiser is not built yet */
	COCO_PIECE_RUNTIME_DATA,       /* JSON nonce and tee-pubkey of a Trustee payload */
	COCO_PIECE_INITDATA,           /* TOML text */
	COCO_PIECE_COLLATERAL,         /* goes to the collateral of this run */
};

struct coco_piece {
	enum coco_piece_kind kind;
	char source[256];       /* for messages: the operand, the member, the pointer inside */
	int parent;             /* piece that it was taken out of, or -1 */
	int input;              /* number in struct coco_result, set when it is appraised */
	uint64_t base;          /* offset of its bytes in the input, where they stand as they are */
	bool has_base;
	uint8_t *p;             /* owned by the list */
	size_t n;
	uint8_t sha256[32];     /* of the bytes of the input (of the container's member) */
};

struct coco_pieces {
	struct coco_piece *v;   /* owned */
	size_t n;
	size_t cap;
};

void coco_pieces_free(struct coco_pieces *list);   /* fine on a zeroed struct */

/* coco_piece_kind_name - "snp-report", "tdx-quote", ...; static. */
const char *coco_piece_kind_name(enum coco_piece_kind kind);

#endif
