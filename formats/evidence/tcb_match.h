/*
 * tcb_match.h - which TCB level a platform has, how the statuses of platform,
 * TDX module and quoting enclave become one, and which component is behind
 * (Intel's TCB evaluation as evidence.md 2.7 to 2.9 gives it). Pure
 * comparison: the documents must have been verified before.
 */
#ifndef COCO_TCB_MATCH_H
#define COCO_TCB_MATCH_H

#include "formats/evidence/tcb_info.h"

/* The versions of a platform. */
struct coco_tcb_platform {
	const uint8_t *sgx;          /* 16 components, of the PCK certificate */
	uint16_t pce_svn;            /* of the PCK certificate */
	const uint8_t *tdx;          /* TEE_TCB_SVN, 16 bytes; NULL: an SGX quote */
};

enum { COCO_TCB_NO_LEVEL = -1 };

/* coco_tcb_level_of - number of the first level that the platform reaches, or COCO_TCB_NO_LEVEL. */
int coco_tcb_level_of(const struct coco_tcb_info *info, const struct coco_tcb_platform *platform);

/* coco_isv_level_of - the first level whose ISVSVN is not above svn, or COCO_TCB_NO_LEVEL. */
int coco_isv_level_of(const struct coco_isv_levels *levels, unsigned svn);

/*
 * coco_tcb_module_of - what a module of this major version must be: tdxModule
 * for 0, else the identity "TDX_" and the version as two hexadecimal digits.
 * NULL when the document has none.
 */
const struct coco_tdx_module *coco_tcb_module_of(const struct coco_tcb_info *info,
						 uint8_t version);

/* coco_tcb_module_id - "TDX_01" for version 1; ret has 8 bytes. */
char *coco_tcb_module_id(char ret[8], uint8_t version);

/* coco_tcb_converge - one status of three; module, qe: COCO_TCB_UP_TO_DATE when there is none. */
enum coco_tcb_status coco_tcb_converge(enum coco_tcb_status platform, enum coco_tcb_status module,
				       enum coco_tcb_status qe);

/*
 * coco_tcb_relaunch - the status of a TD that was started on a module which
 * was updated since: launch out of date, current not any more.
 */
enum coco_tcb_status coco_tcb_relaunch(enum coco_tcb_status launch, enum coco_tcb_status current);

/* The statuses that were folded and what comes out. */
struct coco_tcb_answer {
	enum coco_tcb_status status;         /* COCO_TCB_NONE: a part has no level */
	enum coco_tcb_status platform;
	enum coco_tcb_status module;         /* of a module identity */
	enum coco_tcb_status qe;
	bool has_module;                     /* a module identity was asked */
	bool has_qe;
	int level;                           /* number in info->levels, or COCO_TCB_NO_LEVEL */
	bool has_date;
	int64_t date;                        /* the earliest tcbDate that was used */
};

/*
 * coco_tcb_evaluate - the answer for a platform; qe_levels may be NULL (no QE
 * identity) and qe_svn is then not used. A module identity that is missing
 * makes the status COCO_TCB_NONE.
 */
void coco_tcb_evaluate(const struct coco_tcb_info *info, const struct coco_tcb_platform *platform,
		       const struct coco_isv_levels *qe_levels, unsigned qe_svn,
		       struct coco_tcb_answer *ret);

/*
 * coco_tcb_advisories_of - the names of an answer's advisories, sorted, each
 * once; borrowed from the documents. Gives *ret (coco_free). LIMIT_MEMORY.
 */
int coco_tcb_advisories_of(const struct coco_tcb_info *info,
			   const struct coco_tcb_platform *platform,
			   const struct coco_isv_levels *qe_levels,
			   const struct coco_tcb_advisories *qe_advisories, unsigned qe_svn,
			   const char ***ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

enum coco_tcb_part {
	COCO_TCB_PART_SGX,
	COCO_TCB_PART_PCE,
	COCO_TCB_PART_TDX,
};

/* One component that is below what a level asks. */
struct coco_tcb_behind {
	enum coco_tcb_part part;
	unsigned index;              /* from 0, as the specification's arrays */
	unsigned have;
	unsigned want;
	const char *name;            /* "SEAMLDR ACM", or "" */
};

enum { COCO_TCB_BEHIND_MAX = 2 * COCO_TCB_COMPONENTS + 1 };

/* coco_tcb_behind - every component that is below a level; their number. */
size_t coco_tcb_behind(const struct coco_tcb_info *info, const struct coco_tcb_platform *platform,
		       size_t level, struct coco_tcb_behind ret[COCO_TCB_BEHIND_MAX]);

/*
 * coco_tcb_nearest - the level that is worth reaching: of those that the
 * platform does not reach and that are better than its own, the one with the
 * fewest components to update, then the fewest steps. COCO_TCB_NO_LEVEL: none.
 */
int coco_tcb_nearest(const struct coco_tcb_info *info, const struct coco_tcb_platform *platform);

#endif
