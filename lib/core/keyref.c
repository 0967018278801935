/*
 * keyref.c - reading and writing secrets by reference (see keyref.h). The
 * one place of the library that reads the environment, on the caller's word.
 * The directory store is in keystore.c.
 */
#include "lib/core/keyref.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/core/keystore.h"

static const char known_forms[] = "file:PATH, fd:N, env:NAME, cred:NAME, "
	"store:DIR/repo/type/tag, kbs+https://HOST/repo/type/tag, cdh:///repo/type/tag or -";

static const struct {
	const char *word;
	enum coco_keyref_kind kind;
} schemes[] = {
	{ "file", COCO_KEYREF_FILE },
	{ "fd", COCO_KEYREF_FD },
	{ "env", COCO_KEYREF_ENV },
	{ "cred", COCO_KEYREF_CRED },
	{ "store", COCO_KEYREF_STORE },
};

static const char *const later_schemes[] = { "pkcs11", "prompt" };

/* Set once by the program: what opens connections is not core's. */
static struct {
	coco_keyref_fetch *fetch;
	void *ctx;
} remote;

void coco_keyref_set_fetch(coco_keyref_fetch *fetch, void *ctx)
{
	remote.fetch = fetch;
	remote.ctx = ctx;
}

static bool word_is(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(text, word, n) == 0;
}

static bool plain_word(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') ||
		      text[i] == '+'))
			return false;
	return n > 0 && n <= 12;
}

/* An unknown word is shown only when it cannot be a secret given literally. */
static int unknown_scheme(const char *ref, size_t n, struct coco_diag *diag)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(later_schemes); i++)
		if (word_is(ref, n, later_schemes[i])) {
			coco_diag_hint(diag, "use %s", known_forms);
			return coco_fail(diag, COCO_E_USAGE_NOT_BUILT,
					 "key references of the kind %s: are not built yet; "
					 "%s work", later_schemes[i], known_forms);
		}
	if (word_is(ref, n, "kbs"))
		coco_diag_hint(diag, "inside a guest that is cdh:///repo/type/tag; "
			       "kbs+https://HOST/repo/type/tag names the broker too");
	if (plain_word(ref, n))
		return coco_fail(diag, COCO_E_USAGE_SCHEME,
				 "unknown kind of key reference \"%.*s:\"", (int)n, ref);
	return coco_fail(diag, COCO_E_USAGE_SCHEME, "unknown kind of key reference");
}

static bool valid_env_name(const char *s)
{
	for (size_t i = 0; s[i] != '\0'; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') ||
		      s[i] == '_' || (i > 0 && s[i] >= '0' && s[i] <= '9')))
			return false;
	return s[0] != '\0';
}

static bool valid_cred_name(const char *s)
{
	return s[0] != '\0' && s[0] != '.' && strchr(s, '/') == NULL && strlen(s) <= NAME_MAX;
}

static bool parse_fd(const char *s, int *ret)
{
	long v = 0;

	for (size_t i = 0; s[i] != '\0'; i++) {
		if (s[i] < '0' || s[i] > '9' || i > 8)
			return false;
		v = v * 10 + (s[i] - '0');
	}
	*ret = (int)v;
	return s[0] != '\0';
}

/* Splits ref; *ret_rest is what follows the scheme. */
static int parse(const char *ref, enum coco_keyref_kind *ret_kind, const char **ret_rest,
		 struct coco_diag *diag)
{
	const char *colon = strchr(ref, ':');
	const char *slash = strchr(ref, '/');
	enum coco_keyref_kind kind = COCO_KEYREF_FILE;
	const char *rest = ref;
	struct coco_store_ref store;
	int fd = 0;

