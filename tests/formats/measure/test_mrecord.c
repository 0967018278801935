/*
 * test_mrecord.c - the measurement record: its exact bytes, what is built,
 * and running out of memory. Reading is test_mrecord_read.c.
 */
#include "formats/measure/mrecord.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/record.h"

#define Z8 "0000000000000000"
#define Z16 Z8 Z8
#define SHA256(b) b "00000000000000" Z8 Z16
#define SHA384(b) b "00000000000000" Z8 Z16 Z16
#define SHA1(b) b "00000000000000" Z8 "00000000"

#define BANK(name, H)                                                                        \
	"    {\n"                                                                            \
	"      \"register\": \"tpm.pcr12\",\n"                                               \
	"      \"algorithm\": \"" name "\",\n"                                               \
	"      \"inputs\": [\n"                                                              \
	"        {\n"                                                                        \
	"          \"name\": \"command line\",\n"                                            \
	"          \"type\": \"EV_IPL\",\n"                                                  \
	"          \"basis\": \"given\",\n"                                                  \
	"          \"text\": \"a \\\"b\\\"\",\n"                                             \
	"          \"digest\": \"" H("10") "\",\n"                                           \
	"          \"running\": \"" H("11") "\"\n"                                           \
	"        },\n"                                                                       \
	"        {\n"                                                                        \
	"          \"name\": \"separator\",\n"                                               \
	"          \"basis\": \"constant\",\n"                                               \
	"          \"digest\": \"" H("12") "\",\n"                                           \
	"          \"running\": \"" H("13") "\"\n"                                           \
	"        }\n"                                                                        \
	"      ],\n"                                                                         \
	"      \"values\": [\n"                                                              \
	"        {\n"                                                                        \
	"          \"value\": \"" H("13") "\",\n"                                            \
	"          \"label\": {},\n"                                                         \
	"          \"inputs\": []\n"                                                         \
	"        }\n"                                                                        \
	"      ]\n"                                                                          \
	"    }"

#define VALUE(vcpus, b)                                                                      \
	"        {\n"                                                                        \
	"          \"value\": \"" SHA384(b) "\",\n"                                          \
	"          \"label\": {\n"                                                           \
	"            \"vcpus\": " vcpus ",\n"                                                \
	"            \"vcpu_type\": \"EPYC-v4\",\n"                                          \
	"            \"vcpu_sig\": \"0x00800f12\"\n"                                         \
	"          },\n"                                                                     \
	"          \"inputs\": [\n"                                                          \
	"            {\n"                                                                    \
	"              \"name\": \"vcpu 0\",\n"                                              \
	"              \"type\": \"vmsa\",\n"                                                \
	"              \"gpa\": \"0xfffffffff000\",\n"                                       \
	"              \"pages\": 1,\n"                                                      \
	"              \"digest\": \"" SHA384("03") "\",\n"                                  \
	"              \"running\": \"" SHA384(b) "\"\n"                                     \
	"            }\n"                                                                    \
	"          ]\n"                                                                      \
	"        }"

/* In two parts: compilers need not take longer strings. */
static const char golden_start[] =
	"{\n"
	"  \"schema\": \"cococtl.measurement-record.v1\",\n"
	"  \"platform\": \"snp\",\n"
	"  \"profile\": {\n"
	"    \"sha256\": \"" SHA256("09") "\"\n"
	"  },\n"
	"  \"parameters\": {\n"
	"    \"vmm\": \"qemu\",\n"
	"    \"guest_features\": \"0x1\"\n"
	"  },\n"
	"  \"files\": [\n"
	"    {\n"
	"      \"name\": \"firmware\",\n"
	"      \"size\": \"18446744073709551615\",\n"
	"      \"sha256\": \"" SHA256("07") "\"\n"
	"    },\n"
	"    {\n"
	"      \"name\": \"cmdline\",\n"
	"      \"size\": \"4\",\n"
	"      \"sha256\": \"" SHA256("08") "\"\n"
	"    }\n"
	"  ],\n"
	"  \"registers\": [\n"
	"    {\n"
	"      \"register\": \"snp.launch_digest\",\n"
	"      \"algorithm\": \"sha384\",\n"
	"      \"inputs\": [\n"
	"        {\n"
	"          \"name\": \"firmware\",\n"
	"          \"type\": \"normal\",\n"
	"          \"gpa\": \"0xffc00000\",\n"
	"          \"pages\": 1024,\n"
	"          \"running\": \"" SHA384("01") "\"\n"
	"        }\n"
	"      ],\n"
	"      \"values\": [\n"
	VALUE("4", "04") ",\n"
	VALUE("8", "05") "\n"
	"      ]\n"
	"    },\n";

