/*
 * kbs_server.c - a Trustee key broker for tests (see kbs_server.h).
 */
#include "tests/support/kbs_server.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/core/b64.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "formats/core/resource_id.h"
#include "lib/crypto/jws_sign.h"
#include "tests/support/support.h"

/* ---- what it keeps -------------------------------------------------------------- */

struct coco_kbs_entry *coco_kbs_server_find(struct coco_kbs_server *s, enum coco_item_type type,
					    const char *name)
{
	for (size_t i = 0; i < s->n_entries; i++)
		if (s->entries[i].type == type && strcmp(s->entries[i].name, name) == 0)
			return &s->entries[i];
	return NULL;
}

void coco_kbs_server_store(struct coco_kbs_server *s, enum coco_item_type type, const char *name,
			   const void *value, size_t n)
{
	struct coco_kbs_entry *e = coco_kbs_server_find(s, type, name);

	if (e == NULL) {
		if (s->n_entries == COCO_KBS_ENTRIES)
			abort();
		e = &s->entries[s->n_entries++];
		e->type = type;
		e->name = coco_strdup(name);
	} else {
		coco_free(e->value);
	}
	e->value = coco_memdup(value, n + (n == 0));
	e->n = n;
	if (e->name == NULL || e->value == NULL)
		abort();
}

static void drop(struct coco_kbs_server *s, struct coco_kbs_entry *e)
{
	coco_free(e->name);
	coco_free(e->value);
	*e = s->entries[--s->n_entries];
}

/* ---- answers -------------------------------------------------------------------- */

static void text_answer(struct coco_kbs_server *s, struct coco_test_answer *a, unsigned status,
			const char *type)
{
	a->status = status;
	a->content_type = type;
	a->body = s->answer;
	a->n_body = strlen(s->answer);
}

static void empty(struct coco_test_answer *a, unsigned status, const char *type)
{
	a->status = status;
	a->content_type = type;
	a->body = "";
	a->n_body = 0;
}

void coco_kbs_server_error(struct coco_kbs_server *s, struct coco_test_answer *a, const char *name,
			   const char *fmt, ...)
{
	bool missing = strcmp(name, "InvalidRequestPath") == 0 ||
		       strcmp(name, "PluginNotFound") == 0;
	char detail[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	snprintf(s->answer, sizeof(s->answer), "{\"type\":\"https://github.com/"
		 "confidential-containers/kbs/errors/%s\",\"detail\":\"%s\"}", name, detail);
	text_answer(s, a, missing ? 404 : 401, NULL);
}

/* ---- the administrator ---------------------------------------------------------- */

static const char *text_of(const struct coco_jv *claims, const char *name)
{
	const char *text = NULL;

	return coco_jv_has(claims, name) && coco_jv_string(claims, name, &text, NULL) == 0 ? text :
	       NULL;
}

/* aud may be a text or a list. */
static bool has_audience(const struct coco_jv *claims, const char *want)
{
	const char *text = text_of(claims, "aud");
	struct coco_jv list;

	if (text != NULL)
		return strcmp(text, want) == 0;
	if (coco_jv_array(claims, "aud", &list, NULL) != 0)
		return false;
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv v = coco_jv_item(&list, i);

		if (coco_jv_as_string(&v, &text, NULL) == 0 && strcmp(text, want) == 0)
			return true;
	}
	return false;
}

/* NULL when the claims pass. */
static const char *judge_claims(const struct coco_kbs_server *s, const struct coco_jv *c)
{
	int64_t now = s->now != 0 ? s->now : time(NULL);
	uint64_t exp = 0;
	bool has_exp = coco_jv_has(c, "exp");
	bool newest = s->release >= COCO_TRUSTEE_V0_21;

	if (has_exp && coco_jv_u64(c, "exp", INT64_MAX, &exp, NULL) != 0)
		return "invalid type of exp";
	if (!has_exp && s->release >= COCO_TRUSTEE_V0_18)
		return "Missing required claim: exp";
	if (has_exp && (int64_t)exp < now)
		return "ExpiredSignature";
	if (!newest && s->release >= COCO_TRUSTEE_V0_18 && coco_jv_has(c, "aud"))
		return "InvalidAudience";
	if (newest && text_of(c, "role") == NULL)
		return "missing field `role`";
	if (newest && strcmp(text_of(c, "role"), "admin") != 0)
		return "role is not allowed";
	if (newest && s->issuer != NULL &&
	    (text_of(c, "iss") == NULL || strcmp(text_of(c, "iss"), s->issuer) != 0))
		return "InvalidIssuer";
	if (newest && s->audience != NULL && !has_audience(c, s->audience))
		return "InvalidAudience";
	return NULL;
}

