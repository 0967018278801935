/*
 * log_appraise_claims.c - what event logs say, as claims (see log_appraise.h). Labels
 * are shown as such; only what a digest covers gets a name of its own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/tcg_text.h"
#include "formats/core/utf8.h"
#include "lib/evidence/log_appraise.h"

enum { NAME_PART = 40, LINE = 512 };

/* A log on its way to claims. */
struct teller {
	struct coco_claims *c;
	const struct coco_tcg_log *log;
	uint64_t base;
	unsigned cmdlines;
	unsigned aaels;
	unsigned grubs;
};

bool coco_log_register(const struct coco_tcg_log *log, size_t bank, uint32_t index, char ret[32])
{
	const char *alg = coco_tcg_alg_name(log->bank[bank].alg);

	if (log->cc && index >= 1 && index <= 4) {
		snprintf(ret, 32, "rtmr%" PRIu32, index - 1);
		return log->bank[bank].alg == COCO_TCG_SHA384;
	}
	if (log->cc || alg == NULL || index >= COCO_TCG_REGISTERS)
		return false;
	snprintf(ret, 32, "%s.pcr%" PRIu32, alg, index);
	return true;
}

/* Registers that have events, in every bank that can be replayed. */
static int registers(struct teller *t, struct coco_diag *diag)
{
	char name[COCO_CLAIM_NAME];
	char reg[32];
	int r = 0;

	for (size_t bank = 0; r == 0 && bank < t->log->n_banks; bank++) {
		if (!coco_tcg_can_hash(t->log->bank[bank].alg))
			continue;
		for (uint32_t i = 0; r == 0 && i < COCO_TCG_REGISTERS; i++) {
			struct coco_tcg_value v = { .n = 0 };
			struct coco_diag why;

			if (!coco_log_register(t->log, bank, i, reg))
				continue;
			coco_diag_init(&why);
			r = coco_tcg_replay(t->log, i, bank, &v, &why);
			if (r == COCO_E_TCG_ALGORITHM) {   /* an event lacks this bank */
				r = 0;
				continue;
			}
			if (r != 0)
				return coco_fail(diag, r, "%s", why.message);
			if (v.events == 0)
				continue;
			snprintf(name, sizeof(name), "eventlog.%s", reg);
			coco_claims_bytes(t->c, name, v.p, v.n, 0);
			coco_claims_derived(t->c);
			coco_claims_note(t->c, "what the log leads to");
		}
	}
	return r;
}

/* "name", then "name.2", "name.3". */
static void numbered(char ret[COCO_CLAIM_NAME], const char *name, unsigned n)
{
	if (n < 2)
		snprintf(ret, COCO_CLAIM_NAME, "%s", name);
	else
		snprintf(ret, COCO_CLAIM_NAME, "%s.%u", name, n);
}

static void text_claim(struct teller *t, const char *name, struct coco_view v,
		       const struct coco_tcg_event *e)
{
	bool json = t->log->kind == COCO_TCG_LOG_JSON;
	size_t n = coco_min_size(v.n, COCO_LOG_TEXT);

	while (n > 0 && v.p[n - 1] == 0)
		n--;
	if (coco_utf8_valid(v.p, n, NULL) && memchr(v.p, 0, n) == NULL)
		coco_claims_text(t->c, name, (const char *)v.p, n,
				 json ? 0 : t->base + e->offset, json ? 0 : 1);
	else
		coco_claims_bytes(t->c, name, v.p, n, json ? 0 : t->base + e->offset);
	coco_claims_derived(t->c);
	coco_claims_note(t->c, "the digest covers it");
}

static struct coco_view after(struct coco_view v, const char *prefix)
{
	size_t n = strlen(prefix);

	if (v.n <= n || memcmp(v.p, prefix, n) != 0)
		return coco_view_of(NULL, 0);
	v.p += n;
	v.n -= n;
	const uint8_t *nul = memchr(v.p, 0, v.n);
	if (nul != NULL)
		v.n = (size_t)(nul - v.p);
	return v;
}

/* What boot loaders say they did: the kernel's command line above all. */
static void loader_text(struct teller *t, const struct coco_tcg_event *e)
{
	static const char *const lines[] = { "kernel_cmdline: ", "grub_kernel_cmdline " };
	static const char *const commands[] = { "grub_cmd: ", "grub_cmd " };
	char name[COCO_CLAIM_NAME];

	for (size_t i = 0; i < COCO_ARRAY_LEN(lines); i++) {
		struct coco_view v = after(e->data, lines[i]);

		if (v.p == NULL)
			continue;
		numbered(name, "eventlog.kernel_cmdline", ++t->cmdlines);
		text_claim(t, name, v, e);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(commands); i++) {
		struct coco_view v = after(e->data, commands[i]);

		if (v.p == NULL)
			continue;
		numbered(name, "eventlog.grub_cmd", ++t->grubs);
		text_claim(t, name, v, e);
	}
}

/* ASCII letters and digits of a UTF-16 name; others are '_'. */
static void variable_name(struct coco_view name, char ret[NAME_PART + 1])
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < name.n && n < NAME_PART; i += 2) {
		uint8_t c = name.p[i];
		bool plain = name.p[i + 1] == 0 && ((c >= 'a' && c <= 'z') ||
						    (c >= 'A' && c <= 'Z') ||
						    (c >= '0' && c <= '9'));

		ret[n++] = plain ? (char)c : '_';
	}
	ret[n] = '\0';
}

