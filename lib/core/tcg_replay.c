/*
 * tcg_replay.c - replay of event logs (see tcg_replay.h).
 */
#include "lib/core/tcg_replay.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "lib/crypto/digest.h"

enum {
	DRTM_FIRST = 17,     /* PCRs that start at all ones */
	DRTM_LAST = 22,
};

static bool algorithm(uint16_t alg, enum coco_digest_alg *ret)
{
	static const struct {
		uint16_t alg;
		enum coco_digest_alg digest;
	} map[] = {
		{ COCO_TCG_SHA1, COCO_DIGEST_SHA1 },
		{ COCO_TCG_SHA256, COCO_DIGEST_SHA256 },
		{ COCO_TCG_SHA384, COCO_DIGEST_SHA384 },
		{ COCO_TCG_SHA512, COCO_DIGEST_SHA512 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(map); i++)
		if (map[i].alg == alg) {
			*ret = map[i].digest;
			return true;
		}
	return false;
}

bool coco_tcg_can_hash(uint16_t alg)
{
	enum coco_digest_alg unused;

	return algorithm(alg, &unused);
}

static int new_digest(struct coco_digest **ret, uint16_t alg, struct coco_diag *diag)
{
	const char *name = coco_tcg_alg_name(alg);
	enum coco_digest_alg digest;

	if (!algorithm(alg, &digest))
		return coco_fail(diag, COCO_E_TCG_ALGORITHM,
				 "banks of algorithm 0x%x (%s) cannot be replayed", alg,
				 name != NULL ? name : "unknown");
	return coco_digest_new(ret, digest, diag);
}

/* H(type ":" name ":" payload), dstack's rule for its own events. */
static int runtime_digest(struct coco_digest *d, const struct coco_tcg_event *e, uint8_t *ret,
			  struct coco_diag *diag)
{
	const uint8_t type[4] = { (uint8_t)e->type, (uint8_t)(e->type >> 8),
				  (uint8_t)(e->type >> 16), (uint8_t)(e->type >> 24) };
	const char *name = e->name != NULL ? e->name : "";

	int r = coco_digest_update(d, type, sizeof(type), diag);
	if (r == 0)
		r = coco_digest_update(d, ":", 1, diag);
	if (r == 0)
		r = coco_digest_update(d, name, strlen(name), diag);
	if (r == 0)
		r = coco_digest_update(d, ":", 1, diag);
	if (r == 0)
		r = coco_digest_update(d, e->data.p, e->data.n, diag);
	return r == 0 ? coco_digest_final(d, ret, diag) : r;
}

int coco_tcg_complete(struct coco_tcg_log *log, struct coco_diag *diag)
{
	struct coco_digest *d = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < log->n; i++) {
		struct coco_tcg_event *e = &log->events[i];

		if (e->missing == NULL || e->digest[0] != NULL)
			continue;
		if (d == NULL)
			r = new_digest(&d, COCO_TCG_SHA384, diag);
		if (r == 0)
			r = runtime_digest(d, e, e->missing, diag);
		if (r == 0)
			e->digest[0] = e->missing;
	}
	coco_digest_free(d);
	return r;
}

bool coco_tcg_extends(const struct coco_tcg_log *log, size_t i, size_t bank)
{
	const struct coco_tcg_event *e = &log->events[i];

	return e->type != COCO_EV_NO_ACTION && e->index != COCO_TCG_NO_REGISTER &&
	       !(log->cc && e->index == 0) && e->digest[bank] != NULL;
}

/* "StartupLocality", a NUL, and the locality from which PCR 0 was reset. */
static bool startup_locality(const struct coco_tcg_event *e, uint8_t *ret)
{
	static const char text[] = "StartupLocality";

	if (e->type != COCO_EV_NO_ACTION || e->index != 0 || e->data.n != sizeof(text) + 1 ||
	    memcmp(e->data.p, text, sizeof(text)) != 0)
		return false;
	*ret = e->data.p[sizeof(text)];
	return true;
}

