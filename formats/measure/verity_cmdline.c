/*
 * verity_cmdline.c - root hashes on kernel command lines (see
 * verity_cmdline.h).
 */
#include "formats/measure/verity_cmdline.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"

enum {
	SECTOR = 512,
	TARGET_WORDS = 10,   /* of a verity target, after its name */
};

/* A part of the text, and where it begins in it. */
struct piece {
	const char *p;
	size_t n;
	size_t at;
};

const char *coco_verity_kind_name(enum coco_verity_kind kind)
{
	static const char *const names[] = {
		[COCO_VERITY_ROOTHASH] = "roothash",
		[COCO_VERITY_USRHASH] = "usrhash",
		[COCO_VERITY_DM_CREATE] = "dm-mod.create",
		[COCO_VERITY_KATA] = "kernel_verity_params",
	};

	return names[kind];
}

static int bad(struct coco_diag *diag, const struct piece *t, const char *field, const char *what)
{
	return coco_fail_at(diag, COCO_E_FORMAT_VALUE, t->at, field, "%s: %s", field, what);
}

/* Takes what comes before the first c; the rest stays in t, which is empty at the end. */
static struct piece cut(struct piece *t, char c)
{
	const char *end = t->n != 0 ? memchr(t->p, c, t->n) : NULL;
	struct piece head = *t;

	head.n = end != NULL ? (size_t)(end - t->p) : t->n;
	size_t used = head.n + (end != NULL);
	t->p += used;
	t->n -= used;
	t->at += used;
	return head;
}

static bool is(const struct piece *t, const char *s)
{
	return t->n == strlen(s) && memcmp(t->p, s, t->n) == 0;
}

/* Takes a prefix off; false when t does not begin with it. */
static bool take_prefix(struct piece *t, const char *s)
{
	size_t n = strlen(s);

	if (t->n < n || memcmp(t->p, s, n) != 0)
		return false;
	t->p += n;
	t->n -= n;
	t->at += n;
	return true;
}

static int number(const struct piece *t, const char *field, uint64_t *ret, struct coco_diag *diag)
{
	uint64_t v = 0;

	if (t->n == 0 || t->n > 19)
		return bad(diag, t, field, "not a number");
	for (size_t i = 0; i < t->n; i++) {
		if (t->p[i] < '0' || t->p[i] > '9')
			return bad(diag, t, field, "not a number");
		v = v * 10 + (uint64_t)(t->p[i] - '0');
	}
	*ret = v;
	return 0;
}

static int block_size(const struct piece *t, const char *field, uint32_t *ret,
		      struct coco_diag *diag)
{
	uint64_t v = 0;
	int r = number(t, field, &v, diag);

	if (r == 0 && v > COCO_VERITY_BLOCK_MAX)
		return bad(diag, t, field, "not a block size");
	if (r == 0)
		*ret = (uint32_t)v;
	return r;
}

static int hex(const struct piece *t, const char *field, uint8_t *ret, size_t max, size_t *ret_n,
	       struct coco_diag *diag)
{
	size_t n = t->n / 2;

	if (t->n % 2 != 0 || n > max || coco_hex_decode(ret, n, t->p, t->n, NULL) != 0)
		return bad(diag, t, field, "not an even number of hexadecimal digits");
	*ret_n = n;
	return 0;
}

/* A root hash has the size of a digest. */
static int root(const struct piece *t, const char *field, struct coco_verity_word *w,
		struct coco_diag *diag)
{
	int r = hex(t, field, w->root, sizeof(w->root), &w->n_root, diag);

	for (int i = 0; r == 0 && i < COCO_VERITY_ALGS; i++)
		if (coco_verity_alg_size((enum coco_verity_alg)i) == w->n_root)
			return 0;
	return r == 0 ? bad(diag, t, field, "not a root hash") : r;
}

static int salt(const struct piece *t, struct coco_verity_word *w, struct coco_diag *diag)
{
	if (is(t, "-")) {
		w->params.n_salt = 0;
		return 0;
	}
	return hex(t, "salt", w->params.salt, sizeof(w->params.salt), &w->params.n_salt, diag);
}

