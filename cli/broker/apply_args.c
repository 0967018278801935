/*
 * apply_args.c - declaration, ledger and broker of a command (see
 * apply_args.h).
 */
#include "cli/broker/apply_args.h"

#include <string.h>

#include "cli/broker/finding_report.h"
#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"

static unsigned key_flags(const struct coco_cli *cli)
{
	return cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;
}

/* ---- the broker's options ------------------------------------------------------- */

/* What the declaration says of one option, unless it was given. */
static int fall_back(struct coco_arg_apply *a, const char **option, const char *text, bool path,
		     size_t slot, struct coco_diag *diag)
{
	if (*option != NULL || text == NULL)
		return 0;
	if (!path) {
		*option = text;
		return 0;
	}
	int r = coco_declared_resolve(&a->declared, text, &a->owned[slot], diag);
	*option = a->owned[slot];
	return r;
}

static int release_of(struct coco_arg_apply *a, const char *text, struct coco_diag *diag)
{
	a->options.release = (int)coco_trustee_find(text);
	if (a->options.release != COCO_TRUSTEE_UNKNOWN)
		return 0;
	coco_diag_source(diag, "%s", a->declared.path);
	return coco_fail(diag, COCO_E_DECLARATION_VALUE, "trustee_version = \"%.40s\": no release "
			 "from v0.10 to v0.21", text);
}

/* Another broker on the command line takes nothing from [broker]: credentials belong to one. */
static int merge_options(struct coco_cli *cli, struct coco_arg_apply *a, struct coco_diag *diag)
{
	const struct coco_declared_broker *d = &a->declared.d.broker;
	struct coco_opts_broker *o = &a->options;
	bool store = d->address != NULL && strncmp(d->address, "store:", 6) == 0;
	int r;

	if (o->url != NULL)
		return 0;
	if (d->address == NULL)
		return coco_fail(diag, COCO_E_USAGE_MISSING, "neither --broker nor the declaration "
				 "name a broker");
	if (o->admin_token == NULL && o->admin_key == NULL) {
		r = fall_back(a, &o->admin_key, d->admin_key, true, 0, diag);
		if (r == 0)
			r = fall_back(a, &o->admin_token, d->admin_token, true, 1, diag);
		if (r != 0)
			return r;
	}
	r = fall_back(a, &o->url, d->address, store, 2, diag);
	if (r == 0)
		r = fall_back(a, &o->ca, d->ca, true, 3, diag);
	if (r == 0 && o->client_cert == NULL) {
		r = fall_back(a, &o->client_cert, d->client_cert, true, 4, diag);
		if (r == 0)
			r = fall_back(a, &o->client_key, d->client_key, true, 5, diag);
	}
	if (r == 0)
		r = fall_back(a, &o->issuer, d->issuer, false, 0, diag);
	if (r == 0)
		r = fall_back(a, &o->audience, d->audience, false, 0, diag);
	if (r == 0)
		r = fall_back(a, &o->pin, d->pin, false, 0, diag);
	if (r == 0 && d->timeout != 0 && !coco_cli_given(cli, "timeout"))
		o->timeout = d->timeout;
	o->store_json = o->store_json || d->store_json;
	if (r == 0 && o->release == COCO_TRUSTEE_UNKNOWN && d->trustee_version != NULL)
		r = release_of(a, d->trustee_version, diag);
	return r;
}

/* ---- the ledger ----------------------------------------------------------------- */

static int add_trust(struct coco_arg_apply *a, const char *file, struct coco_diag *diag)
{
	if (a->keys.n_trust == COCO_LEDGER_TRUST)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d keys of a ledger",
				 COCO_LEDGER_TRUST);
	int r = coco_key_load_public(file, &a->trust[a->keys.n_trust], diag);
	if (r == 0)
		a->keys.n_trust++;
	return r;
}

