/*
 * test_snp.c - SEV-SNP reports under test roots: good ones of every version
 * and product, each defect that the minting tool knows by the check and the
 * reason that must name it, every byte changed, chains swapped. Covers the
 * files snp_*.c. With arguments it is the minting tool itself, for tests of
 * the command line: the files of one report into a directory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/evidence/appraise.h"
#include "lib/evidence/piece_form.h"
#include "lib/evidence/snp_appraise.h"
#include "lib/evidence/snp_priv.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_snp_pki.h"
#include "tests/support/support.h"

static struct coco_diag d;

/* One verification of a report. */
struct trial {
	struct coco_pieces pieces;
	struct coco_collateral coll;
	struct coco_collateral roots;
	struct coco_result result;
};

static const struct coco_run run = { .jobs = 1 };

static void start(struct trial *t, const struct coco_mint_snp_set *set)
{
	memset(t, 0, sizeof(*t));
	coco_collateral_init(&t->coll);
	coco_collateral_init(&t->roots);
	if (set != NULL)
		coco_mint_snp_add(set, &t->coll, &t->roots);
}

static int appraise(struct trial *t, const uint8_t *report, size_t n, int64_t at)
{
	struct coco_appraise_opts opts = { .at = at, .extra_roots = &t->roots };

	coco_diag_init(&d);
	int r = coco_pieces_add(&t->pieces, &t->coll, coco_view_of(report, n), "report", &d);
	if (r == 0)
		r = coco_appraise(&run, &t->pieces, &t->coll, &opts, &t->result, &d);
	return r;
}

static void done(struct trial *t)
{
	coco_result_free(&t->result);
	coco_pieces_free(&t->pieces);
	coco_collateral_free(&t->coll);
	coco_collateral_free(&t->roots);
}

static enum coco_verdict verdict(const struct trial *t)
{
	return coco_result_verdict(&t->result, true);
}

static const struct coco_result_check *check_of(const struct trial *t, const char *id)
{
	for (size_t i = 0; i < t->result.n_checks; i++)
		if (strcmp(t->result.checks[i].id, id) == 0)
			return &t->result.checks[i];
	return NULL;
}

/* The check, which must have been made with that outcome. */
static const struct coco_result_check *made(const struct trial *t, const char *id,
					    enum coco_checked outcome)
{
	static const struct coco_result_check none;
	const struct coco_result_check *c = check_of(t, id);

	if (c == NULL || c->outcome != outcome)
		fail_msg("%s: %s", id, c == NULL ? "not made" : coco_checked_name(c->outcome));
	return c != NULL ? c : &none;
}

static void print(const struct trial *t)
{
	for (size_t i = 0; i < t->result.n_checks; i++) {
		const struct coco_result_check *c = &t->result.checks[i];

		printf("  %s %s %s: %s / %s %s\n", coco_checked_name(c->outcome), c->id, c->reason,
		       c->expected, c->actual, c->detail);
	}
}

/* ---- good ones ------------------------------------------------------------------- */

static void good(const struct coco_mint_snp_spec *spec)
{
	struct coco_mint_snp_set set;
	struct trial t;

	coco_mint_snp_make(spec, &set);
	start(&t, &set);
	assert_ok(appraise(&t, set.report, sizeof(set.report), COCO_PKI_NOW), &d);
	if (verdict(&t) != COCO_VERDICT_AFFIRMED) {
		print(&t);
		fail_msg("version %u, product %d, vlek %d", spec->version, (int)spec->product,
			 spec->vlek);
	}
	for (size_t i = 0; i < t.result.n_checks; i++) {
		const struct coco_result_check *c = &t.result.checks[i];

		assert_true(c->outcome == COCO_CHECKED_PASS || c->outcome == COCO_CHECKED_SKIPPED);
		assert_true(c->outcome != COCO_CHECKED_SKIPPED || c->detail[0] != '\0');
	}
	/* the list ends first; the leaf began last */
	assert_true(t.result.not_after == COCO_PKI_NOW + 25 * 86400);
	assert_true(t.result.not_before == COCO_PKI_NOW - 5 * 86400);
	assert_non_null(check_of(&t, "snp.revocation"));
	made(&t, "snp.leaf.chip",
	     spec->vlek || spec->masked ? COCO_CHECKED_SKIPPED : COCO_CHECKED_PASS);
	const struct coco_result_subject *s = &t.result.subjects[0];
	assert_int_equal(s->trust[COCO_TRUST_HARDWARE], 2);
	assert_int_equal(s->has_trust[COCO_TRUST_INSTANCE_IDENTITY],
			 !spec->vlek && !spec->masked);
	assert_int_equal(coco_claims_find(&s->claims, "snp.csp_id") != NULL, spec->vlek);
	assert_non_null(coco_claims_find(&s->claims, "snp.chain.product"));
	assert_int_equal(check_of(&t, "snp.version") != NULL, spec->version > 5);
	/* everything that was used is listed: report, leaf, ASK, ARK, list */
	assert_int_equal(t.result.n_inputs, 5);
	done(&t);
	coco_mint_snp_free(&set);
}

