/*
 * policy_make.c - policies from grants (see policy_make.h).
 */
#include "lib/broker/policy_make.h"

#include <stdio.h>
#include <string.h>

#include "formats/broker/refmap.h"
#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/broker/refval.h"
#include "lib/core/io.h"

enum {
	BASE64_LAST = 17,   /* the last release with base64 in the claims of SEV-SNP */
	CLAIM = 128,        /* bytes of the claim init_data, with the NUL */
	ALL = (1 << COCO_GRANT_PLATFORMS) - 1,
};

const char *coco_policy_kind_id(enum coco_policy_kind kind)
{
	static const char *const ids[COCO_POLICY_KINDS] = { "resource-policy", "default_cpu",
							    "default_gpu" };

	return ids[kind];
}

/* ---- input ------------------------------------------------------------------------- */

static void free_texts(struct coco_policy_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		coco_free(t->v[i]);
	coco_free(t->v);
}

void coco_policy_input_free(struct coco_policy_input *in)
{
	for (size_t i = 0; i < in->n; i++) {
		free_texts(&in->model[i].resources);
		coco_free(in->model[i].pin);
	}
	coco_free(in->model);
	coco_refset_free(&in->set);
	memset(in, 0, sizeof(*in));
}

static int add_text(struct coco_policy_texts *t, const char *text, size_t max,
		    struct coco_diag *diag)
{
	if (t->n >= max)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %zu values", max);
	if (!coco_grow((void **)&t->v, &t->cap, t->n, sizeof(*t->v), max))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "a policy's values");
	t->v[t->n] = coco_strdup(text);
	if (t->v[t->n] == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "a policy's values");
	t->n++;
	return 0;
}

int coco_policy_model(struct coco_policy_input *in, const char *id, unsigned gpus,
		      struct coco_diag *diag)
{
	if (!coco_grant_id(id))
		return coco_fail(diag, COCO_E_USAGE_VALUE, "the id of a model is 1 to %d letters, "
				 "digits, \"-\", \"_\" and \".\"", COCO_GRANTS_ID);
	if (in->n >= COCO_GRANTS_MODELS)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d models",
				 COCO_GRANTS_MODELS);
	if (!coco_grow((void **)&in->model, &in->cap, in->n, sizeof(*in->model),
		       COCO_GRANTS_MODELS))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "models");
	struct coco_policy_model *m = &in->model[in->n++];
	memset(m, 0, sizeof(*m));
	snprintf(m->id, sizeof(m->id), "%s", id);
	m->gpus = gpus;
	return 0;
}

int coco_policy_resource(struct coco_policy_input *in, const char *resource,
			 struct coco_diag *diag)
{
	bool all;

	int r = coco_grant_resource(resource, &all, diag);
	if (r != 0)
		return r;
	return add_text(&in->model[in->n - 1].resources, resource, COCO_GRANTS_LIST, diag);
}

int coco_policy_release(struct coco_policy_input *in, const char *id, struct coco_diag *diag)
{
	struct coco_policy_model *m = &in->model[in->n - 1];

	if (!coco_grant_id(id))
		return coco_fail(diag, COCO_E_USAGE_VALUE, "a release id is 1 to %d letters, "
				 "digits, \"-\", \"_\" and \".\"", COCO_GRANTS_ID);
	snprintf(m->release, sizeof(m->release), "%s", id);
	return 0;
}

/* A file that is named relative to a directory; read whole. */
static int read_beside(const char *path, const char *dir, size_t max, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag)
{
	char *joined = dir != NULL && path[0] != '/' ? coco_path_join(dir, path)
						     : coco_strdup(path);

	if (joined == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "a path");
	int r = coco_read_file(joined, max, ret, ret_n, diag);
	if (r != 0)
		coco_diag_source(diag, "%s", joined);
	coco_free(joined);
	return r;
}

static int bind_file(const char *path, const char *dir, struct coco_initdata_binding *ret,
		     struct coco_diag *diag)
{
	struct coco_initdata *doc;
	enum coco_initdata_form form;
	uint8_t *bytes = NULL;
	uint8_t *toml = NULL;
	size_t n = 0;
	size_t n_toml = 0;

