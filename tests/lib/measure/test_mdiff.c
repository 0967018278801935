/*
 * test_mdiff.c - records beside event logs, records and evidence: equal ones,
 * changed, inserted and missing steps, allowed values, what cannot be compared.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/mdiff.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/tcg_replay.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_log.h"

static const char *const registers[] = { "", "tdx.rtmr0", "tdx.rtmr1", "tdx.rtmr2", "tdx.rtmr3" };

static void decode(struct coco_tcg_log *log, uint8_t **ret, const struct coco_mint_event *events,
		   size_t n)
{
	struct coco_mint_log s = { .events = events, .n = n };
	size_t size;

	*ret = coco_mint_log(&s, &size);
	assert_int_equal(coco_tcg_log_decode(log, coco_view_of(*ret, size), NULL), 0);
}

/* The steps of a register, as the log has them, to the register that was begun. */
static void add_steps(struct coco_mrecord *rec, const struct coco_tcg_log *log, uint32_t index)
{
	for (size_t i = 0; i < log->n; i++) {
		struct coco_mrecord_input in = { .name = "step", .type = "EV_SEPARATOR" };

		if (log->events[i].index != index || !coco_tcg_extends(log, i, 0))
			continue;
		coco_mrecord_digest_set(&in.digest, log->events[i].digest[0], 48);
		assert_int_equal(coco_mrecord_input(rec, &in, NULL), 0);
	}
}

static void add_value(struct coco_mrecord *rec, const struct coco_tcg_log *log, uint32_t index)
{
	struct coco_mrecord_value value = { .n_labels = 0 };
	struct coco_tcg_value v;

	assert_int_equal(coco_tcg_replay(log, index, 0, &v, NULL), 0);
	coco_mrecord_digest_set(&value.value, v.p, v.n);
	assert_int_equal(coco_mrecord_value(rec, &value, NULL), 0);
}

/* A record that predicts these events. */
static void predict(struct coco_mrecord *rec, const struct coco_mint_event *events, size_t n)
{
	struct coco_tcg_log log;
	uint8_t *bytes;

	decode(&log, &bytes, events, n);
	coco_mrecord_init(rec, "tdx");
	for (uint32_t i = 1; i < 4; i++) {
		assert_int_equal(coco_mrecord_begin(rec, registers[i], "sha384", NULL), 0);
		add_steps(rec, &log, i);
		add_value(rec, &log, i);
	}
	coco_tcg_log_free(&log);
	coco_free(bytes);
}

static const struct coco_mdiff_register *find(const struct coco_mdiff *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->registers[i].name, name) == 0)
			return &d->registers[i];
	fail_msg("no register %s", name);
	return d->registers;
}

/* The prediction of the usual boot beside a log of these events. */
static void compare(struct coco_mdiff *d, const struct coco_mint_event *events, size_t n)
{
	struct coco_mrecord rec;
	struct coco_tcg_log log;
	struct coco_diag diag = { 0 };
	uint8_t *bytes;

	predict(&rec, coco_mint_boot, coco_mint_n_boot);
	decode(&log, &bytes, events, n);
	assert_ok(coco_mdiff_log(&rec, &log, d, &diag), &diag);
	coco_tcg_log_free(&log);
	coco_mrecord_free(&rec);
	coco_free(bytes);
}

static void test_equal(void **state COCO_UNUSED)
{
	struct coco_mdiff d;

	compare(&d, coco_mint_boot, coco_mint_n_boot);
	assert_int_equal(d.n, 3);
	assert_int_equal(d.n_equal, 3);
	assert_int_equal(d.n_differ, 0);
	assert_int_equal(d.n_changed_text, 0);
	assert_int_equal(find(&d, "tdx.rtmr0")->n_actual, 5);
	assert_int_equal(find(&d, "tdx.rtmr0")->n_steps, 0);
	assert_int_equal(coco_mdiff_verdict(&d, NULL), 0);
	coco_mdiff_free(&d);
	coco_mdiff_free(&d);
}

/* A copy of the usual boot with one event replaced, inserted or left out. */
static size_t edit(struct coco_mint_event *ret, size_t at, const struct coco_mint_event *with,
		   bool drop)
{
	size_t n = 0;

	for (size_t i = 0; i < coco_mint_n_boot; i++) {
		if (i == at && with != NULL)
			ret[n++] = *with;
		if (i != at || !drop)
			ret[n++] = coco_mint_boot[i];
	}
	return n;
}

