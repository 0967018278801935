/*
 * test_ear.c - EAT Attestation Results: tiers at every boundary, statuses,
 * vectors, and what does not exist.
 */
#include "formats/evidence/ear.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"

static void test_tiers(void **state COCO_UNUSED)
{
	static const struct {
		int from;
		int to;
		enum coco_ear_tier tier;
	} list[] = {
		{ -128, -97, COCO_EAR_CONTRAINDICATED }, { -96, -33, COCO_EAR_WARNING },
		{ -32, -2, COCO_EAR_AFFIRMING },         { -1, 1, COCO_EAR_NONE },
		{ 2, 31, COCO_EAR_AFFIRMING },           { 32, 95, COCO_EAR_WARNING },
		{ 96, 127, COCO_EAR_CONTRAINDICATED },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++)
		for (int v = list[i].from; v <= list[i].to; v++) {
			assert_int_equal(coco_ear_tier_of((int8_t)v), list[i].tier);
			assert_string_equal(coco_ear_tier_name(list[i].tier),
					    coco_trust_tier((int8_t)v));
		}
}

/* The token with this payload; the caller clears it. */
static void token(struct coco_token *t, const char *body)
{
	char text[4096];
	char *b = coco_b64_dup(COCO_B64_URL, (const uint8_t *)body, strlen(body));

	snprintf(text, sizeof(text), "eyJhbGciOiJFUzI1NiJ9.%s.AAAA", b);
	coco_free(b);
	assert_int_equal(coco_token_decode(t, coco_view_of(text, strlen(text)), NULL), 0);
}

static int decode(struct coco_ear **ret, const char *body, struct coco_diag *d)
{
	struct coco_token t;

	token(&t, body);
	coco_diag_init(d);
	int r = coco_ear_decode(ret, &t, d);
	coco_token_clear(&t);
	return r;
}

static const char good[] =
	"{\"submods\":{\"cpu0\":{\"ear.status\":\"affirming\",\"ear.trustworthiness-vector\":"
	"{\"hardware\":2,\"configuration\":36,\"executables\":-5}},"
	"\"gpu0\":{\"ear.status\":96},\"none0\":{\"ear.status\":\"none\","
	"\"ear.trustworthiness-vector\":{}}}}";

static void test_good(void **state COCO_UNUSED)
{
	struct coco_ear *e;
	struct coco_claims c = { 0 };
	struct coco_diag d;

	assert_ok(decode(&e, good, &d), &d);
	assert_int_equal(e->n, 3);
	assert_string_equal(e->submod[0].name, "cpu0");
	assert_int_equal(e->submod[0].status, COCO_EAR_AFFIRMING);
	assert_int_equal(e->submod[0].worst, COCO_EAR_WARNING);
	assert_true(e->submod[0].has[COCO_TRUST_HARDWARE]);
	assert_false(e->submod[0].has[COCO_TRUST_FILE_SYSTEM]);
	assert_int_equal(e->submod[0].value[COCO_TRUST_EXECUTABLES], -5);
	assert_int_equal(e->submod[1].status, COCO_EAR_CONTRAINDICATED);
	assert_int_equal(e->submod[2].worst, COCO_EAR_NONE);
	coco_ear_claims(&c, e);
	assert_string_equal((char *)coco_claims_find(&c, "ear.cpu0.status")->p, "affirming");
	assert_non_null(coco_claims_find(&c, "ear.cpu0.status")->note);
	assert_string_equal((char *)coco_claims_find(&c, "ear.cpu0.recomputed")->p, "warning");
	assert_int_equal(coco_claims_find(&c, "ear.cpu0.configuration")->number, 36);
	assert_string_equal((char *)coco_claims_find(&c, "ear.cpu0.executables")->p, "-5");
	coco_claims_free(&c);
	coco_free(e);
	struct coco_token t;
	token(&t, good);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		if (coco_test_alloc_check(coco_ear_decode(&e, &t, &d), &d))
			break;
	}
	coco_free(e);
	coco_token_clear(&t);
}

static void test_lies(void **state COCO_UNUSED)
{
	static const struct {
		const char *body;
		int code;
		const char *pointer;
	} list[] = {
		{ "{}", COCO_E_FORMAT_JSON_TYPE, "/submods" },
		{ "{\"submods\":{}}", COCO_E_RESULT_TOKEN, "/submods" },
		{ "{\"submods\":{\"a\":7}}", COCO_E_FORMAT_JSON_TYPE, "/submods/a" },
		{ "{\"submods\":{\"a\":{}}}", COCO_E_RESULT_TOKEN, "/submods/a/ear.status" },
		{ "{\"submods\":{\"a\":{\"ear.status\":\"good\"}}}", COCO_E_RESULT_TOKEN,
		  "/submods/a/ear.status" },
		{ "{\"submods\":{\"a\":{\"ear.status\":3}}}", COCO_E_RESULT_TOKEN,
		  "/submods/a/ear.status" },
		{ "{\"submods\":{\"a\":{\"ear.status\":2,\"ear.trustworthiness-vector\":7}}}",
		  COCO_E_FORMAT_JSON_TYPE, "/submods/a/ear.trustworthiness-vector" },
		{ "{\"submods\":{\"a\":{\"ear.status\":2,\"ear.trustworthiness-vector\":"
		  "{\"hardware\":128}}}}", COCO_E_RESULT_TOKEN,
		  "/submods/a/ear.trustworthiness-vector/hardware" },
		{ "{\"submods\":{\"a\":{\"ear.status\":2,\"ear.trustworthiness-vector\":"
		  "{\"hardware\":\"2\"}}}}", COCO_E_RESULT_TOKEN,
		  "/submods/a/ear.trustworthiness-vector/hardware" },
		{ "{\"submods\":{\"a\":{\"ear.status\":2,\"ear.trustworthiness-vector\":"
		  "{\"hardwear\":2}}}}", COCO_E_RESULT_TOKEN,
		  "/submods/a/ear.trustworthiness-vector/hardwear" },
		{ "{\"submods\":{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":"
		  "{\"ear.status\":2}}}", COCO_E_RESULT_TOKEN, NULL },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_ear *e = NULL;
		struct coco_diag d;

		assert_err(decode(&e, list[i].body, &d), list[i].code, &d);
		assert_null(e);
		if (list[i].pointer != NULL)
			assert_string_equal(d.pointer, list[i].pointer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiers),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
