/*
 * result.h - the attestation result: checks with what was expected and found,
 * what was not checked, for how long it holds, and the verdict
 * (docs/formats/attestation-result.md; design.md 6, evidence.md 0). The same
 * inputs, policy and time give the same bytes.
 *
 * Two questions are kept apart: is the evidence authentic (signatures, chains,
 * bindings, dates, revocation), and is it acceptable (policy, reference
 * values, requirements). The verdict is the worse of the two answers.
 */
#ifndef COCO_RESULT_H
#define COCO_RESULT_H

#include "formats/evidence/claims.h"

#define COCO_RESULT_SCHEMA "cococtl.attestation-result.v1"

enum {
	COCO_RESULT_ID = 64,
	COCO_RESULT_REASON = 96,
	COCO_RESULT_TEXT = 256,
	COCO_RESULT_ITEMS = 1 << 16,   /* of one list */
};

enum coco_verdict {
	COCO_VERDICT_AFFIRMED,
	COCO_VERDICT_INDETERMINATE,
	COCO_VERDICT_REJECTED,
};

enum coco_aspect {
	COCO_ASPECT_AUTHENTIC,
	COCO_ASPECT_ACCEPTABLE,
};

enum coco_checked {
	COCO_CHECKED_PASS,
	COCO_CHECKED_FAIL,      /* rejected */
	COCO_CHECKED_MISSING,   /* something needed is not there: indeterminate */
	COCO_CHECKED_SKIPPED,   /* not asked for, or not applicable; detail says why */
	COCO_CHECKED_WAIVED,    /* failed, and a waiver of the policy covers it */
};

/* Who acts on a refusal (users.md 1.2). */
enum coco_role {
	COCO_ROLE_CALLER,             /* whoever gave the command its inputs */
	COCO_ROLE_PLATFORM_OPERATOR,
	COCO_ROLE_KEY_RELEASE_AUTHORITY,
	COCO_ROLE_MODEL_PROVIDER,
};

/* The AR4SI trustworthiness vector, in the order of the draft. */
enum coco_trust_claim {
	COCO_TRUST_INSTANCE_IDENTITY,
	COCO_TRUST_CONFIGURATION,
	COCO_TRUST_EXECUTABLES,
	COCO_TRUST_FILE_SYSTEM,
	COCO_TRUST_HARDWARE,
	COCO_TRUST_RUNTIME_OPAQUE,
	COCO_TRUST_STORAGE_OPAQUE,
	COCO_TRUST_SOURCED_DATA,
	COCO_TRUST_CLAIMS,
};

/* What --require and a policy's require ask for, ORed; words of the same name. */
enum coco_require {
	COCO_REQUIRE_CPU = 1,          /* evidence of a CPU, authentic */
	COCO_REQUIRE_GPU = 2,
	COCO_REQUIRE_TPM = 4,
	COCO_REQUIRE_TOKEN = 8,
	COCO_REQUIRE_EVENTLOG = 16,
	COCO_REQUIRE_FRESH = 32,       /* a nonce or report data was compared */
	COCO_REQUIRE_REVOCATION = 64,  /* every chain was checked against revocation lists */
};

/* coco_require_bit - that of a word of n bytes ("cpu"); 0: there is no such word. */
unsigned coco_require_bit(const char *word, size_t n);

/* Bytes that were used. */
struct coco_result_input {
	char role[COCO_RESULT_ID];     /* "evidence", "collateral: VCEK", "policy", "reference" */
	char kind[COCO_RESULT_ID];     /* "snp-report", "x509-certificate" */
	uint64_t size;
	uint8_t sha256[32];
};

enum { COCO_RESULT_NO_INPUT = -1, COCO_RESULT_NO_SUBJECT = -1 };

struct coco_result_check {
	int subject;                        /* number, or COCO_RESULT_NO_SUBJECT: the whole */
	enum coco_aspect aspect;
	enum coco_checked outcome;
	char id[COCO_RESULT_ID];            /* stable, dotted: "snp.signature" */
	char reason[COCO_RESULT_REASON];    /* stable code: "MEAS_SNP_LAUNCH"; "" : no refusal */
	enum coco_role role;                /* who acts on it */
	char title[COCO_RESULT_TEXT];       /* a sentence: "the report is signed by the VCEK" */
	char expected[COCO_RESULT_TEXT];    /* "" : none */
	char actual[COCO_RESULT_TEXT];
	char source[COCO_RESULT_TEXT];      /* of the expected value: "policy line 7" */
	char detail[COCO_RESULT_TEXT];      /* why it was skipped, or what else there is to say */
	char next[COCO_RESULT_TEXT];        /* next step after a refusal */
	int input;                          /* number of the input that holds the actual value */
	bool has_offset;
	uint64_t offset;                    /* bytes in that input */
	int next_check;                     /* the next one of the same subject, or -1 */
};

/* Something that was not checked, and why. */
struct coco_result_gap {
	int subject;
	char category[COCO_RESULT_ID];      /* word of --require: "fresh", "revocation", "gpu" */
	char what[COCO_RESULT_TEXT];
	char why[COCO_RESULT_TEXT];
	char next[COCO_RESULT_TEXT];
};

