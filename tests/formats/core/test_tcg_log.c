/*
 * test_tcg_log.c - event logs in their three forms: minted ones with every
 * defect by name.
 */
#include "formats/core/err_measure.h"
#include "formats/core/tcg_log.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_log.h"

static struct coco_mint_log boot_log(void)
{
	return (struct coco_mint_log){ .events = coco_mint_boot, .n = coco_mint_n_boot };
}

/* Decodes a copy that ends at a guard page; the log must not be used afterwards. */
static int decode(const struct coco_mint_log *spec, struct coco_tcg_log *ret,
		  struct coco_diag *d)
{
	size_t n;
	uint8_t *p = coco_mint_log(spec, &n);
	uint8_t *guarded = coco_test_guard(p, n);

	coco_diag_init(d);
	int r = coco_tcg_log_decode(ret, coco_view_of(guarded, n), d);
	coco_test_unguard(guarded, n);
	coco_free(p);
	return r;
}

static void refuse(const struct coco_mint_log *spec, int code, const char *field)
{
	struct coco_tcg_log log = { .n = 99 };
	struct coco_diag d;

	assert_err(decode(spec, &log, &d), code, &d);
	assert_string_equal(d.field, field);
	assert_int_equal(log.n, 99);
}

static void test_agile(void **state COCO_UNUSED)
{
	struct coco_mint_log s = boot_log();
	struct coco_tcg_log log;
	struct coco_diag d;
	size_t n;
	uint8_t *p = coco_mint_log(&s, &n);

	coco_diag_init(&d);
	assert_ok(coco_tcg_log_decode(&log, coco_view_of(p, n), &d), &d);
	assert_int_equal(log.kind, COCO_TCG_LOG_AGILE);
	assert_true(log.cc);
	assert_int_equal(log.n, coco_mint_n_boot);
	assert_int_equal(log.n_banks, 1);
	assert_int_equal(log.bank[0].size, 48);
	assert_int_equal(log.version_major, 2);
	assert_int_equal(log.end, n);
	assert_int_equal(log.trailing, 0);
	for (size_t i = 0; i < log.n; i++) {
		assert_int_equal(log.events[i].index, coco_mint_boot[i].index);
		assert_int_equal(log.events[i].type, coco_mint_boot[i].type);
		assert_int_equal(log.events[i].data.n, coco_mint_boot[i].n);
		assert_memory_equal(log.events[i].data.p, coco_mint_boot[i].data,
				    coco_mint_boot[i].n);
		assert_non_null(log.events[i].digest[0]);
		assert_null(log.events[i].name);
	}
	coco_tcg_log_free(&log);
	coco_tcg_log_free(&log);
	coco_free(p);
}

static void test_kind_of_registers(void **state COCO_UNUSED)
{
	static const struct coco_tcg_bank two[] = { { COCO_TCG_SHA256, 32 },
						    { COCO_TCG_SHA384, 48 } };
	static const struct coco_mint_event high[] = { { 7, COCO_EV_SEPARATOR, "\0\0\0", 4, 0 } };
	struct coco_mint_log s = boot_log();
	struct coco_tcg_log log;
	struct coco_diag d;

	s.first_zero = true;   /* SHA-384 alone and low registers */
	assert_ok(decode(&s, &log, &d), &d);
	assert_true(log.cc);
	coco_tcg_log_free(&log);
	s.banks = two;
	s.n_banks = 2;
	assert_ok(decode(&s, &log, &d), &d);
	assert_false(log.cc);
	assert_int_equal(log.n_banks, 2);
	coco_tcg_log_free(&log);
	s.vendor = "td-shim";
	assert_ok(decode(&s, &log, &d), &d);
	assert_true(log.cc);
	coco_tcg_log_free(&log);
	s = boot_log();
	s.first_zero = true;
	s.events = high;
	s.n = 1;
	assert_ok(decode(&s, &log, &d), &d);
	assert_false(log.cc);
	coco_tcg_log_free(&log);
}

static void test_padding(void **state COCO_UNUSED)
{
	static const size_t lengths[] = { 1, 7, 8, 9, 4096 };
	struct coco_mint_log s = boot_log();
	struct coco_tcg_log log;
	struct coco_diag d;

	for (int fill = 0; fill < 2; fill++)
		for (size_t i = 0; i < COCO_ARRAY_LEN(lengths); i++) {
			s.pad = fill != 0 ? 0xff : 0;
			s.padding = lengths[i];
			assert_ok(decode(&s, &log, &d), &d);
			assert_int_equal(log.n, coco_mint_n_boot);
			assert_int_equal(log.trailing, 0);
			coco_tcg_log_free(&log);
		}
	s.pad = 0x55;
	s.padding = 40;
	refuse(&s, COCO_E_TCG_LOG, "register index");
	/* something after the padding is counted */
	size_t n;
	s.pad = 0xff;
	uint8_t *p = coco_mint_log(&s, &n);
	p[n - 10] = 3;
	p[n - 2] = 4;
	coco_diag_init(&d);
	assert_ok(coco_tcg_log_decode(&log, coco_view_of(p, n), &d), &d);
	assert_int_equal(log.trailing, 9);
	assert_int_equal(log.end, n - 40);
	coco_tcg_log_free(&log);
	coco_free(p);
}

