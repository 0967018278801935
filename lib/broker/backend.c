/*
 * backend.c - one interface to whatever keeps keys, policies and reference
 * values (see backend.h).
 */
#include "lib/broker/backend.h"

#include <string.h>

#include "formats/core/mem.h"

struct coco_backend {
	const struct coco_backend_ops *ops;
	void *impl;
};

static const char *const releases[COCO_TRUSTEE_RELEASES] = {
	[COCO_TRUSTEE_UNKNOWN] = "unknown",
	[COCO_TRUSTEE_V0_10] = "v0.10",
	[COCO_TRUSTEE_V0_11] = "v0.11",
	[COCO_TRUSTEE_V0_12] = "v0.12",
	[COCO_TRUSTEE_V0_13] = "v0.13",
	[COCO_TRUSTEE_V0_14] = "v0.14",
	[COCO_TRUSTEE_V0_15] = "v0.15",
	[COCO_TRUSTEE_V0_16] = "v0.16",
	[COCO_TRUSTEE_V0_17] = "v0.17",
	[COCO_TRUSTEE_V0_18] = "v0.18",
	[COCO_TRUSTEE_V0_19] = "v0.19",
	[COCO_TRUSTEE_V0_20] = "v0.20",
	[COCO_TRUSTEE_V0_21] = "v0.21",
};

const char *coco_trustee_name(enum coco_trustee release)
{
	return (size_t)release < COCO_ARRAY_LEN(releases) ? releases[release] : releases[0];
}

enum coco_trustee coco_trustee_find(const char *text)
{
	for (size_t i = 1; i < COCO_ARRAY_LEN(releases); i++)
		if (strcmp(releases[i], text) == 0)
			return (enum coco_trustee)i;
	return COCO_TRUSTEE_UNKNOWN;
}

const char *coco_item_type_name(enum coco_item_type type)
{
	static const char *const names[] = {
		[COCO_ITEM_RESOURCE] = "resource",
		[COCO_ITEM_RESOURCE_POLICY] = "resource-policy",
		[COCO_ITEM_ATTESTATION_POLICY] = "attestation-policy",
		[COCO_ITEM_REFERENCE_VALUE] = "reference-value",
	};

	return (size_t)type < COCO_ARRAY_LEN(names) ? names[type] : "unknown";
}

int coco_backend_new(struct coco_backend **ret, const struct coco_backend_ops *ops, void *impl,
		     struct coco_diag *diag)
{
	struct coco_backend *b = coco_zalloc(1, sizeof(*b));

	if (b == NULL) {
		ops->free(impl);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a broker");
	}
	b->ops = ops;
	b->impl = impl;
	*ret = b;
	return 0;
}

void coco_backend_free(struct coco_backend *b)
{
	if (b == NULL)
		return;
	b->ops->free(b->impl);
	coco_free(b);
}

void *coco_backend_impl(const struct coco_backend *b, const struct coco_backend_ops *ops)
{
	return b->ops == ops ? b->impl : NULL;
}

int coco_backend_probe(struct coco_backend *b, const struct coco_run *run,
		       struct coco_backend_info *ret, struct coco_diag *diag)
{
	return b->ops->probe(b->impl, run, ret, diag);
}

int coco_backend_put(struct coco_backend *b, const struct coco_run *run,
		     const struct coco_item_id *id, const struct coco_secret *value,
		     struct coco_diag *diag)
{
	if (value->n > COCO_BACKEND_VALUE)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "%s %s has %zu bytes; the limit is %d",
				 coco_item_type_name(id->type), id->name, value->n,
				 COCO_BACKEND_VALUE);
	return b->ops->put(b->impl, run, id, value, diag);
}

int coco_backend_get(struct coco_backend *b, const struct coco_run *run,
		     const struct coco_item_id *id, struct coco_secret *ret,
		     struct coco_diag *diag)
{
	return b->ops->get(b->impl, run, id, ret, diag);
}

int coco_backend_remove(struct coco_backend *b, const struct coco_run *run,
			const struct coco_item_id *id, struct coco_diag *diag)
{
	return b->ops->remove(b->impl, run, id, diag);
}
