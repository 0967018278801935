/*
 * tcg_log.c - event logs of measured boots in their binary forms (see
 * tcg_log.h; the JSON form is in tcg_log_json.c).
 */
#include "formats/core/tcg_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/rd.h"

enum {
	SHA1_SIZE = 20,
	PADDING = 8,           /* bytes of 0xff or zero that end a log */
	CC_REGISTERS = 5,
	SIGNATURE = 16,
};

static const struct {
	uint16_t alg;
	uint16_t size;
	const char *name;
} algs[] = {
	{ COCO_TCG_SHA1, 20, "sha1" },
	{ COCO_TCG_SHA256, 32, "sha256" },
	{ COCO_TCG_SHA384, 48, "sha384" },
	{ COCO_TCG_SHA512, 64, "sha512" },
	{ COCO_TCG_SM3, 32, "sm3" },
	{ 0x27, 32, "sha3-256" },
	{ 0x28, 48, "sha3-384" },
	{ 0x29, 64, "sha3-512" },
};

const char *coco_tcg_alg_name(uint16_t alg)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(algs); i++)
		if (algs[i].alg == alg)
			return algs[i].name;
	return NULL;
}

size_t coco_tcg_alg_size(uint16_t alg)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(algs); i++)
		if (algs[i].alg == alg)
			return algs[i].size;
	return 0;
}

uint16_t coco_tcg_alg_find(const char *name)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(algs); i++)
		if (strcmp(algs[i].name, name) == 0)
			return algs[i].alg;
	return 0;
}

size_t coco_tcg_log_bank(const struct coco_tcg_log *log, uint16_t alg)
{
	size_t i = 0;

	while (i < log->n_banks && log->bank[i].alg != alg)
		i++;
	return i;
}

void coco_tcg_register_name(bool cc, uint32_t index, char ret[24])
{
	ret[0] = '\0';
	if (cc && index == 0)
		snprintf(ret, 24, "tdx.mrtd");
	else if (cc && index < CC_REGISTERS)
		snprintf(ret, 24, "tdx.rtmr%" PRIu32, index - 1);
	else if (!cc && index < COCO_TCG_REGISTERS)
		snprintf(ret, 24, "tpm.pcr%" PRIu32, index);
}

uint32_t coco_tcg_register_find(bool cc, const char *name)
{
	char text[24];

	for (uint32_t i = 0; i < COCO_TCG_REGISTERS; i++) {
		coco_tcg_register_name(cc, i, text);
		if (strcmp(text, name) == 0)
			return i;
	}
	return COCO_TCG_NO_REGISTER;
}

int coco_tcg_log_add(struct coco_tcg_log *log, struct coco_tcg_event **ret_event,
		     struct coco_diag *diag)
{
	void *list = log->events;

	if (log->n == COCO_TCG_EVENTS)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "the event log has more than %d events",
				 COCO_TCG_EVENTS);
	if (!coco_grow(&list, &log->cap, log->n, sizeof(*log->events), COCO_TCG_EVENTS))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an event log");
	log->events = list;
	*ret_event = &log->events[log->n++];
	memset(*ret_event, 0, sizeof(**ret_event));
	return 0;
}

/* Register and type; a register that cannot be is an error. */
static void read_head(struct coco_rd *rd, struct coco_tcg_event *e)
{
	e->offset = rd->base + rd->at;
	e->index = coco_rd_le32(rd, "register index");
	if (coco_rd_ok(rd) && e->index >= COCO_TCG_REGISTERS && e->index != COCO_TCG_NO_REGISTER)
		coco_rd_fail(rd, COCO_E_TCG_LOG, "register index",
			     "register %" PRIu32 " does not exist: not an event log, or damaged "
			     "before this place", e->index);
	e->type = coco_rd_le32(rd, "event type");
}

static void read_data(struct coco_rd *rd, struct coco_tcg_event *e)
{
	e->data = coco_rd_view(rd, coco_rd_le32(rd, "event size"), "event");
}

static void read_sha1_event(struct coco_rd *rd, struct coco_tcg_event *e)
{
	read_head(rd, e);
	e->digest[0] = coco_rd_view(rd, SHA1_SIZE, "digest").p;
	read_data(rd, e);
}

