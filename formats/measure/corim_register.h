/*
 * corim_register.h - where a CoRIM has the value of a register: environment
 * and measurement key (docs/formats/corim-registers.md), and the way back.
 */
#ifndef COCO_CORIM_REGISTER_H
#define COCO_CORIM_REGISTER_H

#include "formats/measure/corim.h"

#define COCO_CORIM_PROFILE_REGISTERS "https://cococtl/corim-registers/v1"

enum { COCO_CORIM_KEY_TEXT = 64, COCO_CORIM_REGISTER_NAME = 64 };

/*
 * coco_corim_algorithm - the number of "sha256", "sha384", "sha512"; 0: it
 * has none. coco_corim_algorithm_name - back; NULL: none of these.
 */
int64_t coco_corim_algorithm(const char *name);
const char *coco_corim_algorithm_name(int64_t number);

/*
 * coco_corim_register - vendor and model of the environment for a register
 * ("tdx.rtmr1") of a record of a platform (borrowed, for registers of no
 * family), and the key's text.
 */
void coco_corim_register(const char *reg, const char *platform, struct coco_corim_env *env,
			 char key[COCO_CORIM_KEY_TEXT]);

/*
 * coco_corim_register_back - the register that a digest or integrity register
 * of a CoRIM is, in the profiles that are written here. False: none.
 */
bool coco_corim_register_back(const struct coco_corim_claim *claim,
			      char ret[COCO_CORIM_REGISTER_NAME]);

#endif
