/*
 * piece.c - recognising inputs and taking them apart (see piece.h,
 * piece_form.h).
 */
#include "lib/evidence/piece.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/sha256.h"
#include "lib/evidence/form_tdx.h"
#include "lib/evidence/piece_form.h"

enum { JSON_VALUES = 1 << 20 };

/* In the order in which they are asked: exact forms before those that only look like text. */
static const struct coco_piece_form *const forms[] = {
	&coco_form_dcap_quote,
	&coco_form_crl,
	&coco_form_certificate,
	&coco_form_snp_report,
	&coco_form_snp_extended,
	&coco_form_snp_certs,
	&coco_form_tar,
	&coco_form_pem,
	&coco_form_intel_headers,
	&coco_form_intel_collateral,
	&coco_form_tdx_json,
	&coco_form_payload,
	&coco_form_additional,
	&coco_form_sample,
	&coco_form_gpu,
	&coco_form_tpm_json,
	&coco_form_azure_json,
	&coco_form_hcl,
	&coco_form_gce,
	&coco_form_snp_json,
	&coco_form_snp_tsm,
	&coco_form_log,
	&coco_form_index,
	&coco_form_token,
	&coco_form_token_json,
	&coco_form_detached,
	&coco_form_jwks,
	&coco_form_hex,
	&coco_form_base64,
	&coco_form_initdata,
};

const char *coco_piece_kind_name(enum coco_piece_kind kind)
{
	static const char *const names[COCO_PIECE_KINDS] = {
		[COCO_PIECE_UNKNOWN] = "unknown",
		[COCO_PIECE_CONTAINER] = "container",
		[COCO_PIECE_COLLATERAL] = "collateral",
		[COCO_PIECE_SNP_REPORT] = "snp-report",
		[COCO_PIECE_TDX_QUOTE] = "tdx-quote",
		[COCO_PIECE_SGX_QUOTE] = "sgx-quote",
		[COCO_PIECE_TPM_EVIDENCE] = "tpm-evidence",
		[COCO_PIECE_GCE_TPM] = "gce-tpm",
		[COCO_PIECE_AZ_SNP_VTPM] = "az-snp-vtpm",
		[COCO_PIECE_AZ_TDX_VTPM] = "az-tdx-vtpm",
		[COCO_PIECE_HCL_REPORT] = "hcl-report",
		[COCO_PIECE_EVENT_LOG] = "event-log",
		[COCO_PIECE_TOKEN] = "token",
		[COCO_PIECE_DETACHED_EAT] = "detached-eat",
		[COCO_PIECE_GPU_EVIDENCE] = "gpu-evidence",
		[COCO_PIECE_SAMPLE] = "sample",
		[COCO_PIECE_SAMPLE_DEVICE] = "sampledevice",
		[COCO_PIECE_RUNTIME_DATA] = "runtime-data",
		[COCO_PIECE_ADDITIONAL] = "additional-evidence",
		[COCO_PIECE_INITDATA] = "initdata",
	};

	return kind < COCO_PIECE_KINDS ? names[kind] : names[0];
}

void coco_pieces_free(struct coco_pieces *list)
{
	for (size_t i = 0; i < list->n; i++)
		coco_free(list->v[i].p);
	coco_free(list->v);
	memset(list, 0, sizeof(*list));
}

/* A piece at the end of the list with a copy of the bytes. */
static int append(struct coco_pieces *list, struct coco_view bytes, int *ret,
		  struct coco_diag *diag)
{
	struct coco_piece piece = { .parent = COCO_PIECE_NONE, .top = COCO_PIECE_NONE,
				    .input = -1, .subject = -1, .n = bytes.n };
	void *v = list->v;

	list->total += bytes.n;
	if (bytes.n > COCO_PIECE_MAX || list->total > COCO_PIECE_TOTAL)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "an input of %zu bytes, or what is "
				 "inside, is larger than evidence can be", bytes.n);
	piece.p = coco_alloc(bytes.n + 1, 1);
	if (piece.p == NULL || !coco_grow(&v, &list->cap, list->n, sizeof(piece),
					  COCO_PIECES_MAX)) {
		coco_free(piece.p);
		return coco_fail(diag, list->n >= COCO_PIECES_MAX ? COCO_E_LIMIT_COUNT
								  : COCO_E_LIMIT_MEMORY,
				 "no room for more than %zu pieces of evidence", list->n);
	}
	list->v = v;
	if (bytes.n > 0)
		memcpy(piece.p, bytes.p, bytes.n);
	piece.p[bytes.n] = '\0';
	coco_sha256_once(bytes.p, bytes.n, piece.sha256);
	list->v[list->n] = piece;
	*ret = (int)list->n++;
	return 0;
}

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool looks_json(struct coco_view bytes)
{
	size_t i = 0;

	while (i < bytes.n && blank(bytes.p[i]))
		i++;
	return i < bytes.n && (bytes.p[i] == '{' || bytes.p[i] == '[');
}

