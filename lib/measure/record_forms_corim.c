/*
 * record_forms_corim.c - a record as CoRIM (docs/formats/corim-registers.md,
 * measure.md 7.2; see record_forms.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/measure/corim_register.h"
#include "lib/crypto/cose_sign.h"
#include "lib/crypto/digest.h"
#include "lib/measure/record_forms_priv.h"

enum { ID_TEXT = 96 };

/* A CoRIM that is being made, and the texts that its claims borrow. */
struct maker {
	const struct coco_run *run;
	const struct coco_mrecord *rec;
	enum coco_corim_profile profile;
	struct coco_corim c;
	char (*keys)[COCO_CORIM_KEY_TEXT];   /* of the registers */
	char id[ID_TEXT];
	struct coco_diag *diag;
};

static struct coco_view view(const char *s)
{
	return coco_view_of(s, strlen(s));
}

static struct coco_corim_name text_name(const char *s)
{
	struct coco_corim_name n = { COCO_CORIM_TEXT, 0, view(s) };

	return n;
}

/* The number of "tdx.rtmr2", "tpm.pcr11"; false for others. */
static bool register_number(const char *reg, uint64_t *ret)
{
	const char *p = reg + strcspn(reg, "0123456789");

	if ((strncmp(reg, "tdx.rtmr", 8) != 0 && strncmp(reg, "tpm.pcr", 7) != 0) || *p == '\0')
		return false;
	*ret = 0;
	for (; *p >= '0' && *p <= '9' && *ret < 1000; p++)
		*ret = 10 * *ret + (uint64_t)(*p - '0');
	return *p == '\0';
}

static void environment(struct maker *m, size_t i, struct coco_corim_env *env)
{
	/* 1.3.6.1.4.1.3704.3.1: by chip */
	static const char amd_class[] = "\x2b\x06\x01\x04\x01\x9c\x78\x03\x01";

	coco_corim_register(m->rec->registers[i].name, m->rec->platform, env, m->keys[i]);
	if (m->profile != COCO_PROFILE_AMD)
		return;
	memset(env, 0, sizeof(*env));
	env->class_id = (struct coco_corim_name){
		COCO_CORIM_OID, 0, coco_view_of(amd_class, sizeof(amd_class) - 1) };
}

static bool same_env(const struct coco_corim_env *a, const struct coco_corim_env *b)
{
	return a->class_id.kind == b->class_id.kind && a->vendor.p == b->vendor.p &&
	       a->model.p == b->model.p;
}

static bool has_launch_digest(const struct maker *m)
{
	return coco_mrecord_find(m->rec, "snp.launch_digest", NULL) != NULL;
}

/* Whether the profile has a place for the register, and which. */
static bool place(const struct maker *m, size_t i, struct coco_corim_claim *ret)
{
	const struct coco_mrecord_register *reg = &m->rec->registers[i];
	bool launch = strcmp(reg->name, "snp.launch_digest") == 0;

	ret->kind = COCO_CORIM_DIGEST;
	ret->alg = coco_corim_algorithm(reg->algorithm);
	ret->key = text_name(m->keys[i]);
	if (ret->alg == 0)
		return false;
	switch (m->profile) {
	case COCO_PROFILE_LAUNCH:
		return has_launch_digest(m) ? launch : strcmp(reg->name, "tdx.mrtd") == 0;
	case COCO_PROFILE_AMD:
		ret->key = (struct coco_corim_name){ .kind = COCO_CORIM_UINT, .number = 641 };
		return launch;
	case COCO_PROFILE_INTEGRITY:
		ret->reg.kind = COCO_CORIM_UINT;
		if (register_number(reg->name, &ret->reg.number)) {
			ret->kind = COCO_CORIM_REGISTER;
			ret->key.kind = COCO_CORIM_NONE;
		}
		break;
	case COCO_PROFILE_REGISTERS:
	case COCO_PROFILE_AUTO:
		break;
	}
	return true;
}

/* Appends value k of register i, as a part of the last triple and measurement where it may be. */
static int add_value(struct maker *m, size_t i, size_t k, bool apart,
		     const struct coco_corim_claim *at)
{
	const struct coco_mrecord_digest *d = &m->rec->registers[i].values[k].value;
	const struct coco_corim_claim *last = m->c.n_claims != 0 ? &m->c.claims[m->c.n_claims - 1]
								 : NULL;
	struct coco_corim_claim claim = *at;

	apart = apart || last == NULL || !same_env(&last->env, &claim.env);
	if (last != NULL) {
		/* integrity registers that follow each other are one measurement */
		bool joined = !apart && claim.kind == COCO_CORIM_REGISTER &&
			      last->kind == COCO_CORIM_REGISTER;

		claim.triple = last->triple + apart;
		claim.measurement = last->measurement + !joined;
	}
	claim.bytes = coco_view_of(d->p, d->n);
	return coco_corim_add(&m->c, &claim, m->diag);
}

/*
 * The first values of all registers are one triple. A further allowed value is
 * a triple of its own: within one, measurements and digests hold together.
 */
