/*
 * refnames.c - Trustee's names of measurements (see refnames.h).
 */
#include "formats/core/refnames.h"

#include <stdio.h>
#include <string.h>

enum { SINGLE = 1, BASE64_TO_17 = 2, BASE64 = 4 };

/* since, 0: no default policy reads it. */
struct name {
	const char *reg;
	const char *algorithm;
	const char *step;
	const char *name;
	unsigned flags;
	unsigned since;
};

static const struct name plain[] = {
	{ "snp.launch_digest", "sha384", NULL, "snp_launch_measurement", BASE64_TO_17, 13 },
	{ "tdx.mrtd", "sha384", NULL, "mr_td", 0, 11 },
	{ "tdx.rtmr0", "sha384", NULL, "rtmr_0", 0, 0 },
	{ "tdx.rtmr1", "sha384", NULL, "rtmr_1", 0, 11 },
	{ "tdx.rtmr2", "sha384", NULL, "rtmr_2", 0, 11 },
	{ "tdx.rtmr3", "sha384", NULL, "rtmr_3", 0, 0 },
	{ "tdx.rtmr1", "sha384", "kernel", "tdvfkernel", SINGLE, 11 },
	{ "tdx.rtmr2", "sha384", "load options", "tdvfkernelparams", SINGLE, 11 },
};

static const struct name az_snp[] = {
	{ "snp.launch_digest", "sha384", NULL, "measurement", BASE64, 11 },
};

static const struct name az_tdx[] = {
	{ "tdx.mrtd", "sha384", NULL, "mr_td", 0, 11 },
};

unsigned coco_ref_release(const char *text)
{
	unsigned n = 0;

	if (*text == 'v')
		text++;
	if (strncmp(text, "0.", 2) != 0)
		return 0;
	for (text += 2; *text >= '0' && *text <= '9' && n <= COCO_REF_LAST; text++)
		n = 10 * n + (unsigned)(*text - '0');
	return *text == '\0' && n >= COCO_REF_FIRST && n <= COCO_REF_LAST ? n : 0;
}

/* The number behind "tpm.pcr", below 24; false for anything else. */
static bool pcr_of(const char *reg, unsigned *ret)
{
	const char *p = reg + 7;

	if (strncmp(reg, "tpm.pcr", 7) != 0 || *p < '0' || *p > '9')
		return false;
	*ret = (unsigned)(*p++ - '0');
	if (*p >= '0' && *p <= '9' && *ret != 0)
		*ret = *ret * 10 + (unsigned)(*p++ - '0');
	return *p == '\0' && *ret < 24;
}

/* PCRs are compared in the SHA-256 bank; the default policies read PCR 11. */
static bool find_pcr(const char *reg, const char *algorithm, enum coco_ref_tee tee,
		     struct coco_refname *ret)
{
	static const char *const prefix[] = { "tpm", "snp", "tdx" };
	unsigned pcr;

	if (strcmp(algorithm, "sha256") != 0 || !pcr_of(reg, &pcr))
		return false;
	snprintf(ret->name, sizeof(ret->name), "%s_pcr%u", prefix[tee], pcr);
	ret->stock = pcr == 11;
	return true;
}

bool coco_refname_find(const char *reg, const char *algorithm, const char *step,
		       enum coco_ref_tee tee, unsigned release, struct coco_refname *ret)
{
	static const struct {
		const struct name *list;
		size_t n;
	} tables[] = {
		[COCO_REF_PLAIN] = { plain, COCO_ARRAY_LEN(plain) },
		[COCO_REF_AZ_SNP] = { az_snp, COCO_ARRAY_LEN(az_snp) },
		[COCO_REF_AZ_TDX] = { az_tdx, COCO_ARRAY_LEN(az_tdx) },
	};
	struct coco_refname found = { .name = "" };

	for (size_t i = 0; i < tables[tee].n; i++) {
		const struct name *n = &tables[tee].list[i];
		bool same_step = step == NULL ? n->step == NULL
					      : n->step != NULL && strcmp(n->step, step) == 0;

		if (!same_step || strcmp(n->reg, reg) != 0 || strcmp(n->algorithm, algorithm) != 0)
			continue;
		snprintf(found.name, sizeof(found.name), "%s", n->name);
		found.single = (n->flags & SINGLE) != 0;
		found.base64 = (n->flags & BASE64) != 0 ||
			       ((n->flags & BASE64_TO_17) != 0 && release <= 17);
		found.stock = n->since != 0 && release >= n->since;
		*ret = found;
		return true;
	}
	if (step != NULL || !find_pcr(reg, algorithm, tee, &found))
		return false;
	*ret = found;
	return true;
}
