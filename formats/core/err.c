/*
 * err.c - the table behind err.h, built from the append-only lists.
 */
#include "formats/core/err.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/err_evidence.h"
#include "formats/core/err_measure.h"

static const struct coco_err_info table[] = {
#define X(name, cls, n, ident, ttl, reason, nxt)                              \
	{ .code = COCO_E_##name, .class = COCO_CLASS_##cls, .id = (ident),    \
	  .title = (ttl), .why = (reason), .next = (nxt) },
#include "formats/core/errors/core.def"
#include "formats/core/errors/key.def"
#include "formats/core/errors/model.def"
#include "formats/core/errors/measure.def"
#include "formats/core/errors/evidence.def"
#include "formats/core/errors/broker.def"
#undef X
};

const struct coco_err_info *coco_err_info(int code)
{
	const struct coco_err_info *internal = &table[0];

	for (size_t i = 0; i < COCO_ARRAY_LEN(table); i++) {
		if (table[i].code == code)
			return &table[i];
		if (table[i].code == COCO_E_INTERNAL)
			internal = &table[i];
	}
	return internal;
}

const struct coco_err_info *coco_err_find(const char *id)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(table); i++)
		if (strcmp(table[i].id, id) == 0)
			return &table[i];
	return NULL;
}

const struct coco_err_info *coco_err_at(size_t i)
{
	return i < COCO_ARRAY_LEN(table) ? &table[i] : NULL;
}

int coco_err_exit(int code)
{
	if (code == COCO_OK)
		return COCO_EXIT_OK;
	if (code == COCO_E_EXISTS)
		return COCO_EXIT_EXISTS;
	if (code == COCO_E_CANCELLED)
		return COCO_EXIT_CANCELLED;
	switch (coco_err_info(code)->class) {
	case COCO_CLASS_USAGE:
		return COCO_EXIT_USAGE;
	case COCO_CLASS_IO:
		return COCO_EXIT_IO;
	case COCO_CLASS_FORMAT:
		return COCO_EXIT_MALFORMED;
	case COCO_CLASS_CRYPTO:
		return COCO_EXIT_KEY;
	case COCO_CLASS_VERIFY:
		return COCO_EXIT_REJECTED;
	case COCO_CLASS_TRUST:
		return COCO_EXIT_INDETERMINATE;
	case COCO_CLASS_NET:
		return COCO_EXIT_NETWORK;
	case COCO_CLASS_REMOTE:
		return COCO_EXIT_REFUSED;
	case COCO_CLASS_LIMIT:
		return COCO_EXIT_LIMIT;
	case COCO_CLASS_INTERNAL:
		break;
	}
	return COCO_EXIT_BUG;
}

const char *coco_exit_name(int exit_code)
{
	static const char *const names[] = {
		"ok", "rejected", "usage", "malformed", "io", "network",
		"refused", "key", "indeterminate", "limit", "exists", "cancelled",
	};

	if (exit_code == COCO_EXIT_BUG)
		return "bug";
	if (exit_code < 0 || (size_t)exit_code >= COCO_ARRAY_LEN(names))
		return "unknown";
	return names[exit_code];
}

const char *coco_err_class_name(enum coco_err_class class)
{
	switch (class) {
	case COCO_CLASS_USAGE:
		return "usage";
	case COCO_CLASS_IO:
		return "io";
	case COCO_CLASS_FORMAT:
		return "format";
	case COCO_CLASS_CRYPTO:
		return "crypto";
	case COCO_CLASS_VERIFY:
		return "verify";
	case COCO_CLASS_TRUST:
		return "trust";
	case COCO_CLASS_NET:
		return "net";
	case COCO_CLASS_REMOTE:
		return "remote";
	case COCO_CLASS_LIMIT:
		return "limit";
	case COCO_CLASS_INTERNAL:
		break;
	}
	return "internal";
}

const char *coco_err_retry(int code)
{
	switch (coco_err_exit(code)) {
	case COCO_EXIT_IO:
		return "maybe";
	case COCO_EXIT_NETWORK:
		return "yes";
	case COCO_EXIT_INDETERMINATE:
		return "after supplying it";
	default:
		return "no";
	}
}
