/*
 * var_store.c - the store of UEFI variables (see var_store.h).
 */
#include "formats/measure/var_store.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"
#include "formats/measure/fw_volume.h"

enum {
	STORE_HEADER = 28,
	FORMATTED = 0x5a,
	HEALTHY = 0xfe,
	START_ID = 0x55aa,
	ERASED = 0xffff,
	/* bits of a state become 0 one after the other */
	STATE_LEAVING = 0x01,
	STATE_ADDED = 0x3f,
};

static const uint8_t auth_guid[] = COCO_GUID(0xaaf32c78, 0x947b, 0x439a, 0xa180, 0x2e144ec37792);
static const uint8_t plain_guid[] = COCO_GUID(0xddcf3616, 0x3275, 0x4164, 0x98b6, 0xfe85707ffe7d);

static int damaged(struct coco_diag *diag, uint64_t at, const char *field, const char *what)
{
	return coco_fail_at(diag, COCO_E_VARIABLE_STORE, at, field, "%s", what);
}

int coco_var_store_open(struct coco_var_store *ret, struct coco_view bytes, uint64_t offset,
			struct coco_diag *diag)
{
	struct coco_var_store s = { .authenticated = true };
	uint8_t guid[COCO_GUID_SIZE];
	struct coco_fv fv;
	struct coco_rd rd;

	int r = coco_fv_parse(&fv, bytes, offset, diag);
	if (r != 0)
		return r;
	size_t first = fv.first;
	if (memcmp(fv.file_system, coco_fv_nvram_guid, COCO_GUID_SIZE) != 0 ||
	    first > fv.bytes.n || fv.bytes.n - first < STORE_HEADER)
		return damaged(diag, offset + 16, "volume type",
			       "the volume is not a store of variables");
	coco_rd_init(&rd, coco_view_of(fv.bytes.p + first, fv.bytes.n - first), offset + first,
		     NULL);
	coco_rd_copy(&rd, guid, sizeof(guid), "store GUID");
	uint32_t size = coco_rd_le32(&rd, "store size");
	uint8_t format = coco_rd_u8(&rd, "store format");
	uint8_t state = coco_rd_u8(&rd, "store state");
	if (memcmp(guid, plain_guid, COCO_GUID_SIZE) == 0)
		s.authenticated = false;
	else if (memcmp(guid, auth_guid, COCO_GUID_SIZE) != 0)
		return damaged(diag, offset + first, "store GUID",
			       "the store of variables is of an unknown kind");
	if (format != FORMATTED || state != HEALTHY)
		return damaged(diag, offset + first + 20, "store format",
			       "the store of variables is not formatted");
	if (size < STORE_HEADER || size > fv.bytes.n - first)
		return damaged(diag, offset + first + 16, "store size",
			       "the store of variables leaves its volume");
	s.vars = coco_view_of(fv.bytes.p + first + STORE_HEADER, size - STORE_HEADER);
	s.offset = offset + first + STORE_HEADER;
	*ret = s;
	return 0;
}

/* The header of a variable, up to its name. */
static void read_header(struct coco_rd *rd, bool authenticated, struct coco_variable *v,
			uint32_t *name_size, uint32_t *data_size, uint8_t *state)
{
	*state = coco_rd_u8(rd, "variable state");
	coco_rd_u8(rd, "reserved");
	v->attributes = coco_rd_le32(rd, "variable attributes");
	if (authenticated) {
		coco_rd_le64(rd, "monotonic count");
		coco_rd_view(rd, 16, "time stamp");
		coco_rd_le32(rd, "key index");
	}
	*name_size = coco_rd_le32(rd, "name size");
	*data_size = coco_rd_le32(rd, "data size");
	coco_rd_copy(rd, v->guid, sizeof(v->guid), "vendor GUID");
}

int coco_var_store_next(const struct coco_var_store *s, size_t *at, struct coco_variable *ret,
			bool *ret_found, struct coco_diag *diag)
{
	struct coco_variable v = { .attributes = 0 };
	uint32_t name_size = 0;
	uint32_t data_size = 0;
	uint8_t state = 0;
	struct coco_rd rd;
	size_t p = (*at + 3) / 4 * 4;

	*ret_found = false;
	if (p >= s->vars.n || s->vars.n - p < 2)
		return 0;
	coco_rd_init(&rd, coco_view_of(s->vars.p + p, s->vars.n - p), s->offset + p, NULL);
	uint16_t id = coco_rd_le16(&rd, "variable start");
	if (id == ERASED)
		return 0;
	if (id != START_ID)
		return damaged(diag, s->offset + p, "variable start",
			       "something else than a variable is in the store");
	read_header(&rd, s->authenticated, &v, &name_size, &data_size, &state);
	v.name = coco_rd_view(&rd, name_size, "variable name");
	v.data = coco_rd_view(&rd, data_size, "variable data");
	if (!coco_rd_ok(&rd) || name_size % 2 != 0)
		return damaged(diag, s->offset + p, "variable size",
			       "a variable leaves the store");
	v.meant = state == STATE_ADDED || state == (STATE_ADDED & ~STATE_LEAVING);
	v.leaving = (state & STATE_LEAVING) == 0;
	*ret = v;
	*ret_found = true;
	*at = p + rd.at;
	return 0;
}

/* Whether a UTF-16 name with its NUL is this ASCII one. */
static bool same_name(struct coco_view name, const char *ascii)
{
	size_t n = strnlen(ascii, COCO_VAR_NAME) + 1;

	if (name.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (name.p[2 * i] != (uint8_t)ascii[i] || name.p[2 * i + 1] != 0)
			return false;
	return true;
}

int coco_var_store_find(const struct coco_var_store *s, const uint8_t guid[COCO_GUID_SIZE],
			const char *name, struct coco_view *ret, bool *ret_found,
			struct coco_diag *diag)
{
	struct coco_view data = { NULL, 0 };
	struct coco_variable v;
	bool have = false;
	bool leaving = true;   /* what is kept is only a fallback */
	bool more = true;
	size_t at = 0;

	while (more) {
		int r = coco_var_store_next(s, &at, &v, &more, diag);

		if (r != 0)
			return r;
		if (!more || !v.meant || memcmp(v.guid, guid, COCO_GUID_SIZE) != 0 ||
		    !same_name(v.name, name) || (have && !leaving))
			continue;
		data = v.data;
		leaving = v.leaving;
		have = true;
	}
	*ret_found = have;
	if (have)
		*ret = data;
	return 0;
}
