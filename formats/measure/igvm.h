/*
 * igvm.h - reader of IGVM files (measure.md 5; microsoft/igvm, igvm_defs): a
 * fixed header, a list of headers that say what is in the guest's memory, and
 * the bytes of pages, which are read apart. All integers are little-endian.
 *
 * A header is u32 type, u32 length, content, zeros up to a multiple of 8.
 * Platforms come first, then initialization, then directives.
 */
#ifndef COCO_IGVM_H
#define COCO_IGVM_H

#include "formats/core/rd.h"
#include "formats/measure/id_block.h"

enum {
	COCO_IGVM_FIXED = 32,           /* bytes of the fixed header at most */
	COCO_IGVM_HEADERS_MAX = 64 << 20, /* bytes of all other headers */
	COCO_IGVM_PAGE = 4096,
	COCO_IGVM_LARGE = 2 << 20,      /* bytes of a large page */
	COCO_IGVM_AREAS = 1024,         /* parameter areas at most */
	COCO_IGVM_AREA_MAX = 1 << 30,   /* bytes of one */
};

struct coco_igvm_head {
	uint32_t version;          /* 1 or 2 */
	uint32_t headers_at;       /* offset and size of the list */
	uint32_t headers_size;
	uint32_t total_size;       /* of the file */
	uint32_t crc;
	uint32_t architecture;     /* 0 x86-64, 1 AArch64 */
	size_t fixed_size;         /* bytes of the fixed header: 24 or 32 */
};

enum coco_igvm_platform {
	COCO_IGVM_NATIVE = 0,
	COCO_IGVM_VSM = 1,
	COCO_IGVM_SNP = 2,
	COCO_IGVM_TDX = 3,
	COCO_IGVM_SEV = 4,
	COCO_IGVM_SEV_ES = 5,
	COCO_IGVM_CCA = 6,
};

/* Headers that are understood; every other known one is COCO_IGVM_OTHER. */
enum coco_igvm_kind {
	COCO_IGVM_OTHER,           /* not measured by itself */
	COCO_IGVM_PLATFORM,
	COCO_IGVM_POLICY,
	COCO_IGVM_AREA,
	COCO_IGVM_PAGE_DATA,
	COCO_IGVM_INSERT,
	COCO_IGVM_VP_CONTEXT,
	COCO_IGVM_ID_BLOCK,
};

enum coco_igvm_page_flags {
	COCO_IGVM_IS_LARGE = 1,
	COCO_IGVM_IS_UNMEASURED = 2,
	COCO_IGVM_IS_SHARED = 4,
};

enum coco_igvm_data_type {
	COCO_IGVM_NORMAL = 0,
	COCO_IGVM_SECRETS = 1,
	COCO_IGVM_CPUID = 2,
	COCO_IGVM_CPUID_XF = 3,
};

/* A signed ID block (measure.md 5.3); the numbers big-endian. */
struct coco_igvm_id_block {
	bool has_author;
	struct coco_id_block block;        /* without the policy: COCO_IGVM_POLICY has it */
	uint32_t version;                  /* of the block */
	uint32_t id_algorithm;             /* 1: ECDSA P-384 with SHA-384 */
	uint32_t author_algorithm;
	uint32_t id_curve;                 /* 2: P-384 */
	uint32_t author_curve;
	struct coco_id_pair signature;
	struct coco_id_pair id_key;
	struct coco_id_pair author_signature;
	struct coco_id_pair author_key;
};

/* One header. mask has a bit for each platform that it is for. */
struct coco_igvm_header {
	enum coco_igvm_kind kind;
	uint32_t type;
	uint64_t at;               /* its offset in the file */
	uint32_t mask;
	union {
		enum coco_igvm_platform platform;
		uint64_t policy;
		struct {
			uint64_t bytes;
			uint32_t index;
		} area;
		struct {
			uint64_t gpa;
			uint32_t data_at;  /* offset of its bytes, 0: zeros */
			uint32_t flags;
			uint16_t data_type;
		} page;
		struct {
			uint64_t gpa;
			uint32_t index;
		} insert;
		struct {
			uint64_t gpa;
			uint32_t data_at;
			uint16_t vp;
		} context;
		struct coco_igvm_id_block id;
	};
};

/*
 * coco_igvm_head - the fixed header from the first bytes of a file of
 * file_size bytes. Errors: IGVM_HEAD (no IGVM file, another version, sizes and
 * offsets that disagree with the file), LIMIT_SIZE (too many headers),
 * FORMAT_SHORT.
 */
int coco_igvm_head(struct coco_igvm_head *ret, struct coco_view start, uint64_t file_size,
		   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_igvm_check_crc - compares the checksum of the fixed header (its first
 * head->fixed_size bytes) and the list. Errors: IMAGE_CRC.
 */
int coco_igvm_check_crc(const struct coco_igvm_head *head, struct coco_view fixed,
			struct coco_view list, struct coco_diag *diag) COCO_MUSTUSE;

/* Walks the list. */
struct coco_igvm_walk {
	struct coco_rd rd;
	const struct coco_igvm_head *head;
	unsigned stage;            /* platforms, initialization, directives */
	struct coco_diag *diag;
};

/* coco_igvm_start - head and list (of head->headers_size bytes) are borrowed. */
void coco_igvm_start(struct coco_igvm_walk *w, const struct coco_igvm_head *head,
		     struct coco_view list, struct coco_diag *diag);

/*
 * coco_igvm_next - the next header, *ret_more false at the end. Errors:
 * IGVM_HEADER (an unknown type, a wrong length or order, a mask without a
 * bit or, of a platform, with several, an address that is not on a page,
 * unknown flags, data outside the file or inside the headers, a value that is
 * reserved), FORMAT_SHORT, FORMAT_VALUE (padding that is not zero).
 */
int coco_igvm_next(struct coco_igvm_walk *w, struct coco_igvm_header *ret, bool *ret_more)
	COCO_MUSTUSE;

/* coco_igvm_page_size - bytes of a PAGE_DATA header's page. */
size_t coco_igvm_page_size(const struct coco_igvm_header *h);

/* coco_igvm_platform_name - "sev-snp", "tdx", ...; static. */
const char *coco_igvm_platform_name(enum coco_igvm_platform platform);

#endif
