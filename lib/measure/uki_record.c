/*
 * uki_record.c - PCR 11 of a unified kernel image (see uki.h).
 */
#include <stdio.h>
#include <string.h>

#include "lib/measure/uki.h"

const char *const coco_uki_default_phases[] = {
	"enter-initrd",
	"enter-initrd:leave-initrd",
	"enter-initrd:leave-initrd:sysinit",
	"enter-initrd:leave-initrd:sysinit:ready",
};
const size_t coco_uki_n_default_phases = COCO_ARRAY_LEN(coco_uki_default_phases);

static const struct {
	enum coco_digest_alg alg;
	enum coco_bank bank;
} banks[] = {
	{ COCO_DIGEST_SHA1, COCO_BANK_SHA1 },
	{ COCO_DIGEST_SHA256, COCO_BANK_SHA256 },
	{ COCO_DIGEST_SHA384, COCO_BANK_SHA384 },
	{ COCO_DIGEST_SHA512, COCO_BANK_SHA512 },
};

void coco_uki_digests(const struct coco_uki *uki, const struct coco_bank_values *v,
		      struct coco_boot_digests *ret)
{
	*ret = (struct coco_boot_digests){ .bank = { { .n = 0 } } };
	for (size_t i = 0; i < COCO_ARRAY_LEN(banks); i++)
		if ((uki->banks & COCO_BANK(banks[i].alg)) != 0)
			coco_mrecord_digest_set(&ret->bank[banks[i].bank], v->p[banks[i].alg],
						coco_digest_length(banks[i].alg));
}

/* Name with NUL, then contents. */
static int part_events(const struct coco_uki *uki, const struct coco_uki_part *part,
		       struct coco_boot_list *list, struct coco_diag *diag)
{
	const char *section = coco_uki_name(part->kind);
	struct coco_boot_about about = {
		.pcr = 11, .type = COCO_EV_IPL, .name = "section name", .text = section,
	};
	struct coco_boot_digests digests;
	char name[32];

	int r = coco_boot_data(list, &about, section, strlen(section) + 1, diag);
	if (r != 0)
		return r;
	snprintf(name, sizeof(name), "section %s", section);
	about.name = name;
	about.text = part->text;
	coco_uki_digests(uki, &part->digest, &digests);
	return coco_boot_add(list, &about, &digests, diag);
}

/* Parts first to end of one kind, of which the stub takes one or none. */
static int alternatives(const struct coco_uki *uki, size_t first, size_t end,
			struct coco_boot_list *list, struct coco_diag *diag)
{
	const char *label = coco_uki_name(uki->parts[first].kind) + 1;
	size_t branch;

	int r = coco_boot_branch(list, &branch, diag);
	if (r == 0)
		r = coco_boot_choice_text(list, branch, label, "none", diag);
	for (size_t i = first; r == 0 && i < end; i++) {
		char value[24];

		snprintf(value, sizeof(value), "%zu", i - first + 1);
		r = coco_boot_choice_text(list, branch, label, value, diag);
	}
	for (size_t i = first; r == 0 && i < end; i++) {
		coco_boot_when(list, branch, i - first + 1, i - first + 1);
		r = part_events(uki, &uki->parts[i], list, diag);
	}
	coco_boot_always(list);
	return r;
}

int coco_uki_events(const struct coco_uki *uki, struct coco_boot_list *list,
		    struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < uki->n_parts;) {
		enum coco_uki_kind kind = uki->parts[i].kind;
		size_t end = i + 1;

		while (end < uki->n_parts && uki->parts[end].kind == kind)
			end++;
		/* a file that was given for such a section is the one that is taken */
		if (coco_uki_many(kind) && uki->has_image)
			r = alternatives(uki, i, end, list, diag);
		else
			r = part_events(uki, &uki->parts[i], list, diag);
		i = end;
	}
	return r;
}

/* ---- phases ------------------------------------------------------------------------ */

