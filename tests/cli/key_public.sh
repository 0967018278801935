#!/bin/sh
# key public and key inspect: every kind of reference and of key.
. "$SRC/tests/cli/lib"

expect 0 key generate --type p384 -o k.pem --public k.pub
expect 0 key generate --type content -o content.key

# key public: standard output, a file, forms of input
expect 0 key public k.pem
empty err
cmp -s out k.pub || fail "key public k.pem"
expect 0 key public k.pub
cmp -s out k.pub || fail "a public key is its own public half"
expect 0 key public file:k.pem -o copy.pub
empty out
has err 'fingerprint  sha256:'
cmp -s copy.pub k.pub || fail "-o"
expect 10 key public k.pem -o copy.pub
expect 0 key public k.pem -o copy.pub -f

expect 0 key public k.pem -o dry.pub -n
[ ! -e dry.pub ] || fail "--dry-run wrote"
expect 10 key public k.pem -o copy.pub -n

# an output that is the input would destroy it, whatever it is called
ln k.pem hard.pem
ln -s k.pem soft.pem
for same in k.pem ./k.pem file:k.pem hard.pem soft.pem; do
	expect 4 key public k.pem -o $same --force
	has err '[io.output.same_file]'
	has err '<key> and --output'
	expect 4 key public $same --log-file k.pem
done
has k.pem 'BEGIN PRIVATE KEY'
rm hard.pem soft.pem
expect 0 key public k.pem -o -
cmp -s out k.pub || fail "-o -"
"$COCOCTL" key public - <k.pem >out 2>err || fail "key public -"
cmp -s out k.pub || fail "standard input"
"$COCOCTL" key public fd:5 5<k.pem >out 2>err || fail "key public fd:5"
cmp -s out k.pub || fail "fd:5"
mkdir creds
chmod 700 creds
cp k.pem creds/signer
chmod 600 creds/signer
CREDENTIALS_DIRECTORY=$PWD/creds "$COCOCTL" key public cred:signer >out 2>err || fail cred:
cmp -s out k.pub || fail "cred:signer"
K=$(cat k.pem) "$COCOCTL" key public env:K >out 2>err || fail env:
cmp -s out k.pub || fail "env:K"
expect 0 key public k.pem --json
json out
has out '"public_key":"-----BEGIN PUBLIC KEY-----\n'
expect 2 key public k.pem --json -o -

# key inspect
for key in k.pem k.pub; do
	expect 0 key inspect $key --json
	json out
	has out '"type":"p384"'
	sed -n 's/.*"fingerprint":"\([^"]*\)".*/\1/p' out >fp.$key
done
cmp -s fp.k.pem fp.k.pub || fail "halves of a pair have one fingerprint"
grep -qx 'sha256:[0-9a-f]\{64\}' fp.k.pem || fail "fingerprint"
expect 0 key inspect content.key
has out 'content key'
hex=$(od -An -v -tx1 content.key | tr -d ' \n')
hasnt out "$hex"
printf '%s\n' "$hex" >hex.key
chmod 600 hex.key
expect 0 key inspect hex.key
hasnt out "$hex"
expect 7 key public content.key
hasnt err "$hex"

# private and content keys must be closed to others, public ones need not
chmod 644 k.pem k.pub content.key
for key in k.pem content.key; do
	expect 4 key inspect $key
	has err '[io.secret.mode]'
	expect 0 key inspect $key --insecure-permissions
done
expect 4 key public k.pem
expect 0 key public k.pem --insecure-permissions
expect 0 key public k.pub
chmod 600 k.pem content.key

# inputs that are none
: >empty
chmod 600 empty
expect 7 key inspect empty
has err '[crypto.key.empty]'
head -c 100 /dev/zero >zeros
chmod 600 zeros
expect 7 key inspect zeros
has err '[crypto.key.format]'
head -n 3 k.pem >cut.pem
chmod 600 cut.pem
expect 3 key inspect cut.pem
has err '[format.pem.syntax]'
head -c 100000 /dev/zero >huge
chmod 600 huge
expect 9 key inspect huge
expect 4 key inspect .
expect 4 key inspect missing
expect 7 key inspect env:NO_SUCH_VARIABLE
expect 2 key inspect prompt:
expect 2 key inspect pass:secret
has err '[usage.keyref.scheme]'
hasnt err secret
expect 2 key inspect
if command -v openssl >/dev/null 2>&1; then
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes128 \
		-pass pass:x -out locked.pem 2>/dev/null
	chmod 600 locked.pem
	expect 7 key inspect locked.pem
	has err '[crypto.key.encrypted]'
fi
