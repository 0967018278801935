/*
 * snp_notes.c - what an operator should know of a SEV-SNP report even when no
 * policy asks: values without a published meaning, weak configurations, known
 * attacks (see snp_priv.h; evidence.md 1.4 to 1.8). Notes decide nothing, but
 * lower the trust vector.
 */
#include "lib/evidence/snp_priv.h"

enum {
	ALIAS_CHECK = 5,          /* bit of PLATFORM_INFO */
	TRUST_WARN = 32,          /* AR4SI: in a warning tier */
	TRUST_BAD = 96,           /* contraindicated */
};

/* Bits of POLICY and PLATFORM_INFO that have a meaning. */
static const uint64_t policy_known = 0x3ffffff;
static const uint64_t platform_known = 0xbf;

/* Values that the firmware of today does not write. */
static void oddities(struct coco_snp_work *w)
{
	const struct coco_snp_report *t = &w->report;

	if (t->version > COCO_SNP_NEWEST)
		coco_snp_note(w, "snp.version", "the version of the report is known",
			      "version %u is newer than known and was read as %d", t->version,
			      COCO_SNP_NEWEST);
	if (t->reserved_set) {
		coco_snp_note(w, "snp.reserved", "reserved bytes are zero",
			      "the byte at offset 0x%llx is not",
			      (unsigned long long)t->reserved_at);
		coco_snp_at(w, t->reserved_at);
	}
	if ((t->policy & ~policy_known) != 0 || (t->policy >> COCO_SNP_POLICY_ONE & 1) == 0) {
		coco_snp_note(w, "snp.policy.reserved", "reserved bits of POLICY are as defined",
			      "POLICY is 0x%llx", (unsigned long long)t->policy);
		coco_snp_at(w, 0x8);
	}
	if ((t->platform_info & ~platform_known) != 0) {
		coco_snp_note(w, "snp.platform_info.reserved",
			      "every bit of PLATFORM_INFO has a published meaning",
			      "PLATFORM_INFO is 0x%llx; new firmware sets bits of its own",
			      (unsigned long long)t->platform_info);
		coco_snp_at(w, 0x40);
	}
	if (!coco_snp_author_key(t) && !coco_all_zero(t->author_key_digest, 48)) {
		coco_snp_note(w, "snp.author_key", "there is no author key digest without a key",
			      "AUTHOR_KEY_EN is clear, AUTHOR_KEY_DIGEST is not zero: it says "
			      "nothing");
		coco_snp_at(w, 0x110);
	}
}

/* Configurations that give away what the hardware protects. */
static void configuration(struct coco_snp_work *w)
{
	struct coco_result *r = w->a->result;
	const struct coco_snp_report *t = &w->report;

	if ((t->policy >> COCO_SNP_POLICY_DEBUG & 1) != 0) {
		coco_snp_note(w, "snp.debug", "the host may not debug the guest",
			      "DEBUG is set in POLICY: the host can read the guest's memory");
		coco_snp_at(w, 0x8);
		coco_result_trust(r, w->subject, COCO_TRUST_CONFIGURATION, TRUST_BAD);
	}
	if ((t->policy >> COCO_SNP_POLICY_MIGRATE_MA & 1) != 0) {
		coco_snp_note(w, "snp.migration", "the guest stays on this machine",
			      "MIGRATE_MA is set in POLICY: a migration agent can move the guest");
		coco_snp_at(w, 0x8);
		coco_result_trust(r, w->subject, COCO_TRUST_CONFIGURATION, TRUST_WARN);
	}
	if (t->vmpl == UINT32_MAX) {
		coco_snp_note(w, "snp.vmpl", "the guest asked for the report",
			      "the host asked for it: REPORT_DATA is no word of the guest");
		coco_snp_at(w, 0x30);
		coco_result_trust(r, w->subject, COCO_TRUST_CONFIGURATION, TRUST_WARN);
	} else if (t->vmpl > 3) {
		coco_snp_note(w, "snp.vmpl", "the guest asked for the report",
			      "VMPL is %u, which is no privilege level", t->vmpl);
		coco_snp_at(w, 0x30);
	}
}

static enum coco_snp_product product_of(const struct coco_snp_work *w)
{
	return w->report.product != COCO_SNP_PRODUCT_UNKNOWN || !w->has_ext
		       ? w->report.product
		       : coco_amd_cert_product(&w->ext);
}

/* Known attacks, as far as a report shows that a machine is open to them (1.8). */
static void advisories(struct coco_snp_work *w)
{
	struct coco_result *r = w->a->result;
	const struct coco_snp_report *t = &w->report;
	enum coco_snp_product p = product_of(w);
	unsigned floor = p == COCO_SNP_MILAN ? 0x18 : p == COCO_SNP_GENOA ? 0x17 : 0;
	int at = coco_snp_component_at(w->layout, COCO_SNP_SNP);

	if ((t->platform_info >> ALIAS_CHECK & 1) == 0) {
		coco_snp_note(w, "snp.advisory.sb3015", "memory was checked for aliases",
			      "AMD-SB-3015 (BadRAM): ALIAS_CHECK_COMPLETE is clear in "
			      "PLATFORM_INFO");
		coco_snp_at(w, 0x40);
		coco_result_trust(r, w->subject, COCO_TRUST_HARDWARE, TRUST_WARN);
	}
	if (at >= 0 && t->reported_tcb.raw[at] < floor) {
		coco_snp_note(w, "snp.advisory.sb3019", "microcode signatures are checked well",
			      "AMD-SB-3019: the SNP level is %u, at least %u on %s has the fix",
			      t->reported_tcb.raw[at], floor, coco_snp_product_name(p));
		coco_snp_at(w, 0x180 + (uint64_t)at);
		coco_result_trust(r, w->subject, COCO_TRUST_HARDWARE, TRUST_WARN);
	}
	if (p == COCO_SNP_MILAN && !w->vlek)
		coco_snp_note(w, "snp.advisory.milan", "the chip's keys cannot be extracted",
			      "arXiv 2605.12990 claims that software can extract the VCEK's seed "
			      "on Milan: allow chips by CHIP_ID, or ask for a VLEK");
}

void coco_snp_notes(struct coco_snp_work *w)
{
	oddities(w);
	configuration(w);
	advisories(w);
}
