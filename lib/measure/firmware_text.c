/*
 * firmware_text.c - texts of the build that end up in measurements: the version
 * in PCR 0's first event, and the strings of the SMBIOS type 0 that the
 * firmware adds (measure.md 2.7, 3.2; see firmware.h). They are UTF-16 strings
 * of two drivers.
 */
#include <string.h>

#include "lib/measure/firmware_priv.h"

enum {
	TEXTS = 16,       /* of one driver that are looked at */
	SHORTEST = 4,     /* characters */
	ALIGN = 8,        /* where compilers let strings start */
};

/* Tcg2Pei measures the version; SmbiosPlatformDxe makes type 0. */
static const uint8_t tcg2_pei[COCO_GUID_SIZE] =
	COCO_GUID(0xa0c98b77, 0xcba5, 0x4bb8, 0x993b, 0x4af6ce33ece4);
static const uint8_t smbios_platform[COCO_GUID_SIZE] =
	COCO_GUID(0x4110465d, 0x5ff3, 0x4f4b, 0xb580, 0x24ed0d06747a);

/* SecureBootConfigDxe is in builds with Secure Boot only. */
static const uint8_t secure_boot_config[COCO_GUID_SIZE] =
	COCO_GUID(0xf0e6a44f, 0x7195, 0x41c3, 0xac64, 0x54f202cd0a21);
static const uint8_t ui_app[COCO_GUID_SIZE] =
	COCO_GUID(0x462caa21, 0x7614, 0x4503, 0x836e, 0x8ab6f4662331);

struct texts {
	char text[TEXTS][COCO_FIRMWARE_TEXT];
	size_t n;
};

static bool printable(const uint8_t *p)
{
	return p[0] >= 0x20 && p[0] < 0x7f && p[1] == 0;
}

/* Characters from p on, up to a NUL; 0: it is not a text. */
static size_t text_length(const uint8_t *p, size_t n)
{
	size_t len = 0;

	while (2 * len + 1 < n && printable(p + 2 * len))
		len++;
	if (len < SHORTEST || len >= COCO_FIRMWARE_TEXT || 2 * len + 1 >= n ||
	    p[2 * len] != 0 || p[2 * len + 1] != 0)
		return 0;
	return len;
}

/* The UTF-16 strings of printable ASCII that end in NUL; too many: as if there were none. */
static void collect(struct texts *t, struct coco_view code)
{
	t->n = 0;
	for (size_t i = 0; i < code.n; i += ALIGN) {
		size_t len = text_length(code.p + i, code.n - i);

		if (len == 0)
			continue;
		if (t->n == TEXTS) {
			t->n = 0;
			return;
		}
		for (size_t k = 0; k < len; k++)
			t->text[t->n][k] = (char)code.p[i + 2 * k];
		t->text[t->n++][len] = '\0';
		i += 2 * len / ALIGN * ALIGN;   /* what follows starts behind the NUL */
	}
}

/* The program of the driver with this name in a volume; n 0: there is none. */
static int find_driver(struct coco_view volume, const uint8_t *name, struct coco_view *ret,
		       struct coco_diag *diag)
{
	struct coco_fw_section s;
	struct coco_fw_file file;
	struct coco_fv fv;
	bool found = true;

	*ret = coco_view_of(NULL, 0);
	if (volume.n == 0)
		return 0;
	int r = coco_fv_parse(&fv, volume, 0, diag);
	size_t at = r == 0 ? fv.first : 0;
	while (r == 0 && fv.has_files && found) {
		r = coco_fw_file_next(&fv, &at, &file, &found, diag);
		if (r != 0 || !found || memcmp(file.name, name, COCO_GUID_SIZE) != 0)
			continue;
		size_t in = 0;
		bool more = file.has_sections;
		while (r == 0 && more) {
			r = coco_fw_section_next(file.body, file.offset, &in, &s, &more, diag);
			if (r == 0 && more && s.type == COCO_FW_SECTION_PE32) {
				*ret = s.body;
				return 0;
			}
		}
	}
	return r;
}

/* "09/26/2026" */
static bool is_date(const char *s)
{
	static const char form[] = "00/00/0000";

	if (strlen(s) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	return true;
}

/*
 * The compiler lays date, version and vendor side by side; defaults for an unset
 * date or version lie elsewhere in the driver.
 */
static void take_smbios(struct coco_firmware *fw, const struct texts *t)
{
	for (size_t i = 0; i + 2 < t->n; i++) {
		if (!is_date(t->text[i]) || is_date(t->text[i + 1]))
			continue;
		if (fw->has_version && fw->version[0] != '\0' &&
		    strcmp(fw->version, t->text[i + 1]) != 0)
			continue;
		memcpy(fw->date, t->text[i], COCO_FIRMWARE_TEXT);
		memcpy(fw->smbios_version, t->text[i + 1], COCO_FIRMWARE_TEXT);
		memcpy(fw->vendor, t->text[i + 2], COCO_FIRMWARE_TEXT);
		fw->has_smbios = true;
		return;
	}
}

int coco_firmware_texts(struct coco_firmware *fw, struct coco_diag *diag)
{
	struct coco_view code;
	struct texts t;

	int r = find_driver(fw->pei, tcg2_pei, &code, diag);
	if (r == 0 && code.n != 0) {
		collect(&t, code);
		fw->has_version = t.n <= 1;
		if (t.n == 1)
			memcpy(fw->version, t.text[0], COCO_FIRMWARE_TEXT);
	}
	if (r == 0)
		r = find_driver(fw->dxe, smbios_platform, &code, diag);
	if (r == 0 && code.n != 0) {
		collect(&t, code);
		take_smbios(fw, &t);
	}
	if (r == 0)
		r = find_driver(fw->dxe, secure_boot_config, &code, diag);
	fw->checks_images = r == 0 && code.n != 0;
	if (r == 0)
		r = find_driver(fw->dxe, ui_app, &code, diag);
	fw->has_setup = r == 0 && code.n != 0;
	return r;
}
