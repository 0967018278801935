/*
 * linux_setup.c - the setup header of an x86 Linux kernel (see linux_setup.h).
 */
#include "formats/measure/linux_setup.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

/* Offsets of the header's fields (Linux, Documentation/arch/x86/boot.rst). */
enum {
	AT_OLD_MAGIC = 0x20,
	AT_OLD_OFFSET = 0x22,
	AT_SETUP_SECTS = 0x1f1,
	AT_VID_MODE = 0x1fa,
	AT_MAGIC = 0x202,
	AT_PROTOCOL = 0x206,
	AT_VERSION = 0x20e,
	AT_LOADER_TYPE = 0x210,
	AT_LOAD_FLAGS = 0x211,
	AT_RAMDISK = 0x218,
	AT_RAMDISK_SIZE = 0x21c,
	AT_HEAP_END = 0x224,
	AT_CMDLINE = 0x228,
	AT_INITRD_MAX = 0x22c,
	AT_XLOADFLAGS = 0x236,
};

enum {
	SECTOR = 512,
	ACPI_AREA = 0x28000,            /* that QEMU keeps free below the initrd */
};

static uint16_t get16(const uint8_t *p, size_t at)
{
	return (uint16_t)(p[at] | p[at + 1] << 8);
}

static uint32_t get32(const uint8_t *p, size_t at)
{
	return (uint32_t)get16(p, at) | (uint32_t)get16(p, at + 2) << 16;
}

static void put16(uint8_t *p, size_t at, uint32_t v)
{
	p[at] = (uint8_t)(v & 0xff);
	p[at + 1] = (uint8_t)(v >> 8 & 0xff);
}

static void put32(uint8_t *p, size_t at, uint32_t v)
{
	put16(p, at, v & 0xffff);
	put16(p, at + 2, v >> 16);
}

/* "6.12.0": the text that the header points at, up to a space, if there is one. */
static void read_version(struct coco_linux_setup *s, struct coco_view head, const uint8_t *p)
{
	size_t at = (size_t)get16(p, AT_VERSION) + SECTOR;
	struct coco_rd rd;
	size_t n = 0;

	if (s->protocol < 0x200 || at == SECTOR)
		return;
	coco_rd_init(&rd, head, 0, NULL);
	coco_rd_view(&rd, at, "version");
	for (; coco_rd_left(&rd) > 0 && n + 1 < sizeof(s->version); n++) {
		uint8_t c = coco_rd_u8(&rd, "version");

		if (c <= ' ' || c >= 0x7f)
			break;
		s->version[n] = (char)c;
	}
	s->version[n] = '\0';
	s->has_version = n > 0;
}

void coco_linux_setup_parse(struct coco_linux_setup *ret, struct coco_view head)
{
	struct coco_rd rd;

	*ret = (struct coco_linux_setup){ .is_linux = false };
	coco_rd_init(&rd, head, 0, NULL);
	const uint8_t *p = coco_rd_view(&rd, COCO_LINUX_SETUP_LEAST, "setup header").p;
	if (!coco_rd_ok(&rd))
		return;
	ret->setup_size = ((p[AT_SETUP_SECTS] != 0 ? p[AT_SETUP_SECTS] : 4U) + 1U) * SECTOR;
	if (memcmp(p + AT_MAGIC, "HdrS", 4) != 0 || get16(p, AT_PROTOCOL) == 0)
		return;
	ret->is_linux = true;
	ret->protocol = get16(p, AT_PROTOCOL);
	read_version(ret, head, p);
}

/* Where QEMU q35 splits memory at 4 GiB. */
static uint64_t below_4g(uint64_t memory)
{
	return memory >= 0xB0000000 ? 0x80000000 : memory;
}

static int bad_mode(struct coco_view mode, struct coco_diag *diag)
{
	char text[40];

	coco_escape(text, sizeof(text), (const char *)mode.p, coco_min_size(mode.n, 24));
	return coco_fail(diag, COCO_E_BOOT_KERNEL,
			 "QEMU does not start with this video mode on the command line: vga=%s",
			 text);
}

static unsigned digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10U : 16U;
}

/* A number as C writes it, up to a space or the end; at most 32 bits. */
static int mode_number(struct coco_view mode, uint32_t *ret, struct coco_diag *diag)
{
	unsigned base = 10;
	uint64_t v = 0;
	size_t at = 0;

	if (mode.n > 1 && mode.p[0] == '0') {
		bool hex = (mode.p[1] | 0x20) == 'x';

		base = hex ? 16 : 8;
		at = hex ? 2 : 0;
	}
	size_t first = at;
	for (; at < mode.n && digit(mode.p[at]) < base; at++) {
		v = v * base + digit(mode.p[at]);
		if (v > UINT32_MAX)
			return bad_mode(mode, diag);
	}
	if (at == first || (at < mode.n && mode.p[at] != ' '))
		return bad_mode(mode, diag);
	*ret = (uint32_t)v;
	return 0;
}

static bool starts(struct coco_view v, const char *word)
{
	return v.n >= strlen(word) && memcmp(v.p, word, strlen(word)) == 0;
}

