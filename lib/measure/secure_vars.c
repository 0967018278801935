/*
 * secure_vars.c - Secure Boot variables out of a store (see secure_vars.h).
 */
#include "lib/measure/secure_vars.h"

#include "formats/measure/var_store.h"

static const uint8_t global[COCO_GUID_SIZE] =
	COCO_GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa0d, 0x00e098032b8c);
static const uint8_t security[COCO_GUID_SIZE] =
	COCO_GUID(0xd719b2cb, 0x3d3a, 0x4596, 0xa3bc, 0xdad00e67656f);
static const uint8_t enable[COCO_GUID_SIZE] =
	COCO_GUID(0xf0a30bc7, 0xaf08, 0x4556, 0x99c4, 0x001009c93a44);

int coco_secure_vars_read(struct coco_secure_vars *ret, struct coco_view volume,
			  struct coco_diag *diag)
{
	struct coco_secure_vars v = { .value = 0 };
	struct coco_view enabled = { NULL, 0 };
	const struct {
		const uint8_t *guid;
		const char *name;
		struct coco_view *to;
	} wanted[] = {
		{ global, "PK", &v.pk },      { global, "KEK", &v.kek },
		{ security, "db", &v.db },    { security, "dbx", &v.dbx },
		{ security, "dbt", &v.dbt },  { enable, "SecureBootEnable", &enabled },
	};
	struct coco_var_store s;
	bool found;

	int r = coco_var_store_open(&s, volume, 0, diag);
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(wanted); i++)
		r = coco_var_store_find(&s, wanted[i].guid, wanted[i].name, wanted[i].to, &found,
					diag);
	if (r != 0)
		return r;
	v.value = v.pk.n != 0 && (enabled.n != 1 || enabled.p[0] == 1);
	*ret = v;
	ret->secure_boot = coco_view_of(&ret->value, 1);
	return 0;
}