static void test_good(void **state COCO_UNUSED)
{
	for (uint8_t version = 2; version <= 6; version++)
		for (int p = 0; p < COCO_MINT_PRODUCTS; p++)
			for (int vlek = 0; vlek < 2; vlek++)
				good(&(struct coco_mint_snp_spec){
					.version = version,
					.product = (enum coco_mint_product)p,
					.vlek = vlek != 0 });
	good(&(struct coco_mint_snp_spec){ .version = 3, .masked = true });
}

/* ---- each defect ----------------------------------------------------------------- */

static bool id_is(const char *id, const char *want, bool vlek)
{
	char text[COCO_RESULT_ID];

	if (strcmp(want, "snp.dates.as") == 0)   /* ask or asvk */
		want = vlek ? "snp.dates.asvk" : "snp.dates.ask";
	if (strcmp(want, "snp.dates.%s") == 0)
		snprintf(text, sizeof(text), "snp.dates.%s", vlek ? "vlek" : "vcek");
	else
		snprintf(text, sizeof(text), "%s", want);
	return strcmp(id, text) == 0;
}

/* Whether one of the checks says it, and every refusal has reason and next step. */
static bool said(const struct trial *t, const struct coco_mint_snp_defect *f, bool vlek)
{
	bool found = false;

	for (size_t i = 0; i < t->result.n_checks; i++) {
		const struct coco_result_check *c = &t->result.checks[i];

		if (c->outcome == COCO_CHECKED_FAIL || c->outcome == COCO_CHECKED_MISSING)
			assert_true(c->reason[0] != '\0' && c->next[0] != '\0' &&
				    (c->actual[0] != '\0' || c->expected[0] != '\0'));
		found = found || (id_is(c->id, f->id, vlek) && c->outcome == f->outcome &&
				  strncmp(c->reason, f->reason, strlen(f->reason)) == 0);
	}
	return found;
}

static void defect(const struct coco_mint_snp_spec *spec, const struct coco_mint_snp_defect *f)
{
	struct coco_mint_snp_set set;
	struct trial t;

	coco_mint_snp_make(spec, &set);
	start(&t, &set);
	assert_ok(appraise(&t, set.report, sizeof(set.report), COCO_PKI_NOW), &d);
	enum coco_verdict want = f->outcome == COCO_CHECKED_FAIL ? COCO_VERDICT_REJECTED
				 : f->outcome == COCO_CHECKED_MISSING
					 ? COCO_VERDICT_INDETERMINATE
					 : COCO_VERDICT_AFFIRMED;
	if (!said(&t, f, spec->vlek) || verdict(&t) != want) {
		print(&t);
		fail_msg("defect %s of version %u, product %d, vlek %d: %s", f->name,
			 spec->version, (int)spec->product, spec->vlek,
			 coco_verdict_name(verdict(&t)));
	}
	/* a failure contraindicates, something missing says nothing */
	const struct coco_result_subject *sub = &t.result.subjects[0];
	assert_int_equal(sub->has_trust[COCO_TRUST_HARDWARE], f->outcome != COCO_CHECKED_MISSING);
	if (f->outcome == COCO_CHECKED_FAIL)
		assert_int_equal(sub->trust[COCO_TRUST_HARDWARE], 99);
	/* what was not checked against a current list is told as such */
	bool listed = false;
	for (size_t i = 0; i < t.result.n_gaps; i++)
		listed = listed || strcmp(t.result.gaps[i].category, "revocation") == 0;
	const struct coco_result_check *c = check_of(&t, "snp.revocation");
	assert_int_equal(listed, c == NULL || c->outcome != COCO_CHECKED_PASS);
	done(&t);
	coco_mint_snp_free(&set);
}

