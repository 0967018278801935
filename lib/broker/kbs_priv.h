/*
 * kbs_priv.h - shared by the parts of the key broker client; for
 * backend_kbs.c and kbs_*.c only.
 */
#ifndef COCO_KBS_PRIV_H
#define COCO_KBS_PRIV_H

#include "lib/broker/backend_kbs.h"

struct coco_kbs {
	struct coco_kbs_config config;
	struct coco_http *http;
	char *url;                       /* base, without a slash at the end; owned */
	struct coco_secret minted;       /* token made from the key */
	int64_t minted_until;
	struct coco_secret trimmed;      /* the given token without blanks around it */
	bool probed;
	bool warned;                     /* about a token over plain HTTP */
	struct coco_backend_info info;   /* when probed, or when the release was named */
	struct coco_backend_info seen;   /* when probed, whatever release was named */
};

/* One request. */
struct coco_kbs_call {
	const char *method;
	const char *path;                /* from the base: "/kbs/v0/..." */
	const char *content_type;        /* of body */
	struct coco_view body;
	bool has_body;
	bool admin;                      /* with the administrator's token */
	bool once;
};

/* coco_kbs_send - the answer, whatever its status (coco_http_clear). */
int coco_kbs_send(struct coco_kbs *k, const struct coco_run *run, const struct coco_kbs_call *call,
		  struct coco_http_response *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_kbs_demand - a request that must succeed; the answer is given when ret is
 * not NULL (coco_http_clear).
 */
int coco_kbs_demand(struct coco_kbs *k, const struct coco_run *run,
		    const struct coco_kbs_call *call, const char *what,
		    struct coco_http_response *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_kbs_since - BROKER_RELEASE when the broker is certainly older than since. */
int coco_kbs_since(struct coco_kbs *k, const struct coco_run *run, const char *what,
		   enum coco_trustee since, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_kbs_of - the client behind a back end; NULL: another kind of back end. */
struct coco_kbs *coco_kbs_of(const struct coco_backend *b);

/* coco_kbs_look - finds out what answers: info, and what was seen (may be NULL). */
int coco_kbs_look(struct coco_kbs *k, const struct coco_run *run, struct coco_kbs_seen *ret_seen,
		  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_kbs_abilities - what the releases oldest to newest can do, into info. */
void coco_kbs_abilities(struct coco_backend_info *info);

#endif
