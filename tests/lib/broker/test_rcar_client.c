/*
 * test_rcar_client.c - the attestation handshake against a broker that has the
 * sample verifier.
 */
#include "lib/broker/rcar_client.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/jcs.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/jwe_seal.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/http_server.h"
#include "tests/support/jwk.h"
#include "tests/support/kbs_attest.h"

static const char nonce[] = "G6gVlaPIsP450arKUvffEm2swrLGwC9mUCq/pIkItDo=";
static const char secret_text[] = "canary-resource-4c1f";
static const struct coco_run run = { .jobs = 1 };

struct broker {
	bool old;               /* protocol 0.2.0, hashing in the last order */
	bool refuse;            /* no evidence is good enough */
	bool deny;              /* policy */
	bool plain;             /* the resource comes unencrypted */
	bool html;
	const char *expects;    /* version in a mismatch for everybody */
	bool lapse;             /* the session ends after the first resource */
	unsigned expire;        /* this many requests for resources find no session */
	unsigned handshakes;
	bool saw_initdata;
	struct coco_key *key;   /* of the guest, from its attestation */
	char out[8192];
};

static void deny(struct coco_test_answer *a, struct broker *b, const char *type,
		 const char *detail)
{
	a->status = 401;
	snprintf(b->out, sizeof(b->out), "{\"type\":\"https://github.com/confidential-containers/"
		 "kbs/errors/%s\",\"detail\":\"%s\"}", type, detail);
}

static void auth(struct broker *b, const struct coco_test_request *q, struct coco_test_answer *a)
{
	const char *want = b->expects != NULL ? b->expects : b->old ? "0.2.0" : "0.4.0";
	char text[200];

	if (memmem(q->body, q->n_body, want, strlen(want)) == NULL) {
		snprintf(text, sizeof(text), "RCAR handshake Auth failed: KBS Client Protocol "
			 "Version Mismatch: expect =%s while the request is x", want);
		deny(a, b, "AttestationError", text);
		return;
	}
	a->headers[0] = "Set-Cookie: kbs-session-id=0123456789abcdef; Expires=Thu, 01 Jan 2099";
	snprintf(b->out, sizeof(b->out), "{\"nonce\":\"%s\",\"extra-params\":\"\"}", nonce);
}

/* The digest that the sample evidence must hold. */
static void expected(const struct broker *b, const struct coco_rcar_key *key, const char *devices,
		     uint8_t ret[48])
{
	struct coco_digest *d = NULL;
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 16);
	if (b->old)
		coco_rcar_bound_legacy(&wr, 3, nonce, key);
	else
		coco_rcar_bound_text(&wr, nonce, key, devices);
	assert_ok(coco_digest_new(&d, COCO_DIGEST_SHA384, NULL), NULL);
	assert_ok(coco_digest_once(d, wr.p, wr.n, ret, NULL), NULL);
	coco_digest_free(d);
	coco_wr_free(&wr);
}

static void attest(struct broker *b, const struct coco_test_request *q,
		   struct coco_test_answer *a)
{
	struct coco_rcar_key key;
	const char *devices = "";
	struct coco_json doc;
	struct coco_jv run_data;
	struct coco_jv evidence;
	struct coco_jv jwk;
	uint8_t *got = NULL;
	uint8_t want[48];
	size_t n = 0;

