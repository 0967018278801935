/*
 * test_tdx_real.c - registers of TDX guests against real quotes, the shared vectors
 * and the firmware's own events of real boots. Without the vectors it skips.
 */
#include "lib/measure/tdx.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_volume.h"
#include "tests/support/support.h"

static char *dir;
static const struct coco_run run = { .jobs = 1 };
static const enum coco_mrtd_order single[] = { COCO_MRTD_SINGLE };
static const uint64_t two_gib[] = { (uint64_t)2 << 30 };

static struct coco_tdx_request request(const char *firmware)
{
	return (struct coco_tdx_request){
		.firmware = firmware, .orders = single, .n_orders = 1, .qemu = 10,
	};
}

static void measure(const struct coco_tdx_request *req, struct coco_mrecord *rec)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_tdx_measure(&run, req, rec, &d), &d);
}

static const struct coco_mrecord_register *reg(const struct coco_mrecord *rec, const char *name)
{
	const struct coco_mrecord_register *r = coco_mrecord_find(rec, name, NULL);

	assert_non_null(r);
	return r;
}

static void give(struct coco_tdx_given *g, const char *name, const char *hex)
{
	snprintf(g->name, sizeof(g->name), "%s", name);
	assert_int_equal(coco_hex_decode(g->digest, 48, hex, 96, NULL), 0);
}

/* 96 digits, all the same. */
static const char *digits(char c)
{
	static char text[4][97];
	static unsigned turn;
	char *t = text[turn++ % 4];

	memset(t, c, 96);
	t[96] = '\0';
	return t;
}

/* ---- real quotes ----------------------------------------------------------------- */

enum { QUOTE_BODY = 48, QUOTE_RTMR = 328, EVENTS = 64 };

/* The digests of a real guest's log, and what its quote shows. */
struct quote {
	struct coco_json doc;
	struct coco_json log;
	const char *digest[EVENTS];
	uint64_t imr[EVENTS];
	size_t n;
	uint8_t rtmr[3][48];
};

static void load_quote(struct quote *q, const char *name)
{
	struct coco_diag d = { 0 };
	const char *text;
	size_t n;
	uint8_t *p = coco_test_slurp(coco_test_vectors(name), &n);

	assert_ok(coco_json_parse(&q->doc, coco_view_of(p, n), n, &d), &d);
	struct coco_jv root = coco_json_root(&q->doc);
	assert_ok(coco_jv_string(&root, "quote", &text, &d), &d);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(coco_hex_decode(q->rtmr[i], 48,
						 text + 2 * (QUOTE_BODY + QUOTE_RTMR + 48 * i), 96,
						 NULL), 0);
	assert_ok(coco_jv_string(&root, "event_log", &text, &d), &d);
	assert_ok(coco_json_parse(&q->log, coco_view_of(text, strlen(text)), 1 << 20, &d), &d);
	struct coco_jv list = coco_json_root(&q->log);
	for (q->n = 0; q->n < coco_jv_len(&list) && q->n < EVENTS; q->n++) {
		struct coco_jv e = coco_jv_item(&list, q->n);

		assert_ok(coco_jv_u64(&e, "imr", 3, &q->imr[q->n], &d), &d);
		assert_ok(coco_jv_string(&e, "digest", &q->digest[q->n], &d), &d);
	}
	coco_free(p);
}

/*
 * Both guests ran dstack's firmware, which is not at hand: an image with the same
 * list of memory and behaviour stands for it. Of their logs are taken the digests
 * of CFV, ACPI files, kernel, initrd and command line; memory list, Secure Boot
 * variables, boot entries, actions and all the order are computed.
 */
