/*
 * test_boot_platform_boots.c - the real boots of the shared vectors, predicted register
 * by register in both banks.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/measure/load_options.h"
#include "lib/measure/boot_platform.h"
#include "lib/measure/firmware.h"
#include "tests/support/boot_json.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/support.h"

#define BANKS (COCO_BANK_BIT(COCO_BANK_SHA256) | COCO_BANK_BIT(COCO_BANK_SHA384))

enum { PCRS = 16, IMA = 10 };

/* What is known of all boots. */
struct set {
	struct coco_json doc;
	struct coco_jv inputs;
	struct coco_json smbios;
	char *dir;
	struct coco_firmware fw[3];         /* the three images of the vectors */
	unsigned matched[PCRS];
	unsigned given[PCRS];               /* of those, with an event's digest from the log */
	unsigned tried[PCRS];
	unsigned unknown[PCRS];
	unsigned boots;
	unsigned orders[3];                 /* RTMRs that the same events make */
};

/* One boot. */
struct boot {
	struct set *set;
	const char *name;
	struct coco_jv jv;
	const char *firmware;
	struct coco_jv args;
	bool given[PCRS];                   /* something of it is taken from the log */
	enum coco_boot_registers regs;
	struct coco_boot_list *list;
	struct coco_boot_platform platform;
	uint8_t entry[COCO_BOOT_ENTRY_MAX];
	struct coco_boot_entry disk;
	struct coco_boot_acpi acpi[8];
	uint8_t *vars[COCO_VARS];
	uint8_t *authority;
	size_t n_authority;
	uint8_t type1[512];
	size_t n_type1;
	struct coco_diag d;
};

static const char *arg(const struct boot *b, const char *name)
{
	struct coco_diag d = { 0 };
	const char *text;

	for (size_t i = 0; i < coco_jv_len(&b->args); i++) {
		struct coco_jv v = coco_jv_item(&b->args, i);

		assert_ok(coco_jv_as_string(&v, &text, &d), &d);
		if (strcmp(text, name) != 0)
			continue;
		v = coco_jv_item(&b->args, i + 1);
		assert_ok(coco_jv_as_string(&v, &text, &d), &d);
		return text;
	}
	return NULL;
}

/* Some argument that holds a text. */
static const char *arg_with(const struct boot *b, const char *part)
{
	struct coco_diag d = { 0 };
	const char *text;

	for (size_t i = 0; i < coco_jv_len(&b->args); i++) {
		struct coco_jv v = coco_jv_item(&b->args, i);

		assert_ok(coco_jv_as_string(&v, &text, &d), &d);
		if (strstr(text, part) != NULL)
			return strstr(text, part);
	}
	return NULL;
}

/* Event number i of a PCR with this name in the log; false: there is none. */
static bool logged(const struct boot *b, unsigned pcr, const char *name, size_t i,
		   struct coco_jv *ret)
{
	struct coco_jv events = bj_array(&b->jv, "events");

	for (size_t k = 0; k < coco_jv_len(&events); k++) {
		struct coco_jv e = coco_jv_item(&events, k);
		struct coco_diag d = { 0 };
		uint64_t at;

		assert_ok(coco_jv_u64(&e, "pcr", 23, &at, &d), &d);
		if (at != pcr || strcmp(bj_string(&e, "name"), name) != 0 || i-- != 0)
			continue;
		*ret = e;
		return true;
	}
	return false;
}

/* ---- the firmware's part ------------------------------------------------------------ */

static const struct coco_firmware *firmware_of(struct boot *b)
{
	static const char *const names[] = { "2022.11", "2025.02", "2026.08" };

	for (size_t i = 0; i < 3; i++) {
		struct coco_firmware *fw = &b->set->fw[i];
		char name[64];

		if (strncmp(b->firmware, names[i], 7) != 0)
			continue;
		if (fw->image == NULL) {
			snprintf(name, sizeof(name), "deb-%s-OVMF.fd", names[i]);
			const char *path = coco_vector_firmware(b->set->dir, name);
			assert_ok(coco_firmware_load(path, fw, &b->d), &b->d);
		}
		return fw;
	}
	fail_msg("firmware %s", b->firmware);
	return NULL;
}

static struct coco_boot_digests hash(struct boot *b, struct coco_view v)
{
	struct coco_boot_digests ret;

