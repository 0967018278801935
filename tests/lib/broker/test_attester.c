/*
 * test_attester.c - evidence of a guest: the sample, a fake tree of
 * configfs-tsm and fake devices.
 */
#include "lib/broker/attester_priv.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "formats/broker/qgs.h"
#include "formats/broker/tee_evidence.h"
#include "formats/core/err_broker.h"
#include "formats/core/json.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/fake_tsm.h"

static const struct coco_run run = { .jobs = 1 };
static const uint8_t bound[COCO_ATTESTER_BOUND] = { 1, 2, 3, 4 };

static int evidence(struct coco_attester *a, struct coco_json *ret, struct coco_diag *d)
{
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 20);
	int r = coco_attester_evidence(a, &run, bound, &wr, d);
	if (r == 0)
		assert_ok(coco_json_parse(ret, coco_wr_view(&wr), 1 << 20, d), d);
	coco_wr_free(&wr);
	return r;
}

static void test_sample(void **state COCO_UNUSED)
{
	struct coco_attester_config config = { .kind = COCO_ATTESTER_SAMPLE };
	struct coco_diag d = { 0 };
	struct coco_attester *a = NULL;
	struct coco_json doc;
	uint8_t *data = NULL;
	size_t n = 0;

	assert_ok(coco_attester_new(&a, &config, &d), &d);
	assert_string_equal(coco_attester_tee(a), "sample");
	assert_ok(evidence(a, &doc, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_b64(&root, "report_data", &data, &n, &d), &d);
	assert_int_equal(n, COCO_ATTESTER_BOUND);
	assert_memory_equal(data, bound, n);
	coco_free(data);
	coco_json_free(&doc);
	coco_attester_free(a);
}

static int tsm(struct coco_fake_tsm *f, struct coco_json *ret, struct coco_diag *d)
{
	struct coco_attester_config config = { .kind = COCO_ATTESTER_TSM };
	struct coco_attester *a = NULL;

	coco_fake_tsm_start(f);
	config.tsm = f->dir;
	config.event_log = f->dir;
	int r = coco_attester_new(&a, &config, d);
	if (r == 0)
		r = evidence(a, ret, d);
	coco_attester_free(a);
	coco_fake_tsm_stop(f);
	return r;
}

static void test_tsm(void **state COCO_UNUSED)
{
	struct coco_fake_tsm snp = { .serve = 1, .step = 1, .provider = "sev_guest\n" };
	struct coco_fake_tsm tdx = { .serve = 1, .step = 1, .provider = "tdx_guest\n" };
	struct coco_fake_tsm race = { .serve = 5, .step = 2, .provider = "sev_guest\n" };
	struct coco_fake_tsm foreign = { .serve = 1, .step = 1, .foreign = true,
					 .provider = "sev_guest\n" };
	struct coco_fake_tsm other = { .provider = "moon_guest\n" };
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_jv part;

	assert_ok(tsm(&snp, &doc, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_object(&root, "attestation_report", &part, &d), &d);
	assert_ok(coco_jv_array(&part, "report_data", &part, &d), &d);
	assert_int_equal(coco_jv_len(&part), 64);
	coco_json_free(&doc);

	assert_ok(tsm(&tdx, &doc, &d), &d);
	root = coco_json_root(&doc);
	assert_true(coco_jv_has(&root, "quote") && coco_jv_has(&root, "cc_eventlog"));
	coco_json_free(&doc);

	assert_err(tsm(&race, &doc, &d), COCO_E_ATTESTER_RACE, &d);
	coco_diag_init(&d);
	assert_err(tsm(&foreign, &doc, &d), COCO_E_FORMAT_VALUE, &d);
	coco_diag_init(&d);
	assert_err(tsm(&other, &doc, &d), COCO_E_ATTESTER_NONE, &d);
}

/* Entries that are made are removed again, whatever is in them. */
static void test_tsm_made(void **state COCO_UNUSED)
{
	struct coco_attester_config config = { .kind = COCO_ATTESTER_TSM };
	struct coco_attester *a = NULL;
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();

	config.tsm = dir;
	assert_err(coco_attester_new(&a, &config, &d), COCO_E_ATTESTER_NONE, &d);
	assert_int_equal(rmdir(dir), 0);
	coco_diag_init(&d);
	assert_err(coco_attester_new(&a, &config, &d), COCO_E_ATTESTER_NONE, &d);
	coco_free(dir);
}

static int answer = 0;

static int fake_ioctl(int fd COCO_UNUSED, unsigned long request COCO_UNUSED, void *arg)
{
	struct {
		uint8_t version;
		uint64_t req, resp, exitinfo2;
	} *call = arg;
	const uint8_t *req = (const uint8_t *)(uintptr_t)call->req;
	uint8_t *resp = (uint8_t *)(uintptr_t)call->resp;

	if (answer < 0) {
		call->exitinfo2 = (uint64_t)2 << 32 | 7;
		errno = EIO;
		return -1;
	}
	memset(resp, 0, 4000);
	resp[0] = (uint8_t)answer;
	resp[4] = COCO_TEE_SNP_REPORT & 0xff;
	resp[5] = COCO_TEE_SNP_REPORT >> 8;
	resp[32] = 3;
	memcpy(resp + 32 + 0x50, req, 64);
	return 0;
}

static void test_sev(void **state COCO_UNUSED)
{
	struct coco_attester_config config = { .kind = COCO_ATTESTER_SEV_GUEST,
					       .device = "/dev/null", .ioctl = fake_ioctl };
	struct coco_attester *a = NULL;
	struct coco_diag d = { 0 };
	struct coco_json doc;

	assert_ok(coco_attester_new(&a, &config, &d), &d);
	answer = 0;
	assert_ok(evidence(a, &doc, &d), &d);
	coco_json_free(&doc);
	answer = 0x16;
	assert_err(evidence(a, &doc, &d), COCO_E_ATTESTER_FAILED, &d);
	coco_diag_init(&d);
	answer = -1;
	assert_err(evidence(a, &doc, &d), COCO_E_ATTESTER_FAILED, &d);
	assert_non_null(strstr(d.message, "0x7"));
	coco_attester_free(a);
	coco_diag_init(&d);
	config.device = "/nowhere/sev-guest";
	assert_err(coco_attester_new(&a, &config, &d), COCO_E_ATTESTER_NONE, &d);
}

static int fake_tdx(int fd COCO_UNUSED, unsigned long request COCO_UNUSED, void *arg)
{
	uint8_t *req = arg;

	assert_memory_equal(req, bound, sizeof(bound));
	if (answer < 0) {
		errno = EIO;
		return -1;
	}
	req[64] = (uint8_t)answer;
	memcpy(req + 64 + 128, req, 64);
	req[64 + 128] ^= answer == 0x82;
	return 0;
}

/* The host's quote service: what it answers to one request. */
static struct {
	const char *answer;
	size_t n;
	bool silent;        /* the connection ends without an answer */
	bool none;          /* nobody listens */
	int fd;
	pthread_t thread;
} service;

static void *serve_quote(void *arg COCO_UNUSED)
{
	uint8_t request[4 + 24 + COCO_QGS_REPORT];
	size_t n = 0;

	while (n < sizeof(request)) {
		ssize_t got = read(service.fd, request + n, sizeof(request) - n);

		assert_true(got > 0);
		n += (size_t)got;
	}
	assert_memory_equal(request, "\0\0\4\x18", 4);
	assert_int_equal(request[28], 0x81);
	if (!service.silent)
		assert_int_equal(write(service.fd, service.answer, service.n), service.n);
	close(service.fd);
	return NULL;
}

static int fake_connect(void)
{
	int pair[2];

	if (service.none) {
		errno = ENODEV;
		return -1;
	}
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	service.fd = pair[1];
	assert_int_equal(pthread_create(&service.thread, NULL, serve_quote, NULL), 0);
	return pair[0];
}

static void test_tdx(void **state COCO_UNUSED)
{
	struct coco_attester_config config = { .kind = COCO_ATTESTER_TDX_GUEST,
					       .device = "/dev/null", .ioctl = fake_tdx,
					       .quote_connect = fake_connect,
					       .event_log = "/nowhere" };
	struct coco_attester *a = NULL;
	struct coco_diag d = { 0 };
	struct coco_json doc;
	static const struct {
		int answer;
		int code;
	} cases[] = {
		{ 0x81, COCO_E_ATTESTER_QUOTE },
		{ 0x82, COCO_E_ATTESTER_FAILED },
		{ 0, COCO_E_ATTESTER_FAILED },
		{ -1, COCO_E_ATTESTER_FAILED },
	};

	service.none = true;
	assert_ok(coco_attester_new(&a, &config, &d), &d);
	assert_string_equal(coco_attester_tee(a), "tdx");
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		coco_diag_init(&d);
		answer = cases[i].answer;
		assert_err(evidence(a, &doc, &d), cases[i].code, &d);
	}
	coco_attester_free(a);
	config.device = "/nowhere/tdx_guest";
	coco_diag_init(&d);
	assert_err(coco_attester_new(&a, &config, &d), COCO_E_ATTESTER_NONE, &d);
}

#define QGS_HEAD(size, error, quote)                                                              \
	"\0\0\0" size "\1\0\0\0\1\0\0\0" size "\0\0\0" error "\0\0\0\0\0\0\0" quote "\0\0\0"

static void test_quote_service(void **state COCO_UNUSED)
{
	static const char good[] = QGS_HEAD("\34", "\0", "\4") "quot";
	static const char refused[] = QGS_HEAD("\30", "\7", "\0");
	static const struct {
		const char *answer;
		size_t n;
		int code;
	} cases[] = {
		{ good, sizeof(good) - 1, 0 },
		{ refused, sizeof(refused) - 1, COCO_E_ATTESTER_QUOTE },
		{ good, sizeof(good) - 3, COCO_E_ATTESTER_QUOTE },
		{ good, 2, COCO_E_ATTESTER_QUOTE },
		{ NULL, 0, COCO_E_ATTESTER_QUOTE },
		{ "\0\0\0\0", 4, COCO_E_ATTESTER_QUOTE },
		{ "\377\377\377\377", 4, COCO_E_ATTESTER_QUOTE },
		{ "\0\0\0\4quot", 8, COCO_E_FORMAT_SHORT },
	};
	struct coco_attester_config config = { .kind = COCO_ATTESTER_TDX_GUEST,
					       .device = "/dev/null", .ioctl = fake_tdx,
					       .quote_connect = fake_connect,
					       .event_log = "/nowhere" };
	struct coco_attester *a = NULL;
	struct coco_diag d = { 0 };

	answer = 0x81;
	service.none = false;
	assert_ok(coco_attester_new(&a, &config, &d), &d);
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_json doc;

		coco_diag_init(&d);
		service.answer = cases[i].answer;
		service.n = cases[i].n;
		service.silent = cases[i].answer == NULL;
		int r = evidence(a, &doc, &d);
		pthread_join(service.thread, NULL);
		if (cases[i].code != 0) {
			assert_err(r, cases[i].code, &d);
			continue;
		}
		assert_ok(r, &d);
		struct coco_jv root = coco_json_root(&doc);
		const char *text = NULL;
		assert_ok(coco_jv_string(&root, "quote", &text, NULL), NULL);
		assert_string_equal(text, "cXVvdA==");
		coco_json_free(&doc);
	}
	coco_attester_free(a);
}

static void test_kinds(void **state COCO_UNUSED)
{
	struct coco_attester_config config = { .tsm = "/nowhere", .device = "/dev/null" };
	enum coco_attester_kind kind;
	struct coco_attester *a = NULL;
	struct coco_diag d = { 0 };

	assert_true(coco_attester_kind_find("auto", &kind) && kind == COCO_ATTESTER_AUTO);
	assert_true(coco_attester_kind_find("sample", &kind) && kind == COCO_ATTESTER_SAMPLE);
	assert_false(coco_attester_kind_find("", &kind));
	assert_non_null(strstr(coco_attester_kind_names(), "tdx-guest"));
	/* the second of the order is there, so it is chosen */
	assert_ok(coco_attester_new(&a, &config, &d), &d);
	assert_string_equal(coco_attester_kind_name(a), "sev-guest");
	assert_string_equal(coco_attester_tee(a), "snp");
	coco_attester_free(a);
	config.device = "/nowhere/device";
	assert_err(coco_attester_new(&a, &config, &d), COCO_E_ATTESTER_NONE, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_tsm),
		cmocka_unit_test(test_tsm_made),
		cmocka_unit_test(test_sev),
		cmocka_unit_test(test_tdx),
		cmocka_unit_test(test_quote_service),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
