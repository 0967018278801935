/*
 * mdiff_records.c - two measurement records side by side (see mdiff.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/measure/mdiff_priv.h"

enum { INPUTS = 1 << 12 };

static struct coco_mdiff_input *add_input(struct coco_mdiff *d, const char *name, bool file,
					  struct coco_diag *diag)
{
	void *list = d->inputs;

	if (!coco_grow(&list, &d->cap_inputs, d->n_inputs, sizeof(*d->inputs), INPUTS)) {
		coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a comparison");
		return NULL;
	}
	d->inputs = list;
	struct coco_mdiff_input *in = &d->inputs[d->n_inputs++];
	memset(in, 0, sizeof(*in));
	snprintf(in->name, sizeof(in->name), "%s", name);
	in->file = file;
	return in;
}

/* ---- files and parameters ------------------------------------------------------ */

static const struct coco_mrecord_file *find_file(const struct coco_mrecord *r, const char *name)
{
	for (size_t i = 0; i < r->n_files; i++)
		if (strcmp(r->files[i].name, name) == 0)
			return &r->files[i];
	return NULL;
}

static const char *find_param(const struct coco_mrecord *r, const char *name)
{
	for (size_t i = 0; i < r->n_params; i++)
		if (strcmp(r->params[i].name, name) == 0)
			return r->params[i].value;
	return NULL;
}

static void file_text(char ret[COCO_MDIFF_TEXT], const struct coco_mrecord_file *f)
{
	char hex[65];

	if (f == NULL)
		return;
	coco_hex_encode(hex, f->sha256, sizeof(f->sha256));
	snprintf(ret, COCO_MDIFF_TEXT, "sha256:%s, %" PRIu64 " bytes", hex, f->size);
}

static int tell_file(struct coco_mdiff *d, const char *name, const struct coco_mrecord_file *a,
		     const struct coco_mrecord_file *b, struct coco_diag *diag)
{
	if (a != NULL && b != NULL && memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0)
		return 0;
	struct coco_mdiff_input *in = add_input(d, name, true, diag);
	if (in == NULL)
		return COCO_E_LIMIT_MEMORY;
	file_text(in->expected, a);
	file_text(in->actual, b);
	return 0;
}

static int tell_param(struct coco_mdiff *d, const char *name, const char *a, const char *b,
		      struct coco_diag *diag)
{
	if (a != NULL && b != NULL && strcmp(a, b) == 0)
		return 0;
	struct coco_mdiff_input *in = add_input(d, name, false, diag);
	if (in == NULL)
		return COCO_E_LIMIT_MEMORY;
	snprintf(in->expected, sizeof(in->expected), "%s", a != NULL ? a : "");
	snprintf(in->actual, sizeof(in->actual), "%s", b != NULL ? b : "");
	return 0;
}

static int compare_inputs(struct coco_mdiff *d, const struct coco_mrecord *a,
			  const struct coco_mrecord *b, struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < a->n_params; i++)
		r = tell_param(d, a->params[i].name, a->params[i].value,
			       find_param(b, a->params[i].name), diag);
	for (size_t i = 0; r == 0 && i < b->n_params; i++)
		if (find_param(a, b->params[i].name) == NULL)
			r = tell_param(d, b->params[i].name, NULL, b->params[i].value, diag);
	for (size_t i = 0; r == 0 && i < a->n_files; i++)
		r = tell_file(d, a->files[i].name, &a->files[i],
			      find_file(b, a->files[i].name), diag);
	for (size_t i = 0; r == 0 && i < b->n_files; i++)
		if (find_file(a, b->files[i].name) == NULL)
			r = tell_file(d, b->files[i].name, NULL, &b->files[i], diag);
	return r;
}

/* ---- registers -------------------------------------------------------------------- */

static bool has(const struct coco_mrecord_register *reg, const struct coco_mrecord_digest *value)
{
	for (size_t v = 0; v < reg->n_values; v++)
		if (reg->values[v].value.n == value->n &&
		    memcmp(reg->values[v].value.p, value->p, value->n) == 0)
			return true;
	return false;
}

/* How many values of a are also in b. */
static size_t shared_values(const struct coco_mrecord_register *a,
			    const struct coco_mrecord_register *b)
{
	size_t n = 0;

	for (size_t v = 0; v < a->n_values; v++)
		n += has(b, &a->values[v].value);
	return n;
}

/* The first value of reg that the other one does not have, or the first. */
static size_t lonely(const struct coco_mrecord_register *reg,
		     const struct coco_mrecord_register *other)
{
	for (size_t v = 0; v < reg->n_values; v++)
		if (!has(other, &reg->values[v].value))
			return v;
	return 0;
}

static int explain(const struct coco_mrecord_register *a, const struct coco_mrecord_register *b,
		   struct coco_mdiff_register *reg, struct coco_diag *diag)
{
	struct coco_mdiff_list expected = { .n = 0 };
	struct coco_mdiff_list actual = { .n = 0 };
	size_t w = lonely(b, a);
	size_t v = 0;

