/*
 * cmd_model_pack.c - cococtl model pack: a directory into a package, or one
 * shard of a plan into a part.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/model/key_any.h"
#include "cli/model/model_args.h"
#include "cli/model/run_model.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/content_key.h"

static int parse_shard(const char *text, struct coco_pack_request *req, struct coco_diag *diag)
{
	char *end = NULL;

	if (text == NULL)
		return 0;
	errno = 0;
	unsigned long i = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;
	unsigned long n = end != NULL && *end == '/' && end[1] >= '0' && end[1] <= '9'
				  ? strtoul(end + 1, &end, 10) : 0;
	if (errno != 0 || end == NULL || *end != '\0' || i < 1 || n < i || n > COCO_SHARDS_MAX)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "--shard is I/N with 1 <= I <= N <= %d, not \"%s\"",
				 COCO_SHARDS_MAX, text);
	req->shard = (uint32_t)i;
	req->shards = (uint32_t)n;
	return 0;
}

/* What can be said of --new-key before a key is made. */
static int check_new_key(struct coco_cli *cli, const struct coco_opts_model_pack *o,
			 struct coco_diag *diag)
{
	const char *path = o->new_key;
	enum coco_keyref_kind kind = COCO_KEYREF_FILE;
	int r = coco_keyref_check(path, &kind, diag);

	if (r != 0 || kind != COCO_KEYREF_FILE)
		return r;
	if (strncmp(path, "file:", 5) == 0)
		path += 5;
	r = coco_tree_outside(o->dir, path, "--new-key", diag);
	if (r == 0 && cli->common.dry_run)
		r = coco_out_check(path, coco_cli_out_flags(cli, 0), NULL, diag);
	return r;
}

static bool has_leftover(const char *output)
{
	char *left = coco_outdir_leftover(output);

	coco_free(left);
	return left != NULL;
}

/*
 * The content key: given, made now, or made by the run that is resumed. A new
 * one is in place before the work starts, so that a killed run can be resumed;
 * but one that replaces another waits for the end.
 */
static int load_key(struct coco_cli *cli, const struct coco_opts_model_pack *o,
		    struct coco_secret *key, struct coco_keyref_out *out, struct coco_diag *diag)
{
	struct coco_diag why = { .code = 0 };
	unsigned flags = coco_key_ref_flags(cli);

	if (o->key != NULL)
		return coco_content_key_load(o->key, flags, key, diag);
	int r = check_new_key(cli, o, diag);
	if (r == 0)
		r = coco_content_key_generate(key, diag);
	if (r != 0 || cli->common.dry_run)
		return r;
	r = coco_keyref_stage(o->new_key, key, o->resume ? 0 : coco_cli_out_flags(cli, 0), out,
			      &why);
	if (r == COCO_E_EXISTS && o->resume) {
		coco_secret_free(key);
		return coco_content_key_load(o->new_key, flags, key, diag);
	}
	if (r == COCO_E_EXISTS && has_leftover(cli->common.output))
		coco_diag_hint(&why, "an interrupted run left it; give --resume to go on with that "
				     "run, or another name");
	if (r != 0 && diag != NULL && diag->code == 0)
		*diag = why;
	return r == 0 && !out->replaces ? coco_keyref_commit(out, diag) : r;
}

static int fill_request(struct coco_cli *cli, const struct coco_opts_model_pack *o,
			struct coco_pack_request *req, struct coco_diag *diag)
{
	static const enum coco_compress compress[] = {
		[COCO_OPT_COMPRESS_AUTO] = COCO_COMPRESS_AUTO,
		[COCO_OPT_COMPRESS_OFF] = COCO_COMPRESS_OFF,
		[COCO_OPT_COMPRESS_ZSTD] = COCO_COMPRESS_ZSTD,
		[COCO_OPT_COMPRESS_PLANES] = COCO_COMPRESS_PLANES,
	};
	static const enum coco_at_rest at_rest[] = {
		[COCO_OPT_AT_REST_ALLOW] = COCO_AT_REST_ALLOW,
		[COCO_OPT_AT_REST_DENY] = COCO_AT_REST_DENY,
		[COCO_OPT_AT_REST_GUEST_ENCRYPTED] = COCO_AT_REST_GUEST_ENCRYPTED,
	};

