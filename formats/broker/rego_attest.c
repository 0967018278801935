/*
 * rego_attest.c - attestation policies (see rego_write.h). A comparison that
 * finds no registered value does not hold, so that the claim stays at its
 * default, which is not affirming.
 */
#include <stdio.h>
#include <string.h>

#include "formats/broker/refmap.h"
#include "formats/broker/rego_write.h"

#define EXE COCO_REGO_EXECUTABLES
#define HW COCO_REGO_HARDWARE
#define CONF COCO_REGO_CONFIGURATION
#define ALWAYS COCO_REGO_ALWAYS
#define KNOWN COCO_REGO_KNOWN

#define SNP_TCB(p)                                                                               \
	{ p, HW, ALWAYS, "reported_tcb_bootloader", "snp.tcb.bootloader", "", "" },              \
	{ p, HW, ALWAYS, "reported_tcb_microcode", "snp.tcb.microcode", "", "" },                \
	{ p, HW, ALWAYS, "reported_tcb_snp", "snp.tcb.snp", "", "" },                            \
	{ p, HW, ALWAYS, "reported_tcb_tee", "snp.tcb.tee", "", "" }

#define SNP_CONFIG(p, when)                                                                      \
	{ p, CONF, when, "platform_smt_enabled", "snp.smt_enabled", "", "" },                    \
	{ p, CONF, when, "platform_tsme_enabled", "snp.tsme_enabled", "", "" },                  \
	{ p, CONF, when, "policy_abi_major", "snp.abi_major", "", "" },                          \
	{ p, CONF, when, "policy_abi_minor", "snp.abi_minor", "", "" },                          \
	{ p, CONF, when, "policy_single_socket", "snp.single_socket", "", "" },                  \
	{ p, CONF, when, "policy_smt_allowed", "snp.smt_allowed", "", "" }

static const struct coco_rego_check checks[] = {
	{ COCO_GRANT_SNP, EXE, ALWAYS, "measurement", "snp.launch_digest", "sha384", "" },
	SNP_TCB(COCO_GRANT_SNP),
	SNP_CONFIG(COCO_GRANT_SNP, COCO_REGO_CONFIG),
	{ COCO_GRANT_SNP, CONF, KNOWN, "input.init_data", "snp.host_data", "sha256", "" },
	{ COCO_GRANT_TDX, EXE, KNOWN, "quote.body.rtmr_0", "tdx.rtmr0", "sha384", "" },
	{ COCO_GRANT_TDX, EXE, ALWAYS, "quote.body.rtmr_1", "tdx.rtmr1", "sha384", "" },
	{ COCO_GRANT_TDX, EXE, ALWAYS, "quote.body.rtmr_2", "tdx.rtmr2", "sha384", "" },
	{ COCO_GRANT_TDX, EXE, KNOWN, "quote.body.rtmr_3", "tdx.rtmr3", "sha384", "" },
	{ COCO_GRANT_TDX, HW, ALWAYS, "quote.body.mr_td", "tdx.mrtd", "sha384", "" },
	{ COCO_GRANT_TDX, HW, KNOWN, "quote.body.mr_seam", "tdx.mrseam", "sha384", "" },
	{ COCO_GRANT_TDX, CONF, ALWAYS, "quote.body.xfam", "tdx.xfam", "", "" },
	{ COCO_GRANT_TDX, CONF, KNOWN, "quote.body.mr_config_id", "tdx.mrconfigid", "sha384",
	  "" },
	{ COCO_GRANT_AZ_SNP, EXE, ALWAYS, "measurement", "snp.launch_digest", "sha384", "" },
	SNP_TCB(COCO_GRANT_AZ_SNP),
	SNP_CONFIG(COCO_GRANT_AZ_SNP, ALWAYS),
	{ COCO_GRANT_AZ_TDX, HW, ALWAYS, "quote.body.mr_td", "tdx.mrtd", "sha384", "" },
	{ COCO_GRANT_AZ_TDX, CONF, ALWAYS, "quote.body.xfam", "tdx.xfam", "", "" },
	{ COCO_GRANT_TPM, HW, ALWAYS, "ak_public", "tpm.ak_public", "", "" },
};

#undef SNP_TCB
#undef SNP_CONFIG

