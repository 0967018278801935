/*
 * rfc3339.h - times as text: RFC 3339, and the civil calendar behind it.
 * Times are seconds since 1970, UTC, without leap seconds.
 */
#ifndef COCO_RFC3339_H
#define COCO_RFC3339_H

#include "formats/core/base.h"

enum { COCO_RFC3339_TEXT = 32 };   /* bytes that take any time, with the NUL */

/*
 * coco_rfc3339_parse - "2026-11-21T12:00:00Z" or with an offset; years 1 to
 * 9999; a fraction is cut; second 60 is the next minute. False when text
 * (NUL-terminated) is anything else.
 */
bool coco_rfc3339_parse(const char *text, int64_t *ret) COCO_MUSTUSE;

/*
 * coco_rfc3339_print - in UTC, "2026-11-21T12:00:00Z"; a time outside the
 * years 1 to 9999 as a plain number. Returns ret.
 */
char *coco_rfc3339_print(char ret[COCO_RFC3339_TEXT], int64_t when);

/* coco_civil_seconds - the time of a date of the Gregorian calendar (year 1 to 9999). */
int64_t coco_civil_seconds(unsigned year, unsigned month, unsigned day, unsigned hour,
			   unsigned minute, unsigned second);

/* coco_civil_days - days of a month, 28 to 31. */
unsigned coco_civil_days(unsigned year, unsigned month);

#endif
