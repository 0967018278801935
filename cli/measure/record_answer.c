/*
 * record_answer.c - the answer of the measure commands (see record_answer.h).
 */
#include "cli/measure/record_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/measure/profile_use.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/measure/record_forms.h"
#include "lib/measure/record_known.h"

enum { SHORT = 16 };   /* digits of a digest in a table of steps */

static void digest_text(char ret[2 * COCO_MRECORD_DIGEST + 1], const struct coco_mrecord_digest *d)
{
	coco_hex_encode(ret, d->p, d->n);
}

/* Which columns of a table of steps hold anything. */
struct step_form {
	bool gpa;
	bool pages;
	bool running;
};

static struct step_form form_of(const struct coco_mrecord_input *list, size_t n)
{
	struct step_form f = { .gpa = false };

	for (size_t i = 0; i < n; i++) {
		f.gpa = f.gpa || list[i].has_gpa;
		f.pages = f.pages || list[i].pages != 0;
		f.running = f.running || list[i].running.n != 0;
	}
	return f;
}

static void step_row(struct coco_report *report, const struct coco_mrecord_input *in,
		     const struct step_form *f)
{
	char digest[2 * COCO_MRECORD_DIGEST + 1];
	char running[2 * COCO_MRECORD_DIGEST + 1];
	char gpa[24] = "";
	char pages[24] = "";
	const char *cells[6];
	size_t n = 0;

	if (in->has_gpa)
		snprintf(gpa, sizeof(gpa), "0x%" PRIx64, in->gpa);
	if (in->pages != 0)
		snprintf(pages, sizeof(pages), "%" PRIu64, in->pages);
	digest_text(digest, &in->digest);
	digest_text(running, &in->running);
	if (strlen(digest) > SHORT)
		digest[SHORT] = '\0';
	cells[n++] = in->name;
	cells[n++] = in->type;
	if (f->gpa)
		cells[n++] = gpa;
	if (f->pages)
		cells[n++] = pages;
	cells[n++] = digest;
	if (f->running)
		cells[n++] = running;
	coco_report_row(report, cells);
	if (in->text != NULL)
		coco_report_row(report, (const char *[]){ "  text", in->text, "", "", "", "" });
}

static void steps(struct coco_report *report, const struct coco_mrecord_input *list, size_t n)
{
	struct step_form f = form_of(list, n);
	struct coco_column columns[6];
	size_t k = 0;

	columns[k++] = (struct coco_column){ "input", COCO_ALIGN_LEFT };
	columns[k++] = (struct coco_column){ "type", COCO_ALIGN_LEFT };
	if (f.gpa)
		columns[k++] = (struct coco_column){ "address", COCO_ALIGN_RIGHT };
	if (f.pages)
		columns[k++] = (struct coco_column){ "pages", COCO_ALIGN_RIGHT };
	columns[k++] = (struct coco_column){ "digest of it", COCO_ALIGN_LEFT };
	if (f.running)
		columns[k++] = (struct coco_column){ "value after it", COCO_ALIGN_LEFT };
	coco_report_table(report, columns, k);
	for (size_t i = 0; i < n; i++)
		step_row(report, &list[i], &f);
}

/* "tpm.pcr4 (sha256)" where the same register has several banks. */
static void register_text(const struct coco_mrecord *rec, const struct coco_mrecord_register *reg,
			  char *ret, size_t cap)
{
	bool banks = false;

	for (size_t i = 0; i < rec->n_registers; i++)
		banks = banks || (strcmp(rec->registers[i].name, reg->name) == 0 &&
				  &rec->registers[i] != reg);
	if (banks)
		snprintf(ret, cap, "%s (%s)", reg->name, reg->algorithm);
	else
		snprintf(ret, cap, "%s", reg->name);
}

