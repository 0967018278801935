/*
 * tcb_info.c - Intel's TCB info (see tcb_info.h).
 */
#include "formats/evidence/tcb_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"

void coco_tcb_info_free(struct coco_tcb_info *info)
{
	for (size_t i = 0; i < info->n_modules; i++)
		coco_isv_levels_free(&info->modules[i].levels);
	coco_isv_levels_free(&info->module.levels);
	coco_free(info->modules);
	coco_free(info->levels);
	coco_tcb_advisories_free(&info->advisories);
	memset(info, 0, sizeof(*info));
}

/* "BIOS" or "OS/VMM" only when there is no better word. */
static void component_name(const struct coco_jv *item, char ret[COCO_TCB_COMPONENT_NAME])
{
	const char *text;

	if (ret[0] != '\0')
		return;
	if ((coco_jv_has(item, "type") && coco_jv_string(item, "type", &text, NULL) == 0) ||
	    (coco_jv_has(item, "category") && coco_jv_string(item, "category", &text, NULL) == 0))
		coco_escape(ret, COCO_TCB_COMPONENT_NAME, text, strlen(text));
}

static int components(const struct coco_jv *tcb, const char *key, uint16_t ret[],
		      char names[][COCO_TCB_COMPONENT_NAME], struct coco_diag *diag)
{
	struct coco_jv list;
	int r = coco_jv_array(tcb, key, &list, diag);

	if (r == 0 && coco_jv_len(&list) != COCO_TCB_COMPONENTS)
		r = coco_jv_fail(tcb, key, COCO_E_TCB_DOCUMENT, diag, "%zu components, not 16",
				 coco_jv_len(&list));
	for (size_t i = 0; r == 0 && i < COCO_TCB_COMPONENTS; i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		uint64_t svn = 0;

		r = coco_jv_as_object(&item, diag);
		if (r == 0)
			r = coco_jv_u64(&item, "svn", UINT16_MAX, &svn, diag);
		if (r == 0)
			component_name(&item, names[i]);
		ret[i] = (uint16_t)svn;
	}
	return r;
}

/* Version 2: each component is a member. */
static int old_components(const struct coco_jv *tcb, uint16_t ret[], struct coco_diag *diag)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < COCO_TCB_COMPONENTS; i++) {
		char key[24];
		uint64_t svn = 0;

		snprintf(key, sizeof(key), "sgxtcbcomp%02usvn", i + 1);
		r = coco_jv_u64(tcb, key, UINT16_MAX, &svn, diag);
		ret[i] = (uint16_t)svn;
	}
	return r;
}

static int read_level(struct coco_tcb_info *t, const struct coco_jv *item,
		      struct coco_tcb_level *level, struct coco_diag *diag)
{
	struct coco_jv tcb;
	uint64_t pce_svn = 0;

	int r = coco_jv_as_object(item, diag);
	if (r == 0)
		r = coco_jv_object(item, "tcb", &tcb, diag);
	if (r == 0)
		r = t->head.version < 3
			    ? old_components(&tcb, level->sgx, diag)
			    : components(&tcb, "sgxtcbcomponents", level->sgx, t->sgx_name, diag);
	if (r == 0)
		r = coco_jv_u64(&tcb, "pcesvn", UINT16_MAX, &pce_svn, diag);
	if (r == 0 && t->tdx)
		r = components(&tcb, "tdxtcbcomponents", level->tdx, t->tdx_name, diag);
	if (r == 0)
		r = coco_tcb_read_verdict(item, &t->advisories, &level->says, diag);
	level->pce_svn = (uint16_t)pce_svn;
	return r;
}

