/*
 * backend_kbs.c - a Trustee key broker over HTTP as a back end (see
 * backend_kbs.h; the endpoints are those of broker.md 1.3).
 */
#include "lib/broker/backend_kbs.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "formats/core/resource_id.h"
#include "lib/broker/kbs_error.h"
#include "lib/broker/kbs_priv.h"

enum {
	SOON = 300,             /* a token that lives no longer is made anew */
	PATH_MAX_BYTES = 3 * COCO_BACKEND_NAME + 64,
	BODY_MAX = 2 * COCO_BACKEND_VALUE,
};

/* ---- requests ------------------------------------------------------------------- */

/* The token to send, or NULL; made when there is only a key. */
static int bearer(struct coco_kbs *k, const struct coco_run *run, const struct coco_secret **ret,
		  struct coco_diag *diag)
{
	*ret = NULL;
	if (k->trimmed.p != NULL) {
		*ret = &k->trimmed;
		return 0;
	}
	if (k->config.admin_key == NULL)
		return 0;
	if (k->minted.p == NULL || run->now > k->minted_until - SOON) {
		uint32_t lifetime = k->config.admin.lifetime;

		coco_secret_free(&k->minted);
		int r = coco_admin_token_mint(k->config.admin_key, &k->config.admin, run->now,
					      &k->minted, diag);
		if (r != 0)
			return r;
		k->minted_until = run->now + (lifetime != 0 ? lifetime : COCO_ADMIN_LIFETIME);
	}
	*ret = &k->minted;
	return 0;
}

static void warn_plain(struct coco_kbs *k, const struct coco_run *run)
{
	static const char *const here[] = { "http://127.", "http://localhost", "http://[::1]" };

	if (k->warned || strncasecmp(k->url, "http:", 5) != 0)
		return;
	k->warned = true;
	for (size_t i = 0; i < COCO_ARRAY_LEN(here); i++)
		if (strncasecmp(k->url, here[i], strlen(here[i])) == 0)
			return;
	coco_log(run, 0, "the address is http: without TLS: whoever can listen gets the "
		 "administrator's token and what is registered");
}

int coco_kbs_send(struct coco_kbs *k, const struct coco_run *run, const struct coco_kbs_call *call,
		  struct coco_http_response *ret, struct coco_diag *diag)
{
	struct coco_http_request q = {
		.method = call->method, .content_type = call->content_type,
		.has_body = call->has_body, .body = call->body, .once = call->once,
	};
	size_t n = strlen(k->url) + strlen(call->path);
	int r = 0;

	if (n >= COCO_HTTP_URL)
		return coco_fail(diag, COCO_E_USAGE_URL, "the address is too long");
	char *url = coco_alloc(n + 1, 1);
	if (url == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an address");
	snprintf(url, n + 1, "%s%s", k->url, call->path);
	q.url = url;
	if (call->admin) {
		r = bearer(k, run, &q.bearer, diag);
		if (r == 0 && q.bearer != NULL)
			warn_plain(k, run);
	}
	if (r == 0)
		r = coco_http_send(k->http, run, &q, ret, diag);
	if (r == 0)
		coco_log(run, 2, "%s %s: %u", call->method, call->path, ret->status);
	coco_free(url);
	return r;
}

int coco_kbs_demand(struct coco_kbs *k, const struct coco_run *run,
		    const struct coco_kbs_call *call, const char *what,
		    struct coco_http_response *ret, struct coco_diag *diag)
{
	struct coco_http_response a;
	int r = coco_kbs_send(k, run, call, &a, diag);

