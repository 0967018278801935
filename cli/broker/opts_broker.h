/*
 * opts_broker.h - option structs of the broker commands (see
 * cli/model/opts_model.h for who fills them).
 */
#ifndef COCO_OPTS_BROKER_H
#define COCO_OPTS_BROKER_H

#include "cli/core/table.h"

struct coco_opts_initdata_create {
	const char *aa;
	const char *cdh;
	const char *policy;
	struct coco_strlist files;       /* NAME=FILE */
	const char *kbs_url;
	const char *kbs_cert;
	const char *release_id;
	int algorithm;                   /* enum coco_initdata_alg */
	int form;                        /* enum coco_initdata_form without gzip */
};

struct coco_opts_initdata_inspect {
	const char *file;
	int form;                        /* of -o */
};

struct coco_opts_initdata_check {
	const char *file;
};

struct coco_opts_key_seal {
	const char *key;
	const char *kid;
	const char *resource;
	const char *public_jwk;
};

struct coco_opts_key_unseal {
	const char *file;
	const char *key;                 /* public */
};

#endif
