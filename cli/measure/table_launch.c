/*
 * table_launch.c - measure snp, sev-es, sev, id-block in the command table.
 */
#include "cli/measure/profile_use.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/table_measure.h"

static const char *const append_forms[] = { "exact", "trimmed", NULL };
static const char *const vmms[] = { "qemu", "ec2", "gce", "krun", NULL };
static const char *const ec2_resets[] = { "rdx-600", "rdx-0", NULL };

#define NOT_HERE                                                                          \
	"Nothing is started and no hardware is needed. The answer names every input with " \
	"its digest and the value after it, and what the platform does not measure."

#define LISTS                                                                             \
	"Lists of vCPU counts and models make a set of allowed values, each labelled with " \
	"what makes it."

/* Options that several commands have; s is the option struct. */

#define OPTIONS_BOOT(s)                                                                   \
	COCO_OPTIONS_PROFILE(s, boot.profile),                                            \
	{ .name = "firmware", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REQUIRED,        \
	  .arg = "FILE", .help = "OVMF image as the VMM loads it",                        \
	  COCO_BIND_STR(s, boot.firmware) },                                              \
	{ .name = "kernel", .kind = COCO_KIND_INPUT, .arg = "FILE",                       \
	  .help = "kernel whose hash the VMM gives to the firmware",                      \
	  COCO_BIND_STR(s, boot.kernel) },                                                \
	{ .name = "initrd", .kind = COCO_KIND_INPUT, .arg = "FILE", .requires = "kernel", \
	  .help = "initial RAM disk, likewise", COCO_BIND_STR(s, boot.initrd) },          \
	{ .name = "append", .kind = COCO_KIND_STRING, .arg = "TEXT|@FILE",                \
	  .requires = "kernel",                                                           \
	  .help = "kernel command line; @FILE: the bytes of a file",                      \
	  COCO_BIND_STR(s, boot.append) },                                                \
	{ .name = "append-form", .kind = COCO_KIND_ENUM, .arg = "FORM",                   \
	  .values = append_forms, .def = "exact",                                         \
	  .help = "trimmed: without white space at both ends, as snpguest does",          \
	  COCO_BIND_ENUM(s, boot.append_form) },                                          \
	COCO_OPTIONS_ANSWER(s, boot.answer)

#define OPTIONS_VCPUS(s)                                                                  \
	{ .name = "vcpus", .kind = COCO_KIND_STRING, .arg = "LIST", .def = "1",           \
	  .help = "vCPUs: 4 or 1-64 or 1,2,8-16",                              \
	  COCO_BIND_STR(s, cpu.vcpus) },                                                  \
	{ .name = "vcpu-type", .kind = COCO_KIND_STRING, .arg = "MODEL|all",              \
	  .conflicts = "vcpu-sig",                                                        \
	  .help = "vCPU models, comma between: EPYC-v4,EPYC-Milan",                       \
	  COCO_BIND_STR(s, cpu.type) },                                                   \
	{ .name = "vcpu-sig", .kind = COCO_KIND_STRING, .arg = "N",                       \
	  .help = "CPUID signature instead of a model, as 0x00a00f11",                    \
	  COCO_BIND_STR(s, cpu.signature) },                                              \
	{ .name = "vmm", .kind = COCO_KIND_ENUM, .arg = "VMM", .values = vmms,            \
	  .def = "qemu", .help = "who starts the guest", COCO_BIND_ENUM(s, cpu.vmm) },    \
	{ .name = "ec2-reset", .kind = COCO_KIND_ENUM, .arg = "STATE",                    \
	  .values = ec2_resets, .def = "rdx-600",                                         \
	  .help = "RDX on EC2: sev-snp-measure says 0x600, snpguest 0",                   \
	  COCO_BIND_ENUM(s, cpu.ec2_reset) },                                             \
	{ .name = "dump-vmsa", .kind = COCO_KIND_DIR, .arg = "DIR",                       \
	  .help = "write the vCPU pages into this directory",                             \
	  COCO_BIND_STR(s, cpu.dump_vmsa) }

