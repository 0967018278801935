/*
 * test_tcg_replay.c - replay of event logs: minted ones with known values,
 * what is tied to a digest, and the logs of real boots among the vectors.
 */
#include "formats/core/err_measure.h"
#include "lib/core/tcg_replay.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/crypto/digest.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_log.h"
#include "tests/support/vector_log.h"

static void extend(uint8_t value[48], const void *p, size_t n)
{
	uint8_t both[96];
	struct coco_digest *d;

	memcpy(both, value, 48);
	assert_int_equal(coco_digest_new(&d, COCO_DIGEST_SHA384, NULL), 0);
	assert_int_equal(coco_digest_once(d, p, n, both + 48, NULL), 0);
	assert_int_equal(coco_digest_once(d, both, 96, value, NULL), 0);
	coco_digest_free(d);
}

static void check_value(const struct coco_tcg_log *log, uint32_t index, const uint8_t *want,
			size_t n_events)
{
	struct coco_tcg_value v;
	struct coco_diag d;

	coco_diag_init(&d);
	assert_ok(coco_tcg_replay(log, index, 0, &v, &d), &d);
	assert_int_equal(v.n, 48);
	assert_memory_equal(v.p, want, 48);
	assert_int_equal(v.events, n_events);
}

static void test_registers(void **state COCO_UNUSED)
{
	struct coco_mint_log s = { .events = coco_mint_boot, .n = coco_mint_n_boot };
	uint8_t want[5][48] = { { 0 } };
	size_t count[5] = { 0 };
	struct coco_tcg_log log;
	size_t n;
	uint8_t *p = coco_mint_log(&s, &n);

	for (size_t i = 0; i < coco_mint_n_boot; i++) {
		extend(want[coco_mint_boot[i].index], coco_mint_boot[i].data, coco_mint_boot[i].n);
		count[coco_mint_boot[i].index]++;
	}
	assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(p, n), NULL), 0);
	for (uint32_t i = 0; i < 5; i++)
		check_value(&log, i, want[i], count[i]);
	coco_tcg_log_free(&log);
	coco_free(p);
}

static void test_no_action(void **state COCO_UNUSED)
{
	static const struct coco_tcg_bank banks[] = { { COCO_TCG_SHA384, 48 },
						      { COCO_TCG_SM3, 32 } };
	static const struct coco_mint_event events[] = {
		{ 0, COCO_EV_NO_ACTION, "StartupLocality\0\3", 17, 0 },
		{ 0, COCO_EV_SEPARATOR, "\0\0\0", 4, 0 },
		{ 17, COCO_EV_SEPARATOR, "\0\0\0", 4, 0 },
		{ 17, COCO_EV_SEPARATOR, "\0\0\0", 4, 0 },
		{ COCO_TCG_NO_REGISTER, COCO_EV_SEPARATOR, "\0\0\0", 4, 0 },
	};
	struct coco_mint_log s = { .events = events, .n = 5, .first_zero = true,
				   .banks = banks, .n_banks = 2 };
	struct coco_tcg_value v;
	uint8_t want[48] = { 0 };
	struct coco_tcg_log log;
	struct coco_diag d;
	size_t n;
	uint8_t *p = coco_mint_log(&s, &n);

	assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(p, n), NULL), 0);
	want[47] = 3;
	extend(want, "\0\0\0", 4);
	check_value(&log, 0, want, 1);
	memset(want, 0xff, sizeof(want));
	extend(want, "\0\0\0", 4);
	extend(want, "\0\0\0", 4);
	check_value(&log, 17, want, 2);
	assert_int_equal(coco_tcg_replay(&log, 0, 0, &v, NULL), 0);
	assert_true(v.has_locality);
	assert_int_equal(v.locality, 3);
	assert_int_equal(coco_tcg_replay(&log, 17, 0, &v, NULL), 0);
	assert_int_equal(v.separators, 2);
	assert_false(coco_tcg_extends(&log, 0, 0));
	assert_true(coco_tcg_extends(&log, 1, 0));
	assert_false(coco_tcg_extends(&log, 4, 0));
	coco_diag_init(&d);
	assert_err(coco_tcg_replay(&log, 0, 1, &v, &d), COCO_E_TCG_ALGORITHM, &d);
	assert_false(coco_tcg_can_hash(COCO_TCG_SM3));
	assert_true(coco_tcg_can_hash(COCO_TCG_SHA1));
	log.events[2].digest[0] = NULL;
	coco_diag_init(&d);
	assert_err(coco_tcg_replay(&log, 17, 0, &v, &d), COCO_E_TCG_ALGORITHM, &d);
	assert_true(d.has_offset);
	coco_tcg_log_free(&log);
	coco_free(p);
}

