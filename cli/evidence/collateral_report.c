/*
 * collateral_report.c - items of collateral as a table (see
 * collateral_report.h).
 */
#include "cli/evidence/collateral_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "formats/core/hex.h"
#include "formats/core/rfc3339.h"

enum { DAY = 24 * 60 * 60, SHORT = 6 };

/* "12", "-3", or "" for an item without an end. */
static const char *days_left(const struct coco_collateral_facts *f, int64_t at, char ret[24])
{
	int64_t left = f->not_after - at;

	ret[0] = '\0';
	if (f->has_after)
		snprintf(ret, 24, "%" PRId64, left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY));
	return ret;
}

static void row(struct coco_report *report, const struct coco_collateral_item *item,
		const struct coco_collateral_facts *f, int64_t at)
{
	char from[COCO_RFC3339_TEXT] = "";
	char until[COCO_RFC3339_TEXT] = "";
	char digest[2 * SHORT + 1];
	char days[24];

	coco_hex_encode(digest, item->sha256, SHORT);
	if (f->has_before)
		coco_rfc3339_print(from, f->not_before);
	if (f->has_after)
		coco_rfc3339_print(until, f->not_after);
	coco_report_row(report, (const char *[]){ coco_collateral_kind_name(item->kind), f->of,
			f->by, from, until, days_left(f, at, days), digest });
}

static void json(struct coco_jw *jw, const struct coco_collateral_item *item,
		 const struct coco_collateral_facts *f)
{
	char when[COCO_RFC3339_TEXT];

	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "kind", coco_bundle_kind_word(item->kind));
	if (f->of[0] != '\0')
		coco_jw_kv_string(jw, "of", f->of);
	if (f->by[0] != '\0')
		coco_jw_kv_string(jw, "issuer", f->by);
	if (f->has_before)
		coco_jw_kv_string(jw, "not_before", coco_rfc3339_print(when, f->not_before));
	if (f->has_after)
		coco_jw_kv_string(jw, "not_after", coco_rfc3339_print(when, f->not_after));
	coco_jw_kv_u64(jw, "size", item->n);
	coco_jw_kv_hex(jw, "sha256", item->sha256, sizeof(item->sha256));
	coco_jw_end(jw, '}');
}

void coco_collateral_report(struct coco_report *report, const struct coco_collateral *c,
			    int64_t at)
{
	static const struct coco_column columns[] = {
		{ "kind", COCO_ALIGN_LEFT },  { "of", COCO_ALIGN_LEFT },
		{ "by", COCO_ALIGN_LEFT },    { "from", COCO_ALIGN_LEFT },
		{ "until", COCO_ALIGN_LEFT }, { "days", COCO_ALIGN_RIGHT },
		{ "sha256", COCO_ALIGN_LEFT },
	};
	struct coco_jw *jw = coco_report_json(report);

	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	coco_jw_key(jw, "items");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < c->n; i++) {
		struct coco_collateral_facts f;

		coco_collateral_facts(&c->v[i], &f);
		row(report, &c->v[i], &f, at);
		json(jw, &c->v[i], &f);
	}
	coco_jw_end(jw, ']');
}
