/*
 * mrecord_read.c - the measurement record: reading (see mrecord.h). What is
 * accepted is exactly what coco_mrecord_write writes, so that a record which
 * was read says nothing that this program does not understand.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/measure/mrecord.h"

enum { MAX_VALUES = 1 << 21 };   /* JSON values of a record */

struct reader {
	struct coco_mrecord *rec;
	struct coco_diag *diag;
};

static int bad(struct reader *rd, const struct coco_jv *v, const char *key, const char *what)
{
	return coco_jv_fail(v, key, COCO_E_MRECORD_SCHEMA, rd->diag, "%s", what);
}

/* A text member that fits into cap bytes. */
static int text(struct reader *rd, const struct coco_jv *obj, const char *key, char *ret,
		size_t cap)
{
	const char *s = "";
	int r = coco_jv_string(obj, key, &s, rd->diag);

	if (r != 0)
		return r;
	if (strlen(s) >= cap)
		return bad(rd, obj, key, "the text is too long");
	memcpy(ret, s, strlen(s) + 1);
	return 0;
}

/* A number in decimal or hexadecimal text, in the one form that is written. */
static int number(struct reader *rd, const struct coco_jv *obj, const char *key, bool hex,
		  uint64_t *ret)
{
	char word[32] = "";
	char again[32];
	uint64_t v = 0;
	int r = text(rd, obj, key, word, sizeof(word));

	if (r != 0)
		return r;
	for (const char *p = word + (hex && strlen(word) > 2 ? 2 : 0); *p != '\0'; p++) {
		const char *digits = "0123456789abcdef";
		const char *d = strchr(digits, *p);
		uint64_t base = hex ? 16 : 10;

		if (d == NULL || (uint64_t)(d - digits) >= base ||
		    coco_mul64_overflows(v, base, &v) ||
		    coco_add64_overflows(v, (uint64_t)(d - digits), &v))
			return bad(rd, obj, key, "not a number");
	}
	if (hex)
		snprintf(again, sizeof(again), "0x%" PRIx64, v);
	else
		snprintf(again, sizeof(again), "%" PRIu64, v);
	if (strcmp(again, word) != 0)
		return bad(rd, obj, key, "not a number in its shortest form");
	*ret = v;
	return 0;
}

static int digest(struct reader *rd, const struct coco_jv *obj, const char *key,
		  struct coco_mrecord_digest *ret)
{
	const char *s = "";

	if (!coco_jv_has(obj, key))
		return 0;
	int r = coco_jv_string(obj, key, &s, rd->diag);
	if (r != 0)
		return r;
	size_t n = strlen(s);
	if (n == 0 || n % 2 != 0 || n / 2 > sizeof(ret->p) ||
	    strspn(s, "0123456789abcdef") != n ||
	    coco_hex_decode(ret->p, n / 2, s, n, NULL) != 0)
		return bad(rd, obj, key, "not a digest in lower-case hexadecimal");
	ret->n = n / 2;
	return 0;
}

static int basis(struct reader *rd, const struct coco_jv *obj, enum coco_mrecord_basis *ret)
{
	char word[16] = "";

	if (!coco_jv_has(obj, "basis"))
		return 0;
	int r = text(rd, obj, "basis", word, sizeof(word));
	if (r != 0)
		return r;
	if (strcmp(word, "constant") == 0)
		*ret = COCO_BASIS_CONSTANT;
	else if (strcmp(word, "given") == 0)
		*ret = COCO_BASIS_GIVEN;
	else
		return bad(rd, obj, "basis", "not a basis that is known");
	return 0;
}

static int read_pages(struct reader *rd, const struct coco_jv *v, struct coco_mrecord_input *in)
{
	if (!coco_jv_has(v, "pages"))
		return 0;
	int r = coco_jv_u64(v, "pages", (uint64_t)1 << 52, &in->pages, rd->diag);
	return r == 0 && in->pages == 0 ? bad(rd, v, "pages", "no pages") : r;
}

