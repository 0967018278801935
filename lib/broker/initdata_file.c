/*
 * initdata_file.c - the forms of an initdata document, and what it is bound to
 * (see initdata_file.h).
 */
#include "lib/broker/initdata_file.h"

#include <string.h>
#include <zlib.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/rd.h"
#include "lib/crypto/digest.h"

enum {
	GZIP_WINDOW = 15 + 16,        /* zlib's way to ask for gzip */
	GZIP_MAX = COCO_INITDATA_MAX, /* packed never needs more than unpacked may have */
};

const char *coco_initdata_form_name(enum coco_initdata_form form)
{
	static const char *const names[] = {
		[COCO_INITDATA_TOML] = "toml", [COCO_INITDATA_ANNOTATED] = "annotation",
		[COCO_INITDATA_IMAGE] = "image", [COCO_INITDATA_POD] = "pod",
		[COCO_INITDATA_POD_OLD] = "pod-old", [COCO_INITDATA_GZIP] = "gzip",
	};

	return names[form];
}

static int copy(struct coco_view in, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	uint8_t *p = NULL;

	if (in.n > COCO_INITDATA_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "the initdata is larger than %d bytes",
				 COCO_INITDATA_MAX);
	p = coco_alloc(in.n + 1, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for initdata");
	if (in.n != 0)
		memcpy(p, in.p, in.n);
	p[in.n] = 0;
	*ret = p;
	*ret_n = in.n;
	return 0;
}

/* ---- unpacking ------------------------------------------------------------------ */

/* One gzip member with nothing behind it, at most COCO_INITDATA_MAX bytes inside. */
static int gunzip(struct coco_view in, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	z_stream z = { .avail_in = (uInt)in.n };
	uint8_t *out;
	int code;

	if (in.n > GZIP_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "the packed initdata is too large");
	out = coco_alloc(COCO_INITDATA_MAX + 1, 1);
	if (out == NULL || inflateInit2(&z, GZIP_WINDOW) != Z_OK) {
		coco_free(out);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to unpack initdata");
	}
	memcpy(&z.next_in, &in.p, sizeof(in.p));   /* zlib's type has no const */
	z.next_out = out;
	z.avail_out = COCO_INITDATA_MAX + 1;
	code = inflate(&z, Z_FINISH);
	size_t n = COCO_INITDATA_MAX + 1 - z.avail_out;
	size_t left = z.avail_in;
	(void)inflateEnd(&z);
	if (code == Z_STREAM_END && left == 0 && n <= COCO_INITDATA_MAX) {
		*ret = out;
		*ret_n = n;
		return 0;
	}
	coco_free(out);
	if (n > COCO_INITDATA_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "the initdata is larger than %d bytes",
				 COCO_INITDATA_MAX);
	return coco_fail_at(diag, COCO_E_INITDATA_PACKED, in.n - left, "gzip",
			    code == Z_STREAM_END ? "bytes follow the end of the gzip data"
						 : "the gzip data are damaged or end too early");
}

static int from_image(struct coco_view in, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_rd rd;

	coco_rd_init(&rd, in, 0, diag);
	(void)coco_rd_view(&rd, 8, "magic");
	uint64_t n = coco_rd_le64(&rd, "length");
	struct coco_view packed = coco_rd_view(&rd, n, "gzip");
	if (coco_rd_ok(&rd) && (in.n % COCO_INITDATA_BLOCK != 0 ||
				coco_rd_left(&rd) >= COCO_INITDATA_BLOCK))
		return coco_fail_at(diag, COCO_E_INITDATA_PACKED, in.n, "length",
				    "an image of %zu bytes is not the length it names, filled up "
				    "to %d", in.n, COCO_INITDATA_BLOCK);
	coco_rd_skip_zero(&rd, coco_rd_left(&rd), "padding");
	int r = coco_rd_finish(&rd);
	return r == 0 ? gunzip(packed, ret, ret_n, diag) : r;
}

/* Base64 with or without line ends around it. */
static bool is_base64(struct coco_view in)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n \t";

	if (in.n < 4 || memcmp(in.p, "H4sI", 4) != 0)   /* how a gzip header begins */
		return false;
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] == 0 || strchr(digits, in.p[i]) == NULL)
			return false;
	return true;
}

static int from_annotation(struct coco_view in, uint8_t **ret, size_t *ret_n,
			   struct coco_diag *diag)
{
	char *text = coco_alloc(in.n + 1, 1);
	uint8_t *packed = NULL;
	size_t n_packed = 0;
	size_t n = 0;

