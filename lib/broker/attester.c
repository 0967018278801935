/*
 * attester.c - evidence of this guest (see attester.h). The hardware's
 * interfaces are in attester_tsm.c, attester_sev.c and attester_tdx.c.
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

static const struct {
	const char *name;
	const char *tee;       /* NULL: the interface says */
	const char *device;    /* NULL: none */
} kinds[] = {
	[COCO_ATTESTER_TSM] = { "tsm", NULL, NULL },
	[COCO_ATTESTER_SEV_GUEST] = { "sev-guest", "snp", COCO_ATTESTER_SEV_DEVICE },
	[COCO_ATTESTER_SAMPLE] = { "sample", "sample", NULL },
	[COCO_ATTESTER_TDX_GUEST] = { "tdx-guest", "tdx", COCO_ATTESTER_TDX_DEVICE },
	[COCO_ATTESTER_AUTO] = { "auto", NULL, NULL },
};

bool coco_attester_kind_find(const char *name, enum coco_attester_kind *ret)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0) {
			*ret = (enum coco_attester_kind)i;
			return true;
		}
	return false;
}

const char *coco_attester_kind_names(void)
{
	return "auto, tsm, sev-guest, tdx-guest, sample";
}

const char *coco_attester_kind_name(const struct coco_attester *a)
{
	return kinds[a->config.kind].name;
}

/* Whether the machine has what a->config.kind needs. */
static int look(struct coco_attester *a, struct coco_diag *diag)
{
	enum coco_attester_kind kind = a->config.kind;

	a->tee = kinds[kind].tee;
	if (kind == COCO_ATTESTER_TSM)
		return coco_attester_tsm_tee(tsm_dir(&a->config), &a->tee, diag);
	if (a->config.device == NULL)
		a->config.device = kinds[kind].device;
	if (kinds[kind].device != NULL && access(a->config.device, F_OK) != 0)
		return coco_fail(diag, COCO_E_ATTESTER_NONE, "there is no %s", a->config.device);
	return 0;
}

/* The first interface that is there; what stands in the way of it is an answer too. */
static int choose(struct coco_attester *a, struct coco_diag *diag)
{
	static const enum coco_attester_kind order[] = {
		COCO_ATTESTER_TSM, COCO_ATTESTER_SEV_GUEST, COCO_ATTESTER_TDX_GUEST,
	};
	const struct coco_attester_config given = a->config;

	for (size_t i = 0; i < COCO_ARRAY_LEN(order); i++) {
		a->config = given;
		a->config.kind = order[i];
		if (look(a, NULL) == 0)
			return 0;
	}
	return coco_fail(diag, COCO_E_ATTESTER_NONE,
			 "there is neither configfs-tsm nor " COCO_ATTESTER_SEV_DEVICE " nor "
			 COCO_ATTESTER_TDX_DEVICE);
}

int coco_attester_new(struct coco_attester **ret, const struct coco_attester_config *config,
		      struct coco_diag *diag)
{
	struct coco_attester *a = coco_zalloc(1, sizeof(*a));

	if (a == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an attester");
	a->config = *config;
	int r = config->kind == COCO_ATTESTER_AUTO ? choose(a, diag) : look(a, diag);
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
	int r;

	if (a->config.kind == COCO_ATTESTER_TSM)
		r = coco_attester_tsm_read(tsm_dir(&a->config), run, data, &raw, diag);
	else if (a->config.kind == COCO_ATTESTER_TDX_GUEST)
		r = coco_attester_tdx_read(&a->config, data, &raw, diag);
	else
		r = coco_attester_sev_read(&a->config, data, &raw, diag);
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
