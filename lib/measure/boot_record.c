/*
 * boot_record.c - boot events into registers of a measurement record (see
 * boot.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "lib/measure/boot_priv.h"

/* A register that is being computed. */
struct work {
	const struct coco_boot_list *list;
	struct coco_mrecord *rec;
	enum coco_bank bank;
	bool tdx;
	uint32_t index;                        /* PCR or RTMR */
	char name[COCO_MRECORD_WORD];
	bool matters[COCO_BOOT_BRANCHES];      /* has events here */
	size_t n_values;                       /* product of their choices */
	size_t split;                          /* first event that not all values share */
	struct coco_diag *diag;
};

static bool is_here(const struct work *w, const struct coco_boot_event *e)
{
	if (!w->tdx)
		return e->pcr == w->index;
	if (e->pcr == 1 || e->pcr == 7)
		return w->index == 0;
	if (e->pcr >= 2 && e->pcr <= 6)
		return w->index == 1;
	if (e->pcr >= 8 && e->pcr <= 15)
		return w->index == 2;
	return e->pcr == COCO_BOOT_RTMR3 && w->index == 3;
}

static bool is_unknown(const struct work *w, const struct coco_boot_event *e)
{
	return e->unknown || e->digests.bank[w->bank].n != coco_bank_size(w->bank);
}

/* Which branches matter, how many values that makes, where they part. */
static int survey(struct work *w)
{
	const struct coco_boot_list *l = w->list;

	w->split = l->n_events;
	for (size_t i = l->n_events; i-- > 0;) {
		const struct coco_boot_event *e = &l->events[i];

		if (!is_here(w, e) || !e->conditional)
			continue;
		w->matters[e->branch] = true;
		w->split = i;
	}
	w->n_values = 1;
	for (size_t b = 0; b < l->n_forks; b++) {
		if (!w->matters[b])
			continue;
		if (l->forks[b].n_options == 0)
			return coco_fail(w->diag, COCO_E_INTERNAL, "a branch without choices");
		if (coco_mul_overflows(w->n_values, l->forks[b].n_options, &w->n_values) ||
		    w->n_values > COCO_BOOT_VALUES)
			return coco_fail(w->diag, COCO_E_MATRIX_SIZE,
					 "%s would have more than %d values", w->name,
					 COCO_BOOT_VALUES);
	}
	return 0;
}

/* Choices of value number v: the first branch turns slowest. */
static void choose(const struct work *w, size_t v, size_t *choice)
{
	for (size_t b = w->list->n_forks; b-- > 0;) {
		choice[b] = 0;
		if (!w->matters[b])
			continue;
		choice[b] = v % w->list->forks[b].n_options;
		v /= w->list->forks[b].n_options;
	}
}

static bool happens(const struct coco_boot_event *e, const size_t *choice)
{
	return !e->conditional ||
	       (choice[e->branch] >= e->first && choice[e->branch] <= e->last);
}

static int extend(const struct work *w, struct coco_mrecord_digest *running,
		  const struct coco_boot_event *e)
{
	struct coco_digest *ctx = w->list->ctx[w->bank];
	const struct coco_mrecord_digest *d = &e->digests.bank[w->bank];

	int r = coco_digest_update(ctx, running->p, running->n, w->diag);
	return r == 0 ? coco_digest_once(ctx, d->p, d->n, running->p, w->diag) : r;
}

static void step(const struct work *w, const struct coco_boot_event *e,
		 struct coco_mrecord_input *input)
{
	*input = (struct coco_mrecord_input){ .basis = e->basis, .text = e->text };
	snprintf(input->name, sizeof(input->name), "%s", e->name);
	snprintf(input->type, sizeof(input->type), "%s", e->type);
	input->digest = e->digests.bank[w->bank];
}

/* Extends the events from first on, below end; adds each as a step, of the last value or of all. */
static int run(const struct work *w, size_t first, size_t end, const size_t *choice,
	       struct coco_mrecord_digest *running, bool common)
{
	struct coco_mrecord_input input;
	int r = 0;

	for (size_t i = first; r == 0 && i < end; i++) {
		const struct coco_boot_event *e = &w->list->events[i];

		if (!is_here(w, e) || !happens(e, choice))
			continue;
		r = extend(w, running, e);
		step(w, e, &input);
		input.running = *running;
		if (r == 0)
			r = common ? coco_mrecord_input(w->rec, &input, w->diag)
				   : coco_mrecord_value_input(w->rec, &input, w->diag);
	}
	return r;
}

static void label(const struct work *w, const size_t *choice, struct coco_mrecord_value *v)
{
	for (size_t b = 0; b < w->list->n_forks; b++) {
		if (!w->matters[b])
			continue;
		const struct coco_boot_option *o = &w->list->forks[b].options[choice[b]];
		for (size_t i = 0; i < o->n_labels && v->n_labels < COCO_MRECORD_LABELS; i++)
			v->label[v->n_labels++] = o->label[i];
	}
}

