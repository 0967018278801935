#!/bin/sh
# key seal, unseal: what is written, what a guest would refuse, every exit code.
. "$SRC/tests/cli/lib"

kid=kbs:///default/signing-key/sealed
resource=kbs:///default/model-key/kek-1
expect 0 key generate --type p256 -o key.pem --public key.pub
expect 0 key generate --type p384 -o other.pem
expect 0 key seal --key key.pem --kid $kid --resource $resource --public-jwk key.jwk -o sealed.txt
empty out
has key.jwk '"crv":"P-256"'
hasnt key.jwk '"d"'
[ "$(head -c 7 sealed.txt)" = sealed. ] || fail "no prefix"
[ "$(wc -l <sealed.txt)" = 0 ] || fail "a line end"
for key in key.jwk key.pub; do
	expect 0 key unseal sealed.txt --verify-key $key --json
	json out
	has out "\"name\":\"$resource\""
	has out "\"kid\":\"$kid\""
done
# the public key where the guest finds it
mkdir -m 700 store
mkdir -p store/repository
cp key.jwk 'store/repository/default\x2Fsigning-key\x2Fsealed'
expect 0 key unseal sealed.txt --verify-key store:./store/default/signing-key/sealed
"$COCOCTL" key seal --key key.pem --kid $kid --resource $resource -o - >piped 2>err || fail "pipe"
expect 0 key unseal piped --verify-key key.jwk
expect 10 key seal --key key.pem --kid $kid --resource $resource -o sealed.txt
expect 0 key seal --key key.pem --kid $kid --resource $resource -o dry.txt --dry-run
[ ! -e dry.txt ] || fail "--dry-run wrote"

expect 2 key seal --key key.pem --kid $kid -o x.txt
expect 3 key seal --key key.pem --kid signing-key --resource $resource -o x.txt
expect 3 key seal --key key.pem --kid $kid --resource kbs:///a/b -o x.txt
expect 7 key seal --key other.pem --kid $kid --resource $resource -o x.txt
has err '[crypto.key.type]'
chmod 600 key.pub
expect 7 key seal --key key.pub --kid $kid --resource $resource -o x.txt
expect 4 key seal --key absent --kid $kid --resource $resource -o x.txt
[ ! -e x.txt ] || fail "written in spite of an error"

expect 0 key generate --type p256 -o stranger.pem --public stranger.pub
expect 1 key unseal sealed.txt --verify-key stranger.pub
has out rejected
payload=$(cut -d . -f 3 sealed.txt)
printf 'sealed.fakejwsheader.%s.fakesignature' "$payload" >fake.txt
expect 1 key unseal fake.txt --verify-key key.jwk
has err '[verify.sealed.fake]'
has err 'guest components up to v0.17 accepted'
{ cat sealed.txt; echo; } >line.txt
expect 3 key unseal line.txt --verify-key key.jwk
has err '[format.sealed.form]'
expect 3 key unseal key.jwk --verify-key key.jwk
expect 7 key unseal sealed.txt --verify-key other.pem
expect 4 key unseal absent --verify-key key.jwk
head -c 70000 /dev/zero >large
expect 9 key unseal large --verify-key key.jwk
expect 2 key unseal sealed.txt
