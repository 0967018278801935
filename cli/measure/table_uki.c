/*
 * table_uki.c - measure pe, measure uki in the command table.
 */
#include "cli/measure/bank_args.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/table_measure.h"

/* ---- measure pe ----------------------------------------------------------------- */

#define PE struct coco_opts_measure_pe

static const struct coco_operand pe_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "EFI program: kernel, unified kernel image, boot loader, addon",
	  COCO_BIND_STR(PE, file) },
};

static const struct coco_opt pe_opts[] = {
	COCO_OPTION_BANK(PE, banks, "sha256 and sha384"),
	COCO_OPTIONS_ANSWER(PE, answer),
};

static const struct coco_example pe_examples[] = {
	{ "measure pe vmlinuz", "the digest that firmware puts into PCR 4 or RTMR 1" },
	{ "measure pe BOOTX64.EFI --bank sha1 --explain", "and which bytes it covers" },
};

const struct coco_cmd coco_cmd_entry_measure_pe = {
	.id = COCO_CMD_MEASURE_PE,
	.path = "measure pe",
	.group = "Measurements",
	.summary = "Compute the Authenticode digest of an EFI program",
	.text = "The digest is what UEFI firmware measures when it loads the program (PCR 4 of a "
		"TPM, RTMR 1 of TDX) and what Secure Boot signatures are made over. It leaves out "
		"the checksum and the certificate table, so that it is the same before and after "
		"signing.\n\n"
		"That holds only when the length of the unsigned file is a multiple of 8: signing "
		"tools fill the file up with zeros, firmware hashes it as it is. For such a file "
		"both digests are given, with a warning.\n\n"
		"Sections that overlap, lie in the headers or leave the file are refused.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, pe_operands),
	COCO_LIST(opts, pe_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, pe_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT) |
		 COCO_EXIT_BIT(EXISTS),
	.see = "measure uki",
	.opts_size = sizeof(PE),
	.since = "0.2.0",
};

/* ---- measure uki ---------------------------------------------------------------- */

#define UKI struct coco_opts_measure_uki

static const char *const uki_env[] = { "CREDENTIALS_DIRECTORY", NULL };

static const struct coco_operand uki_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 0, .max = 1,
	  .help = "unified kernel image; or give its parts",
	  COCO_BIND_STR(UKI, file) },
};

#define OPTION_SECTION(word, member, what)                                                \
	{ .name = word, .kind = COCO_KIND_INPUT, .arg = "FILE", .help = what,             \
	  COCO_BIND_STR(UKI, member) }

static const struct coco_opt uki_opts[] = {
	COCO_OPTION_BANK(UKI, banks, "all four"),
	{ .name = "phase", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "WORD:WORD",
	  .help = "phases reached; \":\" for none; else the usual four",
	  COCO_BIND_LIST(UKI, phases) },
	{ .name = "profile-number", .kind = COCO_KIND_U32, .arg = "N", .def = "0",
	  .help = "profile of an image that has several", .max = 255,
	  COCO_BIND_U32(UKI, profile_number) },
	OPTION_SECTION("linux", linux_file, "kernel, section .linux"),
	OPTION_SECTION("osrel", osrel, "os-release, section .osrel"),
	OPTION_SECTION("cmdline", cmdline, "file with the command line, section .cmdline"),
	{ .name = "initrd", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .help = "section .initrd; several are joined as ukify does",
	  COCO_BIND_LIST(UKI, initrd) },
	OPTION_SECTION("ucode", ucode, "microcode, section .ucode"),
	OPTION_SECTION("splash", splash, "picture, section .splash"),
	OPTION_SECTION("dtb", dtb, "device tree, section .dtb"),
	OPTION_SECTION("dtbauto", dtbauto, "device tree, section .dtbauto"),
	OPTION_SECTION("uname", uname, "kernel release, section .uname"),
	OPTION_SECTION("sbat", sbat, "section .sbat, as it is in the image at last"),
	OPTION_SECTION("pcrpkey", pcrpkey, "public key of the policies, section .pcrpkey"),
	OPTION_SECTION("profile", profile, "section .profile"),
	OPTION_SECTION("hwids", hwids, "section .hwids"),
	OPTION_SECTION("efifw", efifw, "firmware, section .efifw"),
	{ .name = "sign", .kind = COCO_KIND_KEYREF, .arg = "REF", .conflicts = "policy-digest",
	  .help = "private key that signs a policy for each value",
	  COCO_BIND_STR(UKI, sign) },
	{ .name = "policy-digest", .kind = COCO_KIND_FLAG,
	  .help = "the policies with what is to be signed elsewhere",
	  COCO_BIND_FLAG(UKI, policy_digest) },
	{ .name = "public-key", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "public key, for --sign or --policy-digest",
	  COCO_BIND_STR(UKI, public_key) },
	{ .name = "policyref", .kind = COCO_KIND_STRING, .arg = "TEXT",
	  .help = "reference that the signature covers, too",
	  COCO_BIND_STR(UKI, policyref) },
	COCO_OPTIONS_ANSWER(UKI, answer),
};

static const struct coco_example uki_examples[] = {
	{ "measure uki linux.efi -o record.json", "PCR 11 of the image in every boot phase" },
	{ "measure uki --linux vmlinuz --initrd initrd.img --cmdline cmdline --osrel os-release "
	  "--uname uname --sbat sbat --pcrpkey public.pem --sign private.pem "
	  "--phase enter-initrd -o pcrsig.json",
	  "the signatures that go into the image, before it is built" },
};

const struct coco_cmd coco_cmd_entry_measure_uki = {
	.id = COCO_CMD_MEASURE_UKI,
	.path = "measure uki",
	.group = "Measurements",
	.summary = "Compute and sign PCR 11 of a unified kernel image",
	.text = "systemd-stub measures the sections of the image into PCR 11, and the running "
		"system adds a word for each boot phase. There is one value for each path of "
		"phases, device tree and firmware. --sign gives the JSON of systemd-measure for "
		".pcrsig: a policy for each value, signed with RSA PKCS#1 v1.5 or ECDSA, and "
		"--policy-digest the bytes to be signed instead. A key is a reference: PATH, "
		"fd:N, env:NAME, cred:NAME, store:DIR/repo/type/tag or -.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN | COCO_CMD_TOUCHES_KEYS,
	COCO_LIST(operands, uki_operands),
	COCO_LIST(opts, uki_opts),
	.output = { .kind = COCO_KIND_OUTPUT,
		    .help = "the record, or the policies if they are asked for" },
	COCO_LIST(examples, uki_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(KEY) |
		 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.env = uki_env,
	.see = "measure pe, key generate",
	.opts_size = sizeof(UKI),
	.since = "0.2.0",
};