static void test_defects(void **state COCO_UNUSED)
{
	static const struct coco_mint_snp_spec specs[] = {
		{ .version = 2, .product = COCO_MINT_MILAN },
		{ .version = 3, .product = COCO_MINT_GENOA, .vlek = true },
		{ .version = 5, .product = COCO_MINT_TURIN },
	};
	unsigned count = 0;

	for (size_t i = 1; i < coco_mint_snp_n_defects; i++) {
		for (size_t k = 0; k < COCO_ARRAY_LEN(specs); k++) {
			struct coco_mint_snp_spec spec = specs[k];

			spec.defect = coco_mint_snp_defects[i].name;
			if (!coco_mint_snp_applies(&spec))
				continue;
			defect(&spec, &coco_mint_snp_defects[i]);
			count++;
		}
	}
	assert_true(count > 2 * coco_mint_snp_n_defects);
}

/* ---- changed bytes, other lengths, swapped parts --------------------------------- */

static void test_flips(void **state COCO_UNUSED)
{
	const struct coco_mint_snp_spec spec = { .version = 5, .product = COCO_MINT_TURIN };
	struct coco_mint_snp_set set;

	coco_mint_snp_make(&spec, &set);
	for (size_t i = 0; i < sizeof(set.report); i += i < 0x2a0 || i > 0x330 ? 3 : 1) {
		struct trial t;

		set.report[i] ^= (uint8_t)(1U << i % 8);
		start(&t, &set);
		int r = appraise(&t, set.report, sizeof(set.report), COCO_PKI_NOW);
		/* another version may be no report at all */
		if (r == 0)
			assert_int_not_equal(verdict(&t), COCO_VERDICT_AFFIRMED);
		else
			assert_true(i < 4);
		done(&t);
		set.report[i] ^= (uint8_t)(1U << i % 8);
	}
	coco_mint_snp_free(&set);
}

static void test_lengths(void **state COCO_UNUSED)
{
	const struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_GENOA };
	struct coco_mint_snp_set set;
	uint8_t longer[COCO_MINT_SNP + 40];

	coco_mint_snp_make(&spec, &set);
	memset(longer, 0x11, sizeof(longer));
	memcpy(longer, set.report, COCO_MINT_SNP);
	for (size_t n = 0; n <= sizeof(longer); n += n < COCO_MINT_SNP - 8 ? 61 : 1) {
		struct trial t;

		start(&t, &set);
		int r = appraise(&t, longer, n, COCO_PKI_NOW);
		assert_int_equal(r == 0, n == COCO_MINT_SNP);
		done(&t);
	}
	/* zeros behind a report are a table without entries */
	memset(longer + COCO_MINT_SNP, 0, 40);
	struct trial t;
	start(&t, &set);
	assert_ok(appraise(&t, longer, sizeof(longer), COCO_PKI_NOW), &d);
	assert_int_equal(verdict(&t), COCO_VERDICT_AFFIRMED);
	done(&t);
	coco_mint_snp_free(&set);
}

/* The report of one machine with the certificates of another. */
static void test_swapped(void **state COCO_UNUSED)
{
	struct coco_mint_snp_spec a = { .version = 3, .product = COCO_MINT_MILAN };
	struct coco_mint_snp_spec b = { .version = 3, .product = COCO_MINT_GENOA };
	struct coco_mint_snp_set one;
	struct coco_mint_snp_set two;
	struct trial t;

	coco_mint_snp_make(&a, &one);
	coco_mint_snp_make(&b, &two);
	start(&t, &two);
	assert_ok(appraise(&t, one.report, sizeof(one.report), COCO_PKI_NOW), &d);
	assert_int_equal(verdict(&t), COCO_VERDICT_REJECTED);
	made(&t, "snp.leaf.product", COCO_CHECKED_FAIL);
	done(&t);
	/* both there: the right one is found, whatever comes first */
	start(&t, &two);
	coco_mint_snp_add(&one, &t.coll, &t.roots);
	assert_ok(appraise(&t, one.report, sizeof(one.report), COCO_PKI_NOW), &d);
	assert_int_equal(verdict(&t), COCO_VERDICT_AFFIRMED);
	done(&t);
	coco_mint_snp_free(&one);
	coco_mint_snp_free(&two);
}

