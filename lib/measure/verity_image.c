/*
 * verity_image.c - dm-verity of an image (see verity_image.h).
 */
#include "lib/measure/verity_image.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/partitions.h"

/* What is open while an answer is made. */
struct opened {
	struct coco_disk *data;
	struct coco_disk *hash;            /* NULL, or another disk than data */
	struct coco_verity_area area;
	bool has_stored;
	struct coco_disk *stored;          /* data or hash */
	uint64_t stored_at;                /* start of the hash area */
	struct coco_out out;
};

bool coco_verity_uuids(const uint8_t *root, size_t n, char data[COCO_VERITY_UUID_TEXT],
		       char hash[COCO_VERITY_UUID_TEXT])
{
	if (n < 2 * COCO_VERITY_UUID)
		return false;
	coco_verity_uuid_text(data, root);
	coco_verity_uuid_text(hash, root + n - COCO_VERITY_UUID);
	return true;
}

/* ---- which bytes --------------------------------------------------------------- */

/* The root hash that is expected, from the option or else the first word; NULL: none. */
static const uint8_t *expected_root(const struct coco_verity_ask *ask, size_t *ret_n)
{
	if (ask->n_root != 0) {
		*ret_n = ask->n_root;
		return ask->root;
	}
	if (ask->has_cmdline && ask->words->n != 0) {
		*ret_n = ask->words->word[0].n_root;
		return ask->words->word[0].root;
	}
	return NULL;
}

/* A partition whose UUID is this text, or NULL. */
static const struct coco_partition *by_uuid(const struct coco_partitions *t, const char *uuid)
{
	uint8_t guid[COCO_GUID_SIZE];

	return coco_guid_parse(guid, uuid, NULL) == 0 ? coco_partition_by_uuid(t, guid) : NULL;
}

/* Chooses partitions of the image that were not named, by the expected root hash. */
static void by_root_hash(const struct coco_verity_ask *ask, const struct coco_partitions *t,
			 const struct coco_partition **data, const struct coco_partition **hash)
{
	char data_uuid[COCO_VERITY_UUID_TEXT];
	char hash_uuid[COCO_VERITY_UUID_TEXT];
	size_t n = 0;
	const uint8_t *root = expected_root(ask, &n);

	if (root == NULL || !coco_verity_uuids(root, n, data_uuid, hash_uuid))
		return;
	if (*data == NULL)
		*data = by_uuid(t, data_uuid);
	if (*hash == NULL && ask->hash_image == NULL && !ask->no_superblock)
		*hash = by_uuid(t, hash_uuid);
}

static void note_table(const struct coco_run *run, const struct coco_verity_ask *ask,
		       const struct coco_partitions *t, const struct coco_partition *data)
{
	if (data == NULL && t->kind == COCO_TABLE_GPT)
		coco_log(run, 0, "the image has %zu partitions; the whole of it is hashed, "
			 "--partition chooses one", t->n);
	else if (data != NULL && ask->partition == NULL)
		coco_log(run, 1, "partition %u was chosen by the root hash", data->number);
}

static int choose(const struct coco_run *run, const struct coco_verity_ask *ask,
		  struct opened *o, struct coco_verity_answer *a, struct coco_diag *diag)
{
	const struct coco_partition *data = NULL;
	const struct coco_partition *hash = NULL;
	struct coco_partitions t = { .kind = COCO_TABLE_NONE };
	bool wanted = ask->partition != NULL ||
		      (ask->hash_partition != NULL && ask->hash_image == NULL);

	/* a disk whose table is damaged can still be hashed as a whole */
	int r = coco_partitions_read(&t, o->data, wanted ? diag : NULL);
	if (r != 0 && !wanted)
		r = r == COCO_E_DISK_TABLE ? 0
			: coco_fail(diag, r, "the start of the disk cannot be read");
	if (r == 0 && ask->partition != NULL)
		r = coco_partitions_find(&t, ask->partition, &data, diag);
	if (r == 0 && ask->hash_partition != NULL && ask->hash_image == NULL)
		r = coco_partitions_find(&t, ask->hash_partition, &hash, diag);
	if (r == 0 && t.kind == COCO_TABLE_GPT)
		by_root_hash(ask, &t, &data, &hash);
	if (r == 0)
		note_table(run, ask, &t, data);
	if (data != NULL) {
		o->area.at = data->at;
		o->area.size = data->size;
		a->partition = data->number;
	}
	if (hash != NULL) {
		o->has_stored = true;
		o->stored = o->data;
		o->stored_at = hash->at;
		a->hash_partition = hash->number;
	}
	coco_partitions_free(&t);
	return r;
}

