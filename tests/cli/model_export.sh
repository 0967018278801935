#!/bin/sh
# model export: encrypted layers, where the key never appears, and every exit code.
. "$SRC/tests/cli/lib"

mkdir tree
echo content >tree/file
tar -C tree -cf layer.tar .
expect 0 key generate --type p256 -o r.key --public r.pub
head -c 32 /dev/urandom >kek
chmod 600 kek

expect 0 model export --ocicrypt layer.tar --tag v1 --key kek --key-id kbs:///default/kek/1 -o one
has err 'layers    1'
expect 10 model export --ocicrypt layer.tar --key kek --key-id kbs:///default/kek/1 -o one
expect 0 model export --ocicrypt layer.tar --recipient r.pub --json -o two
json out
has out '"manifest":"sha256:'
expect 0 model export --ocicrypt layer.tar --recipient r.pub -o three --dry-run
[ ! -e three ] || fail "--dry-run wrote"
if grep -rq content one two; then
	fail "a layer is not encrypted"
fi
grep -rq "$(base64 -w 0 kek)" one && fail "the key is in the image"

# exit codes
expect 2 model export layer.tar --recipient r.pub -o none
expect 2 model export --ocicrypt layer.tar -o none
expect 2 model export --ocicrypt layer.tar --key kek -o none
expect 2 model export --ocicrypt layer.tar --recipient r.pub
expect 3 model export --ocicrypt layer.tar --key kek --key-id nonsense -o none
expect 2 model export --ocicrypt layer.tar --recipient r.pub --tag 'a b' -o none
expect 3 model export --ocicrypt tree --recipient r.pub -o none
has err 'tar -C DIR'
expect 3 model export --ocicrypt one:v1 --recipient r.pub -o none
has err 'encrypted already'
gzip -k layer.tar
expect 3 model export --ocicrypt layer.tar.gz --recipient r.pub -o none
expect 4 model export --ocicrypt absent.tar --recipient r.pub -o none
expect 4 model export --ocicrypt layer.tar --recipient absent.pub -o none
head -c 31 kek >short
chmod 600 short
expect 7 model export --ocicrypt layer.tar --key short --key-id kbs:///default/kek/1 -o none
[ ! -e none ] || fail "something was written in spite of an error"
ls | grep -q partial && fail "a partial layout is left"
exit 0
