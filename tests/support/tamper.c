/*
 * tamper.c - a signed package and somebody who can write to its storage (see
 * tamper.h).
 */
#include "tests/support/tamper.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/pkg_verify.h"

struct coco_model_signer coco_tamper_signer;
struct coco_model_signer coco_tamper_stranger;

int coco_tamper_setup(void **state COCO_UNUSED)
{
	coco_model_signer(&coco_tamper_signer, "p256");
	coco_model_signer(&coco_tamper_stranger, "p256");
	return 0;
}

int coco_tamper_teardown(void **state COCO_UNUSED)
{
	coco_model_signer_free(&coco_tamper_signer);
	coco_model_signer_free(&coco_tamper_stranger);
	return 0;
}

/* Two segments of few bytes: zeros and a text that compress well. */
void coco_tamper_pack(struct coco_model_place *p, char fill, uint64_t version)
{
	static char zeros[65536];
	static char text[65540];
	struct coco_pack_result r = { .files = 0 };

	memset(text, fill, sizeof(text));
	coco_model_file(p->dir, "a", zeros, sizeof(zeros));
	coco_model_file(p->dir, "b", text, 65536);
	struct coco_pack_request req = coco_model_request(p->dir, p->out, &p->key, 65536);
	req.compress = COCO_COMPRESS_ZSTD;
	req.version = version;
	req.finish.signer = &coco_tamper_signer.signer;
	req.out_flags = COCO_OUT_FORCE;
	coco_model_pack(&req, 1, &r);
	assert_int_equal(r.segments, 2);
	coco_pack_result_free(&r);
}

struct coco_model_place coco_tamper_victim(void)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_KINDS);

	coco_tamper_pack(&p, 'x', 1);
	return p;
}

/* ---- what a user would do --------------------------------------------------- */

static void documented(int r, const struct coco_diag *d)
{
	assert_int_equal(r, d->code);
	if (r == 0)
		return;
	assert_int_equal(coco_err_info(r)->code, r);
	assert_int_not_equal(r, COCO_E_INTERNAL);
	assert_int_not_equal(r, COCO_E_CANCELLED);
}

int coco_tamper_verify(const char *path, const struct coco_secret *key,
		       const struct coco_bundle_trust *trust)
{
	const struct coco_run run = coco_model_run(1);
	const struct coco_pkg_policy policy = { .trust = trust };
	struct coco_pkg_verdict v;
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;
	int r = coco_pkg_open(path, NULL, &pkg, &d);

	if (r == 0) {
		r = coco_pkg_verify(&run, &pkg, &policy, key, &v, &d);
		bool yes = true;
		for (int i = 0; i < COCO_PKG_CHECKS; i++) {
			bool asked = i <= COCO_PKG_CHECK_STATEMENT || i == COCO_PKG_CHECK_BLOBS ||
				     (key != NULL && i >= COCO_PKG_CHECK_CATALOGUE);

			yes = yes && (!asked || v.checks[i].status == COCO_PKG_CHECK_PASS);
		}
		assert_int_equal(r == 0, yes);
		coco_pkg_verdict_clear(&v);
		coco_pkg_close(&pkg);
	}
	documented(r, &d);
	return r;
}

/* Opens without writing; trust NULL: the signature is not asked for. */
int coco_tamper_open(const char *path, const struct coco_secret *key,
		     const struct coco_bundle_trust *trust)
{
	const struct coco_run run = coco_model_run(1);
	const struct coco_pkg_policy policy = { .trust = trust };
	struct coco_extract_result result = { .files = 0 };
	struct coco_bundle_signed who = { .payload = NULL };
	struct coco_catalogue cat;
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;
	int r = coco_pkg_open(path, NULL, &pkg, &d);

	if (r == 0) {
		if (trust != NULL)
			r = coco_pkg_check_signature(&run, &pkg, &policy, &who, &d);
		if (r == 0)
			r = coco_pkg_catalogue(&pkg, key, &cat, &d);
		if (r == 0) {
			const struct coco_extract_request req = {
				.pkg = &pkg, .cat = &cat, .key = key, .digests = true
			};
			r = coco_extract(&run, &req, &result, &d);
			coco_catalogue_free(&cat);
		}
		coco_bundle_signed_clear(&who);
		coco_pkg_close(&pkg);
	}
	documented(r, &d);
	return r;
}

void coco_tamper_intact(const struct coco_model_place *p)
{
	assert_int_equal(coco_tamper_verify(p->out, NULL, &coco_tamper_signer.trust), 0);
	assert_int_equal(coco_tamper_verify(p->out, &p->key, &coco_tamper_signer.trust), 0);
	assert_int_equal(coco_tamper_open(p->out, &p->key, &coco_tamper_signer.trust), 0);
	assert_int_equal(coco_tamper_open(p->out, &p->key, NULL), 0);
}

/* Nobody who asks for the signature is fooled, with the key or without. */
void coco_tamper_refused(const struct coco_model_place *p)
{
	assert_int_not_equal(coco_tamper_verify(p->out, NULL, &coco_tamper_signer.trust), 0);
	assert_int_not_equal(coco_tamper_verify(p->out, &p->key, &coco_tamper_signer.trust), 0);
	assert_int_not_equal(coco_tamper_open(p->out, &p->key, &coco_tamper_signer.trust), 0);
}

/* ---- the documents of a package --------------------------------------------- */

