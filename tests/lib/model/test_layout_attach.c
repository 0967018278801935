/*
 * test_layout_attach.c - attaching artifacts to an existing layout: what it
 * writes, what it leaves alone, and several writers at once.
 */
#include "lib/model/layout.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "tests/support/mint_layout.h"
#include "tests/support/support.h"

static struct coco_diag d;
static char *dir;
static int fd;
static struct coco_minted package;
static struct coco_descriptor subject;
static char media_type[] = COCO_MT_MANIFEST;

static int setup(void **state COCO_UNUSED)
{
	static char entry[1024];
	static char index[2048];

	coco_diag_init(&d);
	dir = coco_mint_start();
	package = coco_mint_manifest(dir, COCO_MINT_PACKAGE, NULL, "payload", NULL);
	coco_mint_entry(entry, sizeof(entry), "manifest", &package, COCO_MINT_PACKAGE, "v1");
	coco_mint_index(index, sizeof(index), entry);
	coco_mint_text(dir, "index.json", index);
	subject = (struct coco_descriptor){ .media_type = media_type, .size = package.size };
	assert_ok(coco_digest_parse(&subject.digest, package.digest, &d), &d);
	assert_ok(coco_layout_open_dir(dir, &fd, &d), &d);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	close(fd);
	coco_test_rmdir(dir);
	return 0;
}

static int attach(const char *text, bool replace, struct coco_digest *ret, struct coco_diag *diag)
{
	static char key[] = "org.example.key";
	static char value[] = "value \"x\"";
	static const struct coco_annotation note = { key, value };
	const struct coco_attachment a = {
		.artifact_type = COCO_MINT_SIGNATURE,
		.layer_media_type = COCO_MINT_SIGNATURE,
		.layer_title = "signature.json",
		.layer = coco_view_of(text, strlen(text)),
		.annotations = &note,
		.n_annotations = 1,
		.replace = replace,
	};

	return coco_layout_attach(fd, &subject, &a, ret, diag);
}

static struct coco_digest attach_ok(const char *text, bool replace)
{
	struct coco_digest digest = { { 0 } };

	assert_ok(attach(text, replace, &digest, &d), &d);
	return digest;
}

static size_t count_referrers(void)
{
	struct coco_layout *l = NULL;
	struct coco_found *found = NULL;
	size_t n = 0;

	assert_ok(coco_layout_open(&l, dir, &d), &d);
	assert_ok(coco_layout_referrers(l, &subject.digest, COCO_MINT_SIGNATURE, &found, &n, &d),
		  &d);
	for (size_t i = 0; i < n; i++)
		coco_found_free(&found[i]);
	coco_free(found);
	coco_layout_close(l);
	return n;
}

static uint8_t *index_text(void)
{
	size_t n = 0;

	return coco_test_slurp(coco_mint_path(dir, "index.json"), &n);
}

