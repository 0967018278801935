/*
 * qemu_ask.c - what a QEMU hands to the firmware (see qemu_ask.h).
 */
#include "lib/measure/qemu_ask.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/rd.h"
#include "formats/measure/fw_cfg.h"
#include "formats/measure/pci_window.h"
#include "lib/measure/qemu_pci.h"
#include "lib/measure/qtest.h"

enum {
	PORT_HIGH = 0x514,          /* address of a request; the second write starts it */
	PORT_LOW = 0x518,
	REQUEST_AT = 0x8000,        /* in the guest's memory */
	DATA_AT = 0x100000,
};

struct session {
	struct coco_qtest q;
	const struct coco_qemu_request *req;
	struct coco_diag *diag;
	uint8_t *directory;   /* owned */
	size_t n_directory;
};

/* ---- fw_cfg ------------------------------------------------------------------------ */

static uint32_t swap(uint32_t v)
{
	uint8_t raw[4];

	coco_put_be32(raw, v);
	return raw[0] | (uint32_t)raw[1] << 8 | (uint32_t)raw[2] << 16 | (uint32_t)raw[3] << 24;
}

/* One transfer of n bytes to DATA_AT and from there to ret. */
static int transfer(struct session *s, uint32_t control, uint8_t *ret, size_t n)
{
	uint8_t request[COCO_FW_CFG_REQUEST];
	uint8_t state[4] = { 0 };

	coco_fw_cfg_request(request, control | COCO_FW_CFG_READ, (uint32_t)n, DATA_AT);
	int r = coco_qtest_write(&s->q, REQUEST_AT, request, sizeof(request), s->diag);
	if (r == 0)
		r = coco_qtest_out32(&s->q, PORT_HIGH, 0, s->diag);
	if (r == 0)
		r = coco_qtest_out32(&s->q, PORT_LOW, swap(REQUEST_AT), s->diag);
	if (r == 0)
		r = coco_qtest_read(&s->q, REQUEST_AT, state, sizeof(state), s->diag);
	if (r == 0 && coco_get_be32(state) != 0)
		return coco_fail(s->diag, COCO_E_FW_CFG,
				 "the machine does not carry out a fw_cfg request");
	return r == 0 ? coco_qtest_read(&s->q, DATA_AT, ret, n, s->diag) : r;
}

