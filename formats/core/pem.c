/*
 * pem.c - PEM blocks (see pem.h).
 */
#include "formats/core/pem.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/mem.h"

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";
static const char dashes[] = "-----";

/* Cuts the next line off rest, without its end and without trailing blanks. */
static struct coco_view next_line(struct coco_view *rest)
{
	const uint8_t *nl = rest->n != 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	size_t n = nl != NULL ? (size_t)(nl - rest->p) : rest->n;
	struct coco_view line = { rest->p, n };

	n += nl != NULL ? 1 : 0;
	*rest = coco_view_of(n != 0 ? rest->p + n : rest->p, rest->n - n);
	while (line.n != 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' ' ||
			       line.p[line.n - 1] == '\t'))
		line.n--;
	return line;
}

static bool starts_with(struct coco_view line, const char *mark)
{
	size_t n = strlen(mark);

	return line.n >= n && memcmp(line.p, mark, n) == 0;
}

/* The label of "-----BEGIN LABEL-----" (or END) with this mark; NULL view when malformed. */
static struct coco_view label_of(struct coco_view line, const char *mark)
{
	size_t head = strlen(mark);
	size_t tail = sizeof(dashes) - 1;
	struct coco_view none = { NULL, 0 };

	if (!starts_with(line, mark) || line.n < head + 1 + tail ||
	    memcmp(line.p + line.n - tail, dashes, tail) != 0)
		return none;
	struct coco_view label = { line.p + head, line.n - head - tail };
	if (label.n > COCO_PEM_LABEL_MAX)
		return none;
	for (size_t i = 0; i < label.n; i++)
		if (label.p[i] < 0x20 || label.p[i] > 0x7e)
			return none;
	return label;
}

bool coco_pem_looks(struct coco_view text)
{
	while (text.n != 0)
		if (starts_with(next_line(&text), begin_mark))
			return true;
	return false;
}

void coco_pem_clear(struct coco_pem *pem)
{
	if (pem->der != NULL)
		explicit_bzero(pem->der, pem->n_der);
	coco_free(pem->der);
	*pem = (struct coco_pem){ .der = NULL };
}

/* Header lines "Name: value" up to an empty line, when the block has them. */
static void skip_headers(struct coco_view *body, bool *ret_has)
{
	struct coco_view at = *body;
	struct coco_view line = next_line(&at);

	*ret_has = line.n != 0 && memchr(line.p, ':', line.n) != NULL;
	if (!*ret_has)
		return;
	while (at.n != 0 && line.n != 0)
		line = next_line(&at);
	*body = at;
}

/* Joins the base64 lines of body and decodes them; the joined copy is wiped. */
static int decode_body(struct coco_view body, struct coco_pem *ret, struct coco_diag *diag)
{
	char *joined = coco_alloc(body.n + 1, 1);
	size_t n = 0;

	if (joined == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a PEM block");
	while (body.n != 0) {
		struct coco_view line = next_line(&body);

		if (line.n != 0)
			memcpy(joined + n, line.p, line.n);
		n += line.n;
	}
	int r = coco_b64_decode(COCO_B64_STD, joined, n, &ret->der, &ret->n_der, NULL);
	explicit_bzero(joined, n);
	coco_free(joined);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for a PEM block");
	if (r != 0 || ret->n_der == 0) {
		coco_pem_clear(ret);
		return coco_fail(diag, COCO_E_FORMAT_PEM, "the block is not base64 text");
	}
	return 0;
}

static int decode_block(struct coco_view *rest, struct coco_view label, struct coco_pem *ret,
			struct coco_diag *diag)
{
	struct coco_view body = { rest->p, 0 };
	struct coco_pem pem = { .der = NULL };
	bool ended = false;

	while (rest->n != 0) {
		struct coco_view line = next_line(rest);

		if (starts_with(line, "-----")) {
			struct coco_view other = label_of(line, end_mark);

			ended = other.n == label.n && other.n != 0 &&
				memcmp(other.p, label.p, label.n) == 0;
			break;
		}
		body.n = (size_t)(rest->p - body.p);
	}
	memcpy(pem.label, label.p, label.n);
	if (!ended)
		return coco_fail(diag, COCO_E_FORMAT_PEM, "the %s block has no end line of its own",
				 pem.label);
	if (body.n > COCO_PEM_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a PEM block of more than %d bytes",
				 COCO_PEM_MAX);
	skip_headers(&body, &pem.has_headers);
	int r = decode_body(body, &pem, diag);
	if (r == 0)
		*ret = pem;
	return r;
}

int coco_pem_next(struct coco_view *rest, struct coco_pem *ret, bool *ret_found,
		  struct coco_diag *diag)
{
	while (rest->n != 0) {
		struct coco_view line = next_line(rest);

		if (!starts_with(line, begin_mark))
			continue;
		struct coco_view label = label_of(line, begin_mark);
		if (label.n == 0)
			return coco_fail(diag, COCO_E_FORMAT_PEM, "a malformed BEGIN line");
		int r = decode_block(rest, label, ret, diag);
		if (r == 0)
			*ret_found = true;
		return r;
	}
	*ret_found = false;
	return 0;
}

enum { LINE_BYTES = 48 };   /* 64 digits */

size_t coco_pem_len(const char *label, size_t n_der)
{
	size_t lines = (n_der + LINE_BYTES - 1) / LINE_BYTES;

	return strlen(begin_mark) + strlen(end_mark) + 2 * (strlen(label) + strlen(dashes) + 1) +
	       coco_b64_len(COCO_B64_STD, n_der) + lines;
}

void coco_pem_encode(char *ret, const char *label, const uint8_t *der, size_t n_der)
{
	size_t max = coco_pem_len(label, n_der) + 1;
	char *at = ret;

	at += snprintf(at, max, "%s%s%s\n", begin_mark, label, dashes);
	while (n_der != 0) {
		size_t n = coco_min_size(n_der, LINE_BYTES);

		coco_b64_encode(COCO_B64_STD, at, der, n);
		at += coco_b64_len(COCO_B64_STD, n);
		*at++ = '\n';
		der += n;
		n_der -= n;
	}
	snprintf(at, max - (size_t)(at - ret), "%s%s%s\n", end_mark, label, dashes);
}
