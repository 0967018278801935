/*
 * mdiff.c - a measurement record beside an event log or another record (see
 * mdiff.h; mdiff_steps.c lays the steps side by side).
 */
#include "lib/measure/mdiff.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/tcg_replay.h"
#include "lib/measure/mdiff_priv.h"

enum { REGISTERS = 1 << 12 };

struct coco_mdiff_register *coco_mdiff_add(struct coco_mdiff *d, const char *name,
					   const char *algorithm, struct coco_diag *diag)
{
	void *list = d->registers;

	if (!coco_grow(&list, &d->cap, d->n, sizeof(*d->registers), REGISTERS)) {
		coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a comparison");
		return NULL;
	}
	d->registers = list;
	struct coco_mdiff_register *reg = &d->registers[d->n++];
	memset(reg, 0, sizeof(*reg));
	snprintf(reg->name, sizeof(reg->name), "%s", name);
	snprintf(reg->algorithm, sizeof(reg->algorithm), "%s", algorithm);
	return reg;
}

void coco_mdiff_settle(struct coco_mdiff *d, struct coco_mdiff_register *reg,
		       enum coco_mdiff_result result)
{
	reg->result = result;
	d->n_equal += result == COCO_MDIFF_EQUAL;
	d->n_differ += result == COCO_MDIFF_DIFFERS;
	d->n_skipped += result == COCO_MDIFF_SKIPPED;
}

void coco_mdiff_skip(struct coco_mdiff *d, struct coco_mdiff_register *reg, const char *why)
{
	snprintf(reg->note, sizeof(reg->note), "%s", why);
	coco_mdiff_settle(d, reg, COCO_MDIFF_SKIPPED);
}

void coco_mdiff_platforms(struct coco_mdiff *d, const char *expected, const char *actual)
{
	snprintf(d->platform[0], sizeof(d->platform[0]), "%s", expected);
	snprintf(d->platform[1], sizeof(d->platform[1]), "%s", actual);
}

void coco_mdiff_free(struct coco_mdiff *d)
{
	for (size_t i = 0; i < d->n; i++)
		coco_free(d->registers[i].steps);
	coco_free(d->registers);
	coco_free(d->inputs);
	memset(d, 0, sizeof(*d));
}

int coco_mdiff_verdict(const struct coco_mdiff *d, struct coco_diag *diag)
{
	if (d->n_differ > 0)
		return coco_fail(diag, COCO_E_MEASURE_DIFFERS, "%zu of %zu registers differ",
				 d->n_differ, d->n_differ + d->n_equal);
	if (d->n_equal == 0 && strcmp(d->platform[0], d->platform[1]) != 0)
		return coco_fail(diag, COCO_E_MEASURE_UNCOMPARED,
				 "nothing can be compared: the record is of %s, the other of %s",
				 d->platform[0], d->platform[1]);
	if (d->n_equal == 0)
		return coco_fail(diag, COCO_E_MEASURE_UNCOMPARED,
				 "none of %zu registers could be compared", d->n_skipped);
	return 0;
}

int coco_mdiff_value_steps(const struct coco_mrecord_register *reg, size_t v,
			   struct coco_mdiff_list *list, struct coco_diag *diag)
{
	list->n = 0;
	int r = coco_mdiff_add_inputs(list, reg->inputs, reg->n_inputs, diag);
	if (r == 0)
		r = coco_mdiff_add_inputs(list, reg->values[v].inputs, reg->values[v].n_inputs,
					  diag);
	return r;
}

int coco_mdiff_nearest(const struct coco_mrecord_register *want,
		       const struct coco_mdiff_list *actual, struct coco_mdiff_list *list,
		       size_t *ret, struct coco_diag *diag)
{
	size_t best = 0;
	size_t best_prefix = 0;
	size_t best_gap = SIZE_MAX;

	for (size_t v = 0; v < want->n_values; v++) {
		int r = coco_mdiff_value_steps(want, v, list, diag);
		if (r != 0)
			return r;
		size_t prefix = coco_mdiff_prefix(list, actual);
		size_t gap = list->n > actual->n ? list->n - actual->n : actual->n - list->n;
		if (v == 0 || prefix > best_prefix || (prefix == best_prefix && gap < best_gap)) {
			best = v;
			best_prefix = prefix;
			best_gap = gap;
		}
	}
	*ret = best;
	return coco_mdiff_value_steps(want, best, list, diag);
}

/* ---- a record and an event log ----------------------------------------------- */