static void one_difference(const struct coco_mint_event *events, size_t n, const char *name,
			   enum coco_mdiff_kind kind, size_t same)
{
	const struct coco_mdiff_register *reg;
	struct coco_mdiff d;

	compare(&d, events, n);
	assert_int_equal(d.n_differ, 1);
	assert_int_equal(d.n_equal, 2);
	reg = find(&d, name);
	assert_int_equal(reg->result, COCO_MDIFF_DIFFERS);
	assert_int_equal(reg->same, same);
	assert_int_equal(reg->n_steps, 1);
	assert_int_equal(reg->steps[0].kind, kind);
	if (kind != COCO_MDIFF_EXTRA)
		assert_int_equal(reg->steps[0].expected.at, same);
	if (kind != COCO_MDIFF_MISSING)
		assert_int_equal(reg->steps[0].actual.at, same);
	assert_int_equal(coco_mdiff_verdict(&d, NULL), COCO_E_MEASURE_DIFFERS);
	coco_mdiff_free(&d);
}

static void test_edits(void **state COCO_UNUSED)
{
	static const struct coco_mint_event other = { 1, COCO_EV_SEPARATOR, "\1\0\0", 4, 0 };
	static const struct coco_mint_event again = { 2, COCO_EV_EFI_ACTION, "again", 5, 0 };
	struct coco_mint_event events[16];

	one_difference(events, edit(events, 3, &other, true), "tdx.rtmr0", COCO_MDIFF_CHANGED, 3);
	one_difference(events, edit(events, 3, &other, false), "tdx.rtmr0", COCO_MDIFF_EXTRA, 3);
	one_difference(events, edit(events, 3, NULL, true), "tdx.rtmr0", COCO_MDIFF_MISSING, 3);
	one_difference(events, edit(events, 11, &again, false), "tdx.rtmr1", COCO_MDIFF_EXTRA, 4);
	one_difference(events, edit(events, 9, NULL, true), "tdx.rtmr2", COCO_MDIFF_MISSING, 1);
	one_difference(events, edit(events, 8, NULL, true), "tdx.rtmr2", COCO_MDIFF_MISSING, 0);
}

/* What the sides say. */
static void test_sides(void **state COCO_UNUSED)
{
	static const struct coco_mint_event other = { 2, COCO_EV_EFI_ACTION, "other", 5, 0 };
	struct coco_mint_event events[16];
	struct coco_mdiff d;

	compare(&d, events, edit(events, 6, &other, true));
	const struct coco_mdiff_step *s = &find(&d, "tdx.rtmr1")->steps[0];
	assert_string_equal(s->expected.name, "step");
	assert_string_equal(s->actual.name, "other");
	assert_string_equal(s->actual.type, "EV_EFI_ACTION");
	assert_int_equal(s->expected.digest.n, 48);
	assert_int_equal(s->actual.digest.n, 48);
	coco_mdiff_free(&d);
}

static void test_changed_text(void **state COCO_UNUSED)
{
	static const struct coco_mint_event lie = { 2, COCO_EV_EFI_ACTION, "lie", 3, 7 };
	struct coco_mint_event events[16];
	struct coco_mdiff d;

	compare(&d, events, edit(events, 6, &lie, true));
	assert_int_equal(d.n_changed_text, 1);
	assert_int_equal(d.first_changed_text, 6);
	coco_mdiff_free(&d);
}

/* The nearest of several allowed values is the one that agrees for longest. */
static void test_nearest(void **state COCO_UNUSED)
{
	static const char *const steps[] = { "x", "ab", "ac", "abc" };
	static const struct coco_mint_event seen[] = { { 1, COCO_EV_SEPARATOR, "a", 1, 0 },
						       { 1, COCO_EV_SEPARATOR, "b", 1, 0 },
						       { 1, COCO_EV_SEPARATOR, "d", 1, 0 } };
	struct coco_mrecord rec;
	struct coco_tcg_log log;
	struct coco_mdiff d;
	uint8_t *bytes;

	coco_mrecord_init(&rec, "tdx");
	assert_int_equal(coco_mrecord_begin(&rec, "tdx.rtmr0", "sha384", NULL), 0);
	for (size_t v = 0; v < COCO_ARRAY_LEN(steps); v++) {
		struct coco_mrecord_value value = { .value = { .n = 48, .p = { 1 } } };

		value.value.p[1] = (uint8_t)v;
		coco_mrecord_label(&value, "phase", "%s", steps[v]);
		assert_int_equal(coco_mrecord_value(&rec, &value, NULL), 0);
		for (const char *c = steps[v]; *c != '\0'; c++) {
			struct coco_mint_event e = { 1, COCO_EV_SEPARATOR, c, 1, 0 };
			struct coco_mrecord_input in = { .name = "step" };

			decode(&log, &bytes, &e, 1);
			coco_mrecord_digest_set(&in.digest, log.events[0].digest[0], 48);
			assert_int_equal(coco_mrecord_value_input(&rec, &in, NULL), 0);
			coco_tcg_log_free(&log);
			coco_free(bytes);
		}
	}
	decode(&log, &bytes, seen, 3);
	assert_int_equal(coco_mdiff_log(&rec, &log, &d, NULL), 0);
	assert_string_equal(d.registers[0].label, "phase abc");   /* 2 steps agree, as many */
	assert_int_equal(d.registers[0].same, 2);
	assert_int_equal(d.registers[0].n_allowed, 4);
	coco_mdiff_free(&d);
	coco_mrecord_free(&rec);
	coco_tcg_log_free(&log);
	coco_free(bytes);
}

