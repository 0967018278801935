/*
 * tee_evidence.c - evidence in Trustee's JSON forms (see tee_evidence.h).
 */
#include "formats/broker/tee_evidence.h"

#include <string.h>

enum {
	ENTRY = 24,             /* bytes of an entry of the certificate table */
	FAMILY_TURIN = 0x1a,    /* TCB components stand in another order since then */
	SIGNATURE_PART = 72,
};

static const struct {
	const char *name;
	uint8_t guid[16];       /* as text has it */
} kinds[] = {
	{ "ARK", { 0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52, 0x97, 0x43, 0x3f, 0xb6, 0x01,
		   0x4c, 0xd0, 0xae } },
	{ "ASK", { 0x4a, 0xb7, 0xb3, 0x79, 0xbb, 0xac, 0x4f, 0xe4, 0xa0, 0x2f, 0x05, 0xae, 0xf3,
		   0x27, 0xc7, 0x82 } },
	{ "VCEK", { 0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9, 0x3b,
		    0xe8, 0xac, 0xcd } },
	{ "VLEK", { 0xa8, 0x07, 0x4b, 0xc2, 0xa2, 0x5a, 0x48, 0x3e, 0xaa, 0xe6, 0x39, 0xc0, 0x45,
		    0xa0, 0xb8, 0xa1 } },
	{ "CRL", { 0x92, 0xf8, 0x1b, 0xc3, 0x58, 0x11, 0x4d, 0x3d, 0x97, 0xff, 0xd1, 0x9f, 0x88,
		   0xdc, 0x67, 0xea } },
};

static uint64_t le(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static void kv_bytes(struct coco_jw *jw, const char *key, const uint8_t *p, size_t n)
{
	coco_jw_key(jw, key);
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < n; i++)
		coco_jw_u64(jw, p[i]);
	coco_jw_end(jw, ']');
}

static void kv_null(struct coco_jw *jw, const char *key)
{
	coco_jw_key(jw, key);
	coco_jw_raw(jw, "null", 4);
}

static void kv_tcb(struct coco_jw *jw, const char *key, const uint8_t *p, bool turin)
{
	coco_jw_key(jw, key);
	coco_jw_begin(jw, '{');
	if (turin)
		coco_jw_kv_u64(jw, "fmc", p[0]);
	else
		kv_null(jw, "fmc");
	coco_jw_kv_u64(jw, "bootloader", p[turin ? 1 : 0]);
	coco_jw_kv_u64(jw, "tee", p[turin ? 2 : 1]);
	coco_jw_kv_u64(jw, "snp", p[turin ? 3 : 6]);
	coco_jw_kv_u64(jw, "microcode", p[7]);
	coco_jw_end(jw, '}');
}

static void kv_version(struct coco_jw *jw, const char *key, const uint8_t *p)
{
	coco_jw_key(jw, key);
	coco_jw_begin(jw, '{');
	coco_jw_kv_u64(jw, "major", p[2]);
	coco_jw_kv_u64(jw, "minor", p[1]);
	coco_jw_kv_u64(jw, "build", p[0]);
	coco_jw_end(jw, '}');
}

