/*
 * ledger.c - the ledger of a declaration (see ledger.h).
 */
#include "lib/broker/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/broker/ledger_priv.h"
#include "lib/core/io.h"
#include "lib/crypto/jws_sign.h"
#include "lib/crypto/sha256.h"

char *coco_ledger_path(const char *declaration, const char *extension)
{
	size_t n = strlen(declaration);

	if (n > 5 && strcmp(declaration + n - 5, ".toml") == 0 && declaration[n - 6] != '/')
		n -= 5;
	char *path = coco_alloc(n + strlen(extension) + 1, 1);
	if (path != NULL) {
		memcpy(path, declaration, n);
		strcpy(path + n, extension);
	}
	return path;
}

void coco_ledger_free(struct coco_ledger *l)
{
	if (l == NULL)
		return;
	/* made by this run and not needed: no trace */
	if (l->fd >= 0 && l->made && l->size == 0)
		(void)unlink(l->path);
	if (l->fd >= 0)
		close(l->fd);
	coco_secret_free(&l->mac);
	coco_free(l->v);
	coco_free(l->path);
	coco_free(l);
}

size_t coco_ledger_count(const struct coco_ledger *l)
{
	return l->n;
}

const struct coco_ledger_entry *coco_ledger_at(const struct coco_ledger *l, size_t i)
{
	return &l->v[i].entry;
}

const char *coco_ledger_signer(const struct coco_ledger *l, size_t i)
{
	return coco_key_fingerprint_text(l->v[i].key);
}

const char *coco_ledger_head(const struct coco_ledger *l)
{
	return l->n != 0 ? l->head_text : "";
}

void coco_ledger_move_head(struct coco_ledger *l, const void *line, size_t n)
{
	coco_sha256_once(line, n, l->head);
	memcpy(l->head_text, "sha256:", 7);
	coco_hex_encode(l->head_text + 7, l->head, sizeof(l->head));
}

/* ---- reading -------------------------------------------------------------------- */

static const struct coco_key *find_key(const struct coco_ledger *l, const char *fingerprint)
{
	if (l->keys.sign != NULL &&
	    strcmp(coco_key_fingerprint_text(l->keys.sign), fingerprint) == 0)
		return l->keys.sign;
	for (size_t i = 0; i < l->keys.n_trust; i++)
		if (strcmp(coco_key_fingerprint_text(l->keys.trust[i]), fingerprint) == 0)
			return l->keys.trust[i];
	return NULL;
}

static int judge_signature(struct coco_ledger *l, const char *text, struct coco_ledger_item *item,
			   struct coco_diag *diag)
{
	struct coco_jws jws;
	struct coco_diag why = { 0 };
	int r = coco_jws_decode(&jws, coco_view_of(text, strlen(text)), &why);

	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for a ledger");
	if (r != 0)
		return coco_fail(diag, COCO_E_LEDGER_SIGNATURE, "the signature cannot be read: %s",
				 why.message);
	if (jws.typ == NULL || strcmp(jws.typ, COCO_LEDGER_TYPE) != 0 || jws.kid == NULL) {
		r = coco_fail(diag, COCO_E_LEDGER_SIGNATURE, "it is signed as something else");
	} else {
		item->key = find_key(l, jws.kid);
		if (item->key == NULL)
			r = coco_fail(diag, COCO_E_LEDGER_KEY, "signed with the key %.80s, which "
				      "is not among those that were given", jws.kid);
		else if (coco_jws_verify(item->key, &jws, &why) != 0)
			r = coco_fail(diag, COCO_E_LEDGER_SIGNATURE, "the signature does not hold");
	}
	coco_jws_clear(&jws);
	return r;
}

/* Digests of secrets made under this key are compared only when the key gives the same. */
static void note_begin(struct coco_ledger *l, const struct coco_ledger_item *item)
{
	char digest[COCO_LEDGER_DIGEST];

	if (item->entry.action != COCO_LEDGER_BEGIN || l->keys.sign == NULL ||
	    item->key != l->keys.sign || coco_ledger_check_text(l, digest, NULL) != 0)
		return;
	l->begun = true;
	l->same_mac = strcmp(digest, item->entry.digest) == 0;
}

