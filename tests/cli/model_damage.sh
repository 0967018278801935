#!/bin/sh
# Every way to damage or mix packages is found, by its name, and leaves nothing
# behind: flipped, cut, appended, swapped, dropped and exchanged blobs.
. "$SRC/tests/cli/model_lib"

keys
model m
expect 0 model pack m -o good --new-key key --segment-size 1MiB --sign signer.pem
# another package under the same key: the worst case for mixing
expect 0 model pack m -o twin --key key --segment-size 1MiB --sign signer.pem
expect 0 model verify good --public-key signer.pub --key key
expect 0 model verify twin --public-key signer.pub --key key

# damaged VERIFY-EXIT VERIFY-ID OPEN-EXIT OPEN-ID: what both say about the package "bad"
damaged() {
	refused "$1" "$2" model verify bad --public-key signer.pub --key key
	refused "$3" "$4" model open bad -o opened --key key --public-key signer.pub
	empty out
	gone opened
	refused "$3" "$4" model open bad -o opened --key key
	gone opened
	rm -rf bad
}

fresh() {
	rm -rf bad
	cp -r good bad
}

# a segment: head (salt, commitment), first chunk, some chunk, last byte
size=$(wc -c <"$(layer good 2)")
for at in 0 24 55 56 400000 $((size - 1)); do
	fresh
	flip "$(layer bad 2)" $at
	id=crypto.chunk.authentication
	[ $at -gt 55 ] || id=crypto.content_key.wrong
	damaged 1 verify.blob.digest 7 $id
done
fresh
head -c $((size - 1)) "$(layer good 2)" >"$(layer bad 2)"
damaged 1 verify.blob.size 1 verify.blob.size
fresh
: >"$(layer bad 2)"
damaged 1 verify.blob.size 1 verify.blob.size
fresh
printf x >>"$(layer bad 2)"
damaged 1 verify.blob.size 1 verify.blob.size

# two segments of one size change places
fresh
a=$(layer bad 2)
b=$(layer bad 3)
[ "$(wc -c <"$a")" = "$(wc -c <"$b")" ] || fail "segments of different sizes"
mv "$a" swap && mv "$b" "$a" && mv swap "$b"
damaged 1 verify.blob.digest 7 crypto.content_key.wrong

# a segment of another package under the same key
fresh
cp "$(layer twin 2)" "$(layer bad 2)"
damaged 1 verify.blob.digest 7 crypto.content_key.wrong

# one is missing, a directory, a link to the right bytes elsewhere
fresh
rm "$(layer bad 2)"
damaged 1 verify.blob.missing 1 verify.blob.missing
fresh
b=$(layer bad 2)
rm "$b" && mkdir "$b"
refused 4 io.file.kind model open bad -o opened --key key
gone opened
fresh
b=$(layer bad 2)
rm "$b" && ln -s "$PWD/$(layer good 2)" "$b"
"$COCOCTL" model verify bad --public-key signer.pub --key key >out 2>err
[ $? = 0 ] && fail "a link out of the package was followed"

# the catalogue: bits, and that of the twin under the name of ours
fresh
flip "$(layer bad 0)" 100
damaged 1 verify.blob.digest 1 verify.blob.digest
fresh
cp "$(layer twin 0)" "$(layer bad 0)"
"$COCOCTL" model open bad -o opened --key key >out 2>err
[ $? = 1 ] || fail "an exchanged catalogue: $?"
gone opened

# the manifest: bits, and the twin's, to which our signature does not refer
fresh
main=bad/blobs/sha256/$(sed 's/.*"manifests":\[{[^}]*"digest":"sha256:\([0-9a-f]*\)".*/\1/' \
	bad/index.json)
