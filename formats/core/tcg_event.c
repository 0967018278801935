/*
 * tcg_event.c - what an event of a log says (see tcg_event.h).
 */
#include "formats/core/tcg_event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/rd.h"
#include "formats/core/tcg_text.h"

enum {
	GPT_HEADER = 92,
	GPT_ENTRIES = 128,     /* that are shown */
	TABLES = 16,
};

static const struct {
	uint32_t type;
	const char *name;
} names[] = {
	{ 0x00, "EV_PREBOOT_CERT" },
	{ COCO_EV_POST_CODE, "EV_POST_CODE" },
	{ COCO_EV_NO_ACTION, "EV_NO_ACTION" },
	{ COCO_EV_SEPARATOR, "EV_SEPARATOR" },
	{ COCO_EV_ACTION, "EV_ACTION" },
	{ COCO_EV_EVENT_TAG, "EV_EVENT_TAG" },
	{ COCO_EV_S_CRTM_CONTENTS, "EV_S_CRTM_CONTENTS" },
	{ COCO_EV_S_CRTM_VERSION, "EV_S_CRTM_VERSION" },
	{ 0x09, "EV_CPU_MICROCODE" },
	{ COCO_EV_PLATFORM_CONFIG_FLAGS, "EV_PLATFORM_CONFIG_FLAGS" },
	{ 0x0b, "EV_TABLE_OF_DEVICES" },
	{ 0x0c, "EV_COMPACT_HASH" },
	{ COCO_EV_IPL, "EV_IPL" },
	{ 0x0e, "EV_IPL_PARTITION_DATA" },
	{ 0x0f, "EV_NONHOST_CODE" },
	{ 0x10, "EV_NONHOST_CONFIG" },
	{ COCO_EV_NONHOST_INFO, "EV_NONHOST_INFO" },
	{ 0x12, "EV_OMIT_BOOT_DEVICE_EVENTS" },
	{ 0x13, "EV_POST_CODE2" },
	{ COCO_EV_DSTACK_RUNTIME, "dstack runtime event" },
	{ COCO_EV_EFI_VARIABLE_DRIVER_CONFIG, "EV_EFI_VARIABLE_DRIVER_CONFIG" },
	{ COCO_EV_EFI_VARIABLE_BOOT, "EV_EFI_VARIABLE_BOOT" },
	{ COCO_EV_EFI_BOOT_SERVICES_APPLICATION, "EV_EFI_BOOT_SERVICES_APPLICATION" },
	{ COCO_EV_EFI_BOOT_SERVICES_DRIVER, "EV_EFI_BOOT_SERVICES_DRIVER" },
	{ COCO_EV_EFI_RUNTIME_SERVICES_DRIVER, "EV_EFI_RUNTIME_SERVICES_DRIVER" },
	{ COCO_EV_EFI_GPT_EVENT, "EV_EFI_GPT_EVENT" },
	{ COCO_EV_EFI_ACTION, "EV_EFI_ACTION" },
	{ COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB, "EV_EFI_PLATFORM_FIRMWARE_BLOB" },
	{ COCO_EV_EFI_HANDOFF_TABLES, "EV_EFI_HANDOFF_TABLES" },
	{ COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB2, "EV_EFI_PLATFORM_FIRMWARE_BLOB2" },
	{ COCO_EV_EFI_HANDOFF_TABLES2, "EV_EFI_HANDOFF_TABLES2" },
	{ COCO_EV_EFI_VARIABLE_BOOT2, "EV_EFI_VARIABLE_BOOT2" },
	{ COCO_EV_EFI_GPT_EVENT2, "EV_EFI_GPT_EVENT2" },
	{ COCO_EV_EFI_HCRTM_EVENT, "EV_EFI_HCRTM_EVENT" },
	{ COCO_EV_EFI_VARIABLE_AUTHORITY, "EV_EFI_VARIABLE_AUTHORITY" },
	{ 0x800000e1U, "EV_EFI_SPDM_FIRMWARE_BLOB" },
	{ 0x800000e2U, "EV_EFI_SPDM_FIRMWARE_CONFIG" },
	{ 0x800000e3U, "EV_EFI_SPDM_DEVICE_POLICY" },
	{ 0x800000e4U, "EV_EFI_SPDM_DEVICE_AUTHORITY" },
};

