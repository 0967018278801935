/*
 * test_launch.c - launch digests: every shared vector, what goes together,
 * what must not, and the steps of the record. Covers launch*.c.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/vcpu_model.h"
#include "lib/crypto/digest.h"
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
	assert_int_equal(out.record.n_registers, 1);
	assert_int_equal(out.record.registers[0].n_values, 1);
	if (strcmp(v->mode, "snp:ovmf-hash") == 0) {
		assert_true(out.has_firmware_digest);
		coco_hex_encode(text, out.firmware_digest, sizeof(out.firmware_digest));
	} else {
		coco_hex_encode(text, out.record.registers[0].values[0].value.p,
				out.record.registers[0].values[0].value.n);
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

/* ---- minted images ----------------------------------------------------------------- */

static struct coco_launch_request request(const char *firmware, const uint32_t *counts, size_t n)
{
	return (struct coco_launch_request){
		.platform = COCO_LAUNCH_SNP, .firmware = firmware, .vcpus = &epyc, .n_vcpus = 1,
		.counts = counts, .n_counts = n, .features = 1,
	};
}

static const uint32_t one_vcpu[] = { 1 };
static const uint32_t some[] = { 1, 2, 3, 7 };

/* The same value with the same label, and its own last step leads to it. */
static void same_value(const struct coco_mrecord_value *a, const struct coco_mrecord_value *b,
		       uint32_t vcpus)
{
	char count[16];

	snprintf(count, sizeof(count), "%u", vcpus);
	assert_memory_equal(&a->value, &b->value, sizeof(a->value));
	assert_int_equal(a->n_labels, b->n_labels);
	assert_memory_equal(a->label, b->label, sizeof(a->label));
	assert_string_equal(a->label[0].name, "vcpus");
	assert_string_equal(a->label[0].value, count);
	assert_memory_equal(&a->inputs[a->n_inputs - 1].running, &a->value, sizeof(a->value));
}

/* Every value of a list is that of a run of its own; the pages are those of its ends. */
static void test_matrix(void **state COCO_UNUSED)
{
	static const struct coco_launch_vcpu models[] = { { "EPYC-v4", 0x00800f12 },
							   { NULL, 0x00a00f11 } };
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();
	const char *fw = coco_mint_firmware_file(dir, "fw", &coco_mint_amdsev);
	size_t at = 0;

	for (int platform = 0; platform < 3; platform += 2) {
		struct coco_launch all = { .n_pages = 0 };
		struct coco_launch_request req = request(fw, some, COCO_ARRAY_LEN(some));

		req.platform = (enum coco_launch_platform)platform;
		req.vcpus = models;
		req.n_vcpus = 2;
		assert_ok(coco_launch_measure(&run, &req, &all, &d), &d);
		const struct coco_mrecord_register *reg = &all.record.registers[0];
		assert_int_equal(reg->n_values, 2 * COCO_ARRAY_LEN(some));
		assert_int_equal(all.n_pages, 4);
		assert_string_equal(all.pages[1].name, "vmsa-EPYC-v4-ap");
		assert_string_equal(all.pages[2].name, "vmsa-00a00f11-bsp");
		at = 0;
		for (size_t m = 0; m < 2; m++)
			for (size_t i = 0; i < COCO_ARRAY_LEN(some); i++, at++) {
				struct coco_launch one = { .n_pages = 0 };
				const struct coco_mrecord_value *v = &reg->values[at];

				req.vcpus = &models[m];
				req.n_vcpus = 1;
				req.counts = &some[i];
				req.n_counts = 1;
				assert_ok(coco_launch_measure(&run, &req, &one, &d), &d);
				same_value(v, &one.record.registers[0].values[0], some[i]);
				coco_launch_free(&one);
			}
		coco_launch_free(&all);
	}
	coco_test_rmdir(dir);
}

