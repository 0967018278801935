/*
 * test_x509_verify.c - chains: what holds, and every defect by name.
 */
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/x509.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

/* A chain of three; each field may be replaced before verify(). */
struct chain {
	struct coco_pki_spec root;
	struct coco_pki_spec mid;
	struct coco_pki_spec leaf;
	const char *subject;
	int64_t at;
	bool no_mid;            /* the intermediate is not sent along */
	bool foreign_root;      /* another root of the same name is trusted */
	bool root_sent;         /* the root is sent along but not trusted */
	bool mid_with_roots;    /* the intermediate stands in the file of roots */
	size_t flip;            /* 1 + offset of a byte of the leaf to alter; 0: none */
};

static struct chain good(void)
{
	return (struct chain){ .root = coco_pki_root, .mid = coco_pki_intermediate,
			       .leaf = coco_pki_leaf, .at = COCO_PKI_NOW };
}

static int verify(const struct chain *c, struct coco_cert_info *info, struct coco_diag *d)
{
	struct coco_pki_cert *root = coco_pki_issue(&c->root, NULL);
	struct coco_pki_cert *foreign = coco_pki_issue(&c->root, NULL);
	struct coco_pki_cert *mid = coco_pki_issue(&c->mid, root);
	struct coco_pki_cert *leaf = coco_pki_issue(&c->leaf, mid);
	struct coco_key *key = NULL;

	if (c->flip != 0)
		leaf->der[c->flip - 1] ^= 1;
	struct coco_certs *roots = coco_pki_list(c->foreign_root || c->root_sent ? foreign : root,
						 c->mid_with_roots ? mid : NULL, NULL);
	struct coco_certs *chain = coco_pki_list(leaf, c->no_mid ? NULL : mid,
						 c->root_sent ? root : NULL);
	struct coco_certs_trust trust = { .roots = roots, .subject = c->subject, .at = c->at };
	coco_diag_init(d);
	int r = coco_certs_verify(chain, &trust, &key, info, d);
	if (r == 0)
		assert_true(coco_key_same(key, leaf->key));
	else
		assert_null(key);
	coco_key_free(key);
	coco_certs_free(roots);
	coco_certs_free(chain);
	coco_pki_free(root);
	coco_pki_free(foreign);
	coco_pki_free(mid);
	coco_pki_free(leaf);
	return r;
}

static void accept(const struct chain *c)
{
	static struct coco_diag d;
	struct coco_cert_info info;

	assert_ok(verify(c, &info, &d), &d);
}

static void refuse(const struct chain *c, int code)
{
	static struct coco_diag d;
	struct coco_cert_info info;

	assert_err(verify(c, &info, &d), code, &d);
	assert_true(d.message[0] != '\0');
}

static void test_good(void **state COCO_UNUSED)
{
	static const char *const types[] = { "p256", "p384", "p521", "ed25519", "rsa2048" };
	struct chain c = good();
	struct coco_cert_info info;
	static struct coco_diag d;

	assert_ok(verify(&c, &info, &d), &d);
	assert_string_equal(info.subject, "CN=Model Signer,O=Example,C=DE");
	assert_string_equal(info.issuer, "CN=Test Intermediate,O=Example");
	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++) {
		c.leaf.key_type = types[i];
		c.mid.key_type = types[i];
		accept(&c);
	}
	c = good();
	c.no_mid = true;
	c.mid_with_roots = true;
	accept(&c);
	c = good();
	c.leaf.usage = NULL;
	c.leaf.extended = NULL;
	c.leaf.basic = NULL;
	c.leaf.san = NULL;
	accept(&c);
	c.leaf.extended = "anyExtendedKeyUsage";
	accept(&c);
	c.leaf.extended = "serverAuth,codeSigning";
	accept(&c);
	/* upstream's signing certificate: CA:TRUE, but its KeyUsage forbids issuing */
	c = good();
	c.leaf.basic = "critical,CA:TRUE";
	accept(&c);
}

