/*
 * cmd_model_inspect.c - cococtl model inspect: what a package says of itself;
 * with the content key also which files and tensors it holds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/model/key_any.h"
#include "cli/model/model_args.h"
#include "cli/model/run_model.h"
#include "formats/core/mem.h"
#include "formats/model/wraps.h"
#include "lib/crypto/content_key.h"

static uint64_t stored(const struct coco_cat_file *f)
{
	uint64_t n = 0;

	for (size_t i = 0; i < f->n_runs; i++)
		n += f->runs[i].stored;
	return n;
}

static void dtypes_text(const struct coco_cat_file *f, char *ret, size_t cap)
{
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < f->n_dtypes && at < cap; i++) {
		int n = snprintf(ret + at, cap - at, "%s%s", i > 0 ? " " : "", f->dtypes[i].name);

		at += n > 0 ? (size_t)n : 0;
	}
}

/* The text is for the holder of the key, who asked what is inside: with names. */
static void file_row(struct coco_report *report, const struct coco_cat_file *f)
{
	char size[32];
	char tensors[32] = "";
	char ratio[32] = "";
	char dtypes[128];

	snprintf(size, sizeof(size), "%" PRIu64, f->size);
	if (f->kind[0] != '\0')
		snprintf(tensors, sizeof(tensors), "%" PRIu64, f->tensors);
	if (f->size != 0)
		snprintf(ratio, sizeof(ratio), "%.1f %%",
			 100.0 * (double)stored(f) / (double)f->size);
	dtypes_text(f, dtypes, sizeof(dtypes));
	coco_report_row(report, (const char *[]){ size, ratio, tensors, dtypes, f->path });
}

/* JSON ends up in logs of machines: names only when they were asked for. */
static void file_json(struct coco_jw *jw, const struct coco_cat_file *f, bool show_names)
{
	char number[24];

	coco_jw_begin(jw, '{');
	if (show_names)
		coco_jw_kv_string(jw, "path", f->path);
	snprintf(number, sizeof(number), "%" PRIu64, f->size);
	coco_jw_kv_string(jw, "size", number);
	snprintf(number, sizeof(number), "%" PRIu64, stored(f));
	coco_jw_kv_string(jw, "stored", number);
	coco_jw_key(jw, "mode");
	snprintf(number, sizeof(number), "%04o", f->mode);
	coco_jw_string(jw, number);
	if (f->has_sha256)
		coco_jw_kv_hex(jw, "sha256", f->sha256, sizeof(f->sha256));
	if (f->kind[0] != '\0') {
		coco_jw_kv_string(jw, "kind", f->kind);
		coco_jw_kv_u64(jw, "tensors", f->tensors);
		coco_jw_key(jw, "dtypes");
		coco_jw_begin(jw, '[');
		for (size_t i = 0; i < f->n_dtypes; i++) {
			coco_jw_begin(jw, '{');
			coco_jw_kv_string(jw, "dtype", f->dtypes[i].name);
			coco_jw_kv_u64(jw, "tensors", f->dtypes[i].tensors);
			snprintf(number, sizeof(number), "%" PRIu64, f->dtypes[i].bytes);
			coco_jw_kv_string(jw, "bytes", number);
			coco_jw_end(jw, '}');
		}
		coco_jw_end(jw, ']');
	}
	coco_jw_end(jw, '}');
}

static void report_ratio(struct coco_report *report, uint64_t packed, uint64_t size)
{
	double percent = 100.0 * (double)packed / (double)size;
	char text[40];

	snprintf(text, sizeof(text), "%.2f", percent);
	coco_jw_kv_string(coco_report_json(report), "ratio_percent", text);
	coco_report_format(report, NULL, "stored", "%s %%", text);
}

