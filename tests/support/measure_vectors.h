/*
 * measure_vectors.h - the shared vectors of measurements: firmware images
 * unpacked for a test, tables of cases.
 */
#ifndef COCO_TEST_MEASURE_VECTORS_H
#define COCO_TEST_MEASURE_VECTORS_H

#include "formats/core/base.h"

enum { COCO_TSV_COLUMNS = 16 };

/* One row of a table; the cells are NUL-terminated and valid during the call. */
typedef void coco_tsv_fn(char *const *cell, size_t n, void *ctx);

/*
 * coco_tsv_run - calls fn for every row but the first of measure/NAME; the
 * number of rows, 0 (after a "skip:" line) when the file is not there.
 */
size_t coco_tsv_run(const char *name, coco_tsv_fn *fn, void *ctx);

/*
 * coco_vector_firmware - path in dir of an image of the tables, unpacked or
 * cut from another one when it is not there yet. In one of four buffers that
 * take turns.
 */
const char *coco_vector_firmware(const char *dir, const char *name);

/* coco_vector_blob - the bytes of AREA/NAME, or of AREA/NAME.zst unpacked; coco_free. */
uint8_t *coco_vector_blob(const char *name, size_t *ret_n);

/* coco_vector_input - path of measure/inputs/NAME, likewise; NULL for "-". */
const char *coco_vector_input(const char *name);

#endif