static void test_time(void **state COCO_UNUSED)
{
	struct chain c = good();

	c.at = COCO_PKI_START;
	accept(&c);
	c.at = COCO_PKI_START - 1;
	refuse(&c, COCO_E_CERT_NOT_YET_VALID);
	c.at = COCO_PKI_END - 1;
	accept(&c);
	c.at = COCO_PKI_END;
	refuse(&c, COCO_E_CERT_EXPIRED);
	c.at = 0;
	refuse(&c, COCO_E_CERT_NOT_YET_VALID);
	/* each of the three alone */
	c = good();
	c.leaf.not_after = COCO_PKI_NOW - 5;
	refuse(&c, COCO_E_CERT_EXPIRED);
	c = good();
	c.mid.not_after = COCO_PKI_NOW - 5;
	refuse(&c, COCO_E_CERT_EXPIRED);
	c = good();
	c.root.not_after = COCO_PKI_NOW - 5;
	refuse(&c, COCO_E_CERT_EXPIRED);
	c = good();
	c.leaf.not_before = COCO_PKI_NOW + 5;
	refuse(&c, COCO_E_CERT_NOT_YET_VALID);
	c = good();
	c.mid.not_before = COCO_PKI_NOW + 5;
	refuse(&c, COCO_E_CERT_NOT_YET_VALID);
	c = good();
	c.root.not_before = COCO_PKI_NOW + 5;
	refuse(&c, COCO_E_CERT_NOT_YET_VALID);
}

static void test_time_message(void **state COCO_UNUSED)
{
	struct chain c = good();
	struct coco_cert_info info;
	static struct coco_diag d;

	c.leaf.not_after = COCO_PKI_NOW;
	assert_err(verify(&c, &info, &d), COCO_E_CERT_EXPIRED, &d);
	assert_string_equal(d.expected, "before 2027-01-15T08:00:00Z");
	assert_string_equal(d.actual, "2027-01-15T08:00:00Z");
	assert_non_null(strstr(d.message, "CN=Model Signer"));
}

static void test_root(void **state COCO_UNUSED)
{
	struct chain c = good();

	c.foreign_root = true;
	c.root.subject = "CN=One";
	refuse(&c, COCO_E_CERT_ROOT);   /* same name, other key */
	c = good();
	c.root_sent = true;
	refuse(&c, COCO_E_CERT_ROOT);   /* a root in the bundle is no root of ours */
	c = good();
	c.no_mid = true;
	refuse(&c, COCO_E_CERT_ROOT);
}

static void test_no_roots(void **state COCO_UNUSED)
{
	struct coco_pki_cert *root = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_certs *empty = coco_pki_list(NULL, NULL, NULL);
	struct coco_certs *chain = coco_pki_list(root, NULL, NULL);
	struct coco_certs_trust trust = { .roots = empty, .at = COCO_PKI_NOW };
	struct coco_key *key = NULL;

	assert_err(coco_certs_verify(chain, &trust, &key, NULL, NULL), COCO_E_TRUST_NO_ROOTS,
		   NULL);
	trust.roots = NULL;
	assert_err(coco_certs_verify(chain, &trust, &key, NULL, NULL), COCO_E_TRUST_NO_ROOTS,
		   NULL);
	trust.roots = chain;
	assert_err(coco_certs_verify(empty, &trust, &key, NULL, NULL), COCO_E_CERT_CHAIN, NULL);
	/* the root itself signs nothing */
	assert_err(coco_certs_verify(chain, &trust, &key, NULL, NULL), COCO_E_CERT_USAGE, NULL);
	coco_certs_free(empty);
	coco_certs_free(chain);
	coco_pki_free(root);
}

/* A self-signed certificate that is no CA can be pinned as its own root. */
static void test_pinned(void **state COCO_UNUSED)
{
	struct coco_pki_cert *self = coco_pki_issue(&coco_pki_leaf, NULL);
	struct coco_pki_cert *other = coco_pki_issue(&coco_pki_leaf, NULL);
	struct coco_certs *pinned = coco_pki_list(self, NULL, NULL);
	struct coco_certs *forged = coco_pki_list(other, NULL, NULL);
	struct coco_certs_trust trust = { .roots = pinned, .at = COCO_PKI_NOW };
	struct coco_key *key = NULL;

	assert_ok(coco_certs_verify(pinned, &trust, &key, NULL, NULL), NULL);
	coco_key_free(key);
	static struct coco_diag d;
	assert_err(coco_certs_verify(forged, &trust, &key, NULL, &d), COCO_E_CERT_ROOT, &d);
	coco_certs_free(pinned);
	coco_certs_free(forged);
	coco_pki_free(self);
	coco_pki_free(other);
}

