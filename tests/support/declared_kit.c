/*
 * declared_kit.c - a declaration, its ledger and a broker in memory (see
 * declared_kit.h).
 */
#include "tests/support/declared_kit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

/* ---- the broker ----------------------------------------------------------------- */

static struct coco_kit_item *find(struct coco_kit_broker *b, enum coco_item_type type,
				  const char *name)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->v[i].type == type && strcmp(b->v[i].name, name) == 0)
			return &b->v[i];
	return NULL;
}

static void hold(struct coco_kit_broker *b, enum coco_item_type type, const char *name,
		 const void *p, size_t n)
{
	struct coco_kit_item *item = find(b, type, name);

	if (item == NULL) {
		assert_true(b->n < COCO_KIT_ITEMS);
		item = &b->v[b->n++];
		item->type = type;
		snprintf(item->name, sizeof(item->name), "%s", name);
	}
	assert_true(n < sizeof(item->value));
	memcpy(item->value, p, n);
	item->value[n] = '\0';
}

static int probe(void *impl, const struct coco_run *run, struct coco_backend_info *ret,
		 struct coco_diag *diag)
{
	(void)impl;
	(void)run;
	(void)diag;
	memset(ret, 0, sizeof(*ret));
	return 0;
}

static int put(void *impl, const struct coco_run *run, const struct coco_item_id *id,
	       const struct coco_secret *value, struct coco_diag *diag)
{
	struct coco_kit_broker *b = impl;

	assert_null(run->cancel);   /* what was begun is ended */
	if (++b->puts == b->fail_at)
		return coco_fail(diag, b->fail_code, "as it was told");
	hold(b, id->type, id->name, coco_secret_expose(value), value->n);
	if (b->cancel_after_put != NULL)
		*b->cancel_after_put = 1;
	return 0;
}

static int get(void *impl, const struct coco_run *run, const struct coco_item_id *id,
	       struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_kit_broker *b = impl;
	struct coco_kit_item *item = find(b, id->type, id->name);

	(void)run;
	if (b->get_code != 0)
		return coco_fail(diag, b->get_code, "as it was told");
	if (b->get_value != NULL)
		return coco_secret_from(ret, b->get_value, strlen(b->get_value), diag);
	if (!b->shows[id->type])
		return coco_fail(diag, COCO_E_BROKER_UNREADABLE, "not shown");
	if (item == NULL || item->value[0] == '\0')
		return coco_fail(diag, COCO_E_BROKER_ABSENT, "not there");
	return coco_secret_from(ret, item->value, strlen(item->value), diag);
}

static int take_away(void *impl, const struct coco_run *run, const struct coco_item_id *id,
		     struct coco_diag *diag)
{
	struct coco_kit_item *item = find(impl, id->type, id->name);

	(void)run;
	if (item == NULL || item->value[0] == '\0')
		return coco_fail(diag, COCO_E_BROKER_ABSENT, "not there");
	item->value[0] = '\0';
	return 0;
}

static void nothing(void *impl)
{
	(void)impl;
}

/* ---- the rest ------------------------------------------------------------------- */

void coco_kit_up(struct coco_kit *k)
{
	static const struct coco_backend_ops ops = { probe, put, get, take_away, nothing };
	struct coco_diag d = { 0 };

	memset(k, 0, sizeof(*k));
	k->dir = coco_test_dir();
	snprintf(k->path, sizeof(k->path), "%s/broker.toml", k->dir);
	k->run = (struct coco_run){ .jobs = 1, .now = 1795000000, .cancel = &k->cancel };
	assert_ok(coco_key_generate("ed25519", &k->key, &d), &d);
	for (size_t i = 0; i < 4; i++)
		k->broker.shows[i] = true;
	assert_ok(coco_backend_new(&k->backend, &ops, &k->broker, &d), &d);
	k->info = (struct coco_backend_info){
		.directory = true, .oldest = COCO_TRUSTEE_V0_21, .newest = COCO_TRUSTEE_V0_21,
		.reads_reference_values = true, .deletes_resources = true, .reads_policies = true,
	};
}

void coco_kit_down(struct coco_kit *k)
{
	coco_ledger_free(k->ledger);
	coco_backend_free(k->backend);
	coco_outcomes_free(&k->findings);
	coco_declared_free(&k->declared);
	coco_key_free(k->key);
	coco_test_rmdir(k->dir);
}

void coco_kit_file(const struct coco_kit *k, const char *name, const char *text)
{
	char path[600];
	struct coco_diag d = { 0 };

	snprintf(path, sizeof(path), "%s/%s", k->dir, name);
	assert_ok(coco_write_file(path, text, strlen(text), COCO_OUT_FORCE | COCO_OUT_SECRET, &d),
		  &d);
}

void coco_kit_load(struct coco_kit *k, const char *text)
{
	struct coco_diag d = { 0 };

	coco_kit_file(k, "broker.toml", text);
	coco_declared_free(&k->declared);
	coco_outcomes_free(&k->findings);
	assert_ok(coco_declared_load(&k->declared, k->path, &d), &d);
}

void coco_kit_gather(struct coco_kit *k, const char *text)
{
	struct coco_diag d = { 0 };

	coco_kit_load(k, text);
	assert_ok(coco_declared_gather(&k->declared, &k->run, &k->info, 0, &k->findings, &d), &d);
}

void coco_kit_fails(struct coco_kit *k, const char *text, int code, struct coco_diag *ret_d)
{
	struct coco_diag d = { 0 };

	coco_kit_load(k, text);
	assert_err(coco_declared_gather(&k->declared, &k->run, &k->info, 0, &k->findings, &d),
		   code, &d);
	if (ret_d != NULL)
		*ret_d = d;
}

void coco_kit_ledger(struct coco_kit *k)
{
	const struct coco_ledger_keys keys = { .sign = k->key };
	char *path = coco_ledger_path(k->path, ".ledger.jsonl");
	struct coco_diag d = { 0 };

	coco_ledger_free(k->ledger);
	k->ledger = NULL;
	assert_ok(coco_ledger_open(&k->ledger, &k->run, path, &keys, COCO_LEDGER_WRITE, &d), &d);
	coco_free(path);
}

struct coco_plan_source coco_kit_source(const struct coco_kit *k)
{
	return (struct coco_plan_source){
		.declared = &k->declared, .ledger = k->ledger, .backend = k->backend,
		.info = &k->info, .broker = COCO_KIT_BROKER,
	};
}

void coco_kit_plan(struct coco_kit *k, struct coco_plan *ret, bool prune)
{
	struct coco_plan_source src = coco_kit_source(k);
	struct coco_diag d = { 0 };

	src.prune = prune;
	assert_ok(coco_plan_make(ret, &src, &k->run, &d), &d);
}

const char *coco_kit_find(const struct coco_kit *k, enum coco_item_type type, const char *name)
{
	for (size_t i = 0; i < k->broker.n; i++)
		if (k->broker.v[i].type == type && strcmp(k->broker.v[i].name, name) == 0 &&
		    k->broker.v[i].value[0] != '\0')
			return k->broker.v[i].value;
	return NULL;
}

void coco_kit_hold(struct coco_kit *k, enum coco_item_type type, const char *name,
		   const char *value)
{
	hold(&k->broker, type, name, value, strlen(value));
}

int coco_kit_finding(const struct coco_kit *k, const char *id)
{
	for (size_t i = 0; i < k->findings.n; i++)
		if (strcmp(k->findings.v[i].id, id) == 0)
			return (int)k->findings.v[i].level;
	return -1;
}