static void check_quote(const char *name, const uint64_t *memory)
{
	static const struct {
		const char *name;
		unsigned at;
	} taken[] = {
		{ "CFV", 1 }, { "etc/table-loader", 8 }, { "etc/acpi/rsdp", 9 },
		{ "etc/acpi/tables", 10 }, { "kernel", 11 }, { "load options", 16 },
		{ "initrd", 17 },
	};
	struct coco_mint_ovmf s = { .acpi = true };
	struct coco_tdx_given given[COCO_ARRAY_LEN(taken)];
	struct coco_mrecord rec;
	struct quote q;
	char path[64];

	snprintf(path, sizeof(path), "measure/tdx/%s", name);
	if (coco_test_vectors(path) == NULL)
		return;
	load_quote(&q, path);
	for (size_t i = 0; i < COCO_ARRAY_LEN(taken); i++)
		give(&given[i], taken[i].name, q.digest[taken[i].at]);
	struct coco_tdx_request req = request(coco_mint_ovmf_file(dir, "dstack.fd", &s));
	req.memory = memory;
	req.n_memory = 1;
	req.given = given;
	req.n_given = COCO_ARRAY_LEN(given);
	measure(&req, &rec);
	assert_int_equal(rec.n_unknowns, 0);
	for (unsigned i = 0; i < 3; i++) {
		char rtmr[16];

		snprintf(rtmr, sizeof(rtmr), "tdx.rtmr%u", i);
		assert_int_equal(reg(&rec, rtmr)->n_values, 1);
		assert_memory_equal(reg(&rec, rtmr)->values[0].value.p, q.rtmr[i], 48);
	}
	coco_mrecord_free(&rec);
	coco_json_free(&q.doc);
	coco_json_free(&q.log);
}

static void test_quotes(void **state COCO_UNUSED)
{
	static const uint64_t large[] = { (uint64_t)64 << 30 };

	check_quote("dstack-quote-report.json", large);
	check_quote("dstack-tdx-lite-getquote.json", two_gib);
}

/* ---- tdx/rtmr.json --------------------------------------------------------------- */

/* One of the three files of a case: .../qemu10.0-c2-2G-tables.bin(.zst). */
static void acpi_blob(struct coco_acpi *a, const char *acpi_case, const char *name,
		      const char *fw_cfg)
{
	struct coco_acpi_blob *b = &a->blob[a->n++];
	char path[128];
	const char *slash = strchr(acpi_case, '/');

	assert_non_null(slash);
	snprintf(path, sizeof(path), "measure/tdx/acpi/qemu%.*s-%s-%s.bin",
		 (int)(slash - acpi_case), acpi_case, slash + 1, name);
	snprintf(b->name, sizeof(b->name), "%s", fw_cfg);
	b->p = coco_vector_blob(path, &b->n);
}

static uint64_t ram_of(const char *text)
{
	unsigned n = 0;

	assert_int_equal(sscanf(text, "%uG", &n), 1);
	return (uint64_t)n << 30;
}

static const char *text_of(const struct coco_jv *v, const char *key)
{
	struct coco_diag d = { 0 };
	struct coco_jv m;
	const char *s = NULL;

	assert_ok(coco_jv_opt(v, key, &m, &d), &d);
	if (m.v == NULL || coco_jv_is_null(&m))
		return NULL;
	assert_ok(coco_jv_as_string(&m, &s, &d), &d);
	return s;
}

/* rtmr.json has no data of SecureBoot for any image, as builds without Secure Boot. */
static const char no_secure_boot[] =
	"9dc3a1f80bcec915391dcda5ffbb15e7419f77eab462bbf72b42166fb70d50325e37b36f93537a863769bcf9"
	"bedae6fb";