	if (o->segment_size != 0 && (o->segment_size & (o->segment_size - 1)) != 0)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "--segment-size is a power of two, such as 64MiB");
	int r = coco_arg_key_id(o->key_id, diag);
	if (r == 0)
		r = coco_arg_tag(o->tag, diag);
	if (r != 0)
		return r;
	req->dir = o->dir;
	req->out = cli->common.output;
	req->out_flags = coco_cli_out_flags(cli, 0);
	req->key_id = o->key_id;
	req->version = o->version;
	req->at_rest = at_rest[o->at_rest];
	req->compress = compress[o->compress];
	req->digests = o->plaintext_digests;
	req->segment_size = o->segment_size;
	req->resume = o->resume;
	req->dry_run = cli->common.dry_run;
	req->tree = coco_arg_tree(&o->ignore, o->ignore_git_paths, false);
	req->finish.tag = o->tag;
	r = parse_shard(o->shard, req, diag);
	if (r == 0 && o->previous != NULL) {
		req->has_previous = true;
		r = coco_arg_previous(o->previous, &req->previous, &req->previous_version, diag);
	}
	if (r == 0 && req->has_previous && req->previous_version == 0 && req->version == 0)
		r = coco_fail(diag, COCO_E_USAGE_CONFLICT,
			      "--previous DIGEST needs --version: a digest does not say which "
			      "version it has");
	return r;
}

static int pack(struct coco_cli *cli, const struct coco_opts_model_pack *o,
		struct coco_pack_request *req, struct coco_report *report,
		struct coco_diag *diag)
{
	struct coco_pack_result res = { 0 };
	struct coco_secret key = { 0 };
	struct coco_keyref_out out = { .out.fd = -1 };
	double start = coco_arg_clock();
	int r = load_key(cli, o, &key, &out, diag);

	if (r == 0) {
		req->key = &key;
		r = coco_pack(&cli->run, req, &res, diag);
	}
	if (r == 0 && out.replaces)
		r = coco_keyref_commit(&out, diag);
	/* an interrupted run that can be resumed still needs its key */
	if (r != 0 && !o->resume)
		coco_keyref_discard(&out);
	else
		coco_keyref_keep(&out);
	if (r == 0) {
		coco_arg_pack_result(report, &res, coco_arg_clock() - start);
		coco_report_string(report, NULL, coco_arg_written(cli), cli->common.output);
		if (o->new_key != NULL)
			coco_report_string(report, NULL, "content key", o->new_key);
	}
	coco_pack_result_free(&res);
	coco_secret_free(&key);
	return r;
}

int coco_cmd_model_pack(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_model_pack *o = opts;
	struct coco_pack_request req = { .dir = NULL };
	struct coco_arg_signer signer = { .given = false };
	struct coco_arg_recipients recipients = { .n = 0 };
	uint8_t *plan = NULL;
	size_t n_plan = 0;
	int r = fill_request(cli, o, &req, diag);

	if (r == 0)
		r = coco_arg_signer_load(cli, &o->sign, &signer, diag);
	if (r == 0)
		r = coco_arg_recipients_load(&o->recipients, &recipients, diag);
	if (r == 0 && o->plan != NULL) {
		r = coco_read_file(o->plan, COCO_PLAN_DOC_MAX, &plan, &n_plan, diag);
		req.plan = coco_view_of(plan, n_plan);
		if (r == 0 && (signer.given || recipients.n != 0))
			r = coco_fail(diag, COCO_E_USAGE_CONFLICT,
				      "a shard is neither signed nor wrapped; give --sign and "
				      "--recipient to model merge");
	}
	if (r == 0) {
		req.finish.signer = signer.given ? &signer.signer : NULL;
		req.finish.recipients = (const struct coco_key *const *)recipients.keys;
		req.finish.n_recipients = recipients.n;
		r = pack(cli, o, &req, report, diag);
	}
	coco_free(plan);
	coco_arg_recipients_free(&recipients);
	coco_arg_signer_free(&signer);
	return r;
}
