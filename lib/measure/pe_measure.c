/*
 * pe_measure.c - the record of one PE image (see pe_measure.h).
 */
#include "lib/measure/pe_measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/sha256.h"

struct work {
	const struct coco_run *run;
	struct coco_pe_file file;
	struct coco_pe_measure *out;
	struct coco_pe_range *ranges;            /* owned */
	struct coco_bank_values *digests;        /* of each; owned */
	size_t n_ranges;
	struct coco_authenticode authenticode;
	struct coco_diag *diag;
};

/* Of the whole file. */
struct whole {
	struct coco_sha256 sha256;
	uint32_t sum;
};

static int add_whole(void *ctx, struct coco_view piece, struct coco_diag *diag)
{
	struct whole *w = ctx;

	(void)diag;
	coco_sha256_update(&w->sha256, piece.p, piece.n);
	w->sum = coco_pe_checksum(w->sum, piece);
	return 0;
}

/* The field itself counts as zero: taken back from the sum, which is in one's complement. */
static uint32_t without_field(uint32_t sum, const struct coco_pe *pe)
{
	uint8_t field[6] = { 0 };

	for (unsigned i = 0; i < 4; i++)
		field[(pe->checksum_at & 1) + i] = (uint8_t)(pe->checksum >> (8 * i) & 0xff);
	sum += ~coco_pe_checksum(0, coco_view_of(field, sizeof(field))) & 0xffff;
	return (sum & 0xffff) + (sum >> 16);
}

static int hash_whole(struct work *w)
{
	const struct coco_pe *pe = &w->file.pe;
	struct coco_mrecord_file file = { .name = "image", .size = pe->file_size };
	struct whole whole = { .sum = 0 };

	coco_sha256_init(&whole.sha256);
	int r = coco_pe_file_pieces(&w->file, 0, pe->file_size, w->run, add_whole, &whole,
				    w->diag);
	if (r != 0)
		return r;
	coco_sha256_final(&whole.sha256, file.sha256);
	w->out->computed_checksum =
		coco_pe_checksum_final(without_field(whole.sum, pe), pe->file_size);
	return coco_mrecord_file(&w->out->record, &file, w->diag);
}

static int to_banks(void *ctx, struct coco_view piece, struct coco_diag *diag)
{
	return coco_banks_update(ctx, piece.p, piece.n, diag);
}

/* The digest of each covered part alone; those of sections also for the caller. */
static int hash_ranges(struct work *w, unsigned banks)
{
	struct coco_banks b = { .mask = 0 };

	w->digests = coco_zalloc(w->n_ranges, sizeof(*w->digests));
	if (w->digests == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for digests");
	int r = coco_banks_init(&b, banks | COCO_BANK(COCO_DIGEST_SHA256), w->diag);
	for (size_t i = 0; r == 0 && i < w->n_ranges; i++) {
		const struct coco_pe_range *range = &w->ranges[i];

		if (!range->hashed)
			continue;
		r = coco_pe_file_pieces(&w->file, range->at, range->n, w->run, to_banks, &b,
					w->diag);
		if (r == 0)
			r = coco_banks_final(&b, &w->digests[i], w->diag);
		if (r == 0 && range->section != NULL)
			memcpy(w->out->section_sha256[range->section - w->file.pe.sections],
			       w->digests[i].p[COCO_DIGEST_SHA256], 32);
	}
	coco_banks_free(&b);
	return r;
}

/* Sections without contents have the digest of nothing. */
static int prepare_sections(struct work *w)
{
	struct coco_sha256 ctx;
	uint8_t nothing[32];

	w->out->section_sha256 = coco_zalloc(w->file.pe.n_sections + 1, 32);
	if (w->out->section_sha256 == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for digests");
	coco_sha256_init(&ctx);
	coco_sha256_final(&ctx, nothing);
	for (size_t i = 0; i < w->file.pe.n_sections; i++)
		memcpy(w->out->section_sha256[i], nothing, 32);
	return 0;
}

static const char *part_name(const struct coco_pe_range *range, char *buf, size_t cap)
{
	switch (range->part) {
	case COCO_PE_PART_HEADERS:
		return "headers";
	case COCO_PE_PART_SECTION:
		snprintf(buf, cap, "section %s", range->section->name);
		return buf;
	case COCO_PE_PART_REST:
		return "bytes behind the sections";
	case COCO_PE_PART_CHECKSUM:
		return "CheckSum";
	case COCO_PE_PART_CERTS_ENTRY:
		return "certificate table entry";
	case COCO_PE_PART_CERTS:
		return "certificate table";
	case COCO_PE_PART_GAP:
		break;
	}
	return "gap";
}

static int add_steps(struct work *w, enum coco_digest_alg alg)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n_ranges; i++) {
		const struct coco_pe_range *range = &w->ranges[i];
		struct coco_mrecord_input in = { .type = "bytes" };
		char name[64];
		char text[96];

		if (!range->hashed)
			continue;
		snprintf(in.name, sizeof(in.name), "%s", part_name(range, name, sizeof(name)));
		snprintf(text, sizeof(text), "offset 0x%" PRIx64 ", %" PRIu64 " bytes", range->at,
			 range->n);
		in.text = text;
		coco_mrecord_digest_set(&in.digest, w->digests[i].p[alg], coco_digest_length(alg));
		r = coco_mrecord_input(&w->out->record, &in, w->diag);
	}
	return r;
}

