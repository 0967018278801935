/*
 * model.c - small models for tests (see model.h).
 */
#include "tests/support/model.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "tests/support/pki.h"

const char *coco_model_kind_name(enum coco_model_kind kind)
{
	static const char *const names[COCO_MODEL_KINDS] = {
		"single", "sharded", "gguf", "small", "odd", "sparse",
	};

	return names[kind];
}

const char *coco_model_path(const char *dir, const char *name)
{
	static char ring[4][4096];
	static unsigned at;
	char *buf = ring[at++ % 4];

	snprintf(buf, sizeof(ring[0]), "%s/%s", dir, name);
	return buf;
}

static void make_parents(const char *path)
{
	char copy[4096];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0777) != 0)
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
}

static int create(const char *dir, const char *name)
{
	const char *path = coco_model_path(dir, name);

	make_parents(path);
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	return fd;
}

void coco_model_file(const char *dir, const char *name, const void *p, size_t n)
{
	int fd = create(dir, name);
	struct coco_diag d = { 0 };

	assert_ok(coco_write_full(fd, p, n, name, &d), &d);
	assert_int_equal(close(fd), 0);
}

static uint8_t *take(size_t n)
{
	uint8_t *p = coco_alloc(n, 1);

	assert_non_null(p);
	return p;
}

void coco_model_noise_file(const char *dir, const char *name, size_t n, uint64_t seed)
{
	uint8_t *p = take(n);

	coco_test_random(p, n, seed);
	coco_model_file(dir, name, p, n);
	coco_free(p);
}

/* Sum of four uniform numbers, scaled: near enough to a normal distribution. */
static float normal(const uint8_t r[8])
{
	float sum = 0;

	for (int k = 0; k < 4; k++)
		sum += (float)(r[2 * k] << 8 | r[2 * k + 1]) / 65536.0F - 0.5F;
	return sum * 0.035F;
}

void coco_model_bf16(uint8_t *p, size_t n, uint64_t seed)
{
	uint8_t r[8 * 512];

	for (size_t i = 0; i < n / 2; i++) {
		uint32_t bits;

		if (i % 512 == 0)
			coco_test_random(r, sizeof(r), seed + i);
		float v = normal(r + i % 512 * 8);
		memcpy(&bits, &v, sizeof(bits));
		p[2 * i] = (uint8_t)(bits >> 16);
		p[2 * i + 1] = (uint8_t)(bits >> 24);
	}
	if (n % 2 != 0)
		p[n - 1] = 7;
}

/* Data of a dtype: what a trained tensor of it looks like to a compressor. */
static void fill(uint8_t *p, size_t n, const char *dtype, uint64_t seed)
{
	if (strcmp(dtype, "BF16") == 0) {
		coco_model_bf16(p, n, seed);
		return;
	}
	coco_test_random(p, n, seed);
	/* exponents of small numbers: the high byte has few values */
	size_t word = strcmp(dtype, "F32") == 0 ? 4 : strcmp(dtype, "F16") == 0 ? 2 : 0;
	for (size_t i = word; word != 0 && i <= n; i += word)
		p[i - 1] = (uint8_t)(0x38 | (p[i - 1] & 0x83));
}

static size_t word_of(const char *dtype)
{
	return strcmp(dtype, "F32") == 0 ? 4 : strcmp(dtype, "I8") == 0 ? 1 : 2;
}

struct tensor {
	const char *dtype;
	size_t n;
};

static void safetensors(const char *dir, const char *name, const struct tensor *list,
			size_t count, uint64_t seed)
{
	struct coco_wr wr;
	uint8_t *file = NULL;
	size_t n_file = 0;
	size_t at = 0;
	uint8_t len[8];

	coco_wr_init(&wr, 64 << 20);
	coco_wr_le64(&wr, 0);
	coco_wr_str(&wr, "{");
	for (size_t i = 0; i < count; i++) {
		coco_wr_printf(&wr, "%s\"t%zu.weight\":{\"dtype\":\"%s\",\"shape\":[%zu],"
			       "\"data_offsets\":[%zu,%zu]}", i == 0 ? "" : ",", i, list[i].dtype,
			       list[i].n / word_of(list[i].dtype), at, at + list[i].n);
		at += list[i].n;
	}
	coco_wr_str(&wr, "}");
	while (wr.n % 8 != 0)
		coco_wr_str(&wr, " ");
	uint64_t header = wr.n - 8;
	for (size_t i = 0; i < count; i++) {
		uint8_t *p = coco_wr_room(&wr, list[i].n);

		assert_non_null(p);
		fill(p, list[i].n, list[i].dtype, seed + 1000 * i);
	}
	assert_ok(coco_wr_finish(&wr, &file, &n_file, NULL), NULL);
	for (int i = 0; i < 8; i++)
		len[i] = (uint8_t)(header >> (8 * i));
	memcpy(file, len, sizeof(len));
	coco_model_file(dir, name, file, n_file);
	coco_free(file);
}

