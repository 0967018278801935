/*
 * vcpu_model.h - vCPU models and their CPUID signatures (measure.md 1.3).
 */
#ifndef COCO_VCPU_MODEL_H
#define COCO_VCPU_MODEL_H

#include "formats/core/base.h"

struct coco_vcpu_model {
	const char *name;     /* as QEMU writes it; static */
	uint32_t signature;   /* CPUID 1, EAX */
};

/* coco_vcpu_model_at - model i, or NULL past the end. */
const struct coco_vcpu_model *coco_vcpu_model_at(size_t i);

/* coco_vcpu_model_find - by the n bytes of name, in any case; NULL: unknown. */
const struct coco_vcpu_model *coco_vcpu_model_find(const char *name, size_t n);

/* coco_vcpu_signature - from family, model and stepping as a person writes them. */
uint32_t coco_vcpu_signature(uint32_t family, uint32_t model, uint32_t stepping);

#endif
