/*
 * test_qemu_ask.c - asking a QEMU: a fake one with every defect, and the real
 * one where it is installed. Covers qemu_ask.c, qemu_pci.c, qtest.c.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/qemu_ask.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/qemu_words.h"
#include "lib/crypto/digest.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/fake_qemu.h"
#include "tests/support/measure_vectors.h"

static const struct coco_run run = { .jobs = 1 };

static int ask_fake(const char *mode, struct coco_qemu_request req, struct coco_acpi *ret,
		    struct coco_diag *d)
{
	const char *const args[] = { "-fake", mode };

	*d = (struct coco_diag){ 0 };
	req.program = coco_fake_qemu_self();
	req.args = args;
	req.n_args = COCO_ARRAY_LEN(args);
	return coco_qemu_ask(&run, &req, ret, d);
}

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void judge_files(const struct coco_acpi *a)
{
	assert_int_equal(a->n, 3);
	assert_true(a->asked);
	assert_string_equal(a->blob[0].name, "etc/table-loader");
	assert_string_equal(a->blob[1].name, "etc/acpi/rsdp");
	assert_int_equal(a->blob[1].n, 20);
	assert_int_equal(a->blob[1].p[19], strlen("etc/acpi/rsdp"));
	assert_string_equal(a->blob[2].name, "etc/acpi/tables");
	assert_int_equal(a->blob[2].n, 2048);
}

static void test_good(void **state COCO_UNUSED)
{
	static const char *const modes[] = { "good", "irq", "loud" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(modes); i++) {
		struct coco_acpi a = { .n = 0 };
		struct coco_diag d;

		assert_ok(ask_fake(modes[i], (struct coco_qemu_request){ .phys_bits = 40 }, &a, &d),
			  &d);
		judge_files(&a);
		assert_int_equal(a.smbios.n, 100);
		assert_true(a.has_window);
		assert_true(a.window == 0xe000000000);
		/* the fake shows its registers: BAR 4, both halves, and the command */
		assert_int_equal(le32(a.blob[2].p), 0);
		assert_int_equal(le32(a.blob[2].p + 4), 0xe0);
		assert_int_equal(le32(a.blob[2].p + 24), 6);
		coco_acpi_free(&a);
	}
}

static void test_window(void **state COCO_UNUSED)
{
	struct coco_acpi a = { .n = 0 };
	struct coco_diag d;

	/* given outright */
	struct coco_qemu_request given = { .has_window = true, .window = 0x380012300000 };
	assert_ok(ask_fake("good", given, &a, &d), &d);
	assert_int_equal(le32(a.blob[2].p), 0x12300000);
	assert_int_equal(le32(a.blob[2].p + 4), 0x3800);
	coco_acpi_free(&a);
	/* through a root port: window registers instead of a BAR */
	assert_ok(ask_fake("port", given, &a, &d), &d);
	assert_int_equal(le32(a.blob[2].p + 8), 0x12311231);
	assert_int_equal(le32(a.blob[2].p + 12), 0x3800);
	assert_int_equal(le32(a.blob[2].p + 16), 0x3800);
	coco_acpi_free(&a);
	/* nobody uses it */
	assert_ok(ask_fake("plain", (struct coco_qemu_request){ .phys_bits = 46 }, &a, &d), &d);
	assert_false(a.has_window);
	coco_acpi_free(&a);
	assert_ok(ask_fake("plain", (struct coco_qemu_request){ .seconds = 5 }, &a, &d), &d);
	coco_acpi_free(&a);
	assert_err(ask_fake("good", (struct coco_qemu_request){ .seconds = 5 }, &a, &d),
		   COCO_E_USAGE_MISSING, &d);
	assert_err(ask_fake("own", (struct coco_qemu_request){ .phys_bits = 46 }, &a, &d),
		   COCO_E_USAGE_MISSING, &d);
	assert_err(ask_fake("good", (struct coco_qemu_request){ .phys_bits = 20 }, &a, &d),
		   COCO_E_USAGE_VALUE, &d);
	assert_int_equal(a.n, 0);
}

