/*
 * fat_fs.c - files of a FAT file system (see fat_fs.h).
 */
#include "lib/measure/fat_fs.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"

enum { WINDOW = 4096 };

struct coco_fat_fs {
	struct coco_disk *disk;
	uint64_t at;
	uint64_t size;
	struct coco_fat fat;
	uint64_t window_at;            /* of the table, from the volume's start */
	size_t window_n;               /* 0: nothing was read */
	uint8_t window[WINDOW];
};

/*
 * A chain of clusters being followed. A loop is found when the chain comes
 * back to a mark, which is moved on after 1, 2, 4, ... steps (Brent).
 */
struct chain {
	uint32_t cluster;              /* 0: at the end */
	uint32_t mark;
	uint64_t steps;
	uint64_t limit;
};

int coco_fat_fs_open(struct coco_fat_fs **ret, struct coco_disk *disk, uint64_t at,
		     uint64_t size, struct coco_diag *diag)
{
	struct coco_fat_fs *fs = coco_zalloc(1, sizeof(*fs));
	uint8_t boot[COCO_FAT_BOOT];

	if (fs == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a file system");
	fs->disk = disk;
	fs->at = at;
	fs->size = size;
	int r = size < sizeof(boot)
			? coco_fail(diag, COCO_E_FAT_VOLUME,
				    "a volume of %" PRIu64 " bytes holds no FAT file system", size)
			: coco_disk_read(disk, at, boot, sizeof(boot), diag);
	if (r == 0)
		r = coco_fat_parse(&fs->fat, coco_view_of(boot, sizeof(boot)), size, diag);
	if (r != 0) {
		coco_fat_fs_close(fs);
		return r;
	}
	*ret = fs;
	return 0;
}

void coco_fat_fs_close(struct coco_fat_fs *fs)
{
	coco_free(fs);
}

const struct coco_fat *coco_fat_fs_info(const struct coco_fat_fs *fs)
{
	return &fs->fat;
}

void coco_fat_list_free(struct coco_fat_list *l)
{
	coco_free(l->entry);
	l->entry = NULL;
	l->n = 0;
}

/* The bytes of a table entry, through a window on the table. */
static int table_entry(struct coco_fat_fs *fs, uint32_t cluster, uint8_t ret[4],
		       struct coco_diag *diag)
{
	uint64_t at = coco_fat_entry_at(&fs->fat, cluster);
	size_t n = coco_fat_entry_size(&fs->fat);

	if (at < fs->window_at || at + n > fs->window_at + fs->window_n) {
		/* an entry of FAT12 may cross any border, so the window begins with it */
		size_t want = (size_t)coco_min_u64(WINDOW, fs->size - at);

		fs->window_n = 0;
		int r = coco_disk_read(fs->disk, fs->at + at, fs->window, want, diag);
		if (r != 0)
			return r;
		fs->window_at = at;
		fs->window_n = want;
	}
	memcpy(ret, fs->window + (at - fs->window_at), n);
	return 0;
}

static int looping(struct coco_diag *diag, uint32_t cluster)
{
	return coco_fail(diag, COCO_E_FAT_CHAIN, "the chain of cluster %u runs in a loop", cluster);
}

static int chain_start(const struct coco_fat_fs *fs, struct chain *c, uint32_t cluster,
		       struct coco_diag *diag)
{
	if (!coco_fat_is_cluster(&fs->fat, cluster))
		return coco_fail(diag, COCO_E_FAT_CHAIN,
				 "an entry begins at cluster %u, which is none of this volume",
				 cluster);
	*c = (struct chain){ .cluster = cluster, .mark = cluster, .limit = 1 };
	return 0;
}

static int chain_next(struct coco_fat_fs *fs, struct chain *c, struct coco_diag *diag)
{
	uint8_t entry[4] = { 0 };
	uint32_t next = 0;

	int r = table_entry(fs, c->cluster, entry, diag);
	if (r == 0)
		r = coco_fat_next(&fs->fat, c->cluster, entry, &next, diag);
	if (r != 0)
		return r;
	if (next != 0 && next == c->mark)
		return looping(diag, next);
	c->cluster = next;
	if (++c->steps == c->limit) {
		c->mark = next;
		c->limit *= 2;
		c->steps = 0;
	}
	return 0;
}

/* A directory being read: the fixed root of FAT12 and FAT16, or a chain. */
struct dir_reader {
	struct chain chain;
	bool fixed;
	uint64_t at;                   /* of the part that is read, from the volume's start */
	uint32_t left;                 /* bytes of it not yet read */
	struct coco_fat_names names;
};

static int dir_start(const struct coco_fat_fs *fs, struct dir_reader *d, uint32_t cluster,
		     struct coco_diag *diag)
{
	memset(d, 0, sizeof(*d));
	d->fixed = cluster == 0 && fs->fat.bits != COCO_FAT32;
	if (d->fixed) {
		d->at = fs->fat.root_at;
		d->left = fs->fat.root_bytes;
		return 0;
	}
	int r = chain_start(fs, &d->chain, cluster != 0 ? cluster : fs->fat.root_cluster, diag);
	if (r != 0)
		return r;
	d->at = coco_fat_cluster_at(&fs->fat, d->chain.cluster);
	d->left = fs->fat.cluster;
	return 0;
}

/* The next slot; *ret_end when the directory is over. */
static int dir_slot(struct coco_fat_fs *fs, struct dir_reader *d, uint8_t slot[COCO_FAT_DIRENT],
		    bool *ret_end, struct coco_diag *diag)
{
	*ret_end = false;
	if (d->left < COCO_FAT_DIRENT) {
		int r = d->fixed ? 0 : chain_next(fs, &d->chain, diag);

		if (r != 0)
			return r;
		if (d->fixed || d->chain.cluster == 0) {
			*ret_end = true;
			return 0;
		}
		d->at = coco_fat_cluster_at(&fs->fat, d->chain.cluster);
		d->left = fs->fat.cluster;
	}
	int r = coco_disk_read(fs->disk, fs->at + d->at, slot, COCO_FAT_DIRENT, diag);
	d->at += COCO_FAT_DIRENT;
	d->left -= COCO_FAT_DIRENT;
	return r;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Appends a slot's entry to the list. */
static int list_add(struct coco_fat_list *l, size_t *cap, const struct coco_fat_entry *e,
		    struct coco_diag *diag)
{
	void *list = l->entry;

	if (!coco_grow(&list, cap, l->n, sizeof(*e), COCO_FAT_ENTRIES))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a directory");
	l->entry = list;
	l->entry[l->n++] = *e;
	return 0;
}

/* The entries of the directory that begins at cluster (0: the root). */
static int list_cluster(struct coco_fat_fs *fs, uint32_t cluster, struct coco_fat_list *ret,
			struct coco_diag *diag)
{
	struct coco_fat_list l = { .entry = NULL };
	struct coco_fat_entry e = { .attr = 0 };
	uint8_t slot[COCO_FAT_DIRENT];
	struct dir_reader d;
	bool end = false;
	size_t cap = 0;

	int r = dir_start(fs, &d, cluster, diag);
	for (size_t i = 0; r == 0 && !end; i++) {
		if (i > COCO_FAT_ENTRIES)
			r = coco_fail(diag, COCO_E_FAT_CHAIN, "a directory has too many entries");
		if (r == 0)
			r = dir_slot(fs, &d, slot, &end, diag);
		if (r != 0 || end)
			break;
		enum coco_fat_slot kind = coco_fat_dirent(&fs->fat, &d.names, slot, &e);
		end = kind == COCO_FAT_SLOT_END;
		if (kind == COCO_FAT_SLOT_ENTRY && !is_dots(e.name))
			r = list_add(&l, &cap, &e, diag);
	}
	if (r != 0) {
		coco_fat_list_free(&l);
		return r;
	}
	*ret = l;
	return 0;
}

/* A directory below another one must have clusters of its own. */
static int sub_cluster(const struct coco_fat_entry *e, uint32_t *ret, struct coco_diag *diag)
{
	if (e->cluster == 0)
		return coco_fail(diag, COCO_E_FAT_CHAIN, "the directory %s has no clusters",
				 e->name);
	*ret = e->cluster;
	return 0;
}

static bool is_separator(char c)
{
	return c == '/' || c == '\\';
}

/* Looks a name up in the directory at cluster; FAT_MISSING without a message of its own. */
static int find_in(struct coco_fat_fs *fs, uint32_t cluster, const char *name, size_t n,
		   bool *ret_found, struct coco_fat_entry *ret, struct coco_diag *diag)
{
	struct coco_fat_list l = { .entry = NULL };
	int r = list_cluster(fs, cluster, &l, diag);

	*ret_found = false;
	for (size_t i = 0; r == 0 && i < l.n && !*ret_found; i++) {
		if (coco_fat_name_equal(l.entry[i].name, name, n)) {
			*ret = l.entry[i];
			*ret_found = true;
		}
	}
	coco_fat_list_free(&l);
	return r;
}

/* The entry of a path; the root is a directory at cluster 0. */
static int resolve(struct coco_fat_fs *fs, const char *path, bool *ret_found,
		   struct coco_fat_entry *ret, struct coco_diag *diag)
{
	struct coco_fat_entry e = { .attr = COCO_FAT_DIRECTORY };
	bool found = true;
	unsigned depth = 0;
	int r = 0;

	*ret_found = false;
	for (;;) {
		while (is_separator(*path))
			path++;
		if (*path == '\0')
			break;
		size_t n = 0;
		while (path[n] != '\0' && !is_separator(path[n]))
			n++;
		if ((e.attr & COCO_FAT_DIRECTORY) == 0 || depth++ == COCO_FAT_DEPTH)
			return 0;
		uint32_t cluster = 0;
		if (depth > 1)
			r = sub_cluster(&e, &cluster, diag);
		if (r == 0)
			r = find_in(fs, cluster, path, n, &found, &e, diag);
		if (r != 0 || !found)
			return r;
		path += n;
	}
	*ret = e;
	*ret_found = true;
	return 0;
}

int coco_fat_fs_find(struct coco_fat_fs *fs, const char *path, struct coco_fat_entry *ret,
		     struct coco_diag *diag)
{
	bool found = false;
	int r = resolve(fs, path, &found, ret, diag);

	if (r == 0 && !found)
		return coco_fail(diag, COCO_E_FAT_MISSING, "there is no %s in the file system",
				 path);
	return r;
}

int coco_fat_fs_exists(struct coco_fat_fs *fs, const char *path, bool *ret,
		       struct coco_diag *diag)
{
	struct coco_fat_entry e;

	return resolve(fs, path, ret, &e, diag);
}

int coco_fat_fs_list(struct coco_fat_fs *fs, const char *path, struct coco_fat_list *ret,
		     struct coco_diag *diag)
{
	struct coco_fat_entry e = { .attr = 0 };

	int r = coco_fat_fs_find(fs, path, &e, diag);
	if (r != 0)
		return r;
	if ((e.attr & COCO_FAT_DIRECTORY) == 0)
		return coco_fail(diag, COCO_E_FAT_MISSING, "%s is a file, not a directory", path);
	return list_cluster(fs, e.cluster, ret, diag);
}

/* The bytes of a file that begins at cluster and has n of them. */
static int read_chain(struct coco_fat_fs *fs, uint32_t cluster, uint8_t *p, size_t n,
		      struct coco_diag *diag)
{
	struct chain c = { .cluster = 0 };
	size_t done = 0;

	int r = n != 0 ? chain_start(fs, &c, cluster, diag) : 0;
	while (r == 0 && done < n) {
		size_t part = coco_min_size(n - done, fs->fat.cluster);

		if (c.cluster == 0)
			return coco_fail(diag, COCO_E_FAT_CHAIN,
					 "a file of %zu bytes has clusters for %zu only", n, done);
		r = coco_disk_read(fs->disk, fs->at + coco_fat_cluster_at(&fs->fat, c.cluster),
				   p + done, part, diag);
		done += part;
		if (r == 0)
			r = chain_next(fs, &c, diag);
	}
	/* up to its end, since one that comes back to itself has none */
	while (r == 0 && c.cluster != 0)
		r = chain_next(fs, &c, diag);
	return r;
}

int coco_fat_fs_read(struct coco_fat_fs *fs, const char *path, size_t max, uint8_t **ret,
		     size_t *ret_n, struct coco_diag *diag)
{
	struct coco_fat_entry e = { .attr = 0 };

	int r = coco_fat_fs_find(fs, path, &e, diag);
	if (r != 0)
		return r;
	if ((e.attr & COCO_FAT_DIRECTORY) != 0)
		return coco_fail(diag, COCO_E_FAT_MISSING, "%s is a directory, not a file", path);
	if (e.size > max)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "%s has %u bytes, at most %zu are read",
				 path, e.size, max);
	if (e.size > (uint64_t)fs->fat.clusters * fs->fat.cluster)
		return coco_fail(diag, COCO_E_FAT_CHAIN, "%s claims to be larger than the volume",
				 path);
	uint8_t *p = coco_alloc((size_t)e.size + 1, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a file");
	r = read_chain(fs, e.cluster, p, e.size, diag);
	if (r != 0) {
		coco_free(p);
		return r;
	}
	p[e.size] = '\0';
	*ret = p;
	*ret_n = e.size;
	return 0;
}

/* A walk: the directories that were entered, and how much was seen. */
struct walk {
	struct coco_fat_fs *fs;
	coco_fat_walk_fn *fn;
	void *ctx;
	uint32_t *seen;                /* first clusters of directories, owned */
	size_t n_seen;
	size_t cap_seen;
	size_t entries;
	char path[COCO_FAT_PATH];
};

static int enter(struct walk *w, uint32_t cluster, struct coco_diag *diag)
{
	void *list = w->seen;

	for (size_t i = 0; i < w->n_seen; i++)
		if (w->seen[i] == cluster)
			return coco_fail(diag, COCO_E_FAT_CHAIN,
					 "the directory %s is also at another place of the tree",
					 w->path);
	if (!coco_grow(&list, &w->cap_seen, w->n_seen, sizeof(*w->seen), COCO_FAT_ENTRIES))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a walk");
	w->seen = list;
	w->seen[w->n_seen++] = cluster;
	return 0;
}

/* Appends a name to the path; *ret_n is the length before. */
static int push(struct walk *w, const char *name, size_t *ret_n, struct coco_diag *diag)
{
	size_t n = strlen(w->path);
	size_t more = strlen(name);

	if (n + more + 2 > sizeof(w->path))
		return coco_fail(diag, COCO_E_LIMIT_DEPTH, "a path of the file system is too long");
	*ret_n = n;
	if (n != 0)
		w->path[n++] = '/';
	memcpy(w->path + n, name, more + 1);
	return 0;
}

/* One level; its directories come one after the other, each with a list of its own. */
static int walk_level(struct walk *w, uint32_t cluster, unsigned depth, struct coco_diag *diag)
{
	struct coco_fat_list l = { .entry = NULL };

	if (depth > COCO_FAT_DEPTH)
		return coco_fail(diag, COCO_E_LIMIT_DEPTH, "directories are nested too deeply");
	int r = list_cluster(w->fs, cluster, &l, diag);
	w->entries += l.n;
	if (r == 0 && w->entries > COCO_FAT_ENTRIES)
		r = coco_fail(diag, COCO_E_LIMIT_SIZE, "too many files in a file system");
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		size_t n = 0;
		uint32_t sub = 0;

		r = push(w, l.entry[i].name, &n, diag);
		if (r != 0)
			break;
		r = w->fn(w->ctx, w->path, &l.entry[i], diag);
		if (r == 0 && (l.entry[i].attr & COCO_FAT_DIRECTORY) != 0) {
			r = sub_cluster(&l.entry[i], &sub, diag);
			if (r == 0)
				r = enter(w, sub, diag);
			if (r == 0)
				r = walk_level(w, sub, depth + 1, diag);
		}
		w->path[n] = '\0';
	}
	coco_fat_list_free(&l);
	return r;
}

int coco_fat_fs_walk(struct coco_fat_fs *fs, coco_fat_walk_fn *fn, void *ctx,
		     struct coco_diag *diag)
{
	struct walk w = { .fs = fs, .fn = fn, .ctx = ctx };

	int r = fs->fat.bits == COCO_FAT32 ? enter(&w, fs->fat.root_cluster, diag) : 0;
	if (r == 0)
		r = walk_level(&w, 0, 0, diag);
	coco_free(w.seen);
	return r;
}
