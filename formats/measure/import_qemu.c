/*
 * import_qemu.c - a launch profile from a recorded QEMU command line (see
 * import.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/import_qemu.h"

const struct coco_qemu_entry *coco_qemu_named(const struct coco_qemu_import *q,
					      const char *option)
{
	for (size_t i = q->n; i > 0; i--)
		if (strcmp(q->v[i - 1].option->name, option) == 0)
			return &q->v[i - 1];
	return NULL;
}

const struct coco_qemu_entry *coco_qemu_by(const struct coco_qemu_import *q, const char *option,
					   const char *key, const char *value)
{
	for (size_t i = q->n; i > 0; i--) {
		const struct coco_qemu_entry *e = &q->v[i - 1];
		const char *v;

		if (strcmp(e->option->name, option) != 0)
			continue;
		v = coco_qemu_opt(&e->o, key);
		if (v != NULL && strcmp(v, value) == 0)
			return e;
	}
	return NULL;
}

/* ---- words into entries --------------------------------------------------------- */

static int add_entry(struct coco_qemu_import *q, const struct coco_qemu_option *option,
		     const char *text)
{
	if (!coco_grow((void **)&q->v, &q->cap, q->n, sizeof(*q->v), COCO_QEMU_ENTRIES))
		return coco_fail(q->diag, q->n == COCO_QEMU_ENTRIES ? COCO_E_LIMIT_SIZE :
				 COCO_E_LIMIT_MEMORY, "too many options, or no memory for them");
	struct coco_qemu_entry *e = &q->v[q->n++];
	*e = (struct coco_qemu_entry){ .option = option, .text = text };
	if (option->implied == NULL || option->class != COCO_QEMU_TAKEN)
		return 0;
	int r = coco_qemu_opts_append(&e->o, text, option->implied, q->diag);
	if (r == 0 && strcmp(option->implied, "type") == 0)
		r = coco_qemu_opts_append(&q->machine, text, "type", q->diag);
	if (r != 0)
		coco_diag_field(q->diag, "-%s", option->name);
	return r;
}

/* An option that the list does not know; *at moves past what looks like its value. */
static int unknown(struct coco_qemu_import *q, const struct coco_qemu_argv *w, size_t *at)
{
	const char *word = w->v[*at];

	if (*at + 1 < w->n && w->v[*at + 1][0] != '-')
		(*at)++;
	return coco_import_warn(q->im, q->diag, "%.60s is not known here and may be measured",
				word);
}

static int refuse(struct coco_qemu_import *q, const char *name, const char *text)
{
	return coco_fail(q->diag, COCO_E_PROFILE_REFERS,
			 "-%s %.100s: what is launched is not in this command line", name, text);
}

static int take_word(struct coco_qemu_import *q, const struct coco_qemu_argv *w, size_t *at)
{
	const char *name = w->v[*at];
	const struct coco_qemu_option *option;

	if (name[0] != '-' || name[1] == '\0')
		return add_entry(q, coco_qemu_option_find("hda"), name);
	option = coco_qemu_option_find(name + (name[1] == '-' ? 2 : 1));
	if (option == NULL)
		return unknown(q, w, at);
	if (option->alone)
		return add_entry(q, option, "");
	if (*at + 1 >= w->n)
		return coco_fail(q->diag, COCO_E_PROFILE_ARGV, "-%s has no value", option->name);
	(*at)++;
	if (option->class == COCO_QEMU_REFUSED)
		return refuse(q, option->name, w->v[*at]);
	return add_entry(q, option, w->v[*at]);
}

static int take_words(struct coco_qemu_import *q, const struct coco_qemu_argv *w)
{
	int r = 0;

	for (size_t i = w->first; r == 0 && i < w->n; i++)
		r = take_word(q, w, &i);
	return r;
}

/* ---- vCPUs, memory --------------------------------------------------------------- */

static bool parse_number(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (text[0] == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || v > max / 10)
			return false;
		v = v * 10 + (uint64_t)(*text - '0');
	}
	*ret = v;
	return v <= max;
}

static int bad_value(struct coco_qemu_import *q, const char *option, const char *text)
{
	return coco_fail(q->diag, COCO_E_PROFILE_ARGV, "-%s: \"%.60s\" is not usable", option,
			 text);
}

