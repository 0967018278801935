/*
 * cmd_measure_verity.c - cococtl measure verity: the root hash of a disk.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/measure/opts_disk.h"
#include "cli/measure/profile_use.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/run_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/measure/verity_image.h"

enum {
	CMDLINE_MAX = 1 << 20,
	WORDS_MAX = 4096,      /* bytes of a command line that is shown */
};

/* Hexadecimal text of an option into at most max bytes. */
static int hex_option(const char *option, const char *text, uint8_t *ret, size_t max,
		      size_t *ret_n, struct coco_diag *diag)
{
	size_t n = strlen(text);

	if (n % 2 != 0 || n / 2 > max || coco_hex_decode(ret, n / 2, text, n, NULL) != 0)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "--%s takes an even number of hexadecimal digits, at most %zu",
				 option, 2 * max);
	*ret_n = n / 2;
	return 0;
}

/* The words of a command line, given as text or as @FILE. */
static int read_cmdline(const char *text, struct coco_verity_words *ret, struct coco_diag *diag)
{
	uint8_t *file = NULL;
	struct coco_view v = coco_view_of(text, strlen(text));

	if (text[0] == '@') {
		int r = coco_read_file(text + 1, CMDLINE_MAX, &file, &v.n, diag);

		if (r != 0)
			return r;
		v.p = file;
	}
	int r = coco_verity_cmdline_parse(ret, v, diag);
	if (r != 0)
		coco_diag_source(diag, "%s", text[0] == '@' ? text + 1 : "--cmdline");
	coco_free(file);
	return r;
}

static void given(const struct coco_cli *cli, struct coco_verity_ask *ask)
{
	static const struct {
		const char *name;
		unsigned bit;
	} options[] = {
		{ "hash", COCO_VERITY_GIVEN_ALG },
		{ "hash-type", COCO_VERITY_GIVEN_TYPE },
		{ "data-block-size", COCO_VERITY_GIVEN_DATA_BLOCK },
		{ "hash-block-size", COCO_VERITY_GIVEN_HASH_BLOCK },
		{ "data-blocks", COCO_VERITY_GIVEN_DATA_BLOCKS },
		{ "salt", COCO_VERITY_GIVEN_SALT },
		{ "uuid", COCO_VERITY_GIVEN_UUID },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(options); i++)
		if (coco_cli_given(cli, options[i].name))
			ask->given |= options[i].bit;
}

static int request(const struct coco_cli *cli, const struct coco_opts_measure_verity *o,
		   struct coco_verity_ask *ask, struct coco_verity_words *words,
		   struct coco_diag *diag)
{
	struct coco_verity_params *p = &ask->params;
	int r = 0;

	given(cli, ask);
	p->alg = (enum coco_verity_alg)o->hash;
	p->type = o->hash_type == 0 ? 1 : 0;
	p->data_block = o->data_block_size;
	p->hash_block = o->hash_block_size;
	p->data_blocks = o->data_blocks;
	if (o->salt != NULL && strcmp(o->salt, "-") != 0)
		r = hex_option("salt", o->salt, p->salt, sizeof(p->salt), &p->n_salt, diag);
	if (r == 0 && o->uuid != NULL && coco_verity_uuid_parse(p->uuid, o->uuid, NULL) != 0)
		r = coco_fail(diag, COCO_E_USAGE_VALUE,
			      "--uuid takes the form 01234567-89ab-cdef-0123-456789abcdef");
	if (r == 0 && o->root_hash != NULL)
		r = hex_option("root-hash", o->root_hash, ask->root, sizeof(ask->root),
			       &ask->n_root, diag);
	if (r == 0 && o->cmdline != NULL) {
		r = read_cmdline(o->cmdline, words, diag);
		ask->has_cmdline = true;
		ask->words = words;
	}
	return r;
}

/* The words for a command line, as they are typed there. */
static int show_words(const struct coco_verity_answer *a, struct coco_report *report,
		      struct coco_diag *diag)
{
	const struct coco_verity_params *p = &a->found.params;
	size_t n = coco_verity_alg_size(p->alg);
	char root[2 * COCO_VERITY_DIGEST + 1];
	char data[COCO_VERITY_UUID_TEXT];
	char hash[COCO_VERITY_UUID_TEXT];
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n_text = 0;

