/*
 * tdx_args.c - options of measure tdx into a request (see tdx_args.h).
 */
#include "cli/measure/tdx_args.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/measure/disk_args.h"
#include "cli/measure/launch_args.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/load_options.h"
#include "lib/core/io.h"
#include "lib/core/pool.h"

static int no_memory(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for options");
}

/* ---- machines ------------------------------------------------------------------- */

/* "2G" or "2GiB" from *at on, which moves past it; 0: it is none. */
static uint64_t take_size(const char **at)
{
	static const char units[] = "KMGT";
	uint64_t v = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++)
		if (coco_mul64_overflows(v, 10, &v) ||
		    coco_add64_overflows(v, (uint64_t)(**at - '0'), &v))
			return 0;
	const char *unit = **at != '\0' ? strchr(units, **at) : NULL;
	if (unit == NULL)
		return 0;
	*at += (*at)[1] == 'i' && (*at)[2] == 'B' ? 3 : 1;
	return coco_mul64_overflows(v, (uint64_t)1 << (10 * (unit - units + 1)), &v) ? 0 : v;
}

static bool has_size(const struct coco_tdx_args *a, uint64_t v)
{
	for (size_t i = 0; i < a->req.n_memory; i++)
		if (a->memory[i] == v)
			return true;
	return false;
}

static int take_memory(struct coco_tdx_args *a, const char *list, struct coco_diag *diag)
{
	if (list == NULL)
		return 0;
	a->memory = coco_alloc(COCO_TDX_MACHINES, sizeof(*a->memory));
	if (a->memory == NULL)
		return no_memory(diag);
	a->req.memory = a->memory;
	for (const char *at = list;; at++) {
		uint64_t v = take_size(&at);

		if (v == 0 || (*at != ',' && *at != '\0') ||
		    a->req.n_memory == COCO_TDX_MACHINES)
			return coco_fail(diag, COCO_E_GUEST_MEMORY,
					 "--memory: \"%s\" is not a list of sizes", list);
		if (!has_size(a, v))
			a->memory[a->req.n_memory++] = v;
		if (*at == '\0')
			return 0;
	}
}

/* The options of one machine: those of the user, and what is varied. */
static int machine_words(const struct coco_tdx_args *a, const char *words, size_t i, char **ret,
			 struct coco_diag *diag)
{
	size_t per = a->req.n_vcpus != 0 ? a->req.n_vcpus : 1;
	struct coco_wr wr;
	uint8_t *p = NULL;
	size_t n;

	coco_wr_init(&wr, 2 << 20);
	coco_wr_str(&wr, words);
	if (a->req.n_memory != 0)
		coco_wr_printf(&wr, "\n-m %" PRIu64 "K", a->memory[i / per] >> 10);
	if (a->req.n_vcpus != 0)
		coco_wr_printf(&wr, "\n-smp %" PRIu32, a->vcpus[i % per]);
	if (a->req.n_vcpus != 0 && a->max_vcpus != 0)
		coco_wr_printf(&wr, ",maxcpus=%" PRIu32, a->max_vcpus);
	int r = coco_wr_finish(&wr, &p, &n, diag);
	if (r == 0)
		*ret = (char *)p;
	return r;
}

/* Each machine is asked for on its own; several at a time. */
struct machines {
	struct coco_cli *cli;
	const struct coco_opts_acpi *opts;
	struct coco_tdx_args *a;
	const char *words;
};

static int ask(void *ctx, size_t i, struct coco_diag *diag)
{
	const struct machines *m = ctx;
	struct coco_opts_acpi one = *m->opts;
	struct coco_acpi_args got = { .has_acpi = false };
	char *text = NULL;

	int r = machine_words(m->a, m->words, i, &text, diag);
	one.qemu_args = text;
	if (r == 0)
		r = coco_acpi_args(m->cli, &one, &got, diag);
	coco_free(text);
	if (r != 0)
		coco_acpi_args_free(&got);
	else
		m->a->acpi[i] = got.acpi;   /* taken */
	return r;
}