/* The first n bytes of an item, given in *ret. */
static int read_item(struct session *s, uint16_t key, size_t n, uint8_t **ret)
{
	uint32_t control = (uint32_t)key << 16 | COCO_FW_CFG_SELECT;
	uint8_t *p = coco_alloc(n, 1);
	int r = 0;

	if (p == NULL)
		return coco_fail(s->diag, COCO_E_LIMIT_MEMORY, "no memory for a file of QEMU");
	for (size_t at = 0; r == 0 && at < n; at += COCO_QTEST_CHUNK) {
		r = transfer(s, control, p + at, coco_min_size(n - at, COCO_QTEST_CHUNK));
		control = 0;
	}
	if (r != 0) {
		coco_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

static int read_directory(struct session *s)
{
	uint8_t *head = NULL;
	size_t count = 0;

	int r = read_item(s, COCO_FW_CFG_DIRECTORY, 4, &head);
	if (r != 0)
		return r;
	r = coco_fw_cfg_count(coco_view_of(head, 4), &count, s->diag);
	coco_free(head);
	if (r != 0)
		return r;
	s->n_directory = 4 + count * COCO_FW_CFG_ENTRY;
	return read_item(s, COCO_FW_CFG_DIRECTORY, s->n_directory, &s->directory);
}

/* A whole file; ret->p stays NULL when there is none of this name. */
static int read_file(struct session *s, const char *name, struct coco_acpi_blob *ret)
{
	struct coco_view directory = coco_view_of(s->directory, s->n_directory);
	struct coco_fw_cfg_file f = { .size = 0 };
	bool found = false;

	int r = coco_fw_cfg_find(directory, name, &f, &found, s->diag);
	if (r != 0 || !found)
		return r;
	if (f.size == 0 || f.size > COCO_FW_CFG_FILE_MAX)
		return coco_fail(s->diag, COCO_E_FW_CFG, "the file %s has %u bytes", name, f.size);
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->n = f.size;
	return read_item(s, f.key, f.size, &ret->p);
}

static int read_needed(struct session *s, const char *name, struct coco_acpi_blob *ret)
{
	int r = read_file(s, name, ret);

	if (r == 0 && ret->p == NULL)
		r = coco_fail(s->diag, COCO_E_ACPI_FILE, "the machine has no file %s", name);
	return r;
}

/* ---- the window -------------------------------------------------------------------- */

/* Where OVMF would put it, from the machine's memory map. */
static int compute_window(struct session *s, uint64_t *ret)
{
	struct coco_acpi_blob e820 = { .n = 0 };
	struct coco_acpi_blob end = { .n = 0 };
	struct coco_acpi_blob own_size = { .n = 0 };
	uint64_t memory_end = 0;
	struct coco_rd rd;

	int r = read_needed(s, "etc/e820", &e820);
	if (r == 0)
		r = read_file(s, "etc/reserved-memory-end", &end);
	if (r == 0)
		r = read_file(s, "opt/ovmf/X-PciMmio64Mb", &own_size);
	if (r == 0 && own_size.p != NULL)
		r = coco_fail(s->diag, COCO_E_USAGE_MISSING,
			      "the machine sets the size of the PCI window: give its start "
			      "with --pci-window");
	if (r == 0 && end.p != NULL) {
		coco_rd_init(&rd, coco_view_of(end.p, end.n), 0, s->diag);
		memory_end = coco_rd_le64(&rd, "end of memory");
		r = rd.code;
	}
	if (r == 0)
		r = coco_pci_window(coco_view_of(e820.p, e820.n), memory_end, s->req->phys_bits,
				    ret, s->diag);
	coco_free(e820.p);
	coco_free(end.p);
	coco_free(own_size.p);
	return r;
}

static int set_window(struct session *s, struct coco_acpi *a)
{
	struct coco_qemu_user user = { .found = false };

	int r = coco_qemu_find_user(&s->q, &user, s->diag);
	if (r != 0 || !user.found)
		return r;
	a->has_window = true;
	a->window = s->req->window;
	if (!s->req->has_window && s->req->phys_bits == 0)
		return coco_fail(s->diag, COCO_E_USAGE_MISSING,
				 "device %u.%u has 64-bit memory, whose address is in the ACPI "
				 "tables: --phys-bits or --pci-window is needed", user.devfn >> 3,
				 user.devfn & 7);
	if (!s->req->has_window)
		r = compute_window(s, &a->window);
	return r == 0 ? coco_qemu_set_window(&s->q, &user, a->window, s->diag) : r;
}

/* ---- the whole --------------------------------------------------------------------- */

/* The tables are made at the first look at one of them: everything else comes before. */
static int read_tables(struct session *s, struct coco_acpi *a)
{
	struct coco_acpi_files files = { .n = 0 };

	int r = read_needed(s, "etc/table-loader", &a->blob[a->n++]);
	if (r == 0)
		r = coco_acpi_loader_parse(&files, coco_view_of(a->blob[0].p, a->blob[0].n),
					   s->diag);
	for (size_t i = 0; r == 0 && i < files.n; i++)
		r = read_needed(s, files.name[i], &a->blob[a->n++]);
	return r == 0 ? read_file(s, "etc/smbios/smbios-tables", &a->smbios) : r;
}

/* Options of a running guest that this QEMU must not have. */
static int judge_args(const struct coco_qemu_request *req, struct coco_diag *diag)
{
	static const char *const bad[] = {
		"accel", "enable-kvm", "daemonize", "qtest", "qtest-log", "incoming", "loadvm",
		"chroot", "runas", "run-with", "pidfile", "no-shutdown",
	};

	for (size_t i = 0; i < req->n_args; i++) {
		const char *a = req->args[i];

		if (a[0] != '-')
			continue;
		a += a[1] == '-' ? 2 : 1;
		for (size_t k = 0; k < COCO_ARRAY_LEN(bad); k++)
			if (strcmp(a, bad[k]) == 0)
				return coco_fail(diag, COCO_E_USAGE_CONFLICT,
						 "QEMU's option -%s is for running a guest: leave "
						 "it out", a);
	}
	if (req->seconds > COCO_QEMU_SECONDS_MAX)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "QEMU has %d seconds at most",
				 COCO_QEMU_SECONDS_MAX);
	return 0;
}

int coco_qemu_ask(const struct coco_run *run, const struct coco_qemu_request *req,
		  struct coco_acpi *ret, struct coco_diag *diag)
{
	struct session s = { .req = req, .diag = diag };
	struct coco_acpi a = { .n = 0, .asked = true };

	int r = judge_args(req, diag);
	if (r != 0)
		return r;
	r = coco_qtest_start(&s.q, run, req->program, req->args, req->n_args,
			     req->seconds != 0 ? req->seconds : COCO_QEMU_SECONDS, diag);
	if (r == 0)
		r = coco_qemu_chipset(&s.q, diag);
	if (r == 0)
		r = read_directory(&s);
	if (r == 0)
		r = set_window(&s, &a);
	if (r == 0)
		r = read_tables(&s, &a);
	coco_qtest_stop(&s.q);
	coco_free(s.directory);
	if (r != 0) {
		coco_acpi_free(&a);
		return r;
	}
	*ret = a;
	return 0;
}
