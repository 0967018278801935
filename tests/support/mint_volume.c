/*
 * mint_volume.c - images with the volumes of OVMF (see mint_volume.h).
 */
#include "tests/support/mint_volume.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/fw_volume.h"
#include "formats/measure/guid.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

enum {
	MAX = 1 << 26,
	END_PAGES = 4,
};

static const uint8_t ffs2[] = COCO_GUID(0x8c8ce578, 0x8a3d, 0x4f1c, 0x9935, 0x896185c32dd3);
static const uint8_t nvram_fs[] = COCO_GUID(0xfff12b8d, 0x7696, 0x4c8b, 0xa985, 0x2747075b4f50);
static const uint8_t dxe_name[] = COCO_GUID(0x7cb8bdc9, 0xf8eb, 0x4f34, 0xaaea, 0x3ee4af6516a1);
static const uint8_t pei_name[] = COCO_GUID(0x6938079b, 0xb503, 0x4e3d, 0x9d24, 0xb28337a25806);
static const uint8_t tcg2_pei[] = COCO_GUID(0xa0c98b77, 0xcba5, 0x4bb8, 0x993b, 0x4af6ce33ece4);
static const uint8_t smbios_dxe[] = COCO_GUID(0x4110465d, 0x5ff3, 0x4f4b, 0xb580, 0x24ed0d06747a);
static const uint8_t smbios_measure[] =
	COCO_GUID(0xd27fed59, 0xabb4, 0x4fed, 0xbead, 0x2a878c7e4a7e);
static const uint8_t ui_app[] = COCO_GUID(0x462caa21, 0x7614, 0x4503, 0x836e, 0x8ab6f4662331);
static const uint8_t secure_config[] =
	COCO_GUID(0xf0e6a44f, 0x7195, 0x41c3, 0xac64, 0x54f202cd0a21);
static const uint8_t some_driver[] = COCO_GUID(0x11111111, 0x2222, 0x3333, 0x4444, 0x555555555555);

/* In an image of COCO_MINT_VARS + COCO_MINT_MAIN + 4 pages. */
static const struct coco_mint_tdx tdx_sections[] = {
	{ 0x4000, 0xc000, 0xffff4000, 0xc000, 0, 1 },
	{ 0, 0x4000, 0xffff0000, 0x4000, 1, 0 },
	{ 0, 0, 0x810000, 0x10000, 3, 0 },
	{ 0, 0, 0x80b000, 0x2000, 3, 0 },
	{ 0, 0, 0x809000, 0x2000, 2, 0 },
	{ 0, 0, 0x800000, 0x6000, 3, 0 },
};

static const struct coco_mint_firmware tdx_end = {
	.pages = END_PAGES,
	.reset_eip = 0x80b004,
	.tdx = tdx_sections,
	.n_tdx = COCO_ARRAY_LEN(tdx_sections),
};

const struct coco_mint_ovmf coco_mint_ovmf_new = {
	.acpi = true,
	.blobs = true,
	.entries = true,
	.smbios = true,
	.fw_cfg = true,
	.prefix = true,
	.version = "2026.01-test",
	.date = "01/31/2026",
	.vendor = "Mint of the tests",
	.end = &tdx_end,
};

static void align_to(struct coco_wr *wr, size_t unit, uint8_t fill)
{
	while (wr->code == 0 && wr->n % unit != 0)
		coco_wr_u8(wr, fill);
}

static void le24(struct coco_wr *wr, size_t v)
{
	coco_wr_le16(wr, (uint16_t)(v & 0xffff));
	coco_wr_u8(wr, (uint8_t)(v >> 16 & 0xff));
}

void coco_mint_fw_section(struct coco_wr *wr, uint8_t type, const uint8_t *guid, const void *body,
			  size_t n)
{
	size_t head = guid != NULL ? 24 : 4;

	align_to(wr, 4, 0);
	if (head + n >= 0xffffff) {
		head += 4;
		le24(wr, 0xffffff);
		coco_wr_u8(wr, type);
		coco_wr_le32(wr, (uint32_t)(head + n));
	} else {
		le24(wr, head + n);
		coco_wr_u8(wr, type);
	}
	if (guid != NULL) {
		coco_wr_bytes(wr, guid, COCO_GUID_SIZE);
		coco_wr_le16(wr, (uint16_t)head);
		coco_wr_le16(wr, 1);
	}
	coco_wr_bytes(wr, body, n);
}