/* Bytes from 0x188 on are the CPU's model since version 3, and reserved before. */
static void processor(struct coco_jw *jw, const uint8_t *p, uint64_t version)
{
	static const char *const names[] = { "cpuid_fam_id", "cpuid_mod_id", "cpuid_step" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		if (version >= 3)
			coco_jw_kv_u64(jw, names[i], p[0x188 + i]);
		else
			kv_null(jw, names[i]);
}

/* The mitigation vectors came with version 5. */
static void mitigation(struct coco_jw *jw, const uint8_t *p, uint64_t version)
{
	if (version >= 5) {
		coco_jw_kv_u64(jw, "launch_mit_vector", le(p + 0x1f8, 8));
		coco_jw_kv_u64(jw, "current_mit_vector", le(p + 0x200, 8));
	} else {
		kv_null(jw, "launch_mit_vector");
		kv_null(jw, "current_mit_vector");
	}
}

static void write_report(struct coco_jw *jw, const uint8_t *p)
{
	uint64_t version = le(p, 4);
	bool turin = version >= 3 && p[0x188] >= FAMILY_TURIN;

	coco_jw_begin(jw, '{');
	coco_jw_kv_u64(jw, "version", version);
	coco_jw_kv_u64(jw, "guest_svn", le(p + 0x04, 4));
	coco_jw_kv_u64(jw, "policy", le(p + 0x08, 8));
	kv_bytes(jw, "family_id", p + 0x10, 16);
	kv_bytes(jw, "image_id", p + 0x20, 16);
	coco_jw_kv_u64(jw, "vmpl", le(p + 0x30, 4));
	coco_jw_kv_u64(jw, "sig_algo", le(p + 0x34, 4));
	kv_tcb(jw, "current_tcb", p + 0x38, turin);
	coco_jw_kv_u64(jw, "plat_info", le(p + 0x40, 8));
	coco_jw_kv_u64(jw, "key_info", le(p + 0x48, 4));
	kv_bytes(jw, "report_data", p + 0x50, 64);
	kv_bytes(jw, "measurement", p + 0x90, 48);
	kv_bytes(jw, "host_data", p + 0xc0, 32);
	kv_bytes(jw, "id_key_digest", p + 0xe0, 48);
	kv_bytes(jw, "author_key_digest", p + 0x110, 48);
	kv_bytes(jw, "report_id", p + 0x140, 32);
	kv_bytes(jw, "report_id_ma", p + 0x160, 32);
	kv_tcb(jw, "reported_tcb", p + 0x180, turin);
	processor(jw, p, version);
	kv_bytes(jw, "chip_id", p + 0x1a0, 64);
	kv_tcb(jw, "committed_tcb", p + 0x1e0, turin);
	kv_version(jw, "current", p + 0x1e8);
	kv_version(jw, "committed", p + 0x1ec);
	kv_tcb(jw, "launch_tcb", p + 0x1f0, turin);
	mitigation(jw, p, version);
	coco_jw_key(jw, "signature");
	coco_jw_begin(jw, '{');
	kv_bytes(jw, "r", p + 0x2a0, SIGNATURE_PART);
	kv_bytes(jw, "s", p + 0x2a0 + SIGNATURE_PART, SIGNATURE_PART);
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
}

/* The kind of an entry, or NULL. */
static const char *kind_of(const uint8_t *guid, unsigned *ret_bit)
{
	for (unsigned i = 0; i < COCO_ARRAY_LEN(kinds); i++)
		if (memcmp(kinds[i].guid, guid, 16) == 0) {
			*ret_bit = 1U << i;
			return kinds[i].name;
		}
	return NULL;
}

/* One pass over the table; jw NULL: checking only. */
static int walk_certs(struct coco_jw *jw, struct coco_view t, struct coco_diag *diag)
{
	static const uint8_t end[16];
	unsigned seen = 0;

	for (size_t i = 0; i < COCO_TEE_CERTS_MAX; i++) {
		unsigned bit = 0;

		if ((i + 1) * ENTRY > t.n)
			return coco_fail_at(diag, COCO_E_FORMAT_VALUE, i * ENTRY, "certificates",
					    "the table of certificates has no end");
		const uint8_t *e = t.p + i * ENTRY;
		if (memcmp(e, end, sizeof(end)) == 0)
			return 0;
		uint64_t at = le(e + 16, 4);
		uint64_t n = le(e + 20, 4);
		const char *kind = kind_of(e, &bit);
		if (at > t.n || n > t.n - at || (seen & bit) != 0)
			return coco_fail_at(diag, COCO_E_FORMAT_VALUE, i * ENTRY, "certificates",
					    "an entry repeats another or leaves the table");
		seen |= bit;
		if (kind == NULL || jw == NULL)
			continue;
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "cert_type", kind);
		kv_bytes(jw, "data", t.p + at, (size_t)n);
		coco_jw_end(jw, '}');
	}
	return coco_fail(diag, COCO_E_FORMAT_VALUE, "more than %d certificates",
			 COCO_TEE_CERTS_MAX);
}

int coco_tee_evidence_snp(struct coco_jw *jw, struct coco_view report, struct coco_view certs,
			  const uint8_t report_data[COCO_TEE_SNP_REPORT_DATA],
			  struct coco_diag *diag)
{
	if (report.n != COCO_TEE_SNP_REPORT || le(report.p, 4) < 2)
		return coco_fail(diag, COCO_E_FORMAT_VALUE, "%zu bytes that are no report of "
				 "version 2 or later", report.n);
	if (memcmp(report.p + 0x50, report_data, COCO_TEE_SNP_REPORT_DATA) != 0)
		return coco_fail_at(diag, COCO_E_FORMAT_VALUE, 0x50, "REPORT_DATA",
				    "the report is about other data than was asked for");
	int r = certs.n > 0 ? walk_certs(NULL, certs, diag) : 0;
	if (r != 0)
		return r;
	coco_jw_begin(jw, '{');
	coco_jw_key(jw, "attestation_report");
	write_report(jw, report.p);
	coco_jw_key(jw, "cert_chain");
	if (certs.n > 0) {
		coco_jw_begin(jw, '[');
		r = walk_certs(jw, certs, diag);
		coco_jw_end(jw, ']');
	} else {
		coco_jw_raw(jw, "null", 4);
	}
	coco_jw_end(jw, '}');
	return r;
}

int coco_tee_evidence_tdx(struct coco_jw *jw, struct coco_view quote, struct coco_view log,
			  struct coco_diag *diag)
{
	if (quote.n == 0)
		return coco_fail(diag, COCO_E_FORMAT_VALUE, "the quote is empty");
	coco_jw_begin(jw, '{');
	coco_jw_kv_b64(jw, "quote", quote.p, quote.n);
	if (log.n > 0)
		coco_jw_kv_b64(jw, "cc_eventlog", log.p, log.n);
	else
		kv_null(jw, "cc_eventlog");
	coco_jw_end(jw, '}');
	return 0;
}

void coco_tee_evidence_sample(struct coco_jw *jw, struct coco_view bound)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "svn", "1");
	coco_jw_kv_b64(jw, "report_data", bound.p, bound.n);
	coco_jw_end(jw, '}');
}
