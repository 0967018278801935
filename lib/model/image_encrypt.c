/*
 * image_encrypt.c - encrypted layers in a new layout (see image_encrypt.h).
 */
#include "lib/model/image_encrypt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/model/ocicrypt.h"
#include "lib/core/io.h"
#include "lib/core/pool.h"
#include "lib/crypto/jwe_seal.h"
#include "lib/crypto/layer_cipher.h"
#include "lib/crypto/random.h"
#include "lib/crypto/sha256.h"
#include "lib/model/layout.h"

#define MT_CONFIG "application/vnd.oci.image.config.v1+json"
#define MT_TAR "application/vnd.oci.image.layer.v1.tar"

enum {
	CHUNK = 1 << 20,
	BLOCK = 512,              /* of a tar */
	PACKET_MAX = 1 << 20,
	BLOB_NAME = 2 * COCO_SHA256_SIZE + 1,
};

struct job {
	const struct coco_run *run;
	const struct coco_image_encrypt *req;
	struct coco_diag *diag;
	struct coco_layout *layout;      /* NULL: source is a tar, which is the layer */
	struct coco_manifest manifest;   /* of the source; becomes that of the result */
	const char *tag;                 /* of the source */
	struct coco_outdir out;
	int blobs;                       /* directory of the new layout's blobs */
	uint8_t *plain;                  /* CHUNK bytes each; of one thread */
	uint8_t *cipher;
	size_t layer;                    /* that is being encrypted */
	struct coco_image_encrypted *ret;
};

/* ---- the image ------------------------------------------------------------------------ */

static int refuse(struct job *j, const char *media_type)
{
	const char *why;
	const char *next;

	coco_ocicrypt_why(media_type, &why, &next);
	coco_fail(j->diag, COCO_E_OCICRYPT_MEDIA, "%s: %s", media_type, why);
	coco_diag_hint(j->diag, "%s", next);
	return COCO_E_OCICRYPT_MEDIA;
}

static int no_image(struct job *j, const char *why, const char *next)
{
	coco_fail(j->diag, COCO_E_OCICRYPT_SOURCE, "%s", why);
	coco_diag_hint(j->diag, "%s", next);
	return COCO_E_OCICRYPT_SOURCE;
}

/* The entry of the index that is meant; the same image under several tags is one. */
static int choose(struct job *j, const struct coco_descriptor **ret)
{
	const struct coco_index *x = coco_layout_index(j->layout);
	const struct coco_descriptor *found = NULL;

	for (size_t i = 0; i < x->n_manifests; i++) {
		const struct coco_descriptor *d = &x->manifests[i];
		const char *tag = coco_annotation_get(d->annotations, d->n_annotations,
						      COCO_ANN_REF_NAME);

		if (j->req->tag != NULL && (tag == NULL || strcmp(tag, j->req->tag) != 0))
			continue;
		if (found != NULL && !coco_digest_equal(&found->digest, &d->digest))
			return no_image(j, "the layout holds several images",
					"name one: DIR:TAG");
		found = d;
		j->tag = tag;
	}
	if (found == NULL)
		return no_image(j, "the layout holds no such image", "see index.json for the tags");
	*ret = found;
	return 0;
}

static int check_manifest(struct job *j)
{
	const struct coco_manifest *m = &j->manifest;

	if (m->artifact_type != NULL || strcmp(m->config.media_type, MT_CONFIG) != 0) {
		if (strncmp(m->config.media_type, "application/vnd.docker.", 23) == 0)
			return refuse(j, m->config.media_type);
		return no_image(j, "this is an artifact and no container image",
				"a model package is encrypted already; give it as it is");
	}
	if (m->n_layers == 0)
		return no_image(j, "the image has no layers", "name another image");
	for (size_t i = 0; i < m->n_layers; i++)
		if (coco_ocicrypt_media(m->layers[i].media_type) == NULL)
			return refuse(j, m->layers[i].media_type);
	return 0;
}

static int read_image(struct job *j)
{
	const struct coco_descriptor *d;
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_layout_open(&j->layout, j->req->source, j->diag);
	if (r == 0)
		r = choose(j, &d);
	if (r != 0)
		return r;
	if (strcmp(d->media_type, COCO_MT_INDEX) == 0)
		return no_image(j, "the image is one for several platforms",
				"take one: skopeo copy --override-arch amd64 SOURCE oci:DIR:TAG");
	if (strcmp(d->media_type, COCO_MT_MANIFEST) != 0)
		return refuse(j, d->media_type);
	r = coco_layout_read(j->layout, d, COCO_OCI_MANIFEST_MAX, &text, &n, j->diag);
	if (r == 0)
		r = coco_manifest_decode(&j->manifest, coco_view_of(text, n), j->diag);
	coco_free(text);
	return r != 0 ? r : check_manifest(j);
}