static void test_attach(void **state COCO_UNUSED)
{
	static char want[2048];
	struct coco_digest digest = attach_ok("signature one", false);
	struct coco_layout *l = NULL;
	struct coco_found *found = NULL;
	size_t n = 0;
	uint8_t *layer = NULL;
	size_t n_layer = 0;

	assert_ok(coco_layout_open(&l, dir, &d), &d);
	assert_ok(coco_layout_referrers(l, &subject.digest, COCO_MINT_SIGNATURE, &found, &n, &d),
		  &d);
	assert_int_equal(n, 1);
	const struct coco_manifest *m = &found[0].manifest;
	assert_true(coco_digest_equal(&found[0].digest, &digest));
	assert_null(found[0].tag);
	assert_string_equal(m->artifact_type, COCO_MINT_SIGNATURE);
	assert_string_equal(m->config.media_type, COCO_MT_EMPTY);
	assert_int_equal(m->config.size, 2);
	assert_int_equal(m->n_layers, 1);
	assert_string_equal(coco_annotation_get(m->layers[0].annotations,
						m->layers[0].n_annotations, COCO_ANN_TITLE),
			    "signature.json");
	assert_string_equal(m->subject.media_type, COCO_MT_MANIFEST);
	assert_int_equal(m->subject.size, package.size);
	assert_ok(coco_layout_read(l, &m->layers[0], 100, &layer, &n_layer, &d), &d);
	assert_string_equal((char *)layer, "signature one");
	coco_free(layer);
	assert_ok(coco_layout_read(l, &m->config, 2, &layer, &n_layer, &d), &d);
	coco_free(layer);
	/* index.json: the old entry as it was, the new one as oras lists it */
	char text[COCO_OCI_DIGEST_TEXT];
	coco_digest_text(text, &digest);
	snprintf(want, sizeof(want),
		 "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[{\"mediaType\":\"%s\","
		 "\"digest\":\"%s\",\"size\":%zu,\"artifactType\":\"%s\",\"annotations\":"
		 "{\"%s\":\"v1\"}},{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu,"
		 "\"artifactType\":\"%s\",\"annotations\":{\"org.example.key\":"
		 "\"value \\\"x\\\"\"}}]}",
		 COCO_MT_INDEX, COCO_MT_MANIFEST, package.digest, package.size, COCO_MINT_PACKAGE,
		 COCO_ANN_REF_NAME, COCO_MT_MANIFEST, text, found[0].n_text, COCO_MINT_SIGNATURE);
	layer = index_text();
	assert_string_equal((char *)layer, want);
	coco_free(layer);
	coco_found_free(&found[0]);
	coco_free(found);
	coco_layout_close(l);
}

