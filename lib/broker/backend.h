/*
 * backend.h - one interface to whatever keeps keys, policies and reference
 * values (design.md 7): a Trustee key broker over HTTP (backend_kbs.c), or a
 * directory that Trustee serves as it is (backend_store.c). A command or a
 * declaration says what shall be there; the back end knows how its release
 * wants it.
 */
#ifndef COCO_BACKEND_H
#define COCO_BACKEND_H

#include "lib/core/run.h"
#include "lib/core/secret.h"

enum {
	COCO_BACKEND_NAME = 256,          /* bytes of a name, with the NUL */
	COCO_BACKEND_VALUE = 16 << 20,    /* bytes of one item */
};

/* Trustee releases that differ (broker.md 0.1). */
enum coco_trustee {
	COCO_TRUSTEE_UNKNOWN,
	COCO_TRUSTEE_V0_10,
	COCO_TRUSTEE_V0_11,
	COCO_TRUSTEE_V0_12,
	COCO_TRUSTEE_V0_13,
	COCO_TRUSTEE_V0_14,
	COCO_TRUSTEE_V0_15,
	COCO_TRUSTEE_V0_16,
	COCO_TRUSTEE_V0_17,
	COCO_TRUSTEE_V0_18,
	COCO_TRUSTEE_V0_19,
	COCO_TRUSTEE_V0_20,
	COCO_TRUSTEE_V0_21,
	COCO_TRUSTEE_RELEASES,
};

/* coco_trustee_name - "v0.18"; "unknown". coco_trustee_find - by that text, or UNKNOWN. */
const char *coco_trustee_name(enum coco_trustee release);
enum coco_trustee coco_trustee_find(const char *text);

/* What a broker keeps. */
enum coco_item_type {
	COCO_ITEM_RESOURCE,             /* "repo/type/tag"; secret bytes */
	COCO_ITEM_RESOURCE_POLICY,      /* the one policy of release; Rego text; name "" */
	COCO_ITEM_ATTESTATION_POLICY,   /* "default_cpu"; Rego text */
	COCO_ITEM_REFERENCE_VALUE,      /* a reference value's name; one JSON value as text */
};

/* coco_item_type_name - "resource", "resource-policy", ...; static. */
const char *coco_item_type_name(enum coco_item_type type);

struct coco_item_id {
	enum coco_item_type type;
	const char *name;
};

/* What a back end turned out to be. */
struct coco_backend_info {
	bool directory;
	enum coco_trustee oldest;      /* the releases that fit what was seen: from .. to */
	enum coco_trustee newest;
	char protocol[16];             /* of the attestation handshake: "0.4.0"; "" : unknown */
	bool reads_reference_values;   /* one by one, for comparing */
	bool deletes_resources;
	bool reads_policies;           /* the text of the resource policy comes back */
};

struct coco_backend;   /* opaque; one thread at a time */

/* What a kind of back end does; for backend_*.c only. */
struct coco_backend_ops {
	int (*probe)(void *impl, const struct coco_run *run, struct coco_backend_info *ret,
		     struct coco_diag *diag);
	int (*put)(void *impl, const struct coco_run *run, const struct coco_item_id *id,
		   const struct coco_secret *value, struct coco_diag *diag);
	int (*get)(void *impl, const struct coco_run *run, const struct coco_item_id *id,
		   struct coco_secret *ret, struct coco_diag *diag);
	int (*remove)(void *impl, const struct coco_run *run, const struct coco_item_id *id,
		      struct coco_diag *diag);
	void (*free)(void *impl);
};

/* coco_backend_new - takes impl (freed by ops->free, on failure too). */
int coco_backend_new(struct coco_backend **ret, const struct coco_backend_ops *ops, void *impl,
		     struct coco_diag *diag) COCO_MUSTUSE;
void coco_backend_free(struct coco_backend *b);   /* NULL is fine */

/* coco_backend_impl - its impl when it has these ops, else NULL; for backend_*.c only. */
void *coco_backend_impl(const struct coco_backend *b, const struct coco_backend_ops *ops);

/*
 * The four operations. put replaces. get gives *ret (coco_secret_free); an
 * administrator cannot read everything back: BROKER_UNREADABLE. remove of what
 * is not there: BROKER_ABSENT. Other errors: those of http.h, io.h, and the
 * refusals of the broker decoded (BROKER_REFUSED_ADMIN, ...). No value appears
 * in a message.
 */
int coco_backend_probe(struct coco_backend *b, const struct coco_run *run,
		       struct coco_backend_info *ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_backend_put(struct coco_backend *b, const struct coco_run *run,
		     const struct coco_item_id *id, const struct coco_secret *value,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_backend_get(struct coco_backend *b, const struct coco_run *run,
		     const struct coco_item_id *id, struct coco_secret *ret,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_backend_remove(struct coco_backend *b, const struct coco_run *run,
			const struct coco_item_id *id, struct coco_diag *diag) COCO_MUSTUSE;

#endif
