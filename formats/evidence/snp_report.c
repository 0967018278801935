/*
 * snp_report.c - the SEV-SNP attestation report (see snp_report.h).
 */
#include "formats/evidence/snp_report.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/rd.h"

enum {
	VERSION_MIN = 2,
	VERSION_CPUID = 3,
	VERSION_MITIGATION = 5,
	CHIP_ID_SHORT = 8,           /* of Turin; zeros follow */
	ALGO_ECDSA_P384 = 1,
};

enum coco_snp_product coco_snp_product_of(uint8_t family, uint8_t model)
{
	static const struct {
		uint8_t family;
		uint8_t from;
		uint8_t to;
		enum coco_snp_product product;
	} list[] = {
		{ 0x19, 0x00, 0x0f, COCO_SNP_MILAN },  { 0x19, 0x10, 0x1f, COCO_SNP_GENOA },
		{ 0x19, 0xa0, 0xaf, COCO_SNP_GENOA },  { 0x1a, 0x00, 0x11, COCO_SNP_TURIN },
		{ 0x1a, 0x50, 0x57, COCO_SNP_VENICE }, { 0x1a, 0x90, 0xaf, COCO_SNP_VENICE },
		{ 0x1a, 0xc0, 0xc7, COCO_SNP_VENICE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++)
		if (family == list[i].family && model >= list[i].from && model <= list[i].to)
			return list[i].product;
	return COCO_SNP_PRODUCT_UNKNOWN;
}

const char *coco_snp_product_name(enum coco_snp_product product)
{
	static const char *const names[] = { "unknown", "Milan", "Genoa", "Turin", "Venice" };

	return (size_t)product < COCO_ARRAY_LEN(names) ? names[product] : names[0];
}

const char *coco_snp_component_name(enum coco_snp_component component)
{
	static const char *const names[] = { "fmc", "bootloader", "tee", "snp", "microcode" };

	return (size_t)component < COCO_ARRAY_LEN(names) ? names[component] : "unknown";
}

int coco_snp_component_at(enum coco_snp_layout layout, enum coco_snp_component component)
{
	static const int milan[COCO_SNP_COMPONENTS] = { -1, 0, 1, 6, 7 };
	static const int turin[COCO_SNP_COMPONENTS] = { 0, 1, 2, 3, 7 };

	if ((size_t)component >= COCO_SNP_COMPONENTS)
		return -1;
	if (layout == COCO_SNP_LAYOUT_MILAN)
		return milan[component];
	return layout == COCO_SNP_LAYOUT_TURIN ? turin[component] : -1;
}

unsigned coco_snp_signing_key(const struct coco_snp_report *report)
{
	return report->key_info >> 2 & 7;
}

bool coco_snp_author_key(const struct coco_snp_report *report)
{
	return (report->key_info & 1) != 0;
}

bool coco_snp_chip_key_masked(const struct coco_snp_report *report)
{
	return (report->key_info & 2) != 0;
}

/* Without CPUID bytes only the form of CHIP_ID tells Turin (1.7). */
static enum coco_snp_layout layout_of(const struct coco_snp_report *t)
{
	switch (t->product) {
	case COCO_SNP_MILAN:
	case COCO_SNP_GENOA:
		return COCO_SNP_LAYOUT_MILAN;
	case COCO_SNP_TURIN:
	case COCO_SNP_VENICE:
		return COCO_SNP_LAYOUT_TURIN;
	case COCO_SNP_PRODUCT_UNKNOWN:
		break;
	}
	if (t->version >= VERSION_CPUID)
		return COCO_SNP_LAYOUT_UNKNOWN;
	if (!coco_all_zero(t->chip_id, CHIP_ID_SHORT) &&
	    coco_all_zero(t->chip_id + CHIP_ID_SHORT, sizeof(t->chip_id) - CHIP_ID_SHORT))
		return COCO_SNP_LAYOUT_TURIN;
	return COCO_SNP_LAYOUT_MILAN;
}

/* Skips n bytes that ought to be zero and remembers the first that is not. */
static void reserved(struct coco_rd *rd, struct coco_snp_report *t, size_t n)
{
	uint64_t at = rd->at;
	struct coco_view v = coco_rd_view(rd, n, "reserved");

	for (size_t i = 0; i < v.n && !t->reserved_set; i++) {
		if (v.p[i] == 0)
			continue;
		t->reserved_set = true;
		t->reserved_at = at + i;
	}
}

static void tcb(struct coco_rd *rd, struct coco_snp_tcb *t, const char *field)
{
	coco_rd_copy(rd, t->raw, sizeof(t->raw), field);
}

static void firmware(struct coco_rd *rd, struct coco_snp_firmware *f, const char *field)
{
	f->build = coco_rd_u8(rd, field);
	f->minor = coco_rd_u8(rd, field);
	f->major = coco_rd_u8(rd, field);
	f->reserved = coco_rd_u8(rd, field);
}

/* Up to REPORT_ID_MA. */
static void guest_part(struct coco_rd *rd, struct coco_snp_report *t)
{
	t->guest_svn = coco_rd_le32(rd, "GUEST_SVN");
	t->policy = coco_rd_le64(rd, "POLICY");
	coco_rd_copy(rd, t->family_id, sizeof(t->family_id), "FAMILY_ID");
	coco_rd_copy(rd, t->image_id, sizeof(t->image_id), "IMAGE_ID");
	t->vmpl = coco_rd_le32(rd, "VMPL");
	t->signature_algo = coco_rd_le32(rd, "SIGNATURE_ALGO");
	tcb(rd, &t->current_tcb, "CURRENT_TCB");
	t->platform_info = coco_rd_le64(rd, "PLATFORM_INFO");
	t->key_info = coco_rd_le32(rd, "key info");
	reserved(rd, t, 4);
	coco_rd_copy(rd, t->report_data, sizeof(t->report_data), "REPORT_DATA");
	coco_rd_copy(rd, t->measurement, sizeof(t->measurement), "MEASUREMENT");
	coco_rd_copy(rd, t->host_data, sizeof(t->host_data), "HOST_DATA");
	coco_rd_copy(rd, t->id_key_digest, sizeof(t->id_key_digest), "ID_KEY_DIGEST");
	coco_rd_copy(rd, t->author_key_digest, sizeof(t->author_key_digest),
		     "AUTHOR_KEY_DIGEST");
	coco_rd_copy(rd, t->report_id, sizeof(t->report_id), "REPORT_ID");
	coco_rd_copy(rd, t->report_id_ma, sizeof(t->report_id_ma), "REPORT_ID_MA");
}

static void cpuid(struct coco_rd *rd, struct coco_snp_report *t)
{
	if (t->version < VERSION_CPUID) {
		reserved(rd, t, 24);
		return;
	}
	t->cpuid_fam = coco_rd_u8(rd, "CPUID_FAM_ID");
	t->cpuid_mod = coco_rd_u8(rd, "CPUID_MOD_ID");
	t->cpuid_step = coco_rd_u8(rd, "CPUID_STEP");
	reserved(rd, t, 21);
	t->product = coco_snp_product_of(t->cpuid_fam, t->cpuid_mod);
}

/* From REPORTED_TCB to the end. */
static void platform_part(struct coco_rd *rd, struct coco_snp_report *t)
{
	tcb(rd, &t->reported_tcb, "REPORTED_TCB");
	cpuid(rd, t);
	coco_rd_copy(rd, t->chip_id, sizeof(t->chip_id), "CHIP_ID");
	tcb(rd, &t->committed_tcb, "COMMITTED_TCB");
	firmware(rd, &t->current, "CURRENT version");
	firmware(rd, &t->committed, "COMMITTED version");
	tcb(rd, &t->launch_tcb, "LAUNCH_TCB");
	if (t->version >= VERSION_MITIGATION) {
		t->launch_mit_vector = coco_rd_le64(rd, "LAUNCH_MIT_VECTOR");
		t->current_mit_vector = coco_rd_le64(rd, "CURRENT_MIT_VECTOR");
	} else {
		reserved(rd, t, 16);
	}
	reserved(rd, t, 152);
	coco_rd_copy(rd, t->r, sizeof(t->r), "signature R");
	coco_rd_copy(rd, t->s, sizeof(t->s), "signature S");
	reserved(rd, t, 368);
}

int coco_snp_report_parse(struct coco_snp_report *ret, struct coco_view bytes,
			  struct coco_diag *diag)
{
	struct coco_snp_report t = { .product = COCO_SNP_PRODUCT_UNKNOWN };
	struct coco_rd rd;

