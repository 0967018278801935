/*
 * mint_snp_pki.c - signed SEV-SNP reports under test roots (see
 * mint_snp_pki.h).
 */
#include "tests/support/mint_snp_pki.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/ec_numbers.h"
#include "tests/support/support.h"

#define ARC "1.3.6.1.4.1.3704.1."
#define AMD "OU=Engineering/C=US/L=Santa Clara/ST=CA/O=Advanced Micro Devices/CN="

enum { RAW_MAX = 20, DAY = 86400, SIGNED = 672 };

const struct coco_mint_snp_defect coco_mint_snp_defects[] = {
	{ "none", 0, NULL, COCO_CHECKED_PASS, "" },
	/* the report */
	{ "altered", 0, "snp.signature", COCO_CHECKED_FAIL, "SIGNATURE:snp" },
	{ "r-zero", 0, "snp.signature", COCO_CHECKED_FAIL, "SIGNATURE:snp" },
	{ "s-zero", 0, "snp.signature", COCO_CHECKED_FAIL, "SIGNATURE:snp" },
	{ "r-order", 0, "snp.signature", COCO_CHECKED_FAIL, "SIGNATURE:snp" },
	{ "r-long", 0, "snp.signature", COCO_CHECKED_FAIL, "SIGNATURE:snp" },
	{ "algorithm", 0, "snp.signature_algo", COCO_CHECKED_FAIL, "EVIDENCE_UNSUPPORTED:" },
	{ "unsigned", 0, "snp.signing_key", COCO_CHECKED_FAIL, "EVIDENCE_UNSIGNED" },
	{ "key-reserved", 0, "snp.signing_key", COCO_CHECKED_FAIL, "EVIDENCE_UNSUPPORTED:" },
	{ "reported-above", 0, "snp.tcb.order", COCO_CHECKED_FAIL, "TCB_ORDER" },
	{ "committed-above", 0, "snp.tcb.order", COCO_CHECKED_FAIL, "TCB_ORDER" },
	/* the leaf */
	{ "no-leaf", 0, "snp.leaf", COCO_CHECKED_MISSING, "COLL_MISSING:V" },
	{ "leaf-kind", 0, "snp.leaf", COCO_CHECKED_FAIL, "COLL_WRONG_KIND:V" },
	{ "leaf-key", 0, "snp.signature", COCO_CHECKED_FAIL, "SIGNATURE:snp" },
	{ "leaf-curve", 0, "snp.signature", COCO_CHECKED_FAIL, "SIGNATURE:snp" },
	{ "csp-id", COCO_MINT_VCEK, "snp.leaf.kind", COCO_CHECKED_FAIL, "COLL_WRONG_KIND:leaf" },
	{ "hwid", COCO_MINT_VLEK, "snp.leaf.kind", COCO_CHECKED_FAIL, "COLL_WRONG_KIND:leaf" },
	{ "chip", COCO_MINT_VCEK, "snp.leaf.chip", COCO_CHECKED_FAIL, "COLL_OTHER_CHIP:VCEK" },
	{ "chip-wrapped", COCO_MINT_VCEK | COCO_MINT_LONG_CHIP, "snp.leaf.chip",
	  COCO_CHECKED_FAIL, "COLL_OTHER_CHIP:VCEK" },
	{ "chip-none", COCO_MINT_VCEK, "snp.leaf.chip", COCO_CHECKED_FAIL,
	  "COLL_OTHER_CHIP:VCEK" },
	{ "chip-tail", COCO_MINT_VCEK | COCO_MINT_SHORT_CHIP, "snp.leaf.chip",
	  COCO_CHECKED_FAIL, "COLL_OTHER_CHIP:VCEK" },
	{ "tcb-bootloader", 0, "snp.leaf.tcb.bootloader", COCO_CHECKED_FAIL, "COLL_OTHER_TCB:b" },
	{ "tcb-tee", 0, "snp.leaf.tcb.tee", COCO_CHECKED_FAIL, "COLL_OTHER_TCB:tee" },
	{ "tcb-snp", 0, "snp.leaf.tcb.snp", COCO_CHECKED_FAIL, "COLL_OTHER_TCB:snp" },
	{ "tcb-microcode", 0, "snp.leaf.tcb.microcode", COCO_CHECKED_FAIL, "COLL_OTHER_TCB:m" },
	{ "tcb-fmc", COCO_MINT_SHORT_CHIP, "snp.leaf.tcb.fmc", COCO_CHECKED_FAIL,
	  "COLL_OTHER_TCB:fmc" },
	{ "fmc-extra", COCO_MINT_LONG_CHIP, "snp.leaf.tcb.fmc", COCO_CHECKED_FAIL,
	  "COLL_OTHER_TCB:fmc" },
	{ "tcb-none", 0, "snp.leaf.tcb.snp", COCO_CHECKED_FAIL, "COLL_OTHER_TCB:snp" },
	{ "spl-form", 0, "snp.leaf.extensions", COCO_CHECKED_FAIL, "COLL_MALFORMED:leaf" },
	{ "spl-twice", 0, "snp.leaf.extensions", COCO_CHECKED_FAIL, "COLL_MALFORMED:leaf" },
	{ "product", 0, "snp.leaf.product", COCO_CHECKED_FAIL, "COLL_OTHER_PRODUCT:leaf" },
	{ "product-none", 0, "snp.leaf.product", COCO_CHECKED_FAIL, "COLL_OTHER_PRODUCT:leaf" },
	{ "leaf-ca", 0, "snp.chain.rights", COCO_CHECKED_FAIL, "CHAIN_RIGHTS" },
	{ "leaf-critical", 0, "snp.chain.rights", COCO_CHECKED_FAIL, "CHAIN_RIGHTS" },
	{ "leaf-expired", 0, "snp.dates.%s", COCO_CHECKED_FAIL, "COLL_EXPIRED:V" },
	{ "leaf-early", 0, "snp.dates.%s", COCO_CHECKED_FAIL, "COLL_NOT_YET_VALID:V" },
	{ "leaf-pkcs1", 0, "snp.chain.leaf", COCO_CHECKED_FAIL, "CHAIN:A" },
	{ "leaf-sha256", 0, "snp.chain.leaf", COCO_CHECKED_FAIL, "CHAIN:A" },
	/* the chain */
	{ "no-ask", 0, "snp.chain.leaf", COCO_CHECKED_MISSING, "COLL_MISSING:A" },
	{ "no-ark", 0, "snp.chain.ask", COCO_CHECKED_MISSING, "COLL_MISSING:ARK" },
	{ "ask-forged", 0, "snp.chain.leaf", COCO_CHECKED_FAIL, "CHAIN:A" },
	{ "ark-forged", 0, "snp.chain.ask", COCO_CHECKED_FAIL, "CHAIN:ARK" },
	{ "root-foreign", 0, "snp.chain.root", COCO_CHECKED_FAIL, "CHAIN_ROOT:ARK" },
	{ "ask-expired", 0, "snp.dates.as", COCO_CHECKED_FAIL, "COLL_EXPIRED:AS" },
	{ "ark-expired", 0, "snp.dates.ark", COCO_CHECKED_FAIL, "COLL_EXPIRED:ARK" },
	{ "ask-product", 0, "snp.chain.names", COCO_CHECKED_FAIL, "CHAIN_NAMES" },
	{ "ask-kind", 0, "snp.chain.names", COCO_CHECKED_FAIL, "CHAIN_NAMES" },
	{ "ark-name", 0, "snp.chain.names", COCO_CHECKED_FAIL, "CHAIN_NAMES" },
	{ "ask-no-ca", 0, "snp.chain.rights", COCO_CHECKED_FAIL, "CHAIN_RIGHTS" },
	{ "ask-usage", 0, "snp.chain.rights", COCO_CHECKED_FAIL, "CHAIN_RIGHTS" },
	{ "ask-critical", 0, "snp.chain.rights", COCO_CHECKED_FAIL, "CHAIN_RIGHTS" },
	{ "ask-pkcs1", 0, "snp.chain.ask", COCO_CHECKED_FAIL, "CHAIN:ARK" },
	/* the revocation list */
	{ "revoked", 0, "snp.revocation", COCO_CHECKED_FAIL, "COLL_REVOKED:" },
	{ "revoked-stale", 0, "snp.revocation", COCO_CHECKED_FAIL, "COLL_REVOKED:" },
	{ "crl-stale", 0, "snp.revocation", COCO_CHECKED_MISSING, "COLL_EXPIRED:CRL@" },
	{ "crl-endless", 0, "snp.revocation", COCO_CHECKED_MISSING, "COLL_EXPIRED:CRL@" },
	{ "crl-early", 0, "snp.revocation", COCO_CHECKED_MISSING, "COLL_NOT_YET_VALID:CRL@" },
	{ "crl-forged", 0, "snp.revocation", COCO_CHECKED_FAIL, "CHAIN:CRL" },
	{ "crl-pkcs1", 0, "snp.revocation", COCO_CHECKED_FAIL, "CHAIN:CRL" },
	{ "crl-limited", 0, "snp.revocation", COCO_CHECKED_FAIL, "CHAIN:CRL" },
	{ "no-crl", 0, "snp.revocation", COCO_CHECKED_SKIPPED, "" },
};
const size_t coco_mint_snp_n_defects = COCO_ARRAY_LEN(coco_mint_snp_defects);

