/*
 * test_log_appraise.c - event logs against registers: each way in which they
 * can disagree, the first wrong event, texts that a digest covers, and the
 * shared vectors.
 */
#include "lib/evidence/log_appraise.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/crypto/digest.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/appraised.h"
#include "tests/support/mint_log.h"
#include "tests/support/vector_log.h"

/* A log, and beside it a subject that holds registers, as a quote would. */
struct scene {
	struct coco_appraised t;
	struct coco_appraisal a;
	struct coco_tcg_log log;    /* for what the registers should be */
	uint8_t *bytes;
	size_t n;
	int quote;
};

static void open_scene(struct scene *s, const struct coco_mint_log *spec)
{
	struct coco_diag d = { 0 };

	memset(s, 0, sizeof(*s));
	coco_appraised_init(&s->t);
	s->bytes = coco_mint_log(spec, &s->n);
	coco_appraised_add(&s->t, coco_view_of(s->bytes, s->n));
	assert_int_equal(s->t.pieces.v[0].kind, COCO_PIECE_EVENT_LOG);
	assert_ok(coco_tcg_log_decode(&s->log, coco_view_of(s->bytes, s->n), &d), &d);
	coco_result_init(&s->t.result, 0);
	s->t.pieces.v[0].subject = coco_result_subject(&s->t.result, "eventlog", "eventlog");
	s->t.pieces.v[0].input = coco_result_input(&s->t.result, "evidence", "event-log", s->n,
						   s->t.pieces.v[0].sha256);
	s->quote = -1;
	s->a = (struct coco_appraisal){ .pieces = &s->t.pieces, .result = &s->t.result };
}

static void add_quote(struct scene *s)
{
	s->quote = coco_result_subject(&s->t.result, "cpu", "tdx");
	assert_true(s->quote > 0);
}

/* A register as the log leads to it; flip: not quite. */
static void add_register(struct scene *s, const char *name, uint32_t index, size_t bank,
			 uint8_t flip)
{
	struct coco_tcg_value v;

	assert_int_equal(coco_tcg_replay(&s->log, index, bank, &v, NULL), 0);
	v.p[7] ^= flip;
	coco_claims_bytes(&s->t.result.subjects[s->quote].claims, name, v.p, v.n, 0);
}

static void add_value(struct scene *s, const char *name, uint8_t fill, size_t n)
{
	uint8_t v[64];

	memset(v, fill, sizeof(v));
	coco_claims_bytes(&s->t.result.subjects[s->quote].claims, name, v, n, 0);
}

static void judge(struct scene *s)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_appraiser_log.authenticate(&s->a, &s->t.pieces.v[0], 0, &d), &d);
	assert_ok(coco_result_finish(&s->t.result, &d), &d);
}

static void close_scene(struct scene *s)
{
	coco_tcg_log_free(&s->log);
	coco_free(s->bytes);
	coco_appraised_free(&s->t);
}

static enum coco_verdict verdict(const struct scene *s)
{
	return coco_result_verdict_of(&s->t.result, COCO_ASPECT_AUTHENTIC, 0);
}

static void boot(struct scene *s, const struct coco_mint_event *events)
{
	struct coco_mint_log spec = { .events = events, .n = coco_mint_n_boot };

	open_scene(s, &spec);
	add_quote(s);
	for (uint32_t i = 0; i < 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "tdx.rtmr%u", i);
		add_register(s, name, i + 1, 0, 0);
	}
}

static void test_good(void **state COCO_UNUSED)
{
	struct scene s;

	boot(&s, coco_mint_boot);
	add_value(&s, "tdx.rtmr3", 0, 48);
	judge(&s);
	for (int i = 0; i < 3; i++) {
		char id[64];

		snprintf(id, sizeof(id), "eventlog.replay.rtmr%d", i);
		coco_appraised_is(&s.t, id, COCO_CHECKED_PASS, "");
	}
	assert_null(coco_appraised_check(&s.t, "eventlog.replay.rtmr3"));
	coco_appraised_is(&s.t, "eventlog.events", COCO_CHECKED_PASS, "");
	coco_appraised_is(&s.t, "eventlog.separators", COCO_CHECKED_PASS, "");
	assert_int_equal(verdict(&s), COCO_VERDICT_AFFIRMED);
	assert_int_equal(s.t.result.n_gaps, 0);
	close_scene(&s);
}

