/*
 * test_tcb_info.c - TCB info of versions 2 and 3, what is refused, the signed
 * bytes, and the documents of the shared vectors.
 */
#include "formats/evidence/tcb_info.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_tcb.h"

static char body[COCO_MINT_TCB_TEXT];
static char text[COCO_MINT_TCB_TEXT];
static const uint8_t signature[64] = { 0xab };
static struct coco_diag diag;

static int parse_text(struct coco_tcb_info *ret, const char *p, size_t n)
{
	uint8_t *guarded = coco_test_guard(p, n);

	coco_diag_init(&diag);
	int r = coco_tcb_info_parse(ret, coco_view_of(guarded, n), &diag);
	coco_test_unguard(guarded, n);
	return r;
}

static int parse(struct coco_tcb_info *ret, const struct coco_mint_tcb *m)
{
	coco_mint_tcb_body(body, m);
	return parse_text(ret, text, coco_mint_signed(text, "tcbInfo", body, signature));
}

static void refused(const struct coco_mint_tcb *m, int code)
{
	struct coco_tcb_info t = { .n_levels = 99 };

	assert_err(parse(&t, m), code, &diag);
	assert_int_equal(t.n_levels, 99);
}

static void test_version_3(void **state COCO_UNUSED)
{
	struct coco_mint_tcb m;
	struct coco_tcb_info t;

	coco_mint_tcb_init(&m);
	m.levels[3] = m.levels[0];            /* any order, sorted when read */
	m.levels[3].pce_svn = 15;
	m.n_levels = 4;
	assert_ok(parse(&t, &m), &diag);
	assert_int_equal(t.span.n, strlen(body));
	assert_int_equal(t.span_at, strlen("{\"tcbInfo\":"));
	assert_int_equal(t.signature[0], 0xab);
	assert_true(t.tdx && t.has_module);
	assert_int_equal(t.head.evaluation, 18);
	assert_int_equal(t.head.issued, 1767225600);
	assert_memory_equal(t.fmspc, "\x50\x80\x6f\0\0\0", 6);
	assert_int_equal(t.n_levels, 4);
	assert_int_equal(t.levels[0].pce_svn, 15);
	assert_int_equal(t.levels[1].pce_svn, 13);
	assert_int_equal(t.levels[2].says.status, COCO_TCB_SW_HARDENING);
	assert_int_equal(t.levels[2].says.n, 1);
	assert_string_equal(t.advisories.v[t.levels[3].says.first + 1], "INTEL-SA-00001");
	assert_int_equal(t.levels[3].tdx[2], 1);
	assert_string_equal(t.sgx_name[0], "Early Microcode Update");
	assert_string_equal(t.sgx_name[2], "OS/VMM");
	assert_string_equal(t.sgx_name[3], "");
	assert_string_equal(t.tdx_name[0], "TDX Module");
	assert_int_equal(t.n_modules, 2);
	assert_string_equal(t.modules[1].id, "TDX_01");
	assert_int_equal(t.modules[1].levels.v[1].isv_svn, 2);
	coco_tcb_info_free(&t);
}

static void test_sgx(void **state COCO_UNUSED)
{
	struct coco_mint_tcb m;
	struct coco_tcb_info t;

	for (unsigned version = 2; version <= 3; version++) {
		coco_mint_tcb_init(&m);
		m.version = version;
		m.id = version == 3 ? "SGX" : NULL;
		m.module = false;
		m.n_modules = 0;
		assert_ok(parse(&t, &m), &diag);
		assert_false(t.tdx);
		assert_int_equal(t.levels[0].sgx[4], 200);
		assert_int_equal(t.levels[0].tdx[0], 0);
		coco_tcb_info_free(&t);
	}
}

