/*
 * backend_store.c - a directory that Trustee serves (see backend_store.h).
 */
#include "lib/broker/backend_store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "formats/core/rfc3339.h"
#include "lib/broker/store_dir.h"
#include "lib/broker/store_json.h"
#include "lib/core/keystore.h"

#define OPT "opt/confidential-containers/"
#define OPA "opa/confidential-containers/"

enum {
	YEAR = 365 * 86400,
	FILE_MAX = 255,            /* bytes of a file's name */
	RELATIVE_MAX = 768,        /* bytes of a name below DIR */
};

enum kind { KIND_FS, KIND_JSON, KIND_OLD, KIND_BARE };

struct store {
	struct coco_store_dir d;
	enum kind kind;
	enum coco_store_layout bare;   /* of a directory with resources only */
	enum coco_trustee release;     /* asked for, or UNKNOWN */
};

static const char *const namespaces[] = {
	[COCO_ITEM_RESOURCE] = "repository",
	[COCO_ITEM_RESOURCE_POLICY] = "kbs",
	[COCO_ITEM_ATTESTATION_POLICY] = "attestation_service_policy",
	[COCO_ITEM_REFERENCE_VALUE] = "reference_value",
};

/* ---- what the directory is ------------------------------------------------------ */

static int bad_layout(const struct store *s, struct coco_diag *diag, const char *what)
{
	coco_diag_source(diag, "%s", s->d.path);
	return coco_fail(diag, COCO_E_STORE_LAYOUT, "%s", what);
}

/* Counts the namespaces that are there as directories, files, something else. */
static void count(const struct store *s, unsigned *dirs, unsigned *files)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(namespaces); i++) {
		char c = coco_store_dir_kind(&s->d, namespaces[i]);

		*dirs += c == 'd';
		*files += c == 'f';
	}
}

static int detect(struct store *s, bool *ret_new, struct coco_diag *diag)
{
	unsigned dirs = 0;
	unsigned files = 0;
	bool old = coco_store_dir_kind(&s->d, "opt/confidential-containers") == 'd' ||
		   coco_store_dir_kind(&s->d, "opa/confidential-containers") == 'd';

	count(s, &dirs, &files);
	if ((dirs != 0) + (files != 0) + old > 1)
		return bad_layout(s, diag, "it holds the layouts of different releases at once");
	*ret_new = false;
	if (dirs != 0 || files != 0 || old) {
		s->kind = old ? KIND_OLD : files != 0 ? KIND_JSON : KIND_FS;
		return 0;
	}
	if (s->d.fd < 0) {
		*ret_new = true;
		return 0;
	}
	int r = coco_store_detect(s->d.fd, s->d.path, &s->bare, diag);
	if (r == 0 && s->bare == COCO_STORE_ROOT)
		*ret_new = true;
	else if (r == 0)
		s->kind = KIND_BARE;
	return r;
}

static bool is_old(enum coco_trustee release)
{
	return release != COCO_TRUSTEE_UNKNOWN && release < COCO_TRUSTEE_V0_19;
}

static int choose(struct store *s, const struct coco_store_options *o, struct coco_diag *diag)
{
	bool fresh = false;
	int r = detect(s, &fresh, diag);

	if (r != 0)
		return r;
	s->release = o->release;
	if (fresh) {
		s->kind = is_old(o->release) ? KIND_OLD : o->json ? KIND_JSON : KIND_FS;
		return 0;
	}
	if (o->release == COCO_TRUSTEE_UNKNOWN)
		return 0;
	if (s->kind == KIND_OLD && !is_old(o->release))
		return bad_layout(s, diag, "it has the layout of releases up to v0.18");
	if ((s->kind == KIND_FS || s->kind == KIND_JSON) && is_old(o->release))
		return bad_layout(s, diag, "it has the layout of v0.19 and later");
	return 0;
}

/* ---- where things lie ----------------------------------------------------------- */

static int bad_name(const struct coco_item_id *id, struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_STORE_NAME, "%s \"%s\": not a name of letters, digits, \"-\","
			 " \"_\", \".\" and \"/\" of reasonable length",
			 coco_item_type_name(id->type), id->name);
}

