/*
 * launch_search.h - which launch gives an observed digest: firmware files,
 * kernel hashes, command lines, VMMs, guest features, vCPU models and counts,
 * multiplied with each other (measure.md 1). What candidates share is computed
 * once, and the rest on all cores.
 *
 * A digest matches or it does not; there is no distance between two of them.
 * Besides the finished digest the values on the way to it are compared, so
 * that a value which leaves out the vCPUs is recognised.
 */
#ifndef COCO_LAUNCH_SEARCH_H
#define COCO_LAUNCH_SEARCH_H

#include "lib/measure/launch.h"

enum {
	COCO_SEARCH_FILES = 1 << 12,       /* of one kind */
	COCO_SEARCH_LINES = 1 << 20,       /* command lines */
	COCO_SEARCH_FEATURES = 64,
	COCO_SEARCH_VCPUS = 64,
};

#define COCO_SEARCH_SPACE ((uint64_t)1 << 36)   /* candidates */

/* Everything is borrowed; lists are in the order of preference. */
struct coco_launch_search {
	enum coco_launch_platform platform;
	const uint8_t *actual;             /* 48 bytes for SNP, otherwise 32 */
	const char *const *firmware;       /* files */
	size_t n_firmware;
	bool without_hashes;               /* also, or only, without a kernel */
	const char *const *kernels;        /* files; none: only without */
	size_t n_kernels;
	const char *const *initrds;        /* files; NULL in the list: no initrd */
	size_t n_initrds;
	const struct coco_view *lines;     /* command lines */
	size_t n_lines;
	unsigned forms;                    /* 1: exact, 2: trimmed, as the sev crate does */
	unsigned vmms;                     /* set of 1 << enum coco_vmm, without SVSM */
	unsigned ec2_resets;               /* set of 1 << enum coco_ec2_reset */
	const uint64_t *features;          /* SNP */
	size_t n_features;
	const struct coco_launch_vcpu *vcpus;
	size_t n_vcpus;
	const uint32_t *counts;            /* ascending, each once */
	size_t n_counts;
};

/* One launch of the space; the numbers are places in the lists. */
struct coco_launch_candidate {
	size_t firmware;
	bool hashes;                       /* with a kernel: the next four are valid */
	size_t kernel;
	size_t initrd;
	size_t line;
	bool trim;
	enum coco_vmm vmm;                 /* not for SEV, as the following */
	enum coco_ec2_reset ec2_reset;
	uint64_t features;
	const struct coco_launch_vcpu *vcpu;   /* NULL where the VMM does not show it */
	uint32_t count;
};

struct coco_launch_found {
	bool found;
	struct coco_launch_candidate match;    /* the first one of the space */
	bool partial;                          /* the value is one on the way */
	char where[160];                       /* "the firmware's pages alone"; of partial */
	struct coco_launch_candidate part;     /* firmware, and what else was used */
	uint64_t tried;
	size_t skipped;                        /* firmware files that cannot be launched so */
	char why[256];                         /* of the first of them */
};

/*
 * coco_launch_search - goes through the space until the first match. The
 * answer does not depend on the number of threads. Of several firmware files
 * those that cannot be measured are skipped; a single one is an error. Models
 * with the same signature are tried once. Errors: those of
 * coco_launch_measure, SEARCH_SPACE, SEARCH_VARY for an empty list.
 */
int coco_launch_search(const struct coco_run *run, const struct coco_launch_search *req,
		       struct coco_launch_found *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
