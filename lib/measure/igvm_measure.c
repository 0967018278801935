/*
 * igvm_measure.c - the launch measurement of an IGVM file (see
 * igvm_measure.h).
 */
#include "lib/measure/igvm_measure.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/measure/igvm_measure_priv.h"

enum { CHUNK = 1 << 20 };

static const uint8_t zeros[COCO_IGVM_PAGE];

static int refuse(struct coco_igvm_work *w, const struct coco_igvm_header *h, const char *field,
		  const char *what)
{
	return coco_fail_at(w->diag, COCO_E_IGVM_RULES, h->at, field, "%s", what);
}

static bool is_sev(const struct coco_igvm_work *w)
{
	return w->platform == COCO_IGVM_SEV || w->platform == COCO_IGVM_SEV_ES;
}

/* ---- directives -------------------------------------------------------------------- */

/* Contents of a NORMAL page without bytes; NULL: it is a page of another type. */
static enum coco_snp_page_type empty_type(const struct coco_igvm_work *w)
{
	if (w->rules == COCO_IGVM_RULES_QEMU ||
	    (w->rules == COCO_IGVM_RULES_IGVMMEASURE && w->req->native_zero))
		return COCO_SNP_ZERO;
	return COCO_SNP_NORMAL;
}

/* One page of 4096 bytes; data_at 0: it has no bytes. */
static int add_data(struct coco_igvm_work *w, const struct coco_igvm_header *h, uint64_t gpa,
		    uint32_t data_at)
{
	enum coco_snp_page_type type = COCO_SNP_NORMAL;
	const uint8_t *page = data_at != 0 ? w->page : zeros;
	int r = 0;

	if (data_at != 0)
		r = coco_pread_full(w->fd, w->page, sizeof(w->page), data_at, w->req->file,
				    w->diag);
	if (r != 0)
		return r;
	if (is_sev(w))
		return coco_igvm_add(w, "pages", type, gpa, data_at != 0 ? page : NULL);
	if (w->platform == COCO_IGVM_TDX)
		type = (h->page.flags & COCO_IGVM_IS_UNMEASURED) != 0 ? COCO_SNP_UNMEASURED
								      : COCO_SNP_NORMAL;
	else if (h->page.data_type == COCO_IGVM_SECRETS)
		type = COCO_SNP_SECRETS;
	else if (h->page.data_type != COCO_IGVM_NORMAL)
		type = COCO_SNP_CPUID;
	else if ((h->page.flags & COCO_IGVM_IS_UNMEASURED) != 0)
		type = COCO_SNP_UNMEASURED;
	else if (data_at == 0)
		type = empty_type(w);
	return coco_igvm_add(w, "pages", type, gpa, type == COCO_SNP_NORMAL ? page : NULL);
}

static int add_page(struct coco_igvm_work *w, const struct coco_igvm_header *h)
{
	bool large = (h->page.flags & COCO_IGVM_IS_LARGE) != 0;
	size_t n = coco_igvm_page_size(h);
	int r = 0;

	if ((h->page.flags & COCO_IGVM_IS_SHARED) != 0 && w->rules != COCO_IGVM_RULES_IGVMMEASURE)
		return 0;
	if (large && w->rules == COCO_IGVM_RULES_QEMU)
		return refuse(w, h, "flags", "how QEMU measures a page of 2 MiB is not known");
	if (large && w->rules == COCO_IGVM_RULES_IGVM) {
		if (h->page.data_at != 0)
			return refuse(w, h, "flags", "a page of 2 MiB with bytes has no "
				      "measurement by these rules");
		n = COCO_IGVM_PAGE;
	}
	for (size_t at = 0; r == 0 && at < n; at += COCO_IGVM_PAGE)
		r = add_data(w, h, h->page.gpa + at,
			     h->page.data_at != 0 ? h->page.data_at + (uint32_t)at : 0);
	return r;
}

static int take_area(struct coco_igvm_work *w, const struct coco_igvm_header *h)
{
	void *list = w->areas;

	for (size_t i = 0; i < w->n_areas; i++)
		if (w->areas[i].index == h->area.index)
			return coco_fail_at(w->diag, COCO_E_IGVM_HEADER, h->at,
					    "parameter area index",
					    "two parameter areas have the number %u",
					    h->area.index);
	if (!coco_grow(&list, &w->cap_areas, w->n_areas, sizeof(*w->areas), COCO_IGVM_AREAS))
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "too many parameter areas");
	w->areas = list;
	w->areas[w->n_areas++] = (struct coco_igvm_area){ h->area.index,
							  (uint32_t)h->area.bytes };
	return 0;
}

