/*
 * kbs_args.h - from options to a back end.
 */
#ifndef COCO_KBS_ARGS_H
#define COCO_KBS_ARGS_H

#include "cli/broker/opts_kbs.h"
#include "cli/core/cli.h"
#include "lib/broker/backend_kbs.h"

struct coco_arg_broker {
	struct coco_backend *backend;
	const char *directory;           /* of "store:DIR"; NULL: a broker over HTTP; borrowed */
	struct coco_key *key;
	struct coco_secret token;
	struct coco_secret client_key;
	uint8_t pin[32];
	struct coco_kbs_config config;   /* of a broker over HTTP */
};

/*
 * coco_arg_broker_open - *ret stays where it is until coco_arg_broker_close.
 * Credentials and options of TLS beside a directory: USAGE_CONFLICT.
 */
int coco_arg_broker_open(const struct coco_cli *cli, const struct coco_opts_broker *o,
			 struct coco_arg_broker *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_arg_broker_again - one more connection to the same broker, which the
 * caller frees before b is closed. Not for directories.
 */
int coco_arg_broker_again(const struct coco_arg_broker *b, struct coco_backend **ret,
			  struct coco_diag *diag) COCO_MUSTUSE;
void coco_arg_broker_close(struct coco_arg_broker *b);

#endif
