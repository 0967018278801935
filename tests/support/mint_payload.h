/*
 * mint_payload.h - attestation payloads of a guest with Trustee's sample TEE,
 * each good or with a defect by name. Made without the code under test.
 */
#ifndef COCO_MINT_PAYLOAD_H
#define COCO_MINT_PAYLOAD_H

#include "formats/core/base.h"

enum coco_payload_defect {
	COCO_PAYLOAD_GOOD,
	COCO_PAYLOAD_DEVICE_SWAPPED,     /* another device than the CPU's evidence holds */
	COCO_PAYLOAD_DEVICE_DROPPED,
	COCO_PAYLOAD_NONCE_CHANGED,
	COCO_PAYLOAD_KEY_CHANGED,
	COCO_PAYLOAD_PRIMARY_ZERO,       /* evidence that holds nothing */
	COCO_PAYLOAD_DEVICE_UNBOUND,     /* the device holds another nonce */
	COCO_PAYLOAD_DEFECTS,
};

enum { COCO_PAYLOAD_NONCE = 32 };
extern const uint8_t coco_payload_nonce[COCO_PAYLOAD_NONCE];

/* coco_mint_payload - JSON text, given (free()). devices: with a sample device. */
char *coco_mint_payload(enum coco_payload_defect defect, bool devices);

/* coco_payload_defect_name - for messages of tests. */
const char *coco_payload_defect_name(enum coco_payload_defect defect);

#endif