/* Keys and lists of keys are long and named by their digest alone. */
static void variable(struct teller *t, const struct coco_tcg_event *e)
{
	struct coco_tcg_variable v;
	char part[NAME_PART + 1];
	char name[COCO_CLAIM_NAME];
	unsigned n = 1;

	if (!coco_tcg_variable_parse(&v, e->data))
		return;
	variable_name(v.name, part);
	snprintf(name, sizeof(name), "eventlog.variable.%s", part);
	while (n < 64 && coco_claims_find(t->c, name) != NULL)
		snprintf(name, sizeof(name), "eventlog.variable.%s.%u", part, ++n);
	coco_claims_bytes(t->c, name, v.data.p, coco_min_size(v.data.n, COCO_LOG_TEXT), 0);
	coco_claims_derived(t->c);
	coco_claims_note(t->c, v.data.n > COCO_LOG_TEXT ? "cut" : "the digest covers it");
}

static void tied(struct teller *t, const struct coco_tcg_event *e)
{
	char name[COCO_CLAIM_NAME];

	switch (e->type) {
	case COCO_EV_IPL:
		loader_text(t, e);
		break;
	case COCO_EV_EVENT_TAG:
		if (e->data.n <= 8)
			break;
		numbered(name, "eventlog.aael", ++t->aaels);
		text_claim(t, name, coco_view_of(e->data.p + 8, e->data.n - 8), e);
		break;
	case COCO_EV_EFI_VARIABLE_DRIVER_CONFIG:
	case COCO_EV_EFI_VARIABLE_AUTHORITY:
	case COCO_EV_EFI_VARIABLE_BOOT:
	case COCO_EV_EFI_VARIABLE_BOOT2:
		variable(t, e);
		break;
	default:
		break;
	}
}

static const char *note_of(enum coco_tcg_tie tie)
{
	if (tie == COCO_TCG_TIED)
		return "the digest covers it";
	return tie == COCO_TCG_CHANGED ? "the digest is of something else: the event was changed"
				       : "only a label: the digest covers other bytes";
}

static int event(struct teller *t, size_t i, size_t bank, struct coco_diag *diag)
{
	const struct coco_tcg_event *e = &t->log->events[i];
	enum coco_tcg_tie tie = COCO_TCG_LABEL;
	char type[40];
	char reg[24];
	char text[LINE];
	char line[LINE + 80];
	char name[COCO_CLAIM_NAME];
	int r = 0;

	if (bank < t->log->n_banks)
		r = coco_tcg_event_tied(t->log, i, bank, &tie, diag);
	if (r == 0)
		r = coco_tcg_event_line(e, text, sizeof(text), diag);
	if (r != 0)
		return r;
	if (i < COCO_LOG_EVENTS) {
		coco_tcg_event_name_text(e->type, type);
		coco_tcg_register_name(t->log->cc, e->index, reg);
		snprintf(line, sizeof(line), "%s %s %s", reg[0] != '\0' ? reg : "-", type, text);
		snprintf(name, sizeof(name), "eventlog.event.%zu", i);
		coco_claims_text(t->c, name, line, strlen(line),
				 t->log->kind == COCO_TCG_LOG_JSON ? 0 : t->base + e->offset,
				 t->log->kind == COCO_TCG_LOG_JSON ? 0 : 1);
		coco_claims_note(t->c, note_of(tie));
		if (bank < t->log->n_banks && e->digest[bank] != NULL) {
			snprintf(name, sizeof(name), "eventlog.event.%zu.digest", i);
			coco_claims_bytes(t->c, name, e->digest[bank], t->log->bank[bank].size,
					  0);
			coco_claims_derived(t->c);
		}
	}
	if (tie == COCO_TCG_TIED && coco_tcg_extends(t->log, i, bank))
		tied(t, e);
	return 0;
}

/* The longest digest that can be computed; n_banks: none. */
static size_t best_bank(const struct coco_tcg_log *log)
{
	size_t best = log->n_banks;

	for (size_t i = 0; i < log->n_banks; i++)
		if (coco_tcg_can_hash(log->bank[i].alg) &&
		    (best == log->n_banks || log->bank[i].size > log->bank[best].size))
			best = i;
	return best;
}

int coco_log_claims(struct coco_claims *c, const struct coco_tcg_log *log, uint64_t base,
		    struct coco_diag *diag)
{
	static const char *const kinds[] = { "crypto-agile", "sha1", "json" };
	struct teller t = { .c = c, .log = log, .base = base };
	const char *kind = kinds[log->kind];
	int r = 0;

	coco_claims_text(c, "eventlog.kind", kind, strlen(kind), 0, 0);
	coco_claims_bool(c, "eventlog.cc", log->cc, 0, 0);
	coco_claims_note(c, "its registers are those of a confidential guest, not PCRs");
	coco_claims_number(c, "eventlog.events", log->n, 0, 0);
	if (log->n > COCO_LOG_EVENTS)
		coco_claims_note(c, "more than are listed one by one");
	coco_claims_number(c, "eventlog.end", log->end, 0, 0);
	coco_claims_number(c, "eventlog.trailing", log->trailing, 0, 0);
	if (log->trailing != 0)
		coco_claims_note(c, "bytes behind the last event that are no padding");
	r = registers(&t, diag);
	for (size_t i = 0; r == 0 && i < log->n; i++)
		r = event(&t, i, best_bank(log), diag);
	coco_claims_number(c, "eventlog.kernel_cmdline.count", t.cmdlines, 0, 0);
	return r;
}
