/*
 * initdata_args.c - what the initdata commands share (see initdata_args.h).
 */
#include "cli/broker/initdata_args.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/b64.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

/* An operand that is the annotation itself: base64 of gzip, and no file of that name. */
static bool is_annotation(const char *word)
{
	return strncmp(word, "H4sI", 4) == 0 && access(word, F_OK) != 0;
}

int coco_initdata_read(struct coco_initdata_input *in, const char *path, struct coco_diag *diag)
{
	uint8_t *bytes = NULL;
	size_t n = 0;

	memset(in, 0, sizeof(*in));
	bool given = is_annotation(path);
	int r = given ? 0 : coco_read_file(path, COCO_INITDATA_MAX * 2, &bytes, &n, diag);
	if (r == 0)
		r = coco_initdata_unpack(given ? coco_view_of(path, strlen(path))
					       : coco_view_of(bytes, n),
					 &in->toml, &in->n, &in->form, diag);
	if (r == 0)
		r = coco_initdata_decode(&in->doc, coco_view_of(in->toml, in->n), diag);
	if (r != 0)
		coco_diag_source(diag, "%s", given ? "the annotation" : path);
	coco_free(bytes);
	return r;
}

void coco_initdata_input_free(struct coco_initdata_input *in)
{
	coco_initdata_free(&in->doc);
	coco_free(in->toml);
	memset(in, 0, sizeof(*in));
}

/* A field in hexadecimal, and in the base64 that a VMM's option takes. */
static int field(struct coco_report *report, const char *key, const char *label,
		 const uint8_t *p, size_t n, const char *option, struct coco_diag *diag)
{
	char key_b64[64];
	char *b64;

	coco_report_hex(report, key, label, p, n);
	if (option == NULL)
		return 0;
	b64 = coco_b64_dup(COCO_B64_STD, p, n);
	if (b64 == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an answer");
	snprintf(key_b64, sizeof(key_b64), "%s_base64", key);
	coco_report_string(report, key_b64, option, b64);
	coco_free(b64);
	return 0;
}

static int fields(struct coco_report *report, const struct coco_initdata_binding *b,
		  struct coco_diag *diag)
{
	int r = field(report, "host_data", "HOST_DATA (SEV-SNP)", b->host_data,
		      sizeof(b->host_data), "QEMU host-data", diag);

	if (r == 0)
		r = field(report, "mrconfigid", "MRCONFIGID (TDX)", b->mrconfigid,
			  sizeof(b->mrconfigid), "QEMU mrconfigid", diag);
	if (r == 0)
		r = field(report, "configid", "CONFIGID (SGX), RPV (CCA)", b->configid,
			  sizeof(b->configid), NULL, diag);
	if (r == 0 && b->has_pcr8)
		r = field(report, "pcr8_sha256", "PCR 8 (vTPM, sha256)", b->pcr8, sizeof(b->pcr8),
			  NULL, diag);
	else if (r == 0)
		coco_report_string(report, NULL, "PCR 8 (vTPM)",
				   "none: a verifier takes sha256 digests only");
	return r;
}

int coco_initdata_report(struct coco_report *report, struct coco_view toml,
			 enum coco_initdata_alg alg, bool bindings, struct coco_diag *diag)
{
	struct coco_initdata_binding b;
	int r = coco_initdata_bind(toml, alg, &b, diag);

	if (r != 0)
		return r;
	coco_report_string(report, "algorithm", "algorithm", coco_initdata_alg_name(alg));
	coco_report_hex(report, "digest", "digest", b.digest, b.n);
	return bindings ? fields(report, &b, diag) : 0;
}

int coco_initdata_write(struct coco_cli *cli, struct coco_view toml, enum coco_initdata_form form,
			struct coco_report *report, struct coco_diag *diag)
{
	const char *output = cli->common.output;
	uint8_t *bytes = NULL;
	size_t n = 0;

	int r = coco_initdata_pack(toml, form, &bytes, &n, diag);
	if (r == 0 && cli->common.dry_run && strcmp(output, "-") != 0)
		r = coco_out_check(output, coco_cli_out_flags(cli, 0), NULL, diag);
	else if (r == 0)
		r = coco_write_file(output, bytes, n, coco_cli_out_flags(cli, 0), diag);
	coco_free(bytes);
	if (r == 0)
		coco_report_string(report, "output",
				   cli->common.dry_run ? "would be written" : "written", output);
	return r;
}
