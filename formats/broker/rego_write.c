/*
 * rego_write.c - the resource policy (see rego_write.h).
 */
#include "formats/broker/rego_write.h"

#include <string.h>

#include "formats/core/json.h"

void coco_rego_string(struct coco_wr *wr, const char *text)
{
	struct coco_jw jw;

	/* Rego's strings are JSON's */
	coco_jw_init(&jw, wr, false);
	coco_jw_string(&jw, text);
}

const char *coco_rego_object(enum coco_grant_platform platform, unsigned release)
{
	if (platform == COCO_GRANT_AZ_SNP && release <= 19)
		return release <= 15 ? "azsnpvtpm" : "az_snp_vtpm";
	if (platform == COCO_GRANT_AZ_TDX && release <= 19)
		return release <= 15 ? "aztdxvtpm" : "az_tdx_vtpm";
	return coco_grant_platform_name(platform);
}

static void list(struct coco_wr *wr, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		coco_wr_str(wr, "\t\t");
		coco_rego_string(wr, texts[i]);
		coco_wr_str(wr, ",\n");
	}
}

static void write_head(struct coco_wr *wr, unsigned release, size_t n)
{
	coco_wr_printf(wr,
		"# Resource policy for Trustee v0.%u, %zu %s; written by cococtl policy generate.\n"
		"# What is not named here is given to nobody.\n"
		"package policy\n"
		"\n"
		"import rego.v1\n"
		"\n"
		"default allow := false\n"
		"\n"
		"# What is asked for; releases give it as a list or as a text.\n"
		"path := concat(\"/\", data[\"resource-path\"]) if {\n"
		"\tis_array(data[\"resource-path\"])\n}\n"
		"\n"
		"path := trim_left(data[\"resource-path\"], \"/\") if {\n"
		"\tis_string(data[\"resource-path\"])\n}\n"
		"\n"
		"evidence := input.submods.cpu0[\"ear.veraison.annotated-evidence\"]\n"
		"\n"
		"affirmed contains name if {\n"
		"\tsome name, part in input.submods\n"
		"\tpart[\"ear.status\"] == \"affirming\"\n"
		"}\n"
		"\n"
		"gpus contains name if {\n"
		"\tsome name in affirmed\n"
		"\tstartswith(name, \"gpu\")\n"
		"}\n"
		"\n", release, n, n == 1 ? "model" : "models");
}

static void write_guest(struct coco_wr *wr, unsigned release, unsigned platforms)
{
	coco_wr_str(wr,
		"# Every part of the machine is affirmed, and its CPU is of a kind that is meant:\n"
		"# no sample evidence, whatever its status.\n"
		"guest if {\n"
		"\tdata.plugin == \"resource\"\n"
		"\tinput.submods.cpu0[\"ear.status\"] == \"affirming\"\n"
		"\tcount(affirmed) == count(input.submods)\n"
		"\tnot evidence.sample\n"
		"\tsome kind in [");
	for (int p = 0, n = 0; p < COCO_GRANT_PLATFORMS; p++) {
		if ((platforms & 1u << p) == 0)
			continue;
		coco_wr_str(wr, n++ > 0 ? ", " : "");
		coco_rego_string(wr, coco_rego_object((enum coco_grant_platform)p, release));
	}
	coco_wr_str(wr, "]\n\tevidence[kind]\n}\n");
}

/* The resources of model i that are named in full; then one rule per "repo/type/". */
static void write_resources(struct coco_wr *wr, size_t i, const struct coco_rego_grant *g)
{
	size_t n_all = 0;
	bool all = false;

	for (size_t k = 0; k < g->n_resources; k++)
		n_all += coco_grant_resource(g->resources[k], &all, NULL) == 0 && all ? 1 : 0;
	if (n_all < g->n_resources) {
		coco_wr_printf(wr, "\nmodel_%zu_resource if {\n\tpath in [\n", i + 1);
		for (size_t k = 0; k < g->n_resources; k++)
			if (coco_grant_resource(g->resources[k], &all, NULL) == 0 && !all)
				list(wr, &g->resources[k], 1);
		coco_wr_str(wr, "\t]\n}\n");
	}
	for (size_t k = 0; k < g->n_resources; k++) {
		char prefix[COCO_TOML_MAX_KEY];
		size_t n = strlen(g->resources[k]);

		if (coco_grant_resource(g->resources[k], &all, NULL) != 0 || !all)
			continue;
		memcpy(prefix, g->resources[k], n - 1);
		prefix[n - 1] = '\0';
		coco_wr_printf(wr, "\nmodel_%zu_resource if startswith(path, ", i + 1);
		coco_rego_string(wr, prefix);
		coco_wr_str(wr, ")\n");
	}
}

static void write_grant(struct coco_wr *wr, size_t i, const struct coco_rego_grant *g)
{
	coco_wr_printf(wr, "\n# Model %s.\n", g->id);
	coco_wr_printf(wr, "allow if {\n\tguest\n\tmodel_%zu_resource\n", i + 1);
	coco_wr_printf(wr, "\tcount(gpus) == %u\n", g->gpus);
	if (g->n_init_data > 0) {
		coco_wr_str(wr, "\tevidence.init_data in [\n");
		list(wr, g->init_data, g->n_init_data);
		coco_wr_str(wr, "\t]\n");
	}
	if (g->release != NULL) {
		coco_wr_str(wr, "\tevidence.init_data_claims[\"release.toml\"] == ");
		coco_rego_string(wr, g->release);
		coco_wr_str(wr, "\n");
	}
	coco_wr_str(wr, "}\n");
	write_resources(wr, i, g);
}

void coco_rego_resource(struct coco_wr *wr, unsigned release, unsigned platforms,
			const struct coco_rego_grant *grants, size_t n)
{
	write_head(wr, release, n);
	write_guest(wr, release, platforms);
	for (size_t i = 0; i < n; i++)
		write_grant(wr, i, &grants[i]);
}
