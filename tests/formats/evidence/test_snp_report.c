/*
 * test_snp_report.c - SEV-SNP reports: minted ones of every version, what is
 * refused, what is odd and told, and the shared vectors.
 */
#include "formats/evidence/snp_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_snp.h"
#include "tests/support/support.h"

static void parse(struct coco_snp_report *ret, const uint8_t *p)
{
	struct coco_diag d;
	uint8_t *guarded = coco_test_guard(p, COCO_SNP_REPORT_SIZE);

	coco_diag_init(&d);
	int r = coco_snp_report_parse(ret, coco_view_of(guarded, COCO_SNP_REPORT_SIZE), &d);
	coco_test_unguard(guarded, COCO_SNP_REPORT_SIZE);
	assert_ok(r, &d);
}

static void claims(struct coco_claims *c, const uint8_t *p, uint64_t base)
{
	struct coco_snp_report t;

	parse(&t, p);
	memset(c, 0, sizeof(*c));
	coco_snp_report_claims(c, &t, base);
	assert_int_equal(coco_claims_finish(c, NULL), 0);
}

static void says(const struct coco_claims *c, const char *name, const char *want)
{
	char text[200];
	const struct coco_claim *claim = coco_claims_find(c, name);

	assert_non_null(claim);
	coco_claim_text(claim, text, sizeof(text));
	assert_string_equal(text, want);
}

static void test_versions(void **state COCO_UNUSED)
{
	uint8_t p[COCO_MINT_SNP];
	struct coco_snp_report t;

	for (uint8_t version = 2; version <= 6; version++) {
		coco_mint_snp(p, version, 0x1a, 0x02, 8);
		parse(&t, p);
		assert_int_equal(t.version, version);
		assert_int_equal(t.product,
				 version < 3 ? COCO_SNP_PRODUCT_UNKNOWN : COCO_SNP_TURIN);
		assert_int_equal(t.layout, COCO_SNP_LAYOUT_TURIN);
		assert_int_equal(t.cpuid_step, version < 3 ? 0 : 2);
		assert_int_equal(t.current_mit_vector, version < 5 ? 0 : 7);
		assert_false(t.reserved_set);
	}
	coco_mint_snp(p, 2, 0, 0, 64);
	parse(&t, p);
	assert_int_equal(t.layout, COCO_SNP_LAYOUT_MILAN);
	coco_mint_snp(p, 2, 0, 0, 0);   /* masked */
	parse(&t, p);
	assert_int_equal(t.layout, COCO_SNP_LAYOUT_MILAN);
	coco_mint_snp(p, 3, 0x1b, 0, 8);
	parse(&t, p);
	assert_int_equal(t.layout, COCO_SNP_LAYOUT_UNKNOWN);
}

static void test_products(void **state COCO_UNUSED)
{
	static const struct {
		uint8_t family;
		uint8_t model;
		const char *name;
	} list[] = {
		{ 0x19, 0x01, "Milan" },  { 0x19, 0x0f, "Milan" },   { 0x19, 0x10, "Genoa" },
		{ 0x19, 0x1f, "Genoa" },  { 0x19, 0x20, "unknown" }, { 0x19, 0xa0, "Genoa" },
		{ 0x19, 0xb0, "unknown" }, { 0x1a, 0x11, "Turin" },  { 0x1a, 0x12, "unknown" },
		{ 0x1a, 0x50, "Venice" }, { 0x1a, 0xaf, "Venice" },  { 0x1a, 0xc7, "Venice" },
		{ 0x1a, 0xc8, "unknown" }, { 0x17, 0x31, "unknown" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++)
		assert_string_equal(coco_snp_product_name(coco_snp_product_of(list[i].family,
									      list[i].model)),
				    list[i].name);
}

static void test_refused(void **state COCO_UNUSED)
{
	uint8_t p[COCO_MINT_SNP + 1] = { 0 };
	struct coco_snp_report t = { .version = 99 };
	struct coco_diag d;

	coco_mint_snp(p, 3, 0x19, 0x11, 64);
	for (size_t n = 0; n <= sizeof(p); n++) {
		if (n == COCO_SNP_REPORT_SIZE)
			continue;
		coco_diag_init(&d);
		assert_err(coco_snp_report_parse(&t, coco_view_of(p, n), &d), COCO_E_SNP_REPORT,
			   &d);
		assert_string_equal(d.field, "size");
	}
	for (uint8_t version = 0; version < 2; version++) {
		p[0] = version;
		coco_diag_init(&d);
		assert_err(coco_snp_report_parse(&t, coco_view_of(p, COCO_SNP_REPORT_SIZE), &d),
			   COCO_E_SNP_REPORT, &d);
		assert_string_equal(d.field, "VERSION");
	}
	assert_int_equal(t.version, 99);
}

/* Every byte that is reserved in the version is told with its place. */
static void test_reserved(void **state COCO_UNUSED)
{
	static const struct {
		uint8_t version;
		uint16_t at;
		bool reserved;
	} list[] = {
		{ 3, 0x4c, true },   { 3, 0x4f, true },   { 2, 0x188, true },  { 3, 0x18b, true },
		{ 3, 0x19f, true },  { 3, 0x1f8, true },  { 4, 0x207, true },  { 5, 0x207, false },
		{ 5, 0x208, true },  { 5, 0x29f, true },  { 5, 0x2a0, false }, { 5, 0x330, true },
		{ 5, 0x49f, true },  { 5, 0x32f, false },
	};
	uint8_t p[COCO_MINT_SNP];
	struct coco_claims c;

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		coco_mint_snp(p, list[i].version, 0x19, 0x11, 64);
		p[list[i].at] = 1;
		claims(&c, p, 0x1000);
		says(&c, "snp.reserved_set", list[i].reserved ? "yes" : "no");
		if (list[i].reserved)
			assert_int_equal(coco_claims_find(&c, "snp.reserved_set")->offset,
					 0x1000 + list[i].at);
		coco_claims_free(&c);
	}
}

