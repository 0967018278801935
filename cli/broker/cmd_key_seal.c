/*
 * cmd_key_seal.c - cococtl key seal: a signed pointer to a resource of the key
 * broker, which stands in a pod where a secret would.
 */
#include <string.h>

#include "cli/broker/opts_broker.h"
#include "cli/broker/run_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/seal.h"
#include "lib/core/io.h"

/* Flags for reading keys under --insecure-permissions. */
static unsigned key_flags(const struct coco_cli *cli)
{
	return cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;
}

static int write_or_check(struct coco_cli *cli, const char *path, const char *text, size_t n,
			  struct coco_diag *diag)
{
	if (cli->common.dry_run && strcmp(path, "-") != 0)
		return coco_out_check(path, coco_cli_out_flags(cli, 0), NULL, diag);
	return coco_write_file(path, text, n, coco_cli_out_flags(cli, 0), diag);
}

int coco_cmd_key_seal(struct coco_cli *cli, const void *opts, struct coco_report *report,
		      struct coco_diag *diag)
{
	const struct coco_opts_key_seal *o = opts;
	struct coco_key *key = NULL;
	char *sealed = NULL;
	char *jwk = NULL;
	size_t n_jwk = 0;

	int r = coco_key_load_private(o->key, key_flags(cli), &key, diag);
	if (r == 0)
		r = coco_seal(key, o->kid, o->resource, &sealed, diag);
	if (r == 0)
		r = coco_seal_jwk(key, &jwk, &n_jwk, diag);
	if (r == 0 && o->public_jwk != NULL)
		r = write_or_check(cli, o->public_jwk, jwk, n_jwk, diag);
	if (r == 0)
		r = write_or_check(cli, cli->common.output, sealed, strlen(sealed), diag);
	if (r == 0) {
		coco_report_string(report, "resource", "resource", o->resource);
		coco_report_string(report, "kid", "public key in", o->kid);
		coco_report_string(report, "fingerprint", "fingerprint",
				   coco_key_fingerprint_text(key));
		coco_report_string(report, "output",
				   cli->common.dry_run ? "would be written" : "written",
				   cli->common.output);
	}
	coco_free(jwk);
	coco_free(sealed);
	coco_key_free(key);
	return r;
}