/* QEMU is asked for each machine. */
static int ask_all(struct coco_cli *cli, const struct coco_opts_acpi *o, struct coco_tdx_args *a,
		   struct coco_diag *diag)
{
	size_t machines = coco_min_size(a->req.n_memory != 0 ? a->req.n_memory : 1,
					COCO_TDX_MACHINES) *
			  (a->req.n_vcpus != 0 ? a->req.n_vcpus : 1);
	uint8_t *file = NULL;
	size_t n = 0;
	int r = 0;

	if (machines > COCO_TDX_MACHINES)
		return coco_fail(diag, COCO_E_MATRIX_SIZE, "%zu machines are too many", machines);
	if (machines > 1 && o->save != NULL)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "--save-acpi is for one memory size and one vCPU count");
	const char *words = o->qemu_args != NULL ? o->qemu_args : "";
	if (words[0] == '@') {
		r = coco_read_file(words + 1, 1 << 20, &file, &n, diag);
		words = (const char *)file;
		if (r == 0 && strlen(words) != n)
			r = coco_fail(diag, COCO_E_USAGE_VALUE,
				      "--qemu-args: words that end with NUL cannot be varied");
	}
	a->acpi = coco_zalloc(machines, sizeof(*a->acpi));
	if (r == 0 && a->acpi == NULL)
		r = no_memory(diag);
	if (a->acpi != NULL)
		a->n_acpi = machines;   /* zeroed ones are fine to free */
	struct machines m = { cli, o, a, words };
	if (r == 0)
		r = coco_pool_each(&cli->run, machines, ask, &m, diag);
	coco_free(file);
	a->req.acpi = a->acpi;
	a->req.n_acpi = a->n_acpi;
	return r;
}

static int take_tables(struct coco_cli *cli, const struct coco_opts_acpi *o,
		       struct coco_tdx_args *a, struct coco_diag *diag)
{
	bool varied = a->req.n_memory != 0 || a->req.n_vcpus != 0;
	int r;

	if (o->qemu != NULL && varied) {
		r = ask_all(cli, o, a, diag);
	} else {
		r = coco_acpi_args(cli, o, &a->tables, diag);
		if (r == 0 && (a->tables.has_acpi || a->tables.acpi.smbios.p != NULL)) {
			a->req.acpi = &a->tables.acpi;
			a->req.n_acpi = 1;
		}
	}
	if (r == 0 && o->bios_vendor != NULL) {
		a->tables.bios = (struct coco_smbios_firmware){ o->bios_vendor, o->bios_version,
								o->bios_date };
		a->req.bios = &a->tables.bios;
	}
	return r;
}

/* ---- values that are given ------------------------------------------------------ */

/* NAME=HEX: where the digits start; NULL: there is no '='. */
static const char *digits_of(const char *word, size_t *ret_name)
{
	const char *eq = strrchr(word, '=');

	*ret_name = eq != NULL ? (size_t)(eq - word) : 0;
	return *ret_name != 0 ? eq + 1 : NULL;
}

static int take_events(struct coco_tdx_args *a, const struct coco_strlist *list,
		       struct coco_diag *diag)
{
	a->given = coco_zalloc(list->n + 1, sizeof(*a->given));
	if (a->given == NULL)
		return no_memory(diag);
	a->req.given = a->given;
	for (size_t i = 0; i < list->n; i++) {
		struct coco_tdx_given *g = &a->given[i];
		size_t n;
		const char *hex = digits_of(list->v[i], &n);

		if (hex == NULL || n >= sizeof(g->name) || strlen(hex) != 2 * COCO_MRTD_SIZE ||
		    coco_hex_decode(g->digest, COCO_MRTD_SIZE, hex, strlen(hex), NULL) != 0)
			return coco_fail(diag, COCO_E_USAGE_VALUE,
					 "--event: \"%s\" is not NAME= and 96 hexadecimal digits",
					 list->v[i]);
		memcpy(g->name, list->v[i], n);
		a->req.n_given++;
	}
	return 0;
}