static void test_alone(void **state COCO_UNUSED)
{
	struct coco_mint_log spec = { .events = coco_mint_boot, .n = coco_mint_n_boot };
	struct scene s;

	open_scene(&s, &spec);
	judge(&s);
	coco_appraised_is(&s.t, "eventlog.quote", COCO_CHECKED_MISSING, "EVIDENCE_MISSING:quote");
	assert_int_equal(verdict(&s), COCO_VERDICT_INDETERMINATE);
	close_scene(&s);
	/* two quotes, and none came with the log */
	boot(&s, coco_mint_boot);
	int first = s.quote;
	add_quote(&s);
	add_register(&s, "tdx.rtmr0", 1, 0, 0);
	assert_int_not_equal(first, s.quote);
	judge(&s);
	coco_appraised_is(&s.t, "eventlog.quote", COCO_CHECKED_MISSING, "EVIDENCE_MISSING:quote");
	close_scene(&s);
}

static void test_differs(void **state COCO_UNUSED)
{
	struct coco_mint_log spec = { .events = coco_mint_boot, .n = coco_mint_n_boot };
	struct scene s;

	/* a value that no event explains */
	open_scene(&s, &spec);
	add_quote(&s);
	add_register(&s, "tdx.rtmr0", 1, 0, 1);
	judge(&s);
	coco_appraised_is(&s.t, "eventlog.replay.rtmr0", COCO_CHECKED_FAIL,
			  "EVENTLOG_REPLAY:rtmr0");
	assert_non_null(strstr(coco_appraised_check(&s.t, "eventlog.replay.rtmr0")->detail,
			       "no single event"));
	close_scene(&s);
	/* not zero, no entries: RTMR2 here, RTMR3 in a running guest */
	spec.n = 8;
	open_scene(&s, &spec);
	add_quote(&s);
	add_register(&s, "tdx.rtmr0", 1, 0, 0);
	add_value(&s, "tdx.rtmr2", 7, 48);
	add_value(&s, "tdx.rtmr3", 7, 48);
	judge(&s);
	coco_appraised_is(&s.t, "eventlog.replay.rtmr2", COCO_CHECKED_FAIL,
			  "EVENTLOG_REPLAY:rtmr2");
	coco_appraised_is(&s.t, "eventlog.replay.rtmr3", COCO_CHECKED_SKIPPED, "");
	assert_int_equal(s.t.result.n_gaps, 1);
	assert_int_equal(verdict(&s), COCO_VERDICT_REJECTED);
	close_scene(&s);
}

