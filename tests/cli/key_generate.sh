#!/bin/sh
# key generate: kinds, modes, refusals; the secret is in no stream.
. "$SRC/tests/cli/lib"
umask 022

# the secret of a file, as it could leak: raw, hex, base64 and PEM lines
leaks() { # KEYFILE FILE...
	key=$1
	shift
	grep -v -- '-----' "$key" | head -n 2 | while read -r line; do
		if grep -qF -- "$line" "$@"; then
			echo leak
		fi
	done
}

for type in ed25519 p256 p384 p521 rsa3072; do
	expect 0 key generate --type $type -o $type.pem --public $type.pub
	empty out
	has err "type         $type"
	[ "$(mode $type.pem)" = 600 ] || fail "mode of $type.pem: $(mode $type.pem)"
	[ "$(mode $type.pub)" = 644 ] || fail "mode of $type.pub"
	has $type.pem 'BEGIN PRIVATE KEY'
	has $type.pub 'BEGIN PUBLIC KEY'
	[ -z "$(leaks $type.pem out err $type.pub)" ] || fail "$type.pem leaks"
	if command -v openssl >/dev/null 2>&1; then
		openssl pkey -in $type.pem -pubout 2>/dev/null | cmp -s - $type.pub ||
			fail "openssl sees another public key in $type.pem"
	fi
done

expect 0 key generate --type content -o content.key --json --log-file log -vv
json out
has out '"type":"content"'
has out '"digest":"sha256:'
[ "$(wc -c <content.key)" = 32 ] || fail "a content key has 32 bytes"
[ "$(mode content.key)" = 600 ] || fail "mode of content.key"
hex=$(od -An -v -tx1 content.key | tr -d ' \n')
b64=$(base64 content.key | tr -d '=')
for form in "$hex" "$b64"; do
	for file in out err log; do
		hasnt $file "$form"
	done
done
LC_ALL=C grep -qaF "$(LC_ALL=C tr -d '\000\n' <content.key)" out err log && fail "raw key"
sum=$(sha256sum <content.key)
has out "sha256:${sum%% *}"

# a store, in the layout of a key broker
mkdir store
chmod 700 store
expect 0 key generate --type content -o store:store/tenant/model/abc
expect 0 key inspect store:store/tenant/model/abc
has out 'content key'
expect 10 key generate --type content -o store:store/tenant/model/abc

# an output that exists stays, for both outputs, and nothing is left behind
cp p256.pem before
expect 10 key generate --type p256 -o p256.pem
cmp -s before p256.pem || fail "p256.pem was touched"
has err '[io.output.exists]'
expect 10 key generate --type p256 -o fresh.pem --public p256.pub
[ ! -e fresh.pem ] || fail "half a pair was written"
expect 0 key generate --type p256 -o p256.pem --public p256.pub --force
cmp -s before p256.pem && fail "--force did not replace"
[ "$(mode p256.pem)" = 600 ] || fail "mode after --force"

# both names for one file, through a link to the directory too
ln -s . here
for public in same.pem ./same.pem here/same.pem "$PWD/same.pem"; do
	expect 4 key generate --type p256 -o same.pem --public "$public" --force
	has err '[io.output.same_file]'
	[ ! -e same.pem ] || fail "same.pem was written"
done

# --dry-run does all but write
expect 0 key generate --type p256 -o dry.pem --public dry.pub -n
has err 'would be written'
expect 10 key generate --type p256 -o p256.pem -n
expect 10 key generate --type p256 -o dry.pem --public p256.pub -n
expect 4 key generate --type p256 -o no/such/dir/key -n
[ ! -e dry.pem ] && [ ! -e dry.pub ] || fail "--dry-run wrote"

# refusals
expect 2 key generate --type content -o c2 --public c2.pub
has err '[usage.option.conflict]'
for to in - fd:3 env:X cred:x; do
	expect 2 key generate --type p256 -o $to
	empty out
	has err '[usage.keyref.syntax]'
done
expect 2 key generate --type p256 -o pkcs11:token=x
expect 2 key generate --type dsa -o x
has err 'is none of ed25519'
expect 4 key generate --type p256 -o no/such/dir/key
expect 4 key generate --type p256 -o ok.pem --public no/such/dir/key
[ ! -e ok.pem ] || fail "half a pair was written"
[ -z "$(find . -name '*.partial-*')" ] || fail "something was left behind"

# core dumps are off while keys are handled
ulimit -c unlimited 2>/dev/null
mkfifo pipe
"$COCOCTL" key inspect - <pipe >out 2>err &
pid=$!
exec 9>pipe
sleep 0.3
limit=$(sed -n 's/^Max core file size *\([0-9a-z]*\) *\([0-9a-z]*\).*/\1 \2/p' /proc/$pid/limits)
cat content.key >&9
exec 9>&-
wait $pid || fail "key inspect -"
[ "$limit" = '0 0' ] || fail "core limit: $limit"