	int r = coco_mdiff_value_steps(b, w, &actual, diag);
	if (r == 0)
		r = coco_mdiff_nearest(a, &actual, &expected, &v, diag);
	if (r == 0)
		r = coco_mdiff_align(&expected, &actual, reg, diag);
	if (r == 0) {
		reg->expected = a->values[v].value;
		reg->actual = b->values[w].value;
		coco_mrecord_label_text(&a->values[v], reg->label, sizeof(reg->label));
	}
	coco_free(expected.item);
	coco_free(actual.item);
	return r;
}

static int compare(struct coco_mdiff *d, const struct coco_mrecord_register *a,
		   const struct coco_mrecord_register *b, struct coco_diag *diag)
{
	struct coco_mdiff_register *reg = coco_mdiff_add(d, a->name, a->algorithm, diag);

	if (reg == NULL)
		return COCO_E_LIMIT_MEMORY;
	reg->n_allowed = a->n_values;
	if (b == NULL || a->n_values == 0 || b->n_values == 0) {
		coco_mdiff_skip(d, reg, a->n_values == 0 ? "the first record has no value for it" :
				"the second record has no value for it");
		return 0;
	}
	size_t both = shared_values(a, b);
	if (both == a->n_values && shared_values(b, a) == b->n_values) {
		reg->expected = a->values[0].value;
		reg->actual = reg->expected;
		reg->n_expected = a->n_inputs + a->values[0].n_inputs;
		reg->n_actual = reg->n_expected;
		reg->same = reg->n_expected;
		coco_mdiff_settle(d, reg, COCO_MDIFF_EQUAL);
		return 0;
	}
	coco_mdiff_settle(d, reg, COCO_MDIFF_DIFFERS);
	if (a->n_values > 1 || b->n_values > 1)
		snprintf(reg->note, sizeof(reg->note),
			 "%zu and %zu allowed values, %zu of them in both", a->n_values,
			 b->n_values, both);
	return explain(a, b, reg, diag);
}

int coco_mdiff_records(const struct coco_mrecord *expected, const struct coco_mrecord *actual,
		       struct coco_mdiff *ret, struct coco_diag *diag)
{
	struct coco_mdiff d = { .n = 0 };
	int r = compare_inputs(&d, expected, actual, diag);

	coco_mdiff_platforms(&d, expected->platform, actual->platform);
	for (size_t i = 0; r == 0 && i < expected->n_registers; i++) {
		const struct coco_mrecord_register *a = &expected->registers[i];

		r = compare(&d, a, coco_mrecord_find(actual, a->name, a->algorithm), diag);
	}
	for (size_t i = 0; r == 0 && i < actual->n_registers; i++) {
		const struct coco_mrecord_register *b = &actual->registers[i];
		struct coco_mdiff_register *reg;

		if (coco_mrecord_find(expected, b->name, b->algorithm) != NULL)
			continue;
		reg = coco_mdiff_add(&d, b->name, b->algorithm, diag);
		if (reg != NULL)
			coco_mdiff_skip(&d, reg, "the first record has no value for it");
		else
			r = COCO_E_LIMIT_MEMORY;
	}
	if (r == 0)
		*ret = d;
	else
		coco_mdiff_free(&d);
	return r;
}

/* ---- a report or quote ------------------------------------------------------------- */

static int judge_value(struct coco_mdiff *d, const struct coco_mrecord_register *want,
		       const struct coco_evidence_peek *actual, struct coco_diag *diag)
{
	struct coco_mdiff_register *reg = coco_mdiff_add(d, want->name, want->algorithm, diag);

	if (reg == NULL)
		return COCO_E_LIMIT_MEMORY;
	reg->n_allowed = want->n_values;
	for (size_t i = 0; i < actual->n; i++)
		if (strcmp(actual->value[i].name, want->name) == 0)
			coco_mrecord_digest_set(&reg->actual, actual->value[i].value,
						COCO_EVIDENCE_VALUE);
	if (reg->actual.n == 0 || want->n_values == 0 || strcmp(want->algorithm, "sha384") != 0) {
		coco_mdiff_skip(d, reg, want->n_values == 0 ? "the record has no value for it" :
				"the evidence does not show it");
		return 0;
	}
	coco_mdiff_settle(d, reg, has(want, &reg->actual) ? COCO_MDIFF_EQUAL
							  : COCO_MDIFF_DIFFERS);
	if (reg->result == COCO_MDIFF_DIFFERS)
		snprintf(reg->note, sizeof(reg->note), "evidence holds values without steps: "
			 "compare with the event log, or try measure search");
	else
		reg->expected = reg->actual;
	return 0;
}

int coco_mdiff_evidence(const struct coco_mrecord *expected,
			const struct coco_evidence_peek *actual, struct coco_mdiff *ret,
			struct coco_diag *diag)
{
	struct coco_mdiff d = { .n = 0 };
	int r = 0;

	coco_mdiff_platforms(&d, expected->platform,
			     actual->kind == COCO_EVIDENCE_TDX_QUOTE ? "tdx" : "snp");
	for (size_t i = 0; r == 0 && i < expected->n_registers; i++)
		r = judge_value(&d, &expected->registers[i], actual, diag);
	if (r == 0)
		*ret = d;
	else
		coco_mdiff_free(&d);
	return r;
}
