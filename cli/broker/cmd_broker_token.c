/*
 * cmd_broker_token.c - cococtl broker token: a token made, or one judged.
 */
#include <string.h>

#include "cli/broker/opts_kbs.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/admin_token.h"

static unsigned ref_flags(const struct coco_cli *cli)
{
	return cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;
}

static int make(struct coco_cli *cli, const struct coco_opts_broker_token *o,
		struct coco_report *report, struct coco_diag *diag)
{
	const struct coco_admin_spec spec = {
		.role = o->role, .issuer = o->issuer, .audience = o->audience,
		.subject = o->subject, .key_id = o->key_id, .lifetime = o->lifetime,
	};
	uint32_t lifetime = o->lifetime != 0 ? o->lifetime : COCO_ADMIN_LIFETIME;
	struct coco_key *key;
	struct coco_secret token = { 0 };

	if (cli->common.output == NULL || strcmp(cli->common.output, "-") == 0)
		return coco_fail(diag, COCO_E_USAGE_MISSING, "a token needs a file: -o FILE");
	int r = coco_key_load_private(o->admin_key, ref_flags(cli), &key, diag);
	if (r != 0)
		return r;
	r = coco_admin_token_mint(key, &spec, cli->run.now, &token, diag);
	if (r == 0)
		r = coco_keyref_write(cli->common.output, &token, coco_cli_out_flags(cli, 0),
				      diag);
	if (r == 0) {
		coco_report_string(report, "algorithm", "algorithm", coco_jws_alg(key));
		coco_report_string(report, "key", "key", coco_key_fingerprint_text(key));
		coco_report_time(report, "expires", "expires", cli->run.now + lifetime);
		coco_report_string(report, "output", "written", cli->common.output);
	}
	coco_secret_free(&token);
	coco_key_free(key);
	return r;
}

static void show_claims(const struct coco_admin_token *t, enum coco_trustee release,
			struct coco_report *report)
{
	static const struct coco_column columns[] = {
		{ "claim", COCO_ALIGN_LEFT }, { "value", COCO_ALIGN_LEFT },
		{ "fate", COCO_ALIGN_LEFT },
	};
	struct coco_jw *jw = coco_report_json(report);

	coco_report_string(report, "algorithm", "algorithm", t->alg);
	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	coco_jw_key(jw, "claims");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < t->n_claims; i++) {
		const struct coco_admin_claim *c = &t->claims[i];
		const char *fate = coco_admin_claim_fate(c->name, release);
		const char *const row[] = { c->name, c->value, fate };

		coco_report_row(report, row);
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", c->name);
		coco_jw_kv_string(jw, "value", c->value);
		coco_jw_kv_string(jw, "fate", fate);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

/* A check per release; the number that do not refuse. */
static unsigned show_fates(const struct coco_admin_token *t, enum coco_trustee named, int64_t now,
			   struct coco_report *report)
{
	unsigned ok = 0;

	for (int i = COCO_TRUSTEE_V0_10; i < COCO_TRUSTEE_RELEASES; i++) {
		struct coco_token_fate f;
		char id[32] = "token.";

		if (named != COCO_TRUSTEE_UNKNOWN && i != (int)named)
			continue;
		coco_admin_token_judge(t, (enum coco_trustee)i, now, &f);
		strcat(id, coco_trustee_name((enum coco_trustee)i) + 1);
		const struct coco_check check = {
			.id = id,
			.status = f.verdict == COCO_TOKEN_REFUSED ? COCO_STATUS_FAIL :
				  f.verdict == COCO_TOKEN_DEPENDS ? COCO_STATUS_WARN :
				  COCO_STATUS_PASS,
			.title = coco_trustee_name((enum coco_trustee)i),
			.actual = coco_token_verdict_name(f.verdict),
			.detail = f.why[0] != '\0' ? f.why : NULL,
		};
		coco_report_check(report, &check);
		ok += f.verdict != COCO_TOKEN_REFUSED;
	}
	return ok;
}

int coco_cmd_broker_token(struct coco_cli *cli, const void *opts, struct coco_report *report,
			  struct coco_diag *diag)
{
	const struct coco_opts_broker_token *o = opts;
	enum coco_trustee named = (enum coco_trustee)o->release;
	struct coco_secret text = { 0 };

	if (o->check == NULL)
		return make(cli, o, report, diag);
	if (cli->common.output != NULL)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT, "--check writes no file");
	struct coco_admin_token *t = coco_zalloc(1, sizeof(*t));
	if (t == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a token");
	int r = coco_keyref_load(o->check, COCO_ADMIN_TOKEN_MAX, ref_flags(cli), &text, diag);
	if (r == 0)
		r = coco_admin_token_read(&text, t, diag);
	if (r == 0) {
		show_claims(t, named != COCO_TRUSTEE_UNKNOWN ? named : COCO_TRUSTEE_V0_21, report);
		if (show_fates(t, named, cli->run.now, report) == 0)
			r = coco_fail(diag, COCO_E_TOKEN_REFUSED, "%s would refuse this token",
				      named != COCO_TRUSTEE_UNKNOWN ?
				      coco_trustee_name(named) : "every release");
	}
	coco_secret_free(&text);
	coco_free(t);
	return r;
}
