/*
 * mrecord.c - the measurement record: building and writing (see mrecord.h).
 */
#include "formats/measure/mrecord.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/utf8.h"

/*
 * Copies text that fits: only whole characters, so that what is written is
 * what is read again; "?" for bytes that are not UTF-8.
 */
static void fit(char *ret, size_t cap, const char *s)
{
	size_t left = strlen(s);
	size_t n = 0;

	while (left > 0) {
		size_t k = coco_utf8_char((const uint8_t *)s, left);

		if (n + (k != 0 ? k : 1) >= cap)
			break;
		if (k != 0)
			memmove(ret + n, s, k);
		else
			ret[n] = '?';
		k = k != 0 ? k : 1;
		n += k;
		s += k;
		left -= k;
	}
	ret[n] = '\0';
}

/* As fit, for text that stands in its buffer already. */
static void tidy(char *s, size_t cap)
{
	fit(s, cap, s);
}

static COCO_PRINTF(3, 0) void fit_format(char *ret, size_t cap, const char *fmt, va_list ap)
{
	if (vsnprintf(ret, cap, fmt, ap) < 0)
		ret[0] = '\0';
	/* what snprintf cut may be half a character: not a byte that is wrong */
	size_t n = strlen(ret);
	for (size_t back = 1; n + 1 == cap && back < 4 && back <= n; back++) {
		uint8_t c = (uint8_t)ret[n - back];

		if (c < 0x80 || c >= 0xc0) {
			if (c >= 0xc0 && coco_utf8_char((uint8_t *)ret + n - back, back) == 0)
				ret[n - back] = '\0';
			break;
		}
	}
	tidy(ret, cap);
}

size_t coco_mrecord_size(const char *algorithm)
{
	static const struct {
		const char *name;
		size_t size;
	} known[] = { { "sha1", 20 }, { "sha256", 32 }, { "sha384", 48 }, { "sha512", 64 } };

	for (size_t i = 0; i < COCO_ARRAY_LEN(known); i++)
		if (strcmp(known[i].name, algorithm) == 0)
			return known[i].size;
	return 0;
}

void coco_mrecord_init(struct coco_mrecord *r, const char *platform)
{
	memset(r, 0, sizeof(*r));
	fit(r->platform, sizeof(r->platform), platform);
}

static void free_inputs(struct coco_mrecord_input *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		coco_free((char *)(uintptr_t)list[i].text);
	coco_free(list);
}

static void free_register(struct coco_mrecord_register *reg)
{
	free_inputs(reg->inputs, reg->n_inputs);
	for (size_t i = 0; i < reg->n_values; i++)
		free_inputs(reg->values[i].inputs, reg->values[i].n_inputs);
	coco_free(reg->values);
}

void coco_mrecord_free(struct coco_mrecord *r)
{
	for (size_t i = 0; i < r->n_registers; i++)
		free_register(&r->registers[i]);
	coco_free(r->registers);
	coco_free(r->params);
	coco_free(r->files);
	coco_free(r->unknowns);
	coco_free(r->gaps);
	memset(r, 0, sizeof(*r));
}

/* Appends a copy of *item to a list. */
#define APPEND(owner, what, item, max, diag)                                                \
	append((void **)&(owner)->what, &(owner)->cap_##what, &(owner)->n_##what, (item),   \
	       sizeof(*(item)), (max), (diag))

static int append(void **list, size_t *cap, size_t *n, const void *item, size_t size, size_t max,
		  struct coco_diag *diag)
{
	if (!coco_grow(list, cap, *n, size, max))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the measurement record");
	memcpy((uint8_t *)*list + *n * size, item, size);
	*n += 1;
	return 0;
}