static int load_keys(struct coco_cli *cli, const struct coco_opts_ledger *l, bool need_key,
		     struct coco_arg_apply *a, struct coco_diag *diag)
{
	const struct coco_declaration *d = &a->declared.d;
	char *path = NULL;
	int r = 0;

	if (l->key != NULL)
		r = coco_key_load_private(l->key, key_flags(cli), &a->key, diag);
	/* who only reads the ledger need not have its key */
	else if (d->ledger_key != NULL && (need_key || l->trust.n == 0))
		r = coco_declared_resolve(&a->declared, d->ledger_key, &path, diag);
	if (r == 0 && path != NULL)
		r = coco_key_load_private(path, key_flags(cli), &a->key, diag);
	coco_free(path);
	if (r == 0 && a->key == NULL && need_key)
		r = coco_fail(diag, COCO_E_USAGE_MISSING, "the ledger needs a private key: "
			      "--ledger-key REF, or key in [ledger]");
	for (size_t i = 0; r == 0 && i < l->trust.n; i++)
		r = add_trust(a, l->trust.v[i], diag);
	for (size_t i = 0; r == 0 && i < d->n_ledger_trust; i++) {
		path = NULL;
		r = coco_declared_resolve(&a->declared, d->ledger_trust[i], &path, diag);
		if (r == 0)
			r = add_trust(a, path, diag);
		coco_free(path);
	}
	a->keys.sign = a->key;
	a->keys.trust = (const struct coco_key *const *)a->trust;
	return r;
}

static int open_ledger(struct coco_cli *cli, struct coco_arg_apply *a, unsigned flags,
		       struct coco_diag *diag)
{
	char *path = coco_ledger_path(a->declared.path, ".ledger.jsonl");

	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int r = coco_ledger_open(&a->ledger, &cli->run, path, &a->keys, flags, diag);
	coco_free(path);
	return r;
}

/* ---- all of it ------------------------------------------------------------------ */

static void report_input(struct coco_report *report, const struct coco_arg_apply *a)
{
	char text[8 + 2 * COCO_SHA256_SIZE] = "sha256:";
	uint8_t digest[COCO_SHA256_SIZE];
	uint8_t *bytes = NULL;
	size_t n = 0;

	if (coco_read_file(a->declared.path, COCO_TOML_MAX_SIZE, &bytes, &n, NULL) != 0)
		return;
	coco_sha256_once(bytes, n, digest);
	coco_hex_encode(text + 7, digest, sizeof(digest));
	coco_report_input(report, "declaration", text, n);
	coco_free(bytes);
}

int coco_arg_apply_open(struct coco_cli *cli, const struct coco_opts_broker *o,
			const struct coco_opts_ledger *l, bool need_key, unsigned flags,
			struct coco_arg_apply *a, struct coco_report *report,
			struct coco_diag *diag)
{
	memset(a, 0, sizeof(*a));
	int r = coco_declared_load(&a->declared, l->declaration, diag);

	if (r != 0)
		return r;
	report_input(report, a);
	a->options = *o;
	r = merge_options(cli, a, diag);
	if (r == 0)
		r = coco_declared_identity(&a->declared, a->options.url, a->identity,
					   sizeof(a->identity), diag);
	if (r == 0)
		r = load_keys(cli, l, need_key, a, diag);
	if (r == 0)
		r = open_ledger(cli, a, flags, diag);
	if (r == 0)
		coco_report_string(report, "broker", "broker", a->identity);
	return r;
}

void coco_arg_apply_close(struct coco_arg_apply *a)
{
	coco_ledger_free(a->ledger);
	coco_key_free(a->key);
	for (size_t i = 0; i < a->keys.n_trust; i++)
		coco_key_free(a->trust[i]);
	coco_arg_broker_close(&a->broker);
	coco_outcomes_free(&a->findings);
	for (size_t i = 0; i < COCO_ARRAY_LEN(a->owned); i++)
		coco_free(a->owned[i]);
	coco_declared_free(&a->declared);
	memset(a, 0, sizeof(*a));
}

