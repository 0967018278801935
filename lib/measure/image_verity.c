/*
 * image_verity.c - dm-verity pairs of a disk and the root hashes that command
 * lines name for them (measure.md 4; see image.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/measure/image_priv.h"
#include "lib/measure/verity_image.h"

enum { SIG_MAX = 64 << 10 };   /* bytes of a signature partition that are read */

/* Data, its hashes, and the signature of the root hash. */
struct pair {
	size_t data;
	size_t hash;
	size_t sig;            /* SIZE_MAX: none */
};

static int out_of_room(const struct coco_image_work *w)
{
	return w->diag != NULL ? w->diag->code : COCO_E_LIMIT_MEMORY;
}

/* The only partition of this type that is not covered, or SIZE_MAX. */
static size_t by_type(const struct coco_image_work *w, const char *base, const char *suffix)
{
	uint8_t type[COCO_GUID_SIZE];
	char name[48];
	size_t found = SIZE_MAX;

	snprintf(name, sizeof(name), "%s%s", base, suffix);
	if (!coco_gpt_type_find(type, name))
		return SIZE_MAX;
	for (size_t i = 0; i < w->table.n; i++) {
		if (w->covered[i] || memcmp(w->table.list[i].type, type, sizeof(type)) != 0)
			continue;
		if (found != SIZE_MAX)
			return SIZE_MAX;
		found = i;
	}
	return found;
}

/* The partition whose UUID is this text, or SIZE_MAX. */
static size_t by_uuid(const struct coco_image_work *w, const char *text)
{
	uint8_t guid[COCO_GUID_SIZE];

	if (coco_guid_parse(guid, text, NULL) != 0)
		return SIZE_MAX;
	const struct coco_partition *part = coco_partition_by_uuid(&w->table, guid);
	return part != NULL ? (size_t)(part - w->table.list) : SIZE_MAX;
}

/* The root hash of a pair, from its superblock, with the tree compared. */
static int hash_pair(struct coco_image_work *w, const struct pair *p,
		     struct coco_verity_found *ret)
{
	const struct coco_partition *data = &w->table.list[p->data];
	const struct coco_partition *hash = &w->table.list[p->hash];
	uint8_t block[COCO_VERITY_SUPERBLOCK];
	struct coco_verity_work work = { .out = -1, .stored = w->disk };

	int r = coco_disk_read(w->disk, hash->at, block, sizeof(block), w->diag);
	if (r == 0)
		r = coco_verity_superblock_parse(&work.params, coco_view_of(block, sizeof(block)),
						 w->diag);
	if (r != 0)
		return r;
	work.data = (struct coco_verity_area){ w->disk, data->at, data->size };
	work.stored_at = hash->at + coco_verity_tree_at(&work.params, 0, true);
	return coco_verity_tree(w->run, &work, ret, w->diag);
}

static int check_tree(struct coco_image_work *w, const struct pair *p,
		      const struct coco_verity_found *f)
{
	struct coco_image_check *c = coco_image_check(w, f->difference == COCO_VERITY_SAME);

	if (c == NULL)
		return out_of_room(w);
	snprintf(c->title, sizeof(c->title),
		 "partition %u is what the hash tree in partition %u says",
		 w->table.list[p->data].number, w->table.list[p->hash].number);
	if (f->difference == COCO_VERITY_SAME)
		return 0;
	snprintf(c->expected, sizeof(c->expected), "no block differs");
	snprintf(c->actual, sizeof(c->actual), f->difference == COCO_VERITY_DATA
		 ? "%" PRIu64 " data blocks differ, the first is block %" PRIu64
		 : "%" PRIu64 " data blocks differ; hash block %" PRIu64 " is damaged",
		 f->differing, f->block);
	return 0;
}

