/*
 * test_boot_direct.c - kernels that QEMU hands over: digests, events, RTMR1
 * and RTMR2 of the shared vectors.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/boot_direct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_pe.h"
#include "tests/support/support.h"

#define BANK COCO_BANK_BIT(COCO_BANK_SHA384)

static const struct coco_run run = { .jobs = 1 };

/* A list and a record for one boot. */
struct bench {
	struct coco_boot_list *list;
	struct coco_mrecord rec;
	struct coco_boot_files files;
	struct coco_diag d;
};

static void begin(struct bench *b)
{
	*b = (struct bench){ .list = NULL };
	assert_ok(coco_boot_new(&b->list, BANK, &b->d), &b->d);
	coco_mrecord_init(&b->rec, "tdx");
	b->files = (struct coco_boot_files){ .run = &run, .list = b->list, .rec = &b->rec };
}

static void end(struct bench *b)
{
	coco_boot_free(b->list);
	coco_mrecord_free(&b->rec);
}

static void hex_of(char *ret, const struct coco_mrecord_digest *d)
{
	coco_hex_encode(ret, d->p, d->n);
}

static uint64_t size_of(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	return *end == 'G' ? n << 30 : n << 20;
}

/* A string of JSON: its bytes (coco_free). */
static char *json_text(const char *json)
{
	struct coco_diag d = { 0 };
	struct coco_json doc;
	const char *s;
	char *ret;

	assert_ok(coco_json_parse(&doc, coco_view_of(json, strlen(json)), 1 << 16, &d), &d);
	struct coco_jv v = coco_json_root(&doc);
	assert_ok(coco_jv_as_string(&v, &s, &d), &d);
	ret = coco_strdup(s);
	assert_non_null(ret);
	coco_json_free(&doc);
	return ret;
}

static void patch_row(char *const *cell, size_t n, void *ctx)
{
	const char *initrd = coco_vector_input(cell[2]);
	char *line = json_text(cell[3]);
	char kernel[4096];
	char hex[2 * COCO_MRECORD_DIGEST + 1];
	struct bench b;

	assert_int_equal(n, 5);
	snprintf(kernel, sizeof(kernel), "%s", coco_vector_input(cell[0]));
	begin(&b);
	struct coco_boot_direct k = { .kernel = kernel, .initrd = initrd, .patched = true,
				      .append = coco_view_of(line, strlen(line)),
				      .memory = size_of(cell[1]) };
	assert_ok(coco_boot_direct_load(&k, &b.files, &b.d), &b.d);
	hex_of(hex, &k.image.bank[COCO_BANK_SHA384]);
	assert_string_equal(hex, cell[4]);
	*(unsigned *)ctx += 1;
	coco_boot_direct_free(&k);
	coco_free(line);
	end(&b);
}

static void test_patched(void **state COCO_UNUSED)
{
	unsigned equal = 0;

	coco_tsv_run("tdx/kernel-patch.tsv", patch_row, &equal);
	print_message("tdx/kernel-patch.tsv: %u digests\n", equal);
}

/* With a device tree of 1000 bytes: what QEMU 7.2 handed over, read over its test protocol. */
static void test_dtb(void **state COCO_UNUSED)
{
	static const struct {
		const char *kernel;
		const char *hex;
	} list[] = {
		{ "bz-a.efi", "18dcccba714c12485721e0d250ed31bd5d731a4a22fa0a0c"
			       "bcd67c93e5d013d404f9f4a0afd777ec6ad2a09ac535f0fb" },
		{ "bz-c.efi", "7148465204f922f28978d42d091476bb6d746da854fed1e1"
			       "e380f7a33905d81f0762449665f9c379ba2b6b603724f2e2" },
		{ "bz-d.efi", NULL },   /* 11 bytes before the tree are those of QEMU's memory */
	};
	uint8_t tree[1000];
	char path[300];
	char hex[2 * COCO_MRECORD_DIGEST + 1];

	if (coco_test_vectors("measure/inputs/bz-a.efi") == NULL)
		return;
	char *dir = coco_test_dir();
	for (size_t i = 0; i < sizeof(tree); i++)
		tree[i] = (uint8_t)(i % 251);
	snprintf(path, sizeof(path), "%s/dtb", dir);
	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_boot_direct k = {
			.kernel = coco_vector_input(list[i].kernel), .dtb = path, .patched = true,
			.append = coco_view_of("console=ttyS0", 13), .memory = (uint64_t)2 << 30,
		};
		struct bench b;

		begin(&b);
		assert_ok(coco_write_file(path, tree, sizeof(tree), COCO_OUT_FORCE, &b.d), &b.d);
		assert_ok(coco_boot_direct_load(&k, &b.files, &b.d), &b.d);
		hex_of(hex, &k.image.bank[COCO_BANK_SHA384]);
		if (list[i].hex != NULL)
			assert_string_equal(hex, list[i].hex);
		assert_int_equal(k.gap, list[i].hex == NULL);
		coco_boot_direct_free(&k);
		end(&b);
	}
	coco_test_rmdir(dir);
}

