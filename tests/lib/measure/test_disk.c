/*
 * test_disk.c - the bytes of a disk through every container: equal to the raw
 * ones for reads at all borders, and refused where the container lies.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/disk.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_disk.h"

enum { DISK = 700000 };

/* A disk that shrinks in parts and has holes. */
static uint8_t *content(void)
{
	uint8_t *p = coco_zalloc(DISK, 1);

	assert_non_null(p);
	coco_test_random(p + 1000, 200000, 5);
	memset(p + 300000, 'x', 150000);
	coco_test_random(p + 690000, 10000, 6);
	return p;
}

static void compare(struct coco_disk *disk, const uint8_t *raw)
{
	static const size_t at[] = { 0, 1, 511, 4095, 65535, 65536, 131071, 299999, 430000,
				     699999 };
	static const size_t len[] = { 1, 512, 4096, 65536, 65537, 200000, DISK };
	uint8_t *buf = coco_alloc(DISK, 1);
	struct coco_diag d = { 0 };

	assert_non_null(buf);
	for (size_t i = 0; i < COCO_ARRAY_LEN(at); i++) {
		for (size_t k = 0; k < COCO_ARRAY_LEN(len); k++) {
			size_t want = coco_min_size(len[k], DISK - at[i]);
			size_t got = 0;

			memset(buf, 0xee, DISK);
			assert_ok(coco_disk_read_some(disk, at[i], buf, len[k], &got, &d), &d);
			assert_int_equal(got, want);
			assert_memory_equal(buf, raw + at[i], want);
		}
	}
	assert_err(coco_disk_read(disk, DISK - 10, buf, 11, &d), COCO_E_IO_READ, &d);
	coco_free(buf);
}

static void through(const uint8_t *file, size_t n, const uint8_t *raw, const char *container)
{
	struct coco_disk *disk = NULL;
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();

	assert_ok(coco_disk_bytes(&disk, coco_view_of(file, n), &d), &d);
	assert_string_equal(coco_disk_container(disk), container);
	assert_int_equal(coco_disk_size(disk), DISK);
	compare(disk, raw);
	coco_disk_close(disk);
	assert_ok(coco_disk_open(&disk, coco_mint_write(dir, "image", file, n), &d), &d);
	assert_string_equal(coco_disk_container(disk), container);
	compare(disk, raw);
	coco_disk_close(disk);
	coco_test_rmdir(dir);
}

static void test_containers(void **state COCO_UNUSED)
{
	static const struct coco_mint_qcow2 forms[] = {
		{ .version = 2 },
		{ .version = 3, .zero_flag = true },
		{ .cluster_bits = 9 },
		{ .cluster_bits = 12, .compress = 1 },
		{ .cluster_bits = 16, .compress = 1 },
		{ .cluster_bits = 16, .compress = 2 },
		{ .cluster_bits = 21, .compress = 2 },
		{ .version = 2, .cluster_bits = 9, .compress = 1 },
	};
	uint8_t *raw = content();
	size_t n;

	through(raw, DISK, raw, "raw");
	uint8_t *file = coco_mint_vhd(raw, DISK, &n);
	through(file, n, raw, "vhd");
	coco_free(file);
	for (size_t i = 0; i < COCO_ARRAY_LEN(forms); i++) {
		file = coco_mint_qcow2(&forms[i], raw, DISK, &n);
		through(file, n, raw, "qcow2");
		coco_free(file);
	}
	coco_free(raw);
}

/* What a VMM was told comes before what the bytes look like. */
static void test_as(void **state COCO_UNUSED)
{
	const struct coco_mint_qcow2 form = { .version = 3 };
	char *dir = coco_test_dir();
	uint8_t *raw = content();
	struct coco_disk *disk;
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *file = coco_mint_qcow2(&form, raw, DISK, &n);
	const char *qcow2 = coco_mint_write(dir, "qcow2", file, n);
	const char *plain = coco_mint_write(dir, "raw", raw, DISK);

	assert_ok(coco_disk_open_as(&disk, qcow2, COCO_DISK_AS_RAW, &d), &d);
	assert_string_equal(coco_disk_container(disk), "raw");
	assert_int_equal(coco_disk_size(disk), n);
	coco_disk_close(disk);
	assert_ok(coco_disk_open_as(&disk, qcow2, COCO_DISK_AS_QCOW2, &d), &d);
	compare(disk, raw);
	coco_disk_close(disk);
	assert_err(coco_disk_open_as(&disk, qcow2, COCO_DISK_AS_VHD, &d), COCO_E_DISK_CONTAINER,
		   &d);
	assert_err(coco_disk_open_as(&disk, plain, COCO_DISK_AS_QCOW2, &d), COCO_E_DISK_CONTAINER,
		   &d);
	assert_ok(coco_disk_open_as(&disk, plain, COCO_DISK_AS_RAW, &d), &d);
	compare(disk, raw);
	coco_disk_close(disk);
	coco_free(file);
	coco_free(raw);
	coco_test_rmdir(dir);
}

