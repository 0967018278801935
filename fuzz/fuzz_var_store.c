/*
 * fuzz_var_store.c - the store of UEFI variables. Covers coco_var_store_open,
 * _next and _find. Asserts that variables lie inside the store in ascending
 * order, and that what is found is one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/fw_volume.h"
#include "formats/measure/var_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* without a good volume the bytes are taken as variables of either kind */
	struct coco_var_store s = { .vars = { data, size }, .authenticated = size % 2 == 0 };
	struct coco_variable v;
	struct coco_diag d = { 0 };
	size_t at = 0;
	bool found = true;

	int r = coco_var_store_open(&s, coco_view_of(data, size), 0, &d);
	require(r == d.code);
	require(r == 0 || r == COCO_E_FIRMWARE_VOLUME || r == COCO_E_VARIABLE_STORE);
	while (found) {
		size_t before = at;
		struct coco_view got = { NULL, 0 };
		bool have = false;

		r = coco_var_store_next(&s, &at, &v, &found, NULL);
		require(r == 0 || r == COCO_E_VARIABLE_STORE);
		if (r != 0 || !found)
			break;
		require(at > before && at <= s.vars.n && v.name.n % 2 == 0);
		require(v.data.n + v.name.n <= at - before);
		r = coco_var_store_find(&s, v.guid, "PK", &got, &have, NULL);
		require(r == 0 || r == COCO_E_VARIABLE_STORE);
		require(!have || got.n == 0 ||
			(got.p >= s.vars.p && got.p + got.n <= s.vars.p + s.vars.n));
	}
	return 0;
}