static int open_hash(const struct coco_verity_ask *ask, struct opened *o,
		     struct coco_verity_answer *a, struct coco_diag *diag)
{
	const struct coco_partition *part = NULL;
	struct coco_partitions t = { .kind = COCO_TABLE_NONE };

	if (ask->hash_image == NULL)
		return 0;
	int r = coco_disk_open(&o->hash, ask->hash_image, diag);
	if (r != 0)
		return r;
	o->has_stored = true;
	o->stored = o->hash;
	if (ask->hash_partition == NULL)
		return 0;
	r = coco_partitions_read(&t, o->hash, diag);
	if (r == 0)
		r = coco_partitions_find(&t, ask->hash_partition, &part, diag);
	if (r == 0) {
		o->stored_at = part->at;
		a->hash_partition = part->number;
	}
	coco_partitions_free(&t);
	return r;
}

static int open_all(const struct coco_run *run, const struct coco_verity_ask *ask,
		    struct opened *o, struct coco_verity_answer *a, struct coco_diag *diag)
{
	int r = coco_disk_open_as(&o->data, ask->image, ask->as, diag);

	if (r != 0)
		return r;
	o->area = (struct coco_verity_area){ o->data, 0, COCO_DISK_UNKNOWN };
	r = choose(run, ask, o, a, diag);
	if (r == 0)
		r = open_hash(ask, o, a, diag);
	if (r == 0 && o->has_stored && strcmp(coco_disk_container(o->stored), "pipe") == 0)
		r = coco_fail(diag, COCO_E_DISK_FEATURE, "a hash tree cannot be read from a pipe");
	return r;
}

/* ---- parameters ---------------------------------------------------------------- */

static int contradicts(struct coco_diag *diag, const char *what)
{
	return coco_fail(diag, COCO_E_VERITY_PARAMETER,
			 "the %s that was given is not that of the superblock", what);
}

/* What was given beside a superblock must be the same. */
static int compare_given(const struct coco_verity_ask *ask, const struct coco_verity_params *p,
			 struct coco_diag *diag)
{
	const struct coco_verity_params *g = &ask->params;
	unsigned given = ask->given;

	if ((given & COCO_VERITY_GIVEN_ALG) != 0 && g->alg != p->alg)
		return contradicts(diag, "hash algorithm");
	if ((given & COCO_VERITY_GIVEN_TYPE) != 0 && g->type != p->type)
		return contradicts(diag, "hash type");
	if ((given & COCO_VERITY_GIVEN_DATA_BLOCK) != 0 && g->data_block != p->data_block)
		return contradicts(diag, "data block size");
	if ((given & COCO_VERITY_GIVEN_HASH_BLOCK) != 0 && g->hash_block != p->hash_block)
		return contradicts(diag, "hash block size");
	if ((given & COCO_VERITY_GIVEN_DATA_BLOCKS) != 0 && g->data_blocks != p->data_blocks)
		return contradicts(diag, "number of data blocks");
	if ((given & COCO_VERITY_GIVEN_SALT) != 0 &&
	    (g->n_salt != p->n_salt || memcmp(g->salt, p->salt, p->n_salt) != 0))
		return contradicts(diag, "salt");
	if ((given & COCO_VERITY_GIVEN_UUID) != 0 &&
	    memcmp(g->uuid, p->uuid, sizeof(p->uuid)) != 0)
		return contradicts(diag, "UUID");
	return 0;
}

static void copy_salt(struct coco_verity_params *to, const struct coco_verity_params *from)
{
	memcpy(to->salt, from->salt, sizeof(to->salt));
	to->n_salt = from->n_salt;
}

