/*
 * mrecord.c - the measurement record (see mrecord.h).
 */
#include "formats/measure/mrecord.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ITEMS = 1 << 20 };

/* Room for one more item of a list; the item is zeroed. NULL: no memory. */
static void *more(void **list, size_t *cap, size_t *n, size_t size, struct coco_diag *diag)
{
	if (!coco_grow(list, cap, *n, size, MAX_ITEMS)) {
		coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the measurement record");
		return NULL;
	}
	uint8_t *item = (uint8_t *)*list + *n * size;
	memset(item, 0, size);
	*n += 1;
	return item;
}

/* Appends a copy of *item to the list called what of the record. */
#define APPEND(r, what, item, diag)                                                        \
	append((void **)&(r)->what, &(r)->cap_##what, &(r)->n_##what, (item), sizeof(*(item)), \
	       (diag))

static int append(void **list, size_t *cap, size_t *n, const void *item, size_t size,
		  struct coco_diag *diag)
{
	void *to = more(list, cap, n, size, diag);

	if (to == NULL)
		return COCO_E_LIMIT_MEMORY;
	memcpy(to, item, size);
	return 0;
}

int coco_mrecord_param(struct coco_mrecord *r, struct coco_diag *diag, const char *name,
		      const char *fmt, ...)
{
	struct coco_mrecord_param p = { .name = "" };
	va_list ap;

	snprintf(p.name, sizeof(p.name), "%s", name);
	va_start(ap, fmt);
	if (vsnprintf(p.value, sizeof(p.value), fmt, ap) < 0)
		p.value[0] = '\0';
	va_end(ap);
	return APPEND(r, params, &p, diag);
}

int coco_mrecord_file(struct coco_mrecord *r, const struct coco_mrecord_file *file,
		     struct coco_diag *diag)
{
	return APPEND(r, files, file, diag);
}

int coco_mrecord_input(struct coco_mrecord *r, const struct coco_mrecord_input *input,
		      struct coco_diag *diag)
{
	return APPEND(r, inputs, input, diag);
}

int coco_mrecord_value(struct coco_mrecord *r, const struct coco_mrecord_value *value,
		      struct coco_diag *diag)
{
	return APPEND(r, values, value, diag);
}

int coco_mrecord_gap(struct coco_mrecord *r, const char *name, const char *reason,
		    struct coco_diag *diag)
{
	const struct coco_mrecord_gap gap = { .name = name, .reason = reason };

	return APPEND(r, gaps, &gap, diag);
}

void coco_mrecord_free(struct coco_mrecord *r)
{
	coco_free(r->params);
	coco_free(r->files);
	coco_free(r->inputs);
	coco_free(r->values);
	coco_free(r->gaps);
	memset(r, 0, sizeof(*r));
}

static void digest(struct coco_jw *jw, const char *key, const struct coco_mrecord_digest *d)
{
	if (d->n != 0)
		coco_jw_kv_hex(jw, key, d->p, d->n);
}

/* JSON numbers end at 2^53: addresses are text. */
static void address(struct coco_jw *jw, const char *key, uint64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, v);
	coco_jw_kv_string(jw, key, text);
}

static void inputs(struct coco_jw *jw, const struct coco_mrecord_input *list, size_t n)
{
	coco_jw_key(jw, "inputs");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < n; i++) {
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", list[i].name);
		if (list[i].type != NULL)
			coco_jw_kv_string(jw, "type", list[i].type);
		if (list[i].has_gpa)
			address(jw, "gpa", list[i].gpa);
		if (list[i].pages != 0)
			coco_jw_kv_u64(jw, "pages", list[i].pages);
		digest(jw, "digest", &list[i].digest);
		digest(jw, "running", &list[i].running);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

static void value(struct coco_jw *jw, const struct coco_mrecord_value *v)
{
	char text[16];

	coco_jw_begin(jw, '{');
	digest(jw, "value", &v->value);
	coco_jw_key(jw, "label");
	coco_jw_begin(jw, '{');
	if (v->vcpus != 0)
		coco_jw_kv_u64(jw, "vcpus", v->vcpus);
	if (v->vcpu_type != NULL)
		coco_jw_kv_string(jw, "vcpu_type", v->vcpu_type);
	if (v->has_signature) {
		snprintf(text, sizeof(text), "0x%08" PRIx32, v->signature);
		coco_jw_kv_string(jw, "vcpu_sig", text);
	}
	coco_jw_end(jw, '}');
	inputs(jw, v->input, v->n_inputs);
	coco_jw_end(jw, '}');
}

static void origins(struct coco_jw *jw, const struct coco_mrecord *r)
{
	coco_jw_key(jw, "parameters");
	coco_jw_begin(jw, '{');
	for (size_t i = 0; i < r->n_params; i++)
		coco_jw_kv_string(jw, r->params[i].name, r->params[i].value);
	coco_jw_end(jw, '}');
	coco_jw_key(jw, "files");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < r->n_files; i++) {
		char size[24];

		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", r->files[i].name);
		snprintf(size, sizeof(size), "%" PRIu64, r->files[i].size);
		coco_jw_kv_string(jw, "size", size);
		coco_jw_kv_hex(jw, "sha256", r->files[i].sha256, sizeof(r->files[i].sha256));
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

void coco_mrecord_write(struct coco_jw *jw, const struct coco_mrecord *r)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "schema", COCO_MRECORD_SCHEMA);
	coco_jw_kv_string(jw, "platform", r->platform);
	origins(jw, r);
	coco_jw_key(jw, "registers");
	coco_jw_begin(jw, '[');
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "register", r->reg);
	coco_jw_kv_string(jw, "algorithm", r->algorithm);
	inputs(jw, r->inputs, r->n_inputs);
	coco_jw_key(jw, "values");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < r->n_values; i++)
		value(jw, &r->values[i]);
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
	coco_jw_end(jw, ']');
	coco_jw_key(jw, "not_measured");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < r->n_gaps; i++) {
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", r->gaps[i].name);
		coco_jw_kv_string(jw, "reason", r->gaps[i].reason);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
}

int coco_mrecord_encode(const struct coco_mrecord *r, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, COCO_MRECORD_MAX);
	coco_jw_init(&jw, &wr, true);
	coco_mrecord_write(&jw, r);
	coco_wr_u8(&wr, '\n');
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
