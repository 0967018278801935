/*
 * test_http.c - the HTTP client against a server that behaves in every way:
 * answers, limits, retries, TLS, and what must never be sent.
 */
#include "formats/core/err_broker.h"
#include "lib/net/http.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/mem.h"
#include "formats/core/wr.h"
#include "lib/core/io.h"
#include "tests/support/http_server.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

/* What the handler does: faults for the first requests, and what it saw. */
struct script {
	enum coco_test_fault fault;
	unsigned faulty;              /* this many requests go wrong */
	unsigned status;              /* of those that do not close; 0: 200 */
	char seen[512];
	size_t n_body;
};

static void handler(void *ctx, const struct coco_test_request *q, struct coco_test_answer *a)
{
	static uint8_t large[8192];
	struct script *s = ctx;

	snprintf(s->seen, sizeof(s->seen), "%s %s?%s auth=%s cookie=%s type=%s", q->method,
		 q->path, q->query, q->authorization, q->cookie, q->content_type);
	s->n_body = q->n_body;
	a->body = "hello";
	a->n_body = 5;
	a->headers[0] = "Set-Cookie: other=1";
	a->headers[1] = "Set-Cookie: kbs-session-id=0123; Path=/";
	a->headers[2] = "Retry-After: 0";
	if (strcmp(q->path, "/large") == 0) {
		a->body = large;
		a->n_body = sizeof(large);
	}
	if (q->number < s->faulty) {
		a->fault = s->fault;
		if (s->status != 0)
			a->status = s->status;
	}
}

static const struct coco_run run = { .jobs = 1 };

static int get(const struct coco_http_config *config, const struct coco_test_server *server,
	       const char *path, struct coco_http_response *ret, struct coco_diag *d)
{
	struct coco_http_request q = { .method = "GET",
				       .url = coco_test_server_url(server, path) };
	struct coco_http *http;

	memset(ret, 0, sizeof(*ret));
	assert_ok(coco_http_new(&http, config, d), d);
	int r = coco_http_send(http, &run, &q, ret, d);
	coco_http_free(http);
	return r;
}

static void test_answers(void **state COCO_UNUSED)
{
	struct script s = { .faulty = 0 };
	struct coco_test_server *server = coco_test_server_start(handler, &s, NULL);
	struct coco_http_config config = { .tries = 1 };
	struct coco_secret token;
	struct coco_diag d = { 0 };
	struct coco_http_response a = { .status = 0 };
	struct coco_http *http;
	char text[64];

	assert_ok(coco_secret_from(&token, "tok.en", 6, &d), &d);
	struct coco_http_request q = {
		.method = "POST", .url = coco_test_server_url(server, "/a?b=c"),
		.content_type = "application/json", .cookie = "kbs-session-id=77",
		.bearer = &token, .has_body = true, .body = coco_view_of("{}", 2),
	};
	assert_ok(coco_http_new(&http, &config, &d), &d);
	assert_ok(coco_http_send(http, &run, &q, &a, &d), &d);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.tries, 1);
	assert_int_equal(a.body.n, 5);
	assert_memory_equal(coco_secret_expose(&a.body), "hello", 5);
	assert_string_equal(a.content_type, "text/plain");
	assert_true(coco_http_header(&a, "set-cookie", "kbs-session-id=", text, sizeof(text)));
	assert_string_equal(text, "kbs-session-id=0123; Path=/");
	assert_false(coco_http_header(&a, "set-cookie", "x", text, sizeof(text)));
	assert_false(coco_http_header(&a, "set-cookie", "kbs", text, 5));
	coco_http_clear(&a);
	assert_string_equal(s.seen, "POST /a?b=c auth=Bearer tok.en cookie=kbs-session-id=77 "
				    "type=application/json");
	assert_int_equal(s.n_body, 2);
	/* the next request carries nothing of the one before */
	q = (struct coco_http_request){ .method = "DELETE",
					.url = coco_test_server_url(server, "/b") };
	assert_ok(coco_http_send(http, &run, &q, &a, &d), &d);
	coco_http_clear(&a);
	assert_string_equal(s.seen, "DELETE /b? auth= cookie= type=");
	assert_int_equal(coco_test_server_connections(server), 1);
	coco_http_free(http);
	coco_secret_free(&token);
	coco_test_server_stop(server);
}

static void test_retries(void **state COCO_UNUSED)
{
	static const enum coco_test_fault faults[] = { COCO_FAULT_CLOSE, COCO_FAULT_SHORT };
	struct coco_http_config config = { .tries = 3, .backoff_ms = 1 };
	struct coco_http_response a;

	for (size_t i = 0; i < COCO_ARRAY_LEN(faults); i++) {
		struct script s = { .fault = faults[i], .faulty = 2 };
		struct coco_test_server *server = coco_test_server_start(handler, &s, NULL);
		struct coco_diag d = { 0 };

		assert_ok(get(&config, server, "/", &a, &d), &d);
		assert_int_equal(a.tries, 3);
		assert_int_equal(a.body.n, 5);
		coco_http_clear(&a);
		s.faulty = 99;
		assert_err(get(&config, server, "/", &a, &d), COCO_E_NET_BROKEN, &d);
		coco_test_server_stop(server);
	}
}

