/*
 * profile_use.c - which key of a launch profile stands in for which option:
 * one list for all commands (see profile_use.h, cli.h).
 */
#include "cli/measure/profile_use.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"

enum use_flags {
	JOINED = 1,     /* a list becomes one text with commas */
	SOFT = 2,       /* only where what the option needs is there */
	HASHED = 4,     /* for SEV only when the hashes of the kernel are measured */
	FROM_FILE = 8,  /* "@" and the path */
	NARROWS = 16,   /* not for a search, which looks beyond the profile */
	HANDED = 32,    /* not where the kernel comes from a disk */
	ON_DISK = 64,   /* only there */
	SINGLE = 128,   /* only for a search, and when there is one value */
};

static const struct {
	const char *option;
	enum coco_profile_id id;
	unsigned flags;
} uses[] = {
	{ "platform", COCO_PROFILE_PLATFORMS, SINGLE },
	{ "firmware", COCO_PROFILE_FIRMWARE_FILE, 0 },
	{ "firmware-digest", COCO_PROFILE_FIRMWARE_DIGEST, 0 },
	{ "firmware-generation", COCO_PROFILE_FIRMWARE_GENERATION, 0 },
	{ "generation", COCO_PROFILE_FIRMWARE_GENERATION, 0 },
	{ "svsm", COCO_PROFILE_FIRMWARE_SVSM, 0 },
	{ "vars", COCO_PROFILE_FIRMWARE_VARS, 0 },
	{ "vars-size", COCO_PROFILE_FIRMWARE_VARS_SIZE, SOFT },
	{ "kernel", COCO_PROFILE_BOOT_KERNEL, HASHED | HANDED },
	{ "initrd", COCO_PROFILE_BOOT_INITRD, HASHED | HANDED },
	{ "append", COCO_PROFILE_BOOT_APPEND, HASHED | HANDED },
	{ "append", COCO_PROFILE_BOOT_APPEND_FILE, HASHED | HANDED | FROM_FILE },
	{ "append-form", COCO_PROFILE_BOOT_APPEND_FORM, HASHED | HANDED },
	{ "shim", COCO_PROFILE_BOOT_SHIM, HANDED },
	{ "dtb", COCO_PROFILE_BOOT_DTB, 0 },
	{ "vcpus", COCO_PROFILE_CPU_COUNTS, JOINED | NARROWS | SOFT },
	{ "vcpu-type", COCO_PROFILE_CPU_MODELS, JOINED | NARROWS },
	{ "vcpu-sig", COCO_PROFILE_CPU_SIGNATURE, NARROWS },
	{ "memory", COCO_PROFILE_MEMORY_SIZES, JOINED },
	{ "vmm", COCO_PROFILE_VMM_NAME, NARROWS },
	{ "ec2-reset", COCO_PROFILE_VMM_EC2_RESET, 0 },
	{ "qemu", COCO_PROFILE_VMM_QEMU, 0 },
	{ "qemu-args", COCO_PROFILE_VMM_QEMU_ARGS, SOFT },
	{ "phys-bits", COCO_PROFILE_VMM_PHYS_BITS, SOFT },
	{ "smbios", COCO_PROFILE_TDX_SMBIOS, 0 },
	{ "qemu-version", COCO_PROFILE_VMM_VERSION, 0 },
	{ "machine", COCO_PROFILE_VMM_MACHINE, 0 },
	{ "guest-features", COCO_PROFILE_GUEST_FEATURES, NARROWS },
	{ "add-page", COCO_PROFILE_TDX_ADD_PAGE, 0 },
	{ "acpi", COCO_PROFILE_TDX_ACPI, 0 },
	{ "mrconfigid", COCO_PROFILE_TDX_MRCONFIGID, 0 },
	{ "mrowner", COCO_PROFILE_TDX_MROWNER, 0 },
	{ "mrownerconfig", COCO_PROFILE_TDX_MROWNERCONFIG, 0 },
	{ "attributes", COCO_PROFILE_TDX_ATTRIBUTES, 0 },
	{ "xfam", COCO_PROFILE_TDX_XFAM, 0 },
	{ "linux-events", COCO_PROFILE_TDX_LINUX_EVENTS, 0 },
	{ "exit-boot-services", COCO_PROFILE_TDX_EXIT_BOOT_SERVICES, 0 },
	{ "bank", COCO_PROFILE_VTPM_BANKS, 0 },
	{ "phase", COCO_PROFILE_VTPM_PHASES, 0 },
	{ "secure-boot", COCO_PROFILE_VTPM_SECURE_BOOT, 0 },
	{ "authority", COCO_PROFILE_VTPM_AUTHORITY, 0 },
	{ "mok", COCO_PROFILE_VTPM_MOK, 0 },
	{ "option-rom", COCO_PROFILE_VTPM_OPTION_ROMS, 0 },
	{ "boot-device", COCO_PROFILE_VTPM_BOOT_DEVICE, 0 },
	{ "entry", COCO_PROFILE_VTPM_ENTRY, 0 },
	{ "uki", COCO_PROFILE_VTPM_UKI, 0 },
	{ "loader", COCO_PROFILE_VTPM_LOADER, 0 },
	{ "loader-conf", COCO_PROFILE_VTPM_LOADER_CONF, 0 },
	{ "extra", COCO_PROFILE_VTPM_EXTRA, 0 },
	{ "global", COCO_PROFILE_VTPM_GLOBAL, 0 },
	{ "id-key", COCO_PROFILE_ID_BLOCK_ID_KEY, 0 },
	{ "author-key", COCO_PROFILE_ID_BLOCK_AUTHOR_KEY, 0 },
	{ "family-id", COCO_PROFILE_ID_BLOCK_FAMILY_ID, 0 },
	{ "image-id", COCO_PROFILE_ID_BLOCK_IMAGE_ID, 0 },
	{ "guest-svn", COCO_PROFILE_ID_BLOCK_GUEST_SVN, 0 },
	{ "policy", COCO_PROFILE_GUEST_POLICY, 0 },
	{ "disk", COCO_PROFILE_DISK_IMAGE, ON_DISK },
	{ "disk-format", COCO_PROFILE_DISK_FORMAT, SOFT },
	{ "partition", COCO_PROFILE_DISK_PARTITION, 0 },
	{ "root-hash", COCO_PROFILE_DISK_ROOT_HASH, 0 },
	{ "max-vcpus", COCO_PROFILE_CPU_MAX, SOFT },
};