/* Defaults, then a command line's, then what was given. */
static void assemble(const struct coco_verity_ask *ask, struct coco_verity_params *p)
{
	const struct coco_verity_params *g = &ask->params;

	*p = (struct coco_verity_params){ .alg = COCO_VERITY_SHA256, .type = 1,
					  .data_block = 4096, .hash_block = 4096 };
	for (size_t i = 0; ask->has_cmdline && i < ask->words->n; i++) {
		if (ask->words->word[i].has_params) {
			*p = ask->words->word[i].params;
			break;
		}
	}
	if ((ask->given & COCO_VERITY_GIVEN_ALG) != 0)
		p->alg = g->alg;
	if ((ask->given & COCO_VERITY_GIVEN_TYPE) != 0)
		p->type = g->type;
	if ((ask->given & COCO_VERITY_GIVEN_DATA_BLOCK) != 0)
		p->data_block = g->data_block;
	if ((ask->given & COCO_VERITY_GIVEN_HASH_BLOCK) != 0)
		p->hash_block = g->hash_block;
	if ((ask->given & COCO_VERITY_GIVEN_DATA_BLOCKS) != 0)
		p->data_blocks = g->data_blocks;
	if ((ask->given & COCO_VERITY_GIVEN_SALT) != 0)
		copy_salt(p, g);
	memcpy(p->uuid, g->uuid, sizeof(p->uuid));
}

static int add_superblock_file(struct coco_mrecord *rec, const uint8_t *block,
			       struct coco_diag *diag)
{
	struct coco_mrecord_file file = { .name = "superblock", .size = COCO_VERITY_SUPERBLOCK };

	coco_sha256_once(block, COCO_VERITY_SUPERBLOCK, file.sha256);
	return coco_mrecord_file(rec, &file, diag);
}

static int find_params(const struct coco_verity_ask *ask, const struct opened *o,
		       struct coco_verity_answer *a, struct coco_verity_params *p,
		       struct coco_diag *diag)
{
	uint8_t block[COCO_VERITY_SUPERBLOCK];

	a->superblock = !ask->no_superblock;
	if (!o->has_stored || ask->no_superblock) {
		assemble(ask, p);
		return 0;
	}
	int r = coco_disk_read(o->stored, o->stored_at + ask->hash_offset, block, sizeof(block),
			       diag);
	if (r == 0)
		r = coco_verity_superblock_parse(p, coco_view_of(block, sizeof(block)), diag);
	if (r == 0)
		r = compare_given(ask, p, diag);
	if (r == 0)
		r = add_superblock_file(&a->record, block, diag);
	return r;
}

/* ---- the record ---------------------------------------------------------------- */

static int record_params(struct coco_verity_answer *a, struct coco_diag *diag)
{
	const struct coco_verity_params *p = &a->found.params;
	struct coco_mrecord *rec = &a->record;
	char salt[2 * COCO_VERITY_SALT + 1];

	coco_hex_encode(salt, p->salt, p->n_salt);
	int r = coco_mrecord_param(rec, diag, "algorithm", "%s", coco_verity_alg_name(p->alg));
	if (r == 0)
		r = coco_mrecord_param(rec, diag, "hash_type", "%u", p->type);
	if (r == 0)
		r = coco_mrecord_param(rec, diag, "data_block_size", "%u", p->data_block);
	if (r == 0)
		r = coco_mrecord_param(rec, diag, "hash_block_size", "%u", p->hash_block);
	if (r == 0)
		r = coco_mrecord_param(rec, diag, "data_blocks", "%" PRIu64, p->data_blocks);
	if (r == 0)
		r = coco_mrecord_param(rec, diag, "salt", "%s", p->n_salt != 0 ? salt : "none");
	if (r == 0 && a->partition != 0)
		r = coco_mrecord_param(rec, diag, "partition", "%u", a->partition);
	return r;
}

static int make_record(struct coco_verity_answer *a, struct coco_diag *diag)
{
	const struct coco_verity_params *p = &a->found.params;
	struct coco_mrecord_input in = { .name = "data", .type = "dm-verity",
					 .basis = COCO_BASIS_COMPUTED };
	struct coco_mrecord_value value = { .n_labels = 0 };
	size_t n = coco_verity_alg_size(p->alg);

	int r = record_params(a, diag);
	if (r == 0)
		r = coco_mrecord_begin(&a->record, "verity.root_hash",
				       coco_verity_alg_name(p->alg), diag);
	coco_mrecord_digest_set(&in.digest, a->found.root, n);
	coco_mrecord_digest_set(&in.running, a->found.root, n);
	coco_mrecord_digest_set(&value.value, a->found.root, n);
	if (r == 0)
		r = coco_mrecord_input(&a->record, &in, diag);
	if (r == 0)
		r = coco_mrecord_value(&a->record, &value, diag);
	return r;
}

