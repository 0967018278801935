#!/bin/sh
# The same inputs give the same bytes: twice, in another locale, time zone and
# directory, with another number of threads. What is random is random.
. "$SRC/tests/cli/model_lib"

keys
model m
expect 0 model pack m -o pkg --new-key key --segment-size 1MiB --at 2026-01-01T00:00:00Z
mkdir away
here=$PWD

# same ARGUMENT...: standard output and the file "made" of several runs are equal
same() {
	rm -f made first.out first.made
	for how in plain plain foreign jobs; do
		case $how in
		foreign)
			(cd away && LC_ALL=tr_TR.UTF-8 LANG=de_DE.UTF-8 TZ=Pacific/Auckland \
				COLUMNS=40 "$COCOCTL" "$@" >../out 2>../err)
			;;
		jobs) COCOCTL_JOBS=1 "$COCOCTL" "$@" >out 2>err ;;
		*) "$COCOCTL" "$@" >out 2>err ;;
		esac
		code=$?
		[ $code = 0 ] || fail "$how $*: exit $code"
		if [ $how = plain ] && [ ! -e first.out ]; then
			cp out first.out
			[ ! -e made ] || cp made first.made
		fi
		cmp -s out first.out || fail "$how $*: another answer"
		[ ! -e made ] || cmp -s made first.made || fail "$how $*: another file"
		rm -f made
	done
}

at='--at 2026-06-01T00:00:00Z'
# shellcheck disable=SC2086
{
	# Ed25519 signatures have no randomness
	same model sign "$here/pkg" --key "$here/other.pem" -o "$here/made" $at
	cp first.made sig
	same model verify "$here/pkg" --key "$here/key" --public-key "$here/other.pub" \
		--signature "$here/sig" $at
	same model verify "$here/pkg" --key "$here/key" --public-key "$here/other.pub" \
		--signature "$here/sig" --json $at
	same model inspect "$here/pkg" --key "$here/key" --show-names $at
	same model inspect "$here/pkg" --key "$here/key" --show-names --json $at
	same model cat "$here/pkg" sub/deep/noise.bin --key "$here/key"
}
same key inspect "$here/other.pem" --json
same help model pack
same explain verify.blob.digest
same schema model verify

# attaching the same signature twice changes nothing
expect 0 model sign pkg --key other.pem --at 2026-06-01T00:00:00Z
cp -r pkg once
expect 0 model sign pkg --key other.pem --at 2026-06-01T00:00:00Z
diff -r pkg once >out || fail "a second equal signature"

# two packages of one model under one key share nothing but the formats
expect 0 model pack m -o pkg2 --key key --segment-size 1MiB --at 2026-01-01T00:00:00Z
ls once/blobs/sha256 pkg2/blobs/sha256 | grep '^[0-9a-f]' | sort | uniq -d >twice
# (the empty configuration of signatures)
[ "$(grep -vc ^44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a twice)" = 0 ] ||
	fail "two packages share a blob"
expect 0 model plan m -o plan1
expect 0 model plan m -o plan2
cmp -s plan1 plan2 && fail "a plan without a salt"
# opened they are equal, times aside
expect 0 model open pkg -o o1 --key key --jobs 1
expect 0 model open pkg2 -o o2 --key key --jobs 5
diff -r o1 o2 >out || fail "equal models open differently"