static const char golden_end[] =
	BANK("sha256", SHA256) ",\n"
	BANK("sha1", SHA1) "\n"
	"  ],\n"
	"  \"not_computed\": [\n"
	"    {\n"
	"      \"register\": \"tpm.pcr1\",\n"
	"      \"name\": \"ACPI tables\",\n"
	"      \"reason\": \"made by the VMM\",\n"
	"      \"supply\": \"--acpi DIR\"\n"
	"    }\n"
	"  ],\n"
	"  \"not_measured\": [\n"
	"    {\n"
	"      \"name\": \"memory size\",\n"
	"      \"reason\": \"no part of it\"\n"
	"    }\n"
	"  ]\n"
	"}\n";

static void assert_golden(const uint8_t *text, size_t n)
{
	size_t at = strlen(golden_start);

	assert_int_equal(n, at + strlen(golden_end));
	assert_memory_equal(text, golden_start, at);
	assert_string_equal((const char *)text + at, golden_end);
}

static void test_bytes(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_mrecord r;
	struct coco_mrecord again;
	uint8_t *text;
	size_t n;

	assert_ok(coco_test_record(&r, &d), &d);
	assert_ok(coco_mrecord_encode(&r, &text, &n, &d), &d);
	assert_golden(text, n);
	assert_ok(coco_mrecord_decode(&again, coco_view_of(text, n), &d), &d);
	coco_free(text);
	assert_ok(coco_mrecord_encode(&again, &text, &n, &d), &d);
	assert_golden(text, n);
	coco_free(text);
	coco_mrecord_free(&again);
	coco_mrecord_free(&r);
	coco_mrecord_free(&r);   /* fine on a zeroed one */
}

static void test_find(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_mrecord r;

	assert_ok(coco_test_record(&r, &d), &d);
	assert_ptr_equal(coco_mrecord_find(&r, "tpm.pcr12", NULL), &r.registers[1]);
	assert_ptr_equal(coco_mrecord_find(&r, "tpm.pcr12", "sha1"), &r.registers[2]);
	assert_null(coco_mrecord_find(&r, "tpm.pcr12", "sha384"));
	assert_null(coco_mrecord_find(&r, "tpm.pcr1", NULL));
	coco_mrecord_free(&r);
	assert_int_equal(coco_mrecord_size("sha512"), 64);
	assert_int_equal(coco_mrecord_size("sha38"), 0);
}

static void test_labels(void **state COCO_UNUSED)
{
	struct coco_mrecord_value v = { .n_labels = 0 };
	char text[64];
	char shorter[5];

	coco_mrecord_label_text(&v, text, sizeof(text));
	assert_string_equal(text, "");
	coco_mrecord_label_number(&v, "vcpus", 1);
	coco_mrecord_label(&v, "vcpu_type", "%s", "EPYC");
	coco_mrecord_label(&v, "vcpu_sig", "%s", "0x1");   /* said by the type */
	coco_mrecord_label(&v, "phase", "%s", "sysinit");
	coco_mrecord_label_text(&v, text, sizeof(text));
	assert_string_equal(text, "1 vCPU, EPYC, phase sysinit");
	coco_mrecord_label_text(&v, shorter, sizeof(shorter));
	assert_string_equal(shorter, "1 vC");
	/* the same name again: the later value, of the later kind */
	coco_mrecord_label_number(&v, "phase", (uint64_t)1 << 53);
	assert_int_equal(v.n_labels, 4);
	assert_true(v.label[3].number);
	coco_mrecord_label_number(&v, "phase", UINT64_MAX);
	assert_false(v.label[3].number);
	assert_string_equal(v.label[3].value, "18446744073709551615");
	for (int i = 0; i < 2 * COCO_MRECORD_LABELS; i++) {
		snprintf(text, sizeof(text), "l%d", i);
		coco_mrecord_label(&v, text, "%d", i);
	}
	assert_int_equal(v.n_labels, COCO_MRECORD_LABELS);
}

