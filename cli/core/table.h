/*
 * table.h - the command table: pure data, the one source of parsing, help,
 * manual pages, completions and the reference in docs/ (style 4.10). It calls
 * nothing.
 *
 * How to write a command (also CONTRIBUTING.md):
 *  1. its option struct in cli/<wing>/opts_<wing>.h; the parser zeroes it and
 *     fills it, strings in it live until the process ends (never free them);
 *  2. its entry in cli/<wing>/table_*.c, and a line for it in the list of
 *     table_<wing>.c (what is not in the list does not exist for a user);
 *  3. cli/<wing>/cmd_x_y.c with a coco_cmd_fn coco_cmd_x_y (its contract is in
 *     cli.h), declared in cli/<wing>/run_<wing>.h, and a line in run_<wing>.c;
 *  4. make docs; a script in tests/cli; a line in NEWS.md.
 */
#ifndef COCO_TABLE_H
#define COCO_TABLE_H

#include "formats/core/base.h"

/*
 * What an option or operand takes. In brackets the type of the struct member
 * that it is bound to; with COCO_OPT_REPEAT (not FLAG, COUNT) it is always
 * struct coco_strlist and the words are checked but not converted.
 */
enum coco_kind {
	COCO_KIND_FLAG,    /* [bool] has a --no-x form */
	COCO_KIND_COUNT,   /* [unsigned] may be repeated: -vv */
	COCO_KIND_STRING,  /* [const char *] NULL when not given, as all strings here */
	COCO_KIND_SIZE,    /* [uint64_t] bytes, or a number with KiB, MiB, GiB, TiB */
	COCO_KIND_U64,     /* [uint64_t] */
	COCO_KIND_U32,     /* [uint32_t] */
	COCO_KIND_ENUM,    /* [int] index into values; default: that of the text in def, or 0 */
	COCO_KIND_TIME,    /* [int64_t] seconds since 1970 from RFC 3339 text */
	COCO_KIND_DIGEST,  /* [const char *] "sha256:" and lower-case hex, checked */
	COCO_KIND_KEYREF,  /* [const char *] a reference to a secret or key; "-" is stdin */
	COCO_KIND_INPUT,   /* [const char *] a file to read; "-" is stdin where it makes sense */
	COCO_KIND_OUTPUT,  /* [const char *] a file to write; "-" is stdout where it makes sense */
	COCO_KIND_DIR,     /* [const char *] a directory */
	COCO_KIND_PACKAGE, /* [const char *] a model package: a directory, completed as such */
	COCO_KIND_COMMAND, /* [const char *] words of a command, for help and schema */
	COCO_KIND_SHELL,   /* [const char *] one of the values */
};

enum coco_opt_flags {
	COCO_OPT_REPEAT = 1,    /* may be given several times */
	COCO_OPT_REQUIRED = 2,
	COCO_OPT_ON = 4,        /* a FLAG that is true unless --no-x is given */
	COCO_OPT_SHARED = 16,   /* the same for many commands: --help only names it */
	COCO_OPT_NAMES = 8,     /* its value may be a model's name: never shown in messages */
};

/* A list of words, in the order given; borrowed, never freed by a command. */
struct coco_strlist {
	const char *const *v;
	size_t n;
};

struct coco_opt {
	const char *name;             /* long name without dashes */
	char letter;                  /* short form, 0 for none */
	enum coco_kind kind;
	unsigned flags;
	const char *arg;              /* "FILE", "SIZE"; NULL for flags */
	const char *const *values;    /* ENUM and SHELL: NULL-terminated */
	const char *def;              /* default as text for help; NULL for none */
	const char *help;             /* one line, lower case, no full stop */
	const char *conflicts;        /* names, blank between; NULL for none */
	const char *requires;         /* "a b|c": a, and b or c */
	const char *env;              /* COCOCTL_X that stands in when it is not given */
	const char *since;            /* version; NULL: as old as its command */
	uint64_t min;                 /* numbers: limits, both 0 for none */
	uint64_t max;
	size_t offset;
};

struct coco_operand {
	const char *name;             /* without the brackets: "package" */
	enum coco_kind kind;
	unsigned flags;               /* COCO_OPT_NAMES */
	unsigned min;                 /* 0: optional */
	unsigned max;                 /* > 1: bound to struct coco_strlist; last operand only */
	const char *const *values;
	const char *help;
	size_t offset;
};

struct coco_example {
	const char *command;          /* after "cococtl " */
	const char *sentence;
};