/* The bytes of every claim with a place stand at that place. */
static void test_offsets(void **state COCO_UNUSED)
{
	uint8_t p[COCO_MINT_SNP];
	struct coco_claims c;

	coco_mint_snp(p, 5, 0x19, 0x11, 64);
	claims(&c, p, 0);
	for (size_t i = 0; i < c.n; i++) {
		const struct coco_claim *k = &c.v[i];

		assert_true(k->offset + k->length <= sizeof(p));
		if (k->type == COCO_CLAIM_TYPE_BYTES)
			assert_memory_equal(k->p, p + k->offset, k->n);
		if (k->type == COCO_CLAIM_TYPE_NUMBER && k->length == 1)
			assert_int_equal(k->number, p[k->offset]);
	}
	coco_claims_free(&c);
}

static void test_claims(void **state COCO_UNUSED)
{
	uint8_t p[COCO_MINT_SNP];
	struct coco_claims c;

	coco_mint_snp(p, 3, 0x19, 0xa0, 64);
	p[0xa] |= 1 << 3;      /* DEBUG */
	p[0x40] |= 0x40;
	p[0x48] = 1 << 2 | 1;  /* VLEK, author key */
	memset(p + 0x30, 0xff, 4);
	claims(&c, p, 0);
	says(&c, "snp.policy", "0xb021f");
	says(&c, "snp.policy.abi_major", "2");
	says(&c, "snp.policy.abi_minor", "31");
	says(&c, "snp.policy.debug", "yes");
	says(&c, "snp.policy.smt", "yes");
	says(&c, "snp.policy.single_socket", "no");
	says(&c, "snp.policy.undefined", "0x0");
	says(&c, "snp.platform_info.undefined", "0x40");
	says(&c, "snp.platform_info.alias_check_complete", "yes");
	says(&c, "snp.key_info.signing_key", "VLEK");
	says(&c, "snp.key_info.author_key_en", "yes");
	says(&c, "snp.product", "Genoa");
	says(&c, "snp.current", "1.55.40");
	says(&c, "snp.committed", "1.55.39");
	says(&c, "snp.reported_tcb.bootloader", "32");
	says(&c, "snp.reported_tcb.snp", "38");
	says(&c, "snp.reported_tcb.microcode", "39");
	assert_null(coco_claims_find(&c, "snp.reported_tcb.fmc"));
	assert_null(coco_claims_find(&c, "snp.launch_mit_vector"));
	assert_non_null(coco_claims_find(&c, "snp.vmpl")->note);
	coco_claims_free(&c);

	coco_mint_snp(p, 6, 0x1a, 0x02, 8);
	p[0x48] = 3 << 2;
	claims(&c, p, 0);
	says(&c, "snp.key_info.signing_key", "reserved");
	says(&c, "snp.launch_tcb.fmc", "64");
	says(&c, "snp.launch_tcb.snp", "67");
	says(&c, "snp.current_mit_vector", "0x7");
	assert_non_null(coco_claims_find(&c, "snp.version")->note);
	coco_claims_free(&c);

	coco_mint_snp(p, 4, 0x1b, 0x02, 0);
	p[0x48] = 7 << 2;
	claims(&c, p, 0);
	says(&c, "snp.key_info.signing_key", "none");
	says(&c, "snp.product", "unknown");
	assert_null(coco_claims_find(&c, "snp.launch_tcb.snp"));
	assert_non_null(coco_claims_find(&c, "snp.launch_tcb")->note);
	assert_non_null(coco_claims_find(&c, "snp.chip_id")->note);
	coco_claims_free(&c);
}

