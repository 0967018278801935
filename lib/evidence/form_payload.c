/*
 * form_payload.c - what a guest sends to a key broker: the body of POST
 * attest, its parts, and evidence of devices (evidence.md 6, 3.7; see
 * piece_form.h). The parts of known TEEs have forms of their own.
 */
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/evidence/piece_form.h"

static bool is_object(const struct coco_jv *v)
{
	return v->v != NULL && coco_jv_kind(v) == COCO_JSON_OBJECT;
}

/* The text of a member of the document, in the writer's one form. */
static int give_value(struct coco_unpack *u, enum coco_piece_kind kind, const struct coco_jv *v,
		      const char *where, struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *p = NULL;
	size_t n = 0;

	coco_wr_init(&wr, COCO_PIECE_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_value(&jw, v);
	int r = coco_wr_finish(&wr, &p, &n, diag);
	if (r == 0)
		r = coco_unpack_child(u, kind, coco_view_of(p, n), where, COCO_NO_OFFSET, diag);
	coco_free(p);
	return r;
}

/* ---- the body of POST attest --------------------------------------------------------- */

static bool payload_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	return doc != NULL && is_object(doc) && coco_jv_has(doc, "tee-evidence") &&
	       coco_jv_has(doc, "runtime-data");
}

static int payload_initdata(struct coco_unpack *u, const struct coco_jv *doc,
			    struct coco_diag *diag)
{
	struct coco_jv initdata;
	const char *format = NULL;
	const char *body = NULL;
	int r = coco_jv_opt(doc, "init-data", &initdata, diag);

	if (r != 0 || initdata.v == NULL || coco_jv_is_null(&initdata))
		return r;
	r = coco_jv_string(&initdata, "format", &format, diag);
	if (r == 0)
		r = coco_jv_string(&initdata, "body", &body, diag);
	if (r == 0 && strcmp(format, "toml") != 0)
		r = coco_jv_fail(&initdata, "format", COCO_E_EVIDENCE_PAYLOAD, diag,
				 "initdata in the format %.40s is not known", format);
	if (r != 0)
		return r;
	return coco_unpack_child(u, COCO_PIECE_INITDATA, coco_view_of(body, strlen(body)),
				 "/init-data/body", COCO_NO_OFFSET, diag);
}

static int payload_devices(struct coco_unpack *u, const struct coco_jv *evidence,
			   struct coco_diag *diag)
{
	struct coco_jv additional;
	const char *text = NULL;
	int r = coco_jv_opt(evidence, "additional_evidence", &additional, diag);

	if (r != 0 || additional.v == NULL || coco_jv_is_null(&additional))
		return r;
	r = coco_jv_as_string(&additional, &text, diag);
	if (r != 0 || text[0] == '\0')
		return r;
	r = coco_unpack_child(u, COCO_PIECE_ADDITIONAL, coco_view_of(text, strlen(text)),
			      "/tee-evidence/additional_evidence", COCO_NO_OFFSET, diag);
	if (r != 0)
		return r;
	return coco_unpack_child(u, COCO_PIECE_UNKNOWN, coco_view_of(text, strlen(text)),
				 "/tee-evidence/additional_evidence", COCO_NO_OFFSET, diag);
}

static int payload_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
			const struct coco_jv *doc, struct coco_diag *diag)
{
	struct coco_jv runtime;
	struct coco_jv evidence;
	struct coco_jv primary;
	int r = coco_jv_object(doc, "runtime-data", &runtime, diag);

	coco_unpack_is(u, COCO_PIECE_CONTAINER);
	if (r == 0)
		r = coco_jv_object(doc, "tee-evidence", &evidence, diag);
	if (r == 0)
		r = coco_jv_opt(&evidence, "primary_evidence", &primary, diag);
	if (r == 0 && primary.v == NULL)   /* protocol 0.2.0: the evidence itself */
		primary = evidence;
	if (r == 0)
		r = give_value(u, COCO_PIECE_RUNTIME_DATA, &runtime, "/runtime-data", diag);
	if (r == 0)
		r = payload_initdata(u, doc, diag);
	if (r == 0)
		r = give_value(u, COCO_PIECE_UNKNOWN, &primary, "/tee-evidence/primary_evidence",
			       diag);
	return r == 0 ? payload_devices(u, &evidence, diag) : r;
}

const struct coco_piece_form coco_form_payload = { "kbs-attestation", payload_looks,
						   payload_take };

/* ---- additional evidence: an object of TEE names -------------------------------------- */

static bool additional_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	static const char *const names[] = { "nvidia", "sampledevice" };

	if (doc == NULL || !is_object(doc))
		return false;
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		if (coco_jv_has(doc, names[i]))
			return true;
	return false;
}

static int additional_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
			   const struct coco_jv *doc, struct coco_diag *diag)
{
	struct coco_jv device;
	void *iter = NULL;
	int r = 0;

	coco_unpack_is(u, COCO_PIECE_CONTAINER);
	while (r == 0 && coco_jv_next(doc, &iter, &device)) {
		char where[64];

		coco_escape(where + 1, sizeof(where) - 1, device.key, strlen(device.key));
		where[0] = '/';
		bool sample = strcmp(device.key, "sampledevice") == 0;
		r = give_value(u, sample ? COCO_PIECE_SAMPLE_DEVICE : COCO_PIECE_UNKNOWN, &device,
			       where, diag);
	}
	return r;
}

const struct coco_piece_form coco_form_additional = { "additional-evidence", additional_looks,
						      additional_take };

/* ---- the sample TEE, and devices ------------------------------------------------------- */

static bool sample_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	return doc != NULL && is_object(doc) && coco_jv_len(doc) == 2 && coco_jv_has(doc, "svn") &&
	       coco_jv_has(doc, "report_data");
}

static int sample_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		       const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, COCO_PIECE_SAMPLE);
	return 0;
}

const struct coco_piece_form coco_form_sample = { "sample", sample_looks, sample_take };

/* Trustee's {"device_evidence_list": [...]}, nvattest's array of {"arch", "evidence", ...}. */
static bool gpu_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	if (doc == NULL)
		return false;
	if (is_object(doc))
		return coco_jv_has(doc, "device_evidence_list") ||
		       (coco_jv_has(doc, "evidence_list") && coco_jv_has(doc, "arch"));
	if (coco_jv_kind(doc) != COCO_JSON_ARRAY || coco_jv_len(doc) == 0)
		return false;
	struct coco_jv first = coco_jv_item(doc, 0);
	return is_object(&first) && coco_jv_has(&first, "arch") &&
	       coco_jv_has(&first, "evidence") && coco_jv_has(&first, "certificate");
}

static int gpu_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		    const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, COCO_PIECE_GPU_EVIDENCE);
	return 0;
}

const struct coco_piece_form coco_form_gpu = { "nvidia-evidence", gpu_looks, gpu_take };