static const struct {
	uint32_t tag;
	const char *what;
} tags[] = {
	{ COCO_TAG_INITRD, "the initrd" },
	{ COCO_TAG_LOAD_OPTIONS, "the kernel command line" },
	{ COCO_TAG_LOADER_CONF, "loader.conf of systemd-boot" },
	{ COCO_TAG_DT_ADDON, "a device tree addon" },
	{ COCO_TAG_INITRD_ADDON, "an initrd addon" },
	{ COCO_TAG_UCODE_ADDON, "a microcode addon" },
	{ COCO_TAG_PROFILE, "the chosen profile of the UKI" },
	{ COCO_TAG_SMBIOS_TYPE1, "SMBIOS type 1" },
	{ COCO_TAG_SMBIOS_TYPE2, "SMBIOS type 2" },
	{ COCO_TAG_SMBIOS_TYPE11, "SMBIOS type 11" },
	{ COCO_TAG_AAEL, "attestation agent" },
};

const char *coco_tcg_event_name(uint32_t type)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return NULL;
}

void coco_tcg_event_name_text(uint32_t type, char ret[40])
{
	const char *name = coco_tcg_event_name(type);

	if (name != NULL)
		snprintf(ret, 40, "%s", name);
	else
		snprintf(ret, 40, "type 0x%" PRIx32, type);
}

bool coco_tcg_variable_parse(struct coco_tcg_variable *ret, struct coco_view data)
{
	struct coco_tcg_variable v;
	struct coco_rd rd;

	coco_rd_init(&rd, data, 0, NULL);
	v.guid = coco_rd_view(&rd, 16, "GUID").p;
	uint64_t chars = coco_rd_le64(&rd, "name length");
	uint64_t size = coco_rd_le64(&rd, "data length");
	if (!coco_rd_ok(&rd) || chars > data.n / 2)
		return false;
	v.name = coco_rd_view(&rd, chars * 2, "name");
	v.data = coco_rd_view(&rd, size, "data");
	if (coco_rd_finish(&rd) != 0)
		return false;
	*ret = v;
	return true;
}

/* ---- variables -------------------------------------------------------------- */

