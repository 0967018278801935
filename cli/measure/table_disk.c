/*
 * table_disk.c - measure verity and measure image in the command table.
 */
#include "cli/measure/opts_disk.h"
#include "cli/measure/profile_use.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/table_measure.h"

/* ---- measure verity ------------------------------------------------------------- */

#define VERITY struct coco_opts_measure_verity

static const char *const hashes[] = { "sha1", "sha256", "sha384", "sha512", NULL };
const char *const coco_disk_formats[] = { "auto", "raw", "qcow2", "vhd", NULL };
static const char *const hash_types[] = { "1", "0", NULL };

static const struct coco_operand verity_operands[] = {
	{ .name = "image", .kind = COCO_KIND_INPUT, .max = 1,
	  .help = "raw disk or device, qcow2, fixed VHD; - is stdin",
	  COCO_BIND_STR(VERITY, image) },
};

static const struct coco_opt verity_opts[] = {
	COCO_OPTIONS_PROFILE(VERITY, profile),
	COCO_OPTION_DISK_FORMAT(VERITY, format),
	{ .name = "partition", .kind = COCO_KIND_STRING, .arg = "PART",
	  .help = "data: number, UUID, label or type",
	  COCO_BIND_STR(VERITY, partition) },
	{ .name = "hash-image", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "compare with the hash tree in this image",
	  COCO_BIND_STR(VERITY, hash_image) },
	{ .name = "hash-partition", .kind = COCO_KIND_STRING, .arg = "PART",
	  .help = "the tree is in this partition (of IMAGE)",
	  COCO_BIND_STR(VERITY, hash_partition) },
	{ .name = "hash", .kind = COCO_KIND_ENUM, .arg = "ALG", .values = hashes,
	  .def = "sha256", .help = "hash algorithm", COCO_BIND_ENUM(VERITY, hash) },
	{ .name = "hash-type", .kind = COCO_KIND_ENUM, .arg = "N", .values = hash_types,
	  .def = "1", .help = "0: Chrome OS, salt behind block",
	  COCO_BIND_ENUM(VERITY, hash_type) },
	{ .name = "data-block-size", .kind = COCO_KIND_U32, .arg = "N", .def = "4096",
	  .help = "bytes of a data block", .min = 512, .max = 524288,
	  COCO_BIND_U32(VERITY, data_block_size) },
	{ .name = "hash-block-size", .kind = COCO_KIND_U32, .arg = "N", .def = "4096",
	  .help = "bytes of a hash block", .min = 512, .max = 524288,
	  COCO_BIND_U32(VERITY, hash_block_size) },
	{ .name = "data-blocks", .kind = COCO_KIND_U64, .arg = "N", .def = "all",
	  .help = "data ends after so many blocks", .min = 1, .max = INT64_MAX,
	  COCO_BIND_U64(VERITY, data_blocks) },
	{ .name = "salt", .kind = COCO_KIND_STRING, .arg = "HEX|-", .def = "-",
	  .help = "veritysetup draws one at random",
	  COCO_BIND_STR(VERITY, salt) },
	{ .name = "uuid", .kind = COCO_KIND_STRING, .arg = "UUID", .def = "zeros",
	  .help = "of the superblock written",
	  COCO_BIND_STR(VERITY, uuid) },
	{ .name = "hash-offset", .kind = COCO_KIND_SIZE, .arg = "SIZE", .def = "0",
	  .help = "where the hash area begins",
	  COCO_BIND_U64(VERITY, hash_offset) },
	{ .name = "superblock", .kind = COCO_KIND_FLAG, .flags = COCO_OPT_ON,
	  .help = "the hash area has one (Kata: none)",
	  COCO_BIND_FLAG(VERITY, superblock) },
	{ .name = "hash-output", .kind = COCO_KIND_OUTPUT, .arg = "FILE",
	  .help = "write the hash area, as veritysetup format",
	  COCO_BIND_STR(VERITY, hash_output) },
	{ .name = "root-hash", .kind = COCO_KIND_STRING, .arg = "HEX",
	  .help = "the root hash must be this one", COCO_BIND_STR(VERITY, root_hash) },
	{ .name = "cmdline", .kind = COCO_KIND_STRING, .arg = "TEXT|@FILE",
	  .help = "the root hash must be one on this command line",
	  COCO_BIND_STR(VERITY, cmdline) },
	COCO_OPTIONS_ANSWER(VERITY, answer),
};

static const struct coco_example verity_examples[] = {
	{ "measure verity root.raw --salt 0123abcd --hash-output root.verity",
	  "the root hash, and the hash area for the second partition" },
	{ "measure verity disk.qcow2 --partition root-x86-64 --hash-partition root-x86-64-verity",
	  "whether data and hash tree of a disk belong together, as veritysetup verify" },
	{ "measure verity disk.raw --cmdline @cmdline.txt",
	  "whether the disk is the one that a command line's roothash= names" },
};

const struct coco_cmd coco_cmd_entry_measure_verity = {
	.id = COCO_CMD_MEASURE_VERITY,
	.path = "measure verity",
	.group = "Measurements",
	.summary = "Compute the dm-verity root hash of a disk or partition",
	.text = "The root hash on a measured command line stands for every byte of the disk. It is "
		"equal to that of veritysetup format, and shown in the words that systemd, the "
		"kernel and Kata take.\n\n"
		"With --hash-image or --hash-partition the parameters come from the superblock "
		"and the first data block that differs is named. With --root-hash or --cmdline "
		"the root hash is compared, exit code 1 shows both; in a GPT the partitions are "
		"then found by it, as systemd does.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN | COCO_CMD_JOBS | COCO_CMD_PROGRESS,
	COCO_LIST(operands, verity_operands),
	COCO_LIST(opts, verity_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, verity_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.see = "measure image, measure uki",
	.opts_size = sizeof(VERITY),
	.since = "0.2.0",
};

/* ---- measure image -------------------------------------------------------------- */

#define IMAGE struct coco_opts_measure_image

static const struct coco_operand image_operands[] = {
	{ .name = "image", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "raw disk or device, qcow2, fixed VHD", COCO_BIND_STR(IMAGE, image) },
};

static const struct coco_opt image_opts[] = {
	COCO_OPTION_DISK_FORMAT(IMAGE, format),
	COCO_OPTIONS_ANSWER(IMAGE, answer),
};

static const struct coco_example image_examples[] = {
	{ "measure image guest.qcow2", "which register stands for what, and what none does" },
	{ "measure image guest.raw -o record.json --json", "the same for a program" },
};

const struct coco_cmd coco_cmd_entry_measure_image = {
	.id = COCO_CMD_MEASURE_IMAGE,
	.path = "measure image",
	.group = "Measurements",
	.summary = "List what of a guest disk is measured, and what is not",
	.text = "The disk is read as UEFI firmware, systemd-boot and systemd-stub would: partition "
		"table, files of the EFI system partition, dm-verity pairs. Each is listed with "
		"the TPM and TDX registers that it goes to and its SHA-256, or with the reason "
		"why nothing measures it.\n\n"
		"Root hashes on the command lines of kernel images are compared with the disk, "
		"hash trees with their data, signed root hashes with both: exit code 1 when one "
		"does not hold.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN | COCO_CMD_JOBS | COCO_CMD_PROGRESS,
	COCO_LIST(operands, image_operands),
	COCO_LIST(opts, image_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, image_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.see = "measure verity, measure uki, measure pe",
	.opts_size = sizeof(IMAGE),
	.since = "0.2.0",
};
