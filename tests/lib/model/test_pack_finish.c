/*
 * test_pack_finish.c - from segments to a package: the shape of its documents,
 * what depends on what, and that names appear in the catalogue only.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/pack_priv.h"
#include "lib/model/pkg_verify.h"
#include "tests/support/model.h"

static void test_documents(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_SHARDED);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 131072);
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;

	req.finish.tag = "v1.2";
	coco_model_pack(&req, 2, &r);
	assert_ok(coco_pkg_open(p.out, "v1.2", &pkg, &d), &d);
	const struct coco_manifest *m = &pkg.found.manifest;
	assert_string_equal(m->artifact_type, COCO_MT_PACKAGE);
	assert_string_equal(m->config.media_type, COCO_MT_HEADER);
	assert_false(m->has_subject);
	assert_int_equal(m->n_layers, pkg.header.segment_count + 1);
	for (size_t i = 0; i < m->n_layers; i++) {
		char title[32] = "catalogue";
		const struct coco_descriptor *l = &m->layers[i];

		if (i > 0)
			snprintf(title, sizeof(title), "segment-%05zu", i - 1);
		assert_int_equal(l->n_annotations, 1);
		assert_string_equal(coco_annotation_get(l->annotations, 1, COCO_ANN_TITLE), title);
		assert_string_equal(l->media_type, i == 0 ? COCO_MT_CATALOGUE : COCO_MT_SEGMENT);
	}
	/* the manifest is the one encoding of its content */
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;
	coco_wr_init(&wr, COCO_OCI_MANIFEST_MAX);
	coco_manifest_encode(&wr, m);
	assert_ok(coco_wr_finish(&wr, &text, &n, &d), &d);
	assert_int_equal(n, pkg.found.n_text);
	assert_memory_equal(text, pkg.found.text, n);
	coco_free(text);
	coco_pkg_close(&pkg);
	coco_pack_result_free(&r);
	coco_model_leave(&p);
}

/* Nothing but key, salts and ids differs between two runs. */
static void test_repeatable(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_ODD);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 65536);
	uint8_t *text[2];
	size_t n[2];
	uint64_t sizes[2];

	for (unsigned i = 0; i < 2; i++) {
		struct coco_pack_result r = { .files = 0 };
		struct coco_catalogue cat;
		struct coco_diag d = { 0 };
		struct coco_pkg pkg;
		struct coco_wr wr;

		req.out_flags = COCO_OUT_FORCE;
		req.key_id = "kbs:///a/b/c";
		coco_model_pack(&req, 1 + 3 * i, &r);
		sizes[i] = r.bytes_out;
		coco_pack_result_free(&r);
		assert_ok(coco_pkg_open(p.out, NULL, &pkg, &d), &d);
		assert_ok(coco_pkg_catalogue(&pkg, &p.key, &cat, &d), &d);
		memset(cat.header.package_id, 0, COCO_PACKAGE_ID);
		coco_wr_init(&wr, 16 << 20);
		coco_catalogue_encode(&wr, &cat);
		assert_ok(coco_wr_finish(&wr, &text[i], &n[i], &d), &d);
		coco_catalogue_free(&cat);
		coco_pkg_close(&pkg);
	}
	assert_int_equal(sizes[0], sizes[1]);
	assert_int_equal(n[0], n[1]);
	assert_memory_equal(text[0], text[1], n[0]);
	coco_free(text[0]);
	coco_free(text[1]);
	coco_model_leave(&p);
}

static size_t search(const char *dir, const char *needle)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t hits = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		char *path = coco_path_join(dir, e->d_name);
		size_t n = 0;

		if (e->d_name[0] != '.' && e->d_type == DT_DIR) {
			hits += search(path, needle);
		} else if (e->d_type == DT_REG) {
			uint8_t *bytes = coco_test_slurp(path, &n);

			hits += memmem(bytes, n, needle, strlen(needle)) != NULL ? 1 : 0;
			hits += strstr(e->d_name, needle) != NULL ? 1 : 0;
			coco_free(bytes);
		}
		coco_free(path);
	}
	closedir(d);
	return hits;
}

struct logged {
	bool found;
	unsigned n;
};

static void look(void *ctx, int level COCO_UNUSED, const char *text)
{
	struct logged *l = ctx;

	l->n++;
	if (strstr(text, "canary") != NULL || strstr(text, "CANARY") != NULL)
		l->found = true;
}

