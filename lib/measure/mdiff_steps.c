/*
 * mdiff_steps.c - two sequences of steps side by side (see mdiff_priv.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/tcg_event.h"
#include "lib/core/tcg_replay.h"
#include "lib/measure/mdiff_priv.h"

enum {
	ITEMS = 1 << 20,
	CELLS = 1 << 22,   /* of the table that aligns two sequences; longer ones are not aligned */
};

static struct coco_mdiff_item *add(struct coco_mdiff_list *list, struct coco_diag *diag)
{
	void *items = list->item;

	if (!coco_grow(&items, &list->cap, list->n, sizeof(*list->item), ITEMS)) {
		coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to compare steps");
		return NULL;
	}
	list->item = items;
	memset(&list->item[list->n], 0, sizeof(*list->item));
	return &list->item[list->n++];
}

int coco_mdiff_add_inputs(struct coco_mdiff_list *list, const struct coco_mrecord_input *inputs,
			  size_t n, struct coco_diag *diag)
{
	for (size_t i = 0; i < n; i++) {
		struct coco_mdiff_item *item = add(list, diag);

		if (item == NULL)
			return COCO_E_LIMIT_MEMORY;
		item->input = &inputs[i];
		item->digest = inputs[i].digest.p;
		item->n_digest = inputs[i].digest.n;
		if (list->n > 1 && list->item[list->n - 2].input != NULL)
			item->before = &list->item[list->n - 2].input->running;
	}
	return 0;
}

int coco_mdiff_add_events(struct coco_mdiff_list *list, const struct coco_tcg_log *log,
			  uint32_t index, size_t bank, struct coco_diag *diag)
{
	for (size_t i = 0; i < log->n; i++) {
		if (log->events[i].index != index || !coco_tcg_extends(log, i, bank))
			continue;
		struct coco_mdiff_item *item = add(list, diag);
		if (item == NULL)
			return COCO_E_LIMIT_MEMORY;
		item->event = &log->events[i];
		item->digest = log->events[i].digest[bank];
		item->n_digest = log->bank[bank].size;
	}
	return 0;
}

