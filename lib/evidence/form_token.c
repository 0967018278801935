/*
 * form_token.c - attestation tokens and bundles of them (see piece_form.h).
 */
#include <string.h>

#include "formats/evidence/detached_eat.h"
#include "formats/evidence/token.h"
#include "lib/evidence/piece_form.h"

static bool token_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	return doc == NULL && coco_token_looks(bytes);
}

static int token_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		      const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, COCO_PIECE_TOKEN);
	return 0;
}

const struct coco_piece_form coco_form_token = { "token", token_looks, token_take };

static bool detached_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	return coco_detached_looks(doc);
}

static int detached_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
			 const struct coco_jv *doc COCO_UNUSED,
			 struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, COCO_PIECE_DETACHED_EAT);
	return 0;
}

const struct coco_piece_form coco_form_detached = { "detached-eat", detached_looks,
						    detached_take };

/* {"token": "..."}: the answer of a broker or of an attestation service. */
static bool wrapped_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	const char *s;

	return doc != NULL && doc->v != NULL && coco_jv_kind(doc) == COCO_JSON_OBJECT &&
	       coco_jv_len(doc) == 1 && coco_jv_has(doc, "token") &&
	       coco_jv_string(doc, "token", &s, NULL) == 0 &&
	       coco_token_looks(coco_view_of(s, strlen(s)));
}

static int wrapped_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
			const struct coco_jv *doc, struct coco_diag *diag)
{
	const char *s;
	int r = coco_jv_string(doc, "token", &s, diag);

	if (r != 0)
		return r;
	coco_unpack_is(u, COCO_PIECE_CONTAINER);
	return coco_unpack_child(u, COCO_PIECE_TOKEN, coco_view_of(s, strlen(s)),
				 "/token", COCO_NO_OFFSET, diag);
}

const struct coco_piece_form coco_form_token_json = { "token-json", wrapped_looks,
						      wrapped_take };
