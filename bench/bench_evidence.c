/*
 * bench_evidence.c - mints evidence under test roots, and times the bare
 * public-key operations that a verdict on it needs.
 *
 *	bench_evidence mint DIR N      DIR/snp, DIR/tdx: evidence and collateral;
 *	                               DIR/many: N SEV-SNP reports with other nonces
 *	bench_evidence bound           per kind: wall and CPU seconds of its operations
 *	bench_evidence many JOBS N     seconds for N ECDSA P-384 verifications on JOBS threads
 *
 * Operations of an SEV-SNP verdict: one ECDSA P-384 (the report), three RSA-PSS
 * (VCEK, ASK, revocation list), with the 2048 bits of minted keys. Of a TDX
 * verdict: ECDSA P-256, as often as the chains, lists and documents have signatures.
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/bench_clock.h"
#include "formats/core/wr.h"
#include "lib/core/io.h"
#include "lib/crypto/ec_numbers.h"
#include "tests/support/mint_snp_pki.h"
#include "tests/support/mint_tdx.h"

enum {
	SIGNED = 0x2a0,
	NONCE = 0x50,
	JOBS_MAX = 256,
	ROUNDS = 21,
	SNP_RSA = 3,
	/* quote, QE report, PCK, CA, root, TCB signing, two lists, TCB info, QE identity */
	TDX_EC = 10,
};

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_evidence: %s\n", what);
	exit(1);
}

/* ---- minting ------------------------------------------------------------------------ */

static void save(const char *dir, const char *name, const void *p, size_t n)
{
	struct coco_diag d = { 0 };
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	need(n == 0 || coco_write_file(path, p, n, COCO_OUT_FORCE, &d) == 0, d.message);
}

static void sub(const char *dir, const char *name, char ret[256])
{
	snprintf(ret, 256, "%s/%s", dir, name);
	need(mkdir(ret, 0700) == 0, "a directory exists already");
}

/* The same report for another nonce. */
static void again(struct coco_mint_snp_set *set, unsigned i, const char *dir)
{
	uint8_t r[COCO_EC_P384];
	uint8_t s[COCO_EC_P384];
	char name[32];
	char path[512];

	memcpy(set->report + NONCE, &i, sizeof(i));
	need(coco_ec_sign(set->leaf->key, coco_view_of(set->report, SIGNED), r, s, NULL) == 0,
	     "a report cannot be signed");
	for (size_t k = 0; k < COCO_EC_P384; k++) {
		set->report[0x2a0 + k] = r[COCO_EC_P384 - 1 - k];
		set->report[0x2e8 + k] = s[COCO_EC_P384 - 1 - k];
	}
	/* many small files: without the sync of coco_write_file */
	snprintf(name, sizeof(name), "r%06u", i);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	need(f != NULL && fwrite(set->report, COCO_MINT_SNP, 1, f) == 1 && fclose(f) == 0,
	     "a report cannot be written");
}

static void mint_snp(const char *dir, unsigned n)
{
	const struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_MILAN };
	struct coco_mint_snp_set set;
	char to[256];

	coco_mint_snp_make(&spec, &set);
	sub(dir, "snp", to);
	save(to, "report", set.report, COCO_MINT_SNP);
	save(dir, "snp-root.der", set.root->der, set.root->n_der);
	sub(dir, "snp-collateral", to);
	save(to, "vcek.der", set.leaf->der, set.leaf->n_der);
	save(to, "ask.der", set.ask->der, set.ask->n_der);
	save(to, "crl.der", set.crl, set.n_crl);
	sub(dir, "many", to);
	for (unsigned i = 0; i < n; i++)
		again(&set, i, to);
	coco_mint_snp_free(&set);
}

static void mint_tdx(const char *dir)
{
	struct coco_mint_tdx *t = coco_mint_tdx(4, 2, COCO_MINT_TDX_NONE);
	char to[256];

	sub(dir, "tdx", to);
	save(to, "quote", t->quote, t->n_quote);
	save(dir, "tdx-root.der", t->root->der, t->root->n_der);
	sub(dir, "tdx-collateral", to);
	save(to, "root.crl", t->root_crl, t->n_root_crl);
	save(to, "pck.crl", t->pck_crl, t->n_pck_crl);
	save(to, "signing.der", t->signing->der, t->signing->n_der);
	save(to, "tcb.json", t->tcb_info, strlen(t->tcb_info));
	save(to, "qe.json", t->qe_identity, strlen(t->qe_identity));
	coco_mint_tdx_free(t);
}

/* ---- bare operations ---------------------------------------------------------------- */

