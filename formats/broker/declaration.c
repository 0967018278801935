/*
 * declaration.c - what a key broker shall hold (see declaration.h).
 */
#include "formats/broker/declaration.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/resource_id.h"

void coco_declaration_free(struct coco_declaration *d)
{
	coco_free(d->ledger_trust);
	coco_free(d->keys);
	coco_free(d->policies);
	coco_free(d->values);
	coco_free(d->initdata);
	coco_free(d->sealed);
	coco_toml_free(&d->doc);
	memset(d, 0, sizeof(*d));
}

/* ---- pieces --------------------------------------------------------------------- */

/* An optional text, which is not empty when it is there. */
static int take_text(const struct coco_toml_value *table, const char *key, const char **ret,
		     struct coco_diag *diag)
{
	const char *text = NULL;

	if (coco_toml_find(table, key) == NULL)
		return 0;
	int r = coco_toml_string(table, key, &text, diag);
	if (r == 0 && text[0] == '\0')
		return coco_toml_fail(table, key, COCO_E_DECLARATION_VALUE, diag, "%s is empty",
				      key);
	if (r == 0)
		*ret = text;
	return r;
}

/* An optional file or reference; standard input is none, for two could name it. */
static int take_source(const struct coco_toml_value *table, const char *key, const char **ret,
		       struct coco_diag *diag)
{
	int r = take_text(table, key, ret, diag);

	if (r == 0 && *ret != NULL && strcmp(*ret, "-") == 0)
		return coco_toml_fail(table, key, COCO_E_DECLARATION_VALUE, diag,
				      "%s: standard input has no place in a declaration", key);
	return r;
}

static int need(const struct coco_toml_value *table, const char *key, const char *text,
		struct coco_diag *diag)
{
	return text != NULL ? 0 : coco_toml_fail(table, key, COCO_E_DECLARATION_VALUE, diag,
						 "%s is missing", key);
}

static int need_source(const struct coco_toml_value *table, const char *key, const char **ret,
		       struct coco_diag *diag)
{
	int r = take_source(table, key, ret, diag);

	return r == 0 ? need(table, key, *ret, diag) : r;
}

/*
 * The tables of an array of tables: gives *ret_items with room for all, zeroed.
 * Absent: none.
 */
static int open_array(const struct coco_toml_value *root, const char *name, size_t size,
		      void **ret_items, const struct coco_toml_value **ret, struct coco_diag *diag)
{
	int r = coco_toml_opt(root, name, COCO_TOML_ARRAY, ret, diag);

	if (r != 0 || *ret == NULL || (*ret)->n == 0)
		return r;
	if ((*ret)->n > COCO_DECLARATION_ENTRIES)
		return coco_toml_fail(*ret, NULL, COCO_E_LIMIT_COUNT, diag,
				      "%s: more than %d entries", name, COCO_DECLARATION_ENTRIES);
	*ret_items = coco_zalloc((*ret)->n, size);
	return *ret_items != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY,
						  "no memory for a declaration");
}

static int open_item(const struct coco_toml_value *item, const char *const *names, size_t n,
		     struct coco_diag *diag)
{
	int r = coco_toml_as(item, COCO_TOML_TABLE, diag);

	return r == 0 ? coco_toml_closed(item, names, n, diag) : r;
}

/* ---- [broker], [ledger], [resource_policy] -------------------------------------- */

static int take_broker(struct coco_declared_broker *b, const struct coco_toml_value *root,
		       struct coco_diag *diag)
{
	static const char *const names[] = {
		"address", "trustee_version", "admin_key", "admin_token", "issuer", "audience",
		"ca", "pin", "client_cert", "client_key", "timeout", "store_json",
	};
	const struct {
		const char *key;
		const char **ret;
		bool source;
	} texts[] = {
		{ "address", &b->address, false },
		{ "trustee_version", &b->trustee_version, false },
		{ "admin_key", &b->admin_key, true },
		{ "admin_token", &b->admin_token, true },
		{ "issuer", &b->issuer, false },
		{ "audience", &b->audience, false },
		{ "ca", &b->ca, true },
		{ "pin", &b->pin, false },
		{ "client_cert", &b->client_cert, true },
		{ "client_key", &b->client_key, true },
	};
	const struct coco_toml_value *table = NULL;
	int64_t timeout = 0;

