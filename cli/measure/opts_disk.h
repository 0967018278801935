/*
 * opts_disk.h - option structs of measure verity and measure image.
 */
#ifndef COCO_OPTS_DISK_H
#define COCO_OPTS_DISK_H

#include "cli/measure/opts_measure.h"

/* The option behind enum coco_disk_as; s is the option struct, m an int in it. */
#define COCO_OPTION_DISK_FORMAT(s, m)                                                     \
	{ .name = "disk-format", .kind = COCO_KIND_ENUM, .flags = COCO_OPT_SHARED,        \
	  .arg = "FORMAT", .values = coco_disk_formats, .def = "auto",                    \
	  .help = "auto: by its contents; raw: its bytes as they are",                    \
	  COCO_BIND_ENUM(s, m) }

extern const char *const coco_disk_formats[];   /* in the order of enum coco_disk_as */

struct coco_opts_measure_verity {
	const char *profile;
	const char *image;               /* or NULL: of the profile */
	int format;                      /* enum coco_disk_as */
	const char *partition;
	const char *hash_image;
	const char *hash_partition;
	int hash;                        /* enum coco_verity_alg */
	int hash_type;                   /* 0: 1, 1: 0 */
	uint32_t data_block_size;
	uint32_t hash_block_size;
	uint64_t data_blocks;
	const char *salt;                /* hexadecimal or "-" */
	const char *uuid;
	uint64_t hash_offset;
	bool superblock;
	const char *hash_output;
	const char *root_hash;
	const char *cmdline;             /* text, or @FILE */
	struct coco_opts_answer answer;
};

struct coco_opts_measure_image {
	const char *image;
	int format;                      /* enum coco_disk_as */
	struct coco_opts_answer answer;
};

#endif
