/*
 * declared.c - a declaration with what it names (see declared.h).
 */
#include "lib/broker/declared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/broker/rego_deny.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/declared_priv.h"
#include "lib/core/io.h"
#include "lib/core/keyref.h"

static int no_memory(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a declaration");
}

void coco_declared_free(struct coco_declared *d)
{
	for (size_t i = 0; i < d->n; i++) {
		coco_free(d->v[i].name);
		coco_free(d->v[i].from);
		coco_secret_free(&d->v[i].value);
	}
	coco_free(d->v);
	coco_free(d->path);
	coco_free(d->dir);
	coco_declaration_free(&d->d);
	memset(d, 0, sizeof(*d));
}

int coco_declared_load(struct coco_declared *ret, const char *path, struct coco_diag *diag)
{
	const char *slash = strrchr(path, '/');
	uint8_t *text = NULL;
	size_t n = 0;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (strcmp(path, "-") == 0)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "a declaration is a file: its ledger "
				 "lies beside it");
	r = coco_read_file(path, COCO_TOML_MAX_SIZE, &text, &n, diag);
	if (r != 0)
		return r;
	ret->path = coco_strdup(path);
	ret->dir = coco_strndup(path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
	if (ret->path == NULL || ret->dir == NULL)
		r = no_memory(diag);
	if (r == 0)
		r = coco_declaration_decode(&ret->d, coco_view_of(text, n), diag);
	coco_free(text);
	if (r != 0) {
		coco_diag_source(diag, "%s", path);
		coco_declared_free(ret);
	}
	return r;
}

/* ---- paths and addresses -------------------------------------------------------- */

/*
 * Bytes of the scheme in front of a path; SIZE_MAX for references that name no
 * file, and for unknown ones, which whoever reads them refuses.
 */
static size_t scheme_length(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+");

	if (strncmp(text, "file:", 5) == 0)
		return 5;
	if (strncmp(text, "store:", 6) == 0)
		return 6;
	return n > 0 && text[n] == ':' ? SIZE_MAX : 0;
}

int coco_declared_resolve(const struct coco_declared *d, const char *text, char **ret,
			  struct coco_diag *diag)
{
	*ret = NULL;
	if (text == NULL)
		return 0;
	size_t n_scheme = scheme_length(text);
	size_t n_dir = strlen(d->dir);
	if (n_scheme == SIZE_MAX || text[n_scheme] == '/' || n_dir == 0) {
		*ret = coco_strdup(text);
		return *ret != NULL ? 0 : no_memory(diag);
	}
	size_t n = strlen(text) + n_dir + 1;
	char *joined = coco_alloc(n, 1);
	if (joined == NULL)
		return no_memory(diag);
	snprintf(joined, n, "%.*s%s%s", (int)n_scheme, text, d->dir, text + n_scheme);
	*ret = joined;
	return 0;
}

/* The path without links of what is there; given (coco_free), NULL otherwise. */
static char *real_path(const char *path)
{
	char *libc = realpath(path, NULL);
	char *copy = libc != NULL ? coco_strdup(libc) : NULL;

	free(libc);
	return copy;
}

/* The same of a directory that may not be there yet, but in one that is. */
static char *real_place(const char *dir)
{
	char *found = real_path(dir);
	size_t n = strlen(dir);
	char *place = NULL;

	if (found != NULL)
		return found;
	while (n > 1 && dir[n - 1] == '/')
		n--;
	const char *slash = memrchr(dir, '/', n);
	char *parent = slash != NULL ? coco_strndup(dir, (size_t)(slash - dir) + 1) :
		       coco_strdup(".");
	char *name = slash != NULL ? coco_strndup(slash + 1, n - (size_t)(slash + 1 - dir)) :
		     coco_strndup(dir, n);
	char *above = parent != NULL ? real_path(parent) : NULL;
	if (above != NULL && name != NULL)
		place = coco_path_join(strcmp(above, "/") == 0 ? "" : above, name);
	coco_free(above);
	coco_free(name);
	coco_free(parent);
	return place;
}

static int store_identity(const struct coco_declared *d, const char *dir, char *ret, size_t cap,
			  struct coco_diag *diag)
{
	char *place = real_place(dir);
	char *base = real_path(d->dir[0] != '\0' ? d->dir : ".");
	int r = 0;

	if (place == NULL || base == NULL) {
		r = coco_fail(diag, COCO_E_IO_OPEN, "the directory that shall hold %s is not there",
			      dir);
	} else {
		size_t n = strlen(base);
		bool below = strncmp(place, base, n) == 0 && place[n] == '/';

		if (snprintf(ret, cap, "store:%s", below ? place + n + 1 : place) >= (int)cap)
			r = coco_fail(diag, COCO_E_LIMIT_SIZE, "the path %s is too long", dir);
	}
	coco_free(base);
	coco_free(place);
	return r;
}

