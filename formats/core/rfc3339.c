/*
 * rfc3339.c - times as text (see rfc3339.h).
 */
#include "formats/core/rfc3339.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* n digits at *at as a number up to max; moves *at. */
static bool fixed(const char **at, unsigned n, unsigned min, unsigned max, unsigned *ret)
{
	unsigned v = 0;

	for (unsigned i = 0; i < n; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		v = v * 10 + (unsigned)(**at - '0');
	}
	*ret = v;
	return v >= min && v <= max;
}

static bool literal(const char **at, const char *any)
{
	if (**at == '\0' || strchr(any, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = y / 400; /* y is not negative: years are 0000 to 9999, see below */
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * ((int64_t)m + (m > 2 ? -3 : 9)) + 2) / 5 + (int64_t)d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

unsigned coco_civil_days(unsigned y, unsigned m)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m == 2 && leap ? 29 : days[m - 1];
}

int64_t coco_civil_seconds(unsigned year, unsigned month, unsigned day, unsigned hour,
			   unsigned minute, unsigned second)
{
	return days_from_civil(year, month, day) * 86400 + (int64_t)hour * 3600 +
	       (int64_t)minute * 60 + (int64_t)second;
}

bool coco_rfc3339_parse(const char *at, int64_t *ret)
{
	unsigned y, mo, d, h, mi, s, oh = 0, om = 0;
	bool west = false;

	if (!fixed(&at, 4, 1, 9999, &y) || !literal(&at, "-") || !fixed(&at, 2, 1, 12, &mo) ||
	    !literal(&at, "-") || !fixed(&at, 2, 1, coco_civil_days(y, mo), &d) ||
	    !literal(&at, "Tt ") || !fixed(&at, 2, 0, 23, &h) || !literal(&at, ":") ||
	    !fixed(&at, 2, 0, 59, &mi) || !literal(&at, ":") || !fixed(&at, 2, 0, 60, &s))
		return false;
	if (*at == '.') {
		size_t n = strspn(at + 1, "0123456789");

		if (n == 0)
			return false;
		at += n + 1;
	}
	if (*at == '+' || *at == '-') {
		west = *at++ == '-';
		if (!fixed(&at, 2, 0, 23, &oh) || !literal(&at, ":") || !fixed(&at, 2, 0, 59, &om))
			return false;
	} else if (!literal(&at, "Zz")) {
		return false;
	}
	if (*at != '\0')
		return false;
	int64_t offset = (int64_t)oh * 3600 + (int64_t)om * 60;
	*ret = coco_civil_seconds(y, mo, d, h, mi, s) + (west ? offset : -offset);
	return true;
}

/* The date of a number of days since 1970-01-01, the other way round. */
static void civil_from_days(int64_t days, int64_t *ret_y, unsigned *ret_m, unsigned *ret_d)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*ret_d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*ret_m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*ret_y = yoe + era * 400 + (*ret_m <= 2);
}

char *coco_rfc3339_print(char ret[COCO_RFC3339_TEXT], int64_t when)
{
	int64_t first = coco_civil_seconds(1, 1, 1, 0, 0, 0);
	int64_t last = coco_civil_seconds(9999, 12, 31, 23, 59, 59);
	unsigned month;
	unsigned day;
	int64_t year;

	if (when < first || when > last) {
		snprintf(ret, COCO_RFC3339_TEXT, "%" PRId64, when);
		return ret;
	}
	int64_t days = (when - (when < 0 ? 86399 : 0)) / 86400;
	unsigned second = (unsigned)(when - days * 86400);
	civil_from_days(days, &year, &month, &day);
	snprintf(ret, COCO_RFC3339_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		 (unsigned)year % 10000, month % 100, day % 100, second / 3600 % 100,
		 second / 60 % 60, second % 60);
	return ret;
}
