/*
 * test_igvm_measure.c - the measurement of IGVM files by each set of rules,
 * ID blocks, what is refused. Covers igvm_measure*.c.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/igvm_measure.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/snp_page.h"
#include "lib/core/io.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/ec_numbers.h"
#include "lib/crypto/sha256.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_igvm.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };
static char *dir;

static int measure(const char *file, struct coco_igvm_request req, struct coco_igvm_measured *m,
		   struct coco_diag *d)
{
	*d = (struct coco_diag){ 0 };
	req.file = file;
	return coco_igvm_measure(&run, &req, m, d);
}

static struct coco_igvm_request rules(enum coco_igvm_platform p, enum coco_igvm_rules r)
{
	return (struct coco_igvm_request){ .has_platform = true, .platform = p, .rules = r };
}

/* ---- a second implementation of the chain, in the test's words --------------------- */

struct chain {
	struct coco_digest *sha;
	uint8_t snp[48];
	struct coco_sha256 sev;
};

static void chain_start(struct chain *c)
{
	struct coco_diag d = { 0 };

	memset(c, 0, sizeof(*c));
	assert_ok(coco_digest_new(&c->sha, COCO_DIGEST_SHA384, &d), &d);
	coco_sha256_init(&c->sev);
}

static void snp(struct chain *c, enum coco_snp_page_type type, uint64_t gpa, const uint8_t *page)
{
	struct coco_diag d = { 0 };
	uint8_t contents[48] = { 0 };
	uint8_t info[COCO_SNP_PAGE_INFO];

	if (page != NULL)
		assert_ok(coco_digest_once(c->sha, page, 4096, contents, &d), &d);
	coco_snp_page_info(info, c->snp, page != NULL ? contents : NULL, type, gpa);
	assert_ok(coco_digest_once(c->sha, info, sizeof(info), c->snp, &d), &d);
}

static void tdx(struct chain *c, uint64_t gpa, const uint8_t *page)
{
	struct coco_diag d = { 0 };
	uint8_t add[128] = "MEM.PAGE.ADD";
	uint8_t extend[128 + 256] = "MR.EXTEND";

	for (unsigned i = 0; i < 8; i++)
		add[16 + i] = (uint8_t)(gpa >> (8 * i) & 0xff);
	assert_ok(coco_digest_update(c->sha, add, sizeof(add), &d), &d);
	for (unsigned at = 0; page != NULL && at < 4096; at += 256) {
		for (unsigned i = 0; i < 8; i++)
			extend[16 + i] = (uint8_t)((gpa + at) >> (8 * i) & 0xff);
		memcpy(extend + 128, page + at, 256);
		assert_ok(coco_digest_update(c->sha, extend, sizeof(extend), &d), &d);
	}
}

static void check(struct chain *c, const char *file, struct coco_igvm_request req,
		  const uint8_t *want, size_t n)
{
	struct coco_igvm_measured m;
	struct coco_diag d;

	assert_ok(measure(file, req, &m, &d), &d);
	assert_int_equal(m.record.n_registers, 1);
	const struct coco_mrecord_register *r = &m.record.registers[0];
	assert_int_equal(r->n_values, 1);
	assert_int_equal(r->values[0].value.n, n);
	if (memcmp(r->values[0].value.p, want, n) != 0)
		fail_msg("rules %d of platform %d give another value", req.rules, req.platform);
	coco_igvm_measured_free(&m);
	coco_digest_free(c->sha);
}

/* ---- the usual file ---------------------------------------------------------------- */

static const uint8_t zeros[4096];

