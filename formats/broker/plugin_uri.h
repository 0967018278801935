/*
 * plugin_uri.h - what a plugin of a key broker is asked for (broker.md 1.7):
 * kbs[+PLUGIN]://[HOST]/SEGMENT/SEGMENT...[?QUERY], and the same without its
 * beginning, PLUGIN/SEGMENT/SEGMENT...[?QUERY]. Each segment is
 * [A-Za-z0-9_-][A-Za-z0-9_.-]*, so that no ".." and nothing encoded reaches a
 * path.
 */
#ifndef COCO_PLUGIN_URI_H
#define COCO_PLUGIN_URI_H

#include "formats/core/diag.h"

enum {
	COCO_PLUGIN_NAME_MAX = 64,
	COCO_PLUGIN_SEGMENT_MAX = 128,
	COCO_PLUGIN_PATH_MAX = 1024,      /* with the query */
};

struct coco_plugin_uri {
	char path[COCO_PLUGIN_PATH_MAX + 1];   /* "PLUGIN/SEGMENT...[?QUERY]" */
	size_t n_plugin;                       /* bytes of the plugin's name */
};

/*
 * coco_plugin_uri_parse - the form with kbs; without a plugin it is that of
 * resources, which have exactly three segments and no query. A host is accepted
 * and dropped (guests ignore it).
 * coco_plugin_path_parse - the form without kbs.
 * Both: PLUGIN_PATH with the offset of what is wrong and the field (plugin,
 * host, path, query); also for the names of the broker's own endpoints, which
 * are no plugins.
 */
int coco_plugin_uri_parse(struct coco_plugin_uri *ret, const char *text, size_t n,
			  struct coco_diag *diag) COCO_MUSTUSE;
int coco_plugin_path_parse(struct coco_plugin_uri *ret, const char *text, size_t n,
			   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_plugin_uri_resource - "repo/type/tag" when the plugin is that of resources, or NULL. */
const char *coco_plugin_uri_resource(const struct coco_plugin_uri *uri);

#endif
