#!/bin/sh
# The ledger of broker apply: changed, cut, mixed and foreign lines are told
# apart from a last line that a crash cut; other keys, moved files, bad declarations.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/declaration_lib"
material
declare_all 'address = "store:trustee"'
run 0 apply
cp broker.ledger.jsonl good
both() { # EXIT ID: plan, apply and status say so
	for command in plan apply status; do
		run "$1" $command
		has err "[$2]"
	done
	cp good broker.ledger.jsonl
}

sed -i '3s/policy/polixy/' broker.ledger.jsonl
both 1 verify.ledger.signature
sed -i 3d broker.ledger.jsonl
both 1 verify.ledger.chain
awk 'NR == 3 { held = $0; next } { print } NR == 4 { print held }' good >broker.ledger.jsonl
both 1 verify.ledger.chain
sed -i '3s/{/{ /' broker.ledger.jsonl
both 3 format.ledger.line
echo >>broker.ledger.jsonl
both 3 format.ledger.line
echo '{}' >>broker.ledger.jsonl
both 3 format.ledger.line

# cut in the last line: a crash, which is not passed over
head -c -40 good >broker.ledger.jsonl
both 3 format.ledger.torn
head -c -40 good >broker.ledger.jsonl
run 0 apply --repair-ledger
has err 'incomplete last line'
[ -s broker.ledger.jsonl.torn-8 ] || fail "the rest was not kept"
[ "$(entries repair)" = 1 ] || fail "the repair is not in the ledger"
[ "$(entries found)" = 1 ] || fail "what was there is not in the ledger"
run 0 status
run 0 plan

# whole lines cut off the end show only against a head that is known
head=$(sed -n 's/^last line *//p' out)
run 0 status
head=$(sed -n 's/^last line *//p' out)
run 0 status --expect-head "$head"
sed -i '$d' broker.ledger.jsonl
run 1 status --expect-head "$head"
has err '[verify.ledger.chain]'
cp good broker.ledger.jsonl

# another key: not known, then trusted; secrets can be compared by reading only
expect 0 key generate --type p384 -o second.pem --public second.pub
run 8 plan --ledger-key second.pem
has err '[trust.ledger.key]'
run 0 plan --ledger-key second.pem --ledger-trust ledger.pub
run 0 status --ledger-trust ledger.pub --offline
run 8 status --ledger-trust second.pub --offline
cp policy.rego kept.rego
echo '# new' >>policy.rego
run 0 apply --ledger-key second.pem --ledger-trust ledger.pub
run 8 plan
run 0 plan --ledger-trust second.pub
chmod 600 second.pub
run 7 plan --ledger-key second.pub
mv kept.rego policy.rego

# at a broker that shows nothing, the ledger of another key does not tell
server v0.21 --delay 0
declare_all "address = \"$url\"
admin_key = \"admin.pem\""
rm broker.ledger.jsonl
run 0 apply
run 1 plan --ledger-key second.pem --ledger-trust ledger.pub
has out 'unknown'
run 8 status --ledger-trust ledger.pub
sed '/^key = /d' broker.toml >other.toml
mv other.toml broker.toml
run 2 plan
has err '[usage.option.missing]'
run 0 apply --ledger-key second.pem --ledger-trust ledger.pub
[ "$(entries begin)" = 2 ] || fail "the second key did not begin"
run 0 plan --ledger-key second.pem --ledger-trust ledger.pub
stop

# declarations that cannot be
bad() { # EXIT ID LINE
	printf 'schema = "cococtl.broker.v1"\n%s\n' "$3" >bad.toml
	expect "$1" broker plan bad.toml --broker store:x --ledger-key ledger.pem
	has err "[$2]"
	[ ! -e bad.ledger.jsonl ] || fail "a ledger without a reason"
}
bad 3 format.toml.unknown 'keys = 1'
bad 3 format.declaration.value '[[key]]
resource = "a/b"
from = "secret"'
bad 4 io.file.open '[[key]]
resource = "a/b/c"
from = "none"'
bad 1 verify.declaration.pin "[[initdata]]
file = \"initdata.toml\"
digest = \"sha256:$(printf '%064d' 0)\""
printf 'sealed.fakejwsheader.e30.fakesignature' >fake
bad 1 verify.sealed.fake '[[sealed_secret]]
file = "fake"
public_key = "sealed.jwk"'
expect 2 broker plan - --broker store:x --ledger-key ledger.pem
expect 0 refval create --value 'snp_bootloader=[3]' --not-after 2026-01-01T00:00:00Z -o old.json
bad 1 verify.refval.expired '[[reference_values]]
file = "old.json"'
expect 1 broker plan bad.toml --broker store:x --ledger-key ledger.pem --at 2025-12-01T00:00:00Z
has err '[verify.broker.drift]'
expect 0 broker apply bad.toml --broker store:x --ledger-key ledger.pem --at 2025-12-01T00:00:00Z
expect 1 broker status bad.toml --broker store:x --ledger-key ledger.pem
has err '[verify.refval.expired]'
