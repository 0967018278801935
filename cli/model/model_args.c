/*
 * model_args.c - from options to what the library wants (see model_args.h).
 */
#include "cli/model/model_args.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/model/key_any.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/content_key.h"
#include "lib/crypto/key_wrap.h"

int coco_arg_signer_load(const struct coco_cli *cli, const struct coco_opts_signer *o,
			 struct coco_arg_signer *ret, struct coco_diag *diag)
{
	struct coco_arg_signer s = { .given = o->key != NULL };
	int r = 0;

	if (o->key == NULL)
		return 0;
	r = coco_key_load_private(o->key, coco_key_ref_flags(cli), &s.key, diag);
	if (r == 0 && o->certificate != NULL) {
		r = coco_certs_new(&s.chain, diag);
		if (r == 0)
			r = coco_certs_load(s.chain, o->certificate, diag);
		for (size_t i = 0; r == 0 && i < o->chain.n; i++)
			r = coco_certs_load(s.chain, o->chain.v[i], diag);
	}
	if (r != 0) {
		coco_arg_signer_free(&s);
		return r;
	}
	s.signer = (struct coco_bundle_signer){ .key = s.key, .chain = s.chain };
	*ret = s;
	return 0;
}

void coco_arg_signer_free(struct coco_arg_signer *s)
{
	coco_key_free(s->key);
	coco_certs_free(s->chain);
	*s = (struct coco_arg_signer){ .given = false };
}

int coco_arg_trust_load(const struct coco_opts_trust *o, struct coco_arg_trust *ret,
			struct coco_diag *diag)
{
	struct coco_arg_trust t = { .given = true };
	int r = 0;

	if (o->public_key != NULL) {
		r = coco_key_load_public(o->public_key, &t.key, diag);
	} else if (o->certificate_root != NULL) {
		r = coco_certs_new(&t.roots, diag);
		if (r == 0)
			r = coco_certs_load(t.roots, o->certificate_root, diag);
	} else {
		t.given = false;
	}
	if (r != 0) {
		coco_arg_trust_free(&t);
		return r;
	}
	t.trust = (struct coco_bundle_trust){ .key = t.key, .roots = t.roots,
					      .subject = o->expect_subject };
	*ret = t;
	return 0;
}

void coco_arg_trust_free(struct coco_arg_trust *t)
{
	coco_key_free(t->key);
	coco_certs_free(t->roots);
	*t = (struct coco_arg_trust){ .given = false };
}

int coco_arg_recipients_load(const struct coco_strlist *files, struct coco_arg_recipients *ret,
			     struct coco_diag *diag)
{
	struct coco_arg_recipients x = { .n = 0 };
	int r = 0;

	if (files->n == 0)
		return 0;
	x.keys = coco_zalloc(files->n, sizeof(*x.keys));
	if (x.keys == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for recipients");
	for (size_t i = 0; r == 0 && i < files->n; i++) {
		r = coco_key_load_public(files->v[i], &x.keys[i], diag);
		if (r == 0)
			x.n = i + 1;
	}
	if (r != 0)
		coco_arg_recipients_free(&x);
	else
		*ret = x;
	return r;
}

void coco_arg_recipients_free(struct coco_arg_recipients *r)
{
	for (size_t i = 0; i < r->n; i++)
		coco_key_free(r->keys[i]);
	coco_free(r->keys);
	*r = (struct coco_arg_recipients){ .n = 0 };
}

static int unwrap(const struct coco_cli *cli, const char *identity, const struct coco_pkg *pkg,
		  struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_wraps wraps = { 0 };
	struct coco_key *key = NULL;
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_key_load_private(identity, coco_key_ref_flags(cli), &key, diag);

	if (r == 0)
		r = coco_pkg_wraps(pkg, &text, &n, diag);
	if (r == 0)
		r = coco_wraps_decode(&wraps, coco_view_of(text, n), diag);
	if (r == 0)
		r = coco_key_unwrap(&wraps, key, ret, diag);
	coco_wraps_clear(&wraps);
	coco_free(text);
	coco_key_free(key);
	return r;
}

int coco_arg_content_key(const struct coco_cli *cli, const char *key, const char *identity,
			 const struct coco_pkg *pkg, struct coco_secret *ret,
			 struct coco_diag *diag)
{
	if (key != NULL)
		return coco_content_key_load(key, coco_key_ref_flags(cli), ret, diag);
	return unwrap(cli, identity, pkg, ret, diag);
}

int coco_arg_previous(const char *text, struct coco_digest *ret, uint64_t *ret_version,
		      struct coco_diag *diag)
{
	struct coco_pkg pkg;

