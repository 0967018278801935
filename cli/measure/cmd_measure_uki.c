/*
 * cmd_measure_uki.c - cococtl measure uki: PCR 11 of a unified kernel image,
 * and signatures over it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/measure/bank_args.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/run_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/measure/pcr_policy.h"
#include "lib/measure/uki.h"

/* Paths of phases as the library wants them: ":" is the empty one. */
struct phases {
	const char *path[COCO_UKI_PHASES];
	size_t n;
};

static int take_phases(const struct coco_strlist *list, struct phases *ret,
		       struct coco_diag *diag)
{
	if (list->n == 0) {
		for (size_t i = 0; i < coco_uki_n_default_phases; i++)
			ret->path[ret->n++] = coco_uki_default_phases[i];
		return 0;
	}
	if (list->n > COCO_UKI_PHASES)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "--phase: at most %d are possible",
				 COCO_UKI_PHASES);
	for (size_t i = 0; i < list->n; i++)
		ret->path[ret->n++] = strcmp(list->v[i], ":") == 0 ? "" : list->v[i];
	return 0;
}

/* Whether a file is given for any section. */
static bool take_files(const struct coco_opts_measure_uki *o, struct coco_uki_files *ret)
{
	const struct coco_uki_files files = {
		.path = {
			[COCO_UKI_LINUX] = o->linux_file,   [COCO_UKI_OSREL] = o->osrel,
			[COCO_UKI_CMDLINE] = o->cmdline,    [COCO_UKI_UCODE] = o->ucode,
			[COCO_UKI_SPLASH] = o->splash,      [COCO_UKI_DTB] = o->dtb,
			[COCO_UKI_UNAME] = o->uname,        [COCO_UKI_SBAT] = o->sbat,
			[COCO_UKI_PCRPKEY] = o->pcrpkey,    [COCO_UKI_PROFILE] = o->profile,
			[COCO_UKI_DTBAUTO] = o->dtbauto,    [COCO_UKI_HWIDS] = o->hwids,
			[COCO_UKI_EFIFW] = o->efifw,
		},
		.initrd = o->initrd.v,
		.n_initrd = o->initrd.n,
	};
	bool any = files.n_initrd != 0;

	for (unsigned i = 0; i < COCO_UKI_KINDS; i++)
		any = any || files.path[i] != NULL;
	*ret = files;
	return any;
}

static int open_uki(const struct coco_cli *cli, const struct coco_opts_measure_uki *o,
		    unsigned banks, struct coco_uki *ret, struct coco_diag *diag)
{
	struct coco_uki_files files;
	bool any = take_files(o, &files);

	if (o->file != NULL && any)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "give an image, or the files to build one from, not both");
	if (o->file == NULL && !any)
		return coco_fail(diag, COCO_E_USAGE_OPERAND,
				 "give an image, or the files to build one from (--linux, ...)");
	if (any && o->profile_number != 0)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "--profile-number chooses in an image; files are one profile");
	if (any)
		return coco_uki_from_files(&cli->run, &files, banks, ret, diag);
	return coco_uki_open(&cli->run, o->file, o->profile_number, banks, ret, diag);
}

static void sections(const struct coco_uki *uki, struct coco_report *report)
{
	static const struct coco_column columns[] = {
		{ "section", COCO_ALIGN_LEFT },
		{ "bytes", COCO_ALIGN_RIGHT },
		{ "sha256", COCO_ALIGN_LEFT },
	};
	struct coco_jw *jw = coco_report_json(report);

	coco_jw_key(jw, "sections");
	coco_jw_begin(jw, '[');
	coco_report_heading(report, "measured sections");
	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	for (size_t i = 0; i < uki->n_parts; i++) {
		const struct coco_uki_part *part = &uki->parts[i];
		const char *name = coco_uki_name(part->kind);
		char sha256[65];
		char size[24];

		coco_hex_encode(sha256, part->sha256, sizeof(part->sha256));
		snprintf(size, sizeof(size), "%" PRIu64, part->size);
		coco_report_row(report, (const char *[]){ name, size, sha256 });
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", name);
		coco_jw_kv_string(jw, "size", size);
		coco_jw_kv_string(jw, "sha256", sha256);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

/* The policies, to where -o says or as the answer. */
static int policies(const struct coco_cli *cli, const struct coco_opts_measure_uki *o,
		    const struct coco_mrecord *rec, struct coco_report *report,
		    struct coco_diag *diag)
{
	unsigned flags = cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;
	const char *output = cli->common.output;
	struct coco_pcr_sign how = { .policy_ref = o->policyref };
	struct coco_key *private = NULL;
	struct coco_key *public = NULL;
	uint8_t *text = NULL;
	size_t n = 0;
	size_t count = 0;
	int r = 0;

	if (o->sign != NULL)
		r = coco_key_load_private(o->sign, flags, &private, diag);
	if (r == 0 && o->public_key != NULL)
		r = coco_key_load_public(o->public_key, &public, diag);
	how.key = private;
	how.public_key = public;
	if (r == 0)
		r = coco_pcr_sign(rec, &how, &text, &n, &count, diag);
	if (r == 0 && output != NULL && cli->common.dry_run && strcmp(output, "-") != 0)
		r = coco_out_check(output, coco_cli_out_flags(cli, 0), NULL, diag);
	else if (r == 0 && output != NULL)
		r = coco_write_file(output, text, n, coco_cli_out_flags(cli, 0), diag);
	if (r == 0) {
		struct coco_jw *jw = coco_report_json(report);

		coco_jw_key(jw, "policies");
		coco_jw_raw(jw, (const char *)text, n - 1);
		if (output == NULL)
			coco_report_text(report, NULL, (const char *)text, n);
		coco_report_count(report, "policy_count", output != NULL ? "policies" : NULL,
				  count);
		if (output != NULL)
			coco_report_string(report, "output",
					   cli->common.dry_run ? "would be written" : "written",
					   output);
	}
	coco_free(text);
	coco_key_free(private);
	coco_key_free(public);
	return r;
}

static int judge(const struct coco_opts_measure_uki *o, struct coco_diag *diag)
{
	if (o->policy_digest && o->public_key == NULL)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "--policy-digest needs --public-key: the policies name the key");
	if ((o->public_key != NULL || o->policyref != NULL) && o->sign == NULL && !o->policy_digest)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "--public-key and --policyref need --sign or --policy-digest");
	return 0;
}

int coco_cmd_measure_uki(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_measure_uki *o = opts;
	struct coco_uki uki = { .has_image = false };
	struct coco_mrecord rec = { .n_files = 0 };
	struct phases phases = { .n = 0 };
	unsigned banks = 0;

	int r = judge(o, diag);
	if (r == 0)
		r = coco_bank_args(&o->banks, COCO_BANKS_ALL, &banks, diag);
	if (r == 0)
		r = take_phases(&o->phases, &phases, diag);
	if (r == 0)
		r = open_uki(cli, o, banks, &uki, diag);
	if (r == 0)
		r = coco_uki_record(&uki, phases.path, phases.n, &rec, diag);
	if (r == 0 && (o->sign != NULL || o->policy_digest)) {
		r = policies(cli, o, &rec, report, diag);
	} else if (r == 0) {
		r = coco_record_answer(cli, &rec, &o->answer, report, diag);
		if (r == 0)
			sections(&uki, report);
	}
	coco_mrecord_free(&rec);
	coco_uki_close(&uki);
	return r;
}