/* Of several certificates none fits: something is missing, nothing is forged. */
static void test_none_fits(void **state COCO_UNUSED)
{
	static const char *const others[] = { "chip", "tcb-snp" };
	struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_GENOA };
	struct coco_mint_snp_set set[2];
	struct trial t;

	start(&t, NULL);
	for (size_t i = 0; i < 2; i++) {
		spec.defect = others[i];
		coco_mint_snp_make(&spec, &set[i]);
		coco_mint_snp_add(&set[i], &t.coll, &t.roots);
	}
	assert_ok(appraise(&t, set[0].report, sizeof(set[0].report), COCO_PKI_NOW), &d);
	assert_int_equal(verdict(&t), COCO_VERDICT_INDETERMINATE);
	const struct coco_result_check *c = made(&t, "snp.leaf", COCO_CHECKED_MISSING);
	assert_non_null(strstr(c->next, "https://kdsintf.amd.com/vcek/v1/Genoa/c1c1c1"));
	assert_non_null(strstr(c->next, "?blSPL=03&teeSPL=02&snpSPL=25&ucodeSPL=217"));
	done(&t);
	for (size_t i = 0; i < 2; i++)
		coco_mint_snp_free(&set[i]);
}

/* Without the caller's root a chain of the tests is nobody's. */
static void test_no_root(void **state COCO_UNUSED)
{
	const struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_MILAN };
	struct coco_mint_snp_set set;
	struct trial t;

	coco_mint_snp_make(&spec, &set);
	start(&t, NULL);
	coco_mint_snp_add(&set, &t.coll, &t.coll);   /* given, not named */
	assert_ok(appraise(&t, set.report, sizeof(set.report), COCO_PKI_NOW), &d);
	assert_int_equal(verdict(&t), COCO_VERDICT_REJECTED);
	assert_string_equal(made(&t, "snp.chain.root", COCO_CHECKED_FAIL)->reason,
			    "CHAIN_ROOT:ARK");
	done(&t);
	coco_mint_snp_free(&set);
}

/* At the edges of every window. */
static void test_times(void **state COCO_UNUSED)
{
	const struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_MILAN };
	static const struct {
		int64_t at;
		enum coco_verdict want;
	} times[] = {
		{ COCO_PKI_START - 1, COCO_VERDICT_REJECTED },
		{ COCO_PKI_START, COCO_VERDICT_INDETERMINATE },   /* the list is newer */
		{ COCO_PKI_NOW - 5 * 86400 - 1, COCO_VERDICT_INDETERMINATE },
		{ COCO_PKI_NOW - 5 * 86400, COCO_VERDICT_AFFIRMED },
		{ COCO_PKI_NOW + 25 * 86400 - 1, COCO_VERDICT_AFFIRMED },
		{ COCO_PKI_NOW + 25 * 86400, COCO_VERDICT_INDETERMINATE },
		{ COCO_PKI_END - 1, COCO_VERDICT_INDETERMINATE },
		{ COCO_PKI_END, COCO_VERDICT_REJECTED },
		{ INT64_MAX, COCO_VERDICT_REJECTED },
		{ INT64_MIN, COCO_VERDICT_REJECTED },
	};
	struct coco_mint_snp_set set;

	coco_mint_snp_make(&spec, &set);
	for (size_t i = 0; i < COCO_ARRAY_LEN(times); i++) {
		struct trial t;

		start(&t, &set);
		assert_ok(appraise(&t, set.report, sizeof(set.report), times[i].at), &d);
		assert_int_equal(verdict(&t), times[i].want);
		done(&t);
	}
	coco_mint_snp_free(&set);
}

/* ---- notes ----------------------------------------------------------------------- */