/* What -o names for this command, when COCO_CMD_WRITES_OUTPUT is set. */
struct coco_output {
	enum coco_kind kind;          /* OUTPUT (file) or DIR (directory or package) */
	bool required;                /* without it: usage error */
	bool secret;                  /* help says that the mode is 0600 */
	const char *help;
	const char *def;              /* what happens without it, e.g. "standard output" */
};

enum coco_cmd_flags {
	COCO_CMD_TOUCHES_KEYS = 1,    /* no core dumps, not traceable */
	COCO_CMD_HIDES_OPERANDS = 2,  /* argv is overwritten once it is parsed */
	COCO_CMD_WRITES_OUTPUT = 4,   /* -o and -f exist */
	COCO_CMD_JOBS = 8,            /* --jobs exists */
	COCO_CMD_DRY_RUN = 16,        /* -n exists */
	COCO_CMD_SHOW_NAMES = 32,     /* --show-names exists */
	COCO_CMD_VERIFIES = 64,       /* its answer is a verdict */
	COCO_CMD_PROGRESS = 128,      /* --progress exists, a display runs */
};

/* One per command; the run functions are found by it (cli/<wing>/run_<wing>.c). */
enum coco_cmd_id {
	COCO_CMD_NONE,
	COCO_CMD_KEY_GENERATE,
	COCO_CMD_KEY_PUBLIC,
	COCO_CMD_KEY_INSPECT,
	COCO_CMD_KEY_WRAP,
	COCO_CMD_KEY_UNWRAP,
	COCO_CMD_MODEL_PLAN,
	COCO_CMD_MODEL_PACK,
	COCO_CMD_MODEL_MERGE,
	COCO_CMD_MODEL_SIGN,
	COCO_CMD_MODEL_VERIFY,
	COCO_CMD_MODEL_INSPECT,
	COCO_CMD_MODEL_OPEN,
	COCO_CMD_MODEL_CAT,
	COCO_CMD_MODEL_REWRAP,
	COCO_CMD_MEASURE_SNP,
	COCO_CMD_MEASURE_SEV,
	COCO_CMD_MEASURE_SEV_ES,
	COCO_CMD_MEASURE_ID_BLOCK,
	COCO_CMD_MEASURE_TDX,
	COCO_CMD_MEASURE_VTPM,
	COCO_CMD_MEASURE_UKI,
	COCO_CMD_MEASURE_PE,
	COCO_CMD_MEASURE_VERITY,
	COCO_CMD_MEASURE_IMAGE,
	COCO_CMD_MEASURE_IGVM,
	COCO_CMD_MEASURE_EIF,
	COCO_CMD_MEASURE_PROFILE_IMPORT,
	COCO_CMD_MEASURE_PROFILE_CHECK,
	COCO_CMD_MEASURE_SEARCH,
	COCO_CMD_MEASURE_DIFF,
	COCO_CMD_EVIDENCE_INSPECT,
	COCO_CMD_EVIDENCE_VERIFY,
	COCO_CMD_EVIDENCE_EXPLAIN,
	COCO_CMD_COLLATERAL_FETCH,
	COCO_CMD_COLLATERAL_ADD,
	COCO_CMD_COLLATERAL_LIST,
	COCO_CMD_COLLATERAL_CHECK,
	COCO_CMD_POLICY_LINT,
	COCO_CMD_POLICY_TEST,
	COCO_CMD_POLICY_IMPORT,
	COCO_CMD_BROKER_PROBE,
	COCO_CMD_BROKER_TOKEN,
	COCO_CMD_BROKER_PLAN,
	COCO_CMD_BROKER_APPLY,
	COCO_CMD_BROKER_PUT,
	COCO_CMD_BROKER_GET,
	COCO_CMD_BROKER_DELETE,
	COCO_CMD_BROKER_STATUS,
	COCO_CMD_INITDATA_CREATE,
	COCO_CMD_INITDATA_INSPECT,
	COCO_CMD_INITDATA_CHECK,
	COCO_CMD_REFVAL_CREATE,
	COCO_CMD_REFVAL_MERGE,
	COCO_CMD_REFVAL_EXPORT,
	COCO_CMD_REFVAL_DIFF,
	COCO_CMD_REFVAL_SHOW,
	COCO_CMD_POLICY_GENERATE,
	COCO_CMD_KEY_SEAL,
	COCO_CMD_KEY_UNSEAL,
	COCO_CMD_MODEL_EXPORT,
	COCO_CMD_EXPLAIN,
	COCO_CMD_COMPLETION,
	COCO_CMD_VERSION,
	COCO_CMD_HELP,
	COCO_CMD_SCHEMA,
};

