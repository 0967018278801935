/*
 * profile_write.c - a launch profile as TOML (see profile.h).
 */
#include <string.h>

#include "formats/measure/profile.h"

static bool all_digits(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' &&
	       (text[0] != '0' || text[1] == '\0') && strlen(text) <= 18;
}

/* What TOML can hold as an integer or a truth value is written as one. */
static bool is_bare(enum coco_profile_kind kind, const char *text)
{
	switch (kind) {
	case COCO_PROFILE_KIND_BOOL:
	case COCO_PROFILE_KIND_COUNT:
		return true;
	case COCO_PROFILE_KIND_NUMBER:
		return strlen(text) <= 2 + 15;   /* below 2^63 */
	case COCO_PROFILE_KIND_SIZE:
	case COCO_PROFILE_KIND_RANGE:
		return all_digits(text);
	case COCO_PROFILE_KIND_TEXT:
	case COCO_PROFILE_KIND_PATH:
	case COCO_PROFILE_KIND_DIR:
	case COCO_PROFILE_KIND_REF:
	case COCO_PROFILE_KIND_WORD:
	case COCO_PROFILE_KIND_HEX:
	case COCO_PROFILE_KIND_BASE64:
		break;
	}
	return false;
}

static void put_text(struct coco_wr *wr, const struct coco_profile_key *key, const char *text)
{
	if (is_bare(key->kind, text))
		coco_wr_str(wr, text);
	else
		coco_toml_put_string(wr, text, strlen(text));
}

static void put_value(struct coco_wr *wr, const struct coco_profile_value *v)
{
	const struct coco_profile_key *key = coco_profile_key_at(v->id);
	char note[2 * COCO_PROFILE_NOTE];

	if (v->note[0] != '\0') {
		coco_escape(note, sizeof(note), v->note, strlen(v->note));
		coco_wr_printf(wr, "# %s\n", note);
	}
	coco_wr_printf(wr, "%s = ", key->name);
	if ((key->flags & COCO_PROFILE_LIST) != 0)
		coco_wr_u8(wr, '[');
	for (size_t i = 0; i < v->n; i++) {
		coco_wr_str(wr, i != 0 ? ", " : "");
		put_text(wr, key, v->texts[i]);
	}
	coco_wr_str(wr, (key->flags & COCO_PROFILE_LIST) != 0 ? "]\n" : "\n");
}

/* The keys of a table, in the order of the list; true when there was one. */
static void put_table(struct coco_wr *wr, const struct coco_profile *p, int first, size_t row)
{
	const char *table = coco_profile_key_at((enum coco_profile_id)first)->table;
	bool begun = table[0] == '\0';

	for (int id = first; id < COCO_PROFILE_IDS; id++) {
		const struct coco_profile_value *v =
			coco_profile_get(p, (enum coco_profile_id)id, row);

		if (strcmp(coco_profile_key_at((enum coco_profile_id)id)->table, table) != 0)
			return;
		if (v == NULL || v->n == 0)
			continue;
		if (!begun)
			coco_wr_printf(wr, coco_profile_is_rows(table) ? "\n[[%s]]\n" : "\n[%s]\n",
				       table);
		begun = true;
		put_value(wr, v);
	}
}

void coco_profile_write(struct coco_wr *wr, const struct coco_profile *p)
{
	const char *last = NULL;

	coco_wr_printf(wr, "schema = \"%s\"\n", COCO_PROFILE_SCHEMA);
	for (int id = 0; id < COCO_PROFILE_IDS; id++) {
		const char *table = coco_profile_key_at((enum coco_profile_id)id)->table;
		size_t rows = 1;

		if (last != NULL && strcmp(last, table) == 0)
			continue;
		last = table;
		if (coco_profile_is_rows(table))
			rows = coco_profile_rows(p, (enum coco_profile_id)id);
		for (size_t row = 0; row < rows; row++)
			put_table(wr, p, id, row);
	}
}

int coco_profile_encode(const struct coco_profile *p, uint8_t **ret, size_t *ret_n,
			struct coco_diag *diag)
{
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_TOML_MAX_SIZE);
	coco_profile_write(&wr, p);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
