/*
 * ear.c - EAT Attestation Results (see ear.h).
 */
#include "formats/evidence/ear.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"

static const char *const tiers[COCO_EAR_TIERS] = { "none", "affirming", "warning",
						   "contraindicated" };

const char *coco_ear_tier_name(enum coco_ear_tier tier)
{
	return (size_t)tier < COCO_EAR_TIERS ? tiers[tier] : "unknown";
}

enum coco_ear_tier coco_ear_tier_of(int8_t value)
{
	if (value >= -1 && value <= 1)
		return COCO_EAR_NONE;
	if (value >= -32 && value < 32)
		return COCO_EAR_AFFIRMING;
	return value >= -96 && value < 96 ? COCO_EAR_WARNING : COCO_EAR_CONTRAINDICATED;
}

/* A word, or the number of the tier. */
static int status(const struct coco_jv *mod, enum coco_ear_tier *ret, struct coco_diag *diag)
{
	static const uint8_t numbers[COCO_EAR_TIERS] = { 0, 2, 32, 96 };
	const char *word = NULL;
	struct coco_jv v;
	uint64_t n = 0;
	int r = coco_jv_opt(mod, "ear.status", &v, diag);

	if (r != 0)
		return r;
	if (v.v != NULL && coco_jv_kind(&v) == COCO_JSON_STRING &&
	    coco_jv_as_string(&v, &word, NULL) == 0) {
		for (int i = 0; i < COCO_EAR_TIERS; i++)
			if (strcmp(word, tiers[i]) == 0) {
				*ret = (enum coco_ear_tier)i;
				return 0;
			}
	} else if (v.v != NULL && coco_jv_as_u64(&v, 96, &n, NULL) == 0) {
		for (int i = 0; i < COCO_EAR_TIERS; i++)
			if (n == numbers[i]) {
				*ret = (enum coco_ear_tier)i;
				return 0;
			}
	}
	return coco_jv_fail(mod, "ear.status", COCO_E_RESULT_TOKEN, diag,
			    "a status is none, affirming, warning or contraindicated");
}

static int claim(struct coco_ear_submod *s, const struct coco_jv *v, struct coco_diag *diag)
{
	int64_t n = 0;

	for (int i = 0; i < COCO_TRUST_CLAIMS; i++) {
		if (strcmp(v->key, coco_trust_name((enum coco_trust_claim)i)) != 0)
			continue;
		if (coco_jv_as_whole(v, &n, NULL) != 0 || n < INT8_MIN || n > INT8_MAX)
			return coco_jv_fail(v, NULL, COCO_E_RESULT_TOKEN, diag,
					    "a claim of the vector is a number from -128 to 127");
		s->has[i] = true;
		s->value[i] = (int8_t)n;
		if (coco_ear_tier_of(s->value[i]) > s->worst)
			s->worst = coco_ear_tier_of(s->value[i]);
		return 0;
	}
	return coco_jv_fail(v, NULL, COCO_E_RESULT_TOKEN, diag,
			    "the trustworthiness vector has no claim of this name");
}

static int submod(struct coco_ear_submod *s, const struct coco_jv *mod, struct coco_diag *diag)
{
	struct coco_jv vector;
	struct coco_jv v;
	void *iter = NULL;
	int r = coco_jv_as_object(mod, diag);

	if (r != 0)
		return r;
	if (strlen(mod->key) >= sizeof(s->name))
		return coco_jv_fail(mod, NULL, COCO_E_RESULT_TOKEN, diag,
				    "the name of the submodule is too long");
	snprintf(s->name, sizeof(s->name), "%s", mod->key);
	r = status(mod, &s->status, diag);
	if (r != 0 || !coco_jv_has(mod, "ear.trustworthiness-vector"))
		return r;
	r = coco_jv_object(mod, "ear.trustworthiness-vector", &vector, diag);
	while (r == 0 && coco_jv_next(&vector, &iter, &v))
		r = claim(s, &v, diag);
	return r;
}

static int decode(struct coco_ear *ear, const struct coco_token *token, struct coco_diag *diag)
{
	struct coco_jv root = coco_json_root(&token->payload);
	struct coco_jv mods;
	struct coco_jv v;
	void *iter = NULL;
	int r = coco_jv_object(&root, "submods", &mods, diag);

	while (r == 0 && coco_jv_next(&mods, &iter, &v)) {
		if (ear->n == COCO_EAR_SUBMODS)
			return coco_jv_fail(&root, "submods", COCO_E_RESULT_TOKEN, diag,
					    "more than %d submodules", COCO_EAR_SUBMODS);
		r = submod(&ear->submod[ear->n++], &v, diag);
	}
	if (r == 0 && ear->n == 0)
		r = coco_jv_fail(&root, "submods", COCO_E_RESULT_TOKEN, diag,
				 "there is no submodule");
	return r;
}

int coco_ear_decode(struct coco_ear **ret, const struct coco_token *token, struct coco_diag *diag)
{
	struct coco_ear *ear = coco_zalloc(1, sizeof(*ear));

	if (ear == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a token");
	int r = decode(ear, token, diag);
	if (r == 0)
		*ret = ear;
	else
		coco_free(ear);
	return r;
}

void coco_ear_claims(struct coco_claims *c, const struct coco_ear *ear)
{
	char name[COCO_CLAIM_NAME];
	char digits[8];

	for (size_t i = 0; i < ear->n; i++) {
		const struct coco_ear_submod *s = &ear->submod[i];
		const char *said = coco_ear_tier_name(s->status);
		const char *worst = coco_ear_tier_name(s->worst);

		snprintf(name, sizeof(name), "ear.%s.status", s->name);
		coco_claims_text(c, name, said, strlen(said), 0, 0);
		if (s->status < s->worst)
			coco_claims_note(c, "better than its own vector");
		snprintf(name, sizeof(name), "ear.%s.recomputed", s->name);
		coco_claims_text(c, name, worst, strlen(worst), 0, 0);
		for (int k = 0; k < COCO_TRUST_CLAIMS; k++) {
			if (!s->has[k])
				continue;
			snprintf(name, sizeof(name), "ear.%s.%s", s->name,
				 coco_trust_name((enum coco_trust_claim)k));
			snprintf(digits, sizeof(digits), "%d", s->value[k]);
			if (s->value[k] >= 0)
				coco_claims_number(c, name, (uint64_t)s->value[k], 0, 0);
			else
				coco_claims_text(c, name, digits, strlen(digits), 0, 0);
			coco_claims_note(c, coco_trust_tier(s->value[k]));
		}
	}
}
