/*
 * disk_qcow2.c - reading through the tables of a qcow2 file (see disk.h).
 * Whole compressed clusters are unpacked where they are wanted, parts of one
 * through the cache.
 */
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/measure/disk_priv.h"

enum {
	ENTRY = 8,
	SLACK = 1024,     /* a compressed cluster may be this much larger than it was */
	WINDOW = -15,     /* raw deflate */
};

int coco_disk_qcow2_open(struct coco_disk *d, struct coco_view head, struct coco_diag *diag)
{
	int r = coco_qcow2_parse(&d->qcow2, head, d->file_size, diag);

	if (r != 0)
		return r;
	struct coco_disk_cache *cache = coco_zalloc(1, sizeof(*cache));
	if (cache == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a qcow2 file");
	if (pthread_mutex_init(&cache->lock, NULL) != 0) {
		coco_free(cache);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a lock");
	}
	d->cache = cache;
	d->kind = COCO_DISK_QCOW2;
	d->size = d->qcow2.size;
	return 0;
}

void coco_disk_qcow2_free(struct coco_disk *d)
{
	if (d->cache == NULL)
		return;
	(void)pthread_mutex_destroy(&d->cache->lock);
	coco_free(d->cache->unpacked);
	coco_free(d->cache->packed);
	coco_free(d->cache);
	d->cache = NULL;
}

/* The part of an L2 table at offset (of n bytes), from the cache or the file; locked. */
static int l2_part(struct coco_disk *d, uint64_t offset, size_t n,
		   const struct coco_disk_l2 **ret, struct coco_diag *diag)
{
	struct coco_disk_cache *c = d->cache;

	for (size_t i = 0; i < COCO_DISK_L2_SLOTS; i++) {
		if (c->l2[i].offset == offset) {
			*ret = &c->l2[i];
			return 0;
		}
	}
	struct coco_disk_l2 *slot = &c->l2[c->next++ % COCO_DISK_L2_SLOTS];
	slot->offset = 0;
	int r = coco_disk_file(d, offset, slot->p, n, diag);
	if (r != 0)
		return r;
	slot->offset = offset;
	*ret = slot;
	return 0;
}

/* Where the cluster with this number is; locked. */
static int find_cluster(struct coco_disk *d, uint64_t number, struct coco_qcow2_where *ret,
			struct coco_diag *diag)
{
	const struct coco_qcow2 *q = &d->qcow2;
	unsigned per_table = q->cluster_bits - 3;
	uint64_t index = number & (((uint64_t)1 << per_table) - 1);
	size_t part = coco_min_size((size_t)1 << q->cluster_bits, sizeof(d->cache->l2[0].p));
	const struct coco_disk_l2 *l2 = NULL;
	uint8_t raw[ENTRY];
	uint64_t table = 0;

	int r = coco_disk_file(d, q->l1_offset + (number >> per_table) * ENTRY, raw, ENTRY, diag);
	if (r == 0)
		r = coco_qcow2_l1(q, coco_get_be64(raw), d->file_size, &table, diag);
	if (r != 0)
		return r;
	if (table == 0) {
		*ret = (struct coco_qcow2_where){ .kind = COCO_QCOW2_ZERO };
		return 0;
	}
	uint64_t at = index * ENTRY;
	r = l2_part(d, table + at / part * part, part, &l2, diag);
	if (r != 0)
		return r;
	return coco_qcow2_l2(q, coco_get_be64(l2->p + at % part), d->file_size, ret, diag);
}

static bool inflate_cluster(const uint8_t *from, size_t n, uint8_t *to, size_t size)
{
	z_stream z = { .next_in = NULL };

	if (inflateInit2(&z, WINDOW) != Z_OK)
		return false;
	memcpy(&z.next_in, &from, sizeof(from));   /* zlib's type has no const */
	z.avail_in = (uInt)n;
	z.next_out = to;
	z.avail_out = (uInt)size;
	int r = inflate(&z, Z_FINISH);
	(void)inflateEnd(&z);
	return (r == Z_STREAM_END || r == Z_BUF_ERROR) && z.avail_out == 0;
}

/* zstd frames end before the sectors do, so the decoder has to find the end. */
static bool zstd_cluster(const uint8_t *from, size_t n, uint8_t *to, size_t size)
{
	ZSTD_DCtx *ctx = ZSTD_createDCtx();
	ZSTD_inBuffer in = { from, n, 0 };
	ZSTD_outBuffer out = { to, size, 0 };
	size_t r = 1;

	if (ctx == NULL)
		return false;
	while (out.pos < size && in.pos < n && !ZSTD_isError(r) && r != 0)
		r = ZSTD_decompressStream(ctx, &out, &in);
	(void)ZSTD_freeDCtx(ctx);
	return !ZSTD_isError(r) && out.pos == size;
}

/* Unpacks a cluster to `to`; packed is room for what is read. */
static int unpack(const struct coco_disk *d, const struct coco_qcow2_where *w, uint8_t *packed,
		  uint8_t *to, struct coco_diag *diag)
{
	size_t size = (size_t)1 << d->qcow2.cluster_bits;
	size_t n = coco_min_size(w->size, size + SLACK);

	int r = coco_disk_file(d, w->offset, packed, n, diag);
	if (r != 0)
		return r;
	bool fine = d->qcow2.compression == COCO_QCOW2_ZLIB ? inflate_cluster(packed, n, to, size)
							    : zstd_cluster(packed, n, to, size);
	if (!fine)
		return coco_fail_at(diag, COCO_E_DISK_CONTAINER, w->offset, "compressed cluster",
				    "qcow2 file: a compressed cluster cannot be unpacked");
	return 0;
}

static int whole_cluster(const struct coco_disk *d, const struct coco_qcow2_where *w, uint8_t *to,
			 struct coco_diag *diag)
{
	uint8_t *packed = coco_alloc(((size_t)1 << d->qcow2.cluster_bits) + SLACK, 1);

	if (packed == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to unpack a cluster");
	int r = unpack(d, w, packed, to, diag);
	coco_free(packed);
	return r;
}

/* A part of a compressed cluster through the cache; locked. */
static int part_of_cluster(struct coco_disk *d, const struct coco_qcow2_where *w, size_t skip,
			   uint8_t *to, size_t n, struct coco_diag *diag)
{
	struct coco_disk_cache *c = d->cache;
	size_t size = (size_t)1 << d->qcow2.cluster_bits;

	if (c->unpacked == NULL)
		c->unpacked = coco_alloc(size, 1);
	if (c->packed == NULL)
		c->packed = coco_alloc(size + SLACK, 1);
	if (c->unpacked == NULL || c->packed == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to unpack a cluster");
	if (c->unpacked_at != w->offset) {
		c->unpacked_at = 0;
		int r = unpack(d, w, c->packed, c->unpacked, diag);

		if (r != 0)
			return r;
		c->unpacked_at = w->offset;
	}
	memcpy(to, c->unpacked + skip, n);
	return 0;
}

/* n bytes of a stored cluster; what lies behind the end of the file is zero. */
static int stored(const struct coco_disk *d, uint64_t at, uint8_t *to, size_t n,
		  struct coco_diag *diag)
{
	size_t there = at < d->file_size ? (size_t)coco_min_u64(n, d->file_size - at) : 0;

	memset(to + there, 0, n - there);
	return coco_disk_file(d, there != 0 ? at : 0, to, there, diag);
}

/* n bytes from skip on of one cluster. */
static int read_cluster(struct coco_disk *d, uint64_t number, size_t skip, uint8_t *to, size_t n,
			struct coco_diag *diag)
{
	struct coco_qcow2_where w = { .kind = COCO_QCOW2_ZERO };
	bool whole = n == (size_t)1 << d->qcow2.cluster_bits;

	(void)pthread_mutex_lock(&d->cache->lock);
	int r = find_cluster(d, number, &w, diag);
	if (r == 0 && w.kind == COCO_QCOW2_PACKED && !whole)
		r = part_of_cluster(d, &w, skip, to, n, diag);
	(void)pthread_mutex_unlock(&d->cache->lock);
	if (r != 0)
		return r;
	switch (w.kind) {
	case COCO_QCOW2_ZERO:
		memset(to, 0, n);
		return 0;
	case COCO_QCOW2_DATA:
		return stored(d, w.offset + skip, to, n, diag);
	case COCO_QCOW2_PACKED:
	default:
		return whole ? whole_cluster(d, &w, to, diag) : 0;
	}
}

int coco_disk_qcow2_read(struct coco_disk *d, uint64_t off, uint8_t *p, size_t n,
			 struct coco_diag *diag)
{
	uint64_t cluster = (uint64_t)1 << d->qcow2.cluster_bits;
	int r = 0;

	while (r == 0 && n != 0) {
		size_t skip = (size_t)(off % cluster);
		size_t part = (size_t)coco_min_u64(n, cluster - skip);

		r = read_cluster(d, off / cluster, skip, p, part, diag);
		off += part;
		p += part;
		n -= part;
	}
	return r;
}
