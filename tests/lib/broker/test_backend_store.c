/*
 * test_backend_store.c - directories that Trustee serves: every layout written
 * as the releases read it, read back, removed, and everything that is wrong.
 */
#include "lib/broker/backend_store.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

/* 2026-01-31: a year later is what the vectors have */
static const struct coco_run run = { .jobs = 1, .now = 1769817600 };

#define OPT "opt/confidential-containers/"

static char *top;
static char dir[512];

static int setup(void **state COCO_UNUSED)
{
	top = coco_test_dir();
	snprintf(dir, sizeof(dir), "%s/store", top);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(top);
	return 0;
}

static struct coco_backend *open_as(enum coco_trustee release, bool json)
{
	const struct coco_store_options o = { .release = release, .json = json };
	struct coco_backend *b = NULL;
	struct coco_diag d = { 0 };

	assert_ok(coco_backend_store_new(&b, dir, &o, &d), &d);
	return b;
}

static int put_d(struct coco_backend *b, enum coco_item_type type, const char *name,
		 const char *text, struct coco_diag *d)
{
	const struct coco_item_id id = { .type = type, .name = name };
	struct coco_secret s = { 0 };

	coco_diag_init(d);
	assert_ok(coco_secret_from(&s, text, strlen(text), NULL), NULL);
	s.n = strlen(text);
	int r = coco_backend_put(b, &run, &id, &s, d);
	coco_secret_free(&s);
	return r;
}

static void put(struct coco_backend *b, enum coco_item_type type, const char *name,
		const char *text)
{
	struct coco_diag d;

	assert_ok(put_d(b, type, name, text, &d), &d);
}

static void no_put(struct coco_backend *b, enum coco_item_type type, const char *name,
		   const char *text, int code)
{
	struct coco_diag d;

	assert_err(put_d(b, type, name, text, &d), code, &d);
}

static void gives(struct coco_backend *b, enum coco_item_type type, const char *name,
		  const char *text)
{
	const struct coco_item_id id = { .type = type, .name = name };
	struct coco_secret s = { 0 };
	struct coco_diag d = { 0 };

	assert_ok(coco_backend_get(b, &run, &id, &s, &d), &d);
	assert_int_equal(s.n, strlen(text));
	assert_memory_equal(coco_secret_expose(&s), text, s.n);
	coco_secret_free(&s);
}

static void no_get(struct coco_backend *b, enum coco_item_type type, const char *name, int code)
{
	const struct coco_item_id id = { .type = type, .name = name };
	struct coco_secret s = { 0 };
	struct coco_diag d = { 0 };

	assert_err(coco_backend_get(b, &run, &id, &s, &d), code, &d);
	assert_null(s.p);
}

static int drop(struct coco_backend *b, enum coco_item_type type, const char *name)
{
	const struct coco_item_id id = { .type = type, .name = name };

	return coco_backend_remove(b, &run, &id, NULL);
}

static char *path_of(const char *name)
{
	static char path[4][1024];
	static unsigned turn;
	char *ret = path[turn++ % 4];

	snprintf(ret, 1024, "%s/%s", dir, name);
	return ret;
}

