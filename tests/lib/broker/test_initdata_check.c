/*
 * test_initdata_check.c - every finding about an initdata document, and
 * documents about which there is nothing to say.
 */
#include "lib/broker/initdata_check.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

#define AA "[token_configs.kbs]\nurl = \"https://k\"\n"
#define CDH "[kbc]\nname = \"cc_kbc\"\nurl = \"https://k\"\n"
#define POLICY "package agent_policy\n"

static struct coco_outcomes list;

/* The findings about a document of these entries (NULL: left out). */
static void check_alg(enum coco_initdata_alg alg, const char *aa, const char *cdh,
		      const char *policy)
{
	const char *const texts[] = { aa, cdh, policy };
	static const char *const names[] = { "aa.toml", "cdh.toml", "policy.rego" };
	static struct coco_initdata doc;
	struct coco_initdata_entry e[3];
	struct coco_diag d = { 0 };
	uint8_t *toml = NULL;
	size_t n_toml = 0;
	size_t n = 0;

	coco_outcomes_free(&list);
	for (size_t i = 0; i < 3; i++)
		if (texts[i] != NULL)
			e[n++] = (struct coco_initdata_entry){ .name = names[i], .text = texts[i],
							       .n = strlen(texts[i]) };
	assert_ok(coco_initdata_encode(alg, e, n, &toml, &n_toml, &d), &d);
	assert_ok(coco_initdata_decode(&doc, coco_view_of(toml, n_toml), &d), &d);
	assert_ok(coco_initdata_check(&doc, coco_view_of(toml, n_toml), COCO_PKI_NOW, &list, &d),
		  &d);
	coco_initdata_free(&doc);
	coco_free(toml);
}

static void check(const char *aa, const char *cdh, const char *policy)
{
	check_alg(COCO_INITDATA_SHA256, aa, cdh, policy);
}

static size_t count(const char *id, enum coco_outcome_level level)
{
	size_t n = 0;

	for (size_t i = 0; i < list.n; i++)
		if (strcmp(list.v[i].id, id) == 0) {
			assert_int_equal(list.v[i].level, level);
			assert_string_not_equal(list.v[i].text, "");
			if (level != COCO_OUTCOME_PASS)
				assert_string_not_equal(list.v[i].next, "");
			n++;
		}
	return n;
}

/* Exactly these findings besides the algorithm's: times, level, id. */
static void only(size_t times, enum coco_outcome_level level, const char *id)
{
	size_t n = count(id, level);

	if (n != times || list.n != times + 1)
		for (size_t i = 0; i < list.n; i++)
			print_error("%s: %s\n", list.v[i].id, list.v[i].text);
	assert_int_equal(n, times);
	assert_int_equal(list.n, times + 1);
	assert_int_equal(count("initdata.algorithm", COCO_OUTCOME_PASS), 1);
}

static void test_nothing(void **state COCO_UNUSED)
{
	check(AA, CDH, POLICY);
	assert_int_equal(list.n, 1);
	assert_int_equal(coco_outcomes_worst(&list), COCO_OUTCOME_PASS);
}

static void test_algorithm(void **state COCO_UNUSED)
{
	check_alg(COCO_INITDATA_SHA384, AA, CDH, POLICY);
	assert_int_equal(list.n, 1);
	assert_int_equal(count("initdata.algorithm", COCO_OUTCOME_WARN), 1);
	assert_non_null(strstr(list.v[0].text, "vTPM"));
	assert_null(strstr(list.v[0].text, "MRCONFIGID"));
	check_alg(COCO_INITDATA_SHA512, AA, CDH, POLICY);
	assert_int_equal(count("initdata.algorithm", COCO_OUTCOME_WARN), 1);
	assert_non_null(strstr(list.v[0].text, "MRCONFIGID"));
}

static void test_entries(void **state COCO_UNUSED)
{
	check(NULL, CDH, POLICY);
	only(1, COCO_OUTCOME_FAIL, "initdata.entry.missing");
	assert_non_null(strstr(list.v[1].text, "aa.toml"));
	check(AA, NULL, POLICY);
	only(1, COCO_OUTCOME_FAIL, "initdata.entry.missing");
	assert_non_null(strstr(list.v[1].text, "cdh.toml"));
	check(AA, CDH, NULL);
	only(1, COCO_OUTCOME_WARN, "initdata.policy.missing");
	check(AA, CDH, "package policy\n");
	only(1, COCO_OUTCOME_FAIL, "initdata.policy.package");
	check(NULL, NULL, NULL);
	assert_int_equal(list.n, 4);
}

