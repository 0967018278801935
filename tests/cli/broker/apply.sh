#!/bin/sh
# broker plan, apply and status of one declaration, at a directory and at the
# test server of some releases: idempotent, drift is seen, removals need a flag.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/declaration_lib"
material

# What every broker has in common; $1: what plan says when somebody else interferes.
cycle() {
	rm -f broker.ledger.jsonl
	run 1 plan
	has err '7 of 7 items differ'
	has err '[verify.broker.drift]'
	[ ! -e broker.ledger.jsonl ] || fail "plan made a ledger"
	run 0 apply -n
	[ ! -e broker.ledger.jsonl ] || fail "a dry run made a ledger"
	run 1 status
	run 4 status --offline
	run 0 apply
	has out 'registered  7'
	[ "$(entries put)" = 7 ] || fail "the ledger has not seven entries"
	[ "$(mode broker.ledger.jsonl)" = 600 ] || fail "mode of the ledger"
	run 0 plan
	has out 'unchanged  7'
	has out affirmed
	run 0 apply
	has out 'registered  0'
	[ "$(wc -l <broker.ledger.jsonl)" = 8 ] || fail "applying again wrote to the ledger"
	run 0 status
	has out tenant/word/2
	run 0 plan --json --all
	json out
	has out '"unchanged":7'
	run 0 apply --json
	json out
	run 0 status --json
	json out
	run 0 status --offline --json
	json out
	# another secret
	printf 'canary-other' >word
	run 1 plan
	has out 'changed    1'
	run 0 apply
	has out 'registered  1'
	printf 'canary-word' >word
	run 0 apply
	# not declared any more
	awk '$0 == "[[key]]" { head = $0; next }
		head != "" { gone = /word/; if (!gone) print head; head = "" }
		/^\[/ { gone = 0 }
		!gone { print }' broker.toml >less.toml
	mv broker.toml full.toml
	cp less.toml broker.toml
	run 0 plan
	has out 'stays'
	run 1 status
}

# ---- a directory
declare_all 'address = "store:trustee"'
cycle
run 1 plan --prune
run 0 apply --prune
has out 'taken away'
[ "$(entries remove)" = 1 ] || fail "the removal is not in the ledger"
[ ! -e 'trustee/repository/tenant\x2Fword\x2F2' ] || fail "it was not removed"
run 0 plan --prune
run 0 status
# somebody else changes, removes, registers
cp cpu.rego trustee/kbs/resource-policy.rego
rm 'trustee/repository/tenant\x2Fkey\x2F1'
run 1 plan
has out 'somebody else changed it'
has out 'somebody else removed it'
run 1 status
run 0 apply
run 0 plan
# lists of reference values keep what others registered
expect 0 broker put --broker store:trustee --reference-value snp_bootloader --value '[9,4,3]'
run 0 plan
run 1 plan --prune
run 0 apply
expect 0 broker get --broker store:trustee --reference-value snp_bootloader
has out '[9,4,3]'
run 0 apply --prune
expect 0 broker get --broker store:trustee --reference-value snp_bootloader
has out '[4,3]'
# from another directory, by another path: it is the same broker
mkdir -p sub
expect 0 broker plan "$PWD/broker.toml"
(cd sub && "$COCOCTL" broker plan ../broker.toml >../out 2>../err) || fail "relative paths"
# another broker on the command line
run 1 plan --broker store:elsewhere
has out 'added  6'
[ ! -e elsewhere ] || fail "plan made a directory"

# ---- brokers: what they show differs
for release in v0.17 v0.21; do
	server $release --delay 0
	declare_all "address = \"$url\"
	admin_key = \"admin.pem\"
	trustee_version = \"$release\""
	cycle
	if [ $release = v0.21 ]; then
		run 1 plan --prune
		run 0 apply --prune
		run 0 plan --prune
	else
		run 0 plan --prune
		run 6 apply --prune
		has err '[remote.broker.release]'
	fi
	# no broker removes reference values: they become empty lists
	mv full.toml broker.toml
	sed -i '/^\[\[reference_values/,+1d' broker.toml
	run 1 plan --prune
	has out 'becomes an empty list'
	run 0 apply --prune
	expect 0 broker get --broker "$url" --admin-key admin.pem --reference-value snp_bootloader
	has out '[]'
	stop
done
# the release is found out; without a key the broker refuses
server v0.21 --delay 0
declare_all "address = \"$url\""
rm -f broker.ledger.jsonl
run 6 apply
has err '[remote.broker.admin]'
run 0 apply --admin-key admin.pem
run 0 plan --admin-key admin.pem
stop
run 5 plan --admin-key admin.pem
has err '[net.connect.refused]'