/* The root hash that the signature partition was made for. */
static int check_signature(struct coco_image_work *w, const struct pair *p,
			   const struct coco_verity_found *f)
{
	const struct coco_partition *part = &w->table.list[p->sig];
	size_t n = (size_t)coco_min_u64(part->size, SIG_MAX);
	size_t size = coco_verity_alg_size(f->params.alg);
	uint8_t named[COCO_VERITY_DIGEST] = { 0 };
	struct coco_json doc;
	uint8_t *text = coco_alloc(n + 1, 1);

	if (text == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for a signature");
	int r = coco_disk_read(w->disk, part->at, text, n, w->diag);
	while (n != 0 && text[n - 1] == 0)
		n--;
	if (r != 0) {
		coco_free(text);
		return r;
	}
	r = coco_json_parse(&doc, coco_view_of(text, n), SIG_MAX, NULL);
	if (r == COCO_E_LIMIT_MEMORY) {
		coco_free(text);
		return coco_fail(w->diag, r, "no memory for a signature");
	}
	bool fine = r == 0;
	if (fine) {
		struct coco_jv root = coco_json_root(&doc);

		fine = coco_jv_hex(&root, "rootHash", named, size, NULL) == 0;
		coco_json_free(&doc);
	}
	coco_free(text);
	struct coco_image_check *c = coco_image_check(w, fine && memcmp(named, f->root, size) == 0);
	if (c == NULL)
		return out_of_room(w);
	snprintf(c->title, sizeof(c->title), "the signature in partition %u is for this root hash",
		 part->number);
	coco_hex_encode(c->expected, f->root, size);
	if (fine)
		coco_hex_encode(c->actual, named, size);
	else
		snprintf(c->actual, sizeof(c->actual), "no JSON with a rootHash");
	return 0;
}

/* The root hash on a command line that names this pair, a measured one first; or NULL. */
static const struct coco_image_root *named_by(const struct coco_image_work *w,
					      const struct coco_verity_found *f)
{
	size_t n = coco_verity_alg_size(f->params.alg);
	const struct coco_image_root *found = NULL;

	for (size_t i = 0; i < w->image->n_roots; i++) {
		const struct coco_image_root *root = &w->image->root[i];

		if (root->n == n && memcmp(root->root, f->root, n) == 0 &&
		    (found == NULL || (root->measured && !found->measured)))
			found = root;
	}
	return found;
}

static void swap_registers(struct coco_mrecord *rec, size_t i)
{
	struct coco_mrecord_register *end = &rec->registers[rec->n_registers - 1];
	struct coco_mrecord_register tmp = *end;

	*end = rec->registers[i];
	rec->registers[i] = tmp;
}

static int add_register(struct coco_image_work *w, const struct pair *p,
			const struct coco_verity_found *f)
{
	struct coco_mrecord_value v = { .n_labels = 0 };
	struct coco_mrecord *rec = &w->image->record;

	coco_mrecord_digest_set(&v.value, f->root, coco_verity_alg_size(f->params.alg));
	coco_mrecord_label_number(&v, "partition", w->table.list[p->data].number);
	const char *alg = coco_verity_alg_name(f->params.alg);
	size_t last = rec->n_registers;
	int r = 0;

	/* values go to the last register: pairs with another algorithm may lie between */
	for (size_t i = 0; i < rec->n_registers; i++)
		if (strcmp(rec->registers[i].algorithm, alg) == 0)
			last = i;
	if (last == rec->n_registers)
		r = coco_mrecord_begin(rec, "verity.root_hash", alg, w->diag);
	if (r != 0)
		return r;
	swap_registers(rec, last);
	r = coco_mrecord_value(rec, &v, w->diag);
	swap_registers(rec, last);
	return r;
}

/* The items of the two or three partitions. */
static int add_items(struct coco_image_work *w, const struct pair *p,
		     const struct coco_verity_found *f)
{
	const struct coco_image_root *root = named_by(w, f);
	bool whole = f->params.data_blocks * f->params.data_block ==
		     w->table.list[p->data].size;
	struct coco_image_item *item = coco_image_partition(w, &w->table.list[p->data]);

	if (item == NULL)
		return out_of_room(w);
	if (root != NULL && !root->measured) {
		snprintf(item->reason, sizeof(item->reason),
			 "its root hash is only on the command line of %.110s, not measured",
			 root->where);
	} else if (root != NULL) {
		snprintf(item->by, sizeof(item->by), "root hash");
		snprintf(item->reason, sizeof(item->reason), "%s= on the command line of %.80s%s",
			 root->word, root->where,
			 whole ? "" : "; what lies behind its last data block is not covered");
	} else {
		snprintf(item->reason, sizeof(item->reason),
			 "it has a hash tree, but no measured command line names its root hash");
	}
	item = coco_image_partition(w, &w->table.list[p->hash]);
	if (item == NULL)
		return out_of_room(w);
	bool stands = root != NULL && root->measured;
	if (stands)
		snprintf(item->by, sizeof(item->by), "root hash");
	snprintf(item->reason, sizeof(item->reason), "%s", stands
		 ? "the tree below that root hash; its superblock is not measured"
		 : "a hash tree that no measured root hash stands for");
	if (p->sig == SIZE_MAX)
		return 0;
	item = coco_image_partition(w, &w->table.list[p->sig]);
	if (item == NULL)
		return out_of_room(w);
	snprintf(item->reason, sizeof(item->reason),
		 "not measured: the kernel checks it with the keys of its keyring");
	return 0;
}

static int survey_pair(struct coco_image_work *w, const struct pair *p)
{
	struct coco_verity_found f;

	int r = hash_pair(w, p, &f);
	if (r == 0)
		r = check_tree(w, p, &f);
	if (r == 0 && p->sig != SIZE_MAX)
		r = check_signature(w, p, &f);
	if (r == 0)
		r = add_register(w, p, &f);
	if (r == 0)
		r = add_items(w, p, &f);
	w->covered[p->data] = true;
	w->covered[p->hash] = true;
	if (p->sig != SIZE_MAX)
		w->covered[p->sig] = true;
	return r;
}

/* "root-x86-64" of "root-x86-64-verity" and the like, or "". */
static void base_type(const struct coco_partition *part, char ret[32])
{
	const char *name = coco_gpt_type_name(part->type);
	const char *end = name != NULL ? strstr(name, "-verity") : NULL;

	snprintf(ret, 32, "%.*s", end != NULL ? (int)(end - name) : 0, name != NULL ? name : "");
}

/* Pairs that a command line names, by the UUIDs that its root hash gives. */
static int named_pairs(struct coco_image_work *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->image->n_roots; i++) {
		const struct coco_image_root *root = &w->image->root[i];
		char data[COCO_VERITY_UUID_TEXT];
		char hash[COCO_VERITY_UUID_TEXT];
		char base[32];

		if (!coco_verity_uuids(root->root, root->n, data, hash))
			continue;
		struct pair p = { by_uuid(w, data), by_uuid(w, hash), SIZE_MAX };
		if (p.data == SIZE_MAX || p.hash == SIZE_MAX || w->covered[p.data])
			continue;
		base_type(&w->table.list[p.hash], base);
		if (base[0] != '\0')
			p.sig = by_type(w, base, "-verity-sig");
		r = survey_pair(w, &p);
	}
	return r;
}

