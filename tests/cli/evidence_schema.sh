#!/bin/sh
# An attestation result is what its published schema says: of every kind of
# evidence, affirmed, rejected and undecided; and the schema refuses others.
. "$SRC/tests/cli/lib"

command -v python3 >/dev/null 2>&1 || {
	echo "skip: no python3 here"
	exit 77
}
mkdir schemas
cp "$SRC/docs/formats/attestation-result.v1.schema.json" schemas/

conforms() { # FILE
	python3 "$SRC/tests/cli/schema_check.py" schemas "$1" >out 2>err || fail "schema of $1"
}

# result ARGUMENT...: any verdict; what was written is what the schema says
result() {
	rm -f result.json
	"$COCOCTL" evidence verify "$@" -o result.json >out 2>err
	case $? in
	0 | 1 | 8) ;;
	*) fail "evidence verify $*" ;;
	esac
	conforms result.json
}

at=2026-01-10T00:00:00Z
nonce=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
seeds=$SRC/testdata/fuzz
for file in snp-report snp-extended snp-turin.json payload sample gpu; do
	result "$seeds/evidence/$file" --at $at
	result "$seeds/evidence/$file" --at $at --nonce $nonce --require cpu,fresh,revocation
done
result "$seeds/tdx_verify/with_collateral" --at $at --authentic-only

mint="$BUILT/tests/lib/evidence/test_snp"
if [ -x "$mint" ]; then
	mkdir good
	"$mint" good 5 turin vcek none >out || fail "minting"
	for value in "$(printf '%096d' 0)" "$(od -An -v -tx1 -j144 -N48 good/report.bin | tr -d ' \n')"
	do
		"$COCOCTL" refval create --value snp.launch_digest="$value" -o refs.json --force \
			>out 2>err || fail "refval create"
		result good --trust-root good/root.der --at 2027-01-15T08:00:00Z --reference refs.json
	done
	grep -q '"verdict": "affirmed"' result.json || fail "nothing was affirmed"
fi
vectors=${COCO_VECTORS:+$COCO_VECTORS/evidence}
if [ -d "${vectors:-nothere}" ]; then
	for input in "$vectors"/snp "$vectors"/tdx/* "$vectors"/azure "$vectors"/tokens; do
		result "$input" --at $at
	done
fi

# a refusal without its reason, an unknown member, an outcome of no such name
result "$seeds/evidence/payload" --at $at --nonce $nonce
damaged() { # SED EXPRESSION
	sed "$1" result.json >damaged.json
	! cmp -s result.json damaged.json || fail "nothing damaged by $1"
	! python3 "$SRC/tests/cli/schema_check.py" schemas damaged.json >out 2>err ||
		fail "the schema takes $1"
	has err schema_check:
}
damaged '/"reason": /d'
damaged 's/"title": /"titel": /'
damaged 's/"outcome": "fail"/"outcome": "failed"/'
damaged 's/"authentic_only": false/"authentic_only": "no"/'
damaged '/"verdict": /d'
