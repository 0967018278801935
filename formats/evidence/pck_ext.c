/*
 * pck_ext.c - the SGX extension of PCK certificates (see pck_ext.h).
 */
#include "formats/evidence/pck_ext.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"

/* Last numbers of the identifiers: of the extension, of its TCB, of its configuration. */
enum {
	ID_PPID = 1,
	ID_TCB = 2,
	ID_PCE_ID = 3,
	ID_FMSPC = 4,
	ID_TYPE = 5,
	ID_INSTANCE = 6,
	ID_CONFIGURATION = 7,
	TCB_PCE_SVN = 17,
	TCB_CPU_SVN = 18,
	CONF_DYNAMIC = 1,
	CONF_CACHED = 2,
	CONF_SMT = 3,
	ID_MAX = 31,
	ITEMS_MAX = 64,              /* of one list; there are 18 */
	TYPE_MAX = 255,
};

/* 1.2.840.113741.1.13.1 */
static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01 };

/* One list of {identifier, value}: what the identifiers start with, what was seen. */
struct list {
	struct coco_der der;
	uint8_t prefix[sizeof(oid) + 1];
	size_t n_prefix;
	uint32_t seen;
	unsigned items;
};

static void list_init(struct list *l, const struct coco_der *up,
		      const struct coco_der_item *item, int parent)
{
	memset(l, 0, sizeof(*l));
	coco_der_enter(&l->der, up, item);
	memcpy(l->prefix, oid, sizeof(oid));
	l->n_prefix = sizeof(oid);
	if (parent != 0)
		l->prefix[l->n_prefix++] = (uint8_t)parent;
}

static int refuse(struct coco_der *der, const char *what, unsigned id)
{
	return coco_rd_fail(&der->rd, COCO_E_PCK_EXTENSION, "SGX extension", "%s %u %s", "value",
			    id, what);
}

/*
 * The next pair: its number below the list's identifier, 0 for another
 * identifier, negative at the end. *ret reads the value.
 */
static int next(struct list *l, struct coco_der *ret)
{
	if (!coco_der_more(&l->der))
		return -1;
	if (++l->items > ITEMS_MAX) {
		coco_der_fail(&l->der, "SGX extension", "more than %d values", ITEMS_MAX);
		return -1;
	}
	struct coco_der_item pair = coco_der_take(&l->der, COCO_DER_SEQUENCE, "pair");
	coco_der_enter(ret, &l->der, &pair);
	struct coco_der_item id = coco_der_take(ret, COCO_DER_OID, "identifier");
	l->der.rd.code = ret->rd.code;
	if (!coco_der_ok(ret))
		return -1;
	if (id.value.n != l->n_prefix + 1 || memcmp(id.value.p, l->prefix, l->n_prefix) != 0)
		return 0;
	unsigned number = id.value.p[l->n_prefix];
	if (number == 0 || number > ID_MAX)
		return 0;
	if ((l->seen >> number & 1) != 0) {
		l->der.rd.code = refuse(ret, "is there twice", number);
		return -1;
	}
	l->seen |= 1U << number;
	return (int)number;
}

/* The value of a pair was read: nothing may follow it in the pair. */
static void done(struct list *l, struct coco_der *pair)
{
	int r = coco_der_finish(pair);

	if (r != 0 && l->der.rd.code == 0)
		l->der.rd.code = r;
}

static void require(struct list *l, unsigned from, unsigned to)
{
	for (unsigned i = from; i <= to && coco_der_ok(&l->der); i++)
		if ((l->seen >> i & 1) == 0)
			refuse(&l->der, "is missing", i);
}

static int tcb(struct coco_der *up, struct coco_pck_ext *t)
{
	struct coco_der_item seq = coco_der_take(up, COCO_DER_SEQUENCE, "TCB");
	struct coco_der pair;
	struct list l;
	int id;

	list_init(&l, up, &seq, ID_TCB);
	while ((id = next(&l, &pair)) >= 0) {
		if (id >= 1 && id <= COCO_PCK_COMPONENTS)
			t->component[id - 1] = (uint8_t)coco_der_take_u64(
				&pair, COCO_DER_INTEGER, UINT8_MAX, "TCB component SVN");
		else if (id == TCB_PCE_SVN)
			t->pce_svn = (uint16_t)coco_der_take_u64(&pair, COCO_DER_INTEGER,
								 UINT16_MAX, "PCESVN");
		else if (id == TCB_CPU_SVN)
			coco_der_take_octets(&pair, t->cpu_svn, sizeof(t->cpu_svn), "CPUSVN");
		else
			continue;
		done(&l, &pair);
	}
	require(&l, 1, TCB_CPU_SVN);
	return coco_der_finish(&l.der);
}

