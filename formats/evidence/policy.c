/*
 * policy.c - reading an evidence policy (see policy.h, policy_keys.h).
 */
#include "formats/evidence/policy.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/evidence/policy_keys.h"
#include "formats/evidence/policy_priv.h"

enum { VERSION = 1, KEYS = 64, PCRS = 24 };

/* ---- rules of the sections ---------------------------------------------------------------- */

static void from_key(struct coco_policy_rule *rule, const struct coco_policy_key *key)
{
	rule->kinds = coco_policy_section_kinds(key->section);
	rule->op = key->op;
	rule->reason = key->reason;
	rule->role = key->role;
	rule->trust = key->trust;
	rule->affirming = key->affirming;
	rule->failing = key->failing;
	snprintf(rule->id, sizeof(rule->id), "%s.%s", key->section, key->key);
	snprintf(rule->claim, sizeof(rule->claim), "%s", key->claim);
}

static int one_value(struct coco_policy *p, const struct coco_policy_key *key,
		     const struct coco_toml_value *v, struct coco_diag *diag)
{
	switch (key->form) {
	case COCO_POLICY_FORM_HEX:
	case COCO_POLICY_FORM_HEX_ONE:
		return coco_policy_hex(p, v, key->size, diag);
	case COCO_POLICY_FORM_NUMBERS:
	case COCO_POLICY_FORM_NUMBER:
		return coco_policy_number(p, v, diag);
	case COCO_POLICY_FORM_VERSION:
		return coco_policy_version(p, v, diag);
	case COCO_POLICY_FORM_TIME:
		return coco_policy_when_value(p, v, diag);
	case COCO_POLICY_FORM_TEXT:
	case COCO_POLICY_FORM_BITS:
	case COCO_POLICY_FORM_TRUE:
		break;
	}
	return coco_policy_word(p, v, diag);
}

/* Debugging and migration have reasons of their own, whatever the vendor calls the bit. */
static const char *bit_reason(const struct coco_policy_key *key, const char *bit)
{
	if (key->op == COCO_POLICY_CLEAR && strcmp(bit, "debug") == 0)
		return "CONFIG_DEBUG";
	if (key->op == COCO_POLICY_CLEAR &&
	    (strcmp(bit, "migrate_ma") == 0 || strcmp(bit, "migratable") == 0))
		return "CONFIG_MIGRATION";
	return key->reason;
}

/* A rule for each named bit. */
static int bit_rules(struct coco_policy *p, const struct coco_policy_key *key,
		     const struct coco_toml_value *list, struct coco_diag *diag)
{
	int r = 0;

	for (const struct coco_toml_value *v = list->first; r == 0 && v != NULL; v = v->next) {
		const char *name = NULL;
		struct coco_policy_rule *rule;

		r = coco_policy_text(v, &name, diag);
		if (r == 0 && (name[0] == '\0' || strlen(name) > 40 ||
			       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") !=
				       strlen(name)))
			r = coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag,
					   "the name of a bit is wanted, as evidence inspect "
					   "shows it: \"debug\"");
		if (r != 0)
			break;
		r = coco_policy_add_rule(p, v->line, &rule, diag);
		if (r != 0)
			return r;
		from_key(rule, key);
		rule->reason = bit_reason(key, name);
		snprintf(rule->id, sizeof(rule->id), "%s.%s.%.40s", key->section, key->key, name);
		snprintf(rule->claim, sizeof(rule->claim), "%s%.40s", key->claim, name);
	}
	return r;
}

static bool is_list(enum coco_policy_form form)
{
	return form == COCO_POLICY_FORM_HEX || form == COCO_POLICY_FORM_TEXT ||
	       form == COCO_POLICY_FORM_NUMBERS || form == COCO_POLICY_FORM_BITS;
}

static int values_of(struct coco_policy *p, const struct coco_policy_key *key,
		     const struct coco_toml_value *v, struct coco_diag *diag)
{
	int r = 0;

	if (key->form == COCO_POLICY_FORM_TRUE) {
		struct coco_policy_value value = { .kind = COCO_POLICY_TEXT, .text = key->other,
						   .line = v->line };

		r = coco_toml_as(v, COCO_TOML_BOOL, diag);
		if (r == 0 && !v->u.boolean)
			r = coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag,
					   "false says nothing: leave %s out", key->key);
		return r == 0 ? coco_policy_add_value(p, &value, diag) : r;
	}
	if (!is_list(key->form))
		return one_value(p, key, v, diag);
	for (const struct coco_toml_value *item = v->first; r == 0 && item != NULL;
	     item = item->next)
		r = one_value(p, key, item, diag);
	return r;
}

