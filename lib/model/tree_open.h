/*
 * tree_open.h - between tree.c and tree_open.c; not for anyone else.
 */
#ifndef COCO_TREE_OPEN_H
#define COCO_TREE_OPEN_H

#include <sys/stat.h>

#include "lib/model/tree.h"

/* coco_tree_file_of - the record of a file from its status; path is borrowed. */
struct coco_tree_file coco_tree_file_of(const char *path, const struct stat *st, bool link);

/*
 * coco_tree_open_at - opens path below the root with these open(2) flags,
 * through no link unless link is set and the tree allows links. 0 or an errno
 * value; EXDEV: the link leads out of the model.
 */
int coco_tree_open_at(const struct coco_tree *tree, const char *path, bool link, int flags,
		      int *ret_fd) COCO_MUSTUSE;

#endif
