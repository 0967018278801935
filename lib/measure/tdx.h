/*
 * tdx.h - MRTD and the runtime registers of an Intel TDX guest that QEMU starts
 * with OVMF and a kernel, computed from files (measure.md 2).
 */
#ifndef COCO_TDX_H
#define COCO_TDX_H

#include "formats/measure/smbios.h"
#include "lib/measure/acpi.h"
#include "lib/measure/boot_stage.h"
#include "lib/measure/firmware.h"
#include "lib/measure/mrtd.h"
#include "lib/measure/shelf.h"
#include "lib/measure/vtpm.h"

enum {
	COCO_TDX_MACHINES = 256,        /* memory sizes times vCPU counts */
};

/* Registers of a request. */
enum {
	COCO_TDX_MRTD = 1,
	COCO_TDX_RTMR0 = 2,             /* and COCO_TDX_RTMR0 << N for RTMR N */
	COCO_TDX_RTMR1 = 4,
	COCO_TDX_RTMR2 = 8,
	COCO_TDX_RTMR3 = 16,
	COCO_TDX_ALL = 31,
};

/* A digest that stands for something that would be computed: "kernel", "etc/acpi/tables". */
struct coco_tdx_given {
	char name[COCO_MRECORD_NAME];
	uint8_t digest[COCO_MRTD_SIZE];
};

/* A fw_cfg item that firmware from edk2-stable202505 on measures; n 0: QEMU has none. */
struct coco_tdx_item {
	const char *name;               /* one of coco_tdx_items */
	struct coco_view value;
};

/* Names of the items, in the order in which they are measured; NULL at the end. */
extern const char *const coco_tdx_items[];

/* A field that the host sets: its name ("mrconfigid") and its bytes, at most 48. */
struct coco_tdx_field {
	const char *name;
	const uint8_t *value;
	size_t n;
};

/* Everything is borrowed. */
struct coco_tdx_request {
	const char *firmware;            /* file */
	enum coco_fw_choice generation;
	unsigned registers;              /* of COCO_TDX_ALL; 0: all */
	struct coco_shelf *shelf;        /* what measurements share; NULL: nothing */
	const enum coco_mrtd_order *orders;
	size_t n_orders;                 /* at least 1 */
	const char *kernel;              /* file; NULL: only the firmware */
	const char *initrd;              /* file or NULL */
	struct coco_view append;
	const struct coco_vtpm_request *chain; /* NULL, or a boot from a disk: disk or uki, ... */
	bool shim;                       /* with -shim before the kernel */
	const char *dtb;                 /* file of -dtb; or NULL */
	bool other_machine;              /* not q35 */
	unsigned qemu;                   /* major version; 0: not known */
	enum coco_boot_linux_events logs;
	bool may_repeat;                 /* ExitBootServices may happen twice */
	const uint64_t *memory;          /* sizes in bytes, each once */
	size_t n_memory;                 /* 0: not known */
	const uint32_t *vcpus;           /* counts, each once; only with acpi for each */
	size_t n_vcpus;
	const struct coco_acpi *acpi;    /* one for each memory size and vCPU count, memory first */
	size_t n_acpi;                   /* 0: not known */
	const struct coco_smbios_firmware *bios;   /* NULL: as the image says */
	const struct coco_tdx_item *items;
	size_t n_items;
	const struct coco_tdx_given *given;
	size_t n_given;
	bool may_be_unused;              /* given digests that this guest does not use are fine */
	const struct coco_tdx_field *fields;
	size_t n_fields;
};

/*
 * coco_tdx_measure - fills a record with "tdx.mrtd", "tdx.rtmr0" to "tdx.rtmr3",
 * or those that are asked for, and the given fields. The firmware is unpacked only
 * for what depends on that. What cannot be computed is named in the record. Gives *ret
 * (coco_mrecord_free). Errors: those of firmware.h, tdvf.h, td_hob.h, smbios.h,
 * pe.h and linux_setup.h; USAGE_CONFLICT (parts that do not go together, a
 * given digest that nothing uses), MATRIX_SIZE, CMDLINE, IO_..., LIMIT_MEMORY.
 */
int coco_tdx_measure(const struct coco_run *run, const struct coco_tdx_request *req,
		     struct coco_mrecord *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