static void test_snp(void **state COCO_UNUSED)
{
	static const enum coco_igvm_rules all[] = { COCO_IGVM_RULES_IGVM,
						    COCO_IGVM_RULES_IGVMMEASURE,
						    COCO_IGVM_RULES_QEMU };
	struct coco_mint_igvm m;

	coco_mint_igvm_usual(&m);
	const char *file = coco_mint_igvm_file(&m, dir, "usual");
	const uint8_t *a = m.p + COCO_MINT_IGVM_DATA;
	const uint8_t *b = a + 4096;
	const uint8_t *vmsa = b + 4096;
	for (size_t i = 0; i < 4; i++) {
		bool native = i == 3;
		struct coco_igvm_request req = rules(COCO_IGVM_SNP, all[native ? 1 : i]);
		struct chain c;

		req.native_zero = native;
		chain_start(&c);
		snp(&c, COCO_SNP_NORMAL, 0x800000, a);
		snp(&c, COCO_SNP_NORMAL, 0x801000, b);
		if (req.rules == COCO_IGVM_RULES_QEMU || native)
			snp(&c, COCO_SNP_ZERO, 0x802000, NULL);
		else
			snp(&c, COCO_SNP_NORMAL, 0x802000, zeros);
		snp(&c, COCO_SNP_UNMEASURED, 0x803000, NULL);
		snp(&c, COCO_SNP_SECRETS, 0x804000, NULL);
		snp(&c, COCO_SNP_CPUID, 0x805000, NULL);
		if (req.rules == COCO_IGVM_RULES_IGVMMEASURE)
			snp(&c, COCO_SNP_NORMAL, 0x806000, a);
		snp(&c, COCO_SNP_UNMEASURED, 0x810000, NULL);
		if (req.rules != COCO_IGVM_RULES_IGVMMEASURE)
			snp(&c, COCO_SNP_UNMEASURED, 0x811000, NULL);
		snp(&c, COCO_SNP_VMSA, 0xfffffffff000, vmsa);
		check(&c, file, req, c.snp, 48);
	}
	coco_mint_igvm_free(&m);
}

static void test_tdx(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_mint_igvm m;
	uint8_t want[COCO_DIGEST_MAX];
	struct chain c;

	coco_mint_igvm_usual(&m);
	const char *file = coco_mint_igvm_file(&m, dir, "usual");
	const uint8_t *a = m.p + COCO_MINT_IGVM_DATA;
	chain_start(&c);
	tdx(&c, 0x800000, a);
	tdx(&c, 0x801000, a + 4096);
	tdx(&c, 0x802000, zeros);
	tdx(&c, 0x803000, NULL);
	tdx(&c, 0x810000, NULL);
	tdx(&c, 0x811000, NULL);
	assert_ok(coco_digest_final(c.sha, want, &d), &d);
	check(&c, file, rules(COCO_IGVM_TDX, COCO_IGVM_RULES_AUTO), want, 48);
	coco_mint_igvm_free(&m);
}

static void test_sev(void **state COCO_UNUSED)
{
	struct coco_mint_igvm m;
	uint8_t want[32];
	struct chain c;

	for (uint8_t p = COCO_IGVM_SEV; p <= COCO_IGVM_SEV_ES; p++) {
		coco_mint_igvm_start(&m, 2);
		uint32_t a = coco_mint_igvm_data(&m, 4096, 1);
		uint32_t vmsa = coco_mint_igvm_vmsa(&m);
		coco_mint_igvm_platform(&m, 1, p);
		coco_mint_igvm_area(&m, 4096, 0);
		coco_mint_igvm_page(&m, 0x1000, 1, a, 0, 0);
		coco_mint_igvm_page(&m, 0x2000, 1, 0, 0, 0);   /* no bytes: nothing is added */
		coco_mint_igvm_page(&m, 0x3000, 1, a, 0, 1);
		coco_mint_igvm_insert(&m, 0x4000, 1, 0);
		coco_mint_igvm_context(&m, 0x5000, 1, vmsa, 0);
		const char *file = coco_mint_igvm_file(&m, dir, "sev");
		chain_start(&c);
		coco_sha256_update(&c.sev, m.p + a, 4096);
		coco_sha256_update(&c.sev, m.p + a, 4096);
		coco_sha256_update(&c.sev, m.p + vmsa, 4096);
		coco_sha256_final(&c.sev, want);
		check(&c, file, (struct coco_igvm_request){ .rules = COCO_IGVM_RULES_AUTO }, want,
		      32);
		coco_mint_igvm_free(&m);
	}
}