	int r = coco_toml_opt(root, "broker", COCO_TOML_TABLE, &table, diag);
	if (r != 0 || table == NULL)
		return r;
	r = coco_toml_closed(table, names, COCO_ARRAY_LEN(names), diag);
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(texts); i++)
		r = texts[i].source ? take_source(table, texts[i].key, texts[i].ret, diag) :
		    take_text(table, texts[i].key, texts[i].ret, diag);
	if (r == 0 && coco_toml_find(table, "timeout") != NULL)
		r = coco_toml_i64(table, "timeout", 1, 3600, &timeout, diag);
	if (r == 0 && coco_toml_find(table, "store_json") != NULL)
		r = coco_toml_bool(table, "store_json", &b->store_json, diag);
	b->timeout = (uint32_t)timeout;
	if (r == 0 && b->admin_key != NULL && b->admin_token != NULL)
		r = coco_toml_fail(table, "admin_token", COCO_E_DECLARATION_VALUE, diag,
				   "admin_key and admin_token: one of them");
	if (r == 0 && (b->client_key == NULL) != (b->client_cert == NULL))
		r = coco_toml_fail(table, NULL, COCO_E_DECLARATION_VALUE, diag,
				   "client_cert and client_key belong together");
	return r;
}

static int take_ledger(struct coco_declaration *d, const struct coco_toml_value *root,
		       struct coco_diag *diag)
{
	static const char *const names[] = { "key", "trust" };
	const struct coco_toml_value *table = NULL;
	const struct coco_toml_value *list = NULL;
	void *items = NULL;

	int r = coco_toml_opt(root, "ledger", COCO_TOML_TABLE, &table, diag);
	if (r != 0 || table == NULL)
		return r;
	r = coco_toml_closed(table, names, COCO_ARRAY_LEN(names), diag);
	if (r == 0)
		r = take_source(table, "key", &d->ledger_key, diag);
	if (r == 0)
		r = open_array(table, "trust", sizeof(*d->ledger_trust), &items, &list, diag);
	d->ledger_trust = items;
	if (r != 0 || list == NULL)
		return r;
	for (const struct coco_toml_value *v = list->first; r == 0 && v != NULL; v = v->next) {
		r = coco_toml_as(v, COCO_TOML_STRING, diag);
		if (r == 0 && (v->n == 0 || strlen(v->u.text) != v->n))
			r = coco_toml_fail(v, NULL, COCO_E_DECLARATION_VALUE, diag,
					   "trust lists files with public keys");
		if (r == 0)
			d->ledger_trust[d->n_ledger_trust++] = v->u.text;
	}
	return r;
}

static int take_resource_policy(struct coco_declaration *d, const struct coco_toml_value *root,
				struct coco_diag *diag)
{
	static const char *const names[] = { "file" };
	const struct coco_toml_value *table = NULL;

	int r = coco_toml_opt(root, "resource_policy", COCO_TOML_TABLE, &table, diag);
	if (r != 0 || table == NULL)
		return r;
	r = coco_toml_closed(table, names, COCO_ARRAY_LEN(names), diag);
	return r == 0 ? need_source(table, "file", &d->resource_policy, diag) : r;
}

/* ---- the arrays of tables ------------------------------------------------------- */

static int take_key(struct coco_declaration *d, const struct coco_toml_value *item,
		    struct coco_diag *diag)
{
	static const char *const names[] = { "resource", "from" };
	struct coco_declared_key k = { .resource = NULL };
	struct coco_resource_id id;

	int r = open_item(item, names, COCO_ARRAY_LEN(names), diag);
	if (r == 0)
		r = take_text(item, "resource", &k.resource, diag);
	if (r == 0)
		r = need(item, "resource", k.resource, diag);
	if (r == 0)
		r = need_source(item, "from", &k.from, diag);
	if (r == 0 && coco_resource_id_parse(&id, k.resource, strlen(k.resource), NULL) != 0)
		r = coco_toml_fail(item, "resource", COCO_E_DECLARATION_VALUE, diag,
				   "\"%.100s\" is not repo/type/tag", k.resource);
	for (size_t i = 0; r == 0 && i < d->n_keys; i++)
		if (strcmp(d->keys[i].resource, k.resource) == 0)
			r = coco_toml_fail(item, "resource", COCO_E_DECLARATION_VALUE, diag,
					   "%.100s is declared twice", k.resource);
	if (r == 0)
		d->keys[d->n_keys++] = k;
	return r;
}

