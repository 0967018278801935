/*
 * policy_value.c - values of an evidence policy, and the lists that hold them
 * (see policy_priv.h).
 */
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/rfc3339.h"
#include "formats/evidence/policy_priv.h"

enum { BYTES_MAX = COCO_CLAIM_BYTES, VERSION_MAX = 32 };

/* ---- lists ------------------------------------------------------------------------------ */

int coco_policy_full(struct coco_diag *diag, size_t n, size_t max, const char *what)
{
	return coco_fail(diag, n >= max ? COCO_E_LIMIT_COUNT : COCO_E_LIMIT_MEMORY,
			 "no room for more than %zu %s of a policy", n, what);
}

int coco_policy_add_rule(struct coco_policy *p, unsigned line, struct coco_policy_rule **ret,
			 struct coco_diag *diag)
{
	void *list = p->rules;

	if (!coco_grow(&list, &p->cap_rules, p->n_rules, sizeof(*p->rules), COCO_POLICY_RULES))
		return coco_policy_full(diag, p->n_rules, COCO_POLICY_RULES, "rules");
	p->rules = list;
	struct coco_policy_rule *rule = &p->rules[p->n_rules++];
	memset(rule, 0, sizeof(*rule));
	rule->line = line;
	rule->trust = -1;
	rule->role = COCO_ROLE_KEY_RELEASE_AUTHORITY;
	*ret = rule;
	return 0;
}

/* A value for the rule that was added last; rules point into the list only at the end. */
int coco_policy_add_value(struct coco_policy *p, const struct coco_policy_value *v,
		     struct coco_diag *diag)
{
	void *list = p->values;

	if (!coco_grow(&list, &p->cap_values, p->n_values, sizeof(*p->values),
		       COCO_POLICY_VALUES))
		return coco_policy_full(diag, p->n_values, COCO_POLICY_VALUES, "values");
	p->values = list;
	p->values[p->n_values++] = *v;
	p->rules[p->n_rules - 1].n_values++;
	return 0;
}

/* ---- values ----------------------------------------------------------------------------- */

static bool hex_digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr("0123456789abcdefABCDEF", s[i]) == NULL)
			return false;
	return true;
}

int coco_policy_text(const struct coco_toml_value *v, const char **ret, struct coco_diag *diag)
{
	int r = coco_toml_as(v, COCO_TOML_STRING, diag);

	if (r != 0)
		return r;
	if (strlen(v->u.text) != v->n)
		return coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag, "a text with a NUL");
	*ret = v->u.text;
	return 0;
}

int coco_policy_hex(struct coco_policy *p, const struct coco_toml_value *v, size_t size,
		     struct coco_diag *diag)
{
	struct coco_policy_value value = { .kind = COCO_POLICY_BYTES, .line = v->line };
	int r = coco_policy_text(v, &value.text, diag);

	if (r != 0)
		return r;
	size_t n = strlen(value.text);
	if (n == 0 || n % 2 != 0 || n > 2 * (size_t)BYTES_MAX || !hex_digits(value.text, n))
		return coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag,
				      "hexadecimal digits are wanted, two for each byte");
	if (size != 0 && n != 2 * size)
		return coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag,
				      "%zu bytes are wanted, these are %zu", size, n / 2);
	return coco_policy_add_value(p, &value, diag);
}

int coco_policy_word(struct coco_policy *p, const struct coco_toml_value *v,
		      struct coco_diag *diag)
{
	struct coco_policy_value value = { .kind = COCO_POLICY_TEXT, .line = v->line };
	int r = coco_policy_text(v, &value.text, diag);

	return r == 0 ? coco_policy_add_value(p, &value, diag) : r;
}

int coco_policy_number(struct coco_policy *p, const struct coco_toml_value *v,
			struct coco_diag *diag)
{
	struct coco_policy_value value = { .kind = COCO_POLICY_NUMBER, .line = v->line };
	int r = coco_toml_as(v, COCO_TOML_INTEGER, diag);

	if (r != 0)
		return r;
	if (v->u.integer < 0)
		return coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag,
				      "a number below zero");
	value.number = (uint64_t)v->u.integer;
	return coco_policy_add_value(p, &value, diag);
}

int coco_policy_time(const struct coco_toml_value *v, int64_t *ret, struct coco_diag *diag)
{
	int r = coco_toml_as(v, COCO_TOML_DATETIME, diag);

	if (r == 0 && !coco_rfc3339_parse(v->u.time.text, ret))
		r = coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag,
				   "a time as 2026-12-31T00:00:00Z is wanted");
	return r;
}

int coco_policy_when_value(struct coco_policy *p, const struct coco_toml_value *v,
		      struct coco_diag *diag)
{
	struct coco_policy_value value = { .kind = COCO_POLICY_TIME, .line = v->line };
	int r = coco_policy_time(v, &value.time, diag);

	return r == 0 ? coco_policy_add_value(p, &value, diag) : r;
}

static bool version_text(const char *s)
{
	return s[0] != '\0' && strspn(s, "0123456789.") == strlen(s) && s[0] != '.' &&
	       s[strlen(s) - 1] != '.' && strstr(s, "..") == NULL && strlen(s) < VERSION_MAX;
}

int coco_policy_version(struct coco_policy *p, const struct coco_toml_value *v,
			 struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_policy_text(v, &text, diag);

	if (r == 0 && !version_text(text))
		r = coco_toml_fail(v, NULL, COCO_E_POLICY_VALUE, diag,
				   "a version such as \"1.55.40\" is wanted");
	return r == 0 ? coco_policy_word(p, v, diag) : r;
}
