/*
 * plugin_uri.c - what a plugin of a key broker is asked for (see plugin_uri.h).
 */
#include "formats/broker/plugin_uri.h"

#include <string.h>

#include "formats/core/err_broker.h"

static const char resource[] = "resource";

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static bool hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int bad(struct coco_diag *diag, size_t at, const char *field, const char *why)
{
	return coco_fail_at(diag, COCO_E_PLUGIN_PATH, at, field, "%s", why);
}

/* One part that starts at *at; *at moves to where it ends. base is the offset of text. */
static int part(const char *text, size_t n, size_t base, size_t *at, size_t max,
		const char *field, struct coco_diag *diag)
{
	size_t i = *at;

	while (i < n && text[i] != '/' && text[i] != '?') {
		if (!letter(text[i]) && (text[i] != '.' || i == *at))
			return bad(diag, base + i, field,
				   "a character that a path may not have there");
		i++;
	}
	if (i == *at)
		return bad(diag, base + i, field, "a part of the path is empty");
	if (i - *at > max)
		return bad(diag, base + *at, field, "a part of the path is too long");
	*at = i;
	return 0;
}

/* What RFC 3986 lets stand in a query. */
static int query(const char *text, size_t n, size_t base, size_t at, struct coco_diag *diag)
{
	for (size_t i = at; i < n; i++) {
		bool encoded = text[i] == '%' && n - i > 2 && hex(text[i + 1]) &&
			       hex(text[i + 2]);

		if (!encoded && !letter(text[i]) && (text[i] == '\0' || text[i] == '%' ||
		    strchr(".~!$&'()*+,;=:@/?", text[i]) == NULL))
			return bad(diag, base + i, "query",
				   "a character that must be written as % and two digits");
	}
	return 0;
}

/* The broker's own endpoints, which plugins do not shadow. */
static bool endpoint(const char *text, size_t n)
{
	static const char *const names[] = {
		"auth", "attest", "attestation-policy", "reference-value", "resource-policy",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		if (n == strlen(names[i]) && memcmp(text, names[i], n) == 0)
			return true;
	return false;
}

/* The segments and the query from at on; resources have three and none. */
static int segments(const char *text, size_t n, size_t base, size_t at, bool three,
		    struct coco_diag *diag)
{
	unsigned count = 0;
	int r = 0;

	do {
		if (count++ > 0)
			at++;
		r = part(text, n, base, &at, COCO_PLUGIN_SEGMENT_MAX, "path", diag);
	} while (r == 0 && at < n && text[at] == '/');
	if (r == 0 && three && (count != 3 || at < n))
		r = bad(diag, base + at, "path",
			"a resource has exactly three parts, repo/type/tag, and no query");
	if (r == 0 && at < n)
		r = query(text, n, base, at + 1, diag);
	return r;
}

/* plugin and rest of a path into *ret; base is where rest stands in the input. */
static int make(struct coco_plugin_uri *ret, const char *plugin, size_t n_plugin,
		const char *rest, size_t n, size_t base, struct coco_diag *diag)
{
	bool three = n_plugin == sizeof(resource) - 1 && memcmp(plugin, resource, n_plugin) == 0;
	int r;

	if (endpoint(plugin, n_plugin))
		return bad(diag, 0, "plugin", "this is an endpoint of the broker, not a plugin");
	if (n_plugin + 1 + n > COCO_PLUGIN_PATH_MAX)
		return bad(diag, base, "path", "the path is too long");
	r = segments(rest, n, base, 0, three, diag);
	if (r != 0)
		return r;
	memcpy(ret->path, plugin, n_plugin);
	ret->path[n_plugin] = '/';
	memcpy(ret->path + n_plugin + 1, rest, n);
	ret->path[n_plugin + 1 + n] = '\0';
	ret->n_plugin = n_plugin;
	return 0;
}

int coco_plugin_path_parse(struct coco_plugin_uri *ret, const char *text, size_t n,
			   struct coco_diag *diag)
{
	size_t at = 0;
	int r = part(text, n, 0, &at, COCO_PLUGIN_NAME_MAX, "plugin", diag);

	if (r != 0)
		return r;
	if (at == n || text[at] != '/')
		return bad(diag, at, "path", "a plugin is asked for PLUGIN/SEGMENT...");
	return make(ret, text, at, text + at + 1, n - at - 1, at + 1, diag);
}

int coco_plugin_uri_parse(struct coco_plugin_uri *ret, const char *text, size_t n,
			  struct coco_diag *diag)
{
	const char *plugin = resource;
	size_t n_plugin = sizeof(resource) - 1;
	size_t at = 3;

	if (n < 4 || memcmp(text, "kbs", 3) != 0 || (text[3] != ':' && text[3] != '+'))
		return bad(diag, 0, NULL, "an address of a broker's plugin starts with kbs: or "
			   "kbs+PLUGIN:");
	if (text[3] == '+') {
		plugin = text + 4;
		for (at = 4; at < n && (letter(text[at]) || (text[at] == '.' && at > 4)); at++)
			;
		n_plugin = at - 4;
		if (n_plugin == 0 || n_plugin > COCO_PLUGIN_NAME_MAX)
			return bad(diag, 4, "plugin", "no name of a plugin");
	}
	if (n - at < 3 || memcmp(text + at, "://", 3) != 0)
		return bad(diag, at, "plugin", "after the plugin's name comes ://");
	if ((n_plugin == 4 && memcmp(plugin, "http", 4) == 0) ||
	    (n_plugin == 5 && memcmp(plugin, "https", 5) == 0))
		return bad(diag, 4, "plugin", "this is a key reference; the broker's address "
			   "belongs to --broker");
	for (at += 3; at < n && text[at] != '/'; at++)
		if (text[at] == '\0' || (!letter(text[at]) && strchr(".:[]", text[at]) == NULL))
			return bad(diag, at, "host", "a character that a host name may not have");
	if (at == n)
		return bad(diag, at, "path", "the address has no path");
	return make(ret, plugin, n_plugin, text + at + 1, n - at - 1, at + 1, diag);
}

const char *coco_plugin_uri_resource(const struct coco_plugin_uri *uri)
{
	bool is = uri->n_plugin == sizeof(resource) - 1 &&
		  memcmp(uri->path, resource, uri->n_plugin) == 0;

	return is ? uri->path + sizeof(resource) : NULL;
}
