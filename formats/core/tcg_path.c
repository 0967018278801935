/*
 * tcg_path.c - EFI device paths as text (see tcg_text.h; UEFI 2.10, section
 * 10.3).
 */
#include "formats/core/tcg_text.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/rd.h"

enum {
	HEADER = 4,
	NODES = 64,        /* of a path that is shown */
	HEX_BYTES = 16,    /* of a node that nobody knows */
	END = 0x7f,
};

static void text_guid_of(struct coco_wr *wr, struct coco_rd *rd)
{
	struct coco_view v = coco_rd_view(rd, 16, "GUID");

	if (coco_rd_ok(rd))
		coco_tcg_text_guid(wr, v.p);
}

static void node_guid(struct coco_wr *wr, struct coco_rd *rd, const char *name)
{
	coco_wr_printf(wr, "%s(", name);
	text_guid_of(wr, rd);
	coco_wr_str(wr, ")");
}

static void node_pci(struct coco_wr *wr, struct coco_rd *rd)
{
	uint8_t function = coco_rd_u8(rd, "function");
	uint8_t device = coco_rd_u8(rd, "device");

	coco_wr_printf(wr, "Pci(%x,%x)", device, function);
}

/* HID of PNP0A03 and PNP0A08 in the compressed form. */
static void node_acpi(struct coco_wr *wr, struct coco_rd *rd)
{
	uint32_t hid = coco_rd_le32(rd, "HID");
	uint32_t uid = coco_rd_le32(rd, "UID");

	if (hid == 0x0a0341d0 || hid == 0x0a0841d0)
		coco_wr_printf(wr, "PciRoot(%" PRIx32 ")", uid);
	else if ((hid & 0xffff) == 0x41d0)
		coco_wr_printf(wr, "Acpi(PNP%04" PRIX32 ",%" PRIx32 ")", hid >> 16, uid);
	else
		coco_wr_printf(wr, "Acpi(0x%" PRIx32 ",%" PRIx32 ")", hid, uid);
}

static void node_disk(struct coco_wr *wr, struct coco_rd *rd)
{
	uint32_t number = coco_rd_le32(rd, "partition number");
	uint64_t start = coco_rd_le64(rd, "partition start");
	uint64_t size = coco_rd_le64(rd, "partition size");
	struct coco_view id = coco_rd_view(rd, 16, "signature");
	uint8_t format = coco_rd_u8(rd, "MBR type");
	uint8_t kind = coco_rd_u8(rd, "signature type");

	if (!coco_rd_ok(rd))
		return;
	coco_wr_printf(wr, "HD(%" PRIu32 ",%s,", number, format == 2 ? "GPT" : "MBR");
	if (kind == 2)
		coco_tcg_text_guid(wr, id.p);
	else
		coco_tcg_text_hex(wr, coco_view_of(id.p, 4), 4);
	coco_wr_printf(wr, ",0x%" PRIx64 ",0x%" PRIx64 ")", start, size);
}

static void node_memory(struct coco_wr *wr, struct coco_rd *rd)
{
	uint32_t type = coco_rd_le32(rd, "memory type");
	uint64_t start = coco_rd_le64(rd, "start");
	uint64_t end = coco_rd_le64(rd, "end");

	coco_wr_printf(wr, "MemoryMapped(%" PRIu32 ",0x%" PRIx64 ",0x%" PRIx64 ")", type, start,
		       end);
}

static void node_mac(struct coco_wr *wr, struct coco_rd *rd)
{
	coco_wr_str(wr, "Mac(");
	coco_tcg_text_hex(wr, coco_rd_view(rd, 6, "address"), 6);
	coco_wr_str(wr, ")");
}

static void node_range(struct coco_wr *wr, struct coco_rd *rd)
{
	coco_rd_le32(rd, "reserved");
	uint64_t start = coco_rd_le64(rd, "start");
	uint64_t end = coco_rd_le64(rd, "end");

	coco_wr_printf(wr, "Offset(0x%" PRIx64 ",0x%" PRIx64 ")", start, end);
}

