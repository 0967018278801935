/*
 * tcb_match.c - TCB levels and statuses (see tcb_match.h).
 */
#include "formats/evidence/tcb_match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"

enum {
	SVN_MODULE = 0,          /* bytes of TEE_TCB_SVN */
	SVN_MODULE_VERSION = 1,
	SVN_PLATFORM = 2,        /* with a module identity only from here on */
};

/* Where the TDX components start that the levels judge. */
static size_t tdx_start(const struct coco_tcb_platform *p)
{
	return p->tdx != NULL && p->tdx[SVN_MODULE_VERSION] > 0 ? SVN_PLATFORM : 0;
}

static bool reaches(const struct coco_tcb_platform *p, const struct coco_tcb_level *level)
{
	for (size_t i = 0; i < COCO_TCB_COMPONENTS; i++)
		if (p->sgx[i] < level->sgx[i])
			return false;
	if (p->pce_svn < level->pce_svn)
		return false;
	for (size_t i = tdx_start(p); p->tdx != NULL && i < COCO_TCB_COMPONENTS; i++)
		if (p->tdx[i] < level->tdx[i])
			return false;
	return true;
}

int coco_tcb_level_of(const struct coco_tcb_info *info, const struct coco_tcb_platform *platform)
{
	for (size_t i = 0; i < info->n_levels; i++)
		if (reaches(platform, &info->levels[i]))
			return (int)i;
	return COCO_TCB_NO_LEVEL;
}

int coco_isv_level_of(const struct coco_isv_levels *levels, unsigned svn)
{
	for (size_t i = 0; i < levels->n; i++)
		if (levels->v[i].isv_svn <= svn)
			return (int)i;
	return COCO_TCB_NO_LEVEL;
}

char *coco_tcb_module_id(char ret[8], uint8_t version)
{
	snprintf(ret, 8, "TDX_%02X", version);
	return ret;
}

const struct coco_tdx_module *coco_tcb_module_of(const struct coco_tcb_info *info,
						 uint8_t version)
{
	char id[8];

	if (version == 0)
		return info->has_module ? &info->module : NULL;
	coco_tcb_module_id(id, version);
	for (size_t i = 0; i < info->n_modules; i++)
		if (strcasecmp(info->modules[i].id, id) == 0)
			return &info->modules[i];
	return NULL;
}

static bool out_of_date(enum coco_tcb_status s)
{
	return s == COCO_TCB_OUT_OF_DATE || s == COCO_TCB_OUT_OF_DATE_CONFIGURATION;
}

/* ... and nothing else: OutOfDateConfigurationNeeded is out_of_date(). */
static bool configuration_needed(enum coco_tcb_status s)
{
	return s == COCO_TCB_CONFIGURATION || s == COCO_TCB_CONFIGURATION_SW_HARDENING;
}

enum coco_tcb_status coco_tcb_converge(enum coco_tcb_status platform, enum coco_tcb_status module,
				       enum coco_tcb_status qe)
{
	if (platform == COCO_TCB_NONE || module == COCO_TCB_NONE || qe == COCO_TCB_NONE)
		return COCO_TCB_NONE;
	if (platform == COCO_TCB_REVOKED || module == COCO_TCB_REVOKED || qe == COCO_TCB_REVOKED)
		return COCO_TCB_REVOKED;
	if (!out_of_date(module) && !out_of_date(qe))
		return platform;
	if (platform == COCO_TCB_UP_TO_DATE || platform == COCO_TCB_SW_HARDENING)
		return COCO_TCB_OUT_OF_DATE;
	return configuration_needed(platform) ? COCO_TCB_OUT_OF_DATE_CONFIGURATION : platform;
}

enum coco_tcb_status coco_tcb_relaunch(enum coco_tcb_status launch, enum coco_tcb_status current)
{
	if (!out_of_date(launch))
		return launch;
	if (configuration_needed(current))
		return COCO_TCB_RELAUNCH_CONFIGURATION;
	if (current != COCO_TCB_UP_TO_DATE && current != COCO_TCB_SW_HARDENING)
		return launch;
	return launch == COCO_TCB_OUT_OF_DATE ? COCO_TCB_RELAUNCH
					      : COCO_TCB_RELAUNCH_CONFIGURATION;
}

/* The verdicts that one evaluation uses; NULL where there is none. */
struct used {
	const struct coco_tcb_verdict *platform;
	const struct coco_tcb_verdict *module;
	const struct coco_tcb_verdict *qe;
};

static const struct coco_tcb_verdict *isv_verdict(const struct coco_isv_levels *levels,
						  unsigned svn)
{
	int i = levels != NULL ? coco_isv_level_of(levels, svn) : COCO_TCB_NO_LEVEL;

	return i >= 0 ? &levels->v[i].says : NULL;
}

static struct used used_by(const struct coco_tcb_info *info, const struct coco_tcb_platform *p,
			   const struct coco_isv_levels *qe_levels, unsigned qe_svn)
{
	struct used u = { .qe = isv_verdict(qe_levels, qe_svn) };
	int level = coco_tcb_level_of(info, p);

	if (level >= 0)
		u.platform = &info->levels[level].says;
	if (tdx_start(p) > 0) {
		const struct coco_tdx_module *module =
			coco_tcb_module_of(info, p->tdx[SVN_MODULE_VERSION]);

		if (module != NULL)
			u.module = isv_verdict(&module->levels, p->tdx[SVN_MODULE]);
	}
	return u;
}

