/*
 * remote_ref.c - key references that only the network reaches (see
 * remote_ref.h).
 */
#include "lib/core/remote_ref.h"

#include <stdio.h>
#include <string.h>

static const char form_kbs[] = "kbs+https://HOST[:PORT]/repo/type/tag";
static const char form_cdh[] = "cdh:///repo/type/tag";

bool coco_remote_scheme(const char *word, size_t n)
{
	static const char *const words[] = { "kbs+https", "kbs+http", "cdh" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(words); i++)
		if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0)
			return true;
	return false;
}

bool coco_remote_loopback(const char *url)
{
	static const char *const names[] = { "localhost", "[::1]" };
	const char *host = strstr(url, "://");

	if (host == NULL)
		return false;
	host += 3;
	size_t n = strcspn(host, "/?#");
	/* "127.0.0.1@elsewhere" is elsewhere */
	if (memchr(host, '@', n) != NULL)
		return false;
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		size_t len = strlen(names[i]);

		if (n >= len && strncasecmp(host, names[i], len) == 0 &&
		    (n == len || host[len] == ':'))
			return true;
	}
	size_t digits = strspn(host, "0123456789.");
	return strncmp(host, "127.", 4) == 0 && (digits == n || host[digits] == ':');
}

static int bad(struct coco_diag *diag, const char *form)
{
	return coco_fail(diag, COCO_E_USAGE_KEYREF, "a reference of this kind is %s", form);
}

/* Where the last three parts of a path begin, or NULL. */
static const char *last_three(const char *text)
{
	size_t slashes = 0;

	for (const char *p = text + strlen(text); p > text; p--)
		if (p[-1] == '/' && ++slashes == 3)
			return p;
	return NULL;
}

static int parse_kbs(const char *ref, struct coco_remote_ref *ret, struct coco_diag *diag)
{
	const char *url = ref + strlen("kbs+");
	const char *host = strstr(url, "://");
	const char *id = host != NULL ? last_three(host + 3) : NULL;

	if (id == NULL || id - 1 == host + 3 || strpbrk(url, "?#@ \\") != NULL ||
	    coco_resource_id_parse(&ret->id, id, strlen(id), NULL) != 0)
		return bad(diag, form_kbs);
	if (snprintf(ret->url, sizeof(ret->url), "%.*s", (int)(id - 1 - url), url) >=
	    (int)sizeof(ret->url))
		return coco_fail(diag, COCO_E_USAGE_KEYREF, "the broker's address is too long");
	if (strncmp(url, "http:", 5) == 0 && !coco_remote_loopback(ret->url))
		return coco_fail(diag, COCO_E_USAGE_KEYREF,
				 "kbs+http: is for a broker on this machine; elsewhere use "
				 "kbs+https:");
	return 0;
}

int coco_remote_ref_parse(const char *ref, struct coco_remote_ref *ret, struct coco_diag *diag)
{
	struct coco_remote_ref x = { .cdh = strncmp(ref, "cdh:", 4) == 0 };
	int r = 0;

	if (!x.cdh)
		r = parse_kbs(ref, &x, diag);
	else if (strncmp(ref, "cdh:///", 7) != 0 ||
		 coco_resource_id_parse(&x.id, ref + 7, strlen(ref + 7), NULL) != 0)
		r = bad(diag, form_cdh);
	if (r == 0)
		*ret = x;
	return r;
}
