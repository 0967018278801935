/*
 * image.c - the survey of a guest disk (see image.h).
 */
#include "lib/measure/image.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/image_priv.h"

struct coco_image_item *coco_image_add(struct coco_image_work *w, const char *name,
				       const char *what)
{
	struct coco_image *m = w->image;
	void *list = m->items;

	if (m->n == COCO_IMAGE_ITEMS) {
		coco_fail(w->diag, COCO_E_LIMIT_SIZE, "a disk of more than %d files and partitions",
			  COCO_IMAGE_ITEMS);
		return NULL;
	}
	if (!coco_grow(&list, &m->cap, m->n, sizeof(*m->items), COCO_IMAGE_ITEMS)) {
		coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for the files of a disk");
		return NULL;
	}
	m->items = list;
	struct coco_image_item *item = &m->items[m->n++];
	memset(item, 0, sizeof(*item));
	snprintf(item->name, sizeof(item->name), "%s", name);
	snprintf(item->what, sizeof(item->what), "%s", what);
	return item;
}

struct coco_image_check *coco_image_check(struct coco_image_work *w, bool pass)
{
	struct coco_image *m = w->image;

	if (m->n_checks == COCO_IMAGE_CHECKS) {
		coco_fail(w->diag, COCO_E_LIMIT_SIZE, "too many dm-verity pairs on a disk");
		return NULL;
	}
	m->check[m->n_checks].pass = pass;
	return &m->check[m->n_checks++];
}

struct coco_image_item *coco_image_partition(struct coco_image_work *w,
					     const struct coco_partition *part)
{
	const char *type = coco_gpt_type_name(part->type);
	char guid[COCO_GUID_TEXT];
	char name[COCO_IMAGE_NAME];

	coco_guid_text(guid, part->type);
	snprintf(name, sizeof(name), part->label[0] != '\0' ? "partition %u (%s)" : "partition %u",
		 part->number, part->label);
	struct coco_image_item *item = coco_image_add(w, name, type != NULL ? type : "other");
	if (item == NULL)
		return NULL;
	item->size = part->size;
	if (type == NULL)
		snprintf(item->reason, sizeof(item->reason), "type %s", guid);
	return item;
}

static int survey_table(struct coco_image_work *w)
{
	struct coco_image_item *item = coco_image_add(w, "partition table", "GPT");

	if (item == NULL)
		return w->diag != NULL ? w->diag->code : COCO_E_LIMIT_MEMORY;
	item->size = w->table.n_event;
	coco_sha256_once(w->table.event, w->table.n_event, item->sha256);
	item->has_sha256 = true;
	snprintf(item->by, sizeof(item->by), "PCR 5, RTMR1");
	snprintf(item->reason, sizeof(item->reason),
		 "EV_EFI_GPT_EVENT: header and used entries, with all UUIDs and labels");
	item = coco_image_add(w, "backup partition table, MBR boot code", "GPT");
	if (item == NULL)
		return w->diag != NULL ? w->diag->code : COCO_E_LIMIT_MEMORY;
	snprintf(item->reason, sizeof(item->reason), "%s",
		 w->table.backup == COCO_BACKUP_SAME
			 ? "the firmware reads them only when the first copy is damaged"
			 : "the second copy is damaged or describes another disk");
	return 0;
}

/* Partitions that no dm-verity pair covers. */
static int survey_rest(struct coco_image_work *w)
{
	for (size_t i = 0; i < w->table.n; i++) {
		const struct coco_partition *part = &w->table.list[i];
		const char *type = coco_gpt_type_name(part->type);

		if (w->covered[i] || (type != NULL && strcmp(type, "esp") == 0))
			continue;
		struct coco_image_item *item = coco_image_partition(w, part);
		if (item == NULL)
			return w->diag != NULL ? w->diag->code : COCO_E_LIMIT_MEMORY;
		if (type != NULL && (strncmp(type, "root", 4) == 0 || strncmp(type, "usr", 3) == 0))
			snprintf(item->reason, sizeof(item->reason),
				 "no root hash on a measured command line stands for it");
		else if (item->reason[0] == '\0')
			snprintf(item->reason, sizeof(item->reason),
				 "its contents are in no register, only its entry in the table");
	}
	return 0;
}

