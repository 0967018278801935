/*
 * disk_pipe.c - a disk that comes through a pipe: its start is kept, the rest
 * is read once from front to back (see disk.h).
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/measure/disk_priv.h"

/* Takes up to n bytes; fewer only at the end. */
static int take(struct coco_disk *d, uint8_t *p, size_t n, size_t *ret_n, struct coco_diag *diag)
{
	size_t have = 0;

	while (have < n && !d->pipe->ended) {
		ssize_t got = read(d->fd, p + have, n - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return coco_fail_errno(diag, COCO_E_IO_READ, errno, "read", d->name);
		d->pipe->ended = got == 0;
		have += (size_t)got;
	}
	d->pipe->at += have;
	*ret_n = have;
	return 0;
}

int coco_disk_pipe_open(struct coco_disk *d, struct coco_diag *diag)
{
	struct coco_disk_pipe *pipe = coco_zalloc(1, sizeof(*pipe));

	if (pipe == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a pipe");
	if (pthread_mutex_init(&pipe->lock, NULL) != 0) {
		coco_free(pipe);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a lock");
	}
	d->pipe = pipe;
	d->kind = COCO_DISK_PIPE;
	d->size = COCO_DISK_UNKNOWN;
	pipe->head = coco_alloc(COCO_DISK_REWIND, 1);
	if (pipe->head == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a pipe");
	int r = take(d, pipe->head, COCO_DISK_REWIND, &pipe->n_head, diag);
	if (r != 0)
		return r;
	if (pipe->ended)
		d->size = pipe->at;
	if (coco_qcow2_is(coco_view_of(pipe->head, pipe->n_head)))
		return coco_fail(diag, COCO_E_DISK_FEATURE,
				 "a qcow2 file cannot be read from a pipe; give it as a file");
	return 0;
}

void coco_disk_pipe_free(struct coco_disk *d)
{
	if (d->pipe == NULL)
		return;
	coco_free(d->pipe->head);
	(void)pthread_mutex_destroy(&d->pipe->lock);
	coco_free(d->pipe);
	d->pipe = NULL;
}

/* Reads and drops what lies before off. */
static int skip_to(struct coco_disk *d, uint64_t off, struct coco_diag *diag)
{
	while (d->pipe->at < off && !d->pipe->ended) {
		size_t n = (size_t)coco_min_u64(sizeof(d->pipe->scrap), off - d->pipe->at);
		int r = take(d, d->pipe->scrap, n, &n, diag);

		if (r != 0)
			return r;
	}
	return 0;
}

static int read_locked(struct coco_disk *d, uint64_t off, uint8_t *p, size_t n, size_t *ret_n,
		       struct coco_diag *diag)
{
	struct coco_disk_pipe *pipe = d->pipe;
	size_t have = 0;

	if (off < pipe->n_head) {
		have = coco_min_size(n, pipe->n_head - (size_t)off);
		memcpy(p, pipe->head + off, have);
	}
	if (have < n && !pipe->ended) {
		size_t more = 0;

		if (pipe->at > off + have)
			return coco_fail(diag, COCO_E_DISK_FEATURE,
					 "byte %" PRIu64 " of a pipe is needed again",
					 off + have);
		int r = skip_to(d, off + have, diag);
		if (r == 0)
			r = take(d, p + have, n - have, &more, diag);
		if (r != 0)
			return r;
		have += more;
	}
	if (pipe->ended)
		d->size = pipe->at;
	*ret_n = have;
	return 0;
}

int coco_disk_pipe_read(struct coco_disk *d, uint64_t off, uint8_t *p, size_t n, size_t *ret_n,
			struct coco_diag *diag)
{
	if (off > (uint64_t)INT64_MAX - n)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "offset %" PRIu64 " is too large", off);
	(void)pthread_mutex_lock(&d->pipe->lock);
	int r = read_locked(d, off, p, n, ret_n, diag);
	(void)pthread_mutex_unlock(&d->pipe->lock);
	return r;
}
