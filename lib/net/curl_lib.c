/*
 * curl_lib.c - libcurl, loaded when it is needed (see curl_lib.h).
 */
#include "lib/net/curl_lib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "formats/core/err_broker.h"

#define LIBRARY "libcurl.so.4"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct coco_curl lib;
static bool loaded;

static void load(void)
{
	static const char *const names[] = {
		"curl_global_init",   "curl_easy_init",    "curl_easy_setopt",
		"curl_easy_getinfo",  "curl_easy_perform", "curl_easy_cleanup",
		"curl_easy_strerror", "curl_slist_append", "curl_slist_free_all",
	};
	void *functions[COCO_ARRAY_LEN(names)];
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	_Static_assert(sizeof(functions) == sizeof(lib), "one name per function, in order");
	if (handle == NULL)
		return;
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		functions[i] = dlsym(handle, names[i]);
		if (functions[i] == NULL)
			return;
	}
	memcpy(&lib, functions, sizeof(lib));
	loaded = lib.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

int coco_curl_load(const struct coco_curl **ret, struct coco_diag *diag)
{
	pthread_once(&once, load);
	if (!loaded)
		return coco_fail(diag, COCO_E_NET_LIBRARY, "%s cannot be loaded", LIBRARY);
	*ret = &lib;
	return 0;
}
