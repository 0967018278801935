/*
 * attester.h - evidence of this guest's CPU over 48 bytes that a broker wants
 * to find in it, in the JSON form that Trustee reads.
 *
 *   sample      no evidence at all, for tests; only when asked for by name
 *   tsm         Linux configfs-tsm: SEV-SNP and TDX (kernel 6.7 and later)
 *   sev-guest   the SEV-SNP guest device, for older kernels
 *   tdx-guest   the TDX guest device, for kernels without configfs-tsm; the
 *               quote comes from the host's quote generation service by vsock
 *   auto        tsm, sev-guest, tdx-guest: the first that is there; never sample
 */
#ifndef COCO_ATTESTER_H
#define COCO_ATTESTER_H

#include "formats/core/wr.h"
#include "lib/core/run.h"

#define COCO_ATTESTER_TSM_DIR "/sys/kernel/config/tsm/report"
#define COCO_ATTESTER_SEV_DEVICE "/dev/sev-guest"
#define COCO_ATTESTER_TDX_DEVICE "/dev/tdx_guest"
#define COCO_ATTESTER_CCEL "/sys/firmware/acpi/tables/data/CCEL"

enum {
	COCO_ATTESTER_BOUND = 48,            /* SHA-384; zeros follow in the report data */
	COCO_ATTESTER_REPORT_DATA = 64,
	COCO_ATTESTER_QUOTE_MAX = 64 << 10,  /* bytes of a report or quote */
	COCO_ATTESTER_CERTS_MAX = 128 << 10,
	COCO_ATTESTER_LOG_MAX = 1 << 20,     /* bytes of an event log */
	COCO_ATTESTER_QGS_PORT = 4050,       /* vsock port of a host's quote service */
};

enum coco_attester_kind {
	COCO_ATTESTER_AUTO,
	COCO_ATTESTER_TSM,
	COCO_ATTESTER_SEV_GUEST,
	COCO_ATTESTER_TDX_GUEST,
	COCO_ATTESTER_SAMPLE,
};

/*
 * coco_attester_kind_find - the kind of a name as above; false: none has it.
 * coco_attester_kind_names - all of them for a message; static.
 */
bool coco_attester_kind_find(const char *name, enum coco_attester_kind *ret);
const char *coco_attester_kind_names(void);

/* Borrowed. NULL paths are the defaults above. */
struct coco_attester_config {
	enum coco_attester_kind kind;
	const char *tsm;        /* where entries are made, or one entry that exists */
	const char *device;     /* of the kinds that are one */
	const char *event_log;  /* of TDX; it is left out when it cannot be read */
	int (*ioctl)(int fd, unsigned long request, void *arg);   /* NULL: the kernel's */
	int (*quote_connect)(void);   /* a socket to the quote service, or -1; NULL: vsock */
};

struct coco_attester;   /* opaque; one thread at a time */

/*
 * coco_attester_new - looks what there is. Gives *ret (coco_attester_free).
 * ATTESTER_NONE when this machine has no such interface.
 */
int coco_attester_new(struct coco_attester **ret, const struct coco_attester_config *config,
		      struct coco_diag *diag) COCO_MUSTUSE;
void coco_attester_free(struct coco_attester *a);   /* NULL is fine */

/* coco_attester_kind_name - "tsm" and so on: which kind auto chose; static. */
const char *coco_attester_kind_name(const struct coco_attester *a);

/* coco_attester_tee - "snp", "tdx", "sample": what the broker calls it; static. */
const char *coco_attester_tee(const struct coco_attester *a);

/*
 * coco_attester_evidence - appends the JSON of evidence over bound to wr.
 * Errors: ATTESTER_NONE, ATTESTER_FAILED, ATTESTER_RACE, ATTESTER_QUOTE, FORMAT_VALUE.
 */
int coco_attester_evidence(struct coco_attester *a, const struct coco_run *run,
			   const uint8_t bound[COCO_ATTESTER_BOUND], struct coco_wr *wr,
			   struct coco_diag *diag) COCO_MUSTUSE;

#endif