static void file_is(const char *name, const char *text)
{
	size_t n = 0;
	struct stat st;
	uint8_t *p = coco_test_slurp(path_of(name), &n);

	assert_int_equal(n, strlen(text));
	assert_memory_equal(p, text, n);
	assert_int_equal(stat(path_of(name), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	coco_free(p);
}

static void make_file(const char *name, const char *text)
{
	char *path = path_of(name);

	(void)mkdir(dir, 0700);
	for (char *at = path + strlen(dir) + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		(void)mkdir(path, 0700);
		*at = '/';
	}
	assert_ok(coco_write_file(path, text, strlen(text), COCO_OUT_FORCE, NULL), NULL);
}

static int open_code(enum coco_trustee release)
{
	const struct coco_store_options o = { .release = release };
	struct coco_backend *b = NULL;
	int r = coco_backend_store_new(&b, dir, &o, NULL);

	coco_backend_free(b);
	return r;
}

/* The four kinds of items, put, read, replaced, removed; the same in every layout. */
static void cycle(struct coco_backend *b, const char *value)
{
	static const struct {
		enum coco_item_type type;
		const char *name;
	} items[] = {
		{ COCO_ITEM_RESOURCE, "r/t/g" },
		{ COCO_ITEM_RESOURCE_POLICY, "" },
		{ COCO_ITEM_ATTESTATION_POLICY, "default_cpu" },
		{ COCO_ITEM_REFERENCE_VALUE, "snp_launch_measurement" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(items); i++) {
		bool rv = items[i].type == COCO_ITEM_REFERENCE_VALUE;

		no_get(b, items[i].type, items[i].name, COCO_E_BROKER_ABSENT);
		assert_int_equal(drop(b, items[i].type, items[i].name), COCO_E_BROKER_ABSENT);
		put(b, items[i].type, items[i].name, rv ? "[\"first\"]" : "first");
		put(b, items[i].type, items[i].name, rv ? value : "second");
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(items); i++)
		gives(b, items[i].type, items[i].name,
		      items[i].type == COCO_ITEM_REFERENCE_VALUE ? value : "second");
	for (size_t i = 0; i < COCO_ARRAY_LEN(items); i++) {
		assert_ok(drop(b, items[i].type, items[i].name), NULL);
		no_get(b, items[i].type, items[i].name, COCO_E_BROKER_ABSENT);
		assert_int_equal(drop(b, items[i].type, items[i].name), COCO_E_BROKER_ABSENT);
	}
	no_put(b, COCO_ITEM_RESOURCE, "r/t/g", "", COCO_E_KEY_EMPTY);
	no_put(b, COCO_ITEM_REFERENCE_VALUE, "x", "{", COCO_E_FORMAT_JSON);
}

static void range(struct coco_backend *b, enum coco_trustee from, enum coco_trustee to,
		  const char *protocol)
{
	struct coco_backend_info info;
	struct coco_diag d = { 0 };

	assert_ok(coco_backend_probe(b, &run, &info, &d), &d);
	assert_true(info.directory && info.deletes_resources);
	assert_int_equal(info.oldest, from);
	assert_int_equal(info.newest, to);
	assert_string_equal(info.protocol, protocol);
}

static void test_localfs(void **state COCO_UNUSED)
{
	struct coco_backend *b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	struct stat st;

	range(b, COCO_TRUSTEE_V0_19, COCO_TRUSTEE_V0_21, "0.4.0");
	assert_int_equal(access(dir, F_OK), -1);
	cycle(b, "[\"a\",\"b\"]");
	cycle(b, "{\"a\":[1,2.5,null]}");
	put(b, COCO_ITEM_RESOURCE, "default/model-key/kek-1", "k");
	put(b, COCO_ITEM_RESOURCE_POLICY, "", "package policy\n");
	put(b, COCO_ITEM_ATTESTATION_POLICY, "default_gpu", "package policy\n");
	put(b, COCO_ITEM_REFERENCE_VALUE, "ns/a.b_c-d", " [ 1 ,\n\"x\" ] ");
	file_is("repository/default\\x2Fmodel-key\\x2Fkek-1", "k");
	file_is("kbs/resource-policy.rego", "package policy\n");
	file_is("attestation_service_policy/default_gpu.rego", "package policy\n");
	file_is("reference_value/ns\\x2Fa.b_c-d",
		"{\"version\":\"0.1.0\",\"name\":\"ns/a.b_c-d\","
		"\"expiration\":\"2027-01-31T00:00:00Z\",\"value\":[1,\"x\"]}");
	gives(b, COCO_ITEM_REFERENCE_VALUE, "ns/a.b_c-d", "[1,\"x\"]");
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(path_of("repository"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	coco_backend_free(b);
	/* seen again as what it is, and refused for a release that does not read it */
	b = open_as(COCO_TRUSTEE_V0_20, true);
	range(b, COCO_TRUSTEE_V0_20, COCO_TRUSTEE_V0_20, "0.4.0");
	gives(b, COCO_ITEM_RESOURCE, "default/model-key/kek-1", "k");
	coco_backend_free(b);
	assert_int_equal(open_code(COCO_TRUSTEE_V0_18), COCO_E_STORE_LAYOUT);
	coco_backend_free(NULL);
}

static void test_localjson(void **state COCO_UNUSED)
{
	struct coco_backend *b = open_as(COCO_TRUSTEE_V0_21, true);

	cycle(b, "[\"a\",\"b\"]");
	put(b, COCO_ITEM_RESOURCE, "a/b/c", "\xfb\xff\xfe?");
	put(b, COCO_ITEM_RESOURCE, "r/t/g", "key");
	file_is("repository", "{\n  \"a/b/c\": \"-__-Pw==\",\n  \"r/t/g\": \"a2V5\"\n}\n");
	gives(b, COCO_ITEM_RESOURCE, "a/b/c", "\xfb\xff\xfe?");
	/* what others wrote stays, in its order, as it is written */
	make_file("repository", "{ \"x/y/z\" : \"AA\\u003d=\" , \"r/t/g\":\"a2V5\",\"q\":5}");
	put(b, COCO_ITEM_RESOURCE, "r/t/g", "new");
	file_is("repository",
		"{\n  \"x/y/z\": \"AA\\u003d=\",\n  \"r/t/g\": \"bmV3\",\n  \"q\": 5\n}\n");
	gives(b, COCO_ITEM_RESOURCE, "r/t/g", "new");
	assert_ok(drop(b, COCO_ITEM_RESOURCE, "r/t/g"), NULL);
	file_is("repository", "{\n  \"x/y/z\": \"AA\\u003d=\",\n  \"q\": 5\n}\n");
	coco_backend_free(b);
	b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	range(b, COCO_TRUSTEE_V0_19, COCO_TRUSTEE_V0_21, "0.4.0");
	put(b, COCO_ITEM_RESOURCE_POLICY, "", "p");
	file_is("kbs", "{\n  \"resource-policy.rego\": \"cA==\"\n}\n");
	coco_backend_free(b);
}

static void test_json_damaged(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "[]", COCO_E_FORMAT_JSON }, { "{", COCO_E_FORMAT_JSON },
		{ "{\"r/t/g\":\"a2V5\"", COCO_E_FORMAT_JSON },
		{ "{\"r/t/g\":5}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"r/t/g\":\"a2V\"} x", COCO_E_FORMAT_BASE64 },
		{ "{\"r/t/g\":\"!\"}", COCO_E_FORMAT_BASE64 },
		{ "{\"r/t/g\":\"\"}", COCO_E_KEY_EMPTY },
		{ "{\"r/t/g\":\"a2V5\",\"r/t/g\":\"a2V5\"}", COCO_E_FORMAT_JSON_DUPLICATE },
		{ "{\"r/t/g\":\"a2V5\",\"r/t/\\u0067\":\"a2V5\"}", COCO_E_FORMAT_JSON_DUPLICATE },
	};

	make_file("kbs", "{}");
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		make_file("repository", bad[i].text);
		struct coco_backend *b = open_as(COCO_TRUSTEE_UNKNOWN, false);

		no_get(b, COCO_ITEM_RESOURCE, "r/t/g", bad[i].code);
		coco_backend_free(b);
	}
	/* a damaged file is not replaced by one that has lost the rest */
	make_file("repository", "{\"a/b/c\":\"a2V5\"");
	struct coco_backend *b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	no_put(b, COCO_ITEM_RESOURCE, "r/t/g", "k", COCO_E_FORMAT_JSON);
	coco_backend_free(b);
	size_t n = 0;
	uint8_t *p = coco_test_slurp(path_of("repository"), &n);
	assert_string_equal((char *)p, "{\"a/b/c\":\"a2V5\"");
	coco_free(p);
}

static void test_old(void **state COCO_UNUSED)
{
	struct coco_backend *b = open_as(COCO_TRUSTEE_V0_18, false);

	range(b, COCO_TRUSTEE_V0_18, COCO_TRUSTEE_V0_18, "0.4.0");
	cycle(b, "[\"a\",1,true]");
	put(b, COCO_ITEM_RESOURCE, "default/model-key/kek-1", "k");
	put(b, COCO_ITEM_RESOURCE_POLICY, "", "rp");
	put(b, COCO_ITEM_ATTESTATION_POLICY, "default_cpu", "ap");
	put(b, COCO_ITEM_REFERENCE_VALUE, "a", "[1]");
	put(b, COCO_ITEM_REFERENCE_VALUE, "b", "true");
	put(b, COCO_ITEM_REFERENCE_VALUE, "a", "[2]");
	file_is(OPT "kbs/repository/default/model-key/kek-1", "k");
	file_is("opa/confidential-containers/kbs/policy.rego", "rp");
	file_is(OPT "attestation-service/opa/default_cpu.rego", "ap");
#define RV(name, value)                                                                   \
	"{\"version\":\"0.1.0\",\"name\":\"" name "\","                                        \
	"\"expiration\":\"2027-01-31T00:00:00Z\",\"value\":" value "}"
	file_is(OPT "attestation-service/reference_values.json",
		"[\n  " RV("a", "[2]") ",\n  " RV("b", "true") "\n]\n");
	assert_ok(drop(b, COCO_ITEM_REFERENCE_VALUE, "a"), NULL);
	file_is(OPT "attestation-service/reference_values.json", "[\n  " RV("b", "true") "\n]\n");
	coco_backend_free(b);
	b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	range(b, COCO_TRUSTEE_V0_14, COCO_TRUSTEE_V0_18, "0.4.0");
	coco_backend_free(b);
	assert_int_equal(open_code(COCO_TRUSTEE_V0_19), COCO_E_STORE_LAYOUT);
}

/* Releases whose reference values are lists of texts. */
static void test_hashes(void **state COCO_UNUSED)
{
	static const char stored[] =
		"[\n  {\"version\":\"0.1.0\",\"name\":\"m\","
		"\"expiration\":\"2027-01-31T00:00:00Z\","
		"\"hash-value\":[{\"alg\":\"sha384\",\"value\":\"ab\"}]}\n]\n";
	struct coco_backend *b = open_as(COCO_TRUSTEE_V0_12, false);

	cycle(b, "[\"a\",\"b\"]");
	put(b, COCO_ITEM_REFERENCE_VALUE, "m", "[\"ab\"]");
	file_is(OPT "attestation-service/reference_values.json", stored);
	no_put(b, COCO_ITEM_REFERENCE_VALUE, "m", "[1]", COCO_E_STORE_VALUE);
	no_put(b, COCO_ITEM_REFERENCE_VALUE, "m", "true", COCO_E_STORE_VALUE);
	gives(b, COCO_ITEM_REFERENCE_VALUE, "m", "[\"ab\"]");
	coco_backend_free(b);
	/* without a name the release is seen, and its form kept */
	b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	range(b, COCO_TRUSTEE_V0_11, COCO_TRUSTEE_V0_13, "");
	put(b, COCO_ITEM_REFERENCE_VALUE, "m", "[\"ab\"]");
	file_is(OPT "attestation-service/reference_values.json", stored);
	coco_backend_free(b);
	assert_int_equal(unlink(path_of(OPT "attestation-service/reference_values.json")), 0);
	b = open_as(COCO_TRUSTEE_V0_10, false);
	put(b, COCO_ITEM_REFERENCE_VALUE, "m", "[\"ab\"]");
	coco_backend_free(b);
	b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	range(b, COCO_TRUSTEE_V0_10, COCO_TRUSTEE_V0_10, "0.1.1");
	coco_backend_free(b);
}

static void test_names(void **state COCO_UNUSED)
{
	static const struct {
		enum coco_item_type type;
		const char *name;
	} bad[] = {
		{ COCO_ITEM_RESOURCE, "" }, { COCO_ITEM_RESOURCE, "a/b" },
		{ COCO_ITEM_RESOURCE, "a/b/c/d" }, { COCO_ITEM_RESOURCE, "a/../c" },
		{ COCO_ITEM_RESOURCE, "../b/c" }, { COCO_ITEM_RESOURCE, "a/b/c d" },
		{ COCO_ITEM_RESOURCE, "/a/b/c" }, { COCO_ITEM_RESOURCE, "a//c" },
		{ COCO_ITEM_RESOURCE, "a/b/c\\x2Fd" },
		{ COCO_ITEM_RESOURCE_POLICY, "x" }, { COCO_ITEM_ATTESTATION_POLICY, "" },
		{ COCO_ITEM_ATTESTATION_POLICY, "a/b" }, { COCO_ITEM_ATTESTATION_POLICY, ".." },
		{ COCO_ITEM_ATTESTATION_POLICY, ".x" }, { COCO_ITEM_REFERENCE_VALUE, "" },
		{ COCO_ITEM_REFERENCE_VALUE, "rvps:///ns/x" }, { COCO_ITEM_REFERENCE_VALUE, ".." },
		{ COCO_ITEM_REFERENCE_VALUE, "a\nb" }, { COCO_ITEM_REFERENCE_VALUE, "a\"b" },
	};
	char name[300];

	for (int json = 0; json < 2; json++) {
		struct coco_backend *b = open_as(COCO_TRUSTEE_UNKNOWN, json != 0);

		for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
			no_put(b, bad[i].type, bad[i].name, "1", COCO_E_STORE_NAME);
			no_get(b, bad[i].type, bad[i].name, COCO_E_STORE_NAME);
			assert_int_equal(drop(b, bad[i].type, bad[i].name), COCO_E_STORE_NAME);
		}
		memset(name, 'n', sizeof(name));
		name[256] = '\0';
		no_put(b, COCO_ITEM_REFERENCE_VALUE, name, "1", COCO_E_STORE_NAME);
		name[255] = '\0';
		put(b, COCO_ITEM_REFERENCE_VALUE, name, "1");
		gives(b, COCO_ITEM_REFERENCE_VALUE, name, "1");
		name[3] = '/';   /* takes four characters */
		no_put(b, COCO_ITEM_REFERENCE_VALUE, name, "1", COCO_E_STORE_NAME);
		coco_backend_free(b);
		coco_test_rmdir(top);
		setup(NULL);
	}
}

static void test_links(void **state COCO_UNUSED)
{
	char outside[600];
	struct coco_backend *b;

	snprintf(outside, sizeof(outside), "%s/outside", top);
	assert_int_equal(mkdir(outside, 0700), 0);
	make_file("kbs/resource-policy.rego", "p");
	assert_int_equal(symlink(outside, path_of("reference_value")), 0);
	assert_int_equal(symlink("/etc/passwd", path_of("kbs/link")), 0);
	assert_int_equal(symlink("resource-policy.rego", path_of("kbs/inside")), 0);
	b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	no_put(b, COCO_ITEM_REFERENCE_VALUE, "m", "1", COCO_E_IO_KIND);
	no_get(b, COCO_ITEM_REFERENCE_VALUE, "m", COCO_E_IO_KIND);
	assert_int_equal(drop(b, COCO_ITEM_REFERENCE_VALUE, "m"), COCO_E_IO_KIND);
	assert_int_equal(rmdir(outside), 0);   /* nothing was written there */
	/* a link, a directory or a FIFO in a file's place */
	assert_int_equal(mkdir(path_of("attestation_service_policy"), 0700), 0);
	assert_int_equal(symlink("/etc/passwd", path_of("attestation_service_policy/a.rego")), 0);
	assert_int_equal(mkdir(path_of("attestation_service_policy/b.rego"), 0700), 0);
	assert_int_equal(mkfifo(path_of("attestation_service_policy/c.rego"), 0600), 0);
	for (char name[] = "a"; name[0] <= 'c'; name[0]++) {
		no_get(b, COCO_ITEM_ATTESTATION_POLICY, name, COCO_E_IO_KIND);
		no_put(b, COCO_ITEM_ATTESTATION_POLICY, name, "x", COCO_E_IO_KIND);
		assert_int_equal(drop(b, COCO_ITEM_ATTESTATION_POLICY, name), COCO_E_IO_KIND);
	}
	coco_backend_free(b);
}

static void test_layouts_mixed(void **state COCO_UNUSED)
{
	make_file("kbs/resource-policy.rego", "p");
	make_file("repository", "{}");
	assert_int_equal(open_code(COCO_TRUSTEE_UNKNOWN), COCO_E_STORE_LAYOUT);
	assert_int_equal(unlink(path_of("repository")), 0);
	make_file(OPT "kbs/repository/r/t/g", "k");
	assert_int_equal(open_code(COCO_TRUSTEE_UNKNOWN), COCO_E_STORE_LAYOUT);
	snprintf(dir, sizeof(dir), "%s/absent/store", top);
	struct coco_backend *b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	no_get(b, COCO_ITEM_RESOURCE, "r/t/g", COCO_E_BROKER_ABSENT);
	no_put(b, COCO_ITEM_RESOURCE, "r/t/g", "k", COCO_E_IO_WRITE);
	coco_backend_free(b);
	snprintf(dir, sizeof(dir), "%s/file", top);
	assert_ok(coco_write_file(dir, "x", 1, 0, NULL), NULL);
	assert_int_equal(open_code(COCO_TRUSTEE_UNKNOWN), COCO_E_IO_OPEN);
}

/* A directory with resources only, as store: references name it. */
static void test_bare(void **state COCO_UNUSED)
{
	struct coco_backend_info info;
	struct coco_backend *b;

	make_file("r/t/g", "old");
	b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	assert_ok(coco_backend_probe(b, &run, &info, NULL), NULL);
	assert_false(info.reads_policies || info.reads_reference_values);
	range(b, COCO_TRUSTEE_V0_10, COCO_TRUSTEE_V0_18, "");
	gives(b, COCO_ITEM_RESOURCE, "r/t/g", "old");
	put(b, COCO_ITEM_RESOURCE, "r/t/h", "new");
	file_is("r/t/h", "new");
	no_put(b, COCO_ITEM_RESOURCE_POLICY, "", "p", COCO_E_STORE_LAYOUT);
	no_put(b, COCO_ITEM_REFERENCE_VALUE, "m", "1", COCO_E_STORE_LAYOUT);
	coco_backend_free(b);
	make_file("r\\x2Ft\\x2Fg", "twice");
	b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	no_get(b, COCO_ITEM_RESOURCE, "r/t/g", COCO_E_KEY_AMBIGUOUS);
	no_put(b, COCO_ITEM_RESOURCE, "r/t/g", "k", COCO_E_KEY_AMBIGUOUS);
	coco_backend_free(b);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (int json = 0; json < 2; json++)
		for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
			const struct coco_store_options o = { .json = json != 0 };
			const struct coco_item_id id = { COCO_ITEM_REFERENCE_VALUE, "m" };
			struct coco_backend *b = NULL;
			struct coco_secret s = { 0 };
			struct coco_secret back = { 0 };
			int r = coco_backend_store_new(&b, dir, &o, &d);

			if (r == 0)
				r = coco_secret_from(&s, "[1]", 3, &d);
			if (r == 0)
				r = coco_backend_put(b, &run, &id, &s, &d);
			if (r == 0)
				r = coco_backend_get(b, &run, &id, &back, &d);
			bool done = coco_test_alloc_check(r, &d);
			coco_secret_free(&s);
			coco_secret_free(&back);
			coco_backend_free(b);
			if (done) {
				assert_true(i > 3);
				break;
			}
		}
}