/* NULL when the administrator is let in. */
static const char *judge_admin(const struct coco_kbs_server *s, const struct coco_test_request *q)
{
	const char *token = q->authorization;
	const char *why = "invalid token";
	struct coco_json doc;
	struct coco_jws jws;

	if (s->admin == NULL)
		return NULL;
	if (strncmp(token, "Bearer ", 7) != 0)
		return "no Authorization header";
	token += 7;
	if (coco_jws_decode(&jws, coco_view_of(token, strlen(token)), NULL) != 0)
		return "invalid token";
	if (s->release < COCO_TRUSTEE_V0_21 && strcmp(jws.alg, "EdDSA") != 0)
		why = "InvalidAlgorithm";
	else if (coco_jws_verify(s->admin, &jws, NULL) != 0)
		why = "InvalidSignature";
	else if (coco_json_parse(&doc, coco_view_of(jws.payload, jws.n_payload), 1 << 16,
				 NULL) == 0) {
		struct coco_jv root = coco_json_root(&doc);

		why = judge_claims(s, &root);
		coco_json_free(&doc);
	}
	coco_jws_clear(&jws);
	return why;
}

static bool admin_passes(struct coco_kbs_server *s, const struct coco_test_request *q,
			 struct coco_test_answer *a, bool plugin)
{
	const char *why = judge_admin(s, q);

	if (why == NULL)
		return true;
	if (s->release >= COCO_TRUSTEE_V0_18 && !plugin)
		coco_kbs_server_error(s, a, "AdminAuthAccess",
				      "admin access denied for endpoint %s: %s", q->path, why);
	else if (s->release >= COCO_TRUSTEE_V0_11)
		coco_kbs_server_error(s, a, "AdminAuthInitialization",
				      "failed to initialize [admin] configuration: %s", why);
	else
		coco_kbs_server_error(s, a, "AdminAuth", "Admin auth error: %s", why);
	return false;
}

/* ---- routes --------------------------------------------------------------------- */

/* The handshake's first step: the version decides. */
static void auth(struct coco_kbs_server *s, const struct coco_test_request *q,
		 struct coco_test_answer *a)
{
	const char *want = s->release >= COCO_TRUSTEE_V0_14 ? "0.4.0" :
			   s->release >= COCO_TRUSTEE_V0_12 ? "0.2.0" : "0.1.1";
	const char *got = "";
	struct coco_json doc;

	if (coco_json_parse(&doc, coco_view_of(q->body, q->n_body), 1 << 16, NULL) != 0) {
		coco_kbs_server_error(s, a, "AttestationError", "Attestation error: RCAR handshake "
				      "Auth failed: deserialize Request");
		return;
	}
	struct coco_jv root = coco_json_root(&doc);
	if (coco_jv_string(&root, "version", &got, NULL) != 0)
		got = "";
	if (strcmp(got, want) == 0) {
		snprintf(s->answer, sizeof(s->answer), "{\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			 "AAAAAAAAAAAAAA=\",\"extra-params\":\"\"}");
		text_answer(s, a, 200, "application/json");
		a->headers[0] = "Set-Cookie: kbs-session-id=0123456789abcdef0123456789abcdef";
	} else if (s->release >= COCO_TRUSTEE_V0_12) {
		coco_kbs_server_error(s, a, "AttestationError", "Attestation error: RCAR handshake "
				      "Auth failed: KBS Client Protocol Version Mismatch: expect %s"
				      " while the request is %s", want, got);
	} else {
		coco_kbs_server_error(s, a, s->release == COCO_TRUSTEE_V0_11 ? "AttestationError" :
				      "ProtocolVersion", "KBS Client Protocol Version Mismatch: ");
	}
	coco_json_free(&doc);
}

