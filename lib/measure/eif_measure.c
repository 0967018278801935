/*
 * eif_measure.c - the registers of an EIF (see eif_measure.h).
 */
#include "lib/measure/eif_measure.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/crc32.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/utf8.h"
#include "formats/measure/eif_signature.h"
#include "lib/core/io.h"
#include "lib/core/pool.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/ec_check.h"
#include "lib/crypto/sha256.h"
#include "lib/crypto/x509.h"

enum {
	CHUNK = 2 << 20,
	THREADS_FROM = 128 << 10,
	REGISTER = 48,
	PCR0 = 0,
	PCR1 = 1,
	PCR2 = 2,
	PCRS = 3,
};

struct work {
	const struct coco_run *run;
	const struct coco_eif_request *req;
	struct coco_diag *diag;
	struct coco_eif_measured *out;
	int fd;
	uint64_t size;
	uint8_t *buf;                       /* owned: CHUNK bytes */
	struct coco_digest *pcr[PCRS];      /* contents of the first registers */
	struct coco_digest *once;
	struct coco_eif_seen seen;
	uint32_t crc;
	struct coco_sha256 whole;           /* the file */
	char *cmdline;                      /* owned, with NUL */
	size_t n_cmdline;
	uint8_t *signature;                 /* owned: the section */
	size_t n_signature;
	uint64_t signature_at;
	uint8_t value[PCRS][REGISTER];
};

/* ---- sections ---------------------------------------------------------------------- */

