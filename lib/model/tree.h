/*
 * tree.h - the files of a model directory: found once, in a fixed order, and
 * opened later as exactly the files that were found.
 *
 * Order: the '/'-separated relative path, byte by byte (OMS 1.0 and the
 * packer). Hidden files count, directories do not. A socket, FIFO or device
 * is an error, a symbolic link too unless links are allowed. Names must be
 * UTF-8; any character that UTF-8 can write is accepted (also ':' and
 * control characters, which every message escapes), because refusing a file
 * that exists would leave it unsigned. Nothing outside the root is reached
 * except through links that COCO_TREE_LINKS_ANYWHERE allows.
 *
 * Source: OpenSSF model signing specification 1.0, enumeration and names.
 */
#ifndef COCO_TREE_H
#define COCO_TREE_H

#include "lib/core/run.h"

enum {
	COCO_TREE_MAX_FILES = 10000000, /* regular files below one root */
	COCO_TREE_MAX_PATH = 4096,      /* bytes of one relative path */
	COCO_TREE_MAX_DEPTH = 128,      /* directories between the root and a file */
};

/* What ignore_git leaves out: these names at the top of the tree. */
enum { COCO_TREE_GIT_NAMES = 4 };
extern const char *const coco_tree_git_names[COCO_TREE_GIT_NAMES];

/* What a symbolic link below the root means. Links to directories are never followed. */
enum coco_tree_links {
	COCO_TREE_LINKS_REFUSE = 0, /* an error that says what to do */
	COCO_TREE_LINKS_BENEATH,    /* a link to a file below the root stands for that file */
	COCO_TREE_LINKS_ANYWHERE,   /* the same, wherever the file is */
};

struct coco_tree_opts {
	const char *const *ignore;  /* exact relative paths; a directory takes its subtree */
	size_t n_ignore;
	bool ignore_git;            /* coco_tree_git_names too */
	bool allow_empty;           /* no file at all is not an error */
	enum coco_tree_links links;
};

struct coco_tree_file {
	const char *path;  /* relative, '/'-separated, UTF-8; lives with the tree */
	uint64_t size;     /* bytes */
	int64_t mtime_ns;  /* nanoseconds since 1970 */
	uint64_t dev;
	uint64_t ino;
	uint32_t mode;     /* permission bits, 07777 */
	bool link;         /* reached through a symbolic link; the rest is the target's */
};

struct coco_tree_arena;

struct coco_tree {
	struct coco_tree_file *files;  /* in byte order of path */
	size_t n;
	uint64_t total;                /* bytes in all files */
	bool single;                   /* the root is one regular file, named as on disk */
	enum coco_tree_links links;
	bool no_openat2;               /* for tests: as on a kernel without openat2 */
	int root_fd;                   /* directory that paths are relative to */
	struct coco_tree_arena *arena; /* memory of the paths */
};

/*
 * coco_tree_scan - finds the files of the directory (or single regular file)
 * at root; the operand itself may be a link. opts may be NULL. Free with
 * coco_tree_free. Errors: IO_OPEN, IO_READ, IO_KIND, IO_CHANGED (an entry
 * vanished), TREE_LINK, MODEL_NAME, MODEL_EMPTY, TREE_FILES, TREE_PATH,
 * TREE_DEPTH, LIMIT_MEMORY, CANCELLED.
 */
int coco_tree_scan(const struct coco_run *run, const char *root,
		   const struct coco_tree_opts *opts, struct coco_tree *ret,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tree_free - closes and frees; fine on a zeroed or freed struct. */
void coco_tree_free(struct coco_tree *tree);

/*
 * coco_tree_open - opens file i for reading, beneath the root and through no
 * link but an allowed one, and checks that it still is the file that was
 * scanned (device, inode, size, modification time). Close *ret_fd with
 * close(). Errors: IO_OPEN, IO_CHANGED. Any thread.
 */
int coco_tree_open(const struct coco_run *run, const struct coco_tree *tree, size_t i,
		   int *ret_fd, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_tree_recheck - that the open file i is unchanged since the scan; call
 * it when the last byte was read. Errors: IO_CHANGED, IO_READ. Any thread.
 */
int coco_tree_recheck(const struct coco_run *run, const struct coco_tree *tree, size_t i, int fd,
		      struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_tree_name - what messages call file i: its path when the caller may
 * show names, else "file #17 of 203 (--show-names shows the name)". Returns
 * buf; long paths are cut, control characters escaped.
 */
const char *coco_tree_name(const struct coco_run *run, const struct coco_tree *tree, size_t i,
			   char *buf, size_t cap);

/* coco_tree_find - index of the file with this path, or tree->n. */
size_t coco_tree_find(const struct coco_tree *tree, const char *path);

/*
 * coco_tree_relative - where file (which need not exist yet) lies below the
 * directory root: *ret is its relative path (coco_free), or NULL when it lies
 * elsewhere. Links in the directory parts of both are resolved; the last
 * component of file is taken literally. Errors: LIMIT_MEMORY, IO_OPEN.
 */
int coco_tree_relative(const char *root, const char *file, char **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_tree_outside - 0 when output (which need not exist yet) lies elsewhere
 * than below the directory root; OUTPUT_INSIDE otherwise, because the next
 * scan would find it. what names the output in the message. An output whose
 * directory does not exist is judged by who writes it.
 */
int coco_tree_outside(const char *root, const char *output, const char *what,
		      struct coco_diag *diag) COCO_MUSTUSE;

#endif