static int add_value(struct work *w, enum coco_digest_alg alg, const struct coco_bank_values *v,
		     const char *state)
{
	struct coco_mrecord_value value = { .n_labels = 0 };

	coco_mrecord_digest_set(&value.value, v->p[alg], coco_digest_length(alg));
	if (state != NULL)
		coco_mrecord_label(&value, "image", "%s", state);
	return coco_mrecord_value(&w->out->record, &value, w->diag);
}

/* After signing: the same parts, and the zeros that the tools add. */
static int add_padded(struct work *w, enum coco_digest_alg alg)
{
	const struct coco_authenticode *a = &w->authenticode;
	struct coco_mrecord_input in = { .name = "padding by a signing tool", .type = "bytes" };
	struct coco_bank_values zeros;
	struct coco_banks b = { .mask = 0 };
	char text[96];

	int r = add_value(w, alg, &a->padded, "after signing");
	if (r == 0)
		r = coco_banks_init(&b, COCO_BANK(alg), w->diag);
	if (r == 0)
		r = coco_banks_zeros(&b, a->padding, w->diag);
	if (r == 0)
		r = coco_banks_final(&b, &zeros, w->diag);
	coco_banks_free(&b);
	if (r != 0)
		return r;
	snprintf(text, sizeof(text), "%u zero bytes", a->padding);
	in.text = text;
	coco_mrecord_digest_set(&in.digest, zeros.p[alg], coco_digest_length(alg));
	return coco_mrecord_value_input(&w->out->record, &in, w->diag);
}

static int add_register(struct work *w, enum coco_digest_alg alg)
{
	const struct coco_authenticode *a = &w->authenticode;

	int r = coco_mrecord_begin(&w->out->record, "pe.authenticode", coco_digest_name(alg),
				   w->diag);
	if (r == 0)
		r = add_steps(w, alg);
	if (r == 0)
		r = add_value(w, alg, &a->digest, a->padding != 0 ? "as it is" : NULL);
	if (r == 0 && a->padding != 0)
		r = add_padded(w, alg);
	return r;
}

static int add_gaps(struct work *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n_ranges; i++) {
		const struct coco_pe_range *range = &w->ranges[i];
		char reason[128];
		char name[64];

		if (range->hashed)
			continue;
		snprintf(reason, sizeof(reason),
			 "left out by the rule: offset 0x%" PRIx64 ", %" PRIu64 " bytes", range->at,
			 range->n);
		r = coco_mrecord_gap(&w->out->record, part_name(range, name, sizeof(name)), reason,
				     w->diag);
	}
	return r;
}

static int measure(struct work *w, unsigned banks)
{
	const struct coco_pe *pe = &w->file.pe;

	coco_mrecord_init(&w->out->record, "pe");
	w->out->padding = coco_pe_padding(pe);
	w->out->certs_elsewhere = pe->certs_size != 0 && (uint64_t)pe->certs_at + pe->certs_size !=
				  pe->file_size;
	int r = coco_mrecord_param(&w->out->record, w->diag, "machine", "%s",
				   coco_pe_machine_name(pe->machine));
	if (r == 0)
		r = coco_mrecord_param(&w->out->record, w->diag, "signed", "%s",
				       pe->certs_size != 0 ? "yes" : "no");
	if (r == 0)
		r = coco_pe_ranges(pe, &w->ranges, &w->n_ranges, w->diag);
	if (r == 0)
		r = prepare_sections(w);
	if (r == 0)
		r = hash_whole(w);
	if (r == 0)
		r = hash_ranges(w, banks);
	if (r == 0)
		r = coco_authenticode(&w->file, banks, w->run, &w->authenticode, w->diag);
	for (int i = 0; r == 0 && i < COCO_DIGEST_ALGS; i++)
		if ((banks & COCO_BANK(i)) != 0)
			r = add_register(w, (enum coco_digest_alg)i);
	return r == 0 ? add_gaps(w) : r;
}

int coco_pe_measure(const struct coco_run *run, const char *path, unsigned banks,
		    struct coco_pe_measure *ret, struct coco_diag *diag)
{
	struct coco_pe_measure out = { .padding = 0 };
	struct work w = { .run = run, .out = &out, .diag = diag };

	int r = coco_pe_file_open(&w.file, path, diag);
	if (r != 0)
		return r;
	r = measure(&w, banks);
	coco_free(w.ranges);
	coco_free(w.digests);
	if (r == 0) {
		out.pe = w.file.pe;   /* moves */
		w.file.pe = (struct coco_pe){ .file_size = 0 };
		*ret = out;
	} else {
		coco_diag_source(diag, "%s", path);
		coco_pe_measure_free(&out);
	}
	coco_pe_file_close(&w.file);
	return r;
}

void coco_pe_measure_free(struct coco_pe_measure *m)
{
	coco_mrecord_free(&m->record);
	coco_pe_free(&m->pe);
	coco_free(m->section_sha256);
	*m = (struct coco_pe_measure){ .padding = 0 };
}
