/*
 * journal_file.c - the journal of a packing run (see journal_file.h).
 */
#include "lib/model/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/cobble_seal.h"

static const char magic[8] = "cocojnl1";

struct coco_journal {
	int fd;
	uint64_t at;
	const struct coco_secret *key; /* borrowed */
	uint8_t context[COCO_RECORD_CONTEXT];
	pthread_mutex_t lock;
};

/*
 * Who writes a journal locks it, so that nobody takes up a run that goes on; a
 * file system without locks only loses that.
 */
static int lock(int fd, struct coco_diag *diag)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return 0;
	return coco_fail(diag, COCO_E_IO_BUSY, "the run that writes it has not ended");
}

static int journal_new(int fd, uint64_t at, const struct coco_secret *key,
		       const uint8_t *package_id, struct coco_journal **ret,
		       struct coco_diag *diag)
{
	struct coco_journal *j = coco_zalloc(1, sizeof(*j));

	if (j == NULL) {
		close(fd);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the journal");
	}
	j->fd = fd;
	j->at = at;
	j->key = key;
	coco_record_context(j->context, package_id);
	pthread_mutex_init(&j->lock, NULL);
	*ret = j;
	return 0;
}

int coco_journal_create(int dirfd, const struct coco_secret *key,
			const uint8_t package_id[COCO_PACKAGE_ID], struct coco_journal **ret,
			struct coco_diag *diag)
{
	uint8_t head[COCO_JOURNAL_HEAD];
	int fd = openat(dirfd, COCO_JOURNAL_NAME, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "create the journal of",
				       "the output");
	memcpy(head, magic, sizeof(magic));
	memcpy(head + sizeof(magic), package_id, COCO_PACKAGE_ID);
	int r = lock(fd, diag);
	if (r == 0)
		r = coco_pwrite_full(fd, head, sizeof(head), 0, "journal", diag);
	if (r != 0) {
		close(fd);
		return r;
	}
	return journal_new(fd, sizeof(head), key, package_id, ret, diag);
}

/* A length without its message, or a place that was never written. */
static bool is_cut(uint64_t n, uint64_t room)
{
	return n == 0 || n > room;
}

/* One record at offset at; *ret_next 0 when the journal ends (or is cut) there. */
static int load_one(int fd, uint64_t size, uint64_t at, const struct coco_secret *key,
		    struct coco_view context, struct coco_record *ret, uint64_t *ret_next,
		    struct coco_diag *diag)
{
	uint8_t len[4];