int coco_arg_apply_probe(struct coco_cli *cli, struct coco_arg_apply *a, struct coco_diag *diag)
{
	struct coco_backend_info answered;
	struct coco_kbs_seen seen;
	int r = coco_arg_broker_open(cli, &a->options, &a->broker, diag);

	if (r == 0 && a->broker.directory == NULL) {
		r = coco_backend_kbs_probe(a->broker.backend, &cli->run, &answered, &seen, diag);
		/* a role may be allowed less than everything: what it needs shows later */
		if (r == 0 && seen.admin_asked && !seen.admin_accepted)
			coco_log(&cli->run, 0, "the broker does not show its policies to this "
				 "administrator: %s", seen.admin_answer);
	}
	return r == 0 ? coco_backend_probe(a->broker.backend, &cli->run, &a->info, diag) : r;
}

int coco_arg_apply_gather(struct coco_cli *cli, struct coco_arg_apply *a,
			  struct coco_report *report, struct coco_diag *diag)
{
	int r = coco_declared_gather(&a->declared, &cli->run, &a->info, key_flags(cli),
				     &a->findings, diag);

	if (r == 0)
		coco_outcomes_report(report, &a->findings);
	return r;
}

struct coco_plan_source coco_arg_apply_source(const struct coco_cli *cli,
					      const struct coco_arg_apply *a)
{
	return (struct coco_plan_source){
		.declared = &a->declared, .ledger = a->ledger, .backend = a->broker.backend,
		.info = &a->info, .broker = a->identity, .key_flags = key_flags(cli),
		.no_digests = a->key == NULL,
	};
}

/* ---- a plan --------------------------------------------------------------------- */

static void item_json(struct coco_jw *jw, const struct coco_plan_item *item)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "state", coco_plan_state_name(item->state));
	coco_jw_kv_string(jw, "type", coco_item_type_name(item->type));
	if (item->name[0] != '\0')
		coco_jw_kv_string(jw, "name", item->name);
	coco_jw_kv_string(jw, "seen", coco_plan_seen_name(item->seen));
	coco_jw_kv_bool(jw, "recorded", item->recorded);
	if (item->foreign != 0)
		coco_jw_kv_u64(jw, "foreign_values", item->foreign);
	if (item->note != NULL)
		coco_jw_kv_string(jw, "note", item->note);
	coco_jw_end(jw, '}');
}

void coco_plan_report(struct coco_report *report, const struct coco_arg_apply *a,
		      const struct coco_plan *plan, bool all)
{
	static const struct coco_column columns[] = {
		{ "item", COCO_ALIGN_LEFT }, { "name", COCO_ALIGN_LEFT },
		{ "state", COCO_ALIGN_LEFT }, { "note", COCO_ALIGN_LEFT },
	};
	struct coco_jw *jw = coco_report_json(report);
	size_t listed = 0;

	coco_report_string(report, "oldest", NULL, coco_trustee_name(a->info.oldest));
	coco_report_string(report, "newest", NULL, coco_trustee_name(a->info.newest));
	coco_jw_key(jw, "items");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < plan->n; i++) {
		const struct coco_plan_item *item = &plan->v[i];
		const char *const cells[] = { coco_item_type_name(item->type), item->name,
					      coco_plan_state_name(item->state),
					      item->note != NULL ? item->note : "" };

		item_json(jw, item);
		if (item->state == COCO_PLAN_UNCHANGED && !all)
			continue;
		if (listed++ == 0)
			coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
		coco_report_row(report, cells);
	}
	coco_jw_end(jw, ']');
	for (size_t i = 0; i < COCO_PLAN_STATES; i++) {
		const char *name = coco_plan_state_name((enum coco_plan_state)i);

		coco_report_count(report, name, plan->count[i] != 0 ? name : NULL, plan->count[i]);
	}
}