/* The quote is of a log with fewer events: the first that is too many is named. */
static void test_first_wrong(void **state COCO_UNUSED)
{
	static const struct {
		size_t drop;       /* events of the register that were not measured */
		bool tail;
		const char *name;
	} list[] = {
		{ 4, true, "event 4 (EV_EFI_VARIABLE_BOOT in tdx.rtmr0), which was not measured, "
			   "nor what follows it" },
		{ 2, false, "event 2 (EV_EFI_VARIABLE_DRIVER_CONFIG in tdx.rtmr0), which was not "
			    "measured" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_mint_event events[16];
		struct coco_mint_log spec = { .events = coco_mint_boot, .n = coco_mint_n_boot };
		struct coco_mint_log other = { .events = events };
		struct scene s;
		struct scene real;

		for (size_t k = 0; k < coco_mint_n_boot; k++)
			if (list[i].tail ? k < list[i].drop || coco_mint_boot[k].index != 1
					 : k != list[i].drop)
				events[other.n++] = coco_mint_boot[k];
		open_scene(&s, &spec);
		open_scene(&real, &other);
		add_quote(&s);
		struct coco_tcg_value v;
		assert_int_equal(coco_tcg_replay(&real.log, 1, 0, &v, NULL), 0);
		coco_claims_bytes(&s.t.result.subjects[s.quote].claims, "tdx.rtmr0", v.p, v.n, 0);
		judge(&s);
		const struct coco_result_check *c =
			coco_appraised_check(&s.t, "eventlog.replay.rtmr0");
		assert_int_equal(c->outcome, COCO_CHECKED_FAIL);
		assert_non_null(strstr(c->detail, list[i].name));
		assert_true(c->has_offset);
		assert_int_equal(c->offset, s.log.events[list[i].drop].offset);
		close_scene(&real);
		close_scene(&s);
	}
}

static void test_changed(void **state COCO_UNUSED)
{
	struct coco_mint_event events[16];
	struct scene s;

	memcpy(events, coco_mint_boot, coco_mint_n_boot * sizeof(*events));
	events[2].fill = 0x11;   /* the digest of SecureBoot is of something else */
	events[5].fill = 0x11;   /* that of an image always is: only a label */
	boot(&s, events);
	judge(&s);
	coco_appraised_is(&s.t, "eventlog.events", COCO_CHECKED_FAIL, "EVENTLOG_CHANGED");
	assert_non_null(strstr(coco_appraised_check(&s.t, "eventlog.events")->actual,
			       "event 2 (EV_EFI_VARIABLE_DRIVER_CONFIG"));
	close_scene(&s);
	events[2].fill = 0;
	boot(&s, events);
	judge(&s);
	coco_appraised_is(&s.t, "eventlog.events", COCO_CHECKED_PASS, "");
	close_scene(&s);
}

static void test_separators(void **state COCO_UNUSED)
{
	static const struct coco_tcg_bank sha256[] = { { COCO_TCG_SHA256, 32 } };
	static const struct coco_mint_event events[] = {
		{ 4, COCO_EV_SEPARATOR, "\0\0\0\0", 4, 0 },
		{ 5, COCO_EV_SEPARATOR, "\0\0\0\0", 4, 0 },
		{ 4, COCO_EV_SEPARATOR, "\0\0\0\0", 4, 0 },
	};
	struct coco_mint_log spec = { .events = events, .n = 3, .banks = sha256, .n_banks = 1,
				      .first_zero = true };
	struct scene s;

	open_scene(&s, &spec);
	add_quote(&s);
	add_register(&s, "tpm.sha256.pcr4", 4, 0, 0);
	judge(&s);
	coco_appraised_is(&s.t, "eventlog.separators", COCO_CHECKED_FAIL, "EVENTLOG_SEPARATOR");
	assert_non_null(strstr(coco_appraised_check(&s.t, "eventlog.separators")->actual,
			       "event 2 "));
	close_scene(&s);
	spec.n = 2;
	open_scene(&s, &spec);
	add_quote(&s);
	add_register(&s, "tpm.sha256.pcr4", 4, 0, 0);
	judge(&s);
	coco_appraised_is(&s.t, "eventlog.separators", COCO_CHECKED_PASS, "");
	coco_appraised_is(&s.t, "eventlog.replay.sha256.pcr4", COCO_CHECKED_PASS, "");
	close_scene(&s);
}

/* Which PCRs must agree: those of the firmware always, others when the log has entries. */
static void test_pcrs(void **state COCO_UNUSED)
{
	static const struct coco_tcg_bank sha256[] = { { COCO_TCG_SHA256, 32 } };
	static const struct coco_mint_event events[] = {
		{ 0, COCO_EV_NO_ACTION, "StartupLocality\0\3", 17, 0 },
		{ 0, COCO_EV_S_CRTM_VERSION, "1", 1, 0 },
		{ 8, COCO_EV_IPL, "grub_cmd: x", 11, 0x22 },
		{ 10, COCO_EV_IPL, "boot_aggregate", 14, 0x22 },
	};
	static const struct {
		const char *pcr;
		uint8_t fill;     /* a value; 0: what the log leads to */
		uint32_t index;
		enum coco_checked outcome;
	} list[] = {
		{ "0", 0, 0, COCO_CHECKED_PASS },    { "0", 9, 0, COCO_CHECKED_FAIL },
		{ "7", 9, 7, COCO_CHECKED_FAIL },    { "8", 0, 8, COCO_CHECKED_PASS },
		{ "8", 9, 8, COCO_CHECKED_FAIL },    { "9", 9, 9, COCO_CHECKED_SKIPPED },
		{ "10", 9, 10, COCO_CHECKED_SKIPPED }, { "10", 0, 10, COCO_CHECKED_PASS },
		{ "15", 9, 15, COCO_CHECKED_SKIPPED },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_mint_log spec = { .events = events, .n = 4, .banks = sha256,
					      .n_banks = 1, .first_zero = true };
		char name[64];
		char id[64];
		struct scene s;

		open_scene(&s, &spec);
		add_quote(&s);
		snprintf(name, sizeof(name), "tpm.sha256.pcr%s", list[i].pcr);
		snprintf(id, sizeof(id), "eventlog.replay.sha256.pcr%s", list[i].pcr);
		if (list[i].fill == 0)
			add_register(&s, name, list[i].index, 0, 0);
		else
			add_value(&s, name, list[i].fill, 32);
		judge(&s);
		const struct coco_result_check *c = coco_appraised_check(&s.t, id);
		assert_non_null(c);
		assert_int_equal(c->outcome, list[i].outcome);
		assert_int_equal(s.t.result.n_gaps, list[i].outcome == COCO_CHECKED_SKIPPED);
		close_scene(&s);
	}
	/* the quote is of a bank that the log does not have */
	struct coco_mint_log spec = { .events = events, .n = 4, .banks = sha256, .n_banks = 1,
				      .first_zero = true };
	struct scene s;
	open_scene(&s, &spec);
	add_quote(&s);
	add_value(&s, "tpm.sha1.pcr0", 9, 20);
	judge(&s);
	coco_appraised_is(&s.t, "eventlog.quote", COCO_CHECKED_MISSING, "EVIDENCE_MISSING:quote");
	close_scene(&s);
}

/* ---- claims ---------------------------------------------------------------------------- */

static void says(const struct coco_claims *c, const char *name, const char *want)
{
	const struct coco_claim *k = coco_claims_find(c, name);
	char text[200];

	assert_non_null(k);
	coco_claim_text(k, text, sizeof(text));
	assert_string_equal(text, want);
}

/* A grub event whose digest is of the text behind the prefix; fill: of something else. */
static void test_texts(void **state COCO_UNUSED)
{
	static const char cmdline[] = "kernel_cmdline: /vmlinuz root=a";
	static const char second[] = "kernel_cmdline: /vmlinuz root=b";
	static const char aael[] = "LEAA\x0a\0\0\0dom op con";
	static const struct coco_tcg_bank sha256[] = { { COCO_TCG_SHA256, 32 } };
	const struct coco_mint_event events[] = {
		{ 8, COCO_EV_IPL, cmdline, sizeof(cmdline), 0x33 },
		{ 8, COCO_EV_IPL, second, sizeof(second), 0x33 },
		{ 8, COCO_EV_IPL, cmdline, sizeof(cmdline), 0x44 },
		{ 17, COCO_EV_EVENT_TAG, aael, sizeof(aael) - 1, 0 },
	};
	struct coco_mint_log spec = { .events = events, .n = 4, .banks = sha256, .n_banks = 1,
				      .first_zero = true };
	struct coco_claims c = { 0 };
	struct coco_digest *d;
	struct coco_tcg_log log;
	size_t n;
	uint8_t *p = coco_mint_log(&spec, &n);

	/* the digests that grub would have made */
	assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(p, n), NULL), 0);
	assert_int_equal(coco_digest_new(&d, COCO_DIGEST_SHA256, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		const char *text = i == 0 ? cmdline + 16 : second + 16;
		size_t at = (size_t)(log.events[i].digest[0] - p);

		assert_int_equal(coco_digest_once(d, text, strlen(text), p + at, NULL), 0);
	}
	coco_digest_free(d);
	assert_int_equal(coco_log_claims(&c, &log, 0x50, NULL), 0);
	assert_int_equal(coco_claims_finish(&c, NULL), 0);
	says(&c, "eventlog.kernel_cmdline", "/vmlinuz root=a");
	says(&c, "eventlog.kernel_cmdline.2", "/vmlinuz root=b");
	assert_null(coco_claims_find(&c, "eventlog.kernel_cmdline.3"));
	says(&c, "eventlog.kernel_cmdline.count", "2");
	says(&c, "eventlog.aael", "dom op con");
	assert_string_equal(coco_claims_find(&c, "eventlog.event.2")->note,
			    "only a label: the digest covers other bytes");
	assert_int_equal(coco_claims_find(&c, "eventlog.event.2")->offset,
			 0x50 + log.events[2].offset);
	assert_int_equal(coco_claims_find(&c, "eventlog.event.1.digest")->n, 32);
	coco_claims_free(&c);
	coco_tcg_log_free(&log);
	coco_free(p);
}

