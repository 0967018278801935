/*
 * initdata_build.c - the entries of an initdata document (see initdata_build.h).
 */
#include "lib/broker/initdata_build.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "formats/core/utf8.h"
#include "lib/crypto/x509.h"

static void release(struct coco_initdata_entry *e)
{
	coco_free((char *)(uintptr_t)e->name);
	coco_free((char *)(uintptr_t)e->text);
}

int coco_initdata_part(struct coco_initdata_parts *parts, const char *name, const char *text,
		       size_t n, struct coco_diag *diag)
{
	if (parts->n == COCO_INITDATA_ENTRIES)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d entries",
				 COCO_INITDATA_ENTRIES);
	for (size_t i = 0; i < parts->n; i++)
		if (strcmp(parts->entry[i].name, name) == 0)
			return coco_fail(diag, COCO_E_INITDATA_ENTRY,
					 "the entry \"%s\" is given twice", name);
	struct coco_initdata_entry e = {
		.name = coco_strdup(name),
		.text = coco_strndup(text != NULL ? text : "", n),
		.n = n,
	};
	if (e.name == NULL || e.text == NULL) {
		release(&e);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for initdata");
	}
	parts->entry[parts->n++] = e;
	return 0;
}

/* One line "key = value" of a nested document. */
static void line(struct coco_wr *wr, const char *key, const char *text, size_t n)
{
	coco_wr_printf(wr, "%s = ", key);
	coco_toml_put_string(wr, text, n);
	coco_wr_u8(wr, '\n');
}

static int finish(struct coco_initdata_parts *parts, const char *name, struct coco_wr *wr,
		  struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_wr_finish(wr, &text, &n, diag);

	if (r == 0)
		r = coco_initdata_part(parts, name, (const char *)text, n, diag);
	coco_free(text);
	return r;
}

/* Certificates in PEM and nothing else: a private key beside them must not go in. */
static int check_cert(struct coco_view cert, struct coco_diag *diag)
{
	struct coco_certs *certs = NULL;

	if (!coco_pem_looks(cert) || !coco_utf8_valid(cert.p, cert.n, NULL) ||
	    memchr(cert.p, 0, cert.n) != NULL)
		return coco_fail(diag, COCO_E_FORMAT_CERT,
				 "the broker's certificate is not text in PEM");
	int r = coco_certs_new(&certs, diag);
	if (r == 0)
		r = coco_certs_parse(certs, cert, diag);
	coco_certs_free(certs);
	return r;
}

int coco_initdata_part_kbs(struct coco_initdata_parts *parts, const char *url,
			   struct coco_view cert, struct coco_diag *diag)
{
	struct coco_wr wr;

	if ((strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) ||
	    strpbrk(url, " \t\r\n\"") != NULL)
		return coco_fail(diag, COCO_E_USAGE_URL, "\"%s\" is not an http or https URL", url);
	int r = cert.n != 0 ? check_cert(cert, diag) : 0;
	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_INITDATA_MAX);
	coco_wr_str(&wr, "[token_configs.kbs]\n");
	line(&wr, "url", url, strlen(url));
	if (cert.n != 0)
		line(&wr, "cert", (const char *)cert.p, cert.n);
	r = finish(parts, "aa.toml", &wr, diag);
	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_INITDATA_MAX);
	coco_wr_str(&wr, "[kbc]\nname = \"cc_kbc\"\n");
	line(&wr, "url", url, strlen(url));
	if (cert.n != 0)
		line(&wr, "kbs_cert", (const char *)cert.p, cert.n);
	return finish(parts, "cdh.toml", &wr, diag);
}

int coco_initdata_part_release(struct coco_initdata_parts *parts, const char *id,
			       struct coco_diag *diag)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	struct coco_wr wr;

	if (id[0] == '\0' || strspn(id, allowed) != strlen(id))
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "\"%s\" is not an id of letters, digits, \"-\", \"_\" and \".\"",
				 id);
	coco_wr_init(&wr, COCO_INITDATA_MAX);
	line(&wr, "id", id, strlen(id));
	return finish(parts, "release.toml", &wr, diag);
}

void coco_initdata_parts_free(struct coco_initdata_parts *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		release(&parts->entry[i]);
	parts->n = 0;
}
