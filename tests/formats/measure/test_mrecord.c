/*
 * test_mrecord.c - the measurement record: its exact bytes, and running out
 * of memory.
 */
#include "formats/measure/mrecord.h"

#include <string.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static const char golden[] =
	"{\n"
	"  \"schema\": \"cococtl.measurement-record.v1\",\n"
	"  \"platform\": \"snp\",\n"
	"  \"parameters\": {\n"
	"    \"vmm\": \"qemu\"\n"
	"  },\n"
	"  \"files\": [\n"
	"    {\n"
	"      \"name\": \"firmware\",\n"
	"      \"size\": \"18446744073709551615\",\n"
	"      \"sha256\": \"0700000000000000000000000000000000000000000000000000000000000000\"\n"
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
	"          \"running\": \"01\"\n"
	"        }\n"
	"      ],\n"
	"      \"values\": [\n"
	"        {\n"
	"          \"value\": \"02\",\n"
	"          \"label\": {\n"
	"            \"vcpus\": 4,\n"
	"            \"vcpu_type\": \"EPYC-v4\",\n"
	"            \"vcpu_sig\": \"0x00800f12\"\n"
	"          },\n"
	"          \"inputs\": [\n"
	"            {\n"
	"              \"name\": \"vcpu 0\",\n"
	"              \"digest\": \"03\",\n"
	"              \"running\": \"04\"\n"
	"            }\n"
	"          ]\n"
	"        }\n"
	"      ]\n"
	"    }\n"
	"  ],\n"
	"  \"not_computed\": [],\n"
	"  \"not_measured\": [\n"
	"    {\n"
	"      \"name\": \"x\",\n"
	"      \"reason\": \"y\"\n"
	"    }\n"
	"  ]\n"
	"}\n";

static int fill(struct coco_mrecord *r, struct coco_diag *d)
{
	const struct coco_mrecord_file file = { "firmware", UINT64_MAX, { 7 } };
	const struct coco_mrecord_input input = {
		.name = "firmware", .type = "normal", .has_gpa = true, .gpa = 0xffc00000,
		.pages = 1024, .running = { 1, { 1 } },
	};
	const struct coco_mrecord_input own = {
		.name = "vcpu 0", .digest = { 1, { 3 } }, .running = { 1, { 4 } },
	};
	struct coco_mrecord_value value = { .value = { 1, { 2 } } };

	coco_mrecord_label_number(&value, "vcpus", 4);
	coco_mrecord_label(&value, "vcpu_type", "%s", "EPYC-v4");
	coco_mrecord_label(&value, "vcpu_sig", "0x%08x", 0x800f12);
	coco_mrecord_init(r, "snp");
	int code = coco_mrecord_param(r, d, "vmm", "%s", "qemu");
	if (code == 0)
		code = coco_mrecord_file(r, &file, d);
	if (code == 0)
		code = coco_mrecord_begin(r, "snp.launch_digest", "sha384", d);
	if (code == 0)
		code = coco_mrecord_input(r, &input, d);
	if (code == 0)
		code = coco_mrecord_value(r, &value, d);
	if (code == 0)
		code = coco_mrecord_value_input(r, &own, d);
	return code == 0 ? coco_mrecord_gap(r, "x", "y", d) : code;
}

/* A record that was written reads back as the same bytes. */
static int back(const uint8_t *text, size_t n, struct coco_diag *d)
{
	struct coco_mrecord r;
	uint8_t *again = NULL;
	size_t again_n;

	int code = coco_mrecord_decode(&r, coco_view_of(text, n), d);
	if (code != 0)
		return code;
	code = coco_mrecord_encode(&r, &again, &again_n, d);
	if (code == 0) {
		assert_int_equal(again_n, n);
		assert_memory_equal(again, text, n);
	}
	coco_free(again);
	coco_mrecord_free(&r);
	return code;
}

static void test_bytes(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_mrecord r;
	struct coco_json doc;
	uint8_t *text;
	size_t n;

	assert_ok(fill(&r, &d), &d);
	assert_ok(coco_mrecord_encode(&r, &text, &n, &d), &d);
	assert_string_equal((const char *)text, golden);
	assert_int_equal(n, strlen(golden));
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	coco_json_free(&doc);
	assert_ok(back(text, n, &d), &d);
	coco_free(text);
	coco_mrecord_free(&r);
	coco_mrecord_free(&r);   /* fine on a zeroed one */
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_mrecord r;
		uint8_t *text = NULL;
		size_t n;
		int code = fill(&r, &d);

		if (code == 0)
			code = coco_mrecord_encode(&r, &text, &n, &d);
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
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
