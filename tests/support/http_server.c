/*
 * http_server.c - a server for tests (see http_server.h).
 */
#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/support.h"

enum { TIMEOUT = 20 };   /* seconds without a byte */

struct coco_test_server {
	struct MHD_Daemon *daemon;
	coco_test_handler *handler;
	void *ctx;
	bool tls;
	bool clients;   /* must show a certificate */
	unsigned port;
	atomic_uint connections;
	atomic_uint requests;
};

/* A request that is being received. */
struct exchange {
	uint8_t *body;
	size_t n;
};

/* A body that is sent in an odd way. */
struct odd {
	enum coco_test_fault fault;
	size_t n;
	uint8_t body[];
};

static void sleep_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static ssize_t odd_read(void *ctx, uint64_t at, char *buf, size_t max)
{
	struct odd *o = ctx;
	size_t n = 1;

	if (at >= o->n)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (o->fault == COCO_FAULT_SHORT && at >= o->n / 2)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (o->fault == COCO_FAULT_SLOW)
		sleep_ms(20);
	else if (o->fault == COCO_FAULT_SILENT)
		sleep_ms(2000);
	else
		n = coco_min_size(max, o->n / 2 - at);
	memcpy(buf, o->body + at, n);
	return (ssize_t)n;
}

static struct MHD_Response *make_response(const struct coco_test_answer *a)
{
	if (a->fault == COCO_FAULT_NONE)
		return MHD_create_response_from_buffer(a->n_body, (void *)(uintptr_t)a->body,
						       MHD_RESPMEM_MUST_COPY);
	struct odd *o = malloc(sizeof(*o) + a->n_body);
	if (o == NULL)
		return NULL;
	o->fault = a->fault;
	o->n = a->n_body;
	memcpy(o->body, a->body, a->n_body);
	return MHD_create_response_from_callback(a->n_body, 1024, odd_read, o, free);
}

static void add_header(struct MHD_Response *r, const char *line)
{
	char name[128];
	const char *colon = strchr(line, ':');

	if (colon == NULL || (size_t)(colon - line) >= sizeof(name))
		return;
	memcpy(name, line, (size_t)(colon - line));
	name[colon - line] = '\0';
	MHD_add_response_header(r, name, colon + 1 + strspn(colon + 1, " "));
}

static enum MHD_Result add_query(void *ctx, enum MHD_ValueKind kind, const char *key,
				 const char *value)
{
	char *text = ctx;
	size_t n = strlen(text);

	(void)kind;
	snprintf(text + n, 1024 - n, "%s%s%s%s", n > 0 ? "&" : "", key, value != NULL ? "=" : "",
		 value != NULL ? value : "");
	return MHD_YES;
}

static const char *header(struct MHD_Connection *c, const char *name)
{
	const char *v = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);

	return v != NULL ? v : "";
}

/* The library asks for a client's certificate but does not insist on one. */
static bool shows_certificate(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	gnutls_session_t session = info != NULL ? info->tls_session : NULL;
	unsigned status = 1;

	return session != NULL && gnutls_certificate_verify_peers2(session, &status) == 0 &&
	       status == 0;
}