#define EXITS                                                                             \
	(COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT) |            \
	 COCO_EXIT_BIT(EXISTS))

/* ---- measure snp ---------------------------------------------------------------- */

static const struct coco_opt snp_opts[] = {
	OPTIONS_BOOT(struct coco_opts_measure_snp),
	OPTIONS_VCPUS(struct coco_opts_measure_snp),
	{ .name = "guest-features", .kind = COCO_KIND_STRING, .arg = "N", .def = "0x1",
	  .help = "SEV_FEATURES of the guest; kernels 6.6 to 6.8 set 0x21",
	  COCO_BIND_STR(struct coco_opts_measure_snp, features) },
	{ .name = "svsm", .kind = COCO_KIND_INPUT, .arg = "FILE", .requires = "vars-size",
	  .conflicts = "kernel firmware-digest guest-features",
	  .help = "COCONUT SVSM image that runs below the firmware",
	  COCO_BIND_STR(struct coco_opts_measure_snp, svsm) },
	{ .name = "vars-size", .kind = COCO_KIND_SIZE, .arg = "SIZE", .requires = "svsm",
	  .help = "variable store between SVSM and firmware",
	  COCO_BIND_U64(struct coco_opts_measure_snp, vars_size) },
	{ .name = "firmware-digest", .kind = COCO_KIND_STRING, .arg = "HEX",
	  .help = "launch digest after the firmware's pages",
	  COCO_BIND_STR(struct coco_opts_measure_snp, firmware_digest) },
};

static const struct coco_example snp_examples[] = {
	{ "measure snp --firmware OVMF.amdsev.fd --kernel vmlinuz --initrd initrd.img "
	  "--append console=ttyS0 --vcpus 1-64 --vcpu-type all -o record.json",
	  "every value that a fleet may report" },
	{ "measure snp --firmware OVMF.fd --vcpus 4 --vcpu-type EPYC-Milan --explain",
	  "one value, and which input made it" },
};

const struct coco_cmd coco_cmd_entry_measure_snp = {
	.id = COCO_CMD_MEASURE_SNP,
	.path = "measure snp",
	.group = "Measurements",
	.summary = "Compute the launch digest of an AMD SEV-SNP guest",
	.text = "The value is what the attestation report shows as MEASUREMENT, computed from the "
		"files that the VMM loads. " NOT_HERE "\n\n" LISTS
		" Under QEMU the CPU model is measured and has to be named; the clouds hide it.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(opts, snp_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, snp_examples),
	.exits = EXITS,
	.see = "measure sev-es, measure sev",
	.opts_size = sizeof(struct coco_opts_measure_snp),
	.since = "0.2.0",
};

/* ---- measure sev-es ------------------------------------------------------------- */

static const struct coco_opt sev_es_opts[] = {
	OPTIONS_BOOT(struct coco_opts_measure_sev_es),
	OPTIONS_VCPUS(struct coco_opts_measure_sev_es),
};

static const struct coco_example sev_es_examples[] = {
	{ "measure sev-es --firmware OVMF.amdsev.fd --vcpus 1,2,4 --vcpu-type EPYC-v4",
	  "the allowed values for three sizes of a guest" },
};

const struct coco_cmd coco_cmd_entry_measure_sev_es = {
	.id = COCO_CMD_MEASURE_SEV_ES,
	.path = "measure sev-es",
	.group = "Measurements",
	.summary = "Compute the launch digest of an AMD SEV-ES guest",
	.text = "The value is the launch digest, SHA-256; the launch measurement that a guest "
		"owner compares is an HMAC over it. " NOT_HERE "\n\n" LISTS,
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(opts, sev_es_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, sev_es_examples),
	.exits = EXITS,
	.see = "measure snp, measure sev",
	.opts_size = sizeof(struct coco_opts_measure_sev_es),
	.since = "0.2.0",
};

/* ---- measure sev ---------------------------------------------------------------- */

static const struct coco_opt sev_opts[] = {
	OPTIONS_BOOT(struct coco_opts_measure_sev),
};

