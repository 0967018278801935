#!/bin/sh
# Every model command on its happy path, in text and in JSON; packages as
# directories and as tars, whole and in shards; plain directories.
. "$SRC/tests/cli/model_lib"

keys
"$COCOCTL" key generate -q --type rsa3072 -o rsa.pem --public rsa.pub || fail "key generate"
model m

# done_json ARGUMENT...: succeeds and answers with its schema
done_json() {
	expect 0 "$@" --json
	json out
	has out '"ok":true'
}

# ---- packing
done_json model pack m -o pkg --new-key key --sign signer.pem --segment-size 1MiB --version 7 \
	--recipient signer.pub --recipient rsa.pub --tag v7 --key-id kbs:///a/b/c
has out '"version":"7"'
has out '"files":6'
has out '"key_id":"kbs:///a/b/c"'
has out '"signed":true'
[ "$(mode key)" = 600 ] || fail "mode of the key"
[ "$(wc -c <key)" = 32 ] || fail "length of the key"
cp key kept
expect 0 model pack m -o plain --new-key key2 --compress off --no-plaintext-digests
empty out
has err 'signed           no'
for how in auto off zstd planes; do
	expect 0 model pack m -o $how --key key --compress $how
	expect 0 model open $how -o opened --key key
	diff -r m opened >out || fail "--compress $how"
	rm -rf opened $how
done
ls -lR pkg | awk '/^-/ { if ($1 !~ /^-rw-r--r--/) exit 1 }' || fail "modes in the package"

# ---- verify, inspect
done_json model verify pkg --public-key signer.pub --key key --min-version 7
has out '"verdict":"affirmed"'
hasnt out '"status":"fail"'
done_json model verify pkg:v7 --public-key signer.pub
refused 3 format.package.none model verify pkg:v8 --public-key signer.pub
expect 0 model verify pkg --public-key signer.pub --key key
has out affirmed
done_json model inspect pkg
hasnt out config.json
has out '"signatures":1'
done_json model inspect pkg --key key --show-names
has out '"path":"sub/deep/noise.bin","size":"2500000"'
has out '"dtypes":[{"dtype":"bf16","tensors":1,"bytes":"80000"}]'
has out '"tag":"v7"'
expect 0 model inspect pkg --key key --show-names
has out 'bf16'

# ---- open: all, some, with each kind of key; modes and bytes
done_json model open pkg -o opened --key key --public-key signer.pub
has out '"signature_checked":true'
diff -r m opened >out || fail "open"
[ "$(mode opened/config.json)" = 755 ] || fail "mode of a file"
rm -rf opened
for id in signer rsa; do
	done_json model open pkg -o opened --identity $id.pem --public-key signer.pub
	diff -r m opened >out || fail "open --identity $id"
	rm -rf opened
done
refused 7 crypto.wrap.no_recipient model open pkg -o opened --identity other.pem
gone opened
expect 0 model open pkg -o opened --key key --file '*.json' --file 'sub/small*'
[ "$(find opened -type f | LC_ALL=C sort | tr '\n' ' ')" = \
	'opened/config.json opened/sub/small.bin ' ] || fail "--file: $(find opened)"
rm -rf opened
refused 2 usage.file.none model open pkg -o opened --key key --file '*.json' --file 'nothing*'
gone opened
(umask 077 && "$COCOCTL" model open pkg -o opened --key key -q) || fail "open with a umask"
[ "$(mode opened/config.json)" = 700 ] || fail "the umask was ignored"
rm -rf opened

# ---- cat: whole, ranges over the borders of chunks, pieces and segments
for range in '' :0 :1 :0:0 :16383:2 :1048575:2 :1048576:1 :2097000:300000 :2499999:1 :2500000:0 \
	:2500000; do
	expect 0 model cat pkg "sub/deep/noise.bin$range" --key key --public-key signer.pub
	from=${range#:}
	from=${from%%:*}
	case $range in
	:*:*) tail -c +$((${from:-0} + 1)) m/sub/deep/noise.bin | head -c "${range##*:}" >want ;;
	*) tail -c +$((${from:-0} + 1)) m/sub/deep/noise.bin >want ;;
	esac
	cmp -s want out || fail "cat $range: $(wc -c <out) bytes"
	empty err
done
for range in :2500001 :0:2500001 :2500000:1 :9999999999999999999:1; do
	refused 2 usage.file.range model cat pkg "sub/deep/noise.bin$range" --key key \
		--public-key signer.pub
	empty out
done
for name in nothing '' sub/deep 'sub/deep/noise.bin:' 'sub/deep/noise.bin:-1' \
	'sub/deep/noise.bin:1:2:3'; do
	"$COCOCTL" model cat pkg "$name" --key key >out 2>err
	[ $? = 2 ] || fail "cat \"$name\": $?"
	empty out
done
expect 0 model cat pkg sub/empty --key key
empty out
done_json model cat pkg config.json --key key -o copy
cmp -s copy m/config.json || fail "cat -o"
[ "$(mode copy)" = 600 ] || fail "mode of what cat writes"
refused 10 io.output.exists model cat pkg config.json --key key -o copy
refused 2 usage.option.conflict model cat pkg config.json --key key --json

