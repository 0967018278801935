/*
 * http.h - the one HTTP client (libcurl): TLS with verification always on,
 * a private CA or a pinned key, client certificates, proxies, time limits,
 * bounded answers, retries with back-off after network errors only. No
 * redirects are followed, no cookie is kept, no credentials come from files
 * of the user.
 *
 * A handle is for one thread and keeps its connections, so that many requests
 * to one server cost one handshake. Nobody but callers of this header opens a
 * socket to a network (a TD's question to its own host is in attester_tdx.c).
 */
#ifndef COCO_HTTP_H
#define COCO_HTTP_H

#include "lib/core/run.h"
#include "lib/core/secret.h"

enum {
	COCO_HTTP_CONNECT = 30,        /* seconds, the defaults */
	COCO_HTTP_IDLE = 60,
	COCO_HTTP_TRIES = 4,
	COCO_HTTP_BODY = 16 << 20,     /* bytes of an answer */
	COCO_HTTP_HEADERS = 256 << 10, /* bytes of all header lines of an answer */
	COCO_HTTP_URL = 8192,
};

/* Zero and NULL are the defaults. Everything is borrowed until coco_http_free. */
struct coco_http_config {
	const char *ca;                   /* PEM file of roots instead of the system's */
	const uint8_t *pin;               /* SHA-256 of the server's SubjectPublicKeyInfo */
	const char *client_cert;          /* PEM file: certificate and intermediates */
	const struct coco_secret *client_key; /* PEM; with client_cert */
	const char *proxy;                /* URL; "" : none; NULL: what libcurl finds in env */
	unsigned connect_seconds;         /* at most idle_seconds by default */
	unsigned idle_seconds;            /* without a byte either way */
	unsigned tries;                   /* 1: no retry */
	unsigned backoff_ms;              /* before the second try; doubles; default 250 */
	size_t max_body;
	bool retry_busy;                  /* also retry the answers 429 and 503 */
	bool retry_server;                /* ... and every other from 500 on */
};

struct coco_http;   /* opaque */

int coco_http_new(struct coco_http **ret, const struct coco_http_config *config,
		  struct coco_diag *diag) COCO_MUSTUSE;
void coco_http_free(struct coco_http *http);   /* NULL is fine */

struct coco_http_request {
	const char *method;               /* "GET", "POST", "PUT", "DELETE" */
	const char *url;                  /* http: or https: */
	const char *content_type;         /* of body; NULL: none */
	const char *accept;               /* NULL: anything */
	const char *cookie;               /* "name=value"; NULL: none */
	const struct coco_secret *bearer; /* token; NULL: none */
	bool has_body;
	struct coco_view body;
	bool once;                        /* not idempotent: no retry once it was sent */
};

struct coco_http_response {
	unsigned status;
	unsigned tries;                   /* that it took */
	char content_type[128];           /* "" when there is none */
	uint32_t retry_after;             /* seconds; 0: not said */
	char *headers;                    /* all lines "Name: value\r\n"; owned */
	size_t n_headers;
	struct coco_secret body;          /* it may hold anything, so it is wiped */
};

/*
 * coco_http_send - one request and its answer, whatever its status. Gives
 * *ret (coco_http_clear). Errors: USAGE_URL, NET_NAME, NET_CONNECT, NET_TLS,
 * NET_PIN, NET_TIMEOUT, NET_BROKEN (all exit code 5), ANSWER_SIZE (beyond the
 * limits), CANCELLED, LIMIT_MEMORY. Credentials appear in no
 * message.
 */
int coco_http_send(struct coco_http *http, const struct coco_run *run,
		   const struct coco_http_request *request, struct coco_http_response *ret,
		   struct coco_diag *diag) COCO_MUSTUSE;

void coco_http_clear(struct coco_http_response *response);   /* fine on a zeroed struct */

/*
 * coco_http_header - copies the first value of a header (name without colon,
 * any case) that begins with prefix ("": any) to ret; false when there is
 * none or it does not fit.
 */
bool coco_http_header(const struct coco_http_response *response, const char *name,
		      const char *prefix, char *ret, size_t cap);

/*
 * coco_http_origin - "https://host:port" of a URL for messages: without user,
 * path and query. "?" for what is no URL.
 */
void coco_http_origin(const char *url, char *ret, size_t cap);

#endif
