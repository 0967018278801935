/*
 * tdinfo.c - the TDINFO hash of a record (see tdinfo.h).
 */
#include "lib/measure/tdinfo.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/crypto/digest.h"

enum { REGISTERS = 8, MR = 48, FIRST = 16 };

/* The registers in the order of the structure; the 16 bytes before them are parameters. */
static const struct {
	const char *reg;
	const char *supply;
} fields[REGISTERS] = {
	{ "tdx.mrtd", "--known-value tdx.mrtd=HEX" },
	{ "tdx.mrconfigid", "--mrconfigid HEX (zeros when the host sets none)" },
	{ "tdx.mrowner", "--mrowner HEX (zeros when the host sets none)" },
	{ "tdx.mrownerconfig", "--mrownerconfig HEX (zeros when the host sets none)" },
	{ "tdx.rtmr0", "what RTMR0 lacks, or --known-value tdx.rtmr0=HEX" },
	{ "tdx.rtmr1", "what RTMR1 lacks, or --known-value tdx.rtmr1=HEX" },
	{ "tdx.rtmr2", "what RTMR2 lacks, or --known-value tdx.rtmr2=HEX" },
	{ "tdx.rtmr3", "--known-value tdx.rtmr3=HEX" },
};

struct work {
	struct coco_mrecord *rec;
	struct coco_diag *diag;
	size_t at[REGISTERS];            /* places of the registers in the record */
	struct coco_digest *hash;
	uint8_t info[COCO_TDINFO_SIZE];
	struct coco_mrecord_value label[REGISTERS + 1]; /* those of the values before register i */
	size_t n_values;
};

static const char *param(const struct coco_mrecord *rec, const char *name)
{
	for (size_t i = 0; i < rec->n_params; i++)
		if (strcmp(rec->params[i].name, name) == 0)
			return rec->params[i].value;
	return NULL;
}

static int missing(struct work *w, const char *name, const char *supply, bool *ret_any)
{
	*ret_any = true;
	return coco_mrecord_unknown(w->rec, COCO_TDINFO_REGISTER, name, "it is a part of TDINFO",
				    supply, w->diag);
}

/* Eight bytes that are a parameter, to their place. */
static int take_param(struct work *w, const char *name, const char *supply, size_t at,
		      bool *ret_any)
{
	const char *hex = param(w->rec, name);

	if (hex == NULL)
		return missing(w, name, supply, ret_any);
	if (strlen(hex) != 16 || coco_hex_decode(w->info + at, 8, hex, 16, NULL) != 0)
		return coco_fail(w->diag, COCO_E_INTERNAL, "%s of a record is no 8 bytes", name);
	return 0;
}

static int take_registers(struct work *w, bool *ret_any)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < REGISTERS; i++) {
		const struct coco_mrecord_register *reg =
			coco_mrecord_find(w->rec, fields[i].reg, "sha384");

		if (reg == NULL || reg->n_values == 0)
			r = missing(w, fields[i].reg + 4, fields[i].supply, ret_any);
		else
			w->at[i] = (size_t)(reg - w->rec->registers);
	}
	return r;
}

/* Adds the labels of v to those that there are; false: one of them says something else. */
static bool agree(struct coco_mrecord_value *all, const struct coco_mrecord_value *v,
		  const char *reg)
{
	for (size_t i = 0; i < v->n_labels; i++) {
		struct coco_mrecord_label l = v->label[i];
		size_t k = 0;

		/* what is given has a label of its own for each register */
		if (strcmp(l.name, "given") == 0)
			snprintf(l.name, sizeof(l.name), "given %s", reg + 4);
		while (k < all->n_labels && strcmp(all->label[k].name, l.name) != 0)
			k++;
		if (k < all->n_labels && strcmp(all->label[k].value, l.value) != 0)
			return false;
		if (k == all->n_labels && k < COCO_MRECORD_LABELS)
			all->label[all->n_labels++] = l;
	}
	return true;
}

static int one_value(struct work *w)
{
	struct coco_mrecord_value v = w->label[REGISTERS];
	struct coco_mrecord_input in = { .name = "TDINFO", .type = "TDINFO_STRUCT" };

	if (w->n_values++ == COCO_TDINFO_VALUES)
		return coco_fail(w->diag, COCO_E_MATRIX_SIZE, "%s would have more than %d values",
				 COCO_TDINFO_REGISTER, COCO_TDINFO_VALUES);
	v.value.n = MR;
	int r = coco_digest_once(w->hash, w->info, sizeof(w->info), v.value.p, w->diag);
	in.digest = v.value;
	in.running = v.value;
	if (r == 0)
		r = coco_mrecord_value(w->rec, &v, w->diag);
	return r == 0 ? coco_mrecord_value_input(w->rec, &in, w->diag) : r;
}

/* Every choice of values whose labels agree; choice[i] turns fastest at the end. */
static int combine(struct work *w)
{
	size_t choice[REGISTERS] = { 0 };
	size_t i = 0;
	int r = 0;

	for (;;) {
		const struct coco_mrecord_register *reg = &w->rec->registers[w->at[i]];

		if (choice[i] == reg->n_values) {   /* all tried: go on in the field before */
			if (i == 0)
				return 0;
			choice[i--] = 0;
			choice[i]++;
			continue;
		}
		const struct coco_mrecord_value *v = &reg->values[choice[i]];
		w->label[i + 1] = w->label[i];
		if (reg->n_values > 1 && !agree(&w->label[i + 1], v, reg->name)) {
			choice[i]++;
			continue;
		}
		memcpy(w->info + FIRST + MR * i, v->value.p, MR);
		if (i + 1 < REGISTERS) {
			i++;
			continue;
		}
		r = one_value(w);
		if (r != 0)
			return r;
		choice[i]++;
	}
}

static int compute(struct work *w)
{
	bool any = false;

	int r = take_param(w, "attributes", "--attributes HEX", 0, &any);
	if (r == 0)
		r = take_param(w, "xfam", "--xfam HEX", 8, &any);
	if (r == 0)
		r = take_registers(w, &any);
	if (r == 0)
		r = coco_mrecord_begin(w->rec, COCO_TDINFO_REGISTER, "sha384", w->diag);
	if (r != 0 || any)
		return r;
	r = coco_digest_new(&w->hash, COCO_DIGEST_SHA384, w->diag);
	if (r == 0)
		r = combine(w);
	coco_digest_free(w->hash);
	return r;
}

int coco_tdinfo_record(struct coco_mrecord *rec, struct coco_diag *diag)
{
	struct work *w;

	if (strcmp(rec->platform, "tdx") != 0 ||
	    coco_mrecord_find(rec, COCO_TDINFO_REGISTER, NULL) != NULL ||
	    (param(rec, "attributes") == NULL && param(rec, "xfam") == NULL))
		return 0;
	w = coco_zalloc(1, sizeof(*w));
	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for TDINFO");
	w->rec = rec;
	w->diag = diag;
	int r = compute(w);
	coco_free(w);
	return r;
}
