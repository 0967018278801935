#!/bin/sh
# evidence inspect and verify on tokens, bundles of tokens and TPM quotes that
# tests/lib/evidence/test_token_appraise mints: every exit code, whose key it is.
. "$SRC/tests/cli/lib"

mint="$BUILT/tests/lib/evidence/test_token_appraise"
[ -x "$mint" ] || {
	echo "skip: test_token_appraise is not built"
	exit 77
}
# says TEXT: the table is on standard error when the result goes elsewhere
says() {
	cat out err >both
	has both "$1"
}

mkdir m
"$mint" m || fail "minting"
at="--at 2027-01-15T08:00:00Z"
root="--trust-root m/root.der --authentic-only"
keys="--trust-root m/keys.json --authentic-only"

expect 0 evidence inspect m/good.jwt
has out token.body.submods.cpu0.ear.status
expect 0 evidence inspect m/none.jwt
has out token.alg

expect 0 evidence verify m/good.jwt $root $at --require token -o a.json
says 'true until  2027-01-15T08:04:50Z (the token)'
expect 0 evidence verify m/good.jwt $root $at --require token -o b.json
cmp a.json b.json || fail "another result for the same inputs"
expect 0 evidence verify m/good.jwt $root $at --json
json out
expect 0 evidence verify m/good.jwt $keys $at
# nobody vouches for the key that comes along, nor for keys among the collateral
expect 8 evidence verify m/good.jwt --authentic-only $at
says 'COLL_MISSING:trust-root'
expect 8 evidence verify m/bundle.json m/keys.json --authentic-only $at
says 'COLL_MISSING:token-key'
# without a policy nothing says that it is acceptable
expect 8 evidence verify m/good.jwt --trust-root m/root.der $at
# later it has expired
expect 1 evidence verify m/good.jwt $root --at 2027-01-15T08:04:50Z
says FRESH_EXPIRED
# bm9uY2UtMTIz is base64 of "nonce-123"
expect 0 evidence verify m/good.jwt $root $at --nonce 6e6f6e63652d313233 --require fresh
expect 1 evidence verify m/good.jwt $root $at --nonce 6e6f6e63652d313234
says FRESH_NONCE_MISMATCH
for defect in signature payload header other-key none hs256 alg jwk-other; do
	expect 1 evidence verify "m/$defect.jwt" $root $at
done
says TOKEN_JWK_X5C

expect 0 evidence verify m/bundle.json $keys $at
expect 1 evidence verify m/spliced.json $keys $at
says BIND_TOKEN

# a quote alone proves nothing about the platform
expect 8 evidence verify m/tpm.json --authentic-only $at
says 'a quote alone proves nothing about the platform'
expect 0 evidence verify m/tpm.json --trust-root m/ak.json --authentic-only $at --require tpm
expect 1 evidence verify m/pcr.json --trust-root m/ak.json --authentic-only $at
says EVIDENCE_PCR_DIGEST
expect 0 evidence verify m/tpm.json --trust-root m/ak.json --authentic-only $at \
	--nonce 6368616c6c656e6765
exit 0