static bool is(const struct coco_mint_snp_spec *s, const char *name)
{
	return s->defect != NULL && strcmp(s->defect, name) == 0;
}

static bool short_chip(const struct coco_mint_snp_spec *s)
{
	return s->product == COCO_MINT_TURIN;
}

bool coco_mint_snp_applies(const struct coco_mint_snp_spec *s)
{
	unsigned have = (s->vlek ? COCO_MINT_VLEK : COCO_MINT_VCEK) |
			(short_chip(s) ? COCO_MINT_SHORT_CHIP : COCO_MINT_LONG_CHIP);

	for (size_t i = 0; i < coco_mint_snp_n_defects; i++)
		if (is(s, coco_mint_snp_defects[i].name))
			return (coco_mint_snp_defects[i].only & ~have) == 0;
	return s->defect == NULL;
}

static const char *product_name(enum coco_mint_product p)
{
	static const char *const names[] = { "Milan", "Genoa", "Turin" };

	return names[p];
}

/* ---- the report ------------------------------------------------------------------ */

/* Levels that differ from each other, one of them of two bytes in DER. */
enum { FMC = 1, BOOTLOADER = 3, TEE = 2, SNP = 0x19, MICROCODE = 0xd9 };

static void put_tcb(uint8_t *p, bool turin, int microcode)
{
	static const uint8_t milan[8] = { BOOTLOADER, TEE, 0, 0, 0, 0, SNP, MICROCODE };
	static const uint8_t new[8] = { FMC, BOOTLOADER, TEE, SNP, 0, 0, 0, MICROCODE };

	memcpy(p, turin ? new : milan, 8);
	p[7] = (uint8_t)(p[7] + microcode);
}