static int key_rule(struct coco_policy *p, const struct coco_policy_key *key,
		    const struct coco_toml_value *v, struct coco_diag *diag)
{
	int r = is_list(key->form) ? coco_toml_as(v, COCO_TOML_ARRAY, diag) : 0;

	if (r != 0)
		return r;
	if (key->form == COCO_POLICY_FORM_BITS)
		return bit_rules(p, key, v, diag);
	struct coco_policy_rule *rule = NULL;
	r = coco_policy_add_rule(p, v->line, &rule, diag);
	if (r != 0)
		return r;
	from_key(rule, key);
	return values_of(p, key, v, diag);
}

/* ---- minimum TCB of a product ---------------------------------------------------------------- */

static int tcb_when(struct coco_policy_when *when, unsigned *n, const struct coco_toml_value *t,
		    struct coco_diag *diag)
{
	static const struct {
		const char *key;
		const char *claim;
	} numbers[] = {
		{ "family", "snp.cpuid.family" },
		{ "model", "snp.cpuid.model" },
		{ "stepping", "snp.cpuid.stepping" },
	};
	int r = 0;

	*n = 0;
	if (coco_toml_find(t, "product") != NULL) {
		when[*n].claim = "snp.product";
		r = coco_toml_string(t, "product", &when[(*n)++].text, diag);
	}
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(numbers); i++) {
		int64_t v = 0;

		if (coco_toml_find(t, numbers[i].key) == NULL)
			continue;
		r = coco_toml_i64(t, numbers[i].key, 0, 255, &v, diag);
		when[*n].claim = numbers[i].claim;
		when[(*n)++].number = (uint64_t)v;
	}
	return r;
}

/* "fmc", "bootloader" ... of one TCB. */
static int tcb_components(struct coco_policy *p, const char *tcb, const struct coco_toml_value *t,
			  const struct coco_policy_when *when, unsigned n_when,
			  struct coco_diag *diag)
{
	static const struct {
		const char *name;
		const char *reason;
	} parts[] = {
		{ "fmc", "TCB_BELOW_FMC" },       { "bootloader", "TCB_BELOW_BOOTLOADER" },
		{ "tee", "TCB_BELOW_TEE" },       { "snp", "TCB_BELOW_SNP" },
		{ "microcode", "TCB_BELOW_MICROCODE" },
	};
	static const char *const names[] = { "fmc", "bootloader", "tee", "snp", "microcode" };
	int r = coco_toml_closed(t, names, COCO_ARRAY_LEN(names), diag);

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(parts); i++) {
		const struct coco_toml_value *v = coco_toml_find(t, parts[i].name);
		struct coco_policy_rule *rule;

		if (v == NULL)
			continue;
		r = coco_policy_add_rule(p, v->line, &rule, diag);
		if (r != 0)
			return r;
		rule->kinds = coco_policy_section_kinds("snp");
		rule->op = COCO_POLICY_AT_LEAST;
		rule->reason = parts[i].reason;
		rule->role = COCO_ROLE_PLATFORM_OPERATOR;
		rule->trust = COCO_TRUST_HARDWARE;
		rule->affirming = 2;
		rule->failing = 32;
		rule->n_when = n_when;
		memcpy(rule->when, when, n_when * sizeof(*when));
		snprintf(rule->id, sizeof(rule->id), "snp.min_tcb.%s.%s", tcb, parts[i].name);
		snprintf(rule->claim, sizeof(rule->claim), "snp.%s_tcb.%s", tcb, parts[i].name);
		r = coco_policy_number(p, v, diag);
	}
	return r;
}

static int min_tcb(struct coco_policy *p, const struct coco_toml_value *list,
		   struct coco_diag *diag)
{
	static const char *const allowed[] = { "product", "family", "model", "stepping",
					       "reported", "current", "committed", "launch" };
	static const char *const tcbs[] = { "reported", "current", "committed", "launch" };
	int r = coco_toml_as(list, COCO_TOML_ARRAY, diag);