	if (text == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to unpack initdata");
	for (size_t i = 0; i < in.n; i++)
		if (strchr("\r\n \t", in.p[i]) == NULL)
			text[n++] = (char)in.p[i];
	text[n] = '\0';
	int r = coco_b64_decode(COCO_B64_STD, text, n, &packed, &n_packed, diag);
	if (r == 0)
		r = gunzip(coco_view_of(packed, n_packed), ret, ret_n, diag);
	coco_free(packed);
	coco_free(text);
	return r;
}

/* Without what is in before at the front, and in after at the end. */
static struct coco_view trim(struct coco_view in, const char *before, const char *after)
{
	while (in.n > 0 && in.p[0] != 0 && strchr(before, in.p[0]) != NULL)
		in = coco_view_of(in.p + 1, in.n - 1);
	while (in.n > 0 && in.p[in.n - 1] != 0 && strchr(after, in.p[in.n - 1]) != NULL)
		in.n--;
	return in;
}

static bool starts(struct coco_view in, const char *word)
{
	return in.n >= strlen(word) && memcmp(in.p, word, strlen(word)) == 0;
}

static struct coco_view past(struct coco_view in, const char *word)
{
	return starts(in, word) ? coco_view_of(in.p + strlen(word), in.n - strlen(word)) : in;
}

/* What follows the annotation's name in a line of YAML or JSON, else all of it. */
static struct coco_view value_of(struct coco_view in, enum coco_initdata_form *form)
{
	static const char blank[] = " \t\r\n";
	static const char quotes[] = " \t\r\n,\"'";
	struct coco_view all = trim(in, blank, blank);
	struct coco_view v = trim(past(all, "metadata:"), blank, blank);

	v = trim(past(v, "annotations:"), quotes, quotes);
	if (starts(v, COCO_INITDATA_ANNOTATION))
		*form = COCO_INITDATA_POD;
	else if (starts(v, COCO_INITDATA_ANNOTATION_OLD))
		*form = COCO_INITDATA_POD_OLD;
	else
		return all;
	v = past(v, *form == COCO_INITDATA_POD ? COCO_INITDATA_ANNOTATION
					       : COCO_INITDATA_ANNOTATION_OLD);
	return trim(v, " \t\r\n\"':=", quotes);
}

int coco_initdata_unpack(struct coco_view bytes, uint8_t **ret, size_t *ret_n,
			 enum coco_initdata_form *ret_form, struct coco_diag *diag)
{
	enum coco_initdata_form form = COCO_INITDATA_TOML;
	struct coco_view value = bytes;
	int r = 0;

	if (starts(bytes, COCO_INITDATA_MAGIC)) {
		form = COCO_INITDATA_IMAGE;
		r = from_image(bytes, ret, ret_n, diag);
	} else if (starts(bytes, "\x1f\x8b")) {
		form = COCO_INITDATA_GZIP;
		r = gunzip(bytes, ret, ret_n, diag);
	} else {
		value = value_of(bytes, &form);
		if (form == COCO_INITDATA_TOML && is_base64(value))
			form = COCO_INITDATA_ANNOTATED;
		r = form == COCO_INITDATA_TOML ? copy(bytes, ret, ret_n, diag)
					       : from_annotation(value, ret, ret_n, diag);
	}
	if (r == 0)
		*ret_form = form;
	return r;
}

/* ---- packing -------------------------------------------------------------------- */

/* No name and no time in the header: the same bytes each time. */
static int gzip(struct coco_view in, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	z_stream z = { .avail_in = (uInt)in.n };
	uint8_t *out = NULL;

	if (in.n > COCO_INITDATA_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "the initdata is larger than %d bytes",
				 COCO_INITDATA_MAX);
	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 9,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to pack initdata");
	size_t bound = deflateBound(&z, (uLong)in.n);
	out = coco_alloc(bound, 1);
	memcpy(&z.next_in, &in.p, sizeof(in.p));
	z.next_out = out;
	z.avail_out = (uInt)bound;
	int code = out != NULL ? deflate(&z, Z_FINISH) : Z_MEM_ERROR;
	size_t n = bound - z.avail_out;
	(void)deflateEnd(&z);
	if (code != Z_STREAM_END) {
		coco_free(out);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to pack initdata");
	}
	*ret = out;
	*ret_n = n;
	return 0;
}

static int to_image(struct coco_view packed, uint8_t **ret, size_t *ret_n,
		    struct coco_diag *diag)
{
	size_t n = COCO_INITDATA_HEAD + packed.n;
	struct coco_wr wr;

