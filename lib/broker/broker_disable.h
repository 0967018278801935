/*
 * broker_disable.h - the emergency: a resource policy that releases no key, or
 * all but some, in place of the one that is there; and back. The policy of
 * before is kept in a file beside the ledger.
 */
#ifndef COCO_BROKER_DISABLE_H
#define COCO_BROKER_DISABLE_H

#include "lib/broker/declared.h"
#include "lib/broker/ledger.h"

enum { COCO_DISABLED_MAX = 1024 };

/* What is disabled at a broker, by the ledger. */
struct coco_disabled {
	const char **names;     /* resources, or "all"; owned list of borrowed texts */
	size_t n;               /* 0: nothing is */
	bool all;
	int64_t since;          /* of the first entry */
	const char *reason;     /* of the last one; borrowed from the ledger, as before */
	const char *before;     /* digest of the policy that is kept; "" : it was not known */
};

/* coco_disabled_find - gives *ret (coco_disabled_free). LIMIT_MEMORY, LIMIT_COUNT. */
int coco_disabled_find(const struct coco_ledger *l, const char *broker,
		       struct coco_disabled *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_disabled_free(struct coco_disabled *d);

/* Borrowed. */
struct coco_disable_source {
	const struct coco_declared *declared;   /* gathered or not: for names and the policy */
	struct coco_ledger *ledger;             /* open for writing */
	struct coco_backend *backend;
	const struct coco_backend_info *info;
	const char *broker;                     /* coco_declared_identity */
	const char *reason;                     /* NULL with restore: none */
};

/*
 * coco_disable - name: "all", a resource, or the last part of the only one
 * with it in declaration or ledger. The policy that is there is taken from the
 * broker where it shows it, else from the declaration when the ledger says
 * that it is the one. Without it only "all" is possible. *ret_known: the
 * policy of before is kept. Errors: BROKER_RESTORE (no such resource, or the
 * policy is not known), FORMAT_VALUE (a policy that cannot be wrapped),
 * BROKER_DRIFT (read back, it is another), and those of backend, ledger, io.
 */
int coco_disable(const struct coco_disable_source *src, const char *name,
		 const struct coco_run *run, bool *ret_known, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_restore - puts the policy of before back, or the declared one when that
 * was not known. Errors: BROKER_RESTORE (nothing is disabled, or there is no
 * policy to put back), BROKER_DRIFT (the kept file is another one, or what is
 * read back), and those of backend, ledger, io.
 */
int coco_restore(const struct coco_disable_source *src, const struct coco_run *run,
		 struct coco_diag *diag) COCO_MUSTUSE;

#endif
