/*
 * test_vtpm.c - boots from files: a disk gives what its files give, options
 * change the registers that they should, and what is missing is named.
 */
#include "lib/measure/vtpm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_disk.h"
#include "tests/support/mint_pe.h"
#include "tests/support/mint_variables.h"
#include "tests/support/mint_volume.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };

static const char magic[] = "#### LoaderInfo: systemd-stub 262.1-1 ####";
static const char old_magic[] = "#### LoaderInfo: systemd-stub 257.13-1 ####";
static const char boot_magic[] = "#### LoaderInfo: systemd-boot 262.1-1 ####";

/* The files of a test in a directory. */
struct bed {
	char *dir;
	char path[12][256];
};

enum { UKI, OLD, KERNEL, ADDON, GLOBAL, LOADER, CONF, CRED, GCRED, EXT, INITRD, PLAIN };

static const char *const names[] = { "a.efi", "old.efi", "vmlinuz", "b.addon.efi", "g.addon.efi",
	"sd.efi", "loader.conf", "x.cred", "y.cred", "z.raw", "initrd", "plain.efi" };

static void put(struct bed *b, int i, const void *p, size_t n)
{
	struct coco_diag d = { 0 };

	snprintf(b->path[i], sizeof(b->path[i]), "%s/%s", b->dir, names[i]);
	assert_ok(coco_write_file(b->path[i], p, n, COCO_OUT_FORCE, &d), &d);
}

static void put_pe(struct bed *b, int i, const struct coco_mint_pe_section *s, size_t n)
{
	const struct coco_mint_pe spec = { .sections = s, .n_sections = n };
	size_t size;

	uint8_t *p = coco_mint_pe(n != 0 ? &spec : &coco_mint_pe_plain, &size);
	put(b, i, p, size);
	coco_free(p);
}

static void mint(struct bed *b)
{
	size_t n;
	uint8_t *kernel = coco_mint_pe(&coco_mint_pe_plain, &n);
	struct coco_mint_pe_section uki[] = {
		{ ".sdmagic", magic, sizeof(magic), 0 }, { ".linux", kernel, n, 0 },
		{ ".osrel", "ID=x\n", 5, 0 }, { ".cmdline", "quiet\n", 6, 0 },
		{ ".initrd", "0707", 4, 0 },
	};
	const struct coco_mint_pe_section addon[] = { { ".cmdline", "one=1", 5, 0 } };
	const struct coco_mint_pe_section global[] = { { ".cmdline", "two=2", 5, 0 } };
	const struct coco_mint_pe_section loader[] = {
		{ ".sdmagic", boot_magic, sizeof(boot_magic), 0 },
	};

	b->dir = coco_test_dir();
	put(b, KERNEL, kernel, n);
	put(b, PLAIN, kernel, n);
	put_pe(b, UKI, uki, 5);
	uki[0].data = old_magic;
	uki[0].n = sizeof(old_magic);
	put_pe(b, OLD, uki, 5);
	put_pe(b, ADDON, addon, 1);
	put_pe(b, GLOBAL, global, 1);
	put_pe(b, LOADER, loader, 1);
	put(b, CONF, "timeout 0\n", 10);
	put(b, CRED, "secret", 6);
	put(b, GCRED, "other", 5);
	put(b, EXT, "image", 5);
	put(b, INITRD, "07070", 5);
	coco_free(kernel);
}

static struct coco_vtpm_request request(void)
{
	return (struct coco_vtpm_request){
		.banks = COCO_BANK_BIT(COCO_BANK_SHA256), .pcrs = 0xffff,
		.generation = COCO_FW_202502, .qemu_major = 10,
	};
}

static void measure(const struct coco_vtpm_request *q, struct coco_mrecord *rec)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_vtpm_measure(&run, q, rec, &d), &d);
}

static const struct coco_mrecord_register *pcr(const struct coco_mrecord *rec, unsigned n)
{
	char name[16];

	snprintf(name, sizeof(name), "tpm.pcr%u", n);
	return coco_mrecord_find(rec, name, "sha256");
}

/* The whole of a disk boot, from files. */
static void all_files(struct coco_vtpm_request *q, const struct bed *b)
{
	static const char *extras[3];
	static const char *globals[2];

	extras[0] = b->path[ADDON];
	extras[1] = b->path[CRED];
	extras[2] = b->path[EXT];
	globals[0] = b->path[GLOBAL];
	globals[1] = b->path[GCRED];
	q->uki = b->path[UKI];
	q->loader = b->path[LOADER];
	q->loader_config = b->path[CONF];
	q->extras = (struct coco_vtpm_list){ extras, 3 };
	q->globals = (struct coco_vtpm_list){ globals, 2 };
}

