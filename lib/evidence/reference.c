/*
 * reference.c - reference values beside claims (see reference.h).
 */
#include "lib/evidence/reference.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"

enum { HEX_MAX = 2 * 64, SHOWN = 3 };

/* ---- names ------------------------------------------------------------------------------- */

/* The claim that shows a register of a record; reason code, who acts. */
static void claim_of(const struct coco_refvalue *v, char ret[COCO_CLAIM_NAME],
		     char reason[COCO_RESULT_REASON])
{
	static const char *const others[][2] = {
		{ "snp.smt_enabled", "snp.platform_info.smt_en" },
		{ "snp.tsme_enabled", "snp.platform_info.tsme_en" },
		{ "snp.abi_major", "snp.policy.abi_major" },
		{ "snp.abi_minor", "snp.policy.abi_minor" },
		{ "snp.single_socket", "snp.policy.single_socket" },
		{ "snp.smt_allowed", "snp.policy.smt" },
	};
	unsigned n = 0;
	int end = 0;

	snprintf(ret, COCO_CLAIM_NAME, "%.90s", v->name);
	for (size_t i = 0; i < COCO_ARRAY_LEN(others); i++)
		if (strcmp(others[i][0], v->name) == 0)
			snprintf(ret, COCO_CLAIM_NAME, "%s", others[i][1]);
	if (strncmp(v->name, "snp.tcb.", 8) == 0)
		snprintf(ret, COCO_CLAIM_NAME, "snp.reported_tcb.%.60s", v->name + 8);
	snprintf(reason, COCO_RESULT_REASON, "REFERENCE:%.60s", v->name);
	if (strcmp(v->name, "snp.launch_digest") == 0) {
		snprintf(ret, COCO_CLAIM_NAME, "snp.measurement");
		snprintf(reason, COCO_RESULT_REASON, "MEAS_SNP_LAUNCH");
	} else if (strcmp(v->name, "tdx.mrtd") == 0) {
		snprintf(reason, COCO_RESULT_REASON, "MEAS_TDX_MRTD");
	} else if (sscanf(v->name, "tdx.rtmr%1u%n", &n, &end) == 1 && v->name[end] == '\0') {
		snprintf(reason, COCO_RESULT_REASON, "MEAS_TDX_RTMR%u", n);
	} else if (sscanf(v->name, "tpm.pcr%2u%n", &n, &end) == 1 && v->name[end] == '\0') {
		snprintf(ret, COCO_CLAIM_NAME, "tpm.%s.pcr%u",
			 v->algorithm[0] != '\0' ? v->algorithm : "sha256", n);
		snprintf(reason, COCO_RESULT_REASON, "MEAS_PCR%u", n);
	}
}

/* The hexadecimal text of a value's JSON string; false: it is another kind of value. */
static bool hex_of(const struct coco_refvalue *v, const char **ret, size_t *ret_n)
{
	size_t n = strlen(v->value);

	if (n < 4 || v->value[0] != '"' || v->value[n - 1] != '"')
		return false;
	*ret = v->value + 1;
	*ret_n = n - 2;
	return strspn(*ret, "0123456789abcdefABCDEF") == *ret_n && *ret_n % 2 == 0;
}

static bool equal(const struct coco_refvalue *v, const struct coco_claim *c)
{
	char text[HEX_MAX + 1];
	const char *hex = NULL;
	size_t n = 0;

	if (c->type == COCO_CLAIM_TYPE_BOOL)
		return strcmp(v->value, c->number != 0 ? "true" : "false") == 0;
	if (c->type == COCO_CLAIM_TYPE_NUMBER) {
		snprintf(text, sizeof(text), "%" PRIu64, c->number);
		return strcmp(v->value, text) == 0;
	}
	if (c->type != COCO_CLAIM_TYPE_BYTES || !hex_of(v, &hex, &n) || n > HEX_MAX ||
	    n != 2 * c->n)
		return false;
	coco_hex_encode(text, c->p, c->n);
	return strncasecmp(text, hex, n) == 0;
}

/* Values of one register: the first that is not before i and has the same claim. */
static bool same_register(const struct coco_refvalue *a, const struct coco_refvalue *b)
{
	return a->step[0] == '\0' && b->step[0] == '\0' && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->algorithm, b->algorithm) == 0;
}

static bool first_of_register(const struct coco_refset *set, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_register(&set->v[k], &set->v[i]))
			return false;
	return true;
}

/* ---- one register of one subject ----------------------------------------------------------- */

struct found {
	const struct coco_refvalue *valid;     /* equal and valid now */
	const struct coco_refvalue *expired;   /* equal, but not valid now */
	size_t n;                              /* values of the register */
};

static struct found look(const struct coco_refset *set, size_t first, const struct coco_claim *c,
			 int64_t at)
{
	struct found f = { .n = 0 };

	for (size_t i = first; i < set->n; i++) {
		const struct coco_refvalue *v = &set->v[i];

		if (!same_register(v, &set->v[first]))
			continue;
		f.n++;
		if (!equal(v, c))
			continue;
		if (coco_refset_holds(v, at))
			f.valid = v;
		else
			f.expired = v;
	}
	return f;
}