static void report_catalogue(struct coco_report *report, const struct coco_catalogue *cat,
			     bool show_names)
{
	static const struct coco_column columns[] = {
		{ "bytes", COCO_ALIGN_RIGHT }, { "stored", COCO_ALIGN_RIGHT },
		{ "tensors", COCO_ALIGN_RIGHT }, { "dtypes", COCO_ALIGN_LEFT },
		{ "file", COCO_ALIGN_LEFT },
	};
	uint64_t size = 0;
	uint64_t packed = 0;
	uint64_t tensors = 0;

	for (size_t i = 0; i < cat->n_files; i++) {
		size += cat->files[i].size;
		packed += stored(&cat->files[i]);
		tensors += cat->files[i].tensors;
	}
	coco_report_count(report, "files_count", "files", cat->n_files);
	coco_report_count(report, "tensors", "tensors", tensors);
	coco_report_size(report, "bytes", "model", size);
	if (size != 0)
		report_ratio(report, packed, size);
	coco_report_bool(report, "model_signature", "model signature", cat->oms != NULL);
	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	struct coco_jw *jw = coco_report_json(report);
	coco_jw_key(jw, "files");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < cat->n_files; i++) {
		file_row(report, &cat->files[i]);
		file_json(jw, &cat->files[i], show_names);
	}
	coco_jw_end(jw, ']');
}

static int inspect_content(struct coco_cli *cli, const char *ref, const struct coco_pkg *pkg,
			   struct coco_report *report, struct coco_diag *diag)
{
	struct coco_catalogue cat = { .n_files = 0 };
	struct coco_secret key = { 0 };
	int r = coco_content_key_load(ref, coco_key_ref_flags(cli), &key, diag);

	if (r == 0)
		r = coco_pkg_catalogue(pkg, &key, &cat, diag);
	if (r == 0)
		report_catalogue(report, &cat, cli->run.show_names);
	coco_catalogue_free(&cat);
	coco_secret_free(&key);
	return r;
}

/* For how many keys the content key is wrapped; a package needs no wraps. */
static int report_wraps(const struct coco_pkg *pkg, struct coco_report *report,
			struct coco_diag *diag)
{
	struct coco_wraps wraps = { .n_wraps = 0 };
	uint8_t *text = NULL;
	uint64_t recipients = 0;
	size_t n = 0;
	int r = coco_pkg_wraps(pkg, &text, &n, diag);

	if (r == COCO_E_KEY_NO_RECIPIENT) {
		coco_diag_init(diag);
		coco_report_count(report, "recipients", NULL, 0);
		return 0;
	}
	if (r == 0)
		r = coco_wraps_decode(&wraps, coco_view_of(text, n), diag);
	for (size_t i = 0; i < wraps.n_wraps; i++)
		recipients += wraps.wraps[i].type == COCO_WRAP_JWE ? 1 : 0;
	if (r == 0)
		coco_report_count(report, "recipients", "key wrapped for", recipients);
	coco_wraps_clear(&wraps);
	coco_free(text);
	return r;
}

int coco_cmd_model_inspect(struct coco_cli *cli, const void *opts, struct coco_report *report,
			   struct coco_diag *diag)
{
	const struct coco_opts_model_inspect *o = opts;
	struct coco_pkg pkg = { .layout = NULL };
	size_t signatures = 0;
	int r = coco_arg_package(o->package, &pkg, diag);

	if (r != 0)
		return r;
	r = coco_pkg_signatures(&pkg, &signatures, diag);
	if (r == 0) {
		coco_arg_header(report, &pkg.found.digest, &pkg.header);
		if (pkg.found.tag != NULL)
			coco_report_string(report, "tag", "tag", pkg.found.tag);
		coco_report_size(report, "segment_size", "segment size",
				 pkg.header.segment_size);
		coco_report_count(report, "segments", "segments", pkg.header.segment_count);
		coco_report_size(report, "bytes_sealed", "sealed", pkg.bytes);
		coco_report_count(report, "signatures", "signatures (not checked)", signatures);
		r = report_wraps(&pkg, report, diag);
	}
	if (r == 0 && o->key != NULL)
		r = inspect_content(cli, o->key, &pkg, report, diag);
	coco_pkg_close(&pkg);
	return r;
}
