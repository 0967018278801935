/*
 * profile_bind.c - values beside the measurements that a launch profile
 * settles: host data, MRCONFIGID, owners (see profile_load.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/id_block.h"
#include "lib/core/io.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/profile_load.h"

enum { INITDATA_MAX = 1 << 20 };

static int hash_initdata(const char *alg, const uint8_t *text, size_t n, uint8_t *ret,
			 size_t *ret_n, struct coco_diag *diag)
{
	struct coco_digest *d = NULL;
	bool small = strcmp(alg, "sha384") == 0;

	if (strcmp(alg, "sha256") == 0) {

		coco_sha256_once(text, n, ret);
		*ret_n = COCO_SHA256_SIZE;
		return 0;
	}
	if (!small && strcmp(alg, "sha512") != 0)
		return coco_fail(diag, COCO_E_PROFILE_VALUE,
				 "the initdata's algorithm is \"%.40s\", not sha256, sha384 or "
				 "sha512", alg);
	int r = coco_digest_new(&d, small ? COCO_DIGEST_SHA384 : COCO_DIGEST_SHA512, diag);
	if (r == 0)
		r = coco_digest_once(d, text, n, ret, diag);
	if (r == 0)
		*ret_n = coco_digest_size(d);
	coco_digest_free(d);
	return r;
}

int coco_profile_initdata(const char *path, uint8_t *ret, size_t *ret_n,
			  struct coco_mrecord_file *file, struct coco_diag *diag)
{
	struct coco_toml doc;
	uint8_t *text = NULL;
	size_t n = 0;
	const char *alg;

	int r = coco_read_file(path, INITDATA_MAX, &text, &n, diag);
	if (r != 0)
		return r;
	r = coco_toml_parse(&doc, coco_view_of(text, n), diag);
	if (r == 0) {
		r = coco_toml_string(&doc.root, "algorithm", &alg, diag);
		if (r == 0)
			r = hash_initdata(alg, text, n, ret, ret_n, diag);
		coco_toml_free(&doc);
	}
	if (r == 0 && file != NULL) {
		size_t ignored;

		snprintf(file->name, sizeof(file->name), "initdata");
		file->size = n;
		r = hash_initdata("sha256", text, n, file->sha256, &ignored, diag);
	}
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	coco_free(text);
	return r;
}

/* One value beside the measurements as a register of its own, with one step. */
static int put(struct coco_mrecord *rec, const char *reg, const char *name, const uint8_t *p,
	       size_t n, enum coco_mrecord_basis basis, struct coco_diag *diag)
{
	struct coco_mrecord_input in = { .basis = basis };
	struct coco_mrecord_value v = { .n_labels = 0 };

	snprintf(in.name, sizeof(in.name), "%s", name);
	coco_mrecord_digest_set(&in.digest, p, n);
	coco_mrecord_digest_set(&v.value, p, n);
	/* the command may have an option for it, which the profile has filled */
	if (coco_mrecord_find(rec, reg, NULL) != NULL)
		return 0;
	int r = coco_mrecord_begin(rec, reg, n == 48 ? "sha384" : "sha256", diag);
	if (r == 0)
		r = coco_mrecord_input(rec, &in, diag);
	return r == 0 ? coco_mrecord_value(rec, &v, diag) : r;
}

/* A hexadecimal value of the profile; *ret_done when there was one. */
static int put_hex(const struct coco_profile *p, enum coco_profile_id id,
		   struct coco_mrecord *rec, const char *reg, bool *ret_done,
		   struct coco_diag *diag)
{
	const char *text = coco_profile_text(p, id);
	uint8_t bytes[COCO_MRECORD_DIGEST];
	size_t n = coco_profile_key_at(id)->size;

	*ret_done = text != NULL;
	if (text == NULL)
		return 0;
	int r = coco_hex_decode(bytes, n, text, strlen(text), diag);
	return r == 0 ? put(rec, reg, "profile", bytes, n, COCO_BASIS_GIVEN, diag) : r;
}

/* The register that initdata goes into: its digest, cut or filled with zeros. */
static int put_initdata(const struct coco_profile *p, struct coco_mrecord *rec, const char *reg,
			size_t width, bool other, struct coco_diag *diag)
{
	const char *path = coco_profile_text(p, COCO_PROFILE_GUEST_INITDATA);
	uint8_t bytes[COCO_MRECORD_DIGEST] = { 0 };
	struct coco_mrecord_file file = { .size = 0 };
	size_t n = 0;

	if (path == NULL)
		return 0;
	if (other)
		return coco_fail(diag, COCO_E_PROFILE_VALUE,
				 "both initdata and a value of %s are in the profile", reg);
	int r = coco_profile_initdata(path, bytes, &n, &file, diag);
	if (r == 0)
		r = coco_mrecord_file(rec, &file, diag);
	return r == 0 ? put(rec, reg, "initdata", bytes, width, COCO_BASIS_COMPUTED, diag) : r;
}

