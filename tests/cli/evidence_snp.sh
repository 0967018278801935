#!/bin/sh
# evidence inspect and verify on SEV-SNP reports that tests/lib/evidence/test_snp
# mints: every form of input, every exit code, what is missing and how to get it.
. "$SRC/tests/cli/lib"

mint="$BUILT/tests/lib/evidence/test_snp"
[ -x "$mint" ] || {
	echo "skip: test_snp is not built"
	exit 77
}
# says TEXT: the table is on standard error when the result goes elsewhere
says() {
	cat out err >both
	has both "$1"
}

at=2027-01-15T08:00:00Z
mkdir good
"$mint" good 5 turin vcek none || fail "minting"
roots="--trust-root good/root.der --at $at --authentic-only"
set -- good/report.bin good/leaf.der good/ask.der

expect 0 evidence inspect good/report.bin
has out snp.measurement
has out snp.reported_tcb.fmc
expect 0 evidence inspect --json good/report.bin
json out

expect 0 evidence verify "$@" good/crl.der $roots --require cpu,revocation -o a.json
says 'the report is signed by the VCEK'
says 'true until  2027-02-09T08:00:00Z (AMD revocation list)'
expect 0 evidence verify "$@" good/crl.der $roots --require cpu,revocation -o b.json
cmp a.json b.json || fail "another result for the same inputs"
expect 0 evidence verify "$@" good/crl.der $roots --json
json out
has out '"id":"snp.leaf.tcb.microcode"'
# without a policy nothing says that it is acceptable
expect 8 evidence verify "$@" good/crl.der --trust-root good/root.der --at $at
# roots of tests are nobody's but the caller's; given as collateral they are not trusted
expect 1 evidence verify "$@" --collateral good/root.der --at $at --authentic-only
says 'CHAIN_ROOT:ARK'
expect 8 evidence verify "$@" --at $at --authentic-only
says 'COLL_MISSING:ARK'
# no list: told, and refused where it is asked for
expect 0 evidence verify "$@" $roots
says 'add https://kdsintf.amd.com/vcek/v1/Turin/crl'
expect 8 evidence verify "$@" $roots --require revocation
# no certificate: its address is the next step
expect 8 evidence verify good/report.bin $roots
says 'https://kdsintf.amd.com/vcek/v1/Turin/c1c1c1c1c1c1c1c1?fmcSPL=01&blSPL=03&teeSPL=02'
# bound to what was asked for
data=$(od -An -v -tx1 -j80 -N64 good/report.bin | tr -d ' \n')
expect 0 evidence verify "$@" $roots --report-data "$data" --require fresh
expect 1 evidence verify "$@" $roots --report-data "ff${data#??}"

# other forms of the same
cat good/report.bin good/table.bin >extended.bin
expect 0 evidence verify extended.bin $roots --require revocation
od -An -v -tx1 good/report.bin | tr -d ' \n' >report.hex
expect 0 evidence verify report.hex good/table.bin $roots
printf '{"auxblob":"%s","outblob":"%s","provider":"sev_guest\\n"}' \
	"$(base64 -w0 <good/table.bin)" "$(base64 -w0 <good/report.bin)" >tsm.json
expect 0 evidence verify tsm.json $roots --require revocation
tar cf all.tar -C good report.bin leaf.der ask.der crl.der
expect 0 evidence verify all.tar $roots --require revocation
expect 0 evidence verify good $roots --require revocation
head -c 1200 extended.bin >cut.bin
expect 3 evidence verify cut.bin $roots
head -c 1183 good/report.bin >short.bin
expect 3 evidence verify short.bin $roots

# some of the defects: the code of each, by its own reason
defect() { # NAME EXIT REASON VERSION PRODUCT KEY
	rm -rf bad
	mkdir bad
	"$mint" bad "$4" "$5" "$6" "$1" || fail "minting $1"
	expect "$2" evidence verify bad --trust-root bad/root.der --at $at --authentic-only
	says "$3"
}
defect altered 1 SIGNATURE:snp 3 genoa vcek
defect tcb-snp 1 COLL_OTHER_TCB:snp 3 milan vlek
defect chip 1 COLL_OTHER_CHIP:VCEK 2 milan vcek
defect revoked 1 COLL_REVOKED:010001 3 genoa vcek
defect crl-stale 8 COLL_EXPIRED:CRL@2027-01-15T08:00:00Z 3 genoa vcek

# many files, each on its own: the worst verdict is the exit code
mkdir many
for n in 1 2 3; do cp good/report.bin many/r$n; done
cp good/ask.der many/s.der
set -- --collateral good/leaf.der --collateral good/ask.der --collateral good/crl.der
expect 0 evidence verify --each many "$@" $roots --jobs 1
grep -q 'affirmed  *many/r1$' out || fail 'no line of the first file'
grep -q 'no evidence, left out  *1$' out || fail 'companions are not counted'
cp out one
expect 0 evidence verify --each many "$@" $roots --jobs 4
cmp one out || fail "other lines on more threads"
expect 0 evidence verify --each many "$@" $roots --json
json out
has out '"index":2,"name":"many/r3"'
echo hello >many/note
expect 8 evidence verify --each many "$@" $roots
grep -q 'indeterminate  *EVIDENCE_UNSUPPORTED:input  *many/note$' out || fail 'no reason'
has err '1 of 4 files cannot be judged'
"$mint" bad 3 genoa vcek altered || fail "minting"
expect 1 evidence verify --each many bad/report.bin "$@" $roots --json
has out '"verdict":"rejected"'
has out '"verdict":"indeterminate"'
json out
expect 8 evidence verify --each good/report.bin "$@" --trust-root good/root.der --at $at
has out 'no policy and no reference values were given'
expect 2 evidence verify --each good/ask.der $roots
has err usage.evidence.none
expect 2 evidence verify --each many $roots -o each.json
expect 2 evidence verify --each many $roots --claims
expect 4 evidence verify --each many/gone $roots