	int r = read_beside(path, dir, 2 * COCO_INITDATA_MAX, &bytes, &n, diag);
	if (r != 0)
		return r;
	doc = coco_zalloc(1, sizeof(*doc));
	if (doc == NULL)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "an initdata document");
	if (r == 0)
		r = coco_initdata_unpack(coco_view_of(bytes, n), &toml, &n_toml, &form, diag);
	if (r == 0)
		r = coco_initdata_decode(doc, coco_view_of(toml, n_toml), diag);
	if (r == 0) {
		r = coco_initdata_bind(coco_view_of(toml, n_toml), doc->alg, ret, diag);
		coco_initdata_free(doc);
	}
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	coco_free(doc);
	coco_free(toml);
	coco_free(bytes);
	return r;
}

int coco_policy_initdata(struct coco_policy_input *in, const char *text, const char *dir,
			 struct coco_diag *diag)
{
	struct coco_policy_model *m = &in->model[in->n - 1];
	struct coco_initdata_binding b;
	int r;

	if (strncmp(text, "sha256:", 7) == 0 || strncmp(text, "sha384:", 7) == 0 ||
	    strncmp(text, "sha512:", 7) == 0)
		r = coco_initdata_bind_digest(text, &b, diag);
	else
		r = bind_file(text, dir, &b, diag);
	if (r != 0)
		return r;
	if (m->n_pins >= COCO_GRANTS_LIST)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d initdata digests",
				 COCO_GRANTS_LIST);
	if (!coco_grow((void **)&m->pin, &m->cap_pins, m->n_pins, sizeof(b), COCO_GRANTS_LIST))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "initdata digests");
	m->pin[m->n_pins++] = b;
	return 0;
}

int coco_policy_reference(const struct coco_run *run, struct coco_policy_input *in,
			  const char *path, const char *dir, struct coco_diag *diag)
{
	const struct coco_refval_source src = { .tee = COCO_REF_PLAIN };
	uint8_t *bytes = NULL;
	size_t n = 0;

	int r = read_beside(path, dir, COCO_REFSET_MAX, &bytes, &n, diag);
	if (r == 0) {
		r = coco_refval_read(run, &in->set, coco_view_of(bytes, n), &src, diag);
		if (r != 0)
			coco_diag_source(diag, "%s", path);
	}
	if (r == 0)
		in->has_set = true;
	coco_free(bytes);
	return r;
}

/* ---- grants ------------------------------------------------------------------------ */

static int add_model(struct coco_policy_input *in, const struct coco_grant *g, const char *dir,
		     struct coco_diag *diag)
{
	int r = coco_policy_model(in, g->id, g->gpus, diag);

	for (const struct coco_toml_value *v = g->resources->first; r == 0 && v != NULL;
	     v = v->next)
		r = coco_policy_resource(in, v->u.text, diag);
	for (const struct coco_toml_value *v = g->initdata != NULL ? g->initdata->first : NULL;
	     r == 0 && v != NULL; v = v->next)
		r = coco_policy_initdata(in, v->u.text, dir, diag);
	if (r == 0 && g->release != NULL)
		r = coco_policy_release(in, g->release, diag);
	return r;
}

static int add_grants(const struct coco_run *run, struct coco_policy_input *in,
		      const struct coco_grants *g, const char *dir, struct coco_diag *diag)
{
	int r = 0;

	if (in->platforms == 0)
		in->platforms = g->platforms;
	for (size_t i = 0; r == 0 && i < g->n; i++)
		r = add_model(in, &g->model[i], dir, diag);
	for (const struct coco_toml_value *v = g->reference != NULL ? g->reference->first : NULL;
	     r == 0 && v != NULL; v = v->next)
		r = coco_policy_reference(run, in, v->u.text, dir, diag);
	return r;
}

int coco_policy_grants(const struct coco_run *run, struct coco_policy_input *in,
		       const char *path, struct coco_diag *diag)
{
	const char *slash = strrchr(path, '/');
	struct coco_grants g;
	uint8_t *bytes = NULL;
	char *dir = NULL;
	size_t n = 0;

	int r = coco_read_file(path, COCO_TOML_MAX_SIZE, &bytes, &n, diag);
	if (r != 0)
		return r;
	r = coco_grants_decode(&g, coco_view_of(bytes, n), diag);
	coco_free(bytes);
	if (r != 0) {
		coco_diag_source(diag, "%s", path);
		return r;
	}
	if (slash != NULL) {
		dir = coco_strndup(path, (size_t)(slash - path) + 1);
		if (dir == NULL)
			r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "a path");
	}
	if (r == 0)
		r = add_grants(run, in, &g, dir, diag);
	coco_free(dir);
	coco_grants_free(&g);
	return r;
}

