/*
 * qgs.c - the messages of a host's quote generation service (see qgs.h).
 */
#include "formats/broker/qgs.h"

enum {
	MAJOR = 1,
	MINOR = 0,
	GET_QUOTE = 0,
	GET_QUOTE_ANSWER = 1,
	HEADER = 16,
	LENGTHS = 8,
};

void coco_qgs_request_encode(struct coco_wr *wr, const uint8_t report[COCO_QGS_REPORT])
{
	coco_wr_le16(wr, MAJOR);
	coco_wr_le16(wr, MINOR);
	coco_wr_le32(wr, GET_QUOTE);
	coco_wr_le32(wr, HEADER + LENGTHS + COCO_QGS_REPORT);
	coco_wr_le32(wr, 0);
	coco_wr_le32(wr, COCO_QGS_REPORT);
	coco_wr_le32(wr, 0);   /* no list of keys: the service chooses */
	coco_wr_bytes(wr, report, COCO_QGS_REPORT);
}

int coco_qgs_response_decode(struct coco_qgs_response *ret, struct coco_view message,
			     struct coco_diag *diag)
{
	struct coco_qgs_response x = { .error = 0 };
	struct coco_rd rd;

	coco_rd_init(&rd, message, 0, diag);
	uint16_t major = coco_rd_le16(&rd, "major_version");
	(void)coco_rd_le16(&rd, "minor_version");
	uint32_t type = coco_rd_le32(&rd, "type");
	uint32_t size = coco_rd_le32(&rd, "size");
	x.error = coco_rd_le32(&rd, "error_code");
	uint32_t n_id = coco_rd_le32(&rd, "selected_id_size");
	uint32_t n_quote = coco_rd_le32(&rd, "quote_size");
	if (coco_rd_ok(&rd) && (major != MAJOR || type != GET_QUOTE_ANSWER))
		return coco_rd_fail(&rd, COCO_E_FORMAT_VALUE, "type",
				    "version %u, type %u: not the answer to a request for a quote",
				    major, type);
	if (coco_rd_ok(&rd) && size != message.n)
		return coco_rd_fail(&rd, COCO_E_FORMAT_VALUE, "size",
				    "the message is of %zu bytes and says %u", message.n, size);
	(void)coco_rd_view(&rd, n_id, "selected_id");
	x.quote = coco_rd_view(&rd, n_quote, "quote");
	if (coco_rd_ok(&rd) && (x.error == 0) != (n_quote > 0))
		return coco_rd_fail(&rd, COCO_E_FORMAT_VALUE, "quote_size",
				    "error %#x with a quote of %u bytes", x.error, n_quote);
	int r = coco_rd_finish(&rd);
	if (r == 0)
		*ret = x;
	return r;
}
