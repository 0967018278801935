/*
 * disk_priv.h - what the files of disk.h share: the file below the container,
 * and the container's own reading.
 */
#ifndef COCO_DISK_PRIV_H
#define COCO_DISK_PRIV_H

#include <pthread.h>

#include "formats/measure/qcow2.h"
#include "lib/measure/disk.h"

enum coco_disk_kind {
	COCO_DISK_RAW,
	COCO_DISK_VHD,
	COCO_DISK_QCOW2,
	COCO_DISK_PIPE,
};

enum { COCO_DISK_L2_SLOTS = 16 };

/* A part of an L2 table that was read, 4 KiB at most. */
struct coco_disk_l2 {
	uint64_t offset;              /* in the file; 0: empty */
	size_t n;                     /* entries */
	uint8_t p[4096];
};

/* What a qcow2 keeps in memory; lock protects it. */
struct coco_disk_cache {
	pthread_mutex_t lock;
	struct coco_disk_l2 l2[COCO_DISK_L2_SLOTS];
	unsigned next;                /* slot to replace */
	uint64_t unpacked_at;         /* file offset of the compressed cluster in unpacked */
	uint8_t *unpacked;            /* one cluster, or NULL */
	uint8_t *packed;              /* scratch of one cluster and 1 KiB, or NULL */
};

/* A pipe; lock protects it. */
struct coco_disk_pipe {
	pthread_mutex_t lock;
	uint8_t *head;                /* COCO_DISK_REWIND bytes */
	size_t n_head;                /* of them filled */
	uint64_t at;                  /* bytes that were taken from the pipe */
	bool ended;
	uint8_t scrap[1 << 14];       /* what is skipped */
};

struct coco_disk {
	enum coco_disk_kind kind;
	char *name;                   /* for messages, owned */
	int fd;                       /* -1: memory */
	bool close_fd;
	bool plain;                   /* no container is looked for */
	struct coco_view memory;
	uint64_t file_size;           /* of the file below */
	uint64_t size;                /* of the disk */
	struct coco_qcow2 qcow2;
	struct coco_disk_cache *cache;   /* QCOW2 */
	struct coco_disk_pipe *pipe;     /* PIPE */
};

/* coco_disk_file - exactly n bytes at off of the file below the container. */
int coco_disk_file(const struct coco_disk *d, uint64_t off, void *p, size_t n,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* For QCOW2 and PIPE: opened once the kind is known, read, freed. */
int coco_disk_qcow2_open(struct coco_disk *d, struct coco_view head, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_disk_qcow2_read(struct coco_disk *d, uint64_t off, uint8_t *p, size_t n,
			 struct coco_diag *diag) COCO_MUSTUSE;
void coco_disk_qcow2_free(struct coco_disk *d);
int coco_disk_pipe_open(struct coco_disk *d, struct coco_diag *diag) COCO_MUSTUSE;
int coco_disk_pipe_read(struct coco_disk *d, uint64_t off, uint8_t *p, size_t n, size_t *ret_n,
			struct coco_diag *diag) COCO_MUSTUSE;
void coco_disk_pipe_free(struct coco_disk *d);

#endif