static void test_defects(void **state COCO_UNUSED)
{
	struct coco_mint_tcb m;

#define DEFECT(change, code) \
	do { \
		coco_mint_tcb_init(&m); \
		change; \
		refused(&m, code); \
	} while (0)
	DEFECT(m.version = 1, COCO_E_TCB_DOCUMENT);
	DEFECT(m.version = 4, COCO_E_TCB_DOCUMENT);
	DEFECT(m.version = 2, COCO_E_TCB_DOCUMENT);      /* for TDX */
	DEFECT(m.id = "TDX2", COCO_E_TCB_DOCUMENT);
	DEFECT(m.id = NULL, COCO_E_FORMAT_JSON_TYPE);
	DEFECT(m.id = "an id that is too long", COCO_E_TCB_DOCUMENT);
	DEFECT(m.type = 1, COCO_E_TCB_DOCUMENT);
	DEFECT(m.issued = "2026-13-01T00:00:00Z", COCO_E_TCB_DOCUMENT);
	DEFECT(m.next = "", COCO_E_TCB_DOCUMENT);
	DEFECT(m.fmspc = "50806f0000", COCO_E_FORMAT_HEX);
	DEFECT(m.pce_id = "000g", COCO_E_FORMAT_HEX);
	DEFECT(m.levels[1].says.status = "uptodate", COCO_E_TCB_DOCUMENT);
	DEFECT(m.levels[1].says.status = "TDRelaunchAdvised", COCO_E_TCB_DOCUMENT);
	DEFECT(m.levels[1].says.date = "yesterday", COCO_E_TCB_DOCUMENT);
	DEFECT(m.levels[1].says.advisories = "7", COCO_E_FORMAT_JSON_TYPE);
	DEFECT(m.levels[1].says.advisories = "\"\"", COCO_E_TCB_DOCUMENT);
	DEFECT(m.levels[1].says.advisories = "\"0123456789012345678901234567890123456789\"",
	       COCO_E_TCB_DOCUMENT);
	DEFECT(m.levels[1] = m.levels[0], COCO_E_TCB_DOCUMENT);
	DEFECT(m.levels[1].pce_svn = 65536, COCO_E_FORMAT_VALUE);
	DEFECT(m.modules[1].id = "tdx_03", COCO_E_TCB_DOCUMENT);
	DEFECT(m.modules[1].id = "TDX_00000000000001", COCO_E_TCB_DOCUMENT);
	DEFECT(m.modules[1].isv[1].svn = 5, COCO_E_TCB_DOCUMENT);
	DEFECT(m.modules[1].isv[1].svn = 70000, COCO_E_FORMAT_VALUE);
	DEFECT(m.modules[1].isv[1].says.status = "", COCO_E_TCB_DOCUMENT);
	DEFECT(m.extra = "\"version\":3,", COCO_E_FORMAT_JSON_DUPLICATE);
	DEFECT(m.extra = "\"tcbLevels\":[],", COCO_E_FORMAT_JSON_DUPLICATE);
	DEFECT(m.extra = "\"tcb\\u004cevels\":[],", COCO_E_FORMAT_JSON_DUPLICATE);
#undef DEFECT
}

