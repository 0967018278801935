/*
 * kbs_plugin.c - an administrator's requests to the plugins of a key broker
 * (see kbs_plugin.h).
 */
#include "lib/broker/kbs_plugin.h"

#include <stdio.h>

#include "formats/core/err_broker.h"
#include "lib/broker/kbs_priv.h"

static int request(struct coco_backend *b, const struct coco_run *run,
		   const struct coco_plugin_uri *uri, struct coco_kbs_call *call,
		   struct coco_secret *ret, struct coco_diag *diag)
{
	char path[sizeof("/kbs/v0/") + COCO_PLUGIN_PATH_MAX];
	char what[COCO_PLUGIN_NAME_MAX + 32];
	struct coco_kbs *k = coco_kbs_of(b);
	bool delete = call->method[0] == 'D';
	struct coco_http_response a;
	int r = 0;

	if (k == NULL)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT, "a directory has no plugins");
	if (coco_plugin_uri_resource(uri) != NULL)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "resources have their own option: --resource repo/type/tag");
	snprintf(path, sizeof(path), "/kbs/v0/%s", uri->path);
	snprintf(what, sizeof(what), "%s plugin %.*s", delete ? "delete at" : "post to",
		 (int)uri->n_plugin, uri->path);
	call->path = path;
	if (delete)
		r = coco_kbs_since(k, run, what, COCO_TRUSTEE_V0_20, diag);
	if (r == 0)
		r = coco_kbs_demand(k, run, call, what, &a, diag);
	if (r != 0)
		return r;
	r = coco_secret_from(ret, coco_secret_expose(&a.body), a.body.n, diag);
	coco_http_clear(&a);
	return r;
}

int coco_kbs_plugin_post(struct coco_backend *b, const struct coco_run *run,
			 const struct coco_plugin_uri *uri, const struct coco_secret *body,
			 struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_kbs_call call = {
		.method = "POST", .content_type = "application/octet-stream", .admin = true,
		.has_body = true, .once = true,
	};

	if (body != NULL)
		call.body = coco_view_of(coco_secret_expose(body), body->n);
	return request(b, run, uri, &call, ret, diag);
}

int coco_kbs_plugin_delete(struct coco_backend *b, const struct coco_run *run,
			   const struct coco_plugin_uri *uri, struct coco_secret *ret,
			   struct coco_diag *diag)
{
	struct coco_kbs_call call = { .method = "DELETE", .admin = true };

	return request(b, run, uri, &call, ret, diag);
}