/* ---- packets --------------------------------------------------------------------------- */

static int annotate(struct job *j, struct coco_descriptor *d, const char *key, struct coco_wr *wr)
{
	uint8_t *text = NULL;
	size_t n = 0;
	char *b64;

	int r = coco_wr_finish(wr, &text, &n, j->diag);
	if (r != 0)
		return r;
	b64 = coco_alloc(coco_b64_len(COCO_B64_STD, n) + 1, 1);
	if (b64 == NULL) {
		coco_free(text);
		return coco_fail(j->diag, COCO_E_LIMIT_MEMORY, "an annotation");
	}
	coco_b64_encode(COCO_B64_STD, b64, text, n);
	r = coco_annotation_add(&d->annotations, &d->n_annotations, key, b64, j->diag);
	coco_free(b64);
	coco_free(text);
	return r;
}

static int packet_for_guest(struct job *j, struct coco_descriptor *d,
			    const struct coco_secret *options)
{
	uint8_t iv[COCO_LAYER_IV];
	uint8_t *wrapped = NULL;
	size_t n = 0;
	struct coco_wr wr;

	int r = coco_random(iv, sizeof(iv), j->diag);
	if (r == 0)
		r = coco_layer_wrap(j->req->kek, iv, options, &wrapped, &n, j->diag);
	if (r != 0)
		return r;
	coco_wr_init(&wr, PACKET_MAX);
	coco_ocicrypt_packet(&wr, j->req->packet, j->req->kid, coco_view_of(wrapped, n), iv);
	coco_free(wrapped);
	return annotate(j, d, COCO_OCICRYPT_PROVIDER, &wr);
}

