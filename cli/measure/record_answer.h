/*
 * record_answer.h - what every command does with the measurement record that
 * it computed: the file of -o, the values and steps as text, the JSON answer.
 */
#ifndef COCO_RECORD_ANSWER_H
#define COCO_RECORD_ANSWER_H

#include "cli/core/cli.h"
#include "cli/measure/opts_measure.h"
#include "formats/measure/mrecord.h"

/* The options behind struct coco_opts_answer; s is the option struct, m the member. */
#define COCO_OPTIONS_ANSWER(s, m)                                                         \
	{ .name = "explain", .kind = COCO_KIND_FLAG,                                      \
	  .help = "also print every step and what is not measured",                       \
	  COCO_BIND_FLAG(s, m.explain) },                                                 \
	{ .name = "form", .kind = COCO_KIND_STRING, .flags = COCO_OPT_SHARED,             \
	  .arg = "FORM", .def = "record",                                                 \
	  .help = "what -o writes: record, hex, base64, rvps, corim, in-toto",            \
	  COCO_BIND_STR(s, m.form) },                                                     \
	{ .name = "sign-with", .kind = COCO_KIND_KEYREF, .flags = COCO_OPT_SHARED,        \
	  .arg = "REF", .requires = "form",                                               \
	  .help = "private key that signs corim (COSE) or in-toto (DSSE)",                \
	  COCO_BIND_STR(s, m.sign_with) }

/* Values of whole registers that are known (known_value.h); for TDX and TPM guests. */
#define COCO_OPTION_KNOWN(s, m)                                                           \
	{ .name = "known-value", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT,      \
	  .arg = "REG=HEX[:ORIGIN]",                                                      \
	  .help = "a register's value that is known and not computed",                    \
	  COCO_BIND_LIST(s, m.known) }

/* What -o is for them (they have COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN). */
#define COCO_OUTPUT_RECORD                                                                \
	{ .kind = COCO_KIND_OUTPUT, .help = "record, or as --form says", \
	  .def = "none" }

/*
 * coco_record_answer - writes the record in the form of --form where -o says
 * (a form needs -o), and fills the report: inputs, the value or values of each
 * register, what could not be computed, steps when they are asked for, and the
 * record itself in JSON. With --profile the record gets the profile's digest,
 * and the values beside the measurements that the profile settles
 * (coco_profile_bind). The record of a TDX or TPM guest gets the known values
 * and what follows from them (coco_record_known).
 */
int coco_record_answer(struct coco_cli *cli, struct coco_mrecord *rec,
		       const struct coco_opts_answer *o, struct coco_report *report,
		       struct coco_diag *diag) COCO_MUSTUSE;

#endif
