/*
 * cmd_broker_status.c - cococtl broker status: what the ledger knows, and what
 * the broker says to it.
 */
#include <stdio.h>
#include <string.h>

#include "cli/broker/apply_args.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "formats/core/rfc3339.h"
#include "lib/broker/broker_disable.h"

/* ---- the ledger ----------------------------------------------------------------- */

static void add_check(struct coco_report *report, const char *id, bool pass, const char *title)
{
	const struct coco_check check = {
		.id = id, .status = pass ? COCO_STATUS_PASS : COCO_STATUS_FAIL, .title = title,
	};

	coco_report_check(report, &check);
}

static int check_head(const struct coco_opts_broker_status *o, const struct coco_ledger *l,
		      struct coco_report *report, struct coco_diag *diag)
{
	const char *head = coco_ledger_head(l);

	add_check(report, "ledger.whole", true, "every line is signed and follows the one before");
	if (o->expect_head == NULL)
		return 0;
	bool same = strcmp(head, o->expect_head) == 0;
	add_check(report, "ledger.head", same, "the last line is the expected one");
	if (same)
		return 0;
	coco_diag_expected(diag, "%s", o->expect_head);
	coco_diag_actual(diag, "%s", head[0] != '\0' ? head : "an empty ledger");
	return coco_fail(diag, COCO_E_LEDGER_CHAIN, "the ledger ends with another line: it went "
			 "on, or lines at its end were removed");
}

static void entry_row(struct coco_report *report, const struct coco_ledger *l, size_t i,
		      const char *says)
{
	const struct coco_ledger_entry *e = coco_ledger_at(l, i);
	char when[COCO_RFC3339_TEXT];
	char key[16];

	snprintf(key, sizeof(key), "%.8s", coco_ledger_signer(l, i) + 7);
	const char *const cells[] = { e->type, e->name, coco_ledger_action_name(e->action),
				      coco_rfc3339_print(when, e->time), key, says };
	coco_report_row(report, cells);
}

static void entry_json(struct coco_jw *jw, const struct coco_ledger *l, size_t i)
{
	const struct coco_ledger_entry *e = coco_ledger_at(l, i);
	char when[COCO_RFC3339_TEXT];

	coco_jw_kv_string(jw, "action", coco_ledger_action_name(e->action));
	coco_jw_kv_string(jw, "time", coco_rfc3339_print(when, e->time));
	coco_jw_kv_string(jw, "key", coco_ledger_signer(l, i));
	coco_jw_kv_string(jw, "digest", e->digest);
	if (e->has_expires)
		coco_jw_kv_string(jw, "expires", coco_rfc3339_print(when, e->expires));
}

static void table(struct coco_report *report)
{
	static const struct coco_column columns[] = {
		{ "item", COCO_ALIGN_LEFT }, { "name", COCO_ALIGN_LEFT },
		{ "ledger", COCO_ALIGN_LEFT }, { "when", COCO_ALIGN_LEFT },
		{ "key", COCO_ALIGN_LEFT }, { "broker", COCO_ALIGN_LEFT },
	};

	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
}

/* Without the broker: what it holds by the ledger. */
static int show_held(const struct coco_arg_apply *a, struct coco_report *report,
		     struct coco_diag *diag)
{
	struct coco_jw *jw = coco_report_json(report);
	size_t *held = NULL;
	size_t n = 0;
	int r = coco_ledger_held(a->ledger, a->identity, &held, &n, diag);

	if (r != 0)
		return r;
	if (coco_ledger_count(a->ledger) == 0) {
		coco_free(held);
		return coco_fail(diag, COCO_E_IO_OPEN, "there is no ledger beside the declaration");
	}
	coco_jw_key(jw, "items");
	coco_jw_begin(jw, '[');
	if (n != 0)
		table(report);
	for (size_t i = 0; i < n; i++) {
		const struct coco_ledger_entry *e = coco_ledger_at(a->ledger, held[i]);

		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "type", e->type);
		if (e->name[0] != '\0')
			coco_jw_kv_string(jw, "name", e->name);
		entry_json(jw, a->ledger, held[i]);
		coco_jw_end(jw, '}');
		entry_row(report, a->ledger, held[i], "not asked");
	}
	coco_jw_end(jw, ']');
	coco_free(held);
	return 0;
}

/* ---- the broker ----------------------------------------------------------------- */

static void show_plan(const struct coco_arg_apply *a, const struct coco_plan *plan,
		      struct coco_report *report)
{
	struct coco_jw *jw = coco_report_json(report);

	coco_jw_key(jw, "items");
	coco_jw_begin(jw, '[');
	if (plan->n != 0)
		table(report);
	for (size_t i = 0; i < plan->n; i++) {
		const struct coco_plan_item *item = &plan->v[i];
		const char *seen = coco_plan_seen_name(item->seen);
		const char *const none[] = { coco_item_type_name(item->type), item->name, "-",
					     "-", "-", seen };

		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "type", none[0]);
		if (item->name[0] != '\0')
			coco_jw_kv_string(jw, "name", item->name);
		coco_jw_kv_string(jw, "state", coco_plan_state_name(item->state));
		coco_jw_kv_string(jw, "seen", seen);
		if (item->entry != SIZE_MAX)
			entry_json(jw, a->ledger, item->entry);
		if (item->note != NULL)
			coco_jw_kv_string(jw, "note", item->note);
		coco_jw_end(jw, '}');
		if (item->entry != SIZE_MAX)
			entry_row(report, a->ledger, item->entry, seen);
		else
			coco_report_row(report, none);
	}
	coco_jw_end(jw, ']');
}

