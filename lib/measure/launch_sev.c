/*
 * launch_sev.c - the launch digests of SEV and SEV-ES: SHA-256 of firmware,
 * kernel hashes and vCPU pages (measure.md 1.5; see launch_priv.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "lib/measure/launch_priv.h"

static void sha256_of(struct coco_mrecord_digest *ret, const void *p, size_t n)
{
	coco_sha256_once(p, n, ret->p);
	ret->n = COCO_SHA256_SIZE;
}

/* The digest if nothing followed. */
static void digest_now(struct coco_mrecord_digest *ret, const struct coco_sha256 *stream)
{
	struct coco_sha256 copy = *stream;

	coco_sha256_final(&copy, ret->p);
	ret->n = COCO_SHA256_SIZE;
}

static int step(struct coco_launch_work *w, const char *name, const uint8_t *p, size_t n)
{
	struct coco_mrecord_input in = { .type = "bytes" };

	snprintf(in.name, sizeof(in.name), "%s", name);
	coco_sha256_update(&w->stream, p, n);
	sha256_of(&in.digest, p, n);
	digest_now(&in.running, &w->stream);
	return coco_mrecord_input(&w->out->record, &in, w->diag);
}

int coco_launch_sev_common(struct coco_launch_work *w)
{
	const struct coco_ovmf *table = &w->firmware.table;
	uint8_t hashes[COCO_KERNEL_HASHES_TABLE];

	coco_sha256_init(&w->stream);
	int r = coco_run_check(w->run, w->diag);
	if (r == 0)
		r = step(w, "firmware", w->firmware.p, w->firmware.n);
	if (r != 0 || w->req->kernel == NULL)
		return r;
	r = coco_launch_hashes_fit(table, NULL, w->diag);
	if (r != 0) {
		coco_diag_source(w->diag, "%s", w->req->firmware);
		return r;
	}
	coco_kernel_hashes_encode(hashes, &w->hashes);
	return step(w, "kernel hashes table", hashes, sizeof(hashes));
}

static int add_value(struct coco_launch_work *w, const struct coco_launch_vcpu *vcpu, uint32_t n,
		     const struct coco_mrecord_digest contents[2],
		     const struct coco_mrecord_digest *one, const struct coco_sha256 *stream)
{
	struct coco_launch_value v;

	coco_launch_value(&v, vcpu, n);
	digest_now(&v.value.value, stream);
	for (size_t i = 0; i < v.n_inputs; i++) {
		snprintf(v.input[i].type, sizeof(v.input[i].type), "vmsa");
		v.input[i].digest = contents[i];
		v.input[i].running = i == 0 ? *one : v.value.value;
	}
	return coco_launch_add_value(w, &v);
}

/* SEV does not measure vCPUs: one value, that of the common steps. */
static int plain_value(struct coco_launch_work *w)
{
	struct coco_mrecord_value v = { .n_labels = 0 };

	digest_now(&v.value, &w->stream);
	return coco_mrecord_value(&w->out->record, &v, w->diag);
}

int coco_launch_sev_values(struct coco_launch_work *w, const struct coco_launch_vcpu *vcpu)
{
	const struct coco_launch_request *req = w->req;
	struct coco_mrecord_digest contents[2] = { { .n = 0 }, { .n = 0 } };
	struct coco_mrecord_digest one = { .n = 0 };
	struct coco_sha256 stream = w->stream;
	size_t at = 0;
	int r = 0;

	if (req->platform == COCO_LAUNCH_SEV)
		return plain_value(w);
	uint32_t last = req->counts[req->n_counts - 1];
	for (uint32_t n = 1; r == 0 && n <= last; n++) {
		if (n <= 2) {   /* all further ones are alike */
			r = coco_launch_vmsa(w, vcpu, n == 1);
			sha256_of(&contents[n - 1], w->page, sizeof(w->page));
		}
		coco_sha256_update(&stream, w->page, sizeof(w->page));
		if (n == 1)
			digest_now(&one, &stream);
		if (r == 0 && n == req->counts[at]) {
			r = add_value(w, vcpu, n, contents, &one, &stream);
			at++;
		}
	}
	return r;
}
