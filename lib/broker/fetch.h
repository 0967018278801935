/*
 * fetch.h - one resource of a key broker for this guest, with everything that
 * it takes: connection, evidence, handshake, decryption.
 */
#ifndef COCO_FETCH_H
#define COCO_FETCH_H

#include "lib/broker/rcar_client.h"

/* Borrowed during the call; NULL and zero are the defaults of each part. */
struct coco_fetch_config {
	const char *url;                        /* as of struct coco_rcar_config */
	struct coco_http_config http;
	struct coco_attester_config attester;
	const char *key;                        /* as of struct coco_rcar_config */
	const char *initdata;                   /* TOML text */
};

/* How it went; static texts. */
struct coco_fetch_info {
	const char *attester;
	const char *tee;
	const char *protocol;
};

/*
 * coco_fetch - gives *ret (coco_secret_free), which may be empty: the resource,
 * or with id NULL the broker's attestation token. ret_info may be NULL. Warns
 * in the run's log of the sample attester and of a connection without TLS that
 * leaves the machine. Errors: those of coco_attester_new, coco_http_new,
 * coco_rcar_new, coco_rcar_get.
 */
int coco_fetch(const struct coco_fetch_config *config, const struct coco_run *run,
	       const struct coco_resource_id *id, struct coco_secret *ret,
	       struct coco_fetch_info *ret_info, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_fetch_plugin - the same from any plugin; want NULL: the token. PLUGIN_REFUSED too. */
int coco_fetch_plugin(const struct coco_fetch_config *config, const struct coco_run *run,
		      const struct coco_rcar_want *want, struct coco_secret *ret,
		      struct coco_fetch_info *ret_info, struct coco_diag *diag) COCO_MUSTUSE;

#endif
