/*
 * oms.c - reading the statement of a model signature (see oms.h).
 */
#include "formats/model/oms.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "formats/model/catalogue.h"

/* A statement under construction; its lists are one allocation each. */
struct owned {
	struct coco_oms_resource *resources;
	uint8_t *digests;
	uint32_t *order;
	const char **ignore;
	char *text;          /* all strings */
	size_t n_text;
	size_t text_room;
};

struct parser {
	struct coco_oms oms;
	struct owned *own;
	size_t n;            /* resources filled */
	struct coco_diag *diag;
};

size_t coco_oms_digest_size(enum coco_oms_hash hash)
{
	return hash == COCO_OMS_BLAKE2B ? 64 : 32;
}

const char *coco_oms_hash_name(enum coco_oms_hash hash)
{
	static const char *const names[] = { "sha256", "blake2b", "blake3" };

	return names[hash];
}

const uint8_t *coco_oms_digest(const struct coco_oms *oms, size_t i)
{
	return oms->digests + i * coco_oms_digest_size(oms->hash);
}

/* The end of a name sorts first, then the slash, then everything else. */
static int component_weight(char c)
{
	return c == '\0' ? 0 : c == '/' ? 1 : (unsigned char)c + 2;
}

int coco_oms_component_cmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return component_weight(*a) - component_weight(*b);
}

static void owned_free(struct owned *o)
{
	if (o == NULL)
		return;
	coco_free(o->resources);
	coco_free(o->digests);
	coco_free(o->order);
	coco_free(o->ignore);
	coco_free(o->text);
	coco_free(o);
}

void coco_oms_clear(struct coco_oms *oms)
{
	owned_free(oms->owned);
	*oms = (struct coco_oms){ 0 };
}

static int no_memory(struct parser *p)
{
	return coco_fail(p->diag, COCO_E_LIMIT_MEMORY, "no memory for the statement");
}

/* The strings of a document never need more room than the document has bytes. */
static const char *keep(struct parser *p, const char *s, size_t n)
{
	struct owned *o = p->own;

	if (o->text_room - o->n_text < n + 1)
		return NULL;
	char *copy = o->text + o->n_text;
	memcpy(copy, s, n);
	copy[n] = '\0';
	o->n_text += n + 1;
	return copy;
}

/* Lower-case digits of exactly n bytes: what every signer writes. */
static int read_digest(struct parser *p, const struct coco_jv *obj, const char *key, uint8_t *ret,
		       size_t n)
{
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, p->diag);

	if (r != 0)
		return r;
	if (strspn(text, "0123456789abcdef") != n * 2 || text[n * 2] != '\0')
		return coco_jv_fail(obj, key, COCO_E_FORMAT_HEX, p->diag,
				    "expected %zu lower-case hexadecimal digits", n * 2);
	return coco_hex_decode(ret, n, text, n * 2, p->diag);
}

/* A decimal number without sign or leading zero, ending at end. */
static bool read_offset(const char *s, const char *end, uint64_t *ret)
{
	uint64_t v = 0;

	if (s == end || (*s == '0' && end - s > 1))
		return false;
	for (; s < end; s++) {
		if (*s < '0' || *s > '9' || coco_mul64_overflows(v, 10, &v) ||
		    coco_add64_overflows(v, (uint64_t)(*s - '0'), &v))
			return false;
	}
	*ret = v;
	return true;
}

static const char *last_colon(const char *from, const char *end)
{
	while (end > from)
		if (*--end == ':')
			return end;
	return NULL;
}

/* PATH, or PATH:START:END read from the right (a path may have colons too). */
static int read_name(struct parser *p, const struct coco_jv *res, const char *text)
{
	struct coco_oms_resource *out = &p->own->resources[p->n];
	size_t n = strlen(text);

	if (p->oms.method == COCO_OMS_SHARDS) {
		const char *second = last_colon(text, text + n);
		const char *first = second != NULL ? last_colon(text, second) : NULL;

		if (first == NULL || !read_offset(first + 1, second, &out->start) ||
		    !read_offset(second + 1, text + n, &out->end))
			return coco_jv_fail(res, "name", COCO_E_OMS_NAME, p->diag,
					    "a shard is named PATH:START:END");
		n = (size_t)(first - text);
	}
	if (!(n == 1 && text[0] == '.') && !coco_path_safe(text, n))
		return coco_jv_fail(res, "name", COCO_E_OMS_NAME, p->diag,
				    "the name is not a plain relative path of at most %d bytes",
				    COCO_OMS_MAX_NAME);
	out->name = keep(p, text, n);
	return out->name != NULL ? 0 : no_memory(p);
}

