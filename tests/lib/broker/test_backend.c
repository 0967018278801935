/*
 * test_backend.c - names of releases and items, and that a back end gets what
 * is meant for it and is freed in every case.
 */
#include "lib/broker/backend.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

/* What a back end was asked. */
struct seen {
	char last[64];
	unsigned frees;
};

static int seen_probe(void *impl, const struct coco_run *run COCO_UNUSED,
		      struct coco_backend_info *ret, struct coco_diag *diag COCO_UNUSED)
{
	strcpy(((struct seen *)impl)->last, "probe");
	ret->directory = true;
	return 0;
}

static int seen_put(void *impl, const struct coco_run *run COCO_UNUSED,
		    const struct coco_item_id *id, const struct coco_secret *value COCO_UNUSED,
		    struct coco_diag *diag COCO_UNUSED)
{
	snprintf(((struct seen *)impl)->last, 64, "put %s %s", coco_item_type_name(id->type),
		 id->name);
	return 0;
}

static int seen_get(void *impl, const struct coco_run *run COCO_UNUSED,
		    const struct coco_item_id *id, struct coco_secret *ret, struct coco_diag *diag)
{
	snprintf(((struct seen *)impl)->last, 64, "get %s", id->name);
	return coco_secret_from(ret, "x", 1, diag);
}

static int seen_remove(void *impl, const struct coco_run *run COCO_UNUSED,
		       const struct coco_item_id *id, struct coco_diag *diag COCO_UNUSED)
{
	snprintf(((struct seen *)impl)->last, 64, "remove %s", id->name);
	return 0;
}

static void seen_free(void *impl)
{
	((struct seen *)impl)->frees++;
}

static const struct coco_backend_ops ops = { seen_probe, seen_put, seen_get, seen_remove,
					     seen_free };

static void test_names(void **state COCO_UNUSED)
{
	for (int i = COCO_TRUSTEE_V0_10; i < COCO_TRUSTEE_RELEASES; i++)
		assert_int_equal(coco_trustee_find(coco_trustee_name((enum coco_trustee)i)), i);
	assert_string_equal(coco_trustee_name(COCO_TRUSTEE_V0_18), "v0.18");
	assert_string_equal(coco_trustee_name(COCO_TRUSTEE_RELEASES), "unknown");
	assert_int_equal(coco_trustee_find("unknown"), COCO_TRUSTEE_UNKNOWN);
	assert_int_equal(coco_trustee_find("v0.9"), COCO_TRUSTEE_UNKNOWN);
	assert_string_equal(coco_item_type_name(COCO_ITEM_ATTESTATION_POLICY),
			    "attestation-policy");
}

static void test_calls(void **state COCO_UNUSED)
{
	const struct coco_item_id id = { COCO_ITEM_RESOURCE, "a/b/c" };
	const struct coco_run run = { .jobs = 1 };
	struct coco_backend_info info = { .directory = false };
	struct coco_secret value = { .n = COCO_BACKEND_VALUE + 1 };
	struct seen seen = { .frees = 0 };
	struct coco_diag d = { 0 };
	struct coco_backend *b;

	assert_ok(coco_backend_new(&b, &ops, &seen, &d), &d);
	assert_ok(coco_backend_probe(b, &run, &info, &d), &d);
	assert_true(info.directory);
	assert_err(coco_backend_put(b, &run, &id, &value, &d), COCO_E_LIMIT_SIZE, &d);
	assert_string_equal(seen.last, "probe");
	coco_diag_init(&d);
	value.n = 0;
	assert_ok(coco_backend_put(b, &run, &id, &value, &d), &d);
	assert_string_equal(seen.last, "put resource a/b/c");
	assert_ok(coco_backend_get(b, &run, &id, &value, &d), &d);
	assert_string_equal(seen.last, "get a/b/c");
	coco_secret_free(&value);
	assert_ok(coco_backend_remove(b, &run, &id, &d), &d);
	assert_string_equal(seen.last, "remove a/b/c");
	coco_backend_free(b);
	coco_backend_free(NULL);
	assert_int_equal(seen.frees, 1);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct seen seen = { .frees = 0 };
	struct coco_diag d = { 0 };
	struct coco_backend *b = NULL;

	coco_test_alloc_arm(1);
	assert_err(coco_backend_new(&b, &ops, &seen, &d), COCO_E_LIMIT_MEMORY, &d);
	coco_test_alloc_disarm();
	assert_null(b);
	assert_int_equal(seen.frees, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