/* The steps of the record lead to the value: chained here a second time. */
static void test_steps(void **state COCO_UNUSED)
{
	struct coco_launch l = { .n_pages = 0 };
	struct coco_digest *sha;
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();
	const char *fw = coco_mint_firmware_file(dir, "fw", &coco_mint_amdsev);
	struct coco_launch_request req = request(fw, some, COCO_ARRAY_LEN(some));
	uint8_t chain[48];

	req.kernel = fw;   /* any file will do */
	req.append = coco_view_of("a b", 3);
	assert_ok(coco_launch_measure(&run, &req, &l, &d), &d);
	assert_int_equal(l.record.n_files, 3);
	const struct coco_mrecord_register *reg = &l.record.registers[0];
	assert_int_equal(reg->n_inputs, 8);   /* firmware, and 7 sections that are not empty */
	assert_ok(coco_digest_new(&sha, COCO_DIGEST_SHA384, &d), &d);
	memcpy(chain, reg->inputs[0].running.p, sizeof(chain));
	assert_memory_equal(chain, l.firmware_digest, sizeof(chain));
	for (size_t i = 1; i < reg->n_inputs; i++) {
		const struct coco_mrecord_input *in = &reg->inputs[i];
		static const unsigned types[] = { 0, 3, 3, 5, 6, 3, 3, 1 };

		for (uint64_t k = 0; k < in->pages; k++) {
			uint8_t info[COCO_SNP_PAGE_INFO];

			coco_snp_page_info(info, chain, in->digest.n != 0 ? in->digest.p : NULL,
					   (enum coco_snp_page_type)types[i], in->gpa + 4096 * k);
			assert_ok(coco_digest_once(sha, info, sizeof(info), chain, &d), &d);
		}
		assert_memory_equal(in->running.p, chain, sizeof(chain));
	}
	coco_digest_free(sha);

	/* the chain goes on from a digest that was given */
	struct coco_launch again = { .n_pages = 0 };
	req.firmware_digest = l.firmware_digest;
	assert_ok(coco_launch_measure(&run, &req, &again, &d), &d);
	assert_int_equal(again.record.registers[0].n_values, COCO_ARRAY_LEN(some));
	for (size_t i = 0; i < COCO_ARRAY_LEN(some); i++)
		same_value(&again.record.registers[0].values[i], &reg->values[i], some[i]);
	coco_launch_free(&again);
	coco_launch_free(&l);
	coco_test_rmdir(dir);
}

static void refuse_request(const struct coco_launch_request *req, int code)
{
	struct coco_launch l = { .n_pages = 77 };
	struct coco_diag d = { 0 };

	assert_err(coco_launch_measure(&run, req, &l, &d), code, &d);
	assert_int_equal(l.n_pages, 77);   /* untouched */
}

static void refuse(const char *dir, const struct coco_mint_firmware *spec, int code)
{
	const char *fw = coco_mint_firmware_file(dir, "bad", spec);
	struct coco_launch_request req = request(fw, some, COCO_ARRAY_LEN(some));

	req.kernel = fw;
	refuse_request(&req, code);
}

static void test_firmware_defects(void **state COCO_UNUSED)
{
	static const struct coco_mint_section big[] = { { 0x800000, 0x2000, 0x10 } };
	char *dir = coco_test_dir();
	struct coco_mint_firmware s = { .no_table = true };

	refuse(dir, &s, COCO_E_FIRMWARE_NO_RESET);
	s = coco_mint_amdsev;
	s.reset_eip = 0;
	s.reset_zero = true;
	refuse(dir, &s, COCO_E_FIRMWARE_NO_RESET);
	s = coco_mint_amdsev;
	s.n_sections = 0;
	refuse(dir, &s, COCO_E_SEV_NO_METADATA);
	s.with_metadata = true;
	refuse(dir, &s, COCO_E_SEV_NO_HASHES);   /* no section */
	s = coco_mint_amdsev;
	s.hashes_base = 0;
	refuse(dir, &s, COCO_E_SEV_NO_HASHES);   /* no entry */
	s.hashes_zero = true;
	refuse(dir, &s, COCO_E_SEV_NO_HASHES);   /* an empty one */
	s.hashes_base = 0x810fff;
	refuse(dir, &s, COCO_E_SEV_NO_HASHES);   /* leaves its page */
	s = coco_mint_amdsev;
	s.sections = big;
	s.n_sections = 1;
	refuse(dir, &s, COCO_E_SEV_SECTION);
	s = coco_mint_amdsev;
	s.version = 3;
	refuse(dir, &s, COCO_E_SEV_METADATA);
	s = coco_mint_amdsev;
	s.table_length = 3;
	refuse(dir, &s, COCO_E_FIRMWARE_TABLE);

	/* one vCPU needs no reset block */
	s = coco_mint_amdsev;
	s.reset_eip = 0;
	struct coco_launch l = { .n_pages = 0 };
	struct coco_diag d = { 0 };
	struct coco_launch_request req =
		request(coco_mint_firmware_file(dir, "one", &s), one_vcpu, 1);
	assert_ok(coco_launch_measure(&run, &req, &l, &d), &d);
	assert_int_equal(l.n_pages, 1);
	coco_launch_free(&l);
	coco_test_rmdir(dir);
}

