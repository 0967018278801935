/*
 * kbs_plugin.h - an administrator's requests to the plugins of a key broker
 * (broker.md 1.8): what is posted to one, what is deleted there. What a guest
 * gets from one is coco_fetch_plugin (fetch.h).
 */
#ifndef COCO_KBS_PLUGIN_H
#define COCO_KBS_PLUGIN_H

#include "formats/broker/plugin_uri.h"
#include "lib/broker/backend.h"

/*
 * coco_kbs_plugin_post - sends body (NULL: none) once, for what a plugin does
 * may not be repeatable, and gives the answer, which may be empty
 * (coco_secret_free). coco_kbs_plugin_delete - gives the answer likewise; since
 * v0.20 (BROKER_RELEASE).
 *
 * Both are for a broker over HTTP (USAGE_CONFLICT for a directory, and for the
 * plugin of resources, whose items are those of backend.h). Errors also:
 * BROKER_ROUTE without such a plugin, BROKER_PLUGIN, the others of
 * coco_backend_put.
 */
int coco_kbs_plugin_post(struct coco_backend *b, const struct coco_run *run,
			 const struct coco_plugin_uri *uri, const struct coco_secret *body,
			 struct coco_secret *ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_kbs_plugin_delete(struct coco_backend *b, const struct coco_run *run,
			   const struct coco_plugin_uri *uri, struct coco_secret *ret,
			   struct coco_diag *diag) COCO_MUSTUSE;

#endif
