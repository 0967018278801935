/*
 * http_server.h - a server for tests, on a free port of the loopback
 * (libmicrohttpd): a handler answers, well or in any of the ways in which
 * servers fail.
 */
#ifndef COCO_HTTP_SERVER_H
#define COCO_HTTP_SERVER_H

#include "formats/core/base.h"

struct coco_test_server;   /* opaque */

/* How an answer goes wrong. */
enum coco_test_fault {
	COCO_FAULT_NONE,
	COCO_FAULT_CLOSE,      /* the connection is closed instead of an answer */
	COCO_FAULT_SHORT,      /* closed in the middle of the body */
	COCO_FAULT_SLOW,       /* one byte each 20 ms */
	COCO_FAULT_SILENT,     /* no byte of the body for two seconds */
};

/* A request; everything is borrowed during the call. */
struct coco_test_request {
	const char *method;
	const char *path;              /* without query */
	const char *query;             /* "a=b&c=d" as it was sent decoded; "" without one */
	const char *authorization;     /* header values; "" when absent */
	const char *cookie;
	const char *content_type;
	const char *user_agent;
	const char *if_none_match;
	const uint8_t *body;
	size_t n_body;
	unsigned number;               /* of requests that this server got before */
};

/* The answer; starts as 200 without a body. Bodies and strings are copied. */
struct coco_test_answer {
	unsigned status;
	const char *content_type;
	const char *headers[8];        /* "Name: value" */
	const void *body;
	size_t n_body;
	enum coco_test_fault fault;
};

/* Runs on the server's threads; the handler locks what it shares. */
typedef void coco_test_handler(void *ctx, const struct coco_test_request *request,
			       struct coco_test_answer *answer);

/* PEM texts for TLS; client_ca: clients must show a certificate below it. */
struct coco_test_tls {
	const char *key;
	const char *cert;
	const char *client_ca;
};

/* coco_test_server_start - NULL tls: plain HTTP. Fails the test when it cannot start. */
struct coco_test_server *coco_test_server_start(coco_test_handler *handler, void *ctx,
						const struct coco_test_tls *tls);
void coco_test_server_stop(struct coco_test_server *server);

/* coco_test_server_url - "http://127.0.0.1:PORT" and path, in one of four buffers. */
const char *coco_test_server_url(const struct coco_test_server *server, const char *path);

unsigned coco_test_server_port(const struct coco_test_server *server);

/* coco_test_server_connections - connections that were opened so far. */
unsigned coco_test_server_connections(const struct coco_test_server *server);

/* coco_test_server_requests - requests that were answered so far. */
unsigned coco_test_server_requests(const struct coco_test_server *server);

#endif
