/*
 * out_text.c - reports and errors as text for people (see out.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/core/out.h"

void coco_human_bytes(char *ret, size_t cap, uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	uint64_t whole = bytes;
	uint64_t rest = 0;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(ret, cap, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
		return;
	}
	for (; whole >= 1024; unit++) {
		rest = whole & 1023;
		whole >>= 10;
	}
	/* two decimals, cut: what is shown never exceeds what is there */
	snprintf(ret, cap, "%" PRIu64 ".%02" PRIu64 " %s", whole, rest * 100 / 1024,
		 units[unit - 1]);
}

void coco_human_span(char *ret, size_t cap, uint64_t seconds)
{
	if (seconds >= 3600)
		snprintf(ret, cap, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, seconds / 3600,
			 seconds / 60 % 60, seconds % 60);
	else
		snprintf(ret, cap, "%" PRIu64 ":%02" PRIu64, seconds / 60, seconds % 60);
}

/* Columns that text takes: characters, one each. */
static size_t columns(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void pad(struct coco_wr *wr, size_t n)
{
	while (n-- > 0)
		coco_wr_u8(wr, ' ');
}

static void padded(struct coco_wr *wr, const char *text, size_t width, bool right)
{
	size_t n = columns(text);
	size_t gap = n < width ? width - n : 0;

	if (right)
		pad(wr, gap);
	coco_wr_str(wr, text);
	if (!right)
		pad(wr, gap);
}

/* A word in colour; bold for errors. */
static void coloured(struct coco_wr *wr, bool color, const char *code, const char *text)
{
	if (color)
		coco_wr_printf(wr, "\033[%sm%s\033[0m", code, text);
	else
		coco_wr_str(wr, text);
}

static const char *status_color(enum coco_status status)
{
	switch (status) {
	case COCO_STATUS_PASS:
		return "32";
	case COCO_STATUS_FAIL:
	case COCO_STATUS_ERROR:
		return "31";
	case COCO_STATUS_WARN:
		return "33";
	case COCO_STATUS_SKIP:
		break;
	}
	return "2";
}

static void render_check(struct coco_wr *wr, const struct coco_report_item *item, bool color)
{
	const char *name = coco_status_name(item->status);

	if (item->n_cells < 5)
		return;
	coloured(wr, color, status_color(item->status), name);
	pad(wr, 7 - strlen(name));
	coco_wr_str(wr, item->cell[0]);
	if (item->cell[1][0] != '\0')
		coco_wr_printf(wr, " (%s)", item->cell[1]);
	coco_wr_u8(wr, '\n');
	if (item->status == COCO_STATUS_PASS || item->status == COCO_STATUS_SKIP)
		return;
	if (item->cell[2][0] != '\0')
		coco_wr_printf(wr, "         expected %s%s%s%s\n", item->cell[2],
			       item->cell[4][0] != '\0' ? " (" : "", item->cell[4],
			       item->cell[4][0] != '\0' ? ")" : "");
	if (item->cell[3][0] != '\0')
		coco_wr_printf(wr, "         actual   %s\n", item->cell[3]);
}

/* Facts i.. of one block, values in one column; returns the item after it. */
static size_t render_facts(struct coco_wr *wr, const struct coco_report *r, size_t i)
{
	size_t width = 0;
	size_t end = i;

	for (; end < r->n && r->items[end].kind == COCO_ITEM_FACT; end++) {
		size_t n = r->items[end].n_cells == 2 ? columns(r->items[end].cell[0]) : 0;

		width = n > width ? n : width;
	}
	for (; i < end; i++) {
		if (r->items[i].n_cells != 2)
			continue;
		padded(wr, r->items[i].cell[0], width + 2, false);
		coco_wr_printf(wr, "%s\n", r->items[i].cell[1]);
	}
	return end;
}

/* The table at item i and its rows; returns the item after it. */
static size_t render_table(struct coco_wr *wr, const struct coco_report *r, size_t i)
{
	const struct coco_report_item *head = &r->items[i];
	size_t width[COCO_REPORT_COLUMNS] = { 0 };
	size_t end = i + 1;

	while (end < r->n && r->items[end].kind == COCO_ITEM_ROW)
		end++;
	for (size_t k = i; k < end; k++) {
		for (size_t c = 0; c < r->items[k].n_cells; c++) {
			size_t n = columns(r->items[k].cell[c]);

			width[c] = n > width[c] ? n : width[c];
		}
	}
	for (; i < end; i++) {
		const struct coco_report_item *row = &r->items[i];

		size_t n = row->n_cells;

		while (n > 1 && row->cell[n - 1][0] == '\0')
			n--;   /* empty cells at the end leave no blanks behind */
		for (size_t c = 0; c < n; c++) {
			bool last = c + 1 == n;

			padded(wr, row->cell[c], last && !head->right[c] ? 0 : width[c],
			       head->right[c]);
			coco_wr_str(wr, last ? "" : "  ");
		}
		coco_wr_str(wr, "\n");
	}
	return end;
}

void coco_out_render_report(struct coco_wr *ret, const struct coco_report *report, bool color)
{
	for (size_t i = 0; i < report->n;) {
		const struct coco_report_item *item = &report->items[i];
		const char *text = item->n_cells != 0 ? item->cell[0] : "";

		switch (item->kind) {
		case COCO_ITEM_FACT:
			i = render_facts(ret, report, i);
			continue;
		case COCO_ITEM_TABLE:
			i = render_table(ret, report, i);
			continue;
		case COCO_ITEM_HEADING:
			coco_wr_printf(ret, "%s%s\n", i != 0 ? "\n" : "", text);
			break;
		case COCO_ITEM_LINE:
			coco_wr_printf(ret, "%s\n", text);
			break;
		case COCO_ITEM_TEXT:
			coco_wr_str(ret, text);
			break;
		case COCO_ITEM_CHECK:
			render_check(ret, item, color);
			break;
		case COCO_ITEM_ROW:
			break;
		}
		i++;
	}
}

/* "  <word> <text>" folded at width (0: never), later lines indented alike. */
static void folded(struct coco_wr *wr, const char *word, const char *text, unsigned width)
{
	size_t indent = strlen(word) + 3;
	size_t at = indent;

	coco_wr_printf(wr, "  %s", word);
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (width != 0 && at != indent && at + n + 1 > width) {
			coco_wr_u8(wr, '\n');
			pad(wr, indent - 1);
			at = indent;
		}
		coco_wr_u8(wr, ' ');
		coco_wr_bytes(wr, text, n);
		at += n + 1;
		text += n;
		text += strspn(text, " ");
	}
	coco_wr_u8(wr, '\n');
}