#define MEASUREMENTS                                                                      \
	"[\"779dfb19f7bba2cc2fab9fbe07da0b3c3302fdc0c1df4e0e6fff544ea21fbc4f"              \
	"2e3924d64863c64a4ca1f96853b119aa\",\"5bae085ac65df37d1dd3fe7f95534e44"            \
	"2b965b586936048ad103348f981e8ebd460b903194a13c0f0ded6a3b28680add\"]"

/* ---- the shared vectors --------------------------------------------------------- */

static bool vector(const char *name, struct coco_json *doc)
{
	const char *path = coco_test_vectors(name);
	size_t n = 0;

	if (path == NULL)
		return false;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(doc, coco_view_of(text, n), n, NULL), NULL);
	coco_free(text);
	return true;
}

static void put_key(struct coco_backend *b)
{
	const struct coco_item_id id = { COCO_ITEM_RESOURCE, "default/model-key/kek-1" };
	uint8_t key[32];
	struct coco_secret s = { 0 };

	for (int i = 0; i < 32; i++)
		key[i] = (uint8_t)i;
	assert_ok(coco_secret_from(&s, key, 32, NULL), NULL);
	assert_ok(coco_backend_put(b, &run, &id, &s, NULL), NULL);
	coco_secret_free(&s);
}