/* Bytes that are needed as a whole: *ret, given with room for a NUL. */
static int keep_room(struct work *w, uint64_t n, void **ret)
{
	*ret = coco_zalloc((size_t)n + 1, 1);
	if (*ret == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for a section");
	return 0;
}

static int begin_section(struct work *w, enum coco_eif_type type, uint64_t at, uint64_t n)
{
	void *p = NULL;
	int r = 0;

	if (type == COCO_EIF_CMDLINE) {
		r = keep_room(w, n, &p);
		w->cmdline = p;
		w->n_cmdline = 0;
	} else if (type == COCO_EIF_SIGNATURE) {
		r = keep_room(w, n, &p);
		w->signature = p;
		w->n_signature = 0;
		w->signature_at = at;
	}
	return r;
}

static void keep_bytes(struct work *w, enum coco_eif_type type, size_t n)
{
	if (type == COCO_EIF_CMDLINE) {
		memcpy(w->cmdline + w->n_cmdline, w->buf, n);
		w->n_cmdline += n;
	} else if (type == COCO_EIF_SIGNATURE) {
		memcpy(w->signature + w->n_signature, w->buf, n);
		w->n_signature += n;
	}
}

static int record_section(struct work *w, enum coco_eif_type type, uint64_t size,
			  struct coco_sha256 *sha)
{
	struct coco_mrecord_file file = { .size = size };

	if (type == COCO_EIF_RAMDISK)
		snprintf(file.name, sizeof(file.name), "ramdisk %u", w->seen.ramdisks);
	else
		snprintf(file.name, sizeof(file.name), "%s", coco_eif_type_name(type));
	coco_sha256_final(sha, file.sha256);
	return coco_mrecord_file(&w->out->record, &file, w->diag);
}

static int fetch(struct work *w, uint64_t at, size_t n)
{
	int r = coco_run_check(w->run, w->diag);

	if (r == 0)
		r = coco_pread_full(w->fd, w->buf, n, at, w->req->file, w->diag);
	if (r == 0)
		coco_run_advance(w->run, n);
	return r;
}

static void add_to_whole(struct work *w, size_t n)
{
	w->crc = coco_crc32(w->crc, w->buf, n);
	coco_sha256_update(&w->whole, w->buf, n);
}

static int read_bytes(struct work *w, uint64_t at, size_t n)
{
	int r = fetch(w, at, n);

	if (r == 0)
		add_to_whole(w, n);
	return r;
}

/* Bytes of a section in w->buf; what is made of them does not depend on each other. */
struct part {
	struct work *w;
	enum coco_eif_type type;
	size_t n;
	struct coco_sha256 *sha;
};

enum part_item { ITEM_PCR0, ITEM_PCR12, ITEM_WHOLE, ITEM_SECTION, ITEMS };

static int add_item(void *ctx, size_t item, struct coco_diag *diag)
{
	const struct part *p = ctx;
	struct work *w = p->w;
	bool boot = p->type == COCO_EIF_KERNEL || p->type == COCO_EIF_CMDLINE;
	bool first = p->type == COCO_EIF_RAMDISK && w->seen.ramdisks == 1;
	size_t pcr = PCR0;

	if (item == ITEM_WHOLE)
		add_to_whole(w, p->n);
	if (item == ITEM_SECTION)
		coco_sha256_update(p->sha, w->buf, p->n);
	if (item == ITEM_WHOLE || item == ITEM_SECTION ||
	    (!boot && p->type != COCO_EIF_RAMDISK))
		return 0;
	if (item == ITEM_PCR12)
		pcr = boot || first ? PCR1 : PCR2;
	return coco_digest_update(w->pcr[pcr], w->buf, p->n, diag);
}

/* A large piece on all cores: a thread is started for it. */
static int add_part(struct work *w, enum coco_eif_type type, size_t n, struct coco_sha256 *sha)
{
	struct coco_run run = *w->run;
	struct part p = { w, type, n, sha };

	if (n < THREADS_FROM)
		run.jobs = 1;
	return coco_pool_each(&run, ITEMS, add_item, &p, w->diag);
}

static int read_section(struct work *w, size_t i)
{
	const struct coco_eif_head *head = &w->out->head;
	enum coco_eif_type type = COCO_EIF_METADATA;
	uint64_t at = head->at[i];
	uint64_t size = head->size[i];
	struct coco_sha256 sha;

	int r = read_bytes(w, at, COCO_EIF_SECTION);
	if (r == 0)
		r = coco_eif_section(head, i, coco_view_of(w->buf, COCO_EIF_SECTION), &w->seen,
				     &type, w->diag);
	at += COCO_EIF_SECTION;
	if (r == 0)
		r = begin_section(w, type, at, size);
	coco_sha256_init(&sha);
	for (uint64_t done = 0; r == 0 && done < size; done += CHUNK) {
		size_t n = (size_t)coco_min_u64(CHUNK, size - done);

		r = fetch(w, at + done, n);
		if (r != 0)
			break;
		keep_bytes(w, type, n);
		r = add_part(w, type, n, &sha);
	}
	return r == 0 ? record_section(w, type, size, &sha) : r;
}

/* ---- registers --------------------------------------------------------------------- */

/* A register that is extended once: SHA-384 of zeros and the contents' digest. */
static int extend(struct work *w, const uint8_t digest[REGISTER], uint8_t ret[REGISTER])
{
	uint8_t both[2 * REGISTER] = { 0 };

	memcpy(both + REGISTER, digest, REGISTER);
	return coco_digest_once(w->once, both, sizeof(both), ret, w->diag);
}

static int add_register(struct work *w, const char *name, const char *contents, const char *text,
			const uint8_t digest[REGISTER], const uint8_t value[REGISTER])
{
	struct coco_mrecord_value v = { .n_labels = 0 };
	struct coco_mrecord_input in = { .text = text };

	snprintf(in.name, sizeof(in.name), "%s", contents);
	snprintf(in.type, sizeof(in.type), "extend");
	coco_mrecord_digest_set(&in.digest, digest, REGISTER);
	coco_mrecord_digest_set(&in.running, value, REGISTER);
	coco_mrecord_digest_set(&v.value, value, REGISTER);
	int r = coco_mrecord_begin(&w->out->record, name, "sha384", w->diag);
	if (r == 0)
		r = coco_mrecord_input(&w->out->record, &in, w->diag);
	return r == 0 ? coco_mrecord_value(&w->out->record, &v, w->diag) : r;
}

static int add_registers(struct work *w)
{
	static const struct {
		const char *name;
		const char *contents;
		bool has_cmdline;
	} rows[PCRS] = {
		{ "nitro.pcr0", "kernel, cmdline, all ramdisks", true },
		{ "nitro.pcr1", "kernel, cmdline, ramdisk 1", true },
		{ "nitro.pcr2", "ramdisks from 2 on", false },
	};
	bool readable = w->n_cmdline != 0 &&
			memchr(w->cmdline, '\0', w->n_cmdline) == NULL &&
			coco_utf8_valid((const uint8_t *)w->cmdline, w->n_cmdline, NULL);
	int r = 0;

	for (size_t i = 0; r == 0 && i < PCRS; i++) {
		uint8_t digest[COCO_DIGEST_MAX];

		r = coco_digest_final(w->pcr[i], digest, w->diag);
		if (r == 0)
			r = extend(w, digest, w->value[i]);
		if (r == 0)
			r = add_register(w, rows[i].name, rows[i].contents,
					 rows[i].has_cmdline && readable ? w->cmdline : NULL,
					 digest, w->value[i]);
	}
	return r;
}

/* ---- the signature ----------------------------------------------------------------- */

static int judge_signature(struct work *w, const struct coco_eif_signature *s,
			   const struct coco_certs *certs)
{
	struct coco_eif_measured *out = w->out;
	struct coco_key *key = NULL;

	int r = coco_certs_key(certs, 0, &key, NULL);
	if (r == 0 && coco_key_type(key) != COCO_KEY_P384)
		r = COCO_E_KEY_TYPE;
	if (r == 0)
		r = coco_ec_verify(key, coco_view_of(s->signed_bytes, s->n_signed), s->signature,
				   s->signature + COCO_EC_P384, NULL);
	coco_key_free(key);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(w->diag, r, "no memory to verify a signature");
	bool same = memcmp(s->pcr0, w->value[PCR0], REGISTER) == 0;
	out->signature_holds = r == 0 && same;
	if (out->signature_holds || w->req->ignore_signature)
		return 0;
	return coco_fail_at(w->diag, COCO_E_EIF_SIGNATURE, w->signature_at, "signature", "%s",
			    r == 0 ? "the signature is for another image: its PCR 0 differs"
				   : "the certificate in the image is not the signer's");
}

/* PCR 8: the certificate, in DER. */
static int add_certificate(struct work *w, const struct coco_certs *certs)
{
	struct coco_view der = coco_certs_der(certs, 0);
	struct coco_cert_info info;
	uint8_t digest[COCO_DIGEST_MAX];
	uint8_t value[COCO_DIGEST_MAX];

	coco_certs_info(certs, 0, &info);
	snprintf(w->out->subject, sizeof(w->out->subject), "%.255s", info.subject);
	int r = coco_digest_once(w->once, der.p, der.n, digest, w->diag);
	if (r == 0)
		r = extend(w, digest, value);
	return r == 0 ? add_register(w, "nitro.pcr8", "signing certificate", info.subject, digest,
				     value)
		      : r;
}

static int add_signature(struct work *w)
{
	struct coco_eif_signature s = { .certificate = NULL };
	struct coco_certs *certs = NULL;

	if (w->seen.signatures == 0)
		return coco_mrecord_gap(&w->out->record, "PCR 8",
					"the image is not signed: the register stays zero",
					w->diag);
	w->out->is_signed = true;
	int r = coco_eif_signature_parse(&s, coco_view_of(w->signature, w->n_signature),
					 w->signature_at, w->diag);
	if (r == 0)
		r = coco_certs_new(&certs, w->diag);
	if (r == 0)
		r = coco_certs_parse(certs, coco_view_of(s.certificate, s.n_certificate), w->diag);
	if (r == 0)
		r = add_certificate(w, certs);
	if (r == 0)
		r = judge_signature(w, &s, certs);
	coco_certs_free(certs);
	coco_eif_signature_free(&s);
	return r;
}

/* ---- the whole --------------------------------------------------------------------- */

static int say_gaps(struct work *w)
{
	static const struct {
		const char *name;
		const char *reason;
	} gaps[] = {
		{ "metadata", "the description of the build in the image is in no register" },
		{ "PCR 3", "the IAM role of the parent instance: known only there" },
		{ "PCR 4", "the id of the parent instance: known only there" },
		{ "memory and vCPUs", "defaults of the header that no register holds" },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(gaps); i++)
		r = coco_mrecord_gap(&w->out->record, gaps[i].name, gaps[i].reason, w->diag);
	return r;
}

static int read_head(struct work *w)
{
	static const uint8_t zeros[COCO_EIF_HEAD - COCO_EIF_CRC_AT];
	size_t n = (size_t)coco_min_u64(COCO_EIF_HEAD, w->size);

	int r = read_bytes(w, 0, n);
	if (r == 0)
		r = coco_eif_head(&w->out->head, coco_view_of(w->buf, n), w->size, w->diag);
	/* the checksum leaves its own four bytes out */
	if (r == 0)
		w->crc = coco_crc32(0, w->buf, COCO_EIF_HEAD - sizeof(zeros));
	return r;
}

static int check_crc(struct work *w)
{
	if (w->crc == w->out->head.crc)
		return 0;
	coco_diag_expected(w->diag, "0x%08x", w->out->head.crc);
	coco_diag_actual(w->diag, "0x%08x", w->crc);
	return coco_fail_at(w->diag, COCO_E_IMAGE_CRC, COCO_EIF_CRC_AT, "checksum",
			    "the image is not that which the checksum was made of");
}

static int prepare(struct work *w)
{
	w->buf = coco_alloc(CHUNK, 1);
	if (w->buf == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory to read an image");
	int r = coco_digest_new(&w->once, COCO_DIGEST_SHA384, w->diag);
	for (size_t i = 0; r == 0 && i < PCRS; i++)
		r = coco_digest_new(&w->pcr[i], COCO_DIGEST_SHA384, w->diag);
	if (r == 0)
		r = coco_open_read(w->req->file, &w->fd, &w->size, w->diag);
	return r;
}

static int measure(struct work *w)
{
	struct coco_mrecord_file file = { .name = "eif" };

	int r = prepare(w);
	if (r != 0)
		return r;
	coco_sha256_init(&w->whole);
	coco_run_phase(w->run, "measuring", w->size);
	r = read_head(w);
	for (size_t i = 0; r == 0 && i < w->out->head.n; i++)
		r = read_section(w, i);
	if (r == 0)
		r = check_crc(w);
	if (r == 0)
		r = coco_eif_complete(&w->seen, w->diag);
	if (r != 0)
		return r;
	file.size = w->size;
	coco_sha256_final(&w->whole, file.sha256);
	r = coco_mrecord_file(&w->out->record, &file, w->diag);
	if (r == 0)
		r = add_registers(w);
	if (r == 0)
		r = add_signature(w);
	return r == 0 ? say_gaps(w) : r;
}

int coco_eif_measure(const struct coco_run *run, const struct coco_eif_request *req,
		     struct coco_eif_measured *ret, struct coco_diag *diag)
{
	struct coco_eif_measured out = { .is_signed = false };
	struct work w = { .run = run, .req = req, .diag = diag, .out = &out, .fd = -1 };

	coco_mrecord_init(&out.record, "nitro");
	int r = measure(&w);
	if (r != 0)
		coco_diag_source(diag, "%s", req->file);
	if (w.fd >= 0)
		close(w.fd);
	for (size_t i = 0; i < PCRS; i++)
		coco_digest_free(w.pcr[i]);
	coco_digest_free(w.once);
	coco_free(w.buf);
	coco_free(w.cmdline);
	coco_free(w.signature);
	if (r != 0) {
		coco_eif_measured_free(&out);
		return r;
	}
	*ret = out;
	return 0;
}

void coco_eif_measured_free(struct coco_eif_measured *m)
{
	coco_mrecord_free(&m->record);
}
