#!/bin/sh
# measure ... -o FILE --form FORM: every form, signed and not, and what is refused.
. "$SRC/tests/cli/lib"

head -c 4096 /dev/zero >fw
sev=$(sha256sum fw | cut -d ' ' -f 1)
expect 0 key generate --type p384 -o key.pem
expect 0 key public key.pem -o key.pub

form() { # FORM ARGUMENT...: measure sev writes it to standard output
	f=$1
	shift
	expect 0 measure sev --firmware fw -o - --form "$f" "$@"
}

# a lone value stands alone
form hex
[ "$(cat out)" = "$sev" ] || fail "hex"
form base64
[ "$(base64 -d <out | od -An -tx1 | tr -d " \n")" = "$sev" ] || fail "base64"
[ "$(wc -l <out)" = 1 ] || fail "one line"

# in-toto: the record is the predicate, files and values are subjects
form in-toto
json_line=$(wc -l <out)
[ "$json_line" = 1 ] || fail "in-toto is one line"
has out '"predicateType":"https://cococtl/measurement-record/v1"'
has out "{\"name\":\"firmware\",\"digest\":{\"sha256\":\"$sev\"}}"
has out "{\"name\":\"sev.launch_digest\",\"digest\":{\"sha256\":\"$sev\"}}"
cp out statement.json
if command -v python3 >/dev/null 2>&1; then
	mkdir schemas
	cp "$SRC"/docs/formats/measurement-*.schema.json schemas/
	python3 "$SRC/tests/cli/schema_check.py" schemas statement.json || fail "schema"
	python3 -c 'import json,sys; json.dump(json.load(sys.stdin)["predicate"],sys.stdout)' \
		<statement.json >predicate.json
	python3 "$SRC/tests/cli/schema_check.py" schemas predicate.json || fail "schema"
fi

# CoRIM: the same bytes each time
form corim
cp out a.cbor
form corim:registers
cmp -s out a.cbor || fail "registers is what corim means here"
form corim:integrity
od -An -tx1 a.cbor | head -n 1 | grep -q 'd9 01 f5' || fail "tag 501"

# signed
form corim --sign-with key.pem
od -An -tx1 out | head -n 1 | grep -q '^ d2 84' || fail "tag 18"
form in-toto --sign-with key.pem
has out '"payloadType":"application/vnd.in-toto+json"'
expect 0 measure sev --firmware fw -o signed --form in-toto --sign-with key.pem
has err signed
expect 10 measure sev --firmware fw -o signed --form in-toto
expect 0 measure sev --firmware fw -o dry --form corim --sign-with key.pem -n
[ ! -e dry ] || fail "--dry-run wrote"
expect 0 measure sev --firmware fw -o with.json --form hex --json
json out
[ "$(cat with.json)" = "$sev" ] || fail "--json and a form"

# the record itself, as without --form
form record
cp out a.json
expect 0 measure sev --firmware fw -o -
cmp -s out a.json || fail "record"

# what is refused: no names for SEV, no place, no such form
expect 2 measure sev --firmware fw -o - --form rvps
has err '[usage.record.form]'
expect 2 measure sev --firmware fw -o - --form corim:amd
has err '[usage.record.form]'
for f in rvps:v0.5 rvps:v0.18:x corim:x hex:1 json ''; do
	expect 2 measure sev --firmware fw -o - --form "$f"
	has err '[usage.option.value]'
done
expect 2 measure sev --firmware fw --form hex
has err 'give -o FILE'
expect 2 measure sev --firmware fw -o - --sign-with key.pem
expect 2 measure sev --firmware fw -o - --form hex --sign-with key.pem
has err '[usage.option.conflict]'
expect 7 measure sev --firmware fw -o - --form corim --sign-with key.pub --insecure-permissions
expect 4 measure sev --firmware fw -o - --form corim --sign-with missing

# Trustee's message, in the encoding of the release
if [ -n "${COCO_VECTORS:-}" ] && [ -f "$COCO_VECTORS/measure/fw/deb-2026.08-OVMF.amdsev.fd.zst" ] &&
	command -v zstd >/dev/null 2>&1; then
	zstd -qd "$COCO_VECTORS/measure/fw/deb-2026.08-OVMF.amdsev.fd.zst" -o amdsev
	payload() { # FORM: the values of the message in the file out
		expect 0 measure snp --firmware amdsev --vcpu-type EPYC-v4 --vcpus 1,2 -o - --form "$1"
		has out '{"version":"0.1.0","type":"sample","payload":"'
		sed 's/.*"payload":"\([^"]*\)".*/\1/' out | base64 -d
	}
	payload rvps:v0.18 | grep -Eq \
		'^\{"snp_launch_measurement":\["[0-9a-f]{96}","[0-9a-f]{96}"\]\}$' || fail "v0.18"
	payload rvps | grep -Eq '^\{"snp_launch_measurement":\["[0-9a-f]{96}"' || fail "newest"
	payload rvps:v0.17 | grep -Eq '^\{"snp_launch_measurement":\["[A-Za-z0-9+/]{64}"' ||
		fail "v0.17"
	payload rvps:v0.21:az-snp-vtpm | grep -Eq '^\{"measurement":\["[A-Za-z0-9+/]{64}"' ||
		fail "az-snp-vtpm"
	expect 0 measure snp --firmware amdsev --vcpu-type EPYC-v4 --vcpus 1,2 -o - --form hex
	[ "$(grep -c '  snp.launch_digest sha384 [12] vCPU' out)" = 2 ] || fail "labels"
else
	echo "skip: no firmware for SNP here; the forms of SNP are in test_record_forms"
fi