/* ---- resource policy ---------------------------------------------------------------- */

/* The claim init_data that a digest becomes on a platform; false: it cannot be compared there. */
static bool claim_of(const struct coco_initdata_binding *b, enum coco_grant_platform p,
		     unsigned release, char *ret)
{
	switch (p) {
	case COCO_GRANT_SNP:
		if (release <= BASE64_LAST)
			coco_b64_encode(COCO_B64_STD, ret, b->host_data, sizeof(b->host_data));
		else
			coco_hex_encode(ret, b->host_data, sizeof(b->host_data));
		return true;
	case COCO_GRANT_TDX:
		coco_hex_encode(ret, b->mrconfigid, sizeof(b->mrconfigid));
		return true;
	case COCO_GRANT_AZ_SNP:
	case COCO_GRANT_AZ_TDX:
	case COCO_GRANT_TPM:
		if (b->has_pcr8)
			coco_hex_encode(ret, b->pcr8, sizeof(b->pcr8));
		return b->has_pcr8;
	case COCO_GRANT_PLATFORMS:
		break;
	}
	return false;
}

static bool has_text(const struct coco_policy_texts *t, const char *text)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->v[i], text) == 0)
			return true;
	return false;
}

static void tell_unpinned(const struct coco_run *run, const char *id, enum coco_initdata_alg alg,
			  enum coco_grant_platform p)
{
	coco_log(run, 0, "model %s: initdata with a digest by %s cannot be pinned on %s, only one "
		 "by sha256", id, coco_initdata_alg_name(alg), coco_grant_platform_name(p));
}

/* What a model's pins are in claims, each once. */
static int claims_of(const struct coco_run *run, const struct coco_policy_input *in,
		     const struct coco_policy_model *m, struct coco_policy_texts *ret,
		     struct coco_diag *diag)
{
	unsigned platforms = in->platforms != 0 ? in->platforms : ALL;
	char claim[CLAIM];
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_pins; i++) {
		for (int p = 0; r == 0 && p < COCO_GRANT_PLATFORMS; p++) {
			if ((platforms & 1u << p) == 0)
				continue;
			if (!claim_of(&m->pin[i], (enum coco_grant_platform)p, in->release,
				      claim)) {
				if (in->platforms != 0)
					tell_unpinned(run, m->id, m->pin[i].alg,
						      (enum coco_grant_platform)p);
			} else if (!has_text(ret, claim)) {
				r = add_text(ret, claim, COCO_GRANTS_LIST * COCO_GRANT_PLATFORMS,
					     diag);
			}
		}
	}
	return r;
}

/* release.toml as initdata create writes it. */
static int release_text(const char *id, char **ret, struct coco_diag *diag)
{
	struct coco_wr wr;
	uint8_t *text;
	size_t n;

	coco_wr_init(&wr, COCO_INITDATA_MAX);
	coco_wr_str(&wr, "id = ");
	coco_toml_put_string(&wr, id, strlen(id));
	coco_wr_str(&wr, "\n");
	int r = coco_wr_finish(&wr, &text, &n, diag);
	if (r == 0)
		*ret = (char *)text;
	return r;
}

/* A model as the writer takes it, with the texts that it borrows. */
struct rendered {
	struct coco_policy_texts claims;
	char *release;
};

static int render(const struct coco_run *run, const struct coco_policy_input *in, size_t i,
		  struct rendered *text, struct coco_rego_grant *ret, struct coco_diag *diag)
{
	const struct coco_policy_model *m = &in->model[i];

	if (m->resources.n == 0)
		return coco_fail(diag, COCO_E_USAGE_OPERAND, "model %s has no resources", m->id);
	if (m->n_pins == 0 && m->release[0] == '\0')
		return coco_fail(diag, COCO_E_GRANTS_UNPINNED,
				 "model %s is pinned neither to initdata nor to a release", m->id);
	int r = claims_of(run, in, m, &text->claims, diag);
	if (r == 0 && m->n_pins > 0 && text->claims.n == 0)
		r = coco_fail(diag, COCO_E_GRANTS_UNPINNED, "model %s: its initdata cannot be "
			      "compared on these platforms", m->id);
	if (r == 0 && m->release[0] != '\0')
		r = release_text(m->release, &text->release, diag);
	*ret = (struct coco_rego_grant){
		.id = m->id,
		.resources = (const char *const *)m->resources.v,
		.n_resources = m->resources.n,
		.init_data = (const char *const *)text->claims.v,
		.n_init_data = text->claims.n,
		.release = text->release,
		.gpus = m->gpus,
	};
	return r;
}