static bool has_value(const struct coco_mrecord_register *reg,
		      const struct coco_mrecord_digest *value, size_t *ret)
{
	for (size_t v = 0; v < reg->n_values; v++)
		if (reg->values[v].value.n == value->n &&
		    memcmp(reg->values[v].value.p, value->p, value->n) == 0) {
			*ret = v;
			return true;
		}
	return false;
}

static void take_value(struct coco_mdiff_register *reg, const struct coco_mrecord_register *want,
		       size_t v)
{
	reg->expected = want->values[v].value;
	coco_mrecord_label_text(&want->values[v], reg->label, sizeof(reg->label));
}

/* The register was replayed to another value than any that is allowed. */
static int explain_log(const struct coco_mrecord_register *want, const struct coco_tcg_log *log,
		       uint32_t index, size_t bank, struct coco_mdiff_register *reg,
		       struct coco_diag *diag)
{
	struct coco_mdiff_list expected = { .n = 0 };
	struct coco_mdiff_list actual = { .n = 0 };
	size_t v = 0;

	int r = coco_mdiff_add_events(&actual, log, index, bank, diag);
	if (r == 0)
		r = coco_mdiff_nearest(want, &actual, &expected, &v, diag);
	if (r == 0) {
		take_value(reg, want, v);
		r = coco_mdiff_align(&expected, &actual, reg, diag);
	}
	if (r == 0 && expected.n == 0)
		snprintf(reg->note, sizeof(reg->note),
			 "the record gives the value without the steps that make it");
	else if (r == 0 && reg->n_steps == 0)
		snprintf(reg->note, sizeof(reg->note), "all steps agree, but not the value: "
			 "the register did not start at zero, or the record was edited");
	coco_free(expected.item);
	coco_free(actual.item);
	return r;
}

static int compare_log(struct coco_mdiff *d, const struct coco_mrecord_register *want,
		       const struct coco_tcg_log *log, uint32_t index, size_t bank,
		       struct coco_diag *diag)
{
	struct coco_mdiff_register *reg = coco_mdiff_add(d, want->name, want->algorithm, diag);
	struct coco_tcg_value value;
	size_t v = 0;

	if (reg == NULL)
		return COCO_E_LIMIT_MEMORY;
	int r = coco_tcg_replay(log, index, bank, &value, diag);
	if (r != 0)
		return r;
	reg->n_allowed = want->n_values;
	coco_mrecord_digest_set(&reg->actual, value.p, value.n);
	reg->n_actual = value.events;
	if (!has_value(want, &reg->actual, &v)) {
		coco_mdiff_settle(d, reg, COCO_MDIFF_DIFFERS);
		return explain_log(want, log, index, bank, reg, diag);
	}
	take_value(reg, want, v);
	reg->n_expected = want->n_inputs + want->values[v].n_inputs;
	reg->same = value.events;
	coco_mdiff_settle(d, reg, COCO_MDIFF_EQUAL);
	return 0;
}

/* Why a register of the record has no value; "" when it has one. */
static const char *why_unknown(const struct coco_mrecord *rec, const char *name)
{
	for (size_t i = 0; i < rec->n_unknowns; i++)
		if (strcmp(rec->unknowns[i].reg, name) == 0)
			return rec->unknowns[i].reason;
	return "the record has no value for it";
}

/* A register that has no value: which of its known steps the log has. */
static int count_known(const struct coco_mrecord_register *want, const struct coco_tcg_log *log,
		       uint32_t index, size_t bank, struct coco_mdiff_register *reg,
		       struct coco_diag *diag)
{
	struct coco_mdiff_list expected = { .n = 0 };
	struct coco_mdiff_list actual = { .n = 0 };

	int r = coco_mdiff_add_inputs(&expected, want->inputs, want->n_inputs, diag);
	if (r == 0)
		r = coco_mdiff_add_events(&actual, log, index, bank, diag);
	if (r == 0) {
		reg->same = coco_mdiff_known(&expected, &actual);
		for (size_t i = 0; i < want->n_inputs; i++)
			reg->known += want->inputs[i].digest.n != 0;
		reg->n_expected = expected.n;
		reg->n_actual = actual.n;
	}
	coco_free(expected.item);
	coco_free(actual.item);
	return r;
}

