/*
 * test_oms_verify.c - bundles made by model_signing, by the authors of the
 * specification and for this project, each with its expected verdict, and the
 * certificate policy that is stricter than theirs.
 */
#include "lib/model/oms_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

enum { NOW = 1790000000 };   /* September 2026: the upstream certificates are valid */

static struct coco_run run;
static struct coco_diag d;
static struct coco_oms_report *report;

static int setup(void **state COCO_UNUSED)
{
	run = (struct coco_run){ .jobs = 2, .now = NOW, .show_names = true };
	coco_diag_init(&d);
	report = NULL;
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_oms_report_free(report);
	return 0;
}

/* A path below the OMS vectors, or a skipped test. Free with coco_free. */
static char *vector(const char *name)
{
	char file[256];

	snprintf(file, sizeof(file), "packaging/oms/%s", name);
	const char *path = coco_test_vectors(file);
	if (path == NULL)
		skip();
	return coco_strdup(path);
}

static int verify(const char *model, const char *signature, const struct coco_oms_verify_opts *o)
{
	size_t n = 0;
	uint8_t *text = coco_test_slurp(signature, &n);

	coco_oms_report_free(report);
	assert_int_equal(coco_oms_report_new(&report, NULL), 0);
	coco_diag_init(&d);
	int r = coco_oms_verify(&run, model, coco_view_of(text, n), o, report, &d);
	coco_free(text);
	return r;
}

static struct coco_key *public_key(const char *name)
{
	char *path = vector(name);
	struct coco_key *key = NULL;

	assert_ok(coco_key_load_public(path, &key, &d), &d);
	coco_free(path);
	return key;
}

static struct coco_certs *roots_of(const char *name)
{
	char *path = vector(name);
	struct coco_certs *certs = NULL;

	assert_ok(coco_certs_new(&certs, &d), &d);
	assert_ok(coco_certs_load(certs, path, &d), &d);
	coco_free(path);
	return certs;
}

static const char *const ignore_me[] = { "ignore-me" };

static const struct {
	const char *dir;
	const char *model;    /* below dir */
	bool certificate;
	size_t n_ignore;      /* v1.0 did not record what it ignored */
	size_t files;
} upstream[] = {
	{ "upstream/v1.1.0-elliptic-key", "", false, 0, 2 },
	{ "upstream/v1.0.1-elliptic-key", "", false, 1, 2 },
	{ "upstream/v1.0.0-elliptic-key", "/signme-1", false, 0, 1 },
	{ "upstream/v1.1.0-certificate", "", true, 0, 2 },
	{ "upstream/v1.0.0-certificate", "", true, 0, 2 },
};

static int verify_upstream(size_t i, const struct coco_bundle_trust *trust, size_t n_ignore)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", upstream[i].dir, upstream[i].model);
	char *model = vector(path);
	snprintf(path, sizeof(path), "%s/model.sig", upstream[i].dir);
	char *signature = vector(path);
	const struct coco_oms_verify_opts o = { .trust = *trust, .signature = signature,
						.ignore = ignore_me, .n_ignore = n_ignore };
	int r = verify(model, signature, &o);
	coco_free(model);
	coco_free(signature);
	return r;
}

static void test_upstream_bundles(void **state COCO_UNUSED)
{
	struct coco_key *key = public_key("keys/signing-key-pub.pem");
	struct coco_certs *roots = roots_of("keys/ca-cert.pem");
	const struct coco_bundle_trust by_key = { .key = key };
	const struct coco_bundle_trust by_cert = { .roots = roots };

	for (size_t i = 0; i < COCO_ARRAY_LEN(upstream); i++) {
		assert_ok(verify_upstream(i, upstream[i].certificate ? &by_cert : &by_key,
					  upstream[i].n_ignore), &d);
		assert_int_equal(report->matching, upstream[i].files);
		assert_int_equal(report->has_certificate, upstream[i].certificate);
		assert_int_equal(report->checks[COCO_OMS_CHECK_CERTIFICATE].status,
				 upstream[i].certificate ? COCO_OMS_PASS : COCO_OMS_SKIP);
	}
	/* what v1.0 left out silently is an added file for us */
	assert_err(verify_upstream(1, &by_key, 0), COCO_E_OMS_FILES, &d);
	assert_int_equal(report->extra.count, 1);
	assert_string_equal(report->extra.names[0], "ignore-me");
	/* key where a certificate signed, and the other way round */
	assert_err(verify_upstream(0, &by_cert, 0), COCO_E_VERIFY_METHOD, &d);
	assert_err(verify_upstream(3, &by_key, 0), COCO_E_VERIFY_METHOD, &d);
	coco_key_free(key);
	coco_certs_free(roots);
}

static void test_certificate_policy(void **state COCO_UNUSED)
{
	struct coco_certs *roots = roots_of("keys/ca-cert.pem");
	struct coco_certs *wrong = roots_of("keys/int-ca-cert.pem");
	struct coco_bundle_trust trust = { .roots = roots, .subject = "CN=intermediate-ca" };

	assert_ok(verify_upstream(3, &trust, 0), &d);
	assert_int_equal(report->checks[COCO_OMS_CHECK_SUBJECT].status, COCO_OMS_PASS);
	trust.subject = "CN=somebody else";
	assert_err(verify_upstream(3, &trust, 0), COCO_E_CERT_SUBJECT, &d);
	assert_int_equal(report->checks[COCO_OMS_CHECK_SUBJECT].status, COCO_OMS_FAIL);
	trust.subject = NULL;
	assert_ok(verify_upstream(3, &trust, 0), &d);
	assert_int_equal(report->checks[COCO_OMS_CHECK_SUBJECT].status, COCO_OMS_SKIP);
	/* model_signing would accept both of these: it asks at the leaf's notBefore */
	run.now = (int64_t)2100 * 31556952 - (int64_t)1970 * 31556952;
	assert_err(verify_upstream(3, &trust, 0), COCO_E_CERT_EXPIRED, &d);
	assert_int_equal(report->checks[COCO_OMS_CHECK_CERTIFICATE].status, COCO_OMS_FAIL);
	run.now = 1700000000;
	assert_err(verify_upstream(3, &trust, 0), COCO_E_CERT_NOT_YET_VALID, &d);
	run.now = NOW;
	trust.roots = wrong;
	assert_err(verify_upstream(3, &trust, 0), COCO_E_CERT_ROOT, &d);
	coco_certs_free(roots);
	coco_certs_free(wrong);
}

