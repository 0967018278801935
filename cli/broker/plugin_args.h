/*
 * plugin_args.h - what the administrator's commands do with a broker's plugins.
 */
#ifndef COCO_PLUGIN_ARGS_H
#define COCO_PLUGIN_ARGS_H

#include "cli/broker/opts_kbs.h"
#include "cli/core/cli.h"

/* coco_arg_plugin_put, coco_arg_plugin_delete - the command with --plugin, reported. */
int coco_arg_plugin_put(struct coco_cli *cli, const struct coco_opts_broker_put *o,
			struct coco_report *report, struct coco_diag *diag) COCO_MUSTUSE;
int coco_arg_plugin_delete(struct coco_cli *cli, const struct coco_opts_broker_delete *o,
			   struct coco_report *report, struct coco_diag *diag) COCO_MUSTUSE;

#endif
