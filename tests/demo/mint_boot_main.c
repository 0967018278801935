/*
 * mint_boot_main.c - inputs of boots for scripts, all made here:
 *
 *	mint_boot files DIR              firmware, images, a disk, keys
 *	mint_boot log RECORD OUT ALG [change|drop|add N]
 *	                                 an event log with the steps of a record
 *	mint_boot quote RECORD OUT       a TDX quote with its values, not signed
 *
 * Of several allowed values the last one is taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/tcg_event.h"
#include "formats/core/wr.h"
#include "formats/measure/mrecord.h"
#include "lib/core/io.h"
#include "tests/support/mint_disk.h"
#include "tests/support/mint_layout.h"
#include "tests/support/mint_pe.h"
#include "tests/support/mint_volume.h"
#include "tests/support/support.h"

enum { MAX = 1 << 24 };

static int usage(void)
{
	fputs("usage: mint_boot files DIR | log RECORD OUT ALG [change|drop|add N] | "
	      "quote RECORD OUT\n", stderr);
	return 2;
}

static void save(const char *path, const void *p, size_t n)
{
	struct coco_diag d = { 0 };

	if (coco_write_file(path, p, n, COCO_OUT_FORCE, &d) != 0) {
		fprintf(stderr, "mint_boot: %s\n", d.message);
		exit(1);
	}
}

/* ---- files -------------------------------------------------------------------------- */

static void put_pe(const char *dir, const char *name, const struct coco_mint_pe_section *s,
		   size_t n)
{
	const struct coco_mint_pe spec = { .sections = s, .n_sections = n };

	coco_mint_pe_file(dir, name, &spec);
}

static void put_ukis(const char *dir)
{
	static const char new_stub[] = "#### LoaderInfo: systemd-stub 262.1-1 ####";
	static const char old_stub[] = "#### LoaderInfo: systemd-stub 257.13-1 ####";
	static const char boot[] = "#### LoaderInfo: systemd-boot 262.1-1 ####";
	size_t n;
	uint8_t *kernel = coco_mint_pe(&coco_mint_pe_plain, &n);
	struct coco_mint_pe_section uki[] = {
		{ ".sdmagic", new_stub, sizeof(new_stub), 0 }, { ".linux", kernel, n, 0 },
		{ ".osrel", "ID=x\n", 5, 0 }, { ".cmdline", "quiet\n", 6, 0 },
		{ ".initrd", "0707", 4, 0 },
	};
	const struct coco_mint_pe_section addon[] = { { ".cmdline", "one=1", 5, 0 } };
	const struct coco_mint_pe_section loader[] = { { ".sdmagic", boot, sizeof(boot), 0 } };

	save(coco_mint_path(dir, "kernel"), kernel, n);
	put_pe(dir, "uki.efi", uki, 5);
	uki[3].data = "loud \n";
	put_pe(dir, "uki2.efi", uki, 5);
	uki[0].data = old_stub;
	uki[0].n = sizeof(old_stub);
	put_pe(dir, "uki257.efi", uki, 5);
	put_pe(dir, "a.addon.efi", addon, 1);
	put_pe(dir, "loader.efi", loader, 1);
	coco_free(kernel);
}

/* A disk whose one partition holds uki.efi, from where the firmware starts it. */
static void put_disk(const char *dir)
{
	size_t n;
	uint8_t *uki = coco_test_slurp(coco_mint_path(dir, "uki.efi"), &n);
	const struct coco_mint_file files[] = { { "EFI/BOOT/BOOTX64.EFI", uki, n } };
	const struct coco_mint_fat fat = { .files = files, .n_files = 1 };
	size_t n_esp;
	uint8_t *esp = coco_mint_fat(&fat, &n_esp);
	const struct coco_mint_part parts[] = { { "esp", NULL, "esp", esp, n_esp } };
	const struct coco_mint_disk disk = { .parts = parts, .n_parts = 1 };
	size_t n_disk;
	uint8_t *p = coco_mint_gpt(&disk, &n_disk);

	save(coco_mint_path(dir, "disk.img"), p, n_disk);
	coco_free(p);
	coco_free(esp);
	coco_free(uki);
}

/* Variables of Secure Boot with one certificate each. */
static void put_keys(const char *dir)
{
	static const char *const names[] = { "PK", "KEK", "db" };
	uint8_t p[48] = { 0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15,
			  0x5c, 0x2b, 0xf0, 0x72 };

	p[16] = sizeof(p);
	p[24] = 20;
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		memset(p + 44, 'a' + (int)i, 4);
		save(coco_mint_path(dir, names[i]), p, sizeof(p));
	}
}

static int files(const char *dir)
{
	struct coco_mint_ovmf s = coco_mint_ovmf_new;

	s.version = "made 1.0";
	coco_mint_ovmf_file(dir, "new.fd", &s);
	s.version = "made 2.0";
	coco_mint_ovmf_file(dir, "newer.fd", &s);
	s = (struct coco_mint_ovmf){ .version = "made 0.9", .end = coco_mint_ovmf_new.end };
	coco_mint_ovmf_file(dir, "old.fd", &s);
	s.packed_damaged = true;
	coco_mint_ovmf_file(dir, "damaged.fd", &s);
	put_ukis(dir);
	put_disk(dir);
	put_keys(dir);
	return 0;
}

/* ---- a record ------------------------------------------------------------------------ */

static uint8_t *record_text;

static void load(const char *path, struct coco_mrecord *rec)
{
	struct coco_diag d = { 0 };
	size_t n;

	record_text = coco_test_slurp(path, &n);
	if (coco_mrecord_decode(rec, coco_view_of(record_text, n), &d) != 0) {
		fprintf(stderr, "mint_boot: %s: %s\n", path, d.message);
		exit(1);
	}
}