static enum MHD_Result answer(struct coco_test_server *s, struct MHD_Connection *c,
			      const char *url, const char *method, const struct exchange *x)
{
	struct coco_test_answer a = { .status = 200, .content_type = "text/plain", .body = "" };
	char query[1024] = "";
	struct coco_test_request q = {
		.method = method,
		.path = url,
		.query = query,
		.authorization = header(c, "Authorization"),
		.cookie = header(c, "Cookie"),
		.content_type = header(c, "Content-Type"),
		.user_agent = header(c, "User-Agent"),
		.if_none_match = header(c, "If-None-Match"),
		.body = x->body,
		.n_body = x->n,
		.number = atomic_fetch_add(&s->requests, 1),
	};

	if (s->clients && !shows_certificate(c))
		return MHD_NO;
	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, add_query, query);
	s->handler(s->ctx, &q, &a);
	if (a.fault == COCO_FAULT_CLOSE)
		return MHD_NO;
	struct MHD_Response *r = make_response(&a);
	if (r == NULL)
		return MHD_NO;
	if (a.content_type != NULL)
		MHD_add_response_header(r, "Content-Type", a.content_type);
	for (size_t i = 0; i < COCO_ARRAY_LEN(a.headers) && a.headers[i] != NULL; i++)
		add_header(r, a.headers[i]);
	enum MHD_Result ok = MHD_queue_response(c, a.status, r);
	MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *n_data, void **state)
{
	struct coco_test_server *s = ctx;
	struct exchange *x = *state;

	(void)version;
	if (x == NULL) {
		*state = calloc(1, sizeof(*x));
		return *state != NULL ? MHD_YES : MHD_NO;
	}
	if (*n_data > 0) {
		uint8_t *wider = realloc(x->body, x->n + *n_data);

		if (wider == NULL)
			return MHD_NO;
		memcpy(wider + x->n, data, *n_data);
		x->body = wider;
		x->n += *n_data;
		*n_data = 0;
		return MHD_YES;
	}
	return answer(s, c, url, method, x);
}

static void on_done(void *ctx, struct MHD_Connection *c, void **state,
		    enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *state;

	(void)ctx;
	(void)c;
	(void)why;
	if (x != NULL)
		free(x->body);
	free(x);
	*state = NULL;
}

static void on_connection(void *ctx, struct MHD_Connection *c, void **socket_ctx,
			  enum MHD_ConnectionNotificationCode what)
{
	struct coco_test_server *s = ctx;

	(void)c;
	(void)socket_ctx;
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		atomic_fetch_add(&s->connections, 1);
}

struct coco_test_server *coco_test_server_start(coco_test_handler *handler, void *ctx,
						const struct coco_test_tls *tls)
{
	struct coco_test_server *s = calloc(1, sizeof(*s));
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct MHD_OptionItem options[4] = { { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION;

	assert_non_null(s);
	s->handler = handler;
	s->ctx = ctx;
	s->tls = tls != NULL;
	s->clients = tls != NULL && tls->client_ca != NULL;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (tls != NULL) {
		size_t n = 0;

		flags |= MHD_USE_TLS;
		options[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0,
							(void *)(uintptr_t)tls->key };
		options[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0,
							(void *)(uintptr_t)tls->cert };
		if (tls->client_ca != NULL)
			options[n++] = (struct MHD_OptionItem){
				MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)(uintptr_t)tls->client_ca };
		options[n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	}
	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, s,
				     MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at,
				     MHD_OPTION_NOTIFY_COMPLETED, on_done, s,
				     MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
				     MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT,
				     MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	assert_non_null(s->daemon);
	s->port = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	return s;
}

void coco_test_server_stop(struct coco_test_server *server)
{
	if (server == NULL)
		return;
	MHD_stop_daemon(server->daemon);
	free(server);
}

const char *coco_test_server_url(const struct coco_test_server *server, const char *path)
{
	static char buffers[4][512];
	static unsigned turn;
	char *ret = buffers[turn++ % COCO_ARRAY_LEN(buffers)];

	snprintf(ret, sizeof(buffers[0]), "%s://127.0.0.1:%u%s", server->tls ? "https" : "http",
		 server->port, path);
	return ret;
}

unsigned coco_test_server_port(const struct coco_test_server *server)
{
	return server->port;
}

unsigned coco_test_server_connections(const struct coco_test_server *server)
{
	return atomic_load(&((struct coco_test_server *)(uintptr_t)server)->connections);
}

unsigned coco_test_server_requests(const struct coco_test_server *server)
{
	return atomic_load(&((struct coco_test_server *)(uintptr_t)server)->requests);
}
