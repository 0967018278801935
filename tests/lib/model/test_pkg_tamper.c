/*
 * test_pkg_tamper.c - a signed package against somebody who can write to its
 * storage: every bit flipped, everything cut, moved, exchanged, and rewritten
 * so that all digests fit again. Nothing passes, nothing crashes, and every
 * failure has its documented code.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/pkg_verify.h"
#include "tests/support/model.h"

/* A sanitizer makes each of the thousands of checks much slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STRIDE = 13 };
#else
enum { STRIDE = 1 };
#endif

static struct coco_model_signer signer;
static struct coco_model_signer stranger;

static int setup(void **state COCO_UNUSED)
{
	coco_model_signer(&signer, "p256");
	coco_model_signer(&stranger, "p256");
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_model_signer_free(&signer);
	coco_model_signer_free(&stranger);
	return 0;
}

/* Two segments of few bytes: zeros and a text that compress well. */
static void pack(struct coco_model_place *p, char fill, uint64_t version)
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
	req.finish.signer = &signer.signer;
	req.out_flags = COCO_OUT_FORCE;
	coco_model_pack(&req, 1, &r);
	assert_int_equal(r.segments, 2);
	coco_pack_result_free(&r);
}

static struct coco_model_place victim(void)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_KINDS);

	pack(&p, 'x', 1);
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

static int verify(const char *path, const struct coco_secret *key,
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
		assert_int_equal(r == 0, v.checks[COCO_PKG_CHECK_SIGNATURE].status ==
						 COCO_PKG_CHECK_PASS &&
					 v.checks[COCO_PKG_CHECK_STATEMENT].status ==
						 COCO_PKG_CHECK_PASS &&
					 v.checks[COCO_PKG_CHECK_BLOBS].status ==
						 COCO_PKG_CHECK_PASS &&
					 (key == NULL || (v.checks[COCO_PKG_CHECK_CATALOGUE].status ==
								  COCO_PKG_CHECK_PASS &&
							  v.checks[COCO_PKG_CHECK_CHUNKS].status ==
								  COCO_PKG_CHECK_PASS &&
							  v.checks[COCO_PKG_CHECK_DIGESTS].status ==
								  COCO_PKG_CHECK_PASS &&
							  v.checks[COCO_PKG_CHECK_OMS].status ==
								  COCO_PKG_CHECK_PASS)));
		coco_pkg_verdict_clear(&v);
		coco_pkg_close(&pkg);
	}
	documented(r, &d);
	return r;
}

/* Opens without writing; trust NULL: the signature is not asked for. */
static int open_pkg(const char *path, const struct coco_secret *key,
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
			const struct coco_extract_request req = { .pkg = &pkg, .cat = &cat,
								  .key = key, .digests = true };
			r = coco_extract(&run, &req, &result, &d);
			coco_catalogue_free(&cat);
		}
		coco_bundle_signed_clear(&who);
		coco_pkg_close(&pkg);
	}
	documented(r, &d);
	return r;
}

static void intact(const struct coco_model_place *p)
{
	assert_int_equal(verify(p->out, NULL, &signer.trust), 0);
	assert_int_equal(verify(p->out, &p->key, &signer.trust), 0);
	assert_int_equal(open_pkg(p->out, &p->key, &signer.trust), 0);
	assert_int_equal(open_pkg(p->out, &p->key, NULL), 0);
}

/* Nobody who asks for the signature is fooled, with the key or without. */
static void refused(const struct coco_model_place *p)
{
	assert_int_not_equal(verify(p->out, NULL, &signer.trust), 0);
	assert_int_not_equal(verify(p->out, &p->key, &signer.trust), 0);
	assert_int_not_equal(open_pkg(p->out, &p->key, &signer.trust), 0);
}

/* ---- the documents of a package --------------------------------------------- */

struct blob {
	char name[72];
	char *path;
	uint8_t *p;
	size_t n;
};

static struct blob load(const struct coco_model_place *p, const struct coco_descriptor *d)
{
	struct blob b;
	char text[COCO_OCI_DIGEST_TEXT];

	coco_digest_text(text, &d->digest);
	snprintf(b.name, sizeof(b.name), "%s", text);
	b.path = coco_path_join(coco_model_path(p->out, "blobs/sha256"), text + 7);
	b.p = coco_test_slurp(b.path, &b.n);
	return b;
}

static void unload(struct blob *b)
{
	coco_free(b->path);
	coco_free(b->p);
}

