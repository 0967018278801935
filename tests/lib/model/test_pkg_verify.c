/*
 * test_pkg_verify.c - the verdict: which checks run, what each says, and which
 * failure is the answer.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/pkg_verify.h"
#include "tests/support/model.h"

enum { SKIP = COCO_PKG_CHECK_SKIP, PASS, FAIL, ERROR };

struct packed {
	struct coco_model_place p;
	struct coco_model_signer s;
	struct coco_pack_request req;
};

static void start(struct packed *x)
{
	*x = (struct packed){ .p = coco_model_place(COCO_MODEL_GGUF) };
	coco_model_signer(&x->s, "p256");
	x->req = coco_model_request(x->p.dir, x->p.out, &x->p.key, 65536);
	x->req.finish.signer = &x->s.signer;
	x->req.out_flags = COCO_OUT_FORCE;
}

static void pack(struct packed *x)
{
	struct coco_pack_result r = { .files = 0 };

	coco_model_pack(&x->req, 2, &r);
	coco_pack_result_free(&r);
}

static void finish(struct packed *x)
{
	coco_model_signer_free(&x->s);
	coco_model_leave(&x->p);
}

/* Verifies and compares the states of all checks, in their order. */
static int verdict(const struct packed *x, const struct coco_pkg_policy *policy,
		   const struct coco_secret *key, const int want[COCO_PKG_CHECKS])
{
	const struct coco_run run = coco_model_run(2);
	struct coco_pkg_verdict v;
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;

	assert_ok(coco_pkg_open(x->p.out, NULL, &pkg, &d), &d);
	int r = coco_pkg_verify(&run, &pkg, policy, key, &v, &d);
	assert_int_equal(r, d.code);
	for (int i = 0; i < COCO_PKG_CHECKS; i++) {
		const struct coco_pkg_check *c = &v.checks[i];

		if ((int)c->status != want[i])
			print_error("%s is %d, not %d: %s\n", c->id, (int)c->status, want[i],
				    c->detail);
		assert_int_equal(c->status, want[i]);
		assert_true(c->id[0] != '\0' && c->title[0] != '\0');
		assert_int_equal(c->code != 0, c->status == COCO_PKG_CHECK_FAIL ||
						       c->status == COCO_PKG_CHECK_ERROR);
		if (c->status == COCO_PKG_CHECK_SKIP)
			assert_int_not_equal(c->detail[0], 0);
	}
	assert_int_equal(v.is_signed, want[0] == PASS && want[1] == PASS);
	coco_pkg_verdict_clear(&v);
	coco_pkg_close(&pkg);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	static const int without[] = { PASS, PASS, SKIP, SKIP, PASS, SKIP, SKIP, SKIP, SKIP };
	static const int with[] = { PASS, PASS, SKIP, SKIP, PASS, PASS, PASS, PASS, PASS };
	static const int plain[] = { PASS, PASS, SKIP, SKIP, PASS, PASS, PASS, SKIP, SKIP };
	static const int versions[] = { PASS, PASS, PASS, PASS, PASS, SKIP, SKIP, SKIP, SKIP };
	struct packed x;

	start(&x);
	pack(&x);
	struct coco_pkg_policy policy = { .trust = &x.s.trust };
	assert_int_equal(verdict(&x, &policy, NULL, without), 0);
	assert_int_equal(verdict(&x, &policy, &x.p.key, with), 0);
	/* without plaintext digests there is no model signature either */
	x.req.digests = false;
	pack(&x);
	assert_int_equal(verdict(&x, &policy, &x.p.key, plain), 0);
	x.req.has_previous = true;
	x.req.previous_version = 4;
	memset(x.req.previous.sha256, 7, 32);
	pack(&x);
	policy.min_version = 5;
	policy.has_previous = true;
	policy.previous = x.req.previous;
	policy.previous_version = 4;
	assert_int_equal(verdict(&x, &policy, NULL, versions), 0);
	finish(&x);
}

static void test_versions(void **state COCO_UNUSED)
{
	static const int old[] = { PASS, PASS, FAIL, SKIP, PASS, SKIP, SKIP, SKIP, SKIP };
	static const int other[] = { PASS, PASS, SKIP, FAIL, PASS, SKIP, SKIP, SKIP, SKIP };
	struct packed x;

	start(&x);
	pack(&x);
	struct coco_pkg_policy policy = { .trust = &x.s.trust, .min_version = 2 };
	assert_int_equal(verdict(&x, &policy, NULL, old), COCO_E_PACKAGE_ROLLBACK);
	policy = (struct coco_pkg_policy){ .trust = &x.s.trust, .has_previous = true };
	assert_int_equal(verdict(&x, &policy, NULL, other), COCO_E_PACKAGE_PREVIOUS);
	finish(&x);
}

/* Without a root of trust there is no yes, but the rest is still looked at. */
static void test_no_trust(void **state COCO_UNUSED)
{
	static const int none[] = { ERROR, SKIP, SKIP, SKIP, PASS, SKIP, SKIP, SKIP, SKIP };
	static const int keyed[] = { ERROR, SKIP, SKIP, SKIP, PASS, PASS, PASS, PASS, SKIP };
	static const int unsigned_[] = { ERROR, SKIP, FAIL, SKIP, PASS, SKIP, SKIP, SKIP, SKIP };
	struct packed x;
	struct coco_pkg_policy policy = { .trust = NULL };

	start(&x);
	pack(&x);
	assert_int_equal(verdict(&x, &policy, NULL, none), COCO_E_PACKAGE_TRUST);
	assert_int_equal(verdict(&x, &policy, &x.p.key, keyed), COCO_E_PACKAGE_TRUST);
	x.req.finish.signer = NULL;
	pack(&x);
	policy.trust = &x.s.trust;
	assert_int_equal(verdict(&x, &policy, NULL, none), COCO_E_PACKAGE_UNSIGNED);
	/* what cannot be decided does not hide a no */
	policy.min_version = 2;
	assert_int_equal(verdict(&x, &policy, NULL, unsigned_), COCO_E_PACKAGE_ROLLBACK);
	finish(&x);
}