/* Large pages, contexts of others, contexts before pages. */
static void test_odd(void **state COCO_UNUSED)
{
	struct coco_igvm_measured out;
	struct coco_mint_igvm m;
	struct coco_diag d;
	struct chain c;

	coco_mint_igvm_start(&m, 1);
	uint32_t vmsa = coco_mint_igvm_vmsa(&m);
	uint32_t big = coco_mint_igvm_data(&m, COCO_IGVM_LARGE, 9);
	coco_mint_igvm_platform(&m, 1, COCO_IGVM_SNP);
	coco_mint_igvm_platform(&m, 2, COCO_IGVM_SEV_ES);
	coco_mint_igvm_context(&m, 0x7000, 1, vmsa, 0);
	coco_mint_igvm_context(&m, 0x8000, 2, vmsa, 0);
	coco_mint_igvm_page(&m, 0x200000, 1, 0, 1, 0);
	const char *file = coco_mint_igvm_file(&m, dir, "odd");
	chain_start(&c);
	snp(&c, COCO_SNP_VMSA, 0x7000, m.p + vmsa);
	snp(&c, COCO_SNP_NORMAL, 0x200000, zeros);
	check(&c, file, rules(COCO_IGVM_SNP, COCO_IGVM_RULES_IGVM), c.snp, 48);
	chain_start(&c);
	snp(&c, COCO_SNP_VMSA, 0x7000, m.p + vmsa);
	snp(&c, COCO_SNP_VMSA, 0x8000, m.p + vmsa);
	for (uint64_t at = 0; at < COCO_IGVM_LARGE; at += 4096)
		snp(&c, COCO_SNP_NORMAL, 0x200000 + at, zeros);
	check(&c, file, rules(COCO_IGVM_SNP, COCO_IGVM_RULES_IGVMMEASURE), c.snp, 48);
	assert_err(measure(file, rules(COCO_IGVM_SNP, COCO_IGVM_RULES_QEMU), &out, &d),
		   COCO_E_IGVM_RULES, &d);
	/* with bytes */
	coco_mint_igvm_page(&m, 0x400000, 1, big, 1, 0);
	file = coco_mint_igvm_file(&m, dir, "odd");
	assert_err(measure(file, rules(COCO_IGVM_SNP, COCO_IGVM_RULES_IGVM), &out, &d),
		   COCO_E_IGVM_RULES, &d);
	chain_start(&c);
	snp(&c, COCO_SNP_VMSA, 0x7000, m.p + vmsa);
	snp(&c, COCO_SNP_VMSA, 0x8000, m.p + vmsa);
	for (uint64_t at = 0; at < COCO_IGVM_LARGE; at += 4096)
		snp(&c, COCO_SNP_NORMAL, 0x200000 + at, zeros);
	for (uint64_t at = 0; at < COCO_IGVM_LARGE; at += 4096)
		snp(&c, COCO_SNP_NORMAL, 0x400000 + at, m.p + big + at);
	check(&c, file, rules(COCO_IGVM_SNP, COCO_IGVM_RULES_IGVMMEASURE), c.snp, 48);
	coco_mint_igvm_free(&m);
}

/* QEMU adds vCPUs at the end and at KVM's address, and forces registers. */
static void test_kvm(void **state COCO_UNUSED)
{
	static const size_t forced[] = { 0x0d1, 0x148, 0x158, 0x170 };
	struct coco_igvm_request req = rules(COCO_IGVM_SNP, COCO_IGVM_RULES_QEMU);
	struct coco_igvm_measured out;
	struct coco_mint_igvm m;
	struct coco_diag d;
	struct chain c;

	coco_mint_igvm_start(&m, 1);
	uint32_t vmsa = coco_mint_igvm_vmsa(&m);
	coco_mint_igvm_platform(&m, 1, COCO_IGVM_SNP);
	coco_mint_igvm_context(&m, 0x7000, 1, vmsa, 0);
	coco_mint_igvm_page(&m, 0x200000, 1, vmsa, 0, 0);
	const char *file = coco_mint_igvm_file(&m, dir, "kvm");
	chain_start(&c);
	snp(&c, COCO_SNP_NORMAL, 0x200000, m.p + vmsa);
	snp(&c, COCO_SNP_VMSA, 0xfffffffff000, m.p + vmsa);
	check(&c, file, req, c.snp, 48);
	for (size_t i = 0; i < COCO_ARRAY_LEN(forced); i++) {
		uint8_t old = m.p[vmsa + forced[i]];

		m.p[vmsa + forced[i]] = 0;
		file = coco_mint_igvm_file(&m, dir, "kvm");
		assert_err(measure(file, req, &out, &d), COCO_E_IGVM_RULES, &d);
		m.p[vmsa + forced[i]] = old;
	}
	coco_mint_igvm_free(&m);
}

