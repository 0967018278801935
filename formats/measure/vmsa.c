/*
 * vmsa.c - first states of vCPUs (see vmsa.h).
 */
#include "formats/measure/vmsa.h"

#include <string.h>

/* Offsets in the page (AMD 24593 volume 2, table B-4). */
enum {
	AT_ES = 0x000,
	AT_CS = 0x010,
	AT_SS = 0x020,
	AT_DS = 0x030,
	AT_FS = 0x040,
	AT_GS = 0x050,
	AT_GDTR = 0x060,
	AT_LDTR = 0x070,
	AT_IDTR = 0x080,
	AT_TR = 0x090,
	AT_EFER = 0x0d0,
	AT_CR4 = 0x148,
	AT_CR0 = 0x158,
	AT_DR7 = 0x160,
	AT_DR6 = 0x168,
	AT_RFLAGS = 0x170,
	AT_RIP = 0x178,
	AT_G_PAT = 0x268,
	AT_RDX = 0x310,
	AT_SEV_FEATURES = 0x3b0,
	AT_XCR0 = 0x3e8,
	AT_MXCSR = 0x408,
	AT_X87_FCW = 0x410,
};

static void put(uint8_t *page, size_t at, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		page[at + i] = (uint8_t)(v >> (8 * i) & 0xff);
}

static void segment(uint8_t *page, size_t at, uint16_t selector, uint16_t attrib, uint32_t limit,
		    uint64_t base)
{
	put(page, at, selector, 2);
	put(page, at + 2, attrib, 2);
	put(page, at + 4, limit, 4);
	put(page, at + 8, base, 8);
}

/* What all VMMs agree about. */
static void common(uint8_t *page)
{
	segment(page, AT_GDTR, 0, 0, 0xffff, 0);
	segment(page, AT_LDTR, 0, 0x82, 0xffff, 0);
	segment(page, AT_IDTR, 0, 0, 0xffff, 0);
	put(page, AT_EFER, 0x1000, 8);
	put(page, AT_CR4, 0x40, 8);
	put(page, AT_CR0, 0x10, 8);
	put(page, AT_DR7, 0x400, 8);
	put(page, AT_DR6, 0xffff0ff0, 8);
	put(page, AT_RFLAGS, 2, 8);
	put(page, AT_G_PAT, UINT64_C(0x0007040600070406), 8);
	put(page, AT_XCR0, 1, 8);
}

static uint16_t cs_attrib(const struct coco_vmsa *v)
{
	if (v->vmm == COCO_VMM_KRUN || (v->vmm == COCO_VMM_EC2 && v->eip == COCO_VMSA_BSP_EIP))
		return 0x9a;
	return 0x9b;
}

static uint64_t rdx(const struct coco_vmsa *v)
{
	switch (v->vmm) {
	case COCO_VMM_EC2:
		return v->ec2_reset == COCO_EC2_RDX_600 ? 0x600 : 0;
	case COCO_VMM_GCE:
		return 0x600;
	case COCO_VMM_KRUN:
		return 0;
	case COCO_VMM_QEMU:
	case COCO_VMM_SVSM:
		break;
	}
	return v->signature;
}

static void firmware_start(uint8_t *page, const struct coco_vmsa *v)
{
	bool accessed = v->vmm == COCO_VMM_QEMU || v->vmm == COCO_VMM_GCE;

	segment(page, AT_ES, 0, 0x93, 0xffff, 0);
	segment(page, AT_CS, 0xf000, cs_attrib(v), 0xffff, v->eip & 0xffff0000);
	segment(page, AT_SS, 0, accessed ? 0x93 : 0x92, 0xffff, 0);
	segment(page, AT_DS, 0, 0x93, 0xffff, 0);
	segment(page, AT_FS, 0, 0x93, 0xffff, 0);
	segment(page, AT_GS, 0, 0x93, 0xffff, 0);
	segment(page, AT_TR, 0, accessed ? 0x8b : 0x83, 0xffff, 0);
	put(page, AT_RIP, v->eip & 0xffff, 8);
	put(page, AT_SEV_FEATURES, v->features, 8);
	if (v->vmm == COCO_VMM_GCE)
		put(page, AT_G_PAT, 0x00070106, 8);
	if (v->vmm == COCO_VMM_QEMU) {
		put(page, AT_MXCSR, 0x1f80, 4);
		put(page, AT_X87_FCW, 0x37f, 2);
	}
}

/* COCONUT SVSM starts in flat protected mode. X87_FCW stays 0: its loader never sets it. */
static void svsm_start(uint8_t *page, const struct coco_vmsa *v)
{
	static const uint16_t flat[] = { AT_ES, AT_SS, AT_DS, AT_FS };

	for (size_t i = 0; i < COCO_ARRAY_LEN(flat); i++)
		segment(page, flat[i], 0x10, 0xc93, 0xffffffff, 0);
	segment(page, AT_CS, 8, 0xc9b, 0xffffffff, 0);
	segment(page, AT_GS, 0, 0x93, 0xffff, 0);
	segment(page, AT_TR, 0, 0x8b, 0xffff, 0);
	put(page, AT_CR0, 0x11, 8);
	put(page, AT_RIP, v->eip, 8);
	put(page, AT_SEV_FEATURES, 1, 8);
	put(page, AT_MXCSR, 0x1f80, 4);
}

void coco_vmsa_encode(uint8_t ret[COCO_VMSA_SIZE], const struct coco_vmsa *vmsa)
{
	memset(ret, 0, COCO_VMSA_SIZE);
	common(ret);
	if (vmsa->vmm == COCO_VMM_SVSM)
		svsm_start(ret, vmsa);
	else
		firmware_start(ret, vmsa);
	put(ret, AT_RDX, rdx(vmsa), 8);
}

bool coco_vmsa_needs_model(enum coco_vmm vmm)
{
	return vmm == COCO_VMM_QEMU || vmm == COCO_VMM_SVSM;
}

const char *coco_vmm_name(enum coco_vmm vmm)
{
	switch (vmm) {
	case COCO_VMM_QEMU:
		return "qemu";
	case COCO_VMM_EC2:
		return "ec2";
	case COCO_VMM_GCE:
		return "gce";
	case COCO_VMM_KRUN:
		return "krun";
	case COCO_VMM_SVSM:
		return "svsm";
	}
	return "unknown";
}