static int survey_esp(struct coco_image_work *w)
{
	bool found = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->table.n; i++) {
		const char *type = coco_gpt_type_name(w->table.list[i].type);

		if (type == NULL || strcmp(type, "esp") != 0)
			continue;
		if (found)
			return coco_fail(w->diag, COCO_E_DISK_TABLE,
					 "the disk has several EFI system partitions");
		found = true;
		r = coco_image_esp(w, &w->table.list[i]);
	}
	return r;
}

/* The record: every file that was read, and what nothing measures. */
static int fill_record(struct coco_image_work *w)
{
	struct coco_mrecord *rec = &w->image->record;
	const struct coco_image *m = w->image;

	int r = coco_mrecord_param(rec, w->diag, "container", "%s", m->container);
	if (r == 0)
		r = coco_mrecord_param(rec, w->diag, "size", "%" PRIu64, m->size);
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		const struct coco_image_item *item = &m->items[i];
		struct coco_mrecord_file file = { .size = item->size };

		if (item->has_sha256) {
			/* the end of a long path tells more than its start */
			size_t n = strlen(item->name);
			size_t skip = n >= sizeof(file.name) ? n - sizeof(file.name) + 1 : 0;

			snprintf(file.name, sizeof(file.name), "%s", item->name + skip);
			memcpy(file.sha256, item->sha256, sizeof(file.sha256));
			r = coco_mrecord_file(rec, &file, w->diag);
		}
		if (r == 0 && item->by[0] == '\0')
			r = coco_mrecord_gap(rec, item->name, item->reason, w->diag);
	}
	return r;
}

static int survey(struct coco_image_work *w, const char *path, enum coco_disk_as as)
{
	struct coco_image *m = w->image;

	int r = coco_disk_open_as(&w->disk, path, as, w->diag);
	if (r == 0)
		r = coco_partitions_read(&w->table, w->disk, w->diag);
	if (r != 0)
		return r;
	snprintf(m->container, sizeof(m->container), "%s", coco_disk_container(w->disk));
	m->size = coco_disk_size(w->disk);
	m->table = w->table.kind;
	m->backup = w->table.backup;
	if (strcmp(m->container, "pipe") == 0)
		return coco_fail(w->diag, COCO_E_DISK_FEATURE,
				 "a disk is read here and there: give a file, not a pipe");
	if (m->table != COCO_TABLE_GPT) {
		coco_diag_hint(w->diag, "a disk for direct boot, as Kata's, has root hashes only: "
			       "cococtl measure verity IMAGE --partition N");
		return coco_fail(w->diag, COCO_E_DISK_TABLE,
				 "the disk has no GPT, so UEFI firmware boots nothing from it");
	}
	r = survey_table(w);
	if (r == 0)
		r = survey_esp(w);
	if (r == 0)
		r = coco_image_verity(w);
	if (r == 0)
		r = survey_rest(w);
	return r == 0 ? fill_record(w) : r;
}

int coco_image_survey(const struct coco_run *run, const char *path, enum coco_disk_as as,
		      struct coco_image **ret,
		      struct coco_diag *diag)
{
	struct coco_image_work *w = coco_zalloc(1, sizeof(*w));
	struct coco_image *m = coco_zalloc(1, sizeof(*m));

	if (w == NULL || m == NULL) {
		coco_free(w);
		coco_free(m);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to survey a disk");
	}
	coco_mrecord_init(&m->record, "image");
	w->run = run;
	w->image = m;
	w->diag = diag;
	int r = survey(w, path, as);
	coco_partitions_free(&w->table);
	coco_disk_close(w->disk);
	coco_free(w);
	if (r != 0) {
		coco_diag_source(diag, "%s", path);
		coco_image_free(m);
		return r;
	}
	*ret = m;
	return 0;
}

void coco_image_free(struct coco_image *image)
{
	if (image == NULL)
		return;
	coco_mrecord_free(&image->record);
	coco_free(image->items);
	coco_free(image);
}

int coco_image_verdict(const struct coco_image *image, struct coco_diag *diag)
{
	for (size_t i = 0; i < image->n_checks; i++) {
		const struct coco_image_check *c = &image->check[i];

		if (c->pass)
			continue;
		coco_diag_expected(diag, "%s", c->expected);
		coco_diag_actual(diag, "%s", c->actual);
		return coco_fail(diag, COCO_E_VERITY_MISMATCH, "this does not hold: %s", c->title);
	}
	return 0;
}
