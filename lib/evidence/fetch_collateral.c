/*
 * fetch_collateral.c - collateral from AMD's and Intel's services (see
 * fetch_collateral.h).
 */
#include "lib/evidence/fetch_collateral.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/evidence/collateral_bundle.h"

#define KDS "https://kdsintf.amd.com"
#define PCS "https://api.trustedservices.intel.com"
#define INTEL_ROOT "https://certificates.trustedservices.intel.com"
#define PCCS_ROOT "/sgx/certification/v4/rootcacrl"

enum { BASE_MAX = 1024, HEADER_MAX = 64 << 10, SERVERS = 3 };
enum { OK = 200, NOT_FOUND = 404, MANY = 429, SERVER = 500 };

struct fetch {
	const struct coco_run *run;
	const struct coco_fetch_collateral *config;
	struct coco_http *http;
	struct coco_needs *needs;
	struct coco_collateral *have;
	bool dead[SERVERS];          /* did not answer */
	char url[BASE_MAX + COCO_NEED_PATH];   /* of the item under way */
	struct coco_diag why;        /* what is wrong with it */
	struct coco_fetch_list list;
	struct coco_diag *diag;
};

void coco_fetch_list_free(struct coco_fetch_list *list)
{
	coco_free(list->v);
	memset(list, 0, sizeof(*list));
}

static const char *base_of(const struct fetch *f, enum coco_need_server server)
{
	const char *pcs = f->config->pcs;

	if (server == COCO_NEED_KDS)
		return f->config->kds != NULL ? f->config->kds : KDS;
	if (pcs != NULL)
		return pcs;
	return server == COCO_NEED_PCS ? PCS : INTEL_ROOT;
}

static int write_url(struct fetch *f, const struct coco_need *need, const char *path,
		     struct coco_diag *why)
{
	const char *base = base_of(f, need->server);
	size_t n = strlen(base);

	while (n > 0 && base[n - 1] == '/')
		n--;
	if (n > BASE_MAX)
		return coco_fail(why, COCO_E_USAGE_VALUE, "the address is longer than %d bytes",
				 BASE_MAX);
	memcpy(f->url, base, n);
	snprintf(f->url + n, sizeof(f->url) - n, "%.255s", path);
	return 0;
}

/* ---- one answer -------------------------------------------------------------------------- */

static int judge_status(const struct coco_http_response *a, struct coco_diag *why)
{
	if (a->status == OK)
		return 0;
	if (a->status == NOT_FOUND)
		return coco_fail(why, COCO_E_COLLATERAL_ABSENT, "the service does not have it");
	if (a->status == MANY || a->status >= SERVER)
		return coco_fail(why, COCO_E_COLLATERAL_BUSY, "the service answers %u, after %u "
				 "tries", a->status, a->tries);
	return coco_fail(why, COCO_E_COLLATERAL_SERVER, "the service answers %u", a->status);
}

/* The issuers that stand in a header, percent-encoded. */
static int add_header(const struct coco_need *need, const struct coco_http_response *a,
		      struct coco_pieces *pieces, struct coco_collateral *got,
		      struct coco_diag *why)
{
	char *text = need->header != NULL ? coco_alloc(HEADER_MAX, 1) : NULL;
	int r = 0;

	if (need->header == NULL)
		return 0;
	if (text == NULL)
		return coco_fail(why, COCO_E_LIMIT_MEMORY, "no memory for an answer");
	if (coco_http_header(a, need->header, "", text, HEADER_MAX))
		r = coco_pieces_add(pieces, got, coco_view_of(text, strlen(text)), need->header,
				    why);
	coco_free(text);
	return r;
}

/* Takes an answer apart; got holds what was asked for afterwards. */
static int judge_answer(struct fetch *f, const struct coco_need *need,
			const struct coco_http_response *a, struct coco_collateral *got,
			struct coco_diag *why)
{
	struct coco_view body = coco_view_of(coco_secret_expose(&a->body), a->body.n);
	struct coco_pieces pieces = { .n = 0 };
	char text[160];

	int r = coco_pieces_add(&pieces, got, body, "answer", why);
	if (r == 0)
		r = add_header(need, a, &pieces, got, why);
	coco_pieces_free(&pieces);
	if (r == COCO_E_LIMIT_MEMORY)
		return r;
	if (r != 0) {
		snprintf(text, sizeof(text), "%.159s", why->message);
		coco_diag_init(why);
		return coco_fail(why, COCO_E_COLLATERAL_ANSWER, "the answer of %zu bytes (%.60s) "
				 "cannot be read: %s", body.n, a->content_type, text);
	}
	if (!coco_need_met(need, got, f->have, COCO_NEED_ANY_TIME))
		return coco_fail(why, COCO_E_COLLATERAL_ANSWER, "the answer of %zu bytes (%.60s) "
				 "is not the %.100s", body.n, a->content_type, need->what);
	return 0;
}

static int ask(struct fetch *f, const struct coco_need *need, const char *path,
	       struct coco_collateral *got, struct coco_diag *why)
{
	struct coco_http_request q = { .method = "GET", .url = f->url };
	struct coco_http_response a = { .status = 0 };

