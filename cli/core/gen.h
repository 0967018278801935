/*
 * gen.h - inside gen, the program that writes the generated documents.
 */
#ifndef COCO_GEN_H
#define COCO_GEN_H

#include "cli/core/table.h"
#include "formats/core/diag.h"
#include "formats/core/wr.h"

#define COCO_GEN_NOTICE "Generated from the command table by \"make docs\"; do not edit."

struct coco_gen {
	const char *dir;          /* where to write */
	const char *src;          /* source tree, for docs/man/parts */
	struct coco_diag diag;
	size_t written;
};

/*
 * coco_gen_file - writes what wr holds to dir/folder/name and frees wr; a
 * failure is in gen->diag.
 */
int coco_gen_file(struct coco_gen *gen, const char *folder, const char *name,
		  struct coco_wr *wr) COCO_MUSTUSE;

/* coco_gen_man - all manual pages. coco_gen_docs - the pages of docs. */
int coco_gen_man(struct coco_gen *gen) COCO_MUSTUSE;
int coco_gen_docs(struct coco_gen *gen) COCO_MUSTUSE;

/* coco_gen_exit_meaning - what an exit code means, in a phrase. */
const char *coco_gen_exit_meaning(int exit_code);

/* The error classes in order; NULL past the end. */
const char *coco_gen_class_title(int class);

/* coco_gen_option - option i of cmd: -o and -f first, its own, the common rest; or NULL. */
const struct coco_opt *coco_gen_option(const struct coco_cmd *cmd, size_t i);

/* coco_gen_option_help - help with allowed values and default; ret of cap bytes. */
const char *coco_gen_option_help(const struct coco_cmd *cmd, const struct coco_opt *opt,
				 char *ret, size_t cap);

/* coco_gen_option_arg - the name of its value, NULL for flags. */
const char *coco_gen_option_arg(const struct coco_cmd *cmd, const struct coco_opt *opt);

#endif