static void node_numbers(struct coco_wr *wr, struct coco_rd *rd, const char *name, unsigned n)
{
	coco_wr_printf(wr, "%s(", name);
	for (unsigned i = 0; i < n; i++)
		coco_wr_printf(wr, "%s%x", i > 0 ? "," : "", coco_rd_le16(rd, "number"));
	coco_wr_str(wr, ")");
}

static void node_bytes(struct coco_wr *wr, struct coco_rd *rd, const char *name)
{
	unsigned a = coco_rd_u8(rd, "port");
	unsigned b = coco_rd_u8(rd, "interface");

	coco_wr_printf(wr, "%s(%x,%x)", name, a, b);
}

static struct coco_view rest(struct coco_rd *rd)
{
	return coco_rd_view(rd, coco_rd_left(rd), "text");
}

static void node_nvme(struct coco_wr *wr, struct coco_rd *rd)
{
	uint32_t space = coco_rd_le32(rd, "namespace");

	coco_wr_printf(wr, "NVMe(%" PRIx32 ")", space);
}

static void node_controller(struct coco_wr *wr, struct coco_rd *rd)
{
	uint32_t number = coco_rd_le32(rd, "controller");

	coco_wr_printf(wr, "Ctrl(%" PRIx32 ")", number);
}

static void node_uri(struct coco_wr *wr, struct coco_rd *rd)
{
	coco_wr_str(wr, "Uri(");
	coco_tcg_text_utf8(wr, rest(rd));
	coco_wr_str(wr, ")");
}

static void node_other(struct coco_wr *wr, struct coco_rd *rd, unsigned kind)
{
	coco_wr_printf(wr, "Path(%x,%x,", kind >> 8, kind & 0xff);
	coco_tcg_text_hex(wr, rest(rd), HEX_BYTES);
	coco_wr_str(wr, ")");
}

/* kind: type << 8 | subtype. */
static void put_node(struct coco_wr *wr, struct coco_rd *rd, unsigned kind)
{
	switch (kind) {
	case 0x0101: node_pci(wr, rd); break;
	case 0x0103: node_memory(wr, rd); break;
	case 0x0104: node_guid(wr, rd, "VenHw"); break;
	case 0x0105: node_controller(wr, rd); break;
	case 0x0201: node_acpi(wr, rd); break;
	case 0x0302: node_numbers(wr, rd, "Scsi", 2); break;
	case 0x0305: node_bytes(wr, rd, "USB"); break;
	case 0x030a: node_guid(wr, rd, "VenMsg"); break;
	case 0x030b: node_mac(wr, rd); break;
	case 0x0312: node_numbers(wr, rd, "Sata", 3); break;
	case 0x0317: node_nvme(wr, rd); break;
	case 0x0318: node_uri(wr, rd); break;
	case 0x0401: node_disk(wr, rd); break;
	case 0x0403: node_guid(wr, rd, "VenMedia"); break;
	case 0x0404: coco_tcg_text_utf16(wr, rest(rd)); break;
	case 0x0406: node_guid(wr, rd, "FvFile"); break;
	case 0x0407: node_guid(wr, rd, "Fv"); break;
	case 0x0408: node_range(wr, rd); break;
	default: node_other(wr, rd, kind); break;
	}
}

void coco_tcg_text_path(struct coco_wr *wr, struct coco_view v)
{
	size_t at = 0;

	for (unsigned i = 0; i < NODES && v.n - at >= HEADER; i++) {
		unsigned type = v.p[at] & 0x7f;
		unsigned kind = type << 8 | v.p[at + 1];
		size_t n = (size_t)v.p[at + 2] | (size_t)v.p[at + 3] << 8;
		struct coco_rd rd;

		if (type == END)
			return;
		if (i > 0)
			coco_wr_str(wr, "/");
		if (n < HEADER || n > v.n - at) {
			coco_wr_str(wr, "(damaged)");
			return;
		}
		coco_rd_init(&rd, coco_view_of(v.p + at + HEADER, n - HEADER), 0, NULL);
		put_node(wr, &rd, kind);
		if (!coco_rd_ok(&rd))
			coco_wr_str(wr, "(damaged)");
		at += n;
	}
}