/* The text of a policy from its request; gives *ret. */
static bool policy_text(struct coco_kbs_server *s, const struct coco_test_request *q,
			struct coco_test_answer *a, char *ret_id, size_t cap, uint8_t **ret,
			size_t *ret_n)
{
	struct coco_json doc;
	const char *b64 = NULL;
	const char *id = "";
	bool ok = coco_json_parse(&doc, coco_view_of(q->body, q->n_body), 32 << 20, NULL) == 0;

	if (ok) {
		struct coco_jv root = coco_json_root(&doc);

		ok = coco_jv_string(&root, "policy", &b64, NULL) == 0 &&
		     coco_b64_decode(COCO_B64_URL, b64, strlen(b64), ret, ret_n, NULL) == 0;
		if (ok && coco_jv_has(&root, "policy_id"))
			ok = coco_jv_string(&root, "policy_id", &id, NULL) == 0;
		snprintf(ret_id, cap, "%s", id);
		coco_json_free(&doc);
	}
	if (!ok)
		coco_kbs_server_error(s, a, "ParsePolicyError", "Failed to parse policy: bad body");
	return ok;
}

/* As far as a test needs: a policy begins with its package. */
static bool rego(const uint8_t *text, size_t n)
{
	return memmem(text, n, "package policy", 14) != NULL;
}

static void set_policy(struct coco_kbs_server *s, const struct coco_test_request *q,
		       struct coco_test_answer *a, bool attestation)
{
	uint8_t *text;
	char id[256];
	size_t n;

	if (!policy_text(s, q, a, id, sizeof(id), &text, &n))
		return;
	if (rego(text, n)) {
		coco_kbs_server_store(s, attestation ? COCO_ITEM_ATTESTATION_POLICY :
				      COCO_ITEM_RESOURCE_POLICY, id, text, n);
		empty(a, 200, NULL);
	} else if (attestation) {
		coco_kbs_server_error(s, a, "AttestationError",
				      "Attestation error: Set Attestation Policy failed");
	} else {
		coco_kbs_server_error(s, a, "PolicyEngineError",
				      "Policy engine error: expected `package` at line 1");
	}
	coco_free(text);
}

static void get_policy(struct coco_kbs_server *s, struct coco_test_answer *a)
{
	struct coco_kbs_entry *e = coco_kbs_server_find(s, COCO_ITEM_RESOURCE_POLICY, "");

	if (s->release >= COCO_TRUSTEE_V0_19) {
		snprintf(s->answer, sizeof(s->answer), "[\"resource-policy\"]");
		text_answer(s, a, 200, "application/json");
		return;
	}
	s->answer[0] = '\0';
	if (e != NULL && coco_b64_len(COCO_B64_URL, e->n) < sizeof(s->answer))
		coco_b64_encode(COCO_B64_URL, s->answer, e->value, e->n);
	text_answer(s, a, 200, "text/xml");
}

static void put_values(struct coco_kbs_server *s, const struct coco_jv *object)
{
	struct coco_jv v;
	void *iter = NULL;

	while (coco_jv_next(object, &iter, &v)) {
		struct coco_wr wr;
		struct coco_jw jw;

		coco_wr_init(&wr, 16 << 20);
		coco_jw_init(&jw, &wr, false);
		coco_jw_value(&jw, &v);
		coco_kbs_server_store(s, COCO_ITEM_REFERENCE_VALUE, v.key, wr.p, wr.n);
		coco_wr_free(&wr);
	}
}

static void post_values(struct coco_kbs_server *s, const struct coco_test_request *q,
			struct coco_test_answer *a)
{
	struct coco_json doc;
	struct coco_json inner;
	const char *type = "";
	uint8_t *text = NULL;
	size_t n = 0;
	bool ok = coco_json_parse(&doc, coco_view_of(q->body, q->n_body), 32 << 20, NULL) == 0;

	if (ok) {
		struct coco_jv root = coco_json_root(&doc);

		ok = coco_jv_string(&root, "type", &type, NULL) == 0 && strcmp(type, "sample") == 0
		     && coco_jv_b64(&root, "payload", &text, &n, NULL) == 0 &&
		     coco_json_parse(&inner, coco_view_of(text, n), 32 << 20, NULL) == 0;
		if (ok) {
			struct coco_jv object = coco_json_root(&inner);

			put_values(s, &object);
			coco_json_free(&inner);
		}
		coco_free(text);
		coco_json_free(&doc);
	}
	if (ok)
		empty(a, 200, "application/json");
	else
		coco_kbs_server_error(s, a, "RvpsError", "RVPS configuration failed: Failed to "
				      "register reference value: bad message");
}

