/*
 * form_tdx.h - forms of Intel's evidence and collateral (see piece_form.h).
 */
#ifndef COCO_FORM_TDX_H
#define COCO_FORM_TDX_H

#include "lib/evidence/piece_form.h"

extern const struct coco_piece_form coco_form_dcap_quote;         /* raw, TDX or SGX */
extern const struct coco_piece_form coco_form_tdx_json;           /* Trustee: quote, cc_eventlog */
extern const struct coco_piece_form coco_form_intel_collateral;   /* JSON, four shapes */
extern const struct coco_piece_form coco_form_intel_headers;      /* percent-encoded chains */

#endif