	if (strcmp(ref, "-") == 0) {
		*ret_kind = COCO_KEYREF_STDIN;
		*ret_rest = ref;
		return 0;
	}
	if (colon != NULL && coco_remote_scheme(ref, (size_t)(colon - ref))) {
		struct coco_remote_ref x;

		*ret_kind = COCO_KEYREF_REMOTE;
		*ret_rest = ref;
		return coco_remote_ref_parse(ref, &x, diag);
	}
	if (colon != NULL && (slash == NULL || colon < slash)) {
		size_t n = (size_t)(colon - ref);
		size_t i = 0;

		while (i < COCO_ARRAY_LEN(schemes) && !word_is(ref, n, schemes[i].word))
			i++;
		if (i == COCO_ARRAY_LEN(schemes))
			return unknown_scheme(ref, n, diag);
		kind = schemes[i].kind;
		rest = colon + 1;
	}
	if (rest[0] == '\0')
		return coco_fail(diag, COCO_E_USAGE_KEYREF, "the key reference names nothing");
	if (kind == COCO_KEYREF_FD && !parse_fd(rest, &fd))
		return coco_fail(diag, COCO_E_USAGE_KEYREF, "fd: needs the number of a descriptor");
	if (kind == COCO_KEYREF_ENV && !valid_env_name(rest))
		return coco_fail(diag, COCO_E_USAGE_KEYREF,
				 "env: needs the name of an environment variable");
	if (kind == COCO_KEYREF_CRED && !valid_cred_name(rest))
		return coco_fail(diag, COCO_E_USAGE_KEYREF,
				 "cred: needs the name of a credential, without a slash");
	if (kind == COCO_KEYREF_STORE) {
		int r = coco_store_parse(rest, &store, diag);

		if (r != 0)
			return r;
	}
	*ret_kind = kind;
	*ret_rest = rest;
	return 0;
}

int coco_keyref_check(const char *ref, enum coco_keyref_kind *ret_kind, struct coco_diag *diag)
{
	enum coco_keyref_kind kind = COCO_KEYREF_FILE;
	const char *rest = "";
	int r = parse(ref, &kind, &rest, diag);

	if (r == 0 && ret_kind != NULL)
		*ret_kind = kind;
	return r;
}

/* Reads fd to its end straight into locked memory; growth wipes what it leaves. */
int coco_keyref_read_fd(int fd, const char *name, size_t max, struct coco_secret *ret,
			struct coco_diag *diag)
{
	struct coco_secret s = { 0 };
	size_t n = 0;
	int r = coco_secret_new(&s, 1, diag);

	while (r == 0) {
		if (n == s.room) {
			struct coco_secret more = { 0 };

			r = coco_secret_new(&more, s.room * 4, diag);
			if (r != 0)
				break;
			memcpy(more.p, s.p, n);
			coco_secret_free(&s);
			s = more;
		}
		ssize_t got = read(fd, s.p + n, s.room - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			r = coco_fail_errno(diag, COCO_E_IO_READ, errno, "read", name);
			break;
		}
		if (got == 0)
			break;
		n += (size_t)got;
		if (n > max) {
			coco_diag_source(diag, "%s", name);
			r = coco_fail(diag, COCO_E_LIMIT_SIZE,
				      "larger than %zu bytes, the limit for this key", max);
		}
	}
	if (r == 0 && n == 0) {
		coco_diag_source(diag, "%s", name);
		r = coco_fail(diag, COCO_E_KEY_EMPTY, "the secret is empty");
	}
	if (r != 0) {
		coco_secret_free(&s);
		return r;
	}
	s.n = n;
	*ret = s;
	return 0;
}

int coco_keyref_check_mode(int fd, const char *name, bool fifo, unsigned flags,
			   struct coco_diag *diag)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return coco_fail_errno(diag, COCO_E_IO_READ, errno, "examine", name);
	if (!S_ISREG(st.st_mode) && !(fifo && S_ISFIFO(st.st_mode))) {
		coco_diag_source(diag, "%s", name);
		return coco_fail(diag, COCO_E_IO_KIND, "a key is read from a regular file%s",
				 fifo ? " or a pipe" : "");
	}
	if ((flags & (COCO_KEYREF_INSECURE_PERMISSIONS | COCO_KEYREF_PUBLIC)) != 0 ||
	    (st.st_mode & 066) == 0)
		return 0;
	coco_diag_source(diag, "%s", name);
	coco_diag_expected(diag, "mode 0600");
	coco_diag_actual(diag, "mode %04o", (unsigned)(st.st_mode & 07777));
	return coco_fail(diag, COCO_E_IO_MODE, "the secret can be %s by others",
			 (st.st_mode & 044) != 0 ? "read" : "changed");
}