	if (r != 0)
		return r;
	if (a.status < 200 || a.status > 299)
		r = coco_kbs_error_fail(&a, what, diag);
	else if (strncasecmp(a.content_type, "text/html", 9) == 0)
		r = coco_fail(diag, COCO_E_NOT_A_BROKER, "%s: status %u with an HTML page", what,
			      a.status);
	if (r == 0 && ret != NULL)
		*ret = a;
	else
		coco_http_clear(&a);
	return r;
}

/* ---- the release ---------------------------------------------------------------- */

static int know_release(struct coco_kbs *k, const struct coco_run *run, struct coco_diag *diag)
{
	if (k->config.release != COCO_TRUSTEE_UNKNOWN || k->probed)
		return 0;
	return coco_kbs_look(k, run, NULL, diag);
}

static int too_old(const struct coco_kbs *k, const char *what, enum coco_trustee since,
		   struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_BROKER_RELEASE, "%s: Trustee has this since %s; the broker "
			 "is %s or older", what, coco_trustee_name(since),
			 coco_trustee_name(k->info.newest));
}

int coco_kbs_since(struct coco_kbs *k, const struct coco_run *run, const char *what,
		   enum coco_trustee since, struct coco_diag *diag)
{
	int r = know_release(k, run, diag);

	return r == 0 && k->info.newest < since ? too_old(k, what, since, diag) : r;
}

/* ---- names in paths ------------------------------------------------------------- */

static bool plain_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("-_.~/", c) != NULL;
}

/* The name of a reference value at the end of a path. */
static int add_name(char *path, size_t cap, const char *name, struct coco_diag *diag)
{
	size_t n = strlen(path);
	size_t len = strlen(name);

	/* a path with such parts means something else to clients and proxies */
	bool bad = len == 0 || len >= COCO_BACKEND_NAME || name[0] == '/' ||
		   name[len - 1] == '/' || strstr(name, "//") != NULL;
	for (const char *p = name; !bad && p != NULL; p = strchr(p, '/')) {
		p += *p == '/';
		size_t part = strcspn(p, "/");

		bad = (part == 1 && p[0] == '.') || (part == 2 && strncmp(p, "..", 2) == 0);
	}
	if (bad)
		return coco_fail(diag, COCO_E_FORMAT_VALUE,
				 "\"%s\" is no name of a reference value", name);
	for (const char *p = name; *p != '\0' && n + 4 < cap; p++)
		n += (size_t)snprintf(path + n, cap - n, plain_char(*p) ? "%c" : "%%%02X",
				      (unsigned char)*p);
	return 0;
}

static int resource_path(char *ret, size_t cap, const char *name, struct coco_diag *diag)
{
	struct coco_resource_id id;
	int r = coco_resource_id_parse(&id, name, strlen(name), diag);

	if (r == 0)
		snprintf(ret, cap, "/kbs/v0/resource/%s/%s/%s", id.repo, id.type, id.tag);
	return r;
}

/* ---- put ------------------------------------------------------------------------ */

static int post_json(struct coco_kbs *k, const struct coco_run *run, const char *path,
		     struct coco_wr *body, const char *what, struct coco_diag *diag)
{
	struct coco_kbs_call call = {
		.method = "POST", .path = path, .content_type = "application/json",
		.has_body = true, .body = coco_wr_view(body), .admin = true,
	};
	int r = body->code;

	if (r != 0)
		r = coco_fail(diag, r, "%s: no memory for the request", what);
	else
		r = coco_kbs_demand(k, run, &call, what, NULL, diag);
	coco_wr_free(body);
	return r;
}

static void write_b64(struct coco_wr *wr, enum coco_b64_variant v, struct coco_view bytes)
{
	uint8_t *p = coco_wr_room(wr, coco_b64_len(v, bytes.n));

	if (p != NULL)
		coco_b64_encode(v, (char *)p, bytes.p, bytes.n);
}

static int put_resource(struct coco_kbs *k, const struct coco_run *run, const char *name,
			const struct coco_secret *value, const char *what, struct coco_diag *diag)
{
	char path[PATH_MAX_BYTES];
	struct coco_kbs_call call = {
		.method = "POST", .path = path, .content_type = "application/octet-stream",
		.has_body = true, .admin = true,
		.body = coco_view_of(coco_secret_expose(value), value->n),
	};
	int r = resource_path(path, sizeof(path), name, diag);

	return r == 0 ? coco_kbs_demand(k, run, &call, what, NULL, diag) : r;
}

