/*
 * test_each.c - many files, each judged on its own: the same lines whatever
 * the number of threads, every kind of file, collateral that stays with its
 * file, files that cannot be read, running out of memory.
 */
#include "lib/evidence/each.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_snp_pki.h"
#include "tests/support/support.h"

enum { GOOD = 24 };

struct place {
	char *dir;
	struct coco_mint_snp_set set;
	struct coco_collateral coll;
	struct coco_collateral roots;
};

static struct coco_diag d;

static void put(const struct place *p, const char *name, const void *bytes, size_t n)
{
	char *path = coco_path_join(p->dir, name);

	assert_ok(coco_write_file(path, bytes, n, COCO_OUT_FORCE, &d), &d);
	coco_free(path);
}

/* A directory with good reports and one file of each other kind. */
static void start(struct place *p)
{
	const struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_MILAN };
	uint8_t bad[COCO_MINT_SNP];
	char name[32];

	coco_diag_init(&d);
	coco_mint_snp_make(&spec, &p->set);
	coco_collateral_init(&p->coll);
	coco_collateral_init(&p->roots);
	coco_mint_snp_add(&p->set, &p->coll, &p->roots);
	p->dir = coco_test_dir();
	for (unsigned i = 0; i < GOOD; i++) {
		snprintf(name, sizeof(name), "b%02u", i);
		put(p, name, p->set.report, COCO_MINT_SNP);
	}
	memcpy(bad, p->set.report, sizeof(bad));
	bad[0x50] ^= 1;
	put(p, "a-changed", bad, sizeof(bad));
	put(p, "c-cut.json", "{\"svn\":", 7);
	put(p, "d-note", "hello", 5);
	put(p, "e-ask.der", p->set.ask->der, p->set.ask->n_der);
}

static void done(struct place *p)
{
	coco_collateral_free(&p->coll);
	coco_collateral_free(&p->roots);
	coco_mint_snp_free(&p->set);
	coco_test_rmdir(p->dir);
}

static int judge(const struct place *p, unsigned jobs, bool authentic_only,
		 struct coco_each *list)
{
	const struct coco_run run = { .jobs = jobs };
	const struct coco_appraise_opts opts = { .at = COCO_PKI_NOW, .extra_roots = &p->roots };
	int r = coco_each_add(list, p->dir, &d);

	return r != 0 ? r : coco_each_judge(&run, list, &p->coll, &opts, authentic_only, &d);
}

static const char *reason(const struct coco_each_file *f)
{
	return f->n_reasons > 0 ? f->reasons[0] : "";
}

static void lines(const struct coco_each *list)
{
	const struct coco_each_file *f = list->files;

	assert_int_equal(list->n, GOOD + 4);
	assert_non_null(strstr(f[0].path, "/a-changed"));
	assert_int_equal(f[0].verdict, COCO_VERDICT_REJECTED);
	assert_string_equal(reason(&f[0]), "SIGNATURE:snp");
	assert_non_null(f[0].detail);
	for (unsigned i = 1; i <= GOOD; i++) {
		assert_int_equal(f[i].verdict, COCO_VERDICT_AFFIRMED);
		assert_int_equal(f[i].n_reasons, 0);
		assert_null(f[i].detail);
		assert_int_equal(f[i].n, COCO_MINT_SNP);
		assert_memory_equal(f[i].sha256, f[1].sha256, 32);
	}
	assert_int_equal(f[GOOD + 1].verdict, COCO_VERDICT_REJECTED);
	assert_string_equal(reason(&f[GOOD + 1]), "EVIDENCE_MALFORMED");
	assert_int_equal(f[GOOD + 2].verdict, COCO_VERDICT_INDETERMINATE);
	assert_string_equal(reason(&f[GOOD + 2]), "EVIDENCE_UNSUPPORTED:input");
	assert_int_equal(f[GOOD + 3].state, COCO_EACH_COMPANION);
	assert_int_equal(coco_each_count(list, COCO_VERDICT_AFFIRMED), GOOD);
	assert_int_equal(coco_each_count(list, COCO_VERDICT_REJECTED), 2);
	assert_int_equal(coco_each_count(list, COCO_VERDICT_INDETERMINATE), 1);
	assert_int_equal(coco_each_companions(list), 1);
}

