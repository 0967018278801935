#!/bin/sh
# The envelope: on success and on failure, one line in a pipe, indented on a terminal.
. "$SRC/tests/cli/lib"

expect 0 version --json
json out
empty err
[ "$(wc -l <out)" = 1 ] || fail "not one line"
has out '"schema":"cococtl.version.v1","ok":true,"exit_code":0'
cp out first
expect 0 version --format=json
cmp -s first out || fail "--json and --format=json differ"
LC_ALL=C.UTF-8 TZ=Asia/Tokyo "$COCOCTL" version --format json >out
cmp -s first out || fail "another locale and time zone change the bytes"

expect 0 version --json --pretty always
json out
[ "$(wc -l <out)" -gt 10 ] || fail "not indented"
COCOCTL_FORCE_TTY=80 "$COCOCTL" version --json >out
[ "$(wc -l <out)" -gt 10 ] || fail "not indented on a terminal"

# failures: the same envelope, the error also on standard error, once
expect 2 version --json surplus
json out
has out '"schema":"cococtl.version.v1","ok":false,"exit_code":2'
has out '"code":"usage.operand.count"'
[ "$(grep -c '^cococtl: ' err)" = 1 ] || fail "one message"
expect 2 version --no-such --format=json
json out
expect 2 version --json --format text
json out
has err '--json and --format exclude each other'
expect 2 no-such --json
json out
has out '"schema":"cococtl.error.v1"'
expect 2 key generate --json
json out
has out '"code":"usage.option.missing"'
expect 4 key inspect missing.pem --json
json out
has out '"where":{"source":"missing.pem"}'
hasnt out '"result"'
expect 4 key inspect missing.pem --json -q
json out
expect 4 key inspect missing.pem --json -qq
json out
empty err

for command in help version explain\ io.file.read schema completion\ bash; do
	expect 0 $command --json
	json out
done
expect 0 schema version
"$BUILT/tests/cli/core/test_out" out || fail "schema version"
cmp -s out "$SRC/docs/json/version.v1.schema.json" || fail "schema differs from docs/json"