static int read_line(struct coco_ledger *l, struct coco_view line, struct coco_diag *diag)
{
	char *jws = NULL;

	if (!coco_grow((void **)&l->v, &l->cap, l->n, sizeof(*l->v), COCO_LEDGER_MAX / 64))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a ledger");
	struct coco_ledger_item *item = &l->v[l->n];
	int r = coco_ledger_line_read(&item->entry, &jws, line, diag);
	if (r == 0 && (item->entry.seq != l->n + 1 ||
		       (l->n != 0 && memcmp(item->entry.previous, l->head, 32) != 0)))
		r = coco_fail(diag, COCO_E_LEDGER_CHAIN,
			      "it does not follow the line before (number %" PRIu64 ")",
			      item->entry.seq);
	if (r == 0)
		r = judge_signature(l, jws, item, diag);
	coco_free(jws);
	if (r != 0)
		return r;
	note_begin(l, item);
	l->n++;
	coco_ledger_move_head(l, line.p, line.n + 1);
	return 0;
}

/* All lines; *ret_rest is what follows the last line end. */
static int read_lines(struct coco_ledger *l, struct coco_view text, struct coco_view *ret_rest,
		      struct coco_diag *diag)
{
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);

		if (end == NULL)
			break;
		size_t n = (size_t)(end - text.p);
		int r = read_line(l, coco_view_of(text.p, n), diag);
		if (r != 0) {
			coco_diag_pointer(diag, "line %zu", l->n + 1);
			return r;
		}
		text = coco_view_of(end + 1, text.n - n - 1);
	}
	*ret_rest = text;
	return 0;
}

/* ---- an incomplete last line ---------------------------------------------------- */

static int set_aside(struct coco_ledger *l, const struct coco_run *run, struct coco_view rest,
		     struct coco_diag *diag)
{
	struct coco_ledger_entry e = { .action = COCO_LEDGER_REPAIR, .digest = "sha256:" };
	uint8_t digest[32];
	size_t cap = strlen(l->path) + 32;
	char *path = coco_alloc(cap, 1);

	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a ledger");
	snprintf(path, cap, "%s.torn-%zu", l->path, l->n + 1);
	int r = coco_write_file(path, rest.p, rest.n, COCO_OUT_FORCE | COCO_OUT_SECRET, diag);
	if (r == 0 && ftruncate(l->fd, (off_t)l->size) != 0)
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "shorten", l->path);
	coco_sha256_once(rest.p, rest.n, digest);
	coco_hex_encode(e.digest + 7, digest, sizeof(digest));
	if (r == 0)
		r = coco_ledger_append(l, run, &e, diag);
	if (r == 0)
		coco_log(run, 0, "an incomplete last line of %zu bytes was moved to %s", rest.n,
			 path);
	coco_free(path);
	return r;
}

static int judge_rest(struct coco_ledger *l, const struct coco_run *run, struct coco_view rest,
		      unsigned flags, struct coco_diag *diag)
{
	if (rest.n == 0)
		return 0;
	if ((flags & COCO_LEDGER_SET_ASIDE) != 0 && l->fd >= 0 && l->keys.sign != NULL)
		return set_aside(l, run, rest, diag);
	coco_diag_pointer(diag, "line %zu", l->n + 1);
	return coco_fail(diag, COCO_E_LEDGER_TORN, "%zu bytes follow the last complete line; the "
			 "%zu lines before are whole and signed", rest.n, l->n);
}

/* ---- opening -------------------------------------------------------------------- */