/* Pages that the loader fills: their place is measured, not what is in them. */
static int add_insert(struct coco_igvm_work *w, const struct coco_igvm_header *h)
{
	const struct coco_igvm_area *area = NULL;
	char name[32];
	int r = 0;

	for (size_t i = 0; i < w->n_areas; i++)
		if (w->areas[i].index == h->insert.index)
			area = &w->areas[i];
	if (area == NULL)
		return coco_fail_at(w->diag, COCO_E_IGVM_HEADER, h->at, "parameter area index",
				    "there is no parameter area %u before", h->insert.index);
	if (is_sev(w))
		return 0;
	snprintf(name, sizeof(name), "parameter area %u", area->index);
	uint64_t n = w->rules == COCO_IGVM_RULES_IGVMMEASURE ? COCO_IGVM_PAGE : area->bytes;
	for (uint64_t at = 0; r == 0 && at < n; at += COCO_IGVM_PAGE)
		r = coco_igvm_add(w, name, COCO_SNP_UNMEASURED, h->insert.gpa + at, NULL);
	return r;
}

static uint64_t reg(const struct coco_igvm_work *w, size_t at)
{
	uint64_t v = 0;

	for (unsigned i = 8; i-- > 0;)
		v = v << 8 | w->page[at + i];
	return v;
}

