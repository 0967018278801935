/*
 * http.c - the one HTTP client (see http.h).
 */
#include "lib/net/http.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/crypto/random.h"
#include "lib/net/curl_lib.h"

enum {
	BACKOFF_MS = 250,
	BACKOFF_MAX_MS = 10000,
	RETRY_AFTER_MAX = 120,   /* seconds that a busy server is waited for */
	SLICE_MS = 50,           /* between two looks at the cancel flag */
	FIRST_BODY = 16 << 10,
};

struct coco_http {
	const struct coco_curl *lib;
	CURL *curl;
	struct coco_http_config config;
	char pin[64];                  /* "sha256//base64", "" : none */
	char error[CURL_ERROR_SIZE];
};

/* One transfer. */
struct transfer {
	const struct coco_run *run;
	struct coco_http_response *ret;
	size_t max_body;
	int code;                      /* why a callback stopped it */
	struct coco_diag *diag;
};

/* ---- the answer ----------------------------------------------------------------- */

/* Makes room for n more bytes of body. */
static int grow_body(struct transfer *t, size_t n)
{
	struct coco_secret *body = &t->ret->body;
	struct coco_secret wider;
	size_t want = body->n + n;

	if (want > t->max_body)
		return coco_fail(t->diag, COCO_E_ANSWER_SIZE,
				 "the answer is larger than %zu bytes", t->max_body);
	if (want <= body->room) {
		body->n = want;
		return 0;
	}
	size_t room = coco_min_size(t->max_body, want * 2 > FIRST_BODY ? want * 2 : FIRST_BODY);
	int r = coco_secret_new(&wider, room, t->diag);
	if (r != 0)
		return r;
	if (body->n > 0)
		memcpy(wider.p, body->p, body->n);
	wider.n = want;
	coco_secret_free(body);
	*body = wider;
	return 0;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	size_t at = t->ret->body.n;

	(void)size;   /* is 1 */
	t->code = grow_body(t, n);
	if (t->code != 0)
		return 0;
	memcpy(t->ret->body.p + at, p, n);
	return n;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct coco_http_response *ret = t->ret;

	(void)size;
	if (n >= 5 && memcmp(p, "HTTP/", 5) == 0)
		ret->n_headers = 0;   /* of 100 Continue and the like */
	if (ret->n_headers + n > COCO_HTTP_HEADERS) {
		t->code = coco_fail(t->diag, COCO_E_ANSWER_SIZE,
				    "the answer has too many header lines");
		return 0;
	}
	char *wider = coco_realloc(ret->headers, ret->n_headers + n + 1, 1);
	if (wider == NULL) {
		t->code = coco_fail(t->diag, COCO_E_LIMIT_MEMORY, "no memory for an answer");
		return 0;
	}
	memcpy(wider + ret->n_headers, p, n);
	ret->headers = wider;
	ret->n_headers += n;
	wider[ret->n_headers] = '\0';
	return n;
}

static int on_progress(void *ctx, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
		       curl_off_t ulnow)
{
	struct transfer *t = ctx;

	(void)dltotal;
	(void)dlnow;
	(void)ultotal;
	(void)ulnow;
	t->code = coco_run_check(t->run, t->diag);
	return t->code != 0;
}

bool coco_http_header(const struct coco_http_response *response, const char *name,
		      const char *prefix, char *ret, size_t cap)
{
	size_t n_name = strlen(name);
	size_t n_prefix = strlen(prefix);
	const char *end = response->headers + response->n_headers;

	for (const char *line = response->headers; line != NULL && line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t n = stop != NULL ? (size_t)(stop - line) : (size_t)(end - line);

		if (n > n_name && strncasecmp(line, name, n_name) == 0 && line[n_name] == ':') {
			const char *v = line + n_name + 1;
			size_t k = n - n_name - 1;

			for (; k > 0 && (*v == ' ' || *v == '\t'); v++)
				k--;
			while (k > 0 && isspace((unsigned char)v[k - 1]))
				k--;
			if (k >= n_prefix && memcmp(v, prefix, n_prefix) == 0 && k < cap) {
				memcpy(ret, v, k);
				ret[k] = '\0';
				return true;
			}
		}
		line = stop != NULL ? stop + 1 : end;
	}
	return false;
}

