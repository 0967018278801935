/*
 * test_profile_check.c - what a launch profile lacks: each finding, with
 * firmware that fits and that does not.
 */
#include "lib/measure/profile_check.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_firmware.h"
#include "tests/support/mint_image.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };
static char *dir;

static char *put(const char *name, const void *p, size_t n)
{
	struct coco_diag d = { 0 };
	char *path = coco_path_join(dir, name);

	assert_non_null(path);
	assert_ok(coco_write_file(path, p, n, COCO_OUT_FORCE, &d), &d);
	return path;
}

static void put_firmware(const char *name, const struct coco_mint_firmware *spec)
{
	size_t n;
	uint8_t *p = coco_mint_firmware(spec, &n);

	coco_free(put(name, p, n));
	coco_free(p);
}

/* The findings of a document; the paths in it are in the directory. */
static struct coco_findings check(const char *body)
{
	struct coco_launch_profile p;
	struct coco_findings f;
	struct coco_diag d = { 0 };
	char text[4096];

	snprintf(text, sizeof(text), "schema = \"cococtl.launch-profile.v1\"\n%s", body);
	char *path = put("p.toml", text, strlen(text));
	assert_ok(coco_profile_load(&p, path, &d), &d);
	assert_ok(coco_profile_check(&run, &p.profile, &f, &d), &d);
	coco_launch_profile_free(&p);
	coco_free(path);
	return f;
}

/* kind GOOD: nothing but good findings and warnings. */
static void expect_finding(const char *body, enum coco_finding_kind kind, const char *id)
{
	struct coco_findings f = check(body);
	bool found = false;

	for (size_t i = 0; i < f.n; i++) {
		found = found || (f.v[i].kind == kind && strcmp(f.v[i].id, id) == 0);
		assert_true((f.v[i].detail[0] == '\0') == (f.v[i].kind == COCO_FINDING_GOOD));
		if (kind != COCO_FINDING_GOOD)
			continue;
		if (f.v[i].kind > COCO_FINDING_WARNING)
			print_message("%s: %s\n", f.v[i].id, f.v[i].detail);
		assert_true(f.v[i].kind <= COCO_FINDING_WARNING);
	}
	if (!found)
		print_message("no %s for:\n%s\n", id, body);
	assert_true(found);
	coco_findings_free(&f);
}

static void put_disk(const char *name, const struct coco_mint_image *spec)
{
	uint8_t root[COCO_VERITY_DIGEST];
	size_t n;
	uint8_t *p = coco_mint_image(spec, root, &n);

	coco_free(put(name, p, n));
	coco_free(p);
}

/* A command line with the root hash of "disk", and a page of zeros as a disk. */
static void put_line(void)
{
	static const uint8_t zeros[4096];
	uint8_t root[COCO_VERITY_DIGEST];
	char text[256] = "quiet roothash=";
	size_t n;
	uint8_t *p = coco_mint_image(&(struct coco_mint_image){ .two_esps = false }, root, &n);

	coco_hex_encode(text + strlen(text), root, 32);
	coco_free(put("line", text, strlen(text)));
	coco_free(put("page", zeros, sizeof(zeros)));
	coco_free(p);
}

#define SNP "platforms = [\"snp\"]\n[firmware]\nfile = \"amdsev\"\n"
#define CPU "[cpu]\ncounts = [1, 2]\nmodels = [\"EPYC-v4\"]\n"
#define BOOT "[boot]\nkernel = \"file\"\nappend = \"a\"\nkernel_hashes = true\n"
#define TDX "platforms = [\"tdx\"]\n[firmware]\nfile = \"plain\"\n[cpu]\ncounts = [1]\n"

#define H24 "0123456789abcdef01234567"
#define H96 H24 H24 H24 H24
#define GIVEN(reg, hex) \
	"[[given]]\nregister = \"" reg "\"\norigin = \"me\"\ndigest = \"" hex "\"\n"