/* ---- checks -------------------------------------------------------------------- */

static struct coco_verity_check *new_check(struct coco_verity_answer *a, const char *id)
{
	struct coco_verity_check *c = &a->check[a->n_checks++];

	memset(c, 0, sizeof(*c));
	c->id = id;
	return c;
}

static void check_root(struct coco_verity_answer *a, const char *where, const uint8_t *root,
		       size_t n)
{
	struct coco_verity_check *c = new_check(a, "verity.root_hash");
	size_t have = coco_verity_alg_size(a->found.params.alg);

	snprintf(c->title, sizeof(c->title), "the image has the root hash of %s", where);
	coco_hex_encode(c->expected, root, n);
	coco_hex_encode(c->actual, a->found.root, have);
	c->pass = n == have && memcmp(root, a->found.root, n) == 0;
}

static void params_text(char *ret, size_t cap, const struct coco_verity_params *p)
{
	char salt[2 * COCO_VERITY_SALT + 1];

	coco_hex_encode(salt, p->salt, p->n_salt);
	snprintf(ret, cap, "%s, type %u, blocks %u and %u, %" PRIu64 " of data, salt %.80s",
		 coco_verity_alg_name(p->alg), p->type, p->data_block, p->hash_block,
		 p->data_blocks, p->n_salt != 0 ? salt : "none");
}

static void check_params(struct coco_verity_answer *a, const char *where,
			 const struct coco_verity_params *p)
{
	struct coco_verity_check *c = new_check(a, "verity.parameters");
	const struct coco_verity_params *have = &a->found.params;

	snprintf(c->title, sizeof(c->title), "the parameters are those of %s", where);
	params_text(c->expected, sizeof(c->expected), p);
	params_text(c->actual, sizeof(c->actual), have);
	c->pass = p->alg == have->alg && p->type == have->type &&
		  p->data_block == have->data_block && p->hash_block == have->hash_block &&
		  p->data_blocks == have->data_blocks && p->n_salt == have->n_salt &&
		  memcmp(p->salt, have->salt, p->n_salt) == 0;
}

static void check_tree(struct coco_verity_answer *a)
{
	struct coco_verity_check *c = new_check(a, "verity.tree");
	const struct coco_verity_found *f = &a->found;

	snprintf(c->title, sizeof(c->title), "the data is what its hash tree says");
	c->pass = f->difference == COCO_VERITY_SAME;
	if (f->difference == COCO_VERITY_DATA) {
		snprintf(c->expected, sizeof(c->expected), "no data block differs");
		snprintf(c->actual, sizeof(c->actual), "%" PRIu64 " of %" PRIu64
			 " data blocks differ, the first is block %" PRIu64 " (byte %" PRIu64 ")",
			 f->differing, f->params.data_blocks, f->block,
			 f->block * f->params.data_block);
	} else if (f->difference == COCO_VERITY_HASH) {
		snprintf(c->expected, sizeof(c->expected), "no hash block differs");
		snprintf(c->actual, sizeof(c->actual),
			 "the hash tree itself is damaged, first in its block %" PRIu64, f->block);
	}
}

static void check_word(struct coco_verity_answer *a, const struct coco_verity_word *w)
{
	char where[96];

	if (w->name[0] != '\0')
		snprintf(where, sizeof(where), "%s= (%s)", coco_verity_kind_name(w->kind), w->name);
	else
		snprintf(where, sizeof(where), "%s=", coco_verity_kind_name(w->kind));
	check_root(a, where, w->root, w->n_root);
	if (w->has_params)
		check_params(a, where, &w->params);
}

static int check_all(const struct coco_verity_ask *ask, const struct opened *o,
		     struct coco_verity_answer *a, struct coco_diag *diag)
{
	if (o->has_stored)
		check_tree(a);
	if (ask->n_root != 0)
		check_root(a, "--root-hash", ask->root, ask->n_root);
	if (ask->has_cmdline && ask->words->n == 0)
		return coco_fail(diag, COCO_E_VERITY_PARAMETER,
				 "the command line names no root hash: no roothash=, usrhash=, "
				 "dm-mod.create= or root_hash=");
	for (size_t i = 0; ask->has_cmdline && i < ask->words->n; i++)
		check_word(a, &ask->words->word[i]);
	return 0;
}