/* An exit code as a bit for coco_cmd.exits; 0, 2 and 70 belong to every command. */
#define COCO_EXIT_BIT(x) (1U << COCO_EXIT_##x)

struct coco_cmd {
	enum coco_cmd_id id;
	const char *path;             /* "model pack" */
	const char *group;            /* heading in help */
	const char *summary;          /* one sentence, imperative, no full stop */
	const char *text;             /* paragraphs, an empty line between them */
	unsigned flags;
	const struct coco_operand *operands;
	size_t n_operands;
	const struct coco_opt *opts;  /* its own; common ones come by flags */
	size_t n_opts;
	const char *one_of;           /* "key|new-key": one is required; blank between groups */
	struct coco_output output;
	const struct coco_example *examples;
	size_t n_examples;
	unsigned exits;               /* COCO_EXIT_BIT(IO) | ...; not 0, 2, 70 */
	const char *const *env;       /* variables read beside those of its options; or NULL */
	const char *see;              /* related commands, comma between; or NULL */
	size_t opts_size;             /* of its option struct, 0 for none */
	const char *since;
};

/* The part of the table that one wing owns. */
struct coco_wing {
	const struct coco_cmd *const *cmds;
	size_t n;
};

extern const struct coco_wing coco_wing_core;
extern const struct coco_wing coco_wing_model;
extern const struct coco_wing coco_wing_measure;
extern const struct coco_wing coco_wing_evidence;
extern const struct coco_wing coco_wing_broker;

/* coco_table_at - command i of all wings in the order of help, or NULL past the end. */
const struct coco_cmd *coco_table_at(size_t i);

/* coco_table_find - the command with this path ("model pack"), or NULL. */
const struct coco_cmd *coco_table_find(const char *path);

enum { COCO_TABLE_WORDS = 3 };   /* of a command's path, at most */

/* coco_table_has_group - true when longer paths start with these words ("measure profile"). */
bool coco_table_has_group(const char *words);

/*
 * coco_table_words - bytes of the first n words of a path; 0 when it has
 * fewer. coco_table_starts - true when command i is the first in the table
 * whose path starts with its own first n words.
 */
size_t coco_table_words(const char *path, size_t n);
bool coco_table_starts(size_t i, size_t n);

/*
 * The options that commands share, bound to struct coco_common (cli.h);
 * coco_table_common(i) is NULL past the end, coco_table_applies says whether
 * the command has that one.
 */
const struct coco_opt *coco_table_common(size_t i);
bool coco_table_applies(const struct coco_cmd *cmd, const struct coco_opt *common);

/* coco_table_reads_keys - whether the command reads a key or secret by reference. */
bool coco_table_reads_keys(const struct coco_cmd *cmd);

/* coco_table_used - true when a listed command has this common option. */
bool coco_table_used(const struct coco_opt *common);

/* An environment variable, for docs/env.md and the manual. */
struct coco_envvar {
	const char *name;
	const char *help;
};

/* coco_table_env - variable i, or NULL past the end. */
const struct coco_envvar *coco_table_env(size_t i);

/*
 * Binding: COCO_BIND_<TYPE>(struct, member) is the offset of the member and
 * does not compile when the member has another type than the kind needs.
 */
#define COCO_BIND_(s, m, type)                                        \
	.offset = offsetof(s, m) +                                    \
		  0 * sizeof(char[_Generic(((s *)0)->m, type: 1, default: -1)])
#define COCO_BIND_FLAG(s, m) COCO_BIND_(s, m, bool)
#define COCO_BIND_COUNT(s, m) COCO_BIND_(s, m, unsigned)
#define COCO_BIND_STR(s, m) COCO_BIND_(s, m, const char *)
#define COCO_BIND_U64(s, m) COCO_BIND_(s, m, uint64_t)
#define COCO_BIND_U32(s, m) COCO_BIND_(s, m, uint32_t)
#define COCO_BIND_ENUM(s, m) COCO_BIND_(s, m, int)
#define COCO_BIND_TIME(s, m) COCO_BIND_(s, m, int64_t)
#define COCO_BIND_LIST(s, m) COCO_BIND_(s, m, struct coco_strlist)

/* An array and its length, for the members of coco_cmd. */
#define COCO_LIST(member, a) .member = (a), .n_##member = COCO_ARRAY_LEN(a)

#endif
