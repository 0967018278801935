#!/bin/sh
# refval create, merge, export, diff, show: values, records, and every exit code.
. "$SRC/tests/cli/lib"

ones=$(printf '01%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 \
	25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48)
twos=$(echo "$ones" | tr 1 2)

expect 0 refval create --value "snp.launch_digest=$ones" --value 'snp.tcb.snp=[7,8]' \
	--value snp.smt_enabled=true --id r7 --label 'by hand' -o r7.json
has err 'values   4'
expect 10 refval create --value a=1 -o r7.json
expect 0 refval create --value a=1 -o r7.json --force --dry-run
grep -q '"label": "by hand"' r7.json || fail "no label, or --dry-run wrote"
expect 2 refval create -o none.json
expect 2 refval create --value a=1
expect 2 refval create --value a -o none.json
expect 3 refval create --value snp.launch_digest=12 -o none.json
expect 4 refval create none.json -o none.json
echo '{' >broken.json
expect 3 refval create broken.json -o none.json
[ ! -e none.json ] || fail "a set was written in spite of an error"

# what a release wants; the answer alone on standard output
expect 0 refval export r7.json --form payload --trustee v0.18
has out "{\"snp_launch_measurement\":[\"$ones\"],\"snp_snp_svn\":[7,8],\"snp_smt_enabled\":true}"
expect 0 refval export r7.json --form payload --trustee v0.17
has out 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB'
hasnt out "$ones"
expect 0 refval export r7.json --form payload --verifier az-snp-vtpm
has out '"tcb_snp":["7","8"]'
expect 0 refval export r7.json -o message.json
expect 10 refval export r7.json -o message.json
expect 2 refval export r7.json --trustee v0.9
expect 0 refval export r7.json --form configmap
has out 'name: rvps-reference-values'
expect 0 refval create message.json -o again.json
expect 0 refval diff r7.json again.json
expect 0 refval export r7.json --form stored --trustee v0.21 -o store.json
expect 0 refval create store.json -o again.json --force
expect 1 refval diff r7.json again.json # the store adds a validity
has out validity

# merging keeps everything that is not named
expect 0 refval create --value "snp.launch_digest=$twos" --value snp.tcb.snp=9 \
	--not-after 2026-06-01T00:00:00Z -o r8.json --at 2026-01-01T00:00:00Z
expect 0 refval merge r7.json r8.json -o both.json --at 2026-01-01T00:00:00Z
has err 'values   6'
expect 1 refval diff r7.json both.json
has out 'added snp.launch_digest'
hasnt out removed
expect 0 refval merge both.json --drop snp.tcb.snp=7 -o less.json --at 2026-01-01T00:00:00Z
has err 'dropped  1'
expect 1 refval diff both.json less.json
has out 'removed snp.tcb.snp'
expect 2 refval merge both.json --drop snp.tcb.snp=70 -o no.json --at 2026-01-01T00:00:00Z
has err 'there is no value "snp.tcb.snp=70"'

# what has expired goes with a notice, and is never exported
expect 0 refval merge both.json -o now.json --at 2026-06-01T00:00:00Z
has err 'expired  2'
has err 'snp.launch_digest is left out: it expired at 2026-06-01T00:00:00Z'
expect 0 refval export both.json --form payload --at 2026-06-01T00:00:00Z
hasnt out "$twos"
has err 'it expired at'
expect 0 refval merge both.json --keep-expired -o all.json --at 2026-06-01T00:00:00Z
expect 0 refval diff both.json all.json
expect 2 refval export r8.json --at 2026-06-01T00:00:00Z
has err 'no value of the set holds now'

# one value where Trustee compares with one
expect 0 refval create --value snp.smt_enabled=[true,false] -o two.json
expect 2 refval export two.json
has err 'snp_smt_enabled has more than one value'

expect 0 refval show r7.json
has out 'snp_launch_measurement'
has out 'by hand'
expect 0 refval show r7.json --json
json out
has out '"schema":"cococtl.reference-values.v1"'
expect 2 refval show r7.json --trustee 99

# from a measurement record: the same record gives the same set
head -c 1024 /dev/zero >a.bin
if "$COCOCTL" measure verity a.bin --salt - -o record.json >/dev/null 2>&1; then
	expect 0 refval create record.json -o one.json
	expect 0 refval create record.json -o two2.json
	cmp -s one.json two2.json || fail "another set from the same record"
	has one.json '"kind": "record"'
fi

# CoRIM: binary, the same bytes again, and back
expect 0 refval export r7.json --form corim -o r7.corim
has err 'snp.tcb.snp is left out'
expect 0 refval export r7.json --form corim -o again.corim
cmp r7.corim again.corim || fail "another run gives other bytes"
expect 0 refval create r7.corim -o from-corim.json
expect 0 refval show from-corim.json
has out snp.launch_digest
head -c 20 r7.corim >cut.corim
expect 3 refval create cut.corim -o none.json
printf '\322\204' >signed.corim
expect 3 refval create signed.corim -o none.json

# a set is what its schema says
if command -v python3 >/dev/null 2>&1; then
	mkdir schemas
	cp "$SRC"/docs/formats/reference-values.v1.schema.json schemas/
	for set in r7.json both.json from-corim.json; do
		python3 "$SRC/tests/cli/schema_check.py" schemas $set || fail "schema of $set"
	done
fi
