/*
 * fuzz_mdiff.c - a record beside an event log. Covers coco_mdiff_log and
 * coco_mdiff_records. The input is u16 bytes of a record, the record, a log.
 * Asserts that every register has one result, that no more steps agree than
 * there are, that a register which differs says where, and that a record does
 * not differ from itself.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/core/tcg_replay.h"
#include "lib/measure/mdiff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct coco_mdiff *d)
{
	size_t n[COCO_MDIFF_SKIPPED + 1] = { 0 };

	for (size_t i = 0; i < d->n; i++) {
		const struct coco_mdiff_register *r = &d->registers[i];

		n[r->result]++;
		require(r->same <= r->n_actual || r->result == COCO_MDIFF_SKIPPED);
		if (r->result == COCO_MDIFF_SKIPPED)
			require(r->same <= r->known && r->known <= r->n_expected);
		if (r->result == COCO_MDIFF_DIFFERS)
			require(r->n_steps > 0 || r->note[0] != '\0');
		if (r->result == COCO_MDIFF_EQUAL)
			require(r->n_steps == 0);
	}
	require(n[COCO_MDIFF_EQUAL] == d->n_equal && n[COCO_MDIFF_DIFFERS] == d->n_differ &&
		n[COCO_MDIFF_SKIPPED] == d->n_skipped);
}

static void compare(const struct coco_mrecord *rec, const struct coco_tcg_log *log)
{
	struct coco_mdiff d = { .n = 0 };
	struct coco_diag diag = { 0 };

	int r = coco_mdiff_log(rec, log, &d, &diag);
	require(r == diag.code);
	if (r == 0)
		check(&d);
	coco_mdiff_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_mrecord rec;
	struct coco_tcg_log log;
	struct coco_mdiff d = { .n = 0 };

	if (size < 2)
		return 0;
	size_t n = (size_t)(data[0] | data[1] << 8);
	if (n > size - 2)
		n = size - 2;
	if (coco_mrecord_decode(&rec, coco_view_of(data + 2, n), NULL) != 0)
		return 0;
	require(coco_mdiff_records(&rec, &rec, &d, NULL) == 0 && d.n_differ == 0);
	check(&d);
	coco_mdiff_free(&d);
	if (coco_tcg_log_decode(&log, coco_view_of(data + 2 + n, size - 2 - n), NULL) == 0) {
		if (coco_tcg_complete(&log, NULL) == 0)
			compare(&rec, &log);
		coco_tcg_log_free(&log);
	}
	coco_mrecord_free(&rec);
	return 0;
}
