/*
 * cmd_measure_id_block.c - cococtl measure id-block: what an SEV-SNP host is
 * given so that it starts only this guest.
 */
#include <string.h>

#include "cli/measure/launch_args.h"
#include "cli/measure/run_measure.h"
#include "formats/core/b64.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/measure/id_sign.h"

/* Exactly n bytes in hexadecimal; text NULL leaves them as they are. */
static int take_hex(const char *option, const char *text, uint8_t *ret, size_t n,
		    struct coco_diag *diag)
{
	if (text == NULL)
		return 0;
	if (strlen(text) == 2 * n && coco_hex_decode(ret, n, text, 2 * n, NULL) == 0)
		return 0;
	return coco_fail(diag, COCO_E_USAGE_VALUE, "--%s: not %zu hexadecimal digits", option,
			 2 * n);
}

static int take_block(const struct coco_opts_measure_id_block *o, struct coco_id_block *b,
		      struct coco_diag *diag)
{
	b->svn = o->svn;
	b->policy = COCO_ID_POLICY;
	int r = take_hex("digest", o->digest, b->digest, sizeof(b->digest), diag);
	if (r == 0)
		r = take_hex("family-id", o->family, b->family, sizeof(b->family), diag);
	if (r == 0)
		r = take_hex("image-id", o->image, b->image, sizeof(b->image), diag);
	if (r == 0 && o->policy != NULL)
		r = coco_launch_args_number("policy", o->policy, UINT64_MAX, &b->policy, diag);
	return r;
}

static int encoded(struct coco_report *report, const char *key, const char *label,
		   const uint8_t *p, size_t n, struct coco_diag *diag)
{
	char *text = coco_b64_dup(COCO_B64_STD, p, n);

	if (text == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an ID block");
	coco_report_string(report, key, label, text);
	coco_free(text);
	return 0;
}

static int answer(const struct coco_id_signed *s, struct coco_report *report,
		  struct coco_diag *diag)
{
	int r = encoded(report, "id_block", "id-block", s->block, sizeof(s->block), diag);

	if (r == 0)
		r = encoded(report, "id_auth", "id-auth", s->auth, sizeof(s->auth), diag);
	if (r != 0)
		return r;
	coco_report_bool(report, "author_key_enabled", "author-key-enabled", s->has_author);
	coco_report_hex(report, "id_key_digest", "id key digest", s->id_key_digest,
			sizeof(s->id_key_digest));
	if (s->has_author)
		coco_report_hex(report, "author_key_digest", "author key digest",
				s->author_key_digest, sizeof(s->author_key_digest));
	return 0;
}

int coco_cmd_measure_id_block(struct coco_cli *cli, const void *opts, struct coco_report *report,
			      struct coco_diag *diag)
{
	const struct coco_opts_measure_id_block *o = opts;
	unsigned flags = cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;
	struct coco_id_block block = { .svn = 0 };
	struct coco_key *id = NULL;
	struct coco_key *author = NULL;
	struct coco_id_signed *s = coco_zalloc(1, sizeof(*s));

	int r = s != NULL ? take_block(o, &block, diag)
			  : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an ID block");
	if (r == 0)
		r = coco_key_load_private(o->id_key, flags, &id, diag);
	if (r == 0 && o->author_key != NULL)
		r = coco_key_load_private(o->author_key, flags, &author, diag);
	if (r == 0)
		r = coco_id_sign(&block, id, author, s, diag);
	if (r == 0)
		r = answer(s, report, diag);
	coco_key_free(id);
	coco_key_free(author);
	coco_free(s);
	return r;
}