static const char *text_of(const struct coco_jv *v, const char *key)
{
	struct coco_diag d = { 0 };
	const char *ret;

	assert_ok(coco_jv_string(v, key, &ret, &d), &d);
	return ret;
}

static void one_rtmr(const struct coco_jv *v)
{
	char kernel[4096];
	struct coco_jv initrd;
	struct bench b;

	snprintf(kernel, sizeof(kernel), "%s", coco_vector_input(text_of(v, "kernel")));
	begin(&b);
	const char *line = text_of(v, "cmdline");
	struct coco_boot_direct k = { .kernel = kernel,
				      .append = coco_view_of(line, strlen(line)),
				      .memory = size_of(text_of(v, "ram")) };
	assert_ok(coco_jv_opt(v, "initrd", &initrd, &b.d), &b.d);
	if (initrd.v != NULL && !coco_jv_is_null(&initrd))
		k.initrd = coco_vector_input(text_of(v, "initrd"));
	assert_ok(coco_jv_bool(v, "kernel_patched", &k.patched, &b.d), &b.d);
	assert_ok(coco_boot_direct_load(&k, &b.files, &b.d), &b.d);
	assert_ok(coco_boot_direct_events(b.list, &k, COCO_BOOT_TDX, false, &b.d), &b.d);
	assert_ok(coco_boot_record_tdx(b.list, 6, &b.rec, &b.d), &b.d);
	for (int i = 1; i <= 2; i++) {
		char name[24];
		char hex[2 * COCO_MRECORD_DIGEST + 1];

		snprintf(name, sizeof(name), "tdx.rtmr%d", i);
		hex_of(hex, &coco_mrecord_find(&b.rec, name, NULL)->values[0].value);
		assert_string_equal(hex, text_of(v, name + 4));
	}
	coco_boot_direct_free(&k);
	end(&b);
}

static void test_rtmrs(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("measure/tdx/rtmr.json");
	struct coco_diag d = { 0 };
	struct coco_json doc;
	size_t n;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	for (size_t i = 0; i < coco_jv_len(&root); i++) {
		struct coco_jv v = coco_jv_item(&root, i);

		one_rtmr(&v);
	}
	print_message("tdx/rtmr.json: RTMR1 and RTMR2 of %zu boots\n", coco_jv_len(&root));
	coco_json_free(&doc);
	coco_free(text);
}

/* Files of a boot in a directory: a PE kernel with a setup header, an initrd. */
static const char *mint(const char *dir)
{
	static char path[4096];
	static const char initrd[] = "0707";
	struct coco_diag d = { 0 };
	size_t n;

	uint8_t *p = coco_mint_pe(&coco_mint_pe_plain, &n);
	assert_true(n > 0x258);
	p[0x1f1] = 1;
	memcpy(p + 0x202, "HdrS\x0f\x02", 6);
	snprintf(path, sizeof(path), "%s/initrd", dir);
	assert_ok(coco_write_file(path, initrd, 4, COCO_OUT_FORCE, &d), &d);
	snprintf(path, sizeof(path), "%s/kernel", dir);
	assert_ok(coco_write_file(path, p, n, COCO_OUT_FORCE, &d), &d);
	coco_free(p);
	return path;
}

