/*
 * import_qemu_files.c - firmware and disks of a QEMU command line (see
 * import_qemu.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/import_qemu.h"

enum { LAYERS = 16 };   /* of block devices on each other */

/* The file behind a block node and its layers; NULL: there is none. */
static const char *node_file(const struct coco_qemu_import *q, const char *name)
{
	for (unsigned i = 0; name != NULL && i < LAYERS; i++) {
		const struct coco_qemu_entry *e = coco_qemu_by(q, "blockdev", "node-name", name);
		const char *file;

		if (e == NULL)
			return NULL;
		file = coco_qemu_opt(&e->o, "filename");
		if (file == NULL)
			file = coco_qemu_opt(&e->o, "file.filename");
		if (file != NULL)
			return file;
		name = coco_qemu_opt(&e->o, "file");
	}
	return NULL;
}

static const char *node_driver(const struct coco_qemu_import *q, const char *name)
{
	const struct coco_qemu_entry *e = coco_qemu_by(q, "blockdev", "node-name", name);

	return e != NULL ? coco_qemu_opt(&e->o, "driver") : NULL;
}

/* "raw", "qcow2"; NULL for what the profile has no word for. */
static const char *known_format(const char *format)
{
	if (format == NULL)
		return NULL;
	return strcmp(format, "raw") == 0 || strcmp(format, "qcow2") == 0 ? format : NULL;
}

/* ---- firmware ---------------------------------------------------------------------- */

static int set_flash(struct coco_qemu_import *q, unsigned unit, const char *file,
		     const char *origin)
{
	if (unit > 1)
		return coco_import_warn(q->im, q->diag,
					"%s: a third flash device is not taken over",
					origin);
	return coco_import_set(q->im, unit == 0 ? COCO_PROFILE_FIRMWARE_FILE :
			       COCO_PROFILE_FIRMWARE_VARS, 0, file, origin, q->diag);
}

/* -drive if=pflash: by unit, else in their order. */
static int take_drives(struct coco_qemu_import *q)
{
	unsigned next = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < q->n; i++) {
		const struct coco_qemu_entry *e = &q->v[i];
		const char *unit = coco_qemu_opt(&e->o, "unit");
		const char *file = coco_qemu_opt(&e->o, "file");
		const char *interface = coco_qemu_opt(&e->o, "if");
		unsigned at = next;

		if (strcmp(e->option->name, "pflash") == 0)
			file = e->text;
		else if (strcmp(e->option->name, "drive") != 0 || interface == NULL ||
			 strcmp(interface, "pflash") != 0)
			continue;
		if (unit != NULL && (unit[0] < '0' || unit[0] > '9' || unit[1] != '\0'))
			return coco_fail(q->diag, COCO_E_PROFILE_ARGV, "-drive: unit \"%.20s\"",
					 unit);
		if (unit != NULL)
			at = (unsigned)(unit[0] - '0');
		if (file == NULL)
			return coco_fail(q->diag, COCO_E_PROFILE_ARGV,
					 "-drive if=pflash has no file");
		r = set_flash(q, at, file, "-drive if=pflash");
		next = at + 1;
	}
	return r;
}

static int take_firmware(struct coco_qemu_import *q)
{
	const struct coco_qemu_entry *bios = coco_qemu_named(q, "bios");
	const char *machine_firmware = coco_qemu_opt(&q->machine, "firmware");
	char key[] = "pflash0";
	int r = take_drives(q);

	for (unsigned unit = 0; r == 0 && unit < 2; unit++, key[6]++) {
		const char *node = coco_qemu_opt(&q->machine, key);
		const char *file = node_file(q, node);

		if (node == NULL)
			continue;
		if (file == NULL)
			return coco_fail(q->diag, COCO_E_PROFILE_ARGV, "-machine %s names the node "
					 "\"%.60s\", and no -blockdev gives it a file", key, node);
		r = set_flash(q, unit, file, "-machine pflash and -blockdev");
	}
	if (r == 0 && machine_firmware != NULL)
		r = set_flash(q, 0, machine_firmware, "-machine firmware");
	if (r == 0 && bios != NULL)
		r = set_flash(q, 0, bios->text, "-bios");
	if (r == 0 && coco_profile_text(&q->im->profile, COCO_PROFILE_FIRMWARE_FILE) == NULL &&
	    coco_profile_text(&q->im->profile, COCO_PROFILE_FIRMWARE_IGVM) == NULL)
		r = coco_import_warn(q->im, q->diag, "no -bios and no flash device: QEMU takes its "
				     "own firmware, which is not in the command line");
	return r;
}

