/*
 * backend_kbs.h - a Trustee key broker over HTTP as a back end (broker.md 0 to
 * 2), every release from v0.10 on.
 */
#ifndef COCO_BACKEND_KBS_H
#define COCO_BACKEND_KBS_H

#include "lib/broker/admin_token.h"
#include "lib/broker/backend.h"
#include "lib/net/http.h"

/*
 * Everything is borrowed until the back end is freed. Without a key and
 * without a token requests go out without credentials: servers that are
 * configured to allow everybody take them.
 */
struct coco_kbs_config {
	const char *url;                      /* "https://kbs.example.com:8080", perhaps a path */
	struct coco_http_config http;
	const struct coco_key *admin_key;     /* a token is made from it; excludes admin_token */
	struct coco_admin_spec admin;         /* with admin_key */
	const struct coco_secret *admin_token;
	enum coco_trustee release;            /* UNKNOWN: found out when it matters */
};

/*
 * coco_backend_kbs_new - nothing is sent yet, nor when coco_backend_probe is
 * asked about a release that is named here. Gives *ret (coco_backend_free).
 * Errors: USAGE_URL, USAGE_CONFLICT, those of coco_http_new.
 *
 * What the operations do beside backend.h:
 *   put     An attestation policy "default_cpu" becomes "default" up to v0.13;
 *           "default" is refused from v0.14 on, where nothing reads it. The
 *           value of a reference value is one JSON value (FORMAT_JSON),
 *           already in the encoding of the release.
 *   get     Reference values since v0.14; the resource policy's text from
 *           v0.11 to v0.18.
 *   remove  Resources since v0.20; nothing else has a way out.
 * Where a release has no such endpoint: BROKER_RELEASE, before anything is
 * sent. Requests are repeated after network errors only (http.h): all of them
 * are idempotent.
 */
int coco_backend_kbs_new(struct coco_backend **ret, const struct coco_kbs_config *config,
			 struct coco_diag *diag) COCO_MUSTUSE;

/* What a probe saw, step by step, for people (coco_backend_kbs_seen). */
struct coco_kbs_seen {
	bool healthz;             /* GET /healthz: 200 without body */
	bool metrics;             /* GET /metrics: the broker's counters */
	unsigned auth_status;     /* of POST /kbs/v0/auth */
	unsigned policy_status;   /* of GET resource-policy; 0: not asked */
	bool policy_ids;          /* it gave a list of ids */
	bool admin_asked;         /* a token (or none, without one) was tried */
	bool admin_accepted;
	char admin_answer[384];   /* why not */
};

/*
 * coco_backend_kbs_probe - asks the broker, whatever release was named, and
 * tells what was seen. A named release stays the one that operations go by.
 * For such a back end only.
 */
int coco_backend_kbs_probe(struct coco_backend *b, const struct coco_run *run,
			   struct coco_backend_info *ret, struct coco_kbs_seen *ret_seen,
			   struct coco_diag *diag) COCO_MUSTUSE;

#endif
