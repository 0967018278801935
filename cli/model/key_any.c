/*
 * key_any.c - loads a key of any kind (see key_any.h).
 */
#include "cli/model/key_any.h"

#include <string.h>

#include "formats/core/pem.h"
#include "lib/core/io.h"

unsigned coco_key_ref_flags(const struct coco_cli *cli)
{
	return cli->common.insecure_permissions ? (unsigned)COCO_KEYREF_INSECURE_PERMISSIONS : 0U;
}

/*
 * Parses as a private key, then public, then content key; *ret_secret: what was
 * found must not be readable by others.
 */
static int parse(const struct coco_secret *bytes, bool content_too, struct coco_key_any *ret,
		 bool *ret_secret, struct coco_diag *diag)
{
	struct coco_view view = coco_view_of(coco_secret_expose(bytes), bytes->n);
	int private = coco_key_parse_private(view, &ret->key, NULL);

	*ret_secret = private != COCO_E_KEY_NOT_PRIVATE;
	if (private == 0)
		return 0;
	if (private == COCO_E_KEY_FORMAT || private == COCO_E_KEY_NOT_PRIVATE) {
		if (coco_key_parse_public(view, &ret->key, NULL) == 0) {
			*ret_secret = false;
			return 0;
		}
	}
	if (content_too && coco_content_key_parse(view.p, view.n, &ret->content, NULL) == 0)
		return 0;
	/* nothing fits: once more, for the words */
	if (private == COCO_E_KEY_NOT_PRIVATE)
		return coco_key_parse_public(view, &ret->key, diag);
	if (private == COCO_E_KEY_FORMAT && !coco_pem_looks(view))
		return coco_fail(diag, COCO_E_KEY_FORMAT, "this is no private or public key%s",
				 content_too ? ", and no content key" : "");
	return coco_key_parse_private(view, &ret->key, diag);
}

/*
 * Reads ref. Whether a mode matters is known only when it is known what the
 * file holds: *ret_open says that others can read it.
 */
static int read_ref(const struct coco_cli *cli, const char *ref, struct coco_secret *ret,
		    bool *ret_open, struct coco_diag *diag)
{
	struct coco_diag first;

	coco_diag_init(&first);
	int r = coco_keyref_load(ref, COCO_KEY_FILE_MAX, coco_key_ref_flags(cli), ret, &first);
	*ret_open = r == COCO_E_IO_MODE;
	if (*ret_open)
		return coco_keyref_load(ref, COCO_KEY_FILE_MAX, COCO_KEYREF_PUBLIC, ret, diag);
	if (r != 0)
		*diag = first;
	return r;
}

int coco_key_any_load(const struct coco_cli *cli, const char *ref, bool content_too,
		      struct coco_key_any *ret, struct coco_diag *diag)
{
	struct coco_key_any any = { 0 };
	struct coco_secret bytes = { 0 };
	bool secret = true;
	bool open_to_others = false;
	int r = read_ref(cli, ref, &bytes, &open_to_others, diag);

	if (r != 0)
		return r;
	r = parse(&bytes, content_too, &any, &secret, diag);
	coco_secret_free(&bytes);
	if (r == 0 && secret && open_to_others)
		r = coco_fail(diag, COCO_E_IO_MODE, "the secret can be read by others");
	if (r != 0) {
		coco_diag_source(diag, "%s", ref);
		coco_key_any_free(&any);
		return r;
	}
	*ret = any;
	return 0;
}

void coco_key_any_free(struct coco_key_any *any)
{
	coco_key_free(any->key);
	coco_secret_free(&any->content);
	*any = (struct coco_key_any){ 0 };
}

int coco_key_out_check(const struct coco_cli *cli, const char *ref, struct coco_diag *diag)
{
	enum coco_keyref_kind kind;
	int r = coco_keyref_check(ref, &kind, diag);

	if (r != 0)
		return r;
	if (kind == COCO_KEYREF_STORE)
		return 0;
	if (kind != COCO_KEYREF_FILE)
		return coco_fail(diag, COCO_E_USAGE_KEYREF,
				 "-o takes a file or store:DIR/repo/type/tag; a secret goes "
				 "nowhere else");
	return coco_out_check(strncmp(ref, "file:", 5) == 0 ? ref + 5 : ref,
			      coco_cli_out_flags(cli, 0), NULL, diag);
}
