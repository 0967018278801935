/*
 * policy_keys.c - the keys of an evidence policy (see policy_keys.h).
 */
#include "formats/evidence/policy_keys.h"

#include <string.h>

#define AUTHORITY COCO_ROLE_KEY_RELEASE_AUTHORITY
#define OPERATOR COCO_ROLE_PLATFORM_OPERATOR
#define PROVIDER COCO_ROLE_MODEL_PROVIDER

#define RUNS COCO_TRUST_EXECUTABLES, 3, 33
#define IDENTITY COCO_TRUST_INSTANCE_IDENTITY, 2, 97
#define CONFIG COCO_TRUST_CONFIGURATION, 2, 32
#define CONFIG_BAD COCO_TRUST_CONFIGURATION, 2, 96
#define PLATFORM COCO_TRUST_HARDWARE, 2, 32

#define HEX(s, k, c, n, why, who, trust)                                                          \
	{ s, k, COCO_POLICY_FORM_HEX, COCO_POLICY_ONE_OF, c, n, NULL, why, who, trust }
#define WORD(s, k, c, why, who, trust)                                                            \
	{ s, k, COCO_POLICY_FORM_TEXT, COCO_POLICY_ONE_OF, c, 0, NULL, why, who, trust }
#define NUMS(s, k, c, why, who, trust)                                                            \
	{ s, k, COCO_POLICY_FORM_NUMBERS, COCO_POLICY_ONE_OF, c, 0, NULL, why, who, trust }
#define LEAST(s, k, c, why, who, trust)                                                           \
	{ s, k, COCO_POLICY_FORM_NUMBER, COCO_POLICY_AT_LEAST, c, 0, NULL, why, who, trust }
#define VERSION(s, k, c, why, who, trust)                                                         \
	{ s, k, COCO_POLICY_FORM_VERSION, COCO_POLICY_AT_LEAST, c, 0, NULL, why, who, trust }
#define BITS(s, k, op, c, why, who, trust)                                                        \
	{ s, k, COCO_POLICY_FORM_BITS, op, c, 0, NULL, why, who, trust }
#define EQUAL(s, k, c, other, why, who, trust)                                                    \
	{ s, k, COCO_POLICY_FORM_TRUE, COCO_POLICY_SAME, c, 0, other, why, who, trust }
#define TEXTS(s, k, op, c, why, who, trust)                                                       \
	{ s, k, COCO_POLICY_FORM_TEXT, op, c, 0, NULL, why, who, trust }

