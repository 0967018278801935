/*
 * test_broker_apply.c - applying: order, what the ledger gets, failures and
 * cancellation in the middle, several connections, reading back.
 */
#include "lib/broker/broker_apply.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "tests/support/declared_kit.h"
#include "tests/support/support.h"

#define KEY(name) "[[key]]\nresource = \"" name "\"\nfrom = \"a\"\n"

static const char all[] = COCO_KIT_HEAD
	"[resource_policy]\nfile = \"policy\"\n"
	"[[attestation_policy]]\nclass = \"cpu\"\nfile = \"policy\"\n"
	"[[reference_values]]\nfile = \"values\"\n"
	KEY("r/t/a") KEY("r/t/b") KEY("r/t/c");

static struct coco_kit kit;
static struct coco_apply_result result;

static int up(void **state COCO_UNUSED)
{
	coco_kit_up(&kit);
	coco_kit_file(&kit, "policy", "package policy\nallow = true\n");
	coco_kit_file(&kit, "values", "{\"mine\":[1,2]}");
	coco_kit_file(&kit, "a", "secret a");
	coco_kit_gather(&kit, all);
	coco_kit_ledger(&kit);
	return 0;
}

static int down(void **state COCO_UNUSED)
{
	coco_kit_down(&kit);
	return 0;
}

static int apply(const struct coco_apply_options *options, struct coco_diag *d)
{
	struct coco_plan_source src = coco_kit_source(&kit);
	struct coco_plan plan;

	src.prune = options->prune;
	coco_diag_init(d);
	coco_kit_plan(&kit, &plan, options->prune);
	int r = coco_apply(&plan, &src, kit.ledger, options, &kit.run, &result, d);
	coco_plan_free(&plan);
	return r;
}

static size_t actions(enum coco_ledger_action action)
{
	size_t n = 0;

	for (size_t i = 0; i < coco_ledger_count(kit.ledger); i++)
		n += coco_ledger_at(kit.ledger, i)->action == action;
	return n;
}

static void test_order(void **state COCO_UNUSED)
{
	static const char *const types[] = { "", "resource-policy", "attestation-policy",
					     "reference-value", "resource", "resource",
					     "resource" };
	const struct coco_apply_options options = { .prune = false };
	struct coco_diag d;

	assert_ok(apply(&options, &d), &d);
	assert_int_equal(result.registered, 6);
	assert_int_equal(coco_ledger_count(kit.ledger), 7);
	for (size_t i = 0; i < 7; i++) {
		const struct coco_ledger_entry *e = coco_ledger_at(kit.ledger, i);

		assert_string_equal(e->type, types[i]);
		if (i > 0)
			assert_string_equal(e->trustee, "v0.21");
	}
	assert_string_equal(coco_kit_find(&kit, COCO_ITEM_REFERENCE_VALUE, "mine"), "[1,2]");
	assert_ok(apply(&options, &d), &d);
	assert_int_equal(result.registered, 0);
	assert_int_equal(coco_ledger_count(kit.ledger), 7);
	/* the file is what was applied */
	coco_kit_ledger(&kit);
	assert_int_equal(coco_ledger_count(kit.ledger), 7);
}

static void test_found(void **state COCO_UNUSED)
{
	const struct coco_apply_options options = { .prune = false };
	struct coco_diag d;

	coco_kit_hold(&kit, COCO_ITEM_RESOURCE, "r/t/b", "secret a");
	assert_ok(apply(&options, &d), &d);
	assert_int_equal(result.registered, 5);
	assert_int_equal(result.found, 1);
	assert_int_equal(actions(COCO_LEDGER_FOUND), 1);
}

