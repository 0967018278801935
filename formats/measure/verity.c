/*
 * verity.c - the superblock of dm-verity and the shape of its tree (see
 * verity.h).
 */
#include "formats/measure/verity.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/rd.h"
#include "formats/measure/guid.h"

enum {
	VERSION = 1,
	NAME = 32,
};

static const struct {
	const char *name;
	size_t size;
} algs[COCO_VERITY_ALGS] = {
	[COCO_VERITY_SHA1] = { "sha1", 20 },
	[COCO_VERITY_SHA256] = { "sha256", 32 },
	[COCO_VERITY_SHA384] = { "sha384", 48 },
	[COCO_VERITY_SHA512] = { "sha512", 64 },
};

const char *coco_verity_alg_name(enum coco_verity_alg alg)
{
	return algs[alg].name;
}

size_t coco_verity_alg_size(enum coco_verity_alg alg)
{
	return algs[alg].size;
}

bool coco_verity_alg_find(const char *name, size_t n, enum coco_verity_alg *ret)
{
	for (int i = 0; i < COCO_VERITY_ALGS; i++) {
		if (strlen(algs[i].name) == n && memcmp(algs[i].name, name, n) == 0) {
			*ret = (enum coco_verity_alg)i;
			return true;
		}
	}
	return false;
}

static int bad(struct coco_diag *diag, uint64_t at, const char *field, const char *what)
{
	return coco_fail_at(diag, COCO_E_VERITY_SUPERBLOCK, at, field, "dm-verity superblock: %s",
			    what);
}

static int read_algorithm(struct coco_verity_params *p, struct coco_view name,
			  struct coco_diag *diag)
{
	size_t n = 0;

	while (n < name.n && name.p[n] != 0)
		n++;
	if (!coco_verity_alg_find((const char *)name.p, n, &p->alg))
		return bad(diag, 32, "algorithm", "an unknown hash algorithm");
	for (size_t i = n; i < name.n; i++)
		if (name.p[i] != 0)
			return bad(diag, 32, "algorithm", "bytes behind the name of the algorithm");
	return 0;
}

int coco_verity_superblock_parse(struct coco_verity_params *ret, struct coco_view bytes,
				 struct coco_diag *diag)
{
	struct coco_verity_params p = { .n_salt = 0 };
	struct coco_verity_layout layout;
	struct coco_rd rd;

	coco_rd_init(&rd, bytes, 0, diag);
	struct coco_view magic = coco_rd_view(&rd, 8, "signature");
	uint32_t version = coco_rd_le32(&rd, "version");
	p.type = coco_rd_le32(&rd, "hash_type");
	coco_rd_copy(&rd, p.uuid, sizeof(p.uuid), "uuid");
	struct coco_view name = coco_rd_view(&rd, NAME, "algorithm");
	p.data_block = coco_rd_le32(&rd, "data_block_size");
	p.hash_block = coco_rd_le32(&rd, "hash_block_size");
	p.data_blocks = coco_rd_le64(&rd, "data_blocks");
	p.n_salt = coco_rd_le16(&rd, "salt_size");
	(void)coco_rd_view(&rd, 6, "padding");
	coco_rd_copy(&rd, p.salt, sizeof(p.salt), "salt");
	(void)coco_rd_view(&rd, 168, "padding");
	if (!coco_rd_ok(&rd))
		return rd.code;
	if (memcmp(magic.p, "verity\0\0", 8) != 0)
		return bad(diag, 0, "signature", "its signature is not there");
	if (version != VERSION || p.type > 1)
		return bad(diag, 8, "version", "an unknown version or hash type");
	if (p.n_salt > COCO_VERITY_SALT)
		return bad(diag, 80, "salt_size", "a salt of more than 256 bytes");
	memset(p.salt + p.n_salt, 0, sizeof(p.salt) - p.n_salt);
	int r = read_algorithm(&p, name, diag);
	if (r != 0)
		return r;
	if (coco_verity_layout(&layout, &p, NULL) != 0)
		return bad(diag, 64, "data_block_size", "impossible block sizes or block counts");
	*ret = p;
	return 0;
}

static void put_le(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i & 0xff);
}

