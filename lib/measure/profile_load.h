/*
 * profile_load.h - a launch profile from its file: paths made relative to
 * where the caller is, the digest of its bytes, and the values that initdata
 * gives to the platforms.
 */
#ifndef COCO_PROFILE_LOAD_H
#define COCO_PROFILE_LOAD_H

#include "formats/measure/mrecord.h"
#include "formats/measure/profile.h"

struct coco_launch_profile {
	struct coco_profile profile;   /* paths are resolved */
	uint8_t sha256[32];            /* of the file */
	uint64_t size;
};

/*
 * coco_profile_load - reads path ("-": standard input). Relative paths in it
 * are relative to its directory. Gives *ret (coco_launch_profile_free).
 * Errors: those of coco_profile_decode, IO_..., LIMIT_MEMORY.
 */
int coco_profile_load(struct coco_launch_profile *ret, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_launch_profile_free(struct coco_launch_profile *p);   /* fine on a zeroed struct */

/*
 * coco_profile_bind - adds to a record what the platform (that of the record:
 * "snp", "tdx") reports beside its measurements: snp.host_data,
 * snp.id_key_digest, snp.author_key_digest, tdx.mrconfigid, tdx.mrowner,
 * tdx.mrownerconfig, from values of the profile or from its initdata
 * (measure.md 6, 1.7). Errors: PROFILE_VALUE (initdata and another value, or
 * not initdata), PROFILE_CONTRADICTS (an ID block for a launch digest that the
 * record does not allow), IO_..., LIMIT_MEMORY.
 */
int coco_profile_bind(const struct coco_launch_profile *p, struct coco_mrecord *rec,
		      struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_profile_initdata - the digest that the document at path names for
 * itself ("sha256", "sha384", "sha512" in its member algorithm): n bytes of
 * COCO_MRECORD_DIGEST at ret. file (may be NULL) describes the document.
 */
int coco_profile_initdata(const char *path, uint8_t *ret, size_t *ret_n,
			  struct coco_mrecord_file *file, struct coco_diag *diag) COCO_MUSTUSE;

#endif