static void refuse(const char *mode, int code, const char *word)
{
	struct coco_acpi a = { .n = 0 };
	struct coco_diag d;

	int r = ask_fake(mode, (struct coco_qemu_request){ .phys_bits = 40, .seconds = 1 }, &a, &d);
	assert_err(r, code, &d);
	if (strstr(d.message, word) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", mode, d.message, word);
	assert_int_equal(a.n, 0);
}

static void test_defects(void **state COCO_UNUSED)
{
	refuse("fail", COCO_E_FW_CFG, "FAIL Unknown");
	refuse("garbage", COCO_E_FW_CFG, "hello \\x01");
	refuse("long", COCO_E_FW_CFG, "longer");
	refuse("short", COCO_E_FW_CFG, "read");
	refuse("dma", COCO_E_FW_CFG, "fw_cfg request");
	refuse("many", COCO_E_FW_CFG, "directory");
	refuse("loop", COCO_E_FW_CFG, "bridges");
	refuse("noloader", COCO_E_ACPI_FILE, "etc/table-loader");
	refuse("norsdp", COCO_E_ACPI_FILE, "etc/acpi/rsdp");
	refuse("script", COCO_E_ACPI_LOADER, "command 9");
	refuse("empty", COCO_E_FW_CFG, "0 bytes");
	refuse("exit", COCO_E_QEMU_RUN, "-device nonsense: no such device");
	refuse("warn", COCO_E_QEMU_RUN, "out of \\x1b memory");
	refuse("silent", COCO_E_QEMU_RUN, "ended without a word");
	refuse("close", COCO_E_QEMU_RUN, "closed");
	refuse("hang", COCO_E_QEMU_RUN, "in time");
}

/* Programs that were started by this one and are still there. */
static unsigned children(void)
{
	char text[4096] = "";
	char path[64];
	unsigned n = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
	FILE *f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fgets(text, sizeof(text), f) != NULL)
		for (char *at = text; (at = strchr(at, ' ')) != NULL; at++)
			n++;
	fclose(f);
	return n;
}

static unsigned descriptors(void)
{
	unsigned n = 0;
	DIR *dir = opendir("/proc/self/fd");

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void test_nothing_stays(void **state COCO_UNUSED)
{
	static const char *const modes[] = { "good", "close", "exit", "script" };
	unsigned before = descriptors();

	for (size_t i = 0; i < COCO_ARRAY_LEN(modes); i++) {
		struct coco_acpi a = { .n = 0 };
		struct coco_diag d;

		int r = ask_fake(modes[i], (struct coco_qemu_request){ .phys_bits = 40 }, &a, &d);
		assert_true((r == 0) == (i == 0));
		coco_acpi_free(&a);
		assert_int_equal(children(), 0);
		assert_int_equal(descriptors(), before);
	}
}

static volatile sig_atomic_t stop;

static void on_alarm(int sig)
{
	stop = sig;
}

static void test_cancel(void **state COCO_UNUSED)
{
	static const char *const args[] = { "-fake", "hang" };
	struct coco_run r = { .jobs = 1, .cancel = &stop };
	struct coco_qemu_request req = {
		.program = coco_fake_qemu_self(), .args = args, .n_args = 2,
	};
	struct coco_acpi a = { .n = 0 };
	struct coco_diag d = { 0 };

	signal(SIGALRM, on_alarm);
	alarm(1);
	assert_err(coco_qemu_ask(&r, &req, &a, &d), COCO_E_CANCELLED, &d);
	assert_int_equal(children(), 0);
	signal(SIGALRM, SIG_DFL);
	stop = 0;
}

static void test_options(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "-accel", "--enable-kvm", "-daemonize", "-qtest" };
	struct coco_acpi a = { .n = 0 };
	struct coco_diag d = { 0 };
	struct coco_qemu_request req = { .program = "/nowhere/qemu", .n_args = 1 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		req.args = &bad[i];
		d = (struct coco_diag){ 0 };
		assert_err(coco_qemu_ask(&run, &req, &a, &d), COCO_E_USAGE_CONFLICT, &d);
	}
	req.n_args = 0;
	d = (struct coco_diag){ 0 };
	assert_err(coco_qemu_ask(&run, &req, &a, &d), COCO_E_IO_OPEN, &d);
	req.seconds = COCO_QEMU_SECONDS_MAX + 1;
	d = (struct coco_diag){ 0 };
	assert_err(coco_qemu_ask(&run, &req, &a, &d), COCO_E_USAGE_VALUE, &d);
}

