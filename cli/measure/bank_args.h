/*
 * bank_args.h - the option --bank of the commands that compute for several
 * hashes.
 */
#ifndef COCO_BANK_ARGS_H
#define COCO_BANK_ARGS_H

#include "cli/core/table.h"
#include "formats/core/diag.h"

/* Words of --bank; also an option's values. */
extern const char *const coco_bank_words[];

/*
 * The option behind a struct coco_strlist member m of the option struct s; text
 * says what is computed without it.
 */
#define COCO_OPTION_BANK(s, m, text)                                                      \
	{ .name = "bank", .kind = COCO_KIND_ENUM, .flags = COCO_OPT_REPEAT, .arg = "HASH", \
	  .values = coco_bank_words,                                                      \
	  .help = "compute for this hash; without it for " text, COCO_BIND_LIST(s, m) }

/* coco_bank_args - the mask (COCO_BANK) of the words; without any: def. */
int coco_bank_args(const struct coco_strlist *list, unsigned def, unsigned *ret,
		   struct coco_diag *diag) COCO_MUSTUSE;

#endif
