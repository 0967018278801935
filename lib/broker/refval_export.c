/*
 * refval_export.c - reference values for a release of Trustee (see refval.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/broker/stored_value.h"
#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/rfc3339.h"
#include "lib/broker/refval_priv.h"
#include "lib/crypto/sha256.h"

enum {
	YEAR = 365 * 24 * 3600,  /* seconds; what the RVPS gives to a value, nearly */
	HASHES_LAST = 13,        /* the last release that stores "hash-value" */
	ARRAY_LAST = 18,         /* the last whose JSON store is an array */
};

const char *coco_refval_form_name(enum coco_refval_form form)
{
	static const char *const names[COCO_REFVAL_FORMS] = { "rvps", "payload", "stored",
							      "configmap", "json", "in-toto",
							      "corim" };

	return names[form];
}

/* ---- values for a release -------------------------------------------------------- */

/* A value as the claim will be: a digest in its encoding, numbers as text where compared so. */
static int render(struct coco_jw *jw, const struct coco_refvalue *v, const struct coco_refmap *map,
		  struct coco_diag *diag)
{
	size_t n = strlen(v->value);
	uint8_t bytes[64];
	char text[96];

	if (v->algorithm[0] != '\0' && map->base64) {
		size_t n_bytes = (n - 2) / 2;

		int r = coco_hex_decode(bytes, n_bytes, v->value + 1, n - 2, diag);
		if (r != 0)
			return r;
		coco_b64_encode(COCO_B64_STD, text, bytes, n_bytes);
		coco_jw_string(jw, text);
	} else if (map->text && v->value[0] != '"') {
		coco_jw_string_n(jw, v->value, n);
	} else {
		coco_jw_raw(jw, v->value, n);
	}
	return 0;
}

struct exporter {
	const struct coco_run *run;
	const struct coco_refset *set;
	enum coco_ref_tee tee;
	unsigned release;
	struct coco_refval_entries *list;
	struct coco_diag *diag;
};

static bool usable(const struct exporter *x, size_t i, struct coco_refmap *map)
{
	return coco_refset_holds(&x->set->v[i], x->run->now) &&
	       coco_refmap_out(&x->set->v[i], x->tee, x->release, map);
}

static bool is_named(const struct exporter *x, const char *name)
{
	for (size_t i = 0; i < x->list->n; i++)
		if (strcmp(x->list->v[i].name, name) == 0)
			return true;
	return false;
}

static void earliest(struct coco_refval_entry *e, const struct coco_refvalue *v)
{
	if (v->has_after && (!e->has_after || v->not_after < e->not_after)) {
		e->has_after = true;
		e->not_after = v->not_after;
	}
}

/* Two sets may say the same under different labels; it is written once. */
static bool repeats(const struct exporter *x, size_t first, size_t i, const char *name)
{
	struct coco_refmap map;

	for (size_t k = first; k < i; k++)
		if (usable(x, k, &map) && strcmp(map.name, name) == 0 &&
		    strcmp(x->set->v[k].value, x->set->v[i].value) == 0)
			return true;
	return false;
}

static int write_group(struct exporter *x, size_t first, const struct coco_refmap *head,
		       struct coco_refval_entry *e, struct coco_jw *jw)
{
	struct coco_refmap map;
	size_t n = 0;
	int r = 0;

	if (!head->single)
		coco_jw_begin(jw, '[');
	for (size_t i = first; r == 0 && i < x->set->n; i++) {
		if (!usable(x, i, &map) || strcmp(map.name, head->name) != 0 ||
		    repeats(x, first, i, head->name))
			continue;
		if (head->single && n > 0) {
			coco_fail(x->diag, COCO_E_REFVAL_SINGLE, "%s has more than one value, and "
				  "Trustee compares with one", head->name);
			return COCO_E_REFVAL_SINGLE;
		}
		r = render(jw, &x->set->v[i], &map, x->diag);
		earliest(e, &x->set->v[i]);
		n++;
	}
	if (!head->single)
		coco_jw_end(jw, ']');
	return r;
}

static int add_entry(struct exporter *x, size_t first, const struct coco_refmap *head)
{
	struct coco_refval_entry e = { .has_after = false };
	void *list = x->list->v;
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *text = NULL;
	size_t n = 0;

	snprintf(e.name, sizeof(e.name), "%s", head->name);
	coco_wr_init(&wr, COCO_REFSET_MAX);
	coco_jw_init(&jw, &wr, false);
	int r = write_group(x, first, head, &e, &jw);
	if (r != 0) {
		coco_wr_free(&wr);
		return r;
	}
	r = coco_wr_finish(&wr, &text, &n, x->diag);
	if (r != 0)
		return r;
	e.value = (char *)text;
	if (!coco_grow(&list, &x->list->cap, x->list->n, sizeof(e), COCO_REFSET_COUNT)) {
		coco_free(text);
		return coco_fail(x->diag, COCO_E_LIMIT_MEMORY, "reference values");
	}
	x->list->v = list;
	x->list->v[x->list->n++] = e;
	if (!head->stock)
		coco_log(x->run, 0, "%s is not read by the default policy of Trustee v0.%u: it "
			 "needs a policy that does", e.name, x->release);
	return 0;
}

