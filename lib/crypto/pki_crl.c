/*
 * pki_crl.c - revocation lists (see pki_cert.h). Serial numbers are sorted
 * once, for a list may have a hundred thousand of them.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/pki_evp.h"

struct coco_crl {
	struct coco_crl_fields f;    /* views into der */
	uint8_t *der;
	struct coco_view *serials;   /* sorted, f.n_revoked of them */
	char issuer[COCO_CERT_TEXT];
};

/* By length, then by content: magnitudes have no leading zeros. */
static int compare(const void *a, const void *b)
{
	const struct coco_view *x = a;
	const struct coco_view *y = b;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return x->n != 0 ? memcmp(x->p, y->p, x->n) : 0;
}

static int read_serials(struct coco_crl *crl, struct coco_diag *diag)
{
	struct coco_rd rd;
	size_t n = 0;

	if (crl->f.n_revoked == 0)
		return 0;
	crl->serials = coco_zalloc(crl->f.n_revoked, sizeof(*crl->serials));
	if (crl->serials == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a revocation list");
	coco_rd_init(&rd, crl->f.revoked, 0, NULL);
	while (n < crl->f.n_revoked && coco_crl_entry(&rd, &crl->serials[n]))
		n++;
	qsort(crl->serials, n, sizeof(*crl->serials), compare);
	return 0;
}

int coco_crl_parse(struct coco_crl **ret, struct coco_view der, struct coco_diag *diag)
{
	struct coco_crl_fields f;

	int r = coco_crl_fields_read(&f, der, diag);
	if (r != 0)
		return r;
	struct coco_crl *crl = coco_zalloc(1, sizeof(*crl));
	uint8_t *copy = coco_memdup(der.p, der.n);
	if (crl == NULL || copy == NULL) {
		coco_free(copy);
		coco_free(crl);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a revocation list");
	}
	crl->der = copy;
	r = coco_crl_fields_read(&crl->f, coco_view_of(copy, der.n), diag);
	if (r == 0)
		r = read_serials(crl, diag);
	if (r != 0) {
		coco_crl_free(crl);
		return r;
	}
	coco_cert_name_text(crl->f.issuer, crl->issuer);
	*ret = crl;
	return 0;
}

void coco_crl_free(struct coco_crl *crl)
{
	if (crl == NULL)
		return;
	coco_free(crl->serials);
	coco_free(crl->der);
	coco_free(crl);
}

struct coco_view coco_crl_issuer(const struct coco_crl *crl)
{
	return crl->f.issuer;
}

const char *coco_crl_issuer_text(const struct coco_crl *crl)
{
	return crl->issuer;
}

int64_t coco_crl_this_update(const struct coco_crl *crl)
{
	return crl->f.this_update;
}

bool coco_crl_has_next_update(const struct coco_crl *crl)
{
	return crl->f.has_next_update;
}

int64_t coco_crl_next_update(const struct coco_crl *crl)
{
	return crl->f.next_update;
}

struct coco_view coco_crl_number(const struct coco_crl *crl)
{
	return crl->f.number;
}

enum coco_cert_scheme coco_crl_scheme(const struct coco_crl *crl)
{
	return crl->f.scheme;
}

size_t coco_crl_count(const struct coco_crl *crl)
{
	return crl->f.n_revoked;
}

int coco_crl_issued_by(const struct coco_crl *crl, const struct coco_cert *issuer,
		       struct coco_diag *diag)
{
	struct coco_view name = coco_cert_subject(issuer);

	if (name.n != crl->f.issuer.n || memcmp(name.p, crl->f.issuer.p, name.n) != 0) {
		coco_diag_expected(diag, "%s", coco_cert_subject_text(issuer));
		coco_diag_actual(diag, "%s", crl->issuer);
		return coco_fail(diag, COCO_E_CERT_CHAIN,
				 "the revocation list names another issuer");
	}
	if (crl->f.unknown_critical)
		return coco_fail(diag, COCO_E_CERT_CHAIN,
				 "the revocation list has a critical extension that is not "
				 "known; it may be limited to some certificates");
	return coco_pki_signed_by(issuer, crl->f.tbs, crl->f.scheme, crl->f.signature,
				  "revocation list", diag);
}

bool coco_crl_lists(const struct coco_crl *crl, struct coco_view serial)
{
	while (serial.n > 1 && serial.p[0] == 0)
		serial = coco_view_of(serial.p + 1, serial.n - 1);
	return serial.n != 0 && crl->serials != NULL &&
	       bsearch(&serial, crl->serials, crl->f.n_revoked, sizeof(*crl->serials), compare) !=
		       NULL;
}
