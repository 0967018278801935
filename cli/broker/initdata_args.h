/*
 * initdata_args.h - reading initdata documents for the initdata commands, and
 * saying what they are bound to.
 */
#ifndef COCO_INITDATA_ARGS_H
#define COCO_INITDATA_ARGS_H

#include "cli/core/cli.h"
#include "lib/broker/initdata_file.h"

/* A document that was read; must stay where it is. */
struct coco_initdata_input {
	uint8_t *toml;                   /* owned */
	size_t n;
	enum coco_initdata_form form;    /* in which it came */
	struct coco_initdata doc;
};

/*
 * coco_initdata_read - reads, unpacks and parses a file, or the annotation itself;
 * coco_initdata_input_free in any case.
 */
int coco_initdata_read(struct coco_initdata_input *in, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_initdata_input_free(struct coco_initdata_input *in);

/* coco_initdata_report - the digest of a document, and what it becomes in each evidence. */
int coco_initdata_report(struct coco_report *report, struct coco_view toml,
			 enum coco_initdata_alg alg, bool bindings, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_initdata_write - the document in a form to where -o says, or to standard output. */
int coco_initdata_write(struct coco_cli *cli, struct coco_view toml, enum coco_initdata_form form,
			struct coco_report *report, struct coco_diag *diag) COCO_MUSTUSE;

#endif