/* "sha256", for shards also model_signing's "sha256-sharded-1000". */
static int read_algorithm(struct parser *p, const struct coco_jv *res)
{
	const char *want = coco_oms_hash_name(p->oms.hash);
	const char *text = NULL;
	size_t n = strlen(want);
	uint64_t size;
	int r = coco_jv_string(res, "algorithm", &text, p->diag);

	if (r != 0)
		return r;
	if (strcmp(text, want) == 0)
		return 0;
	if (p->oms.method == COCO_OMS_SHARDS && strncmp(text, want, n) == 0 &&
	    strncmp(text + n, "-sharded-", 9) == 0 &&
	    read_offset(text + n + 9, text + strlen(text), &size) && size == p->oms.shard_size)
		return 0;
	return coco_jv_fail(res, "algorithm", COCO_E_OMS_STATEMENT, p->diag,
			    "the algorithm is not the one that serialization declares");
}

static int read_resource(struct parser *p, const struct coco_jv *res)
{
	size_t size = coco_oms_digest_size(p->oms.hash);
	const char *name = NULL;
	int r = coco_jv_as_object(res, p->diag);

	if (r == 0)
		r = coco_jv_string(res, "name", &name, p->diag);
	if (r == 0)
		r = read_name(p, res, name);
	if (r == 0)
		r = read_algorithm(p, res);
	if (r == 0)
		r = read_digest(p, res, "digest", p->own->digests + p->n * size, size);
	if (r == 0)
		p->n++;
	return r;
}

static int make_room(struct parser *p, const struct coco_jv *list)
{
	size_t n = coco_jv_len(list);

	if (n == 0)
		return coco_jv_fail(list, NULL, COCO_E_MODEL_EMPTY, p->diag,
				    "the statement names no file");
	if (n > COCO_OMS_MAX_RESOURCES)
		return coco_jv_fail(list, NULL, COCO_E_LIMIT_SIZE, p->diag,
				    "%zu entries, the limit is %d", n, COCO_OMS_MAX_RESOURCES);
	p->own->resources = coco_zalloc(n, sizeof(*p->own->resources));
	p->own->digests = coco_alloc(n, coco_oms_digest_size(p->oms.hash));
	p->own->order = coco_alloc(n, sizeof(*p->own->order));
	if (p->own->resources == NULL || p->own->digests == NULL || p->own->order == NULL)
		return no_memory(p);
	return 0;
}

static int read_resources(struct parser *p, const struct coco_jv *predicate)
{
	struct coco_jv list;
	int r = coco_jv_array(predicate, "resources", &list, p->diag);

	if (r == 0)
		r = make_room(p, &list);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		r = read_resource(p, &item);
	}
	return r;
}

static int read_ignore(struct parser *p, const struct coco_jv *ser)
{
	struct coco_jv list;

	if (!coco_jv_has(ser, "ignore_paths"))
		return 0;
	int r = coco_jv_array(ser, "ignore_paths", &list, p->diag);
	if (r != 0)
		return r;
	size_t n = coco_jv_len(&list);
	if (n > COCO_OMS_MAX_IGNORE)
		return coco_jv_fail(&list, NULL, COCO_E_LIMIT_SIZE, p->diag,
				    "%zu entries, the limit is %d", n, COCO_OMS_MAX_IGNORE);
	p->own->ignore = coco_zalloc(n, sizeof(*p->own->ignore));
	if (p->own->ignore == NULL)
		return no_memory(p);
	for (size_t i = 0; i < n; i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		const char *text = NULL;

		r = coco_jv_as_string(&item, &text, p->diag);
		if (r != 0)
			return r;
		if (!coco_path_safe(text, strlen(text)))
			return coco_jv_fail(&item, NULL, COCO_E_OMS_NAME, p->diag,
					    "an ignored path is not a plain relative path");
		p->own->ignore[i] = keep(p, text, strlen(text));
		if (p->own->ignore[i] == NULL)
			return no_memory(p);
	}
	p->oms.ignore = p->own->ignore;
	p->oms.n_ignore = n;
	return 0;
}

static int read_hash(struct parser *p, const struct coco_jv *ser)
{
	const char *text = NULL;
	int r = coco_jv_string(ser, "hash_type", &text, p->diag);

	if (r != 0)
		return r;
	for (int h = COCO_OMS_SHA256; h <= COCO_OMS_BLAKE3; h++) {
		if (strcmp(text, coco_oms_hash_name((enum coco_oms_hash)h)) == 0) {
			p->oms.hash = (enum coco_oms_hash)h;
			return 0;
		}
	}
	return coco_jv_fail(ser, "hash_type", COCO_E_OMS_HASH, p->diag,
			    "the hash algorithm is none of sha256, blake2b, blake3");
}

