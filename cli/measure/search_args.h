/*
 * search_args.h - options of measure search into a request of
 * lib/measure/launch_search.h.
 */
#ifndef COCO_SEARCH_ARGS_H
#define COCO_SEARCH_ARGS_H

#include "cli/measure/launch_args.h"
#include "lib/measure/boot_search.h"
#include "lib/measure/launch_search.h"
#include "lib/measure/observed.h"
#include "lib/measure/path_list.h"

/* A request and what it borrows. */
struct coco_search_args {
	bool is_boot;                          /* the request is boot, not req */
	struct coco_launch_search req;
	struct coco_boot_search boot;
	struct coco_observed observed;         /* of --actual when it is a file */
	bool is_file;
	uint8_t actual[COCO_MRECORD_DIGEST];
	size_t n_actual;
	struct coco_launch_args launch;        /* counts, models, the one command line */
	struct coco_path_list firmware;
	struct coco_path_list kernels;
	struct coco_path_list initrds;
	uint8_t *lines_text;                   /* owned */
	struct coco_view *lines;               /* owned */
	size_t cap_lines;
	uint64_t features[COCO_SEARCH_FEATURES];
	char *vary;                            /* owned */
};

/* coco_search_args_take - all of it; coco_search_args_free in any case. */
int coco_search_args_take(struct coco_search_args *a, const struct coco_cli *cli,
			  const struct coco_opts_measure_search *o, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_search_args_free(struct coco_search_args *a);

/*
 * coco_search_boot_answer - searches a boot and fills the report: which of its
 * events or parts are explained, and by what (search_boot.c).
 */
int coco_search_boot_answer(const struct coco_run *run, const struct coco_search_args *a,
			    struct coco_report *report, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_search_args_command - the command that gives the value of a candidate,
 * in wr; words are quoted for a shell.
 */
void coco_search_args_command(const struct coco_search_args *a,
			      const struct coco_launch_candidate *c, struct coco_wr *wr);

#endif
