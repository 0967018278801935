/*
 * launch_args.h - options of the measure commands into requests of
 * lib/measure/launch.h, and their answers into reports.
 */
#ifndef COCO_LAUNCH_ARGS_H
#define COCO_LAUNCH_ARGS_H

#include "cli/core/cli.h"
#include "cli/measure/opts_measure.h"
#include "lib/measure/launch.h"

/* A request and what it borrows. */
struct coco_launch_args {
	struct coco_launch_request req;
	uint32_t *counts;                 /* owned */
	struct coco_launch_vcpu *vcpus;   /* owned */
	uint8_t *append;                  /* owned */
	uint8_t digest[COCO_SNP_DIGEST];
};

/* Each fills its part; coco_launch_args_free in any case. */
int coco_launch_args_boot(struct coco_launch_args *a, const struct coco_opts_boot *o,
			  struct coco_diag *diag) COCO_MUSTUSE;
int coco_launch_args_vcpus(struct coco_launch_args *a, const struct coco_opts_vcpus *o,
			   struct coco_diag *diag) COCO_MUSTUSE;
int coco_launch_args_digest(struct coco_launch_args *a, const char *hex,
			    struct coco_diag *diag) COCO_MUSTUSE;

/* coco_launch_args_number - decimal, or hexadecimal after 0x, at most max. */
int coco_launch_args_number(const char *option, const char *text, uint64_t max, uint64_t *ret,
			    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_launch_args_counts - a list of vCPU counts: "4", "1-64", "1,2,8-16"; each
 * once, ascending. Gives *ret (coco_free). Errors: VCPU_COUNT, LIMIT_MEMORY.
 */
int coco_launch_args_counts(const char *list, uint32_t **ret, size_t *ret_n,
			    struct coco_diag *diag) COCO_MUSTUSE;

void coco_launch_args_free(struct coco_launch_args *a);

/*
 * coco_launch_answer - computes, writes the vCPU pages (dump_vmsa may be
 * NULL), and answers as coco_record_answer does.
 */
int coco_launch_answer(struct coco_cli *cli, const struct coco_launch_args *a,
		       const char *dump_vmsa, const struct coco_opts_answer *answer,
		       struct coco_report *report, struct coco_diag *diag) COCO_MUSTUSE;

#endif
