/*
 * fuzz_declaration.c - declarations of what a broker holds, and the wrapping
 * of policies. Covers coco_declaration_decode, coco_rego_deny. Asserts: what
 * is accepted has every text that it must have, and names no resource twice;
 * a policy that was wrapped is not wrapped again.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/broker/declaration.h"
#include "formats/broker/rego_deny.h"
#include "formats/core/resource_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void policy(struct coco_view text)
{
	static const char *const paths[] = { "a/b/c" };
	struct coco_wr once;
	struct coco_wr twice;

	coco_wr_init(&once, 16 * COCO_REGO_MAX);
	coco_wr_init(&twice, 16 * COCO_REGO_MAX);
	if (coco_rego_deny(&once, text, paths, 1, NULL) == 0) {
		require(once.code == 0 && once.n > text.n);
		require(coco_rego_deny(&twice, coco_wr_view(&once), paths, 1, NULL) != 0);
		require(twice.n == 0);
	}
	coco_wr_free(&twice);
	coco_wr_free(&once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_declaration decl;
	struct coco_resource_id id;
	struct coco_diag d = { 0 };

	policy(coco_view_of(data, size));
	int r = coco_declaration_decode(&decl, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	require(decl.broker.admin_key == NULL || decl.broker.admin_token == NULL);
	for (size_t i = 0; i < decl.n_keys; i++) {
		const char *name = decl.keys[i].resource;

		require(coco_resource_id_parse(&id, name, strlen(name), NULL) == 0);
		require(decl.keys[i].from != NULL && decl.keys[i].from[0] != '\0');
		require(i == 0 || strcmp(name, decl.keys[i - 1].resource) != 0);
	}
	for (size_t i = 0; i < decl.n_initdata; i++)
		require(decl.initdata[i].file != NULL && decl.initdata[i].n >= 32);
	for (size_t i = 0; i < decl.n_policies; i++)
		require(decl.policies[i].file != NULL && decl.policies[i].id[0] != '\0');
	coco_declaration_free(&decl);
	return 0;
}
