/*
 * launch_answer.c - the answer of the measure commands: record, vCPU pages,
 * report (see launch_args.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/measure/launch_args.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

enum { SHORT = 16 };   /* digits of a digest in a table of steps */

static void digest_text(char ret[2 * COCO_MRECORD_DIGEST + 1], const struct coco_mrecord_digest *d)
{
	coco_hex_encode(ret, d->p, d->n);
}

static void step_row(struct coco_report *report, const struct coco_mrecord_input *in)
{
	char digest[2 * COCO_MRECORD_DIGEST + 1];
	char running[2 * COCO_MRECORD_DIGEST + 1];
	char gpa[24] = "";
	char pages[24] = "";

	if (in->has_gpa)
		snprintf(gpa, sizeof(gpa), "0x%" PRIx64, in->gpa);
	if (in->pages != 0)
		snprintf(pages, sizeof(pages), "%" PRIu64, in->pages);
	digest_text(digest, &in->digest);
	digest_text(running, &in->running);
	if (strlen(digest) > SHORT)
		digest[SHORT] = '\0';
	coco_report_row(report, (const char *[]){ in->name, in->type, gpa, pages, digest,
						  running });
}

static void steps(struct coco_report *report, const struct coco_mrecord_input *list, size_t n)
{
	static const struct coco_column columns[] = {
		{ "input", COCO_ALIGN_LEFT },  { "type", COCO_ALIGN_LEFT },
		{ "address", COCO_ALIGN_RIGHT }, { "pages", COCO_ALIGN_RIGHT },
		{ "digest of it", COCO_ALIGN_LEFT }, { "value after it", COCO_ALIGN_LEFT },
	};

	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	for (size_t i = 0; i < n; i++)
		step_row(report, &list[i]);
}

static void label(char *ret, size_t cap, const struct coco_mrecord_value *v)
{
	char model[64] = "";

	if (v->vcpu_type != NULL)
		snprintf(model, sizeof(model), ", %s", v->vcpu_type);
	else if (v->has_signature)
		snprintf(model, sizeof(model), ", 0x%08" PRIx32, v->signature);
	snprintf(ret, cap, "%" PRIu32 " vCPU%s%s", v->vcpus, v->vcpus == 1 ? "" : "s", model);
}

static void explain(struct coco_report *report, const struct coco_mrecord *rec)
{
	char text[128];

	coco_report_heading(report, "inputs");
	for (size_t i = 0; i < rec->n_params; i++)
		coco_report_string(report, NULL, rec->params[i].name, rec->params[i].value);
	for (size_t i = 0; i < rec->n_files; i++) {
		char sha[72] = "sha256:";

		coco_hex_encode(sha + 7, rec->files[i].sha256, sizeof(rec->files[i].sha256));
		coco_report_format(report, NULL, rec->files[i].name, "%s, %" PRIu64 " bytes", sha,
				   rec->files[i].size);
	}
	coco_report_heading(report, "steps");
	steps(report, rec->inputs, rec->n_inputs);
	for (size_t i = 0; i < rec->n_values; i++) {
		if (rec->values[i].n_inputs == 0)
			continue;
		label(text, sizeof(text), &rec->values[i]);
		coco_report_heading(report, text);
		steps(report, rec->values[i].input, rec->values[i].n_inputs);
	}
	coco_report_heading(report, "not measured");
	for (size_t i = 0; i < rec->n_gaps; i++)
		coco_report_line(report, "%s: %s", rec->gaps[i].name, rec->gaps[i].reason);
}

static void values(struct coco_report *report, const struct coco_mrecord *rec)
{
	static const struct coco_column columns[] = {
		{ "vcpus", COCO_ALIGN_RIGHT }, { "model", COCO_ALIGN_LEFT },
		{ "value", COCO_ALIGN_LEFT },
	};
	char value[2 * COCO_MRECORD_DIGEST + 1];

	if (rec->n_values == 1) {
		digest_text(value, &rec->values[0].value);
		coco_report_string(report, NULL, rec->reg, value);
		return;
	}
	coco_report_format(report, NULL, rec->reg, "%zu allowed values", rec->n_values);
	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	for (size_t i = 0; i < rec->n_values; i++) {
		const struct coco_mrecord_value *v = &rec->values[i];
		char count[16];
		char sig[16] = "";

		snprintf(count, sizeof(count), "%" PRIu32, v->vcpus);
		if (v->has_signature)
			snprintf(sig, sizeof(sig), "0x%08" PRIx32, v->signature);
		digest_text(value, &v->value);
		coco_report_row(report, (const char *[]){
			count, v->vcpu_type != NULL ? v->vcpu_type : sig, value });
	}
}

/* The vCPU pages, each as a file; under --dry-run only whether they could be. */
static int dump(const struct coco_cli *cli, const struct coco_launch *l, const char *dir,
		struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n_pages; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s.bin", l->pages[i].name);
		char *path = coco_path_join(dir, name);
		if (path == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
		if (cli->common.dry_run)
			r = coco_out_check(path, coco_cli_out_flags(cli, 0), NULL, diag);
		else
			r = coco_write_file(path, l->pages[i].page, COCO_VMSA_SIZE,
					    coco_cli_out_flags(cli, 0), diag);
		coco_free(path);
	}
	return r;
}

static int write_record(const struct coco_cli *cli, const struct coco_mrecord *rec,
			struct coco_diag *diag)
{
	const char *output = cli->common.output;
	uint8_t *text = NULL;
	size_t n = 0;

	if (output == NULL)
		return 0;
	if (cli->common.dry_run && strcmp(output, "-") != 0)
		return coco_out_check(output, coco_cli_out_flags(cli, 0), NULL, diag);
	int r = coco_mrecord_encode(rec, &text, &n, diag);
	if (r == 0)
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

int coco_launch_answer(struct coco_cli *cli, const struct coco_launch_args *a,
		       const char *dump_vmsa, bool explain_steps, struct coco_report *report,
		       struct coco_diag *diag)
{
	struct coco_launch l = { .n_pages = 0 };

	int r = coco_launch_measure(&cli->run, &a->req, &l, diag);
	if (r == 0 && dump_vmsa != NULL)
		r = dump(cli, &l, dump_vmsa, diag);
	if (r == 0)
		r = write_record(cli, &l.record, diag);
	if (r == 0) {
		report_inputs(report, &l.record);
		values(report, &l.record);
		if (l.has_firmware_digest)
			coco_report_hex(report, "firmware_digest",
					explain_steps ? "firmware digest" : NULL,
					l.firmware_digest, sizeof(l.firmware_digest));
		if (explain_steps)
			explain(report, &l.record);
		struct coco_jw *jw = coco_report_json(report);
		coco_jw_key(jw, "record");
		coco_mrecord_write(jw, &l.record);
		if (cli->common.output != NULL)
			coco_report_string(report, "output",
					   cli->common.dry_run ? "would be written" : "written",
					   cli->common.output);
	}
	coco_launch_free(&l);
	return r;
}
