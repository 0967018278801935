/*
 * refval.c - reference values: records, values by hand, merging (see refval.h).
 */
#include "lib/broker/refval.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/rfc3339.h"
#include "lib/broker/refval_priv.h"

enum { MAX_HAND = COCO_REFSET_VALUE };

/* ---- measurement records --------------------------------------------------------- */

struct from_record {
	const struct coco_run *run;
	struct coco_refset *set;
	const struct coco_mrecord *rec;
	struct coco_refvalue base;     /* what all values have in common */
	struct coco_diag *diag;
};

static int put_digest(struct from_record *f, const struct coco_mrecord_register *reg,
		      const char *step, const struct coco_mrecord_digest *d, const char *label)
{
	char json[2 * COCO_MRECORD_DIGEST + 3] = "\"";
	struct coco_refvalue v = f->base;

	coco_hex_encode(json + 1, d->p, d->n);
	memcpy(json + 1 + 2 * d->n, "\"", 2);
	snprintf(v.name, sizeof(v.name), "%s", reg->name);
	snprintf(v.algorithm, sizeof(v.algorithm), "%s", reg->algorithm);
	snprintf(v.step, sizeof(v.step), "%s", step);
	snprintf(v.label, sizeof(v.label), "%s", label);
	v.value = json;
	return coco_refset_add(f->set, &v, NULL, f->diag);
}

static bool same(const struct coco_mrecord_digest *a, const struct coco_mrecord_digest *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* The digest of the step of this name in a list; *clash when there are different ones. */
static void find_step(const struct coco_mrecord_input *list, size_t n, const char *step,
		      const struct coco_mrecord_digest **found, bool *clash)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].name, step) != 0 || list[i].digest.n == 0)
			continue;
		if (*found != NULL && !same(*found, &list[i].digest))
			*clash = true;
		*found = &list[i].digest;
	}
}

/* Trustee compares some events by themselves: one digest, or none at all. */
static int put_step(struct from_record *f, const struct coco_mrecord_register *reg,
		    const char *step)
{
	const struct coco_mrecord_digest *found = NULL;
	struct coco_refname name;
	bool clash = false;

	if (!coco_refname_find(reg->name, reg->algorithm, step, COCO_REF_PLAIN, COCO_REF_LAST,
			       &name))
		return 0;
	find_step(reg->inputs, reg->n_inputs, step, &found, &clash);
	for (size_t i = 0; i < reg->n_values; i++)
		find_step(reg->values[i].inputs, reg->values[i].n_inputs, step, &found, &clash);
	if (clash || found == NULL) {
		coco_log(f->run, 0, "%s is left out: the record has %s step \"%s\" of %s",
			 name.name, clash ? "more than one" : "no", step, reg->name);
		return 0;
	}
	return found->n == coco_mrecord_size(reg->algorithm)
		? put_digest(f, reg, step, found, "") : 0;
}

static int put_register(struct from_record *f, const struct coco_mrecord_register *reg)
{
	static const char *const steps[] = { "kernel", "load options" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < reg->n_values; i++) {
		char label[COCO_REFSET_LABEL];

		if (reg->values[i].value.n == 0)
			continue;
		coco_mrecord_label_text(&reg->values[i], label, sizeof(label));
		r = put_digest(f, reg, "", &reg->values[i].value, label);
	}
	for (size_t i = 0; r == 0 && reg->n_values > 0 && i < COCO_ARRAY_LEN(steps); i++)
		r = put_step(f, reg, steps[i]);
	return r;
}

int coco_refval_record(const struct coco_run *run, struct coco_refset *s,
		       const struct coco_mrecord *rec, const uint8_t sha256[32],
		       const struct coco_refval_source *src, struct coco_diag *diag)
{
	struct from_record f = { .run = run, .set = s, .rec = rec, .diag = diag };
	int r = 0;

	coco_refval_base(&f.base, COCO_ORIGIN_RECORD, sha256, src);
	snprintf(f.base.platform, sizeof(f.base.platform), "%s", rec->platform);
	for (size_t i = 0; r == 0 && i < rec->n_registers; i++)
		r = put_register(&f, &rec->registers[i]);
	for (size_t i = 0; r == 0 && i < rec->n_unknowns; i++)
		coco_log(run, 0, "the record has no value for %s: %s was not computed; %s",
			 rec->unknowns[i].reg, rec->unknowns[i].name, rec->unknowns[i].supply);
	return r;
}

void coco_refval_base(struct coco_refvalue *v, enum coco_refset_origin origin,
		      const uint8_t sha256[32], const struct coco_refval_source *src)
{
	*v = (struct coco_refvalue){ .origin = origin,
				     .has_before = src->has_before, .not_before = src->not_before,
				     .has_after = src->has_after, .not_after = src->not_after };
	if (sha256 != NULL)
		memcpy(v->sha256, sha256, sizeof(v->sha256));
	if (src->label != NULL && origin == COCO_ORIGIN_HAND)
		snprintf(v->label, sizeof(v->label), "%s", src->label);
}