static void test_prune(void **state COCO_UNUSED)
{
	struct coco_apply_options options = { .prune = false };
	struct coco_diag d;

	assert_ok(apply(&options, &d), &d);
	coco_kit_gather(&kit, COCO_KIT_HEAD KEY("r/t/a"));
	assert_ok(apply(&options, &d), &d);
	assert_int_equal(result.left, 5);
	options.prune = true;
	coco_kit_hold(&kit, COCO_ITEM_RESOURCE, "r/t/b", "");   /* not there: done */
	assert_ok(apply(&options, &d), &d);
	assert_int_equal(result.removed, 3);
	assert_int_equal(result.left, 2);
	assert_null(coco_kit_find(&kit, COCO_ITEM_RESOURCE, "r/t/c"));
	assert_null(coco_kit_find(&kit, COCO_ITEM_REFERENCE_VALUE, "mine"));
	assert_non_null(coco_kit_find(&kit, COCO_ITEM_RESOURCE_POLICY, ""));
	/* over HTTP a reference value becomes an empty list */
	kit.info.directory = false;
	coco_kit_gather(&kit, all);
	assert_ok(apply(&options, &d), &d);
	coco_kit_gather(&kit, COCO_KIT_HEAD KEY("r/t/a"));
	assert_ok(apply(&options, &d), &d);
	assert_string_equal(coco_kit_find(&kit, COCO_ITEM_REFERENCE_VALUE, "mine"), "[]");
	assert_ok(apply(&options, &d), &d);
	assert_int_equal(result.removed, 0);
}

static void test_failure(void **state COCO_UNUSED)
{
	const struct coco_apply_options options = { .prune = false };
	struct coco_diag d;

	kit.broker.fail_at = 4;
	kit.broker.fail_code = COCO_E_BROKER_REFUSED_ADMIN;
	assert_err(apply(&options, &d), COCO_E_BROKER_REFUSED_ADMIN, &d);
	assert_int_equal(result.registered, 3);
	assert_int_equal(actions(COCO_LEDGER_PUT), 3);
	assert_int_equal(actions(COCO_LEDGER_UNSURE), 0);
	/* the connection broke: nobody knows */
	kit.broker.fail_at = 5;
	kit.broker.fail_code = COCO_E_NET_BROKEN;
	assert_err(apply(&options, &d), COCO_E_NET_BROKEN, &d);
	assert_int_equal(result.registered, 0);
	assert_int_equal(actions(COCO_LEDGER_UNSURE), 1);
	assert_ok(apply(&options, &d), &d);
	assert_int_equal(result.registered, 3);
	assert_int_equal(actions(COCO_LEDGER_PUT), 6);
}

static void test_cancel(void **state COCO_UNUSED)
{
	const struct coco_apply_options options = { .prune = false };
	struct coco_diag d;

	kit.broker.cancel_after_put = &kit.cancel;
	for (size_t n = 1; n <= 5; n++) {
		assert_err(apply(&options, &d), COCO_E_CANCELLED, &d);
		assert_int_equal(result.registered, 1);
		assert_int_equal(actions(COCO_LEDGER_PUT), n);
		assert_int_equal(kit.broker.n, n);
		kit.cancel = 0;
	}
	/* the last one: nothing was left to be stopped */
	assert_ok(apply(&options, &d), &d);
	kit.cancel = 0;
}

static void test_unseen_value(void **state COCO_UNUSED)
{
	struct coco_apply_options options = { .prune = false };
	struct coco_diag d;

	kit.info.directory = false;
	kit.info.reads_reference_values = false;
	coco_kit_hold(&kit, COCO_ITEM_REFERENCE_VALUE, "mine", "[9]");
	assert_err(apply(&options, &d), COCO_E_BROKER_RELEASE, &d);
	assert_int_equal(result.registered, 2);   /* the policies */
	assert_string_equal(coco_kit_find(&kit, COCO_ITEM_REFERENCE_VALUE, "mine"), "[9]");
	options.prune = true;
	assert_ok(apply(&options, &d), &d);
	assert_string_equal(coco_kit_find(&kit, COCO_ITEM_REFERENCE_VALUE, "mine"), "[1,2]");
}

/* ---- reading back --------------------------------------------------------------- */

