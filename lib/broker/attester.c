/*
 * attester.c - evidence of this guest (see attester.h). The hardware's
 * interfaces are in attester_tsm.c and attester_sev.c.
 */
#include <string.h>
#include <unistd.h>

#include "formats/broker/tee_evidence.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/attester_priv.h"
#include "lib/core/io.h"

struct coco_attester {
	struct coco_attester_config config;
	const char *tee;
};

static const char *tsm_dir(const struct coco_attester_config *config)
{
	return config->tsm != NULL ? config->tsm : COCO_ATTESTER_TSM_DIR;
}

int coco_attester_new(struct coco_attester **ret, const struct coco_attester_config *config,
		      struct coco_diag *diag)
{
	struct coco_attester *a = coco_zalloc(1, sizeof(*a));
	int r = 0;

	if (a == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an attester");
	a->config = *config;
	if (a->config.device == NULL)
		a->config.device = COCO_ATTESTER_SEV_DEVICE;
	if (config->kind == COCO_ATTESTER_TSM) {
		r = coco_attester_tsm_tee(tsm_dir(config), &a->tee, diag);
	} else if (config->kind == COCO_ATTESTER_SEV_GUEST) {
		a->tee = "snp";
		if (access(a->config.device, F_OK) != 0)
			r = coco_fail(diag, COCO_E_ATTESTER_NONE, "there is no %s",
				      a->config.device);
	} else {
		a->tee = "sample";
	}
	if (r != 0) {
		coco_free(a);
		return r;
	}
	*ret = a;
	return 0;
}

void coco_attester_free(struct coco_attester *a)
{
	coco_free(a);
}

const char *coco_attester_tee(const struct coco_attester *a)
{
	return a->tee;
}

/* The event log of a TD, or nothing: a verifier then goes without. */
static void read_log(const struct coco_attester *a, const struct coco_run *run, uint8_t **ret,
		     size_t *ret_n)
{
	const char *path = a->config.event_log != NULL ? a->config.event_log : COCO_ATTESTER_CCEL;

	if (coco_read_file(path, COCO_ATTESTER_LOG_MAX, ret, ret_n, NULL) != 0)
		coco_log(run, 1, "the event log %s cannot be read: evidence goes without it", path);
}

static int hardware(struct coco_attester *a, const struct coco_run *run, const uint8_t *data,
		    struct coco_wr *wr, struct coco_diag *diag)
{
	struct coco_attester_raw raw = { .report = NULL };
	uint8_t *log = NULL;
	size_t n_log = 0;
	struct coco_jw jw;
	int r = a->config.kind == COCO_ATTESTER_TSM
			? coco_attester_tsm_read(tsm_dir(&a->config), run, data, &raw, diag)
			: coco_attester_sev_read(&a->config, data, &raw, diag);

	if (r != 0)
		return r;
	coco_jw_init(&jw, wr, false);
	if (strcmp(a->tee, "snp") == 0) {
		r = coco_tee_evidence_snp(&jw, coco_view_of(raw.report, raw.n_report),
					  coco_view_of(raw.certs, raw.n_certs), data, diag);
	} else {
		read_log(a, run, &log, &n_log);
		r = coco_tee_evidence_tdx(&jw, coco_view_of(raw.report, raw.n_report),
					  coco_view_of(log, n_log), diag);
		coco_free(log);
	}
	coco_free(raw.report);
	coco_free(raw.certs);
	return r;
}

int coco_attester_evidence(struct coco_attester *a, const struct coco_run *run,
			   const uint8_t bound[COCO_ATTESTER_BOUND], struct coco_wr *wr,
			   struct coco_diag *diag)
{
	uint8_t data[COCO_ATTESTER_REPORT_DATA] = { 0 };
	struct coco_jw jw;
	int r = 0;

	memcpy(data, bound, COCO_ATTESTER_BOUND);
	if (a->config.kind == COCO_ATTESTER_SAMPLE) {
		coco_jw_init(&jw, wr, false);
		coco_tee_evidence_sample(&jw, coco_view_of(bound, COCO_ATTESTER_BOUND));
	} else {
		r = hardware(a, run, data, wr, diag);
	}
	if (r == 0 && wr->code != 0)
		r = coco_fail(diag, wr->code, "no memory for evidence");
	return r;
}