	for (const struct coco_toml_value *t = list->first; r == 0 && t != NULL; t = t->next) {
		struct coco_policy_when when[COCO_POLICY_WHEN] = { { .number = 0 } };
		unsigned n_when = 0;

		r = coco_toml_as(t, COCO_TOML_TABLE, diag);
		if (r == 0)
			r = coco_toml_closed(t, allowed, COCO_ARRAY_LEN(allowed), diag);
		if (r == 0)
			r = tcb_when(when, &n_when, t, diag);
		for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(tcbs); i++) {
			const struct coco_toml_value *v = NULL;

			r = coco_toml_opt(t, tcbs[i], COCO_TOML_TABLE, &v, diag);
			if (r == 0 && v != NULL)
				r = tcb_components(p, tcbs[i], v, when, n_when, diag);
		}
	}
	return r;
}

/* ---- banks of a TPM -------------------------------------------------------------------------- */

static int bank(struct coco_policy *p, const struct coco_toml_value *table,
		const struct coco_toml_value *v, size_t size, struct coco_diag *diag)
{
	int r = coco_toml_as(v, COCO_TOML_ARRAY, diag);
	unsigned pcr = 0;
	char name[8];

	if (r != 0)
		return r;
	for (; pcr < PCRS; pcr++) {
		snprintf(name, sizeof(name), "pcr%u", pcr);
		if (strcmp(name, v->key) == 0)
			break;
	}
	if (pcr == PCRS)
		return coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag,
				      "pcr0 to pcr23 are wanted, not %.40s", v->key);
	struct coco_policy_rule *rule = NULL;
	r = coco_policy_add_rule(p, v->line, &rule, diag);
	if (r != 0)
		return r;
	rule->kinds = coco_policy_section_kinds("tpm");
	rule->op = COCO_POLICY_ONE_OF;
	rule->reason = "MEAS_PCR";
	rule->role = COCO_ROLE_MODEL_PROVIDER;
	rule->trust = COCO_TRUST_EXECUTABLES;
	rule->affirming = 3;
	rule->failing = 33;
	snprintf(rule->id, sizeof(rule->id), "tpm.%s.pcr%u", table->key, pcr);
	snprintf(rule->claim, sizeof(rule->claim), "tpm.%s.pcr%u", table->key, pcr);
	for (const struct coco_toml_value *item = v->first; r == 0 && item != NULL;
	     item = item->next)
		r = coco_policy_hex(p, item, size, diag);
	return r;
}

static int tpm_section(struct coco_policy *p, const struct coco_toml_value *section,
		       struct coco_diag *diag)
{
	static const char *const banks[] = { "sha1", "sha256", "sha384", "sha512" };
	static const size_t sizes[] = { 20, 32, 48, 64 };
	int r = coco_toml_closed(section, banks, COCO_ARRAY_LEN(banks), diag);

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(banks); i++) {
		const struct coco_toml_value *t = NULL;

		r = coco_toml_opt(section, banks[i], COCO_TOML_TABLE, &t, diag);
		for (const struct coco_toml_value *v = t != NULL ? t->first : NULL;
		     r == 0 && v != NULL; v = v->next)
			r = bank(p, t, v, sizes[i], diag);
	}
	return r;
}

/* ---- the document ---------------------------------------------------------------------------- */

static int section(struct coco_policy *p, const char *name, const struct coco_toml_value *table,
		   struct coco_diag *diag)
{
	const char *allowed[KEYS];
	size_t n = 0;
	int r;

	if (strcmp(name, "tpm") == 0)
		return tpm_section(p, table, diag);
	for (size_t i = 0; coco_policy_key(i) != NULL && n < KEYS - 1; i++)
		if (strcmp(coco_policy_key(i)->section, name) == 0)
			allowed[n++] = coco_policy_key(i)->key;
	if (strcmp(name, "snp") == 0)
		allowed[n++] = "min_tcb";
	r = coco_toml_closed(table, allowed, n, diag);
	for (size_t i = 0; r == 0 && coco_policy_key(i) != NULL; i++) {
		const struct coco_policy_key *key = coco_policy_key(i);
		const struct coco_toml_value *v;

		if (strcmp(key->section, name) != 0)
			continue;
		v = coco_toml_find(table, key->key);
		if (v != NULL)
			r = key_rule(p, key, v, diag);
	}
	const struct coco_toml_value *tcb = coco_toml_find(table, "min_tcb");
	return r == 0 && tcb != NULL ? min_tcb(p, tcb, diag) : r;
}

