/*
 * profile_check_disk.c - the disks of a launch profile: their containers, and
 * whether a root hash of the profile or of a command line is that of the image
 * (see profile_check.h).
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/measure/image.h"
#include "lib/measure/profile_check_priv.h"
#include "lib/measure/verity_image.h"

enum { CMDLINE_MAX = 1 << 20 };

static const char in_line[] = "the root hash is in the command line";
static const char of_image[] = "the disk has the root hash that is named for it";

static const char *row_text(const struct coco_profile_work *c, enum coco_profile_id id, size_t row)
{
	const struct coco_profile_value *v = coco_profile_get(c->p, id, row);

	return v != NULL ? v->texts[0] : NULL;
}

static enum coco_disk_as container(const struct coco_profile_work *c, size_t row)
{
	const char *format = row_text(c, COCO_PROFILE_DISK_FORMAT, row);

	if (format == NULL)
		return COCO_DISK_AS_FOUND;
	return strcmp(format, "raw") == 0 ? COCO_DISK_AS_RAW : COCO_DISK_AS_QCOW2;
}

/* What ends the whole check; the rest are findings. */
static bool is_fatal(int code)
{
	return code == COCO_E_LIMIT_MEMORY || code == COCO_E_CANCELLED;
}

static int fatal(struct coco_profile_work *c, int code, const struct coco_diag *inner)
{
	return coco_fail(c->diag, code, "%s", inner->message);
}

/* ---- the command line ----------------------------------------------------------- */

/* The root hashes on it; none without one, or where it cannot be read (said elsewhere). */
static int command_line(struct coco_profile_work *c, struct coco_verity_words *words,
			bool *ret_there)
{
	const char *text = coco_profile_text(c->p, COCO_PROFILE_BOOT_APPEND);
	const char *path = coco_profile_text(c->p, COCO_PROFILE_BOOT_APPEND_FILE);
	struct coco_diag inner;
	uint8_t *file = NULL;
	size_t n = 0;
	int r = 0;

	words->n = 0;
	*ret_there = text != NULL;
	coco_diag_init(&inner);
	if (text == NULL && path != NULL) {
		r = coco_read_file(path, CMDLINE_MAX, &file, &n, &inner);
		if (r != 0)
			return is_fatal(r) ? fatal(c, r, &inner) : 0;
		*ret_there = true;
	}
	if (*ret_there)
		r = coco_verity_cmdline_parse(words, text != NULL ? coco_view_of(text, strlen(text))
								  : coco_view_of(file, n), &inner);
	coco_free(file);
	if (r == 0)
		return 0;
	if (is_fatal(r))
		return fatal(c, r, &inner);
	return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "append.root_hash",
				 "root hashes on the command line are usable", "%s", inner.message);
}

/* A root hash is worth something only when it is in a measured command line. */
static int check_in_line(struct coco_profile_work *c, const struct coco_verity_words *words,
			 const struct coco_verity_ask *ask, size_t row)
{
	for (size_t i = 0; i < words->n; i++)
		if (words->word[i].n_root == ask->n_root &&
		    memcmp(words->word[i].root, ask->root, ask->n_root) == 0)
			return coco_profile_good(c, "disk.root_hash", in_line);
	return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "disk.root_hash", in_line,
				 "that of disk %zu is not: whatever is on it would be accepted",
				 row + 1);
}

/* ---- the images ------------------------------------------------------------------ */

static bool has_params(const struct coco_verity_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		if (words->word[i].has_params)
			return true;
	return false;
}

static int report_checks(struct coco_profile_work *c, const struct coco_verity_ask *ask,
			 const struct coco_verity_answer *a, size_t row)
{
	bool known = a->hash_partition != 0 || has_params(ask->words);

	for (size_t i = 0; i < a->n_checks; i++) {
		const struct coco_verity_check *k = &a->check[i];

		if (k->pass)
			continue;
		if (!known)
			return coco_profile_find(c, COCO_FINDING_WARNING, "disk.verity", of_image,
						 "not known for disk %zu: its salt is neither in a "
						 "hash partition of the image nor in the command "
						 "line", row + 1);
		return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "disk.verity", of_image,
					 "disk %zu: %.60s: expected %.70s, actual %.70s", row + 1,
					 k->title, k->expected, k->actual);
	}
	return coco_profile_good(c, "disk.verity", of_image);
}

/* Kata's command line names the first partition of its image. */
static const char *partition_of(const struct coco_profile_work *c,
				const struct coco_verity_ask *ask,
				size_t row)
{
	const char *named = row_text(c, COCO_PROFILE_DISK_PARTITION, row);

	if (named == NULL && ask->words->n != 0 &&
	    ask->words->word[0].kind == COCO_VERITY_DM_CREATE)
		return "1";
	return named;
}

static int compare(struct coco_profile_work *c, struct coco_verity_ask *ask, size_t row)
{
	struct coco_verity_answer *a = NULL;
	struct coco_diag inner;

	coco_diag_init(&inner);
	ask->partition = partition_of(c, ask, row);
	int r = coco_verity_image(c->run, ask, &a, &inner);
	if (r == COCO_E_DISK_TABLE && row_text(c, COCO_PROFILE_DISK_PARTITION, row) == NULL) {
		coco_diag_init(&inner);
		ask->partition = NULL;   /* no partitions: the data is the whole disk */
		r = coco_verity_image(c->run, ask, &a, &inner);
	}
	if (r != 0)
		return is_fatal(r) ? fatal(c, r, &inner)
				   : coco_profile_find(c, COCO_FINDING_CONTRADICTION,
						       "disk.verity", of_image, "disk %zu: %.200s",
						       row + 1, inner.message);
	r = report_checks(c, ask, a, row);
	coco_verity_answer_free(a);
	return r;
}