static void read_digest(struct coco_rd *rd, const struct coco_tcg_log *log,
			struct coco_tcg_event *e)
{
	uint16_t alg = coco_rd_le16(rd, "digest algorithm");

	if (!coco_rd_ok(rd))
		return;
	size_t bank = coco_tcg_log_bank(log, alg);
	if (bank == log->n_banks)
		coco_rd_fail(rd, COCO_E_TCG_ALGORITHM, "digest algorithm",
			     "algorithm 0x%x is not in the first entry, so its size is unknown",
			     alg);
	else if (e->digest[bank] != NULL)
		coco_rd_fail(rd, COCO_E_TCG_ALGORITHM, "digest algorithm",
			     "an event has two digests of algorithm 0x%x", alg);
	else
		e->digest[bank] = coco_rd_view(rd, log->bank[bank].size, "digest").p;
}

static void read_agile_event(struct coco_rd *rd, const struct coco_tcg_log *log,
			     struct coco_tcg_event *e)
{
	read_head(rd, e);
	uint32_t count = coco_rd_le32(rd, "digest count");
	size_t n = coco_rd_count(rd, count, 2, COCO_TCG_BANKS, "digest count");
	for (size_t i = 0; i < n && coco_rd_ok(rd); i++)
		read_digest(rd, log, e);
	read_data(rd, e);
}

/* All n bytes are c. */
static bool is_fill(const uint8_t *p, size_t n, uint8_t c)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != c)
			return false;
	return true;
}

/* Nothing follows, or padding does. */
static bool at_end(const struct coco_rd *rd)
{
	size_t left = coco_rd_left(rd);
	size_t n = coco_min_size(left, PADDING);
	const uint8_t *p = rd->in.p + rd->at;

	return left == 0 || is_fill(p, n, 0xff) || is_fill(p, n, 0);
}

/* Bytes from the padding on that are none. */
static uint64_t count_trailing(const struct coco_rd *rd)
{
	size_t at = rd->at;
	size_t last = rd->in.n;
	uint8_t fill = at < last ? rd->in.p[at] : 0;

	while (last > at && rd->in.p[last - 1] == fill)
		last--;
	while (at < last && rd->in.p[at] == fill)
		at++;
	return last - at;
}

/* The digests that the events have, from the first entry's data. */
static int read_banks(struct coco_rd *rd, struct coco_tcg_log *log)
{
	uint32_t count = coco_rd_le32(rd, "number of algorithms");
	size_t n = coco_rd_count(rd, count, 4, COCO_TCG_BANKS, "number of algorithms");

	for (size_t i = 0; i < n && coco_rd_ok(rd); i++) {
		struct coco_tcg_bank b = { .alg = coco_rd_le16(rd, "algorithm") };

		b.size = coco_rd_le16(rd, "digest size");
		if (!coco_rd_ok(rd))
			break;
		size_t want = coco_tcg_alg_size(b.alg);
		if (coco_tcg_log_bank(log, b.alg) < log->n_banks)
			coco_rd_fail(rd, COCO_E_TCG_ALGORITHM, "algorithm",
				     "algorithm 0x%x is listed twice", b.alg);
		else if (want != 0 ? b.size != want : b.size == 0 || b.size > COCO_TCG_DIGEST_ANY)
			coco_rd_fail(rd, COCO_E_TCG_ALGORITHM, "digest size",
				     "digests of algorithm 0x%x cannot have %u bytes", b.alg,
				     b.size);
		else
			log->bank[log->n_banks++] = b;
	}
	if (coco_rd_ok(rd) && log->n_banks == 0)
		coco_rd_fail(rd, COCO_E_TCG_ALGORITHM, "number of algorithms",
			     "the first entry lists no algorithm");
	return rd->code;
}

static int read_spec_id(struct coco_tcg_log *log, const struct coco_tcg_event *first,
			struct coco_diag *diag)
{
	struct coco_rd rd;