void coco_mint_fw_file(struct coco_wr *wr, const uint8_t *name, uint8_t type, const void *body,
		       size_t n)
{
	bool large = n + 24 >= 0xffffff;
	size_t head = large ? 32 : 24;
	uint8_t sum = 0;

	align_to(wr, 8, 0xff);
	size_t at = wr->n;
	coco_wr_bytes(wr, name, COCO_GUID_SIZE);
	coco_wr_u8(wr, 0);
	coco_wr_u8(wr, 0xaa);
	coco_wr_u8(wr, type);
	coco_wr_u8(wr, large ? 1 : 0);
	le24(wr, large ? 0 : head + n);
	coco_wr_u8(wr, 0xf8);
	if (large)
		coco_wr_le64(wr, head + n);
	assert_int_equal(wr->code, 0);
	for (size_t i = 0; i < head; i++)
		if (i != 17 && i != 23)
			sum = (uint8_t)(sum + wr->p[at + i]);
	wr->p[at + 16] = (uint8_t)(0x100 - sum);
	coco_wr_bytes(wr, body, n);
}

void coco_mint_fv(struct coco_wr *wr, const uint8_t *name, bool nvram, const void *files,
		  size_t n, size_t size)
{
	size_t at = wr->n;
	uint16_t sum = 0;

	for (unsigned i = 0; i < 16; i++)
		coco_wr_u8(wr, 0);
	coco_wr_bytes(wr, nvram ? nvram_fs : ffs2, COCO_GUID_SIZE);
	coco_wr_le64(wr, size);
	coco_wr_str(wr, "_FVH");
	coco_wr_le32(wr, 0x0004feff);
	coco_wr_le16(wr, 72);
	coco_wr_le16(wr, 0);
	coco_wr_le16(wr, name != NULL ? 72 : 0);
	coco_wr_u8(wr, 0);
	coco_wr_u8(wr, 2);
	coco_wr_le32(wr, (uint32_t)(size / 4096));
	coco_wr_le32(wr, 4096);
	coco_wr_le64(wr, 0);
	assert_int_equal(wr->code, 0);
	for (size_t i = 0; i < 72; i += 2)
		sum = (uint16_t)(sum + wr->p[at + i] + (wr->p[at + i + 1] << 8));
	sum = (uint16_t)(0x10000 - sum);
	wr->p[at + 50] = (uint8_t)(sum & 0xff);
	wr->p[at + 51] = (uint8_t)(sum >> 8);
	if (name != NULL) {
		coco_wr_bytes(wr, name, COCO_GUID_SIZE);
		coco_wr_le32(wr, 20);
		coco_wr_le32(wr, 0xffffffff);   /* up to the alignment of files */
	}
	coco_wr_bytes(wr, files, n);
	assert_true(wr->n - at <= size);
	while (wr->code == 0 && wr->n - at < size)
		coco_wr_u8(wr, 0xff);
}

void coco_mint_lzma(struct coco_wr *wr, const void *p, size_t n)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t cap = n + (n >> 1) + 65536;
	uint8_t *out = coco_alloc(cap, 1);
	size_t used = 0;

	assert_non_null(out);
	assert_int_equal(archive_write_add_filter_lzma(a), ARCHIVE_OK);
	assert_int_equal(archive_write_set_filter_option(a, "lzma", "compression-level", "1"),
			 ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open_memory(a, out, cap, &used), ARCHIVE_OK);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_pathname(e, "data");
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, p, n), (la_ssize_t)n);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_entry_free(e);
	archive_write_free(a);
	assert_true(used > 13);
	for (unsigned i = 0; i < 8; i++)   /* the writer says: unknown */
		out[5 + i] = (uint8_t)((uint64_t)n >> (8 * i) & 0xff);
	coco_wr_bytes(wr, out, used);
	coco_free(out);
}

static void utf16(struct coco_wr *wr, const char *s)
{
	align_to(wr, 16, 0);
	for (size_t i = 0; i <= strlen(s); i++)
		coco_wr_le16(wr, (uint16_t)(unsigned char)s[i]);
}

/* A driver with one program section. */
static void driver(struct coco_wr *files, const uint8_t *name, struct coco_wr *program)
{
	struct coco_wr sections;

	coco_wr_init(&sections, MAX);
	coco_mint_fw_section(&sections, COCO_FW_SECTION_PE32, NULL, program->p, program->n);
	coco_mint_fw_section(&sections, COCO_FW_SECTION_UI, NULL, "D\0\0", 4);
	coco_mint_fw_file(files, name, 7, sections.p, sections.n);
	coco_wr_free(&sections);
	coco_wr_free(program);
	coco_wr_init(program, MAX);
}

