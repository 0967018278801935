/*
 * test_snp_appraise.c - real SEV-SNP evidence of the shared vectors: verdict
 * and fields as expected.json has them, every byte changed (sampled), chains
 * of other products, other times.
 */
#include "lib/evidence/snp_appraise.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/rfc3339.h"
#include "lib/evidence/appraise.h"
#include "tests/support/support.h"

static struct coco_diag d;
static const struct coco_run run = { .jobs = 1 };

struct trial {
	struct coco_pieces pieces;
	struct coco_collateral coll;
	struct coco_result result;
};

static void start(struct trial *t)
{
	memset(t, 0, sizeof(*t));
	coco_collateral_init(&t->coll);
	coco_diag_init(&d);
}

static int give(struct trial *t, const void *p, size_t n)
{
	return coco_pieces_add(&t->pieces, &t->coll, coco_view_of(p, n), "vector", &d);
}

static void give_file(struct trial *t, const char *name)
{
	char rel[256];
	size_t n;

	snprintf(rel, sizeof(rel), "evidence/%s", name);
	uint8_t *p = coco_test_slurp(coco_test_vectors(rel), &n);
	assert_ok(give(t, p, n), &d);
	coco_free(p);
}

static enum coco_verdict judge(struct trial *t, int64_t at)
{
	struct coco_appraise_opts opts = { .at = at };

	coco_result_free(&t->result);
	if (coco_appraise(&run, &t->pieces, &t->coll, &opts, &t->result, &d) != 0)
		return COCO_VERDICT_INDETERMINATE;
	return coco_result_verdict(&t->result, true);
}

static void done(struct trial *t)
{
	coco_result_free(&t->result);
	coco_pieces_free(&t->pieces);
	coco_collateral_free(&t->coll);
}

/* A field of expected.json and the claim that must say it. */
static void field(const struct coco_claims *c, const struct coco_jv *fields, const char *key,
		  const char *claim)
{
	char text[2 * 64 + 8];
	char want[2 * 64 + 8];
	struct coco_jv v;

	assert_ok(coco_jv_opt(fields, key, &v, NULL), NULL);
	if (v.v == NULL || coco_jv_is_null(&v))
		return;
	const struct coco_claim *found = coco_claims_find(c, claim);
	if (found == NULL) {
		fail_msg("no claim %s", claim);
		return;
	}
	coco_claim_text(found, text, sizeof(text));
	if (coco_jv_kind(&v) == COCO_JSON_STRING) {
		const char *s = NULL;

		assert_ok(coco_jv_as_string(&v, &s, NULL), NULL);
		snprintf(want, sizeof(want), "%s", s);
	} else {
		uint64_t n = 0;

		assert_ok(coco_jv_as_u64(&v, UINT64_MAX, &n, NULL), NULL);
		snprintf(want, sizeof(want), "%llu", (unsigned long long)n);
	}
	if (strcmp(text, want) != 0)
		fail_msg("%s is %s, not %s", claim, text, want);
}

static void fields_of(const struct coco_claims *c, const struct coco_jv *fields)
{
	static const char *const names[][2] = {
		{ "version", "snp.version" },
		{ "guest_svn", "snp.guest_svn" },
		{ "policy", "snp.policy" },
		{ "vmpl", "snp.vmpl" },
		{ "platform_info", "snp.platform_info" },
		{ "keyinfo", "snp.key_info" },
		{ "current", "snp.current" },
		{ "committed", "snp.committed" },
		{ "measurement", "snp.measurement" },
		{ "report_data", "snp.report_data" },
		{ "host_data", "snp.host_data" },
		{ "chip_id", "snp.chip_id" },
		{ "report_id", "snp.report_id" },
		{ "current_tcb_bytes", "snp.current_tcb" },
		{ "reported_tcb_bytes", "snp.reported_tcb" },
		{ "committed_tcb_bytes", "snp.committed_tcb" },
		{ "launch_tcb_bytes", "snp.launch_tcb" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		field(c, fields, names[i][0], names[i][1]);
}

/* The files of a case, whatever their roles; its fields and its verdict. */
static bool one_case(const struct coco_jv *item)
{
	const char *kind = NULL;
	const char *when = NULL;
	struct coco_jv files;
	struct coco_jv fields;
	struct coco_jv file;
	struct trial t;
	int64_t at = 0;
	bool authentic = false;
	void *iter = NULL;

	assert_ok(coco_jv_string(item, "kind", &kind, NULL), NULL);
	if (strcmp(kind, "snp") != 0 && strcmp(kind, "snp-tsm") != 0)
		return false;
	assert_ok(coco_jv_object(item, "files", &files, NULL), NULL);
	assert_ok(coco_jv_object(item, "fields", &fields, NULL), NULL);
	assert_ok(coco_jv_string(item, "at", &when, NULL), NULL);
	assert_ok(coco_jv_bool(item, "authentic", &authentic, NULL), NULL);
	assert_true(coco_rfc3339_parse(when, &at));
	start(&t);
	while (coco_jv_next(&files, &iter, &file)) {
		const char *name = NULL;

		assert_ok(coco_jv_as_string(&file, &name, NULL), NULL);
		give_file(&t, name);
	}
	assert_int_equal(judge(&t, at), authentic ? COCO_VERDICT_AFFIRMED : COCO_VERDICT_REJECTED);
	fields_of(&t.result.subjects[0].claims, &fields);
	done(&t);
	return true;
}

static void test_expected(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("evidence/expected.json");
	struct coco_json doc;
	struct coco_jv list;
	unsigned count = 0;
	size_t n;

	if (path == NULL)
		skip();
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "vectors", &list, NULL), NULL);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		count += one_case(&item);
	}
	printf("snp: %u cases of expected.json\n", count);
	assert_true(count >= 8);
	coco_json_free(&doc);
	coco_free(text);
}

