/*
 * profile.h - the launch profile: what is launched, as a TOML document
 * (docs/formats/launch-profile.md). The schema is closed.
 *
 * A profile is a list of keys with their values as text, checked by kind. The
 * list of keys (profile_key.c) is the one source of reading, writing and
 * of the options that a key stands in for.
 */
#ifndef COCO_PROFILE_H
#define COCO_PROFILE_H

#include "formats/core/toml.h"

#define COCO_PROFILE_SCHEMA "cococtl.launch-profile.v1"

enum {
	COCO_PROFILE_TEXTS = 1024,   /* values of one list */
	COCO_PROFILE_ROWS = 64,      /* disks, or given values */
	COCO_PROFILE_TEXT = 1 << 16, /* bytes of one value */
	COCO_PROFILE_NOTE = 192,     /* bytes of a comment, with the NUL */
	COCO_PROFILE_VCPUS = 4096,   /* vCPUs of one guest */
};

enum coco_profile_kind {
	COCO_PROFILE_KIND_TEXT,
	COCO_PROFILE_KIND_PATH,    /* a file; relative to the profile */
	COCO_PROFILE_KIND_DIR,     /* a directory, likewise */
	COCO_PROFILE_KIND_REF,     /* a reference to a key; a plain path as PATH */
	COCO_PROFILE_KIND_WORD,    /* one of words */
	COCO_PROFILE_KIND_NUMBER,  /* integer, or text after 0x; kept as 0x... */
	COCO_PROFILE_KIND_COUNT,   /* integer; kept as decimal digits */
	COCO_PROFILE_KIND_SIZE,    /* integer bytes, or text with KiB, MiB, GiB, TiB */
	COCO_PROFILE_KIND_HEX,     /* size bytes (0: any number) as hexadecimal digits */
	COCO_PROFILE_KIND_BASE64,  /* size bytes in base64 */
	COCO_PROFILE_KIND_BOOL,    /* kept as "true", "false" */
	COCO_PROFILE_KIND_RANGE,   /* vCPU counts: integer, or text as "8-16" */
};

enum coco_profile_flags {
	COCO_PROFILE_LIST = 1,     /* an array; a single value stands for one of one item */
};

enum coco_profile_id {
	COCO_PROFILE_TITLE,
	COCO_PROFILE_PLATFORMS,
	COCO_PROFILE_VMM_NAME,
	COCO_PROFILE_VMM_VERSION,
	COCO_PROFILE_VMM_MACHINE,
	COCO_PROFILE_VMM_QEMU,
	COCO_PROFILE_VMM_QEMU_ARGS,
	COCO_PROFILE_VMM_PHYS_BITS,
	COCO_PROFILE_VMM_EC2_RESET,
	COCO_PROFILE_FIRMWARE_FILE,
	COCO_PROFILE_FIRMWARE_VARS,
	COCO_PROFILE_FIRMWARE_VARS_SIZE,
	COCO_PROFILE_FIRMWARE_DIGEST,
	COCO_PROFILE_FIRMWARE_GENERATION,
	COCO_PROFILE_FIRMWARE_SVSM,
	COCO_PROFILE_FIRMWARE_IGVM,
	COCO_PROFILE_BOOT_KERNEL,
	COCO_PROFILE_BOOT_INITRD,
	COCO_PROFILE_BOOT_APPEND,
	COCO_PROFILE_BOOT_APPEND_FILE,
	COCO_PROFILE_BOOT_APPEND_FORM,
	COCO_PROFILE_BOOT_KERNEL_HASHES,
	COCO_PROFILE_BOOT_SHIM,
	COCO_PROFILE_BOOT_DTB,
	COCO_PROFILE_CPU_COUNTS,
	COCO_PROFILE_CPU_MAX,
	COCO_PROFILE_CPU_MODELS,
	COCO_PROFILE_CPU_SIGNATURE,
	COCO_PROFILE_MEMORY_SIZES,
	COCO_PROFILE_GUEST_FEATURES,
	COCO_PROFILE_GUEST_POLICY,
	COCO_PROFILE_GUEST_HOST_DATA,
	COCO_PROFILE_GUEST_INITDATA,
	COCO_PROFILE_TDX_ADD_PAGE,
	COCO_PROFILE_TDX_ACPI,
	COCO_PROFILE_TDX_SMBIOS,
	COCO_PROFILE_TDX_MRCONFIGID,
	COCO_PROFILE_TDX_MROWNER,
	COCO_PROFILE_TDX_MROWNERCONFIG,
	COCO_PROFILE_TDX_ATTRIBUTES,
	COCO_PROFILE_TDX_XFAM,
	COCO_PROFILE_TDX_LINUX_EVENTS,
	COCO_PROFILE_TDX_EXIT_BOOT_SERVICES,
	COCO_PROFILE_VTPM_BOOT,
	COCO_PROFILE_VTPM_BANKS,
	COCO_PROFILE_VTPM_PHASES,
	COCO_PROFILE_VTPM_SECURE_BOOT,
	COCO_PROFILE_VTPM_AUTHORITY,
	COCO_PROFILE_VTPM_MOK,
	COCO_PROFILE_VTPM_OPTION_ROMS,
	COCO_PROFILE_VTPM_BOOT_DEVICE,
	COCO_PROFILE_VTPM_ENTRY,
	COCO_PROFILE_VTPM_UKI,
	COCO_PROFILE_VTPM_LOADER,
	COCO_PROFILE_VTPM_LOADER_CONF,
	COCO_PROFILE_VTPM_EXTRA,
	COCO_PROFILE_VTPM_GLOBAL,
	COCO_PROFILE_ID_BLOCK_ID_KEY,
	COCO_PROFILE_ID_BLOCK_AUTHOR_KEY,
	COCO_PROFILE_ID_BLOCK_FAMILY_ID,
	COCO_PROFILE_ID_BLOCK_IMAGE_ID,
	COCO_PROFILE_ID_BLOCK_GUEST_SVN,
	COCO_PROFILE_ID_BLOCK_BLOCK,
	COCO_PROFILE_ID_BLOCK_AUTH,
	COCO_PROFILE_DISK_IMAGE,
	COCO_PROFILE_DISK_FORMAT,
	COCO_PROFILE_DISK_PARTITION,
	COCO_PROFILE_DISK_ROOT_HASH,
	COCO_PROFILE_GIVEN_REGISTER,
	COCO_PROFILE_GIVEN_EVENT,
	COCO_PROFILE_GIVEN_DIGEST,
	COCO_PROFILE_GIVEN_ORIGIN,
	COCO_PROFILE_IDS,
};