static void test_vector_localfs(void **state COCO_UNUSED)
{
	struct coco_backend *b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	struct coco_json doc;
	struct coco_jv files;

	if (!vector("broker/storage/localfs-v0.19plus.json", &doc)) {
		coco_backend_free(b);
		skip();
	}
	put_key(b);
	put(b, COCO_ITEM_RESOURCE_POLICY, "", "package policy\ndefault allow = false\n");
	put(b, COCO_ITEM_ATTESTATION_POLICY, "default_cpu", "package policy\n");
	put(b, COCO_ITEM_REFERENCE_VALUE, "snp_launch_measurement",
	    MEASUREMENTS);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "files", &files, NULL), NULL);
	assert_int_equal(coco_jv_len(&files), 4);
	for (size_t i = 0; i < coco_jv_len(&files); i++) {
		struct coco_jv f = coco_jv_item(&files, i);
		const char *path = NULL;
		const char *content = NULL;

		assert_ok(coco_jv_string(&f, "path", &path, NULL), NULL);
		if (coco_jv_has(&f, "content")) {
			assert_ok(coco_jv_string(&f, "content", &content, NULL), NULL);
			file_is(path, content);
		} else {
			assert_int_equal(access(path_of(path), F_OK), 0);
		}
	}
	coco_json_free(&doc);
	coco_backend_free(b);
}