static int content(struct reader *rd, const struct coco_jv *v, const char **ret)
{
	if (!coco_jv_has(v, "text"))
		return 0;
	int r = coco_jv_string(v, "text", ret, rd->diag);
	return r == 0 && strlen(*ret) >= COCO_MRECORD_CONTENT ?
	       bad(rd, v, "text", "the text is too long") : r;
}

static int read_input(struct reader *rd, const struct coco_jv *v, struct coco_mrecord_input *in)
{
	static const char *const known[] = { "name", "type", "gpa", "pages", "basis", "text",
					     "digest", "running" };
	int r = coco_jv_as_object(v, rd->diag);

	if (r == 0)
		r = coco_jv_closed(v, known, COCO_ARRAY_LEN(known), rd->diag);
	if (r == 0)
		r = text(rd, v, "name", in->name, sizeof(in->name));
	if (r == 0 && coco_jv_has(v, "type"))
		r = text(rd, v, "type", in->type, sizeof(in->type));
	in->has_gpa = coco_jv_has(v, "gpa");
	if (r == 0 && in->has_gpa)
		r = number(rd, v, "gpa", true, &in->gpa);
	if (r == 0)
		r = read_pages(rd, v, in);
	if (r == 0)
		r = basis(rd, v, &in->basis);
	if (r == 0)
		r = content(rd, v, &in->text);
	if (r == 0)
		r = digest(rd, v, "digest", &in->digest);
	return r == 0 ? digest(rd, v, "running", &in->running) : r;
}

/* Calls one for every item of an array member. */
static int each(struct reader *rd, const struct coco_jv *obj, const char *key,
		int (*one)(struct reader *rd, const struct coco_jv *v))
{
	struct coco_jv list;
	int r = coco_jv_array(obj, key, &list, rd->diag);

	for (size_t i = 0; r == 0 && i < coco_jv_len(&list); i++) {
		struct coco_jv v = coco_jv_item(&list, i);

		r = one(rd, &v);
	}
	return r;
}

static int common_input(struct reader *rd, const struct coco_jv *v)
{
	struct coco_mrecord_input in = { .name = "" };
	int r = read_input(rd, v, &in);

	return r == 0 ? coco_mrecord_input(rd->rec, &in, rd->diag) : r;
}

static int value_input(struct reader *rd, const struct coco_jv *v)
{
	struct coco_mrecord_input in = { .name = "" };
	int r = read_input(rd, v, &in);

	return r == 0 ? coco_mrecord_value_input(rd->rec, &in, rd->diag) : r;
}

/* Every label, in order: text or a number. */
static int read_labels(struct reader *rd, const struct coco_jv *obj, struct coco_mrecord_value *ret)
{
	void *iter = NULL;
	struct coco_jv item;

	while (coco_jv_next(obj, &iter, &item)) {
		const char *s = "";
		uint64_t n;

		if (ret->n_labels == COCO_MRECORD_LABELS ||
		    strlen(item.key) >= sizeof(ret->label[0].name))
			return bad(rd, obj, item.key, "a label that is not known");
		if (coco_jv_as_string(&item, &s, NULL) == 0) {
			if (strlen(s) >= sizeof(ret->label[0].value))
				return bad(rd, obj, item.key, "the text is too long");
			coco_mrecord_label(ret, item.key, "%s", s);
			continue;
		}
		int r = coco_jv_as_u64(&item, (uint64_t)1 << 53, &n, rd->diag);
		if (r != 0)
			return r;
		coco_mrecord_label_number(ret, item.key, n);
	}
	return 0;
}

/* Of the register that is being read. */
static size_t value_size(const struct reader *rd)
{
	return coco_mrecord_size(rd->rec->registers[rd->rec->n_registers - 1].algorithm);
}

