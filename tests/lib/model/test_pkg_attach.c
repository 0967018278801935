/*
 * test_pkg_attach.c - signatures and key wraps as referrers of a package: found
 * again, believed only from whom they should come, replaced where that is meant.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/pkg.h"
#include "lib/model/pkg_attach.h"
#include "tests/support/model.h"

struct packed {
	struct coco_model_place p;
	struct coco_pkg pkg;
	struct coco_descriptor package;
	int fd;
};

static void reopen(struct packed *x)
{
	struct coco_diag d = { 0 };

	if (x->pkg.layout != NULL)
		coco_pkg_close(&x->pkg);
	assert_ok(coco_pkg_open(x->p.out, NULL, &x->pkg, &d), &d);
}

static struct packed packed(void)
{
	static char media_type[] = COCO_MT_MANIFEST;
	static char artifact_type[] = COCO_MT_PACKAGE;
	struct packed x = { .p = coco_model_place(COCO_MODEL_GGUF) };
	struct coco_pack_request req = coco_model_request(x.p.dir, x.p.out, &x.p.key, 65536);
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };

	coco_model_pack(&req, 2, &r);
	coco_pack_result_free(&r);
	reopen(&x);
	x.package = (struct coco_descriptor){ .media_type = media_type,
					      .artifact_type = artifact_type,
					      .digest = x.pkg.found.digest,
					      .size = x.pkg.found.n_text };
	assert_ok(coco_layout_open_dir(x.p.out, &x.fd, &d), &d);
	return x;
}

static void drop(struct packed *x)
{
	close(x->fd);
	coco_pkg_close(&x->pkg);
	coco_model_leave(&x->p);
}

static void sign(struct packed *x, const struct coco_model_signer *s)
{
	const struct coco_run run = coco_model_run(1);
	struct coco_diag d = { 0 };

	assert_ok(coco_pkg_attach_signature(&run, x->fd, &x->package, &x->pkg.header,
					    &x->pkg.found.manifest.layers[0].digest, &s->signer,
					    &d), &d);
	reopen(x);
}

static int check(const struct packed *x, const struct coco_pkg_policy *policy)
{
	const struct coco_run run = coco_model_run(1);
	struct coco_bundle_signed who = { .payload = NULL };
	struct coco_diag d = { 0 };
	int r = coco_pkg_check_signature(&run, &x->pkg, policy, &who, &d);

	assert_int_equal(r, d.code);
	if (r == 0)
		assert_string_equal(who.fingerprint,
				    coco_key_fingerprint_text(policy->trust->key));
	coco_bundle_signed_clear(&who);
	return r;
}

static void test_every_key_type(void **state COCO_UNUSED)
{
	static const char *const types[] = { "ed25519", "p256", "p384", "p521", "rsa2048" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++) {
		struct packed x = packed();
		struct coco_model_signer s;

		coco_model_signer(&s, types[i]);
		const struct coco_pkg_policy policy = { .trust = &s.trust };
		assert_int_equal(check(&x, &policy), COCO_E_PACKAGE_UNSIGNED);
		sign(&x, &s);
		assert_int_equal(check(&x, &policy), 0);
		coco_model_signer_free(&s);
		drop(&x);
	}
}

/* Among several signatures the one that counts is found, in whatever order. */
static void test_several(void **state COCO_UNUSED)
{
	struct packed x = packed();
	struct coco_model_signer s[3];
	size_t n = 0;

	for (int i = 0; i < 3; i++)
		coco_model_signer(&s[i], i == 1 ? "ed25519" : "p256");
	sign(&x, &s[0]);
	sign(&x, &s[1]);
	for (int i = 0; i < 3; i++) {
		const struct coco_pkg_policy policy = { .trust = &s[i].trust };
		int r = check(&x, &policy);

		if (i < 2)
			assert_int_equal(r, 0);
		else
			assert_int_equal(coco_err_info(r)->class, COCO_CLASS_VERIFY);
	}
	assert_ok(coco_pkg_signatures(&x.pkg, &n, NULL), NULL);
	assert_int_equal(n, 2);
	for (int i = 0; i < 3; i++)
		coco_model_signer_free(&s[i]);
	drop(&x);
}

/* The signature is given apart; what lies in the layout is not asked then. */
static void test_detached(void **state COCO_UNUSED)
{
	struct packed x = packed();
	struct packed other = packed();
	const struct coco_run run = coco_model_run(1);
	struct coco_model_signer s;
	struct coco_pkg_policy policy = { .trust = NULL };
	struct coco_diag d = { 0 };
	uint8_t *bundle = NULL;
	size_t n = 0;

	coco_model_signer(&s, "p384");
	assert_ok(coco_pkg_sign(&run, &x.pkg.found.digest, &x.pkg.header,
				&x.pkg.found.manifest.layers[0].digest, &s.signer, &bundle, &n,
				&d), &d);
	policy.signature = coco_view_of(bundle, n);
	assert_int_equal(check(&x, &policy), COCO_E_PACKAGE_TRUST);
	policy.trust = &s.trust;
	assert_int_equal(check(&x, &policy), 0);
	assert_int_equal(check(&other, &policy), COCO_E_PACKAGE_SUBJECT);
	bundle[n / 2] ^= 1;
	assert_int_not_equal(check(&x, &policy), 0);
	coco_free(bundle);
	coco_model_signer_free(&s);
	drop(&x);
	drop(&other);
}

