/*
 * opt_value.c - the values that options take, and suggestions for words that
 * are nearly right (see opt.h).
 */
#include "cli/core/opt.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/rfc3339.h"

/* Leading decimal digits of *at; false when there is none or they do not fit. */
static bool digits(const char **at, uint64_t *ret)
{
	const char *p = *at;
	uint64_t v = 0;

	if (*p < '0' || *p > '9')
		return false;
	if (p[0] == '0' && p[1] >= '0' && p[1] <= '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (coco_mul64_overflows(v, 10, &v) ||
		    coco_add64_overflows(v, (uint64_t)(*p - '0'), &v))
			return false;
	}
	*at = p;
	*ret = v;
	return true;
}

int coco_opt_u64(const char *text, uint64_t *ret, struct coco_diag *diag)
{
	const char *at = text;
	uint64_t v;

	if (!digits(&at, &v) || *at != '\0')
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "\"%s\" is not a number; accepted: decimal digits, at most "
				 "18446744073709551615", text);
	*ret = v;
	return 0;
}

int coco_opt_size(const char *text, uint64_t *ret, struct coco_diag *diag)
{
	static const char *const units[] = { "", "KiB", "MiB", "GiB", "TiB" };
	const char *at = text;
	uint64_t v;

	if (digits(&at, &v)) {
		for (unsigned i = 0; i < COCO_ARRAY_LEN(units); i++) {
			if (strcmp(at, units[i]) != 0)
				continue;
			if (coco_mul64_overflows(v, 1ULL << (10 * i), &v))
				break;
			*ret = v;
			return 0;
		}
	}
	return coco_fail(diag, COCO_E_USAGE_VALUE,
			 "\"%s\" is not a size; accepted: bytes, or a whole number with KiB, MiB, "
			 "GiB or TiB, such as 64MiB", text);
}

int coco_opt_digest(const char *text, struct coco_diag *diag)
{
	static const struct {
		const char *name;
		size_t n;
	} algs[] = { { "sha256:", 64 }, { "sha384:", 96 }, { "sha512:", 128 } };

	for (size_t i = 0; i < COCO_ARRAY_LEN(algs); i++) {
		size_t n = strlen(algs[i].name);

		if (strncmp(text, algs[i].name, n) == 0 && strlen(text) == n + algs[i].n &&
		    strspn(text + n, "0123456789abcdef") == algs[i].n)
			return 0;
	}
	return coco_fail(diag, COCO_E_USAGE_VALUE,
			 "\"%s\" is not a digest; accepted: sha256:, sha384: or sha512: and all "
			 "its lower-case hexadecimal digits", text);
}

int coco_opt_time(const char *text, int64_t *ret, struct coco_diag *diag)
{
	int64_t v;

	if (!coco_rfc3339_parse(text, &v))
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "\"%s\" is not a time; accepted: RFC 3339, such as "
				 "2026-11-21T12:00:00Z or 2026-11-21T13:00:00+01:00", text);
	*ret = v;
	return 0;
}

static int bad_enum(const char *text, const char *const *values, struct coco_diag *diag)
{
	char list[160];
	size_t at = 0;

	list[0] = '\0';
	for (size_t i = 0; values[i] != NULL && at < sizeof(list); i++) {
		int n = snprintf(list + at, sizeof(list) - at, "%s%s", i != 0 ? ", " : "",
				 values[i]);
		at += n > 0 ? (size_t)n : 0;
	}
	return coco_fail(diag, COCO_E_USAGE_VALUE, "\"%s\" is none of %s", text, list);
}

static int convert_enum(const char *text, const char *const *values, int *ret,
			struct coco_diag *diag)
{
	for (int i = 0; values[i] != NULL; i++) {
		if (strcmp(values[i], text) == 0) {
			*ret = i;
			return 0;
		}
	}
	return bad_enum(text, values, diag);
}

static int convert_number(const struct coco_opt *opt, const char *text, uint64_t *ret,
			  struct coco_diag *diag)
{
	uint64_t max = opt->max != 0 ? opt->max : UINT64_MAX;
	int r;