/* ---- disks ---------------------------------------------------------------------------- */

static int add_disk(struct coco_qemu_import *q, const char *file, const char *format,
		    const char *origin)
{
	size_t row = coco_profile_rows(&q->im->profile, COCO_PROFILE_DISK_IMAGE);
	int r = coco_import_set(q->im, COCO_PROFILE_DISK_IMAGE, row, file, origin, q->diag);

	if (r == 0 && known_format(format) != NULL)
		r = coco_import_set(q->im, COCO_PROFILE_DISK_FORMAT, row, format, NULL, q->diag);
	else if (r == 0 && format != NULL)
		r = coco_import_warn(q->im, q->diag, "%s: the format %.40s is not known here",
				     origin,
				     format);
	return r;
}

/* A device whose drive is a -drive with that id, or a block node. */
static int device_disk(struct coco_qemu_import *q, const char *drive, const char *origin)
{
	const struct coco_qemu_entry *e = coco_qemu_by(q, "drive", "id", drive);
	const char *file = e != NULL ? coco_qemu_opt(&e->o, "file") : node_file(q, drive);
	const char *format = e != NULL ? coco_qemu_opt(&e->o, "format") : node_driver(q, drive);
	const char *media = e != NULL ? coco_qemu_opt(&e->o, "media") : NULL;

	if (file == NULL || (media != NULL && strcmp(media, "cdrom") == 0))
		return coco_import_warn(q->im, q->diag,
					"%s: drive %.60s is no file and is not taken "
					"over", origin, drive);
	return add_disk(q, file, format, origin);
}

/* A -drive that makes its own device. */
static int drive_disk(struct coco_qemu_import *q, const struct coco_qemu_entry *e)
{
	const char *interface = coco_qemu_opt(&e->o, "if");
	const char *media = coco_qemu_opt(&e->o, "media");
	const char *file = coco_qemu_opt(&e->o, "file");

	if (file == NULL || (media != NULL && strcmp(media, "cdrom") == 0))
		return 0;
	if (interface != NULL && (strcmp(interface, "pflash") == 0 ||
				  strcmp(interface, "none") == 0))
		return 0;
	return add_disk(q, file, coco_qemu_opt(&e->o, "format"), "-drive");
}

static int take_disk(struct coco_qemu_import *q, const struct coco_qemu_entry *e)
{
	const char *name = e->option->name;
	char origin[80];

	if (strcmp(name, "device") == 0) {
		const char *drive = coco_qemu_opt(&e->o, "drive");
		const char *driver = coco_qemu_opt(&e->o, "driver");

		snprintf(origin, sizeof(origin), "-device %.40s", driver != NULL ? driver : "");
		return drive != NULL ? device_disk(q, drive, origin) : 0;
	}
	if (strcmp(name, "drive") == 0)
		return drive_disk(q, e);
	if (strncmp(name, "hd", 2) == 0 && strlen(name) == 3) {
		snprintf(origin, sizeof(origin), "-%s", name);
		return add_disk(q, e->text, NULL, origin);
	}
	return 0;
}

int coco_qemu_files(struct coco_qemu_import *q)
{
	int r = take_firmware(q);

	for (size_t i = 0; r == 0 && i < q->n; i++)
		r = take_disk(q, &q->v[i]);
	return r;
}
