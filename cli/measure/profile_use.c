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
};

static const struct {
	const char *option;
	enum coco_profile_id id;
	unsigned flags;
} uses[] = {
	{ "firmware", COCO_PROFILE_FIRMWARE_FILE, 0 },
	{ "firmware-digest", COCO_PROFILE_FIRMWARE_DIGEST, 0 },
	{ "firmware-generation", COCO_PROFILE_FIRMWARE_GENERATION, 0 },
	{ "svsm", COCO_PROFILE_FIRMWARE_SVSM, 0 },
	{ "vars", COCO_PROFILE_FIRMWARE_VARS, 0 },
	{ "vars-size", COCO_PROFILE_FIRMWARE_VARS_SIZE, SOFT },
	{ "kernel", COCO_PROFILE_BOOT_KERNEL, HASHED },
	{ "initrd", COCO_PROFILE_BOOT_INITRD, HASHED },
	{ "append", COCO_PROFILE_BOOT_APPEND, HASHED },
	{ "append", COCO_PROFILE_BOOT_APPEND_FILE, HASHED | FROM_FILE },
	{ "append-form", COCO_PROFILE_BOOT_APPEND_FORM, HASHED },
	{ "shim", COCO_PROFILE_BOOT_SHIM, 0 },
	{ "dtb", COCO_PROFILE_BOOT_DTB, 0 },
	{ "vcpus", COCO_PROFILE_CPU_COUNTS, JOINED | NARROWS },
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
	{ "bank", COCO_PROFILE_VTPM_BANKS, 0 },
	{ "phase", COCO_PROFILE_VTPM_PHASES, 0 },
	{ "secure-boot", COCO_PROFILE_VTPM_SECURE_BOOT, 0 },
	{ "pk", COCO_PROFILE_VTPM_PK, 0 },
	{ "kek", COCO_PROFILE_VTPM_KEK, 0 },
	{ "db", COCO_PROFILE_VTPM_DB, 0 },
	{ "dbx", COCO_PROFILE_VTPM_DBX, 0 },
	{ "id-key", COCO_PROFILE_ID_BLOCK_ID_KEY, 0 },
	{ "author-key", COCO_PROFILE_ID_BLOCK_AUTHOR_KEY, 0 },
	{ "family-id", COCO_PROFILE_ID_BLOCK_FAMILY_ID, 0 },
	{ "image-id", COCO_PROFILE_ID_BLOCK_IMAGE_ID, 0 },
	{ "guest-svn", COCO_PROFILE_ID_BLOCK_GUEST_SVN, 0 },
	{ "policy", COCO_PROFILE_GUEST_POLICY, 0 },
	{ "disk", COCO_PROFILE_DISK_IMAGE, 0 },
};

struct coco_profile_use {
	struct coco_launch_profile profile;
	bool searches;                        /* the command is measure search */
	bool no_hashes;                       /* SEV, and the profile says kernel_hashes = false */
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

/* The values with commas between, or "@" and the first one; NULL: no memory. */
static char *make_text(const struct coco_profile_value *v, unsigned flags)
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
		memcpy(at, v->texts[i], len);
		at += len;
	}
	*at = '\0';
	return text;
}

static int make_texts(struct coco_profile_use *use, struct coco_diag *diag)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(uses); i++) {
		const struct coco_profile_value *v =
			coco_profile_get(&use->profile.profile, uses[i].id, 0);

		if (v == NULL || (uses[i].flags & (JOINED | FROM_FILE)) == 0)
			continue;
		use->made[i] = make_text(v, uses[i].flags);
		if (use->made[i] == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a profile");
		use->one[i] = use->made[i];
	}
	return 0;
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
		r = make_texts(use, diag);
	if (r != 0) {
		coco_profile_use_free(use);
		return r;
	}
	const char *hashes =
		coco_profile_text(&use->profile.profile, COCO_PROFILE_BOOT_KERNEL_HASHES);
	use->no_hashes = platform != NULL && hashes != NULL && strcmp(hashes, "false") == 0 &&
			 (platform[0] == 's');
	use->searches = cmd->id == COCO_CMD_MEASURE_SEARCH;
	*ret = use;
	return 0;
}

void coco_profile_use_free(struct coco_profile_use *use)
{
	if (use == NULL)
		return;
	for (size_t i = 0; i < COCO_ARRAY_LEN(use->made); i++)
		coco_free(use->made[i]);
	coco_launch_profile_free(&use->profile);
	coco_free(use);
}

const char *const *coco_profile_use_texts(const struct coco_profile_use *use, const char *option,
					  size_t *ret_n, bool *ret_soft)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(uses); i++) {
		const struct coco_profile_value *v =
			coco_profile_get(&use->profile.profile, uses[i].id, 0);

		if (strcmp(uses[i].option, option) != 0 || v == NULL || v->n == 0)
			continue;
		if ((use->no_hashes && (uses[i].flags & HASHED) != 0) ||
		    (use->searches && (uses[i].flags & NARROWS) != 0))
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