/* What holds for every guest: no reference value says otherwise. */
static const struct {
	enum coco_grant_platform platform;
	enum coco_rego_trust trust;
	const char *text;
} fixed[] = {
	{ COCO_GRANT_SNP, CONF, "policy_debug_allowed == false" },
	{ COCO_GRANT_SNP, CONF, "policy_migrate_ma == false" },
	{ COCO_GRANT_TDX, HW, "quote.header.tee_type == \"81000000\"" },
	{ COCO_GRANT_TDX, HW, "quote.header.vendor_id == \"939a7233f79c4ca9940a0db3957f0607\"" },
	{ COCO_GRANT_TDX, HW, "collateral_expiration_status == \"0\"" },
	{ COCO_GRANT_TDX, CONF, "td_attributes.debug == false" },
	{ COCO_GRANT_TDX, CONF, "td_attributes.septve_disable == true" },
	{ COCO_GRANT_AZ_TDX, HW, "quote.header.tee_type == \"81000000\"" },
	{ COCO_GRANT_AZ_TDX, HW,
	  "quote.header.vendor_id == \"939a7233f79c4ca9940a0db3957f0607\"" },
	{ COCO_GRANT_AZ_TDX, CONF, "td_attributes.debug == false" },
};

const struct coco_rego_check *coco_rego_checks(size_t *ret_n)
{
	*ret_n = COCO_ARRAY_LEN(checks);
	return checks;
}

enum coco_ref_tee coco_rego_tee(enum coco_grant_platform platform)
{
	if (platform == COCO_GRANT_AZ_SNP)
		return COCO_REF_AZ_SNP;
	return platform == COCO_GRANT_AZ_TDX ? COCO_REF_AZ_TDX : COCO_REF_PLAIN;
}

static bool has_value(const struct coco_refset *s, const char *name, const char *algorithm,
		      const char *step)
{
	for (size_t i = 0; s != NULL && i < s->n; i++)
		if (strcmp(s->v[i].name, name) == 0 &&
		    strcmp(s->v[i].algorithm, algorithm) == 0 && strcmp(s->v[i].step, step) == 0)
			return true;
	return false;
}

bool coco_rego_in_set(const struct coco_refset *s, const struct coco_rego_check *check)
{
	if (s == NULL)
		return check->when != COCO_REGO_KNOWN;
	return has_value(s, check->neutral, check->algorithm, check->step);
}

/* "query_reference_value("x")", or "data.reference.x" where that is how it is read. */
static void reference(struct coco_wr *wr, const char *name, unsigned release)
{
	if (release <= 15) {
		coco_wr_printf(wr, "data.reference.%s", name);
		return;
	}
	coco_wr_str(wr, "query_reference_value(");
	coco_rego_string(wr, name);
	coco_wr_str(wr, ")");
}

static void object(struct coco_wr *wr, enum coco_grant_platform p, unsigned release)
{
	const char *name = coco_rego_object(p, release);

	coco_wr_printf(wr, strchr(name, '-') != NULL ? "input[\"%s\"]" : "input.%s", name);
}

static void compare(struct coco_wr *wr, const struct coco_rego_check *c, unsigned release)
{
	struct coco_refvalue v = { .value = NULL };
	struct coco_refmap map;

	snprintf(v.name, sizeof(v.name), "%s", c->neutral);
	snprintf(v.algorithm, sizeof(v.algorithm), "%s", c->algorithm);
	snprintf(v.step, sizeof(v.step), "%s", c->step);
	if (!coco_refmap_out(&v, coco_rego_tee(c->platform), release, &map))
		return;
	coco_wr_str(wr, "\t");
	if (strncmp(c->claim, "input.", 6) != 0) {
		object(wr, c->platform, release);
		coco_wr_str(wr, ".");
	}
	coco_wr_printf(wr, "%s %s ", c->claim, map.single ? "==" : "in");
	reference(wr, map.name, release);
	coco_wr_str(wr, "\n");
}

/* ---- one claim of a platform ------------------------------------------------------ */