static void test_no_register(void **state COCO_UNUSED)
{
	static const struct coco_mint_event cloud[] = {
		{ COCO_TCG_NO_REGISTER, COCO_EV_NO_ACTION, "note", 4, 0 },
		{ 1, COCO_EV_SEPARATOR, "\0\0\0", 4, 0 },
	};
	struct coco_mint_log s = { .events = cloud, .n = 2 };
	struct coco_tcg_log log;
	struct coco_diag d;

	assert_ok(decode(&s, &log, &d), &d);
	assert_int_equal(log.n, 2);
	coco_tcg_log_free(&log);
}

static void test_unknown_algorithm(void **state COCO_UNUSED)
{
	static const struct coco_tcg_bank odd[] = { { 0x4444, 100 }, { COCO_TCG_SHA256, 32 },
						    { COCO_TCG_SM3, 32 } };
	struct coco_mint_log s = boot_log();
	struct coco_tcg_log log;
	struct coco_diag d;

	s.banks = odd;
	s.n_banks = 3;
	assert_ok(decode(&s, &log, &d), &d);
	assert_int_equal(log.n, coco_mint_n_boot);
	assert_int_equal(coco_tcg_log_bank(&log, COCO_TCG_SHA256), 1);
	assert_int_equal(coco_tcg_log_bank(&log, COCO_TCG_SHA384), 3);
	coco_tcg_log_free(&log);
}

static void test_first_entry(void **state COCO_UNUSED)
{
	static const struct coco_tcg_bank twice[] = { { COCO_TCG_SHA256, 32 },
						      { COCO_TCG_SHA256, 32 } };
	static const struct coco_tcg_bank wrong[] = { { COCO_TCG_SHA256, 48 } };
	static const struct coco_tcg_bank none[] = { { 0x4444, 0 } };
	static const struct coco_tcg_bank large[] = { { 0x4444, 129 } };
	struct coco_mint_log s = boot_log();

	s.n_algorithms = 0xffffffff;
	refuse(&s, COCO_E_LIMIT_SIZE, "number of algorithms");
	s.n_algorithms = 2;
	refuse(&s, COCO_E_FORMAT_SHORT, "number of algorithms");
	s = boot_log();
	s.banks = twice;
	s.n_banks = 2;
	refuse(&s, COCO_E_TCG_ALGORITHM, "algorithm");
	s.banks = wrong;
	s.n_banks = 1;
	refuse(&s, COCO_E_TCG_ALGORITHM, "digest size");
	s.banks = none;
	refuse(&s, COCO_E_TCG_ALGORITHM, "digest size");
	s.banks = large;
	refuse(&s, COCO_E_TCG_ALGORITHM, "digest size");
	s.n_banks = 0;
	refuse(&s, COCO_E_TCG_ALGORITHM, "number of algorithms");
	s = boot_log();
	s.vendor_size = 200;
	refuse(&s, COCO_E_FORMAT_SHORT, "vendorInfo");
	s = boot_log();
	s.first_size = 0x7fffffff;
	refuse(&s, COCO_E_FORMAT_SHORT, "event");
	s.first_size = 34;   /* one byte more than the banks and vendor need */
	refuse(&s, COCO_E_FORMAT_TRAILING, "");
	s.first_index = 77;
	refuse(&s, COCO_E_TCG_LOG, "register index");
}

static void test_events(void **state COCO_UNUSED)
{
	static const struct coco_tcg_bank two[] = { { COCO_TCG_SHA256, 32 },
						    { COCO_TCG_SHA384, 48 } };
	struct coco_mint_event e = coco_mint_boot[0];
	struct coco_mint_log s = boot_log();

	s.alg = COCO_TCG_SHA256;
	refuse(&s, COCO_E_TCG_ALGORITHM, "digest algorithm");
	s = boot_log();
	s.count = 0xffffffff;
	refuse(&s, COCO_E_LIMIT_SIZE, "digest count");
	s = boot_log();
	s.size = 0xffffffff;
	refuse(&s, COCO_E_FORMAT_SHORT, "event");
	s = boot_log();
	s.banks = two;
	s.n_banks = 2;
	s.alg = COCO_TCG_SHA384;   /* first is longer now, and there is no second */
	refuse(&s, COCO_E_TCG_ALGORITHM, "digest algorithm");
	e.index = COCO_TCG_REGISTERS;
	s = (struct coco_mint_log){ .events = &e, .n = 1 };
	refuse(&s, COCO_E_TCG_LOG, "register index");
}

