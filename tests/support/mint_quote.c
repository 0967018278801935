/*
 * mint_quote.c - Intel quotes and PCK extensions for tests (see mint_quote.h).
 */
#include "tests/support/mint_quote.h"

#include <string.h>

struct out {
	uint8_t *p;
	size_t n;
};

static void put(struct out *o, const void *p, size_t n)
{
	if (n > 0)
		memcpy(o->p + o->n, p, n);
	o->n += n;
}

static void put_le(struct out *o, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		o->p[o->n++] = (uint8_t)(v >> 8 * i & 0xff);
}

static size_t size_of_body(uint16_t body)
{
	return body == 1 ? 384 : body == 2 ? 584 : body == 3 ? 648 : 885;
}

/* Offsets of the fields of bytes in TD report bodies; of 884 bytes the last 8 are a number. */
static const uint16_t td_marks[] = { 0x010, 0x040, 0x088, 0x0b8, 0x0e8, 0x118, 0x148, 0x178,
				     0x1a8, 0x1d8, 0x208, 0x258, 0x289, 0x2a9, 0x2d9, 0x311,
				     0x321, 0x331, 0x33d };

void coco_mint_quote_init(struct coco_mint_quote *q, uint16_t version, uint16_t body)
{
	static const uint8_t vendor[16] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
					    0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };

	memset(q, 0, sizeof(*q));
	q->version = version;
	q->key_type = 2;
	q->tee = body == 1 ? 0 : 0x81;
	memcpy(q->vendor, vendor, sizeof(vendor));
	q->body = body;
	q->n_body = size_of_body(body);
	q->body_says = (uint32_t)q->n_body;
	q->outer = 6;
	q->n_auth = 32;
	for (size_t i = 0; i < 32; i++)
		q->auth[i] = (uint8_t)i;
	q->cert_type = 5;
	q->cert = (const uint8_t *)"no certificate";
	q->n_cert = 14;
	if (body == 1)
		return;
	memcpy(q->body_bytes, "\x05\x01\x02", 3);            /* TEE_TCB_SVN */
	for (size_t i = 2; i < COCO_ARRAY_LEN(td_marks); i++) {
		if (td_marks[i] + 1U >= q->n_body)
			break;
		q->body_bytes[td_marks[i]] = (uint8_t)(td_marks[i] & 0xff);
		q->body_bytes[td_marks[i] + 1] = (uint8_t)(td_marks[i] >> 8);
	}
	q->body_bytes[0x10] = 0x10;                          /* MRSEAM */
	q->body_bytes[0x7b] = 0x10;                          /* SEPT_VE_DISABLE */
	memcpy(q->body_bytes + 0x80, "\xe7\x02\x06", 3);
	if (body >= 3)
		memcpy(q->body_bytes + 0x248, "\x06\x01\x02", 3);
}

size_t coco_mint_body_at(const struct coco_mint_quote *q)
{
	return q->version == 5 ? 54 : 48;
}

size_t coco_mint_quote_signed(uint8_t *ret, const struct coco_mint_quote *q)
{
	struct out o = { .p = ret };
	uint8_t user[20] = { 'u', 's', 'e', 'r' };

	put_le(&o, q->version, 2);
	put_le(&o, q->key_type, 2);
	put_le(&o, q->tee, 4);
	put_le(&o, q->version == 3 ? 9 : 0, 2);
	put_le(&o, q->version == 3 ? 13 : 0, 2);
	put(&o, q->vendor, sizeof(q->vendor));
	put(&o, user, sizeof(user));
	if (q->version == 5) {
		put_le(&o, q->body, 2);
		put_le(&o, q->body_says, 4);
	}
	put(&o, q->body_bytes, q->n_body);
	return o.n;
}

size_t coco_mint_quote_write(uint8_t *ret, const struct coco_mint_quote *q)
{
	struct out o = { .p = ret, .n = coco_mint_quote_signed(ret, q) };
	uint64_t inner = COCO_MINT_QE + 64 + 2U + q->n_auth + 6U + q->n_cert;
	uint64_t all = 128 + inner + (q->version == 3 ? 0 : 6);

	put_le(&o, all + (uint64_t)(int64_t)q->sig_more, 4);
	put(&o, q->signature, 64);
	put(&o, q->key, 64);
	if (q->version != 3) {
		put_le(&o, q->outer, 2);
		put_le(&o, inner + (uint64_t)(int64_t)q->outer_more, 4);
	}
	put(&o, q->qe_report, COCO_MINT_QE);
	put(&o, q->qe_signature, 64);
	put_le(&o, q->n_auth, 2);
	put(&o, q->auth, q->n_auth);
	put_le(&o, q->cert_type, 2);
	put_le(&o, q->n_cert, 4);
	put(&o, q->cert, q->n_cert);
	memset(ret + o.n, q->trailing_byte, q->trailing);
	return o.n + q->trailing;
}

