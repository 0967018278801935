/*
 * io.h - files: bounded reading, and output that appears whole or not at all.
 * errno is translated here and nowhere else.
 */
#ifndef COCO_IO_H
#define COCO_IO_H

#include <sys/types.h>

#include "formats/core/diag.h"
#include "lib/core/run.h"

enum coco_out_flags {
	COCO_OUT_FORCE = 1,   /* replace what exists */
	COCO_OUT_SECRET = 2,  /* mode 0600 whatever the umask */
};

/* coco_fail_errno - reports an errno value of an operation on a named file. */
int coco_fail_errno(struct coco_diag *diag, int code, int err, const char *what,
		    const char *path);

/* coco_open_read - opens a regular file; FIFO, device, directory: COCO_E_IO_KIND. */
int coco_open_read(const char *path, int *ret_fd, uint64_t *ret_size, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_pread_full - exactly n bytes at off, else COCO_E_IO_READ. */
int coco_pread_full(int fd, void *p, size_t n, uint64_t off, const char *name,
		    struct coco_diag *diag) COCO_MUSTUSE;
int coco_pwrite_full(int fd, const void *p, size_t n, uint64_t off, const char *name,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_write_full(int fd, const void *p, size_t n, const char *name, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_read_ahead - tells the kernel that reading at off goes on: called with
 * each read, it acts once per COCO_READ_AHEAD bytes. A hint; never fails.
 */
#define COCO_READ_AHEAD ((uint64_t)4 << 20)
void coco_read_ahead(int fd, uint64_t off, size_t n);

/*
 * coco_read_file - the whole of a file, pipe or "-" (standard input), at most
 * max bytes. Gives *ret (coco_free), NUL-terminated past *ret_n.
 */
int coco_read_file(const char *path, size_t max, uint8_t **ret, size_t *ret_n,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_read_fd - as coco_read_file from an open descriptor (not closed). */
int coco_read_fd(int fd, const char *name, size_t max, uint8_t **ret, size_t *ret_n,
		 struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_write_file - writes path atomically: unnamed temporary in the same
 * directory, fsync, link (or rename with FORCE), fsync of the directory.
 * "-" writes to standard output.
 */
int coco_write_file(const char *path, const void *p, size_t n, unsigned flags,
		    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_out_check - whether an output could be made at path: it does not exist
 * (or FORCE), its directory does and can be written to. For --dry-run. *ret_dir
 * (may be NULL) is given the directory that would hold it (coco_free).
 */
int coco_out_check(const char *path, unsigned flags, char **ret_dir, struct coco_diag *diag)
	COCO_MUSTUSE;

/* An output file being built. All zero means none. */
struct coco_out {
	int fd;           /* -1 when none */
	char *dir;        /* directory part of the target */
	char *name;       /* last component */
	char *temp;       /* named temporary where O_TMPFILE is not supported */
	unsigned flags;
};

/*
 * coco_out_open - starts an output beside path. EXISTS without FORCE; IO_KIND
 * when path is neither a file nor a link (a link itself is replaced).
 */
int coco_out_open(struct coco_out *ret, const char *path, unsigned flags,
		  struct coco_diag *diag) COCO_MUSTUSE;
int coco_out_commit(struct coco_out *out, struct coco_diag *diag) COCO_MUSTUSE;
void coco_out_abort(struct coco_out *out); /* no trace; fine after commit */

/*
 * An output directory being built beside its target as
 * "<name>.partial-<16 hex digits>", renamed at the end.
 */
struct coco_outdir {
	int fd;           /* the partial directory, -1 when none */
	char *target;     /* where it will appear */
	char *partial;    /* where it is built */
	unsigned flags;
};

int coco_outdir_open(struct coco_outdir *ret, const char *target, unsigned flags,
		     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_outdir_adopt - takes up a partial directory of the same target left by
 * an interrupted run of this user; *ret_found says whether there was one (the
 * newest).
 */
int coco_outdir_adopt(struct coco_outdir *ret, const char *target, unsigned flags,
		      bool *ret_found, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_outdir_leftover - what coco_outdir_adopt would find, given; NULL when nothing. */
char *coco_outdir_leftover(const char *target);

int coco_outdir_commit(struct coco_outdir *dir, struct coco_diag *diag) COCO_MUSTUSE;
void coco_outdir_abort(struct coco_outdir *dir); /* removes the partial tree */
void coco_outdir_keep(struct coco_outdir *dir);  /* leaves it for --resume */

/* coco_remove_tree - removes name below dirfd, following no link. */
void coco_remove_tree(int dirfd, const char *name);

/* coco_sync_dir - makes names in dir durable, as far as its file system can. */
void coco_sync_dir(const char *dir);

/* coco_path_join - "a/b", given (coco_free); NULL on exhaustion. */
char *coco_path_join(const char *a, const char *b);

#endif
