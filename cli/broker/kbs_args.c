/*
 * kbs_args.c - from options to a back end (see kbs_args.h).
 */
#include "cli/broker/kbs_args.h"

#include <string.h>

#include "formats/core/hex.h"

static int load(const struct coco_cli *cli, const struct coco_opts_broker *o,
		struct coco_arg_broker *b, struct coco_diag *diag)
{
	unsigned flags = cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;
	int r = 0;

	if (o->admin_key != NULL)
		r = coco_key_load_private(o->admin_key, flags, &b->key, diag);
	if (r == 0 && o->admin_token != NULL)
		r = coco_keyref_load(o->admin_token, COCO_ADMIN_TOKEN_MAX, flags, &b->token, diag);
	if (r == 0 && o->client_key != NULL)
		r = coco_keyref_load(o->client_key, COCO_KEY_FILE_MAX, flags, &b->client_key,
				     diag);
	if (r == 0 && o->pin != NULL && (strncmp(o->pin, "sha256:", 7) != 0 ||
	    coco_hex_decode(b->pin, 32, o->pin + 7, strlen(o->pin + 7), NULL) != 0))
		r = coco_fail(diag, COCO_E_USAGE_VALUE, "--pin is sha256: and 64 digits");
	return r;
}

int coco_arg_broker_open(const struct coco_cli *cli, const struct coco_opts_broker *o,
			 struct coco_arg_broker *ret, struct coco_diag *diag)
{
	memset(ret, 0, sizeof(*ret));
	int r = load(cli, o, ret, diag);
	const struct coco_kbs_config config = {
		.url = o->url,
		.http = {
			.ca = o->ca,
			.pin = o->pin != NULL ? ret->pin : NULL,
			.client_cert = o->client_cert,
			.client_key = o->client_key != NULL ? &ret->client_key : NULL,
			.idle_seconds = o->timeout,
		},
		.admin_key = ret->key,
		.admin = { .issuer = o->issuer, .audience = o->audience },
		.admin_token = o->admin_token != NULL ? &ret->token : NULL,
		.release = (enum coco_trustee)o->release,
	};

	if (r == 0)
		r = coco_backend_kbs_new(&ret->backend, &config, diag);
	if (r != 0)
		coco_arg_broker_close(ret);
	return r;
}

void coco_arg_broker_close(struct coco_arg_broker *b)
{
	coco_backend_free(b->backend);
	coco_key_free(b->key);
	coco_secret_free(&b->token);
	coco_secret_free(&b->client_key);
	memset(b, 0, sizeof(*b));
}