static void test_not_compared(void **state COCO_UNUSED)
{
	static const struct coco_mrecord_value short_value = { .value = { .n = 32 } };
	struct coco_mrecord rec;
	struct coco_tcg_log log;
	struct coco_mdiff d;
	uint8_t *bytes;

	decode(&log, &bytes, coco_mint_boot, coco_mint_n_boot);
	coco_mrecord_init(&rec, "tdx");
	assert_int_equal(coco_mrecord_begin(&rec, "tdx.mrtd", "sha384", NULL), 0);
	add_value(&rec, &log, 1);
	assert_int_equal(coco_mrecord_begin(&rec, "tdx.rtmr1", "sha256", NULL), 0);
	assert_int_equal(coco_mrecord_value(&rec, &short_value, NULL), 0);
	assert_int_equal(coco_mrecord_unknown(&rec, "tdx.rtmr0", "ACPI tables", "not given",
					      "--acpi DIR", NULL), 0);
	assert_int_equal(coco_mdiff_log(&rec, &log, &d, NULL), 0);
	assert_int_equal(d.n_skipped, 4);   /* and RTMR2, which only the log has */
	assert_string_equal(find(&d, "tdx.mrtd")->note, "the log has no events of it");
	assert_string_equal(find(&d, "tdx.rtmr1")->note,
			    "the log has no digests of this algorithm");
	assert_non_null(strstr(find(&d, "tdx.rtmr0")->note, "ACPI tables: not given"));
	assert_int_equal(find(&d, "tdx.rtmr2")->n_actual, 2);
	assert_int_equal(coco_mdiff_verdict(&d, NULL), COCO_E_MEASURE_UNCOMPARED);
	coco_mdiff_free(&d);
	coco_mrecord_free(&rec);
	coco_tcg_log_free(&log);
	coco_free(bytes);
}

/* A value without steps can be compared, but not explained. */
static void test_no_steps(void **state COCO_UNUSED)
{
	struct coco_mrecord rec;
	struct coco_tcg_log log;
	struct coco_mdiff d;
	uint8_t *bytes;

	decode(&log, &bytes, coco_mint_boot, coco_mint_n_boot);
	coco_mrecord_init(&rec, "tdx");
	assert_int_equal(coco_mrecord_begin(&rec, "tdx.rtmr0", "sha384", NULL), 0);
	add_value(&rec, &log, 2);
	assert_int_equal(coco_mrecord_begin(&rec, "tdx.rtmr1", "sha384", NULL), 0);
	add_value(&rec, &log, 2);
	assert_int_equal(coco_mdiff_log(&rec, &log, &d, NULL), 0);
	assert_int_equal(find(&d, "tdx.rtmr1")->result, COCO_MDIFF_EQUAL);
	assert_int_equal(find(&d, "tdx.rtmr0")->result, COCO_MDIFF_DIFFERS);
	assert_non_null(strstr(find(&d, "tdx.rtmr0")->note, "without the steps"));
	coco_mdiff_free(&d);
	coco_mrecord_free(&rec);
	coco_tcg_log_free(&log);
	coco_free(bytes);
}