	coco_rd_init(&rd, first->data, first->offset + 32, diag);
	coco_rd_view(&rd, SIGNATURE, "signature");
	log->platform_class = coco_rd_le32(&rd, "platform class");
	log->version_minor = coco_rd_u8(&rd, "specVersionMinor");
	log->version_major = coco_rd_u8(&rd, "specVersionMajor");
	log->errata = coco_rd_u8(&rd, "specErrata");
	coco_rd_u8(&rd, "uintnSize");
	int r = read_banks(&rd, log);
	if (r != 0)
		return r;
	log->vendor = coco_rd_view(&rd, coco_rd_u8(&rd, "vendorInfoSize"), "vendorInfo");
	return coco_rd_finish(&rd);
}

static bool is_spec_id(const struct coco_tcg_event *e)
{
	return e->type == COCO_EV_NO_ACTION && e->data.n >= SIGNATURE &&
	       memcmp(e->data.p, "Spec ID Event03", SIGNATURE) == 0;
}

/* Whether the registers are those of a CC log. */
static bool judge_cc(const struct coco_tcg_log *log, const struct coco_tcg_event *first)
{
	static const char shim[] = "td-shim";

	if (first->index == 1 || (log->vendor.n >= sizeof(shim) - 1 &&
				  memcmp(log->vendor.p, shim, sizeof(shim) - 1) == 0))
		return true;
	if (log->n_banks != 1 || log->bank[0].alg != COCO_TCG_SHA384)
		return false;
	for (size_t i = 0; i < log->n; i++)
		if (log->events[i].index >= CC_REGISTERS &&
		    log->events[i].index != COCO_TCG_NO_REGISTER)
			return false;
	return true;
}

static int decode_binary(struct coco_tcg_log *log, struct coco_view text, struct coco_diag *diag)
{
	struct coco_tcg_event first = { .index = 0 };
	struct coco_tcg_event *e;
	struct coco_rd rd;
	int r;

	coco_rd_init(&rd, text, 0, diag);
	read_sha1_event(&rd, &first);
	if (!coco_rd_ok(&rd))
		return rd.code;
	if (is_spec_id(&first)) {
		log->kind = COCO_TCG_LOG_AGILE;
		r = read_spec_id(log, &first, diag);
		if (r != 0)
			return r;
	} else {
		log->kind = COCO_TCG_LOG_SHA1;
		log->bank[log->n_banks++] = (struct coco_tcg_bank){ COCO_TCG_SHA1, SHA1_SIZE };
		coco_rd_init(&rd, text, 0, diag);
	}
	while (!at_end(&rd)) {
		r = coco_tcg_log_add(log, &e, diag);
		if (r != 0)
			return r;
		if (log->kind == COCO_TCG_LOG_AGILE)
			read_agile_event(&rd, log, e);
		else
			read_sha1_event(&rd, e);
		if (!coco_rd_ok(&rd))
			return rd.code;
	}
	log->end = rd.at;
	log->trailing = count_trailing(&rd);
	log->cc = log->kind == COCO_TCG_LOG_AGILE && judge_cc(log, &first);
	return 0;
}

/* The first byte that is not white space opens an array or an object. */
static bool looks_like_json(struct coco_view text)
{
	size_t i = 0;

	while (i < text.n && (text.p[i] == ' ' || text.p[i] == '\n' || text.p[i] == '\r' ||
			      text.p[i] == '\t'))
		i++;
	return i < text.n && (text.p[i] == '[' || text.p[i] == '{');
}

int coco_tcg_log_decode(struct coco_tcg_log *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_tcg_log log = { .n = 0 };
	int r;

	if (text.n > COCO_TCG_LOG_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "an event log of %zu bytes is too large",
				 text.n);
	if (text.n < PADDING || is_fill(text.p, PADDING, 0xff) || is_fill(text.p, PADDING, 0))
		return coco_fail_at(diag, COCO_E_TCG_LOG, 0, "first entry",
				    "the file holds no event");
	if (looks_like_json(text))
		return coco_tcg_log_json(ret, text, diag);
	r = decode_binary(&log, text, diag);
	if (r == 0)
		*ret = log;
	else
		coco_tcg_log_free(&log);
	return r;
}

void coco_tcg_log_free(struct coco_tcg_log *log)
{
	coco_free(log->events);
	coco_free(log->own);
	memset(log, 0, sizeof(*log));
}
