/*
 * firmware_unpack.c - the packed part of an image, through libarchive (see
 * firmware_priv.h).
 *
 * An "alone" stream starts with one byte of properties, u32 size of the
 * dictionary and u64 size unpacked. The decoder allocates what the dictionary's
 * size says, so it is judged first.
 */
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/rd.h"
#include "lib/core/archive_lib.h"
#include "lib/measure/firmware_priv.h"

enum {
	HEADER = 13,
	DICTIONARY_MAX = 64 << 20,
	CHUNK = 1 << 20,
};

static int broken(struct coco_diag *diag, uint64_t offset, const char *what)
{
	return coco_fail_at(diag, COCO_E_FIRMWARE_PACKED, offset, "LZMA stream", "%s", what);
}

/* Reads until the end, at most max bytes. */
static int read_all(const struct coco_archive *lib, struct archive *a, size_t max, uint64_t offset,
		    uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	uint8_t *p = NULL;
	size_t n = 0;
	size_t cap = 0;

	for (;;) {
		if (n == cap) {
			uint8_t *more = coco_realloc(p, cap + CHUNK, 1);

			if (more == NULL) {
				coco_free(p);
				return coco_fail(diag, COCO_E_LIMIT_MEMORY,
						 "no memory to unpack firmware");
			}
			p = more;
			cap += CHUNK;
		}
		la_ssize_t got = lib->read_data(a, p + n, cap - n);
		if (got == 0)
			break;
		if (got < 0 || (size_t)got > max - n) {
			coco_free(p);
			return broken(diag, offset, got < 0 ? "the packed part is damaged"
							    : "the packed part is longer than "
							      "its header says");
		}
		n += (size_t)got;
	}
	*ret = p;
	*ret_n = n;
	return 0;
}

int coco_firmware_unpack(struct coco_view packed, uint64_t offset, uint8_t **ret, size_t *ret_n,
			 struct coco_diag *diag)
{
	const struct coco_archive *lib = NULL;
	struct archive_entry *e = NULL;
	uint8_t *p = NULL;
	size_t n = 0;
	struct coco_rd rd;

	if (packed.n < HEADER)
		return broken(diag, offset, "the packed part is cut off");
	coco_rd_init(&rd, packed, offset, NULL);
	coco_rd_u8(&rd, "properties");
	uint32_t dictionary = coco_rd_le32(&rd, "dictionary size");
	uint64_t size = coco_rd_le64(&rd, "unpacked size");
	if (dictionary > DICTIONARY_MAX || size == 0 || size > COCO_FIRMWARE_UNPACKED)
		return broken(diag, offset + 1, "the packed part is too large");
	int r = coco_archive_load(&lib, diag);
	if (r != 0)
		return r;
	struct archive *a = lib->read_new();
	if (a == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to unpack firmware");
	if (lib->read_append_filter(a, ARCHIVE_FILTER_LZMA) != ARCHIVE_OK ||
	    lib->read_support_format_raw(a) != ARCHIVE_OK ||
	    lib->read_open_memory(a, packed.p, packed.n) != ARCHIVE_OK ||
	    lib->read_next_header(a, &e) != ARCHIVE_OK)
		r = broken(diag, offset, "the packed part is not an LZMA stream");
	if (r == 0)
		r = read_all(lib, a, (size_t)size, offset, &p, &n, diag);
	lib->read_free(a);
	if (r == 0 && n != size) {
		coco_free(p);
		r = broken(diag, offset, "the packed part is shorter than its header says");
	}
	if (r == 0) {
		*ret = p;
		*ret_n = n;
	}
	return r;
}