static const struct coco_policy_key keys[] = {
	WORD("snp", "product", "snp.product", "POLICY_RULE:snp.product", OPERATOR, PLATFORM),
	WORD("snp", "signing_key", "snp.key_info.signing_key", "POLICY_RULE:snp.signing_key",
	     OPERATOR, IDENTITY),
	WORD("snp", "csp_id", "snp.csp_id", "POLICY_RULE:snp.csp_id", OPERATOR, IDENTITY),
	HEX("snp", "measurement", "snp.measurement", 48, "MEAS_SNP_LAUNCH", PROVIDER, RUNS),
	HEX("snp", "host_data", "snp.host_data", 32, "MEAS_HOSTDATA", OPERATOR, CONFIG),
	HEX("snp", "family_id", "snp.family_id", 16, "POLICY_RULE:snp.family_id", OPERATOR, RUNS),
	HEX("snp", "image_id", "snp.image_id", 16, "POLICY_RULE:snp.image_id", OPERATOR, RUNS),
	HEX("snp", "report_id", "snp.report_id", 32, "POLICY_RULE:snp.report_id", OPERATOR,
	    IDENTITY),
	HEX("snp", "report_id_ma", "snp.report_id_ma", 32, "POLICY_RULE:snp.report_id_ma",
	    OPERATOR, IDENTITY),
	HEX("snp", "chip_id", "snp.chip_id", 64, "POLICY_RULE:snp.chip_id", OPERATOR, IDENTITY),
	HEX("snp", "id_key_digest", "snp.id_key_digest", 48, "POLICY_RULE:snp.id_key_digest",
	    OPERATOR, RUNS),
	HEX("snp", "author_key_digest", "snp.author_key_digest", 48,
	    "POLICY_RULE:snp.author_key_digest", OPERATOR, RUNS),
	BITS("snp", "key_info_require", COCO_POLICY_SET, "snp.key_info.",
	     "POLICY_RULE:snp.key_info", OPERATOR, RUNS),
	NUMS("snp", "vmpl", "snp.vmpl", "POLICY_RULE:snp.vmpl", OPERATOR, CONFIG),
	LEAST("snp", "min_guest_svn", "snp.guest_svn", "POLICY_RULE:snp.min_guest_svn", PROVIDER,
	      RUNS),
	LEAST("snp", "min_abi_major", "snp.policy.abi_major", "POLICY_RULE:snp.min_abi_major",
	      OPERATOR, CONFIG),
	LEAST("snp", "min_abi_minor", "snp.policy.abi_minor", "POLICY_RULE:snp.min_abi_minor",
	      OPERATOR, CONFIG),
	VERSION("snp", "min_firmware", "snp.current", "TCB_BELOW_FIRMWARE", OPERATOR, PLATFORM),
	VERSION("snp", "min_committed_firmware", "snp.committed", "TCB_BELOW_FIRMWARE", OPERATOR,
		PLATFORM),
	BITS("snp", "guest_policy_deny", COCO_POLICY_CLEAR, "snp.policy.", "CONFIG_DENIED",
	     OPERATOR, CONFIG_BAD),
	BITS("snp", "guest_policy_require", COCO_POLICY_SET, "snp.policy.", "CONFIG_REQUIRED",
	     OPERATOR, CONFIG),
	BITS("snp", "platform_info_deny", COCO_POLICY_CLEAR, "snp.platform_info.",
	     "CONFIG_DENIED", OPERATOR, CONFIG),
	BITS("snp", "platform_info_require", COCO_POLICY_SET, "snp.platform_info.",
	     "CONFIG_REQUIRED", OPERATOR, CONFIG),
	EQUAL("snp", "committed_is_current", "snp.committed_tcb", "snp.current_tcb",
	      "POLICY_RULE:snp.committed_is_current", OPERATOR, PLATFORM),
	{ "snp", "min_launch_mitigations", COCO_POLICY_FORM_NUMBER, COCO_POLICY_HAS,
	  "snp.launch_mit_vector", 0, NULL, "TCB_BELOW_MITIGATIONS", OPERATOR, PLATFORM },
	{ "snp", "min_current_mitigations", COCO_POLICY_FORM_NUMBER, COCO_POLICY_HAS,
	  "snp.current_mit_vector", 0, NULL, "TCB_BELOW_MITIGATIONS", OPERATOR, PLATFORM },

	WORD("tdx", "tcb_status", "tdx.tcb_status", "TCB_STATUS", OPERATOR, PLATFORM),
	TEXTS("tdx", "deny_advisories", COCO_POLICY_NONE_OF, "tdx.advisory_ids", "TCB_ADVISORY",
	      OPERATOR, PLATFORM),
	TEXTS("tdx", "allow_advisories", COCO_POLICY_ONLY, "tdx.advisory_ids", "TCB_ADVISORY",
	      OPERATOR, PLATFORM),
	{ "tdx", "min_tcb_date", COCO_POLICY_FORM_TIME, COCO_POLICY_NOT_BEFORE, "tdx.tcb_date", 0,
	  NULL, "TCB_BELOW_DATE", OPERATOR, PLATFORM },
	LEAST("tdx", "min_evaluation_number", "tdx.tcb_evaluation_data_number",
	      "COLL_TOO_OLD", OPERATOR, PLATFORM),
	{ "tdx", "min_tee_tcb_svn", COCO_POLICY_FORM_HEX_ONE, COCO_POLICY_BYTES_AT_LEAST,
	  "tdx.tee_tcb_svn", 16, NULL, "TCB_BELOW_TEE_TCB_SVN", OPERATOR, PLATFORM },
	BITS("tdx", "attributes_deny", COCO_POLICY_CLEAR, "tdx.attributes.", "CONFIG_DENIED",
	     OPERATOR, CONFIG_BAD),
	BITS("tdx", "attributes_require", COCO_POLICY_SET, "tdx.attributes.", "CONFIG_REQUIRED",
	     OPERATOR, CONFIG),
	BITS("tdx", "xfam_deny", COCO_POLICY_CLEAR, "tdx.xfam.", "CONFIG_DENIED", OPERATOR,
	     CONFIG),
	BITS("tdx", "xfam_require", COCO_POLICY_SET, "tdx.xfam.", "CONFIG_REQUIRED", OPERATOR,
	     CONFIG),
	HEX("tdx", "mrtd", "tdx.mrtd", 48, "MEAS_TDX_MRTD", PROVIDER, RUNS),
	HEX("tdx", "rtmr0", "tdx.rtmr0", 48, "MEAS_TDX_RTMR0", PROVIDER, RUNS),
	HEX("tdx", "rtmr1", "tdx.rtmr1", 48, "MEAS_TDX_RTMR1", PROVIDER, RUNS),
	HEX("tdx", "rtmr2", "tdx.rtmr2", 48, "MEAS_TDX_RTMR2", PROVIDER, RUNS),
	HEX("tdx", "rtmr3", "tdx.rtmr3", 48, "MEAS_TDX_RTMR3", PROVIDER, RUNS),
	HEX("tdx", "mrseam", "tdx.mrseam", 48, "MEAS_TDX_MRSEAM", OPERATOR, PLATFORM),
	HEX("tdx", "mrconfigid", "tdx.mrconfigid", 48, "MEAS_INITDATA", OPERATOR, CONFIG),
	HEX("tdx", "mrowner", "tdx.mrowner", 48, "POLICY_RULE:tdx.mrowner", OPERATOR, CONFIG),
	HEX("tdx", "mrownerconfig", "tdx.mrownerconfig", 48, "POLICY_RULE:tdx.mrownerconfig",
	    OPERATOR, CONFIG),
	HEX("tdx", "mrservicetd", "tdx.mrservicetd", 48, "POLICY_RULE:tdx.mrservicetd", OPERATOR,
	    CONFIG),
	HEX("tdx", "qe_vendor_id", "tdx.qe_vendor_id", 16, "POLICY_RULE:tdx.qe_vendor_id",
	    OPERATOR, PLATFORM),
	LEAST("tdx", "min_qe_isvsvn", "tdx.qe.isvsvn", "TCB_BELOW_QE", OPERATOR, PLATFORM),
	HEX("tdx", "ppid", "tdx.pck.ppid", 16, "POLICY_RULE:tdx.ppid", OPERATOR, IDENTITY),
	HEX("tdx", "fmspc", "tdx.pck.fmspc", 6, "POLICY_RULE:tdx.fmspc", OPERATOR, IDENTITY),

	WORD("eventlog", "kernel_cmdline", "eventlog.kernel_cmdline", "MEAS_CMDLINE", PROVIDER,
	     RUNS),

	WORD("token", "issuer", "token.issuer", "POLICY_RULE:token.issuer", AUTHORITY, IDENTITY),
	WORD("token", "status", "token.status", "POLICY_RULE:token.status", AUTHORITY, RUNS),
};

static const struct {
	const char *section;
	const char *kinds;
} sections[] = {
	{ "snp", "snp az-snp-vtpm" },
	{ "tdx", "tdx az-tdx-vtpm" },
	{ "tpm", "tpm gce-tpm az-snp-vtpm az-tdx-vtpm" },
	{ "eventlog", "tcg-log eventlog" },
	{ "token", "ear nras maa jwt token" },
};

const struct coco_policy_key *coco_policy_key(size_t i)
{
	return i < COCO_ARRAY_LEN(keys) ? &keys[i] : NULL;
}

const char *coco_policy_section_kinds(const char *section)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(sections); i++)
		if (strcmp(sections[i].section, section) == 0)
			return sections[i].kinds;
	return NULL;
}