static void unsigned_report(const struct coco_mint_snp_spec *s, uint8_t *p)
{
	static const uint8_t family[] = { 0x19, 0x19, 0x1a };
	static const uint8_t model[] = { 0x01, 0x11, 0x02 };
	bool turin = short_chip(s);
	unsigned key = s->vlek ? 1 : 0;

	coco_mint_snp(p, s->version, family[s->product], model[s->product],
		      s->vlek || s->masked ? 0 : turin ? 8 : 64);
	put_tcb(p + 0x38, turin, is(s, "committed-above") ? 0 : 2);    /* current */
	put_tcb(p + 0x180, turin, is(s, "reported-above") ? 2 : 0);    /* reported */
	put_tcb(p + 0x1e0, turin, 1);                                  /* committed */
	put_tcb(p + 0x1f0, turin, 0);                                  /* launch */
	if (is(s, "unsigned"))
		key = 7;
	if (is(s, "key-reserved"))
		key = 3;
	p[0x48] = (uint8_t)(key << 2);
	memset(p + 0x110, 0, 48);   /* no author key */
	if (is(s, "algorithm"))
		p[0x34] = 2;
	if (is(s, "chip-tail"))
		p[0x1a0 + 63] = 1;
}

static void sign_report(const struct coco_mint_snp_spec *s, uint8_t *p, const struct coco_key *key)
{
	uint8_t r[COCO_EC_P384];
	uint8_t t[COCO_EC_P384];

	assert_ok(coco_ec_sign(key, coco_view_of(p, SIGNED), r, t, NULL), NULL);
	memset(p + 0x2a0, 0, 144);
	for (size_t i = 0; i < COCO_EC_P384; i++) {
		p[0x2a0 + i] = r[COCO_EC_P384 - 1 - i];
		p[0x2e8 + i] = t[COCO_EC_P384 - 1 - i];
	}
	if (is(s, "altered"))
		p[0x95] ^= 0x40;
	if (is(s, "r-zero"))
		memset(p + 0x2a0, 0, 48);
	if (is(s, "s-zero"))
		memset(p + 0x2e8, 0, 48);
	if (is(s, "r-order"))
		memset(p + 0x2a0, 0xff, 48);
	if (is(s, "r-long"))
		p[0x2a0 + 48] = 1;
}

