/*
 * cmd_key_unseal.c - cococtl key unseal: verifies a sealed secret and says
 * what it stands for.
 */
#include "cli/broker/opts_broker.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/seal.h"
#include "lib/core/io.h"

static void verdict(struct coco_report *report, bool holds)
{
	const struct coco_check check = {
		.id = "sealed.signature",
		.status = holds ? COCO_STATUS_PASS : COCO_STATUS_FAIL,
		.title = holds ? "signed with the given key" : "not signed with the given key",
	};

	coco_report_check(report, &check);
}

int coco_cmd_key_unseal(struct coco_cli *cli COCO_UNUSED, const void *opts,
			struct coco_report *report, struct coco_diag *diag)
{
	const struct coco_opts_key_unseal *o = opts;
	struct coco_sealed s = { .kid = NULL };
	struct coco_key *key = NULL;
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_seal_load_public(o->key, &key, diag);
	if (r == 0)
		r = coco_read_file(o->file, COCO_SEALED_MAX, &text, &n, diag);
	if (r == 0)
		r = coco_unseal(coco_view_of(text, n), key, &s, diag);
	if (r == 0 || r == COCO_E_VERIFY_SIGNATURE || r == COCO_E_SEALED_FAKE)
		verdict(report, r == 0);
	if (r == 0) {
		coco_report_string(report, "type", "type", s.envelope ? "envelope" : "vault");
		coco_report_string(report, "name", s.envelope ? "key id" : "resource", s.name);
		coco_report_string(report, "provider", "provider", s.provider);
		coco_report_string(report, "kid", "public key in", s.kid);
	} else {
		coco_diag_source(diag, "%s", o->file);
	}
	coco_sealed_free(&s);
	coco_free(text);
	coco_key_free(key);
	return r;
}