static int packet_for_keys(struct job *j, struct coco_descriptor *d,
			   const struct coco_secret *options)
{
	struct coco_jwe jwe = { .enc = NULL };
	struct coco_wr wr;
	struct coco_jw jw;

	int r = coco_jwe_seal(options, j->req->recipients, j->req->n_recipients, &jwe, j->diag);
	if (r != 0)
		return r;
	coco_wr_init(&wr, PACKET_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jwe_encode(&jw, &jwe);
	coco_jwe_clear(&jwe);
	return annotate(j, d, COCO_OCICRYPT_JWE, &wr);
}

static int add_packets(struct job *j, struct coco_descriptor *d, const struct coco_secret *key,
		       const uint8_t nonce[COCO_LAYER_NONCE], const uint8_t hmac[COCO_LAYER_HMAC])
{
	char text[COCO_OCICRYPT_PRIVATE];
	struct coco_secret options = { 0 };
	struct coco_wr wr;
	size_t n = coco_ocicrypt_private(text, coco_secret_expose(key), d->digest.sha256, nonce);

	int r = coco_secret_from(&options, text, n, j->diag);
	coco_wipe(text, sizeof(text));
	if (r == 0 && j->req->kek != NULL)
		r = packet_for_guest(j, d, &options);
	if (r == 0 && j->req->n_recipients > 0)
		r = packet_for_keys(j, d, &options);
	coco_secret_free(&options);
	if (r != 0)
		return r;
	coco_wr_init(&wr, PACKET_MAX);
	coco_ocicrypt_public(&wr, hmac);
	return annotate(j, d, COCO_OCICRYPT_PUBLIC, &wr);
}

/* ---- layers ------------------------------------------------------------------------------ */

struct digests {
	uint8_t plain[COCO_SHA256_SIZE];
	uint8_t cipher[COCO_SHA256_SIZE];
	uint8_t hmac[COCO_LAYER_HMAC];
};

static int stream(struct job *j, const struct coco_blob_at *b, struct coco_layer_cipher *c, int fd,
		  struct digests *ret)
{
	struct coco_sha256 plain;
	struct coco_sha256 cipher;
	int r = 0;

	coco_sha256_init(&plain);
	coco_sha256_init(&cipher);
	for (uint64_t at = 0; r == 0 && at < b->size;) {
		size_t n = (size_t)coco_min_u64(b->size - at, CHUNK);

		r = coco_run_check(j->run, j->diag);
		if (r == 0)
			r = coco_pread_full(b->fd, j->plain, n, b->offset + at, "a layer", j->diag);
		if (r == 0)
			r = coco_layer_cipher_update(c, j->plain, n, j->cipher, j->diag);
		if (r == 0)
			r = coco_write_full(fd, j->cipher, n, "an encrypted layer", j->diag);
		coco_sha256_update(&plain, j->plain, n);
		coco_sha256_update(&cipher, j->cipher, n);
		coco_run_advance(j->run, n);
		at += n;
	}
	coco_sha256_final(&plain, ret->plain);
	coco_sha256_final(&cipher, ret->cipher);
	return r != 0 ? r : coco_layer_cipher_final(c, ret->hmac, j->diag);
}

/* The ciphertext under its digest. */
static int write_blob(struct job *j, const struct coco_blob_at *b, struct coco_layer_cipher *c,
		      struct digests *ret)
{
	char name[BLOB_NAME];
	char temp[32];
	int fd;

	snprintf(temp, sizeof(temp), ".layer-%zu", j->layer);
	fd = openat(j->blobs, temp, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);

	if (fd < 0)
		return coco_fail_errno(j->diag, COCO_E_IO_WRITE, errno, "create a blob", temp);
	int r = stream(j, b, c, fd, ret);
	coco_hex_encode(name, ret->cipher, sizeof(ret->cipher));
	if (r == 0 && (fsync(fd) != 0 || renameat(j->blobs, temp, j->blobs, name) != 0))
		r = coco_fail_errno(j->diag, COCO_E_IO_WRITE, errno, "write a blob", name);
	close(fd);
	if (r != 0)
		(void)unlinkat(j->blobs, temp, 0);
	return r;
}

/* Turns a layer's descriptor into that of its ciphertext. */
static int describe(struct job *j, struct coco_descriptor *d, const struct digests *g,
		    uint64_t size)
{
	char *media = coco_strdup(coco_ocicrypt_media(d->media_type));

	if (media == NULL)
		return coco_fail(j->diag, COCO_E_LIMIT_MEMORY, "a layer's media type");
	coco_free(d->media_type);
	d->media_type = media;
	memcpy(d->digest.sha256, g->cipher, sizeof(g->cipher));
	d->size = size;
	return 0;
}

static int encrypt_layer(struct job *j, const struct coco_blob_at *b, struct coco_descriptor *d)
{
	struct coco_layer_cipher *c = NULL;
	struct coco_secret key = { 0 };
	uint8_t nonce[COCO_LAYER_NONCE];
	struct digests g;

	int r = coco_secret_new(&key, COCO_LAYER_KEY, j->diag);
	if (r == 0)
		r = coco_random_secret(key.p, key.n, j->diag);
	if (r == 0)
		r = coco_random(nonce, sizeof(nonce), j->diag);
	if (r == 0)
		r = coco_layer_cipher_new(&c, &key, nonce, j->diag);
	if (r == 0)
		r = write_blob(j, b, c, &g);
	if (r == 0 && memcmp(g.plain, d->digest.sha256, sizeof(g.plain)) != 0)
		r = coco_fail(j->diag, COCO_E_BLOB_DIGEST, "a layer is not what the image names");
	if (r == 0)
		r = add_packets(j, d, &key, nonce, g.hmac);
	if (r == 0)
		r = describe(j, d, &g, b->size);
	coco_layer_cipher_free(c);
	coco_secret_free(&key);
	return r;
}

static int copy_config(struct job *j)
{
	struct coco_digest digest;
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_layout_read(j->layout, &j->manifest.config, COCO_OCI_MANIFEST_MAX, &text, &n,
				 j->diag);
	if (r == 0)
		r = coco_layout_put(j->out.fd, text, n, &digest, j->diag);
	coco_free(text);
	return r;
}

static int alloc_buffers(struct job *j)
{
	j->plain = coco_alloc(CHUNK, 1);
	j->cipher = coco_alloc(CHUNK, 1);
	return j->plain != NULL && j->cipher != NULL
		       ? 0
		       : coco_fail(j->diag, COCO_E_LIMIT_MEMORY, "buffers");
}

static void free_buffers(struct job *j)
{
	if (j->plain != NULL)
		coco_wipe(j->plain, CHUNK);
	coco_free(j->plain);
	coco_free(j->cipher);
}

/* Layer i, by whichever thread; the others write other descriptors and blobs. */
static int encrypt_one(void *ctx, size_t i, struct coco_diag *diag)
{
	const struct job *all = ctx;
	struct job j = *all;
	struct coco_descriptor *d = &j.manifest.layers[i];
	struct coco_blob_at b;

	j.diag = diag;
	j.layer = i;
	int r = coco_layout_blob(j.layout, d, &b, diag);
	if (r != 0)
		return r;
	r = alloc_buffers(&j);
	if (r == 0)
		r = encrypt_layer(&j, &b, d);
	free_buffers(&j);
	coco_blob_close(&b);
	return r;
}

static int encrypt_image(struct job *j)
{
	int r = copy_config(j);

	return r != 0 ? r : coco_pool_each(j->run, j->manifest.n_layers, encrypt_one, j, j->diag);
}

/* ---- a tar as the only layer --------------------------------------------------------------- */

static int open_tar(struct job *j, struct coco_blob_at *ret)
{
	uint8_t head[BLOCK];

	*ret = (struct coco_blob_at){ .fd = -1 };
	int r = coco_open_read(j->req->source, &ret->fd, &ret->size, j->diag);
	if (r == 0 && ret->size < sizeof(head))
		return no_image(j, "neither an OCI layout nor a tar", "name one of them");
	if (r == 0)
		r = coco_pread_full(ret->fd, head, sizeof(head), 0, j->req->source, j->diag);
	if (r != 0)
		return r;
	if (head[0] == 0x1f && head[1] == 0x8b)
		return no_image(j, "the tar is compressed", "unpack it with gunzip first");
	if (memcmp(head + 257, "ustar", 5) != 0)
		return no_image(j, "neither an OCI layout nor a tar", "name one of them");
	return 0;
}

static int start_manifest(struct job *j)
{
	j->manifest.layers = coco_zalloc(1, sizeof(*j->manifest.layers));
	if (j->manifest.layers != NULL) {
		j->manifest.n_layers = 1;
		j->manifest.layers[0].media_type = coco_strdup(MT_TAR);
	}
	j->manifest.config.media_type = coco_strdup(MT_CONFIG);
	if (j->manifest.layers == NULL || j->manifest.layers[0].media_type == NULL ||
	    j->manifest.config.media_type == NULL)
		return coco_fail(j->diag, COCO_E_LIMIT_MEMORY, "an image");
	return 0;
}

static int write_config(struct job *j, const uint8_t diff_id[COCO_SHA256_SIZE])
{
	char hex[BLOB_NAME];
	char text[256];

	coco_hex_encode(hex, diff_id, COCO_SHA256_SIZE);
	int n = snprintf(text, sizeof(text), "{\"architecture\":\"amd64\",\"os\":\"linux\","
			 "\"config\":{},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":"
			 "[\"sha256:%s\"]}}", hex);
	j->manifest.config.size = (uint64_t)n;
	return coco_layout_put(j->out.fd, text, (size_t)n, &j->manifest.config.digest, j->diag);
}

static int sha256_of(struct job *j, const struct coco_blob_at *b, uint8_t ret[COCO_SHA256_SIZE])
{
	struct coco_sha256 ctx;
	int r = 0;

	coco_sha256_init(&ctx);
	for (uint64_t at = 0; r == 0 && at < b->size;) {
		size_t n = (size_t)coco_min_u64(b->size - at, CHUNK);

		r = coco_run_check(j->run, j->diag);
		if (r == 0)
			r = coco_pread_full(b->fd, j->plain, n, b->offset + at, "a tar", j->diag);
		if (r == 0)
			coco_sha256_update(&ctx, j->plain, n);
		at += n;
	}
	coco_sha256_final(&ctx, ret);
	return r;
}

/* The digest goes into the configuration; that of what was encrypted must be the same. */
static int encrypt_tar(struct job *j, const struct coco_blob_at *b)
{
	uint8_t digest[COCO_SHA256_SIZE];
	int r = alloc_buffers(j);

	if (r == 0)
		r = sha256_of(j, b, digest);
	if (r == 0)
		r = write_config(j, digest);
	if (r == 0) {
		memcpy(j->manifest.layers[0].digest.sha256, digest, sizeof(digest));
		r = encrypt_layer(j, b, &j->manifest.layers[0]);
	}
	free_buffers(j);
	return r;
}

/* ---- the layout ------------------------------------------------------------------------------ */

static int write_index(struct job *j)
{
	const char *tag = j->req->out_tag != NULL ? j->req->out_tag : j->tag;
	struct coco_descriptor d = { .media_type = NULL };
	struct coco_index x = { .manifests = &d, .n_manifests = 1 };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&wr, COCO_OCI_MANIFEST_MAX);
	coco_manifest_encode(&wr, &j->manifest);
	int r = coco_wr_finish(&wr, &text, &n, j->diag);
	if (r == 0)
		r = coco_layout_put(j->out.fd, text, n, &d.digest, j->diag);
	coco_free(text);
	if (r != 0)
		return r;
	d.size = n;
	d.media_type = coco_strdup(COCO_MT_MANIFEST);
	if (d.media_type == NULL)
		r = coco_fail(j->diag, COCO_E_LIMIT_MEMORY, "an index");
	if (r == 0 && tag != NULL)
		r = coco_annotation_add(&d.annotations, &d.n_annotations, COCO_ANN_REF_NAME, tag,
					j->diag);
	if (r == 0)
		r = coco_layout_write_index(j->out.fd, &x, j->diag);
	memcpy(j->ret->manifest, d.digest.sha256, sizeof(j->ret->manifest));
	coco_descriptor_free(&d);
	return r;
}