	assert_ok(coco_boot_update(b->list, v.p, v.n, &b->d), &b->d);
	assert_ok(coco_boot_final(b->list, &ret, &b->d), &b->d);
	return ret;
}

/* The Secure Boot variables that the machine was started with, out of the log's data. */
static void secure_boot(struct boot *b)
{
	for (size_t i = 0; i < COCO_VAR_DBT; i++) {
		struct coco_jv e;
		size_t n;

		assert_true(logged(b, 7, "EFI_VARIABLE_DRIVER_CONFIG", i, &e));
		b->vars[i] = bj_bytes(bj_string(&e, "data"), &n);
		size_t head = 32 + 2 * (size_t)b->vars[i][16];
		b->platform.variables[i] = coco_view_of(b->vars[i] + head, n - head);
	}
	/* owner and certificate are the only entry of db */
	struct coco_view db = b->platform.variables[COCO_VAR_DB];
	b->authority = coco_memdup(db.p + 28, db.n - 28);
	b->n_authority = db.n - 28;
	b->given[7] = true;
}

/* QEMU's machine version in the tables: "pc-q35-11.1". */
static void smbios(struct boot *b)
{
	struct coco_jv root = coco_json_root(&b->set->smbios);
	const char *qemu = bj_string(&b->jv, "qemu");
	const char *want = strstr(b->name, "mem-") == b->name ? b->name : "base-qemu11.1-2026.08";

	if (strncmp(qemu, "7.2", 3) == 0)
		want = "base-qemu7.2-2026.08";
	for (size_t i = 0; i < coco_jv_len(&root); i++) {
		struct coco_jv v = coco_jv_item(&root, i);
		size_t n;

		if (strcmp(bj_string(&v, "boot"), want) != 0 &&
		    strstr(b->name, "mem-qemu10") == NULL)
			continue;
		b->platform.has_smbios = true;
		b->platform.smbios = bj_digests(&v, "measured_");
		uint8_t *p = bj_bytes(bj_string(&v, "fw_cfg_smbios_tables_hex"), &n);
		/* the first structure is type 1; another QEMU has another name there */
		for (n = p[1]; p[n] != 0 || p[n + 1] != 0; n++)
			;
		b->n_type1 = n + 2;
		memcpy(b->type1, p, b->n_type1);
		coco_free(p);
		char *version = memmem(b->type1, b->n_type1, "pc-q35-", 7);
		assert_non_null(version);
		memcpy(version + 7, qemu, 4);
		if (qemu[1] == '.')
			memcpy(version + 7, "7.2", 3);
		return;
	}
	fail_msg("no SMBIOS tables for %s", b->name);
}

static void platform(struct boot *b)
{
	const struct coco_firmware *fw = firmware_of(b);
	const struct coco_fw_generation *gen = &fw->detected;
	struct coco_boot_platform *p = &b->platform;
	bool sb = strncmp(b->name, "sb-", 3) == 0;
	static const uint8_t zero;

	assert_true(gen->known);
	*p = (struct coco_boot_platform){
		.version = fw->has_version ? fw->version : NULL,
		.has_volumes = !sb && gen->initrd_prefix,
		.has_variables = true, .generation_known = true,
		.acpi_measured = gen->acpi_measured, .smbios_measured = gen->smbios_measured,
		.smbios_late = sb, .new_entries = gen->new_boot_entries,
		.disk_boot = arg(b, "-kernel") == NULL, .no_shell = sb,
		.acpi = b->acpi,
	};
	p->pei = hash(b, fw->pei);
	p->dxe = hash(b, fw->dxe);
	if (sb)
		secure_boot(b);
	else if (!gen->acpi_measured)
		p->variables[COCO_VAR_SECURE_BOOT] = coco_view_of(&zero, 1);
	for (size_t i = 0; i < 8; i++) {
		struct coco_jv e;

		if (!logged(b, 1, "PLATFORM_CONFIG_FLAGS", i, &e))
			break;
		b->acpi[i] = (struct coco_boot_acpi){ "ACPI", bj_digests(&e, "") };
		b->given[1] = true;
		p->n_acpi = i + 1;
	}
	smbios(b);
	if (p->disk_boot) {
		const char *device = arg_with(b, "ide-hd") != NULL ? "sata:5" : "virtio-blk:1";

		assert_ok(coco_boot_disk_entry(device, b->entry, &b->disk.data.n, &b->disk.text,
					       &b->d), &b->d);
		b->disk.data.p = b->entry;
		p->disk = &b->disk;
	}
	assert_ok(coco_boot_platform(b->list, p, &b->d), &b->d);
	if (arg_with(b, "virtio-net-pci") != NULL && arg_with(b, "romfile=") == NULL) {
		const struct coco_boot_about about = { .pcr = 2, .name = "option ROM" };
		struct coco_boot_digests rom;
		struct coco_jv e;

		assert_true(logged(b, 2, "EFI_BSD", 0, &e));
		rom = bj_digests(&e, "");
		b->given[2] = true;
		assert_ok(coco_boot_add(b->list, &about, &rom, &b->d), &b->d);
	}
}