static void test_vector_localjson(void **state COCO_UNUSED)
{
	struct coco_backend *b = open_as(COCO_TRUSTEE_UNKNOWN, true);
	struct coco_json doc;
	struct coco_jv files;
	struct coco_jv one;
	const char *text = NULL;
	char want[200];

	if (!vector("broker/storage/localjson-v0.19plus.json", &doc)) {
		coco_backend_free(b);
		skip();
	}
	put_key(b);
	put(b, COCO_ITEM_RESOURCE_POLICY, "", "package policy\ndefault allow = false\n");
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_object(&root, "files", &files, NULL), NULL);
	assert_ok(coco_jv_object(&files, "repository", &one, NULL), NULL);
	assert_ok(coco_jv_string(&one, "default/model-key/kek-1", &text, NULL), NULL);
	snprintf(want, sizeof(want), "{\n  \"default/model-key/kek-1\": \"%s\"\n}\n", text);
	file_is("repository", want);
	assert_ok(coco_jv_object(&files, "kbs", &one, NULL), NULL);
	assert_ok(coco_jv_string(&one, "resource-policy.rego", &text, NULL), NULL);
	snprintf(want, sizeof(want), "{\n  \"resource-policy.rego\": \"%s\"\n}\n", text);
	file_is("kbs", want);
	coco_json_free(&doc);
	coco_backend_free(b);
}