static void pei_files(struct coco_wr *files, const struct coco_mint_ovmf *s)
{
	struct coco_wr program;

	coco_wr_init(&program, MAX);
	coco_wr_str(&program, "MZ some code");
	if (s->fw_cfg)
		coco_wr_str(&program, "QEMU FW CFG");
	driver(files, some_driver, &program);
	coco_wr_str(&program, "MZ measures the version");
	if (s->version != NULL)
		utf16(&program, s->version);
	if (s->second_text != NULL)
		utf16(&program, s->second_text);
	driver(files, tcg2_pei, &program);
	coco_wr_free(&program);
}

static void dxe_files(struct coco_wr *files, const struct coco_mint_ovmf *s)
{
	struct coco_wr program;

	coco_wr_init(&program, MAX);
	coco_wr_str(&program, "MZ code of BDS");
	if (s->acpi)
		coco_wr_str(&program, "ACPI DATA");
	if (s->blobs)
		coco_wr_str(&program, "etc/boot/kernel");
	if (s->entries)
		utf16(&program, "BootManagerMenuApp");
	if (!s->no_initrd_form)
		coco_wr_bytes(&program, s->prefix ? "initrd=initrd " : " initrd=initrd", 15);
	driver(files, some_driver, &program);
	if (s->smbios) {
		coco_wr_str(&program, "MZ");
		driver(files, smbios_measure, &program);
	}
	if (!s->no_setup) {
		coco_wr_str(&program, "MZ setup");
		driver(files, ui_app, &program);
	}
	if (s->secure_boot) {
		coco_wr_str(&program, "MZ");
		driver(files, secure_config, &program);
	}
	coco_wr_str(&program, "MZ makes type 0");
	utf16(&program, "02/02/2022");   /* a default, as in the driver */
	if (s->date != NULL) {
		utf16(&program, s->date);
		utf16(&program, s->version != NULL ? s->version : "none");
		utf16(&program, s->vendor);
	}
	driver(files, smbios_dxe, &program);
	coco_wr_free(&program);
}

/* The volume whose one file holds both volumes of drivers, packed. */
static void main_volume(struct coco_wr *wr, const struct coco_mint_ovmf *s)
{
	struct coco_wr pei, dxe, volume, sections, packed, outer;

	coco_wr_init(&pei, MAX);
	coco_wr_init(&dxe, MAX);
	coco_wr_init(&volume, MAX);
	coco_wr_init(&sections, MAX);
	coco_wr_init(&packed, MAX);
	coco_wr_init(&outer, MAX);
	pei_files(&pei, s);
	dxe_files(&dxe, s);
	coco_mint_fv(&volume, pei_name, false, pei.p, pei.n, 0x4000);
	coco_mint_fw_section(&sections, COCO_FW_SECTION_VOLUME, NULL, volume.p, volume.n);
	coco_wr_free(&volume);
	coco_wr_init(&volume, MAX);
	coco_mint_fv(&volume, dxe_name, false, dxe.p, dxe.n, 0x8000);
	coco_mint_fw_section(&sections, COCO_FW_SECTION_VOLUME, NULL, volume.p, volume.n);
	coco_mint_lzma(&packed, sections.p, sections.n);
	if (s->packed_damaged)
		packed.p[0] = 0xff;
	coco_mint_fw_section(&outer, COCO_FW_SECTION_GUIDED, coco_fw_lzma_guid, packed.p,
			     packed.n);
	coco_wr_free(&dxe);
	coco_wr_init(&dxe, MAX);
	if (!s->no_packed)
		coco_mint_fw_file(&dxe, some_driver, 11, outer.p, outer.n);
	coco_mint_fv(wr, some_driver, false, dxe.p, dxe.n, COCO_MINT_MAIN);
	coco_wr_free(&pei);
	coco_wr_free(&dxe);
	coco_wr_free(&volume);
	coco_wr_free(&sections);
	coco_wr_free(&packed);
	coco_wr_free(&outer);
}

uint8_t *coco_mint_ovmf(const struct coco_mint_ovmf *s, size_t *ret_n)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *p = NULL;
	size_t n;

	coco_wr_init(&wr, MAX);
	coco_mint_fv(&wr, NULL, true, s->vars.p, s->vars.n, COCO_MINT_VARS);
	main_volume(&wr, s);
	uint8_t *end = coco_mint_firmware(s->end != NULL ? s->end : &tdx_end, &n);
	coco_wr_bytes(&wr, end, n);
	coco_free(end);
	assert_ok(coco_wr_finish(&wr, &p, ret_n, &d), &d);
	return p;
}

const char *coco_mint_ovmf_file(const char *dir, const char *name,
				const struct coco_mint_ovmf *spec)
{
	static char path[4096];
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = coco_mint_ovmf(spec, &n);

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(coco_write_file(path, p, n, COCO_OUT_FORCE, &d), &d);
	coco_free(p);
	return path;
}
