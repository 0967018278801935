/*
 * resource_id.c - names of key broker resources (see resource_id.h).
 */
#include "formats/core/resource_id.h"

#include <stdio.h>
#include <string.h>

static bool part_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || (!first && c == '.');
}

/* One part up to the end or the next slash; *at moves to where it ends. */
static int parse_part(char *ret, const char *text, size_t n, size_t *at, const char *field,
		      struct coco_diag *diag)
{
	size_t start = *at;
	size_t i = start;

	while (i < n && text[i] != '/') {
		if (!part_char(text[i], i == start))
			return coco_fail_at(diag, COCO_E_FORMAT_VALUE, i, field,
					    "a character that a resource name may not have there");
		i++;
	}
	if (i == start)
		return coco_fail_at(diag, COCO_E_FORMAT_VALUE, i, field,
				    "a part of the resource name is empty");
	if (i - start > COCO_RESOURCE_PART_MAX)
		return coco_fail_at(diag, COCO_E_FORMAT_VALUE, i, field,
				    "a part of the resource name is longer than %d characters",
				    COCO_RESOURCE_PART_MAX);
	memcpy(ret, text + start, i - start);
	ret[i - start] = '\0';
	*at = i;
	return 0;
}

int coco_resource_id_parse(struct coco_resource_id *ret, const char *text, size_t n,
			   struct coco_diag *diag)
{
	static const char *const fields[] = { "repo", "type", "tag" };
	struct coco_resource_id id = { "", "", "" };
	char *const parts[] = { id.repo, id.type, id.tag };
	size_t at = 0;

	for (size_t k = 0; k < COCO_ARRAY_LEN(parts); k++) {
		int r = parse_part(parts[k], text, n, &at, fields[k], diag);

		if (r != 0)
			return r;
		bool slash = at < n;
		if (slash != (k + 1 < COCO_ARRAY_LEN(parts)))
			return coco_fail_at(diag, COCO_E_FORMAT_VALUE, at, fields[k],
					    "a resource name has exactly three parts, "
					    "repo/type/tag");
		at++;
	}
	*ret = id;
	return 0;
}

int coco_resource_id_parse_uri(struct coco_resource_id *ret, const char *text, size_t n,
			       struct coco_diag *diag)
{
	static const char scheme[] = "kbs://";
	size_t at = sizeof(scheme) - 1;

	if (n < at || memcmp(text, scheme, at) != 0)
		return coco_fail_at(diag, COCO_E_FORMAT_VALUE, 0, NULL,
				    "a resource identifier starts with kbs:///");
	while (at < n && text[at] != '/') {
		if (!part_char(text[at], false) && text[at] != ':')
			return coco_fail_at(diag, COCO_E_FORMAT_VALUE, at, "host",
					    "a character that a host name may not have");
		at++;
	}
	if (at == n)
		return coco_fail_at(diag, COCO_E_FORMAT_VALUE, at, NULL,
				    "a resource identifier is kbs:///repo/type/tag");
	return coco_resource_id_parse(ret, text + at + 1, n - at - 1, diag);
}

void coco_resource_id_uri(const struct coco_resource_id *id, char *ret)
{
	snprintf(ret, COCO_RESOURCE_URI_MAX, "kbs:///%s/%s/%s", id->repo, id->type, id->tag);
}
