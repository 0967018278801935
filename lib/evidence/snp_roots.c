/*
 * snp_roots.c - AMD's certificates that are trusted without being given: the
 * SHA-256 of their DER (evidence.md 1.3). Nothing in evidence chooses a root.
 */
#include <string.h>

#include "formats/core/hex.h"
#include "lib/evidence/snp_priv.h"

static const struct {
	const char *name;
	const char *sha256;
	bool root;
} pinned[] = {
	{ "ARK-Milan", "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd", true },
	{ "ARK-Genoa", "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1", true },
	{ "ARK-Turin", "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a", true },
	{ "SEV-Milan", "67d303bd3905fd38db8b20e0793699870e7fa612eaad5dec358293fd8c0bac1b", false },
	{ "SEV-VLEK-Milan", "c5e081f59b7efab1fe2f8b505e159704e72f29cab7ef7cf628a05a42439082f5",
	  false },
	{ "SEV-Genoa", "5464738c1546aed5f2cecf1dc98c5c960a92e8913238a61711bc90ec6e828521", false },
	{ "SEV-VLEK-Genoa", "197e610743a917d6b9bb982a5a9226ccc0a15b611be0619e626aca9151457372",
	  false },
	{ "SEV-Turin", "5b77ef5fe7a7a004fd9032668fba9d0fda22f88c4442069a479636a6ae3b3185", false },
	{ "SEV-VLEK-Turin", "104e10a8bd060a3c20a434261a57d0588fd65a88915b4f65b08bdecaf8df1a3c",
	  false },
};

const char *coco_snp_pinned(const uint8_t sha256[32], bool *ret_root)
{
	char hex[65];

	coco_hex_encode(hex, sha256, 32);
	for (size_t i = 0; i < COCO_ARRAY_LEN(pinned); i++) {
		if (strcmp(hex, pinned[i].sha256) != 0)
			continue;
		*ret_root = pinned[i].root;
		return pinned[i].name;
	}
	return NULL;
}