static void test_usage(void **state COCO_UNUSED)
{
	static const char *const bad_usage[] = { "critical,keyEncipherment", "nonRepudiation",
						 "critical,keyAgreement" };
	struct chain c = good();

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad_usage); i++) {
		c.leaf.usage = bad_usage[i];
		refuse(&c, COCO_E_CERT_USAGE);
	}
	c = good();
	c.leaf.extended = "serverAuth";
	refuse(&c, COCO_E_CERT_USAGE);
	c.leaf.extended = "critical,timeStamping,emailProtection";
	refuse(&c, COCO_E_CERT_USAGE);
	c = good();
	c.mid.extended = "serverAuth";
	refuse(&c, COCO_E_CERT_USAGE);
	c = good();
	c.mid.basic = "critical,CA:TRUE";
	c.leaf.basic = "critical,CA:TRUE";
	c.leaf.usage = "critical,digitalSignature,keyCertSign";
	refuse(&c, COCO_E_CERT_USAGE);
	c.leaf.usage = NULL;
	refuse(&c, COCO_E_CERT_USAGE);
}

static void test_issuers(void **state COCO_UNUSED)
{
	struct chain c = good();

	c.mid.basic = "critical,CA:FALSE";
	refuse(&c, COCO_E_CERT_CHAIN);
	c.mid.basic = NULL;
	refuse(&c, COCO_E_CERT_CHAIN);
	c = good();
	c.mid.usage = "critical,digitalSignature";
	refuse(&c, COCO_E_CERT_CHAIN);
	c = good();
	c.root.usage = "critical,cRLSign";
	refuse(&c, COCO_E_CERT_CHAIN);
	c = good();
	c.root.basic = "critical,CA:TRUE,pathlen:0";
	refuse(&c, COCO_E_CERT_CHAIN);
	c = good();
	c.root.version1 = true;
	refuse(&c, COCO_E_CERT_CHAIN);
	c = good();
	c.mid.version1 = true;
	refuse(&c, COCO_E_CERT_CHAIN);
	c = good();
	c.mid.constraints = "critical,permitted;email:other.example";
	refuse(&c, COCO_E_CERT_CHAIN);
	c.mid.constraints = "critical,permitted;email:example.com";
	accept(&c);
}

static void test_unknown_critical(void **state COCO_UNUSED)
{
	struct chain c = good();

	c.leaf.unknown_critical = true;
	refuse(&c, COCO_E_CERT_CHAIN);
	c = good();
	c.mid.unknown_critical = true;
	refuse(&c, COCO_E_CERT_CHAIN);
	c = good();
	c.root.unknown_critical = true;
	refuse(&c, COCO_E_CERT_CHAIN);
}

static void test_algorithms(void **state COCO_UNUSED)
{
	static const char *const weak[] = { "SHA1", "SHA224" };
	struct chain c = good();

	for (size_t i = 0; i < COCO_ARRAY_LEN(weak); i++) {
		c.leaf.hash = weak[i];
		refuse(&c, COCO_E_CERT_ALGORITHM);
	}
	c = good();
	c.mid.key_type = "rsa2048";
	c.leaf.hash = "MD5";
	refuse(&c, COCO_E_CERT_ALGORITHM);
	c.leaf.hash = "SHA512";
	accept(&c);
	c = good();
	c.mid.hash = "SHA1";
	refuse(&c, COCO_E_CERT_ALGORITHM);
	c = good();
	c.root.hash = "SHA1";   /* nobody relies on a root's own signature */
	accept(&c);
}

static void test_altered(void **state COCO_UNUSED)
{
	struct chain c = good();
	struct coco_pki_cert *sample = coco_pki_issue(&coco_pki_leaf, NULL);

	/* the signature's last byte; a letter of the subject */
	c.flip = 0;
	for (size_t i = 0; i + 12 < sample->n_der; i++)
		if (memcmp(sample->der + i, "Model Signer", 12) == 0)
			c.flip = i + 1;
	assert_true(c.flip != 0);
	coco_pki_free(sample);
	static struct coco_diag d;
	struct coco_cert_info info;
	int r = verify(&c, &info, &d);
	assert_true(r == COCO_E_CERT_CHAIN || r == COCO_E_CERT_ROOT);
}