static const struct coco_example sev_examples[] = {
	{ "measure sev --firmware OVMF.amdsev.fd --kernel vmlinuz --append @cmdline.txt",
	  "with the hashes of a kernel" },
};

const struct coco_cmd coco_cmd_entry_measure_sev = {
	.id = COCO_CMD_MEASURE_SEV,
	.path = "measure sev",
	.group = "Measurements",
	.summary = "Compute the launch digest of an AMD SEV guest",
	.text = "The value is the launch digest, SHA-256; the launch measurement that a guest "
		"owner compares is an HMAC over it. vCPUs are not measured. " NOT_HERE,
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(opts, sev_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, sev_examples),
	.exits = EXITS,
	.see = "measure sev-es, measure snp",
	.opts_size = sizeof(struct coco_opts_measure_sev),
	.since = "0.2.0",
};

/* ---- measure id-block ----------------------------------------------------------- */

static const char *const id_block_env[] = { "CREDENTIALS_DIRECTORY", NULL };

#define ID_BLOCK struct coco_opts_measure_id_block

static const struct coco_opt id_block_opts[] = {
	COCO_OPTIONS_PROFILE(ID_BLOCK, profile),
	{ .name = "digest", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REQUIRED, .arg = "HEX",
	  .help = "launch digest that the guest must have", COCO_BIND_STR(ID_BLOCK, digest) },
	{ .name = "id-key", .kind = COCO_KIND_KEYREF, .flags = COCO_OPT_REQUIRED, .arg = "REF",
	  .help = "private P-384 key that signs the ID block",
	  COCO_BIND_STR(ID_BLOCK, id_key) },
	{ .name = "author-key", .kind = COCO_KIND_KEYREF, .arg = "REF",
	  .help = "private P-384 key that signs the ID key",
	  COCO_BIND_STR(ID_BLOCK, author_key) },
	{ .name = "family-id", .kind = COCO_KIND_STRING, .arg = "HEX", .def = "zeros",
	  .help = "16 bytes of the owner's choice", COCO_BIND_STR(ID_BLOCK, family) },
	{ .name = "image-id", .kind = COCO_KIND_STRING, .arg = "HEX", .def = "zeros",
	  .help = "16 bytes of the owner's choice", COCO_BIND_STR(ID_BLOCK, image) },
	{ .name = "guest-svn", .kind = COCO_KIND_U32, .arg = "N", .def = "0",
	  .help = "security version of the guest", .max = UINT32_MAX,
	  COCO_BIND_U32(ID_BLOCK, svn) },
	{ .name = "policy", .kind = COCO_KIND_STRING, .arg = "N", .def = "0x30000",
	  .help = "guest policy, the same as at launch", COCO_BIND_STR(ID_BLOCK, policy) },
};

static const struct coco_example id_block_examples[] = {
	{ "measure id-block --digest 0123...cdef --id-key id.pem --author-key author.pem",
	  "the two values for QEMU's sev-snp-guest object" },
};

const struct coco_cmd coco_cmd_entry_measure_id_block = {
	.id = COCO_CMD_MEASURE_ID_BLOCK,
	.path = "measure id-block",
	.group = "Measurements",
	.summary = "Sign the launch digest of an AMD SEV-SNP guest",
	.text = "With an ID block the security processor refuses to start a guest with another "
		"launch digest or policy, and the attestation report names the keys by the digests "
		"that are shown. The values are what QEMU takes as id-block= and id-auth=, with "
		"author-key-enabled=on when there is an author key. Keys are given as references: "
		"a path or file:PATH (not readable by others), fd:N, env:NAME, cred:NAME, "
		"store:DIR/repo/type/tag or - for standard input.",
	.flags = COCO_CMD_TOUCHES_KEYS,
	COCO_LIST(opts, id_block_opts),
	COCO_LIST(examples, id_block_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(KEY) |
		 COCO_EXIT_BIT(LIMIT),
	.env = id_block_env,
	.see = "measure snp, key generate",
	.opts_size = sizeof(ID_BLOCK),
	.since = "0.2.0",
};