static void render_where(struct coco_wr *wr, const struct coco_diag *d)
{
	const char *sep = " (";

	if (d->has_offset) {
		coco_wr_printf(wr, "%soffset %" PRIu64, sep, d->offset);
		sep = ", ";
	}
	if (d->pointer[0] != '\0') {
		coco_wr_printf(wr, "%sat %s", sep, d->pointer);
		sep = ", ";
	}
	if (d->field[0] != '\0') {
		coco_wr_printf(wr, "%sfield %s", sep, d->field);
		sep = ", ";
	}
	if (sep[0] == ',')
		coco_wr_u8(wr, ')');
}

void coco_out_render_error(struct coco_wr *ret, const struct coco_diag *d, unsigned width,
			   bool verbose, bool color)
{
	const struct coco_err_info *info = coco_err_info(d->code);
	bool both = d->expected[0] != '\0' && d->actual[0] != '\0';

	coloured(ret, color, "1;31", "cococtl:");
	if (d->source[0] != '\0')
		coco_wr_printf(ret, " %s:", d->source);
	coco_wr_printf(ret, " %s", d->message[0] != '\0' ? d->message : info->title);
	render_where(ret, d);
	coco_wr_u8(ret, '\n');
	/* five lines at most: with a cause, the two values share one */
	if (both && d->n_causes != 0 && !verbose) {
		coco_wr_printf(ret, "  expected %s, actual %s\n", d->expected, d->actual);
	} else {
		if (d->expected[0] != '\0')
			coco_wr_printf(ret, "  expected %s\n", d->expected);
		if (d->actual[0] != '\0')
			coco_wr_printf(ret, "  actual   %s\n", d->actual);
	}
	for (unsigned i = verbose || d->n_causes == 0 ? 0 : d->n_causes - 1; i < d->n_causes; i++)
		coco_wr_printf(ret, "  cause: %s\n", d->causes[i]);
	folded(ret, "hint:", d->hint[0] != '\0' ? d->hint : info->next, width);
	coco_wr_printf(ret, "  [%s] see cococtl explain %s\n", info->id, info->id);
}