static void test_good(void **state COCO_UNUSED)
{
	expect_finding(SNP CPU BOOT, COCO_FINDING_GOOD, "firmware.hashes");
	expect_finding(SNP CPU, COCO_FINDING_GOOD, "files");
	expect_finding(SNP CPU, COCO_FINDING_WARNING, "kernel.given");
	expect_finding(SNP CPU "[boot]\nkernel = \"file\"\n", COCO_FINDING_WARNING, "append.given");
	expect_finding(SNP CPU "[boot]\nkernel = \"file\"\n", COCO_FINDING_WARNING,
		       "kernel.hashes");
	expect_finding("platforms = [\"sev\"]\n[firmware]\nfile = \"amdsev\"\n" BOOT,
		       COCO_FINDING_GOOD, "firmware.hashes");
	expect_finding(SNP CPU "[guest]\ninitdata = \"init\"\n", COCO_FINDING_GOOD,
		       "initdata.form");
	expect_finding("platforms = [\"snp\"]\n[vmm]\nname = \"ec2\"\n"
		       "[firmware]\nfile = \"amdsev\"\n"
		       "[cpu]\ncounts = [1]\n", COCO_FINDING_GOOD, "firmware.snp");
	expect_finding("platforms = [\"snp\"]\n[firmware]\nigvm = \"file\"\n" CPU,
		       COCO_FINDING_WARNING, "firmware.igvm");
	expect_finding("platforms = [\"vtpm\"]\n[firmware]\nfile = \"plain\"\n[vtpm]\n"
		       "uki = \"file\"\n", COCO_FINDING_GOOD, "firmware.image");
	expect_finding("platforms = [\"vtpm\"]\n[firmware]\nfile = \"plain\"\n[vtpm]\n"
		       "uki = \"file\"\n" GIVEN("tpm.pcr0", H96), COCO_FINDING_GOOD,
		       "given.value");
}