	*ret_version = 0;
	if (strncmp(text, "sha256:", 7) == 0)
		return coco_digest_parse(ret, text, NULL) == 0 ? 0 :
		       coco_fail(diag, COCO_E_USAGE_VALUE, "--previous: a digest is sha256: and 64 "
				 "lower-case hexadecimal digits");
	int r = coco_arg_package(text, &pkg, diag);
	if (r != 0)
		return r;
	*ret = pkg.found.digest;
	*ret_version = pkg.header.version;
	coco_pkg_close(&pkg);
	return 0;
}

double coco_arg_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int coco_arg_describe(const struct coco_pkg *pkg, struct coco_descriptor *ret,
		      struct coco_diag *diag)
{
	ret->digest = pkg->found.digest;
	ret->size = pkg->found.n_text;
	ret->media_type = coco_strdup(COCO_MT_MANIFEST);
	return ret->media_type != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory");
}

const char *coco_arg_written(const struct coco_cli *cli)
{
	return cli->common.dry_run ? "would be written" : "written";
}

int coco_arg_key_id(const char *key_id, struct coco_diag *diag)
{
	if (key_id == NULL || coco_key_id_valid(key_id))
		return 0;
	return coco_fail(diag, COCO_E_USAGE_VALUE, "--key-id is a URI of at most %d visible ASCII "
			 "characters, such as kbs:///repo/type/tag", COCO_KEY_ID_MAX);
}

int coco_arg_tag(const char *tag, struct coco_diag *diag)
{
	if (tag == NULL || coco_tag_valid(tag))
		return 0;
	return coco_fail(diag, COCO_E_USAGE_VALUE, "--tag has at most %d letters, digits, '_', '.' "
			 "and '-', and starts with none of the last two", COCO_OCI_TAG_MAX);
}

struct coco_tree_opts coco_arg_tree(const struct coco_strlist *ignore, bool ignore_git,
				    bool allow_symlinks)
{
	return (struct coco_tree_opts){
		.ignore = ignore->v,
		.n_ignore = ignore->n,
		.ignore_git = ignore_git,
		.links = allow_symlinks ? COCO_TREE_LINKS_BENEATH : COCO_TREE_LINKS_REFUSE,
	};
}

int coco_arg_target(const char *text, char **ret_path, const char **ret_tag,
		    struct coco_diag *diag)
{
	const char *colon = strrchr(text, ':');
	const char *tag = NULL;
	char *path = NULL;

