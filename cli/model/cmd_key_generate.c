/*
 * cmd_key_generate.c - cococtl key generate: a key pair, or a content key.
 */
#include <string.h>
#include <sys/stat.h>

#include "cli/model/key_any.h"
#include "cli/model/opts_model.h"
#include "cli/model/run_model.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/content_key.h"
#include "lib/crypto/key.h"
#include "lib/crypto/sha256.h"

static const char *const type_names[] = { "ed25519", "p256", "p384", "p521", "rsa3072" };

/* The directory that holds path, as stat sees it; its last component in *ret_name. */
static bool stat_dir(const char *path, struct stat *ret, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? coco_strdup(".") :
				    coco_strndup(path, (size_t)(slash - path) + 1);
	bool ok = dir != NULL && stat(dir, ret) == 0;

	*ret_name = slash != NULL ? slash + 1 : path;
	coco_free(dir);
	return ok;
}

/* With --force the second of two outputs would replace the first. */
static bool same_place(const char *a, const char *b)
{
	const char *name_a;
	const char *name_b;
	struct stat st_a;
	struct stat st_b;

	/* a directory that is not there is reported when it is written to */
	return stat_dir(a, &st_a, &name_a) && stat_dir(b, &st_b, &name_b) &&
	       st_a.st_dev == st_b.st_dev && st_a.st_ino == st_b.st_ino &&
	       strcmp(name_a, name_b) == 0;
}

/* "sha256:..." of a random secret: long enough that nobody can try them all. */
static void digest_text(const struct coco_secret *s, char ret[72])
{
	uint8_t digest[COCO_SHA256_SIZE];

	coco_sha256_once(coco_secret_expose(s), s->n, digest);
	memcpy(ret, "sha256:", 7);
	coco_hex_encode(ret + 7, digest, sizeof(digest));
}

static int make_content(struct coco_cli *cli, struct coco_report *report, struct coco_diag *diag)
{
	struct coco_secret key = { 0 };
	char digest[72];
	int r = coco_content_key_generate(&key, diag);

	if (r == 0)
		r = coco_keyref_write(cli->common.output, &key,
				      coco_cli_out_flags(cli, 0), diag);
	if (r == 0) {
		digest_text(&key, digest);
		coco_report_string(report, "type", "type", "content");
		coco_report_count(report, "bits", "bits", 8 * COCO_CONTENT_KEY_BYTES);
		coco_report_string(report, "digest", "digest", digest);
		coco_report_string(report, "output", "written", cli->common.output);
	}
	coco_secret_free(&key);
	return r;
}

/* The private key, and the public one when out is open; both or neither. */
static int write_pair(struct coco_cli *cli, const struct coco_key *key, struct coco_out *out,
		      const char *public_file, struct coco_diag *diag)
{
	struct coco_secret pem = { 0 };
	char *public = NULL;
	size_t n_public = 0;
	int r = coco_key_private_pem(key, &pem, diag);

	if (r == 0 && public_file != NULL)
		r = coco_key_public_pem(key, &public, &n_public, diag);
	if (r == 0 && public_file != NULL)
		r = coco_write_full(out->fd, public, n_public, public_file, diag);
	if (r == 0)
		r = coco_keyref_write(cli->common.output, &pem, coco_cli_out_flags(cli, 0), diag);
	if (r == 0 && public_file != NULL)
		r = coco_out_commit(out, diag);
	coco_free(public);
	coco_secret_free(&pem);
	return r;
}

static int make_pair(struct coco_cli *cli, const struct coco_opts_key_generate *o,
		     struct coco_report *report, struct coco_diag *diag)
{
	struct coco_key *key = NULL;
	struct coco_out out = { .fd = -1 };
	int r = 0;

	/* what stands in the way of the second file is found before the first is written */
	if (o->public_file != NULL)
		r = coco_out_open(&out, o->public_file, coco_cli_out_flags(cli, 0), diag);
	if (r == 0)
		r = coco_key_generate(type_names[o->type], &key, diag);
	if (r == 0)
		r = write_pair(cli, key, &out, o->public_file, diag);
	if (r == 0) {
		coco_report_string(report, "type", "type", coco_key_name(key));
		coco_report_count(report, "bits", "bits", coco_key_bits(key));
		coco_report_string(report, "fingerprint", "fingerprint",
				   coco_key_fingerprint_text(key));
		coco_report_string(report, "output", "written", cli->common.output);
		if (o->public_file != NULL)
			coco_report_string(report, "public", "public", o->public_file);
	}
	coco_out_abort(&out);
	coco_key_free(key);
	return r;
}

/* --dry-run: could the files be made? No key is made. */
static int would_write(const struct coco_cli *cli, const struct coco_opts_key_generate *o,
		       struct coco_report *report, struct coco_diag *diag)
{
	int r = 0;

	if (o->public_file != NULL)
		r = coco_out_check(o->public_file, coco_cli_out_flags(cli, 0), NULL, diag);
	if (r == 0)
		coco_report_string(report, "output", "would be written", cli->common.output);
	return r;
}

int coco_cmd_key_generate(struct coco_cli *cli, const void *opts, struct coco_report *report,
			  struct coco_diag *diag)
{
	const struct coco_opts_key_generate *o = opts;
	const char *path = cli->common.output;
	enum coco_keyref_kind kind;
	int r = coco_keyref_check(path, &kind, diag);

	if (r != 0)
		return r;
	if (o->type == COCO_OPT_KEY_CONTENT && o->public_file != NULL)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "--public and --type content exclude each other: a content "
				 "key has no public half");
	if (kind == COCO_KEYREF_FILE && o->public_file != NULL &&
	    same_place(strncmp(path, "file:", 5) == 0 ? path + 5 : path, o->public_file))
		return coco_fail(diag, COCO_E_IO_SAME, "-o and --public name the same file");
	/* what stands in the way is found before a key is made */
	r = coco_key_out_check(cli, path, diag);
	if (r != 0)
		return r;
	if (cli->common.dry_run)
		return would_write(cli, o, report, diag);
	return o->type == COCO_OPT_KEY_CONTENT ? make_content(cli, report, diag) :
						 make_pair(cli, o, report, diag);
}
