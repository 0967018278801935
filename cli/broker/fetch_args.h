/*
 * fetch_args.h - from texts (of options or of the environment) to what
 * fetches a resource.
 */
#ifndef COCO_FETCH_ARGS_H
#define COCO_FETCH_ARGS_H

#include "cli/broker/initdata_args.h"
#include "cli/core/cli.h"
#include "lib/broker/fetch.h"

/* Borrowed; NULL: the default. */
struct coco_fetch_texts {
	const char *url;
	const char *attester;
	const char *attester_path;
	const char *initdata;
	const char *tee_key;
	const char *ca;
	const char *pin;
	const char *client_cert;
	const char *client_key;          /* reference */
	uint32_t timeout;                /* seconds; 0: default */
};

struct coco_arg_fetch {
	struct coco_fetch_config config;
	struct coco_secret client_key;
	uint8_t pin[32];
	char *initdata;
};

/* coco_arg_fetch_load - *ret stays where it is until coco_arg_fetch_free. */
int coco_arg_fetch_load(const struct coco_cli *cli, const struct coco_fetch_texts *texts,
			struct coco_arg_fetch *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_arg_fetch_free(struct coco_arg_fetch *fetch);

/* coco_arg_secret_output - whether -o takes a secret (a file, a store), before it is fetched. */
int coco_arg_secret_output(const struct coco_cli *cli, struct coco_diag *diag) COCO_MUSTUSE;

#endif
