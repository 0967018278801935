#!/bin/sh
# Help: where it is printed, with which exit code (cli-ux 2, 11).
. "$SRC/tests/cli/lib"

expect 2
empty out
has err 'usage: cococtl <command>'

for args in help --help -h; do
	expect 0 $args
	empty err
	has out 'key generate'
	has out '--log-file'
done

expect 2 key
empty out
has err 'key generate'
for args in 'help key' 'key --help'; do
	expect 0 $args
	empty err
	has out 'key public'
	hasnt out 'completion'
done

# every command: three ways to the same text, under 60 lines, usage and examples
"$COCOCTL" help --json >list.json || fail "help --json"
json list.json
commands=$(sed 's/{"command":"/\n/g' list.json | sed -n 's/^\([a-z ]*\)","summary.*/\1/p')
[ "$(echo "$commands" | wc -l)" -ge 8 ] || fail "commands: $commands"
echo "$commands" | while read -r command; do
	expect 0 help $command
	empty err
	cp out first
	expect 0 $command --help
	cmp -s first out || fail "help $command and $command --help differ"
	expect 0 $command -h
	cmp -s first out || fail "help $command and $command -h differ"
	[ "$(wc -l <out)" -lt 90 ] || fail "help $command is long"
	has out "usage: cococtl $command"
	has out 'examples:'
	has out 'exit codes:'
	# help wins over what is missing or wrong with values
	expect 0 $command --help surplus operands here
	empty err
done || exit 1

expect 2 help no such
has err 'there is no command "no such"'
has err '[usage.topic.unknown]'

expect 0 --version
[ "$(cat out)" = "cococtl $(cat "$SRC/VERSION")" ] || fail "--version: $(cat out)"
expect 0 version
has out "cococtl $(cat "$SRC/VERSION")"
expect 2 -v
has err '[usage.option.unknown]'
