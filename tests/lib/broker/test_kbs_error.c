/*
 * test_kbs_error.c - refusals decoded, by the shared vectors and by hand; what
 * is no broker's error; nothing secret comes back in a message.
 */
#include "lib/broker/kbs_error.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

static int judge(unsigned status, const char *type, const char *body, struct coco_diag *d)
{
	struct coco_http_response a = { .status = status };

	coco_diag_init(d);
	snprintf(a.content_type, sizeof(a.content_type), "%s", type);
	if (body[0] != '\0')
		assert_ok(coco_secret_from(&a.body, body, strlen(body), d), d);
	int r = coco_kbs_error_fail(&a, "put it", d);
	coco_secret_free(&a.body);
	return r;
}

#define E(name, detail) \
	"{\"type\":\"https://github.com/confidential-containers/kbs/errors/" name \
	"\",\"detail\":\"" detail "\"}"

static void test_types(void **state COCO_UNUSED)
{
	static const struct {
		unsigned status;
		const char *body;
		int code;
	} cases[] = {
		{ 401, E("AdminAuthInitialization", "x"), COCO_E_BROKER_REFUSED_ADMIN },
		{ 401, E("AdminAuthAccess", "x"), COCO_E_BROKER_REFUSED_ADMIN },
		{ 401, E("AttestationError", "RCAR handshake Attest failed"),
		  COCO_E_BROKER_ATTESTATION },
		{ 401, E("AttestationError", "Attestation error: Set Attestation Policy failed"),
		  COCO_E_BROKER_POLICY_TEXT },
		{ 401, E("AttestationError", "KBS Client Protocol Version Mismatch: a"),
		  COCO_E_BROKER_PROTOCOL },
		{ 401, E("ProtocolVersion", ""), COCO_E_BROKER_PROTOCOL },
		{ 404, E("InvalidRequestPath", "x"), COCO_E_BROKER_ROUTE },
		{ 404, E("PluginNotFound", "x"), COCO_E_BROKER_ROUTE },
		{ 401, E("PluginInternalError", "x"), COCO_E_BROKER_PLUGIN },
		{ 403, E("PolicyDeny", "x"), COCO_E_BROKER_REFUSED_POLICY },
		{ 401, E("ParsePolicyError", "x"), COCO_E_BROKER_POLICY_TEXT },
		{ 401, E("PolicyEngineError", "x"), COCO_E_BROKER_POLICY_TEXT },
		{ 401, E("RvpsError", "x"), COCO_E_BROKER_RVPS },
		{ 401, E("TokenNotFound", "x"), COCO_E_BROKER_TOKEN },
		{ 401, E("TokenVerifierError", "x"), COCO_E_BROKER_TOKEN },
		{ 401, E("JweError", "x"), COCO_E_BROKER_ENCRYPT },
		{ 401, E("SerdeError", "x"), COCO_E_BROKER_ERROR },
		{ 401, E("Tomorrow", "x"), COCO_E_BROKER_ERROR },
		{ 401, "", COCO_E_NOT_A_BROKER },
		{ 404, "", COCO_E_BROKER_ROUTE },
		{ 405, "", COCO_E_BROKER_ROUTE },
		{ 413, "too large", COCO_E_BROKER_TOO_LARGE },
		{ 429, "", COCO_E_BROKER_BUSY },
		{ 503, "<html>", COCO_E_BROKER_BUSY },
		{ 401, "<html>", COCO_E_NOT_A_BROKER },
		{ 401, "{\"type\":\"about:blank\",\"detail\":\"x\"}", COCO_E_NOT_A_BROKER },
		{ 401, "{\"type\":1,\"detail\":\"x\"}", COCO_E_NOT_A_BROKER },
		{ 401, "[1]", COCO_E_NOT_A_BROKER },
		{ 302, "plain", COCO_E_NOT_A_BROKER },
	};
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++)
		assert_err(judge(cases[i].status, "", cases[i].body, &d), cases[i].code, &d);
}

static void test_words(void **state COCO_UNUSED)
{
	struct coco_diag d;

	judge(401, "", E("AdminAuthAccess", "token abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrst"
			 "uvwxyz.0123456789 is\\u001b[31m bad"), &d);
	assert_null(strstr(d.message, "abcdefgh"));
	assert_non_null(strstr(d.message, "token [...] is"));
	assert_null(strchr(d.message, '\x1b'));
	judge(200, "text/html; charset=utf-8", "x", &d);
	assert_non_null(strstr(d.message, "an HTML page"));
	judge(401, "", "", &d);
	assert_non_null(strstr(d.message, "an empty body"));
}

static void test_versions(void **state COCO_UNUSED)
{
	struct coco_kbs_error e = { .type = "AttestationError" };
	char v[16];

	strcpy(e.detail, "1.2.3 KBS Client Protocol Version Mismatch: expect =0.2.0 got 0.4.0");
	assert_true(coco_kbs_error_mismatch(&e));
	assert_true(coco_kbs_error_version(&e, v, sizeof(v)));
	assert_string_equal(v, "0.2.0");
	strcpy(e.detail, "KBS Client Protocol Version Mismatch: 0.2 or 1.2.");
	assert_false(coco_kbs_error_version(&e, v, sizeof(v)));
	strcpy(e.detail, "other 0.4.0");
	assert_false(coco_kbs_error_mismatch(&e));
	assert_false(coco_kbs_error_version(&e, v, sizeof(v)));
}

static void test_vectors(void **state COCO_UNUSED)
{
	static const int codes[] = { COCO_E_BROKER_REFUSED_POLICY, COCO_E_BROKER_TOKEN,
				     COCO_E_BROKER_PLUGIN, COCO_E_BROKER_ROUTE,
				     COCO_E_BROKER_ENCRYPT };
	const char *path = coco_test_vectors("broker/http/errors.json");
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_jv list;
	size_t n;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), 1 << 20, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "cases", &list, &d), &d);
	assert_int_equal(coco_jv_len(&list), COCO_ARRAY_LEN(codes));
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		uint64_t status;
		const char *body;

		assert_ok(coco_jv_u64(&item, "status", 999, &status, &d), &d);
		assert_ok(coco_jv_string(&item, "body", &body, &d), &d);
		assert_err(judge((unsigned)status, "", body, &d), codes[i], &d);
	}
	coco_json_free(&doc);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