struct coco_profile_key {
	const char *table;              /* "" for the top level */
	const char *name;
	enum coco_profile_kind kind;
	unsigned flags;
	const char *const *words;       /* NULL-terminated, for WORD */
	size_t size;                    /* HEX, BASE64: bytes, 0 for any */
	const char *help;               /* one line */
};

/* The values of one key. */
struct coco_profile_value {
	enum coco_profile_id id;
	size_t row;                     /* which disk or given value; else 0 */
	unsigned line;                  /* where it was read; 0: it was not */
	char **texts;                   /* owned */
	size_t n;
	size_t cap;
	char note[COCO_PROFILE_NOTE];   /* where it comes from, for a comment; may be "" */
};

/* Zeroed: empty. */
struct coco_profile {
	struct coco_profile_value *v;   /* owned */
	size_t n;
	size_t cap;
};

/* coco_profile_key_at - the description of a key; static. */
const struct coco_profile_key *coco_profile_key_at(enum coco_profile_id id);

/* coco_profile_is_rows - true for the tables that may repeat: disk, given. */
bool coco_profile_is_rows(const char *table);

void coco_profile_free(struct coco_profile *p);   /* fine on a zeroed struct */

/*
 * coco_profile_add - one more value of a key, copied and checked, in its
 * canonical form; note (may be NULL) says where it comes from. A second one
 * of a key that is no list replaces the first. Errors: PROFILE_VALUE,
 * LIMIT_MEMORY, LIMIT_SIZE (too many).
 */
int coco_profile_add(struct coco_profile *p, enum coco_profile_id id, size_t row,
		     const char *text, const char *note, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_profile_get - the values of a key, or NULL; borrowed until the next add. */
const struct coco_profile_value *coco_profile_get(const struct coco_profile *p,
						  enum coco_profile_id id, size_t row);

/* coco_profile_text - the first value of a key outside the repeated tables, or NULL. */
const char *coco_profile_text(const struct coco_profile *p, enum coco_profile_id id);

/* coco_profile_rows - how many rows the table of this key has. */
size_t coco_profile_rows(const struct coco_profile *p, enum coco_profile_id id);

/* coco_profile_has_platform - whether "snp", "tdx", ... is among the platforms. */
bool coco_profile_has_platform(const struct coco_profile *p, const char *platform);

/*
 * coco_profile_canonical - checks text as a value of the key, and gives its
 * canonical form in *ret (coco_free). Errors: PROFILE_VALUE, LIMIT_MEMORY.
 */
int coco_profile_canonical(const struct coco_profile_key *key, const char *text, char **ret,
			   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_profile_decode - gives *ret (coco_profile_free). Errors: those of
 * coco_toml_parse, FORMAT_TOML_KEY, FORMAT_TOML_TYPE, PROFILE_SCHEMA (no or
 * another schema, no platform, rows that lack a member), PROFILE_VALUE,
 * LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_profile_decode(struct coco_profile *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_profile_write - the document, its notes as comments; the same values
 * and notes give the same bytes, in the order of the list of keys.
 */
void coco_profile_write(struct coco_wr *wr, const struct coco_profile *p);

/* coco_profile_encode - the same as bytes; gives *ret (coco_free). */
int coco_profile_encode(const struct coco_profile *p, uint8_t **ret, size_t *ret_n,
			struct coco_diag *diag) COCO_MUSTUSE;

#endif
