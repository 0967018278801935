/*
 * test_stub_cpio.c - archives of systemd-stub: the bytes of one by hand, the
 * shared vectors, names and limits.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/stub_cpio.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define ENTRY(ino, mode, size, named)                                               \
	"070701" ino mode "00000000" "00000000" "00000001" "00000000" size          \
	"00000000" "00000000" "00000000" "00000000" named "00000000"

static const char by_hand[] =
	ENTRY("00000001", "0000416d", "00000000", "00000007") ".extra\0\0\0\0"
	ENTRY("00000002", "00004140", "00000000", "00000013") ".extra/credentials\0\0\0\0"
	ENTRY("00000003", "00008100", "00000005", "0000001a") ".extra/credentials/a.cred\0"
	"hello\0\0\0"
	ENTRY("00000004", "00008100", "00000000", "0000001a") ".extra/credentials/b.cred\0"
	ENTRY("00000000", "00000000", "00000000", "0000000B") "TRAILER!!!\0\0\0";

static void test_by_hand(void **state COCO_UNUSED)
{
	struct coco_stub_cpio_file files[] = {
		{ "b.cred", { NULL, 0 } },
		{ "a.cred", { (const uint8_t *)"hello", 5 } },
	};
	struct coco_diag d = { 0 };
	uint8_t *p;
	size_t n;

	coco_stub_cpio_sort(files, 2);
	assert_string_equal(files[0].name, "a.cred");
	assert_ok(coco_stub_cpio(COCO_STUB_CREDENTIALS, files, 2, &p, &n, &d), &d);
	assert_int_equal(n, sizeof(by_hand));
	assert_memory_equal(p, by_hand, n);
	coco_free(p);
	coco_stub_cpio_sort(NULL, 0);
}

static void test_forms(void **state COCO_UNUSED)
{
	static const uint32_t pcr[COCO_STUB_CPIO_KINDS] = { 12, 12, 13, 12, 0, 0, 0, 0 };

	for (unsigned i = 0; i < COCO_STUB_CPIO_KINDS; i++) {
		enum coco_stub_cpio_kind kind = (enum coco_stub_cpio_kind)i;
		const struct coco_stub_cpio_form *form = coco_stub_cpio_form(kind);
		struct coco_stub_cpio_file file = { "x", { (const uint8_t *)"y", 1 } };
		struct coco_diag d = { 0 };
		char text[64];
		uint8_t *p;
		size_t n;

		assert_int_equal(form->pcr, pcr[i]);
		assert_int_equal(form->event != NULL, pcr[i] != 0);
		assert_ok(coco_stub_cpio(kind, &file, 1, &p, &n, &d), &d);
		assert_int_equal(n % 4, 0);
		snprintf(text, sizeof(text), "%s/%s", form->folder,
			 form->file != NULL ? form->file : "x");
		assert_non_null(memmem(p, n, text, strlen(text) + 1));
		coco_free(p);
	}
}

static void test_names(void **state COCO_UNUSED)
{
	char longest[COCO_STUB_CPIO_NAME + 2];

	assert_true(coco_stub_cpio_takes(COCO_STUB_CREDENTIALS, "a.cred"));
	assert_true(coco_stub_cpio_takes(COCO_STUB_GLOBAL_CREDENTIALS, "A.CRED"));
	assert_true(coco_stub_cpio_takes(COCO_STUB_SYSEXT, "a.raw"));
	assert_true(coco_stub_cpio_takes(COCO_STUB_SYSEXT, "a.sysext.raw"));
	assert_true(coco_stub_cpio_takes(COCO_STUB_CONFEXT, "a.confext.RAW"));
	assert_false(coco_stub_cpio_takes(COCO_STUB_SYSEXT, "a.confext.raw"));
	assert_false(coco_stub_cpio_takes(COCO_STUB_CONFEXT, "a.raw"));
	assert_false(coco_stub_cpio_takes(COCO_STUB_CREDENTIALS, "a.cred.txt"));
	assert_false(coco_stub_cpio_takes(COCO_STUB_CREDENTIALS, ".cred"));
	assert_false(coco_stub_cpio_takes(COCO_STUB_CREDENTIALS, "\303\244.cred"));
	assert_false(coco_stub_cpio_takes(COCO_STUB_CREDENTIALS, ""));
	assert_false(coco_stub_cpio_takes(COCO_STUB_OSREL, "os-release"));
	memset(longest, 'a', sizeof(longest));
	longest[COCO_STUB_CPIO_NAME + 1] = '\0';
	memcpy(longest + COCO_STUB_CPIO_NAME - 4, ".cred", 5);
	assert_false(coco_stub_cpio_takes(COCO_STUB_CREDENTIALS, longest));
	assert_true(coco_stub_cpio_takes(COCO_STUB_CREDENTIALS, longest + 1));
}

static void test_refused(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "", "a/b.cred", ".cred", "\377.cred" };
	static struct coco_stub_cpio_file many[COCO_STUB_CPIO_FILES + 1];
	struct coco_diag d = { 0 };
	uint8_t *p = (uint8_t *)&d;
	size_t n = 77;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_stub_cpio_file file = { bad[i], { NULL, 0 } };

		d = (struct coco_diag){ 0 };
		assert_err(coco_stub_cpio(COCO_STUB_CREDENTIALS, &file, 1, &p, &n, &d),
			   COCO_E_STUB_CPIO, &d);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(many); i++)
		many[i].name = "a.cred";
	d = (struct coco_diag){ 0 };
	assert_err(coco_stub_cpio(COCO_STUB_SYSEXT, many, COCO_ARRAY_LEN(many), &p, &n, &d),
		   COCO_E_STUB_CPIO, &d);
	d = (struct coco_diag){ 0 };
	assert_err(coco_stub_cpio(COCO_STUB_PCRSIG, many, 2, &p, &n, &d), COCO_E_STUB_CPIO, &d);
	assert_int_equal(n, 77);
	many[0].data = coco_view_of(many, COCO_STUB_CPIO_MAX);   /* is not read */
	d = (struct coco_diag){ 0 };
	assert_err(coco_stub_cpio(COCO_STUB_SYSEXT, many, 1, &p, &n, &d), COCO_E_LIMIT_SIZE, &d);
	d = (struct coco_diag){ 0 };
	assert_ok(coco_stub_cpio(COCO_STUB_SYSEXT, NULL, 0, &p, &n, &d), &d);
	assert_null(p);
	assert_int_equal(n, 0);
}

