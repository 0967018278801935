/*
 * refmap.c - names and types of reference values by release (see refmap.h).
 */
#include "formats/broker/refmap.h"

#include <stdio.h>
#include <string.h>

enum {
	TEES = 3,
	OLD_TEXT = 13,    /* the last release in which every value is text in a list */
	BASE64_LAST = 17, /* the last with base64 in the claims of SEV-SNP */
};

enum { SINGLE = 1, HEX = 2, BASE64_TO_17 = 4, OURS = 8 };

/* A value that is not the digest of a register; a verifier without a name has none for it. */
struct fact {
	const char *neutral;
	enum coco_refmap_type type;
	unsigned flags;              /* of the plain verifier; Azure has lists of text */
	const char *name[TEES];      /* by enum coco_ref_tee */
	const char *algorithm;       /* HEX: of the digest */
};

#define N COCO_REFMAP_NUMBER
#define B COCO_REFMAP_BOOL
#define T COCO_REFMAP_TEXT

static const struct fact facts[] = {
	{ "snp.tcb.bootloader", N, 0, { "snp_bootloader", "tcb_bootloader" }, NULL },
	{ "snp.tcb.microcode", N, 0, { "snp_microcode", "tcb_microcode" }, NULL },
	{ "snp.tcb.snp", N, 0, { "snp_snp_svn", "tcb_snp" }, NULL },
	{ "snp.tcb.tee", N, 0, { "snp_tee_svn", "tcb_tee" }, NULL },
	{ "snp.smt_enabled", B, SINGLE, { "snp_smt_enabled", "smt_enabled" }, NULL },
	{ "snp.tsme_enabled", B, SINGLE, { "snp_tsme_enabled", "tsme_enabled" }, NULL },
	{ "snp.abi_major", N, SINGLE, { "snp_guest_abi_major", "abi_major" }, NULL },
	{ "snp.abi_minor", N, SINGLE, { "snp_guest_abi_minor", "abi_minor" }, NULL },
	{ "snp.single_socket", B, SINGLE, { "snp_single_socket", "single_socket" }, NULL },
	{ "snp.smt_allowed", B, SINGLE, { "snp_smt_allowed", "smt_allowed" }, NULL },
	{ "snp.host_data", T, HEX | BASE64_TO_17 | OURS, { "snp_host_data" }, "sha256" },
	{ "tdx.xfam", T, 0, { "xfam", NULL, "xfam" }, NULL },
	{ "tdx.mrconfigid", T, HEX | OURS, { "mr_config_id" }, "sha384" },
	{ "tdx.mrseam", T, HEX, { "mr_seam" }, "sha384" },
	{ "tpm.ak_public", T, 0, { "trusted_aks" }, NULL },
	{ "gpu.vbios_version", T, 0,
	  { "allowed_vbios_versions", "allowed_vbios_versions", "allowed_vbios_versions" }, NULL },
	{ "gpu.driver_version", T, 0,
	  { "allowed_driver_versions", "allowed_driver_versions", "allowed_driver_versions" },
	  NULL },
	{ "switch.bios_version", T, 0,
	  { "allowed_switch_bios_versions", "allowed_switch_bios_versions",
	    "allowed_switch_bios_versions" }, NULL },
};

#undef N
#undef B
#undef T

/* Registers that have names at a verifier, to find the way back. */
static const struct {
	const char *reg;
	const char *algorithm;
	const char *step;
} registers[] = {
	{ "snp.launch_digest", "sha384", "" }, { "tdx.mrtd", "sha384", "" },
	{ "tdx.rtmr0", "sha384", "" },         { "tdx.rtmr1", "sha384", "" },
	{ "tdx.rtmr2", "sha384", "" },         { "tdx.rtmr3", "sha384", "" },
	{ "tdx.rtmr1", "sha384", "kernel" },   { "tdx.rtmr2", "sha384", "load options" },
};

bool coco_refmap_is_neutral(const char *name)
{
	static const char *const families[] = { "snp.", "tdx.", "tpm.", "gpu.", "switch.", "sev.",
						"sev-es.", "igvm.", "nitro.", "pe.", "verity.",
						"initdata." };

	for (size_t i = 0; i < COCO_ARRAY_LEN(families); i++)
		if (strncmp(name, families[i], strlen(families[i])) == 0)
			return true;
	return false;
}