static int add_values(struct maker *m, bool first)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->rec->n_registers; i++) {
		const struct coco_mrecord_register *reg = &m->rec->registers[i];
		struct coco_corim_claim claim = { .tag = 0 };
		size_t end = first ? coco_min_size(1, reg->n_values) : reg->n_values;

		if (!place(m, i, &claim)) {
			if (first && reg->n_values != 0)
				coco_log(m->run, 0, "%s (%s) is left out: the profile has no place "
					 "for it", reg->name, reg->algorithm);
			continue;
		}
		environment(m, i, &claim.env);
		for (size_t k = first ? 0 : 1; r == 0 && k < end; k++)
			r = add_value(m, i, k, !first, &claim);
	}
	return r;
}

/* An id that depends on nothing but the record. */
static int own_id(struct maker *m)
{
	struct coco_digest *sha;
	uint8_t *text;
	uint8_t digest[32];
	char hex[65];
	size_t n;

	int r = coco_mrecord_encode(m->rec, &text, &n, m->diag);
	if (r != 0)
		return r;
	r = coco_digest_new(&sha, COCO_DIGEST_SHA256, m->diag);
	if (r == 0) {
		r = coco_digest_once(sha, text, n, digest, m->diag);
		coco_digest_free(sha);
	}
	coco_free(text);
	if (r != 0)
		return r;
	coco_hex_encode(hex, digest, sizeof(digest));
	snprintf(m->id, sizeof(m->id), "cococtl:sha256:%s", hex);
	return 0;
}

static int describe(struct maker *m)
{
	/* UUIDv5 of "AMD/SEV-SNP" and "Intel/TDX" in the namespace of the profile */
	static const char snp_tag[] = "77e8061e-4634-5e53-a848-d1d09e996843";
	static const char tdx_tag[] = "e0510081-7b78-5b2a-97a6-d73d890e07b6";
	bool tdx = !has_launch_digest(m);
	struct coco_corim_tag tag;
	const char *profile = COCO_CORIM_PROFILE_REGISTERS;

	memset(&tag, 0, sizeof(tag));
	if (m->profile == COCO_PROFILE_LAUNCH) {
		m->c.id = text_name(tdx ? "Intel/TDX/launch-measurement"
					: "AMD/SEV-SNP/launch-measurement");
		tag.id = text_name(tdx ? tdx_tag : snp_tag);
		profile = "tag:microsoft.com,2026:launch-measurement/v1";
	} else {
		int r = own_id(m);
		if (r != 0)
			return r;
		m->c.id = text_name(m->id);
		tag.id = text_name(m->id);
	}
	if (m->profile == COCO_PROFILE_AMD)
		profile = "tag:amd.com,2025:snp-corim-profile";
	m->c.profile = text_name(profile);
	m->c.profile.kind = COCO_CORIM_URI;
	return coco_corim_add_tag(&m->c, &tag, m->diag);
}

static int make(struct maker *m, uint8_t **ret, size_t *ret_n)
{
	struct coco_corim_env env;

	for (size_t i = 0; i < m->rec->n_registers; i++)
		environment(m, i, &env);
	int r = describe(m);
	if (r == 0)
		r = add_values(m, true);
	if (r == 0)
		r = add_values(m, false);
	if (r == 0 && m->c.n_claims == 0)
		r = coco_fail(m->diag, COCO_E_MRECORD_FORM,
			      "this profile of CoRIM has no place for anything in the record (%s)",
			      m->rec->platform);
	return r == 0 ? coco_corim_encode(&m->c, ret, ret_n, m->diag) : r;
}

/* The CoRIM as payload of a COSE_Sign1; the signer is named by the key's fingerprint. */
static int sign(const struct coco_key *key, struct coco_view corim, uint8_t **ret, size_t *ret_n,
		struct coco_diag *diag)
{
	const struct coco_corim_meta meta = { .name = view(coco_key_fingerprint_text(key)) };
	struct coco_cose_make header = { .content_type = "application/rim+cbor" };
	uint8_t *bytes;
	size_t n;

	int r = coco_corim_meta_encode(&meta, &bytes, &n, diag);
	if (r != 0)
		return r;
	header.rim_meta = coco_view_of(bytes, n);
	r = coco_cose_sign(key, &header, corim, ret, ret_n, diag);
	coco_free(bytes);
	return r;
}

int coco_record_corim(const struct coco_run *run, const struct coco_mrecord *rec,
		      enum coco_corim_profile profile, const struct coco_key *key, uint8_t **ret,
		      size_t *ret_n, struct coco_diag *diag)
{
	struct maker m = { .run = run, .rec = rec, .profile = profile, .diag = diag };
	uint8_t *corim = NULL;
	size_t n = 0;

	if (profile == COCO_PROFILE_AUTO)
		m.profile = has_launch_digest(&m) ? COCO_PROFILE_LAUNCH : COCO_PROFILE_REGISTERS;
	m.keys = coco_zalloc(rec->n_registers + 1, sizeof(*m.keys));
	if (m.keys == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a CoRIM");
	int r = make(&m, &corim, &n);
	coco_corim_free(&m.c);
	coco_free(m.keys);
	if (r != 0)
		return r;
	if (key == NULL) {
		*ret = corim;
		*ret_n = n;
		return 0;
	}
	r = sign(key, coco_view_of(corim, n), ret, ret_n, diag);
	coco_free(corim);
	return r;
}
