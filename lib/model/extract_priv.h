/*
 * extract_priv.h - shared by extract.c (what to do, in which streams),
 * extract_lane.c (the streams) and extract_file.c (files of the output).
 */
#ifndef COCO_EXTRACT_PRIV_H
#define COCO_EXTRACT_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "lib/model/extract.h"
#include "lib/model/lanes.h"
#include "lib/model/seg_reader.h"

/* A file of the output; several lanes may work on its runs. */
struct coco_extract_file {
	int fd;                       /* unnamed temporary, -1 before and after */
	pthread_mutex_t writing;      /* the kernel would spin on the inode instead */
	_Atomic unsigned left;        /* streams that are not finished with it */
	atomic_uchar *run_done; /* per run, only for a digest that follows; or NULL */
};

/* A stream: a few whole files, some runs of one file, or a digest that follows. */
struct coco_extract_item {
	size_t file;
	size_t n_files;               /* consecutive selected files from file on */
	size_t first_run;
	size_t n_runs;                /* 0: all runs of each file */
	bool hash;                    /* digest on the way */
	bool follow;                  /* only digest what other streams have written */
};

struct coco_extract {
	const struct coco_run *run;
	const struct coco_extract_request *req;
	struct coco_outdir out;
	bool writes;                  /* there is an output, and this is no dry run */
	bool transforms;
	mode_t umask;
	struct coco_extract_file *files;
	struct coco_extract_item *items;
	size_t n_items;
	struct coco_transform_ctx **transform; /* per worker */
	_Atomic uint64_t digests;
	_Atomic uint64_t finished;             /* files whose streams are all through */
};

extern const struct coco_lane_ops coco_extract_ops;

static inline bool coco_extract_selected(const struct coco_extract *x, size_t i)
{
	return x->req->selected == NULL || x->req->selected[i];
}

/* Directory of the file last opened, so that neighbours do not walk again. */
struct coco_extract_dir {
	char *path;   /* owned; NULL: none */
	int fd;
};
void coco_extract_dir_close(struct coco_extract_dir *d);

/* coco_extract_create - the unnamed temporary of file i, made when it is first needed. */
int coco_extract_create(struct coco_extract *x, size_t i, struct coco_extract_dir *dir,
			struct coco_diag *diag) COCO_MUSTUSE;

/* coco_extract_place - mode, name, close: the file is complete. */
int coco_extract_place(struct coco_extract *x, size_t i, struct coco_extract_dir *dir,
		       struct coco_diag *diag) COCO_MUSTUSE;

/* coco_extract_name - what messages call file i. */
const char *coco_extract_name(const struct coco_extract *x, size_t i, char *buf, size_t cap);

#endif