static void test_variables(void **state COCO_UNUSED)
{
	struct coco_mint_log spec = { .events = coco_mint_boot, .n = coco_mint_n_boot };
	struct coco_claims c = { 0 };
	struct coco_tcg_log log;
	char reg[32];
	size_t n;
	uint8_t *p = coco_mint_log(&spec, &n);

	assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(p, n), NULL), 0);
	assert_int_equal(coco_log_claims(&c, &log, 0, NULL), 0);
	says(&c, "eventlog.variable.SecureBoot", "01");
	assert_non_null(coco_claims_find(&c, "eventlog.variable.BootOrder"));
	assert_non_null(coco_claims_find(&c, "eventlog.rtmr1"));
	assert_true(coco_log_register(&log, 0, 2, reg));
	assert_string_equal(reg, "rtmr1");
	assert_false(coco_log_register(&log, 0, 0, reg));
	assert_false(coco_log_register(&log, 0, 5, reg));
	coco_claims_free(&c);
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++) {
		struct coco_diag d = { 0 };
		int r = coco_log_claims(&c, &log, 0, &d);

		if (r == 0)
			r = coco_claims_finish(&c, &d);
		bool done = coco_test_alloc_check(r, &d);
		coco_claims_free(&c);
		if (done)
			break;
	}
	coco_tcg_log_free(&log);
	coco_free(p);
}

