/*
 * oms_compare.c - the files that are there against the files that were signed
 * (see oms_compare.h). Both lists are sorted by name, so one pass pairs them.
 */
#include "lib/model/oms_compare.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/model/hash_tree.h"

#define UNSIGNED UINT32_MAX

/* What is here: names in byte order, and where each is in the statement. */
struct local {
	const char **paths;
	uint32_t *first;      /* place in oms->order of its first entry, or UNSIGNED */
	bool *bad;            /* differs */
	size_t n;
	const struct coco_tree *tree; /* where they are; NULL: digests are known */
};

static void local_free(struct local *l)
{
	coco_free(l->paths);
	coco_free(l->first);
	coco_free(l->bad);
}

static int local_new(struct local *l, size_t n, struct coco_diag *diag)
{
	*l = (struct local){
		.paths = coco_alloc(n, sizeof(*l->paths)),
		.first = coco_alloc(n, sizeof(*l->first)),
		.bad = coco_zalloc(n, sizeof(*l->bad)),
		.n = n,
	};
	if (l->paths != NULL && l->first != NULL && l->bad != NULL)
		return 0;
	local_free(l);
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to compare %zu files", n);
}

static const struct coco_oms_resource *entry(const struct coco_oms *oms, size_t place)
{
	return &oms->resources[oms->order[place]];
}

/* The place after the last entry with the name of the one at place. */
static size_t group_end(const struct coco_oms *oms, size_t place)
{
	size_t end = place + 1;

	while (end < oms->n_resources &&
	       strcmp(entry(oms, place)->name, entry(oms, end)->name) == 0)
		end++;
	return end;
}

/* An empty file has no shards, so shards cannot sign it: that is not an addition. */
static bool cannot_be_signed(const struct coco_oms *oms, const struct local *l, size_t i)
{
	return l->tree != NULL && oms->method == COCO_OMS_SHARDS && l->tree->files[i].size == 0;
}

/* Pairs both lists; counts and names what has no partner. */
static int pair(const struct coco_run *run, const struct coco_oms *oms, struct local *l,
		struct coco_oms_report *report, struct coco_diag *diag)
{
	size_t i = 0;
	size_t k = 0;
	int r = 0;

	while (r == 0 && (i < l->n || k < oms->n_resources)) {
		int c = i == l->n ? 1 : k == oms->n_resources ? -1 :
			strcmp(l->paths[i], entry(oms, k)->name);

		if (c < 0) {
			l->first[i] = UNSIGNED;
			if (cannot_be_signed(oms, l, i))
				report->empty_uncovered++;
			else
				r = coco_oms_report_name(&report->extra, l->paths[i],
							 run->show_names, diag);
			i++;
			continue;
		}
		report->signed_files++;
		if (c > 0)
			r = coco_oms_report_name(&report->missing, entry(oms, k)->name,
						 run->show_names, diag);
		else
			l->first[i++] = (uint32_t)k;
		k = group_end(oms, k);
	}
	return r;
}

static int count_results(const struct coco_run *run, const struct local *l,
			 struct coco_oms_report *report, struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++) {
		if (l->first[i] == UNSIGNED)
			continue;
		if (l->bad[i])
			r = coco_oms_report_name(&report->different, l->paths[i], run->show_names,
						 diag);
		else
			report->matching++;
	}
	return r;
}

/* The ranges to be hashed and the entries that they must equal. */
struct plan {
	struct coco_hash_range *ranges;
	uint32_t *wanted;
	size_t n;
};

static void plan_files(const struct coco_oms *oms, struct local *l, struct plan *p)
{
	for (size_t i = 0; i < l->n; i++) {
		uint64_t size = l->tree->files[i].size;

		if (l->first[i] == UNSIGNED)
			continue;
		if (oms->method == COCO_OMS_FILES) {
			p->ranges[p->n] = (struct coco_hash_range){ i, 0, size };
			p->wanted[p->n++] = oms->order[l->first[i]];
			continue;
		}
		size_t end = group_end(oms, l->first[i]);
		l->bad[i] = entry(oms, end - 1)->end != size;
		for (size_t k = l->first[i]; !l->bad[i] && k < end; k++) {
			p->ranges[p->n] = (struct coco_hash_range){ i, entry(oms, k)->start,
								    entry(oms, k)->end };
			p->wanted[p->n++] = oms->order[k];
		}
	}
}