/* ---- the record -------------------------------------------------------------------- */

static void test_record(void **state COCO_UNUSED)
{
	struct coco_igvm_measured out;
	struct coco_mint_igvm m;
	struct coco_diag d;

	coco_mint_igvm_usual(&m);
	const char *file = coco_mint_igvm_file(&m, dir, "usual");
	assert_ok(measure(file, rules(COCO_IGVM_SNP, COCO_IGVM_RULES_AUTO), &out, &d), &d);
	const struct coco_mrecord_register *r = &out.record.registers[0];
	assert_string_equal(out.record.platform, "snp");
	assert_string_equal(r->name, "snp.launch_digest");
	assert_string_equal(r->algorithm, "sha384");
	assert_int_equal(out.record.n_files, 1);
	assert_int_equal(out.record.files[0].size, m.n);
	assert_string_equal(out.record.params[0].value, "igvm");
	/* three NORMAL pages are one step */
	assert_int_equal(r->n_inputs, 6);
	assert_int_equal(r->inputs[0].pages, 3);
	assert_int_equal(r->inputs[0].digest.n, 0);
	assert_string_equal(r->inputs[4].name, "parameter area 7");
	assert_int_equal(r->inputs[4].pages, 2);
	assert_string_equal(r->inputs[5].name, "vCPU 0");
	assert_int_equal(r->inputs[5].digest.n, 48);
	assert_memory_equal(r->inputs[5].running.p, r->values[0].value.p, 48);
	assert_false(out.has_id_block);
	coco_igvm_measured_free(&out);
	assert_ok(measure(file, rules(COCO_IGVM_TDX, COCO_IGVM_RULES_AUTO), &out, &d), &d);
	assert_string_equal(out.record.registers[0].name, "tdx.mrtd");
	assert_string_equal(out.record.registers[0].inputs[1].type, "add");
	coco_igvm_measured_free(&out);
	coco_mint_igvm_free(&m);
}

/* ---- ID blocks --------------------------------------------------------------------- */

static void put_pair(uint8_t *p, const uint8_t a[48], const uint8_t b[48])
{
	for (unsigned i = 0; i < 48; i++) {
		p[i] = a[47 - i];
		p[72 + i] = b[47 - i];
	}
}

struct signer {
	struct coco_key *key;
	struct coco_id_pair point;
	struct coco_id_pair signature;
};

static void sign(struct signer *s, const void *p, size_t n)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_key_generate("p384", &s->key, &d), &d);
	assert_ok(coco_ec_point(s->key, s->point.a, s->point.b, &d), &d);
	assert_ok(coco_ec_sign(s->key, coco_view_of(p, n), s->signature.a, s->signature.b, &d),
		  &d);
	coco_key_free(s->key);
}

/* A signed ID block for this digest: its content. */
static void make_id(uint8_t c[696], const uint8_t digest[48], uint64_t policy)
{
	struct coco_id_block block = { .svn = 3, .policy = policy };
	uint8_t bytes[COCO_ID_BLOCK_SIZE];
	uint8_t key[COCO_ID_KEY_SIZE];
	struct signer id;
	struct signer author;

	memcpy(block.digest, digest, 48);
	memset(block.family, 0xfa, 16);
	coco_id_block_encode(bytes, &block);
	sign(&id, bytes, sizeof(bytes));
	coco_id_key_encode(key, &id.point);
	sign(&author, key, sizeof(key));
	memset(c, 0, 696);
	c[0] = 1;
	c[4] = 1;
	memcpy(c + 8, digest, 48);
	memset(c + 56, 0xfa, 16);
	c[88] = 1;
	c[92] = 3;
	c[96] = c[100] = 1;
	put_pair(c + 104, id.signature.a, id.signature.b);
	c[248] = 2;
	put_pair(c + 256, id.point.a, id.point.b);
	put_pair(c + 400, author.signature.a, author.signature.b);
	c[544] = 2;
	put_pair(c + 552, author.point.a, author.point.b);
}

