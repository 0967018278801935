#!/bin/sh
# The package of format version 1 that is kept in testdata opens for ever: with
# its key, with the key of its recipient, and its signature holds.
. "$SRC/tests/cli/lib"

cp -r "$SRC/testdata/model-package/v1" gold
chmod 600 gold/content.key gold/recipient.pem
cd gold || exit 1
expect 0 model verify layout --public-key signer.pub --key content.key --min-version 3
has out affirmed
hasnt out fail
[ "$(grep -c '^pass' out)" = 8 ] || fail "not every check was done"
expect 8 model verify layout --key content.key
expect 1 model verify layout --public-key signer.pub --min-version 4
expect 0 model inspect layout --json
has out '"package_id":"9f0e1198a756d18b593a3cc676f52e07"'
has out '"plaintext_at_rest":"guest-encrypted"'
# through pipes: its plaintext is not for every disk
"$COCOCTL" model cat layout w.safetensors --key content.key --public-key signer.pub 2>err |
	cmp - model/w.safetensors || fail "cat with the content key"
part=$("$COCOCTL" model cat layout hello.txt:7:5 --identity recipient.pem \
	--public-key signer.pub 2>err)
[ "$part" = model ] || fail "cat with the recipient's key"
tar -C layout -cf layout.tar .
expect 0 model verify layout.tar --public-key signer.pub --key content.key

# its plaintext belongs into memory or onto encrypted storage
if [ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ]; then
	shm=$(mktemp -d /dev/shm/cococtl-test.XXXXXX) || fail "no directory in memory"
	trap 'rm -rf "$shm"' EXIT
	expect 0 model open layout -o "$shm/out" --key content.key --public-key signer.pub
	diff -r model "$shm/out" || fail "open"
	expect 0 model cat layout hello.txt --key content.key --public-key signer.pub -o "$shm/hello"
	cmp -s "$shm/hello" model/hello.txt || fail "cat into memory"
fi