enum { MANIFEST, HEADER, CATALOGUE, SEGMENT0, SEGMENT1, SIGNATURE, BUNDLE, DOCUMENTS };

static void load_all(const struct coco_model_place *p, struct blob b[DOCUMENTS])
{
	struct coco_diag d = { 0 };
	struct coco_found *list = NULL;
	struct coco_descriptor self = { .size = 0 };
	struct coco_pkg pkg;
	size_t n = 0;

	assert_ok(coco_pkg_open(p->out, NULL, &pkg, &d), &d);
	self.digest = pkg.found.digest;
	b[MANIFEST] = load(p, &self);
	b[HEADER] = load(p, &pkg.found.manifest.config);
	for (size_t i = 0; i < 3; i++)
		b[CATALOGUE + i] = load(p, &pkg.found.manifest.layers[i]);
	assert_ok(coco_layout_referrers(pkg.layout, &pkg.found.digest, COCO_MT_BUNDLE, &list, &n,
					&d), &d);
	assert_int_equal(n, 1);
	self.digest = list[0].digest;
	b[SIGNATURE] = load(p, &self);
	b[BUNDLE] = load(p, &list[0].manifest.layers[0]);
	coco_found_free(&list[0]);
	coco_free(list);
	coco_pkg_close(&pkg);
}

static void unload_all(struct blob b[DOCUMENTS])
{
	for (int i = 0; i < DOCUMENTS; i++)
		unload(&b[i]);
}

static void put(const char *path, const uint8_t *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_ok(coco_write_full(fd, p, n, path, NULL), NULL);
	close(fd);
}

/* ---- damage ----------------------------------------------------------------- */

static void flip(const struct coco_model_place *p, struct blob *b, size_t bit)
{
	int fd = open(b->path, O_WRONLY | O_CLOEXEC);
	uint8_t byte = (uint8_t)(b->p[bit / 8] ^ (1 << bit % 8));

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
	assert_int_not_equal(verify(p->out, NULL, &signer.trust), 0);
	/* with the key for one bit of a byte, the two ways in turn */
	if (bit % 8 == bit / 8 % 8 && bit % 16 < 8)
		assert_int_not_equal(verify(p->out, &p->key, &signer.trust), 0);
	else if (bit % 8 == bit / 8 % 8)
		assert_int_not_equal(open_pkg(p->out, &p->key, &signer.trust), 0);
	assert_int_equal(pwrite(fd, &b->p[bit / 8], 1, (off_t)(bit / 8)), 1);
	close(fd);
}

/* All bits of what is signed, one bit of every byte of what is sealed. */
static void test_every_bit(void **state COCO_UNUSED)
{
	struct coco_model_place p = victim();
	struct blob b[DOCUMENTS];

	intact(&p);
	load_all(&p, b);
	for (int i = 0; i < DOCUMENTS; i++) {
		bool all = i == MANIFEST || i == HEADER || i == BUNDLE;

		for (size_t at = 0; at < b[i].n; at += STRIDE)
			for (size_t k = 0; k < 8; k++)
				if (all || k == at % 8)
					flip(&p, &b[i], 8 * at + k);
	}
	intact(&p);
	unload_all(b);
	coco_model_leave(&p);
}

/*
 * index.json and oci-layout say only where to look: a change is found, or
 * leads to the very same manifest.
 */
static void test_bits_of_the_index(void **state COCO_UNUSED)
{
	static const char *const names[] = { "index.json", "oci-layout" };
	struct coco_model_place p = victim();

	for (size_t i = 0; i < 2; i++) {
		char *path = coco_path_join(p.out, names[i]);
		size_t n = 0;
		uint8_t *bytes = coco_test_slurp(path, &n);

		for (size_t bit = 0; bit < 8 * n; bit += 3 * STRIDE) {
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			put(path, bytes, n);
			int r = verify(p.out, NULL, &signer.trust);
			if (r != 0 && bit % 7 == 0)
				assert_int_not_equal(open_pkg(p.out, &p.key, &signer.trust), 0);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t cut = 0; cut < n; cut += STRIDE) {
			put(path, bytes, cut);
			int r = verify(p.out, NULL, &signer.trust);
			/* only a last line end may be missing */
			assert_true(r != 0 || bytes[cut] == '\n');
		}
		put(path, bytes, n);
		coco_free(bytes);
		coco_free(path);
	}
	intact(&p);
	coco_model_leave(&p);
}