static void test_attach_again(void **state COCO_UNUSED)
{
	struct coco_digest one = attach_ok("same", false);
	struct stat before;
	struct stat after;

	assert_int_equal(stat(coco_mint_path(dir, "index.json"), &before), 0);
	struct coco_digest two = attach_ok("same", false);
	assert_true(coco_digest_equal(&one, &two));
	assert_int_equal(stat(coco_mint_path(dir, "index.json"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(count_referrers(), 1);
	attach_ok("other", false);
	assert_int_equal(count_referrers(), 2);
}

/* Puts further entries in front of those of index.json. */
static void list_more(const char *more)
{
	uint8_t *text = index_text();
	char *at = strstr((char *)text, "\"manifests\":[");
	static char out[1 << 14];

	assert_non_null(at);
	at += strlen("\"manifests\":[");
	snprintf(out, sizeof(out), "%.*s%s,%s", (int)(at - (char *)text), (char *)text, more, at);
	coco_mint_text(dir, "index.json", out);
	coco_free(text);
}

static void test_replace(void **state COCO_UNUSED)
{
	char entry[600];

	attach_ok("one", false);
	attach_ok("two", false);
	/* one of another kind, one of another subject, one untyped, one damaged */
	struct coco_minted wrap = coco_mint_manifest(dir, "application/vnd.example.wrap", NULL,
						     "w", &package);
	struct coco_minted other = coco_mint_manifest(dir, COCO_MINT_SIGNATURE, NULL, "o", &wrap);
	struct coco_minted plain = coco_mint_manifest(dir, COCO_MINT_SIGNATURE, NULL, "p",
						      &package);
	struct coco_minted lost = coco_mint_manifest(dir, COCO_MINT_SIGNATURE, NULL, "l",
						     &package);
	unlink(coco_mint_blob_path(dir, &lost));
	coco_mint_entry(entry, sizeof(entry), "manifest", &wrap, NULL, NULL);
	list_more(entry);
	coco_mint_entry(entry, sizeof(entry), "manifest", &other, NULL, NULL);
	list_more(entry);
	coco_mint_entry(entry, sizeof(entry), "manifest", &plain, NULL, NULL);
	list_more(entry);
	coco_mint_entry(entry, sizeof(entry), "manifest", &lost, NULL, NULL);
	list_more(entry);
	assert_int_equal(count_referrers(), 3);
	struct coco_digest three = attach_ok("three", true);
	assert_int_equal(count_referrers(), 1);
	struct coco_digest again = attach_ok("three", true);
	assert_true(coco_digest_equal(&three, &again));
	assert_int_equal(count_referrers(), 1);
	uint8_t *text = index_text();
	assert_non_null(strstr((char *)text, wrap.digest));
	assert_non_null(strstr((char *)text, other.digest));
	assert_non_null(strstr((char *)text, lost.digest));
	assert_null(strstr((char *)text, plain.digest));
	coco_free(text);
	/* an earlier one of two comes back alone */
	attach_ok("four", false);
	assert_int_equal(count_referrers(), 2);
	attach_ok("three", true);
	assert_int_equal(count_referrers(), 1);
}

static void test_fallback_index(void **state COCO_UNUSED)
{
	char entry[600];
	char index[1500];
	char tag[80];
	struct coco_minted old = coco_mint_manifest(dir, COCO_MINT_SIGNATURE, NULL, "old",
						    &package);

	coco_mint_entry(entry, sizeof(entry), "manifest", &old, NULL, NULL);
	coco_mint_index(index, sizeof(index), entry);
	struct coco_minted x = coco_mint_blob(dir, index);
	snprintf(tag, sizeof(tag), "sha256-%s", package.digest + 7);
	coco_mint_entry(entry, sizeof(entry), "index", &x, NULL, tag);
	list_more(entry);
	assert_int_equal(count_referrers(), 1);
	attach_ok("new", false);
	assert_int_equal(count_referrers(), 2);
	attach_ok("newer", true);
	assert_int_equal(count_referrers(), 1);

	struct coco_layout *l = NULL;
	assert_ok(coco_layout_open(&l, dir, &d), &d);
	const struct coco_index *top = coco_layout_index(l);
	assert_int_equal(top->n_manifests, 3);
	const struct coco_descriptor *nested = &top->manifests[0];
	assert_string_equal(coco_annotation_get(nested->annotations, nested->n_annotations,
						COCO_ANN_REF_NAME),
			    tag);
	uint8_t *text = NULL;
	size_t n = 0;
	struct coco_index inner;
	assert_ok(coco_layout_read(l, nested, COCO_OCI_MANIFEST_MAX, &text, &n, &d), &d);
	assert_ok(coco_index_decode(&inner, coco_view_of(text, n), &d), &d);
	assert_int_equal(inner.n_manifests, 1);
	assert_true(coco_digest_equal(&inner.manifests[0].digest, &top->manifests[2].digest));
	coco_index_free(&inner);
	coco_free(text);
	coco_layout_close(l);
}

static void test_keeps_foreign_members(void **state COCO_UNUSED)
{
	static const char foreign[] =
		"{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"digest\":\""
		COCO_MINT_EMPTY
		"\",\"size\":2,\"annotations\":{\"kind\":\"dev.cosignproject.cosign/image\"},"
		"\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"},"
		"\"urls\":[\"https://x\"]}";

	list_more(foreign);
	attach_ok("one", true);
	uint8_t *text = index_text();
	assert_non_null(strstr((char *)text, foreign));
	coco_free(text);
}

static void expect_fail(int code)
{
	struct coco_digest digest = { { 7 } };

	coco_diag_init(&d);
	assert_err(attach("x", false, &digest, &d), code, &d);
	assert_int_equal(digest.sha256[0], 7);
}

static void test_defects(void **state COCO_UNUSED)
{
	coco_mint_text(dir, "index.json",
		       "{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}");
	expect_fail(COCO_E_FORMAT_JSON_DUPLICATE);
	unlink(coco_mint_path(dir, "index.json"));
	expect_fail(COCO_E_LAYOUT_FORMAT);
	assert_int_equal(symlink("/dev/null", coco_mint_path(dir, "index.json")), 0);
	expect_fail(COCO_E_IO_KIND);
	unlink(coco_mint_path(dir, "oci-layout"));
	expect_fail(COCO_E_LAYOUT_FORMAT);
}

enum { WRITERS = 8, EACH = 6 };

/* Each writer adds its own signatures; none may be lost. */
static void test_several_processes(void **state COCO_UNUSED)
{
	pid_t pids[WRITERS];

	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			int bad = 0;

			for (int k = 0; k < EACH; k++) {
				char text[64];
				struct coco_digest digest;

				snprintf(text, sizeof(text), "writer %d signature %d", i, k);
				bad |= attach(text, false, &digest, NULL);
			}
			_exit(bad != 0);
		}
	}
	for (int i = 0; i < WRITERS; i++) {
		int status = 1;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(count_referrers(), WRITERS * EACH);
}

static void *thread_writer(void *arg)
{
	size_t me = (size_t)(uintptr_t)arg;
	bool bad = false;

	for (int k = 0; k < EACH; k++) {
		char text[64];
		struct coco_digest digest;

		snprintf(text, sizeof(text), "thread %zu signature %d", me, k);
		bad |= attach(text, false, &digest, NULL) != 0;
	}
	return bad ? arg : NULL;
}

static void test_several_threads(void **state COCO_UNUSED)
{
	/* the same directory descriptor in all of them */
	pthread_t threads[4];

	for (size_t i = 0; i < COCO_ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, thread_writer,
						(void *)(uintptr_t)(i + 1)),
				 0);
	for (size_t i = 0; i < COCO_ARRAY_LEN(threads); i++) {
		void *bad = NULL;

		assert_int_equal(pthread_join(threads[i], &bad), 0);
		assert_null(bad);
	}
	assert_int_equal(count_referrers(), COCO_ARRAY_LEN(threads) * EACH);
}