/* {"policy":"..."}, or with the id and type of an attestation policy. */
static int put_policy(struct coco_kbs *k, const struct coco_run *run, const char *path,
		      const char *id, const struct coco_secret *value, const char *what,
		      struct coco_diag *diag)
{
	struct coco_wr wr;

	coco_wr_init(&wr, BODY_MAX);
	coco_wr_str(&wr, "{");
	if (id != NULL)
		coco_wr_printf(&wr, "\"type\":\"rego\",\"policy_id\":\"%s\",", id);
	coco_wr_str(&wr, "\"policy\":\"");
	write_b64(&wr, COCO_B64_URL, coco_view_of(coco_secret_expose(value), value->n));
	coco_wr_str(&wr, "\"}");
	return post_json(k, run, path, &wr, what, diag);
}

static int put_attestation_policy(struct coco_kbs *k, const struct coco_run *run, const char *id,
				  const struct coco_secret *value, const char *what,
				  struct coco_diag *diag)
{
	size_t n = strlen(id);
	int r = know_release(k, run, diag);

	if (r != 0)
		return r;
	if (n == 0 || n >= COCO_BACKEND_NAME || strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM"
	    "NOPQRSTUVWXYZ0123456789_-.") != n || id[0] == '.')
		return coco_fail(diag, COCO_E_FORMAT_VALUE,
				 "\"%s\" is no id of an attestation policy", id);
	if (k->info.newest <= COCO_TRUSTEE_V0_13) {
		if (strcmp(id, "default_cpu") == 0)
			id = "default";
		else if (strncmp(id, "default_", 8) == 0)
			return too_old(k, what, COCO_TRUSTEE_V0_14, diag);
	} else if (strcmp(id, "default") == 0) {
		return coco_fail(diag, COCO_E_BROKER_RELEASE, "%s: nothing reads the policy "
				 "\"default\" since v0.14; it is default_cpu there", what);
	} else if (k->info.oldest <= COCO_TRUSTEE_V0_13 && strcmp(id, "default_cpu") == 0) {
		return coco_fail(diag, COCO_E_BROKER_RELEASE, "%s: its id depends on the release, "
				 "and the broker may be %s or %s", what,
				 coco_trustee_name(k->info.oldest),
				 coco_trustee_name(k->info.newest));
	}
	return put_policy(k, run, "/kbs/v0/attestation-policy", id, value, what, diag);
}

/* The payload of a message: {"name": value}. */
static int payload(const char *name, const struct coco_secret *value, struct coco_wr *wr,
		   struct coco_diag *diag)
{
	struct coco_view text = coco_view_of(coco_secret_expose(value), value->n);
	struct coco_json doc;
	struct coco_jw jw;
	int r = coco_json_parse(&doc, text, COCO_BACKEND_VALUE, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_key(&jw, name);
	coco_jw_value(&jw, &root);
	coco_jw_end(&jw, '}');
	coco_json_free(&doc);
	return wr->code != 0 ? coco_fail(diag, wr->code, "no memory for a reference value") : 0;
}

static int put_reference_value(struct coco_kbs *k, const struct coco_run *run, const char *name,
			       const struct coco_secret *value, const char *what,
			       struct coco_diag *diag)
{
	char path[PATH_MAX_BYTES] = "";
	struct coco_wr inner;
	struct coco_wr wr;
	int r = add_name(path, sizeof(path), name, diag);

