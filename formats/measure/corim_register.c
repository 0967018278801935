/*
 * corim_register.c - registers in a CoRIM (see corim_register.h).
 */
#include "formats/measure/corim_register.h"

#include <stdio.h>
#include <string.h>

static const struct {
	int64_t number;
	const char *name;
} algorithms[] = {
	{ COCO_CORIM_SHA256, "sha256" },
	{ COCO_CORIM_SHA384, "sha384" },
	{ COCO_CORIM_SHA512, "sha512" },
};

/* The first of a family is what a register is written as. */
static const struct {
	const char *family;
	const char *vendor;
	const char *model;
} places[] = {
	{ "snp.", "AMD", "SEV-SNP" }, { "sev.", "AMD", "SEV" }, { "sev.", "AMD", "SEV-ES" },
	{ "tdx.", "Intel", "TDX" },   { "tpm.", "TCG", "TPM" },
};

int64_t coco_corim_algorithm(const char *name)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(algorithms); i++)
		if (strcmp(algorithms[i].name, name) == 0)
			return algorithms[i].number;
	return 0;
}

const char *coco_corim_algorithm_name(int64_t number)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(algorithms); i++)
		if (algorithms[i].number == number)
			return algorithms[i].name;
	return NULL;
}

static struct coco_view view(const char *s)
{
	return coco_view_of(s, strlen(s));
}

static bool is(struct coco_view v, const char *text)
{
	return v.n == strlen(text) && memcmp(v.p, text, v.n) == 0;
}

/* "MRTD" of "tdx.mrtd", "PCR4" of "tpm.pcr4", "MEASUREMENT" of a launch digest. */
static void key_text(char ret[COCO_CORIM_KEY_TEXT], const char *reg)
{
	const char *dot = strchr(reg, '.');
	const char *p = dot != NULL ? dot + 1 : reg;
	size_t n = 0;

	if (strcmp(p, "launch_digest") == 0)
		p = "measurement";
	for (; *p != '\0' && n + 1 < COCO_CORIM_KEY_TEXT; p++)
		ret[n++] = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	ret[n] = '\0';
}

void coco_corim_register(const char *reg, const char *platform, struct coco_corim_env *env,
			 char key[COCO_CORIM_KEY_TEXT])
{
	memset(env, 0, sizeof(*env));
	env->vendor = view("cococtl");
	env->model = view(platform);
	for (size_t i = COCO_ARRAY_LEN(places); i-- > 0;)
		if (strncmp(places[i].family, reg, 4) == 0) {
			env->vendor = view(places[i].vendor);
			env->model = view(places[i].model);
		}
	if (strcmp(platform, "sev-es") == 0)
		env->model = view("SEV-ES");
	key_text(key, reg);
}

static const char *family_of(const struct coco_corim_env *env)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(places); i++)
		if (is(env->vendor, places[i].vendor) && is(env->model, places[i].model))
			return places[i].family;
	return NULL;
}

/* "rtmr1" of "RTMR1"; false for what no register's key looks like. */
static bool lower(struct coco_view key, char ret[COCO_CORIM_KEY_TEXT])
{
	if (key.n == 0 || key.n >= COCO_CORIM_KEY_TEXT - 8)
		return false;
	for (size_t i = 0; i < key.n; i++) {
		uint8_t c = key.p[i];

		if ((c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_')
			return false;
		ret[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	ret[key.n] = '\0';
	return true;
}

/* AMD's own profile: by chip, the launch measurement is number 641. */
static bool is_amd_launch(const struct coco_corim_claim *claim)
{
	static const char amd_class[] = "\x2b\x06\x01\x04\x01\x9c\x78\x03\x01";
	const struct coco_corim_name *id = &claim->env.class_id;

	return claim->kind == COCO_CORIM_DIGEST && id->kind == COCO_CORIM_OID &&
	       id->v.n == sizeof(amd_class) - 1 && memcmp(id->v.p, amd_class, id->v.n) == 0 &&
	       claim->key.kind == COCO_CORIM_UINT && claim->key.number == 641;
}

/* An integrity register: its number is that of the RTMR or PCR. */
static bool numbered(const struct coco_corim_claim *claim, const char *family, char *ret)
{
	bool tdx = strcmp(family, "tdx.") == 0;

	if (claim->reg.kind != COCO_CORIM_UINT || claim->reg.number >= (tdx ? 4 : 24) ||
	    (!tdx && strcmp(family, "tpm.") != 0))
		return false;
	snprintf(ret, COCO_CORIM_REGISTER_NAME, "%s%s%u", family, tdx ? "rtmr" : "pcr",
		 (unsigned)claim->reg.number);
	return true;
}

bool coco_corim_register_back(const struct coco_corim_claim *claim,
			      char ret[COCO_CORIM_REGISTER_NAME])
{
	const char *family = family_of(&claim->env);
	char key[COCO_CORIM_KEY_TEXT];

	if (is_amd_launch(claim)) {
		snprintf(ret, COCO_CORIM_REGISTER_NAME, "snp.launch_digest");
		return true;
	}
	if (family != NULL && claim->kind == COCO_CORIM_REGISTER)
		return numbered(claim, family, ret);
	if (family == NULL || claim->kind != COCO_CORIM_DIGEST ||
	    claim->key.kind != COCO_CORIM_TEXT || !lower(claim->key.v, key))
		return false;
	snprintf(ret, COCO_CORIM_REGISTER_NAME, "%.4s%.59s", family,
		 strcmp(key, "measurement") == 0 ? "launch_digest" : key);
	return true;
}
