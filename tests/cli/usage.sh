#!/bin/sh
# Usage errors: exit 2, one message with the fix, nothing on standard output.
. "$SRC/tests/cli/lib"

usage() { # IDENTIFIER TEXT ARGUMENT...
	id=$1
	text=$2
	shift 2
	expect 2 "$@"
	empty out
	has err "[$id]"
	has err "$text"
	[ "$(wc -l <err)" -le 5 ] || fail "more than five lines"
	[ "$(grep -c '^cococtl: ' err)" = 1 ] || fail "one error is one message"
}

usage usage.command.unknown 'did you mean version?' verison
usage usage.command.unknown 'did you mean key generate?' key genrate
usage usage.command.unknown 'there is no command "zzz"' zzz
usage usage.command.unknown 'there is no command "vers"' vers
usage usage.option.unknown 'did you mean --json?' version --jsom
usage usage.option.unknown 'has no option --js' version --js
usage usage.option.unknown 'no option -z' version -z
usage usage.option.unknown 'options follow' -q version
usage usage.option.value '--color: "pink" is none of auto, always, never' version --color pink
usage usage.option.value 'needs a value: FILE' version --log-file
usage usage.option.value 'takes no value' version --json=yes
usage usage.option.value '2026-11-21T12:00:00Z' version --at yesterday
usage usage.option.conflict '--quiet and --verbose' version -q -v
usage usage.option.twice 'as words 2 and 4' version --at 2026-01-01T00:00:00Z \
	--at 2026-01-01T00:00:00Z
usage usage.option.missing '--type TYPE is required' key generate -o x
usage usage.option.missing '-o FILE is required' key generate --type p256
usage usage.operand.count 'takes no operand' version x
usage usage.operand.count 'usage: cococtl explain <code>' explain
usage usage.operand.count 'usage: cococtl explain <code>' explain a b
usage usage.topic.unknown 'did you mean io.secret.mode?' explain io.secret.mod
usage usage.option.value 'is none of bash, zsh, fish' completion csh
usage usage.topic.unknown 'there is no command "no"' schema no

# an abbreviation is no option, and control characters never reach the terminal
"$COCOCTL" version "--$(printf 'a\033[31mb')" >out 2>err
has err '--a\x1b[31mb'

# variables stand in for options, and are checked as them
COCOCTL_COLOR=pink "$COCOCTL" version >out 2>err
[ $? = 2 ] || fail "COCOCTL_COLOR=pink"
has err 'COCOCTL_COLOR: "pink" is none of'
COCOCTL_COLOR=pink "$COCOCTL" version --color never >out 2>err || fail "an option wins"

# what is said of an error is in explain, with the same exit code
expect 0 explain io.secret.mode
has out 'exit code  4 (io)'
expect 0 explain usage.option.unknown --json
json out
has out '"exit_code":2'