static void test_subject(void **state COCO_UNUSED)
{
	static const char *const same[] = {
		"CN=Model Signer,O=Example,C=DE", "C = DE, O = Example, CN = Model Signer",
		"/C=DE/O=Example/CN=Model Signer", "Model Signer", "signer@example.com",
		"https://example.com/ci/1", "sign.example.com",
	};
	static const char *const other[] = {
		"", "model signer", "Model", "Model Signer ", "CN=Model Signer", "O=Example",
		"Example", "Signer@example.com", "@example.com", "example.com",
		"https://example.com/ci/", "https://example.com/ci/11", "*.example.com",
		"CN=Model Signer,O=Example", "/CN=Model Signer", "DE",
		"C=DE,O=Example,CN=Model Signer",
	};
	struct chain c = good();

	for (size_t i = 0; i < COCO_ARRAY_LEN(same); i++) {
		c.subject = same[i];
		accept(&c);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(other); i++) {
		c.subject = other[i];
		refuse(&c, COCO_E_CERT_SUBJECT);
	}
}

/* Names made to look like others. */
static void test_subject_tricks(void **state COCO_UNUSED)
{
	struct chain c = good();

	c.leaf.san = NULL;
	c.leaf.subject = "O=Evil%2FCN=Model Signer";
	c.subject = "/O=Evil/CN=Model Signer";
	refuse(&c, COCO_E_CERT_SUBJECT);
	c.leaf.subject = "CN=Model Signer/CN=Evil";
	c.subject = "Model Signer";
	refuse(&c, COCO_E_CERT_SUBJECT);
	c.leaf.subject = "CN=Model Signer,O=Example,C=DE";
	c.subject = "CN=Model Signer,O=Example,C=DE";
	refuse(&c, COCO_E_CERT_SUBJECT);
	c.leaf.subject = "CN=M\xc3\xbcller";
	c.subject = "M\xc3\xbcller";
	accept(&c);
	c.subject = "CN=M\xc3\xbcller";
	accept(&c);
}

static void test_check_signer(void **state COCO_UNUSED)
{
	struct coco_pki_spec spec = coco_pki_leaf;
	struct coco_pki_cert *leaf = coco_pki_issue(&spec, NULL);
	struct coco_certs *list = coco_pki_list(leaf, NULL, NULL);
	struct coco_certs *empty = coco_pki_list(NULL, NULL, NULL);
	struct coco_key *other = NULL;

	assert_ok(coco_key_generate("p256", &other, NULL), NULL);
	assert_ok(coco_certs_check_signer(list, leaf->key, COCO_PKI_NOW, NULL), NULL);
	assert_err(coco_certs_check_signer(list, other, COCO_PKI_NOW, NULL), COCO_E_KEY_MISMATCH,
		   NULL);
	assert_err(coco_certs_check_signer(list, leaf->key, COCO_PKI_START - 1, NULL),
		   COCO_E_CERT_NOT_YET_VALID, NULL);
	assert_err(coco_certs_check_signer(list, leaf->key, COCO_PKI_END, NULL),
		   COCO_E_CERT_EXPIRED, NULL);
	assert_err(coco_certs_check_signer(empty, leaf->key, COCO_PKI_NOW, NULL),
		   COCO_E_CERT_CHAIN, NULL);
	coco_certs_free(list);
	coco_pki_free(leaf);
	spec.extended = "serverAuth";
	leaf = coco_pki_issue(&spec, NULL);
	list = coco_pki_list(leaf, NULL, NULL);
	assert_err(coco_certs_check_signer(list, leaf->key, COCO_PKI_NOW, NULL),
		   COCO_E_CERT_USAGE, NULL);
	coco_certs_free(list);
	coco_certs_free(empty);
	coco_pki_free(leaf);
	coco_key_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	     cmocka_unit_test(test_time),
		cmocka_unit_test(test_time_message), cmocka_unit_test(test_root),
		cmocka_unit_test(test_no_roots),     cmocka_unit_test(test_pinned),
		cmocka_unit_test(test_usage),	     cmocka_unit_test(test_issuers),
		cmocka_unit_test(test_unknown_critical), cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_altered),	     cmocka_unit_test(test_subject),
		cmocka_unit_test(test_subject_tricks), cmocka_unit_test(test_check_signer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
