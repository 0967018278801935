/*
 * rcar_client.h - a guest's side of the attestation handshake with a Trustee
 * key broker (broker.md 1.4 to 1.7): a fresh key, evidence over it and the
 * broker's nonce, and resources encrypted to that key.
 */
#ifndef COCO_RCAR_CLIENT_H
#define COCO_RCAR_CLIENT_H

#include "formats/broker/rcar.h"
#include "formats/core/resource_id.h"
#include "lib/broker/attester.h"
#include "lib/crypto/key.h"
#include "lib/net/http.h"

enum { COCO_RCAR_RESOURCE_MAX = COCO_RCAR_MESSAGE_MAX };

/* Everything is borrowed until coco_rcar_free. */
struct coco_rcar_config {
	const char *url;                  /* "https://kbs.example.com:8080", perhaps a path */
	struct coco_http *http;
	struct coco_attester *attester;
	const char *key;                  /* p256 (NULL), p384, p521, rsa (of 3072 bits) */
	const char *initdata;             /* TOML text; NULL: none */
	const char *devices;              /* JSON text of additional evidence; NULL: none */
};

struct coco_rcar;   /* opaque; one thread at a time */

/* coco_rcar_new - nothing is sent yet. Gives *ret (coco_rcar_free). USAGE_VALUE, USAGE_URL. */
int coco_rcar_new(struct coco_rcar **ret, const struct coco_rcar_config *config,
		  struct coco_diag *diag) COCO_MUSTUSE;
void coco_rcar_free(struct coco_rcar *c);   /* NULL is fine */

/*
 * coco_rcar_attest - the handshake, with the protocol that the broker asks for
 * (0.4.0, 0.2.0). Errors: RCAR_PROTOCOL, RCAR_REFUSED, RCAR_ANSWER, those of
 * coco_attester_evidence and coco_http_send, and for refusals of other kinds
 * those of coco_kbs_error_fail (NOT_A_BROKER, BROKER_BUSY, BROKER_ROUTE...).
 */
int coco_rcar_attest(struct coco_rcar *c, const struct coco_run *run, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_rcar_get - one resource; attests first when there was no handshake, and
 * once more when the session expired. Gives *ret (coco_secret_free), which may
 * be empty. Errors also: RCAR_POLICY, RCAR_RESOURCE, BROKER_TOKEN, BROKER_ENCRYPT,
 * KEY_UNWRAP and the others
 * of coco_jwe_open. An answer that is not encrypted to the key is refused.
 */
int coco_rcar_get(struct coco_rcar *c, const struct coco_run *run,
		  const struct coco_resource_id *id, struct coco_secret *ret,
		  struct coco_diag *diag) COCO_MUSTUSE;

/* What is asked for; borrowed. */
struct coco_rcar_want {
	const char *path;                 /* "PLUGIN/SEGMENT...[?QUERY]", checked (plugin_uri.h) */
	const char *type;                 /* of the body; NULL: application/octet-stream */
	struct coco_view body;            /* sent along with the request; p NULL: none */
};

/*
 * coco_rcar_ask - as coco_rcar_get, from any plugin (broker.md 1.8). What a
 * plugin refuses without saying why: PLUGIN_REFUSED.
 */
int coco_rcar_ask(struct coco_rcar *c, const struct coco_run *run,
		  const struct coco_rcar_want *want, struct coco_secret *ret,
		  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_rcar_protocol_used - what the last handshake spoke, "0.4.0"; static. */
const char *coco_rcar_protocol_used(const struct coco_rcar *c);

/* coco_rcar_token - the broker's token, NULL before a handshake; borrowed, secret. */
const struct coco_secret *coco_rcar_token(const struct coco_rcar *c);

/*
 * coco_rcar_open - an encrypted answer with the key it was made for, with the
 * additional data as received, and when that does not fit as the upstream
 * client prints the header again. Gives *ret.
 */
int coco_rcar_open(struct coco_view answer, const struct coco_key *key, struct coco_secret *ret,
		   struct coco_diag *diag) COCO_MUSTUSE;

#endif
