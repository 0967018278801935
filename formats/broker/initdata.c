/*
 * initdata.c - the initdata document (see initdata.h).
 */
#include "formats/broker/initdata.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "formats/core/utf8.h"

static const char *const algs[COCO_INITDATA_ALGS] = { "sha256", "sha384", "sha512" };

const char *coco_initdata_alg_name(enum coco_initdata_alg alg)
{
	return algs[alg];
}

static int take_version(const struct coco_toml_value *root, struct coco_diag *diag)
{
	const char *version = "";
	int r = coco_toml_string(root, "version", &version, diag);

	if (r != 0 || strcmp(version, COCO_INITDATA_VERSION) == 0)
		return r;
	coco_diag_expected(diag, "%s", COCO_INITDATA_VERSION);
	coco_diag_actual(diag, "%s", version);
	return coco_toml_fail(coco_toml_find(root, "version"), NULL, COCO_E_INITDATA_VERSION, diag,
			      "another version of the initdata format");
}

static int take_algorithm(struct coco_initdata *d, struct coco_diag *diag)
{
	const char *name = "";
	int r = coco_toml_string(&d->doc.root, "algorithm", &name, diag);

	if (r != 0)
		return r;
	for (unsigned i = 0; i < COCO_INITDATA_ALGS; i++) {
		if (strcmp(name, algs[i]) == 0) {
			d->alg = (enum coco_initdata_alg)i;
			return 0;
		}
	}
	coco_diag_expected(diag, "sha256, sha384 or sha512");
	coco_diag_actual(diag, "%s", name);
	return coco_toml_fail(coco_toml_find(&d->doc.root, "algorithm"), NULL,
			      COCO_E_INITDATA_ALGORITHM, diag,
			      "an algorithm that no runtime knows");
}

static int take_entries(struct coco_initdata *d, struct coco_diag *diag)
{
	const struct coco_toml_value *data = NULL;
	int r = coco_toml_get(&d->doc.root, "data", COCO_TOML_TABLE, &data, diag);

	if (r != 0)
		return r;
	for (const struct coco_toml_value *v = data->first; v != NULL; v = v->next) {
		if (d->n == COCO_INITDATA_ENTRIES)
			return coco_toml_fail(v, NULL, COCO_E_LIMIT_COUNT, diag,
					      "more than %d entries", COCO_INITDATA_ENTRIES);
		struct coco_initdata_entry *e = &d->entry[d->n];
		if (strlen(v->key) != v->n_key)
			return coco_toml_fail(v, NULL, COCO_E_INITDATA_ENTRY, diag,
					      "a name with a NUL");
		r = coco_toml_string(data, v->key, &e->text, diag);
		if (r != 0)
			return r;
		e->name = v->key;
		e->n = strlen(e->text);
		e->line = v->line;
		d->n++;
	}
	return 0;
}

int coco_initdata_decode(struct coco_initdata *ret, struct coco_view text,
			 struct coco_diag *diag)
{
	memset(ret, 0, sizeof(*ret));
	int r = coco_toml_parse(&ret->doc, text, diag);

	if (r != 0)
		return r;
	r = take_version(&ret->doc.root, diag);
	if (r == 0)
		r = take_algorithm(ret, diag);
	if (r == 0)
		r = take_entries(ret, diag);
	if (r != 0)
		coco_initdata_free(ret);
	return r;
}

void coco_initdata_free(struct coco_initdata *d)
{
	coco_toml_free(&d->doc);
	memset(d, 0, sizeof(*d));
}

const struct coco_initdata_entry *coco_initdata_find(const struct coco_initdata *d,
						     const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->entry[i].name, name) == 0)
			return &d->entry[i];
	return NULL;
}

/* ---- writing -------------------------------------------------------------------- */

/*
 * A multi-line literal string cannot hold three quotes, nor end in one, nor
 * hold control characters other than tab and line feed.
 */
static bool fits_literal(const struct coco_initdata_entry *e)
{
	if (e->n > 0 && e->text[e->n - 1] == '\'')
		return false;
	for (size_t i = 0; i < e->n; i++) {
		unsigned char c = (unsigned char)e->text[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return false;
		if (c == '\'' && i + 2 < e->n && memcmp(e->text + i, "'''", 3) == 0)
			return false;
	}
	return true;
}

static void put_entry(struct coco_wr *wr, const struct coco_initdata_entry *e)
{
	coco_toml_put_string(wr, e->name, strlen(e->name));
	coco_wr_str(wr, " = ");
	if (fits_literal(e)) {
		/* the line end after the opening quotes is not part of the text */
		coco_wr_str(wr, "'''\n");
		coco_wr_bytes(wr, e->text, e->n);
		coco_wr_str(wr, "'''");
	} else {
		coco_toml_put_string(wr, e->text, e->n);
	}
	coco_wr_u8(wr, '\n');
}

/* The entries in byte order of their names; a name twice is refused. */
static int sort(const struct coco_initdata_entry **order,
		const struct coco_initdata_entry *entries, size_t n, struct coco_diag *diag)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = i;

		for (; at > 0 && strcmp(order[at - 1]->name, entries[i].name) > 0; at--)
			order[at] = order[at - 1];
		order[at] = &entries[i];
		if (at > 0 && strcmp(order[at - 1]->name, entries[i].name) == 0)
			return coco_fail(diag, COCO_E_INITDATA_ENTRY,
					 "the entry \"%s\" is given twice", entries[i].name);
	}
	return 0;
}

static int check_texts(const struct coco_initdata_entry *entries, size_t n,
		       struct coco_diag *diag)
{
	for (size_t i = 0; i < n; i++) {
		const struct coco_initdata_entry *e = &entries[i];
		size_t n_name = strlen(e->name);

		if (n_name == 0 || n_name > COCO_TOML_MAX_KEY ||
		    !coco_utf8_valid((const uint8_t *)e->name, n_name, NULL))
			return coco_fail(diag, COCO_E_INITDATA_ENTRY,
					 "entry %zu has a name that is empty, longer than %d bytes "
					 "or not UTF-8", i + 1, COCO_TOML_MAX_KEY);
		if (!coco_utf8_valid((const uint8_t *)e->text, e->n, NULL) ||
		    memchr(e->text, 0, e->n) != NULL)
			return coco_fail(diag, COCO_E_INITDATA_ENTRY,
					 "the entry \"%s\" is not text in UTF-8", e->name);
	}
	return 0;
}

int coco_initdata_encode(enum coco_initdata_alg alg, const struct coco_initdata_entry *entries,
			 size_t n, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	const struct coco_initdata_entry *order[COCO_INITDATA_ENTRIES];
	struct coco_wr wr;

	if (n > COCO_INITDATA_ENTRIES)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d entries",
				 COCO_INITDATA_ENTRIES);
	int r = check_texts(entries, n, diag);
	if (r == 0)
		r = sort(order, entries, n, diag);
	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_INITDATA_MAX);
	coco_wr_printf(&wr, "version = \"%s\"\nalgorithm = \"%s\"\n\n[data]\n",
		       COCO_INITDATA_VERSION, algs[alg]);
	for (size_t i = 0; i < n; i++)
		put_entry(&wr, order[i]);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
