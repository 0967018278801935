/*
 * test_ledger.c - ledgers: appending and reading again, and every way in which
 * a file is not what was written: changed, cut, mixed, of another key.
 */
#include "lib/broker/ledger.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define BROKER "https://kbs.example.com"

static const struct coco_run run = { .jobs = 1, .now = 1795000000 };
static struct coco_key *ours;
static struct coco_key *theirs;
static char *dir;
static char path[512];

static int keys_up(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_key_generate("ed25519", &ours, &d), &d);
	assert_ok(coco_key_generate("p256", &theirs, &d), &d);
	return 0;
}

static int keys_down(void **state COCO_UNUSED)
{
	coco_key_free(ours);
	coco_key_free(theirs);
	return 0;
}

static int dir_up(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
	snprintf(path, sizeof(path), "%s/x.ledger.jsonl", dir);
	return 0;
}

static int dir_down(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

static struct coco_ledger *open_as(const struct coco_key *key, unsigned flags)
{
	const struct coco_key *const trust[] = { ours, theirs };
	const struct coco_ledger_keys keys = { .sign = key, .trust = trust, .n_trust = 2 };
	struct coco_ledger *l = NULL;
	struct coco_diag d = { 0 };

	assert_ok(coco_ledger_open(&l, &run, path, &keys, flags, &d), &d);
	return l;
}

static void add(struct coco_ledger *l, enum coco_ledger_action action, const char *name,
		const char *value)
{
	const struct coco_item_id id = { COCO_ITEM_RESOURCE, name };
	struct coco_ledger_entry e = { .action = action, .broker = BROKER, .type = "resource" };
	struct coco_diag d = { 0 };

	snprintf(e.name, sizeof(e.name), "%s", name);
	assert_ok(coco_ledger_digest(l, &id, coco_view_of(value, strlen(value)), e.digest, &d),
		  &d);
	assert_ok(coco_ledger_append(l, &run, &e, &d), &d);
}

/* Four lines: begin, a, b, a again. */
static void make(void)
{
	struct coco_ledger *l = open_as(ours, COCO_LEDGER_WRITE);
	struct coco_diag d = { 0 };

	add(l, COCO_LEDGER_PUT, "r/t/a", "one");
	add(l, COCO_LEDGER_PUT, "r/t/b", "one");
	add(l, COCO_LEDGER_PUT, "r/t/a", "two");
	assert_ok(coco_ledger_sync(l, &d), &d);
	coco_ledger_free(l);
}

static void open_fails(const struct coco_key *key, const struct coco_key *trust, int code,
		       const char *line)
{
	const struct coco_ledger_keys keys = { .sign = key, .trust = &trust,
					       .n_trust = trust != NULL };
	struct coco_ledger *l = NULL;
	struct coco_diag d = { 0 };

	assert_err(coco_ledger_open(&l, &run, path, &keys, 0, &d), code, &d);
	assert_null(l);
	if (line != NULL)
		assert_string_equal(d.pointer, line);
}

static void test_round(void **state COCO_UNUSED)
{
	const struct coco_item_id id = { COCO_ITEM_RESOURCE, "r/t/a" };
	const struct coco_item_id none = { COCO_ITEM_RESOURCE, "r/t/c" };
	char digest[COCO_LEDGER_DIGEST];
	struct coco_diag d = { 0 };
	struct stat st;
	size_t *held = NULL;
	size_t n = 0;

	make();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	struct coco_ledger *l = open_as(ours, 0);
	assert_int_equal(coco_ledger_count(l), 4);
	assert_int_equal(coco_ledger_at(l, 0)->action, COCO_LEDGER_BEGIN);
	assert_int_equal(coco_ledger_at(l, 3)->seq, 4);
	assert_string_equal(coco_ledger_signer(l, 3), coco_key_fingerprint_text(ours));
	assert_int_equal(strncmp(coco_ledger_head(l), "sha256:", 7), 0);
	assert_int_equal(coco_ledger_last(l, BROKER, &id), 3);
	assert_int_equal(coco_ledger_last(l, BROKER, &none), SIZE_MAX);
	assert_int_equal(coco_ledger_last(l, "other", &id), SIZE_MAX);
	assert_ok(coco_ledger_digest(l, &id, coco_view_of("two", 3), digest, &d), &d);
	assert_string_equal(digest, coco_ledger_at(l, 3)->digest);
	assert_true(coco_ledger_comparable(l, 3));
	/* the same secret in two places has two digests */
	assert_string_not_equal(coco_ledger_at(l, 1)->digest, coco_ledger_at(l, 2)->digest);
	assert_ok(coco_ledger_held(l, BROKER, &held, &n, &d), &d);
	assert_int_equal(n, 2);
	assert_int_equal(held[0], 3);
	assert_int_equal(held[1], 2);
	coco_free(held);
	coco_ledger_free(l);
	l = open_as(ours, COCO_LEDGER_WRITE);
	add(l, COCO_LEDGER_REMOVE, "r/t/a", "two");
	assert_ok(coco_ledger_held(l, BROKER, &held, &n, &d), &d);
	assert_int_equal(n, 1);
	coco_free(held);
	assert_int_equal(coco_ledger_count(l), 5);
	coco_ledger_free(l);
}

static void test_public(void **state COCO_UNUSED)
{
	const struct coco_item_id policy = { COCO_ITEM_RESOURCE_POLICY, "" };
	const struct coco_item_id key = { COCO_ITEM_RESOURCE, "r/t/a" };
	const struct coco_ledger_entry e = { .action = COCO_LEDGER_PUT };
	char digest[COCO_LEDGER_DIGEST];
	struct coco_diag d = { 0 };

	make();
	struct coco_ledger *l = open_as(NULL, 0);
	assert_ok(coco_ledger_digest(l, &policy, coco_view_of("abc", 3), digest, &d), &d);
	assert_string_equal(digest, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff"
			    "61f20015ad");
	assert_err(coco_ledger_digest(l, &key, coco_view_of("abc", 3), digest, &d),
		   COCO_E_KEY_NOT_PRIVATE, &d);
	assert_false(coco_ledger_comparable(l, 1));
	coco_diag_init(&d);
	assert_err(coco_ledger_append(l, &run, &e, &d), COCO_E_INTERNAL, &d);
	coco_ledger_free(l);
}

static void test_two_keys(void **state COCO_UNUSED)
{
	make();
	struct coco_ledger *l = open_as(theirs, COCO_LEDGER_WRITE);
	assert_false(coco_ledger_comparable(l, 3));
	add(l, COCO_LEDGER_PUT, "r/t/c", "x");
	assert_int_equal(coco_ledger_count(l), 6);
	assert_int_equal(coco_ledger_at(l, 4)->action, COCO_LEDGER_BEGIN);
	assert_true(coco_ledger_comparable(l, 5));
	coco_ledger_free(l);
	l = open_as(ours, COCO_LEDGER_WRITE);
	assert_true(coco_ledger_comparable(l, 3));
	assert_false(coco_ledger_comparable(l, 5));
	add(l, COCO_LEDGER_PUT, "r/t/d", "x");
	assert_int_equal(coco_ledger_count(l), 7);
	coco_ledger_free(l);
	open_fails(ours, NULL, COCO_E_LEDGER_KEY, "line 5");
	open_fails(theirs, NULL, COCO_E_LEDGER_KEY, "line 1");
	open_fails(NULL, ours, COCO_E_LEDGER_KEY, "line 5");
}

static void test_changed(void **state COCO_UNUSED)
{
	uint8_t *text;
	size_t n;
	struct coco_diag d = { 0 };

	make();
	text = coco_test_slurp(path, &n);
	for (size_t i = 0; i < n; i += 7) {
		const struct coco_ledger_keys keys = { .sign = ours };
		struct coco_ledger *l = NULL;

		text[i] ^= 2;
		assert_ok(coco_write_file(path, text, n, COCO_OUT_FORCE, &d), &d);
		assert_int_not_equal(coco_ledger_open(&l, &run, path, &keys, 0, NULL), 0);
		text[i] ^= 2;
	}
	/* a value that is another one, in the one form */
	char *name = memmem(text, n, "r/t/b", 5);
	assert_non_null(name);
	name[4] = 'x';
	assert_ok(coco_write_file(path, text, n, COCO_OUT_FORCE, &d), &d);
	open_fails(ours, NULL, COCO_E_LEDGER_SIGNATURE, "line 3");
	name[4] = 'b';
	/* a line taken out, and two lines swapped */
	uint8_t *second = (uint8_t *)memchr(text, '\n', n) + 1;
	size_t left = n - (size_t)(second - text);
	uint8_t *third = (uint8_t *)memchr(second, '\n', left) + 1;
	size_t n_second = (size_t)(third - second);
	uint8_t *copy = coco_memdup(text, n);
	memcpy(copy + (second - text), third, left - n_second);
	assert_ok(coco_write_file(path, copy, n - n_second, COCO_OUT_FORCE, &d), &d);
	open_fails(ours, NULL, COCO_E_LEDGER_CHAIN, "line 2");
	coco_free(copy);
	assert_ok(coco_write_file(path, second, left, COCO_OUT_FORCE, &d), &d);
	open_fails(ours, NULL, COCO_E_LEDGER_CHAIN, "line 1");
	assert_ok(coco_write_file(path, "\n", 1, COCO_OUT_FORCE, &d), &d);
	open_fails(ours, NULL, COCO_E_LEDGER_LINE, "line 1");
	coco_free(text);
}

static void test_torn(void **state COCO_UNUSED)
{
	char aside[600];
	struct coco_diag d = { 0 };
	struct coco_ledger *l;
	uint8_t *text;
	size_t n;
	size_t n_aside;

	make();
	text = coco_test_slurp(path, &n);
	for (size_t cut = 1; cut < 20; cut += 6) {
		assert_ok(coco_write_file(path, text, n - cut, COCO_OUT_FORCE, &d), &d);
		open_fails(ours, NULL, COCO_E_LEDGER_TORN, "line 4");
	}
	l = open_as(ours, COCO_LEDGER_WRITE | COCO_LEDGER_SET_ASIDE);
	assert_int_equal(coco_ledger_count(l), 4);
	assert_int_equal(coco_ledger_at(l, 3)->action, COCO_LEDGER_REPAIR);
	add(l, COCO_LEDGER_PUT, "r/t/a", "two");
	coco_ledger_free(l);
	snprintf(aside, sizeof(aside), "%s.torn-4", path);
	uint8_t *rest = coco_test_slurp(aside, &n_aside);
	assert_true(n_aside > 100 && rest[0] == '{');
	l = open_as(ours, 0);
	assert_int_equal(coco_ledger_count(l), 5);
	coco_ledger_free(l);
	coco_free(rest);
	coco_free(text);
}

static void test_files(void **state COCO_UNUSED)
{
	const struct coco_ledger_keys keys = { .sign = ours };
	struct coco_ledger *l = open_as(ours, 0);
	struct coco_ledger *second = NULL;
	struct coco_diag d = { 0 };

	/* none: empty, and reading makes none */
	assert_int_equal(coco_ledger_count(l), 0);
	assert_string_equal(coco_ledger_head(l), "");
	coco_ledger_free(l);
	assert_int_not_equal(access(path, F_OK), 0);
	/* nothing was written: no trace */
	l = open_as(ours, COCO_LEDGER_WRITE);
	assert_err(coco_ledger_open(&second, &run, path, &keys, COCO_LEDGER_WRITE, &d),
		   COCO_E_IO_BUSY, &d);
	coco_ledger_free(l);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	coco_diag_init(&d);
	assert_err(coco_ledger_open(&l, &run, path, &keys, COCO_LEDGER_WRITE, &d), COCO_E_IO_OPEN,
		   &d);
	assert_int_equal(rmdir(path), 0);
	coco_ledger_free(NULL);
}

static void test_path(void **state COCO_UNUSED)
{
	static const char *const cases[][2] = {
		{ "a/broker.toml", "a/broker.ledger.jsonl" },
		{ "broker.conf", "broker.conf.ledger.jsonl" },
		{ ".toml", ".toml.ledger.jsonl" },
		{ "a/.toml", "a/.toml.ledger.jsonl" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		char *p = coco_ledger_path(cases[i][0], ".ledger.jsonl");

		assert_string_equal(p, cases[i][1]);
		coco_free(p);
	}
}

static void test_alloc(void **state COCO_UNUSED)
{
	const struct coco_ledger_keys keys = { .sign = ours };
	struct coco_ledger *l = NULL;
	struct coco_diag d = { 0 };

	make();
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = coco_ledger_open(&l, &run, path, &keys, 0, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_ledger_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round, dir_up, dir_down),
		cmocka_unit_test_setup_teardown(test_public, dir_up, dir_down),
		cmocka_unit_test_setup_teardown(test_two_keys, dir_up, dir_down),
		cmocka_unit_test_setup_teardown(test_changed, dir_up, dir_down),
		cmocka_unit_test_setup_teardown(test_torn, dir_up, dir_down),
		cmocka_unit_test_setup_teardown(test_files, dir_up, dir_down),
		cmocka_unit_test(test_path),
		cmocka_unit_test_setup_teardown(test_alloc, dir_up, dir_down),
	};

	return cmocka_run_group_tests(tests, keys_up, keys_down);
}