static void test_lengths(void **state COCO_UNUSED)
{
	struct coco_model_place p = victim();
	struct blob b[DOCUMENTS];

	load_all(&p, b);
	for (int i = 0; i < DOCUMENTS; i++) {
		static const size_t cuts[] = { 0, 1, 2, 16, 17 };
		uint8_t *longer = coco_zalloc(b[i].n + 16400, 1);

		assert_non_null(longer);
		memcpy(longer, b[i].p, b[i].n);
		for (size_t k = 0; k < COCO_ARRAY_LEN(cuts); k++) {
			put(b[i].path, b[i].p, cuts[k]);
			refused(&p);
			put(b[i].path, b[i].p, b[i].n - 1 - cuts[k]);
			refused(&p);
			put(b[i].path, longer, b[i].n + (cuts[k] == 17 ? 16400 : cuts[k] + 1));
			refused(&p);
		}
		assert_int_equal(unlink(b[i].path), 0);
		refused(&p);
		if (i != SIGNATURE && i != BUNDLE)
			assert_int_not_equal(open_pkg(p.out, &p.key, NULL), 0);
		/* a link to the right bytes is refused too: it may change under us */
		char *aside = coco_path_join(p.work, "aside");
		put(aside, b[i].p, b[i].n);
		assert_int_equal(symlink(aside, b[i].path), 0);
		refused(&p);
		assert_int_equal(unlink(b[i].path), 0);
		put(b[i].path, b[i].p, b[i].n);
		coco_free(aside);
		coco_free(longer);
	}
	intact(&p);
	unload_all(b);
	coco_model_leave(&p);
}

/* Any two blobs exchange their names: sizes or digests are wrong then. */
static void test_renamed_blobs(void **state COCO_UNUSED)
{
	struct coco_model_place p = victim();
	struct blob b[DOCUMENTS];

	load_all(&p, b);
	for (int i = 0; i < DOCUMENTS; i++)
		for (int k = i + 1; k < DOCUMENTS; k++) {
			put(b[i].path, b[k].p, b[k].n);
			put(b[k].path, b[i].p, b[i].n);
			refused(&p);
			put(b[i].path, b[i].p, b[i].n);
			put(b[k].path, b[k].p, b[k].n);
		}
	intact(&p);
	unload_all(b);
	coco_model_leave(&p);
}

/* ---- rewriting with digests that fit ---------------------------------------- */

static void rewrite(const struct coco_model_place *p, const char *from, const char *to);

static size_t replace(uint8_t **p, size_t n, const char *from, const char *to)
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
	rewrite(p, from, to);
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
static void rewrite(const struct coco_model_place *p, const char *from, const char *to)
{
	char *blobs = coco_path_join(p->out, "blobs/sha256");
	char *index = coco_path_join(p->out, "index.json");
	size_t n = 0;
	uint8_t *bytes = coco_test_slurp(index, &n);
	DIR *d = opendir(blobs);
	struct dirent *e;
	char found[8][72];
	size_t n_found = 0;

	n = replace(&bytes, n, from, to);
	put(index, bytes, n);
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
		size_t n_new = replace(&bytes, n, from, to);
		snprintf(digest, sizeof(digest), "sha256:%s", found[i]);
		assert_int_equal(unlink(coco_model_path(blobs, found[i])), 0);
		exchange(p, digest, n, bytes, n_new);
		coco_free(bytes);
	}
	coco_free(blobs);
	coco_free(index);
}

static void expect(const struct coco_model_place *p, int verified, int opened)
{
	assert_int_equal(verify(p->out, NULL, &signer.trust), verified);
	assert_int_equal(verify(p->out, &p->key, &signer.trust), verified);
	assert_int_equal(open_pkg(p->out, &p->key, &signer.trust), verified);
	assert_int_equal(open_pkg(p->out, &p->key, NULL), opened);
}

/* Two segments exchange their places in the manifest. */
static void test_swapped_segments(void **state COCO_UNUSED)
{
	struct coco_model_place p = victim();
	struct blob b[DOCUMENTS];
	char one[160];
	char two[160];

	load_all(&p, b);
	snprintf(one, sizeof(one), "\"digest\":\"%s\",\"size\":%zu", b[SEGMENT0].name,
		 b[SEGMENT0].n);
	snprintf(two, sizeof(two), "\"digest\":\"%s\",\"size\":%zu", b[SEGMENT1].name,
		 b[SEGMENT1].n);
	rewrite(&p, one, "\"ONE\"");
	rewrite(&p, two, one);
	rewrite(&p, "\"ONE\"", two);
	/* the signature is for another manifest, and segments know their number */
	expect(&p, COCO_E_PACKAGE_SUBJECT, COCO_E_KEY_WRONG);
	unload_all(b);
	coco_model_leave(&p);
}