	coco_wr_init(&wr, n + COCO_INITDATA_BLOCK);
	coco_wr_str(&wr, COCO_INITDATA_MAGIC);
	coco_wr_le64(&wr, packed.n);
	coco_wr_bytes(&wr, packed.p, packed.n);
	for (; n % COCO_INITDATA_BLOCK != 0; n++)
		coco_wr_u8(&wr, 0);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

/* The base64, for a pod in the YAML of its metadata. */
static int to_text(struct coco_view packed, enum coco_initdata_form form, uint8_t **ret,
		   size_t *ret_n, struct coco_diag *diag)
{
	size_t n = coco_b64_len(COCO_B64_STD, packed.n);
	struct coco_wr wr;

	coco_wr_init(&wr, n + 256);
	if (form != COCO_INITDATA_ANNOTATED)
		coco_wr_printf(&wr, "metadata:\n  annotations:\n    %s: ",
			       form == COCO_INITDATA_POD ? COCO_INITDATA_ANNOTATION
							 : COCO_INITDATA_ANNOTATION_OLD);
	char *room = (char *)coco_wr_room(&wr, n);
	if (room != NULL)
		coco_b64_encode(COCO_B64_STD, room, packed.p, packed.n);
	if (form != COCO_INITDATA_ANNOTATED)
		coco_wr_u8(&wr, '\n');
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

int coco_initdata_pack(struct coco_view toml, enum coco_initdata_form form, uint8_t **ret,
		       size_t *ret_n, struct coco_diag *diag)
{
	uint8_t *packed = NULL;
	size_t n = 0;

	if (form == COCO_INITDATA_TOML)
		return copy(toml, ret, ret_n, diag);
	int r = gzip(toml, &packed, &n, diag);
	if (r == 0 && form == COCO_INITDATA_GZIP) {
		*ret = packed;
		*ret_n = n;
		return 0;
	}
	if (r == 0)
		r = form == COCO_INITDATA_IMAGE
			    ? to_image(coco_view_of(packed, n), ret, ret_n, diag)
			    : to_text(coco_view_of(packed, n), form, ret, ret_n, diag);
	coco_free(packed);
	return r;
}

/* ---- binding -------------------------------------------------------------------- */

static void field(uint8_t *ret, size_t cap, const struct coco_initdata_binding *b)
{
	memset(ret, 0, cap);
	memcpy(ret, b->digest, coco_min_size(cap, b->n));
}

static const enum coco_digest_alg algs[COCO_INITDATA_ALGS] = {
	COCO_DIGEST_SHA256, COCO_DIGEST_SHA384, COCO_DIGEST_SHA512,
};

/* The fields that follow from the digest. */
static int bind_fields(struct coco_initdata_binding *b, struct coco_diag *diag)
{
	uint8_t pcr[64] = { 0 };
	struct coco_digest *d;

	field(b->host_data, sizeof(b->host_data), b);
	field(b->mrconfigid, sizeof(b->mrconfigid), b);
	field(b->configid, sizeof(b->configid), b);
	if (b->n != sizeof(b->pcr8))
		return 0;
	int r = coco_digest_new(&d, COCO_DIGEST_SHA256, diag);
	if (r != 0)
		return r;
	memcpy(pcr + 32, b->digest, 32);
	b->has_pcr8 = true;
	r = coco_digest_once(d, pcr, sizeof(pcr), b->pcr8, diag);
	coco_digest_free(d);
	return r;
}

int coco_initdata_bind(struct coco_view toml, enum coco_initdata_alg alg,
		       struct coco_initdata_binding *ret, struct coco_diag *diag)
{
	struct coco_initdata_binding b = { .alg = alg, .n = coco_digest_length(algs[alg]) };
	struct coco_digest *d;

	int r = coco_digest_new(&d, algs[alg], diag);
	if (r != 0)
		return r;
	r = coco_digest_once(d, toml.p, toml.n, b.digest, diag);
	coco_digest_free(d);
	if (r == 0)
		r = bind_fields(&b, diag);
	if (r == 0)
		*ret = b;
	return r;
}

int coco_initdata_bind_digest(const char *text, struct coco_initdata_binding *ret,
			      struct coco_diag *diag)
{
	const char *hex = strchr(text, ':');
	struct coco_initdata_binding b = { .alg = COCO_INITDATA_ALGS };

	for (int i = 0; hex != NULL && i < COCO_INITDATA_ALGS; i++) {
		const char *name = coco_initdata_alg_name((enum coco_initdata_alg)i);

		if (strlen(name) == (size_t)(hex - text) &&
		    strncmp(name, text, (size_t)(hex - text)) == 0)
			b.alg = (enum coco_initdata_alg)i;
	}
	if (hex == NULL || b.alg == COCO_INITDATA_ALGS)
		return coco_fail(diag, COCO_E_FORMAT_VALUE,
				 "\"%s\" is not sha256:, sha384: or sha512: and hexadecimal", text);
	b.n = coco_digest_length(algs[b.alg]);
	int r = coco_hex_decode(b.digest, b.n, hex + 1, strlen(hex + 1), diag);
	if (r == 0)
		r = bind_fields(&b, diag);
	if (r == 0)
		*ret = b;
	return r;
}
