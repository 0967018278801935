/*
 * cmd_policy_generate.c - cococtl policy generate: Rego for a key broker.
 */
#include "cli/broker/answer_file.h"
#include "cli/broker/opts_policy.h"
#include "cli/broker/refval_args.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/broker/confidential.h"
#include "lib/broker/policy_make.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"

static int add_platforms(struct coco_policy_input *in, const struct coco_strlist *words,
			 struct coco_diag *diag)
{
	for (size_t i = 0; i < words->n; i++) {
		enum coco_grant_platform p = coco_grant_platform_find(words->v[i]);

		if (p == COCO_GRANT_PLATFORMS)
			return coco_fail(diag, COCO_E_USAGE_VALUE, "--platform: \"%s\" is not snp, "
					 "tdx, az-snp-vtpm, az-tdx-vtpm or tpm", words->v[i]);
		in->platforms |= 1u << p;
	}
	return 0;
}

/* The one model that the options name. */
static int add_model(const struct coco_opts_policy_generate *o, struct coco_policy_input *in,
		     struct coco_diag *diag)
{
	int r = coco_policy_model(in, o->id != NULL ? o->id : "1", o->gpus, diag);

	for (size_t i = 0; r == 0 && i < o->resources.n; i++)
		r = coco_policy_resource(in, o->resources.v[i], diag);
	for (size_t i = 0; r == 0 && i < o->initdata.n; i++)
		r = coco_policy_initdata(in, o->initdata.v[i], NULL, diag);
	if (r == 0 && o->release_id != NULL)
		r = coco_policy_release(in, o->release_id, diag);
	return r;
}

static int gather(struct coco_cli *cli, const struct coco_opts_policy_generate *o,
		  struct coco_policy_input *in, struct coco_diag *diag)
{
	int r = coco_refval_release(o->trustee, &in->release, diag);

	if (r == 0)
		r = add_platforms(in, &o->platforms, diag);
	if (r == 0 && o->grants != NULL && o->resources.n > 0)
		r = coco_fail(diag, COCO_E_USAGE_CONFLICT,
			      "--resource and a grants file both say what is given");
	if (r == 0 && o->grants != NULL)
		r = coco_policy_grants(&cli->run, in, o->grants, diag);
	if (r == 0 && o->resources.n > 0)
		r = add_model(o, in, diag);
	for (size_t i = 0; r == 0 && i < o->reference.n; i++)
		r = coco_policy_reference(&cli->run, in, o->reference.v[i], NULL, diag);
	return r;
}

/* --confidential: the policy is read by the broker's operator. */
static int check_words(const char *path, const uint8_t *text, size_t n, struct coco_diag *diag)
{
	struct coco_words words = { .n = 0 };
	uint8_t *list = NULL;
	size_t n_list = 0;

	if (path == NULL)
		return 0;
	int r = coco_read_file(path, COCO_WORDS_MAX, &list, &n_list, diag);
	if (r == 0)
		r = coco_words_read(&words, coco_view_of(list, n_list), diag);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	size_t found = r == 0 ? coco_words_find(&words, coco_view_of(text, n), NULL) : 0;
	if (found > 0)
		r = coco_fail(diag, COCO_E_POLICY_WORD,
			      "word %zu of the confidential list would be in the policy", found);
	coco_words_free(&words);
	coco_free(list);
	return r;
}

static void describe(struct coco_report *report, const struct coco_policy_input *in,
		     enum coco_policy_kind kind, const uint8_t *text, size_t n)
{
	uint8_t digest[COCO_SHA256_SIZE];

	coco_sha256_once(text, n, digest);
	coco_report_string(report, "policy", "policy", coco_policy_kind_id(kind));
	coco_report_format(report, "trustee", "trustee", "v0.%u", in->release);
	coco_report_hex(report, "sha256", "sha256", digest, sizeof(digest));
	if (kind == COCO_POLICY_RESOURCE)
		coco_report_count(report, "models", "models", in->n);
}

int coco_cmd_policy_generate(struct coco_cli *cli, const void *opts, struct coco_report *report,
			     struct coco_diag *diag)
{
	const struct coco_opts_policy_generate *o = opts;
	enum coco_policy_kind kind = (enum coco_policy_kind)o->kind;
	struct coco_policy_input in = { .n = 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	int r = gather(cli, o, &in, diag);
	if (r == 0)
		r = coco_policy_make(&cli->run, &in, kind, &text, &n, diag);
	if (r == 0)
		r = check_words(o->confidential, text, n, diag);
	if (r == 0)
		r = coco_answer_file(cli, text, n, report, diag);
	if (r == 0)
		describe(report, &in, kind, text, n);
	coco_free(text);
	coco_policy_input_free(&in);
	return r;
}