/* A TD's kernel and its command line also have events of their own. */
static void compare_events(struct coco_wr *wr, unsigned release, const struct coco_refset *s,
			   bool rules)
{
	static const struct {
		const char *reg;
		const char *step;
		const char *rule;
		const char *name;
		const char *is;
	} events[] = {
		{ "tdx.rtmr1", "kernel", "tdx_kernel_event", "tdvfkernel",
		  "\tevent.type_name == \"EV_EFI_BOOT_SERVICES_APPLICATION\"\n"
		  "\t\"File(kernel)\" in event.details.device_paths\n" },
		{ "tdx.rtmr2", "load options", "tdx_command_line_event", "tdvfkernelparams",
		  "\tevent.type_name == \"EV_EVENT_TAG\"\n"
		  "\tevent.details.string == \"LOADED_IMAGE::LoadOptions\"\n" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(events); i++) {
		if (!has_value(s, events[i].reg, "sha384", events[i].step))
			continue;
		if (!rules) {
			coco_wr_printf(wr, "\t%s\n", events[i].rule);
			continue;
		}
		coco_wr_printf(wr, "\n%s if {\n\tsome event in input.tdx.uefi_event_logs\n%s"
			       "\tsome digest in event.digests\n\tdigest.digest == ",
			       events[i].rule, events[i].is);
		reference(wr, events[i].name, release);
		coco_wr_str(wr, "\n}\n");
	}
}

/* PCR 11 always, others when there are values. */
static void compare_pcrs(struct coco_wr *wr, enum coco_grant_platform p, unsigned release,
			 const struct coco_refset *s)
{
	char claim[16];
	char neutral[16];

	if (p != COCO_GRANT_TPM && p != COCO_GRANT_AZ_SNP && p != COCO_GRANT_AZ_TDX)
		return;
	for (unsigned i = 0; i < 24; i++) {
		const struct coco_rego_check c = { p, EXE, ALWAYS, claim, neutral, "sha256", "" };

		snprintf(claim, sizeof(claim), "%spcr%02u", p == COCO_GRANT_TPM ? "" : "tpm.", i);
		snprintf(neutral, sizeof(neutral), "tpm.pcr%u", i);
		if (i == 11 || has_value(s, neutral, "sha256", ""))
			compare(wr, &c, release);
	}
}

static void write_fixed(struct coco_wr *wr, enum coco_grant_platform p, enum coco_rego_trust trust,
			unsigned release)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(fixed); i++) {
		if (fixed[i].platform != p || fixed[i].trust != trust)
			continue;
		coco_wr_str(wr, "\t");
		object(wr, p, release);
		coco_wr_printf(wr, ".%s\n", fixed[i].text);
	}
	if (trust == HW && (p == COCO_GRANT_TDX || p == COCO_GRANT_AZ_TDX)) {
		coco_wr_str(wr, "\t");
		object(wr, p, release);
		coco_wr_printf(wr, ".tcb_status == \"%s\"\n", release <= 14 ? "OK" : "UpToDate");
	}
}

/* 2 for an approved configuration needs all comparisons; 3: no known weakness. */
static unsigned worth(enum coco_grant_platform p, enum coco_rego_trust trust,
		      const struct coco_refset *s)
{
	if (trust == EXE)
		return 3;
	if (trust == CONF && p == COCO_GRANT_TPM)
		return 0;   /* nothing is known of it */
	for (size_t i = 0; i < COCO_ARRAY_LEN(checks); i++)
		if (checks[i].platform == p && checks[i].trust == trust &&
		    checks[i].when == COCO_REGO_CONFIG && !coco_rego_in_set(s, &checks[i]))
			return 3;
	return 2;
}

static void write_claim(struct coco_wr *wr, enum coco_grant_platform p, enum coco_rego_trust trust,
			unsigned release, const struct coco_refset *s)
{
	static const char *const names[] = { "executables", "hardware", "configuration" };

	coco_wr_printf(wr, "\n%s := %u if {\n\t", names[trust], worth(p, trust, s));
	object(wr, p, release);
	coco_wr_str(wr, "\n");
	write_fixed(wr, p, trust, release);
	for (size_t i = 0; i < COCO_ARRAY_LEN(checks); i++) {
		const struct coco_rego_check *c = &checks[i];

		if (c->platform == p && c->trust == trust &&
		    (c->when == COCO_REGO_ALWAYS || coco_rego_in_set(s, c)))
			compare(wr, c, release);
	}
	if (trust == EXE) {
		compare_pcrs(wr, p, release, s);
		if (p == COCO_GRANT_TDX)
			compare_events(wr, release, s, false);
	}
	coco_wr_str(wr, "}\n");
}

/* ---- whole policies ---------------------------------------------------------------- */