/* An answer is an answer: no retry of a refusal, and of a busy server on request only. */
static void test_no_retry(void **state COCO_UNUSED)
{
	struct script s = { .faulty = 1, .status = 503 };
	struct coco_test_server *server = coco_test_server_start(handler, &s, NULL);
	struct coco_http_config config = { .tries = 3, .backoff_ms = 1 };
	struct coco_diag d = { 0 };
	struct coco_http_response a;

	assert_ok(get(&config, server, "/", &a, &d), &d);
	assert_int_equal(a.status, 503);
	assert_int_equal(a.tries, 1);
	coco_http_clear(&a);
	s.faulty = 2;   /* the first is answered already */
	config.retry_busy = true;
	assert_ok(get(&config, server, "/", &a, &d), &d);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.tries, 2);
	coco_http_clear(&a);
	coco_test_server_stop(server);
}

static void test_limits(void **state COCO_UNUSED)
{
	struct script s = { .fault = COCO_FAULT_SILENT, .faulty = 1 };
	struct coco_test_server *server = coco_test_server_start(handler, &s, NULL);
	struct coco_http_config config = { .tries = 1, .max_body = 4096, .idle_seconds = 1 };
	struct coco_diag d = { 0 };
	struct coco_http_response a;

	assert_err(get(&config, server, "/", &a, &d), COCO_E_NET_TIMEOUT, &d);
	coco_diag_init(&d);
	assert_err(get(&config, server, "/large", &a, &d), COCO_E_ANSWER_SIZE, &d);
	config.max_body = 8192;
	coco_diag_init(&d);
	assert_ok(get(&config, server, "/large", &a, &d), &d);
	assert_int_equal(a.body.n, 8192);
	coco_http_clear(&a);
	coco_test_server_stop(server);
}

static void test_cancel(void **state COCO_UNUSED)
{
	static volatile sig_atomic_t cancel = 1;
	struct script s = { .fault = COCO_FAULT_CLOSE, .faulty = 9 };
	struct coco_test_server *server = coco_test_server_start(handler, &s, NULL);
	struct coco_run stopped = { .jobs = 1, .cancel = &cancel };
	struct coco_http_config config = { .tries = 9, .backoff_ms = 60000 };
	struct coco_http_request q = { .method = "GET",
				       .url = coco_test_server_url(server, "/") };
	struct coco_http_response a = { .status = 0 };
	struct coco_diag d = { 0 };
	struct coco_http *http;

	assert_ok(coco_http_new(&http, &config, &d), &d);
	assert_err(coco_http_send(http, &stopped, &q, &a, &d), COCO_E_CANCELLED, &d);
	coco_http_free(http);
	coco_test_server_stop(server);
}

static void test_addresses(void **state COCO_UNUSED)
{
	static const char *const wrong[] = {
		"", "kbs", "file:///etc/passwd", "ftp://a/", "http:/a", "https://a\r\nX: y/",
		"http://[::1", "unix:/x",
	};
	struct coco_http_config config = { .tries = 1, .connect_seconds = 5 };
	struct coco_http_response a = { .status = 0 };
	struct coco_http *http;
	struct coco_diag d;
	char text[64];

	coco_diag_init(&d);
	assert_ok(coco_http_new(&http, &config, &d), &d);
	for (size_t i = 0; i < COCO_ARRAY_LEN(wrong); i++) {
		struct coco_http_request q = { .method = "GET", .url = wrong[i] };

		coco_diag_init(&d);
		assert_err(coco_http_send(http, &run, &q, &a, &d), COCO_E_USAGE_URL, &d);
	}
	struct coco_http_request q = { .method = "GET", .url = "http://name.invalid/" };
	coco_diag_init(&d);
	assert_err(coco_http_send(http, &run, &q, &a, &d), COCO_E_NET_NAME, &d);
	q.url = "http://127.0.0.1:1/";
	coco_diag_init(&d);
	assert_err(coco_http_send(http, &run, &q, &a, &d), COCO_E_NET_CONNECT, &d);
	assert_string_equal(d.source, "http://127.0.0.1:1");
	coco_http_free(http);
	coco_http_origin("https://user:secret@host:8/p?q", text, sizeof(text));
	assert_string_equal(text, "https://host:8");
	coco_http_origin("x", text, sizeof(text));
	assert_string_equal(text, "?");
}

/* ---- TLS ------------------------------------------------------------------------ */