void coco_verity_superblock_write(uint8_t ret[COCO_VERITY_SUPERBLOCK],
				  const struct coco_verity_params *p)
{
	memset(ret, 0, COCO_VERITY_SUPERBLOCK);
	memcpy(ret, "verity", 6);
	put_le(ret + 8, VERSION, 4);
	put_le(ret + 12, p->type, 4);
	memcpy(ret + 16, p->uuid, sizeof(p->uuid));
	memcpy(ret + 32, algs[p->alg].name, strlen(algs[p->alg].name));
	put_le(ret + 64, p->data_block, 4);
	put_le(ret + 68, p->hash_block, 4);
	put_le(ret + 72, p->data_blocks, 8);
	put_le(ret + 80, p->n_salt, 2);
	memcpy(ret + 88, p->salt, p->n_salt);
}

static bool block_fits(uint32_t n)
{
	return n >= COCO_VERITY_BLOCK_MIN && n <= COCO_VERITY_BLOCK_MAX && (n & (n - 1)) == 0;
}

int coco_verity_slots(struct coco_verity_layout *ret, const struct coco_verity_params *p,
		      struct coco_diag *diag)
{
	if (!block_fits(p->data_block) || !block_fits(p->hash_block))
		return coco_fail(diag, COCO_E_VERITY_PARAMETER,
				 "block sizes are powers of two from 512 to 524288, not %u and %u",
				 p->data_block, p->hash_block);
	if (p->type > 1 || p->n_salt > COCO_VERITY_SALT)
		return coco_fail(diag, COCO_E_VERITY_PARAMETER,
				 "the hash type is 0 or 1, a salt has at most 256 bytes");
	ret->digest = algs[p->alg].size;
	ret->slot = ret->digest;
	if (p->type == 1)
		for (ret->slot = 1; ret->slot < ret->digest; ret->slot *= 2)
			;
	ret->per_block = 1;
	while (ret->per_block * 2 * ret->slot <= p->hash_block)
		ret->per_block *= 2;
	ret->levels = 0;
	ret->blocks = 0;
	return 0;
}

int coco_verity_layout(struct coco_verity_layout *ret, const struct coco_verity_params *p,
		       struct coco_diag *diag)
{
	struct coco_verity_layout l = { .levels = 0 };
	uint64_t n = p->data_blocks;

	int r = coco_verity_slots(&l, p, diag);
	if (r != 0)
		return r;
	if (n == 0 || n > (uint64_t)INT64_MAX / p->data_block)
		return coco_fail(diag, COCO_E_VERITY_PARAMETER,
				 "%" PRIu64 " data blocks of %u bytes are no disk", n,
				 p->data_block);
	while (n > 1) {
		n = (n + l.per_block - 1) / l.per_block;
		l.level[l.levels++].blocks = n;
	}
	for (size_t i = l.levels; i-- > 0;) {
		l.level[i].first = l.blocks;
		l.blocks += l.level[i].blocks;
	}
	if (l.blocks > (uint64_t)INT64_MAX / 2 / p->hash_block)
		return coco_fail(diag, COCO_E_VERITY_PARAMETER, "the hash tree would be too large");
	*ret = l;
	return 0;
}

uint64_t coco_verity_tree_at(const struct coco_verity_params *p, uint64_t offset, bool superblock)
{
	if (!superblock)
		return offset;
	return (offset + COCO_VERITY_SUPERBLOCK + p->hash_block - 1) / p->hash_block *
	       p->hash_block;
}

/* Between the text's order and that of a GUID on disk, either way. */
static void reorder(uint8_t ret[COCO_VERITY_UUID], const uint8_t p[COCO_VERITY_UUID])
{
	static const uint8_t order[COCO_VERITY_UUID] = { 3, 2, 1, 0, 5, 4, 7, 6,
							 8, 9, 10, 11, 12, 13, 14, 15 };

	for (size_t i = 0; i < COCO_VERITY_UUID; i++)
		ret[i] = p[order[i]];
}

void coco_verity_uuid_text(char ret[COCO_VERITY_UUID_TEXT], const uint8_t uuid[COCO_VERITY_UUID])
{
	uint8_t guid[COCO_VERITY_UUID];

	reorder(guid, uuid);
	coco_guid_text(ret, guid);
}

int coco_verity_uuid_parse(uint8_t ret[COCO_VERITY_UUID], const char *text,
			   struct coco_diag *diag)
{
	uint8_t guid[COCO_VERITY_UUID];
	int r = coco_guid_parse(guid, text, diag);

	if (r == 0)
		reorder(ret, guid);
	return r;
}
