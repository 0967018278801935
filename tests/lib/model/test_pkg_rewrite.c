/*
 * test_pkg_rewrite.c - a package rewritten so that all digests fit again:
 * parts exchanged, documents edited, signatures moved, by somebody who does
 * not have the signing key. Damage without that care: test_pkg_tamper.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/tamper.h"

#define TRUST (&coco_tamper_signer.trust)

static void expect(const struct coco_model_place *p, int verified, int opened)
{
	assert_int_equal(coco_tamper_verify(p->out, NULL, TRUST), verified);
	assert_int_equal(coco_tamper_verify(p->out, &p->key, TRUST), verified);
	assert_int_equal(coco_tamper_open(p->out, &p->key, TRUST), verified);
	assert_int_equal(coco_tamper_open(p->out, &p->key, NULL), opened);
}

/* Two segments exchange their places in the manifest. */
static void test_swapped_segments(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_tamper_victim();
	struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS];
	char one[160];
	char two[160];

	coco_tamper_load(&p, b);
	snprintf(one, sizeof(one), "\"digest\":\"%s\",\"size\":%zu", b[COCO_TAMPER_SEGMENT0].name,
		 b[COCO_TAMPER_SEGMENT0].n);
	snprintf(two, sizeof(two), "\"digest\":\"%s\",\"size\":%zu", b[COCO_TAMPER_SEGMENT1].name,
		 b[COCO_TAMPER_SEGMENT1].n);
	coco_tamper_rewrite(&p, one, "\"ONE\"");
	coco_tamper_rewrite(&p, two, one);
	coco_tamper_rewrite(&p, "\"ONE\"", two);
	/* the signature is for another manifest, and segments know their number */
	expect(&p, COCO_E_PACKAGE_SUBJECT, COCO_E_KEY_WRONG);
	coco_tamper_unload(b);
	coco_model_leave(&p);
}

/* A segment, the catalogue or the header of another package under the same key. */
static void test_parts_of_another_package(void **state COCO_UNUSED)
{
	static const int which[] = { COCO_TAMPER_SEGMENT0, COCO_TAMPER_SEGMENT1,
				     COCO_TAMPER_CATALOGUE, COCO_TAMPER_HEADER };

	for (size_t i = 0; i < COCO_ARRAY_LEN(which); i++) {
		struct coco_model_place p = coco_tamper_victim();
		struct coco_tamper_blob a[COCO_TAMPER_DOCUMENTS];
		struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS];

		coco_tamper_load(&p, b);
		coco_tamper_pack(&p, 'y', 2);
		coco_tamper_load(&p, a);
		coco_tamper_exchange(&p, &a[which[i]], b[which[i]].p, b[which[i]].n);
		expect(&p, COCO_E_PACKAGE_SUBJECT, COCO_E_KEY_WRONG);
		coco_tamper_unload(a);
		coco_tamper_unload(b);
		coco_model_leave(&p);
	}
}

/* The whole of the documents of an older version, with the blobs of both there. */
static void test_mixed_versions(void **state COCO_UNUSED)
{
	for (int i = 0; i < COCO_TAMPER_DOCUMENTS; i++) {
		struct coco_model_place p = coco_tamper_victim();
		struct coco_tamper_blob a[COCO_TAMPER_DOCUMENTS];
		struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS];

		coco_tamper_load(&p, b);
		coco_tamper_pack(&p, 'x', 2);
		coco_tamper_load(&p, a);
		for (int k = 0; k < COCO_TAMPER_DOCUMENTS; k++) {
			coco_tamper_put(coco_model_path(coco_model_path(p.out, "blobs/sha256"),
							b[k].name + 7),
					b[k].p, b[k].n);
		}
		coco_tamper_exchange(&p, &a[i], b[i].p, b[i].n);
		if (i == COCO_TAMPER_MANIFEST) {
			/* an old manifest with its signature exchanged for the new one */
			assert_int_not_equal(coco_tamper_verify(p.out, NULL, TRUST), 0);
			assert_int_equal(coco_tamper_open(p.out, &p.key, NULL), 0);
		} else {
			coco_tamper_refused(&p);
		}
		coco_tamper_unload(a);
		coco_tamper_unload(b);
		coco_model_leave(&p);
	}
}

