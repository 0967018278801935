/*
 * fuzz_cobble.c - Cobblestone messages. Covers coco_cobble_opened,
 * coco_cobble_open, coco_cobble_open_in_place, coco_cobble_seal and
 * coco_cobble_seal_in_place. Asserts that a length is accepted only if it is
 * the sealed length of something, that no bytes open which were not sealed,
 * and that one changed bit of a message is always found.
 *
 * Input: eight bytes for a length, then bytes that are taken as a message and
 * as plaintext.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/cobble_seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_length(uint64_t n)
{
	uint64_t plain = 0;

	if (coco_cobble_opened(n, &plain, NULL) != 0)
		return;
	require(plain <= COCO_COBBLE_MAX_PLAIN && coco_cobble_sealed(plain) == n);
	uint64_t last = coco_cobble_chunks(plain) - 1;
	require(coco_cobble_offset(last) + plain % COCO_COBBLE_PLAIN + COCO_COBBLE_TAG == n);
}

static void check_foreign(const struct coco_secret *key, const uint8_t *p, size_t n)
{
	uint8_t *plain = NULL;
	size_t n_plain = 0;
	uint8_t *copy = coco_memdup(p, n);

	require(copy != NULL);
	require(coco_cobble_open(key, coco_view_of("fuzz", 4), coco_view_of(p, n), &plain,
				 &n_plain, NULL) != 0);
	require(coco_cobble_open_in_place(key, coco_view_of("fuzz", 4), copy, n, &n_plain,
					  NULL) != 0);
	coco_free(copy);
}

static void check_own(const struct coco_secret *key, uint64_t where, const uint8_t *p, size_t n)
{
	size_t room = (size_t)coco_cobble_sealed(n);
	uint8_t *message = coco_alloc(room, 1);
	uint8_t *plain = NULL;
	size_t n_plain = 0;

	require(message != NULL);
	if (n != 0)
		memcpy(message, p, n);
	require(coco_cobble_seal_in_place(key, coco_view_of("fuzz", 4), message, n, NULL) == 0);
	require(coco_cobble_open(key, coco_view_of("fuzz", 4), coco_view_of(message, room), &plain,
				 &n_plain, NULL) == 0);
	require(n_plain == n && (n == 0 || memcmp(plain, p, n) == 0));
	coco_free(plain);
	size_t bit = (size_t)(where % (8 * room));
	message[bit / 8] ^= (uint8_t)(1 << bit % 8);
	require(coco_cobble_open(key, coco_view_of("fuzz", 4), coco_view_of(message, room), &plain,
				 &n_plain, NULL) != 0);
	message[bit / 8] ^= (uint8_t)(1 << bit % 8);
	require(coco_cobble_open(key, coco_view_of("fuzz", 4),
				 coco_view_of(message, room - 1 - (size_t)(where % room)), &plain,
				 &n_plain, NULL) != 0);
	coco_free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct coco_secret key;

	if (key.n == 0)
		require(coco_secret_from(&key, "0123456789abcdef0123456789abcdef", 32, NULL) == 0);
	if (size < 8)
		return 0;
	check_length(coco_get_be64(data));
	check_length(size);
	check_foreign(&key, data + 8, size - 8);
	check_own(&key, coco_get_be64(data), data + 8, size - 8);
	return 0;
}