static int read_value(struct reader *rd, const struct coco_jv *v)
{
	static const char *const known[] = { "value", "label", "inputs" };
	struct coco_mrecord_value value = { .n_labels = 0 };
	struct coco_jv label;
	int r = coco_jv_as_object(v, rd->diag);

	if (r == 0)
		r = coco_jv_closed(v, known, COCO_ARRAY_LEN(known), rd->diag);
	if (r == 0)
		r = digest(rd, v, "value", &value.value);
	if (r == 0 && value.value.n == 0)
		r = bad(rd, v, "value", "an allowed value is missing");
	if (r == 0 && value.value.n != value_size(rd))
		r = bad(rd, v, "value", "a value of another length than its algorithm's");
	if (r == 0)
		r = coco_jv_object(v, "label", &label, rd->diag);
	if (r == 0)
		r = read_labels(rd, &label, &value);
	if (r == 0)
		r = coco_mrecord_value(rd->rec, &value, rd->diag);
	return r == 0 ? each(rd, v, "inputs", value_input) : r;
}

static int read_register(struct reader *rd, const struct coco_jv *v)
{
	static const char *const known[] = { "register", "algorithm", "inputs", "values" };
	char name[COCO_MRECORD_WORD] = "";
	char algorithm[16] = "";
	int r = coco_jv_as_object(v, rd->diag);

	if (r == 0)
		r = coco_jv_closed(v, known, COCO_ARRAY_LEN(known), rd->diag);
	if (r == 0)
		r = text(rd, v, "register", name, sizeof(name));
	if (r == 0)
		r = text(rd, v, "algorithm", algorithm, sizeof(algorithm));
	if (r == 0 && coco_mrecord_size(algorithm) == 0)
		r = bad(rd, v, "algorithm", "not an algorithm that is known");
	if (r == 0 && coco_mrecord_find(rd->rec, name, algorithm) != NULL)
		r = bad(rd, v, "register", "a register is listed twice");
	if (r == 0)
		r = coco_mrecord_begin(rd->rec, name, algorithm, rd->diag);
	if (r == 0)
		r = each(rd, v, "inputs", common_input);
	return r == 0 ? each(rd, v, "values", read_value) : r;
}

static int read_file(struct reader *rd, const struct coco_jv *v)
{
	static const char *const known[] = { "name", "size", "sha256" };
	struct coco_mrecord_file file = { .name = "" };
	size_t before = rd->rec->n_files;
	int r = coco_jv_as_object(v, rd->diag);

	if (r == 0)
		r = coco_jv_closed(v, known, COCO_ARRAY_LEN(known), rd->diag);
	if (r == 0)
		r = text(rd, v, "name", file.name, sizeof(file.name));
	if (r == 0)
		r = number(rd, v, "size", false, &file.size);
	if (r == 0)
		r = coco_jv_hex(v, "sha256", file.sha256, sizeof(file.sha256), rd->diag);
	if (r == 0)
		r = coco_mrecord_file(rd->rec, &file, rd->diag);
	if (r == 0 && rd->rec->n_files == before)
		r = bad(rd, v, "name", "a file is listed twice");
	return r;
}

static int read_params(struct reader *rd, const struct coco_jv *root)
{
	struct coco_jv obj;
	struct coco_jv item;
	void *iter = NULL;
	int r = coco_jv_object(root, "parameters", &obj, rd->diag);

	while (r == 0 && coco_jv_next(&obj, &iter, &item)) {
		const char *s = "";

		r = coco_jv_as_string(&item, &s, rd->diag);
		if (r == 0 && (strlen(item.key) >= COCO_MRECORD_NAME ||
			       strlen(s) >= COCO_MRECORD_TEXT))
			r = bad(rd, &obj, item.key, "the text is too long");
		if (r == 0)
			r = coco_mrecord_param(rd->rec, rd->diag, item.key, "%s", s);
	}
	return r;
}