static int take_smp(struct coco_qemu_import *q)
{
	static const char *const levels[] = { "drawers", "books", "sockets", "dies", "clusters",
					      "modules", "cores", "threads" };
	const struct coco_qemu_entry *e = coco_qemu_named(q, "smp");
	const char *cpus = e != NULL ? coco_qemu_opt(&e->o, "cpus") : "1";
	const char *max = e != NULL ? coco_qemu_opt(&e->o, "maxcpus") : NULL;
	uint64_t product = 1;
	char text[24];

	for (size_t i = 0; e != NULL && i < COCO_ARRAY_LEN(levels); i++) {
		const char *level = coco_qemu_opt(&e->o, levels[i]);
		uint64_t v = 1;

		if (level != NULL && !parse_number(level, COCO_PROFILE_VCPUS, &v))
			return bad_value(q, "smp", level);
		product *= v != 0 ? v : 1;
		if (product > COCO_PROFILE_VCPUS)
			return bad_value(q, "smp", e->text);
	}
	snprintf(text, sizeof(text), "%" PRIu64, product);
	if (cpus == NULL)
		cpus = max != NULL ? max : text;
	int r = coco_import_set(q->im, COCO_PROFILE_CPU_COUNTS, 0, cpus,
				e != NULL ? "-smp" : "QEMU's default: no -smp", q->diag);
	if (r == 0 && max != NULL && strcmp(max, cpus) != 0)
		r = coco_import_set(q->im, COCO_PROFILE_CPU_MAX, 0, max, "-smp, maxcpus", q->diag);
	return r;
}

static long opt_number(const struct coco_qemu_opts *o, const char *key)
{
	const char *text = coco_qemu_opt(o, key);
	uint64_t v = 0;

	return text != NULL && parse_number(text, 4095, &v) ? (long)v : -1;
}

static int take_cpu(struct coco_qemu_import *q)
{
	static const char *const acpi[] = { "phys-bits", "guest-phys-bits", "host-phys-bits",
					    "host-phys-bits-limit" };
	const struct coco_qemu_entry *e = coco_qemu_named(q, "cpu");
	const char *model = e != NULL ? coco_qemu_opt(&e->o, "model") : NULL;
	int r = 0;

	if (e == NULL)
		return strcmp(q->platform, "snp") == 0 || strcmp(q->platform, "sev-es") == 0 ?
			coco_import_warn(q->im, q->diag, "no -cpu: QEMU's default model has no "
					 "signature that SEV knows: give cpu.models") : 0;
	const long fms[3] = { opt_number(&e->o, "family"), opt_number(&e->o, "model"),
			      opt_number(&e->o, "stepping") };
	/* "model" is also the name of the model itself, the first part */
	const long set[3] = { fms[0], e->o.n > 0 && model != e->o.v[0].value ? fms[1] : -1,
			      fms[2] };
	if (e->o.n > 0)
		r = coco_import_cpu(q->im, e->o.v[0].value, set, "-cpu", q->diag);
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(acpi); i++)
		if (coco_qemu_opt(&e->o, acpi[i]) != NULL && q->platform[0] != 's')
			r = coco_import_warn(q->im, q->diag, "-cpu %s: decides where the firmware "
					     "puts devices, which ACPI tables show", acpi[i]);
	return r;
}

/* "2G", "2048" (MiB), "4096M" */
static int take_memory(struct coco_qemu_import *q)
{
	static const char letters[] = "BKMGT";
	const struct coco_qemu_entry *e = coco_qemu_named(q, "m");
	const char *size = e != NULL ? coco_qemu_opt(&e->o, "size") : "128";
	char digits[32];
	uint64_t v = 0;

	if (size == NULL)
		size = "128";
	size_t n = strspn(size, "0123456789");
	char unit = size[n] != '\0' ? size[n] : 'M';
	if (unit >= 'a' && unit <= 'z')
		unit = (char)(unit - 'a' + 'A');
	const char *at = strchr(letters, unit);
	snprintf(digits, sizeof(digits), "%.*s", (int)coco_min_size(n, 30), size);
	if (at == NULL || !parse_number(digits, UINT32_MAX * (uint64_t)4096, &v) || v == 0 ||
	    (size[n] != '\0' && size[n + 1] != '\0') ||
	    coco_mul64_overflows(v, 1ULL << (10 * (at - letters)), &v))
		return bad_value(q, "m", size);
	int r = coco_import_size(q->im, v, e != NULL ? "-m" : "QEMU's default: no -m", q->diag);
	if (r == 0 && e != NULL && coco_qemu_opt(&e->o, "maxmem") != NULL &&
	    q->platform[0] != 's')
		r = coco_import_warn(q->im, q->diag,
				     "-m maxmem: memory that can be added is in the "
				     "ACPI tables");
	return r;
}

/* ---- kernel ------------------------------------------------------------------------ */

static int take_path(struct coco_qemu_import *q, const char *option,
		     enum coco_profile_id id)
{
	const struct coco_qemu_entry *e = coco_qemu_named(q, option);
	const char *text = e != NULL ? e->text : coco_qemu_opt(&q->machine, option);
	char origin[32];

	if (text == NULL)
		return 0;
	snprintf(origin, sizeof(origin), "-%s%s", e != NULL ? "" : "machine ", option);
	return coco_import_set(q->im, id, 0, text, origin, q->diag);
}