static void test_incomplete(void **state COCO_UNUSED)
{
	static const struct {
		const char *body;
		const char *id;
	} list[] = {
		{ "platforms = [\"snp\"]\n" CPU, "firmware.named" },
		{ "platforms = [\"snp\"]\n[firmware]\nfile = \"gone\"\n" CPU, "file.absent" },
		{ SNP "[cpu]\ncounts = [1]\n", "cpu.model" },
		{ SNP "[cpu]\nmodels = [\"EPYC\"]\n", "cpu.counts" },
		{ SNP CPU "[boot]\ninitrd = \"file\"\n", "kernel.named" },
		{ TDX, "memory.sizes" },
		{ TDX "[memory]\nsizes = [\"1GiB\"]\n", "tdx.acpi" },
		{ "platforms = [\"vtpm\"]\n[firmware]\nfile = \"plain\"\n", "vtpm.boot" },
		{ TDX "[memory]\nsizes = [\"1GiB\"]\n", "vtpm.boot" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++)
		expect_finding(list[i].body, COCO_FINDING_INCOMPLETE, list[i].id);
}

static void test_contradictions(void **state COCO_UNUSED)
{
	static const struct {
		const char *body;
		const char *id;
	} list[] = {
		{ "platforms = [\"snp\"]\n[firmware]\nfile = \"plain\"\n" CPU, "firmware.snp" },
		{ "platforms = [\"snp\"]\n[firmware]\nfile = \"plain\"\n" CPU, "firmware.reset" },
		{ TDX, "firmware.tdx" },
		{ "platforms = [\"snp\"]\n[firmware]\nfile = \"file\"\n" CPU, "firmware.image" },
		{ "platforms = [\"snp\"]\n[firmware]\nfile = \".\"\n" CPU, "file.kind" },
		{ "platforms = [\"snp\"]\n[firmware]\nfile = \"nohash\"\n" CPU BOOT,
		  "firmware.hashes" },
		{ SNP CPU "[boot]\nkernel = \"file\"\nkernel_hashes = false\n", "kernel.hashes" },
		{ SNP CPU BOOT "append_file = \"file\"\n", "append.once" },
		{ SNP CPU BOOT "[vtpm]\nboot = \"disk\"\n", "kernel.boot" },
		{ SNP "[cpu]\ncounts = [1]\nmodels = [\"Haswell\"]\n", "cpu.model" },
		{ SNP CPU "signature = 1\n", "cpu.once" },
		{ TDX GIVEN("tdx.rtmr9", H96), "given.value" },
		{ TDX GIVEN("tdx.rtmr0", "aabb"), "given.value" },
		{ TDX GIVEN("tdx.mrtd", H96 H96 H96 H96), "given.value" },
		{ TDX GIVEN("snp.launch_digest", H96), "given.register" },
		{ TDX GIVEN("tdx.rtmr0", "aabb") "event = \"CFV\"\n", "given.event" },
		{ SNP CPU "[guest]\ninitdata = \"file\"\n", "initdata.form" },
		{ SNP CPU "[tdx]\nacpi = \"file\"\n", "file.kind" },
		{ SNP CPU BOOT "[[disk]]\nimage = \"file\"\nroot_hash = \"aabb\"\n",
		  "disk.root_hash" },
		{ SNP CPU "[guest]\ninitdata = \"init\"\nhost_data = \""
		  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"\n",
		  "initdata.once" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++)
		expect_finding(list[i].body, COCO_FINDING_CONTRADICTION, list[i].id);
	expect_finding(SNP CPU GIVEN("tdx.mrtd", H96), COCO_FINDING_WARNING, "given.platform");
}

#define LINE(text) "[boot]\nkernel = \"file\"\nappend = \"" text "\"\n"
#define LINE_FILE "[boot]\nkernel = \"file\"\nappend_file = \"line\"\n"
#define DISK(image) "[[disk]]\nimage = \"" image "\"\n"
#define VTPM "platforms = [\"vtpm\"]\n[firmware]\nfile = \"plain\"\n"
/* of 4096 zeros, by sha256sum */
#define ZEROS "ad7facb2586fc6e966c004d7d1d16b024f5805ff7cb47c7a85dabd8b48892ca7"
#define AA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DM(root) "dm-mod.create=\\\"x,,,ro,0 8 verity 1 a b 4096 4096 1 0 sha256 " root " 00\\\""

static void test_disks(void **state COCO_UNUSED)
{
	static const struct {
		const char *body;
		enum coco_finding_kind kind;
		const char *id;
	} list[] = {
		{ SNP CPU LINE_FILE DISK("disk"), COCO_FINDING_GOOD, "disk.verity" },
		{ SNP CPU LINE_FILE DISK("disk") "format = \"raw\"\npartition = \"root\"\n",
		  COCO_FINDING_GOOD, "disk.verity" },
		{ SNP CPU LINE_FILE DISK("disk"), COCO_FINDING_GOOD, "disk.format" },
		{ SNP CPU LINE_FILE DISK("changed"), COCO_FINDING_CONTRADICTION, "disk.verity" },
		{ SNP CPU LINE_FILE DISK("disk") "partition = \"none\"\n",
		  COCO_FINDING_CONTRADICTION, "disk.verity" },
		{ SNP CPU LINE_FILE DISK("disk") "format = \"qcow2\"\n",
		  COCO_FINDING_CONTRADICTION, "disk.format" },
		/* no salt anywhere: it cannot be told */
		{ SNP CPU LINE("roothash=" ZEROS) DISK("page") "root_hash = \"" ZEROS "\"\n",
		  COCO_FINDING_GOOD, "disk.verity" },
		{ SNP CPU LINE("roothash=" AA) DISK("page") "root_hash = \"" AA "\"\n",
		  COCO_FINDING_WARNING, "disk.verity" },
		{ SNP CPU LINE("roothash=" AA) DISK("page") "root_hash = \"" AA "\"\n",
		  COCO_FINDING_GOOD, "disk.root_hash" },
		{ SNP CPU LINE(DM(ZEROS)) DISK("page"), COCO_FINDING_CONTRADICTION,
		  "disk.verity" },
		{ SNP CPU LINE("roothash=xyz") DISK("page"), COCO_FINDING_CONTRADICTION,
		  "append.root_hash" },
		{ VTPM DISK("disk"), COCO_FINDING_GOOD, "disk.contents" },
		{ VTPM DISK("disk"), COCO_FINDING_WARNING, "vtpm.acpi" },
		{ VTPM DISK("disk"), COCO_FINDING_WARNING, "vtpm.boot_device" },
		{ VTPM DISK("open"), COCO_FINDING_WARNING, "disk.contents" },
		{ VTPM DISK("lies"), COCO_FINDING_CONTRADICTION, "disk.contents" },
		{ VTPM DISK("page"), COCO_FINDING_CONTRADICTION, "disk.boot" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++)
		expect_finding(list[i].body, list[i].kind, list[i].id);
}

static void test_id_block(void **state COCO_UNUSED)
{
	uint8_t block[96] = { 0 };
	uint8_t auth[4096] = { 0 };

	block[0x5a] = 3;   /* 0x30000 */
	char *b = coco_b64_dup(COCO_B64_STD, block, sizeof(block));
	char *a = coco_b64_dup(COCO_B64_STD, auth, sizeof(auth));
	struct coco_launch_profile p = { .size = 0 };
	struct coco_findings f;
	struct coco_diag d = { 0 };

	assert_ok(coco_profile_add(&p.profile, COCO_PROFILE_PLATFORMS, 0, "snp", NULL, &d), &d);
	assert_ok(coco_profile_add(&p.profile, COCO_PROFILE_ID_BLOCK_BLOCK, 0, b, NULL, &d), &d);
	assert_ok(coco_profile_check(&run, &p.profile, &f, &d), &d);
	assert_string_equal(f.v[f.n - 2].id, "id_block.pair");
	assert_string_equal(f.v[f.n - 1].id, "id_block.policy");
	assert_int_equal(f.v[f.n - 1].kind, COCO_FINDING_GOOD);
	coco_findings_free(&f);
	assert_ok(coco_profile_add(&p.profile, COCO_PROFILE_ID_BLOCK_AUTH, 0, a, NULL, &d), &d);
	assert_ok(coco_profile_add(&p.profile, COCO_PROFILE_GUEST_POLICY, 0, "1", NULL, &d), &d);
	assert_ok(coco_profile_check(&run, &p.profile, &f, &d), &d);
	assert_string_equal(f.v[f.n - 1].id, "id_block.policy");
	assert_int_equal(f.v[f.n - 1].kind, COCO_FINDING_CONTRADICTION);
	coco_findings_free(&f);
	coco_findings_free(&f);
	coco_launch_profile_free(&p);
	coco_free(a);
	coco_free(b);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char text[] =
		"schema = \"cococtl.launch-profile.v1\"\n" SNP CPU BOOT
		"[guest]\ninitdata = \"init\"\n";
	struct coco_launch_profile p;
	struct coco_diag d = { 0 };
	char *path = put("p.toml", text, strlen(text));
	volatile sig_atomic_t stop = 1;
	const struct coco_run stopped = { .jobs = 1, .cancel = &stop };

	assert_ok(coco_profile_load(&p, path, &d), &d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_findings f = { .n = 0 };
		int r = coco_profile_check(&run, &p.profile, &f, &d);

		coco_findings_free(&f);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	struct coco_findings f;
	assert_err(coco_profile_check(&stopped, &p.profile, &f, &d), COCO_E_CANCELLED, &d);
	coco_launch_profile_free(&p);
	coco_free(path);
}

static int begin(void **state COCO_UNUSED)
{
	static const char init[] = "version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\n";
	struct coco_mint_firmware plain = { .with_metadata = false };
	struct coco_mint_firmware nohash = coco_mint_amdsev;

	nohash.hashes_base = 0;
	dir = coco_test_dir();
	put_firmware("amdsev", &coco_mint_amdsev);
	put_firmware("plain", &plain);
	put_firmware("nohash", &nohash);
	coco_free(put("file", "x", 1));
	put_disk("disk", &(struct coco_mint_image){ .two_esps = false });
	put_disk("changed", &(struct coco_mint_image){ .change_data = true });
	put_disk("lies", &(struct coco_mint_image){ .wrong_root_hash = true });
	put_disk("open", &(struct coco_mint_image){ .no_root_hash = true });
	put_line();
	coco_free(put("init", init, strlen(init)));
	return 0;
}

static int end(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),          cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_contradictions), cmocka_unit_test(test_id_block),
		cmocka_unit_test(test_disks),         cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
