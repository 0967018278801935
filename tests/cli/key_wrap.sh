#!/bin/sh
# key wrap and key unwrap: round trips, refusals; the key is in no stream.
. "$SRC/tests/cli/lib"

expect 0 key generate --type content -o content.key
hex=$(od -An -v -tx1 content.key | tr -d ' \n')
for type in p256 p384 p521 rsa3072 ed25519; do
	expect 0 key generate --type $type -o $type.pem --public $type.pub
done

nothing_leaks() {
	for file in out err log wraps.json; do
		[ ! -e $file ] || hasnt $file "$hex"
		[ ! -e $file ] || hasnt $file "$(base64 content.key)"
	done
}

expect 0 key wrap --recipient p256.pub --recipient p384.pub --recipient p521.pub \
	--recipient rsa3072.pub --key content.key --key-id kbs:///tenant/model/abc \
	-o wraps.json -vv --log-file log
empty out
nothing_leaks
[ "$(grep -c '^recipient  sha256:' err)" = 4 ] || fail "recipients"
for type in p256 p384 p521 rsa3072; do
	expect 0 key unwrap --identity $type.pem wraps.json -o $type.key -vv --log-file log
	empty out
	cmp -s $type.key content.key || fail "$type gets another key"
	[ "$(mode $type.key)" = 600 ] || fail "mode of $type.key"
	nothing_leaks
done
expect 10 key unwrap --identity p256.pem wraps.json -o p256.key
expect 0 key unwrap --identity p256.pem wraps.json -o p256.key --force --json
json out
nothing_leaks
"$COCOCTL" key unwrap --identity p256.pem - -o stdin.key <wraps.json 2>err || fail "wraps from -"
cmp -s stdin.key content.key || fail "standard input"
expect 2 key unwrap --identity - - -o x.key
has err '[usage.stdin.twice]'
expect 2 key unwrap --identity p256.pem wraps.json -o -
[ ! -e x.key ] || fail "x.key"

expect 0 key wrap --recipient p256.pub --key content.key -o w2.json --json
json out
has out '"recipients":[{"type":"p256","fingerprint":"sha256:'
expect 7 key unwrap --identity p384.pem w2.json -o other.key
has err '[crypto.wrap.no_recipient]'
[ ! -e other.key ] || fail "other.key was written"

# --dry-run does all but write
expect 0 key wrap --recipient p256.pub --key content.key -o dry.json -n
has err 'would be written'
expect 0 key unwrap --identity p256.pem w2.json -o dry.key -n
has err 'would be written'
expect 10 key wrap --recipient p256.pub --key content.key -o w2.json -n
expect 10 key unwrap --identity p256.pem w2.json -o p256.key -n
expect 7 key unwrap --identity p384.pem w2.json -o dry.key -n
expect 4 key unwrap --identity p256.pem w2.json -o no/such/dir/key -n
[ ! -e dry.json ] && [ ! -e dry.key ] || fail "--dry-run wrote"
nothing_leaks

# refusals
expect 10 key wrap --recipient p256.pub --key content.key -o w2.json
expect 2 key wrap --recipient p256.pub --recipient p256.pub --key content.key -o w3.json
has err 'recipients 1 and 2'
expect 7 key wrap --recipient ed25519.pub --key content.key -o w3.json
expect 7 key wrap --recipient p256.pem --key content.key -o w3.json
has err '[crypto.key.not_public]'
expect 7 key wrap --recipient p256.pub --key p256.pem -o w3.json
expect 4 key wrap --recipient missing.pub --key content.key -o w3.json
expect 4 key wrap --recipient p256.pub --key missing.key -o w3.json
expect 4 key wrap --recipient p256.pub --key content.key -o w2.json/w3.json
expect 4 key wrap --recipient p256.pub --key content.key -o p256.pub --force
has err '[io.output.same_file]'
expect 2 key wrap --key content.key -o w3.json
expect 2 key wrap --recipient p256.pub -o w3.json
[ ! -e w3.json ] || fail "w3.json was written"
chmod 644 content.key
expect 4 key wrap --recipient p256.pub --key content.key -o w3.json
has err '[io.secret.mode]'
expect 0 key wrap --recipient p256.pub --key content.key -o w3.json --insecure-permissions
chmod 600 content.key

# documents that are none, and one that was altered
echo '{' >bad.json
expect 3 key unwrap --identity p256.pem bad.json -o x.key
has err '[format.json.syntax]'
echo '{}' >bad.json
expect 3 key unwrap --identity p256.pem bad.json -o x.key
: >bad.json
expect 3 key unwrap --identity p256.pem bad.json -o x.key
head -c 5000000 /dev/zero >bad.json
expect 9 key unwrap --identity p256.pem bad.json -o x.key
expect 4 key unwrap --identity p256.pem missing.json -o x.key
expect 4 key unwrap --identity p256.pem . -o x.key
sed 's/"tag":"[^"]\{4\}/"tag":"AAAA/' w2.json >altered.json
cmp -s altered.json w2.json && fail "altered.json is not altered"
expect 7 key unwrap --identity p256.pem altered.json -o x.key
expect 7 key unwrap --identity p256.pub w2.json -o x.key --insecure-permissions
has err '[crypto.key.not_private]'
chmod 644 p256.pem
expect 4 key unwrap --identity p256.pem w2.json -o x.key
[ ! -e x.key ] || fail "x.key was written"
nothing_leaks
