/*
 * apply_args.h - declaration, ledger and broker of a command, from its options
 * and what the declaration says.
 */
#ifndef COCO_APPLY_ARGS_H
#define COCO_APPLY_ARGS_H

#include "cli/broker/kbs_args.h"
#include "cli/broker/opts_apply.h"
#include "lib/broker/broker_plan.h"

struct coco_arg_apply {
	struct coco_declared declared;
	struct coco_opts_broker options;    /* with what the declaration adds */
	char *owned[8];                     /* texts of options */
	struct coco_arg_broker broker;
	struct coco_backend_info info;
	char identity[COCO_LEDGER_BROKER];
	struct coco_key *key;               /* private, of the ledger; NULL: none was named */
	struct coco_key *trust[COCO_LEDGER_TRUST];
	struct coco_ledger_keys keys;
	struct coco_ledger *ledger;
	struct coco_outcomes findings;
};

/*
 * coco_arg_apply_open - reads the declaration and what it and the options say
 * of broker and ledger; nothing is sent yet. need_key: a ledger without a
 * private key is an error. flags: of coco_ledger_open. a stays where it is
 * until coco_arg_apply_close (also after a failure).
 */
int coco_arg_apply_open(struct coco_cli *cli, const struct coco_opts_broker *o,
			const struct coco_opts_ledger *l, bool need_key, unsigned flags,
			struct coco_arg_apply *a, struct coco_report *report,
			struct coco_diag *diag) COCO_MUSTUSE;
void coco_arg_apply_close(struct coco_arg_apply *a);

/* coco_arg_apply_probe - connects: a->broker and a->info. */
int coco_arg_apply_probe(struct coco_cli *cli, struct coco_arg_apply *a, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_arg_apply_gather - and reads everything that is declared; findings into the report. */
int coco_arg_apply_gather(struct coco_cli *cli, struct coco_arg_apply *a,
			  struct coco_report *report, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_arg_apply_source - what a plan is made from. */
struct coco_plan_source coco_arg_apply_source(const struct coco_cli *cli,
					      const struct coco_arg_apply *a);

/* coco_plan_report - a plan as table and JSON; all: what is unchanged too. */
void coco_plan_report(struct coco_report *report, const struct coco_arg_apply *a,
		      const struct coco_plan *plan, bool all);

#endif