static void test_edited_header(void **state COCO_UNUSED)
{
	static const struct {
		const char *from;
		const char *to;
		int opened;
	} edits[] = {
		{ "\"version\":1,", "\"version\":9,", COCO_E_PACKAGE_MIXED },
		{ "\"allow\",\"critical\":[]", "\"deny\",\"critical\":[]", COCO_E_PACKAGE_MIXED },
		{ "kbs:///default", "kbs:///another", COCO_E_PACKAGE_MIXED },
		{ "\"segment_size\":65536", "\"segment_size\":131072", COCO_E_PACKAGE_MIXED },
		{ "\"segment_count\":2", "\"segment_count\":1", COCO_E_PACKAGE_MIXED },
		{ "\"segment_count\":2", "\"segment_count\":3", COCO_E_PACKAGE_MIXED },
		{ "\"critical\":[]", "\"critical\":[\"new\"]", COCO_E_CRITICAL },
		{ "\"format_version\":1", "\"format_version\":2", COCO_E_PACKAGE_VERSION },
		{ "cobblestone-256", "cobblestone-999", COCO_E_PACKAGE_VERSION },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(edits); i++) {
		struct coco_model_place p = coco_tamper_victim();
		struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS];
		size_t n = 0;

		coco_tamper_load(&p, b);
		uint8_t *text = coco_memdup(b[COCO_TAMPER_HEADER].p, b[COCO_TAMPER_HEADER].n);
		n = coco_tamper_replace(&text, b[COCO_TAMPER_HEADER].n, edits[i].from, edits[i].to);
		coco_tamper_exchange(&p, &b[COCO_TAMPER_HEADER], text, n);
		coco_tamper_refused(&p);
		assert_int_equal(coco_tamper_open(p.out, &p.key, NULL), edits[i].opened);
		coco_free(text);
		coco_tamper_unload(b);
		coco_model_leave(&p);
	}
}

/* A layer taken out of the manifest, the count in the header too. */
static void test_dropped_segment(void **state COCO_UNUSED)
{
	for (int count = 0; count < 2; count++) {
		struct coco_model_place p = coco_tamper_victim();
		struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS];

		coco_tamper_load(&p, b);
		char *text =
			strndup((const char *)b[COCO_TAMPER_MANIFEST].p, b[COCO_TAMPER_MANIFEST].n);
		char *last = strstr(text, "segment-00001");
		assert_non_null(last);
		/* "annotations":{ of this layer, and the { of the layer */
		char *start = memrchr(text, '{', (size_t)(last - text));
		start = memrchr(text, '{', (size_t)(start - text));
		char *end = strstr(last, "}}");
		assert_true(start != NULL && end != NULL && start[-1] == ',');
		memmove(start - 1, end + 2, strlen(end + 2) + 1);
		coco_tamper_exchange(&p, &b[COCO_TAMPER_MANIFEST], (uint8_t *)text, strlen(text));
		if (count == 1) {
			uint8_t *header =
				coco_memdup(b[COCO_TAMPER_HEADER].p, b[COCO_TAMPER_HEADER].n);
			size_t n =
				coco_tamper_replace(&header, b[COCO_TAMPER_HEADER].n,
						    "\"segment_count\":2", "\"segment_count\":1");
			coco_tamper_exchange(&p, &b[COCO_TAMPER_HEADER], header, n);
			coco_free(header);
		}
		coco_tamper_refused(&p);
		assert_int_equal(coco_tamper_open(p.out, &p.key, NULL), COCO_E_PACKAGE_MIXED);
		free(text);
		coco_tamper_unload(b);
		coco_model_leave(&p);
	}
}

/* ---- signatures ------------------------------------------------------------- */