static void test_events(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *kernel = mint(dir);
	char initrd[4096];
	struct bench b;

	snprintf(initrd, sizeof(initrd), "%s/initrd", dir);
	begin(&b);
	struct coco_boot_direct k = { .kernel = kernel, .initrd = initrd, .initrd_first = true,
				      .append = coco_view_of("quiet", 5), .shim = true,
				      .memory = (uint64_t)1 << 30 };
	struct coco_boot_direct changed = k;
	changed.patched = true;
	assert_ok(coco_boot_direct_load(&k, &b.files, &b.d), &b.d);
	assert_ok(coco_boot_direct_load(&changed, &b.files, &b.d), &b.d);
	assert_memory_not_equal(&k.image, &changed.image, sizeof(k.image));
	assert_int_equal(b.rec.n_files, 2);
	assert_ok(coco_boot_direct_events(b.list, &k, COCO_BOOT_TDX, true, &b.d), &b.d);
	assert_ok(coco_boot_record_tdx(b.list, 7, &b.rec, &b.d), &b.d);
	const struct coco_mrecord_register *reg = coco_mrecord_find(&b.rec, "tdx.rtmr1", NULL);
	assert_int_equal(reg->n_inputs, 4);   /* no separator */
	assert_string_equal(reg->inputs[0].name, "kernel");
	reg = coco_mrecord_find(&b.rec, "tdx.rtmr2", NULL);
	assert_int_equal(reg->n_inputs, 2);
	assert_string_equal(reg->inputs[0].text, "kernel initrd=initrd quiet");
	coco_boot_direct_free(&changed);
	coco_boot_direct_free(&k);
	end(&b);

	/* kernels that log less */
	for (int logs = 0; logs < 3; logs++) {
		begin(&b);
		k.logs = (enum coco_boot_linux_events)logs;
		assert_ok(coco_boot_direct_load(&k, &b.files, &b.d), &b.d);
		assert_ok(coco_boot_direct_events(b.list, &k, COCO_BOOT_TPM, false, &b.d), &b.d);
		assert_ok(coco_boot_record_tpm(b.list, 1 << 9, &b.rec, &b.d), &b.d);
		assert_int_equal(b.rec.registers[0].n_inputs, 2 - logs);
		coco_boot_direct_free(&k);
		end(&b);
	}
	coco_test_rmdir(dir);
}

static void test_refused(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *kernel = mint(dir);
	char other[4096];
	struct bench b;

	snprintf(other, sizeof(other), "%s/initrd", dir);
	static const struct {
		bool initrd_as_kernel, missing, patched;
		uint64_t memory;
		const char *append;
		int code;
	} cases[] = {
		{ true, false, false, 1 << 30, "", COCO_E_PE_SIGNATURE },
		{ true, false, true, 1 << 30, "", COCO_E_PE_SIGNATURE },
		{ false, true, false, 1 << 30, "", COCO_E_IO_OPEN },
		{ false, false, true, 1 << 30, "vga=x", COCO_E_BOOT_KERNEL },
		{ false, false, true, 0, "", COCO_E_BOOT_KERNEL },
	};
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_boot_direct k = { .kernel = cases[i].initrd_as_kernel ? other : kernel,
					      .initrd = cases[i].missing ? "/nowhere" : other,
					      .memory = cases[i].memory,
					      .patched = cases[i].patched };

		begin(&b);
		k.append = coco_view_of(cases[i].append, strlen(cases[i].append));
		assert_err(coco_boot_direct_load(&k, &b.files, &b.d), cases[i].code, &b.d);
		coco_boot_direct_free(&k);
		end(&b);
	}
	assert_true(coco_boot_patches(9, true));
	assert_true(coco_boot_patches(10, false));
	assert_false(coco_boot_patches(10, true));
	coco_test_rmdir(dir);
}

static int everything(const char *dir, const char *kernel, struct coco_diag *d)
{
	struct coco_boot_direct k = { .kernel = kernel, .memory = (uint64_t)1 << 30 };
	struct coco_boot_list *list = NULL;
	struct coco_mrecord rec;
	char initrd[4096];

	snprintf(initrd, sizeof(initrd), "%s/initrd", dir);
	k.initrd = initrd;
	coco_mrecord_init(&rec, "tdx");
	int r = coco_boot_new(&list, BANK, d);
	struct coco_boot_files files = { .run = &run, .list = list, .rec = &rec };
	for (int patched = 0; r == 0 && patched < 2; patched++) {
		k.patched = patched != 0;
		r = coco_boot_direct_load(&k, &files, d);
		if (r == 0)
			r = coco_boot_direct_events(list, &k, COCO_BOOT_TPM, false, d);
		coco_boot_direct_free(&k);
	}
	coco_boot_free(list);
	coco_mrecord_free(&rec);
	return r;
}

static void test_memory(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *kernel = mint(dir);
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(everything(dir, kernel, &d), &d))
			break;
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patched),
		cmocka_unit_test(test_dtb),
		cmocka_unit_test(test_rtmrs),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
