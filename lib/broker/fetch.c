/*
 * fetch.c - one resource of a key broker for this guest (see fetch.h).
 */
#include "lib/broker/fetch.h"

#include <stdio.h>
#include <string.h>

#include "lib/core/remote_ref.h"

static void warn(const struct coco_fetch_config *config, const struct coco_attester *attester,
		 const struct coco_run *run)
{
	char origin[300];

	coco_http_origin(config->url, origin, sizeof(origin));
	if (strcmp(coco_attester_tee(attester), "sample") == 0)
		coco_log(run, 0, "the sample attester proves nothing: a broker that takes its "
			 "evidence gives the resource to everybody");
	if (strncasecmp(config->url, "http:", 5) == 0 && !coco_remote_loopback(config->url))
		coco_log(run, 0, "no TLS to %s: whoever is in between can answer in its place",
			 origin);
}

static int take_token(struct coco_rcar *client, const struct coco_run *run,
		      struct coco_secret *ret, struct coco_diag *diag)
{
	int r = coco_rcar_attest(client, run, diag);

	if (r != 0)
		return r;
	const struct coco_secret *token = coco_rcar_token(client);
	return coco_secret_from(ret, coco_secret_expose(token), token->n, diag);
}

int coco_fetch_plugin(const struct coco_fetch_config *config, const struct coco_run *run,
		      const struct coco_rcar_want *want, struct coco_secret *ret,
		      struct coco_fetch_info *ret_info, struct coco_diag *diag)
{
	struct coco_rcar_config rcar = {
		.url = config->url, .key = config->key, .initdata = config->initdata,
	};
	struct coco_http_config http = config->http;
	struct coco_rcar *client = NULL;
	int r = coco_attester_new(&rcar.attester, &config->attester, diag);

	/* what is for this machine does not go out to a proxy first */
	if (http.proxy == NULL && coco_remote_loopback(config->url))
		http.proxy = "";
	if (r == 0)
		r = coco_http_new(&rcar.http, &http, diag);
	if (r == 0)
		r = coco_rcar_new(&client, &rcar, diag);
	if (r == 0) {
		warn(config, rcar.attester, run);
		r = want != NULL ? coco_rcar_ask(client, run, want, ret, diag)
				 : take_token(client, run, ret, diag);
	}
	if (r == 0 && ret_info != NULL)
		*ret_info = (struct coco_fetch_info){
			.attester = coco_attester_kind_name(rcar.attester),
			.tee = coco_attester_tee(rcar.attester),
			.protocol = coco_rcar_protocol_used(client),
		};
	coco_rcar_free(client);
	coco_http_free(rcar.http);
	coco_attester_free(rcar.attester);
	return r;
}

int coco_fetch(const struct coco_fetch_config *config, const struct coco_run *run,
	       const struct coco_resource_id *id, struct coco_secret *ret,
	       struct coco_fetch_info *ret_info, struct coco_diag *diag)
{
	char path[COCO_RESOURCE_URI_MAX + 16];
	const struct coco_rcar_want want = { .path = path };

	if (id != NULL)
		snprintf(path, sizeof(path), "resource/%s/%s/%s", id->repo, id->type, id->tag);
	return coco_fetch_plugin(config, run, id != NULL ? &want : NULL, ret, ret_info, diag);
}