static void test_tied(void **state COCO_UNUSED)
{
	static const enum coco_tcg_tie want[] = {
		COCO_TCG_LABEL, COCO_TCG_LABEL, COCO_TCG_TIED, COCO_TCG_TIED, COCO_TCG_TIED,
		COCO_TCG_LABEL, COCO_TCG_TIED, COCO_TCG_TIED, COCO_TCG_LABEL, COCO_TCG_LABEL,
		COCO_TCG_TIED, COCO_TCG_TIED,
	};
	static const struct coco_mint_event changed = { 1, COCO_EV_EFI_ACTION, "x", 1, 9 };
	struct coco_mint_log s = { .events = coco_mint_boot, .n = coco_mint_n_boot };
	enum coco_tcg_tie tie;
	struct coco_tcg_log log;
	struct coco_diag d;
	size_t n;
	uint8_t *p = coco_mint_log(&s, &n);

	coco_diag_init(&d);
	assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(p, n), NULL), 0);
	for (size_t i = 0; i < log.n; i++) {
		assert_ok(coco_tcg_event_tied(&log, i, 0, &tie, &d), &d);
		assert_int_equal(tie, want[i]);
	}
	coco_tcg_log_free(&log);
	coco_free(p);
	s = (struct coco_mint_log){ .events = &changed, .n = 1 };
	p = coco_mint_log(&s, &n);
	assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(p, n), NULL), 0);
	assert_ok(coco_tcg_event_tied(&log, 0, 0, &tie, &d), &d);
	assert_int_equal(tie, COCO_TCG_CHANGED);
	coco_tcg_log_free(&log);
	coco_free(p);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_mint_log s = { .events = coco_mint_boot, .n = coco_mint_n_boot };
	struct coco_tcg_value v;
	enum coco_tcg_tie tie;
	struct coco_tcg_log log;
	struct coco_diag d;
	size_t n;
	uint8_t *p = coco_mint_log(&s, &n);

	coco_diag_init(&d);
	assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(p, n), NULL), 0);
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++)
		if (coco_test_alloc_check(coco_tcg_replay(&log, 1, 0, &v, &d), &d))
			break;
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++)
		if (coco_test_alloc_check(coco_tcg_event_tied(&log, 3, 0, &tie, &d), &d))
			break;
	coco_tcg_log_free(&log);
	coco_free(p);
}

/* ---- vectors -------------------------------------------------------------------- */

/* The member of an object that must be there. */
static struct coco_jv member(const struct coco_jv *obj, const char *key)
{
	struct coco_jv v;

	assert_int_equal(coco_jv_object(obj, key, &v, NULL), 0);
	return v;
}

static void compare(const struct coco_tcg_log *log, uint32_t index, const char *alg,
		    const char *hex)
{
	size_t bank = coco_tcg_log_bank(log, coco_tcg_alg_find(alg));
	char text[2 * COCO_TCG_DIGEST + 1];
	struct coco_tcg_value v;
	struct coco_diag d;

	coco_diag_init(&d);
	assert_true(bank < log->n_banks);
	assert_ok(coco_tcg_replay(log, index, bank, &v, &d), &d);
	coco_hex_encode(text, v.p, v.n);
	if (strcmp(text, hex) != 0)
		print_error("register %u, %s\n", index, alg);
	assert_string_equal(text, hex);
}

/* No event of a real log says something else than its digest. */
static void check_ties(const struct coco_tcg_log *log)
{
	for (size_t i = 0; i < log->n; i++)
		for (size_t bank = 0; bank < log->n_banks; bank++) {
			enum coco_tcg_tie tie = COCO_TCG_LABEL;

			if (coco_tcg_extends(log, i, bank))
				assert_int_equal(coco_tcg_event_tied(log, i, bank, &tie, NULL), 0);
			if (tie == COCO_TCG_CHANGED)
				print_error("event %zu, type %x\n", i, log->events[i].type);
			assert_int_not_equal(tie, COCO_TCG_CHANGED);
		}
}

static void test_tdx_logs(void **state COCO_UNUSED)
{
	struct coco_json doc;
	struct coco_jv file;
	struct coco_jv value;
	void *files = NULL;
	const char *path = coco_test_vectors("measure/tdx/eventlogs/expected.json");
	size_t n;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_int_equal(coco_json_parse(&doc, coco_view_of(text, n), 1 << 20, NULL), 0);
	struct coco_jv root = coco_json_root(&doc);
	while (coco_jv_next(&root, &files, &file)) {
		struct coco_jv rtmr = member(&file, "rtmr");
		struct coco_tcg_log log;
		uint64_t events;
		void *values = NULL;
		uint8_t *bytes = coco_vector_log("measure/tdx/eventlogs", file.key, &n);

		assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(bytes, n), NULL), 0);
		assert_true(log.cc);
		assert_int_equal(coco_jv_u64(&file, "events", 1 << 16, &events, NULL), 0);
		assert_int_equal(log.n, events);
		while (coco_jv_next(&rtmr, &values, &value)) {
			const char *hex;

			assert_int_equal(coco_jv_as_string(&value, &hex, NULL), 0);
			compare(&log, (uint32_t)(value.key[0] - '0') + 1, "sha384", hex);
		}
		check_ties(&log);
		coco_tcg_log_free(&log);
		coco_free(bytes);
	}
	coco_json_free(&doc);
	coco_free(text);
}