/* [[rule]]: any claim that evidence inspect shows. */
static int free_rule(struct coco_policy *p, const struct coco_toml_value *t,
		     struct coco_diag *diag)
{
	static const char *const allowed[] = { "claim", "one_of", "at_least", "set", "clear" };
	const struct coco_toml_value *v = NULL;
	const char *claim = NULL;
	unsigned given = 0;
	int r = coco_toml_as(t, COCO_TOML_TABLE, diag);

	if (r == 0)
		r = coco_toml_closed(t, allowed, COCO_ARRAY_LEN(allowed), diag);
	if (r == 0)
		r = coco_toml_string(t, "claim", &claim, diag);
	if (r == 0 && (claim[0] == '\0' || strlen(claim) >= COCO_CLAIM_NAME - 8))
		r = coco_toml_fail(t, "claim", COCO_E_POLICY_VALUE, diag, "no name of a claim");
	if (r != 0)
		return r;
	for (size_t i = 1; i < COCO_ARRAY_LEN(allowed); i++)
		if (coco_toml_find(t, allowed[i]) != NULL) {
			v = coco_toml_find(t, allowed[i]);
			given++;
		}
	if (given != 1)
		return coco_toml_fail(t, NULL, COCO_E_POLICY_VALUE, diag, "a rule has exactly one "
				      "of one_of, at_least, set and clear");
	struct coco_policy_rule *rule = NULL;
	r = coco_policy_add_rule(p, t->line, &rule, diag);
	if (r != 0)
		return r;
	rule->reason = "POLICY_RULE";
	snprintf(rule->id, sizeof(rule->id), "rule.%.*s", COCO_POLICY_ID - 8, claim);
	snprintf(rule->claim, sizeof(rule->claim), "%s", claim);
	if (strcmp(v->key, "at_least") == 0) {
		rule->op = COCO_POLICY_AT_LEAST;
		return v->type == COCO_TOML_INTEGER ? coco_policy_number(p, v, diag)
						    : coco_policy_version(p, v, diag);
	}
	if (strcmp(v->key, "one_of") != 0) {
		rule->op = strcmp(v->key, "set") == 0 ? COCO_POLICY_SET : COCO_POLICY_CLEAR;
		r = coco_toml_as(v, COCO_TOML_BOOL, diag);
		if (r == 0 && !v->u.boolean)
			r = coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag,
					   "false says nothing: use the other of set and clear");
		return r;
	}
	r = coco_toml_as(v, COCO_TOML_ARRAY, diag);
	for (const struct coco_toml_value *item = r == 0 ? v->first : NULL; r == 0 && item != NULL;
	     item = item->next)
		r = item->type == COCO_TOML_INTEGER ? coco_policy_number(p, item, diag)
						    : coco_policy_word(p, item, diag);
	return r;
}

static int waiver(struct coco_policy *p, const struct coco_toml_value *t, struct coco_diag *diag)
{
	static const char *const allowed[] = { "rule", "reason", "approved_by", "until" };
	struct coco_policy_waiver w = { .line = t->line };
	const struct coco_toml_value *until = NULL;
	int r = coco_toml_as(t, COCO_TOML_TABLE, diag);

	if (p->n_waivers == COCO_POLICY_WAIVERS)
		return coco_policy_full(diag, p->n_waivers, COCO_POLICY_WAIVERS, "waivers");
	if (r == 0)
		r = coco_toml_closed(t, allowed, COCO_ARRAY_LEN(allowed), diag);
	if (r == 0)
		r = coco_toml_string(t, "rule", &w.rule, diag);
	if (r == 0)
		r = coco_toml_string(t, "reason", &w.reason, diag);
	if (r == 0)
		r = coco_toml_string(t, "approved_by", &w.approved_by, diag);
	if (r == 0)
		r = coco_toml_get(t, "until", COCO_TOML_DATETIME, &until, diag);
	if (r == 0)
		r = coco_policy_time(until, &w.until, diag);
	if (r == 0 && (w.reason[0] == '\0' || w.approved_by[0] == '\0'))
		r = coco_toml_fail(t, NULL, COCO_E_POLICY_VALUE, diag,
				   "a waiver names its reason and who approved it");
	for (size_t i = 0; r == 0 && i < p->n_rules; i++)
		w.matches = w.matches || strcmp(p->rules[i].id, w.rule) == 0;
	if (r == 0)
		p->waivers[p->n_waivers++] = w;
	return r;
}

