/*
 * test_layout_tar.c - layouts in tars: the variants that tar programs write,
 * and tars made to mislead.
 */
#include "lib/model/layout.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/mint_layout.h"
#include "tests/support/support.h"

enum { BLOCK = 512 };

#define MARKER "{\"imageLayoutVersion\":\"1.0.0\"}"
#define EMPTY_INDEX "{\"schemaVersion\":2,\"manifests\":[]}"

static struct coco_diag d;
static char *dir;                 /* a layout with one package */
static char *out;                 /* where the tars go */
static struct coco_minted package;

static int setup(void **state COCO_UNUSED)
{
	static char entry[1024];
	static char index[2048];

	dir = coco_mint_start();
	out = coco_test_dir();
	package = coco_mint_manifest(dir, COCO_MINT_PACKAGE, NULL, "payload", NULL);
	coco_mint_entry(entry, sizeof(entry), "manifest", &package, COCO_MINT_PACKAGE, "v1");
	coco_mint_index(index, sizeof(index), entry);
	coco_mint_text(dir, "index.json", index);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	coco_test_rmdir(out);
	return 0;
}

/* Runs a shell command with $L the layout and $O the output directory. */
static void shell(const char *command)
{
	setenv("L", dir, 1);
	setenv("O", out, 1);
	setenv("LC_ALL", "C", 1);
	assert_int_equal(system(command), 0); /* test code: fixed commands only */
}

static void expect_good(const char *name)
{
	const char *path = coco_mint_path(out, name);
	struct coco_layout *l = NULL;
	struct coco_found f;
	enum coco_target_kind kind;
	uint8_t *text = NULL;
	size_t n = 0;
	int fd = -1;

	coco_diag_init(&d);
	assert_ok(coco_layout_probe(path, &kind, &d), &d);
	assert_int_equal(kind, COCO_TARGET_LAYOUT_TAR);
	assert_ok(coco_layout_open(&l, path, &d), &d);
	assert_true(coco_layout_is_tar(l));
	assert_ok(coco_layout_find(l, COCO_MINT_PACKAGE, NULL, &f, &d), &d);
	assert_ok(coco_layout_read(l, &f.manifest.layers[0], 100, &text, &n, &d), &d);
	assert_string_equal((char *)text, "payload");
	coco_free(text);
	coco_found_free(&f);
	coco_layout_close(l);
	assert_err(coco_layout_open_dir(path, &fd, &d), COCO_E_LAYOUT_TAR, &d);
}