/* The same on a disk; of what firmware starts: an image by default or by systemd-boot. */
static const char *mint_disk(const struct bed *b, bool loader, bool second, const char *first)
{
	static const char *const places[] = {
		"EFI/Linux/a.efi", NULL, NULL, "EFI/Linux/a.efi.extra.d/b.addon.efi",
		"loader/addons/g.addon.efi", NULL, "loader/loader.conf",
		"EFI/Linux/a.efi.extra.d/x.cred", "loader/credentials/y.cred",
		"EFI/Linux/a.efi.extra.d/z.raw",
	};
	struct coco_mint_file files[12];
	struct coco_mint_fat fat = { .files = files };
	size_t n;

	for (size_t i = 0; i < COCO_ARRAY_LEN(places); i++) {
		if (places[i] == NULL)
			continue;
		files[fat.n_files].path = places[i];
		files[fat.n_files].p = coco_test_slurp(b->path[i], &n);
		files[fat.n_files++].n = n;
	}
	if (loader)
		first = b->path[LOADER];
	files[fat.n_files].path = "EFI/BOOT/BOOTX64.EFI";
	files[fat.n_files].p = coco_test_slurp(first, &n);
	files[fat.n_files++].n = n;
	if (second) {
		files[fat.n_files].path = "EFI/Linux/second.efi";
		files[fat.n_files].p = coco_test_slurp(b->path[OLD], &n);
		files[fat.n_files++].n = n;
	}
	uint8_t *esp = coco_mint_fat(&fat, &n);
	const struct coco_mint_part part = {
		.type = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", .label = "esp", .p = esp, .n = n,
	};
	const struct coco_mint_disk disk = { .parts = &part, .n_parts = 1 };
	uint8_t *image = coco_mint_gpt(&disk, &n);
	const char *path = coco_mint_write(b->dir, "disk.img", image, n);
	for (size_t i = 0; i < fat.n_files; i++)
		coco_free((void *)(uintptr_t)files[i].p);
	coco_free(esp);
	coco_free(image);
	return path;
}

static void test_disk(void **state COCO_UNUSED)
{
	static const unsigned same[] = { 0, 2, 3, 4, 6, 8, 9, 11, 12, 13, 14 };
	struct coco_vtpm_request q = request();
	struct coco_mrecord files;
	struct coco_mrecord disk;
	struct coco_diag d = { 0 };
	struct bed b;

	mint(&b);
	all_files(&q, &b);
	measure(&q, &files);
	q = request();
	q.disk = mint_disk(&b, true, false, NULL);
	measure(&q, &disk);
	for (size_t i = 0; i < COCO_ARRAY_LEN(same); i++) {
		const struct coco_mrecord_register *x = pcr(&files, same[i]);
		const struct coco_mrecord_register *y = pcr(&disk, same[i]);

		assert_int_equal(x->n_values, y->n_values);
		for (size_t k = 0; k < x->n_values; k++)
			assert_memory_equal(&x->values[k].value, &y->values[k].value,
					    sizeof(x->values[k].value));
	}
	assert_int_equal(pcr(&files, 5)->n_values, 0);    /* no partition table */
	assert_int_equal(pcr(&disk, 5)->n_values, 1);
	assert_int_equal(pcr(&disk, 12)->n_inputs, 3);    /* addons, two of credentials */
	assert_string_equal(pcr(&disk, 12)->inputs[0].text, "two=2 one=1");
	assert_int_equal(pcr(&disk, 13)->n_inputs, 1);
	assert_string_equal(pcr(&disk, 9)->inputs[0].text, "quiet two=2 one=1");
	assert_int_equal(pcr(&disk, 11)->n_values, 5);
	assert_int_equal(pcr(&disk, 4)->n_inputs, 2 + 2 + 2);
	coco_mrecord_free(&disk);

	/* two images: one must be named */
	q.disk = mint_disk(&b, true, true, NULL);
	assert_err(coco_vtpm_measure(&run, &q, &disk, &d), COCO_E_BOOT_CHAIN, &d);
	q.entry = "EFI/Linux/a.efi";
	measure(&q, &disk);
	assert_memory_equal(&pcr(&disk, 11)->values[0].value, &pcr(&files, 11)->values[0].value,
			    sizeof(struct coco_mrecord_digest));
	coco_mrecord_free(&disk);
	q.entry = "EFI/BOOT/BOOTX64.EFI";
	coco_diag_init(&d);
	assert_err(coco_vtpm_measure(&run, &q, &disk, &d), COCO_E_BOOT_CHAIN, &d);
	coco_mrecord_free(&files);

	/* newer firmware with a virtio disk: two values; something that is not followed */
	q = request();
	q.generation = COCO_FW_202508;
	q.boot_device = "virtio-blk:2";
	q.disk = mint_disk(&b, false, false, b.path[OLD]);
	measure(&q, &disk);
	assert_int_equal(pcr(&disk, 5)->n_values, 2);
	assert_int_equal(pcr(&disk, 4)->n_inputs, 2 + 3);   /* addon, the kernel inside */
	coco_mrecord_free(&disk);
	q.boot_device = "sata:0";
	q.disk = mint_disk(&b, false, false, b.path[PLAIN]);
	measure(&q, &disk);
	assert_int_equal(pcr(&disk, 4)->n_values, 0);
	assert_int_equal(pcr(&disk, 4)->n_inputs, 4);
	coco_mrecord_free(&disk);
	coco_test_rmdir(b.dir);
}

