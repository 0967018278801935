/*
 * disk_args.c - options of a boot from a disk (see disk_args.h).
 */
#include "cli/measure/disk_args.h"

#include <string.h>

static struct coco_vtpm_list list_of(const struct coco_strlist *l)
{
	return (struct coco_vtpm_list){ l->v, l->n };
}

bool coco_machine_is_other(const char *type)
{
	return type != NULL && strstr(type, "q35") == NULL;
}

void coco_disk_args(const struct coco_opts_disk_boot *o, struct coco_vtpm_request *req)
{
	req->disk = o->disk;
	req->disk_as = (enum coco_disk_as)o->format;
	req->entry = o->entry;
	req->boot_device = o->boot_device;
	req->loader = o->loader;
	req->loader_config = o->loader_conf;
	req->uki = o->uki;
	req->extras = list_of(&o->extras);
	req->globals = list_of(&o->globals);
	req->profile = o->profile;
}
