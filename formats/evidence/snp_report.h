/*
 * snp_report.h - the SEV-SNP attestation report (AMD SEV-SNP ABI, table
 * ATTESTATION_REPORT; evidence.md 1.1 and 1.4 to 1.7). Decoding proves
 * nothing: the signature is not looked at.
 */
#ifndef COCO_SNP_REPORT_H
#define COCO_SNP_REPORT_H

#include "formats/evidence/claims.h"

enum {
	COCO_SNP_REPORT_SIZE = 1184,
	COCO_SNP_SIGNED = 672,       /* the signature is over these first bytes */
	COCO_SNP_NUMBER = 72,        /* bytes of R and of S, little-endian */
	COCO_SNP_NEWEST = 5,         /* newest version with a published layout */
	COCO_SNP_TCB = 8,
};

enum coco_snp_product {
	COCO_SNP_PRODUCT_UNKNOWN,    /* version 2 has no CPUID, or a CPU not in the list */
	COCO_SNP_MILAN,
	COCO_SNP_GENOA,              /* also Bergamo and Siena */
	COCO_SNP_TURIN,
	COCO_SNP_VENICE,
};

/* Which byte of a TCB_VERSION is which component. */
enum coco_snp_layout {
	COCO_SNP_LAYOUT_UNKNOWN,
	COCO_SNP_LAYOUT_MILAN,       /* Milan, Genoa */
	COCO_SNP_LAYOUT_TURIN,       /* Turin, Venice: with FMC */
};

/* Bits of POLICY (1.5). */
enum {
	COCO_SNP_POLICY_SMT = 16,
	COCO_SNP_POLICY_ONE = 17,    /* reserved, must be set */
	COCO_SNP_POLICY_MIGRATE_MA = 18,
	COCO_SNP_POLICY_DEBUG = 19,
	COCO_SNP_POLICY_SINGLE_SOCKET = 20,
	COCO_SNP_POLICY_CXL = 21,
	COCO_SNP_POLICY_AES_256_XTS = 22,
	COCO_SNP_POLICY_RAPL_DIS = 23,
	COCO_SNP_POLICY_CIPHERTEXT_HIDING = 24,
	COCO_SNP_POLICY_PAGE_SWAP_DISABLE = 25,
};

/* SIGNING_KEY; 2 to 6 are reserved. */
enum {
	COCO_SNP_KEY_VCEK = 0,
	COCO_SNP_KEY_VLEK = 1,
	COCO_SNP_KEY_NONE = 7,
};

struct coco_snp_firmware {
	uint8_t build;
	uint8_t minor;
	uint8_t major;
	uint8_t reserved;
};

struct coco_snp_tcb {
	uint8_t raw[COCO_SNP_TCB];   /* as in the report */
};

/* Every field, in the order of the report; plain data without pointers. */
struct coco_snp_report {
	uint32_t version;
	uint32_t guest_svn;
	uint64_t policy;
	uint8_t family_id[16];
	uint8_t image_id[16];
	uint32_t vmpl;               /* 0xffffffff: asked for by the host */
	uint32_t signature_algo;     /* 1: ECDSA P-384 with SHA-384 */
	struct coco_snp_tcb current_tcb;
	uint64_t platform_info;
	uint32_t key_info;
	uint8_t report_data[64];
	uint8_t measurement[48];
	uint8_t host_data[32];
	uint8_t id_key_digest[48];
	uint8_t author_key_digest[48];
	uint8_t report_id[32];
	uint8_t report_id_ma[32];
	struct coco_snp_tcb reported_tcb;
	uint8_t cpuid_fam;           /* versions from 3 on; 0 in version 2 */
	uint8_t cpuid_mod;
	uint8_t cpuid_step;
	uint8_t chip_id[64];
	struct coco_snp_tcb committed_tcb;
	struct coco_snp_firmware current;
	struct coco_snp_firmware committed;
	struct coco_snp_tcb launch_tcb;
	uint64_t launch_mit_vector;  /* versions from 5 on; 0 before */
	uint64_t current_mit_vector;
	uint8_t r[COCO_SNP_NUMBER];
	uint8_t s[COCO_SNP_NUMBER];
	bool reserved_set;           /* a reserved byte is not zero: the first one is here */
	uint64_t reserved_at;
	enum coco_snp_product product;   /* derived from the CPUID bytes (1.7) */
	enum coco_snp_layout layout;     /* derived from product, or CHIP_ID in version 2 */
};

/*
 * coco_snp_report_parse - decodes exactly 1184 bytes. A version above 5 is
 * read as 5. Reserved bytes and undefined values are kept and told, not
 * refused. SNP_REPORT for another size or a version below 2; *ret is then
 * untouched.
 */
int coco_snp_report_parse(struct coco_snp_report *ret, struct coco_view bytes,
			  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_snp_report_claims - appends a claim "snp.NAME" for every field, every
 * bit and every component of a TCB. base is added to all offsets. Failures
 * stick in c (coco_claims_finish).
 */
void coco_snp_report_claims(struct coco_claims *c, const struct coco_snp_report *report,
			    uint64_t base);

/* coco_snp_product_of - product of a combined CPUID family and model (1.7). */
enum coco_snp_product coco_snp_product_of(uint8_t family, uint8_t model);

/* coco_snp_product_name - "Milan", "Genoa", "Turin", "Venice", "unknown"; static. */
const char *coco_snp_product_name(enum coco_snp_product product);

/* The parts of key_info. */
unsigned coco_snp_signing_key(const struct coco_snp_report *report);
bool coco_snp_author_key(const struct coco_snp_report *report);
bool coco_snp_chip_key_masked(const struct coco_snp_report *report);

/* Components of a TCB in the order in which they are shown. */
enum coco_snp_component {
	COCO_SNP_FMC,                /* Turin's layout only */
	COCO_SNP_BOOTLOADER,
	COCO_SNP_TEE,
	COCO_SNP_SNP,
	COCO_SNP_MICROCODE,
	COCO_SNP_COMPONENTS,
};

/* coco_snp_component_name - "fmc", "bootloader", "tee", "snp", "microcode"; static. */
const char *coco_snp_component_name(enum coco_snp_component component);

/*
 * coco_snp_component_at - index of the component's byte in a TCB_VERSION (1.4),
 * or -1 when the layout has no such component.
 */
int coco_snp_component_at(enum coco_snp_layout layout, enum coco_snp_component component);

#endif