static bool digest_same(const struct coco_mrecord_digest *a, const struct coco_mrecord_digest *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* Steps of many pages have no digest of their own; the values around them tell. */
static bool pages_same(const struct coco_mdiff_item *a, const struct coco_mdiff_item *b)
{
	const struct coco_mrecord_input *x = a->input;
	const struct coco_mrecord_input *y = b->input;

	if (strcmp(x->name, y->name) != 0 || strcmp(x->type, y->type) != 0 ||
	    x->has_gpa != y->has_gpa || x->gpa != y->gpa || x->pages != y->pages)
		return false;
	if (a->before == NULL && b->before == NULL)
		return digest_same(&x->running, &y->running);
	if (a->before == NULL || b->before == NULL || !digest_same(a->before, b->before))
		return true;   /* the chain parted before: nothing can be said of this step */
	return digest_same(&x->running, &y->running);
}

static bool same(const struct coco_mdiff_item *a, const struct coco_mdiff_item *b)
{
	if (a->n_digest != b->n_digest)
		return false;
	if (a->input == NULL || b->input == NULL)
		return a->n_digest != 0 && memcmp(a->digest, b->digest, a->n_digest) == 0;
	if (a->n_digest == 0)
		return pages_same(a, b);
	return memcmp(a->digest, b->digest, a->n_digest) == 0 &&
	       a->input->has_gpa == b->input->has_gpa && a->input->gpa == b->input->gpa &&
	       a->input->pages == b->input->pages &&
	       (!a->input->has_gpa || strcmp(a->input->type, b->input->type) == 0);
}

size_t coco_mdiff_prefix(const struct coco_mdiff_list *expected,
			 const struct coco_mdiff_list *actual)
{
	size_t n = 0;

	while (n < expected->n && n < actual->n && same(&expected->item[n], &actual->item[n]))
		n++;
	return n;
}

/* Steps are expected in their order; other events may lie between. */
size_t coco_mdiff_known(const struct coco_mdiff_list *expected,
			const struct coco_mdiff_list *actual)
{
	size_t n = 0;
	size_t k = 0;

	for (size_t i = 0; i < expected->n; i++)
		for (size_t at = k; at < actual->n; at++)
			if (same(&expected->item[i], &actual->item[at])) {
				k = at + 1;
				n++;
				break;
			}
	return n;
}

static int describe(struct coco_mdiff_side *ret, const struct coco_mdiff_item *item, size_t at,
		    struct coco_diag *diag)
{
	ret->at = at;
	coco_mrecord_digest_set(&ret->digest, item->digest,
				coco_min_size(item->n_digest, COCO_MRECORD_DIGEST));
	if (item->event != NULL) {
		coco_tcg_event_name_text(item->event->type, ret->type);
		return coco_tcg_event_line(item->event, ret->name, sizeof(ret->name), diag);
	}
	snprintf(ret->name, sizeof(ret->name), "%s", item->input->name);
	snprintf(ret->type, sizeof(ret->type), "%s", item->input->type);
	if (item->input->text != NULL)
		coco_escape(ret->text, sizeof(ret->text), item->input->text,
			    strlen(item->input->text));
	return 0;
}

/* Two lists, and how far each of them was told. */
struct walk {
	const struct coco_mdiff_list *a;
	const struct coco_mdiff_list *b;
	size_t i;
	size_t k;
	struct coco_mdiff_register *reg;
	struct coco_diag *diag;
};

/* One difference at the two places; which of them are in it says kind. */
static int tell(struct walk *w, enum coco_mdiff_kind kind)
{
	struct coco_mdiff_register *reg = w->reg;
	void *steps = reg->steps;
	size_t i = w->i;
	size_t k = w->k;

	if (kind != COCO_MDIFF_EXTRA)
		w->i++;
	if (kind != COCO_MDIFF_MISSING)
		w->k++;
	if (reg->n_steps == COCO_MDIFF_STEPS) {
		reg->n_left_out++;
		return 0;
	}
	if (!coco_grow(&steps, &reg->cap_steps, reg->n_steps, sizeof(*reg->steps),
		       COCO_MDIFF_STEPS))
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for differences");
	reg->steps = steps;
	struct coco_mdiff_step *s = &reg->steps[reg->n_steps++];
	memset(s, 0, sizeof(*s));
	s->kind = kind;
	int r = kind != COCO_MDIFF_EXTRA ?
		describe(&s->expected, &w->a->item[i], i, w->diag) : 0;
	if (r == 0 && kind != COCO_MDIFF_MISSING)
		r = describe(&s->actual, &w->b->item[k], k, w->diag);
	return r;
}

static const char *type_of(const struct coco_mdiff_item *item, char buf[40])
{
	if (item->input != NULL)
		return item->input->type;
	coco_tcg_event_name_text(item->event->type, buf);
	return buf;
}

/* Whether one of the items from first to end is of the type of this one. */
static bool type_follows(const struct coco_mdiff_item *item, const struct coco_mdiff_list *list,
			 size_t first, size_t end)
{
	char buf[2][40];
	const char *type = type_of(item, buf[0]);

	for (size_t i = first; i < end; i++)
		if (strcmp(type, type_of(&list->item[i], buf[1])) == 0)
			return true;
	return false;
}

/* Two steps that are not the same: one changed into the other, or one has no partner. */
static enum coco_mdiff_kind kind_of(const struct walk *w, size_t i, size_t k)
{
	const struct coco_mdiff_item *a = &w->a->item[w->i];
	const struct coco_mdiff_item *b = &w->b->item[w->k];

	if (type_follows(a, w->b, w->k, w->k + 1))
		return COCO_MDIFF_CHANGED;
	if (type_follows(a, w->b, w->k + 1, k))
		return COCO_MDIFF_EXTRA;
	if (type_follows(b, w->a, w->i + 1, i))
		return COCO_MDIFF_MISSING;
	return COCO_MDIFF_CHANGED;
}

/* Everything up to (not with) these places is different. */
static int tell_until(struct walk *w, size_t i, size_t k)
{
	int r = 0;

	while (r == 0 && w->i < i && w->k < k)
		r = tell(w, kind_of(w, i, k));
	while (r == 0 && w->i < i)
		r = tell(w, COCO_MDIFF_MISSING);
	while (r == 0 && w->k < k)
		r = tell(w, COCO_MDIFF_EXTRA);
	return r;
}

/*
 * The longest common subsequence of what follows the common prefix: cell i, k
 * is its length for the ends of the lists from i and k on.
 */
static int align(struct walk *w, uint16_t *table)
{
	size_t n = w->a->n - w->i;
	size_t m = w->b->n - w->k;
	size_t i0 = w->i;
	size_t k0 = w->k;
	size_t wide = m + 1;
	size_t i = 0;
	size_t k = 0;
	int r = 0;

	for (size_t y = n; y-- > 0;)
		for (size_t x = m; x-- > 0;) {
			uint16_t down = table[(y + 1) * wide + x];
			uint16_t right = table[y * wide + x + 1];

			if (same(&w->a->item[i0 + y], &w->b->item[k0 + x]))
				table[y * wide + x] =
					(uint16_t)(table[(y + 1) * wide + x + 1] + 1);
			else
				table[y * wide + x] = down > right ? down : right;
		}
	while (r == 0 && i < n && k < m) {
		if (same(&w->a->item[i0 + i], &w->b->item[k0 + k])) {
			r = tell_until(w, i0 + i, k0 + k);
			w->i = i0 + ++i;
			w->k = k0 + ++k;
		} else if (table[(i + 1) * wide + k] >= table[i * wide + k + 1]) {
			i++;
		} else {
			k++;
		}
	}
	return r;
}

int coco_mdiff_align(const struct coco_mdiff_list *expected,
		     const struct coco_mdiff_list *actual, struct coco_mdiff_register *reg,
		     struct coco_diag *diag)
{
	size_t prefix = coco_mdiff_prefix(expected, actual);
	struct walk w = { expected, actual, prefix, prefix, reg, diag };
	size_t n = expected->n - prefix + 1;
	size_t m = actual->n - prefix + 1;
	int r = 0;

	reg->same = prefix;
	reg->n_expected = expected->n;
	reg->n_actual = actual->n;
	if (n <= UINT16_MAX && m <= UINT16_MAX && n * m <= CELLS) {
		uint16_t *table = coco_zalloc(n * m, sizeof(*table));

		if (table == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to compare steps");
		r = align(&w, table);
		coco_free(table);
	}
	return r == 0 ? tell_until(&w, expected->n, actual->n) : r;
}
