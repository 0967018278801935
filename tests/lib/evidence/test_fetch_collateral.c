/*
 * test_fetch_collateral.c - collateral fetched from a server that has it, and
 * from one that fails in every way; an interrupted run that is run again.
 */
#include "lib/evidence/fetch_collateral.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/err_evidence.h"
#include "formats/core/b64.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/evidence/collateral_bundle.h"
#include "tests/support/http_server.h"
#include "tests/support/mint_snp_pki.h"
#include "tests/support/support.h"
#include "tests/support/tdx_case.h"

enum { PEM_MAX = 32768, ANY = 0xffff };

/* What goes wrong with requests whose path holds a text, and how often. */
struct trouble {
	const char *path;            /* NULL: nothing */
	unsigned times;
	unsigned status;             /* 0: 200 */
	enum coco_test_fault fault;
	const char *body;            /* NULL: the right one */
	size_t cut;                  /* bytes that the right one lacks at its end */
	bool no_header;
};

/* A service, its evidence and a bundle. */
struct place {
	struct coco_mint_snp_set *snp;
	struct coco_mint_tdx *tdx;
	const char *product;         /* that the key service knows the chip as */
	bool mirror;                 /* has the root's list where PCCS has it */
	struct trouble trouble;
	unsigned asked;              /* requests */
	char issuers[PEM_MAX];       /* header line */
	char pem[PEM_MAX];
	pthread_mutex_t lock;
	struct coco_test_server *server;
	char *top;
	char *bundle;
	struct coco_needs needs;
	struct coco_collateral have;
	struct coco_fetch_list list;
	unsigned tries;
	unsigned idle;
	volatile sig_atomic_t stop;
	int64_t at;
};

static size_t add_pem(char *p, const struct coco_pki_cert *cert)
{
	char *b64 = coco_b64_dup(COCO_B64_STD, cert->der, cert->n_der);
	size_t n = (size_t)sprintf(p, "-----BEGIN CERTIFICATE-----\n");

	for (size_t i = 0; i < strlen(b64); i += 64)
		n += (size_t)sprintf(p + n, "%.64s\n", b64 + i);
	n += (size_t)sprintf(p + n, "-----END CERTIFICATE-----\n");
	coco_free(b64);
	return n;
}

/* "Name: " and the certificates, percent-encoded as Intel does. */
static void header(char *ret, const char *name, const struct coco_pki_cert *a,
		   const struct coco_pki_cert *b)
{
	static char text[PEM_MAX];
	size_t n = (size_t)sprintf(ret, "%s: ", name);
	size_t k = add_pem(text, a);

	add_pem(text + k, b);
	for (const char *p = text; *p != '\0'; p++)
		n += (size_t)sprintf(ret + n, strchr("\n +/=", *p) != NULL ? "%%%02X" : "%c", *p);
}

static void body(struct coco_test_answer *a, const void *p, size_t n)
{
	a->body = p;
	a->n_body = n;
}

static void answer_amd(struct place *s, const char *path, struct coco_test_answer *a)
{
	char known[32];

	snprintf(known, sizeof(known), "/v1/%s/", s->product);
	if (strstr(path, known) == NULL) {
		a->status = 404;
	} else if (strstr(path, "cert_chain") != NULL) {
		size_t n = add_pem(s->pem, s->snp->ask);

		n += add_pem(s->pem + n, s->snp->root);   /* the ARK */
		body(a, s->pem, n);
	} else if (strstr(path, "/crl") != NULL) {
		body(a, s->snp->crl, s->snp->n_crl);
	} else {
		body(a, s->snp->leaf->der, s->snp->leaf->n_der);
	}
}

static void answer_intel(struct place *s, const char *path, struct coco_test_answer *a)
{
	const struct coco_mint_tdx *t = s->tdx;

	if (strstr(path, "pckcrl") != NULL) {
		header(s->issuers, "SGX-PCK-CRL-Issuer-Chain", t->ca, t->root);
		body(a, t->pck_crl, t->n_pck_crl);
	} else if (strstr(path, "/tcb") != NULL) {
		header(s->issuers, "TCB-Info-Issuer-Chain", t->signing, t->root);
		body(a, t->tcb_info, strlen(t->tcb_info));
	} else if (strstr(path, "/identity") != NULL) {
		header(s->issuers, "SGX-Enclave-Identity-Issuer-Chain", t->signing, t->root);
		body(a, t->qe_identity, strlen(t->qe_identity));
	} else if (strstr(path, s->mirror ? "rootcacrl" : "IntelSGXRootCA.der") != NULL) {
		body(a, t->root_crl, t->n_root_crl);
	} else {
		a->status = 404;
	}
	a->headers[0] = s->issuers[0] != '\0' ? s->issuers : NULL;
}

