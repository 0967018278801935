/*
 * opt.h - the table-driven option parser (cli-ux 2): GNU long and short
 * options anywhere, clusters, "--", --no-x for flags; no abbreviations; a
 * scalar given twice is an error; "-" as standard input at most once.
 */
#ifndef COCO_OPT_H
#define COCO_OPT_H

#include "cli/core/cli.h"

enum {
	COCO_OPT_MAX = 64,         /* options of one command, common ones included */
	COCO_OPT_MAX_WORDS = 4096, /* words of one list */
};

#define COCO_OPT_PROFILE SIZE_MAX

/* The words of a command line that may be kept: argv is overwritten later. */
struct coco_args {
	char **v;
	size_t n;
};

/* coco_args_copy - copies argv[0..argc). Free with coco_args_free. */
int coco_args_copy(struct coco_args *ret, int argc, char *const *argv, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_args_free(struct coco_args *args);

/*
 * coco_opt_command - finds the command in the words after the program name.
 * *ret_words is how many words it takes. With no command but --help or
 * --version (or nothing) *ret_cmd is NULL and *ret_words 0; lone words of a
 * group ("model", "measure profile") give NULL and their number. Errors:
 * USAGE_COMMAND with suggestions.
 */
int coco_opt_command(const struct coco_args *args, const struct coco_cmd **ret_cmd,
		     size_t *ret_words, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_opt_wants_json - true when the words ask for JSON, whatever else is
 * wrong with them: usage errors have an envelope too.
 */
bool coco_opt_wants_json(const struct coco_args *args);

/* What was given, and the lists that option structs borrow from. */
struct coco_given {
	const struct coco_cmd *cmd;
	struct {
		const struct coco_opt *opt;
		size_t word;               /* where first, 0: not given; counts from 1;
					      COCO_OPT_PROFILE: in the launch profile */
		bool negated;
		bool from_env;
		const char *text;          /* its value when it is no list */
		const char **list;
		size_t n_list;
		size_t cap_list;
	} o[COCO_OPT_MAX];
	size_t n;
	const char **operands;             /* all, for a list operand */
	size_t n_operands;
	size_t cap_operands;
	size_t stdin_word;                 /* the word that took standard input, 0: none */
	const char *stdin_name;
	struct coco_profile_use *profile;  /* of --profile; owned */
};

/*
 * coco_opt_parse - parses args from word `first` on into opts (cmd->opts_size
 * bytes, zeroed here) and common. getenv_fn reads the variables of options
 * (NULL: none). Errors: USAGE_OPTION, USAGE_VALUE, USAGE_OPERAND,
 * USAGE_CONFLICT, USAGE_TWICE, USAGE_MISSING, USAGE_STDIN. When --help was
 * given nothing else is checked. given is to be freed in any case.
 */
int coco_opt_parse(const struct coco_cmd *cmd, const struct coco_args *args, size_t first,
		   char *(*getenv_fn)(const char *name), void *opts,
		   struct coco_common *common, struct coco_given *given,
		   struct coco_diag *diag) COCO_MUSTUSE;
void coco_given_free(struct coco_given *given);

/*
 * coco_opt_check_same - IO_SAME when an output that exists is the
 * same file (device and inode) as an input: it would be destroyed, --force or
 * not (opt_same.c).
 */
int coco_opt_check_same(const struct coco_given *given, struct coco_diag *diag) COCO_MUSTUSE;

/* Values (opt_value.c), for commands that take one apart themselves. */

/* coco_opt_size - "4096", "64KiB", "1GiB"; USAGE_VALUE shows the accepted form. */
int coco_opt_size(const char *text, uint64_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_opt_u64 - decimal digits, no sign, no leading zero but "0". */
int coco_opt_u64(const char *text, uint64_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_opt_time - RFC 3339 text to seconds since 1970; fractions are cut. */
int coco_opt_time(const char *text, int64_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_opt_digest - "sha256:" (or sha384, sha512) and exactly its hex digits. */
int coco_opt_digest(const char *text, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_opt_convert - text as the value of an option into the member dst of
 * its kind's type; NULL: only checks. USAGE_VALUE.
 */
int coco_opt_convert(const struct coco_opt *opt, const char *text, void *dst,
		     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_opt_suggest - up to two of the candidates (next(ctx, i), NULL at the
 * end) within two edits of word, each with the prefix: "--force or --format";
 * ret is empty when there is none. Returns how many.
 */
unsigned coco_opt_suggest(const char *word, const char *(*next)(const void *ctx, size_t i),
			  const void *ctx, const char *prefix, char *ret, size_t cap);

#endif
