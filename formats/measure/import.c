/*
 * import.c - what the importers of launch profiles share (see import.h).
 */
#include "formats/measure/import.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/vcpu_model.h"

void coco_import_free(struct coco_import *im)
{
	coco_profile_free(&im->profile);
	coco_free(im->notes);
	memset(im, 0, sizeof(*im));
}

int coco_import_set(struct coco_import *im, enum coco_profile_id id, size_t row,
		    const char *text, const char *origin, struct coco_diag *diag)
{
	return coco_profile_add(&im->profile, id, row, text, origin, diag);
}

int coco_import_warn(struct coco_import *im, struct coco_diag *diag, const char *fmt, ...)
{
	va_list ap;

	if (im->n_notes == COCO_IMPORT_NOTES)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "more than %d warnings",
				 COCO_IMPORT_NOTES);
	if (!coco_grow((void **)&im->notes, &im->cap_notes, im->n_notes, sizeof(*im->notes),
		       COCO_IMPORT_NOTES))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a warning");
	va_start(ap, fmt);
	vsnprintf(im->notes[im->n_notes].text, COCO_IMPORT_TEXT, fmt, ap);
	va_end(ap);
	im->n_notes++;
	return 0;
}

int coco_import_size(struct coco_import *im, uint64_t bytes, const char *origin,
		     struct coco_diag *diag)
{
	char text[32];

	if (bytes % (1 << 30) == 0)
		snprintf(text, sizeof(text), "%" PRIu64 "GiB", bytes >> 30);
	else if (bytes % (1 << 20) == 0)
		snprintf(text, sizeof(text), "%" PRIu64 "MiB", bytes >> 20);
	else
		snprintf(text, sizeof(text), "%" PRIu64, bytes);
	return coco_import_set(im, COCO_PROFILE_MEMORY_SIZES, 0, text, origin, diag);
}

int coco_import_hex(struct coco_import *im, enum coco_profile_id id, const char *base64,
		    const char *origin, struct coco_diag *diag)
{
	size_t size = coco_profile_key_at(id)->size;
	char text[2 * 64 + 1];
	uint8_t *p = NULL;
	size_t n = 0;
	int r = coco_b64_decode(COCO_B64_STD, base64, strlen(base64), &p, &n, NULL);

	if (r != 0 || n != size) {
		coco_free(p);
		return coco_fail(diag, r == COCO_E_LIMIT_MEMORY ? r : COCO_E_PROFILE_VALUE,
				 "%s: not base64 of %zu bytes", origin, size);
	}
	coco_hex_encode(text, p, n);
	coco_free(p);
	return coco_import_set(im, id, 0, text, origin, diag);
}

int coco_import_policy(struct coco_import *im, const char *text, const char *origin,
		       bool *ret_es, struct coco_diag *diag)
{
	enum { SEV_ES = 4 };
	static const char digits[] = "0123456789abcdef";
	int r = coco_import_set(im, COCO_PROFILE_GUEST_POLICY, 0, text, origin, diag);

	if (r != 0 || ret_es == NULL)
		return r;
	/* canonical: 0x and lower-case digits */
	const char *form = coco_profile_text(&im->profile, COCO_PROFILE_GUEST_POLICY);
	const char *last = strchr(digits, form[strlen(form) - 1]);
	*ret_es = last != NULL && ((last - digits) & SEV_ES) != 0;
	return 0;
}

static int set_signature(struct coco_import *im, const char *model, const long fms[3],
			 const char *origin, struct coco_diag *diag)
{
	char text[24];

	if (fms[0] < 0 || fms[1] < 0 || fms[2] < 0)
		return coco_import_warn(im, diag,
					"%s: family, model and stepping are measured, and "
					"only some are set beside %.60s: give cpu.signature",
					origin,
					model);
	snprintf(text, sizeof(text), "0x%" PRIx32,
		 coco_vcpu_signature((uint32_t)fms[0], (uint32_t)fms[1], (uint32_t)fms[2]));
	return coco_import_set(im, COCO_PROFILE_CPU_SIGNATURE, 0, text, origin, diag);
}

int coco_import_cpu(struct coco_import *im, const char *model, const long fms[3],
		    const char *origin, struct coco_diag *diag)
{
	if (fms != NULL && (fms[0] >= 0 || fms[1] >= 0 || fms[2] >= 0))
		return set_signature(im, model, fms, origin, diag);
	if (strncmp(model, "host", 4) == 0 || strcmp(model, "max") == 0) {
		if (coco_profile_has_platform(&im->profile, "snp") ||
		    coco_profile_has_platform(&im->profile, "sev-es"))
			return coco_import_warn(im, diag, "%s %.60s: the signature of the host's "
						"processor is measured: give cpu.signature or "
						"cpu.models", origin, model);
		return 0;
	}
	if (coco_vcpu_model_find(model, strlen(model)) == NULL &&
	    (coco_profile_has_platform(&im->profile, "snp") ||
	     coco_profile_has_platform(&im->profile, "sev-es"))) {
		return coco_import_warn(im, diag, "%s: the model %.60s is not known: give "
					"cpu.signature", origin, model);
	}
	return coco_import_set(im, COCO_PROFILE_CPU_MODELS, 0, model, origin, diag);
}