static void test_kernel(void **state COCO_UNUSED)
{
	struct coco_vtpm_request q = request();
	struct coco_mrecord a;
	struct coco_mrecord c;
	struct bed b;

	mint(&b);
	q.kernel = b.path[KERNEL];
	q.initrd = b.path[INITRD];
	q.has_append = true;
	q.append = coco_view_of("a b", 3);
	measure(&q, &a);
	assert_string_equal(pcr(&a, 9)->inputs[0].text, "a b initrd=initrd");
	assert_int_equal(pcr(&a, 11)->n_values, 1);
	assert_int_equal(pcr(&a, 5)->n_inputs, 3);
	q.generation = COCO_FW_202508;
	measure(&q, &c);
	assert_string_equal(pcr(&c, 9)->inputs[0].text, "initrd=initrd a b");
	coco_mrecord_free(&c);
	q.logs = COCO_LINUX_LOGS_NOTHING;
	measure(&q, &c);
	assert_int_equal(pcr(&c, 9)->n_inputs, 0);
	coco_mrecord_free(&c);
	coco_mrecord_free(&a);

	/* an image in its place, with and without a command line */
	q = request();
	q.kernel = b.path[UKI];
	measure(&q, &a);
	assert_string_equal(pcr(&a, 9)->inputs[0].text, "quiet");
	assert_int_equal(pcr(&a, 12)->n_inputs, 0);
	assert_int_equal(pcr(&a, 4)->n_inputs, 3);
	coco_mrecord_free(&a);
	q.has_append = true;
	q.append = coco_view_of(" x=1 ", 5);
	measure(&q, &a);
	assert_string_equal(pcr(&a, 9)->inputs[0].text, "x=1");
	assert_string_equal(pcr(&a, 12)->inputs[0].text, "x=1");
	coco_mrecord_free(&a);
	coco_test_rmdir(b.dir);
}

/* Keys of Secure Boot: a variable with n certificates. */
static void put_key(const char *dir, const char *name, unsigned n)
{
	uint8_t p[28 + 2 * 20] = { 0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5,
				   0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72 };

	p[16] = (uint8_t)(28 + n * 20);
	p[24] = 20;
	for (unsigned i = 0; i < n; i++)
		memset(p + 28 + 20 * i + 16, 'a' + (int)i, 4);
	coco_mint_write(dir, name, p, 28 + n * 20);
}

static void test_secure_boot(void **state COCO_UNUSED)
{
	struct coco_vtpm_request q = request();
	struct coco_mrecord a;
	struct coco_diag d = { 0 };
	char *keys = coco_test_dir();
	struct bed b;

	mint(&b);
	q.kernel = b.path[UKI];
	q.secure_boot = keys;
	q.has_append = true;
	q.append = coco_view_of("x", 1);
	assert_err(coco_vtpm_measure(&run, &q, &a, &d), COCO_E_USAGE_MISSING, &d);
	put_key(keys, "PK", 1);
	put_key(keys, "KEK", 1);
	put_key(keys, "db", 1);
	measure(&q, &a);
	assert_int_equal(pcr(&a, 7)->n_inputs, 5 + 1 + 1);
	assert_int_equal(pcr(&a, 12)->n_inputs, 0);   /* the command line is fixed */
	assert_string_equal(pcr(&a, 9)->inputs[0].text, "quiet");
	coco_mrecord_free(&a);
	put_key(keys, "db", 2);
	measure(&q, &a);
	assert_int_equal(pcr(&a, 7)->n_values, 0);
	coco_mrecord_free(&a);
	const char *cert = coco_mint_write(b.dir, "cert", "bbbb", 4);
	q.authority = (struct coco_vtpm_list){ &cert, 1 };
	measure(&q, &a);
	assert_int_equal(pcr(&a, 7)->n_values, 1);
	assert_int_equal(pcr(&a, 7)->n_inputs, 7);
	coco_mrecord_free(&a);
	cert = coco_mint_write(b.dir, "cert2", "cccc", 4);
	coco_diag_init(&d);
	assert_err(coco_vtpm_measure(&run, &q, &a, &d), COCO_E_USAGE_VALUE, &d);
	coco_test_rmdir(keys);
	coco_test_rmdir(b.dir);
}

