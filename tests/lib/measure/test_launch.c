/*
 * test_launch.c - launch digests: every shared vector, what goes together,
 * what must not, and the steps of the record. Covers launch*.c.
 */
#include "lib/measure/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/vcpu_model.h"
#include "lib/core/io.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/sha256.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_firmware.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };
static const struct coco_launch_vcpu epyc = { "EPYC-v4", 0x00800f12 };

/* ---- vectors ----------------------------------------------------------------------- */

/* A case as the three tables have it. */
struct vector {
	const char *mode;
	const char *vmm;
	const char *vcpu;
	const char *vcpus;
	const char *features;
	const char *firmware;
	const char *kernel;
	const char *initrd;
	const char *append_json;   /* or "-" */
	const char *append_hex;    /* or NULL */
	const char *digest;        /* given one, or "-" */
	const char *svsm;
	const char *vars_size;
	const char *expected;
	bool rust;
};

struct tally {
	const char *dir;
	size_t digests;
	size_t errors;
};

static enum coco_launch_platform platform_of(const char *mode)
{
	if (strcmp(mode, "sev") == 0)
		return COCO_LAUNCH_SEV;
	return strcmp(mode, "seves") == 0 ? COCO_LAUNCH_SEV_ES : COCO_LAUNCH_SNP;
}

static enum coco_vmm vmm_of(const char *name)
{
	if (strncmp(name, "ec2", 3) == 0 || strncmp(name, "EC2", 3) == 0)
		return COCO_VMM_EC2;
	if (strcmp(name, "gce") == 0)
		return COCO_VMM_GCE;
	return strcmp(name, "KRUN") == 0 ? COCO_VMM_KRUN : COCO_VMM_QEMU;
}

static struct coco_launch_vcpu vcpu_of(const char *name)
{
	struct coco_launch_vcpu v = { .type = NULL };

	if (strcmp(name, "-") == 0)
		return epyc;
	const struct coco_vcpu_model *m = coco_vcpu_model_find(name, strlen(name));
	if (m != NULL) {
		v.type = m->name;
		v.signature = m->signature;
	} else {
		v.signature = (uint32_t)strtoul(name, NULL, 0);
	}
	return v;
}

/* The command line of a case: bytes in buf. */
static struct coco_view append_of(const struct vector *v, uint8_t *buf, size_t cap)
{
	struct coco_diag d = { 0 };
	struct coco_json doc;
	char text[2048];
	const char *s;

	if (v->append_hex != NULL && strcmp(v->append_hex, "-") != 0) {
		size_t n = strlen(v->append_hex) / 2;

		assert_true(n <= cap);
		assert_ok(coco_hex_decode(buf, n, v->append_hex, 2 * n, &d), &d);
		return coco_view_of(buf, n);
	}
	if (v->append_json == NULL || strcmp(v->append_json, "-") == 0)
		return coco_view_of(NULL, 0);
	snprintf(text, sizeof(text), "{\"a\":%s}", v->append_json);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, strlen(text)), sizeof(text), &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_string(&root, "a", &s, &d), &d);
	size_t n = strlen(s);
	assert_true(n <= cap);
	memcpy(buf, s, n);
	coco_json_free(&doc);
	return coco_view_of(buf, n);
}

static void judge(const struct vector *v, const struct coco_launch_request *req,
		  struct tally *tally)
{
	struct coco_launch out = { .n_pages = 0 };
	struct coco_diag d = { 0 };
	char text[2 * COCO_MRECORD_DIGEST + 1];

	int r = coco_launch_measure(&run, req, &out, &d);
	if (strncmp(v->expected, "ERROR", 5) == 0) {
		assert_err(r, COCO_E_SEV_NO_HASHES, &d);
		tally->errors++;
		return;
	}
	assert_ok(r, &d);
	assert_int_equal(out.record.n_values, 1);
	if (strcmp(v->mode, "snp:ovmf-hash") == 0) {
		assert_true(out.has_firmware_digest);
		coco_hex_encode(text, out.firmware_digest, sizeof(out.firmware_digest));
	} else {
		coco_hex_encode(text, out.record.values[0].value.p,
				out.record.values[0].value.n);
	}
	if (strcmp(text, v->expected) != 0)
		fail_msg("%s %s %s x%s features %s firmware %s kernel %s append %s: got %s",
			 v->mode, v->vmm, v->vcpu, v->vcpus, v->features, v->firmware, v->kernel,
			 v->append_json, text);
	tally->digests++;
	coco_launch_free(&out);
}