/* The file of the ID block; change 0: none, else the byte of it that is flipped. */
static const char *id_file(struct coco_mint_igvm *m, const uint8_t c[696], size_t change)
{
	coco_mint_igvm_start(m, 1);
	coco_mint_igvm_platform(m, 1, COCO_IGVM_SNP);
	coco_mint_igvm_policy(m, 1, 0x30000);
	coco_mint_igvm_page(m, 0x1000, 1, 0, 0, 0);
	if (c != NULL) {
		size_t at = coco_mint_igvm_header(m, 0x30b, c, 696) + 8;

		if (change != 0)
			m->p[at + change] ^= 1;
	}
	return coco_mint_igvm_file(m, dir, "id");
}

static void test_id_block(void **state COCO_UNUSED)
{
	/* digest, svn, versions, algorithms, signatures, keys of both */
	static const size_t changes[] = { 8, 55, 56, 92, 88, 96, 100, 104, 176, 248, 256, 328, 400,
					  472, 544, 552, 624 };
	struct coco_igvm_request req = rules(COCO_IGVM_SNP, COCO_IGVM_RULES_AUTO);
	struct coco_igvm_measured out;
	struct coco_mint_igvm m;
	struct coco_diag d;
	uint8_t digest[48];
	uint8_t c[696];

	assert_ok(measure(id_file(&m, NULL, 0), req, &out, &d), &d);
	memcpy(digest, out.record.registers[0].values[0].value.p, 48);
	coco_igvm_measured_free(&out);
	coco_mint_igvm_free(&m);
	make_id(c, digest, 0x30000);
	assert_ok(measure(id_file(&m, c, 0), req, &out, &d), &d);
	assert_true(out.has_id_block && out.id_matches && out.id_signed && out.has_author);
	assert_memory_equal(out.record.registers[0].values[0].value.p, digest, 48);
	coco_igvm_measured_free(&out);
	coco_mint_igvm_free(&m);
	for (size_t i = 0; i < COCO_ARRAY_LEN(changes); i++) {
		const char *file = id_file(&m, c, changes[i]);

		req.ignore_id_block = false;
		assert_err(measure(file, req, &out, &d), COCO_E_IGVM_ID_BLOCK, &d);
		assert_true(d.expected[0] != '\0' && d.actual[0] != '\0');
		req.ignore_id_block = true;
		assert_ok(measure(file, req, &out, &d), &d);
		assert_false(out.id_signed);
		assert_int_equal(out.id_matches, changes[i] != 8 && changes[i] != 55);
		coco_igvm_measured_free(&out);
		coco_mint_igvm_free(&m);
	}
	/* signed for another policy */
	req.ignore_id_block = false;
	make_id(c, digest, 0x30001);
	assert_err(measure(id_file(&m, c, 0), req, &out, &d), COCO_E_IGVM_ID_BLOCK, &d);
	coco_mint_igvm_free(&m);
	/* without an author the author's part does not count */
	make_id(c, digest, 0x30000);
	c[4] = 0;
	memset(c + 400, 0, 296);
	c[100] = 0;
	assert_ok(measure(id_file(&m, c, 0), req, &out, &d), &d);
	assert_true(out.id_signed && !out.has_author);
	coco_igvm_measured_free(&out);
	coco_mint_igvm_free(&m);
}

/* ---- what is refused --------------------------------------------------------------- */