static bool name_is(struct coco_view utf16, const char *name)
{
	size_t n = strlen(name);

	if (utf16.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (utf16.p[2 * i] != (uint8_t)name[i] || utf16.p[2 * i + 1] != 0)
			return false;
	return true;
}

/* "Boot" and four hexadecimal digits. */
static bool name_is_boot_option(struct coco_view utf16)
{
	if (utf16.n != 16 || !name_is(coco_view_of(utf16.p, 8), "Boot"))
		return false;
	for (size_t i = 8; i < 16; i += 2) {
		uint8_t c = utf16.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F')) || utf16.p[i + 1] != 0)
			return false;
	}
	return true;
}

/* EFI_LOAD_OPTION. */
static void text_load_option(struct coco_wr *wr, struct coco_view data)
{
	struct coco_rd rd;
	size_t n = 0;

	coco_rd_init(&rd, data, 0, NULL);
	coco_rd_le32(&rd, "attributes");
	uint16_t path = coco_rd_le16(&rd, "path length");
	struct coco_view left = coco_rd_view(&rd, coco_rd_left(&rd), "description");
	while (n + 1 < left.n && (left.p[n] | left.p[n + 1]) != 0)
		n += 2;
	if (!coco_rd_ok(&rd) || n + 2 > left.n || path > left.n - n - 2) {
		coco_wr_str(wr, "(damaged load option)");
		return;
	}
	coco_wr_str(wr, "\"");
	coco_tcg_text_utf16(wr, coco_view_of(left.p, n));
	coco_wr_str(wr, "\" ");
	coco_tcg_text_path(wr, coco_view_of(left.p + n + 2, path));
}

static void text_boot_order(struct coco_wr *wr, struct coco_view data)
{
	for (size_t i = 0; i + 1 < data.n; i += 2)
		coco_wr_printf(wr, "%s%02x%02x", i > 0 ? " " : "", data.p[i + 1], data.p[i]);
}

static void text_variable(struct coco_wr *wr, const struct coco_tcg_event *e)
{
	struct coco_tcg_variable v;

	if (!coco_tcg_variable_parse(&v, e->data)) {
		coco_wr_str(wr, "variable (damaged) ");
		coco_tcg_text_any(wr, e->data);
		return;
	}
	coco_tcg_text_utf16(wr, v.name);
	if (e->type == COCO_EV_EFI_VARIABLE_AUTHORITY && v.data.n > 16) {
		coco_wr_printf(wr, ": %zu bytes, owner ", v.data.n);
		coco_tcg_text_guid(wr, v.data.p);
	} else if (name_is(v.name, "BootOrder")) {
		coco_wr_str(wr, " = ");
		text_boot_order(wr, v.data);
	} else if (name_is_boot_option(v.name)) {
		coco_wr_str(wr, " = ");
		text_load_option(wr, v.data);
	} else if (v.data.n == 0) {
		coco_wr_str(wr, " is empty");
	} else {
		coco_wr_printf(wr, v.data.n == 1 ? " = " : " (%zu bytes) = ", v.data.n);
		coco_tcg_text_hex(wr, v.data, 16);
	}
}

/* ---- other EFI events ---------------------------------------------------------- */

/* UEFI_IMAGE_LOAD_EVENT. */
static void text_image(struct coco_wr *wr, struct coco_view data)
{
	struct coco_rd rd;

	coco_rd_init(&rd, data, 0, NULL);
	coco_rd_le64(&rd, "location");
	uint64_t size = coco_rd_le64(&rd, "length");
	coco_rd_le64(&rd, "link time address");
	uint64_t n = coco_rd_le64(&rd, "path length");
	struct coco_view path = coco_rd_view(&rd, n, "path");
	if (!coco_rd_ok(&rd)) {
		coco_wr_str(wr, "(damaged) ");
		coco_tcg_text_any(wr, data);
		return;
	}
	coco_tcg_text_path(wr, path);
	coco_wr_printf(wr, ", %" PRIu64 " bytes", size);
}

static void text_partition(struct coco_wr *wr, struct coco_view entry, bool first)
{
	coco_wr_str(wr, first ? ": " : ", ");
	coco_tcg_text_utf16(wr, coco_view_of(entry.p + 56, entry.n - 56));
	coco_wr_str(wr, " ");
	coco_tcg_text_guid(wr, entry.p + 16);
}

static void text_gpt(struct coco_wr *wr, struct coco_view data)
{
	struct coco_rd rd;

	coco_rd_init(&rd, data, 0, NULL);
	struct coco_view header = coco_rd_view(&rd, GPT_HEADER, "GPT header");
	uint64_t n = coco_rd_le64(&rd, "partitions");
	if (!coco_rd_ok(&rd)) {
		coco_wr_str(wr, "GPT (damaged)");
		return;
	}
	coco_wr_str(wr, "GPT of disk ");
	coco_tcg_text_guid(wr, header.p + 56);
	for (uint64_t i = 0; i < n && i < GPT_ENTRIES; i++) {
		struct coco_view entry = coco_rd_view(&rd, 128, "partition");

		if (!coco_rd_ok(&rd)) {
			coco_wr_str(wr, " (damaged)");
			return;
		}
		text_partition(wr, entry, i == 0);
	}
}

static void text_range(struct coco_wr *wr, struct coco_rd *rd)
{
	uint64_t base = coco_rd_le64(rd, "base");
	uint64_t size = coco_rd_le64(rd, "length");

	coco_wr_printf(wr, "0x%" PRIx64 " bytes at 0x%" PRIx64, size, base);
}

/* A list of GUIDs and addresses. */
static void text_tables(struct coco_wr *wr, struct coco_rd *rd)
{
	uint64_t n = coco_rd_le64(rd, "number of tables");

	for (uint64_t i = 0; i < n && i < TABLES && coco_rd_left(rd) >= 24; i++) {
		coco_wr_str(wr, i > 0 ? ", " : "");
		coco_tcg_text_guid(wr, coco_rd_view(rd, 16, "GUID").p);
		coco_wr_printf(wr, " at 0x%" PRIx64, coco_rd_le64(rd, "address"));
	}
}

/* A description with its length in one byte. */
static void text_description(struct coco_wr *wr, struct coco_rd *rd)
{
	struct coco_view v = coco_rd_view(rd, coco_rd_u8(rd, "description size"), "description");

	while (v.n > 0 && v.p[v.n - 1] == 0)
		v.n--;
	coco_tcg_text_utf8(wr, v);
	coco_wr_str(wr, ": ");
}

static void text_platform(struct coco_wr *wr, const struct coco_tcg_event *e)
{
	bool described = e->type == COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB2 ||
			 e->type == COCO_EV_EFI_HANDOFF_TABLES2;
	bool tables = e->type == COCO_EV_EFI_HANDOFF_TABLES ||
		      e->type == COCO_EV_EFI_HANDOFF_TABLES2;
	struct coco_rd rd;

	if (!described && !tables && e->data.n != 16) {
		coco_tcg_text_any(wr, e->data);
		return;
	}
	coco_rd_init(&rd, e->data, 0, NULL);
	if (described)
		text_description(wr, &rd);
	if (tables)
		text_tables(wr, &rd);
	else
		text_range(wr, &rd);
	if (!coco_rd_ok(&rd))
		coco_wr_str(wr, "(damaged)");
}

/* ---- events of loaders and agents ------------------------------------------------ */

static void text_tag(struct coco_wr *wr, struct coco_view data)
{
	const char *what = NULL;
	struct coco_rd rd;

	coco_rd_init(&rd, data, 0, NULL);
	uint32_t tag = coco_rd_le32(&rd, "tag");
	struct coco_view text = coco_rd_view(&rd, coco_rd_le32(&rd, "tag size"), "tag data");
	if (!coco_rd_ok(&rd)) {
		coco_wr_str(wr, "(damaged) ");
		coco_tcg_text_any(wr, data);
		return;
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(tags); i++)
		if (tags[i].tag == tag)
			what = tags[i].what;
	if (what != NULL)
		coco_wr_printf(wr, "%s: ", what);
	else
		coco_wr_printf(wr, "tag 0x%08" PRIx32 ": ", tag);
	coco_tcg_text_any(wr, text);
}

/* Text to its first NUL; what follows is left of a longer buffer. */
static struct coco_view to_nul(struct coco_view v)
{
	size_t n = strnlen((const char *)v.p, v.n);

	return coco_view_of(v.p, n);
}

static void text_ipl(struct coco_wr *wr, struct coco_view data)
{
	bool wide = data.n >= 2 && data.p[1] == 0 && data.p[0] != 0;

	if (wide)
		coco_tcg_text_utf16(wr, data);
	else if (data.n > 0 && to_nul(data).n > 1)
		coco_tcg_text_utf8(wr, to_nul(data));
	else
		coco_tcg_text_any(wr, data);
}

static void text_no_action(struct coco_wr *wr, struct coco_view data)
{
	static const char locality[] = "StartupLocality";

	if (data.n == sizeof(locality) + 1 && memcmp(data.p, locality, sizeof(locality)) == 0)
		coco_wr_printf(wr, "startup locality %u", data.p[sizeof(locality)]);
	else if (data.n >= 16 && to_nul(coco_view_of(data.p, 16)).n > 3)
		coco_tcg_text_utf8(wr, to_nul(coco_view_of(data.p, 16)));
	else
		coco_tcg_text_any(wr, data);
}

static void text_nonhost(struct coco_wr *wr, struct coco_view data)
{
	static const char gce[] = "GCE NonHostInfo";
	static const char *const kinds[] = { "no memory encryption", "AMD SEV", "AMD SEV-ES",
					     "Intel TDX", "AMD SEV-SNP" };

	if (data.n <= sizeof(gce) || memcmp(data.p, gce, sizeof(gce)) != 0) {
		coco_tcg_text_any(wr, data);
		return;
	}
	uint8_t kind = data.p[sizeof(gce)];
	coco_wr_printf(wr, "%s: %s", gce,
		       kind < COCO_ARRAY_LEN(kinds) ? kinds[kind] : "an unknown technology");
}

static void text_separator(struct coco_wr *wr, struct coco_view data)
{
	coco_wr_str(wr, "separator ");
	coco_tcg_text_hex(wr, data, 8);
}

static void text_runtime(struct coco_wr *wr, const struct coco_tcg_event *e)
{
	struct coco_view name = coco_view_of(e->name, e->name != NULL ? strlen(e->name) : 0);

	coco_tcg_text_utf8(wr, name);
	if (e->data.n == 0)
		return;
	if (name.n != 0)
		coco_wr_str(wr, ": ");
	coco_tcg_text_any(wr, e->data);
}

void coco_tcg_event_text(struct coco_wr *wr, const struct coco_tcg_event *e)
{
	if (e->data.n == 0) {
		text_runtime(wr, e);
		return;
	}
	switch (e->type) {
	case COCO_EV_EFI_VARIABLE_DRIVER_CONFIG:
	case COCO_EV_EFI_VARIABLE_BOOT:
	case COCO_EV_EFI_VARIABLE_BOOT2:
	case COCO_EV_EFI_VARIABLE_AUTHORITY:
		text_variable(wr, e);
		break;
	case COCO_EV_EFI_BOOT_SERVICES_APPLICATION:
	case COCO_EV_EFI_BOOT_SERVICES_DRIVER:
	case COCO_EV_EFI_RUNTIME_SERVICES_DRIVER:
		text_image(wr, e->data);
		break;
	case COCO_EV_EFI_GPT_EVENT:
	case COCO_EV_EFI_GPT_EVENT2:
		text_gpt(wr, e->data);
		break;
	case COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB:
	case COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB2:
	case COCO_EV_EFI_HANDOFF_TABLES:
	case COCO_EV_EFI_HANDOFF_TABLES2:
		text_platform(wr, e);
		break;
	case COCO_EV_EVENT_TAG: text_tag(wr, e->data); break;
	case COCO_EV_IPL: text_ipl(wr, e->data); break;
	case COCO_EV_NO_ACTION: text_no_action(wr, e->data); break;
	case COCO_EV_NONHOST_INFO: text_nonhost(wr, e->data); break;
	case COCO_EV_SEPARATOR: text_separator(wr, e->data); break;
	case COCO_EV_DSTACK_RUNTIME: text_runtime(wr, e); break;
	default: coco_tcg_text_any(wr, e->data); break;
	}
}

int coco_tcg_event_line(const struct coco_tcg_event *e, char *ret, size_t cap,
			struct coco_diag *diag)
{
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_TCG_EVENT_TEXT);
	coco_tcg_event_text(&wr, e);
	if (wr.code == COCO_E_LIMIT_MEMORY) {
		coco_wr_free(&wr);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the text of an event");
	}
	if (wr.n > 0)
		coco_escape(ret, cap, (const char *)wr.p, wr.n);
	else
		ret[0] = '\0';
	coco_wr_free(&wr);
	return 0;
}

