/*
 * search_args.h - options of measure search into a request of
 * lib/measure/launch_search.h.
 */
#ifndef COCO_SEARCH_ARGS_H
#define COCO_SEARCH_ARGS_H

#include "cli/measure/launch_args.h"
#include "cli/measure/tdx_args.h"
#include "lib/measure/boot_search.h"
#include "lib/measure/guest_search.h"
#include "lib/measure/launch_search.h"
#include "lib/measure/observed.h"
#include "lib/measure/path_list.h"

enum { COCO_SEARCH_FEW = 16 };   /* generations, QEMU versions, ACPI directories */

/* A search of registers and what it borrows (search_guest.c). */
struct coco_search_guest {
	bool tdx;
	struct coco_guest_search req;
	struct coco_opts_measure_tdx opts;
	struct coco_tdx_args base;             /* of TDX guests */
	struct coco_vtpm_request vtpm;
	struct coco_guest_value values[COCO_EVIDENCE_VALUES];
	enum coco_fw_choice generations[COCO_SEARCH_FEW];
	unsigned qemu[COCO_SEARCH_FEW];
	struct coco_acpi acpi[COCO_SEARCH_FEW];
	char acpi_dir[COCO_SEARCH_FEW][256];
};

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
	struct coco_path_list ukis;
	struct coco_path_list images;          /* kernels, then ukis */
	uint8_t *lines_text;                   /* owned */
	struct coco_view *lines;               /* owned */
	size_t cap_lines;
	uint64_t features[COCO_SEARCH_FEATURES];
	char *vary;                            /* owned */
	struct coco_opts_measure_search opts;  /* with what --vary says instead */
	uint16_t alg;                          /* of a value that was given */
	const char *reg;                       /* its register, or NULL */
	struct coco_search_guest *guest;       /* owned; NULL: only boot is searched */
};

/* coco_search_args_take - all of it; coco_search_args_free in any case. */
int coco_search_args_take(struct coco_search_args *a, struct coco_cli *cli,
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
 * coco_search_guest_take - the lists of a search of registers into a->guest;
 * coco_search_guest_free in any case. coco_search_guest_answer - searches them
 * and fills the report; explained: what is known of the log's events, or NULL
 * (search_answer.c).
 */
int coco_search_guest_take(struct coco_search_args *a, struct coco_cli *cli,
			   struct coco_diag *diag) COCO_MUSTUSE;
void coco_search_guest_free(struct coco_search_guest *g);   /* NULL is fine */
int coco_search_guest_answer(const struct coco_run *run, const struct coco_search_args *a,
			     const struct coco_boot_explained *explained,
			     struct coco_report *report, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_search_put - " --option 'text'", quoted for a shell. */
void coco_search_put(struct coco_wr *wr, const char *option, const char *p, size_t n);

/*
 * coco_search_args_command - the command that gives the value of a candidate,
 * in wr; words are quoted for a shell.
 */
void coco_search_args_command(const struct coco_search_args *a,
			      const struct coco_launch_candidate *c, struct coco_wr *wr);

#endif
