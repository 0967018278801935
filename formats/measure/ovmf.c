/*
 * ovmf.c - the table of GUIDs at the end of an OVMF image (see ovmf.h).
 */
#include "formats/measure/ovmf.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"
#include "formats/measure/guid.h"

static const uint8_t footer_guid[] = COCO_GUID(0x96b582de, 0x1fb2, 0x45f7, 0xbaea, 0xa366c55a082d);

/* A known entry: where its one or two numbers go. */
struct known {
	uint8_t guid[COCO_GUID_SIZE];
	const char *name;
	size_t has;
	size_t first;
	size_t second;   /* 0: it has only one number */
};

#define FIELD(m) offsetof(struct coco_ovmf, m)

static const struct known known[] = {
	{ COCO_GUID(0x00f771de, 0x1a7e, 0x4fcb, 0x890e, 0x68c77e2fb44e), "SEV-ES reset block",
	  FIELD(has_reset), FIELD(reset_eip), 0 },
	{ COCO_GUID(0x7255371f, 0x3a3b, 0x4b04, 0x927b, 0x1da6efa8d454), "SEV hash table area",
	  FIELD(has_hashes), FIELD(hashes_base), FIELD(hashes_size) },
	{ COCO_GUID(0x4c2eb361, 0x7d9b, 0x4cc3, 0x8081, 0x127c90d3d294), "SEV secret area",
	  FIELD(has_secret), FIELD(secret_base), FIELD(secret_size) },
	{ COCO_GUID(0xdc886566, 0x984a, 0x4798, 0xa75e, 0x5585a7bf67cc), "SEV metadata offset",
	  FIELD(has_sev), FIELD(sev_distance), 0 },
	{ COCO_GUID(0xe47a6535, 0x984a, 0x4798, 0x865e, 0x4685a7bf8ec2), "TDX metadata offset",
	  FIELD(has_tdx), FIELD(tdx_distance), 0 },
	{ COCO_GUID(0x784fa70e, 0x3176, 0x4677, 0x8a20, 0x04b68699e374), "IGVM metadata offset",
	  FIELD(has_igvm), FIELD(igvm_distance), 0 },
	{ COCO_GUID(0xa789a612, 0x0597, 0x4c4b, 0xa49f, 0xcbb1fe9d1ddd), "SVSM info",
	  FIELD(has_svsm), FIELD(svsm_start), 0 },
};

/* One number of an entry to its place in *t. */
static void take(struct coco_ovmf *t, size_t place, struct coco_rd *rd, const char *name)
{
	uint32_t v = coco_rd_le32(rd, name);

	memcpy((uint8_t *)t + place, &v, sizeof(v));
}

static int read_entry(struct coco_ovmf *t, const uint8_t *guid, struct coco_view data,
		      uint64_t at, struct coco_diag *diag)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(known); i++) {
		const struct known *k = &known[i];
		bool *has = (bool *)((uint8_t *)t + k->has);
		struct coco_rd rd;

		if (memcmp(k->guid, guid, COCO_GUID_SIZE) != 0)
			continue;
		if (*has)
			return coco_fail_at(diag, COCO_E_FIRMWARE_TABLE, at, k->name,
					    "the firmware's table has two entries for %s", k->name);
		if (data.n < (k->second != 0 ? 8U : 4U))
			return coco_fail_at(diag, COCO_E_FIRMWARE_TABLE, at, k->name,
					    "the entry %s of the firmware's table is too short",
					    k->name);
		coco_rd_init(&rd, data, at, diag);
		take(t, k->first, &rd, k->name);
		if (k->second != 0)
			take(t, k->second, &rd, k->name);
		*has = true;
		return rd.code;
	}
	return 0;   /* entries of others: of no concern here */
}

/* Length and GUID that end at offset end (>= COCO_OVMF_ENTRY) of the image. */
static uint16_t entry_head(struct coco_view image, size_t end, const uint8_t **ret_guid)
{
	struct coco_rd rd;

	coco_rd_init(&rd, coco_view_of(image.p + end - COCO_OVMF_ENTRY, COCO_OVMF_ENTRY),
		     end - COCO_OVMF_ENTRY, NULL);
	uint16_t len = coco_rd_le16(&rd, "length");
	*ret_guid = coco_rd_view(&rd, COCO_GUID_SIZE, "GUID").p;
	return len;
}

int coco_ovmf_parse(struct coco_ovmf *ret, struct coco_view image, struct coco_diag *diag)
{
	struct coco_ovmf t = { .has_table = false };
	const uint8_t *guid;

	if (image.n == 0 || image.n % COCO_OVMF_PAGE != 0 || image.n > COCO_OVMF_MAX)
		return coco_fail(diag, COCO_E_FIRMWARE_SIZE,
				 "an image of %zu bytes is not firmware", image.n);
	size_t end = image.n - COCO_OVMF_TAIL;
	uint16_t len = entry_head(image, end, &guid);
	if (memcmp(guid, footer_guid, COCO_GUID_SIZE) != 0) {
		*ret = t;
		return 0;
	}
	if (len < COCO_OVMF_ENTRY || len > end)
		return coco_fail_at(diag, COCO_E_FIRMWARE_TABLE, end - COCO_OVMF_ENTRY,
				    "table length", "a table of %u bytes is not possible",
				    (unsigned)len);
	size_t start = end - len;
	size_t p = end - COCO_OVMF_ENTRY;
	while (p - start >= COCO_OVMF_ENTRY) {
		len = entry_head(image, p, &guid);
		if (len < COCO_OVMF_ENTRY || len > p - start)
			return coco_fail_at(diag, COCO_E_FIRMWARE_TABLE, p - COCO_OVMF_ENTRY,
					    "entry length",
					    "an entry of %u bytes leaves the firmware's table",
					    (unsigned)len);
		size_t at = p - len;
		int r = read_entry(&t, guid, coco_view_of(image.p + at, len - COCO_OVMF_ENTRY), at,
				   diag);
		if (r != 0)
			return r;
		p = at;
	}
	t.has_table = true;
	*ret = t;
	return 0;
}
