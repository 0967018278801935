/*
 * mint_token.h - attestation tokens and key sets, signed with test keys, each
 * good and with any defect by name.
 */
#ifndef COCO_MINT_TOKEN_H
#define COCO_MINT_TOKEN_H

#include "lib/crypto/key.h"

enum coco_mint_token_defect {
	COCO_MINT_TOKEN_GOOD,
	COCO_MINT_TOKEN_SIGNATURE,   /* one bit of the signature */
	COCO_MINT_TOKEN_PAYLOAD,     /* a claim changed after signing */
	COCO_MINT_TOKEN_HEADER,      /* the header changed after signing */
	COCO_MINT_TOKEN_OTHER_KEY,   /* signed by somebody else */
	COCO_MINT_TOKEN_NONE,        /* algorithm none, without signature */
	COCO_MINT_TOKEN_HS256,       /* HMAC with the public key as the secret */
	COCO_MINT_TOKEN_ALG,         /* the header names the algorithm of another curve */
	COCO_MINT_TOKEN_JWK_OTHER,   /* the key in the header is another one than x5c[0] */
	COCO_MINT_TOKEN_DEFECTS,
};

const char *coco_mint_token_defect_name(enum coco_mint_token_defect defect);

struct coco_mint_token {
	const struct coco_key *key;      /* private; that of x5c[0] */
	const struct coco_key *other;    /* somebody else's, for OTHER_KEY and JWK_OTHER */
	const char *alg;                 /* NULL: that of the key; "PS384" for RSA */
	const char *kid;                 /* NULL: none */
	const char *payload;             /* JSON */
	bool jwk;                        /* the header holds the key, with x5c */
	bool x5c;                        /* the header holds x5c itself */
	struct coco_view cert[4];        /* DER, of x5c */
	size_t n_certs;
	enum coco_mint_token_defect defect;
};

/* coco_mint_token - the compact text (coco_free). */
char *coco_mint_token(const struct coco_mint_token *spec);

/* coco_mint_jwks - a set of one key, with x5c when n is not 0; a text (coco_free). */
char *coco_mint_jwks(const struct coco_key *key, const char *kid, const struct coco_view *cert,
		     size_t n);

/* What an EAR says; zero members are the usual. */
struct coco_mint_ear {
	const char *status;          /* NULL: "affirming" */
	int hardware;                /* values of the vector; 0: 2 */
	int configuration;
	int executables;
	int64_t iat;                 /* 0: COCO_PKI_NOW - 10 */
	int64_t exp;                 /* 0: COCO_PKI_NOW + 290; -1: left out */
	int64_t nbf;                 /* 0: left out */
	const char *nonce;           /* NULL: "bm9uY2UtMTIz" */
	const char *extra;           /* more members of the payload: ",\"a\":1" */
};

/* coco_mint_ear - the payload; a text (coco_free). */
char *coco_mint_ear(const struct coco_mint_ear *spec);

/*
 * coco_mint_detached - a detached EAT as NRAS writes it: the overall token and
 * one for each of n devices. lie: the digest of device 0 is wrong; missing:
 * the last device's token is left out; extra: one more that nobody names.
 */
struct coco_mint_detached {
	const struct coco_key *key;
	const char *kid;
	size_t n;
	const char *hash;            /* NULL: "SHA-256" */
	const char *device_nonce;    /* NULL: as in the overall token */
	bool overall;                /* x-nvidia-overall-att-result */
	const char *measres;         /* NULL: "success" */
	const char *exp;             /* of devices, as JSON; NULL: a good one */
	bool lie;
	bool missing;
	bool extra;
	bool none;                   /* algorithm none, as nvattest writes locally */
};
char *coco_mint_detached(const struct coco_mint_detached *spec);

#endif
