/*
 * cmd_model_cat.c - cococtl model cat: one file of a package, or a part of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/model/model_args.h"
#include "cli/model/run_model.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/model/extract.h"
#include "lib/model/seg_reader.h"

struct sink {
	int fd;
	const char *name;
};

static int write_some(void *ctx, const uint8_t *p, size_t n, struct coco_diag *diag)
{
	const struct sink *s = ctx;

	return coco_write_full(s->fd, p, n, s->name, diag);
}

static const struct coco_cat_file *find(const struct coco_catalogue *cat, const char *path,
					size_t n)
{
	for (size_t i = 0; i < cat->n_files; i++)
		if (strlen(cat->files[i].path) == n && memcmp(cat->files[i].path, path, n) == 0)
			return &cat->files[i];
	return NULL;
}

/* ":NUMBER" that ends at text + n; false when there is none. */
static bool take_number(const char *text, size_t *n, uint64_t *ret)
{
	size_t at = *n;

	while (at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9')
		at--;
	if (at == *n || at == 0 || text[at - 1] != ':' || *n - at > 19)
		return false;
	*ret = strtoull(text + at, NULL, 10);
	*n = at - 1;
	return true;
}

/* FILE, FILE:OFFSET or FILE:OFFSET:LENGTH; a file whose name has colons wins. */
static int parse(const struct coco_catalogue *cat, const char *text,
		 const struct coco_cat_file **ret, uint64_t *offset, uint64_t *length,
		 struct coco_diag *diag)
{
	size_t n = strlen(text);
	uint64_t last = 0;
	uint64_t first = 0;

	*offset = 0;
	*ret = find(cat, text, n);
	if (*ret != NULL) {
		*length = (*ret)->size;
		return 0;
	}
	if (take_number(text, &n, &last)) {
		*ret = find(cat, text, n);
		if (*ret != NULL) {
			*offset = last;
			*length = (*ret)->size > last ? (*ret)->size - last : 0;
		} else if (take_number(text, &n, &first)) {
			*ret = find(cat, text, n);
			*offset = first;
			*length = last;
		}
	}
	if (*ret == NULL)
		return coco_fail(diag, COCO_E_FILE_NONE, "the package has no such file");
	return 0;
}

/* Standard output may be a file on a disk; a pipe is the business of its reader. */
static int check_stdout(int fd, enum coco_at_rest at_rest, struct coco_diag *diag)
{
	char path[40];
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return coco_at_rest_check(at_rest, path, diag);
}

/* Under a signature the segments must be the signed ones, not only sealed with the key. */
static int check_segments(struct coco_cli *cli, const struct coco_arg_opening *x,
			  const struct coco_cat_file *file, struct coco_diag *diag)
{
	bool *selected = NULL;

	if (!x->verified)
		return 0;
	selected = coco_zalloc(x->cat.n_files, sizeof(*selected));
	if (selected == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to check segments");
	selected[file - x->cat.files] = true;
	int r = coco_pkg_check_files(&cli->run, &x->pkg, &x->cat, selected, diag);
	coco_free(selected);
	return r;
}

static int stream(struct coco_cli *cli, const struct coco_arg_opening *x, const char *text,
		  struct coco_report *report, struct coco_diag *diag)
{
	const struct coco_cat_file *file = NULL;
	const char *output = cli->common.output;
	struct coco_out out = { .fd = -1 };
	struct sink sink = { .fd = -1, .name = output != NULL ? output : "standard output" };
	uint64_t offset = 0;
	uint64_t length = 0;
	bool to_file = output != NULL && strcmp(output, "-") != 0;
	int r = parse(&x->cat, text, &file, &offset, &length, diag);

	if (r == 0)
		r = check_segments(cli, x, file, diag);
	if (r == 0 && to_file) {
		r = coco_out_open(&out, output, coco_cli_out_flags(cli, COCO_OUT_SECRET), diag);
		sink.fd = out.fd;
		if (r == 0)
			r = coco_at_rest_check(x->pkg.header.at_rest, out.dir, diag);
	} else if (r == 0) {
		r = coco_cli_stdout(cli, true, &sink.fd, diag);
		if (r == 0)
			r = check_stdout(sink.fd, x->pkg.header.at_rest, diag);
	}
	if (r == 0)
		r = coco_file_stream(&cli->run, &x->pkg, &x->key, file, offset, length,
				     write_some, &sink, diag);
	if (to_file) {
		if (r == 0)
			r = coco_out_commit(&out, diag);
		else
			coco_out_abort(&out);
	}
	if (r == 0 && to_file) {
		coco_report_size(report, "bytes", "bytes", length);
		coco_report_string(report, NULL, "written", output);
	}
	return r;
}

int coco_cmd_model_cat(struct coco_cli *cli, const void *opts, struct coco_report *report,
		       struct coco_diag *diag)
{
	const struct coco_opts_model_cat *o = opts;
	struct coco_arg_opening x = { .verified = false };
	int r = coco_arg_opening_load(cli, o->package, o->key, o->identity, &o->trust,
				      o->min_version, &x, diag);

	if (r != 0)
		return r;
	r = stream(cli, &x, o->file, report, diag);
	coco_arg_opening_free(&x);
	return r;
}