void coco_model_safetensors(const char *dir, const char *name, const char *dtype, size_t n,
			    uint64_t seed)
{
	const struct tensor t = { dtype, n };

	safetensors(dir, name, &t, 1, seed);
}

static void texts(const char *dir)
{
	static const char config[] =
		"{\"architectures\":[\"Tiny\"],\"torch_dtype\":\"bfloat16\"}\n";
	char tokens[9000];

	for (size_t i = 0; i < sizeof(tokens); i++)
		tokens[i] = (char)('a' + i * i % 23);
	coco_model_file(dir, "config.json", config, sizeof(config) - 1);
	coco_model_file(dir, "tokenizer.json", tokens, sizeof(tokens));
}

static void mint_single(const char *dir)
{
	static const struct tensor list[] = {
		{ "BF16", 1500000 }, { "F16", 200000 }, { "F32", 400000 }, { "I8", 99999 },
	};

	safetensors(dir, "model.safetensors", list, COCO_ARRAY_LEN(list), 11);
	texts(dir);
}

static void mint_sharded(const char *dir)
{
	static const char *const names[3] = { "model-00001-of-00003.safetensors",
					      "model-00002-of-00003.safetensors",
					      "model-00003-of-00003.safetensors" };
	char index[512];

	for (size_t i = 0; i < 3; i++)
		coco_model_safetensors(dir, names[i], "BF16", 300000 + 65536 * i, 20 + i);
	int n = snprintf(index, sizeof(index), "{\"metadata\":{\"total_size\":1096608},"
			 "\"weight_map\":{\"a\":\"%s\",\"b\":\"%s\",\"c\":\"%s\"}}", names[0],
			 names[1], names[2]);
	coco_model_file(dir, "model.safetensors.index.json", index, (size_t)n);
	texts(dir);
}

/* One f16 tensor of n bytes and one key-value pair. */
static void mint_gguf(const char *dir)
{
	enum { DATA = 700000, ALIGN = 32 };
	struct coco_wr wr;
	uint8_t *file = NULL;
	size_t n = 0;

	coco_wr_init(&wr, 16 << 20);
	coco_wr_str(&wr, "GGUF");
	coco_wr_le32(&wr, 3);
	coco_wr_le64(&wr, 1); /* tensors */
	coco_wr_le64(&wr, 1); /* key-value pairs */
	coco_wr_le64(&wr, strlen("general.architecture"));
	coco_wr_str(&wr, "general.architecture");
	coco_wr_le32(&wr, 8); /* string */
	coco_wr_le64(&wr, 4);
	coco_wr_str(&wr, "tiny");
	coco_wr_le64(&wr, strlen("blk.0.weight"));
	coco_wr_str(&wr, "blk.0.weight");
	coco_wr_le32(&wr, 1); /* dimensions */
	coco_wr_le64(&wr, DATA / 2);
	coco_wr_le32(&wr, 1); /* F16 */
	coco_wr_le64(&wr, 0);
	while (wr.n % ALIGN != 0)
		coco_wr_u8(&wr, 0);
	uint8_t *p = coco_wr_room(&wr, DATA);
	assert_non_null(p);
	fill(p, DATA, "F16", 31);
	assert_ok(coco_wr_finish(&wr, &file, &n, NULL), NULL);
	coco_model_file(dir, "tiny-f16.gguf", file, n);
	coco_free(file);
}

static void mint_small(const char *dir)
{
	uint8_t data[3000];

	for (unsigned i = 0; i < 240; i++) {
		char name[64];
		size_t n = i % 10 == 0 ? 0 : (i * 37) % sizeof(data);

		snprintf(name, sizeof(name), "part%u/level%u/file-%03u.bin", i % 3, i % 7, i);
		coco_test_random(data, sizeof(data), i);
		coco_model_file(dir, name, data, n);
	}
}

