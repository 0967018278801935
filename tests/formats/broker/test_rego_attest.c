/*
 * test_rego_attest.c - attestation policies: the comparisons of each platform
 * and release, with and without a set of reference values.
 */
#include <stdio.h>
#include <string.h>

#include "formats/broker/rego_write.h"
#include "tests/support/support.h"

#define HEX "0000000000000000000000000000000000000000000000000000000000000000"

static char *finish(struct coco_wr *wr)
{
	struct coco_diag d = { 0 };
	uint8_t *text;
	size_t n;

	assert_ok(coco_wr_finish(wr, &text, &n, &d), &d);
	return (char *)text;
}

static char *cpu(unsigned release, unsigned platforms, const struct coco_refset *s)
{
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_REGO_MAX);
	coco_rego_cpu(&wr, release, platforms, s);
	return finish(&wr);
}

static char *gpu(const struct coco_refset *s)
{
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_REGO_MAX);
	coco_rego_gpu(&wr, 21, s);
	return finish(&wr);
}

static void put(struct coco_refset *s, const char *name, const char *algorithm, const char *step,
		const char *value)
{
	struct coco_refvalue v = { .value = (char *)(uintptr_t)value };
	struct coco_diag d = { 0 };

	snprintf(v.name, sizeof(v.name), "%s", name);
	snprintf(v.algorithm, sizeof(v.algorithm), "%s", algorithm);
	snprintf(v.step, sizeof(v.step), "%s", step);
	assert_ok(coco_refset_add(s, &v, NULL, &d), &d);
}

static void assert_has(char *text, const char *const *want, size_t n, bool has)
{
	for (size_t i = 0; i < n; i++)
		if ((strstr(text, want[i]) != NULL) != has)
			fail_msg("%s \"%s\" in:\n%s", has ? "no" : "there is", want[i], text);
	coco_free(text);
}

static void test_plain(void **state COCO_UNUSED)
{
	static const char *const now[] = {
		"package policy\n", "default executables := 33\n", "default hardware := 97\n",
		"default configuration := 36\n", "default sourced_data := 0\n",
		"input.snp.measurement in query_reference_value(\"snp_launch_measurement\")\n",
		"input.snp.reported_tcb_tee in query_reference_value(\"snp_tee_svn\")\n",
		"input.snp.policy_debug_allowed == false\n",
		"input.snp.platform_smt_enabled == query_reference_value(\"snp_smt_enabled\")\n",
		"input.tdx.quote.body.rtmr_2 in query_reference_value(\"rtmr_2\")\n",
		"input.tdx.quote.body.xfam in query_reference_value(\"xfam\")\n",
		"input.tdx.tcb_status == \"UpToDate\"\n",
		"input.tdx.td_attributes.septve_disable == true\n",
		"input[\"az-snp-vtpm\"].measurement in query_reference_value(\"measurement\")\n",
		"input[\"az-snp-vtpm\"].tpm.pcr11 in query_reference_value(\"snp_pcr11\")\n",
		"input[\"az-snp-vtpm\"].policy_abi_minor in query_reference_value(\"abi_minor\")\n",
		"input[\"az-tdx-vtpm\"].tpm.pcr11 in query_reference_value(\"tdx_pcr11\")\n",
		"input.tpm.ak_public in query_reference_value(\"trusted_aks\")\n",
		"input.tpm.pcr11 in query_reference_value(\"tpm_pcr11\")\n",
		"configuration := 0 if {\n\tinput.tpm\n}\n",
	};
	static const char *const never[] = {
		"sample", "rtmr_0", "rtmr_3", "mr_seam", "mr_config_id", "host_data", "pcr04",
		"data.reference", "tdvfkernel", "configuration := 3 if",
	};
	static const char *const then[] = {
		"input.snp.measurement in data.reference.snp_launch_measurement\n",
		"input.azsnpvtpm.tpm.pcr11 in data.reference.snp_pcr11\n",
		"input.tdx.tcb_status == \"OK\"\n",
	};
	static const char *const between[] = {
		"input.az_tdx_vtpm.quote.body.mr_td in query_reference_value(\"mr_td\")\n",
	};

	assert_has(cpu(21, 31, NULL), now, COCO_ARRAY_LEN(now), true);
	assert_has(cpu(21, 31, NULL), never, COCO_ARRAY_LEN(never), false);
	assert_has(cpu(14, 31, NULL), then, COCO_ARRAY_LEN(then), true);
	assert_has(cpu(17, 31, NULL), between, COCO_ARRAY_LEN(between), true);
	assert_has(cpu(21, 1u << COCO_GRANT_TPM, NULL), then + 2, 1, false);
}

static void test_with_set(void **state COCO_UNUSED)
{
	static const char *const more[] = {
		"input.tdx.quote.body.rtmr_0 in query_reference_value(\"rtmr_0\")\n",
		"input.tdx.quote.body.rtmr_1 in query_reference_value(\"rtmr_1\")\n",
		"\ttdx_kernel_event\n",
		"\ntdx_kernel_event if {\n\tsome event in input.tdx.uefi_event_logs\n",
		"\tdigest.digest == query_reference_value(\"tdvfkernel\")\n",
		"\tinput.init_data in query_reference_value(\"snp_host_data\")\n",
		"\tinput.tpm.pcr04 in query_reference_value(\"tpm_pcr4\")\n",
		"configuration := 3 if {\n\tinput.snp\n",
		"input.snp.platform_smt_enabled == query_reference_value(\"snp_smt_enabled\")\n",
	};
	static const char *const less[] = { "snp_tsme_enabled", "tdx_command_line_event" };
	struct coco_refset s = { .n = 0 };

	put(&s, "tdx.rtmr0", "sha384", "", "\"" HEX "00000000000000000000000000000000\"");
	put(&s, "tdx.rtmr1", "sha384", "kernel", "\"" HEX "00000000000000000000000000000000\"");
	put(&s, "snp.host_data", "sha256", "", "\"" HEX "\"");
	put(&s, "tpm.pcr4", "sha256", "", "\"" HEX "\"");
	put(&s, "snp.smt_enabled", "", "", "true");
	assert_has(cpu(21, 31, &s), more, COCO_ARRAY_LEN(more), true);
	assert_has(cpu(21, 31, &s), less, COCO_ARRAY_LEN(less), false);
	coco_refset_free(&s);
}

static void test_gpu(void **state COCO_UNUSED)
{
	static const char *const both[] = {
		"configuration := 2 if", "query_reference_value(\"allowed_driver_versions\")",
		"input.nvidia[\"x-nvidia-gpu-driver-rim-fetched\"] == true",
		"input.nvidia[\"x-nvidia-gpu-arch-check\"] == true",
		"input.nvidia.measres == \"success\"",
		"[\"x-nvidia-gpu-vbios-rim-cert-chain\"][\"x-nvidia-cert-status\"] == \"valid\"",
	};
	static const char *const one[] = { "configuration := 3 if", "allowed_vbios_versions" };
	static const char *const not[] = { "allowed_driver_versions" };
	struct coco_refset s = { .n = 0 };

	put(&s, "gpu.vbios_version", "", "", "\"96.00\"");
	assert_has(gpu(NULL), both, COCO_ARRAY_LEN(both), true);
	assert_has(gpu(&s), one, COCO_ARRAY_LEN(one), true);
	assert_has(gpu(&s), not, COCO_ARRAY_LEN(not), false);
	coco_refset_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_with_set),
		cmocka_unit_test(test_gpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
