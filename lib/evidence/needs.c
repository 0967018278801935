/*
 * needs.c - which collateral reports and quotes need (see needs.h).
 */
#include "lib/evidence/needs.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "formats/evidence/amd_cert.h"
#include "formats/evidence/pck_ext.h"
#include "formats/evidence/tdx_quote.h"
#include "lib/evidence/needs_priv.h"

void coco_needs_free(struct coco_needs *needs)
{
	coco_free(needs->v);
	memset(needs, 0, sizeof(*needs));
}

/* A need that others share is there once. */
static int add(struct coco_needs *list, const struct coco_need *need, struct coco_diag *diag)
{
	bool shared = need->kind != COCO_NEED_AMD_LEAF && !need->unsure && need->path[0] != '\0';

	for (size_t i = 0; shared && i < list->n; i++)
		if (list->v[i].kind == need->kind && !list->v[i].unsure &&
		    strcmp(list->v[i].path, need->path) == 0)
			return 0;
	if (list->n == list->cap) {
		size_t cap = list->cap == 0 ? 16 : 2 * list->cap;
		struct coco_need *wider = coco_realloc(list->v, cap, sizeof(*wider));

		if (wider == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a list");
		list->v = wider;
		list->cap = cap;
	}
	list->v[list->n++] = *need;
	return 0;
}

/* ---- AMD --------------------------------------------------------------------------------- */

static void write_leaf(struct coco_need *need)
{
	bool turin = need->layout == COCO_SNP_LAYOUT_TURIN;
	size_t n = turin ? COCO_AMD_HWID_SHORT : COCO_AMD_HWID;
	const uint8_t *tcb = need->tcb.raw;
	char hex[2 * COCO_AMD_HWID + 1];
	char fmc[16] = "";

	if (need->vlek) {
		snprintf(need->what, sizeof(need->what), "VLEK: only the host or its provider "
			 "has it");
		return;
	}
	if (need->masked) {
		snprintf(need->what, sizeof(need->what), "VCEK: the report masks its chip, so "
			 "only the host can give it");
		return;
	}
	coco_hex_encode(hex, need->chip, n);
	if (turin)
		snprintf(fmc, sizeof(fmc), "fmcSPL=%02u&", tcb[0]);
	snprintf(need->path, sizeof(need->path),
		 "/vcek/v1/%s/%s?%sblSPL=%02u&teeSPL=%02u&snpSPL=%02u&ucodeSPL=%02u",
		 coco_snp_product_name(need->product), hex, fmc, tcb[turin ? 1 : 0],
		 tcb[turin ? 2 : 1], tcb[turin ? 3 : 6], tcb[7]);
	snprintf(need->what, sizeof(need->what), "VCEK of the %s chip %.16s at TCB %02x%02x%02x"
		 "%02x%02x%02x%02x%02x", coco_snp_product_name(need->product), hex, tcb[0], tcb[1],
		 tcb[2], tcb[3], tcb[4], tcb[5], tcb[6], tcb[7]);
}

static void write_amd(struct coco_need *need)
{
	const char *product = coco_snp_product_name(need->product);
	const char *word = need->vlek ? "vlek" : "vcek";

	if (need->kind == COCO_NEED_AMD_LEAF) {
		write_leaf(need);
	} else if (need->kind == COCO_NEED_AMD_CHAIN) {
		snprintf(need->path, sizeof(need->path), "/%s/v1/%s/cert_chain", word, product);
		snprintf(need->what, sizeof(need->what), "%s and ARK of %s",
			 need->vlek ? "ASVK" : "ASK", product);
	} else {
		snprintf(need->path, sizeof(need->path), "/%s/v1/%s/crl", word, product);
		snprintf(need->what, sizeof(need->what), "revocation list of ARK-%s%s", product,
			 need->vlek ? " for VLEKs" : "");
	}
}

void coco_needs_product(struct coco_needs *needs, size_t group, enum coco_snp_product product)
{
	for (size_t i = 0; i < needs->n; i++) {
		struct coco_need *need = &needs->v[i];

		if (!need->unsure || need->group != group)
			continue;
		need->product = product;
		write_amd(need);
		need->unsure = false;
	}
}

static int add_amd(struct coco_needs *ret, struct coco_need need, enum coco_need_kind kind,
		   struct coco_diag *diag)
{
	need.kind = kind;
	write_amd(&need);
	return add(ret, &need, diag);
}

static int add_issuers(struct coco_needs *ret, const struct coco_need *need,
		       struct coco_diag *diag)
{
	int r = add_amd(ret, *need, COCO_NEED_AMD_CHAIN, diag);

	return r == 0 ? add_amd(ret, *need, COCO_NEED_AMD_CRL, diag) : r;
}

/* Product of the leaf that is there already, by the name of its issuer. */
static enum coco_snp_product product_of_leaf(const struct coco_need *need,
					     const struct coco_collateral *have)
{
	static const enum coco_snp_product known[] = {
		COCO_SNP_MILAN, COCO_SNP_GENOA, COCO_SNP_TURIN,
	};
	int i = coco_need_leaf(need, have, -1);

	for (size_t k = 0; i >= 0 && k < COCO_ARRAY_LEN(known); k++)
		if (strstr(coco_cert_issuer_text(have->v[i].cert),
			   coco_snp_product_name(known[k])) != NULL)
			return known[k];
	return COCO_SNP_PRODUCT_UNKNOWN;
}

/* Version 2 says no product: Milan is tried, then Genoa. */
static void guess(struct coco_need *need, const struct coco_collateral *have)
{
	if (need->product == COCO_SNP_PRODUCT_UNKNOWN && need->layout == COCO_SNP_LAYOUT_TURIN)
		need->product = COCO_SNP_TURIN;
	if (need->product == COCO_SNP_PRODUCT_UNKNOWN)
		need->product = product_of_leaf(need, have);
	if (need->product != COCO_SNP_PRODUCT_UNKNOWN)
		return;
	need->product = COCO_SNP_MILAN;
	need->unsure = true;
}

static int of_report(struct coco_needs *ret, struct coco_view bytes,
		     const struct coco_collateral *have, struct coco_diag *diag)
{
	static const uint8_t zero[64];
	struct coco_need need = { .server = COCO_NEED_KDS, .group = ret->groups++ };
	struct coco_snp_report report;

	int r = coco_snp_report_parse(&report, bytes, diag);
	if (r != 0)
		return r;
	need.vlek = coco_snp_signing_key(&report) == COCO_SNP_KEY_VLEK;
	need.product = report.product;
	need.layout = report.layout;
	need.tcb = report.reported_tcb;
	memcpy(need.chip, report.chip_id, sizeof(need.chip));
	need.masked = memcmp(need.chip, zero, sizeof(zero)) == 0;
	guess(&need, have);
	r = add_amd(ret, need, COCO_NEED_AMD_LEAF, diag);
	if (r == 0 && need.unsure && (need.vlek || need.masked)) {
		/* no answer will tell which of the two it is */
		need.unsure = false;
		r = add_issuers(ret, &need, diag);
		need.product = COCO_SNP_GENOA;
	}
	return r == 0 ? add_issuers(ret, &need, diag) : r;
}

/* ---- Intel ------------------------------------------------------------------------------- */

/* The certificate of the quote that is no CA; *ret stays NULL when there is none. */
static int leaf_in_quote(const struct coco_tdx_quote *quote, struct coco_cert **ret,
			 struct coco_diag *diag)
{
	struct coco_view rest = quote->cert_data;
	struct coco_pem pem;
	bool found = true;
	int r = 0;

	if (quote->cert_type != COCO_TDX_CERT_CHAIN && quote->cert_type != COCO_TDX_CERT_LEAF)
		return 0;
	if (!coco_pem_looks(rest))
		return coco_cert_parse(ret, rest, diag);
	while (*ret == NULL) {
		r = coco_pem_next(&rest, &pem, &found, diag);
		if (r != 0 || !found)
			return r;
		if (strcmp(pem.label, "CERTIFICATE") == 0)
			r = coco_cert_parse(ret, coco_view_of(pem.der, pem.n_der), diag);
		coco_pem_clear(&pem);
		if (r != 0)
			return r;
		if (*ret != NULL && coco_cert_is_ca(*ret)) {
			coco_cert_free(*ret);
			*ret = NULL;
		}
	}
	return 0;
}

/* Without one in the quote: the certificate whose key signed the report of its enclave. */
static const struct coco_cert *leaf_at_hand(const struct coco_tdx_quote *quote,
					    const struct coco_collateral *have)
{
	for (int i = -1; (i = coco_collateral_next(have, COCO_COLL_CERT, i)) >= 0;) {
		const struct coco_cert *cert = have->v[i].cert;

		if (strcmp(coco_cert_common_name(cert), "Intel SGX PCK Certificate") == 0 &&
		    coco_cert_verify_ec(cert, quote->qe_report, 256, quote->qe_signature,
					NULL) == 0)
			return cert;
	}
	return NULL;
}

static int add_intel(struct coco_needs *ret, struct coco_need need, enum coco_need_kind kind,
		     struct coco_diag *diag)
{
	const char *tee = need.tdx ? "tdx" : "sgx";
	const char *ca = need.platform ? "platform" : "processor";
	char fmspc[2 * sizeof(need.fmspc) + 1];

	need.kind = kind;
	coco_hex_encode(fmspc, need.fmspc, sizeof(need.fmspc));
	if (kind == COCO_NEED_TCB_INFO) {
		need.header = "TCB-Info-Issuer-Chain";
		snprintf(need.path, sizeof(need.path), "/%s/certification/v4/tcb?fmspc=%s", tee,
			 fmspc);
		snprintf(need.what, sizeof(need.what), "TCB info of %s, FMSPC %s",
			 need.tdx ? "TDX" : "SGX", fmspc);
	} else if (kind == COCO_NEED_QE_IDENTITY) {
		need.header = "SGX-Enclave-Identity-Issuer-Chain";
		snprintf(need.path, sizeof(need.path), "/%s/certification/v4/qe/identity", tee);
		snprintf(need.what, sizeof(need.what), "identity of the %s quoting enclave",
			 need.tdx ? "TDX" : "SGX");
	} else if (kind == COCO_NEED_PCK_CRL) {
		need.header = "SGX-PCK-CRL-Issuer-Chain";
		snprintf(need.path, sizeof(need.path),
			 "/sgx/certification/v4/pckcrl?ca=%s&encoding=der", ca);
		snprintf(need.what, sizeof(need.what), "revocation list of Intel's PCK %s CA", ca);
	} else if (kind == COCO_NEED_ROOT_CRL) {
		need.server = COCO_NEED_INTEL_ROOT;
		snprintf(need.path, sizeof(need.path), "/IntelSGXRootCA.der");
		snprintf(need.what, sizeof(need.what), "revocation list of Intel's root CA");
	} else {
		snprintf(need.what, sizeof(need.what), "PCK certificate: the quote has none, and "
			 "only its platform's owner can give it");
	}
	return add(ret, &need, diag);
}

/* By the platform that the certificate names. */
static int of_pck(struct coco_needs *ret, struct coco_need need, const struct coco_cert *cert,
		  struct coco_diag *diag)
{
	struct coco_pck_ext ext;
	struct coco_view content;

	if (!coco_cert_extension(cert, COCO_PCK_EXT_OID, &content, NULL))
		return coco_fail(diag, COCO_E_PCK_EXTENSION, "the quote's certificate names no "
				 "platform");
	int r = coco_pck_ext_parse(&ext, content, 0, diag);
	if (r != 0)
		return r;
	memcpy(need.fmspc, ext.fmspc, sizeof(need.fmspc));
	need.platform = strstr(coco_cert_issuer_text(cert), "PCK Platform CA") != NULL;
	r = add_intel(ret, need, COCO_NEED_PCK_CRL, diag);
	return r == 0 ? add_intel(ret, need, COCO_NEED_TCB_INFO, diag) : r;
}

static int of_quote(struct coco_needs *ret, struct coco_view bytes,
		    const struct coco_collateral *have, struct coco_diag *diag)
{
	struct coco_need need = { .server = COCO_NEED_PCS, .group = ret->groups++ };
	struct coco_cert *owned = NULL;
	struct coco_tdx_quote quote;

	int r = coco_tdx_quote_parse(&quote, bytes, diag);
	if (r != 0)
		return r;
	need.tdx = quote.head.tee_type == COCO_DCAP_TEE_TDX;
	r = leaf_in_quote(&quote, &owned, diag);
	if (r == 0) {
		const struct coco_cert *leaf = owned != NULL ? owned : leaf_at_hand(&quote, have);

		r = leaf != NULL ? of_pck(ret, need, leaf, diag)
				 : add_intel(ret, need, COCO_NEED_PCK, diag);
	}
	coco_cert_free(owned);
	if (r == 0)
		r = add_intel(ret, need, COCO_NEED_QE_IDENTITY, diag);
	return r == 0 ? add_intel(ret, need, COCO_NEED_ROOT_CRL, diag) : r;
}

int coco_needs_of(struct coco_needs *ret, const struct coco_pieces *pieces,
		  const struct coco_collateral *have, struct coco_diag *diag)
{
	for (size_t i = 0; i < pieces->n; i++) {
		const struct coco_piece *piece = &pieces->v[i];
		int r = 0;

		if (piece->kind == COCO_PIECE_SNP_REPORT)
			r = of_report(ret, coco_piece_bytes(piece), have, diag);
		else if (piece->kind == COCO_PIECE_TDX_QUOTE ||
			 piece->kind == COCO_PIECE_SGX_QUOTE)
			r = of_quote(ret, coco_piece_bytes(piece), have, diag);
		if (r != 0) {
			coco_diag_source(diag, "%s", piece->source);
			return r;
		}
	}
	return 0;
}
