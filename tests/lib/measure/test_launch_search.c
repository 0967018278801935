/*
 * test_launch_search.c - searching launches: whatever is measured is found
 * again with what made it, on any number of threads; values on the way,
 * firmware that does not fit, spaces that are too large.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/launch_search.h"

#include <stdio.h>
#include <string.h>

#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_firmware.h"

static const struct coco_launch_vcpu models[] = {
	{ "EPYC", 0x00800f12 }, { "EPYC-v4", 0x00800f12 }, { "EPYC-Milan", 0x00a00f11 },
	{ NULL, 0x00b00f00 },
};
static const uint32_t counts[] = { 1, 2, 3, 4, 8, 64 };
static const uint64_t features[] = { 1, 0x21 };
static const char line_texts[4][16] = { "quiet", " padded ", "debug", "" };
static struct coco_view lines[4];
static char *dir;
static char paths[6][256];   /* two kernels, initrd, three firmware files */
static const char *firmware[3];
static const char *kernels[2];
static const char *initrds[2];

static int setup(void **state COCO_UNUSED)
{
	static const char *const names[] = { "k0", "k1", "initrd", "fw-none", "fw0", "fw1" };
	struct coco_mint_firmware none = { .pages = 2 };
	struct coco_mint_firmware other = coco_mint_amdsev;

	dir = coco_test_dir();
	for (size_t i = 0; i < 6; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%s", dir, names[i]);
		if (i < 3)
			assert_int_equal(coco_write_file(paths[i], names[i], strlen(names[i]), 0,
							 NULL), 0);
	}
	other.pages = 5;
	coco_mint_firmware_file(dir, names[3], &none);
	coco_mint_firmware_file(dir, names[4], &coco_mint_amdsev);
	coco_mint_firmware_file(dir, names[5], &other);
	for (size_t i = 0; i < 4; i++)
		lines[i] = coco_view_of(line_texts[i], strlen(line_texts[i]));
	for (size_t i = 0; i < 3; i++)
		firmware[i] = paths[3 + i];
	kernels[0] = paths[0];
	kernels[1] = paths[1];
	initrds[1] = paths[2];
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

/* Everything that the tests vary. */
static struct coco_launch_search all(enum coco_launch_platform platform, const uint8_t *actual)
{
	return (struct coco_launch_search){
		.platform = platform, .actual = actual, .firmware = firmware, .n_firmware = 3,
		.without_hashes = true, .kernels = kernels, .n_kernels = 2, .initrds = initrds,
		.n_initrds = 2, .lines = lines, .n_lines = 4, .forms = 3, .vmms = 15,
		.ec2_resets = 3, .features = features, .n_features = 2, .vcpus = models,
		.n_vcpus = 4, .counts = counts, .n_counts = COCO_ARRAY_LEN(counts),
	};
}

static void measure(const struct coco_launch_request *req, uint8_t *ret, size_t n)
{
	static const struct coco_run one = { .jobs = 1 };
	struct coco_launch l;
	struct coco_diag d = { 0 };

	assert_ok(coco_launch_measure(&one, req, &l, &d), &d);
	assert_int_equal(l.record.registers[0].values[0].value.n, n);
	memcpy(ret, l.record.registers[0].values[0].value.p, n);
	coco_launch_free(&l);
}

/* The value of a candidate, by the code that measures. */
static void value_of(const struct coco_launch_search *s, const struct coco_launch_candidate *c,
		     uint8_t *ret)
{
	struct coco_launch_request req = {
		.platform = s->platform, .vmm = c->vmm, .ec2_reset = c->ec2_reset,
		.firmware = s->firmware[c->firmware], .vcpus = c->vcpu, .n_vcpus = c->vcpu != NULL,
		.counts = &c->count, .n_counts = 1, .features = c->features, .trim = c->trim,
	};

	if (c->hashes) {
		req.kernel = s->kernels[c->kernel];
		req.initrd = s->initrds[c->initrd];
		req.append = s->lines[c->line];
	}
	measure(&req, ret, s->platform == COCO_LAUNCH_SNP ? 48 : 32);
}

/* The candidate is found, or another one with the same value. */
static void finds(enum coco_launch_platform platform, const struct coco_launch_candidate *c)
{
	uint8_t actual[48];
	uint8_t again[48];
	struct coco_launch_found f[2];
	struct coco_launch_search s = all(platform, actual);
	struct coco_diag d = { 0 };

	value_of(&s, c, actual);
	for (unsigned i = 0; i < 2; i++) {
		const struct coco_run run = { .jobs = i == 0 ? 1 : 4 };

		assert_ok(coco_launch_search(&run, &s, &f[i], &d), &d);
		assert_true(f[i].found);
		assert_int_equal(f[i].skipped, 1);
	}
	value_of(&s, &f[0].match, again);
	assert_memory_equal(actual, again, platform == COCO_LAUNCH_SNP ? 48 : 32);
	assert_int_equal(f[0].match.firmware, c->firmware);
	assert_int_equal(f[0].match.hashes, c->hashes);
	assert_int_equal(f[0].match.count, c->count);
	assert_int_equal(f[0].match.line, f[1].match.line);
	assert_int_equal(f[0].match.vmm, f[1].match.vmm);
	assert_ptr_equal(f[0].match.vcpu, f[1].match.vcpu);
}

static void test_snp(void **state COCO_UNUSED)
{
	static const struct coco_launch_candidate cases[] = {
		{ .firmware = 1, .count = 1, .features = 1, .vcpu = &models[1] },
		{ .firmware = 2, .count = 64, .features = 0x21, .vcpu = &models[3] },
		{ .firmware = 1, .count = 8, .features = 1, .vmm = COCO_VMM_EC2 },
		{ .firmware = 1, .count = 3, .features = 1, .vmm = COCO_VMM_EC2,
		  .ec2_reset = COCO_EC2_RDX_0 },
		{ .firmware = 2, .count = 2, .features = 0x21, .vmm = COCO_VMM_GCE },
		{ .firmware = 1, .count = 4, .features = 1, .vmm = COCO_VMM_KRUN },
		{ .firmware = 1, .count = 2, .features = 1, .vcpu = &models[2], .hashes = true,
		  .kernel = 1, .initrd = 1, .line = 2 },
		{ .firmware = 2, .count = 4, .features = 0x21, .vmm = COCO_VMM_EC2, .hashes = true,
		  .kernel = 0, .initrd = 0, .line = 1 },
		{ .firmware = 1, .count = 1, .features = 1, .vmm = COCO_VMM_GCE, .hashes = true,
		  .kernel = 1, .initrd = 0, .line = 1, .trim = true },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++)
		finds(COCO_LAUNCH_SNP, &cases[i]);
}

static void test_sev(void **state COCO_UNUSED)
{
	static const struct coco_launch_candidate es[] = {
		{ .firmware = 1, .count = 1, .vcpu = &models[0] },
		{ .firmware = 2, .count = 8, .vcpu = &models[2], .hashes = true, .kernel = 1,
		  .initrd = 1, .line = 3 },
	};
	uint8_t actual[32];
	struct coco_launch_search s = all(COCO_LAUNCH_SEV, actual);
	const struct coco_launch_candidate plain = { .firmware = 2, .hashes = true, .kernel = 1,
						     .initrd = 1, .line = 2 };
	const struct coco_run run = { .jobs = 2 };
	struct coco_launch_found f;

	for (size_t i = 0; i < COCO_ARRAY_LEN(es); i++)
		finds(COCO_LAUNCH_SEV_ES, &es[i]);
	value_of(&s, &plain, actual);
	assert_int_equal(coco_launch_search(&run, &s, &f, NULL), 0);
	assert_true(f.found);
	assert_int_equal(f.match.line, 2);
	assert_int_equal(f.match.kernel, 1);
}

static void test_not_found(void **state COCO_UNUSED)
{
	static const uint8_t actual[48] = { 1 };
	struct coco_launch_search s = all(COCO_LAUNCH_SNP, actual);
	const struct coco_run run = { .jobs = 3 };
	struct coco_launch_found f;

	assert_int_equal(coco_launch_search(&run, &s, &f, NULL), 0);
	assert_false(f.found);
	assert_false(f.partial);
	/* 2 firmware, 1 + 2 * 2 * 5 variants (one line is longer untrimmed), 2 features,
	   3 models of QEMU, EC2 twice, GCE, krun; 6 counts */
	assert_int_equal(f.tried, 2 * 21 * 2 * 7 * 6);
	assert_int_equal(f.skipped, 1);
	assert_non_null(strstr(f.why, "fw-none"));
}

/* A value that leaves something out is recognised. */
static void test_partial(void **state COCO_UNUSED)
{
	const struct coco_run run = { .jobs = 2 };
	const uint32_t one = 1;
	const struct coco_launch_request req = {
		.platform = COCO_LAUNCH_SNP, .firmware = firmware[1], .vcpus = models,
		.n_vcpus = 1, .counts = &one, .n_counts = 1, .features = 1,
	};
	struct coco_launch_search s = all(COCO_LAUNCH_SNP, NULL);
	struct coco_mrecord_register *reg;
	struct coco_launch_found f;
	struct coco_launch l;

	assert_int_equal(coco_launch_measure(&run, &req, &l, NULL), 0);
	s.actual = l.firmware_digest;
	assert_int_equal(coco_launch_search(&run, &s, &f, NULL), 0);
	assert_false(f.found);
	assert_true(f.partial);
	assert_string_equal(f.where, "the firmware's pages alone");
	assert_int_equal(f.part.firmware, 1);
	reg = &l.record.registers[0];
	s.actual = reg->inputs[2].running.p;
	assert_int_equal(coco_launch_search(&run, &s, &f, NULL), 0);
	assert_true(f.partial);
	assert_non_null(strstr(f.where, "sections up to number 1"));
	s.actual = reg->inputs[reg->n_inputs - 1].running.p;
	assert_int_equal(coco_launch_search(&run, &s, &f, NULL), 0);
	assert_true(f.partial);
	assert_string_equal(f.where, "everything but the vCPUs");
	coco_launch_free(&l);
}

static void refuse(const struct coco_launch_search *s, int code)
{
	const struct coco_run run = { .jobs = 1 };
	struct coco_launch_found f = { .tried = 99 };
	struct coco_diag d = { 0 };

	assert_err(coco_launch_search(&run, s, &f, &d), code, &d);
	assert_int_equal(f.tried, 99);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const uint8_t actual[48] = { 1 };
	static const uint32_t unordered[] = { 2, 1 };
	const struct coco_launch_search whole = all(COCO_LAUNCH_SNP, actual);
	struct coco_launch_search s = whole;

	s.n_firmware = 0;
	refuse(&s, COCO_E_SEARCH_VARY);
	s = whole;
	s.n_kernels = 0;
	s.without_hashes = false;
	refuse(&s, COCO_E_SEARCH_VARY);
	s = whole;
	s.n_lines = 0;
	refuse(&s, COCO_E_SEARCH_VARY);
	s = whole;
	s.n_vcpus = 0;
	refuse(&s, COCO_E_SEARCH_VARY);
	s = whole;
	s.n_features = 0;
	refuse(&s, COCO_E_SEARCH_VARY);
	s = whole;
	s.vmms = 0;
	refuse(&s, COCO_E_SEARCH_VARY);
	s = whole;
	s.counts = unordered;
	s.n_counts = 2;
	refuse(&s, COCO_E_VCPU_COUNT);
	s = whole;
	s.n_features = COCO_SEARCH_FEATURES + 1;
	refuse(&s, COCO_E_SEARCH_SPACE);
	s = whole;
	s.n_lines = SIZE_MAX / 4;
	refuse(&s, COCO_E_SEARCH_SPACE);
	s = whole;
	s.n_firmware = (size_t)1 << 40;
	refuse(&s, COCO_E_SEARCH_SPACE);
	s = whole;
	s.n_firmware = 1;   /* alone, an unfit one is an error */
	refuse(&s, COCO_E_SEV_NO_METADATA);
	s.platform = COCO_LAUNCH_SEV_ES;
	refuse(&s, COCO_E_SEV_NO_HASHES);
	s = whole;
	kernels[1] = "/nonexistent";
	refuse(&s, COCO_E_IO_OPEN);
	kernels[1] = paths[1];
}

static void test_cancel(void **state COCO_UNUSED)
{
	static const uint8_t actual[48] = { 1 };
	static const volatile sig_atomic_t stop = 1;
	const struct coco_run run = { .jobs = 2, .cancel = &stop };
	struct coco_launch_search s = all(COCO_LAUNCH_SNP, actual);
	struct coco_launch_found f;

	assert_int_equal(coco_launch_search(&run, &s, &f, NULL), COCO_E_CANCELLED);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const uint8_t actual[48] = { 1 };
	const struct coco_run run = { .jobs = 1 };
	struct coco_launch_search s = all(COCO_LAUNCH_SEV_ES, actual);
	struct coco_launch_found f;
	struct coco_diag d = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(coco_launch_search(&run, &s, &f, &d), &d))
			break;
	s.platform = COCO_LAUNCH_SNP;
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(coco_launch_search(&run, &s, &f, &d), &d))
			break;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snp),
		cmocka_unit_test(test_sev),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
