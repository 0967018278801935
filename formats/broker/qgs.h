/*
 * qgs.h - the messages by which a TDX guest asks the quote generation service
 * of its host for a quote (Intel DCAP, qgs_msg_lib: GET_QUOTE, version 1). Over
 * vsock each message has its length in front of it, 4 bytes, big-endian; that
 * is left to the caller.
 */
#ifndef COCO_QGS_H
#define COCO_QGS_H

#include "formats/core/rd.h"
#include "formats/core/wr.h"

enum {
	COCO_QGS_REPORT = 1024,            /* bytes of a TDREPORT */
	COCO_QGS_MESSAGE_MAX = 128 << 10,  /* bytes of a response */
};

/* coco_qgs_request_encode - asks for a quote over a report, of whichever key. */
void coco_qgs_request_encode(struct coco_wr *wr, const uint8_t report[COCO_QGS_REPORT]);

struct coco_qgs_response {
	uint32_t error;           /* 0: there is a quote */
	struct coco_view quote;   /* borrowed from the message */
};

/*
 * coco_qgs_response_decode - the whole message. A response of another version
 * or kind, lengths that do not add up, and a quote that is missing or comes
 * beside an error are refused. Errors: FORMAT_SHORT, FORMAT_VALUE.
 */
int coco_qgs_response_decode(struct coco_qgs_response *ret, struct coco_view message,
			     struct coco_diag *diag) COCO_MUSTUSE;

#endif