static void expect_bad(const char *name, int code, const char *word)
{
	struct coco_layout *l = NULL;

	coco_diag_init(&d);
	assert_err(coco_layout_open(&l, coco_mint_path(out, name), &d), code, &d);
	assert_null(l);
	assert_string_not_equal(d.source, "");
	if (strstr(d.message, word) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", name, d.message, word);
}

static void test_variants(void **state COCO_UNUSED)
{
	static const char *const formats[] = { "v7", "oldgnu", "gnu", "ustar", "pax" };
	char command[256];

	for (size_t i = 0; i < COCO_ARRAY_LEN(formats); i++) {
		print_message("tar: %s\n", formats[i]);
		snprintf(command, sizeof(command),
			 "tar --format=%s -C \"$L\" -cf \"$O/dot.tar\" .", formats[i]);
		shell(command);
		expect_good("dot.tar");
		snprintf(command, sizeof(command),
			 "tar --format=%s -C \"$L\" -cf \"$O/names.tar\" "
			 "blobs index.json oci-layout",
			 formats[i]);
		shell(command);
		expect_good("names.tar");
		snprintf(command, sizeof(command),
			 "tar --format=%s -b1 -C \"$L\" -cf \"$O/files.tar\" oci-layout index.json "
			 "$(cd \"$L\" && ls -d blobs/sha256/*)",
			 formats[i]);
		shell(command);
		expect_good("files.tar");
	}
}

static void test_long_and_foreign_names(void **state COCO_UNUSED)
{
	/* names that need extra header blocks, before and after the blobs */
	shell("p=$(printf 'x%.0s' $(seq 200)); mkdir -p \"$L/a/$p/$p\" && "
	      "echo 1 >\"$L/a/$p/$p/$p\" && printf 2 >\"$L/blobs/z$p\" && "
	      "printf 3 >\"$L/\303\251\303\251\" && printf 4 >\"$L/\377\376\" && "
	      "printf 5 >\"$L/blobs/sha256/.partial-1\" && printf 6 >\"$L/..a\"");
	shell("tar --format=pax -C \"$L\" -cf \"$O/pax.tar\" . && "
	      "tar --format=gnu -C \"$L\" -cf \"$O/gnu.tar\" . && "
	      "tar --format=posix --pax-option=comment=hello,SCHILY.xattr.user.a=b -C \"$L\" "
	      "-cf \"$O/opt.tar\" . && "
	      "tar --format=gnu -V label -C \"$L\" -cf \"$O/label.tar\" .");
	expect_good("pax.tar");
	expect_good("gnu.tar");
	expect_good("opt.tar");
	expect_good("label.tar");
}

static void test_compressed(void **state COCO_UNUSED)
{
	enum coco_target_kind kind;

	shell("tar -C \"$L\" -cf \"$O/l.tar\" . && gzip -k \"$O/l.tar\"");
	expect_bad("l.tar.gz", COCO_E_LAYOUT_TAR, "gzip");
	assert_non_null(strstr(d.hint, "decompress"));
	assert_ok(coco_layout_probe(coco_mint_path(out, "l.tar.gz"), &kind, &d), &d);
	assert_int_equal(kind, COCO_TARGET_OTHER);
	coco_mint_file(out, "z", "\x28\xb5\x2f\xfd rest of it", 15);
	expect_bad("z", COCO_E_LAYOUT_TAR, "zstd");
	coco_mint_file(out, "z", "\xfd" "7zXZ\0 rest of it", 15);
	expect_bad("z", COCO_E_LAYOUT_TAR, "xz");
	coco_mint_file(out, "z", "BZh91AY&SY", 10);
	expect_bad("z", COCO_E_LAYOUT_TAR, "bzip2");
	coco_mint_file(out, "z", "\x04\x22\x4d\x18 rest of it", 15);
	expect_bad("z", COCO_E_LAYOUT_TAR, "lz4");
}

static void test_not_a_layout(void **state COCO_UNUSED)
{
	enum coco_target_kind kind;

	shell("tar -C \"$L\" -cf \"$O/noindex.tar\" blobs oci-layout && "
	      "tar -C \"$L\" -cf \"$O/nomarker.tar\" blobs index.json && "
	      "tar -C \"$L\" -cf \"$O/none.tar\" -T /dev/null && "
	      "printf 'just some text' >\"$O/text\"");
	expect_bad("noindex.tar", COCO_E_LAYOUT_FORMAT, "index.json");
	expect_bad("nomarker.tar", COCO_E_LAYOUT_FORMAT, "oci-layout");
	expect_bad("none.tar", COCO_E_LAYOUT_FORMAT, "");
	expect_bad("text", COCO_E_LAYOUT_FORMAT, "neither");
	assert_ok(coco_layout_probe(coco_mint_path(out, "nomarker.tar"), &kind, NULL), NULL);
	assert_int_equal(kind, COCO_TARGET_OTHER);
	coco_mint_text(dir, "oci-layout", "{\"imageLayoutVersion\":\"3.0.0\"}");
	shell("tar -C \"$L\" -cf \"$O/version.tar\" .");
	expect_bad("version.tar", COCO_E_LAYOUT_FORMAT, "version 1");
	coco_mint_text(dir, "oci-layout", MARKER);
	shell("truncate -s 17M \"$L/index.json\" && tar -C \"$L\" -cf \"$O/huge.tar\" .");
	expect_bad("huge.tar", COCO_E_LIMIT_SIZE, "limit");
}

static void test_twice(void **state COCO_UNUSED)
{
	shell("cd \"$L\" && tar -cf \"$O/a.tar\" . && cp \"$O/a.tar\" \"$O/b.tar\" && "
	      "cp \"$O/a.tar\" \"$O/c.tar\" && tar -rf \"$O/a.tar\" ./index.json && "
	      "tar -rf \"$O/b.tar\" oci-layout && "
	      "tar -rf \"$O/c.tar\" \"$(ls -d blobs/sha256/* | head -n 1)\"");
	expect_bad("a.tar", COCO_E_LAYOUT_FORMAT, "twice");
	expect_bad("b.tar", COCO_E_LAYOUT_FORMAT, "twice");
	expect_bad("c.tar", COCO_E_LAYOUT_FORMAT, "twice");
}

static void test_links(void **state COCO_UNUSED)
{
	shell("cd \"$L\" && b=$(ls -d blobs/sha256/* | head -n 1) && cp \"$b\" keep && "
	      "ln -f keep \"$b\" && tar -cf \"$O/hard.tar\" keep blobs index.json oci-layout && "
	      "ln -sf ../../keep \"$b\" && tar -cf \"$O/soft.tar\" . && "
	      "rm \"$b\" && mkfifo \"$b\" && tar -cf \"$O/fifo.tar\" . && "
	      "rm \"$b\" && mkdir \"$b\" && tar -cf \"$O/dir.tar\" . && "
	      "rmdir \"$b\" && mv keep \"$b\"");
	expect_bad("hard.tar", COCO_E_LAYOUT_FORMAT, "link");
	assert_non_null(strstr(d.hint, "--hard-dereference"));
	expect_bad("soft.tar", COCO_E_LAYOUT_FORMAT, "link");
	expect_bad("fifo.tar", COCO_E_LAYOUT_FORMAT, "special");
	shell("tar -C \"$L\" -cf \"$O/good.tar\" .");
	expect_good("good.tar");
	shell("cd \"$L\" && mv blobs elsewhere && ln -s elsewhere blobs && "
	      "tar -cf \"$O/blobs.tar\" .");
	expect_bad("blobs.tar", COCO_E_LAYOUT_FORMAT, "not a directory");
}

static void test_outside_names(void **state COCO_UNUSED)
{
	shell("cd \"$L\" && printf x >\"$O/x\" && "
	      "tar -P -cf \"$O/abs.tar\" . \"$O/x\" && "
	      "tar -P --transform 's,^\\./index,./a/../../index,' -cf \"$O/up.tar\" . && "
	      "tar -P --transform 's,^\\./oci.*,a/..,' -cf \"$O/end.tar\" .");
	expect_bad("abs.tar", COCO_E_LAYOUT_FORMAT, "absolute");
	expect_bad("up.tar", COCO_E_LAYOUT_FORMAT, "..");
	expect_bad("end.tar", COCO_E_LAYOUT_FORMAT, "..");
}

static void test_sparse(void **state COCO_UNUSED)
{
	shell("cd \"$L\" && b=$(ls -d blobs/sha256/* | head -n 1) && truncate -s 1M \"$b\" && "
	      "tar -S --format=gnu -cf \"$O/gnu.tar\" . && "
	      "tar -S --format=posix --sparse-version=1.0 -cf \"$O/s10.tar\" . && "
	      "tar -S --format=posix --sparse-version=0.1 -cf \"$O/s01.tar\" . && "
	      "tar -S --format=posix --sparse-version=0.0 -cf \"$O/s00.tar\" .");
	expect_bad("gnu.tar", COCO_E_LAYOUT_TAR, "sparse");
	expect_bad("s10.tar", COCO_E_LAYOUT_TAR, "sparse");
	expect_bad("s01.tar", COCO_E_LAYOUT_TAR, "sparse");
	expect_bad("s00.tar", COCO_E_LAYOUT_TAR, "sparse");
}

static void test_cut_and_damaged(void **state COCO_UNUSED)
{
	/* blobs last, so that every cut hits a blob or its header */
	shell("cd \"$L\" && tar -b1 -cf \"$O/l.tar\" oci-layout index.json blobs");
	size_t n = 0;
	uint8_t *tar = coco_test_slurp(coco_mint_path(out, "l.tar"), &n);
	size_t end = n - (size_t)2 * BLOCK; /* the end mark */
	size_t head = (size_t)4 * BLOCK;    /* marker and index.json */
	struct coco_layout *l = NULL;

	for (size_t cut = 1; cut < end; cut += 61) {
		coco_diag_init(&d);
		coco_mint_file(out, "cut", tar, cut);
		int r = coco_layout_open(&l, coco_mint_path(out, "cut"), &d);

		if (r == 0) {
			/* only whole entries are lost, and the blob is missed later */
			struct coco_found f;

			assert_true(cut >= head);
			if (coco_layout_find(l, COCO_MINT_PACKAGE, NULL, &f, &d) == 0)
				coco_found_free(&f);
			coco_layout_close(l);
		} else {
			assert_true(r == COCO_E_LAYOUT_FORMAT || r == COCO_E_FORMAT_JSON);
		}
	}
	/* a damaged header after good ones */
	tar[head + 2] ^= 1;
	coco_mint_file(out, "bad", tar, n);
	expect_bad("bad", COCO_E_LAYOUT_FORMAT, "damaged");
	coco_free(tar);
}

/* ---- tars written by hand ------------------------------------------------ */

static void put_header(uint8_t *h, const char *name, char type, uint64_t size, bool base256)
{
	unsigned sum = 0;

	memset(h, 0, BLOCK);
	memcpy(h, name, strlen(name));
	memcpy(h + 100, "0000644\0" "0000000\0" "0000000\0", 24);
	if (base256) {
		h[124] = 0x80;
		coco_put_be64(h + 128, size);
	} else {
		snprintf((char *)h + 124, 12, "%011" PRIo64, size);
	}
	memcpy(h + 136, "00000000000\0        ", 20);
	h[156] = (uint8_t)type;
	memcpy(h + 257, base256 ? "ustar  \0" : "ustar\0" "00", 8);
	for (int i = 0; i < BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
}

static int tar_fd;
static uint64_t tar_at;

static void tar_start(const char *name)
{
	tar_fd = open(coco_mint_path(out, name), O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(tar_fd >= 0);
	tar_at = 0;
}

/* Data may be NULL for a hole of size bytes. */
static void tar_add(const char *name, char type, const void *data, uint64_t size,
		    uint64_t told, bool base256)
{
	uint8_t h[BLOCK];

	put_header(h, name, type, told, base256);
	assert_int_equal(pwrite(tar_fd, h, BLOCK, (off_t)tar_at), BLOCK);
	tar_at += BLOCK;
	if (data != NULL)
		assert_int_equal(pwrite(tar_fd, data, size, (off_t)tar_at), (ssize_t)size);
	tar_at += (size + BLOCK - 1) / BLOCK * BLOCK;
}

static void tar_text(const char *name, const char *text)
{
	tar_add(name, '0', text, strlen(text), strlen(text), false);
}

static void tar_end(void)
{
	assert_int_equal(ftruncate(tar_fd, (off_t)tar_at + 2 * BLOCK), 0);
	close(tar_fd);
}

#define BIG_HEX "00000000000000000000000000000000000000000000000000000000000000ff"
#define BIG_SIZE ((UINT64_C(9) << 30) + 5)

/* A blob of more than 8 GiB (a hole), with further files behind it. */
static void big_tar(const char *name, bool pax)
{
	tar_start(name);
	tar_text("oci-layout", MARKER);
	if (pax) {
		char line[64];

		/* the length at the start counts the whole line */
		snprintf(line, sizeof(line), "19 size=%" PRIu64 "\n", BIG_SIZE);
		assert_int_equal(strlen(line), 19);
		tar_add("PaxHeaders/big", 'x', line, strlen(line), strlen(line), false);
		tar_add("blobs/sha256/" BIG_HEX, '0', NULL, BIG_SIZE, 0, false);
	} else {
		tar_add("blobs/sha256/" BIG_HEX, '0', NULL, BIG_SIZE, BIG_SIZE, true);
	}
	tar_text("index.json", EMPTY_INDEX);
	tar_end();
}

static void expect_big(const char *name)
{
	struct coco_layout *l = NULL;
	struct coco_descriptor desc = { .size = BIG_SIZE };
	struct coco_blob_at at;
	uint8_t last[16];

	coco_diag_init(&d);
	assert_ok(coco_digest_parse(&desc.digest, "sha256:" BIG_HEX, &d), &d);
	assert_ok(coco_layout_open(&l, coco_mint_path(out, name), &d), &d);
	assert_ok(coco_layout_blob(l, &desc, &at, &d), &d);
	assert_int_equal(at.size, BIG_SIZE);
	assert_ok(coco_pread_full(at.fd, last, sizeof(last), at.offset + at.size - sizeof(last),
				  "tar", &d),
		  &d);
	/* the next header is where the data ends, rounded up to a block */
	uint64_t next = at.offset + (BIG_SIZE + BLOCK - 1) / BLOCK * BLOCK;
	assert_ok(coco_pread_full(at.fd, last, 10, next, "tar", &d), &d);
	assert_memory_equal(last, "index.json", 10);
	coco_blob_close(&at);
	coco_layout_close(l);
}

static void test_big(void **state COCO_UNUSED)
{
	big_tar("base256.tar", false);
	expect_big("base256.tar");
	big_tar("pax.tar", true);
	expect_big("pax.tar");
}

static void test_lying_sizes(void **state COCO_UNUSED)
{
	tar_start("long.tar");
	tar_text("oci-layout", MARKER);
	tar_text("index.json", EMPTY_INDEX);
	tar_add("blobs/sha256/" BIG_HEX, '0', "x", 1, UINT64_C(1) << 40, true);
	tar_end();
	expect_bad("long.tar", COCO_E_LAYOUT_FORMAT, "cut off");
	tar_start("max.tar");
	tar_text("oci-layout", MARKER);
	tar_text("index.json", EMPTY_INDEX);
	tar_add("blobs/sha256/" BIG_HEX, '0', "x", 1, UINT64_MAX, true);
	tar_end();
	struct coco_layout *l = NULL;
	coco_diag_init(&d);
	assert_err(coco_layout_open(&l, coco_mint_path(out, "max.tar"), &d), COCO_E_LAYOUT_FORMAT,
		   &d);
}

static void test_odd_names(void **state COCO_UNUSED)
{
	struct coco_layout *l = NULL;
	struct coco_descriptor desc = { .size = 1 };
	struct coco_blob_at at;

	/* names that only look like a blob are not one */
	tar_start("odd.tar");
	tar_text("././/oci-layout", MARKER);
	tar_text("index.json", EMPTY_INDEX);
	tar_text("blobs/sha256/" BIG_HEX "0", "x");
	tar_text("blobs/sha256/sub/" BIG_HEX, "x");
	tar_text("blobs/sha256//" BIG_HEX, "x");
	tar_text("blobs/sha512/" BIG_HEX, "x");
	tar_text("blobs/sha256/00000000000000000000000000000000000000000000000000000000000000FF",
		 "x");
	tar_end();
	coco_diag_init(&d);
	assert_ok(coco_digest_parse(&desc.digest, "sha256:" BIG_HEX, &d), &d);
	assert_ok(coco_layout_open(&l, coco_mint_path(out, "odd.tar"), &d), &d);
	assert_err(coco_layout_blob(l, &desc, &at, &d), COCO_E_BLOB_MISSING, &d);
	coco_layout_close(l);
}

static void test_many_entries(void **state COCO_UNUSED)
{
	enum { MANY = COCO_LAYOUT_TAR_ENTRIES_MAX + 1 };
	uint8_t *tar = coco_alloc(MANY, BLOCK);

	assert_non_null(tar);
	put_header(tar, "x", '0', 0, false);
	for (size_t i = 1; i < MANY; i++)
		memcpy(tar + i * BLOCK, tar, BLOCK);
	coco_mint_file(out, "many.tar", tar, (size_t)MANY * BLOCK);
	coco_free(tar);
	expect_bad("many.tar", COCO_E_LIMIT_SIZE, "entries");
}

#define IN_LAYOUT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_LAYOUT(test_variants),
		IN_LAYOUT(test_long_and_foreign_names),
		IN_LAYOUT(test_compressed),
		IN_LAYOUT(test_not_a_layout),
		IN_LAYOUT(test_twice),
		IN_LAYOUT(test_links),
		IN_LAYOUT(test_outside_names),
		IN_LAYOUT(test_sparse),
		IN_LAYOUT(test_cut_and_damaged),
		IN_LAYOUT(test_big),
		IN_LAYOUT(test_lying_sizes),
		IN_LAYOUT(test_odd_names),
		IN_LAYOUT(test_many_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