static void handler(void *ctx, const struct coco_test_request *q, struct coco_test_answer *a)
{
	struct place *s = ctx;
	struct trouble *t = &s->trouble;

	pthread_mutex_lock(&s->lock);
	s->asked++;
	s->issuers[0] = '\0';
	if (s->snp != NULL)
		answer_amd(s, q->path, a);
	else
		answer_intel(s, q->path, a);
	if (t->path != NULL && t->times > 0 && strstr(q->path, t->path) != NULL) {
		t->times -= t->times != ANY;
		a->status = t->status != 0 ? t->status : a->status;
		a->fault = t->fault;
		if (t->body != NULL)
			body(a, t->body, strlen(t->body));
		a->n_body -= t->cut;
		if (t->no_header)
			a->headers[0] = NULL;
	}
	pthread_mutex_unlock(&s->lock);
}

static void open_place(struct place *s, const void *evidence, size_t n)
{
	struct coco_pieces pieces = { .n = 0 };
	struct coco_diag d = { 0 };

	pthread_mutex_init(&s->lock, NULL);
	s->server = coco_test_server_start(handler, s, NULL);
	s->top = coco_test_dir();
	s->bundle = coco_path_join(s->top, "bundle");
	coco_collateral_init(&s->have);
	assert_ok(coco_pieces_add(&pieces, &s->have, coco_view_of(evidence, n), "e", &d), &d);
	assert_ok(coco_needs_of(&s->needs, &pieces, &s->have, &d), &d);
	coco_pieces_free(&pieces);
	s->tries = 4;
}

static void open_snp(struct place *s, const struct coco_mint_snp_spec *spec,
		     struct coco_mint_snp_set *set)
{
	static const char *const names[] = { "Milan", "Genoa", "Turin" };

	memset(s, 0, sizeof(*s));
	coco_mint_snp_make(spec, set);
	s->snp = set;
	s->product = names[spec->product];
	s->at = COCO_PKI_NOW;
	open_place(s, set->report, sizeof(set->report));
}

static void open_tdx(struct place *s)
{
	memset(s, 0, sizeof(*s));
	s->tdx = coco_mint_tdx(4, 2, COCO_MINT_TDX_NONE);
	s->at = COCO_MINT_TDX_AT;
	open_place(s, s->tdx->quote, s->tdx->n_quote);
}

static void close_place(struct place *s)
{
	coco_test_server_stop(s->server);
	coco_fetch_list_free(&s->list);
	coco_needs_free(&s->needs);
	coco_collateral_free(&s->have);
	coco_free(s->bundle);
	coco_test_rmdir(s->top);
	if (s->snp != NULL)
		coco_mint_snp_free(s->snp);
	if (s->tdx != NULL)
		coco_mint_tdx_free(s->tdx);
	pthread_mutex_destroy(&s->lock);
}

static int fetch(struct place *s, struct coco_diag *d)
{
	const struct coco_run run = { .jobs = 1, .now = s->at, .cancel = &s->stop };
	char url[64];
	const struct coco_fetch_collateral config = {
		.kds = url, .pcs = url, .bundle = s->bundle,
		.http = { .proxy = "", .tries = s->tries, .backoff_ms = 1,
			  .idle_seconds = s->idle },
	};

	snprintf(url, sizeof(url), "%s", coco_test_server_url(s->server, "/"));
	coco_fetch_list_free(&s->list);
	s->asked = 0;
	return coco_fetch_collateral(&run, &config, &s->needs, &s->have, &s->list, d);
}

/* The outcomes as letters: Got, Held, Nowhere, Failed, Left. */
static const char *outcomes(const struct place *s)
{
	static char text[16];

	memset(text, 0, sizeof(text));
	for (size_t i = 0; i < s->list.n; i++)
		text[i] = "GHNFL"[s->list.v[i].outcome];
	return text;
}

static size_t in_bundle(const struct place *s)
{
	struct coco_collateral c;
	struct coco_diag d = { 0 };

	coco_collateral_init(&c);
	assert_ok(coco_bundle_load(&c, s->bundle, &d), &d);
	size_t n = c.n;
	coco_collateral_free(&c);
	return n;
}