	b->handshakes++;
	assert_ok(coco_json_parse(&doc, coco_view_of(q->body, q->n_body), 1 << 20, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	run_data = root;
	if (!b->old)
		assert_ok(coco_jv_object(&root, "runtime-data", &run_data, NULL), NULL);
	assert_ok(coco_jv_object(&run_data, "tee-pubkey", &jwk, NULL), NULL);
	assert_ok(coco_rcar_key_decode(&key, &jwk, NULL), NULL);
	assert_ok(coco_jv_object(&root, "tee-evidence", &evidence, NULL), NULL);
	if (!b->old) {
		assert_ok(coco_jv_string(&evidence, "additional_evidence", &devices, NULL), NULL);
		expected(b, &key, devices, want);
		assert_ok(coco_jv_object(&evidence, "primary_evidence", &evidence, NULL), NULL);
	} else {
		expected(b, &key, devices, want);
	}
	b->saw_initdata = coco_jv_has(&root, "init-data");
	assert_ok(coco_jv_b64(&evidence, "report_data", &got, &n, NULL), NULL);
	if (b->refuse || strstr(q->cookie, "kbs-session-id=0123456789abcdef") == NULL || n != 48 ||
	    memcmp(got, want, 48) != 0) {
		deny(a, b, "AttestationError", "RCAR handshake Attest failed");
	} else {
		coco_key_free(b->key);
		b->key = coco_kbs_attest_key(&key);
		assert_non_null(b->key);
		snprintf(b->out, sizeof(b->out), "{\"token\":\"canary.token.5d2a\"}");
	}
	coco_free(got);
	coco_rcar_key_clear(&key);
	coco_json_free(&doc);
}

static void resource(struct broker *b, const struct coco_test_request *q,
		     struct coco_test_answer *a)
{
	struct coco_secret secret = { 0 };
	const struct coco_key *to = b->key;
	struct coco_jwe jwe;
	struct coco_wr wr;
	struct coco_jw jw;

	if (b->expire > 0 || strstr(q->cookie, "kbs-session-id=") == NULL ||
	    strcmp(q->authorization, "Bearer canary.token.5d2a") != 0) {
		b->expire -= b->expire > 0;
		deny(a, b, "TokenNotFound", "Attestation Token not found");
		return;
	}
	if (b->deny) {
		deny(a, b, "PolicyDeny", "Access denied by policy");
		return;
	}
	if (strcmp(q->path, "/kbs/v0/resource/tenant/model/key") != 0) {
		deny(a, b, "PluginInternalError", "Plugin internal error");
		return;
	}
	if (b->plain) {
		snprintf(b->out, sizeof(b->out), "%s", secret_text);
		return;
	}
	assert_ok(coco_secret_from(&secret, secret_text, strlen(secret_text), NULL), NULL);
	assert_ok(coco_jwe_seal(&secret, &to, 1, &jwe, NULL), NULL);
	coco_wr_init(&wr, sizeof(b->out));
	coco_jw_init(&jw, &wr, false);
	coco_jwe_encode(&jw, &jwe);
	snprintf(b->out, sizeof(b->out), "%.*s", (int)wr.n, (const char *)wr.p);
	coco_wr_free(&wr);
	coco_jwe_clear(&jwe);
	coco_secret_free(&secret);
}

static void handler(void *ctx, const struct coco_test_request *q, struct coco_test_answer *a)
{
	struct broker *b = ctx;

	b->out[0] = '\0';
	if (b->html) {
		a->status = 502;
		snprintf(b->out, sizeof(b->out), "<html>Bad Gateway</html>");
	} else if (strcmp(q->path, "/kbs/v0/auth") == 0) {
		auth(b, q, a);
	} else if (strcmp(q->path, "/kbs/v0/attest") == 0) {
		attest(b, q, a);
	} else {
		resource(b, q, a);
	}
	a->body = b->out;
	a->n_body = strlen(b->out);
}

/* Gets a resource twice; the code of the first failure. */
static int fetch(struct broker *b, struct coco_rcar_config config, const char *path,
		 struct coco_diag *d)
{
	struct coco_test_server *server = coco_test_server_start(handler, b, NULL);
	struct coco_attester_config sample = { .kind = COCO_ATTESTER_SAMPLE };
	struct coco_http_config http = { .proxy = "", .tries = 1 };
	struct coco_attester *attester = NULL;
	struct coco_resource_id id;
	struct coco_rcar *c = NULL;
	int r = 0;

	assert_ok(coco_attester_new(&attester, &sample, d), d);
	assert_ok(coco_http_new(&config.http, &http, d), d);
	config.url = coco_test_server_url(server, "/");
	config.attester = attester;
	assert_ok(coco_resource_id_parse(&id, path, strlen(path), d), d);
	assert_ok(coco_rcar_new(&c, &config, d), d);
	assert_null(coco_rcar_token(c));
	for (unsigned i = 0; r == 0 && i < 2; i++) {
		struct coco_secret got = { 0 };

		r = coco_rcar_get(c, &run, &id, &got, d);
		if (r == 0) {
			assert_int_equal(got.n, strlen(secret_text));
			assert_memory_equal(coco_secret_expose(&got), secret_text, got.n);
			assert_non_null(coco_rcar_token(c));
		}
		coco_secret_free(&got);
		b->expire = b->lapse && i == 0;
	}
	assert_null(strstr(d->message, "canary"));
	assert_null(strstr(d->actual, "canary"));
	coco_rcar_free(c);
	coco_http_free(config.http);
	coco_attester_free(attester);
	coco_test_server_stop(server);
	coco_key_free(b->key);
	b->key = NULL;
	return r;
}

static void test_fetch(void **state COCO_UNUSED)
{
	static const char *const keys[] = { NULL, "p256", "p384", "p521", "rsa" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(keys); i++) {
		struct broker b = { .old = false };
		struct coco_rcar_config config = { .key = keys[i], .initdata = "a = 1\n",
						   .devices = "{\"nvidia\":{\"x\":[]}}" };
		struct coco_diag d = { 0 };

		assert_ok(fetch(&b, config, "tenant/model/key", &d), &d);
		assert_int_equal(b.handshakes, 1);
		assert_true(b.saw_initdata);
	}
}

static void test_lapsed(void **state COCO_UNUSED)
{
	struct broker b = { .lapse = true };
	struct coco_diag d = { 0 };

	assert_ok(fetch(&b, (struct coco_rcar_config){ .key = NULL }, "tenant/model/key", &d), &d);
	assert_int_equal(b.handshakes, 2);
}

static void test_protocols(void **state COCO_UNUSED)
{
	struct broker old = { .old = true };
	struct broker strict = { .old = true };
	struct broker future = { .expects = "0.5.0" };
	struct coco_diag d = { 0 };

	assert_ok(fetch(&old, (struct coco_rcar_config){ .key = NULL }, "tenant/model/key", &d),
		  &d);
	assert_int_equal(old.handshakes, 4);
	assert_err(fetch(&strict, (struct coco_rcar_config){ .initdata = "x" }, "tenant/model/key",
			 &d), COCO_E_RCAR_PROTOCOL, &d);
	coco_diag_init(&d);
	assert_err(fetch(&future, (struct coco_rcar_config){ .key = NULL }, "tenant/model/key", &d),
		   COCO_E_RCAR_PROTOCOL, &d);
	assert_non_null(strstr(d.actual, "0.5.0"));
}

static void test_refused(void **state COCO_UNUSED)
{
	struct {
		struct broker b;
		const char *path;
		int code;
	} cases[] = {
		{ { .refuse = true }, "tenant/model/key", COCO_E_RCAR_REFUSED },
		{ { .deny = true }, "tenant/model/key", COCO_E_RCAR_POLICY },
		{ { .plain = true }, "tenant/model/key", COCO_E_FORMAT_JSON },
		{ { .html = true }, "tenant/model/key", COCO_E_BROKER_BUSY },
		{ { .expire = 1 }, "tenant/model/key", COCO_E_BROKER_TOKEN },
		{ { .old = false }, "tenant/model/other", COCO_E_RCAR_RESOURCE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_diag d = { 0 };

		assert_err(fetch(&cases[i].b, (struct coco_rcar_config){ .key = NULL },
				 cases[i].path, &d), cases[i].code, &d);
	}
}

static void test_usage(void **state COCO_UNUSED)
{
	struct coco_rcar_config config = { .url = "ftp://x" };
	struct coco_diag d = { 0 };
	struct coco_rcar *c = NULL;

	assert_err(coco_rcar_new(&c, &config, &d), COCO_E_USAGE_URL, &d);
	coco_diag_init(&d);
	config.url = "https://x";
	config.key = "ed25519";
	assert_err(coco_rcar_new(&c, &config, &d), COCO_E_USAGE_VALUE, &d);
	coco_rcar_free(NULL);
}

/* ---- vectors ---------------------------------------------------------------- */

static struct coco_key *vector_key(const struct coco_jv *root)
{
	struct coco_jv jwk;

	assert_ok(coco_jv_object(root, "recipient_private_jwk", &jwk, NULL), NULL);
	return coco_test_jwk(&jwk);
}

static int vector_open(const char *body, const struct coco_key *key, struct coco_secret *ret)
{
	return coco_rcar_open(coco_view_of(body, strlen(body)), key, ret, NULL);
}

/* The header with its members turned round: only the upstream form fits the tag. */
static void reordered(const char *body, const struct coco_key *key)
{
	struct coco_secret got = { 0 };
	struct coco_jwe jwe;
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *text = NULL;
	char other[1024];
	size_t n = 0;

	assert_ok(coco_jwe_decode(&jwe, coco_view_of(body, strlen(body)), NULL), NULL);
	assert_ok(coco_b64_decode(COCO_B64_URL, jwe.protected_b64, strlen(jwe.protected_b64), &text,
				  &n, NULL), NULL);
	const char *epk = strstr((char *)text, ",\"epk\":");
	assert_non_null(epk);
	snprintf(other, sizeof(other), "{ \"enc\":\"A256GCM\"%.*s,\"alg\":\"ECDH-ES+A256KW\"}",
		 (int)(n - 1 - (size_t)(epk - (char *)text)), epk);
	coco_free(jwe.protected_b64);
	jwe.protected_b64 = coco_b64_dup(COCO_B64_URL, (uint8_t *)other, strlen(other));
	coco_wr_init(&wr, 1 << 16);
	coco_jw_init(&jw, &wr, false);
	coco_jwe_encode(&jw, &jwe);
	assert_ok(coco_rcar_open(coco_wr_view(&wr), key, &got, NULL), NULL);
	coco_wr_free(&wr);
	coco_jwe_clear(&jwe);
	coco_free(text);
	coco_secret_free(&got);
}

static void vector(const char *name, bool negatives)
{
	const char *path = coco_test_vectors(name);
	struct coco_secret got = { 0 };
	struct coco_json doc;
	struct coco_json more;
	struct coco_jv list;
	const char *body = NULL;
	const char *plain = NULL;
	size_t n = 0;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), 1 << 20, NULL), NULL);
	coco_free(text);
	struct coco_jv root = coco_json_root(&doc);
	struct coco_key *key = vector_key(&root);
	assert_ok(coco_jv_string(&root, "response_body", &body, NULL), NULL);
	assert_ok(coco_jv_string(&root, "plaintext_hex", &plain, NULL), NULL);
	assert_ok(vector_open(body, key, &got), NULL);
	assert_int_equal(got.n * 2, strlen(plain));
	coco_secret_free(&got);
	if (negatives) {
		reordered(body, key);
		path = coco_test_vectors("broker/jwe/negative-p256.json");
		text = coco_test_slurp(path, &n);
		assert_ok(coco_json_parse(&more, coco_view_of(text, n), 1 << 20, NULL), NULL);
		coco_free(text);
		root = coco_json_root(&more);
		assert_ok(coco_jv_array(&root, "cases", &list, NULL), NULL);
		assert_true(coco_jv_len(&list) >= 8);
		for (size_t i = 0; i < coco_jv_len(&list); i++) {
			struct coco_jv item = coco_jv_item(&list, i);

			assert_ok(coco_jv_string(&item, "response_body", &body, NULL), NULL);
			assert_true(vector_open(body, key, &got) != 0);
		}
		coco_json_free(&more);
	}
	coco_key_free(key);
	coco_json_free(&doc);
}

static void test_vectors(void **state COCO_UNUSED)
{
	vector("broker/jwe/ecdh-es-a256kw-p256.json", true);
	vector("broker/jwe/ecdh-es-a256kw-p256-empty.json", false);
	vector("broker/jwe/ecdh-es-a256kw-p521.json", false);
	vector("broker/jwe/rsa-oaep-256.json", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetch),
		cmocka_unit_test(test_lapsed),
		cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