/* Every cut is refused, or is a log of fewer events. */
static void test_truncated(void **state COCO_UNUSED)
{
	struct coco_mint_log s = boot_log();
	size_t n;
	uint8_t *p = coco_mint_log(&s, &n);

	for (size_t cut = 0; cut < n; cut++) {
		struct coco_tcg_log log = { .n = 0 };
		struct coco_diag d;
		uint8_t *guarded = coco_test_guard(p, cut);

		coco_diag_init(&d);
		int r = coco_tcg_log_decode(&log, coco_view_of(guarded, cut), &d);
		coco_test_unguard(guarded, cut);
		assert_true(r == 0 || r == COCO_E_FORMAT_SHORT || r == COCO_E_TCG_LOG ||
			    r == COCO_E_FORMAT_VALUE);
		if (r == 0)
			assert_true(log.n < coco_mint_n_boot);
		coco_tcg_log_free(&log);
	}
	coco_free(p);
}

static void test_sha1(void **state COCO_UNUSED)
{
	struct coco_mint_log s = boot_log();
	struct coco_tcg_log log;
	struct coco_diag d;

	s.sha1 = true;
	assert_ok(decode(&s, &log, &d), &d);
	assert_int_equal(log.kind, COCO_TCG_LOG_SHA1);
	assert_false(log.cc);
	assert_int_equal(log.n, coco_mint_n_boot);
	assert_int_equal(log.bank[0].alg, COCO_TCG_SHA1);
	coco_tcg_log_free(&log);
	/* a first entry of an older kind is an event like others */
	s = boot_log();
	s.signature = "Spec ID Event00";
	refuse(&s, COCO_E_FORMAT_SHORT, "event");
}

static void test_not_a_log(void **state COCO_UNUSED)
{
	static const char *const texts[] = { "", "short", "a text file that is no event log at all",
					     "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\76\0\1" };
	static const uint8_t zeros[64];
	struct coco_tcg_log log;
	uint8_t ones[64];

	memset(ones, 0xff, sizeof(ones));

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		struct coco_diag d;

		coco_diag_init(&d);
		assert_err(coco_tcg_log_decode(&log, coco_view_of(texts[i], strlen(texts[i])), &d),
			   COCO_E_TCG_LOG, &d);
	}
	assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(ones, 64), NULL), COCO_E_TCG_LOG);
	assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(zeros, 64), NULL), COCO_E_TCG_LOG);
	uint8_t *p = coco_zalloc(COCO_TCG_LOG_MAX + 1, 1);
	assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(p, COCO_TCG_LOG_MAX + 1), NULL),
			 COCO_E_LIMIT_SIZE);
	coco_free(p);
}

static int decode_text(struct coco_tcg_log *ret, const char *text, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_tcg_log_decode(ret, coco_view_of(text, strlen(text)), d);
}

#define ITEM "\"imr\":3,\"event_type\":134217729,\"event\":\"app-id\",\"event_payload\":\"0102\""

static void test_json(void **state COCO_UNUSED)
{
	const char *text = coco_mint_log_json(coco_mint_boot, coco_mint_n_boot);
	struct coco_tcg_log log;
	struct coco_diag d;

	assert_ok(decode_text(&log, text, &d), &d);
	assert_int_equal(log.kind, COCO_TCG_LOG_JSON);
	assert_true(log.cc);
	assert_int_equal(log.n, coco_mint_n_boot);
	for (size_t i = 0; i < log.n; i++) {
		assert_int_equal(log.events[i].index, coco_mint_boot[i].index);
		assert_int_equal(log.events[i].data.n, coco_mint_boot[i].n);
		assert_memory_equal(log.events[i].data.p, coco_mint_boot[i].data,
				    coco_mint_boot[i].n);
		assert_non_null(log.events[i].digest[0]);
	}
	coco_tcg_log_free(&log);
	assert_ok(decode_text(&log, " [{" ITEM ",\"digest\":\"\"}]", &d), &d);
	assert_null(log.events[0].digest[0]);
	assert_non_null(log.events[0].missing);
	assert_string_equal(log.events[0].name, "app-id");
	assert_int_equal(log.events[0].index, 4);
	coco_tcg_log_free(&log);
	assert_ok(decode_text(&log, "{\"quote\":\"00\",\"event_log\":[{" ITEM ",\"digest\":\"\"}]}",
			      &d), &d);
	coco_tcg_log_free(&log);
	assert_ok(decode_text(&log, "{\"event_log\":\"[{\\\"imr\\\":0,\\\"event_type\\\":134217729,"
			      "\\\"event\\\":\\\"\\\",\\\"event_payload\\\":\\\"\\\","
			      "\\\"digest\\\":\\\"\\\"}]\"}", &d), &d);
	assert_int_equal(log.n, 1);
	coco_tcg_log_free(&log);
}

