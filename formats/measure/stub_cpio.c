/*
 * stub_cpio.c - the cpio archives of systemd-stub (see stub_cpio.h).
 */
#include "formats/measure/stub_cpio.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/wr.h"

enum {
	FIELDS = 13,
	IFDIR = 0040000,
	IFREG = 0100000,
	PARENT_MODE = 0555,
};

#define TRAILER_NAME "TRAILER!!!"

static const struct coco_stub_cpio_form forms[COCO_STUB_CPIO_KINDS] = {
	[COCO_STUB_CREDENTIALS] = { ".extra/credentials", 0500, 0400, NULL, 12,
				    "Credentials initrd" },
	[COCO_STUB_GLOBAL_CREDENTIALS] = { ".extra/global_credentials", 0500, 0400, NULL, 12,
					   "Global credentials initrd" },
	[COCO_STUB_SYSEXT] = { ".extra/sysext", 0555, 0444, NULL, 13, "System extension initrd" },
	[COCO_STUB_CONFEXT] = { ".extra/confext", 0555, 0444, NULL, 12,
				"Configuration extension initrd" },
	[COCO_STUB_PCRSIG] = { ".extra", 0555, 0444, "tpm2-pcr-signature.json", 0, NULL },
	[COCO_STUB_PCRPKEY] = { ".extra", 0555, 0444, "tpm2-pcr-public-key.pem", 0, NULL },
	[COCO_STUB_OSREL] = { ".extra", 0555, 0444, "os-release", 0, NULL },
	[COCO_STUB_PROFILE] = { ".extra", 0555, 0444, "profile", 0, NULL },
};

const struct coco_stub_cpio_form *coco_stub_cpio_form(enum coco_stub_cpio_kind kind)
{
	return &forms[kind];
}

/* An ASCII letter in lower case, any other byte as it is. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name);
	size_t m = strlen(end);

	if (n < m)
		return false;
	for (size_t i = 0; i < m; i++)
		if (lower(name[n - m + i]) != lower(end[i]))
			return false;
	return true;
}

static bool plain_name(const char *name)
{
	if (name[0] == '.' || strlen(name) > COCO_STUB_CPIO_NAME)
		return false;
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c > 0x7f)
			return false;
	return true;
}

bool coco_stub_cpio_takes(enum coco_stub_cpio_kind kind, const char *name)
{
	if (!plain_name(name))
		return false;
	switch (kind) {
	case COCO_STUB_CREDENTIALS:
	case COCO_STUB_GLOBAL_CREDENTIALS:
		return ends_with(name, ".cred");
	case COCO_STUB_SYSEXT:
		return ends_with(name, ".raw") && !ends_with(name, ".confext.raw");
	case COCO_STUB_CONFEXT:
		return ends_with(name, ".confext.raw");
	case COCO_STUB_PCRSIG:
	case COCO_STUB_PCRPKEY:
	case COCO_STUB_OSREL:
	case COCO_STUB_PROFILE:
	case COCO_STUB_CPIO_KINDS:
		break;
	}
	return false;
}

static void pad(struct coco_wr *wr)
{
	while (wr->code == 0 && wr->n % 4 != 0)
		coco_wr_u8(wr, 0);
}

struct archive {
	struct coco_wr wr;
	uint32_t ino;            /* of the next entry */
};

/* Header and name; the contents of size bytes follow. */
static void entry(struct archive *a, uint32_t mode, const char *folder, const char *name,
		  size_t size)
{
	size_t named = strlen(folder) + (name != NULL ? strlen(name) + 1 : 0) + 1;
	const uint32_t field[FIELDS] = { a->ino++, mode, 0, 0, 1, 0, (uint32_t)size,
					 0, 0, 0, 0, (uint32_t)named, 0 };

	coco_wr_str(&a->wr, "070701");
	for (size_t i = 0; i < FIELDS; i++)
		coco_wr_printf(&a->wr, "%08x", field[i]);
	coco_wr_str(&a->wr, folder);
	if (name != NULL) {
		coco_wr_u8(&a->wr, '/');
		coco_wr_str(&a->wr, name);
	}
	coco_wr_u8(&a->wr, 0);
	pad(&a->wr);
}

/* The folder and what is above it. */
static void folders(struct archive *a, const struct coco_stub_cpio_form *form)
{
	for (const char *slash = form->folder; (slash = strchr(slash, '/')) != NULL; slash++) {
		char parent[64] = "";

		memcpy(parent, form->folder,
		       coco_min_size((size_t)(slash - form->folder), sizeof(parent) - 1));
		entry(a, IFDIR | PARENT_MODE, parent, NULL, 0);
	}
	entry(a, IFDIR | form->dir_mode, form->folder, NULL, 0);
}

/* Not like the others: a fixed inode, and an upper-case digit. */
static void trailer(struct archive *a)
{
	coco_wr_str(&a->wr, "070701");
	for (size_t i = 0; i < FIELDS; i++)
		coco_wr_str(&a->wr, i == 4 ? "00000001" : i == 11 ? "0000000B" : "00000000");
	coco_wr_bytes(&a->wr, TRAILER_NAME, sizeof(TRAILER_NAME));
	pad(&a->wr);
}

static int judge(const struct coco_stub_cpio_form *form, const struct coco_stub_cpio_file *files,
		 size_t n, struct coco_diag *diag)
{
	if (n > COCO_STUB_CPIO_FILES || (form->file != NULL && n > 1))
		return coco_fail(diag, COCO_E_STUB_CPIO, "%zu files are too many for %s", n,
				 form->folder);
	for (size_t i = 0; form->file == NULL && i < n; i++)
		if (!plain_name(files[i].name) || files[i].name[0] == '\0' ||
		    strchr(files[i].name, '/') != NULL)
			return coco_fail(diag, COCO_E_STUB_CPIO,
					 "the name of file %zu for %s is not possible", i + 1,
					 form->folder);
	return 0;
}

int coco_stub_cpio(enum coco_stub_cpio_kind kind, const struct coco_stub_cpio_file *files,
		   size_t n, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	const struct coco_stub_cpio_form *form = &forms[kind];
	struct archive a = { .ino = 1 };

	int r = judge(form, files, n, diag);
	if (r != 0)
		return r;
	if (n == 0) {
		*ret = NULL;
		*ret_n = 0;
		return 0;
	}
	coco_wr_init(&a.wr, COCO_STUB_CPIO_MAX);
	folders(&a, form);
	for (size_t i = 0; i < n && a.wr.code == 0; i++) {
		entry(&a, IFREG | form->file_mode, form->folder,
		      form->file != NULL ? form->file : files[i].name, files[i].data.n);
		coco_wr_bytes(&a.wr, files[i].data.p, files[i].data.n);
		pad(&a.wr);
	}
	trailer(&a);
	return coco_wr_finish(&a.wr, ret, ret_n, diag);
}

static int by_name(const void *a, const void *b)
{
	const struct coco_stub_cpio_file *x = a;
	const struct coco_stub_cpio_file *y = b;

	return strcmp(x->name, y->name);
}

void coco_stub_cpio_sort(struct coco_stub_cpio_file *files, size_t n)
{
	if (n > 1)
		qsort(files, n, sizeof(*files), by_name);
}
