/*
 * kernel_hashes.c - digests of the kernel for the firmware (see
 * kernel_hashes.h).
 */
#include "formats/measure/kernel_hashes.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/guid.h"

enum {
	HEAD = 18,          /* GUID and u16 length */
	ENTRY = HEAD + 32,
	TABLE = HEAD + 3 * ENTRY,
};

static const uint8_t table_guid[] = COCO_GUID(0x9438d606, 0x4f22, 0x4cc9, 0xb479, 0xa793d411fd21);
static const uint8_t cmdline_guid[] =
	COCO_GUID(0x97d02dd8, 0xbd20, 0x4c94, 0xaa78, 0xe7714d36ab2a);
static const uint8_t initrd_guid[] =
	COCO_GUID(0x44baf731, 0x3a2f, 0x4bd7, 0x9af1, 0x41e29169781d);
static const uint8_t kernel_guid[] =
	COCO_GUID(0x4de79437, 0xabd2, 0x427f, 0xb835, 0xd5b172d2045b);

static uint8_t *head(uint8_t *at, const uint8_t *guid, uint8_t length)
{
	memcpy(at, guid, COCO_GUID_SIZE);
	at[COCO_GUID_SIZE] = length;
	at[COCO_GUID_SIZE + 1] = 0;
	return at + HEAD;
}

static uint8_t *entry(uint8_t *at, const uint8_t *guid, const uint8_t digest[32])
{
	at = head(at, guid, ENTRY);
	memcpy(at, digest, 32);
	return at + 32;
}

void coco_kernel_hashes_encode(uint8_t ret[COCO_KERNEL_HASHES_TABLE],
			       const struct coco_kernel_hashes *h)
{
	memset(ret, 0, COCO_KERNEL_HASHES_TABLE);
	uint8_t *at = head(ret, table_guid, TABLE);
	at = entry(at, cmdline_guid, h->cmdline);
	at = entry(at, initrd_guid, h->initrd);
	entry(at, kernel_guid, h->kernel);
}

int coco_kernel_hashes_page(uint8_t ret[COCO_KERNEL_HASHES_PAGE],
			    const struct coco_kernel_hashes *h, uint32_t base,
			    struct coco_diag *diag)
{
	uint32_t at = base % COCO_KERNEL_HASHES_PAGE;

	if (at > COCO_KERNEL_HASHES_PAGE - COCO_KERNEL_HASHES_TABLE)
		return coco_fail(diag, COCO_E_SEV_NO_HASHES,
				 "the table of hashes at 0x%x would leave its page", base);
	memset(ret, 0, COCO_KERNEL_HASHES_PAGE);
	coco_kernel_hashes_encode(ret + at, h);
	return 0;
}

/* White space characters outside ASCII, as UTF-8. U+2000 to U+200A are a range. */
static const char *const spaces[] = {
	"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
	"\xe2\x81\x9f", "\xe3\x80\x80",
};

/* True when the n bytes at p are one white space character. */
static bool is_space(const uint8_t *p, size_t n)
{
	if (n == 1)
		return p[0] == ' ' || (p[0] >= 9 && p[0] <= 13);
	if (n == 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x80 && p[2] <= 0x8a)
		return true;
	for (size_t i = 0; i < COCO_ARRAY_LEN(spaces); i++)
		if (strlen(spaces[i]) == n && memcmp(spaces[i], p, n) == 0)
			return true;
	return false;
}

static size_t space_at(struct coco_view v, bool end)
{
	for (size_t n = 1; n <= 3 && n <= v.n; n++)
		if (is_space(end ? v.p + v.n - n : v.p, n))
			return n;
	return 0;
}

struct coco_view coco_cmdline_trim(struct coco_view cmdline)
{
	size_t n;

	while ((n = space_at(cmdline, false)) != 0) {
		cmdline.p += n;
		cmdline.n -= n;
	}
	while ((n = space_at(cmdline, true)) != 0)
		cmdline.n -= n;
	return cmdline;
}