	coco_hex_encode(root, a->found.root, n);
	coco_report_heading(report, "on the command line");
	coco_report_format(report, "roothash", "systemd, root", "roothash=%s", root);
	coco_report_format(report, "usrhash", "systemd, /usr", "usrhash=%s", root);
	if (coco_verity_uuids(a->found.root, n, data, hash)) {
		coco_report_string(report, "data_partition_uuid", "data partition UUID", data);
		coco_report_string(report, "hash_partition_uuid", "hash partition UUID", hash);
	}
	coco_wr_init(&wr, WORDS_MAX);
	coco_verity_kata_write(&wr, p, a->found.root);
	int r = coco_wr_finish(&wr, &text, &n_text, diag);
	if (r != 0)
		return r;
	coco_report_format(report, "kernel_verity_params", "Kata", "kernel_verity_params = \"%s\"",
			   (const char *)text);
	coco_free(text);
	coco_wr_init(&wr, WORDS_MAX);
	coco_verity_dm_write(&wr, p, a->found.root, "/dev/vda1", "/dev/vda2",
			     coco_verity_tree_at(p, 0, a->superblock) / p->hash_block);
	r = coco_wr_finish(&wr, &text, &n_text, diag);
	if (r != 0)
		return r;
	coco_report_string(report, "dm_mod_create", "kernel", (const char *)text);
	coco_free(text);
	return 0;
}

static void show_params(const struct coco_verity_answer *a, struct coco_report *report)
{
	const struct coco_verity_params *p = &a->found.params;
	char salt[2 * COCO_VERITY_SALT + 1];

	coco_hex_encode(salt, p->salt, p->n_salt);
	coco_report_format(report, NULL, "data", "%" PRIu64 " blocks of %u bytes", p->data_blocks,
			   p->data_block);
	coco_report_format(report, NULL, "hashes", "%s, blocks of %u bytes%s",
			   coco_verity_alg_name(p->alg), p->hash_block,
			   p->type == 0 ? ", type 0" : "");
	coco_report_string(report, NULL, "salt", p->n_salt != 0 ? salt : "none");
}

static void show_checks(const struct coco_verity_answer *a, struct coco_report *report)
{
	for (size_t i = 0; i < a->n_checks; i++) {
		const struct coco_verity_check *c = &a->check[i];

		coco_report_check(report, &(struct coco_check){
			.id = c->id, .status = c->pass ? COCO_STATUS_PASS : COCO_STATUS_FAIL,
			.title = c->title,
			.expected = c->expected[0] != '\0' ? c->expected : NULL,
			.actual = c->actual[0] != '\0' ? c->actual : NULL });
	}
}

int coco_cmd_measure_verity(struct coco_cli *cli, const void *opts, struct coco_report *report,
			    struct coco_diag *diag)
{
	const struct coco_opts_measure_verity *o = opts;
	struct coco_verity_words *words = coco_zalloc(1, sizeof(*words));
	struct coco_verity_answer *a = NULL;
	struct coco_verity_ask ask = {
		.image = o->image, .as = (enum coco_disk_as)o->format, .partition = o->partition,
				.hash_image = o->hash_image,
		.hash_partition = o->hash_partition, .hash_offset = o->hash_offset,
		.no_superblock = !o->superblock, .output = o->hash_output,
		.output_flags = coco_cli_out_flags(cli, 0), .dry_run = cli->common.dry_run,
	};

	int r = coco_profile_operand(cli, COCO_PROFILE_DISK_IMAGE, "IMAGE", &ask.image, diag);
	if (r != 0) {
		coco_free(words);
		return r;
	}
	r = words != NULL ? request(cli, o, &ask, words, diag)
			      : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for options");
	if (r == 0)
		r = coco_verity_image(&cli->run, &ask, &a, diag);
	coco_free(words);
	if (r != 0)
		return r;
	show_checks(a, report);
	r = coco_verity_verdict(a, diag);
	/* a disk that is not what it should be gets no record */
	if (r == 0)
		r = coco_record_answer(cli, &a->record, &o->answer, report, diag);
	else
		coco_report_hex(report, "computed_root_hash", "computed root hash", a->found.root,
				coco_verity_alg_size(a->found.params.alg));
	show_params(a, report);
	if (r == 0)
		r = show_words(a, report, diag);
	coco_verity_answer_free(a);
	return r;
}
