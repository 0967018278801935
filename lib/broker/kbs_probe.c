/*
 * kbs_probe.c - which Trustee release answers (broker.md 0.2): there is no
 * version endpoint, so it is inferred from what exists and what is refused.
 */
#include "lib/broker/kbs_priv.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/json.h"
#include "lib/broker/kbs_error.h"

static const char auth_body[] =
	"{\"version\":\"0.4.0\",\"tee\":\"sample\",\"extra-params\":{}}";

void coco_kbs_abilities(struct coco_backend_info *info)
{
	info->reads_reference_values = info->oldest >= COCO_TRUSTEE_V0_14;
	info->deletes_resources = info->oldest >= COCO_TRUSTEE_V0_20;
	info->reads_policies = info->oldest >= COCO_TRUSTEE_V0_11 &&
			       info->newest <= COCO_TRUSTEE_V0_18;
}

/* Cuts what the releases can be to from .. to; a contradiction leaves them as they are. */
static void narrow(struct coco_backend_info *info, enum coco_trustee from, enum coco_trustee to)
{
	enum coco_trustee oldest = from > info->oldest ? from : info->oldest;
	enum coco_trustee newest = to < info->newest ? to : info->newest;

	if (oldest > newest)
		return;
	info->oldest = oldest;
	info->newest = newest;
}

static int ask(struct coco_kbs *k, const struct coco_run *run, const char *path, bool admin,
	       struct coco_http_response *ret, struct coco_diag *diag)
{
	const struct coco_kbs_call call = { .method = "GET", .path = path, .admin = admin };

	return coco_kbs_send(k, run, &call, ret, diag);
}

static bool body_has(const struct coco_http_response *a, const char *text)
{
	return a->body.n > 0 &&
	       memmem(coco_secret_expose(&a->body), a->body.n, text, strlen(text)) != NULL;
}

/* The two pages that need no credentials. */
static int look_pages(struct coco_kbs *k, const struct coco_run *run, struct coco_kbs_seen *seen,
		      struct coco_diag *diag)
{
	struct coco_http_response a;
	int r = ask(k, run, "/healthz", false, &a, diag);

	if (r != 0)
		return r;
	seen->healthz = a.status == 200 && a.body.n == 0;
	coco_http_clear(&a);
	r = ask(k, run, "/metrics", false, &a, diag);
	if (r != 0)
		return r;
	seen->metrics = a.status == 200 && (body_has(&a, "kbs_") || body_has(&a, "# HELP"));
	coco_http_clear(&a);
	return 0;
}

/* What a refused handshake says. */
static int read_mismatch(const struct coco_kbs_error *e, struct coco_backend_info *info)
{
	char version[sizeof(info->protocol)];
	bool old = strcmp(e->type, "ProtocolVersion") == 0;

	if (coco_kbs_error_version(e, version, sizeof(version))) {
		memcpy(info->protocol, version, sizeof(version));
		if (strcmp(version, "0.2.0") == 0)
			narrow(info, COCO_TRUSTEE_V0_12, COCO_TRUSTEE_V0_13);
		else if (strcmp(version, "0.1.1") == 0)
			narrow(info, COCO_TRUSTEE_V0_10, COCO_TRUSTEE_V0_11);
		else
			return 0;
	} else {
		snprintf(info->protocol, sizeof(info->protocol), "0.1.1");
		narrow(info, COCO_TRUSTEE_V0_10, COCO_TRUSTEE_V0_11);
	}
	if (old)
		narrow(info, COCO_TRUSTEE_V0_10, COCO_TRUSTEE_V0_10);
	else
		narrow(info, COCO_TRUSTEE_V0_11, COCO_TRUSTEE_V0_13);
	return 0;
}

/* The handshake's first step: its version tells more than anything else. */
static int look_auth(struct coco_kbs *k, const struct coco_run *run, struct coco_kbs_seen *seen,
		     struct coco_backend_info *info, struct coco_diag *diag)
{
	const struct coco_kbs_call call = {
		.method = "POST", .path = "/kbs/v0/auth", .content_type = "application/json",
		.has_body = true, .body = coco_view_of(auth_body, sizeof(auth_body) - 1),
	};
	struct coco_http_response a;
	struct coco_kbs_error e;
	int r = coco_kbs_send(k, run, &call, &a, diag);

