/*
 * fetch_collateral.h - gets from the services of AMD and Intel, or mirrors of
 * them, what evidence needs (needs.h). The only part of this wing that uses
 * the network. Answers are kept only when they are what was asked for; whether
 * they can be trusted is found out by whoever verifies with them.
 */
#ifndef COCO_FETCH_COLLATERAL_H
#define COCO_FETCH_COLLATERAL_H

#include "lib/evidence/needs.h"
#include "lib/net/http.h"

enum { COCO_FETCH_WHY = 256 };

/* Borrowed during the call. */
struct coco_fetch_collateral {
	const char *kds;                  /* address without path; NULL: AMD's */
	const char *pcs;                  /* NULL: Intel's; else it has the root's list too */
	struct coco_http_config http;     /* its retry_busy and retry_server are set here */
	const char *bundle;               /* directory; every item is stored as it comes */
};

enum coco_fetch_outcome {
	COCO_FETCH_GOT,
	COCO_FETCH_HELD,                  /* was there, and is valid */
	COCO_FETCH_NOWHERE,               /* no service gives it out */
	COCO_FETCH_FAILED,
	COCO_FETCH_LEFT,                  /* its server did not answer for an earlier one */
};

struct coco_fetch_item {
	enum coco_fetch_outcome outcome;
	int code;                         /* of FAILED */
	bool dated;                       /* GOT: it is not valid at the time asked for */
	char why[COCO_FETCH_WHY];         /* FAILED: a sentence */
};

struct coco_fetch_list {
	struct coco_fetch_item *v;        /* owned; one for each need */
	size_t n;
	struct coco_diag first;           /* the first that failed; code 0: none */
};

/*
 * coco_fetch_collateral - fetches every need that have (the bundle's items, and
 * those that came with the evidence) does not meet at run->now, adds it to have
 * and stores it. What a service does not give is in the list, and does not keep
 * the others. Gives *ret (coco_fetch_list_free). Needs of a report without
 * product become sure. Errors: USAGE_URL, those of coco_bundle_store,
 * CANCELLED, LIMIT_MEMORY.
 */
int coco_fetch_collateral(const struct coco_run *run, const struct coco_fetch_collateral *config,
			  struct coco_needs *needs, struct coco_collateral *have,
			  struct coco_fetch_list *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_fetch_list_free(struct coco_fetch_list *list);   /* fine on a zeroed struct */

#endif