static int configuration(struct coco_der *up, struct coco_pck_ext *t)
{
	struct coco_der_item seq = coco_der_take(up, COCO_DER_SEQUENCE, "configuration");
	struct coco_der pair;
	struct list l;
	int id;

	list_init(&l, up, &seq, ID_CONFIGURATION);
	while ((id = next(&l, &pair)) >= 0) {
		if (id == CONF_DYNAMIC)
			t->dynamic_platform = coco_der_take_bool(&pair, "dynamic platform");
		else if (id == CONF_CACHED)
			t->cached_keys = coco_der_take_bool(&pair, "cached keys");
		else if (id == CONF_SMT)
			t->smt_enabled = coco_der_take_bool(&pair, "SMT enabled");
		else
			continue;
		done(&l, &pair);
	}
	t->has_dynamic = (l.seen >> CONF_DYNAMIC & 1) != 0;
	t->has_cached = (l.seen >> CONF_CACHED & 1) != 0;
	t->has_smt = (l.seen >> CONF_SMT & 1) != 0;
	return coco_der_finish(&l.der);
}

static void value(struct list *l, struct coco_der *pair, int id, struct coco_pck_ext *t)
{
	int r = 0;

	switch (id) {
	case ID_PPID:
		coco_der_take_octets(pair, t->ppid, sizeof(t->ppid), "PPID");
		break;
	case ID_TCB:
		r = tcb(pair, t);
		break;
	case ID_PCE_ID:
		coco_der_take_octets(pair, t->pce_id, sizeof(t->pce_id), "PCE-ID");
		break;
	case ID_FMSPC:
		coco_der_take_octets(pair, t->fmspc, sizeof(t->fmspc), "FMSPC");
		break;
	case ID_TYPE:
		t->sgx_type = (uint8_t)coco_der_take_u64(pair, COCO_DER_ENUMERATED, TYPE_MAX,
							 "SGX type");
		break;
	case ID_INSTANCE:
		coco_der_take_octets(pair, t->instance_id, sizeof(t->instance_id),
				     "platform instance id");
		t->has_instance = true;
		break;
	case ID_CONFIGURATION:
		r = configuration(pair, t);
		break;
	default:
		return;
	}
	if (r != 0)
		pair->rd.code = r;
	done(l, pair);
}

int coco_pck_ext_parse(struct coco_pck_ext *ret, struct coco_view content, uint64_t base,
		       struct coco_diag *diag)
{
	struct coco_pck_ext t;
	struct coco_der der, pair;
	struct list l;
	int id;

	memset(&t, 0, sizeof(t));
	coco_der_init(&der, content, base, diag);
	struct coco_der_item seq = coco_der_take(&der, COCO_DER_SEQUENCE, "SGX extension");
	list_init(&l, &der, &seq, 0);
	while ((id = next(&l, &pair)) >= 0)
		value(&l, &pair, id, &t);
	require(&l, ID_PPID, ID_TYPE);
	int r = coco_der_finish(&l.der);
	if (r == 0)
		r = coco_der_finish(&der);
	if (r == 0)
		*ret = t;
	return r;
}

const char *coco_pck_sgx_type_name(uint8_t type)
{
	static const char *const names[] = { "standard", "scalable", "scalable with integrity" };

	return type < COCO_ARRAY_LEN(names) ? names[type] : "unknown";
}

static const char *named(const char *prefix, const char *name, char text[COCO_CLAIM_NAME])
{
	snprintf(text, COCO_CLAIM_NAME, "%s.pck.%s", prefix, name);
	return text;
}

/* Bytes that were read from the certificate: they have no place in the quote. */
static void bytes(struct coco_claims *c, const char *prefix, const char *name, const uint8_t *p,
		  size_t n)
{
	char text[COCO_CLAIM_NAME];

	coco_claims_bytes(c, named(prefix, name, text), p, n, 0);
	coco_claims_derived(c);
}

static void flag(struct coco_claims *c, const char *prefix, const char *name, bool has, bool v)
{
	char text[COCO_CLAIM_NAME];

	if (has)
		coco_claims_bool(c, named(prefix, name, text), v, 0, 0);
}

void coco_pck_ext_claims(struct coco_claims *c, const struct coco_pck_ext *ext,
			 const char *prefix)
{
	char text[COCO_CLAIM_NAME];
	const char *type = coco_pck_sgx_type_name(ext->sgx_type);

	bytes(c, prefix, "ppid", ext->ppid, sizeof(ext->ppid));
	bytes(c, prefix, "sgx_components", ext->component, sizeof(ext->component));
	coco_claims_number(c, named(prefix, "pcesvn", text), ext->pce_svn, 0, 0);
	bytes(c, prefix, "cpusvn", ext->cpu_svn, sizeof(ext->cpu_svn));
	bytes(c, prefix, "pceid", ext->pce_id, sizeof(ext->pce_id));
	bytes(c, prefix, "fmspc", ext->fmspc, sizeof(ext->fmspc));
	coco_claims_text(c, named(prefix, "sgx_type", text), type, strlen(type), 0, 0);
	if (ext->has_instance)
		bytes(c, prefix, "platform_instance_id", ext->instance_id,
		      sizeof(ext->instance_id));
	flag(c, prefix, "dynamic_platform", ext->has_dynamic, ext->dynamic_platform);
	flag(c, prefix, "cached_keys", ext->has_cached, ext->cached_keys);
	flag(c, prefix, "smt_enabled", ext->has_smt, ext->smt_enabled);
}