static bool check_case(const struct coco_jv *c)
{
	const char *acpi_case = text_of(c, "acpi_case");
	const char *append = text_of(c, "cmdline");
	struct coco_acpi acpi = { .n = 0 };
	uint64_t memory = ram_of(text_of(c, "ram"));
	struct coco_tdx_given given[1];
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	bool patched;

	if (strstr(acpi_case, "c4-4G") != NULL)
		return false;   /* its files are not among the vectors */
	assert_ok(coco_jv_bool(c, "kernel_patched", &patched, &d), &d);
	acpi_blob(&acpi, acpi_case, "table-loader", "etc/table-loader");
	acpi_blob(&acpi, acpi_case, "rsdp", "etc/acpi/rsdp");
	acpi_blob(&acpi, acpi_case, "tables", "etc/acpi/tables");
	struct coco_tdx_request req = request(coco_vector_firmware(dir, text_of(c, "ovmf")));
	req.generation = patched ? COCO_FW_202302 : COCO_FW_202502;
	req.kernel = coco_vector_input(text_of(c, "kernel"));
	const char *initrd = text_of(c, "initrd");
	req.initrd = initrd != NULL ? coco_vector_input(initrd) : NULL;
	req.append = coco_view_of(append, strlen(append));
	req.memory = &memory;
	req.n_memory = 1;
	req.acpi = &acpi;
	req.n_acpi = 1;
	give(&given[0], "SecureBoot", no_secure_boot);
	req.given = given;
	req.n_given = 1;
	measure(&req, &rec);
	for (unsigned i = 0; i < 3; i++) {
		char key[8];
		char name[16];
		uint8_t want[48];

		snprintf(key, sizeof(key), "rtmr%u", i);
		snprintf(name, sizeof(name), "tdx.rtmr%u", i);
		assert_ok(coco_jv_hex(c, key, want, 48, &d), &d);
		assert_int_equal(reg(&rec, name)->n_values, 1);
		assert_memory_equal(reg(&rec, name)->values[0].value.p, want, 48);
	}
	coco_mrecord_free(&rec);
	coco_acpi_free(&acpi);
	return true;
}

static void test_vectors(void **state COCO_UNUSED)
{
	struct coco_json doc;
	struct coco_diag d = { 0 };
	size_t done = 0;
	size_t n;

	if (coco_test_vectors("measure/tdx/rtmr.json") == NULL)
		return;
	uint8_t *p = coco_test_slurp(coco_test_vectors("measure/tdx/rtmr.json"), &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(p, n), n, &d), &d);
	struct coco_jv list = coco_json_root(&doc);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv c = coco_jv_item(&list, i);

		done += check_case(&c);
	}
	assert_true(done >= 30);
	coco_json_free(&doc);
	coco_free(p);
}

/* ---- real boots ------------------------------------------------------------------ */

/* The digests of a boot's events that RTMR0 and RTMR2 would have, too. */
struct log {
	const char *digest[EVENTS];
	const char *type[EVENTS];
	uint64_t pcr[EVENTS];
	size_t n;
};

static void load_log(struct log *l, const struct coco_jv *boot)
{
	struct coco_diag d = { 0 };
	struct coco_jv events;

	assert_ok(coco_jv_array(boot, "events", &events, &d), &d);
	l->n = 0;
	for (size_t i = 0; i < coco_jv_len(&events); i++) {
		struct coco_jv e = coco_jv_item(&events, i);
		uint64_t pcr;

		assert_ok(coco_jv_u64(&e, "pcr", 23, &pcr, &d), &d);
		if (pcr != 1 && pcr != 7 && pcr != 9)
			continue;
		assert_true(l->n < EVENTS);
		l->pcr[l->n] = pcr;
		assert_ok(coco_jv_string(&e, "name", &l->type[l->n], &d), &d);
		assert_ok(coco_jv_string(&e, "sha384", &l->digest[l->n++], &d), &d);
	}
}

/* ACPI files and SMBIOS come from the log; that of ready-to-boot only a TPM has. */
static size_t take_given(const struct log *l, struct coco_tdx_given *given)
{
	size_t n = 1;
	size_t acpi = 0;

	give(&given[0], "kernel", digits('0'));
	for (size_t i = 0; i < l->n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "etc/file%zu", acpi);
		if (strcmp(l->type[i], "PLATFORM_CONFIG_FLAGS") == 0)
			give(&given[n++], acpi++ == 0 ? "etc/table-loader" : name, l->digest[i]);
		else if (strcmp(l->type[i], "EFI_HANDOFF_TABLES") == 0)
			give(&given[n++], "smbios", l->digest[i]);
	}
	return n;
}