static int add(struct coco_verity_words *ret, const struct coco_verity_word *w,
	       struct coco_diag *diag)
{
	if (ret->n == COCO_VERITY_WORDS)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "too many root hashes on a command line");
	ret->word[ret->n++] = *w;
	return 0;
}

/* The words after "verity" in a target; word[i] is empty where there is none. */
static int target_words(struct coco_verity_word *w, const struct piece word[TARGET_WORDS],
			struct coco_diag *diag)
{
	uint64_t version = 0;

	int r = number(&word[0], "verity version", &version, diag);
	if (r == 0 && version > 1)
		r = bad(diag, &word[0], "verity version", "0 or 1 is known");
	w->params.type = (unsigned)version;
	if (r == 0)
		r = block_size(&word[3], "data block size", &w->params.data_block, diag);
	if (r == 0)
		r = block_size(&word[4], "hash block size", &w->params.hash_block, diag);
	if (r == 0)
		r = number(&word[5], "data blocks", &w->params.data_blocks, diag);
	if (r == 0)
		r = number(&word[6], "hash start block", &w->hash_start, diag);
	if (r == 0 && !coco_verity_alg_find(word[7].p, word[7].n, &w->params.alg))
		r = bad(diag, &word[7], "algorithm", "not known");
	if (r == 0)
		r = root(&word[8], "root hash", w, diag);
	if (r == 0)
		r = salt(&word[9], w, diag);
	return r;
}

/* "START SECTORS verity VERSION DATA HASH ..."; other targets are passed over. */
static int target(struct coco_verity_words *ret, const struct piece *device, struct piece table,
		  struct coco_diag *diag)
{
	struct coco_verity_word w = { .kind = COCO_VERITY_DM_CREATE, .has_alg = true,
				      .has_params = true, .has_start = true };
	struct piece word[3 + TARGET_WORDS];
	size_t n = 0;

	while (table.n != 0 && n < COCO_ARRAY_LEN(word)) {
		struct piece one = cut(&table, ' ');

		if (one.n != 0)
			word[n++] = one;
	}
	if (n < 3 || !is(&word[2], "verity"))
		return 0;
	if (n < COCO_ARRAY_LEN(word))
		return bad(diag, &word[2], "dm-mod.create", "a verity target with too few words");
	size_t len = coco_min_size(device->n, sizeof(w.name) - 1);
	memcpy(w.name, device->p, len);
	int r = target_words(&w, word + 3, diag);
	return r == 0 ? add(ret, &w, diag) : r;
}

/* "NAME,UUID,MINOR,FLAGS,TABLE[,TABLE...][;NAME,...]" */
static int dm_create(struct coco_verity_words *ret, struct piece value, struct coco_diag *diag)
{
	int r = 0;

	while (r == 0 && value.n != 0) {
		struct piece device = cut(&value, ';');
		struct piece name = cut(&device, ',');

		for (int i = 0; i < 3; i++)
			(void)cut(&device, ',');
		while (r == 0 && device.n != 0)
			r = target(ret, &name, cut(&device, ','), diag);
	}
	return r;
}

/* "root_hash=HEX,salt=HEX,data_blocks=N,data_block_size=N,hash_block_size=N" */
static int kata(struct coco_verity_words *ret, struct piece value, struct coco_diag *diag)
{
	struct coco_verity_word w = { .kind = COCO_VERITY_KATA, .has_params = true,
				      .params = { .alg = COCO_VERITY_SHA256, .type = 1 },
				      .has_alg = true };
	struct piece start = value;
	unsigned seen = 0;
	int r = 0;

	while (r == 0 && value.n != 0) {
		struct piece one = cut(&value, ',');

		if (take_prefix(&one, "root_hash=")) {
			r = root(&one, "root_hash", &w, diag);
			seen |= 1;
		} else if (take_prefix(&one, "salt=")) {
			r = salt(&one, &w, diag);
			seen |= 2;
		} else if (take_prefix(&one, "data_blocks=")) {
			r = number(&one, "data_blocks", &w.params.data_blocks, diag);
			seen |= 4;
		} else if (take_prefix(&one, "data_block_size=")) {
			r = block_size(&one, "data_block_size", &w.params.data_block, diag);
			seen |= 8;
		} else if (take_prefix(&one, "hash_block_size=")) {
			r = block_size(&one, "hash_block_size", &w.params.hash_block, diag);
			seen |= 16;
		} else {
			r = bad(diag, &one, "kernel_verity_params", "an unknown part");
		}
	}
	if (r == 0 && seen != 31)
		r = bad(diag, &start, "kernel_verity_params", "a part is missing");
	return r == 0 ? add(ret, &w, diag) : r;
}