static void test_killed(void **state COCO_UNUSED)
{
	/* at whatever point a writer is killed, the layout is whole */
	size_t before = 0;

	for (int i = 0; i < 25; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			for (int k = 0;; k++) {
				char text[64];
				struct coco_digest digest;

				snprintf(text, sizeof(text), "round %d signature %d", i, k);
				if (attach(text, false, &digest, NULL) != 0)
					_exit(1);
			}
		}
		usleep((useconds_t)(1500 + i * 700));
		kill(pid, SIGKILL);
		int status = 0;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		size_t now = count_referrers();
		assert_true(now >= before);
		before = now;
	}
}

static atomic_bool stop;

/* A program that rewrites index.json without taking the lock. */
static void *rude_writer(void *arg COCO_UNUSED)
{
	uint8_t *text = index_text();

	while (!atomic_load(&stop)) {
		coco_mint_text(dir, "rude", (char *)text);
		if (renameat(fd, "rude", fd, "index.json") != 0)
			break;
	}
	coco_free(text);
	return NULL;
}

static void test_changed_meanwhile(void **state COCO_UNUSED)
{
	pthread_t thread;
	int r = 0;

	atomic_store(&stop, false);
	assert_int_equal(pthread_create(&thread, NULL, rude_writer, NULL), 0);
	for (int i = 0; i < 2000 && r == 0; i++) {
		char text[64];
		struct coco_digest digest;

		snprintf(text, sizeof(text), "attempt %d", i);
		coco_diag_init(&d);
		r = attach(text, false, &digest, &d);
	}
	atomic_store(&stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_err(r, COCO_E_IO_CHANGED, &d);
}

#define IN_LAYOUT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_LAYOUT(test_attach),
		IN_LAYOUT(test_attach_again),
		IN_LAYOUT(test_replace),
		IN_LAYOUT(test_fallback_index),
		IN_LAYOUT(test_keeps_foreign_members),
		IN_LAYOUT(test_defects),
		IN_LAYOUT(test_several_processes),
		IN_LAYOUT(test_several_threads),
		IN_LAYOUT(test_killed),
		IN_LAYOUT(test_changed_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