/* What callers want to know of the header lines. */
static void read_headers(struct coco_http_response *ret)
{
	char text[32];

	if (!coco_http_header(ret, "Content-Type", "", ret->content_type,
			      sizeof(ret->content_type)))
		ret->content_type[0] = '\0';
	if (coco_http_header(ret, "Retry-After", "", text, sizeof(text))) {
		unsigned long v = strtoul(text, NULL, 10);

		ret->retry_after = v < RETRY_AFTER_MAX ? (uint32_t)v : RETRY_AFTER_MAX;
	}
}

void coco_http_clear(struct coco_http_response *response)
{
	coco_free(response->headers);
	coco_secret_free(&response->body);
	memset(response, 0, sizeof(*response));
}

void coco_http_origin(const char *url, char *ret, size_t cap)
{
	const char *host = strstr(url, "://");

	if (host == NULL) {
		snprintf(ret, cap, "?");
		return;
	}
	host += 3;
	size_t n = strcspn(host, "/?#");
	for (size_t i = 0; i < n; i++)
		if (host[i] == '@') {   /* user and password are nobody's business */
			n -= i + 1;
			host += i + 1;
			i = 0;
		}
	snprintf(ret, cap, "%.*s://%.*s", (int)(strstr(url, "://") - url), url, (int)n, host);
}

/* ---- the handle ----------------------------------------------------------------- */

/* The three kinds of values that options have. */
static bool set_long(const struct coco_http *http, CURLoption option, long v)
{
	return http->lib->easy_setopt(http->curl, option, v) == CURLE_OK;
}

static bool set_text(const struct coco_http *http, CURLoption option, const char *v)
{
	return http->lib->easy_setopt(http->curl, option, v) == CURLE_OK;
}

static bool set_pointer(const struct coco_http *http, CURLoption option, const void *v)
{
	return http->lib->easy_setopt(http->curl, option, v) == CURLE_OK;
}

static bool set_tls(struct coco_http *http)
{
	const struct coco_http_config *f = &http->config;
	bool ok = set_long(http, CURLOPT_SSL_VERIFYPEER, 1) &&
		  set_long(http, CURLOPT_SSL_VERIFYHOST, 2) &&
		  set_long(http, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);

	if (ok && f->ca != NULL)
		ok = set_text(http, CURLOPT_CAINFO, f->ca) && set_text(http, CURLOPT_CAPATH, NULL);
	if (ok && http->pin[0] != '\0')
		ok = set_text(http, CURLOPT_PINNEDPUBLICKEY, http->pin);
	if (ok && f->client_cert != NULL)
		ok = set_text(http, CURLOPT_SSLCERT, f->client_cert);
	if (ok && f->client_key != NULL) {
		struct curl_blob blob = {
			.data = (void *)(uintptr_t)coco_secret_expose(f->client_key),
			.len = f->client_key->n,
			.flags = CURL_BLOB_NOCOPY,
		};

		ok = set_pointer(http, CURLOPT_SSLKEY_BLOB, &blob);
	}
	return ok;
}

