#!/bin/sh
# broker apply that is stopped in the middle: the ledger has exactly what was
# done, nothing secret is in /proc, and the next run does the rest.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/declaration_lib"
material

declare_many() { # KEYS BROKER-LINES
	keys=$1
	printf 'schema = "cococtl.broker.v1"\n[broker]\n%s\n[ledger]\nkey = "ledger.pem"\n' "$2" \
		>broker.toml
	i=0
	while [ $i -lt $keys ]; do
		printf '[[key]]\nresource = "tenant/key/%d"\nfrom = "secret"\n' $i
		i=$((i + 1))
	done >>broker.toml
	printf '[[key]]\nresource = "tenant/key/env"\nfrom = "env:CANARY"\n' >>broker.toml
	rm -f broker.ledger.jsonl
}
lines() {
	if [ -e broker.ledger.jsonl ]; then wc -l <broker.ledger.jsonl; else echo 0; fi
}

# interrupted SIGNAL JOBS: exit code in $got
# a job of a script ignores INT otherwise
interrupted() {
	CANARY=canary-environment env --default-signal=INT "$COCOCTL" broker apply broker.toml --jobs "$2" -vv \
		--log-file log >out 2>err &
	apply=$!
	i=0
	while [ "$(lines)" -lt 10 ] && [ $i -lt 600 ]; do
		sleep 0.01
		i=$((i + 1))
	done
	tr '\0' ' ' <"/proc/$apply/cmdline" >cmdline
	cat "/proc/$apply/environ" >environ 2>/dev/null
	kill "-$1" $apply
	wait $apply
	got=$?
	done=$(lines)
	[ "$done" -ge 10 ] || fail "nothing was done in time"
	[ "$done" -lt $keys ] || fail "it was not stopped in the middle: $done lines"
	for file in out err log cmdline environ broker.ledger.jsonl; do
		hasnt $file canary-
	done
}
finish() {
	CANARY=canary-environment
	export CANARY
	before=$(entries put)
	run 0 apply --jobs 4
	unset CANARY
	has out "registered  $((keys + 1 - before))"
	[ "$(entries put)" = $((keys + 1)) ] || fail "the ledger does not have all"
	CANARY=canary-environment expect 0 broker plan broker.toml
}

declare_many 300 'address = "store:trustee"'
interrupted INT 1
[ $got = 130 ] || fail "exit $got after INT"
has err 'registered'
[ "$(find trustee/repository -type f | wc -l)" = "$(entries put)" ] ||
	fail "the ledger has not exactly what was done"
finish

server v0.21 --delay 15
declare_many 80 "address = \"$url\"
admin_key = \"admin.pem\""
for jobs in 1 4; do
	rm -f broker.ledger.jsonl
	interrupted INT $jobs
	[ $got = 130 ] || fail "exit $got after INT"
done
finish
rm -f broker.ledger.jsonl
interrupted KILL 4
finish
rm -f broker.ledger.jsonl
interrupted TERM 2
[ $got = 143 ] || fail "exit $got after TERM"
# the broker goes away: what was open is recorded as not known
rm -f broker.ledger.jsonl
CANARY=canary-environment "$COCOCTL" broker apply broker.toml --jobs 1 >out 2>err &
apply=$!
i=0
while [ "$(lines)" -lt 10 ] && [ $i -lt 600 ]; do
	sleep 0.01
	i=$((i + 1))
done
kill -KILL $pid
wait $apply
[ $? = 5 ] || fail "a broker that goes away"
wait $pid 2>/dev/null
pid=
[ "$(entries unsure)" = 1 ] || fail "the open outcome is not in the ledger"
expect 0 broker status broker.toml --offline
has out unsure
