/*
 * profile.c - the values of a launch profile (see profile.h).
 */
#include "formats/measure/profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/suggest.h"

void coco_profile_free(struct coco_profile *p)
{
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < p->v[i].n; k++)
			coco_free(p->v[i].texts[k]);
		coco_free(p->v[i].texts);
	}
	coco_free(p->v);
	memset(p, 0, sizeof(*p));
}

static struct coco_profile_value *find(const struct coco_profile *p, enum coco_profile_id id,
				       size_t row)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].id == id && p->v[i].row == row)
			return &p->v[i];
	return NULL;
}

const struct coco_profile_value *coco_profile_get(const struct coco_profile *p,
						  enum coco_profile_id id, size_t row)
{
	return find(p, id, row);
}

const char *coco_profile_text(const struct coco_profile *p, enum coco_profile_id id)
{
	const struct coco_profile_value *v = find(p, id, 0);

	return v != NULL && v->n != 0 ? v->texts[0] : NULL;
}

size_t coco_profile_rows(const struct coco_profile *p, enum coco_profile_id id)
{
	const char *table = coco_profile_key_at(id)->table;
	size_t rows = 0;

	for (size_t i = 0; i < p->n; i++)
		if (strcmp(coco_profile_key_at(p->v[i].id)->table, table) == 0 &&
		    p->v[i].row >= rows)
			rows = p->v[i].row + 1;
	return rows;
}

bool coco_profile_has_platform(const struct coco_profile *p, const char *platform)
{
	const struct coco_profile_value *v = find(p, COCO_PROFILE_PLATFORMS, 0);

	for (size_t i = 0; v != NULL && i < v->n; i++)
		if (strcmp(v->texts[i], platform) == 0)
			return true;
	return false;
}

/* ---- checks by kind --------------------------------------------------------- */

static int bad(const struct coco_profile_key *key, const char *text, struct coco_diag *diag,
	       const char *wanted)
{
	return coco_fail(diag, COCO_E_PROFILE_VALUE, "%s%s%s = \"%.60s%s\" is not %s", key->table,
			 key->table[0] != '\0' ? "." : "", key->name, text,
			 strlen(text) > 60 ? "..." : "", wanted);
}

static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

/* Digits of a base at *at, which moves behind them; false: none, or too large. */
static bool take_digits(const char **at, unsigned base, uint64_t *ret)
{
	const char *start = *at;
	uint64_t v = 0;

	for (; digit_of(**at) < base; (*at)++)
		if (coco_mul64_overflows(v, base, &v) ||
		    coco_add64_overflows(v, digit_of(**at), &v))
			return false;
	*ret = v;
	return *at != start;
}

static bool number(const char *text, uint64_t *ret)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *at = hex ? text + 2 : text;

	return take_digits(&at, hex ? 16 : 10, ret) && *at == '\0';
}

static bool is_size(const char *text)
{
	static const char *const units[] = { "", "KiB", "MiB", "GiB", "TiB" };
	const char *at = text;
	uint64_t v;

	if (!take_digits(&at, 10, &v) || v == 0)
		return false;
	for (unsigned i = 0; i < COCO_ARRAY_LEN(units); i++)
		if (strcmp(at, units[i]) == 0)
			return !coco_mul64_overflows(v, 1ULL << (10 * i), &v);
	return false;
}

static bool is_range(const char *text)
{
	const char *at = text;
	uint64_t from;
	uint64_t to;

	if (!take_digits(&at, 10, &from))
		return false;
	to = from;
	if (*at == '-') {
		at++;
		if (!take_digits(&at, 10, &to))
			return false;
	}
	return *at == '\0' && from >= 1 && from <= to && to <= COCO_PROFILE_VCPUS;
}

static bool is_hex(const char *text, size_t size)
{
	size_t n = strlen(text);

	if (n == 0 || n % 2 != 0 || (size != 0 && n != 2 * size))
		return false;
	for (size_t i = 0; i < n; i++)
		if (digit_of(text[i]) > 15)
			return false;
	return true;
}

static int check_base64(const struct coco_profile_key *key, const char *text,
			struct coco_diag *diag)
{
	uint8_t *p = NULL;
	size_t n = 0;
	int r = coco_b64_decode(COCO_B64_ANY, text, strlen(text), &p, &n, NULL);

	coco_free(p);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for a value");
	if (r != 0 || (key->size != 0 && n != key->size))
		return bad(key, text, diag, "base64 of that many bytes");
	return 0;
}

static int check_word(const struct coco_profile_key *key, const char *text,
		      struct coco_diag *diag)
{
	size_t n = 0;

	for (; key->words[n] != NULL; n++)
		if (strcmp(key->words[n], text) == 0)
			return 0;
	const char *near = coco_suggest(text, strlen(text), key->words, n);
	if (near != NULL)
		coco_diag_hint(diag, "did you mean \"%s\"?", near);
	return bad(key, text, diag, "one of the words of this key");
}

