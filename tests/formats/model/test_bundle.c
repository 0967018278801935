/*
 * test_bundle.c - Sigstore bundles: what is written byte for byte, what is
 * read, what is refused.
 */
#include "formats/model/bundle.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/alloc_fail.h"

#define MT "\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\""
#define VM "\"verificationMaterial\":{\"publicKey\":{\"hint\":\"aa\"},\"tlogEntries\":[]}"
#define EN "\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":" \
	   "[{\"sig\":\"AQI=\",\"keyid\":\"\"}]}"

static int decode(const char *text, unsigned flags, struct coco_bundle *b, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_bundle_decode(b, coco_view_of(text, strlen(text)), flags, d);
}

/* Exactly these bytes are what model_signing 1.1 writes. */
static void test_written(void **state COCO_UNUSED)
{
	static const char *const texts[] = {
		"{" MT "," VM "," EN "}",
		"{" MT ",\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":["
		"{\"rawBytes\":\"AQ==\"},{\"rawBytes\":\"AgM=\"}]},\"tlogEntries\":[]}," EN "}",
		"{" MT ",\"verificationMaterial\":{\"certificate\":{\"rawBytes\":\"AQ==\"},"
		"\"tlogEntries\":[]}," EN "}",
		"{" MT ",\"verificationMaterial\":{\"publicKey\":{},\"tlogEntries\":[]}," EN "}",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		static struct coco_diag d;
		struct coco_bundle b;
		uint8_t *out = NULL;
		size_t n = 0;

		assert_ok(decode(texts[i], 0, &b, &d), &d);
		assert_ok(coco_bundle_encode(&b, &out, &n, &d), &d);
		assert_string_equal((char *)out, texts[i]);
		assert_int_equal(n, strlen(texts[i]));
		coco_free(out);
		coco_bundle_clear(&b);
	}
}

static void test_fields(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	struct coco_bundle b;

	assert_ok(decode("{" MT "," VM "," EN "}", 0, &b, &d), &d);
	assert_int_equal(b.material, COCO_BUNDLE_KEY);
	assert_string_equal(b.hint, "aa");
	assert_int_equal(b.n_tlog, 0);
	assert_false(b.old_media_type);
	assert_memory_equal(b.dsse.payload, "{}", 3);
	coco_bundle_clear(&b);
	assert_ok(decode("{" MT ",\"verificationMaterial\":{\"x509CertificateChain\":"
			 "{\"certificates\":[{\"rawBytes\":\"AQ==\"},{\"rawBytes\":\"AgM=\"}]},"
			 "\"tlogEntries\":[{},{}],\"timestampVerificationData\":{}}," EN "}",
			 0, &b, &d), &d);
	assert_int_equal(b.material, COCO_BUNDLE_CHAIN);
	assert_int_equal(b.n_certs, 2);
	assert_int_equal(b.certs[1].n_der, 2);
	assert_int_equal(b.n_tlog, 2);
	coco_bundle_clear(&b);
}

/* Forms that others write. */
static void test_variants(void **state COCO_UNUSED)
{
	static const char *const materials[] = {
		"{\"publicKey\":{\"rawBytes\":\"AQ==\",\"keyDetails\":\"PKIX_ECDSA_P384\"}}",
		"{\"publicKey\":{\"hint\":\"\"}}",
		"{\"publicKey\":{\"hint\":null},\"tlogEntries\":null}",
		"{\"publicKey\":{},\"timestampVerificationData\":{\"rfc3161Timestamps\":[]}}",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(materials); i++) {
		char text[600];
		static struct coco_diag d;
		struct coco_bundle b;

		snprintf(text, sizeof(text), " {" MT ",\n\"verificationMaterial\":%s," EN "}\n",
			 materials[i]);
		assert_ok(decode(text, 0, &b, &d), &d);
		assert_int_equal(b.material, COCO_BUNDLE_KEY);
		assert_null(b.hint);
		coco_bundle_clear(&b);
	}
}

static void test_media_types(void **state COCO_UNUSED)
{
	static const struct {
		const char *type;
		bool lenient;
	} types[] = {
		{ "application/vnd.dev.sigstore.bundle+json;version=0.1", true },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.2", true },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.3", true },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.4", false },
		{ "application/vnd.dev.sigstore.bundle.v0.9+json", false },
		{ "application/vnd.dev.sigstore.bundle.v0.3+json ", false },
		{ "Application/vnd.dev.sigstore.bundle.v0.3+json", false },
		{ "", false },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++) {
		char text[600];
		static struct coco_diag d;
		struct coco_bundle b;

		snprintf(text, sizeof(text), "{\"mediaType\":\"%s\"," VM "," EN "}",
			 types[i].type);
		assert_err(decode(text, 0, &b, &d), COCO_E_FORMAT_BUNDLE_VERSION, &d);
		assert_string_equal(d.pointer, "/mediaType");
		if (types[i].lenient) {
			assert_ok(decode(text, COCO_BUNDLE_LENIENT, &b, &d), &d);
			assert_true(b.old_media_type);
			coco_bundle_clear(&b);
		} else {
			assert_err(decode(text, COCO_BUNDLE_LENIENT, &b, &d),
				   COCO_E_FORMAT_BUNDLE_VERSION, &d);
		}
	}
}

