/*
 * kbs_args.c - from options to a back end (see kbs_args.h).
 */
#include "cli/broker/kbs_args.h"

#include <string.h>

#include "cli/broker/broker_options.h"
#include "formats/core/hex.h"
#include "lib/broker/backend_store.h"

const char *const coco_broker_releases[] = {
	"auto", "v0.10", "v0.11", "v0.12", "v0.13", "v0.14", "v0.15", "v0.16", "v0.17", "v0.18",
	"v0.19", "v0.20", "v0.21", NULL,
};

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

static int open_store(const struct coco_opts_broker *o, struct coco_arg_broker *ret,
		      struct coco_diag *diag)
{
	const struct coco_store_options options = {
		.release = (enum coco_trustee)o->release,
		.json = o->store_json,
	};

	/* what is about TLS may come from the environment and does not matter here */
	if (o->admin_key != NULL || o->admin_token != NULL)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "a directory asks for no administrator: leave out --admin-key and "
				 "--admin-token");
	if (ret->directory[0] == '\0')
		return coco_fail(diag, COCO_E_USAGE_VALUE, "--broker store: names no directory");
	return coco_backend_store_new(&ret->backend, ret->directory, &options, diag);
}

static int open_kbs(const struct coco_cli *cli, const struct coco_opts_broker *o,
		    struct coco_arg_broker *ret, struct coco_diag *diag)
{
	if (o->store_json)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "--store-json is for --broker store:DIR");
	int r = load(cli, o, ret, diag);
	ret->config = (struct coco_kbs_config){
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

	return r == 0 ? coco_backend_kbs_new(&ret->backend, &ret->config, diag) : r;
}

int coco_arg_broker_open(const struct coco_cli *cli, const struct coco_opts_broker *o,
			 struct coco_arg_broker *ret, struct coco_diag *diag)
{
	memset(ret, 0, sizeof(*ret));
	if (strncmp(o->url, "store:", 6) == 0)
		ret->directory = o->url + 6;
	int r = ret->directory != NULL ? open_store(o, ret, diag) : open_kbs(cli, o, ret, diag);

	if (r != 0)
		coco_arg_broker_close(ret);
	return r;
}

int coco_arg_broker_again(const struct coco_arg_broker *b, struct coco_backend **ret,
			  struct coco_diag *diag)
{
	return coco_backend_kbs_new(ret, &b->config, diag);
}

void coco_arg_broker_close(struct coco_arg_broker *b)
{
	coco_backend_free(b->backend);
	coco_key_free(b->key);
	coco_secret_free(&b->token);
	coco_secret_free(&b->client_key);
	memset(b, 0, sizeof(*b));
}