static int hash_word(struct coco_verity_words *ret, enum coco_verity_kind kind,
		     const struct piece *value, struct coco_diag *diag)
{
	struct coco_verity_word w = { .kind = kind };
	int r = root(value, coco_verity_kind_name(kind), &w, diag);

	return r == 0 ? add(ret, &w, diag) : r;
}

/* Without the quotes that the kernel takes off: around the word or its value. */
static void unquote(struct piece *t)
{
	if (t->n != 0 && t->p[0] == '"') {
		t->p++;
		t->at++;
		t->n--;
	}
	if (t->n != 0 && t->p[t->n - 1] == '"')
		t->n--;
}

static int one_word(struct coco_verity_words *ret, struct piece word, struct coco_diag *diag)
{
	unquote(&word);
	if (take_prefix(&word, "roothash="))
		return hash_word(ret, COCO_VERITY_ROOTHASH, &word, diag);
	if (take_prefix(&word, "usrhash="))
		return hash_word(ret, COCO_VERITY_USRHASH, &word, diag);
	if (take_prefix(&word, "dm-mod.create=")) {
		unquote(&word);
		return dm_create(ret, word, diag);
	}
	if (word.n > 10 && memcmp(word.p, "root_hash=", 10) == 0)
		return kata(ret, word, diag);
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0';
}

int coco_verity_cmdline_parse(struct coco_verity_words *ret, struct coco_view text,
			      struct coco_diag *diag)
{
	struct coco_verity_words *words = coco_zalloc(1, sizeof(*words));
	const char *p = (const char *)text.p;
	size_t at = 0;
	int r = 0;

	if (words == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a command line");
	while (r == 0 && at < text.n) {
		struct piece word = { p + at, 0, at };
		bool quoted = false;

		for (; at < text.n && (quoted || !is_blank(p[at])); at++)
			quoted = quoted != (p[at] == '"');
		word.n = at - word.at;
		if (word.n != 0)
			r = one_word(words, word, diag);
		at++;
	}
	if (r == 0)
		*ret = *words;
	coco_free(words);
	return r;
}

static void put_hex(struct coco_wr *wr, const uint8_t *p, size_t n)
{
	char text[2 * COCO_VERITY_SALT + 1];

	coco_hex_encode(text, p, n);
	coco_wr_str(wr, text);
}

void coco_verity_kata_write(struct coco_wr *wr, const struct coco_verity_params *p,
			    const uint8_t *root_hash)
{
	coco_wr_str(wr, "root_hash=");
	put_hex(wr, root_hash, coco_verity_alg_size(p->alg));
	coco_wr_str(wr, ",salt=");
	put_hex(wr, p->salt, p->n_salt);
	coco_wr_printf(wr, ",data_blocks=%" PRIu64 ",data_block_size=%u,hash_block_size=%u",
		       p->data_blocks, p->data_block, p->hash_block);
}

void coco_verity_dm_write(struct coco_wr *wr, const struct coco_verity_params *p,
			  const uint8_t *root_hash, const char *data_device,
			  const char *hash_device, uint64_t hash_start)
{
	coco_wr_printf(wr, "dm-mod.create=\"dm-verity,,,ro,0 %" PRIu64 " verity %u %s %s %u %u %"
		       PRIu64 " %" PRIu64 " %s ", p->data_block / SECTOR * p->data_blocks, p->type,
		       data_device, hash_device, p->data_block, p->hash_block, p->data_blocks,
		       hash_start, coco_verity_alg_name(p->alg));
	put_hex(wr, root_hash, coco_verity_alg_size(p->alg));
	coco_wr_str(wr, " ");
	if (p->n_salt == 0)
		coco_wr_str(wr, "-");
	else
		put_hex(wr, p->salt, p->n_salt);
	coco_wr_str(wr, "\"");
}
