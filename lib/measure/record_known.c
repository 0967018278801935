/*
 * record_known.c - known values and the TDINFO hash (see record_known.h).
 */
#include "lib/measure/record_known.h"

#include <string.h>

#include "lib/measure/tdinfo.h"

/* Those of the TDINFO hash, or the others: the hash takes the others as its fields. */
static int apply(struct coco_mrecord *rec, const char *const *texts, size_t n, bool hash,
		 bool only_there, struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_known_value k;

		r = coco_known_value_parse(&k, rec->platform, texts[i], diag);
		if (r == 0 && (strcmp(k.reg, COCO_TDINFO_REGISTER) == 0) == hash)
			r = coco_known_value_apply(rec, &k, only_there, diag);
	}
	return r;
}

int coco_record_known(struct coco_mrecord *rec, const char *const *texts, size_t n,
		      bool only_there, struct coco_diag *diag)
{
	int r = apply(rec, texts, n, false, only_there, diag);

	if (r == 0)
		r = coco_tdinfo_record(rec, diag);
	return r == 0 ? apply(rec, texts, n, true, only_there, diag) : r;
}