static void mint_odd(const char *dir)
{
	static const size_t sizes[] = {
		1, 15, 16, 16383, 16384, 16385, 32768, 65535, 65536, 65537, 131072,
		(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 * 65536 - 64,
	};
	/* a header length far past the end, and one that is no JSON */
	static const uint8_t broken[300] = { 0xff, 0xff, 0xff, 0x7f };
	static const uint8_t text[300] = { 16, 0, 0, 0, 0, 0, 0, 0, '{', 'x' };

	for (size_t i = 0; i < COCO_ARRAY_LEN(sizes); i++) {
		char name[64];

		snprintf(name, sizeof(name), "size-%08zu", sizes[i]);
		coco_model_noise_file(dir, name, sizes[i], 50 + i);
	}
	coco_model_file(dir, "broken.safetensors", broken, sizeof(broken));
	coco_model_file(dir, "text.safetensors", text, sizeof(text));
	coco_model_file(dir, "broken.gguf", "GGUF\3\0\0\0\377\377\377\377\377\377\377\377", 16);
	coco_model_file(dir, "a:b", "colon", 5);
	coco_model_file(dir, "caf\xc3\xa9 \xe2\x82\xac/\xf0\x9f\x98\x80", "names", 5);
	coco_model_file(dir, "new\nline\t\"quoted\"\\", "control", 7);
	coco_model_file(dir, ".hidden/.file", "hidden", 6);
	coco_model_file(dir, "empty", "", 0);
	coco_model_file(dir, "run.sh", "#!/bin/sh\n", 10);
	assert_int_equal(chmod(coco_model_path(dir, "run.sh"), 0755), 0);
	assert_int_equal(chmod(coco_model_path(dir, "a:b"), 0400), 0);
}

static void mint_sparse(const char *dir)
{
	static const uint8_t zeros[300000];
	uint8_t text[200000];
	int fd = create(dir, "holes.bin");

	assert_int_equal(ftruncate(fd, 12 << 20), 0);
	assert_int_equal(pwrite(fd, "data", 4, 5000000), 4);
	close(fd);
	coco_model_file(dir, "zeros.bin", zeros, sizeof(zeros));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)("the model of the house "[i % 23]);
	coco_model_file(dir, "text.txt", text, sizeof(text));
	coco_model_noise_file(dir, "noise.bin", 500000, 71);
}

void coco_model_mint(const char *dir, enum coco_model_kind kind)
{
	make_parents(coco_model_path(dir, ""));
	switch (kind) {
	case COCO_MODEL_SINGLE:
		mint_single(dir);
		break;
	case COCO_MODEL_SHARDED:
		mint_sharded(dir);
		break;
	case COCO_MODEL_GGUF:
		mint_gguf(dir);
		break;
	case COCO_MODEL_SMALL:
		mint_small(dir);
		break;
	case COCO_MODEL_ODD:
		mint_odd(dir);
		break;
	case COCO_MODEL_SPARSE:
		mint_sparse(dir);
		break;
	case COCO_MODEL_KINDS:
		fail();
	}
}

static void same_file(const struct coco_run *run, const struct coco_tree *a,
		      const struct coco_tree *b, size_t i)
{
	enum { PIECE = 1 << 18 };
	uint8_t *x = take(PIECE);
	uint8_t *y = take(PIECE);
	struct coco_diag d = { 0 };
	int fa = -1;
	int fb = -1;

	assert_string_equal(a->files[i].path, b->files[i].path);
	assert_int_equal(a->files[i].size, b->files[i].size);
	assert_int_equal(a->files[i].mode & 0700, b->files[i].mode & 0700);
	assert_ok(coco_tree_open(run, a, i, &fa, &d), &d);
	assert_ok(coco_tree_open(run, b, i, &fb, &d), &d);
	for (uint64_t at = 0; at < a->files[i].size; at += PIECE) {
		size_t n = (size_t)coco_min_u64(PIECE, a->files[i].size - at);

		assert_ok(coco_pread_full(fa, x, n, at, "a", &d), &d);
		assert_ok(coco_pread_full(fb, y, n, at, "b", &d), &d);
		assert_memory_equal(x, y, n);
	}
	close(fa);
	close(fb);
	coco_free(x);
	coco_free(y);
}

void coco_model_same(const char *a, const char *b)
{
	const struct coco_run run = coco_model_run(1);
	const struct coco_tree_opts opts = { .allow_empty = true };
	struct coco_diag d = { 0 };
	struct coco_tree x;
	struct coco_tree y;

	assert_ok(coco_tree_scan(&run, a, &opts, &x, &d), &d);
	assert_ok(coco_tree_scan(&run, b, &opts, &y, &d), &d);
	assert_int_equal(x.n, y.n);
	for (size_t i = 0; i < x.n; i++)
		same_file(&run, &x, &y, i);
	coco_tree_free(&x);
	coco_tree_free(&y);
}

size_t coco_model_entries(const char *dir, const char *prefix)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    strncmp(e->d_name, prefix, strlen(prefix)) == 0)
			n++;
	closedir(d);
	return n;
}

struct coco_secret coco_model_key(uint64_t seed)
{
	struct coco_secret key = { .p = NULL };
	uint8_t raw[32];

	coco_test_random(raw, sizeof(raw), seed);
	assert_ok(coco_secret_from(&key, raw, sizeof(raw), NULL), NULL);
	return key;
}

