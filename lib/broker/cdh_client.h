/*
 * cdh_client.h - a resource through the guest's Confidential Data Hub, which
 * attests in the guest's name (broker.md 6; api-server-rest of guest
 * components): GET /cdh/resource/repo/type/tag on the guest's loopback.
 */
#ifndef COCO_CDH_CLIENT_H
#define COCO_CDH_CLIENT_H

#include "formats/core/resource_id.h"
#include "lib/net/http.h"

#define COCO_CDH_URL "http://127.0.0.1:8006"

/*
 * coco_cdh_get - url NULL: COCO_CDH_URL; idle_seconds 0: the default. No proxy
 * is used. Gives *ret (coco_secret_free), which may be empty. Errors:
 * CDH_ADDRESS (not this machine), CDH_ABSENT, CDH_REFUSED, those of
 * coco_http_send.
 */
int coco_cdh_get(const char *url, unsigned idle_seconds, const struct coco_run *run,
		 const struct coco_resource_id *id, struct coco_secret *ret,
		 struct coco_diag *diag) COCO_MUSTUSE;

#endif