/* Signed by the right key, but about other values than the package has. */
static void test_statement_differs(void **state COCO_UNUSED)
{
	struct packed x = packed();
	struct coco_model_signer s;
	struct coco_pkg_header h = x.pkg.header;
	struct coco_digest catalogue = x.pkg.found.manifest.layers[0].digest;
	const struct coco_run run = coco_model_run(1);
	struct coco_diag d = { 0 };

	coco_model_signer(&s, "p256");
	for (int i = 0; i < 4; i++) {
		struct coco_pkg_policy policy = { .trust = &s.trust };
		struct coco_digest manifest = x.pkg.found.digest;
		uint8_t *bundle = NULL;
		size_t n = 0;

		h = x.pkg.header;
		catalogue = x.pkg.found.manifest.layers[0].digest;
		h.version += i == 0 ? 1 : 0;
		h.at_rest = i == 1 ? COCO_AT_REST_DENY : COCO_AT_REST_ALLOW;
		catalogue.sha256[0] ^= i == 2 ? 1 : 0;
		manifest.sha256[0] ^= i == 3 ? 1 : 0;
		assert_ok(coco_pkg_sign(&run, &manifest, &h, &catalogue, &s.signer, &bundle, &n,
					&d), &d);
		policy.signature = coco_view_of(bundle, n);
		assert_int_equal(check(&x, &policy), i == 3 ? COCO_E_PACKAGE_SUBJECT
							    : COCO_E_PACKAGE_MIXED);
		coco_free(bundle);
	}
	coco_model_signer_free(&s);
	drop(&x);
}

static void test_public_key_cannot_sign(void **state COCO_UNUSED)
{
	struct packed x = packed();
	struct coco_model_signer s;
	const struct coco_run run = coco_model_run(1);
	struct coco_diag d = { 0 };

	coco_model_signer(&s, "p256");
	const struct coco_bundle_signer wrong = { .key = s.public_key };
	assert_err(coco_pkg_attach_signature(&run, x.fd, &x.package, &x.pkg.header,
					     &x.pkg.found.manifest.layers[0].digest, &wrong, &d),
		   COCO_E_KEY_NOT_PRIVATE, &d);
	coco_model_signer_free(&s);
	drop(&x);
}

/* ---- wraps ------------------------------------------------------------------ */

static int unwrap(struct packed *x, const struct coco_model_signer *who)
{
	struct coco_wraps wraps;
	struct coco_secret key = { .p = NULL };
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	reopen(x);
	int r = coco_pkg_wraps(&x->pkg, &text, &n, &d);
	if (r != 0) {
		assert_int_equal(r, d.code);
		return r;
	}
	assert_ok(coco_wraps_decode(&wraps, coco_view_of(text, n), &d), &d);
	r = coco_key_unwrap(&wraps, who->key, &key, &d);
	if (r == 0) {
		assert_int_equal(key.n, 32);
		assert_memory_equal(coco_secret_expose(&key), coco_secret_expose(&x->p.key), 32);
	}
	coco_secret_free(&key);
	coco_wraps_clear(&wraps);
	coco_free(text);
	return r;
}

static void test_wraps(void **state COCO_UNUSED)
{
	struct packed x = packed();
	struct coco_model_signer s[3];
	const struct coco_key *both[2];
	struct coco_diag d = { 0 };

	coco_model_signer(&s[0], "p256");
	coco_model_signer(&s[1], "rsa2048");
	coco_model_signer(&s[2], "p384");
	assert_int_equal(unwrap(&x, &s[0]), COCO_E_KEY_NO_RECIPIENT);
	both[0] = s[0].public_key;
	both[1] = s[1].public_key;
	assert_ok(coco_pkg_attach_wraps(x.fd, &x.package, &x.pkg.header, &x.p.key, both, 2, &d),
		  &d);
	assert_int_equal(unwrap(&x, &s[0]), 0);
	assert_int_equal(unwrap(&x, &s[1]), 0);
	assert_int_equal(unwrap(&x, &s[2]), COCO_E_KEY_NO_RECIPIENT);
	/* a later one takes the place of the earlier */
	both[0] = s[2].public_key;
	assert_ok(coco_pkg_attach_wraps(x.fd, &x.package, &x.pkg.header, &x.p.key, both, 1, &d),
		  &d);
	assert_int_equal(unwrap(&x, &s[2]), 0);
	assert_int_equal(unwrap(&x, &s[0]), COCO_E_KEY_NO_RECIPIENT);
	/* the package itself is as it was, and opens */
	assert_int_equal(coco_model_open(x.p.out, &x.p.key, NULL, 1), 0);
	for (int i = 0; i < 3; i++)
		coco_model_signer_free(&s[i]);
	drop(&x);
}

/* Signature and wraps side by side, in either order. */
static void test_both(void **state COCO_UNUSED)
{
	for (int order = 0; order < 2; order++) {
		struct packed x = packed();
		struct coco_model_signer s;
		struct coco_diag d = { 0 };

		coco_model_signer(&s, "p256");
		const struct coco_key *recipient = s.public_key;
		const struct coco_pkg_policy policy = { .trust = &s.trust };
		if (order == 0)
			sign(&x, &s);
		assert_ok(coco_pkg_attach_wraps(x.fd, &x.package, &x.pkg.header, &x.p.key,
						&recipient, 1, &d), &d);
		if (order == 1)
			sign(&x, &s);
		reopen(&x);
		assert_int_equal(check(&x, &policy), 0);
		assert_int_equal(unwrap(&x, &s), 0);
		coco_model_signer_free(&s);
		drop(&x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_key_type),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_detached),
		cmocka_unit_test(test_statement_differs),
		cmocka_unit_test(test_public_key_cannot_sign),
		cmocka_unit_test(test_wraps),
		cmocka_unit_test(test_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