static int make_resource(const struct coco_run *run, const struct coco_policy_input *in,
			 struct coco_wr *wr, struct coco_diag *diag)
{
	struct coco_rego_grant *grants;
	struct rendered *texts;
	int r = 0;

	if (in->n == 0)
		return coco_fail(diag, COCO_E_USAGE_OPERAND, "there is no model to make a policy "
				 "for");
	grants = coco_zalloc(in->n, sizeof(*grants));
	texts = coco_zalloc(in->n, sizeof(*texts));
	if (grants == NULL || texts == NULL)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "%zu models", in->n);
	for (size_t i = 0; r == 0 && i < in->n; i++)
		r = render(run, in, i, &texts[i], &grants[i], diag);
	if (r == 0)
		coco_rego_resource(wr, in->release, in->platforms != 0 ? in->platforms : ALL,
				   grants, in->n);
	for (size_t i = 0; texts != NULL && i < in->n; i++) {
		free_texts(&texts[i].claims);
		coco_free(texts[i].release);
	}
	coco_free(texts);
	coco_free(grants);
	return r;
}

/* ---- attestation policies ------------------------------------------------------------ */

/* Names what is compared although the sets have no value for it. */
static void tell_missing(const struct coco_run *run, const struct coco_policy_input *in)
{
	size_t n;
	const struct coco_rego_check *c = coco_rego_checks(&n);

	bool vtpm = (in->platforms & (1u << COCO_GRANT_AZ_SNP | 1u << COCO_GRANT_AZ_TDX |
				      1u << COCO_GRANT_TPM)) != 0;
	const struct coco_rego_check pcr = { .neutral = "tpm.pcr11", .algorithm = "sha256",
					     .step = "" };

	if (in->has_set && vtpm && !coco_rego_in_set(&in->set, &pcr))
		coco_log(run, 0, "there is no value for tpm.pcr11: until one is registered no "
			 "guest with a vTPM is affirmed");
	for (size_t i = 0; in->has_set && i < n; i++) {
		unsigned bit = 1u << c[i].platform;

		if ((in->platforms & bit) == 0 || coco_rego_in_set(&in->set, &c[i]))
			continue;
		if (c[i].when == COCO_REGO_ALWAYS)
			coco_log(run, 0, "%s: there is no value for %s: until one is registered no "
				 "such guest is affirmed",
				 coco_grant_platform_name(c[i].platform), c[i].neutral);
		else if (c[i].when == COCO_REGO_CONFIG)
			coco_log(run, 0, "%s: %s is not compared: there is no value for it",
				 coco_grant_platform_name(c[i].platform), c[i].neutral);
	}
}

static int make(const struct coco_run *run, const struct coco_policy_input *in,
		enum coco_policy_kind kind, struct coco_wr *wr, struct coco_diag *diag)
{
	const struct coco_refset *set = in->has_set ? &in->set : NULL;

	if (kind == COCO_POLICY_RESOURCE)
		return make_resource(run, in, wr, diag);
	if (kind == COCO_POLICY_CPU) {
		tell_missing(run, in);
		coco_rego_cpu(wr, in->release, in->platforms != 0 ? in->platforms : ALL, set);
	} else {
		coco_rego_gpu(wr, in->release, set);
	}
	return 0;
}

int coco_policy_make(const struct coco_run *run, const struct coco_policy_input *in,
		     enum coco_policy_kind kind, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag)
{
	unsigned first = kind == COCO_POLICY_GPU ? COCO_REGO_GPU_FIRST : COCO_REGO_RESOURCE_FIRST;
	struct coco_wr wr;

	if (in->release < first)
		return coco_fail(diag, COCO_E_POLICY_RELEASE, "a policy of this kind is made for "
				 "Trustee v0.%u and later, not for v0.%u", first, in->release);
	coco_wr_init(&wr, COCO_REGO_MAX);
	int r = make(run, in, kind, &wr, diag);
	if (r != 0) {
		coco_wr_free(&wr);
		return r;
	}
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
