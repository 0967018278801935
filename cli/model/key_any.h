/*
 * key_any.h - a key of whatever kind a reference names, for the commands that
 * take any (key public, key inspect).
 */
#ifndef COCO_KEY_ANY_H
#define COCO_KEY_ANY_H

#include "cli/core/cli.h"
#include "lib/crypto/content_key.h"
#include "lib/crypto/key.h"

struct coco_key_any {
	struct coco_key *key;         /* private or public; NULL: a content key */
	struct coco_secret content;
};

/*
 * coco_key_any_load - reads ref once. Secret ones must be closed to others
 * (IO_MODE, --insecure-permissions), public ones not. content_too: accept a
 * content key. Errors as coco_key_load_private. Free with coco_key_any_free.
 */
int coco_key_any_load(const struct coco_cli *cli, const char *ref, bool content_too,
		      struct coco_key_any *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_key_any_free(struct coco_key_any *any);

/* coco_key_ref_flags - flags for coco_keyref_load under the command's options. */
unsigned coco_key_ref_flags(const struct coco_cli *cli);

/*
 * coco_key_out_check - before any work: ref can take a secret (a file or a
 * store) and, for a file, could be written there now. USAGE_KEYREF, EXISTS,
 * IO_... .
 */
int coco_key_out_check(const struct coco_cli *cli, const char *ref, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
