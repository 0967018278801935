/*
 * report.c - collects what a command has to say (see report.h).
 */
#include "cli/core/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/core/out.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/rfc3339.h"

enum {
	MAX_ITEMS = 1 << 22,
	MAX_JSON = 1 << 30,
	MAX_VALUE = 8192, /* bytes of one escaped value in text */
	MAX_WARNED = 1000,
};

const char *coco_status_name(enum coco_status status)
{
	static const char *const names[] = { "pass", "fail", "skip", "error", "warn" };

	return names[status];
}

void coco_report_init(struct coco_report *r)
{
	*r = (struct coco_report){ 0 };
	coco_wr_init(&r->result, MAX_JSON);
	coco_wr_init(&r->checks, MAX_JSON);
	coco_wr_init(&r->inputs, MAX_JSON);
	coco_jw_init(&r->jw, &r->result, false);
	coco_jw_begin(&r->jw, '{');
}

void coco_report_free(struct coco_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < COCO_REPORT_COLUMNS; k++)
			coco_free(r->items[i].cell[k]);
	coco_free(r->items);
	coco_wr_free(&r->result);
	coco_wr_free(&r->checks);
	coco_wr_free(&r->inputs);
	coco_free(r->warned);
	*r = (struct coco_report){ 0 };
}

static struct coco_report_item *add(struct coco_report *r, enum coco_item_kind kind)
{
	if (!coco_grow((void **)&r->items, &r->cap, r->n, sizeof(*r->items), MAX_ITEMS)) {
		r->code = COCO_E_LIMIT_MEMORY;
		return NULL;
	}
	r->items[r->n] = (struct coco_report_item){ .kind = kind };
	return &r->items[r->n++];
}

/* Copies text as the next cell, control characters escaped. */
static void add_cell(struct coco_report *r, struct coco_report_item *item, const char *text)
{
	if (item == NULL || item->n_cells == COCO_REPORT_COLUMNS)
		return;
	size_t n = strlen(text);
	size_t cap = n > MAX_VALUE ? MAX_VALUE : n * 4 + 8;
	char *cell = coco_alloc(cap, 1);

	if (cell == NULL) {
		r->code = COCO_E_LIMIT_MEMORY;
		return;
	}
	coco_escape(cell, cap, text, n);
	item->cell[item->n_cells++] = cell;
}

static void fact(struct coco_report *r, const char *label, const char *value)
{
	struct coco_report_item *item = label != NULL ? add(r, COCO_ITEM_FACT) : NULL;

	add_cell(r, item, label != NULL ? label : "");
	add_cell(r, item, value);
}

void coco_report_string(struct coco_report *r, const char *key, const char *label,
			const char *value)
{
	if (key != NULL)
		coco_jw_kv_string(&r->jw, key, value);
	fact(r, label, value);
}

void coco_report_format(struct coco_report *r, const char *key, const char *label,
			const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= 0)
		coco_report_string(r, key, label, text);
}

void coco_report_hex(struct coco_report *r, const char *key, const char *label,
		     const uint8_t *p, size_t n)
{
	char *text = coco_alloc(2 * n + 1, 1);

	if (text == NULL) {
		r->code = COCO_E_LIMIT_MEMORY;
		return;
	}
	coco_hex_encode(text, p, n);
	coco_report_string(r, key, label, text);
	coco_free(text);
}

void coco_report_bool(struct coco_report *r, const char *key, const char *label, bool v)
{
	if (key != NULL)
		coco_jw_kv_bool(&r->jw, key, v);
	fact(r, label, v ? "yes" : "no");
}

void coco_report_count(struct coco_report *r, const char *key, const char *label, uint64_t v)
{
	char text[32];

	if (key != NULL)
		coco_jw_kv_u64(&r->jw, key, v);
	snprintf(text, sizeof(text), "%" PRIu64, v);
	fact(r, label, text);
}

void coco_report_u64(struct coco_report *r, const char *key, const char *label, uint64_t v)
{
	coco_report_format(r, key, label, "%" PRIu64, v);
}

void coco_report_size(struct coco_report *r, const char *key, const char *label, uint64_t bytes)
{
	char human[32];
	char text[80];

	coco_report_format(r, key, NULL, "%" PRIu64, bytes);
	coco_human_bytes(human, sizeof(human), bytes);
	snprintf(text, sizeof(text), "%s (%" PRIu64 " bytes)", human, bytes);
	fact(r, label, bytes < 1024 ? human : text);
}