static const struct coco_piece_form *form_of(struct coco_view bytes, const struct coco_jv *doc)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(forms); i++)
		if (forms[i]->looks(bytes, doc))
			return forms[i];
	return NULL;
}

/*
 * Finds the form of a piece and takes it apart. The list may move meanwhile,
 * not the bytes of its pieces.
 */
static int recognise(struct coco_unpack *u, struct coco_diag *diag)
{
	struct coco_view bytes = coco_piece_bytes(&u->list->v[u->piece]);
	struct coco_json doc = { .root = NULL };
	struct coco_jv root = { .v = NULL };
	bool json = looks_json(bytes);
	int r = 0;

	if (json) {
		/* a text that only starts like JSON may be something else: the forms say */
		r = coco_json_parse_bounded(&doc, bytes, COCO_PIECE_MAX, JSON_VALUES, NULL);
		if (r == COCO_E_LIMIT_MEMORY)
			return coco_fail(diag, r, "no memory for a JSON text");
		if (r != 0)
			json = false;
		else
			root = coco_json_root(&doc);
	}
	const struct coco_piece_form *form = form_of(bytes, json ? &root : NULL);
	r = 0;
	if (form != NULL) {
		u->list->v[u->piece].form = form->name;
		r = form->take(u, bytes, json ? &root : NULL, diag);
	} else if (!json && looks_json(bytes)) {
		/* now its mistake is worth a message: duplicate members, a cut text */
		r = coco_json_parse_bounded(&doc, bytes, COCO_PIECE_MAX, JSON_VALUES, diag);
	}
	coco_json_free(&doc);
	return r;
}

void coco_unpack_is(struct coco_unpack *u, enum coco_piece_kind kind)
{
	u->list->v[u->piece].kind = kind;
}

/* What a message calls something inside the piece. */
static void name_inside(const struct coco_unpack *u, const char *where,
			char ret[COCO_COLLATERAL_SOURCE])
{
	snprintf(ret, COCO_COLLATERAL_SOURCE, "%.150s%s%.100s", u->list->v[u->piece].source,
		 where[0] != '\0' && where[0] != '/' ? ": " : "", where);
}

int coco_unpack_child(struct coco_unpack *u, enum coco_piece_kind kind, struct coco_view bytes,
		      const char *where, uint64_t offset, struct coco_diag *diag)
{
	char source[COCO_COLLATERAL_SOURCE];
	struct coco_unpack inner = *u;
	int r;

	_Static_assert(sizeof(source) == COCO_PIECE_SOURCE, "one length of names");

	if (u->depth >= COCO_PIECE_DEPTH)
		return coco_fail(diag, COCO_E_LIMIT_DEPTH, "more than %d wrappings in each other",
				 COCO_PIECE_DEPTH);
	name_inside(u, where, source);
	r = append(u->list, bytes, &inner.piece, diag);
	if (r != 0)
		return r;
	struct coco_piece *piece = &u->list->v[inner.piece];
	const struct coco_piece *parent = &u->list->v[u->piece];
	piece->kind = kind;
	piece->parent = u->piece;
	piece->top = parent->top;
	piece->has_base = parent->has_base && offset != COCO_NO_OFFSET;
	piece->base = piece->has_base ? parent->base + offset : 0;
	memcpy(piece->source, source, sizeof(piece->source));
	inner.depth++;
	if (kind != COCO_PIECE_UNKNOWN)
		return 0;
	r = recognise(&inner, diag);
	if (r != 0)
		coco_diag_source(diag, "%s", u->list->v[inner.piece].source);
	return r;
}

int coco_unpack_collateral(struct coco_unpack *u, enum coco_collateral_kind kind,
			   struct coco_view bytes, const char *where, struct coco_diag *diag)
{
	char source[COCO_COLLATERAL_SOURCE];

	name_inside(u, where, source);
	return coco_collateral_add(u->collateral, kind, bytes, source, NULL, diag);
}

int coco_unpack_pem(struct coco_unpack *u, struct coco_view text, const char *where,
		    struct coco_diag *diag)
{
	char source[COCO_COLLATERAL_SOURCE];

	name_inside(u, where, source);
	return coco_collateral_add_pem(u->collateral, text, source, diag);
}

int coco_pieces_add(struct coco_pieces *list, struct coco_collateral *collateral,
		    struct coco_view bytes, const char *source, struct coco_diag *diag)
{
	struct coco_unpack u = { .list = list, .collateral = collateral, .depth = 0 };

	list->total = 0;
	int r = append(list, bytes, &u.piece, diag);
	if (r == 0) {
		struct coco_piece *piece = &list->v[u.piece];

		piece->top = u.piece;
		piece->has_base = true;
		snprintf(piece->source, sizeof(piece->source), "%s", source);
		r = recognise(&u, diag);
	}
	if (r != 0)
		coco_diag_source(diag, "%s", source);
	return r;
}