	*ret_next = 0;
	if (size - at < sizeof(len))
		return 0;
	int r = coco_pread_full(fd, len, sizeof(len), at, "journal", diag);
	if (r != 0)
		return r;
	uint32_t n = coco_get_be32(len);
	if (is_cut(n, size - at - sizeof(len)))
		return 0;
	if (n > COCO_RECORD_MAX)
		return coco_fail_at(diag, COCO_E_RECORD, at, "length", "a record of %u bytes", n);
	uint8_t *sealed = coco_alloc(n, 1);
	uint8_t *plain = NULL;
	size_t n_plain = 0;
	if (sealed == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a record");
	r = coco_pread_full(fd, sealed, n, at + sizeof(len), "journal", diag);
	if (r == 0)
		r = coco_cobble_open(key, context, coco_view_of(sealed, n), &plain, &n_plain, diag);
	if (r == 0)
		r = coco_record_decode(ret, coco_view_of(plain, n_plain), diag);
	coco_free(sealed);
	coco_wipe(plain, n_plain);
	coco_free(plain);
	if (r == 0)
		*ret_next = at + sizeof(len) + n;
	return r;
}

/* What a crash of the machine leaves of the records written last. */
static bool is_torn(int code)
{
	return code == COCO_E_KEY_WRONG || code == COCO_E_CHUNK_AUTH ||
	       code == COCO_E_COBBLE_LENGTH;
}

/*
 * With repair a record that is not authentic ends the journal there, unless it
 * is the first, which says that the key is another one.
 */
static int load_all(int fd, const struct coco_secret *key, const uint8_t *id, bool repair,
		    uint64_t *ret_end,
		    int (*fn)(void *ctx, struct coco_record *r, struct coco_diag *diag),
		    void *ctx, struct coco_diag *diag)
{
	uint8_t context[COCO_RECORD_CONTEXT];
	uint64_t at = COCO_JOURNAL_HEAD;
	struct stat st;

	coco_record_context(context, id);
	if (fstat(fd, &st) != 0)
		return coco_fail_errno(diag, COCO_E_IO_READ, errno, "examine", "journal");
	for (;;) {
		struct coco_record rec = { .type = COCO_RECORD_IDENTITY };
		bool may_cut = repair && at != COCO_JOURNAL_HEAD;
		uint64_t next = 0;
		int r = load_one(fd, (uint64_t)st.st_size, at, key,
				 coco_view_of(context, sizeof(context)), &rec, &next,
				 may_cut ? NULL : diag);

		if (may_cut && is_torn(r))
			break;
		if (r != 0)
			return coco_fail(diag, r, "the journal's record at offset %" PRIu64, at);
		if (next == 0)
			break;
		r = fn(ctx, &rec, diag);
		coco_record_free(&rec);
		if (r != 0)
			return r;
		at = next;
	}
	*ret_end = at;
	return 0;
}

bool coco_journal_started(int dirfd)
{
	uint8_t head[COCO_JOURNAL_HEAD + 4];
	struct stat st;
	int fd = openat(dirfd, COCO_JOURNAL_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return errno != ENOENT;
	/* a run that goes on has started, whatever it has written so far */
	if (lock(fd, NULL) != 0) {
		close(fd);
		return true;
	}
	bool whole = fstat(fd, &st) == 0 &&
		     pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
		     !is_cut(coco_get_be32(head + COCO_JOURNAL_HEAD),
			     (uint64_t)st.st_size - sizeof(head));
	close(fd);
	return whole;
}

int coco_journal_load(int dirfd, const struct coco_secret *key,
		      uint8_t ret_id[COCO_PACKAGE_ID],
		      int (*fn)(void *ctx, struct coco_record *r, struct coco_diag *diag),
		      void *ctx, struct coco_journal **append, struct coco_diag *diag)
{
	uint8_t head[COCO_JOURNAL_HEAD];
	uint64_t end = 0;
	int fd = openat(dirfd, COCO_JOURNAL_NAME,
			(append != NULL ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open the journal of",
				       "the part");
	int r = append != NULL ? lock(fd, diag) : 0;
	if (r == 0)
		r = coco_pread_full(fd, head, sizeof(head), 0, "journal", diag);
	if (r == 0 && memcmp(head, magic, sizeof(magic)) != 0)
		r = coco_fail_at(diag, COCO_E_RECORD, 0, "magic", "this is not a journal");
	if (r == 0)
		r = load_all(fd, key, head + sizeof(magic), append != NULL, &end, fn, ctx, diag);
	if (r == 0 && append != NULL && ftruncate(fd, (off_t)end) != 0)
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "continue", "journal");
	if (r != 0 || append == NULL)
		close(fd);
	if (r != 0)
		return r;
	memcpy(ret_id, head + sizeof(magic), COCO_PACKAGE_ID);
	return append != NULL ? journal_new(fd, end, key, ret_id, append, diag) : 0;
}

int coco_journal_append(struct coco_journal *j, const struct coco_record *rec,
			struct coco_diag *diag)
{
	struct coco_wr wr;
	uint8_t *plain = NULL;
	size_t n_plain = 0;
	uint8_t *sealed = NULL;
	size_t n_sealed = 0;
	uint8_t len[4];

	coco_wr_init(&wr, COCO_RECORD_MAX - COCO_COBBLE_CHUNK);
	coco_record_encode(&wr, rec);
	int r = coco_wr_finish(&wr, &plain, &n_plain, diag);
	if (r != 0)
		return r;
	r = coco_cobble_seal(j->key, coco_view_of(j->context, sizeof(j->context)),
			     coco_view_of(plain, n_plain), &sealed, &n_sealed, diag);
	coco_wipe(plain, n_plain);
	coco_free(plain);
	if (r != 0)
		return r;
	coco_put_be32(len, (uint32_t)n_sealed);
	pthread_mutex_lock(&j->lock);
	/* the message first: a cut leaves a length without its message, never the reverse */
	r = coco_pwrite_full(j->fd, sealed, n_sealed, j->at + sizeof(len), "journal", diag);
	if (r == 0)
		r = coco_pwrite_full(j->fd, len, sizeof(len), j->at, "journal", diag);
	if (r == 0)
		j->at += sizeof(len) + n_sealed;
	pthread_mutex_unlock(&j->lock);
	coco_free(sealed);
	return r;
}

void coco_journal_close(struct coco_journal *j)
{
	if (j == NULL)
		return;
	close(j->fd);
	pthread_mutex_destroy(&j->lock);
	coco_free(j);
}