/* Reference values that ended since: brokers go on accepting them. */
static size_t count_expired(const struct coco_cli *cli, const struct coco_arg_apply *a,
			    const struct coco_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++) {
		if (plan->v[i].entry == SIZE_MAX)
			continue;
		const struct coco_ledger_entry *e = coco_ledger_at(a->ledger, plan->v[i].entry);
		n += e->has_expires && e->expires <= cli->run.now;
	}
	return n;
}

static int judge_broker(const struct coco_cli *cli, const struct coco_arg_apply *a,
			const struct coco_plan *plan, struct coco_report *report,
			struct coco_diag *diag)
{
	size_t vague = plan->count[COCO_PLAN_UNKNOWN];
	size_t held = plan->count[COCO_PLAN_HELD];
	size_t differ = coco_plan_pending(plan, false) - vague - held;
	size_t removed = plan->count[COCO_PLAN_REMOVED];
	bool expired = count_expired(cli, a, plan) != 0 ||
		       coco_outcomes_worst(&a->findings) == COCO_OUTCOME_FAIL;

	add_check(report, "broker.declared", differ + vague == 0, differ + vague == 0 ?
		  "the broker holds what is declared, as far as it shows it" :
		  "the broker does not hold what is declared, or it cannot be told");
	add_check(report, "broker.removed", removed == 0, removed == 0 ?
		  "it holds nothing by the ledger that is not declared" :
		  "it holds items by the ledger that are no longer declared");
	add_check(report, "broker.expired", !expired, expired ?
		  "reference values have expired" : "no reference value has expired");
	if (expired)
		return coco_fail(diag, COCO_E_REFVAL_EXPIRED,
				 "the broker still accepts reference values that have expired");
	if (differ + removed != 0)
		return coco_fail(diag, COCO_E_BROKER_DRIFT, "%zu of %zu items differ",
				 differ + removed, plan->n);
	if (vague != 0)
		return coco_fail(diag, COCO_E_LEDGER_KEY, "%zu items can only be compared with the "
				 "ledger's private key, or have to be applied again", vague);
	return 0;
}

static int ask_broker(struct coco_cli *cli, struct coco_arg_apply *a, struct coco_report *report,
		      struct coco_diag *diag)
{
	struct coco_plan plan = { .n = 0 };
	int r = coco_arg_apply_probe(cli, a, diag);

	if (r == 0)
		r = coco_arg_apply_gather(cli, a, report, diag);
	if (r == 0) {
		const struct coco_plan_source src = coco_arg_apply_source(cli, a);

		r = coco_plan_make(&plan, &src, &cli->run, diag);
	}
	if (r == 0) {
		show_plan(a, &plan, report);
		r = judge_broker(cli, a, &plan, report, diag);
	}
	coco_plan_free(&plan);
	return r;
}

/* ---- keys that are disabled ----------------------------------------------------- */

static int show_disabled(const struct coco_arg_apply *a, struct coco_report *report, bool *ret,
			 struct coco_diag *diag)
{
	struct coco_jw *jw = coco_report_json(report);
	struct coco_disabled d;
	int r = coco_disabled_find(a->ledger, a->identity, &d, diag);

	if (r != 0)
		return r;
	*ret = d.n != 0;
	add_check(report, "broker.enabled", d.n == 0, d.n == 0 ? "no key is disabled" :
		  "keys are disabled");
	coco_jw_key(jw, "disabled");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < d.n; i++) {
		coco_jw_string(jw, d.names[i]);
		coco_report_string(report, NULL, "disabled", d.names[i]);
	}
	coco_jw_end(jw, ']');
	if (d.n != 0) {
		coco_report_time(report, "disabled_since", "since", d.since);
		coco_report_string(report, "disabled_reason", "reason", d.reason);
	}
	coco_disabled_free(&d);
	return 0;
}

int coco_cmd_broker_status(struct coco_cli *cli, const void *opts, struct coco_report *report,
			   struct coco_diag *diag)
{
	const struct coco_opts_broker_status *o = opts;
	struct coco_arg_apply a;
	bool disabled = false;

	int r = coco_arg_apply_open(cli, &o->broker, &o->ledger, false, 0, &a, report, diag);
	if (r == 0) {
		coco_report_count(report, "entries", "ledger's lines", coco_ledger_count(a.ledger));
		coco_report_string(report, "head", "last line", coco_ledger_head(a.ledger));
		r = check_head(o, a.ledger, report, diag);
	}
	if (r == 0)
		r = show_disabled(&a, report, &disabled, diag);
	if (r == 0)
		r = o->offline ? show_held(&a, report, diag) : ask_broker(cli, &a, report, diag);
	if (r == 0 && disabled)
		r = coco_fail(diag, COCO_E_BROKER_DISABLED, "keys are disabled at this broker");
	coco_arg_apply_close(&a);
	return r;
}
