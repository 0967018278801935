/*
 * import_libvirt.c - a launch profile from a libvirt domain (see import.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/xml.h"
#include "formats/measure/import.h"

struct domain {
	struct coco_import *im;
	const struct coco_import_hints *hints;
	struct coco_diag *diag;
	struct coco_xml_element root;
	struct coco_xml_element os;
	struct coco_xml_element security;   /* launchSecurity; v NULL: none */
	const char *platform;
};

static int bad(struct domain *d, struct coco_xml_element e, const char *what)
{
	coco_diag_pointer(d->diag, "line %u", coco_xml_line(e));
	return coco_fail(d->diag, COCO_E_PROFILE_XML, "<%s>: %s", coco_xml_name(e), what);
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The text of an element without white space at both ends; false: too long. */
static bool trimmed(const char *text, char *ret, size_t cap)
{
	size_t n;

	while (blank(*text))
		text++;
	n = strlen(text);
	while (n > 0 && blank(text[n - 1]))
		n--;
	if (n >= cap)
		return false;
	memcpy(ret, text, n);
	ret[n] = '\0';
	return true;
}

/* A child's text into a key; exact: white space belongs to it. */
static int take(struct domain *d, struct coco_xml_element parent, const char *name,
		enum coco_profile_id id, bool exact)
{
	struct coco_xml_element e = coco_xml_child(parent, name);
	const char *text = coco_xml_text(e);
	char word[2049];
	char origin[64];

	if (e.v == NULL)
		return 0;
	if (text == NULL)
		return bad(d, e, "text is expected in it");
	snprintf(origin, sizeof(origin), "<%s> of <%s>", name, coco_xml_name(parent));
	if (!exact) {
		if (!trimmed(text, word, sizeof(word)))
			return bad(d, e, "its text is too long");
		text = word;
	}
	return text[0] != '\0' ? coco_import_set(d->im, id, 0, text, origin, d->diag) : 0;
}

static int take_base64(struct domain *d, const char *name, enum coco_profile_id id)
{
	struct coco_xml_element e = coco_xml_child(d->security, name);
	const char *text = coco_xml_text(e);
	char word[256];
	char origin[64];

	if (e.v == NULL)
		return 0;
	if (text == NULL || !trimmed(text, word, sizeof(word)))
		return bad(d, e, "base64 is expected in it");
	snprintf(origin, sizeof(origin), "<%s> of <launchSecurity>", name);
	return coco_import_hex(d->im, id, word, origin, d->diag);
}

static bool says(const char *text, const char *word)
{
	return text != NULL && strcmp(text, word) == 0;
}

/* ---- launchSecurity ------------------------------------------------------------- */

static int take_policy(struct domain *d, bool *ret_es)
{
	struct coco_xml_element e = coco_xml_child(d->security, "policy");
	const char *text = coco_xml_text(e);
	char word[64];

	if (e.v == NULL)
		return 0;
	if (text == NULL || !trimmed(text, word, sizeof(word)))
		return bad(d, e, "a number is expected in it");
	return coco_import_policy(d->im, word, "<policy> of <launchSecurity>", ret_es, d->diag);
}

static int take_sev(struct domain *d)
{
	bool snp = strcmp(d->platform, "snp") == 0;
	const char *hashes = coco_xml_attribute(d->security, "kernelHashes");
	bool on = says(hashes, "yes");
	int r = coco_import_set(d->im, COCO_PROFILE_BOOT_KERNEL_HASHES, 0, on ? "true" : "false",
				hashes != NULL ? "kernelHashes of <launchSecurity>" :
						 "libvirt's default: no kernelHashes", d->diag);

	if (r == 0 && snp)
		r = take_base64(d, "hostData", COCO_PROFILE_GUEST_HOST_DATA);
	if (r == 0 && snp)
		r = take(d, d->security, "idBlock", COCO_PROFILE_ID_BLOCK_BLOCK, false);
	if (r == 0 && snp)
		r = take(d, d->security, "idAuth", COCO_PROFILE_ID_BLOCK_AUTH, false);
	if (r == 0 && !on && coco_xml_child(d->os, "kernel").v != NULL)
		r = coco_import_warn(d->im, d->diag, "<kernel> without kernelHashes='yes': kernel, "
				     "initrd and command line are not measured");
	return r;
}

static int take_security(struct domain *d)
{
	const char *type = coco_xml_attribute(d->security, "type");
	bool es = false;
	int r = 0;

	d->platform = "vtpm";
	if (d->security.v != NULL) {
		if (says(type, "sev-snp"))
			d->platform = "snp";
		else if (says(type, "tdx"))
			d->platform = "tdx";
		else if (says(type, "sev"))
			d->platform = "sev";
		else
			return bad(d, d->security, "its type is not sev, sev-snp or tdx");
		if (d->platform[0] == 's')
			r = take_policy(d, &es);
		if (es && strcmp(d->platform, "sev") == 0)
			d->platform = "sev-es";
	}
	if (d->hints->platform != NULL)
		d->platform = d->hints->platform;
	if (r == 0)
		r = coco_import_set(d->im, COCO_PROFILE_PLATFORMS, 0, d->platform,
				    d->hints->platform != NULL ? "given" :
				    d->security.v != NULL ? "<launchSecurity>" :
				    "no <launchSecurity>", d->diag);
	if (r != 0 || d->security.v == NULL)
		return r;
	if (d->platform[0] == 's')
		return take_sev(d);
	if (strcmp(d->platform, "tdx") != 0)
		return 0;
	r = take_base64(d, "mrConfigId", COCO_PROFILE_TDX_MRCONFIGID);
	if (r == 0)
		r = take_base64(d, "mrOwner", COCO_PROFILE_TDX_MROWNER);
	return r == 0 ? take_base64(d, "mrOwnerConfig", COCO_PROFILE_TDX_MROWNERCONFIG) : r;
}

/* ---- os ---------------------------------------------------------------------------- */

static int take_os(struct domain *d)
{
	const char *machine = coco_xml_attribute(coco_xml_child(d->os, "type"), "machine");
	int r = coco_import_set(d->im, COCO_PROFILE_VMM_NAME, 0, "qemu", NULL, d->diag);

	if (r == 0 && machine != NULL)
		r = coco_import_set(d->im, COCO_PROFILE_VMM_MACHINE, 0, machine,
				    "machine of <type>", d->diag);
	if (r == 0)
		r = take(d, d->os, "loader", COCO_PROFILE_FIRMWARE_FILE, false);
	if (r == 0)
		r = take(d, d->os, "nvram", COCO_PROFILE_FIRMWARE_VARS, false);
	if (r == 0)
		r = take(d, d->os, "kernel", COCO_PROFILE_BOOT_KERNEL, false);
	if (r == 0)
		r = take(d, d->os, "initrd", COCO_PROFILE_BOOT_INITRD, false);
	if (r == 0)
		r = take(d, d->os, "cmdline", COCO_PROFILE_BOOT_APPEND, true);
	if (r == 0)
		r = take(d, d->os, "shim", COCO_PROFILE_BOOT_SHIM, false);
	if (r == 0)
		r = take(d, d->os, "dtb", COCO_PROFILE_BOOT_DTB, false);
	if (r == 0 && coco_profile_text(&d->im->profile, COCO_PROFILE_FIRMWARE_FILE) == NULL)
		r = coco_import_warn(d->im, d->diag, "<os> names no <loader>: libvirt chooses the "
				     "firmware when the domain starts; take virsh dumpxml of the "
				     "running domain");
	return r;
}

/* ---- vCPUs, memory ------------------------------------------------------------------- */

static int take_vcpus(struct domain *d)
{
	struct coco_xml_element e = coco_xml_child(d->root, "vcpu");
	const char *current = coco_xml_attribute(e, "current");
	const char *text = coco_xml_text(e);
	char max[32] = "1";

	if (e.v != NULL && (text == NULL || !trimmed(text, max, sizeof(max))))
		return bad(d, e, "a number is expected in it");
	int r = coco_import_set(d->im, COCO_PROFILE_CPU_COUNTS, 0, current != NULL ? current : max,
				current != NULL ? "current of <vcpu>" : "<vcpu>", d->diag);
	if (r == 0 && current != NULL && strcmp(current, max) != 0)
		r = coco_import_set(d->im, COCO_PROFILE_CPU_MAX, 0, max, "<vcpu>", d->diag);
	return r;
}

static int take_cpu(struct domain *d)
{
	struct coco_xml_element cpu = coco_xml_child(d->root, "cpu");
	const char *mode = coco_xml_attribute(cpu, "mode");
	const char *text = coco_xml_text(coco_xml_child(cpu, "model"));
	char model[64];

	if (says(mode, "host-passthrough") || says(mode, "host-model") || says(mode, "maximum"))
		return coco_import_cpu(d->im, "host", NULL, "mode of <cpu>", d->diag);
	if (text == NULL)
		return d->platform[0] == 's' && strcmp(d->platform, "sev") != 0 ?
			coco_import_warn(d->im, d->diag, "no <model> of <cpu>: give cpu.models or "
					 "cpu.signature") : 0;
	if (!trimmed(text, model, sizeof(model)))
		return bad(d, cpu, "its model is too long");
	return coco_import_cpu(d->im, model, NULL, "<model> of <cpu>", d->diag);
}

static int take_memory(struct domain *d)
{
	static const struct {
		const char *unit;
		uint64_t bytes;
	} units[] = {
		{ "b", 1 }, { "bytes", 1 }, { "KB", 1000 }, { "k", 1024 }, { "KiB", 1024 },
		{ "MB", 1000000 }, { "M", 1 << 20 }, { "MiB", 1 << 20 }, { "GB", 1000000000 },
		{ "G", 1 << 30 }, { "GiB", 1 << 30 }, { "TB", 1000000000000 },
		{ "T", (uint64_t)1 << 40 }, { "TiB", (uint64_t)1 << 40 },
	};
	struct coco_xml_element e = coco_xml_child(d->root, "memory");
	const char *unit = coco_xml_attribute(e, "unit");
	const char *text = coco_xml_text(e);
	char word[24];
	uint64_t v = 0;
	size_t i = 0;

	if (e.v == NULL)
		return 0;
	if (text == NULL || !trimmed(text, word, sizeof(word)) || word[0] == '\0')
		return bad(d, e, "a number is expected in it");
	for (const char *c = word; *c != '\0'; c++)
		if (*c < '0' || *c > '9' || coco_mul64_overflows(v, 10, &v) ||
		    coco_add64_overflows(v, (uint64_t)(*c - '0'), &v))
			return bad(d, e, "a number is expected in it");
	while (i < COCO_ARRAY_LEN(units) && strcmp(units[i].unit, unit != NULL ? unit : "KiB") != 0)
		i++;
	if (i == COCO_ARRAY_LEN(units) || v == 0 || coco_mul64_overflows(v, units[i].bytes, &v))
		return bad(d, e, "its size is not usable");
	return coco_import_size(d->im, v, "<memory>", d->diag);
}

/* ---- devices ---------------------------------------------------------------------------- */

static int take_disk(struct domain *d, struct coco_xml_element disk)
{
	struct coco_xml_element source = coco_xml_child(disk, "source");
	const char *kind = coco_xml_attribute(disk, "device");
	const char *format = coco_xml_attribute(coco_xml_child(disk, "driver"), "type");
	const char *path = coco_xml_attribute(source, "file");
	size_t row = coco_profile_rows(&d->im->profile, COCO_PROFILE_DISK_IMAGE);

	if (path == NULL)
		path = coco_xml_attribute(source, "dev");
	if (kind != NULL && strcmp(kind, "disk") != 0)
		return 0;
	if (path == NULL)
		return coco_import_warn(d->im, d->diag,
					"<disk> (line %u) is no file and is not taken "
					"over", coco_xml_line(disk));
	int r = coco_import_set(d->im, COCO_PROFILE_DISK_IMAGE, row, path, "<disk>", d->diag);
	if (r != 0 || format == NULL)
		return r;
	if (says(format, "raw") || says(format, "qcow2"))
		return coco_import_set(d->im, COCO_PROFILE_DISK_FORMAT, row, format, NULL, d->diag);
	return coco_import_warn(d->im, d->diag, "<disk>: the format %.40s is not known here",
				format);
}

static int take_devices(struct domain *d)
{
	struct coco_xml_element devices = coco_xml_child(d->root, "devices");
	size_t n = 0;
	int r = 0;

	for (struct coco_xml_element e = coco_xml_child(devices, NULL); r == 0 && e.v != NULL;
	     e = coco_xml_next(e, NULL)) {
		n++;
		if (strcmp(coco_xml_name(e), "disk") == 0)
			r = take_disk(d, e);
	}
	if (r == 0 && n != 0 && d->platform[0] != 's')
		r = coco_import_warn(d->im, d->diag,
				     "%zu devices are in the ACPI tables and not in the "
				     "profile: give tdx.acpi with the tables of this domain", n);
	return r;
}

/* What libvirt hands to QEMU past its own model. */
static int warn_passed(struct domain *d)
{
	static const char *const names[] = { "commandline", "override" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(names); i++)
		for (struct coco_xml_element e = coco_xml_child(d->root, names[i]);
		     r == 0 && e.v != NULL; e = coco_xml_next(e, names[i]))
			for (struct coco_xml_element a = coco_xml_child(e, NULL);
			     r == 0 && a.v != NULL; a = coco_xml_next(a, NULL))
				r = coco_import_warn(d->im, d->diag,
						     "<%s> (line %u) hands QEMU \"%.80s\""
						     ", which may be measured", names[i],
						     coco_xml_line(a),
						     coco_xml_attribute(a, "value") != NULL ?
						     coco_xml_attribute(a, "value") :
						     coco_xml_name(a));
	return r;
}

static int run(struct domain *d)
{
	d->os = coco_xml_child(d->root, "os");
	d->security = coco_xml_child(d->root, "launchSecurity");
	if (strcmp(coco_xml_name(d->root), "domain") != 0)
		return bad(d, d->root, "it is not a <domain>");
	int r = take_security(d);
	if (r == 0)
		r = take_os(d);
	if (r == 0)
		r = take_vcpus(d);
	if (r == 0)
		r = take_cpu(d);
	if (r == 0)
		r = take_memory(d);
	if (r == 0)
		r = take_devices(d);
	return r == 0 ? warn_passed(d) : r;
}

int coco_import_libvirt(struct coco_import *ret, struct coco_view xml,
			const struct coco_import_hints *hints, struct coco_diag *diag)
{
	struct coco_import im = { .n_notes = 0 };
	struct domain d = { .im = &im, .hints = hints, .diag = diag };
	struct coco_xml doc = { .doc = NULL };

	int r = coco_xml_parse(&doc, xml, diag);
	if (r != 0)
		return r;
	d.root = coco_xml_root(&doc);
	r = run(&d);
	coco_xml_free(&doc);
	if (r != 0)
		coco_import_free(&im);
	else
		*ret = im;
	return r;
}