/* In memory where that is possible: these tests write and sync a lot. */
static char *scratch(void)
{
	static const char shm[] = "/dev/shm";
	struct statvfs fs;

	if (getenv("TMPDIR") != NULL || access(shm, W_OK) != 0 || statvfs(shm, &fs) != 0 ||
	    (uint64_t)fs.f_bavail * fs.f_frsize < (uint64_t)1 << 30)
		return coco_test_dir();
	char *path = coco_path_join(shm, "cococtl-test.XXXXXX");
	assert_non_null(path);
	assert_non_null(mkdtemp(path));
	return path;
}

struct coco_model_place coco_model_place(enum coco_model_kind kind)
{
	struct coco_model_place p = { .work = scratch(), .key = coco_model_key(1000 + kind) };

	p.dir = coco_path_join(p.work, "model");
	p.out = coco_path_join(p.work, "package");
	assert_true(p.dir != NULL && p.out != NULL);
	if (kind != COCO_MODEL_KINDS)
		coco_model_mint(p.dir, kind);
	return p;
}

void coco_model_leave(struct coco_model_place *p)
{
	coco_test_rmdir(p->work);
	coco_free(p->dir);
	coco_free(p->out);
	coco_secret_free(&p->key);
}

struct coco_run coco_model_run(unsigned jobs)
{
	return (struct coco_run){ .jobs = jobs, .now = COCO_PKI_NOW };
}

struct coco_pack_request coco_model_request(const char *dir, const char *out,
					    const struct coco_secret *key,
					    uint64_t segment_size)
{
	return (struct coco_pack_request){ .dir = dir, .out = out, .key = key, .digests = true,
					   .segment_size = segment_size };
}

int coco_model_pack_code(const struct coco_pack_request *req, unsigned jobs)
{
	const struct coco_run run = coco_model_run(jobs);
	struct coco_pack_result result = { .files = 0 };
	struct coco_diag d = { 0 };
	int r = coco_pack(&run, req, &result, &d);

	assert_int_equal(r, d.code);
	coco_pack_result_free(&result);
	return r;
}

void coco_model_pack(const struct coco_pack_request *req, unsigned jobs,
		     struct coco_pack_result *ret)
{
	const struct coco_run run = coco_model_run(jobs);
	struct coco_diag d = { 0 };

	assert_ok(coco_pack(&run, req, ret, &d), &d);
}

void coco_model_signer(struct coco_model_signer *ret, const char *type)
{
	struct coco_diag d = { 0 };
	uint8_t *der = NULL;
	size_t n = 0;

	assert_ok(coco_key_generate(type, &ret->key, &d), &d);
	assert_ok(coco_key_public_der(ret->key, &der, &n, &d), &d);
	assert_ok(coco_key_parse_public(coco_view_of(der, n), &ret->public_key, &d), &d);
	coco_free(der);
	ret->signer = (struct coco_bundle_signer){ .key = ret->key };
	ret->trust = (struct coco_bundle_trust){ .key = ret->public_key };
}

void coco_model_signer_free(struct coco_model_signer *s)
{
	coco_key_free(s->key);
	coco_key_free(s->public_key);
}

int coco_model_open(const char *path, const struct coco_secret *key, const char *out,
		    unsigned jobs)
{
	const struct coco_run run = coco_model_run(jobs);
	struct coco_extract_result result = { .files = 0 };
	struct coco_catalogue cat;
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;
	int r = coco_pkg_open(path, NULL, &pkg, &d);

	if (r != 0) {
		assert_int_equal(r, d.code);
		return r;
	}
	r = coco_pkg_catalogue(&pkg, key, &cat, &d);
	if (r == 0) {
		const struct coco_extract_request req = { .pkg = &pkg, .cat = &cat, .key = key,
							  .out = out, .digests = true };
		r = coco_extract(&run, &req, &result, &d);
		if (r == 0)
			assert_int_equal(result.files, cat.n_files);
		coco_catalogue_free(&cat);
	}
	coco_pkg_close(&pkg);
	assert_int_equal(r, d.code);
	return r;
}

void coco_model_check(const char *work, const struct coco_pack_request *req, unsigned jobs)
{
	struct coco_pack_result result = { .files = 0 };
	char out[4096];

	snprintf(out, sizeof(out), "%s/opened", work);
	coco_model_pack(req, jobs, &result);
	assert_int_equal(coco_model_open(req->out, req->key, NULL, jobs), 0);
	assert_int_equal(coco_model_open(req->out, req->key, out, jobs), 0);
	coco_model_same(req->dir, out);
	coco_remove_tree(AT_FDCWD, out);
	coco_remove_tree(AT_FDCWD, req->out);
	coco_pack_result_free(&result);
}
