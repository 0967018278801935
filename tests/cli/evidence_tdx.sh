#!/bin/sh
# evidence verify on TDX quotes under a test root: good ones, defects of each
# part, missing and stale collateral, what is named for the next step.
. "$SRC/tests/cli/lib"

mint=$BUILT/tests/lib/evidence/test_form_tdx
[ -x "$mint" ] || { echo "test_form_tdx is not built"; exit 77; }
at=2026-01-10T00:00:00Z

mint() {
	mkdir -p "$1"
	"$mint" "$1" "$1" || fail "cannot mint $1"
}

told() { # TEXT: in the report, which goes to the other stream when -o is given
	cat out err >both
	has both "$1"
}

verify() { # EXIT NAME [option...]
	code=$1
	name=$2
	shift 2
	expect "$code" evidence verify "$name/quote.dat" --trust-root "$name/root.der" --at $at \
		--authentic-only "$@"
}

mint NONE
verify 0 NONE --collateral NONE/collateral.json -o a.json
told 'the TCB is not revoked (UpToDate'
told affirmed
verify 0 NONE --collateral NONE/tcb.json --collateral NONE/qe.json --collateral NONE/signing.der \
	--collateral NONE/root.crl --collateral NONE/pck.crl -o b.json
grep -q '"tdx.tcb_status", "value": "UpToDate"' a.json ||
	grep -q '"value": "UpToDate"' a.json || fail "no TCB status in the result"

# without --authentic-only: nobody said what is acceptable
expect 8 evidence verify NONE/quote.dat --trust-root NONE/root.der --at $at \
	--collateral NONE/collateral.json
# no root of Intel's
expect 1 evidence verify NONE/quote.dat --at $at --authentic-only --collateral NONE/collateral.json
told CERT_ROOT_UNTRUSTED

# nothing to judge by: what is missing is named with its address
verify 8 NONE
told 'COLL_MISSING:qe-identity'
told 'tdx/certification/v4/tcb?fmspc=50806f000000'
# without revocation lists it is said, and --require makes it count
verify 0 NONE --collateral NONE/tcb.json --collateral NONE/qe.json --collateral NONE/signing.der
told 'whether the PCK certificate is revoked'
told 'pckcrl?ca=platform'
verify 8 NONE --collateral NONE/tcb.json --collateral NONE/qe.json --collateral NONE/signing.der \
	--require revocation

# stale: a month later, and at the time of the evidence again
expect 1 evidence verify NONE/quote.dat --trust-root NONE/root.der --at 2026-03-01T00:00:00Z \
	--authentic-only --collateral NONE/collateral.json
told 'COLL_EXPIRED:tcb-info@2026-01-31'
told 'stale collateral'

for pair in SIGNATURE:EVIDENCE_SIGNATURE:quote QE_BINDING:EVIDENCE_SIGNATURE:attestation-key \
	PCK_REVOKED:COLL_REVOKED:5a01 TCB_SIGNATURE:COLL_INVALID:tcb-info \
	MODULE_UNKNOWN:MEAS_TDX_MODULE QE_MR_SIGNER:MEAS_QE_IDENTITY \
	PLATFORM_REVOKED:TCB_REVOKED; do
	name=${pair%%:*}
	mint "$name"
	verify 1 "$name" --collateral "$name/collateral.json"
	told "${pair#*:}"
done
# not refused by itself: a policy judges it, and what is behind is named
mint PLATFORM_OUT_OF_DATE
verify 0 PLATFORM_OUT_OF_DATE --collateral PLATFORM_OUT_OF_DATE/collateral.json
told 'OutOfDate, TCB of 2023-01-01: SGX component 5 3, needs 200'

# a quote that was cut
head -c 700 NONE/quote.dat >cut.dat
expect 1 evidence verify cut.dat --at $at
told EVIDENCE_MALFORMED
expect 0 evidence inspect NONE/quote.dat
told tdx.pck.fmspc
