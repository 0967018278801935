/*
 * fuzz_grants.c - grants files. Covers coco_grants_decode and
 * coco_rego_resource. Asserts for what is accepted: every id and resource is
 * one that the format allows, every model is pinned, and the policy that is
 * made of it is the same twice.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/broker/rego_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_model(const struct coco_grant *m)
{
	bool all;

	require(coco_grant_id(m->id));
	require(m->initdata != NULL || (m->release != NULL && coco_grant_id(m->release)));
	require(m->resources->n > 0 && m->gpus <= COCO_GRANTS_GPUS);
	for (const struct coco_toml_value *v = m->resources->first; v != NULL; v = v->next)
		require(coco_grant_resource(v->u.text, &all, NULL) == 0);
}

static uint8_t *policy(const struct coco_grant *m, size_t *ret_n)
{
	const char *resource = m->resources->first->u.text;
	const struct coco_rego_grant g = { .id = m->id, .resources = &resource, .n_resources = 1,
					   .release = m->release, .gpus = m->gpus };
	struct coco_wr wr;
	uint8_t *text;

	coco_wr_init(&wr, COCO_REGO_MAX);
	coco_rego_resource(&wr, 21, 31, &g, 1);
	require(coco_wr_finish(&wr, &text, ret_n, NULL) == 0);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_grants g;
	struct coco_diag d = { 0 };
	size_t n[2];

	int code = coco_grants_decode(&g, coco_view_of(data, size), &d);
	require(code == d.code);
	if (code != 0)
		return 0;
	require(g.n > 0);
	for (size_t i = 0; i < g.n; i++) {
		check_model(&g.model[i]);
		uint8_t *first = policy(&g.model[i], &n[0]);
		uint8_t *second = policy(&g.model[i], &n[1]);
		require(n[0] == n[1] && memcmp(first, second, n[0]) == 0);
		coco_free(first);
		coco_free(second);
	}
	coco_grants_free(&g);
	return 0;
}
