#!/bin/sh
# evidence verify and explain, collateral list and check open no socket: no
# system call of the network in any thread, and the same answer, exit code
# included, where there is no network at all.
. "$SRC/tests/cli/lib"

at=2026-01-10T00:00:00Z
nonce=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
traced=0
alone=0

# a leak checker cannot run under a tracer
trace() { # COMMAND...: its network calls are in the file calls
	ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" \
		strace -f -qq -e trace=network -e signal=none -o calls "$@"
}

# a tracer that sees nothing would prove nothing
if ! command -v strace >/dev/null 2>&1; then
	echo "skip: no strace here"
elif ! trace "$COCOCTL" --version >out 2>err; then
	echo "skip: strace may not trace here"
elif ! command -v python3 >/dev/null 2>&1; then
	echo "skip: no python3 to try the tracer with"
else
	trace python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM)' \
		>out 2>err
	grep -q 'socket(' calls || fail "strace does not see a socket"
	traced=1
fi
if ! unshare -rn true >out 2>err; then
	echo "skip: no namespace without a network can be made here"
else
	unshare -rn cat /proc/net/dev >out
	[ "$(grep -c : out)" -le 1 ] || fail "a network in an empty namespace"
	alone=1
fi
[ $traced = 1 ] || [ $alone = 1 ] || exit 77

# offline CODE ARGUMENT...: CODE is the exit code, * is any verdict
offline() {
	want=$1
	shift
	"$COCOCTL" "$@" >out 2>err
	code=$?
	case $want:$code in
	"$code:$code" | '*:0' | '*:1' | '*:8') ;;
	*) fail "cococtl $*: exit $code, wanted $want" ;;
	esac
	cp out plain.out
	cp err plain.err
	if [ $traced = 1 ]; then
		trace "$COCOCTL" "$@" >out 2>err
		same $? "under strace: $*"
		# every line that is a call, resumed or not
		! grep -E '^([0-9]+ +)?(<\.\.\. )?[a-z0-9_]+(\(| resumed)' calls >seen ||
			fail "cococtl $*: $(head -n 1 seen)"
	fi
	if [ $alone = 1 ]; then
		unshare -rn "$COCOCTL" "$@" >out 2>err
		same $? "without a network: $*"
	fi
}

same() { # CODE WHAT
	[ "$1" = "$code" ] || fail "$2: exit $1, not $code"
	cmp -s out plain.out || fail "$2: another answer"
	cmp -s err plain.err || fail "$2: other messages"
}

seeds=$SRC/testdata/fuzz
offline 1 evidence verify "$seeds/evidence/snp-report" --at $at
offline '*' evidence verify "$seeds/evidence/snp-extended" --at $at
offline '*' evidence verify "$seeds/tdx_verify/with_collateral" --at $at
offline 1 evidence verify "$seeds/evidence/payload" --nonce $nonce --at $at
offline 1 evidence verify "$seeds/evidence/payload" --nonce $nonce --at $at --json
offline 8 evidence verify "$seeds/evidence/gpu" --at $at --authentic-only
offline '*' evidence explain "$seeds/evidence/snp-report" --at $at
offline 1 evidence explain "$seeds/evidence/payload" --nonce $nonce --at $at
offline 0 evidence inspect "$seeds/evidence/snp-report"

# affirmed ones, with all their collateral
snp="$BUILT/tests/lib/evidence/test_snp"
tdx="$BUILT/tests/lib/evidence/test_form_tdx"
if [ -x "$snp" ]; then
	mkdir snp
	"$snp" snp 5 turin vcek none >out || fail "minting a report"
	offline 0 evidence verify snp --trust-root snp/root.der --at 2027-01-15T08:00:00Z \
		--authentic-only --require cpu,revocation
	expect 0 collateral add bundle snp/leaf.der snp/ask.der snp/crl.der
	offline 0 collateral list bundle
	offline '*' collateral check bundle --at 2027-01-15T08:00:00Z
	offline '*' collateral check bundle --for snp/report.bin --at 2027-01-15T08:00:00Z
	offline 0 evidence verify snp/report.bin --collateral bundle --trust-root snp/root.der \
		--at 2027-01-15T08:00:00Z --authentic-only
	# what is missing is named with its address, and not fetched
	offline 8 evidence verify snp/report.bin --trust-root snp/root.der \
		--at 2027-01-15T08:00:00Z --authentic-only
	cat out err >both
	has both https://kdsintf.amd.com/
else
	echo "skip: test_snp is not built"
fi
if [ -x "$tdx" ]; then
	mkdir tdx
	"$tdx" tdx NONE >out || fail "minting a quote"
	offline 0 evidence verify tdx/quote.dat --trust-root tdx/root.der --at $at \
		--authentic-only --collateral tdx/collateral.json
	offline 8 evidence verify tdx/quote.dat --trust-root tdx/root.der --at $at \
		--authentic-only
else
	echo "skip: test_form_tdx is not built"
fi

# what hardware made
vectors=${COCO_VECTORS:+$COCO_VECTORS/evidence}
if [ -d "${vectors:-nothere}" ]; then
	for dir in snp tdx azure tokens; do
		offline '*' evidence verify "$vectors/$dir" --at $at
	done
else
	echo "skip: no shared vectors"
fi