static void test_memory(void **state COCO_UNUSED)
{
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_acpi a = { .n = 0 };
		struct coco_diag d;

		int r = ask_fake("good", (struct coco_qemu_request){ .phys_bits = 40 }, &a, &d);
		if (coco_test_alloc_check(r, &d)) {
			coco_acpi_free(&a);
			break;
		}
		assert_int_equal(children(), 0);
	}
}

/* ---- the real one ------------------------------------------------------------------ */

static bool has_version(const char *version)
{
	char text[256] = "";
	FILE *p = popen("qemu-system-x86_64 --version 2>/dev/null", "r");

	if (p != NULL) {
		if (fgets(text, sizeof(text), p) == NULL)
			text[0] = '\0';
		pclose(p);
	}
	return strncmp(text, "QEMU emulator version ", 22) == 0 &&
	       strncmp(text + 22, version, strlen(version)) == 0 &&
	       text[22 + strlen(version)] == '.' && strstr(text, "(Debian") != NULL;
}

struct tally {
	unsigned equal;
	unsigned refused;
};

static void judge_digest(const struct coco_acpi_blob *b, const char *want, const char *name)
{
	struct coco_digest *h = NULL;
	struct coco_diag d = { 0 };
	uint8_t digest[COCO_DIGEST_MAX];
	char text[2 * 48 + 1];

	assert_ok(coco_digest_new(&h, COCO_DIGEST_SHA384, &d), &d);
	assert_ok(coco_digest_once(h, b->p, b->n, digest, &d), &d);
	coco_digest_free(h);
	coco_hex_encode(text, digest, 48);
	if (strcmp(text, want) != 0)
		fail_msg("%s: %s is %s, not %s", name, b->name, text, want);
}

/* Columns: qemu, case, args, bars_programmed, order, loader, rsdp, tables, length, extra. */
static void judge_row(char *const *cell, size_t n, void *ctx)
{
	struct tally *t = ctx;
	struct coco_qemu_words w = { .n = 0 };
	struct coco_acpi a = { .n = 0 };
	struct coco_diag d = { 0 };
	char version[16];

	assert_int_equal(n, 10);
	snprintf(version, sizeof(version), "%s", cell[0]);
	if (!has_version(version))
		return;
	assert_ok(coco_qemu_words_split(&w, coco_view_of(cell[2], strlen(cell[2])), &d), &d);
	struct coco_qemu_request req = {
		.program = "qemu-system-x86_64", .args = w.word, .n_args = w.n,
		.phys_bits = strstr(cell[1], "bar40") != NULL ? 40 :
			     strstr(cell[1], "bar46") != NULL ? 46 : 0,
	};
	int r = coco_qemu_ask(&run, &req, &a, &d);
	coco_qemu_words_free(&w);
	if (strstr(cell[1], "rng1") != NULL && req.phys_bits == 0) {
		assert_err(r, COCO_E_USAGE_MISSING, &d);   /* tables before any firmware */
		t->refused++;
		return;
	}
	assert_ok(r, &d);
	assert_int_equal(a.n, 3);
	judge_digest(&a.blob[0], cell[5], cell[1]);
	judge_digest(&a.blob[1], cell[6], cell[1]);
	judge_digest(&a.blob[2], cell[7], cell[1]);
	assert_non_null(a.smbios.p);
	coco_acpi_free(&a);
	t->equal++;
}

static void test_vectors(void **state COCO_UNUSED)
{
	struct tally t = { .equal = 0 };

	if (coco_tsv_run("tdx/acpi.tsv", judge_row, &t) == 0)
		skip();
	if (t.equal == 0) {
		printf("skip: no qemu-system-x86_64 of Debian with vectors is installed\n");
		skip();
	}
	assert_true(t.equal >= 40);
	assert_true(t.refused <= 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_defects),
		cmocka_unit_test(test_nothing_stays),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_vectors),
	};

	coco_fake_qemu(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
