/*
 * grants.c - which guest may have which resources (see grants.h).
 */
#include "formats/broker/grants.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "formats/core/resource_id.h"

static const char *const platforms[COCO_GRANT_PLATFORMS] = {
	[COCO_GRANT_SNP] = "snp",
	[COCO_GRANT_TDX] = "tdx",
	[COCO_GRANT_AZ_SNP] = "az-snp-vtpm",
	[COCO_GRANT_AZ_TDX] = "az-tdx-vtpm",
	[COCO_GRANT_TPM] = "tpm",
};

const char *coco_grant_platform_name(enum coco_grant_platform platform)
{
	return platforms[platform];
}

enum coco_grant_platform coco_grant_platform_find(const char *name)
{
	int i = 0;

	while (i < COCO_GRANT_PLATFORMS && strcmp(platforms[i], name) != 0)
		i++;
	return (enum coco_grant_platform)i;
}

bool coco_grant_id(const char *text)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t n = strlen(text);

	return n > 0 && n <= COCO_GRANTS_ID && strspn(text, allowed) == n;
}

int coco_grant_resource(const char *text, bool *ret_all, struct coco_diag *diag)
{
	struct coco_resource_id id;
	size_t n = strlen(text);
	char copy[COCO_RESOURCE_URI_MAX];
	bool all = n >= 2 && strcmp(text + n - 2, "/*") == 0;

	if (n >= sizeof(copy))
		return coco_fail(diag, COCO_E_FORMAT_VALUE, "a resource of %zu characters", n);
	memcpy(copy, text, n + 1);
	if (all)
		copy[n - 1] = 'x';   /* what stands for all tags stands where one would */
	int r = coco_resource_id_parse(&id, copy, n, diag);
	if (r == 0)
		*ret_all = all;
	return r;
}

/* An array of strings without NUL, at least one; *ret is NULL when it is absent. */
static int strings(const struct coco_toml_value *table, const char *key,
		   const struct coco_toml_value **ret, struct coco_diag *diag)
{
	const struct coco_toml_value *list = NULL;

	int r = coco_toml_opt(table, key, COCO_TOML_ARRAY, &list, diag);
	if (r != 0 || list == NULL)
		return r;
	if (list->n == 0)
		return coco_toml_fail(list, key, COCO_E_GRANTS_SCHEMA, diag, "%s is empty", key);
	if (list->n > COCO_GRANTS_LIST)
		return coco_toml_fail(list, key, COCO_E_LIMIT_COUNT, diag, "more than %d in %s",
				      COCO_GRANTS_LIST, key);
	for (const struct coco_toml_value *v = list->first; v != NULL; v = v->next) {
		r = coco_toml_as(v, COCO_TOML_STRING, diag);
		if (r != 0)
			return r;
		if (v->n == 0 || memchr(v->u.text, '\0', v->n) != NULL)
			return coco_toml_fail(v, key, COCO_E_GRANTS_SCHEMA, diag,
					      "%s holds an empty text or one with a NUL", key);
	}
	*ret = list;
	return 0;
}

static int decode_platforms(struct coco_grants *g, struct coco_diag *diag)
{
	const struct coco_toml_value *list = NULL;

	int r = strings(&g->doc.root, "platforms", &list, diag);
	if (r != 0 || list == NULL)
		return r;
	for (const struct coco_toml_value *v = list->first; v != NULL; v = v->next) {
		enum coco_grant_platform p = coco_grant_platform_find(v->u.text);

		if (p == COCO_GRANT_PLATFORMS)
			return coco_toml_fail(v, "platforms", COCO_E_GRANTS_SCHEMA, diag,
					      "\"%s\" is not snp, tdx, az-snp-vtpm, az-tdx-vtpm "
					      "or tpm", v->u.text);
		g->platforms |= 1u << p;
	}
	return 0;
}

static int check_resources(const struct coco_toml_value *list, struct coco_diag *diag)
{
	bool all;

	for (const struct coco_toml_value *v = list->first; v != NULL; v = v->next) {
		int r = coco_grant_resource(v->u.text, &all, diag);
		if (r != 0) {
			coco_diag_pointer(diag, "line %u", v->line);
			coco_diag_field(diag, "resources");
			return r;
		}
	}
	return 0;
}

static int decode_id(const struct coco_toml_value *table, const char *key, const char **ret,
		     struct coco_diag *diag)
{
	const char *text;