static int read_unknown(struct reader *rd, const struct coco_jv *v)
{
	static const char *const known[] = { "register", "name", "reason", "supply" };
	struct coco_mrecord_unknown u = { .reg = "" };
	int r = coco_jv_as_object(v, rd->diag);

	if (r == 0)
		r = coco_jv_closed(v, known, COCO_ARRAY_LEN(known), rd->diag);
	if (r == 0)
		r = text(rd, v, "register", u.reg, sizeof(u.reg));
	if (r == 0)
		r = text(rd, v, "name", u.name, sizeof(u.name));
	if (r == 0)
		r = text(rd, v, "reason", u.reason, sizeof(u.reason));
	if (r == 0)
		r = text(rd, v, "supply", u.supply, sizeof(u.supply));
	return r == 0 ? coco_mrecord_unknown(rd->rec, u.reg, u.name, u.reason, u.supply, rd->diag)
		      : r;
}

static int read_gap(struct reader *rd, const struct coco_jv *v)
{
	static const char *const known[] = { "name", "reason" };
	struct coco_mrecord_gap gap = { .name = "" };
	int r = coco_jv_as_object(v, rd->diag);

	if (r == 0)
		r = coco_jv_closed(v, known, COCO_ARRAY_LEN(known), rd->diag);
	if (r == 0)
		r = text(rd, v, "name", gap.name, sizeof(gap.name));
	if (r == 0)
		r = text(rd, v, "reason", gap.reason, sizeof(gap.reason));
	return r == 0 ? coco_mrecord_gap(rd->rec, gap.name, gap.reason, rd->diag) : r;
}

static int read_profile(struct reader *rd, const struct coco_jv *root)
{
	static const char *const known[] = { "sha256" };
	struct coco_jv obj;

	if (!coco_jv_has(root, "profile"))
		return 0;
	int r = coco_jv_object(root, "profile", &obj, rd->diag);
	if (r == 0)
		r = coco_jv_closed(&obj, known, COCO_ARRAY_LEN(known), rd->diag);
	if (r == 0)
		r = coco_jv_hex(&obj, "sha256", rd->rec->profile, sizeof(rd->rec->profile),
				rd->diag);
	rd->rec->has_profile = true;
	return r;
}

static int read_root(struct reader *rd, const struct coco_jv *root)
{
	static const char *const known[] = { "schema", "platform", "profile", "parameters",
					     "files", "registers", "not_computed",
					     "not_measured" };
	char schema[64] = "";
	int r = coco_jv_as_object(root, rd->diag);

	if (r == 0)
		r = text(rd, root, "schema", schema, sizeof(schema));
	if (r == 0 && strcmp(schema, COCO_MRECORD_SCHEMA) != 0) {
		coco_diag_expected(rd->diag, "%s", COCO_MRECORD_SCHEMA);
		coco_diag_actual(rd->diag, "%s", schema);
		r = bad(rd, root, "schema", "another schema");
	}
	if (r == 0)
		r = coco_jv_closed(root, known, COCO_ARRAY_LEN(known), rd->diag);
	if (r == 0)
		r = text(rd, root, "platform", rd->rec->platform, sizeof(rd->rec->platform));
	if (r == 0)
		r = read_profile(rd, root);
	if (r == 0)
		r = read_params(rd, root);
	if (r == 0)
		r = each(rd, root, "files", read_file);
	if (r == 0)
		r = each(rd, root, "registers", read_register);
	if (r == 0)
		r = each(rd, root, "not_computed", read_unknown);
	return r == 0 ? each(rd, root, "not_measured", read_gap) : r;
}

int coco_mrecord_decode(struct coco_mrecord *ret, struct coco_view view, struct coco_diag *diag)
{
	struct coco_mrecord rec;
	struct reader rd = { .rec = &rec, .diag = diag };
	struct coco_json doc;
	int r = coco_json_parse_bounded(&doc, view, COCO_MRECORD_MAX, MAX_VALUES, diag);

	if (r != 0)
		return r;
	coco_mrecord_init(&rec, "");
	struct coco_jv root = coco_json_root(&doc);
	r = read_root(&rd, &root);
	coco_json_free(&doc);
	if (r != 0)
		coco_mrecord_free(&rec);
	else
		*ret = rec;
	return r;
}