/* The frame around the signed bytes. */
static void test_frame(void **state COCO_UNUSED)
{
	static const char *const heads[] = {
		"{\"tcbInfo\":%s}",
		"{\"signature\":\"00\",\"tcbInfo\":%s}",
		"{\"tcbInfo\":%s,\"signature\":\"00\"}",
		"{\"tcbInfo\":%s,\"signature\":7}",
		"{\"tcb\\u0049nfo\":%s,\"signature\":\"%0128d\"}",
		"{\"tcbInfo\":%s,\"signature\":\"%0128d\",\"other\":1}",
		"{\"tcbInfo\":%s,\"signature\":\"%0128d\",\"tcbInfo\":{}}",
		"{\"tcbInfo\":\"%s\",\"signature\":\"%0128d\"}",
		"[%s,%0128d]",
		"%s%0128d",
	};
	static const char good[] = " {\"signature\" :\"%0128d\", \"tcbInfo\" :\n%s }\n";
	struct coco_mint_tcb m;
	struct coco_tcb_info t = { .n_levels = 99 };

	coco_mint_tcb_init(&m);
	coco_mint_tcb_body(body, &m);
	for (size_t i = 0; i < COCO_ARRAY_LEN(heads); i++) {
		const char *at = strstr(heads[i], "%s");
		const char *zeros = strstr(heads[i], "%0128d");
		int n = snprintf(text, sizeof(text), "%.*s%s%.*s", (int)(at - heads[i]), heads[i],
				 body, (int)(zeros != NULL ? zeros - at - 2 : 1000), at + 2);

		if (zeros != NULL)
			n += snprintf(text + n, sizeof(text) - (size_t)n, "%0128d%s", 0,
				      zeros + 6);
		int r = parse_text(&t, text, (size_t)n);
		assert_int_not_equal(r, 0);
		assert_int_equal(r, diag.code);
	}
	assert_int_equal(t.n_levels, 99);
	int n = snprintf(text, sizeof(text), good, 0, body);
	assert_ok(parse_text(&t, text, (size_t)n), &diag);
	assert_int_equal(t.span.n, strlen(body));
	assert_memory_equal(text + t.span_at, body, t.span.n);
	coco_tcb_info_free(&t);
	for (size_t i = 0; i + 2 < (size_t)n; i += i < 200 ? 1 : 37)
		assert_int_not_equal(parse_text(&t, text, i), 0);
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_tcb_info t;
	struct coco_mint_tcb m;
	size_t n = COCO_TCB_DOC_MAX + 1;
	char *p = coco_alloc(n + 1, 1);

	assert_non_null(p);
	coco_mint_tcb_init(&m);
	coco_mint_tcb_body(body, &m);
	size_t used = coco_mint_signed(p, "tcbInfo", body, signature);
	memset(p + used, ' ', n - used);
	assert_err(parse_text(&t, p, n), COCO_E_LIMIT_SIZE, &diag);
	assert_ok(parse_text(&t, p, n - 1), &diag);
	coco_tcb_info_free(&t);
	coco_free(p);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_mint_tcb m;
	struct coco_tcb_info t;

	coco_mint_tcb_init(&m);
	coco_mint_tcb_body(body, &m);
	size_t n = coco_mint_signed(text, "tcbInfo", body, signature);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		coco_diag_init(&diag);
		int r = coco_tcb_info_parse(&t, coco_view_of(text, n), &diag);

		if (coco_test_alloc_check(r, &diag))
			break;
	}
	coco_tcb_info_free(&t);
}

static void vector(const char *name, const char *fmspc, unsigned version, size_t modules)
{
	char path[200];
	struct coco_tcb_info t;
	size_t n;

	snprintf(path, sizeof(path), "evidence/tdx/%s", name);
	uint8_t *p = coco_vector_blob(path, &n);
	coco_diag_init(&diag);
	assert_ok(coco_tcb_info_parse(&t, coco_view_of(p, n), &diag), &diag);
	assert_memory_equal(t.fmspc, fmspc, 6);
	assert_int_equal(t.head.version, version);
	assert_int_equal(t.n_modules, modules);
	coco_tcb_info_free(&t);
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	if (coco_test_vectors("evidence/tdx/trustee/tcbInfo.json") == NULL)
		return;
	vector("trustee/tcbInfo.json", "\x00\xa0\x6d\x08\0\0", 3, 2);
	vector("go-tdx-guest/sample_tcbInfo_response", "\x50\x80\x6f\0\0\0", 3, 0);
	vector("go-tdx-guest/sample_tcbinfo_response_v5", "\x90\xc0\x6f\0\0\0", 3, 2);
	vector("intel-qvl-synthetic/tcbInfo.json", "\xed\x74\x2a\xf8\xad\xf5", 3, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_3), cmocka_unit_test(test_sgx),
		cmocka_unit_test(test_defects),   cmocka_unit_test(test_frame),
		cmocka_unit_test(test_limits),    cmocka_unit_test(test_memory),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
