/*
 * test_declaration.c - declarations: everything that they may say, and every
 * way in which they are refused, with its line.
 */
#include "formats/broker/declaration.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define HEAD "schema = \"cococtl.broker.v1\"\n"
#define ZEROS "00000000000000000000000000000000000000000000000000000000000000"

static const char full[] = HEAD
	"[broker]\naddress = \"https://kbs.example.com\"\ntrustee_version = \"v0.18\"\n"
	"admin_key = \"file:admin.pem\"\nissuer = \"me\"\naudience = \"KBS\"\nca = \"ca.pem\"\n"
	"pin = \"sha256:00\"\nclient_cert = \"c.pem\"\nclient_key = \"env:KEY\"\ntimeout = 5\n"
	"store_json = true\n"
	"[ledger]\nkey = \"ledger.pem\"\ntrust = [\"old.pub\", \"other.pub\"]\n"
	"[resource_policy]\nfile = \"policy.rego\"\n"
	"[[attestation_policy]]\nclass = \"cpu\"\nfile = \"cpu.rego\"\n"
	"[[attestation_policy]]\nid = \"mine\"\nfile = \"mine.rego\"\n"
	"[[reference_values]]\nfile = \"set.json\"\n"
	"[[reference_values]]\nfile = \"az.json\"\nverifier = \"az-tdx-vtpm\"\n"
	"[[initdata]]\nfile = \"initdata.toml\"\ndigest = \"sha256:" ZEROS "0a\"\n"
	"[[key]]\nresource = \"a/b/c\"\nfrom = \"file:model.key\"\n"
	"[[key]]\nresource = \"a/b/d\"\nfrom = \"env:KEY\"\n"
	"[[sealed_secret]]\nfile = \"sealed.txt\"\npublic_key = \"sealing.pub\"\n";

static void test_all(void **state COCO_UNUSED)
{
	struct coco_declaration d;
	struct coco_diag diag = { 0 };

	assert_ok(coco_declaration_decode(&d, coco_view_of(full, strlen(full)), &diag), &diag);
	assert_string_equal(d.broker.address, "https://kbs.example.com");
	assert_string_equal(d.broker.trustee_version, "v0.18");
	assert_string_equal(d.broker.admin_key, "file:admin.pem");
	assert_null(d.broker.admin_token);
	assert_string_equal(d.broker.client_key, "env:KEY");
	assert_int_equal(d.broker.timeout, 5);
	assert_true(d.broker.store_json);
	assert_string_equal(d.ledger_key, "ledger.pem");
	assert_int_equal(d.n_ledger_trust, 2);
	assert_string_equal(d.ledger_trust[1], "other.pub");
	assert_string_equal(d.resource_policy, "policy.rego");
	assert_int_equal(d.n_policies, 2);
	assert_string_equal(d.policies[0].id, "default_cpu");
	assert_string_equal(d.policies[1].id, "mine");
	assert_int_equal(d.n_values, 2);
	assert_int_equal(d.values[0].verifier, COCO_REF_PLAIN);
	assert_int_equal(d.values[1].verifier, COCO_REF_AZ_TDX);
	assert_int_equal(d.n_initdata, 1);
	assert_int_equal(d.initdata[0].n, 32);
	assert_int_equal(d.initdata[0].digest[31], 10);
	assert_int_equal(d.n_keys, 2);
	assert_string_equal(d.keys[1].resource, "a/b/d");
	assert_string_equal(d.keys[1].from, "env:KEY");
	assert_int_equal(d.n_sealed, 1);
	assert_string_equal(d.sealed[0].public_key, "sealing.pub");
	coco_declaration_free(&d);
	coco_declaration_free(&d);
	assert_ok(coco_declaration_decode(&d, coco_view_of(HEAD, strlen(HEAD)), &diag), &diag);
	assert_int_equal(d.n_keys, 0);
	coco_declaration_free(&d);
}