flip "$main" 300
refused 1 verify.blob.digest model verify bad --public-key signer.pub --key key
refused 1 verify.blob.digest model open bad -o opened --key key
gone opened
fresh
cp twin/blobs/sha256/* bad/blobs/sha256/
ours=$(sed 's/.*"manifests":\[\({[^}]*}}\).*/\1/' good/index.json)
theirs=$(sed 's/.*"manifests":\[\({[^}]*}}\).*/\1/' twin/index.json)
awk -v a="$ours" -v b="$theirs" '{ i = index($0, a)
	print substr($0, 1, i - 1) b substr($0, i + length(a)) }' good/index.json >bad/index.json
refused 8 trust.package.unsigned model verify bad --public-key signer.pub --key key
refused 8 trust.package.unsigned model open bad -o opened --key key --public-key signer.pub
gone opened
# and with our signature given apart
expect 0 model sign good --key signer.pem -o good.sig
refused 1 verify.package.subject model verify bad --public-key signer.pub --signature good.sig

# the header blob of the twin under the name of ours
fresh
config() { sed 's/.*"config":{[^}]*"digest":"sha256:\([0-9a-f]*\)".*/\1/' \
	"$1/blobs/sha256/$(sed 's/.*"manifests":\[{[^}]*"digest":"sha256:\([0-9a-f]*\)".*/\1/' \
	"$1/index.json")"; }
cp "twin/blobs/sha256/$(config twin)" "bad/blobs/sha256/$(config good)"
damaged 1 verify.blob.digest 1 verify.blob.digest

# the signature: bits of the bundle; every bit of a bundle given apart
fresh
bundle=$(grep -l '"dsseEnvelope"' bad/blobs/sha256/*)
flip "$bundle" 500
refused 1 verify.blob.digest model verify bad --public-key signer.pub --key key
n=$(wc -c <good.sig)
at=0
while [ $at -lt "$n" ]; do
	cp good.sig bad.sig
	flip bad.sig $at
	"$COCOCTL" model verify good --public-key signer.pub --signature bad.sig >out 2>err
	code=$?
	case $code in
	1 | 3) ;;
	*) fail "bit 0 of byte $at of the signature: exit $code" ;;
	esac
	at=$((at + 37))
done
head -c 100 good.sig >bad.sig
refused 3 format.json.syntax model verify good --public-key signer.pub --signature bad.sig
: >bad.sig
refused 3 format.json.syntax model verify good --public-key signer.pub --signature bad.sig

# wrong keys
refused 1 verify.signature.hint model verify good --public-key other.pub
refused 1 verify.signature.hint model open good -o opened --key key --public-key other.pub
gone opened
expect 0 key generate --type content -o wrong
refused 7 crypto.content_key.wrong model verify good --public-key signer.pub --key wrong
refused 7 crypto.content_key.wrong model open good -o opened --key wrong
refused 7 crypto.content_key.wrong model cat good config.json --key wrong -o opened
refused 7 crypto.content_key.wrong model inspect good --key wrong
gone opened
refused 7 crypto.content_key.format model open good -o opened --key signer.pem
refused 7 crypto.key.not_public model verify good --public-key signer.pem
head -c 31 wrong >short
refused 4 io.secret.mode model open good -o opened --key short
chmod 600 short
refused 7 crypto.content_key.format model open good -o opened --key short
gone opened

# small documents: whatever bit is flipped, the answer is no and never a crash
for file in good/oci-layout good/index.json "$main" good/blobs/sha256/"$(config good)"; do
	file=good/${file#*/}
	n=$(wc -c <"$file")
	at=3
	while [ $at -lt "$n" ]; do
		fresh
		flip "bad/${file#good/}" $at
		"$COCOCTL" model open bad -o opened --key key --public-key signer.pub >out 2>err
		code=$?
		case $code in
		0) # annotations of the index may say what they like
			diff -r m opened >out || fail "$file, byte $at: other files"
			;;
		1 | 2 | 3 | 4 | 8) gone opened ;;
		*) fail "$file, byte $at: exit $code" ;;
		esac
		rm -rf opened
		at=$((at + 61))
	done
done
