/*
 * acpi_loader.c - QEMU's script of ACPI tables (see acpi_loader.h).
 */
#include "formats/measure/acpi_loader.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

enum command {
	END = 0,   /* zeros up to the end */
	ALLOCATE = 1,
	ADD_POINTER = 2,
	ADD_CHECKSUM = 3,
	WRITE_POINTER = 4,
};

enum {
	ALIGN_MAX = 1 << 16,
	ZONE_HIGH = 1,
	ZONE_FSEG = 2,
};

static bool is_allocated(const struct coco_acpi_files *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->name[i], name) == 0)
			return true;
	return false;
}

static int read_name(struct coco_rd *rd, char ret[COCO_ACPI_NAME])
{
	char plain[COCO_ACPI_NAME];

	coco_rd_copy(rd, ret, COCO_ACPI_NAME, "file");
	if (!coco_rd_ok(rd))
		return rd->code;
	if (memchr(ret, '\0', COCO_ACPI_NAME) == NULL || strncmp(ret, "etc/", 4) != 0 ||
	    !coco_acpi_file_name(ret, plain))
		return coco_rd_fail(rd, COCO_E_ACPI_LOADER, "file",
				    "a command names a file that is not one of etc/");
	return 0;
}

/* The name of a file that was allocated before. */
static int read_known(struct coco_rd *rd, const struct coco_acpi_files *f)
{
	char name[COCO_ACPI_NAME];
	int r = read_name(rd, name);

	if (r == 0 && !is_allocated(f, name))
		r = coco_rd_fail(rd, COCO_E_ACPI_LOADER, "file",
				 "the file %s is used before it is allocated", name);
	return r;
}

static int read_allocate(struct coco_rd *rd, struct coco_acpi_files *f)
{
	char name[COCO_ACPI_NAME];

	int r = read_name(rd, name);
	if (r != 0)
		return r;
	uint32_t align = coco_rd_le32(rd, "alignment");
	uint8_t zone = coco_rd_u8(rd, "zone");
	if (!coco_rd_ok(rd))
		return rd->code;
	if (align == 0 || align > ALIGN_MAX || (align & (align - 1)) != 0 ||
	    (zone != ZONE_HIGH && zone != ZONE_FSEG))
		return coco_rd_fail(rd, COCO_E_ACPI_LOADER, "alignment",
				    "%s is to be allocated with alignment %u in zone %u", name,
				    align, zone);
	if (is_allocated(f, name))
		return coco_rd_fail(rd, COCO_E_ACPI_LOADER, "file",
				    "the file %s is allocated twice", name);
	if (f->n == COCO_ACPI_FILES)
		return coco_rd_fail(rd, COCO_E_ACPI_LOADER, "file",
				    "more than %d files are allocated", COCO_ACPI_FILES);
	memcpy(f->name[f->n++], name, COCO_ACPI_NAME);
	return 0;
}

static int judge_size(struct coco_rd *rd, const char *field)
{
	uint8_t size = coco_rd_u8(rd, field);

	if (coco_rd_ok(rd) && size != 1 && size != 2 && size != 4 && size != 8)
		return coco_rd_fail(rd, COCO_E_ACPI_LOADER, field,
				    "a pointer of %u bytes does not exist", size);
	return rd->code;
}

static int read_pointer(struct coco_rd *rd, const struct coco_acpi_files *f)
{
	int r = read_known(rd, f);

	if (r == 0)
		r = read_known(rd, f);
	coco_rd_le32(rd, "offset");
	return r == 0 ? judge_size(rd, "pointer size") : r;
}

/* The address of a file is told to a device: its file of the host is not allocated. */
static int read_write_pointer(struct coco_rd *rd, const struct coco_acpi_files *f)
{
	char host[COCO_ACPI_NAME];
	int r = read_name(rd, host);

	if (r == 0)
		r = read_known(rd, f);
	coco_rd_le32(rd, "destination offset");
	coco_rd_le32(rd, "source offset");
	return r == 0 ? judge_size(rd, "pointer size") : r;
}

static int read_command(struct coco_rd *rd, struct coco_acpi_files *f, bool *ended)
{
	uint32_t id = coco_rd_le32(rd, "command");

	if (id == END) {
		*ended = true;
		coco_rd_skip_zero(rd, COCO_ACPI_COMMAND - 4, "padding");
		return rd->code;
	}
	if (*ended)
		return coco_rd_fail(rd, COCO_E_ACPI_LOADER, "command",
				    "a command follows the end of the script");
	if (id == ALLOCATE)
		return read_allocate(rd, f);
	if (id == ADD_POINTER)
		return read_pointer(rd, f);
	if (id == ADD_CHECKSUM)
		return read_known(rd, f);
	if (id == WRITE_POINTER)
		return read_write_pointer(rd, f);
	return coco_rd_fail(rd, COCO_E_ACPI_LOADER, "command", "the command %u is not known", id);
}

int coco_acpi_loader_parse(struct coco_acpi_files *ret, struct coco_view script,
			   struct coco_diag *diag)
{
	struct coco_acpi_files f = { .n = 0 };
	bool ended = false;
	struct coco_rd rd;

	if (script.n > COCO_ACPI_SCRIPT_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a loader script of %zu bytes",
				 script.n);
	if (script.n % COCO_ACPI_COMMAND != 0)
		return coco_fail_at(diag, COCO_E_ACPI_LOADER, script.n, "command",
				    "a loader script of %zu bytes is not made of whole commands",
				    script.n);
	for (size_t at = 0; at < script.n; at += COCO_ACPI_COMMAND) {
		coco_rd_init(&rd, coco_view_of(script.p + at, COCO_ACPI_COMMAND), at, diag);
		int r = read_command(&rd, &f, &ended);
		if (r != 0)
			return r;
	}
	if (f.n == 0)
		return coco_fail(diag, COCO_E_ACPI_LOADER, "the loader script allocates nothing");
	*ret = f;
	return 0;
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

bool coco_acpi_file_name(const char *fw_cfg, char ret[COCO_ACPI_NAME])
{
	static const char *const fronts[] = { "etc/", "acpi/", "smbios/" };
	const char *at = fw_cfg;
	size_t n;

	for (size_t i = 0; i < COCO_ARRAY_LEN(fronts); i++)
		if (strncmp(at, fronts[i], strlen(fronts[i])) == 0)
			at += strlen(fronts[i]);
	n = strlen(at);
	if (n == 0 || n >= COCO_ACPI_NAME || *at == '.')
		return false;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && at[i] != '/' && !is_plain(at[i]))
			return false;
		ret[i] = at[i] == '/' ? '-' : at[i];
	}
	return true;
}