	if (bytes.n != COCO_SNP_REPORT_SIZE)
		return coco_fail_at(diag, COCO_E_SNP_REPORT, bytes.n, "size",
				    "an SEV-SNP report has %d bytes, this has %zu",
				    COCO_SNP_REPORT_SIZE, bytes.n);
	coco_rd_init(&rd, bytes, 0, diag);
	t.version = coco_rd_le32(&rd, "VERSION");
	if (t.version < VERSION_MIN)
		return coco_fail_at(diag, COCO_E_SNP_REPORT, 0, "VERSION",
				    "version %u of the report is not known", t.version);
	guest_part(&rd, &t);
	platform_part(&rd, &t);
	int r = coco_rd_finish(&rd);
	if (r != 0)
		return r;
	t.layout = layout_of(&t);
	*ret = t;
	return 0;
}

/* ---- claims --------------------------------------------------------------------- */

struct bit_name {
	unsigned bit;
	const char *name;
};

/* A set of bits, each named one, and the rest of them as one value. */
static void bits(struct coco_claims *c, const char *name, uint64_t v, uint64_t known,
		 const struct bit_name *list, size_t n, uint64_t offset, size_t length)
{
	char text[COCO_CLAIM_NAME];

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s.%s", name, list[i].name);
		coco_claims_bit(c, text, v, list[i].bit, offset, length);
		known |= (uint64_t)1 << list[i].bit;
	}
	snprintf(text, sizeof(text), "%s.undefined", name);
	coco_claims_bits(c, text, v & ~known, offset, length);
	if ((v & ~known) != 0)
		coco_claims_note(c, "bits without a published meaning are set");
}

