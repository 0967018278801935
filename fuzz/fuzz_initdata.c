/*
 * fuzz_initdata.c - initdata documents in every form. Covers
 * coco_initdata_unpack, coco_initdata_decode, coco_initdata_encode,
 * coco_initdata_pack. Asserts: what is unpacked, packed again in any form and
 * unpacked gives the same bytes; the entries of an accepted document are
 * written to one that has the same entries and is written the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/broker/initdata_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_forms(struct coco_view toml)
{
	for (int form = 0; form < COCO_INITDATA_FORMS; form++) {
		enum coco_initdata_form seen = COCO_INITDATA_TOML;
		uint8_t *packed = NULL;
		uint8_t *back = NULL;
		size_t n = 0;
		size_t n_back = 0;

		require(coco_initdata_pack(toml, (enum coco_initdata_form)form, &packed, &n,
					   NULL) == 0);
		/* bytes inside of a gzip may themselves look like another form */
		if (form != COCO_INITDATA_TOML) {
			require(coco_initdata_unpack(coco_view_of(packed, n), &back, &n_back,
						     &seen, NULL) == 0);
			require((int)seen == form && n_back == toml.n &&
				memcmp(back, toml.p, toml.n) == 0);
		}
		coco_free(back);
		coco_free(packed);
	}
}

static void check_writer(const struct coco_initdata *doc)
{
	static struct coco_initdata again;
	uint8_t *first = NULL;
	uint8_t *second = NULL;
	size_t n_first = 0;
	size_t n_second = 0;
	int r = coco_initdata_encode(doc->alg, doc->entry, doc->n, &first, &n_first, NULL);

	/* an empty name is TOML, but nobody's; escapes may need more room */
	if (r == COCO_E_LIMIT_SIZE || coco_initdata_find(doc, "") != NULL)
		return;
	require(r == 0);
	require(coco_initdata_decode(&again, coco_view_of(first, n_first), NULL) == 0);
	require(again.alg == doc->alg && again.n == doc->n);
	for (size_t i = 0; i < doc->n; i++) {
		const struct coco_initdata_entry *e = coco_initdata_find(&again,
									 doc->entry[i].name);

		require(e != NULL && e->n == doc->entry[i].n &&
			memcmp(e->text, doc->entry[i].text, e->n) == 0);
	}
	require(coco_initdata_encode(again.alg, again.entry, again.n, &second, &n_second, NULL) ==
		0);
	require(n_first == n_second && memcmp(first, second, n_first) == 0);
	coco_initdata_free(&again);
	coco_free(first);
	coco_free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct coco_initdata doc;
	enum coco_initdata_form form = COCO_INITDATA_TOML;
	struct coco_diag d = { 0 };
	uint8_t *toml = NULL;
	size_t n = 0;
	int r = coco_initdata_unpack(coco_view_of(data, size), &toml, &n, &form, &d);

	require(r == d.code);
	if (r != 0)
		return 0;
	require(n <= COCO_INITDATA_MAX);
	check_forms(coco_view_of(toml, n));
	r = coco_initdata_decode(&doc, coco_view_of(toml, n), &d);
	require(r == d.code);
	if (r == 0)
		check_writer(&doc);
	coco_initdata_free(&doc);
	coco_free(toml);
	return 0;
}