static uint32_t type_of(const char *name)
{
	for (uint32_t high = 0; high < 2; high++)
		for (uint32_t t = 0; t < 256; t++) {
			const char *n = coco_tcg_event_name(high << 31 | t);

			if (n != NULL && strcmp(n, name) == 0)
				return high << 31 | t;
		}
	return COCO_EV_IPL;
}

struct log {
	struct coco_wr wr;
	uint16_t alg;
	size_t size;
	uint32_t index;
	long at;             /* number of the next event */
	const char *what;    /* change, drop, add */
	long which;
};

static void put_event(struct log *l, const struct coco_mrecord_input *in, bool other)
{
	uint32_t type = type_of(in->type);
	uint8_t digest[COCO_MRECORD_DIGEST];
	struct coco_wr data;

	memcpy(digest, in->digest.p, sizeof(digest));
	if (other)
		digest[0] ^= 1;
	coco_wr_init(&data, MAX);
	if (type == COCO_EV_EVENT_TAG)
		coco_wr_le32(&data, strcmp(in->name, "initrd") == 0 ? COCO_TAG_INITRD :
								      COCO_TAG_LOAD_OPTIONS);
	if (type == COCO_EV_SEPARATOR)
		coco_wr_le32(&data, 0);
	else if (type == COCO_EV_EVENT_TAG)
		coco_wr_le32(&data, 0);
	else
		coco_wr_str(&data, in->text != NULL ? in->text : in->name);
	coco_wr_le32(&l->wr, l->index);
	coco_wr_le32(&l->wr, type);
	coco_wr_le32(&l->wr, 1);
	coco_wr_le16(&l->wr, l->alg);
	coco_wr_bytes(&l->wr, digest, l->size);
	coco_wr_le32(&l->wr, (uint32_t)data.n);
	coco_wr_bytes(&l->wr, data.p, data.n);
	coco_wr_free(&data);
}

static void put_inputs(struct log *l, const struct coco_mrecord_input *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool here = l->what != NULL && ++l->at == l->which;

		if (in[i].digest.n != l->size || (here && strcmp(l->what, "drop") == 0))
			continue;
		if (here && strcmp(l->what, "add") == 0)
			put_event(l, &in[i], true);
		put_event(l, &in[i], here && strcmp(l->what, "change") == 0);
	}
}

static void put_head(struct log *l, bool cc)
{
	static const uint8_t zeros[20];

	coco_wr_le32(&l->wr, cc ? 1 : 0);
	coco_wr_le32(&l->wr, COCO_EV_NO_ACTION);
	coco_wr_bytes(&l->wr, zeros, sizeof(zeros));
	coco_wr_le32(&l->wr, 33);
	coco_wr_bytes(&l->wr, "Spec ID Event03", 16);
	coco_wr_le32(&l->wr, 0);
	coco_wr_bytes(&l->wr, "\0\2\0\2", 4);
	coco_wr_le32(&l->wr, 1);
	coco_wr_le16(&l->wr, l->alg);
	coco_wr_le16(&l->wr, (uint16_t)l->size);
	coco_wr_u8(&l->wr, 0);
}

static int make_log(const char *path, const char *out, const char *alg, const char *what,
		    const char *which)
{
	struct log l = { .alg = coco_tcg_alg_find(alg), .what = what,
			 .which = which != NULL ? strtol(which, NULL, 10) : 0 };
	struct coco_mrecord rec;

	load(path, &rec);
	l.size = coco_tcg_alg_size(l.alg);
	bool cc = strcmp(rec.platform, "tdx") == 0;
	coco_wr_init(&l.wr, MAX);
	put_head(&l, cc);
	for (size_t i = 0; i < rec.n_registers; i++) {
		const struct coco_mrecord_register *r = &rec.registers[i];

		l.index = coco_tcg_register_find(cc, r->name);
		if (strcmp(r->algorithm, alg) != 0 || l.index == COCO_TCG_NO_REGISTER ||
		    (cc && l.index == 0))
			continue;
		put_inputs(&l, r->inputs, r->n_inputs);
		if (r->n_values > 0)
			put_inputs(&l, r->values[r->n_values - 1].inputs,
				   r->values[r->n_values - 1].n_inputs);
	}
	save(out, l.wr.p, l.wr.n);
	coco_wr_free(&l.wr);
	coco_mrecord_free(&rec);
	coco_free(record_text);
	return 0;
}

static int make_quote(const char *path, const char *out)
{
	static const char *const names[] = { "tdx.mrtd", "tdx.rtmr0", "tdx.rtmr1", "tdx.rtmr2",
					     "tdx.rtmr3" };
	static const size_t places[] = { 136, 328, 376, 424, 472 };
	uint8_t quote[48 + 584 + 64] = { 4, 0, 2, 0, 0x81 };
	struct coco_mrecord rec;

	load(path, &rec);
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		const struct coco_mrecord_register *r = coco_mrecord_find(&rec, names[i], NULL);

		if (r != NULL && r->n_values > 0)
			memcpy(quote + 48 + places[i], r->values[r->n_values - 1].value.p, 48);
	}
	save(out, quote, sizeof(quote));
	coco_mrecord_free(&rec);
	coco_free(record_text);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "files") == 0)
		return files(argv[2]);
	if ((argc == 5 || argc == 7) && strcmp(argv[1], "log") == 0)
		return make_log(argv[2], argv[3], argv[4], argc == 7 ? argv[5] : NULL,
				argc == 7 ? argv[6] : NULL);
	if (argc == 4 && strcmp(argv[1], "quote") == 0)
		return make_quote(argv[2], argv[3]);
	return usage();
}