static char *pem_of(const struct coco_pki_cert *cert)
{
	char *b64 = coco_b64_dup(COCO_B64_STD, cert->der, cert->n_der);
	struct coco_wr wr;
	uint8_t *ret;
	size_t n;

	coco_wr_init(&wr, 1 << 16);
	coco_wr_str(&wr, "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < strlen(b64); i += 64)
		coco_wr_printf(&wr, "%.64s\n", b64 + i);
	coco_wr_str(&wr, "-----END CERTIFICATE-----\n");
	coco_free(b64);
	assert_int_equal(coco_wr_finish(&wr, &ret, &n, NULL), 0);
	return (char *)ret;
}

/* A root, a server below it, and their files. */
struct tls {
	struct coco_pki_cert *root;
	struct coco_pki_cert *leaf;
	struct coco_secret key;
	char *cert;
	char *dir;
	char *file;      /* the root's PEM */
	uint8_t pin[32];
	struct coco_test_server *server;
};

static void tls_start(struct tls *t, const char *san, struct script *s)
{
	const struct coco_pki_spec spec = {
		.subject = "CN=server", .usage = "critical,digitalSignature",
		.extended = "serverAuth,clientAuth", .san = san,
	};
	struct coco_diag d = { 0 };

	t->root = coco_pki_issue(&coco_pki_root, NULL);
	t->leaf = coco_pki_issue(&spec, t->root);
	assert_ok(coco_key_private_pem(t->leaf->key, &t->key, &d), &d);
	t->cert = pem_of(t->leaf);
	t->dir = coco_test_dir();
	t->file = coco_path_join(t->dir, "root.pem");
	char *root = pem_of(t->root);
	assert_ok(coco_write_file(t->file, root, strlen(root), 0, &d), &d);
	coco_free(root);
	memcpy(t->pin, coco_key_fingerprint(t->leaf->key), sizeof(t->pin));
	const struct coco_test_tls tls = { (const char *)coco_secret_expose(&t->key), t->cert,
					   NULL };
	t->server = coco_test_server_start(handler, s, &tls);
}

static void tls_stop(struct tls *t)
{
	coco_test_server_stop(t->server);
	coco_secret_free(&t->key);
	coco_free(t->cert);
	coco_free(t->file);
	coco_test_rmdir(t->dir);
	coco_pki_free(t->leaf);
	coco_pki_free(t->root);
}

static void test_tls(void **state COCO_UNUSED)
{
	struct script s = { .faulty = 0 };
	struct coco_http_config config = { .tries = 1 };
	struct coco_http_response a;
	struct coco_diag d = { 0 };
	struct tls one = { .root = NULL };
	struct tls two = { .root = NULL };

	tls_start(&one, "IP:127.0.0.1", &s);
	tls_start(&two, "DNS:other.example", &s);
	/* the system's roots do not know it */
	assert_err(get(&config, one.server, "/", &a, &d), COCO_E_NET_TLS, &d);
	config.ca = one.file;
	coco_diag_init(&d);
	assert_ok(get(&config, one.server, "/", &a, &d), &d);
	coco_http_clear(&a);
	/* another root, another host name, no such file */
	config.ca = two.file;
	assert_err(get(&config, one.server, "/", &a, &d), COCO_E_NET_TLS, &d);
	coco_diag_init(&d);
	assert_err(get(&config, two.server, "/", &a, &d), COCO_E_NET_TLS, &d);
	config.ca = "/nonexistent/ca.pem";
	coco_diag_init(&d);
	assert_err(get(&config, one.server, "/", &a, &d), COCO_E_NET_TLS, &d);
	/* a pin is checked in addition */
	config.ca = one.file;
	config.pin = one.pin;
	coco_diag_init(&d);
	assert_ok(get(&config, one.server, "/", &a, &d), &d);
	coco_http_clear(&a);
	config.pin = two.pin;
	assert_err(get(&config, one.server, "/", &a, &d), COCO_E_NET_PIN, &d);
	tls_stop(&one);
	tls_stop(&two);
}

static void test_client_certificate(void **state COCO_UNUSED)
{
	struct script s = { .faulty = 0 };
	struct coco_http_response a;
	struct coco_diag d = { 0 };
	struct tls t = { .root = NULL };

	tls_start(&t, "IP:127.0.0.1", &s);
	char *file = coco_path_join(t.dir, "client.pem");
	assert_ok(coco_write_file(file, t.cert, strlen(t.cert), 0, &d), &d);
	struct coco_http_config config = { .tries = 1, .ca = t.file, .client_cert = file,
					   .client_key = &t.key };
	assert_ok(get(&config, t.server, "/", &a, &d), &d);
	coco_http_clear(&a);
	/* a key that does not fit is noticed here, not at the server */
	struct coco_key *other;
	struct coco_secret pem;
	assert_ok(coco_key_generate("p256", &other, &d), &d);
	assert_ok(coco_key_private_pem(other, &pem, &d), &d);
	config.client_key = &pem;
	assert_err(get(&config, t.server, "/", &a, &d), COCO_E_NET_TLS, &d);
	coco_secret_free(&pem);
	coco_key_free(other);
	coco_free(file);
	tls_stop(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),   cmocka_unit_test(test_retries),
		cmocka_unit_test(test_no_retry),  cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cancel),    cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_tls),       cmocka_unit_test(test_client_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
