/*
 * record_forms_statement.c - a record as in-toto Statement v1
 * (docs/formats/measurement-statement.md; see record_forms.h).
 */
#include <stdio.h>

#include "formats/core/err_measure.h"
#include "lib/crypto/dsse_sign.h"
#include "lib/measure/record_forms_priv.h"

static void subject(struct coco_jw *jw, const char *name, const char *algorithm,
		    const uint8_t *p, size_t n)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "name", name);
	coco_jw_key(jw, "digest");
	coco_jw_begin(jw, '{');
	coco_jw_kv_hex(jw, algorithm, p, n);
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
}

/* Each file and each allowed value, so that a statement is found by either digest. */
static void subjects(struct coco_jw *jw, const struct coco_mrecord *rec)
{
	char label[160];
	char name[COCO_MRECORD_WORD + sizeof(label) + 4];

	coco_jw_key(jw, "subject");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < rec->n_files; i++)
		subject(jw, rec->files[i].name, "sha256", rec->files[i].sha256,
			sizeof(rec->files[i].sha256));
	for (size_t i = 0; i < rec->n_registers; i++) {
		const struct coco_mrecord_register *reg = &rec->registers[i];

		for (size_t k = 0; k < reg->n_values; k++) {
			const struct coco_mrecord_digest *d = &reg->values[k].value;

			coco_mrecord_label_text(&reg->values[k], label, sizeof(label));
			snprintf(name, sizeof(name), label[0] != '\0' ? "%s (%s)" : "%s%s",
				 reg->name, label);
			subject(jw, name, reg->algorithm, d->p, d->n);
		}
	}
	coco_jw_end(jw, ']');
}

int coco_record_statement(const struct coco_mrecord *rec, const struct coco_key *key,
			  uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *text;
	size_t n;

	if (rec->n_files == 0 && rec->n_registers == 0)
		return coco_fail(diag, COCO_E_MRECORD_FORM, "a statement needs a subject");
	coco_wr_init(&wr, COCO_MRECORD_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "_type", "https://in-toto.io/Statement/v1");
	subjects(&jw, rec);
	coco_jw_kv_string(&jw, "predicateType", COCO_PREDICATE_MEASUREMENT);
	coco_jw_key(&jw, "predicate");
	coco_mrecord_write(&jw, rec);
	coco_jw_end(&jw, '}');
	if (key == NULL)
		coco_wr_u8(&wr, '\n');
	int r = coco_wr_finish(&wr, &text, &n, diag);
	if (r != 0)
		return r;
	if (key == NULL) {
		*ret = text;
		*ret_n = n;
		return 0;
	}
	r = coco_dsse_sign(key, COCO_DSSE_TYPE_INTOTO, coco_view_of(text, n), ret, ret_n, diag);
	coco_free(text);
	return r;
}
