/*
 * fuzz_layout_tar.c - opening any bytes as a tar of a layout: a blob that is
 * found lies inside the file, and its bytes are readable there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/model/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Opens each blob that the index names, with the size that is there. */
static void check_blobs(const struct coco_layout *l, size_t size)
{
	const struct coco_index *x = coco_layout_index(l);

	for (size_t i = 0; i < x->n_manifests; i++) {
		struct coco_blob_at at;
		uint8_t last;

		if (coco_layout_blob(l, &x->manifests[i], &at, NULL) != 0)
			continue;
		if (at.size != x->manifests[i].size || at.offset > size ||
		    at.size > size - at.offset)
			abort();
		if (at.size != 0 &&
		    coco_pread_full(at.fd, &last, 1, at.offset + at.size - 1, "blob", NULL) != 0)
			abort();
		coco_blob_close(&at);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum coco_target_kind kind = COCO_TARGET_PLAIN_DIR;
	struct coco_layout *l = NULL;
	struct coco_found found;
	char path[64];
	int fd = memfd_create("tar", MFD_CLOEXEC);

	if (fd < 0 || coco_write_full(fd, data, size, "tar", NULL) != 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (coco_layout_probe(path, &kind, NULL) != 0 || kind == COCO_TARGET_PLAIN_DIR ||
	    kind == COCO_TARGET_LAYOUT_DIR)
		abort();
	if (coco_layout_open(&l, path, NULL) == 0) {
		if (kind != COCO_TARGET_LAYOUT_TAR || !coco_layout_is_tar(l))
			abort();
		check_blobs(l, size);
		if (coco_layout_find(l, "application/vnd.example.package.v1+json", NULL, &found,
				     NULL) == 0)
			coco_found_free(&found);
		coco_layout_close(l);
	}
	close(fd);
	return 0;
}