/* Notes are made whatever the signature says: an altered report shows them too. */
static void note(size_t at, const void *p, size_t n, const char *id, int claim, int value)
{
	const struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_MILAN };
	struct coco_mint_snp_set set;
	struct trial t;

	coco_mint_snp_make(&spec, &set);
	memcpy(set.report + at, p, n);
	start(&t, &set);
	assert_ok(appraise(&t, set.report, sizeof(set.report), COCO_PKI_NOW), &d);
	const struct coco_result_check *c = made(&t, id, COCO_CHECKED_SKIPPED);
	assert_int_equal(c->aspect, COCO_ASPECT_ACCEPTABLE);
	assert_int_equal(strncmp(c->detail, "note: ", 6), 0);
	if (claim >= 0)
		assert_int_equal(t.result.subjects[0].trust[claim], value);
	done(&t);
	coco_mint_snp_free(&set);
}

static void test_notes(void **state COCO_UNUSED)
{
	note(0x4c, "\1", 1, "snp.reserved", -1, 0);
	note(0x8, "\x1f\x02\x01", 3, "snp.policy.reserved", -1, 0);
	note(0x8 + 7, "\x80", 1, "snp.policy.reserved", -1, 0);
	note(0x40, "\x65", 1, "snp.platform_info.reserved", -1, 0);
	note(0x110, "\1", 1, "snp.author_key", -1, 0);
	note(0x8 + 2, "\x0b", 1, "snp.debug", COCO_TRUST_CONFIGURATION, 96);
	note(0x8 + 2, "\x07", 1, "snp.migration", COCO_TRUST_CONFIGURATION, 32);
	note(0x30, "\xff\xff\xff\xff", 4, "snp.vmpl", COCO_TRUST_CONFIGURATION, 32);
	note(0x30, "\x04", 1, "snp.vmpl", -1, 0);
	note(0x40, "\x07", 1, "snp.advisory.sb3015", -1, 0);
	note(0x186, "\x17", 1, "snp.advisory.sb3019", -1, 0);
	note(0x1f7, "\xff", 1, "snp.tcb.launch", -1, 0);
	note(0, "\x03", 1, "snp.advisory.milan", -1, 0);
}

/* A CPU that is not in the list: the order of its levels cannot be guessed. */
static void test_unknown_cpu(void **state COCO_UNUSED)
{
	const struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_MILAN };
	struct coco_mint_snp_set set;
	struct trial t;

	coco_mint_snp_make(&spec, &set);
	set.report[0x188] = 0x1b;
	start(&t, &set);
	assert_ok(appraise(&t, set.report, sizeof(set.report), COCO_PKI_NOW), &d);
	assert_int_equal(verdict(&t), COCO_VERDICT_REJECTED);
	done(&t);
	coco_mint_snp_free(&set);
}

/* ---- as a part of something else, and without memory ----------------------------- */

static void test_part(void **state COCO_UNUSED)
{
	const struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_MILAN,
						 .defect = "chip" };
	struct coco_mint_snp_set set;
	struct trial t;
	int used[16];
	int used_roots[4];

	memset(used, 0xff, sizeof(used));
	memset(used_roots, 0xff, sizeof(used_roots));
	coco_mint_snp_make(&spec, &set);
	start(&t, &set);
	coco_result_init(&t.result, COCO_PKI_NOW);
	struct coco_appraisal a = { .run = &run, .pieces = &t.pieces, .collateral = &t.coll,
				    .extra_roots = &t.roots, .at = COCO_PKI_NOW,
				    .result = &t.result, .used = used, .used_roots = used_roots };
	int subject = coco_result_subject(&t.result, "cpu", "az-snp-vtpm");
	coco_diag_init(&d);
	assert_ok(coco_snp_authenticate(&a, coco_view_of(set.report, COCO_MINT_SNP), 7, 1000,
					subject, &d), &d);
	const struct coco_result_check *c = made(&t, "snp.leaf.chip", COCO_CHECKED_FAIL);
	assert_int_equal(c->input, 7);
	assert_true(c->offset == 1000 + 0x1a0);
	/* a report that does not stand in its input as it is has no places there */
	size_t before = t.result.n_checks;
	assert_ok(coco_snp_authenticate(&a, coco_view_of(set.report, COCO_MINT_SNP), 7,
					COCO_NO_OFFSET, subject, &d), &d);
	assert_true(t.result.n_checks > before);
	for (size_t i = before; i < t.result.n_checks; i++)
		assert_false(t.result.checks[i].has_offset);
	assert_err(coco_snp_authenticate(&a, coco_view_of(set.report, 10), 7, 1000, subject, &d),
		   COCO_E_SNP_REPORT, &d);
	done(&t);
	coco_mint_snp_free(&set);
}

