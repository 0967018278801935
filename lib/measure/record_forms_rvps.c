/*
 * record_forms_rvps.c - a record as the message that Trustee's reference-value
 * service takes (see record_forms.h).
 */
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "lib/measure/record_forms_priv.h"

static const char *const steps[] = { "kernel", "load options" };

struct rvps {
	const struct coco_run *run;
	const struct coco_record_spec *spec;
	struct coco_jw *jw;
	size_t n;                 /* names that were written */
	struct coco_diag *diag;
};

static void put(struct rvps *w, const struct coco_mrecord_digest *d, bool base64)
{
	char text[2 * COCO_MRECORD_DIGEST + 1];

	if (base64)
		coco_b64_encode(COCO_B64_STD, text, d->p, d->n);
	else
		coco_hex_encode(text, d->p, d->n);
	coco_jw_string(w->jw, text);
}

static bool same(const struct coco_mrecord_digest *a, const struct coco_mrecord_digest *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* Whether value k was there before: a list names each once. */
static bool is_repeat(const struct coco_mrecord_register *reg, size_t k)
{
	for (size_t i = 0; i < k; i++)
		if (same(&reg->values[i].value, &reg->values[k].value))
			return true;
	return false;
}

static void tell(struct rvps *w, const struct coco_refname *name)
{
	w->n++;
	if (!name->stock)
		coco_log(w->run, 0, "%s is not read by the default policy of Trustee v0.%u",
			 name->name, w->spec->release);
}

static void write_register(struct rvps *w, const struct coco_mrecord_register *reg)
{
	struct coco_refname name;

	if (reg->n_values == 0)
		return;
	if (!coco_refname_find(reg->name, reg->algorithm, NULL, w->spec->tee, w->spec->release,
			       &name)) {
		coco_log(w->run, 0, "%s (%s) is left out: Trustee has no name for it", reg->name,
			 reg->algorithm);
		return;
	}
	tell(w, &name);
	coco_jw_key(w->jw, name.name);
	coco_jw_begin(w->jw, '[');
	for (size_t i = 0; i < reg->n_values; i++)
		if (!is_repeat(reg, i))
			put(w, &reg->values[i].value, name.base64);
	coco_jw_end(w->jw, ']');
}

/* The digest of the one step of this name; false when there is none or they differ. */
static bool find_step(const struct coco_mrecord_input *list, size_t n, const char *step,
		      const struct coco_mrecord_digest **found)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].name, step) != 0 || list[i].digest.n == 0)
			continue;
		if (*found != NULL && !same(*found, &list[i].digest))
			return false;
		*found = &list[i].digest;
	}
	return true;
}

/* The default policy also compares the digests of single steps. */
static void write_step(struct rvps *w, const struct coco_mrecord_register *reg, const char *step)
{
	const struct coco_mrecord_digest *found = NULL;
	struct coco_refname name;
	bool one;

	if (reg->n_values == 0 ||
	    !coco_refname_find(reg->name, reg->algorithm, step, w->spec->tee, w->spec->release,
			       &name))
		return;
	one = find_step(reg->inputs, reg->n_inputs, step, &found);
	for (size_t i = 0; one && i < reg->n_values; i++)
		one = find_step(reg->values[i].inputs, reg->values[i].n_inputs, step, &found);
	if (!one || found == NULL) {
		coco_log(w->run, 0, "%s is left out: the record has %s step \"%s\" of %s",
			 name.name, one ? "no" : "more than one", step, reg->name);
		return;
	}
	tell(w, &name);
	coco_jw_key(w->jw, name.name);
	put(w, found, name.base64);
}

static int payload(struct rvps *w, const struct coco_mrecord *rec, uint8_t **ret, size_t *ret_n)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, COCO_MRECORD_MAX);
	coco_jw_init(&jw, &wr, false);
	w->jw = &jw;
	coco_jw_begin(&jw, '{');
	for (size_t i = 0; i < rec->n_registers; i++)
		write_register(w, &rec->registers[i]);
	for (size_t i = 0; i < rec->n_registers; i++)
		for (size_t k = 0; k < COCO_ARRAY_LEN(steps); k++)
			write_step(w, &rec->registers[i], steps[k]);
	coco_jw_end(&jw, '}');
	if (w->n == 0) {
		coco_wr_free(&wr);
		return coco_fail(w->diag, COCO_E_MRECORD_FORM,
				 "Trustee has no name for anything in this record (%s)",
				 rec->platform);
	}
	return coco_wr_finish(&wr, ret, ret_n, w->diag);
}

int coco_record_rvps(const struct coco_run *run, const struct coco_mrecord *rec,
		     const struct coco_record_spec *spec, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag)
{
	struct rvps w = { .run = run, .spec = spec, .diag = diag };
	uint8_t *values = NULL;
	size_t n = 0;
	struct coco_wr wr;
	struct coco_jw jw;

	int r = payload(&w, rec, &values, &n);
	if (r != 0)
		return r;
	coco_wr_init(&wr, (size_t)COCO_MRECORD_MAX * 2);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "version", "0.1.0");
	coco_jw_kv_string(&jw, "type", "sample");
	coco_jw_kv_b64(&jw, "payload", values, n);
	coco_jw_end(&jw, '}');
	coco_wr_u8(&wr, '\n');
	coco_free(values);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