/* The key of an item in its namespace; every slash takes four characters in a file's name. */
static int key_of(const struct coco_item_id *id, char ret[FILE_MAX + 1], struct coco_diag *diag)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
	bool policy = id->type == COCO_ITEM_ATTESTATION_POLICY;
	struct coco_resource_id parts;
	size_t n = strlen(id->name);
	size_t bytes = n;

	if (id->type == COCO_ITEM_RESOURCE_POLICY) {
		if (n != 0)
			return bad_name(id, diag);
		snprintf(ret, FILE_MAX + 1, "resource-policy.rego");
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		bytes += id->name[i] == '/' ? 3 : 0;
	if (n == 0 || strspn(id->name, allowed) != n || id->name[0] == '.' ||
	    bytes + (policy ? 5 : 0) > FILE_MAX || (policy && strchr(id->name, '/') != NULL))
		return bad_name(id, diag);
	if (id->type == COCO_ITEM_RESOURCE &&
	    coco_resource_id_parse(&parts, id->name, n, NULL) != 0)
		return bad_name(id, diag);
	snprintf(ret, FILE_MAX + 1, "%s%s", id->name, policy ? ".rego" : "");
	return 0;
}

static void escaped(const char *namespace, const char *key, char ret[RELATIVE_MAX])
{
	size_t n = (size_t)snprintf(ret, RELATIVE_MAX, "%s/", namespace);

	for (; *key != '\0'; key++)
		n += (size_t)snprintf(ret + n, RELATIVE_MAX - n, *key == '/' ? "\\x2F" : "%c",
				      *key);
}

/* Where a resource lies, if it is there in any layout, else where it belongs. */
static int resource_file(const struct store *s, const char *name, char ret[RELATIVE_MAX],
			 struct coco_diag *diag)
{
	static const char below[] = OPT "kbs/repository/";
	char relative[COCO_STORE_RELATIVE_MAX];
	enum coco_store_layout layout = s->kind == KIND_OLD ? COCO_STORE_OLD : s->bare;
	enum coco_store_layout found = layout;
	struct coco_resource_id id;
	const char *base = s->kind == KIND_OLD ? below : "";
	int file = -1;
	int r = coco_resource_id_parse(&id, name, strlen(name), diag);

	if (r == 0 && s->kind != KIND_OLD && s->d.fd >= 0)
		r = coco_store_find(s->d.fd, s->d.path, &id, &file, &found, diag);
	if (r != 0)
		return r;
	if (file >= 0) {
		close(file);
		layout = found;   /* replaced where it is: there is never a second copy */
	}
	coco_store_relative(layout, &id, relative);
	snprintf(ret, RELATIVE_MAX, "%s%s", base, relative);
	return 0;
}

/* The file that holds an item, alone (*ret_shared false) or with others of its kind. */
static int file_of(const struct store *s, const struct coco_item_id *id, const char *key,
		   char ret[RELATIVE_MAX], bool *ret_shared, struct coco_diag *diag)
{
	*ret_shared = s->kind == KIND_JSON ||
		      (s->kind == KIND_OLD && id->type == COCO_ITEM_REFERENCE_VALUE);
	if (s->kind == KIND_JSON) {
		snprintf(ret, RELATIVE_MAX, "%s", namespaces[id->type]);
		return 0;
	}
	if (id->type == COCO_ITEM_RESOURCE)
		return resource_file(s, id->name, ret, diag);
	if (s->kind == KIND_BARE)
		return bad_layout(s, diag, "it holds resources only: policies and reference values "
					   "lie elsewhere");
	if (s->kind == KIND_FS)
		escaped(namespaces[id->type], key, ret);
	else if (id->type == COCO_ITEM_RESOURCE_POLICY)
		snprintf(ret, RELATIVE_MAX, "%s", OPA "kbs/policy.rego");
	else if (id->type == COCO_ITEM_ATTESTATION_POLICY)
		snprintf(ret, RELATIVE_MAX, "%s%s", OPT "attestation-service/opa/", key);
	else
		snprintf(ret, RELATIVE_MAX, "%s", OPT "attestation-service/reference_values.json");
	return 0;
}

/* ---- reference values ----------------------------------------------------------- */