	int r = coco_toml_string(table, key, &text, diag);
	if (r != 0)
		return r;
	if (!coco_grant_id(text))
		return coco_toml_fail(coco_toml_find(table, key), key, COCO_E_GRANTS_SCHEMA, diag,
				      "%s is not 1 to %d letters, digits, \"-\", \"_\" and \".\"",
				      key, COCO_GRANTS_ID);
	*ret = text;
	return 0;
}

static int decode_model(struct coco_grant *m, const struct coco_toml_value *table,
			struct coco_diag *diag)
{
	static const char *const members[] = { "id", "resources", "initdata", "release", "gpus" };
	int64_t gpus = 0;

	int r = coco_toml_as(table, COCO_TOML_TABLE, diag);
	if (r == 0)
		r = coco_toml_closed(table, members, COCO_ARRAY_LEN(members), diag);
	if (r == 0)
		r = decode_id(table, "id", &m->id, diag);
	if (r == 0)
		r = strings(table, "resources", &m->resources, diag);
	if (r == 0 && m->resources == NULL)
		r = coco_toml_fail(table, "resources", COCO_E_GRANTS_SCHEMA, diag,
				   "model %s has no resources", m->id);
	if (r == 0)
		r = check_resources(m->resources, diag);
	if (r == 0)
		r = strings(table, "initdata", &m->initdata, diag);
	if (r == 0 && coco_toml_find(table, "release") != NULL)
		r = decode_id(table, "release", &m->release, diag);
	if (r == 0 && coco_toml_find(table, "gpus") != NULL)
		r = coco_toml_i64(table, "gpus", 0, COCO_GRANTS_GPUS, &gpus, diag);
	if (r == 0 && m->initdata == NULL && m->release == NULL)
		r = coco_toml_fail(table, NULL, COCO_E_GRANTS_UNPINNED, diag,
				   "model %s is pinned neither to initdata nor to a release",
				   m->id);
	m->gpus = (unsigned)gpus;
	m->line = table->line;
	return r;
}

static int decode_models(struct coco_grants *g, struct coco_diag *diag)
{
	const struct coco_toml_value *list;

	int r = coco_toml_get(&g->doc.root, "model", COCO_TOML_ARRAY, &list, diag);
	if (r != 0)
		return r;
	if (list->n == 0)
		return coco_toml_fail(list, "model", COCO_E_GRANTS_SCHEMA, diag, "no model");
	if (list->n > COCO_GRANTS_MODELS)
		return coco_toml_fail(list, "model", COCO_E_LIMIT_COUNT, diag,
				      "more than %d models", COCO_GRANTS_MODELS);
	g->model = coco_zalloc(list->n, sizeof(*g->model));
	if (g->model == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "%zu models", list->n);
	for (const struct coco_toml_value *v = list->first; v != NULL; v = v->next) {
		struct coco_grant *m = &g->model[g->n];

		r = decode_model(m, v, diag);
		if (r != 0)
			return r;
		for (size_t i = 0; i < g->n; i++)
			if (strcmp(g->model[i].id, m->id) == 0)
				return coco_toml_fail(v, "id", COCO_E_GRANTS_SCHEMA, diag,
						      "model %s is there twice, first in line %u",
						      m->id, g->model[i].line);
		g->n++;
	}
	return 0;
}

static int decode(struct coco_grants *g, struct coco_diag *diag)
{
	static const char *const members[] = { "version", "platforms", "reference", "model" };
	int64_t version;

	int r = coco_toml_i64(&g->doc.root, "version", 0, INT64_MAX, &version, diag);
	if (r == 0 && version != COCO_GRANTS_VERSION)
		r = coco_toml_fail(&g->doc.root, "version", COCO_E_GRANTS_SCHEMA, diag,
				   "version %lld is not known", (long long)version);
	if (r == 0)
		r = coco_toml_closed(&g->doc.root, members, COCO_ARRAY_LEN(members), diag);
	if (r == 0)
		r = decode_platforms(g, diag);
	if (r == 0)
		r = strings(&g->doc.root, "reference", &g->reference, diag);
	if (r == 0)
		r = decode_models(g, diag);
	return r;
}

int coco_grants_decode(struct coco_grants *ret, struct coco_view text, struct coco_diag *diag)
{
	/* the document's values point to it: it is parsed where it stays */
	memset(ret, 0, sizeof(*ret));
	int r = coco_toml_parse(&ret->doc, text, diag);
	if (r != 0) {
		memset(ret, 0, sizeof(*ret));
		return r;
	}
	r = decode(ret, diag);
	if (r != 0)
		coco_grants_free(ret);
	return r;
}

void coco_grants_free(struct coco_grants *g)
{
	coco_free(g->model);
	coco_toml_free(&g->doc);
	memset(g, 0, sizeof(*g));
}