static void test_read_back(void **state COCO_UNUSED)
{
	const struct coco_apply_options options = { .prune = false };
	struct coco_plan_source src = coco_kit_source(&kit);
	struct coco_diag d = { 0 };
	struct coco_plan plan;

	coco_kit_plan(&kit, &plan, false);
	kit.broker.get_value = "something else";
	assert_err(coco_apply(&plan, &src, kit.ledger, &options, &kit.run, &result, &d),
		   COCO_E_BROKER_DRIFT, &d);
	assert_int_equal(result.registered, 1);   /* it was done, and is recorded */
	coco_plan_free(&plan);
	kit.broker.get_value = NULL;
	coco_diag_init(&d);
	coco_kit_plan(&kit, &plan, false);
	kit.broker.get_code = COCO_E_NET_TIMEOUT;
	assert_err(coco_apply(&plan, &src, kit.ledger, &options, &kit.run, &result, &d),
		   COCO_E_NET_TIMEOUT, &d);
	coco_plan_free(&plan);
	kit.broker.get_code = 0;
	assert_ok(apply(&options, &d), &d);
}

/* ---- several connections -------------------------------------------------------- */

struct line {
	pthread_mutex_t lock;
	unsigned made;
	bool fails;
};

static int locked_put(void *impl, const struct coco_run *run, const struct coco_item_id *id,
		      const struct coco_secret *value, struct coco_diag *diag)
{
	struct line *line = impl;

	(void)run;
	(void)diag;
	pthread_mutex_lock(&line->lock);
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)value->n,
		 (const char *)coco_secret_expose(value));
	coco_kit_hold(&kit, id->type, id->name, text);
	pthread_mutex_unlock(&line->lock);
	return 0;
}

static void keep(void *impl)
{
	(void)impl;
}

static int connect_more(void *ctx, struct coco_backend **ret, struct coco_diag *diag)
{
	static const struct coco_backend_ops ops = { .put = locked_put, .free = keep };
	struct line *line = ctx;

	pthread_mutex_lock(&line->lock);
	line->made++;
	pthread_mutex_unlock(&line->lock);
	if (line->fails)
		return coco_fail(diag, COCO_E_NET_CONNECT, "as it was told");
	return coco_backend_new(ret, &ops, line, diag);
}

static void test_connections(void **state COCO_UNUSED)
{
	struct line line = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct coco_apply_options options = { .connect = connect_more, .ctx = &line };
	struct coco_backend *first = kit.backend;
	struct coco_diag d = { 0 };

	/* resources are not shown by such a broker */
	kit.info.directory = false;
	kit.info.reads_policies = kit.info.reads_reference_values = false;
	memset(kit.broker.shows, 0, sizeof(kit.broker.shows));
	coco_kit_gather(&kit, COCO_KIT_HEAD KEY("r/t/a") KEY("r/t/b") KEY("r/t/c") KEY("r/t/d")
			KEY("r/t/e") KEY("r/t/f") KEY("r/t/g") KEY("r/t/h"));
	assert_ok(connect_more(&line, &kit.backend, &d), &d);
	kit.run.jobs = 4;
	assert_ok(apply(&options, &d), &d);
	assert_int_equal(result.registered, 8);
	assert_int_equal(line.made, 4);   /* one was there */
	assert_int_equal(kit.broker.n, 8);
	assert_int_equal(coco_ledger_count(kit.ledger), 9);
	/* one that cannot be made stops the others at the next item */
	coco_kit_file(&kit, "a", "new");
	line.fails = true;
	assert_err(apply(&options, &d), COCO_E_NET_CONNECT, &d);
	assert_int_equal(actions(COCO_LEDGER_PUT), 8 + result.registered);
	coco_backend_free(kit.backend);
	kit.backend = first;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, up, down),
		cmocka_unit_test_setup_teardown(test_found, up, down),
		cmocka_unit_test_setup_teardown(test_prune, up, down),
		cmocka_unit_test_setup_teardown(test_failure, up, down),
		cmocka_unit_test_setup_teardown(test_cancel, up, down),
		cmocka_unit_test_setup_teardown(test_unseen_value, up, down),
		cmocka_unit_test_setup_teardown(test_read_back, up, down),
		cmocka_unit_test_setup_teardown(test_connections, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