/* A segment, the catalogue or the header of another package under the same key. */
static void test_parts_of_another_package(void **state COCO_UNUSED)
{
	static const int which[] = { SEGMENT0, SEGMENT1, CATALOGUE, HEADER };

	for (size_t i = 0; i < COCO_ARRAY_LEN(which); i++) {
		struct coco_model_place p = victim();
		struct blob a[DOCUMENTS];
		struct blob b[DOCUMENTS];

		load_all(&p, b);
		pack(&p, 'y', 2);
		load_all(&p, a);
		exchange(&p, a[which[i]].name, a[which[i]].n, b[which[i]].p, b[which[i]].n);
		expect(&p, COCO_E_PACKAGE_SUBJECT, COCO_E_KEY_WRONG);
		unload_all(a);
		unload_all(b);
		coco_model_leave(&p);
	}
}

/* The whole of the documents of an older version, with the blobs of both there. */
static void test_mixed_versions(void **state COCO_UNUSED)
{
	for (int i = 0; i < DOCUMENTS; i++) {
		struct coco_model_place p = victim();
		struct blob a[DOCUMENTS];
		struct blob b[DOCUMENTS];

		load_all(&p, b);
		pack(&p, 'x', 2);
		load_all(&p, a);
		for (int k = 0; k < DOCUMENTS; k++) {
			put(coco_model_path(coco_model_path(p.out, "blobs/sha256"), b[k].name + 7),
			    b[k].p, b[k].n);
		}
		exchange(&p, a[i].name, a[i].n, b[i].p, b[i].n);
		if (i == MANIFEST) {
			/* an old manifest with its signature exchanged for the new one */
			assert_int_not_equal(verify(p.out, NULL, &signer.trust), 0);
			assert_int_equal(open_pkg(p.out, &p.key, NULL), 0);
		} else {
			refused(&p);
		}
		unload_all(a);
		unload_all(b);
		coco_model_leave(&p);
	}
}

static void test_edited_header(void **state COCO_UNUSED)
{
	static const struct {
		const char *from;
		const char *to;
		int opened;
	} edits[] = {
		{ "\"version\":1,", "\"version\":9,", COCO_E_PACKAGE_MIXED },
		{ "\"allow\",\"critical\":[]", "\"deny\",\"critical\":[]", COCO_E_PACKAGE_MIXED },
		{ "kbs:///default", "kbs:///another", COCO_E_PACKAGE_MIXED },
		{ "\"segment_size\":65536", "\"segment_size\":131072", COCO_E_PACKAGE_MIXED },
		{ "\"segment_count\":2", "\"segment_count\":1", COCO_E_PACKAGE_MIXED },
		{ "\"segment_count\":2", "\"segment_count\":3", COCO_E_PACKAGE_MIXED },
		{ "\"critical\":[]", "\"critical\":[\"new\"]", COCO_E_CRITICAL },
		{ "\"format_version\":1", "\"format_version\":2", COCO_E_PACKAGE_VERSION },
		{ "cobblestone-256", "cobblestone-999", COCO_E_PACKAGE_VERSION },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(edits); i++) {
		struct coco_model_place p = victim();
		struct blob b[DOCUMENTS];
		size_t n = 0;

		load_all(&p, b);
		uint8_t *text = coco_memdup(b[HEADER].p, b[HEADER].n);
		n = replace(&text, b[HEADER].n, edits[i].from, edits[i].to);
		exchange(&p, b[HEADER].name, b[HEADER].n, text, n);
		refused(&p);
		assert_int_equal(open_pkg(p.out, &p.key, NULL), edits[i].opened);
		coco_free(text);
		unload_all(b);
		coco_model_leave(&p);
	}
}

/* A layer taken out of the manifest, the count in the header too. */
static void test_dropped_segment(void **state COCO_UNUSED)
{
	for (int count = 0; count < 2; count++) {
		struct coco_model_place p = victim();
		struct blob b[DOCUMENTS];

		load_all(&p, b);
		char *text = strndup((const char *)b[MANIFEST].p, b[MANIFEST].n);
		char *last = strstr(text, "segment-00001");
		assert_non_null(last);
		/* "annotations":{ of this layer, and the { of the layer */
		char *start = memrchr(text, '{', (size_t)(last - text));
		start = memrchr(text, '{', (size_t)(start - text));
		char *end = strstr(last, "}}");
		assert_true(start != NULL && end != NULL && start[-1] == ',');
		memmove(start - 1, end + 2, strlen(end + 2) + 1);
		exchange(&p, b[MANIFEST].name, b[MANIFEST].n, (uint8_t *)text, strlen(text));
		if (count == 1) {
			uint8_t *header = coco_memdup(b[HEADER].p, b[HEADER].n);
			size_t n = replace(&header, b[HEADER].n, "\"segment_count\":2",
					   "\"segment_count\":1");
			exchange(&p, b[HEADER].name, b[HEADER].n, header, n);
			coco_free(header);
		}
		refused(&p);
		assert_int_equal(open_pkg(p.out, &p.key, NULL), COCO_E_PACKAGE_MIXED);
		free(text);
		unload_all(b);
		coco_model_leave(&p);
	}
}