	if (r == 0)
		r = know_release(k, run, diag);
	if (r == 0 && k->info.newest < COCO_TRUSTEE_V0_14)
		r = too_old(k, what, COCO_TRUSTEE_V0_14, diag);
	if (r != 0)
		return r;
	coco_wr_init(&inner, COCO_BACKEND_VALUE + COCO_BACKEND_NAME);
	r = payload(name, value, &inner, diag);
	if (r == 0) {
		coco_wr_init(&wr, BODY_MAX);
		coco_wr_str(&wr, "{\"version\":\"0.1.0\",\"type\":\"sample\",\"payload\":\"");
		write_b64(&wr, COCO_B64_STD, coco_wr_view(&inner));
		coco_wr_str(&wr, "\"}");
		r = post_json(k, run, "/kbs/v0/reference-value", &wr, what, diag);
	}
	coco_wr_free(&inner);
	return r;
}

static void describe(char *ret, size_t cap, const char *verb, const struct coco_item_id *id)
{
	snprintf(ret, cap, "%s %s%s%s", verb, coco_item_type_name(id->type),
		 id->name[0] != '\0' ? " " : "", id->name);
}

static int kbs_put(void *impl, const struct coco_run *run, const struct coco_item_id *id,
		   const struct coco_secret *value, struct coco_diag *diag)
{
	char what[COCO_BACKEND_NAME + 64];

	describe(what, sizeof(what), "put", id);
	switch (id->type) {
	case COCO_ITEM_RESOURCE:
		return put_resource(impl, run, id->name, value, what, diag);
	case COCO_ITEM_RESOURCE_POLICY:
		return put_policy(impl, run, "/kbs/v0/resource-policy", NULL, value, what, diag);
	case COCO_ITEM_ATTESTATION_POLICY:
		return put_attestation_policy(impl, run, id->name, value, what, diag);
	case COCO_ITEM_REFERENCE_VALUE:
		return put_reference_value(impl, run, id->name, value, what, diag);
	}
	return coco_fail(diag, COCO_E_INTERNAL, "an item of an unknown type");
}

/* ---- get ------------------------------------------------------------------------ */

static int get_policy(struct coco_kbs *k, const struct coco_run *run, const char *what,
		      struct coco_secret *ret, struct coco_diag *diag)
{
	const struct coco_kbs_call call = { .method = "GET", .path = "/kbs/v0/resource-policy",
					    .admin = true };
	struct coco_http_response a;
	uint8_t *text;
	size_t n;
	int r = coco_kbs_demand(k, run, &call, what, &a, diag);