/* One attester environment: a CPU, a TPM, a token, an event log. */
struct coco_result_subject {
	char class[16];                     /* "cpu", "tpm", "gpu", "token", "eventlog" */
	char name[32];                      /* class and number: "cpu0" */
	char kind[COCO_RESULT_ID];          /* "snp", "tdx", "tpm", "az-snp-vtpm", "ear" */
	struct coco_claims claims;
	bool has_trust[COCO_TRUST_CLAIMS];
	int8_t trust[COCO_TRUST_CLAIMS];    /* AR4SI values */
	int first_check;                    /* numbers of its checks, or -1 */
	int last_check;
};

struct coco_result {
	int64_t at;                         /* the time of the verdict */
	struct coco_result_input *inputs;   /* owned, as all lists */
	size_t n_inputs;
	size_t cap_inputs;
	struct coco_result_subject *subjects;
	size_t n_subjects;
	size_t cap_subjects;
	struct coco_result_check *checks;
	size_t n_checks;
	size_t cap_checks;
	struct coco_result_gap *gaps;
	size_t n_gaps;
	size_t cap_gaps;
	bool has_not_before;                /* the verdict would be the same from then */
	int64_t not_before;
	char not_before_why[COCO_RESULT_TEXT];
	bool has_not_after;                 /* ... until then (exclusive) */
	int64_t not_after;
	char not_after_why[COCO_RESULT_TEXT];
	int code;                           /* first failure: memory or too many; sticky */
};

void coco_result_init(struct coco_result *r, int64_t at);
void coco_result_free(struct coco_result *r);   /* fine on a zeroed struct */

/* Each appends one and returns its number; a negative number after a failure. */
int coco_result_input(struct coco_result *r, const char *role, const char *kind, uint64_t size,
		      const uint8_t sha256[32]);
int coco_result_subject(struct coco_result *r, const char *class, const char *kind);
int coco_result_check(struct coco_result *r, int subject, enum coco_aspect aspect,
		      enum coco_checked outcome, const char *id, const char *title);

/* Texts of the check that was appended last; cut to what fits. */
void coco_check_expected(struct coco_result *r, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_check_actual(struct coco_result *r, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_check_source(struct coco_result *r, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_check_detail(struct coco_result *r, const char *fmt, ...) COCO_PRINTF(2, 3);

/* coco_check_refusal - of every FAIL and MISSING: reason code, who acts, the next step. */
void coco_check_refusal(struct coco_result *r, enum coco_role role, const char *reason,
			const char *next_fmt, ...) COCO_PRINTF(4, 5);

/* coco_check_at - where the actual value stands. */
void coco_check_at(struct coco_result *r, int input, uint64_t offset);

/* coco_check_at_claim - that it is a claim of the subject, where the claim has a place. */
void coco_check_at_claim(struct coco_result *r, int subject, const struct coco_claim *claim);

/* coco_result_gap - something that was not checked. */
void coco_result_gap(struct coco_result *r, int subject, const char *category, const char *what,
		     const char *why, const char *next);

/*
 * coco_result_valid - narrows the window of the verdict: something that was
 * used is valid from not_before until not_after (INT64_MIN, INT64_MAX: open).
 */
void coco_result_valid(struct coco_result *r, int64_t not_before, int64_t not_after,
		       const char *what);

/* coco_result_trust - lowers an entry of a subject's vector to value if that is worse. */
void coco_result_trust(struct coco_result *r, int subject, enum coco_trust_claim claim,
		       int8_t value);

/* coco_result_finish - 0, or the first failure. */
int coco_result_finish(const struct coco_result *r, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_result_verdict_of - the answer to one question, for one subject or
 * (COCO_RESULT_NO_SUBJECT) for all of it. Acceptable is indeterminate while
 * nothing asked for it.
 */
enum coco_verdict coco_result_verdict_of(const struct coco_result *r, enum coco_aspect aspect,
					 int subject);

/* coco_result_rejected - whether a subject is known not to be authentic. */
bool coco_result_rejected(const struct coco_result *r, int subject);

/* coco_result_verdict - the worse of both; authentic_only: of the first alone. */
enum coco_verdict coco_result_verdict(const struct coco_result *r, bool authentic_only);

/* coco_trust_tier - "none", "affirming", "warning", "contraindicated" of an AR4SI value. */
const char *coco_trust_tier(int8_t value);

const char *coco_verdict_name(enum coco_verdict v);     /* "affirmed", ... */
const char *coco_checked_name(enum coco_checked o);     /* "pass", "fail", "missing", ... */
const char *coco_role_name(enum coco_role role);        /* "platform operator", ... */
const char *coco_trust_name(enum coco_trust_claim c);   /* "instance-identity", ... */

/* coco_result_write - the result as one JSON value. */
void coco_result_write(struct coco_jw *jw, const struct coco_result *r, bool authentic_only);

/* coco_result_write_claims - only its subjects with their claims, as an array: no verdict. */
void coco_result_write_claims(struct coco_jw *jw, const struct coco_result *r);

#endif
