/*
 * refval_args.h - what the refval commands share.
 */
#ifndef COCO_REFVAL_ARGS_H
#define COCO_REFVAL_ARGS_H

#include "cli/core/cli.h"
#include "lib/broker/refval.h"

/* Words of --verifier, by enum coco_ref_tee, and of --form. */
extern const char *const coco_refval_verifiers[];
extern const char *const coco_refval_forms[];

#define COCO_OPTION_VERIFIER(s, m, what)                                                  \
	{ .name = "verifier", .kind = COCO_KIND_ENUM, .arg = "NAME",                      \
	  .values = coco_refval_verifiers, .def = "plain", .help = what,                  \
	  COCO_BIND_ENUM(s, m) }

/* coco_refval_load - adds a file in any form to a set; the report names it as an input. */
int coco_refval_load(struct coco_cli *cli, const char *path, const struct coco_refval_source *src,
		     struct coco_refset *s, struct coco_report *report, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_refval_write - the set to -o, and what it holds into the report. */
int coco_refval_write(struct coco_cli *cli, const struct coco_refset *s,
		      struct coco_report *report, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_refval_release - of --trustee; NULL is the newest. USAGE_VALUE. */
int coco_refval_release(const char *text, unsigned *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_refval_cells - name with step, value, validity of a value, for tables. */
struct coco_refval_cells {
	char name[COCO_REFSET_NAME + COCO_REFSET_WORD + 4];
	char value[COCO_REFSET_LABEL];
	char until[32];
};
void coco_refval_cells(const struct coco_refvalue *v, struct coco_refval_cells *ret);

#endif