/* ---- by hand --------------------------------------------------------------------- */

/* A word that may stand for itself as a text. */
static bool is_word(const char *s)
{
	return s[0] != '\0' && strspn(s, "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ._+/=:-") == strlen(s);
}

/* Forty digits and more are a digest even where they could be a number. */
static bool is_long_number(const char *s)
{
	return strlen(s) >= 40 && strspn(s, "0123456789") == strlen(s);
}

static int parse_hand(struct coco_json *doc, const char *text, struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *quoted = NULL;
	size_t n = 0;

	if (!is_long_number(text) &&
	    coco_json_parse(doc, coco_view_of(text, strlen(text)), MAX_HAND, NULL) == 0)
		return 0;
	if (!is_word(text)) {
		coco_fail(diag, COCO_E_USAGE_VALUE, "--value: \"%s\" is not JSON", text);
		coco_diag_hint(diag, "write a text in quotes, a list in brackets: "
			       "'NAME=[\"a\",\"b\"]'");
		return COCO_E_USAGE_VALUE;
	}
	coco_wr_init(&wr, MAX_HAND);
	coco_jw_init(&jw, &wr, false);
	coco_jw_string(&jw, text);
	int r = coco_wr_finish(&wr, &quoted, &n, diag);
	if (r == 0)
		r = coco_json_parse(doc, coco_view_of(quoted, n), MAX_HAND, diag);
	coco_free(quoted);
	return r;
}

/* "NAME=..." taken apart; *ret_value is NULL without "=". */
static int split(const char *text, char name[COCO_REFSET_NAME], const char **ret_value,
		 const char *option, struct coco_diag *diag)
{
	const char *equals = strchr(text, '=');
	size_t n = equals != NULL ? (size_t)(equals - text) : strlen(text);

	if (n == 0 || n >= COCO_REFSET_NAME)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "%s: \"%s\" is not NAME=JSON", option,
				 text);
	memcpy(name, text, n);
	name[n] = '\0';
	*ret_value = equals != NULL ? equals + 1 : NULL;
	return 0;
}

int coco_refval_hand(struct coco_refset *s, const char *text, const struct coco_refval_source *src,
		     struct coco_diag *diag)
{
	char name[COCO_REFSET_NAME];
	struct coco_refvalue base;
	const char *value = NULL;
	struct coco_json doc;

	int r = split(text, name, &value, "--value", diag);
	if (r != 0)
		return r;
	if (value == NULL)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "--value: \"%s\" is not NAME=JSON",
				 text);
	r = parse_hand(&doc, value, diag);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	coco_refval_base(&base, COCO_ORIGIN_HAND, NULL, src);
	r = coco_refval_put(s, &base, name, &root, src->tee, diag);
	coco_json_free(&doc);
	return r;
}

/* ---- taking out ------------------------------------------------------------------ */

int coco_refval_drop(struct coco_refset *s, const char *text, const struct coco_refval_source *src,
		     size_t *ret, struct coco_diag *diag)
{
	struct coco_refset wanted = { .n = 0 };
	struct coco_refvalue named = { .name = "" };
	const char *value = NULL;
	size_t n = 0;

	int r = split(text, named.name, &value, "--drop", diag);
	if (r == 0 && value != NULL)
		r = coco_refval_hand(&wanted, text, src, diag);
	if (r == 0 && value == NULL)
		coco_refmap_in(named.name, src->tee, &named);
	for (size_t i = s->n; r == 0 && i-- > 0;) {
		bool hit = value != NULL ? coco_refset_find(&wanted, &s->v[i]) < wanted.n
					 : strcmp(s->v[i].name, named.name) == 0 &&
					   strcmp(s->v[i].step, named.step) == 0;

		if (hit) {
			coco_refset_remove(s, i);
			n++;
		}
	}
	coco_refset_free(&wanted);
	if (r == 0 && n == 0)
		return coco_fail(diag, COCO_E_REFVAL_NONE, "--drop: there is no value \"%s\"",
				 text);
	if (r == 0)
		*ret = n;
	return r;
}

size_t coco_refval_expire(const struct coco_run *run, struct coco_refset *s)
{
	char when[COCO_RFC3339_TEXT];
	size_t n = 0;

	for (size_t i = 0; i < s->n;) {
		const struct coco_refvalue *v = &s->v[i];

		if (coco_refset_holds(v, run->now)) {
			i++;
			continue;
		}
		if (v->has_after && run->now >= v->not_after)
			coco_log(run, 0, "%s is left out: it expired at %s", v->name,
				 coco_rfc3339_print(when, v->not_after));
		else
			coco_log(run, 0, "%s is left out: it holds from %s on", v->name,
				 coco_rfc3339_print(when, v->not_before));
		coco_refset_remove(s, i);
		n++;
	}
	return n;
}