	if (r != 0)
		return r;
	seen->auth_status = a.status;
	if (a.status == 200 && body_has(&a, "\"nonce\"")) {
		snprintf(info->protocol, sizeof(info->protocol), "0.4.0");
		narrow(info, COCO_TRUSTEE_V0_14, COCO_TRUSTEE_V0_21);
	} else if (coco_kbs_error_read(&a, &e)) {
		r = coco_kbs_error_mismatch(&e) ? read_mismatch(&e, info) : 0;
	} else if (!seen->healthz && !seen->metrics) {
		r = coco_kbs_error_fail(&a, "probe", diag);
		if (r == COCO_E_BROKER_ROUTE)
			r = COCO_E_NOT_A_BROKER;
		if (diag != NULL)
			diag->code = r;
	}
	coco_http_clear(&a);
	return r;
}

static bool is_json_list(const struct coco_http_response *a)
{
	struct coco_json doc;

	if (coco_json_parse(&doc, coco_view_of(coco_secret_expose(&a->body), a->body.n),
			    COCO_BACKEND_VALUE, NULL) != 0)
		return false;
	struct coco_jv root = coco_json_root(&doc);
	bool ok = coco_jv_as_array(&root, NULL) == 0;
	coco_json_free(&doc);
	return ok;
}

/* What only an administrator sees; without a token it tells whether one is needed. */
static int look_admin(struct coco_kbs *k, const struct coco_run *run, struct coco_kbs_seen *seen,
		      struct coco_backend_info *info, struct coco_diag *diag)
{
	struct coco_diag why;
	struct coco_http_response a;
	int r = ask(k, run, "/kbs/v0/resource-policy", true, &a, diag);

	if (r != 0)
		return r;
	seen->admin_asked = true;
	seen->policy_status = a.status;
	seen->admin_accepted = a.status == 200;
	if (a.status == 200) {
		seen->policy_ids = is_json_list(&a);
		if (seen->policy_ids)
			narrow(info, COCO_TRUSTEE_V0_19, COCO_TRUSTEE_V0_21);
		else
			narrow(info, COCO_TRUSTEE_V0_11, COCO_TRUSTEE_V0_18);
	} else {
		coco_diag_init(&why);
		(void)coco_kbs_error_fail(&a, "resource-policy", &why);
		snprintf(seen->admin_answer, sizeof(seen->admin_answer), "%s", why.message);
		/* up to v0.10 there is nothing to be read */
		if (a.status == 404 || a.status == 405)
			seen->admin_asked = false;
	}
	coco_http_clear(&a);
	return 0;
}

int coco_kbs_look(struct coco_kbs *k, const struct coco_run *run, struct coco_kbs_seen *ret_seen,
		  struct coco_diag *diag)
{
	struct coco_backend_info info = { .oldest = COCO_TRUSTEE_V0_10,
					  .newest = COCO_TRUSTEE_V0_21 };
	struct coco_kbs_seen seen = { .healthz = false };
	int r = look_pages(k, run, &seen, diag);

	if (r == 0 && seen.healthz)
		narrow(&info, COCO_TRUSTEE_V0_21, COCO_TRUSTEE_V0_21);
	else if (r == 0)
		narrow(&info, COCO_TRUSTEE_V0_10, COCO_TRUSTEE_V0_20);
	if (r == 0 && seen.metrics)
		narrow(&info, COCO_TRUSTEE_V0_14, COCO_TRUSTEE_V0_21);
	if (r == 0)
		r = look_auth(k, run, &seen, &info, diag);
	if (r == 0)
		r = look_admin(k, run, &seen, &info, diag);
	if (r != 0)
		return r;
	coco_kbs_abilities(&info);
	coco_log(run, 1, "the broker is Trustee %s to %s", coco_trustee_name(info.oldest),
		 coco_trustee_name(info.newest));
	k->seen = info;
	k->probed = true;
	enum coco_trustee named = k->config.release;
	if (named == COCO_TRUSTEE_UNKNOWN)
		k->info = info;
	else if (named < info.oldest || named > info.newest)
		coco_log(run, 0, "the broker answers as Trustee %s to %s do, not as %s, which was "
			 "named", coco_trustee_name(info.oldest), coco_trustee_name(info.newest),
			 coco_trustee_name(named));
	if (ret_seen != NULL)
		*ret_seen = seen;
	return 0;
}
