/*
 * wycheproof.c - walks a Wycheproof file (see wycheproof.h).
 */
#include "tests/support/wycheproof.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

size_t coco_wycheproof_run(const char *name, coco_wycheproof_fn *fn)
{
	char rel[256];
	struct coco_json doc;
	struct coco_jv groups;
	size_t n = 0;
	size_t count = 0;

	snprintf(rel, sizeof(rel), "packaging/wycheproof/%s_test.json", name);
	const char *path = coco_test_vectors(rel);
	if (path == NULL)
		return 0;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "testGroups", &groups, NULL), NULL);
	for (size_t i = 0; i < coco_jv_len(&groups); i++) {
		struct coco_jv group = coco_jv_item(&groups, i);
		struct coco_jv list;

		assert_ok(coco_jv_array(&group, "tests", &list, NULL), NULL);
		for (size_t k = 0; k < coco_jv_len(&list); k++, count++) {
			struct coco_jv test = coco_jv_item(&list, k);
			const char *result = NULL;

			assert_ok(coco_jv_string(&test, "result", &result, NULL), NULL);
			fn(&group, &test, result);
		}
	}
	coco_json_free(&doc);
	coco_free(text);
	return count;
}

size_t coco_wycheproof_hex(const struct coco_jv *obj, const char *key, uint8_t **ret)
{
	const char *hex = NULL;

	assert_ok(coco_jv_string(obj, key, &hex, NULL), NULL);
	size_t n = strlen(hex) / 2;
	uint8_t *p = coco_alloc(n + 1, 1);
	assert_non_null(p);
	assert_ok(coco_hex_decode(p, n, hex, strlen(hex), NULL), NULL);
	*ret = p;
	return n;
}