/* Why value i is not written; once for all values of the same register. */
static void tell_left_out(const struct exporter *x, size_t i)
{
	const struct coco_refvalue *v = &x->set->v[i];
	char when[COCO_RFC3339_TEXT];

	if (!coco_refset_holds(v, x->run->now)) {
		if (v->has_after && x->run->now >= v->not_after)
			coco_log(x->run, 0, "%s %s is left out: it expired at %s", v->name,
				 v->label, coco_rfc3339_print(when, v->not_after));
		else
			coco_log(x->run, 0, "%s %s is left out: it holds from %s on", v->name,
				 v->label, coco_rfc3339_print(when, v->not_before));
		return;
	}
	if (i > 0 && strcmp(x->set->v[i - 1].name, v->name) == 0)
		return;
	coco_log(x->run, 0, "%s%s%s is left out: this verifier of Trustee v0.%u has no name for it",
		 v->name, v->algorithm[0] != '\0' ? " " : "", v->algorithm, x->release);
}

int coco_refval_entries(const struct coco_run *run, const struct coco_refset *s,
			enum coco_ref_tee tee, unsigned release, struct coco_refval_entries *ret,
			struct coco_diag *diag)
{
	struct coco_refval_entries list = { .n = 0 };
	struct exporter x = { run, s, tee, release, &list, diag };
	struct coco_refmap map;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n; i++) {
		if (!usable(&x, i, &map))
			tell_left_out(&x, i);
		else if (!is_named(&x, map.name))
			r = add_entry(&x, i, &map);
	}
	if (r == 0 && list.n == 0)
		r = coco_fail(diag, COCO_E_REFVAL_NONE, "no value of the set holds now and has a "
			      "name in Trustee v0.%u", release);
	if (r != 0)
		coco_refval_entries_free(&list);
	else
		*ret = list;
	return r;
}

void coco_refval_entries_free(struct coco_refval_entries *list)
{
	for (size_t i = 0; i < list->n; i++)
		coco_free(list->v[i].value);
	coco_free(list->v);
	*list = (struct coco_refval_entries){ .n = 0 };
}

/* ---- forms ----------------------------------------------------------------------- */

struct former {
	const struct coco_run *run;
	const struct coco_refset *set;
	const struct coco_refval_entries *list;
	const struct coco_refval_target *target;
	struct coco_wr *wr;
	struct coco_diag *diag;
};

static void put_payload(struct former *f, struct coco_wr *wr, bool indent)
{
	struct coco_jw jw;

	coco_jw_init(&jw, wr, indent);
	coco_jw_begin(&jw, '{');
	for (size_t i = 0; i < f->list->n; i++) {
		const struct coco_refval_entry *e = &f->list->v[i];

		coco_jw_key(&jw, e->name);
		coco_jw_raw(&jw, e->value, strlen(e->value));
	}
	coco_jw_end(&jw, '}');
}

static int put_message(struct former *f)
{
	struct coco_wr inner;
	struct coco_jw jw;
	uint8_t *payload = NULL;
	size_t n = 0;

	coco_wr_init(&inner, COCO_REFSET_MAX);
	put_payload(f, &inner, false);
	int r = coco_wr_finish(&inner, &payload, &n, f->diag);
	if (r != 0)
		return r;
	coco_jw_init(&jw, f->wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "version", "0.1.0");
	coco_jw_kv_string(&jw, "type", "sample");
	coco_jw_kv_b64(&jw, "payload", payload, n);
	coco_jw_end(&jw, '}');
	coco_free(payload);
	return 0;
}

static int put_stored(struct former *f, struct coco_jw *jw, const struct coco_refval_entry *e)
{
	bool hashes = f->target->release <= HASHES_LAST;
	char when[COCO_RFC3339_TEXT];
	struct coco_json doc;

	int r = coco_json_parse(&doc, coco_view_of(e->value, strlen(e->value)), COCO_REFSET_MAX,
				f->diag);
	if (r != 0)
		return r;
	const struct coco_jv value = coco_json_root(&doc);
	coco_rfc3339_print(when, e->has_after ? e->not_after : f->run->now + YEAR);
	r = coco_stored_value_write(jw, hashes ? COCO_STORED_HASHES : COCO_STORED_VALUE, e->name,
				    when, &value, f->diag);
	coco_json_free(&doc);
	return r;
}

static int put_array(struct former *f, struct coco_wr *wr)
{
	struct coco_jw jw;
	int r = 0;

	coco_jw_init(&jw, wr, true);
	coco_jw_begin(&jw, '[');
	for (size_t i = 0; r == 0 && i < f->list->n; i++)
		r = put_stored(f, &jw, &f->list->v[i]);
	coco_jw_end(&jw, ']');
	return r;
}

