/*
 * initdata_check.c - whether a guest could live with an initdata document (see
 * initdata_check.h).
 */
#include "lib/broker/initdata_check.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/broker/initdata_file.h"
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

/* Bytes that Kubernetes allows all annotations of an object together. */
enum { ANNOTATIONS_MAX = 256 * 1024, ANNOTATION_LARGE = 64 * 1024 };

struct checker {
	const struct coco_initdata *d;
	struct coco_view toml;
	struct coco_outcomes *list;
	int64_t at;
	struct side side[2];
	bool offline;               /* keys come from files of the guest, no broker is asked */
	struct coco_diag why;       /* of what was tried last */
	int code;                   /* 0, or why nothing can be said */
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
	coco_outcome(c->list, COCO_OUTCOME_FAIL, "initdata.toml.type", "%s is not a text", key);
	coco_outcome_place(c->list, "%s line %u", s->name, v->line);
	coco_outcome_next(c->list, "write it in quotes");
	return NULL;
}

/* Parses the nested document and finds address and certificate. */
static void open_side(struct checker *c, struct side *s)
{
	const struct coco_initdata_entry *e = coco_initdata_find(c->d, s->name);

	if (e == NULL)
		return;
	coco_diag_init(&c->why);
	int r = coco_toml_parse(&s->doc, coco_view_of(e->text, e->n), &c->why);
	if (r == COCO_E_LIMIT_MEMORY)
		c->code = r;
	if (r != 0) {
		coco_outcome(c->list, COCO_OUTCOME_FAIL, "initdata.toml.syntax",
			     "%s is not TOML: %.120s", s->name, c->why.message);
		coco_outcome_place(c->list, "%s %.60s", s->name, c->why.pointer);
		coco_outcome_next(c->list, "repair the file and create the document again");
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

/* Which client the data hub takes to fetch keys. */
static void check_kbc(struct checker *c, const struct side *s)
{
	const struct coco_toml_value *kbc = coco_toml_find(&s->doc.root, "kbc");
	const char *name;

	if (kbc == NULL || kbc->type != COCO_TOML_TABLE)
		return;
	name = text_of(c, s, kbc, "name");
	if (name != NULL && strcmp(name, "cc_kbc") == 0)
		return;
	if (name != NULL && strcmp(name, "offline_fs_kbc") == 0) {
		c->offline = true;
		coco_outcome(c->list, COCO_OUTCOME_WARN, "initdata.kbc.offline",
			     "keys come from files of the guest, no evidence is asked for");
		coco_outcome_place(c->list, "cdh.toml line %u", kbc->line);
		coco_outcome_next(c->list, "use cc_kbc outside of tests");
		return;
	}
	coco_outcome(c->list, COCO_OUTCOME_FAIL, "initdata.kbc.name",
		     name == NULL ? "cdh.toml does not say how keys are fetched"
				  : "cdh.toml names a way to fetch keys that no data hub knows");
	coco_outcome_place(c->list, "cdh.toml line %u", kbc->line);
	coco_outcome_next(c->list, "write name = \"cc_kbc\" in its [kbc]");
}

static bool https(const char *url)
{
	return strncmp(url, "https://", 8) == 0;
}

static bool usable(const char *url)
{
	return https(url) || strncmp(url, "http://", 7) == 0;
}

static void check_url(struct checker *c, const struct side *s)
{
	if (s->url == NULL || !usable(s->url)) {
		if (c->offline)
			return;
		coco_outcome(c->list, COCO_OUTCOME_FAIL, "initdata.url.missing",
			     s->url == NULL ? "%s names no address of the key broker"
					    : "%s: the address is no http or https URL",
			     s->name);
		coco_outcome_place(c->list, "%s [%s%s%s]", s->name, s->table[0],
				   s->table[1] != NULL ? "." : "",
				   s->table[1] != NULL ? s->table[1] : "");
		coco_outcome_next(c->list, "aa.toml and cdh.toml are read by two processes: give "
				  "the URL in both");
		return;
	}
	if (!https(s->url) && s->cert != NULL) {
		coco_outcome(c->list, COCO_OUTCOME_WARN, "initdata.cert.unused",
			     "%s has a certificate, but its address is plain http", s->name);
		coco_outcome_place(c->list, "%s line %u", s->name, s->line);
		coco_outcome_next(c->list, "use https, or leave %s out: some releases refuse "
				  "the two together", s->cert_key);
	}
}

static void bad_cert(struct checker *c, const struct side *s, const char *id, const char *what,
		     const char *next)
{
	coco_outcome(c->list, COCO_OUTCOME_FAIL, id, "%s: %s", s->name, what);
	coco_outcome_place(c->list, "%s line %u", s->name, s->line);
	coco_outcome_next(c->list, "%s", next);
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
	if (r == COCO_E_LIMIT_MEMORY)
		c->code = r;
	else if (r != 0)
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
		coco_outcome(c->list, COCO_OUTCOME_WARN, "initdata.url.differ",
			     "aa.toml and cdh.toml name different addresses");
		coco_outcome_next(c->list, "check that both are meant: evidence goes to the "
				  "first, keys come from the second");
	}
	if (aa->url != NULL && cdh->url != NULL && https(aa->url) && https(cdh->url) &&
	    (aa->cert == NULL) != (cdh->cert == NULL)) {
		coco_outcome(c->list, COCO_OUTCOME_WARN, "initdata.cert.once",
			     "the broker's certificate is given in %s only",
			     aa->cert != NULL ? "aa.toml" : "cdh.toml");
		coco_outcome_next(c->list, "give it in both: they are read by two processes");
	}
	if (aa->cert != NULL && cdh->cert != NULL && strcmp(aa->cert, cdh->cert) != 0) {
		coco_outcome(c->list, COCO_OUTCOME_WARN, "initdata.cert.differ",
			     "aa.toml and cdh.toml hold different certificates");
		coco_outcome_next(c->list, "check that both are meant: a renewal has to reach "
				  "both files");
	}
}

static void check_algorithm(struct checker *c)
{
	if (c->d->alg == COCO_INITDATA_SHA256) {
		coco_outcome(c->list, COCO_OUTCOME_PASS, "initdata.algorithm",
			     "sha256 fits HOST_DATA, MRCONFIGID and PCR 8");
		return;
	}
	coco_outcome(c->list, COCO_OUTCOME_WARN, "initdata.algorithm",
		     "a digest by %s is cut in SEV-SNP's HOST_DATA%s, and a verifier of vTPM "
		     "evidence refuses it (PCR 8)", coco_initdata_alg_name(c->d->alg),
		     c->d->alg == COCO_INITDATA_SHA512 ? " and TDX's MRCONFIGID" : "");
	coco_outcome_next(c->list, "use sha256 unless all guests are TDX");
}

static void check_policy(struct checker *c)
{
	const struct coco_initdata_entry *policy = coco_initdata_find(c->d, "policy.rego");

	if (policy == NULL) {
		coco_outcome(c->list, COCO_OUTCOME_WARN, "initdata.policy.missing",
			     "there is no policy.rego: the agent keeps the policy of its image");
		coco_outcome_next(c->list, "add one with --policy unless the image's is meant");
	} else if (strstr(policy->text, "package agent_policy") == NULL) {
		coco_outcome(c->list, COCO_OUTCOME_FAIL, "initdata.policy.package",
			     "policy.rego does not begin package agent_policy");
		coco_outcome_place(c->list, "policy.rego");
		coco_outcome_next(c->list, "the agent asks for rules of that package only");
	}
}

static void check_bytes(struct checker *c)
{
	uint8_t *text = NULL;
	size_t n = 0;

	if (memchr(c->toml.p, '\r', c->toml.n) != NULL) {
		coco_outcome(c->list, COCO_OUTCOME_WARN, "initdata.text.cr",
			     "the document has carriage returns");
		coco_outcome_next(c->list, "line ends are part of the digest: whoever rewrites "
				  "them changes it");
	}
	int r = coco_initdata_pack(c->toml, COCO_INITDATA_ANNOTATED, &text, &n, &c->why);
	coco_free(text);
	if (r != 0) {
		c->code = COCO_E_LIMIT_MEMORY;   /* a document is never too large to be packed */
		return;
	}
	n += strlen(COCO_INITDATA_ANNOTATION);
	if (n <= ANNOTATION_LARGE)
		return;
	coco_outcome(c->list, n > ANNOTATIONS_MAX ? COCO_OUTCOME_FAIL : COCO_OUTCOME_WARN,
		     "initdata.annotation.size",
		     "as an annotation it takes %zu of the %d bytes that Kubernetes allows all "
		     "annotations of a pod together", n, ANNOTATIONS_MAX);
	coco_outcome_next(c->list, "fetch large texts (image policies, certificates) as "
			  "resources of the broker instead");
}

static void check_side(struct checker *c, const struct side *s)
{
	if (s->present) {
		check_url(c, s);
		check_cert(c, s);
	} else if (coco_initdata_find(c->d, s->name) == NULL && !c->offline) {
		coco_outcome(c->list, COCO_OUTCOME_FAIL, "initdata.entry.missing", "there is no %s",
			     s->name);
		coco_outcome_next(c->list, "without it the guest does not find the key broker; "
				  "--kbs-url makes both files");
	}
}

static int check_all(struct checker *c)
{
	struct side *aa = &c->side[0];
	struct side *cdh = &c->side[1];

	*aa = (struct side){ .name = "aa.toml", .table = { "token_configs", "kbs" },
			     .cert_key = "cert" };
	*cdh = (struct side){ .name = "cdh.toml", .table = { "kbc" }, .cert_key = "kbs_cert" };
	check_algorithm(c);
	open_side(c, aa);
	open_side(c, cdh);
	if (cdh->present)
		check_kbc(c, cdh);
	check_side(c, aa);
	check_side(c, cdh);
	compare(c, aa, cdh);
	check_policy(c);
	check_bytes(c);
	coco_toml_free(&aa->doc);
	coco_toml_free(&cdh->doc);
	return c->code;
}

int coco_initdata_check(const struct coco_initdata *d, struct coco_view toml, int64_t at,
			struct coco_outcomes *list, struct coco_diag *diag)
{
	struct checker *c = coco_zalloc(1, sizeof(*c));

	if (c == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to check initdata");
	c->d = d;
	c->toml = toml;
	c->list = list;
	c->at = at;
	int r = check_all(c);
	coco_free(c);
	return r == 0 ? coco_outcomes_finish(list, diag)
		      : coco_fail(diag, r, "no memory to check initdata");
}
