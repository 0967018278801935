/*
 * initdata_check.c - whether a guest could live with an initdata document (see
 * initdata_check.h).
 */
#include "lib/broker/initdata_check.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/x509.h"

/* One of the two components that talk to the broker, and what it was told. */
struct side {
	const char *name;           /* "aa.toml" */
	const char *table[2];       /* where the address stands */
	const char *cert_key;
	bool present;
	struct coco_toml doc;
	const char *url;            /* NULL: none */
	const char *cert;
	unsigned line;              /* of the table with the address */
};

struct checker {
	const struct coco_initdata *d;
	struct coco_findings *list;
	int64_t at;
	struct side side[2];
	struct coco_diag why;       /* of what was tried last */
};

/* The text of an optional member; another type is a finding. */
static const char *text_of(struct checker *c, const struct side *s,
			   const struct coco_toml_value *table, const char *key)
{
	const struct coco_toml_value *v = coco_toml_find(table, key);

	if (v == NULL)
		return NULL;
	if (v->type == COCO_TOML_STRING)
		return v->u.text;
	coco_finding(c->list, COCO_FINDING_FAIL, "initdata.toml.type", "%s is not a text", key);
	coco_finding_place(c->list, "%s line %u", s->name, v->line);
	coco_finding_next(c->list, "write it in quotes");
	return NULL;
}

/* Parses the nested document and finds address and certificate. */
static void open_side(struct checker *c, struct side *s)
{
	const struct coco_initdata_entry *e = coco_initdata_find(c->d, s->name);

	if (e == NULL)
		return;
	coco_diag_init(&c->why);
	if (coco_toml_parse(&s->doc, coco_view_of(e->text, e->n), &c->why) != 0) {
		coco_finding(c->list, COCO_FINDING_FAIL, "initdata.toml.syntax",
			     "%s is not TOML: %.120s", s->name, c->why.message);
		coco_finding_place(c->list, "%s %.60s", s->name, c->why.pointer);
		coco_finding_next(c->list, "repair the file and create the document again");
		return;
	}
	s->present = true;
	const struct coco_toml_value *t = &s->doc.root;
	for (size_t i = 0; t != NULL && i < COCO_ARRAY_LEN(s->table) && s->table[i] != NULL; i++)
		t = coco_toml_find(t, s->table[i]);
	if (t == NULL || t->type != COCO_TOML_TABLE)
		return;
	s->line = t->line;
	s->url = text_of(c, s, t, "url");
	s->cert = text_of(c, s, t, s->cert_key);
}

static bool https(const char *url)
{
	return strncmp(url, "https://", 8) == 0;
}

static void check_url(struct checker *c, const struct side *s)
{
	if (s->url == NULL || (!https(s->url) && strncmp(s->url, "http://", 7) != 0)) {
		if (s->url == NULL || strcmp(s->url, "null") != 0) {
			coco_finding(c->list, COCO_FINDING_FAIL, "initdata.url.missing",
				     s->url == NULL ? "%s names no address of the key broker"
						    : "%s: the address is no http or https URL",
				     s->name);
			coco_finding_place(c->list, "%s", s->name);
			coco_finding_next(c->list, "aa.toml and cdh.toml are read by two "
					  "processes: give the URL in both");
		}
		return;
	}
	if (!https(s->url) && s->cert != NULL) {
		coco_finding(c->list, COCO_FINDING_WARN, "initdata.cert.unused",
			     "%s has a certificate, but its address is plain http", s->name);
		coco_finding_place(c->list, "%s line %u", s->name, s->line);
		coco_finding_next(c->list, "use https, or leave %s out: some releases refuse "
				  "the two together", s->cert_key);
	}
}

static void bad_cert(struct checker *c, const struct side *s, const char *id, const char *what,
		     const char *next)
{
	coco_finding(c->list, COCO_FINDING_FAIL, id, "%s: %s", s->name, what);
	coco_finding_place(c->list, "%s line %u", s->name, s->line);
	coco_finding_next(c->list, "%s", next);
}

/* What a certificate for TLS must be: an anchor, or the server's own with its names. */
static void judge_cert(struct checker *c, const struct side *s, const struct coco_certs *certs,
		       size_t i)
{
	struct coco_cert_info info;

	coco_certs_info(certs, i, &info);
	if (c->at < info.not_before || c->at >= info.not_after)
		bad_cert(c, s, "initdata.cert.expired",
			 c->at < info.not_before ? "the certificate is not valid yet"
						 : "the certificate has expired",
			 "put the broker's current certificate in; this changes the digest");
	if (!coco_certs_is_ca(certs, i) && !coco_certs_has_san(certs, i))
		bad_cert(c, s, "initdata.cert.names",
			 "the certificate is no CA and names no host",
			 "give the CA, or a certificate with the broker's name as subject "
			 "alternative name");
	else if (!coco_certs_self_signed(certs, i) && coco_certs_count(certs) == 1)
		bad_cert(c, s, "initdata.cert.anchor",
			 "the certificate is not its own issuer, so that nothing anchors it",
			 "give the CA that issued it");
}

