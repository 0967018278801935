/*
 * opts_profile.h - option structs of measure profile import and check.
 */
#ifndef COCO_OPTS_PROFILE_H
#define COCO_OPTS_PROFILE_H

#include "cli/core/table.h"

#define COCO_PROFILE_PLATFORM_WORDS { "snp", "sev-es", "sev", "tdx", "vtpm", NULL }

struct coco_opts_measure_profile_import {
	const char *qemu_argv;
	const char *libvirt;
	const char *kata;
	int platform;                    /* index of COCO_PROFILE_PLATFORM_WORDS */
	uint32_t max_vcpus;
};

struct coco_opts_measure_profile_check {
	const char *profile;
};

#endif
