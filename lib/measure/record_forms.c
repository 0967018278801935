/*
 * record_forms.c - plain values, and which form it is (see record_forms.h).
 */
#include "lib/measure/record_forms.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "lib/measure/record_forms_priv.h"

enum { WORD = 24 };

static int bad_form(const char *text, struct coco_diag *diag)
{
	coco_diag_hint(diag, "forms: record, hex, base64, rvps[:RELEASE[:az-snp-vtpm|"
		       "az-tdx-vtpm]], corim[:launch|amd|registers|integrity], in-toto");
	return coco_fail(diag, COCO_E_USAGE_VALUE, "\"%s\" is no form of a record", text);
}

/* "v0.17", "v0.17:az-snp-vtpm". */
static bool rvps_detail(const char *detail, struct coco_record_spec *ret)
{
	const char *colon = strchr(detail, ':');
	size_t n = colon != NULL ? (size_t)(colon - detail) : strlen(detail);
	char release[WORD];

	if (n >= sizeof(release))
		return false;
	memcpy(release, detail, n);
	release[n] = '\0';
	ret->release = coco_ref_release(release);
	if (colon != NULL && strcmp(colon + 1, "az-snp-vtpm") == 0)
		ret->tee = COCO_REF_AZ_SNP;
	else if (colon != NULL && strcmp(colon + 1, "az-tdx-vtpm") == 0)
		ret->tee = COCO_REF_AZ_TDX;
	else if (colon != NULL)
		return false;
	return ret->release != 0;
}

static bool corim_detail(const char *detail, struct coco_record_spec *ret)
{
	static const struct {
		const char *name;
		enum coco_corim_profile profile;
	} known[] = {
		{ "launch", COCO_PROFILE_LAUNCH }, { "amd", COCO_PROFILE_AMD },
		{ "registers", COCO_PROFILE_REGISTERS }, { "integrity", COCO_PROFILE_INTEGRITY },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(known); i++)
		if (strcmp(known[i].name, detail) == 0) {
			ret->profile = known[i].profile;
			return true;
		}
	return false;
}

int coco_record_spec(const char *text, struct coco_record_spec *ret, struct coco_diag *diag)
{
	static const char *const names[] = { "record", "hex", "base64", "rvps", "corim",
					     "in-toto" };
	struct coco_record_spec spec = { .release = COCO_REF_LAST };
	const char *colon = strchr(text, ':');
	size_t n = colon != NULL ? (size_t)(colon - text) : strlen(text);
	size_t i = 0;

	while (i < COCO_ARRAY_LEN(names) &&
	       (strlen(names[i]) != n || memcmp(names[i], text, n) != 0))
		i++;
	if (i == COCO_ARRAY_LEN(names))
		return bad_form(text, diag);
	spec.form = (enum coco_record_form)i;
	if (colon != NULL) {
		bool ok = false;

		if (spec.form == COCO_FORM_RVPS)
			ok = rvps_detail(colon + 1, &spec);
		else if (spec.form == COCO_FORM_CORIM)
			ok = corim_detail(colon + 1, &spec);
		if (!ok)
			return bad_form(text, diag);
	}
	*ret = spec;
	return 0;
}

/* ---- plain values ------------------------------------------------------------------ */

static size_t count_values(const struct coco_mrecord *rec)
{
	size_t n = 0;

	for (size_t i = 0; i < rec->n_registers; i++)
		n += rec->registers[i].n_values;
	return n;
}

static void put_value(struct coco_wr *wr, const struct coco_mrecord_digest *d, bool base64)
{
	char text[2 * COCO_MRECORD_DIGEST + 1];

	if (base64)
		coco_b64_encode(COCO_B64_STD, text, d->p, d->n);
	else
		coco_hex_encode(text, d->p, d->n);
	coco_wr_str(wr, text);
}

/* "VALUE  tdx.rtmr1 sha384 4 vCPUs, EPYC-v4"; a lone value stands alone. */
static int plain(const struct coco_mrecord *rec, bool base64, uint8_t **ret, size_t *ret_n,
		 struct coco_diag *diag)
{
	size_t all = count_values(rec);
	char label[160];
	struct coco_wr wr;

	if (all == 0)
		return coco_fail(diag, COCO_E_MRECORD_FORM, "the record has no value");
	coco_wr_init(&wr, COCO_MRECORD_MAX);
	for (size_t i = 0; i < rec->n_registers; i++) {
		const struct coco_mrecord_register *reg = &rec->registers[i];

		for (size_t k = 0; k < reg->n_values; k++) {
			put_value(&wr, &reg->values[k].value, base64);
			if (all > 1) {
				coco_mrecord_label_text(&reg->values[k], label, sizeof(label));
				coco_wr_printf(&wr, "  %s %s%s%s", reg->name, reg->algorithm,
					       label[0] != '\0' ? " " : "", label);
			}
			coco_wr_u8(&wr, '\n');
		}
	}
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

int coco_record_form(const struct coco_run *run, const struct coco_mrecord *rec,
		     const struct coco_record_spec *spec, const struct coco_key *key,
		     uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	if (key != NULL && spec->form != COCO_FORM_CORIM && spec->form != COCO_FORM_INTOTO)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "only the forms corim and in-toto can be signed");
	switch (spec->form) {
	case COCO_FORM_HEX:
	case COCO_FORM_BASE64:
		return plain(rec, spec->form == COCO_FORM_BASE64, ret, ret_n, diag);
	case COCO_FORM_RVPS:
		return coco_record_rvps(run, rec, spec, ret, ret_n, diag);
	case COCO_FORM_CORIM:
		return coco_record_corim(run, rec, spec->profile, key, ret, ret_n, diag);
	case COCO_FORM_INTOTO:
		return coco_record_statement(rec, key, ret, ret_n, diag);
	case COCO_FORM_RECORD:
		break;
	}
	return coco_mrecord_encode(rec, ret, ret_n, diag);
}