static const char *item_name(const char *word, size_t n)
{
	for (size_t i = 0; coco_tdx_items[i] != NULL; i++)
		if (strlen(coco_tdx_items[i]) == n && memcmp(coco_tdx_items[i], word, n) == 0)
			return coco_tdx_items[i];
	return NULL;
}

static int take_items(struct coco_tdx_args *a, const struct coco_strlist *list,
		      struct coco_diag *diag)
{
	size_t total = 1;
	size_t at = 0;

	for (size_t i = 0; i < list->n; i++)
		total += strlen(list->v[i]);
	a->items = coco_zalloc(list->n + 1, sizeof(*a->items));
	a->bytes = coco_alloc(total, 1);
	if (a->items == NULL || a->bytes == NULL)
		return no_memory(diag);
	a->req.items = a->items;
	for (size_t i = 0; i < list->n; i++) {
		size_t n;
		const char *hex = digits_of(list->v[i], &n);
		const char *name = hex != NULL ? item_name(list->v[i], n) : NULL;
		size_t size = hex != NULL ? strlen(hex) / 2 : 0;

		if (name == NULL || strlen(hex) % 2 != 0 ||
		    (size != 0 &&
		     coco_hex_decode(a->bytes + at, size, hex, strlen(hex), NULL) != 0))
			return coco_fail(diag, COCO_E_USAGE_VALUE,
					 "--fw-cfg: \"%s\" is not an item that is measured, = and "
					 "its bytes in hexadecimal", list->v[i]);
		a->items[a->req.n_items++] = (struct coco_tdx_item){
			name, coco_view_of(a->bytes + at, size)
		};
		at += size;
	}
	return 0;
}

static int take_fields(struct coco_tdx_args *a, const struct coco_opts_measure_tdx *o,
		       struct coco_diag *diag)
{
	const struct {
		const char *name;
		const char *hex;
		size_t n;
	} fields[COCO_TDX_FIELDS] = {
		{ "attributes", o->attributes, 8 },
		{ "xfam", o->xfam, 8 },
		{ "mrconfigid", o->mrconfigid, COCO_MRTD_SIZE },
		{ "mrowner", o->mrowner, COCO_MRTD_SIZE },
		{ "mrownerconfig", o->mrownerconfig, COCO_MRTD_SIZE },
	};

	a->req.fields = a->fields;
	for (size_t i = 0; i < COCO_TDX_FIELDS; i++) {
		uint8_t *to = a->field_bytes[a->req.n_fields];

		if (fields[i].hex == NULL)
			continue;
		if (strlen(fields[i].hex) != 2 * fields[i].n ||
		    coco_hex_decode(to, fields[i].n, fields[i].hex, 2 * fields[i].n, NULL) != 0)
			return coco_fail(diag, COCO_E_USAGE_VALUE,
					 "--%s: not %zu hexadecimal digits", fields[i].name,
					 2 * fields[i].n);
		a->fields[a->req.n_fields++] =
			(struct coco_tdx_field){ fields[i].name, to, fields[i].n };
	}
	return 0;
}

/* ---- the rest ------------------------------------------------------------------- */

static int take_append(struct coco_tdx_args *a, const char *text, struct coco_diag *diag)
{
	size_t n = 0;

	if (text == NULL)
		return 0;
	if (text[0] != '@') {
		a->req.append = coco_view_of(text, strlen(text));
		return 0;
	}
	int r = coco_read_file(text + 1, COCO_LOAD_OPTIONS_MAX, &a->append, &n, diag);
	if (r == 0)
		a->req.append = coco_view_of(a->append, n);
	return r;
}

/* The major version of "10.0.3" or "10". */
static int take_qemu(struct coco_tdx_args *a, const char *text, struct coco_diag *diag)
{
	unsigned v = 0;

	if (text == NULL)
		return 0;
	size_t n = strspn(text, "0123456789");
	for (size_t i = 0; i < n && v < 1000; i++)
		v = v * 10 + (unsigned)(text[i] - '0');
	if (v == 0 || v >= 1000 || (text[n] != '.' && text[n] != '\0'))
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "--qemu-version: \"%s\" is not a version as 10.0", text);
	a->req.qemu = v;
	return 0;
}