/* ---- ID block ------------------------------------------------------------------- */

/* The digest of a key that signed, as the report shows it. */
static int put_key(struct coco_mrecord *rec, const char *reg, const uint8_t *key,
		   struct coco_diag *diag)
{
	uint8_t digest[COCO_DIGEST_MAX];
	struct coco_digest *d = NULL;

	int r = coco_digest_new(&d, COCO_DIGEST_SHA384, diag);
	if (r == 0)
		r = coco_digest_once(d, key, COCO_ID_KEY_SIZE, digest, diag);
	if (r == 0)
		r = put(rec, reg, "ID authentication", digest, 48, COCO_BASIS_COMPUTED, diag);
	coco_digest_free(d);
	return r;
}

/* The block lets only a launch with its digest start. */
static int check_block(const struct coco_mrecord *rec, const uint8_t *digest,
		       struct coco_diag *diag)
{
	const struct coco_mrecord_register *reg =
		coco_mrecord_find(rec, "snp.launch_digest", "sha384");
	char text[97];

	for (size_t i = 0; reg != NULL && i < reg->n_values; i++)
		if (memcmp(reg->values[i].value.p, digest, 48) == 0)
			return 0;
	coco_hex_encode(text, digest, 48);
	coco_diag_expected(diag, "%s", text);
	if (reg != NULL && reg->n_values == 1) {
		coco_hex_encode(text, reg->values[0].value.p, 48);
		coco_diag_actual(diag, "%s", text);
	}
	return coco_fail(diag, COCO_E_PROFILE_CONTRADICTS,
			 "the ID block of the profile was signed for another launch digest");
}

static int put_id_block(const struct coco_profile *p, struct coco_mrecord *rec,
			struct coco_diag *diag)
{
	enum { HAS_AUTHOR = 4 };   /* the author key's algorithm, 0: there is none */
	const char *block = coco_profile_text(p, COCO_PROFILE_ID_BLOCK_BLOCK);
	const char *auth = coco_profile_text(p, COCO_PROFILE_ID_BLOCK_AUTH);
	uint8_t *bytes = NULL;
	size_t n = 0;
	int r = 0;

	if (block != NULL) {
		r = coco_b64_decode(COCO_B64_ANY, block, strlen(block), &bytes, &n, diag);
		if (r == 0)
			r = check_block(rec, bytes, diag);
		coco_free(bytes);
	}
	if (r != 0 || auth == NULL)
		return r;
	bytes = NULL;
	r = coco_b64_decode(COCO_B64_ANY, auth, strlen(auth), &bytes, &n, diag);
	if (r == 0)
		r = put_key(rec, "snp.id_key_digest", bytes + COCO_ID_AUTH_ID_KEY, diag);
	if (r == 0 && bytes[HAS_AUTHOR] != 0)
		r = put_key(rec, "snp.author_key_digest", bytes + COCO_ID_AUTH_AUTHOR_KEY, diag);
	coco_free(bytes);
	return r;
}

int coco_profile_bind(const struct coco_launch_profile *p, struct coco_mrecord *rec,
		      struct coco_diag *diag)
{
	const struct coco_profile *v = &p->profile;
	bool done = false;
	int r = 0;

	if (strcmp(rec->platform, "snp") == 0) {
		r = put_hex(v, COCO_PROFILE_GUEST_HOST_DATA, rec, "snp.host_data", &done, diag);
		if (r == 0)
			r = put_initdata(v, rec, "snp.host_data", 32, done, diag);
		if (r == 0)
			r = put_id_block(v, rec, diag);
	} else if (strcmp(rec->platform, "tdx") == 0) {
		r = put_hex(v, COCO_PROFILE_TDX_MRCONFIGID, rec, "tdx.mrconfigid", &done, diag);
		if (r == 0)
			r = put_initdata(v, rec, "tdx.mrconfigid", 48, done, diag);
		if (r == 0)
			r = put_hex(v, COCO_PROFILE_TDX_MROWNER, rec, "tdx.mrowner", &done, diag);
		if (r == 0)
			r = put_hex(v, COCO_PROFILE_TDX_MROWNERCONFIG, rec, "tdx.mrownerconfig",
				    &done, diag);
	}
	return r;
}
