/*
 * sha256.h - SHA-256 of one stream or of many streams at the same time.
 *
 * One stream of SHA-256 is a chain of dependent steps and leaves most of a processor
 * idle.  Independent streams have no such limit: coco_sha256_update_many mixes two of
 * them in one pair of SHA units, or puts up to 16 of them into the lanes of vector
 * registers, whichever is faster for the number of streams still running.
 *
 * The digest never depends on the kernel or on how the input was cut.
 *
 * Source: FIPS 180-4, sections 4.1.2, 4.2.2, 5.1.1, 5.3.3 and 6.2.
 */
#ifndef COCO_SHA256_H
#define COCO_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COCO_SHA256_SIZE  32 /* bytes in a digest */
#define COCO_SHA256_BLOCK 64 /* bytes in a block */

/*
 * State of one stream.  Fill with coco_sha256_init; may be copied by assignment to
 * continue the same prefix twice.  n counts bytes so far; n % 64 of them wait in buf.
 */
struct coco_sha256 {
	uint32_t h[8];
	uint64_t n;
	uint8_t buf[COCO_SHA256_BLOCK];
};

/* One stream and the n bytes at p that come next in it.  p may be NULL when n is 0. */
struct coco_sha256_job {
	struct coco_sha256 *ctx;
	const uint8_t *p;
	size_t n;
};

/* The implementations; AUTO takes the fastest for the number of running streams. */
enum coco_sha256_kernel {
	COCO_SHA256_AUTO = 0,
	COCO_SHA256_GENERIC,   /* portable C, one stream */
	COCO_SHA256_SHANI1,    /* x86 SHA extensions, one stream */
	COCO_SHA256_SHANI2,    /* x86 SHA extensions, two streams interleaved */
	COCO_SHA256_AVX2X8,    /* AVX2, eight streams */
	COCO_SHA256_AVX512X8,  /* AVX-512F and VL, eight streams */
	COCO_SHA256_AVX512X16, /* AVX-512F and BW, sixteen streams */
	COCO_SHA256_KERNELS    /* number of values above */
};

/**
 * coco_sha256_init: start a stream
 *
 * Purpose: sets the initial hash value and an empty buffer.
 * Ownership: writes *ctx, which the caller owns; nothing is allocated, nothing to free.
 * Errors: none.
 * Source: FIPS 180-4 section 5.3.3.
 */
void coco_sha256_init(struct coco_sha256 *ctx);

/**
 * coco_sha256_update: add bytes to one stream
 *
 * Purpose: hashes the n bytes at p (p may be NULL when n is 0).
 * Ownership: borrows p for the call.
 * Units: bytes.  A stream holds at most 2^61 - 1 bytes.
 * Errors: none.
 * Source: FIPS 180-4 section 6.2.2.
 */
void coco_sha256_update(struct coco_sha256 *ctx, const void *p, size_t n);

/**
 * coco_sha256_update_many: add bytes to many streams at once
 *
 * Purpose: the same result as coco_sha256_update for each job in turn, but faster.
 *	Any count and any mixture of lengths; contexts may hold partial blocks.
 * Ownership: borrows the jobs and their bytes for the call.  Every job must name a
 *	different context: the same one twice gives undefined digests.  The inputs may
 *	overlap each other, but not a context.
 * Units: bytes; at most 2^61 - 1 per stream in total.
 * Errors: none; nothing is allocated.
 * Source: FIPS 180-4 section 6.2.2.
 */
void coco_sha256_update_many(const struct coco_sha256_job *jobs, size_t count);

/**
 * coco_sha256_update_many_with: the same with one kernel only
 *
 * Purpose: for tests and measurements.  A kernel with more lanes than there are streams
 *	runs with idle lanes, except that SHANI2 falls to SHANI1 for a last single stream.
 * Ownership, units: as coco_sha256_update_many.
 * Errors: an unavailable kernel is replaced by COCO_SHA256_GENERIC.
 * Source: FIPS 180-4 section 6.2.2.
 */
void coco_sha256_update_many_with(enum coco_sha256_kernel kernel,
				  const struct coco_sha256_job *jobs, size_t count);

/**
 * coco_sha256_final: finish a stream
 *
 * Purpose: pads, writes the digest, and wipes *ctx (which needs init before any reuse).
 * Ownership: ret_digest is the caller's, 32 bytes.
 * Errors: none.
 * Source: FIPS 180-4 sections 5.1.1 and 6.2.
 */
void coco_sha256_final(struct coco_sha256 *ctx, uint8_t ret_digest[COCO_SHA256_SIZE]);

/**
 * coco_sha256_once: the digest of a whole message
 *
 * Purpose: init, update and final in one call, for what lies in memory.
 * Ownership: borrows p for the call (NULL is fine when n is 0); ret_digest is the
 *	caller's, 32 bytes.
 * Errors: none.
 * Source: FIPS 180-4 section 6.2.
 */
void coco_sha256_once(const void *p, size_t n, uint8_t ret_digest[COCO_SHA256_SIZE]);

/**
 * coco_sha256_kernel_available: whether a kernel can run here
 *
 * Purpose: true when this processor and system can execute it; AUTO and GENERIC always.
 * Ownership: none.  Errors: a value outside the enum gives false.
 * Source: Intel SDM volume 2A, CPUID.
 */
bool coco_sha256_kernel_available(enum coco_sha256_kernel kernel);

/**
 * coco_sha256_kernel_label: the name of a kernel
 *
 * Purpose: a short static string for reports ("avx512x16"), "?" outside the enum.
 * Ownership: static storage, never freed.  Errors: none.
 * Source: none, our own names.
 */
const char *coco_sha256_kernel_label(enum coco_sha256_kernel kernel);

/**
 * coco_sha256_kernel_name: what update_many starts with
 *
 * Purpose: name of the kernel that AUTO takes for this many running streams.
 * Ownership: static storage, never freed.  Errors: none.
 * Source: none, our own names.
 */
const char *coco_sha256_kernel_name(unsigned streams);

#endif