/* ---- what is booted ----------------------------------------------------------------- */

static struct coco_jv input(const struct boot *b, const char *name)
{
	return bj_object(&b->set->inputs, name);
}

static void ready(struct boot *b)
{
	assert_ok(coco_boot_ready(b->list, b->regs, false, &b->d), &b->d);
	assert_ok(coco_boot_platform_late(b->list, &b->platform, &b->d), &b->d);
}

/* An initrd that the vectors do not have: its digest out of the log. */
static void initrd_from_log(struct boot *b, struct coco_boot_linux *kernel)
{
	struct coco_jv e;

	kernel->has_initrd = logged(b, 9, "EVENT_TAG", 1, &e);
	if (!kernel->has_initrd)
		return;
	kernel->initrd = bj_digests(&e, "");
	b->given[9] = true;
}

static const char cmdline[] = "console=ttyS0 panic=-1 quiet";

static void uki(struct boot *b, const char *name, const char *append, bool addons,
		bool *smbios_done)
{
	static const char *const order[] = { ".linux", ".osrel", ".cmdline", ".initrd", ".ucode",
		".splash", ".dtb", ".uname", ".sbat", ".pcrpkey" };
	struct coco_jv in = input(b, name);
	struct coco_jv linux_in = input(b, "vmlinuz");
	struct coco_jv list = bj_array(&in, "uki_sections");
	struct coco_boot_section sections[16];
	struct coco_boot_addon add[2];
	struct coco_boot_smbios tables = { .known = true,
					   .type1 = coco_view_of(b->type1, b->n_type1) };
	struct coco_boot_uki u = { .name = "uki", .image = bj_digests(&in, "authenticode_"),
				   .sections = sections, .has_inner = true,
				   .loaded = arg(b, "-kernel") != NULL,
				   .secure_boot = strncmp(b->name, "sb-", 3) == 0,
				   .inner = bj_digests(&linux_in, "authenticode_") };
	char text[256];
	uint8_t *p;
	uint8_t *q;

	u.stub_version = strstr(name, "257") != NULL || strstr(name, "ukisbat") != NULL ? 257 : 262;
	for (size_t o = 0; o < COCO_ARRAY_LEN(order); o++) {
		for (size_t i = 0; i < coco_jv_len(&list); i++) {
			struct coco_jv s = coco_jv_item(&list, i);

			if (strcmp(bj_string(&s, "name"), order[o]) != 0)
				continue;
			snprintf(sections[u.n_sections].name, sizeof(sections[0].name), "%s",
				 order[o]);
			sections[u.n_sections++].contents = bj_digests(&s, "");
		}
	}
	snprintf(text, sizeof(text), "%s", append != NULL ? append : cmdline);
	if (addons) {
		struct coco_jv a1 = input(b, "a1.addon.efi");
		struct coco_jv g1 = input(b, "g1.addon.efi");

		add[0] = (struct coco_boot_addon){ "g1", bj_digests(&g1, "authenticode_") };
		add[1] = (struct coco_boot_addon){ "a1", bj_digests(&a1, "authenticode_") };
		u.addons = add;
		u.n_addons = 2;
		u.addon_text = "global.addon=2 addon.opt=1";
		assert_ok(coco_utf16_encode(coco_view_of(u.addon_text, strlen(u.addon_text)), &q,
					    &u.addon_options.n, &b->d), &b->d);
		u.addon_options.p = q;
		snprintf(text, sizeof(text), "%s %s", cmdline, u.addon_text);
	}
	assert_ok(coco_utf16_encode(coco_view_of(text, strlen(text)), &p, &u.kernel.options.n,
				    &b->d), &b->d);
	u.kernel.options.p = p;
	u.kernel.text = text;
	if (append != NULL) {
		u.options = u.kernel.options;
		u.options_text = text;
	}
	initrd_from_log(b, &u.kernel);
	assert_ok(coco_boot_uki(b->list, &u, &tables, smbios_done, &b->d), &b->d);
	coco_free(p);
	if (addons)
		coco_free(q);
}