static int load_file(const char *path, size_t max, unsigned flags, struct coco_secret *ret,
		     struct coco_diag *diag)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open", path);
	int r = coco_keyref_check_mode(fd, path, true, flags, diag);
	if (r == 0)
		r = coco_keyref_read_fd(fd, path, max, ret, diag);
	close(fd);
	return r;
}

static int load_env(const char *name, size_t max, struct coco_secret *ret,
		    struct coco_diag *diag)
{
	char *value = getenv(name);

	if (value == NULL)
		return coco_fail(diag, COCO_E_KEY_MISSING, "the environment has no variable %s",
				 name);
	size_t n = strlen(value);
	int r = 0;
	if (n == 0)
		r = coco_fail(diag, COCO_E_KEY_EMPTY, "the secret is empty");
	else if (n > max)
		r = coco_fail(diag, COCO_E_LIMIT_SIZE,
			      "larger than %zu bytes, the limit for this key", max);
	else
		r = coco_secret_from(ret, value, n, diag);
	if (r != 0)
		coco_diag_source(diag, "environment variable %s", name);
	/* /proc/PID/environ shows the original bytes: they go too */
	coco_wipe(value, n);
	unsetenv(name);
	return r;
}

static int load_cred(const char *name, size_t max, unsigned flags, struct coco_secret *ret,
		     struct coco_diag *diag)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (dir == NULL || dir[0] != '/') {
		coco_diag_hint(diag, "start the service with LoadCredential=%s:PATH, or name the "
			       "file itself", name);
		return coco_fail(diag, COCO_E_KEY_MISSING,
				 "there are no credentials: CREDENTIALS_DIRECTORY is not set");
	}
	char *path = coco_path_join(dir, name);
	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int r = access(path, F_OK) == 0 || errno != ENOENT
			? load_file(path, max, flags, ret, diag)
			: coco_fail(diag, COCO_E_KEY_MISSING, "there is no credential %s", name);
	coco_free(path);
	return r;
}

static int load_remote(const char *ref, size_t max, struct coco_secret *ret,
		       struct coco_diag *diag)
{
	struct coco_secret s = { 0 };
	struct coco_remote_ref x;
	int r = coco_remote_ref_parse(ref, &x, diag);

	if (r == 0 && remote.fetch == NULL)
		r = coco_fail(diag, COCO_E_USAGE_NOT_BUILT,
			      "this program fetches nothing over the network");
	if (r == 0)
		r = remote.fetch(remote.ctx, &x, max, &s, diag);
	if (r == 0 && (s.n == 0 || s.n > max)) {
		coco_diag_source(diag, "%s", ref);
		r = s.n == 0 ? coco_fail(diag, COCO_E_KEY_EMPTY, "the secret is empty")
			     : coco_fail(diag, COCO_E_LIMIT_SIZE,
					 "larger than %zu bytes, the limit for this key", max);
	}
	if (r != 0) {
		coco_secret_free(&s);
		return r;
	}
	*ret = s;
	return 0;
}

static int load_fd(int fd, size_t max, struct coco_secret *ret, struct coco_diag *diag)
{
	char name[32];

	snprintf(name, sizeof(name), "descriptor %d", fd);
	if (fcntl(fd, F_GETFD) < 0)
		return coco_fail(diag, COCO_E_USAGE_KEYREF, "%s is not open", name);
	return coco_keyref_read_fd(fd, name, max, ret, diag);
}