static void get_values(struct coco_kbs_server *s, const char *id, struct coco_test_answer *a)
{
	struct coco_kbs_entry *e = coco_kbs_server_find(s, COCO_ITEM_REFERENCE_VALUE, id);
	size_t n = 0;

	if (s->release >= COCO_TRUSTEE_V0_19) {
		if (e == NULL || e->n >= sizeof(s->answer)) {
			coco_kbs_server_error(s, a, "RvpsError", "RVPS configuration failed: "
					      "Failed to get reference_values: not found");
			return;
		}
		snprintf(s->answer, sizeof(s->answer), "%.*s", (int)e->n, (const char *)e->value);
		text_answer(s, a, 200, "application/json");
		return;
	}
	n += (size_t)snprintf(s->answer, sizeof(s->answer), "{");
	for (size_t i = 0; i < s->n_entries; i++) {
		e = &s->entries[i];
		if (e->type == COCO_ITEM_REFERENCE_VALUE && n + e->n + 300 < sizeof(s->answer))
			n += (size_t)snprintf(s->answer + n, sizeof(s->answer) - n, "%s\"%s\":%.*s",
					      n > 1 ? "," : "", e->name, (int)e->n,
					      (const char *)e->value);
	}
	snprintf(s->answer + n, sizeof(s->answer) - n, "}");
	text_answer(s, a, 200, "application/json");
}

static void resource(struct coco_kbs_server *s, const struct coco_test_request *q,
		     const char *name, struct coco_test_answer *a)
{
	struct coco_kbs_entry *e = coco_kbs_server_find(s, COCO_ITEM_RESOURCE, name);
	bool delete = strcmp(q->method, "DELETE") == 0;
	struct coco_resource_id id;

	if (!delete && strcmp(q->method, "POST") != 0) {
		coco_kbs_server_error(s, a, "TokenNotFound", "Attestation Token not found");
		return;
	}
	if (!admin_passes(s, q, a, true))
		return;
	if (coco_resource_id_parse(&id, name, strlen(name), NULL) != 0 || (delete && e == NULL)) {
		coco_kbs_server_error(s, a, "PluginInternalError", "Plugin internal error");
		return;
	}
	if (delete)
		drop(s, e);
	else
		coco_kbs_server_store(s, COCO_ITEM_RESOURCE, name, q->body, q->n_body);
	empty(a, 200, "text/xml");
}

/* A plugin that says what it was asked, for the administrator; "echo/fail" fails. */
static void echo(struct coco_kbs_server *s, const struct coco_test_request *q, const char *path,
		 struct coco_test_answer *a)
{
	if (!admin_passes(s, q, a, true))
		return;
	if (strcmp(path, "echo/fail") == 0) {
		coco_kbs_server_error(s, a, "PluginInternalError", "Plugin internal error");
		return;
	}
	snprintf(s->answer, sizeof(s->answer), "%s %s?%s %.*s", q->method, path, q->query,
		 (int)(q->n_body < 1024 ? q->n_body : 1024), (const char *)q->body);
	text_answer(s, a, 200, "text/xml");
}

/* One of the administrator's routes; false when the release does not have it. */
static bool admin_route(struct coco_kbs_server *s, const struct coco_test_request *q,
			const char *path, struct coco_test_answer *a)
{
	bool post = strcmp(q->method, "POST") == 0;
	bool get = strcmp(q->method, "GET") == 0;
	bool value = strncmp(path, "reference-value", 15) == 0 && s->release >= COCO_TRUSTEE_V0_14;
	bool policy = strcmp(path, "resource-policy") == 0 &&
		      (post || (get && s->release >= COCO_TRUSTEE_V0_11));
	bool attestation = strcmp(path, "attestation-policy") == 0 && post;

	if (!policy && !attestation && !(value && (post || get)))
		return false;
	if (!admin_passes(s, q, a, false))
		return true;
	if (value && post)
		post_values(s, q, a);
	else if (value)
		get_values(s, path[15] == '/' ? path + 16 : "", a);
	else if (policy && get)
		get_policy(s, a);
	else
		set_policy(s, q, a, attestation);
	return true;
}

