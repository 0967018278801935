/*
 * keyref.h - secrets enter and leave only as references (design.md 2,
 * cli-ux.md 9), never on the command line:
 *
 *   file:PATH, PATH          a regular file or a pipe
 *   fd:N                     an open descriptor, read to its end
 *   env:NAME                 an environment variable, removed after reading
 *   cred:NAME                $CREDENTIALS_DIRECTORY/NAME (systemd)
 *   store:DIR/repo/type/tag  a directory that a key broker serves
 *   -                        standard input
 *   kbs+https:, cdh:         by the network (remote_ref.h), read only
 *
 * Not built yet, refused by name: pkcs11: prompt:. Any other "word:" is an
 * unknown scheme; a file so named is written ./word:x.
 */
#ifndef COCO_KEYREF_H
#define COCO_KEYREF_H

#include "lib/core/io.h"
#include "lib/core/remote_ref.h"
#include "lib/core/secret.h"

enum coco_keyref_kind {
	COCO_KEYREF_FILE,
	COCO_KEYREF_FD,
	COCO_KEYREF_ENV,
	COCO_KEYREF_CRED,
	COCO_KEYREF_STORE,
	COCO_KEYREF_STDIN,
	COCO_KEYREF_REMOTE,
};

enum coco_keyref_flags {
	COCO_KEYREF_FORCE = 1,                /* write: replace what exists (= COCO_OUT_FORCE) */
	COCO_KEYREF_INSECURE_PERMISSIONS = 2, /* read: a file that others can read is accepted */
	COCO_KEYREF_PUBLIC = 4,               /* read: not a secret, modes do not matter */
};

/*
 * coco_keyref_check - judges the form of ref without reading anything.
 * *ret_kind may be NULL. Errors: USAGE_KEYREF (form), USAGE_SCHEME (unknown
 * prefix), USAGE_NOT_BUILT (known prefix of a later release).
 */
int coco_keyref_check(const char *ref, enum coco_keyref_kind *ret_kind, struct coco_diag *diag)
	COCO_MUSTUSE;

/* How references of the kind REMOTE are fetched: *ret is given, at most max bytes are taken. */
typedef int coco_keyref_fetch(void *ctx, const struct coco_remote_ref *ref, size_t max,
			      struct coco_secret *ret, struct coco_diag *diag);

/*
 * coco_keyref_set_fetch - what all later loads of this process fetch with. A
 * program calls it once, before it starts threads; NULL: nothing (the start).
 */
void coco_keyref_set_fetch(coco_keyref_fetch *fetch, void *ctx);

/*
 * coco_keyref_load - reads what ref names, at most max bytes, as it is (no
 * line end is removed). Gives *ret (coco_secret_free). An empty secret is
 * refused. env: the variable is wiped in place and removed from the
 * environment of the process; not for use while other threads read it.
 *
 * A file that group or others can read is refused (IO_MODE) unless one of
 * the two flags says otherwise; below a store the mode of the file does not
 * matter when its directory is closed to them. Errors beside those of
 * coco_keyref_check: IO_OPEN, IO_READ, IO_KIND, IO_MODE, LIMIT_SIZE,
 * KEY_MISSING (no such variable, credential or resource), KEY_EMPTY,
 * KEY_AMBIGUOUS (the store holds the name in both layouts); of REMOTE those
 * of the function, or USAGE_NOT_BUILT without one.
 */
int coco_keyref_load(const char *ref, size_t max, unsigned flags, struct coco_secret *ret,
		     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_keyref_write - stores secret at ref: file:PATH or PATH (mode 0600,
 * atomic), or store:DIR/repo/type/tag in the layout that DIR has (the current
 * one when DIR is empty or new). EXISTS without COCO_KEYREF_FORCE; other
 * kinds of reference: USAGE_KEYREF. The secret never goes to "-".
 */
int coco_keyref_write(const char *ref, const struct coco_secret *secret, unsigned flags,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* A secret on its way to its place, for those who can still fail meanwhile. */
struct coco_keyref_out {
	struct coco_out out;
	char *path;
	bool replaces;    /* there is an older one, which stays until the commit */
	bool placed;      /* by coco_keyref_commit */
};

/*
 * coco_keyref_stage - everything of coco_keyref_write that can fail for
 * reasons of space and permission; nothing has its name yet. Then
 * coco_keyref_commit puts it in place and coco_keyref_discard undoes either
 * (but brings no replaced secret back), or coco_keyref_keep leaves it so.
 */
int coco_keyref_stage(const char *ref, const struct coco_secret *secret, unsigned flags,
		      struct coco_keyref_out *ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_keyref_commit(struct coco_keyref_out *o, struct coco_diag *diag) COCO_MUSTUSE;
void coco_keyref_discard(struct coco_keyref_out *o);
void coco_keyref_keep(struct coco_keyref_out *o);

#endif