static void check_cert(struct checker *c, const struct side *s)
{
	struct coco_certs *certs = NULL;

	if (s->cert == NULL)
		return;
	int r = coco_certs_new(&certs, NULL);
	if (r == 0)
		r = coco_certs_parse(certs, coco_view_of(s->cert, strlen(s->cert)), NULL);
	if (r != 0)
		bad_cert(c, s, "initdata.cert.format", "the certificate cannot be read",
			 "give one or more certificates in PEM");
	for (size_t i = 0; r == 0 && i < coco_certs_count(certs); i++)
		judge_cert(c, s, certs, i);
	coco_certs_free(certs);
}

/* Both components have to be told the same. */
static void compare(struct checker *c, const struct side *aa, const struct side *cdh)
{
	if (aa->url != NULL && cdh->url != NULL && strcmp(aa->url, cdh->url) != 0) {
		coco_finding(c->list, COCO_FINDING_WARN, "initdata.url.differ",
			     "aa.toml and cdh.toml name different addresses");
		coco_finding_next(c->list, "check that both are meant: evidence goes to the "
				  "first, keys come from the second");
	}
	if (aa->url != NULL && cdh->url != NULL && https(aa->url) && https(cdh->url) &&
	    (aa->cert == NULL) != (cdh->cert == NULL)) {
		coco_finding(c->list, COCO_FINDING_WARN, "initdata.cert.once",
			     "the broker's certificate is given in %s only",
			     aa->cert != NULL ? "aa.toml" : "cdh.toml");
		coco_finding_next(c->list, "give it in both: they are read by two processes");
	}
}

static void check_algorithm(struct checker *c)
{
	if (c->d->alg == COCO_INITDATA_SHA256) {
		coco_finding(c->list, COCO_FINDING_PASS, "initdata.algorithm",
			     "sha256 fits HOST_DATA, MRCONFIGID and PCR 8");
		return;
	}
	coco_finding(c->list, COCO_FINDING_WARN, "initdata.algorithm",
		     "a digest by %s is cut in SEV-SNP's HOST_DATA%s, and a verifier of vTPM "
		     "evidence refuses it (PCR 8)", coco_initdata_alg_name(c->d->alg),
		     c->d->alg == COCO_INITDATA_SHA512 ? " and TDX's MRCONFIGID" : "");
	coco_finding_next(c->list, "use sha256 unless all guests are TDX");
}

static void check_entries(struct checker *c)
{
	const struct coco_initdata_entry *policy = coco_initdata_find(c->d, "policy.rego");

	if (policy == NULL) {
		coco_finding(c->list, COCO_FINDING_WARN, "initdata.policy.missing",
			     "there is no policy.rego: the agent keeps the policy of its image");
		coco_finding_next(c->list, "add one with --policy unless the image's is meant");
	} else if (strstr(policy->text, "package agent_policy") == NULL) {
		coco_finding(c->list, COCO_FINDING_FAIL, "initdata.policy.package",
			     "policy.rego does not begin package agent_policy");
		coco_finding_place(c->list, "policy.rego");
		coco_finding_next(c->list, "the agent asks for rules of that package only");
	}
	for (size_t i = 0; i < c->d->n; i++)
		if (strchr(c->d->entry[i].text, '\r') != NULL) {
			coco_finding(c->list, COCO_FINDING_WARN, "initdata.text.cr",
				     "%s has carriage returns", c->d->entry[i].name);
			coco_finding_next(c->list, "line ends are part of the digest: whoever "
					  "rewrites them changes it");
		}
}

static void check_side(struct checker *c, struct side *s)
{
	open_side(c, s);
	if (coco_initdata_find(c->d, s->name) == NULL) {
		coco_finding(c->list, COCO_FINDING_FAIL, "initdata.entry.missing", "there is no %s",
			     s->name);
		coco_finding_next(c->list, "without it the guest does not find the key broker; "
				  "--kbs-url makes both files");
	} else if (s->present) {
		check_url(c, s);
		check_cert(c, s);
	}
}

int coco_initdata_check(const struct coco_initdata *d, int64_t at, struct coco_findings *list,
			struct coco_diag *diag)
{
	struct checker *c = coco_zalloc(1, sizeof(*c));

	if (c == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to check initdata");
	c->d = d;
	c->list = list;
	c->at = at;
	c->side[0] = (struct side){ .name = "aa.toml", .table = { "token_configs", "kbs" },
				    .cert_key = "cert" };
	c->side[1] = (struct side){ .name = "cdh.toml", .table = { "kbc" },
				    .cert_key = "kbs_cert" };
	check_algorithm(c);
	for (size_t i = 0; i < COCO_ARRAY_LEN(c->side); i++)
		check_side(c, &c->side[i]);
	compare(c, &c->side[0], &c->side[1]);
	check_entries(c);
	for (size_t i = 0; i < COCO_ARRAY_LEN(c->side); i++)
		coco_toml_free(&c->side[i].doc);
	coco_free(c);
	return coco_findings_finish(list, diag);
}
