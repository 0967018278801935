#!/bin/sh
# Streams, exit codes of broken ones, colour, log file (cli-ux 1, 6, 7).
. "$SRC/tests/cli/lib"

# a full standard output is exit 4, a reader that went away kills as it does others
if [ -c /dev/full ]; then
	for args in version 'version --json' help 'key --help' --version; do
		"$COCOCTL" $args >/dev/full 2>err
		[ $? = 4 ] || fail "$args > /dev/full"
		has err '[io.file.write]'
	done
fi
if command -v bash >/dev/null 2>&1; then
	for args in help 'help --json' 'completion bash' 'schema version'; do
		# shellcheck disable=SC2016 # bash expands it
		codes=$(bash -c '(sleep 0.2; exec "$0" "$@" 2>err) | true; echo ${PIPESTATUS[0]}' \
			"$COCOCTL" $args)
		[ "$codes" = 141 ] || fail "$args | true: $codes"
		empty err
	done
fi
"$COCOCTL" help | head -n 1 >out
has out 'cococtl packs'
# SIGPIPE ignored by the parent: no death, an ordinary error
(trap '' PIPE; sleep 0.2; "$COCOCTL" version 2>err; echo $? >code) | true
[ "$(cat code)" = 4 ] || fail "ignored SIGPIPE: $(cat code)"

# closed streams
"$COCOCTL" version >&- 2>err
[ $? = 4 ] || fail "closed standard output"
"$COCOCTL" version >out 2>&- || fail "closed standard error"
"$COCOCTL" no-such 2>&-
[ $? = 2 ] || fail "closed standard error, usage error"
"$COCOCTL" key inspect - <&- >out 2>err
[ $? = 4 ] || fail "closed standard input: $?"

# colour: never in a file, on a terminal unless somebody minds
expect 2 no-such
hasnt err "$(printf '\033')"
COCOCTL_FORCE_TTY=100 "$COCOCTL" key inspect nope 2>err
has err "$(printf '\033')"
NO_COLOR=1 COCOCTL_FORCE_TTY=100 "$COCOCTL" key inspect nope 2>err
hasnt err "$(printf '\033')"
CI=true COCOCTL_FORCE_TTY=100 "$COCOCTL" key inspect nope 2>err
hasnt err "$(printf '\033')"
TERM=dumb COCOCTL_FORCE_TTY=100 "$COCOCTL" key inspect nope 2>err
hasnt err "$(printf '\033')"
COCOCTL_FORCE_TTY=100 "$COCOCTL" key inspect nope --color never 2>err
hasnt err "$(printf '\033')"
"$COCOCTL" key inspect nope --color always 2>err
has err "$(printf '\033')"
CLICOLOR_FORCE=1 "$COCOCTL" key inspect nope 2>err
has err "$(printf '\033')"
NO_COLOR= COCOCTL_FORCE_TTY=100 "$COCOCTL" key inspect nope 2>err
has err "$(printf '\033')"

# a narrow terminal folds hints, a file does not
COCOCTL_FORCE_TTY=30 "$COCOCTL" key inspect nope --color never 2>err
[ "$(wc -l <err)" -gt 3 ] || fail "hint is not folded"
expect 4 key inspect nope
[ "$(wc -l <err)" = 3 ] || fail "hint is folded"

# -q and -qq
expect 4 key inspect nope -q
has err 'cannot open'
expect 4 key inspect nope -qq
empty err

# the log file: JSON lines, 0600, appended, never the command line
expect 4 key inspect nope --log-file log
expect 0 version --log-file log --json
expect 4 key inspect nope --log-file log
[ "$(wc -l <log)" = 2 ] || fail "log: $(cat log)"
[ "$(mode log)" = 600 ] || fail "mode of the log: $(mode log)"
head -n 1 log >line
"$BUILT/tests/cli/core/test_out" line || fail "a log line is not JSON"
has log '"level":"error"'
has log '"code":"io.file.open"'
hasnt log inspect\ nope
ln -s log link
expect 4 version --log-file link
expect 4 version --log-file .
