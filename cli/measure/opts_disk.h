/*
 * opts_disk.h - option structs of measure verity and measure image.
 */
#ifndef COCO_OPTS_DISK_H
#define COCO_OPTS_DISK_H

#include "cli/measure/opts_measure.h"

struct coco_opts_measure_verity {
	const char *image;
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
	struct coco_opts_answer answer;
};

#endif