/* Since v0.19: an object of names to base64url, with padding, of what is stored. */
static int put_store(struct former *f)
{
	struct coco_jw jw;
	int r = 0;

	coco_jw_init(&jw, f->wr, true);
	coco_jw_begin(&jw, '{');
	for (size_t i = 0; r == 0 && i < f->list->n; i++) {
		struct coco_wr inner;
		struct coco_jw ij;
		uint8_t *text = NULL;
		size_t n = 0;

		coco_wr_init(&inner, COCO_REFSET_MAX);
		coco_jw_init(&ij, &inner, false);
		r = put_stored(f, &ij, &f->list->v[i]);
		if (r != 0) {
			coco_wr_free(&inner);
			break;
		}
		r = coco_wr_finish(&inner, &text, &n, f->diag);
		if (r != 0)
			break;
		char *b64 = coco_b64_dup(COCO_B64_STD, text, n);
		coco_free(text);
		if (b64 == NULL)
			return coco_fail(f->diag, COCO_E_LIMIT_MEMORY, "reference values");
		for (char *p = b64; *p != '\0'; p++)
			*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
		coco_jw_kv_string(&jw, f->list->v[i].name, b64);
		coco_free(b64);
	}
	coco_jw_end(&jw, '}');
	return r;
}

static int put_configmap(struct former *f)
{
	struct coco_wr inner;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&inner, COCO_REFSET_MAX);
	int r = put_array(f, &inner);
	if (r != 0) {
		coco_wr_free(&inner);
		return r;
	}
	r = coco_wr_finish(&inner, &text, &n, f->diag);
	if (r != 0)
		return r;
	coco_wr_str(f->wr, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n"
		    "  name: rvps-reference-values\n  namespace: trustee-operator-system\n"
		    "data:\n  reference-values.json: |\n    ");
	for (size_t i = 0; i < n; i++) {
		coco_wr_u8(f->wr, text[i]);
		if (text[i] == '\n')
			coco_wr_str(f->wr, "    ");
	}
	coco_free(text);
	return 0;
}

/* The statement's subject is the set itself, its predicate what it says. */
static int put_intoto(struct former *f)
{
	uint8_t *text = NULL;
	uint8_t digest[32];
	struct coco_jw jw;
	size_t n = 0;

	int r = coco_refset_encode(f->set, &text, &n, f->diag);
	if (r != 0)
		return r;
	coco_sha256_once(text, n, digest);
	coco_jw_init(&jw, f->wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "_type", "https://in-toto.io/Statement/v1");
	coco_jw_key(&jw, "subject");
	coco_jw_begin(&jw, '[');
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "name", f->set->id[0] != '\0' ? f->set->id : "reference-values");
	coco_jw_key(&jw, "digest");
	coco_jw_begin(&jw, '{');
	coco_jw_kv_hex(&jw, "sha256", digest, sizeof(digest));
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, ']');
	coco_jw_kv_string(&jw, "predicateType", COCO_PREDICATE_REFERENCE_VALUES);
	coco_jw_key(&jw, "predicate");
	coco_refset_write(&jw, f->set);
	coco_jw_end(&jw, '}');
	coco_free(text);
	return 0;
}

static int put_form(struct former *f)
{
	switch (f->target->form) {
	case COCO_REFVAL_MESSAGE:
		return put_message(f);
	case COCO_REFVAL_STORED:
		return f->target->release <= ARRAY_LAST ? put_array(f, f->wr) : put_store(f);
	case COCO_REFVAL_CONFIGMAP:
		return put_configmap(f);
	case COCO_REFVAL_INTOTO:
		return put_intoto(f);
	case COCO_REFVAL_PAYLOAD:
	case COCO_REFVAL_JSON:
	case COCO_REFVAL_CORIM:
	case COCO_REFVAL_FORMS:
	default:
		put_payload(f, f->wr, f->target->form == COCO_REFVAL_JSON);
		return 0;
	}
}

int coco_refval_export(const struct coco_run *run, const struct coco_refset *s,
		       const struct coco_refval_target *target, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag)
{
	struct coco_refval_entries list = { .n = 0 };
	struct coco_wr wr;
	struct former f = { run, s, &list, target, &wr, diag };

	if (target->form == COCO_REFVAL_CORIM)
		return coco_refval_write_corim(run, s, ret, ret_n, diag);
	if (target->form != COCO_REFVAL_INTOTO) {
		int r = coco_refval_entries(run, s, target->tee, target->release, &list, diag);

		if (r != 0)
			return r;
	}
	coco_wr_init(&wr, (size_t)COCO_REFSET_MAX * 2);
	int r = put_form(&f);
	coco_refval_entries_free(&list);
	if (r != 0) {
		coco_wr_free(&wr);
		return r;
	}
	coco_wr_u8(&wr, '\n');
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