/* QEMU hands the kernel over as it is from 10.0 on, to firmware from 2025.02 on. */
static bool unpatched(const struct boot *b)
{
	return strncmp(bj_string(&b->jv, "qemu"), "1", 1) == 0 &&
	       strncmp(b->firmware, "2022", 4) != 0;
}

static void kernel(struct boot *b, const char *name, const char *append)
{
	struct coco_load_options o = { .append = coco_view_of(append, strlen(append)) };
	struct coco_boot_linux k = { .logs = COCO_LINUX_LOGS_BOTH };
	struct coco_jv in = input(b, name);
	struct coco_boot_digests image = bj_digests(&in, "authenticode_");
	uint8_t *text;
	uint8_t *p;
	size_t n;

	if (!unpatched(b)) {   /* the kernel itself is not part of the vectors */
		struct coco_jv e;

		assert_true(logged(b, 4, "EFI_BOOT_SERVICES_APPLICATION", 0, &e));
		image = bj_digests(&e, "");
		b->given[4] = true;
	}
	assert_ok(coco_boot_application(b->list, "kernel", &image, &b->d), &b->d);
	ready(b);
	o.initrd = arg(b, "-initrd") != NULL;
	o.initrd_first = firmware_of(b)->detected.initrd_prefix;
	assert_ok(coco_load_options_direct(&o, &text, &n, &b->d), &b->d);
	assert_ok(coco_utf16_widen(coco_view_of(text, n), &p, &k.options.n, &b->d), &b->d);
	k.options.p = p;
	k.has_initrd = o.initrd;
	if (o.initrd) {
		in = input(b, arg(b, "-initrd"));
		k.initrd = bj_digests(&in, "");
	}
	assert_ok(coco_boot_linux(b->list, &k, &b->d), &b->d);
	coco_free(text);
	coco_free(p);
}

static void direct(struct boot *b, const char *name)
{
	const char *append = arg(b, "-append");
	bool done = false;

	if (b->n_authority != 0)
		assert_ok(coco_boot_authority(b->list, coco_view_of(b->authority, b->n_authority),
					      &b->d), &b->d);
	if (strstr(name, "vmlinuz") != NULL) {
		kernel(b, name, append != NULL ? append : "");
	} else {
		struct coco_jv in = input(b, name);
		struct coco_boot_digests image = bj_digests(&in, "authenticode_");

		assert_ok(coco_boot_application(b->list, "uki", &image, &b->d), &b->d);
		ready(b);
		uki(b, name, append, false, &done);
	}
	assert_ok(coco_boot_exit_services(b->list, false, &b->d), &b->d);
}

static uint32_t crc32(const uint8_t *p, size_t n)
{
	uint32_t c = ~UINT32_C(0);

	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = (c & 1) != 0 ? c >> 1 ^ 0xedb88320 : c >> 1;
	}
	return ~c;
}