static const struct fact *fact_of(const char *neutral)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(facts); i++)
		if (strcmp(facts[i].neutral, neutral) == 0)
			return &facts[i];
	return NULL;
}

enum coco_refmap_type coco_refmap_type(const char *name)
{
	const struct fact *f = fact_of(name);

	return f != NULL ? f->type : COCO_REFMAP_ANY;
}

static bool fact_out(const struct fact *f, enum coco_ref_tee tee, unsigned release,
		     struct coco_refmap *ret)
{
	if (f->name[tee] == NULL)
		return false;
	snprintf(ret->name, sizeof(ret->name), "%s", f->name[tee]);
	ret->single = tee == COCO_REF_PLAIN && (f->flags & SINGLE) != 0;
	ret->text = tee != COCO_REF_PLAIN;
	ret->base64 = (f->flags & BASE64_TO_17) != 0 && release <= BASE64_LAST;
	ret->stock = (f->flags & OURS) == 0;
	return true;
}

bool coco_refmap_out(const struct coco_refvalue *v, enum coco_ref_tee tee, unsigned release,
		     struct coco_refmap *ret)
{
	const struct fact *f = fact_of(v->name);
	struct coco_refmap map = { .stock = true };
	struct coco_refname name;
	bool found = true;

	if (f != NULL) {
		found = fact_out(f, tee, release, &map);
	} else if (v->algorithm[0] != '\0' &&
		   coco_refname_find(v->name, v->algorithm, v->step[0] != '\0' ? v->step : NULL,
				     tee, release, &name)) {
		snprintf(map.name, sizeof(map.name), "%s", name.name);
		map.single = name.single;
		map.base64 = name.base64;
		map.stock = name.stock;
	} else {
		found = !coco_refmap_is_neutral(v->name);
		snprintf(map.name, sizeof(map.name), "%s", v->name);
		map.single = v->single;
	}
	if (!found)
		return false;
	if (release <= OLD_TEXT && coco_refmap_is_neutral(v->name)) {
		map.single = false;
		map.text = true;
	}
	*ret = map;
	return true;
}

static void set_name(struct coco_refvalue *v, const char *name, const char *algorithm,
		     const char *step)
{
	snprintf(v->name, sizeof(v->name), "%s", name);
	snprintf(v->algorithm, sizeof(v->algorithm), "%s", algorithm);
	snprintf(v->step, sizeof(v->step), "%s", step);
}

/* "tpm_pcr11" and its like. */
static bool pcr_in(const char *name, enum coco_ref_tee tee, struct coco_refvalue *v)
{
	char reg[COCO_REFSET_WORD];
	struct coco_refname found;

	for (unsigned pcr = 0; pcr < 24; pcr++) {
		snprintf(reg, sizeof(reg), "tpm.pcr%u", pcr);
		if (coco_refname_find(reg, "sha256", NULL, tee, COCO_REF_LAST, &found) &&
		    strcmp(found.name, name) == 0) {
			set_name(v, reg, "sha256", "");
			return true;
		}
	}
	return false;
}

bool coco_refmap_in(const char *name, enum coco_ref_tee tee, struct coco_refvalue *v)
{
	struct coco_refname found;

	for (size_t i = 0; i < COCO_ARRAY_LEN(facts); i++) {
		const struct fact *f = &facts[i];

		if (f->name[tee] != NULL && strcmp(f->name[tee], name) == 0) {
			set_name(v, f->neutral, f->algorithm != NULL ? f->algorithm : "", "");
			return true;
		}
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(registers); i++) {
		const char *step = registers[i].step;

		if (coco_refname_find(registers[i].reg, registers[i].algorithm,
				      step[0] != '\0' ? step : NULL, tee, COCO_REF_LAST, &found) &&
		    strcmp(found.name, name) == 0) {
			set_name(v, registers[i].reg, registers[i].algorithm, step);
			return true;
		}
	}
	return pcr_in(name, tee, v);
}
