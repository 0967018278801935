/*
 * journal_file.h - the journal of a packing run on disk (layout:
 * formats/model/journal.h). Appending is thread-safe; a torn last record is
 * cut off when the journal is taken up again.
 */
#ifndef COCO_JOURNAL_FILE_H
#define COCO_JOURNAL_FILE_H

#include "formats/model/journal.h"
#include "lib/core/secret.h"

#define COCO_JOURNAL_NAME "journal"

struct coco_journal; /* opaque */

/*
 * coco_journal_create - a new journal in the directory dirfd, locked until it
 * is closed, so that a run that goes on cannot be resumed.
 */
int coco_journal_create(int dirfd, const struct coco_secret *key,
			const uint8_t package_id[COCO_PACKAGE_ID], struct coco_journal **ret,
			struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_journal_started - false when the run that made the directory was
 * interrupted before it wrote its first record: nothing to go on from. True
 * while that run goes on.
 */
bool coco_journal_started(int dirfd) COCO_MUSTUSE;

/*
 * coco_journal_load - reads an existing journal: fn gets each record (it may
 * take the contents out of it). With append not NULL the journal is kept open
 * behind its last whole and authentic record, else it is only read and every
 * whole record must be authentic. KEY_WRONG when the key does not open it,
 * IO_BUSY when the run that writes it is alive (it holds a lock). *ret_id is
 * its package id.
 */
int coco_journal_load(int dirfd, const struct coco_secret *key,
		      uint8_t ret_id[COCO_PACKAGE_ID],
		      int (*fn)(void *ctx, struct coco_record *r, struct coco_diag *diag),
		      void *ctx, struct coco_journal **append, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_journal_append - seals and writes one record. Any thread. */
int coco_journal_append(struct coco_journal *j, const struct coco_record *r,
			struct coco_diag *diag) COCO_MUSTUSE;

void coco_journal_close(struct coco_journal *j); /* NULL is fine */

#endif