static int check_container(struct coco_profile_work *c, const struct coco_verity_ask *ask,
			   size_t row, bool *ret_fine)
{
	static const char title[] = "the disks can be read";
	struct coco_disk *disk = NULL;
	struct coco_diag inner;

	coco_diag_init(&inner);
	int r = coco_disk_open_as(&disk, ask->image, ask->as, &inner);
	coco_disk_close(disk);
	*ret_fine = r == 0;
	if (r == 0)
		return coco_profile_good(c, "disk.format", title);
	return is_fatal(r) ? fatal(c, r, &inner)
			   : coco_profile_find(c, COCO_FINDING_CONTRADICTION, "disk.format", title,
					       "disk %zu: %.200s", row + 1, inner.message);
}

/* Each by itself: root and /usr have data of their own. */
static int check_words(struct coco_profile_work *c, const struct coco_verity_words *words,
		       const struct coco_verity_ask *ask, size_t row)
{
	struct coco_verity_words *one = coco_zalloc(1, sizeof(*one));
	int r = 0;

	if (one == NULL)
		return coco_fail(c->diag, COCO_E_LIMIT_MEMORY, "no memory to check disks");
	one->n = 1;
	for (size_t i = 0; r == 0 && i < words->n; i++) {
		struct coco_verity_ask each = *ask;

		one->word[0] = words->word[i];
		each.n_root = 0;
		each.has_cmdline = true;
		each.words = one;
		r = compare(c, &each, row);
	}
	coco_free(one);
	return r;
}

static int check_row(struct coco_profile_work *c, const struct coco_verity_words *words, bool line,
		     size_t row)
{
	static const struct coco_verity_words none = { .n = 0 };
	const char *hash = row_text(c, COCO_PROFILE_DISK_ROOT_HASH, row);
	struct coco_verity_ask ask = {
		.image = row_text(c, COCO_PROFILE_DISK_IMAGE, row), .as = container(c, row),
		.words = &none,
	};
	bool fine = false;
	struct stat st;
	int r = 0;

	if (hash != NULL && strlen(hash) <= 2 * sizeof(ask.root)) {
		ask.n_root = strlen(hash) / 2;
		r = coco_hex_decode(ask.root, ask.n_root, hash, strlen(hash), c->diag);
	}
	if (r == 0 && ask.n_root != 0 && line)
		r = check_in_line(c, words, &ask, row);
	if (r != 0 || stat(ask.image, &st) != 0)
		return r;   /* check_files says that it is not there */
	r = check_container(c, &ask, row, &fine);
	/* the root hashes of a command line are those of the only disk */
	if (r == 0 && fine && words->n != 0 &&
	    coco_profile_rows(c->p, COCO_PROFILE_DISK_IMAGE) == 1)
		return check_words(c, words, &ask, row);
	return r == 0 && fine && ask.n_root != 0 ? compare(c, &ask, row) : r;
}

/* ---- a guest that boots from its disk ------------------------------------------- */

static int report_survey(struct coco_profile_work *c, const struct coco_image *m)
{
	static const char title[] = "root hashes in the disk's images are those of the disk";

	for (size_t i = 0; i < m->n_checks; i++)
		if (!m->check[i].pass)
			return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "disk.contents",
						 title, "%.110s: expected %.66s, actual %.66s",
						 m->check[i].title, m->check[i].expected,
						 m->check[i].actual);
	if (m->n_roots != 0)
		return coco_profile_good(c, "disk.contents", title);
	return coco_profile_find(c, COCO_FINDING_WARNING, "disk.contents",
				 "the disk's file systems are measured",
				 "no command line in its images has a root hash: what is on its "
				 "file systems is in no register");
}

/* What is on it is what its own command lines say. */
static int check_boot_disk(struct coco_profile_work *c)
{
	const char *boot = coco_profile_text(c->p, COCO_PROFILE_VTPM_BOOT);
	bool kernel = coco_profile_text(c->p, COCO_PROFILE_BOOT_KERNEL) != NULL;
	bool uki = coco_profile_text(c->p, COCO_PROFILE_VTPM_UKI) != NULL;
	const char *image = row_text(c, COCO_PROFILE_DISK_IMAGE, 0);
	struct coco_image *m = NULL;
	struct coco_diag inner;
	struct stat st;

	if (!(c->vtpm || c->tdx) || uki || image == NULL || stat(image, &st) != 0 ||
	    (boot != NULL ? strcmp(boot, "disk") != 0 : kernel))
		return 0;
	coco_diag_init(&inner);
	int r = coco_image_survey(c->run, image, container(c, 0), &m, &inner);
	if (is_fatal(r))
		return fatal(c, r, &inner);
	if (r != 0)
		return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "disk.boot",
					 "the firmware can boot from the disk", "disk 1: %.200s",
					 inner.message);
	r = report_survey(c, m);
	coco_image_free(m);
	return r;
}

int coco_profile_check_disks(struct coco_profile_work *c)
{
	size_t rows = coco_profile_rows(c->p, COCO_PROFILE_DISK_IMAGE);
	struct coco_verity_words *words = coco_zalloc(1, sizeof(*words));
	bool line = false;

	if (words == NULL)
		return coco_fail(c->diag, COCO_E_LIMIT_MEMORY, "no memory to check disks");
	int r = command_line(c, words, &line);
	for (size_t i = 0; r == 0 && i < rows; i++)
		r = check_row(c, words, line, i);
	coco_free(words);
	return r == 0 ? check_boot_disk(c) : r;
}
