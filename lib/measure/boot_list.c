/*
 * boot_list.c - the list of boot events (see boot.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/wr.h"
#include "lib/measure/boot_priv.h"
#include "lib/measure/boot_stage_priv.h"

static const struct {
	const char *name;
	enum coco_digest_alg alg;
	size_t size;
} banks[COCO_BANKS] = {
	[COCO_BANK_SHA1] = { "sha1", COCO_DIGEST_SHA1, 20 },
	[COCO_BANK_SHA256] = { "sha256", COCO_DIGEST_SHA256, 32 },
	[COCO_BANK_SHA384] = { "sha384", COCO_DIGEST_SHA384, 48 },
	[COCO_BANK_SHA512] = { "sha512", COCO_DIGEST_SHA512, 64 },
};

const char *coco_bank_name(enum coco_bank bank)
{
	return banks[bank].name;
}

size_t coco_bank_size(enum coco_bank bank)
{
	return banks[bank].size;
}

const char *coco_boot_type_name(uint32_t type, char *buf, size_t cap)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {
		{ COCO_EV_POST_CODE, "EV_POST_CODE" },
		{ COCO_EV_NO_ACTION, "EV_NO_ACTION" },
		{ COCO_EV_SEPARATOR, "EV_SEPARATOR" },
		{ COCO_EV_EVENT_TAG, "EV_EVENT_TAG" },
		{ COCO_EV_S_CRTM_VERSION, "EV_S_CRTM_VERSION" },
		{ COCO_EV_PLATFORM_CONFIG_FLAGS, "EV_PLATFORM_CONFIG_FLAGS" },
		{ COCO_EV_IPL, "EV_IPL" },
		{ COCO_EV_EFI_VARIABLE_DRIVER_CONFIG, "EV_EFI_VARIABLE_DRIVER_CONFIG" },
		{ COCO_EV_EFI_VARIABLE_BOOT, "EV_EFI_VARIABLE_BOOT" },
		{ COCO_EV_EFI_BOOT_SERVICES_APPLICATION, "EV_EFI_BOOT_SERVICES_APPLICATION" },
		{ COCO_EV_EFI_BOOT_SERVICES_DRIVER, "EV_EFI_BOOT_SERVICES_DRIVER" },
		{ COCO_EV_EFI_GPT_EVENT, "EV_EFI_GPT_EVENT" },
		{ COCO_EV_EFI_ACTION, "EV_EFI_ACTION" },
		{ COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB, "EV_EFI_PLATFORM_FIRMWARE_BLOB" },
		{ COCO_EV_EFI_HANDOFF_TABLES, "EV_EFI_HANDOFF_TABLES" },
		{ COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB2, "EV_EFI_PLATFORM_FIRMWARE_BLOB2" },
		{ COCO_EV_EFI_HANDOFF_TABLES2, "EV_EFI_HANDOFF_TABLES2" },
		{ COCO_EV_EFI_VARIABLE_AUTHORITY, "EV_EFI_VARIABLE_AUTHORITY" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		if (names[i].type == type)
			return names[i].name;
	snprintf(buf, cap, "0x%08" PRIx32, type);
	return buf;
}

int coco_boot_new(struct coco_boot_list **ret, unsigned want, struct coco_diag *diag)
{
	struct coco_boot_list *list = coco_zalloc(1, sizeof(*list));
	int r = 0;

	if (list == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for boot events");
	list->banks = want;
	for (int i = 0; r == 0 && i < COCO_BANKS; i++)
		if (want & COCO_BANK_BIT(i))
			r = coco_digest_new(&list->ctx[i], banks[i].alg, diag);
	if (r != 0) {
		coco_boot_free(list);
		return r;
	}
	*ret = list;
	return 0;
}

void coco_boot_free(struct coco_boot_list *list)
{
	if (list == NULL)
		return;
	for (int i = 0; i < COCO_BANKS; i++)
		coco_digest_free(list->ctx[i]);
	for (size_t i = 0; i < list->n_events; i++)
		coco_free(list->events[i].text);
	coco_free(list->events);
	for (size_t i = 0; i < list->n_forks; i++)
		coco_free(list->forks[i].options);
	coco_free(list);
}

unsigned coco_boot_banks(const struct coco_boot_list *list)
{
	return list->banks;
}

int coco_boot_update(struct coco_boot_list *list, const void *p, size_t n,
		     struct coco_diag *diag)
{
	int r = 0;

	for (int i = 0; r == 0 && i < COCO_BANKS; i++)
		if (list->ctx[i] != NULL)
			r = coco_digest_update(list->ctx[i], p, n, diag);
	return r;
}

int coco_boot_final(struct coco_boot_list *list, struct coco_boot_digests *ret,
		    struct coco_diag *diag)
{
	struct coco_boot_digests d = { .bank = { { .n = 0 } } };
	int r = 0;

	for (int i = 0; r == 0 && i < COCO_BANKS; i++) {
		if (list->ctx[i] == NULL)
			continue;
		r = coco_digest_final(list->ctx[i], d.bank[i].p, diag);
		d.bank[i].n = banks[i].size;
	}
	if (r == 0)
		*ret = d;
	return r;
}

/* One more event; *text is copied. */
static int append(struct coco_boot_list *list, struct coco_boot_event *e, const char *text,
		  struct coco_diag *diag)
{
	if (e->pcr > COCO_BOOT_RTMR3)
		return coco_fail(diag, COCO_E_INTERNAL, "an event of register %" PRIu32, e->pcr);
	if (list->conditional && list->branch >= list->n_forks)
		return coco_fail(diag, COCO_E_INTERNAL, "an event of no branch");
	e->conditional = list->conditional;
	e->branch = list->branch;
	e->first = list->first;
	e->last = list->last;
	if (text != NULL) {
		e->text = coco_strndup(text, coco_min_size(strlen(text),
							   COCO_MRECORD_CONTENT - 1));
		if (e->text == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for boot events");
	}
	if (!coco_grow((void **)&list->events, &list->cap_events, list->n_events, sizeof(*e),
		       COCO_BOOT_EVENTS)) {
		coco_free(e->text);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for boot events");
	}
	list->events[list->n_events++] = *e;
	return 0;
}

int coco_boot_add(struct coco_boot_list *list, const struct coco_boot_about *about,
		  const struct coco_boot_digests *digests, struct coco_diag *diag)
{
	struct coco_boot_event e = { .pcr = about->pcr, .basis = about->basis };
	char buf[16];

	snprintf(e.type, sizeof(e.type), "%s", coco_boot_type_name(about->type, buf, sizeof(buf)));
	snprintf(e.name, sizeof(e.name), "%s", about->name);
	e.digests = *digests;
	return append(list, &e, about->text, diag);
}

int coco_boot_data(struct coco_boot_list *list, const struct coco_boot_about *about,
		   const void *p, size_t n, struct coco_diag *diag)
{
	struct coco_boot_digests d;

	int r = coco_boot_update(list, p, n, diag);
	if (r == 0)
		r = coco_boot_final(list, &d, diag);
	return r == 0 ? coco_boot_add(list, about, &d, diag) : r;
}

int coco_boot_separator(struct coco_boot_list *list, uint32_t pcr, struct coco_diag *diag)
{
	static const uint8_t zero[4];
	const struct coco_boot_about about = {
		.pcr = pcr, .type = COCO_EV_SEPARATOR, .name = "separator",
		.basis = COCO_BASIS_CONSTANT,
	};

	return coco_boot_data(list, &about, zero, sizeof(zero), diag);
}

int coco_boot_action(struct coco_boot_list *list, uint32_t pcr, const char *text,
		     struct coco_diag *diag)
{
	const struct coco_boot_about about = {
		.pcr = pcr, .type = COCO_EV_EFI_ACTION, .name = "action", .text = text,
		.basis = COCO_BASIS_CONSTANT,
	};