static struct coco_tamper_blob load(const struct coco_model_place *p,
				    const struct coco_descriptor *d)
{
	struct coco_tamper_blob b;
	char text[COCO_OCI_DIGEST_TEXT];

	coco_digest_text(text, &d->digest);
	snprintf(b.name, sizeof(b.name), "%s", text);
	b.path = coco_path_join(coco_model_path(p->out, "blobs/sha256"), text + 7);
	b.p = coco_test_slurp(b.path, &b.n);
	return b;
}

static void unload(struct coco_tamper_blob *b)
{
	coco_free(b->path);
	coco_free(b->p);
}

void coco_tamper_load(const struct coco_model_place *p,
		      struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS])
{
	struct coco_diag d = { 0 };
	struct coco_found *list = NULL;
	struct coco_descriptor self = { .size = 0 };
	struct coco_pkg pkg;
	size_t n = 0;

	assert_ok(coco_pkg_open(p->out, NULL, &pkg, &d), &d);
	self.digest = pkg.found.digest;
	b[COCO_TAMPER_MANIFEST] = load(p, &self);
	b[COCO_TAMPER_HEADER] = load(p, &pkg.found.manifest.config);
	for (size_t i = 0; i < 3; i++)
		b[COCO_TAMPER_CATALOGUE + i] = load(p, &pkg.found.manifest.layers[i]);
	assert_ok(
		coco_layout_referrers(pkg.layout, &pkg.found.digest, COCO_MT_BUNDLE, &list, &n, &d),
		&d);
	assert_int_equal(n, 1);
	self.digest = list[0].digest;
	b[COCO_TAMPER_SIGNATURE] = load(p, &self);
	b[COCO_TAMPER_BUNDLE] = load(p, &list[0].manifest.layers[0]);
	coco_found_free(&list[0]);
	coco_free(list);
	coco_pkg_close(&pkg);
}

void coco_tamper_unload(struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS])
{
	for (int i = 0; i < COCO_TAMPER_DOCUMENTS; i++)
		unload(&b[i]);
}

void coco_tamper_put(const char *path, const uint8_t *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_ok(coco_write_full(fd, p, n, path, NULL), NULL);
	close(fd);
}

/* ---- rewriting with digests that fit ---------------------------------------- */

size_t coco_tamper_replace(uint8_t **p, size_t n, const char *from, const char *to)
{
	struct coco_wr wr;
	uint8_t *out = NULL;
	size_t n_out = 0;
	size_t at = 0;
	const uint8_t *hit;

	coco_wr_init(&wr, 16 << 20);
	while ((hit = memmem(*p + at, n - at, from, strlen(from))) != NULL) {
		coco_wr_bytes(&wr, *p + at, (size_t)(hit - *p) - at);
		coco_wr_str(&wr, to);
		at = (size_t)(hit - *p) + strlen(from);
	}
	coco_wr_bytes(&wr, *p + at, n - at);
	assert_ok(coco_wr_finish(&wr, &out, &n_out, NULL), NULL);
	coco_free(*p);
	*p = out;
	return n_out;
}

/* Descriptors of the old blob become those of the new one, wherever they are. */
static void readdress(const struct coco_model_place *p, const char *old, size_t n_old,
		      const char *new, size_t n_new)
{
	char from[160];
	char to[160];

	snprintf(from, sizeof(from), "\"digest\":\"%s\",\"size\":%zu", old, n_old);
	snprintf(to, sizeof(to), "\"digest\":\"%s\",\"size\":%zu", new, n_new);
	coco_tamper_rewrite(p, from, to);
}

/* Puts bytes in place of a blob: new name, and everything that names it follows. */
static void exchange(const struct coco_model_place *p, const char *old, size_t n_old,
		     const uint8_t *bytes, size_t n)
{
	int fd = open(p->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct coco_digest digest;
	char text[COCO_OCI_DIGEST_TEXT];

	assert_true(fd >= 0);
	assert_ok(coco_layout_put(fd, bytes, n, &digest, NULL), NULL);
	close(fd);
	coco_digest_text(text, &digest);
	if (strcmp(text, old) != 0)
		readdress(p, old, n_old, text, n);
}

/* from becomes to in index.json and in every blob that has it. */
void coco_tamper_rewrite(const struct coco_model_place *p, const char *from, const char *to)
{
	char *blobs = coco_path_join(p->out, "blobs/sha256");
	char *index = coco_path_join(p->out, "index.json");
	size_t n = 0;
	uint8_t *bytes = coco_test_slurp(index, &n);
	DIR *d = opendir(blobs);
	struct dirent *e;
	char found[8][72];
	size_t n_found = 0;

	n = coco_tamper_replace(&bytes, n, from, to);
	coco_tamper_put(index, bytes, n);
	coco_free(bytes);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		bytes = coco_test_slurp(coco_model_path(blobs, e->d_name), &n);
		if (memmem(bytes, n, from, strlen(from)) != NULL && n_found < 8)
			snprintf(found[n_found++], sizeof(found[0]), "%.64s", e->d_name);
		coco_free(bytes);
	}
	closedir(d);
	for (size_t i = 0; i < n_found; i++) {
		char digest[80];

		bytes = coco_test_slurp(coco_model_path(blobs, found[i]), &n);
		size_t n_new = coco_tamper_replace(&bytes, n, from, to);
		snprintf(digest, sizeof(digest), "sha256:%s", found[i]);
		assert_int_equal(unlink(coco_model_path(blobs, found[i])), 0);
		exchange(p, digest, n, bytes, n_new);
		coco_free(bytes);
	}
	coco_free(blobs);
	coco_free(index);
}

void coco_tamper_exchange(const struct coco_model_place *p, const struct coco_tamper_blob *old,
			  const uint8_t *bytes, size_t n)
{
	exchange(p, old->name, old->n, bytes, n);
}