static void test_memory(void **state COCO_UNUSED)
{
	const struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_MILAN };
	struct coco_mint_snp_set set;

	coco_mint_snp_make(&spec, &set);
	coco_diag_init(&d);
	for (unsigned long n = 1;; n++) {
		struct coco_appraise_opts opts = { .at = COCO_PKI_NOW };
		struct trial t;

		start(&t, &set);
		assert_ok(coco_pieces_add(&t.pieces, &t.coll,
					  coco_view_of(set.report, sizeof(set.report)), "r", &d),
			  &d);
		opts.extra_roots = &t.roots;
		coco_test_alloc_arm(n);
		int r = coco_appraise(&run, &t.pieces, &t.coll, &opts, &t.result, &d);
		bool ok = coco_test_alloc_check(r, &d);
		if (ok)
			assert_int_equal(verdict(&t), COCO_VERDICT_AFFIRMED);
		done(&t);
		if (ok)
			break;
	}
	coco_mint_snp_free(&set);
}

static void test_pinned(void **state COCO_UNUSED)
{
	uint8_t none[32] = { 0 };
	static const uint8_t milan[32] = {
		0x69, 0xd0, 0x63, 0xb4, 0x53, 0x44, 0xd2, 0x6a, 0x2e, 0x94, 0xe1, 0xf4, 0x21, 0x0d,
		0xe4, 0x9e, 0xf5, 0x55, 0x30, 0x82, 0x87, 0xd4, 0xc1, 0x74, 0x44, 0x5c, 0x95, 0x63,
		0x9a, 0x54, 0x0b, 0xcd,
	};
	bool root = false;

	assert_null(coco_snp_pinned(none, &root));
	assert_string_equal(coco_snp_pinned(milan, &root), "ARK-Milan");
	assert_true(root);
}

/* ---- the minting tool ------------------------------------------------------------ */

static void save(const char *dir, const char *name, const void *p, size_t n)
{
	char path[512];

	if (n == 0)
		return;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0) {
		fprintf(stderr, "%s: cannot be written\n", path);
		exit(1);
	}
}

static void save_cert(const char *dir, const char *name, const struct coco_pki_cert *c)
{
	if (c != NULL)
		save(dir, name, c->der, c->n_der);
}

/* DIR VERSION milan|genoa|turin vcek|vlek DEFECT */
static int mint(char **argv)
{
	static const char *const products[] = { "milan", "genoa", "turin" };
	struct coco_mint_snp_spec spec = { .version = (uint8_t)atoi(argv[2]),
					   .vlek = strcmp(argv[4], "vlek") == 0,
					   .defect = argv[5] };
	struct coco_mint_snp_set set;

	for (unsigned i = 0; i < COCO_ARRAY_LEN(products); i++)
		if (strcmp(argv[3], products[i]) == 0)
			spec.product = (enum coco_mint_product)i;
	if (!coco_mint_snp_applies(&spec)) {
		fprintf(stderr, "%s: no defect of such a report\n", argv[5]);
		return 2;
	}
	coco_mint_snp_make(&spec, &set);
	save(argv[1], "report.bin", set.report, sizeof(set.report));
	save_cert(argv[1], "leaf.der", set.leaf);
	save_cert(argv[1], "ask.der", set.ask);
	save_cert(argv[1], "ark.der", set.ark);
	save_cert(argv[1], "root.der", set.root);
	save(argv[1], "crl.der", set.crl, set.n_crl);
	if (set.leaf != NULL && set.ask != NULL && set.root != NULL && !spec.vlek) {
		uint8_t *table = NULL;
		size_t n = coco_mint_snp_table(&set, &table);

		save(argv[1], "table.bin", table, n);
		coco_free(table);
	}
	coco_mint_snp_free(&set);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),      cmocka_unit_test(test_defects),
		cmocka_unit_test(test_flips),     cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_swapped),   cmocka_unit_test(test_none_fits),
		cmocka_unit_test(test_no_root),   cmocka_unit_test(test_times),
		cmocka_unit_test(test_notes),     cmocka_unit_test(test_unknown_cpu),
		cmocka_unit_test(test_part),      cmocka_unit_test(test_memory),
		cmocka_unit_test(test_pinned),
	};

	if (argc == 6)
		return mint(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