static void start(const struct coco_tcg_log *log, uint32_t index, struct coco_tcg_value *v)
{
	if (log->cc)
		return;
	if (index >= DRTM_FIRST && index <= DRTM_LAST)
		memset(v->p, 0xff, v->n);
	for (size_t i = 0; index == 0 && i < log->n; i++)
		if (startup_locality(&log->events[i], &v->locality)) {
			v->has_locality = true;
			v->p[v->n - 1] = v->locality;
			return;
		}
}

static int extend(struct coco_digest *d, struct coco_tcg_value *v, const uint8_t *digest,
		  struct coco_diag *diag)
{
	int r = coco_digest_update(d, v->p, v->n, diag);

	if (r == 0)
		r = coco_digest_update(d, digest, v->n, diag);
	return r == 0 ? coco_digest_final(d, v->p, diag) : r;
}

int coco_tcg_replay(const struct coco_tcg_log *log, uint32_t index, size_t bank,
		    struct coco_tcg_value *ret, struct coco_diag *diag)
{
	struct coco_tcg_value v = { .n = coco_tcg_alg_size(log->bank[bank].alg) };
	struct coco_digest *d = NULL;

	int r = new_digest(&d, log->bank[bank].alg, diag);
	if (r != 0)
		return r;
	start(log, index, &v);
	for (size_t i = 0; r == 0 && i < log->n; i++) {
		const struct coco_tcg_event *e = &log->events[i];

		if (e->index != index || e->type == COCO_EV_NO_ACTION || (log->cc && index == 0))
			continue;
		if (e->digest[bank] == NULL) {
			r = coco_fail_at(diag, COCO_E_TCG_ALGORITHM, e->offset, "digests",
					 "event %zu has no %s digest, so register %" PRIu32
					 " cannot be replayed", i,
					 coco_tcg_alg_name(log->bank[bank].alg), index);
			break;
		}
		r = extend(d, &v, e->digest[bank], diag);
		v.events++;
		v.separators += e->type == COCO_EV_SEPARATOR;
	}
	coco_digest_free(d);
	if (r == 0)
		*ret = v;
	return r;
}

int coco_tcg_event_tied(const struct coco_tcg_log *log, size_t i, size_t bank,
			enum coco_tcg_tie *ret, struct coco_diag *diag)
{
	const struct coco_tcg_event *e = &log->events[i];
	bool runtime = log->kind == COCO_TCG_LOG_JSON && e->type == COCO_EV_DSTACK_RUNTIME;
	enum coco_tcg_tie tie = COCO_TCG_LABEL;
	struct coco_view cover[COCO_TCG_COVERS];
	uint8_t digest[COCO_TCG_DIGEST];
	struct coco_digest *d = NULL;
	bool certain = true;
	size_t n;

	n = runtime ? 1 : coco_tcg_event_covered(e, cover, &certain);
	if (log->kind == COCO_TCG_LOG_JSON && e->data.n == 0 && !runtime)
		n = 0;   /* dstack strips the data of what the firmware measured */
	if (n == 0 || e->digest[bank] == NULL) {
		*ret = COCO_TCG_LABEL;
		return 0;
	}
	int r = new_digest(&d, log->bank[bank].alg, diag);
	if (certain)
		tie = COCO_TCG_CHANGED;
	for (size_t k = 0; r == 0 && tie != COCO_TCG_TIED && k < n; k++) {
		if (runtime)
			r = runtime_digest(d, e, digest, diag);
		else
			r = coco_digest_once(d, cover[k].p, cover[k].n, digest, diag);
		if (r == 0 && memcmp(digest, e->digest[bank], log->bank[bank].size) == 0)
			tie = COCO_TCG_TIED;
	}
	coco_digest_free(d);
	if (r == 0)
		*ret = tie;
	return r;
}