static enum coco_stored_form form_for(const struct store *s, enum coco_stored_form seen)
{
	if (s->kind != KIND_OLD || s->release >= COCO_TRUSTEE_V0_14)
		return COCO_STORED_VALUE;
	if (s->release == COCO_TRUSTEE_UNKNOWN)
		return seen;
	return s->release == COCO_TRUSTEE_V0_10 ? COCO_STORED_EXPIRED : COCO_STORED_HASHES;
}

/* What is stored for a value that is registered now; gives *ret (coco_free). */
static int wrap_value(enum coco_stored_form form, const char *name, int64_t now,
		      const struct coco_secret *value, uint8_t **ret, size_t *ret_n,
		      struct coco_diag *diag)
{
	char until[COCO_RFC3339_TEXT];
	struct coco_json doc;
	struct coco_wr wr;
	struct coco_jw jw;
	int r = coco_json_parse(&doc, coco_view_of(coco_secret_expose(value), value->n),
				COCO_STORED_VALUE_MAX, diag);

	if (r != 0)
		return r;
	coco_wr_init(&wr, 2 * COCO_STORED_VALUE_MAX);
	coco_jw_init(&jw, &wr, false);
	struct coco_jv v = coco_json_root(&doc);
	r = coco_stored_value_write(&jw, form, name, coco_rfc3339_print(until, now + YEAR), &v,
				    diag);
	coco_json_free(&doc);
	if (r == 0)
		r = coco_wr_finish(&wr, ret, ret_n, diag);
	else
		coco_wr_free(&wr);
	return r;
}

/* The value out of what is stored; *s is replaced. */
static int unwrap_value(struct coco_secret *s, struct coco_diag *diag)
{
	struct coco_stored_value v;
	struct coco_secret text = { 0 };
	struct coco_json doc;
	struct coco_wr wr;
	struct coco_jw jw;
	int r = coco_json_parse(&doc, coco_view_of(coco_secret_expose(s), s->n),
				COCO_STORED_VALUE_MAX, diag);

	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_STORED_VALUE_MAX);
	coco_jw_init(&jw, &wr, false);
	struct coco_jv root = coco_json_root(&doc);
	r = coco_stored_value_read(&v, &root, diag);
	if (r == 0)
		r = coco_stored_value_text(&v, &jw, diag);
	if (r == 0 && wr.code != 0)
		r = coco_fail(diag, wr.code, "the reference value is too large");
	if (r == 0)
		r = coco_secret_from(&text, wr.p, wr.n, diag);
	coco_wr_free(&wr);
	coco_json_free(&doc);
	if (r != 0)
		return r;
	coco_secret_free(s);
	*s = text;
	return 0;
}

/* ---- the operations ------------------------------------------------------------- */

static struct coco_view bytes_of(const struct coco_secret *s)
{
	return coco_view_of(coco_secret_expose(s), s->n);
}

static int get(void *impl, const struct coco_run *run, const struct coco_item_id *id,
	       struct coco_secret *ret, struct coco_diag *diag)
{
	struct store *s = impl;
	enum coco_stored_form form;
	struct coco_secret file = { 0 };
	struct coco_secret item = { 0 };
	char key[FILE_MAX + 1];
	char name[RELATIVE_MAX];
	bool shared = false;

	(void)run;
	int r = key_of(id, key, diag);
	if (r == 0)
		r = file_of(s, id, key, name, &shared, diag);
	if (r == 0)
		r = coco_store_dir_read(&s->d, name, shared ? COCO_STORE_JSON_MAX
							    : COCO_BACKEND_VALUE, &file, diag);
	if (r == 0 && !shared) {
		item = file;
		file = (struct coco_secret){ 0 };
	} else if (r == 0 && s->kind == KIND_JSON) {
		r = coco_store_map_get(bytes_of(&file), key, &item, diag);
	} else if (r == 0) {
		r = coco_store_list_get(bytes_of(&file), key, &item, &form, diag);
	}
	if (r == 0 && item.p == NULL)
		r = coco_fail(diag, COCO_E_BROKER_ABSENT, "the store has no %s %s",
			      coco_item_type_name(id->type), id->name);
	if (r == 0 && id->type == COCO_ITEM_REFERENCE_VALUE)
		r = unwrap_value(&item, diag);
	if (r != 0)
		coco_diag_source(diag, "%s", s->d.path);
	coco_secret_free(&file);
	if (r == 0)
		*ret = item;
	else
		coco_secret_free(&item);
	return r;
}

