/*
 * bank_args.c - the option --bank (see bank_args.h).
 */
#include "cli/measure/bank_args.h"

#include "lib/measure/banks.h"

const char *const coco_bank_words[] = { "sha1", "sha256", "sha384", "sha512", NULL };

int coco_bank_args(const struct coco_strlist *list, unsigned def, unsigned *ret,
		   struct coco_diag *diag)
{
	unsigned mask = 0;

	for (size_t i = 0; i < list->n; i++) {
		int alg = coco_bank_find(list->v[i]);

		if (alg < 0)
			return coco_fail(diag, COCO_E_USAGE_VALUE, "--bank: no hash %s",
					 list->v[i]);
		mask |= COCO_BANK(alg);
	}
	*ret = mask != 0 ? mask : def;
	return 0;
}
