/*
 * opts_kbs.h - option structs of the commands that talk to a key broker (see
 * cli/model/opts_model.h for who fills them).
 */
#ifndef COCO_OPTS_KBS_H
#define COCO_OPTS_KBS_H

#include "cli/core/table.h"

/* Which broker, and who is asking. */
struct coco_opts_broker {
	const char *url;                 /* or "store:DIR" */
	const char *admin_key;           /* reference */
	const char *admin_token;         /* reference */
	const char *issuer;
	const char *audience;
	const char *ca;                  /* files */
	const char *client_cert;
	const char *client_key;          /* reference */
	const char *pin;                 /* sha256:HEX */
	uint32_t timeout;                /* seconds; 0: default */
	bool store_json;
	int release;                     /* enum coco_trustee; 0: found out */
};

struct coco_opts_broker_probe {
	struct coco_opts_broker broker;
};

struct coco_opts_broker_token {
	const char *admin_key;
	const char *check;               /* reference to a token */
	const char *role;
	const char *issuer;
	const char *audience;
	const char *subject;
	const char *key_id;
	uint32_t lifetime;
	int release;                     /* enum coco_trustee; 0: all */
};

struct coco_opts_broker_put {
	struct coco_opts_broker broker;
	const char *resource;            /* repo/type/tag */
	const char *from;                /* reference */
	const char *resource_policy;     /* file */
	const char *attestation_policy;  /* ID=FILE */
	const char *reference_value;     /* name */
	const char *value;               /* JSON or @FILE */
	const char *plugin;              /* PLUGIN/SEGMENT... */
};

/* How a guest proves what it is; the texts of the two enums are below. */
struct coco_opts_attest {
	int attester;                    /* enum coco_attester_kind */
	const char *attester_path;
	const char *initdata;            /* file, or an annotation */
	int tee_key;
};

extern const char *const coco_opt_attesters[];
extern const char *const coco_opt_tee_keys[];

struct coco_opts_broker_get {
	struct coco_opts_broker broker;
	struct coco_opts_attest attest;
	const char *resource;            /* repo/type/tag, or kbs+PLUGIN:///SEGMENT... */
	const char *from;                /* reference: sent along to a plugin */
	bool token;
	bool resource_policy;
	const char *reference_value;
};

struct coco_opts_broker_delete {
	struct coco_opts_broker broker;
	const char *resource;
	const char *plugin;              /* PLUGIN/SEGMENT... */
};

#endif