/* Name in the vectors, name of the claim. */
static const char *const vector_names[][2] = {
	{ "version", "snp.version" },           { "guest_svn", "snp.guest_svn" },
	{ "policy", "snp.policy" },             { "vmpl", "snp.vmpl" },
	{ "platform_info", "snp.platform_info" }, { "keyinfo", "snp.key_info" },
	{ "current", "snp.current" },           { "committed", "snp.committed" },
	{ "measurement", "snp.measurement" },   { "report_data", "snp.report_data" },
	{ "host_data", "snp.host_data" },       { "chip_id", "snp.chip_id" },
	{ "report_id", "snp.report_id" },       { "current_tcb_bytes", "snp.current_tcb" },
	{ "reported_tcb_bytes", "snp.reported_tcb" },
	{ "committed_tcb_bytes", "snp.committed_tcb" },
	{ "launch_tcb_bytes", "snp.launch_tcb" },
};

static void one_vector(const struct coco_jv *v)
{
	struct coco_jv files;
	struct coco_jv fields;
	struct coco_jv want;
	struct coco_claims c;
	const char *name;
	char path[200];
	char text[32];
	size_t n;

	assert_int_equal(coco_jv_object(v, "files", &files, NULL), 0);
	assert_int_equal(coco_jv_object(v, "fields", &fields, NULL), 0);
	assert_int_equal(coco_jv_string(&files, "report", &name, NULL), 0);
	snprintf(path, sizeof(path), "evidence/%s", name);
	uint8_t *p = coco_vector_blob(path, &n);
	assert_non_null(p);
	assert_int_equal(n, COCO_SNP_REPORT_SIZE);
	claims(&c, p, 0);
	for (size_t i = 0; i < COCO_ARRAY_LEN(vector_names); i++) {
		assert_int_equal(coco_jv_opt(&fields, vector_names[i][0], &want, NULL), 0);
		assert_non_null(want.v);
		if (coco_jv_kind(&want) == COCO_JSON_STRING) {
			assert_int_equal(coco_jv_as_string(&want, &name, NULL), 0);
		} else {
			uint64_t number;

			assert_int_equal(coco_jv_as_u64(&want, UINT32_MAX, &number, NULL), 0);
			snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
			name = text;
		}
		says(&c, vector_names[i][1], name);
	}
	says(&c, "snp.reserved_set", "no");
	coco_claims_free(&c);
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	struct coco_json doc;
	struct coco_jv list;
	const char *kind;
	size_t n;
	size_t seen = 0;

	if (getenv("COCO_VECTORS") == NULL) {
		printf("skip: no shared vectors of reports\n");
		return;
	}
	uint8_t *p = coco_vector_blob("evidence/expected.json", &n);
	if (p == NULL) {
		printf("skip: no shared vectors of reports\n");
		return;
	}
	assert_int_equal(coco_json_parse(&doc, coco_view_of(p, n), 1 << 22, NULL), 0);
	struct coco_jv root = coco_json_root(&doc);
	assert_int_equal(coco_jv_array(&root, "vectors", &list, NULL), 0);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv v = coco_jv_item(&list, i);

		assert_int_equal(coco_jv_string(&v, "kind", &kind, NULL), 0);
		if (strcmp(kind, "snp") != 0)
			continue;
		one_vector(&v);
		seen++;
	}
	assert_true(seen >= 7);
	coco_json_free(&doc);
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions), cmocka_unit_test(test_products),
		cmocka_unit_test(test_refused),  cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_offsets),  cmocka_unit_test(test_claims),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
