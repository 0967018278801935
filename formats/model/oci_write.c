/*
 * oci_write.c - writing OCI manifests and indexes (see oci.h).
 */
#include <string.h>

#include "formats/model/oci.h"

static void write_annotations(struct coco_jw *jw, const struct coco_annotation *a, size_t n)
{
	if (n == 0)
		return;
	coco_jw_key(jw, "annotations");
	coco_jw_begin(jw, '{');
	for (size_t i = 0; i < n; i++)
		coco_jw_kv_string(jw, a[i].key, a[i].value);
	coco_jw_end(jw, '}');
}

/* The members inside the braces of rest, after those already written. */
static void write_rest(struct coco_jw *jw, const char *rest)
{
	size_t n = rest != NULL ? strlen(rest) : 0;

	if (n > 2)
		coco_jw_raw(jw, rest + 1, n - 2);
}

static void write_descriptor(struct coco_jw *jw, const struct coco_descriptor *d)
{
	char digest[COCO_OCI_DIGEST_TEXT];

	coco_digest_text(digest, &d->digest);
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "mediaType", d->media_type);
	coco_jw_kv_string(jw, "digest", digest);
	coco_jw_kv_u64(jw, "size", d->size);
	if (d->artifact_type != NULL)
		coco_jw_kv_string(jw, "artifactType", d->artifact_type);
	write_annotations(jw, d->annotations, d->n_annotations);
	write_rest(jw, d->rest);
	coco_jw_end(jw, '}');
}

static void write_list(struct coco_jw *jw, const char *key, const struct coco_descriptor *d,
		       size_t n)
{
	coco_jw_key(jw, key);
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < n; i++)
		write_descriptor(jw, &d[i]);
	coco_jw_end(jw, ']');
}

void coco_manifest_encode(struct coco_wr *wr, const struct coco_manifest *m)
{
	struct coco_jw jw;

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_u64(&jw, "schemaVersion", 2);
	coco_jw_kv_string(&jw, "mediaType", COCO_MT_MANIFEST);
	if (m->artifact_type != NULL)
		coco_jw_kv_string(&jw, "artifactType", m->artifact_type);
	coco_jw_key(&jw, "config");
	write_descriptor(&jw, &m->config);
	write_list(&jw, "layers", m->layers, m->n_layers);
	if (m->has_subject) {
		coco_jw_key(&jw, "subject");
		write_descriptor(&jw, &m->subject);
	}
	write_annotations(&jw, m->annotations, m->n_annotations);
	coco_jw_end(&jw, '}');
}

void coco_index_encode(struct coco_wr *wr, const struct coco_index *x)
{
	struct coco_jw jw;

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_u64(&jw, "schemaVersion", 2);
	coco_jw_kv_string(&jw, "mediaType", COCO_MT_INDEX);
	write_list(&jw, "manifests", x->manifests, x->n_manifests);
	write_annotations(&jw, x->annotations, x->n_annotations);
	write_rest(&jw, x->rest);
	coco_jw_end(&jw, '}');
}