/* The first vga= on the command line, wherever it stands. */
static int video_mode(uint8_t *head, struct coco_view line, struct coco_diag *diag)
{
	const uint8_t *at = line.n != 0 ? memmem(line.p, line.n, "vga=", 4) : NULL;
	uint32_t mode = 0;
	int r = 0;

	if (at == NULL)
		return 0;
	struct coco_view word = coco_view_of(at + 4, line.n - (size_t)(at - line.p) - 4);
	if (starts(word, "normal"))
		mode = 0xffff;
	else if (starts(word, "ext"))
		mode = 0xfffe;
	else if (starts(word, "ask"))
		mode = 0xfffd;
	else
		r = mode_number(word, &mode, diag);
	if (r == 0)
		put16(head, AT_VID_MODE, mode & 0xffff);
	return r;
}

static int initrd(uint8_t *head, uint16_t protocol, const struct coco_linux_launch *launch,
		  struct coco_diag *diag)
{
	uint64_t low = below_4g(launch->memory);
	uint64_t max = 0x37ffffff;

	if (!launch->has_initrd)
		return 0;
	if (protocol >= 0x20c && (get16(head, AT_XLOADFLAGS) & 2) != 0)
		max = UINT32_MAX;
	else if (protocol >= 0x203)
		max = get32(head, AT_INITRD_MAX);
	if (low <= ACPI_AREA)
		return coco_fail(diag, COCO_E_BOOT_KERNEL,
				 "%" PRIu64 " bytes of memory are too few", launch->memory);
	if (max >= low - ACPI_AREA)
		max = low - ACPI_AREA - 1;
	if (launch->initrd_size > max)
		return coco_fail(diag, COCO_E_BOOT_KERNEL,
				 "an initrd of %" PRIu64 " bytes does not fit below %" PRIu64
				 " bytes of memory", launch->initrd_size, max);
	put32(head, AT_RAMDISK, (uint32_t)(max - launch->initrd_size) & ~UINT32_C(4095));
	put32(head, AT_RAMDISK_SIZE, (uint32_t)launch->initrd_size);
	return 0;
}

/* Where the node of a dtb lies, from the start of the protected-mode kernel. */
static uint64_t node_at(const struct coco_linux_setup *s, const struct coco_linux_launch *launch)
{
	uint64_t size = launch->kernel_size > s->setup_size ? launch->kernel_size - s->setup_size
							    : 0;

	return (size + 15) & ~UINT64_C(15);
}

void coco_linux_setup_tail(const struct coco_linux_setup *s, const struct coco_linux_launch *launch,
			   size_t *ret_pad, uint8_t node[COCO_LINUX_DTB_HEAD])
{
	enum { SETUP_DTB = 2 };

	memset(node, 0, COCO_LINUX_DTB_HEAD);
	put32(node, 8, SETUP_DTB);
	put32(node, 12, (uint32_t)launch->dtb.n);
	*ret_pad = (size_t)(node_at(s, launch) + s->setup_size - launch->kernel_size) & 15;
}

static int dtb(uint8_t *head, const struct coco_linux_setup *s,
	       const struct coco_linux_launch *launch, struct coco_diag *diag)
{
	enum { AT_SETUP_DATA = 0x250, LOADED_AT = 0x100000 };

	if (launch->dtb.n == 0)
		return 0;
	if (s->protocol < 0x209)
		return coco_fail(diag, COCO_E_BOOT_KERNEL,
				 "the kernel's boot protocol knows no device tree");
	put32(head, AT_SETUP_DATA, (uint32_t)(LOADED_AT + node_at(s, launch)));
	put32(head, AT_SETUP_DATA + 4, (uint32_t)((LOADED_AT + node_at(s, launch)) >> 32));
	return 0;
}

int coco_linux_setup_patch(uint8_t *head, size_t n, const struct coco_linux_launch *launch,
			   struct coco_diag *diag)
{
	uint8_t work[COCO_LINUX_SETUP_LEAST];
	struct coco_linux_setup s;

	coco_linux_setup_parse(&s, coco_view_of(head, n));
	if (!s.is_linux)
		return 0;
	bool high = s.protocol >= 0x200 && (head[AT_LOAD_FLAGS] & 1) != 0;
	bool modern = high && s.protocol >= 0x202;
	size_t line = coco_min_size(launch->cmdline.n, UINT16_MAX);
	uint32_t real = modern ? 0x10000 : 0x90000;
	uint32_t cmd = modern ? 0x20000 : 0x9a000 - (uint32_t)((line + 16) & ~(size_t)15);

	memcpy(work, head, sizeof(work));   /* which the setup code always covers */
	if (s.protocol >= 0x202) {
		put32(work, AT_CMDLINE, cmd);
	} else {
		put16(work, AT_OLD_MAGIC, 0xA33F);
		put16(work, AT_OLD_OFFSET, (cmd - real) & 0xffff);
	}
	int r = video_mode(work, launch->cmdline, diag);
	if (r != 0)
		return r;
	if (s.protocol >= 0x200)
		work[AT_LOADER_TYPE] = 0xB0;
	if (s.protocol >= 0x201) {
		work[AT_LOAD_FLAGS] |= 0x80;
		put16(work, AT_HEAP_END, (cmd - real - 0x200) & 0xffff);
	}
	r = initrd(work, s.protocol, launch, diag);
	if (r == 0)
		r = dtb(work, &s, launch, diag);
	if (r == 0)
		memcpy(head, work, sizeof(work));
	return r;
}