static bool is_unknown(const struct coco_mrecord *rec, const char *reg, const char *what)
{
	for (size_t i = 0; i < rec->n_unknowns; i++)
		if (strcmp(rec->unknowns[i].reg, reg) == 0 &&
		    strcmp(rec->unknowns[i].name, what) == 0)
			return true;
	return false;
}

/* What cannot be followed is said by name, and the registers have no value. */
static void test_not_followed(void **state COCO_UNUSED)
{
	struct coco_vtpm_request q = request();
	struct coco_mrecord a;
	struct bed b;

	mint(&b);
	q.kernel = b.path[KERNEL];
	q.shim = true;
	measure(&q, &a);
	assert_true(is_unknown(&a, "tpm.pcr4", "shim"));
	assert_true(is_unknown(&a, "tpm.pcr7", "shim"));
	assert_true(is_unknown(&a, "tpm.pcr14", "MokList"));
	assert_int_equal(pcr(&a, 4)->n_values, 0);
	assert_string_equal(pcr(&a, 9)->inputs[0].text, "kernel ");
	coco_mrecord_free(&a);
	q.shim = false;
	q.dtb = b.path[CONF];
	measure(&q, &a);
	assert_true(is_unknown(&a, "tpm.pcr4", "kernel"));
	coco_mrecord_free(&a);
	q.dtb = NULL;
	q.other_machine = true;
	q.qemu_major = 9;
	q.initrd = b.path[INITRD];
	q.memory = (uint64_t)1 << 30;
	measure(&q, &a);
	assert_true(is_unknown(&a, "tpm.pcr4", "kernel"));
	assert_int_equal(pcr(&a, 9)->n_values, 1);
	coco_mrecord_free(&a);
	q.initrd = NULL;
	measure(&q, &a);
	assert_int_equal(pcr(&a, 4)->n_values, 1);
	coco_mrecord_free(&a);
	coco_test_rmdir(b.dir);
}

/* A store with a platform key, or without: as the keys in a directory, or none. */
static void test_store(void **state COCO_UNUSED)
{
	static const uint8_t global[] =
		COCO_GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa0d, 0x00e098032b8c);
	struct coco_vtpm_request q = request();
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	struct bed b;

	mint(&b);
	q.kernel = b.path[KERNEL];
	for (int keys = 0; keys < 2; keys++) {
		struct coco_wr store, volume;

		coco_wr_init(&store, 1 << 16);
		coco_wr_init(&volume, 1 << 16);
		coco_mint_store(&store, true, 4096 - 72);
		if (keys)
			coco_mint_variable(&store, true, 0x3f, global, "PK", "platform", 8);
		coco_mint_fv(&volume, NULL, true, store.p, store.n, 4096);
		q.vars = coco_mint_write(b.dir, "vars.fd", volume.p, volume.n);
		measure(&q, &rec);
		assert_int_equal(pcr(&rec, 7)->n_inputs, keys ? 5 + 1 + 1 : 5 + 1);
		assert_int_equal(pcr(&rec, 7)->n_values, keys ? 0 : 1);
		assert_true(keys == is_unknown(&rec, "tpm.pcr7",
					       "entry of db that lets images run"));
		coco_mrecord_free(&rec);
		coco_wr_free(&store);
		coco_wr_free(&volume);
	}
	q.secure_boot = b.dir;
	assert_err(coco_vtpm_measure(&run, &q, &rec, &d), COCO_E_USAGE_CONFLICT, &d);
	q.secure_boot = NULL;
	q.vars = b.path[CONF];
	coco_diag_init(&d);
	assert_true(coco_vtpm_measure(&run, &q, &rec, &d) < 0);
	coco_test_rmdir(b.dir);
}