/* ---- certificates ---------------------------------------------------------------- */

static void signed_as_amd(struct coco_pki_spec *c)
{
	c->hash = "SHA384";
	c->pss = true;
}

/* What both issuers have in common; serial numbers are those of AMD's style. */
static struct coco_pki_cert *issuer(const struct coco_mint_snp_spec *s, const char *prefix,
				    const char *product, unsigned slot,
				    const struct coco_pki_cert *by)
{
	bool ask = by != NULL;
	char subject[160];
	struct coco_pki_spec c = {
		.subject = subject,
		.key = coco_pki_cached_key("rsa2048", slot),
		.basic = ask ? "critical,CA:TRUE,pathlen:0" : "critical,CA:TRUE",
		.usage = ask ? "critical,keyCertSign" : "critical,keyCertSign,cRLSign",
		.serial = (const uint8_t *)(ask ? "\x01\x00\x01" : "\x01\x00\x00"),
		.n_serial = 3,
		.pss_trailer = true,
	};

	snprintf(subject, sizeof(subject), AMD "%s%s", prefix, product);
	signed_as_amd(&c);
	if (ask && is(s, "ask-no-ca"))
		c.basic = "critical,CA:FALSE";
	if (ask && is(s, "ask-usage"))
		c.usage = "critical,digitalSignature";
	if (ask && is(s, "ask-critical"))
		c.unknown_critical = true;
	if (ask && is(s, "ask-pkcs1"))
		c.pss = c.pss_trailer = false;
	if (is(s, ask ? "ask-expired" : "ark-expired"))
		c.not_after = COCO_PKI_NOW;
	return coco_pki_issue(&c, by);
}

/* Extensions of the leaf; bytes live in store. */
struct extensions {
	struct coco_pki_raw raw[RAW_MAX];
	size_t n;
	uint8_t store[RAW_MAX][80];
};

static void put(struct extensions *e, const char *oid, const void *p, size_t n)
{
	memcpy(e->store[e->n], p, n);
	e->raw[e->n] = (struct coco_pki_raw){ oid, e->store[e->n], n, false };
	e->n++;
}

static void put_integer(struct extensions *e, const char *oid, unsigned v)
{
	uint8_t der[4] = { 0x02, 0x02, 0x00, (uint8_t)v };

	if (v < 0x80) {
		der[1] = 1;
		der[2] = (uint8_t)v;
	}
	put(e, oid, der, v < 0x80 ? 3 : 4);
}

static void put_text(struct extensions *e, const char *oid, const char *text)
{
	uint8_t der[80] = { 0x16, (uint8_t)strlen(text) };

	memcpy(der + 2, text, strlen(text));
	put(e, oid, der, 2 + strlen(text));
}

static void put_levels(struct extensions *e, const struct coco_mint_snp_spec *s)
{
	bool turin = short_chip(s);

	put_integer(e, ARC "3.1", BOOTLOADER + is(s, "tcb-bootloader"));
	put_integer(e, ARC "3.2", TEE + is(s, "tcb-tee"));
	if (is(s, "spl-form"))
		put(e, ARC "3.3", "\x02\x02\x00\x19", 4);
	else if (!is(s, "tcb-none"))
		put_integer(e, ARC "3.3", SNP + is(s, "tcb-snp"));
	if (is(s, "spl-twice"))
		put_integer(e, ARC "3.3", SNP);
	if (!turin)
		put_integer(e, ARC "3.4", 0);
	put_integer(e, ARC "3.5", 0);
	put_integer(e, ARC "3.6", 0);
	put_integer(e, ARC "3.7", 0);
	put_integer(e, ARC "3.8", MICROCODE + is(s, "tcb-microcode") +
					  (is(s, "reported-above") ? 2U : 0U));
	if (turin || is(s, "fmc-extra"))
		put_integer(e, ARC "3.9", FMC + is(s, "tcb-fmc"));
}

static void put_chip(struct extensions *e, const struct coco_mint_snp_spec *s)
{
	uint8_t der[66] = { 0x04, 64 };
	bool wrapped = is(s, "chip-wrapped");
	size_t n = short_chip(s) ? 8 : 64;

	memset(der + 2, 0xc1, 64);
	if (is(s, "chip") || wrapped)
		der[2 + 7] ^= 1;
	put(e, ARC "4", wrapped ? der : der + 2, wrapped ? 66 : n);
}

