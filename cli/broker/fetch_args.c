/*
 * fetch_args.c - what fetches a resource (see fetch_args.h).
 */
#include "cli/broker/fetch_args.h"

#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/keyref.h"

static int read_initdata(const char *path, char **ret, struct coco_diag *diag)
{
	struct coco_initdata_input in;
	int r = coco_initdata_read(&in, path, diag);

	if (r == 0) {
		*ret = coco_strndup((const char *)in.toml, in.n);
		r = *ret != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY,
						 "no memory for the initdata");
	}
	coco_initdata_input_free(&in);
	return r;
}

static int attester(const struct coco_fetch_texts *texts, struct coco_attester_config *ret,
		    struct coco_diag *diag)
{
	const char *path = texts->attester_path;

	if (texts->attester != NULL && !coco_attester_kind_find(texts->attester, &ret->kind))
		return coco_fail(diag, COCO_E_USAGE_VALUE, "an attester is one of %s",
				 coco_attester_kind_names());
	if (path == NULL)
		return 0;
	if (ret->kind == COCO_ATTESTER_AUTO || ret->kind == COCO_ATTESTER_SAMPLE)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "the path of an attester needs its kind: tsm, sev-guest or "
				 "tdx-guest");
	if (ret->kind == COCO_ATTESTER_TSM)
		ret->tsm = path;
	else
		ret->device = path;
	return 0;
}

int coco_arg_fetch_load(const struct coco_cli *cli, const struct coco_fetch_texts *texts,
			struct coco_arg_fetch *ret, struct coco_diag *diag)
{
	unsigned flags = cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;

	memset(ret, 0, sizeof(*ret));
	int r = attester(texts, &ret->config.attester, diag);
	if (r == 0 && texts->pin != NULL && (strncmp(texts->pin, "sha256:", 7) != 0 ||
	    coco_hex_decode(ret->pin, 32, texts->pin + 7, strlen(texts->pin + 7), NULL) != 0))
		r = coco_fail(diag, COCO_E_USAGE_VALUE, "a pin is sha256: and 64 digits");
	if (r == 0 && texts->client_key != NULL)
		r = coco_keyref_load(texts->client_key, COCO_KEY_FILE_MAX, flags, &ret->client_key,
				     diag);
	if (r == 0 && texts->initdata != NULL)
		r = read_initdata(texts->initdata, &ret->initdata, diag);
	if (r != 0) {
		coco_arg_fetch_free(ret);
		return r;
	}
	ret->config.url = texts->url;
	ret->config.key = texts->tee_key;
	ret->config.initdata = ret->initdata;
	ret->config.http = (struct coco_http_config){
		.ca = texts->ca,
		.pin = texts->pin != NULL ? ret->pin : NULL,
		.client_cert = texts->client_cert,
		.client_key = texts->client_key != NULL ? &ret->client_key : NULL,
		.idle_seconds = texts->timeout,
	};
	return 0;
}

void coco_arg_fetch_free(struct coco_arg_fetch *fetch)
{
	coco_secret_free(&fetch->client_key);
	coco_free(fetch->initdata);
	memset(fetch, 0, sizeof(*fetch));
}

int coco_arg_secret_output(const struct coco_cli *cli, struct coco_diag *diag)
{
	const char *ref = cli->common.output;
	enum coco_keyref_kind kind;

	if (ref == NULL || strcmp(ref, "-") == 0)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "a secret needs a file: -o FILE, or -o store:DIR/repo/type/tag");
	int r = coco_keyref_check(ref, &kind, diag);
	if (r != 0 || kind == COCO_KEYREF_STORE)
		return r;
	if (kind != COCO_KEYREF_FILE)
		return coco_fail(diag, COCO_E_USAGE_KEYREF,
				 "-o takes a file or store:DIR/repo/type/tag; a secret goes "
				 "nowhere else");
	return coco_out_check(strncmp(ref, "file:", 5) == 0 ? ref + 5 : ref,
			      coco_cli_out_flags(cli, 0), NULL, diag);
}