int coco_verity_verdict(const struct coco_verity_answer *a, struct coco_diag *diag)
{
	for (size_t i = 0; i < a->n_checks; i++) {
		const struct coco_verity_check *c = &a->check[i];

		if (c->pass)
			continue;
		coco_diag_expected(diag, "%s", c->expected);
		coco_diag_actual(diag, "%s", c->actual);
		return coco_fail(diag, COCO_E_VERITY_MISMATCH, "this does not hold: %s", c->title);
	}
	return 0;
}

/* ---- all together -------------------------------------------------------------- */

static int start_output(const struct coco_verity_ask *ask, struct opened *o,
			const struct coco_verity_params *p, struct coco_verity_work *work,
			struct coco_diag *diag)
{
	if (ask->output == NULL)
		return 0;
	if (ask->dry_run)
		return coco_out_check(ask->output, ask->output_flags, NULL, diag);
	int r = coco_out_open(&o->out, ask->output, ask->output_flags, diag);
	if (r != 0)
		return r;
	work->out = o->out.fd;
	work->out_at = coco_verity_tree_at(p, 0, !ask->no_superblock);
	work->out_name = ask->output;
	return 0;
}

/* The superblock, with its hash block filled up by zeros, once data_blocks is known. */
static int finish_output(const struct coco_verity_ask *ask, struct opened *o,
			 const struct coco_verity_params *p, struct coco_diag *diag)
{
	uint8_t block[COCO_VERITY_SUPERBLOCK];
	static const uint8_t zero[COCO_VERITY_BLOCK_MIN];
	int r = 0;

	if (o->out.fd < 0)
		return 0;
	coco_verity_superblock_write(block, p);
	if (!ask->no_superblock)
		r = coco_pwrite_full(o->out.fd, block, sizeof(block), 0, ask->output, diag);
	uint64_t end = coco_verity_tree_at(p, 0, true);
	if (r == 0 && !ask->no_superblock && end > sizeof(block))
		r = coco_pwrite_full(o->out.fd, zero, sizeof(zero), end - sizeof(zero), ask->output,
				     diag);
	return r == 0 ? coco_out_commit(&o->out, diag) : r;
}

static int compute(const struct coco_run *run, const struct coco_verity_ask *ask,
		   struct opened *o, struct coco_verity_answer *a, struct coco_diag *diag)
{
	struct coco_verity_work work = { .out = -1 };

	int r = open_all(run, ask, o, a, diag);
	if (r == 0)
		r = find_params(ask, o, a, &work.params, diag);
	if (r != 0)
		return r;
	work.data = o->area;
	if (o->has_stored) {
		work.stored = o->stored;
		work.stored_at = coco_verity_tree_at(&work.params, ask->hash_offset,
						     !ask->no_superblock) + o->stored_at;
	}
	r = start_output(ask, o, &work.params, &work, diag);
	if (r == 0)
		r = coco_verity_tree(run, &work, &a->found, diag);
	if (r == 0)
		r = finish_output(ask, o, &a->found.params, diag);
	if (r == 0)
		r = make_record(a, diag);
	return r == 0 ? check_all(ask, o, a, diag) : r;
}

int coco_verity_image(const struct coco_run *run, const struct coco_verity_ask *ask,
		      struct coco_verity_answer **ret, struct coco_diag *diag)
{
	struct coco_verity_answer *a = coco_zalloc(1, sizeof(*a));
	struct opened o = { .out = { .fd = -1 } };

	if (a == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to measure an image");
	coco_mrecord_init(&a->record, "verity");
	int r = compute(run, ask, &o, a, diag);
	coco_out_abort(&o.out);
	coco_disk_close(o.data);
	coco_disk_close(o.hash);
	if (r != 0) {
		coco_diag_source(diag, "%s", ask->image);
		coco_verity_answer_free(a);
		return r;
	}
	*ret = a;
	return 0;
}

void coco_verity_answer_free(struct coco_verity_answer *a)
{
	if (a == NULL)
		return;
	coco_mrecord_free(&a->record);
	coco_free(a);
}