/* The file locked for writing; l->fd stays -1 when it is only read. */
static int open_write(struct coco_ledger *l, struct coco_diag *diag)
{
	struct stat st;

	l->fd = open(l->path, O_RDWR | O_APPEND | O_CLOEXEC);
	if (l->fd < 0 && errno == ENOENT) {
		l->fd = open(l->path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		l->made = l->fd >= 0;
	}
	if (l->fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open", l->path);
	if (fstat(l->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return coco_fail(diag, COCO_E_IO_KIND, "the ledger is no regular file");
	if (flock(l->fd, LOCK_EX | LOCK_NB) != 0)
		return coco_fail(diag, COCO_E_IO_BUSY, "another run writes to the ledger");
	return 0;
}

/* Gives *ret; NULL: there is no file. */
static int read_file(const struct coco_ledger *l, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag)
{
	uint64_t size = 0;
	int fd = -1;

	if (l->fd >= 0)
		return coco_read_fd(l->fd, l->path, COCO_LEDGER_MAX, ret, ret_n, diag);
	if (access(l->path, F_OK) != 0 && errno == ENOENT)
		return 0;
	int r = coco_open_read(l->path, &fd, &size, diag);
	if (r == 0) {
		r = coco_read_fd(fd, l->path, COCO_LEDGER_MAX, ret, ret_n, diag);
		close(fd);
	}
	return r;
}

static int load(struct coco_ledger *l, const struct coco_run *run, unsigned flags,
		struct coco_diag *diag)
{
	struct coco_view rest = { .n = 0 };
	uint8_t *text = NULL;
	size_t n = 0;
	int r = 0;

	if (l->keys.sign != NULL)
		r = coco_ledger_mac_init(l, diag);
	if (r == 0 && (flags & COCO_LEDGER_WRITE) != 0)
		r = open_write(l, diag);
	if (r == 0)
		r = read_file(l, &text, &n, diag);
	if (r == 0 && text != NULL)
		r = read_lines(l, coco_view_of(text, n), &rest, diag);
	if (r == 0) {
		l->size = n - rest.n;
		r = judge_rest(l, run, rest, flags, diag);
	}
	coco_free(text);
	return r;
}

int coco_ledger_open(struct coco_ledger **ret, const struct coco_run *run, const char *path,
		     const struct coco_ledger_keys *keys, unsigned flags, struct coco_diag *diag)
{
	struct coco_ledger *l = coco_zalloc(1, sizeof(*l));

	if (l == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a ledger");
	l->fd = -1;
	l->keys = *keys;
	l->path = coco_strdup(path);
	int r = l->path != NULL ? load(l, run, flags, diag) :
		coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a ledger");
	if (r != 0) {
		coco_diag_source(diag, "%s", path);
		coco_ledger_free(l);
		return r;
	}
	*ret = l;
	return 0;
}

/* ---- what it says of items ------------------------------------------------------ */

static bool about_item(const struct coco_ledger_entry *e)
{
	return e->action == COCO_LEDGER_PUT || e->action == COCO_LEDGER_FOUND ||
	       e->action == COCO_LEDGER_UNSURE || e->action == COCO_LEDGER_REMOVE;
}

size_t coco_ledger_last(const struct coco_ledger *l, const char *broker,
			const struct coco_item_id *id)
{
	const char *type = coco_item_type_name(id->type);

	for (size_t i = l->n; i > 0; i--) {
		const struct coco_ledger_entry *e = &l->v[i - 1].entry;

		if (about_item(e) && strcmp(e->name, id->name) == 0 &&
		    strcmp(e->type, type) == 0 && strcmp(e->broker, broker) == 0)
			return i - 1;
	}
	return SIZE_MAX;
}

static int by_item(const void *a, const void *b, void *ctx)
{
	const struct coco_ledger *l = ctx;
	const size_t ia = *(const size_t *)a;
	const size_t ib = *(const size_t *)b;
	const struct coco_ledger_entry *x = &l->v[ia].entry;
	const struct coco_ledger_entry *y = &l->v[ib].entry;
	int c = strcmp(x->type, y->type);

	if (c == 0)
		c = strcmp(x->name, y->name);
	return c != 0 ? c : ia < ib ? -1 : ia > ib;
}

int coco_ledger_held(const struct coco_ledger *l, const char *broker, size_t **ret, size_t *ret_n,
		     struct coco_diag *diag)
{
	size_t *v = coco_alloc(l->n + 1, sizeof(*v));
	size_t n = 0;
	size_t kept = 0;

	if (v == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a ledger");
	for (size_t i = 0; i < l->n; i++)
		if (about_item(&l->v[i].entry) && strcmp(l->v[i].entry.broker, broker) == 0)
			v[n++] = i;
	qsort_r(v, n, sizeof(*v), by_item, (void *)(uintptr_t)l);
	for (size_t i = 0; i < n; i++) {
		const struct coco_ledger_entry *e = &l->v[v[i]].entry;
		bool last = i + 1 == n || strcmp(l->v[v[i + 1]].entry.type, e->type) != 0 ||
			    strcmp(l->v[v[i + 1]].entry.name, e->name) != 0;

		if (last && e->action != COCO_LEDGER_REMOVE)
			v[kept++] = v[i];
	}
	*ret = v;
	*ret_n = kept;
	return 0;
}
