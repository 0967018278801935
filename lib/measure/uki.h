/*
 * uki.h - a unified kernel image, or the parts of one that is still to be
 * built: what systemd-stub measures of it, and PCR 11 (measure.md 3.3).
 */
#ifndef COCO_UKI_H
#define COCO_UKI_H

#include "formats/measure/uki_sections.h"
#include "lib/measure/boot.h"
#include "lib/measure/pe_file.h"

enum {
	COCO_UKI_INITRDS = 64,            /* files that are joined to one initrd */
	COCO_UKI_PHASES = 64,             /* paths of phases */
	COCO_UKI_PHASE = 63,              /* bytes of such a path: "enter-initrd:leave-initrd" */
};

/* One measured section. */
struct coco_uki_part {
	enum coco_uki_kind kind;
	uint64_t size;                          /* bytes that are measured */
	struct coco_bank_values digest;
	uint8_t sha256[32];                     /* also without the SHA-256 bank */
	const struct coco_pe_section *section;  /* of the image; NULL: from a file */
	char *text;                             /* .cmdline, .uname when readable; owned */
};

struct coco_uki {
	bool has_image;                    /* file is open; else made of parts */
	struct coco_pe_file file;
	struct coco_mrecord_file *inputs;  /* owned: "image"; or "linux", "initrd 2", ... */
	size_t n_inputs;
	size_t cap_inputs;
	unsigned banks;                    /* COCO_BANK(alg) */
	size_t profile;
	size_t n_profiles;
	struct coco_uki_sections sections; /* with has_image */
	struct coco_uki_part *parts;       /* owned; in measured order, alternatives one by one */
	size_t n_parts;
	size_t cap_parts;
};

/*
 * coco_uki_open - reads an image and hashes the sections of one profile.
 * Closed with coco_uki_close. Errors: those of coco_pe_file_open and
 * coco_uki_select, UKI_SECTION, CANCELLED, LIMIT_MEMORY.
 */
int coco_uki_open(const struct coco_run *run, const char *path, size_t profile, unsigned banks,
		  struct coco_uki *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* Files to build from; NULL: that section will not be there. Everything is borrowed. */
struct coco_uki_files {
	const char *path[COCO_UKI_KINDS];       /* not .pcrsig; .initrd: see below */
	const char *const *initrd;              /* several are joined, each filled up to 4 bytes */
	size_t n_initrd;
};

/*
 * coco_uki_from_files - the same for an image that would be built from these
 * files: one section each, without empty ones. Errors: USAGE_MISSING without
 * .linux, those of coco_open_read, CANCELLED, LIMIT_MEMORY.
 */
int coco_uki_from_files(const struct coco_run *run, const struct coco_uki_files *files,
			unsigned banks, struct coco_uki *ret, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_uki_close(struct coco_uki *uki);   /* fine on a zeroed struct */

/* coco_uki_digests - the digests of a part for the events of boot.h. */
void coco_uki_digests(const struct coco_uki *uki, const struct coco_bank_values *v,
		      struct coco_boot_digests *ret);

/*
 * coco_uki_events - what the stub measures into PCR 11. With several device
 * trees (.dtbauto) or firmware images (.efifw) the list gets a branch: none of
 * them, or any one. Errors: LIMIT_MEMORY.
 */
int coco_uki_events(const struct coco_uki *uki, struct coco_boot_list *list,
		    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_uki_phases - what the running system measures into PCR 11 after it: a
 * branch "phase" of n paths (n 0: none), words with colons between; "" is before any
 * phase, its label ":". Errors: USAGE_VALUE (a path that is too long or has an
 * empty word), LIMIT_MEMORY.
 */
int coco_uki_phases(struct coco_boot_list *list, const char *const *paths, size_t n,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* The paths that systemd-measure takes when none is given. */
extern const char *const coco_uki_default_phases[];
extern const size_t coco_uki_n_default_phases;

/* coco_uki_record - registers "tpm.pcr11" of all banks with one value per phase. */
int coco_uki_record(const struct coco_uki *uki, const char *const *phases, size_t n_phases,
		    struct coco_mrecord *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