static void test_nested(void **state COCO_UNUSED)
{
	check("[token_configs.kbs\n", CDH, POLICY);
	only(1, COCO_OUTCOME_FAIL, "initdata.toml.syntax");
	assert_string_equal(list.v[1].place, "aa.toml line 1");
	check(AA, CDH "\nx =\n", POLICY);
	only(1, COCO_OUTCOME_FAIL, "initdata.toml.syntax");
	assert_string_equal(list.v[1].place, "cdh.toml line 5");
	check(AA "cert = 5\n", CDH, POLICY);
	only(1, COCO_OUTCOME_FAIL, "initdata.toml.type");
	assert_string_equal(list.v[1].place, "aa.toml line 3");
}

static void test_url(void **state COCO_UNUSED)
{
	static const char *const without[] = {
		"", "[token_configs]\n", "[token_configs.coco_as]\nurl = \"https://k\"\n",
		"[token_configs.kbs]\n", "[token_configs.kbs]\nurl = \"k:8080\"\n",
		"[token_configs.kbs]\nurl = \"\"\n", "token_configs = 1\n",
		"[token_configs]\nkbs = 1\n", "url = \"https://k\"\n",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(without); i++) {
		check(without[i], CDH, POLICY);
		assert_int_equal(count("initdata.url.missing", COCO_OUTCOME_FAIL), 1);
		assert_true(list.n <= 3);
	}
	check(AA, "[kbc]\nname = \"cc_kbc\"\n", POLICY);
	only(1, COCO_OUTCOME_FAIL, "initdata.url.missing");
	assert_string_equal(list.v[1].place, "cdh.toml [kbc]");
	check(AA, "[kbc]\nname = \"cc_kbc\"\nurl = \"null\"\n", POLICY);
	assert_int_equal(count("initdata.url.missing", COCO_OUTCOME_FAIL), 1);
	check(AA, "[kbc]\nname = \"cc_kbc\"\nurl = 1\n", POLICY);
	assert_int_equal(count("initdata.toml.type", COCO_OUTCOME_FAIL), 1);
	assert_int_equal(count("initdata.url.missing", COCO_OUTCOME_FAIL), 1);
	check(AA, "[kbc]\nname = \"cc_kbc\"\nurl = \"https://other\"\n", POLICY);
	only(1, COCO_OUTCOME_WARN, "initdata.url.differ");
}

static void test_kbc(void **state COCO_UNUSED)
{
	check(AA, "[kbc]\nurl = \"https://k\"\n", POLICY);
	only(1, COCO_OUTCOME_FAIL, "initdata.kbc.name");
	check(AA, "[kbc]\nname = \"kbc\"\nurl = \"https://k\"\n", POLICY);
	only(1, COCO_OUTCOME_FAIL, "initdata.kbc.name");
	/* no broker is asked: neither address nor aa.toml is needed */
	check(NULL, "[kbc]\nname = \"offline_fs_kbc\"\nurl = \"\"\n", POLICY);
	only(1, COCO_OUTCOME_WARN, "initdata.kbc.offline");
	check("", "[kbc]\nname = \"offline_fs_kbc\"\n", POLICY);
	only(1, COCO_OUTCOME_WARN, "initdata.kbc.offline");
}

static char *pem_of(const struct coco_pki_cert *cert, char *ret)
{
	coco_pem_encode(ret, "CERTIFICATE", cert->der, cert->n_der);
	return ret;
}

/* Both files with a certificate text; aa's and cdh's own scheme. */
static void with_cert(const char *scheme, const char *aa_pem, const char *cdh_pem)
{
	static char aa[16384];
	static char cdh[16384];

	snprintf(aa, sizeof(aa), "[token_configs.kbs]\nurl = \"%s://k\"\n%s%s%s", scheme,
		 aa_pem != NULL ? "cert = '''\n" : "", aa_pem != NULL ? aa_pem : "",
		 aa_pem != NULL ? "'''\n" : "");
	snprintf(cdh, sizeof(cdh), "[kbc]\nname = \"cc_kbc\"\nurl = \"%s://k\"\n%s%s%s", scheme,
		 cdh_pem != NULL ? "kbs_cert = '''\n" : "", cdh_pem != NULL ? cdh_pem : "",
		 cdh_pem != NULL ? "'''\n" : "");
	check(aa, cdh, POLICY);
}

