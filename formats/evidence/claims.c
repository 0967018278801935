/*
 * claims.c - the flat list of what evidence says (see claims.h).
 */
#include "formats/evidence/claims.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/rfc3339.h"

void coco_claims_free(struct coco_claims *c)
{
	for (size_t i = 0; i < c->n; i++)
		coco_free(c->v[i].p);
	coco_free(c->v);
	memset(c, 0, sizeof(*c));
}

/*
 * A zeroed claim at the end of the list, already counted; after a failure the
 * spare one behind the list, so that callers need no check each time.
 */
static struct coco_claim *append(struct coco_claims *c, const char *name,
				 enum coco_claim_type type, uint64_t offset, size_t length)
{
	if (c->code == 0 && !coco_grow((void **)&c->v, &c->cap, c->n, sizeof(*c->v),
				       COCO_CLAIMS_MAX))
		c->code = c->n >= COCO_CLAIMS_MAX ? COCO_E_LIMIT_COUNT : COCO_E_LIMIT_MEMORY;
	if (c->code != 0)
		return NULL;
	struct coco_claim *claim = &c->v[c->n++];
	memset(claim, 0, sizeof(*claim));
	snprintf(claim->name, sizeof(claim->name), "%s", name);
	claim->type = type;
	claim->offset = offset;
	claim->length = length;
	claim->derived = length == 0;
	return claim;
}

/* The bytes of a claim; without memory the claim is taken back. */
static struct coco_claim *fill(struct coco_claims *c, struct coco_claim *claim, const void *p,
			       size_t n)
{
	if (claim == NULL)
		return NULL;
	if (n > COCO_CLAIM_BYTES) {
		claim->note = "cut";
		n = COCO_CLAIM_BYTES;
	}
	claim->p = coco_alloc(n + 1, 1);
	if (claim->p == NULL) {
		c->code = COCO_E_LIMIT_MEMORY;
		c->n--;
		return NULL;
	}
	if (n > 0)
		memcpy(claim->p, p, n);
	claim->p[n] = '\0';
	claim->n = n;
	return claim;
}

void coco_claims_bytes(struct coco_claims *c, const char *name, const void *p, size_t n,
		       uint64_t offset)
{
	fill(c, append(c, name, COCO_CLAIM_TYPE_BYTES, offset, n), p, n);
}

void coco_claims_text(struct coco_claims *c, const char *name, const char *text, size_t n,
		      uint64_t offset, size_t length)
{
	fill(c, append(c, name, COCO_CLAIM_TYPE_TEXT, offset, length), text, n);
}

void coco_claims_number(struct coco_claims *c, const char *name, uint64_t v, uint64_t offset,
			size_t length)
{
	struct coco_claim *claim = append(c, name, COCO_CLAIM_TYPE_NUMBER, offset, length);

	if (claim != NULL)
		claim->number = v;
}

void coco_claims_bits(struct coco_claims *c, const char *name, uint64_t v, uint64_t offset,
		      size_t length)
{
	struct coco_claim *claim = append(c, name, COCO_CLAIM_TYPE_NUMBER, offset, length);

	if (claim == NULL)
		return;
	claim->number = v;
	claim->hex = true;
}

void coco_claims_bool(struct coco_claims *c, const char *name, bool v, uint64_t offset,
		      size_t length)
{
	struct coco_claim *claim = append(c, name, COCO_CLAIM_TYPE_BOOL, offset, length);

	if (claim != NULL)
		claim->number = v;
}

void coco_claims_bit(struct coco_claims *c, const char *name, uint64_t bits, unsigned bit,
		     uint64_t offset, size_t length)
{
	struct coco_claim *claim = append(c, name, COCO_CLAIM_TYPE_BOOL, offset, length);

	if (claim == NULL)
		return;
	claim->number = bits >> bit & 1;
	claim->bit = bit;
	claim->has_bit = true;
}

void coco_claims_time(struct coco_claims *c, const char *name, int64_t when, uint64_t offset,
		      size_t length)
{
	struct coco_claim *claim = append(c, name, COCO_CLAIM_TYPE_TIME, offset, length);

	if (claim != NULL)
		claim->time = when;
}

void coco_claims_note(struct coco_claims *c, const char *note)
{
	if (c->code == 0 && c->n > 0)
		c->v[c->n - 1].note = note;
}