	if (colon != NULL && colon != text && access(text, F_OK) != 0) {
		path = coco_strndup(text, (size_t)(colon - text));
		if (path != NULL && access(path, F_OK) == 0) {
			tag = colon + 1;
		} else if (path != NULL) {
			coco_free(path);
			path = coco_strdup(text);
		}
	} else {
		path = coco_strdup(text);
	}
	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	*ret_path = path;
	*ret_tag = tag;
	return 0;
}

int coco_arg_package(const char *text, struct coco_pkg *ret, struct coco_diag *diag)
{
	const char *tag = NULL;
	char *path = NULL;
	int r = coco_arg_target(text, &path, &tag, diag);

	if (r == 0)
		r = coco_pkg_open(path, tag, ret, diag);
	coco_free(path);
	return r;
}

void coco_arg_header(struct coco_report *report, const struct coco_digest *manifest,
		     const struct coco_pkg_header *h)
{
	char digest[COCO_OCI_DIGEST_TEXT];

	coco_digest_text(digest, manifest);
	coco_report_string(report, "manifest", "manifest", digest);
	coco_report_hex(report, "package_id", "package id", h->package_id, COCO_PACKAGE_ID);
	coco_report_u64(report, "version", "version", h->version);
	if (h->has_previous) {
		coco_digest_text(digest, &h->previous);
		coco_report_string(report, "previous", "follows", digest);
	}
	coco_report_string(report, "key_id", "key id", h->key_id);
	if (h->at_rest != COCO_AT_REST_ALLOW)
		coco_report_string(report, "plaintext_at_rest", "plaintext at rest",
				   coco_at_rest_name(h->at_rest));
	else
		coco_report_string(report, "plaintext_at_rest", NULL, "allow");
}

void coco_arg_pack_result(struct coco_report *report, const struct coco_pack_result *res,
			  double seconds)
{
	if (!res->is_part)
		coco_arg_header(report, &res->manifest, &res->header);
	else
		coco_report_hex(report, "package_id", "package id", res->header.package_id,
				COCO_PACKAGE_ID);
	coco_report_count(report, "files", "files", res->files);
	coco_report_count(report, "tensors", "tensors", res->tensors);
	coco_report_size(report, "bytes_in", "model", res->bytes_in);
	coco_report_size(report, "bytes_out", res->is_part ? "this part" : "package",
			 res->bytes_out);
	coco_report_count(report, "segments", "segments packed", res->segments);
	if (res->resumed != 0)
		coco_report_count(report, "segments_resumed", "segments taken over",
				  res->resumed);
	if (res->bytes_in != 0 && !res->is_part)
		coco_report_format(report, NULL, "ratio", "%.1f %%",
				   100.0 * (double)res->bytes_out / (double)res->bytes_in);
	/* of a part or a run that went on, only some of the bytes were read */
	if (seconds > 0.0 && !res->is_part && res->resumed == 0)
		coco_report_format(report, NULL, "rate", "%.2f GB/s in %.2f s",
				   (double)res->bytes_in / 1e9 / seconds, seconds);
	if (!res->is_part)
		coco_report_bool(report, "signed", "signed", res->is_signed);
}

/* ---- open and cat ----------------------------------------------------------- */

static int check_trust(struct coco_cli *cli, const struct coco_opts_trust *opts,
		       uint64_t min_version, struct coco_arg_opening *o, struct coco_diag *diag)
{
	struct coco_arg_trust trust = { .given = false };
	struct coco_pkg_policy policy = { .min_version = min_version };
	struct coco_bundle_signed s = { 0 };
	int r = coco_arg_trust_load(opts, &trust, diag);

	if (r == 0)
		r = coco_pkg_check_version(&o->pkg, &policy, diag);
	if (r == 0 && trust.given) {
		policy.trust = &trust.trust;
		r = coco_pkg_check_signature(&cli->run, &o->pkg, &policy, &s, diag);
		o->verified = r == 0;
		if (r == 0)
			coco_escape(o->signer, sizeof(o->signer),
				    s.has_certificate ? s.cert.subject : s.fingerprint,
				    strlen(s.has_certificate ? s.cert.subject : s.fingerprint));
		coco_bundle_signed_clear(&s);
	} else if (r == 0) {
		coco_log(&cli->run, 0, "the signature was not checked (no --public-key and no "
			 "--certificate-root): whoever has the content key could have made this "
			 "package");
	}
	coco_arg_trust_free(&trust);
	return r;
}

int coco_arg_opening_load(struct coco_cli *cli, const char *package, const char *key,
			  const char *identity, const struct coco_opts_trust *trust,
			  uint64_t min_version, struct coco_arg_opening *ret,
			  struct coco_diag *diag)
{
	struct coco_arg_opening o = { .verified = false };
	int r = coco_arg_package(package, &o.pkg, diag);

	if (r != 0)
		return r;
	r = check_trust(cli, trust, min_version, &o, diag);
	if (r == 0)
		r = coco_arg_content_key(cli, key, identity, &o.pkg, &o.key, diag);
	if (r == 0)
		r = coco_pkg_catalogue(&o.pkg, &o.key, &o.cat, diag);
	if (r != 0) {
		coco_arg_opening_free(&o);
		return r;
	}
	*ret = o;
	return 0;
}

void coco_arg_opening_free(struct coco_arg_opening *o)
{
	coco_catalogue_free(&o->cat);
	coco_secret_free(&o->key);
	coco_pkg_close(&o->pkg);
}