struct coco_profile_use {
	struct coco_launch_profile profile;
	bool searches;                        /* the command is measure search */
	bool from_disk;                       /* TDX, vTPM: the firmware boots from a disk */
	bool no_hashes;                       /* SEV, and the profile says kernel_hashes = false */
	char *events[COCO_PROFILE_ROWS];      /* owned: given values as NAME=HEX */
	size_t n_events;
	char *known[COCO_PROFILE_ROWS];       /* owned: whole registers as REGISTER=HEX:ORIGIN */
	size_t n_known;
	char *made[COCO_ARRAY_LEN(uses)];     /* owned: texts that are not in the profile as such */
	const char *one[COCO_ARRAY_LEN(uses)];
};

/* The platforms that a command computes for; NULL: it is not about one. */
static const char *platform_of(enum coco_cmd_id id)
{
	static const struct {
		enum coco_cmd_id id;
		const char *platform;
	} list[] = {
		{ COCO_CMD_MEASURE_SNP, "snp" },
		{ COCO_CMD_MEASURE_ID_BLOCK, "snp" },
		{ COCO_CMD_MEASURE_SEV, "sev" },
		{ COCO_CMD_MEASURE_SEV_ES, "sev-es" },
		{ COCO_CMD_MEASURE_TDX, "tdx" },
		{ COCO_CMD_MEASURE_VTPM, "vtpm" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++)
		if (list[i].id == id)
			return list[i].platform;
	return NULL;
}

/* A search is about the one that its profile names. */
static const char *searched_platform(const struct coco_profile_use *use)
{
	const struct coco_profile_value *v =
		coco_profile_get(&use->profile.profile, COCO_PROFILE_PLATFORMS, 0);

	return v != NULL && v->n == 1 ? v->texts[0] : NULL;
}

static int check_platform(const struct coco_profile_use *use, const struct coco_cmd *cmd,
			  const char *path, struct coco_diag *diag)
{
	const char *platform = platform_of(cmd->id);
	const struct coco_profile_value *v =
		coco_profile_get(&use->profile.profile, COCO_PROFILE_PLATFORMS, 0);

	if (platform == NULL || v == NULL ||
	    coco_profile_has_platform(&use->profile.profile, platform))
		return 0;
	coco_diag_source(diag, "%s", path);
	coco_diag_hint(diag, "use the command of one of its platforms, or add \"%s\" to platforms",
		       platform);
	return coco_fail(diag, COCO_E_PROFILE_PLATFORM,
			 "the profile is for %s%s, and %s computes for %s", v->texts[0],
			 v->n > 1 ? " and others" : "", cmd->path, platform);
}

/* As the text of an option it would name a file. */
static int check_append(const struct coco_profile_use *use, const char *path,
			struct coco_diag *diag)
{
	const char *text = coco_profile_text(&use->profile.profile, COCO_PROFILE_BOOT_APPEND);

	if (text == NULL || text[0] != '@')
		return 0;
	coco_diag_source(diag, "%s", path);
	coco_diag_hint(diag, "put it into a file without a line end, and name that in append_file");
	return coco_fail(diag, COCO_E_PROFILE_VALUE,
			 "boot.append starts with @ and cannot be handed on as text");
}

/* A size as measure tdx takes it, "2G" for "2GiB", to *at, which moves on. */
static void put_size(char **at, const char *text)
{
	size_t n = strspn(text, "0123456789");

	memcpy(*at, text, n);
	*at += n;
	if (text[n] != '\0')
		*(*at)++ = text[n];
}

/* The values with commas between, or "@" and the first one; NULL: no memory. */
static char *make_text(const struct coco_profile_value *v, unsigned flags, bool short_sizes)
{
	size_t n = 2;

	for (size_t i = 0; i < v->n; i++)
		n += strlen(v->texts[i]) + 1;
	char *text = coco_alloc(n, 1);
	if (text == NULL)
		return NULL;
	char *at = text;
	if ((flags & FROM_FILE) != 0)
		*at++ = '@';
	for (size_t i = 0; i < v->n; i++) {
		size_t len = strlen(v->texts[i]);

		if (i != 0)
			*at++ = ',';
		if (short_sizes && v->id == COCO_PROFILE_MEMORY_SIZES) {
			put_size(&at, v->texts[i]);
			continue;
		}
		memcpy(at, v->texts[i], len);
		at += len;
	}
	*at = '\0';
	return text;
}

static int make_texts(struct coco_profile_use *use, bool tdx, struct coco_diag *diag)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(uses); i++) {
		const struct coco_profile_value *v =
			coco_profile_get(&use->profile.profile, uses[i].id, 0);

		if (v == NULL || (uses[i].flags & (JOINED | FROM_FILE)) == 0)
			continue;
		use->made[i] = make_text(v, uses[i].flags, tdx);
		if (use->made[i] == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a profile");
		use->one[i] = use->made[i];
	}
	return 0;
}