int coco_keyref_load(const char *ref, size_t max, unsigned flags, struct coco_secret *ret,
		     struct coco_diag *diag)
{
	enum coco_keyref_kind kind = COCO_KEYREF_FILE;
	const char *rest = "";
	int fd = 0;
	int r = parse(ref, &kind, &rest, diag);

	if (r != 0)
		return r;
	switch (kind) {
	case COCO_KEYREF_FILE:
		return load_file(rest, max, flags, ret, diag);
	case COCO_KEYREF_FD:
		(void)parse_fd(rest, &fd);
		return load_fd(fd, max, ret, diag);
	case COCO_KEYREF_ENV:
		return load_env(rest, max, ret, diag);
	case COCO_KEYREF_CRED:
		return load_cred(rest, max, flags, ret, diag);
	case COCO_KEYREF_STORE:
		return coco_store_load(rest, max, flags, ret, diag);
	case COCO_KEYREF_REMOTE:
		return load_remote(rest, max, ret, diag);
	case COCO_KEYREF_STDIN:
		break;
	}
	return coco_keyref_read_fd(STDIN_FILENO, "standard input", max, ret, diag);
}

/* Where ref is in the file system, given. */
static int secret_path(const char *ref, char **ret, struct coco_diag *diag)
{
	enum coco_keyref_kind kind = COCO_KEYREF_FILE;
	const char *rest = "";
	int r = parse(ref, &kind, &rest, diag);

	if (r != 0)
		return r;
	if (kind == COCO_KEYREF_STORE)
		return coco_store_path(rest, ret, diag);
	if (kind != COCO_KEYREF_FILE) {
		coco_diag_hint(diag, "use file:PATH or store:DIR/repo/type/tag");
		return coco_fail(diag, COCO_E_USAGE_KEYREF,
				 "a secret is written to a file or into a directory store only");
	}
	/* "file:-" is a file of that name, never standard output */
	*ret = coco_strdup(strcmp(rest, "-") == 0 ? "./-" : rest);
	return *ret != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
}

int coco_keyref_stage(const char *ref, const struct coco_secret *secret, unsigned flags,
		      struct coco_keyref_out *ret, struct coco_diag *diag)
{
	struct coco_keyref_out o = { .out.fd = -1 };
	struct stat st;
	int r = 0;

	if (secret->n == 0)
		return coco_fail(diag, COCO_E_KEY_EMPTY, "the secret is empty");
	r = secret_path(ref, &o.path, diag);
	if (r != 0)
		return r;
	o.replaces = lstat(o.path, &st) == 0;
	r = coco_out_open(&o.out, o.path,
			  COCO_OUT_SECRET |
				  ((flags & COCO_KEYREF_FORCE) != 0 ? COCO_OUT_FORCE : 0U),
			  diag);
	if (r == 0)
		r = coco_write_full(o.out.fd, coco_secret_expose(secret), secret->n, o.path, diag);
	if (r != 0) {
		coco_keyref_discard(&o);
		return r;
	}
	*ret = o;
	return 0;
}

int coco_keyref_commit(struct coco_keyref_out *o, struct coco_diag *diag)
{
	int r = coco_out_commit(&o->out, diag);

	o->placed = r == 0;
	return r;
}

void coco_keyref_keep(struct coco_keyref_out *o)
{
	coco_out_abort(&o->out);
	coco_free(o->path);
	*o = (struct coco_keyref_out){ .out.fd = -1 };
}

void coco_keyref_discard(struct coco_keyref_out *o)
{
	if (o->placed)
		unlink(o->path);
	coco_keyref_keep(o);
}

int coco_keyref_write(const char *ref, const struct coco_secret *secret, unsigned flags,
		      struct coco_diag *diag)
{
	struct coco_keyref_out o = { .out.fd = -1 };
	int r = coco_keyref_stage(ref, secret, flags, &o, diag);

	if (r == 0)
		r = coco_keyref_commit(&o, diag);
	coco_keyref_keep(&o);
	return r;
}