void coco_mint_pck_init(struct coco_mint_pck *p)
{
	static const uint8_t component[16] = { 5, 5, 2, 2, 200, 1, 0, 5 };

	memset(p, 0, sizeof(*p));
	memset(p->ppid, 0x11, sizeof(p->ppid));
	memcpy(p->component, component, sizeof(component));
	p->pce_svn = 13;
	memcpy(p->cpu_svn, component, sizeof(component));
	memcpy(p->fmspc, "\x50\x80\x6f\x00\x00\x00", 6);
	p->sgx_type = 1;
	p->platform = true;
	memset(p->instance, 0x66, sizeof(p->instance));
}

/* Everything behind from becomes the content of a tag. */
static void wrap(struct out *o, uint8_t tag, size_t from)
{
	size_t n = o->n - from;
	size_t head = n < 0x80 ? 2 : n < 0x100 ? 3 : 4;
	uint8_t *p = o->p + from;

	memmove(p + head, p, n);
	p[0] = tag;
	if (head == 2) {
		p[1] = (uint8_t)n;
	} else if (head == 3) {
		p[1] = 0x81;
		p[2] = (uint8_t)n;
	} else {
		p[1] = 0x82;
		p[2] = (uint8_t)(n >> 8);
		p[3] = (uint8_t)(n & 0xff);
	}
	o->n += head;
}

static void identifier(struct out *o, unsigned parent, unsigned id)
{
	size_t from = o->n;

	put(o, "\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01", 9);
	if (parent != 0)
		put_le(o, parent, 1);
	put_le(o, id, 1);
	wrap(o, 0x06, from);
}

static void octets(struct out *o, const uint8_t *p, size_t n)
{
	size_t from = o->n;

	put(o, p, n);
	wrap(o, 0x04, from);
}

static void integer(struct out *o, uint8_t tag, unsigned v)
{
	size_t from = o->n;

	if (v > 0x7fff)
		put_le(o, 0, 1);
	if (v > 0x7f)
		put_le(o, v >> 8, 1);
	put_le(o, v & 0xff, 1);
	wrap(o, tag, from);
}

static void tcb_value(struct out *o, const struct coco_mint_pck *p, unsigned id)
{
	size_t from = o->n;

	identifier(o, 2, id);
	if (id <= 16)
		integer(o, 0x02, p->component[id - 1]);
	else if (id == 17)
		integer(o, 0x02, p->pce_svn);
	else
		octets(o, p->cpu_svn, sizeof(p->cpu_svn));
	wrap(o, 0x30, from);
}

static void tcb(struct out *o, const struct coco_mint_pck *p)
{
	size_t from = o->n;

	for (unsigned i = 1; i <= 18; i++) {
		unsigned id = p->reversed ? 19 - i : i;

		if (id != p->omit_tcb)
			tcb_value(o, p, id);
		if (id == p->twice_tcb)
			tcb_value(o, p, id);
	}
	wrap(o, 0x30, from);
}

static void configuration(struct out *o)
{
	size_t from = o->n;

	for (unsigned id = 1; id <= 3; id++) {
		size_t pair = o->n;

		identifier(o, 7, id);
		put(o, id == 2 ? "\x01\x01\x00" : "\x01\x01\xff", 3);
		wrap(o, 0x30, pair);
	}
	wrap(o, 0x30, from);
}

static void value(struct out *o, const struct coco_mint_pck *p, unsigned id)
{
	size_t from = o->n;

	identifier(o, 0, id);
	if (id == 1)
		octets(o, p->ppid, sizeof(p->ppid));
	else if (id == 2)
		tcb(o, p);
	else if (id == 3)
		octets(o, p->pce_id, sizeof(p->pce_id));
	else if (id == 4)
		octets(o, p->fmspc, sizeof(p->fmspc));
	else if (id == 5)
		integer(o, 0x0a, p->sgx_type);
	else if (id == 6)
		octets(o, p->instance, sizeof(p->instance));
	else
		configuration(o);
	wrap(o, 0x30, from);
}

size_t coco_mint_pck_write(uint8_t ret[COCO_MINT_PCK_EXT_MAX], const struct coco_mint_pck *p)
{
	struct out o = { .p = ret };
	unsigned n = p->platform ? 7 : 5;

	for (unsigned i = 1; i <= n; i++) {
		unsigned id = p->reversed ? n + 1 - i : i;

		if (id != p->omit)
			value(&o, p, id);
		if (id == p->twice)
			value(&o, p, id);
	}
	wrap(&o, 0x30, 0);
	return o.n;
}
