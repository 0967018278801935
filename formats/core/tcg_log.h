/*
 * tcg_log.h - event logs of measured boots: what was extended into which
 * register, in order (TCG PC Client Platform Firmware Profile; Intel CCEL;
 * measure.md 2.3, evidence.md 4.4).
 *
 * Three forms are read. The crypto-agile log starts with one entry in the old
 * form that names the digests and their sizes; a TPM and the CCEL table of
 * confidential guests have the same form. The old log has SHA-1 only. JSON is
 * what dstack hands out: an array of objects with imr, event_type, digest,
 * event and event_payload, or an object that holds it as "event_log".
 */
#ifndef COCO_TCG_LOG_H
#define COCO_TCG_LOG_H

#include "formats/core/diag.h"

enum {
	COCO_TCG_SHA1 = 0x04,
	COCO_TCG_SHA256 = 0x0b,
	COCO_TCG_SHA384 = 0x0c,
	COCO_TCG_SHA512 = 0x0d,
	COCO_TCG_SM3 = 0x12,
};

/* Types of events that have a meaning here. */
#define COCO_EV_POST_CODE 0x00000001U
#define COCO_EV_NO_ACTION 0x00000003U
#define COCO_EV_SEPARATOR 0x00000004U
#define COCO_EV_ACTION 0x00000005U
#define COCO_EV_EVENT_TAG 0x00000006U
#define COCO_EV_S_CRTM_CONTENTS 0x00000007U
#define COCO_EV_S_CRTM_VERSION 0x00000008U
#define COCO_EV_PLATFORM_CONFIG_FLAGS 0x0000000aU
#define COCO_EV_IPL 0x0000000dU
#define COCO_EV_NONHOST_INFO 0x00000011U
#define COCO_EV_DSTACK_RUNTIME 0x08000001U
#define COCO_EV_EFI_VARIABLE_DRIVER_CONFIG 0x80000001U
#define COCO_EV_EFI_VARIABLE_BOOT 0x80000002U
#define COCO_EV_EFI_BOOT_SERVICES_APPLICATION 0x80000003U
#define COCO_EV_EFI_BOOT_SERVICES_DRIVER 0x80000004U
#define COCO_EV_EFI_RUNTIME_SERVICES_DRIVER 0x80000005U
#define COCO_EV_EFI_GPT_EVENT 0x80000006U
#define COCO_EV_EFI_ACTION 0x80000007U
#define COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB 0x80000008U
#define COCO_EV_EFI_HANDOFF_TABLES 0x80000009U
#define COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB2 0x8000000aU
#define COCO_EV_EFI_HANDOFF_TABLES2 0x8000000bU
#define COCO_EV_EFI_VARIABLE_BOOT2 0x8000000cU
#define COCO_EV_EFI_GPT_EVENT2 0x8000000dU
#define COCO_EV_EFI_HCRTM_EVENT 0x80000010U
#define COCO_EV_EFI_VARIABLE_AUTHORITY 0x800000e0U

enum {
	COCO_TCG_LOG_MAX = 16 << 20,    /* bytes of a log */
	COCO_TCG_EVENTS = 1 << 16,
	COCO_TCG_BANKS = 16,
	COCO_TCG_DIGEST = 64,           /* bytes of the longest known digest */
	COCO_TCG_DIGEST_ANY = 128,      /* of one with an unknown algorithm */
	COCO_TCG_REGISTERS = 32,
};

#define COCO_TCG_NO_REGISTER UINT32_MAX   /* entries of some clouds that extend nothing */

enum coco_tcg_kind {
	COCO_TCG_LOG_AGILE,
	COCO_TCG_LOG_SHA1,
	COCO_TCG_LOG_JSON,
};

/* One kind of digest; size in bytes, also for algorithms that are not known. */
struct coco_tcg_bank {
	uint16_t alg;
	uint16_t size;
};

struct coco_tcg_event {
	uint32_t index;                 /* register: PCR, or in a CC log 1..4 for RTMR0..3 */
	uint32_t type;
	uint64_t offset;                /* in the log; JSON: number of the array's item */
	const uint8_t *digest[COCO_TCG_BANKS];   /* in the order of the banks; NULL: none */
	uint8_t *missing;               /* JSON: 48 bytes for a digest that was left empty */
	struct coco_view data;
	const char *name;               /* JSON: "app-id"; NULL in binary logs */
};

struct coco_tcg_log {
	enum coco_tcg_kind kind;
	bool cc;                        /* registers are those of a CC log (judged, see below) */
	struct coco_tcg_bank bank[COCO_TCG_BANKS];
	size_t n_banks;
	uint32_t platform_class;        /* of the first entry of an agile log, as the next four */
	uint8_t version_major;
	uint8_t version_minor;
	uint8_t errata;
	struct coco_view vendor;
	struct coco_tcg_event *events;  /* owned; without the first entry of an agile log */
	size_t n;
	size_t cap;
	uint64_t end;                   /* offset of the first byte that is no event */
	uint64_t trailing;              /* bytes after it that are not padding */
	uint8_t *own;                   /* owned: what JSON text was decoded to */
};

/*
 * coco_tcg_log_decode - reads a log in any of the three forms; *ret (give back
 * with coco_tcg_log_free) borrows from text, which for JSON may be freed.
 * Padding with 0xff or zeros ends it. cc is set for JSON, for a first entry of
 * register 1, for td-shim, and when SHA-384 is the only bank and no register
 * above 4 occurs. Errors: TCG_LOG (not a log, lying sizes, a register above
 * 31), TCG_ALGORITHM (not in the first entry, twice, or of a wrong size),
 * FORMAT_SHORT, FORMAT_JSON..., LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_tcg_log_decode(struct coco_tcg_log *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_tcg_log_free(struct coco_tcg_log *log);   /* fine on a zeroed struct */

/* coco_tcg_log_json - the part of coco_tcg_log_decode for JSON. */
int coco_tcg_log_json(struct coco_tcg_log *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_tcg_log_add - one more event, zeroed, in *ret_event. LIMIT_MEMORY, TCG_LOG. */
int coco_tcg_log_add(struct coco_tcg_log *log, struct coco_tcg_event **ret_event,
		     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tcg_log_bank - the place of this algorithm among the banks, or n_banks. */
size_t coco_tcg_log_bank(const struct coco_tcg_log *log, uint16_t alg);

/* coco_tcg_alg_name - "sha384"; NULL when the algorithm is not known. */
const char *coco_tcg_alg_name(uint16_t alg);

/* coco_tcg_alg_size - 48; 0 when the algorithm is not known. */
size_t coco_tcg_alg_size(uint16_t alg);

/* coco_tcg_alg_find - the number of "sha384", or 0. */
uint16_t coco_tcg_alg_find(const char *name);

/*
 * coco_tcg_register_name - "tpm.pcr4", or in a CC log "tdx.rtmr0" for index 1
 * and "tdx.mrtd" for 0; "" for an index that is neither.
 */
void coco_tcg_register_name(bool cc, uint32_t index, char ret[24]);

/* coco_tcg_register_find - the index of such a name in a log of this kind, or NO_REGISTER. */
uint32_t coco_tcg_register_find(bool cc, const char *name);

#endif