struct signed_text {
	EVP_PKEY *key;
	const EVP_MD *md;
	bool pss;
	uint8_t text[SIGNED];
	uint8_t sig[1024];
	size_t n_sig;
};

static bool pad(const struct signed_text *s, EVP_PKEY_CTX *ctx)
{
	return !s->pss || (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			   EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 48) == 1);
}

static void sign(struct signed_text *s)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p = NULL;

	memset(s->text, 7, sizeof(s->text));
	s->n_sig = sizeof(s->sig);
	need(s->key != NULL && EVP_DigestSignInit(ctx, &p, s->md, NULL, s->key) == 1 &&
	     pad(s, p) && EVP_DigestSign(ctx, s->sig, &s->n_sig, s->text, SIGNED) == 1, "sign");
	EVP_MD_CTX_free(ctx);
}

static void verify(const struct signed_text *s)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p = NULL;

	need(EVP_DigestVerifyInit(ctx, &p, s->md, NULL, s->key) == 1 && pad(s, p) &&
	     EVP_DigestVerify(ctx, s->sig, s->n_sig, s->text, SIGNED) == 1, "verify");
	EVP_MD_CTX_free(ctx);
}

static void round_of(const struct signed_text *a, unsigned n_a, const struct signed_text *b,
		     unsigned n_b)
{
	for (unsigned i = 0; i < n_a; i++)
		verify(a);
	for (unsigned i = 0; i < n_b; i++)
		verify(b);
}

static void time_of(const char *name, const struct signed_text *a, unsigned n_a,
		    const struct signed_text *b, unsigned n_b)
{
	double wall[ROUNDS];
	double cpu[ROUNDS];

	round_of(a, n_a, b, n_b);
	for (unsigned i = 0; i < ROUNDS; i++) {
		wall[i] = coco_bench_now();
		cpu[i] = coco_bench_cpu();
		round_of(a, n_a, b, n_b);
		wall[i] = coco_bench_now() - wall[i];
		cpu[i] = coco_bench_cpu() - cpu[i];
	}
	printf("%s %.6f %.6f\n", name, coco_bench_median(wall, ROUNDS),
	       coco_bench_median(cpu, ROUNDS));
}

static void bound(void)
{
	struct signed_text p384 = { .key = EVP_EC_gen("P-384"), .md = EVP_sha384() };
	struct signed_text p256 = { .key = EVP_EC_gen("P-256"), .md = EVP_sha256() };
	struct signed_text rsa = { .key = EVP_RSA_gen(2048), .md = EVP_sha384(), .pss = true };

	sign(&p384);
	sign(&p256);
	sign(&rsa);
	time_of("snp", &p384, 1, &rsa, SNP_RSA);
	time_of("tdx", &p256, TDX_EC, NULL, 0);
	EVP_PKEY_free(p384.key);
	EVP_PKEY_free(p256.key);
	EVP_PKEY_free(rsa.key);
}

/* ---- many, on all cores ------------------------------------------------------------- */

struct many {
	struct signed_text s;
	_Atomic long left;
};

static void *lane(void *ctx)
{
	struct many *m = ctx;

	while (atomic_fetch_sub(&m->left, 1) > 0)
		verify(&m->s);
	return NULL;
}

static void many(unsigned jobs, long n)
{
	struct many m = { .s = { .key = EVP_EC_gen("P-384"), .md = EVP_sha384() } };
	pthread_t t[JOBS_MAX];

	need(jobs > 0 && jobs <= JOBS_MAX, "too many threads");
	sign(&m.s);
	atomic_store(&m.left, n);
	double start = coco_bench_now();
	double cpu = coco_bench_cpu();
	for (unsigned i = 0; i < jobs; i++)
		need(pthread_create(&t[i], NULL, lane, &m) == 0, "no thread");
	for (unsigned i = 0; i < jobs; i++)
		pthread_join(t[i], NULL);
	printf("many %.6f %.6f\n", coco_bench_now() - start, coco_bench_cpu() - cpu);
	EVP_PKEY_free(m.s.key);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "mint") == 0) {
		mint_snp(argv[2], (unsigned)atoi(argv[3]));
		mint_tdx(argv[2]);
	} else if (argc == 2 && strcmp(argv[1], "bound") == 0) {
		bound();
	} else if (argc == 4 && strcmp(argv[1], "many") == 0) {
		many((unsigned)atoi(argv[2]), atol(argv[3]));
	} else {
		fputs("usage: bench_evidence mint DIR N | bound | many JOBS N\n", stderr);
		return 2;
	}
	return 0;
}
