/*
 * declared.h - a declaration (formats/broker/declaration.h) with what it
 * names: the items that a broker shall hold, and what was found while they
 * were read.
 */
#ifndef COCO_DECLARED_H
#define COCO_DECLARED_H

#include "formats/broker/declaration.h"
#include "lib/broker/backend.h"
#include "lib/broker/finding.h"

enum { COCO_DECLARED_ITEMS = 1 << 14 };

/* An item that the broker shall hold. */
struct coco_wanted {
	enum coco_item_type type;
	char *name;                   /* owned, as all of these */
	char *from;                   /* reference, paths resolved; NULL: value holds the bytes */
	struct coco_secret value;     /* policies, reference values, what can be read only once */
	bool has_expires;             /* a reference value that ends */
	int64_t expires;
};

struct coco_declared {
	struct coco_declaration d;
	char *path;
	char *dir;                    /* of the declaration, "a/b/" or "" */
	struct coco_wanted *v;        /* after coco_declared_gather, in the order of applying */
	size_t n;
	size_t cap;
};

/*
 * coco_declared_load - reads the declaration alone; ret must stay where it is
 * (coco_declared_free). Errors: USAGE_VALUE ("-"), IO_..., those of
 * coco_declaration_decode.
 */
int coco_declared_load(struct coco_declared *ret, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_declared_free(struct coco_declared *d);   /* fine on a zeroed struct */

/*
 * coco_declared_resolve - a file or reference of the declaration, relative to
 * where the caller is. Gives *ret (coco_free). NULL gives NULL.
 */
int coco_declared_resolve(const struct coco_declared *d, const char *text, char **ret,
			  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_declared_identity - how the ledger names a broker: an address without
 * credentials and the slash at its end; a directory as "store:" with its path
 * from the declaration on, if it lies below, else its absolute path.
 * address: URL, or "store:DIR" relative to where the caller is.
 */
int coco_declared_identity(const struct coco_declared *d, const char *address, char *ret,
			   size_t cap, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_declared_gather - reads everything that is named but the keys that can
 * be read later, and makes the list of items for a broker of the releases in
 * info. key_flags: of keyref.h. Findings go to list:
 *
 *   declaration.initdata.digest   PASS; another digest is an error
 *   declaration.initdata.pinned   PASS, WARN no policy or reference value has the digest
 *   declaration.sealed            PASS signed with the key that is declared
 *   declaration.sealed.resource   WARN it names a resource that is not declared
 *   declaration.refval.expired    FAIL a reference value that does not hold now
 *
 * Errors: DECLARATION_VALUE (a resource that is declared twice),
 * DECLARATION_PIN, BROKER_RELEASE (values differ between the releases that
 * the broker may be), those of refval.h, seal.h, initdata.h, keyref.h, io.h.
 */
int coco_declared_gather(struct coco_declared *d, const struct coco_run *run,
			 const struct coco_backend_info *info, unsigned key_flags,
			 struct coco_outcomes *list, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_wanted_value - the bytes of an item; gives *ret (coco_secret_free). */
int coco_wanted_value(const struct coco_wanted *w, unsigned key_flags, struct coco_secret *ret,
		      struct coco_diag *diag) COCO_MUSTUSE;

#endif
