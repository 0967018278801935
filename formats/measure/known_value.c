/*
 * known_value.c - values of whole registers that are given (see known_value.h).
 */
#include "formats/measure/known_value.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"

/* ---- the text ------------------------------------------------------------------- */

/* A PCR from 0 to 23 after "tpm.pcr", as it is written: no sign, no leading zero. */
static bool is_pcr(const char *name)
{
	static const char start[] = "tpm.pcr";
	const char *n = name + sizeof(start) - 1;

	if (strncmp(name, start, sizeof(start) - 1) != 0 || n[0] < '0' || n[0] > '9')
		return false;
	if (n[1] == '\0')
		return true;
	return n[2] == '\0' && ((n[0] == '1' && n[1] >= '0' && n[1] <= '9') ||
				(n[0] == '2' && n[1] >= '0' && n[1] <= '3'));
}

static bool is_tdx(const char *name)
{
	static const char *const names[] = {
		"tdx.mrtd", "tdx.rtmr0", "tdx.rtmr1", "tdx.rtmr2", "tdx.rtmr3", "tdx.mrseam",
		"tdx.mrsignerseam", "tdx.mrconfigid", "tdx.mrowner", "tdx.mrownerconfig",
		"tdx.tdinfo_hash",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static const char *algorithm_of(size_t size, bool tdx)
{
	static const char *const names[] = { "sha1", "sha256", "sha384", "sha512" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		if (coco_mrecord_size(names[i]) == size && (!tdx || size == 48))
			return names[i];
	return NULL;
}

int coco_known_value_parse(struct coco_known_value *ret, const char *platform, const char *text,
			   struct coco_diag *diag)
{
	struct coco_known_value k = { .origin = "" };
	bool tdx = strcmp(platform, "tdx") == 0;
	const char *hex = strchr(text, '=');

	if (hex == NULL || hex == text)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "known value \"%.80s\" is not REGISTER=HEX or "
				 "REGISTER=HEX:ORIGIN", text);
	size_t n = (size_t)(hex++ - text);
	if (n < sizeof(k.reg))
		memcpy(k.reg, text, n);
	if (tdx ? !is_tdx(k.reg) : !is_pcr(k.reg))
		return coco_fail(diag, COCO_E_KNOWN_REGISTER,
				 "\"%.*s\" is no register of %s guest", (int)coco_min_size(n, 60),
				 text, tdx ? "a TDX" : "a TPM of a");
	const char *colon = strchr(hex, ':');
	size_t digits = colon != NULL ? (size_t)(colon - hex) : strlen(hex);
	k.algorithm = digits % 2 == 0 ? algorithm_of(digits / 2, tdx) : NULL;
	if (k.algorithm == NULL)
		return coco_fail(diag, COCO_E_KNOWN_SIZE,
				 "the known value of %s has %zu digits", k.reg, digits);
	k.value.n = digits / 2;
	if (coco_hex_decode(k.value.p, k.value.n, hex, digits, NULL) != 0)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "the known value of %s is not hexadecimal", k.reg);
	if (colon != NULL)
		k.origin = colon + 1;
	*ret = k;
	return 0;
}

/* ---- the record ----------------------------------------------------------------- */

bool coco_known_value_is(const struct coco_mrecord_register *reg)
{
	return reg->n_values != 0 && reg->values[0].n_inputs == 1 &&
	       strcmp(reg->values[0].inputs[0].type, COCO_KNOWN_TYPE) == 0;
}

static struct coco_mrecord_register *find(struct coco_mrecord *rec,
					  const struct coco_known_value *k)
{
	for (size_t i = 0; i < rec->n_registers; i++)
		if (strcmp(rec->registers[i].name, k->reg) == 0 &&
		    strcmp(rec->registers[i].algorithm, k->algorithm) == 0)
			return &rec->registers[i];
	return NULL;
}

static bool allows(const struct coco_mrecord_register *reg, const struct coco_mrecord_digest *d)
{
	for (size_t i = 0; i < reg->n_values; i++)
		if (reg->values[i].value.n == d->n &&
		    memcmp(reg->values[i].value.p, d->p, d->n) == 0)
			return true;
	return false;
}

static int check_computed(const struct coco_mrecord_register *reg,
			  const struct coco_known_value *k, struct coco_diag *diag)
{
	char known[2 * COCO_MRECORD_DIGEST + 1];
	char own[2 * COCO_MRECORD_DIGEST + 1];

	if (allows(reg, &k->value))
		return 0;
	coco_hex_encode(known, k->value.p, k->value.n);
	coco_hex_encode(own, reg->values[0].value.p, reg->values[0].value.n);
	if (reg->n_values > 1)
		return coco_fail(diag, COCO_E_KNOWN_DIFFERS,
				 "%s was computed, and %s is none of its %zu values", k->reg, known,
				 reg->n_values);
	return coco_fail(diag, COCO_E_KNOWN_DIFFERS, "%s was computed as %s, and is known as %s",
			 k->reg, own, known);
}

/* Steps of a register that could not be computed: they lead to no value. */
static void drop_steps(struct coco_mrecord_register *reg)
{
	for (size_t i = 0; i < reg->n_inputs; i++)
		coco_free((char *)(uintptr_t)reg->inputs[i].text);
	reg->n_inputs = 0;
}

/* The last register of the record takes the value. */
static int add(struct coco_mrecord *rec, const struct coco_known_value *k, struct coco_diag *diag)
{
	struct coco_mrecord_value v = { .value = k->value };
	struct coco_mrecord_input in = {
		.name = "known value", .type = COCO_KNOWN_TYPE, .basis = COCO_BASIS_GIVEN,
		.text = k->origin[0] != '\0' ? k->origin : NULL, .running = k->value,
	};

	coco_mrecord_label(&v, "given", "%s", k->origin[0] != '\0' ? k->origin : "by the user");
	drop_steps(&rec->registers[rec->n_registers - 1]);
	int r = coco_mrecord_value(rec, &v, diag);
	return r == 0 ? coco_mrecord_value_input(rec, &in, diag) : r;
}

/* What could not be computed of a register, when it has a value in every bank now. */
static void settle(struct coco_mrecord *rec, const char *reg)
{
	size_t n = 0;

	for (size_t i = 0; i < rec->n_registers; i++)
		if (strcmp(rec->registers[i].name, reg) == 0 && rec->registers[i].n_values == 0)
			return;
	for (size_t i = 0; i < rec->n_unknowns; i++)
		if (strcmp(rec->unknowns[i].reg, reg) != 0)
			rec->unknowns[n++] = rec->unknowns[i];
	rec->n_unknowns = n;
}

static void swap_last(struct coco_mrecord *rec, size_t i)
{
	struct coco_mrecord_register *last = &rec->registers[rec->n_registers - 1];
	struct coco_mrecord_register tmp = *last;

	*last = rec->registers[i];
	rec->registers[i] = tmp;
}

int coco_known_value_apply(struct coco_mrecord *rec, const struct coco_known_value *known,
			   bool only_there, struct coco_diag *diag)
{
	const struct coco_mrecord_register *reg = find(rec, known);
	int r = 0;

	if (reg == NULL && only_there)
		return 0;
	if (reg != NULL && reg->n_values != 0 && !coco_known_value_is(reg))
		return check_computed(reg, known, diag);
	if (reg != NULL && allows(reg, &known->value))
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "the same known value of %s is given twice", known->reg);
	if (reg == NULL)
		r = coco_mrecord_begin(rec, known->reg, known->algorithm, diag);
	if (r != 0)
		return r;
	/* values go to the last register of a record */
	size_t at = (size_t)(find(rec, known) - rec->registers);
	swap_last(rec, at);
	r = add(rec, known, diag);
	swap_last(rec, at);
	if (r == 0)
		settle(rec, known->reg);
	return r;
}