static void fill(struct extensions *e, const struct coco_mint_snp_spec *s)
{
	char name[16];

	e->n = 0;
	put_integer(e, ARC "1", short_chip(s) ? 1 : 0);
	snprintf(name, sizeof(name), "%s%s",
		 is(s, "product") ? "Naples" : product_name(s->product), s->vlek ? "" : "-B0");
	if (!is(s, "product-none"))
		put_text(e, ARC "2", name);
	put_levels(e, s);
	if ((!s->vlek && !is(s, "chip-none")) || is(s, "hwid"))
		put_chip(e, s);
	if (s->vlek || is(s, "csp-id"))
		put_text(e, ARC "5", "CN=cc.example.com");
	e->raw[e->n] = (struct coco_pki_raw){ NULL, NULL, 0, false };
}

/* Every machine has its own. */
static const struct coco_key *leaf_key(const struct coco_mint_snp_spec *s)
{
	return coco_pki_cached_key("p384", 8 + (unsigned)s->product);
}

static struct coco_pki_cert *leaf(const struct coco_mint_snp_spec *s,
				  const struct coco_pki_cert *by)
{
	static struct extensions ext;
	bool vlek = s->vlek != is(s, "leaf-kind");
	struct coco_pki_spec c = {
		.subject = vlek ? AMD "SEV-VLEK" : AMD "SEV-VCEK",
		.key = is(s, "leaf-curve") ? coco_pki_cached_key("p256", 5) : leaf_key(s),
		.serial = (const uint8_t *)"\0",
		.n_serial = 1,
		.raw = ext.raw,
		.bare = true,
		.unknown_critical = is(s, "leaf-critical"),
		.basic = is(s, "leaf-ca") ? "critical,CA:TRUE" : NULL,
		.not_after = is(s, "leaf-expired") ? COCO_PKI_NOW : 0,
		.not_before = is(s, "leaf-early") ? COCO_PKI_NOW + 1 : 0,
	};

	if (is(s, "leaf-key"))
		c.key = coco_pki_cached_key("p384", 4);
	fill(&ext, s);
	signed_as_amd(&c);
	if (is(s, "leaf-pkcs1"))
		c.pss = false;
	if (is(s, "leaf-sha256"))
		c.hash = "SHA256";
	return coco_pki_issue(&c, by);
}

static void make_crl(const struct coco_mint_snp_spec *s, struct coco_mint_snp_set *set,
		     const struct coco_pki_cert *by)
{
	static const uint8_t ask[] = { 0x01, 0x00, 0x01 };
	static const uint8_t other[] = { 0x01, 0x00, 0x02 };
	bool hit = is(s, "revoked") || is(s, "revoked-stale");
	struct coco_view serial = coco_view_of(hit ? ask : other, 3);
	struct coco_pki_crl c = {
		.this_update = is(s, "crl-early") ? COCO_PKI_NOW + 1 : COCO_PKI_NOW - 5 * DAY,
		.next_update = COCO_PKI_NOW + 25 * DAY,
		.hash = "SHA384",
		.pss = !is(s, "crl-pkcs1"),
		.serials = &serial,
		.n_serials = 1,
		.number = 5,
		.limited = is(s, "crl-limited"),
	};

	if (is(s, "crl-stale") || is(s, "revoked-stale"))
		c.next_update = COCO_PKI_NOW;
	if (is(s, "crl-endless"))
		c.next_update = -1;
	set->n_crl = coco_pki_issue_crl(&c, by, &set->crl);
}

static void drop(struct coco_pki_cert **cert)
{
	coco_pki_free(*cert);
	*cert = NULL;
}