/* ---- the shared vectors ------------------------------------------------------------------ */

static void vector(const char *name, uint64_t events, uint64_t end, const char *const want[4])
{
	struct coco_appraised t;
	struct coco_diag d = { 0 };
	char text[200];
	size_t n;
	uint8_t *p = coco_vector_log("evidence/eventlog", name, &n);

	if (p == NULL)
		return;
	coco_appraised_init(&t);
	coco_appraised_add(&t, coco_view_of(p, n));
	assert_ok(coco_appraise_inspect(&t.pieces, &t.result, &d), &d);
	const struct coco_claims *c = &t.result.subjects[0].claims;
	assert_int_equal(coco_claims_find(c, "eventlog.events")->number, events);
	assert_int_equal(coco_claims_find(c, "eventlog.end")->number, end);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "eventlog.rtmr%u", i);
		if (want[i] != NULL)
			says(c, text, want[i]);
		else
			assert_null(coco_claims_find(c, text));
	}
	coco_result_free(&t.result);
	coco_appraised_run(&t, 0);
	coco_appraised_is(&t, "eventlog.events", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "eventlog.separators", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "eventlog.quote", COCO_CHECKED_MISSING, "EVIDENCE_MISSING:quote");
	coco_appraised_free(&t);
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	static const char *const shim[4] = {
		"2dc712306a963eadb894ad47dbaa17df44814151555aee11cbb843becca88950"
		"ffd079664902e6f22c66f7c8213543f4",
		"0fa3be56af61208bbd179dc7b124988eb929319154663c539d6f46445ecac2fe"
		"c287075047ff7bd1922829fec28cd3cf",
	};
	static const char *const ovmf[4] = {
		"8566f998798db09443b244c62de9a3041fb02e2e6936c4396d784bba2e901773"
		"29ec5aba3bb484404f2ab9cc90abe193",
		"775b9f6bfe99f8a31396f0d0218e67ffa796d3b96ccf961cbb0deba48c79c00f"
		"082cda1a5567c1c16305f1fc210c13c6",
		"94eaf7a7bf398ed8d888c91057ae0261802e4f3df084213a76ca7f0b5055ac9d"
		"2241de43cd58d9e8b49c503bbf25f34a",
	};
	static const char *const alibaba[4] = {
		"b796e1c11396c198ae88794def4cb8e24fa9b35468287c298087f00d4de7433e"
		"4e31a297a4e5a03d4300fa6f3a96d47c",
		"3b0b906140fcea689c8774ac1eafcf0fef8e22ba81a047fd750ebd7df3235c27"
		"04df6106a758e31e5645e9838ff37406",
		"35f2801338c1b5fce96518f058c37e0fe9ed247a12dcd5f50d9c18fe4b6c7131"
		"1bb63fca2640c7915817b6aa412a8480",
		"5e4ecd49d3c7983d6f9ca36755b5cee0b423d7fa8c5a88aeb0681bd4698772bc"
		"37b4463dc5f722efe352a66417257dad",
	};
	static const char *const gke[4] = {
		"bc9945139042cf2cc75caf920aa57f14884ecfd7e893bccc51250c8ce90eb53c"
		"e72741e6adaa18183eb1331a87d4544a",
		"c17cb288a4dee302bb9ed8d27257a168f3264ad68cab53757f37eeaa7039657f"
		"a887cad65cf910e0fdc435ff110f8a7b",
		"334aeba2c985f8886cea97d1ecffbd512769d528b9a94009583db667ad7d2faa"
		"7d37fa145d75b192ceee2d2f10b2eb6d",
	};

	vector("CCEL_data", 5, 9822, shim);
	vector("CCEL_data_ovmf", 20, 2120, ovmf);
	vector("CCEL_AAEL_alibabacloud", 87, 11707, alibaba);
	vector("CCEL_data_grub_gke", 35, 21897, gke);
}

/* Google's attestation holds three quotes and the log that explains PCR 0 to 9 of each. */
static void test_gce(void **state COCO_UNUSED)
{
	static const char *const banks[] = { "sha1", "sha256", "sha384" };
	struct coco_appraised t;
	size_t n;
	uint8_t *p = coco_vector_log("evidence/tpm", "gce-cos-85-nonce9009.pb", &n);

	if (p == NULL)
		return;
	coco_appraised_init(&t);
	coco_appraised_add(&t, coco_view_of(p, n));
	coco_appraised_run(&t, 1700000000);
	for (size_t b = 0; b < COCO_ARRAY_LEN(banks); b++)
		for (unsigned i = 0; i < 10; i++) {
			char id[64];

			snprintf(id, sizeof(id), "eventlog.replay.%s.pcr%u", banks[b], i);
			coco_appraised_is(&t, id, COCO_CHECKED_PASS, "");
		}
	coco_appraised_is(&t, "eventlog.events", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "eventlog.separators", COCO_CHECKED_PASS, "");
	coco_appraised_free(&t);
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_first_wrong),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_separators),
		cmocka_unit_test(test_pcrs),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_gce),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