static void explain_register(struct coco_report *report, const struct coco_mrecord *rec,
			     const struct coco_mrecord_register *reg)
{
	char name[80];
	char text[256];
	char label[160];

	register_text(rec, reg, name, sizeof(name));
	snprintf(text, sizeof(text), "steps of %s", name);
	coco_report_heading(report, text);
	steps(report, reg->inputs, reg->n_inputs);
	for (size_t i = 0; i < reg->n_values; i++) {
		if (reg->values[i].n_inputs == 0)
			continue;
		coco_mrecord_label_text(&reg->values[i], label, sizeof(label));
		snprintf(text, sizeof(text), "%s: %s", name, label);
		coco_report_heading(report, text);
		steps(report, reg->values[i].inputs, reg->values[i].n_inputs);
	}
}

static void explain(struct coco_report *report, const struct coco_mrecord *rec)
{
	coco_report_heading(report, "inputs");
	for (size_t i = 0; i < rec->n_params; i++)
		coco_report_string(report, NULL, rec->params[i].name, rec->params[i].value);
	for (size_t i = 0; i < rec->n_files; i++) {
		char sha[72] = "sha256:";

		coco_hex_encode(sha + 7, rec->files[i].sha256, sizeof(rec->files[i].sha256));
		coco_report_format(report, NULL, rec->files[i].name, "%s, %" PRIu64 " bytes", sha,
				   rec->files[i].size);
	}
	for (size_t i = 0; i < rec->n_registers; i++)
		explain_register(report, rec, &rec->registers[i]);
	if (rec->n_gaps == 0)
		return;
	coco_report_heading(report, "not measured");
	for (size_t i = 0; i < rec->n_gaps; i++)
		coco_report_line(report, "%s: %s", rec->gaps[i].name, rec->gaps[i].reason);
}

static void allowed_values(struct coco_report *report, const char *name,
			   const struct coco_mrecord_register *reg)
{
	static const struct coco_column columns[] = {
		{ "when", COCO_ALIGN_LEFT }, { "value", COCO_ALIGN_LEFT },
	};
	char value[2 * COCO_MRECORD_DIGEST + 1];
	char label[160];

	coco_report_format(report, NULL, name, "%zu allowed values", reg->n_values);
	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	for (size_t i = 0; i < reg->n_values; i++) {
		coco_mrecord_label_text(&reg->values[i], label, sizeof(label));
		digest_text(value, &reg->values[i].value);
		coco_report_row(report, (const char *[]){ label, value });
	}
}

/* A value that was given says so: nothing here vouches for it. */
static void one_value(struct coco_report *report, const char *name,
		      const struct coco_mrecord_register *reg, const char *value)
{
	const char *text;

	if (!coco_known_value_is(reg)) {
		coco_report_string(report, NULL, name, value);
		return;
	}
	text = reg->values[0].inputs[0].text;
	coco_report_format(report, NULL, name, "%s (given, not computed%s%s)", value,
			   text != NULL ? ": " : "", text != NULL ? text : "");
}

static void values(struct coco_report *report, const struct coco_mrecord *rec)
{
	char value[2 * COCO_MRECORD_DIGEST + 1];
	char name[80];

	for (size_t i = 0; i < rec->n_registers; i++) {
		const struct coco_mrecord_register *reg = &rec->registers[i];

		register_text(rec, reg, name, sizeof(name));
		if (reg->n_values == 1) {
			digest_text(value, &reg->values[0].value);
			one_value(report, name, reg, value);
		} else if (reg->n_values > 1) {
			allowed_values(report, name, reg);
		}
	}
	for (size_t i = 0; i < rec->n_unknowns; i++) {
		const struct coco_mrecord_unknown *u = &rec->unknowns[i];

		coco_report_format(report, NULL, u->reg, "not computed: %s: %s%s%s", u->name,
				   u->reason, u->supply[0] != '\0' ? "; give " : "", u->supply);
	}
}

/* The bytes that -o takes; the key is read even when nothing is written. */
static int make_output(const struct coco_cli *cli, const struct coco_mrecord *rec,
		       const struct coco_opts_answer *o, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag)
{
	unsigned flags = cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;
	struct coco_record_spec spec = { .form = COCO_FORM_RECORD };
	struct coco_key *key = NULL;
	int r = 0;

	if (o->form != NULL)
		r = coco_record_spec(o->form, &spec, diag);
	if (r == 0 && o->sign_with != NULL)
		r = coco_key_load_private(o->sign_with, flags, &key, diag);
	if (r == 0)
		r = coco_record_form(&cli->run, rec, &spec, key, ret, ret_n, diag);
	coco_key_free(key);
	return r;
}