/* What is left: the only data and the only hash partition of a kind. */
static int typed_pairs(struct coco_image_work *w)
{
	static const char *const bases[] = { "root-x86-64", "usr-x86-64", "root-arm64" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(bases); i++) {
		struct pair p = { by_type(w, bases[i], ""), by_type(w, bases[i], "-verity"),
				  by_type(w, bases[i], "-verity-sig") };

		if (p.data != SIZE_MAX && p.hash != SIZE_MAX)
			r = survey_pair(w, &p);
	}
	return r;
}

static bool has_value(const struct coco_mrecord_register *reg, const struct coco_image_root *root)
{
	for (size_t i = 0; i < reg->n_values; i++) {
		const struct coco_mrecord_digest *v = &reg->values[i].value;

		if (v->n == root->n && memcmp(v->p, root->root, root->n) == 0)
			return true;
	}
	return false;
}

/* The root hashes that the disk has, as far as they fit. */
static void list_values(const struct coco_mrecord *rec, char *ret, size_t cap)
{
	char text[2 * COCO_VERITY_DIGEST + 1];
	size_t at = 0;

	if (rec->n_registers == 0)
		snprintf(ret, cap, "no pair of data and hash partition on this disk");
	for (size_t i = 0; i < rec->n_registers; i++) {
		for (size_t k = 0; k < rec->registers[i].n_values && at < cap; k++) {
			const struct coco_mrecord_digest *v = &rec->registers[i].values[k].value;

			coco_hex_encode(text, v->p, v->n);
			at += (size_t)snprintf(ret + at, cap - at, "%s%s", at != 0 ? ", " : "",
					       text);
		}
	}
}

/* Every root hash of a command line must be that of a pair on this disk. */
static int check_roots(struct coco_image_work *w)
{
	for (size_t i = 0; i < w->image->n_roots; i++) {
		const struct coco_image_root *root = &w->image->root[i];
		const struct coco_mrecord *rec = &w->image->record;
		bool found = false;

		for (size_t k = 0; k < rec->n_registers; k++)
			found = found || has_value(&rec->registers[k], root);
		struct coco_image_check *c = coco_image_check(w, found);
		if (c == NULL)
			return out_of_room(w);
		snprintf(c->title, sizeof(c->title), "the %s= of %s is that of this disk",
			 root->word, root->where);
		coco_hex_encode(c->expected, root->root, root->n);
		if (found)
			memcpy(c->actual, c->expected, sizeof(c->expected));
		else
			list_values(rec, c->actual, sizeof(c->actual));
	}
	return 0;
}

int coco_image_verity(struct coco_image_work *w)
{
	int r = named_pairs(w);

	if (r == 0)
		r = typed_pairs(w);
	return r == 0 ? check_roots(w) : r;
}