static int require_words(struct coco_policy *p, const struct coco_toml_value *root,
			 struct coco_diag *diag)
{
	const struct coco_toml_value *list = NULL;
	int r = coco_toml_opt(root, "require", COCO_TOML_ARRAY, &list, diag);

	for (const struct coco_toml_value *v = r == 0 && list != NULL ? list->first : NULL;
	     r == 0 && v != NULL; v = v->next) {
		const char *word = NULL;
		unsigned bit = 0;

		r = coco_policy_text(v, &word, diag);
		if (r == 0)
			bit = coco_require_bit(word, strlen(word));
		if (r == 0 && bit == 0)
			r = coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag,
					   "%.40s is nothing that can be required", word);
		p->require |= bit;
	}
	return r;
}

static int each(struct coco_policy *p, const struct coco_toml_value *root, const char *key,
		int (*one)(struct coco_policy *p, const struct coco_toml_value *t,
			   struct coco_diag *diag), struct coco_diag *diag)
{
	const struct coco_toml_value *list = NULL;
	int r = coco_toml_opt(root, key, COCO_TOML_ARRAY, &list, diag);

	for (const struct coco_toml_value *t = r == 0 && list != NULL ? list->first : NULL;
	     r == 0 && t != NULL; t = t->next)
		r = one(p, t, diag);
	return r;
}

static int document(struct coco_policy *p, struct coco_diag *diag)
{
	static const char *const allowed[] = { "policy", "name", "require", "snp", "tdx", "tpm",
					       "eventlog", "token", "rule", "waiver" };
	static const char *const names[] = { "snp", "tdx", "tpm", "eventlog", "token" };
	const struct coco_toml_value *root = &p->doc.root;
	int64_t version = 0;
	int r;

	if (coco_toml_find(root, "policy") == NULL)
		return coco_fail(diag, COCO_E_POLICY_SCHEMA, "the document does not say "
				 "\"policy = 1\"");
	r = coco_toml_i64(root, "policy", 1, INT32_MAX, &version, diag);
	if (r == 0 && version != VERSION)
		r = coco_toml_fail(root, "policy", COCO_E_POLICY_SCHEMA, diag,
				   "version %d of the format is not known", (int)version);
	if (r == 0)
		r = coco_toml_closed(root, allowed, COCO_ARRAY_LEN(allowed), diag);
	p->name = "";
	if (r == 0 && coco_toml_find(root, "name") != NULL)
		r = coco_toml_string(root, "name", &p->name, diag);
	if (r == 0)
		r = require_words(p, root, diag);
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(names); i++) {
		const struct coco_toml_value *t = NULL;

		r = coco_toml_opt(root, names[i], COCO_TOML_TABLE, &t, diag);
		if (r == 0 && t != NULL)
			r = section(p, names[i], t, diag);
	}
	if (r == 0)
		r = each(p, root, "rule", free_rule, diag);
	return r == 0 ? each(p, root, "waiver", waiver, diag) : r;
}

/* The list does not move any more: every rule gets its part of it. */
static void share_values(struct coco_policy *p)
{
	size_t at = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		p->rules[i].values = p->values != NULL ? p->values + at : NULL;
		at += p->rules[i].n_values;
	}
}

int coco_policy_decode(struct coco_policy *ret, struct coco_view text, struct coco_diag *diag)
{
	memset(ret, 0, sizeof(*ret));
	int r = coco_toml_parse(&ret->doc, text, diag);

	if (r == 0)
		r = document(ret, diag);
	if (r != 0) {
		coco_policy_free(ret);
		return r;
	}
	share_values(ret);
	return 0;
}

void coco_policy_free(struct coco_policy *p)
{
	coco_free(p->rules);
	coco_free(p->values);
	coco_toml_free(&p->doc);
	memset(p, 0, sizeof(*p));
}