static int write_record(const struct coco_cli *cli, const struct coco_mrecord *rec,
			const struct coco_opts_answer *o, struct coco_diag *diag)
{
	const char *output = cli->common.output;
	uint8_t *text = NULL;
	size_t n = 0;

	if (output == NULL && o->form != NULL)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "--form is the form of a file: give -o FILE, or -o - to print it");
	if (output == NULL)
		return 0;
	int r = make_output(cli, rec, o, &text, &n, diag);
	if (r == 0 && cli->common.dry_run && strcmp(output, "-") != 0)
		r = coco_out_check(output, coco_cli_out_flags(cli, 0), NULL, diag);
	else if (r == 0)
		r = coco_write_file(output, text, n, coco_cli_out_flags(cli, 0), diag);
	coco_free(text);
	return r;
}

static void report_inputs(struct coco_report *report, const struct coco_mrecord *rec)
{
	for (size_t i = 0; i < rec->n_files; i++) {
		char sha[72] = "sha256:";

		coco_hex_encode(sha + 7, rec->files[i].sha256, sizeof(rec->files[i].sha256));
		coco_report_input(report, rec->files[i].name, sha, rec->files[i].size);
	}
}

/* What the launch profile of the run adds. */
static int add_profile(const struct coco_cli *cli, struct coco_mrecord *rec,
		       struct coco_diag *diag)
{
	const struct coco_profile_use *use = coco_cli_profile(cli);

	if (use == NULL)
		return 0;
	const struct coco_launch_profile *p = coco_profile_use_profile(use);
	rec->has_profile = true;
	memcpy(rec->profile, p->sha256, sizeof(rec->profile));
	return coco_profile_bind(p, rec, diag);
}

/* Known values; those of a profile only for registers that were asked for. */
static int add_known(const struct coco_cli *cli, struct coco_mrecord *rec,
		     const struct coco_opts_answer *o, struct coco_diag *diag)
{
	bool asked = coco_cli_given(cli, "pcr") || coco_cli_given(cli, "bank");
	bool own = !coco_cli_from_profile(cli, "known-value");

	if (strcmp(rec->platform, "tdx") != 0 && strcmp(rec->platform, "tpm") != 0)
		return 0;
	return coco_record_known(rec, (const char *const *)o->known.v, o->known.n, asked && !own,
				 diag);
}

/* A register that --pcr asked for has no value, or none at all has one: no complete yes. */
static int settle(const struct coco_cli *cli, const struct coco_mrecord *rec,
		  struct coco_diag *diag)
{
	size_t n = 0;

	for (size_t i = 0; i < rec->n_registers; i++)
		n += rec->registers[i].n_values > 0;
	if (rec->n_unknowns == 0 || (n > 0 && !coco_cli_given(cli, "pcr")))
		return 0;
	return coco_fail(diag, COCO_E_MEASURE_UNKNOWN, "%s could not be computed%s",
			 rec->unknowns[0].reg, n == 0 ? ", and no other register" : "");
}

int coco_record_answer(struct coco_cli *cli, struct coco_mrecord *rec,
		       const struct coco_opts_answer *o, struct coco_report *report,
		       struct coco_diag *diag)
{
	int r = add_profile(cli, rec, diag);

	if (r == 0)
		r = add_known(cli, rec, o, diag);
	if (r == 0)
		r = write_record(cli, rec, o, diag);
	if (r != 0)
		return r;
	report_inputs(report, rec);
	values(report, rec);
	if (o->explain)
		explain(report, rec);
	struct coco_jw *jw = coco_report_json(report);
	coco_jw_key(jw, "record");
	coco_mrecord_write(jw, rec);
	if (cli->common.output != NULL)
		coco_report_string(report, "output",
				   cli->common.dry_run ? "would be written" : "written",
				   cli->common.output);
	return settle(cli, rec, diag);
}
