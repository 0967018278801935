/*
 * opt_same.c - an output must not be one of the inputs (cli-ux 8; see opt.h).
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/core/opt.h"

/* The path that a value names, or NULL when it names none. */
static const char *path_of(enum coco_kind kind, const char *text)
{
	static const char *const schemes[] = { "fd:", "env:", "cred:", "store:" };

	if (text == NULL || strcmp(text, "-") == 0)
		return NULL;
	if (kind != COCO_KIND_KEYREF && kind != COCO_KIND_OUTPUT)
		return text;
	for (size_t i = 0; i < COCO_ARRAY_LEN(schemes); i++)
		if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
			return NULL;
	return strncmp(text, "file:", 5) == 0 ? text + 5 : text;
}

static bool reads(enum coco_kind kind)
{
	return kind == COCO_KIND_INPUT || kind == COCO_KIND_KEYREF ||
	       kind == COCO_KIND_PACKAGE || kind == COCO_KIND_DIR;
}

static int compare(const struct stat *out, const char *out_name, enum coco_kind kind,
		   const char *text, const char *name, struct coco_diag *diag)
{
	const char *path = path_of(kind, text);
	struct stat in;

	if (path == NULL || stat(path, &in) != 0 || in.st_dev != out->st_dev ||
	    in.st_ino != out->st_ino)
		return 0;
	return coco_fail(diag, COCO_E_IO_SAME, "%s and --%s are the same file", name, out_name);
}

static int check_output(const struct coco_given *g, size_t output, struct coco_diag *diag)
{
	const char *out_name = g->o[output].opt->name;
	const char *path = path_of(COCO_KIND_OUTPUT, g->o[output].text);
	struct stat out;
	char name[80];

	/* writing to a device or pipe destroys nothing */
	if (path == NULL || stat(path, &out) != 0 ||
	    (!S_ISREG(out.st_mode) && !S_ISDIR(out.st_mode)))
		return 0;
	for (size_t i = 0; i < g->n; i++) {
		const struct coco_opt *opt = g->o[i].opt;
		int r = 0;

		if (!reads(opt->kind))
			continue;
		snprintf(name, sizeof(name), "--%s", opt->name);
		for (size_t k = 0; r == 0 && k < g->o[i].n_list; k++)
			r = compare(&out, out_name, opt->kind, g->o[i].list[k], name, diag);
		if (r == 0)
			r = compare(&out, out_name, opt->kind, g->o[i].text, name, diag);
		if (r != 0)
			return r;
	}
	for (size_t i = 0; i < g->n_operands; i++) {
		const struct coco_operand *o =
			&g->cmd->operands[coco_min_size(i, g->cmd->n_operands - 1)];
		int r;

		if (!reads(o->kind))
			continue;
		snprintf(name, sizeof(name), "<%s>", o->name);
		r = compare(&out, out_name, o->kind, g->operands[i], name, diag);
		if (r != 0)
			return r;
	}
	return 0;
}

int coco_opt_check_same(const struct coco_given *given, struct coco_diag *diag)
{
	for (size_t i = 0; i < given->n; i++) {
		if (given->o[i].opt->kind != COCO_KIND_OUTPUT)
			continue;
		int r = check_output(given, i, diag);
		if (r != 0)
			return r;
	}
	return 0;
}