static void policy_claims(struct coco_claims *c, uint64_t v, uint64_t at)
{
	static const struct bit_name list[] = {
		{ COCO_SNP_POLICY_SMT, "smt" },
		{ COCO_SNP_POLICY_ONE, "reserved_one" },
		{ COCO_SNP_POLICY_MIGRATE_MA, "migrate_ma" },
		{ COCO_SNP_POLICY_DEBUG, "debug" },
		{ COCO_SNP_POLICY_SINGLE_SOCKET, "single_socket" },
		{ COCO_SNP_POLICY_CXL, "cxl_allow" },
		{ COCO_SNP_POLICY_AES_256_XTS, "mem_aes_256_xts" },
		{ COCO_SNP_POLICY_RAPL_DIS, "rapl_dis" },
		{ COCO_SNP_POLICY_CIPHERTEXT_HIDING, "ciphertext_hiding_dram" },
		{ COCO_SNP_POLICY_PAGE_SWAP_DISABLE, "page_swap_disable" },
	};

	coco_claims_bits(c, "snp.policy", v, at, 8);
	coco_claims_number(c, "snp.policy.abi_minor", v & 0xff, at, 1);
	coco_claims_number(c, "snp.policy.abi_major", v >> 8 & 0xff, at + 1, 1);
	bits(c, "snp.policy", v, 0xffff, list, COCO_ARRAY_LEN(list), at, 8);
}

static void platform_claims(struct coco_claims *c, uint64_t v, uint64_t at)
{
	static const struct bit_name list[] = {
		{ 0, "smt_en" },
		{ 1, "tsme_en" },
		{ 2, "ecc_en" },
		{ 3, "rapl_dis" },
		{ 4, "ciphertext_hiding_dram_en" },
		{ 5, "alias_check_complete" },
		{ 7, "tio_en" },
	};

	coco_claims_bits(c, "snp.platform_info", v, at, 8);
	bits(c, "snp.platform_info", v, 0, list, COCO_ARRAY_LEN(list), at, 8);
}

static const char *key_name(unsigned key)
{
	switch (key) {
	case COCO_SNP_KEY_VCEK:
		return "VCEK";
	case COCO_SNP_KEY_VLEK:
		return "VLEK";
	case COCO_SNP_KEY_NONE:
		return "none";
	default:
		return "reserved";
	}
}

static void key_claims(struct coco_claims *c, const struct coco_snp_report *t, uint64_t at)
{
	static const struct bit_name list[] = {
		{ 0, "author_key_en" },
		{ 1, "mask_chip_key" },
	};
	const char *name = key_name(coco_snp_signing_key(t));

	coco_claims_bits(c, "snp.key_info", t->key_info, at, 4);
	coco_claims_text(c, "snp.key_info.signing_key", name, strlen(name), at, 4);
	bits(c, "snp.key_info", t->key_info, 7 << 2, list, COCO_ARRAY_LEN(list), at, 4);
}

static void tcb_claims(struct coco_claims *c, const char *name, const struct coco_snp_tcb *t,
		       enum coco_snp_layout layout, uint64_t at)
{
	char text[COCO_CLAIM_NAME];

	coco_claims_bytes(c, name, t->raw, sizeof(t->raw), at);
	if (layout == COCO_SNP_LAYOUT_UNKNOWN)
		coco_claims_note(c, "the product is not known, nor the order of the components");
	for (int i = 0; i < COCO_SNP_COMPONENTS; i++) {
		int k = coco_snp_component_at(layout, (enum coco_snp_component)i);

		if (k < 0)
			continue;
		snprintf(text, sizeof(text), "%s.%s", name,
			 coco_snp_component_name((enum coco_snp_component)i));
		coco_claims_number(c, text, t->raw[k], at + (unsigned)k, 1);
	}
}

static void firmware_claims(struct coco_claims *c, const char *name,
			    const struct coco_snp_firmware *f, uint64_t at)
{
	char text[16];

	snprintf(text, sizeof(text), "%u.%u.%u", f->major, f->minor, f->build);
	coco_claims_text(c, name, text, strlen(text), at, 4);
	if (f->reserved != 0)
		coco_claims_note(c, "the reserved fourth byte is not zero");
}

