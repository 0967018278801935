/*
 * curl_lib.h - libcurl, loaded when a command first needs the network: it
 * brings some twenty libraries along, which would cost every start of the
 * program more than its own work.
 */
#ifndef COCO_CURL_LIB_H
#define COCO_CURL_LIB_H

#include <curl/curl.h>

#include "formats/core/diag.h"

/* The functions that are used, under their own names without "curl_". */
struct coco_curl {
	CURLcode (*global_init)(long flags);
	CURL *(*easy_init)(void);
	CURLcode (*easy_setopt)(CURL *curl, CURLoption option, ...);
	CURLcode (*easy_getinfo)(CURL *curl, CURLINFO info, ...);
	CURLcode (*easy_perform)(CURL *curl);
	void (*easy_cleanup)(CURL *curl);
	const char *(*easy_strerror)(CURLcode code);
	struct curl_slist *(*slist_append)(struct curl_slist *list, const char *line);
	void (*slist_free_all)(struct curl_slist *list);
};

/* coco_curl_load - loaded and started once per process; static. Errors: NET_LIBRARY. */
int coco_curl_load(const struct coco_curl **ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
