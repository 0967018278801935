/*
 * broker_disable.c - keys disabled and enabled again (see broker_disable.h).
 */
#include "lib/broker/broker_disable.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/broker/rego_deny.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "formats/core/resource_id.h"
#include "lib/core/io.h"

#define MARK "# Written by cococtl broker apply --disable"

static const struct coco_item_id policy_id = { COCO_ITEM_RESOURCE_POLICY, "" };

/* ---- what is disabled ----------------------------------------------------------- */

void coco_disabled_free(struct coco_disabled *d)
{
	coco_free(d->names);
	memset(d, 0, sizeof(*d));
}

static bool lists(const struct coco_disabled *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->names[i], name) == 0)
			return true;
	return false;
}

int coco_disabled_find(const struct coco_ledger *l, const char *broker, struct coco_disabled *ret,
		       struct coco_diag *diag)
{
	struct coco_disabled d = { .n = 0 };
	size_t cap = 0;

	for (size_t i = 0; i < coco_ledger_count(l); i++) {
		const struct coco_ledger_entry *e = coco_ledger_at(l, i);

		if (strcmp(e->broker, broker) != 0)
			continue;
		if (e->action == COCO_LEDGER_RESTORE)
			d.n = 0, d.all = false;
		if (e->action != COCO_LEDGER_DISABLE)
			continue;
		if (d.n == 0) {
			d.since = e->time;
			d.before = e->before;
		}
		d.reason = e->reason;
		d.all = d.all || strcmp(e->name, "all") == 0;
		if (lists(&d, e->name))
			continue;
		if (!coco_grow((void **)&d.names, &cap, d.n, sizeof(*d.names),
			       COCO_DISABLED_MAX)) {
			bool full = d.n == COCO_DISABLED_MAX;

			coco_disabled_free(&d);
			return coco_fail(diag, full ? COCO_E_LIMIT_COUNT : COCO_E_LIMIT_MEMORY,
					 "too many disabled keys, or no memory for them");
		}
		d.names[d.n++] = e->name;
	}
	*ret = d;
	return 0;
}

/* ---- names ---------------------------------------------------------------------- */

struct search {
	const char *wanted;
	const char *found;     /* borrowed */
	bool several;
};

static void consider(struct search *s, const char *name)
{
	const char *tag = strrchr(name, '/');

	if (strcmp(name, s->wanted) != 0 && (tag == NULL || strcmp(tag + 1, s->wanted) != 0))
		return;
	if (s->found != NULL && strcmp(s->found, name) != 0)
		s->several = true;
	s->found = name;
}

/* "all", or the resource that is meant; gives *ret. */
static int find_name(const struct coco_disable_source *src, const char *name, char **ret,
		     struct coco_diag *diag)
{
	const struct coco_declaration *d = &src->declared->d;
	struct search s = { .wanted = name };
	struct coco_resource_id id;

	if (strcmp(name, "all") == 0 || coco_resource_id_parse(&id, name, strlen(name), NULL) == 0)
		s.found = name;
	for (size_t i = 0; s.found != name && i < d->n_keys; i++)
		consider(&s, d->keys[i].resource);
	for (size_t i = 0; s.found != name && i < coco_ledger_count(src->ledger); i++) {
		const struct coco_ledger_entry *e = coco_ledger_at(src->ledger, i);

		if (strcmp(e->type, coco_item_type_name(COCO_ITEM_RESOURCE)) == 0 &&
		    strcmp(e->broker, src->broker) == 0)
			consider(&s, e->name);
	}
	if (s.found == NULL || s.several)
		return coco_fail(diag, COCO_E_BROKER_RESTORE, s.several ?
				 "\"%s\": several keys have this last part; give repo/type/tag" :
				 "neither declaration nor ledger have a key \"%s\"", name);
	*ret = coco_strdup(s.found);
	return *ret != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a name");
}

/* ---- the policy of before ------------------------------------------------------- */

static char *kept_path(const struct coco_disable_source *src)
{
	return coco_ledger_path(src->declared->path, ".previous.rego");
}

/* The kept file, whose digest must be this one; gives *ret. */
static int read_kept(const struct coco_disable_source *src, const char *digest,
		     struct coco_secret *ret, struct coco_diag *diag)
{
	char actual[COCO_LEDGER_DIGEST] = "";
	char *path = kept_path(src);
	uint8_t *text = NULL;
	size_t n = 0;
	int r = path != NULL ? coco_read_file(path, COCO_REGO_MAX, &text, &n, diag) :
		coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");

	if (r == 0)
		r = coco_ledger_digest(src->ledger, &policy_id, coco_view_of(text, n), actual,
				       diag);
	if (r == 0 && digest != NULL && strcmp(actual, digest) != 0) {
		coco_diag_source(diag, "%s", path);
		coco_diag_expected(diag, "%s", digest);
		coco_diag_actual(diag, "%s", actual);
		r = coco_fail(diag, COCO_E_BROKER_DRIFT,
			      "the kept policy is not the one that was there");
	}
	if (r == 0)
		r = coco_secret_from(ret, text, n, diag);
	coco_free(text);
	coco_free(path);
	return r;
}

