/*
 * test_vmsa.c - vCPU pages of every VMM: fields where the specification has
 * them, the shared pages and hashes of pages.
 */
#include "formats/measure/vmsa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/vcpu_model.h"
#include "lib/crypto/digest.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/support.h"

static uint64_t field(const uint8_t *page, size_t at, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)page[at + i] << (8 * i);
	return v;
}

static void make(uint8_t *page, enum coco_vmm vmm, uint32_t eip)
{
	const struct coco_vmsa v = {
		.vmm = vmm, .eip = eip, .signature = 0x00a00f11, .features = 0x21,
	};

	memset(page, 0xee, COCO_VMSA_SIZE);
	coco_vmsa_encode(page, &v);
}

static void test_fields(void **state COCO_UNUSED)
{
	uint8_t p[COCO_VMSA_SIZE];

	make(p, COCO_VMM_QEMU, 0x80b004);
	assert_int_equal(field(p, 0x010, 2), 0xf000);
	assert_int_equal(field(p, 0x012, 2), 0x9b);
	assert_int_equal(field(p, 0x018, 8), 0x800000);
	assert_int_equal(field(p, 0x178, 8), 0xb004);
	assert_int_equal(field(p, 0x268, 8), 0x0007040600070406);
	assert_int_equal(field(p, 0x310, 8), 0x00a00f11);
	assert_int_equal(field(p, 0x3b0, 8), 0x21);
	assert_int_equal(field(p, 0x408, 4), 0x1f80);
	assert_int_equal(field(p, 0xff8, 8), 0);
	make(p, COCO_VMM_EC2, COCO_VMSA_BSP_EIP);
	assert_int_equal(field(p, 0x012, 2), 0x9a);
	assert_int_equal(field(p, 0x022, 2), 0x92);
	assert_int_equal(field(p, 0x092, 2), 0x83);
	assert_int_equal(field(p, 0x310, 8), 0x600);
	make(p, COCO_VMM_EC2, 0x80b004);
	assert_int_equal(field(p, 0x012, 2), 0x9b);
	make(p, COCO_VMM_KRUN, 0x80b004);
	assert_int_equal(field(p, 0x012, 2), 0x9a);
	assert_int_equal(field(p, 0x310, 8), 0);
	make(p, COCO_VMM_GCE, 0x80b004);
	assert_int_equal(field(p, 0x268, 8), 0x00070106);
	assert_int_equal(field(p, 0x408, 4), 0);
	make(p, COCO_VMM_SVSM, 0xffa00000);
	assert_int_equal(field(p, 0x178, 8), 0xffa00000);
	assert_int_equal(field(p, 0x3b0, 8), 1);
	assert_int_equal(field(p, 0x410, 2), 0);
}

static void test_names(void **state COCO_UNUSED)
{
	assert_string_equal(coco_vmm_name(COCO_VMM_QEMU), "qemu");
	assert_string_equal(coco_vmm_name(COCO_VMM_EC2), "ec2");
	assert_string_equal(coco_vmm_name(COCO_VMM_GCE), "gce");
	assert_string_equal(coco_vmm_name(COCO_VMM_KRUN), "krun");
	assert_string_equal(coco_vmm_name(COCO_VMM_SVSM), "svsm");
	assert_string_equal(coco_vmm_name((enum coco_vmm)9), "unknown");
	assert_true(coco_vmsa_needs_model(COCO_VMM_QEMU) && coco_vmsa_needs_model(COCO_VMM_SVSM));
	assert_false(coco_vmsa_needs_model(COCO_VMM_EC2) || coco_vmsa_needs_model(COCO_VMM_GCE) ||
		     coco_vmsa_needs_model(COCO_VMM_KRUN));
}

static struct coco_vmsa row_spec(char *const *c)
{
	struct coco_vmsa v = { .features = strtoull(c[3], NULL, 0),
			       .eip = (uint32_t)strtoul(c[4], NULL, 0) };
	const struct coco_vcpu_model *m = coco_vcpu_model_find(c[2], strlen(c[2]));

	v.signature = m != NULL ? m->signature : 0;
	if (strcmp(c[1], "SVSM") == 0)
		v.vmm = COCO_VMM_SVSM;
	else if (strcmp(c[1], "gce") == 0)
		v.vmm = COCO_VMM_GCE;
	else if (strcmp(c[1], "KRUN") == 0)
		v.vmm = COCO_VMM_KRUN;
	else if (strncmp(c[1], "ec2", 3) == 0)
		v.vmm = COCO_VMM_EC2;
	if (strcmp(c[1], "ec2-rust") == 0)
		v.ec2_reset = COCO_EC2_RDX_0;
	return v;
}

static void one_row(char *const *c, size_t n, void *ctx)
{
	struct coco_digest *sha = ctx;
	struct coco_vmsa v = row_spec(c);
	uint8_t page[COCO_VMSA_SIZE];
	uint8_t digest[48];
	char text[97];

	assert_int_equal(n, 7);
	coco_vmsa_encode(page, &v);
	assert_int_equal(coco_digest_once(sha, page, sizeof(page), digest, NULL), 0);
	coco_hex_encode(text, digest, sizeof(digest));
	if (strcmp(text, c[6]) != 0)
		fail_msg("%s %s %s %s %s", c[0], c[1], c[2], c[3], c[4]);
}

static void test_vectors(void **state COCO_UNUSED)
{
	struct coco_digest *sha;

	assert_int_equal(coco_digest_new(&sha, COCO_DIGEST_SHA384, NULL), 0);
	size_t n = coco_tsv_run("snp/vmsa.tsv", one_row, sha);
	coco_digest_free(sha);
	if (n == 0)
		skip();
	printf("%zu pages\n", n);
}

static void test_raw(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		struct coco_vmsa v;
	} pages[] = {
		{ "ec2-ap-f1-eip80b004.bin", { COCO_VMM_EC2, COCO_EC2_RDX_600, 0x80b004, 0, 1 } },
		{ "ec2-bsp-f1.bin", { COCO_VMM_EC2, COCO_EC2_RDX_600, 0xfffffff0, 0, 1 } },
		{ "gce-bsp-f1.bin", { COCO_VMM_GCE, 0, 0xfffffff0, 0, 1 } },
		{ "qemu-ap-epyc-v4-f1-eip80b004.bin",
		  { COCO_VMM_QEMU, 0, 0x80b004, 0x800f12, 1 } },
		{ "qemu-bsp-epyc-v4-f1.bin", { COCO_VMM_QEMU, 0, 0xfffffff0, 0x800f12, 1 } },
		{ "svsm-epyc-v4-eipffa00000.bin",
		  { COCO_VMM_SVSM, 0, 0xffa00000, 0x800f12, 0 } },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(pages); i++) {
		uint8_t page[COCO_VMSA_SIZE];
		char name[128];
		size_t n;

		snprintf(name, sizeof(name), "measure/snp/vmsa/%s", pages[i].name);
		const char *path = coco_test_vectors(name);
		if (path == NULL)
			skip();
		uint8_t *want = coco_test_slurp(path, &n);
		coco_vmsa_encode(page, &pages[i].v);
		assert_int_equal(n, sizeof(page));
		assert_memory_equal(page, want, n);
		coco_free(want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_raw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
