/*
 * test_admin_judge.c - a token's members against each range of releases.
 */
#include "lib/broker/admin_token.h"

#include <string.h>

#include "tests/support/support.h"

enum { NOW = 1788220800 };

static struct coco_admin_token token(const char *alg, const char *typ)
{
	struct coco_admin_token t = { .n_claims = 2 };

	strcpy(t.alg, alg);
	strcpy(t.typ, typ);
	strcpy(t.claims[0].name, "exp");
	t.claims[0].kind = COCO_CLAIM_NUMBER;
	t.claims[0].number = NOW + 60;
	strcpy(t.claims[1].name, "role");
	strcpy(t.claims[1].value, "admin");
	return t;
}

static void expect(const struct coco_admin_token *t, enum coco_trustee release,
		   enum coco_token_verdict want)
{
	struct coco_token_fate f;

	coco_admin_token_judge(t, release, NOW, &f);
	assert_int_equal(f.verdict, want);
	assert_true(coco_token_verdict_name(f.verdict)[0] != '\0');
}

static void test_judge(void **state COCO_UNUSED)
{
	struct coco_admin_token t = token("EdDSA", "at+jwt");

	expect(&t, COCO_TRUSTEE_V0_17, COCO_TOKEN_REFUSED);
	expect(&t, COCO_TRUSTEE_V0_18, COCO_TOKEN_ACCEPTED);
	t = token("HS256", "JWT");
	expect(&t, COCO_TRUSTEE_V0_10, COCO_TOKEN_REFUSED);
	expect(&t, COCO_TRUSTEE_V0_21, COCO_TOKEN_REFUSED);
	t = token("ES384", "JWT");
	expect(&t, COCO_TRUSTEE_V0_20, COCO_TOKEN_REFUSED);
	expect(&t, COCO_TRUSTEE_V0_21, COCO_TOKEN_ACCEPTED);
	strcpy(t.claims[1].value, "writer");
	expect(&t, COCO_TRUSTEE_V0_21, COCO_TOKEN_DEPENDS);
	t = token("EdDSA", "");
	strcpy(t.claims[1].name, "aud");
	expect(&t, COCO_TRUSTEE_V0_17, COCO_TOKEN_ACCEPTED);
	expect(&t, COCO_TRUSTEE_V0_19, COCO_TOKEN_REFUSED);
	expect(&t, COCO_TRUSTEE_V0_21, COCO_TOKEN_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_judge) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
