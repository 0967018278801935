/*
 * boot_json.h - short words for reading the boots of the shared vectors; a
 * value that is not there fails the test.
 */
#ifndef COCO_TEST_BOOT_JSON_H
#define COCO_TEST_BOOT_JSON_H

#include "formats/core/json.h"
#include "lib/measure/boot.h"

struct coco_jv bj_object(const struct coco_jv *v, const char *key);
struct coco_jv bj_array(const struct coco_jv *v, const char *key);
const char *bj_string(const struct coco_jv *v, const char *key);

/* bj_digests - the members PREFIXsha256 and PREFIXsha384. */
struct coco_boot_digests bj_digests(const struct coco_jv *v, const char *prefix);

/* bj_bytes - hexadecimal digits; coco_free. */
uint8_t *bj_bytes(const char *hex, size_t *ret_n);

/*
 * bj_replay - the registers of a TD with the same boot: what a list of events
 * has for PCR 1 to 15, in its order, with one separator for RTMR1 and that of
 * PCR 7 for RTMR0.
 */
void bj_replay(const struct coco_jv *events, uint8_t rtmr[3][48]);

#endif
