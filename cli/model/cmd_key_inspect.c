/*
 * cmd_key_inspect.c - cococtl key inspect: what a key is, without showing it.
 */
#include <string.h>

#include "cli/model/key_any.h"
#include "cli/model/opts_model.h"
#include "cli/model/run_model.h"
#include "formats/core/hex.h"
#include "lib/crypto/sha256.h"
#include "lib/crypto/sign.h"

static void show_content(const struct coco_secret *key, struct coco_report *report)
{
	uint8_t digest[COCO_SHA256_SIZE];
	char text[72] = "sha256:";

	coco_sha256_once(coco_secret_expose(key), key->n, digest);
	coco_hex_encode(text + 7, digest, sizeof(digest));
	coco_report_string(report, "kind", "kind", "content key");
	coco_report_count(report, "bits", "bits", 8 * COCO_CONTENT_KEY_BYTES);
	coco_report_string(report, "digest", "digest", text);
}

static void show_key(const struct coco_key *key, struct coco_report *report)
{
	struct coco_jw *jw = coco_report_json(report);
	bool receives = coco_key_type(key) != COCO_KEY_ED25519;

	coco_report_string(report, "kind", "kind",
			   coco_key_is_private(key) ? "private key" : "public key");
	coco_report_string(report, "type", "type", coco_key_name(key));
	coco_report_count(report, "bits", "bits", coco_key_bits(key));
	coco_report_string(report, "fingerprint", "fingerprint", coco_key_fingerprint_text(key));
	coco_report_string(report, "hint", "bundle hint", coco_key_hint(key));
	coco_report_string(report, "signature_method", "signs with", coco_sign_method(key, 0));
	coco_report_string(report, NULL, "receives", receives ? "wrapped keys" : "nothing");
	coco_jw_kv_bool(jw, "receives_wraps", receives);
}

int coco_cmd_key_inspect(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_key_inspect *o = opts;
	struct coco_key_any any = { 0 };
	int r = coco_key_any_load(cli, o->key, true, &any, diag);

	if (r != 0)
		return r;
	if (any.key != NULL)
		show_key(any.key, report);
	else
		show_content(&any.content, report);
	coco_key_any_free(&any);
	return 0;
}