	int r = write_url(f, need, path, why);
	if (r == 0)
		r = coco_http_send(f->http, f->run, &q, &a, why);
	if (r != 0) {
		f->dead[need->server] = coco_err_exit(r) == COCO_EXIT_NETWORK;
		return r;
	}
	r = judge_status(&a, why);
	if (r == 0)
		r = judge_answer(f, need, &a, got, why);
	coco_http_clear(&a);
	return r;
}

/* ---- one need ---------------------------------------------------------------------------- */

/* Where an item may be: a mirror of Intel's service names the root's list otherwise. */
static int ask_anywhere(struct fetch *f, size_t i, struct coco_collateral *got,
			struct coco_diag *why)
{
	struct coco_need *need = &f->needs->v[i];
	bool mirror = need->server == COCO_NEED_INTEL_ROOT && f->config->pcs != NULL;

	int r = ask(f, need, mirror ? PCCS_ROOT : need->path, got, why);
	if (r == COCO_E_COLLATERAL_ABSENT && mirror) {
		coco_diag_init(why);
		r = ask(f, need, need->path, got, why);
	}
	if (r == COCO_E_COLLATERAL_ABSENT && need->unsure) {
		/* the report does not say which product it is: the other one then */
		coco_diag_init(why);
		coco_needs_product(f->needs, need->group, COCO_SNP_GENOA);
		r = ask(f, need, need->path, got, why);
	} else if (r == 0 && need->unsure) {
		coco_needs_product(f->needs, need->group, need->product);
	}
	return r;
}

/* What was got goes to the bundle at once. */
static int keep(struct fetch *f, const struct coco_collateral *got)
{
	int r = coco_bundle_store(got, f->config->bundle, NULL, f->diag);

	for (size_t i = 0; r == 0 && i < got->n; i++)
		r = coco_collateral_add(f->have, got->v[i].kind,
					coco_view_of(got->v[i].p, got->v[i].n), f->url, NULL,
					f->diag);
	return r;
}

/* These end the run; others are of one item. */
static bool fatal(int code)
{
	return code == COCO_E_CANCELLED || code == COCO_E_LIMIT_MEMORY ||
	       coco_err_exit(code) == COCO_EXIT_USAGE;
}

static int fetch_one(struct fetch *f, size_t i, struct coco_fetch_item *ret)
{
	const struct coco_need *need = &f->needs->v[i];
	struct coco_collateral got;

	coco_collateral_init(&got);
	coco_diag_init(&f->why);
	int r = ask_anywhere(f, i, &got, &f->why);
	if (r == 0) {
		ret->outcome = COCO_FETCH_GOT;
		ret->dated = !coco_need_met(need, &got, f->have, f->run->now);
		r = keep(f, &got);
	} else if (fatal(r)) {
		*f->diag = f->why;
	} else {
		ret->outcome = COCO_FETCH_FAILED;
		ret->code = r;
		snprintf(ret->why, sizeof(ret->why), "%.255s", f->why.message);
		r = 0;
	}
	coco_collateral_free(&got);
	return r;
}

static int one(struct fetch *f, size_t i)
{
	struct coco_fetch_list *list = &f->list;
	const struct coco_need *need = &f->needs->v[i];
	struct coco_fetch_item *item = &list->v[i];
	int r = coco_run_check(f->run, f->diag);

	if (r != 0)
		return r;
	if (coco_need_met(need, f->have, NULL, f->run->now)) {
		item->outcome = COCO_FETCH_HELD;
		return 0;
	}
	if (need->path[0] == '\0') {
		item->outcome = COCO_FETCH_NOWHERE;
		return 0;
	}
	if (f->dead[need->server]) {
		item->outcome = COCO_FETCH_LEFT;
		return 0;
	}
	r = fetch_one(f, i, item);
	if (r == 0 && item->outcome == COCO_FETCH_FAILED && list->first.code == 0) {
		coco_fail(&list->first, item->code, "%.120s: %.250s", need->what, item->why);
		coco_diag_source(&list->first, "%.255s", f->url);
	}
	return r;
}

/* All of them; the handle keeps its connections. */
static int fetch_all(struct fetch *f)
{
	struct coco_http_config http = f->config->http;
	size_t n = f->needs->n;

	http.retry_busy = http.retry_server = true;
	int r = coco_http_new(&f->http, &http, f->diag);
	if (r != 0)
		return r;
	f->list.n = n;
	f->list.v = coco_zalloc(n > 0 ? n : 1, sizeof(*f->list.v));
	if (f->list.v == NULL)
		r = coco_fail(f->diag, COCO_E_LIMIT_MEMORY, "no memory for a list");
	coco_run_phase_items(f->run, "fetching", n);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = one(f, i);
		coco_run_advance(f->run, 1);
	}
	coco_http_free(f->http);
	return r;
}

int coco_fetch_collateral(const struct coco_run *run, const struct coco_fetch_collateral *config,
			  struct coco_needs *needs, struct coco_collateral *have,
			  struct coco_fetch_list *ret, struct coco_diag *diag)
{
	struct fetch *f = coco_zalloc(1, sizeof(*f));

	if (f == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the network");
	f->run = run;
	f->config = config;
	f->needs = needs;
	f->have = have;
	f->diag = diag;
	int r = fetch_all(f);
	if (r != 0)
		coco_fetch_list_free(&f->list);
	else
		*ret = f->list;
	coco_free(f);
	return r;
}