	return coco_boot_data(list, &about, text, strlen(text), diag);
}

int coco_boot_variable(struct coco_boot_list *list, uint32_t pcr, uint32_t type,
		       const uint8_t guid[COCO_GUID_SIZE], const char *name,
		       struct coco_view data, enum coco_mrecord_basis basis,
		       struct coco_diag *diag)
{
	struct coco_boot_about about = { .pcr = pcr, .type = type, .basis = basis };
	char title[COCO_MRECORD_NAME];
	struct coco_wr wr;

	snprintf(title, sizeof(title), "variable %s", name);
	about.name = title;
	coco_wr_init(&wr, COCO_BOOT_VARIABLE);
	coco_wr_bytes(&wr, guid, COCO_GUID_SIZE);
	coco_wr_le64(&wr, strlen(name));
	coco_wr_le64(&wr, data.n);
	for (const char *c = name; *c != '\0'; c++)
		coco_wr_le16(&wr, (uint8_t)*c);
	coco_wr_bytes(&wr, data.p, data.n);
	int r = wr.code != 0 ? coco_fail(diag, wr.code, "the variable %s does not fit", name)
			     : coco_boot_data(list, &about, wr.p, wr.n, diag);
	coco_wr_free(&wr);
	return r;
}

int coco_boot_boot_variable(struct coco_boot_list *list, const char *name, const char *text,
			    struct coco_view data, enum coco_mrecord_basis basis,
			    struct coco_diag *diag)
{
	struct coco_boot_about about = {
		.pcr = 1, .type = COCO_EV_EFI_VARIABLE_BOOT, .text = text, .basis = basis,
	};
	char title[COCO_MRECORD_NAME];