/* ---- what a digest covers ---------------------------------------------------------- */

/* GRUB measures a command without the word that it logs before it. */
static size_t covered_ipl(struct coco_view data, struct coco_view ret[COCO_TCG_COVERS])
{
	static const char *const prefixes[] = { "grub_cmd: ", "kernel_cmdline: ", "grub_cmd ",
						"grub_kernel_cmdline " };

	for (size_t i = 0; i < COCO_ARRAY_LEN(prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (data.n < n || memcmp(data.p, prefixes[i], n) != 0)
			continue;
		struct coco_view text = coco_view_of(data.p + n, data.n - n);
		ret[0] = to_nul(text);
		if (ret[0].n == text.n)
			return 1;
		ret[1] = coco_view_of(text.p, ret[0].n + 1);
		return 2;
	}
	if (data.n < 4 || data.n % 2 != 0 || data.p[1] != 0)
		return 0;
	ret[0] = data;   /* systemd-stub: the text that is measured, or the name of what is */
	return 1;
}

size_t coco_tcg_event_covered(const struct coco_tcg_event *e,
			      struct coco_view ret[COCO_TCG_COVERS], bool *ret_certain)
{
	struct coco_tcg_variable v;

	*ret_certain = true;
	switch (e->type) {
	case COCO_EV_SEPARATOR:
	case COCO_EV_EFI_ACTION:
	case COCO_EV_EFI_GPT_EVENT:
		ret[0] = e->data;
		return 1;
	case COCO_EV_EFI_VARIABLE_DRIVER_CONFIG:
	case COCO_EV_EFI_VARIABLE_AUTHORITY:
		/* some firmware logs more than the variable, and measures other bytes */
		*ret_certain = coco_tcg_variable_parse(&v, e->data);
		ret[0] = e->data;
		return 1;
	case COCO_EV_S_CRTM_VERSION:
	case COCO_EV_NONHOST_INFO:
		*ret_certain = false;
		ret[0] = e->data;
		return 1;
	case COCO_EV_EFI_VARIABLE_BOOT:
	case COCO_EV_EFI_VARIABLE_BOOT2:
		if (!coco_tcg_variable_parse(&v, e->data))
			return 0;
		ret[0] = v.data;
		ret[1] = e->data;
		return 2;
	case COCO_EV_IPL:
		*ret_certain = false;
		return covered_ipl(e->data, ret);
	case COCO_EV_EVENT_TAG:
		if (e->data.n < 8 || memcmp(e->data.p, "LEAA", 4) != 0)
			return 0;
		ret[0] = e->data;
		return 1;
	default:
		return 0;
	}
}