static int take_kernel(struct coco_qemu_import *q)
{
	const char *hashes = q->guest != NULL ? coco_qemu_opt(&q->guest->o, "kernel-hashes") : NULL;
	bool on = hashes != NULL && (strcmp(hashes, "on") == 0 || strcmp(hashes, "true") == 0 ||
				     strcmp(hashes, "yes") == 0);
	int r = take_path(q, "kernel", COCO_PROFILE_BOOT_KERNEL);

	if (r == 0)
		r = take_path(q, "initrd", COCO_PROFILE_BOOT_INITRD);
	if (r == 0)
		r = take_path(q, "append", COCO_PROFILE_BOOT_APPEND);
	if (r == 0)
		r = take_path(q, "shim", COCO_PROFILE_BOOT_SHIM);
	if (r == 0)
		r = take_path(q, "dtb", COCO_PROFILE_BOOT_DTB);
	if (r != 0 || q->platform[0] != 's')
		return r;
	r = coco_import_set(q->im, COCO_PROFILE_BOOT_KERNEL_HASHES, 0, on ? "true" : "false",
			    hashes != NULL ? "-object, kernel-hashes" :
					     "QEMU's default: no kernel-hashes=on", q->diag);
	if (r == 0 && !on &&
	    coco_profile_text(&q->im->profile, COCO_PROFILE_BOOT_KERNEL) != NULL)
		r = coco_import_warn(q->im, q->diag, "-kernel without kernel-hashes=on: kernel, "
				     "initrd and command line are not measured");
	return r;
}

/* ---- what is left -------------------------------------------------------------------- */

static int take_machine(struct coco_qemu_import *q)
{
	static const char *const acpi[] = { "acpi", "hpet", "smm", "pic", "pit", "nvdimm", "hmat",
					    "smbus", "sata", "i8042", "dumpdtb" };
	const char *type = coco_qemu_opt(&q->machine, "type");
	int r = coco_import_set(q->im, COCO_PROFILE_VMM_NAME, 0, "qemu", NULL, q->diag);

	if (r == 0 && type != NULL)
		r = coco_import_set(q->im, COCO_PROFILE_VMM_MACHINE, 0, type, "-machine", q->diag);
	if (r == 0 && q->platform[0] != 's' && (type == NULL || strchr(type, '-') == NULL))
		r = coco_import_warn(q->im, q->diag, "-machine %.40s has no version: ACPI tables "
				     "depend on it and on vmm.version", type != NULL ? type : "");
	for (size_t i = 0; r == 0 && q->platform[0] != 's' && i < COCO_ARRAY_LEN(acpi); i++)
		if (coco_qemu_opt(&q->machine, acpi[i]) != NULL)
			r = coco_import_warn(q->im, q->diag, "-machine %s=%.40s changes the ACPI "
					     "tables", acpi[i], coco_qemu_opt(&q->machine,
									      acpi[i]));
	return r;
}

/* Devices on the bus are in the ACPI tables; their number says whether there are any. */
static int warn_devices(struct coco_qemu_import *q)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n; i++)
		n += strcmp(q->v[i].option->name, "device") == 0;
	if (n == 0 || q->platform[0] == 's')
		return 0;
	return coco_import_warn(q->im, q->diag, "%zu devices are in the ACPI tables and not in the "
				"profile: give tdx.acpi with the tables of this command line", n);
}

static int warn_rest(struct coco_qemu_import *q)
{
	int r = warn_devices(q);

	for (size_t i = 0; r == 0 && i < q->n; i++) {
		const struct coco_qemu_option *o = q->v[i].option;

		if (o->class == COCO_QEMU_RELEVANT)
			r = coco_import_warn(q->im, q->diag,
					     "-%s %.100s may change what is measured",
					     o->name, q->v[i].text);
		else if (o->class == COCO_QEMU_ACPI && q->platform[0] != 's')
			r = coco_import_warn(q->im, q->diag,
					     "-%s %.100s changes ACPI tables, SMBIOS "
					     "or boot variables", o->name, q->v[i].text);
	}
	return r;
}

static int run(struct coco_qemu_import *q, const struct coco_qemu_argv *w)
{
	int r = take_words(q, w);

	if (r == 0)
		r = coco_qemu_guest(q);
	if (r == 0)
		r = take_machine(q);
	if (r == 0)
		r = coco_qemu_files(q);
	if (r == 0)
		r = take_kernel(q);
	if (r == 0)
		r = take_smp(q);
	if (r == 0)
		r = take_cpu(q);
	if (r == 0)
		r = take_memory(q);
	return r == 0 ? warn_rest(q) : r;
}

int coco_import_qemu(struct coco_import *ret, struct coco_view record,
		     const struct coco_import_hints *hints, struct coco_diag *diag)
{
	struct coco_import im = { .n_notes = 0 };
	struct coco_qemu_import q = { .im = &im, .hints = hints, .diag = diag };
	struct coco_qemu_argv w = { .n = 0 };

	int r = coco_qemu_argv_split(&w, record, diag);
	if (r == 0)
		r = run(&q, &w);
	for (size_t i = 0; i < q.n; i++)
		coco_qemu_opts_free(&q.v[i].o);
	coco_free(q.v);
	coco_qemu_opts_free(&q.machine);
	coco_qemu_argv_free(&w);
	if (r != 0)
		coco_import_free(&im);
	else
		*ret = im;
	return r;
}
