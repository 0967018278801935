/*
 * tdx_collateral.h - files in which others keep Intel's collateral, taken
 * apart into single items (evidence.md 2.5): QuoteCollateralV3 of dcap-qvl,
 * platform_collaterals.json of Intel's client tool and Trustee, responses of
 * the provisioning service with their headers. Nothing is judged.
 */
#ifndef COCO_TDX_COLLATERAL_H
#define COCO_TDX_COLLATERAL_H

#include "formats/core/json.h"

enum {
	COCO_TDX_COLLATERAL_MAX = 32 << 20,   /* bytes of a file */
	COCO_TDX_COLLATERAL_TCBS = 4096,      /* platforms in a file */
};

enum coco_tdx_item {
	COCO_TDX_ITEM_PEM,           /* text with certificates */
	COCO_TDX_ITEM_CRL,           /* DER */
	COCO_TDX_ITEM_TCB_INFO,      /* {"tcbInfo":exact bytes,"signature":"hex"} */
	COCO_TDX_ITEM_QE_IDENTITY,   /* {"enclaveIdentity":...} */
};

/* Takes one item, borrowed; where is the member it came from. A failure ends the reading. */
typedef int coco_tdx_item_fn(void *ctx, enum coco_tdx_item kind, struct coco_view bytes,
			     const char *where, struct coco_diag *diag);

/* coco_tdx_collateral_name - a document's form: "dcap-qvl-collateral", ...; NULL: none. */
const char *coco_tdx_collateral_name(const struct coco_jv *doc);

/*
 * coco_tdx_collateral_read - gives every item of a document (text and its
 * parsed root) to fn. FORMAT_JSON_TYPE, FORMAT_HEX, FORMAT_VALUE with pointer,
 * TCB_DOCUMENT, LIMIT_SIZE, LIMIT_COUNT, LIMIT_MEMORY, or what fn returned.
 */
int coco_tdx_collateral_read(struct coco_view text, const struct coco_jv *doc,
			     coco_tdx_item_fn *fn, void *ctx, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tdx_header_looks - the text holds percent-encoded PEM, as issuer chain headers do. */
bool coco_tdx_header_looks(struct coco_view text);

/*
 * coco_tdx_percent_decode - decodes %HH; every other byte stays. Gives *ret
 * (coco_free), NUL-terminated past *ret_n. FORMAT_VALUE for a bad escape,
 * LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_tdx_percent_decode(struct coco_view text, char **ret, size_t *ret_n,
			    struct coco_diag *diag) COCO_MUSTUSE;

#endif