	if (r != 0)
		return r;
	if (a.body.n > 0 && a.body.p[0] == '[') {
		r = coco_fail(diag, COCO_E_BROKER_UNREADABLE,
			      "this release lists the ids of policies, not their text");
	} else if (coco_b64_decode(COCO_B64_ANY, (const char *)a.body.p, a.body.n, &text, &n,
				   NULL) != 0) {
		r = coco_fail(diag, COCO_E_BROKER_ANSWER, "%s: the answer is not base64url", what);
	} else {
		r = coco_secret_from(ret, text, n, diag);
		coco_free(text);
	}
	coco_http_clear(&a);
	return r;
}

/* The member name of an object, or the whole (name NULL), as JSON text. */
static int pick_value(const struct coco_http_response *a, const char *name, const char *what,
		      struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_json doc;
	struct coco_jv v;
	struct coco_wr wr;
	struct coco_jw jw;
	int r = coco_json_parse(&doc, coco_view_of(a->body.p, a->body.n), COCO_BACKEND_VALUE,
				NULL);

	if (r != 0)
		return coco_fail(diag, COCO_E_BROKER_ANSWER, "%s: the answer is not JSON", what);
	struct coco_jv root = coco_json_root(&doc);
	v = root;
	if (name != NULL && coco_jv_as_object(&root, NULL) != 0)
		r = coco_fail(diag, COCO_E_BROKER_ANSWER, "%s: the answer is no object", what);
	else if (name != NULL && (!coco_jv_has(&root, name) ||
				  coco_jv_opt(&root, name, &v, NULL) != 0))
		r = coco_fail(diag, COCO_E_BROKER_ABSENT, "the broker has no reference value %s",
			      name);
	else if (name == NULL && coco_jv_is_null(&v))
		r = coco_fail(diag, COCO_E_BROKER_ABSENT, "%s: the broker has none", what);
	if (r == 0) {
		coco_wr_init(&wr, COCO_BACKEND_VALUE);
		coco_jw_init(&jw, &wr, false);
		coco_jw_value(&jw, &v);
		r = wr.code != 0 ? coco_fail(diag, wr.code, "no memory for a value") :
		    coco_secret_from(ret, wr.p, wr.n, diag);
		coco_wr_free(&wr);
	}
	coco_json_free(&doc);
	return r;
}

/* Tells "there is none" from other failures of the reference value service. */
static bool says_absent(const struct coco_http_response *a)
{
	struct coco_kbs_error e;

	return a->status == 401 && coco_kbs_error_read(a, &e) && strcmp(e.type, "RvpsError") == 0 &&
	       (strcasestr(e.detail, "not found") != NULL ||
		strcasestr(e.detail, "no reference value") != NULL);
}

static int get_reference_value(struct coco_kbs *k, const struct coco_run *run, const char *name,
			       const char *what, struct coco_secret *ret, struct coco_diag *diag)
{
	char path[PATH_MAX_BYTES] = "/kbs/v0/reference-value";
	const struct coco_kbs_call call = { .method = "GET", .path = path, .admin = true };
	struct coco_http_response a;
	int r = know_release(k, run, diag);

	if (r != 0)
		return r;
	if (k->info.newest < COCO_TRUSTEE_V0_14)
		return too_old(k, what, COCO_TRUSTEE_V0_14, diag);
	bool all = k->info.newest <= COCO_TRUSTEE_V0_18;
	if (!all && k->info.oldest < COCO_TRUSTEE_V0_19)
		return coco_fail(diag, COCO_E_BROKER_RELEASE, "%s: how it is read changed with "
				 "v0.19, and the broker may be %s or %s", what,
				 coco_trustee_name(k->info.oldest),
				 coco_trustee_name(k->info.newest));
	if (!all) {
		strcat(path, "/");
		r = add_name(path, sizeof(path), name, diag);
	}
	if (r == 0)
		r = coco_kbs_send(k, run, &call, &a, diag);
	if (r != 0)
		return r;
	if (a.status == 200)
		r = pick_value(&a, all ? name : NULL, what, ret, diag);
	else if (says_absent(&a))
		r = coco_fail(diag, COCO_E_BROKER_ABSENT, "the broker has no reference value %s",
			      name);
	else
		r = coco_kbs_error_fail(&a, what, diag);
	coco_http_clear(&a);
	return r;
}

static int kbs_get(void *impl, const struct coco_run *run, const struct coco_item_id *id,
		   struct coco_secret *ret, struct coco_diag *diag)
{
	char what[COCO_BACKEND_NAME + 64];

	describe(what, sizeof(what), "get", id);
	if (id->type == COCO_ITEM_RESOURCE_POLICY)
		return get_policy(impl, run, what, ret, diag);
	if (id->type == COCO_ITEM_REFERENCE_VALUE)
		return get_reference_value(impl, run, id->name, what, ret, diag);
	return coco_fail(diag, COCO_E_BROKER_UNREADABLE, id->type == COCO_ITEM_RESOURCE ?
			 "%s: only an attested guest gets a resource" :
			 "%s: no release gives an attestation policy back", what);
}

/* ---- remove, probe -------------------------------------------------------------- */

static int kbs_remove(void *impl, const struct coco_run *run, const struct coco_item_id *id,
		      struct coco_diag *diag)
{
	struct coco_kbs *k = impl;
	char what[COCO_BACKEND_NAME + 64];
	char path[PATH_MAX_BYTES];
	const struct coco_kbs_call call = { .method = "DELETE", .path = path, .admin = true };
	struct coco_http_response a;
	int r;