static void run_vector(const struct vector *v, struct tally *tally)
{
	struct coco_launch_vcpu vcpu = vcpu_of(v->vcpu);
	uint32_t count = (uint32_t)strtoul(v->vcpus, NULL, 10);
	bool svsm = strcmp(v->mode, "snp:svsm") == 0;
	uint8_t digest[COCO_SNP_DIGEST];
	uint8_t append[1024];

	if (count == 0)
		count = 1;   /* snp:ovmf-hash */
	struct coco_launch_request req = {
		.platform = platform_of(v->mode),
		.vmm = vmm_of(v->vmm),
		.ec2_reset = v->rust ? COCO_EC2_RDX_0 : COCO_EC2_RDX_600,
		.trim = v->rust,
		.firmware = coco_vector_firmware(tally->dir, v->firmware),
		.kernel = coco_vector_input(v->kernel),
		.vcpus = &vcpu,
		.n_vcpus = 1,
		.counts = &count,
		.n_counts = 1,
		.features = svsm ? 1 : strtoull(v->features, NULL, 0),
	};
	if (req.kernel != NULL) {
		req.initrd = coco_vector_input(v->initrd);
		req.append = append_of(v, append, sizeof(append));
	}
	if (svsm) {
		req.svsm = coco_vector_firmware(tally->dir, v->svsm);
		req.vars_size = strtoull(v->vars_size, NULL, 0);
	}
	if (strcmp(v->digest, "-") != 0) {
		assert_int_equal(coco_hex_decode(digest, sizeof(digest), v->digest,
						 strlen(v->digest), NULL), 0);
		req.firmware_digest = digest;
	}
	judge(v, &req, tally);
}

static void one_case(char *const *c, size_t n, void *ctx)
{
	assert_int_equal(n, 14);
	const struct vector v = {
		.mode = c[1], .vmm = c[2], .vcpu = c[3], .vcpus = c[4], .features = c[5],
		.firmware = c[6], .kernel = c[7], .initrd = c[8], .append_json = c[9],
		.digest = c[10], .svsm = c[11], .vars_size = c[12], .expected = c[13],
	};

	run_vector(&v, ctx);
}

static void one_upstream(char *const *c, size_t n, void *ctx)
{
	assert_int_equal(n, 11);
	const struct vector v = {
		.mode = c[1], .vmm = c[2], .vcpu = c[3], .vcpus = c[4], .features = c[5],
		.firmware = c[6], .kernel = c[7], .initrd = c[8], .append_json = c[9],
		.digest = "-", .svsm = "-", .expected = c[10],
		.rust = strcmp(c[2], "EC2-rust") == 0,
	};

	run_vector(&v, ctx);
}

static void one_rust(char *const *c, size_t n, void *ctx)
{
	assert_int_equal(n, 11);
	const struct vector v = {
		.mode = c[1], .vmm = c[2], .vcpu = c[3], .vcpus = c[4], .features = c[5],
		.firmware = c[6], .kernel = c[7], .initrd = c[8], .append_hex = c[9],
		.digest = "-", .svsm = "-", .expected = c[10], .rust = true,
	};

	run_vector(&v, ctx);
}

static void run_table(const char *name, coco_tsv_fn *fn)
{
	struct tally tally = { .dir = coco_test_dir() };
	size_t n = coco_tsv_run(name, fn, &tally);

	coco_test_rmdir((char *)(uintptr_t)tally.dir);
	if (n == 0)
		skip();
	assert_int_equal(tally.digests + tally.errors, n);
	printf("%s: %zu digests, %zu refusals\n", name, tally.digests, tally.errors);
}

static void test_cases(void **state COCO_UNUSED)
{
	run_table("snp/cases.tsv", one_case);
}

static void test_upstream(void **state COCO_UNUSED)
{
	run_table("snp/upstream-tests.tsv", one_upstream);
}

static void test_rust(void **state COCO_UNUSED)
{
	run_table("snp/rust-sev.tsv", one_rust);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_upstream),
		cmocka_unit_test(test_rust),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
