/*
 * version.h - what this build is.
 */
#ifndef COCO_VERSION_H
#define COCO_VERSION_H

/* The date of the release in VERSION, for manual pages: never the clock. */
#define COCO_RELEASE_DATE "November 21, 2026"

/* coco_version - "0.1.0". coco_version_commit - short commit, "" when unknown. */
const char *coco_version(void);
const char *coco_version_commit(void);

/* coco_version_formats - own formats that it reads and writes; NULL-terminated. */
const char *const *coco_version_formats(void);

#endif