/* What the broker shows; ret->p stays NULL when it shows none. */
static int ask_policy(const struct coco_disable_source *src, const struct coco_run *run,
		      struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_diag why = { 0 };

	if (!src->info->reads_policies)
		return 0;
	int r = coco_backend_get(src->backend, run, &policy_id, ret, &why);
	if (r == COCO_E_BROKER_UNREADABLE || r == COCO_E_BROKER_ABSENT ||
	    r == COCO_E_BROKER_RELEASE)
		return 0;
	if (r != 0 && diag != NULL)
		*diag = why;
	return r;
}

/* The declared policy, when the ledger says that it is the one that is there. */
static int declared_policy(const struct coco_disable_source *src, struct coco_secret *ret,
			   struct coco_diag *diag)
{
	size_t last = coco_ledger_last(src->ledger, src->broker, &policy_id);
	char digest[COCO_LEDGER_DIGEST];
	uint8_t *text = NULL;
	char *path = NULL;
	size_t n = 0;
	int r;

	if (src->declared->d.resource_policy == NULL || last == SIZE_MAX)
		return 0;
	r = coco_declared_resolve(src->declared, src->declared->d.resource_policy, &path, diag);
	/* a file that is not there any more is no hindrance to disabling all */
	if (r == 0 && coco_read_file(path, COCO_REGO_MAX, &text, &n, NULL) == 0) {
		r = coco_ledger_digest(src->ledger, &policy_id, coco_view_of(text, n), digest,
				       diag);
		if (r == 0 && strcmp(digest, coco_ledger_at(src->ledger, last)->digest) == 0)
			r = coco_secret_from(ret, text, n, diag);
	}
	coco_free(text);
	coco_free(path);
	return r;
}

static bool is_ours(const struct coco_secret *s)
{
	return s->n >= strlen(MARK) && memcmp(coco_secret_expose(s), MARK, strlen(MARK)) == 0;
}

/* The policy that is to be kept; ret->p stays NULL when nobody knows it. */
static int find_before(const struct coco_disable_source *src, const struct coco_run *run,
		       const struct coco_disabled *now, struct coco_secret *ret,
		       struct coco_diag *diag)
{
	int r;

	if (now->n != 0)
		return now->before[0] != '\0' ? read_kept(src, now->before, ret, diag) : 0;
	r = ask_policy(src, run, ret, diag);
	/* a run that was killed between broker and ledger: what it kept is the one */
	if (r == 0 && ret->p != NULL && is_ours(ret)) {
		coco_secret_free(ret);
		return read_kept(src, NULL, ret, diag);
	}
	if (r == 0 && ret->p == NULL)
		r = declared_policy(src, ret, diag);
	return r;
}

/* ---- doing it ------------------------------------------------------------------- */

static int put_policy(const struct coco_disable_source *src, const struct coco_run *run,
		      const struct coco_secret *text, struct coco_diag *diag)
{
	struct coco_run whole = *run;   /* what was begun is ended, and then recorded */

	whole.cancel = NULL;
	int r = coco_run_check(run, diag);
	return r == 0 ? coco_backend_put(src->backend, &whole, &policy_id, text, diag) : r;
}

static int read_back(const struct coco_disable_source *src, const struct coco_run *run,
		     const struct coco_secret *text, struct coco_diag *diag)
{
	struct coco_secret now = { 0 };
	int r = ask_policy(src, run, &now, diag);

	if (r == 0 && now.p != NULL &&
	    (now.n != text->n || memcmp(now.p, text->p, text->n) != 0))
		r = coco_fail(diag, COCO_E_BROKER_DRIFT,
			      "the broker shows another resource policy than the registered one");
	coco_secret_free(&now);
	return r;
}

static int record(const struct coco_disable_source *src, const struct coco_run *run,
		  enum coco_ledger_action action, const char *name, const struct coco_secret *text,
		  const char *before, struct coco_diag *diag)
{
	struct coco_ledger_entry e = { .action = action };
	int r = coco_ledger_digest(src->ledger, &policy_id,
				   coco_view_of(coco_secret_expose(text), text->n), e.digest,
				   diag);

	snprintf(e.broker, sizeof(e.broker), "%s", src->broker);
	snprintf(e.type, sizeof(e.type), "%s", coco_item_type_name(COCO_ITEM_RESOURCE_POLICY));
	snprintf(e.name, sizeof(e.name), "%s", name);
	snprintf(e.before, sizeof(e.before), "%s", before);
	snprintf(e.reason, sizeof(e.reason), "%s", src->reason != NULL ? src->reason : "");
	if (r == 0)
		r = coco_ledger_append(src->ledger, run, &e, diag);
	return r == 0 ? coco_ledger_sync(src->ledger, diag) : r;
}

static int keep(const struct coco_disable_source *src, const struct coco_secret *before,
		char digest[COCO_LEDGER_DIGEST], struct coco_diag *diag)
{
	char *path = kept_path(src);
	int r = path != NULL ? coco_write_file(path, coco_secret_expose(before), before->n,
					       COCO_OUT_FORCE, diag) :
		coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");

	if (r == 0)
		r = coco_ledger_digest(src->ledger, &policy_id,
				       coco_view_of(coco_secret_expose(before), before->n),
				       digest, diag);
	coco_free(path);
	return r;
}

