/*
 * form_archive.c - a tar archive that holds several inputs (see
 * piece_form.h). Members are taken in the order of the archive; links,
 * devices and names that leave the archive are refused: an evidence bundle
 * has no use for them.
 */
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/core/archive_lib.h"
#include "lib/evidence/piece_form.h"

enum { MAGIC_AT = 257, MAGIC = 5, MEMBERS = 4096, NAME_SHOWN = 96 };

static bool looks(struct coco_view bytes, const struct coco_jv *doc)
{
	return doc == NULL && bytes.n >= 512 && memcmp(bytes.p + MAGIC_AT, "ustar", MAGIC) == 0;
}

static int broken(const struct coco_archive *lib, struct archive *a, struct coco_diag *diag,
		  const char *what)
{
	const char *why = lib->error_string(a);

	return coco_fail(diag, COCO_E_EVIDENCE_BUNDLE, "%s%s%s", what, why != NULL ? ": " : "",
			 why != NULL ? why : "");
}

/* A plain file or a directory, and nothing that could leave the archive. */
static int judge(const struct coco_archive *lib, struct archive_entry *e, const char *name,
		 bool *ret_file, struct coco_diag *diag)
{
	bool link = lib->entry_hardlink(e) != NULL || lib->entry_symlink(e) != NULL;
	char shown[NAME_SHOWN];

	coco_escape(shown, sizeof(shown), name, strlen(name));
	if (link || (lib->entry_filetype(e) != AE_IFREG && lib->entry_filetype(e) != AE_IFDIR))
		return coco_fail(diag, COCO_E_EVIDENCE_BUNDLE, "%s is a link or a device, an "
				 "evidence bundle holds plain files", shown);
	if (name[0] == '/' || strstr(name, "..") != NULL)
		return coco_fail(diag, COCO_E_EVIDENCE_BUNDLE, "%s leaves the archive", shown);
	*ret_file = lib->entry_filetype(e) == AE_IFREG;
	return 0;
}

/* The data of the current member; its size is the archive's word and is bounded. */
static int read_member(const struct coco_archive *lib, struct archive *a,
		       struct archive_entry *e, size_t max, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag)
{
	int64_t size = lib->entry_size_is_set(e) ? lib->entry_size(e) : -1;
	size_t got = 0;

	if (size < 0 || (uint64_t)size > max)
		return coco_fail(diag, COCO_E_EVIDENCE_BUNDLE, "a member's size is not the "
				 "truth: it does not fit into the archive");
	uint8_t *p = coco_alloc((size_t)size + 1, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a member");
	while (got < (size_t)size) {
		la_ssize_t n = lib->read_data(a, p + got, (size_t)size - got);

		if (n <= 0) {
			coco_free(p);
			return broken(lib, a, diag, "a member is cut short");
		}
		got += (size_t)n;
	}
	*ret = p;
	*ret_n = got;
	return 0;
}

static int member(struct coco_unpack *u, const struct coco_archive *lib, struct archive *a,
		  struct archive_entry *e, size_t max, struct coco_diag *diag)
{
	const char *name = lib->entry_pathname(e);
	char shown[NAME_SHOWN];
	uint8_t *p = NULL;
	bool file = false;
	size_t n = 0;

	if (name == NULL)
		name = lib->entry_pathname_utf8(e);
	if (name == NULL)
		return coco_fail(diag, COCO_E_EVIDENCE_BUNDLE, "a member has no readable name");
	int r = judge(lib, e, name, &file, diag);
	if (r != 0 || !file)
		return r;
	coco_escape(shown, sizeof(shown), name, strlen(name));
	r = read_member(lib, a, e, max, &p, &n, diag);
	if (r == 0)
		r = coco_unpack_child(u, COCO_PIECE_UNKNOWN, coco_view_of(p, n), shown,
				      COCO_NO_OFFSET, diag);
	coco_free(p);
	return r;
}

static int members(struct coco_unpack *u, const struct coco_archive *lib, struct archive *a,
		   size_t max, struct coco_diag *diag)
{
	struct archive_entry *e = NULL;
	unsigned n = 0;
	int r = 0;

	while (r == 0) {
		int got = lib->read_next_header(a, &e);

		if (got == ARCHIVE_EOF)
			return 0;
		if (got != ARCHIVE_OK)
			return broken(lib, a, diag, "the archive is damaged");
		if (++n > MEMBERS)
			return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d members",
					 MEMBERS);
		r = member(u, lib, a, e, max, diag);
	}
	return r;
}

static int take(struct coco_unpack *u, struct coco_view bytes,
		const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	const struct coco_archive *lib = NULL;
	struct archive *a;
	int r;

	coco_unpack_is(u, COCO_PIECE_CONTAINER);
	r = coco_archive_load(&lib, diag);
	if (r != 0)
		return r;
	a = lib->read_new();
	if (a == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to read an archive");
	if (lib->read_support_format_tar(a) != ARCHIVE_OK ||
	    lib->read_open_memory(a, bytes.p, bytes.n) != ARCHIVE_OK)
		r = broken(lib, a, diag, "not a tar archive");
	else
		r = members(u, lib, a, bytes.n, diag);
	lib->read_free(a);
	return r;
}

const struct coco_piece_form coco_form_tar = { "tar", looks, take };