static void stored_vector(const char *vector_name, const char *place, enum coco_trustee from,
			  enum coco_trustee to)
{
	char name[128];
	size_t n = 0;

	snprintf(name, sizeof(name), "broker/rvps/%s", vector_name);
	const char *path = coco_test_vectors(name);
	if (path == NULL)
		skip();
	uint8_t *text = coco_test_slurp(path, &n);
	make_file(place, (char *)text);
	coco_free(text);
	struct coco_backend *b = open_as(COCO_TRUSTEE_UNKNOWN, false);
	range(b, from, to, from >= COCO_TRUSTEE_V0_14 ? "0.4.0" : "");
	gives(b, COCO_ITEM_REFERENCE_VALUE, "snp_launch_measurement",
	      MEASUREMENTS);
	if (from >= COCO_TRUSTEE_V0_14) {
		gives(b, COCO_ITEM_REFERENCE_VALUE, "snp_smt_enabled", "true");
		gives(b, COCO_ITEM_REFERENCE_VALUE, "snp_guest_abi_minor", "31");
	}
	coco_backend_free(b);
}

static void test_vector_stored(void **state COCO_UNUSED)
{
	static const char old[] = OPT "attestation-service/reference_values.json";

	stored_vector("stored-v0.11-v0.13-localjson.json", old, COCO_TRUSTEE_V0_11,
		      COCO_TRUSTEE_V0_13);
	stored_vector("stored-v0.14-v0.18-localjson.json", old, COCO_TRUSTEE_V0_14,
		      COCO_TRUSTEE_V0_18);
	snprintf(dir, sizeof(dir), "%s/new", top);
	stored_vector("stored-v0.19plus-localjson.reference_value", "reference_value",
		      COCO_TRUSTEE_V0_19, COCO_TRUSTEE_V0_21);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_localfs), T(test_localjson), T(test_json_damaged), T(test_old),
		T(test_hashes), T(test_names), T(test_links),
		T(test_layouts_mixed), T(test_bare), T(test_memory), T(test_vector_localfs),
		T(test_vector_localjson), T(test_vector_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
