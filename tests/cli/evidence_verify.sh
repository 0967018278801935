#!/bin/sh
# evidence inspect and verify on inputs that no hardware made: every exit code,
# the JSON answer, the same bytes each time, no network.
. "$SRC/tests/cli/lib"

cp "$SRC/testdata/fuzz/evidence/payload" payload.json
nonce=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
at=2026-01-01T00:00:00Z

expect 0 evidence inspect payload.json
has out 'sample.report_data'
has out runtime-data
hasnt out affirmed
expect 0 evidence inspect --json payload.json
has out '"form":"kbs-attestation"'
json out
has out '"name":"sample.svn","value":"1"'
hasnt out verdict

# bound to its nonce, and still no hardware
expect 1 evidence verify payload.json --nonce $nonce --at $at -o a.json
has err 'pass   the payload is for the nonce'
has err 'EVIDENCE_UNSUPPORTED:sample'
has err verify.evidence.rejected
expect 1 evidence verify payload.json --nonce $nonce --at $at -o b.json
cmp a.json b.json || fail 'another result for the same inputs'
grep -q '"schema": "cococtl.attestation-result.v1"' a.json || fail "no schema in the result"
grep -q '"verdict": "rejected"' a.json || fail "no verdict in the result"
# the nonce from a file
printf '\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037' >nonce.bin
expect 1 evidence verify payload.json --nonce @nonce.bin
has out 'pass   the payload is for the nonce'
expect 1 evidence verify payload.json --nonce 00$nonce
has out FRESH_NONCE_MISMATCH
# another nonce, a changed device
expect 1 evidence verify payload.json --nonce ff$nonce --json
has out '"reason":"FRESH_NONCE_MISMATCH"'
json out
sed 's/svn\\":\\"1/svn\\":\\"2/' payload.json >swapped.json
expect 1 evidence verify swapped.json --nonce $nonce
has out BIND_CPU_GPU
# in base64, in a tar, in a directory, on standard input
base64 payload.json >payload.b64
expect 1 evidence verify payload.b64 --nonce $nonce
has out 'pass   the payload is for the nonce'
tar cf bundle.tar payload.json
expect 1 evidence verify bundle.tar --nonce $nonce
has out 'pass   the payload is for the nonce'
mkdir dir && cp payload.json dir/ && echo note >dir/note
expect 1 evidence verify dir --nonce $nonce
has out 'dir/note is not recognised'

# for CI: one case per check and one for the verdict; nothing is written over
expect 1 evidence verify payload.json --nonce $nonce --report junit:r.xml --report sarif:r.sarif
grep -q '<failure type="EVIDENCE_UNSUPPORTED:sample"' r.xml || fail "no failure in r.xml"
grep -q '"version": "2.1.0"' r.sarif || fail "no version in r.sarif"
grep -q 'EVIDENCE_UNSUPPORTED:sample' r.sarif || fail "no reason in r.sarif"
"$BUILT/tests/cli/core/test_out" r.sarif || fail "r.sarif is not JSON"
if command -v xmllint >/dev/null 2>&1; then
	xmllint --noout --nonet r.xml || fail "r.xml is not XML"
	[ "$(xmllint --xpath 'count(//testcase)' r.xml)" = \
		"$(xmllint --xpath 'string(/testsuites/@tests)' r.xml)" ] || fail "wrong counts"
	[ "$(xmllint --xpath 'count(//failure)' r.xml)" = \
		"$(xmllint --xpath 'string(/testsuites/@failures)' r.xml)" ] || fail "wrong counts"
fi
expect 10 evidence verify payload.json --nonce $nonce --report junit:r.xml
expect 1 evidence verify payload.json --nonce $nonce --report junit:r.xml --force
expect 2 evidence verify payload.json --report html:r.html
has err 'junit:FILE or sarif:FILE'
expect 2 evidence verify payload.json --report junit:
expect 2 evidence verify payload.json --report sarif:-
expect 2 evidence verify payload.json --report junit:same --report sarif:same
expect 2 evidence verify payload.json --report junit:same -o same
expect 4 evidence verify payload.json --report junit:nodir/r.xml
[ ! -e same ] || fail "an output of a refused command"

# cannot be decided: evidence of a GPU
printf '[{"arch":"HOPPER","nonce":"00","evidence":"","certificate":""}]' >gpu.json
expect 8 evidence verify gpu.json --authentic-only
has out 'EVIDENCE_UNSUPPORTED:gpu'
expect 8 evidence verify gpu.json --require gpu,fresh --authentic-only
has out 'authentic evidence of a GPU'

# refused inputs
echo hello >hello
expect 3 evidence verify hello
has err 'hello'
expect 3 evidence inspect hello
head -c 100 payload.json >cut.json
expect 3 evidence verify cut.json
has err 'cut.json'
printf '{"a":1,"a":2}' >twice.json
expect 3 evidence verify twice.json
has err 'line 1, column 10'
printf '{"keys":[]}' >keys.json
expect 2 evidence verify keys.json
has err usage.evidence.none
expect 4 evidence verify nothere
expect 2 evidence verify payload.json --nonce xyz
expect 2 evidence verify payload.json --nonce 00
expect 2 evidence verify payload.json --require everything
has err 'everything'
expect 2 evidence verify payload.json --nonce $nonce --report-data $nonce
expect 3 evidence verify payload.json --collateral hello
echo 'x = 1' >no.toml
expect 3 evidence verify payload.json --initdata no.toml
expect 10 evidence verify payload.json --at $at -o a.json

# a policy and reference values beside evidence that nobody can authenticate
cat >policy.toml <<EOF
policy = 1
require = ["fresh"]
[snp]
vmpl = [0]
[[rule]]
claim = "sample.svn"
one_of = ["1"]
EOF
expect 1 evidence verify payload.json --nonce $nonce --policy policy.toml
has out 'the evidence is fresh'
has out "its claims are nobody's word"
sed 's/vmpl/vpml/' policy.toml >typo.toml
expect 3 evidence verify payload.json --policy typo.toml
has err 'typo.toml'
has err 'line 4'
expect 3 evidence verify payload.json --policy hello
expect 0 refval create --value snp.launch_digest="$(printf '%096d' 0)" -o refs.json
expect 1 evidence verify payload.json --nonce $nonce --reference refs.json
has out 'no authentic evidence here has this register'
expect 3 evidence verify payload.json --reference hello

# the initdata of an annotation is the same document
printf 'version = "0.1.0"\nalgorithm = "sha256"\n\n[data]\n"aa.toml" = "x"\n' >initdata.toml
gzip -nc initdata.toml | base64 -w0 >annotation
expect 1 evidence verify payload.json --initdata initdata.toml --json
mv out plain
expect 1 evidence verify payload.json --initdata annotation --json
grep -o '"id":"bind.initdata"' out >/dev/null || fail "the annotation was not read"
expect 3 evidence verify payload.json --initdata bundle.tar
