/*
 * remote_keys.c - key references that the network reaches (lib/core/keyref.h):
 * kbs+https: by attestation, cdh: through the guest's data hub. How is said by
 * variables, which are those of broker get's options.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/broker/fetch_args.h"
#include "cli/broker/opts_kbs.h"
#include "formats/core/err_broker.h"
#include "lib/broker/cdh_client.h"
#include "lib/core/keyref.h"

static struct {
	const struct coco_cli *cli;
	char *(*getenv_fn)(const char *name);
	bool busy;
} context;

/* An empty variable is as good as none. */
static const char *variable(const char *name)
{
	const char *v = context.getenv_fn(name);

	return v != NULL && v[0] != '\0' ? v : NULL;
}

static int timeout(uint32_t *ret, struct coco_diag *diag)
{
	const char *text = variable("COCOCTL_BROKER_TIMEOUT");
	uint32_t v = 0;

	for (const char *p = text; p != NULL && *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || v > 3600)
			return coco_fail(diag, COCO_E_USAGE_VALUE,
					 "COCOCTL_BROKER_TIMEOUT is 1 to 3600 seconds");
		v = v * 10 + (uint32_t)(*p - '0');
	}
	if (text != NULL && (v == 0 || v > 3600))
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "COCOCTL_BROKER_TIMEOUT is 1 to 3600 seconds");
	*ret = v;
	return 0;
}

static int from_broker(const struct coco_remote_ref *ref, uint32_t seconds,
		       struct coco_secret *ret, struct coco_diag *diag)
{
	const struct coco_fetch_texts texts = {
		.url = ref->url, .timeout = seconds,
		.attester = variable("COCOCTL_ATTESTER"),
		.attester_path = variable("COCOCTL_ATTESTER_PATH"),
		.initdata = variable("COCOCTL_INITDATA"),
		.tee_key = variable("COCOCTL_TEE_KEY"),
		.ca = variable("COCOCTL_BROKER_CA"),
		.pin = variable("COCOCTL_BROKER_PIN"),
		.client_cert = variable("COCOCTL_BROKER_CLIENT_CERT"),
		.client_key = variable("COCOCTL_BROKER_CLIENT_KEY"),
	};
	struct coco_arg_fetch fetch;
	int r = coco_arg_fetch_load(context.cli, &texts, &fetch, diag);

	if (r != 0)
		return r;
	r = coco_fetch(&fetch.config, &context.cli->run, &ref->id, ret, NULL, diag);
	coco_arg_fetch_free(&fetch);
	return r;
}

static int fetch_key(void *ctx COCO_UNUSED, const struct coco_remote_ref *ref,
		     size_t max COCO_UNUSED, struct coco_secret *ret, struct coco_diag *diag)
{
	uint32_t seconds = 0;
	int r = timeout(&seconds, diag);

	if (r == 0 && context.busy)
		r = coco_fail(diag, COCO_E_KEYREF_LOOP,
			      "the client key of a broker's connection cannot come from a broker");
	if (r != 0)
		return r;
	if (ref->cdh)
		return coco_cdh_get(variable("COCOCTL_CDH"), seconds, &context.cli->run, &ref->id,
				    ret, diag);
	context.busy = true;
	r = from_broker(ref, seconds, ret, diag);
	context.busy = false;
	return r;
}

void coco_cli_fetch_keys(const struct coco_cli *cli, char *(*getenv_fn)(const char *name))
{
	context.cli = cli;
	context.getenv_fn = getenv_fn;
	coco_keyref_set_fetch(fetch_key, NULL);
}
