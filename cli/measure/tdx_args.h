/*
 * tdx_args.h - options of measure tdx into a request of lib/measure/tdx.h.
 */
#ifndef COCO_TDX_ARGS_H
#define COCO_TDX_ARGS_H

#include "cli/core/cli.h"
#include "cli/measure/acpi_args.h"
#include "lib/measure/tdx.h"

enum { COCO_TDX_FIELDS = 5 };

/* A request and what it borrows. */
struct coco_tdx_args {
	struct coco_tdx_request req;
	struct coco_vtpm_request chain;    /* of a boot from a disk */
	enum coco_mrtd_order orders[2];
	uint8_t *append;                   /* owned, as the pointers below */
	uint64_t *memory;
	uint32_t *vcpus;
	uint32_t max_vcpus;                /* that could be added; 0: as many as there are */
	struct coco_tdx_given *given;
	struct coco_tdx_item *items;
	uint8_t *bytes;                    /* values of items */
	struct coco_acpi_args tables;      /* of --acpi, or of one machine */
	struct coco_acpi *acpi;            /* of each machine that QEMU was asked for */
	size_t n_acpi;
	struct coco_tdx_field fields[COCO_TDX_FIELDS];
	uint8_t field_bytes[COCO_TDX_FIELDS][COCO_MRTD_SIZE];
};

/* Fills it; coco_tdx_args_free in any case. */
int coco_tdx_args(struct coco_cli *cli, const struct coco_opts_measure_tdx *o,
		  struct coco_tdx_args *a, struct coco_diag *diag) COCO_MUSTUSE;
void coco_tdx_args_free(struct coco_tdx_args *a);

#endif
