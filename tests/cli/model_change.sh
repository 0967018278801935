#!/bin/sh
# The model while it is packed: files that cannot be read, vanish, grow, shrink
# or are written to. Never a package of something that never was.
. "$SRC/tests/cli/model_lib"

keys
mkdir m
noise 30000000 >m/a
noise 3000000 >m/b
expect 0 key generate --type content -o key

# while_packing CHANGE: stops the packer once it writes, makes the change, goes on
while_packing() {
	rm -rf w new new.partial-*
	cp -rp m w
	"$COCOCTL" model pack w -o new --new-key newkey --segment-size 1MiB --jobs 1 \
		--compress zstd >out 2>err &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		if ls new.partial-*/blobs/sha256/segment-* >list 2>/dev/null; then
			kill -STOP $pid 2>/dev/null
			break
		fi
	done
	eval "$1"
	kill -CONT $pid 2>/dev/null
	wait $pid
	code=$?
	rm -f list
	if [ $code = 0 ]; then
		# it was over before the change
		expect 0 model open new -o opened --key newkey
		diff -r m opened >out || fail "$1: packed what never was"
		rm -rf new newkey opened
		return
	fi
	packed_changes=$((packed_changes + 1))
	[ $code = 4 ] || fail "$1: exit $code"
	has err '[io.file.changed]'
	hasnt err w/a
	gone new newkey
}
packed_changes=0
while_packing 'echo more >>w/a'
while_packing 'echo more >>w/b'
while_packing ': >w/a'
while_packing 'rm w/b'
while_packing 'mv w/b w/a'
while_packing 'cp w/b w/c; mv w/c w/b'
while_packing 'printf x | dd of=w/a bs=1 seek=1000 conv=notrunc 2>/dev/null'
while_packing 'rm w/b; ln -s a w/b'
while_packing 'rm w/b; mkfifo w/b'
while_packing 'rm w/b; mkdir w/b'
while_packing 'mv w w2; rm -rf w2'
[ $packed_changes -gt 3 ] || fail "packing was never caught at work"
# what changes beside it does not matter
while_packing_ok='touch beside'
rm -rf w
cp -rp m w
expect 0 model pack w -o new --key key
eval "$while_packing_ok"
rm -rf w new beside

# a signature is made of files that stay as well
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null 2>&1 &&
	setpriv --reuid 65534 --clear-groups true 2>/dev/null; then
	as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
elif [ "$(id -u)" != 0 ]; then
	as_nobody() { "$@"; }
else
	as_nobody() { return 125; }
fi

# unreadable ARGUMENT...: as somebody who may not read it
unreadable() {
	as_nobody "$COCOCTL" "$@" >out 2>err
	code=$?
	[ $code = 125 ] && return
	[ $code = 4 ] || fail "$*: exit $code"
	has err '[io.file.open]'
	empty out
	gone open/new open/key
}
as_nobody true
if [ $? != 125 ]; then
	mkdir open
	chmod 777 open
	chmod 711 .
	cp -r m r
	chmod -R a+rX r
	chmod 000 r/b
	if ! as_nobody cat r/b >/dev/null 2>&1 && as_nobody test -x "$COCOCTL" -a -r r/a; then
		unreadable model pack r -o open/new --new-key open/key
		unreadable model sign r --key signer.pem -o open/new
		chmod 644 r/b
		mkdir r/closed
		chmod 000 r/closed
		unreadable model pack r -o open/new --new-key open/key
		unreadable model plan r -o open/new
		rmdir r/closed
	fi
	rm -rf r open
fi

# a file system that is too small: found before, or while writing; and left clean
if [ "$(id -u)" = 0 ] && mkdir small && mount -t tmpfs -o size=8m none small 2>/dev/null; then
	trap 'umount small' EXIT
	full() {
		want=$1
		shift
		"$COCOCTL" "$@" >out 2>err
		code=$?
		[ $code = 4 ] || fail "$*: exit $code"
		has err "[$want]"
		[ -z "$(ls -A small)" ] || fail "left on the full disk: $(ls -A small)"
	}
	expect 0 model pack m -o pkg --key key
	full io.file.write model pack m -o small/new --key key
	full io.file.write model pack m -o small/new --new-key small/key
	full io.file.write model pack m -o small/new --new-key small/key --compress off --jobs 2
	full io.output.space model open pkg -o small/new --key key
	full io.file.write model cat pkg a --key key -o small/new
	noise 9000000 >small/fill 2>/dev/null
	"$COCOCTL" model sign m --key signer.pem -o small/sig >out 2>err
	[ $? = 4 ] || fail "a signature on a full disk"
	"$COCOCTL" model plan m -o small/plan >out 2>err
	[ $? = 4 ] || fail "a plan on a full disk"
	"$COCOCTL" key generate --type p256 -o small/key >out 2>err
	[ $? = 4 ] || fail "a key on a full disk"
	[ "$(ls small)" = fill ] || fail "left on the full disk: $(ls -A small)"
	rm small/fill

	# memory is the place for plaintext that must not be at rest
	for rule in deny guest-encrypted; do
		mkdir s
		echo secret >s/f
		expect 0 model pack s -o dpkg --key key --plaintext-at-rest $rule
		expect 0 model open dpkg -o small/opened --key key
		diff -r s small/opened >out || fail "$rule: open into memory"
		expect 0 model cat dpkg f --key key -o small/f
		rm -rf small/opened small/f
		case $(stat -f -c %T .) in
		tmpfs | ramfs) ;;
		*)
			refused 1 verify.package.at_rest model open dpkg -o opened --key key
			refused 1 verify.package.at_rest model cat dpkg f --key key -o opened
			refused 1 verify.package.at_rest model cat dpkg f --key key
			empty out
			gone opened
			[ "$("$COCOCTL" model cat dpkg f --key key 2>err)" = secret ] ||
				fail "cat into a pipe"
			;;
		esac
		rm -rf dpkg s
	done
fi
gone