static void test_cert(void **state COCO_UNUSED)
{
	static const struct coco_pki_spec server = { .subject = "CN=k", .san = "DNS:k" };
	static const struct coco_pki_spec nameless = { .subject = "CN=k" };
	static const struct coco_pki_spec old = { .subject = "CN=k", .san = "DNS:k",
						  .not_after = COCO_PKI_NOW };
	static const struct coco_pki_spec future = { .subject = "CN=k", .san = "DNS:k",
						     .not_before = COCO_PKI_NOW + 1 };
	struct coco_pki_cert *root = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_pki_cert *leaf = coco_pki_issue(&server, root);
	struct coco_pki_cert *cert;
	char pem[4096];
	char other[4096];
	char both[8192];

	pem_of(root, pem);
	with_cert("https", pem, pem);
	assert_int_equal(list.n, 1);
	with_cert("https", pem, NULL);
	only(1, COCO_OUTCOME_WARN, "initdata.cert.once");
	assert_non_null(strstr(list.v[1].text, "aa.toml only"));
	with_cert("https", NULL, pem);
	only(1, COCO_OUTCOME_WARN, "initdata.cert.once");
	assert_non_null(strstr(list.v[1].text, "cdh.toml only"));
	with_cert("http", pem, pem);
	only(2, COCO_OUTCOME_WARN, "initdata.cert.unused");
	with_cert("https", "not PEM\n", "not PEM\n");
	only(2, COCO_OUTCOME_FAIL, "initdata.cert.format");
	with_cert("https", "", "");
	only(2, COCO_OUTCOME_FAIL, "initdata.cert.format");
	/* the server's own, issued by itself, with its name */
	cert = coco_pki_issue(&server, NULL);
	pem_of(cert, other);
	with_cert("https", other, other);
	assert_int_equal(list.n, 1);
	with_cert("https", pem, other);
	only(1, COCO_OUTCOME_WARN, "initdata.cert.differ");
	coco_pki_free(cert);
	cert = coco_pki_issue(&nameless, NULL);
	pem_of(cert, other);
	with_cert("https", other, other);
	only(2, COCO_OUTCOME_FAIL, "initdata.cert.names");
	coco_pki_free(cert);
	cert = coco_pki_issue(&old, NULL);
	pem_of(cert, other);
	with_cert("https", other, other);
	only(2, COCO_OUTCOME_FAIL, "initdata.cert.expired");
	assert_non_null(strstr(list.v[1].text, "expired"));
	coco_pki_free(cert);
	cert = coco_pki_issue(&future, NULL);
	pem_of(cert, other);
	with_cert("https", other, other);
	only(2, COCO_OUTCOME_FAIL, "initdata.cert.expired");
	assert_non_null(strstr(list.v[1].text, "not valid yet"));
	coco_pki_free(cert);
	/* issued by another one: alone it anchors nothing, with its issuer it does */
	pem_of(leaf, other);
	with_cert("https", other, other);
	only(2, COCO_OUTCOME_FAIL, "initdata.cert.anchor");
	snprintf(both, sizeof(both), "%s%s", other, pem);
	with_cert("https", both, both);
	assert_int_equal(list.n, 1);
	coco_pki_free(leaf);
	coco_pki_free(root);
}

static void test_line_ends(void **state COCO_UNUSED)
{
	static const char text[] = "version = \"0.1.0\"\r\nalgorithm = \"sha256\"\r\n[data]\r\n";
	static struct coco_initdata doc;
	struct coco_diag d = { 0 };

	coco_outcomes_free(&list);
	assert_ok(coco_initdata_decode(&doc, coco_view_of(text, sizeof(text) - 1), &d), &d);
	assert_ok(coco_initdata_check(&doc, coco_view_of(text, sizeof(text) - 1), COCO_PKI_NOW,
				      &list, &d), &d);
	assert_int_equal(count("initdata.text.cr", COCO_OUTCOME_WARN), 1);
	coco_initdata_free(&doc);
}