/* "LEFT=HEX", or "LEFT=HEX:ORIGIN"; appended to a list. */
static int add_given(char **list, size_t *n, const char *left, const char *hex,
		     const char *origin, struct coco_diag *diag)
{
	size_t size = strlen(left) + strlen(hex) + strlen(origin) + 3;
	char *text = coco_alloc(size, 1);

	if (text == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a profile");
	snprintf(text, size, "%s=%s%s%s", left, hex, origin[0] != '\0' ? ":" : "", origin);
	list[(*n)++] = text;
	return 0;
}

/*
 * Given values of one platform's registers, "tdx.rtmr0": those of events, and
 * those of whole registers.
 */
static int make_given(struct coco_profile_use *use, const char *platform, struct coco_diag *diag)
{
	const struct coco_profile *p = &use->profile.profile;
	size_t rows = coco_profile_rows(p, COCO_PROFILE_GIVEN_REGISTER);
	size_t n = platform != NULL ? strlen(platform) : 0;
	int r = 0;

	for (size_t i = 0; r == 0 && n != 0 && i < rows; i++) {
		const char *reg = coco_profile_get(p, COCO_PROFILE_GIVEN_REGISTER, i)->texts[0];
		const char *hex = coco_profile_get(p, COCO_PROFILE_GIVEN_DIGEST, i)->texts[0];
		const char *origin = coco_profile_get(p, COCO_PROFILE_GIVEN_ORIGIN, i)->texts[0];
		const struct coco_profile_value *event =
			coco_profile_get(p, COCO_PROFILE_GIVEN_EVENT, i);

		if (strncmp(reg, platform, n) != 0 || reg[n] != '.')
			continue;
		r = event != NULL ? add_given(use->events, &use->n_events, event->texts[0], hex,
					      "", diag)
				  : add_given(use->known, &use->n_known, reg, hex, origin, diag);
	}
	return r;
}

/* Where a guest's kernel is: vtpm.boot says it, else whether there is a kernel. */
static bool boots_disk(const struct coco_profile *p)
{
	const char *boot = coco_profile_text(p, COCO_PROFILE_VTPM_BOOT);

	if (boot != NULL)
		return strcmp(boot, "disk") == 0;
	return coco_profile_text(p, COCO_PROFILE_BOOT_KERNEL) == NULL;
}

int coco_profile_use_load(struct coco_profile_use **ret, const struct coco_cmd *cmd,
			  const char *path, struct coco_diag *diag)
{
	struct coco_profile_use *use = coco_zalloc(1, sizeof(*use));
	const char *platform = platform_of(cmd->id);

	if (use == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a profile");
	int r = coco_profile_load(&use->profile, path, diag);
	if (r == 0)
		r = check_platform(use, cmd, path, diag);
	if (r == 0)
		r = check_append(use, path, diag);
	if (r == 0)
		r = make_texts(use, cmd->id == COCO_CMD_MEASURE_TDX, diag);
	use->searches = cmd->id == COCO_CMD_MEASURE_SEARCH;
	if (r == 0 && use->searches)
		platform = searched_platform(use);
	bool vtpm = platform != NULL && strcmp(platform, "vtpm") == 0;
	bool tdx = platform != NULL && strcmp(platform, "tdx") == 0;
	if (r == 0 && (tdx || !use->searches))
		r = make_given(use, vtpm ? "tpm" : platform, diag);
	if (r != 0) {
		coco_profile_use_free(use);
		return r;
	}
	const char *hashes =
		coco_profile_text(&use->profile.profile, COCO_PROFILE_BOOT_KERNEL_HASHES);
	use->no_hashes = platform != NULL && hashes != NULL && strcmp(hashes, "false") == 0 &&
			 platform[0] == 's' && !use->searches;
	use->from_disk = (vtpm || tdx) && boots_disk(&use->profile.profile);
	*ret = use;
	return 0;
}

void coco_profile_use_free(struct coco_profile_use *use)
{
	if (use == NULL)
		return;
	for (size_t i = 0; i < COCO_ARRAY_LEN(use->made); i++)
		coco_free(use->made[i]);
	for (size_t i = 0; i < use->n_events; i++)
		coco_free(use->events[i]);
	for (size_t i = 0; i < use->n_known; i++)
		coco_free(use->known[i]);
	coco_launch_profile_free(&use->profile);
	coco_free(use);
}

/* Whether the command looks at this key at all. */
static bool applies(const struct coco_profile_use *use, unsigned flags)
{
	return !(use->no_hashes && (flags & HASHED) != 0) &&
	       !((flags & SINGLE) != 0 && !(use->searches && searched_platform(use) != NULL)) &&
	       !(use->searches && (flags & NARROWS) != 0) &&
	       !(use->from_disk && (flags & HANDED) != 0) &&
	       !(!use->from_disk && (flags & ON_DISK) != 0);
}

const char *const *coco_profile_use_texts(const struct coco_profile_use *use, const char *option,
					  size_t *ret_n, bool *ret_soft)
{
	if (strcmp(option, "event") == 0) {
		*ret_soft = false;
		*ret_n = use->n_events;
		return (const char *const *)use->events;
	}
	if (strcmp(option, "known-value") == 0) {
		*ret_soft = false;
		*ret_n = use->n_known;
		return (const char *const *)use->known;
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(uses); i++) {
		const struct coco_profile_value *v =
			coco_profile_get(&use->profile.profile, uses[i].id, 0);

		if (strcmp(uses[i].option, option) != 0 || v == NULL || v->n == 0)
			continue;
		if (!applies(use, uses[i].flags))
			continue;
		*ret_soft = (uses[i].flags & SOFT) != 0;
		*ret_n = use->one[i] != NULL ? 1 : v->n;
		return use->one[i] != NULL ? &use->one[i] : (const char *const *)v->texts;
	}
	*ret_soft = false;
	*ret_n = 0;
	return NULL;
}

const struct coco_launch_profile *coco_profile_use_profile(const struct coco_profile_use *use)
{
	return &use->profile;
}

int coco_profile_operand(const struct coco_cli *cli, enum coco_profile_id id, const char *operand,
			 const char **path, struct coco_diag *diag)
{
	const struct coco_profile_use *use = coco_cli_profile(cli);
	const struct coco_profile_key *key = coco_profile_key_at(id);

	if (*path != NULL)
		return 0;
	const struct coco_profile_value *v =
		use != NULL ? coco_profile_get(&use->profile.profile, id, 0) : NULL;
	if (v == NULL)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "%s is required, or a profile with %s.%s",
				 operand, key->table, key->name);
	*path = v->texts[0];
	return 0;
}