static void guest_claims(struct coco_claims *c, const struct coco_snp_report *t, uint64_t base)
{
	coco_claims_number(c, "snp.version", t->version, base, 4);
	if (t->version > COCO_SNP_NEWEST)
		coco_claims_note(c, "newer than known: read as version 5");
	coco_claims_number(c, "snp.guest_svn", t->guest_svn, base + 0x4, 4);
	policy_claims(c, t->policy, base + 0x8);
	coco_claims_bytes(c, "snp.family_id", t->family_id, 16, base + 0x10);
	coco_claims_bytes(c, "snp.image_id", t->image_id, 16, base + 0x20);
	coco_claims_number(c, "snp.vmpl", t->vmpl, base + 0x30, 4);
	if (t->vmpl == UINT32_MAX)
		coco_claims_note(c, "the host asked for this report, not the guest");
	else if (t->vmpl > 3)
		coco_claims_note(c, "not a privilege level: 0 to 3 are");
	coco_claims_number(c, "snp.signature_algo", t->signature_algo, base + 0x34, 4);
	coco_claims_note(c, t->signature_algo == ALGO_ECDSA_P384 ? "ECDSA P-384 with SHA-384"
								 : "not a known algorithm");
	tcb_claims(c, "snp.current_tcb", &t->current_tcb, t->layout, base + 0x38);
	platform_claims(c, t->platform_info, base + 0x40);
	key_claims(c, t, base + 0x48);
	coco_claims_bytes(c, "snp.report_data", t->report_data, 64, base + 0x50);
	coco_claims_bytes(c, "snp.measurement", t->measurement, 48, base + 0x90);
	coco_claims_bytes(c, "snp.host_data", t->host_data, 32, base + 0xc0);
	coco_claims_bytes(c, "snp.id_key_digest", t->id_key_digest, 48, base + 0xe0);
	coco_claims_bytes(c, "snp.author_key_digest", t->author_key_digest, 48, base + 0x110);
	coco_claims_bytes(c, "snp.report_id", t->report_id, 32, base + 0x140);
	coco_claims_bytes(c, "snp.report_id_ma", t->report_id_ma, 32, base + 0x160);
}

static void chip_claims(struct coco_claims *c, const struct coco_snp_report *t, uint64_t base)
{
	const char *name = coco_snp_product_name(t->product);

	if (t->version >= VERSION_CPUID) {
		coco_claims_bits(c, "snp.cpuid.family", t->cpuid_fam, base + 0x188, 1);
		coco_claims_bits(c, "snp.cpuid.model", t->cpuid_mod, base + 0x189, 1);
		coco_claims_number(c, "snp.cpuid.stepping", t->cpuid_step, base + 0x18a, 1);
		coco_claims_text(c, "snp.product", name, strlen(name), 0, 0);
	}
	coco_claims_bytes(c, "snp.chip_id", t->chip_id, 64, base + 0x1a0);
	if (coco_all_zero(t->chip_id, sizeof(t->chip_id)))
		coco_claims_note(c, "masked, or signed with a VLEK: the chip is not identified");
}

void coco_snp_report_claims(struct coco_claims *c, const struct coco_snp_report *t, uint64_t base)
{
	guest_claims(c, t, base);
	tcb_claims(c, "snp.reported_tcb", &t->reported_tcb, t->layout, base + 0x180);
	chip_claims(c, t, base);
	tcb_claims(c, "snp.committed_tcb", &t->committed_tcb, t->layout, base + 0x1e0);
	firmware_claims(c, "snp.current", &t->current, base + 0x1e8);
	firmware_claims(c, "snp.committed", &t->committed, base + 0x1ec);
	tcb_claims(c, "snp.launch_tcb", &t->launch_tcb, t->layout, base + 0x1f0);
	if (t->version >= VERSION_MITIGATION) {
		coco_claims_bits(c, "snp.launch_mit_vector", t->launch_mit_vector, base + 0x1f8, 8);
		coco_claims_bits(c, "snp.current_mit_vector", t->current_mit_vector,
				 base + 0x200, 8);
	}
	coco_claims_bytes(c, "snp.signature.r", t->r, sizeof(t->r), base + 0x2a0);
	coco_claims_bytes(c, "snp.signature.s", t->s, sizeof(t->s), base + 0x2e8);
	coco_claims_bool(c, "snp.reserved_set", t->reserved_set,
			 t->reserved_set ? base + t->reserved_at : 0, t->reserved_set ? 1 : 0);
	if (t->reserved_set)
		coco_claims_note(c, "the first reserved byte that is not zero");
}