static int write_layout(struct job *j, const struct coco_blob_at *tar)
{
	int r = coco_outdir_open(&j->out, j->req->out, j->req->out_flags, j->diag);

	if (r != 0)
		return r;
	r = coco_layout_init(j->out.fd, j->diag);
	if (r == 0) {
		j->blobs = openat(j->out.fd, "blobs/sha256", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (j->blobs < 0)
			r = coco_fail_errno(j->diag, COCO_E_IO_OPEN, errno, "open", "blobs/sha256");
	}
	if (r == 0)
		r = j->layout != NULL ? encrypt_image(j) : encrypt_tar(j, tar);
	if (r == 0)
		r = write_index(j);
	if (j->blobs >= 0)
		close(j->blobs);
	if (r == 0)
		r = coco_outdir_commit(&j->out, j->diag);
	else
		coco_outdir_abort(&j->out);
	return r;
}

static int read_source(struct job *j, struct coco_blob_at *tar)
{
	enum coco_target_kind kind;

	int r = coco_layout_probe(j->req->source, &kind, j->diag);
	if (r != 0)
		return r;
	if (kind == COCO_TARGET_PLAIN_DIR)
		return no_image(j, "a directory is no image",
				"make a tar of it: tar -C DIR -cf layer.tar .");
	if (kind != COCO_TARGET_OTHER)
		return read_image(j);
	r = open_tar(j, tar);
	return r != 0 ? r : start_manifest(j);
}

static void count(struct job *j, const struct coco_blob_at *tar)
{
	uint64_t bytes = j->layout == NULL ? tar->size : 0;

	for (size_t i = 0; j->layout != NULL && i < j->manifest.n_layers; i++)
		if (coco_add64_overflows(bytes, j->manifest.layers[i].size, &bytes))
			bytes = UINT64_MAX;
	j->ret->n_layers = j->manifest.n_layers;
	j->ret->bytes = bytes;
	coco_run_phase(j->run, "encrypting", bytes);
}

int coco_image_encrypt(const struct coco_run *run, const struct coco_image_encrypt *req,
		       struct coco_image_encrypted *ret, struct coco_diag *diag)
{
	struct coco_image_encrypted res = { .n_layers = 0 };
	struct job j = { .run = run, .req = req, .diag = diag, .blobs = -1, .ret = &res,
			 .out = { .fd = -1 } };
	struct coco_blob_at tar = { .fd = -1 };
	int r;

	if (req->kek == NULL && req->n_recipients == 0)
		return coco_fail(diag, COCO_E_OCICRYPT_RECIPIENT,
				 "nobody could decrypt the image: no key and no recipient");
	r = read_source(&j, &tar);
	if (r == 0) {
		count(&j, &tar);
		r = req->dry_run ? coco_out_check(req->out, req->out_flags, NULL, diag)
				 : write_layout(&j, &tar);
	}
	if (tar.fd >= 0)
		close(tar.fd);
	coco_manifest_free(&j.manifest);
	coco_layout_close(j.layout);
	if (r == 0)
		*ret = res;
	return r;
}
