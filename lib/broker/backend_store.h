/*
 * backend_store.h - the back end that is a directory which Trustee serves as
 * it is (broker.md 3). DIR is, for Trustee
 *
 *   v0.19 and later   the storage: dir_path of LocalFs, file_dir_path of LocalJson
 *     DIR/repository/<repo>\x2F<type>\x2F<tag>            LocalFs
 *     DIR/kbs/resource-policy.rego
 *     DIR/attestation_service_policy/<id>.rego
 *     DIR/reference_value/<name>
 *     DIR/repository, DIR/kbs, ... files of JSON          LocalJson
 *   up to v0.18       the root of the server's file system: the default places,
 *     DIR/opt/confidential-containers/kbs/repository/<repo>/<type>/<tag>
 *     DIR/opa/confidential-containers/kbs/policy.rego
 *     DIR/opt/confidential-containers/attestation-service/opa/<id>.rego
 *     DIR/opt/confidential-containers/attestation-service/reference_values.json
 *
 * A directory that holds resources only (what store: references name) takes
 * resources only. Files have mode 0600, directories 0700, no link is followed
 * below DIR, and each file is replaced whole.
 */
#ifndef COCO_BACKEND_STORE_H
#define COCO_BACKEND_STORE_H

#include "lib/broker/backend.h"

struct coco_store_options {
	enum coco_trustee release;   /* that will serve it; UNKNOWN: what the directory shows */
	bool json;                   /* a new directory since v0.19: LocalJson, not LocalFs */
};

/*
 * coco_backend_store_new - gives *ret for a directory, which need not be there
 * yet (the one it is in must): the first put makes it, by default for the
 * newest releases as LocalFs. o may be NULL. Errors: IO_OPEN, LIMIT_MEMORY,
 * STORE_LAYOUT (two layouts, or another one than the release reads).
 *
 * The operations of backend.h give beside io.h's errors: STORE_NAME,
 * STORE_VALUE, STORE_LAYOUT, KEY_AMBIGUOUS, KEY_EMPTY (nothing to put), and for
 * damaged files FORMAT_JSON, FORMAT_JSON_TYPE, FORMAT_BASE64. A reference value
 * expires 365 days after run->now, as Trustee lets it.
 */
int coco_backend_store_new(struct coco_backend **ret, const char *dir,
			   const struct coco_store_options *o, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
