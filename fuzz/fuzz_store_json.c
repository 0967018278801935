/*
 * fuzz_store_json.c - the JSON files of Trustee's stores. Covers
 * coco_store_map_get, coco_store_map_set, coco_store_list_get,
 * coco_store_list_set. Asserts: what is set is read back, what is removed is
 * not there, and setting again what is there gives the same file.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/broker/store_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static struct coco_view of(const struct coco_secret *s)
{
	return coco_view_of(coco_secret_expose(s), s->n);
}

static void map(struct coco_view text)
{
	struct coco_secret value = { 0 };
	struct coco_secret file = { 0 };
	struct coco_secret again = { 0 };
	struct coco_secret back = { 0 };
	bool found = false;

	require(coco_secret_from(&value, "\xff?\0x", 4, NULL) == 0);
	if (coco_store_map_set(text, "r/t/g", &value, &file, &found, NULL) == 0) {
		require(coco_store_map_get(of(&file), "r/t/g", &back, NULL) == 0);
		require(back.n == 4 && memcmp(coco_secret_expose(&back), "\xff?\0x", 4) == 0);
		require(coco_store_map_set(of(&file), "r/t/g", &value, &again, &found, NULL) == 0);
		require(found && again.n == file.n &&
			memcmp(coco_secret_expose(&again), coco_secret_expose(&file), file.n) == 0);
		coco_secret_free(&again);
		coco_secret_free(&back);
		require(coco_store_map_set(of(&file), "r/t/g", NULL, &again, &found, NULL) == 0);
		require(coco_store_map_get(of(&again), "r/t/g", &back, NULL) == 0);
		require(found && back.p == NULL);
	}
	coco_secret_free(&again);
	coco_secret_free(&file);
	coco_secret_free(&value);
}

static void list(struct coco_view text)
{
	static const char item[] = "{\"name\":\"m\",\"expiration\":\"x\",\"value\":1}";
	const struct coco_view one = coco_view_of(item, sizeof(item) - 1);
	enum coco_stored_form form = COCO_STORED_FORMS;
	struct coco_secret file = { 0 };
	struct coco_secret again = { 0 };
	struct coco_secret back = { 0 };
	bool found = false;

	if (coco_store_list_set(text, "m", &one, &file, &found, NULL) == 0) {
		require(coco_store_list_get(of(&file), "m", &back, &form, NULL) == 0);
		require(form != COCO_STORED_FORMS);
		require(back.n == one.n && memcmp(coco_secret_expose(&back), item, one.n) == 0);
		coco_secret_free(&back);
		require(coco_store_list_set(of(&file), "m", NULL, &again, &found, NULL) == 0);
		require(coco_store_list_get(of(&again), "m", &back, &form, NULL) == 0);
		require(found && back.p == NULL);
	}
	coco_secret_free(&again);
	coco_secret_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	map(coco_view_of(data, size));
	list(coco_view_of(data, size));
	return 0;
}
