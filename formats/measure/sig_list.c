/*
 * sig_list.c - lists of signatures (see sig_list.h).
 */
#include "formats/measure/sig_list.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

enum { HEADER = COCO_GUID_SIZE + 12 };

bool coco_sig_is_certificate(const struct coco_sig *sig)
{
	static const uint8_t x509[COCO_GUID_SIZE] =
		COCO_GUID(0xa5c059a1, 0x94e4, 0x4aa7, 0x87b5, 0xab155c2bf072);

	return memcmp(sig->type, x509, COCO_GUID_SIZE) == 0;
}

static int bad(struct coco_rd *rd, const char *field, const char *what)
{
	return coco_rd_fail(rd, COCO_E_SIG_LIST, field, "%s", what);
}

int coco_sig_next(struct coco_view lists, struct coco_sig_place *at, struct coco_sig *ret,
		  bool *ret_found, struct coco_diag *diag)
{
	struct coco_rd rd;

	if (lists.n > COCO_SIG_LISTS_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a variable of %zu bytes", lists.n);
	while (at->list < lists.n) {
		coco_rd_init(&rd, coco_view_of(lists.p + at->list, lists.n - at->list), at->list,
			     diag);
		if (coco_rd_left(&rd) < HEADER)
			return bad(&rd, "SignatureListSize", "the last list is cut");
		const uint8_t *type = coco_rd_view(&rd, COCO_GUID_SIZE, "SignatureType").p;
		size_t size = coco_rd_le32(&rd, "SignatureListSize");
		size_t head = coco_rd_le32(&rd, "SignatureHeaderSize");
		size_t one = coco_rd_le32(&rd, "SignatureSize");
		if (size < HEADER || size > lists.n - at->list || head > size - HEADER)
			return bad(&rd, "SignatureListSize", "the list does not fit");
		size_t room = size - HEADER - head;
		if (one <= COCO_GUID_SIZE || room % one != 0)
			return bad(&rd, "SignatureSize", "the list is not made of whole entries");
		if (at->sig < room) {
			coco_rd_view(&rd, head + at->sig, "SignatureHeader");
			ret->type = type;
			ret->entry = coco_rd_view(&rd, one, "SignatureData");
			ret->data = coco_view_of(ret->entry.p + COCO_GUID_SIZE,
						 one - COCO_GUID_SIZE);
			at->sig += one;
			*ret_found = true;
			return rd.code;
		}
		at->list += size;
		at->sig = 0;
	}
	*ret_found = false;
	return 0;
}
