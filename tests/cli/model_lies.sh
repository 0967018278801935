#!/bin/sh
# A hostile packer that holds the content key: paths out of the directory, runs
# out of their segments, huge numbers, duplicate and unknown members. Each lie is
# named, nothing is written anywhere.
. "$SRC/tests/cli/model_lib"

reseal=$BUILT/tests/cli/model/test_reseal
[ -x "$reseal" ] || { echo "test_reseal is not built"; exit 77; }
keys
model m
expect 0 model pack m -o good --new-key key --segment-size 1MiB
"$reseal" show good key >catalogue || fail "test_reseal"
mkdir jail jail/in
cd jail/in || exit 1
outside() {
	[ "$(ls ..)" = in ] || fail "written outside the output: $(ls ..)"
	[ ! -e /canary-file ] || fail "/canary-file was written"
}

# lie EXIT ID SED: the catalogue with that change is refused everywhere
lie() {
	sed "$3" ../../catalogue >changed
	cmp -s changed ../../catalogue && fail "$3 changes nothing"
	rm -rf bad
	cp -r ../../good bad
	"$reseal" catalogue bad ../../key <changed || fail "test_reseal: $3"
	refused "$1" "$2" model open bad -o opened --key ../../key
	gone opened
	outside
	refused "$1" "$2" model cat bad config.json --key ../../key
	empty out
	refused "$1" "$2" model inspect bad --key ../../key
	empty out
	expect "$1" model verify bad --key ../../key --public-key ../../signer.pub
	rm -rf bad
}

# unchanged it still opens
cp -r ../../good bad
"$reseal" catalogue bad ../../key <../../catalogue || fail "test_reseal"
expect 0 model open bad -o opened --key ../../key
diff -r ../../m opened >out || fail "resealed"
rm -rf opened bad

path=format.catalogue.path
lie 3 $path 's,"path":"config.json","path":"../canary-file",'
lie 3 $path 's,"path":"config.json","path":"/canary-file",'
lie 3 $path 's,"path":"config.json","path":"..",'
lie 3 $path 's,"path":"config.json","path":".",'
lie 3 $path 's,"path":"config.json","path":"",'
lie 3 $path 's,"path":"config.json","path":"a//b",'
lie 3 $path 's,"path":"config.json","path":"a/",'
lie 3 $path 's,"path":"config.json","path":"a/../../canary-file",'
lie 3 $path 's,"path":"config.json","path":"model.safetensors",'
lie 3 $path 's,"path":"config.json","path":"zzz",'
lie 3 format.json.syntax 's,"path":"config.json","path":"a\\u0000b",'
catalogue=format.package.catalogue
lie 3 format.field.value 's/"mode":493/"mode":2541/'
lie 3 $catalogue 's/"size":22,/"size":23,/'
lie 3 $catalogue 's/"size":2500000,/"size":2499999,/'
lie 3 $catalogue 's/"runs":\[\[0,0,22\]\]/"runs":[[9,0,22]]/'
lie 3 $catalogue 's/"runs":\[\[0,0,22\]\]/"runs":[[0,1048576,22]]/'
lie 3 format.field.value 's/"runs":\[\[0,0,22\]\]/"runs":[[0,9223372036854775807,22]]/'
lie 3 $catalogue 's/"runs":\[\[0,0,22\]\]/"runs":[[0,0,22],[0,0,0]]/'
lie 3 $catalogue 's/"runs":\[\[0,0,22\]\]/"runs":[]/'
lie 3 $catalogue 's/planes16-bf16+zstd/planes17+zstd/'
lie 3 $catalogue 's/"AA[A-Za-z0-9+]*==*"/""/'
lie 3 format.json.type 's/"runs":\[\[0,0,22\]\]/"runs":7/'
lie 3 format.field.value 's/"size":22,/"size":-22,/'
lie 3 format.json.type 's/"size":22,/"size":22.0,/'
lie 3 format.json.type 's/"size":22,/"size":"22",/'
lie 3 format.json.type 's/"path":"config.json",//'
lie 3 format.json.duplicate 's/"size":22,/"size":22,"size":22,/'
lie 3 format.json.syntax 's/"size":22,/"size":99999999999999999999,/'
lie 3 format.json.syntax 's/$/x/'
lie 3 format.json.syntax 's/,"files".*//'
lie 3 format.package.critical 's/"critical":\[\],"header"/"critical":["canary"],"header"/'
lie 3 format.package.version 's/"format_version":1,"critical"/"format_version":2,"critical"/'
lie 3 format.package.version 's,cococtl/model-catalogue,cococtl/other,'
lie 1 verify.package.mixed 's/"version":1,/"version":2,/'
lie 1 verify.package.mixed 's,kbs:///default,kbs:///canary,'
lie 1 verify.package.mixed 's/"plaintext_at_rest":"allow"/"plaintext_at_rest":"deny"/'