/* A chain, then what is wrong with it put in the place of the right. */
void coco_mint_snp_make(const struct coco_mint_snp_spec *s, struct coco_mint_snp_set *ret)
{
	struct coco_mint_snp_set set = { .n_crl = 0 };
	const char *product = product_name(s->product);
	const char *prefix = s->vlek != is(s, "ask-kind") ? "SEV-VLEK-" : "SEV-";
	bool foreign = is(s, "root-foreign");

	set.root = issuer(s, is(s, "ark-name") ? "CA-" : "ARK-", product, 0, NULL);
	set.ark = foreign ? issuer(s, "ARK-", product, 2, NULL) : NULL;
	const struct coco_pki_cert *top = foreign ? set.ark : set.root;
	set.ask = issuer(s, prefix, is(s, "ask-product") ? "Venice" : product, 1, top);
	set.leaf = leaf(s, set.ask);
	struct coco_pki_cert *fake = is(s, "crl-forged") || is(s, "ark-forged")
					     ? issuer(s, "ARK-", product, 2, NULL)
					     : NULL;
	make_crl(s, &set, is(s, "crl-forged") ? fake : top);
	if (is(s, "ask-forged")) {
		drop(&set.ask);
		set.ask = issuer(s, prefix, product, 6, top);
	}
	if (is(s, "ark-forged")) {
		/* the caller's root is another one, and the name leads to the fake */
		drop(&set.root);
		set.root = fake;
		fake = NULL;
	}
	if (is(s, "no-leaf"))
		drop(&set.leaf);
	if (is(s, "no-ask"))
		drop(&set.ask);
	if (is(s, "no-ark"))
		drop(&set.root);
	if (is(s, "no-crl")) {
		coco_free(set.crl);
		set.crl = NULL;
	}
	coco_pki_free(fake);
	unsigned_report(s, set.report);
	sign_report(s, set.report, leaf_key(s));
	*ret = set;
}

void coco_mint_snp_free(struct coco_mint_snp_set *set)
{
	coco_pki_free(set->ark);
	coco_pki_free(set->ask);
	coco_pki_free(set->leaf);
	coco_pki_free(set->root);
	coco_free(set->crl);
	memset(set, 0, sizeof(*set));
}

static void add(struct coco_collateral *c, enum coco_collateral_kind kind, const void *p, size_t n)
{
	assert_ok(coco_collateral_add(c, kind, coco_view_of(p, n), "minted", NULL, NULL), NULL);
}

void coco_mint_snp_add(const struct coco_mint_snp_set *set, struct coco_collateral *collateral,
		       struct coco_collateral *root)
{
	const struct coco_pki_cert *all[] = { set->leaf, set->ask, set->ark };

	for (size_t i = 0; i < COCO_ARRAY_LEN(all); i++)
		if (all[i] != NULL)
			add(collateral, COCO_COLL_CERT, all[i]->der, all[i]->n_der);
	if (set->crl != NULL)
		add(collateral, COCO_COLL_CRL, set->crl, set->n_crl);
	if (root != NULL && set->root != NULL)
		add(root, COCO_COLL_CERT, set->root->der, set->root->n_der);
}

size_t coco_mint_snp_table(const struct coco_mint_snp_set *set, uint8_t **ret)
{
	static const uint8_t guids[4][16] = {
		{ 0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52, 0x97, 0x43, 0x3f, 0xb6, 0x01,
		  0x4c, 0xd0, 0xae },
		{ 0x4a, 0xb7, 0xb3, 0x79, 0xbb, 0xac, 0x4f, 0xe4, 0xa0, 0x2f, 0x05, 0xae, 0xf3,
		  0x27, 0xc7, 0x82 },
		{ 0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9, 0x3b,
		  0xe8, 0xac, 0xcd },
		{ 0x92, 0xf8, 0x1b, 0xc3, 0x58, 0x11, 0x4d, 0x3d, 0x97, 0xff, 0xd1, 0x9f, 0x88,
		  0xdc, 0x67, 0xea },
	};
	const struct coco_view parts[4] = {
		coco_view_of(set->root->der, set->root->n_der),
		coco_view_of(set->ask->der, set->ask->n_der),
		coco_view_of(set->leaf->der, set->leaf->n_der),
		coco_view_of(set->crl, set->n_crl),
	};
	size_t at = 5 * 24;
	uint8_t *p = coco_zalloc(at + parts[0].n + parts[1].n + parts[2].n + parts[3].n, 1);

	assert_non_null(p);
	for (size_t i = 0; i < 4; i++) {
		memcpy(p + 24 * i, guids[i], 16);
		for (unsigned k = 0; k < 4; k++) {
			p[24 * i + 16 + k] = (uint8_t)(at >> 8 * k);
			p[24 * i + 20 + k] = (uint8_t)(parts[i].n >> 8 * k);
		}
		memcpy(p + at, parts[i].p, parts[i].n);
		at += parts[i].n;
	}
	*ret = p;
	return at;
}