static void test_snp(void **state COCO_UNUSED)
{
	static const struct {
		struct coco_mint_snp_spec spec;
		const char *outcome;
		size_t items;
	} list[] = {
		{ { .version = 3, .product = COCO_MINT_MILAN }, "GGG", 4 },
		{ { .version = 5, .product = COCO_MINT_TURIN }, "GGG", 4 },
		{ { .version = 3, .product = COCO_MINT_MILAN, .vlek = true }, "NGG", 3 },
		{ { .version = 2, .product = COCO_MINT_MILAN }, "GGG", 4 },
		{ { .version = 2, .product = COCO_MINT_GENOA }, "GGG", 4 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_mint_snp_set set;
		struct coco_diag d = { 0 };
		struct place s;

		open_snp(&s, &list[i].spec, &set);
		assert_ok(fetch(&s, &d), &d);
		assert_int_equal(s.list.first.code, 0);
		assert_string_equal(outcomes(&s), list[i].outcome);
		assert_false(s.list.v[1].dated);
		assert_int_equal(in_bundle(&s), list[i].items);
		/* again: nothing is asked */
		assert_ok(fetch(&s, &d), &d);
		assert_int_equal(s.asked, 0);
		/* long after: all of it, and it is told to be old */
		s.at = COCO_PKI_END + 1;
		assert_ok(fetch(&s, &d), &d);
		assert_true(s.asked > 0 && s.list.v[1].dated);
		close_place(&s);
	}
}

static void test_tdx(void **state COCO_UNUSED)
{
	for (int mirror = 0; mirror < 2; mirror++) {
		struct coco_diag d = { 0 };
		struct place s;

		open_tdx(&s);
		s.mirror = mirror != 0;
		assert_ok(fetch(&s, &d), &d);
		if (s.list.first.code != 0)
			fail_msg("%s: %s", outcomes(&s), s.list.first.message);
		assert_string_equal(outcomes(&s), "GGGG");
		assert_int_equal(s.asked, mirror ? 4 : 5);
		/* two lists, two documents, CA, root, signer */
		assert_int_equal(in_bundle(&s), 7);
		assert_ok(fetch(&s, &d), &d);
		assert_string_equal(outcomes(&s), "HHHH");
		assert_int_equal(s.asked, 0);
		close_place(&s);
	}
}

#define HTML "<!DOCTYPE html><html><body>Sign in</body></html>"

/* Each trouble: what becomes of the items, the error, and what helps. */
static void test_trouble(void **state COCO_UNUSED)
{
	static const struct {
		bool tdx;
		struct trouble trouble;
		const char *outcome;
		int code;
		unsigned asked;
	} list[] = {
		{ false, { "cert_chain", ANY, 404, 0, NULL, 0, false }, "GFG",
		  COCO_E_COLLATERAL_ABSENT, 3 },
		{ false, { "cert_chain", 2, 429, 0, NULL, 0, false }, "GGG", 0, 5 },
		{ false, { "cert_chain", 3, 500, 0, NULL, 0, false }, "GGG", 0, 6 },
		{ false, { "cert_chain", ANY, 429, 0, NULL, 0, false }, "GFG",
		  COCO_E_COLLATERAL_BUSY, 6 },
		{ false, { "cert_chain", ANY, 502, 0, NULL, 0, false }, "GFG",
		  COCO_E_COLLATERAL_BUSY, 6 },
		{ false, { "cert_chain", ANY, 403, 0, NULL, 0, false }, "GFG",
		  COCO_E_COLLATERAL_SERVER, 3 },
		{ false, { "cert_chain", ANY, 302, 0, NULL, 0, false }, "GFG",
		  COCO_E_COLLATERAL_SERVER, 3 },
		{ false, { "cert_chain", ANY, 0, 0, HTML, 0, false }, "GFG",
		  COCO_E_COLLATERAL_ANSWER, 3 },
		{ false, { "cert_chain", ANY, 0, 0, "", 0, false }, "GFG",
		  COCO_E_COLLATERAL_ANSWER, 3 },
		{ false, { "cert_chain", ANY, 0, 0, NULL, 40, false }, "GFG",
		  COCO_E_COLLATERAL_ANSWER, 3 },
		{ false, { "/crl", ANY, 0, 0, NULL, 1, false }, "GGF",
		  COCO_E_COLLATERAL_ANSWER, 3 },
		{ false, { "/c1c1", ANY, 0, 0, NULL, 3, false }, "FGG",
		  COCO_E_COLLATERAL_ANSWER, 3 },
		{ false, { "cert_chain", 2, 0, COCO_FAULT_CLOSE, NULL, 0, false }, "GGG", 0, 5 },
		{ false, { "cert_chain", ANY, 0, COCO_FAULT_SHORT, NULL, 0, false }, "GFL",
		  COCO_E_NET_BROKEN, 5 },
		{ true, { "/tcb", ANY, 0, 0, NULL, 2, false }, "GFGG",
		  COCO_E_COLLATERAL_ANSWER, 4 },
		{ true, { "/tcb", ANY, 0, 0, HTML, 0, false }, "GFGG",
		  COCO_E_COLLATERAL_ANSWER, 4 },
		{ true, { "/tcb", ANY, 0, 0, NULL, 0, true }, "GFGG",
		  COCO_E_COLLATERAL_ANSWER, 4 },
		{ true, { "/tcb", ANY, 404, 0, NULL, 0, false }, "GFGG",
		  COCO_E_COLLATERAL_ABSENT, 4 },
		{ true, { "pckcrl", 1, 503, 0, NULL, 0, false }, "GGGG", 0, 5 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		const struct coco_mint_snp_spec spec = { .version = 3 };
		struct coco_mint_snp_set set;
		struct coco_diag d = { 0 };
		struct place s;

		if (list[i].tdx)
			open_tdx(&s);
		else
			open_snp(&s, &spec, &set);
		s.mirror = true;
		s.trouble = list[i].trouble;
		assert_ok(fetch(&s, &d), &d);
		if (s.list.first.code != list[i].code || s.asked != list[i].asked ||
		    strcmp(outcomes(&s), list[i].outcome) != 0)
			fail_msg("%zu: %s, %d: %s, %u requests", i, outcomes(&s),
				 s.list.first.code, s.list.first.message, s.asked);
		/* when the trouble is over the rest comes, and no more than that */
		s.trouble.times = 0;
		assert_ok(fetch(&s, &d), &d);
		assert_int_equal(s.list.first.code, 0);
		assert_true(s.asked <= 2 && (s.asked > 0) == (list[i].code != 0));
		close_place(&s);
	}
}

/* The right form, the wrong thing: of another chip, another platform, by another key. */
static void test_wrong_item(void **state COCO_UNUSED)
{
	static const char *const snp[] = { "chip", "tcb-snp", "leaf-kind", "crl-forged" };
	static const enum coco_mint_tdx_defect tdx[] = {
		COCO_MINT_TDX_TCB_FMSPC, COCO_MINT_TDX_TCB_SGX, COCO_MINT_TDX_TCB_SIGNATURE,
		COCO_MINT_TDX_QE_IDENTITY_OF_SGX, COCO_MINT_TDX_PCK_CRL_OTHER_KEY,
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(snp) + COCO_ARRAY_LEN(tdx); i++) {
		const struct coco_mint_snp_spec spec = {
			.version = 3, .defect = i < COCO_ARRAY_LEN(snp) ? snp[i] : NULL,
		};
		struct coco_mint_snp_set set;
		struct coco_diag d = { 0 };
		struct place s;

		if (i < COCO_ARRAY_LEN(snp)) {
			open_snp(&s, &spec, &set);
		} else {
			open_tdx(&s);
			coco_mint_tdx_free(s.tdx);
			s.tdx = coco_mint_tdx(4, 2, tdx[i - COCO_ARRAY_LEN(snp)]);
			s.mirror = true;
		}
		assert_ok(fetch(&s, &d), &d);
		if (s.list.first.code != COCO_E_COLLATERAL_ANSWER)
			fail_msg("%zu: %s, %s", i, outcomes(&s), s.list.first.message);
		assert_non_null(strchr(outcomes(&s), 'F'));
		assert_ptr_equal(strchr(outcomes(&s), 'F'), strrchr(outcomes(&s), 'F'));
		close_place(&s);
	}
}

static void test_no_answer(void **state COCO_UNUSED)
{
	const struct coco_mint_snp_spec spec = { .version = 3 };
	struct coco_mint_snp_set set;
	struct coco_diag d = { 0 };
	struct place s;

	open_snp(&s, &spec, &set);
	s.trouble = (struct trouble){ .path = "cert_chain", .times = ANY,
				      .fault = COCO_FAULT_SILENT };
	s.tries = s.idle = 1;
	assert_ok(fetch(&s, &d), &d);
	assert_string_equal(outcomes(&s), "GFL");
	assert_int_equal(s.list.first.code, COCO_E_NET_TIMEOUT);
	assert_int_equal(in_bundle(&s), 1);   /* what came before is kept */
	/* stopped by the user */
	s.stop = 1;
	assert_err(fetch(&s, &d), COCO_E_CANCELLED, &d);
	assert_null(s.list.v);
	close_place(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snp),
		cmocka_unit_test(test_tdx),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_wrong_item),
		cmocka_unit_test(test_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