# content that is not what the catalogue says: found while it is opened
content() {
	sed "$1" ../../catalogue >changed
	cmp -s changed ../../catalogue && fail "$1 changes nothing"
	cp -r ../../good bad
	"$reseal" catalogue bad ../../key <changed || fail "test_reseal: $1"
	expect 0 model sign bad --key ../../signer.pem
	refused 1 verify.package.content model verify bad --key ../../key \
		--public-key ../../signer.pub
	refused 1 verify.package.content model open bad -o opened --key ../../key \
		--public-key ../../signer.pub
	gone opened
	outside
	rm -rf bad
}
content 's/\("size":22,"sha256":"\)00/\111/;t;s/\("size":22,"sha256":"\)../\100/'
content 's/\[1,0,1048576\],\[2,0,1048576\]/[2,0,1048576],[1,0,1048576]/'
content 's/\[0,110,\([0-9]*\),80000,"planes16-bf16+zstd"/[0,111,\1,80000,"planes16-bf16+zstd"/'

# a file and a directory of one name; a directory that two files share by case is fine
sed 's,"path":"config.json","path":"sub",' ../../catalogue |
	sed 's/\({"path":"sub",[^]]*\]\]}\),\(.*\),\({"path":"sub.deep.noise.bin"\)/\2,\1,\3/' >changed
cp -r ../../good bad
"$reseal" catalogue bad ../../key <changed || fail "test_reseal"
"$COCOCTL" model open bad -o opened --key ../../key >out 2>err
code=$?
[ $code = 3 ] || [ $code = 4 ] || fail "a file as directory: exit $code"
gone opened
outside
rm -rf bad

# the header alike
cd ../..
config=$(sed 's/.*"manifests":\[{[^}]*"digest":"sha256:\([0-9a-f]*\)".*/\1/' good/index.json)
config=$(sed 's/.*"config":{[^}]*"digest":"sha256:\([0-9a-f]*\)".*/\1/' "good/blobs/sha256/$config")
header() {
	sed "$3" "good/blobs/sha256/$config" >changed
	cmp -s changed "good/blobs/sha256/$config" && fail "$3 changes nothing"
	cp -r good bad
	"$reseal" header bad key <changed || fail "test_reseal: $3"
	refused "$1" "$2" model open bad -o opened --key key
	gone opened
	expect "$1" model verify bad --public-key signer.pub --key key
	rm -rf bad
}
header 3 format.package.critical 's/"critical":\[\]/"critical":["canary"]/'
header 3 format.json.type 's/"critical":\[\]/"critical":"canary"/'
header 3 format.json.duplicate 's/"version":1,/"version":1,"version":1,/'
header 3 format.package.version 's/"format_version":1/"format_version":2/'
header 3 format.package.version 's/cobblestone-256/cobblestone-128/'
header 3 format.field.value 's/"version":1,/"version":0,/'
header 3 format.json.syntax 's/"version":1,/"version":18446744073709551616,/'
header 3 format.field.value 's/"segment_size":1048576/"segment_size":1048577/'
header 1 verify.package.mixed 's/"segment_count":4/"segment_count":5/'
header 1 verify.package.mixed 's/"segment_size":1048576/"segment_size":65536/'
header 3 format.field.value 's/"plaintext_at_rest":"allow"/"plaintext_at_rest":"maybe"/'
header 3 format.field.value 's/"key_id":"/"key_id":" /'
# what the package was sealed with decides, whoever edits the public header
sed 's/"plaintext_at_rest":"allow"/"plaintext_at_rest":"deny"/' "good/blobs/sha256/$config" >changed
cp -r good bad
"$reseal" header bad key <changed || fail "test_reseal"
refused 1 verify.package.mixed model open bad -o opened --key key
gone opened