	if (opt->kind == COCO_KIND_U32 && max > UINT32_MAX)
		max = UINT32_MAX;
	r = opt->kind == COCO_KIND_SIZE ? coco_opt_size(text, ret, diag) :
					  coco_opt_u64(text, ret, diag);
	if (r != 0)
		return r;
	if (*ret < opt->min || *ret > max)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "\"%s\" is out of range; accepted: %llu to %llu", text,
				 (unsigned long long)opt->min, (unsigned long long)max);
	return 0;
}

int coco_opt_convert(const struct coco_opt *opt, const char *text, void *dst,
		     struct coco_diag *diag)
{
	uint64_t u = 0;
	int64_t t = 0;
	int e = 0;
	int r = 0;

	switch (opt->kind) {
	case COCO_KIND_SIZE:
	case COCO_KIND_U64:
		r = convert_number(opt, text, &u, diag);
		if (r == 0 && dst != NULL)
			*(uint64_t *)dst = u;
		return r;
	case COCO_KIND_U32:
		r = convert_number(opt, text, &u, diag);
		if (r == 0 && dst != NULL)
			*(uint32_t *)dst = (uint32_t)u;
		return r;
	case COCO_KIND_ENUM:
		r = convert_enum(text, opt->values, &e, diag);
		if (r == 0 && dst != NULL)
			*(int *)dst = e;
		return r;
	case COCO_KIND_TIME:
		r = coco_opt_time(text, &t, diag);
		if (r == 0 && dst != NULL)
			*(int64_t *)dst = t;
		return r;
	case COCO_KIND_SHELL:
		r = convert_enum(text, opt->values, &e, diag);
		break;
	case COCO_KIND_DIGEST:
		r = coco_opt_digest(text, diag);
		break;
	case COCO_KIND_STRING:
	case COCO_KIND_KEYREF:
	case COCO_KIND_INPUT:
	case COCO_KIND_OUTPUT:
	case COCO_KIND_DIR:
	case COCO_KIND_PACKAGE:
	case COCO_KIND_COMMAND:
		if (text[0] == '\0')
			r = coco_fail(diag, COCO_E_USAGE_VALUE, "the value is empty");
		break;
	case COCO_KIND_FLAG:
	case COCO_KIND_COUNT:
		return coco_fail(diag, COCO_E_INTERNAL, "a flag has no value");
	}
	if (r == 0 && dst != NULL)
		*(const char **)dst = text;
	return r;
}

enum { WORD_MAX = 40, NEAR = 2 };

/* Edit distance (insert, delete, replace, swap of neighbours), NEAR + 1 when larger. */
static unsigned distance(const char *a, const char *b)
{
	size_t na = strlen(a);
	size_t nb = strlen(b);
	unsigned row[3][WORD_MAX + 1] = { { 0 } };

	if (na > WORD_MAX || nb > WORD_MAX || na > nb + NEAR || nb > na + NEAR)
		return NEAR + 1;
	for (size_t j = 0; j <= nb; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned *now = row[i % 3];
		const unsigned *up = row[(i + 2) % 3];
		const unsigned *up2 = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned best = up[j - 1] + (a[i - 1] != b[j - 1]);

			if (up[j] + 1 < best)
				best = up[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    up2[j - 2] + 1 < best)
				best = up2[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[na % 3][nb];
}

unsigned coco_opt_suggest(const char *word, const char *(*next)(const void *ctx, size_t i),
			  const void *ctx, const char *prefix, char *ret, size_t cap)
{
	const char *found[2] = { NULL, NULL };
	unsigned dist[2] = { NEAR + 1, NEAR + 1 };
	const char *c;

	ret[0] = '\0';
	for (size_t i = 0; (c = next(ctx, i)) != NULL; i++) {
		unsigned d = distance(word, c);

		/* two edits make any two short words alike */
		if (d > NEAR || d >= strlen(c) || d >= strlen(word))
			continue;
		if (d < dist[0]) {
			found[1] = found[0];
			dist[1] = dist[0];
			found[0] = c;
			dist[0] = d;
		} else if (d < dist[1]) {
			found[1] = c;
			dist[1] = d;
		}
	}
	if (found[0] == NULL)
		return 0;
	snprintf(ret, cap, "%s%s%s%s%s", prefix, found[0], found[1] != NULL ? " or " : "",
		 found[1] != NULL ? prefix : "", found[1] != NULL ? found[1] : "");
	return found[1] != NULL ? 2 : 1;
}
