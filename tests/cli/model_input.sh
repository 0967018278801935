#!/bin/sh
# Models that cannot be packed, outputs that cannot be written: named, refused,
# nothing left behind, no key either.
. "$SRC/tests/cli/model_lib"

keys
model m
expect 0 key generate --type content -o key

# unpackable EXIT ID DIR ARGUMENT...: plan, pack and sign refuse it alike
unpackable() {
	unpackable_exit=$1
	unpackable_id=$2
	dir=$3
	shift 3
	refused "$unpackable_exit" "$unpackable_id" model plan "$dir" -o plan.json "$@"
	refused "$unpackable_exit" "$unpackable_id" model pack "$dir" -o pkg --new-key new "$@"
	refused "$unpackable_exit" "$unpackable_id" model sign "$dir" --key signer.pem -o sig "$@"
	gone plan.json pkg new sig
}

# nothing to pack
mkdir none none/sub
unpackable 3 format.model.empty none
mkdir git git/.git && echo x >git/.git/config && echo x >git/.gitignore
unpackable 3 format.model.empty git --ignore-git-paths
refused 3 format.model.empty model pack m -o pkg --new-key new --ignore sub \
	--ignore config.json --ignore model.safetensors --ignore with:colon
gone pkg new
unpackable 4 io.file.open not-there
unpackable 4 io.file.kind /dev/null

# a plain directory is no package, and says what to do
refused 3 format.layout.structure model inspect m
has err 'cococtl model pack'

# names: not UTF-8; nothing about it is shown without --show-names
cp -r m odd
bad=$(printf 'odd/canary-\377')
echo x >"$bad"
unpackable 3 format.model.name odd
hasnt err canary
refused 3 format.model.name model pack odd -o pkg --key key --show-names
has err 'canary-\xff'
rm "$bad"
# control characters are names too, but not on the terminal
esc=$(printf 'odd/canary\033[31m\nnewline')
echo x >"$esc"
expect 0 model pack odd -o pkg --key key
expect 0 model inspect pkg --key key --show-names
has out 'canary\x1b[31m\x0anewline'
expect 0 model open pkg -o opened --key key
diff -r odd opened >out || fail "odd names"
rm -rf opened pkg
ln -s with:colon odd/link
unpackable 4 io.model.link odd
refused 4 io.model.link model pack odd -o pkg --key key
has err 'cp -rL'
hasnt err allow-symlinks
rm odd/link
mkfifo odd/fifo
unpackable 4 io.file.kind odd
rm -rf odd

# colons in names: the whole name wins over FILE:OFFSET:LENGTH
cp -r m colon
printf 'whole' >colon/a:1:2
printf 'abcdef' >colon/a
expect 0 model pack colon -o pkg --key key
expect 0 model cat pkg a:1:2 --key key
printf whole | cmp -s - out || fail "a:1:2 is a file"
expect 0 model cat pkg a:2:3 --key key
printf cde | cmp -s - out || fail "a:2:3 is a range"
rm -rf colon pkg

# outputs that exist, that cannot be made, that lie inside the model
echo old >pkg
refused 10 io.output.exists model pack m -o pkg --new-key new
refused 10 io.output.exists model pack m -o pkg --key key
echo old | cmp -s - pkg || fail "pkg was touched"
rm pkg
gone pkg new
echo old >new
refused 10 io.output.exists model pack m -o pkg --new-key new
echo old | cmp -s - new || fail "new was touched"
rm new
refused 4 io.file.write model pack m -o no/such/pkg --new-key new
refused 4 io.file.write model pack m -o pkg --new-key no/such/new
gone pkg new
refused 4 io.output.same_file model pack m -o m --key key --force
mkdir m/here
for out in m/pkg m/here/pkg ./m/here/../pkg "$PWD/m/pkg"; do
	refused 2 usage.output.inside model pack m -o "$out" --new-key new
	refused 2 usage.output.inside model pack m -o pkg --new-key "$out"
	refused 2 usage.output.inside model plan m -o "$out"
done
rmdir m/here
gone pkg new m/pkg

# --force: the old key and package stay until the new ones are complete
expect 0 model pack m -o pkg --new-key new
cp new before
refused 4 io.file.open model pack not-there -o pkg --new-key new --force
refused 3 format.model.empty model pack none -o pkg --new-key new --force
cmp -s new before || fail "the key of the old package is lost"
expect 0 model open pkg -o opened --key new
expect 0 model pack m -o pkg --new-key new --force
cmp -s new before && fail "--force did not replace the key"
[ "$(mode new)" = 600 ] || fail "mode of the new key"
refused 10 io.output.exists model open pkg -o opened --key new
expect 0 model open pkg -o opened --key new --force
diff -r m opened >out || fail "--force did not replace the model"
rm -rf opened pkg new

# a store is no different
refused 4 io.file.open model pack not-there -o pkg --new-key store:st/repo/type/tag
expect 0 model pack m -o pkg --new-key store:st/repo/type/tag
expect 0 model open pkg -o opened --key store:st/repo/type/tag
rm -rf opened pkg st

# what would make a package that nobody can read
refused 2 usage.option.value model pack m -o pkg --new-key new --key-id 'two words'
refused 2 usage.option.value model pack m -o pkg --new-key new --version 9223372036854775808
refused 2 usage.option.value model pack m -o pkg --new-key new --version 0
refused 2 usage.option.value model pack m -o pkg --new-key new --tag 'two words'
refused 2 usage.option.value model pack m -o pkg --new-key new --segment-size 3MiB
refused 2 usage.option.value model pack m -o pkg --new-key new --segment-size 8GiB
refused 2 usage.option.value model pack m -o pkg --new-key new --previous sha256:12
refused 2 usage.option.conflict model pack m -o pkg --new-key new --previous \
	"sha256:$(printf %064d 1)"
gone pkg new

# a full disk
if [ -w /dev/full ]; then
	refused 4 io.file.kind model plan m -o /dev/full --force
	expect 0 model pack m -o pkg --key key
	"$COCOCTL" model cat pkg sub/deep/noise.bin --key key >/dev/full 2>err
	[ $? = 4 ] || fail "cat to a full disk"
	has err '[io.file.write]'
	"$COCOCTL" model inspect pkg --key key --json >/dev/full 2>err
	[ $? = 4 ] || fail "inspect to a full disk"
	has err '[io.file.write]'
	rm -rf pkg
fi