static int read_shard_size(struct parser *p, const struct coco_jv *ser)
{
	struct coco_jv v;
	int r = coco_jv_opt(ser, "shard_size", &v, p->diag);

	if (r == 0)
		r = coco_jv_as_integral(&v, (uint64_t)1 << 53, &p->oms.shard_size, p->diag);
	if (r == 0 && p->oms.shard_size == 0)
		return coco_jv_fail(&v, NULL, COCO_E_FORMAT_VALUE, p->diag, "it must not be 0");
	return r;
}

static int read_serialization(struct parser *p, const struct coco_jv *predicate)
{
	static const char *const members[] = { "method", "hash_type", "allow_symlinks",
					       "shard_size", "ignore_paths" };
	const char *method = NULL;
	struct coco_jv ser;
	int r = coco_jv_object(predicate, "serialization", &ser, p->diag);

	if (r == 0)
		r = coco_jv_closed(&ser, members, COCO_ARRAY_LEN(members), p->diag);
	if (r == 0)
		r = coco_jv_string(&ser, "method", &method, p->diag);
	if (r != 0)
		return r;
	if (strcmp(method, "shards") == 0)
		p->oms.method = COCO_OMS_SHARDS;
	else if (strcmp(method, "files") != 0)
		return coco_jv_fail(&ser, "method", COCO_E_OMS_STATEMENT, p->diag,
				    "the method is neither \"files\" nor \"shards\"");
	r = read_hash(p, &ser);
	if (r == 0)
		r = coco_jv_bool(&ser, "allow_symlinks", &p->oms.allow_symlinks, p->diag);
	if (r == 0 && p->oms.method == COCO_OMS_SHARDS)
		r = read_shard_size(p, &ser);
	else if (r == 0 && coco_jv_has(&ser, "shard_size"))
		r = coco_jv_fail(&ser, "shard_size", COCO_E_OMS_STATEMENT, p->diag,
				 "method files has no shards");
	if (r == 0)
		r = read_ignore(p, &ser);
	return r;
}

/* The one subject of predicate v1.0. */
static int read_subject(struct parser *p, const struct coco_jv *root)
{
	const char *name = NULL;
	struct coco_jv list;
	struct coco_jv digest;
	int r = coco_jv_array(root, "subject", &list, p->diag);

	if (r != 0)
		return r;
	if (coco_jv_len(&list) != 1)
		return coco_jv_fail(&list, NULL, COCO_E_OMS_STATEMENT, p->diag,
				    "%zu subjects, there must be exactly one",
				    coco_jv_len(&list));
	struct coco_jv item = coco_jv_item(&list, 0);
	r = coco_jv_string(&item, "name", &name, p->diag);
	if (r == 0)
		r = coco_jv_object(&item, "digest", &digest, p->diag);
	if (r == 0)
		r = read_digest(p, &digest, "sha256", p->oms.root, COCO_OMS_ROOT);
	if (r != 0)
		return r;
	size_t n = strlen(name);
	if (n > COCO_OMS_MAX_SUBJECT)
		return coco_jv_fail(&item, "name", COCO_E_LIMIT_SIZE, p->diag,
				    "%zu bytes, the limit is %d", n, COCO_OMS_MAX_SUBJECT);
	p->oms.subject = keep(p, name, n);
	return p->oms.subject != NULL ? 0 : no_memory(p);
}

/* Predicate v0.1: the files are the subjects, always SHA-256. */
static int read_old(struct parser *p, const struct coco_jv *root)
{
	struct coco_jv list;
	struct coco_jv digest;
	const char *name = NULL;
	int r = coco_jv_array(root, "subject", &list, p->diag);

	p->oms.old_predicate = true;
	p->oms.subject = "";
	if (r == 0)
		r = make_room(p, &list);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		r = coco_jv_string(&item, "name", &name, p->diag);
		if (r == 0)
			r = read_name(p, &item, name);
		if (r == 0)
			r = coco_jv_object(&item, "digest", &digest, p->diag);
		if (r == 0)
			r = read_digest(p, &digest, "sha256",
					p->own->digests + i * COCO_OMS_ROOT, COCO_OMS_ROOT);
		if (r == 0)
			p->n++;
	}
	return r;
}