/* Whatever bytes the texts are, the record that is written can be read. */
static void test_texts(void **state COCO_UNUSED)
{
	static const char *const ends[] = { "\xc3", "\xc3\xa9", "\xf0\x9f\x98", "\xff\xff", "x" };
	struct coco_diag d = { 0 };

	for (size_t e = 0; e < COCO_ARRAY_LEN(ends); e++)
		for (size_t n = 0; n < 4; n++) {
			struct coco_mrecord r;
			struct coco_mrecord again;
			struct coco_mrecord_input in = { .name = "\xe2\x82", .type = "\xff" };
			char *text = coco_zalloc(COCO_MRECORD_CONTENT + 8, 1);
			uint8_t *out;
			size_t n_out;

			assert_non_null(text);
			memset(text, 'a', COCO_MRECORD_CONTENT - n);
			strcat(text, ends[e]);
			coco_mrecord_init(&r, text);
			in.text = text;
			assert_ok(coco_mrecord_param(&r, &d, text, "%s", text +
						     COCO_MRECORD_CONTENT - COCO_MRECORD_TEXT),
				  &d);
			assert_ok(coco_mrecord_gap(&r, text, text, &d), &d);
			assert_ok(coco_mrecord_unknown(&r, text, text, text, text, &d), &d);
			assert_ok(coco_mrecord_begin(&r, text, "sha1", &d), &d);
			assert_ok(coco_mrecord_input(&r, &in, &d), &d);
			assert_ok(coco_mrecord_encode(&r, &out, &n_out, &d), &d);
			assert_null(strstr((const char *)out, "\xef\xbf\xbd"));
			assert_ok(coco_mrecord_decode(&again, coco_view_of(out, n_out), &d), &d);
			assert_string_equal(again.params[0].value, r.params[0].value);
			assert_string_equal(again.registers[0].inputs[0].text,
					    r.registers[0].inputs[0].text);
			assert_string_equal(again.registers[0].inputs[0].name, "??");
			coco_mrecord_free(&again);
			coco_mrecord_free(&r);
			coco_free(out);
			coco_free(text);
		}
}

static void test_misuse(void **state COCO_UNUSED)
{
	const struct coco_mrecord_value v = { .value = { .n = 48 } };
	const struct coco_mrecord_input in = { .name = "x" };
	struct coco_diag d = { 0 };
	struct coco_mrecord r;

	coco_mrecord_init(&r, "tdx");
	assert_err(coco_mrecord_input(&r, &in, &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	assert_err(coco_mrecord_value(&r, &v, &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	assert_err(coco_mrecord_begin(&r, "a", "md5", &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	assert_ok(coco_mrecord_begin(&r, "a", "sha256", &d), &d);
	assert_err(coco_mrecord_begin(&r, "a", "sha256", &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	assert_err(coco_mrecord_value(&r, &v, &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	assert_err(coco_mrecord_value_input(&r, &in, &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	/* a parameter takes the later value, a file keeps the first */
	assert_ok(coco_mrecord_param(&r, &d, "p", "%d", 1), &d);
	assert_ok(coco_mrecord_param(&r, &d, "p", "%d", 2), &d);
	assert_int_equal(r.n_params, 1);
	assert_string_equal(r.params[0].value, "2");
	assert_ok(coco_mrecord_file(&r, &(struct coco_mrecord_file){ "f", 1, { 0 } }, &d), &d);
	assert_ok(coco_mrecord_file(&r, &(struct coco_mrecord_file){ "f", 2, { 0 } }, &d), &d);
	assert_int_equal(r.n_files, 1);
	assert_int_equal(r.files[0].size, 1);
	coco_mrecord_free(&r);
}

static void test_full(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_mrecord r;

	coco_mrecord_init(&r, "tdx");
	for (int i = 0; i < COCO_MRECORD_FEW; i++)
		assert_ok(coco_mrecord_gap(&r, "a", "b", &d), &d);
	assert_err(coco_mrecord_gap(&r, "a", "b", &d), COCO_E_LIMIT_MEMORY, &d);
	coco_mrecord_free(&r);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_mrecord r;
		struct coco_mrecord again;
		uint8_t *text = NULL;
		size_t n;
		int code = coco_test_record(&r, &d);

		if (code == 0)
			code = coco_mrecord_encode(&r, &text, &n, &d);
		if (code == 0)
			code = coco_mrecord_decode(&again, coco_view_of(text, n), &d);
		if (code == 0)
			coco_mrecord_free(&again);
		coco_mrecord_free(&r);
		coco_free(text);
		if (coco_test_alloc_check(code, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_misuse),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