static void refuse(struct coco_mint_igvm *m, struct coco_igvm_request req, int code)
{
	struct coco_igvm_measured out = { .has_id_block = true };
	struct coco_diag d;

	assert_err(measure(coco_mint_igvm_file(m, dir, "bad"), req, &out, &d), code, &d);
	assert_true(out.has_id_block);
	assert_true(d.source[0] != '\0');
	coco_mint_igvm_free(m);
}

static void usual_with(struct coco_mint_igvm *m, uint64_t gpa, uint32_t index)
{
	coco_mint_igvm_usual(m);
	coco_mint_igvm_insert(m, gpa, 1, index);
}

static void test_refused(void **state COCO_UNUSED)
{
	const struct coco_igvm_request any = { .has_platform = false };
	struct coco_igvm_request req;
	struct coco_mint_igvm m;

	coco_mint_igvm_usual(&m);
	refuse(&m, any, COCO_E_IGVM_PLATFORM);
	coco_mint_igvm_usual(&m);
	refuse(&m, rules(COCO_IGVM_SEV, COCO_IGVM_RULES_AUTO), COCO_E_IGVM_PLATFORM);
	coco_mint_igvm_start(&m, 1);
	coco_mint_igvm_platform(&m, 1, COCO_IGVM_CCA);
	refuse(&m, any, COCO_E_IGVM_PLATFORM);
	coco_mint_igvm_start(&m, 1);
	refuse(&m, any, COCO_E_IGVM_PLATFORM);
	coco_mint_igvm_start(&m, 2);
	m.p[24] = 1;   /* AArch64 */
	coco_mint_igvm_platform(&m, 1, COCO_IGVM_SNP);
	refuse(&m, any, COCO_E_IGVM_PLATFORM);
	coco_mint_igvm_start(&m, 1);
	coco_mint_igvm_platform(&m, 1, COCO_IGVM_SNP);
	coco_mint_igvm_platform(&m, 1, COCO_IGVM_TDX);
	refuse(&m, any, COCO_E_IGVM_HEADER);
	coco_mint_igvm_start(&m, 1);
	coco_mint_igvm_platform(&m, 1, COCO_IGVM_SNP);
	coco_mint_igvm_platform(&m, 2, COCO_IGVM_SNP);
	refuse(&m, any, COCO_E_IGVM_HEADER);
	coco_mint_igvm_usual(&m);
	refuse(&m, rules(COCO_IGVM_TDX, COCO_IGVM_RULES_QEMU), COCO_E_USAGE_CONFLICT);
	coco_mint_igvm_usual(&m);
	req = rules(COCO_IGVM_SNP, COCO_IGVM_RULES_IGVM);
	req.native_zero = true;
	refuse(&m, req, COCO_E_USAGE_CONFLICT);
	usual_with(&m, 0x1000, 8);
	refuse(&m, rules(COCO_IGVM_SNP, COCO_IGVM_RULES_AUTO), COCO_E_IGVM_HEADER);
	coco_mint_igvm_usual(&m);
	coco_mint_igvm_area(&m, 4096, 7);
	refuse(&m, rules(COCO_IGVM_SNP, COCO_IGVM_RULES_AUTO), COCO_E_IGVM_HEADER);
	coco_mint_igvm_usual(&m);
	coco_mint_igvm_context(&m, 0, 1, 0, 1);
	refuse(&m, rules(COCO_IGVM_SNP, COCO_IGVM_RULES_AUTO), COCO_E_IGVM_RULES);
	coco_mint_igvm_usual(&m);
	m.p[0] = 'X';
	refuse(&m, any, COCO_E_IGVM_HEAD);
}

