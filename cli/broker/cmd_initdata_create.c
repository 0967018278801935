/*
 * cmd_initdata_create.c - cococtl initdata create: the document that binds a
 * guest's configuration to its evidence.
 */
#include <stdio.h>
#include <string.h>

#include "cli/broker/initdata_args.h"
#include "cli/broker/opts_broker.h"
#include "cli/broker/run_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/initdata_build.h"
#include "lib/core/io.h"

/* A file into an entry, if it was named. */
static int add_file(struct coco_initdata_parts *parts, const char *name, const char *path,
		    struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;

	if (path == NULL)
		return 0;
	int r = coco_read_file(path, COCO_INITDATA_MAX, &text, &n, diag);
	if (r == 0)
		r = coco_initdata_part(parts, name, (const char *)text, n, diag);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	coco_free(text);
	return r;
}

/* --file NAME=FILE */
static int add_named(struct coco_initdata_parts *parts, const char *word, struct coco_diag *diag)
{
	const char *equals = strchr(word, '=');
	char name[128];

	if (equals == NULL || equals == word || equals[1] == '\0' ||
	    (size_t)(equals - word) >= sizeof(name))
		return coco_fail(diag, COCO_E_USAGE_VALUE, "--file: \"%s\" is not NAME=FILE", word);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - word), word);
	return add_file(parts, name, equals + 1, diag);
}

static int gather(const struct coco_opts_initdata_create *o, struct coco_initdata_parts *parts,
		  struct coco_diag *diag)
{
	uint8_t *cert = NULL;
	size_t n = 0;

	int r = add_file(parts, "aa.toml", o->aa, diag);
	if (r == 0)
		r = add_file(parts, "cdh.toml", o->cdh, diag);
	if (r == 0)
		r = add_file(parts, "policy.rego", o->policy, diag);
	for (size_t i = 0; r == 0 && i < o->files.n; i++)
		r = add_named(parts, o->files.v[i], diag);
	if (r == 0 && o->kbs_cert != NULL)
		r = coco_read_file(o->kbs_cert, COCO_INITDATA_MAX, &cert, &n, diag);
	if (r == 0 && o->kbs_url != NULL)
		r = coco_initdata_part_kbs(parts, o->kbs_url, coco_view_of(cert, n), diag);
	coco_free(cert);
	if (r == 0 && o->release_id != NULL)
		r = coco_initdata_part_release(parts, o->release_id, diag);
	return r;
}

int coco_cmd_initdata_create(struct coco_cli *cli, const void *opts, struct coco_report *report,
			     struct coco_diag *diag)
{
	const struct coco_opts_initdata_create *o = opts;
	enum coco_initdata_alg alg = (enum coco_initdata_alg)o->algorithm;
	struct coco_initdata_parts parts = { .n = 0 };
	uint8_t *toml = NULL;
	size_t n = 0;

	int r = gather(o, &parts, diag);
	if (r == 0)
		r = coco_initdata_encode(alg, parts.entry, parts.n, &toml, &n, diag);
	if (r == 0)
		r = coco_initdata_report(report, coco_view_of(toml, n), alg, true, diag);
	if (r == 0)
		r = coco_initdata_write(cli, coco_view_of(toml, n),
					(enum coco_initdata_form)o->form, report, diag);
	coco_free(toml);
	coco_initdata_parts_free(&parts);
	return r;
}
