/*
 * admin_judge.c - what each Trustee release does with an administrator's
 * token (see admin_token.h; broker.md 2.1 and 2.2).
 */
#include "lib/broker/admin_token.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/rfc3339.h"

enum { LEEWAY = 60 };   /* seconds by which clocks may differ */

const char *coco_token_verdict_name(enum coco_token_verdict verdict)
{
	static const char *const names[] = {
		[COCO_TOKEN_ACCEPTED] = "accepted",
		[COCO_TOKEN_DEPENDS] = "depends",
		[COCO_TOKEN_REFUSED] = "refused",
	};

	return names[verdict];
}

/* One reason more; the worst verdict stays. */
static void because(struct coco_token_fate *f, enum coco_token_verdict verdict, const char *fmt,
		    ...) COCO_PRINTF(3, 4);
static void because(struct coco_token_fate *f, enum coco_token_verdict verdict, const char *fmt,
		    ...)
{
	size_t n = strlen(f->why);
	va_list ap;

	if (verdict > f->verdict)
		f->verdict = verdict;
	if (n > 0 && n + 2 < sizeof(f->why)) {
		memcpy(f->why + n, "; ", 3);
		n += 2;
	}
	va_start(ap, fmt);
	vsnprintf(f->why + n, sizeof(f->why) - n, fmt, ap);
	va_end(ap);
}

static void judge_algorithm(const struct coco_admin_token *t, enum coco_trustee release,
			    struct coco_token_fate *f)
{
	static const char *const known[] = { "EdDSA", "ES256", "ES384", "RS256", "RS384", "RS512",
					     "PS256", "PS384", "PS512" };

	if (release < COCO_TRUSTEE_V0_21) {
		if (strcmp(t->alg, "EdDSA") != 0)
			because(f, COCO_TOKEN_REFUSED, "signed with %s: only Ed25519 (EdDSA) is "
				"accepted", t->alg);
		if (release < COCO_TRUSTEE_V0_18 && t->typ[0] != '\0' &&
		    strcasecmp(t->typ, "JWT") != 0)
			because(f, COCO_TOKEN_REFUSED, "its type is not JWT");
		return;
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(known); i++)
		if (strcmp(t->alg, known[i]) == 0)
			return;
	because(f, COCO_TOKEN_REFUSED, "signed with %s: no public key of a server fits", t->alg);
}

/* A claim that must be a time; NULL when it is none or absent. */
static const struct coco_admin_claim *time_claim(const struct coco_admin_token *t,
						 const char *name, struct coco_token_fate *f)
{
	const struct coco_admin_claim *c = coco_admin_token_claim(t, name);

	if (c == NULL || c->kind == COCO_CLAIM_NUMBER)
		return c;
	because(f, COCO_TOKEN_REFUSED, "%s is not a number", name);
	return NULL;
}

static void judge_times(const struct coco_admin_token *t, enum coco_trustee release, int64_t now,
			struct coco_token_fate *f)
{
	const struct coco_admin_claim *exp = time_claim(t, "exp", f);
	const struct coco_admin_claim *nbf = time_claim(t, "nbf", f);
	char text[COCO_RFC3339_TEXT];

	if (coco_admin_token_claim(t, "exp") == NULL && release >= COCO_TRUSTEE_V0_18)
		because(f, COCO_TOKEN_REFUSED, "it has no exp");
	if (exp != NULL && exp->number <= now)
		because(f, COCO_TOKEN_REFUSED, "it expired at %s",
			coco_rfc3339_print(text, exp->number));
	if (nbf != NULL && nbf->number > now && nbf->number - now > LEEWAY)
		because(f, COCO_TOKEN_REFUSED, "it is not valid before %s",
			coco_rfc3339_print(text, nbf->number));
}

static void judge_role(const struct coco_admin_token *t, struct coco_token_fate *f)
{
	const struct coco_admin_claim *c = coco_admin_token_claim(t, "role");

	if (c == NULL)
		because(f, COCO_TOKEN_REFUSED, "it has no role");
	else if (c->kind != COCO_CLAIM_TEXT)
		because(f, COCO_TOKEN_REFUSED, "role is not a text");
	else if (strcmp(c->value, "admin") != 0)
		because(f, COCO_TOKEN_DEPENDS, "the role must be one of the server's ACL");
}

static void judge_audience(const struct coco_admin_token *t, enum coco_trustee release,
			   struct coco_token_fate *f)
{
	const struct coco_admin_claim *aud = coco_admin_token_claim(t, "aud");
	const struct coco_admin_claim *iss = coco_admin_token_claim(t, "iss");

	if (release < COCO_TRUSTEE_V0_18)
		return;
	if (release < COCO_TRUSTEE_V0_21) {
		if (aud != NULL)
			because(f, COCO_TOKEN_REFUSED, "it has an aud, which this release never "
				"expects");
		return;
	}
	if (aud != NULL)
		because(f, COCO_TOKEN_DEPENDS, "aud must be the server's audience if it has one");
	if (iss != NULL)
		because(f, COCO_TOKEN_DEPENDS, "iss must be the server's issuer if it has one");
}

void coco_admin_token_judge(const struct coco_admin_token *t, enum coco_trustee release,
			    int64_t now, struct coco_token_fate *ret)
{
	struct coco_token_fate f = { .verdict = COCO_TOKEN_ACCEPTED };

	judge_algorithm(t, release, &f);
	judge_times(t, release, now, &f);
	if (release >= COCO_TRUSTEE_V0_21)
		judge_role(t, &f);
	judge_audience(t, release, &f);
	*ret = f;
}

const char *coco_admin_claim_fate(const char *name, enum coco_trustee release)
{
	bool middle = release >= COCO_TRUSTEE_V0_18;
	bool newest = release >= COCO_TRUSTEE_V0_21;

	if (strcmp(name, "exp") == 0)
		return middle ? "needed" : "checked when present";
	if (strcmp(name, "nbf") == 0)
		return "checked when present";
	if (strcmp(name, "role") == 0)
		return newest ? "needed" : "not looked at";
	if (strcmp(name, "iss") == 0)
		return newest ? "compared with the server's issuer" : "not looked at";
	if (strcmp(name, "aud") == 0 && newest)
		return "compared with the server's audience";
	if (strcmp(name, "aud") == 0 && middle)
		return "refused";
	return "not looked at";
}