/* Registers that KVM forces: where the file has them otherwise the page is another one. */
static int judge_kvm(struct coco_igvm_work *w, const struct coco_igvm_header *h)
{
	static const struct {
		size_t at;
		uint64_t bits;
		const char *name;
	} forced[] = {
		{ 0x0d0, 0x1000, "EFER.SVME" },
		{ 0x148, 0x40, "CR4.MCE" },
		{ 0x158, 0x10, "CR0.ET" },
		{ 0x170, 2, "RFLAGS bit 1" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(forced); i++)
		if ((reg(w, forced[i].at) & forced[i].bits) == 0)
			return coco_fail_at(w->diag, COCO_E_IGVM_RULES, h->at, "vp context",
					    "KVM sets %s, which the file does not", forced[i].name);
	return 0;
}

static int add_context(struct coco_igvm_work *w, const struct coco_igvm_header *h)
{
	bool qemu = w->rules == COCO_IGVM_RULES_QEMU;
	char name[32];

	if (h->context.data_at == 0)
		return refuse(w, h, "file offset", "a vCPU without registers");
	int r = coco_pread_full(w->fd, w->page, sizeof(w->page), h->context.data_at, w->req->file,
				w->diag);
	if (r == 0 && qemu)
		r = judge_kvm(w, h);
	snprintf(name, sizeof(name), "vCPU %u", h->context.vp);
	return r == 0 ? coco_igvm_add(w, name, COCO_SNP_VMSA,
				      qemu ? COCO_SNP_VMSA_GPA : h->context.gpa, w->page)
		      : r;
}

/* Whether the header is for the platform. */
static bool applies(const struct coco_igvm_work *w, const struct coco_igvm_header *h)
{
	if (h->kind == COCO_IGVM_VP_CONTEXT && w->rules == COCO_IGVM_RULES_IGVMMEASURE)
		return (h->mask & w->amd_bits) != 0;
	return (h->mask & w->bit) != 0;
}

static int take(struct coco_igvm_work *w, const struct coco_igvm_header *h, bool contexts)
{
	bool amd = w->platform != COCO_IGVM_TDX;

	if (h->kind == COCO_IGVM_AREA)
		return contexts ? 0 : take_area(w, h);
	if (!applies(w, h))
		return 0;
	if (h->kind == COCO_IGVM_VP_CONTEXT) {
		bool late = w->rules == COCO_IGVM_RULES_QEMU;

		return amd && late == contexts ? add_context(w, h) : 0;
	}
	if (contexts)
		return 0;
	if (h->kind == COCO_IGVM_PAGE_DATA)
		return add_page(w, h);
	if (h->kind == COCO_IGVM_INSERT)
		return add_insert(w, h);
	if (h->kind == COCO_IGVM_POLICY) {
		w->has_policy = true;
		w->policy = h->policy;
	} else if (h->kind == COCO_IGVM_ID_BLOCK && w->platform == COCO_IGVM_SNP) {
		w->has_id = true;
		w->id = h->id;
	}
	return 0;
}

/* All headers; contexts: only what QEMU adds at the end. */
static int walk(struct coco_igvm_work *w, bool contexts)
{
	struct coco_igvm_header h;
	struct coco_igvm_walk list;
	bool more = true;

	coco_igvm_start(&list, &w->head, coco_view_of(w->list, w->head.headers_size), w->diag);
	for (;;) {
		int r = coco_igvm_next(&list, &h, &more);

		if (r != 0 || !more)
			return r;
		r = take(w, &h, contexts);
		if (r != 0)
			return r;
	}
}

/* ---- the file ---------------------------------------------------------------------- */

/* The digest of the whole file, in constant memory. */
static int hash_file(struct coco_igvm_work *w, uint64_t size)
{
	struct coco_mrecord_file file = { .name = "igvm", .size = size };
	uint8_t *buf = coco_alloc(CHUNK, 1);
	struct coco_sha256 ctx;
	int r = 0;

	if (buf == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory to hash a file");
	coco_sha256_init(&ctx);
	for (uint64_t at = 0; r == 0 && at < size; at += CHUNK) {
		size_t n = (size_t)coco_min_u64(CHUNK, size - at);

		r = coco_run_check(w->run, w->diag);
		if (r == 0)
			r = coco_pread_full(w->fd, buf, n, at, w->req->file, w->diag);
		if (r == 0)
			coco_sha256_update(&ctx, buf, n);
	}
	coco_free(buf);
	coco_sha256_final(&ctx, file.sha256);
	return r == 0 ? coco_mrecord_file(&w->out->record, &file, w->diag) : r;
}

static int load(struct coco_igvm_work *w, uint64_t *ret_size)
{
	uint8_t start[COCO_IGVM_FIXED];

	int r = coco_open_read(w->req->file, &w->fd, ret_size, w->diag);
	if (r != 0)
		return r;
	size_t n = (size_t)coco_min_u64(sizeof(start), *ret_size);
	r = coco_pread_full(w->fd, start, n, 0, w->req->file, w->diag);
	if (r == 0)
		r = coco_igvm_head(&w->head, coco_view_of(start, n), *ret_size, w->diag);
	if (r != 0)
		return r;
	/* the size was compared with that of the file */
	w->list = coco_alloc(w->head.headers_size != 0 ? w->head.headers_size : 1, 1);
	if (w->list == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for %u bytes of headers",
				 w->head.headers_size);
	r = coco_pread_full(w->fd, w->list, w->head.headers_size, w->head.headers_at, w->req->file,
			    w->diag);
	return r == 0 ? coco_igvm_check_crc(&w->head, coco_view_of(start, n),
					    coco_view_of(w->list, w->head.headers_size), w->diag)
		      : r;
}

/* ---- platform and rules ------------------------------------------------------------ */

static bool is_measured(enum coco_igvm_platform p)
{
	return p == COCO_IGVM_SNP || p == COCO_IGVM_TDX || p == COCO_IGVM_SEV ||
	       p == COCO_IGVM_SEV_ES;
}

/* "sev-snp, tdx" from a set of 1 << platform. */
static void list_platforms(unsigned set, char *ret, size_t cap)
{
	size_t n = 0;

	snprintf(ret, cap, "none");
	for (unsigned i = 0; i <= COCO_IGVM_CCA; i++) {
		if ((set & 1U << i) == 0)
			continue;
		int k = snprintf(ret + n, cap - n, "%s%s", n != 0 ? ", " : "",
				 coco_igvm_platform_name((enum coco_igvm_platform)i));
		if (k < 0 || (size_t)k >= cap - n)
			return;
		n += (size_t)k;
	}
}

static int choose_platform(struct coco_igvm_work *w, unsigned all, const uint32_t *bits)
{
	const struct coco_igvm_request *req = w->req;
	unsigned measured = 0;
	char text[96];

	for (unsigned i = 0; i <= COCO_IGVM_CCA; i++)
		if ((all & 1U << i) != 0 && is_measured((enum coco_igvm_platform)i))
			measured |= 1U << i;
	unsigned wanted = req->has_platform ? measured & 1U << req->platform : measured;
	list_platforms(all, text, sizeof(text));
	if (wanted == 0)
		return coco_fail(w->diag, COCO_E_IGVM_PLATFORM,
				 "the file is not for %s; it is for: %s",
				 req->has_platform ? coco_igvm_platform_name(req->platform)
						   : "SEV-SNP, SEV-ES, SEV or TDX", text);
	if ((wanted & (wanted - 1)) != 0)
		return coco_fail(w->diag, COCO_E_IGVM_PLATFORM,
				 "the file is for several platforms, of which --platform chooses: "
				 "%s", text);
	w->platform = (enum coco_igvm_platform)__builtin_ctz(wanted);
	w->bit = bits[w->platform];
	w->amd_bits = bits[COCO_IGVM_SNP] | bits[COCO_IGVM_SEV] | bits[COCO_IGVM_SEV_ES];
	return 0;
}

static int find_platform(struct coco_igvm_work *w)
{
	uint32_t bits[COCO_IGVM_CCA + 1] = { 0 };
	struct coco_igvm_walk list;
	struct coco_igvm_header h;
	unsigned all = 0;
	uint32_t used = 0;
	bool more = true;

	coco_igvm_start(&list, &w->head, coco_view_of(w->list, w->head.headers_size), w->diag);
	for (;;) {
		int r = coco_igvm_next(&list, &h, &more);

		if (r != 0)
			return r;
		if (!more || h.kind != COCO_IGVM_PLATFORM)
			break;
		if ((used & h.mask) != 0 || (all & 1U << h.platform) != 0)
			return coco_fail_at(w->diag, COCO_E_IGVM_HEADER, h.at, "compatibility mask",
					    "a platform or its bit is there twice");
		used |= h.mask;
		all |= 1U << h.platform;
		bits[h.platform] = h.mask;
	}
	if (w->head.architecture != 0)
		return coco_fail(w->diag, COCO_E_IGVM_PLATFORM,
				 "the file is for AArch64, which is not measured");
	return choose_platform(w, all, bits);
}

static const char *rules_name(enum coco_igvm_rules rules)
{
	return rules == COCO_IGVM_RULES_IGVM ? "igvm" :
	       rules == COCO_IGVM_RULES_QEMU ? "qemu" : "igvmmeasure";
}

static int choose_rules(struct coco_igvm_work *w)
{
	const char *platform = coco_igvm_platform_name(w->platform);

	w->rules = w->req->rules;
	if (w->rules == COCO_IGVM_RULES_AUTO)
		w->rules = is_sev(w) ? COCO_IGVM_RULES_IGVMMEASURE : COCO_IGVM_RULES_IGVM;
	if (w->platform != COCO_IGVM_SNP &&
	    w->rules != (is_sev(w) ? COCO_IGVM_RULES_IGVMMEASURE : COCO_IGVM_RULES_IGVM))
		return coco_fail(w->diag, COCO_E_USAGE_CONFLICT,
				 "the rules %s do not cover %s", rules_name(w->rules), platform);
	if (w->req->native_zero && w->rules != COCO_IGVM_RULES_IGVMMEASURE)
		return coco_fail(w->diag, COCO_E_USAGE_CONFLICT,
				 "native zero pages are a choice of the rules igvmmeasure only");
	return 0;
}

/* ---- the record -------------------------------------------------------------------- */

static int say_gaps(struct coco_igvm_work *w)
{
	enum { SNP = 1, TDX = 2, SEV = 4, QEMU = 8 };
	static const struct {
		unsigned of;
		const char *name;
		const char *reason;
	} gaps[] = {
		{ SNP, "ID block", "it is compared at launch and shown in the report" },
		{ SNP, "guest policy", "the report shows it" },
		{ SNP | TDX, "parameter areas",
		  "the host fills them; only their place is measured" },
		{ SEV, "parameter areas", "the host fills them" },
		{ SEV, "guest addresses", "the stream holds the bytes alone" },
		{ TDX, "vCPU state", "the TDX module sets it" },
		{ QEMU, "further vCPUs",
		  "only those in the file are in this value; KVM measures all of the machine" },
	};
	unsigned is = w->platform == COCO_IGVM_SNP ? SNP : w->platform == COCO_IGVM_TDX ? TDX : SEV;
	int r = 0;

	if (w->rules == COCO_IGVM_RULES_QEMU)
		is |= QEMU;
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(gaps); i++)
		if ((gaps[i].of & is) != 0)
			r = coco_mrecord_gap(&w->out->record, gaps[i].name, gaps[i].reason,
					     w->diag);
	return r;
}

static int begin_record(struct coco_igvm_work *w)
{
	struct coco_mrecord *rec = &w->out->record;
	static const char *const names[] = {
		[COCO_IGVM_SNP] = "snp", [COCO_IGVM_TDX] = "tdx", [COCO_IGVM_SEV] = "sev",
		[COCO_IGVM_SEV_ES] = "sev-es",
	};
	static const char *const registers[] = {
		[COCO_IGVM_SNP] = "snp.launch_digest", [COCO_IGVM_TDX] = "tdx.mrtd",
		[COCO_IGVM_SEV] = "sev.launch_digest", [COCO_IGVM_SEV_ES] = "sev.launch_digest",
	};

	snprintf(rec->platform, sizeof(rec->platform), "%s", names[w->platform]);
	int r = coco_mrecord_param(rec, w->diag, "rules", "%s", rules_name(w->rules));
	if (r == 0 && w->rules == COCO_IGVM_RULES_IGVMMEASURE && w->platform == COCO_IGVM_SNP)
		r = coco_mrecord_param(rec, w->diag, "native_zero", "%s",
				       w->req->native_zero ? "on" : "off");
	return r == 0 ? coco_mrecord_begin(rec, registers[w->platform],
					   is_sev(w) ? "sha256" : "sha384", w->diag)
		      : r;
}

static int end_record(struct coco_igvm_work *w)
{
	struct coco_mrecord_value v = { .n_labels = 0 };
	uint8_t digest[COCO_DIGEST_MAX];
	int r = coco_igvm_flush(w);

	if (r == 0 && is_sev(w))
		coco_sha256_final(&w->stream, digest);
	else if (r == 0 && w->platform == COCO_IGVM_TDX)
		r = coco_digest_final(w->sha384, digest, w->diag);
	else
		memcpy(digest, w->chain, sizeof(w->chain));
	coco_mrecord_digest_set(&v.value, digest, is_sev(w) ? COCO_SHA256_SIZE : COCO_SNP_DIGEST);
	if (r == 0)
		r = coco_mrecord_value(&w->out->record, &v, w->diag);
	if (r == 0)
		r = say_gaps(w);
	return r == 0 && w->platform == COCO_IGVM_SNP ? coco_igvm_judge_id(w, digest) : r;
}

static int measure(struct coco_igvm_work *w)
{
	uint64_t size = 0;

	int r = load(w, &size);
	if (r == 0)
		r = find_platform(w);
	if (r == 0)
		r = choose_rules(w);
	if (r == 0)
		r = hash_file(w, size);
	if (r == 0)
		r = coco_digest_new(&w->sha384, COCO_DIGEST_SHA384, w->diag);
	if (r == 0)
		r = begin_record(w);
	coco_sha256_init(&w->stream);
	if (r == 0)
		r = walk(w, false);
	if (r == 0 && w->rules == COCO_IGVM_RULES_QEMU)
		r = walk(w, true);
	return r == 0 ? end_record(w) : r;
}

int coco_igvm_measure(const struct coco_run *run, const struct coco_igvm_request *req,
		      struct coco_igvm_measured *ret, struct coco_diag *diag)
{
	struct coco_igvm_measured out = { .has_id_block = false };
	struct coco_igvm_work *w = coco_zalloc(1, sizeof(*w));

	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to measure a file");
	w->run = run;
	w->req = req;
	w->diag = diag;
	w->out = &out;
	w->fd = -1;
	coco_mrecord_init(&out.record, "");
	int r = measure(w);
	if (r != 0)
		coco_diag_source(diag, "%s", req->file);
	if (w->fd >= 0)
		close(w->fd);
	coco_digest_free(w->sha384);
	coco_free(w->list);
	coco_free(w->areas);
	coco_free(w);
	if (r != 0) {
		coco_igvm_measured_free(&out);
		return r;
	}
	*ret = out;
	return 0;
}

void coco_igvm_measured_free(struct coco_igvm_measured *m)
{
	coco_mrecord_free(&m->record);
}