static void test_refused(void **state COCO_UNUSED)
{
#define MAT(m) "{" MT ",\"verificationMaterial\":" m "," EN "}"
	static const struct {
		const char *text;
		int code;
		const char *pointer;
	} bad[] = {
		{ "{}", COCO_E_FORMAT_JSON_TYPE, "/mediaType" },
		{ "[]", COCO_E_FORMAT_JSON_TYPE, "/" },
		{ "{" MT "," EN "}", COCO_E_FORMAT_JSON_TYPE, "/verificationMaterial" },
		{ "{" MT "," VM "}", COCO_E_FORMAT_JSON_TYPE, "/dsseEnvelope" },
		{ "{" MT "," VM ",\"messageSignature\":{}}", COCO_E_FORMAT_BUNDLE,
		  "/messageSignature" },
		{ "{" MT "," VM "," EN ",\"extra\":1}", COCO_E_FORMAT_JSON_TYPE, "/extra" },
		{ "{" MT "," MT "," VM "," EN "}", COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ MAT("{}"), COCO_E_FORMAT_BUNDLE, "/verificationMaterial" },
		{ MAT("{\"publicKey\":{},\"certificate\":{\"rawBytes\":\"AQ==\"}}"),
		  COCO_E_FORMAT_BUNDLE, "/verificationMaterial" },
		{ MAT("{\"publicKey\":{},\"other\":1}"), COCO_E_FORMAT_JSON_TYPE,
		  "/verificationMaterial/other" },
		{ MAT("{\"publicKey\":1}"), COCO_E_FORMAT_JSON_TYPE,
		  "/verificationMaterial/publicKey" },
		{ MAT("{\"publicKey\":{\"hint\":1}}"), COCO_E_FORMAT_JSON_TYPE,
		  "/verificationMaterial/publicKey/hint" },
		{ MAT("{\"publicKey\":{},\"tlogEntries\":{}}"), COCO_E_FORMAT_JSON_TYPE,
		  "/verificationMaterial/tlogEntries" },
		{ MAT("{\"certificate\":{}}"), COCO_E_FORMAT_JSON_TYPE,
		  "/verificationMaterial/certificate/rawBytes" },
		{ MAT("{\"certificate\":{\"rawBytes\":\"\"}}"), COCO_E_LIMIT_SIZE,
		  "/verificationMaterial/certificate/rawBytes" },
		{ MAT("{\"x509CertificateChain\":{\"certificates\":[]}}"), COCO_E_FORMAT_BUNDLE,
		  "/verificationMaterial/x509CertificateChain/certificates" },
		{ MAT("{\"x509CertificateChain\":{}}"), COCO_E_FORMAT_JSON_TYPE,
		  "/verificationMaterial/x509CertificateChain/certificates" },
		{ MAT("{\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"AQ==\"},7]}}"),
		  COCO_E_FORMAT_JSON_TYPE,
		  "/verificationMaterial/x509CertificateChain/certificates/1" },
		{ "{" MT "," VM ",\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"t\","
		  "\"signatures\":[]}}", COCO_E_FORMAT_SIGNATURES, "/dsseEnvelope/signatures" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_bundle b = { .n_tlog = 77 };
		static struct coco_diag d;

		assert_err(decode(bad[i].text, COCO_BUNDLE_LENIENT, &b, &d), bad[i].code, &d);
		if (bad[i].pointer != NULL)
			assert_string_equal(d.pointer, bad[i].pointer);
		assert_int_equal(b.n_tlog, 77);
	}
}

static void test_counts(void **state COCO_UNUSED)
{
	static struct coco_diag d;

	for (int extra = 0; extra <= 1; extra++) {
		struct coco_bundle b;
		struct coco_wr wr;
		uint8_t *text = NULL;
		size_t n = 0;

		coco_wr_init(&wr, 1 << 20);
		coco_wr_str(&wr, "{" MT ",\"verificationMaterial\":{\"x509CertificateChain\":"
				 "{\"certificates\":[");
		for (int i = 0; i < COCO_BUNDLE_CERTS_MAX + extra; i++)
			coco_wr_printf(&wr, "%s{\"rawBytes\":\"AQ==\"}", i != 0 ? "," : "");
		coco_wr_str(&wr, "]}}," EN "}");
		assert_ok(coco_wr_finish(&wr, &text, &n, NULL), NULL);
		coco_diag_init(&d);
		int r = coco_bundle_decode(&b, coco_view_of(text, n), 0, &d);
		if (extra == 0) {
			assert_ok(r, &d);
			coco_bundle_clear(&b);
		} else {
			assert_err(r, COCO_E_LIMIT_COUNT, &d);
		}
		coco_free(text);
	}
}

static void test_truncated(void **state COCO_UNUSED)
{
	static const char text[] = "{" MT "," VM "," EN "}";

	for (size_t n = 0; n + 1 < sizeof(text); n++) {
		uint8_t *p = coco_test_guard(text, n);
		struct coco_bundle b;

		assert_int_equal(coco_bundle_decode(&b, coco_view_of(p, n), 0, NULL),
				 COCO_E_FORMAT_JSON);
		coco_test_unguard(p, n);
	}
}

static void test_spec_vectors(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		bool good;
	} files[] = {
		{ "packaging/oms/spec/valid/key.bundle.json", true },
		{ "packaging/oms/spec/valid/certificate.bundle.json", true },
		{ "packaging/oms/spec/invalid/missing-envelope.bundle.json", false },
		{ "packaging/oms/spec/invalid/missing-verification-material.bundle.json", false },
		{ "packaging/oms/own/bundles/bad-mediatype.json", false },
		{ "packaging/oms/upstream/v1.1.0-elliptic-key/model.sig", true },
		{ "packaging/oms/upstream/v1.1.0-certificate/model.sig", true },
		{ "packaging/oms/upstream/v1.0.1-elliptic-key/model.sig", true },
		{ "packaging/oms/upstream/v1.0.0-certificate/model.sig", true },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(files); i++) {
		const char *path = coco_test_vectors(files[i].name);
		static struct coco_diag d;
		struct coco_bundle b;
		size_t n = 0;

		if (path == NULL)
			skip();
		uint8_t *text = coco_test_slurp(path, &n);
		coco_diag_init(&d);
		int r = coco_bundle_decode(&b, coco_view_of(text, n), 0, &d);
		if (files[i].good) {
			assert_ok(r, &d);
			/* what 1.1 writes comes back byte for byte */
			if (strstr(files[i].name, "v1.1.0") != NULL) {
				uint8_t *out = NULL;
				size_t n_out = 0;

				assert_ok(coco_bundle_encode(&b, &out, &n_out, NULL), NULL);
				assert_int_equal(n, n_out);
				assert_memory_equal(out, text, n);
				coco_free(out);
			}
			coco_bundle_clear(&b);
		} else {
			assert_int_not_equal(r, 0);
		}
		coco_free(text);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char *const texts[] = {
		"{" MT "," VM "," EN "}",
		MAT("{\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"AQ==\"},"
		    "{\"rawBytes\":\"AgM=\"}]}}"),
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++)
		for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
			static struct coco_diag d;
			struct coco_bundle b = { .hint = NULL };
			uint8_t *out = NULL;
			size_t n_out = 0;
			int r = decode(texts[i], 0, &b, &d);

			if (r == 0)
				r = coco_bundle_encode(&b, &out, &n_out, &d);
			bool done = coco_test_alloc_check(r, &d);
			coco_bundle_clear(&b);
			coco_free(out);
			if (done)
				break;
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),	   cmocka_unit_test(test_fields),
		cmocka_unit_test(test_variants),   cmocka_unit_test(test_media_types),
		cmocka_unit_test(test_refused),	   cmocka_unit_test(test_counts),
		cmocka_unit_test(test_truncated),  cmocka_unit_test(test_spec_vectors),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