static int compare_list(const uint16_t *a, const uint16_t *b)
{
	for (size_t i = 0; i < COCO_TCB_COMPONENTS; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? 1 : -1;
	return 0;
}

static int descending(const void *a, const void *b)
{
	const struct coco_tcb_level *x = a;
	const struct coco_tcb_level *y = b;
	int c = compare_list(x->sgx, y->sgx);

	if (c == 0)
		c = y->pce_svn - x->pce_svn;
	return c != 0 ? c : compare_list(x->tdx, y->tdx);
}

static int read_levels(struct coco_tcb_info *t, const struct coco_jv *body,
		       struct coco_diag *diag)
{
	struct coco_jv list;
	int r = coco_jv_array(body, "tcbLevels", &list, diag);

	for (size_t i = 0; r == 0 && i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		struct coco_tcb_level level;

		memset(&level, 0, sizeof(level));
		r = read_level(t, &item, &level, diag);
		if (r != 0)
			break;
		if (!coco_grow((void **)&t->levels, &t->cap_levels, t->n_levels,
			       sizeof(*t->levels), COCO_TCB_LEVELS_MAX))
			return coco_fail(diag, t->n_levels >= COCO_TCB_LEVELS_MAX
						       ? COCO_E_LIMIT_COUNT
						       : COCO_E_LIMIT_MEMORY,
					 "no room for %zu TCB levels", t->n_levels + 1);
		t->levels[t->n_levels++] = level;
	}
	if (r != 0)
		return r;
	if (t->n_levels > 1)
		qsort(t->levels, t->n_levels, sizeof(*t->levels), descending);
	for (size_t i = 1; i < t->n_levels; i++)
		if (descending(&t->levels[i - 1], &t->levels[i]) == 0)
			return coco_jv_fail(&list, NULL, COCO_E_TCB_DOCUMENT, diag,
					    "two TCB levels ask for the same components");
	return 0;
}

static int read_module(const struct coco_jv *obj, struct coco_tdx_module *ret,
		       struct coco_diag *diag)
{
	int r = coco_jv_as_object(obj, diag);

	if (r == 0)
		r = coco_jv_hex(obj, "mrsigner", ret->mr_signer, sizeof(ret->mr_signer), diag);
	if (r == 0)
		r = coco_jv_hex(obj, "attributes", ret->attributes, sizeof(ret->attributes), diag);
	if (r == 0)
		r = coco_jv_hex(obj, "attributesMask", ret->attributes_mask,
				sizeof(ret->attributes_mask), diag);
	return r;
}

static int read_identity(struct coco_tcb_info *t, const struct coco_jv *item,
			 struct coco_diag *diag)
{
	struct coco_tdx_module module;
	const char *id;

	memset(&module, 0, sizeof(module));
	int r = read_module(item, &module, diag);
	if (r == 0)
		r = coco_jv_string(item, "id", &id, diag);
	if (r == 0 && strlen(id) >= sizeof(module.id))
		r = coco_jv_fail(item, "id", COCO_E_TCB_DOCUMENT, diag, "the id is too long");
	if (r != 0)
		return r;
	snprintf(module.id, sizeof(module.id), "%s", id);
	for (size_t i = 0; i < t->n_modules; i++)
		if (strcasecmp(t->modules[i].id, module.id) == 0)
			return coco_jv_fail(item, "id", COCO_E_TCB_DOCUMENT, diag,
					    "two TDX module identities are called \"%s\"", id);
	if (!coco_grow((void **)&t->modules, &t->cap_modules, t->n_modules, sizeof(*t->modules),
		       COCO_TCB_MODULES_MAX))
		return coco_fail(diag, t->n_modules >= COCO_TCB_MODULES_MAX ? COCO_E_LIMIT_COUNT
									    : COCO_E_LIMIT_MEMORY,
				 "no room for %zu TDX module identities", t->n_modules + 1);
	r = coco_tcb_read_isv(item, &t->advisories, &module.levels, diag);
	if (r == 0)
		t->modules[t->n_modules++] = module;
	return r;
}

static int read_modules(struct coco_tcb_info *t, const struct coco_jv *body,
			struct coco_diag *diag)
{
	struct coco_jv v, list;
	int r = 0;

	if (coco_jv_has(body, "tdxModule")) {
		r = coco_jv_object(body, "tdxModule", &v, diag);
		if (r == 0)
			r = read_module(&v, &t->module, diag);
		t->has_module = r == 0;
	}
	if (r != 0 || !coco_jv_has(body, "tdxModuleIdentities"))
		return r;
	r = coco_jv_array(body, "tdxModuleIdentities", &list, diag);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		r = read_identity(t, &item, diag);
	}
	return r;
}

static int read_kind(struct coco_tcb_info *t, const struct coco_jv *body, struct coco_diag *diag)
{
	uint64_t type;
	int r = coco_tcb_read_head(body, &t->head, diag);

	if (r != 0)
		return r;
	if (t->head.version != 2 && t->head.version != 3)
		return coco_jv_fail(body, "version", COCO_E_TCB_DOCUMENT, diag,
				    "TCB info of version %u, not 2 or 3", t->head.version);
	t->tdx = strcmp(t->head.id, "TDX") == 0;
	if (t->tdx ? t->head.version < 3
		   : strcmp(t->head.id, "SGX") != 0 && (t->head.version > 2 || t->head.id[0] != 0))
		return coco_jv_fail(body, "id", COCO_E_TCB_DOCUMENT, diag,
				    "TCB info for \"%s\", not for TDX or SGX", t->head.id);
	r = coco_jv_u64(body, "tcbType", UINT32_MAX, &type, diag);
	if (r == 0 && type != 0)
		r = coco_jv_fail(body, "tcbType", COCO_E_TCB_DOCUMENT, diag,
				 "how TCB levels of type %u compare is not known",
				 (unsigned)type);
	return r;
}

static int read_body(struct coco_tcb_info *t, const struct coco_jv *body, struct coco_diag *diag)
{
	int r = read_kind(t, body, diag);

	if (r == 0)
		r = coco_jv_hex(body, "fmspc", t->fmspc, sizeof(t->fmspc), diag);
	if (r == 0)
		r = coco_jv_hex(body, "pceId", t->pce_id, sizeof(t->pce_id), diag);
	if (r == 0 && t->tdx)
		r = read_modules(t, body, diag);
	if (r == 0)
		r = read_levels(t, body, diag);
	return r;
}

int coco_tcb_info_parse(struct coco_tcb_info *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_tcb_info t;
	struct coco_tcb_doc doc;

	int r = coco_tcb_doc_open(&doc, text, "tcbInfo", diag);
	if (r != 0)
		return r;
	memset(&t, 0, sizeof(t));
	t.span = doc.span;
	t.span_at = doc.span_at;
	memcpy(t.signature, doc.signature, sizeof(t.signature));
	r = read_body(&t, &doc.body, diag);
	coco_tcb_doc_close(&doc);
	if (r != 0)
		coco_tcb_info_free(&t);
	else
		*ret = t;
	return r;
}