static bool policy_id(const char *id)
{
	size_t n = strlen(id);

	return n > 0 && n < COCO_DECLARATION_ID && id[0] != '.' &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") ==
	       n;
}

static int take_policy(struct coco_declaration *d, const struct coco_toml_value *item,
		       struct coco_diag *diag)
{
	static const char *const names[] = { "class", "id", "file" };
	static const char *const classes[] = { "cpu", "gpu", "switch", "ppcie", "dcu" };
	struct coco_declared_policy p = { .file = NULL };
	const char *class = NULL;
	const char *id = NULL;
	size_t i = 0;

	int r = open_item(item, names, COCO_ARRAY_LEN(names), diag);
	if (r == 0)
		r = take_text(item, "class", &class, diag);
	if (r == 0)
		r = take_text(item, "id", &id, diag);
	if (r == 0 && (class == NULL) == (id == NULL))
		r = coco_toml_fail(item, NULL, COCO_E_DECLARATION_VALUE, diag,
				   "an attestation policy has a class or an id");
	if (r == 0 && class != NULL) {
		while (i < COCO_ARRAY_LEN(classes) && strcmp(classes[i], class) != 0)
			i++;
		if (i == COCO_ARRAY_LEN(classes))
			r = coco_toml_fail(item, "class", COCO_E_DECLARATION_VALUE, diag,
					   "class is one of cpu, gpu, switch, ppcie, dcu");
	} else if (r == 0 && !policy_id(id)) {
		r = coco_toml_fail(item, "id", COCO_E_DECLARATION_VALUE, diag,
				   "\"%.100s\" is no id of a policy", id);
	}
	if (r == 0)
		r = need_source(item, "file", &p.file, diag);
	if (r != 0)
		return r;
	snprintf(p.id, sizeof(p.id), "%s%s", class != NULL ? "default_" : "",
		 class != NULL ? class : id);
	for (i = 0; i < d->n_policies; i++)
		if (strcmp(d->policies[i].id, p.id) == 0)
			return coco_toml_fail(item, NULL, COCO_E_DECLARATION_VALUE, diag,
					      "attestation policy %s is declared twice", p.id);
	d->policies[d->n_policies++] = p;
	return 0;
}

static int take_values(struct coco_declaration *d, const struct coco_toml_value *item,
		       struct coco_diag *diag)
{
	static const char *const names[] = { "file", "verifier" };
	static const char *const verifiers[] = { "plain", "az-snp-vtpm", "az-tdx-vtpm" };
	struct coco_declared_values v = { .file = NULL };
	const char *word = NULL;
	size_t i = 0;

	int r = open_item(item, names, COCO_ARRAY_LEN(names), diag);
	if (r == 0)
		r = need_source(item, "file", &v.file, diag);
	if (r == 0)
		r = take_text(item, "verifier", &word, diag);
	if (r != 0)
		return r;
	while (word != NULL && i < COCO_ARRAY_LEN(verifiers) && strcmp(verifiers[i], word) != 0)
		i++;
	if (i == COCO_ARRAY_LEN(verifiers))
		return coco_toml_fail(item, "verifier", COCO_E_DECLARATION_VALUE, diag,
				      "verifier is one of plain, az-snp-vtpm, az-tdx-vtpm");
	v.verifier = (enum coco_ref_tee)i;
	d->values[d->n_values++] = v;
	return 0;
}

static int take_initdata(struct coco_declaration *d, const struct coco_toml_value *item,
			 struct coco_diag *diag)
{
	static const char *const names[] = { "file", "digest" };
	static const size_t sizes[COCO_INITDATA_ALGS] = { 32, 48, 64 };
	struct coco_declared_initdata v = { .n = 0 };
	const char *digest = NULL;