/* Names, contents and tensor names leave the machine nowhere but sealed. */
static void test_canaries(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_KINDS);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 65536);
	struct coco_run run = coco_model_run(2);
	struct coco_pack_result r = { .files = 0 };
	struct coco_model_signer s;
	struct coco_diag d = { 0 };
	struct logged l = { .n = 0 };

	coco_model_signer(&s, "p256");
	coco_model_file(p.dir, "canary-dir/canary-file.safetensors", "CANARY-CONTENT broken", 21);
	coco_model_file(p.dir, "canary-empty", "", 0);
	coco_model_safetensors(p.dir, "canary.safetensors", "BF16", 100000, 3);
	const struct coco_key *recipient = s.public_key;
	req.finish.signer = &s.signer;
	req.finish.recipients = &recipient;
	req.finish.n_recipients = 1;
	req.compress = COCO_COMPRESS_OFF;
	run.log = look;
	run.log_ctx = &l;
	assert_ok(coco_pack(&run, &req, &r, &d), &d);
	assert_true(r.is_signed);
	assert_true(l.n > 0);
	assert_false(l.found);
	assert_int_equal(search(p.out, "canary"), 0);
	assert_int_equal(search(p.out, "CANARY"), 0);
	assert_int_equal(search(p.out, "weight"), 0);
	assert_true(search(p.out, "segment-00000") > 0); /* the search finds what is there */
	coco_pack_result_free(&r);
	coco_model_signer_free(&s);
	coco_model_leave(&p);
}

/* With a signer the catalogue carries the model's own signature, if it has digests. */
static void test_model_signature(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_SHARDED);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 65536);
	struct coco_model_signer s;

	coco_model_signer(&s, "ed25519");
	for (int i = 0; i < 4; i++) {
		struct coco_pack_result r = { .files = 0 };
		struct coco_catalogue cat;
		struct coco_diag d = { 0 };
		struct coco_pkg pkg;

		req.digests = i % 2 == 0;
		req.finish.signer = i / 2 == 0 ? &s.signer : NULL;
		req.out_flags = COCO_OUT_FORCE;
		coco_model_pack(&req, 2, &r);
		assert_int_equal(r.is_signed, i / 2 == 0);
		assert_ok(coco_pkg_open(p.out, NULL, &pkg, &d), &d);
		assert_ok(coco_pkg_catalogue(&pkg, &p.key, &cat, &d), &d);
		assert_int_equal(cat.oms != NULL, i == 0);
		for (size_t k = 0; k < cat.n_files; k++)
			assert_int_equal(cat.files[k].has_sha256, req.digests);
		coco_catalogue_free(&cat);
		coco_pkg_close(&pkg);
		coco_pack_result_free(&r);
	}
	coco_model_signer_free(&s);
	coco_model_leave(&p);
}

/* A key that cannot sign is found out before the model is read. */
static void test_signer_cannot_sign(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_GGUF);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 65536);
	struct coco_progress progress = { .done = 0 };
	struct coco_run run = coco_model_run(2);
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };
	struct coco_model_signer s;

	coco_model_signer(&s, "p256");
	const struct coco_bundle_signer wrong = { .key = s.public_key };
	req.finish.signer = &wrong;
	req.resume = true;
	run.progress = &progress;
	assert_err(coco_pack(&run, &req, &r, &d), COCO_E_KEY_NOT_PRIVATE, &d);
	assert_int_equal(progress.done, 0);
	assert_int_equal(coco_model_entries(p.work, ""), 1);
	coco_model_signer_free(&s);
	coco_model_leave(&p);
}

static void test_incomplete(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_KINDS);
	const struct coco_run run = coco_model_run(1);
	char id[] = "k";
	char path[] = "a";
	const struct coco_pkg_header h = { .version = 1, .key_id = id, .segment_size = 65536,
					   .segment_count = 1 };
	struct coco_cat_file file = { .path = path };
	struct coco_record_segment segment = { .size = 0 };
	struct coco_record_run beyond = { .file = 1 };
	struct coco_pack_content c = { .key = &p.key, .header = &h, .files = &file, .n_files = 1,
				       .segments = &segment, .n_segments = 1 };
	const struct coco_pack_finish finish = { .tag = NULL };
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };
	int fd = open(p.work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_ok(coco_layout_init(fd, &d), &d);
	assert_err(coco_pack_write(&run, fd, &c, &finish, &r, &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	segment.size = 100;
	segment.runs = &beyond;
	segment.n_runs = 1;
	assert_err(coco_pack_write(&run, fd, &c, &finish, &r, &d), COCO_E_RECORD, &d);
	close(fd);
	coco_model_leave(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_repeatable),
		cmocka_unit_test(test_canaries),
		cmocka_unit_test(test_model_signature),
		cmocka_unit_test(test_signer_cannot_sign),
		cmocka_unit_test(test_incomplete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
