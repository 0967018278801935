/*
 * mint_image.c - whole guest disks for tests (see mint_image.h).
 */
#include "tests/support/mint_image.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/measure/verity_image.h"
#include "tests/support/mint_disk.h"
#include "tests/support/mint_pe.h"
#include "tests/support/support.h"
#include "tests/support/verity_plain.h"

enum { BLOCKS = 150, BLOCK = 4096 };

/* What a disk is made of. */
struct parts {
	const struct coco_mint_image *spec;
	struct coco_verity_params p;
	uint8_t *data;
	uint8_t *hash;
	size_t n_hash;
	uint8_t root[COCO_VERITY_DIGEST];
	char cmdline[256];
	char signature[512];
};

static void seal(struct parts *m)
{
	uint8_t *tree;
	size_t n;

	m->p = (struct coco_verity_params){ .alg = COCO_VERITY_SHA256, .type = 1,
					    .data_block = BLOCK, .hash_block = BLOCK,
					    .data_blocks = BLOCKS, .n_salt = 1, .salt = { 7 } };
	m->data = coco_zalloc(BLOCKS, BLOCK);
	assert_non_null(m->data);
	for (size_t i = 0; i < BLOCKS; i++)
		m->data[i * BLOCK] = (uint8_t)(i % 50 + 1);
	coco_test_verity(&m->p, m->data, m->root, &tree, &n);
	m->n_hash = BLOCK + n;
	m->hash = coco_zalloc(m->n_hash, 1);
	assert_non_null(m->hash);
	coco_verity_superblock_write(m->hash, &m->p);
	memcpy(m->hash + BLOCK, tree, n);
	coco_free(tree);
	if (m->spec->change_data)
		m->data[77 * BLOCK + 5] ^= 1;
	if (m->spec->change_tree)
		m->hash[BLOCK + 9] ^= 1;
}

static void write_texts(struct parts *m)
{
	uint8_t root[COCO_VERITY_DIGEST];
	char text[2 * COCO_VERITY_DIGEST + 1];

	memcpy(root, m->root, sizeof(root));
	root[31] ^= m->spec->wrong_root_hash;
	coco_hex_encode(text, root, 32);
	if (m->spec->no_root_hash)
		snprintf(m->cmdline, sizeof(m->cmdline), "quiet root=LABEL=root");
	else
		snprintf(m->cmdline, sizeof(m->cmdline), "quiet roothash=%s", text);
	memcpy(root, m->root, sizeof(root));
	root[0] ^= m->spec->wrong_signature;
	coco_hex_encode(text, root, 32);
	if (m->spec->broken_signature)
		snprintf(m->signature, sizeof(m->signature), "rootHash");
	else
		snprintf(m->signature, sizeof(m->signature),
			 "{\"rootHash\":\"%s\",\"certificateFingerprint\":\"00\","
			 "\"signature\":\"AA==\"}", text);
}

static uint8_t *program(const char *section, const char *text, const char *other,
			const char *other_text, size_t *ret_n)
{
	struct coco_mint_pe_section sections[] = {
		{ .name = ".text", .data = "code", .n = 4 },
		{ .name = section, .data = text, .n = strlen(text) },
		{ .name = other, .data = other_text, .n = other != NULL ? strlen(other_text) : 0 },
	};
	struct coco_mint_pe spec = coco_mint_pe_plain;

	spec.sections = sections;
	spec.n_sections = other != NULL ? 3 : 2;
	return coco_mint_pe(&spec, ret_n);
}

static uint8_t *esp(const struct parts *m, size_t *ret_n)
{
	const struct coco_mint_image *s = m->spec;
	size_t n_boot, n_uki, n_addon, n_stray;
	uint8_t *boot = program(".sdmagic", s->other_loader ? "#### something ####"
				: "#### LoaderInfo: systemd-boot 257 ####", NULL, "", &n_boot);
	uint8_t *uki = program(".linux", "kernel", ".cmdline", m->cmdline, &n_uki);
	uint8_t *addon = program(".cmdline", "debug", NULL, "", &n_addon);
	uint8_t *stray = program(".data", "?", NULL, "", &n_stray);
	const struct coco_mint_file files[] = {
		{ "EFI/Linux/a.efi", uki, n_uki },
		{ "EFI/Linux/a.efi.extra.d/x.addon.efi", addon, n_addon },
		{ "EFI/Linux/a.efi.extra.d/secret.cred", "s", 1 },
		{ "EFI/Linux/a.efi.extra.d/e.raw", "e", 1 },
		{ "EFI/Linux/a.efi.extra.d/c.confext.raw", "c", 1 },
		{ "EFI/old/tool.efi", stray, n_stray },
		{ "loader/loader.conf", "timeout 3\n", 10 },
		{ "loader/entries/one.conf", "linux /vmlinuz\n", 15 },
		{ "loader/credentials/g.cred", "g", 1 },
		{ "notes.txt", "nobody reads this", 17 },
		{ "EFI/BOOT/BOOTX64.EFI", s->uki_first ? uki : boot,
		  s->uki_first ? n_uki : n_boot },
	};
	const struct coco_mint_fat fat = { .files = files, .clusters = 300,
					   .n_files = COCO_ARRAY_LEN(files) - s->no_loader };

	uint8_t *p = coco_mint_fat(&fat, ret_n);
	coco_free(boot);
	coco_free(uki);
	coco_free(addon);
	coco_free(stray);
	return p;
}

uint8_t *coco_mint_image(const struct coco_mint_image *spec, uint8_t root[COCO_VERITY_DIGEST],
			 size_t *ret_n)
{
	struct parts m = { .spec = spec };
	char uuid[2][COCO_VERITY_UUID_TEXT];
	size_t n_esp;

	seal(&m);
	write_texts(&m);
	assert_true(coco_verity_uuids(m.root, 32, uuid[0], uuid[1]));
	uint8_t *volume = esp(&m, &n_esp);
	struct coco_mint_part parts[] = {
		{ .type = "esp", .label = "esp", .p = volume, .n = n_esp },
		{ .type = "root-x86-64", .uuid = spec->odd_uuids ? NULL : uuid[0],
		  .label = "root", .p = m.data, .n = (size_t)BLOCKS * BLOCK },
		{ .type = spec->no_verity ? "linux" : "root-x86-64-verity",
		  .uuid = spec->odd_uuids || spec->no_verity ? NULL : uuid[1],
		  .label = "root-verity", .p = m.hash, .n = m.n_hash },
		{ .type = "root-x86-64-verity-sig", .p = m.signature, .n = 4096 },
		{ .type = spec->two_esps ? "esp" : "linux", .label = "state", .n = 8192 },
	};
	const struct coco_mint_disk disk = { .parts = parts, .n_parts = COCO_ARRAY_LEN(parts) };
	uint8_t signature[4096] = { 0 };

	memcpy(signature, m.signature, strlen(m.signature));
	parts[3].p = signature;
	uint8_t *p = coco_mint_gpt(&disk, ret_n);
	if (root != NULL)
		memcpy(root, m.root, COCO_VERITY_DIGEST);
	coco_free(volume);
	coco_free(m.data);
	coco_free(m.hash);
	return p;
}