/* PCR 10 belongs to the kernel's IMA, and systemd's phases are not in the firmware's log. */
static void compare_boot(const struct coco_tcg_log *log, const struct coco_jv *bank)
{
	struct coco_jv value;
	void *iter = NULL;

	while (coco_jv_next(bank, &iter, &value)) {
		uint32_t index = 0;
		const char *hex;

		assert_int_equal(sscanf(value.key, "%u", &index), 1);
		assert_int_equal(coco_jv_as_string(&value, &hex, NULL), 0);
		if (index != 10)
			compare(log, index, bank->key, hex);
	}
}

static void test_boots(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("measure/boot/boots.json");
	struct coco_json doc;
	struct coco_jv boot;
	struct coco_jv bank;
	void *iter = NULL;
	size_t n;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_int_equal(coco_json_parse(&doc, coco_view_of(text, n), 8 << 20, NULL), 0);
	struct coco_jv root = coco_json_root(&doc);
	struct coco_jv boots = member(&root, "boots");
	while (coco_jv_next(&boots, &iter, &boot)) {
		struct coco_jv pcrs = member(&boot, "pcrs");
		struct coco_tcg_log log;
		void *banks = NULL;
		char name[128];

		snprintf(name, sizeof(name), "%s.bin", boot.key);
		uint8_t *bytes = coco_vector_log("measure/boot/raw", name, &n);
		assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(bytes, n), NULL), 0);
		assert_false(log.cc);
		while (coco_jv_next(&pcrs, &banks, &bank))
			compare_boot(&log, &bank);
		check_ties(&log);
		coco_tcg_log_free(&log);
		coco_free(bytes);
	}
	coco_json_free(&doc);
	coco_free(text);
}

/* dstack's quotes: the registers are in the TD report body, 48 bytes into the quote. */
static void check_dstack(const char *name, unsigned first, bool exact)
{
	char path[128];
	const char *quote;
	struct coco_json doc;
	struct coco_tcg_log log;
	struct coco_diag d;
	char hex[97];
	size_t n;

	snprintf(path, sizeof(path), "measure/tdx/%s", name);
	const char *at = coco_test_vectors(path);
	if (at == NULL)
		return;
	uint8_t *text = coco_test_slurp(at, &n);
	coco_diag_init(&d);
	assert_int_equal(coco_json_parse(&doc, coco_view_of(text, n), 1 << 20, NULL), 0);
	assert_ok(coco_tcg_log_decode(&log, coco_view_of(text, n), &d), &d);
	assert_ok(coco_tcg_complete(&log, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_int_equal(coco_jv_string(&root, "quote", &quote, NULL), 0);
	for (unsigned i = first; i < 4; i++) {
		memcpy(hex, quote + 2 * (48 + 328 + 48 * i), 96);
		hex[96] = '\0';
		compare(&log, i + 1, "sha384", hex);
	}
	if (exact)
		check_ties(&log);
	coco_tcg_log_free(&log);
	coco_json_free(&doc);
	coco_free(text);
}

static void test_dstack(void **state COCO_UNUSED)
{
	check_dstack("dstack-quote-report.json", 0, true);
	check_dstack("dstack-tdx-lite-getquote.json", 0, true);
}

static void test_evidence_logs(void **state COCO_UNUSED)
{
	static const char *const names[] = { "CCEL_AAEL_alibabacloud", "CCEL_data",
					     "CCEL_data_grub_gke", "CCEL_data_ovmf" };
	static const size_t counts[] = { 87, 5, 35, 20 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		struct coco_tcg_log log;
		struct coco_tcg_value v;
		size_t n;
		uint8_t *bytes = coco_vector_log("evidence/eventlog", names[i], &n);

		if (bytes == NULL)
			return;
		assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(bytes, n), NULL), 0);
		assert_true(log.cc);
		assert_int_equal(log.n, counts[i]);
		assert_int_equal(log.trailing, 0);
		assert_int_equal(coco_tcg_replay(&log, 1, 0, &v, NULL), 0);
		check_ties(&log);
		coco_tcg_log_free(&log);
		coco_free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_no_action),
		cmocka_unit_test(test_tied),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_tdx_logs),
		cmocka_unit_test(test_boots),
		cmocka_unit_test(test_dstack),
		cmocka_unit_test(test_evidence_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