int coco_declared_identity(const struct coco_declared *d, const char *address, char *ret,
			   size_t cap, struct coco_diag *diag)
{
	if (strncmp(address, "store:", 6) == 0)
		return store_identity(d, address + 6, ret, cap, diag);
	const char *host = strstr(address, "://");
	const char *begin = host != NULL ? host + 3 : address;
	size_t n_host = strcspn(begin, "/?#");
	const char *user = memrchr(begin, '@', n_host);
	const char *rest = user != NULL ? user + 1 : begin;
	size_t n = strcspn(rest, "?#");
	while (n > 0 && rest[n - 1] == '/')
		n--;
	if (snprintf(ret, cap, "%.*s%.*s", (int)(begin - address), address, (int)n, rest) >=
	    (int)cap)
		return coco_fail(diag, COCO_E_USAGE_URL, "the address is too long");
	return 0;
}

/* ---- gathering ------------------------------------------------------------------ */

int coco_gather_item(struct coco_gather *g, enum coco_item_type type, const char *name,
		     struct coco_wanted **ret)
{
	struct coco_declared *d = g->d;

	if (!coco_grow((void **)&d->v, &d->cap, d->n, sizeof(*d->v), COCO_DECLARED_ITEMS))
		return d->n == COCO_DECLARED_ITEMS ?
		       coco_fail(g->diag, COCO_E_LIMIT_COUNT, "more than %d items",
				 COCO_DECLARED_ITEMS) : no_memory(g->diag);
	struct coco_wanted *w = &d->v[d->n];
	*w = (struct coco_wanted){ .type = type, .name = coco_strdup(name) };
	if (w->name == NULL)
		return no_memory(g->diag);
	d->n++;
	if (ret != NULL)
		*ret = w;
	return 0;
}

int coco_gather_file(struct coco_gather *g, const char *file, size_t max, uint8_t **ret,
		     size_t *ret_n)
{
	char *path = NULL;
	int r = coco_declared_resolve(g->d, file, &path, g->diag);

	if (r == 0)
		r = coco_read_file(path, max, ret, ret_n, g->diag);
	coco_free(path);
	return r;
}

static int policy(struct coco_gather *g, enum coco_item_type type, const char *id,
		  const char *file)
{
	struct coco_wanted *w = NULL;
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_gather_file(g, file, COCO_REGO_MAX, &text, &n);

	if (r == 0 && n == 0) {
		r = coco_fail(g->diag, COCO_E_FORMAT_VALUE, "the policy is empty");
		coco_diag_source(g->diag, "%s", file);
	}
	if (r == 0)
		r = coco_gather_item(g, type, id, &w);
	if (r == 0)
		r = coco_secret_from(&w->value, text, n, g->diag);
	coco_free(text);
	return r;
}

static int key(struct coco_gather *g, const struct coco_declared_key *k)
{
	enum coco_keyref_kind kind;
	struct coco_wanted *w = NULL;
	int r = coco_gather_item(g, COCO_ITEM_RESOURCE, k->resource, &w);

	if (r == 0)
		r = coco_declared_resolve(g->d, k->from, &w->from, g->diag);
	if (r == 0)
		r = coco_keyref_check(w->from, &kind, g->diag);
	/* these can be read once only */
	if (r == 0 && (kind == COCO_KEYREF_FD || kind == COCO_KEYREF_ENV)) {
		r = coco_keyref_load(w->from, COCO_BACKEND_VALUE, g->key_flags, &w->value,
				     g->diag);
		coco_free(w->from);
		w->from = NULL;
	}
	return r;
}

int coco_declared_gather(struct coco_declared *d, const struct coco_run *run,
			 const struct coco_backend_info *info, unsigned key_flags,
			 struct coco_outcomes *list, struct coco_diag *diag)
{
	struct coco_gather g = { d, run, info, key_flags, list, diag };
	const struct coco_declaration *c = &d->d;
	int r = 0;

	if (c->resource_policy != NULL)
		r = policy(&g, COCO_ITEM_RESOURCE_POLICY, "", c->resource_policy);
	for (size_t i = 0; r == 0 && i < c->n_policies; i++)
		r = policy(&g, COCO_ITEM_ATTESTATION_POLICY, c->policies[i].id,
			   c->policies[i].file);
	if (r == 0)
		r = coco_gather_values(&g);
	for (size_t i = 0; r == 0 && i < c->n_keys; i++)
		r = key(&g, &c->keys[i]);
	if (r == 0)
		r = coco_gather_sealed(&g);
	if (r == 0)
		r = coco_gather_initdata(&g);
	return r == 0 ? coco_outcomes_finish(list, diag) : r;
}

int coco_wanted_value(const struct coco_wanted *w, unsigned key_flags, struct coco_secret *ret,
		      struct coco_diag *diag)
{
	if (w->from == NULL)
		return coco_secret_from(ret, coco_secret_expose(&w->value), w->value.n, diag);
	return coco_keyref_load(w->from, COCO_BACKEND_VALUE, key_flags, ret, diag);
}