void coco_report_time(struct coco_report *r, const char *key, const char *label, int64_t when)
{
	char text[COCO_RFC3339_TEXT];

	coco_report_string(r, key, label, coco_rfc3339_print(text, when));
}

void coco_report_heading(struct coco_report *r, const char *text)
{
	add_cell(r, add(r, COCO_ITEM_HEADING), text);
}

void coco_report_line(struct coco_report *r, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= 0)
		add_cell(r, add(r, COCO_ITEM_LINE), text);
}

void coco_report_text(struct coco_report *r, const char *key, const char *text, size_t n)
{
	if (key != NULL) {
		coco_jw_key(&r->jw, key);
		coco_jw_string_n(&r->jw, text, n);
	}
	struct coco_report_item *item = add(r, COCO_ITEM_TEXT);
	if (item == NULL)
		return;
	item->cell[0] = coco_strndup(text, n);
	item->n_cells = item->cell[0] != NULL;
	if (item->cell[0] == NULL)
		r->code = COCO_E_LIMIT_MEMORY;
}

void coco_report_table(struct coco_report *r, const struct coco_column *columns, size_t n)
{
	struct coco_report_item *item = add(r, COCO_ITEM_TABLE);

	for (size_t i = 0; i < n && i < COCO_REPORT_COLUMNS; i++) {
		add_cell(r, item, columns[i].title);
		if (item != NULL)
			item->right[i] = columns[i].align == COCO_ALIGN_RIGHT;
	}
	r->table = item != NULL ? r->n : 0;
}

void coco_report_row(struct coco_report *r, const char *const *cells)
{
	if (r->table == 0)
		return;
	unsigned n = r->items[r->table - 1].n_cells;
	struct coco_report_item *item = add(r, COCO_ITEM_ROW);
	for (unsigned i = 0; i < n; i++)
		add_cell(r, item, cells[i]);
}

struct coco_jw *coco_report_json(struct coco_report *r)
{
	return &r->jw;
}

/* Starts one more object in a list of JSON items without brackets. */
static void open_item(struct coco_wr *list, struct coco_jw *ret)
{
	if (list->n != 0)
		coco_wr_u8(list, ',');
	coco_jw_init(ret, list, false);
}

static void kv_optional(struct coco_jw *jw, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		coco_jw_kv_string(jw, key, value);
}

void coco_report_check(struct coco_report *r, const struct coco_check *check)
{
	struct coco_jw jw;

	open_item(&r->checks, &jw);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "id", check->id);
	coco_jw_kv_string(&jw, "status", coco_status_name(check->status));
	coco_jw_kv_string(&jw, "title", check->title);
	kv_optional(&jw, "expected", check->expected);
	kv_optional(&jw, "actual", check->actual);
	kv_optional(&jw, "detail", check->detail);
	kv_optional(&jw, "source", check->source);
	coco_jw_end(&jw, '}');
	r->n_checks++;
	if (check->status == COCO_STATUS_FAIL || check->status == COCO_STATUS_ERROR)
		r->n_failed++;

	struct coco_report_item *item = add(r, COCO_ITEM_CHECK);
	if (item == NULL)
		return;
	item->status = check->status;
	add_cell(r, item, check->title);
	add_cell(r, item, check->detail != NULL ? check->detail : "");
	add_cell(r, item, check->expected != NULL ? check->expected : "");
	add_cell(r, item, check->actual != NULL ? check->actual : "");
	add_cell(r, item, check->source != NULL ? check->source : "");
}

void coco_report_input(struct coco_report *r, const char *name, const char *digest,
		       uint64_t size)
{
	struct coco_jw jw;
	char text[32];

	open_item(&r->inputs, &jw);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "name", name);
	kv_optional(&jw, "digest", digest);
	snprintf(text, sizeof(text), "%" PRIu64, size);
	coco_jw_kv_string(&jw, "size", text);
	coco_jw_end(&jw, '}');
}

void coco_report_warn(struct coco_report *r, const struct coco_diag *warning)
{
	if (r->n_warned == MAX_WARNED)
		return;
	if (!coco_grow((void **)&r->warned, &r->cap_warned, r->n_warned, sizeof(*r->warned),
		       MAX_WARNED)) {
		r->code = COCO_E_LIMIT_MEMORY;
		return;
	}
	r->warned[r->n_warned++] = *warning;
}
