/*
 * child.h - another program, started and ended. The only place that starts
 * one. The program gets a small environment of its own (PATH and LC_ALL=C), no
 * descriptors but those named here, and a process group of its own.
 */
#ifndef COCO_CHILD_H
#define COCO_CHILD_H

#include <sys/types.h>

#include "formats/core/diag.h"

enum { COCO_CHILD_FD = 3 };   /* where the program finds the descriptor given to it */

/* A program that runs. All zero (pid 0) means none. */
struct coco_child {
	pid_t pid;
	int said_fd;   /* what it writes to standard output and error; the first 64 KiB */
};

/*
 * coco_child_start - starts argv[0] (a path, or a name that is looked up on
 * the PATH) with standard input from /dev/null. fd (borrowed; -1: none)
 * becomes its descriptor COCO_CHILD_FD. coco_child_stop in any case. Errors:
 * IO_OPEN (cannot be started), LIMIT_MEMORY.
 */
int coco_child_start(struct coco_child *ret, const char *const *argv, int fd,
		     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_child_ended - whether it has ended by itself within the next milliseconds. */
bool coco_child_ended(struct coco_child *c, unsigned milliseconds);

/*
 * coco_child_said - the first line that it has written and that is no warning
 * (else the first warning), "" when none; control characters escaped. Takes
 * what it has written so far.
 */
void coco_child_said(struct coco_child *c, char *ret, size_t cap);

/* coco_child_stop - ends it and its process group at once; fine when there is none. */
void coco_child_stop(struct coco_child *c);

#endif
