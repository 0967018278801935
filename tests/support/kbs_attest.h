/*
 * kbs_attest.h - the attested routes of the test broker (kbs_server.h): the
 * handshake 0.4.0 and 0.2.0, the sample verifier, and resources encrypted to
 * the guest's key. Of SEV-SNP reports and TDX quotes only the report data is
 * compared, no signature.
 *
 * It reads no Rego. What it makes of the resource policy: with a line
 * "default allow = true" everybody gets everything; with a rule "allow if" or
 * "allow {" that mentions "affirming" those whose evidence fits the reference
 * values of the sample TEE; with another such rule everybody; otherwise nobody.
 * Without a policy hardware gets everything and the sample attester nothing.
 */
#ifndef COCO_KBS_ATTEST_H
#define COCO_KBS_ATTEST_H

#include "formats/broker/rcar.h"
#include "tests/support/kbs_server.h"

enum { COCO_KBS_SESSIONS = 64 };

/* When what a guest has is no longer valid. */
enum coco_kbs_lapse {
	COCO_LAPSE_NEVER,
	COCO_LAPSE_SESSION,    /* a session is over before the evidence comes */
	COCO_LAPSE_TOKEN,      /* a token is over before the first resource is asked for */
	COCO_LAPSE_ONCE,       /* the same for the first handshake only */
};

struct coco_kbs_session {
	char cookie[64];
	char nonce[64];
	char token[160];       /* "" before the evidence; only its form is that of a JWT */
	char status[32];       /* "affirming", "contraindicated" */
	char tee[32];
	struct coco_key *key;  /* of the guest */
};

struct coco_kbs_attest {
	struct coco_backend *store;    /* what guests get; NULL: what the server keeps */
	enum coco_kbs_lapse lapse;
	bool plain;                    /* resources are not encrypted */
	/* state */
	struct coco_kbs_session sessions[COCO_KBS_SESSIONS];
	unsigned n;
	unsigned handshakes;
	char *initdata;                /* that came last, or NULL */
	char out[64 << 10];
};

/* coco_kbs_attest_on - gives the server these routes; both stay where they are. */
void coco_kbs_attest_on(struct coco_kbs_server *s, struct coco_kbs_attest *a);
void coco_kbs_attest_clear(struct coco_kbs_attest *a);

/* coco_kbs_attest_key - the guest's key as a broker takes it from its JWK; NULL: not usable. */
struct coco_key *coco_kbs_attest_key(const struct coco_rcar_key *jwk);

#endif