static void test_records(void **state COCO_UNUSED)
{
	static const struct coco_mint_event other = { 3, COCO_EV_SEPARATOR, "\1\0\0", 4, 0 };
	struct coco_mrecord_file file = { .name = "kernel", .size = 5 };
	struct coco_mint_event events[16];
	struct coco_mrecord a;
	struct coco_mrecord b;
	struct coco_mdiff d;
	size_t n = edit(events, 9, &other, true);

	predict(&a, coco_mint_boot, coco_mint_n_boot);
	predict(&b, events, n);
	assert_int_equal(coco_mrecord_param(&a, NULL, "vmm", "qemu"), 0);
	assert_int_equal(coco_mrecord_param(&b, NULL, "memory", "2G"), 0);
	assert_int_equal(coco_mrecord_file(&a, &file, NULL), 0);
	file.sha256[0] = 1;
	assert_int_equal(coco_mrecord_file(&b, &file, NULL), 0);
	assert_int_equal(coco_mdiff_records(&a, &b, &d, NULL), 0);
	assert_int_equal(d.n_equal, 2);
	assert_int_equal(d.n_differ, 1);
	assert_int_equal(d.n_inputs, 3);
	assert_string_equal(d.inputs[0].name, "vmm");
	assert_string_equal(d.inputs[0].actual, "");
	assert_string_equal(d.inputs[1].name, "memory");
	assert_true(d.inputs[2].file);
	assert_int_equal(find(&d, "tdx.rtmr2")->same, 1);
	coco_mdiff_free(&d);
	assert_int_equal(coco_mdiff_records(&a, &a, &d, NULL), 0);
	assert_int_equal(d.n_equal, 3);
	assert_int_equal(d.n_inputs, 0);
	coco_mdiff_free(&d);
	coco_mrecord_free(&a);
	coco_mrecord_free(&b);
}

static void test_record_registers(void **state COCO_UNUSED)
{
	struct coco_mrecord a;
	struct coco_mrecord b;
	struct coco_mdiff d;

	predict(&a, coco_mint_boot, coco_mint_n_boot);
	coco_mrecord_init(&b, "tdx");
	assert_int_equal(coco_mrecord_begin(&b, "tdx.mrtd", "sha384", NULL), 0);
	assert_int_equal(coco_mdiff_records(&a, &b, &d, NULL), 0);
	assert_int_equal(d.n_skipped, 4);
	assert_int_equal(coco_mdiff_verdict(&d, NULL), COCO_E_MEASURE_UNCOMPARED);
	coco_mdiff_free(&d);
	coco_mrecord_free(&a);
	coco_mrecord_free(&b);
}

static void test_evidence(void **state COCO_UNUSED)
{
	struct coco_evidence_peek peek = { .kind = COCO_EVIDENCE_TDX_QUOTE, .n = 2 };
	struct coco_mrecord rec;
	struct coco_mdiff d;

	predict(&rec, coco_mint_boot, coco_mint_n_boot);
	peek.value[0].name = "tdx.rtmr0";
	memcpy(peek.value[0].value, rec.registers[0].values[0].value.p, 48);
	peek.value[1].name = "tdx.rtmr1";
	assert_int_equal(coco_mdiff_evidence(&rec, &peek, &d, NULL), 0);
	assert_int_equal(find(&d, "tdx.rtmr0")->result, COCO_MDIFF_EQUAL);
	assert_int_equal(find(&d, "tdx.rtmr1")->result, COCO_MDIFF_DIFFERS);
	assert_int_equal(find(&d, "tdx.rtmr2")->result, COCO_MDIFF_SKIPPED);
	coco_mdiff_free(&d);
	coco_mrecord_free(&rec);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const struct coco_mint_event other = { 1, COCO_EV_SEPARATOR, "\1\0\0", 4, 0 };
	struct coco_mint_event events[16];
	struct coco_mrecord rec;
	struct coco_mrecord changed;
	struct coco_tcg_log log;
	struct coco_mdiff d;
	struct coco_diag diag = { 0 };
	uint8_t *bytes;
	size_t n = edit(events, 3, &other, true);

	predict(&rec, coco_mint_boot, coco_mint_n_boot);
	predict(&changed, events, n);
	decode(&log, &bytes, events, n);
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++)
		if (coco_test_alloc_check(coco_mdiff_log(&rec, &log, &d, &diag), &diag))
			break;
	coco_mdiff_free(&d);
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++)
		if (coco_test_alloc_check(coco_mdiff_records(&rec, &changed, &d, &diag), &diag))
			break;
	coco_mdiff_free(&d);
	coco_mrecord_free(&rec);
	coco_mrecord_free(&changed);
	coco_tcg_log_free(&log);
	coco_free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_changed_text),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_not_compared),
		cmocka_unit_test(test_no_steps),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_record_registers),
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