int coco_mrecord_param(struct coco_mrecord *r, struct coco_diag *diag, const char *name,
		      const char *fmt, ...)
{
	struct coco_mrecord_param p = { .name = "" };
	va_list ap;

	fit(p.name, sizeof(p.name), name);
	va_start(ap, fmt);
	fit_format(p.value, sizeof(p.value), fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < r->n_params; i++)
		if (strcmp(r->params[i].name, p.name) == 0) {
			r->params[i] = p;
			return 0;
		}
	return APPEND(r, params, &p, COCO_MRECORD_FEW, diag);
}

int coco_mrecord_file(struct coco_mrecord *r, const struct coco_mrecord_file *file,
		     struct coco_diag *diag)
{
	struct coco_mrecord_file copy = *file;

	tidy(copy.name, sizeof(copy.name));
	for (size_t i = 0; i < r->n_files; i++)
		if (strcmp(r->files[i].name, copy.name) == 0)
			return 0;
	return APPEND(r, files, &copy, COCO_MRECORD_FEW, diag);
}

int coco_mrecord_gap(struct coco_mrecord *r, const char *name, const char *reason,
		    struct coco_diag *diag)
{
	struct coco_mrecord_gap gap = { .name = "" };

	fit(gap.name, sizeof(gap.name), name);
	fit(gap.reason, sizeof(gap.reason), reason);
	return APPEND(r, gaps, &gap, COCO_MRECORD_FEW, diag);
}

int coco_mrecord_unknown(struct coco_mrecord *r, const char *reg, const char *name,
			const char *reason, const char *supply, struct coco_diag *diag)
{
	struct coco_mrecord_unknown u = { .reg = "" };

	fit(u.reg, sizeof(u.reg), reg);
	fit(u.name, sizeof(u.name), name);
	fit(u.reason, sizeof(u.reason), reason);
	fit(u.supply, sizeof(u.supply), supply);
	return APPEND(r, unknowns, &u, COCO_MRECORD_FEW, diag);
}

int coco_mrecord_begin(struct coco_mrecord *r, const char *name, const char *algorithm,
		      struct coco_diag *diag)
{
	struct coco_mrecord_register reg = { .name = "" };

	fit(reg.name, sizeof(reg.name), name);
	fit(reg.algorithm, sizeof(reg.algorithm), algorithm);
	if (coco_mrecord_size(reg.algorithm) == 0 ||
	    coco_mrecord_find(r, reg.name, reg.algorithm) != NULL)
		return coco_fail(diag, COCO_E_INTERNAL, "a register %s (%s) in a record", reg.name,
				 reg.algorithm);
	return APPEND(r, registers, &reg, COCO_MRECORD_FEW, diag);
}

static int no_register(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_INTERNAL, "a step of a record without a register");
}

/* A copy of *input whose text is a copy too. */
static int copy_input(struct coco_mrecord_input *ret, const struct coco_mrecord_input *input,
		      struct coco_diag *diag)
{
	*ret = *input;
	tidy(ret->name, sizeof(ret->name));
	tidy(ret->type, sizeof(ret->type));
	if (input->text == NULL)
		return 0;
	size_t cap = coco_min_size(strlen(input->text) + 1, COCO_MRECORD_CONTENT);
	char *text = coco_alloc(cap, 1);
	if (text == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the measurement record");
	fit(text, cap, input->text);
	ret->text = text;
	return 0;
}

int coco_mrecord_input(struct coco_mrecord *r, const struct coco_mrecord_input *input,
		      struct coco_diag *diag)
{
	struct coco_mrecord_input copy;

	if (r->n_registers == 0)
		return no_register(diag);
	int code = copy_input(&copy, input, diag);
	if (code == 0) {
		code = APPEND(&r->registers[r->n_registers - 1], inputs, &copy,
			      COCO_MRECORD_ITEMS, diag);
		if (code != 0)
			coco_free((char *)(uintptr_t)copy.text);
	}
	return code;
}

int coco_mrecord_value(struct coco_mrecord *r, const struct coco_mrecord_value *value,
		      struct coco_diag *diag)
{
	struct coco_mrecord_value copy = *value;

