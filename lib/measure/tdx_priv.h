/*
 * tdx_priv.h - what the parts of tdx.c share while they compute.
 */
#ifndef COCO_TDX_PRIV_H
#define COCO_TDX_PRIV_H

#include "lib/measure/tdx.h"

/* One of the machines that are asked for. */
struct coco_tdx_machine {
	uint64_t memory;                 /* 0: not known */
	const struct coco_acpi *acpi;    /* NULL: not known */
};

struct coco_tdx_work {
	const struct coco_run *run;
	const struct coco_tdx_request *req;
	struct coco_diag *diag;
	struct coco_mrecord *rec;
	struct coco_shelf *shelf;        /* that of req, or own */
	const struct coco_firmware *fw;  /* lent by it */
	unsigned registers;              /* COCO_TDX_MRTD, ... that are asked for */
	struct coco_tdvf tdvf;
	struct coco_fw_generation gen;
	struct coco_boot_list *list;
	struct coco_tdx_machine *machines;   /* owned */
	size_t n_machines;
	size_t per_memory;               /* machines with the same memory */
	size_t branch;                   /* with more than one machine */
	bool checked;                    /* Secure Boot is on in the image */
	bool *used;                      /* owned: which of req->given were */
};

/* tdx.c: the events to come are those of machines first to last only; then of all. */
void coco_tdx_machines(struct coco_tdx_work *w, size_t first, size_t last);
void coco_tdx_all(struct coco_tdx_work *w);

/* tdx.c: whether a digest was given under this name. */
bool coco_tdx_has(const struct coco_tdx_work *w, const char *name);

/* tdx.c: whether each of them must find its event, so that all are gone through. */
bool coco_tdx_checks_given(const struct coco_tdx_work *w);

/* tdx.c: an event with a digest that was given; *ret_done says whether there is one. */
int coco_tdx_given(struct coco_tdx_work *w, const char *name, struct coco_boot_about about,
		   bool *ret_done) COCO_MUSTUSE;

/* tdx_platform.c: the events of RTMR0. tdx_kernel.c: those of RTMR1 and RTMR2. */
int coco_tdx_platform(struct coco_tdx_work *w) COCO_MUSTUSE;
int coco_tdx_kernel(struct coco_tdx_work *w) COCO_MUSTUSE;

/*
 * tdx_image.c: the events of RTMR1 and RTMR2 of a boot from a disk, or of a
 * unified kernel image in the place of the kernel; what systemd adds to RTMR0.
 */
int coco_tdx_image(struct coco_tdx_work *w) COCO_MUSTUSE;

#endif
