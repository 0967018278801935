#!/bin/sh
# measure id-block: the values for QEMU, and every exit code.
. "$SRC/tests/cli/lib"

digest=430b8ed91df3bc8f27b7fe832d79ea42933ce720f14259102266433e6c53b324
digest=${digest}b289d0d734ceba6838f13749b8fe4eb5
expect 0 key generate --type p384 -o id.pem --public id.pub
expect 0 key generate --type p384 -o author.pem
expect 0 key generate --type p256 -o small.pem

# the block is public and does not depend on the keys
block=QwuO2R3zvI8nt/6DLXnqQpM85yDxQlkQImZDPmxTsySyidDXNM66aDjxN0m4/k61
zeros=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAwAAAAAA
expect 0 measure id-block --digest $digest --id-key id.pem
has out "$block$zeros"
hasnt out 'author key digest'
expect 0 measure id-block --digest $digest --id-key id.pem --author-key author.pem --json
json out
has out "\"id_block\":\"$block$zeros\""
has out '"author_key_enabled":true'
[ "$(sed 's/.*"id_auth":"\([^"]*\)".*/\1/' out | base64 -d | wc -c)" = 4096 ] || fail "id_auth"
expect 0 measure id-block --digest $digest --id-key id.pem --guest-svn 7 --policy 0xb0000 \
	--family-id 000102030405060708090a0b0c0d0e0f --image-id 11111111111111111111111111111111
hasnt out "$zeros"
has out "${block}AAECAwQFBgcICQoLDA0OD"

expect 2 measure id-block --id-key id.pem
expect 2 measure id-block --digest $digest
expect 2 measure id-block --digest ${digest}00 --id-key id.pem
expect 2 measure id-block --digest $digest --id-key id.pem --image-id 11
expect 2 measure id-block --digest $digest --id-key id.pem --policy x
expect 7 measure id-block --digest $digest --id-key small.pem
has err '[crypto.key.type]'
expect 7 measure id-block --digest $digest --id-key id.pem --author-key small.pem
expect 7 measure id-block --digest $digest --id-key id.pub --insecure-permissions
expect 4 measure id-block --digest $digest --id-key missing
chmod 644 id.pem
expect 4 measure id-block --digest $digest --id-key id.pem
has err '[io.secret.mode]'
expect 0 measure id-block --digest $digest --id-key id.pem --insecure-permissions
head -c 100000 /dev/zero >huge
chmod 600 huge
expect 9 measure id-block --digest $digest --id-key huge
echo '-----BEGIN PRIVATE KEY-----' >cut
chmod 600 cut
expect 3 measure id-block --digest $digest --id-key cut
