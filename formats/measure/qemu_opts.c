/*
 * qemu_opts.c - key=value lists of QEMU's arguments (see qemu_argv.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "formats/measure/qemu_argv.h"

enum { TEXT_MAX = 1 << 20, KEY_MAX = 256 };

void coco_qemu_opts_free(struct coco_qemu_opts *o)
{
	for (size_t i = 0; i < o->n; i++) {
		coco_free(o->v[i].key);
		coco_free(o->v[i].value);
	}
	coco_free(o->v);
	memset(o, 0, sizeof(*o));
}

/* Takes both, which may be NULL: no memory. */
static int add_pair(struct coco_qemu_opts *o, char *key, char *value, struct coco_diag *diag)
{
	bool full = o->n == COCO_QEMU_PAIRS;

	if (key != NULL && value != NULL && !full &&
	    coco_grow((void **)&o->v, &o->cap, o->n, sizeof(*o->v), COCO_QEMU_PAIRS)) {
		o->v[o->n++] = (struct coco_qemu_pair){ key, value };
		return 0;
	}
	coco_free(key);
	coco_free(value);
	return full ? coco_fail(diag, COCO_E_LIMIT_SIZE, "more than %d properties in one argument",
				COCO_QEMU_PAIRS) :
		      coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a property");
}

/* One part up to a lone comma, ",," as a comma; *at moves past it. NULL: no memory. */
static char *take_part(const char **at)
{
	char *part = coco_alloc(strlen(*at) + 1, 1);
	size_t n = 0;

	if (part == NULL)
		return NULL;
	while (**at != '\0' && ((*at)[0] != ',' || (*at)[1] == ',')) {
		if ((*at)[0] == ',')
			(*at)++;
		part[n++] = *(*at)++;
	}
	part[n] = '\0';
	*at += **at == ',';
	return part;
}

/* implied: NULL for all but the first part. */
static int split_part(struct coco_qemu_opts *o, const char *part, const char *implied,
		      struct coco_diag *diag)
{
	const char *eq = strchr(part, '=');

	if (eq == part || part[0] == '\0')
		return coco_fail(diag, COCO_E_PROFILE_ARGV, "a property has no name: \"%.80s\"",
				 part);
	if (eq != NULL)
		return add_pair(o, coco_strndup(part, (size_t)(eq - part)), coco_strdup(eq + 1),
				diag);
	if (implied != NULL)
		return add_pair(o, coco_strdup(implied), coco_strdup(part), diag);
	return add_pair(o, coco_strdup(part), coco_strdup("on"), diag);
}

static int split_text(struct coco_qemu_opts *o, const char *text, const char *implied,
		      struct coco_diag *diag)
{
	int r = 0;

	for (const char *at = text; r == 0 && *at != '\0';) {
		bool at_start = at == text;
		char *part = take_part(&at);

		r = part != NULL ? split_part(o, part, at_start ? implied : NULL, diag) :
				   coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a property");
		coco_free(part);
	}
	return r;
}

/* ---- JSON ------------------------------------------------------------------------ */

static char *scalar_text(const struct coco_jv *v)
{
	const char *text = NULL;
	char number[32];
	uint64_t u = 0;
	bool b = false;

	if (coco_jv_as_string(v, &text, NULL) == 0)
		return coco_strdup(text);
	if (coco_jv_as_bool(v, &b, NULL) == 0)
		return coco_strdup(b ? "on" : "off");
	if (coco_jv_as_u64(v, UINT64_MAX, &u, NULL) == 0) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long)u);
		return coco_strdup(number);
	}
	return coco_strdup("");   /* null, real or negative: nothing that is taken over */
}

static int flatten(struct coco_qemu_opts *o, const struct coco_jv *v, const char *prefix,
		   struct coco_diag *diag);

static int flatten_member(struct coco_qemu_opts *o, const struct coco_jv *v, const char *prefix,
			  const char *name, struct coco_diag *diag)
{
	char key[KEY_MAX];
	int n = snprintf(key, sizeof(key), "%s%s%s", prefix, prefix[0] != '\0' ? "." : "", name);

	if (n < 0 || (size_t)n >= sizeof(key))
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "the name of a property is too long");
	return flatten(o, v, key, diag);
}

/* Depth is bounded by the reader. */
static int flatten(struct coco_qemu_opts *o, const struct coco_jv *v, const char *prefix,
		   struct coco_diag *diag)
{
	struct coco_jv item;
	void *iter = NULL;
	char index[24];
	int r = 0;

	if (coco_jv_as_object(v, NULL) == 0) {
		while (r == 0 && coco_jv_next(v, &iter, &item))
			r = flatten_member(o, &item, prefix, item.key, diag);
		return r;
	}
	if (coco_jv_as_array(v, NULL) == 0) {
		for (size_t i = 0; r == 0 && i < coco_jv_len(v); i++) {
			item = coco_jv_item(v, i);
			snprintf(index, sizeof(index), "%zu", i);
			r = flatten_member(o, &item, prefix, index, diag);
		}
		return r;
	}
	if (prefix[0] == '\0')
		return coco_fail(diag, COCO_E_PROFILE_ARGV, "a property has no name");
	return add_pair(o, coco_strdup(prefix), scalar_text(v), diag);
}

static int split_json(struct coco_qemu_opts *o, const char *text, struct coco_diag *diag)
{
	struct coco_json doc;

	int r = coco_json_parse_bounded(&doc, coco_view_of(text, strlen(text)), TEXT_MAX,
					8 * COCO_QEMU_PAIRS, diag);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = flatten(o, &root, "", diag);
	coco_json_free(&doc);
	return r;
}

int coco_qemu_opts_append(struct coco_qemu_opts *o, const char *text, const char *implied,
			  struct coco_diag *diag)
{
	return text[0] == '{' ? split_json(o, text, diag) : split_text(o, text, implied, diag);
}

const char *coco_qemu_opt(const struct coco_qemu_opts *o, const char *key)
{
	for (size_t i = o->n; i > 0; i--)
		if (strcmp(o->v[i - 1].key, key) == 0)
			return o->v[i - 1].value;
	return NULL;
}