/* Opens a damaged qcow2 and reads all of it. */
static int read_all(const uint8_t *file, size_t n, struct coco_diag *d)
{
	struct coco_disk *disk = NULL;
	uint8_t *buf = coco_alloc(DISK, 1);

	coco_diag_init(d);
	int r = coco_disk_bytes(&disk, coco_view_of(file, n), d);
	if (r == 0)
		r = coco_disk_read(disk, 0, buf, DISK, d);
	coco_disk_close(disk);
	coco_free(buf);
	return r;
}

static void test_lies(void **state COCO_UNUSED)
{
	const struct coco_mint_qcow2 plain = { .cluster_bits = 16 };
	const struct coco_mint_qcow2 packed = { .cluster_bits = 16, .compress = 1 };
	const struct coco_mint_qcow2 zstd = { .cluster_bits = 16, .compress = 2 };
	struct coco_diag d;
	size_t n;
	uint8_t *raw = content();
	uint8_t *file = coco_mint_qcow2(&plain, raw, DISK, &n);

	coco_mint_be(file + 65536, UINT64_C(1) << 40, 8);        /* L1 outside the file */
	assert_err(read_all(file, n, &d), COCO_E_DISK_CONTAINER, &d);
	coco_free(file);
	file = coco_mint_qcow2(&plain, raw, DISK, &n);
	coco_mint_be(file + 2 * 65536, UINT64_C(1) << 40, 8);    /* L2 outside the file */
	assert_err(read_all(file, n, &d), COCO_E_DISK_CONTAINER, &d);
	coco_mint_be(file + 2 * 65536, UINT64_C(65536), 8);      /* a table as data: allowed */
	assert_ok(read_all(file, n, &d), &d);
	coco_mint_be(file + 48, UINT64_MAX, 8);                  /* reference counts: not read */
	coco_mint_be(file + 56, 0xffffffff, 4);
	assert_ok(read_all(file, n, &d), &d);
	assert_err(read_all(file, 3 * 65536, &d), COCO_E_DISK_CONTAINER, &d);   /* truncated */
	assert_err(read_all(file, 70000, &d), COCO_E_DISK_CONTAINER, &d);
	assert_err(read_all(file, 100, &d), COCO_E_FORMAT_SHORT, &d);
	coco_free(file);
	file = coco_mint_qcow2(&packed, raw, DISK, &n);
	file[3 * 65536 + 5] ^= 0xff;
	file[3 * 65536 + 6] ^= 0xff;
	/* the first cluster may be stored: spoil all that is packed */
	memset(file + 3 * 65536, 0xff, n - 3 * 65536);
	assert_err(read_all(file, n, &d), COCO_E_DISK_CONTAINER, &d);
	coco_free(file);
	file = coco_mint_qcow2(&zstd, raw, DISK, &n);
	memset(file + 3 * 65536, 0xff, n - 3 * 65536);
	assert_err(read_all(file, n, &d), COCO_E_DISK_CONTAINER, &d);
	coco_free(file);
	coco_free(raw);
}

static void refused(const void *head, size_t n, int code)
{
	struct coco_disk *disk = NULL;
	struct coco_diag d = { 0 };
	uint8_t file[1024] = { 0 };

	memcpy(file, head, n);
	assert_err(coco_disk_bytes(&disk, coco_view_of(file, sizeof(file)), &d), code, &d);
	assert_null(disk);
	assert_non_null(strstr(d.source, "memory"));
}

static void test_foreign(void **state COCO_UNUSED)
{
	uint8_t vdi[68] = { [64] = 0x7f, [65] = 0x10, [66] = 0xda, [67] = 0xbe };

	refused("vhdxfile", 8, COCO_E_DISK_FEATURE);
	refused("KDMV", 4, COCO_E_DISK_FEATURE);
	refused("# Disk DescriptorFile", 21, COCO_E_DISK_FEATURE);
	refused("conectix", 8, COCO_E_DISK_FEATURE);
	refused("\x28\xb5\x2f\xfd", 4, COCO_E_DISK_FEATURE);
	refused("\xfd" "7zXZ", 5, COCO_E_DISK_FEATURE);
	refused("\x1f\x8b\x08", 3, COCO_E_DISK_FEATURE);
	refused(vdi, sizeof(vdi), COCO_E_DISK_FEATURE);
	refused("QFI\xfb\0\0\0\3\0\0\0\0\0\0\1\0", 16, COCO_E_DISK_CONTAINER);
}