static int take_registers(const struct coco_strlist *list, unsigned *ret, struct coco_diag *diag)
{
	static const char *const names[] = { "mrtd", "rtmr0", "rtmr1", "rtmr2", "rtmr3" };

	for (size_t i = 0; i < list->n; i++) {
		unsigned bit = 0;

		for (unsigned k = 0; k < COCO_ARRAY_LEN(names); k++)
			if (strcmp(list->v[i], names[k]) == 0)
				bit = 1U << k;
		if (bit == 0)
			return coco_fail(diag, COCO_E_USAGE_VALUE,
					 "--register: \"%.40s\" is not mrtd or rtmr0 to rtmr3",
					 list->v[i]);
		*ret |= bit;
	}
	return 0;
}

/* By QEMU's version when nothing is said: 8 was patched for TDX and adds in two passes. */
static void take_orders(struct coco_tdx_args *a, int choice)
{
	enum { AUTO, SINGLE, TWO };
	bool single = choice != TWO && !(choice == AUTO && a->req.qemu != 0 && a->req.qemu <= 8);
	bool two = choice != SINGLE && !(choice == AUTO && a->req.qemu > 8);

	a->req.orders = a->orders;
	if (single)
		a->orders[a->req.n_orders++] = COCO_MRTD_SINGLE;
	if (two)
		a->orders[a->req.n_orders++] = COCO_MRTD_TWO;
}

int coco_tdx_args(struct coco_cli *cli, const struct coco_opts_measure_tdx *o,
		  struct coco_tdx_args *a, struct coco_diag *diag)
{
	struct coco_tdx_request *req = &a->req;

	req->firmware = o->firmware;
	req->generation = (enum coco_fw_choice)o->generation;
	req->kernel = o->kernel;
	req->initrd = o->initrd;
	req->logs = (enum coco_boot_linux_events)o->linux_events;
	req->may_repeat = o->exit_services != 0;
	req->shim = o->shim;
	req->dtb = o->dtb;
	req->other_machine = coco_machine_is_other(o->machine);
	if (o->from.disk != NULL || o->from.uki != NULL) {
		coco_disk_args(&o->from, &a->chain);
		a->chain.logs = req->logs;
		req->chain = &a->chain;
	}
	int r = take_append(a, o->append, diag);
	if (r == 0)
		r = take_qemu(a, o->qemu_version, diag);
	if (r == 0)
		r = take_memory(a, o->memory, diag);
	if (r == 0 && o->vcpus != NULL) {
		r = coco_launch_args_counts(o->vcpus, &a->vcpus, &req->n_vcpus, diag);
		req->vcpus = a->vcpus;
	}
	a->max_vcpus = o->max_vcpus;
	for (size_t i = 0; r == 0 && a->max_vcpus != 0 && i < req->n_vcpus; i++)
		if (a->vcpus[i] > a->max_vcpus)
			r = coco_fail(diag, COCO_E_USAGE_CONFLICT,
				      "--max-vcpus: %" PRIu32 " vCPUs at launch are more than %"
				      PRIu32, a->vcpus[i], a->max_vcpus);
	if (r == 0)
		r = take_events(a, &o->events, diag);
	if (r == 0)
		r = take_items(a, &o->items, diag);
	if (r == 0)
		r = take_fields(a, o, diag);
	if (r == 0)
		r = take_registers(&o->registers, &req->registers, diag);
	if (r != 0)
		return r;
	take_orders(a, o->add_page);
	return take_tables(cli, &o->tables, a, diag);
}

void coco_tdx_args_free(struct coco_tdx_args *a)
{
	for (size_t i = 0; i < a->n_acpi; i++)
		coco_acpi_free(&a->acpi[i]);
	coco_acpi_args_free(&a->tables);
	coco_free(a->acpi);
	coco_free(a->append);
	coco_free(a->memory);
	coco_free(a->vcpus);
	coco_free(a->given);
	coco_free(a->items);
	coco_free(a->bytes);
}