/* An item (NULL: none any more) in a file with others. */
static int set_shared(struct store *s, const char *name, const char *key,
		      const struct coco_secret *item, bool *ret_found, struct coco_diag *diag)
{
	struct coco_secret old = { 0 };
	struct coco_secret new = { 0 };
	struct coco_view text = { .n = 0 };
	int r = coco_store_dir_read(&s->d, name, COCO_STORE_JSON_MAX, &old, diag);

	if (item != NULL)
		text = bytes_of(item);
	if (r == 0 && s->kind == KIND_JSON)
		r = coco_store_map_set(bytes_of(&old), key, item, &new, ret_found, diag);
	else if (r == 0)
		r = coco_store_list_set(bytes_of(&old), key, item != NULL ? &text : NULL, &new,
					ret_found, diag);
	if (r == 0 && (item != NULL || *ret_found))
		r = coco_store_dir_write(&s->d, name, coco_secret_expose(&new), new.n, diag);
	coco_secret_free(&new);
	coco_secret_free(&old);
	return r;
}

/* What is stored for an item: itself, or a reference value in the form of the release. */
static int stored(struct store *s, const struct coco_run *run, const struct coco_item_id *id,
		  const struct coco_secret *value, const char *name, struct coco_secret *ret,
		  struct coco_diag *diag)
{
	enum coco_stored_form form = COCO_STORED_VALUE;
	struct coco_secret ignored = { 0 };
	struct coco_secret file = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;
	int r = 0;

	if (id->type != COCO_ITEM_REFERENCE_VALUE)
		return coco_secret_from(ret, coco_secret_expose(value), value->n, diag);
	if (s->kind == KIND_OLD) {
		r = coco_store_dir_read(&s->d, name, COCO_STORE_JSON_MAX, &file, diag);
		if (r == 0)
			r = coco_store_list_get(bytes_of(&file), id->name, &ignored, &form, diag);
		coco_secret_free(&ignored);
		coco_secret_free(&file);
	}
	if (r == 0)
		r = wrap_value(form_for(s, form), id->name, run->now, value, &text, &n, diag);
	if (r == 0)
		r = coco_secret_from(ret, text, n, diag);
	coco_free(text);
	return r;
}

static int put_locked(struct store *s, const struct coco_run *run, const struct coco_item_id *id,
		      const struct coco_secret *value, const char *key, struct coco_diag *diag)
{
	struct coco_secret item = { 0 };
	char name[RELATIVE_MAX];
	bool shared = false;
	bool found = false;
	int r = file_of(s, id, key, name, &shared, diag);

	if (r == 0)
		r = stored(s, run, id, value, name, &item, diag);
	if (r == 0 && shared)
		r = set_shared(s, name, key, &item, &found, diag);
	else if (r == 0)
		r = coco_store_dir_write(&s->d, name, coco_secret_expose(&item), item.n, diag);
	coco_secret_free(&item);
	return r;
}

static int put(void *impl, const struct coco_run *run, const struct coco_item_id *id,
	       const struct coco_secret *value, struct coco_diag *diag)
{
	struct store *s = impl;
	char key[FILE_MAX + 1];
	int r = key_of(id, key, diag);

	if (r == 0 && value->n == 0)
		r = coco_fail(diag, COCO_E_KEY_EMPTY, "%s %s is empty",
			      coco_item_type_name(id->type), id->name);
	if (r == 0)
		r = coco_store_dir_lock(&s->d, diag);
	if (r == 0) {
		r = put_locked(s, run, id, value, key, diag);
		coco_store_dir_unlock(&s->d);
	}
	if (r != 0)
		coco_diag_source(diag, "%s", s->d.path);
	return r;
}

static int take_away(void *impl, const struct coco_run *run, const struct coco_item_id *id,
		     struct coco_diag *diag)
{
	struct store *s = impl;
	char key[FILE_MAX + 1];
	char name[RELATIVE_MAX];
	bool shared = false;
	bool found = false;