static void write_head(struct coco_wr *wr, unsigned release, const char *id)
{
	coco_wr_printf(wr,
		"# Attestation policy %s for Trustee v0.%u; written by cococtl policy generate.\n"
		"# A value that is not registered makes the claim the default, which is not "
		"affirming.\n"
		"package policy\n"
		"\n"
		"import rego.v1\n"
		"\n"
		"default executables := 33\n"
		"\n"
		"default hardware := 97\n"
		"\n"
		"default configuration := 36\n", id, release);
	coco_wr_str(wr,
		"\n"
		"default file_system := 0\n"
		"\n"
		"default instance_identity := 0\n"
		"\n"
		"default runtime_opaque := 0\n"
		"\n"
		"default storage_opaque := 0\n"
		"\n"
		"default sourced_data := 0\n"
		"\n"
		"trust_claims := {\n"
		"\t\"executables\": executables,\n"
		"\t\"hardware\": hardware,\n"
		"\t\"configuration\": configuration,\n"
		"\t\"file-system\": file_system,\n"
		"\t\"instance-identity\": instance_identity,\n"
		"\t\"runtime-opaque\": runtime_opaque,\n"
		"\t\"storage-opaque\": storage_opaque,\n"
		"\t\"sourced-data\": sourced_data,\n"
		"}\n"
		"\n"
		"result := trust_claims\n"
		"\n"
		"extensions := []\n");
}

void coco_rego_cpu(struct coco_wr *wr, unsigned release, unsigned platforms,
		   const struct coco_refset *s)
{
	write_head(wr, release, "default_cpu");
	for (int i = 0; i < COCO_GRANT_PLATFORMS; i++) {
		enum coco_grant_platform p = (enum coco_grant_platform)i;

		if ((platforms & 1u << i) == 0)
			continue;
		coco_wr_printf(wr, "\n# %s\n", coco_grant_platform_name(p));
		write_claim(wr, p, EXE, release, s);
		write_claim(wr, p, HW, release, s);
		write_claim(wr, p, CONF, release, s);
		if (p == COCO_GRANT_TDX)
			compare_events(wr, release, s, true);
	}
}

static void write_flags(struct coco_wr *wr, const char *prefix, const char *const *flags, size_t n)
{
	for (size_t i = 0; i < n; i++)
		coco_wr_printf(wr, "\tinput.nvidia[\"x-nvidia-gpu-%s%s\"] == true\n", prefix,
			       flags[i]);
}

static void write_chain(struct coco_wr *wr, const char *chain)
{
	coco_wr_printf(wr,
		"\tinput.nvidia[\"x-nvidia-gpu-%s\"][\"x-nvidia-cert-ocsp-status\"] == \"good\"\n"
		"\tinput.nvidia[\"x-nvidia-gpu-%s\"][\"x-nvidia-cert-status\"] == \"valid\"\n",
		chain, chain);
}

static void compare_version(struct coco_wr *wr, const char *what, unsigned release)
{
	char name[64];

	coco_wr_printf(wr, "\tinput.nvidia[\"x-nvidia-gpu-%s-version\"] in ", what);
	snprintf(name, sizeof(name), "allowed_%s_versions", what);
	reference(wr, name, release);
	coco_wr_str(wr, "\n");
}

void coco_rego_gpu(struct coco_wr *wr, unsigned release, const struct coco_refset *s)
{
	static const char *const report[] = {
		"attestation-report-cert-chain-fwid-match", "attestation-report-parsed",
		"attestation-report-signature-verified", "arch-check",
	};
	static const char *const rim[] = {
		"fetched", "measurements-available", "schema-validated", "signature-verified",
		"version-match",
	};
	bool vbios = s == NULL || has_value(s, "gpu.vbios_version", "", "");
	bool driver = s == NULL || has_value(s, "gpu.driver_version", "", "");

	write_head(wr, release, "default_gpu");
	coco_wr_str(wr, "\n# GPUs whose evidence NVIDIA's remote verifier judged.\n"
			"\nhardware := 2 if {\n");
	write_chain(wr, "attestation-report-cert-chain");
	write_flags(wr, "", report, COCO_ARRAY_LEN(report));
	coco_wr_printf(wr, "}\n\nconfiguration := %u if {\n"
		       "\tinput.nvidia.secboot == true\n"
		       "\tinput.nvidia.dbgstat == \"disabled\"\n", vbios && driver ? 2u : 3u);
	if (vbios)
		compare_version(wr, "vbios", release);
	if (driver)
		compare_version(wr, "driver", release);
	coco_wr_str(wr, "}\n\nexecutables := 3 if {\n");
	write_chain(wr, "vbios-rim-cert-chain");
	write_flags(wr, "driver-rim-", rim, COCO_ARRAY_LEN(rim));
	write_flags(wr, "vbios-rim-", rim, COCO_ARRAY_LEN(rim));
	coco_wr_str(wr, "\tinput.nvidia.measres == \"success\"\n}\n");
}