static void test_requests(void **state COCO_UNUSED)
{
	static const uint32_t zero[] = { 0 };
	static const uint32_t twice[] = { 2, 2 };
	static const uint32_t huge[] = { COCO_LAUNCH_VCPUS + 1 };
	char *dir = coco_test_dir();
	const char *fw = coco_mint_firmware_file(dir, "fw", &coco_mint_amdsev);
	const struct coco_launch_request good = request(fw, some, COCO_ARRAY_LEN(some));
	struct coco_launch_request r = good;
	uint8_t digest[48] = { 0 };

	r.counts = zero;
	r.n_counts = 1;
	refuse_request(&r, COCO_E_VCPU_COUNT);
	r.counts = twice;
	r.n_counts = 2;
	refuse_request(&r, COCO_E_VCPU_COUNT);
	r.counts = huge;
	r.n_counts = 1;
	refuse_request(&r, COCO_E_VCPU_COUNT);
	r.n_counts = 0;
	refuse_request(&r, COCO_E_VCPU_COUNT);
	r = good;
	r.n_vcpus = 0;
	refuse_request(&r, COCO_E_USAGE_MISSING);
	r.n_vcpus = COCO_LAUNCH_VALUES;
	refuse_request(&r, COCO_E_MATRIX_SIZE);
	r = good;
	r.initrd = fw;
	refuse_request(&r, COCO_E_USAGE_CONFLICT);
	r.initrd = NULL;
	r.append = coco_view_of("x", 1);
	refuse_request(&r, COCO_E_USAGE_CONFLICT);
	r.kernel = fw;
	r.append = coco_view_of("a\0b", 3);
	refuse_request(&r, COCO_E_CMDLINE);
	r = good;
	r.kernel = "/nonexistent";
	refuse_request(&r, COCO_E_IO_OPEN);
	r = good;
	r.firmware = "/nonexistent";
	refuse_request(&r, COCO_E_IO_OPEN);
	r = good;
	r.platform = COCO_LAUNCH_SEV;
	r.firmware_digest = digest;
	refuse_request(&r, COCO_E_USAGE_CONFLICT);
	coco_test_rmdir(dir);
}

static void test_svsm(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	char fw[4096];
	struct coco_mint_firmware spec = coco_mint_amdsev;
	struct coco_launch l = { .n_pages = 0 };
	struct coco_diag d = { 0 };
	uint8_t digest[48] = { 0 };

	spec.svsm_start = 0x100;
	snprintf(fw, sizeof(fw), "%s", coco_mint_firmware_file(dir, "fw", &coco_mint_amdsev));
	struct coco_launch_request good = request(fw, some, COCO_ARRAY_LEN(some));
	good.svsm = coco_mint_firmware_file(dir, "svsm", &spec);
	good.vars_size = 0x84000;
	assert_ok(coco_launch_measure(&run, &good, &l, &d), &d);
	/* firmware, svsm, sections; hashes are a page of zeros */
	assert_int_equal(l.record.registers[0].n_inputs, 9);
	assert_int_equal(l.record.registers[0].inputs[1].gpa, 0x100000000 - 2 * 3 * 4096 - 0x84000);
	assert_string_equal(l.record.registers[0].inputs[8].type, "zero");
	assert_memory_equal(l.pages[0].page, l.pages[1].page, COCO_VMSA_SIZE);
	coco_launch_free(&l);

	struct coco_launch_request r = good;
	r.vmm = COCO_VMM_EC2;
	refuse_request(&r, COCO_E_USAGE_CONFLICT);
	r = good;
	r.kernel = fw;
	refuse_request(&r, COCO_E_USAGE_CONFLICT);
	r = good;
	r.firmware_digest = digest;
	refuse_request(&r, COCO_E_USAGE_CONFLICT);
	r = good;
	r.features = 2;
	refuse_request(&r, COCO_E_USAGE_CONFLICT);
	r = good;
	r.vars_size = 1;
	refuse_request(&r, COCO_E_USAGE_VALUE);
	r.vars_size = 0xfffff000;
	refuse_request(&r, COCO_E_SVSM_NO_INFO);
	r.vars_size = UINT64_C(0xfffffffffffff000);
	refuse_request(&r, COCO_E_SVSM_NO_INFO);
	r = good;
	r.svsm = fw;   /* no SVSM info */
	refuse_request(&r, COCO_E_SVSM_NO_INFO);
	spec.svsm_start = 0x80000000;
	coco_mint_firmware_file(dir, "svsm", &spec);
	refuse_request(&good, COCO_E_SVSM_NO_INFO);   /* starts beyond 4 GiB */
	coco_test_rmdir(dir);
}

static void test_memory_and_cancel(void **state COCO_UNUSED)
{
	static volatile sig_atomic_t stop = 1;
	char *dir = coco_test_dir();
	const char *fw = coco_mint_firmware_file(dir, "fw", &coco_mint_amdsev);
	struct coco_launch_request req = request(fw, some, COCO_ARRAY_LEN(some));
	const struct coco_run stopped = { .jobs = 1, .cancel = &stop };
	struct coco_diag d = { 0 };

	req.kernel = fw;
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_launch l = { .n_pages = 0 };
		int r = coco_launch_measure(&run, &req, &l, &d);

		coco_launch_free(&l);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	for (int platform = 0; platform < 3; platform++) {
		struct coco_launch l = { .n_pages = 0 };

		coco_diag_init(&d);
		req.platform = (enum coco_launch_platform)platform;
		req.kernel = NULL;
		assert_err(coco_launch_measure(&stopped, &req, &l, &d), COCO_E_CANCELLED, &d);
	}
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_upstream),
		cmocka_unit_test(test_rust),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_firmware_defects),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_svsm),
		cmocka_unit_test(test_memory_and_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
