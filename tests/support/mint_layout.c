/*
 * mint_layout.c - small OCI layouts for tests (see mint_layout.h).
 */
#include "tests/support/mint_layout.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/hex.h"
#include "lib/crypto/sha256.h"
#include "tests/support/support.h"

const char *coco_mint_path(const char *dir, const char *name)
{
	static char path[2][4096];
	static unsigned turn;

	turn ^= 1;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

void coco_mint_file(const char *dir, const char *name, const void *p, size_t n)
{
	FILE *f = fopen(coco_mint_path(dir, name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

void coco_mint_text(const char *dir, const char *name, const char *text)
{
	coco_mint_file(dir, name, text, strlen(text));
}

char *coco_mint_start(void)
{
	char *dir = coco_test_dir();

	assert_int_equal(mkdir(coco_mint_path(dir, "blobs"), 0777), 0);
	assert_int_equal(mkdir(coco_mint_path(dir, "blobs/sha256"), 0777), 0);
	coco_mint_text(dir, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
	coco_mint_blob(dir, "{}");
	return dir;
}

struct coco_minted coco_mint_blob(const char *dir, const char *text)
{
	struct coco_minted m = { .digest = "sha256:", .size = strlen(text) };
	struct coco_sha256 hash;
	uint8_t raw[COCO_SHA256_SIZE];

	coco_sha256_init(&hash);
	coco_sha256_update(&hash, text, m.size);
	coco_sha256_final(&hash, raw);
	coco_hex_encode(m.digest + 7, raw, sizeof(raw));
	coco_mint_text(dir, coco_mint_blob_path(".", &m), text);
	return m;
}

const char *coco_mint_blob_path(const char *dir, const struct coco_minted *blob)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/blobs/sha256/%s", dir, blob->digest + 7);
	return path;
}

struct coco_minted coco_mint_manifest(const char *dir, const char *artifact_type,
				      const char *config_type, const char *payload,
				      const struct coco_minted *subject)
{
	static char text[4096];
	char type[300] = "";
	char refers[400] = "";
	struct coco_minted layer = coco_mint_blob(dir, payload);

	if (artifact_type != NULL)
		snprintf(type, sizeof(type), "\"artifactType\":\"%s\",", artifact_type);
	if (subject != NULL)
		snprintf(refers, sizeof(refers),
			 ",\"subject\":{\"mediaType\":"
			 "\"application/vnd.oci.image.manifest.v1+json\","
			 "\"digest\":\"%s\",\"size\":%zu}",
			 subject->digest, subject->size);
	snprintf(text, sizeof(text),
		 "{\"schemaVersion\":2,"
		 "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",%s"
		 "\"config\":{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":2},"
		 "\"layers\":[{\"mediaType\":\"text/plain\",\"digest\":\"%s\",\"size\":%zu}]%s}",
		 type,
		 config_type != NULL ? config_type : "application/vnd.oci.empty.v1+json",
		 COCO_MINT_EMPTY, layer.digest, layer.size, refers);
	return coco_mint_blob(dir, text);
}

void coco_mint_entry(char *ret, size_t cap, const char *media, const struct coco_minted *blob,
		     const char *artifact_type, const char *tag)
{
	char type[300] = "";
	char name[300] = "";
	char full[300];

	snprintf(full, sizeof(full), "%s", media);
	if (strchr(media, '/') == NULL)
		snprintf(full, sizeof(full), "application/vnd.oci.image.%s.v1+json", media);
	if (artifact_type != NULL)
		snprintf(type, sizeof(type), ",\"artifactType\":\"%s\"", artifact_type);
	if (tag != NULL)
		snprintf(name, sizeof(name),
			 ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}", tag);
	snprintf(ret, cap, "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu%s%s}", full,
		 blob->digest, blob->size, type, name);
}

void coco_mint_index(char *ret, size_t cap, const char *entries)
{
	snprintf(ret, cap, "{\"schemaVersion\":2,\"manifests\":[%s]}", entries);
}