static int judge_register(struct coco_mdiff *d, const struct coco_mrecord *rec,
			  const struct coco_mrecord_register *want,
			  const struct coco_tcg_log *log, struct coco_diag *diag)
{
	uint32_t index = coco_tcg_register_find(log->cc, want->name);
	size_t bank = coco_tcg_log_bank(log, coco_tcg_alg_find(want->algorithm));
	const char *why = NULL;

	if (want->n_values == 0)
		why = why_unknown(rec, want->name);
	else if (index == COCO_TCG_NO_REGISTER || (log->cc && index == 0))
		why = "the log has no events of it";
	else if (bank == log->n_banks)
		why = "the log has no digests of this algorithm";
	if (why == NULL)
		return compare_log(d, want, log, index, bank, diag);
	struct coco_mdiff_register *reg = coco_mdiff_add(d, want->name, want->algorithm, diag);
	if (reg == NULL)
		return COCO_E_LIMIT_MEMORY;
	reg->n_allowed = want->n_values;
	coco_mdiff_skip(d, reg, why);
	if (want->n_values != 0 || index == COCO_TCG_NO_REGISTER || bank == log->n_banks)
		return 0;
	return count_known(want, log, index, bank, reg, diag);
}

/* What could not be computed has no register in the record. */
static int list_unknowns(struct coco_mdiff *d, const struct coco_mrecord *rec,
			 struct coco_diag *diag)
{
	for (size_t i = 0; i < rec->n_unknowns; i++) {
		const struct coco_mrecord_unknown *u = &rec->unknowns[i];
		bool listed = false;

		for (size_t k = 0; k < d->n; k++)
			listed = listed || strcmp(d->registers[k].name, u->reg) == 0;
		if (listed)
			continue;
		struct coco_mdiff_register *reg = coco_mdiff_add(d, u->reg, "", diag);
		if (reg == NULL)
			return COCO_E_LIMIT_MEMORY;
		snprintf(reg->note, sizeof(reg->note), "not computed: %.60s: %.150s", u->name,
			 u->reason);
		coco_mdiff_settle(d, reg, COCO_MDIFF_SKIPPED);
	}
	return 0;
}

/* Registers that the log extends and the record says nothing about. */
static int list_others(struct coco_mdiff *d, const struct coco_mrecord *rec,
		       const struct coco_tcg_log *log, struct coco_diag *diag)
{
	size_t events[COCO_TCG_REGISTERS] = { 0 };

	for (size_t i = 0; i < log->n; i++)
		if (coco_tcg_extends(log, i, 0))
			events[log->events[i].index]++;
	for (uint32_t i = 0; i < COCO_TCG_REGISTERS; i++) {
		struct coco_mdiff_register *reg;
		bool known = false;
		char name[24];

		coco_tcg_register_name(log->cc, i, name);
		for (size_t k = 0; k < rec->n_unknowns; k++)
			known = known || strcmp(rec->unknowns[k].reg, name) == 0;
		if (events[i] == 0 || name[0] == '\0' || known ||
		    coco_mrecord_find(rec, name, NULL) != NULL)
			continue;
		reg = coco_mdiff_add(d, name, "", diag);
		if (reg == NULL)
			return COCO_E_LIMIT_MEMORY;
		reg->n_actual = events[i];
		coco_mdiff_skip(d, reg, "the record does not predict it");
	}
	return 0;
}

/* Events whose digest is of something else than what they say. */
static int judge_texts(struct coco_mdiff *d, const struct coco_tcg_log *log,
		       struct coco_diag *diag)
{
	for (size_t bank = 0; bank < log->n_banks; bank++) {
		if (!coco_tcg_can_hash(log->bank[bank].alg))
			continue;
		for (size_t i = 0; i < log->n; i++) {
			enum coco_tcg_tie tie = COCO_TCG_LABEL;
			int r = coco_tcg_extends(log, i, bank) ?
				coco_tcg_event_tied(log, i, bank, &tie, diag) : 0;

			if (r != 0)
				return r;
			if (tie == COCO_TCG_CHANGED && d->n_changed_text++ == 0)
				d->first_changed_text = i;
		}
		return 0;
	}
	return 0;
}

int coco_mdiff_log(const struct coco_mrecord *expected, const struct coco_tcg_log *log,
		   struct coco_mdiff *ret, struct coco_diag *diag)
{
	struct coco_mdiff d = { .n_events = log->n, .trailing = log->trailing };
	int r = 0;

	coco_mdiff_platforms(&d, expected->platform, log->cc ? "tdx" : "tpm");
	for (size_t i = 0; r == 0 && i < expected->n_registers; i++)
		r = judge_register(&d, expected, &expected->registers[i], log, diag);
	if (r == 0)
		r = list_unknowns(&d, expected, diag);
	if (r == 0)
		r = list_others(&d, expected, log, diag);
	if (r == 0)
		r = judge_texts(&d, log, diag);
	if (r == 0)
		*ret = d;
	else
		coco_mdiff_free(&d);
	return r;
}