	(void)run;
	int r = key_of(id, key, diag);
	if (r == 0 && s->d.fd >= 0)
		r = coco_store_dir_lock(&s->d, diag);
	if (r == 0)
		r = file_of(s, id, key, name, &shared, diag);
	if (r == 0 && shared)
		r = set_shared(s, name, key, NULL, &found, diag);
	else if (r == 0)
		r = coco_store_dir_remove(&s->d, name, &found, diag);
	coco_store_dir_unlock(&s->d);
	if (r == 0 && !found)
		r = coco_fail(diag, COCO_E_BROKER_ABSENT, "the store has no %s %s",
			      coco_item_type_name(id->type), id->name);
	if (r != 0)
		coco_diag_source(diag, "%s", s->d.path);
	return r;
}

/* The releases that the stored reference values of the old layout show. */
static int old_range(const struct store *s, struct coco_backend_info *info,
		     struct coco_diag *diag)
{
	enum coco_stored_form form = COCO_STORED_FORMS;   /* an empty list shows nothing */
	struct coco_secret file = { 0 };
	struct coco_secret ignored = { 0 };
	int r = coco_store_dir_read(&s->d, OPT "attestation-service/reference_values.json",
				    COCO_STORE_JSON_MAX, &file, diag);

	if (r == 0 && file.p != NULL)
		r = coco_store_list_get(bytes_of(&file), "", &ignored, &form, diag);
	coco_secret_free(&ignored);
	coco_secret_free(&file);
	info->oldest = COCO_TRUSTEE_V0_10;
	info->newest = COCO_TRUSTEE_V0_18;
	if (form == COCO_STORED_VALUE)
		info->oldest = COCO_TRUSTEE_V0_14;
	if (form == COCO_STORED_HASHES) {
		info->oldest = COCO_TRUSTEE_V0_11;
		info->newest = COCO_TRUSTEE_V0_13;
	}
	if (form == COCO_STORED_EXPIRED)
		info->newest = COCO_TRUSTEE_V0_10;
	return r;
}

static const char *protocol_of(enum coco_trustee release)
{
	if (release >= COCO_TRUSTEE_V0_14)
		return "0.4.0";
	return release >= COCO_TRUSTEE_V0_12 ? "0.2.0" : "0.1.1";
}

static int probe(void *impl, const struct coco_run *run, struct coco_backend_info *ret,
		 struct coco_diag *diag)
{
	const struct store *s = impl;
	struct coco_backend_info info = {
		.directory = true,
		.oldest = COCO_TRUSTEE_V0_19,
		.newest = COCO_TRUSTEE_RELEASES - 1,
		.reads_reference_values = s->kind != KIND_BARE,
		.deletes_resources = true,
		.reads_policies = s->kind != KIND_BARE,
	};
	int r = 0;

	(void)run;
	if (s->release != COCO_TRUSTEE_UNKNOWN)
		info.oldest = info.newest = s->release;
	else if (s->kind == KIND_OLD)
		r = old_range(s, &info, diag);
	else if (s->kind == KIND_BARE && s->bare == COCO_STORE_OLD)
		info.oldest = COCO_TRUSTEE_V0_10, info.newest = COCO_TRUSTEE_V0_18;
	if (r != 0)
		return r;
	if (strcmp(protocol_of(info.oldest), protocol_of(info.newest)) == 0)
		snprintf(info.protocol, sizeof(info.protocol), "%s", protocol_of(info.oldest));
	*ret = info;
	return 0;
}

static void release_store(void *impl)
{
	struct store *s = impl;

	coco_store_dir_close(&s->d);
	coco_free(s);
}

int coco_backend_store_new(struct coco_backend **ret, const char *dir,
			   const struct coco_store_options *o, struct coco_diag *diag)
{
	static const struct coco_backend_ops ops = {
		.probe = probe, .put = put, .get = get, .remove = take_away, .free = release_store,
	};
	static const struct coco_store_options none = { .json = false };
	struct store *s = coco_zalloc(1, sizeof(*s));
	int r;

	if (s == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a store");
	s->d.fd = -1;
	r = coco_store_dir_open(&s->d, dir, diag);
	if (r == 0)
		r = choose(s, o != NULL ? o : &none, diag);
	if (r != 0) {
		release_store(s);
		return r;
	}
	return coco_backend_new(ret, &ops, s, diag);
}