static void compare_boot(const struct log *l, const struct coco_mrecord_register *r,
			 bool fw_cfg)
{
	size_t at = fw_cfg ? 4 : 2;   /* behind TD HOB, CFV and items of fw_cfg */
	uint8_t want[48];
	bool ready = false;

	for (size_t i = 0; i < l->n; i++) {
		if (l->pcr[i] == 9)
			continue;
		ready = ready || (l->pcr[i] == 1 && strcmp(l->type[i], "SEPARATOR") == 0);
		if (ready)
			continue;   /* events of systemd, and the separator of the TPM */
		assert_true(at < r->n_inputs);
		assert_int_equal(coco_hex_decode(want, 48, l->digest[i], 96, NULL), 0);
		assert_memory_equal(r->inputs[at++].digest.p, want, 48);
	}
	assert_int_equal(at, r->n_inputs);
}

/* The rest of PCR 9: the command line that the firmware made, for the given one. */
static void compare_options(const struct log *l, const struct coco_mrecord_register *r)
{
	uint8_t want[48];

	for (size_t i = 0; i < l->n; i++) {
		if (l->pcr[i] != 9)
			continue;
		assert_int_equal(coco_hex_decode(want, 48, l->digest[i], 96, NULL), 0);
		assert_memory_equal(r->inputs[0].digest.p, want, 48);
		return;
	}
	fail();
}

static bool check_boot(const char *name, const struct coco_jv *boot)
{
	struct coco_tdx_given given[16];
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	struct coco_jv args;
	const char *append = "";
	struct log l;

	assert_ok(coco_jv_array(boot, "args", &args, &d), &d);
	for (size_t i = 0; i + 1 < coco_jv_len(&args); i++) {
		struct coco_jv v = coco_jv_item(&args, i);
		const char *text;

		assert_ok(coco_jv_as_string(&v, &text, &d), &d);
		if (strcmp(text, "-append") != 0)
			continue;
		v = coco_jv_item(&args, i + 1);
		assert_ok(coco_jv_as_string(&v, &append, &d), &d);
	}
	char file[64];
	snprintf(file, sizeof(file), "deb-%s", text_of(boot, "firmware"));
	struct coco_tdx_request req = request(coco_vector_firmware(dir, file));
	load_log(&l, boot);
	size_t n = take_given(&l, given);
	give(&given[n++], "initrd", digits('0'));
	req.given = given;
	req.n_given = n;
	req.memory = two_gib;
	req.n_memory = 1;
	req.append = coco_view_of(append, strlen(append));
	int r = coco_tdx_measure(&run, &req, &rec, &d);
	if (r != 0)
		print_message("%s\n", name);
	assert_ok(r, &d);
	compare_boot(&l, reg(&rec, "tdx.rtmr0"), strncmp(file, "deb-2026", 8) == 0);
	compare_options(&l, reg(&rec, "tdx.rtmr2"));
	coco_mrecord_free(&rec);
	return true;
}

static void test_boots(void **state COCO_UNUSED)
{
	struct coco_json doc;
	struct coco_diag d = { 0 };
	struct coco_jv boots;
	struct coco_jv boot;
	void *iter = NULL;
	size_t done = 0;
	size_t n;

	if (coco_test_vectors("measure/boot/boots.json") == NULL)
		return;
	uint8_t *p = coco_test_slurp(coco_test_vectors("measure/boot/boots.json"), &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(p, n), n, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_object(&root, "boots", &boots, &d), &d);
	while (coco_jv_next(&boots, &iter, &boot)) {
		/* kernels that QEMU hands over; k-, ka-: unified images, sb-: other firmware */
		if (strncmp(boot.key, "k", 1) != 0 && strncmp(boot.key, "disk", 4) != 0 &&
		    strncmp(boot.key, "sb-", 3) != 0)
			done += check_boot(boot.key, &boot);
	}
	assert_true(done >= 40);
	coco_json_free(&doc);
	coco_free(p);
}

static int setup(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_boots),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