static enum coco_tcb_status fold(struct coco_tcb_answer *a, const struct coco_tcb_verdict *v)
{
	if (v == NULL)
		return COCO_TCB_NONE;
	if (!a->has_date || v->date < a->date)
		a->date = v->date;
	a->has_date = true;
	return v->status;
}

void coco_tcb_evaluate(const struct coco_tcb_info *info, const struct coco_tcb_platform *platform,
		       const struct coco_isv_levels *qe_levels, unsigned qe_svn,
		       struct coco_tcb_answer *ret)
{
	struct used u = used_by(info, platform, qe_levels, qe_svn);
	struct coco_tcb_answer a = { .has_qe = qe_levels != NULL };

	a.has_module = tdx_start(platform) > 0;
	a.level = coco_tcb_level_of(info, platform);
	a.platform = fold(&a, u.platform);
	a.module = fold(&a, u.module);
	a.qe = fold(&a, u.qe);
	a.status = coco_tcb_converge(a.platform, a.has_module ? a.module : COCO_TCB_UP_TO_DATE,
				     a.has_qe ? a.qe : COCO_TCB_UP_TO_DATE);
	*ret = a;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t append(const char **list, size_t n, const struct coco_tcb_advisories *pool,
		     const struct coco_tcb_verdict *v)
{
	for (size_t i = 0; v != NULL && i < v->n; i++)
		list[n++] = pool->v[v->first + i];
	return n;
}

static size_t count(const struct coco_tcb_verdict *v)
{
	return v != NULL ? v->n : 0;
}

int coco_tcb_advisories_of(const struct coco_tcb_info *info,
			   const struct coco_tcb_platform *platform,
			   const struct coco_isv_levels *qe_levels,
			   const struct coco_tcb_advisories *qe_advisories, unsigned qe_svn,
			   const char ***ret, size_t *ret_n, struct coco_diag *diag)
{
	struct used u = used_by(info, platform, qe_levels, qe_svn);
	size_t n = 0, kept = 0;
	const char **list = coco_alloc(count(u.platform) + count(u.module) + count(u.qe) + 1,
				       sizeof(*list));

	if (list == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the advisories");
	n = append(list, n, &info->advisories, u.platform);
	n = append(list, n, &info->advisories, u.module);
	if (qe_advisories != NULL)
		n = append(list, n, qe_advisories, u.qe);
	if (n > 1)
		qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(list[kept - 1], list[i]) != 0)
			list[kept++] = list[i];
	*ret = list;
	*ret_n = kept;
	return 0;
}

size_t coco_tcb_behind(const struct coco_tcb_info *info, const struct coco_tcb_platform *platform,
		       size_t level, struct coco_tcb_behind ret[COCO_TCB_BEHIND_MAX])
{
	const struct coco_tcb_level *l = &info->levels[level];
	size_t n = 0;

	for (unsigned i = 0; i < COCO_TCB_COMPONENTS; i++)
		if (platform->sgx[i] < l->sgx[i])
			ret[n++] = (struct coco_tcb_behind){ COCO_TCB_PART_SGX, i,
							     platform->sgx[i], l->sgx[i],
							     info->sgx_name[i] };
	if (platform->pce_svn < l->pce_svn)
		ret[n++] = (struct coco_tcb_behind){ COCO_TCB_PART_PCE, 0, platform->pce_svn,
						     l->pce_svn, "PCE" };
	for (unsigned i = (unsigned)tdx_start(platform);
	     platform->tdx != NULL && i < COCO_TCB_COMPONENTS; i++)
		if (platform->tdx[i] < l->tdx[i])
			ret[n++] = (struct coco_tcb_behind){ COCO_TCB_PART_TDX, i,
							     platform->tdx[i], l->tdx[i],
							     info->tdx_name[i] };
	return n;
}

/* How good a status is for choosing what to reach: 0 is best. */
static unsigned badness(enum coco_tcb_status s)
{
	static const uint8_t list[COCO_TCB_STATUSES] = {
		[COCO_TCB_NONE] = 5,
		[COCO_TCB_SW_HARDENING] = 1,
		[COCO_TCB_CONFIGURATION] = 2,
		[COCO_TCB_CONFIGURATION_SW_HARDENING] = 2,
		[COCO_TCB_OUT_OF_DATE] = 3,
		[COCO_TCB_OUT_OF_DATE_CONFIGURATION] = 3,
		[COCO_TCB_REVOKED] = 4,
	};

	return list[s];
}

int coco_tcb_nearest(const struct coco_tcb_info *info, const struct coco_tcb_platform *platform)
{
	struct coco_tcb_behind behind[COCO_TCB_BEHIND_MAX];
	int own = coco_tcb_level_of(info, platform);
	unsigned limit = badness(own >= 0 ? info->levels[own].says.status : COCO_TCB_NONE);
	size_t best_n = SIZE_MAX, best_steps = 0;
	int best = COCO_TCB_NO_LEVEL;

	for (size_t i = 0; i < info->n_levels; i++) {
		size_t n = coco_tcb_behind(info, platform, i, behind);
		size_t steps = 0;

		if (n == 0 || badness(info->levels[i].says.status) >= limit)
			continue;
		for (size_t k = 0; k < n; k++)
			steps += behind[k].want - behind[k].have;
		if (n > best_n || (n == best_n && steps >= best_steps))
			continue;
		best = (int)i;
		best_n = n;
		best_steps = steps;
	}
	return best;
}
