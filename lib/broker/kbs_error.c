/*
 * kbs_error.c - the refusals of a Trustee key broker decoded (see
 * kbs_error.h).
 */
#include "lib/broker/kbs_error.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/json.h"

enum {
	ERROR_MAX = 64 << 10,   /* bytes of an error body that are looked at */
	LONG_RUN = 40,          /* characters that may be a credential */
};

static const char prefix[] = "https://github.com/confidential-containers/kbs/errors/";
static const char mismatch[] = "KBS Client Protocol Version Mismatch";

/* Names of all releases; those up to v0.10 are among them. */
static const struct {
	const char *type;
	int code;
} known[] = {
	{ "AdminAuthInitialization", COCO_E_BROKER_REFUSED_ADMIN },
	{ "AdminAuthAccess", COCO_E_BROKER_REFUSED_ADMIN },
	{ "AdminAuth", COCO_E_BROKER_REFUSED_ADMIN },
	{ "AttestationError", COCO_E_BROKER_ATTESTATION },
	{ "ProtocolVersion", COCO_E_BROKER_PROTOCOL },
	{ "InvalidRequestPath", COCO_E_BROKER_ROUTE },
	{ "PluginNotFound", COCO_E_BROKER_ROUTE },
	{ "PluginInternalError", COCO_E_BROKER_PLUGIN },
	{ "PolicyDeny", COCO_E_BROKER_REFUSED_POLICY },
	{ "ParsePolicyError", COCO_E_BROKER_POLICY_TEXT },
	{ "PolicyEngineError", COCO_E_BROKER_POLICY_TEXT },
	{ "RvpsError", COCO_E_BROKER_RVPS },
	{ "TokenNotFound", COCO_E_BROKER_TOKEN },
	{ "TokenVerifierError", COCO_E_BROKER_TOKEN },
	{ "JweError", COCO_E_BROKER_ENCRYPT },
};

/*
 * Cuts long runs of base64 or hexadecimal out of a detail: a server may repeat
 * what it was sent, and a token must not come back into a log that way.
 */
static void redact(char *text)
{
	static const char cut[] = "[...]";
	char *out = text;

	for (const char *p = text; *p != '\0';) {
		size_t n = 0;

		while (isalnum((unsigned char)p[n]) || (p[n] != '\0' && strchr("+/_=-.", p[n])))
			n++;
		if (n >= LONG_RUN) {
			memcpy(out, cut, sizeof(cut) - 1);
			out += sizeof(cut) - 1;
			p += n;
			continue;
		}
		n += n == 0;
		memmove(out, p, n);
		out += n;
		p += n;
	}
	*out = '\0';
}

bool coco_kbs_error_read(const struct coco_http_response *answer, struct coco_kbs_error *ret)
{
	struct coco_view body = coco_view_of(coco_secret_expose(&answer->body), answer->body.n);
	struct coco_kbs_error e;
	struct coco_json doc;
	const char *type = NULL;
	const char *detail = "";

	if (body.n == 0 || coco_json_parse(&doc, body, ERROR_MAX, NULL) != 0)
		return false;
	struct coco_jv root = coco_json_root(&doc);
	bool ok = coco_jv_as_object(&root, NULL) == 0 &&
		  coco_jv_string(&root, "type", &type, NULL) == 0 &&
		  coco_jv_string(&root, "detail", &detail, NULL) == 0 &&
		  strncmp(type, prefix, sizeof(prefix) - 1) == 0;
	if (ok) {
		type += sizeof(prefix) - 1;
		coco_escape(e.type, sizeof(e.type), type, strlen(type));
		coco_escape(e.detail, sizeof(e.detail), detail, strlen(detail));
		redact(e.detail);
		*ret = e;
	}
	coco_json_free(&doc);
	return ok;
}

bool coco_kbs_error_mismatch(const struct coco_kbs_error *e)
{
	return strcmp(e->type, "ProtocolVersion") == 0 || strstr(e->detail, mismatch) != NULL;
}

/* The number of three parts that begins at p, or 0. */
static size_t version_at(const char *p)
{
	size_t dots = 0;
	size_t n = 0;

	for (; isdigit((unsigned char)p[n]) || (p[n] == '.' && n > 0); n++)
		dots += p[n] == '.';
	return dots == 2 && p[n - 1] != '.' ? n : 0;
}

bool coco_kbs_error_version(const struct coco_kbs_error *e, char *ret, size_t cap)
{
	const char *p = strstr(e->detail, mismatch);

	/* what the server expects stands first, then what it got */
	for (p = p != NULL ? p + sizeof(mismatch) - 1 : ""; *p != '\0'; p++) {
		size_t n = version_at(p);

		if (n > 0 && n < cap) {
			memcpy(ret, p, n);
			ret[n] = '\0';
			return true;
		}
		p += n > 0 ? n - 1 : 0;
	}
	return false;
}

/* The code of a broker's error. */
static int code_of(const struct coco_kbs_error *e)
{
	if (coco_kbs_error_mismatch(e))
		return COCO_E_BROKER_PROTOCOL;
	if (strcmp(e->type, "AttestationError") == 0 &&
	    strstr(e->detail, "Set Attestation Policy failed") != NULL)
		return COCO_E_BROKER_POLICY_TEXT;
	for (size_t i = 0; i < COCO_ARRAY_LEN(known); i++)
		if (strcmp(e->type, known[i].type) == 0)
			return known[i].code;
	return COCO_E_BROKER_ERROR;
}

/* What a body that no broker sends looks like. */
static const char *looks_like(const struct coco_http_response *a)
{
	const uint8_t *p = coco_secret_expose(&a->body);
	size_t n = a->body.n;

	for (; n > 0 && isspace(*p); n--)
		p++;
	if (n == 0)
		return "an empty body";
	if (strncasecmp(a->content_type, "text/html", 9) == 0 || *p == '<')
		return "an HTML page";
	if (*p == '{' || *p == '[')
		return "JSON that is not a broker's error";
	return "a body that is not a broker's error";
}

static int other_answer(const struct coco_http_response *a, const char *what,
			struct coco_diag *diag)
{
	if (a->status == 413)
		return coco_fail(diag, COCO_E_BROKER_TOO_LARGE,
				 "%s: the server refuses so large a body (413)", what);
	if (a->status == 429 || a->status >= 500)
		return coco_fail(diag, COCO_E_BROKER_BUSY, "%s: the server answers %u", what,
				 a->status);
	if ((a->status == 404 || a->status == 405) && a->body.n == 0)
		return coco_fail(diag, COCO_E_BROKER_ROUTE, "%s: no such endpoint (%u)", what,
				 a->status);
	return coco_fail(diag, COCO_E_NOT_A_BROKER, "%s: status %u with %s", what, a->status,
			 looks_like(a));
}

int coco_kbs_error_fail(const struct coco_http_response *answer, const char *what,
			struct coco_diag *diag)
{
	struct coco_kbs_error e;

	if (!coco_kbs_error_read(answer, &e))
		return other_answer(answer, what, diag);
	int r = coco_fail(diag, code_of(&e), "%s: %s (%u %s)", what,
			  e.detail[0] != '\0' ? e.detail : "no detail", answer->status, e.type);
	if (strcmp(e.type, "AdminAuthInitialization") == 0)
		coco_diag_cause(diag, "\"failed to initialize\" is what this release says of any "
				"refused token");
	return r;
}
