/*
 * seg_reader.h - plaintext of segments, and bytes of files, at any offset: the
 * chunks that hold them are read, authenticated and decrypted, nothing else.
 */
#ifndef COCO_SEG_READER_H
#define COCO_SEG_READER_H

#include "lib/model/pkg.h"
#include "lib/model/transform.h"

struct coco_seg_reader; /* opaque; one thread at a time */

/* coco_seg_reader_new - pkg and key are borrowed for its life. */
int coco_seg_reader_new(const struct coco_pkg *pkg, const struct coco_secret *key,
			struct coco_seg_reader **ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_seg_reader_free(struct coco_seg_reader *r);

/*
 * coco_seg_read - n bytes at offset of a segment's message plaintext into dst.
 * The commitment and the last chunk are checked when a segment is first
 * touched. KEY_WRONG, CHUNK_AUTH with segment and offset; dst is then wiped.
 */
int coco_seg_read(struct coco_seg_reader *r, uint64_t segment, uint64_t offset, uint8_t *dst,
		  size_t n, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_run_piece - piece i of a run into dst (at least 1 MiB): *ret_n bytes of
 * plaintext; *ret_stored their stored length. at: sum of the stored lengths
 * of the pieces before. A run without transform has pieces of 1 MiB too.
 */
int coco_run_piece(struct coco_seg_reader *r, struct coco_transform_ctx *t,
		   const struct coco_run_at *run, size_t i, uint64_t at, uint8_t *dst,
		   size_t *ret_n, uint64_t *ret_stored, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_file_stream - bytes [offset, offset + length) of a file, in order, to
 * fn; each piece was authenticated before. PACKAGE_EXTENT when the range is
 * outside the file.
 */
int coco_file_stream(const struct coco_run *run, const struct coco_pkg *pkg,
		     const struct coco_secret *key, const struct coco_cat_file *file,
		     uint64_t offset, uint64_t length,
		     int (*fn)(void *ctx, const uint8_t *p, size_t n, struct coco_diag *diag),
		     void *ctx, struct coco_diag *diag) COCO_MUSTUSE;

#endif
