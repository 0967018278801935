/*
 * test_declared_bound.c - initdata documents and sealed secrets of a
 * declaration.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/broker/initdata_file.h"
#include "lib/broker/seal.h"
#include "tests/support/declared_kit.h"
#include "tests/support/support.h"

static const char initdata[] = "version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\n"
			       "\"aa.toml\" = \"x = 1\"\n";

static struct coco_kit kit;
static struct coco_key *sealing;
static char digest[65];

static int up(void **state COCO_UNUSED)
{
	struct coco_initdata_binding b;
	struct coco_diag d = { 0 };

	coco_kit_up(&kit);
	assert_ok(coco_key_generate("p256", &sealing, &d), &d);
	assert_ok(coco_initdata_bind(coco_view_of(initdata, strlen(initdata)),
				     COCO_INITDATA_SHA256, &b, &d), &d);
	coco_hex_encode(digest, b.digest, 32);
	coco_kit_file(&kit, "initdata.toml", initdata);
	return 0;
}

static int down(void **state COCO_UNUSED)
{
	coco_key_free(sealing);
	coco_kit_down(&kit);
	return 0;
}

static const char *declare_initdata(const char *alg, const char *hex, const char *more)
{
	static char text[1024];

	snprintf(text, sizeof(text), COCO_KIT_HEAD "[[initdata]]\nfile = \"initdata.toml\"\n"
		 "digest = \"%s:%s\"\n%s", alg, hex, more);
	return text;
}

static void test_initdata(void **state COCO_UNUSED)
{
	char policy[256];
	char other[65];
	struct coco_diag d;

	coco_kit_gather(&kit, declare_initdata("sha256", digest, ""));
	assert_int_equal(kit.declared.n, 0);
	assert_int_equal(coco_kit_finding(&kit, "declaration.initdata.digest"), COCO_OUTCOME_PASS);
	assert_int_equal(coco_kit_finding(&kit, "declaration.initdata.pinned"), COCO_OUTCOME_WARN);
	snprintf(policy, sizeof(policy), "package policy\nallow { input.x == \"%s\" }", digest);
	coco_kit_file(&kit, "policy.rego", policy);
	coco_kit_gather(&kit, declare_initdata("sha256", digest,
					       "[resource_policy]\nfile = \"policy.rego\"\n"));
	assert_int_equal(coco_kit_finding(&kit, "declaration.initdata.pinned"), COCO_OUTCOME_PASS);
	/* another digest, another document, another algorithm */
	snprintf(other, sizeof(other), "%s", digest);
	other[0] = other[0] == 'f' ? 'e' : 'f';
	coco_kit_fails(&kit, declare_initdata("sha256", other, ""), COCO_E_DECLARATION_PIN, &d);
	assert_non_null(strstr(d.actual, digest));
	coco_kit_file(&kit, "initdata.toml", "version = \"0.1.0\"\nalgorithm = \"sha384\"\n"
		      "[data]\n\"aa.toml\" = \"x = 1\"\n");
	coco_kit_fails(&kit, declare_initdata("sha256", digest, ""), COCO_E_DECLARATION_PIN, NULL);
	coco_kit_file(&kit, "initdata.toml", "version = \"0.2.0\"\n");
	coco_kit_fails(&kit, declare_initdata("sha256", digest, ""), COCO_E_INITDATA_VERSION,
		       NULL);
}

static void make_sealed(const char *name, const char *kid, const char *resource)
{
	struct coco_diag d = { 0 };
	char *text = NULL;

	assert_ok(coco_seal(sealing, kid, resource, &text, &d), &d);
	coco_kit_file(&kit, name, text);
	coco_free(text);
}

#define SEALED(file) "[[sealed_secret]]\nfile = \"" file "\"\npublic_key = \"public\"\n"
#define KEY(name) "[[key]]\nresource = \"" name "\"\nfrom = \"secret\"\n"

static void test_sealed(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	char *jwk = NULL;
	size_t n = 0;

	assert_ok(coco_seal_jwk(sealing, &jwk, &n, &d), &d);
	coco_kit_file(&kit, "public", jwk);
	coco_kit_file(&kit, "secret", "x");
	make_sealed("one", "kbs:///p/k/1", "kbs:///r/t/g");
	make_sealed("two", "kbs:///p/k/1", "kbs:///r/t/other");
	coco_kit_gather(&kit, COCO_KIT_HEAD KEY("r/t/g") SEALED("one"));
	assert_int_equal(kit.declared.n, 2);
	assert_string_equal(kit.declared.v[1].name, "p/k/1");
	assert_int_equal(kit.declared.v[1].value.n, n);
	assert_memory_equal(coco_secret_expose(&kit.declared.v[1].value), jwk, n);
	assert_int_equal(coco_kit_finding(&kit, "declaration.sealed"), COCO_OUTCOME_PASS);
	assert_int_equal(coco_kit_finding(&kit, "declaration.sealed.resource"), -1);
	/* a key that two share is registered once; a resource that is not declared */
	coco_kit_gather(&kit, COCO_KIT_HEAD KEY("r/t/g") SEALED("one") SEALED("two"));
	assert_int_equal(kit.declared.n, 2);
	assert_int_equal(coco_kit_finding(&kit, "declaration.sealed.resource"), COCO_OUTCOME_WARN);
	/* the key's place holds something else */
	coco_kit_fails(&kit, COCO_KIT_HEAD KEY("p/k/1") SEALED("one"), COCO_E_DECLARATION_VALUE,
		       NULL);
	/* another key, a placeholder, a kid that is no resource */
	coco_kit_file(&kit, "fake", "sealed.fakejwsheader.e30.fakesignature");
	coco_kit_fails(&kit, COCO_KIT_HEAD SEALED("fake"), COCO_E_SEALED_FAKE, NULL);
	coco_kit_fails(&kit, COCO_KIT_HEAD SEALED("none"), COCO_E_IO_OPEN, NULL);
	coco_key_free(sealing);
	assert_ok(coco_key_generate("p256", &sealing, &d), &d);
	make_sealed("one", "kbs:///p/k/1", "kbs:///r/t/g");
	coco_kit_fails(&kit, COCO_KIT_HEAD SEALED("one"), COCO_E_VERIFY_SIGNATURE, NULL);
	coco_free(jwk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_initdata, up, down),
		cmocka_unit_test_setup_teardown(test_sealed, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
