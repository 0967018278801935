/*
 * boot.h - what a measured boot extends: an ordered list of events, and the
 * TPM or TDX registers that come out of it (measure.md 2.3, 3.2).
 *
 * An event has its digest in each bank of the list. Where a boot may honestly
 * go more than one way, or a matrix is asked for, the list has a branch with
 * several choices; an event may belong to some of them, and each register that
 * has such events gets one allowed value for each (combination of) choice.
 */
#ifndef COCO_BOOT_H
#define COCO_BOOT_H

#include "formats/core/tcg_log.h"
#include "formats/measure/guid.h"
#include "formats/measure/mrecord.h"

enum coco_bank {
	COCO_BANK_SHA1,
	COCO_BANK_SHA256,
	COCO_BANK_SHA384,
	COCO_BANK_SHA512,
	COCO_BANKS,
};

#define COCO_BANK_BIT(bank) (1U << (bank))

enum {
	COCO_BOOT_PCRS = 16,          /* PCR 0 to 15 */
	COCO_BOOT_RTMR3 = 16,         /* pcr of an event that only TDX has: RTMR3 */
	COCO_BOOT_EVENTS = 1 << 16,   /* of one list */
	COCO_BOOT_BRANCHES = 16,
	COCO_BOOT_VALUES = 4096,      /* allowed values of one register */
	COCO_BOOT_LABELS = 4,         /* of one choice */
	COCO_BOOT_VARIABLE = 1 << 20, /* bytes of a variable's data */
};

/* A digest for each bank; n 0 where it is not known. */
struct coco_boot_digests {
	struct coco_mrecord_digest bank[COCO_BANKS];
};

/* How an event is described; the texts are copied. */
struct coco_boot_about {
	uint32_t pcr;              /* below COCO_BOOT_PCRS, or COCO_BOOT_RTMR3 */
	uint32_t type;             /* COCO_EV_ of tcg_log.h */
	const char *name;          /* "kernel", "variable PK" */
	const char *text;          /* readable contents (a command line), UTF-8; NULL: none */
	enum coco_mrecord_basis basis;
};

struct coco_boot_list;   /* opaque; for one thread at a time */

/* coco_boot_new - an empty list with these banks (COCO_BANK_BIT). Gives *ret (coco_boot_free). */
int coco_boot_new(struct coco_boot_list **ret, unsigned banks, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_boot_free(struct coco_boot_list *list);   /* NULL is fine */

/* coco_boot_banks - the banks of the list. */
unsigned coco_boot_banks(const struct coco_boot_list *list);

/* coco_bank_name - "sha256"; coco_bank_size - bytes of a digest. */
const char *coco_bank_name(enum coco_bank bank);
size_t coco_bank_size(enum coco_bank bank);

/* coco_boot_type_name - "EV_SEPARATOR", or "0x..." written to buf (at least 16 bytes). */
const char *coco_boot_type_name(uint32_t type, char *buf, size_t cap);

/*
 * Hashing in all banks of the list: any number of updates, then one final,
 * which leaves the other banks without a digest and starts the next message.
 */
int coco_boot_update(struct coco_boot_list *list, const void *p, size_t n,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_boot_final(struct coco_boot_list *list, struct coco_boot_digests *ret,
		    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_boot_add - an event with ready digests. A bank of the list for which
 * there is none leaves the register of that bank uncomputed.
 * Errors of all that add: LIMIT_MEMORY, INTERNAL for a pcr out of range.
 */
int coco_boot_add(struct coco_boot_list *list, const struct coco_boot_about *about,
		  const struct coco_boot_digests *digests, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_boot_data - an event whose digest is over these bytes. */
int coco_boot_data(struct coco_boot_list *list, const struct coco_boot_about *about,
		   const void *p, size_t n, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_boot_separator - four zero bytes. */
int coco_boot_separator(struct coco_boot_list *list, uint32_t pcr, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_boot_action - EV_EFI_ACTION over a constant text without its NUL. */
int coco_boot_action(struct coco_boot_list *list, uint32_t pcr, const char *text,
		     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_boot_variable - a UEFI variable as the secure boot variables are
 * measured: over GUID, lengths, name and data (measure.md 2.4 item 4); type is
 * VARIABLE_DRIVER_CONFIG or VARIABLE_AUTHORITY. name is ASCII. The event is
 * called "variable NAME".
 */
int coco_boot_variable(struct coco_boot_list *list, uint32_t pcr, uint32_t type,
		       const uint8_t guid[COCO_GUID_SIZE], const char *name,
		       struct coco_view data, enum coco_mrecord_basis basis,
		       struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_boot_boot_variable - BootOrder or Boot####, over the data alone (2.4
 * item 8), in PCR 1; text may be NULL.
 */
int coco_boot_boot_variable(struct coco_boot_list *list, const char *name, const char *text,
			    struct coco_view data, enum coco_mrecord_basis basis,
			    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_boot_unknown - something that is measured here and cannot be computed:
 * the register of pcr has no value, and the record says why and what would
 * supply it.
 */
int coco_boot_unknown(struct coco_boot_list *list, uint32_t pcr, const char *name,
		      const char *reason, const char *supply, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_boot_branch - a new branch without choices; gives its number.
 * coco_boot_choice - its next choice (0, 1, ...), with at most
 * COCO_BOOT_LABELS labels; _choice_text with one label.
 * Errors: LIMIT_MEMORY, MATRIX_SIZE.
 */
int coco_boot_branch(struct coco_boot_list *list, size_t *ret, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_boot_choice(struct coco_boot_list *list, size_t branch,
		     const struct coco_mrecord_label *labels, size_t n, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_boot_choice_text(struct coco_boot_list *list, size_t branch, const char *label,
			  const char *value, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_boot_when - the events added from now on happen only with the choices
 * first to last of a branch; coco_boot_always - in any case again.
 */
void coco_boot_when(struct coco_boot_list *list, size_t branch, size_t first, size_t last);
void coco_boot_always(struct coco_boot_list *list);

/*
 * coco_boot_exit_services - the two actions of ExitBootServices in PCR 5; with
 * may_repeat a branch "exit_boot_services" once or twice, the first time with
 * a failure (measure.md 2.8).
 */
int coco_boot_exit_services(struct coco_boot_list *list, bool may_repeat,
			    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_boot_record_tpm - registers "tpm.pcrN" for each bit of pcrs and each
 * bank. A register without events has the value of a fresh one, all zero.
 * coco_boot_record_tdx - "tdx.rtmrN" for each bit of rtmrs; PCR 1 and 7 go to
 * RTMR0, 2 to 6 to RTMR1, 8 to 15 to RTMR2, PCR 0 to none; the list must
 * have the SHA-384 bank. Errors: LIMIT_MEMORY, MATRIX_SIZE.
 */
int coco_boot_record_tpm(struct coco_boot_list *list, uint32_t pcrs, struct coco_mrecord *rec,
			 struct coco_diag *diag) COCO_MUSTUSE;
int coco_boot_record_tdx(struct coco_boot_list *list, uint32_t rtmrs, struct coco_mrecord *rec,
			 struct coco_diag *diag) COCO_MUSTUSE;

#endif