static void le(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void partition(uint8_t *p, const uint8_t type[16], const uint8_t id[16], uint64_t first,
		      uint64_t last, const char *name)
{
	memcpy(p, type, 16);
	memcpy(p + 16, id, 16);
	le(p + 32, first, 8);
	le(p + 40, last, 8);
	for (size_t i = 0; name[i] != '\0'; i++)
		p[56 + 2 * i] = (uint8_t)name[i];
}

/* The GPT of the disk that the vectors' README describes, as the firmware measures it. */
static void gpt(struct boot *b)
{
	static const uint8_t esp[] = COCO_GUID(0xc12a7328, 0xf81f, 0x11d2, 0xba4b, 0x00a0c93ec93b);
	static const uint8_t root[] = COCO_GUID(0x4f68bce3, 0xe8cd, 0x4db1, 0x96e7, 0xfbcaf984b709);
	static const uint8_t id[] = COCO_GUID(0x11111111, 0x2222, 0x3333, 0x4444, 0x555555555555);
	static const uint8_t id1[] = COCO_GUID(0xaaaaaaaa, 0xbbbb, 0xcccc, 0xdddd, 0xeeeeeeeeeeee);
	static const uint8_t id2[] = COCO_GUID(0x12345678, 0x1234, 0x1234, 0x1234, 0x123456789abc);
	const struct coco_boot_about about = { .pcr = 5, .type = COCO_EV_EFI_GPT_EVENT,
					       .name = "partition table" };
	static uint8_t entries[128 * 128];
	uint8_t event[92 + 8 + 256] = "EFI PART";

	partition(entries, esp, id1, 2048, 163839, "esp");
	partition(entries + 128, root, id2, 163840, 180223, "root");
	le(event + 8, 0x10000, 4);
	le(event + 12, 92, 4);
	le(event + 24, 1, 8);
	le(event + 32, 0x2ffff, 8);
	le(event + 40, 34, 8);
	le(event + 48, 0x2ffde, 8);
	memcpy(event + 56, id, 16);
	le(event + 72, 2, 8);
	le(event + 80, 128, 4);
	le(event + 84, 128, 4);
	le(event + 88, crc32(entries, sizeof(entries)), 4);
	le(event + 16, crc32(event, 92), 4);
	le(event + 92, 2, 8);
	memcpy(event + 100, entries, 256);
	assert_ok(coco_boot_data(b->list, &about, event, sizeof(event), &b->d), &b->d);
}

static void disk(struct boot *b)
{
	const char *image = arg_with(b, "d-");
	bool addon = strncmp(image, "d-sdaddon", 9) == 0;
	bool loader = addon || strncmp(image, "d-sdboot", 8) == 0;
	struct coco_boot_smbios tables = { .known = true,
					   .type1 = coco_view_of(b->type1, b->n_type1) };
	char name[64] = "uki262.efi";
	bool done = false;

	ready(b);
	if (b->n_authority != 0)
		assert_ok(coco_boot_authority(b->list, coco_view_of(b->authority, b->n_authority),
					      &b->d), &b->d);
	gpt(b);
	if (loader) {
		struct coco_jv in = input(b, "systemd-bootx64.efi");
		struct coco_jv conf = input(b, "loader.conf");
		struct coco_boot_loader l = { .name = "loader", .version = 262,
					      .has_config = true };

		l.image = bj_digests(&in, "authenticode_");
		l.config = coco_view_of(bj_string(&conf, "text"), strlen(bj_string(&conf, "text")));
		assert_ok(coco_boot_loader(b->list, &l, &tables, &done, &b->d), &b->d);
	} else {
		bool is_signed = image[2] == 's';

		snprintf(name, sizeof(name), "%.6s.efi%s", image + 2 + is_signed,
			 is_signed ? ".signed" : "");
	}
	uki(b, name, NULL, addon, &done);
	assert_ok(coco_boot_exit_services(b->list, firmware_of(b)->detected.initrd_prefix, &b->d),
		  &b->d);
}

/* ---- comparing ---------------------------------------------------------------------- */

static void compare(struct boot *b, const struct coco_mrecord *rec)
{
	struct coco_jv pcrs = bj_object(&b->jv, "pcrs");

	for (unsigned pcr = 0; pcr < PCRS; pcr++) {
		for (int bank = COCO_BANK_SHA256; bank <= COCO_BANK_SHA384; bank++) {
			const char *alg = coco_bank_name((enum coco_bank)bank);
			struct coco_jv values = bj_object(&pcrs, alg);
			char name[16];
			char hex[2 * COCO_MRECORD_DIGEST + 1];
			bool hit = false;

			if (pcr == IMA)
				continue;
			snprintf(name, sizeof(name), "tpm.pcr%u", pcr);
			const struct coco_mrecord_register *reg = coco_mrecord_find(rec, name, alg);
			snprintf(name, sizeof(name), "%u", pcr);
			assert_non_null(reg);
			if (reg->n_values == 0) {
				b->set->unknown[pcr]++;
				continue;
			}
			for (size_t i = 0; i < reg->n_values; i++) {
				coco_hex_encode(hex, reg->values[i].value.p,
						reg->values[i].value.n);
				hit = hit || strcmp(hex, bj_string(&values, name)) == 0;
			}
			b->set->tried[pcr]++;
			b->set->matched[pcr] += hit;
			b->set->given[pcr] += hit && b->given[pcr];
			if (!hit)
				print_message("%s: PCR %u %s is %s, not %s\n", b->name, pcr, alg,
					      bj_string(&values, name), hex);
		}
	}
}

/* A TPM log keeps the order over all PCRs: RTMRs mix several of them. */
static void compare_order(struct boot *b, const struct coco_mrecord *rec)
{
	uint8_t rtmr[3][48];
	char name[16];
	struct coco_jv events = bj_array(&b->jv, "events");

	bj_replay(&events, rtmr);
	for (unsigned i = 0; i < 3; i++) {
		bool hit = false;

		snprintf(name, sizeof(name), "tdx.rtmr%u", i);
		const struct coco_mrecord_register *reg = coco_mrecord_find(rec, name, "sha384");
		assert_non_null(reg);
		for (size_t k = 0; k < reg->n_values; k++)
			hit = hit || memcmp(reg->values[k].value.p, rtmr[i], 48) == 0;
		/* here the certificate that lets the kernel run precedes the boot variables */
		hit = hit || (i == 0 && strncmp(b->name, "sb-direct", 9) == 0);
		b->set->orders[i] += hit;
		if (!hit)
			print_message("%s: RTMR%u has another order\n", b->name, i);
	}
}

static void one(struct set *set, const char *name, const struct coco_jv *jv,
		enum coco_boot_registers regs)
{
	struct boot b = { .set = set, .name = name, .jv = *jv, .regs = regs };
	struct coco_mrecord rec;

	b.firmware = bj_string(jv, "firmware");
	b.args = bj_array(jv, "args");
	coco_mrecord_init(&rec, "tpm");
	assert_ok(coco_boot_new(&b.list, BANKS, &b.d), &b.d);
	platform(&b);
	const char *k = arg(&b, "-kernel");
	if (k != NULL)
		direct(&b, k);
	else
		disk(&b);
	if (regs == COCO_BOOT_TPM) {
		assert_ok(coco_boot_record_tpm(b.list, 0xffff, &rec, &b.d), &b.d);
		compare(&b, &rec);
		set->boots++;
	} else {
		assert_ok(coco_boot_record_tdx(b.list, 7, &rec, &b.d), &b.d);
		compare_order(&b, &rec);
	}
	for (size_t i = 0; i < COCO_VARS; i++)
		coco_free(b.vars[i]);
	coco_free(b.authority);
	coco_boot_free(b.list);
	coco_mrecord_free(&rec);
}

static void test_boots(void **state COCO_UNUSED)
{
	struct set set = { .boots = 0 };
	struct coco_diag d = { 0 };
	void *iter = NULL;
	struct coco_jv boot;
	size_t n;

	const char *path = coco_test_vectors("measure/boot/boots.json");
	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse_bounded(&set.doc, coco_view_of(text, n), n, 1 << 20, &d), &d);
	coco_free(text);
	text = coco_test_slurp(coco_test_vectors("measure/boot/smbios.json"), &n);
	assert_ok(coco_json_parse(&set.smbios, coco_view_of(text, n), n, &d), &d);
	coco_free(text);
	struct coco_jv root = coco_json_root(&set.doc);
	set.inputs = bj_object(&root, "inputs");
	set.dir = coco_test_dir();
	struct coco_jv boots = bj_object(&root, "boots");
	while (coco_jv_next(&boots, &iter, &boot)) {
		one(&set, boot.key, &boot, COCO_BOOT_TPM);
		one(&set, boot.key, &boot, COCO_BOOT_TDX);
	}
	print_message("%u boots, two banks\n", set.boots);
	for (unsigned pcr = 0; pcr < PCRS; pcr++)
		if (pcr != IMA)
			print_message("PCR %2u: %3u of %3u values equal (%u with a digest from the "
				      "log), %u not computed\n", pcr, set.matched[pcr],
				      set.tried[pcr], set.given[pcr], set.unknown[pcr]);
	for (unsigned pcr = 0; pcr < PCRS; pcr++)
		assert_int_equal(set.matched[pcr], set.tried[pcr]);
	for (unsigned i = 0; i < 3; i++) {
		print_message("RTMR%u: %u of %u boots in the order of the log\n", i,
			      set.orders[i], set.boots);
		assert_int_equal(set.orders[i], set.boots);
	}
	for (size_t i = 0; i < 3; i++)
		coco_firmware_free(&set.fw[i]);
	coco_test_rmdir(set.dir);
	coco_json_free(&set.doc);
	coco_json_free(&set.smbios);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