void coco_claims_derived(struct coco_claims *c)
{
	if (c->code != 0 || c->n == 0)
		return;
	c->v[c->n - 1].derived = true;
	c->v[c->n - 1].offset = 0;
	c->v[c->n - 1].length = 0;
}

int coco_claims_finish(const struct coco_claims *c, struct coco_diag *diag)
{
	if (c->code == 0)
		return 0;
	return coco_fail(diag, c->code, c->code == COCO_E_LIMIT_MEMORY
						? "no memory for the claims of the evidence"
						: "the evidence holds too many claims");
}

const struct coco_claim *coco_claims_find(const struct coco_claims *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].name, name) == 0)
			return &c->v[i];
	return NULL;
}

static void hex_text(const struct coco_claim *claim, char *ret, size_t cap)
{
	size_t room = (cap - 1) / 2;

	if (claim->n <= room) {
		coco_hex_encode(ret, claim->p, claim->n);
		return;
	}
	if (cap < 8) {
		ret[0] = '\0';
		return;
	}
	coco_hex_encode(ret, claim->p, (cap - 4) / 2);
	memcpy(ret + (cap - 4) / 2 * 2, "...", 4);
}

void coco_claim_text(const struct coco_claim *claim, char *ret, size_t cap)
{
	char when[COCO_RFC3339_TEXT];

	switch (claim->type) {
	case COCO_CLAIM_TYPE_BYTES:
		hex_text(claim, ret, cap);
		break;
	case COCO_CLAIM_TYPE_NUMBER:
		if (claim->hex)
			snprintf(ret, cap, "0x%" PRIx64, claim->number);
		else
			snprintf(ret, cap, "%" PRIu64, claim->number);
		break;
	case COCO_CLAIM_TYPE_BOOL:
		snprintf(ret, cap, "%s", claim->number != 0 ? "yes" : "no");
		break;
	case COCO_CLAIM_TYPE_TEXT:
		coco_escape(ret, cap, (const char *)claim->p, claim->n);
		break;
	case COCO_CLAIM_TYPE_TIME:
		snprintf(ret, cap, "%s", coco_rfc3339_print(when, claim->time));
		break;
	}
}

/* JSON numbers end at 2^53: larger ones, and sets of bits, are text. */
static void number(struct coco_jw *jw, const struct coco_claim *claim)
{
	char text[32];

	if (!claim->hex && claim->number < (uint64_t)1 << 53) {
		coco_jw_kv_u64(jw, "value", claim->number);
		return;
	}
	coco_claim_text(claim, text, sizeof(text));
	coco_jw_kv_string(jw, "value", text);
}

static void value(struct coco_jw *jw, const struct coco_claim *claim)
{
	char when[COCO_RFC3339_TEXT];

	switch (claim->type) {
	case COCO_CLAIM_TYPE_BYTES:
		coco_jw_kv_hex(jw, "value", claim->p, claim->n);
		break;
	case COCO_CLAIM_TYPE_NUMBER:
		number(jw, claim);
		break;
	case COCO_CLAIM_TYPE_BOOL:
		coco_jw_kv_bool(jw, "value", claim->number != 0);
		break;
	case COCO_CLAIM_TYPE_TEXT:
		coco_jw_key(jw, "value");
		coco_jw_string_n(jw, (const char *)claim->p, claim->n);
		break;
	case COCO_CLAIM_TYPE_TIME:
		coco_jw_kv_string(jw, "value", coco_rfc3339_print(when, claim->time));
		break;
	}
}

void coco_claims_write(struct coco_jw *jw, const struct coco_claims *c)
{
	char text[24];

	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < c->n; i++) {
		const struct coco_claim *claim = &c->v[i];

		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", claim->name);
		value(jw, claim);
		if (!claim->derived) {
			snprintf(text, sizeof(text), "0x%" PRIx64, claim->offset);
			coco_jw_kv_string(jw, "offset", text);
			coco_jw_kv_u64(jw, "length", claim->length);
		}
		if (claim->has_bit)
			coco_jw_kv_u64(jw, "bit", claim->bit);
		if (claim->note != NULL)
			coco_jw_kv_string(jw, "note", claim->note);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}