/* Somebody with the content key but not the signing key packs it again. */
static void test_resigned_by_a_stranger(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_tamper_victim();
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 65536);
	struct coco_pack_result r = { .files = 0 };

	req.out_flags = COCO_OUT_FORCE;
	req.finish.signer = &coco_tamper_stranger.signer;
	coco_model_pack(&req, 1, &r);
	coco_pack_result_free(&r);
	int code = coco_tamper_verify(p.out, NULL, TRUST);
	assert_true(coco_err_info(code)->class == COCO_CLASS_VERIFY);
	assert_int_equal(coco_tamper_verify(p.out, &p.key, TRUST), code);
	assert_int_equal(coco_tamper_verify(p.out, &p.key, &coco_tamper_stranger.trust), 0);
	req.finish.signer = NULL;
	coco_model_pack(&req, 1, &r);
	coco_pack_result_free(&r);
	expect(&p, COCO_E_PACKAGE_UNSIGNED, 0);
	assert_int_equal(coco_tamper_verify(p.out, &p.key, NULL), COCO_E_PACKAGE_TRUST);
	coco_model_leave(&p);
}

/* The signature is taken away, or one of another package is put in its place. */
static void test_signature_of_another(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_tamper_victim();
	struct coco_tamper_blob a[COCO_TAMPER_DOCUMENTS];
	struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS];

	coco_tamper_load(&p, b);
	coco_tamper_pack(&p, 'y', 1);
	coco_tamper_load(&p, a);
	coco_tamper_exchange(&p, &a[COCO_TAMPER_BUNDLE], b[COCO_TAMPER_BUNDLE].p,
			     b[COCO_TAMPER_BUNDLE].n);
	expect(&p, COCO_E_PACKAGE_SUBJECT, 0);
	coco_tamper_exchange(&p, &b[COCO_TAMPER_BUNDLE], a[COCO_TAMPER_BUNDLE].p,
			     a[COCO_TAMPER_BUNDLE].n);
	coco_tamper_intact(&p);
	/* the referrer points elsewhere: the package has none */
	coco_tamper_rewrite(&p, "\"subject\":", "\"object\":");
	expect(&p, COCO_E_PACKAGE_UNSIGNED, 0);
	coco_tamper_unload(a);
	coco_tamper_unload(b);
	coco_model_leave(&p);
}

static void test_not_a_bundle(void **state COCO_UNUSED)
{
	static const char *const texts[] = { "{}", "", "[]", "{\"mediaType\":\"x\"}", "\xff" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		struct coco_model_place p = coco_tamper_victim();
		struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS];

		coco_tamper_load(&p, b);
		coco_tamper_exchange(&p, &b[COCO_TAMPER_BUNDLE], (const uint8_t *)texts[i],
				     strlen(texts[i]));
		coco_tamper_refused(&p);
		assert_int_equal(coco_tamper_open(p.out, &p.key, NULL), 0);
		coco_tamper_unload(b);
		coco_model_leave(&p);
	}
}

static void test_wrong_keys(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_tamper_victim();
	struct coco_secret other = coco_model_key(77);

	assert_int_equal(coco_tamper_verify(p.out, &other, TRUST), COCO_E_KEY_WRONG);
	assert_int_equal(coco_tamper_open(p.out, &other, TRUST), COCO_E_KEY_WRONG);
	assert_int_not_equal(coco_tamper_verify(p.out, &p.key, &coco_tamper_stranger.trust), 0);
	coco_secret_free(&other);
	coco_model_leave(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_swapped_segments),
		cmocka_unit_test(test_parts_of_another_package),
		cmocka_unit_test(test_mixed_versions),
		cmocka_unit_test(test_edited_header),
		cmocka_unit_test(test_dropped_segment),
		cmocka_unit_test(test_resigned_by_a_stranger),
		cmocka_unit_test(test_signature_of_another),
		cmocka_unit_test(test_not_a_bundle),
		cmocka_unit_test(test_wrong_keys),
	};

	return cmocka_run_group_tests(tests, coco_tamper_setup, coco_tamper_teardown);
}
