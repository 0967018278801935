/*
 * cdh_client.c - a resource through the guest's Confidential Data Hub (see
 * cdh_client.h).
 */
#include "lib/broker/cdh_client.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "lib/core/remote_ref.h"

enum { URL = 1024, SHOWN = 200 };

/* The data hub's own words for a failure; they hold no secret, but may be long. */
static int failed(const struct coco_http_response *a, struct coco_diag *diag)
{
	char text[SHOWN + 1];

	coco_escape(text, sizeof(text), (const char *)coco_secret_expose(&a->body), a->body.n);
	if (a->status == 403 || a->status == 404 || a->status == 405)
		return coco_fail(diag, COCO_E_CDH_ABSENT, "the data hub answers %u: %s", a->status,
				 text);
	return coco_fail(diag, COCO_E_CDH_REFUSED, "the data hub answers %u: %s", a->status, text);
}

int coco_cdh_get(const char *url, unsigned idle_seconds, const struct coco_run *run,
		 const struct coco_resource_id *id, struct coco_secret *ret,
		 struct coco_diag *diag)
{
	const struct coco_http_config config = { .proxy = "", .idle_seconds = idle_seconds };
	const char *base = url != NULL ? url : COCO_CDH_URL;
	struct coco_http_response answer = { .status = 0 };
	struct coco_http *http = NULL;
	size_t n = strlen(base);
	char text[URL];
	const struct coco_http_request request = { .method = "GET", .url = text };

	while (n > 0 && base[n - 1] == '/')
		n--;
	if (strncasecmp(base, "http://", 7) != 0 || !coco_remote_loopback(base) ||
	    snprintf(text, sizeof(text), "%.*s/cdh/resource/%s/%s/%s", (int)n, base, id->repo,
		     id->type, id->tag) >= (int)sizeof(text))
		return coco_fail(diag, COCO_E_CDH_ADDRESS,
				 "the data hub is asked on this machine only, by http:");
	int r = coco_http_new(&http, &config, diag);
	if (r == 0)
		r = coco_http_send(http, run, &request, &answer, diag);
	if (r == COCO_E_NET_CONNECT)
		coco_diag_hint(diag, "inside a guest: start it with "
			       "agent.guest_components_rest_api=resource");
	if (r == 0 && answer.status != 200)
		r = failed(&answer, diag);
	if (r == 0) {
		*ret = answer.body;
		answer.body = (struct coco_secret){ 0 };
	}
	coco_http_clear(&answer);
	coco_http_free(http);
	return r;
}