static void expected(struct coco_result *r, const struct coco_refset *set, size_t first,
		     const struct found *f)
{
	char text[COCO_RESULT_TEXT] = "";
	size_t shown = 0;

	for (size_t i = first; i < set->n && shown < SHOWN; i++) {
		size_t n = strlen(text);
		const char *hex = NULL;
		size_t n_hex = 0;

		if (!same_register(&set->v[i], &set->v[first]))
			continue;
		if (!hex_of(&set->v[i], &hex, &n_hex)) {
			hex = set->v[i].value;
			n_hex = strlen(hex);
		}
		snprintf(text + n, sizeof(text) - n, "%s%.*s", shown > 0 ? " or " : "",
			 (int)coco_min_size(n_hex, HEX_MAX), hex);
		shown++;
	}
	if (f->n > shown) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, " or one of %zu more", f->n - shown);
	}
	coco_check_expected(r, "%s", text);
}

static void judge(const struct coco_refset *set, size_t first, const struct coco_claim *c,
		  const char *reason, struct coco_result *r, int subject)
{
	const struct coco_refvalue *v = &set->v[first];
	struct found f = look(set, first, c, r->at);
	char id[COCO_RESULT_ID];
	char title[COCO_RESULT_TEXT];
	char text[2 * HEX_MAX];

	snprintf(id, sizeof(id), "reference.%.40s", c->name);
	snprintf(title, sizeof(title), "%s is a reference value", c->name);
	coco_result_check(r, subject, COCO_ASPECT_ACCEPTABLE,
			  f.valid != NULL ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, id, title);
	expected(r, set, first, &f);
	coco_claim_text(c, text, sizeof(text));
	coco_check_actual(r, "%s", text);
	coco_check_source(r, "reference values, %zu of %s", f.n, v->name);
	coco_check_at_claim(r, subject, c);
	if (f.valid != NULL) {
		if (f.valid->label[0] != '\0')
			coco_check_detail(r, "%s", f.valid->label);
		coco_result_valid(r, f.valid->has_before ? f.valid->not_before : INT64_MIN,
				  f.valid->has_after ? f.valid->not_after : INT64_MAX,
				  "a reference value");
		coco_result_trust(r, subject, COCO_TRUST_EXECUTABLES, 3);
		return;
	}
	coco_result_trust(r, subject, COCO_TRUST_EXECUTABLES, 33);
	if (f.expired != NULL) {
		char expired[COCO_RESULT_REASON];

		snprintf(expired, sizeof(expired), "RV_EXPIRED:%.60s", v->name);
		coco_check_detail(r, "the value is in the set, but not valid at this time");
		coco_check_refusal(r, COCO_ROLE_KEY_RELEASE_AUTHORITY, expired,
				   "approve the release again with a new validity");
		return;
	}
	coco_check_refusal(r, COCO_ROLE_MODEL_PROVIDER, reason,
			   "find the input that differs: cococtl measure search --actual EVIDENCE "
			   "--profile P, or measure diff");
}

/* ---- the set ------------------------------------------------------------------------------ */

static bool judged_class(const struct coco_result_subject *s)
{
	return strcmp(s->class, "cpu") == 0 || strcmp(s->class, "tpm") == 0;
}

static void skipped(const struct coco_refset *set, size_t i, struct coco_result *r)
{
	char id[COCO_RESULT_ID];

	snprintf(id, sizeof(id), "reference.%.40s", set->v[i].name);
	coco_result_check(r, COCO_RESULT_NO_SUBJECT, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_SKIPPED,
			  id, "a reference value is compared");
	coco_check_detail(r, "no authentic evidence here has this register");
}

static void without_value(struct coco_result *r, size_t subject, bool authentic)
{
	const char *kind = r->subjects[subject].kind;
	char reason[COCO_RESULT_REASON];

	coco_result_check(r, (int)subject, COCO_ASPECT_ACCEPTABLE,
			  authentic ? COCO_CHECKED_MISSING : COCO_CHECKED_SKIPPED, "reference.any",
			  "there are reference values for this evidence");
	if (!authentic) {
		coco_check_detail(r, "the evidence is not authentic: its claims are nobody's "
				     "word");
		return;
	}
	snprintf(reason, sizeof(reason), "RV_MISSING:%.40s", kind);
	coco_check_refusal(r, COCO_ROLE_KEY_RELEASE_AUTHORITY, reason,
			   "add the measurement record or the reference-value set of its release");
}

void coco_references_judge(const struct coco_refset *set, struct coco_result *r)
{
	size_t n_subjects = r->n_subjects;

	for (size_t s = 0; s < n_subjects; s++) {
		bool authentic = !coco_result_rejected(r, (int)s);
		bool any = false;

		if (!judged_class(&r->subjects[s]))
			continue;
		for (size_t i = 0; authentic && i < set->n; i++) {
			char claim[COCO_CLAIM_NAME];
			char reason[COCO_RESULT_REASON];
			const struct coco_claim *c;

			if (set->v[i].step[0] != '\0' || !first_of_register(set, i))
				continue;
			claim_of(&set->v[i], claim, reason);
			c = coco_claims_find(&r->subjects[s].claims, claim);
			if (c == NULL)
				continue;
			any = any || c->type == COCO_CLAIM_TYPE_BYTES;   /* says what runs */
			judge(set, i, c, reason, r, (int)s);
		}
		if (!any)
			without_value(r, s, authentic);
	}
	for (size_t i = 0; i < set->n; i++) {
		char claim[COCO_CLAIM_NAME];
		char reason[COCO_RESULT_REASON];
		bool shown = false;

		if (set->v[i].step[0] != '\0' || !first_of_register(set, i))
			continue;
		claim_of(&set->v[i], claim, reason);
		for (size_t s = 0; s < n_subjects; s++)
			shown = shown || (judged_class(&r->subjects[s]) &&
					  !coco_result_rejected(r, (int)s) &&
					  coco_claims_find(&r->subjects[s].claims, claim) != NULL);
		if (!shown)
			skipped(set, i, r);
	}
}