/* ---- signatures ------------------------------------------------------------- */

/* Somebody with the content key but not the signing key packs it again. */
static void test_resigned_by_a_stranger(void **state COCO_UNUSED)
{
	struct coco_model_place p = victim();
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 65536);
	struct coco_pack_result r = { .files = 0 };

	req.out_flags = COCO_OUT_FORCE;
	req.finish.signer = &stranger.signer;
	coco_model_pack(&req, 1, &r);
	coco_pack_result_free(&r);
	int code = verify(p.out, NULL, &signer.trust);
	assert_true(coco_err_info(code)->class == COCO_CLASS_VERIFY);
	assert_int_equal(verify(p.out, &p.key, &signer.trust), code);
	assert_int_equal(verify(p.out, &p.key, &stranger.trust), 0);
	req.finish.signer = NULL;
	coco_model_pack(&req, 1, &r);
	coco_pack_result_free(&r);
	expect(&p, COCO_E_PACKAGE_UNSIGNED, 0);
	assert_int_equal(verify(p.out, &p.key, NULL), COCO_E_PACKAGE_TRUST);
	coco_model_leave(&p);
}

/* The signature is taken away, or one of another package is put in its place. */
static void test_signature_of_another(void **state COCO_UNUSED)
{
	struct coco_model_place p = victim();
	struct blob a[DOCUMENTS];
	struct blob b[DOCUMENTS];

	load_all(&p, b);
	pack(&p, 'y', 1);
	load_all(&p, a);
	exchange(&p, a[BUNDLE].name, a[BUNDLE].n, b[BUNDLE].p, b[BUNDLE].n);
	expect(&p, COCO_E_PACKAGE_SUBJECT, 0);
	exchange(&p, b[BUNDLE].name, b[BUNDLE].n, a[BUNDLE].p, a[BUNDLE].n);
	intact(&p);
	/* the referrer points elsewhere: the package has none */
	rewrite(&p, "\"subject\":", "\"object\":");
	expect(&p, COCO_E_PACKAGE_UNSIGNED, 0);
	unload_all(a);
	unload_all(b);
	coco_model_leave(&p);
}

static void test_not_a_bundle(void **state COCO_UNUSED)
{
	static const char *const texts[] = { "{}", "", "[]", "{\"mediaType\":\"x\"}", "\xff" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		struct coco_model_place p = victim();
		struct blob b[DOCUMENTS];

		load_all(&p, b);
		exchange(&p, b[BUNDLE].name, b[BUNDLE].n, (const uint8_t *)texts[i],
			 strlen(texts[i]));
		refused(&p);
		assert_int_equal(open_pkg(p.out, &p.key, NULL), 0);
		unload_all(b);
		coco_model_leave(&p);
	}
}

static void test_wrong_keys(void **state COCO_UNUSED)
{
	struct coco_model_place p = victim();
	struct coco_secret other = coco_model_key(77);

	assert_int_equal(verify(p.out, &other, &signer.trust), COCO_E_KEY_WRONG);
	assert_int_equal(open_pkg(p.out, &other, &signer.trust), COCO_E_KEY_WRONG);
	assert_int_not_equal(verify(p.out, &p.key, &stranger.trust), 0);
	coco_secret_free(&other);
	coco_model_leave(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_bits_of_the_index),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_renamed_blobs),
		cmocka_unit_test(test_swapped_segments),
		cmocka_unit_test(test_parts_of_another_package),
		cmocka_unit_test(test_mixed_versions),
		cmocka_unit_test(test_edited_header),
		cmocka_unit_test(test_dropped_segment),
		cmocka_unit_test(test_resigned_by_a_stranger),
		cmocka_unit_test(test_signature_of_another),
		cmocka_unit_test(test_not_a_bundle),
		cmocka_unit_test(test_wrong_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