static int judge_phase(const char *path, struct coco_diag *diag)
{
	size_t n = strlen(path);

	if (n > COCO_UKI_PHASE)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "a path of phases of %zu bytes is too "
				 "long", n);
	if (n != 0 && (path[0] == ':' || path[n - 1] == ':' || strstr(path, "::") != NULL))
		return coco_fail(diag, COCO_E_USAGE_VALUE, "the path of phases %s has an "
				 "empty word", path);
	return 0;
}

static int phase_events(struct coco_boot_list *list, const char *path, struct coco_diag *diag)
{
	int r = 0;

	while (r == 0 && *path != '\0') {
		size_t n = strcspn(path, ":");
		char word[COCO_UKI_PHASE + 1] = "";
		const struct coco_boot_about about = {
			.pcr = 11, .type = COCO_EV_IPL, .name = "phase", .text = word,
			.basis = COCO_BASIS_CONSTANT,
		};

		memcpy(word, path, coco_min_size(n, COCO_UKI_PHASE));
		r = coco_boot_data(list, &about, path, n, diag);
		path += n + (path[n] == ':');
	}
	return r;
}

int coco_uki_phases(struct coco_boot_list *list, const char *const *paths, size_t n,
		    struct coco_diag *diag)
{
	size_t branch;
	int r = 0;

	if (n == 0)
		return 0;
	if (n > COCO_UKI_PHASES)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "at most %d paths of phases are "
				 "possible", COCO_UKI_PHASES);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = judge_phase(paths[i], diag);
	if (r == 0)
		r = coco_boot_branch(list, &branch, diag);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = coco_boot_choice_text(list, branch, "phase",
					  paths[i][0] != '\0' ? paths[i] : ":", diag);
	for (size_t i = 0; r == 0 && i < n; i++) {
		coco_boot_when(list, branch, i, i);
		r = phase_events(list, paths[i], diag);
	}
	coco_boot_always(list);
	return r;
}

/* ---- record ------------------------------------------------------------------------ */

static int describe(const struct coco_uki *uki, struct coco_mrecord *rec, struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < uki->n_inputs; i++)
		r = coco_mrecord_file(rec, &uki->inputs[i], diag);
	if (r == 0 && uki->n_profiles != 0)
		r = coco_mrecord_param(rec, diag, "profile", "%zu", uki->profile);
	return r;
}

static int gaps(const struct coco_uki *uki, struct coco_mrecord *rec, struct coco_diag *diag)
{
	int r = coco_mrecord_gap(rec, "signatures of the values (.pcrsig)",
				 "they are made from the values", diag);

	if (r == 0 && uki->has_image)
		r = coco_mrecord_gap(rec, "the image as a whole, with the stub",
				     "in PCR 4, by the firmware: cococtl measure pe", diag);
	if (r == 0)
		r = coco_mrecord_gap(rec, "command lines from outside, addons, credentials",
				     "in PCR 12, by the stub", diag);
	return r;
}

int coco_uki_record(const struct coco_uki *uki, const char *const *phases, size_t n_phases,
		    struct coco_mrecord *ret, struct coco_diag *diag)
{
	struct coco_mrecord rec;
	struct coco_boot_list *list = NULL;
	unsigned mask = 0;

	for (size_t i = 0; i < COCO_ARRAY_LEN(banks); i++)
		if ((uki->banks & COCO_BANK(banks[i].alg)) != 0)
			mask |= COCO_BANK_BIT(banks[i].bank);
	coco_mrecord_init(&rec, "tpm");
	int r = describe(uki, &rec, diag);
	if (r == 0)
		r = coco_boot_new(&list, mask, diag);
	if (r == 0)
		r = coco_uki_events(uki, list, diag);
	if (r == 0)
		r = coco_uki_phases(list, phases, n_phases, diag);
	if (r == 0)
		r = coco_boot_record_tpm(list, 1U << 11, &rec, diag);
	if (r == 0)
		r = gaps(uki, &rec, diag);
	coco_boot_free(list);
	if (r == 0)
		*ret = rec;
	else
		coco_mrecord_free(&rec);
	return r;
}
