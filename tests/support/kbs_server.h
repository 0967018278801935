/*
 * kbs_server.h - a Trustee key broker for tests: routes, rules for the
 * administrator's token, statuses, limits and bodies as each release has them
 * (written from the releases' description, not from the client's code).
 *
 * Its state is open: attestation adds sessions, and reads resources and
 * policies from here.
 */
#ifndef COCO_KBS_SERVER_H
#define COCO_KBS_SERVER_H

#include <pthread.h>

#include "lib/broker/backend.h"
#include "lib/crypto/key.h"
#include "tests/support/http_server.h"

enum { COCO_KBS_ENTRIES = 4096, COCO_KBS_LIMIT = 2 << 20, COCO_KBS_HUGE = 32 << 20 };

/* What it keeps; kinds are those of backend.h. */
struct coco_kbs_entry {
	enum coco_item_type type;
	char *name;
	uint8_t *value;
	size_t n;
};

struct coco_kbs_server {
	enum coco_trustee release;
	const struct coco_key *admin;    /* public half; NULL: everybody is allowed */
	const char *issuer;              /* v0.21: NULL: not compared */
	const char *audience;
	int64_t now;                     /* 0: the clock */
	size_t limit;                    /* bytes of a request; 0: COCO_KBS_LIMIT */
	unsigned delay_ms;               /* before each answer */
	/* how the first requests go wrong, before anything else happens */
	enum coco_test_fault fault;
	unsigned faulty;
	unsigned fault_status;           /* with an HTML page; 0: only the fault */
	bool fault_huge;                 /* COCO_KBS_HUGE bytes instead of the page */
	bool cdh;                        /* it is a guest's data hub too: /cdh/resource/... */
	/* attested routes: true when it answered */
	bool (*attest)(struct coco_kbs_server *s, const struct coco_test_request *q,
		       struct coco_test_answer *a);
	void *attest_ctx;
	/* state, under the lock */
	pthread_mutex_t lock;
	struct coco_kbs_entry entries[COCO_KBS_ENTRIES];
	size_t n_entries;
	char answer[8192];               /* body of an answer being made; per lock */
	struct coco_test_server *http;
};

/* coco_kbs_server_start - fills what runs; the caller set the members above "state". */
void coco_kbs_server_start(struct coco_kbs_server *s, const struct coco_test_tls *tls);
void coco_kbs_server_stop(struct coco_kbs_server *s);

/* coco_kbs_server_find - what is kept under a name, or NULL. */
struct coco_kbs_entry *coco_kbs_server_find(struct coco_kbs_server *s, enum coco_item_type type,
					    const char *name);

/* coco_kbs_server_store - keeps a copy, in place of an older one. */
void coco_kbs_server_store(struct coco_kbs_server *s, enum coco_item_type type, const char *name,
			   const void *value, size_t n);

/* coco_kbs_server_error - makes the answer an error of this name. */
void coco_kbs_server_error(struct coco_kbs_server *s, struct coco_test_answer *a, const char *name,
			   const char *fmt, ...) COCO_PRINTF(4, 5);

#endif