static void refuse(const char *text, int code, const char *line)
{
	struct coco_declaration d;
	struct coco_diag diag = { 0 };
	uint8_t *g = coco_test_guard(text, strlen(text));

	assert_err(coco_declaration_decode(&d, coco_view_of(g, strlen(text)), &diag), code,
		   &diag);
	assert_int_equal(d.n_keys, 0);
	assert_null(d.keys);
	if (line != NULL)
		assert_string_equal(diag.pointer, line);
	coco_test_unguard(g, strlen(text));
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "", COCO_E_DECLARATION_VALUE },
		{ "schema = \"cococtl.broker.v2\"\n", COCO_E_DECLARATION_VALUE },
		{ "schema = 1\n", COCO_E_FORMAT_TOML_TYPE },
		{ HEAD "keys = 1\n", COCO_E_FORMAT_TOML_KEY },
		{ HEAD "broker = 1\n", COCO_E_FORMAT_TOML_TYPE },
		{ HEAD "key = 1\n", COCO_E_FORMAT_TOML_TYPE },
		{ HEAD "key = [1]\n", COCO_E_FORMAT_TOML_TYPE },
		{ HEAD "[broker]\nurl = \"x\"\n", COCO_E_FORMAT_TOML_KEY },
		{ HEAD "[broker]\naddress = \"\"\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[broker]\nadmin_key = \"-\"\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[broker]\nadmin_key = \"a\"\nadmin_token = \"b\"\n",
		  COCO_E_DECLARATION_VALUE },
		{ HEAD "[broker]\nclient_key = \"a\"\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[broker]\ntimeout = 0\n", COCO_E_FORMAT_VALUE },
		{ HEAD "[broker]\nstore_json = 1\n", COCO_E_FORMAT_TOML_TYPE },
		{ HEAD "[ledger]\nkeys = \"a\"\n", COCO_E_FORMAT_TOML_KEY },
		{ HEAD "[ledger]\ntrust = [1]\n", COCO_E_FORMAT_TOML_TYPE },
		{ HEAD "[ledger]\ntrust = [\"\"]\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[resource_policy]\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[resource_policy]\ntext = \"a\"\n", COCO_E_FORMAT_TOML_KEY },
		{ HEAD "[[key]]\nfrom = \"a\"\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[[key]]\nresource = \"a/b/c\"\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[[key]]\nresource = \"a/b/c\"\nvalue = \"a\"\n", COCO_E_FORMAT_TOML_KEY },
		{ HEAD "[[key]]\nresource = \"a/../c\"\nfrom = \"a\"\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[[attestation_policy]]\nfile = \"a\"\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[[attestation_policy]]\nclass = \"cpu\"\nid = \"a\"\nfile = \"a\"\n",
		  COCO_E_DECLARATION_VALUE },
		{ HEAD "[[attestation_policy]]\nclass = \"tpm\"\nfile = \"a\"\n",
		  COCO_E_DECLARATION_VALUE },
		{ HEAD "[[attestation_policy]]\nid = \"a/b\"\nfile = \"a\"\n",
		  COCO_E_DECLARATION_VALUE },
		{ HEAD "[[attestation_policy]]\nclass = \"cpu\"\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[[reference_values]]\nverifier = \"plain\"\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[[reference_values]]\nfile = \"a\"\nverifier = \"x\"\n",
		  COCO_E_DECLARATION_VALUE },
		{ HEAD "[[initdata]]\nfile = \"a\"\n", COCO_E_DECLARATION_VALUE },
		{ HEAD "[[initdata]]\nfile = \"a\"\ndigest = \"sha256:00\"\n",
		  COCO_E_DECLARATION_VALUE },
		{ HEAD "[[initdata]]\nfile = \"a\"\ndigest = \"sha384:" ZEROS "00\"\n",
		  COCO_E_DECLARATION_VALUE },
		{ HEAD "[[sealed_secret]]\nfile = \"a\"\n", COCO_E_DECLARATION_VALUE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++)
		refuse(bad[i].text, bad[i].code, NULL);
	refuse(HEAD "[[key]]\nresource = \"a/b/c\"\nfrom = \"a\"\n[[key]]\nresource = \"a/b/c\"\n"
	       "from = \"b\"\n", COCO_E_DECLARATION_VALUE, "line 5");
	refuse(HEAD "[[attestation_policy]]\nclass = \"cpu\"\nfile = \"a\"\n"
	       "[[attestation_policy]]\nid = \"default_cpu\"\nfile = \"a\"\n",
	       COCO_E_DECLARATION_VALUE, "line 5");
}

static void test_many(void **state COCO_UNUSED)
{
	struct coco_declaration d;
	struct coco_diag diag = { 0 };
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_TOML_MAX_SIZE);
	coco_wr_str(&wr, HEAD);
	for (unsigned i = 0; i <= COCO_DECLARATION_ENTRIES; i++)
		coco_wr_printf(&wr, "[[key]]\nresource=\"a/b/%u\"\nfrom=\"k\"\n", i);
	assert_int_equal(wr.code, 0);
	assert_err(coco_declaration_decode(&d, coco_wr_view(&wr), &diag), COCO_E_LIMIT_COUNT,
		   &diag);
	coco_wr_free(&wr);
}

static void test_alloc(void **state COCO_UNUSED)
{
	struct coco_declaration d;
	struct coco_diag diag = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = coco_declaration_decode(&d, coco_view_of(full, strlen(full)), &diag);

		if (coco_test_alloc_check(r, &diag))
			break;
	}
	coco_declaration_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_alloc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