# ---- tar: read, not written to
tar -C pkg -cf pkg.tar .
expect 0 model verify pkg.tar --public-key signer.pub --key key
expect 0 model inspect pkg.tar --key key
expect 0 model open pkg.tar -o opened --key key --public-key signer.pub
diff -r m opened >out || fail "open a tar"
rm -rf opened
expect 0 model cat pkg.tar config.json --key key
cmp -s out m/config.json || fail "cat a tar"
cp pkg.tar before
refused 2 usage.layout.tar model sign pkg.tar --key other.pem
refused 2 usage.layout.tar model sign pkg.tar --key other.pem --dry-run
refused 2 usage.layout.tar model rewrap pkg.tar --key key --recipient rsa.pub
cmp -s before pkg.tar || fail "the tar was changed"
done_json model sign pkg.tar --key other.pem -o tar.sig
expect 0 model verify pkg.tar --public-key other.pub --signature tar.sig
expect 0 model verify pkg --public-key other.pub --signature tar.sig
head -c 100000 pkg.tar >cut.tar
"$COCOCTL" model verify cut.tar --public-key signer.pub >out 2>err
[ $? = 3 ] || [ $? = 1 ] || fail "a cut tar: $?"
gzip -c pkg.tar >pkg.tar.gz
refused 2 usage.layout.tar model verify pkg.tar.gz --public-key signer.pub

# ---- a second signature, other recipients
done_json model sign pkg:v7 --key other.pem
refused 3 format.package.none model sign pkg:v8 --key other.pem
expect 0 model verify pkg --public-key other.pub
expect 0 model verify pkg --public-key signer.pub
done_json model rewrap pkg:v7 --key key --recipient rsa.pub
refused 7 crypto.wrap.no_recipient model open pkg -o opened --identity signer.pem
expect 0 model open pkg -o opened --identity rsa.pem
rm -rf opened
refused 7 crypto.content_key.wrong model rewrap pkg --key key2 --recipient rsa.pub
expect 0 model verify pkg --public-key signer.pub --key key
done_json key wrap --recipient rsa.pub --key key -o wraps.json
done_json key unwrap --identity rsa.pem wraps.json -o back
cmp -s back kept || fail "key unwrap"

# ---- versions
done_json model pack m -o next --new-key next.key --previous pkg --sign signer.pem
has out '"version":"8"'
expect 0 model verify next --public-key signer.pub --previous pkg --min-version 8
refused 1 verify.package.previous model verify pkg --public-key signer.pub --previous next
refused 1 verify.package.rollback model verify pkg --public-key signer.pub --min-version 8
refused 1 verify.package.rollback model open pkg -o opened --key key --min-version 8
gone opened
refused 1 verify.package.previous model pack m -o bad --new-key bad.key --previous pkg --version 7
gone bad bad.key

# ---- shards
done_json model plan m -o plan.json --segment-size 1MiB
hasnt plan.json config
[ "$(mode plan.json)" = 600 ] || fail "mode of a plan"
for i in 1 2 3; do
	done_json model pack m -o part$i --key key --plan plan.json --shard $i/3
done
done_json model merge part3 part1 part2 -o merged --key key --sign signer.pem --recipient rsa.pub
expect 0 model verify merged --public-key signer.pub --key key
expect 0 model open merged -o opened --identity rsa.pem --public-key signer.pub
diff -r m opened >out || fail "merge"
rm -rf opened
refused 2 usage.merge.shards model merge part1 part3 -o bad --key key
has err 'shard 2 of 3 is missing'
refused 2 usage.merge.shards model merge part1 part2 part3 part2 -o bad --key key
has err 'shard 2 of 3 was given twice'
expect 0 model plan m -o plan2.json --segment-size 1MiB
expect 0 model pack m -o part2b --key key --plan plan2.json --shard 2/3
refused 2 usage.merge.shards model merge part1 part2b part3 -o bad --key key
refused 7 crypto.content_key.wrong model merge part1 part2 part3 -o bad --key key2
refused 3 format.package.plan model merge part1 m part3 -o bad --key key
flip "$(find part2/blobs -type f | head -n 1)" 70
refused 1 verify.blob.digest model merge part1 part2 part3 -o bad --key key
gone bad
refused 2 usage.option.conflict model pack m -o bad --key key --plan plan.json
refused 2 usage.option.value model pack m -o bad --key key --plan plan.json --shard 4/3
echo more >>m/config.json
refused 1 verify.plan.tree model pack m -o bad --key key --plan plan.json --shard 1/3
gone bad

# ---- a plain directory
refused 7 crypto.key.type model sign m --key other.pem
gone m/model.sig
done_json model sign m --key signer.pem
[ -f m/model.sig ] || fail "no signature in the model"
done_json model verify m --public-key signer.pub
refused 10 io.output.exists model sign m --key signer.pem
echo extra >m/extra
refused 1 verify.oms.files model verify m --public-key signer.pub
hasnt err extra
expect 0 model verify m --public-key signer.pub --ignore-unsigned-files
rm m/extra
mv m/sub/small.bin small
refused 1 verify.oms.files model verify m --public-key signer.pub --ignore-unsigned-files
mv small m/sub/small.bin
flip m/sub/small.bin 10
refused 1 verify.oms.files model verify m --public-key signer.pub
refused 1 verify.signature.hint model verify m --public-key other.pub
refused 8 trust.package.no_root model verify m
gone