	if (r->n_registers == 0)
		return no_register(diag);
	struct coco_mrecord_register *reg = &r->registers[r->n_registers - 1];
	if (value->value.n != 0 && value->value.n != coco_mrecord_size(reg->algorithm))
		return coco_fail(diag, COCO_E_INTERNAL, "a value of %zu bytes for %s (%s)",
				 value->value.n, reg->name, reg->algorithm);
	copy.inputs = NULL;
	copy.n_inputs = 0;
	copy.cap_inputs = 0;
	return APPEND(reg, values, &copy, COCO_MRECORD_ITEMS, diag);
}

int coco_mrecord_value_input(struct coco_mrecord *r, const struct coco_mrecord_input *input,
			    struct coco_diag *diag)
{
	struct coco_mrecord_input copy;
	struct coco_mrecord_register *reg;

	if (r->n_registers == 0 || r->registers[r->n_registers - 1].n_values == 0)
		return no_register(diag);
	int code = copy_input(&copy, input, diag);
	if (code != 0)
		return code;
	reg = &r->registers[r->n_registers - 1];
	code = APPEND(&reg->values[reg->n_values - 1], inputs, &copy, COCO_MRECORD_ITEMS, diag);
	if (code != 0)
		coco_free((char *)(uintptr_t)copy.text);
	return code;
}

static struct coco_mrecord_label *next_label(struct coco_mrecord_value *v, const char *name)
{
	struct coco_mrecord_label *l;
	char fits[sizeof(l->name)];

	fit(fits, sizeof(fits), name);
	for (size_t i = 0; i < v->n_labels; i++)
		if (strcmp(v->label[i].name, fits) == 0)
			return &v->label[i];
	if (v->n_labels == COCO_MRECORD_LABELS)
		return NULL;
	l = &v->label[v->n_labels++];
	memcpy(l->name, fits, sizeof(fits));
	return l;
}

void coco_mrecord_label(struct coco_mrecord_value *v, const char *name, const char *fmt, ...)
{
	struct coco_mrecord_label *l = next_label(v, name);
	va_list ap;

	if (l == NULL)
		return;
	va_start(ap, fmt);
	fit_format(l->value, sizeof(l->value), fmt, ap);
	va_end(ap);
	l->number = false;
}

void coco_mrecord_label_number(struct coco_mrecord_value *v, const char *name, uint64_t n)
{
	struct coco_mrecord_label *l = next_label(v, name);

	if (l == NULL)
		return;
	snprintf(l->value, sizeof(l->value), "%" PRIu64, n);
	l->number = n <= (uint64_t)1 << 53;
}

void coco_mrecord_digest_set(struct coco_mrecord_digest *d, const void *p, size_t n)
{
	d->n = coco_min_size(n, sizeof(d->p));
	memcpy(d->p, p, d->n);
}

const struct coco_mrecord_register *coco_mrecord_find(const struct coco_mrecord *r,
						      const char *name, const char *algorithm)
{
	for (size_t i = 0; i < r->n_registers; i++)
		if (strcmp(r->registers[i].name, name) == 0 &&
		    (algorithm == NULL || strcmp(r->registers[i].algorithm, algorithm) == 0))
			return &r->registers[i];
	return NULL;
}

static bool has_label(const struct coco_mrecord_value *v, const char *name)
{
	for (size_t i = 0; i < v->n_labels; i++)
		if (strcmp(v->label[i].name, name) == 0)
			return true;
	return false;
}

void coco_mrecord_label_text(const struct coco_mrecord_value *v, char *ret, size_t cap)
{
	size_t n = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < v->n_labels && n < cap; i++) {
		const struct coco_mrecord_label *l = &v->label[i];
		const char *comma = n > 0 ? ", " : "";
		int k;

		if (strcmp(l->name, "vcpu_sig") == 0 && has_label(v, "vcpu_type"))
			continue;
		if (strcmp(l->name, "vcpus") == 0)
			k = snprintf(ret + n, cap - n, "%s%s vCPU%s", comma, l->value,
				     strcmp(l->value, "1") == 0 ? "" : "s");
		else if (strcmp(l->name, "vcpu_type") == 0)
			k = snprintf(ret + n, cap - n, "%s%s", comma, l->value);
		else
			k = snprintf(ret + n, cap - n, "%s%s %s", comma, l->name, l->value);
		n += k > 0 ? (size_t)k : 0;
	}
}