/* Real ones, each with its companions and a time at which it holds. */
static const struct {
	const char *report;
	const char *leaf;
	const char *ca;
	const char *other;      /* the chain of another product */
	int64_t at;
} real[] = {
	{ "snp/milan-v2/report.bin", "snp/milan-v2/vcek.der", "snp/ca/milan_ask_ark_asvk.pem",
	  "snp/ca/genoa_ask_ark_asvk.pem", 1767225600 },
	{ "snp/milan-v3-vlek/report.bin", "snp/milan-v3-vlek/vlek.der",
	  "snp/ca/milan_ask_ark_asvk.pem", "snp/ca/turin_ask_ark_asvk.pem", 1748736000 },
	{ "snp/genoa-v3/report.bin", "snp/genoa-v3/vcek.pem", "snp/ca/genoa_ask_ark_asvk.pem",
	  "snp/ca/milan_ask_ark_asvk.pem", 1780272000 },
	{ "snp/turin-v5/report.bin", "snp/turin-v5/vcek.pem", "snp/ca/turin_ask_ark_asvk.pem",
	  "snp/ca/milan_ask_ark_asvk.pem", 1780272000 },
};

static bool there(void)
{
	return coco_test_vectors("evidence/expected.json") != NULL;
}

static void test_altered(void **state COCO_UNUSED)
{
	if (!there())
		skip();
	for (size_t k = 0; k < COCO_ARRAY_LEN(real); k++) {
		char rel[128];
		size_t n;

		snprintf(rel, sizeof(rel), "evidence/%s", real[k].report);
		uint8_t *p = coco_test_slurp(coco_test_vectors(rel), &n);
		for (size_t i = k; i < n; i += 11) {
			struct trial t;

			start(&t);
			give_file(&t, real[k].leaf);
			give_file(&t, real[k].ca);
			p[i] ^= (uint8_t)(1U << i % 8);
			if (give(&t, p, n) == 0)
				assert_int_not_equal(judge(&t, real[k].at), COCO_VERDICT_AFFIRMED);
			p[i] ^= (uint8_t)(1U << i % 8);
			done(&t);
		}
		coco_free(p);
	}
}

static void test_others(void **state COCO_UNUSED)
{
	if (!there())
		skip();
	for (size_t k = 0; k < COCO_ARRAY_LEN(real); k++) {
		struct trial t;

		/* no chain, the chain of another product, both */
		start(&t);
		give_file(&t, real[k].report);
		give_file(&t, real[k].leaf);
		assert_int_equal(judge(&t, real[k].at), COCO_VERDICT_INDETERMINATE);
		give_file(&t, real[k].other);
		assert_int_equal(judge(&t, real[k].at), COCO_VERDICT_INDETERMINATE);
		give_file(&t, real[k].ca);
		assert_int_equal(judge(&t, real[k].at), COCO_VERDICT_AFFIRMED);
		/* an hour before and after everything */
		assert_int_equal(judge(&t, t.result.not_before - 3600), COCO_VERDICT_REJECTED);
		done(&t);
		start(&t);
		give_file(&t, real[k].report);
		give_file(&t, real[k].leaf);
		give_file(&t, real[k].ca);
		assert_int_equal(judge(&t, 4102444800), COCO_VERDICT_REJECTED);
		/* the leaf of another machine */
		done(&t);
		start(&t);
		give_file(&t, real[k].report);
		give_file(&t, real[(k + 2) % 4].leaf);
		give_file(&t, real[k].ca);
		assert_int_not_equal(judge(&t, real[k].at), COCO_VERDICT_AFFIRMED);
		done(&t);
	}
}

/* One certificate of a PEM file, the one whose text starts so. */
static void give_one(struct trial *t, const char *file, unsigned number)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	char rel[128];
	size_t n;

	snprintf(rel, sizeof(rel), "evidence/%s", file);
	uint8_t *p = coco_test_slurp(coco_test_vectors(rel), &n);
	uint8_t *at = memmem(p, n, begin, strlen(begin));
	uint8_t *end = p + n;
	for (; at != NULL && number > 0; number--) {
		at++;
		at = memmem(at, (size_t)(end - at), begin, strlen(begin));
	}
	assert_non_null(at);
	if (at != NULL) {
		uint8_t *next = memmem(at + 1, (size_t)(end - at) - 1, begin, strlen(begin));

		assert_ok(give(t, at, (size_t)((next != NULL ? next : end) - at)), &d);
	}
	coco_free(p);
}

/* An intermediate that is built in stands for itself, without its root. */
static void test_pinned_intermediate(void **state COCO_UNUSED)
{
	if (!there())
		skip();
	for (size_t k = 0; k < COCO_ARRAY_LEN(real); k++) {
		bool vlek = strstr(real[k].leaf, "vlek") != NULL;
		struct trial t;

		start(&t);
		give_file(&t, real[k].report);
		give_file(&t, real[k].leaf);
		give_one(&t, real[k].ca, vlek ? 2 : 0);   /* ASK, ARK, ASVK */
		assert_int_equal(judge(&t, real[k].at), COCO_VERDICT_AFFIRMED);
		assert_true(t.result.n_gaps > 0);
		done(&t);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_pinned_intermediate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