static bool set_callbacks(struct coco_http *http)
{
	CURLcode (*setopt)(CURL *curl, CURLoption option, ...) = http->lib->easy_setopt;
	CURL *c = http->curl;

	return setopt(c, CURLOPT_ERRORBUFFER, http->error) == CURLE_OK &&
	       setopt(c, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
	       setopt(c, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
	       setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
	       set_long(http, CURLOPT_NOPROGRESS, 0);
}

static bool set_all(struct coco_http *http)
{
	const struct coco_http_config *f = &http->config;

	return set_callbacks(http) && set_long(http, CURLOPT_NOSIGNAL, 1) &&
	       set_text(http, CURLOPT_PROTOCOLS_STR, "http,https") &&
	       set_long(http, CURLOPT_FOLLOWLOCATION, 0) &&
	       set_long(http, CURLOPT_NETRC, CURL_NETRC_IGNORED) &&
	       set_long(http, CURLOPT_TCP_NODELAY, 1) &&
	       set_text(http, CURLOPT_USERAGENT, "cococtl/" COCO_VERSION) &&
	       set_long(http, CURLOPT_CONNECTTIMEOUT, (long)f->connect_seconds) &&
	       set_long(http, CURLOPT_LOW_SPEED_TIME, (long)f->idle_seconds) &&
	       set_long(http, CURLOPT_LOW_SPEED_LIMIT, 1) &&
	       (f->proxy == NULL || set_text(http, CURLOPT_PROXY, f->proxy)) && set_tls(http);
}

static void defaults(struct coco_http_config *f)
{
	if (f->idle_seconds == 0)
		f->idle_seconds = COCO_HTTP_IDLE;
	/* whoever waits for a byte for so long does not wait longer for a connection */
	if (f->connect_seconds == 0)
		f->connect_seconds = f->idle_seconds < COCO_HTTP_CONNECT ? f->idle_seconds
									 : COCO_HTTP_CONNECT;
	if (f->tries == 0)
		f->tries = COCO_HTTP_TRIES;
	if (f->backoff_ms == 0)
		f->backoff_ms = BACKOFF_MS;
	if (f->max_body == 0)
		f->max_body = COCO_HTTP_BODY;
}

int coco_http_new(struct coco_http **ret, const struct coco_http_config *config,
		  struct coco_diag *diag)
{
	const struct coco_curl *lib = NULL;
	int r = coco_curl_load(&lib, diag);

	if (r != 0)
		return r;
	struct coco_http *http = coco_zalloc(1, sizeof(*http));
	if (http == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the network");
	http->lib = lib;
	http->config = *config;
	defaults(&http->config);
	if (config->pin != NULL) {
		char *b64 = coco_b64_dup(COCO_B64_STD, config->pin, 32);

		if (b64 != NULL)
			snprintf(http->pin, sizeof(http->pin), "sha256//%s", b64);
		coco_free(b64);
	}
	if (config->pin == NULL || http->pin[0] != '\0')
		http->curl = lib->easy_init();
	if (http->curl == NULL || !set_all(http)) {
		coco_http_free(http);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the network");
	}
	*ret = http;
	return 0;
}

void coco_http_free(struct coco_http *http)
{
	if (http == NULL)
		return;
	if (http->curl != NULL)
		http->lib->easy_cleanup(http->curl);
	coco_free(http);
}

/* ---- sending -------------------------------------------------------------------- */

static bool add_line(const struct coco_http *http, struct curl_slist **list, const char *name,
		     const char *value)
{
	char line[1024];

	if (value == NULL)
		return true;
	if ((size_t)snprintf(line, sizeof(line), "%s: %s", name, value) >= sizeof(line))
		return false;
	struct curl_slist *longer = http->lib->slist_append(*list, line);
	if (longer == NULL)
		return false;
	*list = longer;
	return true;
}

static bool has_control(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* The token as a string of its own pages; libcurl keeps a copy until the handle goes. */
static bool set_bearer(const struct coco_http *http, const struct coco_secret *bearer)
{
	struct coco_secret text = { .n = 0 };

	if (bearer == NULL)
		return set_text(http, CURLOPT_XOAUTH2_BEARER, NULL) &&
		       set_long(http, CURLOPT_HTTPAUTH, (long)CURLAUTH_NONE);
	if (coco_secret_new(&text, bearer->n + 1, NULL) != 0)
		return false;
	memcpy(text.p, coco_secret_expose(bearer), bearer->n);
	bool ok = !has_control((const char *)text.p) &&
		  set_long(http, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER) &&
		  set_text(http, CURLOPT_XOAUTH2_BEARER, (const char *)text.p);
	coco_secret_free(&text);
	return ok;
}

static bool set_method(const struct coco_http *http, const struct coco_http_request *q)
{
	bool ok = set_long(http, CURLOPT_HTTPGET, 1);

	if (ok && q->has_body)
		ok = http->lib->easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE_LARGE,
					    (curl_off_t)q->body.n) == CURLE_OK &&
		     set_pointer(http, CURLOPT_POSTFIELDS,
				 q->body.n > 0 ? (const char *)q->body.p : "");
	return ok && set_text(http, CURLOPT_CUSTOMREQUEST, q->method);
}

static int prepare(struct coco_http *http, const struct coco_http_request *q,
		   struct curl_slist **lines, struct coco_diag *diag)
{
	if (strlen(q->url) > COCO_HTTP_URL || has_control(q->url) || has_control(q->cookie) ||
	    (strncmp(q->url, "https://", 8) != 0 && strncmp(q->url, "http://", 7) != 0))
		return coco_fail(diag, COCO_E_USAGE_URL, "not an http: or https: address");
	bool ok = add_line(http, lines, "Content-Type", q->content_type) &&
		  add_line(http, lines, "Accept", q->accept) &&
		  /* a server that wants to be asked first costs a second per upload */
		  add_line(http, lines, "Expect", "") && set_text(http, CURLOPT_URL, q->url) &&
		  set_method(http, q) && set_pointer(http, CURLOPT_HTTPHEADER, *lines) &&
		  set_text(http, CURLOPT_COOKIE, q->cookie) && set_bearer(http, q->bearer);
	return ok ? 0 : coco_fail(diag, COCO_E_USAGE_URL, "a request that cannot be made");
}

/* What libcurl says as an error of ours. */
static int explain(struct coco_http *http, const char *url, CURLcode code,
		   struct coco_diag *diag)
{
	static const struct {
		CURLcode curl;
		int code;
	} codes[] = {
		{ CURLE_URL_MALFORMAT, COCO_E_USAGE_URL },
		{ CURLE_UNSUPPORTED_PROTOCOL, COCO_E_USAGE_URL },
		{ CURLE_COULDNT_RESOLVE_HOST, COCO_E_NET_NAME },
		{ CURLE_COULDNT_RESOLVE_PROXY, COCO_E_NET_NAME },
		{ CURLE_COULDNT_CONNECT, COCO_E_NET_CONNECT },
		{ CURLE_OPERATION_TIMEDOUT, COCO_E_NET_TIMEOUT },
		{ CURLE_SSL_CONNECT_ERROR, COCO_E_NET_TLS },
		{ CURLE_PEER_FAILED_VERIFICATION, COCO_E_NET_TLS },
		{ CURLE_SSL_CACERT_BADFILE, COCO_E_NET_TLS },
		{ CURLE_SSL_CERTPROBLEM, COCO_E_NET_TLS },
		{ CURLE_SSL_ISSUER_ERROR, COCO_E_NET_TLS },
		{ CURLE_SSL_CIPHER, COCO_E_NET_TLS },
		{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, COCO_E_NET_PIN },
		{ CURLE_OUT_OF_MEMORY, COCO_E_LIMIT_MEMORY },
	};
	const char *why = http->error[0] != '\0' ? http->error : http->lib->easy_strerror(code);
	int r = COCO_E_NET_BROKEN;
	char origin[256];

	for (size_t i = 0; i < COCO_ARRAY_LEN(codes); i++)
		if (codes[i].curl == code)
			r = codes[i].code;
	coco_http_origin(url, origin, sizeof(origin));
	coco_diag_source(diag, "%s", origin);
	return coco_fail(diag, r, "%s", why);
}

/* Waits, and looks at the cancel flag meanwhile. */
static int wait_ms(const struct coco_run *run, uint64_t ms, struct coco_diag *diag)
{
	for (uint64_t at = 0; at < ms; at += SLICE_MS) {
		struct timespec slice = { .tv_nsec = SLICE_MS * 1000000L };
		int r = coco_run_check(run, diag);

		if (r != 0)
			return r;
		while (nanosleep(&slice, &slice) != 0 && errno == EINTR)
			continue;
	}
	return 0;
}

/* The pause before try n + 1: doubling, and up to a half more by chance. */
static uint64_t pause_ms(const struct coco_http *http, unsigned n,
			 const struct coco_http_response *ret)
{
	uint64_t ms = http->config.backoff_ms;
	uint8_t chance = 0;

	for (unsigned i = 1; i < n && ms < BACKOFF_MAX_MS; i++)
		ms *= 2;
	if (coco_random(&chance, 1, NULL) == 0)
		ms += ms * chance / 512;
	return coco_max_u64(coco_min_u64(ms, BACKOFF_MAX_MS), (uint64_t)ret->retry_after * 1000);
}

/* Whether the same request may be sent again after this. */
static bool may_retry(const struct coco_http *http, const struct coco_http_request *q,
		      CURLcode code, long status)
{
	static const CURLcode before[] = {   /* nothing was sent */
		CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT,
	};
	static const CURLcode later[] = {
		CURLE_OPERATION_TIMEDOUT, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING,
		CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM,
	};
	long sent = 0;

	if (code == CURLE_OK)
		return (http->config.retry_busy && (status == 429 || status == 503)) ||
		       (http->config.retry_server && status >= 500);
	for (size_t i = 0; i < COCO_ARRAY_LEN(before); i++)
		if (code == before[i])
			return true;
	for (size_t i = 0; i < COCO_ARRAY_LEN(later); i++) {
		if (code != later[i])
			continue;
		http->lib->easy_getinfo(http->curl, CURLINFO_REQUEST_SIZE, &sent);
		return !q->once || sent == 0;
	}
	return false;
}

/* One try. */
static CURLcode perform(struct coco_http *http, struct transfer *t)
{
	coco_http_clear(t->ret);
	t->code = 0;
	http->error[0] = '\0';
	if (!set_pointer(http, CURLOPT_WRITEDATA, t) ||
	    !set_pointer(http, CURLOPT_HEADERDATA, t) ||
	    !set_pointer(http, CURLOPT_XFERINFODATA, t))
		return CURLE_OUT_OF_MEMORY;
	CURLcode code = http->lib->easy_perform(http->curl);
	if (code == CURLE_OK)
		read_headers(t->ret);
	return code;
}

static int tries(struct coco_http *http, const struct coco_http_request *q, struct transfer *t)
{
	char origin[256];

	for (unsigned n = 1;; n++) {
		long status = 0;
		CURLcode code = perform(http, t);

		if (t->code != 0)
			return t->code;
		if (code == CURLE_OK)
			http->lib->easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
		if (n >= http->config.tries || !may_retry(http, q, code, status)) {
			t->ret->status = (unsigned)status;
			t->ret->tries = n;
			return code == CURLE_OK ? 0 : explain(http, q->url, code, t->diag);
		}
		uint64_t ms = pause_ms(http, n, t->ret);
		coco_http_origin(q->url, origin, sizeof(origin));
		coco_log(t->run, 1, "%s: %s; trying again in %llu ms", origin,
			 code != CURLE_OK ? http->lib->easy_strerror(code) : "the server is busy",
			 (unsigned long long)ms);
		int r = wait_ms(t->run, ms, t->diag);
		if (r != 0)
			return r;
	}
}

int coco_http_send(struct coco_http *http, const struct coco_run *run,
		   const struct coco_http_request *request, struct coco_http_response *ret,
		   struct coco_diag *diag)
{
	struct coco_http_response response = { .status = 0 };
	struct transfer t = {
		.run = run,
		.ret = &response,
		.max_body = http->config.max_body,
		.diag = diag,
	};
	struct curl_slist *lines = NULL;

	int r = prepare(http, request, &lines, diag);
	if (r == 0)
		r = tries(http, request, &t);
	(void)set_pointer(http, CURLOPT_HTTPHEADER, NULL);
	(void)set_text(http, CURLOPT_XOAUTH2_BEARER, NULL);
	http->lib->slist_free_all(lines);
	if (r != 0)
		coco_http_clear(&response);
	else
		*ret = response;
	return r;
}