static void last_value(const struct work *w, const struct coco_mrecord_digest *digest)
{
	struct coco_mrecord_register *reg = &w->rec->registers[w->rec->n_registers - 1];

	reg->values[reg->n_values - 1].value = *digest;
}

static int compute(const struct work *w)
{
	struct coco_mrecord_digest common = { .n = coco_bank_size(w->bank) };
	size_t choice[COCO_BOOT_BRANCHES] = { 0 };

	int r = run(w, 0, w->split, choice, &common, true);
	for (size_t i = 0; r == 0 && i < w->n_values; i++) {
		struct coco_mrecord_digest running = common;
		struct coco_mrecord_value v = { .n_labels = 0 };

		choose(w, i, choice);
		label(w, choice, &v);
		r = coco_mrecord_value(w->rec, &v, w->diag);
		if (r == 0)
			r = run(w, w->split, w->list->n_events, choice, &running, false);
		if (r == 0)
			last_value(w, &running);
	}
	return r;
}

/* Whether the record says so already (another bank has the same gap). */
static bool is_said(const struct work *w, const struct coco_boot_event *e)
{
	for (size_t i = 0; i < w->rec->n_unknowns; i++)
		if (strcmp(w->rec->unknowns[i].reg, w->name) == 0 &&
		    strcmp(w->rec->unknowns[i].name, e->name) == 0)
			return true;
	return false;
}

/* The gaps of a register; *ret_any: there are some. */
static int gaps(const struct work *w, bool *ret_any)
{
	int r = 0;

	*ret_any = false;
	for (size_t i = 0; r == 0 && i < w->list->n_events; i++) {
		const struct coco_boot_event *e = &w->list->events[i];

		if (!is_here(w, e) || !is_unknown(w, e))
			continue;
		*ret_any = true;
		if (is_said(w, e))
			continue;
		if (e->unknown) {
			r = coco_mrecord_unknown(w->rec, w->name, e->name, e->reason, e->supply,
						 w->diag);
		} else {
			char reason[COCO_MRECORD_TEXT];

			snprintf(reason, sizeof(reason), "its digest is not known in the %s bank",
				 coco_bank_name(w->bank));
			r = coco_mrecord_unknown(w->rec, w->name, e->name, reason, "", w->diag);
		}
	}
	return r;
}

/* The steps of a register with gaps: without running values, and no value. */
static int list_steps(const struct work *w)
{
	struct coco_mrecord_input input;
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->list->n_events; i++) {
		const struct coco_boot_event *e = &w->list->events[i];

		if (!is_here(w, e))
			continue;
		step(w, e, &input);
		r = coco_mrecord_input(w->rec, &input, w->diag);
	}
	return r;
}

static int one_register(struct work *w)
{
	bool any;

	int r = survey(w);
	if (r == 0)
		r = coco_mrecord_begin(w->rec, w->name, coco_bank_name(w->bank), w->diag);
	if (r == 0)
		r = gaps(w, &any);
	if (r != 0)
		return r;
	return any ? list_steps(w) : compute(w);
}

int coco_boot_record_tpm(struct coco_boot_list *list, uint32_t pcrs, struct coco_mrecord *rec,
			 struct coco_diag *diag)
{
	int r = 0;

	for (uint32_t pcr = 0; r == 0 && pcr < COCO_BOOT_PCRS; pcr++) {
		for (int bank = 0; r == 0 && bank < COCO_BANKS; bank++) {
			struct work w = {
				.list = list, .rec = rec, .bank = (enum coco_bank)bank,
				.index = pcr, .diag = diag,
			};

			if ((pcrs >> pcr & 1) == 0 || list->ctx[bank] == NULL)
				continue;
			snprintf(w.name, sizeof(w.name), "tpm.pcr%" PRIu32, pcr);
			r = one_register(&w);
		}
	}
	return r;
}

int coco_boot_record_tdx(struct coco_boot_list *list, uint32_t rtmrs, struct coco_mrecord *rec,
			 struct coco_diag *diag)
{
	int r = 0;

	if (list->ctx[COCO_BANK_SHA384] == NULL)
		return coco_fail(diag, COCO_E_INTERNAL, "boot events without the SHA-384 bank");
	for (uint32_t i = 0; r == 0 && i < 4; i++) {
		struct work w = {
			.list = list, .rec = rec, .bank = COCO_BANK_SHA384, .tdx = true,
			.index = i, .diag = diag,
		};

		if ((rtmrs >> i & 1) == 0)
			continue;
		snprintf(w.name, sizeof(w.name), "tdx.rtmr%" PRIu32, i);
		r = one_register(&w);
	}
	return r;
}
