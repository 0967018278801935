/*
 * vcpu_model.c - vCPU models and their CPUID signatures (see vcpu_model.h).
 */
#include "formats/measure/vcpu_model.h"

#include <string.h>

enum {
	NAPLES = 0x00800f12,
	ROME = 0x00830f10,
	MILAN = 0x00a00f11,
	GENOA = 0x00a10f10,
	TURIN = 0x00b00f00,
};

static const struct coco_vcpu_model models[] = {
	{ "EPYC", NAPLES },       { "EPYC-v1", NAPLES },    { "EPYC-v2", NAPLES },
	{ "EPYC-IBPB", NAPLES },  { "EPYC-v3", NAPLES },    { "EPYC-v4", NAPLES },
	{ "EPYC-Rome", ROME },    { "EPYC-Rome-v1", ROME }, { "EPYC-Rome-v2", ROME },
	{ "EPYC-Rome-v3", ROME }, { "EPYC-Rome-v4", ROME }, { "EPYC-Milan", MILAN },
	{ "EPYC-Milan-v1", MILAN }, { "EPYC-Milan-v2", MILAN }, { "EPYC-Genoa", GENOA },
	{ "EPYC-Genoa-v1", GENOA }, { "EPYC-Genoa-v2", GENOA }, { "EPYC-Turin", TURIN },
	{ "EPYC-Turin-v1", TURIN }, { "EPYC-Turin-v2", TURIN },
};

const struct coco_vcpu_model *coco_vcpu_model_at(size_t i)
{
	return i < COCO_ARRAY_LEN(models) ? &models[i] : NULL;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

const struct coco_vcpu_model *coco_vcpu_model_find(const char *name, size_t n)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(models); i++) {
		size_t k = 0;

		if (strlen(models[i].name) != n)
			continue;
		while (k < n && lower(models[i].name[k]) == lower(name[k]))
			k++;
		if (k == n)
			return &models[i];
	}
	return NULL;
}

uint32_t coco_vcpu_signature(uint32_t family, uint32_t model, uint32_t stepping)
{
	uint32_t low = family > 15 ? 15 : family;
	uint32_t high = family > 15 ? (family - 15) & 0xff : 0;

	return high << 20 | (model >> 4 & 15) << 16 | low << 8 | (model & 15) << 4 |
	       (stepping & 15);
}
