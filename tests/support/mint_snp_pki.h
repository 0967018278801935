/*
 * mint_snp_pki.h - signed SEV-SNP reports with everything that verifies them,
 * under roots of the tests: good ones of every product, and each with one
 * defect by name. RSA keys of 2048 bits are made once per program.
 */
#ifndef COCO_MINT_SNP_PKI_H
#define COCO_MINT_SNP_PKI_H

#include "formats/evidence/result.h"
#include "lib/evidence/collateral.h"
#include "tests/support/mint_snp.h"
#include "tests/support/pki.h"

enum coco_mint_product {
	COCO_MINT_MILAN,
	COCO_MINT_GENOA,
	COCO_MINT_TURIN,
	COCO_MINT_PRODUCTS,
};

/* For which reports a defect exists. */
enum { COCO_MINT_VCEK = 1, COCO_MINT_VLEK = 2, COCO_MINT_SHORT_CHIP = 4, COCO_MINT_LONG_CHIP = 8 };

/* Everything that can be wrong, and the check that says so. */
struct coco_mint_snp_defect {
	const char *name;
	unsigned only;               /* 0: all; else bits of the above, all of a pair needed */
	const char *id;              /* the check; "%s" stands for vcek or vlek */
	enum coco_checked outcome;
	const char *reason;          /* how its reason starts */
};

/* By number; the first is "none". */
extern const struct coco_mint_snp_defect coco_mint_snp_defects[];
extern const size_t coco_mint_snp_n_defects;

struct coco_mint_snp_spec {
	uint8_t version;             /* 2 to 5, or above */
	enum coco_mint_product product;
	bool vlek;
	const char *defect;          /* name; NULL: none */
	bool masked;                 /* CHIP_ID is zero */
};

struct coco_mint_snp_set {
	uint8_t report[COCO_MINT_SNP];
	struct coco_pki_cert *ark;   /* NULL: left out, as the others */
	struct coco_pki_cert *ask;
	struct coco_pki_cert *leaf;
	struct coco_pki_cert *root;  /* that a caller trusts: the ark, or another one */
	uint8_t *crl;
	size_t n_crl;
};

void coco_mint_snp_make(const struct coco_mint_snp_spec *spec, struct coco_mint_snp_set *ret);
void coco_mint_snp_free(struct coco_mint_snp_set *set);

/* coco_mint_snp_applies - whether the spec can have its defect. */
bool coco_mint_snp_applies(const struct coco_mint_snp_spec *spec);

/* coco_mint_snp_add - adds certificates and list to collateral; root: the trusted one. */
void coco_mint_snp_add(const struct coco_mint_snp_set *set, struct coco_collateral *collateral,
		       struct coco_collateral *root);

/* coco_mint_snp_table - the certificate table; gives *ret (coco_free), its length. */
size_t coco_mint_snp_table(const struct coco_mint_snp_set *set, uint8_t **ret);

#endif