static void test_open(void **state COCO_UNUSED)
{
	struct coco_disk *disk = NULL;
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();

	assert_err(coco_disk_open(&disk, "/nonexistent/disk", &d), COCO_E_IO_OPEN, &d);
	coco_diag_init(&d);
	assert_err(coco_disk_open(&disk, dir, &d), COCO_E_IO_KIND, &d);
	coco_diag_init(&d);
	assert_err(coco_disk_open(&disk, "/dev/null", &d), COCO_E_IO_KIND, &d);
	coco_diag_init(&d);
	assert_ok(coco_disk_open(&disk, coco_mint_write(dir, "empty", "", 0), &d), &d);
	assert_int_equal(coco_disk_size(disk), 0);
	coco_disk_close(disk);
	coco_disk_close(NULL);
	coco_test_rmdir(dir);
}

/* A FIFO that a child fills, opened as a disk. */
static struct coco_disk *open_pipe(const char *dir, const uint8_t *p, size_t n, pid_t *ret_child)
{
	struct coco_disk *disk = NULL;
	struct coco_diag d = { 0 };
	char path[512];

	snprintf(path, sizeof(path), "%s/fifo", dir);
	(void)unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	*ret_child = fork();
	if (*ret_child == 0) {
		FILE *f = fopen(path, "wb");

		_exit(f != NULL && fwrite(p, 1, n, f) == n && fclose(f) == 0 ? 0 : 1);
	}
	assert_ok(coco_disk_open(&disk, path, &d), &d);
	return disk;
}

static void test_pipe(void **state COCO_UNUSED)
{
	enum { LONG = 3 << 20 };
	uint8_t *raw = coco_alloc(LONG, 1);
	uint8_t *buf = coco_alloc(LONG, 1);
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();
	pid_t child;
	size_t got;

	coco_test_random(raw, LONG, 9);
	struct coco_disk *disk = open_pipe(dir, raw, LONG, &child);
	assert_string_equal(coco_disk_container(disk), "pipe");
	assert_true(coco_disk_size(disk) == COCO_DISK_UNKNOWN);
	/* the start again and again, then on, over a gap, to the end */
	assert_ok(coco_disk_read(disk, 1000, buf, 5000, &d), &d);
	assert_memory_equal(buf, raw + 1000, 5000);
	assert_ok(coco_disk_read(disk, 0, buf, 5000, &d), &d);
	assert_memory_equal(buf, raw, 5000);
	assert_ok(coco_disk_read(disk, 1000000, buf, 1000000, &d), &d);
	assert_memory_equal(buf, raw + 1000000, 1000000);
	assert_ok(coco_disk_read(disk, 2500000, buf, 1000, &d), &d);
	assert_memory_equal(buf, raw + 2500000, 1000);
	assert_err(coco_disk_read(disk, 2000000, buf, 1000, &d), COCO_E_DISK_FEATURE, &d);
	coco_diag_init(&d);
	assert_ok(coco_disk_read_some(disk, 3000000, buf, LONG, &got, &d), &d);
	assert_int_equal(got, LONG - 3000000);
	assert_memory_equal(buf, raw + 3000000, got);
	assert_int_equal(coco_disk_size(disk), LONG);
	assert_err(coco_disk_read(disk, LONG, buf, 1, &d), COCO_E_IO_READ, &d);
	coco_disk_close(disk);
	/* one that ends within the start is known at once */
	disk = open_pipe(dir, raw, 70000, &child);
	assert_int_equal(coco_disk_size(disk), 70000);
	coco_diag_init(&d);
	assert_ok(coco_disk_read_some(disk, 60000, buf, 20000, &got, &d), &d);
	assert_int_equal(got, 10000);
	coco_disk_close(disk);
	coco_test_rmdir(dir);
	coco_free(raw);
	coco_free(buf);
}

static void test_memory(void **state COCO_UNUSED)
{
	const struct coco_mint_qcow2 spec = { .cluster_bits = 12, .compress = 1 };
	struct coco_diag d = { 0 };
	uint8_t *raw = content();
	uint8_t *buf = coco_alloc(DISK, 1);
	size_t n;
	uint8_t *file = coco_mint_qcow2(&spec, raw, DISK, &n);

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_disk *disk = NULL;
		int r = coco_disk_bytes(&disk, coco_view_of(file, n), &d);

		if (r == 0)
			r = coco_disk_read(disk, 299000, buf, 10000, &d);
		bool done = coco_test_alloc_check(r, &d);
		coco_disk_close(disk);
		if (done)
			break;
	}
	coco_free(file);
	coco_free(buf);
	coco_free(raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_as),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