static void kbs_route(struct coco_kbs_server *s, const struct coco_test_request *q,
		      const char *path, struct coco_test_answer *a)
{
	if (q->n_body > (s->limit != 0 ? s->limit : COCO_KBS_LIMIT)) {
		empty(a, 413, NULL);
		return;
	}
	if (strcmp(q->method, "DELETE") == 0 && s->release < COCO_TRUSTEE_V0_20) {
		empty(a, 404, NULL);
		return;
	}
	if (s->attest != NULL && s->attest(s, q, a))
		return;
	if (strcmp(path, "auth") == 0 && strcmp(q->method, "POST") == 0)
		auth(s, q, a);
	else if (strncmp(path, "resource/", 9) == 0)
		resource(s, q, path + 9, a);
	else if (strncmp(path, "echo/", 5) == 0 && s->release >= COCO_TRUSTEE_V0_11)
		echo(s, q, path, a);
	else if (!admin_route(s, q, path, a) && s->release >= COCO_TRUSTEE_V0_11)
		coco_kbs_server_error(s, a, "PluginNotFound", "Plugin %s not found", path);
	else if (a->status == 0)
		empty(a, 404, NULL);
}

static void page(const struct coco_kbs_server *s, const struct coco_test_request *q,
		 struct coco_test_answer *a)
{
	static const char metrics[] = "# HELP kbs_build_info KBS build information\n"
				      "kbs_build_info{version=\"0.1.0\"} 1\n";

	empty(a, 404, NULL);
	if (strcmp(q->path, "/healthz") == 0 && s->release >= COCO_TRUSTEE_V0_21)
		empty(a, 200, NULL);
	if (strcmp(q->path, "/metrics") == 0 && s->release >= COCO_TRUSTEE_V0_14) {
		a->status = strcmp(q->method, "GET") == 0 ? 200 : 405;
		a->body = metrics;
		a->n_body = a->status == 200 ? sizeof(metrics) - 1 : 0;
	}
}

/* What the REST interface of a guest's data hub answers. */
static void data_hub(struct coco_kbs_server *s, const struct coco_test_request *q,
		     struct coco_test_answer *a)
{
	const char *name = q->path + strlen("/cdh/resource/");
	struct coco_kbs_entry *e = coco_kbs_server_find(s, COCO_ITEM_RESOURCE, name);

	snprintf(s->answer, sizeof(s->answer), "%s", e != NULL && e->n < sizeof(s->answer) ? "" :
		 "rpc status: Status { code: INTERNAL, message: \"[CDH] [ERROR]: Get Resource "
		 "failed\" }");
	text_answer(s, a, 500, NULL);
	if (s->answer[0] == '\0') {
		a->status = 200;
		a->content_type = "application/octet-stream";
		memcpy(s->answer, e->value, e->n);
		a->n_body = e->n;
	}
}

static void handler(void *ctx, const struct coco_test_request *q, struct coco_test_answer *a)
{
	static const char html[] = "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>";
	static char huge[COCO_KBS_HUGE];
	struct coco_kbs_server *s = ctx;

	if (s->delay_ms > 0) {
		struct timespec t = { .tv_sec = s->delay_ms / 1000,
				      .tv_nsec = (long)(s->delay_ms % 1000) * 1000000 };

		nanosleep(&t, NULL);
	}
	bool faulty = q->number < s->faulty;
	a->fault = faulty ? s->fault : COCO_FAULT_NONE;
	/* what is only slow is a right answer */
	if (faulty && (s->fault != COCO_FAULT_SLOW || s->fault_status != 0)) {
		a->status = s->fault_status != 0 ? s->fault_status : 200;
		a->content_type = "text/html";
		a->body = html;
		a->n_body = sizeof(html) - 1;
		if (s->fault_huge) {
			a->body = huge;
			a->n_body = sizeof(huge);
		}
		return;
	}
	pthread_mutex_lock(&s->lock);
	a->status = 0;
	if (strncmp(q->path, "/kbs/v0/", 8) == 0)
		kbs_route(s, q, q->path + 8, a);
	else if (s->cdh && strncmp(q->path, "/cdh/resource/", 14) == 0)
		data_hub(s, q, a);
	else
		page(s, q, a);
	/* the buffer is shared: what is sent is copied while nobody else writes */
	if (a->body == s->answer) {
		static _Thread_local char mine[sizeof(s->answer)];

		memcpy(mine, s->answer, a->n_body);
		a->body = mine;
	}
	pthread_mutex_unlock(&s->lock);
}

void coco_kbs_server_start(struct coco_kbs_server *s, const struct coco_test_tls *tls)
{
	pthread_mutex_init(&s->lock, NULL);
	s->n_entries = 0;
	s->http = coco_test_server_start(handler, s, tls);
}

void coco_kbs_server_stop(struct coco_kbs_server *s)
{
	coco_test_server_stop(s->http);
	while (s->n_entries > 0)
		drop(s, &s->entries[0]);
	pthread_mutex_destroy(&s->lock);
}