/* Only the firmware: what it measures by itself has values, the rest is not known. */
static void test_firmware_alone(void **state COCO_UNUSED)
{
	struct coco_vtpm_request q = request();
	struct coco_mrecord rec;
	char *dir = coco_test_dir();

	q.generation = COCO_FW_AUTO;
	q.firmware = coco_mint_ovmf_file(dir, "new.fd", &coco_mint_ovmf_new);
	measure(&q, &rec);
	assert_int_equal(pcr(&rec, 0)->n_values, 1);
	assert_int_equal(pcr(&rec, 2)->n_values, 1);
	assert_int_equal(pcr(&rec, 7)->n_values, 1);
	assert_int_equal(pcr(&rec, 4)->n_values, 0);
	assert_int_equal(pcr(&rec, 11)->n_values, 0);
	coco_mrecord_free(&rec);
	/* what loaders and kernels extend needs nothing unpacked */
	q.pcrs = 0xff00;
	measure(&q, &rec);
	assert_null(coco_mrecord_find(&rec, "tpm.pcr7", NULL));
	for (size_t i = 0; i < rec.n_params; i++)
		assert_string_not_equal(rec.params[i].name, "firmware_generation");
	coco_mrecord_free(&rec);
	coco_test_rmdir(dir);
}

static void test_refused(void **state COCO_UNUSED)
{
	struct bed b;

	mint(&b);
	const char *one = b.path[ADDON];
	const struct coco_vtpm_list list = { &one, 1 };
	const char *conf = b.path[CONF];
	const struct coco_vtpm_list odd = { &conf, 1 };
	const char *ext = b.path[EXT];
	const struct coco_vtpm_list raw = { &ext, 1 };
	const char *k = b.path[KERNEL];
	const char *u = b.path[UKI];
	const struct {
		struct coco_vtpm_request q;
		int code;
	} cases[] = {
		{ { .qemu_major = 10 }, COCO_E_USAGE_MISSING },
		{ { .kernel = k, .uki = u }, COCO_E_USAGE_CONFLICT },
		{ { .uki = u, .initrd = k }, COCO_E_USAGE_CONFLICT },
		{ { .kernel = k, .loader = u }, COCO_E_USAGE_CONFLICT },
		{ { .disk = k, .extras = list }, COCO_E_USAGE_CONFLICT },
		{ { .uki = u, .extras = odd }, COCO_E_USAGE_VALUE },
		{ { .uki = u, .globals = raw }, COCO_E_USAGE_VALUE },
		{ { .uki = u, .loader_config = u }, COCO_E_USAGE_CONFLICT },
		{ { .uki = u, .authority = list }, COCO_E_USAGE_CONFLICT },
		{ { .kernel = k }, COCO_E_USAGE_MISSING },
		{ { .kernel = k, .generation = COCO_FW_202211, .initrd = k },
		  COCO_E_USAGE_MISSING },
		{ { .kernel = u, .generation = COCO_FW_202502, .initrd = k },
		  COCO_E_USAGE_CONFLICT },
		{ { .kernel = u, .generation = COCO_FW_202502, .shim = true },
		  COCO_E_USAGE_CONFLICT },
		{ { .uki = k }, COCO_E_UKI_LINUX },
		{ { .uki = u, .loader = k }, COCO_E_BOOT_CHAIN },
		{ { .uki = b.path[CONF] }, COCO_E_PE_SIGNATURE },
		{ { .disk = k }, COCO_E_BOOT_CHAIN },
		{ { .uki = u, .boot_device = "floppy" }, COCO_E_USAGE_VALUE },
	};
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_vtpm_request q = cases[i].q;
		struct coco_mrecord rec;
		struct coco_diag d = { 0 };

		q.banks = COCO_BANK_BIT(COCO_BANK_SHA256);
		q.pcrs = 0xffff;
		assert_err(coco_vtpm_measure(&run, &q, &rec, &d), cases[i].code, &d);
	}
	coco_test_rmdir(b.dir);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_vtpm_request q = request();
	struct coco_diag d = { 0 };
	struct bed b;

	mint(&b);
	all_files(&q, &b);
	q.pcrs = 1 << 4;
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_mrecord rec = { .n_files = 0 };
		int r = coco_vtpm_measure(&run, &q, &rec, &d);

		coco_mrecord_free(&rec);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_test_rmdir(b.dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_secure_boot),
		cmocka_unit_test(test_not_followed),
		cmocka_unit_test(test_store),
		cmocka_unit_test(test_firmware_alone),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