	snprintf(title, sizeof(title), "variable %s", name);
	about.name = title;
	return coco_boot_data(list, &about, data.p, data.n, diag);
}

int coco_boot_unknown(struct coco_boot_list *list, uint32_t pcr, const char *name,
		      const char *reason, const char *supply, struct coco_diag *diag)
{
	struct coco_boot_event e = { .pcr = pcr, .unknown = true };

	snprintf(e.name, sizeof(e.name), "%s", name);
	snprintf(e.reason, sizeof(e.reason), "%s", reason);
	snprintf(e.supply, sizeof(e.supply), "%s", supply);
	return append(list, &e, NULL, diag);
}

int coco_boot_branch(struct coco_boot_list *list, size_t *ret, struct coco_diag *diag)
{
	if (list->n_forks == COCO_BOOT_BRANCHES)
		return coco_fail(diag, COCO_E_MATRIX_SIZE, "more than %d branches of one boot",
				 COCO_BOOT_BRANCHES);
	*ret = list->n_forks++;
	return 0;
}

int coco_boot_choice(struct coco_boot_list *list, size_t branch,
		     const struct coco_mrecord_label *labels, size_t n, struct coco_diag *diag)
{
	struct coco_boot_option option = { .n_labels = coco_min_size(n, COCO_BOOT_LABELS) };

	if (branch >= list->n_forks)
		return coco_fail(diag, COCO_E_INTERNAL, "a choice of no branch");
	struct coco_boot_fork *f = &list->forks[branch];
	if (f->n_options == COCO_BOOT_VALUES)
		return coco_fail(diag, COCO_E_MATRIX_SIZE, "more than %d values of one register",
				 COCO_BOOT_VALUES);
	if (option.n_labels > 0)
		memcpy(option.label, labels, option.n_labels * sizeof(*labels));
	if (!coco_grow((void **)&f->options, &f->cap_options, f->n_options, sizeof(option),
		       COCO_BOOT_VALUES))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for boot events");
	f->options[f->n_options++] = option;
	return 0;
}

int coco_boot_choice_text(struct coco_boot_list *list, size_t branch, const char *label,
			  const char *value, struct coco_diag *diag)
{
	struct coco_mrecord_value v = { .n_labels = 0 };

	coco_mrecord_label(&v, label, "%s", value);
	return coco_boot_choice(list, branch, v.label, 1, diag);
}

void coco_boot_when(struct coco_boot_list *list, size_t branch, size_t first, size_t last)
{
	list->conditional = true;
	list->branch = branch;
	list->first = first;
	list->last = last;
}

void coco_boot_when_last(struct coco_boot_list *list, size_t choice)
{
	coco_boot_when(list, list->n_forks - 1, choice, choice);
}

void coco_boot_always(struct coco_boot_list *list)
{
	list->conditional = false;
}

int coco_boot_exit_services(struct coco_boot_list *list, bool may_repeat,
			    struct coco_diag *diag)
{
	static const char invoked[] = "Exit Boot Services Invocation";
	size_t branch;
	int r = 0;

	if (may_repeat) {
		r = coco_boot_branch(list, &branch, diag);
		if (r == 0)
			r = coco_boot_choice_text(list, branch, "exit_boot_services", "once", diag);
		if (r == 0)
			r = coco_boot_choice_text(list, branch, "exit_boot_services",
						  "again after a failure", diag);
		if (r == 0)
			coco_boot_when(list, branch, 1, 1);
		if (r == 0)
			r = coco_boot_action(list, 5, invoked, diag);
		if (r == 0)
			r = coco_boot_action(list, 5, "Exit Boot Services Returned with Failure",
					     diag);
		coco_boot_always(list);
	}
	if (r == 0)
		r = coco_boot_action(list, 5, invoked, diag);
	return r == 0 ? coco_boot_action(list, 5, "Exit Boot Services Returned with Success", diag)
		      : r;
}