static void test_lines(void **state COCO_UNUSED)
{
	struct place p;

	start(&p);
	size_t shared = p.coll.n;
	for (unsigned jobs = 1; jobs <= 9; jobs += 4) {
		struct coco_each list = { .n = 0 };

		assert_ok(judge(&p, jobs, true, &list), &d);
		lines(&list);
		coco_each_free(&list);
	}
	assert_int_equal(p.coll.n, shared);
	/* whether they are acceptable nobody said */
	struct coco_each list = { .n = 0 };
	assert_ok(judge(&p, 2, false, &list), &d);
	assert_int_equal(coco_each_count(&list, COCO_VERDICT_AFFIRMED), 0);
	assert_int_equal(coco_each_count(&list, COCO_VERDICT_INDETERMINATE), GOOD + 1);
	assert_non_null(strstr(list.files[1].detail, "no policy"));
	coco_each_free(&list);
	done(&p);
}

/* A report that brings its certificates does not lend them to its neighbours. */
static void test_own_collateral(void **state COCO_UNUSED)
{
	struct place p;
	struct coco_each list = { .n = 0 };
	uint8_t *table = NULL;

	start(&p);
	coco_collateral_free(&p.coll);
	coco_collateral_init(&p.coll);
	size_t n = coco_mint_snp_table(&p.set, &table);
	uint8_t *both = coco_alloc(COCO_MINT_SNP + n, 1);
	assert_non_null(both);
	memcpy(both, p.set.report, COCO_MINT_SNP);
	memcpy(both + COCO_MINT_SNP, table, n);
	put(&p, "b00", both, COCO_MINT_SNP + n);
	put(&p, "b02", both, COCO_MINT_SNP + n);
	assert_ok(judge(&p, 1, true, &list), &d);
	assert_int_equal(list.files[1].verdict, COCO_VERDICT_AFFIRMED);
	assert_int_equal(list.files[2].verdict, COCO_VERDICT_INDETERMINATE);
	assert_string_equal(reason(&list.files[2]), "COLL_MISSING:VCEK");
	assert_int_equal(list.files[3].verdict, COCO_VERDICT_AFFIRMED);
	assert_int_equal(p.coll.n, 0);
	coco_each_free(&list);
	coco_free(table);
	coco_free(both);
	done(&p);
}

static void test_none(void **state COCO_UNUSED)
{
	struct place p;
	struct coco_each list = { .n = 0 };
	const struct coco_run run = { .jobs = 2 };
	const struct coco_appraise_opts opts = { .at = COCO_PKI_NOW };

	start(&p);
	assert_err(coco_each_judge(&run, &list, &p.coll, &opts, true, &d),
		   COCO_E_EVIDENCE_NONE, &d);
	coco_diag_init(&d);
	char *path = coco_path_join(p.dir, "e-ask.der");
	assert_ok(coco_each_add(&list, path, &d), &d);
	assert_err(coco_each_judge(&run, &list, &p.coll, &opts, true, &d),
		   COCO_E_EVIDENCE_NONE, &d);
	coco_diag_init(&d);
	/* a file that went away ends it */
	assert_int_equal(unlink(path), 0);
	assert_err(coco_each_judge(&run, &list, &p.coll, &opts, true, &d), COCO_E_IO_OPEN, &d);
	coco_diag_init(&d);
	coco_free(path);
	coco_each_free(&list);
	path = coco_path_join(p.dir, "gone/far");
	assert_ok(coco_each_add(&list, path, &d), &d);
	assert_err(coco_each_judge(&run, &list, &p.coll, &opts, true, &d), COCO_E_IO_OPEN, &d);
	coco_free(path);
	coco_each_free(&list);
	done(&p);
}

static void test_cancel(void **state COCO_UNUSED)
{
	struct place p;
	struct coco_each list = { .n = 0 };
	volatile sig_atomic_t stop = 1;
	const struct coco_run run = { .jobs = 2, .cancel = &stop };
	const struct coco_appraise_opts opts = { .at = COCO_PKI_NOW };

	start(&p);
	assert_ok(coco_each_add(&list, p.dir, &d), &d);
	assert_err(coco_each_judge(&run, &list, &p.coll, &opts, true, &d), COCO_E_CANCELLED, &d);
	coco_each_free(&list);
	done(&p);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct place p;
	char name[32];

	start(&p);
	for (unsigned i = 1; i < GOOD; i++) {   /* one of each kind is enough */
		snprintf(name, sizeof(name), "%s/b%02u", p.dir, i);
		assert_int_equal(unlink(name), 0);
	}
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_each list = { .n = 0 };
		bool ok = coco_test_alloc_check(judge(&p, 1, true, &list), &d);

		if (ok)
			assert_int_equal(coco_each_count(&list, COCO_VERDICT_AFFIRMED), 1);
		coco_each_free(&list);
		if (ok)
			break;
	}
	done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_own_collateral),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
