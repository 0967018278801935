/*
 * declaration.h - what a key broker shall hold, in one TOML document
 * (docs/formats/broker-declaration.md): keys by reference and never by value,
 * the policies, reference values, and the initdata and sealed secrets that
 * belong to them.
 */
#ifndef COCO_DECLARATION_H
#define COCO_DECLARATION_H

#include "formats/broker/initdata.h"
#include "formats/core/refnames.h"

#define COCO_DECLARATION_SCHEMA "cococtl.broker.v1"

enum {
	COCO_DECLARATION_ENTRIES = 4096,   /* of one kind */
	COCO_DECLARATION_ID = 128,         /* bytes of an attestation policy's id, with the NUL */
};

/* [broker]: what is not said is NULL, 0 or false. */
struct coco_declared_broker {
	const char *address;          /* "https://...", "store:DIR" */
	const char *trustee_version;  /* "v0.18" */
	const char *admin_key;        /* references */
	const char *admin_token;
	const char *issuer;
	const char *audience;
	const char *ca;               /* files */
	const char *pin;              /* "sha256:..." */
	const char *client_cert;
	const char *client_key;
	uint32_t timeout;             /* seconds */
	bool store_json;
};

/* [[key]] */
struct coco_declared_key {
	const char *resource;         /* repo/type/tag, checked */
	const char *from;             /* reference */
};

/* [[attestation_policy]]: one for each class of device, or with an id of its own. */
struct coco_declared_policy {
	char id[COCO_DECLARATION_ID]; /* "default_cpu" for class "cpu" */
	const char *file;
};

/* [[reference_values]] */
struct coco_declared_values {
	const char *file;             /* in any form that refval reads */
	enum coco_ref_tee verifier;
};

/* [[initdata]]: a document, and the digest that must be its own. */
struct coco_declared_initdata {
	const char *file;
	enum coco_initdata_alg alg;
	uint8_t digest[64];
	size_t n;                     /* bytes of digest */
};

/* [[sealed_secret]] */
struct coco_declared_sealed {
	const char *file;
	const char *public_key;       /* of its signature; registered under its kid */
};

/* The texts borrow from doc. */
struct coco_declaration {
	struct coco_toml doc;
	struct coco_declared_broker broker;
	const char *ledger_key;             /* reference */
	const char **ledger_trust;          /* files with public keys */
	size_t n_ledger_trust;
	const char *resource_policy;        /* file */
	struct coco_declared_key *keys;
	size_t n_keys;
	struct coco_declared_policy *policies;
	size_t n_policies;
	struct coco_declared_values *values;
	size_t n_values;
	struct coco_declared_initdata *initdata;
	size_t n_initdata;
	struct coco_declared_sealed *sealed;
	size_t n_sealed;
};

/*
 * coco_declaration_decode - gives *ret (coco_declaration_free), which must stay
 * where it is while its texts are used. Nothing that it names is read. The
 * schema is closed. On failure *ret is zeroed. Errors: those of
 * coco_toml_parse and coco_toml_closed, FORMAT_TOML_TYPE, FORMAT_VALUE,
 * DECLARATION_VALUE, LIMIT_COUNT, LIMIT_MEMORY.
 */
int coco_declaration_decode(struct coco_declaration *ret, struct coco_view text,
			    struct coco_diag *diag) COCO_MUSTUSE;
void coco_declaration_free(struct coco_declaration *d);   /* fine on a zeroed struct */

#endif