static void damage(const struct packed *x, uint64_t segment)
{
	char text[COCO_OCI_DIGEST_TEXT];
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;

	assert_ok(coco_pkg_open(x->p.out, NULL, &pkg, &d), &d);
	coco_digest_text(text, &coco_pkg_segment(&pkg, segment)->digest);
	int fd = open(coco_model_path(coco_model_path(x->p.out, "blobs/sha256"), text + 7),
		      O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "damage", 6, 200), 6);
	close(fd);
	coco_pkg_close(&pkg);
}

static void test_damage(void **state COCO_UNUSED)
{
	static const int blobs[] = { PASS, PASS, SKIP, SKIP, FAIL, SKIP, SKIP, SKIP, SKIP };
	static const int both[] = { PASS, PASS, SKIP, SKIP, FAIL, PASS, FAIL, SKIP, SKIP };
	struct packed x;

	start(&x);
	pack(&x);
	const struct coco_pkg_policy policy = { .trust = &x.s.trust };
	damage(&x, 1);
	assert_int_equal(verdict(&x, &policy, NULL, blobs), COCO_E_BLOB_DIGEST);
	assert_int_equal(verdict(&x, &policy, &x.p.key, both), COCO_E_BLOB_DIGEST);
	finish(&x);
}

static void test_wrong_key(void **state COCO_UNUSED)
{
	static const int want[] = { PASS, PASS, SKIP, SKIP, PASS, FAIL, SKIP, SKIP, SKIP };
	struct coco_secret other = coco_model_key(3);
	struct packed x;

	start(&x);
	pack(&x);
	const struct coco_pkg_policy policy = { .trust = &x.s.trust };
	assert_int_equal(verdict(&x, &policy, &other, want), COCO_E_KEY_WRONG);
	coco_secret_free(&other);
	finish(&x);
}

/* The model signature inside, by another signer than the one who is trusted. */
static void test_oms(void **state COCO_UNUSED)
{
	const struct coco_run run = coco_model_run(1);
	struct coco_model_signer stranger;
	struct coco_catalogue cat;
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;
	struct packed x;
	bool present = false;

	start(&x);
	pack(&x);
	coco_model_signer(&stranger, "p256");
	assert_ok(coco_pkg_open(x.p.out, NULL, &pkg, &d), &d);
	assert_ok(coco_pkg_catalogue(&pkg, &x.p.key, &cat, &d), &d);
	assert_ok(coco_pkg_check_oms(&run, &cat, &x.s.trust, &present, &d), &d);
	assert_true(present);
	int r = coco_pkg_check_oms(&run, &cat, &stranger.trust, &present, &d);
	assert_int_equal(coco_err_info(r)->class, COCO_CLASS_VERIFY);
	/* a file that is not the signed one, one without a digest, one more */
	coco_diag_init(&d);
	cat.files[0].sha256[5] ^= 1;
	assert_err(coco_pkg_check_oms(&run, &cat, &x.s.trust, &present, &d), COCO_E_OMS_FILES, &d);
	cat.files[0].sha256[5] ^= 1;
	coco_diag_init(&d);
	cat.files[0].has_sha256 = false;
	assert_err(coco_pkg_check_oms(&run, &cat, &x.s.trust, &present, &d), COCO_E_CATALOGUE, &d);
	cat.files[0].has_sha256 = true;
	coco_diag_init(&d);
	char *bundle = cat.oms;
	cat.oms = coco_strdup("{}");
	cat.n_oms = 2;
	assert_int_not_equal(coco_pkg_check_oms(&run, &cat, &x.s.trust, &present, &d), 0);
	coco_free(cat.oms);
	cat.oms = NULL;
	coco_diag_init(&d);
	assert_ok(coco_pkg_check_oms(&run, &cat, &x.s.trust, &present, &d), &d);
	assert_false(present);
	coco_free(bundle);
	coco_catalogue_free(&cat);
	coco_pkg_close(&pkg);
	coco_model_signer_free(&stranger);
	finish(&x);
}

static void test_cancelled(void **state COCO_UNUSED)
{
	static const volatile sig_atomic_t cancel = 1;
	struct coco_run run = coco_model_run(2);
	struct coco_pkg_verdict v;
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;
	struct packed x;

	start(&x);
	pack(&x);
	const struct coco_pkg_policy policy = { .trust = &x.s.trust };
	assert_ok(coco_pkg_open(x.p.out, NULL, &pkg, &d), &d);
	run.cancel = &cancel;
	assert_err(coco_pkg_verify(&run, &pkg, &policy, &x.p.key, &v, &d), COCO_E_CANCELLED, &d);
	coco_pkg_verdict_clear(&v);
	coco_pkg_close(&pkg);
	finish(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_no_trust),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_oms),
		cmocka_unit_test(test_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