/* ---- writing -------------------------------------------------------------------- */

static const char *basis_name(enum coco_mrecord_basis basis)
{
	static const char *const names[] = { "computed", "constant", "given" };

	return names[basis];
}

static void digest(struct coco_jw *jw, const char *key, const struct coco_mrecord_digest *d)
{
	if (d->n != 0)
		coco_jw_kv_hex(jw, key, d->p, d->n);
}

/* JSON numbers end at 2^53: addresses and sizes are text. */
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
		if (list[i].type[0] != '\0')
			coco_jw_kv_string(jw, "type", list[i].type);
		if (list[i].has_gpa)
			address(jw, "gpa", list[i].gpa);
		if (list[i].pages != 0)
			coco_jw_kv_u64(jw, "pages", list[i].pages);
		if (list[i].basis != COCO_BASIS_COMPUTED)
			coco_jw_kv_string(jw, "basis", basis_name(list[i].basis));
		if (list[i].text != NULL)
			coco_jw_kv_string(jw, "text", list[i].text);
		digest(jw, "digest", &list[i].digest);
		digest(jw, "running", &list[i].running);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

static void value(struct coco_jw *jw, const struct coco_mrecord_value *v)
{
	coco_jw_begin(jw, '{');
	digest(jw, "value", &v->value);
	coco_jw_key(jw, "label");
	coco_jw_begin(jw, '{');
	for (size_t i = 0; i < v->n_labels; i++) {
		const struct coco_mrecord_label *l = &v->label[i];

		coco_jw_key(jw, l->name);
		if (l->number)
			coco_jw_raw(jw, l->value, strlen(l->value));
		else
			coco_jw_string(jw, l->value);
	}
	coco_jw_end(jw, '}');
	inputs(jw, v->inputs, v->n_inputs);
	coco_jw_end(jw, '}');
}

static void origins(struct coco_jw *jw, const struct coco_mrecord *r)
{
	if (r->has_profile) {
		coco_jw_key(jw, "profile");
		coco_jw_begin(jw, '{');
		coco_jw_kv_hex(jw, "sha256", r->profile, sizeof(r->profile));
		coco_jw_end(jw, '}');
	}
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

static void registers(struct coco_jw *jw, const struct coco_mrecord *r)
{
	coco_jw_key(jw, "registers");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < r->n_registers; i++) {
		const struct coco_mrecord_register *reg = &r->registers[i];

		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "register", reg->name);
		coco_jw_kv_string(jw, "algorithm", reg->algorithm);
		inputs(jw, reg->inputs, reg->n_inputs);
		coco_jw_key(jw, "values");
		coco_jw_begin(jw, '[');
		for (size_t k = 0; k < reg->n_values; k++)
			value(jw, &reg->values[k]);
		coco_jw_end(jw, ']');
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

static void left_out(struct coco_jw *jw, const struct coco_mrecord *r)
{
	coco_jw_key(jw, "not_computed");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < r->n_unknowns; i++) {
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "register", r->unknowns[i].reg);
		coco_jw_kv_string(jw, "name", r->unknowns[i].name);
		coco_jw_kv_string(jw, "reason", r->unknowns[i].reason);
		coco_jw_kv_string(jw, "supply", r->unknowns[i].supply);
		coco_jw_end(jw, '}');
	}
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
}

void coco_mrecord_write(struct coco_jw *jw, const struct coco_mrecord *r)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "schema", COCO_MRECORD_SCHEMA);
	coco_jw_kv_string(jw, "platform", r->platform);
	origins(jw, r);
	registers(jw, r);
	left_out(jw, r);
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