static void test_json_defects(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{ "[]", COCO_E_TCG_LOG },
		{ "{\"a\":[1,2,3]}", COCO_E_TCG_LOG },
		{ "[1,2,3,4]", COCO_E_FORMAT_JSON_TYPE },
		{ "[{\"imr\":0 ,]", COCO_E_FORMAT_JSON },
		{ "[{" ITEM "}]", COCO_E_FORMAT_JSON_TYPE },
		{ "[{" ITEM ",\"digest\":\"00\"}]", COCO_E_TCG_ALGORITHM },
		{ "[{" ITEM ",\"digest\":\"0\"}]", COCO_E_FORMAT_HEX },
		{ "[{" ITEM ",\"digest\":\"zz\"}]", COCO_E_FORMAT_HEX },
		{ "[{\"imr\":4,\"event_type\":1,\"event\":\"\",\"event_payload\":\"\"}]",
		  COCO_E_FORMAT_VALUE },
		{ "[{\"imr\":0,\"event_type\":4,\"event\":\"\",\"event_payload\":\"\","
		  "\"digest\":\"\"}]", COCO_E_TCG_ALGORITHM },
		{ "{\"event_log\":\"{}\"}", COCO_E_TCG_LOG },
		{ "{\"event_log\":\"{\\\"event_log\\\":\\\"[]\\\"}\"}", COCO_E_TCG_LOG },
		{ "{\"event_log\":12}     ", COCO_E_FORMAT_JSON_TYPE },
	};
	struct coco_tcg_log log = { .n = 99 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_diag d;

		print_message("case %zu\n", i);
		assert_err(decode_text(&log, cases[i].text, &d), cases[i].code, &d);
		assert_int_equal(log.n, 99);
	}
}

static void test_names(void **state COCO_UNUSED)
{
	char name[24];

	coco_tcg_register_name(true, 1, name);
	assert_string_equal(name, "tdx.rtmr0");
	coco_tcg_register_name(true, 0, name);
	assert_string_equal(name, "tdx.mrtd");
	coco_tcg_register_name(true, 5, name);
	assert_string_equal(name, "");
	coco_tcg_register_name(false, 11, name);
	assert_string_equal(name, "tpm.pcr11");
	assert_int_equal(coco_tcg_register_find(true, "tdx.rtmr3"), 4);
	assert_int_equal(coco_tcg_register_find(false, "tpm.pcr0"), 0);
	assert_int_equal(coco_tcg_register_find(false, "tdx.rtmr0"), COCO_TCG_NO_REGISTER);
	assert_int_equal(coco_tcg_register_find(true, "snp.launch_digest"), COCO_TCG_NO_REGISTER);
	assert_string_equal(coco_tcg_alg_name(COCO_TCG_SHA512), "sha512");
	assert_null(coco_tcg_alg_name(0x9999));
	assert_int_equal(coco_tcg_alg_find("sha1"), COCO_TCG_SHA1);
	assert_int_equal(coco_tcg_alg_find("md5"), 0);
	assert_int_equal(coco_tcg_alg_size(0x9999), 0);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_mint_log s = boot_log();
	const char *text = coco_mint_log_json(coco_mint_boot, coco_mint_n_boot);
	struct coco_tcg_log log;
	struct coco_diag d;
	size_t n;
	uint8_t *p = coco_mint_log(&s, &n);

	coco_diag_init(&d);
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++)
		if (coco_test_alloc_check(coco_tcg_log_decode(&log, coco_view_of(p, n), &d), &d))
			break;
	coco_tcg_log_free(&log);
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++)
		if (coco_test_alloc_check(coco_tcg_log_decode(&log, coco_view_of(text,
									 strlen(text)),
							      &d), &d))
			break;
	coco_tcg_log_free(&log);
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agile),
		cmocka_unit_test(test_kind_of_registers),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_no_register),
		cmocka_unit_test(test_unknown_algorithm),
		cmocka_unit_test(test_first_entry),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_sha1),
		cmocka_unit_test(test_not_a_log),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_defects),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
