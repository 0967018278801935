/*
 * random.c - randomness (see random.h).
 */
#include "lib/crypto/random.h"

#include <limits.h>
#include <openssl/rand.h>

#include "lib/crypto/ossl.h"

int coco_random(void *p, size_t n, struct coco_diag *diag)
{
	if (n > INT_MAX || RAND_bytes(p, (int)n) != 1)
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "no random bytes");
	return 0;
}

int coco_random_secret(void *p, size_t n, struct coco_diag *diag)
{
	if (n > INT_MAX || RAND_priv_bytes(p, (int)n) != 1)
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "no random bytes");
	return 0;
}
