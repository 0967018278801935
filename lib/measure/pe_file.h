/*
 * pe_file.h - a PE image in memory or in a file of any size, read in pieces.
 */
#ifndef COCO_PE_FILE_H
#define COCO_PE_FILE_H

#include "formats/measure/pe.h"
#include "lib/core/run.h"
#include "lib/measure/banks.h"

struct coco_pe_file {
	int fd;                      /* owned; -1: in memory */
	struct coco_view memory;     /* borrowed */
	const char *name;            /* of the file, for messages; borrowed */
	struct coco_pe pe;
};

/*
 * coco_pe_file_open - opens and parses; _memory: the same from bytes. Both are
 * closed with coco_pe_file_close. Errors: those of coco_open_read and
 * coco_pe_parse.
 */
int coco_pe_file_open(struct coco_pe_file *ret, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_pe_file_memory(struct coco_pe_file *ret, struct coco_view bytes, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_pe_file_close(struct coco_pe_file *f);

/* coco_pe_file_read - exactly n bytes at offset at, which lie inside the file. */
int coco_pe_file_read(const struct coco_pe_file *f, void *p, size_t n, uint64_t at,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* Called with every piece of what is read, in order. */
typedef int coco_pe_piece_fn(void *ctx, struct coco_view piece, struct coco_diag *diag);

/*
 * coco_pe_file_pieces - n bytes at offset at, piece by piece (each but the
 * last of even length); fn's failure ends it. run may be NULL.
 */
int coco_pe_file_pieces(const struct coco_pe_file *f, uint64_t at, uint64_t n,
			const struct coco_run *run, coco_pe_piece_fn *fn, void *ctx,
			struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_pe_file_section - adds what a section is in memory to the message of b:
 * VirtualSize bytes, raw data cut or filled with zeros to that length
 * (measure.md 3.3).
 */
int coco_pe_file_section(const struct coco_pe_file *f, const struct coco_pe_section *s,
			 const struct coco_run *run, struct coco_banks *b,
			 struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_pe_file_load - the same bytes in memory, at most max. Gives *ret
 * (coco_free), NUL-terminated past *ret_n. LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_pe_file_load(const struct coco_pe_file *f, const struct coco_pe_section *s, size_t max,
		      uint8_t **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

#endif