static int check_kind(const struct coco_profile_key *key, const char *text,
		      struct coco_diag *diag)
{
	uint64_t v;

	if (strlen(text) >= COCO_PROFILE_TEXT)
		return bad(key, text, diag, "short enough");
	switch (key->kind) {
	case COCO_PROFILE_KIND_TEXT:
		return 0;
	case COCO_PROFILE_KIND_PATH:
	case COCO_PROFILE_KIND_DIR:
	case COCO_PROFILE_KIND_REF:
		return text[0] != '\0' && strcmp(text, "-") != 0 ? 0 :
		       bad(key, text, diag, "a path");
	case COCO_PROFILE_KIND_WORD:
		return check_word(key, text, diag);
	case COCO_PROFILE_KIND_NUMBER:
		return number(text, &v) ? 0 : bad(key, text, diag, "a number, as 0x30000");
	case COCO_PROFILE_KIND_COUNT:
		return number(text, &v) && v <= UINT32_MAX ? 0 : bad(key, text, diag, "a number");
	case COCO_PROFILE_KIND_SIZE:
		return is_size(text) ? 0 : bad(key, text, diag, "a size, as 2GiB");
	case COCO_PROFILE_KIND_HEX:
		return is_hex(text, key->size) ? 0 :
		       bad(key, text, diag, "that many hexadecimal digits");
	case COCO_PROFILE_KIND_BASE64:
		return check_base64(key, text, diag);
	case COCO_PROFILE_KIND_BOOL:
		return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ? 0 :
		       bad(key, text, diag, "true or false");
	case COCO_PROFILE_KIND_RANGE:
		return is_range(text) ? 0 : bad(key, text, diag, "vCPUs, as 4 or 1-64");
	}
	return coco_fail(diag, COCO_E_INTERNAL, "a kind of value is not known");
}

int coco_profile_canonical(const struct coco_profile_key *key, const char *text, char **ret,
			   struct coco_diag *diag)
{
	uint64_t v = 0;
	char form[24];
	int r = check_kind(key, text, diag);

	if (r != 0)
		return r;
	if (key->kind == COCO_PROFILE_KIND_NUMBER && number(text, &v)) {
		snprintf(form, sizeof(form), "0x%" PRIx64, v);
		text = form;
	} else if (key->kind == COCO_PROFILE_KIND_COUNT && number(text, &v)) {
		snprintf(form, sizeof(form), "%" PRIu64, v);
		text = form;
	}
	char *copy = coco_strdup(text);
	if (copy == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a value");
	if (key->kind == COCO_PROFILE_KIND_HEX)
		for (char *c = copy; *c != '\0'; c++)
			if (*c >= 'A' && *c <= 'F')
				*c = (char)(*c - 'A' + 'a');
	*ret = copy;
	return 0;
}

/* ---- adding ------------------------------------------------------------------- */

static struct coco_profile_value *begin(struct coco_profile *p, enum coco_profile_id id,
					size_t row)
{
	struct coco_profile_value *v = find(p, id, row);

	if (v != NULL)
		return v;
	if (!coco_grow((void **)&p->v, &p->cap, p->n, sizeof(*p->v),
		       (size_t)COCO_PROFILE_IDS * COCO_PROFILE_ROWS))
		return NULL;
	v = &p->v[p->n++];
	*v = (struct coco_profile_value){ .id = id, .row = row };
	return v;
}

int coco_profile_add(struct coco_profile *p, enum coco_profile_id id, size_t row,
		     const char *text, const char *note, struct coco_diag *diag)
{
	const struct coco_profile_key *key = coco_profile_key_at(id);
	char *copy = NULL;

	if (row >= COCO_PROFILE_ROWS)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "%s: more than %d tables", key->table,
				 COCO_PROFILE_ROWS);
	int r = coco_profile_canonical(key, text, &copy, diag);
	if (r != 0)
		return r;
	struct coco_profile_value *v = begin(p, id, row);
	if (v != NULL && (key->flags & COCO_PROFILE_LIST) == 0 && v->n == 1)
		coco_free(v->texts[--v->n]);
	if (v == NULL || !coco_grow((void **)&v->texts, &v->cap, v->n, sizeof(*v->texts),
				    COCO_PROFILE_TEXTS)) {
		bool full = v != NULL && v->n == COCO_PROFILE_TEXTS;

		coco_free(copy);
		return coco_fail(diag, full ? COCO_E_LIMIT_SIZE : COCO_E_LIMIT_MEMORY,
				 "%s.%s: %s", key->table, key->name,
				 full ? "too many values" : "no memory");
	}
	v->texts[v->n++] = copy;
	if (note != NULL)
		snprintf(v->note, sizeof(v->note), "%s", note);
	return 0;
}