/* own/expected.json: "ok-..." is accepted, "bad-..." refused for its reason. */
static const struct {
	const char *name;
	int code;
} own[] = {
	{ "ok-p256", 0 },
	{ "ok-p384", 0 },
	{ "ok-p521", 0 },
	{ "ok-order-bytes", 0 },
	{ "ok-no-keyid-no-tlog", 0 },
	{ "ok-keyid-null", 0 },
	{ "ok-rawbytes", 0 },
	{ "ok-compact-payload", 0 },
	{ "ok-shards-impl", 0 },
	{ "bad-sig", COCO_E_VERIFY_SIGNATURE },
	{ "bad-hint", COCO_E_VERIFY_HINT },
	{ "bad-mediatype", COCO_E_FORMAT_BUNDLE_VERSION },
	{ "bad-root", COCO_E_OMS_ROOT },
	{ "bad-predicate", COCO_E_OMS_PREDICATE },
};

/* Which of the three keys signed: the name says it, else P-256. */
static const char *key_name(const char *bundle)
{
	if (strstr(bundle, "p384") != NULL)
		return "own/keys/p384.pub.pem";
	if (strstr(bundle, "p521") != NULL)
		return "own/keys/p521.pub.pem";
	return "own/keys/p256.pub.pem";
}

static void test_own_bundles(void **state COCO_UNUSED)
{
	char *model = vector("own/model");

	for (size_t i = 0; i < COCO_ARRAY_LEN(own); i++) {
		char name[128];
		struct coco_key *key = public_key(key_name(own[i].name));
		const struct coco_oms_verify_opts o = { .trust = { .key = key } };

		snprintf(name, sizeof(name), "own/bundles/%s.json", own[i].name);
		char *signature = vector(name);
		int r = verify(model, signature, &o);
		if (r != own[i].code)
			print_error("bundle: %s\n", own[i].name);
		if (own[i].code == 0)
			assert_ok(r, &d);
		else
			assert_err(r, own[i].code, &d);
		coco_free(signature);
		coco_key_free(key);
	}
	coco_free(model);
}

/* Every bundle that the vectors expect something of is in the table above. */
static void test_own_list_is_complete(void **state COCO_UNUSED)
{
	char *path = vector("own/expected.json");
	size_t n = 0;
	uint8_t *text = coco_test_slurp(path, &n);
	struct coco_json doc;
	struct coco_jv item;
	void *iter = NULL;
	size_t count = 0;

	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), 65536, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	while (coco_jv_next(&root, &iter, &item)) {
		const char *want = NULL;
		size_t i = 0;

		assert_ok(coco_jv_as_string(&item, &want, &d), &d);
		while (i < COCO_ARRAY_LEN(own) && strcmp(own[i].name, item.key) != 0)
			i++;
		assert_true(i < COCO_ARRAY_LEN(own));
		assert_int_equal(strncmp(want, "accept", 6) == 0, own[i].code == 0);
		count++;
	}
	assert_int_equal(count, COCO_ARRAY_LEN(own));
	coco_json_free(&doc);
	coco_free(text);
	coco_free(path);
}

/* The specification's examples are about the files of an upstream model. */
static void test_specification_bundles(void **state COCO_UNUSED)
{
	static const struct {
		const char *file;
		bool certificate;
		int code;
	} cases[] = {
		{ "spec/valid/key.bundle.json", false, 0 },
		{ "spec/valid/certificate.bundle.json", true, 0 },
		{ "spec/invalid/missing-envelope.bundle.json", false, COCO_E_FORMAT_JSON_TYPE },
		{ "spec/invalid/missing-verification-material.bundle.json", false,
		  COCO_E_FORMAT_JSON_TYPE },
		/* an example without a real signature, so it fails even earlier */
		{ "spec/invalid-payload/wrong-predicate.bundle.json", false,
		  COCO_E_VERIFY_SIGNATURE },
	};
	static const char *const ignore[] = { "model.sig" };
	struct coco_key *key = public_key("keys/signing-key-pub.pem");
	struct coco_certs *roots = roots_of("keys/ca-cert.pem");
	char *model = vector("upstream/v1.1.0-elliptic-key");

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_oms_verify_opts o = { .trust = { .key = key }, .ignore = ignore,
						  .n_ignore = 1 };
		char *signature = vector(cases[i].file);

		if (cases[i].certificate)
			o.trust = (struct coco_bundle_trust){ .roots = roots };
		int r = verify(model, signature, &o);
		if (r != cases[i].code)
			print_error("bundle: %s\n", cases[i].file);
		if (cases[i].code == 0)
			assert_ok(r, &d);
		else
			assert_err(r, cases[i].code, &d);
		coco_free(signature);
	}
	coco_free(model);
	coco_key_free(key);
	coco_certs_free(roots);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_upstream_bundles),
		T(test_certificate_policy),
		T(test_own_bundles),
		T(test_own_list_is_complete),
		T(test_specification_bundles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