static int hash_plan(const struct coco_run *run, const struct coco_oms *oms,
		     const struct plan *p, struct local *l, struct coco_diag *diag)
{
	size_t size = coco_oms_digest_size(oms->hash);
	uint8_t *digests = coco_alloc(p->n, size);

	if (digests == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu digests", p->n);
	int r = coco_hash_ranges(run, l->tree, p->ranges, p->n, oms->hash, digests, diag);
	for (size_t i = 0; r == 0 && i < p->n; i++)
		if (memcmp(digests + i * size, coco_oms_digest(oms, p->wanted[i]), size) != 0)
			l->bad[p->ranges[i].file] = true;
	coco_free(digests);
	return r;
}

static int hash_local(const struct coco_run *run, const struct coco_oms *oms, struct local *l,
		      struct coco_diag *diag)
{
	struct plan p = {
		.ranges = coco_alloc(oms->n_resources, sizeof(*p.ranges)),
		.wanted = coco_alloc(oms->n_resources, sizeof(*p.wanted)),
	};
	int r;

	if (p.ranges == NULL || p.wanted == NULL) {
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to compare %zu files", l->n);
	} else {
		plan_files(oms, l, &p);
		r = hash_plan(run, oms, &p, l, diag);
	}
	coco_free(p.ranges);
	coco_free(p.wanted);
	return r;
}

/* Sets the three checks; what could not be decided is an error, not a failure. */
static int finish(const struct coco_run *run, struct local *l, bool ignore_unsigned, int r,
		  struct coco_oms_report *report, struct coco_diag *diag)
{
	if (r == 0)
		r = count_results(run, l, report, diag);
	if (r == 0)
		r = coco_oms_report_files(report, ignore_unsigned, diag);
	else
		coco_oms_report_set(report, COCO_OMS_CHECK_DIGESTS, COCO_OMS_ERROR, NULL, NULL,
				    coco_err_info(r)->title);
	local_free(l);
	return r;
}

int coco_oms_compare_tree(const struct coco_run *run, const struct coco_oms *oms,
			  const struct coco_tree *tree, bool ignore_unsigned,
			  struct coco_oms_report *report, struct coco_diag *diag)
{
	struct local l;
	int r = local_new(&l, tree->n, diag);

	if (r != 0)
		return r;
	l.tree = tree;
	for (size_t i = 0; i < l.n; i++)
		l.paths[i] = tree->files[i].path;
	/* a model of one file is "." for model_signing, its name for the specification */
	if (tree->single && strcmp(oms->resources[0].name, ".") == 0)
		l.paths[0] = ".";
	r = pair(run, oms, &l, report, diag);
	if (r == 0) {
		coco_oms_report_pairs(report, ignore_unsigned);
		r = hash_local(run, oms, &l, diag);
	}
	return finish(run, &l, ignore_unsigned, r, report, diag);
}

int coco_oms_compare_known(const struct coco_run *run, const struct coco_oms *oms,
			   const struct coco_oms_file *files, size_t n, bool ignore_unsigned,
			   struct coco_oms_report *report, struct coco_diag *diag)
{
	struct local l;

	if (oms->method != COCO_OMS_FILES || oms->hash != COCO_OMS_SHA256)
		return coco_fail(diag, COCO_E_OMS_HASH,
				 "only SHA-256 digests of whole files are known here");
	int r = local_new(&l, n, diag);
	if (r != 0)
		return r;
	for (size_t i = 0; r == 0 && i < n; i++) {
		l.paths[i] = files[i].path;
		if (i > 0 && strcmp(files[i - 1].path, files[i].path) >= 0)
			r = coco_fail(diag, COCO_E_INTERNAL, "files are not sorted");
	}
	if (n == 1 && strcmp(oms->resources[0].name, ".") == 0)
		l.paths[0] = "."; /* as in a tree of one file */
	if (r == 0)
		r = pair(run, oms, &l, report, diag);
	if (r == 0)
		coco_oms_report_pairs(report, ignore_unsigned);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (l.first[i] != UNSIGNED)
			l.bad[i] = memcmp(files[i].sha256,
					  coco_oms_digest(oms, oms->order[l.first[i]]),
					  COCO_OMS_ROOT) != 0;
	return finish(run, &l, ignore_unsigned, r, report, diag);
}
