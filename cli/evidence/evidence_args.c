/*
 * evidence_args.c - values of options (see evidence_args.h).
 */
#include "cli/evidence/evidence_args.h"

#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "formats/evidence/result.h"

static int from_hex(const char *option, const char *text, uint8_t **ret, size_t *ret_n,
		    struct coco_diag *diag)
{
	size_t n = strlen(text);
	uint8_t *p;

	if (n >= 2 && text[0] == '0' && (text[1] | 0x20) == 'x') {
		text += 2;
		n -= 2;
	}
	p = coco_alloc(n / 2 + 1, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a value");
	if (n % 2 != 0 || coco_hex_decode(p, n / 2, text, n, NULL) != 0) {
		coco_free(p);
		return coco_fail(diag, COCO_E_USAGE_VALUE, "--%s takes hexadecimal digits, two "
				 "for each byte, or @FILE", option);
	}
	*ret = p;
	*ret_n = n / 2;
	return 0;
}

int coco_evidence_bytes(const char *option, const char *text, size_t min, size_t max,
			uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	uint8_t *p = NULL;
	size_t n = 0;
	int r = text[0] == '@' ? coco_read_file(text + 1, max + 1, &p, &n, diag)
			       : from_hex(option, text, &p, &n, diag);

	if (r != 0)
		return r;
	if (n < min || n > max) {
		coco_free(p);
		return coco_fail(diag, COCO_E_USAGE_VALUE, "--%s takes %zu to %zu bytes, not %zu",
				 option, min, max, n);
	}
	*ret = p;
	*ret_n = n;
	return 0;
}

static int one_word(const char *word, size_t n, unsigned *ret, struct coco_diag *diag)
{
	unsigned bit = coco_require_bit(word, n);

	*ret |= bit;
	if (bit != 0)
		return 0;
	return coco_fail(diag, COCO_E_USAGE_VALUE, "--require takes cpu, gpu, tpm, token, "
			 "eventlog, fresh and revocation, not %.*s",
			 (int)coco_min_size(n, 40), word);
}

int coco_evidence_require(const struct coco_strlist *words, unsigned *ret,
			  struct coco_diag *diag)
{
	int r = 0;

	*ret = 0;
	for (size_t i = 0; r == 0 && i < words->n; i++)
		for (const char *at = words->v[i]; r == 0 && at != NULL;) {
			const char *end = strchr(at, ',');

			r = one_word(at, end != NULL ? (size_t)(end - at) : strlen(at), ret, diag);
			at = end != NULL ? end + 1 : NULL;
		}
	return r;
}