static void test_files(void **state COCO_UNUSED)
{
	struct coco_igvm_measured out;
	struct coco_diag d;
	char path[4200];

	assert_err(measure("/nowhere/file", rules(COCO_IGVM_SNP, 0), &out, &d), COCO_E_IO_OPEN,
		   &d);
	assert_err(measure(dir, rules(COCO_IGVM_SNP, 0), &out, &d), COCO_E_IO_KIND, &d);
	snprintf(path, sizeof(path), "%s/empty", dir);
	assert_ok(coco_write_file(path, "IGVM", 4, 0, &d), &d);
	assert_err(measure(path, rules(COCO_IGVM_SNP, 0), &out, &d), COCO_E_FORMAT_SHORT, &d);
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_igvm_request req = rules(COCO_IGVM_SEV, COCO_IGVM_RULES_AUTO);
	volatile sig_atomic_t stop = 1;
	struct coco_run stopped = { .jobs = 1, .cancel = &stop };
	struct coco_igvm_measured out;
	struct coco_mint_igvm m;
	struct coco_diag d = { 0 };

	coco_mint_igvm_usual(&m);
	req = rules(COCO_IGVM_SNP, COCO_IGVM_RULES_AUTO);
	req.file = coco_mint_igvm_file(&m, dir, "usual");
	assert_err(coco_igvm_measure(&stopped, &req, &out, &d), COCO_E_CANCELLED, &d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = measure(req.file, req, &out, &d);
		if (coco_test_alloc_check(r, &d)) {
			coco_igvm_measured_free(&out);
			break;
		}
	}
	coco_mint_igvm_free(&m);
}

/* ---- vectors ----------------------------------------------------------------------- */

static const char *text_of(const struct coco_jv *v, const char *name)
{
	struct coco_diag d = { 0 };
	const char *s = NULL;

	assert_ok(coco_jv_string(v, name, &s, &d), &d);
	return s;
}

static void vector(const char *file, struct coco_igvm_request req, const char *want)
{
	struct coco_igvm_measured out;
	struct coco_diag d;
	char text[97];

	assert_ok(measure(file, req, &out, &d), &d);
	coco_hex_encode(text, out.record.registers[0].values[0].value.p, 48);
	if (strcmp(text, want) != 0)
		fail_msg("%s rules %d: %s, not %s", file, req.rules, text, want);
	coco_igvm_measured_free(&out);
}

static size_t judge(const char *base, const struct coco_jv *v)
{
	static const struct {
		const char *name;
		enum coco_igvm_rules rules;
		bool native;
	} sets[] = {
		{ "spec", COCO_IGVM_RULES_AUTO, false },
		{ "coconut", COCO_IGVM_RULES_IGVMMEASURE, false },
		{ "coconut-nz", COCO_IGVM_RULES_IGVMMEASURE, true },
		{ "qemu", COCO_IGVM_RULES_QEMU, false },
	};
	struct coco_diag d = { 0 };
	struct coco_jv part;
	char file[4200];
	size_t n = 0;

	snprintf(file, sizeof(file), "%s/%s", base, text_of(v, "file"));
	if (coco_jv_has(v, "snp")) {
		assert_ok(coco_jv_object(v, "snp", &part, &d), &d);
		for (size_t i = 0; i < COCO_ARRAY_LEN(sets); i++, n++) {
			struct coco_igvm_request req = rules(COCO_IGVM_SNP, sets[i].rules);

			req.native_zero = sets[i].native;
			vector(file, req, text_of(&part, sets[i].name));
		}
	}
	if (coco_jv_has(v, "tdx")) {
		assert_ok(coco_jv_object(v, "tdx", &part, &d), &d);
		vector(file, rules(COCO_IGVM_TDX, COCO_IGVM_RULES_AUTO), text_of(&part, "mrtd"));
		n++;
	}
	return n;
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("measure/igvm/igvm.json");
	struct coco_diag d = { 0 };
	struct coco_json doc;
	char base[4096];
	size_t values = 0;
	size_t n;

	if (path == NULL)
		skip();
	uint8_t *text = coco_test_slurp(path, &n);
	snprintf(base, sizeof(base), "%.*s", (int)(strrchr(path, '/') - path), path);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	for (size_t i = 0; i < coco_jv_len(&root); i++) {
		struct coco_jv item = coco_jv_item(&root, i);

		values += judge(base, &item);
	}
	assert_int_equal(values, 18);
	coco_json_free(&doc);
	coco_free(text);
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
		cmocka_unit_test(test_snp),
		cmocka_unit_test(test_tdx),
		cmocka_unit_test(test_sev),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_kvm),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_id_block),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
