/*
 * fuzz_tcg_log.c - event logs of any form. Covers coco_tcg_log_decode. Asserts
 * that what is accepted lies inside the input, that events of binary logs are
 * where they say, follow each other without a gap, and end where the log does.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/tcg_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool inside(const uint8_t *p, size_t n, const uint8_t *data, size_t size)
{
	return p >= data && n <= size && (size_t)(p - data) <= size - n;
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* One event of a binary log that starts at *at, which moves behind it. */
static void judge(const struct coco_tcg_log *log, const struct coco_tcg_event *e,
		  const uint8_t *data, size_t size, uint64_t *at)
{
	size_t n = 8 + 4 + e->data.n;

	require(e->offset == *at && e->offset + 8 <= size);
	require(le32(data + e->offset) == e->index && le32(data + e->offset + 4) == e->type);
	require(inside(e->data.p, e->data.n, data, size));
	if (log->kind == COCO_TCG_LOG_AGILE)
		n += 4;
	for (size_t i = 0; i < log->n_banks; i++) {
		if (e->digest[i] == NULL)
			continue;
		require(inside(e->digest[i], log->bank[i].size, data, size));
		n += log->bank[i].size + (log->kind == COCO_TCG_LOG_AGILE ? 2U : 0U);
	}
	*at += n;
	require((size_t)(e->data.p - data) + e->data.n == *at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_tcg_log log = { .n = 0 };
	struct coco_diag d = { 0 };
	uint64_t at = 0;

	int r = coco_tcg_log_decode(&log, coco_view_of(data, size), &d);
	require(r == d.code);
	require(r == 0 || log.events == NULL);
	if (r == 0) {
		require(log.n_banks >= 1 && log.n_banks <= COCO_TCG_BANKS);
		require(log.n <= COCO_TCG_EVENTS);
		require(log.end <= size && log.trailing <= size - log.end);
	}
	if (r == 0 && log.kind == COCO_TCG_LOG_AGILE)
		at = 32 + (uint64_t)le32(data + 28);
	for (size_t i = 0; r == 0 && i < log.n; i++) {
		const struct coco_tcg_event *e = &log.events[i];

		require(e->index < COCO_TCG_REGISTERS || e->index == COCO_TCG_NO_REGISTER);
		if (log.kind != COCO_TCG_LOG_JSON)
			judge(&log, e, data, size, &at);
		else
			require((e->digest[0] == NULL) == (e->missing != NULL) && e->index <= 4);
	}
	if (r == 0 && log.kind != COCO_TCG_LOG_JSON)
		require(at == log.end);
	coco_tcg_log_free(&log);
	return 0;
}