static void test_size(void **state COCO_UNUSED)
{
	static char policy[400000];
	static const char digits[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

	coco_test_random(policy, sizeof(policy) - 1, 1);
	for (size_t i = 0; i < sizeof(policy) - 1; i++)
		policy[i] = digits[(uint8_t)policy[i] % 64];
	memcpy(policy, POLICY "# ", sizeof(POLICY) + 1);
	check(AA, CDH, policy);
	only(1, COCO_OUTCOME_FAIL, "initdata.annotation.size");
	policy[100000] = '\0';
	check(AA, CDH, policy);
	only(1, COCO_OUTCOME_WARN, "initdata.annotation.size");
	policy[50000] = '\0';
	check(AA, CDH, policy);
	assert_int_equal(list.n, 1);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char text[] =
		"version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\n\"aa.toml\" = 'x'\n";
	static struct coco_initdata doc;
	struct coco_diag d = { 0 };
	bool done = false;

	assert_ok(coco_initdata_decode(&doc, coco_view_of(text, sizeof(text) - 1), &d), &d);
	/* a nested document that cannot be read for want of memory is no verdict */
	for (unsigned long i = 1; !done && coco_test_alloc_arm(i); i++) {
		coco_outcomes_free(&list);
		int r = coco_initdata_check(&doc, coco_view_of(text, sizeof(text) - 1),
					    COCO_PKI_NOW, &list, &d);
		done = coco_test_alloc_check(r, &d);
	}
	assert_int_equal(count("initdata.toml.syntax", COCO_OUTCOME_FAIL), 1);
	coco_initdata_free(&doc);
}

static const struct {
	const char *name;
	enum coco_outcome_level worst;
	const char *id;
} vectors[] = {
	{ "upstream/kubectl-coco/initdata/valid.toml", COCO_OUTCOME_PASS, NULL },
	{ "upstream/kubectl-coco/initdata/valid-no-policy.toml", COCO_OUTCOME_WARN,
	  "initdata.policy.missing" },
	{ "upstream/kubectl-coco/initdata/valid-with-ca-cert.toml", COCO_OUTCOME_WARN,
	  "initdata.cert.unused" },
	{ "upstream/kubectl-coco/initdata/valid-with-both.toml", COCO_OUTCOME_WARN,
	  "initdata.cert.unused" },
	{ "upstream/kubectl-coco/initdata/invalid-missing-cdh.toml", COCO_OUTCOME_FAIL,
	  "initdata.entry.missing" },
	{ "upstream/kubectl-coco/initdata/invalid-leaf-cert.toml", COCO_OUTCOME_FAIL,
	  "initdata.cert.anchor" },
	{ "upstream/kubectl-coco/initdata/invalid-leaf-no-san.toml", COCO_OUTCOME_FAIL,
	  "initdata.cert.names" },
	{ "upstream/kubectl-coco/initdata/invalid-expired-cert.toml", COCO_OUTCOME_FAIL,
	  "initdata.cert.expired" },
	{ "initdata/release-sha256.toml", COCO_OUTCOME_PASS, NULL },
	{ "initdata/release-sha384.toml", COCO_OUTCOME_WARN, "initdata.algorithm" },
	{ "initdata/minimal-sha256.toml", COCO_OUTCOME_FAIL, "initdata.entry.missing" },
};

static void test_vectors(void **state COCO_UNUSED)
{
	static struct coco_initdata doc;

	for (size_t i = 0; i < COCO_ARRAY_LEN(vectors); i++) {
		struct coco_diag d = { 0 };
		char name[128];
		size_t n = 0;

		snprintf(name, sizeof(name), "broker/%s", vectors[i].name);
		const char *path = coco_test_vectors(name);
		if (path == NULL)
			skip();
		uint8_t *text = coco_test_slurp(path, &n);
		coco_outcomes_free(&list);
		assert_ok(coco_initdata_decode(&doc, coco_view_of(text, n), &d), &d);
		assert_ok(coco_initdata_check(&doc, coco_view_of(text, n), 1790000000, &list, &d),
			  &d);
		if (coco_outcomes_worst(&list) != vectors[i].worst)
			print_error("%s\n", name);
		assert_int_equal(coco_outcomes_worst(&list), vectors[i].worst);
		if (vectors[i].id != NULL)
			assert_true(count(vectors[i].id, vectors[i].worst) > 0);
		coco_initdata_free(&doc);
		coco_free(text);
	}
}

static int teardown(void **state COCO_UNUSED)
{
	coco_outcomes_free(&list);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_algorithm),
		cmocka_unit_test(test_entries), cmocka_unit_test(test_nested),
		cmocka_unit_test(test_url), cmocka_unit_test(test_kbc),
		cmocka_unit_test(test_cert), cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_size), cmocka_unit_test(test_memory),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
