/*
 * profile_import.h - launch profiles from recorded launches (import.h), from
 * their files.
 */
#ifndef COCO_PROFILE_IMPORT_H
#define COCO_PROFILE_IMPORT_H

#include "formats/measure/import.h"

enum coco_profile_source {
	COCO_PROFILE_FROM_QEMU,
	COCO_PROFILE_FROM_LIBVIRT,
	COCO_PROFILE_FROM_KATA,
};

/*
 * coco_profile_import - reads path ("-": standard input; not for Kata) and
 * gives *ret (coco_import_free). A Kata configuration is read with the files
 * of config.d beside it, in the order of their names. Errors: those of
 * import.h, IO_....
 */
int coco_profile_import(struct coco_import *ret, enum coco_profile_source from,
			const char *path, const struct coco_import_hints *hints,
			struct coco_diag *diag) COCO_MUSTUSE;

#endif