	int r = open_item(item, names, COCO_ARRAY_LEN(names), diag);
	if (r == 0)
		r = need_source(item, "file", &v.file, diag);
	if (r == 0)
		r = take_text(item, "digest", &digest, diag);
	if (r == 0)
		r = need(item, "digest", digest, diag);
	for (size_t i = 0; r == 0 && v.n == 0 && i < COCO_INITDATA_ALGS; i++) {
		const char *name = coco_initdata_alg_name((enum coco_initdata_alg)i);
		size_t n = strlen(name);

		if (strncmp(digest, name, n) == 0 && digest[n] == ':' &&
		    coco_hex_decode(v.digest, sizes[i], digest + n + 1, strlen(digest + n + 1),
				    NULL) == 0) {
			v.alg = (enum coco_initdata_alg)i;
			v.n = sizes[i];
		}
	}
	if (r == 0 && v.n == 0)
		r = coco_toml_fail(item, "digest", COCO_E_DECLARATION_VALUE, diag,
				   "digest is sha256:, sha384: or sha512: and its digits");
	if (r == 0)
		d->initdata[d->n_initdata++] = v;
	return r;
}

static int take_sealed(struct coco_declaration *d, const struct coco_toml_value *item,
		       struct coco_diag *diag)
{
	static const char *const names[] = { "file", "public_key" };
	struct coco_declared_sealed s = { .file = NULL };

	int r = open_item(item, names, COCO_ARRAY_LEN(names), diag);
	if (r == 0)
		r = need_source(item, "file", &s.file, diag);
	if (r == 0)
		r = need_source(item, "public_key", &s.public_key, diag);
	if (r == 0)
		d->sealed[d->n_sealed++] = s;
	return r;
}

static int take_arrays(struct coco_declaration *d, const struct coco_toml_value *root,
		       struct coco_diag *diag)
{
	const struct {
		const char *name;
		size_t size;
		void **items;
		int (*take)(struct coco_declaration *, const struct coco_toml_value *,
			    struct coco_diag *);
	} arrays[] = {
		{ "key", sizeof(*d->keys), (void **)&d->keys, take_key },
		{ "attestation_policy", sizeof(*d->policies), (void **)&d->policies, take_policy },
		{ "reference_values", sizeof(*d->values), (void **)&d->values, take_values },
		{ "initdata", sizeof(*d->initdata), (void **)&d->initdata, take_initdata },
		{ "sealed_secret", sizeof(*d->sealed), (void **)&d->sealed, take_sealed },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(arrays); i++) {
		const struct coco_toml_value *list = NULL;

		r = open_array(root, arrays[i].name, arrays[i].size, arrays[i].items, &list, diag);
		if (list == NULL)
			continue;
		for (const struct coco_toml_value *v = list->first; r == 0 && v != NULL;
		     v = v->next)
			r = arrays[i].take(d, v, diag);
	}
	return r;
}

/* ---- the document --------------------------------------------------------------- */

static int take_document(struct coco_declaration *d, struct coco_diag *diag)
{
	static const char *const names[] = {
		"schema", "broker", "ledger", "resource_policy", "attestation_policy",
		"reference_values", "initdata", "key", "sealed_secret",
	};
	const struct coco_toml_value *root = &d->doc.root;
	const char *schema = NULL;

	int r = take_text(root, "schema", &schema, diag);
	if (r == 0 && (schema == NULL || strcmp(schema, COCO_DECLARATION_SCHEMA) != 0))
		r = coco_toml_fail(root, NULL, COCO_E_DECLARATION_VALUE, diag,
				   "there is no schema = \"%s\"", COCO_DECLARATION_SCHEMA);
	if (r == 0)
		r = coco_toml_closed(root, names, COCO_ARRAY_LEN(names), diag);
	if (r == 0)
		r = take_broker(&d->broker, root, diag);
	if (r == 0)
		r = take_ledger(d, root, diag);
	if (r == 0)
		r = take_resource_policy(d, root, diag);
	return r == 0 ? take_arrays(d, root, diag) : r;
}

int coco_declaration_decode(struct coco_declaration *ret, struct coco_view text,
			    struct coco_diag *diag)
{
	memset(ret, 0, sizeof(*ret));
	int r = coco_toml_parse(&ret->doc, text, diag);

	if (r != 0)
		return r;
	r = take_document(ret, diag);
	if (r != 0)
		coco_declaration_free(ret);
	return r;
}