/* The policy that denies what is disabled now and name; gives *ret. */
static int make_deny(const struct coco_disabled *now, const char *name,
		     const struct coco_secret *before, struct coco_secret *ret,
		     struct coco_diag *diag)
{
	const char *all = coco_rego_deny_all();
	const char **names;
	struct coco_wr wr;
	size_t n = 0;

	if (now->all || strcmp(name, "all") == 0)
		return coco_secret_from(ret, all, strlen(all), diag);
	if (before->p == NULL)
		return coco_fail(diag, COCO_E_BROKER_RESTORE, "the broker does not show its "
				 "policy and the declared one is not the last that was "
				 "registered: only --disable all is possible");
	names = coco_alloc(now->n + 1, sizeof(*names));
	if (names == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a policy");
	for (size_t i = 0; i < now->n; i++)
		names[n++] = now->names[i];
	if (!lists(now, name))
		names[n++] = name;
	coco_wr_init(&wr, 2 * COCO_REGO_MAX);
	int r = coco_rego_deny(&wr, coco_view_of(coco_secret_expose(before), before->n), names, n,
			       diag);
	if (r == 0 && wr.code != 0)
		r = coco_fail(diag, wr.code, "no memory for a policy");
	if (r == 0)
		r = coco_secret_from(ret, wr.p, wr.n, diag);
	coco_wr_free(&wr);
	coco_free(names);
	return r;
}

int coco_disable(const struct coco_disable_source *src, const char *name,
		 const struct coco_run *run, bool *ret_known, struct coco_diag *diag)
{
	char digest[COCO_LEDGER_DIGEST] = "";
	struct coco_disabled now = { .n = 0 };
	struct coco_secret before = { 0 };
	struct coco_secret deny = { 0 };
	char *full = NULL;
	int r = coco_disabled_find(src->ledger, src->broker, &now, diag);

	if (r == 0)
		r = find_name(src, name, &full, diag);
	if (r == 0)
		r = find_before(src, run, &now, &before, diag);
	if (r == 0)
		r = make_deny(&now, full, &before, &deny, diag);
	if (r == 0 && now.n != 0)
		snprintf(digest, sizeof(digest), "%s", now.before);
	else if (r == 0 && before.p != NULL)
		r = keep(src, &before, digest, diag);
	if (r == 0)
		r = put_policy(src, run, &deny, diag);
	if (r == 0)
		r = record(src, run, COCO_LEDGER_DISABLE, full, &deny, digest, diag);
	if (r == 0)
		r = read_back(src, run, &deny, diag);
	if (r == 0)
		*ret_known = digest[0] != '\0';
	coco_disabled_free(&now);
	coco_secret_free(&before);
	coco_secret_free(&deny);
	coco_free(full);
	return r;
}

/* Where nobody knew the policy of before: the one that is declared now. */
static int declared_now(const struct coco_disable_source *src, struct coco_secret *ret,
			struct coco_diag *diag)
{
	uint8_t *text = NULL;
	char *path = NULL;
	size_t n = 0;

	if (src->declared->d.resource_policy == NULL)
		return coco_fail(diag, COCO_E_BROKER_RESTORE, "the policy of before was not known, "
				 "and none is declared");
	int r = coco_declared_resolve(src->declared, src->declared->d.resource_policy, &path, diag);
	if (r == 0)
		r = coco_read_file(path, COCO_REGO_MAX, &text, &n, diag);
	if (r == 0)
		r = coco_secret_from(ret, text, n, diag);
	coco_free(text);
	coco_free(path);
	return r;
}

int coco_restore(const struct coco_disable_source *src, const struct coco_run *run,
		 struct coco_diag *diag)
{
	struct coco_disabled now = { .n = 0 };
	struct coco_secret before = { 0 };
	bool kept = false;
	int r = coco_disabled_find(src->ledger, src->broker, &now, diag);

	if (r != 0)
		return r;
	if (now.n == 0) {
		coco_disabled_free(&now);
		return coco_fail(diag, COCO_E_BROKER_RESTORE, "nothing is disabled at %s",
				 src->broker);
	}
	kept = now.before[0] != '\0';
	r = kept ? read_kept(src, now.before, &before, diag) : declared_now(src, &before, diag);
	coco_disabled_free(&now);
	if (r == 0)
		r = put_policy(src, run, &before, diag);
	if (r == 0)
		r = record(src, run, COCO_LEDGER_RESTORE, "", &before, "", diag);
	if (r == 0 && !kept)
		r = record(src, run, COCO_LEDGER_PUT, "", &before, "", diag);
	if (r == 0)
		r = read_back(src, run, &before, diag);
	coco_secret_free(&before);
	if (r == 0 && kept) {
		char *path = kept_path(src);

		if (path != NULL)
			(void)unlink(path);
		coco_free(path);
	}
	return r;
}