	describe(what, sizeof(what), "delete", id);
	if (id->type != COCO_ITEM_RESOURCE)
		return coco_fail(diag, COCO_E_BROKER_RELEASE, "%s: no release has an endpoint for "
				 "this; register another one over it", what);
	r = resource_path(path, sizeof(path), id->name, diag);
	if (r == 0)
		r = coco_kbs_since(k, run, what, COCO_TRUSTEE_V0_20, diag);
	if (r == 0)
		r = coco_kbs_send(k, run, &call, &a, diag);
	if (r != 0)
		return r;
	struct coco_kbs_error e;
	if (coco_kbs_error_read(&a, &e) && strcmp(e.type, "PluginInternalError") == 0)
		r = coco_fail(diag, COCO_E_BROKER_ABSENT, "%s: it is not there, or the broker's "
			      "storage failed (it does not say which)", what);
	else if (a.status < 200 || a.status > 299)
		r = coco_kbs_error_fail(&a, what, diag);
	coco_http_clear(&a);
	return r;
}

static int kbs_probe(void *impl, const struct coco_run *run, struct coco_backend_info *ret,
		     struct coco_diag *diag)
{
	struct coco_kbs *k = impl;
	int r = know_release(k, run, diag);

	if (r == 0)
		*ret = k->info;
	return r;
}

static void kbs_free(void *impl)
{
	struct coco_kbs *k = impl;

	coco_http_free(k->http);
	coco_free(k->url);
	coco_secret_free(&k->minted);
	coco_secret_free(&k->trimmed);
	coco_free(k);
}

/* ---- making one ----------------------------------------------------------------- */

static int check_url(const char *url, struct coco_diag *diag)
{
	if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
		return coco_fail(diag, COCO_E_USAGE_URL, "the broker's address is no http: or "
				 "https: URL");
	if (strpbrk(url, "?#") != NULL)
		return coco_fail(diag, COCO_E_USAGE_URL,
				 "the broker's address has a query; give the part before it");
	return 0;
}

static int fill(struct coco_kbs *k, const struct coco_kbs_config *config, struct coco_diag *diag)
{
	size_t n = strlen(config->url);
	int r = 0;

	k->config = *config;
	while (n > 0 && config->url[n - 1] == '/')
		n--;
	k->url = coco_strndup(config->url, n);
	if (k->url == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a broker");
	if (config->admin_token != NULL) {
		struct coco_view v = coco_admin_token_trim(config->admin_token);

		r = coco_secret_from(&k->trimmed, v.p, v.n, diag);
	}
	if (config->release != COCO_TRUSTEE_UNKNOWN) {
		k->info.oldest = config->release;
		k->info.newest = config->release;
		coco_kbs_abilities(&k->info);
	}
	return r == 0 ? coco_http_new(&k->http, &k->config.http, diag) : r;
}

static const struct coco_backend_ops ops = { kbs_probe, kbs_put, kbs_get, kbs_remove, kbs_free };

struct coco_kbs *coco_kbs_of(const struct coco_backend *b)
{
	return coco_backend_impl(b, &ops);
}

int coco_backend_kbs_new(struct coco_backend **ret, const struct coco_kbs_config *config,
			 struct coco_diag *diag)
{
	int r = check_url(config->url, diag);

	if (r == 0 && config->admin_key != NULL && config->admin_token != NULL)
		r = coco_fail(diag, COCO_E_USAGE_CONFLICT,
			      "an administrator's key and a token: give one of them");
	if (r != 0)
		return r;
	struct coco_kbs *k = coco_zalloc(1, sizeof(*k));
	if (k == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a broker");
	r = fill(k, config, diag);
	if (r != 0) {
		kbs_free(k);
		return r;
	}
	return coco_backend_new(ret, &ops, k, diag);
}

int coco_backend_kbs_probe(struct coco_backend *b, const struct coco_run *run,
			   struct coco_backend_info *ret, struct coco_kbs_seen *ret_seen,
			   struct coco_diag *diag)
{
	struct coco_kbs *k = coco_backend_impl(b, &ops);

	if (k == NULL)
		return coco_fail(diag, COCO_E_INTERNAL, "not a key broker over HTTP");
	int r = coco_kbs_look(k, run, ret_seen, diag);
	if (r == 0)
		*ret = k->seen;
	return r;
}
