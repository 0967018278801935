/*
 * test_form.c - the forms that belong to no single kind of evidence: PEM, DER,
 * hexadecimal, base64, key sets, initdata, tar archives good and damaged.
 */
#include "lib/evidence/piece_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "tests/support/mint_payload.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

struct seen {
	struct coco_pieces list;
	struct coco_collateral coll;
	struct coco_diag d;
	int r;
};

static void look(struct seen *s, const void *p, size_t n)
{
	memset(s, 0, sizeof(*s));
	coco_collateral_init(&s->coll);
	s->r = coco_pieces_add(&s->list, &s->coll, coco_view_of(p, n), "in", &s->d);
}

static void done(struct seen *s)
{
	coco_pieces_free(&s->list);
	coco_collateral_free(&s->coll);
}

static void test_certificates(void **state COCO_UNUSED)
{
	struct coco_pki_cert *root = coco_pki_issue(&coco_pki_root, NULL);
	size_t n = coco_pem_len("CERTIFICATE", root->n_der);
	char *pem = malloc(2 * n + 1);
	struct seen s;

	assert_non_null(pem);
	look(&s, root->der, root->n_der);
	assert_ok(s.r, &s.d);
	assert_int_equal(s.list.v[0].kind, COCO_PIECE_COLLATERAL);
	assert_string_equal(s.list.v[0].form, "certificate");
	assert_int_equal(s.coll.n, 1);
	done(&s);
	coco_pem_encode(pem, "CERTIFICATE", root->der, root->n_der);
	look(&s, pem, n);
	assert_ok(s.r, &s.d);
	assert_string_equal(s.list.v[0].form, "pem");
	assert_int_equal(s.coll.n, 1);
	done(&s);
	/* one byte less is no certificate any more, and one more is not one either */
	look(&s, root->der, root->n_der - 1);
	assert_int_equal(s.list.v[0].kind, COCO_PIECE_UNKNOWN);
	done(&s);
	/* a certificate in hexadecimal */
	char *hex = malloc(2 * root->n_der + 3);
	assert_non_null(hex);
	memcpy(hex, "0x", 2);
	coco_hex_encode(hex + 2, root->der, root->n_der);
	look(&s, hex, strlen(hex));
	assert_ok(s.r, &s.d);
	assert_string_equal(s.list.v[0].form, "hexadecimal");
	assert_int_equal(s.coll.n, 1);
	assert_string_equal(s.list.v[1].source, "in: decoded");
	done(&s);
	free(hex);
	free(pem);
	coco_pki_free(root);
}

static void test_documents(void **state COCO_UNUSED)
{
	static const char initdata[] = "version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\n";
	static const char jwks[] = "{\"keys\":[]}";
	struct seen s;

	look(&s, initdata, sizeof(initdata) - 1);
	assert_ok(s.r, &s.d);
	assert_int_equal(s.list.v[0].kind, COCO_PIECE_INITDATA);
	done(&s);
	look(&s, jwks, sizeof(jwks) - 1);
	assert_ok(s.r, &s.d);
	assert_int_equal(s.coll.v[0].kind, COCO_COLL_JWKS);
	done(&s);
}

/* A base64 text that is none at its end; an odd number of hexadecimal digits is base64. */
static void test_texts(void **state COCO_UNUSED)
{
	char text[80];
	struct seen s;

	memset(text, 'A', sizeof(text));
	text[77] = '=';
	look(&s, text, sizeof(text));
	assert_err(s.r, COCO_E_FORMAT_BASE64, &s.d);
	done(&s);
	memset(text, 'a', sizeof(text));
	look(&s, text, sizeof(text));
	assert_ok(s.r, &s.d);
	assert_string_equal(s.list.v[0].form, "hexadecimal");
	assert_int_equal(s.list.v[1].n, 40);
	done(&s);
	look(&s, text, 10);   /* too short to be a wrapping */
	assert_int_equal(s.list.v[0].kind, COCO_PIECE_UNKNOWN);
	done(&s);
}

/* ---- tar: headers made by hand ------------------------------------------------------------- */

enum { BLOCK = 512 };

static size_t tar_member(uint8_t *at, const char *name, char type, const void *data, size_t n)
{
	unsigned sum = 0;
	size_t padded = (n + BLOCK - 1) / BLOCK * BLOCK;

	memset(at, 0, BLOCK + padded);
	snprintf((char *)at, 100, "%s", name);
	snprintf((char *)at + 100, 8, "%07o", 0644);
	snprintf((char *)at + 108, 8, "%07o", 0);
	snprintf((char *)at + 116, 8, "%07o", 0);
	snprintf((char *)at + 124, 12, "%011lo",
		 (unsigned long)(n & 0x1ffffffff));
	snprintf((char *)at + 136, 12, "%011o", 0);
	memset(at + 148, ' ', 8);
	at[156] = (uint8_t)type;
	if (type == '2')
		memcpy(at + 157, "/etc/passwd", 11);
	memcpy(at + 257, "ustar\0" "00", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += at[i];
	snprintf((char *)at + 148, 8, "%06o", sum);
	if (n > 0)
		memcpy(at + BLOCK, data, n);
	return BLOCK + padded;
}

static void tar_refused(const char *name, char type)
{
	uint8_t tar[4 * BLOCK] = { 0 };
	struct seen s;

	tar_member(tar, name, type, "x", type == '0' ? 1 : 0);
	look(&s, tar, sizeof(tar));
	assert_err(s.r, COCO_E_EVIDENCE_BUNDLE, &s.d);
	done(&s);
}

static void test_tar(void **state COCO_UNUSED)
{
	char *text = coco_mint_payload(COCO_PAYLOAD_GOOD, false);
	static uint8_t tar[64 * BLOCK];
	struct seen s;
	size_t n;

	memset(tar, 0, sizeof(tar));
	n = tar_member(tar, "dir/", '5', NULL, 0);
	n += tar_member(tar + n, "dir/payload.json", '0', text, strlen(text));
	size_t second = n;
	n += tar_member(tar + n, "what", '0', "?", 1);
	look(&s, tar, n + 2 * BLOCK);
	assert_ok(s.r, &s.d);
	assert_string_equal(s.list.v[0].form, "tar");
	assert_string_equal(s.list.v[1].source, "in: dir/payload.json");
	assert_int_equal(s.list.v[s.list.n - 1].kind, COCO_PIECE_UNKNOWN);
	done(&s);
	/* cut in the data of a member */
	look(&s, tar, BLOCK + BLOCK + 100);
	assert_err(s.r, COCO_E_EVIDENCE_BUNDLE, &s.d);
	done(&s);
	/* a header whose sum is wrong */
	tar[second + 3] ^= 1;
	look(&s, tar, n + 2 * BLOCK);
	assert_err(s.r, COCO_E_EVIDENCE_BUNDLE, &s.d);
	done(&s);
	free(text);
	tar_refused("../evil", '0');
	tar_refused("/evil", '0');
	tar_refused("link", '2');
	tar_refused("hard", '1');
	tar_refused("fifo", '6');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificates), cmocka_unit_test(test_documents),
		cmocka_unit_test(test_texts),        cmocka_unit_test(test_tar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
