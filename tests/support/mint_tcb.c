/*
 * mint_tcb.c - TCB info and enclave identities for tests (see mint_tcb.h).
 */
#include "tests/support/mint_tcb.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
	char *p;
	size_t n;
};

static void put(struct text *t, const char *fmt, ...) COCO_PRINTF(2, 3);

static void put(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(t->p + t->n, COCO_MINT_TCB_TEXT - t->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->n += (size_t)n;
}

static void repeat(struct text *t, uint8_t byte, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(t, "%02X", byte);
}

static void verdict(struct text *t, const struct coco_mint_verdict *v)
{
	put(t, ",\"tcbDate\":\"%s\",\"tcbStatus\":\"%s\"",
	    v->date != NULL ? v->date : "2025-01-01T00:00:00Z", v->status);
	if (v->advisories != NULL)
		put(t, ",\"advisoryIDs\":[%s]", v->advisories);
}

static void isv_levels(struct text *t, const struct coco_mint_isv *v, size_t n)
{
	put(t, "\"tcbLevels\":[");
	for (size_t i = 0; i < n; i++) {
		put(t, "%s{\"tcb\":{\"isvsvn\":%u}", i > 0 ? "," : "", v[i].svn);
		verdict(t, &v[i].says);
		put(t, "}");
	}
	put(t, "]");
}

static void components(struct text *t, const char *name, const uint16_t *v, const char *type)
{
	put(t, "\"%s\":[", name);
	for (size_t i = 0; i < 16; i++) {
		put(t, "%s{\"svn\":%u", i > 0 ? "," : "", v[i]);
		if (i < 2)
			put(t, ",\"category\":\"BIOS\",\"type\":\"%s\"", type);
		else if (i == 2)
			put(t, ",\"category\":\"OS/VMM\"");
		put(t, "}");
	}
	put(t, "]");
}

static void level(struct text *t, const struct coco_mint_tcb *m, const struct coco_mint_level *l)
{
	put(t, "{\"tcb\":{");
	if (m->version < 3)
		for (unsigned i = 0; i < 16; i++)
			put(t, "%s\"sgxtcbcomp%02usvn\":%u", i > 0 ? "," : "", i + 1, l->sgx[i]);
	else
		components(t, "sgxtcbcomponents", l->sgx, "Early Microcode Update");
	put(t, ",\"pcesvn\":%u", l->pce_svn);
	if (m->id != NULL && strcmp(m->id, "TDX") == 0) {
		put(t, ",");
		components(t, "tdxtcbcomponents", l->tdx, "TDX Module");
	}
	put(t, "}");
	verdict(t, &l->says);
	put(t, "}");
}

static void module_values(struct text *t, uint8_t signer, uint8_t attribute)
{
	put(t, "\"mrsigner\":\"");
	repeat(t, signer, 48);
	put(t, "\",\"attributes\":\"%02x00000000000000\",\"attributesMask\":\"FFFFFFFFFFFFFFFF\"",
	    attribute);
}

static void modules(struct text *t, const struct coco_mint_tcb *m)
{
	if (m->module) {
		put(t, ",\"tdxModule\":{");
		module_values(t, m->module_signer, 0);
		put(t, "}");
	}
	if (m->n_modules == 0)
		return;
	put(t, ",\"tdxModuleIdentities\":[");
	for (size_t i = 0; i < m->n_modules; i++) {
		const struct coco_mint_module *v = &m->modules[i];

		put(t, "%s{\"id\":\"%s\",", i > 0 ? "," : "", v->id);
		module_values(t, v->signer, v->attribute);
		put(t, ",");
		isv_levels(t, v->isv, v->n_isv);
		put(t, "}");
	}
	put(t, "]");
}

size_t coco_mint_tcb_body(char *ret, const struct coco_mint_tcb *m)
{
	struct text t = { .p = ret };

	put(&t, "{%s", m->extra != NULL ? m->extra : "");
	if (m->id != NULL)
		put(&t, "\"id\":\"%s\",", m->id);
	put(&t, "\"version\":%u,\"issueDate\":\"%s\",\"nextUpdate\":\"%s\",\"fmspc\":\"%s\"",
	    m->version, m->issued, m->next, m->fmspc);
	put(&t, ",\"pceId\":\"%s\",\"tcbType\":%u,\"tcbEvaluationDataNumber\":%u", m->pce_id,
	    m->type, m->evaluation);
	modules(&t, m);
	put(&t, ",\"tcbLevels\":[");
	for (size_t i = 0; i < m->n_levels; i++) {
		put(&t, "%s", i > 0 ? "," : "");
		level(&t, m, &m->levels[i]);
	}
	put(&t, "]}");
	return t.n;
}

size_t coco_mint_qe_id_body(char *ret, const struct coco_mint_qe_id *m)
{
	struct text t = { .p = ret };

	put(&t, "{%s\"id\":\"%s\",\"version\":%u,\"issueDate\":\"%s\",\"nextUpdate\":\"%s\"",
	    m->extra != NULL ? m->extra : "", m->id, m->version, m->issued, m->next);
	put(&t, ",\"tcbEvaluationDataNumber\":%u,\"miscselect\":\"04030201\"", m->evaluation);
	put(&t, ",\"miscselectMask\":\"FFFFFFFF\",\"attributes\":\"11");
	repeat(&t, 0, 15);
	put(&t, "\",\"attributesMask\":\"FB");
	repeat(&t, 0xff, 7);
	repeat(&t, 0, 8);
	put(&t, "\",\"mrsigner\":\"");
	repeat(&t, m->signer, 32);
	put(&t, "\",\"isvprodid\":%u,", m->prod);
	isv_levels(&t, m->isv, m->n_isv);
	put(&t, "}");
	return t.n;
}

size_t coco_mint_signed(char *ret, const char *name, const char *body,
			const uint8_t signature[64])
{
	struct text t = { .p = ret };

	put(&t, "{\"%s\":%s,\"signature\":\"", name, body);
	for (size_t i = 0; i < 64; i++)
		put(&t, "%02x", signature[i]);
	put(&t, "\"}");
	return t.n;
}

void coco_mint_tcb_init(struct coco_mint_tcb *t)
{
	static const struct coco_mint_level levels[] = {
		{ { 5, 5, 2, 2, 200, 1, 0, 5 }, 13, { 5, 0, 2 }, { "UpToDate", NULL, NULL } },
		{ { 4, 4, 2, 2, 200, 1, 0, 5 }, 13, { 5, 0, 2 },
		  { "SWHardeningNeeded", "2024-06-01T00:00:00Z", "\"INTEL-SA-00002\"" } },
		{ { 4, 4, 2, 2, 3, 1, 0, 3 }, 11, { 3, 0, 1 },
		  { "OutOfDate", "2023-01-01T00:00:00Z",
		    "\"INTEL-SA-00003\",\"INTEL-SA-00001\"" } },
	};
	static const struct coco_mint_module modules[] = {
		{ "TDX_03", 0, 0, { { 3, { "UpToDate", NULL, NULL } } }, 1 },
		{ "TDX_01", 0, 0,
		  { { 5, { "UpToDate", NULL, NULL } },
		    { 2, { "OutOfDate", "2023-08-09T00:00:00Z", "\"INTEL-SA-00001\"" } } }, 2 },
	};

	memset(t, 0, sizeof(*t));
	t->version = 3;
	t->id = "TDX";
	t->issued = "2026-01-01T00:00:00Z";
	t->next = "2026-01-31T00:00:00Z";
	t->fmspc = "50806F000000";
	t->pce_id = "0000";
	t->evaluation = 18;
	t->module = true;
	memcpy(t->modules, modules, sizeof(modules));
	t->n_modules = COCO_ARRAY_LEN(modules);
	memcpy(t->levels, levels, sizeof(levels));
	t->n_levels = COCO_ARRAY_LEN(levels);
}

void coco_mint_qe_id_init(struct coco_mint_qe_id *t)
{
	static const struct coco_mint_isv isv[] = {
		{ 6, { "UpToDate", NULL, NULL } },
		{ 4, { "OutOfDate", "2023-02-15T00:00:00Z", "\"INTEL-SA-00004\"" } },
	};

	memset(t, 0, sizeof(*t));
	t->id = "TD_QE";
	t->version = 2;
	t->issued = "2026-01-02T00:00:00Z";
	t->next = "2026-02-01T00:00:00Z";
	t->evaluation = 18;
	t->signer = 0xdc;
	t->prod = 2;
	memcpy(t->isv, isv, sizeof(isv));
	t->n_isv = COCO_ARRAY_LEN(isv);
}