static int read_statement(struct parser *p, const struct coco_jv *root)
{
	const char *type = NULL;
	struct coco_jv predicate;
	int r = coco_jv_as_object(root, p->diag);

	if (r == 0)
		r = coco_jv_string(root, "_type", &type, p->diag);
	if (r != 0)
		return r;
	if (strcmp(type, COCO_OMS_STATEMENT_TYPE) != 0)
		return coco_jv_fail(root, "_type", COCO_E_OMS_STATEMENT, p->diag,
				    "not an in-toto statement of version 1");
	r = coco_jv_string(root, "predicateType", &type, p->diag);
	if (r != 0)
		return r;
	if (strcmp(type, COCO_OMS_PREDICATE_OLD) == 0)
		return read_old(p, root);
	if (strcmp(type, COCO_OMS_PREDICATE) != 0) {
		coco_diag_expected(p->diag, "%s", COCO_OMS_PREDICATE);
		coco_diag_actual(p->diag, "%s", type);
		return coco_jv_fail(root, "predicateType", COCO_E_OMS_PREDICATE, p->diag,
				    "the statement is of another type");
	}
	r = coco_jv_object(root, "predicate", &predicate, p->diag);
	if (r == 0)
		r = read_subject(p, root);
	if (r == 0)
		r = read_serialization(p, &predicate);
	if (r == 0)
		r = read_resources(p, &predicate);
	return r;
}

static int order_cmp(const void *a, const void *b, void *ctx)
{
	const struct coco_oms_resource *all = ctx;
	const struct coco_oms_resource *x = &all[*(const uint32_t *)a];
	const struct coco_oms_resource *y = &all[*(const uint32_t *)b];
	int r = strcmp(x->name, y->name);

	return r != 0 ? r : (x->start > y->start) - (x->start < y->start);
}

/* One entry in order: against the one before it, which may be of the same file. */
static int check_entry(const struct parser *p, const struct coco_oms_resource *before,
		       const struct coco_oms_resource *r, bool last)
{
	uint64_t expect = 0;

	if (before != NULL && strcmp(before->name, r->name) == 0) {
		if (before->start == r->start)
			return coco_fail(p->diag, COCO_E_OMS_DUPLICATE,
					 "two entries have the same name");
		expect = before->end;
	}
	if (p->oms.method != COCO_OMS_SHARDS)
		return 0;
	/* full unless it is the last of its file */
	if (r->start != expect || r->end <= r->start || r->end - r->start > p->oms.shard_size ||
	    (!last && r->end - r->start != p->oms.shard_size))
		return coco_fail(p->diag, COCO_E_OMS_SHARDS,
				 "the shards of a file leave a gap, overlap or have another size");
	return 0;
}

static int check_order(struct parser *p)
{
	const struct coco_oms_resource *all = p->own->resources;
	uint32_t *order = p->own->order;
	const struct coco_oms_resource *before = NULL;
	size_t whole = 0;

	for (size_t i = 0; i < p->n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, p->n, sizeof(*order), order_cmp, p->own->resources);
	for (size_t i = 0; i < p->n; i++) {
		const struct coco_oms_resource *r = &all[order[i]];
		bool last = i + 1 == p->n || strcmp(all[order[i + 1]].name, r->name) != 0;
		int code = check_entry(p, before, r, last);

		if (code != 0)
			return code;
		whole += strcmp(r->name, ".") == 0;
		before = r;
	}
	/* "." stands for the whole model, so nothing can stand beside it */
	if (whole != 0 && whole != p->n)
		return coco_fail(p->diag, COCO_E_OMS_NAME, "\".\" is named beside other files");
	return 0;
}

int coco_oms_decode(struct coco_oms *ret, struct coco_view text, struct coco_diag *diag)
{
	struct parser p = { .diag = diag };
	struct coco_json doc;

	/* the parser's own message could quote a name */
	int r = coco_json_parse(&doc, text, COCO_OMS_MAX, NULL);
	if (r != 0)
		return coco_fail(diag, r, "the statement is not a strict JSON document of at most "
					  "%d bytes", COCO_OMS_MAX);
	struct coco_jv root = coco_json_root(&doc);
	p.own = coco_zalloc(1, sizeof(*p.own));
	if (p.own != NULL) {
		p.own->text_room = text.n + 1;
		p.own->text = coco_alloc(p.own->text_room, 1);
	}
	r = p.own != NULL && p.own->text != NULL ? read_statement(&p, &root) : no_memory(&p);
	if (r == 0)
		r = check_order(&p);
	coco_json_free(&doc);
	if (r != 0) {
		owned_free(p.own);
		return r;
	}
	p.oms.owned = p.own;
	p.oms.resources = p.own->resources;
	p.oms.digests = p.own->digests;
	p.oms.order = p.own->order;
	p.oms.n_resources = p.n;
	*ret = p.oms;
	return 0;
}