static enum coco_stub_cpio_kind kind_of(const char *name)
{
	if (strcmp(name, "osrel") == 0)
		return COCO_STUB_OSREL;
	if (strcmp(name, "sig") == 0)
		return COCO_STUB_PCRSIG;
	return strcmp(name, "cred1") == 0 ? COCO_STUB_CREDENTIALS : COCO_STUB_GLOBAL_CREDENTIALS;
}

static void run_vector(const struct coco_jv *item)
{
	struct coco_stub_cpio_file files[8];
	uint8_t data[8][256];
	struct coco_diag d = { 0 };
	struct coco_jv list;
	const char *name;
	uint64_t len;
	uint8_t *p;
	size_t n;

	assert_ok(coco_jv_string(item, "name", &name, &d), &d);
	assert_ok(coco_jv_array(item, "files", &list, &d), &d);
	assert_ok(coco_jv_u64(item, "cpio_len", 4096, &len, &d), &d);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv pair = coco_jv_item(&list, i);
		struct coco_jv first = coco_jv_item(&pair, 0);
		struct coco_jv second = coco_jv_item(&pair, 1);
		const char *hex;

		assert_ok(coco_jv_as_string(&first, &files[i].name, &d), &d);
		assert_ok(coco_jv_as_string(&second, &hex, &d), &d);
		size_t m = strlen(hex) / 2;
		for (size_t k = 0; k < m; k++)
			assert_int_equal(sscanf(hex + 2 * k, "%2hhx", &data[i][k]), 1);
		files[i].data = coco_view_of(data[i], m);
	}
	uint8_t *want = coco_alloc(len, 1);
	assert_ok(coco_jv_hex(item, "cpio_hex", want, len, &d), &d);
	assert_ok(coco_stub_cpio(kind_of(name), files, coco_jv_len(&list), &p, &n, &d), &d);
	assert_int_equal(n, len);
	assert_memory_equal(p, want, n);
	coco_free(want);
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("measure/uki/stub-cpio.json");
	struct coco_diag d = { 0 };
	struct coco_json doc;
	size_t n;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	for (size_t i = 0; i < coco_jv_len(&root); i++) {
		struct coco_jv item = coco_jv_item(&root, i);

		run_vector(&item);
	}
	printf("%zu archives of stub-cpio.json\n", coco_jv_len(&root));
	coco_json_free(&doc);
	coco_free(text);
}

static void test_memory(void **state COCO_UNUSED)
{
	const struct coco_stub_cpio_file file = { "a.cred", { (const uint8_t *)"x", 1 } };
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		uint8_t *p = NULL;
		size_t n;
		int r = coco_stub_cpio(COCO_STUB_CREDENTIALS, &file, 1, &p, &n, &d);

		coco_free(p);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand), cmocka_unit_test(test_forms),
		cmocka_unit_test(test_names),   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
