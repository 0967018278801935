/*
 * profile_key.c - the keys of a launch profile (see profile.h).
 */
#include <string.h>

#include "formats/measure/profile.h"

static const char *const platforms[] = { "snp", "sev-es", "sev", "tdx", "vtpm", NULL };
static const char *const vmms[] = { "qemu", "ec2", "gce", "krun", NULL };
static const char *const ec2_resets[] = { "rdx-600", "rdx-0", NULL };
static const char *const append_forms[] = { "exact", "trimmed", NULL };
static const char *const add_pages[] = { "auto", "single", "two", "both", NULL };
static const char *const linux_events[] = { "both", "initrd", "none", NULL };
static const char *const exits[] = { "once", "either", NULL };
static const char *const boots[] = { "direct", "disk", NULL };
static const char *const banks[] = { "sha1", "sha256", "sha384", "sha512", NULL };
static const char *const formats[] = { "raw", "qcow2", NULL };

#define KEY(t, nm, k, ...) \
	{ .table = t, .name = nm, .kind = COCO_PROFILE_KIND_##k, __VA_ARGS__ }

static const struct coco_profile_key keys[COCO_PROFILE_IDS] = {
	[COCO_PROFILE_TITLE] = KEY("", "title", TEXT, .help = "a name for people"),
	[COCO_PROFILE_PLATFORMS] = KEY("", "platforms", WORD, .words = platforms,
		.flags = COCO_PROFILE_LIST, .help = "what the guest runs on"),

	[COCO_PROFILE_VMM_NAME] = KEY("vmm", "name", WORD, .words = vmms,
		.help = "who starts the guest"),
	[COCO_PROFILE_VMM_VERSION] = KEY("vmm", "version", TEXT, .help = "version of the VMM"),
	[COCO_PROFILE_VMM_MACHINE] = KEY("vmm", "machine", TEXT,
		.help = "machine type with its version"),
	[COCO_PROFILE_VMM_QEMU] = KEY("vmm", "qemu", PATH,
		.help = "a QEMU binary that can be asked for ACPI tables"),
	[COCO_PROFILE_VMM_QEMU_ARGS] = KEY("vmm", "qemu_args", TEXT,
		.help = "the machine's options, when it is asked"),
	[COCO_PROFILE_VMM_PHYS_BITS] = KEY("vmm", "phys_bits", COUNT,
		.help = "physical address bits that the firmware uses"),
	[COCO_PROFILE_VMM_EC2_RESET] = KEY("vmm", "ec2_reset", WORD, .words = ec2_resets,
		.help = "RDX of a vCPU on EC2"),

	[COCO_PROFILE_FIRMWARE_FILE] = KEY("firmware", "file", PATH,
		.help = "image as the VMM loads it"),
	[COCO_PROFILE_FIRMWARE_VARS] = KEY("firmware", "vars", PATH, .help = "variable store"),
	[COCO_PROFILE_FIRMWARE_VARS_SIZE] = KEY("firmware", "vars_size", SIZE,
		.help = "size of the variable store"),
	[COCO_PROFILE_FIRMWARE_DIGEST] = KEY("firmware", "digest", HEX, .size = 48,
		.help = "SNP launch digest after the firmware's pages"),
	[COCO_PROFILE_FIRMWARE_GENERATION] = KEY("firmware", "generation", TEXT,
		.help = "generation, when it is not to be read from the image"),
	[COCO_PROFILE_FIRMWARE_SVSM] = KEY("firmware", "svsm", PATH, .help = "COCONUT SVSM image"),
	[COCO_PROFILE_FIRMWARE_IGVM] = KEY("firmware", "igvm", PATH,
		.help = "IGVM file that describes the whole guest"),

	[COCO_PROFILE_BOOT_KERNEL] = KEY("boot", "kernel", PATH, .help = "kernel of -kernel"),
	[COCO_PROFILE_BOOT_INITRD] = KEY("boot", "initrd", PATH, .help = "initial RAM disk"),
	[COCO_PROFILE_BOOT_APPEND] = KEY("boot", "append", TEXT, .help = "kernel command line"),
	[COCO_PROFILE_BOOT_APPEND_FILE] = KEY("boot", "append_file", PATH,
		.help = "file with the exact bytes of the command line"),
	[COCO_PROFILE_BOOT_APPEND_FORM] = KEY("boot", "append_form", WORD, .words = append_forms,
		.help = "trimmed: without white space at both ends"),
	[COCO_PROFILE_BOOT_KERNEL_HASHES] = KEY("boot", "kernel_hashes", BOOL,
		.help = "whether the VMM gives the hashes of the kernel to the firmware"),
	[COCO_PROFILE_BOOT_SHIM] = KEY("boot", "shim", PATH, .help = "shim of -shim"),
	[COCO_PROFILE_BOOT_DTB] = KEY("boot", "dtb", PATH, .help = "device tree of -dtb"),

	[COCO_PROFILE_CPU_COUNTS] = KEY("cpu", "counts", RANGE, .flags = COCO_PROFILE_LIST,
		.help = "numbers of vCPUs at launch"),
	[COCO_PROFILE_CPU_MAX] = KEY("cpu", "max", COUNT, .help = "vCPUs that could be added"),
	[COCO_PROFILE_CPU_MODELS] = KEY("cpu", "models", TEXT, .flags = COCO_PROFILE_LIST,
		.help = "vCPU models as QEMU names them, or \"all\""),
	[COCO_PROFILE_CPU_SIGNATURE] = KEY("cpu", "signature", NUMBER,
		.help = "CPUID signature instead of a model"),

	[COCO_PROFILE_MEMORY_SIZES] = KEY("memory", "sizes", SIZE, .flags = COCO_PROFILE_LIST,
		.help = "RAM of the guest"),

	[COCO_PROFILE_GUEST_FEATURES] = KEY("guest", "features", NUMBER, .help = "SEV_FEATURES"),
	[COCO_PROFILE_GUEST_POLICY] = KEY("guest", "policy", NUMBER, .help = "SEV guest policy"),
	[COCO_PROFILE_GUEST_HOST_DATA] = KEY("guest", "host_data", HEX, .size = 32,
		.help = "HOST_DATA of SEV-SNP"),
	[COCO_PROFILE_GUEST_INITDATA] = KEY("guest", "initdata", PATH,
		.help = "initdata whose digest is HOST_DATA or MRCONFIGID"),

	[COCO_PROFILE_TDX_ADD_PAGE] = KEY("tdx", "add_page", WORD, .words = add_pages,
		.help = "order in which the VMM adds pages"),
	[COCO_PROFILE_TDX_ACPI] = KEY("tdx", "acpi", DIR,
		.help = "directory with the ACPI blobs of the VMM"),
	[COCO_PROFILE_TDX_SMBIOS] = KEY("tdx", "smbios", PATH,
		.help = "SMBIOS tables of the VMM, when they are not in acpi"),
	[COCO_PROFILE_TDX_MRCONFIGID] = KEY("tdx", "mrconfigid", HEX, .size = 48,
		.help = "MRCONFIGID"),
	[COCO_PROFILE_TDX_MROWNER] = KEY("tdx", "mrowner", HEX, .size = 48, .help = "MROWNER"),
	[COCO_PROFILE_TDX_MROWNERCONFIG] = KEY("tdx", "mrownerconfig", HEX, .size = 48,
		.help = "MROWNERCONFIG"),
	[COCO_PROFILE_TDX_ATTRIBUTES] = KEY("tdx", "attributes", HEX, .size = 8,
		.help = "TD attributes"),
	[COCO_PROFILE_TDX_XFAM] = KEY("tdx", "xfam", HEX, .size = 8, .help = "XFAM"),
	[COCO_PROFILE_TDX_LINUX_EVENTS] = KEY("tdx", "linux_events", WORD, .words = linux_events,
		.help = "what the kernel's EFI stub measures"),
	[COCO_PROFILE_TDX_EXIT_BOOT_SERVICES] = KEY("tdx", "exit_boot_services", WORD,
		.words = exits, .help = "either: also a boot that had to repeat it"),

	[COCO_PROFILE_VTPM_BOOT] = KEY("vtpm", "boot", WORD, .words = boots,
		.help = "whether the VMM or the disk has the kernel"),
	[COCO_PROFILE_VTPM_BANKS] = KEY("vtpm", "banks", WORD, .words = banks,
		.flags = COCO_PROFILE_LIST, .help = "PCR banks"),
	[COCO_PROFILE_VTPM_PHASES] = KEY("vtpm", "phases", TEXT, .flags = COCO_PROFILE_LIST,
		.help = "boot phases of PCR 11, as enter-initrd:leave-initrd"),
	[COCO_PROFILE_VTPM_SECURE_BOOT] = KEY("vtpm", "secure_boot", DIR,
		.help = "on, with the variables PK, KEK, db, dbx in this directory"),
	[COCO_PROFILE_VTPM_AUTHORITY] = KEY("vtpm", "authority", PATH,
		.flags = COCO_PROFILE_LIST, .help = "certificates of db that are used"),
	[COCO_PROFILE_VTPM_MOK] = KEY("vtpm", "mok", DIR, .help = "variables of shim"),
	[COCO_PROFILE_VTPM_OPTION_ROMS] = KEY("vtpm", "option_roms", PATH,
		.flags = COCO_PROFILE_LIST, .help = "EFI drivers in devices, in order"),
	[COCO_PROFILE_VTPM_BOOT_DEVICE] = KEY("vtpm", "boot_device", TEXT,
		.help = "what the disk is, as virtio-blk:2"),
	[COCO_PROFILE_VTPM_ENTRY] = KEY("vtpm", "entry", TEXT,
		.help = "image on the disk that systemd-boot starts"),
	[COCO_PROFILE_VTPM_UKI] = KEY("vtpm", "uki", PATH,
		.help = "unified kernel image on some disk"),
	[COCO_PROFILE_VTPM_LOADER] = KEY("vtpm", "loader", PATH, .help = "systemd-boot"),
	[COCO_PROFILE_VTPM_LOADER_CONF] = KEY("vtpm", "loader_conf", PATH,
		.help = "its loader.conf"),
	[COCO_PROFILE_VTPM_EXTRA] = KEY("vtpm", "extra", PATH, .flags = COCO_PROFILE_LIST,
		.help = "addons, credentials and extensions beside the image"),
	[COCO_PROFILE_VTPM_GLOBAL] = KEY("vtpm", "global", PATH, .flags = COCO_PROFILE_LIST,
		.help = "addons and credentials of the loader"),

	[COCO_PROFILE_ID_BLOCK_ID_KEY] = KEY("id_block", "id_key", REF,
		.help = "private key that signs the ID block"),
	[COCO_PROFILE_ID_BLOCK_AUTHOR_KEY] = KEY("id_block", "author_key", REF,
		.help = "private key that signs the ID key"),
	[COCO_PROFILE_ID_BLOCK_FAMILY_ID] = KEY("id_block", "family_id", HEX, .size = 16,
		.help = "family id"),
	[COCO_PROFILE_ID_BLOCK_IMAGE_ID] = KEY("id_block", "image_id", HEX, .size = 16,
		.help = "image id"),
	[COCO_PROFILE_ID_BLOCK_GUEST_SVN] = KEY("id_block", "guest_svn", COUNT,
		.help = "security version of the guest"),
	[COCO_PROFILE_ID_BLOCK_BLOCK] = KEY("id_block", "block", BASE64, .size = 96,
		.help = "a signed ID block, as QEMU takes it"),
	[COCO_PROFILE_ID_BLOCK_AUTH] = KEY("id_block", "auth", BASE64, .size = 4096,
		.help = "its authentication"),

	[COCO_PROFILE_DISK_IMAGE] = KEY("disk", "image", PATH, .help = "disk image"),
	[COCO_PROFILE_DISK_FORMAT] = KEY("disk", "format", WORD, .words = formats,
		.help = "container of the image"),
	[COCO_PROFILE_DISK_PARTITION] = KEY("disk", "partition", TEXT,
		.help = "partition that the root hash belongs to"),
	[COCO_PROFILE_DISK_ROOT_HASH] = KEY("disk", "root_hash", HEX,
		.help = "dm-verity root hash"),

	[COCO_PROFILE_GIVEN_REGISTER] = KEY("given", "register", TEXT,
		.help = "register that it is of, as tdx.rtmr0"),
	[COCO_PROFILE_GIVEN_EVENT] = KEY("given", "event", TEXT,
		.help = "step that it replaces; without: it is the register's value"),
	[COCO_PROFILE_GIVEN_DIGEST] = KEY("given", "digest", HEX, .help = "the value"),
	[COCO_PROFILE_GIVEN_ORIGIN] = KEY("given", "origin", TEXT, .help = "where it comes from"),
};

const struct coco_profile_key *coco_profile_key_at(enum coco_profile_id id)
{
	return &keys[id];
}

bool coco_profile_is_rows(const char *table)
{
	return strcmp(table, "disk") == 0 || strcmp(table, "given") == 0;
}
